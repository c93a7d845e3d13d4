/* What a kernel is among its kind: the one that writes, one that follows it, or one whose place
 * another has taken. See standby.c. */
#ifndef RD_KERNEL_STANDING_H
#define RD_KERNEL_STANDING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct rd_standing {
    enum rd_status passive; /* why nothing is written here: RD_STANDBY, RD_FENCED; else RD_OK */
    int64_t epoch;          /* promotions so far */
    bool promote_asked, promote_forced;
    char why[256];     /* the follower does not get on: so it says; "" */
    char refused[256]; /* why the last promotion came to nothing; "" */
};

#endif
