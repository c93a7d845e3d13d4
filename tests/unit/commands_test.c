/* The table of commands: dispatch, guesses, help; and the table itself: what every row must have.
 */
#include "cli/commands.h"

#include <string.h>

#include "unit/unit.h"

static struct rd_error error;
static int used;

static const struct rd_command *find(const char *noun, const char *verb)
{
    char *words[] = { (char *)noun, (char *)verb };
    const struct rd_command *command;
    error = RD_ERROR_NONE;
    ck_assert_int_eq(rd_command_find(verb ? 2 : 1, words, &command, &used, &error), RD_OK);
    return command;
}

static enum rd_status refused(const char *noun, const char *verb)
{
    char *words[] = { (char *)noun, (char *)verb };
    const struct rd_command *command;
    error = RD_ERROR_NONE;
    return rd_command_find(verb ? 2 : 1, words, &command, &used, &error);
}

START_TEST(commands_are_found_by_noun_and_verb)
{
    ck_assert_str_eq(find("case", "open")->verb, "open");
    ck_assert_int_eq(used, 2);
    ck_assert_ptr_null(find("serve", NULL)->verb);
    ck_assert_int_eq(used, 1);
    ck_assert_ptr_null(find("serve", "--data")->verb);
    ck_assert_int_eq(used, 1);
}
END_TEST

START_TEST(a_noun_that_can_only_list_needs_no_verb)
{
    ck_assert_str_eq(find("agenda", NULL)->verb, "list");
    ck_assert_int_eq(used, 1);
    ck_assert_str_eq(find("agenda", "--all")->verb, "list");
    ck_assert_int_eq(used, 1);
    ck_assert_str_eq(find("agenda", "list")->verb, "list");
    ck_assert_int_eq(used, 2);
    ck_assert_int_eq(refused("agenda", "--help"), RD_END);
    ck_assert_int_eq(refused("agenda", "lst"), RD_USAGE);
    ck_assert_str_eq(error.text, "unknown command 'agenda lst'; did you mean 'agenda list'?");
}
END_TEST

START_TEST(unknown_words_get_the_nearest_guess)
{
    ck_assert_int_eq(refused("srve", NULL), RD_USAGE);
    ck_assert_str_eq(error.text, "unknown command 'srve'; did you mean 'serve'?");
    ck_assert_int_eq(refused("case", "opens"), RD_USAGE);
    ck_assert_str_eq(error.text, "unknown command 'case opens'; did you mean 'case open'?");
    ck_assert_int_eq(refused("xyzzyx", NULL), RD_USAGE);
    ck_assert_str_eq(error.text, "unknown command 'xyzzyx'");
    ck_assert_int_eq(refused("case", NULL), RD_USAGE);
    ck_assert_str_eq(error.text, "'case' needs a verb; 'redress help case' lists them");
    ck_assert_int_eq(refused("", NULL), RD_USAGE);
}
END_TEST

START_TEST(a_noun_may_ask_for_help)
{
    ck_assert_int_eq(refused("case", "--help"), RD_END);
    ck_assert_int_eq(refused("case", "-h"), RD_END);
}
END_TEST

START_TEST(every_row_is_whole)
{
    size_t count;
    const struct rd_command *commands = rd_commands(&count);
    ck_assert_uint_gt(count, 30);
    for (size_t i = 0; i < count; i++) {
        const struct rd_command *command = &commands[i];
        ck_assert_ptr_nonnull(command->run);
        ck_assert_ptr_nonnull(command->options);
        ck_assert_uint_gt(strlen(command->text), 10);
        ck_assert_int_ne(command->text[strlen(command->text) - 1], '.');
        ck_assert_uint_le(command->operands_min, command->operands_max);
        ck_assert((command->operands != NULL) == (command->operands_max > 0));
        ck_assert_ptr_eq(find(command->noun, command->verb), command);
    }
}
END_TEST

START_TEST(no_option_hides_another)
{
    size_t count;
    const struct rd_command *commands = rd_commands(&count);
    for (size_t i = 0; i < count; i++) {
        const struct rd_option *tables[RD_ARGS_TABLES_MAX], *all[64];
        size_t table_count = rd_command_tables(&commands[i], tables), option_count = 0;
        for (size_t t = 0; t < table_count; t++)
            for (const struct rd_option *option = tables[t]; option->name; option++) {
                ck_assert_uint_lt(option_count, 64);
                all[option_count++] = option;
                ck_assert_str_ne(option->name, "help");
                ck_assert_ptr_nonnull(option->text);
                ck_assert((option->value == NULL) == (option->kind == RD_OPTION_FLAG));
            }
        for (size_t a = 0; a < option_count; a++)
            for (size_t b = a + 1; b < option_count; b++)
                ck_assert_msg(strcmp(all[a]->name, all[b]->name) != 0 &&
                                  (!all[a]->letter || all[a]->letter != all[b]->letter),
                              "%s %s: --%s", commands[i].noun,
                              commands[i].verb ? commands[i].verb : "", all[a]->name);
    }
}
END_TEST

static void ends(struct rd_buf *out)
{
    rd_buf_char(out, '\0');
}

START_TEST(help_is_made_from_the_table)
{
    struct rd_buf out;
    rd_buf_init(&out);
    rd_help_all(&out);
    ends(&out);
    ck_assert_ptr_nonnull(strstr(out.data, "\n  case open "));
    ck_assert_ptr_nonnull(strstr(out.data, "Exit codes: 0 ok"));
    rd_buf_clear(&out);
    ck_assert(rd_help_noun(&out, "case"));
    ends(&out);
    ck_assert_ptr_nonnull(strstr(out.data, "usage: redress case VERB"));
    ck_assert_ptr_nonnull(strstr(out.data, "  case act "));
    ck_assert_ptr_null(strstr(out.data, "policy check"));
    rd_buf_clear(&out);
    ck_assert(rd_help_noun(&out, "serve"));
    ends(&out);
    ck_assert_ptr_nonnull(strstr(out.data, "usage: redress serve\n"));
    ck_assert_ptr_nonnull(strstr(out.data, "--listen ADDR"));
    ck_assert_ptr_nonnull(strstr(out.data, "(or REDRESS_DATA; default ./var/redress)"));
    ck_assert_ptr_nonnull(strstr(out.data, "(may be repeated)"));
    rd_buf_clear(&out);
    ck_assert(!rd_help_noun(&out, "nothing"));
    ck_assert_uint_eq(out.len, 0);
    rd_buf_fini(&out);
}
END_TEST

START_TEST(the_reference_page_names_every_command)
{
    struct rd_buf out;
    rd_buf_init(&out);
    rd_help_markdown(&out);
    ends(&out);
    size_t count;
    const struct rd_command *commands = rd_commands(&count);
    for (size_t i = 0; i < count; i++) {
        char heading[128];
        snprintf(heading, sizeof(heading), "\n## redress %s%s%s\n", commands[i].noun,
                 commands[i].verb ? " " : "", commands[i].verb ? commands[i].verb : "");
        ck_assert_msg(strstr(out.data, heading) != NULL, "%s", heading);
    }
    ck_assert_ptr_nonnull(strstr(out.data, "| `-o, --output table\\|json` |"));
    rd_buf_fini(&out);
}
END_TEST

/* Reading words, fields and files as all commands do. */
static enum rd_status cli_of(struct rd_cli *cli, const char *noun, const char *verb, char **words)
{
    int count = 0;
    while (words[count])
        count++;
    const struct rd_command *command = find(noun, verb);
    error = RD_ERROR_NONE;
    return rd_cli_init(cli, command, count, words, &error);
}

#define CLI(cli, noun, verb, ...) cli_of((cli), (noun), (verb), (char *[]){ __VA_ARGS__, NULL })

START_TEST(operands_are_counted)
{
    struct rd_cli cli;
    ck_assert_int_eq(CLI(&cli, "case", "show", "--as", "ben"), RD_USAGE);
    ck_assert_str_eq(error.text, "'case show' needs ID");
    rd_cli_fini(&cli);
    ck_assert_int_eq(CLI(&cli, "case", "show", "1", "2"), RD_USAGE);
    ck_assert_str_eq(error.text, "'case show' does not take '2'");
    rd_cli_fini(&cli);
    ck_assert_int_eq(CLI(&cli, "case", "show", "1", "-o", "json"), RD_OK);
    ck_assert(cli.json);
    rd_cli_fini(&cli);
}
END_TEST

START_TEST(fields_lie_over_the_map)
{
    struct rd_cli cli;
    struct rd_value fields;
    ck_assert_int_eq(CLI(&cli, "case", "open", "complaint", "--data", "{\"a\": 1, \"b\": \"x\"}",
                         "b=1=2", "c:=[true]", "d="),
                     RD_OK);
    ck_assert_int_eq(rd_cli_read_fields(&cli, "data", 1, &fields, &error), RD_OK);
    ck_assert_uint_eq(fields.count, 4);
    ck_assert_int_eq(rd_map_int(&fields, "a", 0), 1);
    ck_assert_str_eq(rd_map_text(&fields, "b", ""), "1=2");
    ck_assert(rd_map_list(&fields, "c")->items[0].boolean);
    ck_assert_str_eq(rd_map_text(&fields, "d", "?"), "");
    rd_cli_fini(&cli);
}
END_TEST

static void fields_refused(const char *data, const char *word, const char *sentence)
{
    struct rd_cli cli;
    struct rd_value fields;
    ck_assert_int_eq(CLI(&cli, "case", "open", "complaint", "--data", (char *)data, (char *)word),
                     RD_OK);
    ck_assert_int_eq(rd_cli_read_fields(&cli, "data", 1, &fields, &error), RD_USAGE);
    ck_assert_msg(strncmp(error.text, sentence, strlen(sentence)) == 0, "%s", error.text);
    rd_cli_fini(&cli);
}

START_TEST(fields_that_are_none_are_refused)
{
    fields_refused("{}", "word", "'word' is neither FIELD=TEXT nor FIELD:=JSON");
    fields_refused("{}", "=x", "'=x' is neither FIELD=TEXT nor FIELD:=JSON");
    fields_refused("{}", ":=1", "':=1' is neither FIELD=TEXT nor FIELD:=JSON");
    fields_refused("{}", "a:={", "a is no JSON: ");
    fields_refused("[1]", "a=b", "--data must be a JSON object, not list");
    fields_refused("{a}", "a=b", "data is no JSON: ");
}
END_TEST

START_TEST(values_come_from_files_too)
{
    char dir[UNIT_DIR_MAX], path[UNIT_DIR_MAX + 8], at[UNIT_DIR_MAX + 16];
    unit_dir_make(dir);
    snprintf(path, sizeof(path), "%s/f.json", dir);
    snprintf(at, sizeof(at), "@%s/f.json", dir);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs("{\"a\": 5}", file);
    fclose(file);
    struct rd_cli cli;
    struct rd_value value;
    const char *text;
    size_t len;
    ck_assert_int_eq(CLI(&cli, "version", NULL, NULL), RD_OK);
    ck_assert_int_eq(rd_cli_read_value(&cli, "it", at, &value, &error), RD_OK);
    ck_assert_int_eq(rd_map_int(&value, "a", 0), 5);
    ck_assert_int_eq(rd_cli_read_file(&cli.arena, path, 8, &text, &len, &error), RD_OK);
    ck_assert_uint_eq(len, 8);
    ck_assert_int_eq(rd_cli_read_file(&cli.arena, path, 7, &text, &len, &error), RD_LIMIT_EXCEEDED);
    ck_assert_int_eq(rd_cli_read_file(&cli.arena, dir, 100, &text, &len, &error), RD_IO);
    unit_dir_remove(dir);
    ck_assert_int_eq(rd_cli_read_value(&cli, "it", at, &value, &error), RD_NOT_FOUND);
    rd_cli_fini(&cli);
}
END_TEST

START_TEST(without_a_daemon_there_is_no_server)
{
    struct rd_cli cli;
    struct rd_value params = rd_map(), result;
    ck_assert_int_eq(CLI(&cli, "server", "info", "--connect", "unix:/nonexistent/s"), RD_OK);
    ck_assert_int_eq(rd_cli_call(&cli, "server.info", &params, &result, &error), RD_NO_SERVER);
    ck_assert_int_eq(rd_status_exit(RD_NO_SERVER), 3);
    rd_cli_fini(&cli);
    ck_assert_int_eq(CLI(&cli, "server", "info", "--connect", "nonsense"), RD_OK);
    ck_assert_int_eq(rd_status_exit(rd_cli_call(&cli, "server.info", &params, &result, &error)), 2);
    rd_cli_fini(&cli);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("commands");
    TCase *all = tcase_create("all");
    tcase_add_test(all, commands_are_found_by_noun_and_verb);
    tcase_add_test(all, a_noun_that_can_only_list_needs_no_verb);
    tcase_add_test(all, unknown_words_get_the_nearest_guess);
    tcase_add_test(all, a_noun_may_ask_for_help);
    tcase_add_test(all, every_row_is_whole);
    tcase_add_test(all, no_option_hides_another);
    tcase_add_test(all, help_is_made_from_the_table);
    tcase_add_test(all, the_reference_page_names_every_command);
    tcase_add_test(all, operands_are_counted);
    tcase_add_test(all, fields_lie_over_the_map);
    tcase_add_test(all, fields_that_are_none_are_refused);
    tcase_add_test(all, values_come_from_files_too);
    tcase_add_test(all, without_a_daemon_there_is_no_server);
    suite_add_tcase(suite, all);
    return unit_run(suite);
}
