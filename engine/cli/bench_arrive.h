/* Arrivals at a fixed rate, whether replies come or not: what a daemon meets that does not set the
 * pace itself. */
#ifndef RD_CLI_BENCH_ARRIVE_H
#define RD_CLI_BENCH_ARRIVE_H

#include "cli/bench_wire.h"

/* What became of them; the caller may set it to zero between two steps. */
struct rd_arrivals {
    uint64_t offered, skipped; /* requests sent; that could not be, since all places were taken */
    uint64_t accepted, busy;   /* replies: of success; to come again */
    uint64_t without_retry;    /* of the busy ones: without a time to come again */
    uint64_t errors;           /* any other reply */
    char first_error[512];
    struct rd_hist latency, refusal; /* of what was accepted, and of what was refused */
};

struct rd_arrive_queue {
    struct rd_wire_place *first, *last;
};

struct rd_arrive {
    struct rd_wire wire;
    struct rd_arrive_queue free;    /* the one that has been so for longest first */
    struct rd_arrive_queue resting; /* refused; in the order of their coming back */
    double rate;                    /* requests a second; the caller's */
    struct rd_arrivals *numbers;    /* the caller's */
    /* A request was accepted; NULL. */
    void (*accepted)(void *context, const struct rd_wire_place *place, const char *text,
                     size_t len);
    void *context;
    int64_t from_ns;  /* of the first step */
    uint64_t arrived; /* since then, sent or not */
};

/* Connects; rate, numbers, accepted and context are set, the rest zero. Close it in any case. */
enum rd_status rd_arrive_open(struct rd_arrive *arrive, const char *address, size_t connections,
                              struct rd_error *error) RD_MUST_CHECK;
/* Sends what is due by now, and waits a millisecond at most for replies. */
enum rd_status rd_arrive_step(struct rd_arrive *arrive, struct rd_error *error) RD_MUST_CHECK;
/* Nothing more arrives: waits for the replies that are still to come. RD_CHECK_FAILED where they
 * don't. */
enum rd_status rd_arrive_end(struct rd_arrive *arrive, struct rd_error *error) RD_MUST_CHECK;
void rd_arrive_close(struct rd_arrive *arrive);
/* What the daemon can do: events a second, in a closed loop of so many seconds behind one of
 * warming up. */
enum rd_status rd_arrive_capacity(struct rd_bench_daemon *daemon, double seconds, double *rate,
                                  struct rd_error *error) RD_MUST_CHECK;

#endif
