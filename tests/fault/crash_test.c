/* Crashes at named places (engine/store/faults.h): around the journal's write and flush, around the
 * store's commit, while segments roll over and are packed, while a rebuilt store takes its place.
 * Each time: what was answered is there, what was not is done once when it is asked for again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "fault/bulk.h"
#include "fault/load.h"
#include "fault/shop.h"
#include "store/faults.h"
#include "unit/unit.h"

#define DIED 137
#define NOTES_MAX 2500 /* 120 MiB: three segments roll over */

static bool with_faults(void)
{
    if (!rd_faults_on())
        printf("SKIPPED: built without the named faults (REDRESS_FAULTS)\n");
    return rd_faults_on();
}

/* The daemon has ended by the fault. */
static void see_it_die(struct t_daemon *d)
{
    int status;
    rd_client_close(d->client);
    d->client = NULL;
    for (int i = 0; i < 3000 && waitpid(d->pid, &status, WNOHANG) == 0; i++)
        f_sleep_ms(10);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == DIED, "it ended with %x: %s", status,
                  t_daemon_log(d));
    d->pid = 0;
}

static const struct {
    const char *name;
    int count; /* hits that are let pass: some at the start, then a random number */
} PLACES[] = {
    { "journal_write_torn", 2 },  { "journal_before_flush", 2 }, { "journal_after_flush", 2 },
    { "store_before_commit", 1 }, { "store_after_commit", 1 },
};

START_TEST(test_crash_at_a_named_place)
{
    static struct f_load load;
    struct f_random random;
    char fault[64];
    int rounds = unit_is_long() ? 20 : 3;
    if (!with_faults())
        return;
    f_random_init(&random);
    f_load_init(&load, random, NULL);
    for (int i = 0; i < rounds; i++) {
        snprintf(fault, sizeof fault, "%s:%d", PLACES[_i].name,
                 PLACES[_i].count + (int)f_below(&random, _i < 3 ? 60 : 4));
        t_daemon_stop(load.d);
        setenv("RD_FAULT", fault, 1);
        t_daemon_again(load.d);
        f_load_start(&load);
        see_it_die(load.d);
        f_load_join(&load, false);
        unsetenv("RD_FAULT");
        t_daemon_again(load.d);
        f_load_settle(&load);
    }
    f_load_prove(&load);
    if (strcmp(PLACES[_i].name, "journal_write_torn") == 0)
        ck_assert_ptr_nonnull(strstr(t_daemon_log(load.d), "torn"));
    f_load_end(&load);
    f_load_free(&load);
}
END_TEST

/* ---- what happens only when there is much ---- */

static char shop[UNIT_DIR_MAX];
static struct t_daemon *d;

static void setup(void)
{
    unit_dir_make(shop);
    f_shop_write(shop, "3 hours", "2 hours", "1 hour", "1 day");
    d = t_daemon_start(&(struct t_options){ .policy = shop });
}

static void teardown(void)
{
    unsetenv("RD_FAULT");
    t_daemon_free(d);
    unit_dir_remove(shop);
}

static const char *const BULKY[] = { "journal_roll_over:0", "seal_before_rename:0",
                                     "seal_after_rename:0" };

START_TEST(test_crash_while_segments_change)
{
    struct f_bulk bulk;
    if (!with_faults())
        return;
    f_bulk_init(&bulk, d);
    t_daemon_stop(d);
    setenv("RD_FAULT", BULKY[_i], 1);
    t_daemon_again(d);
    while (bulk.note < NOTES_MAX && f_bulk_write(&bulk, d) == RD_OK)
        if (bulk.note % 50 == 0)
            f_sleep_ms(20); /* idle moments, in which segments are packed */
    ck_assert_int_lt(bulk.note, NOTES_MAX);
    see_it_die(d);
    unsetenv("RD_FAULT");
    t_daemon_again(d);
    f_bulk_check(&bulk, d, true);
    int notes = bulk.note;
    while (bulk.note < notes + 50)
        ck_assert_int_eq(f_bulk_write(&bulk, d), RD_OK);
    f_sleep_ms(300); /* idle: what was being packed is packed now */
    t_daemon_stop(d);
    const char *output, *data = rd_arena_printf(&d->arena, "%s/data", d->dir);
    int code = t_program(d, (const char *[]){ "audit", "verify", "--data", data, NULL }, &output);
    ck_assert_msg(code == 0, "audit verify: code %d: %s", code, output);
    t_daemon_again(d);
    f_bulk_check(&bulk, d, true);
}
END_TEST

START_TEST(test_crash_while_a_rebuilt_store_takes_its_place)
{
    struct f_bulk bulk;
    const char *output, *data = rd_arena_printf(&d->arena, "%s/data", d->dir);
    if (!with_faults())
        return;
    f_bulk_init(&bulk, d);
    for (int i = 0; i < 30; i++)
        ck_assert_int_eq(f_bulk_write(&bulk, d), RD_OK);
    t_daemon_stop(d);
    setenv("RD_FAULT", "vault_swap:0:1", 1);
    int code = t_program(d, (const char *[]){ "store", "rebuild", "--data", data, NULL }, &output);
    ck_assert_msg(code == DIED, "store rebuild: code %d: %s", code, output);
    unsetenv("RD_FAULT");
    t_daemon_again(d);
    f_bulk_check(&bulk, d, true);
    t_daemon_stop(d);
    code = t_program(d, (const char *[]){ "store", "rebuild", "--data", data, NULL }, &output);
    ck_assert_msg(code == 0, "store rebuild: code %d: %s", code, output);
    t_daemon_again(d);
    f_bulk_check(&bulk, d, true);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crash");
    TCase *tcase = tcase_create("load");
    tcase_set_timeout(tcase, 280);
    tcase_add_loop_test(tcase, test_crash_at_a_named_place, 0, sizeof PLACES / sizeof *PLACES);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("bulk");
    tcase_set_timeout(tcase, 280);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, test_crash_while_segments_change, 0, sizeof BULKY / sizeof *BULKY);
    tcase_add_test(tcase, test_crash_while_a_rebuilt_store_takes_its_place);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
