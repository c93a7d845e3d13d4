/* The measuring command: which runs there are, in which order, and what is told of them. Every run
 * is one map, as `-o json` prints it; the tables for people are made from the same maps, so that
 * both can't differ. A reply that was an error fails the command: numbers of a run that went wrong
 * are no numbers.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/bench.h"
#include "cli/bench_calendar.h"
#include "cli/bench_overload.h"
#include "cli/bench_print.h"
#include "cli/bench_ratio.h"
#include "cli/bench_soak.h"
#include "cli/bench_timers.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/dirs.h"

#define BENCH_LINES 8 /* connections of the pipeline run */
#define BENCH_WARM_UP_S 1.0
#define BENCH_CEILING_S 2.0
#define BENCH_STARTS 10
#define BENCH_START_LOAD_S 1.0
#define BENCH_ALONE_S 3            /* the run with one client is no longer than this */
#define BENCH_CONNECTIONS_MAX 4000 /* below RD_SESSIONS_MAX */
#define BENCH_DEPTH_MAX 1000       /* below RD_SESSION_IN_FLIGHT_MAX */

struct bench {
    struct rd_cli *cli;
    struct rd_arena *arena;
    const char *dir, *policy;
    bool keep;
    uint64_t open, cases;
    double seconds;
    size_t clients, pipeline;
    double flush_us, ceiling;
    struct rd_value result, runs;
};

/* Three digits behind the point are more than these numbers have. */
static struct rd_value bench_real(double value)
{
    return rd_real(round(value * 1e3) / 1e3);
}

static void bench_put(struct bench *bench, struct rd_value *map, const char *name,
                      struct rd_value value)
{
    rd_map_set(bench->arena, map, name, value);
}

static void bench_say(const char *what)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "%s\n", what);
}

/* ---- directories ---- */

static enum rd_status bench_dir(struct bench *bench, const char *name, const char **dir,
                                struct rd_error *error)
{
    return rd_dirs_make_new(bench->arena, rd_arena_printf(bench->arena, "%s/%s", bench->dir, name),
                            dir, error);
}

static void bench_dir_done(struct bench *bench, const char *dir)
{
    if (!bench->keep)
        rd_dirs_remove(dir);
}

/* ---- lifecycle and pipeline ---- */

static struct rd_value bench_times(struct bench *bench, const struct rd_hist *hist)
{
    struct rd_value map = rd_map();
    bench_put(bench, &map, "p50", bench_real((double)rd_hist_quantile(hist, 0.5) / 1e3));
    bench_put(bench, &map, "p99", bench_real((double)rd_hist_quantile(hist, 0.99) / 1e3));
    bench_put(bench, &map, "max", bench_real((double)hist->max / 1e3));
    return map;
}

static struct rd_value bench_kinds(struct bench *bench, const struct rd_bench_numbers *numbers)
{
    struct rd_value list = rd_list();
    for (int i = 0; i < RD_BENCH_STEPS; i++) {
        struct rd_value kind = rd_map();
        bench_put(bench, &kind, "event", rd_text(rd_bench_steps[i].name));
        bench_put(bench, &kind, "events", rd_int((int64_t)numbers->kinds[i].count));
        bench_put(bench, &kind, "latency_us", bench_times(bench, &numbers->kinds[i]));
        rd_list_add(bench->arena, &list, kind);
    }
    return list;
}

/* Seconds of processor time as microseconds an event. */
static struct rd_value bench_share(const struct rd_bench_numbers *numbers, double seconds)
{
    return numbers->all.count ? bench_real(1e6 * seconds / (double)numbers->all.count) : rd_null();
}

/* Entries that shared one flush. */
static struct rd_value bench_batch(const struct rd_bench_numbers *numbers)
{
    uint64_t flushes = numbers->after.flushes - numbers->before.flushes;
    uint64_t entries = numbers->after.seq - numbers->before.seq;
    return flushes > 0 ? bench_real((double)entries / (double)flushes) : rd_null();
}

static struct rd_value bench_daemon_map(struct bench *bench, const struct rd_bench_numbers *numbers)
{
    struct rd_value map = rd_map();
    double cpu_s = numbers->after.cpu_s - numbers->before.cpu_s;
    double loop_s = numbers->after.loop_s - numbers->before.loop_s;
    double kernel_s = numbers->after.kernel_s - numbers->before.kernel_s;
    bench_put(bench, &map, "cpu_s", bench_real(cpu_s));
    bench_put(bench, &map, "cpu_us_per_event", bench_share(numbers, cpu_s));
    bench_put(bench, &map, "kernel_us_per_event", bench_share(numbers, kernel_s));
    bench_put(bench, &map, "loop_us_per_event", bench_share(numbers, loop_s));
    bench_put(bench, &map, "rss_bytes", rd_int((int64_t)numbers->after.rss_bytes));
    bench_put(bench, &map, "rss_anon_bytes", rd_int((int64_t)numbers->after.anon_bytes));
    return map;
}

static struct rd_value bench_disk_map(struct bench *bench, const struct rd_bench_disk *disk,
                                      uint64_t cases)
{
    struct rd_value map = rd_map();
    double entries = disk->entries > 0 ? (double)disk->entries : 1;
    double packed = disk->packed_from > 0 ? (double)disk->packed_to / (double)disk->packed_from : 1;
    double entry = (double)disk->plain_bytes / entries;
    double store = cases > 0 ? (double)disk->store_bytes / (double)cases : 0;
    double per_case = cases > 0 ? entry * packed * entries / (double)cases + store : 0;
    bench_put(bench, &map, "cases", rd_int((int64_t)cases));
    bench_put(bench, &map, "entries", rd_int((int64_t)disk->entries));
    bench_put(bench, &map, "journal_bytes", rd_int((int64_t)disk->journal_bytes));
    bench_put(bench, &map, "journal_bytes_per_entry", bench_real(entry));
    bench_put(bench, &map, "journal_packed_bytes_per_entry",
              disk->packed_from > 0 ? bench_real(entry * packed) : rd_null());
    bench_put(bench, &map, "store_bytes", rd_int((int64_t)disk->store_bytes));
    bench_put(bench, &map, "store_bytes_per_case", bench_real(store));
    bench_put(bench, &map, "bytes_per_case", bench_real(per_case));
    bench_put(bench, &map, "allocated_bytes", rd_int((int64_t)disk->disk_bytes));
    return map;
}

static struct rd_value bench_load_map(struct bench *bench, const char *name,
                                      const struct rd_bench_load *load,
                                      const struct rd_bench_numbers *numbers)
{
    struct rd_value run = rd_map();
    double rate = numbers->seconds > 0 ? (double)numbers->all.count / numbers->seconds : 0;
    bench_put(bench, &run, "run", rd_text(name));
    bench_put(bench, &run, "connections", rd_int((int64_t)load->connections));
    bench_put(bench, &run, "in_flight", rd_int((int64_t)(load->connections * load->depth)));
    bench_put(bench, &run, "open_cases_before", rd_int((int64_t)bench->open));
    bench_put(bench, &run, "seconds", bench_real(numbers->seconds));
    bench_put(bench, &run, "events", rd_int((int64_t)numbers->all.count));
    bench_put(bench, &run, "errors", rd_int((int64_t)numbers->errors));
    bench_put(bench, &run, "events_per_s", bench_real(rate));
    bench_put(bench, &run, "per_flush", bench_real(rate * bench->flush_us / 1e6));
    bench_put(bench, &run, "of_ceiling", bench_real(rate / bench->ceiling));
    bench_put(bench, &run, "events_per_flush", bench_batch(numbers));
    bench_put(bench, &run, "latency_us", bench_times(bench, &numbers->all));
    bench_put(bench, &run, "kinds", bench_kinds(bench, numbers));
    bench_put(bench, &run, "daemon", bench_daemon_map(bench, numbers));
    return run;
}

static enum rd_status bench_check(const struct rd_bench_numbers *numbers, struct rd_error *error)
{
    if (numbers->errors > 0)
        return rd_error_set(error, RD_CHECK_FAILED,
                            "%llu replies were not what they must be; the first: %s",
                            (unsigned long long)numbers->errors, numbers->first_error);
    return RD_OK;
}

/* Daemon, load, end, and what it left on the disk. */
static enum rd_status bench_drive(struct bench *bench, const char *dir, const char *name,
                                  const struct rd_bench_load *load, struct rd_error *error)
{
    struct rd_bench_daemon daemon = { .pid = 0 };
    struct rd_bench_numbers *numbers = calloc(1, sizeof(*numbers));
    struct rd_bench_disk disk;
    RD_ASSERT(numbers);
    enum rd_status status = RD_OK;
    if (bench->open > 0)
        status = rd_bench_fill(dir, bench->policy, bench->open, 3, error);
    if (status == RD_OK)
        status = rd_bench_daemon_start(&daemon, dir, bench->policy, error);
    if (status == RD_OK)
        status = rd_bench_load_run(load, &daemon, numbers, error);
    if (status == RD_OK)
        status = rd_bench_daemon_stop(&daemon, error);
    if (status == RD_OK)
        status = rd_bench_disk_read(dir, &disk, error);
    if (status == RD_OK) {
        struct rd_value run = bench_load_map(bench, name, load, numbers);
        bench_put(bench, &run, "disk", bench_disk_map(bench, &disk, numbers->opened + bench->open));
        rd_list_add(bench->arena, &bench->runs, run);
        status = bench_check(numbers, error);
    }
    rd_bench_daemon_kill(&daemon);
    free(numbers);
    return status;
}

static enum rd_status bench_load(struct bench *bench, const char *name, size_t connections,
                                 size_t depth, double seconds, struct rd_error *error)
{
    struct rd_bench_load load = {
        .connections = connections, .depth = depth, .warm_up_s = BENCH_WARM_UP_S, .seconds = seconds
    };
    const char *dir;
    bench_say(rd_arena_printf(bench->arena, "%s: %zu connections, %zu requests under way, %.0f s",
                              name, connections, connections * depth, seconds));
    enum rd_status status = bench_dir(bench, name, &dir, error);
    if (status != RD_OK)
        return status;
    status = bench_drive(bench, dir, name, &load, error);
    bench_dir_done(bench, dir);
    return status;
}

static enum rd_status bench_lifecycle(struct bench *bench, struct rd_error *error)
{
    return bench_load(bench, "lifecycle", bench->clients, 1, bench->seconds, error);
}

static enum rd_status bench_alone(struct bench *bench, struct rd_error *error)
{
    double seconds = bench->seconds < BENCH_ALONE_S ? bench->seconds : BENCH_ALONE_S;
    return bench_load(bench, "lifecycle", 1, 1, seconds, error);
}

static enum rd_status bench_pipeline(struct bench *bench, struct rd_error *error)
{
    return bench_load(bench, "pipeline", BENCH_LINES, bench->pipeline / BENCH_LINES, bench->seconds,
                      error);
}

/* ---- overload ---- */

static struct rd_value bench_overload_map(struct bench *bench,
                                          const struct rd_bench_overload *options,
                                          const struct rd_bench_overload_numbers *numbers)
{
    struct rd_value run = rd_map();
    double seconds = numbers->seconds > 0 ? numbers->seconds : 1;
    bench_put(bench, &run, "run", rd_text("overload"));
    bench_put(bench, &run, "connections", rd_int((int64_t)options->connections));
    bench_put(bench, &run, "seconds", bench_real(numbers->seconds));
    bench_put(bench, &run, "capacity_per_s", bench_real(numbers->capacity));
    bench_put(bench, &run, "offered", rd_int((int64_t)numbers->arrivals.offered));
    bench_put(bench, &run, "offered_per_s",
              bench_real((double)numbers->arrivals.offered / seconds));
    bench_put(bench, &run, "not_sent", rd_int((int64_t)numbers->arrivals.skipped));
    bench_put(bench, &run, "accepted", rd_int((int64_t)numbers->arrivals.accepted));
    bench_put(bench, &run, "accepted_per_s",
              bench_real((double)numbers->arrivals.accepted / seconds));
    bench_put(bench, &run, "busy", rd_int((int64_t)numbers->arrivals.busy));
    bench_put(bench, &run, "busy_without_retry", rd_int((int64_t)numbers->arrivals.without_retry));
    bench_put(bench, &run, "errors", rd_int((int64_t)numbers->arrivals.errors));
    bench_put(bench, &run, "latency_us", bench_times(bench, &numbers->arrivals.latency));
    bench_put(bench, &run, "busy_us", bench_times(bench, &numbers->arrivals.refusal));
    bench_put(bench, &run, "anon_before_bytes", rd_int((int64_t)numbers->anon_before));
    bench_put(bench, &run, "anon_max_bytes", rd_int((int64_t)numbers->anon_max));
    bench_put(bench, &run, "acknowledged", rd_int((int64_t)numbers->acknowledged));
    bench_put(bench, &run, "lost", rd_int((int64_t)numbers->lost));
    return run;
}

static enum rd_status bench_overload_check(const struct rd_bench_overload_numbers *numbers,
                                           struct rd_error *error)
{
    if (numbers->lost > 0)
        return rd_error_set(error, RD_CHECK_FAILED, "%llu of %llu acknowledged events are lost",
                            (unsigned long long)numbers->lost,
                            (unsigned long long)numbers->acknowledged);
    if (numbers->arrivals.errors > 0 || numbers->arrivals.without_retry > 0)
        return rd_error_set(error, RD_CHECK_FAILED,
                            "%llu replies were not what they must be; the first: %s; and %llu said "
                            "busy without a time",
                            (unsigned long long)numbers->arrivals.errors,
                            numbers->arrivals.first_error,
                            (unsigned long long)numbers->arrivals.without_retry);
    return RD_OK;
}

static enum rd_status bench_overload(struct bench *bench, struct rd_error *error)
{
    struct rd_bench_overload options = { .connections = bench->clients, .seconds = bench->seconds };
    struct rd_bench_daemon daemon = { .pid = 0 };
    struct rd_bench_overload_numbers *numbers = calloc(1, sizeof(*numbers));
    const char *dir;
    RD_ASSERT(numbers);
    bench_say(rd_arena_printf(bench->arena, "overload: %zu connections, twice the capacity, %.0f s",
                              options.connections, options.seconds));
    enum rd_status status = bench_dir(bench, "overload", &dir, error);
    if (status == RD_OK)
        status = rd_bench_daemon_start(&daemon, dir, bench->policy, error);
    if (status == RD_OK)
        status = rd_bench_overload_run(&options, &daemon, numbers, error);
    if (status == RD_OK) {
        rd_list_add(bench->arena, &bench->runs, bench_overload_map(bench, &options, numbers));
        status = bench_overload_check(numbers, error);
    }
    rd_bench_daemon_kill(&daemon);
    free(numbers);
    bench_dir_done(bench, dir);
    return status;
}

/* ---- start ---- */

/* One start that is timed; what it found is put into the list. */
static enum rd_status bench_start_once(struct bench *bench, struct rd_bench_daemon *daemon,
                                       const char *dir, struct rd_value *list,
                                       struct rd_error *error)
{
    struct rd_value start = rd_map();
    enum rd_status status = rd_bench_daemon_start(daemon, dir, bench->policy, error);
    if (status != RD_OK)
        return status;
    bench_put(bench, &start, "ms",
              bench_real((double)(daemon->ready_ns - daemon->started_ns) / 1e6));
    struct rd_bench_usage usage;
    rd_bench_daemon_usage(daemon, &usage);
    bench_put(bench, &start, "cpu_ms", bench_real((double)daemon->ready_cpu_ns / 1e6));
    bench_put(bench, &start, "rss_anon_bytes", rd_int((int64_t)usage.anon_bytes));
    bench_put(bench, &start, "entries", rd_int(daemon->entries));
    bench_put(bench, &start, "replayed", rd_int(daemon->replayed));
    rd_list_add(bench->arena, list, start);
    return RD_OK;
}

/* kill -9 with the load's requests under way. */
static enum rd_status bench_start_kill(struct bench *bench, struct rd_bench_daemon *daemon,
                                       struct rd_error *error)
{
    struct rd_bench_load load = {
        .connections = bench->clients, .depth = 1, .seconds = BENCH_START_LOAD_S, .kill = true
    };
    struct rd_bench_numbers *numbers = calloc(1, sizeof(*numbers));
    RD_ASSERT(numbers);
    enum rd_status status = rd_bench_load_run(&load, daemon, numbers, error);
    if (status == RD_OK)
        status = bench_check(numbers, error);
    free(numbers);
    return status;
}

static enum rd_status bench_start_full(struct bench *bench, const char *dir, struct rd_value *list,
                                       struct rd_error *error)
{
    struct rd_bench_daemon daemon = { .pid = 0 };
    enum rd_status status = rd_bench_fill(dir, bench->policy, bench->cases, 0, error);
    if (status == RD_OK)
        status = rd_bench_daemon_start(&daemon, dir, bench->policy, error);
    for (int i = 0; i < BENCH_STARTS && status == RD_OK; i++) {
        status = bench_start_kill(bench, &daemon, error);
        if (status == RD_OK)
            status = bench_start_once(bench, &daemon, dir, list, error);
    }
    rd_bench_daemon_kill(&daemon);
    return status;
}

/* The very first start also makes the files; it is not one of those. */
static enum rd_status bench_start_empty(struct bench *bench, const char *dir, struct rd_value *list,
                                        struct rd_error *error)
{
    struct rd_bench_daemon daemon = { .pid = 0 };
    enum rd_status status = rd_bench_daemon_start(&daemon, dir, bench->policy, error);
    for (int i = 0; i < BENCH_STARTS && status == RD_OK; i++) {
        rd_bench_daemon_kill(&daemon);
        status = bench_start_once(bench, &daemon, dir, list, error);
    }
    rd_bench_daemon_kill(&daemon);
    return status;
}

static enum rd_status bench_start(struct bench *bench, struct rd_error *error)
{
    static const char *const names[] = { "empty", "full" };
    struct rd_value run = rd_map();
    enum rd_status status = RD_OK;
    bench_say(rd_arena_printf(bench->arena, "start: with %llu cases, and with none",
                              (unsigned long long)bench->cases));
    bench_put(bench, &run, "run", rd_text("start"));
    bench_put(bench, &run, "cases", rd_int((int64_t)bench->cases));
    for (int i = 0; i < 2 && status == RD_OK; i++) {
        struct rd_value list = rd_list();
        const char *dir;
        status = bench_dir(bench, names[i], &dir, error);
        if (status != RD_OK)
            break;
        status = i == 0 ? bench_start_empty(bench, dir, &list, error)
                        : bench_start_full(bench, dir, &list, error);
        bench_put(bench, &run, names[i], list);
        bench_dir_done(bench, dir);
    }
    if (status == RD_OK)
        rd_list_add(bench->arena, &bench->runs, run);
    return status;
}

/* ---- all together ---- */

static enum rd_status bench_machine(struct bench *bench, struct rd_error *error)
{
    const char *dir;
    struct rd_value disk = rd_map(), ceiling = rd_map();
    bench_say("ceiling: journal and store alone");
    enum rd_status status = bench_dir(bench, "ceiling", &dir, error);
    if (status != RD_OK)
        return status;
    status = rd_bench_flush_us(dir, &bench->flush_us, error);
    if (status == RD_OK)
        status = rd_bench_ceiling(
            dir, bench->seconds < BENCH_CEILING_S ? bench->seconds : BENCH_CEILING_S,
            &bench->ceiling, error);
    bench_dir_done(bench, dir);
    if (status != RD_OK)
        return status;
    char now[RD_TIME_TEXT_MAX];
    rd_time_write(rd_clock_wall_ms(), now);
    bench_put(bench, &bench->result, "version", rd_text(RD_VERSION));
    bench_put(bench, &bench->result, "at", rd_text_copy(bench->arena, now, strlen(now)));
    bench_put(bench, &bench->result, "cores", rd_int(sysconf(_SC_NPROCESSORS_ONLN)));
    bench_put(bench, &disk, "flush_us", bench_real(bench->flush_us));
    bench_put(bench, &disk, "flushes_per_s", bench_real(1e6 / bench->flush_us));
    bench_put(bench, &bench->result, "disk", disk);
    bench_put(bench, &ceiling, "events_per_s", bench_real(bench->ceiling));
    bench_put(bench, &ceiling, "entry_bytes", rd_int(RD_BENCH_CEILING_ENTRY_BYTES));
    bench_put(bench, &ceiling, "batch", rd_int(RD_BENCH_CEILING_BATCH));
    bench_put(bench, &bench->result, "ceiling", ceiling);
    return RD_OK;
}

struct bench_run {
    const char *name;
    enum rd_status (*run)(struct bench *bench, struct rd_error *error);
};

static enum rd_status bench_go(struct bench *bench, const char *what, struct rd_error *error)
{
    static const struct bench_run runs[] = {
        { "lifecycle", bench_lifecycle }, { "all", bench_alone },
        { "pipeline", bench_pipeline },   { "start", bench_start },
        { "overload", bench_overload },
    };
    bool all = strcmp(what, "all") == 0, found = false;
    enum rd_status status = RD_OK;
    for (size_t i = 0; i < sizeof(runs) / sizeof(*runs); i++)
        found = found || strcmp(what, runs[i].name) == 0;
    if (!found)
        return rd_error_set(
            error, RD_USAGE,
            "there is no run '%s': lifecycle, pipeline, start, overload, soak, calendar, timers or "
            "all",
            what);
    status = bench_machine(bench, error);
    for (size_t i = 0; i < sizeof(runs) / sizeof(*runs) && status == RD_OK; i++)
        if ((all && runs[i].run != bench_overload) || strcmp(what, runs[i].name) == 0)
            status = runs[i].run(bench, error);
    bench_put(bench, &bench->result, "runs", bench->runs);
    return status;
}

static enum rd_status bench_read(struct bench *bench, struct rd_cli *cli, struct rd_error *error)
{
    const struct rd_args *args = &cli->args;
    int64_t clients = rd_args_number(args, "clients", 0),
            seconds = rd_args_number(args, "seconds", 0);
    int64_t pipeline = rd_args_number(args, "pipeline", 0);
    if (clients < 1 || clients > BENCH_CONNECTIONS_MAX)
        return rd_error_set(error, RD_USAGE, "--clients takes 1 to %d", BENCH_CONNECTIONS_MAX);
    if (pipeline < BENCH_LINES || pipeline > BENCH_LINES * BENCH_DEPTH_MAX ||
        pipeline % BENCH_LINES)
        return rd_error_set(error, RD_USAGE, "--pipeline takes a multiple of %d up to %d",
                            BENCH_LINES, BENCH_LINES * BENCH_DEPTH_MAX);
    if (seconds < 1 || seconds > 3600)
        return rd_error_set(error, RD_USAGE, "--seconds takes 1 to 3600");
    *bench = (struct bench){
        .cli = cli,
        .arena = &cli->arena,
        .dir = rd_args_text(args, "dir"),
        .keep = rd_args_flag(args, "keep"),
        .open = (uint64_t)rd_args_number(args, "open", 0),
        .cases = (uint64_t)rd_args_number(args, "cases", 0),
        .seconds = (double)seconds,
        .clients = (size_t)clients,
        .pipeline = (size_t)pipeline,
        .result = rd_map(),
        .runs = rd_list(),
    };
    return rd_dirs_find_policy(rd_args_text(args, "policy"), &bench->policy, error);
}

/* `baseline`: lines of one (none where it is made just now), or NULL. */
static void bench_show(struct bench *bench, const struct rd_value *baseline)
{
    struct rd_cli *cli = bench->cli;
    if (bench->runs.count == 0)
        return;
    if (cli->json) {
        if (baseline)
            bench_put(bench, &bench->result, "ratios",
                      rd_bench_ratios(bench->arena, &bench->result));
        rd_cli_print_json(cli, &bench->result);
        return;
    }
    rd_bench_print(cli, &bench->result, !baseline);
    if (baseline)
        rd_bench_ratio_print(cli, &bench->result, baseline);
}

enum rd_status rd_run_bench(struct rd_cli *cli, struct rd_error *error)
{
    struct bench bench;
    const char *what = rd_args_operand(&cli->args, 0);
    if (what && strcmp(what, "calendar") == 0)
        return rd_bench_calendar(cli, error);
    if (what && strcmp(what, "timers") == 0)
        return rd_bench_timers(cli, error);
    if (what && strcmp(what, "soak") == 0)
        return rd_bench_soak(cli, error);
    const char *baseline = rd_args_text(&cli->args, "baseline");
    bool save = rd_args_flag(&cli->args, "save");
    struct rd_value lines = rd_list();
    enum rd_status status = bench_read(&bench, cli, error);
    if (status == RD_OK && save && !baseline)
        status = rd_error_set(error, RD_USAGE, "--save needs --baseline FILE");
    if (status == RD_OK && baseline && !save)
        status = rd_bench_ratio_read(&cli->arena, baseline, &lines, error);
    if (status != RD_OK)
        return status;
    status = bench_go(&bench, what ? what : "all", error);
    bench_show(&bench, baseline ? &lines : NULL);
    if (status == RD_OK && save)
        status = rd_bench_ratio_save(baseline, &cli->arena, &bench.result, error);
    return status;
}
