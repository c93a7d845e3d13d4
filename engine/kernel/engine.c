/* The embedding API over the kernel: JSON in, JSON out. A thin skin: what a method means is the
 * kernel's business, and the same for every door.
 */
#include "redress/redress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/limits.h"
#include "kernel/kernel.h"

struct rd_engine {
    struct rd_kernel *kernel;
    struct rd_arena arena;
    struct rd_buf reply;
};

static void engine_why(char *why, size_t why_len, const struct rd_findings *findings,
                       const struct rd_error *error)
{
    if (!why || why_len == 0)
        return;
    int at = snprintf(why, why_len, "%s", error->text);
    for (const struct rd_finding *f = findings->first; f && at > 0 && (size_t)at < why_len;
         f = f->next)
        at += snprintf(why + at, why_len - (size_t)at, "\n%s:%d: %s", f->file, f->line, f->text);
}

enum rd_status rd_engine_open(const struct rd_engine_options *options, struct rd_engine **out,
                              char *why, size_t why_len)
{
    struct rd_engine *engine = calloc(1, sizeof *engine);
    struct rd_findings findings;
    struct rd_kernel_start start;
    struct rd_error error = RD_ERROR_NONE;
    RD_ASSERT(engine);
    *out = NULL;
    rd_arena_init(&engine->arena);
    rd_buf_init(&engine->reply);
    rd_findings_init(&findings, &engine->arena);
    struct rd_kernel_options kernel = {
        .data_dir = options->data_dir,
        .policy_dir = options->policy_dir,
        .clock_manual = options->clock_manual,
        .clock_start_ms = options->clock_start_ms,
    };
    enum rd_status status = rd_kernel_open(&kernel, &findings, &engine->kernel, &start, &error);
    if (status != RD_OK) {
        engine_why(why, why_len, &findings, &error);
        rd_engine_close(engine);
        return status;
    }
    *out = engine;
    return RD_OK;
}

/* {code, message, data: {name, where?, ...detail}}, as JSON-RPC has it. */
static struct rd_value engine_error(const struct rd_error *error, enum rd_status status,
                                    struct rd_arena *arena)
{
    struct rd_value shown = rd_map(), data = rd_map();
    rd_map_add(arena, &data, "name", rd_text(rd_status_name(status)));
    if (*error->where)
        rd_map_add(arena, &data, "where", rd_text(error->where));
    for (uint32_t i = 0; rd_value_is(error->detail, RD_MAP) && i < error->detail->count; i++)
        rd_map_set(arena, &data, error->detail->pairs[i].key, error->detail->pairs[i].value);
    rd_map_add(arena, &shown, "code", rd_int(rd_status_code(status)));
    rd_map_add(arena, &shown, "message", rd_text(error->text));
    rd_map_add(arena, &shown, "data", data);
    return shown;
}

enum rd_status rd_engine_call(struct rd_engine *engine, const char *method, const char *params,
                              size_t len, const char **reply)
{
    struct rd_value given;
    struct rd_request request = { .arena = &engine->arena,
                                  .method = method,
                                  .params = &given,
                                  .peer = { .door = RD_DOOR_INSIDE } };
    rd_arena_reset(&engine->arena);
    rd_buf_clear(&engine->reply);
    request.status =
        rd_json_parse(&engine->arena, params, len, RD_MESSAGE_DEPTH_MAX, &given, &request.error);
    if (request.status == RD_OK)
        rd_kernel_call(engine->kernel, &request);
    struct rd_value shown = request.status == RD_OK
                                ? request.result
                                : engine_error(&request.error, request.status, &engine->arena);
    rd_json_write(&engine->reply, &shown);
    rd_buf_char(&engine->reply, 0);
    *reply = engine->reply.data;
    return request.status;
}

bool rd_engine_ring(struct rd_engine *engine)
{
    rd_kernel_run(engine->kernel, NULL, 0);
    return rd_kernel_wake_at(engine->kernel) <= rd_kernel_now_ms(engine->kernel);
}

int64_t rd_engine_idle(struct rd_engine *engine)
{
    rd_kernel_idle(engine->kernel);
    return rd_kernel_wake_at(engine->kernel);
}

void rd_engine_close(struct rd_engine *engine)
{
    if (!engine)
        return;
    rd_kernel_close(engine->kernel);
    rd_buf_fini(&engine->reply);
    rd_arena_fini(&engine->arena);
    free(engine);
}
