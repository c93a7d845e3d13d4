/* Back-tests: what a candidate policy would have decided on work that is done.
 *
 *   the journal, from its first entry ─▶ a store of its own, entry by entry, as it was then
 *      before each entry: the same command, ring or step is asked of the candidate, and
 *      what comes of it is held against what the entry says ─▶ differences, added up
 *
 * Quick: each decision is asked for itself, on the facts of its moment: what really happened goes
 * on being the past of the next one. Where the candidate answers otherwise, the rules of that day
 * are asked as well: only what they give again to the letter is called a difference; the rest is
 * counted apart, with the reason. Nothing is written into the data directory, and a daemon may hold
 * it meanwhile.
 *
 * Full: the candidate decides from the beginning of each case on, and what it decided is the past
 * of the next thing that happens; a case stops where people would have been asked something else.
 */
#ifndef RD_KERNEL_BACKTEST_H
#define RD_KERNEL_BACKTEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/value.h"
#include "domain/finding.h"

struct rd_policy_source;
struct rd_backtest; /* one that is under way */

struct rd_backtest_options {
    const char *journal_dir; /* DIR/journal of the data directory; read only */
    const char *scratch_dir; /* exists and is empty: the store is made anew there, and left */
    const struct rd_policy_source *sources; /* of the candidate */
    size_t source_count;
    /* Entries of [since, until) are asked again: "2026-03-01", that day's beginning in the
     * candidate's zone, or an RFC 3339 time; NULL: from the first, to the last. */
    const char *since, *until;
    uint64_t from_seq;  /* entries before this one are not asked again; 0: all are */
    const char *type;   /* only records of this type; NULL: all */
    uint32_t cases_max; /* shown one by one, the weightiest; at most RD_BACKTEST_CASES_MAX */
    /* Whole cases are run again in a world of the candidate's own, with their timers, those that
     * were opened in [since, until); not with from_seq, recent_max or follow. */
    bool full;
    /* It is asked as if it had come into force at `since`, or before `from_seq`: cases that were
     * open then keep the workflow that it lets them keep. Else it stands in the place of whatever
     * rules were in force, and cases keep what they kept beside these. Whole cases are always run
     * so. */
    bool activated;
    uint32_t recent_max; /* the newest differences, one by one; at most RD_BACKTEST_CASES_MAX */
    /* Called every few hundred entries with those read and all; false ends it (RD_CANCELLED). May
     * be NULL. */
    bool (*progress)(void *context, uint64_t done, uint64_t all);
    /* The journal goes on: called when all `done` entries of which it is known that they will stay
     * have been read. Waits, and returns the newest one that is flushed by now; 0: that was the
     * end. It may ask what there is to be told so far. NULL: the journal ends where it ended. */
    uint64_t (*follow)(void *context, struct rd_backtest *test, uint64_t done);
    void *context;
};

#define RD_BACKTEST_CASES_MAX 1000

/* Runs it; `result` is made in the arena: docs/backtest.md tells its members.
 * RD_CHECK_FAILED: the candidate has errors, see `findings`; RD_INVALID_PARAMS: no such type or
 * time; RD_NOT_FOUND: no journal there;
 * RD_CORRUPT: damage in it. */
enum rd_status rd_backtest_run(const struct rd_backtest_options *options, struct rd_arena *arena,
                               struct rd_value *result, struct rd_findings *findings,
                               struct rd_error *error) RD_MUST_CHECK;
/* For `follow`: the result as it would be if the journal ended here, made in the arena. */
struct rd_value rd_backtest_so_far(struct rd_backtest *test, struct rd_arena *arena);

#endif
