/* What the rooms of `redress bench` share: the daemon under measurement, the load, the numbers.
 *
 * All of it runs in the program's one thread; the daemon is a child process of the same binary, so
 * that its CPU time and memory are its own. docs/reference/bench.md tells users what is measured
 * and what is not.
 */
#ifndef RD_CLI_BENCH_H
#define RD_CLI_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/error.h"
#include "kernel/kernel.h"
#include "base/value.h"

/* ---- times ---- */

/* Values from 1 ns to an hour in buckets of 1/64 of their size at most: quantiles are up to 1.6 %
 * too high, never too low. */
#define RD_HIST_STEPS 64
#define RD_HIST_BUCKETS (RD_HIST_STEPS * 37)
struct rd_hist {
    uint64_t count, max;
    uint32_t buckets[RD_HIST_BUCKETS];
};
void rd_hist_init(struct rd_hist *hist);
void rd_hist_add(struct rd_hist *hist, uint64_t value);
void rd_hist_merge(struct rd_hist *hist, const struct rd_hist *from);
/* The value that a share (0.5, 0.99) of all values does not exceed; 0 where there are none. */
uint64_t rd_hist_quantile(const struct rd_hist *hist, double share);

/* ---- the lifecycle: five events of the example company's complaint ---- */

#define RD_BENCH_STEPS 5
struct rd_bench_step {
    const char *name;  /* of the kind, in results */
    const char *event; /* of case.act; NULL: case.open */
    const char *form;  /* JSON; NULL: rd_bench_complaint */
    const char *state; /* that it must lead to */
};
extern const struct rd_bench_step rd_bench_steps[RD_BENCH_STEPS];
/* Who does all of it. */
#define RD_BENCH_ACTOR "ben"
/* Data of a customer, and of a complaint of that customer, as JSON in the arena; `n` varies them.
 */
const char *rd_bench_customer(struct rd_arena *arena, size_t n);
const char *rd_bench_complaint(struct rd_arena *arena, const char *customer, size_t n);

/* ---- the daemon ---- */

struct rd_bench_daemon {
    const char *dir;    /* DIR/data with its socket, DIR/log; borrowed */
    const char *policy; /* borrowed */
    char address[200];
    pid_t pid;                 /* 0: not running */
    int64_t started_ns;        /* from before fork ... */
    int64_t ready_ns;          /* ... to the first answer to server.info */
    int64_t ready_cpu_ns;      /* processor time that it had used then; 0: not known */
    int64_t entries, replayed; /* as the log of this start tells */
};
/* Starts the program itself as a daemon on DIR/data and waits until it has answered server.info. */
enum rd_status rd_bench_daemon_start(struct rd_bench_daemon *daemon, const char *dir,
                                     const char *policy, struct rd_error *error) RD_MUST_CHECK;
/* SIGTERM and an orderly end. */
enum rd_status rd_bench_daemon_stop(struct rd_bench_daemon *daemon,
                                    struct rd_error *error) RD_MUST_CHECK;
/* kill -9; nothing to do where it does not run. */
void rd_bench_daemon_kill(struct rd_bench_daemon *daemon);
struct rd_bench_usage {
    double cpu_s;
    double loop_s, kernel_s; /* of these two threads; what is left of cpu_s is the others' */
    uint64_t rss_bytes, anon_bytes;
    uint64_t seq, flushes; /* entries written and flushes of the journal; rd_bench_daemon_ask */
};
/* Fills seq and flushes, by server.info on a connection of its own. */
enum rd_status rd_bench_daemon_ask(const struct rd_bench_daemon *daemon,
                                   struct rd_bench_usage *usage,
                                   struct rd_error *error) RD_MUST_CHECK;
/* What the daemon has used so far; the rest of it. */
void rd_bench_daemon_usage(const struct rd_bench_daemon *daemon, struct rd_bench_usage *usage);

/* ---- the load ---- */

struct rd_bench_load {
    size_t connections;
    size_t depth; /* requests under way on each */
    double warm_up_s, seconds;
    bool kill; /* the daemon is killed with all of them under way */
};
struct rd_bench_numbers {
    struct rd_hist kinds[RD_BENCH_STEPS];
    struct rd_hist all;
    uint64_t opened; /* cases, in the whole run */
    uint64_t errors; /* replies that are errors or lead to another state; of the whole run */
    char first_error[512];
    double seconds;                      /* measured */
    struct rd_bench_usage before, after; /* the measured time */
};
/* Drives the daemon in a closed loop: each of connections x depth places works on one complaint
 * after the other. */
enum rd_status rd_bench_load_run(const struct rd_bench_load *load, struct rd_bench_daemon *daemon,
                                 struct rd_bench_numbers *numbers,
                                 struct rd_error *error) RD_MUST_CHECK;

/* ---- in process ---- */

/* Fills DIR/data with cases, a fifth of them after each event. `stage` 1 to 5: all of them after
 * that one instead. */
enum rd_status rd_bench_fill(const char *dir, const char *policy, uint64_t cases, int stage,
                             struct rd_error *error) RD_MUST_CHECK;
/* The median of 200 times 4 KiB written and flushed in the directory, in microseconds. */
enum rd_status rd_bench_flush_us(const char *dir, double *us, struct rd_error *error) RD_MUST_CHECK;
/* The ceiling: what journal and store alone do in this process; events a second. */
#define RD_BENCH_CEILING_ENTRY_BYTES 400
#define RD_BENCH_CEILING_BATCH 64
enum rd_status rd_bench_ceiling(const char *dir, double seconds, double *events_per_s,
                                struct rd_error *error) RD_MUST_CHECK;
/* What DIR/data takes on disk; full segments are packed first. No daemon may run on it. */
struct rd_bench_disk {
    uint64_t entries;
    uint64_t plain_bytes; /* of the entries as they were written */
    uint64_t
        journal_bytes; /* as they lie now: full segments packed, the newest as far as it is used */
    uint64_t packed_from,
        packed_to;        /* bytes of full segments before and after; 0: there were none */
    uint64_t store_bytes; /* pages in use */
    uint64_t store_file_bytes;
    uint64_t disk_bytes; /* blocks of everything, pre-allocated segments as well */
};
enum rd_status rd_bench_disk_read(const char *dir, struct rd_bench_disk *disk,
                                  struct rd_error *error) RD_MUST_CHECK;

/* Runs so many requests (RD_BATCH_COMMANDS_MAX at most) as one batch; the first that is refused is
 * the error, without its detail. */
enum rd_status rd_bench_batch(struct rd_kernel *kernel, struct rd_request *requests, size_t count,
                              struct rd_error *error) RD_MUST_CHECK;

#endif
