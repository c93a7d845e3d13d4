/* What is said of staff, four eyes and picks that a policy writes wrongly: file, line, guess. */
#include "common/company.h"
#include "policy/policy.h"
#include "unit/kernel_rig.h"
#include "unit/staff_company.h"

static struct kernel_rig rig;

static void setup(void)
{
    rig_make(&rig);
    t_company_write(rig.policy, "rules/staff.lua", STAFF_TEXT);
}

static void teardown(void)
{
    rig_close(&rig);
}

/* That the policy has this finding in rules/staff.lua. */
static void expect_finding(const char *text)
{
    struct rd_policy_source *sources;
    struct rd_policy *policy = NULL;
    struct rd_error error = RD_ERROR_NONE;
    size_t count;
    const char *all = "";
    rd_findings_init(&rig.findings, &rig.arena);
    ck_assert_int_eq(rd_policy_read_dir(&rig.arena, rig.policy, &sources, &count, &error), RD_OK);
    (void)!rd_policy_load(sources, count, NULL, &rig.findings, &policy, &error);
    rd_policy_free(policy);
    for (const struct rd_finding *f = rig.findings.first; f; f = f->next) {
        all = rd_arena_printf(&rig.arena, "%s%s:%d: %s\n", all, f->file, f->line, f->text);
        if (strcmp(f->text, text) == 0) {
            ck_assert_str_eq(f->file, "rules/staff.lua");
            ck_assert_int_gt(f->line, 1);
            ck_assert(f->error);
            return;
        }
    }
    ck_abort_msg("no finding '%s'; there are\n%s", text, all);
}

static const struct {
    const char *from, *to, *finding;
} BAD[] = {
    /* staff */
    { "record = 'employee', account", "record = 'employe', account",
      "staff: no record 'employe'; did you mean 'employee'?" },
    { "account = 'login', name", "account = 'logn', name",
      "staff: account: record 'employee' has no field 'logn'; did you mean 'login'?" },
    { "account = 'login', name", "account = 'unit', name",
      "staff: account: 'unit' must be a text field" },
    { "account = 'login', name", "account = 'name', name",
      "staff: account: 'name' must be unique: text { unique = true }" },
    { "account = 'login', name", "name", "organisation, staff: missing key 'account'" },
    { "roles = 'roles', person", "roles = 'name', person",
      "staff: roles: 'name' must be a list_of(roles) field" },
    { "away_until = 'away'", "away_until = 'name'",
      "staff: away_until: 'name' must be an instant field" },
    { "deputy = 'deputy',", "deputy = 'name',", "staff: deputy: 'name' must be an account field" },
    { "deputy_until = 'ends' }", "}",
      "staff: deputy and deputy_until go together: a delegation has an end" },
    { "working = { 'employed' }", "working = { 'employd' }",
      "staff: working: 'employee' has no state 'employd'; did you mean 'employed'?" },
    { "working = { 'employed' }", "workin = { 'employed' }",
      "organisation, staff: unknown key 'workin'; did you mean 'working'?" },
    { "organisation { staff = {",
      "organisation { staff = { record = 'paper', account = 'x', roles = 'x' } },\n  organisation "
      "{ staff = {",
      "organisation: staff is declared twice; the first one is at rules/staff.lua:2" },
    { "organisation { staff = {",
      "organisation { staff = 'employee' }, organisation { accounts = {",
      "organisation: 'staff' must be a table { ... }, not a text" },
    /* four eyes */
    { "reach = 'unit', other_than = { 'by' } }", "reach = 'unit', other_than = { 'buy' } }",
      "authority: other_than: record 'paper' has no account field 'buy'; did you mean 'by'?" },
    { "reach = 'unit', other_than = { 'by' } }", "reach = 'unit', other_than = { 'unit' } }",
      "authority: other_than: record 'paper' has no account field 'unit'" },
    { "{ 'paper.read', from = 'staff', reach = 'unit' }",
      "{ 'paper.read', from = 'staff', other_than = { 'by' } }",
      "authority: 'paper.read' is no event of a workflow: it takes neither up_to nor unless nor "
      "other_than" },
    { "{ 'staff.read', from",
      "{ 'person.*', from = 'boss', other_than = { 'by' } }, { 'staff.read', from",
      "authority: the row speaks of 'person.create', too, which is no event of a workflow: it "
      "takes neither up_to nor unless nor other_than" },
    { "{ 'staff.read', from",
      "{ 'employee.leave', from = 'nobody', reach = 'unowned' }, { 'staff.read', from",
      "authority: reach 'unowned': record 'employee' has no owner, so that every one of them would "
      "be within it" },
    { "from = 'staff', reach = 'unit'", "from = 'staff', reach = 'unowed'",
      "authority: 'reach': no such value 'unowed'; did you mean 'unowned'?" },
    /* picks */
    { "least = 'paper' },\n      next_team", "least = 'papr' },\n      next_team",
      "fact 'next': least: no record 'papr'; did you mean 'paper'?" },
    { "least = 'paper' },\n      next_team", "least = 'task' },\n      next_team",
      "fact 'next': least: record 'task' has no owner to count by" },
    { "least = 'paper' },\n      next_team", "least = 'person' },\n      next_team",
      "fact 'next': least: record 'person' has no workflow: which of them are open?" },
    { "group = 'team', least", "grup = 'team', least",
      "workflow 'paper', fact 'next_team': unknown key 'grup'; did you mean 'group'?" },
    { "pick { role = 'role' }", "pick { least = 'paper' }",
      "workflow 'paper', fact 'next_role': of whom? role, unit or group must say it" },
    { "pick { role = 'role' }", "pick 'handler'",
      "workflow 'paper', fact 'next_role': what stands behind 'pick' must be a table { ... }, not "
      "a text" },
    { "pick { role = 'role' }", "pick",
      "workflow 'paper', fact 'next_role': pick needs { ... } behind it" },
};

START_TEST(each_fault_is_told)
{
    t_company_edit(rig.policy, "rules/staff.lua", BAD[_i].from, BAD[_i].to);
    expect_finding(BAD[_i].finding);
}
END_TEST

START_TEST(a_uid_is_of_one)
{
    t_company_edit(rig.policy, "rules/company.lua", "uid = 4002", "uid = 4001");
    ck_assert_int_ne(rig_start(&rig, false), RD_OK);
    ck_assert_str_eq(rig.findings.first->text, "account 'sun': uid 4001 is another one's");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("staff_model");
    TCase *tests = tcase_create("bad");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, each_fault_is_told, 0, (int)(sizeof BAD / sizeof *BAD));
    tcase_add_test(tests, a_uid_is_of_one);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
