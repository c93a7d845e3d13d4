/* Field types: showing and ordering what is stored, and describing it as JSON Schema.
 *
 * Nothing here ever fails: a policy may have changed since a value was stored, and an old record
 * must stay readable. What no longer fits its type is shown as it is, and ordered somehow, but
 * always in the same way.
 */
#include "domain/type_inner.h"

#include <string.h>

#include "base/text.h"

#define DAY_MS (24 * 3600 * 1000ll)

bool rd_type_date_spelled(int64_t days)
{
    return days >= rd_date_days(1, 1, 1) && days <= rd_date_days(9999, 12, 31);
}

bool rd_type_instant_spelled(int64_t time_ms)
{
    return time_ms >= rd_date_days(1, 1, 1) * DAY_MS &&
           time_ms < rd_date_days(10000, 1, 1) * DAY_MS;
}

size_t rd_type_choice_at(const struct rd_type *type, const struct rd_value *value)
{
    size_t i = 0;
    while (i < type->choice_count && (strncmp(type->choices[i], value->text, value->count) != 0 ||
                                      type->choices[i][value->count] != '\0'))
        i++;
    return i;
}

/* ---- showing ---- */

static struct rd_value type_show_int(const struct rd_type *type, int64_t number,
                                     struct rd_arena *arena)
{
    char text[RD_MONEY_TEXT_MAX > RD_TIME_TEXT_MAX ? RD_MONEY_TEXT_MAX : RD_TIME_TEXT_MAX];
    _Static_assert(RD_ID_TEXT_MAX <= sizeof(text), "ids fit, too");
    if (type->kind == RD_TYPE_MONEY) {
        rd_money_write(number, text);
    } else if (type->kind == RD_TYPE_REFERENCE) {
        rd_id_write((struct rd_id){ (uint64_t)number }, text);
    } else if (type->kind == RD_TYPE_DATE && rd_type_date_spelled(number)) {
        rd_date_write(number, text);
    } else if (type->kind == RD_TYPE_INSTANT && rd_type_instant_spelled(number)) {
        rd_time_write(number, text);
    } else {
        return rd_int(number);
    }
    return rd_text_copy(arena, text, strlen(text));
}

struct rd_value rd_type_show(const struct rd_type *type, const struct rd_value *inside,
                             struct rd_arena *arena)
{
    if (inside->kind == RD_INT)
        return type_show_int(type, inside->integer, arena);
    if (inside->kind != RD_LIST || type->kind != RD_TYPE_LIST)
        return *inside;
    struct rd_value list = rd_list();
    for (uint32_t i = 0; i < inside->count; i++)
        rd_list_add(arena, &list, rd_type_show(type->element, &inside->items[i], arena));
    return list;
}

/* ---- ordering ---- */

static int type_compare_text(const struct rd_value *a, const struct rd_value *b)
{
    int order = memcmp(a->text, b->text, a->count < b->count ? a->count : b->count);
    return order != 0 ? order : (a->count > b->count) - (a->count < b->count);
}

/* Texts that are no choice (any more) come behind all that are. */
static int type_compare_choice(const struct rd_type *type, const struct rd_value *a,
                               const struct rd_value *b)
{
    size_t a_at = rd_type_choice_at(type, a);
    size_t b_at = rd_type_choice_at(type, b);
    if (a_at == b_at)
        return a_at == type->choice_count ? type_compare_text(a, b) : 0;
    return a_at < b_at ? -1 : 1;
}

static int type_compare_list(const struct rd_type *type, const struct rd_value *a,
                             const struct rd_value *b)
{
    const struct rd_type *element = type->kind == RD_TYPE_LIST ? type->element : type;
    for (uint32_t i = 0; i < a->count && i < b->count; i++) {
        int order = rd_type_compare(element, &a->items[i], &b->items[i]);
        if (order != 0)
            return order;
    }
    return (a->count > b->count) - (a->count < b->count);
}

/* Whole and real numbers against each other; among whole ones no digit is lost. */
static int type_compare_number(const struct rd_value *a, const struct rd_value *b)
{
    if (a->kind == RD_INT && b->kind == RD_INT)
        return (a->integer > b->integer) - (a->integer < b->integer);
    double x = a->kind == RD_INT ? (double)a->integer : a->real;
    double y = b->kind == RD_INT ? (double)b->integer : b->real;
    return (x > y) - (x < y);
}

static bool type_is_numeric(const struct rd_value *value)
{
    return value->kind == RD_INT || value->kind == RD_REAL;
}

int rd_type_compare(const struct rd_type *type, const struct rd_value *a, const struct rd_value *b)
{
    if (type_is_numeric(a) && type_is_numeric(b))
        return type_compare_number(a, b);
    /* kinds differ only where one of them no longer fits its type: any fixed order will do; null is
     * the least kind */
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    switch (a->kind) {
    case RD_BOOL:
        return a->boolean - b->boolean;
    case RD_TEXT:
        return type->kind == RD_TYPE_CHOICE ? type_compare_choice(type, a, b)
                                            : type_compare_text(a, b);
    case RD_LIST:
        return type_compare_list(type, a, b);
    case RD_NULL:
    case RD_INT:
    case RD_REAL:
    case RD_MAP:
        break;
    }
    return 0;
}

/* ---- JSON Schema (draft 2020-12) ---- */

static void schema_text(struct rd_arena *arena, struct rd_value *schema, const char *key,
                        const char *text)
{
    rd_map_add(arena, schema, key, rd_text(text));
}

/* Min and max under the names that the type has for them; a limit that is spelled as a text has no
 * standard name. */
static void schema_limits(const struct rd_type *type, struct rd_arena *arena,
                          struct rd_value *schema)
{
    const char *min = "x-minimum";
    const char *max = "x-maximum";
    if (type->kind == RD_TYPE_TEXT || type->kind == RD_TYPE_LIST) {
        min = type->kind == RD_TYPE_TEXT ? "minLength" : "minItems";
        max = type->kind == RD_TYPE_TEXT ? "maxLength" : "maxItems";
    } else if (type->kind == RD_TYPE_INTEGER || type->kind == RD_TYPE_NUMBER) {
        min = "minimum";
        max = "maximum";
    }
    if (type->has_min)
        rd_map_add(arena, schema, min, type_show_int(type, type->min, arena));
    if (type->has_max)
        rd_map_add(arena, schema, max, type_show_int(type, type->max, arena));
}

static void schema_choices(const struct rd_type *type, struct rd_arena *arena,
                           struct rd_value *schema)
{
    struct rd_value choices = rd_list();
    for (size_t i = 0; i < type->choice_count; i++)
        rd_list_add(arena, &choices, rd_text(type->choices[i]));
    rd_map_add(arena, schema, "enum", choices);
}

/* What there is to say beyond the JSON type. */
static void schema_details(const struct rd_type *type, struct rd_arena *arena,
                           struct rd_value *schema)
{
    switch (type->kind) {
    case RD_TYPE_MONEY:
        schema_text(arena, schema, "pattern", "^(-?[0-9]+(\\.[0-9]{1,2})?|unlimited)$");
        break;
    case RD_TYPE_DATE:
        schema_text(arena, schema, "format", "date");
        break;
    case RD_TYPE_INSTANT:
        schema_text(arena, schema, "format", "date-time");
        break;
    case RD_TYPE_DURATION:
        schema_text(arena, schema, "description", "a duration such as \"4 hours\"");
        break;
    case RD_TYPE_CHOICE:
        schema_choices(type, arena, schema);
        break;
    case RD_TYPE_REFERENCE:
        schema_text(arena, schema, "pattern", "^[0-9]+-[0-9]+$");
        schema_text(arena, schema, "x-record", type->of);
        break;
    case RD_TYPE_ACCOUNT:
        schema_text(arena, schema, "description", "the name of an account");
        break;
    case RD_TYPE_UNIT:
        schema_text(arena, schema, "description", "the name of a unit");
        break;
    case RD_TYPE_LIST:
        rd_map_add(arena, schema, "items", rd_type_schema(type->element, arena));
        break;
    case RD_TYPE_TEXT:
    case RD_TYPE_INTEGER:
    case RD_TYPE_NUMBER:
    case RD_TYPE_BOOLEAN:
        break;
    }
}

struct rd_value rd_type_schema(const struct rd_type *type, struct rd_arena *arena)
{
    struct rd_value schema = rd_map();
    bool plain = type->kind == RD_TYPE_INTEGER || type->kind == RD_TYPE_NUMBER ||
                 type->kind == RD_TYPE_BOOLEAN;
    const char *json = type->kind == RD_TYPE_LIST ? "array" : "string";
    schema_text(arena, &schema, "type", plain ? rd_type_name(type->kind) : json);
    schema_details(type, arena, &schema);
    schema_limits(type, arena, &schema);
    return schema;
}
