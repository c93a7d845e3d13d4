/* Lists, counts and notices: pages that are complete, in order, and show what one may read. */
#include <stdarg.h>

#include "base/buf.h"
#include "base/limits.h"
#include "unit/kernel_rig.h"

static struct kernel_rig rig;

static void setup(void)
{
    rig_open(&rig);
}

static void teardown(void)
{
    rig_close(&rig);
}

static const char *list_person(const char *rest, ...)
{
    va_list args;
    va_start(args, rest);
    const char *data = rd_arena_vprintf(&rig.arena, rest, args);
    va_end(args);
    rig.as = "adm";
    struct rd_value p =
        rig_ok(&rig, "record.create", "{'type': 'person', 'data': {'name': 'N'%s}}", data);
    rig.as = NULL;
    return t_text(p, "id");
}

/* The scores of all pages, one after another, and how many pages there were. */
static const char *list_scores(const char *where, const char *order, int limit, int *pages)
{
    const char *all = "", *cursor = NULL;
    *pages = 0;
    do {
        struct rd_value page =
            cursor ? rig_ok(&rig, "case.list",
                            "{'type': 'person', 'where': %s, 'order': '%s', 'limit': %d, "
                            "'cursor': '%s'}",
                            where, order, limit, cursor)
                   : rig_ok(&rig, "case.list",
                            "{'type': 'person', 'where': %s, 'order': '%s', 'limit': %d}", where,
                            order, limit);
        for (size_t i = 0; i < t_count(page, "cases"); i++) {
            struct rd_value at = t_at(page, rd_arena_printf(&rig.arena, "cases.%zu.data", i));
            all = rd_arena_printf(&rig.arena, "%s%s%s", all, *all ? " " : "",
                                  t_has(at, "score") ? rig_show(&rig, t_at(at, "score")) : "-");
        }
        cursor = t_has(page, "cursor") ? t_text(page, "cursor") : NULL;
        ck_assert_int_lt(++*pages, 1000);
    } while (cursor);
    return all;
}

START_TEST(pages_are_complete_in_both_directions)
{
    int pages;
    static const int scores[] = { 5, -3, 0, 7, 7, -1000000, 2 };
    for (size_t i = 0; i < 7; i++)
        list_person(", 'score': %d, 'worth': '%d.00'", scores[i], scores[i] * 2);
    list_person("");
    for (int limit = 1; limit <= 9; limit++) {
        ck_assert_str_eq(list_scores("{}", "id", limit, &pages), "5 -3 0 7 7 -1000000 2 -");
        ck_assert_str_eq(list_scores("{}", "-id", limit, &pages), "- 2 -1000000 7 7 0 -3 5");
        /* who has no value is not in the index */
        ck_assert_str_eq(list_scores("{}", "score", limit, &pages), "-1000000 -3 0 2 5 7 7");
        ck_assert_str_eq(list_scores("{}", "-score", limit, &pages), "7 7 5 2 0 -3 -1000000");
        ck_assert_str_eq(list_scores("{}", "-worth", limit, &pages), "7 7 5 2 0 -3 -1000000");
        ck_assert_str_eq(list_scores("{'score': 7}", "id", limit, &pages), "7 7");
        ck_assert_str_eq(list_scores("{'score': 7}", "-id", limit, &pages), "7 7");
        ck_assert_str_eq(list_scores("{'score': {'from': -3, 'to': 5}}", "score", limit, &pages),
                         "-3 0 2");
        ck_assert_str_eq(list_scores("{'score': {'from': 5}}", "id", limit, &pages), "5 7 7");
        ck_assert_str_eq(list_scores("{'score': null}", "id", limit, &pages), "-");
    }
    list_scores("{}", "id", 8, &pages);
    ck_assert_int_eq(pages, 1); /* a page that holds the last one says so */
}
END_TEST

START_TEST(numbers_keep_their_order_in_the_index)
{
    static const char *const rates[] = { "-1.5", "3", "0", "-0.0", "1e300", "-1e-300", "0.25" };
    for (size_t i = 0; i < 7; i++)
        list_person(", 'rate': %s", rates[i]);
    struct rd_value page = rig_ok(&rig, "case.list", "{'type': 'person', 'order': 'rate'}");
    double before = -1e308;
    ck_assert_uint_eq(t_count(page, "cases"), 7);
    for (size_t i = 0; i < 7; i++) {
        struct rd_value rate = t_at(page, rd_arena_printf(&rig.arena, "cases.%zu.data.rate", i));
        double now = rate.kind == RD_INT ? (double)rate.integer : rate.real;
        ck_assert(now >= before);
        before = now;
    }
    /* both zeros are one number */
    page = rig_ok(&rig, "case.list", "{'type': 'person', 'where': {'rate': 0}}");
    ck_assert_uint_eq(t_count(page, "cases"), 2);
}
END_TEST

START_TEST(states_can_be_asked_for)
{
    const char *id = rig_job(&rig, "a");
    rig_job(&rig, "b");
    rig_act(&rig, id, "work");
    struct rd_value page =
        rig_ok(&rig, "case.list", "{'type': 'job', 'where': {'state': 'working'}}");
    ck_assert_uint_eq(t_count(page, "cases"), 1);
    ck_assert_str_eq(t_text(page, "cases.0.id"), id);
    page = rig_ok(&rig, "case.list",
                  "{'type': 'job', 'where': {'state': 'new', 'subject': 'b', 'unit': 'gz'}}");
    ck_assert_uint_eq(t_count(page, "cases"), 1);
    /* a range of states is a range of texts */
    page = rig_ok(&rig, "case.list",
                  "{'type': 'job', 'where': {'state': {'from': 'new', 'to': 'nex'}}}");
    ck_assert_uint_eq(t_count(page, "cases"), 1);
    page = rig_ok(&rig, "case.list", "{'type': 'job', 'where': {'state': {}}}");
    ck_assert_uint_eq(t_count(page, "cases"), 2);
}
END_TEST

START_TEST(refusals_have_their_place)
{
    rig_no(&rig, "invalid_params", "/type", "case.list", "{'type': 'jab'}");
    rig_no(&rig, "invalid_params", "/limit", "case.list", "{'type': 'job', 'limit': 0}");
    rig_no(&rig, "invalid_params", "/limit", "case.list", "{'type': 'job', 'limit': %d}",
           RD_LIST_LIMIT_MAX + 1);
    rig_ok(&rig, "case.list", "{'type': 'job', 'limit': %d}", RD_LIST_LIMIT_MAX);
    rig_no(&rig, "invalid_params", "/where/subjekt", "case.list",
           "{'type': 'job', 'where': {'subjekt': 'x'}}");
    rig_no(&rig, "invalid_params", "/where/state", "case.list",
           "{'type': 'person', 'where': {'state': 'x'}}");
    rig_no(&rig, "invalid_params", "/where/score", "case.list",
           "{'type': 'person', 'where': {'score': 'many'}}");
    rig_no(&rig, "invalid_params", "/where/score", "case.list",
           "{'type': 'person', 'where': {'score': {'to': 'many'}}}");
    rig_no(&rig, "not_indexed", "/order", "case.list", "{'type': 'person', 'order': 'note'}");
    rig_no(&rig, "not_indexed", "/order", "case.list", "{'type': 'person', 'order': 'name'}");
    rig_no(&rig, "not_indexed", "/order", "case.list", "{'type': 'person', 'order': ''}");
    rig_no(&rig, "bad_cursor", "/cursor", "case.list", "{'type': 'person', 'cursor': 'zz'}");
    rig_no(&rig, "bad_cursor", "/cursor", "case.list", "{'type': 'person', 'cursor': '00'}");
    rig_no(&rig, "bad_cursor", "/cursor", "case.list",
           "{'type': 'person', 'cursor': '0000000000000000'}");
    /* a cursor of another list */
    list_person("");
    list_person("");
    struct rd_value page = rig_ok(&rig, "case.list", "{'type': 'person', 'limit': 1}");
    rig_no(&rig, "bad_cursor", "/cursor", "case.list", "{'type': 'job', 'cursor': '%s'}",
           t_text(page, "cursor"));
    rig_no(&rig, "bad_cursor", "/cursor", "case.list",
           "{'type': 'person', 'order': 'score', 'cursor': '%s'}", t_text(page, "cursor"));
    rig_no(&rig, "invalid_params", "/by", "report.cases", "{'type': 'job', 'by': 'weather'}");
}
END_TEST

START_TEST(one_sees_what_one_may_read)
{
    list_person(", 'unit': 'gz', 'score': 1");
    list_person(", 'unit': 'sz', 'score': 2");
    list_person(", 'unit': 'hq', 'score': 3");
    static const struct {
        const char *as, *sees;
    } rows[] = { { "ben", "1" }, { "sun", "2" }, { "max", "1 2 3" }, { "non", "" } };
    for (size_t i = 0; i < 4; i++) {
        int pages;
        rig.as = rows[i].as;
        ck_assert_str_eq(list_scores("{}", "id", 50, &pages), rows[i].sees);
        ck_assert_str_eq(list_scores("{'unit': 'sz'}", "id", 50, &pages),
                         strchr(rows[i].sees, '2') ? "2" : "");
    }
    rig.as = "ben";
    struct rd_value report = rig_ok(&rig, "report.cases", "{'type': 'person', 'by': 'unit'}");
    ck_assert_uint_eq(t_count(report, "counts"), 1);
    ck_assert_str_eq(t_text(report, "counts.0.value"), "gz");
    rig.as = "imp";
    rig_no(&rig, "not_allowed", NULL, "report.cases", "{'type': 'person', 'by': 'unit'}");
}
END_TEST

START_TEST(reports_count)
{
    for (int i = 0; i < 5; i++)
        list_person(", 'score': %d", i % 2);
    const char *id = rig_job(&rig, "a");
    rig_job(&rig, "b");
    rig_act(&rig, id, "work");
    struct rd_value report = rig_ok(&rig, "report.cases", "{'type': 'person', 'by': 'score'}");
    ck_assert_int_eq(t_int(t_find(t_at(report, "counts"), "value", "0"), "count"), 3);
    ck_assert_int_eq(t_int(t_find(t_at(report, "counts"), "value", "1"), "count"), 2);
    report = rig_ok(&rig, "report.cases", "{'type': 'job', 'by': 'state'}");
    ck_assert_int_eq(t_int(t_find(t_at(report, "counts"), "value", "working"), "count"), 1);
    report = rig_ok(&rig, "report.cases", "{'type': 'job', 'by': 'month'}");
    ck_assert_int_eq(t_int(t_find(t_at(report, "counts"), "value", "2026-03"), "count"), 2);
    report = rig_ok(&rig, "report.cases", "{'type': 'job', 'by': 'n', 'where': {'subject': 'a'}}");
    ck_assert_int_eq(t_int(t_find(t_at(report, "counts"), "value", "0"), "count"), 1);
    report = rig_ok(&rig, "report.cases", "{'type': 'person', 'by': 'note'}");
    ck_assert_int_eq(t_int(t_find(t_at(report, "counts"), "value", "(empty)"), "count"), 5);
}
END_TEST

START_TEST(a_report_with_many_values_comes_in_slices)
{
    int64_t all = 0;
    for (int i = 0; i < RD_REPORT_VALUES_MAX + 1; i++)
        list_person(", 'score': %d", i);
    struct rd_value report = rig_ok(&rig, "report.cases", "{'type': 'person', 'by': 'score'}");
    ck_assert_uint_eq(t_count(report, "counts"), RD_REPORT_VALUES_MAX);
    all += RD_REPORT_VALUES_MAX;
    report = rig_ok(&rig, "report.cases", "{'type': 'person', 'by': 'score', 'cursor': '%s'}",
                    t_text(report, "cursor"));
    ck_assert_uint_eq(t_count(report, "counts"), 1);
    ck_assert(!t_has(report, "cursor"));
    ck_assert_int_eq(all + 1, RD_REPORT_VALUES_MAX + 1);
}
END_TEST

START_TEST(a_page_ends_where_its_memory_does)
{
    struct rd_buf note;
    int pages;
    rd_buf_init(&note);
    for (int i = 0; i < 60000; i++)
        rd_buf_char(&note, 'n');
    rd_buf_char(&note, '\0');
    for (int i = 0; i < 200; i++)
        list_person(", 'score': 1, 'note': '%s'", note.data);
    const char *all = list_scores("{}", "id", 1000, &pages);
    ck_assert_int_gt(pages, 1);
    ck_assert_uint_eq(strlen(all), 2 * 200 - 1); /* and none is lost */
    rd_buf_fini(&note);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_list");
    TCase *tcase = tcase_create("list");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, pages_are_complete_in_both_directions);
    tcase_add_test(tcase, numbers_keep_their_order_in_the_index);
    tcase_add_test(tcase, states_can_be_asked_for);
    tcase_add_test(tcase, refusals_have_their_place);
    tcase_add_test(tcase, one_sees_what_one_may_read);
    tcase_add_test(tcase, reports_count);
    tcase_add_test(tcase, a_report_with_many_values_comes_in_slices);
    tcase_add_test(tcase, a_page_ends_where_its_memory_does);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
