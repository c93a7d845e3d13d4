/* The organisation: roles from narrow to wide, the tree of units, accounts. */
#ifndef RD_DOMAIN_ORGANISATION_H
#define RD_DOMAIN_ORGANISATION_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

#include "base/value.h"
#include "domain/finding.h"

#define RD_ROLES_MAX 64 /* a set of roles is one word */

struct rd_role {
    const char *name;
    struct rd_value title;
    uint64_t includes; /* itself and every role that it is, also through others; bit = index */
    int line;
};

struct rd_unit {
    const char *name;
    struct rd_value title;
    int under; /* index of the parent, -1 at the top */
    int line;
};

/* In an entry whose author is written nowhere; no account has this name. */
#define RD_ANONYMOUS "anonymous"

struct rd_account {
    const char *name;  /* "ben" */
    const char *title; /* "Ben Zhou", or the name */
    int unit;          /* index, -1: none */
    const char *group; /* NULL: none */
    uint64_t roles;    /* with all that they include */
    uint64_t named;    /* just those that the policy names */
    int64_t uid;       /* -1: none */
    int line;
    const char *person; /* whoever has several accounts has the same in each; NULL: not said */
    /* Of accounts that are records (staff.h): the record, 0 for the policy's own; whether its
     * state is a working one; absence; who stands in for it, and until when. */
    uint64_t record;
    bool left;
    int64_t away_until_ms, deputy_until_ms;
    const char *deputy;
};

struct rd_organisation {
    struct rd_role *roles;
    size_t role_count;
    uint64_t administrator; /* what the role of that name includes; 0 where there is none */
    struct rd_unit *units;
    size_t unit_count;
    struct rd_account *accounts; /* sorted by name */
    size_t account_count;
    uint32_t *units_by_name;   /* indexes of units in the order of their names */
    uint32_t *accounts_by_uid; /* of the accounts that have one */
    size_t uid_count;
};

/* Builds from the normal form's roles, units and accounts; false where findings were errors. */
bool rd_organisation_build(struct rd_arena *arena, const struct rd_value *normal,
                           struct rd_findings *findings, struct rd_organisation *out);
/* Index of a role or unit, -1 where unknown. */
int rd_role_find(const struct rd_organisation *organisation, const char *name);
int rd_unit_find(const struct rd_organisation *organisation, const char *name);
const struct rd_account *rd_account_find(const struct rd_organisation *organisation,
                                         const char *name);
const struct rd_account *rd_account_by_uid(const struct rd_organisation *organisation,
                                           uint32_t uid);
/* Whether `unit` is `top` or lies below it. */
bool rd_unit_is_below(const struct rd_organisation *organisation, int unit, int top);

#endif
