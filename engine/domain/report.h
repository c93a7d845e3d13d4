/* Reports: what is counted of the records of a period, in sections, each a table.
 *
 *   report "complaint_analysis" { of = "complaint", period = "month", sections = {
 *     { by = "channel", measures = { cases = count, late = { share = true, where = { ... } } },
 *       top = 10, against = "previous" } } }
 */
#ifndef RD_DOMAIN_REPORT_H
#define RD_DOMAIN_REPORT_H

#include "domain/condition.h"

struct rd_schedule;

enum rd_report_period { RD_REPORT_MONTH, RD_REPORT_QUARTER, RD_REPORT_YEAR };

enum rd_measure_kind { RD_MEASURE_COUNT, RD_MEASURE_SHARE, RD_MEASURE_SUM, RD_MEASURE_AVERAGE };

struct rd_measure {
    const char *name;
    enum rd_measure_kind kind;
    struct rd_value title; /* labels, or null */
    int field;             /* SUM, AVERAGE: an integer or money field; -1 */
    bool money;            /* of SUM and AVERAGE: minor units */
    struct rd_filter *filters;
    size_t filter_count;
};

enum rd_by_kind { RD_BY_FIELD, RD_BY_STATE, RD_BY_BRANCH };

struct rd_by {
    const char *name;
    enum rd_by_kind kind;
    int field;             /* FIELD; -1 */
    struct rd_value title; /* labels, or null */
};

struct rd_section {
    struct rd_value title;
    const struct rd_record_type *type;
    struct rd_subject at; /* by which a record belongs to a period: a date or an instant */
    struct rd_filter *filters;
    size_t filter_count;
    struct rd_by by[RD_REPORT_BY_MAX];
    size_t by_count;
    struct rd_measure *measures;
    size_t measure_count;
    size_t top;     /* 0: all */
    bool by_change; /* the greatest change first, not the greatest value */
    bool against;   /* the period before is counted too */
    int line;
};

struct rd_report {
    const char *name, *file;
    int line;
    struct rd_value title;
    const char *owner; /* NULL */
    enum rd_report_period period;
    struct rd_section *sections;
    size_t section_count;
};

/* Days [from, to) of a period, and of the one before it. */
struct rd_report_days {
    int64_t from_day, to_day, before_day;
};
/* The period that the month (1 to 12) lies in. */
struct rd_report_days rd_report_period_of(const struct rd_report *report, int year, int month);
/* The last period that is over on a day. */
struct rd_report_days rd_report_period_before(const struct rd_report *report, int64_t day);
/* "2026-10", "2026-Q4", "2026"; in the arena. */
const char *rd_report_period_text(const struct rd_report *report,
                                  const struct rd_report_days *period, struct rd_arena *arena);

/* Builds the model's reports from their normal form; records, charts and authority are built
 * before. Joins the schedules that file one: what they start must have the fields for it. */
void rd_reports_build(struct rd_model *model, const struct rd_value *list,
                      struct rd_findings *findings);
/* By name; NULL where there is none. */
const struct rd_report *rd_report_find(const struct rd_model *model, const char *name);

/* The fields in which a schedule files a report. */
#define RD_FILED_REPORT "report"
#define RD_FILED_PERIOD "period"
#define RD_FILED_CONTENT "content"
/* Whether the field is one of these. */
bool rd_report_fills(const char *field);

#endif
