/* What the commands have in common: reading their words and values, calling the daemon, printing.
 *
 * A run is short and makes little, so one arena holds all of it; commands that go through large
 * amounts (lists, imports) use arenas of their own, a page at a time.
 */
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "server/client.h"

static bool cli_wants_colour(void)
{
    const char *no = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && !(no && *no) && !(term && strcmp(term, "dumb") == 0);
}

enum rd_status rd_cli_init(struct rd_cli *cli, const struct rd_command *command, int argc,
                           char *const *argv, struct rd_error *error)
{
    *cli = (struct rd_cli){ .command = command };
    rd_arena_init(&cli->arena);
    rd_buf_init(&cli->out);
    const struct rd_option *tables[RD_ARGS_TABLES_MAX];
    size_t count = rd_command_tables(command, tables);
    enum rd_status status = rd_args_read(&cli->args, tables, count, argc, argv, error);
    if (status != RD_OK || cli->args.help)
        return status;
    cli->json = command->output && strcmp(rd_args_text(&cli->args, "output"), "json") == 0;
    cli->colour = cli_wants_colour();
    const char *verb = command->verb ? command->verb : "";
    const char *space = command->verb ? " " : "";
    if (cli->args.operand_count < command->operands_min)
        return rd_error_set(error, RD_USAGE, "'%s%s%s' needs %s", command->noun, space, verb,
                            command->operands);
    if (cli->args.operand_count > command->operands_max)
        return rd_error_set(error, RD_USAGE, "'%s%s%s' does not take '%s'", command->noun, space,
                            verb, cli->args.operands[command->operands_max]);
    return RD_OK;
}

void rd_cli_fini(struct rd_cli *cli)
{
    rd_client_close(cli->client);
    rd_buf_fini(&cli->out);
    rd_arena_fini(&cli->arena);
}

/* ---- the daemon ---- */

/* A reply that who watches the server has not got in time is none. */
static enum rd_status cli_silence(const struct rd_cli *cli, enum rd_status status,
                                  struct rd_error *error)
{
    if (status != RD_IN_PROGRESS || cli->patience_ms == 0)
        return status;
    return rd_error_set(error, RD_NO_SERVER,
                        "the server at %s takes connections and has not answered for %d s; its log "
                        "says more, or it stands still",
                        rd_args_text(&cli->args, "connect"), (int)(cli->patience_ms / 1000));
}

enum rd_status rd_cli_connect(struct rd_cli *cli, struct rd_client **client, struct rd_error *error)
{
    enum rd_status status =
        rd_client_open_within(rd_args_text(&cli->args, "connect"), rd_args_text(&cli->args, "ca"),
                              cli->patience_ms, client, error);
    const char *token = rd_args_text(&cli->args, "token");
    if (status != RD_OK || !token)
        return status;
    struct rd_value params = rd_map();
    struct rd_value result;
    rd_map_set(&cli->arena, &params, "token", rd_text(token));
    status = rd_client_call(*client, &cli->arena, "session.login", &params, &result, error);
    return cli_silence(cli, status, error);
}

enum rd_status rd_cli_call(struct rd_cli *cli, const char *method, struct rd_value *params,
                           struct rd_value *result, struct rd_error *error)
{
    enum rd_status status = cli->client ? RD_OK : rd_cli_connect(cli, &cli->client, error);
    if (status != RD_OK)
        return status;
    const char *as = rd_args_text(&cli->args, "as");
    if (as)
        rd_map_set(&cli->arena, params, "as", rd_text(as));
    status = rd_client_call(cli->client, &cli->arena, method, params, result, error);
    return cli_silence(cli, status, error);
}

enum rd_status rd_cli_call_print(struct rd_cli *cli, const char *method, struct rd_value *params,
                                 void (*print)(struct rd_cli *cli, const struct rd_value *result),
                                 struct rd_error *error)
{
    struct rd_value result;
    enum rd_status status = rd_cli_call(cli, method, params, &result, error);
    if (status != RD_OK)
        return status;
    if (cli->json)
        rd_cli_print_json(cli, &result);
    else
        print(cli, &result);
    return RD_OK;
}

/* ---- what is read ---- */

static enum rd_status cli_read_stream(FILE *from, const char *path, size_t bytes_max,
                                      struct rd_buf *buf, struct rd_error *error)
{
    for (;;) {
        char *room = rd_buf_reserve(buf, 16 * 1024);
        size_t got = fread(room, 1, 16 * 1024, from);
        buf->len += got;
        if (buf->len > bytes_max)
            return rd_error_set(error, RD_LIMIT_EXCEEDED, "%s is larger than %zu bytes", path,
                                bytes_max);
        if (got == 0)
            break;
    }
    if (ferror(from))
        return rd_error_errno(error, RD_IO, errno, "can't read %s", path);
    return RD_OK;
}

enum rd_status rd_cli_read_file(struct rd_arena *arena, const char *path, size_t bytes_max,
                                const char **text, size_t *len, struct rd_error *error)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *from = standard ? stdin : fopen(path, "rb");
    if (!from)
        return rd_error_errno(error, errno == ENOENT ? RD_NOT_FOUND : RD_IO, errno, "can't open %s",
                              path);
    struct rd_buf buf;
    rd_buf_init(&buf);
    enum rd_status status =
        cli_read_stream(from, standard ? "standard input" : path, bytes_max, &buf, error);
    if (status == RD_OK) {
        *text = rd_arena_copy(arena, buf.data, buf.len);
        *len = buf.len;
    }
    rd_buf_fini(&buf);
    if (!standard)
        fclose(from);
    return status;
}

enum rd_status rd_cli_read_value(struct rd_cli *cli, const char *what, const char *given,
                                 struct rd_value *out, struct rd_error *error)
{
    const char *text = given;
    size_t len = strlen(given);
    enum rd_status status = RD_OK;
    if (strcmp(given, "-") == 0 || given[0] == '@')
        status = rd_cli_read_file(&cli->arena, given[0] == '@' ? given + 1 : given,
                                  RD_MESSAGE_BYTES_MAX, &text, &len, error);
    if (status != RD_OK)
        return status;
    struct rd_error why = RD_ERROR_NONE;
    status = rd_json_parse(&cli->arena, text, len, RD_MESSAGE_DEPTH_MAX, out, &why);
    if (status != RD_OK)
        return rd_error_set(error, RD_USAGE, "%s is no JSON: %s", what, why.text);
    return RD_OK;
}

/* "field=text" or "field:=JSON" into the map. */
static enum rd_status cli_read_field(struct rd_cli *cli, const char *word, struct rd_value *out,
                                     struct rd_error *error)
{
    const char *equals = strchr(word, '=');
    if (!equals || equals == word || (equals == word + 1 && word[0] == ':'))
        return rd_error_set(error, RD_USAGE, "'%s' is neither FIELD=TEXT nor FIELD:=JSON", word);
    bool json = equals[-1] == ':';
    const char *name = rd_arena_copy(&cli->arena, word, (size_t)(equals - word) - (json ? 1 : 0));
    struct rd_value value = rd_text(equals + 1);
    if (json) {
        enum rd_status status = rd_cli_read_value(cli, name, equals + 1, &value, error);
        if (status != RD_OK)
            return status;
    }
    rd_map_set(&cli->arena, out, name, value);
    return RD_OK;
}

enum rd_status rd_cli_read_fields(struct rd_cli *cli, const char *name, size_t first,
                                  struct rd_value *out, struct rd_error *error)
{
    *out = rd_map();
    const char *given = rd_args_text(&cli->args, name);
    if (given) {
        enum rd_status status = rd_cli_read_value(cli, name, given, out, error);
        if (status != RD_OK)
            return status;
        if (out->kind != RD_MAP)
            return rd_error_set(error, RD_USAGE, "--%s must be a JSON object, not %s", name,
                                rd_kind_name(out->kind));
    }
    for (size_t i = first; i < cli->args.operand_count; i++) {
        enum rd_status status = cli_read_field(cli, cli->args.operands[i], out, error);
        if (status != RD_OK)
            return status;
    }
    return RD_OK;
}

void rd_cli_put_text(struct rd_cli *cli, struct rd_value *params, const char *name,
                     const char *member)
{
    const char *text = rd_args_text(&cli->args, name);
    if (text)
        rd_map_set(&cli->arena, params, member, rd_text(text));
}

void rd_cli_put_number(struct rd_cli *cli, struct rd_value *params, const char *name,
                       const char *member)
{
    if (rd_args_text(&cli->args, name))
        rd_map_set(&cli->arena, params, member, rd_int(rd_args_number(&cli->args, name, 0)));
}

/* ---- what is printed ---- */

enum rd_status rd_cli_flush(struct rd_cli *cli, struct rd_error *error)
{
    size_t put = cli->out.len ? fwrite(cli->out.data, 1, cli->out.len, stdout) : 0;
    bool whole = put == cli->out.len && fflush(stdout) == 0;
    rd_buf_clear(&cli->out);
    if (!whole)
        return rd_error_errno(error, RD_IO, errno, "can't write to standard output");
    return RD_OK;
}

void rd_cli_print_json(struct rd_cli *cli, const struct rd_value *value)
{
    rd_json_write_pretty(&cli->out, value);
    rd_buf_char(&cli->out, '\n');
}

/* One thing of a list: "/form/ground is required" for a fault, else its members in turn. */
static void cli_print_item(struct rd_buf *out, struct rd_arena *arena, const struct rd_value *item)
{
    const char *where = rd_map_text(item, "where", NULL), *text = rd_map_text(item, "text", NULL);
    struct rd_buf line;
    rd_buf_init(&line);
    if (where && text)
        rd_buf_printf(&line, "%s %s", where, text);
    for (uint32_t i = 0; !(where && text) && i < item->count; i++) {
        const char *cell = rd_output_cell(arena, &item->pairs[i].value);
        bool again = i > 0 && rd_value_equal(&item->pairs[i].value, &item->pairs[i - 1].value);
        if (cell[0] && !again)
            rd_buf_printf(&line, "%s%s %s", line.len ? "  " : "", item->pairs[i].key, cell);
    }
    rd_buf_text(out, "    ");
    if (line.len)
        rd_output_plain(out, line.data, line.len);
    rd_buf_char(out, '\n');
    rd_buf_fini(&line);
}

/* A list of maps, each on a line of its own. */
static bool cli_print_items(struct rd_buf *out, struct rd_arena *arena, const struct rd_pair *pair)
{
    const struct rd_value *list = &pair->value;
    bool maps = list->kind == RD_LIST && list->count > 0;
    for (uint32_t i = 0; maps && i < list->count; i++)
        maps = list->items[i].kind == RD_MAP;
    if (!maps)
        return false;
    rd_buf_printf(out, "  %s:\n", pair->key);
    for (uint32_t i = 0; i < list->count; i++)
        cli_print_item(out, arena, &list->items[i]);
    return true;
}

/* Members of the detail that explain the refusal, one a line. A single fault is the sentence above
 * once more, and is left out. */
static void cli_print_detail(struct rd_buf *out, const struct rd_value *detail)
{
    struct rd_arena arena;
    rd_arena_init(&arena);
    for (uint32_t i = 0; detail && detail->kind == RD_MAP && i < detail->count; i++) {
        const struct rd_pair *pair = &detail->pairs[i];
        bool told = strcmp(pair->key, "name") == 0 || strcmp(pair->key, "where") == 0;
        told |= strcmp(pair->key, "faults") == 0 && pair->value.kind == RD_LIST &&
                pair->value.count == 1;
        if (told || pair->value.kind == RD_NULL || cli_print_items(out, &arena, pair))
            continue;
        const char *text = rd_output_cell(&arena, &pair->value);
        if (!text[0])
            continue;
        rd_buf_printf(out, "  %s: ", pair->key);
        rd_output_plain(out, text, strlen(text));
        rd_buf_char(out, '\n');
    }
    rd_arena_fini(&arena);
}

void rd_cli_print_error(const struct rd_error *error)
{
    if (!error->text[0])
        return;
    struct rd_buf out;
    rd_buf_init(&out);
    rd_buf_text(&out, "redress: ");
    /* some sentences begin with their place */
    if (error->where[0] && strncmp(error->text, error->where, strlen(error->where)) != 0)
        rd_buf_printf(&out, "%s: ", error->where);
    rd_output_plain(&out, error->text, strlen(error->text));
    rd_buf_char(&out, '\n');
    cli_print_detail(&out, error->detail);
    fwrite(out.data, 1, out.len, stderr);
    rd_buf_fini(&out);
}
