/* JSON-RPC 2.0: the envelope, and nothing but the envelope.
 *
 *   line ─▶ value ─▶ one call, or a batch of them ─▶ (kernel) ─▶ one line
 *
 * Each call is either to be run or is answered already; both kinds take the same way from there, so
 * that replies keep their order. An error of ours (a status without a wire code) never leaves as it
 * is: paths and addresses stay in the log.
 */
#include "server/rpc.h"

#include <string.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"

/* ---- reading ---- */

static enum rd_status rpc_answer(struct rd_call *call, enum rd_status status, const char *where,
                                 const char *text)
{
    call->runs = false;
    call->request.status = rd_error_at(&call->request.error, status, where, "%s", text);
    return status;
}

/* Everything but the large text of the error, which is only looked at after it was filled. */
static void rpc_call_init(struct rd_call *call, struct rd_arena *arena, const struct rd_peer *peer)
{
    call->id = rd_null();
    call->notification = false;
    call->runs = false;
    struct rd_request *request = &call->request;
    request->arena = arena;
    request->method = "";
    request->params = NULL;
    request->peer = *peer;
    request->status = RD_OK;
    request->result = rd_null();
    request->error.status = RD_OK;
    request->error.text[0] = '\0';
    request->error.where[0] = '\0';
    request->error.detail = NULL;
}

static bool rpc_is_id(const struct rd_value *id)
{
    return id->kind == RD_TEXT || id->kind == RD_INT || id->kind == RD_NULL;
}

/* Fills a call from one object of the message. */
static enum rd_status rpc_read_call(const struct rd_value *object, struct rd_call *call)
{
    if (object->kind != RD_MAP)
        return rpc_answer(call, RD_INVALID_REQUEST, "", "a request is an object");
    const struct rd_value *id = rd_map_get(object, "id");
    if (id && !rpc_is_id(id))
        return rpc_answer(call, RD_INVALID_REQUEST, "/id", "an id is a text, an integer or null");
    if (id)
        call->id = *id;
    if (strcmp(rd_map_text(object, "jsonrpc", ""), "2.0") != 0)
        return rpc_answer(call, RD_INVALID_REQUEST, "/jsonrpc", "jsonrpc must be \"2.0\"");
    const struct rd_value *method = rd_map_get(object, "method");
    if (!rd_value_is(method, RD_TEXT))
        return rpc_answer(call, RD_INVALID_REQUEST, "/method", "method must be a text");
    call->notification = !id;
    call->request.method = method->text;
    const struct rd_value *params = rd_map_get(object, "params");
    if (params && params->kind != RD_MAP)
        return rpc_answer(call, RD_INVALID_PARAMS, "",
                          "params must be an object: parameters go by name, not by position");
    call->request.params = params;
    call->runs = true;
    return RD_OK;
}

/* Who asks is settled once a message: what follows a log-in must see its outcome. And guesses are
 * answered one by one, each later than the one before. */
static void rpc_check_alone(struct rd_arena *arena, struct rd_call *call)
{
    const struct rd_request *request = &call->request;
    bool proves = strcmp(request->method, "case.progress") == 0 && request->params &&
                  rd_map_get(request->params, "proof");
    if (proves || strcmp(request->method, "session.login") == 0)
        rpc_answer(call, RD_INVALID_REQUEST, "/method",
                   rd_arena_printf(arena, "%s%s stands alone, not in a batch", request->method,
                                   proves ? " with a proof" : ""));
}

static void rpc_read_batch(struct rd_arena *arena, const struct rd_value *list,
                           const struct rd_peer *peer, struct rd_message *out)
{
    out->batch = true;
    out->calls = rd_arena_alloc(arena, list->count * sizeof(out->calls[0]));
    out->count = list->count;
    for (uint32_t i = 0; i < list->count; i++) {
        struct rd_call *call = &out->calls[i];
        rpc_call_init(call, arena, peer);
        (void)rpc_read_call(&list->items[i], call);
        if (call->runs)
            rpc_check_alone(arena, call);
        out->runs += call->runs;
    }
}

static struct rd_call *rpc_one_call(struct rd_arena *arena, const struct rd_peer *peer,
                                    struct rd_message *out)
{
    *out = (struct rd_message){ .calls = rd_arena_alloc(arena, sizeof(out->calls[0])), .count = 1 };
    rpc_call_init(out->calls, arena, peer);
    return out->calls;
}

static const struct rd_peer rpc_nobody = { .door = RD_DOOR_TCP };

void rd_rpc_refuse(struct rd_arena *arena, enum rd_status status, const char *text,
                   struct rd_message *out)
{
    rpc_answer(rpc_one_call(arena, &rpc_nobody, out), status, "", text);
}

void rd_rpc_read(struct rd_arena *arena, const char *line, size_t len, const struct rd_peer *peer,
                 struct rd_message *out)
{
    struct rd_value value;
    struct rd_error error = RD_ERROR_NONE;
    *out = (struct rd_message){ 0 };
    enum rd_status status = rd_json_parse(arena, line, len, RD_MESSAGE_DEPTH_MAX, &value, &error);
    if (status != RD_OK) {
        rd_rpc_refuse(arena, status, error.text, out);
    } else if (value.kind != RD_LIST) {
        struct rd_call *call = rpc_one_call(arena, peer, out);
        (void)rpc_read_call(&value, call);
        out->runs = call->runs;
    } else if (value.count == 0) {
        rd_rpc_refuse(arena, RD_INVALID_REQUEST, "a batch must hold a request", out);
    } else if (value.count > RD_BATCH_REQUESTS_MAX) {
        rd_rpc_refuse(arena, RD_LIMIT_EXCEEDED,
                      rd_arena_printf(arena, "the batch holds %u requests; %d is the limit",
                                      value.count, RD_BATCH_REQUESTS_MAX),
                      out);
    } else {
        rpc_read_batch(arena, &value, peer, out);
    }
}

void rd_rpc_make(struct rd_arena *arena, const char *method, const struct rd_value *params,
                 const struct rd_peer *peer, struct rd_message *out)
{
    struct rd_call *call = rpc_one_call(arena, peer, out);
    call->request.method = method;
    call->request.params = params;
    call->runs = true;
    out->runs = 1;
}

void rd_rpc_refuse_busy(struct rd_arena *arena, uint32_t retry_ms, const char *why,
                        struct rd_message *message)
{
    struct rd_value *detail = rd_arena_alloc(arena, sizeof(*detail));
    *detail = rd_map();
    rd_map_add(arena, detail, "retry_after_ms", rd_int(retry_ms));
    for (uint32_t i = 0; i < message->count; i++) {
        struct rd_call *call = &message->calls[i];
        if (!call->runs)
            continue;
        rpc_answer(call, RD_BUSY, "", why ? why : rd_status_text(RD_BUSY));
        call->request.error.detail = detail;
    }
    message->runs = 0;
}

bool rd_rpc_is_call(const struct rd_message *message, const char *method)
{
    return !message->batch && message->runs == 1 &&
           strcmp(message->calls[0].request.method, method) == 0;
}

/* ---- writing ---- */

static void rpc_write_member(struct rd_buf *out, const char *name, const struct rd_value *value)
{
    struct rd_value key = rd_text(name);
    rd_buf_char(out, ',');
    rd_json_write(out, &key);
    rd_buf_char(out, ':');
    rd_json_write(out, value);
}

/* The members that the error brings along; ours keep their meaning. */
static void rpc_write_detail(struct rd_buf *out, const struct rd_value *detail)
{
    if (!rd_value_is(detail, RD_MAP))
        return;
    for (uint32_t i = 0; i < detail->count; i++) {
        const struct rd_pair *pair = &detail->pairs[i];
        if (strcmp(pair->key, "name") != 0 && strcmp(pair->key, "where") != 0)
            rpc_write_member(out, pair->key, &pair->value);
    }
}

static void rpc_write_error(struct rd_buf *out, enum rd_status status, const char *text,
                            const char *where, const struct rd_value *detail)
{
    struct rd_value message = rd_text(*text ? text : rd_status_text(status));
    rd_buf_printf(out, "\"error\":{\"code\":%d,\"message\":", rd_status_code(status));
    rd_json_write(out, &message);
    rd_buf_printf(out, ",\"data\":{\"name\":\"%s\"", rd_status_name(status));
    if (*where) {
        struct rd_value place = rd_text(where);
        rpc_write_member(out, "where", &place);
    }
    rpc_write_detail(out, detail);
    rd_buf_append(out, "}}", 2);
}

/* Whether a status may be shown to a peer: those with the code of internal_error tell about us, not
 * about the request. */
static bool rpc_may_show(enum rd_status status)
{
    return rd_status_code(status) != rd_status_code(RD_INTERNAL_ERROR);
}

static void rpc_write_reply(struct rd_buf *out, const struct rd_call *call)
{
    const struct rd_request *request = &call->request;
    rd_buf_text(out, "{\"jsonrpc\":\"2.0\",\"id\":");
    rd_json_write(out, &call->id);
    rd_buf_char(out, ',');
    if (request->status == RD_OK) {
        rd_buf_text(out, "\"result\":");
        rd_json_write(out, &request->result);
    } else if (rpc_may_show(request->status)) {
        rpc_write_error(out, request->status, request->error.text, request->error.where,
                        request->error.detail);
    } else {
        rpc_write_error(out, RD_INTERNAL_ERROR, "", "", NULL);
    }
    rd_buf_char(out, '}');
}

static void rpc_log_inner(const struct rd_request *request)
{
    if (request->status != RD_OK && !rpc_may_show(request->status))
        rd_log(RD_LOG_ERROR, "rpc", "%s failed: %s: %s%s%s", request->method,
               rd_status_name(request->status), request->error.text,
               *request->error.where ? " at " : "", request->error.where);
}

void rd_rpc_write(struct rd_buf *out, const struct rd_message *message)
{
    uint32_t written = 0;
    for (uint32_t i = 0; i < message->count; i++) {
        const struct rd_call *call = &message->calls[i];
        rpc_log_inner(&call->request);
        if (call->notification)
            continue;
        if (message->batch)
            rd_buf_char(out, written == 0 ? '[' : ',');
        rpc_write_reply(out, call);
        written++;
    }
    if (written > 0)
        rd_buf_text(out, message->batch ? "]\n" : "\n");
}

void rd_rpc_write_event(struct rd_buf *out, const char *method, const struct rd_value *params)
{
    struct rd_value name = rd_text(method);
    rd_buf_text(out, "{\"jsonrpc\":\"2.0\",\"method\":");
    rd_json_write(out, &name);
    rpc_write_member(out, "params", params);
    rd_buf_append(out, "}\n", 2);
}
