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

/* What is done with an entry in the candidate's world. */
enum full_way {
    FULL_ASK,    /* it is decided there */
    FULL_FOLLOW, /* it is done there as it was done */
    FULL_DROP,   /* nobody would have done it: nothing happens */
};

static const char *const FULL_STATE =
    "somebody did something in a state in which the case would not have been";
static const char *const FULL_REFUSED = "somebody would have been refused, and done something else";
static const char *const FULL_FORM =
    "somebody was refused before his form was read, and would not be now";

void rd_full_init(struct rd_full *full, struct rd_world *was)
{
    *full = (struct rd_full){ .was = was };
    rd_world_init(&full->is, was->kernel->catalogue.names.symbols);
    rd_arena_init(&full->arena);
    rd_arena_init(&full->again_arena);
    rd_buf_init(&full->jobs);
    full->lane_ms[RD_LANE_LIVE] = full->lane_ms[RD_LANE_IMPORT] = full->ready_ms = INT64_MIN;
}

void rd_full_fini(struct rd_full *full)
{
    rd_tracks_free(full->tracks);
    rd_full_schedules_free(full);
    rd_buf_fini(&full->jobs);
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

/* The type of the records that a schedule's job opens, or changes; NULL: it began none. */
static const char *full_job_type(const struct rd_command_entry *entry)
{
    for (uint32_t i = 0; rd_full_fired(entry) && i < entry->effects.count; i++) {
        const struct rd_value *at = entry->effects.items[i].items;
        if (at[0].integer == RD_EFFECT_JOB && strcmp(at[2].text, "begin") == 0)
            return rd_map_text(&at[3], "start", rd_map_text(&at[3], "type", NULL));
    }
    return NULL;
}

static bool full_is_type(const struct rd_full *full, const struct rd_command_entry *entry)
{
    const char *type = full->options->type, *job = full_job_type(entry);
    if (!type || job)
        return !type || strcmp(type, job) == 0;
    const char *name =
        rd_catalogue_type_name(&full->was->kernel->catalogue, rd_id_type(entry->record));
    size_t len = strlen(type);
    return name && entry->record.value
               ? strcmp(name, type) == 0
               : entry->command && strncmp(entry->command, type, len) == 0 &&
                     entry->command[len] == '.';
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

/* ---- one entry ---- */

static bool full_is_system(const struct rd_command_entry *entry)
{
    return entry->actor && strcmp(entry->actor, "system") == 0;
}

/* Of a record that is away: may what happened to it happen there as well? */
static enum rd_status full_choose_away(struct rd_full *full, const struct rd_command_entry *entry,
                                       enum full_way *way)
{
    struct rd_record was, is;
    uint64_t record = entry->record.value;
    const char *rang = rd_full_rang(entry);
    bool shared, may;
    enum rd_status status = rd_full_load(full, RD_SIDE_WAS, record, &was);
    if (status == RD_OK)
        status = rd_full_load(full, RD_SIDE_IS, record, &is);
    if (status == RD_OK && rang) {
        status = rd_full_shared(full, record, rd_deadline_number(rang), &shared);
        if (status == RD_OK && shared)
            status = rd_full_may_ring(full, record, &may);
        if (status != RD_OK)
            return status;
        *way = shared ? FULL_ASK : FULL_DROP;
        return shared && !may ? (*way = FULL_FOLLOW, rd_full_stop(full, record, RD_FULL_RING))
                              : RD_OK;
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

/* What happens by itself happens there where it is the candidate's, too. */
static enum rd_status full_choose_engine(struct rd_full *full, const struct rd_command_entry *entry,
                                         enum full_way *way)
{
    bool misses = false;
    enum rd_status status = RD_OK;
    if (rd_full_fired(entry)) {
        misses = !rd_full_fires(full, entry);
        if (misses)
            rd_full_fires_not(full, entry);
    } else {
        status = rd_full_misses(full, entry, &misses);
    }
    if (misses)
        *way = FULL_DROP;
    return status;
}

static enum rd_status full_choose(struct rd_full *full, const struct rd_command_entry *entry,
                                  enum full_way *way)
{
    const struct rd_track *track =
        entry->record.value ? rd_track_find(full->tracks, entry->record.value) : NULL;
    bool meant;
    enum rd_status status = full_is_meant(full, entry, track, &meant);
    *way = meant ? FULL_ASK : FULL_FOLLOW;
    if (status == RD_OK && meant && full_is_system(entry))
        status = full_choose_engine(full, entry, way);
    if (status != RD_OK || !meant || !track || *way == FULL_DROP)
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
    if (!refused && entry->refused &&
        !entry->record.value) { /* what would have been opened, nobody went on with */
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
        own->effects = rd_full_own(full, &entry->effects, &again->entry->effects);
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
    if (!track)
        return;
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
    const char *rang = rd_full_rang(entry);
    *effects = rd_list();
    if (status == RD_OK && *way == FULL_DROP) {
        full_unasked(full, entry);
        if (rang)
            status = rd_full_rings(full, entry->record.value, rang, RD_SIDE_WAS);
    } else if (status == RD_OK && *way == FULL_ASK) {
        status = full_ask(full, entry, way, effects);
    } else if (status == RD_OK && full_is_stopped(full, entry)) {
        full_unasked(full, entry);
    }
    if (status == RD_OK && *way == FULL_DROP)
        *effects = rd_list();
    if (status == RD_OK && *way == FULL_FOLLOW)
        status = rd_full_follow(full, entry, effects);
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
    full->rings.was += rd_full_rang(entry) != NULL;
    for (uint32_t i = 0; full->was->ready && i < entry->effects.count; i++) {
        const struct rd_value *effect = &entry->effects.items[i];
        if (effect->items[0].integer == RD_EFFECT_RECORD && effect->count > 7 &&
            effect->items[3].kind == RD_TEXT)
            full->cases += rd_full_counts(
                full, (struct rd_id){ (uint64_t)effect->items[1].integer }, entry->at_ms);
    }
}

/* Whose command opened what the entry opens. */
static uint64_t full_parent(const struct rd_full *full, const struct rd_command_entry *entry)
{
    const struct rd_value *fired = rd_full_fired(entry);
    return fired ? rd_full_schedule_id(full, fired->items[1].text) : entry->record.value;
}

/* Whatever follows by itself from what was applied. */
static enum rd_status full_goes_on(struct rd_full *full, const struct rd_command_entry *entry,
                                   const struct rd_value *effects, enum full_way way)
{
    uint64_t began = full->begun.is;
    rd_full_began(full, &entry->effects, RD_SIDE_WAS);
    rd_full_began(full, effects, RD_SIDE_IS);
    full->fired.was += rd_full_fired_well(entry);
    full->fired.is += way != FULL_DROP && rd_full_fired_well(entry);
    full->replans += way == FULL_ASK ? full->unplanned : 0;
    enum rd_status status = rd_full_schedules_moved(full, entry);
    return status == RD_OK && full->begun.is > began ? rd_full_jobs(full, entry->at_ms) : status;
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
    status = rd_full_schedules_begin(full, entry);
    if (status == RD_OK && !(entry->flags & RD_ENTRY_PAST))
        status = rd_full_until(full, lane, entry->at_ms);
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
    full->rings.is += rd_full_rang(entry) && way != FULL_DROP;
    bool own = way != FULL_FOLLOW;
    uint64_t parent = full_parent(full, entry);
    rd_full_offs(full, &entry->effects, entry->record.value, rd_full_rang(entry), RD_SIDE_WAS);
    rd_full_offs(full, &effects, entry->record.value, rd_full_rang(entry), RD_SIDE_IS);
    if (own || full_meets(full, &entry->effects))
        status = rd_full_settle(full, &entry->effects, parent);
    if (status == RD_OK && own)
        status = rd_full_settle(full, &effects, parent);
    if (own) {
        full_posted(full, entry->record.value, &entry->effects, 1);
        full_posted(full, entry->record.value, &effects, -1);
    }
    return status == RD_OK ? full_goes_on(full, entry, &effects, way) : status;
}

enum rd_status rd_full_end(struct rd_full *full, int64_t now_ms)
{
    enum rd_status status = RD_OK;
    if (full->raw.seq && now_ms > INT64_MIN)
        status = rd_full_until(full, RD_LANE_LIVE, now_ms);
    if (status == RD_OK && full->lane_ms[RD_LANE_IMPORT] > INT64_MIN)
        status = rd_full_until(full, RD_LANE_IMPORT, full->lane_ms[RD_LANE_IMPORT]);
    full->tallies->clocks.open += rd_tracks_rings(full->tracks);
    return status;
}
