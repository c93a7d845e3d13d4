/* The rooms behind `redress import`: a file's rows become items, items are put in order of time,
 * and applied.
 *
 *   SOURCE.csv ─▶ rd_import_read ─▶ items, spooled to a file, their places in memory
 *                      │              ─▶ sorted ─▶ import.apply, in chunks
 *                      └─▶ errors (a file for people) ◀── what apply refused
 */
#ifndef RD_CLI_IMPORT_H
#define RD_CLI_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"

struct rd_policy;
struct rd_zone;

/* ---- items ---- */

#define RD_IMPORT_ITEMS_MAX 20000000u         /* of one run: their places take about 1.3 GB */
#define RD_IMPORT_ITEM_BYTES_MAX (96u * 1024) /* so that a call, escaped, fits into a message */

/* Where an item is, and what it is sorted by: time, the mapping's rank, line, order in its row. */
struct rd_import_item {
    int64_t at_ms;
    int64_t rank; /* what the mapping's `order` says; 0 without one */
    uint64_t line;
    uint64_t offset, key_hash;
    uint32_t order, bytes, key_bytes;
    bool open;
};

struct rd_import_items {
    FILE *spool; /* key and packed value of each item, one behind the other; has no name */
    uint64_t spooled;
    struct rd_import_item *items;
    size_t count, cap, max;
    uint32_t *known; /* hash table of opens: index + 1 of an item whose key is known to be there */
    size_t known_cap, known_count;
};

/* None yet, with an empty spool in the directory for temporary files. RD_IO where there can't be
 * one. */
enum rd_status rd_import_items_init(struct rd_import_items *items,
                                    struct rd_error *error) RD_MUST_CHECK;
/* Safe on a zeroed one. */
void rd_import_items_fini(struct rd_import_items *items);
/* Adds one: `place` says time, rank, line and order; `value` is the item as import.apply takes it,
 * with its key. RD_MESSAGE_TOO_LARGE where it is, RD_LIMIT_EXCEEDED where there are too many, RD_IO
 * and RD_STORAGE_FULL as the spool says. */
enum rd_status rd_import_items_add(struct rd_import_items *items,
                                   const struct rd_import_item *place, const struct rd_value *value,
                                   struct rd_error *error) RD_MUST_CHECK;
/* Puts them in order, once all are there. */
enum rd_status rd_import_items_sort(struct rd_import_items *items,
                                    struct rd_error *error) RD_MUST_CHECK;
/* The value of an item, in the arena. */
enum rd_status rd_import_items_get(struct rd_import_items *items, size_t index,
                                   struct rd_arena *arena, struct rd_value *value,
                                   struct rd_error *error) RD_MUST_CHECK;
/* Whether an item with the same key as this one was noted, and noting one. After the sort. */
bool rd_import_items_is_known(struct rd_import_items *items, size_t index);
void rd_import_items_note(struct rd_import_items *items, size_t index);

/* ---- errors ---- */

/* The file of what could not be used: line, key, name, reason. */
struct rd_import_errors {
    const char *path;
    FILE *to;
    uint64_t count;
};

/* Makes the file anew; RD_USAGE where it is the source itself. `path` is borrowed. */
enum rd_status rd_import_errors_open(struct rd_import_errors *errors, const char *path,
                                     const char *source, struct rd_error *error) RD_MUST_CHECK;
void rd_import_errors_add(struct rd_import_errors *errors, uint64_t line, const char *key,
                          const char *name, const char *reason);
/* Closes it; a file without rows goes. RD_IO where it could not be written whole. Safe on a zeroed
 * one, and twice. */
enum rd_status rd_import_errors_close(struct rd_import_errors *errors,
                                      struct rd_error *error) RD_MUST_CHECK;

/* ---- reading ---- */

struct rd_import_counts {
    uint64_t rows, skipped, rejected;
    uint64_t opened, events, repeated, failed, rung;
};

/* A mapping: what turns rows into items. */
struct rd_mapping {
    struct rd_policy *policy;
    struct rd_zone *zone;
    const char *path, *name, *type;
    const struct rd_value *columns;
    int line, row_fn, order_fn; /* order_fn 0: none */
};

/* Loads FILE.lua; `path` is borrowed, findings go to standard error. */
enum rd_status rd_mapping_open(struct rd_mapping *mapping, struct rd_arena *arena, const char *path,
                               struct rd_error *error) RD_MUST_CHECK;
/* Safe on a zeroed one. */
void rd_mapping_close(struct rd_mapping *mapping);

/* Reads the whole source: items, errors and the counts of rows. Bad rows stop nothing; a header
 * without the mapping's columns is RD_CHECK_FAILED. */
enum rd_status rd_import_read(const struct rd_mapping *mapping, const char *source,
                              struct rd_import_items *items, struct rd_import_errors *errors,
                              struct rd_import_counts *counts,
                              struct rd_error *error) RD_MUST_CHECK;
/* A time as mappings may write it: RFC 3339, or "2016-02-29 06:42[:30]" or "2016-02-29" in the
 * zone. */
bool rd_import_time(const struct rd_zone *zone, const char *text, int64_t *at_ms);

#endif
