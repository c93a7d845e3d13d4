/* How fast business calendars are: `add` of 15 business days and of 40 business hours, on one core.
 *
 * Two calendars: the company's own service_hours, and one on which 20,000 single days differ (every
 * third one of 164 years), to show that holidays on the way cost nothing. Starts are spread over
 * all of a calendar's years in an order that no cache foresees. The sum of all answers is kept, so
 * that nothing can be left out by the compiler.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/bench_calendar.h"
#include "cli/dirs.h"
#include "cli/output.h"
#include "domain/calendar.h"
#include "domain/model.h"
#include "policy/policy.h"

#define BENCH_STARTS 4096
#define BENCH_ROUNDS 5
#define BENCH_ADDS 200000 /* of a round */
#define BENCH_ODD_FIRST_YEAR 1990
#define BENCH_ODD_STEP_DAYS 3
#define BENCH_TARGET_PER_S 1000000.0

struct bench_calendar {
    const char *name;
    const struct rd_calendar *calendar;
    int first_year, last_year;
};

/* ---- calendars ---- */

/* Every third day differs: off, or with a morning only. */
static struct rd_value bench_odd_days(struct rd_arena *arena)
{
    struct rd_value days = rd_list();
    int64_t first = rd_date_days(BENCH_ODD_FIRST_YEAR, 1, 1);
    for (int i = 0; i < RD_CALENDAR_DAYS_MAX; i++) {
        struct rd_value *day = rd_list_add(arena, &days, rd_map());
        char date[RD_TIME_TEXT_MAX];
        rd_time_write((first + (int64_t)i * BENCH_ODD_STEP_DAYS) * 86400000, date);
        rd_map_add(arena, day, "date", rd_text_copy(arena, date, 10));
        if (i % 2 == 0) {
            rd_map_add(arena, day, "off", rd_bool(true));
            continue;
        }
        struct rd_value hours = rd_list(), *span = rd_list_add(arena, &hours, rd_map());
        rd_map_add(arena, span, "from", rd_int(540));
        rd_map_add(arena, span, "to", rd_int(720));
        rd_map_add(arena, day, "hours", hours);
    }
    return days;
}

static enum rd_status bench_odd_calendar(struct rd_arena *arena, struct rd_calendar **out,
                                         struct rd_error *error)
{
    struct rd_value spec = rd_map(), week = rd_list();
    for (int i = 0; i < 2; i++) {
        struct rd_value *span = rd_list_add(arena, &week, rd_map()), days = rd_list();
        for (int day = 1; day <= 5; day++)
            rd_list_add(arena, &days, rd_int(day));
        rd_map_add(arena, span, "days", days);
        rd_map_add(arena, span, "from", rd_int(i == 0 ? 540 : 780));
        rd_map_add(arena, span, "to", rd_int(i == 0 ? 720 : 1080));
    }
    rd_map_add(arena, &spec, "name", rd_text("20,000 odd days"));
    rd_map_add(arena, &spec, "zone", rd_text("America/New_York"));
    rd_map_add(arena, &spec, "week", week);
    rd_map_add(arena, &spec, "days", bench_odd_days(arena));
    return rd_calendar_new(&spec, out, error);
}

static enum rd_status bench_load_policy(struct rd_cli *cli, struct rd_policy **out,
                                        struct rd_error *error)
{
    const char *dir = NULL;
    struct rd_policy_source *sources;
    struct rd_findings findings;
    size_t count;
    enum rd_status status = rd_dirs_find_policy(rd_args_text(&cli->args, "policy"), &dir, error);
    if (status == RD_OK)
        status = rd_policy_read_dir(&cli->arena, dir, &sources, &count, error);
    if (status != RD_OK)
        return status;
    rd_findings_init(&findings, &cli->arena);
    return rd_policy_load(sources, count, NULL, &findings, out, error);
}

/* ---- measuring ---- */

static void bench_starts(const struct bench_calendar *bench, int64_t starts_ms[BENCH_STARTS])
{
    int64_t from_ms = rd_date_days(bench->first_year, 1, 1) * 86400000;
    int64_t span_ms = rd_date_days(bench->last_year + 1, 1, 1) * 86400000 - from_ms;
    uint64_t state = 88172645463325252u;
    for (int i = 0; i < BENCH_STARTS; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        starts_ms[i] = from_ms + (int64_t)(state % (uint64_t)span_ms);
    }
}

/* The best of several rounds: what disturbs only ever makes it slower. */
static double bench_adds_per_s(const struct bench_calendar *bench,
                               const struct rd_duration *duration, int64_t *check)
{
    int64_t starts_ms[BENCH_STARTS];
    double best = 0;
    bench_starts(bench, starts_ms);
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        int64_t began_ns = rd_clock_mono_ns();
        for (int i = 0; i < BENCH_ADDS; i++)
            *check +=
                rd_calendar_add(bench->calendar, starts_ms[i % BENCH_STARTS], duration, NULL) /
                1000;
        int64_t took_ns = rd_clock_mono_ns() - began_ns;
        double per_s = BENCH_ADDS * 1e9 / (double)(took_ns > 0 ? took_ns : 1);
        best = per_s > best ? per_s : best;
    }
    return best;
}

static void bench_measure(struct rd_cli *cli, const struct bench_calendar *bench, const char *text,
                          struct rd_value *runs)
{
    struct rd_duration duration;
    int64_t check = 0;
    enum rd_status status = rd_duration_parse(text, true, &duration, NULL);
    RD_ASSERT(status == RD_OK);
    double per_s = bench_adds_per_s(bench, &duration, &check);
    struct rd_value *run = rd_list_add(&cli->arena, runs, rd_map());
    rd_map_add(&cli->arena, run, "calendar", rd_text(bench->name));
    rd_map_add(&cli->arena, run, "duration", rd_text(text));
    rd_map_add(&cli->arena, run, "adds_per_s", rd_int((int64_t)per_s));
    rd_map_add(&cli->arena, run, "ns_an_add", rd_real(1e9 / per_s));
    rd_map_add(&cli->arena, run, "target_met", rd_bool(per_s >= BENCH_TARGET_PER_S));
    rd_map_add(&cli->arena, run, "sum_of_answers_s", rd_int(check));
}

static void bench_print_calendar(struct rd_cli *cli, const struct rd_value *runs)
{
    static const struct rd_column columns[] = { { "calendar", false },
                                                { "add", false },
                                                { "adds/s", true },
                                                { "ns an add", true },
                                                { "at least 1,000,000/s", false } };
    struct rd_grid grid;
    rd_grid_init(&grid, &cli->arena, columns, 5);
    for (uint32_t i = 0; i < runs->count; i++) {
        const struct rd_value *run = &runs->items[i];
        double ns = rd_map_get(run, "ns_an_add")->real;
        rd_grid_add(&grid, (const char *const[]){
                               rd_map_text(run, "calendar", ""), rd_map_text(run, "duration", ""),
                               rd_arena_printf(&cli->arena, "%lld",
                                               (long long)rd_map_int(run, "adds_per_s", 0)),
                               rd_arena_printf(&cli->arena, "%.0f", ns),
                               rd_map_bool(run, "target_met", false) ? "yes" : "no" });
    }
    rd_grid_write(&grid, &cli->out, cli->colour);
}

enum rd_status rd_bench_calendar(struct rd_cli *cli, struct rd_error *error)
{
    static const char *const texts[] = { "15 business days", "40 business hours" };
    struct rd_policy *policy = NULL;
    struct rd_calendar *odd = NULL;
    struct rd_value result = rd_map(), runs = rd_list();
    const struct rd_calendar *service = NULL;
    enum rd_status status = bench_load_policy(cli, &policy, error);
    if (status == RD_OK)
        status = bench_odd_calendar(&cli->arena, &odd, error);
    if (status == RD_OK) {
        service = rd_model_calendar(rd_policy_model(policy), "service_hours");
        if (!service)
            status = rd_error_set(error, RD_NOT_FOUND,
                                  "these rules have no calendar 'service_hours' to measure");
    }
    if (status == RD_OK) {
        const struct bench_calendar benches[] = { { "service_hours", service, 2007, 2026 },
                                                  { "20,000 odd days", odd, 1990, 2153 } };
        for (size_t i = 0; i < sizeof benches / sizeof *benches; i++)
            for (size_t n = 0; n < sizeof texts / sizeof *texts; n++)
                bench_measure(cli, &benches[i], texts[n], &runs);
        rd_map_add(&cli->arena, &result, "bench", rd_text("calendar"));
        rd_map_add(&cli->arena, &result, "runs", runs);
        if (cli->json)
            rd_cli_print_json(cli, &result);
        else
            bench_print_calendar(cli, &runs);
    }
    rd_calendar_free(odd);
    rd_policy_free(policy);
    return status;
}
