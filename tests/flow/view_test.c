/* Views and reports over the socket and on the command line: who sees what, spreadsheets that
 * execute nothing, and a report that others need not wait for. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "common/company.h"
#include "common/t.h"
#include "unit/unit.h"

static const char COMPANY[] =
    "return {\n"
    "  company { name = 'c', zone = 'Asia/Shanghai', currency = 'CNY' },\n"
    "  organisation { roles = { 'staff', 'branch', 'boss' },\n"
    "    units = { 'hq', { 'gd', under = 'hq' }, { 'gz', under = 'gd' }, { 'bj', under = 'hq' } "
    "},\n"
    "    accounts = { { 'ben', unit = 'gz', roles = { 'staff' } }, { 'zhao', unit = 'gd', roles = "
    "{\n"
    "      'branch' } }, { 'chen', unit = 'hq', roles = { 'boss' } },\n"
    "      { 'bo', unit = 'bj', roles = { 'staff' } } } },\n"
    "  choices 'kinds' { { 'plain', en = 'Plain', zh = '普通' }, { 'odd', en = 'Odd', zh = '特殊' "
    "} },\n"
    "  record 'client' { number = 'C-{0000}', unit = 'unit', fields = {\n"
    "    name = text { indexed = true, en = 'Name', zh = '姓名' }, unit = unit { indexed = true "
    "},\n"
    "    kind = kinds { en = 'Kind', zh = '类型' }, paid = money } },\n"
    "  view 'in_unit' { title = 'In my unit', of = 'client', where = { unit = '$my_unit' },\n"
    "    columns = { 'number', 'name', 'kind' } },\n"
    "  view 'of_unit' { title = 'Of a unit', of = 'client', params = { unit = unit }, where = { "
    "unit = '$unit' }, columns = { 'name' } },\n"
    "  report 'clients' { title = { en = 'Clients', zh = '客户' }, of = 'client', sections = {\n"
    "    { title = 'By kind', by = 'kind', against = 'previous', measures = { all = { count = "
    "true,\n"
    "      en = 'All', zh = '全部' }, paid = { sum = 'paid' } } },\n"
    "    { title = 'By branch', by = 'branch', measures = { all = count } },\n"
    "    { title = 'By name', by = 'name', measures = { all = count } } } },\n"
    "  authority { { 'client.create', from = { 'staff', 'boss' } },\n"
    "    { 'client.read', from = 'staff', reach = 'unit' }, { 'client.read', from = 'boss' },\n"
    "    { 'report.run', from = 'branch', reach = 'branch' }, { 'report.run', from = 'boss' } },\n"
    "}\n";

static struct t_daemon *d;
static char dir[UNIT_DIR_MAX];

static void setup(void)
{
    struct t_options options = { .policy = dir };
    unit_dir_make(dir);
    t_company_write(dir, "rules/company.lua", COMPANY);
    d = t_daemon_start(&options);
}

static void teardown(void)
{
    t_daemon_free(d);
    unit_dir_remove(dir);
}

static void client(const char *name, const char *unit, const char *more)
{
    struct rd_value params =
        t_json(d, "{'type': 'client', 'as': 'chen', 'data': {'unit': '%s'%s}}", unit, more);
    struct rd_value *data = (struct rd_value *)(uintptr_t)rd_map_get(&params, "data");
    struct rd_value result;
    struct rd_error error = RD_ERROR_NONE;
    rd_map_set(&d->arena, data, "name", rd_text(name));
    enum rd_status status =
        rd_client_call(d->client, &d->arena, "record.create", &params, &result, &error);
    ck_assert_msg(status == RD_OK, "%s", error.text);
}

static const char *run(int code, const char *const *args)
{
    const char *output, *all[16];
    size_t count = 0;
    for (; args[count]; count++)
        all[count] = args[count];
    all[count++] = "--connect";
    all[count++] = d->address;
    all[count] = NULL;
    int got = t_program(d, all, &output);
    ck_assert_msg(got == code, "exit code %d: %s", got, output);
    return output;
}

#define RUN(code, ...) run((code), (const char *const[]){ __VA_ARGS__, NULL })

START_TEST(a_spreadsheet_executes_nothing)
{
    static const char *const evil[] = { "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1" };
    for (size_t i = 0; i < 5; i++)
        client(evil[i], "gz", ", 'kind': 'odd'");
    client("Li, Wei", "gz", "");
    const char *csv = RUN(0, "view", "run", "in_unit", "-o", "csv", "--as", "ben");
    ck_assert_ptr_nonnull(strstr(csv, "id,Number,Name,Kind\r\n"));
    ck_assert_ptr_nonnull(strstr(csv, ",C-0001,'=cmd|' /C calc'!A0,odd\r\n"));
    ck_assert_ptr_nonnull(strstr(csv, ",'+1+1,"));
    ck_assert_ptr_nonnull(strstr(csv, ",'-1+1,"));
    ck_assert_ptr_nonnull(strstr(csv, ",'@SUM(A1),"));
    ck_assert_ptr_nonnull(strstr(csv, ",'\t=1,"));
    ck_assert_ptr_nonnull(strstr(csv, ",\"Li, Wei\","));
    /* and so it is with reports: their lines are what people wrote */
    csv = RUN(0, "report", "clients", "--month", "2026-03", "-o", "csv", "--as", "chen");
    ck_assert_ptr_nonnull(strstr(csv, "2026-03,By name,'=cmd|' /C calc'!A0,all,count,1,"));
    ck_assert_ptr_nonnull(strstr(csv, "2026-03,By kind,Odd,All,count,5,,,,0,5\r\n"));
}
END_TEST

START_TEST(views_are_run_by_name)
{
    client("A", "gz", "");
    client("B", "bj", ", 'kind': 'odd'");
    client("C", "bj", "");
    const char *list = RUN(0, "view", "list", "--as", "ben");
    ck_assert_ptr_nonnull(strstr(list, "in_unit"));
    ck_assert_ptr_nonnull(strstr(list, "unit*"));
    ck_assert_ptr_null(strstr(RUN(0, "view", "list", "--as", "zhao"), "in_unit"));
    const char *table = RUN(0, "view", "run", "in_unit", "--as", "bo", "--language", "zh");
    ck_assert_ptr_nonnull(strstr(table, "姓名"));
    ck_assert_ptr_nonnull(strstr(table, "特殊"));
    ck_assert_ptr_null(strstr(table, "C-0001"));
    ck_assert_ptr_nonnull(
        strstr(RUN(0, "view", "run", "of_unit", "--param", "unit=bj", "--as", "chen", "-o", "json"),
               "\"name\":\"B\""));
    ck_assert_ptr_null(
        strstr(RUN(0, "view", "run", "of_unit", "unit=gz", "--as", "chen", "-o", "json"), "\"B\""));
    ck_assert_ptr_nonnull(
        strstr(RUN(0, "view", "run", "of_unit", "unit=bj", "--as", "chen", "--limit", "1"),
               "there is more"));
    ck_assert_ptr_nonnull(strstr(
        RUN(0, "view", "run", "of_unit", "unit=bj", "--as", "chen", "--limit", "1", "--all"), "C"));
    /* bad parameters */
    ck_assert_ptr_nonnull(strstr(RUN(2, "view", "run", "of_unit", "--as", "chen"),
                                 "view 'of_unit' needs the parameter 'unit'"));
    ck_assert_ptr_nonnull(
        strstr(RUN(2, "view", "run", "of_unit", "--param", "unit", "--as", "chen"),
               "--param is NAME=VALUE"));
    ck_assert_ptr_nonnull(strstr(RUN(2, "view", "run", "of_unit", "ubit=bj", "--as", "chen"),
                                 "did you mean 'unit'?"));
    ck_assert_ptr_nonnull(strstr(RUN(5, "view", "run", "of_unti", "--as", "chen"),
                                 "there is no view 'of_unti'; did you mean 'of_unit'?"));
    RUN(4, "view", "run", "in_unit", "--as", "zhao");
}
END_TEST

START_TEST(a_branch_manager_counts_the_branch)
{
    client("A", "gz", ", 'paid': '1.50'");
    client("B", "gd", ", 'paid': '2.25', 'kind': 'odd'");
    client("C", "bj", ", 'paid': '100.00'");
    const char *table = RUN(0, "report", "clients", "--month", "2026-03", "--as", "zhao");
    ck_assert_ptr_nonnull(strstr(table, "Clients"));
    ck_assert_ptr_nonnull(strstr(table, "3.75"));
    ck_assert_ptr_null(strstr(table, "bj"));
    table = RUN(0, "report", "clients", "--month", "2026-03", "--as", "chen", "--language", "zh");
    ck_assert_ptr_nonnull(strstr(table, "103.75"));
    ck_assert_ptr_nonnull(strstr(table, "特殊"));
    ck_assert_ptr_nonnull(strstr(table, "合计"));
    /* the month before this one is the default, and is empty */
    ck_assert_ptr_nonnull(strstr(RUN(0, "report", "clients", "--as", "chen"), "2026-02"));
    RUN(4, "report", "clients", "--as", "ben");
    RUN(5, "report", "client", "--as", "chen");
    RUN(2, "report", "clients", "--month", "10-2026", "--as", "chen");
    RUN(2, "report");
    ck_assert_ptr_nonnull(strstr(RUN(0, "report", "list", "--as", "chen"), "clients"));
    /* the older form goes on working */
    ck_assert_ptr_nonnull(
        strstr(RUN(0, "report", "cases", "--type", "client", "--by", "unit"), "bj"));
}
END_TEST

START_TEST(others_need_not_wait_for_a_report)
{
    struct rd_client *other = t_connect(d, NULL);
    char line[256];
    for (int i = 0; i < 1500; i++) {
        snprintf(line, sizeof line, "N%d", i % 7);
        client(line, "gz", "");
    }
    /* seven are asked for at once; while they are made another connection is served */
    struct rd_value params = t_json(d, "{'report': 'clients', 'month': '2026-03'}"), result;
    struct rd_error error = RD_ERROR_NONE;
    int made = 0, busy = 0;
    int64_t id;
    for (int i = 0; i < 7; i++)
        rd_client_send(other, "report.run", &params);
    ck_assert_int_eq(rd_client_flush(other, &error), RD_OK);
    t_call(d, "server.info", "{}");
    client("later", "gz", "");
    for (int i = 0; i < 7; i++) {
        enum rd_status status = rd_client_receive(other, &d->arena, &id, &result, &error);
        ck_assert_int_eq(id, i + 1); /* in order, whatever each waited for */
        made += status == RD_OK;
        busy += status == RD_BUSY;
        if (status == RD_OK)
            ck_assert_int_ge(t_int(result, "sections.0.total.values.all.value"), 1500);
    }
    ck_assert_int_eq(made + busy, 7);
    ck_assert_int_ge(made, RD_REPORTS_AT_ONCE_MAX);
    for (int i = 0; i < 3; i++)
        rd_client_send(other, "report.run", &params);
    ck_assert_int_eq(rd_client_flush(other, &error), RD_OK);
    rd_client_close(other);
    /* a peer that left does not keep the daemon from stopping */
    struct rd_value report = t_call(d, "report.run", "{'report': 'clients', 'month': '2026-03'}");
    ck_assert_int_eq(t_int(report, "sections.0.total.values.all.value"), 1501);
    ck_assert_int_eq(t_int(t_call(d, "store.stat", "{}"), "oldest_reader_lag"), 0);
    t_daemon_stop(d);
    t_daemon_again(d);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("view");
    TCase *tcase = tcase_create("view");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_spreadsheet_executes_nothing);
    tcase_add_test(tcase, views_are_run_by_name);
    tcase_add_test(tcase, a_branch_manager_counts_the_branch);
    tcase_add_test(tcase, others_need_not_wait_for_a_report);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
