/* Derived fields: decided when a record changes, never typed in, told of, derived anew when their
 * rules change; normal forms at the door; records whose workflow takes their own fields.
 */
#include "unit/kernel_rig.h"

#include <string.h>

#include "base/limits.h"
#include "common/company.h"

static struct kernel_rig rig;

static const char CLIENT[] =
    "return {\n"
    "  record 'client' { number = 'C-{000}', fields = {\n"
    "    name = text { required = true, indexed = true, normal = 'name' },\n"
    "    phone = text { unique = true, normal = 'phone' },\n"
    "    code = text { unique = true, normal = 'code' },\n"
    "    revenue = money { default = '0.00' }, brand = boolean { default = false },\n"
    "    grade = grades { derived = 'client.grade', changed = 'graded', indexed = true },\n"
    "    stage = one_of { 'potential', 'new', 'regular' } { derived = 'client.stage',\n"
    "      output = 'stage' },\n"
    "    advice = text { derived = 'client.stage', output = 'advice' },\n"
    "    score = integer { derived = 'client.score' },\n"
    "    note = text, seen = integer { default = 0 }, namesakes = integer } },\n"
    "  choices 'grades' { 'key', 'plain' },\n"
    "  record 'deal' { fields = { client = reference 'client' { required = true, indexed = true "
    "},\n"
    "    amount = money } },\n"
    "  record 'claim' { fields = { client = reference 'client' { indexed = true }, text = text } "
    "},\n"
    "  decision 'client.grade' { input = { revenue = money, brand = boolean },\n"
    "    output = { grade = grades }, hit = 'first', rows = {\n"
    "      { id = 'big', revenue = '>= 1000.00', grade = 'key' },\n"
    "      { id = 'brand', brand = true, grade = 'key' },\n"
    "      { id = 'rest', grade = 'plain' } } },\n"
    "  decision 'client.stage' { input = { deals = integer },\n"
    "    output = { stage = one_of { 'potential', 'new', 'regular' }, advice = text }, hit = "
    "'first',\n"
    "    rows = { { deals = 0, stage = 'potential', advice = 'call' },\n"
    "      { deals = 1, stage = 'new', advice = 'thank' },\n"
    "      { stage = 'regular', advice = 'keep' } } },\n"
    "  decision 'client.score' { input = { grade = grades, stage = one_of { 'potential', 'new', "
    "'regular' } },\n"
    "    output = { score = integer }, hit = 'first', rows = {\n"
    "      { grade = 'key', stage = 'regular', score = 3 }, { grade = 'key', score = 2 },\n"
    "      { score = 1 } } },\n"
    "  decision 'claim.limit' { input = { grade = grades }, output = { limit = duration },\n"
    "    hit = 'first', rows = { { grade = 'key', limit = '1 day' }, { limit = '5 days' } } },\n"
    "  workflow 'client' { version = 1, initial = 'active',\n"
    "    open = { event = 'create', fields = true, run = { 'count_names' } },\n"
    "    facts = { deals = count 'deal' { same = { client = 'id' } },\n"
    "      alike = count 'client' { same = { 'name' } } },\n"
    "    states = { active = { on = { graded = { run = 'note_grade' }, dealt = {},\n"
    "        retire = 'pool' } },\n"
    "      pool = { on = { back = 'active' } }, gone = { final = true } },\n"
    "    always = { update = { fields = true, except = { 'pool' } }, forget = 'gone',\n"
    "      spoil = { run = 'spoil' } },\n"
    "    guards = { takes_revenue = function(f) return f.form.revenue ~= nil,\n"
    "      'no revenue is given', 'revenue comes from the books' end },\n"
    "    actions = { note_grade = function(f) return set { seen = f.seen + 1, note = f.grade } "
    "end,\n"
    "      spoil = function(f) return set { grade = 'key' } end,\n"
    "      count_names = function(f) return set { namesakes = f.alike } end } },\n"
    "  workflow 'deal' { version = 1, initial = 'made', open = { event = 'make', fields = true,\n"
    "      run = { 'tell_client' } }, states = { made = { final = true } },\n"
    "    actions = { tell_client = function(f) return send 'dealt' { to = f.client } end } },\n"
    "  workflow 'claim' { version = 1, initial = 'open', open = { event = 'file', fields = true "
    "},\n"
    "    facts = { grade = field 'client.grade' },\n"
    "    states = { open = { on = { close = 'done' }, after = { 'claim.limit', go = 'done' } },\n"
    "      done = { final = true } } },\n"
    "  authority { { { 'client.create', 'client.read', 'client.dealt', 'client.retire',\n"
    "      'client.back', 'client.forget', 'client.spoil', 'client.graded' },\n"
    "      from = { 'staff', 'administrator' } },\n"
    "    { 'client.update', from = 'staff', unless = { 'takes_revenue' } },\n"
    "    { 'client.update', from = 'administrator' },\n"
    "    { { 'deal.*', 'claim.*' }, from = { 'staff', 'administrator' } },\n"
    "    { 'job.list', from = 'administrator' } },\n"
    "}\n";

static void write_and_start(const char *text)
{
    t_company_write(rig.policy, "scripts/client.lua", text);
    enum rd_status status = rig_start(&rig, false);
    ck_assert_msg(status == RD_OK, "%s; %s", rig.error.text,
                  rig.findings.first ? rig.findings.first->text : "");
}

static void setup(void)
{
    rig_make(&rig);
    write_and_start(CLIENT);
}

static void teardown(void)
{
    rig_close(&rig);
}

static void drain(void)
{
    int batches = 0;
    while (rd_kernel_wake_at(rig.kernel) == 0 && batches++ < 1000)
        rd_kernel_run(rig.kernel, NULL, 0);
    ck_assert_int_lt(batches, 1000);
}

static struct rd_value create(const char *fields)
{
    return rig_ok(&rig, "record.create", "{'type': 'client', 'data': {'name': 'x'%s}}", fields);
}

static struct rd_value get(const char *id)
{
    return rig_ok(&rig, "case.get", "{'id': '%s'}", id);
}

static void update(const char *id, const char *set)
{
    rig_ok(&rig, "record.update", "{'id': '%s', 'set': {%s}}", id, set);
}

START_TEST(they_are_decided_when_the_record_is_made_and_when_it_changes)
{
    struct rd_value made = create("");
    const char *id = t_text(made, "id");
    ck_assert_str_eq(t_text(made, "state"), "active");
    ck_assert_str_eq(t_text(made, "data.grade"), "plain");
    ck_assert_str_eq(t_text(made, "data.stage"), "potential");
    ck_assert_str_eq(t_text(made, "data.advice"), "call");
    ck_assert_int_eq(t_int(made, "data.score"), 1);
    ck_assert_int_eq(t_int(made, "data.seen"), 0); /* decided for the first time is not changed */
    update(id, "'revenue': '1000.00'");
    struct rd_value after = get(id);
    ck_assert_str_eq(t_text(after, "data.grade"), "key");
    ck_assert_int_eq(t_int(after, "data.score"), 2); /* what feeds another one goes before it */
    ck_assert_int_eq(t_int(after, "version"), 2);    /* all in one entry */
    struct rd_value why = rig_ok(&rig, "case.explain", "{'id': '%s'}", id);
    const char *text = rig_show(&rig, why);
    ck_assert_msg(strstr(text, "client.grade/big"), "%s", text);
    ck_assert_msg(strstr(text, "scripts/client.lua:"), "%s", text);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(what_changed_is_sent_to_the_record_itself)
{
    const char *id = t_text(create(""), "id");
    update(id, "'brand': true");
    ck_assert_int_eq(t_int(get(id), "data.seen"), 1);
    ck_assert_str_eq(t_text(get(id), "data.note"), "key");
    update(id, "'revenue': '5000.00'"); /* key by another row: the same value */
    ck_assert_int_eq(t_int(get(id), "data.seen"), 1);
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'forget'}", id);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(what_the_state_does_not_accept_is_not_sent)
{
    const char *id = t_text(create(", 'brand': true"), "id");
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'retire'}", id);
    rig_no(&rig, "wrong_state", NULL, "record.update", "{'id': '%s', 'set': {'brand': false}}", id);
    ck_assert_int_eq(t_int(get(id), "data.seen"), 0);
}
END_TEST

START_TEST(counts_of_the_plan_in_hand_feed_them)
{
    const char *id = t_text(create(""), "id");
    for (int i = 1; i <= 3; i++) {
        rig_ok(&rig, "record.create", "{'type': 'deal', 'data': {'client': '%s'}}", id);
        ck_assert_str_eq(t_text(get(id), "data.stage"), i == 1 ? "new" : "regular");
        ck_assert_str_eq(t_text(get(id), "data.advice"), i == 1 ? "thank" : "keep");
    }
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(nobody_types_them_in_and_no_rule_sets_them)
{
    rig_no(&rig, "bad_form", "/data/grade", "record.create",
           "{'type': 'client', 'data': {'name': 'x', 'grade': 'key'}}");
    ck_assert_msg(strstr(rig.error.text, "is derived by 'client.grade'"), "%s", rig.error.text);
    rig_no(&rig, "bad_form", "/data/score", "case.open",
           "{'type': 'client', 'data': {'name': 'x', 'score': 3}}");
    const char *id = t_text(create(""), "id");
    rig_no(&rig, "bad_form", "/set/grade", "record.update", "{'id': '%s', 'set': {'grade': null}}",
           id);
    rig_no(&rig, "bad_form", "/form/grade", "case.act",
           "{'id': '%s', 'event': 'update', 'form': {'grade': 'key'}}", id);
    rig_no(&rig, "policy_fault", NULL, "case.act", "{'id': '%s', 'event': 'spoil'}", id);
    ck_assert_msg(strstr(rig.error.text, "no rule sets a field that is derived: grade"), "%s",
                  rig.error.text);
    ck_assert_int_eq(t_int(get(id), "version"), 1);
}
END_TEST

START_TEST(a_dry_run_shows_them_and_changes_nothing)
{
    const char *id = t_text(create(""), "id");
    struct rd_value dry =
        rig_ok(&rig, "record.update", "{'id': '%s', 'set': {'brand': true}, 'dry_run': true}", id);
    ck_assert_str_eq(t_text(dry, "data.grade"), "key");
    ck_assert_str_eq(t_text(get(id), "data.grade"), "plain");
}
END_TEST

START_TEST(cases_whose_limits_go_by_them_are_planned_anew)
{
    const char *id = t_text(create(""), "id");
    const char *claim =
        t_text(rig_ok(&rig, "case.open", "{'type': 'claim', 'data': {'client': '%s'}}", id), "id");
    const char *before = t_text(get(claim), "deadlines.0.limit");
    ck_assert_str_eq(before, "5 days");
    update(id, "'brand': true");
    ck_assert_str_eq(t_text(get(claim), "deadlines.0.limit"), "1 day");
    update(id, "'note': 'x'"); /* nothing that its limits read */
    ck_assert_int_eq(t_int(get(claim), "version"), 2);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(another_rule_derives_every_record_anew_across_a_crash)
{
    enum { CLIENTS = 2 * RD_JOB_SLICE_MAX + 10 };
    const char *first = NULL, *last = NULL;
    for (int i = 0; i < CLIENTS; i++) {
        last = t_text(create(", 'revenue': '500.00'"), "id");
        first = first ? first : last;
    }
    rig_stop(&rig);
    t_company_edit(rig.policy, "scripts/client.lua", ">= 1000.00", ">= 400.00");
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    rig_ok(&rig, "server.info", "{}"); /* one slice */
    ck_assert_str_eq(t_text(get(first), "data.grade"), "key");
    ck_assert_str_eq(t_text(get(last), "data.grade"), "plain");
    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    drain();
    ck_assert_str_eq(t_text(get(last), "data.grade"), "key");
    ck_assert_int_eq(t_int(get(first), "data.seen"), 1); /* told once */
    ck_assert_int_eq(t_int(get(first), "version"), 2);
    struct rd_value jobs = rig_ok(&rig, "job.list", "{}");
    ck_assert_str_eq(t_text(jobs, "jobs.0.does"), "derive");
    ck_assert_int_eq(t_int(jobs, "jobs.0.done"), CLIENTS);
    ck_assert_uint_eq(t_count(jobs, "jobs"), 1);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(the_same_rules_in_other_words_derive_nothing)
{
    create("");
    rig_stop(&rig);
    t_company_edit(rig.policy, "scripts/client.lua", "return {", "-- a word\n\nreturn {");
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    drain();
    ck_assert_uint_eq(t_count(rig_ok(&rig, "job.list", "{}"), "jobs"), 0);
}
END_TEST

START_TEST(records_of_before_get_a_workflow_and_derived_fields)
{
    rig_close(&rig);
    rig_make(&rig);
    write_and_start("return { record 'client' { fields = { name = text, phone = text { unique = "
                    "true } } },\n  authority { { 'client.*', from = { 'staff', 'administrator' } }"
                    " } }\n");
    const char *id =
        t_text(rig_ok(&rig, "record.create",
                      "{'type': 'client', 'data': {'name': 'Old', 'phone': '+86 13800000001'}}"),
               "id");
    rig_stop(&rig);
    write_and_start(CLIENT);
    drain();
    ck_assert_str_eq(t_text(get(id), "data.stage"), "potential");
    ck_assert_str_eq(t_text(get(id), "state"), "active");
    rig_no(&rig, "already_exists", "/data/phone", "record.create",
           "{'type': 'client', 'data': {'name': 'New', 'phone': '13800000001'}}");
    update(id, "'note': 'still here'");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_duplicate_is_found_however_it_is_spelled_and_named)
{
    const char *id = t_text(create(", 'phone': '138-0000-0001', 'code': 'ab-12'"), "id");
    rig_no(&rig, "already_exists", "/data/phone", "record.create",
           "{'type': 'client', 'data': {'name': 'y', 'phone': '+86 138 0000 0001'}}");
    ck_assert_msg(strstr(rig.error.text, "C-001"), "%s", rig.error.text);
    ck_assert_ptr_nonnull(rig.error.detail);
    ck_assert_str_eq(rd_map_text(rd_map_get(rig.error.detail, "duplicate"), "id", ""), id);
    rig_no(&rig, "already_exists", "/data/code", "record.create",
           "{'type': 'client', 'data': {'name': 'y', 'code': 'AB 12'}}");
    /* stored and shown is what was typed; searched is the normal form */
    ck_assert_str_eq(t_text(get(id), "data.phone"), "138-0000-0001");
    struct rd_value found =
        rig_ok(&rig, "case.list", "{'type': 'client', 'where': {'phone': '0086 13800000001'}}");
    ck_assert_uint_eq(t_count(found, "cases"), 1);
    found = rig_ok(&rig, "case.list", "{'type': 'client', 'where': {'name': ' X '}}");
    ck_assert_uint_eq(t_count(found, "cases"), 1);
    struct rd_value other = create(", 'phone': '138-0000-0002'");
    ck_assert_int_eq(t_int(other, "data.namesakes"), 2); /* counts compare it, too */
    rig_no(&rig, "already_exists", "/data/phone", "record.update",
           "{'id': '%s', 'set': {'phone': '008613800000001'}}", t_text(other, "id"));
    update(id, "'phone': '(138) 0000 0001'"); /* its own */
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_workflow_may_take_the_records_own_fields)
{
    rig_no(&rig, "bad_form", "/data/name", "record.create", "{'type': 'client', 'data': {}}");
    rig_no(&rig, "bad_form", "/data/nme", "record.create",
           "{'type': 'client', 'data': {'name': 'x', 'nme': 'y'}}");
    const char *id = t_text(create(""), "id");
    rig_no(&rig, "bad_form", "/set/name", "record.update", "{'id': '%s', 'set': {'name': null}}",
           id);
    rig.as = "ben";
    rig_no(&rig, "not_allowed", NULL, "record.update", "{'id': '%s', 'set': {'revenue': '1.00'}}",
           id);
    ck_assert_str_eq(rig.error.text, "ben may not: takes_revenue: revenue comes from the books");
    update(id, "'note': 'x'");
    rig.as = NULL;
    struct rd_value may = rig_ok(&rig, "case.actions", "{'id': '%s'}", id);
    ck_assert_msg(strstr(rig_show(&rig, may), "\"update\""), "%s", rig_show(&rig, may));
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'forget'}", id);
    rig_no(&rig, "wrong_state", NULL, "record.update", "{'id': '%s', 'set': {'note': 'y'}}", id);
    /* others still say which door it is */
    rig_no(&rig, "invalid_params", "/type", "record.create", "{'type': 'job', 'data': {}}");
    const char *job = rig_job(&rig, "x");
    rig_no(&rig, "invalid_params", "/id", "record.update", "{'id': '%s', 'set': {}}", job);
}
END_TEST

START_TEST(a_decision_that_fails_refuses_the_command_and_is_journalled)
{
    const char *id = t_text(create(""), "id");
    rig_stop(&rig);
    t_company_edit(rig.policy, "scripts/client.lua", "score = integer {",
                   "score = integer { max = 0,");
    enum rd_status status = rig_start(&rig, false);
    ck_assert_int_eq(status, RD_OK);
    drain(); /* the job meets the gap, record by record, and ends */
    struct rd_value jobs = rig_ok(&rig, "job.list", "{}");
    ck_assert_int_eq(t_int(jobs, "jobs.0.failed"), 1);
    rig_no(&rig, "policy_fault", NULL, "record.update", "{'id': '%s', 'set': {'note': 'x'}}", id);
    ck_assert_msg(
        strstr(rig.error.text, "field 'score', derived by 'client.score': must be at most 0"), "%s",
        rig.error.text);
    ck_assert_int_eq(t_int(get(id), "version"), 1);
}
END_TEST

/* `claims` of one client in each of two workflows whose limits go by the client's grade. */
static const char *client_with_claims(int claims)
{
    rig_stop(&rig);
    t_company_write(rig.policy, "scripts/demand.lua",
                    "return {\n"
                    "  record 'demand' { fields = {\n"
                    "    client = reference 'client' { indexed = true } } },\n"
                    "  workflow 'demand' { version = 1, initial = 'open',\n"
                    "    open = { event = 'file', fields = true },\n"
                    "    facts = { grade = field 'client.grade' },\n"
                    "    states = { open = { on = { close = 'done' },\n"
                    "      after = { 'claim.limit', go = 'done' } }, done = { final = true } } },\n"
                    "  authority { { 'demand.*', from = { 'staff', 'administrator' } } },\n"
                    "}\n");
    ck_assert_msg(rig_start(&rig, false) == RD_OK, "%s", rig.error.text);
    drain();
    const char *id = t_text(create(""), "id");
    for (int i = 0; i < claims; i++) {
        rig_ok(&rig, "case.open", "{'type': 'claim', 'data': {'client': '%s'}}", id);
        rig_ok(&rig, "case.open", "{'type': 'demand', 'data': {'client': '%s'}}", id);
    }
    return id;
}

START_TEST(a_client_with_very_many_cases_changes_all_the_same)
{
    const char *id = client_with_claims(RD_CASCADE_RECORDS_MAX / 2);
    update(id, "'brand': true"); /* what finds no room in this entry is planned anew in slices */
    ck_assert_int_eq(rd_kernel_wake_at(rig.kernel), 0);
    drain();
    struct rd_value due =
        rig_ok(&rig, "agenda.list", "{'until': '2026-03-03T01:00:00Z', 'limit': 1000}");
    ck_assert_uint_eq(t_count(due, "deadlines"), RD_CASCADE_RECORDS_MAX);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_refused_change_plans_nothing_anew)
{
    const char *id = client_with_claims(RD_CASCADE_RECORDS_MAX / 2 + 1);
    create(", 'phone': '13800000000'");
    drain();
    int64_t seq = t_int(rig_ok(&rig, "server.info", "{}"), "seq");
    rig_no(&rig, "already_exists", "/data/phone", "record.update",
           "{'id': '%s', 'set': {'brand': true, 'phone': '138 0000 0000'}}", id);
    ck_assert_int_gt(rd_kernel_wake_at(rig.kernel), 0);
    ck_assert_int_eq(t_int(rig_ok(&rig, "server.info", "{}"), "seq"), seq);
}
END_TEST

START_TEST(a_fault_of_a_plain_record_is_counted_and_journalled)
{
    rig_stop(&rig);
    t_company_write(rig.policy, "scripts/thing.lua",
                    "return {\n"
                    "  record 'thing' { fields = { n = integer,\n"
                    "    s = integer { max = 5, derived = 'thing.s' } } },\n"
                    "  decision 'thing.s' { input = { n = integer }, output = { s = integer },\n"
                    "    hit = 'first', rows = { { n = '> 5', s = 6 }, { s = 1 } } },\n"
                    "  authority { { 'thing.*', from = { 'staff', 'administrator' } } },\n"
                    "}\n");
    ck_assert_msg(rig_start(&rig, false) == RD_OK, "%s", rig.error.text);
    const char *id =
        t_text(rig_ok(&rig, "record.create", "{'type': 'thing', 'data': {'n': 1}}"), "id");
    int64_t seq = t_int(rig_ok(&rig, "server.info", "{}"), "seq");
    rig_no(&rig, "policy_fault", NULL, "record.create", "{'type': 'thing', 'data': {'n': 7}}");
    rig_no(&rig, "policy_fault", NULL, "record.update", "{'id': '%s', 'set': {'n': 7}}", id);
    struct rd_value info = rig_ok(&rig, "server.info", "{}");
    ck_assert_int_eq(t_int(info, "policy_faults"), 2);
    ck_assert_int_eq(t_int(info, "seq"), seq + 2);
    struct rd_value why = rig_ok(&rig, "case.explain", "{'id': '%s', 'seq': %d}", id, (int)seq + 2);
    ck_assert_str_eq(t_text(why, "refused"), "policy_fault");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_derive");
    TCase *tcase = tcase_create("derive");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, they_are_decided_when_the_record_is_made_and_when_it_changes);
    tcase_add_test(tcase, what_changed_is_sent_to_the_record_itself);
    tcase_add_test(tcase, what_the_state_does_not_accept_is_not_sent);
    tcase_add_test(tcase, counts_of_the_plan_in_hand_feed_them);
    tcase_add_test(tcase, nobody_types_them_in_and_no_rule_sets_them);
    tcase_add_test(tcase, a_dry_run_shows_them_and_changes_nothing);
    tcase_add_test(tcase, cases_whose_limits_go_by_them_are_planned_anew);
    tcase_add_test(tcase, another_rule_derives_every_record_anew_across_a_crash);
    tcase_add_test(tcase, the_same_rules_in_other_words_derive_nothing);
    tcase_add_test(tcase, records_of_before_get_a_workflow_and_derived_fields);
    tcase_add_test(tcase, a_duplicate_is_found_however_it_is_spelled_and_named);
    tcase_add_test(tcase, a_workflow_may_take_the_records_own_fields);
    tcase_add_test(tcase, a_decision_that_fails_refuses_the_command_and_is_journalled);
    tcase_add_test(tcase, a_fault_of_a_plain_record_is_counted_and_journalled);
    tcase_add_test(tcase, a_client_with_very_many_cases_changes_all_the_same);
    tcase_add_test(tcase, a_refused_change_plans_nothing_anew);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
