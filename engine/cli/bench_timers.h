/* `redress bench timers`. */
#ifndef RD_CLI_BENCH_TIMERS_H
#define RD_CLI_BENCH_TIMERS_H

#include <stdint.h>

#include "cli/cli.h"

#define RD_TIMERS_SEEN_MAX 64 /* cases that the reading client asks for, one after the other */

/* A store with one deadline a case, as it was left on the disk. */
struct rd_timers_store {
    const char *dir;                   /* DIR/data, DIR/policy; borrowed */
    const char *policy;                /* DIR/policy, in the arena of the caller */
    uint64_t cases, due;               /* wanted */
    int64_t spread_ms;                 /* from the first of those that ring to the last; 0 */
    uint64_t *due_ids;                 /* of the cases that ring, in order; for free() */
    char seen[RD_TIMERS_SEEN_MAX][32]; /* ids of cases that do not ring; the first one is written */
    size_t seen_count;
    int64_t due_ms;    /* the instant at which they ring, or begin to */
    uint64_t last_seq; /* of the journal */
    double seconds;    /* that it took */
};

/* Measures and prints; starts a daemon of its own, with a policy of its own. */
enum rd_status rd_bench_timers(struct rd_cli *cli, struct rd_error *error) RD_MUST_CHECK;
/* Writes DIR/policy: one record with one deadline, on a calendar whose Saturdays work or not. */
enum rd_status rd_timers_policy_write(const struct rd_timers_store *store, bool saturdays,
                                      struct rd_error *error) RD_MUST_CHECK;
/* Fills DIR/data in this process, so that `due` deadlines ring a few seconds after the end of the
 * filling, at one instant or spread evenly, and all the others weeks later. */
enum rd_status rd_timers_fill(struct rd_timers_store *store, struct rd_error *error) RD_MUST_CHECK;
/* When the deadline at this place among those that ring is due. */
int64_t rd_timers_due_ms(const struct rd_timers_store *store, uint64_t at);
/* The result as tables, from what -o json shows. */
void rd_timers_print(struct rd_cli *cli, const struct rd_value *result);

#endif
