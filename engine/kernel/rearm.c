/* Limits that a new generation gives to cases which are already where they hold, and limits that it
 * takes away.
 *
 * A limit counts from when it would have begun had it always been there: one of a state from when
 * the case entered the state, one of the whole case from its opening, less the stretches in states
 * that pause. The record does not keep these times; its journal does, version by version, and is
 * read backwards:
 *
 *   v1 open new ─ v2 ─ v3 ─ [ v4 enters `working` ─ v5 ─ v6 now ]
 *                             ^ began: the state's limits start here
 *
 * A limit that the case had before in the same stay (it rang, or an action stopped it) is not given
 * to it again. Only what a re-planning itself took away may come back.
 */
#include "domain/position.h"
#include "kernel/inside.h"

#include <string.h>

#include "base/text.h"
#include "store/tables.h"

/* A limit that the rules give and the case does not have. */
struct rearm_slot {
    const struct rd_limit *limit;
    enum rd_deadline_kind kind;
    size_t which;
    bool settled; /* the newest entry that speaks of it was seen */
    bool had;     /* and it began the limit */
};

/* A stretch of the case in one state. */
struct rearm_stay {
    const char *state, *by;
    int64_t from_ms;
};

struct rearm {
    struct rd_run *run;
    struct rd_draft *draft;
    const struct rd_state *state;
    struct rearm_slot *slots;
    size_t slot_count;
    bool whole;               /* one of them is of the whole case */
    bool within_stay;         /* the entries that are read are still of the last stay */
    int64_t entered_ms;       /* when that began, as far as is read */
    bool cut;                 /* too many versions to read them all */
    struct rearm_stay *stays; /* the newest first */
    size_t stay_count, stay_cap;
};

static bool rearm_has(const struct rd_draft *draft, const struct rd_limit *limit)
{
    for (size_t i = 0; i < draft->deadline_count; i++)
        if (!draft->deadlines[i].removed && strcmp(draft->deadlines[i].row.name, limit->name) == 0)
            return true;
    return false;
}

static void rearm_slot_add(struct rearm *rearm, const struct rd_limit *limit,
                           enum rd_deadline_kind kind, size_t which)
{
    if (!rearm_has(rearm->draft, limit))
        rearm->slots[rearm->slot_count++] =
            (struct rearm_slot){ .limit = limit, .kind = kind, .which = which };
}

static struct rearm_slot *rearm_slot(struct rearm *rearm, const char *name)
{
    for (size_t i = 0; i < rearm->slot_count; i++) {
        struct rearm_slot *slot = &rearm->slots[i];
        bool looked_for = slot->kind == RD_DEADLINE_WITHIN || rearm->within_stay;
        if (looked_for && !slot->settled && strcmp(slot->limit->name, name) == 0)
            return slot;
    }
    return NULL;
}

/* Takes in what an entry did to the record's limits; *entered: it began the stay in the state. */
static enum rd_status rearm_clocks(struct rearm *rearm, const struct rd_command_entry *entry,
                                   struct rd_arena *scratch, bool *entered)
{
    struct rd_id id = rearm->draft->record.id;
    bool replan = strcmp(entry->command, "replan") == 0;
    for (uint32_t i = entry->effects.count; i-- > 0;) {
        const struct rd_value *at = entry->effects.items[i].items;
        struct rd_deadline row;
        bool clock = at[0].integer == RD_EFFECT_DEADLINE || at[0].integer == RD_EFFECT_RING_OFF;
        if (!clock || (uint64_t)at[1].integer != id.value)
            continue;
        if (at[0].integer == RD_EFFECT_RING_OFF) {
            struct rearm_slot *slot = replan ? rearm_slot(rearm, at[2].text) : NULL;
            if (slot)
                slot->settled = true;
            continue;
        }
        enum rd_status status = rd_deadline_unpack(&at[2], id, scratch, &row, rearm->run->error);
        if (status != RD_OK)
            return status;
        struct rearm_slot *slot = rearm_slot(rearm, row.name);
        if (slot)
            slot->settled = slot->had = true;
        *entered |= row.kind == RD_DEADLINE_STATE && row.started_ms == entry->at_ms && row.ref &&
                    strcmp(row.ref, rearm->state->name) == 0;
    }
    return RD_OK;
}

static const char *rearm_copy(struct rearm *rearm, const char *text)
{
    return text ? rd_arena_copy(rearm->run->arena, text, strlen(text)) : "";
}

/* The case was in this state from this entry on, as far as is known yet. */
static void rearm_stay_add(struct rearm *rearm, const char *state,
                           const struct rd_command_entry *entry)
{
    struct rearm_stay *last = rearm->stay_count ? &rearm->stays[rearm->stay_count - 1] : NULL;
    if (last && strcmp(last->state, state) == 0) {
        last->from_ms = entry->at_ms;
        last->by = rearm_copy(rearm, entry->actor);
        return;
    }
    if (rearm->stay_count == rearm->stay_cap) {
        size_t cap = rearm->stay_cap ? 2 * rearm->stay_cap : 8;
        struct rearm_stay *more = rd_arena_zalloc(rearm->run->arena, cap, sizeof *more);
        if (rearm->stay_count)
            memcpy(more, rearm->stays, rearm->stay_count * sizeof *more);
        rearm->stays = more;
        rearm->stay_cap = cap;
    }
    rearm->stays[rearm->stay_count++] = (struct rearm_stay){
        .state = rearm_copy(rearm, state),
        .by = rearm_copy(rearm, entry->actor),
        .from_ms = entry->at_ms,
    };
}

static const char *rearm_state_of(const struct rd_command_entry *entry, struct rd_id id)
{
    for (uint32_t i = 0; i < entry->effects.count; i++) {
        const struct rd_value *at = entry->effects.items[i].items;
        if (at[0].integer == RD_EFFECT_RECORD && (uint64_t)at[1].integer == id.value)
            return at[3].kind == RD_TEXT ? at[3].text : "";
    }
    return "";
}

/* One version's entry. */
static enum rd_status rearm_version(struct rearm *rearm, uint32_t version, struct rd_arena *scratch)
{
    struct rd_run *run = rearm->run;
    struct rd_position place;
    struct rd_entry raw;
    struct rd_command_entry entry;
    bool entered = false;
    rd_arena_reset(scratch);
    run->kernel->rearm_read++;
    enum rd_status status =
        rd_position_find(run->kernel->store, rearm->draft->record.id, version, &place, run->error);
    if (status == RD_OK)
        status = rd_history_entry(run->kernel, place.at, scratch, &raw, &entry, run->error);
    if (status != RD_OK)
        return status;
    const char *state = rearm_state_of(&entry, rearm->draft->record.id);
    rearm->within_stay = rearm->within_stay && strcmp(state, rearm->state->name) == 0;
    if (rearm->within_stay)
        rearm->entered_ms = entry.at_ms;
    rearm_stay_add(rearm, state, &entry);
    status = rearm_clocks(rearm, &entry, scratch, &entered);
    if (entered) /* perhaps from itself: what lies before is another stay */
        rearm->within_stay = false;
    return status;
}

/* Reads back as far as is needed. */
static enum rd_status rearm_walk(struct rearm *rearm)
{
    struct rd_arena scratch;
    enum rd_status status = RD_OK;
    uint32_t newest = rearm->draft->record.version;
    rd_arena_init(&scratch);
    rearm->within_stay = true;
    for (uint32_t v = newest; status == RD_OK && v > 0 && (rearm->within_stay || rearm->whole);
         v--) {
        rearm->cut = newest - v == RD_REARM_VERSIONS_MAX;
        if (rearm->cut)
            break;
        status = rearm_version(rearm, v, &scratch);
    }
    rd_arena_fini(&scratch);
    return status;
}

/* The stretches in states that pause, as a ledger has them. */
static void rearm_pauses(const struct rearm *rearm, struct rd_deadline *as)
{
    const struct rd_chart *chart = rearm->draft->chart;
    bool paused = false;
    as->pauses = rd_arena_zalloc(rearm->run->arena, rearm->stay_count + 1, sizeof *as->pauses);
    for (size_t i = rearm->stay_count; i-- > 0;) {
        const struct rearm_stay *stay = &rearm->stays[i];
        int state = rd_state_find(chart, stay->state);
        bool pauses = state >= 0 && chart->states[state].pause;
        if (pauses && !paused)
            as->pauses[as->pause_count++] =
                (struct rd_pause){ stay->from_ms, INT64_MAX,
                                   rd_arena_printf(rearm->run->arena, "%s, by %s", stay->state,
                                                   stay->by) };
        if (!pauses && paused)
            as->pauses[as->pause_count - 1].to_ms = stay->from_ms;
        paused = pauses;
    }
}

static enum rd_status rearm_begin(struct rearm *rearm, const struct rearm_slot *slot)
{
    struct rd_run *run = rearm->run;
    char since[RD_TIME_TEXT_MAX];
    bool whole = slot->kind == RD_DEADLINE_WITHIN;
    struct rd_deadline as = {
        .kind = slot->kind,
        .ref = whole ? NULL : rearm->state->name,
        .which = (uint32_t)slot->which,
        .started_ms = rearm->cut ? run->now_ms
                      : whole    ? rearm->draft->record.opened_at_ms
                                 : rearm->entered_ms,
    };
    if (whole && !rearm->cut)
        rearm_pauses(rearm, &as);
    rd_time_write(as.started_ms, since);
    rd_run_decided(run, slot->limit->name, slot->limit->file, slot->limit->line, "begun late",
                   rd_arena_printf(run->arena, "%s, counted from %s",
                                   rearm->cut ? "new in this policy; a history too long to read"
                                              : "new in this policy",
                                   since));
    return rd_clock_arm(run, rearm->draft, slot->limit, &as);
}

static enum rd_status rearm_gained(struct rearm *rearm, size_t *begun)
{
    const struct rd_chart *chart = rearm->draft->chart;
    rearm->slots =
        rd_arena_zalloc(rearm->run->arena, rearm->state->after_count + 1, sizeof *rearm->slots);
    for (size_t i = 0; i < rearm->state->after_count; i++)
        rearm_slot_add(rearm, &rearm->state->after[i], RD_DEADLINE_STATE, i);
    size_t of_state = rearm->slot_count;
    if (chart->within)
        rearm_slot_add(rearm, chart->within, RD_DEADLINE_WITHIN, 0);
    rearm->whole = rearm->slot_count > of_state;
    enum rd_status status = rearm->slot_count ? rearm_walk(rearm) : RD_OK;
    for (size_t i = 0; status == RD_OK && i < rearm->slot_count; i++) {
        if (rearm->slots[i].had)
            continue;
        status = rearm_begin(rearm, &rearm->slots[i]);
        ++*begun;
    }
    return status;
}

/* Whether the limit that a deadline came from is no longer in the rules. */
static bool rearm_is_lost(const struct rd_draft *draft, const struct rd_deadline *row)
{
    bool here = row->kind == RD_DEADLINE_WITHIN ||
                (row->kind == RD_DEADLINE_STATE && row->ref && draft->record.state &&
                 strcmp(row->ref, draft->record.state) == 0);
    return here && !rd_plan_limit(draft, row);
}

static void rearm_lost(struct rd_run *run, struct rd_draft *draft, size_t *ended)
{
    for (size_t i = 0; i < draft->deadline_count; i++) {
        struct rd_draft_deadline *deadline = &draft->deadlines[i];
        if (deadline->removed || !rearm_is_lost(draft, &deadline->row))
            continue;
        rd_run_decided(run, deadline->row.name, draft->chart->file, draft->chart->line,
                       "taken away", rd_arena_printf(run->arena, "was %s", deadline->row.limit));
        deadline->removed = draft->changed = true;
        ++*ended;
    }
}

enum rd_status rd_rearm(struct rd_run *run, struct rd_draft *draft, bool gained, size_t *begun,
                        size_t *ended)
{
    enum rd_status status = rd_draft_deadlines(run, draft);
    *begun = *ended = 0;
    if (status != RD_OK || !draft->chart || draft->state < 0 ||
        draft->chart->states[draft->state].final)
        return status;
    rearm_lost(run, draft, ended);
    struct rearm rearm = { .run = run,
                           .draft = draft,
                           .state = &draft->chart->states[draft->state] };
    return gained ? rearm_gained(&rearm, begun) : RD_OK;
}

/* The chart of the same record type in the other model. */
static const struct rd_chart *rearm_chart(const struct rd_model *model, const char *type)
{
    for (size_t i = 0; i < model->chart_count; i++)
        if (strcmp(model->charts[i].type->name, type) == 0)
            return &model->charts[i];
    return NULL;
}

bool rd_rearm_gains(const struct rd_model *before, const struct rd_model *after)
{
    for (size_t c = 0; before && c < after->chart_count; c++) {
        const struct rd_chart *now = &after->charts[c];
        const struct rd_chart *was = rearm_chart(before, now->type->name);
        if (was && now->within && !was->within)
            return true;
        for (size_t i = 0; was && i < now->state_count; i++) {
            int old = rd_state_find(was, now->states[i].name);
            if (old >= 0 && now->states[i].after_count > was->states[old].after_count)
                return true;
        }
    }
    return false;
}
