/* Schedules, ladders and contact hours: the normal form, and the exact sentences for what is wrong
 * with them. */
#include "policy/rig.h"

#include "domain/model.h"

static struct rig rig;

static void teardown(void)
{
    rig_end(&rig);
}

#define WORKFLOW(states, more)                                                                     \
    "workflow \"ticket\" { version = 1, initial = \"a\", open = { event = \"open\" },\n"           \
    "  states = { " states ", z = { final = true } }" more " }"

struct bad {
    const char *text, *findings;
};

static const struct bad BAD[] = {
    { "return schedule \"s\" { at = \"09:00\", start = \"ticket\" }",
      "rules/x.lua:1: schedule 's': missing key 'rule'" },
    { "return schedule \"s\" { rule = \"FREQ=DAILY\", at = \"9 o'clock\", start = \"ticket\" }",
      "rules/x.lua:1: schedule 's': 'at': '9 o'clock' is no time of day such as \"09:00\"" },
    { "return schedule \"s\" { rule = \"FREQ=DAILY\", at = \"24:00\", start = \"ticket\" }",
      "rules/x.lua:1: schedule 's': 'at': '24:00' is no time of day such as \"09:00\"" },
    { "return schedule \"s\" { rule = \"FREQ=DAILY\", at = \"09:00\", start = \"ticket\",\n"
      "  missed = \"twice\" }",
      "rules/x.lua:2: schedule 's': 'missed': no such value 'twice'; there are once, each, skip" },
    { "return schedule \"s\" { rule = \"FREQ=DAILY\", at = \"09:00\", start = \"ticket\",\n"
      "  data = { \"x\" } }",
      "rules/x.lua:2: schedule 's': 'data' names the fields: { field = value }" },
    { "return schedule \"s\" { at = \"09:00\", start = \"ticket\",\n  rule = \"FREQ=HOURLY\" }",
      "rules/x.lua:2: schedule 's': rule: FREQ=HOURLY: there are DAILY, WEEKLY, MONTHLY, YEARLY" },
    { "return schedule \"s\" { rule = \"BYDAY=MO\", at = \"09:00\", start = \"ticket\" }",
      "rules/x.lua:1: schedule 's': rule: FREQ is missing: FREQ=DAILY, WEEKLY, MONTHLY or "
      "YEARLY" },
    { "return schedule \"s\" { rule = \"FREQ=DAILY;BYDAYS=MO\", at = \"09:00\", start = \"ticket\" "
      "}",
      "rules/x.lua:1: schedule 's': rule: 'BYDAYS' is no part of a rule on dates; did you mean "
      "'BYDAY'?" },
    { "return schedule \"s\" { rule = \"FREQ=DAILY;BYHOUR=9\", at = \"09:00\", start = \"ticket\" "
      "}",
      "rules/x.lua:1: schedule 's': rule: 'BYHOUR' is no part of a rule on dates: `at` says the "
      "time" },
    { "return schedule \"s\" { rule = \"FREQ=DAILY;FREQ=DAILY\", at = \"09:00\", start = "
      "\"ticket\" }",
      "rules/x.lua:1: schedule 's': rule: FREQ is given twice" },
    { "return schedule \"s\" { rule = \"FREQ=DAILY;COUNT\", at = \"09:00\", start = \"ticket\" }",
      "rules/x.lua:1: schedule 's': rule: COUNT has no value" },
    { "return schedule \"s\" { rule = \"FREQ=DAILY;INTERVAL=1001\", at = \"09:00\", start = "
      "\"ticket\" }",
      "rules/x.lua:1: schedule 's': rule: INTERVAL lies between 1 and 1000" },
    { "return schedule \"s\" { rule = \"FREQ=DAILY;COUNT=10001\", at = \"09:00\", start = "
      "\"ticket\", from = \"2026-01-01\" }",
      "rules/x.lua:1: schedule 's': rule: COUNT lies between 1 and 10000" },
    { "return schedule \"s\" { rule = \"FREQ=DAILY;UNTIL=20261231T000000Z\", at = \"09:00\", start "
      "= \"ticket\" }",
      "rules/x.lua:1: schedule 's': rule: UNTIL is a date such as 20261231" },
    { "return schedule \"s\" { rule = \"FREQ=WEEKLY;BYDAY=1MO\", at = \"09:00\", start = "
      "\"ticket\" }",
      "rules/x.lua:1: schedule 's': rule: BYDAY with a number (1MO) needs FREQ=MONTHLY or "
      "YEARLY" },
    { "return schedule \"s\" { rule = \"FREQ=DAILY;INTERVAL=2\", at = \"09:00\", start = "
      "\"ticket\" }",
      "rules/x.lua:1: schedule 's': rule: INTERVAL and COUNT are counted from a day: give "
      "`from`" },
    { "return schedule \"s\" { rule = \"FREQ=MONTHLY\", at = \"09:00\", start = \"ticket\" }",
      "rules/x.lua:1: schedule 's': rule: it leaves the day open: give BYDAY or BYMONTHDAY (with "
      "BYMONTH), or `from`" },
    { "return schedule \"s\" { rule = \"FREQ=WEEKLY;BYDAY=XX\", at = \"09:00\", start = "
      "\"ticket\" }",
      "rules/x.lua:1: schedule 's': rule: RFC 5545 does not know this; see "
      "docs/reference/schedules.md" },
    { "return schedule \"s\" { rule = \"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\", at = \"09:00\", "
      "start = \"ticket\" }",
      "rules/x.lua:1: schedule 's': rule: there is no such day, ever" },
    { "return schedule \"s\" { rule = \"FREQ=DAILY\", at = \"09:00\", start = \"ticket\",\n"
      "  zone = \"Asia/Shangai\" }",
      "rules/x.lua:2: schedule 's': zone: no time zone 'Asia/Shangai'; did you mean "
      "'Asia/Shanghai'?" },
    { "return schedule \"s\" { rule = \"FREQ=DAILY\", at = \"09:00\", start = \"ticket\",\n"
      "  on = \"hotlien\" }",
      "rules/x.lua:2: schedule 's': on: no calendar 'hotlien'; did you mean 'hotline'?" },
    { "return schedule \"s\" { rule = \"FREQ=DAILY\", at = \"09:00\",\n  start = \"tiket\" }",
      "rules/x.lua:2: schedule 's': start: no record 'tiket'; did you mean 'ticket'?" },
    { "return schedule \"s\" { rule = \"FREQ=DAILY\", at = \"09:00\", start = \"ticket\",\n"
      "  data = { subjekt = \"x\" } }",
      "rules/x.lua:2: schedule 's': data: record 'ticket' has no field 'subjekt'; did you mean "
      "'subject'?" },
    { "return schedule \"s\" { rule = \"FREQ=DAILY\", at = \"09:00\", start = \"ticket\",\n"
      "  data = { amount = 5, parent = \"1-1\", handler = \"nobody\" } }",
      "rules/x.lua:2: schedule 's': data: field 'amount': must be an amount such as \"100.00\"\n"
      "rules/x.lua:2: schedule 's': data: field 'handler': no account 'nobody'\n"
      "rules/x.lua:2: schedule 's': data: field 'parent': a schedule knows no record to refer "
      "to" },
    { "return { record \"r\" { fields = { a = text { required = true } } },\n"
      "  schedule \"s\" { rule = \"FREQ=DAILY\", at = \"09:00\", start = \"r\" } }",
      "rules/x.lua:2: schedule 's': data: record 'r' requires 'a'" },
    { "return { schedule \"s\" { rule = \"FREQ=DAILY\", at = \"09:00\", start = \"ticket\" },\n"
      "  schedule \"s\" { rule = \"FREQ=DAILY\", at = \"09:00\", start = \"ticket\" } }",
      "rules/x.lua:2: schedule 's' is declared twice; the first one is at rules/x.lua:1" },
    { "return ladder \"l\" {}", "rules/x.lua:1: ladder 'l': a ladder needs at least one rung" },
    { "return ladder \"l\" { { tell = \"staff\" } }",
      "rules/x.lua:1: ladder 'l', ladder: one duration such as \"4 hours\", or one decision, must "
      "stand at the beginning" },
    { "return { ladder \"slow.one\" { { \"1 day\", tell = \"staff\" } },\n" WORKFLOW(
          "a = { on = { e = \"z\" }, after = { ladder = \"slow.onne\" } }", "") " }",
      "rules/x.lua:3: workflow 'ticket', state 'a': 'after': no ladder 'slow.onne'; did you mean "
      "'slow.one'?" },
    { "return { ladder \"l\" {\n  { \"1 day\", run = \"missing\" } },\n" WORKFLOW(
          "a = { on = { e = \"z\" }, after = { ladder = \"l\" } }", "") " }",
      "rules/x.lua:2: no action 'missing'" },
    { "return { ladder \"l\" {\n  { \"1 dya\" } },\n" WORKFLOW(
          "a = { on = { e = \"z\" }, after = { ladder = \"l\" } }", "") " }",
      "rules/x.lua:2: a: the duration '1 dya' has no unit 'dya'; there are seconds, minutes, "
      "hours, "
      "days, weeks, months, years, business minutes, hours and days" },
};

/* Warnings about commands without authority rows are not what these are about. */
static const char *errors_of(void)
{
    const char *all = "";
    for (const struct rd_finding *f = rig.findings.first; f; f = f->next)
        if (f->error)
            all = rd_arena_printf(&rig.arena, "%s%s%s:%d: %s", all, *all ? "\n" : "", f->file,
                                  f->line, f->text);
    return all;
}

START_TEST(a_bad_one_is_told_exactly)
{
    rig_load(&rig, true, "rules/x.lua", BAD[_i].text);
    ck_assert_int_ne(rig.status, RD_OK);
    ck_assert_str_eq(errors_of(), BAD[_i].findings);
}
END_TEST

START_TEST(contact_hours_are_a_calendar)
{
    rig_load(&rig, false, "rules/x.lua",
             "return { company { name = \"c\", zone = \"UTC\", contact = \"day\" },\n"
             "  organisation { roles = { \"staff\" }, units = { \"hq\" } } }");
    ck_assert_int_ne(rig.status, RD_OK);
    ck_assert_str_eq(errors_of(), "rules/x.lua:1: company: contact: no calendar 'day'");
}
END_TEST

START_TEST(a_schedule_becomes_times_and_inside_values)
{
    rig_load(&rig, true, "rules/x.lua",
             "return schedule \"s\" { title = { en = \"S\", zh = \"定\" }, rule = "
             "\"FREQ=WEEKLY;INTERVAL=2\", from = \"2026-01-05\",\n"
             "  at = \"18:10\", zone = \"Europe/London\", on = \"hotline\", missed = \"each\", "
             "owner = \"desk\",\n"
             "  start = \"ticket\", data = { amount = \"12.34\" } }");
    ck_assert_msg(rig.status == RD_OK, "%s", rig_findings(&rig));
    const struct rd_model *model = rd_policy_model(rig.policy);
    ck_assert_uint_eq(model->schedule_count, 1);
    const struct rd_schedule *schedule = &model->schedules[0];
    ck_assert_int_eq(schedule->at_minute, 18 * 60 + 10);
    ck_assert_int_eq(schedule->missed, RD_MISSED_EACH);
    ck_assert_str_eq(schedule->owner, "desk");
    ck_assert_str_eq(rd_calendar_name(schedule->on), "hotline");
    ck_assert_int_eq(rd_map_int(&schedule->data, "amount", 0), 1234);
    /* 2026-01-05 18:10 and two weeks later, winter time */
    ck_assert_int_eq(rd_schedule_next(schedule, 0), 1767636600000);
    ck_assert_int_eq(rd_schedule_next(schedule, 1767636600000), 1767636600000 + 14 * 86400000ll);
}
END_TEST

START_TEST(a_ladder_is_climbed_by_every_state_that_names_it)
{
    rig_load(
        &rig, true, "rules/x.lua",
        "return { ladder \"l\" {\n"
        "  { \"1 day\", tell = { \"staff\", text = \"t\", at_once = true }, escalate = true },\n"
        "  { \"2 days\", tell = \"staff\", clock = \"hotline\" } },\n" WORKFLOW(
            "a = { on = { e = \"b\" }, after = { ladder = \"l\" } },\n"
            "  b = { on = { e = \"c\" }, after = { { \"1 hour\", go = \"z\" }, ladder = \"l\" } "
            "},\n"
            "  c = { on = { e = \"z\" }, after = { \"1 hour\", go = \"z\", ladder = \"l\" } }",
            "") " }");
    ck_assert_msg(rig.status == RD_OK, "%s", rig_findings(&rig));
    const struct rd_chart *chart = &rd_policy_model(rig.policy)->charts[0];
    ck_assert_uint_eq(chart->states[0].after_count, 2);
    ck_assert_uint_eq(chart->states[1].after_count, 3);
    ck_assert_uint_eq(chart->states[2].after_count, 3);
    const struct rd_limit *first = &chart->states[0].after[0], *last = &chart->states[2].after[2];
    ck_assert(first->at_once && first->escalate);
    ck_assert_int_eq(first->line, 2);
    ck_assert_str_eq(first->file, "rules/x.lua");
    ck_assert(!last->at_once);
    ck_assert_str_eq(last->name, "c.3");
    ck_assert_str_eq(last->text, "2 days");
    ck_assert_str_eq(rd_calendar_name(last->clock), "hotline");
    ck_assert_int_eq(chart->states[2].after[0].go, 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("schedule policy");
    TCase *tests = tcase_create("schedule policy");
    tcase_add_checked_fixture(tests, NULL, teardown);
    tcase_add_loop_test(tests, a_bad_one_is_told_exactly, 0, sizeof BAD / sizeof *BAD);
    tcase_add_test(tests, contact_hours_are_a_calendar);
    tcase_add_test(tests, a_schedule_becomes_times_and_inside_values);
    tcase_add_test(tests, a_ladder_is_climbed_by_every_state_that_names_it);
    tcase_set_timeout(tests, 30);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
