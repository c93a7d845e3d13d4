/* Forecasts: the history is read once; then up to three simulations are played and measured by the
 * same reading that measured the history.
 *
 *   history ─┬─ without its last month ─▶ that month, under its own rules ─▶ beside what it was
 *            └─ all of it ─┬─▶ the months asked for, under the policy
 *                          └─▶ the same with the changes of --staff and --arrivals
 *
 * Each begins a month earlier than what counts of it: a company does not begin with empty desks.
 */
#include "cli/forecast_inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "cli/dirs.h"
#include "cli/policy_print.h"
#include "cli/progress.h"
#include "domain/zone.h"
#include "policy/policy.h"

#define FORECAST_HISTORY_MONTHS 12
#define FORECAST_FIT_DAYS_MIN 28 /* before the last month, for it to be played */
#define FORECAST_CASES_MAX 5000000

const char *const rd_forecast_sides[RD_FORECAST_SIDES] = { "was", "played", "expected", "what_if" };

/* ---- adding up ---- */

static struct rd_forecast_limit *forecast_limit(struct rd_forecast *forecast, const char *type,
                                                const char *name)
{
    for (size_t i = 0; i < forecast->limit_count; i++)
        if (strcmp(forecast->limits[i].type, type) == 0 &&
            strcmp(forecast->limits[i].name, name) == 0)
            return &forecast->limits[i];
    if (forecast->limit_count == forecast->limit_cap) {
        forecast->limit_cap = forecast->limit_cap ? 2 * forecast->limit_cap : 64;
        forecast->limits =
            realloc(forecast->limits, forecast->limit_cap * sizeof *forecast->limits);
        RD_ASSERT(forecast->limits);
    }
    struct rd_forecast_limit *limit = &forecast->limits[forecast->limit_count++];
    *limit = (struct rd_forecast_limit){
        .type = rd_arena_copy(forecast->arena, type, strlen(type)),
        .name = rd_arena_copy(forecast->arena, name, strlen(name)),
    };
    return limit;
}

static struct rd_forecast_arrival *forecast_arrival(struct rd_forecast *forecast, const char *type)
{
    for (size_t i = 0; i < forecast->arrival_count; i++)
        if (strcmp(forecast->arrivals[i].type, type) == 0)
            return &forecast->arrivals[i];
    if (forecast->arrival_count == forecast->arrival_cap) {
        forecast->arrival_cap = forecast->arrival_cap ? 2 * forecast->arrival_cap : 16;
        forecast->arrivals =
            realloc(forecast->arrivals, forecast->arrival_cap * sizeof *forecast->arrivals);
        RD_ASSERT(forecast->arrivals);
    }
    struct rd_forecast_arrival *arrival = &forecast->arrivals[forecast->arrival_count++];
    *arrival =
        (struct rd_forecast_arrival){ .type = rd_arena_copy(forecast->arena, type, strlen(type)) };
    return arrival;
}

static void forecast_measure(struct rd_forecast *forecast, const struct rd_past *past,
                             enum rd_forecast_side side, int64_t from_ms, int64_t until_ms)
{
    const struct rd_past_rate *rates = rd_past_rates(past, from_ms, until_ms, forecast->arena);
    for (size_t i = 0; i < past->limit_count; i++)
        if (rates[i].ended > 0)
            forecast_limit(forecast, past->limits[i].type, past->limits[i].name)->rates[side] =
                rates[i];
    for (size_t i = 0; i < past->case_count; i++) {
        const struct rd_past_case *item = &past->cases[i];
        if (item->opened_ms >= from_ms && item->opened_ms < until_ms &&
            rd_fit_is_arrival(forecast->model, item))
            forecast_arrival(forecast, item->type)->counts[side]++;
    }
}

/* ---- playing ---- */

struct forecast_stage {
    const char *label, *dir;
    const struct rd_policy_source *sources;
    size_t source_count;
    int64_t fit_until_ms;
    const struct rd_what_ifs *ifs;
    enum rd_forecast_side side;
    int64_t from_ms, until_ms;
};

static void stage_progress(void *context, int64_t done_ms, int64_t all_ms)
{
    rd_progress_set(context, (uint64_t)(done_ms / RD_PAST_DAY_MS),
                    (uint64_t)(all_ms / RD_PAST_DAY_MS));
}

/* What the simulation itself counted, before it is closed. */
static enum rd_status stage_counts(struct rd_forecast *forecast, struct rd_sim *sim,
                                   struct rd_forecast_play *play, struct rd_error *error)
{
    const struct rd_course *course = sim->course;
    play->there = true;
    play->acts = sim->acts;
    play->refused = course->refused;
    play->twins = course->twins;
    play->pooled = course->pooled;
    play->waited = course->waited;
    play->rings = sim->rings;
    play->entries = sim->entries;
    play->breaches = sim->breach_count;
    play->unknown = course->unknown;
    play->refusals = sim->refusals;
    if (sim->breach_count)
        play->first_breach =
            rd_arena_copy(forecast->arena, sim->breaches[0], strlen(sim->breaches[0]));
    return rd_kernel_digest(sim->kernel, play->digest, error);
}

static enum rd_status stage_run(struct rd_forecast *forecast, const struct forecast_stage *stage,
                                struct rd_policy *policy, struct rd_findings *findings,
                                struct rd_error *error)
{
    struct rd_fit fit;
    struct rd_course course = { .fit = NULL };
    struct rd_sim *sim = calloc(1, sizeof *sim);
    struct rd_progress progress;
    RD_ASSERT(sim);
    rd_sim_init(sim, forecast->options->seed);
    sim->start_ms = rd_sim_months_ms(rd_policy_model(policy)->local, stage->from_ms, -1);
    sim->end_ms = stage->until_ms;
    enum rd_status status = rd_fit_init(&fit, &forecast->past, rd_policy_model(policy),
                                        forecast->from_ms, stage->fit_until_ms, error);
    if (status == RD_OK)
        status = rd_sim_begin(sim, stage->dir, policy, stage->sources, stage->source_count,
                              findings, error);
    if (status == RD_OK) {
        rd_course_init(&course, &fit, stage->ifs, sim);
        sim->course = &course;
        rd_progress_start(&progress, stderr, stage->label, "days");
        status = rd_sim_run(sim, stage_progress, &progress, error);
        rd_progress_end(&progress);
    }
    if (status == RD_OK)
        status = stage_counts(forecast, sim, &forecast->plays[stage->side], error);
    if (course.fit)
        rd_course_fini(&course);
    rd_sim_fini(sim);
    free(sim);
    rd_fit_fini(&fit);
    return status;
}

/* What was played is measured as the history is: by its journal. */
static enum rd_status stage_read(struct rd_forecast *forecast, const struct forecast_stage *stage,
                                 const struct rd_model *model, struct rd_error *error)
{
    struct rd_past played;
    struct rd_past_options options = {
        .journal_dir = rd_arena_join(forecast->arena, stage->dir, "/journal"),
        .model = model,
        .since_ms = INT64_MIN,
        .until_ms = INT64_MAX,
    };
    enum rd_status status = rd_past_read(&options, &played, error);
    if (status == RD_OK)
        forecast_measure(forecast, &played, stage->side, stage->from_ms, stage->until_ms);
    rd_past_fini(&played);
    return status;
}

static enum rd_status stage_play(struct rd_forecast *forecast, const struct forecast_stage *stage,
                                 struct rd_error *error)
{
    struct rd_policy *policy = NULL;
    struct rd_findings findings;
    struct rd_forecast_play *play = &forecast->plays[stage->side];
    rd_findings_init(&findings, forecast->arena);
    play->from_ms = stage->from_ms;
    play->until_ms = stage->until_ms;
    enum rd_status status = rd_dirs_make(stage->dir, error);
    if (status == RD_OK)
        status =
            rd_policy_load(stage->sources, stage->source_count, NULL, &findings, &policy, error);
    if (status == RD_OK)
        status = stage_run(forecast, stage, policy, &findings, error);
    if (status == RD_OK)
        status = stage_read(forecast, stage, rd_policy_model(policy), error);
    rd_policy_free(policy);
    return status;
}

/* ---- the last month ---- */

/* The rules of that time, where they can be had; otherwise the policy's. */
static void forecast_old_rules(struct rd_forecast *forecast, struct forecast_stage *stage)
{
    const struct rd_past_rules *rules = rd_past_rules_at(&forecast->past, forecast->last_ms);
    struct rd_policy *policy = NULL;
    struct rd_findings findings;
    struct rd_error ignored = RD_ERROR_NONE;
    if (!rules)
        return;
    struct rd_policy_source *sources =
        rd_arena_zalloc(forecast->arena, rules->files.count, sizeof *sources);
    for (uint32_t i = 0; i < rules->files.count; i++)
        sources[i] = (struct rd_policy_source){ .path = rules->files.pairs[i].key,
                                                .text = rules->files.pairs[i].value.text,
                                                .len = rules->files.pairs[i].value.count };
    rd_findings_init(&findings, forecast->arena);
    forecast->old_rules =
        rd_policy_load(sources, rules->files.count, NULL, &findings, &policy, &ignored) == RD_OK;
    rd_policy_free(policy);
    if (!forecast->old_rules)
        return;
    stage->sources = sources;
    stage->source_count = rules->files.count;
}

static enum rd_status forecast_last_month(struct rd_forecast *forecast, struct forecast_stage stage,
                                          struct rd_error *error)
{
    forecast_measure(forecast, &forecast->past, RD_FORECAST_WAS, forecast->last_ms,
                     forecast->until_ms);
    if (forecast->last_ms - forecast->from_ms < FORECAST_FIT_DAYS_MIN * RD_PAST_DAY_MS)
        return RD_OK;
    stage.label = "playing the last month";
    stage.side = RD_FORECAST_PLAYED;
    stage.dir = rd_arena_join(forecast->arena, stage.dir, "/last-month");
    stage.fit_until_ms = stage.from_ms = forecast->last_ms;
    stage.until_ms = forecast->until_ms;
    stage.ifs = NULL;
    forecast_old_rules(forecast, &stage);
    enum rd_status status = stage_play(forecast, &stage, error);
    rd_dirs_remove(stage.dir);
    if (status != RD_BAD_CONFIG) /* nobody had opened anything before it */
        return status;
    *error = RD_ERROR_NONE;
    return RD_OK;
}

/* ---- the months asked for ---- */

static enum rd_status forecast_next(struct rd_forecast *forecast, struct forecast_stage stage,
                                    struct rd_error *error)
{
    const char *dir = stage.dir;
    bool changed = forecast->ifs.staff_count + forecast->ifs.arrival_count > 0;
    stage.label = "playing the months to come";
    stage.side = RD_FORECAST_NEXT;
    stage.fit_until_ms = forecast->until_ms;
    stage.ifs = NULL;
    stage.dir = changed ? rd_arena_join(forecast->arena, dir, "/unchanged") : dir;
    enum rd_status status = stage_play(forecast, &stage, error);
    if (!changed || status != RD_OK)
        return status;
    rd_dirs_remove(stage.dir);
    stage.label = "playing what if";
    stage.side = RD_FORECAST_WHAT_IF;
    stage.ifs = &forecast->ifs;
    stage.dir = dir;
    return stage_play(forecast, &stage, error);
}

/* ---- the history ---- */

static enum rd_status forecast_day(const struct rd_model *model, const char *option,
                                   const char *text, int64_t *out, struct rd_error *error)
{
    if (!text || rd_sim_day_ms(model->local, text, 0, out))
        return RD_OK;
    return rd_error_set(error, RD_USAGE, "--%s takes a day such as 2026-03-02, not '%s'", option,
                        text);
}

static enum rd_status forecast_what_ifs(struct rd_forecast *forecast, struct rd_error *error)
{
    const struct rd_forecast_options *options = forecast->options;
    struct rd_what_ifs *ifs = &forecast->ifs;
    enum rd_status status = RD_OK;
    if (options->staff_count > RD_WHAT_IF_MAX || options->arrival_count > RD_WHAT_IF_MAX)
        return rd_error_set(error, RD_USAGE, "at most %d changes of a kind at once",
                            RD_WHAT_IF_MAX);
    for (size_t i = 0; i < options->staff_count && status == RD_OK; i++)
        status = rd_what_if_read(forecast->arena, forecast->model, options->staff[i], false,
                                 &ifs->staff[ifs->staff_count++], error);
    for (size_t i = 0; i < options->arrival_count && status == RD_OK; i++)
        status = rd_what_if_read(forecast->arena, forecast->model, options->arrivals[i], true,
                                 &ifs->arrivals[ifs->arrival_count++], error);
    return status;
}

/* Up to the end of the last day on which somebody did something; at most so many months. */
static enum rd_status forecast_span(struct rd_forecast *forecast,
                                    const struct rd_past_options *read, struct rd_error *error)
{
    const struct rd_zone *zone = forecast->model->local;
    const struct rd_past *past = &forecast->past;
    if (past->first_ms > past->last_ms)
        return rd_error_set(error, RD_BAD_CONFIG,
                            "nobody did anything in that history: there is nothing to be fitted "
                            "to");
    int64_t first = rd_sim_months_ms(zone, past->first_ms, 0);
    forecast->until_ms = rd_sim_months_ms(zone, past->last_ms, 0) + RD_PAST_DAY_MS;
    forecast->until_ms = rd_sim_months_ms(zone, forecast->until_ms + RD_PAST_HOUR_MS, 0);
    forecast->last_ms = rd_sim_months_ms(zone, forecast->until_ms, -1);
    forecast->from_ms = rd_sim_months_ms(zone, forecast->until_ms, -FORECAST_HISTORY_MONTHS);
    if (forecast->options->since)
        forecast->from_ms = read->since_ms;
    if (forecast->from_ms < first)
        forecast->from_ms = first;
    return RD_OK;
}

static enum rd_status forecast_read(struct rd_forecast *forecast, struct rd_error *error)
{
    const struct rd_forecast_options *options = forecast->options;
    struct rd_past_options read = {
        .journal_dir = rd_arena_join(forecast->arena, options->history_dir, "/journal"),
        .model = forecast->model,
        .since_ms = INT64_MIN,
        .until_ms = INT64_MAX,
    };
    enum rd_status status = rd_dirs_check_data(options->history_dir, error);
    if (status == RD_OK)
        status = forecast_day(forecast->model, "since", options->since, &read.since_ms, error);
    if (status == RD_OK)
        status = forecast_day(forecast->model, "until", options->until, &read.until_ms, error);
    if (status == RD_OK)
        status = rd_past_read(&read, &forecast->past, error);
    return status == RD_OK ? forecast_span(forecast, &read, error) : status;
}

/* ---- all of it ---- */

static enum rd_status forecast_play(struct rd_forecast *forecast,
                                    const struct rd_policy_source *sources, size_t count,
                                    struct rd_error *error)
{
    const struct rd_forecast_options *options = forecast->options;
    const struct rd_model *model = forecast->model;
    struct forecast_stage stage = { .dir = options->data_dir,
                                    .sources = sources,
                                    .source_count = count };
    stage.from_ms = forecast->until_ms;
    enum rd_status status = forecast_day(model, "start", options->start, &stage.from_ms, error);
    if (status != RD_OK)
        return status;
    stage.until_ms = rd_sim_months_ms(model->local, stage.from_ms, options->months);
    status = rd_fit_init(&forecast->fit, &forecast->past, model, forecast->from_ms,
                         forecast->until_ms, error);
    if (status == RD_OK)
        status = forecast_last_month(forecast, stage, error);
    return status == RD_OK ? forecast_next(forecast, stage, error) : status;
}

static void forecast_fini(struct rd_forecast *forecast)
{
    if (forecast->fit.past)
        rd_fit_fini(&forecast->fit);
    if (forecast->past.role_count)
        rd_past_fini(&forecast->past);
    free(forecast->limits);
    free(forecast->arrivals);
    free(forecast);
}

enum rd_status rd_forecast(const struct rd_forecast_options *options, struct rd_arena *arena,
                           struct rd_value *result, struct rd_error *error)
{
    struct rd_forecast *forecast = calloc(1, sizeof *forecast);
    struct rd_policy_source *sources;
    struct rd_policy *policy;
    size_t count;
    RD_ASSERT(forecast);
    forecast->options = options;
    forecast->arena = arena;
    enum rd_status status =
        rd_policy_open_dir(arena, options->policy_dir, &sources, &count, &policy, error);
    if (status == RD_OK) {
        forecast->model = rd_policy_model(policy);
        status = forecast_what_ifs(forecast, error);
    }
    if (status == RD_OK)
        status = forecast_read(forecast, error);
    if (status == RD_OK)
        status = forecast_play(forecast, sources, count, error);
    if (status == RD_OK)
        *result = rd_forecast_result(forecast);
    forecast_fini(forecast);
    rd_policy_free(policy);
    return status;
}
