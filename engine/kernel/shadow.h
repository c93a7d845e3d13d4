/* A generation beside the one in force, on live work: decisions only. policy.shadow begins it,
 * policy.shadow_status tells what it would have decided otherwise, policy.shadow_stop ends it. One
 * at a time; the last result is kept until the next one begins, or the daemon ends. */
#ifndef RD_KERNEL_SHADOW_H
#define RD_KERNEL_SHADOW_H

#include "kernel/kernel.h"

/* Begins with the next entry; RD_IN_PROGRESS where one runs, RD_STORAGE_FULL where there is no room
 * for its store. Answers like policy.shadow_status. */
enum rd_status rd_method_policy_shadow(struct rd_kernel *kernel, struct rd_request *request);
/* How far it is; what differs so far. */
enum rd_status rd_method_policy_shadow_status(struct rd_kernel *kernel, struct rd_request *request);
/* Ends it, also for the next start. */
enum rd_status rd_method_policy_shadow_stop(struct rd_kernel *kernel, struct rd_request *request);

/* What is flushed by now is the shadow's to read; called in every turn. */
void rd_shadow_tell(struct rd_kernel *kernel);
/* Goes on with the shadow that ran when the daemon ended: it asks everything anew, from the entry
 * that it began with. */
void rd_shadow_resume(struct rd_kernel *kernel);
/* The end of the kernel; the next start goes on with it. */
void rd_shadow_fini(struct rd_kernel *kernel);

#endif
