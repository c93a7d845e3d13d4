/* The queue between the loop thread and the kernel thread, one for each direction.
 *
 *   loop ──push──▶ [ job job job ] ──take──▶ kernel        a chain goes in or out under one lock
 *
 * Whoever has sent thousands has them wait for one another: where not all is taken, each lane (a
 * caller, more or less) gives as many as the others. Within a lane the order stays.
 *
 * The bound is counted in requests, not in jobs, because a batch of 256 is 256 times the work. Who
 * sleeps says so, and only a sleeper is woken: under load no push and no take makes a system call.
 */
#include "server/queue.h"

#include <string.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/limits.h"

void rd_queue_init(struct rd_queue *queue, size_t cost_max)
{
    *queue = (struct rd_queue){ .cost_max = cost_max };
    int failed = uv_mutex_init(&queue->lock);
    RD_ASSERT(failed == 0);
    failed = uv_cond_init(&queue->arrived);
    RD_ASSERT(failed == 0);
}

void rd_queue_fini(struct rd_queue *queue)
{
    RD_ASSERT(queue->jobs.first == NULL && queue->jobs.cost == 0);
    uv_cond_destroy(&queue->arrived);
    uv_mutex_destroy(&queue->lock);
}

/* What rd_queue_stirs says, from what there is. */
static void queue_settle_locked(struct rd_queue *queue)
{
    bool stirs = queue->jobs.first || queue->closed || queue->nudged;
    atomic_store_explicit(&queue->stirred, stirs, memory_order_release);
}

static void queue_note_locked(struct rd_queue *queue, const struct rd_jobs *jobs)
{
    for (const struct rd_job *job = jobs->first; job; job = job->next) {
        queue->lane_jobs[job->lane]++;
        queue->lanes |= 1ull << job->lane;
    }
}

static void queue_left_locked(struct rd_queue *queue, const struct rd_job *job)
{
    if (--queue->lane_jobs[job->lane] == 0)
        queue->lanes &= ~(1ull << job->lane);
}

bool rd_queue_push(struct rd_queue *queue, struct rd_jobs *jobs)
{
    uv_mutex_lock(&queue->lock);
    bool fits = !queue->closed && queue->jobs.cost + jobs->cost <= queue->cost_max;
    bool wake = fits && queue->waiting && jobs->first;
    if (fits) {
        queue_note_locked(queue, jobs);
        rd_jobs_join(&queue->jobs, jobs);
    }
    queue_settle_locked(queue);
    if (wake)
        queue->waiting = false;
    uv_mutex_unlock(&queue->lock);
    if (wake)
        uv_cond_signal(&queue->arrived);
    return fits;
}

/* The lanes that stand back this time, because they have had more than their share: none where all
 * have. */
static uint64_t queue_standing_back_locked(struct rd_queue *queue)
{
    if ((queue->lanes & ~queue->served) == 0)
        queue->served = 0;
    return queue->lanes & queue->served;
}

/* Where there are more lanes than places, a lane that has had one stands back until all have; else
 * one that has had more than its share, by a large batch, does so once. */
static void queue_served_locked(struct rd_queue *queue, const struct rd_jobs *out,
                                const size_t taken[RD_LANES], size_t share)
{
    if (share > 0)
        queue->served = 0;
    for (const struct rd_job *job = out->first; job; job = job->next) {
        queue->served |= (uint64_t)(taken[job->lane] > share) << job->lane;
        queue_left_locked(queue, job);
    }
}

/* As much of each lane as of the others, and no more of one that had to stop: what comes behind
 * must not overtake. */
static void queue_take_fairly(struct rd_queue *queue, size_t cost_max, struct rd_jobs *out)
{
    struct rd_jobs left = { 0 };
    struct rd_job *job;
    size_t taken[RD_LANES] = { 0 };
    size_t share = cost_max / (size_t)__builtin_popcountll(queue->lanes);
    uint64_t stopped = queue_standing_back_locked(queue);
    while (out->cost < cost_max && stopped != queue->lanes &&
           (job = rd_jobs_take(&queue->jobs)) != NULL) {
        size_t cost = rd_job_cost(job), *own = &taken[job->lane];
        bool first = !out->first || (*own == 0 && out->cost + cost <= cost_max);
        bool takes = !(stopped & 1ull << job->lane) &&
                     (first || (*own + cost <= share && out->cost + cost <= cost_max));
        if (takes)
            *own += cost;
        else
            stopped |= 1ull << job->lane;
        rd_jobs_add(takes ? out : &left, job);
    }
    rd_jobs_join(&left, &queue->jobs);
    queue->jobs = left;
    queue_served_locked(queue, out, taken, share);
}

static bool queue_take_locked(struct rd_queue *queue, size_t cost_max, struct rd_jobs *out)
{
    *out = (struct rd_jobs){ 0 };
    bool over = queue->closed && !queue->jobs.first;
    if (queue->jobs.cost <= cost_max) {
        rd_jobs_join(out, &queue->jobs);
        memset(queue->lane_jobs, 0, sizeof queue->lane_jobs);
        queue->lanes = 0;
    } else {
        queue_take_fairly(queue, cost_max, out);
    }
    queue_settle_locked(queue);
    return !over;
}

bool rd_queue_take(struct rd_queue *queue, size_t cost_max, struct rd_jobs *out)
{
    uv_mutex_lock(&queue->lock);
    bool open = queue_take_locked(queue, cost_max, out);
    bool wake = queue->draining && !queue->jobs.first;
    uv_mutex_unlock(&queue->lock);
    if (wake)
        uv_cond_signal(&queue->arrived);
    return open;
}

bool rd_queue_take_part(struct rd_queue *queue, size_t least, size_t most, struct rd_jobs *out)
{
    uv_mutex_lock(&queue->lock);
    size_t part = queue->jobs.cost / 4;
    part = part > least ? part : least;
    bool open = queue_take_locked(queue, part < most ? part : most, out);
    RD_ASSERT(!queue->draining);
    uv_mutex_unlock(&queue->lock);
    return open;
}

void rd_queue_drain(struct rd_queue *queue)
{
    uv_mutex_lock(&queue->lock);
    queue->draining = true;
    while (queue->jobs.first)
        uv_cond_wait(&queue->arrived, &queue->lock);
    queue->draining = false;
    uv_mutex_unlock(&queue->lock);
}

bool rd_queue_has(struct rd_queue *queue)
{
    uv_mutex_lock(&queue->lock);
    bool has = queue->jobs.first != NULL;
    uv_mutex_unlock(&queue->lock);
    return has;
}

bool rd_queue_stirs(struct rd_queue *queue)
{
    return atomic_load_explicit(&queue->stirred, memory_order_acquire);
}

void rd_queue_nudge(struct rd_queue *queue)
{
    uv_mutex_lock(&queue->lock);
    queue->nudged = true;
    queue_settle_locked(queue);
    uv_mutex_unlock(&queue->lock);
    uv_cond_signal(&queue->arrived);
}

bool rd_queue_wait(struct rd_queue *queue, uint64_t timeout_ns)
{
    uint64_t until_ns = (uint64_t)rd_clock_mono_ns() + timeout_ns;
    uv_mutex_lock(&queue->lock);
    while (!queue->jobs.first && !queue->closed && !queue->nudged) {
        uint64_t now_ns = (uint64_t)rd_clock_mono_ns();
        if (now_ns >= until_ns)
            break;
        queue->waiting = true;
        uv_cond_timedwait(&queue->arrived, &queue->lock, until_ns - now_ns);
    }
    queue->waiting = false;
    bool something = queue->jobs.first || queue->closed || queue->nudged;
    queue->nudged = false;
    queue_settle_locked(queue);
    uv_mutex_unlock(&queue->lock);
    return something;
}

void rd_queue_close(struct rd_queue *queue)
{
    uv_mutex_lock(&queue->lock);
    queue->closed = true;
    queue_settle_locked(queue);
    uv_mutex_unlock(&queue->lock);
    uv_cond_signal(&queue->arrived);
}
