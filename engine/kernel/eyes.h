/* Four eyes where nobody asked by a row of authority. */
#ifndef RD_KERNEL_EYES_H
#define RD_KERNEL_EYES_H

#include "kernel/inside.h"

/* As rd_grant_other_than, for an event without a row: sent by another record, or imported onto a
 * case that has gone on live. By the row that the actor would have, or by all where he has none.
 * Timers and jobs are no persons. RD_FOUR_EYES. */
enum rd_status rd_grant_unasked(struct rd_run *run, const struct rd_draft *draft,
                                const struct rd_event *event) RD_MUST_CHECK;

#endif
