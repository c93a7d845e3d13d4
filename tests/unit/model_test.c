/* The model: what only the compiled whole can know to be wrong: each with its file, its line and
 * the sentence an administrator meets. */
#include "base/limits.h"
#include "base/buf.h"
#include "domain/model.h"
#include "policy/policy.h"
#include "unit/kernel_rig.h"

static struct rd_arena arena;
static struct rd_findings findings;
static struct rd_policy *policy;

static void setup(void)
{
    rd_arena_init(&arena);
    policy = NULL;
}

static void teardown(void)
{
    rd_policy_free(policy);
    rd_arena_fini(&arena);
}

/* `text` with `from`, which stands there once, replaced by `to`. */
static const char *edited(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    ck_assert_msg(at != NULL && !strstr(at + 1, from), "%s", from);
    return rd_arena_printf(&arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static enum rd_status load(const char *company, const char *job)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_policy_source sources[] = { { "rules/company.lua", company, strlen(company) },
                                          { "scripts/job.lua", job, strlen(job) } };
    rd_findings_init(&findings, &arena);
    return rd_policy_load(sources, 2, NULL, &findings, &policy, &error);
}

static void expect(const char *sentence)
{
    ck_assert_uint_gt(findings.errors, 0);
    for (const struct rd_finding *f = findings.first; f; f = f->next)
        if (strstr(f->text, sentence)) {
            ck_assert_int_gt(f->line, 0);
            return;
        }
    ck_abort_msg("no '%s', but: %s", sentence, findings.first->text);
}

struct wrong {
    const char *from, *to, *sentence;
};

START_TEST(what_is_wrong_in_the_job_is_said)
{
    static const struct wrong all[] = {
        { "owner = 'owner', unit = 'unit', fields = {\n    subject",
          "owner = 'subject', unit = 'unit', fields = {\n    subject",
          "'subject' is no account field" },
        { "owner = 'owner', unit = 'unit', fields = {\n    subject",
          "owner = 'owner', unit = 'uni', fields = {\n    subject", "'uni' is no unit field" },
        { "peer = reference 'job',", "peer = reference 'jab',", "no record 'jab'" },
        { "indexes = { { 'subject', 'unit' } }", "indexes = { { 'subject', 'unity' } }",
          "no field 'unity'" },
        { "initial = 'new'", "initial = 'now'", "no state 'now'; did you mean 'new'?" },
        { "go = 'late', escalate", "go = 'latte', escalate",
          "no state 'latte'; did you mean 'late'?" },
        { "run = { 'take' }", "run = { 'tak' }", "no action 'tak'; did you mean 'take'?" },
        { "form = 'granting', go", "form = 'granted', go", "no form 'granted'" },
        { "field 'person.name'", "field 'person.nme'", "is not REFERENCE.FIELD" },
        { "total = sum 'job' { field = 'amount'", "total = sum 'job' { field = 'amont'",
          "has no field 'amont'" },
        { "alike = count 'job' { same = { 'subject', 'unit' }",
          "alike = count 'job' { same = { 'n' }", "has no index over just the fields" },
        { "total = sum", "amount = sum", "has a field of that name" },
        { "in_last = '24 hours'", "in_last = '1 month'", "in_last is hours, days or weeks" },
        { "in_last = '24 hours'", "in_last = '24 hours', at_most = 0",
          "at_most lies between 1 and" },
        { "except = { 'new' }", "except = { 'knew' }", "no state 'knew'" },
        { "closed = { final = true } }",
          "closed = { final = true, after = { '1 day', go = 'new' } } }",
          "is final, but has events or limits" },
        { "wait = 'waiting', done", "done", "'waiting' can never be entered" },
        { "after = { '30 days', go = 'closed' }", "after = { '30 dys', go = 'closed' }", "30 dys" },
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const char *job = edited(RIG_JOB_TEXT, all[i].from, all[i].to);
        ck_assert_msg(load(RIG_COMPANY_TEXT, job) == RD_CHECK_FAILED, "%s", all[i].to);
        expect(all[i].sentence);
    }
}
END_TEST

/* Who may do one thing must not thereby do another that is spelled like it. */
START_TEST(what_is_spelled_as_the_engines_own_is_said)
{
    static const struct wrong all[] = {
        { "on = { wait = 'waiting',", "on = { list = 'closed', wait = 'waiting',",
          "command 'job.list' is the engine's own, and one row would allow both" },
        { "open = { event = 'open', form", "open = { event = 'list', form",
          "command 'job.list' is the engine's own" },
        { "always = { task_done", "always = { list = { run = 'count_ring' }, task_done",
          "command 'job.list' is the engine's own" },
        { "  record 'task' {", "  record 'staff' { fields = { title = text } },\n  record 'task' {",
          "command 'staff.read' is the engine's own" },
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const char *job = edited(RIG_JOB_TEXT, all[i].from, all[i].to);
        ck_assert_msg(load(RIG_COMPANY_TEXT, job) == RD_CHECK_FAILED, "%s", all[i].to);
        expect(all[i].sentence);
    }
}
END_TEST

/* Nor by what a record has of its own; but opening one is making one. */
START_TEST(events_are_not_spelled_as_what_the_record_has_of_its_own)
{
    static const struct wrong all[] = {
        { "on = { wait = 'waiting',", "on = { read = 'closed', wait = 'waiting',",
          "event 'read' is spelled as the record's own command 'job.read'" },
        { "on = { wait = 'waiting',", "on = { secret = 'closed', wait = 'waiting',",
          "the record's own command 'job.secret'" },
        { "on = { wait = 'waiting',", "on = { update = 'closed', wait = 'waiting',", NULL },
        { "always = { task_done", "always = { refer = { run = 'count_ring' }, task_done",
          "the record's own command 'job.refer'" },
        { "on = { wait = 'waiting',", "on = { progress = 'closed', wait = 'waiting',", NULL },
        { "on = { wait = 'waiting',", "on = { top_secret = 'closed', wait = 'waiting',", NULL },
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const char *job = edited(RIG_JOB_TEXT, all[i].from, all[i].to);
        if (strstr(all[i].to, "{ secret")) /* which it has where a field has that level */
            job = edited(job, "sum = money,", "sum = money, rank = text { secrecy = 'secret' },");
        ck_assert_msg(load(RIG_COMPANY_TEXT, job) == RD_OK, "%s",
                      all[i].to); /* in force: it stays */
        size_t before = findings.errors;
        rd_permissions_apart(rd_policy_model(policy), &findings);
        ck_assert_uint_eq(findings.errors - before, all[i].sentence ? 1 : 0);
        if (all[i].sentence)
            expect(all[i].sentence);
        rd_policy_free(policy);
        policy = NULL;
    }
}
END_TEST

START_TEST(what_is_wrong_in_the_authority_is_said)
{
    static const struct wrong all[] = {
        { "{ 'person.read', from = 'staff', reach = 'unit' }",
          "{ 'person.reed', from = 'staff', reach = 'unit' }",
          "no command 'person.reed'; did you mean 'person.read'?" },
        { "{ 'person.read', from = 'staff', reach = 'unit' }",
          "{ 'person.read', from = 'staf', reach = 'unit' }",
          "no role 'staf'; did you mean 'staff'?" },
        /* what is not asked must not look as if it were */
        { "{ 'person.read', from = 'staff', reach = 'unit' }",
          "{ 'person.read', from = 'staff', unless = { 'is_secret' } }",
          "'person.read' is no event of a workflow: it takes neither up_to nor unless" },
        { "{ 'person.read', from = 'staff', reach = 'unit' }",
          "{ 'report.run', from = 'staff', up_to = 'grant.limit' }", "'report.run' is no event" },
        { "up_to = 'grant.limit',", "up_to = 'grant.limits',", "no decision 'grant.limits'" },
        { "up_to = 'grant.limit',", "up_to = 'grant.limit', amount = 'amont',",
          "'job.grant' has no money field 'amont'" },
        { "up_to = 'grant.limit',", "up_to = 'grant.limit', amount = 'n',",
          "'job.grant' has no money field 'n'" },
        { "unless = { 'is_secret' }", "unless = { 'is_secrett' }", "has no guard 'is_secrett'" },
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const char *company = edited(RIG_COMPANY_TEXT, all[i].from, all[i].to);
        ck_assert_msg(load(company, RIG_JOB_TEXT) == RD_CHECK_FAILED, "%s", all[i].to);
        expect(all[i].sentence);
    }
}
END_TEST

/* A list `text` `count` times with its number in it. */
static const char *many(const char *format, int count)
{
    struct rd_buf all;
    rd_buf_init(&all);
    for (int i = 0; i < count; i++)
        for (const char *at = format; *at; at++)
            if (*at == '#')
                rd_buf_printf(&all, "%d", i);
            else
                rd_buf_char(&all, *at);
    const char *kept = rd_arena_copy(&arena, all.data, all.len);
    rd_buf_fini(&all);
    return kept;
}

static void limited(const char *format, int max, const char *from, const char *to,
                    const char *sentence)
{
    for (int over = 0; over < 2; over++) {
        const char *job = edited(RIG_JOB_TEXT, from,
                                 rd_arena_printf(&arena, "%s%s", to, many(format, max + over)));
        enum rd_status status = load(RIG_COMPANY_TEXT, job);
        if (over) {
            ck_assert_int_eq(status, RD_CHECK_FAILED);
            expect(sentence);
            continue;
        }
        ck_assert_msg(status == RD_OK, "%s: %s", sentence,
                      findings.first ? findings.first->text : "");
        rd_policy_free(policy);
        policy = NULL;
    }
}

START_TEST(limits_are_reached_and_no_further)
{
    limited(" f# = text,", RD_FIELDS_MAX - 13, "n = integer { default = 0 },",
            "n = integer { default = 0 },", "257 fields; 256 is the limit");
    limited(" { 'x#', text },", RD_FIELDS_MAX - 7, "{ 'remark', text { max = 100 } }",
            "{ 'remark', text { max = 100 } },", "257 fields; 256 is the limit");
    /* they could not be entered either, which is said only where their number is right */
    for (int over = 0; over < 2; over++) {
        const char *job = edited(RIG_JOB_TEXT, "      granted = {",
                                 rd_arena_printf(&arena, "%s      granted = {",
                                                 many(" s# = { on = { work = 'working' } },",
                                                      RD_STATES_MAX - 6 + over)));
        ck_assert_int_eq(load(RIG_COMPANY_TEXT, job), RD_CHECK_FAILED);
        expect(over ? "257 states; 256 is the limit" : "'s9' can never be entered");
    }
}
END_TEST

START_TEST(indexes_have_few_fields)
{
    static const char *const fields[] = { "subject", "unit", "amount", "owner", "n",
                                          "tasks",   "seen", "size",   "sum" };
    const char *list = "";
    for (int i = 0; i < 9; i++) {
        list = rd_arena_printf(&arena, "%s%s'%s'", list, i ? ", " : "", fields[i]);
        if (i < 7)
            continue;
        const char *job =
            edited(RIG_JOB_TEXT, "indexes = { { 'subject', 'unit' } }",
                   rd_arena_printf(&arena, "indexes = { { 'subject', 'unit' }, { %s } }", list));
        enum rd_status status = load(RIG_COMPANY_TEXT, job);
        ck_assert_int_eq(status, i < RD_INDEX_FIELDS_MAX ? RD_OK : RD_CHECK_FAILED);
        if (status == RD_OK)
            rd_policy_free(policy);
        policy = NULL;
    }
    expect("an index over 9 fields; 8 is the limit");
}
END_TEST

START_TEST(facts_are_limited)
{
    const char *facts = many(" x# = field 'person.name',", RD_FACTS_MAX - 3);
    const char *job = edited(RIG_JOB_TEXT, "who = field 'person.name' },",
                             rd_arena_printf(&arena, "who = field 'person.name',%s },", facts));
    ck_assert_int_eq(load(RIG_COMPANY_TEXT, job), RD_OK);
    rd_policy_free(policy);
    policy = NULL;
    job = edited(
        RIG_JOB_TEXT, "who = field 'person.name' },",
        rd_arena_printf(&arena, "who = field 'person.name',%s y = field 'person.name' },", facts));
    ck_assert_int_eq(load(RIG_COMPANY_TEXT, job), RD_CHECK_FAILED);
    expect("65 facts; 64 is the limit");
}
END_TEST

START_TEST(everything_is_found_by_name)
{
    ck_assert_int_eq(load(RIG_COMPANY_TEXT, RIG_JOB_TEXT), RD_OK);
    const struct rd_model *model = rd_policy_model(policy);
    const struct rd_record_type *job = rd_model_type(model, "job");
    const struct rd_chart *chart = job->chart;
    ck_assert_ptr_eq(chart->type, job);
    ck_assert_ptr_null(rd_model_type(model, "jab"));
    ck_assert_ptr_null(rd_model_type(model, "person")->chart);
    ck_assert_ptr_nonnull(rd_model_form(model, "opening"));
    ck_assert_ptr_nonnull(rd_model_decision(model, "grant.limit"));
    ck_assert_ptr_nonnull(rd_model_calendar(model, "office"));
    ck_assert_ptr_null(rd_model_calendar(model, "offices"));
    ck_assert_int_eq(rd_type_field(job, "nothing"), -1);
    int fresh = rd_state_find(chart, "new"), closed = rd_state_find(chart, "closed");
    ck_assert_ptr_nonnull(rd_event_find(chart, fresh, "work"));
    ck_assert_ptr_null(rd_event_find(chart, fresh, "drop")); /* except */
    ck_assert_ptr_nonnull(rd_event_find(chart, rd_state_find(chart, "late"), "drop"));
    ck_assert_ptr_null(rd_event_find(chart, closed, "drop")); /* final */
    ck_assert(rd_event_exists(chart, "open"));
    ck_assert(!rd_event_exists(chart, "works"));
    /* commands are sorted, each with the rows that speak of it */
    for (size_t i = 1; i < model->permission_count; i++)
        ck_assert_int_lt(strcmp(model->permissions[i - 1].command, model->permissions[i].command),
                         0);
    ck_assert_uint_eq(rd_permission_of(model, "person.read")->row_count, 2);
    ck_assert_uint_eq(rd_permission_of(model, "job.task_done")->row_count, 0);
    ck_assert_uint_eq(rd_permission_of(model, "no.such")->row_count, 0);
    /* a spot for everything that a promise can visit, each with its place */
    for (size_t i = 0; i < model->spot_count; i++)
        ck_assert_int_gt(model->spots[i].line, 0);
}
END_TEST

START_TEST(wildcards_speak_of_all)
{
    const char *company = edited(RIG_COMPANY_TEXT, "{ { 'policy.reload', 'account.token' }",
                                 "{ { 'job.*', 'person.*', 'schedule.*' }, from = 'nobody' },\n"
                                 "    { '*', from = 'importer' },\n"
                                 "    { { 'policy.reload', 'account.token' }");
    ck_assert_int_eq(load(company, RIG_JOB_TEXT), RD_OK);
    const struct rd_model *model = rd_policy_model(policy);
    ck_assert_uint_eq(rd_permission_of(model, "job.task_done")->row_count, 2);
    ck_assert_uint_eq(rd_permission_of(model, "person.read")->row_count, 4);
    /* but not of the engine's own, where a record has their first word */
    ck_assert_uint_eq(rd_permission_of(model, "person.erase")->row_count, 1);
    ck_assert_uint_eq(rd_permission_of(model, "job.list")->row_count, 1);
    ck_assert_uint_eq(rd_permission_of(model, "schedule.list")->row_count, 2);
}
END_TEST

/* What only timers and records send needs no row, and may have none: a wildcard does not reach it.
 */
START_TEST(internal_events_have_no_rows)
{
    static const char always[] = "rang = { run = 'count_ring' }";
    const char *job =
        edited(RIG_JOB_TEXT, always, "rang = { internal = true, run = 'count_ring' }");
    const char *wide = edited(RIG_COMPANY_TEXT, "{ { 'policy.reload', 'account.token' }",
                              "{ '*', from = 'importer' },\n"
                              "    { { 'policy.reload', 'account.token' }");
    ck_assert_int_eq(load(RIG_COMPANY_TEXT, RIG_JOB_TEXT), RD_OK);
    size_t warnings = findings.warnings;
    rd_policy_free(policy);
    ck_assert_int_eq(load(RIG_COMPANY_TEXT, job), RD_OK);
    ck_assert_uint_eq(findings.warnings, warnings - 1);
    rd_policy_free(policy);
    ck_assert_int_eq(load(wide, job), RD_OK);
    const struct rd_permission *rang = rd_permission_of(rd_policy_model(policy), "job.rang");
    ck_assert(rang->internal);
    ck_assert_uint_eq(rang->row_count, 0);
    rd_policy_free(policy);
    policy = NULL;
    ck_assert_int_eq(
        load(edited(RIG_COMPANY_TEXT, "'job.judge', ", "'job.judge', 'job.rang', "), job),
        RD_CHECK_FAILED);
    expect("authority: 'job.rang' is internal: timers and other records send it, and nobody may");
}
END_TEST

START_TEST(an_event_is_internal_everywhere_or_nowhere)
{
    const char *job = edited(RIG_JOB_TEXT, "waiting = { pause = true, on = { resume = 'working' }",
                             "waiting = { pause = true, on = { resume = 'working', "
                             "rang = { internal = true } }");
    ck_assert_int_eq(load(RIG_COMPANY_TEXT, job), RD_CHECK_FAILED);
    expect("event 'rang' is internal in another state: say so here, too");
    job = edited(RIG_JOB_TEXT, "open = { event = 'add' }",
                 "open = { event = 'add', internal = true }");
    ck_assert_int_eq(load(RIG_COMPANY_TEXT, job), RD_CHECK_FAILED);
    expect("authority: 'task.add' is internal");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model");
    TCase *tcase = tcase_create("model");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, what_is_wrong_in_the_job_is_said);
    tcase_add_test(tcase, what_is_spelled_as_the_engines_own_is_said);
    tcase_add_test(tcase, events_are_not_spelled_as_what_the_record_has_of_its_own);
    tcase_add_test(tcase, what_is_wrong_in_the_authority_is_said);
    tcase_add_test(tcase, limits_are_reached_and_no_further);
    tcase_add_test(tcase, indexes_have_few_fields);
    tcase_add_test(tcase, facts_are_limited);
    tcase_add_test(tcase, everything_is_found_by_name);
    tcase_add_test(tcase, wildcards_speak_of_all);
    tcase_add_test(tcase, internal_events_have_no_rows);
    tcase_add_test(tcase, an_event_is_internal_everywhere_or_nowhere);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
