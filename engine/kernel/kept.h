/* What judging the active policy found out, beside the store: starts need not judge it again. */
#ifndef RD_KERNEL_KEPT_H
#define RD_KERNEL_KEPT_H

#include "kernel/inside.h"

/* As rd_policy_load, for the generation that the store has in force: from DIR/policy.kept where
 * that is of these sources and this program, else as usual, and the file is written for the next
 * start. The file is no truth: whatever is wrong with it, or with writing it, costs time only. */
enum rd_status rd_kept_load(struct rd_kernel *kernel, const struct rd_policy_source *sources,
                            size_t count, struct rd_findings *findings, struct rd_policy **out,
                            struct rd_error *error);

#endif
