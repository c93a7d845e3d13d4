/* `redress policy diff OLD NEW`: what differs between two policies, as sentences. */
#include <string.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/policy_print.h"
#include "domain/differ.h"
#include "policy/deeds.h"
#include "policy/policy.h"

struct side {
    struct rd_policy_source *sources;
    size_t count;
    struct rd_policy *policy;
    struct rd_differing differing;
};

static enum rd_status side_open(struct rd_cli *cli, const char *dir, struct side *side,
                                struct rd_error *error)
{
    struct rd_findings findings;
    enum rd_status status =
        rd_policy_read_dir(&cli->arena, dir, &side->sources, &side->count, error);
    if (status != RD_OK)
        return status;
    rd_findings_init(&findings, &cli->arena);
    status = rd_policy_load(side->sources, side->count, NULL, &findings, &side->policy, error);
    if (status != RD_OK) {
        rd_buf_printf(&cli->out, "%s:\n", dir);
        rd_policy_put_findings(&cli->out, &findings);
        return status;
    }
    side->differing = (struct rd_differing){
        .normal = rd_policy_normal(side->policy),
        .function = rd_policy_function_text,
        .context = rd_policy_texts_new(side->sources, side->count, &cli->arena),
    };
    return RD_OK;
}

static void differences_print(struct rd_cli *cli, const struct rd_difference *first, bool zh)
{
    size_t count = 0;
    for (const struct rd_difference *at = first; at; at = at->next, count++) {
        const char *text = zh ? at->zh : at->en;
        rd_output_plain(&cli->out, text, strlen(text));
        if (at->line > 0)
            rd_buf_printf(&cli->out, " (%s:%d)\n", at->file, at->line);
        else
            rd_buf_printf(&cli->out, " (%s)\n", at->file);
    }
    if (count == 0)
        rd_buf_text(&cli->out, zh ? "两者的规则相同\n" : "both say the same\n");
}

static void differences_print_json(struct rd_cli *cli, const struct side sides[2],
                                   const struct rd_difference *first)
{
    struct rd_arena *arena = &cli->arena;
    struct rd_value result = rd_map(), list = rd_list();
    rd_map_set(arena, &result, "before", rd_text(rd_policy_hash_text(sides[0].policy)));
    rd_map_set(arena, &result, "now", rd_text(rd_policy_hash_text(sides[1].policy)));
    for (const struct rd_difference *at = first; at; at = at->next) {
        struct rd_value item = rd_map();
        rd_map_set(arena, &item, "kind", rd_text(rd_difference_word(at->kind)));
        rd_map_set(arena, &item, "en", rd_text(at->en));
        rd_map_set(arena, &item, "zh", rd_text(at->zh));
        rd_map_set(arena, &item, "file", rd_text(at->file));
        rd_map_set(arena, &item, "line", rd_int(at->line));
        rd_list_add(arena, &list, item);
    }
    rd_map_set(arena, &result, "differences", list);
    rd_cli_print_json(cli, &result);
}

enum rd_status rd_run_policy_diff(struct rd_cli *cli, struct rd_error *error)
{
    struct side sides[2] = { { 0 }, { 0 } };
    const char *language = rd_args_text(&cli->args, "language");
    enum rd_status status = RD_OK;
    for (size_t i = 0; status == RD_OK && i < 2; i++)
        status = side_open(cli, rd_args_operand(&cli->args, i), &sides[i], error);
    if (status == RD_OK) {
        struct rd_difference *first =
            rd_differ(&sides[0].differing, &sides[1].differing, &cli->arena);
        if (cli->json)
            differences_print_json(cli, sides, first);
        else
            differences_print(cli, first, language && strcmp(language, "zh") == 0);
    }
    for (size_t i = 0; i < 2; i++)
        rd_policy_free(sides[i].policy);
    return status;
}
