/* Linking: names to numbers, paths to places, and every text that explanations repeat.
 *
 *   names of fields, facts, guards, inputs ─▶ model->lookup ─▶ an array a type and a chart
 *   "file:line", "decision/row", "output = value"         ─▶ beside the rule that they speak of
 *   whose fields change whose limits                      ─▶ a mask a type
 *
 * Nothing here judges: a model that comes this far has no errors.
 */
#include "domain/link.h"

#include <string.h>

#include "base/buf.h"
#include "domain/ceiling.h"
#include "domain/record.h"

/* ---- names ---- */

static void link_name(struct rd_model *model, const char *name)
{
    if (name)
        (void)rd_lookup_add(&model->lookup, &model->arena, name);
}

static void link_fact_names(struct rd_model *model, const struct rd_fact *fact)
{
    link_name(model, fact->name);
    link_name(model, fact->path);
    link_name(model, fact->at);
    for (size_t i = 0; i < fact->with_count; i++)
        link_name(model, fact->with[i].path);
    for (size_t i = 0; i < RD_PICK_PATHS; i++)
        link_name(model, fact->pick[i]);
}

static void link_names(struct rd_model *model)
{
    link_name(model, rd_model_keep(model, "today"));
    link_name(model, rd_model_keep(model, "zone_version"));
    for (size_t t = 0; t < model->type_count; t++)
        for (size_t i = 0; i < model->types[t].field_count; i++)
            link_name(model, model->types[t].fields[i].name);
    for (size_t d = 0; d < model->decision_count; d++)
        for (size_t i = 0; i < model->decisions[d].input_count; i++)
            link_name(model, model->decisions[d].inputs[i].name);
    for (size_t c = 0; c < model->chart_count + model->pinned_count; c++) {
        for (size_t i = 0; i < model->charts[c].fact_count; i++)
            link_fact_names(model, &model->charts[c].facts[i]);
        for (size_t i = 0; i < model->charts[c].guard_count; i++)
            link_name(model, model->charts[c].guards[i].name);
    }
}

/* An index by the names' numbers, -1 where there is none; of two of the same name the first. */
static int16_t *link_index(struct rd_model *model, const void *table, size_t size, size_t count)
{
    int16_t *index = rd_arena_alloc(&model->arena, (model->lookup.count + 1) * sizeof *index);
    memset(index, -1, (model->lookup.count + 1) * sizeof *index);
    for (size_t i = count; i-- > 0;) {
        const char *name = *(const char *const *)((const char *)table + i * size);
        uint16_t number = rd_lookup_find(&model->lookup, name);
        if (number != RD_LOOKUP_NONE)
            index[number] = (int16_t)i;
    }
    return index;
}

static void link_indexes(struct rd_model *model)
{
    rd_lookup_close(&model->lookup, model->symbols, &model->arena);
    for (size_t t = 0; t < model->type_count; t++) {
        struct rd_record_type *type = &model->types[t];
        type->lookup = &model->lookup;
        type->field_of = link_index(model, type->fields, sizeof *type->fields, type->field_count);
        for (size_t i = 0; i < type->field_count; i++) {
            struct rd_field *field = &type->fields[i];
            field->number = rd_lookup_find(&model->lookup, field->name);
            if (field->type.kind == RD_TYPE_ACCOUNT)
                field->with =
                    rd_model_keep(model, rd_arena_join(&model->arena, RD_RECORD_WITH, field->name));
        }
    }
    for (size_t c = 0; c < model->chart_count + model->pinned_count; c++) {
        struct rd_chart *chart = &model->charts[c];
        chart->lookup = &model->lookup;
        chart->fact_of = link_index(model, chart->facts, sizeof *chart->facts, chart->fact_count);
        chart->guard_of =
            link_index(model, chart->guards, sizeof *chart->guards, chart->guard_count);
    }
}

/* ---- texts ---- */

static const char *link_place(struct rd_model *model, const char *file, int line)
{
    struct rd_arena arena;
    rd_arena_init(&arena);
    const char *place = rd_model_keep(model, rd_arena_place(&arena, file, line));
    rd_arena_fini(&arena);
    return place;
}

/* What is in the buffer. */
static const char *link_keep(struct rd_model *model, struct rd_buf *buf)
{
    rd_buf_char(buf, 0);
    return rd_model_keep(model, buf->data);
}

static const char *link_outcome(struct rd_model *model, const struct rd_decision *decision,
                                const struct rd_value *outputs, struct rd_buf *buf)
{
    rd_buf_clear(buf);
    rd_decision_outcome(decision, outputs, &model->arena, buf);
    return link_keep(model, buf);
}

static const char *link_rule(struct rd_model *model, const char *name, const char *row,
                             struct rd_buf *buf)
{
    rd_buf_clear(buf);
    rd_buf_text(buf, name);
    rd_buf_char(buf, '/');
    rd_buf_text(buf, row);
    return link_keep(model, buf);
}

/* Texts that a row gives are read from its cells: each is kept once. */
static void link_outputs(struct rd_model *model, const struct rd_decision *decision,
                         struct rd_value *outputs)
{
    for (size_t i = 0; outputs && i < decision->output_count; i++)
        if (outputs[i].kind == RD_TEXT)
            outputs[i].text = rd_model_keep(model, outputs[i].text);
}

static void link_decision(struct rd_model *model, struct rd_decision *decision, struct rd_buf *buf)
{
    struct rd_value *nothing =
        rd_arena_zalloc(&model->arena, decision->output_count + 1, sizeof *nothing);
    decision->number = (uint32_t)(decision - model->decisions);
    link_outputs(model, decision, decision->otherwise);
    decision->place = link_place(model, decision->file, decision->line);
    decision->rule_otherwise = link_rule(model, decision->name, "otherwise", buf);
    decision->outcome_otherwise =
        link_outcome(model, decision, decision->otherwise ? decision->otherwise : nothing, buf);
    for (size_t r = 0; r < decision->row_count; r++) {
        struct rd_decision_row *row = &decision->rows[r];
        link_outputs(model, decision, row->outputs);
        row->place = link_place(model, decision->file, row->line);
        row->rule = link_rule(model, decision->name, row->id, buf);
        row->outcome = link_outcome(model, decision, row->outputs, buf);
    }
}

static void link_event_texts(struct rd_model *model, const char *file, struct rd_event *event)
{
    event->command = rd_model_keep(model, event->command);
    for (size_t i = 0; i < event->row_count; i++)
        event->rows[i].place = link_place(model, file, event->rows[i].line);
    if (event->above)
        event->above->place = link_place(model, file, event->above->line);
}

static void link_limit_texts(struct rd_model *model, struct rd_limit *limit)
{
    limit->name = rd_model_keep(model, limit->name);
    limit->text = rd_model_keep(model, limit->text);
    limit->place = link_place(model, limit->file, limit->line);
}

static void link_chart_texts(struct rd_model *model, struct rd_chart *chart)
{
    chart->place = link_place(model, chart->file, chart->line);
    for (size_t i = 0; i < chart->guard_count; i++)
        chart->guards[i].place = link_place(model, chart->file, chart->guards[i].line);
    for (size_t i = 0; i < chart->action_count; i++)
        chart->actions[i].place = link_place(model, chart->file, chart->actions[i].line);
    link_event_texts(model, chart->file, &chart->open);
    for (size_t i = 0; i < chart->always_count; i++)
        link_event_texts(model, chart->file, &chart->always[i]);
    for (size_t s = 0; s < chart->state_count; s++) {
        struct rd_state *state = &chart->states[s];
        for (size_t i = 0; i < state->event_count; i++)
            link_event_texts(model, chart->file, &state->events[i]);
        for (size_t i = 0; i < state->after_count; i++)
            link_limit_texts(model, &state->after[i]);
    }
    if (chart->within)
        link_limit_texts(model, chart->within);
}

static void link_texts(struct rd_model *model)
{
    struct rd_buf buf;
    rd_buf_init(&buf);
    for (size_t d = 0; d < model->decision_count; d++)
        link_decision(model, &model->decisions[d], &buf);
    for (size_t c = 0; c < model->chart_count + model->pinned_count; c++)
        link_chart_texts(model, &model->charts[c]);
    for (size_t r = 0; r < model->authority_count; r++)
        model->authority[r].place =
            link_place(model, model->authority[r].file, model->authority[r].line);
    rd_buf_fini(&buf);
}

/* ---- paths ---- */

static void link_fact(struct rd_model *model, const struct rd_record_type *type,
                      struct rd_fact *fact)
{
    struct rd_arena *arena = &model->arena;
    fact->number = rd_lookup_find(&model->lookup, fact->name);
    fact->from = rd_path_of(model, type, arena, fact->path);
    fact->at_from = rd_path_of(model, type, arena, fact->at);
    for (size_t i = 0; i < RD_PICK_PATHS; i++)
        fact->pick_from[i] = rd_path_of(model, type, arena, fact->pick[i]);
    for (size_t i = 0; i < fact->equal_count; i++)
        fact->equal[i].from = rd_path_of(model, type, arena, fact->equal[i].path);
    if (fact->decision)
        fact->inputs = rd_inputs_of(model, type, fact->decision, fact, arena);
}

/* What records of a type are asked without a fact: limits, derived fields, advice, powers. */
static void link_ask(struct rd_model *model, const struct rd_record_type *type,
                     const struct rd_decision *decision)
{
    if (decision && !type->asks[decision->number])
        type->asks[decision->number] = rd_inputs_of(model, type, decision, NULL, &model->arena);
}

static void link_event_asks(struct rd_model *model, const struct rd_record_type *type,
                            const struct rd_event *event)
{
    for (size_t r = 0; event->permission && r < event->permission->row_count; r++) {
        const struct rd_authority_row *row = event->permission->rows[r];
        link_ask(model, type, row->up_to);
        for (size_t i = 0; i < row->ceiling_count; i++)
            link_ask(model, type, row->ceilings[i].asked);
    }
}

static void link_chart_asks(struct rd_model *model, const struct rd_chart *chart)
{
    const struct rd_record_type *type = chart->type;
    link_ask(model, type, chart->guidance);
    link_ask(model, type, chart->within ? chart->within->decision : NULL);
    link_event_asks(model, type, &chart->open);
    for (size_t i = 0; i < chart->always_count; i++)
        link_event_asks(model, type, &chart->always[i]);
    for (size_t s = 0; s < chart->state_count; s++) {
        const struct rd_state *state = &chart->states[s];
        for (size_t i = 0; i < state->after_count; i++)
            link_ask(model, type, state->after[i].decision);
        for (size_t i = 0; i < state->event_count; i++)
            link_event_asks(model, type, &state->events[i]);
    }
}

/* What is not the way of a case, but who sees and knows what of it, is the workflow's of now; its
 * facts are found in the same places (pin.h). */
static void link_pinned(struct rd_chart *chart, const struct rd_chart *workflow)
{
    chart->shown = workflow->shown;
    chart->guidance = workflow->guidance;
    chart->discloses = workflow->discloses;
    chart->anonymous = workflow->anonymous;
}

static void link_paths(struct rd_model *model)
{
    for (size_t t = 0; t < model->type_count; t++) {
        struct rd_record_type *type = &model->types[t];
        type->asks = rd_arena_zalloc(&model->arena, model->decision_count + 1, sizeof *type->asks);
        for (size_t i = 0; i < type->derived_count; i++)
            link_ask(model, type, type->fields[type->derived[i]].decision);
    }
    for (size_t c = 0; c < model->chart_count + model->pinned_count; c++) {
        struct rd_chart *chart = &model->charts[c];
        struct rd_record_type *type = (struct rd_record_type *)(uintptr_t)chart->type;
        const struct rd_chart *workflow = type->chart;
        type->chart = chart; /* whose facts its paths mean */
        for (size_t i = 0; i < chart->fact_count; i++)
            link_fact(model, type, &chart->facts[i]);
        link_chart_asks(model, chart);
        type->chart = workflow;
        if (chart->pinned)
            link_pinned(chart, workflow);
    }
}

/* ---- whose limits go by whose fields ---- */

static void link_reader(struct rd_model *model, const struct rd_chart *chart,
                        const struct rd_fact *fact)
{
    const struct rd_decision *decision = fact->kind == RD_FACT_DECIDE ? fact->decision : NULL;
    int at = decision ? fact->of : fact->kind == RD_FACT_FIELD ? fact->from.field : -1;
    if (at < 0 || (!decision && fact->from.kind != RD_PATH_LINKED) ||
        chart->type->fields[at].type.kind != RD_TYPE_REFERENCE)
        return;
    struct rd_record_type *of =
        (struct rd_record_type *)(uintptr_t)rd_model_type(model, chart->type->fields[at].type.of);
    struct rd_reader reader = { .chart = chart, .field = at };
    if (!of)
        return;
    if (!decision && fact->from.there >= 0)
        rd_fields_add(&reader.reads, fact->from.there);
    for (size_t i = 0; decision && i < decision->input_count; i++) {
        int field = rd_type_field(of, decision->inputs[i].name);
        if (field >= 0)
            rd_fields_add(&reader.reads, field);
    }
    for (size_t i = 0; i < sizeof of->read_by.words / sizeof *of->read_by.words; i++)
        of->read_by.words[i] |= reader.reads.words[i];
    struct rd_reader **last = &of->readers;
    while (*last)
        last = &(*last)->next;
    *last = rd_arena_alloc(&model->arena, sizeof **last);
    **last = reader;
}

static void link_readers(struct rd_model *model)
{
    for (size_t c = 0; c < model->chart_count + model->pinned_count; c++)
        for (size_t i = 0; i < model->charts[c].fact_count; i++)
            link_reader(model, &model->charts[c], &model->charts[c].facts[i]);
}

void rd_model_link(struct rd_model *model)
{
    link_names(model);
    link_indexes(model);
    link_texts(model);
    link_paths(model);
    link_readers(model);
    rd_secrecy_build(model);
}
