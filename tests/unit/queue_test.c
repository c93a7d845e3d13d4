/* Jobs and the queue between the two threads. */
#include "unit.h"

#include <stdatomic.h>

#include "base/limits.h"
#include "server/queue.h"

static struct rd_job_pool pool;
static struct rd_queue queue;

static void setup(void)
{
    pool = (struct rd_job_pool){ 0 };
    rd_queue_init(&queue, 10);
}

static void teardown(void)
{
    rd_queue_fini(&queue);
    rd_job_pool_fini(&pool);
}

/* A job of that many requests. */
static struct rd_job *job_of(uint32_t requests)
{
    struct rd_job *job = rd_job_get(&pool, RD_JOB_MESSAGE);
    job->message.runs = requests;
    return job;
}

static bool push(struct rd_job *job)
{
    struct rd_jobs jobs = { 0 };
    rd_jobs_add(&jobs, job);
    return rd_queue_push(&queue, &jobs);
}

/* Gives a chain back; how many there were. */
static size_t put_all(struct rd_jobs *jobs)
{
    size_t count = 0;
    struct rd_job *job;
    while ((job = rd_jobs_take(jobs)) != NULL) {
        rd_job_put(&pool, job);
        count++;
    }
    ck_assert_uint_eq(jobs->cost, 0);
    return count;
}

START_TEST(test_first_in_first_out)
{
    struct rd_job *one = job_of(1), *two = job_of(2), *none = job_of(0);
    ck_assert(push(one));
    ck_assert(push(two));
    ck_assert(push(none));
    ck_assert_uint_eq(queue.jobs.cost, 4); /* one without requests counts as one */
    struct rd_jobs jobs;
    ck_assert(rd_queue_take(&queue, 100, &jobs));
    ck_assert_ptr_eq(jobs.first, one);
    ck_assert_ptr_eq(one->next, two);
    ck_assert_ptr_eq(two->next, none);
    ck_assert_ptr_eq(jobs.last, none);
    ck_assert_uint_eq(put_all(&jobs), 3);
    ck_assert(rd_queue_take(&queue, 100, &jobs)); /* empty, but not over */
    ck_assert_ptr_null(jobs.first);
}
END_TEST

START_TEST(test_is_bounded_in_requests)
{
    struct rd_jobs jobs = { 0 };
    ck_assert(push(job_of(9)));
    rd_jobs_add(&jobs, job_of(1));
    rd_jobs_add(&jobs, job_of(1));
    ck_assert(!rd_queue_push(&queue, &jobs)); /* all or none */
    ck_assert_uint_eq(jobs.cost, 2);
    ck_assert_uint_eq(queue.jobs.cost, 9);
    struct rd_job *fits = rd_jobs_take(&jobs);
    ck_assert(push(fits));
    put_all(&jobs);
    ck_assert(rd_queue_take(&queue, 100, &jobs));
    ck_assert_uint_eq(put_all(&jobs), 2);
}
END_TEST

START_TEST(test_takes_a_bounded_batch)
{
    struct rd_jobs jobs;
    for (uint32_t i = 0; i < 3; i++)
        ck_assert(push(job_of(3)));
    ck_assert(rd_queue_take(&queue, 7, &jobs));
    ck_assert_uint_eq(put_all(&jobs), 2);
    ck_assert_uint_eq(queue.jobs.cost, 3);
    ck_assert(rd_queue_take(&queue, 1, &jobs)); /* one in any case */
    ck_assert_uint_eq(put_all(&jobs), 1);
    ck_assert_uint_eq(queue.jobs.cost, 0);
    ck_assert_ptr_null(queue.jobs.last);
}
END_TEST

static struct rd_job *job_in(uint8_t lane)
{
    struct rd_job *job = job_of(1);
    job->lane = lane;
    return job;
}

/* One caller has sent much, another one request behind it: that one need not wait for all of them,
 * and each caller's own stay in their order. */
START_TEST(test_takes_of_all_lanes_alike)
{
    struct rd_jobs jobs;
    struct rd_job *much[8], *other;
    for (size_t i = 0; i < 8; i++) {
        much[i] = job_in(1);
        ck_assert(push(much[i]));
    }
    other = job_in(2);
    ck_assert(push(other));
    ck_assert(push(job_in(2)));
    ck_assert(rd_queue_take_part(&queue, 2, 2, &jobs));
    ck_assert_ptr_eq(jobs.first, much[0]);
    ck_assert_ptr_eq(jobs.last, other);
    ck_assert_uint_eq(put_all(&jobs), 2);
    ck_assert(rd_queue_take_part(&queue, 4, 4, &jobs)); /* the share of who has no more is left */
    ck_assert_uint_eq(put_all(&jobs), 3);
    ck_assert_uint_eq(queue.lanes, 1ull << 1);
    for (size_t i = 3; i < 8; i++) {
        ck_assert(rd_queue_take_part(&queue, 1, 1, &jobs));
        ck_assert_ptr_eq(jobs.first, much[i]);
        ck_assert_uint_eq(put_all(&jobs), 1);
    }
    ck_assert_uint_eq(queue.lanes, 0);
}
END_TEST

/* More callers than places: those who have had one stand back until all have. */
START_TEST(test_more_lanes_than_places_take_turns)
{
    struct rd_jobs jobs;
    struct rd_job *last = job_in(5);
    for (uint8_t lane = 1; lane <= 4; lane++)
        for (int i = 0; i < 2; i++)
            ck_assert(push(job_in(lane)));
    ck_assert(push(last));
    ck_assert(rd_queue_take_part(&queue, 3, 3, &jobs));
    ck_assert_uint_eq(put_all(&jobs), 3);
    ck_assert(rd_queue_take_part(&queue, 3, 3, &jobs));
    ck_assert_uint_eq(jobs.first->lane, 4);
    ck_assert_ptr_eq(jobs.last, last);
    ck_assert_uint_eq(put_all(&jobs), 2);
    ck_assert(rd_queue_take_part(&queue, 3, 3, &jobs)); /* from the beginning */
    ck_assert_uint_eq(jobs.first->lane, 1);
    ck_assert_uint_eq(put_all(&jobs), 3);
    ck_assert(rd_queue_take(&queue, 100, &jobs));
    ck_assert_uint_eq(put_all(&jobs), 1);
}
END_TEST

/* One that does not fit stops its lane: nothing behind it overtakes it. */
START_TEST(test_nothing_overtakes_in_its_lane)
{
    struct rd_jobs jobs;
    struct rd_job *large = job_of(5);
    large->lane = 1;
    ck_assert(push(job_in(1)));
    ck_assert(push(large));
    ck_assert(push(job_in(1)));
    ck_assert(push(job_in(2)));
    ck_assert(rd_queue_take_part(&queue, 4, 4, &jobs));
    ck_assert_uint_eq(put_all(&jobs), 2);
    ck_assert(rd_queue_take_part(&queue, 1, 1, &jobs)); /* one in any case */
    ck_assert_ptr_eq(jobs.first, large);
    ck_assert_uint_eq(put_all(&jobs), 1);
    ck_assert(rd_queue_take(&queue, 100, &jobs));
    ck_assert_uint_eq(put_all(&jobs), 1);
    ck_assert_uint_eq(queue.lanes, 0);
}
END_TEST

/* A batch may be larger than what is taken at a time: who sends nothing else has one of them run
 * for each turn of the others, not all of them first. */
START_TEST(test_large_batches_take_turns)
{
    struct rd_jobs jobs;
    struct rd_job *other;
    rd_queue_fini(&queue);
    rd_queue_init(&queue, 100);
    for (int i = 0; i < 4; i++) {
        struct rd_job *large = job_of(8);
        large->lane = 1;
        ck_assert(push(large));
    }
    for (int i = 0; i < 2; i++) {
        other = job_in(2);
        ck_assert(push(other));
        ck_assert(rd_queue_take_part(&queue, 1, 4, &jobs));
        ck_assert_uint_eq(jobs.first->lane, 1);
        ck_assert_uint_eq(put_all(&jobs), 1);
        ck_assert(rd_queue_take_part(&queue, 1, 4, &jobs));
        ck_assert_ptr_eq(jobs.first, other);
        ck_assert_uint_eq(put_all(&jobs), 1);
    }
    for (int i = 0; i < 2; i++) { /* alone he has no turn to wait for */
        ck_assert(rd_queue_take_part(&queue, 1, 4, &jobs));
        ck_assert_uint_eq(put_all(&jobs), 1);
    }
}
END_TEST

/* Whoever comes, however much the others send and however little is taken at a time: what stands at
 * the front is taken before each lane has had more than one turn, and each lane's own keep their
 * order. */
START_TEST(test_nobody_waits_for_ever)
{
    size_t sent[RD_LANES] = { 0 }, came[RD_LANES] = { 0 }, waited = 0;
    uint64_t draw = 7, serial = 0, front = 0;
    rd_queue_fini(&queue);
    rd_queue_init(&queue, 4096);
    for (int round = 0; round < 20000; round++) {
        struct rd_jobs jobs;
        struct rd_job *job;
        for (int i = 0; i < 6; i++) { /* half of the time of a few lanes, else of any */
            draw = draw * 6364136223846793005u + 1442695040888963407u;
            uint8_t lane = (uint8_t)((draw >> 33) % (round / 2000 % 2 ? RD_LANES : 5));
            job = job_of((draw >> 45) % 16 == 0 ? 1 + (uint32_t)(draw >> 50) % 256 : 1);
            job->lane = lane;
            job->bytes = sent[lane];
            job->seen_seq = ++serial;
            if (push(job))
                sent[lane]++;
            else
                rd_job_put(&pool, job);
        }
        waited = queue.jobs.first->seen_seq == front ? waited + 1 : 0;
        ck_assert_uint_le(waited, RD_LANES);
        front = queue.jobs.first->seen_seq;
        ck_assert(rd_queue_take_part(&queue, 1, 1 + (size_t)round % 8, &jobs));
        ck_assert_ptr_nonnull(jobs.first);
        for (job = jobs.first; job; job = job->next)
            ck_assert_uint_eq(job->bytes, came[job->lane]++);
        put_all(&jobs);
    }
    struct rd_jobs rest;
    ck_assert(rd_queue_take(&queue, SIZE_MAX, &rest));
    put_all(&rest);
    ck_assert_uint_eq(queue.lanes, 0);
}
END_TEST

START_TEST(test_takes_a_part)
{
    struct rd_jobs jobs;
    for (uint32_t i = 0; i < 10; i++)
        ck_assert(push(job_of(1)));
    ck_assert(rd_queue_take_part(&queue, 1, 1000, &jobs)); /* a quarter */
    ck_assert_uint_eq(put_all(&jobs), 2);
    ck_assert(rd_queue_take_part(&queue, 5, 1000, &jobs)); /* the least */
    ck_assert_uint_eq(put_all(&jobs), 5);
    ck_assert(rd_queue_take_part(&queue, 5, 1000, &jobs)); /* what there is */
    ck_assert_uint_eq(put_all(&jobs), 3);
    ck_assert(rd_queue_take_part(&queue, 5, 1000, &jobs));
    ck_assert_uint_eq(put_all(&jobs), 0);
    rd_queue_close(&queue);
    ck_assert(!rd_queue_take_part(&queue, 5, 1000, &jobs));
}
END_TEST

START_TEST(test_closed_takes_nothing_in_and_empties_first)
{
    struct rd_jobs jobs;
    ck_assert(push(job_of(1)));
    rd_queue_close(&queue);
    struct rd_job *late = job_of(1);
    ck_assert(!push(late));
    rd_job_put(&pool, late);
    ck_assert(rd_queue_take(&queue, 100, &jobs));
    ck_assert_uint_eq(put_all(&jobs), 1);
    ck_assert(!rd_queue_take(&queue, 100, &jobs));
    ck_assert(rd_queue_wait(&queue, UINT64_C(3600000000000))); /* does not sleep */
}
END_TEST

START_TEST(test_waits_no_longer_than_told)
{
    ck_assert(!rd_queue_wait(&queue, 0));
    ck_assert(!rd_queue_wait(&queue, 1000000));
    ck_assert(!queue.waiting);
    struct rd_jobs jobs;
    ck_assert(push(job_of(1)));
    ck_assert(rd_queue_wait(&queue, UINT64_C(3600000000000)));
    ck_assert(rd_queue_take(&queue, 1, &jobs));
    put_all(&jobs);
}
END_TEST

#define ALL 20000

/* The other thread: takes until the queue is over, and hands everything on. */
struct taker {
    struct rd_jobs got;
    size_t batches;
};

static void take_all(void *context)
{
    struct taker *taker = context;
    struct rd_jobs jobs;
    while (rd_queue_take(&queue, 4, &jobs)) {
        if (!jobs.first)
            (void)rd_queue_wait(&queue, UINT64_C(3600000000000));
        taker->batches += jobs.first != NULL;
        rd_jobs_join(&taker->got, &jobs);
    }
}

START_TEST(test_two_threads)
{
    struct taker taker = { 0 };
    uv_thread_t thread;
    ck_assert_int_eq(uv_thread_create(&thread, take_all, &taker), 0);
    for (uint64_t i = 0; i < ALL; i++) {
        struct rd_jobs jobs = { 0 };
        struct rd_job *job = job_of(1);
        job->bytes = i;
        rd_jobs_add(&jobs, job);
        while (!rd_queue_push(&queue, &jobs))
            continue; /* full */
    }
    rd_queue_close(&queue);
    ck_assert_int_eq(uv_thread_join(&thread), 0);
    ck_assert_uint_eq(taker.got.cost, ALL);
    ck_assert_uint_ge(taker.batches, ALL / 4);
    for (uint64_t i = 0; i < ALL; i++) {
        struct rd_job *job = rd_jobs_take(&taker.got);
        ck_assert_uint_eq(job->bytes, i);
        rd_job_put(&pool, job);
    }
}
END_TEST

START_TEST(test_the_pool_keeps_a_bounded_number)
{
    struct rd_jobs jobs = { 0 };
    for (int i = 0; i < RD_JOBS_KEPT_MAX + 10; i++) {
        struct rd_job *job = rd_job_get(&pool, RD_JOB_FEED);
        ck_assert_int_eq(job->kind, RD_JOB_FEED);
        ck_assert_uint_eq(job->arena.total, 0);
        rd_arena_alloc(&job->arena, 100);
        rd_jobs_add(&jobs, job);
    }
    ck_assert_uint_eq(pool.out_count, RD_JOBS_KEPT_MAX + 10);
    put_all(&jobs);
    ck_assert_uint_eq(pool.out_count, 0);
    ck_assert_uint_eq(pool.free_count, RD_JOBS_KEPT_MAX);
    struct rd_job *again = rd_job_get(&pool, RD_JOB_PING);
    ck_assert_uint_eq(again->arena.total, 0); /* as new */
    ck_assert_ptr_null(again->session);
    rd_job_put(&pool, again);
}
END_TEST

/* Jobs that once had a large request keep a large piece: fewer of them are kept. */
START_TEST(test_the_pool_keeps_bounded_bytes)
{
    struct rd_jobs jobs = { 0 };
    uintptr_t from;
    size_t piece = 0;
    for (int i = 0; i < RD_JOBS_KEPT_MAX; i++) {
        struct rd_job *job = rd_job_get(&pool, RD_JOB_MESSAGE);
        rd_arena_alloc(&job->arena, 2 * RD_ARENA_CHUNK_BYTES);
        piece = rd_arena_newest(&job->arena, &from);
        rd_jobs_add(&jobs, job);
    }
    put_all(&jobs);
    ck_assert_uint_eq(pool.free_count, RD_JOBS_KEPT_BYTES / piece);
    ck_assert_uint_eq(pool.free_bytes, pool.free_count * piece);
    struct rd_job *again = rd_job_get(&pool, RD_JOB_MESSAGE);
    ck_assert_uint_eq(pool.free_bytes, pool.free_count * piece);
    rd_job_put(&pool, again);
    ck_assert_uint_eq(pool.free_count, RD_JOBS_KEPT_BYTES / piece);
}
END_TEST

static atomic_bool drained;

static void drain(void *unused)
{
    (void)unused;
    rd_queue_drain(&queue);
    atomic_store(&drained, true);
}

START_TEST(test_who_drains_waits_for_the_last)
{
    uv_thread_t thread;
    struct rd_jobs jobs;
    rd_queue_drain(&queue); /* empty: at once */
    ck_assert(push(job_of(1)));
    ck_assert(push(job_of(1)));
    ck_assert_int_eq(uv_thread_create(&thread, drain, NULL), 0);
    ck_assert(rd_queue_take(&queue, 1, &jobs));
    put_all(&jobs);
    uv_sleep(20);
    ck_assert(!atomic_load(&drained));
    ck_assert(rd_queue_take(&queue, 1, &jobs));
    put_all(&jobs);
    ck_assert_int_eq(uv_thread_join(&thread), 0);
    ck_assert(atomic_load(&drained));
}
END_TEST

START_TEST(test_stirs_as_long_as_a_wait_would_not_last)
{
    struct rd_jobs jobs;
    ck_assert(!rd_queue_stirs(&queue));
    ck_assert(push(job_of(1)));
    ck_assert(push(job_of(1)));
    ck_assert(rd_queue_stirs(&queue));
    ck_assert(rd_queue_take(&queue, 1, &jobs));
    put_all(&jobs);
    ck_assert(rd_queue_stirs(&queue)); /* one is left */
    ck_assert(rd_queue_take(&queue, 1, &jobs));
    put_all(&jobs);
    ck_assert(!rd_queue_stirs(&queue));
    rd_queue_nudge(&queue);
    ck_assert(rd_queue_stirs(&queue));
    ck_assert(rd_queue_take(&queue, 1, &jobs)); /* which takes no nudge away */
    ck_assert(rd_queue_stirs(&queue));
    ck_assert(rd_queue_wait(&queue, 0));
    ck_assert(!rd_queue_stirs(&queue));
    rd_queue_close(&queue);
    ck_assert(rd_queue_stirs(&queue));
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("queue");
    TCase *tcase = tcase_create("queue");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_first_in_first_out);
    tcase_add_test(tcase, test_is_bounded_in_requests);
    tcase_add_test(tcase, test_takes_a_bounded_batch);
    tcase_add_test(tcase, test_takes_a_part);
    tcase_add_test(tcase, test_takes_of_all_lanes_alike);
    tcase_add_test(tcase, test_more_lanes_than_places_take_turns);
    tcase_add_test(tcase, test_nothing_overtakes_in_its_lane);
    tcase_add_test(tcase, test_large_batches_take_turns);
    tcase_add_test(tcase, test_nobody_waits_for_ever);
    tcase_add_test(tcase, test_closed_takes_nothing_in_and_empties_first);
    tcase_add_test(tcase, test_waits_no_longer_than_told);
    tcase_add_test(tcase, test_stirs_as_long_as_a_wait_would_not_last);
    tcase_add_test(tcase, test_two_threads);
    tcase_add_test(tcase, test_who_drains_waits_for_the_last);
    tcase_add_test(tcase, test_the_pool_keeps_a_bounded_number);
    tcase_add_test(tcase, test_the_pool_keeps_bounded_bytes);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return unit_run(suite());
}
