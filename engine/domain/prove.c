/* Proving a policy: what all claims have in common. Each claim has a file of its own:
 *
 *   chart: prove_chart.c   cascades: prove_cascade.c   two fields apart: prove_apart.c
 *   authority: prove_authority.c   tables: prove_table.c   limits: prove_limit.c
 *
 * Never does: running an action, or reading a store. What may happen is what the compiled charts
 * and the deeds of their actions allow, taken together; whatever is left open counts as possible.
 */
#include <string.h>

#include "domain/accountability.h"
#include "domain/prove_inside.h"

const char *rd_claim_word(enum rd_claim claim)
{
    static const char *const words[] = {
#define RD_CLAIM_WORD(name, word) word,
        RD_CLAIM_MAP(RD_CLAIM_WORD)
#undef RD_CLAIM_WORD
    };
    return words[claim];
}

const char *rd_verdict_word(enum rd_verdict verdict)
{
    static const char *const words[] = { "proved", "refuted", "unknown" };
    return words[verdict];
}

struct rd_proof *prove_add(struct prove *prove, enum rd_claim claim, enum rd_verdict verdict,
                           const char *subject, const char *file, int line, const char *text,
                           const char *test)
{
    struct rd_proof *proof = rd_arena_zalloc(prove->arena, 1, sizeof *proof);
    *proof = (struct rd_proof){ .claim = claim,
                                .verdict = verdict,
                                .subject = subject,
                                .file = file,
                                .line = line,
                                .text = text,
                                .test = test };
    RD_ASSERT(verdict == RD_PROVED || text != NULL);
    if (prove->out->last)
        prove->out->last->next = proof;
    else
        prove->out->first = proof;
    prove->out->last = proof;
    prove->out->counts[verdict]++;
    return proof;
}

void prove_standing_as(struct prove *prove, struct rd_proof *proof, const struct rd_chart *chart,
                       const struct rd_state *state, const char *title, const char *expect)
{
    if (proof->verdict != RD_REFUTED)
        return;
    proof->shown = (struct rd_shown){
        .title = rd_arena_join(prove->arena, chart->name, ": ", title),
        .where = rd_arena_join(prove->arena, chart->name, ".", state->name),
        .expect = expect,
    };
}

void prove_standing(struct prove *prove, struct rd_proof *proof, const struct rd_chart *chart,
                    const struct rd_state *state, const char *title)
{
    prove_standing_as(prove, proof, chart, state, title, rd_claim_word(proof->claim));
}

const struct rd_deeds *prove_deeds(const struct prove *prove, const struct rd_function *action)
{
    static const struct rd_deeds nothing_known = { .opaque = "its text was not read" };
    bool there = action->fn >= 0 && (size_t)action->fn < prove->p->deed_count;
    return there ? &prove->p->deeds[action->fn] : &nothing_known;
}

const char *prove_guard(const struct prove *prove, const struct rd_chart *chart,
                        const struct rd_row *row)
{
    if (row->when_count == 0)
        return rd_arena_join(prove->arena, "the guards of the rows before it");
    const struct rd_function *guard = &chart->guards[row->when[0].guard];
    return rd_arena_printf(prove->arena, "guard '%s' (%s:%d)", guard->name, chart->file,
                           guard->line);
}

bool prove_row_taken(const struct prove *prove, const struct rd_chart *chart,
                     const struct rd_event *event, size_t i, bool *known)
{
    uint64_t rows = 0;
    *known = true;
    if (event->row_count == 1 && event->rows[0].when_count == 0)
        return true;
    *known = prove->p->ask && event->row_count <= 64 &&
             prove->p->ask(prove->p->context, chart, event, &rows);
    if (!*known || (rows & (1ull << i)))
        return true;
    *known = false; /* what is sent comes without a form */
    return prove_sent(prove, chart, event) != NULL;
}

/* ---- who sends what ---- */

static void sending_add(struct prove *prove, struct prove_sending sending)
{
    size_t count = prove->sending_count++;
    if ((count & (count - 1)) == 0) { /* full at each power of two */
        struct prove_sending *more = rd_arena_zalloc(prove->arena, count * 2 + 1, sizeof *more);
        if (count)
            memcpy(more, prove->sendings, count * sizeof *more);
        prove->sendings = more;
    }
    prove->sendings[count] = sending;
}

static bool named_in(const uint16_t *actions, size_t count, size_t action)
{
    for (size_t i = 0; i < count; i++)
        if (actions[i] == action)
            return true;
    return false;
}

static bool event_names(const struct rd_event *event, size_t action)
{
    for (size_t i = 0; i < event->row_count; i++)
        if (named_in(event->rows[i].actions, event->rows[i].action_count, action))
            return true;
    return event->above && named_in(event->above->actions, event->above->action_count, action);
}

static bool state_names(const struct rd_state *state, size_t action)
{
    for (size_t i = 0; i < state->event_count; i++)
        if (event_names(&state->events[i], action))
            return true;
    for (size_t i = 0; i < state->after_count; i++)
        if (named_in(state->after[i].actions, state->after[i].action_count, action))
            return true;
    return named_in(state->entry, state->entry_count, action) ||
           named_in(state->exit, state->exit_count, action);
}

/* Whether anything runs the action. */
static bool action_is_run(const struct rd_chart *chart, size_t action)
{
    for (size_t s = 0; s < chart->state_count; s++)
        if (state_names(&chart->states[s], action))
            return true;
    for (size_t i = 0; i < chart->always_count; i++)
        if (event_names(&chart->always[i], action))
            return true;
    return event_names(&chart->open, action) ||
           (chart->within && named_in(chart->within->actions, chart->within->action_count, action));
}

static void sendings_of_action(struct prove *prove, const struct rd_chart *chart,
                               const struct rd_function *action)
{
    const struct rd_deeds *deeds = prove_deeds(prove, action);
    if (deeds->opaque)
        sending_add(prove,
                    (struct prove_sending){ chart, action, NULL, deeds->opaque, deeds->line });
    for (size_t i = 0; i < deeds->count; i++)
        sending_add(prove, (struct prove_sending){ chart, action, &deeds->list[i], NULL,
                                                   deeds->list[i].line });
}

/* What the engine itself sends and starts. */
static void sending_of_engine(struct prove *prove, const struct rd_chart *from, struct rd_deed deed)
{
    struct rd_deed *kept = rd_arena_zalloc(prove->arena, 1, sizeof *kept);
    *kept = deed;
    sending_add(prove, (struct prove_sending){ .from = from, .deed = kept, .line = deed.line });
}

static void sending_of_accountability(struct prove *prove, const struct rd_accountability *rule)
{
    struct rd_deed deed = { .kind = RD_DEED_START, .name = rule->start->name, .line = rule->line };
    deed.fields = rd_arena_zalloc(prove->arena, RD_FINDING_FIELDS, sizeof *deed.fields);
    for (; deed.field_count < RD_FINDING_FIELDS; deed.field_count++)
        deed.fields[deed.field_count].name =
            rd_finding_field_name((enum rd_finding_field)deed.field_count);
    sending_of_engine(prove, rule->chart, deed);
}

static void deed_fields_of(struct prove *prove, const struct rd_value *map, struct rd_deed *deed)
{
    if (!rd_value_is(map, RD_MAP))
        return;
    deed->fields = rd_arena_zalloc(prove->arena, map->count + 1, sizeof *deed->fields);
    for (uint32_t i = 0; i < map->count; i++)
        deed->fields[deed->field_count++].name = map->pairs[i].key;
}

static void sending_of_schedule(struct prove *prove, const struct rd_schedule *schedule)
{
    struct rd_deed deed = { .kind = RD_DEED_EACH_START,
                            .name = schedule->type->name,
                            .line = schedule->line };
    deed_fields_of(prove, &schedule->data, &deed);
    deed.any_field = schedule->report != NULL; /* the report is filed in some of them */
    if (schedule->each.kind == RD_MAP) {
        const char *send = rd_map_text(&schedule->each, "send", NULL);
        deed.kind = send ? RD_DEED_EACH_SEND : RD_DEED_EACH_START;
        deed.name = send ? send : rd_map_text(&schedule->each, "start", NULL);
        deed.type = send ? schedule->type->name : NULL;
        deed.any_field = true;
    }
    sending_of_engine(prove, NULL, deed);
}

static void sendings_of_engine(struct prove *prove)
{
    const struct rd_model *model = prove->model;
    for (size_t t = 0; t < model->type_count; t++)
        for (size_t f = 0; f < model->types[t].field_count; f++) {
            const struct rd_field *field = &model->types[t].fields[f];
            if (field->changed && model->types[t].chart)
                sending_of_engine(prove, model->types[t].chart,
                                  (struct rd_deed){ .kind = RD_DEED_SEND,
                                                    .name = field->changed,
                                                    .to = "id",
                                                    .line = field->line });
        }
    for (size_t i = 0; i < model->accountability_count; i++)
        sending_of_accountability(prove, &model->accountability[i]);
    for (size_t i = 0; i < model->schedule_count; i++)
        sending_of_schedule(prove, &model->schedules[i]);
}

/* Where `to` of a sending leads: NULL: anywhere. */
static const char *sending_type(const struct prove_sending *sending)
{
    const char *to = sending->deed->to;
    if (!to || !sending->from)
        return NULL;
    if (strcmp(to, "id") == 0)
        return sending->from->name;
    int field = rd_type_field(sending->from->type, to);
    if (field < 0 || rd_fact_find(sending->from, to) >= 0)
        return NULL;
    const struct rd_type *type = &sending->from->type->fields[field].type;
    return type->kind == RD_TYPE_REFERENCE ? type->of : NULL;
}

bool prove_reaches(const struct prove *prove, const struct prove_sending *sending,
                   const struct rd_chart *chart, const char *event)
{
    const struct rd_deed *deed = sending->deed;
    (void)prove;
    if (!deed)
        return true;
    bool opens = strcmp(chart->open.name, event) == 0;
    bool named = !deed->name || strcmp(deed->name, event) == 0;
    switch (deed->kind) {
    case RD_DEED_SEND: {
        const char *type = sending_type(sending);
        return named && (!type || strcmp(type, chart->name) == 0);
    }
    case RD_DEED_EACH_SEND:
        return named && (!deed->type || strcmp(deed->type, chart->name) == 0);
    case RD_DEED_DEADLINE:
        return named && sending->from == chart;
    case RD_DEED_START:
    case RD_DEED_EACH_START:
        return opens && (!deed->name || strcmp(deed->name, chart->name) == 0);
    case RD_DEED_SET:
    case RD_DEED_STOP:
        break;
    }
    return false;
}

const struct prove_sending *prove_sent(const struct prove *prove, const struct rd_chart *chart,
                                       const struct rd_event *event)
{
    for (size_t i = 0; i < prove->sending_count; i++)
        if (prove_reaches(prove, &prove->sendings[i], chart, event->name))
            return &prove->sendings[i];
    return NULL;
}

static void sendings_find(struct prove *prove)
{
    for (size_t c = 0; c < prove->model->chart_count; c++)
        for (size_t a = 0; a < prove->model->charts[c].action_count; a++)
            if (action_is_run(&prove->model->charts[c], a))
                sendings_of_action(prove, &prove->model->charts[c],
                                   &prove->model->charts[c].actions[a]);
    sendings_of_engine(prove);
}

struct rd_sendings {
    struct rd_proving proving;
    struct prove prove;
};

struct rd_sendings *rd_prove_sendings(const struct rd_proving *proving, struct rd_arena *arena)
{
    struct rd_sendings *all = rd_arena_zalloc(arena, 1, sizeof *all);
    all->proving = *proving;
    all->prove = (struct prove){ .p = &all->proving, .model = proving->model, .arena = arena };
    sendings_find(&all->prove);
    return all;
}

bool rd_prove_sends(const struct rd_sendings *sendings, const struct rd_chart *chart,
                    const struct rd_event *event)
{
    return prove_sent(&sendings->prove, chart, event) != NULL;
}

void rd_prove(const struct rd_proving *proving, struct rd_arena *arena, struct rd_proofs *out)
{
    *out = (struct rd_proofs){ .arena = arena };
    struct prove prove = { .p = proving, .model = proving->model, .arena = arena, .out = out };
    sendings_find(&prove);
    prove_charts(&prove);
    prove_limits(&prove);
    prove_cascades(&prove);
    prove_apart(&prove);
    prove_authority(&prove);
    prove_tables(&prove);
}
