/* What happens in the candidate's world alone, and the jobs there.
 *
 * A job that only the candidate begins runs there at once and to its end, under a number that no
 * history has. A job of both runs with the record's entries, step by step; what it does in addition
 * to records that go another way, it does at its beginning. Nothing is done to a record of which it
 * is not known how it stands, or while it asks people something else than it did: it stops.
 */
#include "kernel/backtest_full.h"

#include <string.h>

#include "domain/job.h"

static const char *const FULL_JOB =
    "a job would come to the case while people are asked something else than they were";

struct rd_command_entry rd_full_nothing(const char *command, uint64_t record, int64_t at_ms,
                                        uint8_t lane)
{
    return (struct rd_command_entry){ .at_ms = at_ms,
                                      .actor = "system",
                                      .command = command,
                                      .record = { record },
                                      .form = rd_null(),
                                      .facts = rd_null(),
                                      .decisions = rd_list(),
                                      .effects = rd_list(),
                                      .flags = lane == RD_LANE_IMPORT ? RD_ENTRY_QUIET : 0 };
}

enum rd_status rd_full_alone(struct rd_full *full, const struct rd_command_entry *nothing,
                             const struct rd_redone *again, const char *rang, uint64_t parent)
{
    struct rd_difference difference;
    struct rd_value effects = rd_full_own(full, &nothing->effects, &again->entry->effects);
    rd_difference_of(nothing, again, &difference);
    rd_tallies_take(full->tallies, full->raw.seq, nothing, again, &difference);
    rd_full_offs(full, &effects, nothing->record.value, rang, RD_SIDE_IS);
    rd_full_began(full, &effects, RD_SIDE_IS);
    full->replans += full->unplanned;
    enum rd_status status = rd_full_apply(full, nothing, effects);
    return status == RD_OK ? rd_full_settle(full, &effects, parent) : status;
}

/* ---- which records ---- */

void rd_full_began(struct rd_full *full, const struct rd_value *effects, enum rd_side side)
{
    for (uint32_t i = 0; i < effects->count; i++) {
        const struct rd_value *at = effects->items[i].items;
        if (at[0].integer != RD_EFFECT_JOB || strcmp(at[2].text, "begin") != 0)
            continue;
        uint64_t number = (uint64_t)at[1].integer;
        full->begun.was += side == RD_SIDE_WAS;
        full->begun.is += side == RD_SIDE_IS;
        if (side == RD_SIDE_IS)
            rd_buf_append(&full->jobs, &number, sizeof number);
    }
}

static bool full_is_apart(const struct rd_track *track)
{
    return track->state == RD_TRACK_AWAY || track->state == RD_TRACK_EXTRA;
}

/* Records that go another way, to which a job of both comes there and did not come then. */
struct full_found {
    struct rd_full *full;
    const struct rd_job_row *row;
    struct rd_buf *ids;
    enum rd_status status;
};

static void full_find(void *context, struct rd_track *track)
{
    struct full_found *found = context;
    struct rd_full *full = found->full;
    struct rd_record was, is;
    if (found->status != RD_OK || !full_is_apart(track))
        return;
    found->status = rd_full_load(full, RD_SIDE_WAS, track->record, &was);
    if (found->status == RD_OK)
        found->status = rd_full_load(full, RD_SIDE_IS, track->record, &is);
    if (found->status == RD_OK && rd_job_matches(full->is.kernel, found->row, &is) &&
        !rd_job_matches(full->is.kernel, found->row, &was))
        rd_buf_append(found->ids, &track->record, sizeof track->record);
}

static enum rd_status full_job_records(struct rd_full *full, const struct rd_job_row *row,
                                       struct rd_buf *ids)
{
    struct full_found found = { .full = full, .row = row, .ids = ids };
    if (rd_full_job_is_own(row->number))
        return rd_job_records(full->is.kernel, row, ids, full->error);
    if (rd_tracks_apart(full->tracks))
        rd_tracks_each(full->tracks, full_find, &found);
    return found.status;
}

/* ---- a step ---- */

/* Whether the case is run again that the job changes, or opens. */
static bool full_job_counts(const struct rd_full *full, const struct rd_job_row *row,
                            const struct rd_record *record, int64_t now_ms)
{
    const char *starts = rd_map_text(&row->spec, "start", NULL), *type = full->options->type;
    if (!starts)
        return rd_full_counts(full, record->id, record->opened_at_ms);
    return now_ms >= full->since_ms && now_ms < full->until_ms &&
           (!type || strcmp(type, starts) == 0);
}

/* It may be done: the record is known there, and is not asking somebody who might have come
 * before. */
static enum rd_status full_job_may(struct rd_full *full, const struct rd_record *record, bool *may)
{
    const struct rd_track *track = rd_track_find(full->tracks, record->id.value);
    *may = !track || track->state == RD_TRACK_SAME;
    if (!track || !full_is_apart(track))
        return RD_OK;
    if (!record->state) { /* without a workflow it asks nobody */
        *may = true;
        return RD_OK;
    }
    enum rd_status status = rd_full_may_ring(full, record->id.value, may);
    return status == RD_OK && !*may ? rd_full_stop(full, record->id.value, FULL_JOB) : status;
}

/* The number of a job is no name by which anybody would add up. */
static struct rd_command_entry full_job_named(struct rd_full *full,
                                              const struct rd_command_entry *entry)
{
    struct rd_command_entry named = *entry;
    named.decisions = rd_value_copy(&full->arena, &entry->decisions);
    for (uint32_t i = 0; i < named.decisions.count; i++)
        if (strcmp(named.decisions.items[i].items[0].text, entry->command) == 0)
            named.decisions.items[i].items[0] = rd_text("job");
    return named;
}

static enum rd_status full_job_step(struct rd_full *full, const struct rd_job_row *row, uint64_t id,
                                    int64_t now_ms)
{
    struct rd_record record;
    struct rd_redone again;
    bool may = false;
    rd_arena_reset(&full->arena);
    enum rd_status status = rd_full_load(full, RD_SIDE_IS, id, &record);
    if (status == RD_OK && rd_job_matches(full->is.kernel, row, &record) &&
        full_job_counts(full, row, &record, now_ms))
        status = full_job_may(full, &record, &may);
    if (status != RD_OK || !may)
        return status;
    rd_redo_step(full->is.kernel, row->number, &record, now_ms, &full->arena, &again);
    if (!again.entry) /* nothing is to be done, or nothing can be written */
        return again.status == RD_OK
                   ? RD_OK
                   : rd_error_set(full->error, again.status, "%s", again.error.text);
    struct rd_command_entry named = full_job_named(full, again.entry);
    struct rd_command_entry nothing =
        rd_full_nothing("job", again.entry->record.value, now_ms, RD_LANE_LIVE);
    again.entry = &named;
    return rd_full_alone(full, &nothing, &again, NULL, id);
}

/* ---- all of them ---- */

static enum rd_status full_job_end(struct rd_full *full, const struct rd_job_row *row,
                                   int64_t now_ms)
{
    struct rd_command_entry nothing = rd_full_nothing("job", 0, now_ms, RD_LANE_LIVE);
    struct rd_value effects = rd_list(), end = rd_list();
    rd_arena_reset(&full->arena);
    rd_list_add(&full->arena, &end, rd_int(RD_EFFECT_JOB));
    rd_list_add(&full->arena, &end, rd_int((int64_t)row->number));
    rd_list_add(&full->arena, &end, rd_text("end"));
    rd_list_add(&full->arena, &effects, end);
    return rd_full_apply(full, &nothing, effects);
}

static enum rd_status full_job(struct rd_full *full, uint64_t number, int64_t now_ms)
{
    struct rd_arena arena;
    struct rd_job_row row;
    struct rd_buf ids;
    uint64_t id;
    rd_arena_init(&arena);
    rd_buf_init(&ids);
    enum rd_status status = rd_job_load(full->is.kernel->store, number, &arena, &row, full->error);
    if (status == RD_OK)
        status = full_job_records(full, &row, &ids);
    for (size_t at = 0; status == RD_OK && at < ids.len; at += sizeof id) {
        memcpy(&id, ids.data + at, sizeof id);
        status = full_job_step(full, &row, id, now_ms);
    }
    if (status == RD_OK && rd_full_job_is_own(number))
        status = full_job_end(full, &row, now_ms);
    rd_buf_fini(&ids);
    rd_arena_fini(&arena);
    return status;
}

enum rd_status rd_full_jobs(struct rd_full *full, int64_t now_ms)
{
    enum rd_status status = RD_OK;
    uint64_t number;
    for (size_t at = 0; status == RD_OK && at < full->jobs.len; at += sizeof number) {
        memcpy(&number, full->jobs.data + at, sizeof number); /* its steps may begin others */
        status = full_job(full, number, now_ms);
    }
    rd_buf_clear(&full->jobs);
    return status;
}

/* ---- the record's steps ---- */

/* [14, number, "step", opened at, record, done?] */
static const struct rd_value *full_stepped(const struct rd_command_entry *entry)
{
    if (!entry->command || strncmp(entry->command, "job.", 4) != 0)
        return NULL;
    for (uint32_t i = 0; i < entry->effects.count; i++) {
        const struct rd_value *at = entry->effects.items[i].items;
        if (at[0].integer == RD_EFFECT_JOB && strcmp(at[2].text, "step") == 0)
            return &entry->effects.items[i];
    }
    return NULL;
}

enum rd_status rd_full_misses(struct rd_full *full, const struct rd_command_entry *entry,
                              bool *misses)
{
    const struct rd_value *step = full_stepped(entry);
    uint64_t id = step ? (uint64_t)step->items[4].integer : 0;
    const struct rd_track *track = id ? rd_track_find(full->tracks, id) : NULL;
    struct rd_job_row row;
    struct rd_record record;
    *misses = track && track->state == RD_TRACK_GONE;
    if (!track || track->state != RD_TRACK_AWAY)
        return RD_OK;
    enum rd_status status = rd_job_load(full->is.kernel->store, (uint64_t)step->items[1].integer,
                                        &full->arena, &row, full->error);
    if (status == RD_NOT_FOUND)
        return RD_OK; /* the candidate did not begin it: asking it tells so */
    if (status == RD_OK)
        status = rd_full_load(full, RD_SIDE_IS, id, &record);
    *misses = status == RD_OK && !rd_job_matches(full->is.kernel, &row, &record);
    return status;
}
