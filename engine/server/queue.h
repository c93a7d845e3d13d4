/* A bounded queue of jobs between two threads. */
#ifndef RD_SERVER_QUEUE_H
#define RD_SERVER_QUEUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/limits.h"
#include "server/job.h"

struct rd_queue {
    uv_mutex_t lock;
    uv_cond_t arrived;
    struct rd_jobs jobs;
    size_t lane_jobs[RD_LANES]; /* of each lane */
    uint64_t lanes;             /* a bit for each that has any */
    uint64_t served;            /* and for each that has had its turn, and more */
    size_t cost_max;
    bool waiting; /* the taker sleeps: only then is it woken */
    bool nudged;
    atomic_bool stirred; /* there are jobs, or a nudge, or it is closed: rd_queue_stirs */
    bool draining;       /* the pusher sleeps until the queue is empty; never both */
    bool closed;
};

/* In the caller's storage; cost_max bounds the sum of the jobs' costs. */
void rd_queue_init(struct rd_queue *queue, size_t cost_max);
/* Must be empty. */
void rd_queue_fini(struct rd_queue *queue);
/* Puts all the jobs in, in order, and empties the chain; or, where they don't fit or the queue is
 * closed, none: false. */
bool rd_queue_push(struct rd_queue *queue, struct rd_jobs *jobs);
/* Takes jobs of at most `cost_max` together (but at least one where there is one) without waiting.
 * False where the queue is closed and empty: nothing will ever come. */
bool rd_queue_take(struct rd_queue *queue, size_t cost_max, struct rd_jobs *out);
/* The same for a part of what is there: a quarter of it, but `least` at least and `most` at the
 * most. What is taken is of all lanes alike; within a lane it is in order. */
bool rd_queue_take_part(struct rd_queue *queue, size_t least, size_t most, struct rd_jobs *out);
/* Whether there is something to take. Any thread. */
bool rd_queue_has(struct rd_queue *queue);
/* Whether the taker's next wait would end at once. Takes no lock, so that it may be asked again and
 * again. Any thread. */
bool rd_queue_stirs(struct rd_queue *queue);
/* Ends the taker's sleep, or its next one at once, without anything to take. Any thread. */
void rd_queue_nudge(struct rd_queue *queue);
/* Sleeps until there is something to take, the queue is closed, somebody nudged, or the time is
 * over; true where it was not the time. */
bool rd_queue_wait(struct rd_queue *queue, uint64_t timeout_ns);
/* Sleeps until all has been taken. */
void rd_queue_drain(struct rd_queue *queue);
/* Nothing more goes in. */
void rd_queue_close(struct rd_queue *queue);

#endif
