/* Erasing a person where there is a standby and a backup: it is gone from both, by the command
 * line, over real sockets, and stays so when the server is killed. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/sealed.h"
#include "cli/dirs.h"
#include "common/t.h"

static struct t_daemon *one, *two; /* the followed, the follower */
static const char *person, *other, *applied, *withdrawn;

static const char *in_dir(struct t_daemon *d, const char *name)
{
    return rd_arena_printf(&d->arena, "%s/%s", d->dir, name);
}

static const char *customer(const char *name, const char *phone)
{
    return t_text(t_call(one, "record.create",
                         "{'type': 'customer', 'as': 'ben', 'data': {'name': '%s', 'phone': '%s',"
                         " 'handler': 'ben', 'unit': 'gz'}}",
                         name, phone),
                  "id");
}

/* What is asked to be changed in his file tells of him as well: one that came into effect, one that
 * did not. */
static void ask_for_changes(void)
{
    applied = t_text(t_call(one, "case.open",
                            "{'type': 'customer_change', 'as': 'ben', 'data': {'customer': '%s',"
                            " 'new_address': 'Planted Road', 'new_key_persons': 'Planted Cousin',"
                            " 'reason': 'Moved'}}",
                            person),
                     "id");
    t_call(one, "case.act",
           "{'id': '%s', 'event': 'approve', 'as': 'lin', 'form': {'opinion': 'Seen'}}", applied);
    withdrawn = t_text(t_call(one, "case.open",
                              "{'type': 'customer_change', 'as': 'ben', 'data': {'customer': '%s',"
                              " 'new_name': 'Planted Bride', 'new_phone': '13800009999',"
                              " 'reason': 'Marriage'}}",
                              person),
                       "id");
    t_call(one, "case.act", "{'id': '%s', 'event': 'withdraw', 'as': 'ben'}", withdrawn);
}

static const char *disclosed(struct t_daemon *d)
{
    return t_show(t_call(d, "case.disclose", "{'id': '%s', 'as': 'lin'}", applied));
}

static int64_t seq_of(struct t_daemon *d)
{
    return t_int(t_call(d, "standby.status", "{}"), "seq");
}

static void await_standby(void)
{
    struct timespec pause = { .tv_nsec = 20000000 };
    int64_t seq = seq_of(one);
    for (int i = 0; i < 1500 && seq_of(two) < seq; i++)
        nanosleep(&pause, NULL);
    ck_assert_msg(seq_of(two) == seq, "%s", t_daemon_log(two));
}

static const char *run(struct t_daemon *d, int code, const char *const *words)
{
    const char *output;
    int got = t_program(d, words, &output);
    ck_assert_msg(got == code, "%d: %s", got, output);
    return output;
}

static void backup_of(struct t_daemon *d)
{
    t_call(d, "backup.create", "{'to': '%s'}", in_dir(two, "backup"));
}

static void restore_to(const char *dir)
{
    run(two, 0, (const char *[]){ "backup", "restore", in_dir(two, "backup"), dir, NULL });
}

static void setup(void)
{
    one = t_daemon_start(NULL);
    two = t_daemon_start(NULL);
    person = customer("Planted Person", "13800001234");
    ask_for_changes();
    t_daemon_stop(two);
    rd_dirs_remove(in_dir(two, "data"));
    backup_of(one);
    restore_to(in_dir(two, "data"));
    two->options.extra[0] = "--follow";
    two->options.extra[1] = one->address;
    t_daemon_again(two);
    other = customer("Other Person", "13800005678");
    await_standby();
}

static void teardown(void)
{
    t_daemon_free(two);
    t_daemon_free(one);
}

static bool tells(struct t_daemon *d, const char *id, const char *text)
{
    return strstr(t_show(t_call(d, "case.get", "{'id': '%s'}", id)), text) != NULL ||
           strstr(t_show(t_call(d, "case.history", "{'id': '%s'}", id)), text) != NULL;
}

static size_t found(struct t_daemon *d, const char *phone)
{
    return t_count(t_call(d, "case.list", "{'type': 'customer', 'where': {'phone': '%s'}}", phone),
                   "cases");
}

static void expect_erased(struct t_daemon *d)
{
    ck_assert(!tells(d, person, "Planted"));
    ck_assert(tells(d, person, RD_SEALED_ERASED));
    ck_assert(!tells(d, applied, "Planted"));
    ck_assert(tells(d, applied, RD_SEALED_ERASED));
    ck_assert(!tells(d, withdrawn, "Planted") && !tells(d, withdrawn, "13800009999"));
    ck_assert(tells(d, withdrawn, RD_SEALED_ERASED));
    ck_assert(tells(d, withdrawn, "Marriage")); /* the rest stays */
    ck_assert_uint_eq(found(d, "13800001234"), 0);
    ck_assert(tells(d, other, "Other Person"));
    ck_assert_uint_eq(found(d, "13800005678"), 1);
}

START_TEST(a_person_is_gone_here_there_and_from_the_backup)
{
    ck_assert(tells(two, person, "Planted Person")); /* its key came with the backup, */
    ck_assert(tells(two, other, "Other Person"));    /* this one's with the page */
    ck_assert_uint_eq(found(two, "13800005678"), 1);
    ck_assert(tells(one, person, "Planted Road") && tells(two, applied, "Planted Road"));
    ck_assert(tells(one, withdrawn, "Planted Bride") && tells(two, withdrawn, "13800009999"));
    ck_assert_ptr_nonnull(strstr(disclosed(one), "Planted Cousin"));
    const char *say = run(one, 0,
                          (const char *[]){ "person", "erase", person, "--dry-run", "--connect",
                                            one->address, NULL });
    ck_assert_msg(strstr(say, "would be erased"), "%s", say);
    ck_assert(tells(one, person, "Planted Person"));
    say = run(one, 0,
              (const char *[]){ "person", "erase", person, "--why", "asked", "--connect",
                                one->address, NULL });
    ck_assert_msg(strstr(say, "is erased"), "%s", say);
    expect_erased(one);
    ck_assert_ptr_null(strstr(disclosed(one), "Planted"));
    await_standby();
    expect_erased(two);
    t_daemon_kill(one);
    t_daemon_again(one);
    expect_erased(one);
    say = run(one, 0, (const char *[]){ "person", "list", "--connect", one->address, NULL });
    ck_assert_msg(strstr(say, person), "%s", say);
    backup_of(one); /* brought up to date, it has the key no more */
    t_daemon_stop(two);
    run(two, 0, (const char *[]){ "store", "verify", "--data", in_dir(two, "data"), NULL });
    rd_dirs_remove(in_dir(two, "data"));
    restore_to(in_dir(two, "data"));
    two->options.extra[0] = two->options.extra[1] = NULL;
    t_daemon_again(two);
    expect_erased(two);
    t_daemon_stop(two);
    say = run(two, 0, (const char *[]){ "store", "rebuild", "--data", in_dir(two, "data"), NULL });
    ck_assert_msg(strstr(say, "contents are equal"), "%s", say);
    run(two, 0, (const char *[]){ "audit", "verify", "--data", in_dir(two, "data"), NULL });
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("person");
    TCase *tcase = tcase_create("person");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_person_is_gone_here_there_and_from_the_backup);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
