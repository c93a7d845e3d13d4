/* A warm standby over real sockets: it follows, answers reads, takes no writes; promoted, it has
 * everything that was acknowledged, and the one that it followed never writes again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "cli/dirs.h"
#include "common/cert.h"
#include "common/company.h"
#include "common/t.h"
#include "unit/unit.h"

static char company[UNIT_DIR_MAX];
static struct t_daemon *one, *two; /* the followed, the follower */

static const char *in_dir(struct t_daemon *d, const char *name)
{
    return rd_arena_printf(&d->arena, "%s/%s", d->dir, name);
}

static void work(int count)
{
    for (int i = 0; i < count; i++)
        t_call(one, "record.create", "{'type': 'customer', 'data': {'name': 'Li %d'}}", i);
}

static int64_t seq_of(struct t_daemon *d)
{
    return t_int(t_call(d, "standby.status", "{}"), "seq");
}

static void nap(void)
{
    struct timespec pause = { .tv_nsec = 20000000 };
    nanosleep(&pause, NULL);
}

static void await_role(struct t_daemon *d, const char *role)
{
    for (int i = 0; i < 1500; i++, nap())
        if (strcmp(t_text(t_call(d, "standby.status", "{}"), "role"), role) == 0)
            return;
    ck_abort_msg("it is no %s after half a minute: %s", role,
                 t_show(t_call(d, "standby.status", "{}")));
}

static void await_seq(struct t_daemon *d, int64_t seq)
{
    for (int i = 0; i < 1500 && seq_of(d) < seq; i++)
        nap();
    ck_assert_msg(seq_of(d) == seq, "%lld, not %lld: %s", (long long)seq_of(d), (long long)seq,
                  t_daemon_log(d));
}

/* `two` becomes a standby of `one`, from a backup; `from`: its address or directory. */
static void follow(const char *from)
{
    const char *output, *backup = in_dir(two, "backup");
    t_daemon_stop(two);
    rd_dirs_remove(in_dir(two, "data"));
    t_call(one, "backup.create", "{'to': '%s'}", backup);
    ck_assert_msg(
        t_program(two, (const char *[]){ "backup", "restore", backup, in_dir(two, "data"), NULL },
                  &output) == 0,
        "%s", output);
    two->options.extra[0] = "--follow";
    two->options.extra[1] = from;
    t_daemon_again(two);
}

/* The shipped company, whose maintainer may fence as well. */
static void setup(void)
{
    unit_dir_make(company);
    t_company_copy(company);
    t_company_edit(company, "rules/authority.lua", "{ \"backup.create\", from = \"maintainer\" }",
                   "{ { \"backup.create\", \"standby.fence\" }, from = \"maintainer\" }");
    one = t_daemon_start(&(struct t_options){ .policy = company });
    two = t_daemon_start(NULL);
    work(3);
}

static void teardown(void)
{
    t_daemon_free(two);
    t_daemon_free(one);
    unit_dir_remove(company);
}

/* Both journals hold the same entry at this place. */
static void same_history(int64_t seq)
{
    struct rd_value a = t_call(one, "journal.read", "{'since': %lld}", (long long)seq);
    struct rd_value b = t_call(two, "journal.read", "{'since': %lld}", (long long)seq);
    ck_assert_str_eq(t_text(a, "before"), t_text(b, "before"));
}

START_TEST(it_follows_and_takes_the_place_with_nothing_lost)
{
    const char *output;
    follow(one->address);
    work(40);
    await_seq(two, seq_of(one));
    same_history(seq_of(one));
    ck_assert_uint_ge(
        t_count(t_call(two, "case.list", "{'type': 'customer', 'limit': 200}"), "cases"), 43);
    t_refused(two, "standby", "record.create", "{'type': 'customer', 'data': {'name': 'No'}}");
    t_refused(one, "invalid_params", "standby.promote", "{}");
    ck_assert_int_eq(
        t_program(two, (const char *[]){ "standby", "promote", "--connect", two->address, NULL },
                  &output),
        0);
    ck_assert_ptr_nonnull(strstr(output, "primary"));
    t_refused(one, "fenced", "record.create", "{'type': 'customer', 'data': {'name': 'No'}}");
    ck_assert_str_eq(t_text(t_call(one, "standby.status", "{}"), "role"), "fenced");
    same_history(seq_of(one));
    t_call(two, "record.create", "{'type': 'customer', 'data': {'name': 'New'}}");
    ck_assert_int_eq(t_int(t_call(two, "standby.status", "{}"), "epoch"), 1);
    t_daemon_kill(two); /* what it is now outlasts it, though started as before */
    t_daemon_again(two);
    ck_assert_str_eq(t_text(t_call(two, "standby.status", "{}"), "role"), "primary");
    t_call(two, "record.create", "{'type': 'customer', 'data': {'name': 'Newer'}}");
    t_daemon_stop(two);
    ck_assert_int_eq(
        t_program(two, (const char *[]){ "store", "rebuild", "--data", in_dir(two, "data"), NULL },
                  &output),
        0);
    ck_assert_msg(strstr(output, "contents are equal"), "%s", output);
}
END_TEST

/* The other is dead, its disk is not: what it acknowledged last is fetched from its files. */
START_TEST(what_a_dead_server_left_in_its_files_is_taken)
{
    const char *output;
    follow(in_dir(one, "data"));
    work(25);
    int64_t seq = seq_of(one);
    t_daemon_kill(one);
    t_call(two, "standby.promote", "{}");
    await_role(two, "primary");
    ck_assert_int_ge(seq_of(two), seq + 1); /* all of them, and the first of the new epoch */
    ck_assert_uint_ge(
        t_count(t_call(two, "case.list", "{'type': 'customer', 'limit': 200}"), "cases"), 28);
    ck_assert_int_ne(t_program(one,
                               (const char *[]){ "serve", "--data", in_dir(one, "data"), "--listen",
                                                 in_dir(one, "unix:s2"), NULL },
                               &output),
                     0);
    ck_assert_msg(strstr(output, "promoted in the place"), "%s", output);
    ck_assert_int_eq(
        t_program(two, (const char *[]){ "audit", "verify", "--data", in_dir(two, "data"), NULL },
                  &output),
        0);
}
END_TEST

START_TEST(whoever_was_not_reached_is_fenced_when_it_comes_back)
{
    follow(one->address);
    await_seq(two, seq_of(one));
    t_daemon_kill(one);
    t_call(two, "standby.promote", "{}");
    for (int i = 0; i < 500 && !t_has(t_call(two, "standby.status", "{}"), "why"); i++)
        nap();
    for (int i = 0; i < 500 && t_bool(t_call(two, "standby.status", "{}"), "promote"); i++)
        nap();
    ck_assert_str_eq(t_text(t_call(two, "standby.status", "{}"), "role"), "standby");
    t_call(two, "standby.promote", "{'force': true}");
    await_role(two, "primary");
    t_daemon_again(one);
    await_role(one, "fenced");
    t_refused(one, "fenced", "record.create", "{'type': 'customer', 'data': {'name': 'No'}}");
}
END_TEST

/* One that does not answer where it is asked, but holds its directory, is not dead: nothing is
 * promoted, and it goes on where it was, also after a new start. */
START_TEST(whoever_still_holds_its_directory_keeps_its_place)
{
    const char *output;
    ck_assert_int_eq(unlink(in_dir(one, "data/redress.sock")),
                     0); /* the door that is always there */
    follow(in_dir(one, "data"));
    ck_assert_int_ne(
        t_program(two, (const char *[]){ "standby", "promote", "--connect", two->address, NULL },
                  &output),
        0);
    ck_assert_msg(strstr(output, "is in use by"), "%s", output);
    ck_assert_str_eq(t_text(t_call(two, "standby.status", "{}"), "role"), "standby");
    work(1);
    t_daemon_stop(one);
    t_daemon_again(one);
    work(1);
}
END_TEST

/* Whoever is followed and does not even take the connection must not hold up the end. */
START_TEST(it_ends_while_it_waits_for_a_connection)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    int fds[8];
    snprintf(at.sun_path, sizeof at.sun_path, "%s", in_dir(one, "deaf"));
    int deaf = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(deaf, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(listen(deaf, 0), 0);
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) { /* nobody else gets in */
        fds[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        (void)connect(fds[i], (struct sockaddr *)&at, sizeof at);
    }
    follow(rd_arena_printf(&one->arena, "unix:%s", at.sun_path));
    ck_assert_str_eq(t_text(t_call(two, "standby.status", "{}"), "role"), "standby");
    t_daemon_stop(two);
    t_daemon_again(two);
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        close(fds[i]);
    close(deaf);
}
END_TEST

/* A standby started as a server of its own, and one of another journal. */
START_TEST(a_standby_serves_as_nothing_else_and_takes_no_other_journal)
{
    const char *output;
    follow(one->address);
    t_daemon_stop(two);
    ck_assert_int_ne(
        t_program(two, (const char *[]){ "serve", "--data", in_dir(two, "data"), NULL }, &output),
        0);
    ck_assert_msg(strstr(output, "is a standby"), "%s", output);
    t_daemon_again(two);
    int64_t seq = seq_of(two);
    t_refused(two, "not_allowed", "standby.take", "{'since': %lld}", (long long)seq);
    t_refused(one, "invalid_params", "standby.fence", "{'epoch': 0}");
    t_refused(one, "diverged", "journal.read", "{'since': 999999}");
    t_refused(one, "diverged", "journal.read", "{'since': -1}");
    t_daemon_kill(one); /* another journal at its address */
    rd_dirs_remove(in_dir(one, "data"));
    t_daemon_again(one);
    work(30);
    for (int i = 0; i < 1500 && !t_has(t_call(two, "standby.status", "{}"), "why"); i++)
        nap();
    ck_assert_int_eq(seq_of(two), seq);
    work(1);
    ck_assert_str_eq(t_text(t_call(two, "standby.status", "{}"), "role"), "standby");
}
END_TEST

/* `one` takes connections over TLS; its address, as `two` is to have it. */
static const char *seal_door(void)
{
    const char *dir = one->dir;
    t_cert_authority(dir, "ca");
    t_cert_authority(dir, "other");
    t_cert(dir, "srv", "ca", "DNS:localhost", 30);
    t_daemon_stop(one);
    const char *const door[] = { "--listen",   "tls:127.0.0.1:0",
                                 "--tls-cert", in_dir(one, "srv.pem"),
                                 "--tls-key",  in_dir(one, "srv.key") };
    for (size_t i = 0; i < sizeof door / sizeof *door; i++)
        one->options.extra[i] = door[i];
    t_daemon_again(one);
    return rd_arena_printf(&one->arena, "tls:localhost%s", strrchr(t_daemon_tls(one), ':'));
}

static const char *token_for(const char *scopes)
{
    return t_text(t_call(one, "account.token", "{'account': 'backup', 'scopes': [%s]}", scopes),
                  "token");
}

/* With a token, and whom to believe; follow() or t_daemon_again() comes next. */
static void trust(const char *ca, const char *token)
{
    two->options.extra[2] = "--follow-token";
    two->options.extra[3] = token;
    two->options.extra[4] = "--follow-ca";
    two->options.extra[5] = in_dir(one, ca);
}

/* From another machine: sealed, with an authority of one's own, logged in by a token. */
START_TEST(it_follows_over_a_sealed_door_whom_its_authority_vouches_for)
{
    static const char *const NOT[][2] = { { "unix:/nowhere", "nobody is vouched for" },
                                          { "tls:localhost:1", "can't read" } };
    const char *output, *address = seal_door();
    trust("other.pem", token_for("'backup.create'"));
    follow(address);
    for (int i = 0; i < 1500 && !t_has(t_call(two, "standby.status", "{}"), "why"); i++)
        nap();
    ck_assert_ptr_nonnull(
        strstr(t_text(t_call(two, "standby.status", "{}"), "why"), "has not proven who it is"));
    t_daemon_stop(two);
    two->options.extra[5] = in_dir(one, "ca.pem");
    t_daemon_again(two);
    work(20);
    await_seq(two, seq_of(one));
    same_history(seq_of(one));
    t_daemon_stop(two);
    for (size_t i = 0; i < sizeof NOT / sizeof *NOT; i++) {
        ck_assert_int_eq(
            t_program(two,
                      (const char *[]){ "serve", "--data", in_dir(two, "data"), "--follow",
                                        NOT[i][0], "--follow-ca", in_dir(two, "none"), NULL },
                      &output),
            2);
        ck_assert_msg(strstr(output, NOT[i][1]), "%s", output);
    }
    t_daemon_again(two);
}
END_TEST

/* And takes its place from there: fencing is an authority of its own, of the account and of the
 * token. */
START_TEST(it_is_promoted_over_a_sealed_door_by_whom_may_fence)
{
    const char *output, *address = seal_door();
    trust("ca.pem", token_for("'backup.create'"));
    follow(address);
    work(20);
    await_seq(two, seq_of(one));
    const char *const promote[] = { "standby", "promote", "--connect", two->address, NULL };
    ck_assert_int_ne(t_program(two, promote, &output), 0);
    ck_assert_msg(strstr(output, "not made for standby.fence"), "%s", output);
    ck_assert_str_eq(t_text(t_call(two, "standby.status", "{}"), "role"), "standby");
    work(5); /* nothing has changed at the other */
    await_seq(two, seq_of(one));
    trust("ca.pem", token_for("'backup.create', 'standby.fence'"));
    t_daemon_kill(two);
    t_daemon_again(two);
    work(5);
    int64_t seq = seq_of(one);
    int code = t_program(two, promote, &output);
    ck_assert_msg(code == 0 && strstr(output, "primary"), "%d: %s %s", code, output,
                  t_daemon_log(two));
    t_refused(one, "fenced", "record.create", "{'type': 'customer', 'data': {'name': 'No'}}");
    same_history(seq);
    ck_assert_uint_ge(
        t_count(t_call(two, "case.list", "{'type': 'customer', 'limit': 200}"), "cases"), 33);
    t_call(two, "record.create", "{'type': 'customer', 'data': {'name': 'New'}}");
    ck_assert_msg(!strstr(t_daemon_log(two), "not following"), "%s", t_daemon_log(two));
    t_daemon_kill(one);
    ck_assert_int_ne(t_program(one,
                               (const char *[]){ "serve", "--data", in_dir(one, "data"), "--listen",
                                                 in_dir(one, "unix:s2"), NULL },
                               &output),
                     0);
    ck_assert_msg(strstr(output, "promoted in the place"), "%s", output);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("standby");
    TCase *tests = tcase_create("standby");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, T_TIMEOUT_S);
    tcase_add_test(tests, it_follows_and_takes_the_place_with_nothing_lost);
    tcase_add_test(tests, what_a_dead_server_left_in_its_files_is_taken);
    tcase_add_test(tests, whoever_was_not_reached_is_fenced_when_it_comes_back);
    tcase_add_test(tests, whoever_still_holds_its_directory_keeps_its_place);
    tcase_add_test(tests, it_ends_while_it_waits_for_a_connection);
    tcase_add_test(tests, a_standby_serves_as_nothing_else_and_takes_no_other_journal);
    tcase_add_test(tests, it_follows_over_a_sealed_door_whom_its_authority_vouches_for);
    tcase_add_test(tests, it_is_promoted_over_a_sealed_door_by_whom_may_fence);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
