/* A candidate beside the policy in force, on live work: the same rules differ in nothing, others
 * just where they decide otherwise; every entry is asked, nothing is changed, and a restart goes on
 * with it.
 */
#include "common/company.h"
#include "common/t.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit/unit.h"

static struct t_daemon *d;
static char policy[UNIT_DIR_MAX];

static void setup(void)
{
    char command[UNIT_DIR_MAX + 64];
    unit_dir_make(policy);
    snprintf(command, sizeof command, "cp -r rules scripts %s/", policy);
    ck_assert_int_eq(system(command), 0);
    d = t_daemon_start(&(struct t_options){ .tcp = true });
}

static void teardown(void)
{
    t_daemon_free(d);
    unit_dir_remove(policy);
}

static void customers(int count)
{
    for (int i = 0; i < count; i++)
        t_call(d, "record.create", "{'type': 'customer', 'data': {'name': 'Li %d'}}", i);
}

/* The rules of `policy`, as the program sends them. */
static int begun(const char **output)
{
    const char *args[] = { "policy", "shadow", policy, "--connect", d->address, NULL };
    return t_program(d, args, output);
}

static void begin(void)
{
    const char *output;
    int code = begun(&output);
    ck_assert_msg(code == 0, "exit code %d: %s", code, output);
    ck_assert_ptr_nonnull(strstr(output, "running: "));
}

static struct rd_value status(void)
{
    return t_call(d, "policy.shadow_status", "{}");
}

/* When it has asked all that there is, and laid it out. */
static struct rd_value caught_up(void)
{
    struct rd_value now = status();
    for (int i = 0; i < 600; i++, now = status()) {
        const char *state = t_text(now, "state");
        if (strcmp(state, "running") == 0 && t_int(now, "behind") == 0 && t_has(now, "result") &&
            t_int(now, "result.entries") == t_int(now, "done"))
            return now;
        ck_assert_msg(strcmp(state, "failed") != 0, "%s", t_show(now));
        usleep(100000);
    }
    ck_abort_msg("it does not catch up: %s", t_show(now));
}

static bool is_there(const char *name)
{
    return access(rd_arena_printf(&d->arena, "%s/data/%s", d->dir, name), F_OK) == 0;
}

static void expect_all_asked(struct rd_value now)
{
    struct rd_value result = t_at(now, "result");
    int64_t apart = 0;
    for (uint32_t i = 0; i < (uint32_t)t_count(result, "apart"); i++)
        apart += t_int(result, rd_arena_printf(&d->arena, "apart.%u.count", i));
    ck_assert_int_eq(t_int(result, "asked") + t_int(result, "engine") + apart,
                     t_int(now, "done") - t_int(now, "from") + 1);
}

START_TEST(the_same_rules_differ_in_nothing)
{
    ck_assert_str_eq(t_text(status(), "state"), "none");
    customers(20);
    begin();
    customers(1000); /* it falls behind, and leaves nothing out */
    struct rd_value li = t_call(d, "record.create",
                                "{'type': 'customer', 'as': 'ben', 'data': {'name': 'Li', "
                                "'handler': 'ben', 'unit': 'gz'}}");
    t_call(d, "case.open",
           "{'type': 'complaint', 'as': 'ben', 'data': {'customer': '%s', 'channel': 'hotline', "
           "'problem': 'billing', 'summary': 'Twice'}}",
           t_text(li, "id"));
    struct rd_value now = caught_up();
    ck_assert_msg(t_int(now, "result.differences") == 0 && t_count(now, "result.apart") == 0 &&
                      t_count(now, "result.recent") == 0,
                  "%s", t_show(now));
    ck_assert_int_eq(t_int(now, "result.asked"), 1002);
    expect_all_asked(now);
}
END_TEST

START_TEST(other_rules_are_told_and_change_nothing)
{
    customers(20); /* before it begins: not asked */
    t_company_edit(policy, "rules/authority.lua", "\"customer.create\"", "\"customer.update\"");
    begin();
    customers(60);
    struct rd_value now = caught_up(), one = t_at(now, "result.recent.0");
    ck_assert_int_eq(t_int(now, "result.refused"), 60);
    ck_assert_int_eq(t_int(now, "result.differences"), 60);
    ck_assert_int_eq(t_count(now, "result.recent"), 50);
    ck_assert_int_eq(t_count(now, "result.cases"), 20);
    ck_assert_int_eq(t_int(one, "seq"), t_int(now, "done")); /* the newest first */
    ck_assert_str_eq(t_text(one, "command"), "customer.create");
    ck_assert_str_eq(t_text(one, "is.refused"), "not_allowed");
    ck_assert_ptr_nonnull(strstr(t_text(one, "was.line"), "rules/authority.lua:"));
    ck_assert_int_gt(t_int(now, "result.recent.0.seq"), t_int(now, "result.recent.49.seq"));
    /* the rules in force decided: they are all there */
    struct rd_value list = t_call(d, "case.list", "{'type': 'customer', 'limit': 1000}");
    ck_assert_int_eq(t_count(list, "cases"), 80);
    expect_all_asked(now);
}
END_TEST

START_TEST(a_restart_goes_on_with_it)
{
    customers(5);
    t_company_edit(policy, "rules/authority.lua", "\"customer.create\"", "\"customer.update\"");
    begin();
    t_refused(d, "in_progress", "policy.shadow", "{}");
    customers(40);
    struct rd_value now = caught_up();
    char *before = strdup(t_show(t_at(now, "result")));
    int64_t from = t_int(now, "from");
    t_daemon_kill(d);
    t_daemon_again(d);
    now = caught_up();
    ck_assert_str_eq(t_show(t_at(now, "result")), before);
    ck_assert_int_eq(t_int(now, "from"), from);
    free(before);
    t_daemon_stop(d);
    t_daemon_again(d);
    customers(2);
    ck_assert_int_eq(t_int(caught_up(), "result.refused"), 42);
}
END_TEST

START_TEST(it_is_ended_for_good)
{
    begin();
    customers(3);
    caught_up();
    ck_assert(is_there("shadow.json"));
    t_call(d, "policy.shadow_stop", "{}");
    struct rd_value now = status();
    for (int i = 0; i < 600 && strcmp(t_text(now, "state"), "stopped") != 0; i++) {
        usleep(20000);
        now = status();
    }
    ck_assert_str_eq(t_text(now, "state"), "stopped");
    ck_assert_int_eq(t_int(now, "result.asked"), 3);
    ck_assert(!is_there("shadow.json"));
    ck_assert(!is_there("shadow"));
    begin(); /* another one may */
    t_call(d, "policy.shadow_stop", "{}");
    t_daemon_stop(d);
    t_daemon_again(d);
    ck_assert_str_eq(t_text(status(), "state"), "none");
}
END_TEST

START_TEST(what_is_no_policy_is_refused)
{
    static const char *const wrong[] = { "{'sources': {}}",
                                         "{'sources': 5}",
                                         "{'sources': {'rules/a.lua': 5}}",
                                         "{'sources': {'rules/../a.lua': ''}}",
                                         "{'sources': {'/etc/passwd': ''}}",
                                         "{'sources': {'rules/a.txt': ''}}",
                                         "{'source': {'rules/a.lua': ''}}" };
    const char *output;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        t_refused(d, "invalid_params", "policy.shadow", "%s", wrong[i]);
    ck_assert(!is_there("shadow.json"));
    t_company_edit(policy, "rules/remedies.lua", "hit = \"unique\"", "hit = \"uniqe\"");
    ck_assert_int_ne(begun(&output), 0);
    ck_assert_ptr_nonnull(strstr(output, "rules/remedies.lua:"));
    struct rd_value now = status();
    ck_assert_str_eq(t_text(now, "state"), "failed");
    ck_assert_str_eq(t_text(now, "error.name"), "check_failed");
    ck_assert(!is_there("shadow.json"));
    t_call(d, "policy.shadow", "{}"); /* the policy directory's */
    ck_assert_str_eq(t_text(caught_up(), "state"), "running");
}
END_TEST

START_TEST(a_file_that_is_not_ours_is_left_alone)
{
    static const char *const texts[] = { "{", "[]", "{\"format\":1,\"from\":0}",
                                         "{\"format\":2,\"from\":1,\"by\":\"x\"}" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        t_daemon_stop(d);
        FILE *file = fopen(rd_arena_printf(&d->arena, "%s/data/shadow.json", d->dir), "w");
        ck_assert_ptr_nonnull(file);
        fputs(texts[i], file);
        fclose(file);
        t_daemon_again(d);
        t_daemon_await_log(d, "no shadow runs");
        ck_assert_str_eq(t_text(status(), "state"), "none");
    }
    ck_assert(is_there("shadow.json"));
}
END_TEST

START_TEST(only_administrators_may)
{
    static const char *const methods[] = { "policy.shadow", "policy.shadow_status",
                                           "policy.shadow_stop" };
    t_for_administrators(d, methods, 3);
}
END_TEST

START_TEST(the_program_shows_it)
{
    const char *output;
    const char *show[] = { "policy", "shadow", "--connect", d->address, NULL };
    const char *stop[] = { "policy", "shadow", "--stop", "--connect", d->address, NULL };
    const char *both[] = { "policy", "shadow", "--stop", "--show", "--connect", d->address, NULL };
    ck_assert_int_eq(t_program(d, show, &output), 0);
    ck_assert_ptr_nonnull(strstr(output, "no shadow runs"));
    t_company_edit(policy, "rules/authority.lua", "\"customer.create\"", "\"customer.update\"");
    begin();
    customers(4);
    caught_up();
    ck_assert_int_eq(t_program(d, show, &output), 0);
    static const char *const says[] = { "0 entries behind", "4 would be refused",
                                        "The newest differences", "refused: not_allowed",
                                        "rules/authority.lua:" };
    for (size_t i = 0; i < sizeof says / sizeof *says; i++)
        ck_assert_msg(strstr(output, says[i]) != NULL, "'%s' is missing: %s", says[i], output);
    ck_assert_int_eq(t_program(d, both, &output), 2);
    ck_assert_int_eq(t_program(d, stop, &output), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shadow");
    TCase *tcase = tcase_create("shadow");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_test(tcase, the_same_rules_differ_in_nothing);
    tcase_add_test(tcase, other_rules_are_told_and_change_nothing);
    tcase_add_test(tcase, a_restart_goes_on_with_it);
    tcase_add_test(tcase, it_is_ended_for_good);
    tcase_add_test(tcase, what_is_no_policy_is_refused);
    tcase_add_test(tcase, a_file_that_is_not_ours_is_left_alone);
    tcase_add_test(tcase, only_administrators_may);
    tcase_add_test(tcase, the_program_shows_it);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
