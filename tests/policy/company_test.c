/* A second company is made by editing Lua only: tests/companies/NAME is laid over the pack's rules
 * and scripts (its promises left out: they are the first company's), and what comes of it is
 * checked, keeps its own promises, and holds for a simulated month.
 */
#include "common/t.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "unit/unit.h"

static struct t_daemon *d; /* for its directory and its way to run the program; it stays idle */
static const char *policy;

static bool ends_with(const char *name, const char *end)
{
    size_t len = strlen(name), end_len = strlen(end);
    return len >= end_len && strcmp(name + len - end_len, end) == 0;
}

static void copy_file(const char *from, const char *to)
{
    char bytes[4096];
    size_t len;
    FILE *in = fopen(from, "r"), *out = fopen(to, "w");
    ck_assert_msg(in && out, "%s -> %s", from, to);
    while ((len = fread(bytes, 1, sizeof bytes, in)) > 0)
        ck_assert_uint_eq(fwrite(bytes, 1, len, out), len);
    ck_assert_int_eq(ferror(in), 0);
    (void)fclose(in);
    ck_assert_int_eq(fclose(out), 0);
}

/* How many files; those of the same name are replaced. */
static int copy_tree(const char *from, const char *to, bool promises)
{
    struct dirent *entry;
    struct stat info;
    int files = 0;
    DIR *dir = opendir(from);
    ck_assert_msg(dir != NULL, "%s", from);
    (void)mkdir(to, 0700);
    while ((entry = readdir(dir))) {
        const char *source = rd_arena_printf(&d->arena, "%s/%s", from, entry->d_name);
        const char *target = rd_arena_printf(&d->arena, "%s/%s", to, entry->d_name);
        if (entry->d_name[0] == '.' || (!promises && ends_with(entry->d_name, "_test.lua")))
            continue;
        ck_assert_msg(stat(source, &info) == 0, "%s", source);
        if (S_ISDIR(info.st_mode)) {
            files += copy_tree(source, target, promises);
        } else if (ends_with(entry->d_name, ".lua")) {
            copy_file(source, target);
            files++;
        }
    }
    (void)closedir(dir);
    return files;
}

static void setup(void)
{
    d = t_daemon_start(NULL);
    policy = rd_arena_printf(&d->arena, "%s/insurer", d->dir);
    ck_assert_int_eq(mkdir(policy, 0700), 0);
    ck_assert_int_gt(copy_tree("rules", rd_arena_printf(&d->arena, "%s/rules", policy), false), 20);
    ck_assert_int_gt(copy_tree("scripts", rd_arena_printf(&d->arena, "%s/scripts", policy), false),
                     20);
    ck_assert_int_gt(copy_tree("tests/companies/insurer", policy, true), 20);
}

static void teardown(void)
{
    t_daemon_free(d);
}

/* Runs it, expects exit code 0; what it wrote. */
static const char *runs(const char *const *args)
{
    const char *output;
    int code = t_program(d, args, &output);
    ck_assert_msg(code == 0, "redress %s %s: exit code %d: %s", args[0], args[1], code, output);
    return output;
}

START_TEST(the_insurer_is_found_to_be_sound)
{
    const char *output = runs((const char *const[]){ "policy", "check", policy, NULL });
    ck_assert_msg(strstr(output, " 0 errors") != NULL, "%s", output);
}
END_TEST

START_TEST(the_insurer_keeps_its_promises)
{
    int passed = 0;
    const char *output = runs((const char *const[]){ "policy", "test", policy, NULL });
    const char *end = strstr(output, " passed, 0 failed");
    ck_assert_msg(end != NULL, "%s", output);
    while (end > output && end[-1] >= '0' && end[-1] <= '9')
        end--;
    ck_assert_int_eq(sscanf(end, "%d", &passed), 1);
    ck_assert_int_ge(passed, 25); /* its own: the pack's were left behind */
}
END_TEST

START_TEST(a_month_of_the_insurer_holds)
{
    const char *output =
        runs((const char *const[]){ "sim", "run", "--policy", policy, "--months", "1", "--cases",
                                    "300", "--seed", "3", "-o", "json", NULL });
    ck_assert_msg(strstr(output, "\"breaches\": 0") || strstr(output, "\"breaches\":0"), "%s",
                  output);
}
END_TEST

/* The first company's own words are gone: what still speaks of them would not have been found. */
START_TEST(the_first_company_s_words_are_not_the_insurer_s)
{
    const char *output;
    const char *const args[] = { "policy", "check", policy, NULL };
    copy_file("rules/tiers.lua", rd_arena_printf(&d->arena, "%s/rules/tiers.lua", policy));
    ck_assert_int_ne(t_program(d, args, &output), 0);
    ck_assert_msg(strstr(output, "rules/tiers.lua") != NULL, "%s", output);
}
END_TEST

static const char *slurp(const char *path)
{
    FILE *in = fopen(path, "r");
    char *text = rd_arena_alloc(&d->arena, 1 << 20);
    ck_assert_msg(in != NULL, "%s", path);
    size_t len = fread(text, 1, (1 << 20) - 1, in);
    text[len] = '\0';
    (void)fclose(in);
    return text;
}

/* Whether the text goes by the word: compares with it, gives it, has it in a list of values. */
static bool goes_by(const char *text, const char *word)
{
    const char *equals = rd_arena_printf(&d->arena, "= \"%s\"", word);
    const char *clock = rd_arena_printf(&d->arena, "clock = \"%s\"", word);
    for (const char *at = strstr(text, equals); at; at = strstr(at + 1, equals))
        if (at - text < 6 || strncmp(at - 6, clock, strlen(clock)) != 0)
            return true;
    return false;
}

/* The words of the first company's vocabularies that the insurer does not have. */
static int words_of_the_first(const char *ours, const char *theirs, const char **words, int max)
{
    int count = 0;
    char word[64];
    for (const char *at = strstr(ours, "{ \""); at; at = strstr(at + 1, "{ \"")) {
        if (sscanf(at, "{ \"%63[a-z_]\",", word) != 1)
            continue;
        const char *quoted = rd_arena_printf(&d->arena, "\"%s\"", word);
        ck_assert_int_lt(count, max);
        if (!strstr(theirs, quoted))
            words[count++] = rd_arena_printf(&d->arena, "%s", word);
    }
    return count;
}

/* A workflow that compared a tier with "key" would load, and never be true for anybody. */
START_TEST(no_workflow_names_a_word_of_one_company)
{
    static const char *const files[] = { "words.lua", "words_complaint.lua", "callbacks.lua" };
    const char *words[200], *theirs = "";
    struct dirent *entry;
    int count = 0;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        theirs = rd_arena_printf(
            &d->arena, "%s%s", theirs,
            slurp(rd_arena_printf(&d->arena, "tests/companies/insurer/rules/%s", files[i])));
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        count += words_of_the_first(slurp(rd_arena_printf(&d->arena, "rules/%s", files[i])), theirs,
                                    words + count, 200 - count);
    ck_assert_int_gt(count, 20);
    DIR *dir = opendir("scripts");
    ck_assert_ptr_nonnull(dir);
    while ((entry = readdir(dir))) {
        if (!ends_with(entry->d_name, ".lua") || ends_with(entry->d_name, "_test.lua"))
            continue;
        const char *text = slurp(rd_arena_printf(&d->arena, "scripts/%s", entry->d_name));
        for (int i = 0; i < count; i++)
            ck_assert_msg(!goes_by(text, words[i]), "scripts/%s goes by '%s'", entry->d_name,
                          words[i]);
    }
    (void)closedir(dir);
    ck_assert(goes_by("if f.tier == \"key\" then", "key"));
    ck_assert(!goes_by("clock = \"hotline\"", "hotline"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("company");
    TCase *tcase = tcase_create("insurer");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_test(tcase, the_insurer_is_found_to_be_sound);
    tcase_add_test(tcase, the_insurer_keeps_its_promises);
    tcase_add_test(tcase, a_month_of_the_insurer_holds);
    tcase_add_test(tcase, the_first_company_s_words_are_not_the_insurer_s);
    tcase_add_test(tcase, no_workflow_names_a_word_of_one_company);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
