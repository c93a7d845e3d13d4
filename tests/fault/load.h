/* Load for the fault tests: several people at work at once, each on a connection of its own, and a
 * diary of what was asked and what was answered, so that the two can be compared after a crash.
 *
 * Each request has an idempotency key and makes exactly one journal entry. So after a crash every
 * request of the diary is sent once more: one that was answered must get the same bytes, one that
 * was not must be done exactly once, and the number of entries says whether that is so.
 */
#ifndef RD_TESTS_FAULT_LOAD_H
#define RD_TESTS_FAULT_LOAD_H

#include <pthread.h>

#include "common/t.h"

#define F_WORKERS 4
#define F_CASES_MAX 24 /* open complaints of one worker */
#define F_WINDOW_MAX 6 /* requests under way at a time */

struct f_random {
    uint64_t state;
};
/* REDRESS_SEED, or the time; said on stdout, so that a failure can be repeated. */
void f_random_init(struct f_random *random);
uint32_t f_below(struct f_random *random, uint32_t limit);

struct f_op {
    const char *method, *params; /* JSON */
    const char *reply;           /* JSON of the result; NULL: not answered */
    const char *refused;         /* what went wrong instead; NULL: nothing */
    int at;                      /* of the worker's cases: the one that it is about; -1: none */
    struct f_op *next;
};

struct f_case {
    char id[32];
    char state[32]; /* "": none here */
    bool busy;      /* in the window */
};

struct f_worker {
    struct rd_arena arena; /* of the diary */
    struct f_random random;
    struct f_op *first, *last;
    size_t op_count;
    unsigned serial; /* of keys */
    int number;
    struct f_case cases[F_CASES_MAX];
    const char *address;
    bool stop; /* atomic */
    const char *failure;
    pthread_t thread;
};

struct f_load {
    struct t_daemon *d;
    struct f_worker workers[F_WORKERS];
    struct f_random random;
    char customer[32];
    int64_t entries; /* that there must be: the newest sequence */
    uint64_t ops, answered;
};

/* A fresh daemon with a customer; manual clock. `extra` as in t_options; may be NULL. */
void f_load_init(struct f_load *load, struct f_random random, const struct t_options *options);
void f_load_free(struct f_load *load);
/* Lets all work. They stop when the connection ends, or when told to. */
void f_load_start(struct f_load *load);
void f_load_join(struct f_load *load, bool stop);
/* Compares the diaries with what the daemon (started again) has, then forgets them. */
void f_load_settle(struct f_load *load);
/* Looks at every record: versions, histories, states and their deadlines; alarms; the feed's
 * numbers. */
void f_load_prove(struct f_load *load);
/* Stops the daemon; `redress store rebuild` and `audit verify` must find nothing. */
void f_load_end(struct f_load *load);

void f_sleep_ms(int ms);
/* The value as JSON in the arena. */
const char *f_json(struct rd_arena *arena, const struct rd_value *value);
/* A value from JSON in which ' stands for ". */
struct rd_value f_parse(struct rd_arena *arena, const char *text);
/* Calls without expecting anything: the status, and the result or the error. */
enum rd_status f_try(struct rd_client *client, struct rd_arena *arena, const char *method,
                     const char *params, struct rd_value *result, struct rd_error *error);

#endif
