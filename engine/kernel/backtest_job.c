/* A back-test as a job of the daemon: the policy directory's rules, as they are now, against the
 * history so far.
 *
 *   policy.backtest ──▶ sources read, thread begun ──▶ answered at once
 *   policy.backtest_status ──▶ { state, done, all, result } whenever somebody looks
 *
 * The thread has a kernel, a store and a reader of the journal of its own: of this kernel it knows
 * the names of two directories. So work goes on, and no snapshot of the store is held. Its store is
 * a scratch one below the data directory, and goes when it has ended; a crash leaves it to the next
 * one.
 */
#include "kernel/backtest_job.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "kernel/aside.h"
#include "kernel/backtest.h"
#include "kernel/inside.h"

struct rd_backtest_job {
    struct rd_aside aside;
    atomic_bool stop;
    _Atomic uint64_t done, all;
    struct rd_arena arena; /* the thread's, until it is done */
    struct rd_backtest_options options;
    struct rd_findings findings;
    struct rd_value result;
    enum rd_status status;
    struct rd_error error;
    int64_t began_ns, took_ms;
};

static bool job_progress(void *context, uint64_t done, uint64_t all)
{
    struct rd_backtest_job *job = context;
    atomic_store(&job->done, done);
    atomic_store(&job->all, all);
    return !atomic_load(&job->stop);
}

/* What rd_store_open makes, and nothing else. */
static void job_scratch_remove(const char *dir, struct rd_arena *arena)
{
    const char *full = rd_arena_join(arena, dir, "/full");
    unlink(rd_arena_join(arena, full, "/data.mdb"));
    unlink(rd_arena_join(arena, full, "/lock.mdb"));
    rmdir(full);
    unlink(rd_arena_join(arena, dir, "/data.mdb"));
    unlink(rd_arena_join(arena, dir, "/lock.mdb"));
    rmdir(dir);
}

static void job_work(void *context)
{
    struct rd_backtest_job *job = context;
    const char *dir = job->options.scratch_dir;
    job_scratch_remove(dir, &job->arena); /* of one that was cut off */
    if (mkdir(dir, 0700) != 0)
        job->status =
            rd_error_errno(&job->error, RD_IO, errno, "cannot make the directory %s", dir);
    else
        job->status =
            rd_backtest_run(&job->options, &job->arena, &job->result, &job->findings, &job->error);
    job_scratch_remove(dir, &job->arena);
    job->took_ms = (rd_clock_mono_ns() - job->began_ns) / 1000000;
}

static void job_free(struct rd_backtest_job *job)
{
    rd_aside_join(&job->aside);
    rd_arena_fini(&job->arena);
    free(job);
}

void rd_backtest_job_fini(struct rd_kernel *kernel)
{
    if (!kernel->backtest)
        return;
    atomic_store(&kernel->backtest->stop, true);
    job_free(kernel->backtest);
    kernel->backtest = NULL;
}

static const char *job_text(struct rd_backtest_job *job, const struct rd_request *request,
                            const char *name)
{
    const char *text = rd_map_text(request->params, name, NULL);
    return text ? rd_arena_copy(&job->arena, text, strlen(text)) : NULL;
}

static enum rd_status job_fill(struct rd_kernel *kernel, struct rd_request *request,
                               struct rd_backtest_job *job)
{
    struct rd_policy_source *sources;
    const char *journal = rd_journal_dir(rd_vault_journal(kernel->vault));
    int64_t cases = rd_map_int(request->params, "cases", 20);
    if (cases < 0 || cases > RD_BACKTEST_CASES_MAX)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/cases", "0 to %d cases",
                           RD_BACKTEST_CASES_MAX);
    if (!kernel->policy_dir)
        return rd_error_set(&request->error, RD_NOT_FOUND,
                            "the server was started without a policy directory");
    job->options = (struct rd_backtest_options){
        .journal_dir = rd_arena_copy(&job->arena, journal, strlen(journal)),
        .scratch_dir = rd_arena_join(&job->arena, kernel->data_dir, "/backtest"),
        .since = job_text(job, request, "since"),
        .until = job_text(job, request, "until"),
        .type = job_text(job, request, "type"),
        .cases_max = (uint32_t)cases,
        .activated = rd_map_bool(request->params, "activated", false),
        .full = rd_map_bool(request->params, "full", false),
        .progress = job_progress,
        .context = job,
    };
    enum rd_status status = rd_policy_read_dir(&job->arena, kernel->policy_dir, &sources,
                                               &job->options.source_count, &request->error);
    job->options.sources = sources;
    return status;
}

enum rd_status rd_method_policy_backtest(struct rd_kernel *kernel, struct rd_request *request)
{
    if (kernel->backtest && !rd_aside_is_done(&kernel->backtest->aside))
        return rd_error_set(&request->error, RD_IN_PROGRESS,
                            "a back-test is under way; wait for it, or policy.backtest_cancel");
    struct rd_backtest_job *job = calloc(1, sizeof *job);
    RD_ASSERT(job);
    rd_arena_init(&job->arena);
    rd_findings_init(&job->findings, &job->arena);
    job->error = RD_ERROR_NONE;
    job->began_ns = rd_clock_mono_ns();
    enum rd_status status = job_fill(kernel, request, job);
    if (status != RD_OK) {
        job_free(job);
        return status;
    }
    if (kernel->backtest)
        job_free(kernel->backtest);
    kernel->backtest = job;
    rd_aside_begin(&job->aside, job_work, job);
    return rd_method_policy_backtest_status(kernel, request);
}

static const char *job_state(const struct rd_backtest_job *job)
{
    if (job->status == RD_CANCELLED)
        return "cancelled";
    return job->status == RD_OK ? "done" : "failed";
}

/* Why it failed, with all that is wrong with the candidate. */
static struct rd_value job_error(const struct rd_backtest_job *job, struct rd_arena *arena)
{
    struct rd_value out = rd_map(), findings = rd_list();
    const char *text = job->error.text[0] ? job->error.text : rd_status_text(job->status);
    rd_map_add(arena, &out, "name", rd_text(rd_status_name(job->status)));
    rd_map_add(arena, &out, "message", rd_text_copy(arena, text, strlen(text)));
    for (const struct rd_finding *f = job->findings.first; f; f = f->next)
        rd_list_add(
            arena, &findings,
            rd_text(rd_arena_printf(arena, "%s:%d: %s", f->file ? f->file : "", f->line, f->text)));
    rd_map_add(arena, &out, "findings", findings);
    return out;
}

enum rd_status rd_method_policy_backtest_status(struct rd_kernel *kernel,
                                                struct rd_request *request)
{
    struct rd_backtest_job *job = kernel->backtest;
    struct rd_arena *arena = request->arena;
    struct rd_value *out = &request->result;
    *out = rd_map();
    if (!job || !rd_aside_is_done(&job->aside)) {
        rd_map_add(arena, out, "state", rd_text(job ? "running" : "none"));
        rd_map_add(arena, out, "done", rd_int(job ? (int64_t)atomic_load(&job->done) : 0));
        rd_map_add(arena, out, "all", rd_int(job ? (int64_t)atomic_load(&job->all) : 0));
        return RD_OK;
    }
    rd_aside_join(&job->aside);
    rd_map_add(arena, out, "state", rd_text(job_state(job)));
    rd_map_add(arena, out, "took_ms", rd_int(job->took_ms));
    if (job->status == RD_OK)
        rd_map_add(arena, out, "result", rd_value_copy(arena, &job->result));
    else
        rd_map_add(arena, out, "error", job_error(job, arena));
    return RD_OK;
}

enum rd_status rd_method_policy_backtest_cancel(struct rd_kernel *kernel,
                                                struct rd_request *request)
{
    if (kernel->backtest)
        atomic_store(&kernel->backtest->stop, true);
    return rd_method_policy_backtest_status(kernel, request);
}
