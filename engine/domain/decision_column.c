/* Columns of decision tables: from the values of an input to keys (see decision_cell.h) and back to
 * something readable.
 *
 * Keys of texts: the words that a column's cells mention are collected in a first reading of all
 * its cells, then sorted; in the second reading, and whenever the table runs, a text is its word's
 * place. Whatever else comes in gets one key more, which no cell holds, so that "not" takes it and
 * nothing else does.
 */
#include "domain/decision_cell.h"

#include <float.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define WORDS_FIRST_CAP 16

/* ---- keys ---- */

/* Reals in their order as integers: the bits of a positive one are in order already; both zeros
 * become 0. */
static int64_t cell_real_key(double real)
{
    int64_t bits;
    memcpy(&bits, &real, sizeof(bits));
    return bits >= 0 ? bits : INT64_MIN - bits;
}

static double cell_key_real(int64_t key)
{
    int64_t bits = key >= 0 ? key : INT64_MIN - key;
    double real;
    memcpy(&real, &bits, sizeof(real));
    return real;
}

int64_t rd_key_nice(int64_t first, int64_t last)
{
    if (first <= 0 && last >= 0)
        return 0;
    return first > 0 ? first : last;
}

/* ---- columns ---- */

bool rd_column_needs_words(const struct rd_column *column)
{
    switch (column->field->type.kind) {
    case RD_TYPE_TEXT:
    case RD_TYPE_DURATION:
    case RD_TYPE_ACCOUNT:
    case RD_TYPE_UNIT:
        return true;
    case RD_TYPE_CHOICE:
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
    return false;
}

static int column_by_word(const void *a, const void *b)
{
    const struct rd_word *x = a, *y = b;
    if (x->len != y->len)
        return x->len < y->len ? -1 : 1;
    return memcmp(x->text, y->text, x->len);
}

void rd_column_add_word(struct rd_arena *arena, struct rd_column *column, const char *text,
                        size_t len)
{
    if (column->word_count == column->word_cap) {
        size_t cap = column->word_cap ? column->word_cap * 2 : WORDS_FIRST_CAP;
        struct rd_word *words = rd_arena_zalloc(arena, cap, sizeof(*words));
        if (column->word_count > 0)
            memcpy(words, column->words, column->word_count * sizeof(*words));
        column->words = words;
        column->word_cap = cap;
    }
    column->words[column->word_count] =
        (struct rd_word){ text, (uint32_t)len, (int64_t)column->word_count };
    column->word_count++;
}

static void column_init_choices(struct rd_arena *arena, struct rd_column *column)
{
    const struct rd_type *type = &column->field->type;
    for (size_t i = 0; i < type->choice_count; i++)
        rd_column_add_word(arena, column, type->choices[i], strlen(type->choices[i]));
    qsort(column->words, column->word_count, sizeof(*column->words), column_by_word);
    column->low = 0;
    column->high = (int64_t)type->choice_count - 1;
    column->other = column->high + 1;
}

/* The keys that values of the type can have. */
static void column_bounds(struct rd_column *column)
{
    const int64_t day_ms = 24 * 3600 * 1000ll;
    const struct rd_type *type = &column->field->type;
    column->low = INT64_MIN;
    column->high = INT64_MAX;
    if (type->kind == RD_TYPE_BOOLEAN) {
        column->low = 0;
        column->high = 1;
    } else if (type->kind == RD_TYPE_DATE) {
        column->low = rd_date_days(1, 1, 1);
        column->high = rd_date_days(9999, 12, 31);
    } else if (type->kind == RD_TYPE_INSTANT) {
        column->low = rd_date_days(1, 1, 1) * day_ms;
        column->high = rd_date_days(10000, 1, 1) * day_ms - 1;
    } else if (type->kind == RD_TYPE_NUMBER) {
        column->low = cell_real_key(-DBL_MAX);
        column->high = cell_real_key(DBL_MAX);
    }
    bool real = type->kind == RD_TYPE_NUMBER;
    if (type->has_min)
        column->low = real ? cell_real_key((double)type->min) : type->min;
    if (type->has_max)
        column->high = real ? cell_real_key((double)type->max) : type->max;
}

void rd_column_init(struct rd_arena *arena, const struct rd_field *field, struct rd_column *out)
{
    *out = (struct rd_column){ .field = field };
    if (field->type.kind == RD_TYPE_CHOICE)
        column_init_choices(arena, out);
    else if (rd_column_needs_words(out))
        out->collecting = true;
    else
        column_bounds(out);
}

void rd_column_words_done(struct rd_column *column)
{
    RD_ASSERT(column->collecting);
    size_t kept = 0;
    if (column->word_count > 0)
        qsort(column->words, column->word_count, sizeof(*column->words), column_by_word);
    for (size_t i = 0; i < column->word_count; i++)
        if (kept == 0 || column_by_word(&column->words[kept - 1], &column->words[i]) != 0)
            column->words[kept++] = column->words[i];
    for (size_t i = 0; i < kept; i++)
        column->words[i].key = (int64_t)i;
    column->word_count = kept;
    column->low = 0;
    column->high = column->other = (int64_t)kept;
    column->collecting = false;
}

#define COLUMN_WORDS_FEW 12u

/* Texts of a record are mostly the policy's own, at its own place: where there are few words, that
 * is looked for first. */
static int64_t column_word_key(const struct rd_column *column, const struct rd_value *text)
{
    struct rd_word wanted = { text->text, text->count, 0 };
    size_t low = 0, high = column->word_count;
    for (size_t i = 0; high <= COLUMN_WORDS_FEW && i < high; i++)
        if (column->words[i].text == text->text && column->words[i].len == text->count)
            return column->words[i].key;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = column_by_word(&column->words[middle], &wanted);
        if (order == 0)
            return column->words[middle].key;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return column->other;
}

bool rd_column_key(const struct rd_column *column, const struct rd_value *inside, int64_t *key)
{
    enum rd_type_kind kind = column->field->type.kind;
    switch (inside->kind) {
    case RD_BOOL:
        *key = inside->boolean;
        return kind == RD_TYPE_BOOLEAN;
    case RD_INT:
        *key = kind == RD_TYPE_NUMBER ? cell_real_key((double)inside->integer) : inside->integer;
        return kind == RD_TYPE_NUMBER || kind == RD_TYPE_INTEGER || kind == RD_TYPE_MONEY ||
               kind == RD_TYPE_DATE || kind == RD_TYPE_INSTANT || kind == RD_TYPE_REFERENCE;
    case RD_REAL:
        *key = cell_real_key(inside->real);
        return kind == RD_TYPE_NUMBER && inside->real == inside->real;
    case RD_TEXT:
        if (kind != RD_TYPE_CHOICE && !rd_column_needs_words(column))
            return false;
        *key = column_word_key(column, inside);
        return true;
    case RD_NULL:
    case RD_LIST:
    case RD_MAP:
        break;
    }
    return false;
}

static const char *column_show_key(const struct rd_column *column, int64_t key,
                                   struct rd_arena *arena)
{
    const struct rd_type *type = &column->field->type;
    if (type->kind == RD_TYPE_CHOICE)
        return type->choices[key];
    if (rd_column_needs_words(column))
        return key == column->other ? "anything else" : column->words[key].text;
    if (type->kind == RD_TYPE_BOOLEAN)
        return key ? "true" : "false";
    if (type->kind == RD_TYPE_NUMBER) {
        const char *shown = rd_arena_printf(arena, "%.15g", cell_key_real(key));
        return strtod(shown, NULL) == cell_key_real(key)
                   ? shown
                   : rd_arena_printf(arena, "%.17g", cell_key_real(key));
    }
    struct rd_value inside = rd_int(key);
    struct rd_value shown = rd_type_show(type, &inside, arena);
    return shown.kind == RD_TEXT ? shown.text : rd_arena_printf(arena, "%" PRId64, key);
}

const char *rd_column_show(const struct rd_column *column, int64_t key, struct rd_arena *arena)
{
    return rd_arena_printf(arena, "%s = %s", column->field->name,
                           column_show_key(column, key, arena));
}

/* ---- stretches ---- */

static int stretch_by_key(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Where a stretch may begin because of this cell: at its keys and behind them. */
static size_t stretch_bounds(const struct rd_cell *cell, int64_t *bounds)
{
    size_t count = 0;
    uint32_t parts = cell->kind == RD_CELL_ANY ? 0 : cell->kind == RD_CELL_SET ? cell->count : 1;
    for (uint32_t i = 0; i < parts; i++) {
        int64_t low = cell->kind == RD_CELL_SET ? cell->set[i] : cell->low;
        int64_t high = cell->kind == RD_CELL_SET ? low : cell->high;
        bounds[count++] = low;
        if (high < INT64_MAX)
            bounds[count++] = high + 1;
    }
    return count;
}

size_t rd_decision_stretches(const struct rd_decision *decision,
                             const struct rd_decision_plan *plan, size_t at, struct rd_arena *arena,
                             int64_t **keys)
{
    const struct rd_column *column = &plan->columns[at];
    size_t count = 1, room = 1, kept = 0;
    for (size_t i = 0; i < decision->row_count; i++) {
        const struct rd_cell *cell = &decision->rows[i].cells[at];
        room += 2 * (cell->kind == RD_CELL_SET ? (size_t)cell->count : 1);
    }
    int64_t *bounds = rd_arena_zalloc(arena, room, sizeof(*bounds));
    bounds[0] = column->low;
    for (size_t i = 0; i < decision->row_count; i++)
        count += stretch_bounds(&decision->rows[i].cells[at], &bounds[count]);
    RD_ASSERT(count <= room);
    qsort(bounds, count, sizeof(*bounds), stretch_by_key);
    *keys = rd_arena_zalloc(arena, count, sizeof(**keys));
    for (size_t i = 0; i < count; i++) {
        bool last = i + 1 == count || bounds[i + 1] > column->high;
        if (bounds[i] < column->low || bounds[i] > column->high ||
            (!last && bounds[i + 1] == bounds[i]))
            continue;
        (*keys)[kept++] = rd_key_nice(bounds[i], last ? column->high : bounds[i + 1] - 1);
    }
    return kept;
}

/* A text that the column does not mention: longer than any of them. */
static struct rd_value column_other_text(const struct rd_column *column, struct rd_arena *arena)
{
    size_t longest = 0;
    for (size_t i = 0; i < column->word_count; i++)
        longest = column->words[i].len > longest ? column->words[i].len : longest;
    char *text = rd_arena_zalloc(arena, longest + 8, 1);
    memset(text, '~', longest + 1);
    return rd_text(text);
}

struct rd_value rd_column_value(const struct rd_column *column, int64_t key, struct rd_arena *arena)
{
    const struct rd_type *type = &column->field->type;
    if (type->kind == RD_TYPE_CHOICE)
        return rd_text(type->choices[key]);
    if (rd_column_needs_words(column) && key == column->other)
        return column_other_text(column, arena);
    if (rd_column_needs_words(column))
        return rd_text(column->words[key].text);
    if (type->kind == RD_TYPE_BOOLEAN)
        return rd_bool(key != 0);
    return type->kind == RD_TYPE_NUMBER ? rd_real(cell_key_real(key)) : rd_int(key);
}
