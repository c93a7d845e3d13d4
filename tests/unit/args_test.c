/* Options and operands: every kind, every way to write them, every refusal with its sentence. */
#include "cli/args.h"

#include <stdlib.h>
#include <string.h>

#include "unit/unit.h"

static const struct rd_option own[] = {
    { "all", 'a', RD_OPTION_FLAG, NULL, NULL, NULL, "all of them" },
    { "data", 0, RD_OPTION_TEXT, "DIR", "ARGS_TEST_DATA", "./here", "the directory" },
    { "limit", 'l', RD_OPTION_NUMBER, "N", "ARGS_TEST_LIMIT", NULL, "so many" },
    { "listen", 0, RD_OPTION_LIST, "ADDR", "ARGS_TEST_LISTEN", NULL, "where" },
    { .name = NULL }
};
static const struct rd_option shared[] = {
    { "output", 'o', RD_OPTION_CHOICE, "table|json", NULL, "table", "how" }, { .name = NULL }
};
static const struct rd_option *const tables[] = { own, shared };

static struct rd_args args;
static struct rd_error error;

#define READ(...) read_words((char *[]){ __VA_ARGS__, NULL })

static enum rd_status read_words(char **words)
{
    int count = 0;
    while (words[count])
        count++;
    error = RD_ERROR_NONE;
    return rd_args_read(&args, tables, 2, count, words, &error);
}

#define REFUSED(sentence, ...)                                                                     \
    do {                                                                                           \
        ck_assert_int_eq(READ(__VA_ARGS__), RD_USAGE);                                             \
        ck_assert_str_eq(error.text, sentence);                                                    \
    } while (0)

static void setup(void)
{
    unsetenv("ARGS_TEST_DATA");
    unsetenv("ARGS_TEST_LIMIT");
    unsetenv("ARGS_TEST_LISTEN");
}

START_TEST(nothing_gives_the_defaults)
{
    ck_assert_int_eq(rd_args_read(&args, tables, 2, 0, NULL, &error), RD_OK);
    ck_assert(!rd_args_flag(&args, "all"));
    ck_assert_str_eq(rd_args_text(&args, "data"), "./here");
    ck_assert_str_eq(rd_args_text(&args, "output"), "table");
    ck_assert_ptr_null(rd_args_text(&args, "limit"));
    ck_assert_int_eq(rd_args_number(&args, "limit", 7), 7);
    ck_assert_ptr_null(rd_args_operand(&args, 0));
    ck_assert(!rd_args_given(&args, "data"));
    const char *list[2];
    ck_assert_uint_eq(rd_args_list(&args, "listen", list, 2), 0);
}
END_TEST

START_TEST(every_way_to_write_an_option)
{
    ck_assert_int_eq(READ("--data", "x", "--limit=12", "-ojson", "--all", "op"), RD_OK);
    ck_assert_str_eq(rd_args_text(&args, "data"), "x");
    ck_assert_int_eq(rd_args_number(&args, "limit", 0), 12);
    ck_assert_str_eq(rd_args_text(&args, "output"), "json");
    ck_assert(rd_args_flag(&args, "all"));
    ck_assert_str_eq(rd_args_operand(&args, 0), "op");
    ck_assert_ptr_null(rd_args_operand(&args, 1));

    ck_assert_int_eq(READ("-a", "-l", "3", "-o", "table", "--data="), RD_OK);
    ck_assert(rd_args_flag(&args, "all"));
    ck_assert_int_eq(rd_args_number(&args, "limit", 0), 3);
    ck_assert_str_eq(rd_args_text(&args, "data"), "");
}
END_TEST

START_TEST(operands_mix_with_options)
{
    ck_assert_int_eq(READ("one", "-o", "json", "-", "--", "--all", "-x"), RD_OK);
    ck_assert_uint_eq(args.operand_count, 4);
    ck_assert_str_eq(rd_args_operand(&args, 0), "one");
    ck_assert_str_eq(rd_args_operand(&args, 1), "-");
    ck_assert_str_eq(rd_args_operand(&args, 2), "--all");
    ck_assert_str_eq(rd_args_operand(&args, 3), "-x");
    ck_assert(!rd_args_flag(&args, "all"));
}
END_TEST

START_TEST(a_value_may_look_like_an_option)
{
    ck_assert_int_eq(READ("--data", "--all"), RD_OK);
    ck_assert_str_eq(rd_args_text(&args, "data"), "--all");
    ck_assert(!rd_args_flag(&args, "all"));
}
END_TEST

START_TEST(lists_keep_their_order)
{
    const char *list[2];
    ck_assert_int_eq(READ("--listen", "a", "--listen=b", "--listen", "c"), RD_OK);
    ck_assert_uint_eq(rd_args_list(&args, "listen", list, 2), 2);
    ck_assert_str_eq(list[0], "a");
    ck_assert_str_eq(list[1], "b");
}
END_TEST

START_TEST(help_is_seen_anywhere)
{
    ck_assert_int_eq(READ("x", "--help"), RD_OK);
    ck_assert(args.help);
    ck_assert_int_eq(READ("-h"), RD_OK);
    ck_assert(args.help);
    ck_assert_int_eq(READ("--", "--help"), RD_OK);
    ck_assert(!args.help);
}
END_TEST

START_TEST(unknown_options_get_the_nearest_guess)
{
    REFUSED("unknown option --dta; did you mean --data?", "--dta", "x");
    REFUSED("unknown option --outptu; did you mean --output?", "--outptu=json");
    REFUSED("unknown option --zzzzzz", "--zzzzzz");
    REFUSED("unknown option -x", "-x");
}
END_TEST

START_TEST(an_unknown_option_may_be_long)
{
    char word[400];
    memset(word, 'q', sizeof(word));
    memcpy(word, "--", 2);
    word[sizeof(word) - 1] = '\0';
    ck_assert_int_eq(READ(word), RD_USAGE);
    ck_assert_uint_lt(strlen(error.text), 128);
}
END_TEST

START_TEST(values_that_do_not_fit_are_refused)
{
    REFUSED("--limit takes a whole number, not 'many'", "--limit", "many");
    REFUSED("--limit takes a whole number, not '-1'", "--limit=-1");
    REFUSED("--limit takes a whole number, not ''", "--limit=");
    REFUSED("--limit takes a whole number, not '99999999999999999999'", "--limit",
            "99999999999999999999");
    REFUSED("--output takes one of table|json, not 'tab'", "-o", "tab");
    REFUSED("--output takes one of table|json, not ''", "--output=");
    REFUSED("--all takes no value", "--all=yes");
    REFUSED("-a takes no value", "-ax");
    REFUSED("--data needs a value (DIR)", "--data");
    REFUSED("-o needs a value (table|json)", "-o");
    REFUSED("--data is given twice", "--data", "a", "--data", "b");
    REFUSED("--all is given twice", "--all", "-a");
}
END_TEST

START_TEST(the_environment_stands_between)
{
    const char *list[2];
    setenv("ARGS_TEST_DATA", "from env", 1);
    setenv("ARGS_TEST_LIMIT", "5", 1);
    setenv("ARGS_TEST_LISTEN", "unix:x", 1);
    ck_assert_int_eq(READ("op"), RD_OK);
    ck_assert_str_eq(rd_args_text(&args, "data"), "from env");
    ck_assert_int_eq(rd_args_number(&args, "limit", 0), 5);
    ck_assert_uint_eq(rd_args_list(&args, "listen", list, 2), 1);
    ck_assert_str_eq(list[0], "unix:x");
    ck_assert(!rd_args_given(&args, "data"));

    ck_assert_int_eq(READ("--data", "given", "--listen", "tcp:y"), RD_OK);
    ck_assert_str_eq(rd_args_text(&args, "data"), "given");
    ck_assert_uint_eq(rd_args_list(&args, "listen", list, 2), 1);
    ck_assert_str_eq(list[0], "tcp:y");

    setenv("ARGS_TEST_DATA", "", 1);
    ck_assert_int_eq(READ("op"), RD_OK);
    ck_assert_str_eq(rd_args_text(&args, "data"), "./here");
}
END_TEST

START_TEST(the_environment_is_checked_too)
{
    setenv("ARGS_TEST_LIMIT", "a lot", 1);
    REFUSED("ARGS_TEST_LIMIT takes a whole number, not 'a lot'", "op");
    ck_assert_int_eq(READ("--limit", "2"), RD_OK);
}
END_TEST

START_TEST(too_many_words_are_refused)
{
    char word[] = "w", option[] = "--listen=a";
    char *words[RD_ARGS_OPERANDS_MAX + 2] = { NULL };
    for (size_t i = 0; i < RD_ARGS_OPERANDS_MAX; i++)
        words[i] = word;
    ck_assert_int_eq(read_words(words), RD_OK);
    words[RD_ARGS_OPERANDS_MAX] = word;
    ck_assert_int_eq(read_words(words), RD_USAGE);
    ck_assert_str_eq(error.text, "more than 128 operands");

    char *options[RD_ARGS_VALUES_MAX + 2] = { NULL };
    for (size_t i = 0; i < RD_ARGS_VALUES_MAX; i++)
        options[i] = option;
    ck_assert_int_eq(read_words(options), RD_OK);
    options[RD_ARGS_VALUES_MAX] = option;
    ck_assert_int_eq(read_words(options), RD_USAGE);
    ck_assert_str_eq(error.text, "more than 128 options");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("args");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, setup, NULL);
    tcase_add_test(all, nothing_gives_the_defaults);
    tcase_add_test(all, every_way_to_write_an_option);
    tcase_add_test(all, operands_mix_with_options);
    tcase_add_test(all, a_value_may_look_like_an_option);
    tcase_add_test(all, lists_keep_their_order);
    tcase_add_test(all, help_is_seen_anywhere);
    tcase_add_test(all, unknown_options_get_the_nearest_guess);
    tcase_add_test(all, an_unknown_option_may_be_long);
    tcase_add_test(all, values_that_do_not_fit_are_refused);
    tcase_add_test(all, the_environment_stands_between);
    tcase_add_test(all, the_environment_is_checked_too);
    tcase_add_test(all, too_many_words_are_refused);
    suite_add_tcase(suite, all);
    return unit_run(suite);
}
