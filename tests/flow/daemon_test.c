/* The daemon: starting where it may, refusing where it may not, stopping without losing a word,
 * signals, the manager's ear. */
#include "common/t.h"

#include <poll.h>
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

/* `redress serve` with this data directory and address, in the expectation that it ends. */
static int serve(const char *data, const char *address, const char **output)
{
    const char *args[] = { "serve",    "--data", data,      "--policy", ".",
                           "--listen", address,  "--clock", "manual",   NULL };
    return t_program(d, args, output);
}

static const char *path_of(const char *name)
{
    return rd_arena_printf(&d->arena, "%s/%s", d->dir, name);
}

START_TEST(test_a_second_daemon_says_who_holds_the_data)
{
    const char *output;
    const char *address = rd_arena_printf(&d->arena, "unix:%s", path_of("other"));
    int code = serve(path_of("data"), address, &output);
    ck_assert_msg(code == rd_status_exit(RD_IN_USE), "exit code %d: %s", code, output);
    const char *pid = rd_arena_printf(&d->arena, "%d", (int)d->pid);
    ck_assert_msg(strstr(output, pid) != NULL, "the holder %s is not named: %s", pid, output);
    t_call(d, "server.info", "{}");
}
END_TEST

START_TEST(test_a_living_socket_is_not_taken)
{
    const char *output;
    int code = serve(path_of("data2"), d->address, &output);
    ck_assert_msg(code == rd_status_exit(RD_IN_USE), "exit code %d: %s", code, output);
    ck_assert_msg(strstr(output, "another server answers") != NULL, "%s", output);
    t_call(d, "server.info", "{}");
    rd_client_close(t_connect(d, NULL)); /* its file is still there */
}
END_TEST

START_TEST(test_a_stale_socket_is_replaced)
{
    struct stat info;
    t_daemon_kill(d);
    ck_assert_int_eq(lstat(d->address + strlen("unix:"), &info), 0);
    t_daemon_again(d);
    t_call(d, "server.info", "{}");
    t_daemon_stop(d);
    ck_assert_int_ne(lstat(d->address + strlen("unix:"), &info), 0); /* goes with the daemon */
}
END_TEST

START_TEST(test_refuses_addresses_that_it_must_not_serve)
{
    static const char *const addresses[] = { "tcp:0.0.0.0:0",     "tcp:[::]:0", "tcp:10.0.0.1:80",
                                             "tcp:127.0.0.1:x",   "http:80",    "unix:",
                                             "tcp:example.com:80" };
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        const char *output;
        int code = serve(path_of("data3"), addresses[i], &output);
        ck_assert_msg(code == rd_status_exit(RD_BAD_CONFIG), "%s: exit code %d: %s", addresses[i],
                      code, output);
    }
    const char *output;
    FILE *file = fopen(path_of("file"), "w");
    ck_assert_ptr_nonnull(file);
    fclose(file);
    int code =
        serve(path_of("data3"), rd_arena_printf(&d->arena, "unix:%s", path_of("file")), &output);
    ck_assert_int_eq(code, rd_status_exit(RD_BAD_CONFIG));
    ck_assert_int_eq(access(path_of("file"), F_OK), 0); /* what is no socket is left alone */
}
END_TEST

START_TEST(test_says_loudly_that_the_clock_is_manual)
{
    ck_assert_ptr_nonnull(strstr(t_daemon_log(d), "THE CLOCK IS MANUAL"));
}
END_TEST

START_TEST(test_a_real_clock_is_not_advanced)
{
    t_daemon_free(d);
    d = t_daemon_start(&(struct t_options){ .clock_real = true });
    ck_assert_ptr_null(strstr(t_daemon_log(d), "MANUAL"));
    t_refused(d, "clock_not_manual", "clock.advance", "{'by': '1 hour'}");
}
END_TEST

/* ---- stopping ---- */

/* Reads replies until the connection ends; the sequences of those that say so are kept. Returns how
 * many. */
static size_t read_acknowledged(struct rd_client *client, int64_t *seqs, size_t max)
{
    struct rd_arena arena;
    struct rd_value result;
    struct rd_error error = RD_ERROR_NONE;
    size_t count = 0;
    int64_t id;
    rd_arena_init(&arena);
    enum rd_status status;
    while ((status = rd_client_receive(client, &arena, &id, &result, &error)) == RD_OK) {
        ck_assert_uint_lt(count, max);
        ck_assert_int_eq(id, (int64_t)count + 1);
        seqs[count++] = t_int(result, "seq");
    }
    ck_assert_msg(status == RD_NO_SERVER, "%s: %s", rd_status_name(status), error.text);
    rd_arena_fini(&arena);
    return count;
}

/* Whether all of these (ascending) are in the journal. */
static void assert_kept(const int64_t *seqs, size_t count)
{
    struct rd_client *client = t_connect(d, NULL);
    t_call_on(d, client, "feed.subscribe", "{'since': 0}");
    for (size_t i = 0; i < count;) {
        struct rd_arena arena;
        struct rd_value event;
        struct rd_error error = RD_ERROR_NONE;
        rd_arena_init(&arena);
        enum rd_status status = rd_client_event(client, &arena, "feed.event", &event, &error);
        ck_assert_msg(status == RD_OK, "waiting for %lld: %s", (long long)seqs[i], error.text);
        int64_t seq = t_int(event, "seq");
        ck_assert_msg(seq <= seqs[i], "%lld was acknowledged and is not there", (long long)seqs[i]);
        i += seq == seqs[i];
        rd_arena_fini(&arena);
    }
    rd_client_close(client);
}

/* Thousands of writes are under way when the signal comes. */
static void stop_under_load(int signal_number)
{
    enum { ALL = 5000 };
    int64_t *seqs = calloc(ALL, sizeof(seqs[0]));
    ck_assert_ptr_nonnull(seqs);
    struct rd_client *client = t_connect(d, NULL);
    struct rd_value params = t_json(d, "{'type': 'customer', 'data': {'name': 'Li'}}");
    struct rd_error error = RD_ERROR_NONE;
    for (int i = 0; i < ALL; i++)
        rd_client_send(client, "record.create", &params);
    ck_assert_int_eq(rd_client_flush(client, &error), RD_OK);
    if (signal_number == SIGKILL) {
        t_daemon_kill(d);
    } else {
        ck_assert_int_eq(kill(d->pid, signal_number), 0);
        (void)kill(d->pid, signal_number); /* a second one does not hurry it */
    }
    size_t count = read_acknowledged(client, seqs, ALL);
    rd_client_close(client);
    if (signal_number != SIGKILL) {
        t_daemon_wait(d);
        ck_assert_ptr_nonnull(strstr(t_daemon_log(d), "\"stopped\""));
    }
    t_daemon_again(d);
    assert_kept(seqs, count);
    free(seqs);
}

START_TEST(test_sigterm_under_load_loses_nothing)
{
    stop_under_load(SIGTERM);
}
END_TEST

START_TEST(test_sigint_under_load_loses_nothing)
{
    stop_under_load(SIGINT);
}
END_TEST

START_TEST(test_kill_under_load_loses_nothing)
{
    stop_under_load(SIGKILL);
}
END_TEST

START_TEST(test_stops_beside_idle_and_following_peers)
{
    struct rd_client *idle = t_connect(d, NULL);
    struct rd_client *follower = t_connect(d, NULL);
    t_call_on(d, follower, "feed.subscribe", "{'since': 0}");
    t_daemon_stop(d);
    rd_client_close(idle);
    rd_client_close(follower);
}
END_TEST

/* One who does not take its replies cannot keep the daemon from ending. */
START_TEST(test_stops_without_deaf_peers)
{
    struct rd_buf bytes;
    rd_buf_init(&bytes);
    for (int i = 0; i < 20000; i++)
        rd_buf_text(&bytes, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server.info\"}\n");
    struct rd_client *deaf = t_connect(d, NULL);
    ck_assert_uint_lt(t_push(deaf, bytes.data, bytes.len), bytes.len);
    ck_assert_int_eq(kill(d->pid, SIGTERM), 0);
    t_daemon_await_log(d, "SIGTERM: stopping");
    t_daemon_stop(d); /* the second signal */
    ck_assert_ptr_nonnull(strstr(t_daemon_log(d), "SIGTERM again"));
    ck_assert_ptr_nonnull(strstr(t_daemon_log(d), "the server stops and the peer"));
    ck_assert_ptr_nonnull(strstr(t_daemon_log(d), "\"stopped\""));
    rd_client_close(deaf);
    rd_buf_fini(&bytes);
}
END_TEST

/* ---- the manager ---- */

START_TEST(test_sighup_reloads)
{
    ck_assert_int_eq(kill(d->pid, SIGHUP), 0);
    t_daemon_await_log(d, "SIGHUP");
    t_daemon_await_log(d, "the policy was reloaded");
    t_call(d, "server.info", "{}");
}
END_TEST

/* The files may have changed since the first one read them. */
START_TEST(test_sighup_during_a_reload_comes_behind_it)
{
    for (int i = 0; i < 20000 && !strstr(t_daemon_log(d), "once more, behind"); i++) {
        ck_assert_int_eq(kill(d->pid, SIGHUP), 0);
        t_call(d, "server.info", "{}");
    }
    const char *log = strstr(t_daemon_log(d), "once more, behind");
    ck_assert_ptr_nonnull(log);
    for (int i = 0; i < 600;
         i++) { /* the one that was under way, and the one that came meanwhile */
        log = strstr(t_daemon_log(d), "once more, behind");
        log = strstr(log, "the policy was reloaded");
        if (log && strstr(log + 1, "the policy was reloaded"))
            return;
        t_call(d, "server.info", "{}");
        usleep(50000);
    }
    ck_abort_msg("it was not reloaded again: %s", t_daemon_log(d));
}
END_TEST

/* A datagram that holds the text arrives within a while; others are passed over. */
static void assert_told(int fd, const char *text)
{
    for (;;) {
        char message[512];
        struct pollfd pollfd = { .fd = fd, .events = POLLIN };
        ck_assert_msg(poll(&pollfd, 1, 30000) == 1, "the manager was not told '%s'", text);
        ssize_t len = recv(fd, message, sizeof(message) - 1, 0);
        ck_assert_int_gt(len, 0);
        message[len] = '\0';
        if (strstr(message, text))
            return;
    }
}

START_TEST(test_tells_the_service_manager)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int len = snprintf(address.sun_path, sizeof(address.sun_path), "%s", path_of("notify"));
    ck_assert_int_lt(len, (int)sizeof(address.sun_path));
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    t_daemon_stop(d);
    setenv("NOTIFY_SOCKET", address.sun_path, 1);
    setenv("WATCHDOG_USEC", "100000", 1);
    t_daemon_again(d);
    assert_told(fd, "READY=1");
    assert_told(fd, "WATCHDOG=1");
    assert_told(fd, "WATCHDOG=1");
    ck_assert_int_eq(kill(d->pid, SIGHUP), 0);
    assert_told(fd, "RELOADING=1\nMONOTONIC_USEC=");
    assert_told(fd, "READY=1");
    t_daemon_stop(d);
    assert_told(fd, "STOPPING=1");
    close(fd);
}
END_TEST

/* Where the shell that starts it would have core dumps of any size. The limit is looked at as well:
 * a system that hands them to a program says of none that it was written. */
START_TEST(test_a_death_leaves_no_core_dump)
{
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_CORE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    ck_assert_int_eq(setrlimit(RLIMIT_CORE, &limit), 0);
    t_daemon_stop(d);
    t_daemon_again(d);
    int status;
    ck_assert_int_eq(prlimit(d->pid, RLIMIT_CORE, NULL, &limit), 0);
    ck_assert_uint_eq(limit.rlim_cur, 0);
    limit.rlim_max = limit.rlim_cur = RLIM_INFINITY;
    (void)prlimit(d->pid, RLIMIT_CORE, &limit, NULL); /* as if the system did not ask for it */
    ck_assert_int_eq(kill(d->pid, SIGQUIT), 0);
    ck_assert_int_eq(waitpid(d->pid, &status, 0), d->pid);
    d->pid = 0;
    ck_assert(WIFSIGNALED(status));
    ck_assert(!WCOREDUMP(status));
    rd_client_close(d->client);
    d->client = NULL;
    t_daemon_again(d);
    t_call(d, "server.info", "{}");
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("daemon");
    TCase *start = tcase_create("start");
    tcase_set_timeout(start, T_TIMEOUT_S);
    tcase_add_checked_fixture(start, setup, teardown);
    tcase_add_test(start, test_a_second_daemon_says_who_holds_the_data);
    tcase_add_test(start, test_a_living_socket_is_not_taken);
    tcase_add_test(start, test_a_stale_socket_is_replaced);
    tcase_add_test(start, test_refuses_addresses_that_it_must_not_serve);
    tcase_add_test(start, test_says_loudly_that_the_clock_is_manual);
    tcase_add_test(start, test_a_real_clock_is_not_advanced);
    suite_add_tcase(suite, start);
    TCase *stop = tcase_create("stop");
    tcase_set_timeout(stop, T_TIMEOUT_S);
    tcase_add_checked_fixture(stop, setup, teardown);
    tcase_add_test(stop, test_sigterm_under_load_loses_nothing);
    tcase_add_test(stop, test_sigint_under_load_loses_nothing);
    tcase_add_test(stop, test_kill_under_load_loses_nothing);
    tcase_add_test(stop, test_stops_beside_idle_and_following_peers);
    tcase_add_test(stop, test_stops_without_deaf_peers);
    suite_add_tcase(suite, stop);
    TCase *manager = tcase_create("manager");
    tcase_set_timeout(manager, T_TIMEOUT_S);
    tcase_add_checked_fixture(manager, setup, teardown);
    tcase_add_test(manager, test_sighup_reloads);
    tcase_add_test(manager, test_sighup_during_a_reload_comes_behind_it);
    tcase_add_test(manager, test_a_death_leaves_no_core_dump);
    tcase_add_test(manager, test_tells_the_service_manager);
    suite_add_tcase(suite, manager);
    return suite;
}

int main(void)
{
    return unit_run(suite());
}
