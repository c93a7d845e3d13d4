/* redress person: erasing somebody, for good. */
#include <string.h>

#include "cli/caller.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/output.h"

static struct rd_value person_params(struct rd_cli *cli)
{
    struct rd_value params = rd_map();
    rd_map_add(&cli->arena, &params, "id", rd_text(cli->args.operands[0]));
    if (rd_args_flag(&cli->args, "dry-run"))
        rd_map_add(&cli->arena, &params, "dry_run", rd_bool(true));
    return params;
}

static void person_print(struct rd_cli *cli, const struct rd_value *result)
{
    const char *person = rd_map_text(result, "person", "?");
    bool dry = rd_map_bool(result, "dry_run", false),
         proposed = strcmp(rd_map_text(result, "did", ""), "proposed") == 0;
    rd_buf_printf(&cli->out, "%s %s; %lld records tell of this person\n", person,
                  proposed ? dry ? "would be proposed to be erased" : "is proposed to be erased"
                  : dry    ? "would be erased"
                           : "is erased",
                  (long long)rd_map_int(result, "records", 0));
    if (proposed && !dry)
        rd_buf_printf(&cli->out, "another person may say `redress person confirm %s`\n", person);
    if (!proposed && !dry)
        rd_buf_text(&cli->out, "bring every backup up to date, or destroy it: one that was made "
                               "before has the key still\n");
}

enum rd_status rd_run_person_erase(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = person_params(cli);
    const char *why = rd_args_text(&cli->args, "why");
    if (why)
        rd_map_add(&cli->arena, &params, "why", rd_text(why));
    return rd_cli_call_print(cli, "person.erase", &params, person_print, error);
}

enum rd_status rd_run_person_confirm(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = person_params(cli);
    return rd_cli_call_print(cli, "person.confirm", &params, person_print, error);
}

static void person_print_list(struct rd_cli *cli, const struct rd_value *result)
{
    const struct rd_value *erased = rd_map_list(result, "erased"),
                          *waiting = rd_map_list(result, "waiting");
    for (uint32_t i = 0; i < erased->count; i++)
        rd_buf_printf(&cli->out, "%s erased at %s\n", rd_map_text(&erased->items[i], "person", ""),
                      rd_map_text(&erased->items[i], "at", ""));
    for (uint32_t i = 0; i < waiting->count; i++)
        rd_buf_printf(&cli->out, "%s waits for a second person until %s, proposed by %s%s%s\n",
                      rd_map_text(&waiting->items[i], "person", ""),
                      rd_map_text(&waiting->items[i], "expires", ""),
                      rd_map_text(&waiting->items[i], "by", ""),
                      rd_map_text(&waiting->items[i], "why", NULL) ? ": " : "",
                      rd_map_text(&waiting->items[i], "why", ""));
    if (erased->count + waiting->count == 0)
        rd_buf_text(&cli->out, "nobody was erased\n");
}

enum rd_status rd_run_person_list(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map();
    return rd_cli_call_print(cli, "person.list", &params, person_print_list, error);
}
