/* A warm standby: a kernel that writes nothing of its own and takes over what another one has
 * journalled, entry by entry, until it is promoted.
 *
 *   one that serves: journal.read ─▶ the follower (server/follow.c) ─▶ standby.take: the one that
 * follows
 *
 * What is taken must continue the own chain: each batch is proven by the hashes of both sides
 * before the first entry of it is written. An entry is applied as a replay would, without Lua.
 *
 * Promotion writes an entry of its own with the next epoch. Before it, the one that was followed is
 * fenced: it writes a mark into its directory and never takes a write again. Who comes back later
 * and was not reached then is fenced as soon as it answers. Two that write at once can't be
 * excluded where the old one is alive, not reached, and the operator says --force.
 */
#include "kernel/standby.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "domain/apply.h"
#include "kernel/person.h"
#include "kernel/pick.h"
#include "store/fence.h"
#include "store/keys.h"

#define STANDBY_PAGE_BYTES (1024u * 1024)
#define STANDBY_PAGE_ENTRIES 4096
#define STANDBY_BASE64 sodium_base64_VARIANT_ORIGINAL

static const char *standby_role(const struct rd_kernel *kernel)
{
    return kernel->standing.passive == RD_STANDBY  ? "standby"
           : kernel->standing.passive == RD_FENCED ? "fenced"
                                                   : "primary";
}

enum rd_status rd_standby_check(const struct rd_kernel *kernel, struct rd_error *error)
{
    if (kernel->standing.passive == RD_STANDBY)
        return rd_error_set(error, RD_STANDBY,
                            "this server follows another one and writes nothing of its own; ask "
                            "that one, or promote this (`redress standby promote`)");
    if (kernel->standing.passive == RD_FENCED)
        return rd_error_set(error, RD_FENCED,
                            "another server was promoted in the place of this one, which takes no "
                            "writes any more; ask that one");
    return RD_OK;
}

enum rd_status rd_standby_open(struct rd_kernel *kernel, const char *follows,
                               struct rd_error *error)
{
    int64_t epoch;
    enum rd_status status =
        rd_counter_read(kernel->store, RD_COUNTER_EPOCH, &kernel->standing.epoch, error);
    if (status != RD_OK)
        return status;
    if (rd_mark_read(kernel->data_dir, RD_MARK_FENCED, &epoch)) {
        kernel->standing.passive = RD_FENCED;
    } else if (rd_mark_read(kernel->data_dir, RD_MARK_STANDBY, &epoch)) {
        kernel->standing.passive = RD_STANDBY;
    } else if (follows && !rd_mark_read(kernel->data_dir, RD_MARK_PROMOTED, &epoch)) {
        if (rd_journal_last_seq(rd_vault_journal(kernel->vault)) == 0)
            return rd_error_set(error, RD_NOT_FOUND,
                                "%s is empty: a standby begins with a backup of the server that it "
                                "follows (`redress backup restore`)",
                                kernel->data_dir);
        status = rd_mark_write(kernel->data_dir, RD_MARK_STANDBY, kernel->standing.epoch, error);
        kernel->standing.passive = RD_STANDBY;
    }
    return status;
}

/* ---- what others ask ---- */

static struct rd_value standby_hex(struct rd_arena *arena, const unsigned char hash[RD_HASH_BYTES])
{
    char text[2 * RD_HASH_BYTES + 1];
    sodium_bin2hex(text, sizeof text, hash, RD_HASH_BYTES);
    return rd_text_copy(arena, text, 2 * RD_HASH_BYTES);
}

static void standby_answer(struct rd_kernel *kernel, struct rd_request *request)
{
    const struct rd_journal *journal = rd_vault_journal(kernel->vault);
    struct rd_arena *arena = request->arena;
    request->result = rd_map();
    rd_map_add(arena, &request->result, "role", rd_text(standby_role(kernel)));
    rd_map_add(arena, &request->result, "epoch", rd_int(kernel->standing.epoch));
    rd_map_add(arena, &request->result, "seq", rd_int((int64_t)rd_journal_flushed_seq(journal)));
    rd_map_add(arena, &request->result, "hash",
               standby_hex(arena, rd_journal_flushed_hash(journal)));
    rd_map_add(arena, &request->result, "promote", rd_bool(kernel->standing.promote_asked));
    rd_map_add(arena, &request->result, "force", rd_bool(kernel->standing.promote_forced));
    if (*kernel->standing.why)
        rd_map_add(arena, &request->result, "why",
                   rd_text_copy(arena, kernel->standing.why, strlen(kernel->standing.why)));
    if (*kernel->standing.refused)
        rd_map_add(arena, &request->result, "refused",
                   rd_text_copy(arena, kernel->standing.refused, strlen(kernel->standing.refused)));
}

enum rd_status rd_method_standby_status(struct rd_kernel *kernel, struct rd_request *request)
{
    standby_answer(kernel, request);
    return RD_OK;
}

/* The hash of an entry that is durable; zeros before the first. */
static enum rd_status standby_hash_of(struct rd_kernel *kernel, uint64_t seq,
                                      struct rd_arena *arena, struct rd_entry *entry,
                                      struct rd_error *error)
{
    *entry = (struct rd_entry){ .next = rd_journal_start(rd_vault_journal(kernel->vault)) };
    return seq ? rd_vault_find(kernel->vault, seq, arena, entry, error) : RD_OK;
}

enum rd_status rd_method_journal_read(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    struct rd_journal *journal = rd_vault_journal(kernel->vault);
    uint64_t durable = rd_journal_flushed_seq(journal), bytes = 0;
    int64_t since = rd_map_int(request->params, "since", 0);
    struct rd_value entries = rd_list();
    struct rd_entry entry;
    struct rd_person_met met = { .keys = kernel->keys, .arena = arena };
    bool keys = rd_keys_bytes(kernel->keys) > 0;
    if (since < 0 || (uint64_t)since > durable)
        return rd_error_at(&request->error, RD_DIVERGED, "/since",
                           "the journal here ends with entry %llu", (unsigned long long)durable);
    enum rd_status status =
        standby_hash_of(kernel, (uint64_t)since, arena, &entry, &request->error);
    struct rd_value before = standby_hex(arena, entry.hash), hash = before;
    for (uint64_t seq = (uint64_t)since;
         status == RD_OK && seq < durable && bytes < STANDBY_PAGE_BYTES &&
         entries.count < STANDBY_PAGE_ENTRIES;
         seq++) {
        status = rd_journal_read(journal, entry.next, arena, &entry, &request->error);
        if (status == RD_OK && keys)
            status = rd_person_meet(kernel, entry.payload, entry.len, &met, &request->error);
        if (status != RD_OK)
            break;
        size_t room = sodium_base64_encoded_len(entry.len, STANDBY_BASE64);
        char *text = rd_arena_alloc(arena, room);
        sodium_bin2base64(text, room, entry.payload, entry.len, STANDBY_BASE64);
        rd_list_add(arena, &entries, rd_text(text));
        bytes += room;
        hash = standby_hex(arena, entry.hash);
    }
    if (status != RD_OK)
        return status;
    standby_answer(kernel, request);
    rd_map_add(arena, &request->result, "before", before);
    rd_map_add(arena, &request->result, "entries", entries);
    rd_map_add(arena, &request->result, "keys", rd_person_keys_shown(&met, arena));
    rd_map_add(arena, &request->result, "after", hash);
    return RD_OK;
}

/* Only who has the machine, or an account that a row names: it ends this server's service. */
enum rd_status rd_method_standby_fence(struct rd_kernel *kernel, struct rd_request *request)
{
    int64_t epoch = rd_map_int(request->params, "epoch", 0);
    if (epoch <= kernel->standing.epoch)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/epoch",
                           "the epoch here is %lld; only a later one fences",
                           (long long)kernel->standing.epoch);
    enum rd_status status = rd_vault_flush(kernel->vault, &request->error);
    if (status == RD_OK) /* anew each time: a promotion that came to nothing may have removed it */
        status = rd_mark_write(kernel->data_dir, RD_MARK_FENCED, epoch, &request->error);
    if (status != RD_OK)
        return status;
    if (kernel->standing.passive != RD_FENCED)
        rd_log(RD_LOG_WARN, "standby",
               "another server was promoted with epoch %lld: no write is taken here any more",
               (long long)epoch);
    kernel->standing.passive = RD_FENCED;
    standby_answer(kernel, request);
    return RD_OK;
}

enum rd_status rd_method_standby_promote(struct rd_kernel *kernel, struct rd_request *request)
{
    if (kernel->standing.passive != RD_STANDBY)
        return rd_error_set(&request->error, RD_INVALID_PARAMS, "this server is no standby but %s",
                            standby_role(kernel));
    kernel->standing.promote_asked = true;
    kernel->standing.promote_forced = rd_map_bool(request->params, "force", false);
    kernel->standing.refused[0] = 0;
    standby_answer(kernel, request);
    return RD_OK;
}

/* ---- taking over ---- */

static bool standby_hash_in(const struct rd_request *request, const char *key,
                            unsigned char out[RD_HASH_BYTES])
{
    const char *text = rd_map_text(request->params, key, "");
    size_t len;
    return strlen(text) == 2 * RD_HASH_BYTES &&
           sodium_hex2bin(out, RD_HASH_BYTES, text, 2 * RD_HASH_BYTES, NULL, &len, NULL) == 0 &&
           len == RD_HASH_BYTES;
}

/* The payloads out of their letters, in place of them; false where one is damaged. */
static bool standby_decode(struct rd_request *request, const struct rd_value *entries,
                           struct rd_entry *out)
{
    uint64_t seq = (uint64_t)rd_map_int(request->params, "since", 0);
    for (uint32_t i = 0; i < entries->count; i++) {
        const struct rd_value *text = &entries->items[i];
        if (text->kind != RD_TEXT)
            return false;
        size_t room = strlen(text->text);
        unsigned char *bytes = rd_arena_alloc(request->arena, room + 1);
        if (sodium_base642bin(bytes, room + 1, text->text, room, NULL, &out[i].len, NULL,
                              STANDBY_BASE64) != 0)
            return false;
        out[i].payload = bytes;
        out[i].seq = seq + 1 + i;
    }
    return true;
}

/* Whether the entries lead from the own last one to what the other says they lead to. */
static bool standby_chains(const struct rd_kernel *kernel, const struct rd_request *request,
                           const struct rd_entry *entries, uint32_t count)
{
    unsigned char hash[RD_HASH_BYTES], said[RD_HASH_BYTES];
    const struct rd_journal *journal = rd_vault_journal(kernel->vault);
    memcpy(hash, rd_journal_flushed_hash(journal), RD_HASH_BYTES);
    if (!standby_hash_in(request, "before", said) ||
        (rd_journal_last_seq(journal) && memcmp(said, hash, RD_HASH_BYTES) != 0))
        return false;
    for (uint32_t i = 0; i < count; i++)
        rd_frame_chain(hash, entries[i].seq, entries[i].payload, entries[i].len);
    return standby_hash_in(request, "after", said) && memcmp(said, hash, RD_HASH_BYTES) == 0;
}

/* What the kernel itself knows of the store is brought up to the entry. */
static enum rd_status standby_follow(struct rd_kernel *kernel, const struct rd_command_entry *entry,
                                     struct rd_error *error)
{
    bool policy = false;
    struct rd_arena arena;
    struct rd_findings findings;
    rd_staff_changed(kernel, entry);
    if (!(entry->flags & RD_ENTRY_QUIET) && entry->at_ms > kernel->last_ms)
        kernel->last_ms = entry->at_ms;
    if (kernel->clock_manual && kernel->manual_ms < kernel->last_ms)
        kernel->manual_ms = kernel->last_ms;
    for (uint32_t i = 0; i < entry->effects.count; i++) {
        policy |= entry->effects.items[i].items[0].integer == RD_EFFECT_POLICY;
        kernel->erase_owed |= entry->effects.items[i].items[0].integer == RD_EFFECT_ERASE;
    }
    if (!policy)
        return RD_OK;
    rd_arena_init(&arena);
    rd_findings_init(&findings, &arena);
    enum rd_status status = rd_activate_stored(kernel, &findings, error);
    rd_arena_fini(&arena);
    return status;
}

static enum rd_status standby_write(struct rd_kernel *kernel, const struct rd_entry *entry,
                                    struct rd_arena *arena, struct rd_error *error)
{
    struct rd_command_entry command;
    uint64_t seq;
    enum rd_status status = rd_vault_write(kernel->vault, entry->payload, entry->len, &seq, error);
    if (status != RD_OK)
        return status;
    RD_ASSERT(seq == entry->seq);
    kernel->wrote = true;
    status = rd_entry_unpack(entry->payload, entry->len, &kernel->catalogue.names, arena, &command,
                             error);
    return status == RD_OK ? standby_follow(kernel, &command, error) : status;
}

/* The first entry of the new epoch, and from here on the own ones. */
static enum rd_status standby_take_over(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    struct rd_value effects = rd_list(), effect = rd_list();
    uint64_t seq;
    rd_list_add(arena, &effect, rd_int(RD_EFFECT_EPOCH));
    rd_list_add(arena, &effect, rd_int(kernel->standing.epoch + 1));
    rd_list_add(arena, &effects, effect);
    struct rd_command_entry entry = {
        .at_ms = rd_kernel_now_ms(kernel),
        .actor = "system",
        .command = "standby.promote",
        .form = rd_null(),
        .facts = rd_null(),
        .decisions = rd_null(),
        .effects = effects,
        .generation = kernel->generation,
    };
    kernel->standing.passive = RD_OK;
    enum rd_status status = rd_entry_write(kernel, &entry, &seq, &request->error);
    if (status == RD_OK)
        status = rd_vault_flush(kernel->vault, &request->error);
    if (status == RD_OK)
        status = rd_mark_write(kernel->data_dir, RD_MARK_PROMOTED, kernel->standing.epoch + 1,
                               &request->error);
    if (status == RD_OK)
        status = rd_mark_remove(kernel->data_dir, RD_MARK_STANDBY, &request->error);
    if (status != RD_OK) {
        kernel->standing.passive =
            RD_STANDBY; /* an entry that was written stays: the epoch is the next one's */
        return status;
    }
    kernel->standing.epoch++;
    kernel->standing.promote_asked = false;
    rd_log(RD_LOG_WARN, "standby", "promoted: epoch %lld begins with entry %llu",
           (long long)kernel->standing.epoch, (unsigned long long)seq);
    rd_ring_forget(kernel);
    rd_job_resume(kernel);
    status = rd_pick_resume(kernel, &request->error);
    return status == RD_OK ? rd_replan_resume(kernel, &request->error) : status;
}

/* The follower's word on how it goes. */
static void standby_note(struct rd_kernel *kernel, const struct rd_request *request)
{
    const char *why = rd_map_text(request->params, "why", "");
    if (rd_map_bool(request->params, "gives_up", false)) {
        kernel->standing.promote_asked = false;
        snprintf(kernel->standing.refused, sizeof kernel->standing.refused, "%s", why);
    } else {
        snprintf(kernel->standing.why, sizeof kernel->standing.why, "%s", why);
    }
}

/* Entries that follow the own last one; none of them is written where they do not. */
static enum rd_status standby_take(struct rd_kernel *kernel, struct rd_request *request,
                                   const struct rd_value *list)
{
    uint32_t count = list->count;
    struct rd_entry *entries = rd_arena_zalloc(request->arena, count + 1, sizeof *entries);
    enum rd_status status = rd_vault_flush(kernel->vault, &request->error);
    if (status != RD_OK)
        return status;
    uint64_t last = rd_journal_last_seq(rd_vault_journal(kernel->vault));
    if ((uint64_t)rd_map_int(request->params, "since", 0) != last)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/since",
                           "the journal here ends with entry %llu", (unsigned long long)last);
    if (!standby_decode(request, list, entries) || !standby_chains(kernel, request, entries, count))
        return rd_error_set(&request->error, RD_DIVERGED,
                            "entry %llu here is not the one that the followed server has, or what "
                            "follows it was changed on the way: nothing was taken; make this "
                            "standby anew from a backup",
                            (unsigned long long)last);
    for (uint32_t i = 0; status == RD_OK && i < count; i++) {
        status = rd_person_keys_take(
            kernel, entries[i].payload, entries[i].len, rd_map_get(request->params, "keys"),
            rd_map_text(request->params, "keys_dir", NULL), request->arena, &request->error);
        if (status == RD_OK)
            status = standby_write(kernel, &entries[i], request->arena, &request->error);
    }
    return status == RD_OK && kernel->erase_owed ? rd_person_finish(kernel, &request->error)
                                                 : status;
}

enum rd_status rd_method_standby_take(struct rd_kernel *kernel, struct rd_request *request)
{
    const struct rd_value *list = rd_map_get(request->params, "entries");
    enum rd_status status = RD_OK;
    if (request->peer.door != RD_DOOR_INSIDE)
        return rd_error_set(&request->error, RD_NOT_ALLOWED,
                            "entries are taken from the server's own follower only");
    if (kernel->standing.passive != RD_STANDBY) {
        standby_answer(kernel, request);
        return RD_OK;
    }
    standby_note(kernel, request);
    if (rd_value_is(list, RD_LIST))
        status = standby_take(kernel, request, list);
    if (status == RD_OK && rd_map_bool(request->params, "take_over", false))
        status = standby_take_over(kernel, request);
    if (status != RD_OK)
        return status;
    standby_answer(kernel, request);
    /* the reply leaves when what was taken is durable: the next page begins behind it */
    rd_map_set(request->arena, &request->result, "seq",
               rd_int((int64_t)rd_journal_last_seq(rd_vault_journal(kernel->vault))));
    return RD_OK;
}
