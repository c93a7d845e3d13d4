/* What is done in the candidate's world: its own decisions, with the numbers that jobs had then; or
 * what was done, where the record is not its own.
 */
#include "kernel/backtest_full.h"

#include <string.h>

#include "domain/job.h"
#include "domain/ledger.h"

static const char *const FULL_BESIDE =
    "a case of which it is not known what it would do changed it";

/* ---- what the candidate's own entries do ---- */

static bool full_is_begin(const struct rd_value *effect)
{
    return effect->items[0].integer == RD_EFFECT_JOB && strcmp(effect->items[2].text, "begin") == 0;
}

/* The first number of jobs that no history has, less one. */
#define FULL_JOB_FROM (1ull << 40)

bool rd_full_job_is_own(uint64_t number)
{
    return number > FULL_JOB_FROM;
}

/* Whether both are about the same records. */
static bool full_same_job(const struct rd_value *was, const struct rd_value *is)
{
    const struct rd_value *a = &was->items[3], *b = &is->items[3];
    const struct rd_value *x = rd_map_get(a, "where"), *y = rd_map_get(b, "where");
    return strcmp(rd_map_text(a, "type", ""), rd_map_text(b, "type", "")) == 0 &&
           (x && y ? rd_value_equal(x, y) : x == y);
}

/* The `n`th job that the entry begins; NULL. */
static const struct rd_value *full_begin(const struct rd_value *effects, size_t n)
{
    for (uint32_t i = 0; i < effects->count; i++)
        if (full_is_begin(&effects->items[i]) && n-- == 0)
            return &effects->items[i];
    return NULL;
}

/* A job of the record keeps its number, and reaches as far as it did. */
static struct rd_value full_begun(struct rd_full *full, const struct rd_value *was,
                                  const struct rd_value *is)
{
    struct rd_value as = rd_value_copy(&full->arena, is);
    if (!was || !full_same_job(was, is)) {
        as.items[1] = rd_int((int64_t)(FULL_JOB_FROM + ++full->own_jobs));
        return as;
    }
    const struct rd_value *until = rd_map_get(&was->items[3], "until");
    as.items[1] = was->items[1];
    if (until)
        rd_map_set(&full->arena, &as.items[3], "until", *until);
    return as;
}

static bool full_replans(const struct rd_value *effects)
{
    for (uint32_t i = 0; i < effects->count; i++)
        if (effects->items[i].items[0].integer == RD_EFFECT_REPLAN)
            return true;
    return false;
}

/* Planning everything anew is not done where only the candidate would. */
struct rd_value rd_full_own(struct rd_full *full, const struct rd_value *was,
                            const struct rd_value *is)
{
    struct rd_value effects = rd_list();
    size_t begun = 0;
    full->unplanned = 0;
    for (uint32_t i = 0; i < is->count; i++) {
        const struct rd_value *effect = &is->items[i];
        if (effect->items[0].integer == RD_EFFECT_REPLAN && !full_replans(was))
            full->unplanned++;
        else if (full_is_begin(effect))
            rd_list_add(&full->arena, &effects, full_begun(full, full_begin(was, begun++), effect));
        else
            rd_list_add(&full->arena, &effects, *effect);
    }
    return effects;
}

/* ---- what is done there as it was done ---- */

static enum rd_status full_post(struct rd_full *full, const struct rd_value *effect,
                                struct rd_value *effects)
{
    const struct rd_value *at = effect->items;
    struct rd_balance balance;
    struct rd_value as = rd_value_copy(&full->arena, effect);
    enum rd_status status =
        rd_balance_read(full->is.kernel->store, (uint16_t)at[1].integer,
                        (struct rd_id){ (uint64_t)at[2].integer }, &balance, full->error);
    as.items[4] = rd_int(balance.minor + at[3].integer);
    as.items[5] = rd_int(balance.entries + 1);
    rd_list_add(&full->arena, effects, as);
    return status;
}

/* A record that is away can't take part: what changes it there is not the candidate's. */
static enum rd_status full_beside(struct rd_full *full, const struct rd_value *effect, bool *there)
{
    const struct rd_track *track = rd_track_find(full->tracks, (uint64_t)effect->items[1].integer);
    *there = !track || track->state != RD_TRACK_GONE;
    if (!track || track->state != RD_TRACK_AWAY || effect->items[0].integer == RD_EFFECT_LANE)
        return RD_OK;
    return rd_full_stop(full, track->record, FULL_BESIDE);
}

/* Where a record has had a track, its versions are not those that it had then. */
static enum rd_status full_version(struct rd_full *full, const struct rd_value *effect,
                                   struct rd_value *effects)
{
    uint64_t record = (uint64_t)effect->items[1].integer;
    struct rd_value as = *effect;
    struct rd_record is;
    if (effect->items[0].integer == RD_EFFECT_RECORD && effect->count <= 7 &&
        rd_track_find(full->tracks, record)) {
        enum rd_status status = rd_full_load(full, RD_SIDE_IS, record, &is);
        if (status != RD_OK)
            return status;
        as = rd_value_copy(&full->arena, effect);
        as.items[2] = rd_int(is.version + 1);
    }
    rd_list_add(&full->arena, effects, as);
    return RD_OK;
}

static enum rd_status full_follow_effect(struct rd_full *full, const struct rd_value *effect,
                                         struct rd_value *effects)
{
    enum rd_status status = RD_OK;
    struct rd_job_row row;
    bool there = true;
    switch ((enum rd_effect_kind)effect->items[0].integer) {
    case RD_EFFECT_RECORD:
    case RD_EFFECT_DEADLINE:
    case RD_EFFECT_RING_OFF:
    case RD_EFFECT_LANE:
        status = full_beside(full, effect, &there);
        break;
    case RD_EFFECT_POST:
        return full_post(full, effect, effects);
    case RD_EFFECT_JOB:
        if (full_is_begin(effect))
            break;
        status = rd_job_load(full->is.kernel->store, (uint64_t)effect->items[1].integer,
                             &full->arena, &row, full->error);
        there = status == RD_OK;
        status = status == RD_NOT_FOUND ? RD_OK : status;
        break;
    default:
        break;
    }
    return there && status == RD_OK ? full_version(full, effect, effects) : status;
}

enum rd_status rd_full_follow(struct rd_full *full, const struct rd_command_entry *entry,
                              struct rd_value *effects)
{
    enum rd_status status = RD_OK;
    *effects = rd_list();
    for (uint32_t i = 0; status == RD_OK && i < entry->effects.count; i++)
        status = full_follow_effect(full, &entry->effects.items[i], effects);
    return status;
}
