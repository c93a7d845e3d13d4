/* The simulator: a seeded company that works through months in seconds, in this process.
 *
 * It knows no complaint. People, record types, events, forms and authority come from the policy
 * that is simulated, so any company's rules can be put through it. Everything random comes from the
 * seed, every time from the manual clock: the same seed gives the same journal and the same final
 * hash.
 *
 *   day ─▶ arrivals by hour ─▶ book (who is due when) ─▶ acts in batches ─▶ kernel
 *                                     ▲                                       │
 *                                     └── what the journal says happened ─────┘
 *   after each batch and each day: checks (what must hold whatever people do)
 */
#ifndef RD_CLI_SIM_H
#define RD_CLI_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/value.h"
#include "domain/model.h"
#include "kernel/kernel.h"

/* ---- sim_random.c: numbers from the seed ---- */

struct rd_sim_random {
    uint64_t seed, block;
    unsigned char bytes[512];
    size_t used;
};

/* The numbers of this seed from the first one on. */
void rd_sim_random_init(struct rd_sim_random *random, uint64_t seed);
/* 0 <= result < below (at least 1). */
uint64_t rd_sim_draw(struct rd_sim_random *random, uint64_t below);
bool rd_sim_chance(struct rd_sim_random *random, unsigned per_mille);

/* ---- sim_book.c: the records that the simulation knows, and when somebody looks at each next ----
 */

#define RD_SIM_NEVER INT64_MAX

struct rd_sim_case {
    struct rd_id id;
    const struct rd_record_type *type;
    int state; /* of its chart; -1: none */
    int64_t next_ms;
    uint64_t rung;     /* limits of its state that rang since it was entered; bit = index */
    uint32_t attempts; /* refused in a row */
    bool within_rang, dirty;
    uint32_t heap_at; /* its place in the heap, while next_ms is not RD_SIM_NEVER */
    /* fitted to the past (course.h): its twin and the twin's next step, what is planned (indexes of
     * the past + 1; 0: none), since when it waits; the newest record that was started by something
     * done to it, and the one before of the same parent (indexes of the book + 1) */
    uint32_t twin, step, plan, child, sibling;
    int64_t since_ms;
};

struct rd_sim_book {
    struct rd_sim_case *cases;
    size_t count, cap;
    uint32_t *slots; /* hash of id -> index + 1 */
    size_t slot_count;
    uint32_t *heap; /* indexes, the earliest next_ms first */
    size_t heap_count, heap_cap;
    uint32_t *dirty; /* touched since the checks of the day */
    size_t dirty_count, dirty_cap;
};

/* Frees what it holds. */
void rd_sim_book_fini(struct rd_sim_book *book);
/* NULL where it is not known. Borrowed until the next add. */
struct rd_sim_case *rd_sim_book_find(struct rd_sim_book *book, struct rd_id id);
struct rd_sim_case *rd_sim_book_add(struct rd_sim_book *book, struct rd_id id,
                                    const struct rd_record_type *type);
/* Somebody looks at it again at that time. */
void rd_sim_book_plan(struct rd_sim_book *book, struct rd_sim_case *item, int64_t at_ms);
/* The same, wherever it was planned before; RD_SIM_NEVER: nobody does. */
void rd_sim_book_move(struct rd_sim_book *book, struct rd_sim_case *item, int64_t at_ms);
/* Takes the earliest that is due by `until_ms`, NULL where none is. */
struct rd_sim_case *rd_sim_book_due(struct rd_sim_book *book, int64_t until_ms);
/* The earliest time at which one is due. */
int64_t rd_sim_book_next(const struct rd_sim_book *book);
void rd_sim_book_touch(struct rd_sim_book *book, struct rd_sim_case *item);

/* ---- the simulation ---- */

struct rd_sim_count { /* something by name, in the order in which it was first seen */
    char name[48];
    uint64_t count;
};
#define RD_SIM_COUNTS_MAX 128
struct rd_sim_counts {
    struct rd_sim_count items[RD_SIM_COUNTS_MAX];
    size_t count;
};
void rd_sim_count(struct rd_sim_counts *counts, const char *name, uint64_t by);

#define RD_SIM_PEOPLE_MAX 512
struct rd_sim_person {
    const struct rd_account *account;
    int64_t away_until_ms;
};

#define RD_SIM_BREACHES_KEPT 20

struct rd_course;

struct rd_sim {
    struct rd_course *course; /* NULL: people know the rules only, and not the past */
    struct rd_kernel *kernel;
    const struct rd_model *model;
    struct rd_arena kept, arena; /* of the whole run; of a batch */
    struct rd_sim_random random;
    struct rd_sim_book book;
    struct rd_sim_person people[RD_SIM_PEOPLE_MAX];
    size_t people_count;
    int64_t start_ms, end_ms, now_ms;
    uint64_t cases, opened; /* to be opened by people; so far */
    uint64_t seq;           /* the journal is read up to here */
    uint64_t serial;        /* makes texts differ that must */
    /* what came of it */
    struct rd_sim_counts opened_types, started_types, events, refusals, attacks, checks;
    uint64_t acts, rings, batches, entries;
    uint64_t breach_count;
    const char *breaches[RD_SIM_BREACHES_KEPT];
};

/* Something that must hold does not: counted, the first ones kept as sentences. */
void rd_sim_breach(struct rd_sim *sim, const char *format, ...) RD_PRINTF(2, 3);

/* ---- sim_form.c: forms filled in by somebody who knows the field types only ---- */

/* A plausible form: required fields always, others often. False where it can't be filled in (a
 * reference to a type of which nothing exists yet). Values in sim->arena. */
bool rd_sim_form(struct rd_sim *sim, const struct rd_form *form, struct rd_value *out);
/* The same for a record without a chart. */
bool rd_sim_fields(struct rd_sim *sim, const struct rd_record_type *type, struct rd_value *out);
/* Spoils a form in one of several ways, all of which must be refused. */
void rd_sim_form_spoil(struct rd_sim *sim, struct rd_value *form);

/* ---- sim_people.c: who does it ---- */

/* The accounts of the policy that is simulated. */
void rd_sim_people_init(struct rd_sim *sim);
/* Whether one of the rows is for a role that he has. */
bool rd_sim_people_can(const struct rd_permission *permission, const struct rd_account *account);
/* Some are away today. */
void rd_sim_people_day(struct rd_sim *sim);
/* Somebody present who has a role of one of the rows; `owner` is asked first, then
 * mostly those of `unit`; both may be NULL. NULL: nobody. */
const struct rd_account *rd_sim_people_pick(struct rd_sim *sim,
                                            const struct rd_permission *permission,
                                            const char *owner, const char *unit);
/* The same, of those whose narrowest role it is where there are any; -1: no such wish. */
const struct rd_account *rd_sim_people_pick_role(struct rd_sim *sim,
                                                 const struct rd_permission *permission,
                                                 const char *owner, const char *unit, int role);
/* Anybody at all. */
const struct rd_account *rd_sim_people_any(struct rd_sim *sim);

/* ---- sim_act.c: one batch of people's acts ---- */

/* Opens so many new cases; fewer where nothing can be opened. */
enum rd_status rd_sim_open(struct rd_sim *sim, size_t count, struct rd_error *error) RD_MUST_CHECK;
/* Opens what comes by now in a simulation that is fitted to the past. */
enum rd_status rd_sim_open_twins(struct rd_sim *sim, struct rd_error *error) RD_MUST_CHECK;
/* Somebody looks at it again later, unless it is over or nobody gets on with it. */
void rd_sim_again(struct rd_sim *sim, struct rd_sim_case *item);
/* Lets people act on what is due now; at most one batch. */
enum rd_status rd_sim_act(struct rd_sim *sim, struct rd_error *error) RD_MUST_CHECK;
/* One request as the process itself (administrator). */
enum rd_status rd_sim_call(struct rd_sim *sim, const char *method, struct rd_value *params,
                           struct rd_value *result, struct rd_error *error) RD_MUST_CHECK;

/* ---- sim_follow.c: what the journal says happened ---- */

/* Reads what the journal has new and keeps the book by it. */
enum rd_status rd_sim_follow(struct rd_sim *sim, struct rd_error *error) RD_MUST_CHECK;

/* ---- sim_check.c: what must hold ---- */

/* Of every record touched since the last time: its clocks fit its state. */
enum rd_status rd_sim_check_day(struct rd_sim *sim, struct rd_error *error) RD_MUST_CHECK;
/* At the end: every ledger's balances are the sums of its entries. */
enum rd_status rd_sim_check_end(struct rd_sim *sim, struct rd_error *error) RD_MUST_CHECK;

/* ---- sim_day.c ---- */

struct rd_policy;
struct rd_policy_source;

/* In the caller's storage, with the numbers of this seed. */
void rd_sim_init(struct rd_sim *sim, uint64_t seed);
/* Frees what it holds; the kernel is closed, and the policy is the caller's. */
void rd_sim_fini(struct rd_sim *sim);
/* A kernel in that directory, which wears the policy, at sim->start_ms. Findings as of
 * rd_kernel_open. */
enum rd_status rd_sim_begin(struct rd_sim *sim, const char *dir, struct rd_policy *policy,
                            const struct rd_policy_source *sources, size_t count,
                            struct rd_findings *findings, struct rd_error *error) RD_MUST_CHECK;
/* "2026-03-02": midnight there, in the zone; false where it is no day. `months` (may be negative)
 * later. */
bool rd_sim_day_ms(const struct rd_zone *zone, const char *day, int64_t months, int64_t *out);
/* So many months after the local day of an instant. */
int64_t rd_sim_months_ms(const struct rd_zone *zone, int64_t at_ms, int64_t months);

/* The population that must be there before anything can be opened, then all days. */
enum rd_status rd_sim_run(struct rd_sim *sim,
                          void (*progress)(void *context, int64_t done_ms, int64_t all_ms),
                          void *context, struct rd_error *error) RD_MUST_CHECK;

#endif
