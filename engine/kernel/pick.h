/* Counting the open records of each owner, for picks: where that begins. */
#ifndef RD_KERNEL_PICK_H
#define RD_KERNEL_PICK_H

#include "kernel/inside.h"

/* Effects that let the records be counted by owner which `model` has picks for, and no others. */
enum rd_status rd_pick_begin(struct rd_kernel *kernel, const struct rd_model *model,
                             struct rd_arena *arena, struct rd_value *effects,
                             struct rd_error *error) RD_MUST_CHECK;
/* The same for the generation in force, whose activation is of an older journal: an entry of its
 * own; none where everything is counted. */
enum rd_status rd_pick_resume(struct rd_kernel *kernel, struct rd_error *error) RD_MUST_CHECK;

#endif
