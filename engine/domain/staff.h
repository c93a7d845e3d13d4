/* Staff as records: which record type holds the company's people, and which of its fields mean
 * what. One such record is one account, beside those that the policy lists itself. */
#ifndef RD_DOMAIN_STAFF_H
#define RD_DOMAIN_STAFF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/value.h"
#include "domain/finding.h"

struct rd_model;
struct rd_record_type;

/* X(NAME, key in `staff = { ... }`, kind, whether it must be given) */
#define RD_STAFF_FIELD_MAP(X)                                                                      \
    X(ACCOUNT, "account", RD_TYPE_TEXT, true)                                                      \
    X(NAME, "name", RD_TYPE_TEXT, false)                                                           \
    X(UNIT, "unit", RD_TYPE_UNIT, false)                                                           \
    X(GROUP, "group", RD_TYPE_TEXT, false)                                                         \
    X(ROLES, "roles", RD_TYPE_LIST, true)                                                          \
    X(PERSON, "person", RD_TYPE_TEXT, false)                                                       \
    X(AWAY_UNTIL, "away_until", RD_TYPE_INSTANT, false)                                            \
    X(DEPUTY, "deputy", RD_TYPE_ACCOUNT, false)                                                    \
    X(DEPUTY_UNTIL, "deputy_until", RD_TYPE_INSTANT, false)

enum rd_staff_field {
#define RD_STAFF_FIELD_ENUM(name, key, kind, must) RD_STAFF_##name,
    RD_STAFF_FIELD_MAP(RD_STAFF_FIELD_ENUM)
#undef RD_STAFF_FIELD_ENUM
        RD_STAFF_FIELDS
};

struct rd_staff {
    const struct rd_record_type *type; /* NULL: the policy's own accounts are all that there are */
    const char *file;
    int line;
    int fields[RD_STAFF_FIELDS]; /* of the type; -1: none */
    const char **working;        /* states in which one is an account; none: in any */
    size_t working_count;
};

/* Builds from the normal form's `staff`, when records and charts are built. Findings: no such
 * record or field (with the nearest guess), a field of another kind, a login that is not unique, a
 * state that the workflow does not have, a deputy without an end. */
void rd_staff_build(struct rd_model *model, const struct rd_value *normal,
                    struct rd_findings *findings);
/* The name of a field in a staff record; NULL: none. */
const char *rd_staff_field_name(const struct rd_staff *staff, enum rd_staff_field field);
/* Whether one in this state (NULL: without a chart) is an account. */
bool rd_staff_is_working(const struct rd_staff *staff, const char *state);

#endif
