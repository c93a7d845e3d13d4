/* Imports: the real data sets come in with equal counts, twice is once, cut off is gone on with,
 * and what is bad is one line in the errors file. The clock is the machine's: the past is the
 * files'.
 */
#include "common/t.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/limits.h"
#include "unit/unit.h"

#define INCIDENTS "incidents/incident_events.csv"
#define COMPLAINTS_2013 "complaints/cfpb_2013-08.csv"
#define COMPLAINTS_2016 "complaints/cfpb_2016-09_in_progress.csv"

static struct t_daemon *d;

static void setup(void)
{
    d = t_daemon_start(&(struct t_options){ .clock_real = true });
}

static void teardown(void)
{
    t_daemon_free(d);
}

static const char *path_of(const char *name)
{
    return rd_arena_printf(&d->arena, "%s/%s", d->dir, name);
}

/* A file of the shared data, or NULL, said aloud, where it is not there. */
static const char *shared(const char *name)
{
    const char *dir = getenv("REDRESS_SHARED");
    const char *path = rd_arena_printf(&d->arena, "%s/data/%s", dir ? dir : "../shared", name);
    if (access(path, R_OK) == 0)
        return path;
    printf("SKIPPED: %s is not there (REDRESS_SHARED names its folder)\n", path);
    return NULL;
}

static const char *write_file(const char *name, const char *text)
{
    const char *path = path_of(name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
    return path;
}

static const char *read_file(const char *path)
{
    struct rd_buf buf;
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s is not there", path);
    rd_buf_init(&buf);
    for (size_t got = 1; got > 0; buf.len += got)
        got = fread(rd_buf_reserve(&buf, 4096), 1, 4096, file);
    fclose(file);
    const char *text = rd_arena_copy(&d->arena, buf.data, buf.len);
    rd_buf_fini(&buf);
    return text;
}

/* ---- running the program ---- */

/* What a program wrote from the first brace to the last; warnings stand around it. */
static struct rd_value json_of(const char *output)
{
    const char *from = strchr(output, '{');
    const char *to = strrchr(output, '}');
    struct rd_value value = rd_null();
    struct rd_error error = RD_ERROR_NONE;
    ck_assert_msg(from && to && from < to, "no JSON: %s", output);
    enum rd_status status = rd_json_parse(&d->arena, from, (size_t)(to - from) + 1,
                                          RD_MESSAGE_DEPTH_MAX, &value, &error);
    ck_assert_msg(status == RD_OK, "%s: %s", error.text, output);
    return value;
}

static const char *errors_path(void)
{
    return path_of("errors.csv");
}

static int import_code(const char *mapping, const char *source, const char **output)
{
    const char *args[] = { "import", "--connect", d->address,    "--mapping", mapping, "-o",
                           "json",   "--errors",  errors_path(), source,      NULL };
    return t_program(d, args, output);
}

static struct rd_value import(const char *mapping, const char *source)
{
    const char *output;
    int code = import_code(mapping, source, &output);
    ck_assert_msg(code == 0, "exit code %d: %s", code, output);
    return json_of(output);
}

/* How many cases have this value. */
static int64_t report(const char *type, const char *by, const char *value)
{
    const char *output;
    const char *args[] = { "report", "cases", "--connect", d->address, "--type", type,
                           "--by",   by,      "-o",        "json",     NULL };
    int code = t_program(d, args, &output);
    ck_assert_msg(code == 0, "exit code %d: %s", code, output);
    struct rd_value result = json_of(output);
    if (!value)
        return t_int(result, "total");
    const struct rd_value *counts = rd_map_list(&result, "counts");
    for (uint32_t i = 0; i < counts->count; i++)
        if (strcmp(rd_map_text(&counts->items[i], "value", ""), value) == 0)
            return rd_map_int(&counts->items[i], "count", 0);
    return 0;
}

/* Stops the daemon, makes the store anew from the journal, and starts it again. */
static void rebuild(void)
{
    const char *output;
    const char *args[] = { "store", "rebuild", "--data", path_of("data"), "-o", "json", NULL };
    t_daemon_stop(d);
    int code = t_program(d, args, &output);
    ck_assert_msg(code == 0, "exit code %d: %s", code, output);
    ck_assert(t_bool(json_of(output), "equal"));
    t_daemon_again(d);
}

static int64_t newest(void)
{
    return t_int(t_call(d, "server.info", "{}"), "seq");
}

/* All cases of a type as one text. */
static const char *all_cases(const char *type)
{
    struct rd_buf text;
    const char *cursor = NULL;
    rd_buf_init(&text);
    do {
        struct rd_value page =
            cursor ? t_call(d, "case.list", "{'type': '%s', 'limit': 500, 'cursor': '%s'}", type,
                            cursor)
                   : t_call(d, "case.list", "{'type': '%s', 'limit': 500}", type);
        const struct rd_value *cases = rd_map_list(&page, "cases");
        for (uint32_t i = 0; i < cases->count; i++) {
            rd_json_write(&text, &cases->items[i]);
            rd_buf_char(&text, '\n');
        }
        cursor = rd_map_text(&page, "cursor", NULL);
    } while (cursor);
    const char *kept = rd_arena_copy(&d->arena, text.data, text.len);
    rd_buf_fini(&text);
    return kept;
}

/* ---- the service desk's log ---- */

START_TEST(test_the_incidents_come_in_with_equal_counts)
{
    const char *source = shared(INCIDENTS);
    if (!source)
        return;
    struct rd_value done = import("scripts/import/incidents.lua", source);
    ck_assert_int_eq(t_int(done, "rows"), 14132);
    ck_assert_int_eq(t_int(done, "opened"), 2468);
    ck_assert_int_eq(t_int(done, "events"), 14132);
    ck_assert_int_eq(t_int(done, "repeated"), 0);
    ck_assert_int_eq(t_int(done, "rejected"), 0);
    ck_assert_int_eq(t_int(done, "failed"), 0);
    ck_assert_int_gt(t_int(done, "rung"), 0);
    ck_assert(!t_has(done, "errors"));
    ck_assert_int_ne(access(errors_path(), F_OK), 0);

    ck_assert_int_eq(report("incident", "state", NULL), 2468);
    ck_assert_int_eq(report("incident", "state", "closed"), 2468);
    ck_assert_int_eq(report("incident", "reopen_count", "0"), 2468 - 34);
    ck_assert_int_eq(report("incident", "made_sla", "false"), 927);
    ck_assert_int_eq(report("incident", "month", "2016-04"), 792);

    /* the past is over: nobody was told of it */
    ck_assert_uint_eq(t_count(t_call(d, "notice.list", "{}"), "notices"), 0);

    int64_t before = newest();
    done = import("scripts/import/incidents.lua", source);
    ck_assert_int_eq(t_int(done, "opened"), 0);
    ck_assert_int_eq(t_int(done, "events"), 0);
    ck_assert_int_eq(t_int(done, "repeated"), 2468 + 14132);
    ck_assert_int_eq(t_int(done, "failed"), 0);
    ck_assert_int_eq(t_int(done, "rung"), 0);
    ck_assert_int_eq(newest(), before);

    const char *cases = all_cases("incident");
    rebuild();
    ck_assert_str_eq(all_cases("incident"), cases);
}
END_TEST

/* ---- cut off ---- */

static pid_t start_import(const char *mapping, const char *source)
{
    const char *args[] = {
        getenv("REDRESS_BIN"), "import", "--connect", d->address, "--mapping", mapping, "--errors",
        errors_path(),         source,   NULL
    };
    const char *output = path_of("cut.log");
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid > 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int fd = open(output, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
        _exit(126);
    execv(args[0], (char *const *)(uintptr_t)args);
    _exit(127);
}

/* Waits until so many more entries are there. */
static void await_entries(int64_t seq)
{
    for (int tries = 0; tries < 30000 && newest() < seq; tries++)
        poll(NULL, 0, 2);
    ck_assert_int_ge(newest(), seq);
}

static int end_of(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        ck_assert_int_eq(errno, EINTR);
    return status;
}

START_TEST(test_an_import_that_is_cut_off_is_gone_on_with)
{
    const char *source = shared(INCIDENTS);
    const char *mapping = "scripts/import/incidents.lua";
    if (!source)
        return;
    import(mapping, source);
    int64_t whole = newest();
    const char *expected = strdup(all_cases("incident"));
    ck_assert_ptr_nonnull(expected);
    t_daemon_free(d);
    setup();
    source = shared(INCIDENTS);

    pid_t pid = start_import(mapping, source); /* the importer dies */
    await_entries(2000);
    kill(pid, SIGKILL);
    ck_assert(WIFSIGNALED(end_of(pid)));
    ck_assert_int_lt(newest(), whole);

    int64_t from = newest(); /* the daemon dies */
    pid = start_import(mapping, source);
    await_entries(from + 2000);
    t_daemon_kill(d);
    int status = end_of(pid);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), rd_status_exit(RD_NO_SERVER));
    ck_assert_ptr_nonnull(strstr(read_file(path_of("cut.log")), "goes on from there"));
    t_daemon_again(d);
    ck_assert_int_lt(newest(), whole);

    struct rd_value done = import(mapping, source);
    ck_assert_int_gt(t_int(done, "repeated"), 0);
    ck_assert_int_gt(t_int(done, "events"), 0);
    ck_assert_int_eq(t_int(done, "failed"), 0);
    ck_assert_str_eq(all_cases("incident"), expected);
    ck_assert_int_eq(report("incident", "reopen_count", "0"), 2468 - 34);
    rebuild();
    free((char *)(uintptr_t)expected);
}
END_TEST

/* ---- the regulator's complaints ---- */

static size_t count_lines(const char *text)
{
    size_t lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

START_TEST(test_the_complaints_come_in_with_equal_counts)
{
    const char *mapping = "scripts/import/complaints.lua";
    const char *first = shared(COMPLAINTS_2013);
    const char *second = shared(COMPLAINTS_2016);
    if (!first || !second)
        return;
    struct rd_value done = import(mapping, first);
    ck_assert_int_eq(t_int(done, "rows"), 1000);
    ck_assert_int_eq(t_int(done, "opened"), 1000 - 23);
    ck_assert_int_eq(t_int(done, "rejected"), 23);
    ck_assert_int_eq(t_int(done, "failed"), 0);
    ck_assert_str_eq(t_text(done, "errors"), errors_path());
    const char *errors = read_file(errors_path());
    ck_assert_uint_eq(count_lines(errors), 1 + 23);
    ck_assert_ptr_nonnull(
        strstr(errors, "437,510042,rejected,sent to the company before it was received\n"));

    done = import(mapping, second);
    ck_assert_int_eq(t_int(done, "rows"), 349);
    ck_assert_int_eq(t_int(done, "opened"), 349);
    ck_assert_int_eq(t_int(done, "failed"), 0);

    ck_assert_int_eq(report("regulator_complaint", "state", NULL), 1349 - 23);
    ck_assert_int_eq(report("regulator_complaint", "state", "in_progress"), 69);
    ck_assert_int_eq(report("regulator_complaint", "state", "disputed"), 247);
    ck_assert_int_eq(report("regulator_complaint", "state", "untimely"), 1);
    ck_assert_int_eq(report("regulator_complaint", "timely", "false"), 15);

    int64_t before = newest();
    done = import(mapping, first);
    ck_assert_int_eq(t_int(done, "opened") + t_int(done, "events"), 0);
    ck_assert_int_eq(t_int(done, "rejected"), 23);
    ck_assert_int_eq(newest(), before);
    const char *cases = all_cases("regulator_complaint");
    rebuild();
    ck_assert_str_eq(all_cases("regulator_complaint"), cases);
}
END_TEST

/* ---- bad rows ---- */

static const char *const mapping_text =
    "return import \"desk\" { type = \"incident\", zone = \"Asia/Shanghai\",\n"
    "  columns = { \"number\", \"when\", \"what\" },\n"
    "  row = function(r)\n"
    "    if r.what == \"reject\" then return reject(\"not wanted\", r.number) end\n"
    "    if r.what == \"skip\" then return skip \"nothing\" end\n"
    "    if r.what == \"nothing\" then return {} end\n"
    "    if r.what == \"fault\" then error \"oh\" end\n"
    "    if r.what == \"number\" then return 7 end\n"
    "    if r.what == \"misspelt\" then return { { key = r.number, at = r.when, evnt = {} } } end\n"
    "    if r.what == \"open\" then return { { key = r.number, at = r.when, open = { source_number "
    "= r.number } } } end\n"
    "    if r.what == \"empty\" then return { { key = r.number, at = r.when, open = {} } } end\n"
    "    if r.what == \"half\" then return { { key = r.number, at = r.when, open = {} }, { key = "
    "\"\", at = r.when, event = \"close\" } } end\n"
    "    return { { key = r.number, at = r.when, event = r.what } }\n"
    "  end }\n";

/* The fields behind line and key of the row of errors that begins with this line number. */
static const char *reason_of(const char *errors, int line)
{
    const char *begin = strstr(errors, rd_arena_printf(&d->arena, "\n%d,", line));
    ck_assert_msg(begin != NULL, "no error on line %d: %s", line, errors);
    begin++;
    return rd_arena_copy(&d->arena, begin, strcspn(begin, "\n"));
}

static void check_reason(const char *errors, int line, const char *expected)
{
    const char *reason = reason_of(errors, line);
    ck_assert_msg(strstr(reason, expected) != NULL, "'%s' does not say '%s'", reason, expected);
}

START_TEST(test_bad_rows_go_to_the_errors_file_and_stop_nothing)
{
    const char *mapping = write_file("desk.lua", mapping_text);
    const char *source = write_file("desk.csv", "Number,When,What\n"
                                                "A,2020-01-01 08:00,open\n"      /* 2 */
                                                "A,2020-01-01 09:00,assign\n"    /* 3 */
                                                "B,2020-01-01 08:00,reject\n"    /* 4 */
                                                "B,2020-01-01 08:00,skip\n"      /* 5 */
                                                "B,2020-01-01 08:00,nothing\n"   /* 6 */
                                                "B,2020-01-01 08:00,fault\n"     /* 7 */
                                                "B,2020-01-01 08:00,number\n"    /* 8 */
                                                "B,2020-01-01 08:00,misspelt\n"  /* 9 */
                                                "B,2020-01-01,open,more\n"       /* 10 */
                                                "B,\"2020\"x,open\n"             /* 11 */
                                                "B,\xFF,open\n"                  /* 12 */
                                                "B,tomorrow,open\n"              /* 13 */
                                                "C,2020-01-01 08:00,assign\n"    /* 14 */
                                                "A,2020-01-01 10:00,close\n"     /* 15 */
                                                "D,2999-01-01 08:00,open\n"      /* 16 */
                                                "E,2020-01-01 08:00,half\n"      /* 17 */
                                                "A,2020-01-01 11:00,resolve\n"   /* 18 */
                                                "F,2020-01-01 11:00,empty\n"     /* 19 */
                                                "A,2020-01-01 12:00,\"close\n"); /* 20 */
    struct rd_value done = import(mapping, source);
    ck_assert_int_eq(t_int(done, "rows"), 19);
    ck_assert_int_eq(t_int(done, "opened"), 2);
    ck_assert_int_eq(t_int(done, "events"), 2);
    ck_assert_int_eq(t_int(done, "skipped"), 2);
    ck_assert_int_eq(t_int(done, "rejected"), 10);
    ck_assert_int_eq(t_int(done, "failed"), 3);
    const char *errors = read_file(errors_path());
    ck_assert_uint_eq(count_lines(errors), 1 + 13);
    check_reason(errors, 4, "B,rejected,not wanted");
    check_reason(errors, 7, "policy_fault,");
    check_reason(errors, 7, "desk.lua:7");
    check_reason(errors, 8, "neither a list of items");
    check_reason(errors, 9, "did you mean 'event'?");
    check_reason(errors, 10, "bad_csv,\"the row has 4 fields, the header 3\"");
    check_reason(errors, 11, "bad_csv,letters behind a closing quote");
    check_reason(errors, 12, "bad_csv,a field is not UTF-8");
    check_reason(errors, 13, "neither a time");
    check_reason(errors, 14, "C,not_found,");
    check_reason(errors, 15, "A,wrong_state,");
    check_reason(errors, 16, "D,out_of_order,");
    check_reason(errors, 17, "needs its key");
    check_reason(errors, 20, "bad_csv,a quoted field is never closed");
    ck_assert_int_eq(report("incident", "state", "resolved"), 1);
    ck_assert_int_eq(report("incident", "state", NULL), 2);

    int64_t before = newest(); /* the bad rows stay bad, the good ones are there */
    done = import(mapping, source);
    ck_assert_int_eq(t_int(done, "repeated"), 4);
    ck_assert_int_eq(t_int(done, "failed"), 3);
    ck_assert_int_eq(newest(), before);
}
END_TEST

START_TEST(test_times_are_those_of_the_mappings_zone)
{
    const char *mapping = write_file("desk.lua", mapping_text);
    import(mapping, write_file("desk.csv", "number,when,what\nA,2020-01-01 08:00,open\n"));
    struct rd_value page = t_call(d, "case.list", "{'type': 'incident'}");
    ck_assert_str_eq(t_text(page, "cases.0.opened_at"), "2020-01-01T00:00:00Z");
}
END_TEST

START_TEST(test_nothing_usable_is_a_failure)
{
    const char *output;
    const char *mapping = write_file("desk.lua", mapping_text);
    const char *source = write_file("desk.csv", "number,when,what\nA,2020-01-01,reject\n");
    ck_assert_int_eq(import_code(mapping, source, &output), 1);
    ck_assert_ptr_nonnull(strstr(output, "nothing of"));
    ck_assert_ptr_nonnull(strstr(output, errors_path()));
    source = write_file("desk.csv", "number,when,what\n");
    ck_assert_int_eq(import_code(mapping, source, &output), 0);
    ck_assert_int_eq(t_int(json_of(output), "rows"), 0);
}
END_TEST

START_TEST(test_what_stops_an_import_before_it_begins)
{
    const char *output;
    const char *mapping = write_file("desk.lua", mapping_text);
    const char *source = write_file("desk.csv", "nunber,when,who\nA,2020-01-01,open\n");
    ck_assert_int_eq(import_code(mapping, source, &output), 1);
    ck_assert_msg(strstr(output, "'number' (is 'nunber' meant?)") != NULL, "%s", output);
    ck_assert_msg(strstr(output, "'what'") != NULL, "%s", output);
    source = write_file("desk.csv", "number,When,when,what\n");
    ck_assert_int_eq(import_code(mapping, source, &output), 1);
    ck_assert_msg(strstr(output, "two columns with the name 'when'") != NULL, "%s", output);
    ck_assert_int_eq(import_code(mapping, write_file("desk.csv", ""), &output), 1);
    ck_assert_int_eq(import_code(mapping, path_of("none.csv"), &output), 5);
    ck_assert_int_eq(import_code(path_of("none.lua"), source, &output), 5);
    mapping = write_file("desk.lua", "return import \"desk\" { type = \"incident\", colums = {} }");
    ck_assert_int_eq(import_code(mapping, source, &output), 1);
    ck_assert_msg(strstr(output, "desk.lua:1: ") != NULL, "%s", output);
    ck_assert_int_ne(access(errors_path(), F_OK), 0);
}
END_TEST

START_TEST(test_the_mapping_may_order_what_happened_at_the_same_time)
{
    const char *mapping = write_file(
        "desk.lua", "local ranks = { open = 1, resolve = 2, close = 3 }\n"
                    "return import \"desk\" { type = \"incident\", zone = \"UTC\",\n"
                    "  columns = { \"number\", \"what\" },\n"
                    "  order = function(item) return ranks[item.event or \"open\"] end,\n"
                    "  row = function(r)\n"
                    "    if r.what == \"open\" then return { { key = r.number, at = "
                    "\"2020-01-01\", open = {} } } end\n"
                    "    return { { key = r.number, at = \"2020-01-01\", event = r.what } }\n"
                    "  end }\n");
    struct rd_value done =
        import(mapping, write_file("desk.csv", "number,what\nA,close\nA,resolve\nA,open\n"));
    ck_assert_int_eq(t_int(done, "failed"), 0);
    ck_assert_int_eq(report("incident", "state", "closed"), 1);
}
END_TEST

/* ---- without a daemon ---- */

START_TEST(test_a_data_directory_may_be_written_without_a_daemon)
{
    const char *output;
    const char *mapping = write_file("desk.lua", mapping_text);
    const char *source = write_file("desk.csv", "number,when,what\nA,2020-01-01 08:00,open\n");
    const char *args[] = { "import", "--data",   path_of("data"), "--mapping", mapping, "-o",
                           "json",   "--errors", errors_path(),   source,      NULL };
    int code = t_program(d, args, &output);
    ck_assert_msg(code == rd_status_exit(RD_IN_USE), "exit code %d: %s", code, output);
    t_daemon_stop(d);
    code = t_program(d, args, &output);
    ck_assert_msg(code == 0, "exit code %d: %s", code, output);
    ck_assert_int_eq(t_int(json_of(output), "opened"), 1);
    const char *counted[] = { "report", "cases",    "--data", path_of("data"),
                              "--type", "incident", NULL };
    ck_assert_int_eq(t_program(d, counted, &output), 0);
    ck_assert_msg(strstr(output, "total      1") != NULL, "%s", output);
    args[2] = path_of("none");
    ck_assert_int_eq(t_program(d, args, &output), rd_status_exit(RD_NOT_FOUND));
    t_daemon_again(d);
    ck_assert_int_eq(report("incident", "state", "new"), 1);
}
END_TEST

START_TEST(test_a_report_needs_a_type_and_a_field)
{
    const char *output;
    const char *none[] = { "report", "cases", "--connect", d->address, NULL };
    const char *type[] = { "report", "cases", "--connect", d->address, "--type", "nonsense", NULL };
    const char *by[] = { "report",   "cases", "--connect", d->address, "--type",
                         "incident", "--by",  "nonsense",  NULL };
    ck_assert_int_eq(t_program(d, none, &output), 2);
    ck_assert_int_eq(t_program(d, type, &output), 2);
    ck_assert_int_eq(t_program(d, by, &output), 2);
    ck_assert_msg(strstr(output, "nonsense") != NULL, "%s", output);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("import");
    TCase *tcase = tcase_create("import");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_the_incidents_come_in_with_equal_counts);
    tcase_add_test(tcase, test_an_import_that_is_cut_off_is_gone_on_with);
    tcase_add_test(tcase, test_the_complaints_come_in_with_equal_counts);
    tcase_add_test(tcase, test_bad_rows_go_to_the_errors_file_and_stop_nothing);
    tcase_add_test(tcase, test_times_are_those_of_the_mappings_zone);
    tcase_add_test(tcase, test_nothing_usable_is_a_failure);
    tcase_add_test(tcase, test_what_stops_an_import_before_it_begins);
    tcase_add_test(tcase, test_the_mapping_may_order_what_happened_at_the_same_time);
    tcase_add_test(tcase, test_a_data_directory_may_be_written_without_a_daemon);
    tcase_add_test(tcase, test_a_report_needs_a_type_and_a_field);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
