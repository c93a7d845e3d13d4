/* `redress bench overload`. */
#ifndef RD_CLI_BENCH_OVERLOAD_H
#define RD_CLI_BENCH_OVERLOAD_H

#include "cli/bench_arrive.h"

/* Arrivals at twice the capacity, for so many seconds, whether replies come or not; then the daemon
 * is killed, started again, and asked for everything that it had acknowledged. */
struct rd_bench_overload {
    size_t connections;
    double seconds;
};
struct rd_bench_overload_numbers {
    double capacity; /* events a second, in a closed loop just before */
    double seconds;  /* of arrivals */
    struct rd_arrivals arrivals;
    uint64_t anon_before, anon_max; /* bytes of the daemon's own memory */
    uint64_t acknowledged, lost;    /* replies of success; those that the journal does not hold */
};
enum rd_status rd_bench_overload_run(const struct rd_bench_overload *options,
                                     struct rd_bench_daemon *daemon,
                                     struct rd_bench_overload_numbers *numbers,
                                     struct rd_error *error) RD_MUST_CHECK;

#endif
