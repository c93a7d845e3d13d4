/* Meters: buckets that are filled by time alone. A set of four places for each hash of a name;
 * whoever comes new takes the place of him whose bucket is the fullest, since that one loses the
 * least by being forgotten. One who is short of units keeps his place against any number of
 * strangers who have just come, and only against these: with more names short of units than there
 * are places, some of them get a burst more.
 */
#include "base/meter.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"

#define METER_WAYS 4

void rd_meter_init(struct rd_meter *meter, size_t names, uint64_t seed)
{
    size_t sets = 1;
    while (sets * METER_WAYS < names)
        sets *= 2;
    *meter = (struct rd_meter){ .sets = sets, .seed = seed };
    meter->slots = calloc(sets * METER_WAYS, sizeof *meter->slots);
    RD_ASSERT(meter->slots);
}

void rd_meter_fini(struct rd_meter *meter)
{
    free(meter->slots);
    *meter = (struct rd_meter){ 0 };
}

static uint64_t meter_hash(const struct rd_meter *meter, const char *who)
{
    uint64_t seeded[2] = { meter->seed, rd_text_hash(who, strlen(who)) };
    return meter->seed ? rd_text_hash(seeded, sizeof seeded) : seeded[1];
}

/* His slot, or the one among those he may have that is the least loss. */
static struct rd_meter_slot *meter_slot(struct rd_meter *meter, const char *who)
{
    uint64_t hash = meter_hash(meter, who);
    struct rd_meter_slot *set = meter->slots + (hash & (meter->sets - 1)) * METER_WAYS,
                         *oldest = set;
    for (size_t i = 0; i < METER_WAYS; i++) {
        if (set[i].who == hash && set[i].full_at != 0)
            return &set[i];
        if (set[i].full_at < oldest->full_at)
            oldest = &set[i];
    }
    *oldest = (struct rd_meter_slot){ .who = hash };
    return oldest;
}

/* When the bucket is full again: never in the past, and never further than it is deep. */
static int64_t meter_full_at(const struct rd_meter_slot *slot, int64_t deep, int64_t now)
{
    if (slot->full_at < now)
        return now;
    return slot->full_at - now > deep ? now + deep : slot->full_at;
}

int64_t rd_meter_take(struct rd_meter *meter, const char *who, struct rd_meter_rule rule,
                      int64_t units, int64_t now, uint64_t *held)
{
    RD_ASSERT(rule.burst >= 1 && rule.step >= 1 && units >= 0);
    struct rd_meter_slot *slot = meter_slot(meter, who);
    int64_t most = units > rule.burst ? units : rule.burst;
    int64_t full_at = meter_full_at(slot, most * rule.step, now);
    int64_t room = units > rule.burst ? 0 : (rule.burst - units) * rule.step;
    int64_t wait = full_at - now - room;
    if (wait > 0) {
        slot->full_at = full_at;
        slot->held += (uint64_t)units;
        return wait;
    }
    slot->full_at = full_at + units * rule.step;
    if (held)
        *held = slot->held;
    slot->held = 0;
    return 0;
}

int64_t rd_meter_charge(struct rd_meter *meter, const char *who, struct rd_meter_rule rule,
                        int64_t units, int64_t now, int64_t deepest)
{
    RD_ASSERT(rule.burst >= 1 && rule.step >= 1 && units >= 0);
    struct rd_meter_slot *slot = meter_slot(meter, who);
    int64_t most = rule.burst * rule.step + deepest;
    int64_t full_at = meter_full_at(slot, most, now) + units * rule.step;
    slot->full_at = full_at - now > most ? now + most : full_at;
    int64_t wait = slot->full_at - now - rule.burst * rule.step;
    return wait > 0 ? wait : 0;
}
