/* A record as it was, looked at from today.
 *
 * No entry says what the whole record was after it, only what changed; so what proves a rebuilt
 * record is that the same entries, played on to the last one, give the record that the store has.
 * Who could see the record is asked of the rules of then, which are loaded for it beside the work
 * (loading.h), with the staff records rebuilt as they were; today's rules are asked as well.
 */
#include "kernel/past.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/pack.h"
#include "base/text.h"
#include "kernel/generation.h"
#include "kernel/loading.h"

#define PAST_HASH_BYTES 32
#define PAST_STAFF_MAX 1000  /* accounts looked at */
#define PAST_REBUILT_MAX 200 /* of those that have changed since */

/* ---- which rules ---- */

struct past_found {
    int64_t generation, began_ms;
    bool same; /* its rules are those in force */
    char hash[RD_POLICY_HASH_TEXT];
};

static enum rd_status past_began(struct rd_kernel *kernel, int64_t generation,
                                 struct past_found *out, struct rd_error *error)
{
    struct rd_arena scratch; /* a row holds all the texts */
    struct rd_value row;
    rd_arena_init(&scratch);
    *out = (struct past_found){ .generation = generation, .began_ms = INT64_MIN };
    enum rd_status status = rd_generation_row(kernel, generation, &scratch, &row, error);
    if (status == RD_OK) {
        if (row.count > 5)
            out->began_ms = rd_map_int(&row.items[5], "at", INT64_MIN);
        strncpy(out->hash, row.items[2].text, sizeof out->hash - 1);
        out->same = strcmp(out->hash, kernel->hash) == 0;
    }
    rd_arena_fini(&scratch);
    return status;
}

/* The last generation that began by then; those that don't say when are older than any that do. */
static enum rd_status past_generation(struct rd_kernel *kernel, int64_t at_ms,
                                      struct past_found *out, struct rd_error *error)
{
    int64_t low = 1, high = kernel->generation;
    enum rd_status status = RD_OK;
    while (status == RD_OK && low < high) {
        int64_t middle = low + (high - low + 1) / 2;
        status = past_began(kernel, middle, out, error);
        if (out->began_ms <= at_ms)
            low = middle;
        else
            high = middle - 1;
    }
    return status == RD_OK ? past_began(kernel, low, out, error) : status;
}

/* ---- who ---- */

/* Accounts that a row lets read the record, of the book of this kernel. */
static struct rd_value past_readers(struct rd_kernel *kernel, const struct rd_past *past,
                                    bool *more, struct rd_arena *arena)
{
    /* who has left since could see it then; who had left could not */
    static const struct rd_staff_filter ALL = { .unit = -1, .role = -1, .left = true };
    struct rd_value accounts = rd_list();
    const struct rd_record_type *type = rd_model_type(kernel->model, past->type->name);
    if (!type || !type->read)
        return accounts;
    struct rd_belonging belonging = rd_belonging_of(kernel->model, type, past->record);
    struct rd_people people = rd_staff_page(kernel, &ALL, NULL, PAST_STAFF_MAX + 1, arena);
    *more = people.count > PAST_STAFF_MAX;
    for (size_t i = 0; i < people.count && i < PAST_STAFF_MAX; i++) {
        const struct rd_account *account = people.at[i];
        if (!account->left && rd_actor_row_of(kernel, account, type->read, &belonging))
            rd_list_add(arena, &accounts,
                        rd_text_copy(arena, account->name, strlen(account->name)));
    }
    return accounts;
}

static bool past_tells_readers(struct rd_kernel *kernel, const struct rd_actor *actor,
                               const struct rd_past *past)
{
    struct rd_error ignored = RD_ERROR_NONE;
    return !past->type->ledger && rd_actor_may(kernel, actor, "staff.read", &ignored) == RD_OK;
}

/* By the rules that are in force now, with the staff of now. */
static struct rd_value past_seen_now(struct rd_kernel *kernel, const struct rd_past *past,
                                     struct rd_arena *arena)
{
    struct rd_value out = rd_map();
    bool more = false;
    struct rd_value accounts = past_readers(kernel, past, &more, arena);
    rd_map_add(arena, &out, "accounts", accounts);
    rd_map_add(arena, &out, "more", rd_bool(more));
    return out;
}

/* A kernel that looks at the same store with the rules and people of then; it writes nothing. Only
 * its book and its bindings are its own. */
static struct rd_kernel *past_view(struct rd_kernel *kernel, const struct rd_past *past,
                                   struct rd_staff_then *staff, struct rd_arena *arena)
{
    struct rd_error ignored = RD_ERROR_NONE;
    struct rd_kernel *view = rd_arena_alloc(arena, sizeof *view);
    memcpy(view, kernel, sizeof *view);
    view->staff = NULL;
    view->coverage = NULL;
    if (past->rules.policy) {
        view->policy = past->rules.policy;
        view->model = rd_policy_model(view->policy);
        view->bindings = rd_bindings_new(&kernel->catalogue, view->model);
    }
    if (rd_staff_bind_then(view, past->at_ms, PAST_STAFF_MAX, PAST_REBUILT_MAX, staff, &ignored) !=
        RD_OK)
        staff->changed = true;
    return view;
}

/* By the rules of then, with the staff of then, as far as both can be had. */
static struct rd_value past_seen_then(struct rd_kernel *kernel, const struct rd_past *past,
                                      bool same, struct rd_arena *arena)
{
    struct rd_value out = rd_map();
    struct rd_staff_then staff = { .more = false };
    struct rd_kernel *view = past_view(kernel, past, &staff, arena);
    bool more = false;
    struct rd_value accounts = past_readers(view, past, &more, arena);
    rd_staff_free(view->staff);
    if (past->rules.policy)
        rd_bindings_free(view->bindings);
    rd_map_add(arena, &out, "accounts", accounts);
    rd_map_add(arena, &out, "more", rd_bool(more || staff.more));
    rd_map_add(arena, &out, "rules", rd_text(same || past->rules.policy ? "then" : "now"));
    rd_map_add(arena, &out, "staff", rd_text(staff.changed ? "now" : "then"));
    if (past->rules.why)
        rd_map_add(arena, &out, "why", rd_text(past->rules.why));
    return out;
}

/* ---- the rules of then ---- */

bool rd_past_waits(struct rd_kernel *kernel, const struct rd_actor *actor, struct rd_past *past)
{
    struct rd_error ignored = RD_ERROR_NONE;
    struct past_found found;
    if (!past_tells_readers(kernel, actor, past) ||
        past_generation(kernel, past->at_ms, &found, &ignored) != RD_OK || found.same)
        return false;
    past->rules.policy = rd_past_kept(kernel, found.hash);
    return !past->rules.policy;
}

static const char *past_have(const struct rd_kernel *kernel)
{
    return kernel->hash;
}

static enum rd_status past_sources(struct rd_kernel *kernel, struct rd_request *request,
                                   struct rd_loaded *loaded)
{
    struct rd_value row;
    struct past_found found;
    int64_t at_ms = 0;
    (void)rd_time_read(rd_map_text(request->params, "as_of", ""), &at_ms);
    enum rd_status status = past_generation(kernel, at_ms, &found, &request->error);
    if (status == RD_OK)
        status = rd_generation_row(kernel, found.generation, &loaded->arena, &row, &request->error);
    if (status != RD_OK)
        return status;
    rd_generation_sources(&row, false, &loaded->arena, &loaded->sources, &loaded->count);
    loaded->work = (void *)row.items[2].text; /* of the arena: nobody frees it */
    return RD_OK;
}

/* Rules that this program no longer takes are no reason to say nothing: it is said why. */
static enum rd_status past_loaded(struct rd_kernel *kernel, struct rd_request *request,
                                  const struct rd_actor *actor, struct rd_loaded *loaded)
{
    struct rd_past_rules rules = { .policy = loaded->policy };
    (void)actor; /* the method looks who asks */
    if (loaded->policy) {
        rd_past_keep(kernel, loaded->work, &loaded->policy);
        rules.policy = rd_past_kept(kernel, loaded->work);
    }
    if (loaded->status != RD_OK)
        rules.why = rd_arena_printf(request->arena, "the rules of then could not be loaded: %s",
                                    loaded->error.text);
    return rd_case_get(kernel, request, &rules);
}

enum rd_status rd_past_load(struct rd_kernel *kernel, struct rd_request *request)
{
    static const struct rd_loading_use use = { .have = past_have,
                                               .sources = past_sources,
                                               .earlier = true,
                                               .anyone = true,
                                               .then = past_loaded };
    return rd_loading_ask(kernel, request, &use);
}

/* ---- proof ---- */

static int past_order(const void *a, const void *b)
{
    const struct rd_pair *left = a, *right = b;
    return strcmp(left->key, right->key);
}

/* All that the record is, fields that nobody is shown included, in an order of its own. */
static const char *past_hash(const struct rd_record *record, const struct rd_deadline *deadlines,
                             size_t count, struct rd_arena *arena)
{
    struct rd_value all = rd_list(), data = rd_value_copy(arena, &record->data);
    unsigned char hash[PAST_HASH_BYTES];
    char text[2 * PAST_HASH_BYTES + 1];
    struct rd_buf bytes;
    if (data.count > 1)
        qsort(data.pairs, data.count, sizeof *data.pairs, past_order);
    rd_list_add(arena, &all, rd_int((int64_t)record->id.value));
    rd_list_add(arena, &all, rd_int(record->version));
    rd_list_add(arena, &all, record->state ? rd_text(record->state) : rd_null());
    rd_list_add(arena, &all, rd_int(record->escalation));
    rd_list_add(arena, &all, rd_int(record->lane));
    rd_list_add(arena, &all, record->number ? rd_text(record->number) : rd_null());
    rd_list_add(arena, &all, record->opened_by ? rd_text(record->opened_by) : rd_null());
    rd_list_add(arena, &all, rd_int(record->opened_at_ms));
    rd_list_add(arena, &all, rd_int(record->updated_at_ms));
    rd_list_add(arena, &all, data);
    for (size_t i = 0; i < count; i++)
        rd_list_add(arena, &all, rd_deadline_pack(&deadlines[i], arena));
    rd_buf_init(&bytes);
    rd_pack_write(&bytes, &all);
    crypto_generichash(hash, sizeof hash, (const unsigned char *)bytes.data, bytes.len, NULL, 0);
    rd_buf_fini(&bytes);
    sodium_bin2hex(text, sizeof text, hash, sizeof hash);
    return rd_arena_copy(arena, text, sizeof text - 1);
}

static enum rd_status past_proof(struct rd_kernel *kernel, const struct rd_past *past,
                                 struct rd_arena *arena, struct rd_value *out,
                                 struct rd_error *error)
{
    struct rd_id id = past->record->id;
    struct rd_record rebuilt, recorded;
    struct rd_deadline *deadlines, *stored;
    size_t count, stored_count;
    enum rd_status status =
        rd_history_rebuild(kernel, id, 0, INT64_MAX, arena, &rebuilt, &deadlines, &count, error);
    if (status == RD_OK)
        status = rd_record_load(kernel->store, id, arena, &recorded, error);
    if (status == RD_OK)
        status = rd_deadlines_load(kernel->store, id, arena, &stored, &stored_count, error);
    if (status != RD_OK)
        return status;
    const char *made = past_hash(&rebuilt, deadlines, count, arena),
               *has = past_hash(&recorded, stored, stored_count, arena);
    *out = rd_map();
    rd_map_add(arena, out, "hash",
               rd_text(past_hash(past->record, past->deadlines, past->count, arena)));
    rd_map_add(arena, out, "version", rd_int(recorded.version));
    rd_map_add(arena, out, "rebuilt", rd_text(made));
    rd_map_add(arena, out, "recorded", rd_text(has));
    rd_map_add(arena, out, "equal", rd_bool(strcmp(made, has) == 0));
    return RD_OK;
}

/* ---- together ---- */

static enum rd_status past_today(struct rd_kernel *kernel, struct rd_request *request,
                                 const struct rd_actor *actor, const struct rd_past *past,
                                 struct rd_value *out)
{
    struct rd_run run;
    struct rd_draft *draft;
    struct rd_value may = rd_list(), may_not = rd_list();
    rd_run_init(&run, kernel, request->arena, &request->error);
    run.actor = *actor;
    run.now_ms = past->at_ms;
    run.dry = true;
    enum rd_status status =
        rd_draft_as_it_was(&run, past->type, past->record, past->deadlines, past->count, &draft);
    if (status != RD_OK)
        return status;
    if (past->type->chart)
        rd_case_actions(&run, draft, &may, &may_not);
    *out = rd_map();
    rd_map_add(request->arena, out, "state",
               draft->state >= 0 ? rd_text(past->type->chart->states[draft->state].name)
                                 : rd_null());
    rd_map_add(request->arena, out, "may", may);
    rd_map_add(request->arena, out, "may_not", may_not);
    rd_map_add(request->arena, out, "seen_by",
               past_tells_readers(kernel, actor, past) ? past_seen_now(kernel, past, request->arena)
                                                       : rd_null());
    return RD_OK;
}

enum rd_status rd_past_look(struct rd_kernel *kernel, struct rd_request *request,
                            const struct rd_actor *actor, const struct rd_past *past)
{
    struct rd_arena *arena = request->arena;
    struct rd_value then = rd_map(), today, proof;
    struct past_found found;
    enum rd_status status = past_generation(kernel, past->at_ms, &found, &request->error);
    if (status == RD_OK)
        status = past_today(kernel, request, actor, past, &today);
    if (status == RD_OK)
        status = past_proof(kernel, past, arena, &proof, &request->error);
    if (status != RD_OK)
        return status;
    rd_map_add(arena, &then, "policy", rd_int(found.generation));
    rd_map_add(arena, &then, "same_rules", rd_bool(found.same));
    rd_map_add(arena, &then, "seen_by",
               past_tells_readers(kernel, actor, past)
                   ? past_seen_then(kernel, past, found.same, arena)
                   : rd_null());
    rd_map_add(arena, &then, "today", today);
    rd_map_add(arena, &then, "proof", proof);
    rd_map_add(arena, &request->result, "then", then);
    return RD_OK;
}
