/* Views and reports: the exact sentences for what is wrong with them, and what is right. */
#include "policy/rig.h"

#include "base/limits.h"
#include "domain/model.h"

static struct rig rig;

static void teardown(void)
{
    rig_end(&rig);
}

struct bad {
    const char *text, *findings;
};

#define V "rules/x.lua:1: view 'v': "
#define VIEW(more) "return view \"v\" { of = \"ticket\", " more " }"

static const struct bad VIEWS[] = {
    { "return view \"v\" { }", V "missing key 'of'" },
    { "return view \"v\" { of = \"tiket\" }", V "of: no record 'tiket'; did you mean 'ticket'?" },
    { VIEW("colums = { \"subject\" }"), V "unknown key 'colums'; did you mean 'columns'?" },
    { VIEW("where = { }"), V "'where' asks for nothing" },
    { VIEW("where = { subject = print }"),
      "rules/x.lua:1: unknown word 'print' (missing quotes?)" },
    { VIEW("where = { subjct = \"x\" }"),
      V "where: subjct: record 'ticket' has no such field; did you mean 'subject'?" },
    { VIEW("where = { amount = \"much\" }"),
      V "where: amount: must be an amount such as \"100.00\"" },
    { VIEW("where = { amount = { } }"),
      V "where: amount: it asks for 0 values; 1 to 64 are possible" },
    { VIEW("where = { amount = { form = \"1.00\" } }"), V "where: amount: unknown key 'form'" },
    { VIEW("where = { amount = { from = \"1.00\", except = \"2.00\" } }"),
      V "where: amount: it is a range, or something else, not both" },
    { VIEW("where = { amount = { contains = \"1\" } }"),
      V "where: amount: a money contains nothing" },
    { VIEW("where = { subject = { given = false } }"),
      V "where: subject: given = true, or \"$none\" for an empty field" },
    { VIEW("where = { subject = \"$nme\" }"),
      V "where: subject: there is no '$nme'; did you mean 'me'?" },
    { VIEW("where = { amount = \"$me\" }"), V "where: amount: it is money, not an account" },
    { VIEW("where = { subject = \"$today\" }"),
      V "where: subject: it is text, not a date or an instant" },
    { VIEW("where = { amount = \"$my_unit\" }"), V "where: amount: it is money, not a unit" },
    { VIEW("where = { handler = \"$me+3\" }"),
      V "where: handler: '+3' behind '$me' means nothing" },
    { VIEW("where = { handler = \"$me?\" }"),
      V "where: handler: '?' behind '$me' means nothing: it is always known" },
    { VIEW("scan = true, where = { opened_at = { from = \"$today-x\" } }"),
      V "where: opened_at: '-x' behind a day is +3, -3 or +{param}" },
    { VIEW("scan = true, params = { d = text }, where = { opened_at = { from = \"$today-{d}\" } }"),
      V "where: opened_at: 'd' is no integer: it can't be added to a day" },
    { VIEW("scan = true, params = { d = date }, where = { subject = \"$d\" }"),
      V "where: subject: it is text, and the parameter 'd' date" },
    { VIEW("scan = true, params = { d = list_of(text) }, where = { subject = { from = \"$d\" } }"),
      V "where: subject: a list of values has no place in a range" },
    { VIEW("scan = true, params = { d = date }"), V "params: 'd' is asked for by no condition" },
    { VIEW("scan = true, columns = { \"subjct\" }"),
      V "columns: record 'ticket' has no field 'subjct'; did you mean 'subject'?" },
    { VIEW("scan = true, columns = { \"subject.name\" }"),
      V "columns: 'subject' refers to no record: nothing lies behind it" },
    { VIEW("scan = true, columns = { \"parent.parent.parent.subject\" }"),
      V "columns: a column leads over two references at the most" },
    { VIEW("scan = true, columns = { \"parent.subjekt\" }"),
      V "columns: record 'ticket' has no field 'subjekt'; did you mean 'subject'?" },
    { VIEW("scan = true, order = \"subject\""),
      V "order: 'subject' is not `indexed`, or no number, amount, date or time: a list goes by "
        "such a "
        "field, by id or by opened_at" },
    { VIEW("scan = true, order = \"-amont\""),
      V "order: record 'ticket' has no field 'amont'; did you mean 'amount'?" },
    { VIEW("scan = true, limit = 0"), V "limit: it lies between 1 and 1000" },
    { VIEW("scan = true, limit = 1001"), V "limit: it lies between 1 and 1000" },
    /* the index */
    { VIEW("columns = { \"subject\" }"), V
      "no index serves it: ask for a value or a range of what is indexed (department), or say scan "
      "= true" },
    { VIEW("where = { subject = \"x\" }"), V
      "no index serves it: ask for a value or a range of what is indexed (department), or say scan "
      "= true" },
    { VIEW("params = { d = text }, where = { department = \"$d?\" }"), V
      "no index serves it: ask for a value or a range of what is indexed (department), or say scan "
      "= true" },
    { VIEW("where = { department = \"$none\" }"), V
      "no index serves it: ask for a value or a range of what is indexed (department), or say scan "
      "= true" },
    { VIEW("where = { department = { from = \"a\" } }"), /* texts stand in no order in an index */
      V
      "no index serves it: ask for a value or a range of what is indexed (department), or say scan "
      "= true" },
    { "return { view \"v\" { of = \"ticket\", scan = true }, view \"v\" { of = \"ticket\", scan = "
      "true } "
      "}",
      "rules/x.lua:1: view 'v' is declared twice; the first one is at rules/x.lua:1" },
};

#define R "rules/x.lua:1: report 'r'"
#define S R ", section 1: "
#define M "rules/x.lua:1: report 'r', section 1, measure 'a': "
#define REPORT(section) "return report \"r\" { of = \"ticket\", sections = { { " section " } } }"

static const struct bad REPORTS[] = {
    { "return report \"r\" { of = \"ticket\" }", R ": missing key 'sections'" },
    { "return report \"r\" { of = \"ticket\", sections = { } }",
      R ": 'sections': a report needs at least one section" },
    { "return report \"r\" { of = \"tiket\", sections = { { measures = { a = count } } } }",
      R ": of: no record 'tiket'; did you mean 'ticket'?" },
    { "return report \"r\" { of = \"ticket\", period = \"week\", sections = { { measures = { a = "
      "count } "
      "} } }",
      R ": 'period': no such value 'week'; there are month, quarter, year" },
    { REPORT("by = \"department\""), S "missing key 'measures'" },
    { REPORT("measures = { }"), S "'measures' measures nothing" },
    { REPORT("measures = { a = 5 }"), S "measure 'a' must be a table { ... }, not a number" },
    { REPORT("measures = { a = { } }"),
      M "say what it is: count = true, share = true, sum = FIELD or average = FIELD" },
    { REPORT("measures = { a = { count = true, sum = \"amount\" } }"),
      M "it is count or sum, not both" },
    { REPORT("measures = { a = { share = true } }"),
      M "a share needs where = { ... }: of what is counted, those that have it" },
    { REPORT("measures = { a = { sum = \"amont\" } }"),
      S "measures: record 'ticket' has no field 'amont'; did you mean 'amount'?" },
    { REPORT("measures = { a = { sum = \"subject\" } }"),
      S "measures: 'subject' is text: only whole numbers and amounts are added up" },
    { REPORT("measures = { a = { count = true, where = { subject = \"$me\" } } }"),
      S "where: subject: '$me' has no place in a report: it counts the same for everybody" },
    { REPORT("measures = { a = { count = true, where = { amount = \"x\" } } }"),
      S "where: amount: must be an amount such as \"100.00\"" },
    { REPORT("by = \"departmnt\", measures = { a = count }"),
      S "by: record 'ticket' has no field 'departmnt'; did you mean 'department'?" },
    { REPORT("by = \"branch\", measures = { a = count }"),
      S "by: record 'ticket' has no field 'branch'; did you mean 'branch'?" },
    { REPORT("by = \"tags\", measures = { a = count }"),
      S "by: 'tags' is list: it makes no lines" },
    { REPORT("at = \"subject\", measures = { a = count }"),
      S "at: 'subject' is text, not a date or an instant" },
    { REPORT("at = \"nothing\", measures = { a = count }"),
      S "at: record 'ticket' has no field 'nothing'" },
    { REPORT("top = 0, measures = { a = count }"), S "top: it is at least 1" },
    { REPORT("order = \"change\", measures = { a = count }"),
      S "order: a change needs against = \"previous\"" },
    { REPORT("against = \"last\", measures = { a = count }"),
      S "'against': no such value 'last'; there are previous" },
    { REPORT("of = \"tiket\", measures = { a = count }"),
      S "of: no record 'tiket'; did you mean 'ticket'?" },
    { REPORT("by = { \"department\", \"subject\", \"handler\", \"amount\" }, measures = { a = "
             "count }"),
      S "by: by 4 things; 3 is the limit" },
    { "return schedule \"s\" { rule = \"FREQ=DAILY\", at = \"09:00\", start = \"ticket\", report = "
      "\"r\" "
      "}",
      "rules/x.lua:1: schedule 's': report: no report 'r'\n"
      "rules/x.lua:1: schedule 's': report: record 'ticket' needs a text field 'report' to file it "
      "in\n"
      "rules/x.lua:1: schedule 's': report: record 'ticket' needs a text field 'period' to file it "
      "in\n"
      "rules/x.lua:1: schedule 's': report: record 'ticket' needs a text field 'content' to file "
      "it "
      "in" },
};

static void check_bad(const struct bad *bad)
{
    rig_load(&rig, true, "rules/x.lua", bad->text);
    ck_assert_msg(rig.status == RD_CHECK_FAILED, "accepted: %s", bad->text);
    ck_assert_msg(strcmp(rig_findings(&rig), bad->findings) == 0, "%s\n%s\ninstead of\n%s",
                  bad->text, rig_findings(&rig), bad->findings);
}

START_TEST(bad_views_are_named)
{
    check_bad(&VIEWS[_i]);
}
END_TEST

START_TEST(bad_reports_are_named)
{
    check_bad(&REPORTS[_i]);
}
END_TEST

START_TEST(good_ones_are_built)
{
    rig_load(
        &rig, true, "rules/x.lua",
        "return {\n"
        "  view \"a\" { of = \"ticket\", where = { department = { \"x\", \"y\" } } },\n"
        "  view \"b\" { of = \"ticket\", params = { d = text }, where = { department = \"$d\" },\n"
        "    columns = { \"parent.parent.subject\", \"opened_by\" }, order = \"-id\", limit = 5 "
        "},\n"
        "  view \"c\" { of = \"ticket\", params = { d = list_of(text) },\n"
        "    where = { subject = \"$d?\", amount = { to = \"5.00\" }, tags = { contains = \"$$x\" "
        "} },\n"
        "    scan = true },\n"
        "  report \"r\" { of = \"ticket\", period = \"quarter\", where = { amount = { from = "
        "\"1.00\" } },\n"
        "    sections = { { by = { \"department\", \"handler\" }, top = 3, against = "
        "\"previous\",\n"
        "      order = \"change\", where = { subject = { except = { \"x\" } } },\n"
        "      measures = { a = count, b = { average = \"amount\", where = { handler = \"$none\" } "
        "} } } } },\n"
        "}");
    ck_assert_msg(rig.status == RD_OK, "%s", rig_findings(&rig));
    const struct rd_model *model = rd_policy_model(rig.policy);
    ck_assert_uint_eq(model->view_count, 3);
    const struct rd_view *c = rd_view_find(model, "c");
    ck_assert_str_eq(c->where[2].terms[0].value.text, "$x");
    ck_assert(!rd_view_requires(c, 0));
    ck_assert(rd_view_requires(rd_view_find(model, "b"), 0));
    const struct rd_report *report = rd_report_find(model, "r");
    ck_assert_uint_eq(report->sections[0].filter_count, 2); /* its own and the report's */
    struct rd_report_days days = rd_report_period_of(report, 2026, 11);
    ck_assert_str_eq(rd_report_period_text(report, &days, &rig.arena), "2026-Q4");
    ck_assert_int_eq(days.to_day - days.from_day, 31 + 30 + 31);
    ck_assert_int_eq(days.from_day - days.before_day, 31 + 31 + 30);
    days = rd_report_period_before(report, days.from_day);
    ck_assert_str_eq(rd_report_period_text(report, &days, &rig.arena), "2026-Q3");
    days = rd_report_period_of(report, 2026, 1);
    ck_assert_int_eq(days.from_day - days.before_day, 31 + 30 + 31); /* over New Year */
}
END_TEST

/* Every limit, one too many and just enough. */
static void load_many(const char *head, const char *item, size_t count, const char *tail)
{
    struct rd_buf text;
    rd_buf_init(&text);
    rd_buf_text(&text, head);
    for (size_t i = 0; i < count; i++)
        rd_buf_printf(&text, item, i, i);
    rd_buf_text(&text, tail);
    rd_buf_char(&text, '\0');
    rig_load(&rig, true, "rules/x.lua", text.data);
    rd_buf_fini(&text);
}

static const struct {
    const char *head, *item, *tail;
    size_t max;
    const char *finding;
} LIMITS[] = {
    { "return view \"v\" { of = \"ticket\", scan = true, columns = { ", "\"subject\"--%zu%zu\n, ",
      "} }", RD_VIEW_COLUMNS_MAX, V "columns: 16 columns; 15 is the limit" },
    { "return view \"v\" { of = \"ticket\", scan = true, where = { subject = { ", "\"x%zu%zu\", ",
      "} } }", RD_FILTER_VALUES_MAX,
      V "where: subject: it asks for 65 values; 1 to 64 are possible" },
    { "return report \"r\" { of = \"ticket\", sections = { ",
      "{ measures = { a = count } }--%zu%zu\n, ", "} }", RD_REPORT_SECTIONS_MAX,
      R ": sections: 33 sections; 32 is the limit" },
    { "return report \"r\" { of = \"ticket\", sections = { { measures = { ", "m%zu_%zu = count, ",
      "} } } }", RD_REPORT_MEASURES_MAX, S "measures: 13 measures; 12 is the limit" },
    { "return { ", "view \"v%zu_%zu\" { of = \"ticket\", scan = true }, ", "}", RD_VIEWS_MAX,
      "rules/x.lua:0: 1001 views; 1000 is the limit" },
    { "return { ",
      "report \"r%zu_%zu\" { of = \"ticket\", sections = { { measures = { a = count } } } }, ", "}",
      RD_REPORTS_MAX, "rules/x.lua:0: 201 reports; 200 is the limit" },
};

START_TEST(limits_are_reached)
{
    load_many(LIMITS[_i].head, LIMITS[_i].item, LIMITS[_i].max, LIMITS[_i].tail);
    ck_assert_msg(rig.status == RD_OK, "%s", rig_findings(&rig));
    rig_end(&rig);
    load_many(LIMITS[_i].head, LIMITS[_i].item, LIMITS[_i].max + 1, LIMITS[_i].tail);
    ck_assert_int_eq(rig.status, RD_CHECK_FAILED);
    ck_assert_str_eq(rig_findings(&rig), LIMITS[_i].finding);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("view_words");
    TCase *tcase = tcase_create("views");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_add_loop_test(tcase, bad_views_are_named, 0, sizeof VIEWS / sizeof *VIEWS);
    tcase_add_loop_test(tcase, bad_reports_are_named, 0, sizeof REPORTS / sizeof *REPORTS);
    tcase_add_test(tcase, good_ones_are_built);
    tcase_add_loop_test(tcase, limits_are_reached, 0, sizeof LIMITS / sizeof *LIMITS);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
