/* The gate: who is metered by what, and what guessing costs. */
#include "base/limits.h"
#include "server/gate.h"
#include "unit/unit.h"

#define SECOND_NS 1000000000ll
#define MS_NS 1000000ll

static struct rd_gate gate;
static const char *what;

static void setup(void)
{
    rd_gate_init(&gate, 10, 25);
}

static void teardown(void)
{
    rd_gate_fini(&gate);
}

static uint32_t come(const char *account, const char *address, uint32_t requests, int64_t now_ns)
{
    struct rd_gate_caller caller = { account, address };
    return rd_gate_wait_ms(&gate, &caller, requests, now_ns, &what);
}

START_TEST(an_account_has_its_rate)
{
    for (int i = 0; i < 20; i++)
        ck_assert_uint_eq(come("ben", NULL, 1, SECOND_NS), 0);
    ck_assert_uint_eq(come("ben", NULL, 1, SECOND_NS), 100);
    ck_assert_str_eq(what, "account");
    ck_assert_uint_eq(come("mei", NULL, 1, SECOND_NS), 0);
    ck_assert_uint_eq(come("ben", NULL, 1, SECOND_NS + 100 * MS_NS), 0);
    ck_assert_uint_eq(come("ben", NULL, 10, SECOND_NS + 1100 * MS_NS), 0);
    ck_assert_uint_eq(come("ben", NULL, 1, SECOND_NS + 1100 * MS_NS), 100);
}
END_TEST

START_TEST(an_address_has_its_rate_whoever_comes_from_there)
{
    for (int i = 0; i < 50; i++)
        ck_assert_uint_eq(come(i % 5 == 0   ? "a"
                               : i % 5 == 1 ? "b"
                               : i % 5 == 2 ? "c"
                               : i % 5 == 3 ? "d"
                                            : "e",
                               "10.0.0.1", 1, SECOND_NS),
                          0);
    ck_assert_uint_eq(come("f", "10.0.0.1", 1, SECOND_NS), 40);
    ck_assert_str_eq(what, "address");
    ck_assert_uint_eq(come(NULL, "10.0.0.1", 1, SECOND_NS), 40);
    ck_assert_uint_eq(come("f", "10.0.0.2", 1, SECOND_NS), 0);
}
END_TEST

START_TEST(who_has_the_machine_has_no_rate)
{
    for (int i = 0; i < 10000; i++)
        ck_assert_uint_eq(come(NULL, NULL, 256, SECOND_NS), 0);
}
END_TEST

START_TEST(no_limit_is_none)
{
    rd_gate_fini(&gate);
    rd_gate_init(&gate, 0, 0);
    for (int i = 0; i < 10000; i++)
        ck_assert_uint_eq(come("ben", "10.0.0.1", 256, SECOND_NS), 0);
    rd_gate_fini(&gate);
    rd_gate_init(&gate, UINT32_MAX, UINT32_MAX);
    for (int i = 0; i < 10000; i++)
        ck_assert_uint_eq(come("ben", "10.0.0.1", 256, SECOND_NS), 0);
}
END_TEST

START_TEST(a_guess_waits_longer_than_the_one_before)
{
    struct rd_gate_caller caller = { NULL, "10.0.0.1" }, other = { NULL, "10.0.0.2" };
    int64_t hold_ns = 0;
    for (int i = 0; i < RD_GUESSES_FREE; i++)
        ck_assert_int_eq(rd_gate_guess_hold_ns(&gate, &caller, SECOND_NS), 0);
    for (int i = 1; i <= 20; i++) {
        int64_t before_ns = hold_ns;
        hold_ns = rd_gate_guess_hold_ns(&gate, &caller, SECOND_NS);
        ck_assert_int_ge(hold_ns, before_ns);
        ck_assert_int_ge(hold_ns, MS_NS);
        ck_assert_int_le(hold_ns, RD_GUESS_HOLD_MS_MAX * MS_NS);
    }
    ck_assert_int_eq(hold_ns, RD_GUESS_HOLD_MS_MAX * MS_NS);
    ck_assert_int_eq(rd_gate_guess_hold_ns(&gate, &other, SECOND_NS), 0);
    /* and is forgotten */
    ck_assert_int_eq(rd_gate_guess_hold_ns(&gate, &caller, 60 * SECOND_NS), 0);
}
END_TEST

START_TEST(what_goes_wrong_is_told_so_often)
{
    uint64_t untold = 0;
    for (int i = 0; i < RD_WARNINGS_TOLD; i++)
        ck_assert(rd_gate_tells(&gate, "10.0.0.1", SECOND_NS, &untold));
    ck_assert_uint_eq(untold, 0);
    for (int i = 0; i < 1000; i++)
        ck_assert(!rd_gate_tells(&gate, "10.0.0.1", SECOND_NS, &untold));
    ck_assert(rd_gate_tells(&gate, "10.0.0.2", SECOND_NS, &untold)); /* who has done nothing */
    ck_assert_uint_eq(untold, 0);
    ck_assert(rd_gate_tells(&gate, "10.0.0.1", SECOND_NS + RD_WARNING_TOLD_MS * MS_NS, &untold));
    ck_assert_uint_eq(untold, 1000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gate");
    TCase *tcase = tcase_create("gate");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, an_account_has_its_rate);
    tcase_add_test(tcase, an_address_has_its_rate_whoever_comes_from_there);
    tcase_add_test(tcase, who_has_the_machine_has_no_rate);
    tcase_add_test(tcase, no_limit_is_none);
    tcase_add_test(tcase, a_guess_waits_longer_than_the_one_before);
    tcase_add_test(tcase, what_goes_wrong_is_told_so_often);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
