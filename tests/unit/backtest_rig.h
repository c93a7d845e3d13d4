/* Back-tests of a rig's history. */
#ifndef RD_TESTS_BACKTEST_RIG_H
#define RD_TESTS_BACKTEST_RIG_H

#include "kernel/backtest.h"
#include "unit/kernel_rig.h"

/* The rules of the directory as they are now, against the history. */
enum rd_status rig_backtest(struct kernel_rig *rig, struct rd_backtest_options options,
                            struct rd_value *result);
/* Somebody grants a new job's amount, or is refused; the job's id. */
const char *rig_granted(struct kernel_rig *rig, const char *as, const char *amount, bool fails);
/* Something of every kind that leaves an entry. */
void rig_history(struct kernel_rig *rig);

#endif
