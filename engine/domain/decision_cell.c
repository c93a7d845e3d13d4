/* Cells of decision tables: reading them, and the algebra that the checks need.
 *
 * The algebra has one operation, "the least key from here on that a cell takes" (rd_cell_next). Two
 * cells meet where hopping from one to the other comes to rest; one covers another where the second
 * never meets the first one's complement. Each hop passes a bound of a range or an item of a set,
 * so it ends soon, however far apart the keys are.
 */
#include "domain/decision_cell.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* ---- reading ---- */

/* A cell under way. */
struct cell_read {
    struct rd_arena *arena;
    struct rd_column *column;
    const char *written; /* the whole cell, for messages */
    struct rd_error *error;
};

static enum rd_status cell_refuse(const struct cell_read *read, const char *what)
{
    return rd_error_set(read->error, RD_BAD_FORM, "%s (\"%.80s\")", what, read->written);
}

/* Within a text, numbers and booleans are spelled as texts; what spells none stays a text, which no
 * such type takes. */
static struct rd_value cell_spelled(const struct rd_type *type, const struct rd_value *text)
{
    int64_t whole;
    if (type->kind == RD_TYPE_INTEGER && rd_text_int(text->text, &whole))
        return rd_int(whole);
    if (type->kind == RD_TYPE_BOOLEAN && strcmp(text->text, "true") == 0)
        return rd_bool(true);
    if (type->kind == RD_TYPE_BOOLEAN && strcmp(text->text, "false") == 0)
        return rd_bool(false);
    if (type->kind == RD_TYPE_NUMBER && text->count > 0 &&
        strspn(text->text, "+-.0123456789eE") == text->count) {
        char *end;
        double real = strtod(text->text, &end);
        if (*end == '\0')
            return rd_real(real);
    }
    return *text;
}

static enum rd_status cell_value(const struct cell_read *read, const struct rd_value *written,
                                 int64_t *key)
{
    struct rd_column *column = read->column;
    struct rd_value outside =
        written->kind == RD_TEXT ? cell_spelled(&column->field->type, written) : *written;
    struct rd_value inside;
    enum rd_status status =
        rd_type_read(&column->field->type, &outside, read->arena, &inside, read->error);
    if (status != RD_OK)
        return status;
    if (inside.kind == RD_NULL)
        return rd_error_set(read->error, RD_BAD_FORM, "must not hold an empty value");
    *key = 0;
    if (column->collecting)
        rd_column_add_word(read->arena, column, inside.text, inside.count);
    else
        RD_ASSERT(rd_column_key(column, &inside, key));
    return RD_OK;
}

/* A value spelled by `len` bytes of the cell, blanks around it dropped. */
static enum rd_status cell_part(const struct cell_read *read, const char *part, size_t len,
                                int64_t *key)
{
    for (; len > 0 && *part == ' '; part++)
        len--;
    while (len > 0 && part[len - 1] == ' ')
        len--;
    struct rd_value text = rd_text_copy(read->arena, part, len);
    return cell_value(read, &text, key);
}

/* Moves a bound that does not belong to the range by one; a range that this leaves without a key
 * becomes an empty one. */
static void cell_open(struct rd_cell *cell, bool low, bool high)
{
    if ((low && cell->low == INT64_MAX) || (high && cell->high == INT64_MIN)) {
        cell->low = INT64_MAX;
        cell->high = INT64_MIN;
        return;
    }
    cell->low += low;
    cell->high -= high;
}

/* "<= 5" */
static enum rd_status cell_comparison(const struct cell_read *read, const char *text,
                                      struct rd_cell *out)
{
    bool below = text[0] == '<';
    bool with = text[1] == '=';
    const char *rest = text + 1 + with;
    int64_t key;
    enum rd_status status = cell_part(read, rest, strlen(rest), &key);
    if (status != RD_OK)
        return status;
    out->low = below ? INT64_MIN : key;
    out->high = below ? key : INT64_MAX;
    cell_open(out, !below && !with, below && !with);
    return RD_OK;
}

/* "8..15", "(7..15]": `dots` is where the dots are. */
static enum rd_status cell_range(const struct cell_read *read, const char *text, const char *dots,
                                 struct rd_cell *out)
{
    const char *end = text + strlen(text);
    while (end > dots && end[-1] == ' ')
        end--;
    bool opened = *text == '(' || *text == '[';
    bool closed = end[-1] == ')' || end[-1] == ']';
    if (opened != closed)
        return cell_refuse(read, "must have a bracket at both ends of a range or at none");
    enum rd_status status =
        cell_part(read, text + opened, (size_t)(dots - text - opened), &out->low);
    if (status == RD_OK)
        status = cell_part(read, dots + 2, (size_t)(end - dots - 2 - closed), &out->high);
    if (status != RD_OK)
        return status;
    cell_open(out, *text == '(', end[-1] == ')');
    if (out->low > out->high)
        return cell_refuse(read, "must not be an empty range");
    return RD_OK;
}

static bool cell_is_ordered(const struct rd_type *type)
{
    switch (type->kind) {
    case RD_TYPE_INTEGER:
    case RD_TYPE_NUMBER:
    case RD_TYPE_MONEY:
    case RD_TYPE_DATE:
    case RD_TYPE_INSTANT:
        return true;
    case RD_TYPE_TEXT:
    case RD_TYPE_BOOLEAN:
    case RD_TYPE_DURATION:
    case RD_TYPE_CHOICE:
    case RD_TYPE_REFERENCE:
    case RD_TYPE_ACCOUNT:
    case RD_TYPE_UNIT:
    case RD_TYPE_LIST:
        break;
    }
    return false;
}

static enum rd_status cell_text(const struct cell_read *read, const struct rd_value *written,
                                struct rd_cell *out)
{
    const char *text = written->text;
    struct rd_value rest = *written;
    bool ordered = cell_is_ordered(&read->column->field->type);
    out->negate = strncmp(text, "not ", 4) == 0;
    if (out->negate)
        rest = rd_text(text + 4);
    if (ordered) {
        text = rest.text;
        text += strspn(text, " ");
        const char *dots = strstr(text, "..");
        if ((*text == '<' || *text == '>') && out->negate)
            return cell_refuse(read, "must not join \"not\" with a comparison");
        if (*text == '<' || *text == '>')
            return cell_comparison(read, text, out);
        if (dots)
            return cell_range(read, text, dots, out);
        rest = rd_text(text);
    }
    enum rd_status status = cell_value(read, &rest, &out->low);
    out->high = out->low;
    return status;
}

static int cell_by_key(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static enum rd_status cell_list(const struct cell_read *read, const struct rd_value *written,
                                struct rd_cell *out)
{
    if (written->count == 0)
        return rd_error_set(read->error, RD_BAD_FORM, "must not be an empty list");
    int64_t *keys = rd_arena_zalloc(read->arena, written->count, sizeof(*keys));
    for (uint32_t i = 0; i < written->count; i++) {
        enum rd_status status = cell_value(read, &written->items[i], &keys[i]);
        if (status != RD_OK)
            return status;
    }
    qsort(keys, written->count, sizeof(*keys), cell_by_key);
    uint32_t kept = 1;
    for (uint32_t i = 1; i < written->count; i++)
        if (keys[i] != keys[kept - 1])
            keys[kept++] = keys[i];
    *out = (struct rd_cell){
        .kind = kept == 1 ? RD_CELL_RANGE : RD_CELL_SET,
        .count = kept,
        .low = keys[0],
        .high = keys[kept - 1],
        .set = keys,
    };
    return RD_OK;
}

enum rd_status rd_cell_read(struct rd_arena *arena, struct rd_column *column,
                            const struct rd_value *written, struct rd_cell *out,
                            struct rd_error *error)
{
    *out = (struct rd_cell){ .kind = RD_CELL_ANY };
    if (!written || written->kind == RD_NULL)
        return RD_OK;
    struct cell_read read = { arena, column, "a list or value", error };
    enum rd_status status;
    out->kind = RD_CELL_RANGE;
    if (written->kind == RD_TEXT) {
        read.written = written->text;
        status = cell_text(&read, written, out);
    } else if (written->kind == RD_LIST) {
        status = cell_list(&read, written, out);
    } else {
        status = cell_value(&read, written, &out->low);
        out->high = out->low;
    }
    int64_t key;
    if (status == RD_OK && !column->collecting &&
        !rd_cell_next(out, false, column->low, column->high, &key) &&
        !(rd_cell_takes_null(out) && !column->field->required))
        return cell_refuse(&read, "must leave something that can match");
    return status;
}

/* ---- the algebra ---- */

/* The place of the first item that is not below `key`. */
static uint32_t cell_set_at(const struct rd_cell *cell, int64_t key)
{
    uint32_t low = 0, high = cell->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (cell->set[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool rd_cell_set_has(const struct rd_cell *cell, int64_t key)
{
    uint32_t at = cell_set_at(cell, key);
    return at < cell->count && cell->set[at] == key;
}

/* Of the range or set itself. */
static bool cell_next_inside(const struct rd_cell *cell, int64_t from, int64_t *key)
{
    if (cell->kind == RD_CELL_ANY) {
        *key = from;
        return true;
    }
    if (from > cell->high || cell->low > cell->high)
        return false;
    if (cell->kind == RD_CELL_SET)
        *key = cell->set[cell_set_at(cell, from)];
    else
        *key = from > cell->low ? from : cell->low;
    return true;
}

/* Of what is around the range or between the items. */
static bool cell_next_outside(const struct rd_cell *cell, int64_t from, int64_t *key)
{
    if (cell->kind == RD_CELL_ANY)
        return false;
    *key = from;
    if (from < cell->low || from > cell->high)
        return true;
    if (cell->kind == RD_CELL_RANGE) {
        *key = cell->high;
        return !__builtin_add_overflow(*key, 1, key);
    }
    for (uint32_t at = cell_set_at(cell, from); at < cell->count && cell->set[at] == *key; at++)
        if (__builtin_add_overflow(*key, 1, key))
            return false;
    return true;
}

bool rd_cell_next(const struct rd_cell *cell, bool flip, int64_t from, int64_t last, int64_t *key)
{
    if (from > last)
        return false;
    bool found = cell->negate == flip ? cell_next_inside(cell, from, key)
                                      : cell_next_outside(cell, from, key);
    return found && *key <= last;
}

/* The end of the run of keys around `key` (which the cell takes), as far as it is easily known. */
static int64_t cell_run_end(const struct rd_cell *cell, int64_t key, int64_t last)
{
    int64_t end = last;
    if (cell->kind == RD_CELL_ANY)
        return last;
    if (!cell->negate)
        end = cell->kind == RD_CELL_SET ? key : cell->high;
    else if (key < cell->low)
        end = cell->low - 1;
    else if (key < cell->high)
        end = key;
    return end < last ? end : last;
}

/* `flip` is for a. */
static bool cells_meet_from(const struct rd_cell *a, bool flip, const struct rd_cell *b,
                            int64_t from, int64_t last, int64_t *key)
{
    for (;;) {
        int64_t behind;
        if (!rd_cell_next(a, flip, from, last, key) || !rd_cell_next(b, false, *key, last, &behind))
            return false;
        if (behind == *key)
            return true;
        from = behind;
    }
}

bool rd_cells_meet(const struct rd_column *column, const struct rd_cell *a, const struct rd_cell *b,
                   int64_t *key)
{
    bool plain = a->kind == RD_CELL_RANGE && b->kind == RD_CELL_RANGE && !a->negate && !b->negate;
    if (plain && (a->low > b->high || b->low > a->high))
        return false;
    int64_t last = column->high;
    if (column->low < 0 && cells_meet_from(a, false, b, 0, last, key))
        return true;
    if (!cells_meet_from(a, false, b, column->low, last, key))
        return false;
    int64_t a_end = cell_run_end(a, *key, last);
    int64_t b_end = cell_run_end(b, *key, last);
    *key = rd_key_nice(*key, a_end < b_end ? a_end : b_end);
    return true;
}

bool rd_cell_covers(const struct rd_column *column, const struct rd_cell *wide,
                    const struct rd_cell *narrow)
{
    int64_t key;
    if (wide->kind == RD_CELL_ANY)
        return true;
    if (!column->field->required && rd_cell_takes_null(narrow) && !rd_cell_takes_null(wide))
        return false;
    return !cells_meet_from(wide, true, narrow, column->low, column->high, &key);
}
