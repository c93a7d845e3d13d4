/* Authority: who may do what. Nothing is allowed that no row lists. */
#ifndef RD_DOMAIN_AUTHORITY_H
#define RD_DOMAIN_AUTHORITY_H

#include "domain/decision.h"
#include "domain/organisation.h"

struct rd_ceiling;
struct rd_model;

enum rd_reach {
    RD_REACH_OWN,
    RD_REACH_GROUP,
    RD_REACH_UNIT,
    RD_REACH_BRANCH,
    RD_REACH_ALL,
    RD_REACH_UNOWNED, /* what nobody owns just now: the field of its owner is empty */
    RD_REACHES
};

struct rd_authority_row {
    const char *id, *file;
    int line;
    const char **commands; /* "complaint.grant", "complaint.*", "*" */
    size_t command_count;
    uint64_t from; /* roles, any of them */
    enum rd_reach reach;
    const struct rd_decision *up_to; /* NULL: no limit */
    const char *amount;              /* the field that is compared with it */
    const char **unless;             /* guards of the record's workflow */
    size_t unless_count;
    struct rd_ceiling *ceilings; /* domain/ceiling.h */
    size_t ceiling_count;
    const char **other_than; /* account fields of the record: none of them holds this person */
    size_t other_than_count;
    uint32_t spot;
    const char *place; /* "file:line" (link.h) */
};

/* The rows that speak of one command, in the order of the policy. */
struct rd_permission {
    const char *command;
    bool named;    /* rows with a pattern do not mean it: TYPE.secret and the like (secrecy.h) */
    bool beside;   /* the engine's, and a record has its first word: WORD.* does not mean it */
    bool internal; /* an event that timers and other records send: no row may name it */
    const struct rd_authority_row **rows;
    size_t row_count;
};

/* Who acts. */
struct rd_actor {
    /* account name, RD_ANONYMOUS, "system" (timers), or "administrator" (uid without an account) */
    const char *name;
    const char *behind;               /* the administrator that acts `as` this account; NULL */
    const struct rd_account *account; /* NULL: system or administrator */
    uint64_t roles;
    /* Those whom he stands in for now; and the one of them by whose right this command is done. */
    const struct rd_account *delegators[RD_DELEGATORS_MAX];
    size_t delegator_count;
    const struct rd_account *behalf;
    /* Under which name `behind` counts for four eyes: his account's, else "administrator", which
     * all who have the machine share. NULL: nobody, or the program itself, which plays everybody.
     */
    const char *behind_person;
    /* What his token is for, where that is less than he may; else NULL. A list of texts. */
    const struct rd_value *scopes;
    bool system;        /* a timer: the chart itself */
    bool administrator; /* by uid: may use the operator's methods without a row */
};

/* Whose a record is, for reach. */
struct rd_belonging {
    const char *owner;     /* account, or NULL */
    const char *opened_by; /* account, or NULL */
    int unit;              /* index or -1: then the owner's */
    const struct rd_account
        *account; /* the owner's, else the opener's; NULL: nobody that is known */
};

/* Commands that belong to no record: what authority rows may name besides TYPE.read, TYPE.create,
 * TYPE.update, TYPE.refer and TYPE.EVENT. The kernel's table of methods refers to these. */
#define RD_OPERATION_MAP(X)                                                                        \
    X("account.revoke")                                                                            \
    X("account.token")                                                                             \
    X("account.tokens")                                                                            \
    X("clock.advance")                                                                             \
    X("decision.evaluate")                                                                         \
    X("feed.subscribe")                                                                            \
    X("import.run")                                                                                \
    X("job.list")                                                                                  \
    X("ledger.verify")                                                                             \
    X("notice.list")                                                                               \
    X("person.confirm")                                                                            \
    X("person.erase")                                                                              \
    X("policy.confirm")                                                                            \
    X("policy.info")                                                                               \
    X("policy.reload")                                                                             \
    X("report.run")                                                                                \
    X("schedule.list")                                                                             \
    X("server.metrics")                                                                            \
    X("staff.read")                                                                                \
    X("standby.fence")                                                                             \
    X("store.stat")                                                                                \
    X("backup.create")

/* Lists every command of the model: the engine's, each record's, each event's. A finding where one
 * of a record or an event is spelled as one of the engine's. */
void rd_permissions_name(struct rd_model *model, struct rd_findings *findings);
/* A finding for each event that is spelled as what its record's own command says ("case.read",
 * "case.refer", "case.progress", a level of secrecy): one row would allow both. `create` and
 * `update` may be: the event is how it is made, or changed. For rules that are to come into force
 * (rd_policy_load_new): older ones that do so go on. */
void rd_permissions_apart(const struct rd_model *model, struct rd_findings *findings);
/* Builds all rows, fills and sorts the model's permissions (whose commands the model has listed).
 */
bool rd_authority_build(struct rd_arena *arena, const struct rd_value *normal,
                        struct rd_model *model, struct rd_findings *findings);
/* The permission of a command, made for any name that a row could match; never NULL (it may have no
 * rows). */
const struct rd_permission *rd_permission_of(const struct rd_model *model, const char *command);
/* Whether the actor has one of the row's roles himself. */
bool rd_authority_has_role(const struct rd_authority_row *row, const struct rd_actor *actor);
/* Whether the record lies within the row's reach for one of this name and account (NULL: none). */
bool rd_authority_reaches(const struct rd_organisation *organisation,
                          const struct rd_authority_row *row, const char *name,
                          const struct rd_account *account, const struct rd_belonging *record);
const char *rd_reach_name(enum rd_reach reach);

#endif
