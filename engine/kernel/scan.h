/* Scans: a walk over the records of a type that have what filters ask for, by the index that serves
 * best, in pages. Lists, views and reports go through here; inside the kernel only. */
#ifndef RD_KERNEL_SCAN_H
#define RD_KERNEL_SCAN_H

#include "domain/filter.h"
#include "kernel/inside.h"

#define RD_SCAN_KEY_MAX 36

struct rd_scan_part { /* one stretch of the table: keys from low to high, both included */
    unsigned char low[RD_SCAN_KEY_MAX], high[RD_SCAN_KEY_MAX];
    unsigned char next[RD_SCAN_KEY_MAX]; /* where the walk goes on */
    bool over;
};

struct rd_scan {
    struct rd_kernel *kernel;
    const struct rd_record_type *type;
    const struct rd_actor *actor;
    /* The permission that must reach a record; NULL: the type's own `read`. */
    const struct rd_permission *permission;
    /* What is read instead of the open transaction; NULL: that. Whether a record may be read is
     * asked of the present either way. */
    const struct rd_snapshot *snapshot;
    const struct rd_filter *filters;
    size_t filter_count;
    struct rd_arena *arena; /* of the answer */
    struct rd_error *error;
    /* set by rd_scan_plan */
    enum rd_table table; /* RECORD or INDEX */
    bool backwards;
    size_t merge_from; /* parts are joined in the order of their keys' bytes from here on */
    struct rd_scan_part parts[RD_SCAN_PARTS_MAX];
    size_t part_count;
    /* set by rd_scan_walk */
    bool more; /* it ended before the last record */
    unsigned char last[RD_SCAN_KEY_MAX];
};

/* Chooses the index. `order`: "id", "opened_at" or an indexed field, "-" before it for backwards;
 * NULL: whichever way the index has it. RD_NOT_INDEXED where no index has that order. */
enum rd_status rd_scan_plan(struct rd_scan *scan, const char *order) RD_MUST_CHECK;
/* Goes on behind a cursor that rd_scan_cursor gave. RD_BAD_CURSOR. */
enum rd_status rd_scan_resume(struct rd_scan *scan, const char *cursor) RD_MUST_CHECK;
/* Walks on over at most `looks` records, calling `take` for each that matches and may be read,
 * until it says stop. The record lives until take returns. May be called again while `more`. */
enum rd_status rd_scan_walk(struct rd_scan *scan, size_t looks,
                            bool (*take)(void *context, struct rd_scan *scan,
                                         struct rd_record *record),
                            void *context) RD_MUST_CHECK;
/* Where the walk stands, in hex; null at its end. In the arena. */
struct rd_value rd_scan_cursor(const struct rd_scan *scan);

#endif
