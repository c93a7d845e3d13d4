/* Accountability rules, compiled: who is watched, on which occasion, and what is started for whom.
 *
 * The record that a rule starts is the company's own (scripts/finding.lua); what the engine fills
 * in must be there with the right type, and so must the index by which it is known that this rule
 * has found this person answerable for this record before.
 */
#include "domain/accountability.h"

#include <string.h>

#include "domain/model.h"

static const struct {
    const char *name;
    enum rd_type_kind kind;
} FIELDS[RD_FINDING_FIELDS] = {
    [RD_FINDING_RULE] = { "rule", RD_TYPE_TEXT },
    [RD_FINDING_GROUND] = { "ground", RD_TYPE_TEXT },
    [RD_FINDING_CONSEQUENCE] = { "consequence", RD_TYPE_TEXT },
    [RD_FINDING_PERSON] = { "person", RD_TYPE_ACCOUNT },
    [RD_FINDING_KIND] = { "kind", RD_TYPE_TEXT },
    [RD_FINDING_SOURCE] = { "source", RD_TYPE_TEXT },
    [RD_FINDING_UNIT] = { "unit", RD_TYPE_UNIT },
    [RD_FINDING_CONFIRM_BY] = { "confirm_by", RD_TYPE_TEXT },
    [RD_FINDING_APPEAL] = { "appeal_within", RD_TYPE_DURATION },
};

struct account_build {
    struct rd_model *model;
    struct rd_findings *findings;
    struct rd_accountability *out;
};

const char *rd_finding_field_name(enum rd_finding_field field)
{
    return FIELDS[field].name;
}

/* The nearest of the names that a table has at its head. */
static const char *account_guess(struct account_build *b, const char *word, const void *table,
                                 size_t size, size_t count)
{
    const char **names = rd_arena_alloc(&b->model->arena, (count + 1) * sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = *(const char *const *)((const char *)table + i * size);
    return rd_model_guess(&b->model->arena, word, names, count);
}

static bool account_refuse(struct account_build *b, const char *key, const char *what,
                           const char *name, const char *guess)
{
    rd_finding_error(b->findings, b->out->file, b->out->line,
                     "accountability '%s': %s: no %s '%s'%s", b->out->id, key, what, name, guess);
    return false;
}

/* "complaint.escalated", "complaint.late" or "complaint.EVENT". */
static bool account_occasion(struct account_build *b, const char *on)
{
    struct rd_model *model = b->model;
    const char *dot = strchr(on, '.');
    const char *name = rd_arena_copy(&model->arena, on, dot ? (size_t)(dot - on) : strlen(on));
    size_t c = 0;
    while (c < model->chart_count && strcmp(model->charts[c].name, name) != 0)
        c++;
    if (c == model->chart_count)
        return account_refuse(
            b, "on", "workflow", name,
            account_guess(b, name, model->charts, sizeof *model->charts, model->chart_count));
    b->out->chart = &model->charts[c];
    b->out->event = dot ? dot + 1 : "";
    if (strcmp(b->out->event, "escalated") == 0)
        b->out->occasion = RD_OCCASION_ESCALATED;
    else if (strcmp(b->out->event, "late") == 0)
        b->out->occasion = RD_OCCASION_LATE;
    else if (!rd_event_exists(b->out->chart, b->out->event))
        return account_refuse(b, "on", "event", on,
                              "; an event of the workflow, or 'escalated' or 'late'");
    return true;
}

static void account_when(struct account_build *b, const struct rd_value *list)
{
    const struct rd_chart *chart = b->out->chart;
    b->out->when = rd_arena_zalloc(&b->model->arena, list->count + 1, sizeof *b->out->when);
    for (uint32_t i = 0; i < list->count; i++) {
        const char *name = rd_map_text(&list->items[i], "guard", "?");
        size_t g = 0;
        while (g < chart->guard_count && strcmp(chart->guards[g].name, name) != 0)
            g++;
        if (g == chart->guard_count)
            account_refuse(
                b, "when", "guard", name,
                account_guess(b, name, chart->guards, sizeof *chart->guards, chart->guard_count));
        else
            b->out->when[b->out->when_count++] =
                (struct rd_when){ .guard = (uint16_t)g,
                                  .negate = rd_map_bool(&list->items[i], "negate", false) };
    }
}

static void account_answerers(struct account_build *b, const struct rd_value *list, bool leads)
{
    const struct rd_record_type *type = b->out->chart->type;
    const struct rd_organisation *organisation = &b->model->organisation;
    for (uint32_t i = 0; i < list->count; i++) {
        const char *name = list->items[i].kind == RD_TEXT ? list->items[i].text : "?";
        int field = rd_type_field(type, name);
        bool account = field >= 0 && type->fields[field].type.kind == RD_TYPE_ACCOUNT;
        if (!account && rd_role_find(organisation, name) < 0) {
            account_refuse(b, leads ? "leads" : "answers",
                           "role and no account field of the record is called", name,
                           account_guess(b, name, organisation->roles, sizeof *organisation->roles,
                                         organisation->role_count));
            continue;
        }
        b->out->answers[b->out->answer_count++] =
            (struct rd_answerer){ .name = name, .field = account ? field : -1, .leads = leads };
    }
}

/* A choice will do where a text is wanted: the company may have a vocabulary of consequences. */
static bool account_fits(enum rd_type_kind is, enum rd_type_kind wanted)
{
    return is == wanted || (wanted == RD_TYPE_TEXT && is == RD_TYPE_CHOICE);
}

/* What the rule itself writes must be one of the vocabulary. */
static void account_choice(struct account_build *b, enum rd_finding_field which, const char *value)
{
    int at = b->out->fields[which];
    const struct rd_type *type = at >= 0 ? &b->out->start->fields[at].type : NULL;
    size_t i = 0;
    if (!type || type->kind != RD_TYPE_CHOICE)
        return;
    while (i < type->choice_count && strcmp(type->choices[i], value) != 0)
        i++;
    if (i == type->choice_count)
        account_refuse(b, FIELDS[which].name, "such choice", value,
                       rd_model_guess(&b->model->arena, value, type->choices, type->choice_count));
}

static void account_index(struct account_build *b)
{
    static const enum rd_finding_field KEY[] = { RD_FINDING_RULE, RD_FINDING_SOURCE,
                                                 RD_FINDING_PERSON };
    const struct rd_record_type *type = b->out->start;
    b->out->index = -1;
    for (size_t i = 0; i < type->index_count; i++) {
        const struct rd_type_index *index = &type->indexes[i];
        bool same = index->field_count == 3;
        for (size_t k = 0; same && k < 3; k++)
            same = index->fields[k] == b->out->fields[KEY[k]];
        if (same)
            b->out->index = (int)i;
    }
    if (b->out->index < 0)
        rd_finding_error(b->findings, type->file, type->line,
                         "record '%s': accountability '%s' starts it: it needs indexes = { { "
                         "\"rule\", \"source\", \"person\" } }",
                         type->name, b->out->id);
}

static void account_start(struct account_build *b, const char *name)
{
    struct rd_model *model = b->model;
    size_t errors_before = b->findings->errors;
    b->out->start = rd_model_type(model, name);
    if (!b->out->start) {
        account_refuse(
            b, "start", "record", name,
            account_guess(b, name, model->types, sizeof *model->types, model->type_count));
        return;
    }
    for (int i = 0; i < RD_FINDING_FIELDS; i++) {
        int field = rd_type_field(b->out->start, FIELDS[i].name);
        b->out->fields[i] = field;
        if (field < 0 || !account_fits(b->out->start->fields[field].type.kind, FIELDS[i].kind))
            rd_finding_error(b->findings, b->out->start->file, b->out->start->line,
                             "record '%s': accountability '%s' starts it: it needs a field '%s' of "
                             "type %s",
                             name, b->out->id, FIELDS[i].name, rd_type_name(FIELDS[i].kind));
    }
    if (b->findings->errors > errors_before)
        return;
    if (b->out->consequence_field < 0)
        account_choice(b, RD_FINDING_CONSEQUENCE, b->out->consequence);
    account_choice(b, RD_FINDING_CONFIRM_BY, b->out->confirm_by);
    for (size_t i = 0; i < b->out->answer_count; i++)
        account_choice(b, RD_FINDING_KIND, b->out->answers[i].leads ? "leadership" : "direct");
    account_index(b);
}

static void account_appeal(struct account_build *b)
{
    struct rd_duration duration;
    struct rd_error error = RD_ERROR_NONE;
    if (rd_duration_parse(b->out->appeal_within, true, &duration, &error) != RD_OK)
        rd_finding_error(b->findings, b->out->file, b->out->line,
                         "accountability '%s': appeal_within: %s", b->out->id, error.text);
}

static void account_rule(struct account_build *b, const struct rd_value *spec)
{
    struct rd_accountability *out = b->out;
    const struct rd_value *title = rd_map_get(spec, "title");
    const struct rd_value *answers = rd_map_list(spec, "answers");
    const struct rd_value *leads = rd_map_list(spec, "leads");
    *out = (struct rd_accountability){
        .id = rd_map_text(spec, "id", "?"),
        .file = rd_map_text(spec, "file", "rules"),
        .owner = rd_map_text(spec, "owner", NULL),
        .line = (int)rd_map_int(spec, "line", 0),
        .title = title ? *title : rd_null(),
        .consequence = rd_map_text(spec, "consequence", "?"),
        .confirm_by = rd_map_text(spec, "confirm_by", "?"),
        .appeal_within = rd_map_text(spec, "appeal_within", "?"),
    };
    if (!account_occasion(b, rd_map_text(spec, "on", "?")))
        return;
    out->consequence_field = rd_type_field(out->chart->type, out->consequence);
    account_when(b, rd_map_list(spec, "when"));
    out->answers =
        rd_arena_zalloc(&b->model->arena, answers->count + leads->count + 1, sizeof *out->answers);
    account_answerers(b, answers, false);
    account_answerers(b, leads, true);
    if (rd_role_find(&b->model->organisation, out->confirm_by) < 0)
        account_refuse(b, "confirm_by", "role", out->confirm_by,
                       account_guess(b, out->confirm_by, b->model->organisation.roles,
                                     sizeof *b->model->organisation.roles,
                                     b->model->organisation.role_count));
    account_appeal(b);
    account_start(b, rd_map_text(spec, "start", "finding"));
    out->spot = rd_model_spot(b->model, out->file, out->line, "accountability '%s'", out->id);
}

void rd_accountability_build(struct rd_model *model, const struct rd_value *list,
                             struct rd_findings *findings)
{
    model->accountability =
        rd_arena_zalloc(&model->arena, list->count + 1, sizeof *model->accountability);
    for (uint32_t i = 0; i < list->count; i++) {
        struct account_build b = { .model = model,
                                   .findings = findings,
                                   .out = &model->accountability[model->accountability_count++] };
        account_rule(&b, &list->items[i]);
    }
}
