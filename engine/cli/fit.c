/* Fitting: counting, and nothing else. There is no curve with parameters: what was drawn from the
 * past comes out as it went in, so what the fit is worth can be seen by letting it play a month
 * that it has not seen (sim_forecast.c).
 */
#include "cli/fit.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "domain/zone.h"

#define FIT_DAYS_MAX 36600

const char *const rd_fit_kind_names[RD_FIT_KINDS] = {
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "holiday"
};
const char *const rd_fit_kind_titles[RD_FIT_KINDS] = { "Mon 周一", "Tue 周二",    "Wed 周三",
                                                       "Thu 周四", "Fri 周五",    "Sat 周六",
                                                       "Sun 周日", "Holiday 假日" };

/* ---- days ---- */

const struct rd_calendar *rd_fit_calendar(const struct rd_model *model)
{
    const struct rd_chart *main = NULL;
    for (size_t i = 0; i < model->chart_count; i++)
        if (model->charts[i].clock && (!main || model->charts[i].state_count > main->state_count))
            main = &model->charts[i];
    return main ? main->clock : model->elapsed;
}

static int fit_kind_of(const struct rd_calendar *calendar, int64_t day)
{
    struct rd_calendar_look look;
    int weekday = (int)((day % 7 + 7 + 3) % 7); /* 1970-01-01 was a Thursday */
    rd_calendar_look(calendar, day, &look);
    if (!look.named || look.works == (weekday < 5))
        return weekday;
    if (!look.works)
        return RD_FIT_HOLIDAY;
    return look.like > 0 ? look.like - 1 : 4;
}

int rd_fit_kind(const struct rd_fit *fit, int64_t local_day)
{
    return fit_kind_of(fit->calendar, local_day);
}

static int64_t fit_local(const struct rd_fit *fit, int64_t at_ms)
{
    return rd_zone_local_ms(fit->model->local, at_ms);
}

/* Which of the fit's days; false where it is none of them. */
static bool fit_day(const struct rd_fit *fit, int64_t at_ms, size_t *day)
{
    if (at_ms < fit->from_ms || at_ms >= fit->until_ms)
        return false;
    *day = (size_t)(fit_local(fit, at_ms) / RD_PAST_DAY_MS - fit->first_day);
    return *day < fit->days;
}

/* ---- paces ---- */

static void fit_pace_of(struct rd_fit *fit, struct rd_fit_role *role, const uint32_t *hours,
                        const uint32_t *people)
{
    for (size_t day = 0; day < fit->days; day++) {
        int kind = rd_fit_kind(fit, fit->first_day + (int64_t)day);
        role->people[kind] += people[day];
        for (size_t hour = 0; hour < 24; hour++) {
            uint32_t acts = hours[day * 24 + hour];
            role->acts[kind][hour] += acts;
            role->all += acts;
            role->busiest = acts > role->busiest ? acts : role->busiest;
        }
    }
    for (int kind = 0; kind < RD_FIT_KINDS; kind++) {
        double count = fit->kind_days[kind] ? fit->kind_days[kind] : 1;
        role->people[kind] /= count;
        for (size_t hour = 0; hour < 24; hour++)
            role->acts[kind][hour] /= count;
    }
    role->done = calloc(fit->days * 24 + 1, sizeof *role->done);
    RD_ASSERT(role->done);
    for (size_t at = 0; at < fit->days * 24; at++) {
        int kind = rd_fit_kind(fit, fit->first_day + (int64_t)(at / 24));
        role->done[at + 1] = role->done[at] + role->acts[kind][at % 24];
    }
}

/* Each role's acts by hour, and its different people by day. */
static void fit_paces(struct rd_fit *fit)
{
    const struct rd_past *past = fit->past;
    uint32_t *hours = calloc(fit->days * 24, sizeof *hours);
    uint32_t *people = calloc(fit->days, sizeof *people);
    size_t *seen = calloc(past->actor_count, sizeof *seen); /* day + 1 */
    RD_ASSERT(hours && people && seen);
    fit->roles = calloc(past->role_count, sizeof *fit->roles);
    RD_ASSERT(fit->roles);
    for (size_t role = 0; role < past->role_count; role++) {
        memset(hours, 0, fit->days * 24 * sizeof *hours);
        memset(people, 0, fit->days * sizeof *people);
        memset(seen, 0, past->actor_count * sizeof *seen);
        for (size_t i = 0; i < past->step_count; i++) {
            const struct rd_past_step *step = &past->steps[i];
            size_t day;
            if (!step->event || (role && step->role != role) || !fit_day(fit, step->at_ms, &day))
                continue;
            int64_t of_day = fit_local(fit, step->at_ms) % RD_PAST_DAY_MS;
            hours[day * 24 + (size_t)(of_day / RD_PAST_HOUR_MS)]++;
            if (step->who && seen[step->who] != day + 1)
                people[day]++;
            seen[step->who] = day + 1;
        }
        fit_pace_of(fit, &fit->roles[role], hours, people);
    }
    free(hours);
    free(people);
    free(seen);
}

static double fit_done(const struct rd_fit *fit, unsigned role, int64_t at_ms)
{
    int64_t local = fit_local(fit, at_ms) - fit->first_day * RD_PAST_DAY_MS;
    if (local <= 0)
        return 0;
    size_t hour = (size_t)(local / RD_PAST_HOUR_MS);
    const double *done = fit->roles[role].done;
    if (hour >= fit->days * 24)
        return done[fit->days * 24];
    double part = (double)(local % RD_PAST_HOUR_MS) / (double)RD_PAST_HOUR_MS;
    return done[hour] + part * (done[hour + 1] - done[hour]);
}

double rd_fit_work(const struct rd_fit *fit, unsigned role, int64_t from_ms, int64_t until_ms)
{
    return fit_done(fit, role, until_ms) - fit_done(fit, role, from_ms);
}

/* ---- arrivals ---- */

/* Sorts by a number: stable, so that the journal's order stays. */
static uint32_t *fit_sort(const struct rd_fit *fit, const int64_t *key, size_t keys,
                          uint32_t **from)
{
    size_t count = fit->past->case_count;
    uint32_t *sorted = calloc(count + 1, sizeof *sorted);
    uint32_t *start = calloc(keys + 2, sizeof *start);
    RD_ASSERT(sorted && start);
    for (size_t i = 0; i < count; i++)
        if (key[i] >= 0)
            start[key[i] + 2]++;
    for (size_t k = 0; k < keys; k++)
        start[k + 2] += start[k + 1];
    for (size_t i = 0; i < count; i++)
        if (key[i] >= 0)
            sorted[start[key[i] + 1]++] = (uint32_t)i;
    *from = start;
    return sorted;
}

bool rd_fit_is_arrival(const struct rd_model *model, const struct rd_past_case *item)
{
    const struct rd_record_type *type = rd_model_type(model, item->type);
    return item->by_people && type && type->chart && type->chart->open.permission->row_count > 0 &&
           !(type->chart->open.form && type->chart->open.form->whole);
}

static void fit_arrivals(struct rd_fit *fit)
{
    size_t count = fit->past->case_count;
    int64_t *key = calloc(count + 1, sizeof *key);
    RD_ASSERT(key);
    for (size_t i = 0; i < count; i++) {
        size_t day;
        const struct rd_past_case *item = &fit->past->cases[i];
        key[i] = rd_fit_is_arrival(fit->model, item) && fit_day(fit, item->opened_ms, &day)
                     ? (int64_t)day
                     : -1;
    }
    fit->opened = fit_sort(fit, key, fit->days, &fit->opened_from);
    for (size_t i = 0; i < count; i++) {
        size_t day;
        const struct rd_past_case *item = &fit->past->cases[i];
        const struct rd_record_type *type = rd_model_type(fit->model, item->type);
        key[i] = type && fit_day(fit, item->opened_ms, &day) ? type - fit->model->types : -1;
    }
    fit->by_type = fit_sort(fit, key, fit->model->type_count, &fit->by_type_from);
    free(key);
}

/* ---- pools ---- */

static void fit_pool_add(struct rd_fit_pool *pool, uint32_t step)
{
    if (pool->count == pool->cap) {
        pool->cap = pool->cap ? 2 * pool->cap : 64;
        pool->steps = realloc(pool->steps, pool->cap * sizeof *pool->steps);
        RD_ASSERT(pool->steps);
    }
    pool->steps[pool->count++] = step;
}

static void fit_pools(struct rd_fit *fit)
{
    const struct rd_model *model = fit->model;
    size_t all = 0;
    fit->pool_from = calloc(model->chart_count + 1, sizeof *fit->pool_from);
    RD_ASSERT(fit->pool_from);
    for (size_t i = 0; i < model->chart_count; i++) {
        fit->pool_from[i] = (uint32_t)all;
        all += model->charts[i].state_count;
    }
    fit->pool_from[model->chart_count] = (uint32_t)all;
    fit->pools = calloc(all + 1, sizeof *fit->pools);
    RD_ASSERT(fit->pools);
    for (size_t i = 0; i < fit->past->case_count; i++) {
        const struct rd_past_case *item = &fit->past->cases[i];
        const struct rd_record_type *type = rd_model_type(model, item->type);
        for (uint32_t s = item->first; type && type->chart && s; s = fit->past->steps[s - 1].next) {
            const struct rd_past_step *step = &fit->past->steps[s - 1];
            int state = rd_state_find(type->chart, step->state);
            size_t day;
            if (state < 0 || !step->event || !fit_day(fit, step->at_ms, &day) ||
                !rd_event_find(type->chart, state, step->event))
                continue;
            fit_pool_add(&fit->pools[fit->pool_from[type->chart - model->charts] + (size_t)state],
                         s - 1);
        }
    }
}

const struct rd_fit_pool *rd_fit_pool(const struct rd_fit *fit, const struct rd_chart *chart,
                                      int state)
{
    return &fit->pools[fit->pool_from[chart - fit->model->charts] + (size_t)state];
}

/* ---- all of it ---- */

enum rd_status rd_fit_init(struct rd_fit *fit, const struct rd_past *past,
                           const struct rd_model *model, int64_t from_ms, int64_t until_ms,
                           struct rd_error *error)
{
    *fit = (struct rd_fit){ .past = past,
                            .model = model,
                            .calendar = rd_fit_calendar(model),
                            .from_ms = from_ms,
                            .until_ms = until_ms };
    fit->first_day = fit_local(fit, from_ms) / RD_PAST_DAY_MS;
    int64_t last_day = fit_local(fit, until_ms - 1) / RD_PAST_DAY_MS;
    if (until_ms <= from_ms || last_day - fit->first_day >= FIT_DAYS_MAX)
        return rd_error_set(error, RD_BAD_CONFIG, "the history has no days to be fitted to");
    fit->days = (size_t)(last_day - fit->first_day) + 1;
    for (size_t day = 0; day < fit->days; day++)
        fit->kind_days[rd_fit_kind(fit, fit->first_day + (int64_t)day)]++;
    fit_paces(fit);
    fit_arrivals(fit);
    fit_pools(fit);
    if (fit->opened_from[fit->days] == 0)
        return rd_error_set(error, RD_BAD_CONFIG,
                            "nobody opened a case of these rules' kinds in that time: there is "
                            "nothing to be fitted to");
    return RD_OK;
}

void rd_fit_fini(struct rd_fit *fit)
{
    for (size_t i = 0; fit->roles && i < fit->past->role_count; i++)
        free(fit->roles[i].done);
    for (size_t i = 0; fit->pools && i < fit->pool_from[fit->model->chart_count]; i++)
        free(fit->pools[i].steps);
    free(fit->roles);
    free(fit->opened);
    free(fit->opened_from);
    free(fit->by_type);
    free(fit->by_type_from);
    free(fit->pool_from);
    free(fit->pools);
    *fit = (struct rd_fit){ 0 };
}
