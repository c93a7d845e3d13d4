/* The feed: the journal as others may follow it, in order, from any point; and the outbox.
 *
 * A subscriber sees what he may read: entries on records out of his reach are passed over, their
 * numbers are not.
 */
#include "kernel/inside.h"

#include <string.h>

#include "base/pack.h"
#include "domain/outbox.h"

#define FEED_LOOK_MAX 4096 /* entries that one page passes over at the most */

enum rd_status rd_method_feed_subscribe(struct rd_kernel *kernel, struct rd_request *request)
{
    int64_t durable = (int64_t)rd_kernel_durable_seq(kernel);
    int64_t since = rd_map_int(request->params, "since", durable);
    if (since < 0 || since > durable)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/since",
                           "since lies between 0 and %lld", (long long)durable);
    request->result = rd_map();
    rd_map_add(request->arena, &request->result, "since", rd_int(since));
    rd_map_add(request->arena, &request->result, "seq", rd_int(durable));
    return RD_OK;
}

static bool feed_may_see(struct rd_kernel *kernel, const struct rd_actor *actor, struct rd_id id,
                         struct rd_arena *arena)
{
    struct rd_record record;
    struct rd_error ignored = RD_ERROR_NONE;
    if (actor->administrator && !actor->behind)
        return true;
    const struct rd_record_type *type = rd_type_of(kernel, id);
    return type && rd_record_load(kernel->store, id, arena, &record, &ignored) == RD_OK &&
           rd_query_may_read(kernel, actor, type, &record, arena);
}

/* The records that the entry changed, as far as the actor may read them. */
static struct rd_value feed_records(struct rd_kernel *kernel, const struct rd_actor *actor,
                                    const struct rd_command_entry *entry, struct rd_arena *arena)
{
    struct rd_value records = rd_list();
    for (uint32_t i = 0; i < entry->effects.count; i++) {
        const struct rd_value *at = entry->effects.items[i].items;
        if (at[0].integer != RD_EFFECT_RECORD)
            continue;
        struct rd_id id = { (uint64_t)at[1].integer };
        const struct rd_record_type *type = rd_type_of(kernel, id);
        struct rd_value record = rd_map();
        if (!feed_may_see(kernel, actor, id, arena))
            continue;
        rd_map_add(arena, &record, "id", rd_show_id(id, arena));
        rd_map_add(arena, &record, "type", type ? rd_text(type->name) : rd_null());
        rd_map_add(arena, &record, "version", at[2]);
        rd_map_add(arena, &record, "state", at[3]);
        rd_list_add(arena, &records, record);
    }
    return records;
}

/* False where nothing of it is for the actor's eyes. Of a command on a record that he may not read,
 * but that changed one that he may, he learns that this one has changed and no more. */
static bool feed_show(struct rd_kernel *kernel, const struct rd_actor *actor,
                      const struct rd_entry *raw, const struct rd_command_entry *entry,
                      struct rd_arena *arena, struct rd_value *event)
{
    bool whole = feed_may_see(kernel, actor, entry->record, arena);
    struct rd_value records = feed_records(kernel, actor, entry, arena);
    if (!whole && records.count == 0)
        return false;
    *event = rd_map();
    rd_map_add(arena, event, "seq", rd_int((int64_t)raw->seq));
    rd_map_add(arena, event, "at", rd_show_time(entry->at_ms, arena));
    rd_map_add(arena, event, "actor", whole && entry->actor ? rd_text(entry->actor) : rd_null());
    if (whole && entry->behind)
        rd_map_add(arena, event, "behind", rd_text(entry->behind));
    rd_map_add(arena, event, "command",
               whole && entry->command ? rd_text(entry->command) : rd_null());
    rd_map_add(arena, event, "id",
               whole && entry->record.value ? rd_show_id(entry->record, arena) : rd_null());
    rd_map_add(arena, event, "records", records);
    rd_map_add(arena, event, "decisions",
               whole ? rd_show_decisions(&entry->decisions, arena) : rd_list());
    if (entry->refused)
        rd_map_add(arena, event, "refused", rd_text(entry->refused));
    return true;
}

enum rd_status rd_method_feed_read(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    struct rd_actor actor;
    struct rd_value events = rd_list();
    int64_t since = rd_map_int(request->params, "since", 0);
    int64_t limit = rd_map_int(request->params, "limit", RD_FEED_PAGE_MAX);
    uint64_t next = (uint64_t)since, durable = rd_kernel_durable_seq(kernel);
    size_t begun = arena->total;
    enum rd_status status = rd_actor_of(kernel, request, &actor, &request->error);
    if (status != RD_OK)
        return status;
    if (since < 0)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/since", "since is not negative");
    if (limit < 1 || limit > RD_FEED_PAGE_MAX)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/limit",
                           "limit lies between 1 and %d", RD_FEED_PAGE_MAX);
    struct rd_entry raw = { .next = { 0 } };
    for (int looked = 0; next < durable && events.count < (uint32_t)limit &&
                         looked < FEED_LOOK_MAX && arena->total - begun < RD_REPLY_ARENA_BYTES;
         looked++) {
        struct rd_command_entry entry;
        struct rd_value event;
        status = looked == 0 ? rd_vault_find(kernel->vault, next + 1, arena, &raw, &request->error)
                             : rd_journal_read(rd_vault_journal(kernel->vault), raw.next, arena,
                                               &raw, &request->error);
        if (status == RD_OK)
            status = rd_entry_unpack(raw.payload, raw.len, &kernel->catalogue.names, arena, &entry,
                                     &request->error);
        if (status != RD_OK)
            return status;
        next = raw.seq;
        if (feed_show(kernel, &actor, &raw, &entry, arena, &event))
            rd_list_add(arena, &events, event);
    }
    request->result = rd_map();
    rd_map_add(arena, &request->result, "events", events);
    rd_map_add(arena, &request->result, "next", rd_int((int64_t)next));
    rd_map_add(arena, &request->result, "durable", rd_int((int64_t)durable));
    return RD_OK;
}

/* The server, which holds the subscription, answers this itself; the row is here so that
 * rpc.discover tells of it. */
enum rd_status rd_method_feed_unsubscribe(struct rd_kernel *kernel, struct rd_request *request)
{
    (void)kernel;
    request->result = rd_map();
    return RD_OK;
}

static bool notice_is_for(const struct rd_value *to, const char *account)
{
    for (uint32_t i = 0; i < to->count; i++)
        if (to->items[i].kind == RD_TEXT && strcmp(to->items[i].text, account) == 0)
            return true;
    return false;
}

/* Its text speaks of the record: whoever may not read that one is shown what was told to himself,
 * no more. `at`: the effect [5, number, record, to, text, rule], and where it waits, deliver at and
 * the calendar. */
static bool notice_may_see(struct rd_kernel *kernel, const struct rd_actor *actor,
                           const struct rd_value *at, struct rd_arena *arena)
{
    return notice_is_for(&at[3], actor->name) ||
           feed_may_see(kernel, actor, (struct rd_id){ (uint64_t)at[2].integer }, arena);
}

/* When it is to reach people, and why not at once. */
static void notice_delivery(const struct rd_value *effect, int64_t at_ms, struct rd_value *shown,
                            struct rd_arena *arena)
{
    bool waits = effect->count > 7;
    rd_map_add(arena, shown, "deliver_at",
               rd_show_time(waits ? effect->items[6].integer : at_ms, arena));
    if (waits)
        rd_map_add(arena, shown, "why",
                   rd_text(rd_arena_printf(arena, "outside %s", effect->items[7].text)));
}

/* A list of notices in the making. */
struct notices {
    struct rd_kernel *kernel;
    struct rd_request *request;
    const struct rd_actor *actor;
    const char *account; /* told to this one only; NULL */
    int64_t since, limit;
    size_t begun;
    int looked;
    struct rd_value list;
    int64_t next; /* the last that was looked at */
};

static bool notices_are_enough(const struct notices *n)
{
    return n->list.count >= n->limit || n->looked >= RD_LIST_SCAN_MAX ||
           n->request->arena->total - n->begun >= RD_REPLY_ARENA_BYTES;
}

static void notice_add(struct notices *n, const struct rd_entry *raw,
                       const struct rd_command_entry *entry, const struct rd_value *effect)
{
    struct rd_arena *arena = n->request->arena;
    const struct rd_value *at = effect->items;
    struct rd_value shown = rd_map();
    n->looked++;
    n->next = at[1].integer;
    if ((n->account && !notice_is_for(&at[3], n->account)) ||
        !notice_may_see(n->kernel, n->actor, at, arena))
        return;
    rd_map_add(arena, &shown, "notice", at[1]);
    rd_map_add(arena, &shown, "id", rd_show_id((struct rd_id){ (uint64_t)at[2].integer }, arena));
    rd_map_add(arena, &shown, "to", rd_value_copy(arena, &at[3]));
    rd_map_add(arena, &shown, "text", rd_value_copy(arena, &at[4]));
    rd_map_add(arena, &shown, "rule", rd_value_copy(arena, &at[5]));
    rd_map_add(arena, &shown, "at", rd_show_time(entry->at_ms, arena));
    rd_map_add(arena, &shown, "seq", rd_int((int64_t)raw->seq));
    notice_delivery(effect, entry->at_ms, &shown, arena);
    rd_list_add(arena, &n->list, shown);
}

/* The notices of one entry; false where there is no room for all of them. */
static enum rd_status notices_entry(struct notices *n, uint64_t position, struct rd_arena *scratch,
                                    bool *whole)
{
    struct rd_entry raw;
    struct rd_command_entry entry;
    rd_arena_reset(scratch);
    enum rd_status status =
        rd_history_entry(n->kernel, position, scratch, &raw, &entry, &n->request->error);
    for (uint32_t i = 0; status == RD_OK && i < entry.effects.count; i++) {
        const struct rd_value *effect = &entry.effects.items[i];
        if (effect->items[0].integer != RD_EFFECT_NOTICE || effect->items[1].integer <= n->since)
            continue;
        *whole = !notices_are_enough(n);
        if (!*whole)
            break;
        notice_add(n, &raw, &entry, effect);
    }
    return status;
}

static enum rd_status notices_read(struct notices *n, bool *more)
{
    struct rd_arena scratch;
    struct rd_outbox outbox;
    bool whole = true;
    rd_arena_init(&scratch);
    enum rd_status status =
        rd_outbox_start(&outbox, n->kernel->store, (uint64_t)n->since + 1, &n->request->error);
    while (status == RD_OK && whole) {
        status = notices_entry(n, outbox.position.at, &scratch, &whole);
        if (status == RD_OK && whole)
            status = rd_outbox_next(&outbox, &n->request->error);
    }
    rd_outbox_end(&outbox);
    rd_arena_fini(&scratch);
    *more = !whole;
    return status == RD_END ? RD_OK : status;
}

enum rd_status rd_method_notice_list(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    struct rd_actor actor;
    bool more;
    struct notices n = { .kernel = kernel,
                         .request = request,
                         .actor = &actor,
                         .account = rd_map_text(request->params, "account", NULL),
                         .since = rd_map_int(request->params, "since", 0),
                         .limit = rd_map_int(request->params, "limit", RD_LIST_LIMIT_DEFAULT),
                         .begun = arena->total,
                         .list = rd_list() };
    if (n.since < 0 || n.limit < 1 || n.limit > RD_LIST_LIMIT_MAX)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/limit",
                           "since is not negative; limit lies between 1 and %d", RD_LIST_LIMIT_MAX);
    n.next = n.since;
    enum rd_status status = rd_actor_of(kernel, request, &actor, &request->error);
    if (status == RD_OK)
        status = notices_read(&n, &more);
    if (status != RD_OK)
        return status;
    request->result = rd_map();
    rd_map_add(arena, &request->result, "notices", n.list);
    rd_map_add(arena, &request->result, "next", rd_int(n.next));
    rd_map_add(arena, &request->result, "more", rd_bool(more));
    return RD_OK;
}
