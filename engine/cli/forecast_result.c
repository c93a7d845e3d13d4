/* A forecast's result as a map: numbers as they were counted, rates in per cent, and whatever the
 * history could not tell, said in both languages.
 */
#include "cli/forecast_inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "cli/output.h"
#include "domain/zone.h"

#define RESULT_STEPS_MAX 40 /* kinds of acts of which it is told how long they take */

static double result_round(double number)
{
    return (double)(int64_t)(number * 10 + (number < 0 ? -0.5 : 0.5)) / 10;
}

static double result_rate(const struct rd_past_rate *rate)
{
    return rate->ended ? 100.0 * (double)rate->rang / (double)rate->ended : 0;
}

static struct rd_value result_day(const struct rd_forecast *forecast, int64_t at_ms)
{
    char text[RD_DATE_TEXT_MAX];
    rd_date_write(rd_zone_local_ms(forecast->model->local, at_ms) / RD_PAST_DAY_MS, text);
    return rd_text_copy(forecast->arena, text, strlen(text));
}

static void result_titles(struct rd_arena *arena, struct rd_value *map,
                          const struct rd_value *titles)
{
    rd_map_add(arena, map, "en", rd_text(rd_map_text(titles, "en", "")));
    rd_map_add(arena, map, "zh", rd_text(rd_map_text(titles, "zh", "")));
}

/* ---- time limits ---- */

/* The state whose limit it is ("received.2" is the second of `received`), or the type itself. */
static const struct rd_value *result_limit_title(const struct rd_model *model,
                                                 const struct rd_forecast_limit *limit)
{
    const struct rd_record_type *type = rd_model_type(model, limit->type);
    for (size_t i = 0; type && type->chart && i < type->chart->state_count; i++)
        for (size_t a = 0; a < type->chart->states[i].after_count; a++)
            if (strcmp(type->chart->states[i].after[a].name, limit->name) == 0)
                return &type->chart->states[i].title;
    return type ? &type->title : NULL;
}

static struct rd_value result_limit(struct rd_forecast *forecast,
                                    const struct rd_forecast_limit *limit)
{
    struct rd_arena *arena = forecast->arena;
    struct rd_value row = rd_map();
    rd_map_add(arena, &row, "type", rd_text(limit->type));
    rd_map_add(arena, &row, "limit", rd_text(limit->name));
    result_titles(arena, &row, result_limit_title(forecast->model, limit));
    for (int side = 0; side < RD_FORECAST_SIDES; side++) {
        const struct rd_past_rate *rate = &limit->rates[side];
        struct rd_value map = rd_map();
        if (side != RD_FORECAST_WAS && !forecast->plays[side].there)
            continue;
        rd_map_add(arena, &map, "ended", rd_int((int64_t)rate->ended));
        rd_map_add(arena, &map, "rang", rd_int((int64_t)rate->rang));
        rd_map_add(arena, &map, "rate",
                   rate->ended ? rd_real(result_round(result_rate(rate))) : rd_null());
        rd_map_add(arena, &row, rd_forecast_sides[side], map);
    }
    const struct rd_past_rate *was = &limit->rates[RD_FORECAST_WAS];
    const struct rd_past_rate *played = &limit->rates[RD_FORECAST_PLAYED];
    rd_map_add(arena, &row, "error",
               was->ended && played->ended
                   ? rd_real(result_round(result_rate(played) - result_rate(was)))
                   : rd_null());
    return row;
}

static int result_limit_order(const void *a, const void *b)
{
    const struct rd_forecast_limit *one = a, *other = b;
    int by_type = strcmp(one->type, other->type);
    return by_type ? by_type : strcmp(one->name, other->name);
}

static struct rd_value result_limits(struct rd_forecast *forecast)
{
    struct rd_value rows = rd_list();
    if (forecast->limit_count)
        qsort(forecast->limits, forecast->limit_count, sizeof *forecast->limits,
              result_limit_order);
    for (size_t i = 0; i < forecast->limit_count; i++)
        rd_list_add(forecast->arena, &rows, result_limit(forecast, &forecast->limits[i]));
    return rows;
}

/* How far off the last month would have been forecast, each limit by how often it ended. */
static struct rd_value result_error(struct rd_forecast *forecast)
{
    struct rd_arena *arena = forecast->arena;
    struct rd_value map = rd_map();
    double off = 0, was_all = 0, played_all = 0, weight = 0, played_weight = 0;
    int64_t limits = 0;
    for (size_t i = 0; i < forecast->limit_count; i++) {
        const struct rd_past_rate *was = &forecast->limits[i].rates[RD_FORECAST_WAS];
        const struct rd_past_rate *played = &forecast->limits[i].rates[RD_FORECAST_PLAYED];
        played_all += (double)played->rang;
        played_weight += (double)played->ended;
        was_all += (double)was->rang;
        weight += (double)was->ended;
        if (!was->ended)
            continue;
        double error = result_rate(played) - result_rate(was);
        off += (error < 0 ? -error : error) * (double)was->ended;
        limits++;
    }
    rd_map_add(arena, &map, "limits", rd_int(limits));
    rd_map_add(arena, &map, "points", weight > 0 ? rd_real(result_round(off / weight)) : rd_null());
    rd_map_add(arena, &map, "was_rate",
               weight > 0 ? rd_real(result_round(100 * was_all / weight)) : rd_null());
    rd_map_add(arena, &map, "played_rate",
               played_weight > 0 ? rd_real(result_round(100 * played_all / played_weight))
                                 : rd_null());
    rd_map_add(arena, &map, "own_rules", rd_bool(forecast->old_rules));
    return map;
}

/* ---- arrivals ---- */

static double result_months(int64_t from_ms, int64_t until_ms)
{
    return (double)(until_ms - from_ms) / (double)RD_PAST_DAY_MS / 30.4375;
}

static struct rd_value result_arrivals(struct rd_forecast *forecast)
{
    struct rd_arena *arena = forecast->arena;
    struct rd_value rows = rd_list();
    for (size_t i = 0; i < forecast->arrival_count; i++) {
        const struct rd_forecast_arrival *arrival = &forecast->arrivals[i];
        const struct rd_record_type *type = rd_model_type(forecast->model, arrival->type);
        struct rd_value row = rd_map();
        rd_map_add(arena, &row, "type", rd_text(arrival->type));
        result_titles(arena, &row, type ? &type->title : NULL);
        for (int side = 0; side < RD_FORECAST_SIDES; side++)
            if (side == RD_FORECAST_WAS || forecast->plays[side].there)
                rd_map_add(arena, &row, rd_forecast_sides[side],
                           rd_int((int64_t)arrival->counts[side]));
        uint64_t was = arrival->counts[RD_FORECAST_WAS];
        double played = (double)arrival->counts[RD_FORECAST_PLAYED];
        rd_map_add(arena, &row, "error_percent",
                   was && forecast->plays[RD_FORECAST_PLAYED].there
                       ? rd_real(result_round(100 * (played - (double)was) / (double)was))
                       : rd_null());
        rd_list_add(arena, &rows, row);
    }
    return rows;
}

/* Cases that people opened, on an average day of each kind and by the hour of the day. */
static struct rd_value result_days(struct rd_forecast *forecast)
{
    struct rd_arena *arena = forecast->arena;
    const struct rd_fit *fit = &forecast->fit;
    uint64_t hours[24] = { 0 };
    struct rd_value map = rd_map(), kinds = rd_list(), by_hour = rd_list();
    for (int kind = 0; kind < RD_FIT_KINDS; kind++) {
        struct rd_value row = rd_map();
        uint64_t count = 0;
        for (size_t day = 0; day < fit->days; day++)
            if (rd_fit_kind(fit, fit->first_day + (int64_t)day) == kind)
                count += fit->opened_from[day + 1] - fit->opened_from[day];
        double days = fit->kind_days[kind];
        rd_map_add(arena, &row, "day", rd_text(rd_fit_kind_names[kind]));
        rd_map_add(arena, &row, "days", rd_int(fit->kind_days[kind]));
        rd_map_add(arena, &row, "opened",
                   days > 0 ? rd_real(result_round((double)count / days)) : rd_null());
        rd_list_add(arena, &kinds, row);
    }
    for (size_t i = 0; i < fit->opened_from[fit->days]; i++)
        hours[rd_zone_local_ms(forecast->model->local,
                               forecast->past.cases[fit->opened[i]].opened_ms) %
              RD_PAST_DAY_MS / RD_PAST_HOUR_MS]++;
    for (int hour = 0; hour < 24; hour++)
        rd_list_add(arena, &by_hour, rd_int((int64_t)hours[hour]));
    rd_map_add(arena, &map, "kinds", kinds);
    rd_map_add(arena, &map, "hours", by_hour);
    return map;
}

/* ---- people ---- */

static size_t result_in_rules(const struct rd_model *model, int role)
{
    size_t count = 0;
    for (size_t i = 0; i < model->organisation.account_count; i++) {
        const struct rd_account *account = &model->organisation.accounts[i];
        count += (account->named & ((2ull << role) - 1)) == 1ull << role;
    }
    return count;
}

static struct rd_value result_people(struct rd_forecast *forecast)
{
    struct rd_arena *arena = forecast->arena;
    const struct rd_organisation *organisation = &forecast->model->organisation;
    struct rd_value rows = rd_list();
    for (size_t r = 1; r < forecast->past.role_count; r++) {
        const struct rd_fit_role *fitted = &forecast->fit.roles[r];
        int role = rd_role_find(organisation, forecast->past.roles[r]);
        struct rd_value row = rd_map(), days = rd_list();
        if (role < 0 || fitted->all == 0)
            continue;
        rd_map_add(arena, &row, "role", rd_text(organisation->roles[role].name));
        result_titles(arena, &row, &organisation->roles[role].title);
        rd_map_add(arena, &row, "in_rules",
                   rd_int((int64_t)result_in_rules(forecast->model, role)));
        for (int kind = 0; kind < RD_FIT_KINDS; kind++)
            rd_list_add(arena, &days,
                        forecast->fit.kind_days[kind] ? rd_real(result_round(fitted->people[kind]))
                                                      : rd_null());
        rd_map_add(arena, &row, "at_work", days);
        rd_map_add(arena, &row, "acts", rd_int((int64_t)fitted->all));
        rd_map_add(arena, &row, "busiest_hour", rd_int(fitted->busiest));
        rd_list_add(arena, &rows, row);
    }
    return rows;
}

/* ---- handling ---- */

struct result_step {
    const char *type, *state, *event;
    uint16_t role;
    double *hours;
    size_t count, cap;
};

struct result_steps {
    struct result_step *items;
    size_t count, cap;
};

static struct result_step *result_step(struct result_steps *steps, const char *type,
                                       const struct rd_past_step *step)
{
    for (size_t i = 0; i < steps->count; i++)
        if (steps->items[i].type == type && steps->items[i].state == step->state &&
            steps->items[i].event == step->event && steps->items[i].role == step->role)
            return &steps->items[i];
    if (steps->count == steps->cap) {
        steps->cap = steps->cap ? 2 * steps->cap : 64;
        steps->items = realloc(steps->items, steps->cap * sizeof *steps->items);
        RD_ASSERT(steps->items);
    }
    steps->items[steps->count] = (struct result_step){
        .type = type, .state = step->state, .event = step->event, .role = step->role
    };
    return &steps->items[steps->count++];
}

static void result_steps_take(struct rd_forecast *forecast, struct result_steps *steps)
{
    const struct rd_past *past = &forecast->past;
    for (size_t i = 0; i < past->case_count; i++)
        for (uint32_t s = past->cases[i].first; s; s = past->steps[s - 1].next) {
            const struct rd_past_step *step = &past->steps[s - 1];
            if (!step->event || step->at_ms < forecast->from_ms ||
                step->at_ms >= forecast->until_ms)
                continue;
            struct result_step *kind = result_step(steps, past->cases[i].type, step);
            if (kind->count == kind->cap) {
                kind->cap = kind->cap ? 2 * kind->cap : 16;
                kind->hours = realloc(kind->hours, kind->cap * sizeof *kind->hours);
                RD_ASSERT(kind->hours);
            }
            kind->hours[kind->count++] =
                (double)(step->at_ms - step->from_ms) / (double)RD_PAST_HOUR_MS;
        }
}

static int result_by_number(const void *a, const void *b)
{
    double one = *(const double *)a, other = *(const double *)b;
    return one < other ? -1 : one > other;
}

static int result_by_count(const void *a, const void *b)
{
    const struct result_step *one = a, *other = b;
    if (one->count != other->count)
        return one->count > other->count ? -1 : 1;
    int by_type = strcmp(one->type, other->type), by_state = strcmp(one->state, other->state);
    int by_event = strcmp(one->event, other->event);
    return by_type ? by_type : by_state ? by_state : by_event ? by_event : one->role - other->role;
}

/* Hours from when a case came to be waiting to when it was done: by the clock on the wall. */
static struct rd_value result_handling(struct rd_forecast *forecast)
{
    struct rd_arena *arena = forecast->arena;
    struct result_steps steps = { .items = NULL };
    struct rd_value rows = rd_list();
    result_steps_take(forecast, &steps);
    if (steps.count)
        qsort(steps.items, steps.count, sizeof *steps.items, result_by_count);
    for (size_t i = 0; i < steps.count && i < RESULT_STEPS_MAX; i++) {
        struct result_step *step = &steps.items[i];
        struct rd_value row = rd_map();
        qsort(step->hours, step->count, sizeof *step->hours, result_by_number);
        rd_map_add(arena, &row, "type",
                   rd_text(rd_arena_copy(arena, step->type, strlen(step->type))));
        rd_map_add(arena, &row, "state",
                   rd_text(rd_arena_copy(arena, step->state, strlen(step->state))));
        rd_map_add(arena, &row, "event",
                   rd_text(rd_arena_copy(arena, step->event, strlen(step->event))));
        const char *role = forecast->past.roles[step->role];
        rd_map_add(arena, &row, "role", rd_text(rd_arena_copy(arena, role, strlen(role))));
        rd_map_add(arena, &row, "acts", rd_int((int64_t)step->count));
        rd_map_add(arena, &row, "median_hours",
                   rd_real(result_round(step->hours[step->count / 2])));
        rd_map_add(arena, &row, "most_hours",
                   rd_real(result_round(step->hours[step->count * 9 / 10])));
        rd_list_add(arena, &rows, row);
    }
    for (size_t i = 0; i < steps.count; i++)
        free(steps.items[i].hours);
    free(steps.items);
    return rows;
}

/* ---- what the history could not tell ---- */

/* "#" stands for the number. */
static struct rd_value result_counted(struct rd_arena *arena, uint64_t count, const char *text)
{
    return rd_text(*text == '#'
                       ? rd_arena_printf(arena, "%llu%s", (unsigned long long)count, text + 1)
                       : text);
}

static void result_note(struct rd_forecast *forecast, struct rd_value *notes, const char *code,
                        uint64_t count, const char *en, const char *zh)
{
    struct rd_value note = rd_map();
    if (count == 0)
        return;
    rd_map_add(forecast->arena, &note, "code", rd_text(code));
    rd_map_add(forecast->arena, &note, "count", rd_int((int64_t)count));
    rd_map_add(forecast->arena, &note, "en", result_counted(forecast->arena, count, en));
    rd_map_add(forecast->arena, &note, "zh", result_counted(forecast->arena, count, zh));
    rd_list_add(forecast->arena, notes, note);
}

static uint64_t result_unknown(const struct rd_forecast *forecast)
{
    uint64_t count = 0;
    for (int side = 0; side < RD_FORECAST_SIDES; side++)
        for (size_t i = 0; i < forecast->plays[side].unknown.count; i++)
            count += forecast->plays[side].unknown.items[i].count;
    return count;
}

/* Cases that were opened on holidays are few where no holiday was in that time. */
static uint64_t result_holidays(const struct rd_forecast *forecast)
{
    uint64_t holidays = 0;
    const struct rd_forecast_play *next = &forecast->plays[RD_FORECAST_NEXT];
    for (int64_t at = next->from_ms; at < next->until_ms; at += RD_PAST_DAY_MS)
        holidays += rd_fit_kind(&forecast->fit, rd_zone_local_ms(forecast->model->local, at) /
                                                    RD_PAST_DAY_MS) == RD_FIT_HOLIDAY;
    return forecast->fit.kind_days[RD_FIT_HOLIDAY] ? 0 : holidays;
}

static struct rd_value result_notes(struct rd_forecast *forecast)
{
    struct rd_value notes = rd_list();
    const struct rd_past *past = &forecast->past;
    bool mostly_sharp = 2 * past->sharp_opened > past->people_opened;
    result_note(
        forecast, &notes, "imported", past->imported_steps,
        "# acts came in by an import, which does not say who did them: their pace is that of "
        "everybody together, and --staff changes nothing of it",
        "# 个操作来自导入，未记载由谁办理：其节奏按全体人员合计，--staff 对其不起作用");
    result_note(
        forecast, &notes, "no_hours", mostly_sharp ? past->sharp_opened : 0,
        "# cases came at a full hour sharp: their source has days and no hours, so arrivals by "
        "the hour and handling within a day are not known",
        "# 件案件的受理时间恰为整点：来源只有日期，无法得知按小时的受理量与当日内的办理时长");
    result_note(forecast, &notes, "too_short", !forecast->plays[RD_FORECAST_PLAYED].there,
                "there is no fit error: before its last month the history has less than four weeks "
                "in which anybody opened a case",
                "无拟合误差：最后一个月之前的历史不足四周，或其间无人受理案件");
    result_note(forecast, &notes, "other_rules",
                forecast->plays[RD_FORECAST_PLAYED].there && !forecast->old_rules,
                "the last month was played under the policy given, since its own rules are not "
                "stored, or this program does not read them",
                "最后一个月按所给规则推演，因当时的规则未保存或本程序无法读取");
    result_note(forecast, &notes, "no_holidays", result_holidays(forecast),
                "# days to come are holidays, and the history has none: they are played as Sundays",
                "# 个未来日期为节假日，而历史中没有：按星期日推演");
    result_note(
        forecast, &notes, "unknown_states", result_unknown(forecast),
        "# times a case came into a state of which the history says nothing: there it waits "
        "until a time limit or another record moves it",
        "# 次进入历史中没有记载的状态：在该状态下等待，直至时限或其他记录推动");
    result_note(forecast, &notes, "refused", forecast->plays[RD_FORECAST_NEXT].refused,
                "# acts that people did in the past were refused by the rules, and tried again "
                "otherwise",
                "# 个照历史办理的操作被规则拒绝，随后另行办理");
    return notes;
}

static struct rd_value result_counts(struct rd_arena *arena, const struct rd_sim_counts *counts)
{
    struct rd_value map = rd_map();
    for (size_t i = 0; i < counts->count; i++) {
        const char *name = counts->items[i].name;
        rd_map_add(arena, &map, rd_arena_copy(arena, name, strlen(name)),
                   rd_int((int64_t)counts->items[i].count));
    }
    return map;
}

static struct rd_value result_play(struct rd_forecast *forecast, enum rd_forecast_side side)
{
    struct rd_arena *arena = forecast->arena;
    const struct rd_forecast_play *play = &forecast->plays[side];
    struct rd_value map = rd_map();
    const char *hash = rd_output_hex(arena, play->digest, sizeof play->digest);
    rd_map_add(arena, &map, "from", result_day(forecast, play->from_ms));
    rd_map_add(arena, &map, "until", result_day(forecast, play->until_ms));
    rd_map_add(arena, &map, "months",
               rd_real(result_round(result_months(play->from_ms, play->until_ms))));
    rd_map_add(arena, &map, "acts", rd_int((int64_t)play->acts));
    rd_map_add(arena, &map, "as_their_twin", rd_int((int64_t)play->twins));
    rd_map_add(arena, &map, "as_others", rd_int((int64_t)play->pooled));
    rd_map_add(arena, &map, "refused", rd_int((int64_t)play->refused));
    rd_map_add(arena, &map, "no_time", rd_int((int64_t)play->waited));
    rd_map_add(arena, &map, "rings", rd_int((int64_t)play->rings));
    rd_map_add(arena, &map, "entries", rd_int((int64_t)play->entries));
    rd_map_add(arena, &map, "refusals", result_counts(arena, &play->refusals));
    rd_map_add(arena, &map, "unknown_states", result_counts(arena, &play->unknown));
    rd_map_add(arena, &map, "hash", rd_text(hash));
    return map;
}

static struct rd_value result_history(struct rd_forecast *forecast)
{
    struct rd_arena *arena = forecast->arena;
    struct rd_value map = rd_map();
    rd_map_add(arena, &map, "from", result_day(forecast, forecast->from_ms));
    rd_map_add(arena, &map, "until", result_day(forecast, forecast->until_ms));
    rd_map_add(arena, &map, "last_month", result_day(forecast, forecast->last_ms));
    rd_map_add(arena, &map, "days", rd_int((int64_t)forecast->fit.days));
    rd_map_add(arena, &map, "entries", rd_int((int64_t)forecast->past.entries));
    rd_map_add(arena, &map, "opened", rd_int(forecast->fit.opened_from[forecast->fit.days]));
    rd_map_add(arena, &map, "acts", rd_int((int64_t)forecast->fit.roles[0].all));
    return map;
}

struct rd_value rd_forecast_result(struct rd_forecast *forecast)
{
    struct rd_arena *arena = forecast->arena;
    struct rd_value map = rd_map();
    uint64_t breaches = 0;
    rd_map_add(arena, &map, "seed", rd_int((int64_t)forecast->options->seed));
    rd_map_add(arena, &map, "history", result_history(forecast));
    rd_map_add(arena, &map, "notes", result_notes(forecast));
    rd_map_add(arena, &map, "days", result_days(forecast));
    rd_map_add(arena, &map, "arrivals", result_arrivals(forecast));
    rd_map_add(arena, &map, "people", result_people(forecast));
    rd_map_add(arena, &map, "handling", result_handling(forecast));
    rd_map_add(arena, &map, "limits", result_limits(forecast));
    rd_map_add(arena, &map, "fit_error",
               forecast->plays[RD_FORECAST_PLAYED].there ? result_error(forecast) : rd_null());
    for (int side = RD_FORECAST_PLAYED; side < RD_FORECAST_SIDES; side++) {
        const struct rd_forecast_play *play = &forecast->plays[side];
        if (!play->there)
            continue;
        breaches += play->breaches;
        rd_map_add(arena, &map, rd_forecast_sides[side], result_play(forecast, side));
        if (play->first_breach)
            rd_map_set(arena, &map, "first_breach", rd_text(play->first_breach));
    }
    rd_map_add(arena, &map, "breaches", rd_int((int64_t)breaches));
    rd_value_keep(arena, NULL, &map); /* the model's names do not outlive it */
    return map;
}
