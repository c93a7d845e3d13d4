/* What people see: tables with aligned columns, cells of values, colours on a terminal. */
#ifndef RD_CLI_OUTPUT_H
#define RD_CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/value.h"

/* Columns that a UTF-8 text takes on a terminal: 2 for wide East Asian letters and emoji, 0 for
 * marks that join the letter before. */
size_t rd_output_width(const char *text, size_t len);
/* Appends a text so that it can't move the cursor or colour anything: control letters become
 * spaces. */
void rd_output_plain(struct rd_buf *out, const char *text, size_t len);
/* A value as one reads it in a cell: texts as they are, null as nothing, a list of texts or numbers
 * with commas, other lists and maps as JSON. Made in the arena. */
const char *rd_output_cell(struct rd_arena *arena, const struct rd_value *value);

/* Who did an entry, and behind the name who it really was: "ben (administrator)". */
const char *rd_output_actor(struct rd_arena *arena, const struct rd_value *map);
/* A member as a number, whole or real; `otherwise` where there is none. */
double rd_output_number(const struct rd_value *map, const char *key, double otherwise);

/* Colours, and only where `on`. */
enum rd_tint { RD_TINT_BOLD, RD_TINT_DIM, RD_TINT_GOOD, RD_TINT_BAD, RD_TINT_WARN };
void rd_output_tint(struct rd_buf *out, bool on, enum rd_tint tint, const char *text);

struct rd_column {
    const char *heading;
    bool right; /* numbers */
};

#define RD_GRID_COLUMNS_MAX 16

/* A table in the making. */
struct rd_grid {
    struct rd_arena *arena;
    const struct rd_column *columns; /* borrowed */
    size_t column_count;
    size_t widths[RD_GRID_COLUMNS_MAX]; /* only ever grow, so that pages of one list line up */
    const char **cells;
    size_t row_count, row_cap;
    bool headed; /* the heading is out */
};

/* A grid with these columns (borrowed); rows are kept in the arena until they are printed. */
void rd_grid_init(struct rd_grid *grid, struct rd_arena *arena, const struct rd_column *columns,
                  size_t column_count);
/* Adds a row; cells (NULL is an empty one) are copied. */
void rd_grid_add(struct rd_grid *grid, const char *const *cells);
/* Writes the heading, once, and the rows, and forgets the rows; without any row ever, nothing is
 * written. */
void rd_grid_write(struct rd_grid *grid, struct rd_buf *out, bool colour);

/* Bytes as hexadecimal digits, in the arena. */
const char *rd_output_hex(struct rd_arena *arena, const unsigned char *bytes, size_t len);

#endif
