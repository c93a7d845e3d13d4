/* What a simulation takes from the past: when cases come, what is done to them, and at whose pace.
 *
 *   days    each simulated day takes the arrivals of a past day of its kind (a Monday, a holiday),
 *           with what they were opened with: hours, channels and types stay together as they were
 *   steps   each case has a twin in the past, and people do to it what they did to the twin; where
 *           the twin says nothing, what was done to others in the same state
 *   pace    how long that takes is counted in the role's own work: so many acts of the role later.
 *           Nights, weekends and holidays pass as they did, and fewer people make it longer
 *
 * What nobody recorded is not invented: that people would work faster when there is more to do is
 * no part of it, and a role never does more in an hour than in the busiest hour of the past.
 */
#ifndef RD_CLI_FIT_H
#define RD_CLI_FIT_H

#include "cli/past.h"

/* Kinds of days: Monday to Sunday, and holidays that fall on days on which there is work otherwise.
 * A working weekend is a day like the one whose work it makes up, or a Friday. */
#define RD_FIT_KINDS 8
#define RD_FIT_HOLIDAY 7
#define RD_FIT_NOBODY 0.05 /* fewer people a day than that: nobody is there on such days */
/* "monday", ..., "sunday", "holiday"; and both languages, for people. */
extern const char *const rd_fit_kind_names[RD_FIT_KINDS];
extern const char *const rd_fit_kind_titles[RD_FIT_KINDS];

/* Of one role. */
struct rd_fit_role {
    double acts[RD_FIT_KINDS][24]; /* in an hour of such a day, on average */
    double people[RD_FIT_KINDS];   /* different ones who did something on such a day, on average */
    uint32_t busiest;              /* acts in one hour, at most */
    uint64_t all;
    double *done; /* acts that the role had on average done by the beginning of each hour */
};

/* What was done, or not, in a state of a chart. */
struct rd_fit_pool {
    uint32_t *steps; /* of past->steps */
    uint32_t count, cap;
};

struct rd_fit {
    const struct rd_past *past;
    const struct rd_model *model;
    const struct rd_calendar *calendar; /* that says which days are holidays */
    int64_t from_ms, until_ms;
    int64_t first_day; /* local, since 1970 */
    size_t days;
    uint32_t kind_days[RD_FIT_KINDS];
    struct rd_fit_role *roles; /* as past->roles; the first is everybody together */
    uint32_t *opened;          /* cases that people opened in a chart, by their day */
    uint32_t *opened_from;     /* by day; `days` + 1 of them */
    uint32_t *pool_from;       /* by chart: the first of its states' pools */
    struct rd_fit_pool *pools;
    uint32_t *by_type; /* all cases in the order of their types */
    uint32_t *by_type_from;
};

/* Fits [from, until) of the past to the model. All are borrowed. RD_BAD_CONFIG where nobody opened
 * anything in that time. */
enum rd_status rd_fit_init(struct rd_fit *fit, const struct rd_past *past,
                           const struct rd_model *model, int64_t from_ms, int64_t until_ms,
                           struct rd_error *error) RD_MUST_CHECK;
/* Frees what it holds. */
void rd_fit_fini(struct rd_fit *fit);
/* Whether somebody opened it as people open cases: no file such as a customer, no rule's work. */
bool rd_fit_is_arrival(const struct rd_model *model, const struct rd_past_case *item);
/* What kind of a day this is. */
int rd_fit_kind(const struct rd_fit *fit, int64_t local_day);
/* The calendar that most of the company's work goes by. */
const struct rd_calendar *rd_fit_calendar(const struct rd_model *model);
/* Acts that the role did, on average, between two times of the past. */
double rd_fit_work(const struct rd_fit *fit, unsigned role, int64_t from_ms, int64_t until_ms);
/* The pool of a state. */
const struct rd_fit_pool *rd_fit_pool(const struct rd_fit *fit, const struct rd_chart *chart,
                                      int state);

/* ---- what if ---- */

#define RD_WHAT_IF_MAX 16

/* "handler -2 sunday", "complaint +20% weekend": more or less of somebody or something. */
struct rd_what_if {
    const char *what; /* a role or a record type; NULL: all */
    int amount;       /* people, or per cent */
    unsigned kinds;   /* bits of days */
};

struct rd_what_ifs {
    struct rd_what_if staff[RD_WHAT_IF_MAX], arrivals[RD_WHAT_IF_MAX];
    size_t staff_count, arrival_count;
};

/* Reads one; `percent`: its amount is one of per cent. RD_USAGE with what it takes. */
enum rd_status rd_what_if_read(struct rd_arena *arena, const struct rd_model *model,
                               const char *text, bool percent, struct rd_what_if *out,
                               struct rd_error *error) RD_MUST_CHECK;
/* So much of the role's pace is there on such a day: 1.0 is as it was. `people`: of that kind of
 * day, as in the past; where there was nobody (RD_FIT_NOBODY), how many there are now. */
double rd_what_if_people(const struct rd_what_ifs *ifs, const char *role, int kind, double people);
/* So many cases come for each one that came: 1000 is as it was. */
unsigned rd_what_if_arrivals(const struct rd_what_ifs *ifs, const char *type, int kind);

#endif
