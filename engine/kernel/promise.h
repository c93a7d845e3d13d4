/* Promises: the tests that admins write beside their rules, run in-process on a manual clock, with
 * coverage. */
#ifndef RD_KERNEL_PROMISE_H
#define RD_KERNEL_PROMISE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "policy/policy.h"

/* One test that ran. */
struct rd_promise {
    const char *title, *file;
    int line;
    bool kept;
    const char *why;       /* where it is broken: "scripts/complaint_test.lua:14: expected state
                              'verified', got 'explained' (rule ...)" */
    int broken_line;       /* of the step (or what is given) at which it is; 0: it is kept */
    enum rd_status status; /* of what was asked there: RD_OK where the answer is not as expected */
    int32_t broken_step;   /* that step's number, from 0; the first record given is -1, the second
                              -2, ... */
    struct rd_value stood; /* { "complaint.received" = 2 }: behind which step (or what given, as
                              above) a record was first found there. In the arena */
};

struct rd_promise_report {
    size_t run, kept;
    struct rd_promise *promises; /* in the arena; `run` of them */
    /* Coverage: what no promise visited. */
    size_t spots, visited;
    struct {
        const char *file;
        int line;
        const char *text;
    } * missed; /* in the arena; spots - visited of them, source order */
    /* The states in which a record was found behind some step, read back from the store, with the
     * first promise that found one there: { "complaint.received" = "scripts/complaint_test.lua:7"
     * }. In the arena. */
    struct rd_value stood;
};

/* Runs every test of a policy made of these sources; each one in a store of its own in a temporary
 * directory (on $TMPDIR or /dev/shm or /tmp), removed afterwards. `progress` may be NULL. RD_OK
 * also where promises are broken: look at the report. Other statuses: they could not be run. */
enum rd_status rd_promises_run(const struct rd_policy_source *sources, size_t count,
                               const char *only,
                               void (*progress)(void *context, const struct rd_promise *promise),
                               void *context, struct rd_arena *arena,
                               struct rd_promise_report *report,
                               struct rd_error *error) RD_MUST_CHECK;

#endif
