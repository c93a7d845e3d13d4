/* The bench of deadlines: each one that was due rang once, and each open one was planned anew. No
 * times are asserted: a loaded machine is no failing engine.
 */
#include "common/t.h"

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

START_TEST(test_every_deadline_rings_once_and_moves_once)
{
    const char *dir = rd_arena_printf(&d->arena, "%s/b", d->dir), *output;
    const char *const args[] = { "bench", "timers", "-o",    "json", "--cases",  "500",
                                 "--due", "200",    "--dir", dir,    "--replan", NULL };
    struct rd_value result;
    struct rd_error error = RD_ERROR_NONE;
    int code = t_program(d, args, &output);
    ck_assert_msg(code == 0, "exit code %d: %s", code, output);
    const char *json = strchr(output, '{');
    ck_assert_msg(json != NULL, "%s", output);
    ck_assert_msg(rd_json_parse(&d->arena, json, strlen(json), RD_MESSAGE_DEPTH_MAX, &result,
                                &error) == RD_OK,
                  "%s: %s", error.text, json);
    ck_assert_str_eq(t_text(result, "bench"), "timers");
    ck_assert_int_eq(t_int(result, "cases"), 500);
    ck_assert_int_eq(t_int(result, "due"), 200);
    ck_assert_int_eq(t_int(result, "rings.rung"), 200);
    ck_assert_int_eq(t_int(result, "rings.lag_ms.count"), 200);
    ck_assert_int_eq(t_int(result, "rings.missing"), 0);
    ck_assert_int_eq(t_int(result, "rings.again"), 0);
    ck_assert_int_eq(t_int(result, "rings.strange"), 0);
    ck_assert_int_eq(t_int(result, "replan.moved"), 300);
    /* the clients were at work before the instant */
    ck_assert_int_gt(t_int(result, "quiet.read_ms.count"), 0);
    ck_assert_int_gt(t_int(result, "quiet.write_ms.count"), 0);
    ck_assert_msg(rmdir(dir) == 0, "%s still holds something", dir);
}
END_TEST

/* Each is held against its own time: none rings before it, and the last one is due a second after
 * the first. */
START_TEST(test_deadlines_spread_over_a_second)
{
    const char *dir = rd_arena_printf(&d->arena, "%s/b", d->dir), *output;
    const char *const args[] = { "bench", "timers", "-o", "json",     "--cases", "300", "--due",
                                 "100",   "--dir",  dir,  "--spread", "1",       NULL };
    struct rd_value result;
    struct rd_error error = RD_ERROR_NONE;
    int code = t_program(d, args, &output);
    ck_assert_msg(code == 0, "exit code %d: %s", code, output);
    const char *json = strchr(output, '{');
    ck_assert_msg(json != NULL, "%s", output);
    ck_assert_msg(rd_json_parse(&d->arena, json, strlen(json), RD_MESSAGE_DEPTH_MAX, &result,
                                &error) == RD_OK,
                  "%s: %s", error.text, json);
    ck_assert_int_eq(t_int(result, "spread_s"), 1);
    ck_assert_int_eq(t_int(result, "rings.rung"), 100);
    ck_assert_int_eq(t_int(result, "rings.missing"), 0);
    ck_assert_int_eq(t_int(result, "rings.strange"), 0);
    const struct rd_value *seconds = rd_map_get(rd_map_get(&result, "rings"), "seconds");
    ck_assert(rd_value_is(seconds, RD_REAL) ? seconds->real >= 0.99 : seconds->integer >= 1);
}
END_TEST

START_TEST(test_refuses_what_it_can_not_run)
{
    static const char *const bad[][5] = { { "bench", "timers", "--cases", "1", NULL },
                                          { "bench", "timers", "--due", "0", NULL },
                                          { "bench", "timers", "--spread", "3601", NULL },
                                          { "bench", "timers", "--due", "1000000", NULL } };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const char *output;
        int code = t_program(d, bad[i], &output);
        ck_assert_msg(code == rd_status_exit(RD_USAGE), "%s %s: exit code %d: %s", bad[i][2],
                      bad[i][3], code, output);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bench_timers");
    TCase *tcase = tcase_create("bench_timers");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_every_deadline_rings_once_and_moves_once);
    tcase_add_test(tcase, test_deadlines_spread_over_a_second);
    tcase_add_test(tcase, test_refuses_what_it_can_not_run);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
