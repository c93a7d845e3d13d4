/* Calls of every method that there is. See every.h. */
#include "common/every.h"

#include <stdio.h>
#include <string.h>

#include "common/t.h"

/* What does in every suite. */
static const struct every_pool EVERY_POOLS[] = {
    { "account.revoke.account!", NULL },
    { "case.progress.id!", NULL },
    { "clock.advance.by!", NULL },
    { "account.revoke.id", "'x', null" },
    { "label", "'here'" },
    { "limit", "1, 20" },
    { "cursor", "'x', null" },
    { "until", "'2026-03-03T00:00:00Z'" },
    { "bytes_per_s", "0" },
    { "calendar", "'office'" },
    { "start", "'2026-03-02 10:00'" },
    { "duration", "'4 hours'" },
    { "a", "'2026-03-02 10:00'" },
    { "b", "'2026-03-02 12:00'" },
    { "calendar.between.unit", "'hours'" },
    { "dry_run", "true, false" },
    { "language", "'en', 'zh'" },
    { "then", "true" },
    { "since_version", "0, 1" },
    { "scan", "true" },
    { "clock.advance.to", "'2026-03-02T01:00:00Z', null" },
    { "running", "true, false" },
    { "before", "3, 100" },
    { "ledger", "'credit'" },
    { "why", "'because'" },
    { "tests", "true, false" },
    { "policy.backtest.activated", "true" },
    { "policy.backtest.since", "'2026-03-02'" },
    { "policy.backtest.until", "'2026-03-04'" },
    { "cases", "0, 3" },
    { "full", "true, false" },
    { "to", "1, 2, null" },
    { "sources", "{'rules/company.lua': 'return {}'}, null" },
    { "month", "'2026-03'" },
    { "role", "'boss'" },
    { "left", "true" },
    { "epoch", "0, -1" },
    { "force", "true" },
    { "standby.take.before", "'00'" },
    { "after", "'00'" },
    { "entries", "['gKA=']" },
    { "take_over", "true" },
    { "gives_up", "true" },
    { "keys", "{'2-1': 'eA=='}" },
    { "keys_dir", "'/nowhere'" },
    { "params", "{}" },
    { 0 },
};

/* The suite's own come first. */
static const struct every_pool *every_pool(const struct every *every, const char *name)
{
    const struct every_pool *const lists[] = { every->pools, EVERY_POOLS };
    for (size_t i = 0; i < 2; i++)
        for (const struct every_pool *pool = lists[i]; pool->name; pool++)
            if (strcmp(pool->name, name) == 0)
                return pool;
    return NULL;
}

static const char *every_items(const struct every *every, const char *method, const char *param)
{
    char both[128];
    snprintf(both, sizeof both, "%s.%s", method, param);
    const struct every_pool *pool = every_pool(every, both);
    pool = pool ? pool : every_pool(every, param);
    return pool ? pool->items : NULL;
}

/* Whether the method is nothing without it, though another parameter might do instead. */
static bool every_always(const struct every *every, const char *method, const char *param)
{
    char both[128];
    snprintf(both, sizeof both, "%s.%s!", method, param);
    return every_pool(every, both) != NULL;
}

/* False where nothing is known of it. */
static bool every_value(struct every *every, const char *method, const char *param,
                        struct rd_value *out)
{
    if (every->give && every->give(method, param, out))
        return true;
    const char *items = every_items(every, method, param);
    if (!items)
        return false;
    struct rd_value list = t_json_in(every->arena, "[%s]", items);
    *out = list.items[every->pick(list.count)];
    return true;
}

void every_init(struct every *every, struct rd_arena *arena, const struct every_pool *pools,
                bool (*give)(const char *method, const char *param, struct rd_value *out),
                unsigned (*pick)(unsigned n))
{
    struct rd_value value;
    *every = (struct every){ .arena = arena, .pools = pools, .give = give, .pick = pick };
    every->methods = rd_kernel_methods(&every->count);
    ck_assert_uint_le(every->count, EVERY_METHODS_MAX);
    for (size_t m = 0; m < every->count; m++)
        for (const struct rd_method_param *p = every->methods[m].params; p->name; p++)
            ck_assert_msg(strcmp(p->name, "as") == 0 ||
                              every_value(every, every->methods[m].name, p->name, &value),
                          "%s takes '%s', and this suite does not know what that may be",
                          every->methods[m].name, p->name);
}

size_t every_pick(struct every *every)
{
    size_t least = every->pick((unsigned)every->count);
    if (every->pick(2))
        return least;
    for (size_t m = 0; m < every->count; m++)
        if (every->tried[m] < every->tried[least])
            least = m;
    return least;
}

struct rd_value every_params(struct every *every, size_t method)
{
    const struct rd_method *it = &every->methods[method];
    struct rd_value params = rd_map(), value;
    bool plain = every->pick(2);
    for (const struct rd_method_param *p = it->params; p->name; p++)
        if (strcmp(p->name, "as") != 0 &&
            (p->required || every_always(every, it->name, p->name) || (!plain && every->pick(2))) &&
            every_value(every, it->name, p->name, &value))
            rd_map_set(every->arena, &params, p->name, value);
    return params;
}

void every_called(struct every *every, size_t method, bool done)
{
    every->tried[method]++;
    every->done[method] += done;
}

static const struct every_never *every_never_of(const struct every_never *never, const char *method)
{
    for (; never->method; never++)
        if (strcmp(never->method, method) == 0)
            return never;
    return NULL;
}

void every_expect_done(const struct every *every, const struct every_never *never)
{
    size_t known = 0, listed = 0;
    for (size_t m = 0; m < every->count; m++) {
        const struct every_never *not = every_never_of(never, every->methods[m].name);
        known += not != NULL;
        ck_assert_msg(every->tried[m] > 0, "%s was never tried", every->methods[m].name);
        ck_assert_msg(not || every->done[m] > 0,
                      "%s was tried %u times and never done: this suite does not know how to call "
                      "it",
                      every->methods[m].name, every->tried[m]);
        ck_assert_msg(!not || every->done[m] == 0, "%s was done, and should not be: %s",
                      every->methods[m].name, not ? not ->why : "");
    }
    while (never[listed].method)
        listed++;
    ck_assert_msg(known == listed, "a method that can't be done is no method (any more)");
}
