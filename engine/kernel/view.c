/* Views: named lists with parameters, run for who asks. What is shown of a linked record is shown
 * only where the asker may read that record.
 */
#include <string.h>

#include "domain/label.h"
#include "domain/view.h"
#include "kernel/scan.h"

/* ---- what there is ---- */

static struct rd_value view_params_show(const struct rd_view *view, struct rd_arena *arena)
{
    struct rd_value schema = rd_map(), properties = rd_map(), required = rd_list();
    for (size_t i = 0; i < view->param_count; i++) {
        const struct rd_field *param = &view->params[i];
        struct rd_value one = rd_type_schema(&param->type, arena);
        if (param->title.kind == RD_MAP)
            rd_map_add(arena, &one, "x-labels", param->title);
        if (param->preset.kind != RD_NULL)
            rd_map_add(arena, &one, "default", rd_type_show(&param->type, &param->preset, arena));
        rd_map_add(arena, &properties, param->name, one);
        if (rd_view_requires(view, i))
            rd_list_add(arena, &required, rd_text(param->name));
    }
    rd_map_add(arena, &schema, "type", rd_text("object"));
    rd_map_add(arena, &schema, "properties", properties);
    rd_map_add(arena, &schema, "required", required);
    rd_map_add(arena, &schema, "additionalProperties", rd_bool(false));
    return schema;
}

static struct rd_value view_columns_show(const struct rd_view *view, struct rd_arena *arena)
{
    struct rd_value columns = rd_list();
    for (size_t i = 0; i < view->column_count; i++) {
        struct rd_value one = rd_map();
        rd_map_add(arena, &one, "name", rd_text(view->columns[i].name));
        rd_map_add(arena, &one, "title", view->columns[i].title);
        rd_map_add(arena, &one, "kind", rd_text(rd_type_name(view->columns[i].shown.kind)));
        rd_list_add(arena, &columns, one);
    }
    return columns;
}

static bool view_may_run(struct rd_kernel *kernel, const struct rd_actor *actor,
                         const struct rd_view *view, struct rd_error *error)
{
    return rd_actor_may(kernel, actor, view->type->read->command, error) == RD_OK;
}

enum rd_status rd_method_view_list(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    struct rd_value views = rd_list();
    struct rd_actor actor;
    struct rd_error ignored = RD_ERROR_NONE;
    enum rd_status status = rd_actor_of(kernel, request, &actor, &request->error);
    for (size_t i = 0; status == RD_OK && i < kernel->model->view_count; i++) {
        const struct rd_view *view = &kernel->model->views[i];
        struct rd_value one = rd_map();
        if (!view_may_run(kernel, &actor, view, &ignored))
            continue;
        rd_map_add(arena, &one, "name", rd_text(view->name));
        rd_map_add(arena, &one, "title", view->title);
        rd_map_add(arena, &one, "of", rd_text(view->type->name));
        rd_map_add(arena, &one, "params", view_params_show(view, arena));
        rd_map_add(arena, &one, "columns", view_columns_show(view, arena));
        rd_map_add(arena, &one, "scan", rd_bool(view->scan));
        rd_map_add(arena, &one, "line", rd_text(rd_arena_place(arena, view->file, view->line)));
        rd_list_add(arena, &views, one);
    }
    if (status != RD_OK)
        return status;
    request->result = rd_map();
    rd_map_add(arena, &request->result, "views", views);
    return RD_OK;
}

/* ---- running one ---- */

struct view_run {
    const struct rd_view *view;
    struct rd_scan scan;
    struct rd_actor actor;
    struct rd_value rows;
    const char *language; /* labels in this language instead of values; NULL: values */
    size_t limit, begun;  /* begun: what the arena held before */
};

static enum rd_status view_param(const struct rd_view *view, size_t i, struct rd_request *request,
                                 struct rd_value *out)
{
    const struct rd_field *param = &view->params[i];
    const struct rd_value *given = rd_map_get(rd_map_get(request->params, "params"), param->name);
    const char *at = rd_arena_printf(request->arena, "/params/%s", param->name);
    struct rd_error why = RD_ERROR_NONE;
    *out = param->preset;
    if (given && given->kind != RD_NULL &&
        rd_type_read(&param->type, given, request->arena, out, &why) != RD_OK)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, at, "%s %s", param->name, why.text);
    if (out->kind == RD_NULL && rd_view_requires(view, i))
        return rd_error_at(&request->error, RD_INVALID_PARAMS, at,
                           "view '%s' needs the parameter '%s'", view->name, param->name);
    return RD_OK;
}

static enum rd_status view_params(const struct rd_view *view, struct rd_request *request,
                                  struct rd_value *out)
{
    const struct rd_value *given = rd_map_get(request->params, "params");
    const char *names[RD_VIEW_PARAMS_MAX];
    enum rd_status status = RD_OK;
    for (size_t i = 0; i < view->param_count; i++)
        names[i] = view->params[i].name;
    for (uint32_t i = 0; rd_value_is(given, RD_MAP) && i < given->count; i++) {
        const char *name = given->pairs[i].key;
        if (!rd_field_find(view->params, view->param_count, name))
            return rd_error_at(&request->error, RD_INVALID_PARAMS,
                               rd_arena_printf(request->arena, "/params/%s", name),
                               "view '%s' has no parameter '%s'%s", view->name, name,
                               rd_model_guess(request->arena, name, names, view->param_count));
    }
    for (size_t i = 0; status == RD_OK && i < view->param_count; i++)
        status = view_param(view, i, request, &out[i]);
    return status;
}

/* What the record itself has under this name. */
static struct rd_value cell_own(struct rd_kernel *kernel, const char *own,
                                const struct rd_record *record, const char *language,
                                struct rd_arena *arena)
{
    const struct rd_record_type *type = rd_type_of(kernel, record->id);
    if (strcmp(own, "id") == 0)
        return rd_show_id(record->id, arena);
    if (strcmp(own, "opened_at") == 0 || strcmp(own, "updated_at") == 0) {
        int64_t at = *own == 'o' ? record->opened_at_ms : record->updated_at_ms;
        return language ? rd_text(rd_label_time(kernel->model, at, arena))
                        : rd_show_time(at, arena);
    }
    const char *text = strcmp(own, "number") == 0  ? record->number
                       : strcmp(own, "state") == 0 ? record->state
                                                   : record->opened_by;
    if (!text)
        return rd_null();
    const struct rd_state *state =
        language && type && strcmp(own, "state") == 0 ? rd_type_state(type, text) : NULL;
    if (state)
        text = rd_label_of(kernel->model, &state->title, language, text);
    return rd_text_copy(arena, text, strlen(text));
}

/* A reference is shown in a label's place by the number of its record, where that may be read. */
static struct rd_value cell_reference(struct view_run *run, struct rd_id id)
{
    struct rd_kernel *kernel = run->scan.kernel;
    struct rd_arena *arena = run->scan.arena;
    struct rd_record record;
    struct rd_error ignored = RD_ERROR_NONE;
    const struct rd_record_type *type = rd_type_of(kernel, id);
    if (type && rd_record_load(kernel->store, id, arena, &record, &ignored) == RD_OK &&
        record.number && rd_query_may_read(kernel, &run->actor, type, &record, arena))
        return rd_text(record.number);
    return rd_show_id(id, arena);
}

static struct rd_value cell_field(struct view_run *run, const struct rd_type *type,
                                  const struct rd_value *value)
{
    struct rd_kernel *kernel = run->scan.kernel;
    struct rd_arena *arena = run->scan.arena;
    const char *language = run->language;
    if (!value || value->kind == RD_NULL)
        return rd_null();
    if (language && type->kind == RD_TYPE_REFERENCE && value->kind == RD_INT)
        return cell_reference(run, (struct rd_id){ (uint64_t)value->integer });
    if (language && type->kind != RD_TYPE_INTEGER && type->kind != RD_TYPE_NUMBER) {
        const char *label = rd_words_show(kernel, type, value, language, arena);
        return rd_text_copy(arena, label, strlen(label)); /* it may be the record's own text */
    }
    struct rd_value shown = rd_type_show(type, value, arena);
    return rd_value_copy(arena, &shown);
}

/* Follows the column's references; a record that the asker may not read shows nothing. */
static struct rd_value view_cell(struct view_run *run, const struct rd_view_column *column,
                                 const struct rd_record *record)
{
    struct rd_kernel *kernel = run->scan.kernel;
    struct rd_arena *arena = run->scan.arena;
    struct rd_error ignored = RD_ERROR_NONE;
    struct rd_record at = *record, next;
    for (size_t i = 0; i + 1 < column->steps; i++) {
        const char *name = column->types[i]->fields[column->fields[i]].name;
        const struct rd_value *link = rd_map_get(&at.data, name);
        if (!rd_value_is(link, RD_INT))
            return rd_null();
        if (rd_record_load(kernel->store, (struct rd_id){ (uint64_t)link->integer }, arena, &next,
                           &ignored) != RD_OK ||
            !rd_query_may_read(kernel, &run->actor, column->types[i + 1], &next, arena))
            return rd_null();
        at = next;
    }
    if (column->own)
        return cell_own(kernel, column->own, &at, run->language, arena);
    const struct rd_field *field =
        &column->types[column->steps - 1]->fields[column->fields[column->steps - 1]];
    return cell_field(run, &field->type, rd_map_get(&at.data, field->name));
}

static bool view_take(void *context, struct rd_scan *scan, struct rd_record *record)
{
    struct view_run *run = context;
    struct rd_value row = rd_map();
    rd_map_add(scan->arena, &row, "id", rd_show_id(record->id, scan->arena));
    for (size_t i = 0; i < run->view->column_count; i++)
        rd_map_set(scan->arena, &row, run->view->columns[i].name,
                   view_cell(run, &run->view->columns[i], record));
    rd_list_add(scan->arena, &run->rows, row);
    return run->rows.count < run->limit && scan->arena->total - run->begun < RD_REPLY_ARENA_BYTES;
}

static enum rd_status view_find(struct view_run *run, struct rd_kernel *kernel,
                                struct rd_request *request)
{
    const struct rd_model *model = kernel->model;
    const char *name = rd_map_text(request->params, "view", "");
    run->view = rd_view_find(model, name);
    if (run->view)
        return view_may_run(kernel, &run->actor, run->view, &request->error) ? RD_OK
                                                                             : RD_NOT_ALLOWED;
    const char **names = rd_arena_alloc(request->arena, (model->view_count + 1) * sizeof *names);
    for (size_t i = 0; i < model->view_count; i++)
        names[i] = model->views[i].name;
    return rd_error_at(&request->error, RD_NOT_FOUND, "/view", "there is no view '%s'%s", name,
                       rd_model_guess(request->arena, name, names, model->view_count));
}

static enum rd_status view_filters(struct view_run *run, struct rd_kernel *kernel,
                                   struct rd_request *request)
{
    struct rd_value params[RD_VIEW_PARAMS_MAX];
    struct rd_asking asking = {
        .organisation = &kernel->model->organisation,
        .actor = &run->actor,
        .zone = kernel->model->local,
        .now_ms = rd_kernel_now_ms(kernel),
        .params = params,
    };
    struct rd_filter *filters =
        rd_arena_zalloc(request->arena, run->view->where_count + 1, sizeof *filters);
    enum rd_status status = view_params(run->view, request, params);
    if (status == RD_OK)
        status =
            rd_conditions_resolve(run->view->where, run->view->where_count, &asking, request->arena,
                                  filters, &run->scan.filter_count, &request->error);
    run->scan.filters = filters;
    return status;
}

static enum rd_status view_open(struct view_run *run, struct rd_kernel *kernel,
                                struct rd_request *request)
{
    const char *cursor = rd_map_text(request->params, "cursor", NULL);
    int64_t limit;
    enum rd_status status = rd_actor_of(kernel, request, &run->actor, &request->error);
    if (status == RD_OK)
        status = view_find(run, kernel, request);
    if (status != RD_OK)
        return status;
    limit = rd_map_int(request->params, "limit", (int64_t)run->view->limit);
    if (limit < 1 || limit > RD_LIST_LIMIT_MAX)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/limit",
                           "limit lies between 1 and %d", RD_LIST_LIMIT_MAX);
    run->limit = (size_t)limit;
    if (rd_map_get(request->params, "language") &&
        (status = rd_words_language(kernel, request, &run->language)) != RD_OK)
        return status;
    run->begun = request->arena->total;
    run->rows = rd_list();
    run->scan = (struct rd_scan){ .kernel = kernel,
                                  .type = run->view->type,
                                  .actor = &run->actor,
                                  .arena = request->arena,
                                  .error = &request->error };
    status = view_filters(run, kernel, request);
    if (status == RD_OK)
        status = rd_scan_plan(&run->scan, run->view->order);
    return status == RD_OK && cursor ? rd_scan_resume(&run->scan, cursor) : status;
}

enum rd_status rd_method_view_run(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    struct view_run *run = rd_arena_zalloc(arena, 1, sizeof *run);
    enum rd_status status = view_open(run, kernel, request);
    if (status == RD_OK)
        status = rd_scan_walk(&run->scan, RD_LIST_SCAN_MAX, view_take, run);
    if (status != RD_OK)
        return status;
    request->result = rd_map();
    rd_map_add(arena, &request->result, "view", rd_text(run->view->name));
    rd_map_add(arena, &request->result, "title", run->view->title);
    rd_map_add(arena, &request->result, "columns", view_columns_show(run->view, arena));
    rd_map_add(arena, &request->result, "rows", run->rows);
    rd_map_add(arena, &request->result, "cursor", rd_scan_cursor(&run->scan));
    return RD_OK;
}
