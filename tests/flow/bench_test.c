/* The bench: what it prints is about events that really happened. No times are asserted: a loaded
 * machine is no failing engine.
 */
#include "common/t.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/limits.h"
#include "unit/unit.h"

static struct t_daemon *d; /* for its directory and its way to run the program; it stays idle */

static void setup(void)
{
    d = t_daemon_start(NULL);
}

static void teardown(void)
{
    t_daemon_free(d);
}

static const char *bench_dir(void)
{
    return rd_arena_printf(&d->arena, "%s/b", d->dir);
}

/* Runs the bench in the test's directory, and reads what it printed behind whatever came before. */
static struct rd_value bench(const char *const *words, size_t count)
{
    const char *args[16] = { "bench", "-o", "json", "--policy", ".", "--dir", bench_dir() };
    const char *output;
    struct rd_value result;
    struct rd_error error = RD_ERROR_NONE;
    for (size_t i = 0; i < count; i++)
        args[7 + i] = words[i];
    int code = t_program(d, args, &output);
    ck_assert_msg(code == 0, "exit code %d: %s", code, output);
    const char *json = strchr(output, '{');
    ck_assert_msg(json != NULL, "%s", output);
    enum rd_status status =
        rd_json_parse(&d->arena, json, strlen(json), RD_MESSAGE_DEPTH_MAX, &result, &error);
    ck_assert_msg(status == RD_OK, "%s: %s", error.text, json);
    if (strcmp(words[0], "soak") != 0)
        ck_assert_int_eq((int64_t)t_count(result, "runs"), 1);
    return result;
}

/* What every load's result must hold. */
static void assert_adds_up(struct rd_value run)
{
    static const char *const kinds[] = { "open", "verify", "transfer", "grant", "close" };
    int64_t sum = 0, events = t_int(run, "events");
    ck_assert_uint_eq(t_count(run, "kinds"), 5);
    for (int i = 0; i < 5; i++) {
        struct rd_value kind = t_at(run, rd_arena_printf(&d->arena, "kinds.%d", i));
        ck_assert_str_eq(t_text(kind, "event"), kinds[i]);
        ck_assert_int_gt(t_int(kind, "events"), 0);
        sum += t_int(kind, "events");
    }
    ck_assert_int_eq(sum, events);
    ck_assert_int_eq(t_int(run, "errors"), 0);
    /* every event is an entry, and there were more: customers, the policy, the warm-up */
    ck_assert_int_gt(t_int(run, "disk.entries"), events);
    ck_assert_int_ge(t_int(run, "disk.cases"), events / 5);
    ck_assert_int_gt(t_int(run, "daemon.rss_bytes"), t_int(run, "daemon.rss_anon_bytes"));
}

START_TEST(test_lifecycle_adds_up_and_leaves_nothing)
{
    static const char *const words[] = { "lifecycle", "--clients", "8", "--seconds", "1" };
    struct rd_value result = bench(words, 5), run = t_at(result, "runs.0");
    ck_assert_str_eq(t_text(run, "run"), "lifecycle");
    ck_assert_int_eq(t_int(run, "connections"), 8);
    ck_assert_int_eq(t_int(run, "in_flight"), 8);
    assert_adds_up(run);
    ck_assert_msg(rmdir(bench_dir()) == 0, "%s still holds something", bench_dir());
}
END_TEST

START_TEST(test_pipeline_adds_up_and_keeps_what_it_must)
{
    static const char *const words[] = { "pipeline", "--pipeline", "32",  "--seconds",
                                         "1",        "--open",     "100", "--keep" };
    struct rd_value result = bench(words, 8), run = t_at(result, "runs.0");
    ck_assert_str_eq(t_text(run, "run"), "pipeline");
    ck_assert_int_eq(t_int(run, "connections"), 8);
    ck_assert_int_eq(t_int(run, "in_flight"), 32);
    ck_assert_int_eq(t_int(run, "open_cases_before"), 100);
    assert_adds_up(run);
    ck_assert_int_ne(rmdir(bench_dir()), 0);
}
END_TEST

START_TEST(test_start_finds_what_was_acknowledged)
{
    static const char *const words[] = { "start", "--cases", "600", "--clients", "8" };
    struct rd_value result = bench(words, 5), run = t_at(result, "runs.0");
    ck_assert_int_eq(t_int(run, "cases"), 600);
    ck_assert_uint_eq(t_count(run, "empty"), 10);
    ck_assert_uint_eq(t_count(run, "full"), 10);
    int64_t before = 600; /* each load adds to what the kill before it left */
    for (int i = 0; i < 10; i++) {
        struct rd_value start = t_at(run, rd_arena_printf(&d->arena, "full.%d", i));
        ck_assert_int_gt(t_int(start, "entries"), before);
        ck_assert_int_le(t_int(start, "replayed"), t_int(start, "entries"));
        before = t_int(start, "entries");
    }
}
END_TEST

/* How many are refused depends on the machine; that nothing is lost does not. */
START_TEST(test_overload_loses_nothing)
{
    static const char *const words[] = { "overload", "--clients", "16", "--seconds", "1" };
    struct rd_value result = bench(words, 5), run = t_at(result, "runs.0");
    ck_assert_int_gt(t_int(run, "accepted"), 0);
    ck_assert_int_eq(t_int(run, "accepted"), t_int(run, "acknowledged"));
    ck_assert_int_eq(t_int(run, "accepted") + t_int(run, "busy"), t_int(run, "offered"));
    ck_assert_int_eq(t_int(run, "errors"), 0);
    ck_assert_int_eq(t_int(run, "busy_without_retry"), 0);
    ck_assert_int_eq(t_int(run, "lost"), 0);
    ck_assert_int_gt(t_int(run, "anon_before_bytes"), 0);
}
END_TEST

/* A minute of it, and all that it has beside. */
START_TEST(test_a_soak_goes_on_and_says_so)
{
    static const char *const words[] = { "soak", "--minutes", "1" };
    if (!unit_is_long())
        return;
    struct rd_value result = bench(words, 3), line = t_at(result, "minutes.0");
    ck_assert_int_eq(t_count(result, "minutes"), 1);
    ck_assert_int_gt(t_int(line, "events"), 0);
    ck_assert_int_gt(t_int(line, "reports"), 0);
    ck_assert_int_gt(t_int(line, "backups"), 0);
    ck_assert_int_gt(t_int(line, "anon_low_bytes"), 0);
    ck_assert_int_ge(t_int(line, "anon_high_bytes"), t_int(line, "anon_low_bytes"));
    ck_assert_int_gt(t_int(line, "disk_bytes_per_case"), 0);
}
END_TEST

static const char *written(const char *name, const char *text)
{
    const char *path = rd_arena_printf(&d->arena, "%s/%s", d->dir, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
    return path;
}

START_TEST(test_a_picture_shows_what_the_files_say)
{
    const char *output;
    const char *two = written(
        "two.json", "{\"ceiling\": {\"events_per_s\": 100000},\"runs\": ["
                    "{\"run\": \"<b>\", \"in_flight\": 64, \"open_cases_before\": 1000,"
                    " \"events_per_s\": 30000, \"latency_us\": {\"p50\": 1500, \"p99\": 6000}},"
                    "{\"run\": \"slow\", \"in_flight\": 1, \"events_per_s\": 15000,"
                    " \"latency_us\": {\"p50\": 250, \"p99\": 3000}}]}");
    ck_assert_int_eq(t_program(d, (const char *[]){ "bench", "draw", two, NULL }, &output), 0);
    ck_assert_ptr_nonnull(strstr(output, "&lt;b&gt;, 64 under way, 1000 open"));
    ck_assert_ptr_nonnull(strstr(output, ">30000 (30 %)<"));
    ck_assert_ptr_nonnull(strstr(output, ">1.50 / 6.00<"));
    ck_assert_ptr_nonnull(strstr(output, "width=\"240.0\""));
    ck_assert_ptr_nonnull(strstr(output, "width=\"120.0\"")); /* half as much, half as long */
    ck_assert_ptr_null(strstr(output, "<b>"));
    static const char *const bad[] = { "{}", "[1]", "{\"runs\": []}", "{\"runs\": [{}]}", "no" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const char *path = written("bad.json", bad[i]);
        ck_assert_int_eq(t_program(d, (const char *[]){ "bench", "draw", path, NULL }, &output), 2);
    }
}
END_TEST

START_TEST(test_refuses_what_it_can_not_run)
{
    static const char *const bad[][5] = { { "bench", "sideways", NULL },
                                          { "bench", "--clients", "0", NULL },
                                          { "bench", "--pipeline", "9", NULL },
                                          { "bench", "--seconds", "0", NULL },
                                          { "bench", "soak", "--minutes", "0" } };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const char *output;
        int code = t_program(d, bad[i], &output);
        ck_assert_msg(code == rd_status_exit(RD_USAGE), "%s %s: exit code %d: %s", bad[i][0],
                      bad[i][1], code, output);
    }
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("bench");
    TCase *tcase = tcase_create("bench");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_lifecycle_adds_up_and_leaves_nothing);
    tcase_add_test(tcase, test_pipeline_adds_up_and_keeps_what_it_must);
    tcase_add_test(tcase, test_start_finds_what_was_acknowledged);
    tcase_add_test(tcase, test_overload_loses_nothing);
    tcase_add_test(tcase, test_a_picture_shows_what_the_files_say);
    tcase_add_test(tcase, test_refuses_what_it_can_not_run);
    suite_add_tcase(suite, tcase);
    TCase *soak = tcase_create("soak");
    tcase_set_timeout(soak, 10 * T_TIMEOUT_S); /* activations judge the whole policy */
    tcase_add_checked_fixture(soak, setup, teardown);
    tcase_add_test(soak, test_a_soak_goes_on_and_says_so);
    suite_add_tcase(suite, soak);
    return suite;
}

int main(void)
{
    return unit_run(suite());
}
