/* Planning deadlines anew: after an activation (calendars, limits and holidays may be others now),
 * and when a record changes from which the limits of open cases are decided (a customer's tier).
 *
 *   activation's entry: [12, 1], or [12, 2] where there are limits that cases may not have
 *     ─▶ slices between batches, record by record in the table's order ─▶ [12, 0]
 *
 * A crash in between begins it again, which is harmless. With 1 those that have a deadline are
 * looked at, with 2 all that have a workflow (see rearm.c).
 *
 * Every deadline is computed from its own ledger (start, limit, pauses), never from what was due
 * before: so doing it twice changes nothing, and a deadline whose rules fail is left, and said.
 */
#include "kernel/inside.h"
#include "kernel/redo.h"

#include <string.h>

#include "base/log.h"
#include "store/tables.h"

enum replan_mode { REPLAN_NONE, REPLAN_DEADLINES, REPLAN_GAINED };

/* The first record from there on that has a workflow. */
static enum rd_status replan_next_case(struct rd_kernel *kernel, uint64_t from, struct rd_id *out,
                                       struct rd_error *error)
{
    for (;;) {
        struct rd_key8 key = rd_key8(from);
        struct rd_walk walk;
        enum rd_status status =
            rd_walk_start(&walk, kernel->store, RD_TABLE_RECORD, key.bytes, false, error);
        if (status == RD_OK)
            out->value = rd_key_u64(walk.key);
        rd_walk_end(&walk);
        if (status != RD_OK)
            return status;
        const struct rd_record_type *type = rd_type_of(kernel, *out);
        if (type && type->chart)
            return RD_OK;
        from = (uint64_t)(rd_id_type(*out) + 1) << 48; /* none of this type has one */
    }
}

enum rd_status rd_replan_next(struct rd_kernel *kernel, uint64_t from, bool gained,
                              struct rd_id *out, struct rd_error *error)
{
    if (gained)
        return replan_next_case(kernel, from, out, error);
    struct rd_key8 key = rd_key8(from);
    struct rd_walk walk;
    enum rd_status status =
        rd_walk_start(&walk, kernel->store, RD_TABLE_DEADLINE, key.bytes, false, error);
    if (status == RD_OK)
        out->value = rd_key_u64(walk.key);
    rd_walk_end(&walk);
    return status;
}

static void replan_begin(struct rd_kernel *kernel, bool gained)
{
    kernel->replanning = true;
    kernel->replan_gained = gained;
    kernel->replan_from = 0;
    kernel->replan_moved = 0;
}

enum rd_status rd_replan_resume(struct rd_kernel *kernel, struct rd_error *error)
{
    int64_t under_way;
    enum rd_status status = rd_counter_read(kernel->store, RD_COUNTER_REPLAN, &under_way, error);
    if (status == RD_OK && under_way)
        replan_begin(kernel, under_way == REPLAN_GAINED);
    return status;
}

static void replan_mark(struct rd_arena *arena, struct rd_value *effects, enum replan_mode mode)
{
    struct rd_value effect = rd_list();
    rd_list_add(arena, &effect, rd_int(RD_EFFECT_REPLAN));
    rd_list_add(arena, &effect, rd_int(mode));
    rd_list_add(arena, effects, effect);
}

enum rd_status rd_replan_effect(struct rd_kernel *kernel, const struct rd_model *model, bool moves,
                                struct rd_arena *arena, struct rd_value *effects,
                                struct rd_error *error)
{
    struct rd_id first;
    int64_t under_way; /* what it has not come to yet, this generation has to do */
    enum rd_status status = rd_counter_read(kernel->store, RD_COUNTER_REPLAN, &under_way, error);
    if (status != RD_OK)
        return status;
    bool gained = moves || under_way == REPLAN_GAINED || rd_rearm_gains(kernel->model, model);
    status = rd_replan_next(kernel, 0, false, &first, error);
    if (status == RD_OK || (status == RD_END && gained))
        replan_mark(arena, effects, gained ? REPLAN_GAINED : REPLAN_DEADLINES);
    return status == RD_END ? RD_OK : status;
}

static enum rd_status replan_end(struct rd_kernel *kernel, struct rd_error *error)
{
    struct rd_arena *arena = &kernel->ring_arena;
    struct rd_value effects = rd_list();
    uint64_t seq;
    rd_arena_reset(arena);
    replan_mark(arena, &effects, REPLAN_NONE);
    struct rd_command_entry entry = {
        .at_ms = rd_kernel_now_ms(kernel),
        .actor = "system",
        .command = "replan.done",
        .form = rd_null(),
        .facts = rd_null(),
        .decisions = rd_null(),
        .effects = effects,
        .generation = kernel->generation,
    };
    enum rd_status status = rd_entry_write(kernel, &entry, &seq, error);
    if (status != RD_OK)
        return status;
    kernel->replanning = false;
    rd_log(RD_LOG_INFO, "kernel", "deadlines are planned anew: %llu moved",
           (unsigned long long)kernel->replan_moved);
    return RD_OK;
}

static enum rd_status replan_record(struct rd_kernel *kernel, struct rd_id id,
                                    struct rd_error *error)
{
    struct rd_run run;
    struct rd_draft *draft;
    uint64_t seq;
    size_t moved = 0, planned = 0, begun = 0, ended = 0;
    rd_arena_reset(&kernel->ring_arena);
    rd_run_init(&run, kernel, &kernel->ring_arena, error);
    run.actor = (struct rd_actor){ .name = "system", .system = true };
    run.command = "replan";
    enum rd_status status = rd_draft_of(&run, id, &draft);
    if (status == RD_OK && rd_draft_is_moved(draft)) {
        moved = 1;
        draft->changed = true;
        rd_run_decided(&run, draft->chart->name, draft->chart->file, draft->chart->line, "moved",
                       rd_arena_join(run.arena, draft->stored.state, " -> ", draft->record.state));
    }
    if (status == RD_OK)
        status = rd_rearm(&run, draft, kernel->replan_gained, &begun, &ended);
    if (status == RD_OK)
        status = rd_clock_replan(&run, draft, &planned);
    moved += planned + begun + ended;
    if (status == RD_OK && moved) {
        status = rd_run_commit(&run, draft, &seq);
        kernel->replan_moved += status == RD_OK ? moved : 0;
    }
    if (status == RD_OK || rd_ring_waits(status))
        return status;
    if (kernel->redo)
        return status;
    rd_log(RD_LOG_WARN, "kernel", "the deadlines of record %llu stay as they are: %s",
           (unsigned long long)id.value, error->text);
    *error = RD_ERROR_NONE;
    return RD_OK;
}

enum rd_status rd_replan_redo(struct rd_kernel *kernel, struct rd_id record, struct rd_error *error)
{
    return replan_record(kernel, record, error);
}

enum rd_status rd_replan_slice(struct rd_kernel *kernel, size_t records, struct rd_error *error)
{
    uint64_t read = kernel->rearm_read;
    for (size_t i = 0;
         i < records && kernel->replanning && kernel->rearm_read - read < RD_REARM_READ_MAX; i++) {
        struct rd_id id = { 0 };
        enum rd_status status =
            rd_replan_next(kernel, kernel->replan_from, kernel->replan_gained, &id, error);
        if (status == RD_END)
            status = replan_end(kernel, error);
        else if (status == RD_OK)
            status = replan_record(kernel, id, error);
        if (status != RD_OK)
            return status;
        kernel->replan_from = id.value + 1;
    }
    return RD_OK;
}

/* The index over just this one field, or -1. */
static int replan_index(const struct rd_record_type *type, int field)
{
    for (size_t i = 0; i < type->index_count; i++)
        if (type->indexes[i].field_count == 1 && type->indexes[i].fields[0] == field)
            return (int)i;
    return -1;
}

/* The cases of one chart that refer to the record by `field`. *full: there was no room for all. */
static enum rd_status replan_cases(struct rd_run *run, const struct rd_record_type *type, int field,
                                   struct rd_id record, bool *full)
{
    int index = replan_index(type, field);
    struct rd_value value = rd_int((int64_t)record.value);
    const struct rd_value *values[] = { &value };
    unsigned char slot[RD_INDEX_VALUE_BYTES];
    struct rd_walk walk;
    if (index < 0 || !rd_index_slot(values, 1, &run->kernel->scratch, slot))
        return RD_OK;
    uint32_t number = run->kernel->bindings[type - run->model->types].indexes[index];
    struct rd_index_key from = rd_index_key(number, slot, INT64_MIN, 0);
    enum rd_status status =
        rd_walk_start(&walk, run->kernel->store, RD_TABLE_INDEX, from.bytes, false, run->error);
    for (size_t looked = 0, planned = 0;
         status == RD_OK && memcmp(walk.key, from.bytes, 4 + RD_INDEX_VALUE_BYTES) == 0; looked++) {
        struct rd_id id = { rd_index_key_record(walk.key) }, first = { 0 };
        struct rd_draft *draft;
        size_t moved;
        *full = planned == RD_CASCADE_RECORDS_MAX / 2 || looked == RD_LIST_SCAN_MAX ||
                run->draft_count >= RD_CASCADE_RECORDS_MAX * 3 / 4; /* several workflows' */
        if (*full)
            break;
        status = rd_replan_next(run->kernel, id.value, false, &first, run->error);
        bool has = status == RD_OK && first.value == id.value;
        status = status == RD_END ? RD_OK : status;
        if (status == RD_OK && has) {
            planned++;
            status = rd_draft_of(run, id, &draft);
            if (status == RD_OK)
                status = rd_clock_replan(run, draft, &moved);
        }
        if (status == RD_OK)
            status = rd_walk_next(&walk, run->error);
    }
    rd_walk_end(&walk);
    return status == RD_END ? RD_OK : status;
}

enum rd_status rd_replan_dependents(struct rd_run *run, const struct rd_draft *draft)
{
    const struct rd_record_type *type = draft->type;
    const struct rd_chart *chart = NULL;
    struct rd_fields seen = { { 0 } }; /* reference fields of that chart's records */
    bool full = false;
    enum rd_status status = RD_OK;
    if (draft->fresh || !rd_fields_meet(&draft->is_set, &type->read_by))
        return RD_OK;
    for (const struct rd_reader *at = type->readers; status == RD_OK && at; at = at->next) {
        if (at->chart != chart)
            seen = (struct rd_fields){ { 0 } };
        chart = at->chart;
        if (full || rd_fields_has(&seen, at->field) || !rd_fields_meet(&draft->is_set, &at->reads))
            continue;
        rd_fields_add(&seen, at->field);
        status = replan_cases(run, chart->type, at->field, draft->record.id, &full);
    }
    if (status == RD_OK && full) {
        bool gained = run->kernel->replanning && run->kernel->replan_gained;
        replan_mark(run->arena, &run->extra, gained ? REPLAN_GAINED : REPLAN_DEADLINES);
        run->replans = true; /* begun when the entry is written: it may yet be refused */
    }
    return status;
}
