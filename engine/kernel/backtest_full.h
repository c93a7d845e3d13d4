/* Full back-tests: whole cases, run again in a world of the candidate's own. Used by backtest.c and
 * the files below only.
 *
 *   backtest_full.c     what is done with each entry
 *   backtest_follow.c   what is applied in the candidate's world
 *   backtest_ring.c     deadlines of the two
 *   backtest_schedule.c their schedules
 *   backtest_run.c      jobs, and whatever else happens in the candidate's alone
 *   backtest_between.c  the two worlds, held against each other and brought together
 *   backtest_track.c    the records that go another way
 *   backtest_sum.c      what comes of it
 */
#ifndef RD_KERNEL_BACKTEST_FULL_H
#define RD_KERNEL_BACKTEST_FULL_H

#include "kernel/backtest_inside.h"

/* ---- tracks ---- */

enum rd_side { RD_SIDE_WAS, RD_SIDE_IS };

enum rd_track_state {
    RD_TRACK_SAME,    /* as it was, perhaps again */
    RD_TRACK_AWAY,    /* it goes another way */
    RD_TRACK_STOPPED, /* what the candidate would make of it is not known any further */
    RD_TRACK_GONE,    /* it was opened then, and would not be */
    RD_TRACK_EXTRA,   /* the other way about */
    RD_TRACK_FROZEN,  /* the same, and what would become of it is not known */
};

/* A deadline that rang in one world and not (yet) in the other, where it is armed. */
struct rd_track_ring {
    struct rd_track_ring *next;
    enum rd_side side; /* in which it rang */
    char name[];
};

/* More on an account in the record than in the candidate's world. */
struct rd_track_post {
    uint16_t type;
    uint64_t account;
    int64_t minor;
};

struct rd_track {
    struct rd_track *next;
    uint64_t record, parent; /* parent: whose command opened it; 0 */
    struct rd_track *children, *sibling;
    enum rd_track_state state;
    bool changed;     /* it was away at some time */
    bool paired;      /* gone, or extra: the other world opened the like of it, at its own time */
    uint64_t unasked; /* things that people did to it then alone */
    const char *why;  /* it stopped */
    uint64_t why_seq; /* the entry at which it did */
    const char *was, *is; /* the states in which it was when the ways parted; NULL: they did not */
    struct rd_track_ring *rings;
    struct rd_track_post *posts;
    size_t post_count;
};

/* None yet; what becomes of deadlines is added to `totals`, which is borrowed. */
struct rd_tracks *rd_tracks_new(struct rd_clock_totals *totals);
/* NULL is fine. */
void rd_tracks_free(struct rd_tracks *tracks);
/* NULL: it is as it was. */
struct rd_track *rd_track_find(struct rd_tracks *tracks, uint64_t record);
/* Whether there are any whose deadlines are not those of the record. */
bool rd_tracks_apart(const struct rd_tracks *tracks);
/* The record's track, in this state. */
struct rd_track *rd_track_make(struct rd_tracks *tracks, uint64_t record,
                               enum rd_track_state state);
/* `child` was opened by a command of `parent`, and follows it when that one is stopped. */
void rd_track_adopt(struct rd_tracks *tracks, struct rd_track *child, uint64_t parent);
void rd_track_posted(struct rd_track *track, uint16_t type, uint64_t account, int64_t minor);
/* A deadline rang on one side alone; `waits`: it is armed on the other. */
void rd_track_rang(struct rd_tracks *tracks, struct rd_track *track, const char *name,
                   enum rd_side side, bool waits);
/* A deadline was stopped before it rang. */
void rd_track_off(struct rd_tracks *tracks, struct rd_track *track, const char *name,
                  enum rd_side side);
/* It ends here, since `why` (a text that stays). */
void rd_track_stop(struct rd_tracks *tracks, struct rd_track *track, const char *why, uint64_t seq);
void rd_tracks_each(struct rd_tracks *tracks, void (*take)(void *context, struct rd_track *track),
                    void *context);
/* Deadlines that are still being watched. */
uint64_t rd_tracks_rings(struct rd_tracks *tracks);

/* ---- the two worlds ---- */

struct rd_full_schedules; /* of the candidate */

/* What happened of a kind in the record, and what happens in the candidate's world. */
struct rd_full_count {
    uint64_t was, is;
};

struct rd_full {
    struct rd_world *was; /* the record's; borrowed */
    struct rd_world is;   /* the candidate's: what it would have decided is what is past there */
    const struct rd_backtest_options *options;
    int64_t since_ms, until_ms; /* of the openings of those that are run again */
    int64_t ready_ms;           /* of the first activation; INT64_MIN: there was none */
    struct rd_tallies *tallies;
    struct rd_judge *judge;
    struct rd_tracks *tracks;
    struct rd_arena arena, again_arena;  /* of one entry */
    struct rd_entry raw;                 /* the one in hand: what is done meanwhile has its place */
    int64_t lane_ms[2];                  /* how far each lane's time is */
    struct rd_full_schedules *schedules; /* NULL: the candidate is not in force yet */
    struct rd_buf jobs; /* numbers of those that have begun, and are not looked at yet */
    uint64_t own_jobs;  /* how many the candidate alone has begun */
    uint64_t cases, openings;
    uint64_t replans, unplanned; /* unplanned: of those, in the effects in hand (rd_full_own) */
    struct rd_full_count rings, fired, begun; /* deadlines, schedules, jobs */
    struct rd_error *error;
};

/* The record in one of the worlds, in the arena; version 0: it is not there. */
enum rd_status rd_full_load(struct rd_full *full, enum rd_side side, uint64_t record,
                            struct rd_record *out) RD_MUST_CHECK;
/* The record's running deadline of this number; `out->name` NULL: there is none. */
enum rd_status rd_full_deadline(struct rd_full *full, enum rd_side side, uint64_t record,
                                uint64_t number, struct rd_deadline *out) RD_MUST_CHECK;
/* Applies these effects to the candidate's world, at this time. */
enum rd_status rd_full_apply(struct rd_full *full, const struct rd_command_entry *like,
                             struct rd_value effects) RD_MUST_CHECK;
/* The track ends: in the candidate's world the record, and what its commands opened, become what
 * they are in the other. */
enum rd_status rd_full_stop(struct rd_full *full, uint64_t record, const char *why) RD_MUST_CHECK;
/* What both worlds have of the records that these effects are about, once they are applied: tracks
 * begin and end. */
enum rd_status rd_full_settle(struct rd_full *full, const struct rd_value *effects,
                              uint64_t parent) RD_MUST_CHECK;
/* Whether a record with a workflow is in the same state in both, as the candidate calls it. */
bool rd_full_same_state(const struct rd_full *full, const struct rd_record *was,
                        const struct rd_record *is);
/* Whether the candidate asks people anything in this state. */
bool rd_full_asks(const struct rd_full *full, uint64_t record, const char *state);
/* Whether a case of the candidate has ended in this state. */
bool rd_full_is_final(const struct rd_full *full, uint64_t record, const char *state);

/* ---- what is applied ---- */

/* The candidate's effects `is`, as they go with the entry's: jobs about the same records have its
 * numbers, the candidate's own ones others, which no history gives. */
struct rd_value rd_full_own(struct rd_full *full, const struct rd_value *was,
                            const struct rd_value *is);
/* The entry's effects, as they can be done there. Records that are away, and that it changes, stop.
 */
enum rd_status rd_full_follow(struct rd_full *full, const struct rd_command_entry *entry,
                              struct rd_value *effects) RD_MUST_CHECK;

/* ---- deadlines ---- */

/* Why a case stops whose deadline may not ring (rd_full_may_ring). */
extern const char *const RD_FULL_RING;
/* The name of the deadline whose ring the entry is; NULL: it is none. */
const char *rd_full_rang(const struct rd_command_entry *entry);
/* What these effects stop before it rang; `rang`: what the record of the entry rang by, or NULL. */
void rd_full_offs(struct rd_full *full, const struct rd_value *effects, uint64_t record,
                  const char *rang, enum rd_side side);
/* It rang on one side alone. */
enum rd_status rd_full_rings(struct rd_full *full, uint64_t record, const char *name,
                             enum rd_side side) RD_MUST_CHECK;
/* Whether it is due at the same time in both. */
enum rd_status rd_full_shared(struct rd_full *full, uint64_t record, uint64_t number,
                              bool *shared) RD_MUST_CHECK;
/* Whether nobody has to be supposed to have done nothing: people are asked what they were asked
 * then, or nothing at all. */
enum rd_status rd_full_may_ring(struct rd_full *full, uint64_t record, bool *may) RD_MUST_CHECK;
/* The candidate's clock goes on to this time: what is due there alone rings. */
enum rd_status rd_full_until(struct rd_full *full, uint8_t lane, int64_t until_ms) RD_MUST_CHECK;

/* ---- schedules ---- */

/* The effect of the occurrence that the entry tells of; NULL: it tells of none. */
const struct rd_value *rd_full_fired(const struct rd_command_entry *entry);
/* Whether something came of it: it was not passed over. */
bool rd_full_fired_well(const struct rd_command_entry *entry);
/* Whether it would come in the candidate's world, too. */
bool rd_full_fires(const struct rd_full *full, const struct rd_command_entry *entry);
/* It would not: that is counted as the candidate's doing. */
void rd_full_fires_not(struct rd_full *full, const struct rd_command_entry *entry);
/* What records that this schedule opens have in the place of whoever opened them; 0: the candidate
 * has no such schedule. */
uint64_t rd_full_schedule_id(const struct rd_full *full, const char *name);
/* The candidate comes into force with the live entry that comes next, unless it has. */
enum rd_status rd_full_schedules_begin(struct rd_full *full,
                                       const struct rd_command_entry *entry) RD_MUST_CHECK;
/* The entry is applied: its schedule, or an activation, has moved on. */
enum rd_status rd_full_schedules_moved(struct rd_full *full,
                                       const struct rd_command_entry *entry) RD_MUST_CHECK;
/* When the first occurrence comes that is the candidate's alone; INT64_MAX: none by then. */
int64_t rd_full_schedule_next(const struct rd_full *full, int64_t until_ms);
/* That one comes. */
enum rd_status rd_full_schedule_fire(struct rd_full *full) RD_MUST_CHECK;
void rd_full_schedules_free(struct rd_full *full);

/* ---- jobs, and what happens in the candidate's world alone ---- */

/* What the record has for something that there was not: an entry of `system` at this time. */
struct rd_command_entry rd_full_nothing(const char *command, uint64_t record, int64_t at_ms,
                                        uint8_t lane);
/* It is done there: `again` is what comes of it, `rang` the deadline by which; NULL. */
enum rd_status rd_full_alone(struct rd_full *full, const struct rd_command_entry *nothing,
                             const struct rd_redone *again, const char *rang,
                             uint64_t parent) RD_MUST_CHECK;
/* Whether the candidate alone has begun the job of this number. */
bool rd_full_job_is_own(uint64_t number);
/* Counts the jobs that these effects begin; those of the candidate's world are to be looked at. */
void rd_full_began(struct rd_full *full, const struct rd_value *effects, enum rd_side side);
/* Does what they do there alone: all of those that the candidate alone has begun; of the others,
 * what they do to records that go another way. */
enum rd_status rd_full_jobs(struct rd_full *full, int64_t now_ms) RD_MUST_CHECK;
/* Whether the entry is a job's step at a record to which the job does not come there. */
enum rd_status rd_full_misses(struct rd_full *full, const struct rd_command_entry *entry,
                              bool *misses) RD_MUST_CHECK;

/* ---- entries ---- */

/* In the caller's storage; `was` is borrowed, and shares its symbols. The rest is filled in by
 * whoever begins: all but the arenas. */
void rd_full_init(struct rd_full *full, struct rd_world *was);
/* Frees its world and its tracks. */
void rd_full_fini(struct rd_full *full);
/* Whether a case that was opened at this time is run again, and counted. */
bool rd_full_counts(const struct rd_full *full, struct rd_id record, int64_t opened_ms);
/* Runs one entry in both worlds. */
enum rd_status rd_full_entry(struct rd_full *full, const struct rd_entry *raw,
                             const struct rd_command_entry *entry) RD_MUST_CHECK;
/* The history has ended at this time of the live lane: what is due by then rings. */
enum rd_status rd_full_end(struct rd_full *full, int64_t now_ms) RD_MUST_CHECK;
/* Adds "full" to the result, and what became of each of its cases. */
enum rd_status rd_full_result(struct rd_full *full, struct rd_arena *arena,
                              struct rd_value *result) RD_MUST_CHECK;

#endif
