/* Business calendars on the command line: adding a duration, counting between two times, and a
 * month as people read it. With --rules the rules of a directory are asked in this process; else
 * the daemon.
 *
 * A month is a grid of weeks. What differs from the week is marked in the grid and told below it,
 * in the language of the company or the one that was asked for.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/caller.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/output.h"

/* ---- calling ---- */

static enum rd_status calendar_call(struct rd_cli *cli, const char *method, struct rd_value *params,
                                    void (*print)(struct rd_cli *cli,
                                                  const struct rd_value *result),
                                    struct rd_error *error)
{
    const char *dir = rd_args_text(&cli->args, "rules");
    if (!dir)
        return rd_cli_call_print(cli, method, params, print, error);
    struct rd_caller caller;
    struct rd_value result;
    enum rd_status status = rd_caller_open_scratch(&caller, cli, dir, error);
    if (status == RD_OK)
        status = rd_caller_call(&caller, &cli->arena, method, params, &result, error);
    if (status == RD_OK && cli->json)
        rd_cli_print_json(cli, &result);
    else if (status == RD_OK)
        print(cli, &result);
    rd_caller_close(&caller);
    return status;
}

static struct rd_value calendar_params(struct rd_cli *cli, const char *const *names, size_t count)
{
    struct rd_value params = rd_map();
    for (size_t i = 0; i < count; i++)
        rd_map_set(&cli->arena, &params, names[i], rd_text(cli->args.operands[i]));
    return params;
}

/* ---- add and between ---- */

static void calendar_put(struct rd_grid *grid, const char *name, const char *value)
{
    rd_grid_add(grid, (const char *const[]){ name, value });
}

static void calendar_put_basis(struct rd_cli *cli, struct rd_grid *grid,
                               const struct rd_value *result)
{
    calendar_put(grid, "clock", rd_map_text(result, "clock", ""));
    calendar_put(grid, "zone",
                 rd_arena_printf(&cli->arena, "%s (data %s)", rd_map_text(result, "zone", ""),
                                 rd_map_text(result, "zone_version", "")));
    if (rd_map_bool(result, "provisional", false))
        calendar_put(grid, "provisional", "yes: not all holidays on the way are known yet");
}

static void calendar_print_pairs(struct rd_cli *cli, const struct rd_value *result,
                                 const char *const *names, size_t count)
{
    static const struct rd_column columns[] = { { "name", false }, { "value", false } };
    struct rd_grid grid;
    rd_grid_init(&grid, &cli->arena, columns, 2);
    for (size_t i = 0; i < count; i++)
        calendar_put(&grid, names[i], rd_output_cell(&cli->arena, rd_map_get(result, names[i])));
    calendar_put_basis(cli, &grid, result);
    rd_grid_write(&grid, &cli->out, cli->colour);
}

static void calendar_print_add(struct rd_cli *cli, const struct rd_value *result)
{
    calendar_print_pairs(cli, result, (const char *const[]){ "local", "due", "kind" }, 3);
}

static void calendar_print_between(struct rd_cli *cli, const struct rd_value *result)
{
    calendar_print_pairs(cli, result, (const char *const[]){ "value", "unit" }, 2);
}

enum rd_status rd_run_calendar_add(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params =
        calendar_params(cli, (const char *const[]){ "calendar", "start", "duration" }, 3);
    return calendar_call(cli, "calendar.add", &params, calendar_print_add, error);
}

enum rd_status rd_run_calendar_between(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = calendar_params(cli, (const char *const[]){ "calendar", "a", "b" }, 3);
    rd_map_set(&cli->arena, &params, "unit", rd_text(rd_args_text(&cli->args, "unit")));
    return calendar_call(cli, "calendar.between", &params, calendar_print_between, error);
}

/* ---- a month ---- */

/* All that is said in a month, once a language. */
struct calendar_words {
    const char *weekdays[7];
    const char *weekday_names[7];
    const char *week, *holiday, *made_up, *own_hours, *provisional;
};

static const struct calendar_words calendar_english = {
    { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" },
    { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday" },
    "week",
    "off",
    "made up",
    "own hours",
    "provisional: the holidays of this year are not known yet\n",
};

static const struct calendar_words calendar_chinese = {
    { "周一", "周二", "周三", "周四", "周五", "周六", "周日" },
    { "周一", "周二", "周三", "周四", "周五", "周六", "周日" },
    "周次",
    "休",
    "班",
    "特殊时段",
    "暂定:本年度节假日安排尚未公布\n",
};

static const struct calendar_words *calendar_words_of(struct rd_cli *cli,
                                                      const struct rd_value *month)
{
    const char *asked = rd_args_text(&cli->args, "language");
    const char *language = asked ? asked : rd_map_text(month, "language", "en");
    return strcmp(language, "zh") == 0 ? &calendar_chinese : &calendar_english;
}

/* "7:30" */
static const char *calendar_length(struct rd_cli *cli, int64_t minutes)
{
    return rd_arena_printf(&cli->arena, "%lld:%02lld", (long long)(minutes / 60),
                           (long long)(minutes % 60));
}

static bool calendar_is_kind(const struct rd_value *day, const char *kind)
{
    return strcmp(rd_map_text(day, "kind", ""), kind) == 0;
}

static const char *calendar_mark(const struct calendar_words *words, const struct rd_value *day)
{
    if (calendar_is_kind(day, "holiday"))
        return words->holiday;
    return calendar_is_kind(day, "made_up") ? words->made_up : "";
}

/* " 9 8:00", "10 made up 8:00", " 1 off", " 3 -". */
static const char *calendar_cell(struct rd_cli *cli, const struct calendar_words *words,
                                 const struct rd_value *day)
{
    const char *mark = calendar_mark(words, day);
    int64_t minutes = rd_map_int(day, "minutes", 0);
    const char *length = minutes > 0 ? calendar_length(cli, minutes) : *mark ? "" : "-";
    int number = 0;
    (void)sscanf(rd_map_text(day, "date", ""), "%*d-%*d-%d", &number);
    return rd_arena_printf(&cli->arena, "%2d%s%s%s%s%s", number, *mark ? " " : "", mark,
                           *length ? " " : "", length,
                           calendar_is_kind(day, "own_hours") ? " *" : "");
}

/* ISO 8601: the week belongs to the year of its Thursday. */
static int calendar_week_number(int64_t monday)
{
    int year = 0, month = 0, day = 0;
    rd_date_civil(monday + 3, &year, &month, &day);
    return (int)((monday + 3 - rd_date_days(year, 1, 1)) / 7) + 1;
}

static void calendar_put_weeks(struct rd_cli *cli, const struct calendar_words *words,
                               const struct rd_value *days)
{
    struct rd_column columns[8] = { { words->week, true } };
    const char *cells[8] = { NULL };
    struct rd_grid grid;
    for (int i = 0; i < 7; i++)
        columns[i + 1] = (struct rd_column){ words->weekdays[i], false };
    rd_grid_init(&grid, &cli->arena, columns, 8);
    for (uint32_t i = 0; i < days->count; i++) {
        int64_t weekday = rd_map_int(&days->items[i], "weekday", 1), day = 0;
        cells[weekday] = calendar_cell(cli, words, &days->items[i]);
        if (weekday < 7 && i + 1 < days->count)
            continue;
        (void)rd_date_read(rd_map_text(&days->items[i], "date", ""), &day);
        cells[0] = rd_arena_printf(&cli->arena, "%d", calendar_week_number(day - weekday + 1));
        rd_grid_add(&grid, cells);
        memset(cells, 0, sizeof cells);
    }
    rd_grid_write(&grid, &cli->out, cli->colour);
}

static const char *calendar_hours_text(struct rd_cli *cli, const struct rd_value *day)
{
    const struct rd_value *hours = rd_map_list(day, "hours");
    const char *text = "";
    for (uint32_t i = 0; i < hours->count; i++)
        text = rd_arena_printf(&cli->arena, "%s%s%s-%s", text, i > 0 ? " " : "",
                               rd_map_text(&hours->items[i], "from", ""),
                               rd_map_text(&hours->items[i], "to", ""));
    return text;
}

static bool calendar_same_reason(const struct rd_value *a, const struct rd_value *b)
{
    return calendar_is_kind(a, "holiday") && calendar_is_kind(b, "holiday") &&
           strcmp(rd_map_text(a, "title", ""), rd_map_text(b, "title", "")) == 0;
}

static const char *calendar_why(struct rd_cli *cli, const struct calendar_words *words,
                                const struct rd_value *day)
{
    int64_t like = rd_map_int(day, "like", 0);
    const char *title = rd_map_text(day, "title", "");
    if (calendar_is_kind(day, "holiday"))
        return title;
    if (like == 0)
        return rd_arena_printf(&cli->arena, "%s%s%s", calendar_hours_text(cli, day),
                               *title ? "  " : "", title);
    const char *weekday = words->weekday_names[like - 1];
    return words == &calendar_chinese
               ? rd_arena_printf(&cli->arena, "按%s上班,%s", weekday, calendar_hours_text(cli, day))
               : rd_arena_printf(&cli->arena, "works like a %s, %s", weekday,
                                 calendar_hours_text(cli, day));
}

/* The named days; holidays in a row with one reason are one line. */
static void calendar_put_reasons(struct rd_cli *cli, const struct calendar_words *words,
                                 const struct rd_value *days)
{
    static const struct rd_column columns[] = { { "", false }, { "", false }, { "", false } };
    struct rd_grid grid;
    rd_grid_init(&grid, &cli->arena, columns, 3);
    grid.headed = true;
    for (uint32_t i = 0, last; i < days->count; i = last + 1) {
        const struct rd_value *day = &days->items[i];
        last = i;
        if (calendar_is_kind(day, "work") || calendar_is_kind(day, "off"))
            continue;
        while (last + 1 < days->count && calendar_same_reason(day, &days->items[last + 1]))
            last++;
        const char *first_date = rd_map_text(day, "date", "");
        const char *last_date = rd_map_text(&days->items[last], "date", "");
        const char *mark =
            *calendar_mark(words, day) ? calendar_mark(words, day) : words->own_hours;
        rd_grid_add(&grid,
                    (const char *const[]){ last == i ? first_date
                                                     : rd_arena_printf(&cli->arena, "%s..%s",
                                                                       first_date, last_date + 8),
                                           mark, calendar_why(cli, words, day) });
    }
    if (grid.row_count > 0)
        rd_buf_char(&cli->out, '\n');
    rd_grid_write(&grid, &cli->out, cli->colour);
}

static void calendar_print_month(struct rd_cli *cli, const struct rd_value *month)
{
    const struct calendar_words *words = calendar_words_of(cli, month);
    const struct rd_value *days = rd_map_list(month, "days");
    const char *length = calendar_length(cli, rd_map_int(month, "working_minutes", 0));
    rd_buf_printf(&cli->out, "%s · %s · %s\n\n", rd_map_text(month, "clock", ""),
                  rd_map_text(month, "month", ""), rd_map_text(month, "zone", ""));
    calendar_put_weeks(cli, words, days);
    calendar_put_reasons(cli, words, days);
    long long count = rd_map_int(month, "working_days", 0);
    if (words == &calendar_chinese)
        rd_buf_printf(&cli->out, "\n工作日 %lld 天,%s 小时\n", count, length);
    else
        rd_buf_printf(&cli->out, "\n%lld working days, %s hours\n", count, length);
    if (rd_map_bool(month, "provisional", false))
        rd_buf_text(&cli->out, words->provisional);
}

enum rd_status rd_run_calendar_show(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = calendar_params(cli, (const char *const[]){ "calendar", "month" }, 2);
    return calendar_call(cli, "calendar.show", &params, calendar_print_month, error);
}
