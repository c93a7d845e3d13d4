/* A policy that is loaded while others work: nobody waits for it but who asked, and what comes of
 * it does not depend on whether he is still there. */
#include "common/t.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "common/company.h"
#include "unit/unit.h"

#define LIMIT "tier = \"ordinary\", limit = \"100.00\""
#define OTHER "tier = \"ordinary\", limit = \"150.00\""

static char company[UNIT_DIR_MAX];
static struct t_daemon *d;

static void setup(void)
{
    unit_dir_make(company);
    t_company_copy(company);
    d = t_daemon_start(&(struct t_options){ .policy = company });
}

static void teardown(void)
{
    t_daemon_free(d);
    unit_dir_remove(company);
}

/* A file that takes about a tenth of a second more to read. */
static void slow_policy(void)
{
    t_company_write(company, "rules/slow.lua",
                    "local n = 0\nfor i = 1, 10000000 do n = n + i end\n"
                    "return choices 'slow' { 'a' }\n");
    t_company_edit(company, "rules/remedies.lua", LIMIT, OTHER);
}

static void ask(struct rd_client *client, const char *method)
{
    struct rd_error error = RD_ERROR_NONE;
    rd_client_send(client, method, NULL);
    ck_assert_int_eq(rd_client_flush(client, &error), RD_OK);
}

static struct rd_value answer(struct rd_client *client)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_value result;
    int64_t id;
    enum rd_status status = rd_client_receive(client, &d->arena, &id, &result, &error);
    ck_assert_msg(status == RD_OK, "%s", error.text);
    return result;
}

static bool answered(struct rd_client *client)
{
    struct pollfd one = { .fd = rd_client_fd(client), .events = POLLIN };
    return poll(&one, 1, 0) == 1;
}

static int64_t generation(void)
{
    return t_int(t_call(d, "server.info", "{}"), "policy");
}

/* What another client waits for meanwhile is printed, since it is the machine's as well; that it is
 * served at all is not. */
static void work_meanwhile(struct rd_client *asker, const char *method)
{
    int64_t began_ns = rd_clock_mono_ns(), longest_ns = 0;
    int served = 0;
    ask(asker, method);
    while (!answered(asker)) {
        int64_t sent_ns = rd_clock_mono_ns();
        t_call(d, "record.create", "{'type': 'customer', 'data': {'name': 'Li'}}");
        int64_t took_ns = rd_clock_mono_ns() - sent_ns;
        longest_ns = took_ns > longest_ns ? took_ns : longest_ns;
        served++;
    }
    printf("%s took %.1f ms; meanwhile %d requests of another client, the longest wait %.1f ms\n",
           method, (double)(rd_clock_mono_ns() - began_ns) / 1e6, served, (double)longest_ns / 1e6);
    ck_assert_int_ge(served, 3);
}

START_TEST(test_others_are_served_while_a_policy_is_loaded)
{
    struct rd_client *admin = t_connect(d, NULL);
    slow_policy();
    work_meanwhile(admin, "policy.preview");
    ck_assert_int_eq(t_int(answer(admin), "failed"), 0);
    ck_assert_int_eq(generation(), 1);
    work_meanwhile(admin, "policy.reload");
    ck_assert(t_bool(answer(admin), "changed"));
    ck_assert_int_eq(generation(), 2);
    t_daemon_kill(d);
    rd_client_close(admin);
    t_daemon_again(d);
    ck_assert_int_eq(generation(), 2);
}
END_TEST

START_TEST(test_who_asked_may_go_away)
{
    struct rd_client *gone = t_connect(d, NULL);
    slow_policy();
    ask(gone, "policy.reload");
    t_call(d, "server.info", "{}"); /* it has arrived */
    rd_client_close(gone);
    t_daemon_await_log(d, "generation 2 is in force");
    ck_assert_int_eq(generation(), 2);
}
END_TEST

START_TEST(test_two_that_ask_are_both_answered)
{
    struct rd_client *one = t_connect(d, NULL), *two = t_connect(d, NULL);
    slow_policy();
    ask(one, "policy.reload");
    ask(two, "policy.reload");
    int64_t first = t_int(answer(one), "generation"), second = t_int(answer(two), "generation");
    ck_assert_int_eq(first, 2);
    ck_assert_int_eq(second, 2);
    rd_client_close(one);
    rd_client_close(two);
}
END_TEST

START_TEST(test_a_stop_waits_for_what_was_asked)
{
    struct rd_client *admin = t_connect(d, NULL);
    slow_policy();
    ask(admin, "policy.reload");
    t_call(d, "server.info", "{}");
    t_daemon_stop(d);
    ck_assert_int_eq(t_int(answer(admin), "generation"), 2);
    rd_client_close(admin);
    t_daemon_again(d);
    ck_assert_int_eq(generation(), 2);
}
END_TEST

/* A kill while it is loaded leaves the journal as it was; the next start reads the directory. */
START_TEST(test_a_kill_while_it_is_loaded_leaves_nothing_half_done)
{
    struct rd_client *admin = t_connect(d, NULL);
    struct rd_value li = t_call(d, "record.create", "{'type': 'customer', 'data': {'name': 'Li'}}");
    slow_policy();
    ask(admin, "policy.reload");
    t_call(d, "server.info", "{}");
    t_daemon_kill(d);
    rd_client_close(admin);
    t_daemon_again(d);
    ck_assert_int_eq(generation(), 2);
    ck_assert_str_eq(t_text(t_call(d, "case.get", "{'id': '%s'}", t_text(li, "id")), "data.name"),
                     "Li");
    ck_assert(!t_bool(t_call(d, "policy.reload", "{}"), "changed"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reload");
    TCase *tcase = tcase_create("reload");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_others_are_served_while_a_policy_is_loaded);
    tcase_add_test(tcase, test_who_asked_may_go_away);
    tcase_add_test(tcase, test_two_that_ask_are_both_answered);
    tcase_add_test(tcase, test_a_stop_waits_for_what_was_asked);
    tcase_add_test(tcase, test_a_kill_while_it_is_loaded_leaves_nothing_half_done);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
