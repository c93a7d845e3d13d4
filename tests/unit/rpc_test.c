/* The JSON-RPC envelope, without a socket: what is run, what is refused, what leaves. */
#include "unit.h"

#include <string.h>

#include "base/limits.h"
#include "server/rpc.h"

static struct rd_arena arena;
static struct rd_message message;
static struct rd_buf out;

static void setup(void)
{
    rd_arena_init(&arena);
    rd_buf_init(&out);
}

static void teardown(void)
{
    rd_buf_fini(&out);
    rd_arena_fini(&arena);
}

static void read_line(const char *line)
{
    struct rd_peer peer = { .door = RD_DOOR_UNIX, .uid = 42, .account = "ben" };
    rd_rpc_read(&arena, line, strlen(line), &peer, &message);
}

static void assert_written(const char *expected)
{
    rd_buf_clear(&out);
    rd_rpc_write(&out, &message);
    rd_buf_char(&out, '\0');
    ck_assert_str_eq(out.data, expected);
}

START_TEST(test_a_request_is_run)
{
    read_line("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"case.get\",\"params\":{\"id\":\"7\"}}");
    ck_assert_uint_eq(message.runs, 1);
    ck_assert(!message.batch);
    struct rd_request *request = &message.calls[0].request;
    ck_assert_str_eq(request->method, "case.get");
    ck_assert_str_eq(rd_map_text(request->params, "id", ""), "7");
    ck_assert_ptr_eq(request->arena, &arena);
    ck_assert_uint_eq(request->peer.uid, 42);
    ck_assert_str_eq(request->peer.account, "ben");
    ck_assert(rd_rpc_is_call(&message, "case.get"));
    ck_assert(!rd_rpc_is_call(&message, "case.act"));
    request->result = rd_text("好\n");
    assert_written("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"好\\n\"}\n");
}
END_TEST

START_TEST(test_an_error_has_code_name_place_and_detail)
{
    read_line("{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":\"m\"}");
    struct rd_value detail = rd_map();
    rd_map_set(&arena, &detail, "name", rd_text("not this"));
    rd_map_set(&arena, &detail, "version", rd_int(4));
    struct rd_request *request = &message.calls[0].request;
    request->status = rd_error_at(&request->error, RD_STALE_VERSION, "/if_version", "it is %d", 4);
    request->error.detail = &detail;
    assert_written(
        "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"error\":{\"code\":1002,\"message\":\"it is 4\","
        "\"data\":{\"name\":\"stale_version\",\"where\":\"/if_version\",\"version\":4}}}\n");
    request->error = RD_ERROR_NONE;
    assert_written(
        "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"error\":{\"code\":1002,\"message\":\"the record has "
        "changed since it was read\",\"data\":{\"name\":\"stale_version\"}}}\n");
}
END_TEST

/* Every status that is not for the wire leaves as internal_error, without a word of its text. */
START_TEST(test_inner_errors_stay_inside)
{
    for (int status = RD_OK + 1; status < RD_STATUS_COUNT; status++) {
        if (rd_status_code((enum rd_status)status) != rd_status_code(RD_INTERNAL_ERROR))
            continue;
        read_line("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\"}");
        struct rd_request *request = &message.calls[0].request;
        request->status = rd_error_at(&request->error, (enum rd_status)status, "store.c:1",
                                      "/var/lib/secret: no");
        assert_written(
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32603,\"message\":\"the server "
            "failed; its log says more\",\"data\":{\"name\":\"internal_error\"}}}\n");
    }
}
END_TEST

START_TEST(test_a_notification_has_no_reply_even_if_refused)
{
    read_line("{\"jsonrpc\":\"2.0\",\"method\":\"m\"}");
    ck_assert_uint_eq(message.runs, 1);
    message.calls[0].request.status = RD_NOT_FOUND;
    assert_written("");
    read_line("{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":[1]}");
    ck_assert_uint_eq(message.runs, 0);
    assert_written("");
    read_line("[{\"jsonrpc\":\"2.0\",\"method\":\"m\"},{\"jsonrpc\":\"2.0\",\"method\":\"m\"}]");
    ck_assert_uint_eq(message.runs, 2);
    assert_written("");
}
END_TEST

START_TEST(test_a_batch_mixes_what_runs_and_what_not)
{
    read_line(
        "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\"},1,{\"jsonrpc\":\"2.0\",\"method\":\"b\"},"
        "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"session.login\",\"params\":{}}]");
    ck_assert(message.batch);
    ck_assert_uint_eq(message.count, 4);
    ck_assert_uint_eq(message.runs, 2);
    ck_assert(!rd_rpc_is_call(&message, "a"));
    assert_written(
        "[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":null},"
        "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,\"message\":\"a request is an "
        "object\",\"data\":{\"name\":\"invalid_request\"}}},"
        "{\"jsonrpc\":\"2.0\",\"id\":2,\"error\":{\"code\":-32600,\"message\":\"session.login "
        "stands alone, "
        "not in a batch\",\"data\":{\"name\":\"invalid_request\",\"where\":\"/method\"}}}]\n");
}
END_TEST

START_TEST(test_busy_keeps_what_was_refused_already)
{
    read_line("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\"},{\"id\":2}]");
    rd_rpc_refuse_busy(&arena, RD_BUSY_RETRY_MS, NULL, &message);
    ck_assert_uint_eq(message.runs, 0);
    ck_assert(!message.calls[0].runs);
    ck_assert_int_eq(message.calls[0].request.status, RD_BUSY);
    ck_assert_int_eq(rd_map_int(message.calls[0].request.error.detail, "retry_after_ms", 0),
                     RD_BUSY_RETRY_MS);
    ck_assert_int_eq(message.calls[1].request.status, RD_INVALID_REQUEST);
}
END_TEST

static void assert_refused(const char *line, enum rd_status status)
{
    read_line(line);
    ck_assert_uint_eq(message.runs, 0);
    ck_assert_uint_eq(message.count, 1);
    ck_assert_msg(message.calls[0].request.status == status, "%s: %s", line,
                  rd_status_name(message.calls[0].request.status));
    ck_assert(!message.calls[0].notification);
}

START_TEST(test_what_is_no_request)
{
    assert_refused("", RD_PARSE_ERROR);
    assert_refused("{", RD_PARSE_ERROR);
    assert_refused("\xC0\x80", RD_PARSE_ERROR);
    assert_refused("{\"id\":123456789012345678901234567890}", RD_PARSE_ERROR);
    assert_refused("null", RD_INVALID_REQUEST);
    assert_refused("[]", RD_INVALID_REQUEST);
    assert_refused("{\"jsonrpc\":2.0,\"id\":1,\"method\":\"m\"}", RD_INVALID_REQUEST);
    assert_refused("{\"jsonrpc\":\"2.0\",\"id\":[],\"method\":\"m\"}", RD_INVALID_REQUEST);
    assert_refused("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":null}", RD_INVALID_REQUEST);
    assert_refused("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":\"p\"}",
                   RD_INVALID_PARAMS);
    ck_assert_int_eq(message.calls[0].id.integer, 1); /* the id is known, so it is echoed */
    assert_refused("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
                   RD_TOO_DEEP);
}
END_TEST

START_TEST(test_a_batch_is_bounded)
{
    struct rd_buf line;
    rd_buf_init(&line);
    for (int i = 0; i <= RD_BATCH_REQUESTS_MAX; i++)
        rd_buf_text(&line, i == 0 ? "[1" : ",1");
    rd_buf_text(&line, "]");
    rd_buf_char(&line, '\0');
    assert_refused(line.data, RD_LIMIT_EXCEEDED);
    rd_buf_fini(&line);
}
END_TEST

START_TEST(test_our_own_calls_and_events)
{
    struct rd_peer inside = { .door = RD_DOOR_INSIDE };
    struct rd_value params = rd_map();
    rd_map_set(&arena, &params, "seq", rd_int(3));
    rd_rpc_make(&arena, "feed.read", &params, &inside, &message);
    ck_assert(rd_rpc_is_call(&message, "feed.read"));
    ck_assert_int_eq(message.calls[0].request.peer.door, RD_DOOR_INSIDE);
    ck_assert_ptr_eq(message.calls[0].request.params, &params);
    rd_rpc_write_event(&out, "feed.event", &params);
    rd_buf_char(&out, '\0');
    ck_assert_str_eq(out.data,
                     "{\"jsonrpc\":\"2.0\",\"method\":\"feed.event\",\"params\":{\"seq\":3}}\n");
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("rpc");
    TCase *tcase = tcase_create("rpc");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_a_request_is_run);
    tcase_add_test(tcase, test_an_error_has_code_name_place_and_detail);
    tcase_add_test(tcase, test_inner_errors_stay_inside);
    tcase_add_test(tcase, test_a_notification_has_no_reply_even_if_refused);
    tcase_add_test(tcase, test_a_batch_mixes_what_runs_and_what_not);
    tcase_add_test(tcase, test_busy_keeps_what_was_refused_already);
    tcase_add_test(tcase, test_what_is_no_request);
    tcase_add_test(tcase, test_a_batch_is_bounded);
    tcase_add_test(tcase, test_our_own_calls_and_events);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return unit_run(suite());
}
