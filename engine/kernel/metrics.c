/* Metrics and health.
 *
 *   counted by the way (kernel)         ─┐
 *   asked of the store and journal       ├─▶ text, one family after the other ─▶ reply
 *   asked of who serves (sessions ...)   │
 *   asked of the system (disk, process)  ┘
 *
 * Names follow the conventions of Prometheus: base units, _total for what only grows. Labels are
 * names of ours (methods, tables), never of a company's people or records: whoever reads metrics
 * learns nothing about a customer.
 */
#include "kernel/metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/limits.h"
#include "kernel/inside.h"
#include "kernel/past.h"

void rd_metrics_init(struct rd_metrics *metrics)
{
    size_t count;
    (void)rd_kernel_methods(&count);
    metrics->calls = calloc(count, sizeof *metrics->calls);
    RD_ASSERT(metrics->calls);
}

void rd_metrics_fini(struct rd_metrics *metrics)
{
    free(metrics->calls);
    metrics->calls = NULL;
}

static enum rd_outcome metrics_outcome(enum rd_status status)
{
    switch (status) {
    case RD_OK:
        return RD_OUTCOME_OK;
    case RD_INTERNAL_ERROR:
    case RD_POLICY_FAULT:
    case RD_STORAGE_FULL:
    case RD_IO:
    case RD_CORRUPT:
        return RD_OUTCOME_FAILED;
    default:
        return RD_OUTCOME_REFUSED;
    }
}

void rd_metrics_count(struct rd_metrics *metrics, size_t method, enum rd_status status)
{
    metrics->calls[method][metrics_outcome(status)]++;
}

/* ---- the text ---- */

static void metric_head(struct rd_buf *out, const char *name, const char *type, const char *help)
{
    rd_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void metric_gauge(struct rd_buf *out, const char *name, double value, const char *help)
{
    metric_head(out, name, "gauge", help);
    rd_buf_printf(out, "%s %.15g\n", name, value);
}

static void metric_counter(struct rd_buf *out, const char *name, double value, const char *help)
{
    metric_head(out, name, "counter", help);
    rd_buf_printf(out, "%s %.15g\n", name, value);
}

static void metrics_requests(struct rd_kernel *kernel, struct rd_buf *out)
{
    static const char *const outcomes[RD_OUTCOMES] = { "ok", "refused", "failed" };
    size_t count;
    const struct rd_method *methods = rd_kernel_methods(&count);
    metric_head(out, "redress_requests_total", "counter", "Requests answered, by method.");
    for (size_t i = 0; i < count; i++)
        for (size_t o = 0; o < RD_OUTCOMES; o++)
            if (kernel->metrics.calls[i][o] > 0)
                rd_buf_printf(out, "redress_requests_total{method=\"%s\",outcome=\"%s\"} %llu\n",
                              methods[i].name, outcomes[o],
                              (unsigned long long)kernel->metrics.calls[i][o]);
}

/* Seconds by which the earliest due deadline has not rung yet; 0 where none is due. */
static double metrics_late_s(struct rd_kernel *kernel)
{
    int64_t due = rd_ring_next(kernel), now = rd_kernel_now_ms(kernel);
    return kernel->clock_manual || due >= now ? 0 : (double)(now - due) / 1000;
}

static void metrics_kernel(struct rd_kernel *kernel, struct rd_buf *out)
{
    size_t past_bytes;
    const struct rd_journal *journal = rd_vault_journal(kernel->vault);
    metric_head(out, "redress_info", "gauge", "Version, and the policy in force.");
    rd_buf_printf(out, "redress_info{version=\"%s\",policy=\"%.12s\",generation=\"%u\"} 1\n",
                  RD_VERSION, kernel->hash, kernel->generation);
    metric_gauge(out, "redress_accepts_writes", !rd_vault_is_full(kernel->vault),
                 "1: commands are accepted; 0: there is no room to store them.");
    metric_counter(out, "redress_journal_entries_total", (double)rd_journal_last_seq(journal),
                   "Entries of the journal since it began.");
    metric_gauge(out, "redress_journal_unflushed_entries",
                 (double)(rd_journal_last_seq(journal) - rd_journal_flushed_seq(journal)),
                 "Entries that are on their way to the disk.");
    metric_counter(out, "redress_flushes_total", (double)kernel->flushes,
                   "Flushes of the journal since the start.");
    metric_counter(out, "redress_deadlines_rung_total", (double)kernel->rung,
                   "Deadlines that rang since the start.");
    metric_counter(out, "redress_schedules_fired_total", (double)kernel->fired,
                   "Occurrences of schedules since the start.");
    metric_counter(out, "redress_policy_faults_total", (double)kernel->faults,
                   "Rules that failed since the start: their commands were refused.");
    metric_gauge(out, "redress_deadline_late_seconds", metrics_late_s(kernel),
                 "By how much the earliest due deadline has not rung yet.");
    metric_gauge(out, "redress_replanning", kernel->replanning,
                 "1: all deadlines are being planned anew.");
    metric_gauge(out, "redress_lua_heap_bytes", (double)rd_policy_heap_bytes(kernel->policy),
                 "Memory of the company's rules.");
    metric_gauge(out, "redress_kept_workflows_lost", kernel->eras_lost,
                 "Workflows of earlier generations that could not be loaded at the start.");
    metric_gauge(out, "redress_past_policies", (double)rd_past_count(kernel, &past_bytes),
                 "Earlier generations that stay loaded for looks at the past.");
    metric_gauge(out, "redress_past_lua_heap_bytes", (double)past_bytes,
                 "Memory of their Lua states, of some 7 MB each in all.");
}

static void metrics_store(struct rd_kernel *kernel, struct rd_buf *out)
{
    struct rd_store_stat stat;
    rd_store_stat(kernel->store, &stat);
    metric_head(out, "redress_store_rows", "gauge", "Committed rows of the store, by table.");
    for (int i = 0; i < RD_TABLE_COUNT; i++)
        rd_buf_printf(out, "redress_store_rows{table=\"%s\"} %llu\n",
                      rd_table_name((enum rd_table)i), (unsigned long long)stat.tables[i].rows);
    metric_gauge(out, "redress_store_file_bytes", (double)stat.file_bytes, "The store's file.");
    metric_gauge(out, "redress_store_used_bytes", (double)stat.used_bytes,
                 "Of it, pages that were ever used.");
    metric_gauge(out, "redress_store_map_bytes", (double)stat.map_bytes,
                 "As large as the store may grow before its map does.");
    metric_gauge(out, "redress_store_oldest_reader_lag", (double)stat.oldest_reader_lag,
                 "Commits since the oldest snapshot that is still read.");
    metric_gauge(out, "redress_journal_bytes",
                 (double)rd_journal_disk_bytes(rd_vault_journal(kernel->vault)),
                 "The journal's files.");
}

static bool metrics_disk(const struct rd_kernel *kernel, double *free_bytes, double *all_bytes)
{
    struct statvfs disk;
    if (statvfs(kernel->data_dir, &disk) != 0)
        return false;
    *free_bytes = (double)disk.f_bavail * (double)disk.f_frsize;
    *all_bytes = (double)disk.f_blocks * (double)disk.f_frsize;
    return true;
}

static void metrics_server(struct rd_kernel *kernel, struct rd_buf *out)
{
    struct rd_server_figures figures = { 0 };
    if (!kernel->server || !kernel->server->figures)
        return;
    kernel->server->figures(kernel->server->context, &figures);
    metric_gauge(out, "redress_sessions", (double)figures.sessions, "Connections now.");
    metric_gauge(out, "redress_requests_under_way", (double)figures.under_way,
                 "Requests that were read and not answered yet.");
    metric_counter(out, "redress_busy_total", (double)figures.busy,
                   "Requests that were told to come again.");
    metric_gauge(out, "redress_request_seconds", (double)figures.each_ns / 1e9,
                 "What a request took of the kernel thread lately, under load.");
}

/* What /proc says of this process: open files, and resident memory. */
static void metrics_process(const struct rd_kernel *kernel, struct rd_buf *out)
{
    struct rusage usage = { 0 };
    struct rlimit files = { 0 };
    unsigned long long size = 0, resident = 0;
    struct rd_memory memory;
    FILE *statm = fopen("/proc/self/statm", "re");
    if (statm) {
        if (fscanf(statm, "%llu %llu", &size, &resident) != 2)
            resident = 0;
        fclose(statm);
    }
    (void)rd_memory_look(&memory);
    (void)getrusage(RUSAGE_SELF, &usage);
    (void)getrlimit(RLIMIT_NOFILE, &files);
    metric_counter(out, "process_cpu_seconds_total", (double)rd_clock_process_ns(getpid()) / 1e9,
                   "Processor time.");
    metric_gauge(out, "process_resident_memory_bytes",
                 (double)resident * (double)sysconf(_SC_PAGESIZE),
                 "Resident memory, the mapped pages of the store included.");
    metric_gauge(out, "redress_memory_bytes", (double)memory.resident_bytes,
                 "Resident memory of the program's own, mapped pages not included.");
    metric_gauge(out, "redress_memory_used_bytes", (double)memory.used_bytes,
                 "What of it was asked for and not given back.");
    metric_gauge(out, "process_max_fds", (double)files.rlim_cur, "Files that may be open.");
    metric_gauge(out, "process_start_time_seconds", (double)kernel->started_ms / 1000,
                 "When the daemon began, in seconds since 1970.");
}

enum rd_status rd_method_server_metrics(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    struct rd_buf out;
    double free_bytes, all_bytes;
    rd_buf_init(&out);
    metrics_kernel(kernel, &out);
    metrics_requests(kernel, &out);
    metrics_server(kernel, &out);
    metrics_store(kernel, &out);
    if (metrics_disk(kernel, &free_bytes, &all_bytes)) {
        metric_gauge(&out, "redress_disk_free_bytes", free_bytes,
                     "Free on the file system of the data directory.");
        metric_gauge(&out, "redress_disk_bytes", all_bytes, "Its size.");
    }
    metric_gauge(&out, "redress_keys_missing_records", (double)kernel->keys_missing,
                 "Of the records that the start looked at, those of whom no key is there.");
    metrics_process(kernel, &out);
    request->result = rd_map();
    rd_map_add(arena, &request->result, "content_type",
               rd_text("text/plain; version=0.0.4; charset=utf-8"));
    rd_map_add(arena, &request->result, "text", rd_text_copy(arena, out.data, out.len));
    rd_buf_fini(&out);
    return RD_OK;
}

/* ---- health ---- */

static void health_because(struct rd_arena *arena, struct rd_value *reasons, const char *code,
                           const char *text)
{
    struct rd_value reason = rd_map();
    rd_map_add(arena, &reason, "code", rd_text(code));
    rd_map_add(arena, &reason, "text", rd_text(text));
    rd_list_add(arena, reasons, reason);
}

/* That it answers at all says that it lives: the loop turns, and the kernel thread behind it. */
enum rd_status rd_method_server_health(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    struct rd_value reasons = rd_list(), warnings = rd_list();
    double free_bytes, all_bytes, late_s = metrics_late_s(kernel);
    if (rd_vault_is_full(kernel->vault))
        health_because(arena, &reasons, "storage_full",
                       "commands are refused: there is no room on the disk");
    if (!metrics_disk(kernel, &free_bytes, &all_bytes))
        health_because(arena, &reasons, "disk_unknown", "the data directory can't be looked at");
    else if (free_bytes < (double)RD_HEALTH_DISK_BYTES)
        health_because(arena, &reasons, "disk_low",
                       rd_arena_printf(arena, "%.0f MiB are free on the disk, %u should be",
                                       free_bytes / 1048576, RD_HEALTH_DISK_BYTES >> 20));
    if (late_s > RD_HEALTH_LATE_S)
        health_because(arena, &reasons, "deadlines_late",
                       rd_arena_printf(arena, "deadlines ring %.0f s late", late_s));
    if (kernel->generation == 0)
        health_because(arena, &reasons, "no_policy", "no policy is in force");
    if (kernel->keys_missing > 0)
        health_because(arena, &warnings, "keys_missing",
                       "personal texts can't be read: keys of persons are missing");
    request->result = rd_map();
    rd_map_add(arena, &request->result, "live", rd_bool(true));
    rd_map_add(arena, &request->result, "ready", rd_bool(reasons.count == 0));
    rd_map_add(arena, &request->result, "reasons", reasons);
    rd_map_add(arena, &request->result, "warnings", warnings);
    return RD_OK;
}
