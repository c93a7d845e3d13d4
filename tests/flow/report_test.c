/* Long reads over a real socket: they are answered later than what came behind them, and nobody
 * who leaves, stops or asks for too many leaves anything behind.
 *
 * What keeps the kernel busy while reports wait is a manual clock that is moved far: each day has
 * its duties.
 */
#include "common/t.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/limits.h"
#include "unit/unit.h"

static struct t_daemon *d;

static void setup(void)
{
    d = t_daemon_start(NULL);
}

static void teardown(void)
{
    t_daemon_free(d); /* the daemon proves its emptiness when it is stopped */
}

/* The name of the company's first report. */
static const char *first_report(void)
{
    return t_text(t_call(d, "report.list", "{}"), "reports.0.name");
}

/* One message of `count` report.run: they come to the kernel together. */
static void ask(struct rd_client *client, const char *report, int count)
{
    struct rd_buf bytes;
    struct rd_error error = RD_ERROR_NONE;
    rd_buf_init(&bytes);
    for (int i = 0; i < count; i++)
        rd_buf_printf(&bytes,
                      "%c{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"report.run\",\"params\":"
                      "{\"report\":\"%s\",\"month\":\"2026-02\"}}",
                      i == 0 ? '[' : ',', i, report);
    rd_buf_text(&bytes, "]\n");
    enum rd_status status = rd_client_send_raw(client, bytes.data, bytes.len, &error);
    ck_assert_msg(status == RD_OK, "%s", error.text);
    rd_buf_fini(&bytes);
}

static struct rd_value answers(struct rd_client *client)
{
    const char *line;
    size_t len;
    struct rd_value reply;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_client_read_line(client, &d->arena, &line, &len, &error);
    ck_assert_msg(status == RD_OK, "%s", error.text);
    ck_assert_int_eq(rd_json_parse(&d->arena, line, len, 64, &reply, &error), RD_OK);
    return reply;
}

/* The kernel has a second's work. */
static void keep_busy(struct rd_client *client)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_value days = t_json(d, "{'by': '200 days'}");
    rd_client_send(client, "clock.advance", &days);
    ck_assert_int_eq(rd_client_flush(client, &error), RD_OK);
}

static void be_done(struct rd_client *client)
{
    int64_t id;
    struct rd_value result;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_client_receive(client, &d->arena, &id, &result, &error);
    ck_assert_msg(status == RD_OK, "%s", error.text);
}

START_TEST(test_one_too_many_is_told_to_come_again)
{
    const char *report = first_report();
    for (int round = 0; round < 20; round++) {
        ask(d->client, report, RD_REPORTS_AT_ONCE_MAX + 1);
        struct rd_value reply = answers(d->client);
        ck_assert_uint_eq(reply.count, RD_REPORTS_AT_ONCE_MAX + 1);
        for (uint32_t i = 0; i < RD_REPORTS_AT_ONCE_MAX; i++)
            ck_assert_str_eq(t_text(reply.items[i], "result.report"), report);
        ck_assert_str_eq(t_text(reply.items[RD_REPORTS_AT_ONCE_MAX], "error.data.name"), "busy");
    }
}
END_TEST

START_TEST(test_others_are_served_meanwhile)
{
    const char *report = first_report();
    struct rd_client *asker = t_connect(d, NULL);
    for (int round = 0; round < 20; round++) {
        ask(asker, report, RD_REPORTS_AT_ONCE_MAX);
        t_call(d, "server.info", "{}");
        t_call(d, "record.create", "{'type': 'customer', 'data': {'name': 'Li'}}");
        ck_assert_uint_eq(answers(asker).count, RD_REPORTS_AT_ONCE_MAX);
    }
    rd_client_close(asker);
}
END_TEST

START_TEST(test_an_asker_who_leaves_is_not_waited_for)
{
    const char *report = first_report();
    for (int round = 0; round < 5; round++) {
        struct rd_client *asker = t_connect(d, NULL);
        ask(asker, report, RD_REPORTS_AT_ONCE_MAX);
        keep_busy(d->client);
        rd_client_close(asker); /* before the last is made */
        be_done(d->client);
        t_call(d, "server.info", "{}");
    }
    /* theirs are made to the end, and then none of them is in the way any more */
    struct rd_value reply = rd_null();
    bool busy = true;
    for (int tries = 0; busy && tries < 500; tries++) {
        ask(d->client, report, RD_REPORTS_AT_ONCE_MAX);
        reply = answers(d->client);
        busy = false;
        for (uint32_t i = 0; i < reply.count; i++)
            busy = busy || t_has(reply.items[i], "error");
        if (busy)
            (void)usleep(10000);
    }
    for (uint32_t i = 0; i < reply.count; i++)
        ck_assert_str_eq(t_text(reply.items[i], "result.report"), report);
}
END_TEST

START_TEST(test_the_policy_is_read_anew_meanwhile)
{
    const char *report = first_report();
    struct rd_client *asker = t_connect(d, NULL);
    for (int round = 0; round < 10; round++) {
        ask(asker, report, RD_REPORTS_AT_ONCE_MAX);
        t_call(d, "policy.reload", "{}");
        struct rd_value reply = answers(asker);
        for (uint32_t i = 0; i < RD_REPORTS_AT_ONCE_MAX; i++)
            ck_assert_str_eq(t_text(reply.items[i], "result.report"), report);
    }
    rd_client_close(asker);
}
END_TEST

START_TEST(test_who_stops_answers_first)
{
    const char *report = first_report();
    struct rd_client *asker = t_connect(d, NULL);
    t_call_on(d, asker, "server.info", "{}");
    keep_busy(d->client);
    poll(NULL, 0, 20);
    ask(asker, report, RD_REPORTS_AT_ONCE_MAX);
    keep_busy(d->client);
    poll(NULL, 0, 100); /* what is not read when the signal comes is not answered */
    ck_assert_int_eq(kill(d->pid, SIGTERM), 0);
    struct rd_value reply = answers(asker);
    ck_assert_uint_eq(reply.count, RD_REPORTS_AT_ONCE_MAX);
    for (uint32_t i = 0; i < reply.count; i++)
        ck_assert_str_eq(t_text(reply.items[i], "result.report"), report);
    be_done(d->client);
    be_done(d->client);
    rd_client_close(asker);
    t_daemon_wait(d);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report");
    TCase *tcase = tcase_create("report");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_one_too_many_is_told_to_come_again);
    tcase_add_test(tcase, test_others_are_served_meanwhile);
    tcase_add_test(tcase, test_an_asker_who_leaves_is_not_waited_for);
    tcase_add_test(tcase, test_the_policy_is_read_anew_meanwhile);
    tcase_add_test(tcase, test_who_stops_answers_first);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
