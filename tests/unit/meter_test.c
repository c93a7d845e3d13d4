/* Meters: what is there at once, how it comes back, and what strangers can do to each other. */
#include <stdio.h>

#include "base/meter.h"
#include "unit/unit.h"

static const struct rd_meter_rule RULE = { .burst = 5, .step = 100 };
static struct rd_meter meter;

static void setup(void)
{
    rd_meter_init(&meter, 64, 7);
}

static void teardown(void)
{
    rd_meter_fini(&meter);
}

START_TEST(a_burst_and_then_one_each_step)
{
    uint64_t held = 99;
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(rd_meter_take(&meter, "ben", RULE, 1, 1000, &held), 0);
    ck_assert_uint_eq(held, 0);
    ck_assert_int_eq(rd_meter_take(&meter, "ben", RULE, 1, 1000, &held), 100);
    ck_assert_int_eq(rd_meter_take(&meter, "ben", RULE, 1, 1099, &held), 1);
    ck_assert_int_eq(rd_meter_take(&meter, "ben", RULE, 1, 1100, &held), 0);
    ck_assert_uint_eq(held, 2); /* what was refused meanwhile, told once */
    ck_assert_int_eq(rd_meter_take(&meter, "ben", RULE, 1, 1200, &held), 0);
    ck_assert_uint_eq(held, 0);
    ck_assert_int_eq(rd_meter_take(&meter, "ben", RULE, 2, 1200, NULL), 200);
    /* nobody pays for another; and all of it comes back */
    ck_assert_int_eq(rd_meter_take(&meter, "mei", RULE, 5, 1200, NULL), 0);
    ck_assert_int_eq(rd_meter_take(&meter, "ben", RULE, 5, 1700, NULL), 0);
    ck_assert_int_eq(rd_meter_take(&meter, "ben", RULE, 1, 1700, NULL), 100);
}
END_TEST

START_TEST(more_than_a_burst_waits_for_a_full_bucket)
{
    ck_assert_int_eq(rd_meter_take(&meter, "ben", RULE, 1, 1000, NULL), 0);
    ck_assert_int_eq(rd_meter_take(&meter, "ben", RULE, 50, 1000, NULL), 100);
    ck_assert_int_eq(rd_meter_take(&meter, "ben", RULE, 50, 1100, NULL), 0);
    /* and is paid for in full */
    ck_assert_int_eq(rd_meter_take(&meter, "ben", RULE, 50, 1100, NULL), 5000);
    ck_assert_int_eq(rd_meter_take(&meter, "ben", RULE, 50, 6100, NULL), 0);
}
END_TEST

START_TEST(a_clock_that_goes_back_costs_a_burst_at_most)
{
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(rd_meter_take(&meter, "ben", RULE, 1, 900000000, NULL), 0);
    ck_assert_int_eq(rd_meter_take(&meter, "ben", RULE, 1, 1000, NULL), 100);
    ck_assert_int_eq(rd_meter_take(&meter, "ben", RULE, 1, 1100, NULL), 0);
}
END_TEST

START_TEST(credit_is_no_deeper_than_it_may_be)
{
    int64_t wait = 0;
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(rd_meter_charge(&meter, "ben", RULE, 1, 1000, 300), 0);
    for (int i = 1; i <= 10; i++) {
        wait = rd_meter_charge(&meter, "ben", RULE, 1, 1000, 300);
        ck_assert_int_eq(wait, i < 3 ? i * 100 : 300);
    }
    ck_assert_int_eq(rd_meter_charge(&meter, "ben", RULE, 1, 1800, 300), 0);
}
END_TEST

/* Any number of names in the same memory: who has had the least goes first. */
START_TEST(strangers_do_not_take_a_busy_ones_place)
{
    char name[32];
    ck_assert_int_eq(rd_meter_take(&meter, "ben", RULE, 50, 1000, NULL), 0);
    for (int i = 0; i < 100000; i++) {
        snprintf(name, sizeof name, "10.0.%d.%d", i / 256, i % 256);
        ck_assert_int_eq(rd_meter_take(&meter, name, RULE, 1, 1000, NULL), 0);
    }
    ck_assert_int_gt(rd_meter_take(&meter, "ben", RULE, 1, 1000, NULL), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("meter");
    TCase *tcase = tcase_create("meter");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_burst_and_then_one_each_step);
    tcase_add_test(tcase, more_than_a_burst_waits_for_a_full_bucket);
    tcase_add_test(tcase, a_clock_that_goes_back_costs_a_burst_at_most);
    tcase_add_test(tcase, credit_is_no_deeper_than_it_may_be);
    tcase_add_test(tcase, strangers_do_not_take_a_busy_ones_place);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
