/* The log: one JSON object a line on standard error. */
#ifndef RD_BASE_LOG_H
#define RD_BASE_LOG_H

#include "base/assert.h"

enum rd_log_level { RD_LOG_DEBUG, RD_LOG_INFO, RD_LOG_WARN, RD_LOG_ERROR };

/* Lines below `level` are dropped; INFO until set. One setting for the process (the daemon's main
 * sets it once). */
void rd_log_set_level(enum rd_log_level level);
/* `room` says who speaks ("journal"). The line is written whole, by one write. Callable from any
 * thread. */
void rd_log(enum rd_log_level level, const char *room, const char *format, ...) RD_PRINTF(3, 4);

#endif
