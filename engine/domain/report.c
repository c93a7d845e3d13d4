/* Reports: compiled from their normal form. Their conditions know no asker and no day, so they are
 * filters already here, and a report of a month is the same whoever asks and whenever.
 */
#include "domain/report.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "domain/model.h"

struct report_build {
    struct rd_model *model;
    struct rd_findings *findings;
    const struct rd_value *spec; /* the report's, or the section's in hand */
    struct rd_report *report;
    const char *what;                  /* "report 'x', section 2" */
    const struct rd_record_type *type; /* the report's own */
    struct rd_filter *shared;          /* of the report's own `where` */
    size_t shared_count;
};

static struct rd_arena *report_arena(const struct report_build *b)
{
    return &b->model->arena;
}

static void report_error(const struct report_build *b, const char *key, const char *text)
{
    int line = (int)rd_map_int(rd_map_get(b->spec, "lines"), key,
                               rd_map_int(b->spec, "line", b->report->line));
    rd_finding_error(b->findings, b->report->file, line, "%s: %s: %s", b->what, key, text);
}

static struct rd_value report_title(const struct rd_value *spec)
{
    const struct rd_value *title = rd_map_get(spec, "title");
    return title ? *title : rd_null();
}

/* ---- periods ---- */

static int report_months(const struct rd_report *report)
{
    return report->period == RD_REPORT_YEAR ? 12 : report->period == RD_REPORT_QUARTER ? 3 : 1;
}

static int64_t month_day(int64_t months)
{
    return rd_date_days((int)(months / 12), (int)(months % 12) + 1, 1);
}

struct rd_report_days rd_report_period_of(const struct rd_report *report, int year, int month)
{
    int step = report_months(report);
    int64_t first = (int64_t)year * 12 + (month - 1) / step * step;
    return (struct rd_report_days){ month_day(first), month_day(first + step),
                                    month_day(first - step) };
}

struct rd_report_days rd_report_period_before(const struct rd_report *report, int64_t day)
{
    int year, month, first;
    rd_date_civil(day, &year, &month, &first);
    struct rd_report_days now = rd_report_period_of(report, year, month);
    rd_date_civil(now.before_day, &year, &month, &first);
    return rd_report_period_of(report, year, month);
}

const char *rd_report_period_text(const struct rd_report *report,
                                  const struct rd_report_days *period, struct rd_arena *arena)
{
    int year, month, day;
    rd_date_civil(period->from_day, &year, &month, &day);
    if (report->period == RD_REPORT_YEAR)
        return rd_arena_printf(arena, "%04d", year);
    if (report->period == RD_REPORT_QUARTER)
        return rd_arena_printf(arena, "%04d-Q%d", year, (month - 1) / 3 + 1);
    return rd_arena_printf(arena, "%04d-%02d", year, month);
}

/* ---- parts of a section ---- */

static const struct rd_record_type *report_type(const struct report_build *b, const char *name)
{
    const struct rd_record_type *type = rd_model_type(b->model, name);
    if (type)
        return type;
    const char **names =
        rd_arena_alloc(report_arena(b), (b->model->type_count + 1) * sizeof *names);
    for (size_t i = 0; i < b->model->type_count; i++)
        names[i] = b->model->types[i].name;
    report_error(
        b, "of",
        rd_arena_printf(report_arena(b), "no record '%s'%s", name,
                        rd_model_guess(report_arena(b), name, names, b->model->type_count)));
    return NULL;
}

static const char *report_no_field(const struct report_build *b, const struct rd_record_type *type,
                                   const char *name, const char *more)
{
    size_t count;
    const char **names = rd_subject_names(type, report_arena(b), &count);
    if (more)
        names[count - 1] = more; /* the place of updated_at, which nothing is counted by */
    return rd_arena_printf(report_arena(b), "record '%s' has no field '%s'%s", type->name, name,
                           rd_model_guess(report_arena(b), name, names, count));
}

/* What is counted or added up by a secret tells of it. */
static void report_no_secret(const struct report_build *b, const char *key,
                             const struct rd_record_type *type, int field)
{
    if (field >= 0 && type->fields[field].secrecy)
        report_error(b, key,
                     rd_arena_printf(report_arena(b), "'%s' is %s: nothing is counted by it",
                                     type->fields[field].name, type->fields[field].secrecy));
}

static void section_at(const struct report_build *b, const char *name, struct rd_section *section)
{
    if (!rd_subject_find(section->type, name, &section->at))
        report_error(b, "at", report_no_field(b, section->type, name, NULL));
    else if (section->at.field >= 0 && section->type->fields[section->at.field].secrecy)
        report_no_secret(b, "at", section->type, section->at.field);
    else if (section->at.type->kind != RD_TYPE_DATE && section->at.type->kind != RD_TYPE_INSTANT)
        report_error(b, "at",
                     rd_arena_printf(report_arena(b), "'%s' is %s, not a date or an instant", name,
                                     rd_type_name(section->at.type->kind)));
}

static void section_by(const struct report_build *b, const char *name, struct rd_section *section)
{
    const struct rd_record_type *type = section->type;
    struct rd_by *by = &section->by[section->by_count++];
    *by = (struct rd_by){ .name = name, .field = rd_type_field(type, name), .title = rd_null() };
    if (by->field >= 0) {
        const struct rd_field *field = &type->fields[by->field];
        by->title = field->title;
        report_no_secret(b, "by", type, by->field);
        if (field->type.kind == RD_TYPE_LIST || field->type.kind == RD_TYPE_NUMBER)
            report_error(b, "by",
                         rd_arena_printf(report_arena(b), "'%s' is %s: it makes no lines", name,
                                         rd_type_name(field->type.kind)));
    } else if (strcmp(name, "state") == 0 && type->chart) {
        by->kind = RD_BY_STATE;
    } else if (strcmp(name, "branch") == 0 && (type->unit >= 0 || type->owner >= 0)) {
        by->kind = RD_BY_BRANCH;
    } else {
        report_error(b, "by", report_no_field(b, type, name, "branch"));
    }
}

static void section_filters(const struct report_build *b, const struct rd_record_type *type,
                            const struct rd_value *list, const struct rd_filter *more,
                            size_t more_count, struct rd_filter **out, size_t *count)
{
    struct rd_condition *conditions;
    struct rd_asking nobody = { .organisation = NULL };
    struct rd_error error = RD_ERROR_NONE;
    size_t condition_count;
    struct rd_condition_build with = { .model = b->model,
                                       .findings = b->findings,
                                       .file = b->report->file,
                                       .what = b->what,
                                       .type = type };
    rd_conditions_build(&with, list, &conditions, &condition_count);
    *out = rd_arena_zalloc(report_arena(b), condition_count + more_count + 1, sizeof **out);
    enum rd_status status = rd_conditions_resolve(conditions, condition_count, &nobody,
                                                  report_arena(b), *out, count, &error);
    RD_ASSERT(status == RD_OK); /* constants are always known */
    for (size_t i = 0; i < more_count; i++)
        (*out)[(*count)++] = more[i];
}

static void measure_field(const struct report_build *b, const struct rd_section *section,
                          const char *name, struct rd_measure *measure)
{
    measure->field = rd_type_field(section->type, name);
    if (measure->field < 0) {
        report_error(b, "measures", report_no_field(b, section->type, name, NULL));
        return;
    }
    report_no_secret(b, "measures", section->type, measure->field);
    enum rd_type_kind kind = section->type->fields[measure->field].type.kind;
    measure->money = kind == RD_TYPE_MONEY;
    if (kind != RD_TYPE_MONEY && kind != RD_TYPE_INTEGER)
        report_error(b, "measures",
                     rd_arena_printf(report_arena(b),
                                     "'%s' is %s: only whole numbers and amounts are added up",
                                     name, rd_type_name(kind)));
}

static void section_measure(const struct report_build *b, const struct rd_value *spec,
                            const struct rd_section *section, struct rd_measure *measure)
{
    const char *kind = rd_map_text(spec, "kind", "count");
    const char *field = rd_map_text(spec, "field", NULL);
    *measure = (struct rd_measure){
        .name = rd_map_text(spec, "name", "?"),
        .title = report_title(spec),
        .field = -1,
        .kind = strcmp(kind, "share") == 0     ? RD_MEASURE_SHARE
                : strcmp(kind, "sum") == 0     ? RD_MEASURE_SUM
                : strcmp(kind, "average") == 0 ? RD_MEASURE_AVERAGE
                                               : RD_MEASURE_COUNT,
    };
    if (field)
        measure_field(b, section, field, measure);
    section_filters(b, section->type, rd_map_list(spec, "where"), NULL, 0, &measure->filters,
                    &measure->filter_count);
}

static void section_measures(const struct report_build *b, struct rd_section *section)
{
    const struct rd_value *list = rd_map_list(b->spec, "measures");
    if (list->count > RD_REPORT_MEASURES_MAX) {
        report_error(b, "measures",
                     rd_arena_printf(report_arena(b), "%u measures; %d is the limit", list->count,
                                     RD_REPORT_MEASURES_MAX));
        return;
    }
    section->measures =
        rd_arena_zalloc(report_arena(b), list->count + 1, sizeof *section->measures);
    for (uint32_t i = 0; i < list->count; i++)
        section_measure(b, &list->items[i], section, &section->measures[section->measure_count++]);
}

static void section_build(const struct report_build *b, const struct rd_value *whole,
                          struct rd_section *section)
{
    const struct rd_value *by = rd_map_list(b->spec, "by");
    const char *of = rd_map_text(whole, "of", "?"), *own = rd_map_text(b->spec, "of", of);
    bool same = strcmp(of, own) == 0;
    int64_t top = rd_map_int(b->spec, "top", 0);
    *section = (struct rd_section){
        .title = report_title(b->spec),
        .type = report_type(b, own),
        .top = (size_t)(top > 0 ? top : 0),
        .by_change = strcmp(rd_map_text(b->spec, "order", "value"), "change") == 0,
        .against = rd_map_text(b->spec, "against", NULL) != NULL,
        .line = (int)rd_map_int(b->spec, "line", b->report->line),
    };
    if (!section->type)
        return;
    if (rd_map_get(b->spec, "top") && top < 1)
        report_error(b, "top", "it is at least 1");
    if (section->by_change && !section->against)
        report_error(b, "order", "a change needs against = \"previous\"");
    section_at(
        b, rd_map_text(b->spec, "at", same ? rd_map_text(whole, "at", "opened_at") : "opened_at"),
        section);
    if (by->count > RD_REPORT_BY_MAX)
        report_error(b, "by",
                     rd_arena_printf(report_arena(b), "by %u things; %d is the limit", by->count,
                                     RD_REPORT_BY_MAX));
    for (uint32_t i = 0; i < by->count && i < RD_REPORT_BY_MAX; i++)
        section_by(b, by->items[i].text, section);
    section_filters(b, section->type, rd_map_list(b->spec, "where"), same ? b->shared : NULL,
                    same ? b->shared_count : 0, &section->filters, &section->filter_count);
    section_measures(b, section);
}

static void report_build(struct report_build *b, struct rd_report *report)
{
    const struct rd_value *whole = b->spec, *sections = rd_map_list(whole, "sections");
    const char *period = rd_map_text(whole, "period", "month");
    *report = (struct rd_report){
        .name = rd_map_text(whole, "name", "?"),
        .file = rd_map_text(whole, "file", "rules"),
        .line = (int)rd_map_int(whole, "line", 0),
        .title = report_title(whole),
        .owner = rd_map_text(whole, "owner", NULL),
        .period = strcmp(period, "quarter") == 0 ? RD_REPORT_QUARTER
                  : strcmp(period, "year") == 0  ? RD_REPORT_YEAR
                                                 : RD_REPORT_MONTH,
    };
    b->report = report;
    b->what = rd_arena_printf(report_arena(b), "report '%s'", report->name);
    b->type = report_type(b, rd_map_text(whole, "of", "?"));
    if (!b->type)
        return;
    section_filters(b, b->type, rd_map_list(whole, "where"), NULL, 0, &b->shared, &b->shared_count);
    if (sections->count > RD_REPORT_SECTIONS_MAX) {
        report_error(b, "sections",
                     rd_arena_printf(report_arena(b), "%u sections; %d is the limit",
                                     sections->count, RD_REPORT_SECTIONS_MAX));
        return;
    }
    report->sections =
        rd_arena_zalloc(report_arena(b), sections->count + 1, sizeof *report->sections);
    for (uint32_t i = 0; i < sections->count; i++) {
        b->spec = &sections->items[i];
        b->what = rd_arena_printf(report_arena(b), "report '%s', section %u", report->name, i + 1);
        section_build(b, whole, &report->sections[report->section_count++]);
    }
}

/* ---- schedules that file reports ---- */

static void filed_join(struct rd_model *model, struct rd_schedule *schedule,
                       struct rd_findings *findings)
{
    static const char *const FIELDS[] = { RD_FILED_REPORT, RD_FILED_PERIOD, RD_FILED_CONTENT };
    const char **names = rd_arena_alloc(&model->arena, (model->report_count + 1) * sizeof *names);
    schedule->report = rd_report_find(model, schedule->report_name);
    for (size_t i = 0; i < model->report_count; i++)
        names[i] = model->reports[i].name;
    if (!schedule->report)
        rd_finding_error(
            findings, schedule->file, schedule->line, "schedule '%s': report: no report '%s'%s",
            schedule->name, schedule->report_name,
            rd_model_guess(&model->arena, schedule->report_name, names, model->report_count));
    for (size_t i = 0; schedule->type && i < 3; i++) {
        int at = rd_type_field(schedule->type, FIELDS[i]);
        if (at < 0 || schedule->type->fields[at].type.kind != RD_TYPE_TEXT)
            rd_finding_error(findings, schedule->file, schedule->line,
                             "schedule '%s': report: record '%s' needs a text field '%s' to file "
                             "it in",
                             schedule->name, schedule->type->name, FIELDS[i]);
    }
    if (!schedule->type)
        rd_finding_error(findings, schedule->file, schedule->line,
                         "schedule '%s': report: say what it is filed as: start = RECORD",
                         schedule->name);
}

void rd_reports_build(struct rd_model *model, const struct rd_value *list,
                      struct rd_findings *findings)
{
    if (list->count > RD_REPORTS_MAX) {
        rd_finding_error(findings, rd_map_text(&list->items[0], "file", "rules"), 0,
                         "%u reports; %d is the limit", list->count, RD_REPORTS_MAX);
        return;
    }
    model->reports = rd_arena_zalloc(&model->arena, list->count + 1, sizeof *model->reports);
    for (uint32_t i = 0; i < list->count; i++) {
        struct report_build build = { .model = model,
                                      .findings = findings,
                                      .spec = &list->items[i] };
        report_build(&build, &model->reports[model->report_count++]);
    }
    for (size_t i = 0; i < model->schedule_count; i++)
        if (model->schedules[i].report_name)
            filed_join(model, &model->schedules[i], findings);
}

const struct rd_report *rd_report_find(const struct rd_model *model, const char *name)
{
    for (size_t i = 0; i < model->report_count; i++)
        if (strcmp(model->reports[i].name, name) == 0)
            return &model->reports[i];
    return NULL;
}

bool rd_report_fills(const char *field)
{
    return strcmp(field, RD_FILED_REPORT) == 0 || strcmp(field, RD_FILED_PERIOD) == 0 ||
           strcmp(field, RD_FILED_CONTENT) == 0;
}
