/* The share of long reads: a bounded share while commands come, everything when none do. */
#include "base/limits.h"
#include "kernel/share.h"
#include "unit/unit.h"

#define TURNS 20000

/* A thread that is never idle: turns of `busy_ns` and what the share grants, with `over_ns` more
 * each time (the watch is looked at every few records). The share of reports in percent. */
static double percent_of(int64_t busy_ns, int64_t over_ns, int64_t *longest_ns)
{
    struct rd_share share = { 0 };
    int64_t now_ns = 1000000000, busy = 0, read = 0;
    *longest_ns = 0;
    for (int i = 0; i < TURNS; i++) {
        now_ns += busy_ns;
        busy += busy_ns;
        int64_t granted = rd_share_grant(&share, 1, busy_ns, now_ns);
        ck_assert_int_ge(granted, 0);
        if (granted == 0)
            continue;
        *longest_ns = granted > *longest_ns ? granted : *longest_ns;
        rd_share_spend(&share, granted + over_ns);
        read += granted + over_ns;
        now_ns += granted + over_ns;
    }
    return 100.0 * (double)read / (double)(read + busy);
}

START_TEST(commands_keep_four_fifths_of_the_thread)
{
    static const int64_t busy_us[] = { 5, 20, 100, 400, 1000, 4000 };
    for (size_t i = 0; i < sizeof busy_us / sizeof *busy_us; i++)
        for (int64_t over_us = 0; over_us <= 60; over_us += 20) {
            int64_t longest_ns;
            double percent = percent_of(busy_us[i] * 1000, over_us * 1000, &longest_ns);
            ck_assert_double_le(percent, 20.0);
            ck_assert_double_ge(percent, 10.0); /* and reports are made all the same */
            ck_assert_int_le(longest_ns, RD_REPORT_SLICE_NS);
        }
}
END_TEST

START_TEST(nobody_waits_for_long_where_the_next_request_is_near)
{
    struct rd_share share = { 0 };
    int64_t now_ns = 1000000000;
    (void)rd_share_grant(&share, 1, 20000, now_ns);
    for (int i = 0; i < 39; i++) /* short slices, one behind the other */
        ck_assert_int_eq(rd_share_grant(&share, 0, 0, now_ns += RD_REPORT_SLICE_NS_MIN),
                         RD_REPORT_SLICE_NS_MIN);
    ck_assert_int_eq(rd_share_grant(&share, 0, 0, now_ns + RD_REPORT_SLICE_NS_MIN),
                     RD_REPORT_SLICE_NS);
}
END_TEST

START_TEST(an_idle_thread_reads_all_the_time)
{
    struct rd_share share = { 0 };
    ck_assert_int_eq(rd_share_grant(&share, 0, 0, 1000000000), RD_REPORT_SLICE_NS);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("share");
    TCase *tests = tcase_create("share");
    tcase_add_test(tests, commands_keep_four_fifths_of_the_thread);
    tcase_add_test(tests, nobody_waits_for_long_where_the_next_request_is_near);
    tcase_add_test(tests, an_idle_thread_reads_all_the_time);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
