/* Jobs: a message, its requests and all memory that serving them takes, in one piece that changes
 * hands.
 *
 * A job belongs to one thread at a time: to the loop thread, then (pushed) to the kernel thread,
 * then to the loop thread again. Only `next`, the message and the arena may be touched by the
 * kernel thread. Freed jobs are kept with their first chunk of memory, the last one given back
 * first, so that a steady load runs in the same few warm pages.
 */
#include "server/job.h"

#include <stdlib.h>

#include "base/limits.h"

size_t rd_job_cost(const struct rd_job *job)
{
    return job->message.runs > 0 ? job->message.runs : 1;
}

void rd_jobs_add(struct rd_jobs *jobs, struct rd_job *job)
{
    job->next = NULL;
    if (jobs->last)
        jobs->last->next = job;
    else
        jobs->first = job;
    jobs->last = job;
    jobs->cost += rd_job_cost(job);
}

struct rd_job *rd_jobs_take(struct rd_jobs *jobs)
{
    struct rd_job *job = jobs->first;
    if (!job)
        return NULL;
    jobs->first = job->next;
    if (!jobs->first)
        jobs->last = NULL;
    jobs->cost -= rd_job_cost(job);
    job->next = NULL;
    return job;
}

void rd_jobs_join(struct rd_jobs *jobs, struct rd_jobs *more)
{
    if (!more->first)
        return;
    if (jobs->last)
        jobs->last->next = more->first;
    else
        jobs->first = more->first;
    jobs->last = more->last;
    jobs->cost += more->cost;
    *more = (struct rd_jobs){ 0 };
}

/* What an arena that was reset keeps. */
static size_t job_kept_bytes(const struct rd_job *job)
{
    uintptr_t from;
    return rd_arena_newest(&job->arena, &from);
}

struct rd_job *rd_job_get(struct rd_job_pool *pool, enum rd_job_kind kind)
{
    struct rd_job *job = pool->free;
    struct rd_arena arena;
    if (job) {
        pool->free = job->next;
        pool->free_count--;
        pool->free_bytes -= job_kept_bytes(job);
        arena = job->arena;
    } else {
        job = malloc(sizeof(*job));
        RD_ASSERT(job != NULL);
        rd_arena_init(&arena);
    }
    *job = (struct rd_job){ .kind = kind, .arena = arena };
    pool->out_count++;
    return job;
}

void rd_job_put(struct rd_job_pool *pool, struct rd_job *job)
{
    RD_ASSERT(pool->out_count > 0);
    pool->out_count--;
    rd_arena_reset(&job->arena);
    size_t bytes = job_kept_bytes(job);
    if (pool->free_count >= RD_JOBS_KEPT_MAX || pool->free_bytes + bytes > RD_JOBS_KEPT_BYTES) {
        rd_arena_fini(&job->arena);
        free(job);
        return;
    }
    pool->free_bytes += bytes;
    job->session = NULL;
    job->next = pool->free;
    pool->free = job;
    pool->free_count++;
}

void rd_job_pool_fini(struct rd_job_pool *pool)
{
    RD_ASSERT(pool->out_count == 0);
    while (pool->free) {
        struct rd_job *job = pool->free;
        pool->free = job->next;
        rd_arena_fini(&job->arena);
        free(job);
    }
    pool->free_count = pool->free_bytes = 0;
}
