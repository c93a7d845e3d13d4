/* What an admin's editor and terminal get: a new company that is sound from the first minute,
 * findings with their column, in three forms, and tests that run again. */
#include "common/t.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "common/company.h"
#include "policy/policy.h"
#include "unit/unit.h"

static struct t_daemon *d; /* for its directory and its way to run the program */
static const char *dir;

static const char *run(int expected, const char *const *args)
{
    const char *output;
    int code = t_program(d, args, &output);
    ck_assert_msg(code == expected, "redress %s %s: exit code %d: %s", args[0], args[1], code,
                  output);
    return output;
}
#define RUN(expected, ...) run(expected, (const char *const[]){ __VA_ARGS__, NULL })

static void setup(void)
{
    d = t_daemon_start(NULL);
    dir = rd_arena_printf(&d->arena, "%s/new", d->dir);
    RUN(0, "policy", "init", dir);
}

static void teardown(void)
{
    t_daemon_free(d);
}

static bool there(const char *path)
{
    return access(rd_arena_printf(&d->arena, "%s/%s", dir, path), R_OK) == 0;
}

START_TEST(a_new_company_is_sound)
{
    ck_assert_ptr_nonnull(strstr(RUN(0, "policy", "check", dir), "0 errors, 0 warnings"));
    const char *tested = RUN(0, "policy", "test", dir);
    ck_assert_ptr_nonnull(strstr(tested, "(100.0 %)"));
    ck_assert_ptr_nonnull(strstr(tested, "0 failed"));
    ck_assert(there(".luarc.json") && there(".redress/redress.lua"));
}
END_TEST

START_TEST(nothing_is_overwritten)
{
    t_company_edit(dir, "rules/refunds.lua", "100.00", "150.00");
    RUN(6, "policy", "init", dir);
    ck_assert_ptr_nonnull(strstr(RUN(1, "policy", "test", dir), "broken: a handler stops"));
    RUN(2, "policy", "init");
}
END_TEST

/* What the schema of SARIF 2.1.0 asks for: sarifLog needs version and runs, a run its tool, a tool
 * its driver, a driver its name, a result its message; a region counts from 1, and an address is a
 * URI reference (section 3.4.3). */
static void assert_sarif(const char *json, uint32_t count)
{
    struct rd_value log;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status =
        rd_json_parse(&d->arena, json, strlen(json), RD_MESSAGE_DEPTH_MAX, &log, &error);
    ck_assert_msg(status == RD_OK, "%s: %s", error.text, json);
    ck_assert_str_eq(t_text(log, "version"), "2.1.0");
    ck_assert_uint_eq(t_count(log, "runs"), 1);
    ck_assert_str_ne(t_text(log, "runs.0.tool.driver.name"), "");
    ck_assert_uint_eq(t_count(log, "runs.0.results"), count);
    struct rd_value results = t_at(log, "runs.0.results");
    for (uint32_t i = 0; i < count; i++) {
        struct rd_value item = results.items[i];
        const char *level = t_text(item, "level");
        ck_assert_str_ne(t_text(item, "message.text"), "");
        ck_assert(strcmp(level, "error") == 0 || strcmp(level, "warning") == 0);
        struct rd_value place = t_at(item, "locations.0.physicalLocation");
        ck_assert_int_ge(t_int(place, "region.startLine"), 1);
        ck_assert_int_ge(t_int(place, "region.startColumn"), 1);
        const char *uri = t_text(place, "artifactLocation.uri");
        ck_assert_uint_eq(strspn(uri, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789-._~/%"),
                          strlen(uri));
    }
    ck_assert_ptr_nonnull(strstr(json, "\"rules/a%20copy%20%E5%89%AF%E6%9C%AC.lua\""));
}

START_TEST(findings_have_their_column_in_each_form)
{
    t_company_edit(dir, "scripts/request.lua", "go = \"in_hand\"", "go = \"in_hnd\"");
    ck_assert_ptr_nonnull(strstr(RUN(1, "policy", "check", dir),
                                 "scripts/request.lua:14:31: take: no state 'in_hnd'; did you "
                                 "mean 'in_hand'?"));
    ck_assert_ptr_nonnull(strstr(RUN(1, "policy", "check", dir, "-o", "json"), "\"column\": 31"));
    const char *sarif = RUN(1, "policy", "check", dir, "--sarif");
    ck_assert_ptr_nonnull(strstr(sarif, "\"version\": \"2.1.0\""));
    ck_assert_ptr_nonnull(strstr(sarif, "\"startLine\": 14"));
    ck_assert_ptr_nonnull(strstr(sarif, "\"startColumn\": 31"));
    ck_assert_ptr_nonnull(strstr(sarif, "\"level\": \"error\""));
    t_company_write(dir, "rules/a copy 副本.lua", "");
    assert_sarif(RUN(1, "policy", "check", dir, "--sarif"), 1);
}
END_TEST

/* Letters are counted, not bytes; a line that is not there has the first column. */
START_TEST(columns_are_letters)
{
    t_company_edit(dir, "scripts/request.lua", "zh = \"已受理\" },",
                   "zh = \"已受理\" }, fnal = true,");
    const char *output = RUN(1, "policy", "check", dir);
    ck_assert_msg(strstr(output, "scripts/request.lua:13:50: ") != NULL, "%s", output);
}
END_TEST

START_TEST(a_watch_tests_at_once_and_ends_when_told)
{
    ck_assert_ptr_nonnull(
        strstr(RUN(0, "policy", "test", dir, "--watch", "--count", "1"), "0 failed"));
    t_company_edit(dir, "rules/refunds.lua", "100.00", "150.00");
    ck_assert_ptr_nonnull(
        strstr(RUN(1, "policy", "test", dir, "--watch", "--count", "1"), "broken:"));
}
END_TEST

/* Each name of the shipped rules that is a word is known to the editor, by .luarc.json. */
START_TEST(the_shipped_words_are_known_to_editors)
{
    static const char *const lists[] = { "records", "choices" };
    struct rd_policy_source *sources;
    struct rd_policy *policy;
    struct rd_findings findings;
    struct rd_error error = RD_ERROR_NONE;
    struct rd_value settings;
    const char *text;
    size_t count, len;
    rd_findings_init(&findings, &d->arena);
    ck_assert_int_eq(rd_policy_read_dir(&d->arena, ".", &sources, &count, &error), RD_OK);
    ck_assert_int_eq(rd_policy_load(sources, count, NULL, &findings, &policy, &error), RD_OK);
    ck_assert_int_eq(rd_cli_read_file(&d->arena, ".luarc.json", 65536, &text, &len, &error), RD_OK);
    ck_assert_int_eq(rd_json_parse(&d->arena, text, len, 64, &settings, &error), RD_OK);
    const struct rd_value *known = rd_map_list(&settings, "diagnostics.globals");
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const struct rd_value *names = rd_map_list(rd_policy_normal(policy), lists[i]);
        ck_assert_uint_gt(names->count, 5);
        for (uint32_t k = 0; k < names->count; k++) {
            const char *name = rd_map_text(&names->items[k], "name", "?");
            bool found = false;
            for (uint32_t n = 0; !found && n < known->count; n++)
                found = strcmp(known->items[n].text, name) == 0;
            ck_assert_msg(found, "'%s' is missing in .luarc.json", name);
        }
    }
    rd_policy_free(policy);
}
END_TEST

/* ---- what an editor says of rules ---- */

static void push_file(lua_State *lua, const char *path)
{
    const char *text;
    size_t len;
    struct rd_error error = RD_ERROR_NONE;
    ck_assert_msg(rd_cli_read_file(&d->arena, path, 1024 * 1024, &text, &len, &error) == RD_OK,
                  "%s", error.text);
    lua_pushlstring(lua, text, len);
}

/* The warnings of tests/policy/editor.lua about the rules of a directory. */
static const char *editor(const char *of, const char *stubs)
{
    struct rd_policy_source *sources;
    struct rd_error error = RD_ERROR_NONE;
    size_t count;
    lua_State *lua = luaL_newstate();
    luaL_openlibs(lua);
    ck_assert_int_eq(rd_policy_read_dir(&d->arena, of, &sources, &count, &error), RD_OK);
    ck_assert_int_eq(luaL_loadfilex(lua, "tests/policy/editor.lua", "t"), LUA_OK);
    push_file(lua, stubs);
    push_file(lua, rd_arena_printf(&d->arena, "%s/.luarc.json", of));
    lua_createtable(lua, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_createtable(lua, 0, 2);
        lua_pushstring(lua, sources[i].path);
        lua_setfield(lua, -2, "path");
        lua_pushlstring(lua, sources[i].text, sources[i].len);
        lua_setfield(lua, -2, "text");
        lua_rawseti(lua, -2, (lua_Integer)i + 1);
    }
    ck_assert_msg(lua_pcall(lua, 3, 1, 0) == LUA_OK, "%s", lua_tostring(lua, -1));
    const char *warnings = rd_arena_printf(&d->arena, "%s", lua_tostring(lua, -1));
    lua_close(lua);
    return warnings;
}

START_TEST(an_editor_has_nothing_to_say_of_sound_rules)
{
    ck_assert_str_eq(editor(".", "include/redress/lua/redress.lua"), "");
    const char *stubs = rd_arena_printf(&d->arena, "%s/.redress/redress.lua", dir);
    ck_assert_str_eq(editor(dir, stubs), "");
}
END_TEST

/* A company's own words are declared where it asks for it, with what they mean. */
START_TEST(an_editor_is_told_of_new_words)
{
    const char *stubs = rd_arena_printf(&d->arena, "%s/.redress/redress.lua", dir);
    t_company_edit(dir, "scripts/request.lua", "record \"request\" { number",
                   "choices \"channels\" { \"email\", \"phone\" },\n"
                   "  record \"request\" { title = { en = \"Request\", zh = \"诉求\" }, number");
    t_company_edit(dir, "scripts/request.lua", "amount = money,",
                   "amount = money, channel = channels { indexed = true },");
    ck_assert_str_eq(editor(dir, stubs), "scripts/request.lua:5: undefined global 'channels'");
    const char *made = RUN(0, "policy", "stubs", dir);
    ck_assert_ptr_nonnull(strstr(made, "\n---@type redress.type\nchannels = nil\n"));
    ck_assert_ptr_nonnull(strstr(made, "\n---Request 诉求\n---@type any\nrequest = nil\n"));
    FILE *file = fopen(stubs, "w");
    ck_assert(file && fputs(made, file) >= 0 && fclose(file) == 0);
    ck_assert_str_eq(editor(dir, stubs), "");
    ck_assert_ptr_null(strstr(RUN(0, "policy", "stubs"), "request = nil"));
}
END_TEST

START_TEST(words_of_what_is_no_policy_are_not_told)
{
    const char *nowhere = rd_arena_printf(&d->arena, "%s/nowhere", d->dir);
    ck_assert_ptr_null(strstr(RUN(2, "policy", "stubs", nowhere), "@meta"));
    RUN(2, "policy", "stubs", dir, dir);
    t_company_edit(dir, "rules/refunds.lua", "money }", "monney }");
    const char *said = RUN(1, "policy", "stubs", dir);
    ck_assert_ptr_nonnull(strstr(said, "rules/refunds.lua:4"));
    ck_assert_ptr_null(strstr(said, "@meta"));
}
END_TEST

static const struct {
    const char *path, *from, *to, *says;
} slips[] = {
    { "rules/refunds.lua", "money }", "monney }",
      "rules/refunds.lua:4: undefined global 'monney'" },
    { "scripts/request.lua", "account, unit", "accout, unit", "undefined global 'accout'" },
    { "rules/company.lua", "company { name = \"Example\", ", "company { ",
      "rules/company.lua:3: company wants redress.company, not one without its 'name'" },
    { "rules/refunds.lua", "decision \"refund.limit\" {", "decision {",
      "decision wants string, not one table" },
    { "scripts/request_test.lua", "expect = not_escalated", "expect = not_escalated \"x\"",
      "not_escalated: redress.expectation is not called" },
    { "scripts/request.lua", "amount = money,", "amount = money { max = \"9.00\" },", "" },
};

START_TEST(an_editor_warns_of_a_slip)
{
    const char *stubs = rd_arena_printf(&d->arena, "%s/.redress/redress.lua", dir);
    t_company_edit(dir, slips[_i].path, slips[_i].from, slips[_i].to);
    const char *warnings = editor(dir, stubs);
    ck_assert_msg(*slips[_i].says ? strstr(warnings, slips[_i].says) != NULL : !*warnings, "%s",
                  warnings);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("init");
    TCase *tcase = tcase_create("init");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_new_company_is_sound);
    tcase_add_test(tcase, nothing_is_overwritten);
    tcase_add_test(tcase, findings_have_their_column_in_each_form);
    tcase_add_test(tcase, columns_are_letters);
    tcase_add_test(tcase, the_shipped_words_are_known_to_editors);
    tcase_add_test(tcase, an_editor_has_nothing_to_say_of_sound_rules);
    tcase_add_test(tcase, an_editor_is_told_of_new_words);
    tcase_add_test(tcase, words_of_what_is_no_policy_are_not_told);
    tcase_add_loop_test(tcase, an_editor_warns_of_a_slip, 0, (int)(sizeof slips / sizeof *slips));
    tcase_add_test(tcase, a_watch_tests_at_once_and_ends_when_told);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
