/* What the two halves of the promise runner share: the run of one test, and the judging of one
 * step. */
#ifndef RD_KERNEL_PROMISE_RUN_H
#define RD_KERNEL_PROMISE_RUN_H

#include "domain/model.h"
#include "kernel/kernel.h"
#include "policy/prove.h"

#define RD_PROMISE_REFS_MAX 256

/* A record of the test, by the name that the test gave it. */
struct rd_promise_ref {
    const char *name; /* NULL: none */
    const char *id;
};

/* What all promises of one policy share. */
struct rd_promise_set {
    struct rd_policy *policy;
    const struct rd_policy_source *sources;
    size_t source_count;
    struct rd_sendings *sendings; /* NULL: nobody has asked yet */
    struct rd_arena *arena;       /* lives as long as the last of them runs */
};

struct rd_promise_run {
    struct rd_kernel *kernel;
    struct rd_promise_set *set;
    const struct rd_model *model;
    struct rd_arena *arena;
    const char *file;
    struct rd_promise_ref refs[RD_PROMISE_REFS_MAX];
    size_t ref_count;
    struct rd_value
        stood;           /* "TYPE.STATE" = step: where its records were found, behind which step */
    int32_t step;        /* that is played, from 0; the first record that is given is -1, ... */
    const char *subject; /* id of the record that the steps are about */
    const char *asker;   /* who asks the method of the step; NULL: it asks none, or inside */
    int64_t notices_before; /* number of the last notice before the step */
    /* the step's own reply */
    enum rd_status status;
    struct rd_value result;
    struct rd_error error;
};

/* Calls a method as `by` (NULL: the administrator) and keeps the reply in the run. */
void rd_promise_call(struct rd_promise_run *run, const char *method, struct rd_value params,
                     const char *by);
/* NULL where everything that the step expects holds; otherwise the sentence that says what does
 * not. */
const char *rd_promise_judge(struct rd_promise_run *run, const struct rd_value *step);
/* Notes where the record stands that the run is about. */
void rd_promise_note(struct rd_promise_run *run);

/* ---- what `policy prove` claims, of the record as it is (promise_claim.c) ---- */

/* NULL where it holds, or the record has no workflow that could say otherwise; else why not. */
const char *rd_promise_watched(struct rd_promise_run *run, const struct rd_value *record);
const char *rd_promise_way_out(struct rd_promise_run *run, const struct rd_value *record);
const char *rd_promise_in_order(struct rd_promise_run *run, const struct rd_value *record);
/* The state that a way leads to, and the event that can come, by name. */
const char *rd_promise_reachable(struct rd_promise_run *run, const struct rd_value *record,
                                 const char *state);
const char *rd_promise_can_come(struct rd_promise_run *run, const struct rd_value *record,
                                const char *event);
/* A record's deadline by name, as it is shown; NULL. */
const struct rd_value *rd_promise_deadline(const struct rd_value *record, const char *name);

/* The id behind a name of the test; else a type's newest record ("plan"), or one of those that were
 * opened ("plan_2"): the chart starts records that the test can't name. NULL: none. In the arena.
 */
const char *rd_promise_id(const struct rd_promise_run *run, const char *name);

#endif
