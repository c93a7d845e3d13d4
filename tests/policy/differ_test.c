/* Differences in words: a table of changes to the shipped rules and what is said of each, in both
 * languages; and that no change of any kind passes in silence. */
#include "domain/differ.h"

#include "policy/deeds.h"
#include "policy/defects.h"
#include "policy/rig.h"

static struct rd_arena arena, scratch; /* scratch: of one comparison */
static struct rd_policy_source *sources;
static size_t source_count;
static struct rd_policy *whole;

static void setup(void)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_findings findings;
    rd_arena_init(&arena);
    rd_arena_init(&scratch);
    rd_findings_init(&findings, &arena);
    ck_assert_int_eq(rd_policy_read_dir(&arena, ".", &sources, &source_count, &error), RD_OK);
    ck_assert_int_eq(rd_policy_load(sources, source_count, NULL, &findings, &whole, &error), RD_OK);
}

static void teardown(void)
{
    rd_policy_free(whole);
    rd_arena_fini(&scratch);
    rd_arena_fini(&arena);
}

static struct rd_differing side(struct rd_policy *policy, const struct rd_policy_source *of)
{
    return (struct rd_differing){ .normal = rd_policy_normal(policy),
                                  .function = rd_policy_function_text,
                                  .context = rd_policy_texts_new(of, source_count, &scratch) };
}

/* The differences that the changed sources make, until the next call; NULL also where they don't
 * load (*loads). */
static struct rd_difference *differ(const struct rd_policy_source *changed, bool *loads)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_findings findings;
    struct rd_policy *policy = NULL;
    rd_arena_reset(&scratch);
    rd_findings_init(&findings, &scratch);
    *loads = rd_policy_load(changed, source_count, NULL, &findings, &policy, &error) == RD_OK;
    if (!*loads)
        return NULL;
    struct rd_differing before = side(whole, sources), now = side(policy, changed);
    struct rd_difference *first = rd_differ(&before, &now, &scratch);
    rd_policy_free(policy); /* the sentences are copies */
    return first;
}

struct change {
    const char *path, *from, *to; /* the first place */
    const char *en, *zh;
};

static const struct change CHANGES[] = {
    { "rules/remedies.lua", "tier = \"ordinary\", limit = \"100.00\"",
      "tier = \"ordinary\", limit = \"150.00\"",
      "Complaint handler may now grant 150.00 instead of 100.00 (remedy: Refund, tier: Ordinary",
      "投诉处理员现可授权150.00,原为100.00" },
    { "rules/remedies.lua", "tier = \"not key\", limit = \"500.00\"",
      "tier = \"quality\", limit = \"500.00\"", "row 'compensation_supervisor_other' is now for",
      "的条件由“" },
    { "rules/remedies.lua", "otherwise = { limit = \"0.00\" }", "otherwise = { limit = \"5.00\" }",
      "what holds where no row answers is another", "无规则适用" },
    { "rules/authority.lua", "reach = \"unit\", other_than = { \"applicant\" } },",
      "reach = \"unit\" },",
      "Head of department may now do 'Review / Change of credit grade' without being another "
      "person "
      "than: applicant",
      "部门负责人办理“区域审核/信用等级变更”不再要求非同一人" },
    { "rules/authority.lua", "{ \"callback.cancel\",  from = \"supervisor\", reach = \"unit\" }",
      "{ \"callback.cancel\",  from = \"supervisor\", reach = \"branch\" }",
      "reach is now the branch's instead of the unit's", "由本机构的改为本分公司的" },
    { "rules/authority.lua", "{ \"customer.claim\", from = \"staff\" },", "",
      "Staff may no longer do", "业务员不再可办理" },
    { "rules/ladders.lua", "{ \"4 hours\", escalate = true, tell = { \"headquarters_centre\"",
      "{ \"8 hours\", escalate = true, tell = { \"vice_president\"",
      "Mass complaint alarm, Open: limit 2 is now 8 hours instead of 4 hours",
      "由4 hours改为8 hours" },
    { "scripts/complaint.lua", "turn_down = { form = \"refusal\", go = \"with_department\"",
      "turn_down = { form = \"refusal\", go = \"investigated\"",
      "Complaint, Passed up: 'turn_down' now leads to Investigated; before: to With the department",
      "现转已调查;原转部门处理" },
    { "scripts/complaint.lua", "f.similar >= f.mass_at", "f.similar > f.mass_at",
      "the function 'warn_if_mass' decides or acts differently", "函数“warn_if_mass”有变更" },
    { "scripts/payment_terms.lua", "withdraw = { go = \"withdrawn\", title",
      "with_draw = { go = \"withdrawn\", title", NULL,
      NULL }, /* authority knows it: it does not load */
    { "rules/organisation.lua", "{ \"maintainer\", ",
      "{ \"auditor\", en = \"Auditor\", zh = \"审计\" }, { \"maintainer\", ",
      "there is a new role: 'Auditor'", "新增角色:“审计”" },
    { "scripts/payment_terms.lua", "days      = integer { min = 0, max = 365,",
      "days      = integer { min = 0, max = 180,", "field 'Days of credit' is another",
      "字段“账期天数”有变更" },
};

START_TEST(changes_are_told_in_both_languages)
{
    const struct change *change = &CHANGES[_i];
    struct defect edit = { .with = change->to };
    while (edit.source < source_count && strcmp(sources[edit.source].path, change->path) != 0)
        edit.source++;
    ck_assert_uint_lt(edit.source, source_count);
    const char *text = sources[edit.source].text, *at = strstr(text, change->from);
    ck_assert_msg(at != NULL, "%s", change->from);
    edit.from = (size_t)(at - text);
    edit.to = edit.from + strlen(change->from);
    bool loads, en = false, zh = false;
    struct rd_difference *first =
        differ(defect_apply(&edit, sources, source_count, &arena), &loads);
    ck_assert(loads == (change->en != NULL));
    for (const struct rd_difference *d = first; d; d = d->next) {
        en |= change->en && strstr(d->en, change->en);
        zh |= change->zh && strstr(d->zh, change->zh);
    }
    ck_assert_msg(!change->en || en, "not told: %s, but: %s", change->en, first ? first->en : "-");
    ck_assert_msg(!change->zh || zh, "not told: %s, but: %s", change->zh, first ? first->zh : "-");
}
END_TEST

START_TEST(a_comment_and_the_lay_out_make_no_difference)
{
    struct rd_policy_source *changed = rd_arena_zalloc(&arena, source_count, sizeof *changed);
    bool loads;
    for (size_t i = 0; i < source_count; i++) {
        changed[i] = sources[i];
        changed[i].text = rd_arena_join(&arena, "-- a line more\n\n", sources[i].text);
        changed[i].len = strlen(changed[i].text);
    }
    struct rd_difference *first = differ(changed, &loads);
    ck_assert(loads);
    ck_assert_msg(!first, "%s", first ? first->en : "");
}
END_TEST

START_TEST(nothing_differs_in_silence)
{
    size_t count, told = 0;
    struct defect *defects =
        defects_make(sources, source_count, unit_is_long() ? 9 : 2, 4711, &arena, &count);
    for (size_t i = 0; i < count; i++) {
        bool loads;
        struct rd_arena changed;
        rd_arena_init(&changed);
        struct rd_difference *first =
            differ(defect_apply(&defects[i], sources, source_count, &changed), &loads);
        rd_arena_fini(&changed);
        ck_assert_msg(!loads || first, "%s:%d: %s", sources[defects[i].source].path,
                      defects[i].line, defects[i].operator);
        told += first != NULL;
    }
    ck_assert_uint_ge(told, 20);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("differ");
    TCase *tcase = tcase_create("differ");
    tcase_add_unchecked_fixture(tcase, setup, teardown); /* loaded once */
    tcase_set_timeout(tcase, 600);
    tcase_add_loop_test(tcase, changes_are_told_in_both_languages, 0,
                        (int)(sizeof CHANGES / sizeof *CHANGES));
    tcase_add_test(tcase, a_comment_and_the_lay_out_make_no_difference);
    tcase_add_test(tcase, nothing_differs_in_silence);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
