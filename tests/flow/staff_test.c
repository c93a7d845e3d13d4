/* Staff over the real doors: hired, logged in by token, away, gone; and what the command line
 * says. */
#include "common/t.h"

#include <stdio.h>
#include <string.h>

#include "unit/unit.h"

static struct t_daemon *d;

static void setup(void)
{
    d = t_daemon_start(NULL);
}

static void teardown(void)
{
    t_daemon_free(d);
}

static const char *says(const char *const *words)
{
    const char *args[16], *output;
    size_t n = 0;
    while (words[n]) {
        args[n] = words[n];
        n++;
    }
    args[n++] = "--connect";
    args[n++] = d->address;
    args[n] = NULL;
    int code = t_program(d, args, &output);
    ck_assert_msg(code == 0, "%s %s: exit %d: %s", words[0], words[1], code, output);
    return output;
}

static const char *hired(void)
{
    struct rd_value eva =
        t_call(d, "case.open",
               "{'type': 'employee', 'as': 'guo', 'data': {'login': 'eva', 'name': 'Eva Lin', "
               "'unit': 'gz_service', 'team': 'g1', 'roles': ['handler']}}");
    t_call(d, "case.act", "{'id': '%s', 'as': 'guo', 'event': 'begin', 'form': {}}",
           t_text(eva, "id"));
    return t_text(eva, "id");
}

START_TEST(an_employee_comes_and_goes)
{
    const char *id = hired();
    t_call(d, "case.open",
           "{'type': 'customer', 'as': 'eva', 'data': {'name': 'Li', 'handler': 'eva'}}");
    t_call(d, "account.token", "{'account': 'eva'}");
    t_daemon_kill(d); /* the book is read from what is on the disk */
    t_daemon_again(d);
    struct rd_value shown = t_call(d, "staff.show", "{'account': 'eva'}");
    ck_assert_str_eq(t_text(shown, "unit"), "gz_service");
    t_call(d, "case.act",
           "{'id': '%s', 'as': 'guo', 'event': 'leave', 'form': {'left_on': '2026-03-02'}}", id);
    t_refused(d, "invalid_params", "case.list", "{'type': 'customer', 'as': 'eva'}");
    t_refused(d, "not_found", "account.token", "{'account': 'eva'}");
    struct rd_value pool =
        t_call(d, "case.list", "{'type': 'customer', 'where': {'state': 'pool'}}");
    for (int i = 0; t_count(pool, "cases") == 0 && i < 100; i++) /* a job does it */
        pool = t_call(d, "case.list", "{'type': 'customer', 'where': {'state': 'pool'}}");
    ck_assert_str_eq(t_text(pool, "cases.0.data.name"), "Li");
}
END_TEST

START_TEST(the_command_line_shows_staff)
{
    hired();
    const char *out = says((const char *[]){ "staff", "list", "--unit", "gz_service", NULL });
    ck_assert_ptr_nonnull(strstr(out, "Eva Lin"));
    ck_assert_ptr_null(strstr(out, "ben"));
    out = says((const char *[]){ "staff", "list", "--role", "handler", "--limit", "2", NULL });
    ck_assert_ptr_nonnull(strstr(out, "ben"));
    ck_assert_ptr_nonnull(strstr(out, "eva"));
    ck_assert_ptr_null(strstr(out, "mei"));
    out = says(
        (const char *[]){ "staff", "list", "--role", "handler", "--limit", "2", "--all", NULL });
    ck_assert_ptr_nonnull(strstr(out, "mei"));
    out = says((const char *[]){ "staff", "show", "eva", NULL });
    ck_assert_ptr_nonnull(strstr(out, "gz_service"));
    ck_assert_ptr_nonnull(strstr(out, "stands_in_for"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("staff");
    TCase *tests = tcase_create("staff");
    tcase_set_timeout(tests, T_TIMEOUT_S);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, an_employee_comes_and_goes);
    tcase_add_test(tests, the_command_line_shows_staff);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
