/* Schedules: recurrences (RFC 5545, 3.3.10) that start records. A rule is expanded on local dates
 * only; `at` gives the time of the day, the zone makes an instant of the two. A day off of the
 * calendar `on` moves an occurrence to the next working day; occurrences that meet there are one.
 * docs/reference/schedules.md tells it to administrators.
 */
#ifndef RD_DOMAIN_SCHEDULE_H
#define RD_DOMAIN_SCHEDULE_H

#include "domain/chart.h"
#include "domain/finding.h"

struct rd_zone;
struct rd_report;

/* What happens to occurrences that came while nothing ran. */
enum rd_missed {
    RD_MISSED_ONCE, /* one record for all of them */
    RD_MISSED_EACH, /* one record each */
    RD_MISSED_SKIP, /* none */
};

struct rd_schedule {
    const char *name, *file;
    int line;
    struct rd_value title;
    const char *rule;     /* "FREQ=MONTHLY;BYDAY=1MO" */
    int64_t from_day;     /* the first possible day, since 1970; the rule is counted from here */
    bool from_given;      /* otherwise the rule is counted from 2000-01-01 */
    int32_t at_minute;    /* of the local day */
    struct rd_zone *zone; /* owned by the model where `zone_own`, else the company's */
    bool zone_own;
    const struct rd_calendar *on; /* NULL: any day will do */
    const struct rd_record_type *type;
    struct rd_value data; /* fields of the record, inside values */
    struct rd_value
        each; /* the job that it begins instead (job.h), about records of `type`; null */
    enum rd_missed missed;
    const char *owner;              /* who answers for it; NULL */
    uint32_t spot;                  /* visited: it has started a record */
    const char *report_name;        /* the report of the period before is filed in the record */
    const struct rd_report *report; /* the same, found by report.c; NULL: none */
};

/* The word of the policy: "once", "each", "skip". Static. */
const char *rd_missed_name(enum rd_missed missed);

/* The first occurrence after an instant; INT64_MAX: there is none any more. */
int64_t rd_schedule_next(const struct rd_schedule *schedule, int64_t after_ms);
/* How many occurrences lie in (after, until], at most `max`, and the last of those in *last_ms,
 * which is left alone where there is none. */
size_t rd_schedule_count(const struct rd_schedule *schedule, int64_t after_ms, int64_t until_ms,
                         size_t max, int64_t *last_ms);

/* Whether both mean the same instants. */
bool rd_schedule_same_times(const struct rd_schedule *a, const struct rd_schedule *b);

/* Builds the model's schedules from their normal form; the charts are built before. Findings: rules
 * that RFC 5545 or a day does not know, that leave their day open or never come; names that don't
 * exist; data that does not fit the record, or lacks what it requires. */
void rd_schedules_build(struct rd_model *model, const struct rd_value *list,
                        struct rd_findings *findings);
/* Closes what the arena does not. */
void rd_schedules_free(struct rd_model *model);

#endif
