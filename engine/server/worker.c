/* The kernel thread.
 *
 *   take ─▶ run ─▶ results held ─▶ take ─▶ run ...
 *     │      └─ flush (behind it where others wait, one at a time) ─▶ results out, bell
 *     └ nothing there ─▶ a moment of patience ─▶ idle (commit, collect) ─▶ sleep
 *
 * A batch is what has arrived, and little enough that the loop has something to send while the next
 * one runs: no job ever waits for company. Results leave in the order of
 * their runs, once everything that they may have seen is durable; whoever knows that first, this
 * thread or the journal's, lets them go. The moment of patience keeps a
 * lone client that asks and waits, asks and waits, from paying for a commit of the store after each
 * of its steps. Time is the kernel's (it may stand still); sleeping is in real time, in slices
 * short enough to notice a wall clock that jumped.
 */
#include "server/worker.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/symbol.h"
#include "base/thread.h"
#include "kernel/kernel.h"
#include "server/pace.h"

#define WORKER_MS_NS 1000000ull
#define WORKER_STEP_NS 100000ull /* between two steps of tidying up; the disk is others' too */
#define WORKER_LEARN_PART 4      /* of what the last stroke has shown */
#define WORKER_LISTEN_NS 50000ll /* what a wake may cost on an idle processor */
#define WORKER_LISTEN_PAUSES 16
#define WORKER_LISTEN_TIMES 8u /* in vain, one after the other; then only now and then */
#define WORKER_LISTEN_AGAIN 64u
/* Every request that was let in, a page for each subscriber, and the few jobs of our own. */
#define WORKER_QUEUE_COST_MAX (RD_KERNEL_QUEUE_MAX + RD_SESSIONS_MAX + 16)

/* The part of the jobs that is to be run, as the kernel takes it. */
static size_t worker_gather(const struct rd_jobs *jobs, struct rd_request **requests)
{
    size_t count = 0;
    for (const struct rd_job *job = jobs->first; job; job = job->next) {
        for (uint32_t i = 0; i < job->message.count; i++) {
            if (!job->message.calls[i].runs)
                continue;
            RD_ASSERT(count < RD_BATCH_COMMANDS_MAX);
            requests[count++] = &job->message.calls[i].request;
        }
    }
    return count;
}

/* Whether a call of the job has its answer still to come. */
static bool worker_waits(const struct rd_job *job)
{
    for (uint32_t i = 0; i < job->message.count; i++)
        if (job->message.calls[i].runs && job->message.calls[i].request.waits)
            return true;
    return false;
}

/* Keeps back the jobs that wait for an answer, and lets those go that have got theirs. */
static void worker_sort(struct rd_worker *worker, struct rd_jobs *jobs)
{
    struct rd_jobs all = worker->waiting, ready = { 0 };
    struct rd_job *job;
    worker->waiting = (struct rd_jobs){ 0 };
    rd_jobs_join(&all, jobs);
    while ((job = rd_jobs_take(&all)) != NULL)
        rd_jobs_add(worker_waits(job) ? &worker->waiting : &ready, job);
    *jobs = ready;
}

/* Takes those away of which every call has been run; `*ran` more calls have been. */
static struct rd_jobs worker_ran(struct rd_jobs *jobs, size_t *ran)
{
    struct rd_jobs done = { 0 };
    while (jobs->first && jobs->first->message.runs <= *ran) {
        *ran -= jobs->first->message.runs;
        rd_jobs_add(&done, rd_jobs_take(jobs));
    }
    return done;
}

/* Everything up to `durable` is on disk: lets go what has seen no more, and rings for that and for
 * the number. Either thread; the lock keeps the order. */
static void worker_release(struct rd_worker *worker, uint64_t durable)
{
    struct rd_jobs ready = { 0 };
    uv_mutex_lock(&worker->lock);
    bool moved = durable > worker->told_seq;
    if (moved)
        worker->told_seq = durable;
    while (worker->held.first && worker->held.first->seen_seq <= worker->told_seq)
        rd_jobs_add(&ready, rd_jobs_take(&worker->held));
    bool news = moved || ready.first;
    atomic_store(&worker->durable_seq, worker->told_seq);
    bool room = rd_queue_push(&worker->out, &ready);
    RD_ASSERT(room);
    uv_mutex_unlock(&worker->lock);
    if (news)
        uv_async_send(worker->bell);
}

/* On the journal's thread. */
static void worker_on_flushed(void *context, uint64_t seq, bool failed)
{
    struct rd_worker *worker = context;
    worker_release(worker, seq);
    if (failed)
        atomic_store(&worker->flush_failed, true);
    rd_queue_nudge(&worker->in);
}

/* On another thread of the journal's: the next idle moment comes soon. */
static void worker_on_tidied(void *context)
{
    struct rd_worker *worker = context;
    rd_queue_nudge(&worker->in);
}

static bool worker_others_wait(void *context)
{
    struct rd_worker *worker = context;
    return rd_queue_has(&worker->in);
}

static void worker_figures(void *context, struct rd_server_figures *out)
{
    struct rd_worker *worker = context;
    *out = (struct rd_server_figures){ .sessions = atomic_load(&worker->sessions),
                                       .under_way = atomic_load(&worker->under_way),
                                       .busy = atomic_load(&worker->busy),
                                       .each_ns = atomic_load(&worker->each_ns) };
}

static void worker_hold(struct rd_worker *worker, struct rd_jobs *jobs)
{
    for (struct rd_job *job = jobs->first; job; job = job->next) {
        job->seen_seq = worker->seen_seq;
        worker->ahead_bytes += job->arena.total;
    }
    uv_mutex_lock(&worker->lock);
    rd_jobs_join(&worker->held, jobs);
    uv_mutex_unlock(&worker->lock);
}

/* What was held back is not durable, so no reply of it may say so. */
static void worker_fail(struct rd_worker *worker, const struct rd_error *error)
{
    uv_mutex_lock(&worker->lock);
    for (struct rd_job *job = worker->held.first; job; job = job->next) {
        job->seen_seq = 0;
        for (uint32_t i = 0; i < job->message.count; i++)
            if (job->message.calls[i].runs)
                rd_request_fail(&job->message.calls[i].request, error);
    }
    uv_mutex_unlock(&worker->lock);
}

/* Large replies are not made faster than the loop sends them on. */
static void worker_keep_pace(struct rd_worker *worker)
{
    if (worker->ahead_bytes < RD_REPLIES_AHEAD_BYTES)
        return;
    rd_kernel_flush_wait(worker->kernel);
    worker_release(worker, rd_kernel_durable_seq(worker->kernel));
    rd_queue_drain(&worker->out);
    worker->ahead_bytes = 0;
}

/* What has been run, `ran` calls, or what was due. */
static void worker_answer(struct rd_worker *worker, struct rd_jobs *jobs, size_t ran, bool due)
{
    const struct rd_error *failed = rd_kernel_flush_failed(worker->kernel);
    uint64_t seen = rd_kernel_seen_seq(worker->kernel);
    bool wrote = seen != worker->seen_seq && !failed;
    worker->seen_seq = seen;
    worker_sort(worker, jobs);
    bool answers = jobs->first != NULL;
    worker->ring_was_vain =
        due && ran == 0 && !wrote && !answers && !rd_kernel_reads(worker->kernel);
    worker_hold(worker, jobs);
    /* first what is durable: a flush behind the run before may have done it, and not said so yet */
    worker_release(worker, rd_kernel_durable_seq(worker->kernel));
    if (failed) {
        worker_fail(worker, failed);
        worker_release(worker, 0);
    }
    worker_keep_pace(worker);
    if (answers || wrote)
        rd_kernel_tidy(worker->kernel);
}

/* How many commands take as long as a request should wait at the most. */
static size_t worker_stroke_max(const struct rd_worker *worker)
{
    int64_t each_ns = worker->command_ns > 0 ? worker->command_ns : 1;
    int64_t most = RD_QUEUE_WAIT_MS * 1000000ll / each_ns;
    most = most > RD_STROKE_MIN ? most : RD_STROKE_MIN;
    return most < RD_BATCH_COMMANDS_MAX ? (size_t)most : RD_BATCH_COMMANDS_MAX;
}

static void worker_learn(struct rd_worker *worker, size_t ran)
{
    if (ran > 0)
        worker->command_ns +=
            (rd_kernel_commands_ns(worker->kernel) / (int64_t)ran - worker->command_ns) /
            WORKER_LEARN_PART;
}

/* At one stroke, but where the replies are large: there the first ones leave before the rest is
 * run. */
static void worker_run(struct rd_worker *worker, struct rd_jobs *jobs, bool due)
{
    struct rd_request *requests[RD_BATCH_COMMANDS_MAX];
    size_t count = worker_gather(jobs, requests), at = 0, ran = 0;
    do {
        size_t more = rd_kernel_run_served(worker->kernel, requests + at, count - at);
        worker_learn(worker, more);
        at += more;
        ran += more;
        struct rd_jobs done = worker_ran(jobs, &ran);
        worker_answer(worker, &done, more, due);
    } while (at < count);
    RD_ASSERT(!jobs->first && ran == 0);
}

/* How long the kernel may be left alone, at most `max_ms`. */
static uint64_t worker_nap_ns(struct rd_worker *worker, int64_t max_ms)
{
    if (worker->ring_was_vain)
        return RD_KERNEL_RETRY_MS * WORKER_MS_NS;
    int64_t wake_at_ms = rd_kernel_wake_at(worker->kernel);
    if (wake_at_ms != INT64_MAX && max_ms > RD_KERNEL_LOOK_MS_MAX)
        max_ms = RD_KERNEL_LOOK_MS_MAX;
    return (uint64_t)rd_kernel_until_ns(worker->kernel, wake_at_ms, max_ms * (int64_t)WORKER_MS_NS);
}

static bool worker_is_due(struct rd_worker *worker)
{
    return rd_kernel_wake_at(worker->kernel) <= rd_kernel_now_ms(worker->kernel);
}

/* Whether the one who alone has anything to ask is likely to ask again at once. */
static bool worker_expects(const struct rd_worker *worker)
{
    return worker->may_listen && atomic_load(&worker->under_way) <= 1 &&
           (worker->listened_vainly < WORKER_LISTEN_TIMES ||
            worker->listened_vainly % WORKER_LISTEN_AGAIN == 0);
}

/* Stays awake for a moment: a lone client that asks and waits would have this thread woken for each
 * of its steps, which takes longer than the step. */
static void worker_listen(struct rd_worker *worker)
{
    bool came = false, listen = worker_expects(worker);
    int64_t until_ns = rd_clock_mono_ns() + WORKER_LISTEN_NS;
    while (listen && !came && rd_clock_mono_ns() < until_ns) {
        for (int i = 0; i < WORKER_LISTEN_PAUSES && !came; i++) {
            rd_thread_pause();
            came = rd_queue_stirs(&worker->in);
        }
    }
    worker->listened_vainly = came ? 0 : worker->listened_vainly + 1;
}

/* Returns when there is a job, or when something is due. */
static void worker_rest(struct rd_worker *worker)
{
    worker_listen(worker);
    if (rd_queue_wait(&worker->in, worker_nap_ns(worker, RD_KERNEL_IDLE_AFTER_MS)))
        return;
    if (!worker->ring_was_vain && worker_is_due(worker))
        return;
    while (rd_kernel_idle(worker->kernel)) /* a step at a time, and somebody may come in between */
        if (rd_queue_wait(&worker->in, WORKER_STEP_NS) || worker_is_due(worker))
            return;
    while (!rd_queue_wait(&worker->in, worker_nap_ns(worker, 3600 * 1000))) {
        worker->ring_was_vain = false;
        if (worker_is_due(worker))
            return;
    }
}

/* Whatever is held back leaves, if need be as failed. */
static void worker_settle(struct rd_worker *worker)
{
    struct rd_jobs none = { 0 };
    rd_kernel_flush_wait(worker->kernel);
    worker_release(worker, rd_kernel_durable_seq(worker->kernel));
    uv_mutex_lock(&worker->lock);
    bool held = worker->held.first != NULL;
    uv_mutex_unlock(&worker->lock);
    if (held)
        worker_run(worker, &none, true);
}

static void worker_main(void *context)
{
    struct rd_worker *worker = context;
    struct rd_jobs jobs;
    (void)pthread_setname_np(pthread_self(), RD_WORKER_THREAD);
    rd_kernel_adopt(worker->kernel);
    while (rd_queue_take_part(&worker->in, rd_pace_stroke(atomic_load(&worker->under_way)),
                              worker_stroke_max(worker), &jobs)) {
        bool due = (!worker->ring_was_vain && worker_is_due(worker)) ||
                   atomic_exchange(&worker->flush_failed, false);
        enum rd_kernel_owing owing = rd_kernel_flush_owed(worker->kernel);
        if (jobs.first || due || owing == RD_OWES_NOW)
            worker_run(worker, &jobs, due);
        else if (owing == RD_OWES_LATER) /* its end, or a job, or what is due wakes */
            (void)rd_queue_wait(&worker->in, worker_nap_ns(worker, RD_KERNEL_LOOK_MS_MAX));
        else
            worker_rest(worker);
    }
    worker_settle(worker);
    rd_kernel_close(worker->kernel);
    RD_ASSERT(!worker->held.first);
    worker->kernel = NULL;
    atomic_store(&worker->done, true);
    uv_async_send(worker->bell);
}

enum rd_status rd_worker_start(struct rd_worker *worker, struct rd_kernel *kernel, uv_async_t *bell,
                               struct rd_error *error)
{
    bool (*others_wait)(void *context) = worker->server.others_wait;
    *worker = (struct rd_worker){ .kernel = kernel,
                                  .bell = bell,
                                  .may_listen = uv_available_parallelism() > 1 };
    worker->told_seq = rd_kernel_durable_seq(kernel);
    atomic_store(&worker->durable_seq, worker->told_seq);
    worker->server =
        (struct rd_kernel_server){ .context = worker,
                                   .others_wait = others_wait ? others_wait : worker_others_wait,
                                   .flushed = worker_on_flushed,
                                   .tidied = worker_on_tidied,
                                   .figures = worker_figures };
    rd_kernel_idle(kernel); /* ends the transaction that opening read with: none changes threads */
    int failed = uv_mutex_init(&worker->lock);
    RD_ASSERT(failed == 0);
    rd_queue_init(&worker->in, WORKER_QUEUE_COST_MAX);
    rd_queue_init(&worker->out, WORKER_QUEUE_COST_MAX);
    worker->symbols = rd_kernel_symbols(kernel);
    enum rd_status status = rd_kernel_serve(kernel, &worker->server, error);
    failed = status == RD_OK ? uv_thread_create(&worker->thread, worker_main, worker) : 0;
    if (status == RD_OK && failed == 0)
        return RD_OK;
    rd_queue_fini(&worker->in);
    rd_queue_fini(&worker->out);
    uv_mutex_destroy(&worker->lock);
    rd_symbols_unref(worker->symbols);
    if (status != RD_OK)
        return status;
    return rd_error_set(error, RD_IO, "starting the kernel thread: %s", uv_strerror(failed));
}

void rd_worker_push(struct rd_worker *worker, struct rd_jobs *jobs)
{
    bool room = rd_queue_push(&worker->in, jobs);
    RD_ASSERT(room);
}

struct rd_jobs rd_worker_results(struct rd_worker *worker)
{
    struct rd_jobs jobs;
    (void)rd_queue_take(&worker->out, SIZE_MAX, &jobs);
    return jobs;
}

uint64_t rd_worker_durable_seq(const struct rd_worker *worker)
{
    return atomic_load(&worker->durable_seq);
}

void rd_worker_ending(struct rd_worker *worker)
{
    rd_kernel_ending(worker->kernel);
}

void rd_worker_stop(struct rd_worker *worker)
{
    rd_queue_close(&worker->in);
}

void rd_worker_join(struct rd_worker *worker)
{
    RD_ASSERT(atomic_load(&worker->done));
    uv_thread_join(&worker->thread);
    rd_queue_fini(&worker->in);
    rd_queue_fini(&worker->out);
    uv_mutex_destroy(&worker->lock);
    rd_symbols_unref(worker->symbols);
}
