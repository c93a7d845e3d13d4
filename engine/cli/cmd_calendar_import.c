/* Holiday files (rules/holidays/NAME_YEAR.lua) out of an iCalendar file.
 *
 * What is written is a file of the policy language like any other, for people to read, correct and
 * keep; nothing is taken into force by it. Days in a row with one title become one line. What could
 * not be used is told on standard error and makes the exit code 1.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/ics.h"
#include "cli/output.h"

/* ---- writing Lua ---- */

static void import_put_text(struct rd_buf *out, const char *text)
{
    rd_buf_char(out, '"');
    for (const char *at = text; *at; at++) {
        if (*at == '"' || *at == '\\')
            rd_buf_char(out, '\\');
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            rd_buf_printf(out, "\\%03d", (unsigned char)*at);
        else
            rd_buf_char(out, *at);
    }
    rd_buf_char(out, '"');
}

static void import_put_date(struct rd_buf *out, int64_t day)
{
    char text[RD_TIME_TEXT_MAX];
    rd_time_write(day * 86400000, text);
    rd_buf_printf(out, "\"%.10s\"", text);
}

static int import_year_of(int64_t day)
{
    int year = 0, month = 0, month_day = 0;
    rd_date_civil(day, &year, &month, &month_day);
    return year;
}

/* Days off; returns how many lines. */
static size_t import_put_off(struct rd_buf *out, const struct rd_ics_day *days, size_t count)
{
    size_t lines = 0;
    rd_buf_text(out, "  off = {\n");
    for (size_t i = 0, last; i < count; i = last + 1) {
        last = i;
        if (days[i].works)
            continue;
        while (last + 1 < count && !days[last + 1].works &&
               days[last + 1].day == days[last].day + 1 &&
               strcmp(days[last + 1].title, days[i].title) == 0)
            last++;
        rd_buf_text(out, "    { ");
        import_put_date(out, days[i].day);
        rd_buf_text(out, ", ");
        import_put_date(out, days[last].day);
        if (days[i].title[0]) {
            rd_buf_text(out, ", ");
            import_put_text(out, days[i].title);
        }
        rd_buf_text(out, " },\n");
        lines++;
    }
    rd_buf_text(out, "  },\n");
    return lines;
}

static void import_put_work(struct rd_buf *out, const struct rd_ics_day *days, size_t count)
{
    const char *before = "  work = { ";
    for (size_t i = 0; i < count; i++) {
        if (!days[i].works)
            continue;
        rd_buf_text(out, before);
        import_put_date(out, days[i].day);
        before = ", ";
    }
    if (before[0] == ',')
        rd_buf_text(out, " },\n");
}

static void import_put_year(struct rd_buf *out, const char *name, const char *source,
                            const struct rd_ics_day *days, size_t count)
{
    rd_buf_text(out, "holidays ");
    import_put_text(out, name);
    rd_buf_printf(out, " {\n  year = %d,\n  source = ", import_year_of(days[0].day));
    import_put_text(out, source);
    rd_buf_text(out, ",\n");
    (void)import_put_off(out, days, count);
    import_put_work(out, days, count);
    rd_buf_char(out, '}');
}

/* ---- where it goes ---- */

static enum rd_status import_write_file(const char *path, const struct rd_buf *text,
                                        struct rd_error *error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0)
        return rd_error_errno(error, RD_IO, errno, "making %s", path);
    ssize_t written = write(fd, text->data, text->len);
    int failed = written < 0 || (size_t)written != text->len ? errno ? errno : EIO : 0;
    if (close(fd) != 0 && !failed)
        failed = errno;
    if (failed) {
        unlink(path);
        return rd_error_errno(error, RD_IO, failed, "writing %s", path);
    }
    return RD_OK;
}

struct import_years {
    struct rd_cli *cli;
    const char *name, *source;
    const struct rd_ics *ics;
};

/* The end of the run of days that lie in one year. */
static size_t import_year_end(const struct rd_ics *ics, size_t from)
{
    size_t end = from;
    while (end < ics->count &&
           import_year_of(ics->days[end].day) == import_year_of(ics->days[from].day))
        end++;
    return end;
}

static enum rd_status import_to_files(const struct import_years *years, const char *dir,
                                      struct rd_error *error)
{
    enum rd_status status = RD_OK;
    struct rd_buf text;
    rd_buf_init(&text);
    for (size_t from = 0, end; status == RD_OK && from < years->ics->count; from = end) {
        end = import_year_end(years->ics, from);
        const char *path = rd_arena_printf(&years->cli->arena, "%s/%s_%d.lua", dir, years->name,
                                           import_year_of(years->ics->days[from].day));
        rd_buf_clear(&text);
        rd_buf_text(&text, "return ");
        import_put_year(&text, years->name, years->source, years->ics->days + from, end - from);
        rd_buf_char(&text, '\n');
        status = import_write_file(path, &text, error);
        if (status == RD_OK)
            rd_buf_printf(&years->cli->out, "%s: %zu days\n", path, end - from);
    }
    rd_buf_fini(&text);
    return status;
}

/* Several years are one file that returns them all. */
static void import_to_output(const struct import_years *years)
{
    struct rd_buf *out = &years->cli->out;
    bool several = import_year_end(years->ics, 0) < years->ics->count;
    rd_buf_text(out, several ? "return {\n" : "return ");
    for (size_t from = 0, end; from < years->ics->count; from = end) {
        end = import_year_end(years->ics, from);
        import_put_year(out, years->name, years->source, years->ics->days + from, end - from);
        rd_buf_text(out, several ? ",\n" : "\n");
    }
    if (several)
        rd_buf_text(out, "}\n");
}

/* ---- the command ---- */

static bool import_name_sound(const char *name)
{
    size_t len = strlen(name);
    return len > 0 && len <= RD_NAME_BYTES_MAX && !(name[0] >= '0' && name[0] <= '9') &&
           strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == len;
}

static void import_tell(const char *path, const struct rd_ics *ics)
{
    struct rd_buf out;
    rd_buf_init(&out);
    for (size_t i = 0; i < ics->problem_count; i++) {
        rd_buf_printf(&out, "%s: ", path);
        rd_output_plain(&out, ics->problems[i], strlen(ics->problems[i]));
        rd_buf_char(&out, '\n');
    }
    if (out.len > 0)
        fwrite(out.data, 1, out.len, stderr);
    rd_buf_fini(&out);
}

static const char *import_source(struct rd_cli *cli, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *leaf = strcmp(path, "-") == 0 ? "an iCalendar file" : slash ? slash + 1 : path;
    return rd_text_is_utf8(leaf, strlen(leaf)) ? rd_arena_printf(&cli->arena, "%s", leaf)
                                               : "an iCalendar file";
}

enum rd_status rd_run_calendar_import(struct rd_cli *cli, struct rd_error *error)
{
    const char *path = cli->args.operands[0], *text = NULL;
    const char *name = rd_args_text(&cli->args, "name"), *dir = rd_args_text(&cli->args, "dir");
    int64_t year = rd_args_number(&cli->args, "year", 0);
    struct rd_ics ics;
    size_t len = 0;
    if (!import_name_sound(name))
        return rd_error_set(error, RD_USAGE,
                            "--name takes letters, digits and _, such as cn, not '%.80s'", name);
    if (year != 0 && (year < RD_CALENDAR_YEAR_MIN || year > RD_CALENDAR_YEAR_MAX))
        return rd_error_set(error, RD_USAGE, "--year takes a year from %d to %d",
                            RD_CALENDAR_YEAR_MIN, RD_CALENDAR_YEAR_MAX);
    enum rd_status status =
        rd_cli_read_file(&cli->arena, path, RD_ICS_BYTES_MAX, &text, &len, error);
    if (status == RD_OK)
        status = rd_ics_read(&cli->arena, text, len, (int)year, &ics, error);
    if (status != RD_OK)
        return status;
    import_tell(path, &ics);
    if (ics.count == 0)
        return rd_error_set(error, RD_NOT_FOUND, "%s has no days off%s", path,
                            year ? " in that year" : "");
    struct import_years years = { cli, name, import_source(cli, path), &ics };
    if (dir)
        status = import_to_files(&years, dir, error);
    else
        import_to_output(&years);
    if (status == RD_OK && ics.problem_count > 0)
        return rd_error_set(error, RD_CHECK_FAILED, "%zu events were left out or used in part",
                            ics.problem_count);
    return status;
}
