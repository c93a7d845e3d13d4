/* Reports: exact figures of a month that was made up, the month before, an empty one; who is
 * counted for whom; snapshots; reports that schedules file. */
#include <stdarg.h>
#include <stdlib.h>

#include "base/limits.h"
#include "common/company.h"
#include "kernel/loading.h"
#include "kernel/report.h"
#include "store/faults.h"
#include "unit/kernel_rig.h"

static struct kernel_rig rig;

/* `born` is the day of the period; `rate` is a real, which nothing adds up. */
static const char REPORTS[] =
    "return {\n"
    "  report 'people' { title = { en = 'People', zh = '人员' }, of = 'person', at = 'born',\n"
    "    sections = {\n"
    "      { title = { en = 'By kind', zh = '按类型' }, by = 'kind', against = 'previous',\n"
    "        measures = { all = count, noted = { share = true, where = { note = { given = true } } "
    "},\n"
    "          worth = { sum = 'worth' }, score = { average = 'score' },\n"
    "          price = { average = 'worth' } } },\n"
    "      { by = 'branch', measures = { all = { count = true, en = 'How many', zh = '人数' } } "
    "},\n"
    "      { by = { 'unit', 'kind' }, where = { score = { from = 1 } }, top = 2,\n"
    "        measures = { worth = { sum = 'worth' } } },\n"
    "      { by = 'name', top = 1, order = 'change', against = 'previous', measures = { all = "
    "count "
    "} },\n"
    "      { measures = { all = count, odd = { count = true, where = { kind = 'odd' } } } },\n"
    "      { of = 'job', by = 'state', measures = { jobs = count } },\n"
    "    } },\n"
    "}\n";

static void open_with(const char *reports)
{
    rig_make(&rig);
    t_company_write(rig.policy, "rules/reports.lua", reports);
    enum rd_status status = rig_start(&rig, false);
    const char *why = "";
    for (const struct rd_finding *f = rig.findings.first; f; f = f->next)
        if (f->error)
            why = f->text;
    ck_assert_msg(status == RD_OK, "%s: %s", rig.error.text, why);
}

static void setup(void)
{
    open_with(REPORTS);
}

static void teardown(void)
{
    unsetenv("RD_FAULT");
    rig_close(&rig);
}

static void person(const char *name, const char *born, const char *rest)
{
    const char *before = rig.as;
    rig.as = "adm";
    rig_ok(&rig, "record.create", "{'type': 'person', 'data': {'name': '%s', 'born': '%s'%s}}",
           name, born, rest);
    rig.as = before;
}

/* A month that was made up: February 2026, with January before it. */
static void fill(void)
{
    person("A", "2026-01-31", ", 'unit': 'gz', 'kind': 'odd', 'worth': '0.50', 'score': 10");
    person("A", "2026-01-01", ", 'unit': 'gz', 'note': 'x', 'worth': '100.00', 'score': 1");
    person("B", "2026-02-01", ", 'unit': 'gz', 'note': 'x', 'worth': '10.05', 'score': 1");
    person("B", "2026-02-28", ", 'unit': 'sz', 'worth': '0.10', 'score': 2");
    person("C", "2026-02-14", ", 'unit': 'hq', 'worth': '-5.00'");
    person("C", "2026-02-15", ", 'unit': 'sz', 'kind': 'odd', 'score': 5, 'worth': '3.00'");
    person("D", "2026-03-01", ", 'unit': 'gz', 'worth': '999.00'");
    person("D", "2025-12-31", ", 'unit': 'gz', 'worth': '999.00'");
}

static struct rd_value run(const char *params)
{
    return rig_ok(&rig, "report.run", "{'report': 'people'%s}", params);
}

static struct rd_value line(struct rd_value report, int section, const char *key)
{
    struct rd_value rows = t_at(report, rd_arena_printf(&rig.arena, "sections.%d.rows", section));
    for (uint32_t i = 0; i < rows.count; i++)
        if (strcmp(rig_show(&rig, t_at(rows.items[i], "key")), key) == 0)
            return rows.items[i];
    ck_abort_msg("no line %s in %s", key, rig_show(&rig, rows));
    return rd_null();
}

static void figure(struct rd_value at, const char *measure, const char *json)
{
    struct rd_value shown = t_at(at, rd_arena_printf(&rig.arena, "values.%s", measure));
    ck_assert_str_eq(rig_show(&rig, shown), json);
}

START_TEST(figures_are_exact)
{
    fill();
    struct rd_value report = run(", 'month': '2026-02'"), plain, odd;
    ck_assert_str_eq(t_text(report, "period"), "2026-02");
    ck_assert_str_eq(t_text(report, "from"), "2026-02-01");
    ck_assert_str_eq(t_text(report, "to"), "2026-02-28");
    ck_assert_int_eq(t_int(report, "renewed"), 0);
    plain = line(report, 0, "[\"plain\"]");
    odd = line(report, 0, "[\"odd\"]");
    figure(plain, "all", "{\"value\":3,\"previous\":{\"value\":1},\"change\":2}");
    figure(
        plain, "noted",
        "{\"value\":333,\"count\":1,\"all\":3,\"previous\":{\"value\":1000,\"count\":1,\"all\":1},"
        "\"change\":-667}");
    figure(plain, "worth",
           "{\"value\":\"5.15\",\"previous\":{\"value\":\"100.00\"},\"change\":\"-94.85\"}");
    figure(plain, "score",
           "{\"value\":\"1.50\",\"count\":2,\"sum\":3,\"previous\":{\"value\":\"1.00\",\"count\":1,"
           "\"sum\":1},\"change\":\"0.50\"}");
    figure(plain, "price",
           "{\"value\":\"1.72\",\"count\":3,\"sum\":\"5.15\",\"previous\":{\"value\":\"100.00\","
           "\"count\":1,\"sum\":\"100.00\"},\"change\":\"-98.28\"}");
    figure(odd, "all", "{\"value\":1,\"previous\":{\"value\":1},\"change\":0}");
    figure(odd, "noted",
           "{\"value\":0,\"count\":0,\"all\":1,\"previous\":{\"value\":0,\"count\":0,\"all\":1},"
           "\"change\":0}");
    ck_assert_uint_eq(t_count(report, "sections.0.rows"), 2);
    ck_assert_str_eq(t_text(report, "sections.0.rows.0.key.0"), "plain"); /* the policy's order */
    ck_assert_int_eq(t_int(report, "sections.0.total.values.all.value"), 4);
    ck_assert_int_eq(t_int(report, "sections.0.total.values.all.previous.value"), 2);
    ck_assert_str_eq(t_text(report, "sections.0.total.values.worth.value"), "8.15");
}
END_TEST

START_TEST(lines_go_by_branch_by_two_things_and_by_rank)
{
    fill();
    struct rd_value report = run(", 'month': '2026-02', 'language': 'zh'");
    /* gz and sz lie right below hq: they are branches; hq is its own */
    figure(line(report, 1, "[\"gz\"]"), "all", "{\"value\":1}");
    figure(line(report, 1, "[\"sz\"]"), "all", "{\"value\":2}");
    figure(line(report, 1, "[\"hq\"]"), "all", "{\"value\":1}");
    ck_assert_str_eq(t_text(report, "sections.1.rows.0.key.0"), "hq");
    ck_assert_str_eq(t_text(report, "sections.1.by.0.label"), "分公司");
    ck_assert_str_eq(t_text(report, "sections.1.measures.0.label"), "人数");
    ck_assert_str_eq(t_text(report, "title"), "人员");
    /* the two greatest of three; the third is counted in the total */
    ck_assert_uint_eq(t_count(report, "sections.2.rows"), 2);
    ck_assert_str_eq(rig_show(&rig, t_at(report, "sections.2.rows.0.key")), "[\"gz\",\"plain\"]");
    ck_assert_str_eq(rig_show(&rig, t_at(report, "sections.2.rows.1.key")), "[\"sz\",\"odd\"]");
    ck_assert_int_eq(t_int(report, "sections.2.left_off"), 1);
    ck_assert_str_eq(t_text(report, "sections.2.total.values.worth.value"), "13.15");
    /* what rose the most: B and C by two each, B comes first */
    ck_assert_str_eq(t_text(report, "sections.3.rows.0.key.0"), "B");
    ck_assert_int_eq(t_int(report, "sections.3.left_off"), 2);
    /* a section by nothing is one line: its total */
    ck_assert_uint_eq(t_count(report, "sections.4.rows"), 0);
    ck_assert_int_eq(t_int(report, "sections.4.total.values.all.value"), 4);
    ck_assert_int_eq(t_int(report, "sections.4.total.values.odd.value"), 1);
}
END_TEST

START_TEST(what_has_no_unit_counts_where_its_owner_is)
{
    person("A", "2026-02-01", ", 'keeper': 'sun'");
    rig.as = "ben";
    rig_ok(&rig, "record.create",
           "{'type': 'person', 'data': {'name': 'B', 'born': '2026-02-02'}}");
    rig.as = NULL;
    struct rd_value report = run(", 'month': '2026-02'");
    figure(line(report, 1, "[\"sz\"]"), "all", "{\"value\":1}");
    figure(line(report, 1, "[\"gz\"]"), "all", "{\"value\":1}"); /* who opened it */
    ck_assert_uint_eq(t_count(report, "sections.1.rows"), 2);
}
END_TEST

START_TEST(an_average_that_can_not_be_shown_is_refused)
{
    person("A", "2026-02-01", ", 'score': 92233720368547758"); /* 2^63 / 100 */
    ck_assert_str_eq(t_text(run(", 'month': '2026-02'"), "sections.0.total.values.score.value"),
                     "92233720368547758.00");
    person("B", "2026-02-01", ", 'score': 1");
    rig_no(&rig, "limit_exceeded", NULL, "report.run", "{'report': 'people', 'month': '2026-02'}");
    ck_assert_str_eq(rig.error.text, "rules/reports.lua:4: report 'people': a sum does not fit");
}
END_TEST

START_TEST(sections_may_be_about_another_record)
{
    const char *id = rig_job(&rig, "a");
    rig_job(&rig, "b");
    rig_act(&rig, id, "work");
    struct rd_value report = run(", 'month': '2026-03'");
    figure(line(report, 5, "[\"new\"]"), "jobs", "{\"value\":1}");
    figure(line(report, 5, "[\"working\"]"), "jobs", "{\"value\":1}");
    ck_assert_str_eq(t_text(report, "sections.5.rows.0.key.0"), "new"); /* the chart's order */
    ck_assert_uint_eq(t_count(run(", 'month': '2026-02'"), "sections.5.rows"), 0);
}
END_TEST

START_TEST(an_empty_month_divides_by_nothing)
{
    fill();
    struct rd_value report = run(", 'month': '2030-01'");
    ck_assert_uint_eq(t_count(report, "sections.0.rows"), 0);
    figure(
        t_at(report, "sections.0.total"), "noted",
        "{\"value\":null,\"count\":0,\"all\":0,\"previous\":{\"value\":null,\"count\":0,\"all\":0}"
        ",\"change\":null}");
    figure(
        t_at(report, "sections.0.total"), "score",
        "{\"value\":null,\"count\":0,\"sum\":0,\"previous\":{\"value\":null,\"count\":0,\"sum\":0}"
        ",\"change\":null}");
    /* without a month: the one before this one, which is March 2026 */
    ck_assert_str_eq(t_text(run(""), "period"), "2026-02");
    ck_assert_int_eq(t_int(run(""), "sections.0.total.values.all.value"), 4);
}
END_TEST

START_TEST(counted_is_what_the_rows_reach)
{
    rig_close(&rig);
    rig_make(&rig);
    t_company_write(rig.policy, "rules/reports.lua", REPORTS);
    t_company_edit(rig.policy, "rules/company.lua",
                   "{ { 'feed.subscribe', 'report.run', 'decision.evaluate'",
                   "{ 'report.run', from = 'handler', reach = 'unit' },\n"
                   "    { 'report.run', from = { 'boss', 'administrator' } },\n"
                   "    { { 'feed.subscribe', 'decision.evaluate'");
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    fill();
    static const struct {
        const char *as;
        int64_t all;
    } rows[] = { { "ben", 1 }, { "sun", 2 }, { "max", 4 }, { "adm", 4 }, { NULL, 4 } };
    for (size_t i = 0; i < 5; i++) {
        rig.as = rows[i].as;
        ck_assert_int_eq(t_int(run(", 'month': '2026-02'"), "sections.0.total.values.all.value"),
                         rows[i].all);
    }
    rig.as = "ann"; /* staff only */
    rig_no(&rig, "not_allowed", NULL, "report.run", "{'report': 'people'}");
    rig_no(&rig, "not_allowed", NULL, "report.list", "{}");
}
END_TEST

START_TEST(refusals_have_their_place)
{
    static const char *const months[] = { "2026-13", "2026-00", "2026-1",    "02-2026",
                                          "",        "1899-12", "2026-02-01" };
    rig_no(&rig, "not_found", "/report", "report.run", "{'report': 'peopel'}");
    ck_assert_str_eq(rig.error.text, "there is no report 'peopel'; did you mean 'people'?");
    for (size_t i = 0; i < 7; i++)
        rig_no(&rig, "invalid_params", "/month", "report.run",
               "{'report': 'people', 'month': '%s'}", months[i]);
    rig_no(&rig, "invalid_params", NULL, "report.run", "{'report': 'people', 'language': 'xx'}");
    rig_no(&rig, "invalid_params", "/report", "report.run", "{}");
    struct rd_value list = rig_ok(&rig, "report.list", "{}");
    ck_assert_str_eq(t_text(list, "reports.0.name"), "people");
    ck_assert_str_eq(t_text(list, "reports.0.period"), "month");
    ck_assert_int_eq(t_int(list, "reports.0.sections"), 6);
}
END_TEST

/* ---- waiting ---- */

static struct rd_arena arenas[RD_REPORTS_AT_ONCE_MAX + 2];
static struct rd_request requests[RD_REPORTS_AT_ONCE_MAX + 2];
static struct rd_value asked;

static void ask(size_t i)
{
    rd_arena_init(&arenas[i]);
    asked = rig_json(&rig, "{'report': 'people', 'month': '2026-02'}");
    requests[i] = (struct rd_request){ .arena = &arenas[i],
                                       .method = "report.run",
                                       .params = &asked,
                                       .peer = { .door = RD_DOOR_INSIDE } };
}

START_TEST(no_more_than_so_many_wait_at_once)
{
    struct rd_request *batch[RD_REPORTS_AT_ONCE_MAX + 1];
    for (size_t i = 0; i <= RD_REPORTS_AT_ONCE_MAX; i++) {
        ask(i);
        batch[i] = &requests[i];
    }
    fill();
    rd_kernel_run(rig.kernel, batch, RD_REPORTS_AT_ONCE_MAX + 1);
    ck_assert_int_eq(requests[RD_REPORTS_AT_ONCE_MAX].status, RD_BUSY);
    ck_assert(rd_kernel_reads(rig.kernel));
    ck_assert_int_eq(rd_kernel_wake_at(rig.kernel), 0);
    for (int turns = 0; rd_kernel_reads(rig.kernel); turns++) {
        rd_kernel_run(rig.kernel, NULL, 0);
        ck_assert_int_lt(turns, 1000);
    }
    for (size_t i = 0; i < RD_REPORTS_AT_ONCE_MAX; i++) {
        ck_assert(!requests[i].waits);
        ck_assert_int_eq(requests[i].status, RD_OK);
        ck_assert_int_eq(t_int(requests[i].result, "sections.0.total.values.all.value"), 4);
    }
    for (size_t i = 0; i <= RD_REPORTS_AT_ONCE_MAX; i++)
        rd_arena_fini(&arenas[i]);
}
END_TEST

START_TEST(what_was_written_before_is_counted_and_what_comes_later_is_not)
{
    for (int i = 0; i < 400; i++) /* more than one slice looks at */
        person("A", "2026-02-01", "");
    ask(0);
    struct rd_request *one[] = { &requests[0] };
    rd_kernel_run(rig.kernel, one, 1);
    int later = 0;
    while (requests[0].waits) {
        person("B", "2026-02-02", "");
        later++;
    }
    ck_assert_int_eq(t_int(requests[0].result, "sections.0.total.values.all.value"), 400);
    ck_assert_int_eq(t_int(run(", 'month': '2026-02'"), "sections.0.total.values.all.value"),
                     400 + later);
    rd_arena_fini(&arenas[0]);
}
END_TEST

START_TEST(an_old_snapshot_is_renewed_and_said_to_be)
{
    struct rd_store_stat stat;
    if (!rd_faults_on())
        return;
    fill();
    ask(0);
    for (int i = 0; i < 2000; i++)
        person("A", "2026-02-01", "");
    struct rd_request *one[] = { &requests[0] };
    setenv("RD_FAULT", "snapshot_old:0:1", 1);
    rd_kernel_run(rig.kernel, one, 1);
    while (requests[0].waits)
        rd_kernel_run(rig.kernel, NULL, 0);
    ck_assert_int_eq(requests[0].status, RD_OK);
    ck_assert_int_eq(t_int(requests[0].result, "sections.0.total.values.all.value"), 2004);
    ck_assert_int_eq(t_int(requests[0].result, "renewed"), 1);
    rd_store_stat(rig.kernel->store, &stat); /* nobody reads any more */
    ck_assert_uint_eq(stat.oldest_reader_lag, 0);
    rd_arena_fini(&arenas[0]);
}
END_TEST

/* A reload is asked for, and loaded: the next run activates. */
static void load(struct rd_request *reload)
{
    *reload = (struct rd_request){ .arena = &rig.arena,
                                   .method = "policy.reload",
                                   .peer = { .door = RD_DOOR_INSIDE } };
    rd_kernel_run(rig.kernel, &reload, 1);
    rd_loading_wait(rig.kernel);
}

START_TEST(a_new_generation_makes_the_report_anew)
{
    struct rd_request reload;
    fill();
    for (int i = 0; i < 400; i++)
        person("A", "2026-02-01", "");
    ask(0);
    ask(1);
    struct rd_request *both[] = { &requests[0], &requests[1] };
    t_company_edit(rig.policy, "rules/reports.lua", "all = count, noted", "every = count, noted");
    load(&reload);
    rd_kernel_run(rig.kernel, both, 2);
    ck_assert(requests[1].waits);
    ck_assert_int_eq(reload.status, RD_OK);
    while (rd_kernel_reads(rig.kernel))
        rd_kernel_run(rig.kernel, NULL, 0);
    ck_assert_int_eq(requests[1].status, RD_OK);
    ck_assert_int_eq(t_int(requests[1].result, "sections.0.total.values.every.value"), 404);
    /* and one that is gone is said to be */
    struct rd_request *one[] = { &requests[1] };
    rd_arena_fini(&arenas[1]);
    ask(1);
    t_company_edit(rig.policy, "rules/reports.lua", "report 'people'", "report 'persons'");
    load(&reload);
    rd_kernel_run(rig.kernel, one, 1);
    ck_assert(!requests[1].waits);
    ck_assert_int_eq(requests[1].status, RD_NOT_FOUND);
    rd_arena_fini(&arenas[0]);
    rd_arena_fini(&arenas[1]);
}
END_TEST

START_TEST(lines_of_long_texts_take_only_so_much_memory)
{
    enum { LONG = 60000, MOST = RD_REPORT_FIGURES_BYTES / LONG, SHOWN = RD_REPORT_SHOWN_BYTES };
    static char text[LONG + 1];
    rig_close(&rig);
    open_with("return report 'people' { of = 'person', at = 'born', sections = { { by = 'note',\n"
              "  measures = { all = count } } } }");
    memset(text, 'x', LONG);
    struct rd_value report = rd_null();
    for (int i = 0; i <= MOST + 1; i++) {
        struct rd_arena arena;
        rd_arena_init(&arena);
        struct rd_value params = rig_json(&rig, "{'type': 'person', 'as': 'adm', 'data': {'name': "
                                                "'N', 'born': '2026-02-01'}}");
        struct rd_value *data = (struct rd_value *)(uintptr_t)rd_map_get(&params, "data");
        (void)snprintf(text, 8, "%07d", i);
        text[7] = 'x';
        rd_map_set(&rig.arena, data, "note", rd_text(text));
        struct rd_request request = { .arena = &arena,
                                      .method = "record.create",
                                      .params = &params,
                                      .peer = { .door = RD_DOOR_INSIDE } };
        rd_kernel_call(rig.kernel, &request);
        ck_assert_int_eq(request.status, RD_OK);
        rd_arena_fini(&arena);
        if (i == MOST / 2) /* all are counted, and as many shown as a reply may hold */
            report = run(", 'month': '2026-02'");
    }
    size_t rows = t_count(report, "sections.0.rows");
    ck_assert_uint_le(rows, SHOWN / LONG + 1);
    ck_assert_uint_gt(rows, SHOWN / LONG / 4);
    ck_assert_int_eq(t_int(report, "sections.0.left_off"), MOST / 2 + 1 - (int64_t)rows);
    ck_assert_int_eq(t_int(report, "sections.0.total.values.all.value"), MOST / 2 + 1);
    rig_no(&rig, "limit_exceeded", NULL, "report.run", "{'report': 'people', 'month': '2026-02'}");
    ck_assert_str_eq(rig.error.text, "rules/reports.lua:1: report 'people': its lines take too "
                                     "much memory; let this section go by something shorter");
}
END_TEST

START_TEST(a_section_has_only_so_many_lines)
{
    rig_close(&rig);
    open_with("return report 'people' { of = 'person', at = 'born', sections = { { by = 'score',\n"
              "  measures = { all = count } } } }");
    struct rd_arena arena;
    rd_arena_init(&arena);
    for (int i = 0; i <= RD_REPORT_GROUPS_MAX; i += 250) {
        struct rd_request batch[250], *all[250];
        struct rd_value params[250];
        size_t count = 0;
        for (int k = i; k < i + 250 && k <= RD_REPORT_GROUPS_MAX; k++, count++) {
            params[count] =
                rig_json(&rig,
                         "{'type': 'person', 'as': 'adm', 'data': {'name': 'N', 'born': "
                         "'2026-02-01', 'score': %d}}",
                         k);
            batch[count] = (struct rd_request){ .arena = &arena,
                                                .method = "record.create",
                                                .params = &params[count],
                                                .peer = { .door = RD_DOOR_INSIDE } };
            all[count] = &batch[count];
        }
        rd_kernel_run(rig.kernel, all, count);
        rd_arena_reset(&arena);
        if (i + 250 == RD_REPORT_GROUPS_MAX) {
            struct rd_value report = run(", 'month': '2026-02'");
            ck_assert_uint_eq(t_count(report, "sections.0.rows"), RD_REPORT_GROUPS_MAX);
        }
    }
    rig_no(&rig, "limit_exceeded", NULL, "report.run", "{'report': 'people', 'month': '2026-02'}");
    rd_arena_fini(&arena);
}
END_TEST

/* ---- schedules ---- */

static const char FILED[] =
    "return {\n"
    "  record 'filed' { fields = { report = text { required = true, indexed = true },\n"
    "    period = text { required = true }, content = text { required = true, max = %d } } },\n"
    "  authority { { 'filed.read', from = 'administrator' } },\n"
    "  schedule 'monthly' { rule = 'FREQ=MONTHLY;BYMONTHDAY=5', at = '08:00', start = 'filed',\n"
    "    report = 'people' },\n"
    "}\n";

static struct rd_value filed_after(int max, const char *by)
{
    rig_close(&rig);
    rig_make(&rig);
    t_company_write(rig.policy, "rules/reports.lua", REPORTS);
    t_company_write(rig.policy, "scripts/filed.lua", rd_arena_printf(&rig.arena, FILED, max));
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    fill();
    rig_advance(&rig, by);
    return rig_ok(&rig, "case.list", "{'type': 'filed'}");
}

START_TEST(a_schedule_files_the_report_of_the_month_before)
{
    struct rd_value filed = filed_after(60000, "4 days");
    ck_assert_uint_eq(t_count(filed, "cases"), 1);
    ck_assert_str_eq(t_text(filed, "cases.0.data.report"), "people");
    ck_assert_str_eq(t_text(filed, "cases.0.data.period"), "2026-02");
    struct rd_value content = rig_json(&rig, "%s", t_text(filed, "cases.0.data.content"));
    ck_assert_int_eq(t_int(content, "sections.0.total.values.all.value"), 4);
    ck_assert(!t_has(content, "cut"));
    struct rd_value list = rig_ok(&rig, "schedule.list", "{}");
    ck_assert_str_eq(t_text(list, "schedules.0.report"), "people");
    rig_advance(&rig, "31 days"); /* 5 April: March, with a D */
    filed = rig_ok(&rig, "case.list", "{'type': 'filed', 'order': '-id'}");
    ck_assert_uint_eq(t_count(filed, "cases"), 2);
    ck_assert_str_eq(t_text(filed, "cases.0.data.period"), "2026-03");
    content = rig_json(&rig, "%s", t_text(filed, "cases.0.data.content"));
    ck_assert_int_eq(t_int(content, "sections.0.total.values.all.value"), 1);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_report_filed_in_slices_comes_once)
{
    const int64_t at_ms = 1772668800000ll; /* 2026-03-05 08:00 in Shanghai */
    filed_after(60000, "2 days");
    for (int i = 0; i < 400; i++)
        person("A", "2026-02-01", "");
    rd_report_file(rig.kernel, 0, at_ms, 0);
    for (int turns = 0; rd_kernel_reads(rig.kernel); turns++) {
        rd_kernel_run(rig.kernel, NULL, 0);
        ck_assert_int_lt(turns, 1000);
    }
    struct rd_value filed = rig_ok(&rig, "case.list", "{'type': 'filed'}");
    ck_assert_uint_eq(t_count(filed, "cases"), 1);
    struct rd_value content = rig_json(&rig, "%s", t_text(filed, "cases.0.data.content"));
    ck_assert_int_eq(t_int(content, "sections.0.total.values.all.value"), 404);
    rig_advance(&rig, "4 days"); /* the schedule's own time comes: that is dealt with */
    ck_assert_uint_eq(t_count(rig_ok(&rig, "case.list", "{'type': 'filed'}"), "cases"), 1);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_report_in_slices_that_does_not_fit_is_told_as_well)
{
    filed_after(100, "2 days");
    rd_report_file(rig.kernel, 0, 1772668800000ll, 0);
    while (rd_kernel_reads(rig.kernel))
        rd_kernel_run(rig.kernel, NULL, 0);
    ck_assert_uint_eq(t_count(rig_ok(&rig, "case.list", "{'type': 'filed'}"), "cases"), 0);
    ck_assert_str_eq(t_text(rig_ok(&rig, "schedule.list", "{}"), "schedules.0.next"),
                     "2026-04-05T00:00:00Z");
}
END_TEST

START_TEST(what_does_not_fit_is_filed_with_fewer_lines_and_says_so)
{
    struct rd_value filed = filed_after(3000, "4 days");
    ck_assert_uint_eq(t_count(filed, "cases"), 1);
    const char *text = t_text(filed, "cases.0.data.content");
    ck_assert_uint_le(strlen(text), 3000);
    struct rd_value content = rig_json(&rig, "%s", text);
    ck_assert(t_has(content, "cut"));
    ck_assert_int_gt(t_int(content, "sections.1.left_off"), 0);
    ck_assert_int_eq(t_int(content, "sections.0.total.values.all.value"),
                     4); /* totals stay whole */
}
END_TEST

START_TEST(what_does_not_fit_at_all_is_passed_and_told)
{
    struct rd_value filed = filed_after(100, "4 days");
    ck_assert_uint_eq(t_count(filed, "cases"), 0);
    rig_advance(&rig, "1 day"); /* the schedule goes on */
    ck_assert_str_eq(t_text(rig_ok(&rig, "schedule.list", "{}"), "schedules.0.next"),
                     "2026-04-05T00:00:00Z");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_report");
    TCase *tcase = tcase_create("report");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, figures_are_exact);
    tcase_add_test(tcase, lines_go_by_branch_by_two_things_and_by_rank);
    tcase_add_test(tcase, what_has_no_unit_counts_where_its_owner_is);
    tcase_add_test(tcase, an_average_that_can_not_be_shown_is_refused);
    tcase_add_test(tcase, sections_may_be_about_another_record);
    tcase_add_test(tcase, an_empty_month_divides_by_nothing);
    tcase_add_test(tcase, counted_is_what_the_rows_reach);
    tcase_add_test(tcase, refusals_have_their_place);
    tcase_add_test(tcase, no_more_than_so_many_wait_at_once);
    tcase_add_test(tcase, what_was_written_before_is_counted_and_what_comes_later_is_not);
    tcase_add_test(tcase, an_old_snapshot_is_renewed_and_said_to_be);
    tcase_add_test(tcase, a_new_generation_makes_the_report_anew);
    tcase_add_test(tcase, lines_of_long_texts_take_only_so_much_memory);
    tcase_add_test(tcase, a_section_has_only_so_many_lines);
    tcase_add_test(tcase, a_schedule_files_the_report_of_the_month_before);
    tcase_add_test(tcase, a_report_filed_in_slices_comes_once);
    tcase_add_test(tcase, a_report_in_slices_that_does_not_fit_is_told_as_well);
    tcase_add_test(tcase, what_does_not_fit_is_filed_with_fewer_lines_and_says_so);
    tcase_add_test(tcase, what_does_not_fit_at_all_is_passed_and_told);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
