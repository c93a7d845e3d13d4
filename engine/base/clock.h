/* The only reader of time. Everything else is handed its times. */
#ifndef RD_BASE_CLOCK_H
#define RD_BASE_CLOCK_H

#include <stdint.h>

/* UTC milliseconds since 1970. */
int64_t rd_clock_wall_ms(void);
/* Nanoseconds of a clock that never jumps; for durations and budgets. */
int64_t rd_clock_mono_ns(void);

#endif
