/* Guidance: what the knowledge base advises for a case. It is a decision like any other: rows of
 * symptom, cause and advice, chosen by the record's own facts; this room asks it and shows each row
 * that matched, with its rule and line.
 *
 * Outputs called NAME_zh and NAME_en are one output in two languages; the reader gets his own.
 */
#include "kernel/inside.h"

#include <string.h>

/* The length of an output's name without the language behind it: "advice" of "advice_zh"; 0 where
 * it has none. */
static size_t guidance_stem(const char *name, const char *language)
{
    size_t len = strlen(name), tail = strlen(language);
    return len > tail + 1 && name[len - tail - 1] == '_' && strcmp(name + len - tail, language) == 0
               ? len - tail - 1
               : 0;
}

/* The output's name for a reader of `language`; NULL: it is in another language, of which there is
 * a better one. */
static const char *guidance_name(const struct rd_model *model, const struct rd_decision *decision,
                                 const char *name, const char *language, struct rd_arena *arena)
{
    size_t stem = 0;
    for (size_t i = 0; stem == 0 && i < model->language_count; i++)
        stem = guidance_stem(name, model->languages[i]);
    if (stem == 0)
        return name;
    const char *plain = rd_arena_copy(arena, name, stem);
    if (guidance_stem(name, language) > 0)
        return plain;
    const char *better = rd_arena_printf(arena, "%s_%s", plain, language);
    return rd_field_find(decision->outputs, decision->output_count, better) ? NULL : plain;
}

static void guidance_row(struct rd_run *run, const struct rd_decision *decision,
                         const struct rd_decision_row *row, const char *language,
                         struct rd_value *rows)
{
    struct rd_arena *arena = run->arena;
    const struct rd_value *outputs = row ? row->outputs : decision->otherwise;
    struct rd_value item = rd_map();
    rd_map_add(
        arena, &item, "rule",
        rd_text(rd_arena_printf(arena, "%s/%s", decision->name, row ? row->id : "otherwise")));
    rd_map_add(arena, &item, "line",
               rd_text(rd_arena_place(arena, decision->file, row ? row->line : decision->line)));
    if (row && row->title.kind == RD_MAP)
        rd_map_add(arena, &item, "title",
                   rd_text(rd_label_of(run->model, &row->title, language, row->id)));
    for (size_t i = 0; i < decision->output_count; i++) {
        const struct rd_field *output = &decision->outputs[i];
        const char *name = guidance_name(run->model, decision, output->name, language, arena);
        if (name && !rd_map_get(&item, name))
            rd_map_add(
                arena, &item, name,
                rd_text(rd_label_show(run->model, &output->type, &outputs[i], language, arena)));
    }
    rd_list_add(arena, rows, item);
}

enum rd_status rd_method_case_guidance(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_run run;
    struct rd_draft *draft;
    struct rd_record record;
    const struct rd_record_type *type;
    const char *language;
    struct rd_answer answer;
    struct rd_value rows = rd_list();
    rd_run_init(&run, kernel, request->arena, &request->error);
    run.dry = true;
    enum rd_status status = rd_query_record(kernel, request, &run.actor, &record, &type);
    if (status == RD_OK)
        status = rd_words_language(kernel, request, &language);
    if (status != RD_OK)
        return status;
    const struct rd_decision *decision = type->chart ? type->chart->guidance : NULL;
    if (!decision)
        return rd_error_set(&request->error, RD_NOT_FOUND,
                            "the rules give no guidance for a %s: workflow '%s' has no guidance = "
                            "\"DECISION\"",
                            type->name, type->name);
    status = rd_draft_of(&run, record.id, &draft);
    if (status == RD_OK)
        status = rd_gather_decide(&run, draft, decision, NULL, NULL, &answer);
    if (status != RD_OK)
        return status;
    for (size_t i = 0; i < answer.row_count; i++)
        guidance_row(&run, decision, &decision->rows[answer.rows[i]], language, &rows);
    if (answer.row_count == 0 && answer.matched)
        guidance_row(&run, decision, NULL, language, &rows);
    request->result = rd_map();
    rd_map_add(run.arena, &request->result, "decision", rd_text(decision->name));
    rd_map_add(run.arena, &request->result, "guidance", rows);
    return RD_OK;
}
