/* Scans: which stretch of which table holds what is asked for, and the walk over it.
 *
 *   filters ─▶ plan ─▶ parts: index, value A ├────────┤ opened at, id
 *                             index, value B ├──────┤            ─▶ joined in that order ─▶ take
 *
 * Equal values lie together in an index, in the order in which their records were opened: several
 * values are several parts, joined as a merge does. So a cursor is one key: all parts go on behind
 * its end. A page looks at a bounded number of records and then hands out a cursor, found or not:
 * no list holds up the kernel, and one that is followed to its end is complete.
 */
#include "kernel/scan.h"

#include <sodium.h>
#include <string.h>

#include "domain/normal.h"
#include "store/tables.h"

#define SCAN_SLOT_END (4 + RD_INDEX_VALUE_BYTES)

static size_t scan_key_bytes(const struct rd_scan *scan)
{
    return rd_table_key_bytes(scan->table);
}

static const struct rd_filter *scan_filter(const struct rd_scan *scan, enum rd_subject_kind kind,
                                           int field, enum rd_filter_kind asks)
{
    for (size_t i = 0; i < scan->filter_count; i++) {
        const struct rd_filter *filter = &scan->filters[i];
        if (filter->subject.kind == kind && filter->subject.field == field && filter->kind == asks)
            return filter;
    }
    return NULL;
}

static uint32_t scan_index_number(const struct rd_scan *scan, size_t index)
{
    const struct rd_kernel *kernel = scan->kernel;
    return kernel->bindings[scan->type - kernel->model->types].indexes[index];
}

static struct rd_scan_part *scan_add(struct rd_scan *scan)
{
    struct rd_scan_part *part = &scan->parts[scan->part_count++];
    RD_ASSERT(scan->part_count <= RD_SCAN_PARTS_MAX);
    part->over = false;
    return part;
}

/* ---- planning ---- */

static void plan_records(struct rd_scan *scan)
{
    scan->table = RD_TABLE_RECORD;
    scan->merge_from = 0;
    scan->part_count = 0;
    struct rd_scan_part *part = scan_add(scan);
    memset(part->low, 0, sizeof part->low);
    memset(part->high, 0xff, sizeof part->high);
    rd_key_put_u16(part->low, rd_type_number(scan->kernel, scan->type));
    memcpy(part->high, part->low, 2);
}

/* One value of an index: its records in the order of their opening, as far as that is asked for. */
static void plan_value(struct rd_scan *scan, uint32_t number, const unsigned char *slot)
{
    const struct rd_filter *opened = scan_filter(scan, RD_SUBJECT_OPENED_AT, -1, RD_FILTER_RANGE);
    int64_t from = opened && opened->from.kind == RD_INT ? opened->from.integer : INT64_MIN;
    int64_t to = opened && opened->to.kind == RD_INT ? opened->to.integer : INT64_MAX;
    struct rd_index_key low = rd_index_key(number, slot, from, 0);
    struct rd_index_key high =
        rd_index_key(number, slot, to > INT64_MIN && to < INT64_MAX ? to - 1 : to, UINT64_MAX);
    struct rd_scan_part *part = scan_add(scan);
    memcpy(part->low, low.bytes, sizeof low.bytes);
    memcpy(part->high, high.bytes, sizeof high.bytes);
}

/* The filters that ask for one value each of the index's fields; false where one has none. */
static bool plan_equals(const struct rd_scan *scan, const struct rd_type_index *index,
                        const struct rd_filter **filters, size_t *wanted)
{
    *wanted = index->field_count ? index->field_count : 1;
    for (size_t f = 0; f < *wanted; f++) {
        filters[f] = index->field_count
                         ? scan_filter(scan, RD_SUBJECT_FIELD, index->fields[f], RD_FILTER_ANY_OF)
                         : scan_filter(scan, RD_SUBJECT_STATE, -1, RD_FILTER_ANY_OF);
        size_t most = *wanted > 1 ? 1 : RD_SCAN_PARTS_MAX;
        if (!filters[f] || filters[f]->count == 0 || filters[f]->count > most)
            return false;
        for (size_t v = 0; v < filters[f]->count; v++)
            if (filters[f]->values[v].kind == RD_NULL)
                return false; /* empty fields stand in no index */
    }
    return true;
}

/* A value that is asked for twice is one part: none of its records comes twice. */
static bool plan_has(const struct rd_scan *scan, uint32_t number, const unsigned char *slot)
{
    unsigned char prefix[SCAN_SLOT_END];
    rd_key_put_u32(prefix, number);
    memcpy(prefix + 4, slot, RD_INDEX_VALUE_BYTES);
    for (size_t i = 0; i < scan->part_count; i++)
        if (memcmp(scan->parts[i].low, prefix, sizeof prefix) == 0)
            return true;
    return false;
}

static void plan_index(struct rd_scan *scan, size_t index, const struct rd_filter *const *filters,
                       size_t wanted)
{
    const struct rd_value *values[RD_CATALOGUE_INDEX_FIELDS_MAX];
    unsigned char slot[RD_INDEX_VALUE_BYTES];
    uint32_t number = scan_index_number(scan, index);
    scan->table = RD_TABLE_INDEX;
    scan->merge_from = SCAN_SLOT_END;
    scan->part_count = 0;
    for (size_t v = 0; v < filters[0]->count; v++) {
        for (size_t f = 0; f < wanted; f++)
            values[f] = &filters[f]->values[f ? 0 : v];
        bool has = rd_normal_slot(scan->type, &scan->type->indexes[index], values, scan->arena,
                                  &scan->kernel->scratch, slot);
        RD_ASSERT(has);
        if (!plan_has(scan, number, slot))
            plan_value(scan, number, slot);
    }
}

/* The index over the most fields all of which are asked for by equality; the state's only where
 * there is no other. False: none. */
static bool plan_by_value(struct rd_scan *scan)
{
    const struct rd_filter *filters[RD_CATALOGUE_INDEX_FIELDS_MAX];
    size_t best = 0, best_rank = 0, wanted;
    for (size_t i = 0; i < scan->type->index_count; i++) {
        const struct rd_type_index *index = &scan->type->indexes[i];
        size_t rank = index->field_count + 1;
        if (rank > best_rank && plan_equals(scan, index, filters, &wanted)) {
            best = i;
            best_rank = rank;
        }
    }
    if (best_rank == 0)
        return false;
    bool found = plan_equals(scan, &scan->type->indexes[best], filters, &wanted);
    RD_ASSERT(found);
    plan_index(scan, best, filters, wanted);
    return true;
}

/* All of an ordered index, or the stretch of it that a range asks for. */
static void plan_stretch(struct rd_scan *scan, size_t index, const struct rd_filter *range)
{
    unsigned char slot[RD_INDEX_VALUE_BYTES];
    const struct rd_value *value;
    scan->table = RD_TABLE_INDEX;
    scan->merge_from = 0;
    scan->part_count = 0;
    struct rd_scan_part *part = scan_add(scan);
    memset(part->low, 0, sizeof part->low);
    memset(part->high, 0xff, sizeof part->high);
    rd_key_put_u32(part->low, scan_index_number(scan, index));
    memcpy(part->high, part->low, 4);
    value = range ? &range->from : NULL;
    if (value && rd_index_slot(&value, 1, &scan->kernel->scratch, slot))
        memcpy(part->low + 4, slot, sizeof slot);
    value = range ? &range->to : NULL;
    if (value && rd_index_slot(&value, 1, &scan->kernel->scratch, slot))
        memcpy(part->high + 4, slot, sizeof slot); /* its own records do not match: to is outside */
}

/* The index of one ordered field; -1. */
static int scan_ordered(const struct rd_scan *scan, int field)
{
    for (size_t i = 1; field >= 0 && i < scan->type->index_count; i++) {
        const struct rd_type_index *index = &scan->type->indexes[i];
        struct rd_subject subject;
        if (index->field_count == 1 && index->fields[0] == field &&
            rd_subject_find(scan->type, scan->type->fields[field].name, &subject))
            return rd_subject_is_ordered(&subject) ? (int)i : -1;
    }
    return -1;
}

static bool plan_by_range(struct rd_scan *scan)
{
    for (size_t i = 0; i < scan->filter_count; i++) {
        const struct rd_filter *filter = &scan->filters[i];
        int index =
            filter->kind == RD_FILTER_RANGE ? scan_ordered(scan, filter->subject.field) : -1;
        if (index >= 0) {
            plan_stretch(scan, (size_t)index, filter);
            return true;
        }
    }
    return false;
}

static enum rd_status plan_order(struct rd_scan *scan, const char *order)
{
    const char *name = order + scan->backwards;
    if (strcmp(name, "id") == 0 || strcmp(name, "opened_at") == 0) {
        if (!plan_by_value(scan)) /* within a value of an index, that is the keys' own order */
            plan_records(scan);
        return RD_OK;
    }
    int field = rd_type_field(scan->type, name), index = scan_ordered(scan, field);
    if (index < 0)
        return rd_error_at(scan->error, RD_NOT_INDEXED, "/order",
                           "order goes by id, or by a field that is `indexed` and a number, "
                           "amount, date or time; '%s' is not",
                           name);
    plan_stretch(scan, (size_t)index, scan_filter(scan, RD_SUBJECT_FIELD, field, RD_FILTER_RANGE));
    return RD_OK;
}

/* A condition that asks for any of no values: no record is one of them. */
static bool plan_is_empty(const struct rd_scan *scan)
{
    for (size_t i = 0; i < scan->filter_count; i++)
        if (scan->filters[i].kind == RD_FILTER_ANY_OF && scan->filters[i].count == 0)
            return true;
    return false;
}

enum rd_status rd_scan_plan(struct rd_scan *scan, const char *order)
{
    enum rd_status status = RD_OK;
    scan->backwards = order && order[0] == '-';
    if (order)
        status = plan_order(scan, order);
    else if (!plan_by_value(scan) && !plan_by_range(scan))
        plan_records(scan);
    bool nothing = plan_is_empty(scan);
    for (size_t i = 0; status == RD_OK && i < scan->part_count; i++) {
        struct rd_scan_part *part = &scan->parts[i];
        memcpy(part->next, scan->backwards ? part->high : part->low, sizeof part->next);
        part->over = nothing || memcmp(part->low, part->high, scan_key_bytes(scan)) > 0;
    }
    return status;
}

/* ---- going on ---- */

static bool part_holds(const struct rd_scan *scan, const struct rd_scan_part *part,
                       const unsigned char *key)
{
    size_t len = scan_key_bytes(scan);
    return memcmp(key, part->low, len) >= 0 && memcmp(key, part->high, len) <= 0;
}

/* The key behind this one, or before it. */
static void scan_step(const struct rd_scan *scan, unsigned char *key)
{
    for (size_t i = scan_key_bytes(scan); i-- > 0;) {
        key[i] = (unsigned char)(scan->backwards ? key[i] - 1 : key[i] + 1);
        if (key[i] != (scan->backwards ? 0xff : 0))
            break;
    }
}

/* Every part goes on behind `key`, each below its own value. */
static void scan_go_on(struct rd_scan *scan, const unsigned char *key)
{
    size_t len = scan_key_bytes(scan);
    for (size_t i = 0; i < scan->part_count; i++) {
        struct rd_scan_part *part = &scan->parts[i];
        unsigned char next[RD_SCAN_KEY_MAX];
        memcpy(next, part->low, len);
        memcpy(next + scan->merge_from, key + scan->merge_from, len - scan->merge_from);
        scan_step(scan, next);
        if (scan->backwards ? memcmp(next, part->high, len) < 0 : memcmp(next, part->low, len) > 0)
            memcpy(part->next, next, len);
        part->over = part->over || !part_holds(scan, part, part->next);
    }
}

enum rd_status rd_scan_resume(struct rd_scan *scan, const char *cursor)
{
    unsigned char key[RD_SCAN_KEY_MAX + 4];
    size_t got, len = scan_key_bytes(scan);
    bool known = sodium_hex2bin(key, sizeof key, cursor, strlen(cursor), NULL, &got, NULL) == 0 &&
                 got == len;
    bool mine = false;
    for (size_t i = 0; known && i < scan->part_count; i++)
        mine |= memcmp(key, scan->parts[i].low,
                       scan->merge_from                 ? scan->merge_from
                       : scan->table == RD_TABLE_RECORD ? 2u
                                                        : 4u) == 0;
    if (!mine)
        return rd_error_at(scan->error, RD_BAD_CURSOR, "/cursor",
                           "the cursor does not belong to this list");
    scan_go_on(scan, key);
    return RD_OK;
}

/* ---- walking ---- */

struct scan_walks {
    struct rd_walk walks[RD_SCAN_PARTS_MAX];
    bool begun[RD_SCAN_PARTS_MAX];
};

static enum rd_status walk_check(struct rd_scan *scan, struct scan_walks *walks, size_t i,
                                 enum rd_status status)
{
    if (status == RD_END ||
        (status == RD_OK && !part_holds(scan, &scan->parts[i], walks->walks[i].key))) {
        scan->parts[i].over = true;
        status = RD_OK;
    }
    return status;
}

static enum rd_status walk_begin(struct rd_scan *scan, struct scan_walks *walks)
{
    enum rd_status status = RD_OK;
    for (size_t i = 0; status == RD_OK && i < scan->part_count; i++) {
        if (scan->parts[i].over)
            continue;
        walks->begun[i] = true;
        status = rd_walk_start(&walks->walks[i], scan->kernel->store, scan->table,
                               scan->parts[i].next, scan->backwards, scan->error);
        status = walk_check(scan, walks, i, status);
    }
    return status;
}

/* The part whose record comes next; -1: all are over. */
static int walk_first(const struct rd_scan *scan, const struct scan_walks *walks)
{
    size_t from = scan->merge_from, len = scan_key_bytes(scan) - from;
    int first = -1;
    for (size_t i = 0; i < scan->part_count; i++) {
        if (scan->parts[i].over)
            continue;
        const unsigned char *key = walks->walks[i].key;
        int order = first < 0 ? 0
                              : memcmp(key + from,
                                       (const unsigned char *)walks->walks[first].key + from, len);
        if (first < 0 || (scan->backwards ? order > 0 : order < 0))
            first = (int)i;
    }
    return first;
}

static bool scan_may(struct rd_scan *scan, const struct rd_record *record, struct rd_arena *arena)
{
    const struct rd_actor *actor = scan->actor;
    if (!scan->permission)
        return rd_query_may_read(scan->kernel, actor, scan->type, record, arena);
    if (actor->system || (actor->administrator && !actor->behind))
        return true;
    struct rd_belonging belonging = rd_belonging_of(scan->kernel->model, scan->type, record);
    return rd_actor_row(scan->kernel, actor, scan->permission, &belonging, arena, NULL) != NULL;
}

/* The same of the present, in the middle of a look at a snapshot. */
static bool scan_may_now(struct rd_scan *scan, const struct rd_record *record,
                         struct rd_arena *arena)
{
    rd_store_look(scan->kernel->store, NULL);
    bool may = scan_may(scan, record, arena);
    rd_store_look(scan->kernel->store, scan->snapshot);
    return may;
}

enum rd_status rd_scan_walk(struct rd_scan *scan, size_t looks,
                            bool (*take)(void *context, struct rd_scan *scan,
                                         struct rd_record *record),
                            void *context)
{
    struct scan_walks walks = { .begun = { false } };
    struct rd_arena scratch;
    size_t looked = 0;
    bool go = true;
    int first = -1;
    rd_arena_init(&scratch);
    scan->more = false;
    rd_store_look(scan->kernel->store, scan->snapshot);
    enum rd_status status = walk_begin(scan, &walks);
    while (status == RD_OK && (first = walk_first(scan, &walks)) >= 0) {
        struct rd_record record;
        const unsigned char *key = walks.walks[first].key;
        if (!go || looked >= looks) {
            scan->more = true;
            break;
        }
        memcpy(scan->last, key, scan_key_bytes(scan));
        looked++;
        struct rd_id id = { scan->table == RD_TABLE_RECORD ? rd_key_u64(key)
                                                           : rd_index_key_record(key) };
        rd_arena_reset(&scratch);
        status = rd_record_load(scan->kernel->store, id, &scratch, &record, scan->error);
        if (status == RD_OK && rd_filters_match(scan->filters, scan->filter_count, &record) &&
            scan_may_now(scan, &record, &scratch))
            go = take(context, scan, &record);
        if (status == RD_OK)
            status = walk_check(scan, &walks, (size_t)first,
                                rd_walk_next(&walks.walks[first], scan->error));
    }
    for (size_t i = 0; i < scan->part_count; i++)
        if (walks.begun[i])
            rd_walk_end(&walks.walks[i]);
    rd_store_look(scan->kernel->store, NULL);
    rd_arena_fini(&scratch);
    if (status == RD_OK && scan->more)
        scan_go_on(scan, scan->last);
    return status;
}

struct rd_value rd_scan_cursor(const struct rd_scan *scan)
{
    size_t len = scan_key_bytes(scan);
    if (!scan->more)
        return rd_null();
    char *hex = rd_arena_alloc(scan->arena, 2 * len + 1);
    sodium_bin2hex(hex, 2 * len + 1, scan->last, len);
    return rd_text(hex);
}
