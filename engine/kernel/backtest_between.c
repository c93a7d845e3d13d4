/* Two worlds: what the record and the candidate have of the same records, and how the second is
 * brought back to the first where it is not known what would have become of it.
 */
#include "kernel/backtest_full.h"

#include <string.h>

#include "domain/ledger.h"

static struct rd_kernel *between_kernel(struct rd_full *full, enum rd_side side)
{
    return side == RD_SIDE_WAS ? full->was->kernel : full->is.kernel;
}

enum rd_status rd_full_load(struct rd_full *full, enum rd_side side, uint64_t record,
                            struct rd_record *out)
{
    enum rd_status status =
        rd_record_load(between_kernel(full, side)->store, (struct rd_id){ record }, &full->arena,
                       out, full->error);
    if (status != RD_NOT_FOUND)
        return status;
    *out = (struct rd_record){ .id = { record } };
    return RD_OK;
}

static enum rd_status between_deadlines(struct rd_full *full, enum rd_side side, uint64_t record,
                                        struct rd_deadline **rows, size_t *count)
{
    enum rd_status status =
        rd_deadlines_load(between_kernel(full, side)->store, (struct rd_id){ record }, &full->arena,
                          rows, count, full->error);
    if (status == RD_OK)
        rd_deadlines_sort(*rows, *count);
    return status;
}

enum rd_status rd_full_deadline(struct rd_full *full, enum rd_side side, uint64_t record,
                                uint64_t number, struct rd_deadline *out)
{
    struct rd_deadline *rows;
    size_t count;
    enum rd_status status = between_deadlines(full, side, record, &rows, &count);
    *out = (struct rd_deadline){ .name = NULL };
    for (size_t i = 0; status == RD_OK && i < count; i++)
        if (rows[i].number == number && rows[i].running)
            *out = rows[i];
    return status;
}

enum rd_status rd_full_apply(struct rd_full *full, const struct rd_command_entry *like,
                             struct rd_value effects)
{
    struct rd_command_entry entry = { .at_ms = like->at_ms,
                                      .actor = like->actor,
                                      .command = like->command,
                                      .record = like->record,
                                      .version = like->version,
                                      .flags = like->flags,
                                      .effects = effects };
    return rd_world_apply(&full->is, &full->raw, &entry, &full->arena, full->error);
}

/* ---- what the candidate asks ---- */

static const struct rd_state *between_state(const struct rd_full *full, uint64_t record,
                                            const char *name)
{
    const struct rd_record_type *type = rd_type_of(full->is.kernel, (struct rd_id){ record });
    int state = type && type->chart && name ? rd_state_find(type->chart, name) : -1;
    return state >= 0 ? &type->chart->states[state] : NULL;
}

bool rd_full_is_final(const struct rd_full *full, uint64_t record, const char *name)
{
    const struct rd_state *state = between_state(full, record, name);
    return state && state->final;
}

bool rd_full_same_state(const struct rd_full *full, const struct rd_record *was,
                        const struct rd_record *is)
{
    const struct rd_record_type *type = rd_type_of(full->is.kernel, is->id);
    if (!was->version || !was->state || !is->state || strcmp(was->state, is->state) == 0)
        return was->version && was->state && is->state;
    const struct rd_move *move = type && type->chart ? rd_move_find(type->chart, was->state) : NULL;
    return move && strcmp(type->chart->states[move->to].name, is->state) == 0;
}

/* What a state accepts besides (`always`: to withdraw, to write a note) nobody waits for. */
bool rd_full_asks(const struct rd_full *full, uint64_t record, const char *name)
{
    const struct rd_state *state = between_state(full, record, name);
    for (size_t i = 0; state && i < state->event_count; i++) {
        const struct rd_event *event = &state->events[i];
        if (!event->internal && event->permission && event->permission->row_count > 0)
            return true;
    }
    return !state;
}

/* ---- bringing together ---- */

static void between_add(struct rd_arena *arena, struct rd_value *effects, enum rd_effect_kind kind,
                        uint64_t record, struct rd_value last)
{
    struct rd_value effect = rd_list();
    rd_list_add(arena, &effect, rd_int(kind));
    rd_list_add(arena, &effect, rd_int((int64_t)record));
    rd_list_add(arena, &effect, last);
    rd_list_add(arena, effects, effect);
}

static struct rd_value between_text(const char *text)
{
    return text ? rd_text(text) : rd_null();
}

/* What has to be set so that `is` has the data of `was`. */
static struct rd_value between_set(const struct rd_record *was, const struct rd_record *is,
                                   struct rd_arena *arena)
{
    struct rd_value set = rd_map();
    for (uint32_t i = 0; i < was->data.count; i++) {
        const struct rd_pair *pair = &was->data.pairs[i];
        const struct rd_value *other = is->version ? rd_map_get(&is->data, pair->key) : NULL;
        if (!other || !rd_value_equal(other, &pair->value))
            rd_map_add(arena, &set, pair->key, pair->value);
    }
    for (uint32_t i = 0; is->version && i < is->data.count; i++)
        if (!rd_map_get(&was->data, is->data.pairs[i].key))
            rd_map_add(arena, &set, is->data.pairs[i].key, rd_null());
    return set;
}

/* [1, id, version, state|null, escalation, {field: value}, lane, opened?] */
static void between_record(const struct rd_record *was, const struct rd_record *is,
                           struct rd_arena *arena, struct rd_value *effects)
{
    struct rd_value effect = rd_list(), opened = rd_list();
    rd_list_add(arena, &effect, rd_int(RD_EFFECT_RECORD));
    rd_list_add(arena, &effect, rd_int((int64_t)was->id.value));
    rd_list_add(arena, &effect, rd_int(is->version + 1)); /* each world counts its own */
    rd_list_add(arena, &effect, between_text(was->state));
    rd_list_add(arena, &effect, rd_int(was->escalation));
    rd_list_add(arena, &effect, between_set(was, is, arena));
    rd_list_add(arena, &effect, rd_int(was->lane));
    if (!is->version) {
        rd_list_add(arena, &opened, between_text(was->number));
        rd_list_add(arena, &opened, between_text(was->opened_by));
        rd_list_add(arena, &opened, rd_int(0)); /* the counters know of it already */
        rd_list_add(arena, &opened, rd_int(0));
        rd_list_add(arena, &effect, opened);
    }
    rd_list_add(arena, effects, effect);
}

static enum rd_status between_clocks(struct rd_full *full, uint64_t record,
                                     struct rd_value *effects)
{
    struct rd_deadline *was, *is;
    size_t was_count, is_count, w = 0;
    enum rd_status status = between_deadlines(full, RD_SIDE_WAS, record, &was, &was_count);
    if (status == RD_OK)
        status = between_deadlines(full, RD_SIDE_IS, record, &is, &is_count);
    for (size_t i = 0; status == RD_OK && i < is_count; i++) {
        while (w < was_count && was[w].number < is[i].number)
            w++;
        if (w == was_count || was[w].number != is[i].number)
            between_add(&full->arena, effects, RD_EFFECT_RING_OFF, record, rd_text(is[i].name));
    }
    for (size_t i = 0; status == RD_OK && i < was_count; i++)
        between_add(&full->arena, effects, RD_EFFECT_DEADLINE, record,
                    rd_deadline_pack(&was[i], &full->arena));
    return status;
}

/* [13, type, account, amount, balance, entries]: what was posted there and not here. */
static enum rd_status between_posts(struct rd_full *full, const struct rd_track *track,
                                    struct rd_value *effects)
{
    enum rd_status status = RD_OK;
    for (size_t i = 0; status == RD_OK && i < track->post_count; i++) {
        const struct rd_track_post *post = &track->posts[i];
        struct rd_balance balance;
        struct rd_value effect = rd_list();
        if (post->minor == 0)
            continue;
        status = rd_balance_read(full->is.kernel->store, post->type,
                                 (struct rd_id){ post->account }, &balance, full->error);
        rd_list_add(&full->arena, &effect, rd_int(RD_EFFECT_POST));
        rd_list_add(&full->arena, &effect, rd_int(post->type));
        rd_list_add(&full->arena, &effect, rd_int((int64_t)post->account));
        rd_list_add(&full->arena, &effect, rd_int(post->minor));
        rd_list_add(&full->arena, &effect, rd_int(balance.minor + post->minor));
        rd_list_add(&full->arena, &effect, rd_int(balance.entries + 1));
        rd_list_add(&full->arena, effects, effect);
    }
    return status;
}

static enum rd_status between_sync(struct rd_full *full, struct rd_track *track)
{
    struct rd_record was, is;
    struct rd_value effects = rd_list();
    struct rd_command_entry like = { .actor = "system", .command = "backtest" };
    enum rd_status status = rd_full_load(full, RD_SIDE_WAS, track->record, &was);
    if (status == RD_OK)
        status = rd_full_load(full, RD_SIDE_IS, track->record, &is);
    if (status != RD_OK || (!was.version && !is.version))
        return status;
    like.at_ms = was.version ? was.opened_at_ms : is.opened_at_ms;
    if (was.version)
        between_record(&was, &is, &full->arena, &effects);
    status = between_clocks(full, track->record, &effects);
    if (status == RD_OK)
        status = between_posts(full, track, &effects);
    track->post_count = 0;
    return status == RD_OK && effects.count ? rd_full_apply(full, &like, effects) : status;
}

enum rd_status rd_full_stop(struct rd_full *full, uint64_t record, const char *why)
{
    struct rd_track *track = rd_track_find(full->tracks, record);
    if (!track)
        track = rd_track_make(full->tracks, record, RD_TRACK_SAME);
    if (track->state == RD_TRACK_STOPPED || track->state == RD_TRACK_FROZEN)
        return RD_OK;
    rd_track_stop(full->tracks, track, why, full->raw.seq);
    enum rd_status status = between_sync(full, track);
    for (const struct rd_track *child = track->children; status == RD_OK && child;
         child = child->sibling)
        if (child->state == RD_TRACK_GONE || child->state == RD_TRACK_EXTRA)
            status = rd_full_stop(full, child->record, why);
    return status;
}

/* ---- holding against each other ---- */

static enum rd_status between_same(struct rd_full *full, const struct rd_record *was,
                                   const struct rd_record *is, bool *same)
{
    struct rd_deadline *a, *b;
    size_t a_count, b_count;
    const char *x = was->state ? was->state : "", *y = is->state ? is->state : "";
    *same = false;
    if (strcmp(x, y) != 0 || was->escalation != is->escalation ||
        !rd_value_equal(&was->data, &is->data))
        return RD_OK;
    enum rd_status status = between_deadlines(full, RD_SIDE_WAS, was->id.value, &a, &a_count);
    if (status == RD_OK)
        status = between_deadlines(full, RD_SIDE_IS, was->id.value, &b, &b_count);
    *same = status == RD_OK && a_count == b_count;
    for (size_t i = 0; *same && i < a_count; i++) {
        struct rd_value left = rd_deadline_pack(&a[i], &full->arena),
                        right = rd_deadline_pack(&b[i], &full->arena);
        *same = rd_deadline_same(&left, &right);
    }
    return status;
}

static const char *between_kept(struct rd_full *full, const char *state)
{
    return rd_arena_copy(&full->tallies->arena, state, strlen(state));
}

/* Where the ways part first. */
static void between_parts(struct rd_full *full, struct rd_track *track, const struct rd_record *was,
                          const struct rd_record *is)
{
    if (track->was || !was->state || !is->state || rd_full_same_state(full, was, is))
        return;
    track->was = between_kept(full, was->state);
    track->is = between_kept(full, is->state);
}

static enum rd_status between_settle(struct rd_full *full, uint64_t record, uint64_t parent)
{
    struct rd_track *track = rd_track_find(full->tracks, record);
    struct rd_record was, is;
    bool same = false;
    if (track && (track->state == RD_TRACK_STOPPED || track->state == RD_TRACK_FROZEN))
        return RD_OK;
    enum rd_status status = rd_full_load(full, RD_SIDE_WAS, record, &was);
    if (status == RD_OK)
        status = rd_full_load(full, RD_SIDE_IS, record, &is);
    if (status != RD_OK || (!was.version && !is.version))
        return status;
    if (!was.version || !is.version) {
        track = rd_track_make(full->tracks, record, was.version ? RD_TRACK_GONE : RD_TRACK_EXTRA);
        rd_track_adopt(full->tracks, track, parent);
        return RD_OK;
    }
    status = between_same(full, &was, &is, &same);
    if (status != RD_OK || (same && !track))
        return status;
    track = rd_track_make(full->tracks, record, same ? RD_TRACK_SAME : RD_TRACK_AWAY);
    between_parts(full, track, &was, &is);
    return RD_OK;
}

enum rd_status rd_full_settle(struct rd_full *full, const struct rd_value *effects, uint64_t parent)
{
    enum rd_status status = RD_OK;
    uint64_t before = 0;
    for (uint32_t i = 0; status == RD_OK && i < effects->count; i++) {
        const struct rd_value *at = effects->items[i].items;
        enum rd_effect_kind kind = (enum rd_effect_kind)at[0].integer;
        if (kind != RD_EFFECT_RECORD && kind != RD_EFFECT_DEADLINE && kind != RD_EFFECT_RING_OFF)
            continue;
        uint64_t record = (uint64_t)at[1].integer;
        if (record != before)
            status = between_settle(full, record, parent);
        before = record;
    }
    return status;
}
