/* Before an activation: how many deadlines of open cases the policy directory's rules would move,
 * and by how much. A candidate generation is loaded beside the one in force and asked to plan every
 * record's deadlines anew, in slices; what it plans is compared and forgotten.
 *
 * The candidate looks at the store through a copy of the kernel that has its model, its functions
 * and scratch memory of its own; nothing in it can write, since nothing is ever committed through
 * it.
 */
#include "kernel/inside.h"

#include <string.h>

#include "base/text.h"

#define PREVIEW_EXAMPLES_MAX 20

struct preview {
    struct rd_request *request;
    struct rd_kernel view; /* as the kernel would be */
    int64_t records, deadlines, moved, earlier, later, failed, most_earlier_ms, most_later_ms;
    struct rd_value examples;
};

/* Loads the candidate, unless it is the one of the slice before. */
static enum rd_status preview_load(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_findings findings;
    struct rd_policy_source *sources;
    size_t count;
    char hash[RD_POLICY_HASH_TEXT];
    rd_findings_init(&findings, request->arena);
    if (!kernel->policy_dir)
        return rd_error_set(&request->error, RD_POLICY_REFUSED,
                            "the server was started without a policy directory");
    enum rd_status status =
        rd_policy_read_dir(request->arena, kernel->policy_dir, &sources, &count, &request->error);
    if (status == RD_OK) {
        rd_policy_hash(sources, count, hash);
        if (kernel->preview && strcmp(hash, rd_policy_hash_text(kernel->preview)) == 0)
            return RD_OK;
        rd_policy_free(kernel->preview);
        kernel->preview = NULL;
        status = rd_policy_load(sources, count, &findings, &kernel->preview, &request->error);
    }
    if (status == RD_CHECK_FAILED || status == RD_BAD_CONFIG)
        return rd_activate_refusal(kernel, request, &findings);
    return status;
}

static void preview_example(struct preview *preview, const struct rd_draft *draft,
                            const struct rd_deadline *was, const struct rd_deadline *is)
{
    struct rd_arena *arena = preview->request->arena;
    struct rd_value item = rd_map();
    if (preview->examples.count == PREVIEW_EXAMPLES_MAX)
        return;
    rd_map_add(arena, &item, "id", rd_show_id(draft->record.id, arena));
    rd_map_add(arena, &item, "number",
               draft->record.number
                   ? rd_text_copy(arena, draft->record.number, strlen(draft->record.number))
                   : rd_null());
    rd_map_add(arena, &item, "name", rd_text_copy(arena, was->name, strlen(was->name)));
    rd_map_add(arena, &item, "was", rd_show_time(was->due_ms, arena));
    rd_map_add(arena, &item, "due", rd_show_time(is->due_ms, arena));
    rd_map_add(arena, &item, "limit", rd_text_copy(arena, is->limit, strlen(is->limit)));
    rd_map_add(arena, &item, "rule", rd_text_copy(arena, is->rule, strlen(is->rule)));
    rd_list_add(arena, &preview->examples, item);
}

static void preview_compare(struct preview *preview, const struct rd_draft *draft,
                            const struct rd_deadline *before, size_t count)
{
    preview->records++;
    preview->deadlines += (int64_t)count;
    for (size_t i = 0; i < count; i++) {
        const struct rd_deadline *is = &draft->deadlines[i].row;
        int64_t by_ms = is->due_ms - before[i].due_ms;
        if (!draft->deadlines[i].changed)
            continue;
        preview->moved++;
        preview->earlier += by_ms < 0;
        preview->later += by_ms > 0;
        if (-by_ms > preview->most_earlier_ms)
            preview->most_earlier_ms = -by_ms;
        if (by_ms > preview->most_later_ms)
            preview->most_later_ms = by_ms;
        preview_example(preview, draft, &before[i], is);
    }
}

static enum rd_status preview_record(struct preview *preview, struct rd_id id)
{
    struct rd_arena scratch;
    struct rd_deadline *before;
    struct rd_draft *draft;
    struct rd_run run;
    struct rd_error error = RD_ERROR_NONE;
    size_t count, moved;
    rd_arena_init(&scratch);
    rd_run_init(&run, &preview->view, &scratch, &error);
    run.actor = (struct rd_actor){ .name = "system", .system = true };
    run.command = "preview";
    run.dry = true;
    enum rd_status status =
        rd_deadlines_load(preview->view.store, id, &scratch, &before, &count, &error);
    if (status == RD_OK)
        status = rd_draft_of(&run, id, &draft);
    if (status == RD_OK)
        status = rd_clock_replan(&run, draft, &moved);
    if (status == RD_OK)
        preview_compare(preview, draft, before, count);
    else if (!rd_ring_waits(status)) {
        preview->failed++; /* its rules fail, or it has no place in the new policy */
        status = RD_OK;
    } else {
        preview->request->error = error;
    }
    rd_arena_fini(&scratch);
    return status;
}

static void preview_view(struct preview *preview, struct rd_kernel *kernel)
{
    preview->view = *kernel;
    preview->view.policy = kernel->preview;
    preview->view.model = rd_policy_model(kernel->preview);
    preview->view.bindings = rd_bindings_new(&kernel->catalogue, preview->view.model);
    preview->view.coverage = NULL;
    rd_buf_init(&preview->view.scratch);
    rd_buf_init(&preview->view.entry_buf);
}

static void preview_result(const struct preview *preview, struct rd_value cursor)
{
    struct rd_arena *arena = preview->request->arena;
    struct rd_value *out = &preview->request->result;
    *out = rd_map();
    rd_map_add(arena, out, "records", rd_int(preview->records));
    rd_map_add(arena, out, "deadlines", rd_int(preview->deadlines));
    rd_map_add(arena, out, "moved", rd_int(preview->moved));
    rd_map_add(arena, out, "earlier", rd_int(preview->earlier));
    rd_map_add(arena, out, "later", rd_int(preview->later));
    rd_map_add(arena, out, "failed", rd_int(preview->failed));
    rd_map_add(arena, out, "most_earlier_ms", rd_int(preview->most_earlier_ms));
    rd_map_add(arena, out, "most_later_ms", rd_int(preview->most_later_ms));
    rd_map_add(arena, out, "examples", preview->examples);
    rd_map_add(arena, out, "cursor", cursor);
}

enum rd_status rd_method_policy_preview(struct rd_kernel *kernel, struct rd_request *request)
{
    const char *cursor = rd_map_text(request->params, "cursor", NULL);
    struct preview *preview = rd_arena_zalloc(request->arena, 1, sizeof *preview);
    struct rd_value next = rd_null();
    struct rd_id from = { 0 }, id;
    if (cursor && !rd_id_read(cursor, &from))
        return rd_error_at(&request->error, RD_BAD_CURSOR, "/cursor",
                           "the cursor does not belong to this list");
    enum rd_status status = preview_load(kernel, request);
    if (status != RD_OK)
        return status;
    preview->request = request;
    preview->examples = rd_list();
    preview_view(preview, kernel);
    for (size_t i = 0; status == RD_OK; i++) {
        status = rd_replan_next(kernel, from.value, &id, &request->error);
        if (status == RD_OK && i == RD_PREVIEW_SLICE_MAX) {
            next = rd_show_id(id, request->arena);
            break;
        }
        if (status == RD_OK)
            status = preview_record(preview, id);
        from.value = id.value + 1;
    }
    rd_bindings_free(preview->view.bindings);
    rd_buf_fini(&preview->view.scratch);
    rd_buf_fini(&preview->view.entry_buf);
    if (status != RD_OK && status != RD_END)
        return status;
    preview_result(preview, next);
    return RD_OK;
}
