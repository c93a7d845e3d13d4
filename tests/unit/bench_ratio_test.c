/* The bench against a baseline: what is better, what is worse, and that a file comes back. */
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "cli/bench_ratio.h"
#include "unit/unit.h"

static struct rd_arena arena;

static void setup(void)
{
    rd_arena_init(&arena);
}

static void teardown(void)
{
    rd_arena_fini(&arena);
}

/* A result with one load and one start; the flush takes 0.1 ms, the ceiling is 100,000. */
static struct rd_value result_of(int events_per_s, double p99_us, double start_ms)
{
    struct rd_value value;
    struct rd_error error = RD_ERROR_NONE;
    const char *text = rd_arena_printf(
        &arena,
        "{\"version\":\"0\",\"cores\":2,\"disk\":{\"flush_us\":100.0},"
        "\"ceiling\":{\"events_per_s\":100000.0},\"runs\":[{\"run\":\"lifecycle\",\"in_flight\":64,"
        "\"events_per_s\":%d,\"latency_us\":{\"p50\":500.0,\"p99\":%.1f}},{\"run\":\"start\","
        "\"cases\":9,\"empty\":[{\"ms\":1.0},{\"ms\":9.0},{\"ms\":2.0}],"
        "\"full\":[{\"ms\":%.1f},{\"ms\":%.1f},{\"ms\":%.1f}]}]}",
        events_per_s, p99_us, start_ms, start_ms, start_ms);
    ck_assert_int_eq(rd_json_parse(&arena, text, strlen(text), 8, &value, &error), RD_OK);
    return value;
}

static struct rd_value line_of(const struct rd_value *lines, const char *name)
{
    for (uint32_t i = 0; i < lines->count; i++)
        if (strcmp(rd_map_text(&lines->items[i], "line", ""), name) == 0)
            return lines->items[i];
    ck_abort_msg("no line '%s'", name);
    return rd_null();
}

static double real_of(struct rd_value line, const char *name)
{
    return rd_map_get(&line, name)->real;
}

START_TEST(test_lines)
{
    struct rd_value result = result_of(25000, 2000, 50), lines = rd_bench_ratios(&arena, &result);
    ck_assert_uint_eq(lines.count, 5);
    struct rd_value rate = line_of(&lines, "lifecycle, 64 under way");
    ck_assert_double_eq_tol(real_of(rate, "of_ceiling"), 0.25, 1e-9);
    ck_assert_double_eq_tol(real_of(rate, "of_flush"), 2.5, 1e-9);
    struct rd_value p99 = line_of(&lines, "lifecycle, 64 under way: p99");
    ck_assert_double_eq_tol(real_of(p99, "measured"), 2, 1e-9);
    ck_assert_double_eq_tol(real_of(p99, "of_ceiling"), 200, 1e-9);
    ck_assert_double_eq_tol(real_of(p99, "of_flush"), 20, 1e-9);
    /* the middle one of three starts */
    ck_assert_double_eq_tol(real_of(line_of(&lines, "start, no cases"), "measured"), 2, 1e-9);
    ck_assert_double_eq_tol(real_of(line_of(&lines, "start, 9 cases"), "measured"), 50, 1e-9);
}
END_TEST

START_TEST(test_changes)
{
    struct rd_value then = result_of(20000, 2000, 50), now = result_of(16000, 1000, 50);
    struct rd_value baseline = rd_bench_ratios(&arena, &then);
    struct rd_value lines = rd_bench_ratios(&arena, &now);
    struct rd_value line = line_of(&lines, "lifecycle, 64 under way");
    ck_assert_double_eq_tol(rd_bench_change(&line, &baseline, "of_ceiling"), -0.2, 1e-9);
    line = line_of(&lines, "lifecycle, 64 under way: p99"); /* half the time is twice as good */
    ck_assert_double_eq_tol(rd_bench_change(&line, &baseline, "of_flush"), 1, 1e-9);
    line = line_of(&lines, "start, 9 cases");
    ck_assert_double_eq_tol(rd_bench_change(&line, &baseline, "of_flush"), 0, 1e-9);
    struct rd_value none = rd_list();
    ck_assert(isnan(rd_bench_change(&line, &none, "of_flush")));
}
END_TEST

START_TEST(test_the_table_marks_what_is_worse)
{
    struct rd_cli cli = { 0 };
    struct rd_value then = result_of(20000, 2000, 50), now = result_of(16400, 2200, 50);
    struct rd_value baseline = rd_bench_ratios(&arena, &then);
    rd_arena_init(&cli.arena);
    rd_buf_init(&cli.out);
    rd_bench_ratio_print(&cli, &now, &baseline);
    rd_buf_char(&cli.out, '\0');
    ck_assert_ptr_nonnull(strstr(cli.out.data, "-18 % !"));
    ck_assert_ptr_nonnull(strstr(cli.out.data, "-9 %"));
    ck_assert_ptr_null(strstr(cli.out.data, "-9 % !"));
    rd_buf_fini(&cli.out);
    rd_arena_fini(&cli.arena);
}
END_TEST

START_TEST(test_a_saved_file_comes_back)
{
    char dir[UNIT_DIR_MAX];
    unit_dir_make(dir);
    const char *path = rd_arena_printf(&arena, "%s/baseline.json", dir);
    struct rd_value result = result_of(20000, 2000, 50), lines;
    struct rd_value expected = rd_bench_ratios(&arena, &result);
    struct rd_error error = RD_ERROR_NONE;
    ck_assert_int_eq(rd_bench_ratio_save(path, &arena, &result, &error), RD_OK);
    ck_assert_int_eq(rd_bench_ratio_read(&arena, path, &lines, &error), RD_OK);
    ck_assert(rd_value_equal(&lines, &expected));
    path = rd_arena_printf(&arena, "%s/none.json", dir);
    ck_assert_int_eq(rd_bench_ratio_read(&arena, path, &lines, &error), RD_BAD_CONFIG);
    unit_dir_remove(dir);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bench_ratio");
    TCase *tests = tcase_create("bench_ratio");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_lines);
    tcase_add_test(tests, test_changes);
    tcase_add_test(tests, test_the_table_marks_what_is_worse);
    tcase_add_test(tests, test_a_saved_file_comes_back);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
