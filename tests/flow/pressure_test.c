/* Back-pressure: a peer that asks faster than it listens costs a bounded amount of memory and
 * nobody else's time. */
#include "common/t.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/limits.h"
#include "unit/unit.h"

#define REQUESTS 20000
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define GROWTH_KIB_MAX (8 * 64 * 1024) /* the sanitizer's own */
#else
#define GROWTH_KIB_MAX (64 * 1024)
#endif

static struct t_daemon *d;

static void setup(void)
{
    d = t_daemon_start(NULL);
}

static void teardown(void)
{
    t_daemon_free(d);
}

/* `count` requests of a method, ids from 1, as bytes. */
static struct rd_buf many_requests(const char *method, int count)
{
    struct rd_buf bytes;
    rd_buf_init(&bytes);
    for (int i = 1; i <= count; i++)
        rd_buf_printf(&bytes, "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"%s\"}\n", i, method);
    return bytes;
}

START_TEST(test_a_slow_reader_waits_alone)
{
    struct rd_client *slow = t_connect(d, NULL);
    struct rd_buf bytes = many_requests("server.info", REQUESTS);
    long before_kib = t_daemon_memory_kib(d);
    size_t sent = t_push(slow, bytes.data, bytes.len);
    ck_assert_msg(sent < bytes.len, "the server took all of %zu bytes and was told nothing",
                  bytes.len);
    ck_assert_int_lt(t_daemon_memory_kib(d) - before_kib, GROWTH_KIB_MAX);
    for (int i = 0; i < 100; i++)
        t_call(d, "server.info", "{}"); /* others are served meanwhile */
    /* and when it reads at last, nothing is missing and all is in order */
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_client_send_raw(slow, bytes.data + sent, bytes.len - sent, &error);
    ck_assert_msg(status == RD_OK, "%s", error.text);
    for (int i = 1; i <= REQUESTS; i++) {
        struct rd_arena arena;
        struct rd_value result;
        int64_t id;
        rd_arena_init(&arena);
        status = rd_client_receive(slow, &arena, &id, &result, &error);
        ck_assert_msg(status == RD_OK, "request %d: %s", i, error.text);
        ck_assert_int_eq(id, i);
        rd_arena_fini(&arena);
    }
    rd_buf_fini(&bytes);
    rd_client_close(slow);
}
END_TEST

/* Replies that are larger than their requests: once the soft limit is passed nothing more is read,
 * but what is under way by then may be too much. The kernel is kept busy meanwhile, so that it does
 * become too much. */
START_TEST(test_a_peer_with_too_many_unread_replies_is_closed)
{
    enum { OTHER = 500, ID_BYTES = 5000 };
    struct rd_client *deaf = t_connect(d, NULL);
    struct rd_error error = RD_ERROR_NONE;
    struct rd_buf bytes, busy;
    char id[ID_BYTES + 1];
    memset(id, 'x', ID_BYTES); /* comes back with each reply */
    id[ID_BYTES] = '\0';
    rd_buf_init(&bytes);
    rd_buf_init(&busy);
    for (int i = 0; i < RD_SESSION_IN_FLIGHT_MAX; i++)
        rd_buf_printf(&bytes, "{\"jsonrpc\":\"2.0\",\"id\":\"%s\",\"method\":\"rpc.discover\"}\n",
                      id);
    long before_kib = t_daemon_memory_kib(d);
    for (int i = 0; i < OTHER; i++)
        rd_buf_text(&busy, "{\"jsonrpc\":\"2.0\",\"method\":\"rpc.discover\"}\n");
    ck_assert_int_eq(rd_client_send_raw(d->client, busy.data, busy.len, &error), RD_OK);
    (void)t_push(deaf, bytes.data, bytes.len);
    t_daemon_await_log(d, "does not take its replies");
    ck_assert_int_lt(t_daemon_memory_kib(d) - before_kib, 4 * GROWTH_KIB_MAX);
    t_call(d, "server.info", "{}");
    rd_buf_fini(&busy);
    rd_buf_fini(&bytes);
    rd_client_close(deaf);
}
END_TEST

/* Nothing is sent back, so that only what is under way can stop the reading. */
START_TEST(test_more_requests_than_may_be_under_way)
{
    enum { ALL = 5 * RD_SESSION_IN_FLIGHT_MAX };
    struct rd_buf bytes;
    struct rd_error error = RD_ERROR_NONE;
    rd_buf_init(&bytes);
    for (int i = 0; i < ALL; i++)
        rd_buf_text(&bytes,
                    "{\"jsonrpc\":\"2.0\",\"method\":\"record.create\",\"params\":{\"type\":"
                    "\"customer\",\"data\":{\"name\":\"Li\"}}}\n");
    const char *params = "{'type': 'customer', 'data': {'name': 'Li'}}";
    int64_t before = t_int(t_call(d, "record.create", "%s", params), "seq");
    enum rd_status status = rd_client_send_raw(d->client, bytes.data, bytes.len, &error);
    ck_assert_msg(status == RD_OK, "%s", error.text);
    int64_t after = t_int(t_call(d, "record.create", "%s", params), "seq");
    ck_assert_int_eq(after - before, ALL + 1); /* each was executed, once */
    rd_buf_fini(&bytes);
}
END_TEST

/* One session may have as many under way as it likes, and is refused nothing; another that comes
 * meanwhile is let in, whatever the first one has waiting. */
START_TEST(test_one_that_sends_much_shuts_nobody_out)
{
    enum { ALL = 4 * RD_SESSION_IN_FLIGHT_MAX };
    struct rd_client *greedy = t_connect(d, NULL);
    struct rd_error error = RD_ERROR_NONE;
    struct rd_buf bytes;
    rd_buf_init(&bytes);
    for (int i = 0; i < ALL; i++)
        rd_buf_printf(&bytes,
                      "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"record.create\",\"params\":"
                      "{\"type\":\"customer\",\"data\":{\"name\":\"Li\"}}}\n",
                      i + 1);
    enum rd_status status = rd_client_send_raw(greedy, bytes.data, bytes.len, &error);
    ck_assert_msg(status == RD_OK, "%s", error.text);
    for (int i = 0; i < 20; i++)
        t_call(d, "record.create", "{'type': 'customer', 'data': {'name': 'Wang'}}");
    int refused = 0;
    for (int i = 0; i < ALL; i++) {
        struct rd_value result;
        int64_t id;
        status = rd_client_receive(greedy, &d->arena, &id, &result, &error);
        ck_assert_int_eq(id, i + 1);
        ck_assert(status == RD_OK || status == RD_BUSY);
        refused += status == RD_BUSY;
    }
    ck_assert_int_lt(refused, ALL / 2);
    rd_client_close(greedy);
    rd_buf_fini(&bytes);
}
END_TEST

/* One batch of creates; `busy` and `done` count what came of its requests. */
static void count_batch_reply(struct rd_client *client, int *busy, int *done)
{
    struct rd_arena arena;
    struct rd_value reply;
    struct rd_error error = RD_ERROR_NONE;
    const char *line;
    size_t len;
    rd_arena_init(&arena);
    enum rd_status status = rd_client_read_line(client, &arena, &line, &len, &error);
    ck_assert_msg(status == RD_OK, "%s", error.text);
    ck_assert_int_eq(rd_json_parse(&arena, line, len, 64, &reply, &error), RD_OK);
    ck_assert_uint_eq(reply.count, RD_BATCH_REQUESTS_MAX);
    for (uint32_t i = 0; i < reply.count; i++) {
        if (t_has(reply.items[i], "result")) {
            (*done)++;
            continue;
        }
        ck_assert_str_eq(t_text(reply.items[i], "error.data.name"), "busy");
        ck_assert_int_gt(t_int(reply.items[i], "error.data.retry_after_ms"), 0);
        (*busy)++;
    }
    rd_arena_fini(&arena);
}

/* Far more at once than the queue holds: some are told to come back, and those are not executed. */
START_TEST(test_a_full_queue_says_busy)
{
    enum { CLIENTS = 60, BATCHES = RD_SESSION_IN_FLIGHT_MAX / RD_BATCH_REQUESTS_MAX };
    struct rd_client *clients[CLIENTS];
    struct rd_buf bytes;
    struct rd_error error = RD_ERROR_NONE;
    rd_buf_init(&bytes);
    for (int i = 0; i < RD_BATCH_REQUESTS_MAX; i++)
        rd_buf_printf(&bytes,
                      "%c{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"record.create\",\"params\":"
                      "{\"type\":\"customer\",\"data\":{\"name\":\"Li\"}}}",
                      i == 0 ? '[' : ',');
    rd_buf_text(&bytes, "]\n");
    const char *params = "{'type': 'customer', 'data': {'name': 'Li'}}";
    int64_t before = t_int(t_call(d, "record.create", "%s", params), "seq");
    for (int i = 0; i < CLIENTS; i++)
        clients[i] = t_connect(d, NULL);
    for (int i = 0; i < CLIENTS * BATCHES; i++) {
        enum rd_status status =
            rd_client_send_raw(clients[i % CLIENTS], bytes.data, bytes.len, &error);
        ck_assert_msg(status == RD_OK, "%s", error.text);
    }
    int busy = 0, done = 0;
    for (int i = 0; i < CLIENTS * BATCHES; i++)
        count_batch_reply(clients[i % CLIENTS], &busy, &done);
    ck_assert_int_eq(busy + done, CLIENTS * BATCHES * RD_BATCH_REQUESTS_MAX);
    ck_assert_int_ge(done, RD_QUEUE_REQUESTS_MIN);
    ck_assert_msg(busy > 0, "%d requests and the queue was never full", done);
    int64_t after = t_int(t_call(d, "record.create", "%s", params), "seq");
    ck_assert_int_eq(after - before, done + 1);
    for (int i = 0; i < CLIENTS; i++)
        rd_client_close(clients[i]);
    rd_buf_fini(&bytes);
}
END_TEST

START_TEST(test_large_messages_are_taken_one_after_the_other)
{
    enum { ALL = 200 };
    static const char head[] =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"no.such\",\"params\":{\"x\":\"";
    struct rd_buf line;
    struct rd_error error = RD_ERROR_NONE;
    rd_buf_init(&line);
    rd_buf_text(&line, head);
    memset(rd_buf_reserve(&line, RD_MESSAGE_BYTES_MAX), 'x', RD_MESSAGE_BYTES_MAX);
    line.len = RD_MESSAGE_BYTES_MAX - 3;
    rd_buf_text(&line, "\"}}\n");
    ck_assert_uint_eq(line.len, RD_MESSAGE_BYTES_MAX + 1);
    long before_kib = t_daemon_memory_kib(d);
    for (int i = 0; i < ALL; i++) {
        enum rd_status status = rd_client_send_raw(d->client, line.data, line.len, &error);
        ck_assert_msg(status == RD_OK, "%s", error.text);
    }
    for (int i = 0; i < ALL; i++) {
        int64_t id;
        struct rd_value result;
        ck_assert_int_eq(rd_client_receive(d->client, &d->arena, &id, &result, &error),
                         RD_METHOD_NOT_FOUND);
    }
    ck_assert_int_lt(t_daemon_memory_kib(d) - before_kib, GROWTH_KIB_MAX);
    rd_buf_fini(&line);
}
END_TEST

START_TEST(test_peers_that_vanish_leave_nothing)
{
    struct rd_buf bytes = many_requests("server.info", 500);
    for (int i = 0; i < 50; i++) {
        struct rd_client *client = t_connect(d, NULL);
        (void)t_push(client, bytes.data, bytes.len);
        rd_client_close(client); /* while its requests are under way */
    }
    /* they may be more than the queue holds: whoever comes then is asked to come again */
    struct rd_value result;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = RD_BUSY;
    for (int i = 0; status == RD_BUSY && i < 100; i++) {
        status = rd_client_call(d->client, &d->arena, "server.info", NULL, &result, &error);
        if (status == RD_BUSY)
            poll(NULL, 0, RD_BUSY_RETRY_MS);
    }
    ck_assert_msg(status == RD_OK, "%s", error.text);
    rd_buf_fini(&bytes);
    /* the daemon proves its emptiness when the fixture stops it */
}
END_TEST

static void setup_tcp(void)
{
    d = t_daemon_start(&(struct t_options){ .tcp = true });
}

/* Who has not said who he is holds next to nothing: neither by replies that he does not take, nor
 * by a line without an end; and he may not ask for many things at once. */
START_TEST(test_strangers_hold_next_to_nothing)
{
    enum { STRANGERS = 24 };
    struct rd_client *strangers[2 * STRANGERS];
    struct rd_buf bytes = many_requests("rpc.discover", 200), line;
    rd_buf_init(&line);
    memset(rd_buf_reserve(&line, RD_MESSAGE_BYTES_MAX), '[', RD_MESSAGE_BYTES_MAX);
    line.len = RD_MESSAGE_BYTES_MAX;
    long before_kib = t_daemon_memory_kib(d);
    for (int i = 0; i < STRANGERS; i++) {
        strangers[i] = t_connect(d, t_daemon_tcp(d));
        strangers[STRANGERS + i] = t_connect(d, t_daemon_tcp(d));
        t_push(strangers[i], bytes.data, bytes.len);
        t_push(strangers[STRANGERS + i], line.data, line.len);
    }
    for (int i = 0; i < 200; i++)
        t_call(d, "server.info", "{}");
    ck_assert_int_lt(t_daemon_memory_kib(d) - before_kib, GROWTH_KIB_MAX / 4);
    for (int i = 0; i < 2 * STRANGERS; i++)
        rd_client_close(strangers[i]);
    struct rd_client *stranger = t_connect(d, t_daemon_tcp(d));
    struct rd_error error = RD_ERROR_NONE;
    const char *reply = "",
               *batch = "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server.info\"}]\n";
    size_t len;
    ck_assert_int_eq(rd_client_send_raw(stranger, batch, strlen(batch), &error), RD_OK);
    ck_assert_int_eq(rd_client_read_line(stranger, &d->arena, &reply, &len, &error), RD_OK);
    ck_assert_msg(strstr(reply, "not_logged_in"), "%s", reply);
    rd_client_close(stranger);
    rd_buf_fini(&bytes);
    rd_buf_fini(&line);
}
END_TEST

/* Each of them may hold this much, but not all together: the largest ones go. */
START_TEST(test_all_together_hold_no_more_than_they_may)
{
    enum { MANY = RD_SESSIONS_HELD_BYTES / RD_MESSAGE_BYTES_MAX + 32 };
    struct rd_client *clients[MANY];
    struct rd_buf line;
    rd_buf_init(&line);
    memset(rd_buf_reserve(&line, RD_MESSAGE_BYTES_MAX), '[', RD_MESSAGE_BYTES_MAX);
    line.len = RD_MESSAGE_BYTES_MAX;
    long before_kib = t_daemon_memory_kib(d);
    for (int i = 0; i < MANY; i++) {
        clients[i] = t_connect(d, NULL);
        t_push(clients[i], line.data, line.len);
    }
    t_daemon_await_log(d, "no other holds as much memory");
    ck_assert_int_lt(t_daemon_memory_kib(d) - before_kib,
                     RD_SESSIONS_HELD_BYTES / 1024 + GROWTH_KIB_MAX);
    t_call(d, "server.info", "{}"); /* who holds little stays */
    for (int i = 0; i < MANY; i++)
        rd_client_close(clients[i]);
    rd_buf_fini(&line);
}
END_TEST

/* Many requests as one batch. */
static void make_many(const char *method, const char *params, int count)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_buf bytes;
    const char *line;
    size_t len;
    rd_buf_init(&bytes);
    for (int i = 0; i < count; i++)
        rd_buf_printf(&bytes, "%c{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s}",
                      i ? ',' : '[', method, params);
    rd_buf_text(&bytes, "]\n");
    ck_assert_int_eq(rd_client_send_raw(d->client, bytes.data, bytes.len, &error), RD_OK);
    ck_assert_int_eq(rd_client_read_line(d->client, &d->arena, &line, &len, &error), RD_OK);
    ck_assert_msg(!memmem(line, len, "\"error\"", 7), "%.300s", line);
    rd_buf_fini(&bytes);
}

/* Also what a feed gathers behind what is being sent: first pages of some 100 KB, which fill the
 * socket, then larger ones. */
START_TEST(test_followers_that_do_not_read_are_counted)
{
    enum { FOLLOWERS = 160 };
    struct rd_client *followers[FOLLOWERS];
    for (int i = 0; i < 3; i++)
        make_many("record.create", "{\"type\":\"customer\",\"data\":{\"name\":\"Li\"}}",
                  RD_BATCH_REQUESTS_MAX);
    const char *id =
        t_text(t_call(d, "record.create", "{'type': 'customer', 'data': {'name': 'Wu'}}"), "id");
    for (int i = 0; i < 3; i++)
        make_many("case.open",
                  rd_arena_printf(&d->arena,
                                  "{\"type\":\"complaint\",\"as\":\"kf1\",\"data\":{\"customer\":"
                                  "\"%s\",\"channel\":\"phone\",\"problem\":\"quality\","
                                  "\"summary\":\"x\"}}",
                                  id),
                  RD_BATCH_REQUESTS_MAX);
    for (int i = 0; i < FOLLOWERS; i++) {
        followers[i] = t_connect(d, NULL);
        t_call_on(d, followers[i], "feed.subscribe", "{'since': 0}");
    }
    t_daemon_await_log(d, "no other holds as much memory");
    t_call(d, "server.info", "{}");
    for (int i = 0; i < FOLLOWERS; i++)
        rd_client_close(followers[i]);
}
END_TEST

START_TEST(test_one_session_too_many_is_told_so)
{
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = RD_SESSIONS_MAX + 512;
    if (limit.rlim_max < limit.rlim_cur || setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return; /* this machine cannot hold so many */
    struct rd_client **clients = calloc(RD_SESSIONS_MAX, sizeof(clients[0]));
    ck_assert_ptr_nonnull(clients);
    for (size_t i = 1; i < RD_SESSIONS_MAX; i++) /* the fixture's own is one */
        clients[i] = t_connect(d, NULL);
    t_call_on(d, clients[RD_SESSIONS_MAX - 1], "server.info", "{}");
    struct rd_client *late = t_connect(d, NULL);
    struct rd_value result;
    struct rd_error error = RD_ERROR_NONE;
    int64_t id;
    enum rd_status status = rd_client_receive(late, &d->arena, &id, &result, &error);
    ck_assert_msg(status == RD_BUSY, "%s: %s", rd_status_name(status), error.text);
    ck_assert_int_gt(rd_map_int(error.detail, "retry_after_ms", 0), 0);
    ck_assert_int_eq(rd_client_receive(late, &d->arena, &id, &result, &error), RD_NO_SERVER);
    rd_client_close(late);
    for (size_t i = 1; i < RD_SESSIONS_MAX; i++)
        rd_client_close(clients[i]);
    free(clients);
    t_call(d, "server.info", "{}");
    /* there is room again */
    late = t_connect(d, NULL);
    t_call_on(d, late, "server.info", "{}");
    rd_client_close(late);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("pressure");
    TCase *tcase = tcase_create("pressure");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_a_slow_reader_waits_alone);
    tcase_add_test(tcase, test_a_peer_with_too_many_unread_replies_is_closed);
    tcase_add_test(tcase, test_more_requests_than_may_be_under_way);
    tcase_add_test(tcase, test_one_that_sends_much_shuts_nobody_out);
    tcase_add_test(tcase, test_a_full_queue_says_busy);
    tcase_add_test(tcase, test_large_messages_are_taken_one_after_the_other);
    tcase_add_test(tcase, test_peers_that_vanish_leave_nothing);
    tcase_add_test(tcase, test_one_session_too_many_is_told_so);
    tcase_add_test(tcase, test_all_together_hold_no_more_than_they_may);
    tcase_add_test(tcase, test_followers_that_do_not_read_are_counted);
    suite_add_tcase(suite, tcase);
    TCase *tcp = tcase_create("tcp");
    tcase_set_timeout(tcp, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcp, setup_tcp, teardown);
    tcase_add_test(tcp, test_strangers_hold_next_to_nothing);
    suite_add_tcase(suite, tcp);
    return suite;
}

int main(void)
{
    return unit_run(suite());
}
