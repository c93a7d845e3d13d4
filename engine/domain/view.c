/* Views: compiled from their normal form, and judged: a list that people open all day must be
 * served by an index, or say that it reads everything (`scan`).
 */
#include "domain/view.h"

#include <string.h>

#include "base/text.h"
#include "domain/model.h"

/* What every record has beside its fields, and its type. */
static const struct {
    const char *name;
    struct rd_type type;
    const char *en, *zh;
} OWN[] = {
    { "id", { .kind = RD_TYPE_TEXT }, "Id", "标识" },
    { "number", { .kind = RD_TYPE_TEXT }, "Number", "编号" },
    { "state", { .kind = RD_TYPE_TEXT }, "State", "状态" },
    { "opened_at", { .kind = RD_TYPE_INSTANT }, "Opened", "建立时间" },
    { "opened_by", { .kind = RD_TYPE_ACCOUNT }, "Opened by", "建立人" },
    { "updated_at", { .kind = RD_TYPE_INSTANT }, "Updated", "更新时间" },
};
#define OWN_COUNT (sizeof OWN / sizeof *OWN)

struct view_build {
    struct rd_model *model;
    struct rd_findings *findings;
    const struct rd_value *spec;
    struct rd_view *view;
};

static void view_error(const struct view_build *b, const char *key, const char *text)
{
    int line = (int)rd_map_int(rd_map_get(b->spec, "lines"), key, b->view->line);
    rd_finding_error(b->findings, b->view->file, line, "view '%s': %s%s%s", b->view->name,
                     *key ? key : "", *key ? ": " : "", text);
}

static const char *view_no_field(const struct view_build *b, const struct rd_record_type *type,
                                 const char *name, bool own)
{
    struct rd_arena *arena = &b->model->arena;
    const char **names = rd_arena_alloc(arena, (type->field_count + OWN_COUNT) * sizeof *names);
    size_t count = 0;
    for (size_t i = 0; i < type->field_count; i++)
        names[count++] = type->fields[i].name;
    for (size_t i = 0; own && i < OWN_COUNT; i++)
        names[count++] = OWN[i].name;
    return rd_arena_printf(arena, "record '%s' has no field '%s'%s", type->name, name,
                           rd_model_guess(arena, name, names, count));
}

/* ---- columns ---- */

/* The last step where it is no field. */
static bool column_own(const struct rd_record_type *type, const char *name,
                       struct rd_view_column *column)
{
    for (size_t i = 0; i < OWN_COUNT; i++)
        if (strcmp(OWN[i].name, name) == 0 && (type->chart || strcmp(name, "state") != 0)) {
            column->own = OWN[i].name;
            column->shown = OWN[i].type;
            column->fields[column->steps++] = -1;
            return true;
        }
    return false;
}

/* One step of "customer.name"; what lies behind it, or NULL where it is the last or wrong. */
static const struct rd_record_type *column_step(const struct view_build *b,
                                                const struct rd_record_type *type, const char *name,
                                                bool last, struct rd_view_column *column)
{
    int at = rd_type_field(type, name);
    column->types[column->steps] = type;
    if (at < 0 && last && column_own(type, name, column))
        return NULL;
    if (at < 0) {
        view_error(b, "columns", view_no_field(b, type, name, last));
        return NULL;
    }
    const struct rd_field *field = &type->fields[at];
    column->fields[column->steps++] = at;
    if (field->secrecy)
        view_error(b, "columns",
                   rd_arena_printf(&b->model->arena, "'%s' is %s: it is disclosed, never listed",
                                   name, field->secrecy));
    if (last) {
        column->shown = field->type;
        column->title = field->title;
        return NULL;
    }
    if (field->type.kind != RD_TYPE_REFERENCE) {
        view_error(b, "columns",
                   rd_arena_printf(&b->model->arena,
                                   "'%s' refers to no record: nothing lies "
                                   "behind it",
                                   name));
        return NULL;
    }
    return rd_model_type(b->model, field->type.of);
}

static struct rd_value column_title(struct rd_arena *arena, const char *own)
{
    struct rd_value title = rd_map();
    for (size_t i = 0; i < OWN_COUNT; i++)
        if (strcmp(OWN[i].name, own) == 0) {
            rd_map_add(arena, &title, "en", rd_text(OWN[i].en));
            rd_map_add(arena, &title, "zh", rd_text(OWN[i].zh));
        }
    return title;
}

static void column_build(const struct view_build *b, const char *name,
                         struct rd_view_column *column)
{
    struct rd_arena *arena = &b->model->arena;
    const struct rd_record_type *type = b->view->type;
    char *rest = rd_arena_copy(arena, name, strlen(name)), *dot;
    *column = (struct rd_view_column){ .name = name, .title = rd_null() };
    do {
        dot = strchr(rest, '.');
        if (dot)
            *dot = 0;
        if (dot && column->steps == 2) {
            view_error(b, "columns", "a column leads over two references at the most");
            return;
        }
        type = column_step(b, type, rest, !dot, column);
        rest = dot ? dot + 1 : rest;
    } while (dot && type);
    if (column->own)
        column->title = column_title(arena, column->own);
}

static void columns_build(const struct view_build *b)
{
    static const char *const OTHERWISE[] = { "number", "state", "opened_at" };
    const struct rd_value *list = rd_map_list(b->spec, "columns");
    size_t count = list->count ? list->count : 3;
    struct rd_view *view = b->view;
    if (list->count > RD_VIEW_COLUMNS_MAX) {
        view_error(b, "columns",
                   rd_arena_printf(&b->model->arena, "%u columns; %d is the limit", list->count,
                                   RD_VIEW_COLUMNS_MAX));
        return;
    }
    view->columns = rd_arena_zalloc(&b->model->arena, count, sizeof *view->columns);
    for (size_t i = 0; i < count; i++) {
        const char *name = list->count ? list->items[i].text : OTHERWISE[i];
        if (!list->count && strcmp(name, "state") == 0 && !view->type->chart)
            continue;
        column_build(b, name, &view->columns[view->column_count++]);
    }
}

/* ---- parameters and conditions ---- */

static void params_build(const struct view_build *b)
{
    const struct rd_value *list = rd_map_list(b->spec, "params");
    struct rd_view *view = b->view;
    view->params = rd_arena_zalloc(&b->model->arena, list->count + 1, sizeof *view->params);
    if (list->count > RD_VIEW_PARAMS_MAX) {
        view_error(b, "params",
                   rd_arena_printf(&b->model->arena, "%u parameters; %d is the limit", list->count,
                                   RD_VIEW_PARAMS_MAX));
        return;
    }
    for (uint32_t i = 0; i < list->count; i++)
        if (rd_field_build(&b->model->arena, &list->items[i], view->file, b->findings,
                           &view->params[view->param_count]))
            view->param_count++;
}

static void where_build(const struct view_build *b)
{
    struct rd_view *view = b->view;
    uint64_t used = 0;
    struct rd_condition_build with = {
        .model = b->model,
        .findings = b->findings,
        .file = view->file,
        .what = rd_arena_printf(&b->model->arena, "view '%s'", view->name),
        .type = view->type,
        .params = view->params,
        .param_count = view->param_count,
        .params_used = &used,
    };
    rd_conditions_build(&with, rd_map_list(b->spec, "where"), &view->where, &view->where_count);
    for (size_t i = 0; i < view->param_count; i++)
        if (!(used & (1ull << i)))
            view_error(b, "params",
                       rd_arena_printf(&b->model->arena, "'%s' is asked for by no condition",
                                       view->params[i].name));
}

/* ---- the index ---- */

static const struct rd_condition *index_condition(const struct rd_view *view, int field)
{
    for (size_t i = 0; i < view->where_count; i++) {
        const struct rd_subject *subject = &view->where[i].subject;
        bool it = field < 0 ? subject->kind == RD_SUBJECT_STATE
                            : subject->kind == RD_SUBJECT_FIELD && subject->field == field;
        if (it && rd_condition_is_firm(&view->where[i]))
            return &view->where[i];
    }
    return NULL;
}

/* An equality that an index finds: never empty fields, which stand in none. */
static bool index_equals(const struct rd_condition *condition, size_t fields)
{
    size_t most = fields > 1 ? 1 : RD_SCAN_PARTS_MAX;
    bool plain = condition && condition->kind == RD_FILTER_ANY_OF && condition->term_count <= most;
    for (size_t i = 0; plain && i < condition->term_count; i++) {
        const struct rd_term *term = &condition->terms[i];
        if (term->kind == RD_TERM_EMPTY ||
            (term->kind == RD_TERM_CONSTANT && term->value.kind == RD_NULL))
            return false;
    }
    return plain;
}

static bool index_serves(const struct rd_view *view, const struct rd_type_index *index)
{
    size_t count = index->field_count ? index->field_count : 1;
    for (size_t i = 0; i < count; i++) {
        const struct rd_condition *condition =
            index_condition(view, index->field_count ? index->fields[i] : -1);
        if (count == 1 && condition && condition->kind == RD_FILTER_RANGE &&
            rd_subject_is_ordered(&condition->subject))
            return true;
        if (!index_equals(condition, count))
            return false;
    }
    return true;
}

static void index_check(const struct view_build *b)
{
    const struct rd_view *view = b->view;
    struct rd_arena *arena = &b->model->arena;
    const char *names = "";
    for (size_t i = 0; i < view->type->index_count; i++) {
        const struct rd_type_index *index = &view->type->indexes[i];
        if (view->scan || index_serves(view, index))
            return;
        if (index->field_count || view->type->chart)
            names = rd_arena_printf(arena, "%s%s%s", names, *names ? ", " : "", index->name);
    }
    view_error(b, "",
               rd_arena_printf(arena,
                               "no index serves it: ask for a value or a range of what is indexed "
                               "(%s), or say scan = true",
                               *names ? names : "nothing is"));
}

static void order_check(const struct view_build *b)
{
    const struct rd_view *view = b->view;
    struct rd_arena *arena = &b->model->arena;
    const char *name = view->order + (view->order[0] == '-');
    int at = rd_type_field(view->type, name);
    if (strcmp(name, "id") == 0 || strcmp(name, "opened_at") == 0)
        return;
    if (at < 0) {
        view_error(b, "order", view_no_field(b, view->type, name, false));
        return;
    }
    struct rd_subject subject;
    const struct rd_field *field = &view->type->fields[at];
    bool found = rd_subject_find(view->type, name, &subject);
    if (field->secrecy)
        view_error(
            b, "order",
            rd_arena_printf(arena, "'%s' is %s: nothing is ordered by it", name, field->secrecy));
    if (!found || !rd_subject_is_ordered(&subject) || !(field->indexed || field->unique))
        view_error(b, "order",
                   rd_arena_printf(arena,
                                   "'%s' is not `indexed`, or no number, amount, date or time: a "
                                   "list goes by such a field, by id or by opened_at",
                                   name));
}

static void view_build(const struct view_build *b)
{
    struct rd_view *view = b->view;
    const struct rd_value *title = rd_map_get(b->spec, "title");
    const char *of = rd_map_text(b->spec, "of", "?");
    *view = (struct rd_view){
        .name = rd_map_text(b->spec, "name", "?"),
        .file = rd_map_text(b->spec, "file", "rules"),
        .line = (int)rd_map_int(b->spec, "line", 0),
        .title = title ? *title : rd_null(),
        .type = rd_model_type(b->model, of),
        .order = rd_map_text(b->spec, "order", NULL),
        .limit = (size_t)rd_map_int(b->spec, "limit", RD_LIST_LIMIT_DEFAULT),
        .scan = rd_map_bool(b->spec, "scan", false),
    };
    if (!view->type) {
        struct rd_arena *arena = &b->model->arena;
        const char **names = rd_arena_alloc(arena, (b->model->type_count + 1) * sizeof *names);
        for (size_t i = 0; i < b->model->type_count; i++)
            names[i] = b->model->types[i].name;
        view_error(b, "of",
                   rd_arena_printf(arena, "no record '%s'%s", of,
                                   rd_model_guess(arena, of, names, b->model->type_count)));
        return;
    }
    size_t errors_before = b->findings->errors;
    if (view->limit < 1 || view->limit > RD_LIST_LIMIT_MAX)
        view_error(
            b, "limit",
            rd_arena_printf(&b->model->arena, "it lies between 1 and %d", RD_LIST_LIMIT_MAX));
    params_build(b);
    where_build(b);
    columns_build(b);
    if (view->order)
        order_check(b);
    if (b->findings->errors == errors_before) /* a condition that is wrong may be the one meant */
        index_check(b);
}

void rd_views_build(struct rd_model *model, const struct rd_value *list,
                    struct rd_findings *findings)
{
    if (list->count > RD_VIEWS_MAX) {
        rd_finding_error(findings, rd_map_text(&list->items[0], "file", "rules"), 0,
                         "%u views; %d is the limit", list->count, RD_VIEWS_MAX);
        return;
    }
    model->views = rd_arena_zalloc(&model->arena, list->count + 1, sizeof *model->views);
    for (uint32_t i = 0; i < list->count; i++) {
        struct view_build build = { model, findings, &list->items[i],
                                    &model->views[model->view_count++] };
        view_build(&build);
    }
}

const struct rd_view *rd_view_find(const struct rd_model *model, const char *name)
{
    for (size_t i = 0; i < model->view_count; i++)
        if (strcmp(model->views[i].name, name) == 0)
            return &model->views[i];
    return NULL;
}

bool rd_view_requires(const struct rd_view *view, size_t param)
{
    if (view->params[param].required)
        return true;
    for (size_t i = 0; i < view->where_count; i++)
        if (rd_condition_needs(&view->where[i], (int)param))
            return view->params[param].preset.kind == RD_NULL;
    return false;
}
