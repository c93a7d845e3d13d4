/* Clocks of a draft: state limits start on entry and stop on leaving; the whole case's runs from
 * opening to the end; states that pause stop every other clock of the record, and leaving them lets
 * all go on with what was left.
 */
#include "kernel/inside.h"

#include <string.h>

enum rd_status rd_draft_deadlines(struct rd_run *run, struct rd_draft *draft)
{
    struct rd_deadline *rows;
    size_t count;
    if (draft->deadlines_loaded)
        return RD_OK;
    enum rd_status status = rd_deadlines_load(run->kernel->store, draft->record.id, run->arena,
                                              &rows, &count, run->error);
    if (status != RD_OK)
        return status;
    draft->deadline_cap = count + 4;
    draft->deadlines = rd_arena_zalloc(run->arena, draft->deadline_cap, sizeof *draft->deadlines);
    for (size_t i = 0; i < count; i++)
        draft->deadlines[i].row = rows[i];
    draft->deadline_count = count;
    draft->deadlines_loaded = true;
    return RD_OK;
}

static const struct rd_calendar *clock_of(const struct rd_run *run, const char *name)
{
    const struct rd_calendar *clock = name ? rd_model_calendar(run->model, name) : NULL;
    return clock ? clock : run->model->elapsed;
}

/* Limits are few, and mostly names of the policy: they are parsed once. */
static enum rd_status clock_duration(struct rd_run *run, const struct rd_deadline *row,
                                     struct rd_duration *out)
{
    struct rd_kernel *kernel = run->kernel;
    bool on_clock = row->clock != NULL;
    struct rd_parsed *parsed =
        &kernel->known.parsed[((uintptr_t)row->limit / sizeof(struct rd_symbol_head) ^ on_clock) %
                              RD_PARSED_SEATS];
    if (parsed->text == row->limit && parsed->on_clock == on_clock) {
        *out = parsed->is;
        return RD_OK;
    }
    enum rd_status status = rd_duration_parse(row->limit, on_clock, out, run->error);
    if (status == RD_OK && rd_symbol_is(kernel->catalogue.names.symbols, row->limit))
        *parsed = (struct rd_parsed){ row->limit, on_clock, *out };
    return status;
}

static enum rd_status clock_plan(struct rd_run *run, struct rd_deadline *row)
{
    struct rd_duration duration;
    enum rd_status status = clock_duration(run, row, &duration);
    if (status == RD_OK)
        rd_deadline_plan(row, &duration, clock_of(run, row->clock));
    return status;
}

/* A deadline of this name, new or started anew. */
static enum rd_status clock_put(struct rd_run *run, struct rd_draft *draft, struct rd_deadline row)
{
    enum rd_status status = rd_draft_deadlines(run, draft);
    row.number = rd_deadline_numbered(&row);
    row.record = draft->record.id;
    row.lane = draft->record.lane;
    if (status == RD_OK)
        status = clock_plan(run, &row);
    if (status != RD_OK)
        return status;
    size_t i = 0;
    while (i < draft->deadline_count &&
           rd_deadline_numbered(&draft->deadlines[i].row) != row.number)
        i++;
    if (i == draft->deadline_count && i == draft->deadline_cap) {
        size_t cap = draft->deadline_cap ? draft->deadline_cap * 2 : 4;
        struct rd_draft_deadline *more = rd_arena_zalloc(run->arena, cap, sizeof *more);
        if (i)
            memcpy(more, draft->deadlines, i * sizeof *more);
        draft->deadlines = more;
        draft->deadline_cap = cap;
    }
    bool fresh = i == draft->deadline_count || draft->deadlines[i].fresh;
    if (i == draft->deadline_count)
        draft->deadline_count++;
    draft->deadlines[i] = (struct rd_draft_deadline){ .row = row, .changed = true, .fresh = fresh };
    draft->changed = true;
    return RD_OK;
}

/* The duration's text: as written, or what the decision answers for this record now. */
static enum rd_status clock_limit(struct rd_run *run, struct rd_draft *draft,
                                  const struct rd_limit *limit, const char **out,
                                  const char **decided)
{
    struct rd_answer answer;
    *out = limit->text;
    *decided = NULL;
    if (!limit->decision)
        return RD_OK;
    enum rd_status status = rd_gather_decide(run, draft, limit->decision, NULL, NULL, &answer);
    if (status != RD_OK)
        return status;
    if (answer.outputs[0].kind != RD_TEXT)
        return rd_error_set(run->error, RD_POLICY_FAULT, "%s:%d: decision '%s' gave no duration",
                            limit->file, limit->line, limit->decision->name);
    *out = answer.outputs[0].text;
    *decided = answer.row_count ? limit->decision->rows[answer.rows[0]].rule
                                : limit->decision->rule_otherwise;
    return RD_OK;
}

enum rd_status rd_clock_arm(struct rd_run *run, struct rd_draft *draft,
                            const struct rd_limit *limit, const struct rd_deadline *as)
{
    const char *text, *decided;
    enum rd_status status = clock_limit(run, draft, limit, &text, &decided);
    if (status != RD_OK)
        return status;
    return clock_put(run, draft,
                     (struct rd_deadline){
                         .name = limit->name,
                         .number = limit->number,
                         .kind = as->kind,
                         .ref = as->ref,
                         .which = as->which,
                         .started_ms = as->started_ms,
                         .pauses = as->pauses,
                         .pause_count = as->pause_count,
                         .limit = text,
                         .decided = decided,
                         .clock = limit->clock ? rd_calendar_name(limit->clock) : NULL,
                         .rule = limit->place,
                     });
}

/* A state's own limits run while it waits; everything else of the record stands still. */
static enum rd_status clock_pause(struct rd_run *run, struct rd_draft *draft, const char *state)
{
    const char *by = rd_arena_join(run->arena, state, ", by ", run->actor.name);
    for (size_t i = 0; i < draft->deadline_count; i++) {
        struct rd_draft_deadline *deadline = &draft->deadlines[i];
        if (deadline->removed || !deadline->row.running || deadline->row.kind == RD_DEADLINE_STATE)
            continue;
        struct rd_pause *pauses =
            rd_arena_zalloc(run->arena, deadline->row.pause_count + 1, sizeof *pauses);
        if (deadline->row.pause_count)
            memcpy(pauses, deadline->row.pauses, deadline->row.pause_count * sizeof *pauses);
        pauses[deadline->row.pause_count++] = (struct rd_pause){ run->now_ms, INT64_MAX, by };
        deadline->row.pauses = pauses;
        deadline->changed = true;
        enum rd_status status = clock_plan(run, &deadline->row);
        if (status != RD_OK)
            return status;
    }
    return RD_OK;
}

static enum rd_status clock_resume(struct rd_run *run, struct rd_draft *draft)
{
    for (size_t i = 0; i < draft->deadline_count; i++) {
        struct rd_draft_deadline *deadline = &draft->deadlines[i];
        if (deadline->removed || deadline->row.running || deadline->row.pause_count == 0)
            continue;
        struct rd_pause *last = &deadline->row.pauses[deadline->row.pause_count - 1];
        last->to_ms = run->now_ms;
        deadline->changed = true;
        enum rd_status status = clock_plan(run, &deadline->row);
        if (status != RD_OK)
            return status;
    }
    return RD_OK;
}

static enum rd_status clock_entered(struct rd_run *run, struct rd_draft *draft, int to,
                                    bool was_paused)
{
    const struct rd_state *state = &draft->chart->states[to];
    enum rd_status status = rd_draft_deadlines(run, draft);
    for (size_t i = 0; status == RD_OK && i < draft->deadline_count; i++)
        if (state->final || draft->deadlines[i].row.kind == RD_DEADLINE_STATE)
            draft->deadlines[i].removed = true;
    if (status != RD_OK || state->final)
        return status;
    if (state->pause && !was_paused)
        status = clock_pause(run, draft, state->name);
    else if (!state->pause && was_paused)
        status = clock_resume(run, draft);
    for (size_t i = 0; status == RD_OK && i < state->after_count; i++)
        status = rd_clock_arm(run, draft, &state->after[i],
                              &(struct rd_deadline){ .kind = RD_DEADLINE_STATE,
                                                     .ref = state->name,
                                                     .which = (uint32_t)i,
                                                     .started_ms = run->now_ms });
    return status;
}

enum rd_status rd_clock_enter(struct rd_run *run, struct rd_draft *draft, int from, int to)
{
    return clock_entered(run, draft, to, from >= 0 && draft->chart->states[from].pause);
}

/* Whether the state that is no more let the whole case's clocks stand still, they tell. */
enum rd_status rd_clock_move(struct rd_run *run, struct rd_draft *draft)
{
    bool was_paused = false;
    enum rd_status status = rd_draft_deadlines(run, draft);
    for (size_t i = 0; status == RD_OK && i < draft->deadline_count; i++) {
        const struct rd_draft_deadline *deadline = &draft->deadlines[i];
        was_paused |= !deadline->removed && deadline->row.kind != RD_DEADLINE_STATE &&
                      !deadline->row.running && deadline->row.pause_count > 0;
    }
    return status == RD_OK ? clock_entered(run, draft, draft->state, was_paused) : status;
}

enum rd_status rd_clock_within(struct rd_run *run, struct rd_draft *draft)
{
    const struct rd_chart *chart = draft->chart;
    if (!chart->within || draft->state < 0 || chart->states[draft->state].final)
        return RD_OK;
    enum rd_status status = rd_clock_arm(
        run, draft, chart->within,
        &(struct rd_deadline){ .kind = RD_DEADLINE_WITHIN, .started_ms = run->now_ms });
    if (status == RD_OK && chart->states[draft->state].pause)
        status = clock_pause(run, draft, chart->states[draft->state].name);
    return status;
}

enum rd_status rd_clock_start(struct rd_run *run, struct rd_draft *draft, const char *name,
                              const char *limit, const char *event, const char *clock,
                              const char *rule)
{
    if (!event || !rd_event_exists(draft->chart, event))
        return rd_error_set(run->error, RD_POLICY_FAULT,
                            "%s: deadline '%s': no state knows the event '%s'", rule, name,
                            event ? event : "");
    if (clock && !rd_model_calendar(run->model, clock))
        return rd_error_set(run->error, RD_POLICY_FAULT, "%s: deadline '%s': no calendar '%s'%s",
                            rule, name, clock,
                            rd_chart_calendar_guess(run->model, run->arena, clock));
    const struct rd_calendar *own = draft->chart->clock;
    enum rd_status status = clock_put(run, draft,
                                      (struct rd_deadline){
                                          .name = name,
                                          .kind = RD_DEADLINE_EVENT,
                                          .ref = event,
                                          .started_ms = run->now_ms,
                                          .limit = limit,
                                          .clock = clock ? clock
                                                   : own ? rd_calendar_name(own)
                                                         : NULL,
                                          .rule = rule,
                                      });
    if (status == RD_BAD_FORM || status == RD_POLICY_FAULT)
        return rd_error_set(run->error, RD_POLICY_FAULT, "%s: deadline '%s': '%s' is no duration",
                            rule, name, limit);
    return status;
}

void rd_clock_stop(struct rd_draft *draft, const char *name)
{
    for (size_t i = 0; i < draft->deadline_count; i++)
        if (strcmp(draft->deadlines[i].row.name, name) == 0) {
            draft->deadlines[i].removed = true;
            draft->changed = true;
        }
}

/* Whether planning it anew made it another. */
static bool clock_moved(const struct rd_deadline *before, const struct rd_deadline *after)
{
    return before->due_ms != after->due_ms || before->running != after->running ||
           before->left_ms != after->left_ms || before->provisional != after->provisional ||
           strcmp(before->limit, after->limit) != 0;
}

enum rd_status rd_clock_replan(struct rd_run *run, struct rd_draft *draft, size_t *moved)
{
    enum rd_status status = rd_draft_deadlines(run, draft);
    *moved = 0;
    for (size_t i = 0; status == RD_OK && i < draft->deadline_count; i++) {
        struct rd_draft_deadline *deadline = &draft->deadlines[i];
        struct rd_deadline row = deadline->row;
        const struct rd_limit *limit = draft->chart ? rd_plan_limit(draft, &row) : NULL;
        if (deadline->removed || deadline->fresh)
            continue;
        if (limit) {
            status = clock_limit(run, draft, limit, &row.limit, &row.decided);
            row.clock = limit->clock ? rd_calendar_name(limit->clock) : NULL;
            row.rule = rd_arena_place(run->arena, limit->file, limit->line);
        }
        if (status == RD_OK)
            status = clock_plan(run, &row);
        if (status != RD_OK || !clock_moved(&deadline->row, &row))
            continue;
        rd_run_decided(run, row.name, limit ? limit->file : "clock", limit ? limit->line : 0,
                       "planned again", rd_arena_join(run->arena, "was ", deadline->row.limit));
        deadline->row = row;
        deadline->changed = draft->changed = true;
        ++*moved;
    }
    return status;
}
