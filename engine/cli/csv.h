/* Reads comma-separated files as RFC 4180 has them, row by row, whatever their size. */
#ifndef RD_CLI_CSV_H
#define RD_CLI_CSV_H

#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

#define RD_CSV_COLUMNS_MAX 1024
#define RD_CSV_FIELD_BYTES_MAX (64u * 1024)
#define RD_CSV_ROW_BYTES_MAX (1024u * 1024)

struct rd_csv {
    FILE *from;
    uint64_t line;  /* that is being read, from 1 */
    uint64_t bytes; /* read so far: for progress */
    struct rd_buf text;
    size_t starts[RD_CSV_COLUMNS_MAX];
    const char *fields[RD_CSV_COLUMNS_MAX];
    size_t count;
    const char *bad;
};

struct rd_csv_row {
    const char *const *fields; /* NUL-terminated; until the next call */
    size_t count;
    uint64_t line;   /* on which the row begins */
    const char *bad; /* why it can't be used (static), or NULL; reading goes on behind it */
};

/* Reads from `from` (borrowed, at its beginning: a byte order mark is skipped). */
void rd_csv_init(struct rd_csv *csv, FILE *from);
void rd_csv_fini(struct rd_csv *csv);
/* The next row; empty lines are passed over. RD_END behind the last one, RD_IO where reading fails.
 */
enum rd_status rd_csv_next(struct rd_csv *csv, struct rd_csv_row *row,
                           struct rd_error *error) RD_MUST_CHECK;

/* A column's name as scripts see it: ASCII letters in lower case, digits and letters of other
 * alphabets as they are, anything else as "_": "Consumer disputed?" is "consumer_disputed_". In the
 * arena. */
const char *rd_csv_name(struct rd_arena *arena, const char *heading);
/* Appends one field, quoted where it must be. */
void rd_csv_write(struct rd_buf *out, const char *field);

#endif
