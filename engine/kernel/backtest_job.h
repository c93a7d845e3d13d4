/* Back-tests of the running kernel's own history, on a thread beside it: policy.backtest,
 * policy.backtest_status, policy.backtest_cancel. One at a time; the last result is kept until the
 * next one begins. */
#ifndef RD_KERNEL_BACKTEST_JOB_H
#define RD_KERNEL_BACKTEST_JOB_H

#include "kernel/kernel.h"

/* Begins one; RD_IN_PROGRESS where one is under way. Answers like policy.backtest_status. */
enum rd_status rd_method_policy_backtest(struct rd_kernel *kernel, struct rd_request *request);
/* How far it is; what came of it. */
enum rd_status rd_method_policy_backtest_status(struct rd_kernel *kernel,
                                                struct rd_request *request);
/* Tells it to break off; it does so within some hundred entries. */
enum rd_status rd_method_policy_backtest_cancel(struct rd_kernel *kernel,
                                                struct rd_request *request);

/* The end of the kernel: breaks off the one under way. */
void rd_backtest_job_fini(struct rd_kernel *kernel);

#endif
