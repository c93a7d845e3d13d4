/* The organisation: roles that include others, the tree of units, accounts; and reach within it. */
#include "base/json.h"
#include "base/text.h"
#include "domain/authority.h"
#include "domain/organisation.h"
#include "unit/unit.h"

static struct rd_arena arena;
static struct rd_findings findings;
static struct rd_organisation built;

static void setup(void)
{
    rd_arena_init(&arena);
}

static void teardown(void)
{
    rd_arena_fini(&arena);
}

static bool build(const char *text)
{
    struct rd_value normal;
    struct rd_error error = RD_ERROR_NONE;
    char *json = rd_arena_copy(&arena, text, strlen(text));
    for (char *at = json; *at; at++)
        if (*at == '\'')
            *at = '"';
    rd_findings_init(&findings, &arena);
    ck_assert_msg(rd_json_parse(&arena, json, strlen(json), 16, &normal, &error) == RD_OK, "%s",
                  error.text);
    return rd_organisation_build(&arena, &normal, &findings, &built);
}

static void refused(const char *text, const char *why)
{
    ck_assert(!build(text));
    ck_assert_uint_eq(findings.errors, 1);
    ck_assert_msg(strstr(findings.first->text, why) != NULL, "%s", findings.first->text);
}

#define COMPANY                                                                                    \
    "{'organisation': {'file': 'rules/o.lua'},"                                                    \
    "'roles': [{'name': 'staff'}, {'name': 'handler', 'is': ['staff']},"                           \
    "  {'name': 'boss', 'is': ['handler']}, {'name': 'other'}],"                                   \
    "'units': [{'name': 'hq'}, {'name': 'gd', 'under': 'hq'}, {'name': 'gz', 'under': 'gd'},"      \
    "  {'name': 'bj', 'under': 'hq'}],"                                                            \
    "'accounts': [{'name': 'zoe', 'unit': 'gz', 'group': 'g', 'roles': ['handler'], 'uid': 7},"    \
    "  {'name': 'ann', 'unit': 'gd', 'roles': ['boss', 'other']},"                                 \
    "  {'name': 'bob', 'unit': 'bj', 'group': 'g', 'roles': ['staff']},"                           \
    "  {'name': 'tom', 'unit': 'gz', 'roles': ['staff']}, {'name': 'nil'}]}"

START_TEST(roles_include_through_others)
{
    ck_assert(build(COMPANY));
    ck_assert_uint_eq(built.roles[rd_role_find(&built, "boss")].includes, 7);
    ck_assert_uint_eq(built.roles[rd_role_find(&built, "staff")].includes, 1);
    const struct rd_account *ann = rd_account_find(&built, "ann");
    ck_assert_uint_eq(ann->roles, 15);
    ck_assert_uint_eq(ann->named, 12);
    ck_assert_int_eq(rd_role_find(&built, "king"), -1);
    /* declared the wrong way round, in a circle */
    ck_assert(build("{'roles': [{'name': 'a', 'is': ['c']}, {'name': 'b', 'is': ['a']},"
                    "{'name': 'c', 'is': ['b']}]}"));
    for (size_t i = 0; i < 3; i++)
        ck_assert_uint_eq(built.roles[i].includes, 7);
}
END_TEST

START_TEST(accounts_are_found)
{
    ck_assert(build(COMPANY));
    ck_assert_str_eq(rd_account_find(&built, "zoe")->group, "g");
    ck_assert_ptr_null(rd_account_find(&built, "zo"));
    ck_assert_str_eq(rd_account_by_uid(&built, 7)->name, "zoe");
    ck_assert_ptr_null(rd_account_by_uid(&built, UINT32_MAX)); /* -1 is nobody's uid */
    ck_assert_str_eq(rd_account_find(&built, "nil")->title, "nil");
    ck_assert(build("{}"));
    ck_assert_ptr_null(rd_account_find(&built, "zoe"));
}
END_TEST

START_TEST(units_are_a_tree)
{
    ck_assert(build(COMPANY));
    int hq = rd_unit_find(&built, "hq"), gz = rd_unit_find(&built, "gz"),
        bj = rd_unit_find(&built, "bj");
    ck_assert(rd_unit_is_below(&built, gz, hq));
    ck_assert(rd_unit_is_below(&built, gz, gz));
    ck_assert(!rd_unit_is_below(&built, hq, gz));
    ck_assert(!rd_unit_is_below(&built, bj, gz));
    ck_assert(!rd_unit_is_below(&built, -1, hq));
}
END_TEST

START_TEST(what_is_wrong_is_said)
{
    refused("{'roles': [{'name': 'staff'}, {'name': 'b', 'is': ['stuff']}]}",
            "role 'b': no role 'stuff'; did you mean 'staff'?");
    refused("{'units': [{'name': 'hq'}, {'name': 'gz', 'under': 'hp'}]}",
            "unit 'gz': under: no unit 'hp'");
    refused("{'units': [{'name': 'a', 'under': 'a'}]}", "would make a circle");
    refused("{'units': [{'name': 'a', 'under': 'b'}, {'name': 'b', 'under': 'a'}]}",
            "would make a circle");
    refused("{'accounts': [{'name': 'x', 'unit': 'hq'}]}", "account 'x': no unit 'hq'");
    refused("{'accounts': [{'name': 'x', 'roles': ['r']}]}", "account 'x': no role 'r'");
    refused("{'accounts': [{'name': 'x'}, {'name': 'y'}, {'name': 'x'}]}", "'x' is there twice");
    refused("{'accounts': [{'name': 'system'}]}", "the engine's own");
    refused("{'accounts': [{'name': 'administrator'}]}", "the engine's own");
}
END_TEST

START_TEST(roles_are_limited)
{
    for (int over = 0; over < 2; over++) {
        const char *text = "{'roles': [";
        for (int i = 0; i < RD_ROLES_MAX + over; i++)
            text =
                rd_arena_printf(&arena, "%s%s{'name': 'r%d', 'is': ['r0']}", text, i ? "," : "", i);
        text = rd_arena_printf(&arena, "%s]}", text);
        if (over)
            refused(text, "65 roles; 64 is the limit");
        else
            ck_assert(build(text));
    }
    ck_assert_uint_eq(built.role_count, 0);
}
END_TEST

/* Each reach against records of everybody. */
START_TEST(reach_is_a_table)
{
    static const struct {
        const char *actor, *owner, *opened_by, *unit, *reaches; /* own group unit branch all */
    } rows[] = {
        { "zoe", "zoe", "tom", "bj", "ogub*" }, { "zoe", NULL, "zoe", NULL, "ogub*" },
        { "zoe", "bob", "zoe", NULL, "-g--*" }, { "zoe", "tom", NULL, NULL, "--ub*" },
        { "zoe", "bob", NULL, "gz", "-gub*" },  { "zoe", "ann", NULL, NULL, "----*" },
        { "ann", "zoe", NULL, NULL, "---b*" },  { "ann", "bob", NULL, NULL, "----*" },
        { "ann", "bob", NULL, "gd", "--ub*" },  { "nil", "zoe", NULL, NULL, "----*" },
        { "nil", NULL, NULL, NULL, "----*" },   { "zoe", "gone", NULL, NULL, "----*" },
        { "tom", "nil", NULL, NULL, "----*" },
    };
    static const char letters[] = "ogub*";
    ck_assert(build(COMPANY));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int reach = RD_REACH_OWN; reach <= RD_REACH_ALL; reach++) {
            struct rd_authority_row row = { .reach = (enum rd_reach)reach };
            const struct rd_account *actor = rd_account_find(&built, rows[i].actor);
            const char *owner = rows[i].owner ? rows[i].owner : rows[i].opened_by;
            struct rd_belonging record = {
                .owner = rows[i].owner,
                .opened_by = rows[i].opened_by,
                .unit = rows[i].unit ? rd_unit_find(&built, rows[i].unit) : -1,
                .account = owner ? rd_account_find(&built, owner) : NULL,
            };
            bool expected = rows[i].reaches[reach] == letters[reach];
            ck_assert_msg(rd_authority_reaches(&built, &row, rows[i].actor, actor, &record) ==
                              expected,
                          "row %zu, %s", i, rd_reach_name((enum rd_reach)reach));
        }
    /* who has no account reaches nothing but all */
    struct rd_authority_row row = { .reach = RD_REACH_OWN };
    struct rd_belonging record = { .owner = "administrator", .unit = -1 };
    ck_assert(!rd_authority_reaches(&built, &row, "administrator", NULL, &record));
    /* what nobody owns is within `unowned`, whoever asks */
    row.reach = RD_REACH_UNOWNED;
    ck_assert(!rd_authority_reaches(&built, &row, "zoe", rd_account_find(&built, "zoe"), &record));
    record.owner = NULL;
    ck_assert(rd_authority_reaches(&built, &row, "zoe", rd_account_find(&built, "zoe"), &record));
}
END_TEST

START_TEST(a_row_is_for_its_roles)
{
    struct rd_authority_row row = { .from = 6 };
    struct rd_actor actor = { .roles = 9 };
    ck_assert(!rd_authority_has_role(&row, &actor));
    actor.roles = 4;
    ck_assert(rd_authority_has_role(&row, &actor));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("organisation");
    TCase *tcase = tcase_create("organisation");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, roles_include_through_others);
    tcase_add_test(tcase, accounts_are_found);
    tcase_add_test(tcase, units_are_a_tree);
    tcase_add_test(tcase, what_is_wrong_is_said);
    tcase_add_test(tcase, roles_are_limited);
    tcase_add_test(tcase, reach_is_a_table);
    tcase_add_test(tcase, a_row_is_for_its_roles);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
