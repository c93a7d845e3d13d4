/* The door: what the protocol promises, byte by byte, over the real socket. */
#include "common/t.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/json.h"
#include "base/limits.h"
#include "unit/unit.h"

static struct t_daemon *d;

static void setup(void)
{
    d = t_daemon_start(&(struct t_options){ .tcp = true });
}

static void teardown(void)
{
    t_daemon_free(d);
}

static void send_bytes(struct rd_client *client, const char *bytes, size_t len)
{
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_client_send_raw(client, bytes, len, &error);
    ck_assert_msg(status == RD_OK, "sending: %s", error.text);
}

static void send_line(struct rd_client *client, const char *line)
{
    send_bytes(client, line, strlen(line));
    send_bytes(client, "\n", 1);
}

static struct rd_value next_message(struct rd_client *client)
{
    const char *line;
    size_t len;
    struct rd_value value;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_client_read_line(client, &d->arena, &line, &len, &error);
    ck_assert_msg(status == RD_OK, "waiting for a line: %s", error.text);
    status = rd_json_parse(&d->arena, line, len, 64, &value, &error);
    ck_assert_msg(status == RD_OK, "reading '%s': %s", line, error.text);
    return value;
}

/* Sends a line, returns the reply. */
static struct rd_value ask(const char *line)
{
    send_line(d->client, line);
    return next_message(d->client);
}

static void assert_refusal(struct rd_value reply, const char *name, int code)
{
    ck_assert_str_eq(t_text(reply, "jsonrpc"), "2.0");
    ck_assert_msg(!t_has(reply, "result"), "%s", t_show(reply));
    ck_assert_str_eq(t_text(reply, "error.data.name"), name);
    ck_assert_int_eq(t_int(reply, "error.code"), code);
    ck_assert_uint_gt(strlen(t_text(reply, "error.message")), 0);
}

static void assert_null_id(struct rd_value reply)
{
    ck_assert_int_eq(t_at(reply, "id").kind, RD_NULL);
}

/* The server closed, and said nothing more. */
static void assert_closed(struct rd_client *client)
{
    const char *line;
    size_t len;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_client_read_line(client, &d->arena, &line, &len, &error);
    ck_assert_msg(status == RD_END, "expected the end, got %s", rd_status_name(status));
}

#define INFO "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"server.info\"}"

START_TEST(test_says_who_it_is)
{
    struct rd_value info = t_call(d, "server.info", "{}");
    ck_assert_int_eq(info.kind, RD_MAP);
    ck_assert(t_has(info, "version"));
}
END_TEST

START_TEST(test_discover_lists_every_method)
{
    static const char *const names[] = {
        "case.open",      "case.act",      "case.get",      "case.list",     "case.history",
        "case.actions",   "case.explain",  "policy.info",   "policy.reload", "decision.evaluate",
        "feed.subscribe", "record.create", "record.update", "clock.advance", "server.info",
        "rpc.discover",   "session.login", "account.token",
    };
    struct rd_value document = t_call(d, "rpc.discover", "{}");
    ck_assert_str_eq(rd_arena_copy(&d->arena, t_text(document, "openrpc"), 2), "1.");
    struct rd_value methods = t_at(document, "methods");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        (void)t_find(methods, "name", names[i]);
    /* and each one that is listed is there: asked with a parameter that none has, it refuses that
     * and nothing else */
    for (uint32_t i = 0; i < methods.count; i++) {
        struct rd_value params = t_json(d, "{'no_such_parameter': 1}"), result;
        struct rd_error error = RD_ERROR_NONE;
        enum rd_status status = rd_client_call(
            d->client, &d->arena, t_text(methods.items[i], "name"), &params, &result, &error);
        ck_assert_msg(status == RD_INVALID_PARAMS, "%s: %s", t_text(methods.items[i], "name"),
                      rd_status_name(status));
    }
}
END_TEST

START_TEST(test_refuses_what_is_no_method_or_parameter)
{
    struct rd_value reply = ask("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"case.opne\"}");
    assert_refusal(reply, "method_not_found", -32601);
    ck_assert_int_eq(t_int(reply, "id"), 1);
    assert_refusal(ask("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server.info\",\"params\":[1]}"),
                   "invalid_params", -32602);
    assert_refusal(ask("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server.info\",\"params\":null}"),
                   "invalid_params", -32602);
    assert_refusal(ask("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"record.create\",\"params\":{}}"),
                   "invalid_params", -32602);
}
END_TEST

START_TEST(test_refuses_what_is_no_request)
{
    static const char *const lines[] = {
        "1",
        "\"server.info\"",
        "{}",
        "{\"id\":1,\"method\":\"server.info\"}",
        "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"server.info\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":5}",
        "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"server.info\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"server.info\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"server.info\"}",
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        assert_refusal(ask(lines[i]), "invalid_request", -32600);
}
END_TEST

START_TEST(test_echoes_ids_as_they_are)
{
    ck_assert_str_eq(
        t_text(ask("{\"jsonrpc\":\"2.0\",\"id\":\"甲-1\",\"method\":\"server.info\"}"), "id"),
        "甲-1");
    ck_assert_int_eq(
        t_int(ask("{\"jsonrpc\":\"2.0\",\"id\":9007199254740993,\"method\":\"server.info\"}"),
              "id"),
        9007199254740993ll);
    struct rd_value reply = ask("{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"server.info\"}");
    assert_null_id(reply);
    ck_assert(t_has(reply, "result"));
}
END_TEST

START_TEST(test_says_where_the_text_is_broken)
{
    struct rd_value reply = ask("{\"jsonrpc\":\"2.0\",,}");
    assert_refusal(reply, "parse_error", -32700);
    assert_null_id(reply);
    ck_assert_ptr_nonnull(strstr(t_text(reply, "error.message"), "byte"));
    assert_refusal(ask("{\"a\":1,\"a\":2}"), "parse_error", -32700);
    t_call(d, "server.info", "{}");
}
END_TEST

START_TEST(test_refuses_what_is_not_utf8)
{
    struct rd_value reply =
        ask("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server.info\xC3\x28\"}");
    assert_refusal(reply, "parse_error", -32700);
    reply = ask("\xFF\xFE");
    assert_refusal(reply, "parse_error", -32700);
    t_call(d, "server.info", "{}");
}
END_TEST

/* A request whose params nest `depth` lists. */
static struct rd_value ask_deep(int depth)
{
    char line[512] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server.info\",\"params\":{\"x\":";
    for (int i = 0; i < depth; i++)
        strcat(line, "[");
    for (int i = 0; i < depth; i++)
        strcat(line, "]");
    strcat(line, "}}");
    return ask(line);
}

START_TEST(test_refuses_what_is_nested_too_deep)
{
    assert_refusal(ask_deep(40), "too_deep", rd_status_code(RD_TOO_DEEP));
    assert_refusal(ask_deep(RD_MESSAGE_DEPTH_MAX - 1), "too_deep", rd_status_code(RD_TOO_DEEP));
    assert_refusal(ask_deep(RD_MESSAGE_DEPTH_MAX - 2), "invalid_params", -32602);
}
END_TEST

START_TEST(test_answers_a_batch_on_one_line)
{
    struct rd_value reply = ask("[" INFO ",{\"jsonrpc\":\"2.0\",\"method\":\"server.info\"},5,"
                                "{\"jsonrpc\":\"2.0\",\"id\":\"b\",\"method\":\"no.such\"}]");
    ck_assert_int_eq(reply.kind, RD_LIST);
    ck_assert_uint_eq(reply.count, 3); /* the notification has none */
    ck_assert_int_eq(t_int(reply, "0.id"), 7);
    ck_assert(t_has(reply, "0.result"));
    assert_refusal(reply.items[1], "invalid_request", -32600);
    assert_null_id(reply.items[1]);
    assert_refusal(reply.items[2], "method_not_found", -32601);
    ck_assert_str_eq(t_text(reply, "2.id"), "b");
}
END_TEST

START_TEST(test_refuses_an_empty_batch)
{
    struct rd_value reply = ask("[]");
    assert_refusal(reply, "invalid_request", -32600);
    assert_null_id(reply);
}
END_TEST

static struct rd_value ask_batch(int count)
{
    struct rd_buf line;
    rd_buf_init(&line);
    for (int i = 0; i < count; i++)
        rd_buf_printf(&line, "%c{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"server.info\"}",
                      i == 0 ? '[' : ',', i);
    rd_buf_text(&line, "]\n");
    send_bytes(d->client, line.data, line.len);
    rd_buf_fini(&line);
    return next_message(d->client);
}

START_TEST(test_bounds_a_batch)
{
    struct rd_value reply = ask_batch(RD_BATCH_REQUESTS_MAX);
    ck_assert_uint_eq(reply.count, RD_BATCH_REQUESTS_MAX);
    for (uint32_t i = 0; i < reply.count; i++)
        ck_assert_int_eq(t_int(reply.items[i], "id"), i);
    assert_refusal(ask_batch(RD_BATCH_REQUESTS_MAX + 1), "limit_exceeded",
                   rd_status_code(RD_LIMIT_EXCEEDED));
}
END_TEST

START_TEST(test_never_replies_to_notifications)
{
    send_line(d->client, "{\"jsonrpc\":\"2.0\",\"method\":\"server.info\"}");
    send_line(d->client, "{\"jsonrpc\":\"2.0\",\"method\":\"no.such.method\"}");
    send_line(d->client, "{\"jsonrpc\":\"2.0\",\"method\":\"server.info\",\"params\":[]}");
    send_line(d->client, "[{\"jsonrpc\":\"2.0\",\"method\":\"server.info\"},"
                         "{\"jsonrpc\":\"2.0\",\"method\":\"server.info\"}]");
    send_line(d->client, "");
    send_line(d->client, "\r");
    ck_assert_int_eq(t_int(ask(INFO "\r"), "id"), 7); /* the first line that comes back */
}
END_TEST

START_TEST(test_a_notification_is_executed)
{
    send_line(d->client, "{\"jsonrpc\":\"2.0\",\"method\":\"record.create\",\"params\":"
                         "{\"type\":\"customer\",\"data\":{\"name\":\"Unheard\"}}}");
    struct rd_value list = t_call(d, "case.list", "{'type': 'customer'}");
    ck_assert_str_eq(t_text(t_at(list, "cases.0"), "data.name"), "Unheard");
}
END_TEST

START_TEST(test_skips_an_oversized_line)
{
    size_t len = RD_MESSAGE_BYTES_MAX + 1000;
    char *line = malloc(len);
    ck_assert_ptr_nonnull(line);
    memset(line, 'x', len);
    send_bytes(d->client, line, len);
    /* it is refused before its end was seen */
    struct rd_value reply = next_message(d->client);
    assert_refusal(reply, "message_too_large", rd_status_code(RD_MESSAGE_TOO_LARGE));
    assert_null_id(reply);
    send_bytes(d->client, line, len); /* still the same line */
    send_bytes(d->client, "\n", 1);
    ck_assert_int_eq(t_int(ask(INFO), "id"), 7);
    /* a line of just the allowed length is read (and is no JSON) */
    send_bytes(d->client, line, RD_MESSAGE_BYTES_MAX);
    send_bytes(d->client, "\r\n", 2);
    assert_refusal(next_message(d->client), "parse_error", -32700);
    send_bytes(d->client, line, RD_MESSAGE_BYTES_MAX + 1);
    send_bytes(d->client, "\n", 1);
    assert_refusal(next_message(d->client), "message_too_large",
                   rd_status_code(RD_MESSAGE_TOO_LARGE));
    free(line);
}
END_TEST

START_TEST(test_a_truncated_message_is_no_request)
{
    struct rd_client *client = t_connect(d, NULL);
    struct rd_error error = RD_ERROR_NONE;
    send_line(client, INFO);
    send_bytes(client, INFO, strlen(INFO)); /* complete JSON, but the line is not */
    ck_assert_int_eq(rd_client_finish(client, &error), RD_OK);
    ck_assert_int_eq(t_int(next_message(client), "id"), 7); /* what had arrived is answered */
    assert_closed(client);
    rd_client_close(client);
    client = t_connect(d, NULL);
    send_bytes(client, INFO, 20);
    rd_client_close(client);
    t_call(d, "server.info", "{}");
}
END_TEST

START_TEST(test_a_message_may_drip_in)
{
    for (const char *at = INFO "\n"; *at; at++)
        send_bytes(d->client, at, 1);
    ck_assert_int_eq(t_int(next_message(d->client), "id"), 7);
}
END_TEST

START_TEST(test_replies_keep_the_order_of_requests)
{
    send_bytes(d->client, INFO "\n{\n[]\n" INFO "\n", 2 * strlen(INFO) + 7);
    ck_assert_int_eq(t_int(next_message(d->client), "id"), 7);
    assert_refusal(next_message(d->client), "parse_error", -32700);
    assert_refusal(next_message(d->client), "invalid_request", -32600);
    ck_assert_int_eq(t_int(next_message(d->client), "id"), 7);
}
END_TEST

START_TEST(test_the_socket_file_is_not_for_everybody)
{
    struct stat info;
    ck_assert_int_eq(stat(d->address + strlen("unix:"), &info), 0);
    ck_assert(S_ISSOCK(info.st_mode));
    ck_assert_int_eq(info.st_mode & 0777, 0660);
}
END_TEST

/* ---- TCP ---- */

START_TEST(test_tcp_needs_a_login)
{
    struct rd_client *client = t_connect(d, t_daemon_tcp(d));
    t_call_on(d, client, "server.info", "{}");
    t_refused_on(d, client, "not_logged_in", "case.list", "{'type': 'customer'}");
    t_refused_on(d, client, "not_logged_in", "policy.info", "{}");
    struct rd_value token = t_call(d, "account.token", "{'account': 'ben'}");
    struct rd_value login =
        t_call_on(d, client, "session.login", "{'token': '%s'}", t_text(token, "token"));
    ck_assert_str_eq(t_text(login, "account"), "ben");
    t_call_on(d, client, "case.list", "{'type': 'customer'}");
    rd_client_close(client);
    /* the account belongs to the connection, not to the machine */
    client = t_connect(d, t_daemon_tcp(d));
    t_refused_on(d, client, "not_logged_in", "case.list", "{'type': 'customer'}");
    rd_client_close(client);
}
END_TEST

START_TEST(test_requests_behind_a_login_wait_for_it)
{
    struct rd_value token = t_call(d, "account.token", "{'account': 'ben'}");
    struct rd_client *client = t_connect(d, t_daemon_tcp(d));
    struct rd_value login = t_json(d, "{'token': '%s'}", t_text(token, "token"));
    struct rd_value list = t_json(d, "{'type': 'customer'}"), result;
    struct rd_error error = RD_ERROR_NONE;
    rd_client_send(client, "session.login", &login);
    rd_client_send(client, "case.list", &list); /* in the same write */
    int64_t id;
    for (int64_t i = 1; i <= 2; i++) {
        enum rd_status status = rd_client_receive(client, &d->arena, &id, &result, &error);
        ck_assert_msg(status == RD_OK, "%s", error.text);
        ck_assert_int_eq(id, i);
    }
    rd_client_close(client);
}
END_TEST

START_TEST(test_five_failed_logins_are_enough)
{
    struct rd_client *client = t_connect(d, t_daemon_tcp(d));
    for (int i = 0; i < RD_LOGIN_FAILURES_MAX; i++)
        t_refused_on(d, client, "not_logged_in", "session.login", "{'token': 'guess-%d'}", i);
    struct rd_value told = next_message(client); /* why it ends, in a reply to nothing */
    assert_refusal(told, "not_logged_in", 1009);
    assert_null_id(told);
    assert_closed(client);
    rd_client_close(client);
    /* nor do batches help */
    client = t_connect(d, t_daemon_tcp(d));
    send_line(client, "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.login\",\"params\":{"
                      "\"token\":\"x\"}}]");
    assert_refusal(next_message(client), "not_logged_in", 1009);
    rd_client_close(client);
    /* also not of one who is known */
    send_line(d->client, "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"session.login\",\"params\":{"
                         "\"token\":\"x\"}}]");
    struct rd_value reply = next_message(d->client);
    assert_refusal(t_at(reply, "0"), "invalid_request", -32600);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("door");
    TCase *protocol = tcase_create("protocol");
    tcase_set_timeout(protocol, T_TIMEOUT_S);
    tcase_add_checked_fixture(protocol, setup, teardown);
    tcase_add_test(protocol, test_says_who_it_is);
    tcase_add_test(protocol, test_discover_lists_every_method);
    tcase_add_test(protocol, test_refuses_what_is_no_method_or_parameter);
    tcase_add_test(protocol, test_refuses_what_is_no_request);
    tcase_add_test(protocol, test_echoes_ids_as_they_are);
    tcase_add_test(protocol, test_says_where_the_text_is_broken);
    tcase_add_test(protocol, test_refuses_what_is_not_utf8);
    tcase_add_test(protocol, test_refuses_what_is_nested_too_deep);
    tcase_add_test(protocol, test_answers_a_batch_on_one_line);
    tcase_add_test(protocol, test_refuses_an_empty_batch);
    tcase_add_test(protocol, test_bounds_a_batch);
    tcase_add_test(protocol, test_never_replies_to_notifications);
    tcase_add_test(protocol, test_a_notification_is_executed);
    tcase_add_test(protocol, test_skips_an_oversized_line);
    tcase_add_test(protocol, test_a_truncated_message_is_no_request);
    tcase_add_test(protocol, test_a_message_may_drip_in);
    tcase_add_test(protocol, test_replies_keep_the_order_of_requests);
    tcase_add_test(protocol, test_the_socket_file_is_not_for_everybody);
    suite_add_tcase(suite, protocol);
    TCase *tcp = tcase_create("tcp");
    tcase_set_timeout(tcp, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcp, setup, teardown);
    tcase_add_test(tcp, test_tcp_needs_a_login);
    tcase_add_test(tcp, test_requests_behind_a_login_wait_for_it);
    tcase_add_test(tcp, test_five_failed_logins_are_enough);
    suite_add_tcase(suite, tcp);
    return suite;
}

int main(void)
{
    return unit_run(suite());
}
