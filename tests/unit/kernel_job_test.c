/* Jobs: `each` over records, in slices, across a crash and a rebuild, what can't be done for one of
 * them, schedules of jobs, and bad uses of the word.
 */
#include "unit/kernel_rig.h"

#include <string.h>

#include "base/limits.h"
#include "common/company.h"

static struct kernel_rig rig;

static const char COMPANY[] =
    "return {\n"
    "  record 'box' { number = 'B-{0000}', fields = { shelf = text { indexed = true }, colour = "
    "text,\n"
    "      weight = integer, name = text { indexed = true, normal = 'name' },\n"
    "      mover = reference 'mover' { indexed = true } } },\n"
    "  record 'label' { fields = { box = reference 'box' { indexed = true }, text = text } },\n"
    "  record 'mover' { fields = { shelf = text, colour = text, what = text, found = integer } },\n"
    "  workflow 'box' { version = 1, initial = 'stored', open = { event = 'store' },\n"
    "    facts = { heavy = count 'box' { same = { 'shelf' } } },\n"
    "    states = { stored = { on = { move = { go = 'moved', run = 'note' }, lock = 'locked',\n"
    "        break_it = { run = 'crack' }, spread = { run = 'spread' } } },\n"
    "      moved = { on = { back = 'stored' } }, locked = { on = { back = 'stored' } },\n"
    "      gone = { final = true } },\n"
    "    always = { drop = 'gone', heap = { run = 'heap' } },\n"
    "    actions = { note = function(f) return set { weight = (f.weight or 0) + 1 } end,\n"
    "      crack = function(f) if f.weight == 7 then return set { weight = 'x' } end end,\n"
    "      spread = function(f) return each 'box' { same = { shelf = f.shelf }, send = 'spread' }\n"
    "      end,\n"
    "      heap = function(f) return start 'box' { shelf = f.shelf } end } },\n"
    "  workflow 'mover' { version = 1, initial = 'ready', open = { event = 'hire' },\n"
    "    states = { ready = { on = { go = { run = 'go' }, paint = { run = 'paint' },\n"
    "        twice = { run = 'twice' }, bad = { run = 'bad' }, breaking = { run = 'breaking' },\n"
    "        label = { run = 'label' }, heap = { run = 'heap' }, named = { run = 'named' },\n"
    "        spread = { run = 'spread' }, many = { run = 'many' } } },\n"
    "      left = { final = true } }, always = { quit = 'left' },\n"
    "    actions = {\n"
    "      go = function(f) return each 'box' { same = { shelf = f.shelf }, send = 'move',\n"
    "        form = { colour = f.colour } } end,\n"
    "      paint = function(f) return each 'box' { same = { shelf = f.shelf },\n"
    "        where = { state = { 'stored', 'locked' }, colour = 'red' }, send = 'drop' } end,\n"
    "      twice = function(f) return { each 'box' { same = { shelf = f.shelf }, send = 'move' },\n"
    "        each 'box' { same = { shelf = f.shelf }, send = 'back' } } end,\n"
    "      breaking = function(f) return each 'box' { send = 'break_it' } end,\n"
    "      label = function(f) return each 'box' { same = { shelf = f.shelf }, start = 'label',\n"
    "        data = { text = 'L' }, link = 'box' } end,\n"
    "      heap = function(f) return each 'box' { where = { state = 'stored' }, send = 'heap' } "
    "end,\n"
    "      spread = function(f) return each 'box' { same = { shelf = f.shelf }, send = 'spread' }\n"
    "      end,\n"
    "      many = function(f) local list = {}\n"
    "        for i = 1, 250 do list[i] = each 'box' { same = { shelf = f.shelf }, send = 'move' }\n"
    "        end return list end,\n"
    "      named = function(f) return each 'box' { same = { name = f.shelf }, send = 'move' } "
    "end,\n"
    "      bad = function(f)\n"
    "        if f.what == 'type' then return each 'bux' { send = 'move' } end\n"
    "        if f.what == 'event' then return each 'box' { send = 'mve' } end\n"
    "        if f.what == 'field' then return each 'box' { same = { shlf = 'a' }, send = 'move' } "
    "end\n"
    "        if f.what == 'value' then return each 'box' { same = { weight = 'a' }, send = 'move' "
    "} end\n"
    "        if f.what == 'state' then return each 'box' { where = { state = 'storde' }, send = "
    "'move' } end\n"
    "        if f.what == 'both' then return each 'box' { send = 'move', start = 'label' } end\n"
    "        if f.what == 'none' then return each 'box' { same = { shelf = 'a' } } end\n"
    "        if f.what == 'empty' then return each 'box' { same = { shelf = f.colour }, send = "
    "'move' } end\n"
    "        if f.what == 'key' then return each 'box' { sme = { shelf = 'a' }, send = 'move' } "
    "end\n"
    "        if f.what == 'link' then return each 'box' { start = 'label', link = 'text' } end\n"
    "        if f.what == 'form' then return each 'box' { send = 'move', form = { hue = 'x' } } "
    "end\n"
    "      end } },\n"
    "  schedule 'monthly' { rule = 'FREQ=MONTHLY;BYMONTHDAY=1', at = '09:00', each = 'box',\n"
    "    where = { colour = 'red', state = 'stored' }, start = 'label', data = { text = 'M' },\n"
    "    link = 'box' },\n"
    "  schedule 'yearly' { rule = 'FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=1', at = '09:00',\n"
    "    each = 'box', where = { colour = { 'red', 'blue' } }, send = 'lock' },\n"
    "  authority { { { 'box.*', 'mover.*', 'label.*' }, from = { 'staff', 'administrator' } },\n"
    "    { 'job.list', from = 'administrator' } },\n"
    "}\n";

static void setup(void)
{
    rig_make(&rig);
    t_company_write(rig.policy, "scripts/box.lua", COMPANY);
    enum rd_status status = rig_start(&rig, false);
    ck_assert_msg(status == RD_OK, "%s; %s", rig.error.text,
                  rig.findings.first ? rig.findings.first->text : "");
}

static void teardown(void)
{
    rig_close(&rig);
}

static const char *box(const char *shelf, const char *colour)
{
    return t_text(rig_ok(&rig, "case.open",
                         "{'type': 'box', 'data': {'shelf': '%s', 'colour': '%s'}}", shelf, colour),
                  "id");
}

static const char *mover(const char *shelf, const char *rest)
{
    return t_text(
        rig_ok(&rig, "case.open", "{'type': 'mover', 'data': {'shelf': '%s'%s}}", shelf, rest),
        "id");
}

static struct rd_value act(const char *id, const char *event)
{
    return rig_ok(&rig, "case.act", "{'id': '%s', 'event': '%s'}", id, event);
}

static const char *state(const char *id)
{
    return t_text(rig_ok(&rig, "case.get", "{'id': '%s'}", id), "state");
}

static size_t count(const char *type, const char *where)
{
    return t_count(
        rig_ok(&rig, "case.list", "{'type': '%s', 'where': {%s}, 'limit': 1000}", type, where),
        "cases");
}

static struct rd_value job(size_t at)
{
    struct rd_value list = rig_ok(&rig, "job.list", "{}");
    return t_at(list, rd_arena_printf(&rig.arena, "jobs.%zu", at));
}

/* Batches until nothing is left to do at once. */
static void drain(void)
{
    int batches = 0;
    while (rd_kernel_wake_at(rig.kernel) == 0 && batches++ < 1000)
        rd_kernel_run(rig.kernel, NULL, 0);
    ck_assert_int_lt(batches, 1000);
}

START_TEST(each_record_is_taken_in_an_entry_of_its_own)
{
    const char *a = box("a", "red"), *b = box("b", "red"), *c = box("a", "blue");
    const char *m = mover("a", ", 'colour': 'green'");
    struct rd_value before = rig_ok(&rig, "server.info", "{}");
    act(m, "go");
    drain();
    ck_assert_str_eq(state(a), "moved");
    ck_assert_str_eq(state(b), "stored");
    ck_assert_str_eq(state(c), "moved");
    ck_assert_str_eq(t_text(rig_ok(&rig, "case.get", "{'id': '%s'}", a), "data.colour"), "green");
    struct rd_value after = rig_ok(&rig, "server.info", "{}");
    ck_assert_int_eq(t_int(after, "seq") - t_int(before, "seq"), 4); /* go, a, c, the end */
    struct rd_value why = rig_ok(&rig, "case.explain", "{'id': '%s'}", a);
    ck_assert_str_eq(t_text(why, "actor"), "system");
    ck_assert_str_eq(t_text(why, "command"), "job.1");
    struct rd_value shown = job(0);
    ck_assert_str_eq(t_text(shown, "each"), "box");
    ck_assert_str_eq(t_text(shown, "does"), "send move");
    ck_assert_str_eq(t_text(shown, "where.shelf.0"), "a");
    ck_assert_int_eq(t_int(shown, "done"), 2);
    ck_assert_int_eq(t_int(shown, "failed"), 0);
    ck_assert_int_eq(t_int(shown, "left"), 0);
    ck_assert_ptr_nonnull(strstr(t_text(shown, "rule"), "scripts/box.lua:"));
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(conditions_are_constants_lists_and_states)
{
    const char *a = box("a", "red"), *b = box("a", "blue"), *c = box("a", "red"),
               *d = box("a", "red");
    act(c, "lock");
    act(d, "move");
    act(mover("a", ""), "paint");
    drain();
    ck_assert_str_eq(state(a), "gone");
    ck_assert_str_eq(state(b), "stored");
    ck_assert_str_eq(state(c), "gone");
    ck_assert_str_eq(state(d), "moved");
}
END_TEST

START_TEST(what_cannot_be_done_for_one_is_counted_and_said)
{
    const char *a = box("a", "red"), *b = box("a", "red"), *c = box("a", "red");
    act(b, "lock");
    act(mover("a", ""), "go");
    drain();
    ck_assert_str_eq(state(a), "moved");
    ck_assert_str_eq(state(b), "locked");
    ck_assert_str_eq(state(c), "moved");
    ck_assert_int_eq(t_int(job(0), "done"), 2);
    ck_assert_int_eq(t_int(job(0), "failed"), 1);
    struct rd_value feed = rig_ok(&rig, "feed.read", "{'since': 0, 'limit': 256}");
    const char *text = rig_show(&rig, feed);
    ck_assert_msg(strstr(text, "job.1"), "%s", text);
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'back'}", b);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_rule_that_fails_for_one_fails_for_that_one)
{
    const char *a = box("a", "red");
    const char *b = t_text(
        rig_ok(&rig, "case.open", "{'type': 'box', 'data': {'shelf': 'a', 'weight': 7}}"), "id");
    const char *c = box("b", "red");
    act(mover("a", ""), "breaking");
    drain();
    ck_assert_int_eq(t_int(job(0), "done"), 2);
    ck_assert_int_eq(t_int(job(0), "failed"), 1);
    ck_assert_int_eq(t_int(rig_ok(&rig, "case.get", "{'id': '%s'}", b), "version"), 1);
    ck_assert_int_eq(t_int(rig_ok(&rig, "case.get", "{'id': '%s'}", a), "version"), 2);
    ck_assert_int_eq(t_int(rig_ok(&rig, "case.get", "{'id': '%s'}", c), "version"), 2);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_record_is_started_for_each_and_leads_to_it)
{
    const char *a = box("a", "red"), *b = box("a", "red");
    box("b", "red");
    act(mover("a", ""), "label");
    drain();
    ck_assert_uint_eq(count("label", ""), 2);
    ck_assert_uint_eq(count("label", rd_arena_printf(&rig.arena, "\"box\": \"%s\"", a)), 1);
    ck_assert_uint_eq(count("label", rd_arena_printf(&rig.arena, "\"box\": \"%s\"", b)), 1);
    ck_assert_str_eq(t_text(job(0), "does"), "start label");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(what_comes_after_the_beginning_is_not_its_business)
{
    for (int i = 0; i < 5; i++)
        box("a", "red");
    act(mover("a", ""), "heap"); /* each box makes another box */
    drain();
    ck_assert_uint_eq(count("box", ""), 10);
    ck_assert_int_eq(t_int(job(0), "done"), 5);
}
END_TEST

START_TEST(a_slice_is_bounded_and_a_crash_in_the_middle_repeats_nothing)
{
    enum { BOXES = 3 * RD_JOB_SLICE_MAX + 5 };
    for (int i = 0; i < BOXES; i++)
        box("a", "red");
    act(mover("a", ""), "go"); /* the batch that begins it does the first slice, too */
    ck_assert_int_eq(t_int(job(0), "done"), RD_JOB_SLICE_MAX);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(t_int(job(0), "done") + t_int(job(0), "left") >= BOXES - RD_JOB_SLICE_MAX,
                         1);
        rig_stop(&rig);
        ck_assert_int_eq(rig_start(&rig, i == 1), RD_OK); /* once as it is, once rebuilt */
    }
    drain();
    ck_assert_int_eq(t_int(job(0), "done"), BOXES);
    ck_assert_int_eq(t_int(job(0), "failed"), 0);
    ck_assert_uint_eq(count("box", "\"weight\": 1"), BOXES); /* each exactly once */
    ck_assert_int_eq(rd_kernel_wake_at(rig.kernel) > 0, 1);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(records_that_do_not_match_are_passed_over_in_bounded_steps)
{
    enum { BOXES = 2 * RD_JOB_SCAN_MAX + 10 };
    for (int i = 0; i < BOXES; i++)
        box("a", i == BOXES - 1 ? "red" : "blue");
    const char *m = mover("a", "");
    act(m, "paint"); /* by the index of shelf a: all of them are looked at */
    ck_assert_int_eq(t_int(job(0), "done"), 0);
    drain();
    ck_assert_int_eq(t_int(job(0), "done"), 1);
    ck_assert_uint_eq(count("box", "\"state\": \"gone\""), 1);
}
END_TEST

START_TEST(jobs_go_one_after_the_other)
{
    const char *a = box("a", "red");
    act(mover("a", ""), "twice");
    drain();
    ck_assert_str_eq(state(a), "stored");
    ck_assert_int_eq(t_int(job(0), "job"), 2);
    ck_assert_int_eq(t_int(job(0), "done"), 1);
    ck_assert_int_eq(t_int(job(1), "done"), 1);
    struct rd_value first = rig_ok(&rig, "job.list", "{'limit': 1}");
    ck_assert_int_eq(t_int(first, "before"), 2);
    struct rd_value second = rig_ok(&rig, "job.list", "{'limit': 1, 'before': 2}");
    ck_assert_int_eq(t_int(second, "jobs.0.job"), 1);
    ck_assert_uint_eq(t_count(rig_ok(&rig, "job.list", "{'running': true}"), "jobs"), 0);
}
END_TEST

START_TEST(jobs_that_begin_jobs_come_to_an_end)
{
    box("a", "red");
    act(mover("a", ""), "spread");
    drain();
    struct rd_value list = rig_ok(&rig, "job.list", "{}");
    ck_assert_uint_eq(t_count(list, "jobs"), RD_CASCADE_DEPTH_MAX);
    ck_assert_int_eq(t_int(list, "jobs.0.done"), 0); /* the last one must not begin another */
    ck_assert_int_eq(t_int(list, "jobs.0.failed"), 1);
    ck_assert_int_eq(t_int(list, "jobs.1.done"), 1);
    ck_assert_ptr_nonnull(strstr(rig_show(&rig, rig_ok(&rig, "feed.read", "{'since': 0}")),
                                 "jobs begin jobs more than 8 deep"));
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(so_many_jobs_wait_and_no_more)
{
    const char *m = mover("a", "");
    for (int i = 0; i < 2 * RD_JOB_SLICE_MAX; i++)
        box("a", "red");
    for (int i = 0; i < RD_JOBS_WAITING_MAX / 250; i++)
        act(m, "many");
    rig_no(&rig, "limit_exceeded", NULL, "case.act", "{'id': '%s', 'event': 'many'}", m);
    ck_assert_str_eq(rig.error.text, "1000 jobs are waiting; try again when some have ended");
    struct rd_value list = rig_ok(&rig, "job.list", "{'running': true, 'limit': 1000}");
    ck_assert_uint_gt(t_count(list, "jobs"), 900);
    int64_t counted = 0; /* what is left of all of them is not counted without end */
    for (uint32_t i = 0; i < t_at(list, "jobs").count; i++)
        counted += t_int(t_at(list, "jobs").items[i], "left");
    ck_assert_int_le(counted, RD_LIST_SCAN_MAX);
    ck_assert(t_bool(list, "jobs.0.more") || t_bool(list, "jobs.900.more"));
}
END_TEST

START_TEST(texts_are_compared_in_their_normal_form)
{
    const char *a =
        t_text(rig_ok(&rig, "case.open", "{'type': 'box', 'data': {'name': 'ACME  Ltd'}}"), "id");
    act(mover("acme ltd", ""), "named");
    drain();
    ck_assert_str_eq(state(a), "moved");
}
END_TEST

START_TEST(a_dry_run_begins_nothing)
{
    box("a", "red");
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'go', 'dry_run': true}", mover("a", ""));
    drain();
    ck_assert_uint_eq(t_count(rig_ok(&rig, "job.list", "{}"), "jobs"), 0);
}
END_TEST

START_TEST(a_schedule_does_it_for_each)
{
    const char *a = box("a", "red"), *b = box("a", "blue"), *c = box("a", "green");
    rig_ok(&rig, "clock.advance", "{'to': '2026-04-02T00:00:00Z'}");
    ck_assert_uint_eq(count("label", ""), 1);
    ck_assert_uint_eq(count("label", rd_arena_printf(&rig.arena, "\"box\": \"%s\"", a)), 1);
    rig_ok(&rig, "clock.advance", "{'to': '2026-06-02T00:00:00Z'}");
    ck_assert_str_eq(state(a), "locked");
    ck_assert_str_eq(state(b), "locked");
    ck_assert_str_eq(state(c), "stored");
    /* the jobs came in their time: on the first of May and of June the box was still stored */
    ck_assert_uint_ge(count("label", ""), 2);
    struct rd_value list = rig_ok(&rig, "schedule.list", "{}");
    ck_assert_str_eq(t_text(list, "schedules.0.each"), "box");
    ck_assert_str_eq(t_text(list, "schedules.0.start"), "label");
    ck_assert_str_eq(t_text(list, "schedules.1.send"), "lock");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(what_can_not_be_meant_is_a_policy_fault)
{
    static const char *const BAD[][2] = {
        { "type", "each: no record 'bux'; did you mean 'box'?" },
        { "event", "send: no state of 'box' knows the event 'mve'" },
        { "field", "same: record 'box' has no field 'shlf'; did you mean 'shelf'?" },
        { "value", "same: 'weight' must be a whole number" },
        { "state", "where: 'box' has no state 'storde'; did you mean 'stored'?" },
        { "both", "each 'box': say either send = EVENT or start = RECORD" },
        { "none", "each 'box': say either send = EVENT or start = RECORD" },
        { "empty", "each: same names nothing: is a value of it empty?" },
        { "key", "each: unknown key 'sme'" },
        { "link", "link: 'text' of 'label' is no reference to 'box'" },
        { "form", "form: record 'box' has no field 'hue'" },
    };
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        const char *m = mover("a", rd_arena_printf(&rig.arena, ", 'what': '%s'", BAD[i][0]));
        rig_no(&rig, "policy_fault", NULL, "case.act", "{'id': '%s', 'event': 'bad'}", m);
        ck_assert_msg(strstr(rig.error.text, BAD[i][1]), "%s: %s", BAD[i][0], rig.error.text);
    }
    drain();
    ck_assert_uint_eq(t_count(rig_ok(&rig, "job.list", "{}"), "jobs"), 0);
}
END_TEST

START_TEST(the_list_is_for_those_who_may_and_asked_rightly)
{
    rig.as = "ben";
    rig_no(&rig, "not_allowed", NULL, "job.list", "{}");
    rig.as = NULL;
    rig_no(&rig, "invalid_params", "/limit", "job.list", "{'limit': 0}");
    rig_no(&rig, "invalid_params", "/limit", "job.list", "{'limit': 1001}");
    rig_no(&rig, "invalid_params", "/before", "job.list", "{'before': 0}");
    rig_no(&rig, "invalid_params", "/running", "job.list", "{'running': 'yes'}");
    rig_no(&rig, "invalid_params", "/sort", "job.list", "{'sort': 'x'}");
}
END_TEST

START_TEST(a_job_whose_record_the_policy_forgets_ends_and_says_so)
{
    for (int i = 0; i < RD_JOB_SLICE_MAX + 5; i++)
        box("a", "red");
    act(mover("a", ""), "label");
    rig_stop(&rig);
    t_company_write(rig.policy, "scripts/box.lua",
                    "return { record 'thing' { fields = { a = text } },\n"
                    "  authority { { 'job.list', from = 'administrator' },\n"
                    "    { 'thing.*', from = 'staff' } } }\n");
    enum rd_status status = rig_start(&rig, false);
    ck_assert_int_eq(status, RD_OK);
    drain();
    rig_expect_rebuild_equal(&rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_job");
    TCase *tcase = tcase_create("job");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, each_record_is_taken_in_an_entry_of_its_own);
    tcase_add_test(tcase, conditions_are_constants_lists_and_states);
    tcase_add_test(tcase, what_cannot_be_done_for_one_is_counted_and_said);
    tcase_add_test(tcase, a_rule_that_fails_for_one_fails_for_that_one);
    tcase_add_test(tcase, a_record_is_started_for_each_and_leads_to_it);
    tcase_add_test(tcase, what_comes_after_the_beginning_is_not_its_business);
    tcase_add_test(tcase, a_slice_is_bounded_and_a_crash_in_the_middle_repeats_nothing);
    tcase_add_test(tcase, records_that_do_not_match_are_passed_over_in_bounded_steps);
    tcase_add_test(tcase, jobs_go_one_after_the_other);
    tcase_add_test(tcase, jobs_that_begin_jobs_come_to_an_end);
    tcase_add_test(tcase, so_many_jobs_wait_and_no_more);
    tcase_add_test(tcase, texts_are_compared_in_their_normal_form);
    tcase_add_test(tcase, a_dry_run_begins_nothing);
    tcase_add_test(tcase, a_schedule_does_it_for_each);
    tcase_add_test(tcase, what_can_not_be_meant_is_a_policy_fault);
    tcase_add_test(tcase, the_list_is_for_those_who_may_and_asked_rightly);
    tcase_add_test(tcase, a_job_whose_record_the_policy_forgets_ends_and_says_so);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
