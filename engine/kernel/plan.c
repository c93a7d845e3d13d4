/* Plans: working copies of the records that a command touches, and what the chart does to them.
 *
 *   event ─▶ row whose guards hold ─▶ exit actions, the row's actions
 *         ─▶ the new state: clocks stop and start ─▶ entry actions
 *
 * What actions return is carried out by effect.c.
 * Nothing here writes. A plan that fails is forgotten with its arena; a plan that stands is turned
 * into one entry (commit.c). Cascades (send, start) run in the same plan, to a bounded depth.
 */
#include "kernel/era.h"
#include "kernel/generation.h"
#include "kernel/inside.h"
#include "kernel/redo.h"

#include <string.h>

#include "base/text.h"
#include "domain/zone.h"
#include "store/tables.h"

void rd_run_init(struct rd_run *run, struct rd_kernel *kernel, struct rd_arena *arena,
                 struct rd_error *error)
{
    *run = (struct rd_run){
        .kernel = kernel,
        .model = kernel->model,
        .arena = arena,
        .error = error,
        .now_ms = rd_kernel_now_ms(kernel),
        .facts = rd_map(),
        .decisions = rd_list(),
        .extra = rd_list(),
        .form_shown = rd_null(),
    };
}

static enum rd_status draft_add(struct rd_run *run, const struct rd_record_type *type,
                                struct rd_draft **out)
{
    if (run->draft_count == RD_CASCADE_RECORDS_MAX)
        return rd_error_set(run->error, RD_LIMIT_EXCEEDED,
                            "the command touches more than %d records", RD_CASCADE_RECORDS_MAX);
    struct rd_draft *draft = rd_arena_zalloc(run->arena, 1, sizeof *draft);
    draft->set = rd_map();
    draft->state = -1;
    draft->type = type;
    draft->chart = type->chart;
    size_t fields = type->field_count + 1;
    draft->values =
        rd_arena_zalloc(run->arena, fields, sizeof *draft->values + sizeof *draft->stored_at);
    draft->stored_at = (uint16_t *)(draft->values + fields);
    run->drafts[run->draft_count++] = draft;
    *out = draft;
    return RD_OK;
}

/* The record's fields to their places. What the policy no longer has stays in the map alone. */
static void draft_spread(struct rd_draft *draft)
{
    const struct rd_value *data = &draft->record.data;
    for (uint32_t i = 0; i < data->count; i++) {
        int field = rd_field_of(draft->type, data->pairs[i].key);
        if (field < 0)
            continue;
        draft->values[field] = data->pairs[i].value;
        draft->stored_at[field] = (uint16_t)(i + 1);
    }
}

/* A state that this policy no longer has: whoever touches the case finds it where `moved` sends it,
 * whether planning anew (replan.c) has come to it yet or not. */
static enum rd_status draft_move(struct rd_run *run, struct rd_draft *draft)
{
    int to = rd_generation_move(run->kernel, draft->chart, draft->record.state);
    if (to < 0)
        return RD_OK;
    draft->state = to;
    draft->record.state = draft->chart->states[to].name;
    return rd_clock_move(run, draft);
}

/* The store stays as it is while a plan is made: what a form referred to is not read again. */
static enum rd_status draft_load(struct rd_run *run, struct rd_id id, struct rd_record *out)
{
    if (id.value == 0 || run->referred.id.value != id.value)
        return rd_record_load(run->kernel->store, id, run->arena, out, run->error);
    *out = run->referred;
    return RD_OK;
}

enum rd_status rd_draft_of(struct rd_run *run, struct rd_id id, struct rd_draft **out)
{
    for (size_t i = 0; i < run->draft_count; i++)
        if (run->drafts[i]->record.id.value == id.value) {
            *out = run->drafts[i];
            return RD_OK;
        }
    struct rd_record record;
    const struct rd_record_type *type = rd_type_of(run->kernel, id);
    enum rd_status status = type ? draft_load(run, id, &record) : RD_NOT_FOUND;
    if (status == RD_NOT_FOUND)
        return rd_error_set(run->error, RD_NOT_FOUND, "there is no such record");
    if (status != RD_OK || (status = draft_add(run, type, out)) != RD_OK)
        return status;
    (*out)->record = record;
    (*out)->stored = record;
    draft_spread(*out);
    if (!type->chart)
        return RD_OK;
    const struct rd_chart *chart = (*out)->chart = rd_chart_of(run->kernel, type, &record);
    if (!record.state) /* it was opened before its type had a workflow */
        (*out)->record.state = chart->states[chart->initial].name;
    (*out)->state = rd_state_find(chart, (*out)->record.state);
    return (*out)->state < 0 ? draft_move(run, *out) : RD_OK;
}

enum rd_status rd_draft_as_it_was(struct rd_run *run, const struct rd_record_type *type,
                                  const struct rd_record *record,
                                  const struct rd_deadline *deadlines, size_t count,
                                  struct rd_draft **out)
{
    enum rd_status status = draft_add(run, type, out);
    if (status != RD_OK)
        return status;
    struct rd_draft *draft = *out;
    draft->record = *record;
    draft->stored = *record;
    draft_spread(draft);
    draft->chart = type->chart ? rd_chart_of(run->kernel, type, record) : NULL;
    if (type->chart && record->state)
        draft->state = rd_state_find(draft->chart, record->state);
    if (type->chart && record->state && draft->state < 0)
        draft->state = rd_generation_move(run->kernel, draft->chart, record->state);
    draft->deadlines = rd_arena_zalloc(run->arena, count + 1, sizeof *draft->deadlines);
    for (size_t i = 0; i < count; i++)
        draft->deadlines[i].row = deadlines[i];
    draft->deadline_count = draft->deadline_cap = count;
    draft->deadlines_loaded = true;
    return RD_OK;
}

bool rd_draft_is_moved(const struct rd_draft *draft)
{
    return draft->state >= 0 && draft->stored.state &&
           rd_state_find(draft->chart, draft->stored.state) < 0;
}

#define DRAFT_COUNTER_MAX 64

/* The name of a counter, "serial:7": what it counts, and of which type. Its end. */
static char *draft_counter(char out[DRAFT_COUNTER_MAX], const char *what, uint16_t type)
{
    size_t len = strlen(what);
    memcpy(out, what, len);
    char *end = rd_text_put_uint(out + len, type);
    *end = 0;
    return end;
}

/* "number:7:2026": of a type and a year. */
static void draft_counter_year(char out[DRAFT_COUNTER_MAX], uint16_t type, int64_t year)
{
    char *end = draft_counter(out, "number:", type);
    *end++ = ':';
    if (year < 0)
        *end++ = '-';
    end = rd_text_put_uint(end, (uint64_t)(year < 0 ? -year : year));
    *end = 0;
}

/* With `zeros` digits at the least. */
static void draft_serial(struct rd_buf *text, uint64_t serial, size_t zeros)
{
    char digits[RD_UINT_TEXT_MAX];
    size_t len = (size_t)(rd_text_put_uint(digits, serial) - digits);
    for (size_t i = len; i < zeros; i++)
        rd_buf_char(text, '0');
    rd_buf_append(text, digits, len);
}

/* "CP-{year}-{000000}": the year of the company's local date, and the serial with as many digits as
 * there are zeros. */
static enum rd_status draft_number(struct rd_run *run, struct rd_draft *draft)
{
    const char *format = draft->type->number;
    char counter[DRAFT_COUNTER_MAX];
    int year, month, day;
    if (!format)
        return RD_OK;
    int64_t local = rd_zone_local_ms(run->model->local, run->now_ms);
    rd_date_civil((local - (local < 0 ? 86399999 : 0)) / 86400000, &year, &month, &day);
    draft->opened_year = strstr(format, "{year}") ? year : 0;
    draft_counter_year(counter, rd_id_type(draft->record.id), draft->opened_year);
    enum rd_status status =
        rd_counter_read(run->kernel->store, counter, &draft->opened_serial, run->error);
    if (status != RD_OK)
        return status;
    for (size_t i = 0; i < run->draft_count; i++) /* others of this plan come before it */
        draft->opened_serial +=
            run->drafts[i] != draft && run->drafts[i]->fresh && run->drafts[i]->type == draft->type;
    draft->opened_serial++;
    if (run->kernel->redo)
        rd_redo_number(run->kernel->redo, draft->record.id, &draft->opened_serial);
    struct rd_buf text;
    rd_buf_init(&text);
    for (const char *at = format; *at; at++) {
        size_t zeros = *at == '{' ? strspn(at + 1, "0") : 0;
        if (strncmp(at, "{year}", 6) == 0) {
            rd_buf_digits(&text, (uint64_t)year, 4);
            at += 5;
        } else if (zeros > 0 && at[1 + zeros] == '}') {
            draft_serial(&text, (uint64_t)draft->opened_serial, zeros);
            at += zeros + 1;
        } else {
            rd_buf_char(&text, *at);
        }
    }
    draft->record.number = rd_arena_copy(run->arena, text.data, text.len);
    rd_buf_fini(&text);
    return RD_OK;
}

enum rd_status rd_draft_new(struct rd_run *run, const struct rd_record_type *type,
                            struct rd_draft **out)
{
    char counter[DRAFT_COUNTER_MAX];
    int64_t serial;
    uint16_t number = rd_type_number(run->kernel, type);
    (void)draft_counter(counter, "serial:", number);
    enum rd_status status = rd_counter_read(run->kernel->store, counter, &serial, run->error);
    if (status != RD_OK)
        return status;
    size_t before = 0;
    for (size_t i = 0; i < run->draft_count; i++)
        before += run->drafts[i]->fresh && run->drafts[i]->type == type;
    serial += (int64_t)before + 1;
    if (run->kernel->redo)
        rd_redo_serial(run->kernel->redo, number, before, &serial);
    if ((status = draft_add(run, type, out)) != RD_OK)
        return status;
    struct rd_draft *draft = *out;
    draft->fresh = draft->changed = true;
    draft->deadlines_loaded = true;
    draft->record = (struct rd_record){
        .id = { (uint64_t)number << 48 | (uint64_t)serial },
        .opened_at_ms = run->now_ms,
        .updated_at_ms = run->now_ms,
        .opened_by = run->actor.name,
        .lane = run->lane,
        .data = rd_map(),
    };
    draft->stored = (struct rd_record){ .id = draft->record.id, .data = rd_map() };
    rd_facts_forget(run);
    return draft_number(run, draft);
}

const struct rd_value *rd_draft_at(const struct rd_draft *draft, int field)
{
    const struct rd_value *value = &draft->values[field];
    return value->kind != RD_NULL || rd_fields_has(&draft->is_set, field) ? value : NULL;
}

const struct rd_value *rd_draft_get(const struct rd_draft *draft, const char *field)
{
    int at = rd_type_field(draft->type, field);
    if (at >= 0)
        return rd_draft_at(draft, at);
    const struct rd_value *value = rd_map_get(&draft->set, field);
    return value ? value : rd_map_get(&draft->record.data, field);
}

void rd_facts_forget(struct rd_run *run)
{
    for (size_t i = 0; i < run->draft_count; i++)
        run->drafts[i]->facts_known = 0;
}

void rd_draft_put(struct rd_run *run, struct rd_draft *draft, int at, struct rd_value value)
{
    const struct rd_field *field = &draft->type->fields[at];
    if (field->with && (value.kind == RD_TEXT || value.kind == RD_NULL))
        rd_eyes_remember(run, draft, field, &value);
    if (rd_value_equal(&draft->values[at], &value))
        return;
    if (rd_fields_has(&draft->is_set, at))
        rd_map_set(run->arena, &draft->set, field->name, value);
    else
        rd_map_add(run->arena, &draft->set, field->name, value);
    rd_fields_add(&draft->is_set, at);
    draft->values[at] = value;
    draft->changed = true;
    rd_facts_forget(run);
}

void rd_draft_set(struct rd_run *run, struct rd_draft *draft, const char *field,
                  struct rd_value value)
{
    int at = rd_type_field(draft->type, field);
    RD_ASSERT(at >= 0);
    rd_draft_put(run, draft, at, value);
}

void rd_draft_presets(struct rd_run *run, struct rd_draft *draft)
{
    for (size_t i = 0; i < draft->type->field_count; i++) {
        const struct rd_field *field = &draft->type->fields[i];
        if (field->preset.kind != RD_NULL && !rd_draft_at(draft, (int)i))
            rd_draft_put(run, draft, (int)i, field->preset);
    }
}

/* It has come to another workflow: the limits of its state begin, and that of the whole case is as
 * if it had always been this one's. */
static enum rd_status plan_follow(struct rd_run *run, struct rd_draft *draft)
{
    size_t moved, begun, ended;
    enum rd_status status = rd_clock_move(run, draft);
    if (status == RD_OK)
        status = rd_rearm(run, draft, true, &begun, &ended);
    return status == RD_OK ? rd_clock_replan(run, draft, &moved) : status;
}

static enum rd_status plan_enter(struct rd_run *run, struct rd_draft *draft, int to)
{
    const struct rd_state *state = &draft->chart->states[to];
    int from = draft->state;
    bool follows = false;
    enum rd_status status = RD_OK;
    if (from >= 0)
        status = rd_effects_run(run, draft, draft->chart->states[from].exit,
                                draft->chart->states[from].exit_count);
    if (status != RD_OK)
        return status;
    if (draft->chart->pinned) {
        int there = rd_era_follow(run, draft, state->name);
        follows = there >= 0;
        to = follows ? there : to;
        state = &draft->chart->states[to];
    }
    draft->state = to;
    draft->record.state = state->name;
    draft->changed = true;
    rd_facts_forget(run);
    rd_visit(run->kernel, state->spot);
    status = follows ? plan_follow(run, draft) : rd_clock_enter(run, draft, from, to);
    if (status != RD_OK)
        return status;
    return rd_effects_run(run, draft, state->entry, state->entry_count);
}

/* Something live happens to an imported record: from now on its clocks are the live ones. */
static enum rd_status plan_join_lane(struct rd_run *run, struct rd_draft *draft)
{
    if (run->lane != RD_LANE_LIVE || draft->record.lane == RD_LANE_LIVE)
        return RD_OK;
    enum rd_status status = rd_draft_deadlines(run, draft);
    draft->record.lane = RD_LANE_LIVE;
    for (size_t i = 0; status == RD_OK && i < draft->deadline_count; i++) {
        draft->deadlines[i].row.lane = RD_LANE_LIVE;
        draft->deadlines[i].changed = true;
    }
    return status;
}

enum rd_status rd_take_row(struct rd_run *run, struct rd_draft *draft, const struct rd_event *event,
                           const struct rd_row *row)
{
    if (++run->depth > RD_CASCADE_DEPTH_MAX)
        return rd_error_set(run->error, RD_POLICY_FAULT,
                            "%s:%d: events send events more than %d deep", draft->chart->file,
                            row->line, RD_CASCADE_DEPTH_MAX);
    const char *to = row->go >= 0 ? draft->chart->states[row->go].name : "(stays)";
    rd_visit(run->kernel, row->spot);
    rd_run_says(run, event ? event->command : "open", row->place, to, NULL);
    draft->changed = true;
    if (event && event->by >= 0 && row != event->above) /* who was not allowed to did not do it */
        rd_draft_put(run, draft, event->by, rd_text(run->actor.name));
    enum rd_status status = plan_join_lane(run, draft);
    if (status == RD_OK)
        status = rd_effects_run(run, draft, row->actions, row->action_count);
    if (status == RD_OK && row->go >= 0)
        status = plan_enter(run, draft, row->go);
    if (status == RD_OK && event)
        status = rd_account_event(run, draft, event);
    run->depth--;
    return status;
}

enum rd_status rd_take_event(struct rd_run *run, struct rd_draft *draft,
                             const struct rd_event *event)
{
    for (size_t i = 0; i < event->row_count; i++) {
        bool holds;
        enum rd_status status = rd_gather_guards(run, draft, &event->rows[i], &holds);
        if (status != RD_OK)
            return status;
        if (holds)
            return rd_take_row(run, draft, event, &event->rows[i]);
    }
    return rd_error_set(run->error, RD_POLICY_FAULT, "%s:%d: no row of event '%s' fits",
                        draft->chart->file, event->line, event->name);
}

enum rd_status rd_take_open(struct rd_run *run, struct rd_draft *draft)
{
    enum rd_status status =
        rd_take_row(run, draft, &draft->chart->open, &draft->chart->open.rows[0]);
    return status == RD_OK ? rd_clock_within(run, draft) : status;
}

const struct rd_limit *rd_plan_limit(const struct rd_draft *draft, const struct rd_deadline *row)
{
    if (row->kind == RD_DEADLINE_WITHIN)
        return draft->chart->within;
    if (row->kind != RD_DEADLINE_STATE || draft->state < 0 || !row->ref ||
        strcmp(draft->chart->states[draft->state].name, row->ref) != 0)
        return NULL;
    const struct rd_state *state = &draft->chart->states[draft->state];
    return row->which < state->after_count ? &state->after[row->which] : NULL;
}

static enum rd_status plan_ring_limit(struct rd_run *run, struct rd_draft *draft,
                                      const struct rd_limit *limit)
{
    rd_visit(run->kernel, limit->spot);
    if (limit->escalate)
        draft->record.escalation++;
    struct rd_telling telling = {
        .to = limit->tell,
        .count = limit->tell_count,
        .text = limit->message,
        .template = limit->template,
        .at_once = limit->at_once,
        .rule = limit->place,
    };
    enum rd_status status = rd_account_limit(run, draft, limit);
    if (status == RD_OK)
        status = rd_effect_tell(run, draft, &telling);
    if (status == RD_OK)
        status = rd_effects_run(run, draft, limit->actions, limit->action_count);
    if (status == RD_OK && limit->go >= 0)
        status = plan_enter(run, draft, limit->go);
    return status;
}

enum rd_status rd_take_ring(struct rd_run *run, struct rd_draft *draft,
                            struct rd_draft_deadline *deadline)
{
    const struct rd_deadline *row = &deadline->row;
    const struct rd_limit *limit = draft->chart ? rd_plan_limit(draft, row) : NULL;
    deadline->removed = true;
    draft->changed = true;
    rd_run_says(run, row->name, row->rule ? row->rule : "",
                limit || row->kind == RD_DEADLINE_EVENT ? "rang" : "rang, but the rule is gone",
                row->limit);
    if (limit)
        return plan_ring_limit(run, draft, limit);
    if (row->kind != RD_DEADLINE_EVENT || !draft->chart || draft->state < 0 || !row->ref)
        return RD_OK;
    const struct rd_event *event = rd_event_find(draft->chart, draft->state, row->ref);
    if (event)
        return rd_take_event(run, draft, event);
    rd_run_says(run, row->ref, draft->chart->place, "not accepted", draft->record.state);
    return RD_OK;
}
