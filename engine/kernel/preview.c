/* Before an activation: how many deadlines of open cases the policy directory's rules would move,
 * and by how much. A candidate generation is loaded beside the one in force and asked to plan every
 * record's deadlines anew, in slices; what it plans is compared and forgotten. A call with a cursor
 * goes on with the candidate that is there, whatever the directory has by then.
 *
 * The candidate looks at the store through a copy of the kernel that has its model, its functions
 * and scratch memory of its own; nothing in it can write, since nothing is ever committed through
 * it.
 */
#include "kernel/era.h"
#include "kernel/inside.h"
#include "kernel/loading.h"

#include <string.h>

#include "base/text.h"

#define PREVIEW_EXAMPLES_MAX 20

struct preview {
    struct rd_request *request;
    struct rd_kernel view; /* as the kernel would be */
    int64_t records, deadlines, moved, earlier, later, begun, overdue, ended, failed;
    int64_t most_earlier_ms, most_later_ms;
    bool gained; /* the candidate has limits that cases may not have */
    struct rd_value examples;
};

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
    rd_map_add(arena, &item, "name", rd_text_copy(arena, is->name, strlen(is->name)));
    rd_map_add(arena, &item, "was", was ? rd_show_time(was->due_ms, arena) : rd_null());
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
        preview->ended += draft->deadlines[i].removed;
        if (draft->deadlines[i].removed || !draft->deadlines[i].changed)
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
    for (size_t i = count; i < draft->deadline_count; i++) {
        const struct rd_deadline *is = &draft->deadlines[i].row;
        preview->begun++;
        preview->overdue += is->running && is->due_ms <= rd_kernel_now_ms(&preview->view);
        preview_example(preview, draft, NULL, is);
    }
}

static enum rd_status preview_record(struct preview *preview, struct rd_id id)
{
    struct rd_arena scratch;
    struct rd_deadline *before;
    struct rd_draft *draft;
    struct rd_run run;
    struct rd_error error = RD_ERROR_NONE;
    size_t count, moved, begun, ended;
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
        status = rd_rearm(&run, draft, preview->gained, &begun, &ended);
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

/* Which cases would keep which workflow; the candidate has them beside its own then. */
static enum rd_status preview_eras(struct preview *preview, struct rd_kernel *kernel,
                                   struct rd_value *eras)
{
    struct rd_request *request = preview->request;
    struct rd_era_base base = rd_era_base(kernel);
    struct rd_era_plan plan;
    struct rd_findings findings;
    rd_findings_init(&findings, request->arena);
    enum rd_status status =
        rd_eras_plan(&base, kernel->preview, 0, request->arena, &plan, &request->error);
    if (status == RD_OK)
        status = rd_eras_join(&plan, kernel->preview, &findings, &request->error);
    if (status == RD_CHECK_FAILED)
        return rd_activate_refusal(kernel, request, &findings);
    return status == RD_OK ? rd_eras_value(kernel, &plan, kernel->generation + 1, request->arena,
                                           eras, &request->error)
                           : status;
}

static void preview_view(struct preview *preview, struct rd_kernel *kernel,
                         const struct rd_value *eras)
{
    preview->view = *kernel;
    preview->view.policy = kernel->preview;
    preview->view.model = rd_policy_model(kernel->preview);
    preview->view.bindings = rd_bindings_new(&kernel->catalogue, preview->view.model);
    rd_eras_bind(&preview->view, eras);
    preview->view.coverage = NULL;
    preview->gained = rd_rearm_gains(kernel->model, preview->view.model);
    preview->view.moved = rd_null();
    for (size_t c = 0; c < preview->view.model->chart_count; c++)
        preview->gained |= preview->view.model->charts[c].move_count > 0;
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
    rd_map_add(arena, out, "begun", rd_int(preview->begun));
    rd_map_add(arena, out, "overdue", rd_int(preview->overdue));
    rd_map_add(arena, out, "ended", rd_int(preview->ended));
    rd_map_add(arena, out, "failed", rd_int(preview->failed));
    rd_map_add(arena, out, "most_earlier_ms", rd_int(preview->most_earlier_ms));
    rd_map_add(arena, out, "most_later_ms", rd_int(preview->most_later_ms));
    rd_map_add(arena, out, "examples", preview->examples);
    rd_map_add(arena, out, "cursor", cursor);
}

static enum rd_status preview_slice(struct rd_kernel *kernel, struct rd_request *request)
{
    const char *cursor = rd_map_text(request->params, "cursor", NULL);
    struct preview *preview = rd_arena_zalloc(request->arena, 1, sizeof *preview);
    struct rd_value next = rd_null();
    struct rd_id from = { 0 }, id;
    enum rd_status status = RD_OK;
    if (cursor && !rd_id_read(cursor, &from))
        return rd_error_at(&request->error, RD_BAD_CURSOR, "/cursor",
                           "the cursor does not belong to this list");
    preview->request = request;
    preview->examples = rd_list();
    struct rd_value eras = rd_null();
    if ((status = preview_eras(preview, kernel, &eras)) != RD_OK)
        return status;
    preview_view(preview, kernel, &eras);
    for (size_t i = 0; status == RD_OK; i++) {
        status = rd_replan_next(&preview->view, from.value, preview->gained, &id, &request->error);
        if (status == RD_OK &&
            (i == RD_PREVIEW_SLICE_MAX ||
             preview->view.rearm_read - kernel->rearm_read >= RD_REARM_READ_MAX)) {
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

static const char *preview_have(const struct rd_kernel *kernel)
{
    return kernel->preview ? rd_policy_hash_text(kernel->preview) : "";
}

static enum rd_status preview_loaded(struct rd_kernel *kernel, struct rd_request *request,
                                     const struct rd_actor *actor, struct rd_loaded *loaded)
{
    (void)actor;
    request->error = loaded->error;
    if (loaded->policy || loaded->status != RD_OK) { /* the directory has another policy by now */
        rd_policy_free(kernel->preview);
        kernel->preview = loaded->policy;
        loaded->policy = NULL;
    }
    if (loaded->status == RD_CHECK_FAILED || loaded->status == RD_BAD_CONFIG)
        return rd_activate_refusal(kernel, request, &loaded->findings);
    return loaded->status == RD_OK ? preview_slice(kernel, request) : loaded->status;
}

enum rd_status rd_method_policy_preview(struct rd_kernel *kernel, struct rd_request *request)
{
    static const struct rd_loading_use use = { .have = preview_have, .then = preview_loaded };
    bool goes_on = kernel->preview && rd_map_text(request->params, "cursor", NULL);
    return goes_on ? preview_slice(kernel, request) : rd_loading_ask(kernel, request, &use);
}
