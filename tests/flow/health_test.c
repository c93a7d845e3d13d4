/* What operators look at: health, metrics, and the doctor. */
#include "common/t.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "unit/unit.h"

static struct t_daemon *d;
static const char *output;

static void setup(void)
{
    d = t_daemon_start(NULL);
}

static void teardown(void)
{
    t_daemon_free(d);
}

#define RUN(...) t_program(d, (const char *const[]){ __VA_ARGS__, NULL }, &output)

static void says(const char *text)
{
    ck_assert_msg(strstr(output, text) != NULL, "'%s' is missing in:\n%s", text, output);
}

/* The number behind "NAME " at the begin of a line; -1: there is none. */
static double metric(const char *text, const char *name)
{
    size_t len = strlen(name);
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        double value;
        if (strncmp(line, name, len) == 0 && line[len] == ' ' &&
            sscanf(line + len, "%lf", &value) == 1)
            return value;
    }
    return -1;
}

static const char *metrics(void)
{
    return t_text(t_call(d, "server.metrics", "{}"), "text");
}

#define LISTS "redress_requests_total{method=\"staff.list\",outcome=\"ok\"}"
#define LISTS_REFUSED "redress_requests_total{method=\"staff.list\",outcome=\"refused\"}"

START_TEST(metrics_count_what_happens)
{
    double entries = metric(metrics(), "redress_journal_entries_total");
    ck_assert_double_gt(entries, 0);
    ck_assert_double_eq(metric(metrics(), LISTS), -1);
    t_call(d, "staff.list", "{}");
    t_call(d, "staff.list", "{'as': 'ben'}");
    t_refused(d, "invalid_params", "staff.list", "{'limit': 'many'}");
    t_refused(d, "not_found", "case.get", "{'id': '5-1'}");
    t_call(d, "record.create", "{'type': 'customer', 'as': 'ben', 'data': {'name': 'Li'}}");
    const char *text = metrics();
    ck_assert_double_eq(metric(text, LISTS), 2);
    ck_assert_double_eq(metric(text, LISTS_REFUSED), 1);
    ck_assert_double_gt(metric(text, "redress_journal_entries_total"), entries);
    ck_assert_double_eq(metric(text, "redress_accepts_writes"), 1);
    ck_assert_double_eq(metric(text, "redress_deadline_late_seconds"), 0);
    ck_assert_double_ge(metric(text, "redress_sessions"), 1);
    ck_assert_double_gt(metric(text, "redress_disk_bytes"),
                        metric(text, "redress_disk_free_bytes"));
    ck_assert_double_gt(metric(text, "process_resident_memory_bytes"), 1000000);
    ck_assert_double_gt(metric(text, "redress_memory_bytes"), 1000000);
    ck_assert_double_ge(metric(text, "redress_memory_used_bytes"), 0);
}
END_TEST

/* Each sample belongs to a family that says what it is, and no family comes twice. */
START_TEST(metrics_are_well_formed)
{
    const char *text = metrics();
    size_t families = 0;
    for (const char *line = text; *line;) {
        char name[100], type[20], head[140];
        const char *end = strchr(line, '\n');
        ck_assert_ptr_nonnull(end);
        if (line[0] != '#') {
            ck_assert_int_eq(sscanf(line, "%99[a-z_0-9]", name), 1);
            snprintf(head, sizeof head, "# TYPE %s ", name);
            const char *said = strstr(text, head);
            ck_assert_msg(said && said < line, "%s has no type", name);
            ck_assert_int_eq(sscanf(said + strlen(head), "%19s", type), 1);
            bool total = strlen(name) > 6 && strcmp(name + strlen(name) - 6, "_total") == 0;
            ck_assert_msg(total == (strcmp(type, "counter") == 0), "%s is a %s", name, type);
        } else if (sscanf(line, "# HELP %99s", name) == 1) {
            snprintf(head, sizeof head, "# HELP %s ", name);
            ck_assert_ptr_eq(strstr(text, head), line);
            families++;
        }
        line = end + 1;
    }
    ck_assert_uint_gt(families, 20);
}
END_TEST

START_TEST(metrics_are_for_operators)
{
    t_refused(d, "not_allowed", "server.metrics", "{'as': 'kf1'}");
    t_refused(d, "invalid_params", "server.metrics", "{'format': 'json'}");
    ck_assert_int_eq(RUN("server", "metrics", "--connect", d->address), 0);
    says("# TYPE redress_info gauge\nredress_info{version=");
    ck_assert_int_eq(RUN("server", "metrics", "--connect", d->address, "--as", "kf1"), 4);
}
END_TEST

START_TEST(health_is_for_everybody)
{
    struct rd_value health = t_call(d, "server.health", "{}");
    ck_assert(t_bool(health, "live"));
    ck_assert_msg(t_bool(health, "ready"), "%s", t_show(health));
    ck_assert_uint_eq(t_count(health, "reasons"), 0);
    ck_assert_int_eq(RUN("server", "health", "--connect", d->address), 0);
    says("ready");
    t_daemon_stop(d);
    ck_assert_int_eq(RUN("server", "health", "--connect", d->address), 3);
}
END_TEST

START_TEST(the_doctor_looks)
{
    char data[600];
    snprintf(data, sizeof data, "%s/data", d->dir);
    (void)RUN("doctor", "--data", data, "--policy", "."); /* the machine may have its faults */
    says("mode 0700");
    says("Asia/Shanghai, version");
    says("policy");
    ck_assert_int_eq(chmod(data, 0750), 0);
    ck_assert_int_eq(RUN("doctor", "--data", data, "--policy", "."), 1);
    says("others can reach the company's data");
    ck_assert_int_eq(chmod(data, 0700), 0);
    ck_assert_int_eq(RUN("doctor", "--data", data, "--policy", d->dir), 1); /* no rules there */
    says("redress policy check");
    ck_assert_int_eq(RUN("doctor", "--data", "/nowhere/at/all", "-o", "json"),
                     RUN("doctor", "--data", "/nowhere/at/all"));
    says("there is no /nowhere/at/all yet");
    ck_assert_int_eq(RUN("doctor", "--dta", "x"), 2);
}
END_TEST

/* Who watches a server that stands still must not stand still with it. */
START_TEST(a_server_that_stands_still_is_none)
{
    kill(d->pid, SIGSTOP);
    ck_assert_int_eq(RUN("server", "health", "--connect", d->address), 3);
    ck_assert_msg(strstr(output, "has not answered for 10 s") != NULL, "%s", output);
    /* nor does who logs in first */
    ck_assert_int_eq(RUN("server", "health", "--connect", d->address, "--token", "x"), 3);
    ck_assert_msg(strstr(output, "has not answered for 10 s") != NULL, "%s", output);
    ck_assert_int_eq(RUN("doctor", "--data", rd_arena_printf(&d->arena, "%s/data", d->dir)), 1);
    ck_assert_msg(strstr(output, "it takes connections and has not answered") != NULL, "%s",
                  output);
    kill(d->pid, SIGCONT);
    ck_assert_int_ne(RUN("server", "health", "--connect", d->address), 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("health");
    TCase *tests = tcase_create("health");
    tcase_set_timeout(tests, T_TIMEOUT_S);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, metrics_count_what_happens);
    tcase_add_test(tests, metrics_are_well_formed);
    tcase_add_test(tests, metrics_are_for_operators);
    tcase_add_test(tests, health_is_for_everybody);
    tcase_add_test(tests, the_doctor_looks);
    tcase_add_test(tests, a_server_that_stands_still_is_none);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
