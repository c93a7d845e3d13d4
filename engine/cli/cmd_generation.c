/* Generations of the policy: which there were, a new one, and back to an old one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "kernel/signed.h"
#include "policy/policy.h"
#include "store/disk.h"

#define MOVED_MAX 64

static void generation_put_files(struct rd_cli *cli, const struct rd_value *files)
{
    for (uint32_t i = 0; i < files->count; i++)
        rd_buf_printf(&cli->out, "  %s %s\n", rd_map_text(&files->items[i], "path", ""),
                      rd_map_text(&files->items[i], "change", ""));
}

/* What waits for a second person. */
static void generation_put_proposal(struct rd_cli *cli, const struct rd_value *proposal)
{
    const char *behind = rd_map_text(proposal, "behind", NULL),
               *why = rd_map_text(proposal, "why", "");
    long long number = rd_map_int(proposal, "proposal", 0);
    rd_buf_printf(&cli->out, "proposal %lld (%.12s) by %s%s%s, %s", number,
                  rd_map_text(proposal, "hash", ""), rd_map_text(proposal, "by", ""),
                  behind ? ", behind whom stands " : "", behind ? behind : "",
                  rd_map_text(proposal, "at", ""));
    rd_buf_text(&cli->out, *why ? ": " : "");
    rd_output_plain(&cli->out, why, strlen(why));
    rd_buf_char(&cli->out, '\n');
    generation_put_files(cli, rd_map_list(proposal, "files"));
    if (rd_map_bool(proposal, "over", false))
        rd_buf_text(&cli->out, "it has waited too long: it must be made again\n");
    else
        rd_buf_printf(&cli->out, "another person may say `redress policy confirm %lld` until %s\n",
                      number, rd_map_text(proposal, "expires", ""));
}

/* "mia", or "mia (in fact administrator)", as explanations say it. */
static const char *generation_by(struct rd_arena *arena, const struct rd_value *item)
{
    const char *by = rd_map_text(item, "by", ""), *behind = rd_map_text(item, "behind", NULL);
    return behind ? rd_arena_printf(arena, "%s (in fact %s)", by, behind) : by;
}

static void generation_print_list(struct rd_cli *cli, const struct rd_value *result)
{
    static const struct rd_column columns[] = { { "generation", true }, { "hash", false },
                                                { "in force", false },  { "at", false },
                                                { "by", false },        { "proposed by", false },
                                                { "back to", true },    { "why", false } };
    const struct rd_value *list = rd_map_list(result, "generations");
    struct rd_grid grid;
    rd_grid_init(&grid, &cli->arena, columns, 8);
    for (uint32_t i = 0; i < list->count; i++) {
        const struct rd_value *item = &list->items[i];
        rd_grid_add(&grid, (const char *const[]){
                               rd_output_cell(&cli->arena, rd_map_get(item, "generation")),
                               rd_arena_printf(&cli->arena, "%.12s", rd_map_text(item, "hash", "")),
                               rd_map_bool(item, "in_force", false) ? "yes" : "",
                               rd_map_text(item, "at", ""), generation_by(&cli->arena, item),
                               rd_map_text(item, "proposed_by", ""),
                               rd_output_cell(&cli->arena, rd_map_get(item, "back_to")),
                               rd_map_text(item, "why", "") });
    }
    rd_grid_write(&grid, &cli->out, cli->colour);
    if (rd_value_is(rd_map_get(result, "proposed"), RD_MAP))
        generation_put_proposal(cli, rd_map_get(result, "proposed"));
}

enum rd_status rd_run_policy_list(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map();
    int64_t limit = rd_args_number(&cli->args, "limit", 0),
            before = rd_args_number(&cli->args, "before", 0);
    if (limit)
        rd_map_set(&cli->arena, &params, "limit", rd_int(limit));
    if (before)
        rd_map_set(&cli->arena, &params, "before", rd_int(before));
    return rd_cli_call_print(cli, "policy.list", &params, generation_print_list, error);
}

/* Each finding as FILE:LINE: sentence. */
static void generation_put_findings(struct rd_cli *cli, const struct rd_value *findings)
{
    for (uint32_t i = 0; i < findings->count; i++) {
        const struct rd_value *item = &findings->items[i];
        const char *text = rd_map_text(item, "text", "");
        bool warning = strcmp(rd_map_text(item, "severity", ""), "warning") == 0;
        rd_buf_printf(&cli->out, "%s:%lld: %s", rd_map_text(item, "file", ""),
                      (long long)rd_map_int(item, "line", 0), warning ? "warning: " : "");
        rd_output_plain(&cli->out, text, strlen(text));
        rd_buf_char(&cli->out, '\n');
    }
}

static void generation_print(struct rd_cli *cli, const struct rd_value *result)
{
    const struct rd_value *moves = rd_map_list(result, "moves");
    bool dry = rd_map_bool(result, "dry_run", false);
    generation_put_findings(cli, rd_map_list(result, "warnings"));
    for (uint32_t i = 0; i < moves->count; i++) {
        const struct rd_value *move = &moves->items[i];
        rd_buf_printf(&cli->out, "%s: %lld%s records go from '%s' to '%s'\n",
                      rd_map_text(move, "type", ""), (long long)rd_map_int(move, "records", 0),
                      rd_map_bool(move, "more", false) ? " and more" : "",
                      rd_map_text(move, "from", ""), rd_map_text(move, "to", ""));
    }
    if (rd_value_is(rd_map_get(result, "proposed"), RD_MAP)) {
        generation_put_proposal(cli, rd_map_get(result, "proposed"));
        return;
    }
    rd_buf_printf(&cli->out, "generation %lld (%.12s) %s\n",
                  (long long)rd_map_int(result, "generation", 0), rd_map_text(result, "hash", ""),
                  !rd_map_bool(result, "changed", false) ? "is in force already: nothing changed"
                  : dry                                  ? "would fit; nothing changed"
                                                         : "is in force");
}

/* "complaint.on_hold=waiting" into moved.complaint.on_hold. */
static enum rd_status generation_moved(struct rd_cli *cli, struct rd_value *params,
                                       struct rd_error *error)
{
    struct rd_arena *arena = &cli->arena;
    const char *given[MOVED_MAX];
    struct rd_value moved = rd_map();
    size_t count = rd_args_list(&cli->args, "moved", given, MOVED_MAX);
    for (size_t i = 0; i < count; i++) {
        const char *dot = strchr(given[i], '.'), *equals = strchr(given[i], '=');
        if (!dot || !equals || equals < dot)
            return rd_error_set(error, RD_INVALID_PARAMS,
                                "--moved must be WORKFLOW.OLD=NEW, not '%s'", given[i]);
        const char *type = rd_arena_copy(arena, given[i], (size_t)(dot - given[i]));
        const char *from = rd_arena_copy(arena, dot + 1, (size_t)(equals - dot - 1));
        const struct rd_value *had = rd_map_get(&moved, type);
        struct rd_value states = had ? *had : rd_map();
        rd_map_set(arena, &states, from, rd_text(equals + 1));
        rd_map_set(arena, &moved, type, states);
    }
    if (count)
        rd_map_set(arena, params, "moved", moved);
    return RD_OK;
}

/* With what both commands share. */
static enum rd_status generation_run(struct rd_cli *cli, const char *method,
                                     struct rd_value *params, struct rd_error *error)
{
    const char *why = rd_args_text(&cli->args, "why");
    enum rd_status status = generation_moved(cli, params, error);
    if (status != RD_OK)
        return status;
    if (why)
        rd_map_set(&cli->arena, params, "why", rd_text(why));
    if (rd_args_flag(&cli->args, "dry-run"))
        rd_map_set(&cli->arena, params, "dry_run", rd_bool(true));
    return rd_cli_call_print(cli, method, params, generation_print, error);
}

enum rd_status rd_run_policy_activate(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map();
    if (rd_args_flag(&cli->args, "no-tests"))
        rd_map_set(&cli->arena, &params, "tests", rd_bool(false));
    return generation_run(cli, "policy.activate", &params, error);
}

enum rd_status rd_run_policy_rollback(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map();
    const char *to = rd_args_operand(&cli->args, 0);
    if (to) {
        char *end;
        long long generation = strtoll(to, &end, 10);
        if (*end || generation < 1)
            return rd_error_set(error, RD_INVALID_PARAMS,
                                "GENERATION must be a number such as 3, not '%s'", to);
        rd_map_set(&cli->arena, &params, "to", rd_int(generation));
    }
    return generation_run(cli, "policy.rollback", &params, error);
}

static enum rd_status generation_proposal(struct rd_cli *cli, struct rd_value *params,
                                          struct rd_error *error)
{
    const char *given = rd_args_operand(&cli->args, 0);
    char *end;
    long long number = strtoll(given, &end, 10);
    if (*end || number < 1)
        return rd_error_set(error, RD_INVALID_PARAMS,
                            "PROPOSAL must be a number such as 3, not '%s'", given);
    rd_map_set(&cli->arena, params, "proposal", rd_int(number));
    return RD_OK;
}

enum rd_status rd_run_policy_confirm(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map();
    enum rd_status status = generation_proposal(cli, &params, error);
    if (status != RD_OK)
        return status;
    if (rd_args_flag(&cli->args, "no-tests"))
        rd_map_set(&cli->arena, &params, "tests", rd_bool(false));
    if (rd_args_flag(&cli->args, "dry-run"))
        rd_map_set(&cli->arena, &params, "dry_run", rd_bool(true));
    return rd_cli_call_print(cli, "policy.confirm", &params, generation_print, error);
}

static void generation_print_withdrawn(struct rd_cli *cli, const struct rd_value *result)
{
    rd_buf_printf(&cli->out, "proposal %lld is withdrawn\n",
                  (long long)rd_map_int(result, "withdrawn", 0));
}

enum rd_status rd_run_policy_withdraw(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map();
    const char *why = rd_args_text(&cli->args, "why");
    enum rd_status status = generation_proposal(cli, &params, error);
    if (status != RD_OK)
        return status;
    if (why)
        rd_map_set(&cli->arena, &params, "why", rd_text(why));
    return rd_cli_call_print(cli, "policy.withdraw", &params, generation_print_withdrawn, error);
}

/* ---- policy sign ---- */

enum rd_status rd_run_policy_sign(struct rd_cli *cli, struct rd_error *error)
{
    const char *dir = cli->args.operands[0], *path = rd_args_text(&cli->args, "key");
    char hash[RD_POLICY_HASH_TEXT], text[RD_SIGN_TEXT_MAX];
    struct rd_policy_source *sources;
    struct rd_sign_key key;
    size_t count;
    if (!path)
        return rd_error_set(error, RD_USAGE, "name the key that signs: --key FILE");
    enum rd_status status = rd_policy_read_dir(&cli->arena, dir, &sources, &count, error);
    if (status == RD_OK)
        status = rd_sign_key_read(path, &key, error);
    if (status != RD_OK)
        return status;
    if (!key.signs)
        return rd_error_set(error, RD_USAGE, "a public key can't sign; name the secret one");
    rd_policy_hash(sources, count, hash);
    rd_signed_make(&key, hash, text);
    rd_sign_key_wipe(&key);
    const char *line = rd_arena_join(&cli->arena, text, "\n"),
               *file = rd_arena_join(&cli->arena, dir, "/" RD_SIGNED_FILE);
    /* the server may run as somebody else, and a signature is no secret */
    if (!rd_disk_replace(file, line, strlen(line), true) || chmod(file, 0644) != 0)
        return rd_error_set(error, RD_IO, "cannot write %s: %s", file, strerror(errno));
    if (!cli->json) {
        rd_buf_printf(&cli->out, "%.12s signed by %s: %s\n", hash, key.name, file);
        return RD_OK;
    }
    struct rd_value result = rd_map();
    rd_map_set(&cli->arena, &result, "hash", rd_text(hash));
    rd_map_set(&cli->arena, &result, "key", rd_text(key.name));
    rd_map_set(&cli->arena, &result, "file", rd_text(file));
    rd_cli_print_json(cli, &result);
    return RD_OK;
}
