/* Views: what they show to whom, their parameters, pages, indexes, and lists with more than one
 * value. */
#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/limits.h"
#include "common/company.h"
#include "unit/kernel_rig.h"

static struct kernel_rig rig;

static const char VIEWS[] =
    "return {\n"
    "  view 'mine' { title = { en = 'Mine', zh = '我的' }, of = 'person',\n"
    "    params = { least = integer { default = 0 }, most = integer, kind = kinds },\n"
    "    where = { unit = '$my_unit', score = { from = '$least', to = '$most?' }, kind = '$kind?' "
    "},\n"
    "    columns = { 'name', 'number', 'unit', 'kind', 'keeper' } },\n"
    "}\n";

static void write_views(const char *text)
{
    t_company_write(rig.policy, "rules/views.lua", text);
}

/* The rig's company with these views. */
static void open_with(const char *text)
{
    rig_make(&rig);
    write_views(text);
    enum rd_status status = rig_start(&rig, false);
    const char *why = rig.findings.first ? rig.findings.first->text : rig.error.text;
    ck_assert_msg(status == RD_OK, "%s", why);
}

static void teardown(void)
{
    rig_close(&rig);
}

static const char *person(const char *name, const char *rest, ...) RD_PRINTF(2, 3);
static const char *person(const char *name, const char *rest, ...)
{
    va_list args;
    va_start(args, rest);
    const char *data = rd_arena_vprintf(&rig.arena, rest, args);
    va_end(args);
    rig.as = "adm";
    struct rd_value p =
        rig_ok(&rig, "record.create", "{'type': 'person', 'data': {'name': '%s'%s}}", name, data);
    rig.as = NULL;
    return t_text(p, "id");
}

/* The names of all pages of a view, in order, and how many pages there were. */
static const char *names(const char *view, const char *params, int limit, int *pages)
{
    const char *all = "", *cursor = NULL;
    *pages = 0;
    do {
        struct rd_value page = rig_ok(
            &rig, "view.run", "{'view': '%s', 'params': %s, 'limit': %d%s%s%s}", view, params,
            limit, cursor ? ", 'cursor': '" : "", cursor ? cursor : "", cursor ? "'" : "");
        for (size_t i = 0; i < t_count(page, "rows"); i++)
            all = rd_arena_printf(&rig.arena, "%s%s%s", all, *all ? " " : "",
                                  t_text(page, rd_arena_printf(&rig.arena, "rows.%zu.name", i)));
        cursor = t_has(page, "cursor") ? t_text(page, "cursor") : NULL;
        ck_assert_int_lt(++*pages, 1000);
    } while (cursor);
    return all;
}

static const char *once(const char *view, const char *params)
{
    int pages;
    return names(view, params, 50, &pages);
}

START_TEST(a_view_asks_for_whoever_runs_it)
{
    open_with("return view 'mine' { of = 'person', where = { unit = '$my_unit' }, columns = { "
              "'name' } }");
    person("A", ", 'unit': 'gz'");
    person("B", ", 'unit': 'sz'");
    person("C", ", 'unit': 'hq'");
    rig.as = "ben";
    ck_assert_str_eq(once("mine", "{}"), "A");
    rig.as = "sun";
    ck_assert_str_eq(once("mine", "{}"), "B");
    rig.as = "max";
    ck_assert_str_eq(once("mine", "{}"), "C");
    rig.as = NULL;
    rig_no(&rig, "invalid_params", NULL, "view.run", "{'view': 'mine'}");
    ck_assert_str_eq(rig.error.text, "it asks for your unit, and you have none: act as an account");
}
END_TEST

START_TEST(reach_scopes_the_rows)
{
    open_with("return view 'all' { of = 'person', where = { score = { from = 0 } }, columns = { "
              "'name' }, order = '-score' }");
    person("A", ", 'unit': 'gz', 'score': 1");
    person("B", ", 'unit': 'sz', 'score': 2");
    person("C", ", 'unit': 'hq', 'score': 3");
    person("D", ", 'unit': 'hq', 'score': -1");
    static const struct {
        const char *as, *sees;
    } rows[] = { { "ben", "A" }, { "sun", "B" }, { "max", "C B A" }, { "adm", "C B A" } };
    for (size_t i = 0; i < 4; i++) {
        rig.as = rows[i].as;
        ck_assert_str_eq(once("all", "{}"), rows[i].sees);
        ck_assert_uint_eq(t_count(rig_ok(&rig, "view.list", "{}"), "views"), 1);
    }
    rig.as = "imp"; /* no row lets importers read people */
    ck_assert_uint_eq(t_count(rig_ok(&rig, "view.list", "{}"), "views"), 0);
    rig_no(&rig, "not_allowed", NULL, "view.run", "{'view': 'all'}");
}
END_TEST

START_TEST(parameters_are_checked_and_have_defaults)
{
    static const struct {
        const char *where, *params;
    } bad[] = {
        { "/params/least", "{'least': 'many'}" }, { "/params/kind", "{'kind': 'strange'}" },
        { "/params/lest", "{'lest': 1}" },        { "/params/name", "{}" },
        { "/params/name", "{'name': null}" },     { "/params/name", "{'name': 5}" },
    };
    open_with("return view 'v' { of = 'person',\n"
              "  params = { least = integer { default = 0 }, most = integer, kind = kinds,\n"
              "    name = text },\n"
              "  where = { score = { from = '$least', to = '$most?' }, kind = '$kind?',\n"
              "    name = '$name' }, columns = { 'name' } }");
    person("A", ", 'score': 1");
    person("A", ", 'score': 5, 'kind': 'odd'");
    person("A", ", 'score': -5");
    person("B", ", 'score': 5");
    rig.as = "adm";
    for (size_t i = 0; i < 6; i++)
        rig_no(&rig, "invalid_params", bad[i].where, "view.run", "{'view': 'v', 'params': %s}",
               bad[i].params);
    ck_assert_str_eq(once("v", "{'name': 'A'}"), "A A");
    ck_assert_str_eq(once("v", "{'name': 'A', 'least': -10}"), "A A A");
    ck_assert_str_eq(once("v", "{'name': 'A', 'most': 5}"), "A");
    ck_assert_str_eq(once("v", "{'name': 'A', 'kind': 'odd'}"), "A");
    ck_assert_str_eq(once("v", "{'name': 'B', 'kind': 'odd'}"), "");
    rig_no(&rig, "not_found", "/view", "view.run", "{'view': 'w'}");
    rig_no(&rig, "invalid_params", "/limit", "view.run",
           "{'view': 'v', 'params': {'name': 'A'}, 'limit': 0}");
    rig_no(&rig, "invalid_params", "/limit", "view.run",
           "{'view': 'v', 'params': {'name': 'A'}, 'limit': %d}", RD_LIST_LIMIT_MAX + 1);
    rig_no(&rig, "bad_cursor", "/cursor", "view.run",
           "{'view': 'v', 'params': {'name': 'A'}, 'cursor': '00'}");
    rig_no(&rig, "invalid_params", NULL, "view.run",
           "{'view': 'v', 'params': {'name': 'A'}, 'language': 'xx'}");
    struct rd_value list = rig_ok(&rig, "view.list", "{}");
    ck_assert_str_eq(t_text(list, "views.0.params.required.0"), "name");
    ck_assert_uint_eq(t_count(list, "views.0.params.required"), 1);
    ck_assert_int_eq(t_int(list, "views.0.params.properties.least.default"), 0);
    ck_assert_str_eq(t_text(list, "views.0.params.properties.kind.enum.1"), "odd");
}
END_TEST

START_TEST(days_are_the_company_s)
{
    /* it is 2026-03-02, a Monday, 09:00 in Shanghai */
    open_with("return {\n"
              "  view 'soon' { of = 'person', params = { days = integer { default = 7 } },\n"
              "    where = { born = { from = '$today', to = '$today+{days}' } },\n"
              "    columns = { 'name' } },\n"
              "  view 'last_week' { of = 'person', where = { born = { from = '$week-1', to =\n"
              "    '$week' } }, columns = { 'name' } },\n"
              "  view 'last_month' { of = 'person', where = { born = { from = '$month-1', to =\n"
              "    '$month' } }, columns = { 'name' } },\n"
              "  view 'this_year' { of = 'person', where = { born = { from = '$year' } },\n"
              "    columns = { 'name' } },\n"
              "  view 'before' { of = 'person', where = { born = { to = '$today-3' } },\n"
              "    columns = { 'name' }, order = '-born' },\n"
              "  view 'opened_today' { of = 'person', where = { opened_at = { from = '$today', to "
              "=\n"
              "    '$today+1' } }, columns = { 'name', 'opened_at' }, scan = true },\n"
              "}");
    static const char *const days[] = { "2025-12-31", "2026-01-01", "2026-01-31", "2026-02-01",
                                        "2026-02-22", "2026-02-23", "2026-02-26", "2026-02-27",
                                        "2026-02-28", "2026-03-01", "2026-03-02", "2026-03-08",
                                        "2026-03-09" };
    for (size_t i = 0; i < sizeof days / sizeof *days; i++)
        person(days[i] + 5, ", 'born': '%s'", days[i]);
    rig.as = "adm";
    ck_assert_str_eq(once("soon", "{}"), "03-02 03-08");
    ck_assert_str_eq(once("soon", "{'days': 1}"), "03-02");
    ck_assert_str_eq(once("soon", "{'days': 8}"), "03-02 03-08 03-09");
    ck_assert_str_eq(once("last_week", "{}"), "02-23 02-26 02-27 02-28 03-01");
    ck_assert_str_eq(once("last_month", "{}"), "02-01 02-22 02-23 02-26 02-27 02-28");
    ck_assert_str_eq(once("this_year", "{}"),
                     "01-01 01-31 02-01 02-22 02-23 02-26 02-27 02-28 03-01 03-02 03-08 03-09");
    ck_assert_str_eq(once("before", "{}"), "02-26 02-23 02-22 02-01 01-31 01-01 12-31");
    int pages;
    names("opened_today", "{}", 50, &pages);
    ck_assert_uint_eq(t_count(rig_ok(&rig, "view.run", "{'view': 'opened_today'}"), "rows"), 13);
    rig.as = NULL;
    rig_advance(&rig, "15 hours"); /* midnight in Shanghai, not in London */
    rig.as = "adm";
    ck_assert_str_eq(once("opened_today", "{}"), "");
    ck_assert_str_eq(once("soon", "{}"), "03-08 03-09");
}
END_TEST

START_TEST(several_values_are_one_list_in_order)
{
    open_with("return {\n"
              "  view 'some' { of = 'person', params = { units = list_of(unit) },\n"
              "    where = { unit = '$units' }, columns = { 'name' }, order = 'id' },\n"
              "  view 'back' { of = 'person', where = { unit = { 'gz', 'hq' } },\n"
              "    columns = { 'name' }, order = '-id' },\n"
              "  view 'others' { of = 'person', where = { unit = { except = { 'gz', 'sz' } } },\n"
              "    columns = { 'name' }, scan = true },\n"
              "  view 'nowhere' { of = 'person', where = { unit = '$none' }, columns = { 'name' "
              "},\n"
              "    scan = true },\n"
              "  view 'somewhere' { of = 'person', where = { unit = { given = true } },\n"
              "    columns = { 'name' }, scan = true },\n"
              "}");
    static const char *const units[] = { "gz", "sz", "hq", "gz", "hq", "sz", "gz" };
    for (int i = 0; i < 7; i++)
        person(rd_arena_printf(&rig.arena, "%c", 'A' + i), ", 'unit': '%s'", units[i]);
    person("X", "%s", "");
    rig.as = "adm";
    for (int limit = 1; limit <= 8; limit++) {
        int pages;
        ck_assert_str_eq(names("some", "{'units': ['gz', 'sz']}", limit, &pages), "A B D F G");
        ck_assert_int_eq(pages, (5 + limit - 1) / limit);
        ck_assert_str_eq(names("some", "{'units': ['sz', 'sz']}", limit, &pages), "B F");
        ck_assert_str_eq(names("back", "{}", limit, &pages), "G E D C A");
        ck_assert_str_eq(names("others", "{}", limit, &pages), "C E X");
        ck_assert_str_eq(names("nowhere", "{}", limit, &pages), "X");
        ck_assert_str_eq(names("somewhere", "{}", limit, &pages), "A B C D E F G");
    }
    /* more values than stretches that are joined: by looking at all, and as complete */
    const char *many = "'gz'";
    for (int i = 0; i < RD_SCAN_PARTS_MAX; i++)
        many = rd_arena_printf(&rig.arena, "%s, 'u%d'", many, i);
    ck_assert_str_eq(once("some", rd_arena_printf(&rig.arena, "{'units': [%s]}", many)), "A D G");
}
END_TEST

START_TEST(a_part_of_a_name_is_enough)
{
    open_with("return view 'find' { of = 'person', params = { text = text },\n"
              "  where = { name = { contains = '$text' } }, columns = { 'name' }, scan = true }");
    person("Li Wei", "%s", "");
    person("Wang Li", "%s", "");
    person("李娜", "%s", "");
    rig.as = "adm";
    ck_assert_str_eq(once("find", "{'text': 'li'}"), "Li Wei Wang Li");
    ck_assert_str_eq(once("find", "{'text': '李'}"), "李娜");
    ck_assert_str_eq(once("find", "{'text': 'zz'}"), "");
    /* a list may do the same, and says that it reads everything */
    struct rd_value page =
        rig_ok(&rig, "case.list",
               "{'type': 'person', 'where': {'name': {'contains': 'WANG'}}, 'scan': true}");
    ck_assert_uint_eq(t_count(page, "cases"), 1);
    rig_no(&rig, "not_indexed", "/where/name", "case.list",
           "{'type': 'person', 'where': {'name': {'contains': 'WANG'}}}");
    rig_no(&rig, "invalid_params", "/where/score", "case.list",
           "{'type': 'person', 'where': {'score': {'contains': 'x'}}, 'scan': true}");
}
END_TEST

START_TEST(lists_ask_as_views_do)
{
    open_with("return view 'v' { of = 'person', where = { unit = 'gz' } }");
    person("A", ", 'unit': 'gz', 'score': 1, 'tags': ['x', 'y']");
    person("B", ", 'unit': 'sz', 'score': 2, 'tags': ['y']");
    person("C", ", 'unit': 'hq', 'score': 3");
    rig.as = "adm";
    static const struct {
        const char *where;
        size_t found;
    } rows[] = {
        { "{'unit': ['gz', 'hq']}", 2 },
        { "{'unit': []}", 0 },
        { "{'unit': {'except': 'gz'}}", 2 },
        { "{'score': [1, 2, 9]}", 2 },
        { "{'score': {'to': 2}}", 1 },
        { "{'tags': ['y']}", 1 },
        { "{'opened_at': {'from': '2026-03-02T01:00:00Z'}}", 3 },
        { "{'opened_at': {'to': '2026-03-02T01:00:00Z'}}", 0 },
        { "{'unit': 'gz', 'opened_at': {'to': '2026-03-02T01:00:00Z'}}", 0 },
        { "{'updated_at': {'to': '2026-03-03T01:00:00Z'}}", 3 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rd_value page =
            rig_ok(&rig, "case.list", "{'type': 'person', 'where': %s}", rows[i].where);
        ck_assert_msg(t_count(page, "cases") == rows[i].found, "%s: %zu", rows[i].where,
                      t_count(page, "cases"));
    }
    rig_no(&rig, "invalid_params", "/where/unit", "case.list",
           "{'type': 'person', 'where': {'unit': {'form': 'gz'}}}");
    rig_no(&rig, "invalid_params", "/where/unit", "case.list",
           "{'type': 'person', 'where': {'unit': {'except': 'gz', 'from': 'a'}}}");
    const char *many = "0";
    for (int i = 1; i <= RD_FILTER_VALUES_MAX; i++)
        many = rd_arena_printf(&rig.arena, "%s, %d", many, i);
    rig_no(&rig, "invalid_params", "/where/score", "case.list",
           "{'type': 'person', 'where': {'score': [%s]}}", many);
}
END_TEST

START_TEST(a_list_of_no_values_finds_nothing)
{
    open_with("return {\n"
              "  view 'some' { of = 'person', params = { units = list_of(unit) },\n"
              "    where = { unit = '$units' }, columns = { 'name' } },\n"
              "  view 'maybe' { of = 'person', params = { units = list_of(unit) },\n"
              "    where = { score = { from = 0 }, unit = '$units?' }, columns = { 'name' } },\n"
              "  view 'two' { of = 'person', params = { a = list_of(unit), b = list_of(unit) },\n"
              "    where = { unit = { except = { '$a', '$b' } } }, columns = { 'name' }, scan = "
              "true },\n"
              "}");
    person("A", ", 'unit': 'gz', 'score': 1");
    rig.as = "adm";
    ck_assert_str_eq(once("some", "{'units': []}"), "");
    ck_assert_str_eq(once("maybe", "{'units': []}"), "");
    ck_assert_str_eq(once("maybe", "{}"), "A");
    /* none of more values than a condition takes is refused, and not cut short */
    const char *many = "'u0'";
    for (int i = 1; i < RD_FILTER_VALUES_MAX; i++)
        many = rd_arena_printf(&rig.arena, "%s, 'u%d'", many, i);
    ck_assert_str_eq(once("two", rd_arena_printf(&rig.arena, "{'a': [%s], 'b': []}", many)), "A");
    rig_no(&rig, "invalid_params", NULL, "view.run",
           "{'view': 'two', 'params': {'a': [%s], 'b': ['gz']}}", many);
    ck_assert_str_eq(rig.error.text, "unit is asked for more than 64 values, which is the limit");
    /* nor is an index over two fields asked for a value that is not there */
    rig_job(&rig, "a");
    static const char *const wheres[] = { "{'subject': 'a', 'unit': []}",
                                          "{'subject': [], 'unit': 'gz'}",
                                          "{'subject': [], 'unit': []}", "{'unit': []}" };
    for (size_t i = 0; i < 4; i++) {
        struct rd_value page = rig_ok(&rig, "case.list", "{'type': 'job', 'where': %s}", wheres[i]);
        ck_assert_uint_eq(t_count(page, "cases"), 0);
        ck_assert(!t_has(page, "cursor"));
    }
    ck_assert_uint_eq(t_count(rig_ok(&rig, "case.list",
                                     "{'type': 'job', 'where': {'subject': 'a', 'unit': "
                                     "{'except': []}}}"),
                              "cases"),
                      1);
}
END_TEST

START_TEST(columns_follow_references_as_far_as_one_may_read)
{
    open_with("return view 'jobs' { of = 'job', where = { state = { 'new', 'working' } },\n"
              "  columns = { 'number', 'state', 'person.name', 'person', 'owner' } }");
    const char *near = person("Near", ", 'unit': 'gz'");
    rig.as = "ben";
    rig_ok(&rig, "case.open", "{'type': 'job', 'data': {'subject': 'a', 'person': '%s'}}", near);
    rig_ok(&rig, "case.open", "{'type': 'job', 'data': {'subject': 'b'}}");
    struct rd_value page = rig_ok(&rig, "view.run", "{'view': 'jobs'}");
    ck_assert_uint_eq(t_count(page, "rows"), 2);
    struct rd_value row = t_at(page, "rows.0");
    ck_assert_str_eq(rd_map_text(&row, "person.name", ""), "Near");
    ck_assert_str_eq(t_text(row, "person"), near);
    row = t_at(page, "rows.1");
    ck_assert_int_eq(rd_map_get(&row, "person.name")->kind, RD_NULL);
    page = rig_ok(&rig, "view.run", "{'view': 'jobs', 'language': 'en'}");
    ck_assert_str_eq(t_text(page, "rows.0.person"), "P-0001");
    /* the person goes where ben does not reach */
    rig.as = "adm";
    rig_ok(&rig, "record.update", "{'id': '%s', 'set': {'unit': 'sz'}}", near);
    rig.as = "ben";
    row = t_at(rig_ok(&rig, "view.run", "{'view': 'jobs'}"), "rows.0");
    ck_assert_int_eq(rd_map_get(&row, "person.name")->kind, RD_NULL);
    row = t_at(rig_ok(&rig, "view.run", "{'view': 'jobs', 'language': 'en'}"), "rows.0");
    ck_assert_str_eq(t_text(row, "person"), near);
}
END_TEST

START_TEST(labels_come_in_the_language_asked_for)
{
    open_with(VIEWS);
    person("A", ", 'unit': 'gz', 'score': 1, 'keeper': 'ben'");
    rig.as = "ben";
    struct rd_value page = rig_ok(&rig, "view.run", "{'view': 'mine', 'params': {}}");
    ck_assert_str_eq(t_text(page, "title.zh"), "我的");
    ck_assert_str_eq(t_text(page, "rows.0.number"), "P-0001");
    ck_assert_str_eq(t_text(page, "rows.0.kind"), "plain");
    page = rig_ok(&rig, "view.run", "{'view': 'mine', 'params': {}, 'language': 'zh'}");
    ck_assert_str_eq(t_text(page, "rows.0.name"), "A");
    ck_assert_str_eq(t_text(page, "rows.0.keeper"), "ben");
}
END_TEST

START_TEST(a_long_list_is_one_cell)
{
    enum { TAGS = 60000 };
    struct rd_buf tags;
    open_with("return view 'v' { of = 'person', where = { unit = 'gz' }, columns = { 'tags' } }");
    rd_buf_init(&tags);
    for (int i = 0; i < TAGS; i++)
        rd_buf_text(&tags, i ? ",'x'" : "'x'");
    rd_buf_char(&tags, '\0');
    person("A", ", 'unit': 'gz', 'tags': [%s]", tags.data);
    rd_buf_fini(&tags);
    rig.as = "adm";
    struct rd_value page = rig_ok(&rig, "view.run", "{'view': 'v', 'language': 'zh'}");
    ck_assert_uint_eq(strlen(t_text(page, "rows.0.tags")), 3 * TAGS - 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_view");
    TCase *tcase = tcase_create("view");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_add_test(tcase, a_view_asks_for_whoever_runs_it);
    tcase_add_test(tcase, reach_scopes_the_rows);
    tcase_add_test(tcase, parameters_are_checked_and_have_defaults);
    tcase_add_test(tcase, days_are_the_company_s);
    tcase_add_test(tcase, several_values_are_one_list_in_order);
    tcase_add_test(tcase, a_part_of_a_name_is_enough);
    tcase_add_test(tcase, lists_ask_as_views_do);
    tcase_add_test(tcase, a_list_of_no_values_finds_nothing);
    tcase_add_test(tcase, columns_follow_references_as_far_as_one_may_read);
    tcase_add_test(tcase, labels_come_in_the_language_asked_for);
    tcase_add_test(tcase, a_long_list_is_one_cell);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
