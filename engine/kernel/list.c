/* Lists: pages over an index, or over a type's records in the order in which they were opened; and
 * counts for reports.
 *
 * A page looks at no more than RD_LIST_SCAN_MAX records and then hands out a cursor, found or not:
 * so that no list holds up the kernel, and a list that is followed to its end is complete. The
 * cursor is the last key looked at, in hex.
 */
#include "kernel/inside.h"

#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "domain/zone.h"
#include "store/tables.h"

struct list_filter {              /* one member of `where` */
    const struct rd_field *field; /* NULL: the state */
    const struct rd_type *type;
    struct rd_value equal, from, to; /* inside values; null: not asked */
    bool ranged;
};

struct list {
    struct rd_kernel *kernel;
    struct rd_request *request;
    const struct rd_record_type *type;
    struct rd_actor actor;
    struct list_filter filters[RD_FIELDS_MAX];
    size_t filter_count;
    enum rd_table table;      /* RECORD or INDEX */
    unsigned char prefix[36]; /* keys of the list begin so */
    size_t prefix_len;
    unsigned char from[36]; /* where the walk begins */
    bool backwards;
    size_t looked;
    bool more;
    struct rd_value cursor;
};

static enum rd_status list_filter_read(struct list *list, const struct rd_pair *pair)
{
    struct rd_request *request = list->request;
    struct list_filter *filter = &list->filters[list->filter_count++];
    int at = rd_type_field(list->type, pair->key);
    bool state = strcmp(pair->key, "state") == 0 && list->type->chart;
    static const struct rd_type text = { .kind = RD_TYPE_TEXT };
    *filter = (struct list_filter){ .equal = rd_null(), .from = rd_null(), .to = rd_null() };
    if (at < 0 && !state) {
        const char **names =
            rd_arena_alloc(request->arena, (list->type->field_count + 1) * sizeof *names);
        for (size_t i = 0; i < list->type->field_count; i++)
            names[i] = list->type->fields[i].name;
        return rd_error_at(
            &request->error, RD_INVALID_PARAMS,
            rd_arena_printf(request->arena, "/where/%s", pair->key), "%s has no field '%s'%s",
            list->type->name, pair->key,
            rd_model_guess(request->arena, pair->key, names, list->type->field_count));
    }
    filter->field = state ? NULL : &list->type->fields[at];
    const struct rd_type *type = filter->type = state ? &text : &filter->field->type;
    enum rd_status status = RD_OK;
    if (pair->value.kind != RD_MAP)
        status = rd_type_read(type, &pair->value, request->arena, &filter->equal, &request->error);
    else {
        const struct rd_value *from = rd_map_get(&pair->value, "from"),
                              *to = rd_map_get(&pair->value, "to");
        filter->ranged = true;
        if (from)
            status = rd_type_read(type, from, request->arena, &filter->from, &request->error);
        if (to && status == RD_OK)
            status = rd_type_read(type, to, request->arena, &filter->to, &request->error);
    }
    if (status != RD_OK)
        return rd_error_at(&request->error, RD_INVALID_PARAMS,
                           rd_arena_printf(request->arena, "/where/%s", pair->key), "%s %s",
                           pair->key, rd_arena_printf(request->arena, "%s", request->error.text));
    return RD_OK;
}

static bool list_matches(const struct list *list, const struct rd_record *record)
{
    for (size_t i = 0; i < list->filter_count; i++) {
        const struct list_filter *filter = &list->filters[i];
        struct rd_value state = record->state ? rd_text(record->state) : rd_null();
        const struct rd_value *value =
            filter->field ? rd_map_get(&record->data, filter->field->name) : &state;
        struct rd_value empty = rd_null();
        if (!value)
            value = &empty;
        if (!filter->ranged && !rd_value_equal(value, &filter->equal))
            return false;
        if (!filter->ranged)
            continue;
        if (value->kind == RD_NULL)
            return false;
        if (filter->from.kind != RD_NULL && rd_type_compare(filter->type, value, &filter->from) < 0)
            return false;
        if (filter->to.kind != RD_NULL && rd_type_compare(filter->type, value, &filter->to) >= 0)
            return false;
    }
    return true;
}

static void list_over_index(struct list *list, size_t index, const unsigned char *slot)
{
    uint32_t number =
        list->kernel->bindings[list->type - list->kernel->model->types].indexes[index];
    list->table = RD_TABLE_INDEX;
    rd_key_put_u32(list->prefix, number);
    list->prefix_len = 4;
    if (slot) {
        memcpy(list->prefix + 4, slot, RD_INDEX_VALUE_BYTES);
        list->prefix_len += RD_INDEX_VALUE_BYTES;
    }
}

/* The first index all of whose fields are asked for by equality. */
static void list_choose(struct list *list)
{
    for (size_t i = 0; i < list->type->index_count; i++) {
        const struct rd_type_index *index = &list->type->indexes[i];
        const struct rd_value *values[RD_CATALOGUE_INDEX_FIELDS_MAX];
        unsigned char slot[RD_INDEX_VALUE_BYTES];
        size_t wanted = index->field_count ? index->field_count : 1, found = 0;
        for (size_t f = 0; f < wanted; f++)
            for (size_t k = 0; k < list->filter_count; k++) {
                const struct rd_field *field =
                    index->field_count ? &list->type->fields[index->fields[f]] : NULL;
                if (list->filters[k].field == field && !list->filters[k].ranged) {
                    values[f] = &list->filters[k].equal;
                    found++;
                }
            }
        if (found == wanted && rd_index_slot(values, wanted, &list->kernel->scratch, slot)) {
            list_over_index(list, i, slot);
            return;
        }
    }
}

static enum rd_status list_order(struct list *list, const char *order)
{
    struct rd_request *request = list->request;
    list->backwards = order[0] == '-';
    const char *name = order + list->backwards;
    if (strcmp(name, "id") == 0 || strcmp(name, "opened_at") == 0)
        return RD_OK; /* within an index value, and over the records, that is the keys' own order */
    for (size_t i = 1; i < list->type->index_count; i++) {
        const struct rd_type_index *index = &list->type->indexes[i];
        if (index->field_count != 1 || strcmp(list->type->fields[index->fields[0]].name, name) != 0)
            continue;
        enum rd_type_kind kind = list->type->fields[index->fields[0]].type.kind;
        if (kind == RD_TYPE_TEXT || kind == RD_TYPE_CHOICE || kind == RD_TYPE_ACCOUNT ||
            kind == RD_TYPE_UNIT || kind == RD_TYPE_DURATION || kind == RD_TYPE_LIST)
            break;
        list_over_index(list, i, NULL);
        return RD_OK;
    }
    return rd_error_at(&request->error, RD_NOT_INDEXED, "/order",
                       "order goes by id, or by a field that is `indexed` and a number, amount, "
                       "date or time; '%s' is not",
                       name);
}

static enum rd_status list_start(struct list *list)
{
    struct rd_request *request = list->request;
    const char *cursor = rd_map_text(request->params, "cursor", NULL);
    size_t key_len = rd_table_key_bytes(list->table), got;
    if (list->table == RD_TABLE_RECORD) {
        rd_key_put_u16(list->prefix, rd_type_number(list->kernel, list->type));
        list->prefix_len = 2;
    }
    memset(list->from, list->backwards ? 0xff : 0, sizeof list->from);
    memcpy(list->from, list->prefix, list->prefix_len);
    if (!cursor)
        return RD_OK;
    unsigned char key[40];
    if (sodium_hex2bin(key, sizeof key, cursor, strlen(cursor), NULL, &got, NULL) != 0 ||
        got != key_len || memcmp(key, list->prefix, list->prefix_len) != 0)
        return rd_error_at(&request->error, RD_BAD_CURSOR, "/cursor",
                           "the cursor does not belong to this list");
    memcpy(list->from, key, key_len);
    for (size_t i = key_len; i-- > 0;) { /* the key behind it (or before it) */
        list->from[i] = (unsigned char)(list->backwards ? list->from[i] - 1 : list->from[i] + 1);
        if (list->from[i] != (list->backwards ? 0xff : 0))
            break;
    }
    return RD_OK;
}

/* Walks on, calling `take` for each record that matches and may be read, until it says stop or the
 * page's work is done. */
static enum rd_status
list_walk(struct list *list,
          bool (*take)(void *context, struct list *list, struct rd_record *record), void *context)
{
    struct rd_request *request = list->request;
    size_t key_len = rd_table_key_bytes(list->table);
    struct rd_walk walk;
    struct rd_arena scratch;
    unsigned char last[40] = { 0 };
    bool go = true;
    rd_arena_init(&scratch);
    enum rd_status status = rd_walk_start(&walk, list->kernel->store, list->table, list->from,
                                          list->backwards, &request->error);
    while (status == RD_OK && memcmp(walk.key, list->prefix, list->prefix_len) == 0) {
        struct rd_record record;
        if (!go || list->looked >= RD_LIST_SCAN_MAX) {
            list->more = true;
            break;
        }
        memcpy(last, walk.key, key_len);
        list->looked++;
        uint64_t id =
            list->table == RD_TABLE_RECORD ? rd_key_u64(walk.key) : rd_index_key_record(walk.key);
        rd_arena_reset(&scratch);
        status = rd_record_load(list->kernel->store, (struct rd_id){ id }, &scratch, &record,
                                &request->error);
        if (status == RD_OK && list_matches(list, &record) &&
            rd_query_may_read(list->kernel, &list->actor, list->type, &record, &scratch))
            go = take(context, list, &record);
        if (status == RD_OK)
            status = rd_walk_next(&walk, &request->error);
    }
    rd_walk_end(&walk);
    rd_arena_fini(&scratch);
    if (list->more) {
        char *hex = rd_arena_alloc(request->arena, 2 * key_len + 1);
        sodium_bin2hex(hex, 2 * key_len + 1, last, key_len);
        list->cursor = rd_text(hex);
    }
    return status == RD_END ? RD_OK : status;
}

static enum rd_status list_open(struct list *list, struct rd_kernel *kernel,
                                struct rd_request *request)
{
    const char *name = rd_map_text(request->params, "type", "");
    const struct rd_value *where = rd_map_get(request->params, "where");
    *list = (struct list){
        .kernel = kernel, .request = request, .table = RD_TABLE_RECORD, .cursor = rd_null()
    };
    enum rd_status status = rd_actor_of(kernel, request, &list->actor, &request->error);
    if (status != RD_OK)
        return status;
    list->type = rd_model_type(kernel->model, name);
    if (!list->type)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/type",
                           "there is no record type '%s'", name);
    for (uint32_t i = 0; status == RD_OK && rd_value_is(where, RD_MAP) && i < where->count; i++) {
        if (list->filter_count == RD_FIELDS_MAX)
            return rd_error_at(&request->error, RD_INVALID_PARAMS, "/where", "too many conditions");
        status = list_filter_read(list, &where->pairs[i]);
    }
    if (status != RD_OK)
        return status;
    list_choose(list);
    if ((status = list_order(list, rd_map_text(request->params, "order", "id"))) != RD_OK)
        return status;
    return list_start(list);
}

struct list_page {
    struct rd_value items;
    size_t limit, begun; /* begun: what the arena held before */
};

static bool list_take(void *context, struct list *list, struct rd_record *record)
{
    struct list_page *page = context;
    struct rd_arena *arena = list->request->arena;
    struct rd_deadline *deadlines;
    size_t count = 0;
    struct rd_record kept = *record;
    struct rd_error ignored = RD_ERROR_NONE;
    if (rd_record_load(list->kernel->store, record->id, arena, &kept, &ignored) != RD_OK ||
        rd_deadlines_load(list->kernel->store, record->id, arena, &deadlines, &count, &ignored) !=
            RD_OK)
        return true;
    rd_list_add(arena, &page->items,
                rd_show_record(list->kernel, &kept, deadlines, count, RD_NO_LEDGER, arena));
    return page->items.count < page->limit && arena->total - page->begun < RD_REPLY_ARENA_BYTES;
}

enum rd_status rd_method_case_list(struct rd_kernel *kernel, struct rd_request *request)
{
    struct list *list = rd_arena_alloc(request->arena, sizeof *list);
    struct list_page page = { .items = rd_list() };
    int64_t limit = rd_map_int(request->params, "limit", RD_LIST_LIMIT_DEFAULT);
    if (limit < 1 || limit > RD_LIST_LIMIT_MAX)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/limit",
                           "limit lies between 1 and %d", RD_LIST_LIMIT_MAX);
    page.limit = (size_t)limit;
    page.begun = request->arena->total;
    enum rd_status status = list_open(list, kernel, request);
    if (status == RD_OK)
        status = list_walk(list, list_take, &page);
    if (status != RD_OK)
        return status;
    request->result = rd_map();
    rd_map_add(request->arena, &request->result, "cases", page.items);
    rd_map_add(request->arena, &request->result, "cursor", list->cursor);
    return RD_OK;
}

/* Reports count by one thing; the caller adds up the slices. */
struct list_counts {
    const struct rd_field *field; /* NULL: state or month */
    bool month;
    struct rd_value counts; /* value text -> count */
};

static bool list_count(void *context, struct list *list, struct rd_record *record)
{
    struct list_counts *counts = context;
    struct rd_arena *arena = list->request->arena;
    const char *key = "(empty)";
    if (counts->month) {
        int year, month, day;
        int64_t local = rd_zone_local_ms(list->kernel->model->local, record->opened_at_ms);
        rd_date_civil((local - (local < 0 ? 86399999 : 0)) / 86400000, &year, &month, &day);
        key = rd_arena_printf(arena, "%04d-%02d", year, month);
    } else if (!counts->field) {
        key = record->state ? rd_arena_copy(arena, record->state, strlen(record->state)) : key;
    } else {
        const struct rd_value *value = rd_map_get(&record->data, counts->field->name);
        struct rd_value shown =
            value ? rd_type_show(&counts->field->type, value, arena) : rd_null();
        if (shown.kind == RD_TEXT)
            key = rd_arena_copy(arena, shown.text, shown.count);
        else if (shown.kind == RD_INT)
            key = rd_arena_printf(arena, "%lld", (long long)shown.integer);
        else if (shown.kind == RD_BOOL)
            key = shown.boolean ? "true" : "false";
    }
    rd_map_set(arena, &counts->counts, key, rd_int(rd_map_int(&counts->counts, key, 0) + 1));
    return counts->counts.count < RD_REPORT_VALUES_MAX;
}

enum rd_status rd_method_report_cases(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    struct list *list = rd_arena_alloc(arena, sizeof *list);
    struct list_counts counts = { .counts = rd_map() };
    const char *by = rd_map_text(request->params, "by", "state");
    struct rd_value rows = rd_list();
    enum rd_status status = list_open(list, kernel, request);
    if (status != RD_OK)
        return status;
    int field = rd_type_field(list->type, by);
    counts.month = strcmp(by, "month") == 0;
    counts.field = field >= 0 ? &list->type->fields[field] : NULL;
    if (!counts.month && field < 0 && strcmp(by, "state") != 0)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/by",
                           "by is state, month, or a field of %s; '%s' is none", list->type->name,
                           by);
    if ((status = list_walk(list, list_count, &counts)) != RD_OK)
        return status;
    for (uint32_t i = 0; i < counts.counts.count; i++) {
        struct rd_value row = rd_map();
        rd_map_add(arena, &row, "value", rd_text(counts.counts.pairs[i].key));
        rd_map_add(arena, &row, "count", counts.counts.pairs[i].value);
        rd_list_add(arena, &rows, row);
    }
    request->result = rd_map();
    rd_map_add(arena, &request->result, "counts", rows);
    rd_map_add(arena, &request->result, "cursor", list->cursor);
    return RD_OK;
}
