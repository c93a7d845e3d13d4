/* Conditions: `where` as a policy writes it. What only the asking knows ($me, $today, a parameter)
 * is a term; a condition with all its terms known is a filter. */
#ifndef RD_DOMAIN_CONDITION_H
#define RD_DOMAIN_CONDITION_H

#include "domain/authority.h"
#include "domain/filter.h"

struct rd_model;
struct rd_zone;

enum rd_term_kind {
    RD_TERM_CONSTANT,
    RD_TERM_EMPTY, /* $none */
    RD_TERM_ME,
    RD_TERM_MY_UNIT,
    RD_TERM_MY_GROUP,
    RD_TERM_TODAY,
    RD_TERM_WEEK, /* its Monday */
    RD_TERM_MONTH,
    RD_TERM_YEAR,
    RD_TERM_PARAM,
};

struct rd_term {
    enum rd_term_kind kind;
    struct rd_value value; /* CONSTANT, inside */
    int param;             /* PARAM, or whose number is added to a day; -1 */
    bool optional;         /* left out where the parameter is not given */
    int64_t add;           /* days, weeks, months, years; or 1 or -1 times the parameter */
};

struct rd_condition {
    struct rd_subject subject;
    enum rd_filter_kind kind;
    struct rd_term *terms; /* RANGE: from, to */
    size_t term_count;
    bool has_from, has_to;
    int line;
};

/* What conditions are built in: the record type, the parameters that may be named (NULL: none, and
 * nothing of the asker either), and how findings begin ("view 'x'"). */
struct rd_condition_build {
    struct rd_model *model;
    struct rd_findings *findings;
    const char *file, *what;
    const struct rd_record_type *type;
    const struct rd_field *params;
    size_t param_count;
    uint64_t *params_used; /* bits; NULL */
};

/* Builds a list of { name, value, line }. Each fault is a finding at its line; conditions with one
 * are left out. */
void rd_conditions_build(const struct rd_condition_build *build, const struct rd_value *list,
                         struct rd_condition **out, size_t *count);
/* Whether the condition is always there, whatever is given. */
bool rd_condition_is_firm(const struct rd_condition *condition);
/* Whether a parameter is needed by a condition that goes without it. */
bool rd_condition_needs(const struct rd_condition *condition, int param);

/* What a condition's terms are known by. */
struct rd_asking {
    const struct rd_organisation *organisation;
    const struct rd_actor *actor;
    const struct rd_zone *zone;
    int64_t now_ms;
    const struct rd_value *params; /* inside values; null: not given */
};

/* Makes filters of those conditions that have something to ask. RD_INVALID_PARAMS where the asker
 * has no unit, group or account and is asked for it. In the arena. */
enum rd_status rd_conditions_resolve(const struct rd_condition *conditions, size_t count,
                                     const struct rd_asking *asking, struct rd_arena *arena,
                                     struct rd_filter *out, size_t *out_count,
                                     struct rd_error *error) RD_MUST_CHECK;

#endif
