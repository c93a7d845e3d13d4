/* Filters: what lists, views and reports ask of a record, read from outside and held against it.
 *
 * One room for all three, so that `where` means the same wherever one writes it. Matching is done
 * for each record that a list looks at: what is asked for is made ready once, and nothing of the
 * record is copied but a text that has a normal form.
 */
#include "domain/filter.h"

#include <string.h>

#include "domain/model.h"
#include "domain/normal.h"

static const struct rd_type FILTER_TEXT = { .kind = RD_TYPE_TEXT };
static const struct rd_type FILTER_INSTANT = { .kind = RD_TYPE_INSTANT };

bool rd_subject_find(const struct rd_record_type *type, const char *name, struct rd_subject *out)
{
    int at = rd_type_field(type, name);
    *out = (struct rd_subject){ .field = at };
    if (at >= 0) {
        out->name = type->fields[at].name;
        out->type = &type->fields[at].type;
    } else if (strcmp(name, "state") == 0 && type->chart) {
        *out = (struct rd_subject){ RD_SUBJECT_STATE, -1, "state", &FILTER_TEXT };
    } else if (strcmp(name, "opened_at") == 0) {
        *out = (struct rd_subject){ RD_SUBJECT_OPENED_AT, -1, "opened_at", &FILTER_INSTANT };
    } else if (strcmp(name, "updated_at") == 0) {
        *out = (struct rd_subject){ RD_SUBJECT_UPDATED_AT, -1, "updated_at", &FILTER_INSTANT };
    } else {
        return false;
    }
    return true;
}

const char **rd_subject_names(const struct rd_record_type *type, struct rd_arena *arena,
                              size_t *count)
{
    const char **names = rd_arena_alloc(arena, (type->field_count + 3) * sizeof *names);
    *count = 0;
    for (size_t i = 0; i < type->field_count; i++)
        names[(*count)++] = type->fields[i].name;
    if (type->chart)
        names[(*count)++] = "state";
    names[(*count)++] = "opened_at";
    names[(*count)++] = "updated_at";
    return names;
}

const struct rd_value *rd_subject_value(const struct rd_subject *subject,
                                        const struct rd_record *record, struct rd_value *room)
{
    const struct rd_value *value = NULL;
    *room = rd_null();
    switch (subject->kind) {
    case RD_SUBJECT_FIELD:
        value = rd_map_get(&record->data, subject->name);
        break;
    case RD_SUBJECT_STATE:
        *room = record->state ? rd_text(record->state) : rd_null();
        break;
    case RD_SUBJECT_OPENED_AT:
        *room = rd_int(record->opened_at_ms);
        break;
    case RD_SUBJECT_UPDATED_AT:
        *room = rd_int(record->updated_at_ms);
        break;
    }
    return value ? value : room;
}

bool rd_subject_is_ordered(const struct rd_subject *subject)
{
    switch (subject->type->kind) {
    case RD_TYPE_INTEGER:
    case RD_TYPE_NUMBER:
    case RD_TYPE_MONEY:
    case RD_TYPE_BOOLEAN:
    case RD_TYPE_DATE:
    case RD_TYPE_INSTANT:
    case RD_TYPE_REFERENCE:
        return true;
    case RD_TYPE_TEXT:
    case RD_TYPE_DURATION:
    case RD_TYPE_CHOICE:
    case RD_TYPE_ACCOUNT:
    case RD_TYPE_UNIT:
    case RD_TYPE_LIST:
        break;
    }
    return false;
}

/* ---- reading ---- */

struct filter_read {
    const char *name;
    struct rd_arena *arena;
    struct rd_filter *filter;
    struct rd_error *error;
};

static enum rd_status filter_one(const struct filter_read *read, const struct rd_type *type,
                                 const struct rd_value *outside, struct rd_value *inside)
{
    struct rd_error why = RD_ERROR_NONE;
    if (rd_type_read(type, outside, read->arena, inside, &why) == RD_OK)
        return RD_OK;
    return rd_error_set(read->error, RD_INVALID_PARAMS, "%s %s", read->name, why.text);
}

/* A value, or a list of values of a field that is no list itself. */
static enum rd_status filter_values(const struct filter_read *read, const struct rd_value *outside)
{
    struct rd_filter *filter = read->filter;
    const struct rd_type *type = filter->subject.type;
    bool several = outside->kind == RD_LIST && type->kind != RD_TYPE_LIST;
    size_t count = several ? outside->count : 1;
    if (count > RD_FILTER_VALUES_MAX)
        return rd_error_set(read->error, RD_INVALID_PARAMS,
                            "%s is asked for %zu values; %d is the "
                            "limit",
                            read->name, count, RD_FILTER_VALUES_MAX);
    filter->values = rd_arena_zalloc(read->arena, count + 1, sizeof *filter->values);
    for (size_t i = 0; i < count; i++) {
        enum rd_status status = filter_one(read, type, several ? &outside->items[i] : outside,
                                           &filter->values[filter->count++]);
        if (status != RD_OK)
            return status;
    }
    return RD_OK;
}

static enum rd_status filter_contains(const struct filter_read *read,
                                      const struct rd_value *outside)
{
    struct rd_filter *filter = read->filter;
    const struct rd_type *type = filter->subject.type;
    filter->kind = RD_FILTER_CONTAINS;
    if (type->kind != RD_TYPE_TEXT && type->kind != RD_TYPE_LIST)
        return rd_error_set(read->error, RD_INVALID_PARAMS,
                            "%s is no text and no list: it contains nothing", read->name);
    filter->values = rd_arena_zalloc(read->arena, 1, sizeof *filter->values);
    filter->count = 1;
    return filter_one(read, type->kind == RD_TYPE_LIST ? type->element : &FILTER_TEXT, outside,
                      filter->values);
}

static enum rd_status filter_range(const struct filter_read *read, const struct rd_value *outside)
{
    struct rd_filter *filter = read->filter;
    const struct rd_value *from = rd_map_get(outside, "from"), *to = rd_map_get(outside, "to");
    enum rd_status status = RD_OK;
    filter->kind = RD_FILTER_RANGE;
    if (from)
        status = filter_one(read, filter->subject.type, from, &filter->from);
    if (to && status == RD_OK)
        status = filter_one(read, filter->subject.type, to, &filter->to);
    return status;
}

static enum rd_status filter_map(const struct filter_read *read, const struct rd_value *outside)
{
    static const char *const KEYS[] = { "from", "to", "contains", "except" };
    for (uint32_t i = 0; i < outside->count; i++) {
        size_t k = 0;
        while (k < 4 && strcmp(KEYS[k], outside->pairs[i].key) != 0)
            k++;
        if (k == 4 || (k > 1 && outside->count > 1))
            return rd_error_set(read->error, RD_INVALID_PARAMS,
                                "%s is a value, a list of values, {from, to}, {contains} or "
                                "{except}; not '%s'",
                                read->name, outside->pairs[i].key);
    }
    const struct rd_value *contains = rd_map_get(outside, "contains");
    const struct rd_value *except = rd_map_get(outside, "except");
    if (contains)
        return filter_contains(read, contains);
    if (!except)
        return filter_range(read, outside);
    read->filter->kind = RD_FILTER_NONE_OF;
    return filter_values(read, except);
}

enum rd_status rd_filter_read(const struct rd_record_type *type, const char *name,
                              const struct rd_value *outside, struct rd_arena *arena,
                              struct rd_filter *out, struct rd_error *error)
{
    struct filter_read read = { name, arena, out, error };
    *out = (struct rd_filter){ .from = rd_null(), .to = rd_null() };
    if (!rd_subject_find(type, name, &out->subject)) {
        size_t count;
        const char **names = rd_subject_names(type, arena, &count);
        return rd_error_set(error, RD_INVALID_PARAMS, "%s has no field '%s'%s", type->name, name,
                            rd_model_guess(arena, name, names, count));
    }
    enum rd_status status =
        outside->kind == RD_MAP ? filter_map(&read, outside) : filter_values(&read, outside);
    if (status == RD_OK)
        rd_filter_ready(out, arena);
    return status;
}

/* ---- matching ---- */

void rd_filter_ready(struct rd_filter *filter, struct rd_arena *arena)
{
    enum rd_normal normal = filter->subject.type->normal;
    bool compares = filter->kind == RD_FILTER_ANY_OF || filter->kind == RD_FILTER_NONE_OF;
    if (normal == RD_NORMAL_NONE || !compares || filter->count == 0)
        return;
    filter->forms = rd_arena_zalloc(arena, filter->count, sizeof *filter->forms);
    for (size_t i = 0; i < filter->count; i++)
        filter->forms[i] = rd_normal_value(normal, &filter->values[i], arena);
}

static bool filter_is_one(const struct rd_filter *filter, const struct rd_value *value)
{
    const struct rd_value *values = filter->forms ? filter->forms : filter->values;
    struct rd_arena scratch;
    struct rd_value form = *value;
    bool found = false;
    rd_arena_init(&scratch);
    if (filter->forms)
        form = rd_normal_value(filter->subject.type->normal, value, &scratch);
    for (size_t i = 0; i < filter->count && !found; i++)
        found = rd_value_equal(&form, &values[i]);
    rd_arena_fini(&scratch);
    return found;
}

static bool filter_holds(const struct rd_filter *filter, const struct rd_value *value)
{
    const struct rd_value *wanted = &filter->values[0];
    if (value->kind == RD_TEXT && wanted->kind == RD_TEXT)
        return strcasestr(value->text, wanted->text) != NULL;
    for (uint32_t i = 0; value->kind == RD_LIST && i < value->count; i++)
        if (rd_value_equal(&value->items[i], wanted))
            return true;
    return false;
}

static bool filter_matches(const struct rd_filter *filter, const struct rd_value *value)
{
    const struct rd_type *type = filter->subject.type;
    switch (filter->kind) {
    case RD_FILTER_ANY_OF:
        return filter_is_one(filter, value);
    case RD_FILTER_NONE_OF:
        return !filter_is_one(filter, value);
    case RD_FILTER_CONTAINS:
        return filter_holds(filter, value);
    case RD_FILTER_GIVEN:
        return value->kind != RD_NULL;
    case RD_FILTER_RANGE:
        return value->kind != RD_NULL &&
               (filter->from.kind == RD_NULL || rd_type_compare(type, value, &filter->from) >= 0) &&
               (filter->to.kind == RD_NULL || rd_type_compare(type, value, &filter->to) < 0);
    }
    return false;
}

bool rd_filters_match(const struct rd_filter *filters, size_t count, const struct rd_record *record)
{
    for (size_t i = 0; i < count; i++) {
        struct rd_value room;
        if (!filter_matches(&filters[i], rd_subject_value(&filters[i].subject, record, &room)))
            return false;
    }
    return true;
}
