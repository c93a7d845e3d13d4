/* The past: what a journal says people did, in a form that can be measured and played again.
 *
 *   journal ─▶ cases, each with its steps: in which state, what, by whom, after how long
 *           ─▶ time limits that ended: kept, or rung
 *           ─▶ the rules that were in force, and since when
 *
 * It is read the same way from a company's history and from what a simulation wrote, so that both
 * are measured by one rule. Of forms only what the policy itself has words or numbers for is kept:
 * nothing that somebody wrote in his own words, and no name of a customer.
 */
#ifndef RD_CLI_PAST_H
#define RD_CLI_PAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/names.h"
#include "base/value.h"
#include "domain/model.h"

#define RD_PAST_DAY_MS 86400000ll
#define RD_PAST_HOUR_MS 3600000ll

/* Names are symbols of rd_past.names: the same name is the same pointer. */
struct rd_past_step {
    const char *state, *event; /* event NULL: up to here nobody had done anything, and then the
                                  clock or another record moved the case, or it is not known */
    uint32_t next;             /* index + 1 of the case's next one; 0: the last */
    uint16_t role;             /* of rd_past.roles; 0: not known */
    uint16_t who;              /* of rd_past.actors */
    int64_t from_ms, at_ms;    /* since when it waited; when it was done */
    struct rd_value form;      /* inside values; null: nothing of use */
};

struct rd_past_case {
    uint64_t id;
    const char *type;
    const char *state;       /* in which it was last; NULL: without a chart */
    bool by_people;          /* somebody opened it; otherwise a rule did */
    bool imported;           /* its opening came in by an import */
    uint16_t role;           /* of who opened it */
    uint32_t first, last;    /* its steps: index + 1; 0: none */
    uint32_t child, sibling; /* what rules started when something was done to it, in their order:
                                index + 1 of the first, of the next; 0: none */
    uint32_t last_child;
    int64_t opened_ms, since_ms; /* since: it has waited since then */
    struct rd_value form;        /* what it was opened with */
};

/* A time limit, by the type and its own name: "received", "received.2", "within". */
struct rd_past_limit {
    const char *type;
    const char *name;
};

struct rd_past_outcome {
    uint32_t limit; /* of rd_past.limits */
    bool rang;
    int64_t at_ms;
};

struct rd_past_rules { /* a generation that was activated */
    int64_t since_ms;
    struct rd_value files; /* path -> text, of `arena` */
    struct rd_arena arena;
};

struct rd_past_actor {
    const char *name;
    uint16_t role;
};

#define RD_PAST_RULES_MAX 64 /* generations; the newest ones are kept */

struct rd_past {
    struct rd_names names; /* of the journal */
    struct rd_arena arena;
    struct rd_past_case *cases;
    size_t case_count, case_cap;
    uint32_t *slots; /* hash of id -> index + 1 */
    size_t slot_count;
    struct rd_past_step *steps;
    size_t step_count, step_cap;
    struct rd_past_limit *limits;
    size_t limit_count, limit_cap;
    struct rd_past_outcome *outcomes;
    size_t outcome_count, outcome_cap;
    struct rd_past_actor *actors; /* the first is nobody that is known */
    size_t actor_count, actor_cap;
    const char *roles[RD_ROLES_MAX + 1]; /* the first is "": not known */
    size_t role_count;
    struct rd_past_rules *rules[RD_PAST_RULES_MAX];
    size_t rules_count;
    const char **types; /* by number */
    size_t type_cap;
    int64_t first_ms, last_ms; /* of what people did; first > last: nothing */
    uint64_t entries, imported_steps, sharp_opened, people_opened;
};

struct rd_past_options {
    const char *journal_dir;      /* read only; a daemon may go on with it */
    const struct rd_model *model; /* whose accounts say what role somebody has */
    int64_t since_ms, until_ms;   /* cases that were opened before are left out; nothing from
                                     `until` on is looked at */
};

/* Reads the whole journal, its chain proven on the way. The caller closes the past, also after an
 * error. RD_LIMIT_EXCEEDED where it holds more than RD_PAST_STEPS_MAX acts; RD_CORRUPT,
 * RD_NOT_FOUND as the journal says. */
enum rd_status rd_past_read(const struct rd_past_options *options, struct rd_past *past,
                            struct rd_error *error) RD_MUST_CHECK;
/* Frees what it holds. */
void rd_past_fini(struct rd_past *past);
/* NULL where it is not known. Borrowed until the past is closed. */
struct rd_past_case *rd_past_find(const struct rd_past *past, uint64_t id);
/* The rules that were in force at that time; NULL: none are kept. */
const struct rd_past_rules *rd_past_rules_at(const struct rd_past *past, int64_t at_ms);

/* How limits ended in [from, until): one for each of past->limits, in the arena. */
struct rd_past_rate {
    uint64_t ended, rang;
};
struct rd_past_rate *rd_past_rates(const struct rd_past *past, int64_t from_ms, int64_t until_ms,
                                   struct rd_arena *arena);

#endif
