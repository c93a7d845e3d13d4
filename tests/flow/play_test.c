/* `redress play`: what `make run` shows. */
#include "common/t.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/company.h"
#include "unit/unit.h"

#define WAIT_MS 60000

static struct t_daemon *d; /* of its own: for a directory and for running the program */

static void setup(void)
{
    d = t_daemon_start(NULL);
}

static void teardown(void)
{
    t_daemon_free(d);
}

static const char *in_dir(const char *name)
{
    return rd_arena_printf(&d->arena, "%s/%s", d->dir, name);
}

/* The end of what a program said: there it says why. */
static const char *tail(const char *text)
{
    size_t len = strlen(text);
    return len > 2000 ? text + len - 2000 : text;
}

static void has(const char *report, const char *text)
{
    ck_assert_msg(strstr(report, text) != NULL, "'%s' is missing in:\n%s", text, tail(report));
}

START_TEST(test_once_tells_the_day_and_ends)
{
    const char *report;
    const char *const args[] = { "play", "--once", "--data", in_dir("play"), NULL };
    int code = t_program(d, args, &report);
    ck_assert_msg(code == 0, "exit %d:\n%s", code, tail(report));
    has(report, "1  What happened");
    has(report, "已归档 archived");
    has(report, "Green channel: CP-2026-000006"); /* a notice */
    has(report, "refused not_allowed");           /* a refusal, with rule and line */
    has(report, "rules/authority.lua:");
    has(report, "actor_is_proposer");
    has(report, "remedy.limit/refund_supervisor");
    has(report, "rules/remedies.lua:");
    has(report, "Mon 03-09 11:00"); /* a deadline that rang, over the weekend */
    has(report, "rang");
    has(report, "MA-2026-0001"); /* the mass alarm */
    has(report, "the chain holds from the first entry to the last");
    const char *verified;
    const char *const audit[] = { "audit", "verify", "--data", in_dir("play"), NULL };
    ck_assert_int_eq(t_program(d, audit, &verified), 0);
}
END_TEST

START_TEST(test_other_rules_are_noticed)
{
    const char *report;
    t_company_copy(in_dir("company"));
    t_company_edit(in_dir("company"), "rules/remedies.lua",
                   "role = \"supervisor\",          limit = \"2000.00\"",
                   "role = \"supervisor\",          limit = \"700.00\"");
    const char *const args[] = { "play",     "--once",          "--data", in_dir("play"),
                                 "--policy", in_dir("company"), NULL };
    ck_assert_int_eq(t_program(d, args, &report), 1);
    has(report, "expected processing, but it is passed_up");
    has(report, "1  What happened"); /* as far as it came */
    ck_assert_ptr_null(strstr(report, "the chain holds"));
}
END_TEST

START_TEST(test_a_directory_with_data_is_left_alone)
{
    const char *report;
    const char *const args[] = { "play", "--once", "--data", in_dir("data"), NULL };
    ck_assert_int_eq(t_program(d, args, &report), 2);
    has(report, "holds data already");
    t_call(d, "server.info", "{}");
}
END_TEST

/* ---- going on ---- */

static pid_t start(const char *output)
{
    const char *const args[] = { getenv("REDRESS_BIN"), "play", "--data", in_dir("play"), NULL };
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid > 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    int fd = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
        _exit(126);
    execv(args[0], (char *const *)(uintptr_t)args);
    _exit(127);
}

static int await_end(pid_t pid)
{
    int code;
    for (int waited = 0; waited < WAIT_MS; waited += 10) {
        if (waitpid(pid, &code, WNOHANG) == pid) {
            ck_assert_msg(WIFEXITED(code), "ended by signal %d", WTERMSIG(code));
            return WEXITSTATUS(code);
        }
        poll(NULL, 0, 10);
    }
    ck_abort_msg("it does not end");
}

/* Waits until the report is whole. */
static pid_t start_and_await(const char *output)
{
    char text[65536];
    pid_t pid = start(output);
    for (int waited = 0; waited < WAIT_MS; waited += 10) {
        FILE *file = fopen(output, "rb");
        size_t len = file ? fread(text, 1, sizeof(text) - 1, file) : 0;
        text[len] = '\0';
        if (file)
            fclose(file);
        if (strstr(text, "Ctrl-C ends it"))
            return pid;
        poll(NULL, 0, 10);
    }
    ck_abort_msg("no report:\n%s", tail(text));
}

static int ask(void)
{
    const char *output;
    const char *address = rd_arena_printf(&d->arena, "unix:%s", in_dir("play/redress.sock"));
    const char *const args[] = { "case", "list", "complaint", "--connect", address, NULL };
    return t_program(d, args, &output);
}

START_TEST(test_goes_on_serving_until_it_is_told_to_stop)
{
    pid_t pid = start_and_await(in_dir("report"));
    ck_assert_int_eq(ask(), 0);
    ck_assert_int_eq(kill(pid, _i == 0 ? SIGINT : SIGTERM), 0);
    ck_assert_int_eq(await_end(pid), 0);
    ck_assert_int_eq(ask(), 3);
}
END_TEST

/* The daemon's process, by its parent. */
static pid_t child_of(pid_t parent)
{
    char path[64];
    long child = 0;
    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)parent, (int)parent);
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fscanf(file, "%ld", &child), 1);
    fclose(file);
    return (pid_t)child;
}

START_TEST(test_says_so_when_the_daemon_dies)
{
    pid_t pid = start_and_await(in_dir("report"));
    ck_assert_int_eq(kill(child_of(pid), SIGKILL), 0);
    ck_assert_int_eq(await_end(pid), 1);
}
END_TEST

START_TEST(test_the_daemon_does_not_outlive_it)
{
    pid_t pid = start_and_await(in_dir("report"));
    ck_assert_int_eq(kill(pid, SIGKILL), 0);
    int code;
    ck_assert_int_eq(waitpid(pid, &code, 0), pid);
    int asked = 0;
    for (int waited = 0; asked != 3 && waited < WAIT_MS; waited += 50) {
        asked = ask();
        poll(NULL, 0, 50);
    }
    ck_assert_int_eq(asked, 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("play");
    TCase *tcase = tcase_create("play");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_once_tells_the_day_and_ends);
    tcase_add_test(tcase, test_other_rules_are_noticed);
    tcase_add_test(tcase, test_a_directory_with_data_is_left_alone);
    tcase_add_loop_test(tcase, test_goes_on_serving_until_it_is_told_to_stop, 0, 2);
    tcase_add_test(tcase, test_says_so_when_the_daemon_dies);
    tcase_add_test(tcase, test_the_daemon_does_not_outlive_it);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
