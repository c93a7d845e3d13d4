/* Tails: what stands behind a front in the keys of a table (store.h), many of them in one row.
 *
 *   key of the row: the front and the first tail, as they are
 *   row: how wide each column is │ how far the first tail lies above the least │ the others
 *
 * A tail is one to three columns of eight bytes. Of the others each column is said as its distance
 * from the least of the row, in as many bytes as the widest of them needs: all are of one size, so
 * that one is found among them without reading the others. A row of one tail is empty. */
#ifndef RD_STORE_TAILS_H
#define RD_STORE_TAILS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RD_TAILS_COLUMNS_MAX 3u
#define RD_TAILS_MAX 64u /* in one row */
#define RD_TAIL_BYTES_MAX (8 * RD_TAILS_COLUMNS_MAX)
#define RD_TAILS_BYTES_MAX (RD_TAILS_COLUMNS_MAX + RD_TAILS_MAX * RD_TAIL_BYTES_MAX)

/* A row, as it is read. */
struct rd_tails {
    const unsigned char *others;   /* borrowed: the row's */
    uint32_t columns, count, each; /* `each`: the bytes of one of the others */
    uint32_t widths[RD_TAILS_COLUMNS_MAX];
    uint64_t first[RD_TAILS_COLUMNS_MAX], least[RD_TAILS_COLUMNS_MAX];
};

/* False: this is no row of tails. `first`: the first tail. */
bool rd_tails_open(struct rd_tails *tails, unsigned columns, const unsigned char *first,
                   const void *row, size_t len);
/* The tail at this place, which there must be. */
void rd_tails_get(const struct rd_tails *tails, uint32_t at, unsigned char *out);
/* How many are below; `same`: the next one is it. */
uint32_t rd_tails_below(const struct rd_tails *tails, const unsigned char *tail, bool *same);
/* The row of `count` tails that stand one behind the other, in order, without the first one's own
 * bytes; how many bytes it took. */
size_t rd_tails_pack(const unsigned char *tails, uint32_t count, unsigned columns,
                     unsigned char out[RD_TAILS_BYTES_MAX]);

#endif
