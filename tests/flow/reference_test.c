/* The pages in docs/reference/ that the program makes are what it prints now. */
#include "common/t.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
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

static const char *read_page(const char *path)
{
    struct rd_buf buf;
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s is missing: run 'make reference'", path);
    rd_buf_init(&buf);
    size_t len;
    do {
        len = fread(rd_buf_reserve(&buf, 65536), 1, 65536, file);
        buf.len += len;
    } while (len > 0);
    fclose(file);
    const char *text = rd_arena_copy(&d->arena, buf.len ? buf.data : "", buf.len);
    rd_buf_fini(&buf);
    return text;
}

/* The first line in which two texts differ; 0: none. */
static int first_difference(const char *a, const char *b)
{
    int line = 1;
    for (; *a && *a == *b; a++, b++)
        line += *a == '\n';
    return *a == *b ? 0 : line;
}

static void is_current(const char *path, const char *noun, const char *verb)
{
    const char *printed;
    int code = t_program(d, (const char *const[]){ noun, verb, NULL }, &printed);
    ck_assert_msg(code == 0, "redress %s %s: exit %d:\n%.1000s", noun, verb, code, printed);
    ck_assert_uint_gt(strlen(printed), 500);
    int line = first_difference(read_page(path), printed);
    ck_assert_msg(line == 0,
                  "%s differs in line %d from what 'redress %s %s' prints: run "
                  "'make reference'",
                  path, line, noun, verb);
    const char *again;
    ck_assert_int_eq(t_program(d, (const char *const[]){ noun, verb, NULL }, &again), 0);
    ck_assert_int_eq(first_difference(printed, again), 0);
}

START_TEST(test_pages_are_current)
{
    is_current("docs/reference/policy.md", "policy", "reference");
    is_current("docs/reference/methods.md", "reference", "methods");
    is_current("docs/reference/errors.md", "reference", "errors");
    is_current("docs/reference/commands.md", "reference", "commands");
    is_current("docs/reference/workflows.md", "policy", "workflows");
}
END_TEST

START_TEST(test_stubs_are_current)
{
    is_current("include/redress/lua/redress.lua", "policy", "stubs");
}
END_TEST

/* The page of workflows is made of rules, so it is for rules that hold only. */
START_TEST(test_workflows_need_a_policy)
{
    const char *printed;
    ck_assert_int_ne(
        t_program(d, (const char *const[]){ "policy", "workflows", "/nowhere", NULL }, &printed),
        0);
    ck_assert_ptr_nonnull(strstr(printed, "/nowhere"));
    ck_assert_int_eq(t_program(d, (const char *const[]){ "policy", "workflows", NULL }, &printed),
                     0);
    ck_assert_ptr_nonnull(strstr(printed, "\n## `complaint` "));
    ck_assert_ptr_nonnull(strstr(printed, "(by itself 自动)"));
    ck_assert_ptr_nonnull(strstr(printed, "`rules/remedies.lua`: `remedy.limit`"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reference");
    TCase *tcase = tcase_create("reference");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_pages_are_current);
    tcase_add_test(tcase, test_stubs_are_current);
    tcase_add_test(tcase, test_workflows_need_a_policy);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
