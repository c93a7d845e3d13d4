/* Keys of persons that were lost: who is hit is named, they come back from a backup, and what was
 * destroyed does not; by the command line, as docs/operations.md says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sealed.h"
#include "cli/dirs.h"
#include "common/t.h"

static struct t_daemon *d;
static const char *first, *gone, *last;

static const char *in_dir(const char *name)
{
    return rd_arena_printf(&d->arena, "%s/%s", d->dir, name);
}

static const char *customer(const char *name, const char *phone)
{
    return t_text(t_call(d, "record.create",
                         "{'type': 'customer', 'as': 'ben', 'data': {'name': '%s', 'phone': '%s',"
                         " 'handler': 'ben', 'unit': 'gz'}}",
                         name, phone),
                  "id");
}

static const char *told(const char *id)
{
    return rd_arena_printf(&d->arena, "%s %s", t_show(t_call(d, "case.get", "{'id': '%s'}", id)),
                           t_show(t_call(d, "case.history", "{'id': '%s'}", id)));
}

static const char *run(int code, const char *const *words)
{
    const char *output;
    int got = t_program(d, words, &output);
    ck_assert_msg(got == code, "%s %s: %d: %s", words[0], words[1], got, output);
    return output;
}

static const char *verify(int code)
{
    return run(code, (const char *[]){ "store", "verify", "--data", in_dir("data"), NULL });
}

/* `more`: a flag, or NULL. */
static const char *repair(int code, const char *from, const char *more)
{
    return run(code, (const char *[]){ "store", "repair", "--data", in_dir("data"),
                                       from ? "--from" : more, from ? in_dir(from) : NULL,
                                       from ? more : NULL, NULL });
}

static void expect(const char *output, const char *text)
{
    ck_assert_msg(strstr(output, text), "no '%s' in: %s", text, output);
}

/* The file of customers' keys. */
static const char *key_file(const char *dir)
{
    return in_dir(
        rd_arena_printf(&d->arena, "%s/keys/%05u", dir, (unsigned)strtoul(first, NULL, 10)));
}

/* Two backups: `early` from before somebody was erased, whose key it has, and `late`. */
static void setup(void)
{
    d = t_daemon_start(NULL);
    first = customer("Planted First", "13800000001");
    gone = customer("Planted Gone", "13800000002");
    t_call(d, "backup.create", "{'to': '%s'}", in_dir("early"));
    t_call(d, "person.erase", "{'id': '%s', 'why': 'asked'}", gone);
    last = customer("Planted Last", "13800000003");
    t_call(d, "backup.create", "{'to': '%s'}", in_dir("late"));
    t_daemon_stop(d);
}

static void teardown(void)
{
    t_daemon_free(d);
}

static void lose_keys(void)
{
    rd_dirs_remove(in_dir("data/keys"));
}

static void expect_all_back(void)
{
    expect(verify(0), "missing: 0, another: 0");
    t_daemon_again(d);
    expect(told(first), "Planted First");
    expect(told(last), "Planted Last");
    ck_assert_ptr_null(strstr(told(gone), "Planted"));
    expect(told(gone), RD_SEALED_ERASED);
    ck_assert_uint_eq(
        t_count(t_call(d, "case.list", "{'type': 'customer', 'where': {'phone': '13800000003'}}"),
                "cases"),
        1); /* it is in the indexes again */
}

START_TEST(lost_keys_are_named_and_come_back_from_the_backup)
{
    lose_keys();
    const char *say = verify(1);
    expect(say, rd_arena_printf(&d->arena, "%s: missing", first));
    expect(say, rd_arena_printf(&d->arena, "%s: missing", last));
    ck_assert_msg(!strstr(say, rd_arena_printf(&d->arena, "%s: missing", gone)), "%s", say);
    expect(say, "store repair --from");
    say = repair(1, "late", "--look");
    expect(say, "missing: 0, another: 0, mended: 2");
    ck_assert_int_ne(access(key_file("data"), F_OK), 0); /* a look changes nothing */
    expect(repair(0, "late", NULL), "mended: 2");
    expect_all_back();
}
END_TEST

/* A backup is whole only with the keys: one without is told while the data directory has them. */
START_TEST(a_backup_without_keys_is_told_by_its_verification)
{
    const char *words[] = { "backup", "verify", in_dir("late"), NULL };
    expect(run(0, words), "missing: 0, another: 0");
    expect(run(0, (const char *[]){ "backup", "verify", in_dir("early"), NULL }), "the keys hold");
    rd_dirs_remove(in_dir("late/keys"));
    const char *say = run(1, words);
    expect(say, "the whole chain hold\n");
    expect(say, rd_arena_printf(&d->arena, "%s: missing", first));
    expect(say, rd_arena_printf(&d->arena, "%s: missing", last));
    expect(say, "`redress backup create` into it copies them anew");
    ck_assert_msg(!strstr(say, rd_arena_printf(&d->arena, "%s: missing", gone)), "%s", say);
    run(0, (const char *[]){ "backup", "create", in_dir("late"), "--data", in_dir("data"), NULL });
    expect(run(0, words), "missing: 0, another: 0");
}
END_TEST

START_TEST(an_old_backup_gives_back_nobody_who_was_erased)
{
    lose_keys();
    repair(0, "early", NULL); /* it has the key of who is gone, and, drawn ahead, that of `last` */
    expect_all_back();
    t_daemon_stop(d);
    unsigned char early[32], now[32];
    long at = 32 * strtol(strchr(gone, '-') + 1, NULL, 10);
    FILE *file = fopen(key_file("early"), "r");
    ck_assert(file && fseek(file, at, SEEK_SET) == 0 && fread(early, 1, 32, file) == 32);
    fclose(file);
    file = fopen(key_file("data"), "r");
    ck_assert(file && fseek(file, at, SEEK_SET) == 0 && fread(now, 1, 32, file) == 32);
    fclose(file);
    ck_assert_mem_ne(early, now, 32);
}
END_TEST

START_TEST(a_key_that_was_replaced_by_another_is_found_and_put_right)
{
    long at = 32 * strtol(strchr(first, '-') + 1, NULL, 10);
    FILE *file = fopen(key_file("data"), "r+");
    ck_assert(file && fseek(file, at, SEEK_SET) == 0 && fwrite("another key", 1, 11, file) == 11);
    fclose(file);
    expect(verify(1), rd_arena_printf(&d->arena, "%s: another", first));
    repair(1, NULL, NULL); /* nowhere to take it from */
    repair(0, "late", NULL);
    expect_all_back();
}
END_TEST

START_TEST(who_has_texts_under_two_keys_is_left_as_he_is)
{
    lose_keys();
    repair(0, NULL, "--new-keys"); /* two persons have new keys, under which nothing is written */
    t_daemon_again(d);
    t_call(d, "record.update", "{'id': '%s', 'set': {'name': 'Second Name'}}", first);
    t_daemon_stop(d);
    const char *say = repair(1, "late", NULL);
    expect(say, "another: 1, mended: 1");
    t_daemon_again(d);
    expect(told(first), "Second Name"); /* what can be read is not given up for what can't */
    expect(told(last), "Planted Last");
}
END_TEST

START_TEST(without_a_backup_the_lost_ones_get_new_keys)
{
    lose_keys();
    t_daemon_again(d);
    expect(t_show(t_call(d, "server.health", "{}")), "keys_missing");
    t_refused(d, "key_missing", "record.update", "{'id': '%s', 'set': {'name': 'Second Name'}}",
              first);
    t_daemon_stop(d);
    expect(repair(0, NULL, "--new-keys"), "renewed: 2");
    t_daemon_again(d);
    ck_assert_ptr_null(strstr(t_show(t_call(d, "server.health", "{}")), "keys_missing"));
    expect(told(first), RD_SEALED_DAMAGED);
    ck_assert_ptr_null(strstr(told(first), "Planted"));
    t_call(d, "record.update", "{'id': '%s', 'set': {'name': 'Second Name'}}", first);
    expect(told(first), "Second Name");
    expect(told(gone), RD_SEALED_ERASED);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("keys");
    TCase *tcase = tcase_create("keys");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, lost_keys_are_named_and_come_back_from_the_backup);
    tcase_add_test(tcase, a_backup_without_keys_is_told_by_its_verification);
    tcase_add_test(tcase, an_old_backup_gives_back_nobody_who_was_erased);
    tcase_add_test(tcase, a_key_that_was_replaced_by_another_is_found_and_put_right);
    tcase_add_test(tcase, who_has_texts_under_two_keys_is_left_as_he_is);
    tcase_add_test(tcase, without_a_backup_the_lost_ones_get_new_keys);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
