/* The machine is short of something, or wants us to go: files, the size of a file, peers that are
 * gone without a word, SIGTERM in the middle of work, a mapped page that can't be read. What was
 * acknowledged stays; who can be served is served.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fault/bulk.h"
#include "fault/load.h"
#include "fault/shop.h"
#include "unit/unit.h"

#define FILES 100
#define CROWD 160

static char shop[UNIT_DIR_MAX];
static struct t_daemon *d;

static void setup(void)
{
    unit_dir_make(shop);
    f_shop_write(shop, "300 days", "300 days", "300 days", "1 day");
}

static void teardown(void)
{
    if (d)
        t_daemon_free(d);
    unit_dir_remove(shop);
}

START_TEST(test_told_to_stop_under_load)
{
    static struct f_load load;
    struct f_random random;
    f_random_init(&random);
    f_load_init(&load, random, NULL);
    for (int i = 0; i < (unit_is_long() ? 40 : 5); i++) {
        f_load_start(&load);
        f_sleep_ms(20 + (int)f_below(&random, 150));
        t_daemon_stop(load.d); /* exit code 0 */
        f_load_join(&load, false);
        t_daemon_again(load.d);
        f_load_settle(&load);
    }
    ck_assert_uint_gt(load.answered, 0);
    f_load_prove(&load);
    f_load_end(&load);
    f_load_free(&load);
}
END_TEST

/* ---- files ---- */

static int peer(void)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    const char *path = strchr(d->address, ':') + 1; /* "unix:PATH" */
    ck_assert_uint_lt(strlen(path), sizeof name.sun_path);
    memcpy(name.sun_path, path, strlen(path) + 1);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&name, sizeof name) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* The daemon's program, begun with few files to open. */
static void with_few_files(void)
{
    char path[UNIT_DIR_MAX + 16];
    snprintf(path, sizeof path, "%s/few", shop);
    FILE *script = fopen(path, "w");
    ck_assert_ptr_nonnull(script);
    fprintf(script, "#!/bin/sh\nulimit -n %d\nexec '%s' \"$@\"\n", FILES, getenv("REDRESS_BIN"));
    ck_assert(fclose(script) == 0 && chmod(path, 0700) == 0);
    setenv("REDRESS_BIN", path, 1);
}

/* The journal has a second segment, packed or not. */
static void assert_rolled_over(void)
{
    char path[600], all[2000] = "";
    snprintf(path, sizeof path, "%s/data/journal", d->dir);
    DIR *dir = opendir(path);
    bool there = false;
    ck_assert_ptr_nonnull(dir);
    for (struct dirent *file = readdir(dir); file; file = readdir(dir)) {
        there |= strncmp(file->d_name, "00000002.", 9) == 0;
        strncat(all, file->d_name, sizeof all - strlen(all) - 2);
        strcat(all, " ");
    }
    closedir(dir);
    ck_assert_msg(there, "no second segment: %s", all);
}

/* Peers that come in a crowd are turned away before they take the files that the journal and the
 * store need: segments roll over and commits go on. */
START_TEST(test_a_crowd_leaves_files_for_the_journal)
{
    struct f_bulk bulk;
    int crowd[CROWD], in = 0, refused = 0;
    with_few_files();
    d = t_daemon_start(&(struct t_options){ .policy = shop });
    f_bulk_init(&bulk, d);
    for (int i = 0; i < CROWD; i++) {
        crowd[i] = peer();
        in += crowd[i] >= 0;
    }
    ck_assert_int_gt(in, FILES);
    f_sleep_ms(300);
    for (int i = 0; i < CROWD; i++) {
        char text[256];
        ssize_t n = crowd[i] >= 0 ? recv(crowd[i], text, sizeof text, 0) : -1;
        refused += n == 0 || (n > 0 && memmem(text, (size_t)n, "busy", 4));
    }
    ck_assert_int_ge(refused, CROWD - FILES / 2);
    while (bulk.note < 720) /* 34 MiB: a segment rolls over */
        ck_assert_int_eq(f_bulk_write(&bulk, d), RD_OK);
    assert_rolled_over();
    for (int i = 0; i < CROWD; i++)
        if (crowd[i] >= 0)
            close(crowd[i]);
    t_daemon_kill(d);
    t_daemon_again(d);
    f_bulk_check(&bulk, d, true);
}
END_TEST

/* ---- the size of a file ---- */

static void largest_file(rlim_t bytes)
{
    struct rlimit limit = { bytes, RLIM_INFINITY };
    ck_assert_int_eq(prlimit(d->pid, RLIMIT_FSIZE, &limit, NULL), 0);
}

/* As a quota does it: nobody is killed by SIGXFSZ; what can't be written is not acknowledged, and
 * is done once when it can. */
START_TEST(test_a_file_that_may_not_grow)
{
    struct f_bulk bulk;
    enum rd_status status = RD_OK;
    d = t_daemon_start(&(struct t_options){ .policy = shop });
    f_bulk_init(&bulk, d);
    largest_file(1024 * 1024);
    while (bulk.note < 40 && status == RD_OK)
        status = f_bulk_write(&bulk, d);
    ck_assert_msg(status == RD_STORAGE_FULL, "%s", rd_status_name(status));
    ck_assert_int_eq(f_bulk_write(&bulk, d), RD_STORAGE_FULL);
    largest_file(RLIM_INFINITY);
    for (int i = 0; i < 30; i++)
        ck_assert_int_eq(f_bulk_write(&bulk, d), RD_OK);
    f_bulk_check(&bulk, d, false);
    largest_file(1024 * 1024);
    ck_assert_int_eq(f_bulk_write(&bulk, d), RD_STORAGE_FULL);
    t_daemon_kill(d);
    t_daemon_again(d);
    f_bulk_check(&bulk, d, true);
}
END_TEST

/* ---- peers ---- */

/* One that sends half a message and is silent, one that has gone for good: neither holds up others,
 * and the kernel's keep-alive will tell of the second. */
START_TEST(test_half_open_peers)
{
    d = t_daemon_start(&(struct t_options){ .policy = shop, .tcp = true });
    int silent = peer();
    ck_assert_int_ge(silent, 0);
    ck_assert_int_gt(send(silent, "{\"jsonrpc\":\"2.0\",\"id\":1,", 24, 0), 0);
    struct rd_client *tcp = t_connect(d, t_daemon_tcp(d));
    int port = atoi(strrchr(t_daemon_tcp(d), ':') + 1);
    for (int i = 0; i < 20; i++)
        t_call(d, "server.info", "{}");
    char line[512];
    bool kept_alive = false;
    FILE *table = fopen("/proc/net/tcp", "r");
    while (table && fgets(line, sizeof line, table)) {
        unsigned local, state, timer;
        if (sscanf(line, "%*d: %*8x:%x %*8x:%*x %x %*x:%*x %x:", &local, &state, &timer) == 3)
            kept_alive |= (int)local == port && state == 1 && timer == 2;
    }
    if (table)
        fclose(table);
    ck_assert(!table || kept_alive);
    rd_client_close(tcp);
    t_daemon_stop(d); /* the silent one does not keep it from going */
    close(silent);
    t_daemon_again(d);
}
END_TEST

/* ---- a page that can't be read ---- */

START_TEST(test_a_store_that_is_cut_short_says_so)
{
    struct f_bulk bulk;
    const char *output;
    char path[600];
    int status;
    d = t_daemon_start(&(struct t_options){ .policy = shop });
    f_bulk_init(&bulk, d);
    for (int i = 0; i < 30; i++)
        ck_assert_int_eq(f_bulk_write(&bulk, d), RD_OK);
    t_daemon_stop(d);
    t_daemon_again(d);
    snprintf(path, sizeof path, "%s/data/store/data.mdb", d->dir);
    ck_assert_int_eq(truncate(path, 2 * 4096), 0);
    struct rd_value result;
    struct rd_error error;
    (void)f_try(d->client, &d->arena, "case.list", "{'type': 'ticket'}", &result, &error);
    rd_client_close(d->client);
    d->client = NULL;
    ck_assert_int_eq(waitpid(d->pid, &status, 0), d->pid);
    d->pid = 0;
    ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS, "it ended with %x", status);
    ck_assert_ptr_nonnull(strstr(t_daemon_log(d), "redress store rebuild"));
    const char *data = rd_arena_printf(&d->arena, "%s/data", d->dir);
    int code = t_program(d, (const char *[]){ "store", "rebuild", "--data", data, NULL }, &output);
    ck_assert_msg(code == 0, "store rebuild: code %d: %s", code, output);
    t_daemon_again(d);
    f_bulk_check(&bulk, d, true);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("machine");
    TCase *tcase = tcase_create("machine");
    tcase_set_timeout(tcase, 280);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_told_to_stop_under_load);
    tcase_add_test(tcase, test_a_crowd_leaves_files_for_the_journal);
    tcase_add_test(tcase, test_a_file_that_may_not_grow);
    tcase_add_test(tcase, test_half_open_peers);
    tcase_add_test(tcase, test_a_store_that_is_cut_short_says_so);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
