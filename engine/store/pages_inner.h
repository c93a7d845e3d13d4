/* What the pages' files share: pages.c opens and reads, pages_take.c writes a layer, pages_sheaf.c
 * the rows of tails in it. */
#ifndef RD_STORE_PAGES_INNER_H
#define RD_STORE_PAGES_INNER_H

#include <lmdb.h>
#include <stdatomic.h>

#include "store/pages.h"
#include "store/tables.h"

struct rd_pages {
    MDB_env *env;
    MDB_dbi tables[RD_TABLE_COUNT];
    uint64_t map_bytes;
    atomic_bool urgent; /* rd_pages_urge */
};

/* LMDB's word for it becomes ours. */
enum rd_status rd_pages_failed(int code, const char *what, struct rd_error *error) RD_MUST_CHECK;
/* Why a write failed: no room on the disk shows itself in several ways. */
int rd_pages_write_code(const struct rd_pages *pages, int code);

/* The key in META of how many keys a table with a front has, and that number. */
struct rd_key8 rd_pages_rows_key(enum rd_table table);
uint64_t rd_pages_rows(const struct rd_pages *pages, MDB_txn *txn, enum rd_table table);

static inline MDB_val pages_val(const void *bytes, size_t len)
{
    return (MDB_val){ len, (void *)(uintptr_t)bytes };
}

/* ---- rows of tails ---- */

#define RD_SHEAF_ROOM (4 * RD_TAILS_MAX)

/* A row of tails that is being changed: from its first tail on, up to the next row's. */
struct rd_sheaf {
    MDB_cursor *cursor;
    size_t front, bytes; /* of a key; of a tail */
    bool open, stored, changed, bounded;
    unsigned char key[RD_KEY_BYTES_MAX]; /* under which it is stored, or which it is made for */
    unsigned char end[RD_KEY_BYTES_MAX]; /* the next row's of the same front, where `bounded` */
    uint32_t count;
    int64_t more; /* tails that came, less those that went, of all rows */
    unsigned char tails[(RD_SHEAF_ROOM + RD_TAILS_MAX) * RD_TAIL_BYTES_MAX];
};

/* For a table with a front; the cursor is borrowed. The others tell LMDB's code, 0 where it went
 * well. */
void rd_sheaf_init(struct rd_sheaf *sheaf, MDB_cursor *cursor, enum rd_table table);
/* Opens the row in which the key is or would be; `parked`: a key behind it that is taken out for a
 * while, NULL: there is none. What was open is closed. */
int rd_sheaf_open(struct rd_sheaf *sheaf, const unsigned char *key, const unsigned char *parked);
/* Whether the key belongs to the open row, and there is room for it. */
bool rd_sheaf_holds(const struct rd_sheaf *sheaf, const unsigned char *key);
/* A key that it holds comes, or goes. */
int rd_sheaf_change(struct rd_sheaf *sheaf, const unsigned char *key, bool gone);
/* Writes what was changed and is not written yet. */
int rd_sheaf_close(struct rd_sheaf *sheaf);

#endif
