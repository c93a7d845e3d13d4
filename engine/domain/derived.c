/* Derived fields, joined: what the words mean is judged here, where decisions, charts and forms are
 * all there.
 *
 * The hash of a type's derived fields is over the normal form of everything that they are decided
 * by (the fields' own, the decisions, the chart's facts and their decisions), without lines and
 * titles: where it differs from one generation to the next, records are derived anew.
 */
#include "domain/derived.h"

#include <string.h>

#include "base/buf.h"
#include "base/pack.h"
#include "base/text.h"

struct derived_build {
    struct rd_model *model;
    const struct rd_value *normal;
    struct rd_findings *findings;
    struct rd_record_type *type;
    const struct rd_chart *chart;      /* of the type; NULL */
    unsigned char seen[RD_FIELDS_MAX]; /* 0: not yet, 1: under way, 2: in order */
    bool circle;
};

static void derived_error(struct derived_build *b, const struct rd_field *field, const char *format,
                          ...) RD_PRINTF(3, 4);
static void derived_error(struct derived_build *b, const struct rd_field *field, const char *format,
                          ...)
{
    va_list args;
    va_start(args, format);
    const char *text = rd_arena_vprintf(&b->model->arena, format, args);
    va_end(args);
    rd_finding_error(b->findings, b->type->file, field->line, "record '%s': field '%s': %s",
                     b->type->name, field->name, text);
}

static const struct rd_chart *derived_chart(const struct rd_model *model,
                                            const struct rd_record_type *type)
{
    for (size_t c = 0; c < model->chart_count; c++)
        if (model->charts[c].type == type)
            return &model->charts[c];
    return NULL;
}

static bool derived_output(struct derived_build *b, struct rd_field *field)
{
    const struct rd_decision *decision = field->decision;
    const char *names[RD_DECISION_INPUTS_MAX];
    size_t count = 0;
    field->output = field->derived_output || decision->output_count != 1 ? -1 : 0;
    for (size_t i = 0; i < decision->output_count && count < RD_DECISION_INPUTS_MAX; i++) {
        names[count++] = decision->outputs[i].name;
        if (field->derived_output && strcmp(field->derived_output, names[count - 1]) == 0)
            field->output = (int)i;
    }
    if (field->output < 0 && field->derived_output)
        derived_error(b, field, "decision '%s' has no output '%s'%s", decision->name,
                      field->derived_output,
                      rd_model_guess(&b->model->arena, field->derived_output, names, count));
    else if (field->output < 0)
        derived_error(b, field, "decision '%s' has several outputs: say output = \"%s\"",
                      decision->name, names[0]);
    if (field->output < 0)
        return false;
    const struct rd_type *given = &decision->outputs[field->output].type;
    if (given->kind != field->type.kind)
        derived_error(b, field, "decision '%s' gives a %s, not a %s", decision->name,
                      rd_type_name(given->kind), rd_type_name(field->type.kind));
    return given->kind == field->type.kind;
}

/* An input is a field of the record or a fact of its chart, of the kind that the decision wants. */
static void derived_input(struct derived_build *b, const struct rd_field *field,
                          const struct rd_field *input)
{
    const struct rd_record_type *type = b->type;
    int at = rd_type_field(type, input->name);
    if (b->chart && rd_fact_find(b->chart, input->name) >= 0)
        return;
    if (at < 0) {
        const char **names =
            rd_arena_alloc(&b->model->arena, (type->field_count + 1) * sizeof *names);
        for (size_t i = 0; i < type->field_count; i++)
            names[i] = type->fields[i].name;
        derived_error(b, field,
                      "decision '%s' asks for '%s', which is no field of the record and no fact of "
                      "its workflow%s",
                      field->derived, input->name,
                      rd_model_guess(&b->model->arena, input->name, names, type->field_count));
        return;
    }
    enum rd_type_kind is = type->fields[at].type.kind, wanted = input->type.kind;
    if (is != wanted && !(is == RD_TYPE_INTEGER && wanted == RD_TYPE_NUMBER))
        derived_error(b, field, "decision '%s' wants '%s' as %s; here it is %s", field->derived,
                      input->name, rd_type_name(wanted), rd_type_name(is));
}

static void derived_event(struct derived_build *b, const struct rd_field *field)
{
    if (!field->changed)
        return;
    if (!b->chart || !rd_event_exists(b->chart, field->changed)) {
        derived_error(b, field, "changed: no state of workflow '%s' accepts an event '%s'",
                      b->type->name, field->changed);
        return;
    }
    for (size_t s = 0; s < b->chart->state_count; s++) {
        const struct rd_event *event = rd_event_find(b->chart, (int)s, field->changed);
        if (event && event->form) {
            derived_error(b, field, "changed: event '%s' has a form, which nobody would fill in",
                          field->changed);
            return;
        }
    }
}

static void derived_join(struct derived_build *b, struct rd_field *field)
{
    struct rd_model *model = b->model;
    const char **names = rd_arena_alloc(&model->arena, (model->decision_count + 1) * sizeof *names);
    for (size_t i = 0; i < model->decision_count; i++)
        names[i] = model->decisions[i].name;
    if (field->required || field->preset.kind != RD_NULL)
        derived_error(b, field, "it is derived: it can't be required, nor have a default");
    field->decision = rd_model_decision(model, field->derived);
    if (!field->decision) {
        derived_error(b, field, "derived: no decision '%s'%s", field->derived,
                      rd_model_guess(&model->arena, field->derived, names, model->decision_count));
        return;
    }
    if (!derived_output(b, field))
        return;
    for (size_t i = 0; i < field->decision->input_count; i++)
        derived_input(b, field, &field->decision->inputs[i]);
    derived_event(b, field);
}

/* ---- their order ---- */

static void derived_order(struct derived_build *b, size_t at);

/* What a name stands for, down to the derived fields behind it. */
static void derived_reads(struct derived_build *b, const char *name, int depth)
{
    int field = rd_type_field(b->type, name), fact = b->chart ? rd_fact_find(b->chart, name) : -1;
    if (fact < 0 && field >= 0 && b->type->fields[field].decision)
        derived_order(b, (size_t)field);
    if (fact < 0 || depth > RD_FACTS_MAX)
        return;
    const struct rd_fact *of = &b->chart->facts[fact];
    for (size_t i = 0; of->decision && of->of < 0 && i < of->decision->input_count; i++) {
        const char *path = of->decision->inputs[i].name;
        for (size_t w = 0; w < of->with_count; w++)
            if (strcmp(of->with[w].name, path) == 0)
                path = of->with[w].path;
        derived_reads(b, path, depth + 1);
    }
    for (size_t i = 0; i < of->equal_count; i++)
        if (of->equal[i].path)
            derived_reads(b, of->equal[i].path, depth + 1);
}

static void derived_order(struct derived_build *b, size_t at)
{
    const struct rd_field *field = &b->type->fields[at];
    if (b->seen[at] == 1 && !b->circle) {
        b->circle = true;
        derived_error(b, field, "it is derived from itself in the end: a circle");
    }
    if (b->seen[at])
        return;
    b->seen[at] = 1;
    for (size_t i = 0; i < field->decision->input_count; i++)
        derived_reads(b, field->decision->inputs[i].name, 0);
    b->seen[at] = 2;
    b->type->derived[b->type->derived_count++] = (uint16_t)at;
}

/* ---- the hash of their rules ---- */

static bool derived_is_prose(const char *key)
{
    static const char *const PROSE[] = { "line", "file", "title", "owner", "lines", "spot" };
    for (size_t i = 0; i < sizeof PROSE / sizeof *PROSE; i++)
        if (strcmp(key, PROSE[i]) == 0)
            return true;
    return false;
}

static void derived_write(struct rd_buf *out, const struct rd_value *value)
{
    rd_buf_printf(out, "%d:%u ", (int)value->kind, value->kind == RD_MAP ? 0 : value->count);
    for (uint32_t i = 0; value->kind == RD_LIST && i < value->count; i++)
        derived_write(out, &value->items[i]);
    for (uint32_t i = 0; value->kind == RD_MAP && i < value->count; i++)
        if (!derived_is_prose(value->pairs[i].key)) {
            rd_buf_printf(out, "%s=", value->pairs[i].key);
            derived_write(out, &value->pairs[i].value);
        }
    if (value->kind != RD_LIST && value->kind != RD_MAP)
        rd_pack_write(out, value);
}

static void derived_write_named(const struct derived_build *b, const char *list, const char *name,
                                const char *part, struct rd_buf *out)
{
    const struct rd_value *all = rd_map_list(b->normal, list);
    for (uint32_t i = 0; i < all->count; i++) {
        const struct rd_value *one = &all->items[i];
        if (strcmp(rd_map_text(one, "name", ""), name) != 0)
            continue;
        const struct rd_value *of = part ? rd_map_get(one, part) : one;
        if (of)
            derived_write(out, of);
    }
}

/* The derived fields themselves: their types and options. */
static void derived_write_fields(const struct derived_build *b, struct rd_buf *out)
{
    const struct rd_value *records = rd_map_list(b->normal, "records");
    for (uint32_t r = 0; r < records->count; r++) {
        const struct rd_value *fields = rd_map_list(&records->items[r], "fields");
        if (strcmp(rd_map_text(&records->items[r], "name", ""), b->type->name) != 0)
            continue;
        for (uint32_t i = 0; i < fields->count; i++)
            if (rd_map_text(&fields->items[i], "derived", NULL))
                derived_write(out, &fields->items[i]);
    }
}

static void derived_hash(struct derived_build *b)
{
    struct rd_buf out;
    rd_buf_init(&out);
    derived_write_fields(b, &out);
    for (size_t i = 0; i < b->type->derived_count; i++) {
        const struct rd_field *field = &b->type->fields[b->type->derived[i]];
        rd_buf_printf(&out, "%s<-%s.%d ", field->name, field->derived, field->output);
        derived_write_named(b, "decisions", field->derived, NULL, &out);
    }
    for (size_t f = 0; b->chart && f < b->chart->fact_count; f++)
        if (b->chart->facts[f].decision)
            derived_write_named(b, "decisions", b->chart->facts[f].decision->name, NULL, &out);
    derived_write_named(b, "workflows", b->type->name, "facts", &out);
    b->type->derived_hash = rd_text_hash(out.data, out.len);
    rd_buf_fini(&out);
}

/* A form that names one would let people type it in. */
static void derived_forms(const struct rd_model *model, struct rd_findings *findings)
{
    for (size_t f = 0; f < model->form_count; f++)
        for (size_t e = 0; e < model->forms[f].count; e++) {
            const struct rd_field *field = &model->forms[f].entries[e].field;
            if (field->derived && model->forms[f].entries[e].record_field >= 0)
                rd_finding_error(findings, model->forms[f].file, model->forms[f].line,
                                 "form '%s': '%s' is derived by '%s': it is never typed in",
                                 model->forms[f].name, field->name, field->derived);
            else if (field->derived)
                rd_finding_error(findings, model->forms[f].file, field->line,
                                 "form '%s': field '%s': only a record's fields are derived",
                                 model->forms[f].name, field->name);
        }
}

void rd_derived_build(struct rd_model *model, const struct rd_value *normal,
                      struct rd_findings *findings)
{
    for (size_t t = 0; t < model->type_count; t++) {
        struct rd_record_type *type = &model->types[t];
        struct derived_build b = { .model = model,
                                   .normal = normal,
                                   .findings = findings,
                                   .type = type,
                                   .chart = derived_chart(model, type) };
        size_t errors_before = findings->errors;
        type->derived =
            rd_arena_zalloc(&model->arena, type->field_count + 1, sizeof *type->derived);
        for (size_t i = 0; i < type->field_count; i++)
            if (type->fields[i].derived)
                derived_join(&b, &type->fields[i]);
        for (size_t i = 0; i < type->field_count && findings->errors == errors_before; i++)
            if (type->fields[i].decision)
                derived_order(&b, i);
        derived_hash(&b);
    }
    derived_forms(model, findings);
}

const struct rd_form *rd_derived_form(struct rd_model *model, const struct rd_record_type *type)
{
    struct rd_form *form = rd_arena_zalloc(&model->arena, 1, sizeof *form);
    *form = (struct rd_form){ .name = type->name,
                              .file = type->file,
                              .line = type->line,
                              .title = type->title,
                              .of = type,
                              .whole = true };
    form->entries = rd_arena_zalloc(&model->arena, type->field_count + 1, sizeof *form->entries);
    for (size_t i = 0; i < type->field_count; i++)
        if (!type->fields[i].derived)
            form->entries[form->count++] =
                (struct rd_form_entry){ .field = type->fields[i], .record_field = (int)i };
    return form;
}
