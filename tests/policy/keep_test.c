/* A policy that is loaded from what was kept of it is the policy that was judged: its normal form,
 * its functions, their faults with their lines. What is damaged or of something else is refused. */
#include "policy/rig.h"

#include "domain/model.h"

static struct rig rig;
static struct rd_buf kept;
static struct rd_policy *again;
static struct rd_value result;

static void setup(void)
{
    rd_buf_init(&kept);
    again = NULL;
}

static void teardown(void)
{
    rd_policy_free(again);
    rd_buf_fini(&kept);
    rig_end(&rig);
}

/* All functions of all workflows, asked with these facts by both: the same results and faults. */
static uint32_t compare_functions(const struct rd_value *facts)
{
    uint32_t count = 0;
    const struct rd_value *workflows = rd_map_list(rd_policy_normal(rig.policy), "workflows");
    for (uint32_t i = 0; i < 2 * workflows->count; i++) {
        const struct rd_value *list =
            rd_map_list(&workflows->items[i / 2], i % 2 ? "actions" : "guards");
        for (uint32_t k = 0; k < list->count; k++, count++) {
            int fn = (int)rd_map_int(&list->items[k], "fn", 0);
            struct rd_error one = RD_ERROR_NONE, other = RD_ERROR_NONE;
            enum rd_status status =
                rd_policy_call(rig.policy, fn, facts, &rig.arena, &result, &one);
            const char *json = rig_json(&rig, &result);
            ck_assert_int_eq(rd_policy_call(again, fn, facts, &rig.arena, &result, &other), status);
            ck_assert_str_eq(one.text, other.text);
            if (status == RD_OK)
                ck_assert_str_eq(rig_json(&rig, &result), json);
        }
    }
    return count;
}

/* Every fact and field that some function may read, as a small number, or as nothing. */
static struct rd_value facts_of_all(bool numbers)
{
    struct rd_value facts = rd_map();
    const struct rd_value *workflows = rd_map_list(rd_policy_normal(rig.policy), "workflows");
    for (uint32_t i = 0; i < 2 * workflows->count; i++) {
        const struct rd_value *list =
            rd_map_list(&workflows->items[i / 2], i % 2 ? "actions" : "guards");
        for (uint32_t k = 0; k < list->count; k++) {
            const struct rd_value *needs = rd_map_list(&list->items[k], "needs");
            for (uint32_t n = 0; n < needs->count; n++)
                rd_map_set(&rig.arena, &facts, needs->items[n].text,
                           numbers ? rd_int(2) : rd_null());
        }
    }
    return facts;
}

static void load_again(const struct rd_policy_source *sources, size_t count)
{
    struct rd_findings findings;
    rd_findings_init(&findings, &rig.arena);
    ck_assert(rd_policy_keep(rig.policy, &kept));
    enum rd_status status = rd_policy_load_kept(sources, count, kept.data, kept.len, NULL,
                                                &findings, &again, &rig.error);
    ck_assert_msg(status == RD_OK, "%s", rig.error.text);
    ck_assert_uint_eq(findings.warnings, rig.findings.warnings);
    ck_assert_uint_eq(findings.errors, 0);
    ck_assert_str_eq(rd_policy_hash_text(again), rd_policy_hash_text(rig.policy));
    ck_assert(rd_value_equal(rd_policy_normal(again), rd_policy_normal(rig.policy)));
    ck_assert_uint_eq(rd_policy_model(again)->spot_count, rd_policy_model(rig.policy)->spot_count);
}

START_TEST(the_companys_own_policy_is_the_same)
{
    struct rd_policy_source *sources;
    size_t count;
    rig_begin(&rig);
    ck_assert_int_eq(rd_policy_read_dir(&rig.arena, ".", &sources, &count, &rig.error), RD_OK);
    rig.status = rd_policy_load(sources, count, NULL, &rig.findings, &rig.policy, &rig.error);
    ck_assert_msg(rig.status == RD_OK, "%s", rig_findings(&rig));
    load_again(sources, count);
    struct rd_value none = rd_map(), nothing = facts_of_all(false), twos = facts_of_all(true);
    ck_assert_uint_gt(compare_functions(&none), 100);
    compare_functions(&nothing);
    compare_functions(&twos);
    /* and what is kept of what was kept is the same again */
    struct rd_buf second;
    rd_buf_init(&second);
    ck_assert(rd_policy_keep(again, &second));
    ck_assert_uint_eq(second.len, kept.len);
    ck_assert_mem_eq(second.data, kept.data, kept.len);
    rd_buf_fini(&second);
}
END_TEST

static const char TICKET[] =
    "local limit, names = 3, { deep = { 'a' } }\n"
    "local function counter() local n = 0 return function() n = n + 1 return n == 1 end end\n"
    "return { { workflow \"ticket\" { version = 1, initial = \"a\",\n"
    "  open = { event = \"open\" },\n"
    "  states = { a = { on = { go = { { go = \"b\", when = { \"x\", \"y\", \"z\" } }, {} } },\n"
    "    after = { \"1 day\", go = \"b\", run = \"clear\" } }, b = { final = true } },\n"
    "  guards = { z = counter(), x = function(f) return f.n > limit, names.deep[1] end,\n"
    "    y = function(f)\n      names.deep[1] = f.n return true end },\n"
    "  actions = { clear = function(f) return set { subject = nil, n = f.n } end },\n"
    "} } }\n";

static void load_ticket(struct rd_policy_source sources[2])
{
    sources[0] = rig_source("rules/company.lua", RIG_COMPANY);
    sources[1] = rig_source("scripts/ticket.lua", TICKET);
    rig_load(&rig, true, "scripts/ticket.lua", TICKET);
    ck_assert_msg(rig.status == RD_OK, "%s", rig_findings(&rig));
}

START_TEST(purity_is_watched_as_before)
{
    struct rd_policy_source sources[2];
    load_ticket(sources);
    load_again(sources, 2);
    struct rd_value facts = rd_map();
    rd_map_set(&rig.arena, &facts, "n", rd_int(4));
    for (int i = 0; i < 3; i++)
        ck_assert_uint_eq(compare_functions(&facts), 4);
    int changed = 0, frozen = 0, cleared = 0;
    for (int fn = 1; fn <= 4; fn++) {
        rig.error = RD_ERROR_NONE;
        enum rd_status status = rd_policy_call(again, fn, &facts, &rig.arena, &result, &rig.error);
        changed += strstr(rig.error.text, "changed 'n', which outlives the call") != NULL;
        frozen += strstr(rig.error.text, "ticket.lua:9: this table belongs to the file") != NULL;
        cleared += status == RD_OK && strstr(rig_json(&rig, &result), "\"subject\":null") != NULL;
    }
    ck_assert_int_eq(changed, 1);
    ck_assert_int_eq(frozen, 1);
    ck_assert_int_eq(cleared, 1);
}
END_TEST

static void refused(const struct rd_policy_source *sources, const char *bytes, size_t len)
{
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status =
        rd_policy_load_kept(sources, 2, bytes, len, NULL, &rig.findings, &again, &error);
    ck_assert_int_eq(status, RD_NOT_FOUND);
    ck_assert_ptr_null(again);
}

START_TEST(what_does_not_fit_is_refused)
{
    struct rd_policy_source sources[2];
    load_ticket(sources);
    ck_assert(rd_policy_keep(rig.policy, &kept));
    for (size_t len = 0; len < kept.len; len += 1 + len / 8)
        refused(sources, kept.data, len);
    for (size_t at = 0; at < kept.len; at += 97) {
        kept.data[at] ^= 0x20;
        refused(sources, kept.data, kept.len);
        kept.data[at] ^= 0x20;
    }
    sources[1].path = "scripts/tickets.lua";
    refused(sources, kept.data, kept.len);
    sources[1] = rig_source("scripts/ticket.lua", "return {} -- another text");
    refused(sources, kept.data, kept.len);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("policy keep");
    TCase *tcase = tcase_create("all");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, the_companys_own_policy_is_the_same);
    tcase_add_test(tcase, purity_is_watched_as_before);
    tcase_add_test(tcase, what_does_not_fit_is_refused);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
