/* A forecast: what would be if the company went on as in its past, under these rules, with these
 * people. Beside it stands what the same way of forecasting would have said of the last month of
 * the past, which it then does not know, and what that month was like: the fit error. */
#ifndef RD_CLI_FORECAST_H
#define RD_CLI_FORECAST_H

#include "base/buf.h"
#include "cli/fit.h"

struct rd_forecast_options {
    const char *history_dir; /* a data directory; read only, a daemon may go on with it */
    const char *policy_dir;
    const char *data_dir;      /* exists and is empty: what is played is left there */
    const char *start;         /* the first day that counts; NULL: the day after the history */
    const char *since, *until; /* days of the history; NULL */
    const char *staff[RD_WHAT_IF_MAX + 1], *arrivals[RD_WHAT_IF_MAX + 1];
    size_t staff_count, arrival_count;
    int64_t months;
    uint64_t seed;
};

/* Plays it: up to three simulations. `result` is made in the arena; docs/reference/sim.md tells its
 * members. RD_USAGE for days and changes that are none, RD_BAD_CONFIG where the history has nothing
 * to be fitted to, RD_NOT_FOUND where it is no data directory. */
enum rd_status rd_forecast(const struct rd_forecast_options *options, struct rd_arena *arena,
                           struct rd_value *result, struct rd_error *error) RD_MUST_CHECK;
/* Tables, in both languages. */
void rd_forecast_print(struct rd_arena *arena, struct rd_buf *out, const struct rd_value *result);
/* The same as one page with charts (html.h). */
void rd_forecast_html(struct rd_buf *out, const struct rd_value *result);

#endif
