/* Schedules of two worlds. An occurrence that is next in both comes with the record's entry; one
 * that is next in the candidate's world alone comes at its time, in between; and one that only the
 * record had does not come there.
 *
 *   rules of the day  ──09:00──────────09:00──────────▶      moved to 10:00:
 *   candidate         ─────10:00──────────10:00───────▶      two gone, two in addition, paired
 *
 * How far the record's schedules have got is in its store; how far the candidate's are, only here:
 * it came into force at its own time, and begins as an activation lets schedules begin.
 */
#include "kernel/backtest_full.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FULL_SCHEDULES_TYPE 0xffffu /* no record has it: a schedule in the place of a parent */

static const char *const FULL_UNKNOWN =
    "the rules of the day are not stored, or this program does not read them: which of the "
    "candidate's schedules came then is not known";

struct full_schedule {
    const struct rd_schedule *schedule;
    bool counts;                  /* what it opens is run again */
    int64_t next_ms, was_next_ms; /* INT64_MAX: none; was: of the rules of the day */
};

struct rd_full_schedules {
    bool known; /* the rules of the day are there */
    size_t count;
    struct full_schedule rows[];
};

static const struct rd_schedule *full_schedule_named(const struct rd_rules *rules, const char *name)
{
    const struct rd_model *model = rules->policy ? rd_policy_model(rules->policy) : NULL;
    for (size_t i = 0; model && i < model->schedule_count; i++)
        if (strcmp(model->schedules[i].name, name) == 0)
            return &model->schedules[i];
    return NULL;
}

static struct full_schedule *full_schedule_row(const struct rd_full *full, const char *name)
{
    for (size_t i = 0; full->schedules && i < full->schedules->count; i++)
        if (strcmp(full->schedules->rows[i].schedule->name, name) == 0)
            return &full->schedules->rows[i];
    return NULL;
}

/* [11, name, at, record] */
const struct rd_value *rd_full_fired(const struct rd_command_entry *entry)
{
    if (!entry->command || strncmp(entry->command, "schedule.", 9) != 0 || !entry->actor ||
        strcmp(entry->actor, "system") != 0)
        return NULL;
    for (uint32_t i = 0; i < entry->effects.count; i++)
        if (entry->effects.items[i].items[0].integer == RD_EFFECT_SCHEDULE)
            return &entry->effects.items[i];
    return NULL;
}

bool rd_full_fired_well(const struct rd_command_entry *entry)
{
    return rd_full_fired(entry) && entry->effects.count > 1;
}

uint64_t rd_full_schedule_id(const struct rd_full *full, const char *name)
{
    const struct full_schedule *row = full_schedule_row(full, name);
    return row ? (uint64_t)FULL_SCHEDULES_TYPE << 48 | (uint64_t)(row - full->schedules->rows + 1)
               : 0;
}

/* ---- how far they are ---- */

static enum rd_status full_schedule_reached(struct rd_full *full, const char *name, int64_t *at_ms)
{
    char key[RD_NAME_BYTES_MAX + 32];
    snprintf(key, sizeof key, RD_COUNTER_SCHEDULE "%s", name);
    return rd_counter_read(full->was->kernel->store, key, at_ms, full->error);
}

/* What comes next in the record. */
static enum rd_status full_schedule_then(struct rd_full *full, struct full_schedule *row)
{
    const struct rd_schedule *was = full_schedule_named(&full->was->recorded, row->schedule->name);
    int64_t reached = 0;
    enum rd_status status = full_schedule_reached(full, row->schedule->name, &reached);
    row->was_next_ms = was && reached > 0 ? rd_schedule_next(was, reached) : INT64_MAX;
    return status;
}

static bool full_activates(const struct rd_command_entry *entry)
{
    for (uint32_t i = 0; i < entry->effects.count; i++)
        if (entry->effects.items[i].items[0].integer == RD_EFFECT_POLICY)
            return true;
    return false;
}

/* Where they have not been known for a while, what has passed is not made up for. */
static enum rd_status full_schedules_then(struct rd_full *full)
{
    struct rd_full_schedules *all = full->schedules;
    int64_t now_ms = full->lane_ms[RD_LANE_LIVE];
    bool known = full->was->recorded.policy != NULL;
    enum rd_status status = RD_OK;
    for (size_t i = 0; status == RD_OK && i < all->count; i++) {
        struct full_schedule *row = &all->rows[i];
        if (known && !all->known && row->next_ms < now_ms)
            row->next_ms = rd_schedule_next(row->schedule, now_ms);
        status = full_schedule_then(full, row);
    }
    if (all->count && !known)
        rd_tallies_apart(full->tallies, full->raw.seq, FULL_UNKNOWN);
    all->known = known;
    return status;
}

/* The type of which it opens records, or sends events to them. */
static const char *full_schedule_type(const struct rd_schedule *schedule)
{
    const char *type = schedule->type->name;
    return schedule->each.kind == RD_MAP ? rd_map_text(&schedule->each, "start", type) : type;
}

/* As an activation does it: a schedule that was there, with the same times, goes on. */
static enum rd_status full_schedule_begin(struct rd_full *full, const struct rd_schedule *schedule,
                                          int64_t at_ms, struct full_schedule *row)
{
    const struct rd_schedule *was = full_schedule_named(&full->was->recorded, schedule->name);
    const char *type = full->options->type;
    int64_t reached = 0;
    enum rd_status status = full_schedule_reached(full, schedule->name, &reached);
    bool goes_on = reached > 0 && was && rd_schedule_same_times(was, schedule);
    *row = (struct full_schedule){ .schedule = schedule };
    row->counts = !type || strcmp(type, full_schedule_type(schedule)) == 0;
    row->next_ms = rd_schedule_next(schedule, goes_on ? reached : at_ms);
    return status;
}

enum rd_status rd_full_schedules_begin(struct rd_full *full, const struct rd_command_entry *entry)
{
    enum rd_status status = RD_OK;
    if (full->schedules || !full->was->ready || entry->at_ms < full->since_ms ||
        entry->flags & (RD_ENTRY_QUIET | RD_ENTRY_PAST))
        return RD_OK;
    const struct rd_model *model = rd_policy_model(full->is.candidate.policy);
    int64_t at_ms = full->since_ms > full->ready_ms ? full->since_ms : full->ready_ms;
    full->schedules =
        calloc(1, sizeof *full->schedules + model->schedule_count * sizeof *full->schedules->rows);
    RD_ASSERT(full->schedules);
    full->schedules->known = true;
    full->schedules->count = model->schedule_count;
    for (size_t i = 0; status == RD_OK && i < model->schedule_count; i++)
        status = full_schedule_begin(full, &model->schedules[i], at_ms, &full->schedules->rows[i]);
    return status == RD_OK ? full_schedules_then(full) : status;
}

void rd_full_schedules_free(struct rd_full *full)
{
    free(full->schedules);
    full->schedules = NULL;
}

/* ---- the record's ---- */

bool rd_full_fires(const struct rd_full *full, const struct rd_command_entry *entry)
{
    const struct rd_value *fired = rd_full_fired(entry);
    const struct full_schedule *row = full_schedule_row(full, fired->items[1].text);
    int64_t at_ms = fired->items[2].integer;
    if (!row || row->next_ms == INT64_MAX)
        return false;
    return row->next_ms == row->was_next_ms || /* it may stand for several that were missed */
           (row->next_ms <= at_ms && rd_schedule_next(row->schedule, at_ms - 1) == at_ms);
}

void rd_full_fires_not(struct rd_full *full, const struct rd_command_entry *entry)
{
    const struct rd_value *fired = rd_full_fired(entry);
    struct rd_redone none = { .status = RD_NOT_FOUND, .error = RD_ERROR_NONE };
    struct rd_difference difference;
    if (!rd_full_fired_well(entry))
        return;
    (void)rd_error_set(&none.error, RD_NOT_FOUND, "schedule '%s' does not come then",
                       fired->items[1].text);
    rd_difference_of(entry, &none, &difference);
    rd_tallies_take(full->tallies, full->raw.seq, entry, &none, &difference);
}

enum rd_status rd_full_schedules_moved(struct rd_full *full, const struct rd_command_entry *entry)
{
    const struct rd_value *fired = rd_full_fired(entry);
    if (full->was->ready && full->ready_ms == INT64_MIN)
        full->ready_ms = entry->at_ms;
    if (!full->schedules)
        return RD_OK;
    if (full_activates(entry))
        return full_schedules_then(full);
    struct full_schedule *row = fired ? full_schedule_row(full, fired->items[1].text) : NULL;
    if (!row)
        return RD_OK;
    if (rd_full_fires(full, entry))
        row->next_ms = rd_schedule_next(row->schedule, fired->items[2].integer);
    return full_schedule_then(full, row);
}

/* ---- the candidate's own ---- */

static struct full_schedule *full_schedule_first(const struct rd_full *full)
{
    struct full_schedule *first = NULL;
    for (size_t i = 0; full->schedules && full->schedules->known && i < full->schedules->count;
         i++) {
        struct full_schedule *row = &full->schedules->rows[i];
        if (row->counts && row->next_ms != row->was_next_ms && row->next_ms < full->until_ms &&
            (!first || row->next_ms < first->next_ms))
            first = row;
    }
    return first;
}

int64_t rd_full_schedule_next(const struct rd_full *full, int64_t until_ms)
{
    const struct full_schedule *row = full_schedule_first(full);
    return row && row->next_ms <= until_ms ? row->next_ms : INT64_MAX;
}

enum rd_status rd_full_schedule_fire(struct rd_full *full)
{
    struct full_schedule *row = full_schedule_first(full);
    const char *name = row->schedule->name;
    struct rd_redone again;
    int64_t at_ms = row->next_ms, now_ms = full->lane_ms[RD_LANE_LIVE];
    now_ms = at_ms < now_ms ? now_ms : at_ms;
    rd_redo_fire(full->is.kernel, name, at_ms, now_ms, &again);
    if (!again.entry)
        return rd_error_set(full->error, again.status, "%s", again.error.text);
    struct rd_command_entry nothing =
        rd_full_nothing(rd_arena_join(&full->arena, "schedule.", name), again.entry->record.value,
                        now_ms, RD_LANE_LIVE);
    row->next_ms = rd_schedule_next(row->schedule, at_ms);
    full->fired.is += again.entry->effects.count > 1;
    return rd_full_alone(full, &nothing, &again, NULL, rd_full_schedule_id(full, name));
}
