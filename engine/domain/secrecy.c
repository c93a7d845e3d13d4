/* Secrecy: the names under which something secret may stand in an entry, found once when the model
 * is built, so that a reply asks one short list.
 *
 *   field `terms` ─▶ a form's field, an input bound to "customer.terms", a fact that copies it, a
 * sum over it
 *
 * What a decision or a guard makes of a secret (a tier, a yes or no) is the rule's own statement
 * and no secret: the rule is there to say it. What a guard says about it in words may repeat it, so
 * its reason is withheld (`secret` of a function).
 */
#include "domain/secrecy.h"

#include <string.h>

#include "domain/model.h"

static const char *const NAMES[RD_SECRECY_LEVELS] = { "", "secret", "confidential", "top_secret" };

enum rd_secrecy_level rd_secrecy_level(const char *name)
{
    for (int level = RD_SECRECY_SECRET; name && level < RD_SECRECY_LEVELS; level++)
        if (strcmp(name, NAMES[level]) == 0)
            return (enum rd_secrecy_level)level;
    return RD_SECRECY_NONE;
}

const char *rd_secrecy_name(enum rd_secrecy_level level)
{
    return NAMES[level];
}

bool rd_secrecy_has_level(const struct rd_record_type *type, enum rd_secrecy_level level)
{
    for (size_t i = 0; i < type->field_count; i++)
        if (rd_secrecy_level(type->fields[i].secrecy) == level)
            return true;
    return false;
}

/* What is looked for: fields with a level, or personal ones; and the names found so far. */
struct secrecy_search {
    struct rd_model *model;
    bool personal;
    const char ***names;
    size_t *count, *cap;
};

static struct secrecy_search secrecy_of(struct rd_model *model)
{
    return (struct secrecy_search){ model, false, &model->hidden, &model->hidden_count,
                                    &model->hidden_cap };
}

static struct secrecy_search secrecy_personal(struct rd_model *model)
{
    return (struct secrecy_search){ model, true, &model->personal, &model->personal_count,
                                    &model->personal_cap };
}

static bool secrecy_is(const struct secrecy_search *s, const struct rd_field *field)
{
    return s->personal ? field->personal : field->secrecy != NULL;
}

static bool secrecy_named(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (names[i] == name || strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool secrecy_has(const struct secrecy_search *s, const char *name)
{
    return secrecy_named(*s->names, *s->count, name);
}

static void secrecy_add(const struct secrecy_search *s, const char *name)
{
    if (secrecy_has(s, name))
        return;
    if (*s->count == *s->cap) {
        size_t cap = *s->cap ? 2 * *s->cap : 16;
        const char **more = rd_arena_zalloc(&s->model->arena, cap, sizeof *more);
        if (*s->count)
            memcpy(more, *s->names, *s->count * sizeof *more);
        *s->names = more;
        *s->cap = cap;
    }
    (*s->names)[(*s->count)++] = name;
}

/* Whether what the path leads to is looked for, as records of the type have it. */
static bool secrecy_path(const struct secrecy_search *s, const struct rd_record_type *type,
                         const struct rd_path *path)
{
    switch (path->kind) {
    case RD_PATH_FIELD:
        return path->field >= 0 ? secrecy_is(s, &type->fields[path->field])
                                : secrecy_has(s, path->name);
    case RD_PATH_LINKED:
        return path->of && path->there >= 0 && secrecy_is(s, &path->of->fields[path->there]);
    case RD_PATH_FORM:
    case RD_PATH_FACT:
        return secrecy_has(s, path->name);
    case RD_PATH_ID:
    case RD_PATH_ACCOUNT:
    case RD_PATH_RIGHT:
    case RD_PATH_UNIT:
    case RD_PATH_GROUP:
    case RD_PATH_NOTHING:
        break;
    }
    return false;
}

static void secrecy_inputs(const struct secrecy_search *s, const struct rd_record_type *type,
                           const struct rd_decision *decision, const struct rd_input *inputs)
{
    for (size_t i = 0; inputs && i < decision->input_count; i++)
        if (!inputs[i].constant && secrecy_path(s, type, &inputs[i].path))
            secrecy_add(s, inputs[i].name);
}

static void secrecy_fact(const struct secrecy_search *s, const struct rd_record_type *type,
                         const struct rd_fact *fact)
{
    if (fact->kind == RD_FACT_FIELD && secrecy_path(s, type, &fact->from))
        secrecy_add(s, fact->name);
    if (fact->kind == RD_FACT_SUM && secrecy_is(s, &fact->type->fields[fact->field]))
        secrecy_add(s, fact->name);
    if (fact->kind == RD_FACT_IN_HOURS && fact->path && secrecy_path(s, type, &fact->from))
        secrecy_add(s, fact->path);
    for (size_t i = 0; i < RD_PICK_PATHS; i++)
        if (fact->pick[i] && secrecy_path(s, type, &fact->pick_from[i]))
            secrecy_add(s, fact->pick[i]);
    if (fact->decision)
        secrecy_inputs(s, type, fact->decision, fact->inputs);
}

static void secrecy_fields(const struct secrecy_search *s)
{
    struct rd_model *model = s->model;
    for (size_t t = 0; t < model->type_count; t++)
        for (size_t i = 0; i < model->types[t].field_count; i++)
            if (secrecy_is(s, &model->types[t].fields[i])) {
                secrecy_add(s, model->types[t].fields[i].name);
                *(s->personal ? &model->types[t].personals : &model->types[t].secrets) += 1;
            }
    for (size_t f = 0; f < model->form_count; f++)
        for (size_t i = 0; i < model->forms[f].count; i++)
            if (secrecy_is(s, &model->forms[f].entries[i].field))
                secrecy_add(s, model->forms[f].entries[i].field.name);
}

/* Facts go by facts and by inputs of the same name: until no name is found any more. */
static void secrecy_facts(const struct secrecy_search *s)
{
    struct rd_model *model = s->model;
    size_t before;
    do {
        before = *s->count;
        for (size_t c = 0; c < model->chart_count + model->pinned_count; c++)
            for (size_t i = 0; i < model->charts[c].fact_count; i++)
                secrecy_fact(s, model->charts[c].type, &model->charts[c].facts[i]);
        for (size_t t = 0; t < model->type_count; t++)
            for (size_t d = 0; d < model->decision_count; d++)
                secrecy_inputs(s, &model->types[t], &model->decisions[d], model->types[t].asks[d]);
    } while (*s->count > before);
}

/* Whether the function is handed anything secret. */
static bool secrecy_reads(const struct rd_model *model, const struct rd_chart *chart,
                          const struct rd_function *function)
{
    const struct rd_record_type *type = chart->type;
    for (size_t i = 0; i < function->needs.field_count; i++)
        if (type->fields[function->needs.fields[i]].secrecy)
            return true;
    for (size_t i = 0; i < chart->fact_count; i++)
        if (function->needs.facts & (1ull << i) && rd_secrecy_hides(model, chart->facts[i].name))
            return true;
    for (size_t f = 0; function->needs.form && f < model->form_count; f++)
        for (size_t i = 0; model->forms[f].of == type && i < model->forms[f].count; i++)
            if (model->forms[f].entries[i].field.secrecy)
                return true;
    return false;
}

void rd_secrecy_build(struct rd_model *model)
{
    struct secrecy_search personal = secrecy_personal(model), secret = secrecy_of(model);
    secrecy_fields(&personal);
    if (model->personal_count > 0)
        secrecy_facts(&personal);
    secrecy_fields(&secret);
    if (model->hidden_count == 0)
        return;
    secrecy_facts(&secret);
    for (size_t c = 0; c < model->chart_count + model->pinned_count; c++) {
        struct rd_chart *chart = &model->charts[c];
        for (size_t i = 0; i < chart->guard_count; i++)
            chart->guards[i].secret = secrecy_reads(model, chart, &chart->guards[i]);
        for (size_t i = 0; i < chart->action_count; i++)
            chart->actions[i].secret = secrecy_reads(model, chart, &chart->actions[i]);
    }
}

bool rd_secrecy_hides(const struct rd_model *model, const char *name)
{
    return secrecy_named(model->hidden, model->hidden_count, name);
}

bool rd_secrecy_personal(const struct rd_model *model, const char *name)
{
    return secrecy_named(model->personal, model->personal_count, name);
}

/* ---- whose personal texts are ---- */

static bool secrecy_searched(const struct rd_record_type *type, size_t field)
{
    for (size_t i = 0; i < type->index_count; i++)
        for (size_t k = 0; k < type->indexes[i].field_count; k++)
            if (type->indexes[i].fields[k] == field)
                return true;
    return false;
}

static void secrecy_person(const struct rd_model *model, const struct rd_record_type *type,
                           struct rd_findings *findings)
{
    const struct rd_field *field = &type->fields[type->person];
    const struct rd_record_type *of = rd_model_type(model, field->type.of);
    if (!field->indexed && !field->unique)
        rd_finding_error(findings, type->file, field->line,
                         "record '%s': person: '%s' needs indexed = true", type->name, field->name);
    if (of && of->person >= 0)
        rd_finding_error(findings, type->file, type->line,
                         "record '%s': person: '%s' tells of another person itself", type->name,
                         of->name);
    for (size_t i = 0; i < type->field_count; i++)
        if (type->fields[i].personal && secrecy_searched(type, i))
            rd_finding_error(findings, type->file, type->fields[i].line,
                             "record '%s': '%s' is personal and indexed: what one searches a "
                             "person by belongs into the record '%s'",
                             type->name, type->fields[i].name, field->type.of);
}

void rd_secrecy_persons(struct rd_model *model, struct rd_findings *findings)
{
    for (size_t t = 0; t < model->type_count; t++) {
        struct rd_record_type *type = &model->types[t];
        if (type->person >= 0 && type->fields[type->person].type.kind != RD_TYPE_REFERENCE)
            type->person = -1; /* a finding said so */
        if (type->person >= 0)
            secrecy_person(model, type, findings);
    }
}

/* ---- workflows that disclose ---- */

struct secrecy_join {
    struct rd_model *model;
    struct rd_findings *findings;
    struct rd_chart *chart;
    int line;
};

/* The field of the record, of this kind; -1 with a finding. */
static int join_field(const struct secrecy_join *j, const char *key, const char *name,
                      enum rd_type_kind kind)
{
    const struct rd_record_type *type = j->chart->type;
    int field = rd_type_field(type, name);
    if (field >= 0 && type->fields[field].type.kind == kind)
        return field;
    const char **names = rd_arena_alloc(&j->model->arena, (type->field_count + 1) * sizeof *names);
    for (size_t i = 0; i < type->field_count; i++)
        names[i] = type->fields[i].name;
    if (field < 0)
        rd_finding_error(j->findings, j->chart->file, j->line,
                         "workflow '%s', %s: record '%s' has no field '%s'%s", j->chart->name, key,
                         type->name, name,
                         rd_model_guess(&j->model->arena, name, names, type->field_count));
    else
        rd_finding_error(j->findings, j->chart->file, j->line,
                         "workflow '%s', %s: '%s' is %s, not %s", j->chart->name, key, name,
                         rd_type_name(type->fields[field].type.kind), rd_type_name(kind));
    return -1;
}

static void join_level(const struct secrecy_join *j, int field)
{
    const struct rd_type *type = field >= 0 ? &j->chart->type->fields[field].type : NULL;
    for (size_t i = 0; type && i < type->choice_count; i++)
        if (rd_secrecy_level(type->choices[i]) == RD_SECRECY_NONE)
            rd_finding_error(j->findings, j->chart->file, j->line,
                             "workflow '%s', discloses: level: '%s' is no level: secret, "
                             "confidential or top_secret",
                             j->chart->name, type->choices[i]);
}

static void join_what(const struct secrecy_join *j, const struct rd_value *names,
                      struct rd_discloses *out)
{
    const struct rd_record_type *type = j->chart->type;
    out->what = rd_arena_zalloc(&j->model->arena, names->count + 1, sizeof *out->what);
    for (uint32_t i = 0; i < names->count; i++) {
        int field = join_field(j, "discloses: what", names->items[i].text, RD_TYPE_REFERENCE);
        if (field < 0)
            continue;
        if (!type->fields[field].indexed && !type->fields[field].unique)
            rd_finding_error(j->findings, j->chart->file, j->line,
                             "workflow '%s', discloses: what: '%s' needs indexed = true",
                             j->chart->name, type->fields[field].name);
        out->what[out->what_count++] = field;
    }
}

static void join_discloses(const struct secrecy_join *j, const struct rd_value *spec)
{
    struct rd_discloses *out = rd_arena_zalloc(&j->model->arena, 1, sizeof *out);
    const char *state = rd_map_text(spec, "state", "?");
    join_what(j, rd_map_list(spec, "what"), out);
    out->to = join_field(j, "discloses: to", rd_map_text(spec, "to", "?"), RD_TYPE_ACCOUNT);
    out->level = join_field(j, "discloses: level", rd_map_text(spec, "level", "?"), RD_TYPE_CHOICE);
    out->ends = join_field(j, "discloses: ends", rd_map_text(spec, "ends", "?"), RD_TYPE_INSTANT);
    out->state = rd_state_find(j->chart, state);
    join_level(j, out->level);
    if (out->state < 0)
        rd_finding_error(j->findings, j->chart->file, j->line,
                         "workflow '%s', discloses: state: no state '%s'", j->chart->name, state);
    j->chart->discloses = out;
}

/* ---- anonymous ---- */

static const struct rd_form_entry *join_entry(const struct rd_form *form, int field)
{
    for (size_t i = 0; form && i < form->count; i++)
        if (form->entries[i].record_field == field)
            return &form->entries[i];
    return NULL;
}

/* Nothing in the opening form may depend on who fills it in. */
static void join_opening(const struct secrecy_join *j, const struct rd_anonymity *it)
{
    const struct rd_form *form = j->chart->open.form;
    const struct rd_form_entry *when = join_entry(form, it->when);
    if (it->when >= 0 && (!when || !when->field.required))
        rd_finding_error(j->findings, j->chart->file, j->line,
                         "workflow '%s', open: anonymous: '%s' must be a required field of the "
                         "opening form: whoever opens a case chooses",
                         j->chart->name, j->chart->type->fields[it->when].name);
    if (it->receipt >= 0 && join_entry(form, it->receipt))
        rd_finding_error(j->findings, j->chart->file, j->line,
                         "workflow '%s', open: receipt: '%s' is the engine's to fill in: take it "
                         "out of the form",
                         j->chart->name, j->chart->type->fields[it->receipt].name);
    for (size_t i = 0; form && i < form->count; i++)
        if (form->entries[i].field.type.kind == RD_TYPE_REFERENCE)
            rd_finding_error(j->findings, j->chart->file, j->line,
                             "workflow '%s', open: anonymous: '%s' is a reference: which records "
                             "one may name tells who one is",
                             j->chart->name, form->entries[i].field.name);
}

static void join_anonymous(const struct secrecy_join *j, const char *when, const char *receipt)
{
    struct rd_anonymity *out = rd_arena_zalloc(&j->model->arena, 1, sizeof *out);
    if (!when || !receipt) {
        rd_finding_error(j->findings, j->chart->file, j->line,
                         "workflow '%s', open: anonymous and receipt belong together: the one says "
                         "when, the other keeps what the author can ask with",
                         j->chart->name);
        return;
    }
    out->when = join_field(j, "open: anonymous", when, RD_TYPE_BOOLEAN);
    out->receipt = join_field(j, "open: receipt", receipt, RD_TYPE_TEXT);
    if (out->receipt >= 0 && !j->chart->type->fields[out->receipt].secrecy)
        rd_finding_error(j->findings, j->chart->file, j->line,
                         "workflow '%s', open: receipt: '%s' needs a secrecy: no reply has it",
                         j->chart->name, receipt);
    join_opening(j, out);
    j->chart->anonymous = out;
}

void rd_secrecy_join(struct rd_model *model, const struct rd_value *workflows,
                     struct rd_findings *findings)
{
    for (uint32_t i = 0; i < workflows->count; i++) {
        const struct rd_value *spec = &workflows->items[i];
        const struct rd_value *discloses = rd_map_get(spec, "discloses");
        size_t c = 0;
        while (c < model->chart_count &&
               strcmp(model->charts[c].name, rd_map_text(spec, "name", "?")) != 0)
            c++;
        if (c == model->chart_count)
            continue;
        struct secrecy_join j = { model, findings, &model->charts[c], model->charts[c].line };
        if (rd_value_is(discloses, RD_MAP)) {
            j.line = (int)rd_map_int(discloses, "line", j.line);
            join_discloses(&j, discloses);
        }
        const struct rd_value *open = rd_map_get(spec, "open");
        const char *when = rd_map_text(open, "anonymous", NULL),
                   *receipt = rd_map_text(open, "receipt", NULL);
        j.line = j.chart->open.line;
        if (when || receipt)
            join_anonymous(&j, when, receipt);
    }
}
