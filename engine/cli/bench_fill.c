/* Fills a store without a socket: the same commands as the load's, given to the kernel in batches
 * of 256, so that each batch pays for one flush. Customers are shared: one for each place of a
 * batch.
 */
#include "cli/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/limits.h"
#include "cli/progress.h"
#include "kernel/kernel.h"

#define FILL_BATCH 256

struct fill {
    struct rd_kernel *kernel;
    struct rd_arena kept;  /* customers, forms */
    struct rd_arena arena; /* of a wave */
    struct rd_value customers[FILL_BATCH], forms[RD_BENCH_STEPS];
    struct rd_value records[FILL_BATCH]; /* ids of the wave's cases */
    struct rd_request requests[FILL_BATCH];
    struct rd_arena answers[FILL_BATCH]; /* each request has its own, as the daemon's do */
    struct rd_value params[FILL_BATCH];
};

static enum rd_status fill_parse(struct rd_arena *arena, const char *text, struct rd_value *out,
                                 struct rd_error *error)
{
    return rd_json_parse(arena, text, strlen(text), RD_MESSAGE_DEPTH_MAX, out, error);
}

/* A request in the making, with an empty map of parameters. */
static struct rd_value *fill_request(struct fill *fill, size_t at, const char *method)
{
    fill->params[at] = rd_map();
    rd_arena_reset(&fill->answers[at]);
    fill->requests[at] = (struct rd_request){ .arena = &fill->answers[at],
                                              .method = method,
                                              .params = &fill->params[at],
                                              .peer = { .door = RD_DOOR_INSIDE } };
    rd_map_add(&fill->arena, &fill->params[at], "as", rd_text(RD_BENCH_ACTOR));
    return &fill->params[at];
}

enum rd_status rd_bench_batch(struct rd_kernel *kernel, struct rd_request *requests, size_t count,
                              struct rd_error *error)
{
    struct rd_request *batch[RD_BATCH_COMMANDS_MAX] = { NULL };
    RD_ASSERT(count <= RD_BATCH_COMMANDS_MAX);
    for (size_t i = 0; i < count; i++)
        batch[i] = &requests[i];
    rd_kernel_run(kernel, batch, count);
    for (size_t i = 0; i < count; i++) {
        if (batch[i]->status != RD_OK) {
            *error = batch[i]->error;
            error->detail = NULL; /* lives in an arena that ends here */
            return batch[i]->status;
        }
    }
    return RD_OK;
}

static enum rd_status fill_prepare(struct fill *fill, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    for (int i = 0; i < RD_BENCH_STEPS && status == RD_OK; i++)
        if (rd_bench_steps[i].form)
            status = fill_parse(&fill->kept, rd_bench_steps[i].form, &fill->forms[i], error);
    for (size_t i = 0; i < FILL_BATCH && status == RD_OK; i++) {
        struct rd_value data;
        struct rd_value *params = fill_request(fill, i, "record.create");
        status = fill_parse(&fill->arena, rd_bench_customer(&fill->arena, i), &data, error);
        rd_map_add(&fill->arena, params, "type", rd_text("customer"));
        rd_map_add(&fill->arena, params, "data", data);
    }
    if (status == RD_OK)
        status = rd_bench_batch(fill->kernel, fill->requests, FILL_BATCH, error);
    for (size_t i = 0; i < FILL_BATCH && status == RD_OK; i++)
        fill->customers[i] =
            rd_value_copy(&fill->kept, rd_map_get(&fill->requests[i].result, "id"));
    rd_arena_reset(&fill->arena);
    return status;
}

static enum rd_status fill_open(struct fill *fill, size_t count, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    for (size_t i = 0; i < count && status == RD_OK; i++) {
        struct rd_value data;
        struct rd_value *params = fill_request(fill, i, "case.open");
        status =
            fill_parse(&fill->arena, rd_bench_complaint(&fill->arena, fill->customers[i].text, i),
                       &data, error);
        rd_map_add(&fill->arena, params, "type", rd_text("complaint"));
        rd_map_add(&fill->arena, params, "data", data);
    }
    if (status == RD_OK)
        status = rd_bench_batch(fill->kernel, fill->requests, count, error);
    for (size_t i = 0; i < count && status == RD_OK; i++)
        fill->records[i] = rd_value_copy(&fill->arena, rd_map_get(&fill->requests[i].result, "id"));
    return status;
}

/* Up to 256 cases, each as far as its turn says: a fifth of them stay where each event led. */
static enum rd_status fill_wave(struct fill *fill, size_t count, int stage, struct rd_error *error)
{
    enum rd_status status = fill_open(fill, count, error);
    for (int step = 1; step < RD_BENCH_STEPS && status == RD_OK; step++) {
        size_t used = 0;
        for (size_t i = 0; i < count; i++) {
            int events = stage > 0 ? stage : (int)(i % RD_BENCH_STEPS) + 1;
            if (step >= events)
                continue;
            struct rd_value *params = fill_request(fill, used++, "case.act");
            rd_map_add(&fill->arena, params, "id", fill->records[i]);
            rd_map_add(&fill->arena, params, "event", rd_text(rd_bench_steps[step].event));
            rd_map_add(&fill->arena, params, "form", fill->forms[step]);
        }
        if (used > 0)
            status = rd_bench_batch(fill->kernel, fill->requests, used, error);
    }
    rd_arena_reset(&fill->arena);
    return status;
}

static enum rd_status fill_all(struct fill *fill, uint64_t cases, int stage, struct rd_error *error)
{
    struct rd_progress progress;
    rd_progress_start(&progress, stderr, "filling", "cases");
    enum rd_status status = fill_prepare(fill, error);
    for (uint64_t done = 0; done < cases && status == RD_OK;) {
        size_t count = cases - done < FILL_BATCH ? (size_t)(cases - done) : FILL_BATCH;
        status = fill_wave(fill, count, stage, error);
        done += count;
        rd_progress_set(&progress, done, cases);
    }
    rd_progress_end(&progress);
    return status;
}

enum rd_status rd_bench_fill(const char *dir, const char *policy, uint64_t cases, int stage,
                             struct rd_error *error)
{
    struct fill *fill = calloc(1, sizeof(*fill));
    RD_ASSERT(fill);
    rd_arena_init(&fill->kept);
    rd_arena_init(&fill->arena);
    for (size_t i = 0; i < FILL_BATCH; i++)
        rd_arena_init(&fill->answers[i]);
    struct rd_findings findings;
    rd_findings_init(&findings, &fill->kept);
    struct rd_kernel_options options = {
        .data_dir = rd_arena_printf(&fill->kept, "%s/data", dir),
        .policy_dir = policy,
        .draw_seed = "bench", /* who is drawn is the same each time, and so is the work */
    };
    struct rd_kernel_start start;
    enum rd_status status = rd_kernel_open(&options, &findings, &fill->kernel, &start, error);
    if (status == RD_OK) {
        status = fill_all(fill, cases, stage, error);
        rd_kernel_close(fill->kernel);
    }
    for (size_t i = 0; i < FILL_BATCH; i++)
        rd_arena_fini(&fill->answers[i]);
    rd_arena_fini(&fill->arena);
    rd_arena_fini(&fill->kept);
    free(fill);
    return status;
}
