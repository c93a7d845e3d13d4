/* The kernel thread: what was answered leaves in order, and not before what it saw is durable. */
#include "unit.h"

#include "base/clock.h"
#include "server/worker.h"
#include "store/faults.h"
#include "unit/kernel_rig.h"

static struct kernel_rig rig;
static struct rd_worker worker;
static struct rd_job_pool pool;
static struct rd_jobs results;
static uv_loop_t loop;
static uv_async_t bell;

static bool always(void *context)
{
    (void)context;
    return true;
}

static void setup(void)
{
    struct rd_error error = RD_ERROR_NONE;
    rig_open(&rig);
    ck_assert_int_eq(uv_loop_init(&loop), 0);
    ck_assert_int_eq(uv_async_init(&loop, &bell, NULL), 0);
    results = (struct rd_jobs){ 0 };
    worker = (struct rd_worker){ .server = { .others_wait = always } }; /* all flushes go behind */
    ck_assert_int_eq(rd_worker_start(&worker, rig.kernel, &bell, &error), RD_OK);
    rig.kernel = NULL; /* the worker's */
}

static void stop(void)
{
    rd_worker_stop(&worker);
    while (!atomic_load(&worker.done))
        uv_sleep(1);
    struct rd_jobs last = rd_worker_results(&worker);
    rd_jobs_join(&results, &last);
    rd_worker_join(&worker);
}

static void teardown(void)
{
    struct rd_job *job;
    unsetenv("RD_FAULT");
    while ((job = rd_jobs_take(&results)) != NULL)
        rd_job_put(&pool, job);
    rd_job_pool_fini(&pool);
    uv_close((uv_handle_t *)&bell, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    ck_assert_int_eq(uv_loop_close(&loop), 0);
    rig_close(&rig);
}

static struct rd_job *push(const char *method, const char *params)
{
    struct rd_job *job = rd_job_get(&pool, RD_JOB_MESSAGE);
    struct rd_value *value = rd_arena_alloc(&job->arena, sizeof *value);
    struct rd_jobs jobs = { 0 };
    *value = rig_json(&rig, "%s", params);
    rd_rpc_make(&job->arena, method, value, &rig.peer, &job->message);
    rd_jobs_add(&jobs, job);
    rd_worker_push(&worker, &jobs);
    return job;
}

static struct rd_job *push_open(void)
{
    return push("case.open", "{'type': 'job', 'as': 'ben', 'data': {'subject': 'x'}}");
}

static size_t list_cases(struct rd_job *job)
{
    ck_assert_int_eq(job->message.calls[0].request.status, RD_OK);
    return t_count(job->message.calls[0].request.result, "cases");
}

/* The next result, waited for. */
static struct rd_job *take(void)
{
    for (int i = 0; i < 10000; i++) {
        struct rd_jobs more = rd_worker_results(&worker);
        rd_jobs_join(&results, &more);
        if (results.first)
            return rd_jobs_take(&results);
        uv_sleep(1);
    }
    ck_abort_msg("no result came");
    return NULL;
}

static void put(struct rd_job *job)
{
    rd_job_put(&pool, job);
}

/* Waits until the kernel thread has run everything that was pushed, on disk or not. */
static void until_run(uint64_t seen)
{
    uv_mutex_lock(&worker.lock);
    while (worker.told_seq < seen && (!worker.held.last || worker.held.last->seen_seq < seen)) {
        uv_mutex_unlock(&worker.lock);
        uv_sleep(1);
        uv_mutex_lock(&worker.lock);
    }
    uv_mutex_unlock(&worker.lock);
}

static size_t held(void)
{
    uv_mutex_lock(&worker.lock);
    size_t count = worker.held.cost;
    uv_mutex_unlock(&worker.lock);
    return count;
}

START_TEST(a_read_does_not_leave_before_what_it_saw_is_durable)
{
    if (!rd_faults_on())
        return;
    uint64_t durable = rd_worker_durable_seq(&worker);
    setenv("RD_FAULT", "journal_flush_slow:0:1", 1);
    int64_t began_ns = rd_clock_mono_ns();
    struct rd_job *write = push_open();
    until_run(durable + 1);
    struct rd_job *read = push("case.list", "{'type': 'job', 'as': 'ben'}");
    while (held() < 2 && rd_clock_mono_ns() - began_ns < 150000000)
        uv_sleep(1);
    struct rd_jobs early = rd_worker_results(&worker);
    uint64_t then = rd_worker_durable_seq(&worker);
    if (rd_clock_mono_ns() - began_ns < 190000000) { /* the flush is still under way */
        ck_assert_ptr_null(early.first);
        ck_assert_uint_eq(then, durable);
    }
    rd_jobs_join(&results, &early);
    ck_assert_ptr_eq(take(), write);
    ck_assert_ptr_eq(take(), read);
    ck_assert_uint_ge(rd_worker_durable_seq(&worker), durable + 1);
    ck_assert_uint_ge(read->seen_seq, durable + 1); /* it was held for that */
    ck_assert_uint_eq(list_cases(read), 1);         /* it saw the write */
    put(write);
    put(read);
    stop();
}
END_TEST

/* What comes while a flush is under way is run, and shares the next one. */
START_TEST(a_flush_holds_up_no_run)
{
    if (!rd_faults_on())
        return;
    uint64_t durable = rd_worker_durable_seq(&worker);
    setenv("RD_FAULT", "journal_flush_slow:0:1", 1);
    int64_t began_ns = rd_clock_mono_ns();
    struct rd_job *writes[3];
    for (uint64_t i = 0; i < 3; i++) {
        writes[i] = push_open();
        until_run(durable + 1 + i);
    }
    size_t waiting = held();
    if (rd_clock_mono_ns() - began_ns < 190000000) /* the first flush is still under way */
        ck_assert_uint_eq(waiting, 3);
    for (int i = 0; i < 3; i++) {
        ck_assert_ptr_eq(take(), writes[i]);
        ck_assert_uint_ge(rd_worker_durable_seq(&worker), writes[i]->seen_seq);
        ck_assert_int_eq(writes[i]->message.calls[0].request.status, RD_OK);
        put(writes[i]);
    }
    stop();
}
END_TEST

START_TEST(results_leave_in_the_order_of_their_runs)
{
    struct rd_job *jobs[200];
    for (int i = 0; i < 200; i++) {
        jobs[i] = i % 3 ? push_open() : push("case.list", "{'type': 'job', 'as': 'ben'}");
        if (i % 20 == 0)
            uv_sleep(1);
    }
    for (int i = 0; i < 200; i++) {
        ck_assert_ptr_eq(take(), jobs[i]);
        ck_assert_uint_ge(rd_worker_durable_seq(&worker), jobs[i]->seen_seq);
        ck_assert_int_eq(jobs[i]->message.calls[0].request.status, RD_OK);
    }
    for (int i = 0; i < 200; i++)
        put(jobs[i]);
    stop();
}
END_TEST

START_TEST(a_flush_that_failed_behind_is_tried_again)
{
    if (!rd_faults_on())
        return;
    setenv("RD_FAULT", "journal_write_enospc:0:1", 1);
    struct rd_job *write = push_open();
    ck_assert_ptr_eq(take(), write); /* nothing else came: the failure itself woke the thread */
    ck_assert_int_eq(write->message.calls[0].request.status, RD_OK);
    put(write);
    stop();
}
END_TEST

START_TEST(what_could_not_be_flushed_is_said)
{
    if (!rd_faults_on())
        return;
    setenv("RD_FAULT", "journal_write_enospc:0:2", 1);
    struct rd_job *write = push_open();
    ck_assert_ptr_eq(take(), write);
    ck_assert_int_eq(write->message.calls[0].request.status, RD_STORAGE_FULL);
    uint64_t durable = rd_worker_durable_seq(&worker);
    struct rd_job *read = push("case.list", "{'type': 'job', 'as': 'ben'}");
    ck_assert_ptr_eq(take(), read); /* with room again, what was kept is flushed */
    ck_assert_uint_gt(rd_worker_durable_seq(&worker), durable);
    ck_assert_uint_eq(list_cases(read), 1);
    put(write);
    put(read);
    stop();
}
END_TEST

START_TEST(stops_with_a_flush_under_way)
{
    static const char *const faults[] = { "journal_flush_slow:0:1", "journal_write_enospc:0:1",
                                          "journal_write_enospc:0:2" };
    if (!rd_faults_on())
        return;
    setenv("RD_FAULT", faults[_i], 1);
    struct rd_job *write = push_open();
    stop();
    ck_assert_ptr_eq(rd_jobs_take(&results), write);
    ck_assert_int_eq(write->message.calls[0].request.status, _i < 2 ? RD_OK : RD_STORAGE_FULL);
    put(write);
    unsetenv("RD_FAULT");
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    ck_assert_uint_eq(t_count(rig_ok(&rig, "case.list", "{'type': 'job'}"), "cases"), 1);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("worker");
    TCase *tests = tcase_create("worker");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_read_does_not_leave_before_what_it_saw_is_durable);
    tcase_add_test(tests, a_flush_holds_up_no_run);
    tcase_add_test(tests, results_leave_in_the_order_of_their_runs);
    tcase_add_test(tests, a_flush_that_failed_behind_is_tried_again);
    tcase_add_test(tests, what_could_not_be_flushed_is_said);
    tcase_add_loop_test(tests, stops_with_a_flush_under_way, 0, 3);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
