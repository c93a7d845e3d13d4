/* Declared facts of a chart, compiled: what a rule may ask of the company's records before it
 * judges.
 *
 * A kind of fact is one row of FACT_KINDS below: its name in the normal form, its number, and the
 * function that builds it. Gathering it is one case in kernel/gather.c. Names of records and fields
 * become indexes here; what cannot be served (no index, a circle) is a finding with its line.
 */
#include <string.h>

#include "domain/chart_inside.h"
#include "domain/model.h"

static const struct rd_type FACT_INTEGER = { .kind = RD_TYPE_INTEGER };
static const struct rd_type FACT_BOOLEAN = { .kind = RD_TYPE_BOOLEAN };
static const struct rd_type FACT_TEXT = { .kind = RD_TYPE_TEXT };
static const struct rd_type FACT_ACCOUNT = { .kind = RD_TYPE_ACCOUNT };
static const struct rd_type FACT_UNIT = { .kind = RD_TYPE_UNIT };

/* ---- paths ---- */

/* A field of any form that may be in hand; a fact does not know which one it will be. */
static const struct rd_type *fact_form_field(struct chart_build *b, const char *name)
{
    for (size_t f = 0; f < b->model->form_count; f++) {
        const struct rd_form *form = &b->model->forms[f];
        for (size_t i = 0; (!form->of || form->of == b->chart->type) && i < form->count; i++)
            if (strcmp(form->entries[i].field.name, name) == 0)
                return &form->entries[i].field.type;
    }
    return NULL;
}

/* A name without a dot. */
static const struct rd_type *fact_plain_path(struct chart_build *b, struct rd_fact *fact,
                                             const char *name, bool *known)
{
    const struct rd_record_type *type = b->chart->type;
    int other = rd_fact_find(b->chart, name), field = rd_type_field(type, name);
    *known = true;
    if (other >= 0) {
        fact->needs |= 1ull << other;
        return b->chart->facts[other].gives;
    }
    if (field >= 0)
        return &type->fields[field].type;
    if (strcmp(name, "id") == 0) {
        struct rd_type *id = rd_arena_zalloc(b->arena, 1, sizeof *id);
        *id = (struct rd_type){ .kind = RD_TYPE_REFERENCE, .of = type->name };
        return id;
    }
    const struct rd_type *form = fact_form_field(b, name);
    *known = form != NULL;
    return form;
}

static const struct rd_type *fact_actor_path(const char *what, bool *known)
{
    *known = true;
    if (strcmp(what, "account") == 0 || strcmp(what, "right") == 0)
        return &FACT_ACCOUNT;
    if (strcmp(what, "unit") == 0)
        return &FACT_UNIT;
    if (strcmp(what, "group") == 0)
        return &FACT_TEXT;
    *known = false;
    return NULL;
}

/* REFERENCE.FIELD */
static const struct rd_type *fact_linked_path(struct chart_build *b, const char *reference,
                                              const char *name, bool *known)
{
    int field = rd_type_field(b->chart->type, reference);
    const struct rd_record_type *of =
        field >= 0 && b->chart->type->fields[field].type.kind == RD_TYPE_REFERENCE
            ? rd_model_type(b->model, b->chart->type->fields[field].type.of)
            : NULL;
    int there = of ? rd_type_field(of, name) : -1;
    *known = there >= 0;
    return there >= 0 ? &of->fields[there].type : NULL;
}

const struct rd_type *rd_chart_fact_path(struct chart_build *b, struct rd_fact *fact,
                                         const char *whose, const char *path)
{
    const char *dot = strchr(path, '.');
    const char *head = dot ? rd_arena_copy(b->arena, path, (size_t)(dot - path)) : path;
    const struct rd_type *type;
    bool known;
    if (!dot)
        type = fact_plain_path(b, fact, path, &known);
    else if (strcmp(head, "actor") == 0)
        type = fact_actor_path(dot + 1, &known);
    else if (strcmp(head, "form") == 0)
        type = fact_form_field(b, dot + 1), known = type != NULL;
    else
        type = fact_linked_path(b, head, dot + 1, &known);
    if (!known)
        rd_finding_error(
            b->findings, b->chart->file, fact->line, "fact '%s': %s: '%s' %s%s", fact->name, whose,
            path, dot ? "leads nowhere" : "is no field, no fact and in no form",
            dot ? ""
                : rd_chart_guess(b, path, b->chart->type->fields, sizeof *b->chart->type->fields,
                                 b->chart->type->field_count));
    return type;
}

/* ---- the kinds ---- */

/* Every input comes from somewhere: one that does not would be empty for ever. */
static void fact_decide_follow(struct chart_build *b, struct rd_fact *fact)
{
    const struct rd_record_type *of =
        fact->of >= 0 && b->chart->type->fields[fact->of].type.kind == RD_TYPE_REFERENCE
            ? rd_model_type(b->model, b->chart->type->fields[fact->of].type.of)
            : NULL;
    for (size_t i = 0; i < fact->decision->input_count; i++) {
        const char *name = fact->decision->inputs[i].name, *path = name;
        for (size_t w = 0; w < fact->with_count; w++)
            if (strcmp(fact->with[w].name, name) == 0)
                path = fact->with[w].path;
        if (path && (path != name || !of || rd_type_field(of, name) < 0))
            (void)rd_chart_fact_path(b, fact, rd_arena_printf(b->arena, "input '%s'", name), path);
    }
}

static bool fact_input(struct chart_build *b, const struct rd_fact *fact, const char *key,
                       const char *name)
{
    const struct rd_decision *decision = fact->decision;
    bool twice = false;
    for (size_t i = 0; i < fact->with_count; i++)
        twice = twice || strcmp(fact->with[i].name, name) == 0;
    bool known = rd_field_find(decision->inputs, decision->input_count, name);
    if (twice)
        rd_finding_error(b->findings, b->chart->file, fact->line,
                         "fact '%s': input '%s' stands in with and in given", fact->name, name);
    else if (!known)
        rd_finding_error(b->findings, b->chart->file, fact->line,
                         "fact '%s': %s: decision '%s' has no input '%s'%s", fact->name, key,
                         decision->name, name,
                         rd_chart_guess(b, name, decision->inputs, sizeof *decision->inputs,
                                        decision->input_count));
    return known && !twice;
}

/* Where inputs come from that do not have the name of a field or fact. */
static void fact_with(struct chart_build *b, const struct rd_value *with, struct rd_fact *out)
{
    for (uint32_t i = 0; rd_value_is(with, RD_MAP) && i < with->count; i++)
        if (fact_input(b, out, "with", with->pairs[i].key))
            out->with[out->with_count++] = (struct rd_source){
                .name = with->pairs[i].key,
                .path = with->pairs[i].value.kind == RD_TEXT ? with->pairs[i].value.text : "?",
            };
}

/* Inputs that are always the same. */
static void fact_given(struct chart_build *b, const struct rd_value *given, struct rd_fact *out)
{
    for (uint32_t i = 0; rd_value_is(given, RD_MAP) && i < given->count; i++) {
        const char *name = given->pairs[i].key;
        struct rd_source *source = &out->with[out->with_count];
        struct rd_error error = RD_ERROR_NONE;
        if (!fact_input(b, out, "given", name))
            continue;
        const struct rd_field *input =
            rd_field_find(out->decision->inputs, out->decision->input_count, name);
        *source = (struct rd_source){ .name = name };
        if (rd_type_read(&input->type, &given->pairs[i].value, b->arena, &source->value, &error) ==
            RD_OK)
            out->with_count++;
        else
            rd_finding_error(b->findings, b->chart->file, out->line, "fact '%s': given: '%s' %s",
                             out->name, name, error.text);
    }
}

static void fact_decide_build(struct chart_build *b, const struct rd_value *spec,
                              struct rd_fact *out)
{
    const char *file = b->chart->file, *name = rd_map_text(spec, "decision", "?");
    const char *of = rd_map_text(spec, "of", NULL), *output = rd_map_text(spec, "output", NULL);
    out->decision = rd_model_decision(b->model, name);
    if (!out->decision) {
        rd_finding_error(b->findings, file, out->line, "fact '%s': no decision '%s'%s", out->name,
                         name,
                         rd_chart_guess(b, name, b->model->decisions, sizeof *b->model->decisions,
                                        b->model->decision_count));
        return;
    }
    out->of = of ? rd_type_field(b->chart->type, of) : -1;
    if (of && (out->of < 0 || b->chart->type->fields[out->of].type.kind != RD_TYPE_REFERENCE))
        rd_finding_error(b->findings, file, out->line,
                         "fact '%s': of: '%s' is no reference field of '%s'", out->name, of,
                         b->chart->name);
    out->with =
        rd_arena_zalloc(b->arena, 2 * (size_t)out->decision->input_count + 1, sizeof *out->with);
    fact_with(b, rd_map_get(spec, "with"), out);
    fact_given(b, rd_map_get(spec, "given"), out);
    for (size_t i = 0; output && i < out->decision->output_count; i++)
        if (strcmp(out->decision->outputs[i].name, output) == 0)
            out->output = (int)i;
    if (output && !rd_field_find(out->decision->outputs, out->decision->output_count, output))
        rd_finding_error(b->findings, file, out->line,
                         "fact '%s': decision '%s' has no output '%s'", out->name, name, output);
    if (out->decision->hit < RD_HIT_COLLECT && out->decision->output_count)
        out->gives = &out->decision->outputs[out->output].type;
}

/* A field of a linked record. */
static void fact_field_build(struct chart_build *b, const struct rd_value *spec,
                             struct rd_fact *out)
{
    out->path = rd_map_text(spec, "path", "");
    const char *dot = strchr(out->path, '.');
    bool known = false;
    if (dot)
        out->gives = fact_linked_path(
            b, rd_arena_copy(b->arena, out->path, (size_t)(dot - out->path)), dot + 1, &known);
    if (!known)
        rd_finding_error(b->findings, b->chart->file, out->line,
                         "fact '%s': '%s' is not REFERENCE.FIELD of record '%s'", out->name,
                         out->path, b->chart->name);
}

static void fact_draw_build(struct chart_build *b, const struct rd_value *spec, struct rd_fact *out)
{
    (void)b;
    out->path = rd_map_text(spec, "label", "");
    out->gives = &FACT_INTEGER;
}

const char *rd_chart_calendar_guess(const struct rd_model *model, struct rd_arena *arena,
                                    const char *name)
{
    const char **names = rd_arena_alloc(arena, (model->calendar_count + 1) * sizeof *names);
    for (size_t i = 0; i < model->calendar_count; i++)
        names[i] = rd_calendar_name(model->calendars[i]);
    return rd_model_guess(arena, name, names, model->calendar_count);
}

static void fact_in_hours_build(struct chart_build *b, const struct rd_value *spec,
                                struct rd_fact *out)
{
    const char *name = rd_map_text(spec, "calendar", NULL);
    out->gives = &FACT_BOOLEAN;
    out->path = rd_map_text(spec, "path", NULL);
    out->at = rd_map_text(spec, "at", NULL);
    out->calendar = name ? rd_model_calendar(b->model, name) : NULL;
    if (name && !out->calendar)
        rd_finding_error(b->findings, b->chart->file, out->line, "fact '%s': no calendar '%s'%s",
                         out->name, name, rd_chart_calendar_guess(b->model, b->arena, name));
}

static void fact_in_hours_follow(struct chart_build *b, struct rd_fact *fact)
{
    const struct rd_type *at = fact->at ? rd_chart_fact_path(b, fact, "at", fact->at) : NULL;
    if (at && at->kind != RD_TYPE_INSTANT)
        rd_finding_error(b->findings, b->chart->file, fact->line,
                         "fact '%s': at: '%s' is no moment but of type %s", fact->name, fact->at,
                         rd_type_name(at->kind));
    if (fact->path)
        (void)rd_chart_fact_path(b, fact, "calendar", fact->path);
}

/* One row a kind: its word in the normal form, its number, who builds it, and who follows its paths
 * when all facts are built (a path may lead to any of them). */
static const struct fact_kind_row {
    const char *word;
    enum rd_fact_kind kind;
    void (*build)(struct chart_build *b, const struct rd_value *spec, struct rd_fact *out);
    void (*follow)(struct chart_build *b, struct rd_fact *fact); /* its paths; may be NULL */
} FACT_KINDS[] = {
    { "balance", RD_FACT_BALANCE, rd_chart_balance_build, NULL },
    { "count", RD_FACT_COUNT, rd_chart_count_build, rd_chart_count_follow },
    { "decide", RD_FACT_DECIDE, fact_decide_build, fact_decide_follow },
    { "draw", RD_FACT_DRAW, fact_draw_build, NULL },
    { "field", RD_FACT_FIELD, fact_field_build, NULL },
    { "in_hours", RD_FACT_IN_HOURS, fact_in_hours_build, fact_in_hours_follow },
    { "pick", RD_FACT_PICK, rd_chart_pick_build, rd_chart_pick_follow },
    { "sum", RD_FACT_SUM, rd_chart_count_build, rd_chart_count_follow },
};

static const struct fact_kind_row *fact_kind(const char *word)
{
    for (size_t k = 0; k < sizeof FACT_KINDS / sizeof *FACT_KINDS; k++)
        if (strcmp(FACT_KINDS[k].word, word) == 0)
            return &FACT_KINDS[k];
    bool built = false; /* a kind that the prelude makes and nobody builds */
    RD_ASSERT(built);
    return NULL;
}

/* ---- all of them ---- */

void rd_chart_facts_name(struct chart_build *b, const struct rd_value *list)
{
    struct rd_chart *chart = b->chart;
    chart->facts = rd_arena_zalloc(b->arena, list->count + 1, sizeof *chart->facts);
    chart->fact_count = list->count <= RD_FACTS_MAX ? list->count : RD_FACTS_MAX;
    if (list->count > RD_FACTS_MAX)
        rd_finding_error(b->findings, chart->file, chart->line,
                         "workflow '%s': %u facts; %d is the limit", chart->name, list->count,
                         RD_FACTS_MAX);
    for (size_t i = 0; i < chart->fact_count; i++) {
        struct rd_fact *fact = &chart->facts[i];
        fact->name = rd_map_text(&list->items[i], "name", "?");
        fact->line = (int)rd_map_int(&list->items[i], "line", chart->line);
        fact->of = fact->index = fact->field = -1;
        if (rd_type_field(chart->type, fact->name) >= 0)
            rd_finding_error(b->findings, chart->file, fact->line,
                             "fact '%s': record '%s' has a field of that name; choose another",
                             fact->name, chart->name);
    }
}

/* A fact that, by way of others, asks for itself has no value. `path`: the facts on the way. */
static bool facts_circle(struct chart_build *b, size_t at, uint64_t path, uint64_t *done)
{
    struct rd_fact *fact = &b->chart->facts[at];
    if (path & (1ull << at)) {
        rd_finding_error(b->findings, b->chart->file, fact->line,
                         "fact '%s' asks for itself, by way of others", fact->name);
        return true;
    }
    for (size_t i = 0; !(*done & (1ull << at)) && i < b->chart->fact_count; i++)
        if ((fact->needs & (1ull << i)) && facts_circle(b, i, path | (1ull << at), done))
            return true;
    *done |= 1ull << at;
    return false;
}

void rd_chart_facts_build(struct chart_build *b, const struct rd_value *list)
{
    size_t errors = b->findings->errors, count = b->chart->fact_count;
    const struct fact_kind_row **kinds = rd_arena_zalloc(b->arena, count + 1, sizeof *kinds);
    uint64_t done = 0;
    bool circle = false;
    for (size_t i = 0; i < count; i++) {
        kinds[i] = fact_kind(rd_map_text(&list->items[i], "kind", "?"));
        b->chart->facts[i].kind = kinds[i]->kind;
        kinds[i]->build(b, &list->items[i], &b->chart->facts[i]);
    }
    for (size_t i = 0; b->findings->errors == errors && i < count; i++)
        if (kinds[i]->follow)
            kinds[i]->follow(b, &b->chart->facts[i]);
    for (size_t i = 0; !circle && i < count; i++)
        circle = facts_circle(b, i, 0, &done);
}
