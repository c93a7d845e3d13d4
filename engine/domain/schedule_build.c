/* Building schedules: what RFC 5545 allows is not all that a day-by-day schedule can mean, and what
 * libical lets pass is not all right (it wraps large intervals round, and takes BYDAY=1MO for a
 * week; by weeks of the year it comes to other dates from the middle than from the beginning, so
 * there is no BYWEEKNO). So the parts of a rule are judged here, each with a sentence of its own,
 * and libical only has the last word.
 */
#include <libical/ical.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "domain/job.h"
#include "domain/model.h"
#include "domain/schedule.h"
#include "domain/zone.h"

#define BUILD_FROM_DAY 10957 /* 2000-01-01, where no `from` is given */

struct schedule_build {
    struct rd_model *model;
    struct rd_findings *findings;
    const struct rd_value *spec;
    struct rd_schedule *schedule;
};

/* The parts that a rule may have, and whether it was given. */
enum rule_part {
    PART_FREQ,
    PART_INTERVAL,
    PART_COUNT,
    PART_UNTIL,
    PART_WKST,
    PART_BYDAY,
    PART_BYMONTHDAY,
    PART_BYYEARDAY,
    PART_BYMONTH,
    PART_BYSETPOS,
    RULE_PARTS
};
static const char *const PART_NAMES[RULE_PARTS] = {
    "FREQ",  "INTERVAL",   "COUNT",     "UNTIL",   "WKST",
    "BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYMONTH", "BYSETPOS",
};

struct rule {
    const char *parts[RULE_PARTS]; /* values; NULL: not given */
};

/* An error at the line of a key of the schedule. */
static void build_error(const struct schedule_build *b, const char *key, const char *text)
{
    const struct rd_schedule *schedule = b->schedule;
    int line = (int)rd_map_int(rd_map_get(b->spec, "lines"), key, schedule->line);
    rd_finding_error(b->findings, schedule->file, line, "schedule '%s': %s: %s", schedule->name,
                     key, text);
}

static struct rd_arena *build_arena(const struct schedule_build *b)
{
    return &b->model->arena;
}

/* Splits "NAME=VALUE;NAME=VALUE"; false after a finding. */
static bool rule_split(const struct schedule_build *b, struct rule *rule)
{
    char *text = rd_arena_copy(build_arena(b), b->schedule->rule, strlen(b->schedule->rule));
    char *rest = NULL;
    *rule = (struct rule){ { NULL } };
    for (char *part = strtok_r(text, ";", &rest); part; part = strtok_r(NULL, ";", &rest)) {
        char *value = strchr(part, '=');
        int p = 0;
        if (value)
            *value++ = 0;
        while (p < RULE_PARTS && strcmp(PART_NAMES[p], part) != 0)
            p++;
        if (p == RULE_PARTS) {
            const char *guess = rd_model_guess(build_arena(b), part, PART_NAMES, RULE_PARTS);
            build_error(b, "rule",
                        rd_arena_printf(build_arena(b), "'%s' is no part of a rule on dates%s",
                                        part, *guess ? guess : ": `at` says the time"));
            return false;
        }
        if (!value || !*value || rule->parts[p]) {
            build_error(b, "rule",
                        rd_arena_printf(build_arena(b),
                                        value && *value ? "%s is given twice" : "%s has no value",
                                        part));
            return false;
        }
        rule->parts[p] = value;
    }
    return true;
}

static bool rule_number(const char *text, long max)
{
    char *end;
    long number = text ? strtol(text, &end, 10) : 1;
    return !text || (*end == 0 && number >= 1 && number <= max);
}

static bool rule_is(const struct rule *rule, const char *freq)
{
    return strcmp(rule->parts[PART_FREQ], freq) == 0;
}

/* Whether the rule itself says on which day, so that it need not be taken from `from`. */
static bool rule_says_day(const struct rule *rule)
{
    const char *const *given = rule->parts;
    if (rule_is(rule, "DAILY"))
        return true;
    if (rule_is(rule, "WEEKLY"))
        return given[PART_BYDAY] != NULL;
    if (rule_is(rule, "MONTHLY"))
        return given[PART_BYDAY] || given[PART_BYMONTHDAY];
    return given[PART_BYDAY] || given[PART_BYYEARDAY] ||
           (given[PART_BYMONTHDAY] && given[PART_BYMONTH]);
}

/* What is wrong with the rule; NULL: nothing. */
static const char *rule_fault(const struct schedule_build *b, const struct rule *rule)
{
    const char *const *given = rule->parts;
    if (!given[PART_FREQ])
        return "FREQ is missing: FREQ=DAILY, WEEKLY, MONTHLY or YEARLY";
    if (!rule_is(rule, "DAILY") && !rule_is(rule, "WEEKLY") && !rule_is(rule, "MONTHLY") &&
        !rule_is(rule, "YEARLY"))
        return rd_arena_printf(build_arena(b), "FREQ=%s: there are DAILY, WEEKLY, MONTHLY, YEARLY",
                               given[PART_FREQ]);
    if (!rule_number(given[PART_INTERVAL], RD_SCHEDULE_INTERVAL_MAX))
        return rd_arena_printf(build_arena(b), "INTERVAL lies between 1 and %d",
                               RD_SCHEDULE_INTERVAL_MAX);
    if (!rule_number(given[PART_COUNT], RD_SCHEDULE_COUNT_MAX))
        return rd_arena_printf(build_arena(b), "COUNT lies between 1 and %d",
                               RD_SCHEDULE_COUNT_MAX);
    if (given[PART_UNTIL] &&
        (strlen(given[PART_UNTIL]) != 8 || strspn(given[PART_UNTIL], "0123456789") != 8))
        return "UNTIL is a date such as 20261231";
    if (given[PART_BYDAY] && (rule_is(rule, "DAILY") || rule_is(rule, "WEEKLY")) &&
        strpbrk(given[PART_BYDAY], "0123456789"))
        return "BYDAY with a number (1MO) needs FREQ=MONTHLY or YEARLY";
    if (b->schedule->from_given)
        return NULL;
    if (given[PART_COUNT] || (given[PART_INTERVAL] && strcmp(given[PART_INTERVAL], "1") != 0))
        return "INTERVAL and COUNT are counted from a day: give `from`";
    if (!rule_says_day(rule))
        return "it leaves the day open: give BYDAY or BYMONTHDAY (with BYMONTH), or `from`";
    return NULL;
}

/* libical's own judgement, and whether the rule ever comes. */
static const char *rule_expand(const struct schedule_build *b)
{
    struct rd_schedule *schedule = b->schedule;
    icalerror_clear_errno();
    struct icalrecurrencetype rule = icalrecurrencetype_from_string(schedule->rule);
    bool understood = rule.freq != ICAL_NO_RECURRENCE && icalerrno == ICAL_NO_ERROR;
    icalerror_clear_errno();
    if (!understood)
        return "RFC 5545 does not know this; see docs/reference/schedules.md";
    int64_t first = rd_schedule_next(
        schedule, rd_zone_utc_ms(schedule->zone, schedule->from_day * 86400000ll) - 1);
    icalerror_clear_errno();
    return first == INT64_MAX ? "there is no such day, ever" : NULL;
}

static void build_rule(const struct schedule_build *b)
{
    struct rule rule;
    if (!rule_split(b, &rule))
        return;
    const char *why = rule_fault(b, &rule);
    if (!why && b->schedule->zone)
        why = rule_expand(b);
    if (why)
        build_error(b, "rule", why);
}

static const char *calendar_guess(const struct schedule_build *b, const char *name)
{
    const struct rd_model *model = b->model;
    const char **names =
        rd_arena_alloc(build_arena(b), (model->calendar_count + 1) * sizeof *names);
    for (size_t i = 0; i < model->calendar_count; i++)
        names[i] = rd_calendar_name(model->calendars[i]);
    return rd_model_guess(build_arena(b), name, names, model->calendar_count);
}

static void build_times(const struct schedule_build *b)
{
    struct rd_schedule *schedule = b->schedule;
    struct rd_error error = RD_ERROR_NONE;
    const char *zone = rd_map_text(b->spec, "zone", NULL), *on = rd_map_text(b->spec, "on", NULL);
    const char *from = rd_map_text(b->spec, "from", NULL);
    schedule->zone = b->model->local;
    if (zone && rd_zone_open(zone, &schedule->zone, &error) == RD_OK)
        schedule->zone_own = true;
    else if (zone)
        build_error(b, "zone", error.text);
    schedule->from_day = BUILD_FROM_DAY;
    schedule->from_given = from != NULL;
    if (from && !rd_date_read(from, &schedule->from_day))
        build_error(b, "from", "it is no date such as 2026-12-24");
    schedule->on = on ? rd_model_calendar(b->model, on) : NULL;
    if (on && !schedule->on)
        build_error(
            b, "on",
            rd_arena_printf(build_arena(b), "no calendar '%s'%s", on, calendar_guess(b, on)));
}

/* ---- the record that it starts ---- */

static const char *data_exists(const struct schedule_build *b, const struct rd_type *type,
                               const struct rd_value *inside)
{
    const struct rd_organisation *organisation = &b->model->organisation;
    if (type->kind == RD_TYPE_REFERENCE)
        return "a schedule knows no record to refer to";
    if (inside->kind != RD_TEXT)
        return NULL;
    if (type->kind == RD_TYPE_ACCOUNT && !b->model->staff.type && /* it may be a record */
        !rd_account_find(organisation, inside->text))
        return rd_arena_printf(build_arena(b), "no account '%s'", inside->text);
    if (type->kind == RD_TYPE_UNIT && rd_unit_find(organisation, inside->text) < 0)
        return rd_arena_printf(build_arena(b), "no unit '%s'", inside->text);
    return NULL;
}

static void data_field(const struct schedule_build *b, const struct rd_pair *pair)
{
    const struct rd_record_type *type = b->schedule->type;
    struct rd_arena *arena = build_arena(b);
    struct rd_error error = RD_ERROR_NONE;
    struct rd_value inside;
    int at = rd_type_field(type, pair->key);
    if (at < 0) {
        const char **names = rd_arena_alloc(arena, (type->field_count + 1) * sizeof *names);
        for (size_t i = 0; i < type->field_count; i++)
            names[i] = type->fields[i].name;
        build_error(b, "data",
                    rd_arena_printf(arena, "record '%s' has no field '%s'%s", type->name, pair->key,
                                    rd_model_guess(arena, pair->key, names, type->field_count)));
        return;
    }
    const struct rd_type *field = &type->fields[at].type;
    const char *why = rd_type_read(field, &pair->value, arena, &inside, &error) == RD_OK
                          ? data_exists(b, field, &inside)
                          : error.text;
    if (why)
        build_error(b, "data", rd_arena_printf(arena, "field '%s': %s", pair->key, why));
    else
        rd_map_set(arena, &b->schedule->data, type->fields[at].name, inside);
}

/* What the record, or the form that people open it with, does not go without. */
static void data_required(const struct schedule_build *b)
{
    const struct rd_record_type *type = b->schedule->type;
    const struct rd_form *form = NULL;
    for (size_t c = 0; c < b->model->chart_count; c++)
        if (b->model->charts[c].type == type)
            form = b->model->charts[c].open.form;
    for (size_t i = 0; i < type->field_count; i++) {
        const struct rd_field *field = &type->fields[i];
        bool required = field->required;
        for (size_t e = 0; form && e < form->count; e++)
            required |= form->entries[e].record_field == (int)i && form->entries[e].field.required;
        if (required && field->preset.kind == RD_NULL &&
            !(b->schedule->report_name && rd_report_fills(field->name)) &&
            !rd_map_get(rd_map_get(b->spec, "data"), field->name))
            build_error(b, "data",
                        rd_arena_printf(build_arena(b), "record '%s' requires '%s'", type->name,
                                        field->name));
    }
}

static void build_start(const struct schedule_build *b)
{
    const char *start = rd_map_text(b->spec, "start", "?");
    const struct rd_value *data = rd_map_get(b->spec, "data");
    b->schedule->type = rd_model_type(b->model, start);
    b->schedule->data = rd_map();
    if (!b->schedule->type) {
        const char **names =
            rd_arena_alloc(build_arena(b), (b->model->type_count + 1) * sizeof *names);
        for (size_t i = 0; i < b->model->type_count; i++)
            names[i] = b->model->types[i].name;
        build_error(
            b, "start",
            rd_arena_printf(build_arena(b), "no record '%s'%s", start,
                            rd_model_guess(build_arena(b), start, names, b->model->type_count)));
        return;
    }
    if (b->schedule->type->ledger) {
        build_error(b, "start",
                    rd_arena_printf(build_arena(b),
                                    "entries of ledger '%s' are posted by rules; nothing starts "
                                    "one",
                                    start));
        return;
    }
    for (uint32_t i = 0; rd_value_is(data, RD_MAP) && i < data->count; i++)
        data_field(b, &data->pairs[i]);
    data_required(b);
}

/* What is done for each of them, instead of one record. */
static void build_each(const struct schedule_build *b)
{
    const struct rd_value *each = rd_map_get(b->spec, "each");
    struct rd_error error = RD_ERROR_NONE;
    b->schedule->type = rd_model_type(b->model, rd_map_text(each, "type", "?"));
    b->schedule->data = rd_map();
    if (rd_each_build(b->model, each, true, build_arena(b), &b->schedule->each, &error) != RD_OK)
        build_error(b, "each", error.text);
}

static void build_one(const struct schedule_build *b)
{
    const char *missed = rd_map_text(b->spec, "missed", "once");
    const struct rd_value *title = rd_map_get(b->spec, "title");
    *b->schedule = (struct rd_schedule){
        .name = rd_map_text(b->spec, "name", "?"),
        .file = rd_map_text(b->spec, "file", "rules"),
        .line = (int)rd_map_int(b->spec, "line", 0),
        .title = title ? *title : rd_null(),
        .rule = rd_map_text(b->spec, "rule", ""),
        .at_minute = (int32_t)rd_map_int(b->spec, "at", 0),
        .missed = strcmp(missed, "each") == 0   ? RD_MISSED_EACH
                  : strcmp(missed, "skip") == 0 ? RD_MISSED_SKIP
                                                : RD_MISSED_ONCE,
        .owner = rd_map_text(b->spec, "owner", NULL),
        .report_name = rd_map_text(b->spec, "report", NULL),
        .each = rd_null(),
    };
    build_times(b);
    build_rule(b);
    if (rd_map_get(b->spec, "each"))
        build_each(b);
    else
        build_start(b);
    b->schedule->spot = rd_model_spot(b->model, b->schedule->file, b->schedule->line,
                                      "schedule '%s' comes", b->schedule->name);
}

void rd_schedules_build(struct rd_model *model, const struct rd_value *list,
                        struct rd_findings *findings)
{
    if (list->count > RD_SCHEDULES_MAX) {
        rd_finding_error(findings, rd_map_text(&list->items[0], "file", "rules"), 0,
                         "%u schedules; %d is the limit", list->count, RD_SCHEDULES_MAX);
        return;
    }
    model->schedules = rd_arena_zalloc(&model->arena, list->count + 1, sizeof *model->schedules);
    for (uint32_t i = 0; i < list->count; i++) {
        struct schedule_build build = { .model = model,
                                        .findings = findings,
                                        .spec = &list->items[i],
                                        .schedule = &model->schedules[model->schedule_count++] };
        build_one(&build);
    }
}
