/* The fit of a policy: every state in which records are must be there, or `moved` must say where
 * they go. Whoever is stranded is named, so that an admin knows whom to ask.
 *
 * States are found by leaps through each type's index of states, one row a state; so the question
 * costs the same with a thousand records and with a million. That an open case still has somebody
 * who may go on with it is asked case by case, in slices: fit_people.c.
 */
#include "kernel/fit.h"

#include <string.h>

#include "store/tables.h"

#define FIT_EXAMPLES_MAX 5

/* The records of one state of one type. */
struct fit_stay {
    const char *type, *state;
    int64_t count;
    bool more; /* than were counted */
    struct rd_value examples;
};

int rd_fit_target(const struct rd_chart *chart, const struct rd_value *moved, const char *state)
{
    const struct rd_move *move = rd_move_find(chart, state);
    const struct rd_value *of = moved ? rd_map_get(moved, chart->type->name) : NULL;
    const char *to = rd_value_is(of, RD_MAP) ? rd_map_text(of, state, NULL) : NULL;
    if (move)
        return move->to;
    return to ? rd_state_find(chart, to) : -1;
}

static void fit_example(struct rd_kernel *kernel, uint64_t id, struct rd_arena *arena,
                        struct fit_stay *stay)
{
    struct rd_error ignored = RD_ERROR_NONE;
    struct rd_record record;
    if (rd_record_load(kernel->store, (struct rd_id){ id }, arena, &record, &ignored) == RD_OK)
        rd_list_add(arena, &stay->examples,
                    record.number ? rd_text(record.number)
                                  : rd_show_id((struct rd_id){ id }, arena));
}

/* Counts from the row on that `from` stands at, as far as the slot goes. */
static enum rd_status fit_count(struct rd_kernel *kernel, const struct rd_index_key *from,
                                struct rd_arena *arena, struct fit_stay *stay,
                                struct rd_error *error)
{
    uint64_t examples[FIT_EXAMPLES_MAX];
    struct rd_walk walk;
    enum rd_status status =
        rd_walk_start(&walk, kernel->store, RD_TABLE_INDEX, from->bytes, false, error);
    while (status == RD_OK && memcmp(walk.key, from->bytes, 4 + RD_INDEX_VALUE_BYTES) == 0) {
        if (stay->count == RD_FIT_COUNT_MAX) {
            stay->more = true;
            break;
        }
        if (stay->count < FIT_EXAMPLES_MAX)
            examples[stay->count] = rd_index_key_record(walk.key);
        stay->count++;
        status = rd_walk_next(&walk, error);
    }
    rd_walk_end(&walk);
    for (int64_t i = 0; i < stay->count && i < FIT_EXAMPLES_MAX; i++)
        fit_example(kernel, examples[i], arena, stay);
    return status == RD_END ? RD_OK : status;
}

static const char *fit_names(const struct fit_stay *stay, struct rd_arena *arena)
{
    const char *names = "";
    for (uint32_t i = 0; i < stay->examples.count; i++)
        names = rd_arena_join(arena, names, i ? ", " : "", stay->examples.items[i].text);
    return stay->count > (int64_t)stay->examples.count ? rd_arena_join(arena, names, ", ...")
                                                       : names;
}

static void fit_stranded(const struct rd_kernel *kernel, const struct rd_fit *fit,
                         const struct rd_record_type *now, const struct fit_stay *stay)
{
    struct rd_arena *arena = fit->findings->arena;
    const struct rd_record_type *old = rd_model_type(kernel->model, stay->type);
    const char *file = now && now->chart ? now->chart->file : now ? now->file : NULL;
    int line = now && now->chart ? now->chart->line : now ? now->line : 0;
    if (!file)
        file = old ? old->file : "rules";
    const char *version =
        now && now->chart ? rd_arena_printf(arena, "version %lld", (long long)now->chart->version)
                          : "the new policy";
    rd_finding_error(
        fit->findings, file, line,
        "%s has no state '%s' of '%s', where %s%lld records are (%s); %s", version, stay->state,
        stay->type, stay->more ? "more than " : "", (long long)stay->count, fit_names(stay, arena),
        now && now->chart ? rd_arena_join(arena, "add moved = { ", stay->state, " = \"...\" }")
                          : "keep the state until they have left it");
}

static void fit_moves(struct rd_fit *fit, const struct rd_chart *chart, int to,
                      const struct fit_stay *stay)
{
    struct rd_arena *arena = fit->findings->arena;
    struct rd_value item = rd_map();
    rd_map_add(arena, &item, "type", rd_text(stay->type));
    rd_map_add(arena, &item, "from", rd_text(stay->state));
    rd_map_add(arena, &item, "to", rd_text(chart->states[to].name));
    rd_map_add(arena, &item, "records", rd_int(stay->count));
    rd_map_add(arena, &item, "more", rd_bool(stay->more));
    rd_list_add(arena, &fit->moves, item);
    fit->moving += stay->count;
}

/* The state of the record that `from` stands at, and all that are in the same one. */
static enum rd_status fit_stay(struct rd_kernel *kernel, struct rd_fit *fit, const char *type,
                               const struct rd_index_key *from, struct rd_error *error)
{
    struct rd_arena *arena = fit->findings->arena;
    const struct rd_record_type *now = rd_model_type(fit->model, type);
    struct fit_stay stay = { .type = type, .examples = rd_list() };
    struct rd_id id = { rd_index_key_record(from->bytes) };
    struct rd_record record;
    enum rd_status status = rd_record_load(kernel->store, id, arena, &record, error);
    if (status != RD_OK)
        return status;
    stay.state = record.state ? record.state : "?";
    if (now && now->chart && rd_type_state(now, stay.state))
        return RD_OK;
    int to = now && now->chart ? rd_fit_target(now->chart, fit->moved, stay.state) : -1;
    status = fit_count(kernel, from, arena, &stay, error);
    if (status == RD_OK && to >= 0)
        fit_moves(fit, now->chart, to, &stay);
    else if (status == RD_OK)
        fit_stranded(kernel, fit, now, &stay);
    return status;
}

/* The next slot of the index in which there is a record; RD_END. */
static enum rd_status fit_leap(struct rd_kernel *kernel, uint32_t index,
                               unsigned char slot[RD_INDEX_VALUE_BYTES], bool first,
                               struct rd_index_key *out, struct rd_error *error)
{
    struct rd_walk walk;
    int at = RD_INDEX_VALUE_BYTES - 1;
    while (!first && at >= 0 && ++slot[at] == 0)
        at--;
    if (at < 0)
        return RD_END;
    struct rd_index_key from = rd_index_key(index, slot, INT64_MIN, 0);
    enum rd_status status =
        rd_walk_start(&walk, kernel->store, RD_TABLE_INDEX, from.bytes, false, error);
    if (status == RD_OK && memcmp(walk.key, from.bytes, 4) != 0)
        status = RD_END;
    if (status == RD_OK) {
        memcpy(out->bytes, walk.key, sizeof out->bytes);
        memcpy(slot, out->bytes + 4, RD_INDEX_VALUE_BYTES);
    }
    rd_walk_end(&walk);
    return status;
}

enum rd_status rd_fit_states(struct rd_kernel *kernel, struct rd_fit *fit, struct rd_error *error)
{
    const struct rd_catalogue *catalogue = &kernel->catalogue;
    enum rd_status status = RD_OK;
    fit->moves = rd_list();
    for (size_t i = 0; status == RD_OK && i < catalogue->index_count; i++) {
        const struct rd_catalogue_index *index = &catalogue->indexes[i];
        unsigned char slot[RD_INDEX_VALUE_BYTES] = { 0 };
        struct rd_index_key at;
        const char *type = rd_catalogue_type_name(catalogue, index->type);
        if (index->field_count > 0) /* not of states */
            continue;
        status = fit_leap(kernel, index->number, slot, true, &at, error);
        while (status == RD_OK) {
            status = fit_stay(kernel, fit, type, &at, error);
            if (status == RD_OK)
                status = fit_leap(kernel, index->number, slot, false, &at, error);
        }
        status = status == RD_END ? RD_OK : status;
    }
    return status;
}
