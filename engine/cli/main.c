/* The program: finds the command in the table, reads its words, runs it, and turns its status into
 * an exit code.
 *
 *   0 ok · 1 checked and found failing · 2 usage or configuration · 3 no server · 4 denied · 5 not
 * found · 6 conflict
 *
 * Results go to standard output, everything else to standard error, so that a pipe sees results
 * only.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/program.h"
#include "cli/cli.h"
#include "cli/commands.h"

static int main_fail(const struct rd_error *error, enum rd_status status)
{
    rd_cli_print_error(error);
    if (status == RD_USAGE)
        fputs("redress: 'redress help' shows what there is\n", stderr);
    return rd_status_exit(status);
}

static int main_help(struct rd_buf *text)
{
    size_t put = fwrite(text->data, 1, text->len, stdout);
    int code = put == text->len && fflush(stdout) == 0 ? 0 : 1;
    rd_buf_fini(text);
    return code;
}

/* "redress --help" and "redress --version" are ways to say "redress help" and "redress version". */
static const char *main_alias(const char *word)
{
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return "help";
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
        return "version";
    return NULL;
}

static int main_run(const struct rd_command *command, int argc, char **argv)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_cli cli;
    enum rd_status status = rd_cli_init(&cli, command, argc, argv, &error);
    if (status == RD_OK && cli.args.help) {
        rd_cli_fini(&cli);
        struct rd_buf text;
        rd_buf_init(&text);
        rd_help_command(&text, command);
        return main_help(&text);
    }
    if (status == RD_OK)
        status = command->run(&cli, &error);
    struct rd_error late = RD_ERROR_NONE;
    enum rd_status flushed = rd_cli_flush(&cli, &late);
    if (status == RD_OK && flushed != RD_OK) {
        status = flushed;
        error = late;
    }
    int code = status == RD_OK ? 0 : main_fail(&error, status);
    rd_cli_fini(&cli);
    return code;
}

/* No core dumps, unless whoever looks for a mistake of ours asks for them in the environment. */
static void main_keep_memory(void)
{
    const char *cores = getenv("REDRESS_CORES");
    if (!cores || strcmp(cores, "1") != 0)
        rd_program_keep_memory();
}

int main(int argc, char **argv)
{
    main_keep_memory();
    if (argc < 2) {
        struct rd_buf text;
        rd_buf_init(&text);
        rd_help_all(&text);
        fwrite(text.data, 1, text.len, stderr);
        rd_buf_fini(&text);
        return rd_status_exit(RD_USAGE);
    }
    char alias[16];
    const char *meant = main_alias(argv[1]);
    if (meant) {
        snprintf(alias, sizeof(alias), "%s", meant);
        argv[1] = alias;
    }
    struct rd_error error = RD_ERROR_NONE;
    const struct rd_command *command;
    int used;
    enum rd_status status = rd_command_find(argc - 1, argv + 1, &command, &used, &error);
    if (status == RD_END) {
        struct rd_buf text;
        rd_buf_init(&text);
        rd_help_noun(&text, argv[1]);
        return main_help(&text);
    }
    if (status != RD_OK)
        return main_fail(&error, status);
    return main_run(command, argc - 1 - used, argv + 1 + used);
}
