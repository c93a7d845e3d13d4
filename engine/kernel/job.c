/* Jobs: something is done for each record of a type, in slices between batches, one entry each.
 *
 *   each "customer" { ... }, a schedule, an activation: [14, n, "begin", spec]
 *     ─▶ record by record, in the order of an index or of the table: what is done to it, and
 *        [14, n, "step", ...], in one entry: both or neither
 *     ─▶ [14, n, "end"]
 *
 * How far a job is, the store knows; here is only how far was looked without finding anything. A
 * record that is opened after the job began is not its business (its spec says up to which id), so
 * a job that starts records of the type that it goes over ends. What cannot be done for one record
 * is journalled and counted, and the next one is taken.
 */
#include "kernel/inside.h"
#include "kernel/redo.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "domain/job.h"
#include "domain/normal.h"
#include "store/tables.h"

/* ---- beginning ---- */

static struct rd_value job_effect(struct rd_arena *arena, uint64_t number, const char *what)
{
    struct rd_value effect = rd_list();
    rd_list_add(arena, &effect, rd_int(RD_EFFECT_JOB));
    rd_list_add(arena, &effect, rd_int((int64_t)number));
    rd_list_add(arena, &effect, rd_text(what));
    return effect;
}

/* The one value that the spec asks of a field (NULL: the state); NULL: none, or several. */
static const struct rd_value *job_value(const struct rd_value *where, const char *field)
{
    const struct rd_value *value = NULL;
    for (uint32_t i = 0; i < where->count; i++) {
        const struct rd_value *at = where->items[i].items;
        if (strcmp(at[0].text, field ? field : "state") == 0 && at[1].count == 1)
            value = &at[1].items[0];
    }
    return value;
}

/* The slot in the index of what the spec asks for, where it asks for just one value of each of its
 * fields. */
static bool job_slot(struct rd_kernel *kernel, const struct rd_record_type *type,
                     const struct rd_type_index *index, const struct rd_value *where,
                     struct rd_arena *arena, unsigned char slot[RD_INDEX_VALUE_BYTES])
{
    const struct rd_value *values[RD_CATALOGUE_INDEX_FIELDS_MAX];
    size_t count = index->field_count ? index->field_count : 1;
    for (size_t i = 0; i < count; i++) {
        values[i] =
            job_value(where, index->field_count ? type->fields[index->fields[i]].name : NULL);
        if (!values[i])
            return false;
    }
    return rd_normal_slot(type, index, values, arena, &kernel->scratch, slot);
}

/* Adds what serves the search: the index over most of the fields. */
static void job_search(struct rd_kernel *kernel, const struct rd_model *model,
                       struct rd_arena *arena, struct rd_value *spec)
{
    const struct rd_record_type *type = rd_model_type(model, rd_map_text(spec, "type", ""));
    const struct rd_value *where = rd_map_list(spec, "where");
    unsigned char slot[RD_INDEX_VALUE_BYTES], best[RD_INDEX_VALUE_BYTES];
    int64_t found = -1;
    if (model != kernel->model)
        return; /* of an activation: every record is looked at anyway */
    for (size_t i = 0; i < type->index_count; i++) {
        const struct rd_type_index *index = &type->indexes[i];
        if ((int64_t)index->field_count <=
                (found < 0 ? -1 : (int64_t)type->indexes[found].field_count) ||
            !job_slot(kernel, type, index, where, arena, slot))
            continue;
        memcpy(best, slot, sizeof best);
        found = (int64_t)i;
    }
    if (found < 0)
        return;
    rd_map_set(arena, spec, "index", rd_int(kernel->bindings[type - model->types].indexes[found]));
    struct rd_value words = rd_list();
    rd_list_add(arena, &words, rd_int((int64_t)rd_key_u64(best)));
    rd_list_add(arena, &words, rd_int((int64_t)rd_key_u64(best + 8)));
    rd_map_set(arena, spec, "slot", words);
}

/* The next job's number, behind those of the store and of the plan in hand. */
static enum rd_status job_number(struct rd_kernel *kernel, const struct rd_value *effects,
                                 int64_t *number, struct rd_error *error)
{
    enum rd_status status = rd_counter_read(kernel->store, RD_COUNTER_JOB, number, error);
    for (uint32_t i = 0; status == RD_OK && i < effects->count; i++)
        *number += effects->items[i].items[0].integer == RD_EFFECT_JOB &&
                   strcmp(effects->items[i].items[2].text, "begin") == 0;
    ++*number;
    return status;
}

enum rd_status rd_job_begin(struct rd_kernel *kernel, const struct rd_model *model,
                            struct rd_value spec, const char *rule, struct rd_arena *arena,
                            struct rd_value *effects, struct rd_error *error)
{
    uint16_t type = rd_catalogue_type(&kernel->catalogue, rd_map_text(&spec, "type", ""));
    char counter[64];
    int64_t number, serial;
    RD_ASSERT(type);
    snprintf(counter, sizeof counter, "serial:%u", type);
    enum rd_status status = rd_counter_read(kernel->store, counter, &serial, error);
    if (status == RD_OK)
        status = job_number(kernel, effects, &number, error);
    if (status != RD_OK)
        return status;
    spec = rd_value_copy(arena, &spec);
    rd_map_set(arena, &spec, "until", rd_int((int64_t)((uint64_t)type << 48 | (uint64_t)serial)));
    rd_map_set(arena, &spec, "rule", rd_text(rule));
    job_search(kernel, model, arena, &spec);
    struct rd_value effect = job_effect(arena, (uint64_t)number, "begin");
    rd_list_add(arena, &effect, spec);
    rd_list_add(arena, effects, effect);
    kernel->jobs_running = true; /* a look into the store says whether it is so */
    return RD_OK;
}

/* Jobs end in the order of their numbers, so that one look tells whether too many are waiting. What
 * schedules and activations begin is not held up: it would not come again. */
static enum rd_status job_has_room(struct rd_run *run)
{
    struct rd_job_row row;
    int64_t number;
    enum rd_status status = job_number(run->kernel, &run->extra, &number, run->error);
    if (status != RD_OK)
        return status;
    if (run->job_depth == RD_CASCADE_DEPTH_MAX)
        return rd_error_set(run->error, RD_LIMIT_EXCEEDED, "jobs begin jobs more than %d deep",
                            RD_CASCADE_DEPTH_MAX);
    if (number <= RD_JOBS_WAITING_MAX)
        return RD_OK;
    status = rd_job_load(run->kernel->store, (uint64_t)(number - RD_JOBS_WAITING_MAX), run->arena,
                         &row, run->error);
    if (status == RD_OK && row.ended_ms == 0)
        return rd_error_set(run->error, RD_LIMIT_EXCEEDED,
                            "%d jobs are waiting; try again when some have ended",
                            RD_JOBS_WAITING_MAX);
    return status == RD_NOT_FOUND ? RD_OK : status;
}

enum rd_status rd_job_each(struct rd_run *run, const struct rd_value *given, const char *rule)
{
    struct rd_value spec;
    enum rd_status status = rd_each_build(run->model, given, false, run->arena, &spec, run->error);
    if (status == RD_OK)
        status = job_has_room(run);
    if (status != RD_OK)
        return status;
    rd_map_set(run->arena, &spec, "depth", rd_int(run->job_depth + 1));
    return rd_job_begin(run->kernel, run->model, spec, rule, run->arena, &run->extra, run->error);
}

/* ---- what is next ---- */

void rd_job_resume(struct rd_kernel *kernel)
{
    kernel->jobs_running = true;
    kernel->job_first = 0;
    kernel->job_look = (struct rd_job_look){ 0 };
}

/* The first job under way, from job_first on; RD_END: none. */
static enum rd_status job_first(struct rd_kernel *kernel, struct rd_arena *arena,
                                struct rd_job_row *row, struct rd_error *error)
{
    struct rd_key8 from = rd_key8(kernel->job_first);
    struct rd_walk walk;
    enum rd_status status =
        rd_walk_start(&walk, kernel->store, RD_TABLE_JOB, from.bytes, false, error);
    while (status == RD_OK) {
        status = rd_job_unpack(walk.bytes, walk.len, arena, row, error);
        if (status != RD_OK || row->ended_ms == 0)
            break;
        kernel->job_first = row->number + 1;
        rd_arena_reset(arena);
        status = rd_walk_next(&walk, error);
    }
    rd_walk_end(&walk);
    return status;
}

/* Looking goes on behind the last record that was dealt with, or behind what was looked at since.
 */
static void job_look(const struct rd_kernel *kernel, const struct rd_job_row *row,
                     struct rd_job_look *look)
{
    *look = kernel->job_look;
    if (look->number == row->number)
        return;
    *look = (struct rd_job_look){ .number = row->number,
                                  .opened_ms = row->at_opened_ms,
                                  .record = (uint64_t)row->at_record };
}

static bool job_matches(const struct rd_record_type *type, const struct rd_value *where,
                        const struct rd_record *record)
{
    for (uint32_t i = 0; i < where->count; i++) {
        const char *name = where->items[i].items[0].text;
        const struct rd_value *values = &where->items[i].items[1];
        int field = rd_type_field(type, name);
        struct rd_value state = record->state ? rd_text(record->state) : rd_null();
        const struct rd_value *value = field < 0 ? &state : rd_map_get(&record->data, name);
        bool any = false;
        for (uint32_t v = 0; value && !any && v < values->count; v++)
            any = rd_normal_equal(field < 0 ? NULL : &type->fields[field].type, value,
                                  &values->items[v]);
        if (!any)
            return false;
    }
    return true;
}

/* The slot of the spec's search; false: there is none, all records are looked at. */
static bool job_spec_slot(const struct rd_job_row *row, unsigned char slot[RD_INDEX_VALUE_BYTES])
{
    const struct rd_value *words = rd_map_get(&row->spec, "slot");
    if (!words)
        return false;
    rd_key_put_u64(slot, (uint64_t)words->items[0].integer);
    rd_key_put_u64(slot + 8, (uint64_t)words->items[1].integer);
    return true;
}

/* Places the walk behind what was looked at. */
static enum rd_status job_walk(struct rd_kernel *kernel, const struct rd_job_row *row,
                               const struct rd_job_look *look, uint16_t type, struct rd_walk *walk,
                               struct rd_error *error)
{
    unsigned char slot[RD_INDEX_VALUE_BYTES];
    if (job_spec_slot(row, slot)) {
        struct rd_index_key key = rd_index_key((uint32_t)rd_map_int(&row->spec, "index", 0), slot,
                                               look->opened_ms, look->record + 1);
        return rd_walk_start(walk, kernel->store, RD_TABLE_INDEX, key.bytes, false, error);
    }
    uint64_t first = (uint64_t)type << 48;
    struct rd_key8 key = rd_key8(look->record >= first ? look->record + 1 : first);
    return rd_walk_start(walk, kernel->store, RD_TABLE_RECORD, key.bytes, false, error);
}

/* The id under the walk, or 0 where it has left the job's records. */
static uint64_t job_walk_id(const struct rd_walk *walk, const struct rd_job_row *row, uint16_t type,
                            struct rd_job_look *look)
{
    unsigned char prefix[4 + RD_INDEX_VALUE_BYTES];
    if (!job_spec_slot(row, prefix + 4)) {
        uint64_t id = rd_key_u64(walk->key);
        return id >> 48 == type ? (look->record = id) : 0;
    }
    rd_key_put_u32(prefix, (uint32_t)rd_map_int(&row->spec, "index", 0));
    if (memcmp(walk->key, prefix, sizeof prefix) != 0)
        return 0;
    look->opened_ms = rd_index_key_opened_at(walk->key);
    return look->record = rd_index_key_record(walk->key);
}

/* The next record of the job. RD_END: there is none; RD_OK with *found 0: not yet, `budget` is used
 * up. */
static enum rd_status job_next(struct rd_kernel *kernel, const struct rd_job_row *row,
                               const struct rd_record_type *type, struct rd_job_look *look,
                               size_t *budget, uint64_t *found, struct rd_error *error)
{
    uint16_t number = rd_type_number(kernel, type);
    uint64_t until = (uint64_t)rd_map_int(&row->spec, "until", 0);
    struct rd_arena scratch;
    struct rd_walk walk;
    *found = 0;
    rd_arena_init(&scratch);
    enum rd_status status = job_walk(kernel, row, look, number, &walk, error);
    while (status == RD_OK && *found == 0 && *budget > 0) {
        struct rd_record record;
        uint64_t id = job_walk_id(&walk, row, number, look);
        if (id == 0) {
            status = RD_END;
            break;
        }
        --*budget;
        rd_arena_reset(&scratch);
        if (id <= until)
            status = rd_record_load(kernel->store, (struct rd_id){ id }, &scratch, &record, error);
        if (status == RD_OK && id <= until &&
            job_matches(type, rd_map_list(&row->spec, "where"), &record))
            *found = id;
        else if (status == RD_OK)
            status = rd_walk_next(&walk, error);
    }
    rd_walk_end(&walk);
    rd_arena_fini(&scratch);
    return status;
}

/* ---- one record ---- */

static enum rd_status job_fields(struct rd_run *run, struct rd_draft *draft,
                                 const struct rd_value *fields)
{
    for (uint32_t i = 0; rd_value_is(fields, RD_MAP) && i < fields->count; i++) {
        int at = rd_type_field(draft->type, fields->pairs[i].key);
        struct rd_value inside; /* the policy may be another one than when the job began */
        if (at < 0 || draft->type->fields[at].derived)
            return rd_error_set(run->error, RD_POLICY_FAULT,
                                "record '%s' has no field '%s' now that a rule may set",
                                draft->type->name, fields->pairs[i].key);
        const struct rd_field *field = &draft->type->fields[at];
        enum rd_status status =
            rd_type_accept(&field->type, &fields->pairs[i].value, run->arena, &inside, run->error);
        if (status != RD_OK)
            return rd_error_set(run->error, RD_POLICY_FAULT, "field '%s' %s", field->name,
                                rd_arena_printf(run->arena, "%s", run->error->text));
        rd_draft_set(run, draft, field->name, inside);
    }
    return RD_OK;
}

static enum rd_status job_send(struct rd_run *run, struct rd_draft *draft,
                               const struct rd_value *spec)
{
    const char *name = rd_map_text(spec, "send", "");
    const struct rd_event *event =
        draft->chart && draft->state >= 0 ? rd_event_find(draft->chart, draft->state, name) : NULL;
    if (!event)
        return rd_error_set(run->error, RD_WRONG_STATE, "state '%s' does not accept '%s'",
                            draft->record.state ? draft->record.state : "", name);
    enum rd_status status = job_fields(run, draft, rd_map_get(spec, "form"));
    return status == RD_OK ? rd_take_event(run, draft, event) : status;
}

static enum rd_status job_start(struct rd_run *run, const struct rd_draft *draft,
                                const struct rd_value *spec, struct rd_draft **started)
{
    const char *name = rd_map_text(spec, "start", ""), *link = rd_map_text(spec, "link", NULL);
    const struct rd_record_type *type = rd_model_type(run->model, name);
    if (!type)
        return rd_error_set(run->error, RD_POLICY_FAULT, "there is no record '%s' now", name);
    enum rd_status status = rd_draft_new(run, type, started);
    if (status == RD_OK)
        status = job_fields(run, *started, rd_map_get(spec, "data"));
    if (status != RD_OK)
        return status;
    if (link && rd_type_field(type, link) >= 0)
        rd_draft_set(run, *started, link, rd_int((int64_t)draft->record.id.value));
    rd_draft_presets(run, *started);
    return type->chart ? rd_take_open(run, *started) : RD_OK;
}

static void job_run(struct rd_kernel *kernel, const struct rd_job_row *row, struct rd_run *run,
                    struct rd_error *error)
{
    rd_run_init(run, kernel, &kernel->ring_arena, error);
    run->actor = (struct rd_actor){ .name = "system", .system = true };
    run->lane = RD_LANE_LIVE;
    run->job_depth = rd_map_int(&row->spec, "depth", 0);
    run->command = rd_arena_printf(run->arena, "job.%llu", (unsigned long long)row->number);
}

static void job_decided(struct rd_run *run, const struct rd_job_row *row, const char *outcome,
                        const char *reason)
{
    rd_run_says(run, run->command, rd_map_text(&row->spec, "rule", ""), outcome, reason);
}

static struct rd_value job_step(struct rd_arena *arena, const struct rd_job_row *row,
                                const struct rd_job_look *look, bool done)
{
    struct rd_value effect = job_effect(arena, row->number, "step");
    rd_list_add(arena, &effect, rd_int(look->opened_ms));
    rd_list_add(arena, &effect, rd_int((int64_t)look->record));
    rd_list_add(arena, &effect, rd_bool(done));
    return effect;
}

/* An entry of the job itself: a record for which it could not be done, or the end. */
static enum rd_status job_entry(struct rd_run *run, struct rd_id record, struct rd_value effect)
{
    struct rd_value effects = rd_list();
    uint64_t seq;
    rd_list_add(run->arena, &effects, effect);
    rd_run_says_no_more(run, 0);
    struct rd_command_entry entry = {
        .at_ms = run->now_ms,
        .actor = run->actor.name,
        .command = run->command,
        .record = record,
        .form = rd_null(),
        .facts = rd_null(),
        .decisions = run->decisions,
        .effects = effects,
        .generation = run->kernel->generation,
    };
    return rd_entry_write(run->kernel, &entry, &seq, run->error);
}

/* What the job is about, done to one record, and committed together with the step. */
static enum rd_status job_do(struct rd_kernel *kernel, const struct rd_job_row *row,
                             const struct rd_job_look *look, struct rd_error *error)
{
    struct rd_run run;
    struct rd_draft *draft, *main_draft;
    uint64_t seq;
    bool derive = rd_map_bool(&row->spec, "derive", false);
    job_run(kernel, row, &run, error);
    enum rd_status status = rd_draft_of(&run, (struct rd_id){ look->record }, &draft);
    if (status != RD_OK)
        return status;
    main_draft = draft;
    job_decided(&run, row,
                derive ? "derived anew"
                       : rd_map_text(&row->spec, "send", rd_map_text(&row->spec, "start", "")),
                NULL);
    bool moved;
    if (derive)
        status = rd_derive_draft(&run, draft, &moved);
    else if (rd_map_get(&row->spec, "send"))
        status = job_send(&run, draft, &row->spec);
    else
        status = job_start(&run, draft, &row->spec, &main_draft);
    if (status != RD_OK || (derive && !draft->changed))
        return status;
    rd_list_add(run.arena, &run.extra, job_step(run.arena, row, look, true));
    return rd_run_commit(&run, main_draft, &seq);
}

static enum rd_status job_record(struct rd_kernel *kernel, const struct rd_job_row *row,
                                 const struct rd_job_look *look, struct rd_error *error)
{
    struct rd_error why = RD_ERROR_NONE;
    struct rd_run run;
    rd_arena_reset(&kernel->ring_arena);
    enum rd_status status = job_do(kernel, row, look, &why);
    if (status == RD_OK)
        return RD_OK;
    if (rd_ring_waits(status)) {
        *error = why;
        return status;
    }
    job_run(kernel, row, &run, &why);
    const char *reason = rd_arena_printf(run.arena, "%s", why.text);
    if (status == RD_POLICY_FAULT)
        rd_run_refused(&run, (struct rd_id){ look->record }, status);
    job_decided(&run, row, "not done", reason);
    run.error = error;
    return job_entry(&run, (struct rd_id){ look->record }, job_step(run.arena, row, look, false));
}

enum rd_status rd_job_redo(struct rd_kernel *kernel, uint64_t number, int64_t opened_ms,
                           struct rd_id record, struct rd_arena *arena, struct rd_error *error)
{
    struct rd_job_look look = { .number = number, .opened_ms = opened_ms, .record = record.value };
    struct rd_job_row row;
    enum rd_status status = rd_job_load(kernel->store, number, arena, &row, error);
    return status == RD_OK ? job_record(kernel, &row, &look, error) : status;
}

bool rd_job_matches(const struct rd_kernel *kernel, const struct rd_job_row *row,
                    const struct rd_record *record)
{
    const struct rd_record_type *type =
        rd_model_type(kernel->model, rd_map_text(&row->spec, "type", ""));
    return type && rd_type_of(kernel, record->id) == type && record->version &&
           job_matches(type, rd_map_list(&row->spec, "where"), record);
}

enum rd_status rd_job_records(struct rd_kernel *kernel, const struct rd_job_row *row,
                              struct rd_buf *ids, struct rd_error *error)
{
    const struct rd_record_type *type =
        rd_model_type(kernel->model, rd_map_text(&row->spec, "type", ""));
    struct rd_job_look look = { .opened_ms = INT64_MIN };
    struct rd_job_row all = *row;
    enum rd_status status = type ? RD_OK : RD_END;
    struct rd_arena arena;
    rd_arena_init(&arena);
    all.spec = rd_value_copy(&arena, &row->spec);
    rd_map_set(&arena, &all.spec, "until", rd_int(INT64_MAX));
    while (status == RD_OK) {
        size_t budget = RD_JOB_SCAN_MAX;
        uint64_t found;
        status = job_next(kernel, &all, type, &look, &budget, &found, error);
        if (status == RD_OK && found)
            rd_buf_append(ids, &found, sizeof found);
    }
    rd_arena_fini(&arena);
    return status == RD_END ? RD_OK : status;
}

static enum rd_status job_end(struct rd_kernel *kernel, const struct rd_job_row *row,
                              const char *why, struct rd_error *error)
{
    struct rd_run run;
    rd_arena_reset(&kernel->ring_arena);
    job_run(kernel, row, &run, error);
    job_decided(&run, row,
                rd_arena_printf(run.arena, "ended: %lld done, %lld not done", (long long)row->done,
                                (long long)row->failed),
                why);
    kernel->job_look = (struct rd_job_look){ 0 };
    return job_entry(&run, (struct rd_id){ 0 }, job_effect(run.arena, row->number, "end"));
}

/* ---- slices ---- */

/* `records` of the first job under way at most; RD_END: no job is. */
static enum rd_status job_slice(struct rd_kernel *kernel, size_t *records, size_t *budget,
                                struct rd_arena *arena, struct rd_error *error)
{
    struct rd_job_row row;
    struct rd_job_look look;
    enum rd_status status = job_first(kernel, arena, &row, error);
    if (status != RD_OK)
        return status;
    const struct rd_record_type *type =
        rd_model_type(kernel->model, rd_map_text(&row.spec, "type", ""));
    if (!type)
        return job_end(kernel, &row, "the policy has no such record any more", error);
    job_look(kernel, &row, &look);
    while (*records > 0 && *budget > 0) {
        uint64_t found;
        struct rd_job_look next = look;
        status = job_next(kernel, &row, type, &next, budget, &found, error);
        if (status == RD_OK && found) {
            --*records;
            status = job_record(kernel, &row, &next, error);
            if (status == RD_OK) /* the totals for the end's entry */
                status = rd_job_load(kernel->store, row.number, arena, &row, error);
        }
        if (status == RD_END)
            return job_end(kernel, &row, NULL, error);
        if (status != RD_OK)
            return status;
        look = kernel->job_look = next;
    }
    return RD_OK;
}

enum rd_status rd_job_slice(struct rd_kernel *kernel, size_t records, struct rd_error *error)
{
    size_t budget = RD_JOB_SCAN_MAX;
    struct rd_arena arena;
    enum rd_status status = RD_OK;
    rd_arena_init(&arena);
    while (kernel->jobs_running && status == RD_OK && records > 0 && budget > 0) {
        rd_arena_reset(&arena);
        status = job_slice(kernel, &records, &budget, &arena, error);
        if (status == RD_END)
            kernel->jobs_running = false;
    }
    rd_arena_fini(&arena);
    if (status != RD_OK && status != RD_END)
        kernel->job_look = (struct rd_job_look){ 0 };
    return status == RD_END ? RD_OK : status;
}

enum rd_status rd_job_drain(struct rd_kernel *kernel, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    while (status == RD_OK && kernel->jobs_running) {
        status = rd_job_slice(kernel, RD_JOB_SLICE_MAX, error);
        if (status == RD_OK && kernel->wrote)
            status = rd_vault_flush(kernel->vault, error);
    }
    return status;
}

enum rd_status rd_job_left(struct rd_kernel *kernel, const struct rd_job_row *row, size_t *budget,
                           int64_t *left, bool *more, struct rd_error *error)
{
    const struct rd_record_type *type =
        rd_model_type(kernel->model, rd_map_text(&row->spec, "type", ""));
    struct rd_job_look look;
    enum rd_status status = type ? RD_OK : RD_END;
    *left = 0;
    job_look(kernel, row, &look);
    while (status == RD_OK && *budget > 0) {
        uint64_t found;
        status = job_next(kernel, row, type, &look, budget, &found, error);
        *left += status == RD_OK && found;
    }
    *more = status == RD_OK;
    return status == RD_END ? RD_OK : status;
}
