/* What the files of forecasts share; nobody else includes it.
 *
 *   forecast.c         reads the history, plays, and adds up
 *   forecast_result.c  what came of it, as a map
 *   forecast_print.c   the same for people: tables
 *   forecast_html.c    the same as a page
 */
#ifndef RD_CLI_FORECAST_INSIDE_H
#define RD_CLI_FORECAST_INSIDE_H

#include "cli/course.h"
#include "cli/forecast.h"

/* What is held against each other: the last month as it was, the same month played without knowing
 * it, what is to be expected, and the same under the changes. */
enum rd_forecast_side {
    RD_FORECAST_WAS,
    RD_FORECAST_PLAYED,
    RD_FORECAST_NEXT,
    RD_FORECAST_WHAT_IF,
    RD_FORECAST_SIDES
};
extern const char *const rd_forecast_sides[RD_FORECAST_SIDES]; /* "was", "played", ... */

struct rd_forecast_limit {
    const char *type, *name;
    struct rd_past_rate rates[RD_FORECAST_SIDES];
};

struct rd_forecast_arrival {
    const char *type;
    uint64_t counts[RD_FORECAST_SIDES];
};

/* One simulation and what it was measured to. */
struct rd_forecast_play {
    bool there;
    int64_t from_ms, until_ms; /* what counts of it */
    uint64_t acts, refused, twins, pooled, waited, rings, entries, breaches;
    const char *first_breach; /* NULL */
    unsigned char digest[32];
    struct rd_sim_counts unknown, refusals; /* states; by their status */
};

struct rd_forecast {
    const struct rd_forecast_options *options;
    struct rd_arena *arena; /* of the result */
    const struct rd_model *model;
    struct rd_past past;
    struct rd_what_ifs ifs;
    int64_t from_ms, last_ms, until_ms; /* the history: from, its last month, its end */
    bool old_rules;                     /* the last month was played under its own rules */
    struct rd_fit fit;                  /* of the whole history to the policy */
    struct rd_forecast_limit *limits;
    size_t limit_count, limit_cap;
    struct rd_forecast_arrival *arrivals;
    size_t arrival_count, arrival_cap;
    struct rd_forecast_play plays[RD_FORECAST_SIDES];
};

/* All that the forecast has found out, as a map in its arena. */
struct rd_value rd_forecast_result(struct rd_forecast *forecast);

#endif
