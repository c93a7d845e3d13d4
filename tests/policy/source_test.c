/* Reading a policy's files and naming them; and the list of findings. */
#include "policy/rig.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"

static char dir[UNIT_DIR_MAX];
static struct rd_arena arena;
static struct rd_policy_source *sources;
static size_t count;
static struct rd_error error;

static void setup(void)
{
    unit_dir_make(dir);
    rd_arena_init(&arena);
}

static void teardown(void)
{
    rd_arena_fini(&arena);
    unit_dir_remove(dir);
}

static const char *path_of(const char *name)
{
    return rd_arena_printf(&arena, "%s/%s", dir, name);
}

static void make_dir(const char *name)
{
    ck_assert_int_eq(mkdir(path_of(name), 0700), 0);
}

static void make_file(const char *name, size_t len)
{
    FILE *file = fopen(path_of(name), "w");
    ck_assert_ptr_nonnull(file);
    for (size_t i = 0; i < len; i++)
        fputc('x', file);
    fclose(file);
}

static enum rd_status read_dir(void)
{
    error = RD_ERROR_NONE;
    return rd_policy_read_dir(&arena, dir, &sources, &count, &error);
}

START_TEST(files_come_in_order)
{
    make_dir("rules");
    make_dir("rules/deep");
    make_dir("scripts");
    make_dir("scripts/import");
    make_file("rules/b.lua", 3);
    make_file("rules/a.lua", 0);
    make_file("rules/deep/c.lua", 1);
    make_file("rules/notes.txt", 1);
    make_file("rules/.hidden.lua", 1);
    make_file("rules/.lua", 1);
    make_file("scripts/z.lua", 1);
    make_file("scripts/import/i.lua", 1);
    ck_assert_int_eq(read_dir(), RD_OK);
    static const char *const PATHS[] = { "rules/a.lua", "rules/b.lua", "rules/deep/c.lua",
                                         "scripts/z.lua" };
    ck_assert_uint_eq(count, 4);
    for (size_t i = 0; i < count; i++)
        ck_assert_str_eq(sources[i].path, PATHS[i]);
    ck_assert_uint_eq(sources[1].len, 3);
    ck_assert_str_eq(sources[1].text, "xxx");
}
END_TEST

START_TEST(nothing_there)
{
    ck_assert_int_eq(read_dir(), RD_BAD_CONFIG);
    ck_assert_ptr_nonnull(strstr(error.text, "there is no policy in "));
    ck_assert_int_eq(rd_policy_read_dir(&arena, path_of("nowhere"), &sources, &count, &error),
                     RD_BAD_CONFIG);
}
END_TEST

START_TEST(links_stay_inside)
{
    make_dir("rules");
    make_dir("shared");
    make_file("shared/a.lua", 2);
    ck_assert_int_eq(symlink("../shared/a.lua", path_of("rules/a.lua")), 0);
    ck_assert_int_eq(read_dir(), RD_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(symlink("/etc/hostname", path_of("rules/b.lua")), 0);
    ck_assert_int_eq(read_dir(), RD_BAD_CONFIG);
    ck_assert_str_eq(error.text, "the link rules/b.lua leads out of the policy's directory");
    ck_assert_int_eq(unlink(path_of("rules/b.lua")), 0);
    ck_assert_int_eq(symlink("gone.lua", path_of("rules/c.lua")), 0);
    ck_assert_int_eq(read_dir(), RD_BAD_CONFIG);
}
END_TEST

START_TEST(circles_end)
{
    make_dir("rules");
    make_file("rules/a.lua", 1);
    ck_assert_int_eq(symlink("../rules", path_of("rules/again")), 0);
    ck_assert_int_eq(read_dir(), RD_BAD_CONFIG);
    ck_assert_ptr_nonnull(strstr(error.text, "is nested too deep"));
}
END_TEST

START_TEST(limits_hold)
{
    make_dir("rules");
    make_file("rules/big.lua", RD_POLICY_FILE_BYTES_MAX + 1);
    ck_assert_int_eq(read_dir(), RD_BAD_CONFIG);
    ck_assert_ptr_nonnull(strstr(error.text, "rules/big.lua is larger than"));
    ck_assert_int_eq(unlink(path_of("rules/big.lua")), 0);
    for (unsigned i = 0; i < RD_POLICY_BYTES_MAX / RD_POLICY_FILE_BYTES_MAX + 1; i++)
        make_file(rd_arena_printf(&arena, "rules/%u.lua", i), RD_POLICY_FILE_BYTES_MAX);
    ck_assert_int_eq(read_dir(), RD_BAD_CONFIG);
    ck_assert_ptr_nonnull(strstr(error.text, "together"));
}
END_TEST

START_TEST(files_are_counted)
{
    make_dir("rules");
    for (int i = 0; i < RD_POLICY_FILES_MAX; i++)
        make_file(rd_arena_printf(&arena, "rules/%d.lua", i), 1);
    ck_assert_int_eq(read_dir(), RD_OK);
    make_file("rules/one_more.lua", 1);
    ck_assert_int_eq(read_dir(), RD_BAD_CONFIG);
    ck_assert_ptr_nonnull(strstr(error.text, "more than"));
}
END_TEST

START_TEST(hash_names_the_whole)
{
    struct rd_policy_source a[] = { rig_source("rules/a.lua", "x"),
                                    rig_source("rules/b.lua", "y") };
    struct rd_policy_source b[] = { rig_source("rules/a.lua", "xr"),
                                    rig_source("ules/b.lua", "y") };
    char first[RD_POLICY_HASH_TEXT], second[RD_POLICY_HASH_TEXT];
    rd_policy_hash(a, 2, first);
    rd_policy_hash(b, 2, second);
    ck_assert_uint_eq(strlen(first), 64);
    ck_assert_uint_eq(strspn(first, "0123456789abcdef"), 64);
    ck_assert_str_ne(first, second);
    rd_policy_hash(a, 1, second);
    ck_assert_str_ne(first, second);
    rd_policy_hash(a, 2, second);
    ck_assert_str_eq(first, second);
    rd_policy_hash(a, 0, second);
    ck_assert_str_eq(
        second,
        "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"); /* BLAKE2b-256 of
                                                                                nothing */
}
END_TEST

START_TEST(findings_are_bounded)
{
    struct rd_findings findings;
    rd_findings_init(&findings, &arena);
    ck_assert_ptr_null(findings.first);
    char file[8] = "a.lua";
    rd_finding_warning(&findings, file, 3, "%s %d", "x", 7);
    file[0] = 'b'; /* the list keeps its own copy */
    for (int i = 0; i < 1500; i++)
        rd_finding_error(&findings, file, i, "y");
    ck_assert_uint_eq(findings.errors, 1500);
    ck_assert_uint_eq(findings.warnings, 1);
    ck_assert_str_eq(findings.first->file, "a.lua");
    ck_assert_int_eq(findings.first->line, 3);
    ck_assert(!findings.first->error);
    ck_assert_str_eq(findings.first->text, "x 7");
    size_t kept = 0;
    for (struct rd_finding *finding = findings.first; finding; finding = finding->next)
        kept++;
    ck_assert_uint_eq(kept, 1000);
    ck_assert_int_eq(findings.last->line, 998);
}
END_TEST

START_TEST(what_looks_like_a_rule_and_is_not_read_is_said)
{
    static const char *const SAID[] = { "rules/a.LUA", "rules/refunds.lua.txt",
                                        "scripts/deep/b.lua.bak" };
    struct rd_findings findings;
    make_dir("rules");
    make_dir("scripts");
    make_dir("scripts/deep");
    make_dir("scripts/import");
    make_dir("elsewhere");
    make_file("rules/good.lua", 1);
    make_file("rules/good.lua~", 1);
    make_file("rules/.good.lua.swp", 1);
    make_file("rules/README.txt", 1);
    make_file("rules/.lua", 1);
    make_file("scripts/import/map.lua.txt", 1);
    make_file("elsewhere/c.lua.txt", 1);
    rd_findings_init(&findings, &arena);
    rd_policy_look_beside(&arena, dir, &findings);
    ck_assert_ptr_null(findings.first);
    for (size_t i = 0; i < sizeof SAID / sizeof *SAID; i++) {
        make_file(SAID[i], 1);
        rd_findings_init(&findings, &arena);
        rd_policy_look_beside(&arena, dir, &findings);
        ck_assert_uint_eq(findings.errors, 0);
        ck_assert_uint_eq(findings.warnings, 1);
        ck_assert_str_eq(findings.first->file, SAID[i]);
        ck_assert_ptr_nonnull(strstr(findings.first->text, "ends in .lua"));
        ck_assert_int_eq(unlink(path_of(SAID[i])), 0);
    }
    rd_policy_look_beside(&arena, path_of("nowhere"), &findings);
    ck_assert_int_eq(read_dir(), RD_OK);
    ck_assert_uint_eq(count, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("policy sources");
    TCase *tcase = tcase_create("all");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, files_come_in_order);
    tcase_add_test(tcase, nothing_there);
    tcase_add_test(tcase, links_stay_inside);
    tcase_add_test(tcase, circles_end);
    tcase_add_test(tcase, limits_hold);
    tcase_add_test(tcase, files_are_counted);
    tcase_add_test(tcase, hash_names_the_whole);
    tcase_add_test(tcase, findings_are_bounded);
    tcase_add_test(tcase, what_looks_like_a_rule_and_is_not_read_is_said);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
