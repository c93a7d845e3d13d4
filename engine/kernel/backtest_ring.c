/* Deadlines of two worlds. What is due in both at the same time rings with the record's entry; what
 * is due in the candidate's world alone rings from its agenda, in between.
 */
#include "kernel/backtest_full.h"

#include <string.h>

#include "store/tables.h"

const char *const RD_FULL_RING =
    "a deadline would ring while people are asked something else than they were";
static const char *const FULL_TYPE = "the rules do not speak of it any more";
static const char *const FULL_ENDLESS = "its deadlines would ring without end";

/* ---- deadlines ---- */

/* The name of the deadline whose ring the entry is; NULL: it is none. */
const char *rd_full_rang(const struct rd_command_entry *entry)
{
    return entry->command && strcmp(entry->command, "ring") == 0 && entry->decisions.count
               ? entry->decisions.items[0].items[0].text
               : NULL;
}

/* What was stopped on one side before it rang; `rang`: what the entry's own record rang by. */
void rd_full_offs(struct rd_full *full, const struct rd_value *effects, uint64_t record,
                  const char *rang, enum rd_side side)
{
    for (uint32_t i = 0; i < effects->count; i++) {
        const struct rd_value *at = effects->items[i].items;
        if (at[0].integer != RD_EFFECT_RING_OFF ||
            (rang && (uint64_t)at[1].integer == record && strcmp(at[2].text, rang) == 0))
            continue;
        struct rd_track *track = rd_track_find(full->tracks, (uint64_t)at[1].integer);
        if (track)
            rd_track_off(full->tracks, track, at[2].text, side);
    }
}

/* It rang in one world; is it armed in the other? */
enum rd_status rd_full_rings(struct rd_full *full, uint64_t record, const char *name,
                             enum rd_side side)
{
    struct rd_deadline other;
    struct rd_track *track = rd_track_find(full->tracks, record);
    enum rd_status status = rd_full_deadline(full, side == RD_SIDE_WAS ? RD_SIDE_IS : RD_SIDE_WAS,
                                             record, rd_deadline_number(name), &other);
    if (status == RD_OK && track)
        rd_track_rang(full->tracks, track, name, side, other.name != NULL);
    return status;
}

/* The record rings in both worlds at once: it is due at the same time. */
enum rd_status rd_full_shared(struct rd_full *full, uint64_t record, uint64_t number, bool *shared)
{
    struct rd_deadline was, is = { .name = NULL };
    enum rd_status status = rd_full_deadline(full, RD_SIDE_WAS, record, number, &was);
    if (status == RD_OK)
        status = rd_full_deadline(full, RD_SIDE_IS, record, number, &is);
    *shared = status == RD_OK && was.name && is.name && was.due_ms == is.due_ms;
    return status;
}

/* Whether nobody has to be supposed to have done nothing: he is asked what he was asked then, or
 * nothing at all. */
enum rd_status rd_full_may_ring(struct rd_full *full, uint64_t record, bool *may)
{
    struct rd_record was, is;
    enum rd_status status = rd_full_load(full, RD_SIDE_WAS, record, &was);
    if (status == RD_OK)
        status = rd_full_load(full, RD_SIDE_IS, record, &is);
    *may = status == RD_OK &&
           (rd_full_same_state(full, &was, &is) || !rd_full_asks(full, record, is.state));
    return status;
}

/* ---- the candidate's own deadlines ---- */

struct full_due {
    uint64_t record, number;
    int64_t due_ms;
};

/* The first deadline on the candidate's agenda that is due by then and does not ring in the record
 * at the same time; record 0: there is none. */
static enum rd_status full_next(struct rd_full *full, uint8_t lane, int64_t until_ms,
                                struct full_due *out)
{
    struct rd_agenda_key from = rd_agenda_key(lane, INT64_MIN, 0, 0);
    struct rd_walk walk;
    *out = (struct full_due){ 0 };
    enum rd_status status = rd_walk_start(&walk, full->is.kernel->store, RD_TABLE_AGENDA,
                                          from.bytes, false, full->error);
    while (status == RD_OK && *(const unsigned char *)walk.key == lane &&
           rd_agenda_key_due(walk.key) <= until_ms) {
        const struct full_due due = { rd_agenda_key_record(walk.key),
                                      rd_agenda_key_deadline(walk.key),
                                      rd_agenda_key_due(walk.key) };
        const struct rd_track *track = rd_track_find(full->tracks, due.record);
        bool shared = !track || (track->state != RD_TRACK_AWAY && track->state != RD_TRACK_EXTRA);
        if (!shared)
            status = rd_full_shared(full, due.record, due.number, &shared);
        if (!shared && status == RD_OK) {
            *out = due;
            break;
        }
        if (status == RD_OK)
            status = rd_walk_next(&walk, full->error);
    }
    rd_walk_end(&walk);
    return status == RD_END ? RD_OK : status;
}

static enum rd_status full_ring(struct rd_full *full, uint8_t lane, const struct full_due *due)
{
    struct rd_deadline row;
    struct rd_redone again;
    bool may;
    enum rd_status status = rd_full_deadline(full, RD_SIDE_IS, due->record, due->number, &row);
    if (status == RD_OK)
        status = rd_full_may_ring(full, due->record, &may);
    if (status != RD_OK)
        return status;
    if (!may)
        return rd_full_stop(full, due->record, RD_FULL_RING);
    int64_t now = lane == RD_LANE_LIVE && due->due_ms < full->lane_ms[lane] ? full->lane_ms[lane]
                                                                            : due->due_ms;
    rd_redo_ring(full->is.kernel, lane, (struct rd_id){ due->record }, row.name, now, &again);
    if (!again.entry)
        return rd_ring_waits(again.status)
                   ? rd_error_set(full->error, again.status, "%s", again.error.text)
                   : rd_full_stop(full, due->record, FULL_TYPE);
    struct rd_command_entry nothing = rd_full_nothing("ring", due->record, now, lane);
    full->rings.is++;
    status = rd_full_rings(full, due->record, row.name, RD_SIDE_IS);
    return status == RD_OK ? rd_full_alone(full, &nothing, &again, row.name, due->record) : status;
}

/* The next one of the candidate's agenda or of its schedules; *due->due_ms INT64_MAX: there is
 * none.
 */
static enum rd_status full_next_of_all(struct rd_full *full, uint8_t lane, int64_t until_ms,
                                       struct full_due *due)
{
    enum rd_status status = RD_OK;
    *due = (struct full_due){ .due_ms = INT64_MAX };
    if (rd_tracks_apart(full->tracks))
        status = full_next(full, lane, until_ms, due);
    if (!due->record)
        due->due_ms = INT64_MAX;
    int64_t fires = lane == RD_LANE_LIVE ? rd_full_schedule_next(full, until_ms) : INT64_MAX;
    if (fires < due->due_ms)
        *due = (struct full_due){ .due_ms = fires };
    return status;
}

/* The candidate's clock goes on to this time. */
enum rd_status rd_full_until(struct rd_full *full, uint8_t lane, int64_t until_ms)
{
    struct full_due due;
    enum rd_status status = RD_OK;
    for (size_t rung = 0; status == RD_OK; rung += due.record != 0) {
        rd_arena_reset(&full->arena);
        status = full_next_of_all(full, lane, until_ms, &due);
        if (status != RD_OK || due.due_ms == INT64_MAX)
            break;
        if (!due.record)
            status = rd_full_schedule_fire(full);
        else
            status = rung < RD_ADVANCE_RINGS_MAX ? full_ring(full, lane, &due)
                                                 : rd_full_stop(full, due.record, FULL_ENDLESS);
        if (status == RD_OK)
            status = rd_full_jobs(full, due.due_ms);
    }
    if (until_ms > full->lane_ms[lane])
        full->lane_ms[lane] = until_ms;
    return status;
}
