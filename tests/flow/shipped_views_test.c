/* The views and reports that the company comes with: each can be run, and shows what it says. */
#include <string.h>

#include "flow/procedure.h"
#include "unit/unit.h"

static struct t_daemon *d;

static void setup(void)
{
    d = t_daemon_start(NULL);
}

static void teardown(void)
{
    t_daemon_free(d);
}

static struct rd_value view(const char *as, const char *name, const char *params)
{
    return t_call(d, "view.run", "{'view': '%s', 'params': %s, 'as': '%s'}", name, params, as);
}

/* A value that fits a parameter's schema. */
static const char *some(struct rd_value schema)
{
    const char *type = t_text(schema, "type"), *format = rd_map_text(&schema, "format", "");
    if (strcmp(type, "array") == 0)
        return rd_arena_printf(&d->arena, "[%s]", some(t_at(schema, "items")));
    if (t_has(schema, "enum"))
        return rd_arena_printf(&d->arena, "'%s'", t_text(schema, "enum.0"));
    if (strcmp(type, "integer") == 0)
        return "3";
    if (strcmp(format, "date-time") == 0)
        return "'2026-03-02T01:00:00Z'";
    if (strcmp(format, "date") == 0)
        return "'2026-03-02'";
    return t_has(schema, "x-record") ? "'1-1'" : "'x'";
}

START_TEST(each_view_can_be_run)
{
    struct rd_value list = t_call(d, "view.list", "{}");
    size_t count = t_count(list, "views");
    ck_assert_uint_ge(count, 25);
    for (size_t i = 0; i < count; i++) {
        struct rd_value one = t_at(list, rd_arena_printf(&d->arena, "views.%zu", i));
        struct rd_value needed = t_at(one, "params.required");
        const struct rd_value *all = rd_map_get(rd_map_get(&one, "params"), "properties");
        const char *params = "";
        for (uint32_t p = 0; p < needed.count; p++)
            params =
                rd_arena_printf(&d->arena, "%s%s'%s': %s", params, p ? ", " : "",
                                needed.items[p].text, some(*rd_map_get(all, needed.items[p].text)));
        /* somebody who has a unit and a name */
        const char *name = t_text(one, "name");
        bool office = strstr(name, "finding") || strcmp(t_text(one, "of"), "filed_report") == 0;
        view(office ? "chen" : "li_na", name, rd_arena_printf(&d->arena, "{%s}", params));
        ck_assert(t_has(one, "title.en") && t_has(one, "title.zh"));
    }
}
END_TEST

START_TEST(only_a_li_is_remembered)
{
    p_customer(d, "Li Wei");
    p_customer(d, "Wang Fang");
    struct rd_value rows = view("ben", "find_customers", "{'name': 'li'}");
    ck_assert_uint_eq(t_count(rows, "rows"), 1);
    ck_assert_str_eq(t_text(rows, "rows.0.name"), "Li Wei");
    ck_assert_uint_eq(t_count(view("ben", "my_customers", "{}"), "rows"), 2);
    ck_assert_uint_eq(t_count(view("sun", "my_customers", "{}"), "rows"), 0);
    ck_assert_uint_eq(t_count(view("ben", "added_today", "{}"), "rows"), 2);
    ck_assert_uint_eq(t_count(view("ben", "customers_of_staff", "{'staff': 'ben'}"), "rows"), 2);
    ck_assert_uint_eq(
        t_count(view("ben", "customers_by_status", "{'status': ['customer', 'paused']}"), "rows"),
        2);
    p_clock(d, "2026-03-03 00:00");
    ck_assert_uint_eq(t_count(view("ben", "added_today", "{}"), "rows"), 0);
    ck_assert_uint_eq(t_count(view("ben", "added_this_week", "{}"), "rows"), 2);
}
END_TEST

START_TEST(the_month_is_analysed_and_filed)
{
    p_with_department(d);
    p_received(d);
    struct rd_value report = t_call(
        d, "report.run",
        "{'report': 'complaint_analysis', 'month': '2026-03', 'as': 'chen', 'language': 'zh'}");
    ck_assert_str_eq(t_text(report, "title"), "客户投诉分析表");
    ck_assert_int_eq(t_int(report, "sections.0.total.values.cases.value"), 2);
    ck_assert_str_eq(t_text(report, "sections.1.rows.0.label.0"), "热线");
    ck_assert_str_eq(t_text(report, "sections.6.rows.0.label.0"), "广东分公司");
    report = t_call(d, "report.run",
                    "{'report': 'complaint_analysis', 'month': '2026-03', 'as': 'zhao'}");
    ck_assert_int_eq(t_int(report, "sections.0.total.values.cases.value"), 2); /* his branch's */
    t_refused(d, "not_allowed", "report.run", "{'report': 'complaint_analysis', 'as': 'hf1'}");
    p_clock(d, "2026-04-03 09:00");
    struct rd_value filed = view("chen", "filed_reports", "{'report': 'complaint_analysis'}");
    /* February's came on 3 March */
    ck_assert_uint_eq(t_count(filed, "rows"), 2);
    ck_assert_str_eq(t_text(filed, "rows.0.period"), "2026-03");
    struct rd_value record = t_call(d, "case.get", "{'id': '%s'}", t_text(filed, "rows.0.id"));
    ck_assert_ptr_nonnull(strstr(t_text(record, "data.content"), "\"cases\""));
    static const char *const others[] = { "department_indicators", "callback_summary",
                                          "credit_summary" };
    for (size_t i = 0; i < 3; i++)
        ck_assert_uint_eq(t_count(view("chen", "filed_reports",
                                       rd_arena_printf(&d->arena, "{'report': '%s'}", others[i])),
                                  "rows"),
                          2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shipped_views");
    TCase *tcase = tcase_create("views");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, each_view_can_be_run);
    tcase_add_test(tcase, only_a_li_is_remembered);
    tcase_add_test(tcase, the_month_is_analysed_and_filed);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
