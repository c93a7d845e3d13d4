/* The fit of a policy: whether what is in the store has a place in it. Inside the kernel only. */
#ifndef RD_KERNEL_FIT_H
#define RD_KERNEL_FIT_H

#include "kernel/inside.h"

/* What a candidate would have to take over. */
struct rd_fit {
    const struct rd_model *model;
    const struct rd_value *moved; /* {type: {old state: new state}} beside the charts' own; NULL */
    struct rd_era_plan *eras;     /* era.h: which cases keep what; people mark them; NULL: none */
    struct rd_findings *findings; /* errors for what is stranded; in its arena */
    struct rd_value moves;        /* [{type, from, to, records, more}] in the findings' arena */
    int64_t moving;               /* records that go to another state */
    struct rd_fit_people *people; /* of rd_fit_people; rd_fit_end frees it */
};

/* Every state in which a record is exists in the model, or `moved` leads from it to one: an error
 * for each that does not, with the number of its records and some of their names. Reads a row a
 * state, and counts no more than RD_FIT_COUNT_MAX records. */
enum rd_status rd_fit_states(struct rd_kernel *kernel, struct rd_fit *fit,
                             struct rd_error *error) RD_MUST_CHECK;
/* activate.c: that, and what else in the store would contradict it. RD_POLICY_REFUSED. */
enum rd_status rd_activate_fits(struct rd_kernel *kernel, struct rd_fit *fit,
                                struct rd_error *error) RD_MUST_CHECK;
/* Goes on over open cases, at most `records` of them: each that waits for people, and each
 * approval (an event whose rows name `other_than`), still has somebody who may, where it has one
 * under the rules in force. An error for each
 * state and event for which it is not so, with the first case. *more: there are cases left. */
enum rd_status rd_fit_people(struct rd_kernel *kernel, struct rd_fit *fit, size_t records,
                             bool *more, struct rd_error *error) RD_MUST_CHECK;
void rd_fit_end(struct rd_fit *fit);

/* The state of the chart that this one's records go to, by the chart or by `moved`; -1: none. */
int rd_fit_target(const struct rd_chart *chart, const struct rd_value *moved, const char *state);

#endif
