/* The only reader of time. Everything else is handed its times. */
#ifndef RD_BASE_CLOCK_H
#define RD_BASE_CLOCK_H

#include <stdint.h>
#include <sys/types.h>

/* UTC milliseconds since 1970. */
int64_t rd_clock_wall_ms(void);
/* The same, to the nanosecond: for what happens at a millisecond's beginning. */
int64_t rd_clock_wall_ns(void);
/* Nanoseconds of a clock that never jumps; for durations and budgets. */
int64_t rd_clock_mono_ns(void);
/* Processor time that this thread has used so far. A system call: some 200 ns. */
int64_t rd_clock_thread_ns(void);
/* Processor time that a process has used so far, to the nanosecond (unlike what /proc says); 0
 * where it is not to be known. */
int64_t rd_clock_process_ns(pid_t pid);

#endif
