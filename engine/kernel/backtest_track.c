/* Tracks: what became of each record that goes, or went, another way in the candidate's world than
 * in the record; records without a track are the same in both.
 *
 *   (none) ─▶ away ─▶ (the same again)
 *               └──▶ stopped: a person would have been asked something else, or it can't be told;
 *                    from then on it does what it did
 *   gone:  opened then, and not by the candidate       extra: opened by the candidate alone
 *
 * And their deadlines: what rang in one world only is watched until it is known whether it rings in
 * the other, too, or is stopped in time there.
 */
#include "kernel/backtest_full.h"

#include <stdlib.h>
#include <string.h>

#define TRACK_BUCKETS 65536 /* a power of two */

struct rd_tracks {
    struct rd_track *buckets[TRACK_BUCKETS];
    struct rd_clock_totals *totals;
    uint64_t apart; /* tracks in a state in which their clocks are their own */
};

struct rd_tracks *rd_tracks_new(struct rd_clock_totals *totals)
{
    struct rd_tracks *tracks = calloc(1, sizeof *tracks);
    RD_ASSERT(tracks);
    tracks->totals = totals;
    return tracks;
}

static void track_free(struct rd_track *track)
{
    while (track->rings) {
        struct rd_track_ring *ring = track->rings;
        track->rings = ring->next;
        free(ring);
    }
    free(track->posts);
    free(track);
}

void rd_tracks_free(struct rd_tracks *tracks)
{
    for (size_t i = 0; tracks && i < TRACK_BUCKETS; i++)
        while (tracks->buckets[i]) {
            struct rd_track *track = tracks->buckets[i];
            tracks->buckets[i] = track->next;
            track_free(track);
        }
    free(tracks);
}

static struct rd_track **track_bucket(struct rd_tracks *tracks, uint64_t record)
{
    return &tracks->buckets[(record * 0x9e3779b97f4a7c15ull >> 40) & (TRACK_BUCKETS - 1)];
}

struct rd_track *rd_track_find(struct rd_tracks *tracks, uint64_t record)
{
    struct rd_track *track = *track_bucket(tracks, record);
    while (track && track->record != record)
        track = track->next;
    return track;
}

static bool track_is_apart(enum rd_track_state state)
{
    return state == RD_TRACK_AWAY || state == RD_TRACK_EXTRA;
}

bool rd_tracks_apart(const struct rd_tracks *tracks)
{
    return tracks->apart > 0;
}

struct rd_track *rd_track_make(struct rd_tracks *tracks, uint64_t record, enum rd_track_state state)
{
    struct rd_track *track = rd_track_find(tracks, record), **bucket;
    if (!track) {
        track = calloc(1, sizeof *track);
        RD_ASSERT(track);
        bucket = track_bucket(tracks, record);
        track->record = record;
        track->next = *bucket;
        *bucket = track;
    }
    tracks->apart -= track_is_apart(track->state);
    track->state = state;
    tracks->apart += track_is_apart(state);
    track->changed |= state != RD_TRACK_SAME && state != RD_TRACK_STOPPED;
    return track;
}

void rd_track_adopt(struct rd_tracks *tracks, struct rd_track *child, uint64_t parent)
{
    if (!parent || parent == child->record || child->parent)
        return;
    struct rd_track *track = rd_track_find(tracks, parent);
    if (!track)
        track = rd_track_make(tracks, parent, RD_TRACK_SAME);
    child->parent = parent;
    child->sibling = track->children;
    track->children = child;
}

void rd_track_posted(struct rd_track *track, uint16_t type, uint64_t account, int64_t minor)
{
    for (size_t i = 0; i < track->post_count; i++)
        if (track->posts[i].type == type && track->posts[i].account == account) {
            track->posts[i].minor += minor;
            return;
        }
    track->posts = realloc(track->posts, (track->post_count + 1) * sizeof *track->posts);
    RD_ASSERT(track->posts);
    track->posts[track->post_count++] =
        (struct rd_track_post){ .type = type, .account = account, .minor = minor };
}

/* ---- deadlines ---- */

/* Where the watch of this deadline hangs; at NULL where there is none. */
static struct rd_track_ring **track_ring(struct rd_track *track, const char *name)
{
    struct rd_track_ring **at = &track->rings;
    while (*at && strcmp((*at)->name, name) != 0)
        at = &(*at)->next;
    return at;
}

static void track_ring_drop(struct rd_track_ring **at)
{
    struct rd_track_ring *ring = *at;
    *at = ring->next;
    free(ring);
}

void rd_track_rang(struct rd_tracks *tracks, struct rd_track *track, const char *name,
                   enum rd_side side, bool waits)
{
    struct rd_track_ring **at = track_ring(track, name);
    if (*at && (*at)->side != side) { /* now it has rung in both, at different times */
        track_ring_drop(at);
        return;
    }
    if (*at)
        return;
    if (!waits) {
        if (side == RD_SIDE_IS)
            tracks->totals->broken++;
        else
            tracks->totals->saved++;
        return;
    }
    struct rd_track_ring *ring = calloc(1, sizeof *ring + strlen(name) + 1);
    RD_ASSERT(ring);
    ring->side = side;
    memcpy(ring->name, name, strlen(name) + 1);
    ring->next = track->rings;
    track->rings = ring;
}

void rd_track_off(struct rd_tracks *tracks, struct rd_track *track, const char *name,
                  enum rd_side side)
{
    struct rd_track_ring **at = track_ring(track, name);
    if (!*at || (*at)->side == side)
        return;
    if (side == RD_SIDE_IS)
        tracks->totals->saved++;
    else
        tracks->totals->broken++;
    track_ring_drop(at);
}

void rd_track_stop(struct rd_tracks *tracks, struct rd_track *track, const char *why, uint64_t seq)
{
    struct rd_track_ring **at = &track->rings;
    track->why = why;
    track->why_seq = seq;
    (void)rd_track_make(tracks, track->record,
                        track->state == RD_TRACK_EXTRA ? RD_TRACK_FROZEN : RD_TRACK_STOPPED);
    while (*at) /* what was to ring in the candidate's world alone, nobody will know */
        if ((*at)->side == RD_SIDE_WAS) {
            tracks->totals->open++;
            track_ring_drop(at);
        } else {
            at = &(*at)->next;
        }
}

void rd_tracks_each(struct rd_tracks *tracks, void (*take)(void *context, struct rd_track *track),
                    void *context)
{
    for (size_t i = 0; i < TRACK_BUCKETS; i++)
        for (struct rd_track *track = tracks->buckets[i]; track; track = track->next)
            take(context, track);
}

uint64_t rd_tracks_rings(struct rd_tracks *tracks)
{
    uint64_t count = 0;
    for (size_t i = 0; i < TRACK_BUCKETS; i++)
        for (const struct rd_track *track = tracks->buckets[i]; track; track = track->next)
            for (const struct rd_track_ring *ring = track->rings; ring; ring = ring->next)
                count++;
    return count;
}
