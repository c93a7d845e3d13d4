/* The kernel thread: takes what has arrived, runs it as one batch, hands the results back, and
 * sleeps till the next. */
#ifndef RD_SERVER_WORKER_H
#define RD_SERVER_WORKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "base/error.h"
#include "kernel/kernel.h"
#include "server/queue.h"

struct rd_kernel;

/* What the kernel thread is called in /proc. */
#define RD_WORKER_THREAD "rd-kernel"

struct rd_worker {
    struct rd_kernel *kernel;
    struct rd_symbols *symbols; /* a reference: results may borrow them */
    struct rd_kernel_server server;
    struct rd_queue in, out;
    uv_async_t *bell; /* rung after each batch, and at the end */
    uv_thread_t thread;

    /* kernel thread only */
    struct rd_jobs waiting; /* run, but not all answered: long reads */
    int64_t command_ns;     /* what a command took of late */
    size_t ahead_bytes;     /* of replies handed over since the loop was waited for */
    uint64_t seen_seq;      /* of the last run */
    bool ring_was_vain;
    bool may_listen;          /* there is a processor for the others meanwhile */
    uint32_t listened_vainly; /* times in a row */

    /* kernel thread and journal's thread, under the lock */
    uv_mutex_t lock;
    struct rd_jobs held; /* answered, in order; what they saw is not durable yet */
    uint64_t told_seq;   /* durable */

    _Atomic uint64_t durable_seq;
    /* what the loop thread last said of itself: rd_server_figures */
    _Atomic uint64_t sessions, under_way, busy;
    _Atomic int64_t each_ns;
    _Atomic bool flush_failed; /* behind a run */
    _Atomic bool done;         /* the kernel is closed, the thread is about to end */
};

/* Starts the thread, which owns the kernel from now on. `bell` is an initialised async handle of
 * the loop. The worker comes zeroed; a test may have set server.others_wait. */
enum rd_status rd_worker_start(struct rd_worker *worker, struct rd_kernel *kernel, uv_async_t *bell,
                               struct rd_error *error) RD_MUST_CHECK;
/* Hands jobs over. There is always room: how much may be under way is the loop's decision. */
void rd_worker_push(struct rd_worker *worker, struct rd_jobs *jobs);
/* What has been run; empties the queue of results. */
struct rd_jobs rd_worker_results(struct rd_worker *worker);
uint64_t rd_worker_durable_seq(const struct rd_worker *worker);
/* Whoever waits for something long is to be answered soon. */
void rd_worker_ending(struct rd_worker *worker);
/* Runs what has been handed over, closes the kernel, sets `done` and rings. Does not wait. */
void rd_worker_stop(struct rd_worker *worker);
/* After `done`, and after the last results were taken. */
void rd_worker_join(struct rd_worker *worker);

#endif
