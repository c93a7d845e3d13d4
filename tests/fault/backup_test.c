/* Backups of a daemon under load: each is whole, a data directory made from one knows everything
 * that was acknowledged before it, and no asker or signal leaves anything half-made behind.
 */
#include "fault/load.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/unit.h"

static const char *path_of(struct t_daemon *d, const char *name)
{
    return rd_arena_printf(&d->arena, "%s/%s", d->dir, name);
}

static const char *program(struct t_daemon *d, int code, const char *a, const char *b,
                           const char *c, const char *more, const char *value)
{
    const char *args[] = { "backup", a, b, c ? c : more, c ? more : value, c ? value : NULL, NULL };
    const char *output;
    int got = t_program(d, args, &output);
    ck_assert_msg(got == code, "backup %s: exit %d: %s", a, got, output);
    return output;
}

static struct rd_value create(struct t_daemon *d, struct rd_client *client)
{
    return t_call_on(d, client, "backup.create", "{'to': '%s'}", path_of(d, "backup"));
}

/* The store of the directory is what its journal says. */
static void rebuilt(struct t_daemon *d, const char *data)
{
    const char *args[] = { "store", "rebuild", "--data", data, NULL };
    const char *output;
    ck_assert_msg(t_program(d, args, &output) == 0, "%s", output);
    ck_assert_msg(strstr(output, "contents are equal") != NULL, "%s", output);
}

START_TEST(test_under_load)
{
    static struct f_load load;
    struct f_random random;
    f_random_init(&random);
    f_load_init(&load, random, NULL);
    struct t_daemon *d = load.d;
    struct rd_client *client = t_connect(d, NULL);
    rd_client_set_timeout(client, 60000);
    int64_t last = 0;
    f_load_start(&load);
    for (int i = 0; i < 6; i++) {
        struct rd_value made = create(d, client);
        ck_assert_int_ge(t_int(made, "entries"), last);
        last = t_int(made, "entries");
        program(d, 0, "verify", path_of(d, "backup"), NULL, NULL, NULL);
        f_sleep_ms((int)f_below(&random, 60));
    }
    f_load_join(&load, true);
    rd_client_close(client);

    /* all of it has been answered: a directory made from the last backup has all of it */
    client = t_connect(d, NULL);
    rd_client_set_timeout(client, 60000);
    load.entries += 7; /* the backups' own entries */
    create(d, client);
    rd_client_close(client);
    t_daemon_kill(d);
    ck_assert_int_eq(rename(path_of(d, "data"), path_of(d, "lost")), 0);
    program(d, 0, "restore", path_of(d, "backup"), path_of(d, "data"), NULL, NULL);
    rebuilt(d, path_of(d, "data"));
    t_daemon_again(d);
    f_load_settle(&load);
    f_load_prove(&load);
    f_load_end(&load);
    f_load_free(&load);
}
END_TEST

START_TEST(test_back_to_a_time)
{
    struct t_daemon *d = t_daemon_start(NULL);
    const char *customer = t_text(t_call(d, "record.create",
                                         "{'type': 'customer', 'as': 'ben', 'data': {'name': 'Li', "
                                         "'handler': 'ben', 'unit': 'gz'}}"),
                                  "id");
    t_advance(d, "1 hours");
    t_call(d, "record.update", "{'id': '%s', 'as': 'ben', 'set': {'name': 'Wang'}}", customer);
    create(d, d->client);
    t_daemon_stop(d);
    const char *output = program(d, 0, "restore", path_of(d, "backup"), path_of(d, "then"), "--to",
                                 "2026-03-02T09:30:00+08:00");
    ck_assert_msg(strstr(output, "entries  2") != NULL, "%s",
                  output); /* the policy, the customer */
    rebuilt(d, path_of(d, "then"));
    output = program(d, 5, "restore", path_of(d, "backup"), path_of(d, "before"), "--to",
                     "2025-03-02T09:30:00Z");
    ck_assert_msg(strstr(output, "no entry that early") != NULL, "%s", output);
    ck_assert_int_ne(access(path_of(d, "before"), F_OK), 0);
    program(d, 2, "restore", path_of(d, "backup"), path_of(d, "before"), "--to", "yesterday");
    output =
        program(d, 5, "restore", path_of(d, "backup"), path_of(d, "before"), "--to-entry", "900");
    ck_assert_msg(strstr(output, "the backup ends with entry 4") != NULL, "%s", output);
    ck_assert_int_ne(access(path_of(d, "before"), F_OK), 0);
    program(d, 6, "restore", path_of(d, "backup"), path_of(d, "then"), NULL, NULL);
    program(d, 5, "restore", path_of(d, "s-nothing"), path_of(d, "before"), NULL, NULL);
    ck_assert_int_eq(rename(path_of(d, "data"), path_of(d, "lost")), 0);
    ck_assert_int_eq(rename(path_of(d, "then"), path_of(d, "data")), 0);
    t_daemon_again(d);
    ck_assert_str_eq(
        t_text(t_call(d, "case.get", "{'id': '%s', 'as': 'ben'}", customer), "data.name"), "Li");
    t_daemon_free(d);
}
END_TEST

START_TEST(test_who_and_where)
{
    struct t_daemon *d = t_daemon_start(NULL);
    const char *to = path_of(d, "backup");
    t_refused(d, "not_allowed", "backup.create", "{'to': '%s', 'as': 'ben'}", to);
    t_refused(d, "not_allowed", "backup.status", "{'as': 'ben'}");
    t_refused(d, "invalid_params", "backup.create", "{'to': 'backup'}");
    t_refused(d, "invalid_params", "backup.create", "{'to': ''}");
    t_refused(d, "invalid_params", "backup.create", "{'to': 7}");
    t_refused(d, "invalid_params", "backup.create", "{}");
    t_refused(d, "invalid_params", "backup.create", "{'to': '%s', 'bytes_per_s': -1}", to);
    t_refused(d, "bad_directory", "backup.create", "{'to': '%s'}", path_of(d, "data"));
    t_refused(d, "backup_failed", "backup.create", "{'to': '%s/deeper'}", to);
    t_refused(d, "backup_failed", "backup.create", "{'to': '%s'}", path_of(d, "log"));
    struct rd_value made =
        t_call(d, "backup.create", "{'to': '%s', 'as': 'backup'}", to); /* the maintainer's */
    ck_assert_int_gt(t_int(made, "entries"), 0);
    t_daemon_free(d);
}
END_TEST

/* Slowed down, so that there is time to look and to stop. */
START_TEST(test_one_at_a_time_and_stopped)
{
    struct t_daemon *d = t_daemon_start(NULL);
    struct rd_client *client = t_connect(d, NULL);
    struct rd_error error = RD_ERROR_NONE;
    struct rd_value result,
        params = t_json(d, "{'to': '%s', 'bytes_per_s': 1000}", path_of(d, "backup"));
    int64_t id;
    rd_client_send(client, "backup.create", &params);
    ck_assert_int_eq(rd_client_flush(client, &error), RD_OK);
    while (!t_bool(t_call(d, "backup.status", "{}"), "running"))
        f_sleep_ms(5);
    t_refused(d, "in_progress", "backup.create", "{'to': '%s'}", path_of(d, "other"));
    kill(d->pid, SIGTERM);
    enum rd_status status = rd_client_receive(client, &d->arena, &id, &result, &error);
    ck_assert_msg(status == RD_SHUTTING_DOWN || status == RD_NO_SERVER || status == RD_OK, "%s",
                  error.text);
    rd_client_close(client);
    t_daemon_wait(d);
    t_daemon_again(d);
    struct rd_client *again = t_connect(d, NULL);
    rd_client_set_timeout(again, 60000);
    create(d, again);
    rd_client_close(again);
    program(d, 0, "verify", path_of(d, "backup"), NULL, NULL, NULL);
    t_daemon_free(d);
}
END_TEST

/* As shells complete names, and what is in the way is named. */
START_TEST(test_names_as_people_write_them)
{
    struct t_daemon *d = t_daemon_start(NULL);
    const char *slash = rd_arena_printf(&d->arena, "%s/", path_of(d, "backup"));
    /* the daemon listens elsewhere (--listen unix:DIR/s) and is found in its directory all the same
     */
    program(d, 0, "create", slash, NULL, "--data", path_of(d, "data"));
    const char *args[] = { "store", "stat", "--data", path_of(d, "data"), NULL };
    const char *output;
    ck_assert_msg(t_program(d, args, &output) == 0, "%s", output);
    ck_assert_int_eq(mkdir(path_of(d, "empty"), 0700), 0);
    program(d, 0, "restore", slash, rd_arena_printf(&d->arena, "%s//", path_of(d, "empty")), NULL,
            NULL);
    rebuilt(d, path_of(d, "empty"));
    output = program(d, 6, "restore", slash, path_of(d, "log"), NULL, NULL);
    ck_assert_msg(strstr(output, "is no directory") != NULL, "%s", output);
    t_daemon_free(d);
}
END_TEST

/* What root would write into somebody's directory keeps him out. */
START_TEST(test_whose_directory_it_is)
{
    if (geteuid() != 0)
        return;
    struct t_daemon *d = t_daemon_start(NULL);
    t_call(d, "record.create",
           "{'type': 'customer', 'as': 'ben', 'data': {'name': 'Li', 'handler': 'ben', 'unit': "
           "'gz'}}");
    t_daemon_stop(d);
    ck_assert_int_eq(chown(path_of(d, "data/lock"), 65534, 65534), 0);
    const char *output =
        program(d, 4, "create", path_of(d, "backup"), NULL, "--data", path_of(d, "data"));
    ck_assert_msg(strstr(output, "belongs to uid 65534") != NULL, "%s", output);
    ck_assert_int_eq(chown(path_of(d, "data/lock"), 0, 0), 0);
    program(d, 0, "create", path_of(d, "backup"), NULL, "--data", path_of(d, "data"));
    /* a backup may be anybody's */
    ck_assert_int_eq(chown(path_of(d, "backup/keys/00011"), 65534, 65534), 0);
    program(d, 0, "restore", path_of(d, "backup"), path_of(d, "again"), NULL, NULL);
    t_daemon_free(d);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("backup");
    TCase *tcase = tcase_create("backup");
    tcase_set_timeout(tcase, 2 * T_TIMEOUT_S);
    tcase_add_test(tcase, test_under_load);
    tcase_add_test(tcase, test_back_to_a_time);
    tcase_add_test(tcase, test_who_and_where);
    tcase_add_test(tcase, test_one_at_a_time_and_stopped);
    tcase_add_test(tcase, test_names_as_people_write_them);
    tcase_add_test(tcase, test_whose_directory_it_is);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
