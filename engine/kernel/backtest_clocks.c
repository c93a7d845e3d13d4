/* Deadlines that the candidate would have made due at another time, watched until it is known
 * whether that would have mattered.
 *
 *   planned otherwise ─▶ stopped in time ─▶ would it have rung before? then it is broken
 *                     └▶ rang ─▶ the state was left ─▶ before it would have rung? then it is saved
 *
 * When a deadline stopped is what happened; nothing is supposed about people who would have worked
 * faster or slower under other limits.
 */
#include "kernel/backtest_inside.h"

#include <stdlib.h>
#include <string.h>

#define CLOCK_BUCKETS 65536 /* a power of two */

/* Places of a packed deadline, as domain/deadline.c has them. */
enum { CLOCK_AT_NAME = 1, CLOCK_AT_KIND = 2, CLOCK_AT_DUE = 11, CLOCK_AT_FLAGS = 12 };
#define CLOCK_FLAG_RUNNING 1

struct clock_watch {
    struct clock_watch *next;
    uint64_t record, seq; /* seq: of the entry that planned it */
    int64_t due_is;       /* INT64_MAX: never */
    bool rang, whole;     /* whole: of the case, not of the state that it is in */
    const char *state;    /* a symbol, or NULL: in which it was planned */
    char name[];
};

struct rd_clocks {
    struct clock_watch *buckets[CLOCK_BUCKETS];
    const struct rd_kernel *kernel;
    struct rd_clock_totals *totals;
};

struct rd_clocks *rd_clocks_new(const struct rd_kernel *kernel, struct rd_clock_totals *totals)
{
    struct rd_clocks *clocks = calloc(1, sizeof *clocks);
    RD_ASSERT(clocks);
    clocks->kernel = kernel;
    clocks->totals = totals;
    return clocks;
}

void rd_clocks_free(struct rd_clocks *clocks)
{
    for (size_t i = 0; clocks && i < CLOCK_BUCKETS; i++)
        while (clocks->buckets[i]) {
            struct clock_watch *watch = clocks->buckets[i];
            clocks->buckets[i] = watch->next;
            free(watch);
        }
    free(clocks);
}

static struct clock_watch **clock_bucket(struct rd_clocks *clocks, uint64_t record)
{
    return &clocks->buckets[(record * 0x9e3779b97f4a7c15ull >> 40) & (CLOCK_BUCKETS - 1)];
}

/* Where the watch of this deadline hangs; at NULL where there is none. */
static struct clock_watch **clock_find(struct rd_clocks *clocks, uint64_t record, const char *name)
{
    struct clock_watch **at = clock_bucket(clocks, record);
    while (*at && ((*at)->record != record || strcmp((*at)->name, name) != 0))
        at = &(*at)->next;
    return at;
}

static void clock_drop(struct clock_watch **at)
{
    struct clock_watch *watch = *at;
    *at = watch->next;
    free(watch);
}

/* By the rules that are asked, or those that a case may keep beside them. */
static const struct rd_state *clock_state_of(const struct rd_clocks *clocks, uint64_t record,
                                             const char *name)
{
    const struct rd_record_type *type = rd_type_of(clocks->kernel, (struct rd_id){ record });
    return type && type->chart ? rd_type_state(type, name) : NULL;
}

static const char *clock_state(const struct rd_clocks *clocks, const struct rd_value *effects,
                               uint64_t record)
{
    const struct rd_value *effect = rd_effect_record(effects, record);
    if (!effect || effect->items[3].kind != RD_TEXT)
        return NULL;
    const struct rd_state *state = clock_state_of(clocks, record, effect->items[3].text);
    return state ? state->name : NULL;
}

static void clock_keep(struct rd_clocks *clocks, uint64_t record, const struct rd_value *row,
                       int64_t due_is, const char *state, uint64_t seq)
{
    const char *name = row->items[CLOCK_AT_NAME].text;
    struct clock_watch **at = clock_find(clocks, record, name);
    if (*at)
        clock_drop(at);
    struct clock_watch *watch = calloc(1, sizeof *watch + strlen(name) + 1);
    RD_ASSERT(watch);
    watch->record = record;
    watch->seq = seq;
    watch->due_is = due_is;
    struct rd_symbols *symbols = clocks->kernel->catalogue.names.symbols;
    watch->state = state ? rd_symbol(symbols, state, strlen(state)) : NULL; /* it stays */
    watch->whole = row->items[CLOCK_AT_KIND].integer == RD_DEADLINE_WITHIN;
    memcpy(watch->name, name, strlen(name) + 1);
    at = clock_bucket(clocks, record);
    watch->next = *at;
    *at = watch;
}

/* Paused ones are due at no time that is known. */
static int64_t clock_due(const struct rd_value *row)
{
    return row->items[CLOCK_AT_FLAGS].integer & CLOCK_FLAG_RUNNING
               ? row->items[CLOCK_AT_DUE].integer
               : INT64_MAX;
}

/* A deadline that was planned, and what the candidate plans in its place (NULL: nothing). Whether
 * it is another time. */
static bool clock_was(struct rd_clock_totals *totals, const struct rd_value *was,
                      const struct rd_value *is)
{
    int64_t due_was = clock_due(was), due_is = is ? clock_due(is) : INT64_MAX;
    totals->gone += !is;
    totals->later += is && due_is > due_was;
    totals->earlier += is && due_is < due_was;
    return !is || due_is != due_was;
}

static void clock_begun(struct rd_clock_totals *totals, const struct rd_command_entry *entry,
                        const struct rd_command_entry *again)
{
    for (uint32_t i = 0; i < again->effects.count; i++) {
        const struct rd_value *at = again->effects.items[i].items;
        totals->begun += at[0].integer == RD_EFFECT_DEADLINE &&
                         !rd_effect_deadline(&entry->effects, (uint64_t)at[1].integer,
                                             at[2].items[CLOCK_AT_NAME].text);
    }
}

void rd_clocks_count(struct rd_clock_totals *totals, const struct rd_command_entry *entry,
                     const struct rd_command_entry *again)
{
    for (uint32_t i = 0; i < entry->effects.count; i++) {
        const struct rd_value *at = entry->effects.items[i].items;
        if (at[0].integer == RD_EFFECT_DEADLINE)
            (void)clock_was(totals, &at[2],
                            rd_effect_deadline(&again->effects, (uint64_t)at[1].integer,
                                               at[2].items[CLOCK_AT_NAME].text));
    }
    clock_begun(totals, entry, again);
}

void rd_clocks_planned(struct rd_clocks *clocks, uint64_t seq, const struct rd_command_entry *entry,
                       const struct rd_command_entry *again)
{
    for (uint32_t i = 0; i < entry->effects.count; i++) {
        const struct rd_value *at = entry->effects.items[i].items;
        if (at[0].integer != RD_EFFECT_DEADLINE)
            continue;
        uint64_t record = (uint64_t)at[1].integer;
        const struct rd_value *is =
            rd_effect_deadline(&again->effects, record, at[2].items[CLOCK_AT_NAME].text);
        if (clock_was(clocks->totals, &at[2], is))
            clock_keep(clocks, record, &at[2], is ? clock_due(is) : INT64_MAX,
                       clock_state(clocks, &entry->effects, record), seq);
    }
    clock_begun(clocks->totals, entry, again);
}

/* It stopped: by its own ring, or because what it waited for was done. */
static void clock_stopped(struct rd_clocks *clocks, const struct rd_command_entry *entry,
                          uint64_t record, const char *name)
{
    struct clock_watch **at = clock_find(clocks, record, name);
    if (!*at)
        return;
    bool rings = strcmp(entry->command, "ring") == 0 && entry->record.value == record &&
                 entry->decisions.count &&
                 strcmp(entry->decisions.items[0].items[0].text, name) == 0;
    if (rings) {
        (*at)->rang = true;
        return;
    }
    clocks->totals->broken += (*at)->due_is <= entry->at_ms;
    clock_drop(at);
}

/* Whether what the deadline waited for is done now that the record is in `state`. */
static bool clock_is_done(const struct rd_clocks *clocks, const struct clock_watch *watch,
                          const char *state)
{
    const struct rd_state *at = state ? clock_state_of(clocks, watch->record, state) : NULL;
    if (!at)
        return false;
    if (!watch->whole)
        return watch->state && strcmp(watch->state, state) != 0;
    return at->final;
}

/* What rang and waited for the state to be left is decided when it is. A ring that moves the record
 * itself leaves open what people would have done. */
static void clock_moved(struct rd_clocks *clocks, const struct rd_command_entry *entry,
                        uint64_t record)
{
    const char *state = clock_state(clocks, &entry->effects, record);
    bool by_itself = strcmp(entry->command, "ring") == 0;
    struct clock_watch **at = clock_bucket(clocks, record);
    while (*at) {
        if ((*at)->record != record || !(*at)->rang || !clock_is_done(clocks, *at, state)) {
            at = &(*at)->next;
            continue;
        }
        if (by_itself)
            clocks->totals->open++;
        else
            clocks->totals->saved += entry->at_ms < (*at)->due_is;
        clock_drop(at);
    }
}

/* It was planned anew (paused, gone on, another calendar), and the candidate was not found to plan
 * it otherwise then: what it was to be before that is no longer what it would be. */
static void clock_replanned(struct rd_clocks *clocks, uint64_t seq, uint64_t record,
                            const char *name)
{
    struct clock_watch **at = clock_find(clocks, record, name);
    if (!*at || (*at)->seq == seq)
        return;
    clocks->totals->open++;
    clock_drop(at);
}

void rd_clocks_happened(struct rd_clocks *clocks, uint64_t seq,
                        const struct rd_command_entry *entry)
{
    for (uint32_t i = 0; i < entry->effects.count; i++) {
        const struct rd_value *at = entry->effects.items[i].items;
        if (at[0].integer == RD_EFFECT_RING_OFF)
            clock_stopped(clocks, entry, (uint64_t)at[1].integer, at[2].text);
        if (at[0].integer == RD_EFFECT_DEADLINE)
            clock_replanned(clocks, seq, (uint64_t)at[1].integer, at[2].items[CLOCK_AT_NAME].text);
    }
    for (uint32_t i = 0; i < entry->effects.count; i++) {
        const struct rd_value *at = entry->effects.items[i].items;
        if (at[0].integer == RD_EFFECT_RECORD && *clock_bucket(clocks, (uint64_t)at[1].integer))
            clock_moved(clocks, entry, (uint64_t)at[1].integer);
    }
}

void rd_clocks_end(struct rd_clocks *clocks, int64_t now_ms)
{
    for (size_t i = 0; i < CLOCK_BUCKETS; i++)
        for (const struct clock_watch *watch = clocks->buckets[i]; watch; watch = watch->next) {
            if (!watch->rang && watch->due_is <= now_ms)
                clocks->totals->broken++;
            else if (!watch->rang || watch->due_is > now_ms)
                clocks->totals->open++;
        }
}
