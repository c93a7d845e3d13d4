/* Meters: how much each of many may still do. One table of fixed size for all of them, so that
 * nobody can fill the memory by coming under ever new names.
 *
 * A bucket for each name: `burst` units at once, and one more each `step`. It is kept as one
 * number, the time at which it will be full again (the generic cell rate algorithm, ITU-T I.371).
 * Whose bucket is full is as good as unknown: his place is the first to be given to another. No
 * thread of its own, no lock; time is whatever the caller counts in.
 */
#ifndef RD_BASE_METER_H
#define RD_BASE_METER_H

#include <stddef.h>
#include <stdint.h>

struct rd_meter_slot {
    uint64_t who;
    int64_t full_at; /* 0: nobody's */
    uint64_t held;   /* units refused since the last that were taken */
};

struct rd_meter {
    struct rd_meter_slot *slots;
    size_t sets; /* a power of two */
    uint64_t seed;
};

struct rd_meter_rule {
    int64_t burst; /* units at once, at least 1 */
    int64_t step;  /* time until one unit is there again, at least 1 */
};

/* For about `names` of them at a time. `seed`: by chance where strangers choose the names, so that
 * they can't choose the places. */
void rd_meter_init(struct rd_meter *meter, size_t names, uint64_t seed);
void rd_meter_fini(struct rd_meter *meter);
/* Takes the units from the name's bucket: 0, and *held (may be NULL) says how many were refused
 * before. Else nothing is taken: how long until it is worth coming again. More units than a burst
 * are let through where the bucket is full. A clock that goes back costs at most one burst. */
int64_t rd_meter_take(struct rd_meter *meter, const char *who, struct rd_meter_rule rule,
                      int64_t units, int64_t now, uint64_t *held);
/* Takes them in any case, on credit of at most `deepest`: how long until the bucket would have had
 * them; 0: it had. */
int64_t rd_meter_charge(struct rd_meter *meter, const char *who, struct rd_meter_rule rule,
                        int64_t units, int64_t now, int64_t deepest);

#endif
