/* The model: compiles a policy's normal form to C, room by room, in the order in which they refer
 * to each other:
 *
 *   company, calendars ─▶ organisation ─▶ records ─▶ forms ─▶ decisions ─▶ charts ─▶ authority ─▶
 * permissions joined ─▶ names linked
 *
 * Everything lives in one arena (and the calendars and the zone beside it), so that a generation is
 * freed as one thing.
 */
#include "domain/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "domain/derived.h"
#include "domain/ceiling.h"
#include "domain/ledger.h"
#include "domain/link.h"
#include "domain/normal.h"
#include "domain/zone.h"

const char *rd_model_keep(struct rd_model *model, const char *text)
{
    size_t len = strlen(text);
    const char *symbol = rd_symbol(model->symbols, text, len);
    return symbol ? symbol : rd_arena_copy(&model->arena, text, len);
}

const char *rd_model_guess(struct rd_arena *arena, const char *word, const char *const *names,
                           size_t count)
{
    const char *near = rd_text_nearest(word, names, count);
    return near ? rd_arena_printf(arena, "; did you mean '%s'?", near) : "";
}

uint32_t rd_model_spot(struct rd_model *model, const char *file, int line, const char *format, ...)
{
    if (model->spot_count == model->spot_cap) {
        size_t cap = model->spot_cap ? model->spot_cap * 2 : 256;
        struct rd_spot *spots = rd_arena_zalloc(&model->arena, cap, sizeof *spots);
        if (model->spot_count)
            memcpy(spots, model->spots, model->spot_count * sizeof *spots);
        model->spots = spots;
        model->spot_cap = cap;
    }
    va_list args;
    va_start(args, format);
    model->spots[model->spot_count] = (struct rd_spot){
        .file = file, .line = line, .text = rd_arena_vprintf(&model->arena, format, args)
    };
    va_end(args);
    return (uint32_t)model->spot_count++;
}

const struct rd_record_type *rd_model_type(const struct rd_model *model, const char *name)
{
    for (size_t i = 0; i < model->type_count; i++)
        if (strcmp(model->types[i].name, name) == 0)
            return &model->types[i];
    return NULL;
}

const struct rd_chart *rd_type_pinned(const struct rd_record_type *type, uint32_t generation)
{
    for (size_t i = 0; i < type->pinned_count; i++)
        if (type->pinned[i].pinned == generation)
            return &type->pinned[i];
    return NULL;
}

const struct rd_state *rd_type_state(const struct rd_record_type *type, const char *name)
{
    int at = type->chart && name ? rd_state_find(type->chart, name) : -1;
    if (at >= 0)
        return &type->chart->states[at];
    for (size_t i = 0; name && i < type->pinned_count; i++)
        if ((at = rd_state_find(&type->pinned[i], name)) >= 0)
            return &type->pinned[i].states[at];
    return NULL;
}

const struct rd_form *rd_model_form(const struct rd_model *model, const char *name)
{
    for (size_t i = 0; i < model->form_count; i++)
        if (strcmp(model->forms[i].name, name) == 0)
            return &model->forms[i];
    return NULL;
}

const struct rd_decision *rd_model_decision(const struct rd_model *model, const char *name)
{
    for (size_t i = 0; i < model->decision_count; i++)
        if (strcmp(model->decisions[i].name, name) == 0)
            return &model->decisions[i];
    return NULL;
}

const struct rd_calendar *rd_model_calendar(const struct rd_model *model, const char *name)
{
    for (size_t i = 0; i < model->calendar_count; i++)
        if (strcmp(rd_calendar_name(model->calendars[i]), name) == 0)
            return model->calendars[i];
    return NULL;
}

int rd_type_field(const struct rd_record_type *type, const char *name)
{
    if (type->lookup) {
        uint16_t number = rd_lookup_find(type->lookup, name);
        return number == RD_LOOKUP_NONE ? -1 : type->field_of[number];
    }
    for (size_t i = 0; i < type->field_count; i++)
        if (strcmp(type->fields[i].name, name) == 0)
            return (int)i;
    return -1;
}

static void company_build(struct rd_model *model, const struct rd_value *normal,
                          struct rd_findings *findings)
{
    const struct rd_value *company = rd_map_get(normal, "company");
    if (!rd_value_is(company, RD_MAP)) {
        rd_finding_error(findings, "rules/company.lua", 0, "no `company` is declared");
        return;
    }
    const struct rd_value *languages = rd_map_list(company, "languages");
    model->company = rd_map_text(company, "name", "company");
    model->zone = rd_map_text(company, "zone", "UTC");
    model->currency = rd_map_text(company, "currency", "");
    model->language =
        languages->count && languages->items[0].kind == RD_TEXT ? languages->items[0].text : "en";
    model->languages =
        rd_arena_zalloc(&model->arena, languages->count + 1, sizeof *model->languages);
    for (uint32_t i = 0; i < languages->count; i++)
        if (languages->items[i].kind == RD_TEXT)
            model->languages[model->language_count++] = languages->items[i].text;
    struct rd_error error = RD_ERROR_NONE;
    if (rd_zone_open(model->zone, &model->local, &error) != RD_OK)
        rd_finding_error(findings, rd_map_text(company, "file", "rules"),
                         (int)rd_map_int(company, "line", 0), "company: zone: %s", error.text);
    struct rd_value always = rd_map();
    rd_map_add(&model->arena, &always, "name", rd_text("always"));
    rd_map_add(&model->arena, &always, "zone", rd_text(model->local ? model->zone : "UTC"));
    rd_map_add(&model->arena, &always, "always", rd_bool(true));
    enum rd_status status = rd_calendar_new(&always, &model->elapsed, &error);
    RD_ASSERT(status == RD_OK);
}

static void calendars_build(struct rd_model *model, const struct rd_value *list,
                            struct rd_findings *findings)
{
    model->calendars =
        rd_arena_zalloc(&model->arena, list->count + 1, sizeof(struct rd_calendar *));
    for (uint32_t i = 0; i < list->count; i++) {
        struct rd_error error = RD_ERROR_NONE;
        if (rd_calendar_new(&list->items[i], &model->calendars[model->calendar_count], &error) ==
            RD_OK)
            model->calendar_count++;
        else
            rd_finding_error(findings, rd_map_text(&list->items[i], "file", "rules"),
                             (int)rd_map_int(&list->items[i], "line", 0), "%s", error.text);
    }
}

static void index_build(struct rd_model *model, struct rd_record_type *type,
                        const struct rd_value *names, struct rd_findings *findings,
                        struct rd_type_index *out)
{
    const char *name = "";
    if (names->count > RD_INDEX_FIELDS_MAX)
        rd_finding_error(findings, type->file, type->line,
                         "record '%s': an index over %u fields; %d is the limit", type->name,
                         names->count, RD_INDEX_FIELDS_MAX);
    out->fields = rd_arena_zalloc(&model->arena, names->count + 1, sizeof *out->fields);
    for (uint32_t i = 0; i < names->count; i++) {
        const char *field = names->items[i].kind == RD_TEXT ? names->items[i].text : "?";
        int at = rd_type_field(type, field);
        if (at < 0)
            rd_finding_error(findings, type->file, type->line,
                             "record '%s': indexes: no field '%s'", type->name, field);
        else
            out->fields[out->field_count++] = (uint16_t)at;
        name = rd_arena_printf(&model->arena, i ? "%s+%s" : "%s%s", name,
                               at < 0 ? field : rd_normal_field(&model->arena, &type->fields[at]));
    }
    out->name = name;
}

/* The state's index, one for every indexed or unique field, and the ones over several fields. */
static void indexes_build(struct rd_model *model, const struct rd_value *spec,
                          struct rd_findings *findings, struct rd_record_type *type)
{
    const struct rd_value *declared = rd_map_list(spec, "indexes");
    type->indexes = rd_arena_zalloc(&model->arena, 1 + type->field_count + declared->count,
                                    sizeof *type->indexes);
    type->indexes[type->index_count++] = (struct rd_type_index){ .name = "state" };
    for (size_t i = 0; i < type->field_count; i++) {
        if (!type->fields[i].indexed && !type->fields[i].unique)
            continue;
        struct rd_type_index *index = &type->indexes[type->index_count++];
        *index = (struct rd_type_index){ .name = rd_normal_field(&model->arena, &type->fields[i]),
                                         .unique = type->fields[i].unique,
                                         .field_count = 1 };
        index->fields = rd_arena_zalloc(&model->arena, 1, sizeof *index->fields);
        index->fields[0] = (uint16_t)i;
    }
    for (uint32_t i = 0; i < declared->count; i++)
        index_build(model, type, &declared->items[i], findings,
                    &type->indexes[type->index_count++]);
}

static int record_role_field(struct rd_model *model, const struct rd_value *spec, const char *key,
                             enum rd_type_kind kind, struct rd_record_type *type,
                             struct rd_findings *findings)
{
    const char *name = rd_map_text(spec, key, NULL);
    int field = name ? rd_type_field(type, name) : -1;
    (void)model;
    if (name && (field < 0 || type->fields[field].type.kind != kind))
        rd_finding_error(findings, type->file, type->line, "record '%s': %s: '%s' is no %s field",
                         type->name, key, name, rd_type_name(kind));
    return field;
}

static void record_build(struct rd_model *model, const struct rd_value *spec,
                         struct rd_findings *findings, struct rd_record_type *out)
{
    const struct rd_value *fields = rd_map_list(spec, "fields"), *title = rd_map_get(spec, "title");
    *out = (struct rd_record_type){
        .name = rd_map_text(spec, "name", "?"),
        .file = rd_map_text(spec, "file", "scripts"),
        .line = (int)rd_map_int(spec, "line", 0),
        .title = title ? *title : rd_null(),
        .number = rd_map_text(spec, "number", NULL),
        .owner = -1,
        .unit = -1,
        .person = -1,
    };
    if (fields->count > RD_FIELDS_MAX) {
        rd_finding_error(findings, out->file, out->line, "record '%s': %u fields; %d is the limit",
                         out->name, fields->count, RD_FIELDS_MAX);
        return;
    }
    out->fields = rd_arena_zalloc(&model->arena, fields->count + 1, sizeof *out->fields);
    for (uint32_t i = 0; i < fields->count; i++)
        if (rd_field_build(&model->arena, &fields->items[i], out->file, findings,
                           &out->fields[out->field_count]))
            out->field_count++;
    out->owner = record_role_field(model, spec, "owner", RD_TYPE_ACCOUNT, out, findings);
    out->unit = record_role_field(model, spec, "unit", RD_TYPE_UNIT, out, findings);
    out->person = record_role_field(model, spec, "person", RD_TYPE_REFERENCE, out, findings);
    indexes_build(model, spec, findings, out);
}

static void references_check(struct rd_model *model, struct rd_findings *findings)
{
    for (size_t t = 0; t < model->type_count; t++)
        for (size_t i = 0; i < model->types[t].field_count; i++) {
            const struct rd_field *field = &model->types[t].fields[i];
            if (field->type.kind == RD_TYPE_REFERENCE && !rd_model_type(model, field->type.of))
                rd_finding_error(findings, model->types[t].file, field->line,
                                 "record '%s': field '%s': no record '%s'", model->types[t].name,
                                 field->name, field->type.of);
        }
}

static bool form_entry_build(struct rd_model *model, const struct rd_value *spec,
                             struct rd_findings *findings, struct rd_form *form,
                             struct rd_form_entry *out)
{
    const char *name = rd_map_text(spec, "name", "?");
    int line = (int)rd_map_int(spec, "line", form->line);
    out->record_field = -1;
    if (!rd_map_bool(spec, "ref", false)) {
        if (form->of && rd_type_field(form->of, name) >= 0)
            rd_finding_error(findings, form->file, line,
                             "form '%s': '%s' is a field of record '%s': name it without a type",
                             form->name, name, form->of->name);
        return rd_field_build(&model->arena, spec, form->file, findings, &out->field);
    }
    out->record_field = form->of ? rd_type_field(form->of, name) : -1;
    if (out->record_field < 0) {
        size_t count = form->of ? form->of->field_count : 0;
        const char **names = rd_arena_alloc(&model->arena, (count + 1) * sizeof *names);
        for (size_t i = 0; i < count; i++)
            names[i] = form->of->fields[i].name;
        rd_finding_error(findings, form->file, line, "form '%s': record '%s' has no field '%s'%s",
                         form->name, form->of ? form->of->name : "(none)", name,
                         rd_model_guess(&model->arena, name, names, count));
        return false;
    }
    out->field = form->of->fields[out->record_field];
    out->field.required = false; /* what a form requires, the form says */
    return true;
}

static void form_build(struct rd_model *model, const struct rd_value *spec,
                       struct rd_findings *findings, struct rd_form *out)
{
    const struct rd_value *fields = rd_map_list(spec, "fields"), *title = rd_map_get(spec, "title");
    const struct rd_value *required = rd_map_list(spec, "required");
    const char *of = rd_map_text(spec, "of", NULL);
    *out = (struct rd_form){
        .name = rd_map_text(spec, "name", "?"),
        .file = rd_map_text(spec, "file", "scripts"),
        .line = (int)rd_map_int(spec, "line", 0),
        .title = title ? *title : rd_null(),
        .of = of ? rd_model_type(model, of) : NULL,
    };
    if (of && !out->of)
        rd_finding_error(findings, out->file, out->line, "form '%s': of: no record '%s'", out->name,
                         of);
    if (fields->count > RD_FIELDS_MAX) {
        rd_finding_error(findings, out->file, out->line, "form '%s': %u fields; %d is the limit",
                         out->name, fields->count, RD_FIELDS_MAX);
        return;
    }
    out->entries = rd_arena_zalloc(&model->arena, fields->count + 1, sizeof *out->entries);
    for (uint32_t i = 0; i < fields->count; i++)
        if (form_entry_build(model, &fields->items[i], findings, out, &out->entries[out->count]))
            out->count++;
    for (uint32_t i = 0; i < required->count; i++) {
        const char *name = required->items[i].kind == RD_TEXT ? required->items[i].text : "?";
        size_t e = 0;
        while (e < out->count && strcmp(out->entries[e].field.name, name) != 0)
            e++;
        if (e < out->count)
            out->entries[e].field.required = true;
        else
            rd_finding_error(findings, out->file, out->line, "form '%s': required: no field '%s'",
                             out->name, name);
    }
}

static void decisions_build(struct rd_model *model, const struct rd_value *list,
                            struct rd_findings *findings)
{
    model->decisions = rd_arena_zalloc(&model->arena, list->count + 1, sizeof *model->decisions);
    for (uint32_t i = 0; i < list->count; i++) {
        struct rd_decision *decision = &model->decisions[model->decision_count];
        if (!rd_decision_build(&model->arena, &list->items[i], findings, decision))
            continue;
        model->decision_count++;
        for (size_t r = 0; r < decision->row_count; r++)
            decision->rows[r].spot = rd_model_spot(model, decision->file, decision->rows[r].line,
                                                   "%s: %s", decision->name, decision->rows[r].id);
    }
}

/* What is compared with a limit must be there to compare: a misspelled name would be within any. */
static void event_amount_check(const struct rd_chart *chart, const struct rd_event *event,
                               const struct rd_authority_row *row, struct rd_findings *findings)
{
    int at = rd_type_field(chart->type, row->amount);
    bool money = at >= 0 && chart->type->fields[at].type.kind == RD_TYPE_MONEY;
    for (size_t i = 0; event->form && i < event->form->count; i++) {
        const struct rd_field *field = &event->form->entries[i].field;
        money |= strcmp(field->name, row->amount) == 0 && field->type.kind == RD_TYPE_MONEY;
    }
    if (row->up_to && !money)
        rd_finding_error(findings, row->file, row->line,
                         "authority: up_to: '%s' has no money field '%s'", event->command,
                         row->amount);
}

/* Four eyes look at fields that hold an account: a misspelled one would find nobody in it. */
static void other_than_check(struct rd_model *model, const struct rd_record_type *type,
                             const struct rd_authority_row *row, struct rd_findings *findings)
{
    const char *names[RD_FIELDS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < type->field_count; i++)
        if (type->fields[i].type.kind == RD_TYPE_ACCOUNT)
            names[count++] = type->fields[i].name;
    for (size_t i = 0; i < row->other_than_count; i++) {
        size_t n = 0;
        while (n < count && strcmp(names[n], row->other_than[i]) != 0)
            n++;
        if (n == count)
            rd_finding_error(findings, row->file, row->line,
                             "authority: other_than: record '%s' has no account field '%s'%s",
                             type->name, row->other_than[i],
                             rd_model_guess(&model->arena, row->other_than[i], names, count));
    }
}

/* `unowned` where there is no owner to be empty: everything would be within it. */
static void row_check_unowned(const struct rd_record_type *type, const struct rd_authority_row *row,
                              struct rd_findings *findings)
{
    if (row->reach == RD_REACH_UNOWNED && type->owner < 0)
        rd_finding_error(findings, row->file, row->line,
                         "authority: reach 'unowned': record '%s' has no owner, so that every one "
                         "of them would be within it",
                         type->name);
}

/* An event that no row speaks of could never be done by anybody: a finding, unless only the engine
 * sends it. */
static void event_join(struct rd_model *model, const struct rd_chart *chart, struct rd_event *event,
                       struct rd_findings *findings)
{
    event->permission = rd_permission_of(model, event->command);
    if (event->permission->internal != event->internal)
        rd_finding_error(findings, chart->file, event->line,
                         "event '%s' is internal in another state: say so here, too", event->name);
    else if (event->permission->row_count == 0 && !event->internal && !chart->pinned)
        rd_finding_warning(findings, chart->file, event->line,
                           "command '%s' has no authority row: only timers and other records can "
                           "send it; if that is meant, say internal = true",
                           event->command);
    for (size_t r = 0; r < event->permission->row_count; r++) {
        const struct rd_authority_row *row = event->permission->rows[r];
        event_amount_check(chart, event, row, findings);
        rd_ceilings_check(model, chart, row, findings);
        other_than_check(model, chart->type, row, findings);
        row_check_unowned(chart->type, row, findings);
        for (size_t u = 0; u < row->unless_count; u++) {
            size_t g = 0;
            while (g < chart->guard_count && strcmp(chart->guards[g].name, row->unless[u]) != 0)
                g++;
            if (g == chart->guard_count)
                rd_finding_error(findings, row->file, row->line,
                                 "authority: unless: workflow '%s' has no guard '%s'", chart->name,
                                 row->unless[u]);
        }
    }
}

static bool command_is_event(const struct rd_model *model, const char *command)
{
    for (size_t c = 0; c < model->chart_count + model->pinned_count; c++) {
        const struct rd_chart *chart = &model->charts[c];
        size_t len = strlen(chart->name);
        if (strncmp(chart->name, command, len) == 0 && command[len] == '.' &&
            rd_event_exists(chart, command + len + 1))
            return true;
    }
    return false;
}

static bool row_asks(const struct rd_authority_row *row)
{
    return row->up_to || row->unless_count || row->other_than_count;
}

/* A limit or a guard in a row that speaks of something other than an event would be passed over:
 * the rule's author must not think that it holds. */
static void rows_check_plain(const struct rd_model *model, struct rd_findings *findings)
{
    for (size_t r = 0; r < model->authority_count; r++) {
        const struct rd_authority_row *row = &model->authority[r];
        for (size_t c = 0; c < row->command_count && row_asks(row); c++)
            if (!strchr(row->commands[c], '*') && !command_is_event(model, row->commands[c]))
                rd_finding_error(
                    findings, row->file, row->line,
                    "authority: '%s' is no event of a workflow: it takes neither up_to "
                    "nor unless nor other_than",
                    row->commands[c]);
    }
}

/* The same by a pattern: "thing.*". */
static void row_check_record(const struct rd_record_type *type, const struct rd_permission *of,
                             struct rd_findings *findings)
{
    for (size_t r = 0; r < of->row_count; r++) {
        const struct rd_authority_row *row = of->rows[r];
        row_check_unowned(type, row, findings);
        if (!type->chart && of != type->read && row_asks(row))
            rd_finding_error(findings, row->file, row->line,
                             "authority: the row speaks of '%s', too, which is no event of a "
                             "workflow: it takes neither up_to nor unless nor other_than",
                             of->command);
    }
}

static void rows_check_records(const struct rd_model *model, struct rd_findings *findings)
{
    for (size_t t = 0; t < model->type_count; t++) {
        const struct rd_record_type *type = &model->types[t];
        const struct rd_permission *all[] = { type->read, type->create, type->update };
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            row_check_record(type, all[i], findings);
    }
}

static void permissions_join(struct rd_model *model, struct rd_findings *findings)
{
    char command[3 * RD_NAME_BYTES_MAX];
    for (size_t t = 0; t < model->type_count; t++) {
        struct rd_record_type *type = &model->types[t];
        snprintf(command, sizeof command, "%s.read", type->name);
        type->read = rd_permission_of(model, command);
        snprintf(command, sizeof command, "%s.create", type->name);
        type->create = rd_permission_of(model, command);
        snprintf(command, sizeof command, "%s.update", type->name);
        type->update = rd_permission_of(model, command);
        snprintf(command, sizeof command, "%s.refer", type->name);
        type->refer = rd_permission_of(model, command);
        for (int level = RD_SECRECY_SECRET; level < RD_SECRECY_LEVELS; level++) {
            snprintf(command, sizeof command, "%s.%s", type->name,
                     rd_secrecy_name((enum rd_secrecy_level)level));
            if (rd_secrecy_has_level(type, (enum rd_secrecy_level)level))
                type->disclose[level] = rd_permission_of(model, command);
        }
    }
    for (size_t c = 0; c < model->chart_count + model->pinned_count; c++) {
        struct rd_chart *chart = &model->charts[c];
        if (!chart->pinned)
            ((struct rd_record_type *)(uintptr_t)chart->type)->chart = chart;
        event_join(model, chart, &chart->open, findings);
        for (size_t s = 0; s < chart->state_count; s++)
            for (size_t i = 0; i < chart->states[s].event_count; i++)
                event_join(model, chart, &chart->states[s].events[i], findings);
        for (size_t i = 0; i < chart->always_count; i++)
            event_join(model, chart, &chart->always[i], findings);
    }
    rows_check_plain(model, findings);
    rows_check_records(model, findings);
}

/* The calendar of the hours in which people are told things. */
static void contact_join(struct rd_model *model, const struct rd_value *company,
                         struct rd_findings *findings)
{
    const char *name = rd_map_text(company, "contact", NULL);
    model->contact = name ? rd_model_calendar(model, name) : NULL;
    if (name && !model->contact)
        rd_finding_error(findings, rd_map_text(company, "file", "rules"),
                         (int)rd_map_int(company, "line", 0), "company: contact: no calendar '%s'",
                         name);
}

/* What speaks of finished charts: labels, what customers are shown, templates, accountability. */
static void words_build(struct rd_model *model, const struct rd_value *normal,
                        struct rd_findings *findings)
{
    rd_vocabularies_build(model, rd_map_list(normal, "choices"));
    rd_progress_build(model, rd_map_list(normal, "workflows"), findings);
    rd_secrecy_join(model, rd_map_list(normal, "workflows"), findings);
    rd_templates_build(model, normal, findings);
    rd_accountability_build(model, rd_map_list(normal, "accountability"), findings);
}

/* What older cases keep; a type's are neighbours. What was warned of, was so then. */
static void pinned_build(struct rd_model *model, const struct rd_value *list,
                         struct rd_findings *findings)
{
    for (uint32_t i = 0; i < list->count; i++) {
        struct rd_chart *chart = &model->charts[model->chart_count + model->pinned_count];
        struct rd_findings own;
        rd_findings_init(&own, &model->arena);
        bool built = rd_chart_build(&model->arena, &list->items[i], model, &own, chart);
        for (const struct rd_finding *at = own.first; at; at = at->next)
            if (at->error)
                rd_finding_error(findings, at->file, at->line, "%s (open cases keep this workflow)",
                                 at->text);
        if (!built)
            continue;
        struct rd_record_type *type = (struct rd_record_type *)(uintptr_t)chart->type;
        if (!type->pinned_count++)
            type->pinned = chart;
        model->pinned_count++;
    }
}

static void model_compile(struct rd_model *model, const struct rd_value *normal,
                          struct rd_findings *findings)
{
    const struct rd_value ledgers = rd_ledgers_records(model, normal), *records = &ledgers,
                          *forms = rd_map_list(normal, "forms");
    const struct rd_value *workflows = rd_map_list(normal, "workflows"),
                          *pinned = rd_map_list(normal, "pinned");
    size_t errors_before = findings->errors; /* the list may hold another policy's as well */
    company_build(model, normal, findings);
    calendars_build(model, rd_map_list(normal, "calendars"), findings);
    rd_organisation_build(&model->arena, normal, findings, &model->organisation);
    model->types = rd_arena_zalloc(&model->arena, records->count + 1, sizeof *model->types);
    for (uint32_t i = 0; i < records->count; i++)
        record_build(model, &records->items[i], findings, &model->types[model->type_count++]);
    references_check(model, findings);
    rd_secrecy_persons(model, findings);
    rd_ledgers_build(model, normal, findings);
    model->forms = rd_arena_zalloc(&model->arena, forms->count + 1, sizeof *model->forms);
    for (uint32_t i = 0; i < forms->count; i++)
        form_build(model, &forms->items[i], findings, &model->forms[model->form_count++]);
    decisions_build(model, rd_map_list(normal, "decisions"), findings);
    model->charts =
        rd_arena_zalloc(&model->arena, workflows->count + pinned->count + 1, sizeof *model->charts);
    for (uint32_t i = 0; i < workflows->count; i++)
        if (rd_chart_build(&model->arena, &workflows->items[i], model, findings,
                           &model->charts[model->chart_count]))
            model->chart_count++;
    pinned_build(model, pinned, findings);
    rd_staff_build(model, normal, findings);
    contact_join(model, rd_map_get(normal, "company"), findings);
    rd_derived_build(model, normal, findings);
    rd_schedules_build(model, rd_map_list(normal, "schedules"), findings);
    if (findings->errors > errors_before)
        return; /* the rest would only repeat what is missing */
    rd_chart_counts_check(model, findings);
    rd_chart_picks_check(model, findings);
    words_build(model, normal, findings);
    if (findings->errors > errors_before)
        return;
    rd_permissions_name(model, findings);
    if (findings->errors > errors_before)
        return;
    if (rd_authority_build(&model->arena, normal, model, findings))
        permissions_join(model, findings);
    rd_views_build(model, rd_map_list(normal, "views"), findings);
    rd_reports_build(model, rd_map_list(normal, "reports"), findings);
}

/* ---- the model's own copy of its normal form: what is a name becomes a symbol ---- */

static struct rd_value own_copy(struct rd_model *model, const struct rd_value *value);

static struct rd_value own_text(struct rd_model *model, const struct rd_value *text)
{
    const char *symbol = text->count <= RD_NAME_BYTES_MAX
                             ? rd_symbol(model->symbols, text->text, text->count)
                             : NULL;
    return symbol ? rd_text_of(symbol, text->count)
                  : rd_text_copy(&model->arena, text->text, text->count);
}

static struct rd_value own_list(struct rd_model *model, const struct rd_value *list)
{
    struct rd_value copy = rd_list_room(&model->arena, list->count);
    for (uint32_t i = 0; i < list->count; i++)
        rd_list_add(&model->arena, &copy, own_copy(model, &list->items[i]));
    return copy;
}

static struct rd_value own_map(struct rd_model *model, const struct rd_value *map)
{
    struct rd_value copy = rd_map_room(&model->arena, map->count);
    for (uint32_t i = 0; i < map->count; i++)
        rd_map_add(&model->arena, &copy, rd_model_keep(model, map->pairs[i].key),
                   own_copy(model, &map->pairs[i].value));
    return copy;
}

static struct rd_value own_copy(struct rd_model *model, const struct rd_value *value)
{
    if (value->kind == RD_TEXT)
        return own_text(model, value);
    if (value->kind == RD_LIST)
        return own_list(model, value);
    return value->kind == RD_MAP ? own_map(model, value) : *value;
}

/* Tables of decisions come last: where they have more constants than there is room for, it is not
 * the names of fields and states that are spelled out. */
static struct rd_value own_normal(struct rd_model *model, const struct rd_value *normal)
{
    struct rd_value copy = rd_map_room(&model->arena, normal->count);
    const struct rd_value *decisions = rd_map_get(normal, "decisions");
    for (uint32_t i = 0; i < normal->count; i++)
        if (&normal->pairs[i].value != decisions)
            rd_map_add(&model->arena, &copy, rd_model_keep(model, normal->pairs[i].key),
                       own_copy(model, &normal->pairs[i].value));
    if (decisions)
        rd_map_add(&model->arena, &copy, "decisions", own_copy(model, decisions));
    return copy;
}

enum rd_status rd_model_build(const struct rd_value *normal, struct rd_symbols *symbols,
                              struct rd_findings *findings, struct rd_model **out,
                              struct rd_error *error)
{
    struct rd_model *model = calloc(1, sizeof *model);
    size_t errors_before = findings->errors;
    RD_ASSERT(model);
    rd_arena_init(&model->arena);
    model->symbols = symbols ? rd_symbols_ref(symbols) : rd_symbols_new();
    struct rd_value own = own_normal(model, normal); /* the model's texts point into it */
    model_compile(model, &own, findings);
    if (findings->errors > errors_before) {
        rd_model_free(model);
        return rd_error_set(error, RD_CHECK_FAILED, "the policy has %zu errors", findings->errors);
    }
    rd_model_link(model);
    *out = model;
    return RD_OK;
}

void rd_model_free(struct rd_model *model)
{
    if (!model)
        return;
    for (size_t i = 0; i < model->calendar_count; i++)
        rd_calendar_free(model->calendars[i]);
    rd_calendar_free(model->elapsed);
    rd_schedules_free(model);
    rd_zone_close(model->local);
    rd_arena_fini(&model->arena);
    rd_symbols_unref(model->symbols);
    free(model);
}
