/* Counts and sums that a command has asked for. */
#ifndef RD_KERNEL_COUNTED_H
#define RD_KERNEL_COUNTED_H

#include <stddef.h>
#include <stdint.h>

#include "base/value.h"

/* What a count or sum came to, and what it rests on beside the store: asked again in the same
 * command, it holds as long as these do. */
struct rd_counted {
    const struct rd_value *same; /* what its records must be like; NULL: not counted yet */
    size_t drafts;               /* records in hand, which the store does not speak for */
    int64_t own;                 /* what those in hand came to */
    int64_t result;
};

#endif
