/* Full back-tests on a small company: under the rules of the day the whole history happens again;
 * under others the cases go on from what these decide, with their own timers, until people would
 * have been asked something else.
 */
#include "unit/backtest_rig.h"

#include <stdio.h>
#include <string.h>

#include "common/company.h"

static struct kernel_rig rig;

static void setup(void)
{
    rig_open(&rig);
}

static void teardown(void)
{
    rig_close(&rig);
}

static struct rd_value full_of(struct rd_backtest_options options)
{
    struct rd_value result;
    options.full = true;
    options.cases_max = 20;
    enum rd_status status = rig_backtest(&rig, options, &result);
    ck_assert_msg(status == RD_OK, "%s", rig.error.text);
    return result;
}

static struct rd_value full(void)
{
    return full_of((struct rd_backtest_options){ .full = true });
}

static void expect_same(struct rd_value result)
{
    ck_assert_msg(t_int(result, "differences") == 0 && t_count(result, "apart") == 0 &&
                      t_count(result, "rules") == 0 && t_count(result, "cases") == 0 &&
                      t_int(result, "full.same") == t_int(result, "full.cases") &&
                      t_int(result, "full.extra") == 0 && t_int(result, "full.unasked") == 0 &&
                      t_int(result, "full.rings.was") == t_int(result, "full.rings.is"),
                  "%s", t_show(result));
}

START_TEST(the_same_rules_make_the_same_history)
{
    rig_history(&rig);
    struct rd_value result = full();
    expect_same(result);
    ck_assert_int_gt(t_int(result, "asked"), 40);
    ck_assert_int_gt(t_int(result, "full.cases"), 4);
    ck_assert_int_gt(t_int(result, "full.rings.was"), 5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_full");
    TCase *tcase = tcase_create("full");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, the_same_rules_make_the_same_history);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
