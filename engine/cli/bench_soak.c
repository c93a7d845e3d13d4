/* The soak: half of what the daemon can do, for as long as one likes, and what an operator does
 * beside it.
 *
 *   arrivals at half the capacity ─▶ daemon ◀─ report, backup, activation and rollback: commands of
 *                                              this program, one after the other, each at its time
 *   every minute: what it took, what the daemon's memory and files have come to
 *
 * The first minutes fill what is meant to be filled (caches, spare segments, the ring of layers);
 * memory is held against what it was after the first third: the lowest of each minute, since two
 * policies at once and a report have their highest moment and leave nothing behind. Files may grow
 * by what is written into them and no more: bytes a case are told by the minute.
 */
#include "cli/bench_soak.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/bench_arrive.h"
#include "cli/dirs.h"
#include "cli/output.h"
#include "policy/policy.h"

#define SOAK_SHARE 0.5
#define SOAK_CONNECTIONS 64
#define SOAK_MINUTES_MAX 1440
#define SOAK_LOOK_NS 100000000ll
#define SOAK_MINUTE_NS (60 * 1000000000ll)
#define SOAK_CHORES 3
/* The capacity is that of these stretches, with what is due beside begun before each: as long as
 * the rarest of it takes to come again. */
#define SOAK_STRETCHES 4
#define SOAK_STRETCH_S 10.0
#define SOAK_WORDS_MAX 12
/* What memory may grow by behind the first third: what an allocator keeps back. */
#define SOAK_GROWTH 0.2
#define SOAK_GROWTH_BYTES (16u * 1024 * 1024)

struct soak;

/* A command beside the load, again and again. */
struct soak_chore {
    const char *name;
    int64_t every_ns;
    void (*words)(struct soak *soak, const char **out); /* NULL at the end */
    int64_t next_ns, began_ns;
    pid_t pid; /* 0: it rests */
    uint64_t done, failed;
    int64_t longest_ns;
};

struct soak {
    struct rd_cli *cli;
    const char *dir, *policy;
    struct rd_bench_daemon daemon;
    struct rd_arrive arrive;
    struct rd_arrivals now, all; /* of this minute; of the minutes before (without times) */
    struct soak_chore chores[SOAK_CHORES];
    uint64_t minute, minutes;
    uint64_t anon_low, anon_high; /* of this minute */
    uint64_t anon_third; /* the highest of the minutes' lowest: of the first third, and after it */
    uint64_t anon_later;
    double capacity;
    struct rd_value lines;
};

/* ---- beside ---- */

static void soak_report(struct soak *soak, const char **out)
{
    char month[RD_TIME_TEXT_MAX];
    rd_time_write(rd_clock_wall_ms(), month);
    const char *words[] = { "report",    "complaint_analysis",
                            "--connect", soak->daemon.address,
                            "--as",      "li_na",
                            "--month",   rd_arena_printf(&soak->cli->arena, "%.7s", month),
                            NULL };
    memcpy(out, words, sizeof words);
}

/* The same one, brought up to date. */
static void soak_backup(struct soak *soak, const char **out)
{
    struct rd_arena *arena = &soak->cli->arena;
    const char *words[] = { "backup",
                            "create",
                            rd_arena_printf(arena, "%s/backup", soak->dir),
                            "--data",
                            rd_arena_printf(arena, "%s/data", soak->dir),
                            NULL };
    memcpy(out, words, sizeof words);
}

/* To and fro between two generations, so that no more than two are ever kept. */
static void soak_swap(struct soak *soak, const char **out)
{
    bool back = soak->chores[2].done % 2 == 1;
    const char *words[] = { "policy",    back ? "rollback" : "activate", "--why", "soak",
                            "--connect", soak->daemon.address,           NULL };
    memcpy(out, words, sizeof words);
}

static void soak_child(const struct soak *soak, const char *const *words)
{
    const char *line[SOAK_WORDS_MAX + 1] = { "redress" };
    char log[4096];
    snprintf(log, sizeof log, "%s/beside.log", soak->dir);
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
        _exit(126);
    for (int i = 0; words[i]; i++)
        line[i + 1] = words[i];
    execv("/proc/self/exe", (char *const *)(uintptr_t)line);
    _exit(127);
}

static void soak_begin(struct soak *soak, struct soak_chore *chore, int64_t now_ns)
{
    const char *words[SOAK_WORDS_MAX] = { NULL };
    chore->words(soak, words);
    chore->began_ns = now_ns;
    chore->next_ns = now_ns + chore->every_ns;
    chore->pid = fork();
    RD_ASSERT(chore->pid >= 0);
    if (chore->pid == 0)
        soak_child(soak, words);
}

/* `wait`: until it has ended. */
static void soak_look(struct soak_chore *chore, bool wait)
{
    int status;
    if (chore->pid == 0 || waitpid(chore->pid, &status, wait ? 0 : WNOHANG) != chore->pid)
        return;
    int64_t took_ns = rd_clock_mono_ns() - chore->began_ns;
    bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    chore->pid = 0;
    chore->done += good;
    chore->failed += !good;
    if (took_ns > chore->longest_ns)
        chore->longest_ns = took_ns;
}

static void soak_beside(struct soak *soak, int64_t now_ns)
{
    for (int i = 0; i < SOAK_CHORES; i++) {
        struct soak_chore *chore = &soak->chores[i];
        soak_look(chore, false);
        if (chore->pid == 0 && now_ns >= chore->next_ns)
            soak_begin(soak, chore, now_ns);
    }
}

/* ---- every minute ---- */

static void soak_look_memory(struct soak *soak)
{
    struct rd_bench_usage usage;
    rd_bench_daemon_usage(&soak->daemon, &usage);
    if (soak->anon_low == 0 || usage.anon_bytes < soak->anon_low)
        soak->anon_low = usage.anon_bytes;
    if (usage.anon_bytes > soak->anon_high)
        soak->anon_high = usage.anon_bytes;
}

static void soak_put(struct soak *soak, struct rd_value *map, const char *name,
                     struct rd_value value)
{
    rd_map_set(&soak->cli->arena, map, name, value);
}

static struct rd_value soak_ms(const struct rd_hist *hist, double share)
{
    uint64_t ns = share < 1 ? rd_hist_quantile(hist, share) : hist->max;
    return rd_real(round((double)ns / 1e3) / 1e3);
}

static struct rd_value soak_line(struct soak *soak, double seconds)
{
    static const char *const beside[SOAK_CHORES] = { "reports", "backups", "swaps" };
    const struct rd_arrivals *now = &soak->now;
    struct rd_bench_usage usage;
    struct rd_value line = rd_map();
    uint64_t cases = (soak->all.accepted + now->accepted) / RD_BENCH_STEPS;
    uint64_t disk = rd_dirs_disk_bytes(rd_arena_printf(&soak->cli->arena, "%s/data", soak->dir));
    rd_bench_daemon_usage(&soak->daemon, &usage);
    soak_put(soak, &line, "minute", rd_int((int64_t)soak->minute));
    soak_put(soak, &line, "events", rd_int((int64_t)now->accepted));
    soak_put(soak, &line, "events_per_s", rd_real(round((double)now->accepted / seconds)));
    soak_put(soak, &line, "p50_ms", soak_ms(&now->latency, 0.5));
    soak_put(soak, &line, "p99_ms", soak_ms(&now->latency, 0.99));
    soak_put(soak, &line, "max_ms", soak_ms(&now->latency, 1));
    soak_put(soak, &line, "busy", rd_int((int64_t)now->busy));
    soak_put(soak, &line, "not_sent", rd_int((int64_t)now->skipped));
    soak_put(soak, &line, "anon_low_bytes", rd_int((int64_t)soak->anon_low));
    soak_put(soak, &line, "anon_high_bytes", rd_int((int64_t)soak->anon_high));
    soak_put(soak, &line, "rss_bytes", rd_int((int64_t)usage.rss_bytes));
    soak_put(soak, &line, "disk_bytes", rd_int((int64_t)disk));
    soak_put(soak, &line, "disk_bytes_per_case",
             cases ? rd_int((int64_t)(disk / cases)) : rd_null());
    for (int i = 0; i < SOAK_CHORES; i++)
        soak_put(soak, &line, beside[i], rd_int((int64_t)soak->chores[i].done));
    return line;
}

static enum rd_status soak_show(struct soak *soak, const struct rd_value *line,
                                struct rd_error *error)
{
    struct rd_buf *out = &soak->cli->out;
    if (soak->cli->json)
        return RD_OK;
    if (soak->minute == 1)
        rd_buf_printf(
            out, "minute  events/s   p50 ms   p99 ms   max ms     busy  low MiB  high MiB  disk MiB"
                 "  bytes/case  reports  backups  swaps\n");
    rd_buf_printf(out,
                  "%6.0f  %8.0f  %7.2f  %7.2f  %7.1f  %7.0f  %7.0f  %8.0f  %8.0f  %10.0f  %7.0f"
                  "  %7.0f  %5.0f\n",
                  rd_output_number(line, "minute", 0), rd_output_number(line, "events_per_s", 0),
                  rd_output_number(line, "p50_ms", 0), rd_output_number(line, "p99_ms", 0),
                  rd_output_number(line, "max_ms", 0), rd_output_number(line, "busy", 0),
                  rd_output_number(line, "anon_low_bytes", 0) / 1048576,
                  rd_output_number(line, "anon_high_bytes", 0) / 1048576,
                  rd_output_number(line, "disk_bytes", 0) / 1048576,
                  rd_output_number(line, "disk_bytes_per_case", 0),
                  rd_output_number(line, "reports", 0), rd_output_number(line, "backups", 0),
                  rd_output_number(line, "swaps", 0));
    return rd_cli_flush(soak->cli, error);
}

static enum rd_status soak_minute(struct soak *soak, double seconds, struct rd_error *error)
{
    soak->minute++;
    struct rd_value line = soak_line(soak, seconds);
    uint64_t *most = soak->minute * 3 <= soak->minutes || soak->minute == 1 ? &soak->anon_third
                                                                            : &soak->anon_later;
    *most = soak->anon_low > *most ? soak->anon_low : *most;
    soak->anon_low = soak->anon_high = 0;
    rd_list_add(&soak->cli->arena, &soak->lines, line);
    soak->all.accepted += soak->now.accepted;
    soak->all.busy += soak->now.busy;
    soak->all.without_retry += soak->now.without_retry;
    soak->all.errors += soak->now.errors;
    if (soak->all.first_error[0] == '\0')
        memcpy(soak->all.first_error, soak->now.first_error, sizeof soak->now.first_error);
    memset(&soak->now, 0, sizeof soak->now);
    return soak_show(soak, &line, error);
}

/* ---- from its beginning to its end ---- */

static enum rd_status soak_write(struct soak *soak, const struct rd_policy_source *source,
                                 const char *remark, struct rd_error *error)
{
    const char *path = rd_arena_printf(&soak->cli->arena, "%s/%s", soak->policy, source->path);
    const char *folder =
        rd_arena_printf(&soak->cli->arena, "%.*s", (int)(strrchr(path, '/') - path), path);
    enum rd_status status = rd_dirs_make(folder, error);
    if (status != RD_OK)
        return status;
    FILE *file = fopen(path, "w");
    bool good = file && fwrite(source->text, 1, source->len, file) == source->len &&
                fputs(remark, file) >= 0;
    int errnum = errno;
    if (file && fclose(file) != 0)
        good = false;
    return good ? RD_OK : rd_error_errno(error, RD_IO, errnum, "cannot write %s", path);
}

/* Lays out the policy. The one that is activated in turn differs by a remark: what is swapped is
 * whole, what is decided is the same. */
static enum rd_status soak_policy(struct soak *soak, const char *from, const char *remark,
                                  struct rd_error *error)
{
    struct rd_policy_source *sources;
    size_t count;
    enum rd_status status = rd_policy_read_dir(&soak->cli->arena, from, &sources, &count, error);
    for (size_t i = 0; i < count && status == RD_OK; i++)
        status = soak_write(soak, &sources[i], i == 0 ? remark : "", error);
    return status;
}

/* What it can do beside what an operator does: half of what it can do alone would be more than
 * half. */
static enum rd_status soak_capacity(struct soak *soak, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    double rate, sum = 0;
    for (int i = 0; i < SOAK_CHORES; i++)
        soak->chores[i].next_ns = rd_clock_mono_ns();
    for (int i = 0; i < SOAK_STRETCHES && status == RD_OK; i++) {
        soak_beside(soak, rd_clock_mono_ns());
        status = rd_arrive_capacity(&soak->daemon, SOAK_STRETCH_S, &rate, error);
        sum += rate;
    }
    soak->capacity = sum / SOAK_STRETCHES;
    return status;
}

static enum rd_status soak_run(struct soak *soak, struct rd_error *error)
{
    int64_t began_ns = rd_clock_mono_ns(), minute_ns = began_ns, looked_ns = 0;
    enum rd_status status = RD_OK;
    for (int i = 0; i < SOAK_CHORES; i++)
        soak->chores[i].next_ns = began_ns + soak->chores[i].every_ns / 2;
    while (status == RD_OK && soak->minute < soak->minutes) {
        status = rd_arrive_step(&soak->arrive, error);
        int64_t now_ns = rd_clock_mono_ns();
        if (status != RD_OK || now_ns - looked_ns < SOAK_LOOK_NS)
            continue;
        looked_ns = now_ns;
        soak_beside(soak, now_ns);
        soak_look_memory(soak);
        if (now_ns - minute_ns >= SOAK_MINUTE_NS) {
            status = soak_minute(soak, (double)(now_ns - minute_ns) / 1e9, error);
            minute_ns = now_ns;
        }
    }
    if (status == RD_OK)
        status = rd_arrive_end(&soak->arrive, error);
    for (int i = 0; i < SOAK_CHORES; i++)
        soak_look(&soak->chores[i], true);
    return status;
}

static enum rd_status soak_drive(struct soak *soak, const char *policy, struct rd_error *error)
{
    enum rd_status status = soak_policy(soak, policy, "", error);
    if (status == RD_OK)
        status = rd_bench_daemon_start(&soak->daemon, soak->dir, soak->policy, error);
    if (status == RD_OK)
        status = soak_policy(soak, policy, "\n-- The same rules, another generation.\n", error);
    if (status == RD_OK)
        status = soak_capacity(soak, error);
    if (status == RD_OK) {
        soak->arrive.rate = soak->capacity * SOAK_SHARE;
        soak->arrive.numbers = &soak->now;
        status = rd_arrive_open(&soak->arrive, soak->daemon.address, SOAK_CONNECTIONS, error);
        if (status == RD_OK)
            status = soak_run(soak, error);
        rd_arrive_close(&soak->arrive);
    }
    if (status == RD_OK)
        status = rd_bench_daemon_stop(&soak->daemon, error);
    rd_bench_daemon_kill(&soak->daemon);
    return status;
}

static enum rd_status soak_check(const struct soak *soak, struct rd_error *error)
{
    uint64_t bound =
        soak->anon_third + (uint64_t)((double)soak->anon_third * SOAK_GROWTH) + SOAK_GROWTH_BYTES;
    for (int i = 0; i < SOAK_CHORES; i++)
        if (soak->chores[i].failed > 0)
            return rd_error_set(error, RD_CHECK_FAILED,
                                "%llu of the %ss beside failed: with --keep, %s/beside.log says "
                                "why",
                                (unsigned long long)soak->chores[i].failed, soak->chores[i].name,
                                soak->dir);
    if (soak->all.errors > 0 || soak->all.without_retry > 0)
        return rd_error_set(error, RD_CHECK_FAILED,
                            "%llu replies were not what they must be; the first: %s",
                            (unsigned long long)soak->all.errors, soak->all.first_error);
    if (soak->anon_later > bound)
        return rd_error_set(error, RD_CHECK_FAILED,
                            "memory grew: %llu MiB in the first third of the time, %llu later",
                            (unsigned long long)(soak->anon_third >> 20),
                            (unsigned long long)(soak->anon_later >> 20));
    return RD_OK;
}

static void soak_print(struct soak *soak)
{
    struct rd_cli *cli = soak->cli;
    struct rd_value result = rd_map();
    if (!cli->json) {
        rd_buf_printf(&cli->out,
                      "\ncapacity %.0f events/s with the same beside; %llu events at half of it\n",
                      soak->capacity, (unsigned long long)soak->all.accepted);
        for (int i = 0; i < SOAK_CHORES; i++)
            rd_buf_printf(&cli->out, "%-8s %llu done, %llu failed, the longest %.1f s\n",
                          soak->chores[i].name, (unsigned long long)soak->chores[i].done,
                          (unsigned long long)soak->chores[i].failed,
                          (double)soak->chores[i].longest_ns / 1e9);
        return;
    }
    soak_put(soak, &result, "bench", rd_text("soak"));
    soak_put(soak, &result, "version", rd_text(RD_VERSION));
    soak_put(soak, &result, "cores", rd_int(sysconf(_SC_NPROCESSORS_ONLN)));
    soak_put(soak, &result, "capacity_per_s", rd_real(round(soak->capacity)));
    soak_put(soak, &result, "minutes", soak->lines);
    rd_cli_print_json(cli, &result);
}

static enum rd_status soak_init(struct soak *soak, struct rd_cli *cli, struct rd_error *error)
{
    int64_t minutes = rd_args_number(&cli->args, "minutes", 0);
    if (minutes < 1 || minutes > SOAK_MINUTES_MAX)
        return rd_error_set(error, RD_USAGE, "--minutes takes 1 to %d", SOAK_MINUTES_MAX);
    soak->cli = cli;
    soak->minutes = (uint64_t)minutes;
    soak->lines = rd_list();
    soak->chores[0] = (struct soak_chore){ .name = "report",
                                           .every_ns = 20 * 1000000000ll,
                                           .words = soak_report };
    soak->chores[1] = (struct soak_chore){ .name = "backup",
                                           .every_ns = 30 * 1000000000ll,
                                           .words = soak_backup };
    soak->chores[2] =
        (struct soak_chore){ .name = "swap", .every_ns = 40 * 1000000000ll, .words = soak_swap };
    enum rd_status status = rd_dirs_make_new(
        &cli->arena, rd_arena_printf(&cli->arena, "%s/soak", rd_args_text(&cli->args, "dir")),
        &soak->dir, error);
    if (status == RD_OK)
        soak->policy = rd_arena_printf(&cli->arena, "%s/policy", soak->dir);
    return status;
}

enum rd_status rd_bench_soak(struct rd_cli *cli, struct rd_error *error)
{
    struct soak *soak = calloc(1, sizeof *soak);
    const char *policy;
    RD_ASSERT(soak);
    enum rd_status status = rd_dirs_find_policy(rd_args_text(&cli->args, "policy"), &policy, error);
    if (status == RD_OK)
        status = soak_init(soak, cli, error);
    if (status == RD_OK)
        status = soak_drive(soak, policy, error);
    if (status == RD_OK) {
        soak_print(soak);
        status = soak_check(soak, error);
    }
    if (soak->dir && !rd_args_flag(&cli->args, "keep"))
        rd_dirs_remove(soak->dir);
    free(soak);
    return status;
}
