/* What comes of a full back-test: how many cases went which way, where the ways part, and what
 * became of each of those that are shown.
 */
#include "kernel/backtest_full.h"

#include <stdlib.h>
#include <string.h>

/* What became of a case. */
enum sum_end {
    SUM_SAME,
    SUM_CHANGED,      /* another way, to its end or to that of the history */
    SUM_UNDETERMINED, /* as far as it is known */
    SUM_MOVED,        /* opened by the same record at another time; what then is not known */
    SUM_GONE,
    SUM_EXTRA,
    SUM_ENDS
};

static const char *const SUM_NAMES[SUM_ENDS] = {
    [SUM_SAME] = "same",   [SUM_CHANGED] = "changed", [SUM_UNDETERMINED] = "undetermined",
    [SUM_MOVED] = "moved", [SUM_GONE] = "gone",       [SUM_EXTRA] = "extra",
};

static const char *const SUM_WAITS =
    "the history ends while people are asked something else than they were";

struct sum {
    struct rd_full *full;
    uint64_t counts[SUM_ENDS], unasked;
    struct rd_value reasons, paths; /* maps by name */
    enum rd_status status;
};

/* A track that is away when the history ends. */
static const char *sum_waits(struct rd_full *full, const struct rd_record *was,
                             const struct rd_record *is)
{
    bool known = rd_full_same_state(full, was, is) ||
                 rd_full_is_final(full, is->id.value, is->state) ||
                 !rd_full_asks(full, is->id.value, is->state);
    return known ? NULL : SUM_WAITS;
}

/* How it ended; *why: what is not known. */
static enum sum_end sum_end(struct rd_full *full, const struct rd_track *track,
                            const struct rd_record *was, const struct rd_record *is,
                            const char **why)
{
    *why = NULL;
    switch (track->state) {
    case RD_TRACK_SAME:
        return track->was ? SUM_CHANGED : SUM_SAME; /* by another way, or at other times */
    case RD_TRACK_AWAY:
        *why = sum_waits(full, was, is);
        return *why ? SUM_UNDETERMINED : SUM_CHANGED;
    case RD_TRACK_STOPPED:
        *why = track->why;
        return SUM_UNDETERMINED;
    case RD_TRACK_GONE:
        return track->paired ? SUM_MOVED : SUM_GONE;
    case RD_TRACK_EXTRA:
    case RD_TRACK_FROZEN:
        *why = track->why;
        return SUM_EXTRA;
    }
    return SUM_SAME;
}

static void sum_count(struct sum *sum, struct rd_value *map, const char *name, uint64_t first)
{
    struct rd_tallies *tallies = sum->full->tallies;
    struct rd_value *row = rd_tallies_row(tallies, map, name, strlen(name));
    int64_t seq = rd_map_int(row, "first", 0);
    if (first && (seq == 0 || (uint64_t)seq > first))
        rd_map_set(&tallies->arena, row, "first", rd_int((int64_t)first));
    rd_tallies_add(tallies, row, "count", 1);
}

/* "complaint: closed -> waiting": then, and under the candidate. */
static void sum_path(struct sum *sum, const struct rd_track *track)
{
    const char *type = rd_catalogue_type_name(&sum->full->was->kernel->catalogue,
                                              rd_id_type((struct rd_id){ track->record }));
    if (track->was)
        sum_count(sum, &sum->paths,
                  rd_arena_printf(&sum->full->arena, "%s: %s -> %s", type ? type : "", track->was,
                                  track->is),
                  0);
}

static bool sum_is_extra(const struct rd_track *track)
{
    return track->state == RD_TRACK_EXTRA || track->state == RD_TRACK_FROZEN;
}

/* What a record opened in both worlds, at different times, is one case. */
static void sum_pair(void *context, struct rd_track *track)
{
    (void)context;
    for (struct rd_track *gone = track->children; gone; gone = gone->sibling)
        for (struct rd_track *extra = track->children;
             gone->state == RD_TRACK_GONE && !gone->paired && extra; extra = extra->sibling)
            if (sum_is_extra(extra) && !extra->paired &&
                rd_id_type((struct rd_id){ extra->record }) ==
                    rd_id_type((struct rd_id){ gone->record }))
                gone->paired = extra->paired = true;
}

static void sum_track(void *context, struct rd_track *track)
{
    struct sum *sum = context;
    struct rd_full *full = sum->full;
    struct rd_record was, is;
    const char *why;
    rd_arena_reset(&full->arena);
    if (sum->status == RD_OK)
        sum->status = rd_full_load(full, RD_SIDE_WAS, track->record, &was);
    if (sum->status == RD_OK)
        sum->status = rd_full_load(full, RD_SIDE_IS, track->record, &is);
    if (sum->status != RD_OK || (!was.state && !is.state) ||
        !rd_full_counts(full, was.id, was.version ? was.opened_at_ms : is.opened_at_ms))
        return;
    enum sum_end end = sum_end(full, track, &was, &is, &why);
    if (end == SUM_EXTRA && track->paired)
        return; /* it is counted once */
    sum->counts[end]++;
    sum->unasked += end == SUM_MOVED ? 0 : track->unasked;
    if (why)
        sum_count(sum, &sum->reasons, why, track->why_seq);
    sum_path(sum, track);
}

/* ---- the cases that are shown ---- */

static struct rd_value sum_text(const char *text, struct rd_arena *arena)
{
    return text ? rd_text_copy(arena, text, strlen(text)) : rd_null();
}

/* How it ended in both; NULL where that is not known. */
static enum rd_status sum_case(struct rd_full *full, struct rd_arena *arena, struct rd_value *shown)
{
    struct rd_id id = { 0 };
    struct rd_record was = { 0 }, is = { 0 };
    const char *why = NULL;
    enum sum_end end = SUM_CHANGED;
    (void)rd_id_read(rd_map_text(shown, "id", ""), &id);
    rd_arena_reset(&full->arena);
    const struct rd_track *track = id.value ? rd_track_find(full->tracks, id.value) : NULL;
    enum rd_status status = track ? rd_full_load(full, RD_SIDE_WAS, id.value, &was) : RD_OK;
    if (status == RD_OK && track)
        status = rd_full_load(full, RD_SIDE_IS, id.value, &is);
    if (status != RD_OK)
        return status;
    if (track)
        end = sum_end(full, track, &was, &is, &why);
    bool known = end == SUM_CHANGED || end == SUM_SAME;
    rd_map_add(arena, shown, "ended", rd_text(SUM_NAMES[end]));
    rd_map_add(arena, shown, "ended_was", sum_text(was.state, arena));
    rd_map_add(arena, shown, "ended_is", known ? sum_text(is.state, arena) : rd_null());
    rd_map_add(arena, shown, "why", sum_text(why, arena));
    return RD_OK;
}

/* ---- all of it ---- */

static struct rd_value sum_both(const struct rd_full_count *count, struct rd_arena *arena)
{
    struct rd_value map = rd_map();
    rd_map_add(arena, &map, "was", rd_int((int64_t)count->was));
    rd_map_add(arena, &map, "is", rd_int((int64_t)count->is));
    return map;
}

static struct rd_value sum_numbers(const struct sum *sum, struct rd_arena *arena)
{
    const struct rd_full *full = sum->full;
    struct rd_value map = rd_map();
    uint64_t others = 0;
    for (size_t i = SUM_CHANGED; i <= SUM_GONE; i++)
        others += sum->counts[i];
    rd_map_add(arena, &map, "cases", rd_int((int64_t)full->cases));
    rd_map_add(arena, &map, "same", rd_int((int64_t)(full->cases - others)));
    for (size_t i = SUM_CHANGED; i < SUM_ENDS; i++)
        rd_map_add(arena, &map, SUM_NAMES[i], rd_int((int64_t)sum->counts[i]));
    rd_map_add(arena, &map, "unasked", rd_int((int64_t)sum->unasked));
    rd_map_add(arena, &map, "openings", rd_int((int64_t)full->openings));
    rd_map_add(arena, &map, "replans", rd_int((int64_t)full->replans));
    rd_map_add(arena, &map, "rings", sum_both(&full->rings, arena));
    rd_map_add(arena, &map, "schedules", sum_both(&full->fired, arena));
    rd_map_add(arena, &map, "jobs", sum_both(&full->begun, arena));
    return map;
}

enum rd_status rd_full_result(struct rd_full *full, struct rd_arena *arena, struct rd_value *result)
{
    struct sum sum = { .full = full, .reasons = rd_map(), .paths = rd_map() };
    rd_tracks_each(full->tracks, sum_pair, NULL);
    rd_tracks_each(full->tracks, sum_track, &sum);
    if (sum.status != RD_OK)
        return sum.status;
    struct rd_value map = sum_numbers(&sum, arena);
    rd_map_add(arena, &map, "reasons", rd_tallies_sorted(&sum.reasons, arena));
    rd_map_add(arena, &map, "paths", rd_tallies_sorted(&sum.paths, arena));
    struct rd_value *cases = (struct rd_value *)rd_map_list(result, "cases");
    for (uint32_t i = 0; cases && i < cases->count; i++) {
        enum rd_status status = sum_case(full, arena, &cases->items[i]);
        if (status != RD_OK)
            return status;
    }
    rd_map_add(arena, result, "full", map);
    return RD_OK;
}
