/* A record as it was, looked at from today.
 *
 * No entry says what the whole record was after it, only what changed; so what proves a rebuilt
 * record is that the same entries, played on to the last one, give the record that the store has.
 * Old rules are not compiled again for a look: who could see the record is asked of today's rules,
 * and the answer says whether these are the rules and the staff of then, too.
 */
#include "kernel/past.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/pack.h"
#include "kernel/generation.h"

#define PAST_HASH_BYTES 32
#define PAST_STAFF_MAX 1000 /* accounts looked at */

/* ---- which rules ---- */

static enum rd_status past_began(struct rd_kernel *kernel, int64_t generation, int64_t *at_ms,
                                 bool *same, struct rd_error *error)
{
    struct rd_arena scratch; /* a row holds all the texts */
    struct rd_value row;
    rd_arena_init(&scratch);
    enum rd_status status = rd_generation_row(kernel, generation, &scratch, &row, error);
    *at_ms =
        status == RD_OK && row.count > 5 ? rd_map_int(&row.items[5], "at", INT64_MIN) : INT64_MIN;
    *same = status == RD_OK && strcmp(row.items[2].text, kernel->hash) == 0;
    rd_arena_fini(&scratch);
    return status;
}

/* The last generation that began by then; those that don't say when are older than any that do. */
static enum rd_status past_generation(struct rd_kernel *kernel, int64_t at_ms, int64_t *out,
                                      bool *same, struct rd_error *error)
{
    int64_t low = 1, high = kernel->generation, began;
    enum rd_status status = RD_OK;
    while (status == RD_OK && low < high) {
        int64_t middle = low + (high - low + 1) / 2;
        status = past_began(kernel, middle, &began, same, error);
        if (began <= at_ms)
            low = middle;
        else
            high = middle - 1;
    }
    *out = low;
    return status == RD_OK ? past_began(kernel, low, &began, same, error) : status;
}

/* ---- who ---- */

/* Whether a staff record is another one than it was then, or it can't be told. */
static bool past_has_changed(struct rd_kernel *kernel, uint64_t id, int64_t at_ms)
{
    struct rd_error ignored = RD_ERROR_NONE;
    struct rd_arena scratch;
    struct rd_record record;
    rd_arena_init(&scratch);
    bool changed =
        rd_record_load(kernel->store, (struct rd_id){ id }, &scratch, &record, &ignored) != RD_OK ||
        record.updated_at_ms > at_ms;
    rd_arena_fini(&scratch);
    return changed;
}

static struct rd_value past_seen_by(struct rd_kernel *kernel, const struct rd_actor *actor,
                                    const struct rd_past *past, bool same, struct rd_arena *arena)
{
    /* who has left since could see it then: he makes the staff another one */
    static const struct rd_staff_filter ALL = { .unit = -1, .role = -1, .left = true };
    struct rd_error ignored = RD_ERROR_NONE;
    struct rd_value out = rd_map(), accounts = rd_list();
    if (past->type->ledger || rd_actor_may(kernel, actor, "staff.read", &ignored) != RD_OK)
        return rd_null();
    struct rd_belonging belonging = rd_belonging_of(kernel->model, past->type, past->record);
    struct rd_people people = rd_staff_page(kernel, &ALL, NULL, PAST_STAFF_MAX + 1, arena);
    bool more = people.count > PAST_STAFF_MAX, changed = more;
    for (size_t i = 0; i < people.count && i < PAST_STAFF_MAX; i++) {
        const struct rd_account *account = people.at[i];
        changed =
            changed || (account->record && past_has_changed(kernel, account->record, past->at_ms));
        if (!account->left && rd_actor_row_of(kernel, account, past->type->read, &belonging))
            rd_list_add(arena, &accounts,
                        rd_text_copy(arena, account->name, strlen(account->name)));
    }
    rd_map_add(arena, &out, "accounts", accounts);
    rd_map_add(arena, &out, "more", rd_bool(more));
    rd_map_add(arena, &out, "rules", rd_text(same ? "then" : "now"));
    rd_map_add(arena, &out, "staff", rd_text(same && !changed ? "then" : "now"));
    return out;
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
    return RD_OK;
}

enum rd_status rd_past_look(struct rd_kernel *kernel, struct rd_request *request,
                            const struct rd_actor *actor, const struct rd_past *past)
{
    struct rd_arena *arena = request->arena;
    struct rd_value then = rd_map(), today, proof;
    int64_t generation = 0;
    bool same = false;
    enum rd_status status =
        past_generation(kernel, past->at_ms, &generation, &same, &request->error);
    if (status == RD_OK)
        status = past_today(kernel, request, actor, past, &today);
    if (status == RD_OK)
        status = past_proof(kernel, past, arena, &proof, &request->error);
    if (status != RD_OK)
        return status;
    rd_map_add(arena, &then, "policy", rd_int(generation));
    rd_map_add(arena, &then, "same_rules", rd_bool(same));
    rd_map_add(arena, &then, "seen_by", past_seen_by(kernel, actor, past, same, arena));
    rd_map_add(arena, &then, "today", today);
    rd_map_add(arena, &then, "proof", proof);
    rd_map_add(arena, &request->result, "then", then);
    return RD_OK;
}
