/* No room: a disk that is full, and a store's map that is.
 *
 * The disk is a small tmpfs in a mount namespace of the test's own, so nothing of it outlives the
 * test; where that may not be made, the tests say so and pass. The map is full by a named fault.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fault/bulk.h"
#include "fault/load.h"
#include "fault/shop.h"
#include "store/faults.h"
#include "unit/unit.h"

static char shop[UNIT_DIR_MAX], disk[UNIT_DIR_MAX], filler[UNIT_DIR_MAX + 16];
static struct t_daemon *d;
static bool mounted;

static void setup(void)
{
    unit_dir_make(shop);
    f_shop_write(shop, "300 days", "300 days", "300 days", "1 day");
}

static void teardown(void)
{
    if (d)
        t_daemon_free(d);
    if (mounted)
        umount2(disk, MNT_DETACH);
    unit_dir_remove(shop);
}

/* A daemon on a small disk of its own. */
static bool on_a_small_disk(const char *size)
{
    char options[64];
    unit_dir_make(disk);
    snprintf(options, sizeof options, "size=%s,mode=0700", size);
    if (!unit_forks() || unshare(CLONE_NEWNS) != 0 ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", disk, "tmpfs", 0, options) != 0) {
        printf("SKIPPED: no small disk can be mounted here (%s)\n", strerror(errno));
        unit_dir_remove(disk);
        return false;
    }
    mounted = true;
    setenv("TMPDIR", disk, 1);
    snprintf(filler, sizeof filler, "%s/filler", disk);
    d = t_daemon_start(&(struct t_options){ .policy = shop });
    return true;
}

/* Takes all the room that is left, by ever smaller pieces. */
static void fill(void)
{
    int fd = open(filler, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    off_t end = 0;
    ck_assert_int_ge(fd, 0);
    for (off_t piece = 64 << 20; piece >= 4096; piece /= 2)
        while (posix_fallocate(fd, end, piece) == 0)
            end += piece;
    close(fd);
}

static void assert_reads_go_on(const struct f_bulk *bulk)
{
    struct rd_value list = t_call(d, "case.list", "{'type': 'ticket', 'where': {'kind': 'b'}}");
    ck_assert_uint_eq(t_count(list, "cases"), 1);
    struct rd_value history = t_call(d, "case.history", "{'id': '%s', 'since_version': %lld}",
                                     bulk->id, (long long)bulk->version - 1);
    ck_assert_uint_eq(t_count(history, "entries"), 1);
    t_call(d, "case.actions", "{'id': '%s', 'as': 'ann'}", bulk->id);
    t_call(d, "feed.read", "{'since': 0, 'limit': 1}");
    t_call(d, "server.info", "{}");
}

/* Writes until there is no room; at most so many notes fit. */
static void write_until_full(struct f_bulk *bulk, int most)
{
    enum rd_status status = RD_OK;
    for (int i = 0; i < most && status == RD_OK; i++)
        status = f_bulk_write(bulk, d);
    ck_assert_msg(status == RD_STORAGE_FULL, "%s after %d notes", rd_status_name(status),
                  bulk->note);
    struct rd_value result;
    struct rd_error error;
    for (int i = 0; i < most && status != RD_OK; i++) /* now the last bytes as well */
        if (f_try(d->client, &d->arena, "case.open",
                  "{'type': 'ticket', 'as': 'ann', 'data': {'kind': 'c'}}", &result,
                  &error) != RD_OK)
            status = RD_OK;
    ck_assert_int_eq(status, RD_OK);
}

/* Tries for a while: the daemon looks for room anew every second. */
static void write_again(struct f_bulk *bulk)
{
    enum rd_status status = RD_STORAGE_FULL;
    for (int i = 0; i < 1200 && status == RD_STORAGE_FULL; i++) {
        status = f_bulk_write(bulk, d);
        if (status == RD_STORAGE_FULL)
            f_sleep_ms(50);
    }
    ck_assert_msg(status == RD_OK, "with room again: %s", rd_status_name(status));
}

START_TEST(test_a_full_disk_refuses_writes_and_loses_nothing)
{
    struct f_bulk bulk;
    if (!on_a_small_disk("400m"))
        return;
    t_call(d, "case.open", "{'type': 'ticket', 'as': 'ann', 'data': {'kind': 'b'}}");
    f_bulk_init(&bulk, d);
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(f_bulk_write(&bulk, d), RD_OK);
    fill();
    write_until_full(&bulk, 4000);
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(f_bulk_write(&bulk, d), RD_STORAGE_FULL);
        assert_reads_go_on(&bulk);
        f_bulk_check(&bulk, d, false);
    }
    t_refused(d, "storage_full", "case.open",
              "{'type': 'ticket', 'as': 'ann', 'data': {'kind': 'c', 'note': '%.60000d'}}", 7);
    struct rd_value health = t_call(d, "server.health", "{}");
    ck_assert(!t_bool(health, "ready"));
    t_find(t_at(health, "reasons"), "code", "storage_full");
    int kept = bulk.note;
    ck_assert_int_eq(unlink(filler), 0);
    write_again(&bulk);
    ck_assert_int_eq(bulk.note, kept + 1);
    f_bulk_check(&bulk, d, true);
    t_daemon_kill(d);
    t_daemon_again(d);
    f_bulk_check(&bulk, d, true);
    assert_reads_go_on(&bulk);
}
END_TEST

START_TEST(test_killed_while_the_disk_is_full)
{
    struct f_bulk bulk;
    if (!on_a_small_disk("400m"))
        return;
    t_call(d, "case.open", "{'type': 'ticket', 'as': 'ann', 'data': {'kind': 'b'}}");
    f_bulk_init(&bulk, d);
    ck_assert_int_eq(f_bulk_write(&bulk, d), RD_OK);
    fill();
    write_until_full(&bulk, 4000);
    t_daemon_kill(d);
    ck_assert_int_eq(unlink(filler), 0); /* somebody made room before the restart */
    t_daemon_again(d);
    f_bulk_check(&bulk, d, true);
    fill();
    write_until_full(&bulk, 4000);
    t_daemon_stop(d); /* a stop in good order as well */
    ck_assert_int_eq(unlink(filler), 0);
    t_daemon_again(d);
    f_bulk_check(&bulk, d, true);
    assert_reads_go_on(&bulk);
}
END_TEST

/* Deadlines that have rung, all of them the one ticket's. */
static int64_t rung_so_far(void)
{
    int64_t since = 0, next = 0, count = 0;
    do {
        since = next;
        struct rd_value page = t_call(d, "feed.read", "{'since': %lld}", (long long)since);
        const struct rd_value *events = rd_map_list(&page, "events");
        for (uint32_t i = 0; i < events->count; i++)
            count += strcmp(rd_map_text(&events->items[i], "command", ""), "ring") == 0;
        next = t_int(page, "next");
    } while (next > since);
    return count;
}

/* While the disk is full deadlines do not ring; then they do, once. */
START_TEST(test_deadlines_wait_for_room)
{
    struct f_bulk bulk;
    if (!on_a_small_disk("400m"))
        return;
    f_bulk_init(&bulk, d);
    fill();
    write_until_full(&bulk, 4000);
    f_bulk_check(&bulk, d, false);
    t_refused(d, "storage_full", "clock.advance", "{'by': '400 days'}");
    /* an entry of a ring is small: one may have found room, and is done for good */
    int64_t rung = rung_so_far();
    bulk.version += rung;
    ck_assert_int_lt(rung, 2);
    ck_assert_int_eq(t_int(t_call(d, "case.get", "{'id': '%s'}", bulk.id), "version"),
                     bulk.version);
    ck_assert_int_eq(unlink(filler), 0);
    struct rd_value list = t_call(d, "case.list", "{'type': 'ticket', 'limit': 1000}");
    ck_assert_int_eq(t_int(t_call(d, "clock.advance", "{'by': '400 days'}"), "rung"),
                     2 * (int64_t)t_count(list, "cases") - rung);
    ck_assert_str_eq(t_text(t_call(d, "case.get", "{'id': '%s'}", bulk.id), "state"), "done");
}
END_TEST

/* ---- by named faults ---- */

static bool with_faults(void)
{
    if (!rd_faults_on())
        printf("SKIPPED: built without the named faults (REDRESS_FAULTS)\n");
    return rd_faults_on();
}

/* Under load, with the fault; nothing of it may be seen outside. */
static void load_with(const char *fault)
{
    static struct f_load load;
    struct f_random random;
    f_random_init(&random);
    f_load_init(&load, random, NULL);
    t_daemon_stop(load.d);
    setenv("RD_FAULT", fault, 1);
    t_daemon_again(load.d);
    f_load_start(&load);
    f_sleep_ms(250);
    f_load_join(&load, true);
    f_load_settle(&load);
    ck_assert_uint_gt(load.answered, 0);
    t_daemon_kill(load.d);
    unsetenv("RD_FAULT");
    t_daemon_again(load.d);
    f_load_prove(&load);
    f_load_end(&load);
    f_load_free(&load);
}

START_TEST(test_a_full_map_grows_unseen)
{
    static const char *const faults[] = { "store_map_full:50:1", "store_map_full:777:1",
                                          "store_map_full:2000:2" };
    for (size_t i = 0; i < sizeof faults / sizeof *faults && with_faults(); i++)
        load_with(faults[i]);
}
END_TEST

START_TEST(test_a_commit_without_room_is_tried_again)
{
    if (with_faults())
        load_with("store_enospc:3:2");
}
END_TEST

START_TEST(test_no_segment_can_be_had)
{
    if (!with_faults())
        return;
    struct f_bulk bulk;
    d = t_daemon_start(&(struct t_options){ .policy = shop });
    t_call(d, "case.open", "{'type': 'ticket', 'as': 'ann', 'data': {'kind': 'b'}}");
    f_bulk_init(&bulk, d);
    t_daemon_stop(d);
    setenv("RD_FAULT", "journal_enospc:5:4", 1);
    t_daemon_again(d);
    write_until_full(&bulk, 6);
    assert_reads_go_on(&bulk);
    f_bulk_check(&bulk, d, false);
    write_again(&bulk);
    unsetenv("RD_FAULT");
    t_daemon_kill(d);
    t_daemon_again(d);
    f_bulk_check(&bulk, d, true);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("disk");
    TCase *tcase = tcase_create("disk");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_a_full_disk_refuses_writes_and_loses_nothing);
    tcase_add_test(tcase, test_killed_while_the_disk_is_full);
    tcase_add_test(tcase, test_deadlines_wait_for_room);
    tcase_add_test(tcase, test_a_full_map_grows_unseen);
    tcase_add_test(tcase, test_a_commit_without_room_is_tried_again);
    tcase_add_test(tcase, test_no_segment_can_be_had);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
