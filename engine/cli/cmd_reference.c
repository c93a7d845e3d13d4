/* Reference pages from the tables that the program itself runs by: methods, errors, commands, the
 * language. What is printed depends on nothing but the program, so that a test can compare it with
 * the pages in docs/.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "kernel/kernel.h"

enum rd_status rd_run_help(struct rd_cli *cli, struct rd_error *error)
{
    const char *noun = rd_args_operand(&cli->args, 0);
    const char *verb = rd_args_operand(&cli->args, 1);
    if (!noun) {
        rd_help_all(&cli->out);
        return RD_OK;
    }
    if (!verb && rd_help_noun(&cli->out, noun))
        return RD_OK;
    const struct rd_command *command;
    int used;
    char *const words[] = { (char *)noun, (char *)verb };
    enum rd_status status = rd_command_find(verb ? 2 : 1, words, &command, &used, error);
    if (status == RD_OK)
        rd_help_command(&cli->out, command);
    return status;
}

enum rd_status rd_run_version(struct rd_cli *cli, struct rd_error *error)
{
    (void)error;
    rd_buf_printf(&cli->out, "redress %s\n", RD_VERSION);
    return RD_OK;
}

enum rd_status rd_run_reference_commands(struct rd_cli *cli, struct rd_error *error)
{
    (void)error;
    rd_help_markdown(&cli->out);
    return RD_OK;
}

/* ---- errors ---- */

static void reference_error(struct rd_buf *out, int code, const char *name, int exit_code,
                            const char *text)
{
    rd_buf_text(out, "| ");
    if (code != 0)
        rd_buf_printf(out, "`%d`", code);
    else
        rd_buf_text(out, "–");
    rd_buf_printf(out, " | `%s` | %d | %s |\n", name, exit_code, text);
}

enum rd_status rd_run_reference_errors(struct rd_cli *cli, struct rd_error *error)
{
    (void)error;
    rd_buf_text(
        &cli->out,
        "# Errors\n\n"
        "Made by `redress reference errors` from `include/redress/status.h`; do not edit.\n\n"
        "A refused request has `error.code` and, in `error.data`, `name`. Both are stable and "
        "never used for\n"
        "something else; the sentence in `error.message` may change. `exit` is the exit code of "
        "the command\n"
        "line. Those without a code never reach the wire: they are met on the command line "
        "only.\n\n"
        "| code | name | exit | meaning |\n| --- | --- | --- | --- |\n");
#define REFERENCE_ERROR(name, code, wire, exit_code, text)                                         \
    reference_error(&cli->out, code, wire, exit_code, text);
    RD_STATUS_MAP(REFERENCE_ERROR)
#undef REFERENCE_ERROR
    return RD_OK;
}

/* ---- methods ---- */

static const char *reference_authority(const struct rd_method *method)
{
    switch (method->authority) {
    case RD_METHOD_OPEN:
        return "anyone, also before logging in";
    case RD_METHOD_ACTOR:
        return "any account; what it may see or do is decided record by record";
    case RD_METHOD_ROW:
        return "accounts that an authority row allows:";
    }
    return "";
}

static void reference_method(struct rd_buf *out, const struct rd_method *method)
{
    rd_buf_printf(out, "\n## %s\n\n%s\n\n", method->name, method->text);
    rd_buf_printf(out, "- Who: %s", reference_authority(method));
    if (method->authority == RD_METHOD_ROW)
        rd_buf_printf(out, " `%s`", rd_kernel_method_operation(method));
    rd_buf_printf(out, "\n- %s\n",
                  method->writes ? "Writes: takes part in a batch and is durable when answered"
                                 : "Reads only");
    const struct rd_method_param *param = method->params;
    if (param && param->name)
        rd_buf_text(out,
                    "\n| parameter | required | schema | meaning |\n| --- | --- | --- | --- |\n");
    for (; param && param->name; param++)
        rd_buf_printf(out, "| `%s` | %s | `%s` | %s |\n", param->name, param->required ? "yes" : "",
                      param->schema, param->text);
    if (method->result)
        rd_buf_printf(out, "\nResult:\n\n```json\n%s\n```\n", method->result);
}

enum rd_status rd_run_reference_methods(struct rd_cli *cli, struct rd_error *error)
{
    (void)error;
    rd_buf_text(&cli->out, "# Methods\n\n"
                           "Made by `redress reference methods` from the table that dispatches "
                           "them; do not edit. The method\n"
                           "`rpc.discover` answers the same as an OpenRPC document.\n\n"
                           "JSON-RPC 2.0, one message a line. Ids of records are strings, times "
                           "RFC 3339. Errors: see errors.md.\n");
    size_t count;
    const struct rd_method *methods = rd_kernel_methods(&count);
    for (size_t i = 0; i < count; i++)
        reference_method(&cli->out, &methods[i]);
    return RD_OK;
}
