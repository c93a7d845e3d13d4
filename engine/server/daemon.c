/* The daemon: opens the engine, opens the doors, serves, and stops in a written order.
 *
 *   open: kernel (alone) ─▶ doors bound ─▶ kernel thread ─▶ doors listen ─▶ READY
 *   stop: doors closed ─▶ reading stops ─▶ what was read is run and answered ─▶ sessions closed
 *         ─▶ kernel thread flushes, commits, closes the kernel ─▶ last handles closed
 *         ─▶ loop closed and found empty
 *
 * The loop thread gathers during a turn of the loop (jobs for the kernel, bytes for sessions) and
 * lets go of everything before it sleeps and after it woke: one hand-over, one write a session. It
 * never waits for the disk and never touches the kernel. A second signal does not make it hurry:
 * what was accepted is answered; only peers that do not take their replies are given up after a
 * while.
 */
#include "server/daemon.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <uv.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "kernel/kernel.h"
#include "server/fatal.h"
#include "server/feed.h"
#include "server/follow.h"
#include "server/listener.h"
#include "server/server.h"
#include "server/session.h"

#define DAEMON_LISTEN_MAX 16
#define DAEMON_PROGRESS_NS 1000000000ll
#define DAEMON_OWN_FILES 256 /* journal, store, loop, log */

/* ---- jobs there and back ---- */

bool rd_server_has_room(const struct rd_server *server, const struct rd_job *job, size_t own)
{
    size_t sessions = server->sessions_busy + (own == 0), cost = rd_job_cost(job),
           lane = server->lane_under_way[job->lane], lanes = server->lanes_busy + (lane == 0);
    /* who has many sessions has one share for all of them, beside theirs */
    return (rd_pace_admits(&server->pace, cost, server->under_way, own, sessions) ||
            (lanes > 1 && rd_pace_admits(&server->pace, cost, server->under_way, lane, lanes))) &&
           server->under_way_bytes + job->arena.total <= RD_UNANSWERED_SERVER_BYTES;
}

static void server_count_lane(struct rd_server *server, uint8_t lane, int64_t more)
{
    server->lanes_busy -= server->lane_under_way[lane] > 0;
    server->lane_under_way[lane] = (size_t)((int64_t)server->lane_under_way[lane] + more);
    server->lanes_busy += server->lane_under_way[lane] > 0;
}

void rd_server_submit(struct rd_server *server, struct rd_job *job)
{
    RD_ASSERT(!server->stopping);
    server->under_way += rd_job_cost(job);
    server_count_lane(server, job->lane, (int64_t)rd_job_cost(job));
    server->under_way_bytes += job->bytes;
    rd_jobs_add(&server->pending, job);
}

void rd_server_turn(struct rd_server *server)
{
    while (server->pending.first || server->dirty) {
        if (server->pending.first)
            rd_worker_push(&server->worker, &server->pending);
        struct rd_session *session = server->dirty;
        server->dirty = NULL;
        while (session) {
            struct rd_session *next = rd_session_next_dirty(session);
            rd_session_flush(session);
            session = next;
        }
    }
}

/* A job of the server's own. */
static void server_ask(struct rd_server *server, enum rd_job_kind kind, const char *method)
{
    static const struct rd_peer inside = { .door = RD_DOOR_INSIDE };
    struct rd_job *job = rd_job_get(&server->pool, kind);
    if (method)
        rd_rpc_make(&job->arena, method, NULL, &inside, &job->message);
    rd_server_submit(server, job);
}

static void server_ask_reload(struct rd_server *server)
{
    rd_notify_reloading(&server->notify);
    server->reloading = true;
    server_ask(server, RD_JOB_RELOAD, "policy.reload");
}

static void server_log_reload(const struct rd_request *request)
{
    if (request->status == RD_OK) {
        const char *hash = rd_map_text(&request->result, "hash", "");
        rd_log(RD_LOG_INFO, "daemon", "the policy was reloaded%s%s", *hash ? ": " : "", hash);
        return;
    }
    rd_log(RD_LOG_ERROR, "daemon", "the policy was not reloaded, the old one goes on: %s",
           request->error.text);
    const struct rd_value *findings = rd_map_list(request->error.detail, "findings");
    for (uint32_t i = 0; i < findings->count; i++) {
        const struct rd_value *finding = &findings->items[i];
        rd_log(RD_LOG_ERROR, "policy", "%s:%lld: %s", rd_map_text(finding, "file", "?"),
               (long long)rd_map_int(finding, "line", 0), rd_map_text(finding, "text", ""));
    }
}

/* A job came back: whose it is, gets it. */
static void server_deliver(struct rd_server *server, struct rd_job *job)
{
    server->under_way -= rd_job_cost(job);
    server_count_lane(server, job->lane, -(int64_t)rd_job_cost(job));
    server->under_way_bytes -= job->bytes;
    switch (job->kind) {
    case RD_JOB_MESSAGE:
        if (job->session) {
            rd_session_answered(job->session, job);
            return; /* the session's queue gives it back */
        }
        break;
    case RD_JOB_FEED:
        if (job->session)
            rd_feed_answered(job->session, job);
        break;
    case RD_JOB_RELOAD:
        server->reloading = false;
        server_log_reload(&job->message.calls[0].request);
        if (server->draining)
            break;
        rd_notify_send(&server->notify, "READY=1");
        if (server->reload_again)
            server_ask_reload(server);
        server->reload_again = false;
        break;
    case RD_JOB_FOLLOW:
        rd_follow_answered(server->follow, job);
        break;
    case RD_JOB_PING:
        server->pinged = false;
        rd_notify_send(&server->notify, "WATCHDOG=1");
        break;
    }
    rd_job_put(&server->pool, job);
}

static void server_close_handles(struct rd_server *server);

/* For metrics: with each bell is often enough. */
static void server_tell_figures(struct rd_server *server)
{
    struct rd_worker *worker = &server->worker;
    atomic_store_explicit(&worker->sessions, server->session_count, memory_order_relaxed);
    atomic_store_explicit(&worker->under_way, server->under_way, memory_order_relaxed);
    atomic_store_explicit(&worker->busy, server->busy, memory_order_relaxed);
    atomic_store_explicit(&worker->each_ns, server->pace.each_ns, memory_order_relaxed);
}

static void server_on_bell(uv_async_t *bell)
{
    struct rd_server *server = bell->data;
    bool done = server->worker.done; /* before the results: nothing comes after it */
    uint64_t durable = rd_worker_durable_seq(&server->worker);
    bool moved = durable != server->durable_seq;
    server->durable_seq = durable;
    server_tell_figures(server);
    struct rd_jobs jobs = rd_worker_results(&server->worker);
    struct rd_job *job;
    rd_pace_note(&server->pace, jobs.cost, server->under_way - jobs.cost, rd_clock_mono_ns());
    while ((job = rd_jobs_take(&jobs)) != NULL)
        server_deliver(server, job);
    if (moved)
        rd_feed_pull_all(server);
    rd_server_check_end(server);
    if (done) {
        rd_worker_join(&server->worker);
        server_close_handles(server);
    }
}

static void server_on_watch(uv_timer_t *timer)
{
    struct rd_server *server = timer->data;
    struct rd_session *next;
    bool more = false;
    for (struct rd_session *session = server->sessions; session; session = next) {
        next = rd_session_next(session);
        more |= rd_session_watch(session, rd_clock_mono_ns());
    }
    if (!more)
        uv_timer_stop(timer);
}

void rd_server_watch(struct rd_server *server)
{
    if (!uv_is_active((uv_handle_t *)&server->watch_timer))
        uv_timer_start(&server->watch_timer, server_on_watch, RD_WATCH_MS, RD_WATCH_MS);
}

static void server_on_memory(uv_timer_t *timer)
{
    struct rd_server *server = timer->data;
    if (rd_memory_keep(&server->memory))
        rd_log(RD_LOG_DEBUG, "daemon", "memory that nobody used was given back");
}

static void server_on_before_wait(uv_prepare_t *handle)
{
    rd_server_turn(handle->data);
}

static void server_on_after_wait(uv_check_t *handle)
{
    rd_server_turn(handle->data);
}

/* ---- the end ---- */

void rd_server_check_end(struct rd_server *server)
{
    if (!server->draining || server->stopping || server->session_count > 0 || server->under_way > 0)
        return;
    server->stopping = true;
    rd_worker_stop(&server->worker);
}

/* Closes the last handles: the loop runs out. */
static void server_close_handles(struct rd_server *server)
{
    rd_follow_stop(server->follow);
    server->follow = NULL;
    uv_close((uv_handle_t *)&server->bell, NULL);
    uv_close((uv_handle_t *)&server->before_wait, NULL);
    uv_close((uv_handle_t *)&server->after_wait, NULL);
    uv_close((uv_handle_t *)&server->drain_timer, NULL);
    uv_close((uv_handle_t *)&server->watchdog_timer, NULL);
    uv_close((uv_handle_t *)&server->watch_timer, NULL);
    uv_close((uv_handle_t *)&server->memory_timer, NULL);
    for (size_t i = 0; i < 3; i++)
        uv_close((uv_handle_t *)&server->signals[i], NULL);
}

static void server_on_drain_over(uv_timer_t *timer)
{
    struct rd_server *server = timer->data;
    struct rd_session *next;
    for (struct rd_session *session = server->sessions; session; session = next) {
        next = rd_session_next(session);
        rd_session_close(session, "the server stops and the peer does not take its replies");
    }
}

static void server_drain(struct rd_server *server, int signal_number)
{
    const char *name = signal_number == SIGTERM ? "SIGTERM" : "SIGINT";
    if (server->draining) {
        rd_log(RD_LOG_WARN, "daemon", "%s again: still answering %zu requests of %zu sessions",
               name, server->under_way, server->session_count);
        return;
    }
    rd_log(RD_LOG_INFO, "daemon", "%s: stopping; %zu requests of %zu sessions are under way", name,
           server->under_way, server->session_count);
    rd_notify_send(&server->notify, "STOPPING=1\nSTATUS=answering what has arrived");
    server->draining = true;
    rd_worker_ending(&server->worker);
    uv_timer_stop(&server->watchdog_timer);
    rd_listeners_close(server);
    uv_timer_start(&server->drain_timer, server_on_drain_over, RD_DRAIN_MS_MAX, 0);
    for (struct rd_session *session = server->sessions; session; session = rd_session_next(session))
        rd_session_drain(session);
    rd_server_check_end(server);
}

/* ---- signals and clocks ---- */

static void server_log_keys(const struct rd_server *server)
{
    char until[RD_TLS_UNTIL_MAX];
    if (rd_tls_keys_until(server->tls_keys, until))
        rd_log(RD_LOG_INFO, "daemon", "the certificate is good until %s", until);
    else
        rd_log(RD_LOG_WARN, "daemon", "THE CERTIFICATE IS OVER since %s: nobody will trust it",
               until);
}

/* A certificate that can't be used does not take the place of one that can. */
static void server_reload_keys(struct rd_server *server)
{
    struct rd_error error = RD_ERROR_NONE;
    if (!server->tls_keys)
        return;
    if (rd_tls_keys_reload(server->tls_keys, &error) == RD_OK)
        server_log_keys(server);
    else
        rd_log(RD_LOG_ERROR, "daemon", "the certificate was not reloaded, the old one goes on: %s",
               error.text);
}

/* What was asked for while a policy is being loaded comes behind it: its files may have changed
 * since they were read. */
static void server_reload(struct rd_server *server)
{
    if (server->draining) {
        rd_log(RD_LOG_WARN, "daemon", "SIGHUP: not now, stopping");
        return;
    }
    server_reload_keys(server);
    server->reload_again = server->reloading;
    rd_log(RD_LOG_INFO, "daemon", "SIGHUP: reloading the policy%s",
           server->reloading ? " once more, behind the reload that is under way" : "");
    if (!server->reloading)
        server_ask_reload(server);
}

static void server_on_signal(uv_signal_t *handle, int number)
{
    struct rd_server *server = handle->data;
    if (number == SIGHUP)
        server_reload(server);
    else
        server_drain(server, number);
}

/* Only a kernel thread that answers feeds the watchdog: a loop that turns proves nothing. */
static void server_on_watchdog(uv_timer_t *timer)
{
    struct rd_server *server = timer->data;
    if (server->pinged)
        return;
    server->pinged = true;
    server_ask(server, RD_JOB_PING, NULL);
}

/* ---- the beginning ---- */

static void server_init(struct rd_server *server, const struct rd_daemon_options *options)
{
    static const int numbers[3] = { SIGTERM, SIGINT, SIGHUP };
    int failed = uv_loop_init(&server->loop);
    server->in_flight_max =
        options->in_flight_max ? options->in_flight_max : RD_SESSION_IN_FLIGHT_MAX;
    rd_pace_init(&server->pace);
    rd_gate_init(&server->gate, options->account_rate, options->address_rate);
    server->login_within_s = options->login_within_s;
    server->message_bytes_max =
        options->message_bytes_max ? options->message_bytes_max : RD_MESSAGE_BYTES_MAX;
    failed |= uv_async_init(&server->loop, &server->bell, server_on_bell);
    failed |= uv_prepare_init(&server->loop, &server->before_wait);
    failed |= uv_prepare_start(&server->before_wait, server_on_before_wait);
    failed |= uv_check_init(&server->loop, &server->after_wait);
    failed |= uv_check_start(&server->after_wait, server_on_after_wait);
    failed |= uv_timer_init(&server->loop, &server->drain_timer);
    failed |= uv_timer_init(&server->loop, &server->watchdog_timer);
    failed |= uv_timer_init(&server->loop, &server->watch_timer);
    failed |= uv_timer_init(&server->loop, &server->memory_timer);
    server->bell.data = server->before_wait.data = server->after_wait.data = server;
    server->drain_timer.data = server->watchdog_timer.data = server->watch_timer.data = server;
    server->memory_timer.data = server;
    for (size_t i = 0; i < 3; i++) {
        failed |= uv_signal_init(&server->loop, &server->signals[i]);
        server->signals[i].data = server;
        failed |= uv_signal_start(&server->signals[i], server_on_signal, numbers[i]);
    }
    RD_ASSERT(failed == 0);
}

static void server_log_open(uv_handle_t *handle, void *context)
{
    (void)context;
    rd_log(RD_LOG_ERROR, "daemon", "a handle of the kind %s was left %s",
           uv_handle_type_name(handle->type), uv_is_closing(handle) ? "closing" : "open");
}

/* Proves that nothing is left. */
static void server_fini(struct rd_server *server)
{
    int left = uv_loop_close(&server->loop);
    if (left != 0)
        uv_walk(&server->loop, server_log_open, NULL);
#ifndef NDEBUG
    RD_ASSERT(left == 0);
#endif
    RD_ASSERT(server->session_count == 0 && server->under_way == 0 && !server->dirty &&
              !server->followers);
    rd_job_pool_fini(&server->pool);
    rd_gate_fini(&server->gate);
    rd_tls_keys_close(server->tls_keys);
    rd_buf_fini(&server->tls_plain);
}

static enum rd_status server_bind(struct rd_server *server, const struct rd_daemon_options *options,
                                  struct rd_error *error)
{
    enum rd_status status = RD_OK;
    if (!options->tls_cert != !options->tls_key)
        return rd_error_set(error, RD_BAD_CONFIG, "--tls-cert and --tls-key belong together");
    if (options->tls_cert)
        status = rd_tls_keys_open(options->tls_cert, options->tls_key, &server->tls_keys, error);
    if (server->tls_keys)
        server_log_keys(server);
    for (size_t i = 0; i < options->listen_count && status == RD_OK; i++)
        status = rd_listener_open(server, options->listen[i], error);
    if (status == RD_OK)
        rd_listener_open_own(server, options->data_dir);
    return status;
}

/* Takes the kernel in any case: it is the kernel thread's from here on, or closed. */
static enum rd_status server_start(struct rd_server *server,
                                   const struct rd_daemon_options *options,
                                   struct rd_kernel *kernel, struct rd_error *error)
{
    enum rd_status status = server_bind(server, options, error);
    server->durable_seq = rd_kernel_durable_seq(kernel);
    if (status == RD_OK)
        status = rd_worker_start(&server->worker, kernel, &server->bell, error);
    if (status != RD_OK) {
        rd_kernel_close(kernel);
        rd_listeners_close(server);
        server_close_handles(server);
        return status;
    }
    for (struct rd_listener *listener = server->listeners; listener && status == RD_OK;
         listener = rd_listener_next(listener))
        status = rd_listener_start(listener, error);
    if (status == RD_OK && options->follow)
        status = rd_follow_start(server,
                                 &(struct rd_follow_options){ .from = options->follow,
                                                              .token = options->follow_token,
                                                              .ca_file = options->follow_ca },
                                 &server->follow, error);
    if (status != RD_OK) {
        server->draining = true;
        rd_listeners_close(server);
        rd_server_check_end(server);
    }
    return status;
}

/* Says that the doors are open, to the log, the manager and the caller. */
static void server_announce(struct rd_server *server, const struct rd_daemon_options *options)
{
    const char *addresses[DAEMON_LISTEN_MAX + 1]; /* with its own */
    size_t count = 0;
    for (struct rd_listener *listener = server->listeners; listener;
         listener = rd_listener_next(listener)) {
        addresses[count++] = rd_listener_text(listener);
        rd_log(RD_LOG_INFO, "daemon", "listening at %s", rd_listener_text(listener));
    }
    rd_notify_send(&server->notify, "READY=1\nSTATUS=serving");
    if (server->notify.watchdog_ms > 0) {
        uint64_t every_ms = (uint64_t)(server->notify.watchdog_ms + 1) / 2;
        uv_timer_start(&server->watchdog_timer, server_on_watchdog, every_ms, every_ms);
    }
    uv_timer_start(&server->memory_timer, server_on_memory, RD_MEMORY_LOOK_MS, RD_MEMORY_LOOK_MS);
    if (options->ready)
        options->ready(options->context, addresses, count);
}

/* ---- opening the engine ---- */

struct daemon_progress {
    const struct rd_notify *notify;
    int64_t told_ns;
};

/* A long replay says once a second how far it is, and asks the manager for patience. */
static void daemon_on_progress(void *context, uint64_t done, uint64_t all)
{
    struct daemon_progress *progress = context;
    int64_t now_ns = rd_clock_mono_ns();
    if (now_ns - progress->told_ns < DAEMON_PROGRESS_NS)
        return;
    progress->told_ns = now_ns;
    char text[160];
    snprintf(text, sizeof(text), "EXTEND_TIMEOUT_USEC=60000000\nSTATUS=replaying: %llu of %llu",
             (unsigned long long)done, (unsigned long long)all);
    rd_notify_send(progress->notify, text);
    rd_log(RD_LOG_INFO, "daemon", "replaying the journal: %llu of %llu entries",
           (unsigned long long)done, (unsigned long long)all);
}

static void daemon_log_findings(const struct rd_findings *findings)
{
    for (const struct rd_finding *finding = findings->first; finding; finding = finding->next)
        rd_log(finding->error ? RD_LOG_ERROR : RD_LOG_WARN, "policy", "%s:%d: %s", finding->file,
               finding->line, finding->text);
}

static void daemon_log_start(const struct rd_daemon_options *options, struct rd_kernel *kernel,
                             const struct rd_kernel_start *start)
{
    rd_log(RD_LOG_INFO, "daemon", "opened %s: %llu journal entries, %llu of them replayed",
           options->data_dir, (unsigned long long)start->last_seq,
           (unsigned long long)start->replayed);
    if (start->cut_bytes > 0)
        rd_log(RD_LOG_WARN, "daemon",
               "the journal's end was torn: %llu bytes behind entry %llu were cut off (they were "
               "never acknowledged)",
               (unsigned long long)start->cut_bytes, (unsigned long long)start->cut_after_seq);
    if (start->policy_refused)
        rd_log(RD_LOG_ERROR, "daemon",
               "the policy in %s has errors and was not activated: the stored one goes on",
               options->policy_dir);
    if (options->clock_manual) {
        char now[RD_TIME_TEXT_MAX];
        rd_time_write(rd_kernel_now_ms(kernel), now);
        rd_log(RD_LOG_WARN, "daemon",
               "THE CLOCK IS MANUAL: it stands at %s and moves only by clock.advance; no deadline "
               "rings by itself, and an administrator may play several people where rules want "
               "several. This is for tests, never for service",
               now);
    }
}

/* Each session is an open file; what the shell allows by default is less than RD_SESSIONS_MAX. How
 * many sessions there may be: peers that come in crowds never take the files that the journal needs
 * in order to go on. */
static size_t daemon_allow_files(void)
{
    struct rlimit limit;
    rlim_t need = RD_SESSIONS_MAX + DAEMON_OWN_FILES;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= need)
        return RD_SESSIONS_MAX;
    limit.rlim_cur = limit.rlim_max < need ? limit.rlim_max : need;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= need)
        return RD_SESSIONS_MAX;
    rlim_t own = limit.rlim_cur < 2 * DAEMON_OWN_FILES ? limit.rlim_cur / 2 : DAEMON_OWN_FILES;
    size_t sessions = (size_t)(limit.rlim_cur - own);
    rd_log(RD_LOG_WARN, "daemon",
           "only %llu files may be open here: %zu instead of %u sessions can be served",
           (unsigned long long)limit.rlim_cur, sessions, RD_SESSIONS_MAX);
    return sessions;
}

/* A directory in whose place another was promoted is never served again; a standby only as one. */
static enum rd_status daemon_may_serve(const struct rd_daemon_options *options,
                                       const struct rd_kernel *kernel, struct rd_error *error)
{
    enum rd_status passive = rd_kernel_passive(kernel);
    if (passive == RD_FENCED)
        return rd_error_set(error, RD_FENCED,
                            "%s: another server was promoted in the place of this one; make it a "
                            "standby of that one from a backup, in a new directory",
                            options->data_dir);
    if (passive == RD_STANDBY && !options->follow)
        return rd_error_set(error, RD_STANDBY,
                            "%s is a standby: serve it with --follow, and promote it where it is "
                            "to take the other's place",
                            options->data_dir);
    if (passive == RD_STANDBY)
        rd_log(RD_LOG_INFO, "daemon", "a standby of %s: reads only", options->follow);
    return RD_OK;
}

static enum rd_status daemon_open(const struct rd_daemon_options *options,
                                  const struct rd_notify *notify, struct rd_kernel **kernel,
                                  struct rd_error *error)
{
    struct daemon_progress progress = { .notify = notify, .told_ns = rd_clock_mono_ns() };
    struct rd_kernel_options with = { .data_dir = options->data_dir,
                                      .policy_dir = options->policy_dir,
                                      .policy_key = options->policy_key,
                                      .served = true,
                                      .follows = options->follow,
                                      .clock_manual = options->clock_manual,
                                      .clock_start_ms = options->clock_start_ms,
                                      .rehearsal = options->clock_manual,
                                      /* what is played must come out the same each time */
                                      .draw_seed = options->clock_manual ? "manual clock" : NULL,
                                      .progress = daemon_on_progress,
                                      .progress_context = &progress };
    struct rd_arena arena;
    struct rd_findings findings;
    struct rd_kernel_start start = { 0 };
    *kernel = NULL;
    rd_arena_init(&arena);
    rd_findings_init(&findings, &arena);
    enum rd_status status = rd_kernel_open(&with, &findings, kernel, &start, error);
    daemon_log_findings(&findings);
    if (status == RD_OK)
        status = daemon_may_serve(options, *kernel, error);
    if (status == RD_OK)
        daemon_log_start(options, *kernel, &start);
    if (status != RD_OK)
        rd_kernel_close(*kernel);
    rd_arena_fini(&arena);
    return status;
}

enum rd_status rd_daemon_run(const struct rd_daemon_options *options, struct rd_error *error)
{
    if (options->listen_count == 0 || options->listen_count > DAEMON_LISTEN_MAX)
        return rd_error_set(error, RD_BAD_CONFIG, "between 1 and %d addresses to listen at, please",
                            DAEMON_LISTEN_MAX);
    rd_fatal_prepare();
    signal(SIGHUP, SIG_IGN); /* until there is something to reload */
    struct rd_server *server = calloc(1, sizeof(*server));
    RD_ASSERT(server != NULL);
    server->sessions_max = daemon_allow_files();
    rd_notify_init(&server->notify);
    struct rd_kernel *kernel = NULL;
    enum rd_status status = daemon_open(options, &server->notify, &kernel, error);
    if (status == RD_OK) {
        server_init(server, options);
        status = server_start(server, options, kernel, error);
        if (status == RD_OK)
            server_announce(server, options);
        uv_run(&server->loop, UV_RUN_DEFAULT);
        server_fini(server);
        rd_log(RD_LOG_INFO, "daemon", "stopped");
    }
    rd_notify_fini(&server->notify);
    free(server);
    return status;
}
