/* Lists: pages of the records of a type, and counts of them. Where they are found and how a page
 * ends is scan.c's business.
 */
#include <string.h>

#include "base/text.h"
#include "domain/zone.h"
#include "kernel/generation.h"
#include "kernel/scan.h"

/* What is found by a secret is known by it: nobody asks for one, orders by it or counts it. */
static bool list_is_secret(const struct rd_record_type *type, int field)
{
    return field >= 0 && type->fields[field].secrecy;
}

static enum rd_status list_secret(struct rd_request *request, const char *where, const char *name)
{
    return rd_error_at(&request->error, RD_SECRET, where,
                       "'%s' is secret: nothing is searched, ordered or counted by it", name);
}

static enum rd_status list_where(struct rd_request *request, struct rd_scan *scan)
{
    const struct rd_value *where = rd_map_get(request->params, "where");
    bool scans = rd_map_bool(request->params, "scan", false);
    if (!rd_value_is(where, RD_MAP))
        return RD_OK;
    if (where->count > RD_FIELDS_MAX)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/where", "too many conditions");
    struct rd_filter *filters = rd_arena_zalloc(request->arena, where->count, sizeof *filters);
    for (uint32_t i = 0; i < where->count; i++) {
        const char *name = where->pairs[i].key;
        const char *at = rd_arena_printf(request->arena, "/where/%s", name);
        struct rd_error why = RD_ERROR_NONE;
        if (rd_filter_read(scan->type, name, &where->pairs[i].value, request->arena, &filters[i],
                           &why) != RD_OK)
            return rd_error_at(&request->error, RD_INVALID_PARAMS, at, "%s", why.text);
        if (list_is_secret(scan->type, filters[i].subject.field))
            return list_secret(request, at, name);
        if (filters[i].kind == RD_FILTER_CONTAINS && !scans)
            return rd_error_at(&request->error, RD_NOT_INDEXED, at,
                               "no index says what %s contains: ask with scan = true", name);
    }
    scan->filters = filters;
    scan->filter_count = where->count;
    return RD_OK;
}

static enum rd_status list_open(struct rd_scan *scan, struct rd_actor *actor,
                                struct rd_kernel *kernel, struct rd_request *request)
{
    const char *name = rd_map_text(request->params, "type", "");
    const char *cursor = rd_map_text(request->params, "cursor", NULL);
    *scan = (struct rd_scan){
        .kernel = kernel, .actor = actor, .arena = request->arena, .error = &request->error
    };
    enum rd_status status = rd_actor_of(kernel, request, actor, &request->error);
    if (status != RD_OK)
        return status;
    scan->type = rd_model_type(kernel->model, name);
    if (!scan->type)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/type",
                           "there is no record type '%s'%s", name,
                           rd_query_guess_type(kernel, name, request->arena));
    const char *order = rd_map_text(request->params, "order", "id"), *by = order + (*order == '-');
    if (list_is_secret(scan->type, rd_type_field(scan->type, by)))
        return list_secret(request, "/order", by);
    status = list_where(request, scan);
    if (status == RD_OK)
        status = rd_scan_plan(scan, order);
    return status == RD_OK && cursor ? rd_scan_resume(scan, cursor) : status;
}

struct list_page {
    struct rd_value items;
    size_t limit, begun; /* begun: what the arena held before */
};

static bool list_take(void *context, struct rd_scan *scan, struct rd_record *record)
{
    struct list_page *page = context;
    struct rd_arena *arena = scan->arena;
    struct rd_deadline *deadlines;
    size_t count = 0;
    struct rd_record kept = *record;
    struct rd_error ignored = RD_ERROR_NONE;
    if (rd_record_load(scan->kernel->store, record->id, arena, &kept, &ignored) != RD_OK ||
        rd_deadlines_load(scan->kernel->store, record->id, arena, &deadlines, &count, &ignored) !=
            RD_OK)
        return true;
    rd_generation_moved(scan->kernel, scan->type, &kept);
    rd_list_add(arena, &page->items,
                rd_show_record(scan->kernel, &kept, deadlines, count, RD_NO_LEDGER, arena));
    return page->items.count < page->limit && arena->total - page->begun < RD_REPLY_ARENA_BYTES;
}

enum rd_status rd_method_case_list(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_scan *scan = rd_arena_alloc(request->arena, sizeof *scan);
    struct rd_actor actor;
    struct list_page page = { .items = rd_list() };
    int64_t limit = rd_map_int(request->params, "limit", RD_LIST_LIMIT_DEFAULT);
    if (limit < 1 || limit > RD_LIST_LIMIT_MAX)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/limit",
                           "limit lies between 1 and %d", RD_LIST_LIMIT_MAX);
    page.limit = (size_t)limit;
    page.begun = request->arena->total;
    enum rd_status status = list_open(scan, &actor, kernel, request);
    if (status == RD_OK)
        status = rd_scan_walk(scan, RD_LIST_SCAN_MAX, list_take, &page);
    if (status != RD_OK)
        return status;
    request->result = rd_map();
    rd_map_add(request->arena, &request->result, "cases", page.items);
    rd_map_add(request->arena, &request->result, "cursor", rd_scan_cursor(scan));
    return RD_OK;
}

/* Counts go by one thing; the caller adds up the slices. */
struct list_counts {
    const struct rd_field *field; /* NULL: state or month */
    bool month;
    struct rd_value counts; /* value text -> count */
};

static const char *count_month(const struct rd_scan *scan, const struct rd_record *record)
{
    int year, month, day;
    int64_t local = rd_zone_local_ms(scan->kernel->model->local, record->opened_at_ms);
    rd_date_civil((local - (local < 0 ? 86399999 : 0)) / 86400000, &year, &month, &day);
    return rd_arena_printf(scan->arena, "%04d-%02d", year, month);
}

static const char *count_field(const struct rd_scan *scan, const struct rd_field *field,
                               const struct rd_record *record)
{
    struct rd_arena *arena = scan->arena;
    const struct rd_value *value = rd_map_get(&record->data, field->name);
    struct rd_value shown = value ? rd_type_show(&field->type, value, arena) : rd_null();
    if (shown.kind == RD_TEXT)
        return rd_arena_copy(arena, shown.text, shown.count);
    if (shown.kind == RD_INT)
        return rd_arena_printf(arena, "%lld", (long long)shown.integer);
    if (shown.kind == RD_BOOL)
        return shown.boolean ? "true" : "false";
    return "(empty)";
}

static bool list_count(void *context, struct rd_scan *scan, struct rd_record *record)
{
    struct list_counts *counts = context;
    struct rd_arena *arena = scan->arena;
    const char *key = "(empty)";
    if (counts->month)
        key = count_month(scan, record);
    else if (counts->field)
        key = count_field(scan, counts->field, record);
    else if (record->state)
        key = rd_arena_copy(arena, record->state, strlen(record->state));
    rd_map_set(arena, &counts->counts, key, rd_int(rd_map_int(&counts->counts, key, 0) + 1));
    return counts->counts.count < RD_REPORT_VALUES_MAX;
}

enum rd_status rd_method_report_cases(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    struct rd_scan *scan = rd_arena_alloc(arena, sizeof *scan);
    struct rd_actor actor;
    struct list_counts counts = { .counts = rd_map() };
    const char *by = rd_map_text(request->params, "by", "state");
    struct rd_value rows = rd_list();
    enum rd_status status = list_open(scan, &actor, kernel, request);
    if (status != RD_OK)
        return status;
    int field = rd_type_field(scan->type, by);
    if (list_is_secret(scan->type, field))
        return list_secret(request, "/by", by);
    counts.month = strcmp(by, "month") == 0;
    counts.field = field >= 0 ? &scan->type->fields[field] : NULL;
    if (!counts.month && field < 0 && strcmp(by, "state") != 0)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/by",
                           "by is state, month, or a field of %s; '%s' is none", scan->type->name,
                           by);
    if ((status = rd_scan_walk(scan, RD_LIST_SCAN_MAX, list_count, &counts)) != RD_OK)
        return status;
    for (uint32_t i = 0; i < counts.counts.count; i++) {
        struct rd_value row = rd_map();
        rd_map_add(arena, &row, "value", rd_text(counts.counts.pairs[i].key));
        rd_map_add(arena, &row, "count", counts.counts.pairs[i].value);
        rd_list_add(arena, &rows, row);
    }
    request->result = rd_map();
    rd_map_add(arena, &request->result, "counts", rows);
    rd_map_add(arena, &request->result, "cursor", rd_scan_cursor(scan));
    return RD_OK;
}
