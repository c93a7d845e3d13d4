/* Cells of decision tables: private to the decision room.
 *
 * Whatever an input's type is, its values become integers ("keys") that keep its order: amounts,
 * dates and whole numbers as they are, real numbers by their bits, choices by their place, other
 * texts by their place among the texts that the column mentions. So a cell is a range or a set of
 * integers, maybe negated, and one small algebra serves every type.
 */
#ifndef RD_DOMAIN_DECISION_CELL_H
#define RD_DOMAIN_DECISION_CELL_H

#include "base/limits.h"
#include "domain/decision.h"

enum rd_cell_kind { RD_CELL_ANY, RD_CELL_RANGE, RD_CELL_SET };

struct rd_cell {
    uint8_t kind; /* enum rd_cell_kind */
    bool negate;  /* takes what the range or set does not hold */
    uint32_t count;
    int64_t low, high;  /* RANGE: both belong to it; SET: the first and the last */
    const int64_t *set; /* SET: ascending, at least two */
};

struct rd_word {
    const char *text;
    uint32_t len;
    int64_t key;
};

struct rd_column {
    const struct rd_field *field;
    int64_t low, high; /* the keys that a fitting input can have, within the field's min and max */
    struct rd_word *words; /* CHOICE, and other types that are text inside; by length, then bytes */
    size_t word_count, word_cap;
    int64_t other; /* key of a text that is no word: never in a range or set of the column */
    bool collecting;
};

/* What is known of a row's cells at a glance, a bit an input. */
struct rd_row_marks {
    uint32_t asked; /* the cell does not take everything, */
    uint32_t given; /* and no input without a value */
};

/* What evaluation needs beside the rows. */
struct rd_decision_plan {
    struct rd_column *columns;
    struct rd_row_marks *marks; /* by row */
    uint32_t *numbers;          /* 0, 1, ...: each row's own, to be lent */
    uint32_t *ranks; /* PRIORITY, OUTPUT_ORDER: a row's place by its first output; else NULL */
    /* Index of large tables: rows whose cells in the key columns are all exact are chained by the
     * hash of these, in row order; the others are loose. */
    uint32_t key_columns[RD_DECISION_INPUTS_MAX];
    uint32_t key_count; /* 0: no index */
    uint32_t mask;
    uint32_t *heads, *next; /* RD_ROW_NONE ends a chain */
    uint32_t *loose;
    uint32_t loose_count;
};

#define RD_ROW_NONE UINT32_MAX

/* ---- columns ---- */

/* Readies a column; one of texts is then told of all its cells, and told the end, before cells are
 * read for good. */
void rd_column_init(struct rd_arena *arena, const struct rd_field *field, struct rd_column *out);
bool rd_column_needs_words(const struct rd_column *column);
void rd_column_add_word(struct rd_arena *arena, struct rd_column *column, const char *text,
                        size_t len);
void rd_column_words_done(struct rd_column *column);
/* The key of an inside value; false where its kind is not the column's. */
bool rd_column_key(const struct rd_column *column, const struct rd_value *inside, int64_t *key);
/* "tier = key": a key for people. */
const char *rd_column_show(const struct rd_column *column, int64_t key, struct rd_arena *arena);
/* The key among first..last that people like best: nought where it is there, else the end that is
 * nearer to it. */
int64_t rd_key_nice(int64_t first, int64_t last);

/* The keys of a column of a table fall into stretches between which no cell makes a difference: one
 * key of each, in *keys in the arena; how many. */
size_t rd_decision_stretches(const struct rd_decision *decision,
                             const struct rd_decision_plan *plan, size_t at, struct rd_arena *arena,
                             int64_t **keys);
/* An inside value that has this key. */
struct rd_value rd_column_value(const struct rd_column *column, int64_t key,
                                struct rd_arena *arena);

/* ---- cells ---- */

/* One cell as written (NULL or null: any). RD_BAD_FORM with what is wrong, to be put behind the
 * column's name. */
enum rd_status rd_cell_read(struct rd_arena *arena, struct rd_column *column,
                            const struct rd_value *written, struct rd_cell *out,
                            struct rd_error *error) RD_MUST_CHECK;
/* The least key in from..last that the cell takes (`flip`: does not take). */
bool rd_cell_next(const struct rd_cell *cell, bool flip, int64_t from, int64_t last, int64_t *key);
/* Whether some value of the column is taken by both, and which: a nice one. */
bool rd_cells_meet(const struct rd_column *column, const struct rd_cell *a, const struct rd_cell *b,
                   int64_t *key);
/* Whether `wide` takes every value, and no value at all, wherever `narrow` does. */
bool rd_cell_covers(const struct rd_column *column, const struct rd_cell *wide,
                    const struct rd_cell *narrow);
bool rd_cell_set_has(const struct rd_cell *cell, int64_t key);

static inline bool rd_cell_is_exact(const struct rd_cell *cell)
{
    return cell->kind == RD_CELL_RANGE && !cell->negate && cell->low == cell->high;
}

/* Whether the cell takes an input without a value. */
static inline bool rd_cell_takes_null(const struct rd_cell *cell)
{
    return cell->kind == RD_CELL_ANY || cell->negate;
}

static inline bool rd_cell_takes(const struct rd_cell *cell, int64_t key)
{
    if (cell->kind == RD_CELL_ANY)
        return true;
    bool inside = key >= cell->low && key <= cell->high;
    if (inside && cell->kind == RD_CELL_SET)
        inside = rd_cell_set_has(cell, key);
    return inside != cell->negate;
}

/* ---- the parts of a build ---- */

struct rd_decision_build {
    struct rd_arena *arena;
    const struct rd_value *spec;
    struct rd_findings *findings;
    struct rd_decision *decision;
    struct rd_decision_plan *plan;
};

/* Where in the index a chain begins whose rows may have these keys (one an input; only the key
 * columns count). */
uint32_t rd_decision_slot(const struct rd_decision_plan *plan, const int64_t *keys);
/* Ranks and index; the rows must be complete. */
void rd_decision_plan_rows(struct rd_arena *arena, const struct rd_decision *decision,
                           struct rd_decision_plan *plan);
/* Overlaps, hidden rows and gaps, as findings. */
void rd_decision_check(const struct rd_decision_build *build);

#endif
