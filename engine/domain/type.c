/* Field types: reading what comes from outside, and accepting what a rule has computed.
 *
 * Reading and accepting end in the same limits (type_fits), so that a rule can't write what a form
 * could not. What is read is copied into the caller's arena and borrows nothing; sentences are made
 * there, too. Nothing here looks anything up: whether a record, an account or a unit exists is the
 * caller's question.
 */
#include "domain/type.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "domain/calendar.h"
#include "domain/type_inner.h"

#define CHOICES_SHOWN_MAX 12 /* in a sentence that lists what would have been right */

const char *rd_type_name(enum rd_type_kind kind)
{
    switch (kind) {
    case RD_TYPE_TEXT:
        return "text";
    case RD_TYPE_INTEGER:
        return "integer";
    case RD_TYPE_NUMBER:
        return "number";
    case RD_TYPE_MONEY:
        return "money";
    case RD_TYPE_BOOLEAN:
        return "boolean";
    case RD_TYPE_DATE:
        return "date";
    case RD_TYPE_INSTANT:
        return "instant";
    case RD_TYPE_DURATION:
        return "duration";
    case RD_TYPE_CHOICE:
        return "choice";
    case RD_TYPE_REFERENCE:
        return "reference";
    case RD_TYPE_ACCOUNT:
        return "account";
    case RD_TYPE_UNIT:
        return "unit";
    case RD_TYPE_LIST:
        return "list";
    }
    return "unknown";
}

/* ---- limits ---- */

/* What min and max count. */
static int64_t type_size(const struct rd_type *type, const struct rd_value *value)
{
    if (type->kind == RD_TYPE_TEXT)
        return (int64_t)rd_text_length(value->text, value->count);
    return type->kind == RD_TYPE_LIST ? value->count : value->integer;
}

static enum rd_status type_outside(const struct rd_type *type, bool above, struct rd_arena *arena,
                                   struct rd_error *error)
{
    const char *most = above ? "most" : "least";
    int64_t limit = above ? type->max : type->min;
    if (type->kind == RD_TYPE_TEXT || type->kind == RD_TYPE_LIST)
        return rd_error_set(error, RD_BAD_FORM, "must have at %s %" PRId64 " %s", most, limit,
                            type->kind == RD_TYPE_TEXT ? "letters" : "items");
    struct rd_value inside = rd_int(limit);
    struct rd_value shown = rd_type_show(type, &inside, arena);
    if (shown.kind == RD_TEXT)
        return rd_error_set(error, RD_BAD_FORM, "must be at %s %s", most, shown.text);
    return rd_error_set(error, RD_BAD_FORM, "must be at %s %" PRId64, most, limit);
}

/* The limits of an inside value that has its type's kind already. */
static enum rd_status type_fits(const struct rd_type *type, const struct rd_value *inside,
                                struct rd_arena *arena, struct rd_error *error)
{
    bool below, above;
    if (type->kind == RD_TYPE_NUMBER) {
        below = type->has_min && inside->real < (double)type->min;
        above = type->has_max && inside->real > (double)type->max;
    } else {
        int64_t size = type->has_min || type->has_max ? type_size(type, inside) : 0;
        below = type->has_min && size < type->min;
        above = type->has_max && size > type->max;
    }
    if (below || above)
        return type_outside(type, above, arena, error);
    return RD_OK;
}

/* ---- texts ---- */

/* "key, quality, ordinary": cut where there are many. */
static void type_choice_list(const struct rd_type *type, char *list, size_t size)
{
    size_t len = 0;
    for (size_t i = 0; i < type->choice_count && i < CHOICES_SHOWN_MAX && len < size; i++)
        len +=
            (size_t)snprintf(list + len, size - len, "%s%s", i > 0 ? ", " : "", type->choices[i]);
    if (type->choice_count > CHOICES_SHOWN_MAX && len < size)
        snprintf(list + len, size - len, ", ... (%zu in all)", type->choice_count);
}

static enum rd_status type_no_choice(const struct rd_type *type, const char *word,
                                     struct rd_error *error)
{
    char list[RD_ERROR_TEXT_MAX - 2 * RD_NAME_BYTES_MAX];
    type_choice_list(type, list, sizeof(list));
    const char *nearest = word ? rd_text_nearest(word, type->choices, type->choice_count) : NULL;
    if (nearest)
        return rd_error_set(error, RD_BAD_FORM, "must be one of %s; did you mean '%s'?", list,
                            nearest);
    return rd_error_set(error, RD_BAD_FORM, "must be one of %s", list);
}

static enum rd_status type_check_duration(const struct rd_value *value, struct rd_error *error)
{
    struct rd_error reason = RD_ERROR_NONE;
    struct rd_duration duration;
    if (rd_duration_parse(value->text, false, &duration, &reason) == RD_OK)
        return RD_OK;
    return rd_error_set(error, RD_BAD_FORM, "must be a duration such as \"4 hours\" (%s)",
                        reason.text);
}

static enum rd_status type_check_text(const struct rd_type *type, const struct rd_value *value,
                                      struct rd_arena *arena, struct rd_error *error)
{
    switch (type->kind) {
    case RD_TYPE_DURATION:
        return type_check_duration(value, error);
    case RD_TYPE_CHOICE:
        if (rd_type_choice_at(type, value) == type->choice_count)
            return type_no_choice(type, value->text, error);
        return RD_OK;
    case RD_TYPE_ACCOUNT:
    case RD_TYPE_UNIT:
        if (value->count == 0 || value->count > RD_NAME_BYTES_MAX)
            return rd_error_set(error, RD_BAD_FORM, "must be the name of %s",
                                type->kind == RD_TYPE_UNIT ? "a unit" : "an account");
        return RD_OK;
    case RD_TYPE_TEXT:
        return type_fits(type, value, arena, error);
    case RD_TYPE_INTEGER:
    case RD_TYPE_NUMBER:
    case RD_TYPE_MONEY:
    case RD_TYPE_BOOLEAN:
    case RD_TYPE_DATE:
    case RD_TYPE_INSTANT:
    case RD_TYPE_REFERENCE:
    case RD_TYPE_LIST:
        break;
    }
    RD_ASSERT(false && "a type that is text inside");
    return RD_INTERNAL_ERROR;
}

/* What a value of the type looks like, for the sentence that refuses another. */
static enum rd_status type_wrong(const struct rd_type *type, struct rd_error *error)
{
    switch (type->kind) {
    case RD_TYPE_TEXT:
        return rd_error_set(error, RD_BAD_FORM, "must be a text");
    case RD_TYPE_INTEGER:
        return rd_error_set(error, RD_BAD_FORM, "must be a whole number");
    case RD_TYPE_NUMBER:
        return rd_error_set(error, RD_BAD_FORM, "must be a number");
    case RD_TYPE_MONEY:
        return rd_error_set(error, RD_BAD_FORM, "must be an amount such as \"100.00\"");
    case RD_TYPE_BOOLEAN:
        return rd_error_set(error, RD_BAD_FORM, "must be true or false");
    case RD_TYPE_DATE:
        return rd_error_set(error, RD_BAD_FORM, "must be a date such as \"2026-03-06\"");
    case RD_TYPE_INSTANT:
        return rd_error_set(error, RD_BAD_FORM, "must be a time such as \"2026-03-06T08:00:00Z\"");
    case RD_TYPE_DURATION:
        return rd_error_set(error, RD_BAD_FORM, "must be a duration such as \"4 hours\"");
    case RD_TYPE_CHOICE:
        return type_no_choice(type, NULL, error);
    case RD_TYPE_REFERENCE:
        return rd_error_set(error, RD_BAD_FORM, "must be a record's id such as \"3-17\"");
    case RD_TYPE_ACCOUNT:
        return rd_error_set(error, RD_BAD_FORM, "must be the name of an account");
    case RD_TYPE_UNIT:
        return rd_error_set(error, RD_BAD_FORM, "must be the name of a unit");
    case RD_TYPE_LIST:
        return rd_error_set(error, RD_BAD_FORM, "must be a list");
    }
    return RD_BAD_FORM;
}

static enum rd_status type_take_text(const struct rd_type *type, const struct rd_value *value,
                                     struct rd_arena *arena, struct rd_value *inside,
                                     struct rd_error *error)
{
    if (value->kind != RD_TEXT)
        return type_wrong(type, error);
    if (value->count > RD_TEXT_FIELD_BYTES_MAX)
        return rd_error_set(error, RD_BAD_FORM, "must not be longer than %u bytes",
                            RD_TEXT_FIELD_BYTES_MAX);
    if (memchr(value->text, '\0', value->count))
        return rd_error_set(error, RD_BAD_FORM, "must not hold a NUL");
    enum rd_status status = type_check_text(type, value, arena, error);
    if (status == RD_OK && type->kind == RD_TYPE_CHOICE) /* the policy's own text, and no copy */
        *inside = rd_text(type->choices[rd_type_choice_at(type, value)]);
    else if (status == RD_OK)
        *inside = rd_text_copy(arena, value->text, value->count);
    return status;
}

/* ---- numbers ---- */

/* Whole numbers may come as reals: JSON and Lua both spell 5 as 5.0 at times. */
static bool type_whole(const struct rd_value *value, int64_t *out)
{
    if (value->kind == RD_INT) {
        *out = value->integer;
        return true;
    }
    if (value->kind != RD_REAL || !(value->real >= -0x1p63 && value->real < 0x1p63) ||
        trunc(value->real) != value->real)
        return false;
    *out = (int64_t)value->real;
    return true;
}

static bool type_real(const struct rd_value *value, double *out)
{
    if (value->kind == RD_INT)
        *out = (double)value->integer;
    else if (value->kind == RD_REAL && isfinite(value->real))
        *out = value->real;
    else
        return false;
    return true;
}

/* The integer that a text of the type spells. */
static bool type_spelled(const struct rd_type *type, const char *text, int64_t *out)
{
    struct rd_id id;
    switch (type->kind) {
    case RD_TYPE_MONEY:
        if (strcmp(text, "unlimited") == 0) {
            *out = RD_MONEY_UNLIMITED;
            return true;
        }
        return rd_money_read(text, out);
    case RD_TYPE_DATE:
        return rd_date_read(text, out);
    case RD_TYPE_INSTANT:
        return rd_time_read(text, out);
    case RD_TYPE_REFERENCE:
        if (!rd_id_read(text, &id))
            return false;
        *out = (int64_t)id.value;
        return true;
    case RD_TYPE_TEXT:
    case RD_TYPE_INTEGER:
    case RD_TYPE_NUMBER:
    case RD_TYPE_BOOLEAN:
    case RD_TYPE_DURATION:
    case RD_TYPE_CHOICE:
    case RD_TYPE_ACCOUNT:
    case RD_TYPE_UNIT:
    case RD_TYPE_LIST:
        break;
    }
    return false;
}

/* ---- reading and accepting ---- */

/* `outside`: the items are read, else accepted. */
static enum rd_status type_take_list(const struct rd_type *type, const struct rd_value *value,
                                     bool outside, struct rd_arena *arena, struct rd_value *inside,
                                     struct rd_error *error)
{
    if (value->kind != RD_LIST)
        return type_wrong(type, error);
    enum rd_status status = type_fits(type, value, arena, error);
    struct rd_value list = rd_list();
    for (uint32_t i = 0; i < value->count && status == RD_OK; i++) {
        struct rd_error reason = RD_ERROR_NONE;
        struct rd_value item = rd_null();
        if (value->items[i].kind == RD_NULL)
            status = rd_error_set(&reason, RD_BAD_FORM, "must not be empty");
        else if (outside)
            status = rd_type_read(type->element, &value->items[i], arena, &item, &reason);
        else
            status = rd_type_accept(type->element, &value->items[i], arena, &item, &reason);
        if (status != RD_OK)
            rd_error_set(error, status, "item %" PRIu32 " %s", i + 1, reason.text);
        else
            rd_list_add(arena, &list, item);
    }
    if (status == RD_OK)
        *inside = list;
    return status;
}

/* The kinds that look alike outside and inside, but for the items of a list. */
static enum rd_status type_take_plain(const struct rd_type *type, const struct rd_value *value,
                                      struct rd_arena *arena, struct rd_value *inside,
                                      struct rd_error *error)
{
    int64_t whole;
    double real;
    switch (type->kind) {
    case RD_TYPE_BOOLEAN:
        if (value->kind != RD_BOOL)
            return type_wrong(type, error);
        *inside = *value;
        return RD_OK;
    case RD_TYPE_NUMBER:
        if (!type_real(value, &real))
            return type_wrong(type, error);
        *inside = rd_real(real);
        return type_fits(type, inside, arena, error);
    case RD_TYPE_INTEGER:
    case RD_TYPE_MONEY:
    case RD_TYPE_DATE:
    case RD_TYPE_INSTANT:
    case RD_TYPE_REFERENCE:
        if (!type_whole(value, &whole) ||
            (type->kind == RD_TYPE_DATE && !rd_type_date_spelled(whole)) ||
            (type->kind == RD_TYPE_INSTANT && !rd_type_instant_spelled(whole)))
            return type_wrong(type, error);
        *inside = rd_int(whole);
        return type_fits(type, inside, arena, error);
    case RD_TYPE_TEXT:
    case RD_TYPE_DURATION:
    case RD_TYPE_CHOICE:
    case RD_TYPE_ACCOUNT:
    case RD_TYPE_UNIT:
        return type_take_text(type, value, arena, inside, error);
    case RD_TYPE_LIST:
        break;
    }
    RD_ASSERT(false && "lists are taken item by item");
    return RD_INTERNAL_ERROR;
}

static enum rd_status type_read_spelled(const struct rd_type *type, const struct rd_value *outside,
                                        struct rd_arena *arena, struct rd_value *inside,
                                        struct rd_error *error)
{
    int64_t number;
    if (outside->kind != RD_TEXT || memchr(outside->text, '\0', outside->count) ||
        !type_spelled(type, outside->text, &number))
        return type_wrong(type, error);
    *inside = rd_int(number);
    return type_fits(type, inside, arena, error);
}

enum rd_status rd_type_read(const struct rd_type *type, const struct rd_value *outside,
                            struct rd_arena *arena, struct rd_value *inside, struct rd_error *error)
{
    if (outside->kind == RD_NULL) {
        *inside = rd_null();
        return RD_OK;
    }
    switch (type->kind) {
    case RD_TYPE_MONEY:
    case RD_TYPE_DATE:
    case RD_TYPE_INSTANT:
    case RD_TYPE_REFERENCE:
        return type_read_spelled(type, outside, arena, inside, error);
    case RD_TYPE_LIST:
        return type_take_list(type, outside, true, arena, inside, error);
    case RD_TYPE_TEXT:
    case RD_TYPE_INTEGER:
    case RD_TYPE_NUMBER:
    case RD_TYPE_BOOLEAN:
    case RD_TYPE_DURATION:
    case RD_TYPE_CHOICE:
    case RD_TYPE_ACCOUNT:
    case RD_TYPE_UNIT:
        break;
    }
    return type_take_plain(type, outside, arena, inside, error);
}

enum rd_status rd_type_accept(const struct rd_type *type, const struct rd_value *value,
                              struct rd_arena *arena, struct rd_value *inside,
                              struct rd_error *error)
{
    if (value->kind == RD_NULL) {
        *inside = rd_null();
        return RD_OK;
    }
    if (type->kind == RD_TYPE_LIST)
        return type_take_list(type, value, false, arena, inside, error);
    return type_take_plain(type, value, arena, inside, error);
}
