/* The heap of a policy at work: flat however long it runs, and collected in small steps. The
 * company's own functions are asked with facts that never repeat, so that each call is made. */
#include "policy/rig.h"

#include <time.h>

static struct rig rig;

static void teardown(void)
{
    rig_end(&rig);
}

static void load_company(void)
{
    struct rd_policy_source *sources;
    size_t count;
    rig_begin(&rig);
    ck_assert_int_eq(rd_policy_read_dir(&rig.arena, ".", &sources, &count, &rig.error), RD_OK);
    rig.status = rd_policy_load(sources, count, NULL, &rig.findings, &rig.policy, &rig.error);
    ck_assert_msg(rig.status == RD_OK, "%s", rig_findings(&rig));
}

struct function {
    int fn;
    struct rd_value facts; /* what it may read, as numbers */
};

/* All functions of the company. */
static size_t functions_of(struct function *out, size_t max)
{
    size_t count = 0;
    const struct rd_value *workflows = rd_map_list(rd_policy_normal(rig.policy), "workflows");
    for (uint32_t i = 0; i < 2 * workflows->count; i++) {
        const struct rd_value *list =
            rd_map_list(&workflows->items[i / 2], i % 2 ? "actions" : "guards");
        for (uint32_t k = 0; k < list->count && count < max; k++) {
            const struct rd_value *needs = rd_map_list(&list->items[k], "needs");
            out[count] = (struct function){ .fn = (int)rd_map_int(&list->items[k], "fn", 0),
                                            .facts = rd_map() };
            for (uint32_t n = 0; n < needs->count; n++)
                rd_map_add(&rig.arena, &out[count].facts, needs->items[n].text, rd_int(0));
            count++;
        }
    }
    return count;
}

/* Of this thread: what else the machine does is left out. */
static int64_t cpu_ns(void)
{
    struct timespec now;
    ck_assert_int_eq(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now), 0);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

#define FUNCTIONS_MAX 1024
#define BATCH 64

START_TEST(the_heap_is_flat)
{
    static struct function functions[FUNCTIONS_MAX];
    struct rd_arena arena;
    struct rd_value result;
    int64_t calls = unit_is_long() ? 40000000 : 200000, number = 1, most_ns = 0, all_ns = 0;
    load_company();
    size_t count = functions_of(functions, FUNCTIONS_MAX), highest = 0;
    size_t loaded = rd_policy_heap_bytes(rig.policy);
    rd_arena_init(&arena);
    for (int64_t call = 0; call < calls; call++) {
        struct function *function = &functions[(size_t)call % count];
        struct rd_error error = RD_ERROR_NONE;
        for (uint32_t i = 0; i < function->facts.count; i++)
            function->facts.pairs[i].value.integer = number++;
        enum rd_status status =
            rd_policy_call(rig.policy, function->fn, &function->facts, &arena, &result, &error);
        ck_assert(status == RD_OK || status == RD_POLICY_FAULT);
        rd_arena_reset(&arena);
        if (call % BATCH != BATCH - 1)
            continue;
        int64_t began_ns = cpu_ns();
        rd_policy_collect(rig.policy);
        int64_t took_ns = cpu_ns() - began_ns;
        all_ns += took_ns;
        most_ns = took_ns > most_ns ? took_ns : most_ns;
        size_t heap = rd_policy_heap_bytes(rig.policy);
        highest = heap > highest ? heap : highest;
    }
    rd_arena_fini(&arena);
    printf("%zu functions, heap %zu KiB after loading, %zu KiB at most; a collector's step %.3f ms "
           "at most, %.2f us a call\n",
           count, loaded / 1024, highest / 1024, (double)most_ns / 1e6,
           (double)all_ns / 1e3 / (double)calls);
    ck_assert_uint_le(highest, loaded + 4 * 1024 * 1024);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("policy heap");
    TCase *tcase = tcase_create("all");
    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_set_timeout(tcase, 1800);
    tcase_add_test(tcase, the_heap_is_flat);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
