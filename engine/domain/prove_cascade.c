/* Claims about cascades: an event whose actions send events, and so on, comes to an end; and so do
 * jobs whose events begin jobs. One graph over all events of all charts; a claim holds where no
 * circle is in it.
 *
 * An edge says "may send": whether it does is up to an opaque action, so a circle is refuted only
 * where nothing is left open in it: a record that sends itself the same event for certain, in a
 * state that takes it again. Whatever else goes round is unknown, with the actions named.
 */
#include <string.h>

#include "domain/prove_inside.h"

struct node {
    const struct rd_chart *chart;
    const struct rd_event *event;
    int state; /* -1: an opening, or an event of all states */
};

struct cascade {
    struct prove *prove;
    struct node *nodes;
    size_t count;
    bool jobs;                         /* what begins jobs counts, too */
    unsigned char *colour;             /* 0: new, 1: on the way, 2: done */
    size_t *way;                       /* the nodes on the way, */
    const struct prove_sending **sent; /* and by what each sent the next */
    size_t depth;
    bool circle;
};

static void node_add(struct cascade *c, const struct rd_chart *chart, const struct rd_event *event,
                     int state)
{
    c->nodes[c->count++] = (struct node){ chart, event, state };
}

static void nodes_make(struct cascade *c)
{
    const struct rd_model *model = c->prove->model;
    size_t room = 0;
    for (size_t i = 0; i < model->chart_count; i++) {
        room += 1 + model->charts[i].always_count;
        for (size_t s = 0; s < model->charts[i].state_count; s++)
            room += model->charts[i].states[s].event_count;
    }
    c->nodes = rd_arena_zalloc(c->prove->arena, room + 1, sizeof *c->nodes);
    c->colour = rd_arena_zalloc(c->prove->arena, room + 1, sizeof *c->colour);
    c->way = rd_arena_zalloc(c->prove->arena, room + 1, sizeof *c->way);
    c->sent = rd_arena_zalloc(c->prove->arena, room + 1, sizeof *c->sent);
    for (size_t i = 0; i < model->chart_count; i++) {
        const struct rd_chart *chart = &model->charts[i];
        node_add(c, chart, &chart->open, -1);
        for (size_t a = 0; a < chart->always_count; a++)
            node_add(c, chart, &chart->always[a], -1);
        for (size_t s = 0; s < chart->state_count; s++)
            for (size_t e = 0; e < chart->states[s].event_count; e++)
                node_add(c, chart, &chart->states[s].events[e], (int)s);
    }
}

/* ---- which actions an event runs ---- */

static bool among(const uint16_t *actions, size_t count, const struct rd_chart *chart,
                  const struct rd_function *action)
{
    for (size_t i = 0; i < count; i++)
        if (&chart->actions[actions[i]] == action)
            return true;
    return false;
}

static bool row_runs(const struct node *node, const struct rd_row *row,
                     const struct rd_function *action)
{
    const struct rd_chart *chart = node->chart;
    if (among(row->actions, row->action_count, chart, action))
        return true;
    if (row->go < 0)
        return false;
    const struct rd_state *to = &chart->states[row->go];
    if (among(to->entry, to->entry_count, chart, action))
        return true;
    for (size_t s = 0; s < chart->state_count; s++) {
        bool from = node->state < 0 ? node->event != &chart->open : (size_t)node->state == s;
        if (from && among(chart->states[s].exit, chart->states[s].exit_count, chart, action))
            return true;
    }
    return false;
}

static bool node_runs(const struct node *node, const struct rd_function *action)
{
    for (size_t i = 0; i < node->event->row_count; i++)
        if (row_runs(node, &node->event->rows[i], action))
            return true;
    return node->event->above && row_runs(node, node->event->above, action);
}

/* Whether the node changes anything that a derived field could follow. */
static bool node_writes(const struct cascade *c, const struct node *node)
{
    if (node->event->form || node->event->by >= 0)
        return true;
    for (size_t i = 0; i < node->event->row_count; i++)
        if (node->event->rows[i].go >= 0)
            return true;
    for (size_t a = 0; a < node->chart->action_count; a++) {
        const struct rd_deeds *deeds = prove_deeds(c->prove, &node->chart->actions[a]);
        for (size_t d = 0; d < deeds->count || (d == 0 && deeds->opaque); d++)
            if ((deeds->opaque || deeds->list[d].kind != RD_DEED_STOP) &&
                node_runs(node, &node->chart->actions[a]))
                return true;
    }
    return false;
}

/* Whether what the sending belongs to happens in the node. Rules of the engine follow whatever is
 * done; schedules go by the clock and begin nothing here. */
static bool node_sends(const struct cascade *c, const struct node *node,
                       const struct prove_sending *sending)
{
    if (sending->action)
        return sending->from == node->chart && node_runs(node, sending->action);
    if (sending->deed->kind == RD_DEED_SEND)
        return node_writes(c, node);
    return sending->deed->kind == RD_DEED_START && sending->from == node->chart;
}

static bool kind_counts(const struct cascade *c, const struct prove_sending *sending)
{
    if (!sending->deed)
        return true;
    switch (sending->deed->kind) {
    case RD_DEED_SEND:
    case RD_DEED_START:
        return true;
    case RD_DEED_EACH_SEND:
    case RD_DEED_EACH_START:
        return c->jobs;
    case RD_DEED_SET:
    case RD_DEED_DEADLINE:
    case RD_DEED_STOP:
        break;
    }
    return false;
}

/* ---- circles ---- */

static const char *node_name(const struct cascade *c, const struct node *node)
{
    return node->state < 0
               ? node->event->command
               : rd_arena_join(c->prove->arena, node->chart->name, ".",
                               node->chart->states[node->state].name, ".", node->event->name);
}

/* A record that sends itself the event again, for certain, and stays where it takes it. */
static bool circle_is_sure(const struct cascade *c, size_t first)
{
    const struct node *node = &c->nodes[c->way[first]];
    const struct prove_sending *sending = c->sent[first];
    if (first + 1 != c->depth || !sending->deed || !sending->deed->surely ||
        sending->deed->kind != RD_DEED_SEND || !sending->deed->to ||
        strcmp(sending->deed->to, "id") != 0 || node->event->row_count != 1 ||
        node->event->rows[0].when_count || !sending->action)
        return false;
    /* what a row runs is run where it stands, before the state changes */
    return among(node->event->rows[0].actions, node->event->rows[0].action_count, node->chart,
                 sending->action);
}

static void circle_tell(struct cascade *c, size_t first)
{
    struct rd_arena *arena = c->prove->arena;
    const char *text = "";
    bool sure = circle_is_sure(c, first);
    for (size_t i = first; i < c->depth; i++) {
        const struct prove_sending *by = c->sent[i];
        text =
            rd_arena_join(arena, text, node_name(c, &c->nodes[c->way[i]]), " -> ",
                          by->action ? rd_arena_printf(arena, "(action '%s', %s:%d) ",
                                                       by->action->name, by->from->file, by->line)
                                     : "(the engine) ");
    }
    text = rd_arena_join(arena, sure ? "goes round for ever: " : "may go round: ", text,
                         node_name(c, &c->nodes[c->way[first]]));
    const struct node *node = &c->nodes[c->way[first]];
    struct rd_proof *proof = prove_add(c->prove, c->jobs ? RD_CLAIM_JOBS : RD_CLAIM_CASCADES,
                                       sure ? RD_REFUTED : RD_UNKNOWN, node->event->command,
                                       node->chart->file, node->event->line, text, NULL);
    if (sure) /* circle_is_sure: the event has one row */
        proof->shown = (struct rd_shown){
            .title = rd_arena_join(arena, node->event->command,
                                   c->jobs ? ": jobs that follow come to an end"
                                           : ": what follows comes to an end"),
            .fault = rd_arena_printf(arena, "%s:%d: events send events", node->chart->file,
                                     node->event->rows[0].line),
        };
    c->circle = true;
}

/* Whether the sending may lead to the node. */
static bool leads_to(const struct cascade *c, const struct prove_sending *sending, size_t to)
{
    const struct node *node = &c->nodes[to];
    if (!kind_counts(c, sending) ||
        !prove_reaches(c->prove, sending, node->chart, node->event->name))
        return false;
    return node->event != &node->chart->open || !sending->deed ||
           sending->deed->kind == RD_DEED_START || sending->deed->kind == RD_DEED_EACH_START;
}

static void walk(struct cascade *c, size_t at);

static void walk_edge(struct cascade *c, size_t to)
{
    if (c->colour[to] == 0) {
        walk(c, to);
        return;
    }
    for (size_t i = 0; c->colour[to] == 1 && i < c->depth; i++)
        if (c->way[i] == to)
            circle_tell(c, i);
}

static void walk(struct cascade *c, size_t at)
{
    const struct prove *prove = c->prove;
    c->colour[at] = 1;
    c->way[c->depth++] = at;
    for (size_t s = 0; s < prove->sending_count; s++) {
        const struct prove_sending *sending = &prove->sendings[s];
        if (!node_sends(c, &c->nodes[at], sending))
            continue;
        c->sent[c->depth - 1] = sending;
        for (size_t to = 0; to < c->count; to++)
            if (leads_to(c, sending, to))
                walk_edge(c, to);
    }
    c->depth--;
    c->colour[at] = 2;
}

static void cascade_prove(struct prove *prove, bool jobs)
{
    struct cascade c = { .prove = prove, .jobs = jobs };
    nodes_make(&c);
    for (size_t i = 0; i < c.count; i++)
        if (c.colour[i] == 0)
            walk(&c, i);
    if (!c.circle && c.count)
        prove_add(prove, jobs ? RD_CLAIM_JOBS : RD_CLAIM_CASCADES, RD_PROVED, "policy",
                  c.nodes[0].chart->file, 0, NULL, NULL);
}

/* Marks what is sent from the nodes that are marked 1, until nothing new is. */
static void spread(struct cascade *c)
{
    for (bool grows = true; grows;) {
        grows = false;
        for (size_t at = 0; at < c->count; at++) {
            if (c->colour[at] != 1)
                continue;
            c->colour[at] = 2;
            for (size_t s = 0; s < c->prove->sending_count; s++)
                for (size_t to = 0; to < c->count; to++)
                    if (c->colour[to] == 0 && leads_to(c, &c->prove->sendings[s], to) &&
                        node_sends(c, &c->nodes[at], &c->prove->sendings[s]))
                        c->colour[to] = grows = true;
        }
    }
}

bool prove_comes_round(struct prove *prove, const struct rd_chart *chart,
                       const struct prove_sending *sending)
{
    struct cascade c = { .prove = prove };
    if (sending->from == chart || !sending->action)
        return true;
    nodes_make(&c);
    for (size_t s = 0; s < prove->sending_count; s++)
        for (size_t to = 0; to < c.count; to++)
            if (prove->sendings[s].from == chart && leads_to(&c, &prove->sendings[s], to))
                c.colour[to] = 1;
    spread(&c);
    for (size_t at = 0; at < c.count; at++)
        if (c.colour[at] && node_sends(&c, &c.nodes[at], sending))
            return true;
    return false;
}

void prove_cascades(struct prove *prove)
{
    cascade_prove(prove, false);
    cascade_prove(prove, true);
}
