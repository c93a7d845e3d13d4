/* Reports on their way: asked for by a request, which is answered later, or by a schedule. */
#ifndef RD_KERNEL_REPORT_H
#define RD_KERNEL_REPORT_H

#include "kernel/inside.h"

/* One slice of the reports under way, between two batches: about RD_REPORT_SLICE_NS of reading. */
void rd_reports_slice(struct rd_kernel *kernel);
/* Another generation is in force: reports asked for begin anew by it, schedules will ask again. */
void rd_reports_rebind(struct rd_kernel *kernel);
/* The end of the kernel: requests that still wait are told so. */
void rd_reports_fini(struct rd_kernel *kernel);

/* The report of the period before an instant, made at once through the open transaction: for clocks
 * that stand still meanwhile. *filed: { report, period, content } for the schedule's record. */
enum rd_status rd_report_make(struct rd_kernel *kernel, const struct rd_schedule *schedule,
                              int64_t at_ms, struct rd_arena *arena, struct rd_value *filed,
                              struct rd_error *error) RD_MUST_CHECK;
/* The same in slices; rd_schedule_filed is called when it is made. `missed`: occurrences that it
 * stands for. */
void rd_report_file(struct rd_kernel *kernel, size_t schedule, int64_t at_ms, size_t missed);

/* schedule.c: the report is made (or `error` says why not): files it. */
void rd_schedule_filed(struct rd_kernel *kernel, size_t schedule, int64_t at_ms, size_t missed,
                       const struct rd_value *filed, const struct rd_error *error);

#endif
