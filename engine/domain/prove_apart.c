/* The claim of four eyes: two account fields of a record never hold one person.
 *
 * An exhaustive search over state × who stands in the two fields × who acts. A field holds a set of
 * people: who did it, on whose behalf, and the administrator behind him (kernel/eyes.c keeps all
 * three). Whether one person is in both is a question about that person, so the search knows two
 * kinds of people only: the one it is about ("p") and everybody else. People are told apart as
 * persons: p may have several accounts, have any role now and another tomorrow, stand in for
 * others, be stood in for, or act `as` others as administrator; all of that is "p is among those
 * who act".
 *
 *   state ─▶ every event that somebody may send, by each authority row that can be the one that
 *            allows it: refused where `other_than` names a field with one of the actors in it
 *         ─▶ every limit that rings, every event that an action or a job may send it
 *
 * A step is firm where nothing opaque has a say in it. Refuted: firm steps lead to a record with p
 * in both. Unknown: only others do; what they hang on is named. Proved: none do.
 *
 * Sent events run in the middle of other transitions. Those that touch neither field are told from
 * their own step by nothing; where one does touch them, the order could matter, and it is unknown.
 */
#include <string.h>

#include "domain/prove_inside.h"

/* Who stands in a field, or acts: bits. */
enum { P = PROVE_P, OTHER = 2, WHOS = 4 };

#define PLACES ((RD_STATES_MAX + 1) * WHOS * WHOS) /* the last state: not opened yet */

struct step {
    int32_t from;                /* place; -1: the beginning */
    bool firm;                   /* all the way to here */
    const struct prove_step *by; /* NULL: the beginning */
    const char *hangs;
};

struct apart {
    struct prove *prove;
    const struct rd_chart *chart;
    int fields[2];
    bool seen[2][PLACES]; /* firm, any */
    struct step step[PLACES];
    int32_t queue[2 * PLACES];
    size_t head, tail;
    const char *interleaved; /* a sent event that touches the fields; NULL */
    int32_t found;           /* -1 */
};

/* One step on its way: what stands in the fields now, and what it hung on so far. */
struct motion {
    int who[2];
    bool firm;
    const char *hangs;
};

static int32_t place_of(int state, const int who[2])
{
    return (int32_t)((state * WHOS + who[0]) * WHOS + who[1]);
}

static int opened(const struct apart *a)
{
    return (int)a->chart->state_count;
}

static void arrive(struct apart *a, int32_t from, int to, const struct motion *motion,
                   const struct prove_step *by)
{
    int32_t place = place_of(to, motion->who);
    bool firm = motion->firm && (from < 0 || a->step[from].firm);
    if (a->seen[1][place] && (!firm || a->seen[0][place]))
        return;
    a->seen[1][place] = true;
    a->seen[0][place] |= firm;
    const char *hangs = motion->firm ? (from < 0 ? NULL : a->step[from].hangs) : motion->hangs;
    a->step[place] = (struct step){ from, firm, by, hangs };
    if (a->tail < sizeof a->queue / sizeof *a->queue)
        a->queue[a->tail++] = place;
    bool both = motion->who[0] & motion->who[1] & P;
    if (both && (a->found < 0 || (firm && !a->step[a->found].firm)))
        a->found = place;
}

/* ---- writes ---- */

/* Calls on with each thing that may be in the fields after the writes of some functions. */
struct writes {
    struct apart *a;
    int32_t from;
    int to;
    int actor;
    const struct prove_step *by;
    const uint16_t *lists[4];
    size_t counts[4];
};

static void write_next(const struct writes *w, size_t list, size_t at, size_t deed,
                       struct motion motion);

static const struct rd_deed_field *deed_field(const struct rd_deed *deed, const char *name)
{
    for (size_t i = 0; i < deed->field_count; i++)
        if (strcmp(deed->fields[i].name, name) == 0)
            return &deed->fields[i];
    return NULL;
}

static const char *action_place(const struct apart *a, const struct rd_function *action)
{
    return rd_arena_printf(a->prove->arena, "action '%s' (%s:%d)", action->name, a->chart->file,
                           action->line);
}

static struct motion hung(struct motion motion, const char *on)
{
    if (motion.firm)
        motion.hangs = on;
    motion.firm = false;
    return motion;
}

/* Who is written into a field again under the same name stays there with all who stood behind him
 * before (kernel/eyes.c). */
static struct motion kept_on(const struct motion *before, const struct motion *after)
{
    struct motion kept = *after;
    for (int i = 0; i < 2; i++)
        if (after->who[i])
            kept.who[i] |= before->who[i];
    return kept;
}

/* Anything at all may be in the fields of `mask`. */
static void write_any(const struct writes *w, size_t list, size_t at, size_t deed,
                      const struct motion *motion, int mask)
{
    for (int who = 0; who < WHOS * WHOS; who++) {
        struct motion next = *motion;
        if (mask & 1)
            next.who[0] = who % WHOS;
        if (mask & 2)
            next.who[1] = who / WHOS;
        if ((!(mask & 1) && who % WHOS) || (!(mask & 2) && who / WHOS))
            continue;
        write_next(w, list, at, deed, next);
    }
}

static void write_deed(const struct writes *w, size_t list, size_t at, size_t deed,
                       struct motion motion, const struct rd_function *action)
{
    const struct rd_deed *is = &prove_deeds(w->a->prove, action)->list[deed];
    int any = 0;
    struct motion done = motion;
    bool touches = false;
    for (int i = 0; i < 2; i++) {
        const char *name = w->a->chart->type->fields[w->a->fields[i]].name;
        const struct rd_deed_field *field = deed_field(is, name);
        if (!field && !is->any_field)
            continue;
        touches = true;
        if (field && field->value == RD_DEED_ACTOR)
            done.who[i] = w->actor;
        else if (field && field->value == RD_DEED_EMPTY)
            done.who[i] = 0;
        else
            any |= 1 << i;
    }
    if (!touches || !is->surely) /* it may leave it */
        write_next(w, list, at, deed + 1,
                   touches ? hung(motion, action_place(w->a, action)) : motion);
    if (!touches)
        return;
    if (any || !is->surely)
        done = hung(done, action_place(w->a, action));
    write_any(w, list, at, deed + 1, &done, any);
    struct motion kept = kept_on(&motion, &done);
    if (!any && (kept.who[0] != done.who[0] || kept.who[1] != done.who[1]))
        write_next(w, list, at, deed + 1, kept);
}

/* Goes through the functions of all lists, and the deeds of each. */
static void write_next(const struct writes *w, size_t list, size_t at, size_t deed,
                       struct motion motion)
{
    while (list < 4 && at >= w->counts[list]) {
        list++;
        at = 0;
    }
    if (list == 4) {
        arrive(w->a, w->from, w->to, &motion, w->by);
        return;
    }
    const struct rd_function *action = &w->a->chart->actions[w->lists[list][at]];
    const struct rd_deeds *deeds = prove_deeds(w->a->prove, action);
    if (deeds->opaque) {
        struct motion next = hung(motion, action_place(w->a, action));
        write_any(w, list, at + 1, 0, &next, 3);
        return;
    }
    while (deed < deeds->count && deeds->list[deed].kind != RD_DEED_SET)
        deed++;
    if (deed < deeds->count)
        write_deed(w, list, at, deed, motion, action);
    else
        write_next(w, list, at + 1, 0, motion);
}

/* A row is taken by `actor` in `state`: its actions, then the exit, then the entry. */
static void take_row(struct apart *a, int32_t from, int state, const uint16_t *actions,
                     size_t action_count, int go, int actor, const struct motion *motion,
                     const struct prove_step *by)
{
    const struct rd_state *states = a->chart->states;
    struct writes w = { .a = a,
                        .from = from,
                        .to = go >= 0 ? go : state,
                        .actor = actor,
                        .by = by,
                        .lists = { actions },
                        .counts = { action_count } };
    if (go >= 0 && state < opened(a)) {
        w.lists[1] = states[state].exit;
        w.counts[1] = states[state].exit_count;
    }
    if (go >= 0) {
        w.lists[2] = states[go].entry;
        w.counts[2] = states[go].entry_count;
    }
    write_next(&w, 0, 0, 0, *motion);
}

/* ---- steps of people ---- */

static bool form_has(const struct rd_event *event, int field)
{
    for (size_t i = 0; event->form && i < event->form->count; i++)
        if (event->form->entries[i].record_field == field)
            return true;
    return false;
}

/* "'review' by p, by rules/authority.lua:73 (handler)". */
static const struct prove_step *step_of(const struct apart *a, const struct rd_event *event,
                                        int actor, const struct rd_authority_row *row, int role,
                                        const int said[2])
{
    struct prove_step *step = rd_arena_zalloc(a->prove->arena, 1, sizeof *step);
    const char *who = actor == P       ? "one person"
                      : actor == OTHER ? "another"
                                       : "both together "
                                         "(one for the other)";
    *step = (struct prove_step){ .event = row ? event : NULL, .actor = actor, .role = role };
    memcpy(step->said, said, sizeof step->said);
    step->text =
        row ? rd_arena_printf(a->prove->arena, "%s by %s, as %s (%s:%d)", event->name, who,
                              a->prove->model->organisation.roles[role].name, row->file, row->line)
            : rd_arena_join(a->prove->arena, event->name, ", sent by a rule");
    return step;
}

static void rows_of_event(struct apart *a, int32_t from, int state, const struct rd_event *event,
                          int actor, const struct motion *motion, const struct prove_step *step)
{
    struct motion by = *motion;
    for (int i = 0; i < 2; i++)
        if (event->by == a->fields[i])
            by.who[i] = actor;
    struct motion kept = kept_on(motion, &by);
    for (size_t i = 0; i < event->row_count; i++) {
        const struct rd_row *row = &event->rows[i];
        bool known;
        if (!prove_row_taken(a->prove, a->chart, event, i, &known))
            continue;
        const char *on = known ? NULL : prove_guard(a->prove, a->chart, row);
        struct motion taken = known ? by : hung(by, on), again = known ? kept : hung(kept, on);
        take_row(a, from, state, row->actions, row->action_count, row->go, actor, &taken, step);
        if (kept.who[0] != by.who[0] || kept.who[1] != by.who[1])
            take_row(a, from, state, row->actions, row->action_count, row->go, actor, &again, step);
    }
    if (event->above) {
        struct motion above = hung(*motion, "the amount");
        take_row(a, from, state, event->above->actions, event->above->action_count,
                 event->above->go, actor, &above, step);
    }
}

/* Whether the row refuses: one of those who act is in a field that it names, or was before the
 * form wrote into it. */
static bool refuses(const struct apart *a, const struct rd_authority_row *row, int actor,
                    const int before[2], const int after[2])
{
    for (size_t i = 0; i < row->other_than_count; i++)
        for (int f = 0; f < 2; f++) {
            const char *name = a->chart->type->fields[a->fields[f]].name;
            if (strcmp(row->other_than[i], name) == 0 && (actor & (before[f] | after[f]) & P))
                return true;
        }
    return false;
}

static void step_by(struct apart *a, int32_t from, int state, const struct rd_event *event,
                    size_t row_at, int actor, const int who[2])
{
    const struct rd_authority_row *row = event->permission->rows[row_at];
    int role = 0;
    if (!prove_row_used(a->prove, event->permission, row_at, &role))
        return;
    bool writes[2] = { form_has(event, a->fields[0]), form_has(event, a->fields[1]) };
    for (int form = 0; form < WHOS * WHOS; form++) {
        struct motion motion = { .firm = true };
        int said[2] = { form % WHOS, form / WHOS };
        if ((!writes[0] && said[0]) || (!writes[1] && said[1]))
            continue;
        for (int f = 0; f < 2; f++)
            motion.who[f] = writes[f] ? said[f] : who[f];
        if (refuses(a, row, actor, who, motion.who))
            continue;
        if (row->unless_count) {
            int guard = rd_guard_find(a->chart, row->unless[0]);
            motion = hung(motion, guard < 0 ? row->unless[0]
                                            : rd_arena_printf(a->prove->arena, "guard '%s' (%s:%d)",
                                                              row->unless[0], a->chart->file,
                                                              a->chart->guards[guard].line));
        }
        rows_of_event(a, from, state, event, actor, &motion,
                      step_of(a, event, actor, row, role, said));
    }
}

static void step_event(struct apart *a, int32_t from, int state, const struct rd_event *event,
                       const int who[2])
{
    for (size_t row = 0; row < event->permission->row_count; row++)
        for (int actor = P; actor < WHOS; actor++)
            step_by(a, from, state, event, row, actor, who);
}

/* ---- steps of rules ---- */

/* An event that somebody's action, a job or the engine sends: nobody is asked whether he may. What
 * is sent with it may be in the fields. */
static void step_sent(struct apart *a, int32_t from, int state, const struct rd_event *event,
                      const int who[2])
{
    for (size_t i = 0; i < a->prove->sending_count; i++) {
        const struct prove_sending *sending = &a->prove->sendings[i];
        if (!prove_reaches(a->prove, sending, a->chart, event->name))
            continue;
        const char *on = sending->action ? rd_arena_printf(a->prove->arena, "action '%s' (%s:%d)",
                                                           sending->action->name,
                                                           sending->from->file, sending->line)
                                         : "what the engine sends by itself";
        int any = 0;
        for (int f = 0; f < 2; f++)
            if (!sending->deed || sending->deed->any_field ||
                deed_field(sending->deed, a->chart->type->fields[a->fields[f]].name))
                any |= 1 << f;
        for (int form = 0; form < WHOS * WHOS; form++) {
            int said[2] = { form % WHOS, form / WHOS };
            if ((!(any & 1) && said[0]) || (!(any & 2) && said[1]))
                continue;
            struct motion motion = { .who = { any & 1 ? said[0] : who[0],
                                              any & 2 ? said[1] : who[1] } };
            motion.hangs = on;
            for (int actor = P; actor < WHOS; actor++)
                rows_of_event(a, from, state, event, actor, &motion,
                              step_of(a, event, actor, NULL, 0, said));
        }
    }
}

static const struct prove_step *step_rung(const struct apart *a, const char *text)
{
    struct prove_step *step = rd_arena_zalloc(a->prove->arena, 1, sizeof *step);
    step->text = text;
    return step;
}

static void step_limits(struct apart *a, int32_t from, int state, const int who[2])
{
    const struct rd_state *is = &a->chart->states[state];
    struct motion motion = { .who = { who[0], who[1] }, .firm = true };
    for (size_t i = 0; i < is->after_count; i++)
        take_row(a, from, state, is->after[i].actions, is->after[i].action_count, is->after[i].go,
                 OTHER, &motion,
                 step_rung(a, rd_arena_join(a->prove->arena, "limit '", is->after[i].name, "'")));
    if (a->chart->within)
        take_row(a, from, state, a->chart->within->actions, a->chart->within->action_count,
                 a->chart->within->go, OTHER, &motion, step_rung(a, "the limit of the whole case"));
}

/* ---- the search ---- */

static void step_from(struct apart *a, int32_t place)
{
    int who[2] = { place / WHOS % WHOS, place % WHOS };
    int state = place / WHOS / WHOS;
    const struct rd_chart *chart = a->chart;
    if (state == opened(a)) {
        step_event(a, place, state, &chart->open, who);
        step_sent(a, place, state, &chart->open, who);
        return;
    }
    const struct rd_state *is = &chart->states[state];
    if (is->final)
        return;
    for (size_t i = 0; i < is->event_count; i++) {
        step_event(a, place, state, &is->events[i], who);
        step_sent(a, place, state, &is->events[i], who);
    }
    for (size_t i = 0; i < chart->always_count; i++) {
        if (rd_event_find(chart, state, chart->always[i].name) != &chart->always[i])
            continue;
        step_event(a, place, state, &chart->always[i], who);
        step_sent(a, place, state, &chart->always[i], who);
    }
    step_limits(a, place, state, who);
}

/* Whether an action of one of the lists may write either field. */
static bool list_touches(const struct apart *a, const uint16_t *actions, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct rd_deeds *deeds = prove_deeds(a->prove, &a->chart->actions[actions[i]]);
        if (deeds->opaque)
            return true;
        for (size_t d = 0; d < deeds->count; d++)
            for (int f = 0; f < 2; f++)
                if (deeds->list[d].kind == RD_DEED_SET &&
                    (deeds->list[d].any_field ||
                     deed_field(&deeds->list[d], a->chart->type->fields[a->fields[f]].name)))
                    return true;
    }
    return false;
}

static bool row_touches(const struct apart *a, const struct rd_row *row)
{
    if (list_touches(a, row->actions, row->action_count))
        return true;
    if (row->go < 0)
        return false;
    const struct rd_state *to = &a->chart->states[row->go];
    if (list_touches(a, to->entry, to->entry_count))
        return true;
    for (size_t s = 0; s < a->chart->state_count; s++)
        if (list_touches(a, a->chart->states[s].exit, a->chart->states[s].exit_count))
            return true;
    return false;
}

static bool event_touches(const struct apart *a, const struct rd_event *event)
{
    if (event->by == a->fields[0] || event->by == a->fields[1])
        return true;
    for (size_t i = 0; i < event->row_count; i++)
        if (row_touches(a, &event->rows[i]))
            return true;
    return event->above && row_touches(a, event->above);
}

/* In the middle of another transition: sent at once, and touching the fields. */
static void find_interleaved(struct apart *a, const struct rd_event *event)
{
    for (size_t i = 0; i < a->prove->sending_count && !a->interleaved; i++) {
        const struct prove_sending *sending = &a->prove->sendings[i];
        bool at_once = !sending->deed || sending->deed->kind == RD_DEED_SEND;
        if (!at_once || !prove_reaches(a->prove, sending, a->chart, event->name))
            continue;
        bool touches = !sending->deed || sending->deed->any_field || event_touches(a, event);
        for (int f = 0; f < 2 && !touches; f++)
            touches = deed_field(sending->deed, a->chart->type->fields[a->fields[f]].name) != NULL;
        if (touches && prove_comes_round(a->prove, a->chart, sending))
            a->interleaved =
                sending->action
                    ? rd_arena_printf(a->prove->arena, "action '%s' (%s:%d) sends '%s'",
                                      sending->action->name, sending->from->file, sending->line,
                                      event->name)
                    : rd_arena_join(a->prove->arena, "the engine sends '", event->name, "'");
    }
}

/* What nobody writes: defaults, and what a table gives. */
static void find_unwritten(struct apart *a)
{
    for (int f = 0; f < 2; f++) {
        const struct rd_field *field = &a->chart->type->fields[a->fields[f]];
        if (field->derived || field->preset.kind != RD_NULL)
            a->interleaved =
                rd_arena_join(a->prove->arena, "the ", field->derived ? "table" : "default",
                              " of '", field->name, "' is somebody");
    }
}

static void find_all_interleaved(struct apart *a)
{
    find_unwritten(a);
    for (size_t s = 0; s < a->chart->state_count; s++)
        for (size_t i = 0; i < a->chart->states[s].event_count; i++)
            find_interleaved(a, &a->chart->states[s].events[i]);
    for (size_t i = 0; i < a->chart->always_count; i++)
        find_interleaved(a, &a->chart->always[i]);
}

static const char *way_text(const struct apart *a, int32_t place)
{
    const char *text = "";
    for (; place >= 0 && a->step[place].by; place = a->step[place].from)
        text = rd_arena_join(a->prove->arena, a->step[place].by->text, *text ? "; " : "", text);
    return text;
}

/* The way to what was found, as promises that can be tried. */
static void apart_play(struct apart *a, struct rd_proof *proof)
{
    const struct rd_field *fields = a->chart->type->fields;
    struct prove_way way = { .chart = a->chart, .fields = a->fields };
    for (int32_t place = a->found; a->step[place].by; place = a->step[place].from)
        way.count++;
    way.steps = rd_arena_zalloc(a->prove->arena, way.count + 1, sizeof *way.steps);
    size_t at = way.count;
    for (int32_t place = a->found; a->step[place].by; place = a->step[place].from)
        way.steps[--at] = a->step[place].by;
    way.title = rd_arena_join(a->prove->arena, a->chart->name, ": nobody is both ",
                              fields[a->fields[0]].name, " and ", fields[a->fields[1]].name);
    prove_plays(a->prove, &way, proof);
}

static void apart_tell(struct apart *a, const char *subject, int line)
{
    struct prove *prove = a->prove;
    const char *file = a->chart->file;
    if (a->found >= 0 && a->step[a->found].firm) {
        apart_play(a, prove_add(prove, RD_CLAIM_APART, RD_REFUTED, subject, file, line,
                                rd_arena_join(prove->arena,
                                              "one person can be in both: ", way_text(a, a->found)),
                                NULL));
        return;
    }
    const char *on = a->found >= 0 ? a->step[a->found].hangs : a->interleaved;
    if (on)
        prove_add(prove, RD_CLAIM_APART, RD_UNKNOWN, subject, file, line,
                  a->found >= 0
                      ? rd_arena_join(prove->arena, "it hangs on ", on, ": ", way_text(a, a->found))
                      : rd_arena_join(prove->arena, "it hangs on when ", on),
                  NULL);
    else
        prove_add(prove, RD_CLAIM_APART, RD_PROVED, subject, file, line, NULL, NULL);
}

static void apart_prove(struct prove *prove, const struct rd_chart *chart, int one, int other,
                        int line)
{
    struct apart *a = rd_arena_zalloc(prove->arena, 1, sizeof *a);
    *a = (struct apart){ .prove = prove, .chart = chart, .fields = { one, other }, .found = -1 };
    struct motion nothing = { .firm = true };
    arrive(a, -1, opened(a), &nothing, NULL);
    while (a->head < a->tail)
        step_from(a, a->queue[a->head++]);
    find_all_interleaved(a);
    const struct rd_field *fields = chart->type->fields;
    apart_tell(
        a,
        rd_arena_join(prove->arena, chart->name, ": ", fields[one].name, ", ", fields[other].name),
        line);
}

/* ---- which pairs ---- */

struct pairs {
    struct rd_apart *list;
    size_t count, cap;
};

static bool pairs_take(struct prove *prove, struct pairs *pairs, int one, int other)
{
    for (size_t i = 0; i < pairs->count; i++) {
        const int *known = pairs->list[i].fields;
        if ((known[0] == one && known[1] == other) || (known[0] == other && known[1] == one))
            return false;
    }
    if (pairs->count == pairs->cap) {
        struct rd_apart *more = rd_arena_zalloc(prove->arena, pairs->cap * 2 + 8, sizeof *more);
        if (pairs->count)
            memcpy(more, pairs->list, pairs->count * sizeof *more);
        pairs->list = more;
        pairs->cap = pairs->cap * 2 + 8;
    }
    pairs->list[pairs->count++] = (struct rd_apart){ { one, other } };
    return true;
}

/* What an event writes by `by`, against what any of its rows holds apart. */
static void pairs_of_event(struct prove *prove, const struct rd_chart *chart,
                           const struct rd_event *event, struct pairs *pairs)
{
    for (size_t r = 0; event->by >= 0 && r < event->permission->row_count; r++) {
        const struct rd_authority_row *row = event->permission->rows[r];
        for (size_t i = 0; i < row->other_than_count; i++) {
            int field = rd_type_field(chart->type, row->other_than[i]);
            if (field >= 0 && field != event->by && pairs_take(prove, pairs, field, event->by))
                apart_prove(prove, chart, field, event->by, event->line);
        }
    }
}

void prove_apart(struct prove *prove)
{
    for (size_t c = 0; c < prove->model->chart_count; c++) {
        const struct rd_chart *chart = &prove->model->charts[c];
        struct pairs pairs = { 0 };
        for (size_t i = 0; i < chart->apart_count; i++)
            if (pairs_take(prove, &pairs, chart->apart[i].fields[0], chart->apart[i].fields[1]))
                apart_prove(prove, chart, chart->apart[i].fields[0], chart->apart[i].fields[1],
                            chart->apart_line);
        for (size_t s = 0; s < chart->state_count; s++)
            for (size_t i = 0; i < chart->states[s].event_count; i++)
                pairs_of_event(prove, chart, &chart->states[s].events[i], &pairs);
        for (size_t i = 0; i < chart->always_count; i++)
            pairs_of_event(prove, chart, &chart->always[i], &pairs);
    }
}
