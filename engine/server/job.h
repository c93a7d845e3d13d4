/* Jobs: one message on its way from a session through the kernel and back. */
#ifndef RD_SERVER_JOB_H
#define RD_SERVER_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "server/rpc.h"

struct rd_session;

enum rd_job_kind {
    RD_JOB_MESSAGE, /* a peer's message: its reply goes to the session */
    RD_JOB_FEED,    /* a page of the feed for a subscriber */
    RD_JOB_RELOAD,  /* policy.reload, asked for by SIGHUP */
    RD_JOB_FOLLOW,  /* what was fetched from the server that this one follows */
    RD_JOB_PING     /* nothing to run: shows that the kernel thread lives */
};

struct rd_job {
    struct rd_job *next;        /* in the queue or chain that it is in */
    struct rd_job *behind;      /* the same session's next message; loop thread only */
    struct rd_session *session; /* loop thread only; NULL: gone, or none */
    enum rd_job_kind kind;
    uint8_t lane;      /* whose it is, as far as taking turns goes: below RD_LANES; 0: nobody's */
    uint64_t seen_seq; /* its replies may leave once everything up to this is durable */
    bool done;         /* answered; loop thread only */
    bool is_login;
    size_t bytes;       /* memory that the message took, for the limits on what is unanswered */
    size_t waits_bytes; /* memory of all of it, while its answer waits for one before it */
    struct rd_arena arena;
    struct rd_message message;
};

/* What a job counts for in a queue: its requests, and at least one. */
size_t rd_job_cost(const struct rd_job *job);

/* A chain of jobs in order; zeroed is empty. */
struct rd_jobs {
    struct rd_job *first, *last;
    size_t cost;
};

/* Puts one job behind the others. */
void rd_jobs_add(struct rd_jobs *jobs, struct rd_job *job);
/* Takes the first, or NULL. */
struct rd_job *rd_jobs_take(struct rd_jobs *jobs);
/* Puts all of `more` behind and empties it. */
void rd_jobs_join(struct rd_jobs *jobs, struct rd_jobs *more);

/* Jobs and their arenas are used again. One thread. Zeroed is empty. */
struct rd_job_pool {
    struct rd_job *free;
    size_t free_count, free_bytes;
    size_t out_count; /* handed out and not yet given back */
};

/* A job with an empty arena; message and the rest zeroed. */
struct rd_job *rd_job_get(struct rd_job_pool *pool, enum rd_job_kind kind);
/* Gives it back: everything made in its arena is gone. */
void rd_job_put(struct rd_job_pool *pool, struct rd_job *job);
/* All jobs must have been given back. */
void rd_job_pool_fini(struct rd_job_pool *pool);

#endif
