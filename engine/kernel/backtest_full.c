/* Full back-tests: two worlds go along the journal. In the one is what happened. In the other the
 * candidate has decided since the beginning: people do there what they did, when they did it, and
 * all that happens by itself (deadlines, schedules, jobs) comes from its own decisions.
 *
 *   entry ─▶ deadlines of the candidate's world that are due before it, and are not the record's
 *         ─▶ somebody did something ─┬─ asked the same there ─▶ the candidate decides, and applies
 *                                    └─ asked something else ─▶ the case stops: it is not known
 *                                         what he would have done; it goes on as it went
 *         ─▶ applied to the world of what happened; both are held against each other
 *
 * Nothing is supposed about people: who was refused would have done something, but what is not
 * known; whoever waits in another state than he did may be asked, but is not answered for.
 */
#include "kernel/backtest_full.h"

#include <string.h>

#include "domain/job.h"
#include "domain/ledger.h"
#include "store/tables.h"

/* What is done with an entry in the candidate's world. */
enum full_way {
    FULL_ASK,    /* it is decided there */
    FULL_FOLLOW, /* it is done there as it was done */
    FULL_DROP,   /* nobody would have done it: nothing happens */
};

static const char *const FULL_STATE =
    "somebody did something in a state in which the case would not have been";
static const char *const FULL_RING =
    "a deadline would ring while people are asked something else than they were";
static const char *const FULL_REFUSED = "somebody would have been refused, and done something else";
static const char *const FULL_FORM =
    "somebody was refused before his form was read, and would not be now";
static const char *const FULL_BESIDE =
    "a case of which it is not known what it would do changed it";
static const char *const FULL_TYPE = "the rules do not speak of it any more";
static const char *const FULL_ENDLESS = "its deadlines would ring without end";

void rd_full_init(struct rd_full *full, struct rd_world *was)
{
    *full = (struct rd_full){ .was = was };
    rd_world_init(&full->is, was->kernel->catalogue.names.symbols);
    rd_arena_init(&full->arena);
    rd_arena_init(&full->again_arena);
    full->lane_ms[RD_LANE_LIVE] = full->lane_ms[RD_LANE_IMPORT] = INT64_MIN;
}

void rd_full_fini(struct rd_full *full)
{
    rd_tracks_free(full->tracks);
    rd_world_fini(&full->is);
    rd_arena_fini(&full->arena);
    rd_arena_fini(&full->again_arena);
}

/* ---- which records are run again ---- */

static const struct rd_value *full_opened(const struct rd_command_entry *entry)
{
    const struct rd_value *effect = rd_effect_record(&entry->effects, entry->record.value);
    return effect && effect->count > 7 ? effect : NULL;
}

static bool full_is_type(const struct rd_full *full, const struct rd_command_entry *entry)
{
    const char *type = full->options->type;
    if (!type)
        return true;
    const char *name =
        rd_catalogue_type_name(&full->was->kernel->catalogue, rd_id_type(entry->record));
    size_t len = strlen(type);
    return name && entry->record.value
               ? strcmp(name, type) == 0
               : strncmp(entry->command, type, len) == 0 && entry->command[len] == '.';
}

/* Those that were opened in time: a case is run again as a whole, or not at all. */
static enum rd_status full_is_meant(struct rd_full *full, const struct rd_command_entry *entry,
                                    const struct rd_track *track, bool *meant)
{
    struct rd_record record;
    *meant = full->was->ready && full_is_type(full, entry);
    if (!*meant || (track && track->changed) ||
        (full->since_ms == INT64_MIN && full->until_ms == INT64_MAX))
        return RD_OK;
    int64_t at_ms = entry->at_ms;
    if (entry->record.value && !full_opened(entry)) {
        enum rd_status status = rd_full_load(full, RD_SIDE_WAS, entry->record.value, &record);
        if (status != RD_OK)
            return status;
        at_ms = record.version ? record.opened_at_ms : at_ms;
    }
    *meant = at_ms >= full->since_ms && at_ms < full->until_ms;
    return RD_OK;
}

/* ---- what the candidate's own entries do ---- */

static bool full_is_begin(const struct rd_value *effect)
{
    return effect->items[0].integer == RD_EFFECT_JOB && strcmp(effect->items[2].text, "begin") == 0;
}

/* The `n`th job that the entry begins; NULL. */
static const struct rd_value *full_begin(const struct rd_value *effects, size_t n)
{
    for (uint32_t i = 0; i < effects->count; i++)
        if (full_is_begin(&effects->items[i]) && n-- == 0)
            return &effects->items[i];
    return NULL;
}

/* Jobs get the numbers that they had, and reach as far as they did; those that only the candidate
 * begins are not run, and neither is planning everything anew. */
static struct rd_value full_own(struct rd_full *full, const struct rd_value *was,
                                const struct rd_value *is)
{
    struct rd_value effects = rd_list();
    size_t begun = 0;
    for (uint32_t i = 0; i < is->count; i++) {
        const struct rd_value *effect = &is->items[i], *begin;
        if (effect->items[0].integer == RD_EFFECT_REPLAN) {
            full->jobs++;
            continue;
        }
        if (!full_is_begin(effect)) {
            rd_list_add(&full->arena, &effects, *effect);
            continue;
        }
        if ((begin = full_begin(was, begun++)) == NULL) {
            full->jobs++;
            continue;
        }
        struct rd_value as = rd_value_copy(&full->arena, effect);
        as.items[1] = begin->items[1];
        const struct rd_value *until = rd_map_get(&begin->items[3], "until");
        if (until)
            rd_map_set(&full->arena, &as.items[3], "until", *until);
        rd_list_add(&full->arena, &effects, as);
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

static enum rd_status full_follow(struct rd_full *full, const struct rd_command_entry *entry,
                                  struct rd_value *effects)
{
    enum rd_status status = RD_OK;
    *effects = rd_list();
    for (uint32_t i = 0; status == RD_OK && i < entry->effects.count; i++)
        status = full_follow_effect(full, &entry->effects.items[i], effects);
    return status;
}

/* ---- deadlines ---- */

/* The name of the deadline whose ring the entry is; NULL: it is none. */
static const char *full_rang(const struct rd_command_entry *entry)
{
    return strcmp(entry->command, "ring") == 0 && entry->decisions.count
               ? entry->decisions.items[0].items[0].text
               : NULL;
}

/* What was stopped on one side before it rang; `rang`: what the entry's own record rang by. */
static void full_offs(struct rd_full *full, const struct rd_value *effects, uint64_t record,
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
static enum rd_status full_rings(struct rd_full *full, uint64_t record, const char *name,
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
static enum rd_status full_shared(struct rd_full *full, uint64_t record, uint64_t number,
                                  bool *shared)
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
static enum rd_status full_may_ring(struct rd_full *full, uint64_t record, bool *may)
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
            status = full_shared(full, due.record, due.number, &shared);
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

/* What the record has for a ring that there was not. */
static struct rd_command_entry full_nothing(const struct full_due *due, int64_t at_ms, uint8_t lane)
{
    return (struct rd_command_entry){ .at_ms = at_ms,
                                      .actor = "system",
                                      .command = "ring",
                                      .record = { due->record },
                                      .form = rd_null(),
                                      .facts = rd_null(),
                                      .decisions = rd_list(),
                                      .effects = rd_list(),
                                      .flags = lane == RD_LANE_IMPORT ? RD_ENTRY_QUIET : 0 };
}

static enum rd_status full_ring_done(struct rd_full *full, const struct rd_command_entry *nothing,
                                     struct rd_redone *again, const char *name)
{
    struct rd_difference difference;
    struct rd_value effects = full_own(full, &nothing->effects, &again->entry->effects);
    rd_difference_of(nothing, again, &difference);
    rd_tallies_take(full->tallies, full->raw.seq, nothing, again, &difference);
    full->rings_is++;
    enum rd_status status = full_rings(full, nothing->record.value, name, RD_SIDE_IS);
    full_offs(full, &effects, nothing->record.value, name, RD_SIDE_IS);
    if (status == RD_OK)
        status = rd_full_apply(full, nothing, effects);
    return status == RD_OK ? rd_full_settle(full, &effects, nothing->record.value) : status;
}

static enum rd_status full_ring(struct rd_full *full, uint8_t lane, const struct full_due *due)
{
    struct rd_deadline row;
    struct rd_redone again;
    bool may;
    enum rd_status status = rd_full_deadline(full, RD_SIDE_IS, due->record, due->number, &row);
    if (status == RD_OK)
        status = full_may_ring(full, due->record, &may);
    if (status != RD_OK)
        return status;
    if (!may)
        return rd_full_stop(full, due->record, FULL_RING);
    int64_t now = lane == RD_LANE_LIVE && due->due_ms < full->lane_ms[lane] ? full->lane_ms[lane]
                                                                            : due->due_ms;
    rd_redo_ring(full->is.kernel, lane, (struct rd_id){ due->record }, row.name, now, &again);
    if (!again.entry)
        return rd_ring_waits(again.status)
                   ? rd_error_set(full->error, again.status, "%s", again.error.text)
                   : rd_full_stop(full, due->record, FULL_TYPE);
    struct rd_command_entry nothing = full_nothing(due, now, lane);
    return full_ring_done(full, &nothing, &again, row.name);
}

/* The candidate's clock goes on to this time. */
static enum rd_status full_until(struct rd_full *full, uint8_t lane, int64_t until_ms)
{
    struct full_due due = { 0 };
    enum rd_status status = RD_OK;
    for (size_t rung = 0; status == RD_OK && rd_tracks_apart(full->tracks); rung++) {
        rd_arena_reset(&full->arena);
        status = full_next(full, lane, until_ms, &due);
        if (status != RD_OK || !due.record)
            break;
        status = rung < RD_ADVANCE_RINGS_MAX ? full_ring(full, lane, &due)
                                             : rd_full_stop(full, due.record, FULL_ENDLESS);
    }
    if (until_ms > full->lane_ms[lane])
        full->lane_ms[lane] = until_ms;
    return status;
}

/* ---- one entry ---- */

static bool full_is_system(const struct rd_command_entry *entry)
{
    return strcmp(entry->actor, "system") == 0;
}

/* Of a record that is away: may what happened to it happen there as well? */
static enum rd_status full_choose_away(struct rd_full *full, const struct rd_command_entry *entry,
                                       enum full_way *way)
{
    struct rd_record was, is;
    uint64_t record = entry->record.value;
    const char *rang = full_rang(entry);
    bool shared, may;
    enum rd_status status = rd_full_load(full, RD_SIDE_WAS, record, &was);
    if (status == RD_OK)
        status = rd_full_load(full, RD_SIDE_IS, record, &is);
    if (status == RD_OK && rang) {
        status = full_shared(full, record, rd_deadline_number(rang), &shared);
        if (status == RD_OK && shared)
            status = full_may_ring(full, record, &may);
        if (status != RD_OK)
            return status;
        *way = shared ? FULL_ASK : FULL_DROP;
        return shared && !may ? (*way = FULL_FOLLOW, rd_full_stop(full, record, FULL_RING)) : RD_OK;
    }
    *way = FULL_ASK;
    if (status != RD_OK || full_is_system(entry) || !was.state || !is.state ||
        rd_full_same_state(full, &was, &is))
        return status;
    *way = FULL_DROP;
    if (rd_full_is_final(full, record, is.state))
        return RD_OK; /* it has ended there: nobody would have been asked */
    *way = FULL_FOLLOW;
    return rd_full_stop(full, record, FULL_STATE);
}

static enum rd_status full_choose(struct rd_full *full, const struct rd_command_entry *entry,
                                  enum full_way *way)
{
    const struct rd_track *track =
        entry->record.value ? rd_track_find(full->tracks, entry->record.value) : NULL;
    bool meant;
    enum rd_status status = full_is_meant(full, entry, track, &meant);
    *way = meant ? FULL_ASK : FULL_FOLLOW;
    if (status != RD_OK || !meant || !track)
        return status;
    switch (track->state) {
    case RD_TRACK_SAME:
        break;
    case RD_TRACK_AWAY:
        return full_choose_away(full, entry, way);
    case RD_TRACK_GONE:
        *way = FULL_DROP;
        break;
    case RD_TRACK_STOPPED:
    case RD_TRACK_EXTRA:
    case RD_TRACK_FROZEN:
        *way = FULL_FOLLOW;
        break;
    }
    return RD_OK;
}

/* Whether a record of the entry goes another way already, so that the entry can't be taken as it
 * stands although the candidate says the same. */
static bool full_meets(struct rd_full *full, const struct rd_value *effects)
{
    for (uint32_t i = 0; i < effects->count; i++) {
        const struct rd_value *at = effects->items[i].items;
        if (at[0].integer != RD_EFFECT_RECORD && at[0].integer != RD_EFFECT_DEADLINE)
            continue;
        const struct rd_track *track = rd_track_find(full->tracks, (uint64_t)at[1].integer);
        if (track && track->state != RD_TRACK_SAME)
            return true;
    }
    return false;
}

/* The case ends here, and what was done is done there as well. */
static enum rd_status full_stops(struct rd_full *full, const struct rd_command_entry *entry,
                                 const char *why, enum full_way *way)
{
    *way = FULL_FOLLOW;
    rd_tallies_money_open(full->tallies, entry);
    return entry->record.value ? rd_full_stop(full, entry->record.value, why) : RD_OK;
}

/* The candidate answers otherwise, and it is the candidate's doing. */
static enum rd_status full_differs(struct rd_full *full, const struct rd_command_entry *entry,
                                   const struct rd_redone *again,
                                   const struct rd_difference *difference, enum full_way *way)
{
    bool refused = !again->entry || again->entry->refused;
    if (!entry->refused && refused && !full_is_system(entry)) {
        rd_tallies_answered(full->tallies, full->raw.seq, entry, again, difference);
        return full_stops(full, entry, FULL_REFUSED, way);
    }
    rd_tallies_take(full->tallies, full->raw.seq, entry, again, difference);
    *way = refused ? FULL_DROP : FULL_ASK;
    if (!refused && !entry->record.value) { /* what would have been opened, nobody went on with */
        full->openings++;
        *way = FULL_DROP;
    }
    if (!refused && !entry->refused)
        rd_clocks_count(&full->tallies->clocks, entry, again->entry);
    return RD_OK;
}

/* What speaks against calling it the candidate's doing. Of a case that goes another way already
 * everything is. */
static const char *full_doubts(struct rd_full *full, const struct rd_command_entry *entry,
                               const struct rd_redone *again)
{
    const struct rd_track *track =
        entry->record.value ? rd_track_find(full->tracks, entry->record.value) : NULL;
    return track && track->state == RD_TRACK_AWAY ? NULL
                                                  : rd_judge_doubts(full->judge, entry, again);
}

/* What the candidate makes of the entry, with `own` for its entry. */
static enum rd_redo_kind full_redo(struct rd_full *full, const struct rd_command_entry *entry,
                                   struct rd_redone *again, struct rd_command_entry *own,
                                   struct rd_difference *difference)
{
    const struct rd_redo_way way = { .at_socket = full->judge->way.at_socket, .whole = true };
    rd_arena_reset(&full->again_arena);
    enum rd_redo_kind kind = rd_redo_entry(full->is.kernel, entry, &way, &full->again_arena, again);
    if (kind != RD_REDO_ASKED)
        return kind;
    if (again->entry && !again->entry->refused) {
        *own = *again->entry;
        own->effects = full_own(full, &entry->effects, &again->entry->effects);
        again->entry = own;
    }
    rd_difference_of(entry, again, difference);
    return kind;
}

/* Asks the candidate. FULL_ASK: `effects` are its own; FULL_FOLLOW: the entry's are to be taken. */
static enum rd_status full_ask(struct rd_full *full, const struct rd_command_entry *entry,
                               enum full_way *way, struct rd_value *effects)
{
    bool at_socket = full->judge->way.at_socket;
    struct rd_difference difference;
    struct rd_command_entry own = { .effects = rd_list() };
    struct rd_redone again;
    enum rd_redo_kind kind = full_redo(full, entry, &again, &own, &difference);
    const char *why = kind == RD_REDO_UNRECORDED ? FULL_FORM : NULL;
    if (kind == RD_REDO_ENGINE) {
        full->tallies->engine++;
        *way = FULL_FOLLOW;
        return RD_OK;
    }
    if (!why && difference.way != RD_WAY_SAME)
        why = full_doubts(full, entry, &again);
    if (why) {
        rd_tallies_apart(full->tallies, full->raw.seq, why);
        return full_stops(full, entry, why, way);
    }
    if (at_socket != full->judge->way.at_socket) /* now it is known how he did it */
        (void)full_redo(full, entry, &again, &own, &difference);
    *effects = own.effects;
    if (difference.way != RD_WAY_SAME)
        return full_differs(full, entry, &again, &difference, way);
    rd_tallies_take(full->tallies, full->raw.seq, entry, &again, &difference);
    *way = entry->refused || !full_meets(full, &entry->effects) ? FULL_FOLLOW : FULL_ASK;
    return RD_OK;
}

/* What is done only in the record: whether its money would be given is known where the case has
 * ended without it. */
static void full_unasked(struct rd_full *full, const struct rd_command_entry *entry)
{
    struct rd_track *track = rd_track_find(full->tracks, entry->record.value);
    track->unasked += !full_is_system(entry) && !entry->refused && track->state != RD_TRACK_STOPPED;
    if (track->state == RD_TRACK_AWAY)
        rd_tallies_money(full->tallies, entry, NULL);
    else
        rd_tallies_money_open(full->tallies, entry);
}

static bool full_is_stopped(struct rd_full *full, const struct rd_command_entry *entry)
{
    const struct rd_track *track =
        entry->record.value ? rd_track_find(full->tracks, entry->record.value) : NULL;
    return track && track->state == RD_TRACK_STOPPED;
}

/* What is posted on one side only is remembered as long as the case may still be stopped. */
static void full_posted(struct rd_full *full, uint64_t record, const struct rd_value *effects,
                        int64_t sign)
{
    struct rd_track *track = record ? rd_track_find(full->tracks, record) : NULL;
    for (uint32_t i = 0; track && i < effects->count; i++) {
        const struct rd_value *at = effects->items[i].items;
        if (at[0].integer == RD_EFFECT_POST)
            rd_track_posted(track, (uint16_t)at[1].integer, (uint64_t)at[2].integer,
                            sign * at[3].integer);
    }
}

/* Decides what happens in the candidate's world: `effects`, and whether they are its own. */
static enum rd_status full_decide(struct rd_full *full, const struct rd_command_entry *entry,
                                  struct rd_value *effects, enum full_way *way)
{
    enum rd_status status = full_choose(full, entry, way);
    const char *rang = full_rang(entry);
    *effects = rd_list();
    if (status == RD_OK && *way == FULL_DROP) {
        full_unasked(full, entry);
        if (rang)
            status = full_rings(full, entry->record.value, rang, RD_SIDE_WAS);
    } else if (status == RD_OK && *way == FULL_ASK) {
        status = full_ask(full, entry, way, effects);
    } else if (status == RD_OK && full_is_stopped(full, entry)) {
        full_unasked(full, entry);
    }
    if (status == RD_OK && *way == FULL_DROP)
        *effects = rd_list();
    if (status == RD_OK && *way == FULL_FOLLOW)
        status = full_follow(full, entry, effects);
    return status;
}

/* Numbers of names, so that both stores write alike. */
static void full_names(struct rd_full *full, const struct rd_command_entry *entry)
{
    struct rd_names *from = &full->was->kernel->catalogue.names,
                    *to = &full->is.kernel->catalogue.names;
    for (uint32_t i = 0; i < entry->names_count; i++) {
        const char *text = rd_names_text(from, entry->names_from + i);
        (void)rd_names_enter(to, entry->names_from + i, text, strlen(text));
    }
}

bool rd_full_counts(const struct rd_full *full, struct rd_id record, int64_t opened_ms)
{
    const char *name = rd_catalogue_type_name(&full->was->kernel->catalogue, rd_id_type(record));
    return opened_ms >= full->since_ms && opened_ms < full->until_ms &&
           (!full->options->type || (name && strcmp(name, full->options->type) == 0));
}

static void full_count(struct rd_full *full, const struct rd_command_entry *entry)
{
    full->rings_was += full_rang(entry) != NULL;
    for (uint32_t i = 0; full->was->ready && i < entry->effects.count; i++) {
        const struct rd_value *effect = &entry->effects.items[i];
        if (effect->items[0].integer == RD_EFFECT_RECORD && effect->count > 7 &&
            effect->items[3].kind == RD_TEXT)
            full->cases += rd_full_counts(
                full, (struct rd_id){ (uint64_t)effect->items[1].integer }, entry->at_ms);
    }
}

enum rd_status rd_full_entry(struct rd_full *full, const struct rd_entry *raw,
                             const struct rd_command_entry *entry)
{
    uint8_t lane = entry->flags & RD_ENTRY_QUIET ? RD_LANE_IMPORT : RD_LANE_LIVE;
    enum rd_status status = RD_OK;
    struct rd_value effects;
    enum full_way way;
    full->raw = *raw;
    full_names(full, entry);
    if (!(entry->flags & RD_ENTRY_PAST))
        status = full_until(full, lane, entry->at_ms);
    rd_arena_reset(&full->arena);
    full_count(full, entry);
    if (status == RD_OK)
        status = full_decide(full, entry, &effects, &way);
    if (status == RD_OK)
        status = rd_world_apply(full->was, raw, entry, &full->arena, full->error);
    if (status == RD_OK)
        status = rd_full_apply(full, entry, effects);
    if (status != RD_OK)
        return status;
    full->rings_is += full_rang(entry) && way != FULL_DROP;
    bool own = way != FULL_FOLLOW;
    full_offs(full, &entry->effects, entry->record.value, full_rang(entry), RD_SIDE_WAS);
    full_offs(full, &effects, entry->record.value, full_rang(entry), RD_SIDE_IS);
    if (own || full_meets(full, &entry->effects))
        status = rd_full_settle(full, &entry->effects, entry->record.value);
    if (status == RD_OK && own)
        status = rd_full_settle(full, &effects, entry->record.value);
    if (own) {
        full_posted(full, entry->record.value, &entry->effects, 1);
        full_posted(full, entry->record.value, &effects, -1);
    }
    return status;
}

enum rd_status rd_full_end(struct rd_full *full, int64_t now_ms)
{
    enum rd_status status = RD_OK;
    if (full->raw.seq && now_ms > INT64_MIN)
        status = full_until(full, RD_LANE_LIVE, now_ms);
    if (status == RD_OK && full->lane_ms[RD_LANE_IMPORT] > INT64_MIN)
        status = full_until(full, RD_LANE_IMPORT, full->lane_ms[RD_LANE_IMPORT]);
    full->tallies->clocks.open += rd_tracks_rings(full->tracks);
    return status;
}
