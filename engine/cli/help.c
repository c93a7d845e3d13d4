/* Help and the reference page of commands, both made from the table, so that neither can be out of
 * date. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/output.h"

#define HELP_NAME_MAX 160

static void help_name(const struct rd_command *command, char *out, size_t size)
{
    snprintf(out, size, "%s%s%s%s%s", command->noun, command->verb ? " " : "",
             command->verb ? command->verb : "", command->operands ? " " : "",
             command->operands ? command->operands : "");
}

static void help_pad(struct rd_buf *out, const char *text, size_t width)
{
    rd_buf_text(out, text);
    for (size_t i = rd_output_width(text, strlen(text)); i < width; i++)
        rd_buf_char(out, ' ');
}

/* Lines of the commands of `noun`, or of all where it is NULL; returns how many. */
static size_t help_lines(struct rd_buf *out, const char *noun)
{
    size_t count;
    size_t found = 0;
    const struct rd_command *commands = rd_commands(&count);
    for (size_t i = 0; i < count; i++) {
        const struct rd_command *command = &commands[i];
        if (noun && strcmp(command->noun, noun) != 0)
            continue;
        char name[HELP_NAME_MAX];
        snprintf(name, sizeof(name), "%s%s%s", command->noun, command->verb ? " " : "",
                 command->verb ? command->verb : "");
        rd_buf_text(out, "  ");
        help_pad(out, name, 20);
        rd_buf_printf(out, "%s\n", command->text);
        found++;
    }
    return found;
}

void rd_help_all(struct rd_buf *out)
{
    rd_buf_text(out, "Redress runs a company's customer-service procedures from its own rules.\n\n"
                     "usage: redress NOUN [VERB] [OPTIONS]\n\n");
    help_lines(out, NULL);
    rd_buf_text(
        out,
        "\n'redress help NOUN' or 'redress NOUN VERB --help' tells more.\n"
        "Exit codes: 0 ok, 1 checked and found failing, 2 usage or configuration, 3 no server,\n"
        "4 denied, 5 not found, 6 conflict.\n");
}

bool rd_help_noun(struct rd_buf *out, const char *noun)
{
    size_t count;
    const struct rd_command *commands = rd_commands(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(commands[i].noun, noun) == 0 && !commands[i].verb) {
            rd_help_command(out, &commands[i]);
            return true;
        }
    }
    struct rd_buf lines;
    rd_buf_init(&lines);
    size_t found = help_lines(&lines, noun);
    if (found > 0) {
        rd_buf_printf(out, "usage: redress %s VERB [OPTIONS]\n\n", noun);
        rd_buf_append(out, lines.data, lines.len);
        rd_buf_printf(out, "\n'redress %s VERB --help' tells more.\n", noun);
    }
    rd_buf_fini(&lines);
    return found > 0;
}

/* "-o, --output table|json" */
static void help_option_name(const struct rd_option *option, char *out, size_t size)
{
    char letter[8] = "";
    if (option->letter)
        snprintf(letter, sizeof(letter), "-%c, ", option->letter);
    snprintf(out, size, "%s--%s%s%s", letter, option->name, option->value ? " " : "",
             option->value ? option->value : "");
}

static void help_option_notes(struct rd_buf *out, const struct rd_option *option)
{
    if (option->kind == RD_OPTION_LIST)
        rd_buf_text(out, " (may be repeated)");
    if (option->env && option->otherwise)
        rd_buf_printf(out, " (or %s; default %s)", option->env, option->otherwise);
    else if (option->env)
        rd_buf_printf(out, " (or %s)", option->env);
    else if (option->otherwise)
        rd_buf_printf(out, " (default %s)", option->otherwise);
}

void rd_help_command(struct rd_buf *out, const struct rd_command *command)
{
    char name[HELP_NAME_MAX];
    help_name(command, name, sizeof(name));
    rd_buf_printf(out, "usage: redress %s\n\n%s.\n", name, command->text);
    if (command->more)
        rd_buf_printf(out, "\n%s\n", command->more);
    const struct rd_option *tables[RD_ARGS_TABLES_MAX];
    size_t count = rd_command_tables(command, tables);
    bool first = true;
    for (size_t i = 0; i < count; i++) {
        for (const struct rd_option *option = tables[i]; option->name; option++) {
            if (first)
                rd_buf_text(out, "\noptions:\n");
            first = false;
            help_option_name(option, name, sizeof(name));
            rd_buf_text(out, "  ");
            help_pad(out, name, 26);
            rd_buf_printf(out, " %s", option->text);
            help_option_notes(out, option);
            rd_buf_char(out, '\n');
        }
    }
}

/* A table's cell: "|" would end it. */
static void help_markdown_code(struct rd_buf *out, const char *text)
{
    rd_buf_char(out, '`');
    for (; *text; text++) {
        if (*text == '|')
            rd_buf_char(out, '\\');
        rd_buf_char(out, *text);
    }
    rd_buf_char(out, '`');
}

static void help_markdown_options(struct rd_buf *out, const struct rd_option *options)
{
    for (const struct rd_option *option = options; option->name; option++) {
        char name[HELP_NAME_MAX];
        help_option_name(option, name, sizeof(name));
        rd_buf_text(out, "| ");
        help_markdown_code(out, name);
        rd_buf_printf(out, " | %s | ", option->text);
        if (option->otherwise)
            help_markdown_code(out, option->otherwise);
        rd_buf_text(out, " | ");
        if (option->env)
            help_markdown_code(out, option->env);
        rd_buf_text(out, " |\n");
    }
}

static void help_markdown_command(struct rd_buf *out, const struct rd_command *command)
{
    char name[HELP_NAME_MAX];
    help_name(command, name, sizeof(name));
    rd_buf_printf(out, "\n## redress %s%s%s\n\n%s.\n\n```\nredress %s\n```\n", command->noun,
                  command->verb ? " " : "", command->verb ? command->verb : "", command->text,
                  name);
    if (command->more)
        rd_buf_printf(out, "\n%s\n", command->more);
    const struct rd_option *tables[RD_ARGS_TABLES_MAX];
    size_t count = rd_command_tables(command, tables);
    bool any = false;
    for (size_t i = 0; i < count; i++)
        any = any || tables[i]->name;
    if (any)
        rd_buf_text(out,
                    "\n| option | meaning | default | environment |\n| --- | --- | --- | --- |\n");
    for (size_t i = 0; i < count; i++)
        help_markdown_options(out, tables[i]);
}

void rd_help_markdown(struct rd_buf *out)
{
    size_t count;
    const struct rd_command *commands = rd_commands(&count);
    rd_buf_text(
        out,
        "# Commands\n\n"
        "Made by `redress reference commands` from the program's own table; do not edit.\n\n"
        "Results go to standard output, everything else to standard error. Exit codes: 0 ok, 1 "
        "checked and\n"
        "found failing, 2 usage or configuration, 3 no server, 4 denied, 5 not found, 6 conflict. "
        "Every command\n"
        "takes `--help`. Options and operands may be mixed; behind `--` all words are operands.\n");
    for (size_t i = 0; i < count; i++)
        help_markdown_command(out, &commands[i]);
}
