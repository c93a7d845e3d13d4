/* What a customer may be shown of his case (`public`) and what staff are advised (`guidance`),
 * joined to the charts: names become indexes.
 *
 * A state without a label of its own keeps the one before it shown. So the initial state must have
 * one: otherwise there would be cases of which a customer is shown nothing at all.
 */
#include "domain/progress.h"

#include <string.h>

#include "domain/model.h"

struct progress_build {
    struct rd_model *model;
    struct rd_findings *findings;
    struct rd_chart *chart;
    int line;
};

static const char *progress_guess(struct progress_build *b, const struct rd_record_type *type,
                                  const char *name)
{
    const char **names = rd_arena_alloc(&b->model->arena, (type->field_count + 1) * sizeof *names);
    for (size_t i = 0; i < type->field_count; i++)
        names[i] = type->fields[i].name;
    return rd_model_guess(&b->model->arena, name, names, type->field_count);
}

static int progress_field(struct progress_build *b, const struct rd_record_type *type,
                          const char *name, const char *key)
{
    int field = rd_type_field(type, name);
    if (field < 0)
        rd_finding_error(b->findings, b->chart->file, b->line,
                         "workflow '%s', public: %s: record '%s' has no field '%s'%s",
                         b->chart->name, key, type->name, name, progress_guess(b, type, name));
    return field;
}

/* "phone", or "customer.phone": a text that only the customer and the file know. */
static void progress_proof(struct progress_build *b, struct rd_public *out)
{
    const struct rd_record_type *type = b->chart->type;
    const char *dot = strchr(out->proof, '.');
    out->proof_linked = -1;
    if (!dot) {
        out->proof_field = progress_field(b, type, out->proof, "proof");
    } else {
        const char *head = rd_arena_copy(&b->model->arena, out->proof, (size_t)(dot - out->proof));
        out->proof_field = progress_field(b, type, head, "proof");
        if (out->proof_field < 0)
            return;
        const struct rd_type *reference = &type->fields[out->proof_field].type;
        type = reference->kind == RD_TYPE_REFERENCE ? rd_model_type(b->model, reference->of) : NULL;
        if (!type) {
            rd_finding_error(b->findings, b->chart->file, b->line,
                             "workflow '%s', public: proof: '%s' is no reference to another record",
                             b->chart->name, head);
            return;
        }
        out->proof_linked = progress_field(b, type, dot + 1, "proof");
    }
    int field = dot ? out->proof_linked : out->proof_field;
    if (field >= 0 && type->fields[field].type.kind != RD_TYPE_TEXT)
        rd_finding_error(b->findings, b->chart->file, b->line,
                         "workflow '%s', public: proof: '%s' is %s, not text", b->chart->name,
                         out->proof, rd_type_name(type->fields[field].type.kind));
}

static void progress_fields(struct progress_build *b, const struct rd_value *names,
                            struct rd_public *out)
{
    const struct rd_record_type *type = b->chart->type;
    out->fields = rd_arena_zalloc(&b->model->arena, names->count + 1, sizeof *out->fields);
    for (uint32_t i = 0; i < names->count; i++) {
        const char *name = names->items[i].kind == RD_TEXT ? names->items[i].text : "?";
        if (strcmp(name, "number") == 0 && type->number && rd_type_field(type, name) < 0) {
            out->fields[out->field_count++] = -1;
            continue;
        }
        int field = progress_field(b, type, name, "fields");
        if (field >= 0 && type->fields[field].type.kind == RD_TYPE_REFERENCE)
            rd_finding_error(b->findings, b->chart->file, b->line,
                             "workflow '%s', public: fields: '%s' is a reference: customers are "
                             "shown values, not records",
                             b->chart->name, name);
        else if (field >= 0 && type->fields[field].secrecy)
            rd_finding_error(b->findings, b->chart->file, b->line,
                             "workflow '%s', public: fields: '%s' is %s: customers must not be "
                             "shown it",
                             b->chart->name, name, type->fields[field].secrecy);
        else if (field >= 0)
            out->fields[out->field_count++] = field;
    }
}

static void progress_public(struct progress_build *b, const struct rd_value *spec)
{
    struct rd_public *out = rd_arena_zalloc(&b->model->arena, 1, sizeof *out);
    b->line = (int)rd_map_int(spec, "line", b->chart->line);
    out->proof = rd_map_text(spec, "proof", "?");
    progress_proof(b, out);
    progress_fields(b, rd_map_list(spec, "fields"), out);
    b->chart->shown = out;
}

static void progress_states(struct progress_build *b, const struct rd_value *states)
{
    for (uint32_t i = 0; i < states->count; i++) {
        const struct rd_value *label = rd_map_get(&states->items[i], "public");
        int state = rd_state_find(b->chart, rd_map_text(&states->items[i], "name", "?"));
        if (state < 0)
            continue;
        b->chart->states[state].shown = label ? *label : rd_null();
        if (label && !b->chart->shown)
            rd_finding_error(b->findings, b->chart->file, b->chart->states[state].line,
                             "workflow '%s', state '%s': public has no effect: the workflow itself "
                             "has no public = { proof = ..., fields = ... }",
                             b->chart->name, b->chart->states[state].name);
    }
    const struct rd_state *initial = &b->chart->states[b->chart->initial];
    if (b->chart->shown && initial->shown.kind == RD_NULL)
        rd_finding_error(b->findings, b->chart->file, initial->line,
                         "workflow '%s', state '%s': the initial state needs public = { ... }: "
                         "what is a customer shown at first?",
                         b->chart->name, initial->name);
}

static void progress_guidance(struct progress_build *b, const char *name)
{
    const struct rd_model *model = b->model;
    const struct rd_decision *decision = rd_model_decision(model, name);
    b->chart->guidance = decision;
    if (!decision) {
        const char **names =
            rd_arena_alloc(&b->model->arena, (model->decision_count + 1) * sizeof *names);
        for (size_t i = 0; i < model->decision_count; i++)
            names[i] = model->decisions[i].name;
        rd_finding_error(b->findings, b->chart->file, b->chart->line,
                         "workflow '%s': guidance: no decision '%s'%s", b->chart->name, name,
                         rd_model_guess(&b->model->arena, name, names, model->decision_count));
        return;
    }
    for (size_t i = 0; i < decision->input_count; i++) {
        const char *input = decision->inputs[i].name;
        if (rd_type_field(b->chart->type, input) < 0 && rd_fact_find(b->chart, input) < 0)
            rd_finding_error(
                b->findings, b->chart->file, b->chart->line,
                "workflow '%s': guidance: '%s' asks for '%s', which is neither a field "
                "nor a fact of '%s'%s",
                b->chart->name, name, input, b->chart->name,
                progress_guess(b, b->chart->type, input));
    }
    if (decision->hit == RD_HIT_COLLECT && decision->aggregate != RD_AGGREGATE_LIST)
        rd_finding_error(b->findings, b->chart->file, b->chart->line,
                         "workflow '%s': guidance: '%s' makes one number of its rows; advice is "
                         "given row by row",
                         b->chart->name, name);
}

void rd_progress_build(struct rd_model *model, const struct rd_value *workflows,
                       struct rd_findings *findings)
{
    for (uint32_t i = 0; i < workflows->count; i++) {
        const struct rd_value *spec = &workflows->items[i], *shown = rd_map_get(spec, "public");
        const char *name = rd_map_text(spec, "name", "?");
        const char *guidance = rd_map_text(spec, "guidance", NULL);
        size_t c = 0;
        while (c < model->chart_count && strcmp(model->charts[c].name, name) != 0)
            c++;
        if (c == model->chart_count)
            continue;
        struct progress_build b = { .model = model,
                                    .findings = findings,
                                    .chart = &model->charts[c],
                                    .line = model->charts[c].line };
        if (rd_value_is(shown, RD_MAP))
            progress_public(&b, shown);
        progress_states(&b, rd_map_list(spec, "states"));
        if (guidance)
            progress_guidance(&b, guidance);
    }
}
