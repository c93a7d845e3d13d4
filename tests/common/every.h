/* Calls of every method that there is, with all that it takes, by chance: for suites that look for
 * what none of them may do. What a suite does not know how to call fails it: a method that is added
 * is added there as well, with what it takes, or with why it can't be done there.
 *
 *   static const struct every_pool POOLS[] = { { "job.list.before", "7" }, { 0 } };
 *   every_init(&every, &arena, POOLS, give, pick); // fails for a parameter without values
 *   size_t m = every_pick(&every);
 *   ... call every.methods[m].name with every_params(&every, m) ...
 *   every_called(&every, m, it_succeeded);
 *   every_expect_done(&every, NEVER);              // each once at least, but for those
 */
#ifndef RD_TESTS_COMMON_EVERY_H
#define RD_TESTS_COMMON_EVERY_H

#include "base/arena.h"
#include "base/value.h"
#include "kernel/method.h"

#define EVERY_METHODS_MAX 128

/* What a parameter of this name may be ("limit", or "job.list.limit" of one method alone): items of
 * a JSON list, ' for ". The first that fits counts; what does in every suite is in every.c.
 * "case.progress.id!" without items: that one is always given, though the method does not insist.
 */
struct every_pool {
    const char *name, *items;
};

/* A method that nobody gets done in this suite, and why. */
struct every_never {
    const char *method, *why;
};

struct every {
    struct rd_arena *arena;         /* of all values */
    const struct every_pool *pools; /* the suite's own; ends with a name NULL */
    /* A value that only the suite knows; false: the pools have it. NULL: none. */
    bool (*give)(const char *method, const char *param, struct rd_value *out);
    unsigned (*pick)(unsigned n); /* from 0 to n - 1 */
    const struct rd_method *methods;
    size_t count;
    unsigned tried[EVERY_METHODS_MAX], done[EVERY_METHODS_MAX];
};

/* Fails where a method takes something for which there is neither a pool nor a value. */
void every_init(struct every *every, struct rd_arena *arena, const struct every_pool *pools,
                bool (*give)(const char *method, const char *param, struct rd_value *out),
                unsigned (*pick)(unsigned n));
/* A method by chance: every other time one that was tried least. */
size_t every_pick(struct every *every);
/* All that it needs, and every other time some of the rest; never `as`, which is the suite's. */
struct rd_value every_params(struct every *every, size_t method);
/* It was tried, and done or not. */
void every_called(struct every *every, size_t method, bool done);
/* That each was done, but for those in `never` (ends with a method NULL), which never were. */
void every_expect_done(const struct every *every, const struct every_never *never);

#endif
