/* What `policy prove` claims of every case, asked of the one record that a promise has made: the
 * limits that run and the times at which they are due are those of the record itself, so an action
 * that stopped one, and the calendars, have had their say.
 *
 * Whether an event can be sent is not asked of each account: an event counts where somebody's role
 * may (there is a row of authority) or where rules send it, whatever guards may say. So a way out
 * that is missing here is missing for everybody.
 */
#include "kernel/promise_run.h"

#include <string.h>

#include "base/text.h"
#include "domain/zone.h"

/* The record's chart; NULL: it has none. *at: the state that it is in. */
static const struct rd_chart *claim_chart(const struct rd_promise_run *run,
                                          const struct rd_value *record, int *at)
{
    const struct rd_record_type *type = rd_model_type(run->model, rd_map_text(record, "type", ""));
    const char *state = rd_map_text(record, "state", NULL);
    *at = type && type->chart && state ? rd_state_find(type->chart, state) : -1;
    return *at >= 0 ? type->chart : NULL;
}

static bool is_end(const struct rd_state *state)
{
    return state->final || state->rests;
}

/* ---- watched ---- */

static bool limit_runs(const struct rd_value *record, const struct rd_limit *limit)
{
    const struct rd_value *deadline = rd_promise_deadline(record, limit->name);
    return deadline && rd_map_bool(deadline, "running", false);
}

static bool limit_watches(const struct rd_value *record, const struct rd_limit *limit)
{
    return rd_limit_does(limit) && limit_runs(record, limit);
}

const char *rd_promise_watched(struct rd_promise_run *run, const struct rd_value *record)
{
    int at;
    const struct rd_chart *chart = claim_chart(run, record, &at);
    if (!chart || is_end(&chart->states[at]))
        return NULL;
    const struct rd_state *state = &chart->states[at];
    bool watched = chart->within && limit_watches(record, chart->within);
    for (size_t i = 0; i < state->after_count; i++)
        watched |= limit_watches(record, &state->after[i]);
    return watched ? NULL
                   : rd_arena_join(run->arena, "expected that it is watched; in '", state->name,
                                   "' no limit runs that tells anybody, escalates, acts or leads "
                                   "on");
}

/* ---- a way out ---- */

/* What rules send is read from the policy's text once for all promises. */
static bool is_sent(struct rd_promise_run *run, const struct rd_chart *chart,
                    const struct rd_event *event)
{
    struct rd_promise_set *set = run->set;
    if (!set->sendings)
        set->sendings =
            rd_policy_sendings(set->policy, set->sources, set->source_count, set->arena);
    return rd_prove_sends(set->sendings, chart, event);
}

static bool event_comes(struct rd_promise_run *run, const struct rd_chart *chart,
                        const struct rd_event *event)
{
    return (!event->internal && event->permission->row_count > 0) || is_sent(run, chart, event);
}

static bool rows_lead(struct rd_promise_run *run, const struct rd_chart *chart,
                      const struct rd_event *event, const bool *ends)
{
    bool leads = event->above && event->above->go >= 0 && ends[event->above->go];
    for (size_t i = 0; i < event->row_count; i++)
        leads |= event->rows[i].go >= 0 && ends[event->rows[i].go];
    return leads && event_comes(run, chart, event);
}

static bool events_lead(struct rd_promise_run *run, const struct rd_chart *chart, int at,
                        const bool *ends)
{
    const struct rd_state *state = &chart->states[at];
    for (size_t i = 0; i < state->event_count; i++)
        if (rows_lead(run, chart, &state->events[i], ends))
            return true;
    for (size_t i = 0; i < chart->always_count; i++)
        if (!((chart->always[i].except[at / 64] >> (at % 64)) & 1) &&
            rd_event_find(chart, at, chart->always[i].name) == &chart->always[i] &&
            rows_lead(run, chart, &chart->always[i], ends))
            return true;
    return false;
}

/* `record`: of which the limits must run; NULL: one that will come there. */
static bool limits_lead(const struct rd_chart *chart, int at, const struct rd_value *record,
                        const bool *ends)
{
    const struct rd_state *state = &chart->states[at];
    for (size_t i = 0; i < state->after_count; i++)
        if (state->after[i].go >= 0 && ends[state->after[i].go] &&
            (!record || limit_runs(record, &state->after[i])))
            return true;
    const struct rd_limit *within = chart->within;
    return within && within->go >= 0 && ends[within->go] &&
           (record ? limit_runs(record, within) : !state->pause);
}

/* Adds to `ends` all states from which a way leads to one of them; the record stands at `at`. */
static void ways_to(struct rd_promise_run *run, const struct rd_chart *chart, int at,
                    const struct rd_value *record, bool *ends)
{
    for (bool grows = true; grows;) {
        grows = false;
        for (int s = 0; s < (int)chart->state_count; s++)
            if (!ends[s] && !chart->states[s].final &&
                (events_lead(run, chart, s, ends) ||
                 limits_lead(chart, s, s == at ? record : NULL, ends)))
                ends[s] = grows = true;
    }
}

const char *rd_promise_way_out(struct rd_promise_run *run, const struct rd_value *record)
{
    int at;
    const struct rd_chart *chart = claim_chart(run, record, &at);
    if (!chart || is_end(&chart->states[at]))
        return NULL;
    bool *ends = rd_arena_zalloc(run->arena, chart->state_count + 1, sizeof *ends);
    for (size_t s = 0; s < chart->state_count; s++)
        ends[s] = is_end(&chart->states[s]);
    ways_to(run, chart, at, record, ends);
    return ends[at]
               ? NULL
               : rd_arena_join(run->arena, "expected a way out; from '", chart->states[at].name,
                               "' no event that somebody may send or that rules send, and no "
                               "limit that runs, leads to an end");
}

/* ---- a way to somewhere ---- */

const char *rd_promise_reachable(struct rd_promise_run *run, const struct rd_value *record,
                                 const char *state)
{
    int at;
    const struct rd_chart *chart = claim_chart(run, record, &at);
    int to = chart ? rd_state_find(chart, state) : -1;
    if (to < 0)
        return rd_arena_join(run->arena, "expected a way to '", state,
                             "', which is no state of this record's workflow");
    bool *ends = rd_arena_zalloc(run->arena, chart->state_count + 1, sizeof *ends);
    ends[to] = true;
    ways_to(run, chart, at, record, ends);
    return ends[at] ? NULL
                    : rd_arena_join(run->arena, "expected a way to '", state, "'; from '",
                                    chart->states[at].name,
                                    "' no event that somebody may send or that rules send, and no "
                                    "limit that runs, leads there");
}

const char *rd_promise_can_come(struct rd_promise_run *run, const struct rd_value *record,
                                const char *event)
{
    int at;
    const struct rd_chart *chart = claim_chart(run, record, &at);
    const struct rd_event *found = chart ? rd_event_find(chart, at, event) : NULL;
    if (!found)
        return rd_arena_join(run->arena, "expected that '", event,
                             "' can come; the record does not take it where it stands");
    return event_comes(run, chart, found)
               ? NULL
               : rd_arena_join(run->arena, "expected that '", event, "' can come; in '",
                               chart->states[at].name, "' nobody may send it, and no rule does");
}

/* ---- limits in order ---- */

static const char *due_local(struct rd_promise_run *run, int64_t due)
{
    char *text = rd_arena_zalloc(run->arena, RD_TIME_TEXT_MAX, 1);
    rd_time_write(rd_zone_local_ms(run->model->local, due), text);
    text[10] = ' ';
    text[16] = 0;
    return text;
}

const char *rd_promise_in_order(struct rd_promise_run *run, const struct rd_value *record)
{
    int at;
    const struct rd_chart *chart = claim_chart(run, record, &at);
    int64_t before = INT64_MIN, due;
    const char *above = NULL;
    for (size_t i = 0; chart && i < chart->states[at].after_count; i++) {
        const char *name = chart->states[at].after[i].name;
        const struct rd_value *deadline = rd_promise_deadline(record, name);
        if (!deadline || !rd_time_read(rd_map_text(deadline, "due", ""), &due))
            continue; /* it has rung, was stopped or stands still */
        if (due < before)
            return rd_arena_printf(run->arena,
                                   "expected limits in order; '%s' is due %s, before '%s' at %s",
                                   name, due_local(run, due), above, due_local(run, before));
        above = name;
        before = due;
    }
    return NULL;
}
