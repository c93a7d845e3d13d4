/* Claims about one chart: every state can be entered, from each there is a way to an end that needs
 * no luck, and whatever waits is watched.
 *
 * Two graphs over the same states: the firm one has only what needs no luck, the soft one all that
 * may be. A claim holds where the firm graph shows it and is refuted where even the soft one does
 * not; between the two it is unknown, and what it hangs on is named.
 */
#include <string.h>

#include "domain/prove_inside.h"

struct chart_proof {
    struct prove *prove;
    const struct rd_chart *chart;
    struct prove_edge *edges;
    size_t edge_count, edge_cap;
    bool *firm, *soft; /* by state */
    const char **why;  /* by state: what the soft answer hangs on */
};

/* ---- who may ---- */

static bool reach_covers(enum rd_reach wide, enum rd_reach narrow)
{
    if (wide == RD_REACH_ALL || wide == narrow)
        return true;
    bool own = narrow == RD_REACH_OWN &&
               (wide == RD_REACH_GROUP || wide == RD_REACH_UNIT || wide == RD_REACH_BRANCH);
    return own || (wide == RD_REACH_BRANCH && narrow == RD_REACH_UNIT);
}

bool prove_row_used(const struct prove *prove, const struct rd_permission *permission, size_t row,
                    int *role)
{
    const struct rd_organisation *organisation = &prove->model->organisation;
    const struct rd_authority_row *is = permission->rows[row];
    for (size_t r = 0; r < organisation->role_count; r++) {
        uint64_t has = organisation->roles[r].includes;
        bool used = (is->from & has) != 0;
        for (size_t before = 0; used && before < row; before++)
            used = !(permission->rows[before]->from & has) ||
                   !reach_covers(permission->rows[before]->reach, is->reach);
        if (used) {
            *role = (int)r;
            return true;
        }
    }
    return false;
}

/* Whether somebody may send the event, and on what that hangs (*soft, NULL: on nothing). */
static bool somebody_may(const struct chart_proof *c, const struct rd_event *event,
                         const char **soft)
{
    bool may = false;
    int role;
    *soft = NULL;
    for (size_t i = 0; i < event->permission->row_count; i++) {
        const struct rd_authority_row *row = event->permission->rows[i];
        if (!prove_row_used(c->prove, event->permission, i, &role))
            continue;
        may = true;
        if (row->unless_count == 0 && (event->above || (!row->up_to && row->ceiling_count == 0))) {
            *soft = NULL;
            return true;
        }
        int guard = row->unless_count ? rd_guard_find(c->chart, row->unless[0]) : -1;
        *soft = guard >= 0
                    ? rd_arena_printf(c->prove->arena, "guard '%s' (%s:%d)", row->unless[0],
                                      c->chart->file, c->chart->guards[guard].line)
                    : rd_arena_printf(c->prove->arena, "the limit of %s:%d", row->file, row->line);
    }
    if (may)
        return true;
    const struct prove_sending *sent = prove_sent(c->prove, c->chart, event);
    if (sent && sent->action)
        *soft = rd_arena_printf(c->prove->arena, "action '%s' (%s:%d)", sent->action->name,
                                sent->from->file, sent->line);
    else if (sent)
        *soft = "what the engine sends by itself";
    return sent != NULL;
}

/* ---- the graph ---- */

static void edge_add(struct chart_proof *c, struct prove_edge edge)
{
    if (c->edge_count == c->edge_cap) {
        struct prove_edge *more =
            rd_arena_zalloc(c->prove->arena, c->edge_cap * 2 + 64, sizeof *more);
        if (c->edge_count)
            memcpy(more, c->edges, c->edge_count * sizeof *more);
        c->edges = more;
        c->edge_cap = c->edge_cap * 2 + 64;
    }
    c->edges[c->edge_count++] = edge;
}

/* Whether all rows of the event lead to one state. */
static bool rows_agree(const struct rd_event *event)
{
    for (size_t i = 1; i < event->row_count; i++)
        if (event->rows[i].go != event->rows[0].go)
            return false;
    return !event->above || event->above->go == event->rows[0].go;
}

static void edges_of_event(struct chart_proof *c, int state, const struct rd_event *event)
{
    const char *who;
    if (!somebody_may(c, event, &who))
        return;
    bool agree = rows_agree(event);
    for (size_t i = 0; i < event->row_count; i++) {
        const struct rd_row *row = &event->rows[i];
        bool known, taken = prove_row_taken(c->prove, c->chart, event, i, &known);
        if (!taken)
            continue;
        const char *soft = who ? who : known || agree ? NULL : prove_guard(c->prove, c->chart, row);
        edge_add(c, (struct prove_edge){ state, row->go < 0 ? state : row->go, soft, event->name,
                                         row->line });
    }
    if (event->above)
        edge_add(c, (struct prove_edge){ state, event->above->go < 0 ? state : event->above->go,
                                         who     ? who
                                         : agree ? NULL
                                                 : "the amount",
                                         event->name, event->above->line });
}

static bool state_excepted(const struct rd_event *event, size_t state)
{
    return (event->except[state / 64] >> (state % 64)) & 1;
}

/* The deadline can be stopped by an action: which one; NULL. */
static const char *limit_stopped(const struct chart_proof *c, const struct rd_limit *limit)
{
    for (size_t i = 0; i < c->prove->sending_count; i++) {
        const struct prove_sending *sending = &c->prove->sendings[i];
        bool stops = sending->from == c->chart && sending->action &&
                     (!sending->deed ||
                      (sending->deed->kind == RD_DEED_STOP &&
                       (!sending->deed->name || strcmp(sending->deed->name, limit->name) == 0)));
        if (stops)
            return rd_arena_printf(c->prove->arena, "action '%s' (%s:%d)", sending->action->name,
                                   c->chart->file, sending->line);
    }
    return NULL;
}

static void edges_of_state(struct chart_proof *c, size_t s)
{
    const struct rd_chart *chart = c->chart;
    const struct rd_state *state = &chart->states[s];
    if (state->final)
        return;
    for (size_t i = 0; i < state->event_count; i++)
        edges_of_event(c, (int)s, &state->events[i]);
    for (size_t i = 0; i < chart->always_count; i++)
        if (!state_excepted(&chart->always[i], s) &&
            rd_event_find(chart, (int)s, chart->always[i].name) == &chart->always[i])
            edges_of_event(c, (int)s, &chart->always[i]);
    for (size_t i = 0; i < state->after_count; i++)
        if (state->after[i].go >= 0)
            edge_add(c, (struct prove_edge){ (int)s, state->after[i].go,
                                             limit_stopped(c, &state->after[i]),
                                             state->after[i].name, state->after[i].line });
    if (chart->within && chart->within->go >= 0 && !state->pause)
        edge_add(c, (struct prove_edge){ (int)s, chart->within->go, limit_stopped(c, chart->within),
                                         "within", chart->within->line });
}

/* ---- reachable ---- */

static void reach(struct chart_proof *c, bool soft, bool *in)
{
    bool grows = true;
    in[c->chart->initial] = true;
    while (grows) {
        grows = false;
        for (size_t i = 0; i < c->edge_count; i++) {
            const struct prove_edge *edge = &c->edges[i];
            if ((!soft && edge->soft) || !in[edge->from] || in[edge->to])
                continue;
            in[edge->to] = grows = true;
        }
    }
}

static const char *subject_of(const struct chart_proof *c, size_t s)
{
    return rd_arena_join(c->prove->arena, c->chart->name, ".", c->chart->states[s].name);
}

/* What the way into the state hangs on: of the first soft edge on the border of what is firm. */
static const char *hangs_on(const struct chart_proof *c)
{
    for (size_t i = 0; i < c->edge_count; i++)
        if (c->edges[i].soft && c->firm[c->edges[i].from] && !c->firm[c->edges[i].to])
            return c->edges[i].soft;
    return "guards";
}

/* The soft edge that leads in from a state that can be entered; where it is firm, what hangs lies
 * further back. */
static const char *way_in_hangs_on(const struct chart_proof *c, size_t s)
{
    for (size_t i = 0; i < c->edge_count; i++)
        if ((size_t)c->edges[i].to == s && (size_t)c->edges[i].from != s &&
            c->soft[c->edges[i].from] && c->edges[i].soft)
            return c->edges[i].soft;
    return hangs_on(c);
}

/* The promise that has found a record in the state; NULL: none. */
static const char *stood_in(const struct chart_proof *c, size_t s)
{
    const char *promise =
        c->prove->p->stood ? rd_map_text(c->prove->p->stood, subject_of(c, s), NULL) : NULL;
    return promise ? rd_arena_join(c->prove->arena, "a promise shows it: ", promise) : NULL;
}

static void prove_reachable(struct chart_proof *c)
{
    reach(c, false, c->firm);
    reach(c, true, c->soft);
    for (size_t s = 0; s < c->chart->state_count; s++) {
        const struct rd_state *state = &c->chart->states[s];
        const char *shown = c->firm[s] ? NULL : stood_in(c, s);
        enum rd_verdict verdict = c->firm[s] || shown ? RD_PROVED
                                  : c->soft[s]        ? RD_UNKNOWN
                                                      : RD_REFUTED;
        const char *text =
            verdict == RD_PROVED ? shown
            : verdict == RD_REFUTED
                ? rd_arena_printf(c->prove->arena,
                                  "'%s' can never be entered: nobody may, nothing "
                                  "sends it there and no limit leads there",
                                  state->name)
                : rd_arena_join(c->prove->arena, "whether '", state->name,
                                "' is ever entered hangs on ", way_in_hangs_on(c, s));
        struct rd_proof *proof = prove_add(c->prove, RD_CLAIM_REACHABLE, verdict, subject_of(c, s),
                                           c->chart->file, state->line, text, NULL);
        prove_standing_as(
            c->prove, proof, c->chart, &c->chart->states[c->chart->initial],
            rd_arena_join(c->prove->arena, "a way leads to '", state->name, "'"),
            rd_arena_join(c->prove->arena, rd_claim_word(proof->claim), " \"", state->name, "\""));
    }
}

/* ---- the way out ---- */

/* Whether the edges of one event (they lie side by side) all lead to `in`, without luck. */
static bool event_leads(const struct chart_proof *c, size_t first, const bool *in, size_t *behind)
{
    bool leads = true;
    size_t i = first;
    for (; i < c->edge_count && c->edges[i].from == c->edges[first].from &&
           strcmp(c->edges[i].by, c->edges[first].by) == 0;
         i++)
        leads &= in[c->edges[i].to];
    *behind = i;
    return leads;
}

static void ends(const struct chart_proof *c, bool *in)
{
    for (size_t s = 0; s < c->chart->state_count; s++)
        in[s] = c->chart->states[s].final || c->chart->states[s].rests;
}

static void way_out_soft(struct chart_proof *c, bool *in)
{
    ends(c, in);
    for (bool grows = true; grows;) {
        grows = false;
        for (size_t i = 0; i < c->edge_count; i++)
            if (in[c->edges[i].to] && !in[c->edges[i].from])
                in[c->edges[i].from] = grows = true;
    }
}

static bool who_is_firm(const struct chart_proof *c, int state, const char *name)
{
    const struct rd_event *event = rd_event_find(c->chart, state, name);
    const char *soft;
    return event && somebody_may(c, event, &soft) && !soft;
}

static void way_out_firm(struct chart_proof *c, bool *in)
{
    ends(c, in);
    for (bool grows = true; grows;) {
        grows = false;
        for (size_t i = 0, behind; i < c->edge_count; i = behind) {
            int from = c->edges[i].from;
            bool leads = event_leads(c, i, in, &behind) && who_is_firm(c, from, c->edges[i].by);
            for (size_t e = i; e < behind && !leads; e++) /* which way, somebody chooses */
                leads = !c->edges[e].soft && in[c->edges[e].to];
            if (in[from] || !leads)
                continue;
            in[from] = grows = true;
        }
    }
}

/* The first thing that keeps the state's ways from being firm. */
static const char *way_out_hangs_on(const struct chart_proof *c, size_t s, const bool *soft)
{
    for (size_t i = 0; i < c->edge_count; i++)
        if ((size_t)c->edges[i].from == s && (size_t)c->edges[i].to != s && soft[c->edges[i].to] &&
            c->edges[i].soft)
            return c->edges[i].soft;
    for (size_t i = 0; i < c->edge_count; i++)
        if ((size_t)c->edges[i].from == s && (size_t)c->edges[i].to != s && soft[c->edges[i].to])
            return rd_arena_join(c->prove->arena, "which way '", c->edges[i].by, "' goes");
    return "guards";
}

static void prove_way_out(struct chart_proof *c)
{
    size_t count = c->chart->state_count;
    bool *firm = rd_arena_zalloc(c->prove->arena, count + 1, sizeof *firm),
         *soft = rd_arena_zalloc(c->prove->arena, count + 1, sizeof *soft);
    way_out_firm(c, firm);
    way_out_soft(c, soft);
    for (size_t s = 0; s < count; s++) {
        const struct rd_state *state = &c->chart->states[s];
        if (state->final || state->rests)
            continue;
        enum rd_verdict verdict = firm[s] ? RD_PROVED : soft[s] ? RD_UNKNOWN : RD_REFUTED;
        const char *text =
            verdict == RD_PROVED ? NULL
            : verdict == RD_REFUTED
                ? rd_arena_join(c->prove->arena, "whoever is in '", state->name,
                                "' never comes to an end: no event that somebody "
                                "may send and no limit leads towards one")
                : rd_arena_join(c->prove->arena, "the way from '", state->name,
                                "' to an end hangs on ", way_out_hangs_on(c, s, soft));
        struct rd_proof *proof = prove_add(c->prove, RD_CLAIM_WAY_OUT, verdict, subject_of(c, s),
                                           c->chart->file, state->line, text, NULL);
        prove_standing(c->prove, proof, c->chart, state,
                       rd_arena_join(c->prove->arena, "there is a way out of '", state->name, "'"));
    }
}

/* ---- watched ---- */

static void watched_by(const struct chart_proof *c, const struct rd_limit *limit, bool *watched,
                       const char **stopped)
{
    if (!rd_limit_does(limit))
        return;
    const char *by = limit_stopped(c, limit);
    if (by)
        *stopped = by;
    else
        *watched = true;
}

static void prove_watched(struct chart_proof *c)
{
    for (size_t s = 0; s < c->chart->state_count; s++) {
        const struct rd_state *state = &c->chart->states[s];
        bool watched = false;
        const char *stopped = NULL;
        if (state->final || state->rests)
            continue;
        for (size_t i = 0; i < state->after_count; i++)
            watched_by(c, &state->after[i], &watched, &stopped);
        if (c->chart->within && !state->pause)
            watched_by(c, c->chart->within, &watched, &stopped);
        const char *text =
            watched   ? NULL
            : stopped ? rd_arena_join(c->prove->arena, "what watches '", state->name,
                                      "' can be stopped by ", stopped)
                      : rd_arena_join(c->prove->arena, "a case can wait in '", state->name,
                                      "' for ever: no limit tells anybody, escalates or leads on");
        struct rd_proof *proof =
            prove_add(c->prove, RD_CLAIM_WATCHED,
                      watched   ? RD_PROVED
                      : stopped ? RD_UNKNOWN
                                : RD_REFUTED,
                      subject_of(c, s), c->chart->file, state->line, text, NULL);
        prove_standing(
            c->prove, proof, c->chart, state,
            rd_arena_join(c->prove->arena, "whoever is in '", state->name, "' is watched"));
    }
}

/* ---- events ---- */

/* The first state that is ever entered and takes this event; NULL: it is that which opens cases. */
static const struct rd_state *state_that_takes(const struct chart_proof *c,
                                               const struct rd_event *event)
{
    for (size_t s = 0; s < c->chart->state_count; s++)
        if (c->soft[s] && rd_event_find(c->chart, (int)s, event->name) == event)
            return &c->chart->states[s];
    return NULL;
}

static void prove_event(struct chart_proof *c, const struct rd_event *event)
{
    bool sent = prove_sent(c->prove, c->chart, event) != NULL;
    if (event->permission->row_count > 0 && !event->internal)
        return;
    const char *text = sent ? NULL
                       : event->internal
                           ? "it is internal, and no action, timer or rule sends it"
                           : "no authority row speaks of it and nothing sends it: nobody may";
    struct rd_proof *proof = prove_add(c->prove, event->internal ? RD_CLAIM_SENT : RD_CLAIM_MAY,
                                       sent ? RD_PROVED : RD_REFUTED, event->command,
                                       c->chart->file, event->line, text, NULL);
    const struct rd_state *state = state_that_takes(c, event);
    if (state)
        prove_standing_as(
            c->prove, proof, c->chart, state,
            rd_arena_join(c->prove->arena, "'", event->name, "' can come in '", state->name, "'"),
            rd_arena_join(c->prove->arena, "can_come \"", event->name, "\""));
}

static void prove_events(struct chart_proof *c)
{
    prove_event(c, &c->chart->open);
    for (size_t s = 0; s < c->chart->state_count; s++)
        for (size_t i = 0; i < c->chart->states[s].event_count; i++)
            prove_event(c, &c->chart->states[s].events[i]);
    for (size_t i = 0; i < c->chart->always_count; i++)
        prove_event(c, &c->chart->always[i]);
}

void prove_charts(struct prove *prove)
{
    for (size_t i = 0; i < prove->model->chart_count; i++) {
        const struct rd_chart *chart = &prove->model->charts[i];
        struct chart_proof c = { .prove = prove, .chart = chart };
        c.firm = rd_arena_zalloc(prove->arena, chart->state_count + 1, sizeof *c.firm);
        c.soft = rd_arena_zalloc(prove->arena, chart->state_count + 1, sizeof *c.soft);
        for (size_t s = 0; s < chart->state_count; s++)
            edges_of_state(&c, s);
        prove_reachable(&c);
        prove_way_out(&c);
        prove_watched(&c);
        prove_events(&c);
    }
}
