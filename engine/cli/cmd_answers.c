/* What people are told: a template filled in, how a case stands for its customer, what the
 * knowledge base advises. Each prints what the reply holds, nothing more.
 */
#include <string.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/output.h"

static const char *answer_text(struct rd_cli *cli, const struct rd_value *map, const char *key)
{
    return rd_output_cell(&cli->arena, rd_map_get(map, key));
}

/* Line by line: what a customer wrote must not repaint the screen (output.h). */
static void answer_write(struct rd_cli *cli, const char *text)
{
    size_t len = strcspn(text, "\n");
    for (; text[len]; text += len + 1, len = strcspn(text, "\n")) {
        rd_output_plain(&cli->out, text, len);
        rd_buf_char(&cli->out, '\n');
    }
    rd_output_plain(&cli->out, text, len);
}

/* "label: value", with what goes before it. */
static void answer_line(struct rd_cli *cli, const char *before, const char *label,
                        const char *value)
{
    rd_buf_text(&cli->out, before);
    answer_write(cli, label);
    rd_buf_text(&cli->out, ": ");
    answer_write(cli, value);
    rd_buf_char(&cli->out, '\n');
}

static void answer_print_template(struct rd_cli *cli, const struct rd_value *result)
{
    rd_output_tint(&cli->out, cli->colour, RD_TINT_BOLD, answer_text(cli, result, "title"));
    rd_buf_char(&cli->out, '\n');
    answer_write(cli, answer_text(cli, result, "text"));
    rd_buf_char(&cli->out, '\n');
}

enum rd_status rd_run_template_render(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map(), form;
    enum rd_status status = rd_cli_read_fields(cli, "form", 2, &form, error);
    if (status != RD_OK)
        return status;
    rd_map_set(&cli->arena, &params, "template", rd_text(cli->args.operands[0]));
    rd_map_set(&cli->arena, &params, "id", rd_text(cli->args.operands[1]));
    if (form.count > 0)
        rd_map_set(&cli->arena, &params, "form", form);
    rd_cli_put_text(cli, &params, "language", "language");
    return rd_cli_call_print(cli, "template.render", &params, answer_print_template, error);
}

static void answer_print_progress(struct rd_cli *cli, const struct rd_value *result)
{
    const struct rd_value *fields = rd_map_list(result, "fields");
    const struct rd_value *sent = rd_map_list(result, "sent");
    bool zh = strcmp(rd_map_text(result, "language", ""), "zh") == 0;
    rd_output_tint(&cli->out, cli->colour, RD_TINT_BOLD, answer_text(cli, result, "number"));
    rd_buf_printf(&cli->out, "  %s", answer_text(cli, result, "state"));
    if (rd_map_text(result, "since", NULL))
        rd_buf_printf(&cli->out, zh ? "  自 %s" : "  since %s", answer_text(cli, result, "since"));
    if (rd_map_text(result, "promised_by", NULL))
        rd_buf_printf(&cli->out, zh ? "  承诺答复期限 %s" : "  promised by %s",
                      answer_text(cli, result, "promised_by"));
    rd_buf_char(&cli->out, '\n');
    for (uint32_t i = 0; i < fields->count; i++)
        answer_line(cli, "", answer_text(cli, &fields->items[i], "label"),
                    answer_text(cli, &fields->items[i], "value"));
    for (uint32_t i = 0; i < sent->count; i++) {
        rd_buf_printf(&cli->out, zh ? "\n发送于 %s\n" : "\nsent %s\n",
                      answer_text(cli, &sent->items[i], "at"));
        answer_write(cli, answer_text(cli, &sent->items[i], "text"));
        rd_buf_char(&cli->out, '\n');
    }
}

enum rd_status rd_run_case_progress(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map();
    rd_map_set(&cli->arena, &params, "number", rd_text(cli->args.operands[0]));
    rd_cli_put_text(cli, &params, "proof", "proof");
    rd_cli_put_text(cli, &params, "language", "language");
    return rd_cli_call_print(cli, "case.progress", &params, answer_print_progress, error);
}

static void answer_print_guidance(struct rd_cli *cli, const struct rd_value *result)
{
    const struct rd_value *rows = rd_map_list(result, "guidance");
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct rd_value *row = &rows->items[i];
        rd_output_tint(&cli->out, cli->colour, RD_TINT_BOLD, answer_text(cli, row, "rule"));
        rd_buf_printf(&cli->out, "  %s\n", answer_text(cli, row, "line"));
        for (uint32_t k = 0; k < row->count; k++)
            if (strcmp(row->pairs[k].key, "rule") != 0 && strcmp(row->pairs[k].key, "line") != 0)
                answer_line(cli, "  ", row->pairs[k].key,
                            rd_output_cell(&cli->arena, &row->pairs[k].value));
    }
    if (rows->count == 0)
        rd_buf_text(&cli->out, "the knowledge base has no advice for this case\n");
}

enum rd_status rd_run_case_guidance(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value params = rd_map();
    rd_map_set(&cli->arena, &params, "id", rd_text(cli->args.operands[0]));
    rd_cli_put_text(cli, &params, "language", "language");
    return rd_cli_call_print(cli, "case.guidance", &params, answer_print_guidance, error);
}
