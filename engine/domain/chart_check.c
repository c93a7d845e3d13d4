/* The judgement of a finished chart: a walk over its graph, with no store and no Lua.
 *
 * A row whose guards are all named may be passed over, so a guarded list must end with an open row:
 * otherwise there is a case in which an accepted event goes nowhere and the person who acted is
 * told nothing of use.
 */
#include "domain/chart_check.h"

#include <string.h>

#include "domain/model.h"

struct check {
    const struct rd_chart *chart;
    struct rd_findings *findings;
    bool *reached;
    bool *left; /* something leads out of it */
};

static void check_edge(struct check *c, int from, int to)
{
    if (to < 0)
        return;
    if (from < 0 || to != from)
        c->reached[to] = true;
    if (from >= 0 && to != from)
        c->left[from] = true;
}

static void check_event_edges(struct check *c, int from, const struct rd_event *event)
{
    for (size_t r = 0; r < event->row_count; r++)
        check_edge(c, from, event->rows[r].go);
    if (event->above)
        check_edge(c, from, event->above->go);
}

static void check_event_rows(struct check *c, const struct rd_event *event)
{
    const char *file = c->chart->file;
    if (event->row_count == 0) {
        rd_finding_error(c->findings, file, event->line,
                         "event '%s' has no row: it would do nothing", event->name);
        return;
    }
    if (event->rows[event->row_count - 1].when_count > 0)
        rd_finding_error(
            c->findings, file, event->line,
            "event '%s': the last row must have no guard, so that every case goes somewhere",
            event->name);
    for (size_t r = 0; r + 1 < event->row_count; r++)
        if (event->rows[r].when_count == 0)
            rd_finding_error(c->findings, file, event->rows[r + 1].line,
                             "event '%s': this row is never reached: the one before has no guard",
                             event->name);
}

static void check_edges(struct check *c)
{
    const struct rd_chart *chart = c->chart;
    check_edge(c, -1, chart->initial);
    for (size_t s = 0; s < chart->state_count; s++) {
        const struct rd_state *state = &chart->states[s];
        for (size_t i = 0; i < state->event_count; i++)
            check_event_edges(c, (int)s, &state->events[i]);
        for (size_t i = 0; i < state->after_count; i++)
            check_edge(c, (int)s, state->after[i].go);
        if (state->final)
            continue;
        for (size_t i = 0; i < chart->always_count; i++)
            if (!(chart->always[i].except[s / 64] & (1ull << (s % 64))))
                check_event_edges(c, (int)s, &chart->always[i]);
        if (chart->within)
            check_edge(c, (int)s, chart->within->go);
    }
}

static void check_state(struct check *c, size_t s)
{
    const struct rd_chart *chart = c->chart;
    const struct rd_state *state = &chart->states[s];
    if (!c->reached[s])
        rd_finding_error(c->findings, chart->file, state->line, "%s: '%s' can never be entered",
                         chart->name, state->name);
    if (state->final && (state->event_count > 0 || state->after_count > 0))
        rd_finding_error(c->findings, chart->file, state->line,
                         "%s: '%s' is final, but has events or limits", chart->name, state->name);
    if (!state->final && c->reached[s] && !c->left[s])
        rd_finding_error(c->findings, chart->file, state->line,
                         "%s: '%s' can be entered but never left", chart->name, state->name);
    if (!state->final && !state->rests && state->after_count == 0 &&
        (!chart->within || state->pause))
        rd_finding_warning(
            c->findings, chart->file, state->line,
            "%s: nothing watches '%s': no limit of its own%s", chart->name, state->name,
            state->pause ? ", and it pauses the whole case's" : " and none for the whole case");
}

void rd_chart_check(struct rd_arena *arena, const struct rd_chart *chart,
                    struct rd_findings *findings)
{
    struct check c = {
        .chart = chart,
        .findings = findings,
        .reached = rd_arena_zalloc(arena, chart->state_count + 1, sizeof(bool)),
        .left = rd_arena_zalloc(arena, chart->state_count + 1, sizeof(bool)),
    };
    check_edges(&c);
    for (size_t s = 0; s < chart->state_count; s++) {
        check_state(&c, s);
        for (size_t i = 0; i < chart->states[s].event_count; i++)
            check_event_rows(&c, &chart->states[s].events[i]);
    }
    for (size_t i = 0; i < chart->always_count; i++)
        check_event_rows(&c, &chart->always[i]);
}
