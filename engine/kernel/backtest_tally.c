/* What a back-test adds up: by rule, by command, deadlines, and the cases to look at. (Money:
 * backtest_money.c.)
 */
#include "kernel/backtest_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define TALLY_NAMES_MAX 2000 /* rules, commands, kinds of money, reasons: each */

/* ---- a set of records ---- */

struct rd_id_set {
    uint64_t *at;      /* 0: free */
    size_t count, cap; /* a power of two */
};

static bool id_set_put(uint64_t *at, size_t cap, uint64_t id)
{
    size_t i = (size_t)(id * 0x9e3779b97f4a7c15ull >> 20) & (cap - 1);
    while (at[i] && at[i] != id)
        i = (i + 1) & (cap - 1);
    bool fresh = !at[i];
    at[i] = id;
    return fresh;
}

/* Whether it was not in it yet. */
static bool id_set_add(struct rd_id_set *set, uint64_t id)
{
    if (2 * (set->count + 1) > set->cap) {
        size_t cap = set->cap ? 2 * set->cap : 1024;
        uint64_t *at = calloc(cap, sizeof *at);
        RD_ASSERT(at);
        for (size_t i = 0; i < set->cap; i++)
            if (set->at[i])
                id_set_put(at, cap, set->at[i]);
        free(set->at);
        set->at = at;
        set->cap = cap;
    }
    bool fresh = id_set_put(set->at, set->cap, id);
    set->count += fresh;
    return fresh;
}

/* ---- counters by name ---- */

/* The map of this name, made where it is missing. */
struct rd_value *rd_tallies_row(struct rd_tallies *tallies, struct rd_value *map, const char *name,
                                size_t len)
{
    for (uint32_t i = 0; i < map->count; i++)
        if (strlen(map->pairs[i].key) == len && memcmp(map->pairs[i].key, name, len) == 0)
            return &map->pairs[i].value;
    if (map->count >= TALLY_NAMES_MAX)
        return rd_tallies_row(tallies, map, "(others)", 8);
    rd_map_add(&tallies->arena, map, rd_arena_copy(&tallies->arena, name, len), rd_map());
    return &map->pairs[map->count - 1].value;
}

void rd_tallies_add(struct rd_tallies *tallies, struct rd_value *row, const char *key, int64_t n)
{
    int64_t sum;
    if (__builtin_add_overflow(rd_map_int(row, key, 0), n, &sum))
        sum = n < 0 ? INT64_MIN : INT64_MAX;
    rd_map_set(&tallies->arena, row, key, rd_int(sum));
}

static void tally_text(struct rd_tallies *tallies, struct rd_value *row, const char *key,
                       const struct rd_value *text)
{
    if (!rd_map_get(row, key) && text && text->kind == RD_TEXT)
        rd_map_add(&tallies->arena, row, key,
                   rd_text_copy(&tallies->arena, text->text, text->count));
}

/* A difference of the ring; its memory is used again for the one that takes its place. */
struct rd_recent {
    struct rd_arena arena;
    struct rd_value shown;
};

void rd_tallies_init(struct rd_tallies *tallies, struct rd_kernel *kernel, uint32_t cases_max,
                     uint32_t recent_max)
{
    *tallies =
        (struct rd_tallies){ .kernel = kernel, .cases_max = cases_max, .recent_max = recent_max };
    tallies->recent = calloc(recent_max ? recent_max : 1, sizeof *tallies->recent);
    RD_ASSERT(tallies->recent);
    for (uint32_t i = 0; i < recent_max; i++)
        rd_arena_init(&tallies->recent[i].arena);
    rd_arena_init(&tallies->arena);
    tallies->rules = tallies->commands = tallies->money = rd_map();
    tallies->apart = tallies->wanted = rd_map();
    tallies->cases = rd_list();
    tallies->changed = calloc(1, sizeof *tallies->changed);
    RD_ASSERT(tallies->changed);
}

void rd_tallies_fini(struct rd_tallies *tallies)
{
    if (tallies->changed)
        free(tallies->changed->at);
    free(tallies->changed);
    for (uint32_t i = 0; i < tallies->recent_max; i++)
        rd_arena_fini(&tallies->recent[i].arena);
    free(tallies->recent);
    rd_arena_fini(&tallies->arena);
}

void rd_tallies_apart(struct rd_tallies *tallies, uint64_t seq, const char *why)
{
    struct rd_value *row = rd_tallies_row(tallies, &tallies->apart, why, strlen(why));
    if (!rd_map_get(row, "first"))
        rd_map_add(&tallies->arena, row, "first", rd_int((int64_t)seq));
    rd_tallies_add(tallies, row, "count", 1);
}

void rd_tallies_wanted(struct rd_tallies *tallies, const char *fact)
{
    rd_tallies_add(tallies, rd_tallies_row(tallies, &tallies->wanted, fact, strlen(fact)), "count",
                   1);
}

/* ---- by rule ---- */

/* "remedy.limit" of "remedy.limit/row 3", "complaint.grant" as it is. */
static size_t tally_rule_len(const struct rd_value *decision)
{
    const char *rule = decision->items[0].text, *slash = strchr(rule, '/');
    return slash ? (size_t)(slash - rule) : rd_rule_len(decision);
}

static bool tally_is_in(const struct rd_value *decision, const struct rd_value *others)
{
    for (uint32_t i = 0; i < others->count; i++)
        if (rd_decision_same(decision, &others->items[i]))
            return true;
    return false;
}

/* Each decision that the other side does not have, by its rule; `side` is where it is written. */
static void tally_rules(struct rd_tallies *tallies, const struct rd_value *these,
                        const struct rd_value *others, const char *side, const char *place)
{
    uint32_t count = these->count - rd_said_cut(these); /* but the row that says how many more */
    if (rd_said_cut(others))
        return; /* they may have had it */
    for (uint32_t i = 0; i < count; i++) {
        const struct rd_value *decision = &these->items[i];
        if (tally_is_in(decision, others))
            continue;
        struct rd_value *row = rd_tallies_row(tallies, &tallies->rules, decision->items[0].text,
                                              tally_rule_len(decision));
        rd_tallies_add(tallies, row, side, 1);
        tally_text(tallies, row, place, &decision->items[1]);
    }
}

/* ---- cases ---- */

static const char *const WAY_NAMES[RD_WAYS] = {
    [RD_WAY_SAME] = "same", [RD_WAY_ANSWER] = "answer",   [RD_WAY_EFFECT] = "effect",
    [RD_WAY_PATH] = "path", [RD_WAY_ALLOWED] = "allowed", [RD_WAY_REFUSED] = "refused",
};

/* What a person should look at first: what would have been refused or allowed, then other ways,
 * then other effects; more money before less. */
static int64_t case_weight(const struct rd_tallies *tallies, const struct rd_command_entry *entry,
                           const struct rd_difference *difference)
{
    static const int64_t weights[RD_WAYS] = {
        [RD_WAY_EFFECT] = 1, [RD_WAY_PATH] = 2, [RD_WAY_ALLOWED] = 3, [RD_WAY_REFUSED] = 3
    };
    const struct rd_value *amount = rd_tallies_amount(tallies, entry);
    int64_t minor = rd_value_is(amount, RD_INT) ? amount->integer : 0;
    const int64_t most = 1ll << 56;
    return weights[difference->way] * most + (minor < 0 ? 0 : minor < most ? minor : most - 1);
}

static struct rd_value case_side(struct rd_arena *arena, const struct rd_command_entry *entry,
                                 const struct rd_value *decision)
{
    static const char *const names[] = { "rule", "line", "outcome", "reason" };
    struct rd_value side = rd_map();
    const struct rd_value *effect =
        entry ? rd_effect_record(&entry->effects, entry->record.value) : NULL;
    for (uint32_t i = 0; i < 4; i++)
        rd_map_add(arena, &side, names[i],
                   decision ? rd_value_copy(arena, &decision->items[i]) : rd_null());
    rd_map_add(arena, &side, "state", effect ? rd_value_copy(arena, &effect->items[3]) : rd_null());
    rd_map_add(arena, &side, "refused",
               entry && entry->refused ? rd_text_copy(arena, entry->refused, strlen(entry->refused))
                                       : rd_null());
    return side;
}

static const char *case_number(const struct rd_tallies *tallies,
                               const struct rd_command_entry *entry, struct rd_arena *arena)
{
    struct rd_record record;
    struct rd_error ignored = RD_ERROR_NONE;
    const struct rd_value *effect = rd_effect_record(&entry->effects, entry->record.value);
    if (effect && effect->count > 7 && effect->items[7].items[0].kind == RD_TEXT)
        return effect->items[7].items[0].text;
    return entry->record.value && rd_record_load(tallies->kernel->store, entry->record, arena,
                                                 &record, &ignored) == RD_OK
               ? record.number
               : NULL;
}

static int case_heavier(const void *a, const void *b)
{
    int64_t x = rd_map_int(a, "weight", 0), y = rd_map_int(b, "weight", 0);
    int64_t i = rd_map_int(a, "seq", 0), j = rd_map_int(b, "seq", 0);
    return x != y ? (x < y) - (x > y) : (i > j) - (i < j);
}

/* Keeps the weightiest: the list may grow to twice as many before the others go, and what is
 * lighter than those kept does not come in again. */
static void case_trim(struct rd_tallies *tallies, uint32_t max)
{
    if (tallies->cases.count <= max)
        return;
    qsort(tallies->cases.items, tallies->cases.count, sizeof *tallies->cases.items, case_heavier);
    tallies->cases.count = tallies->cases_max;
    tallies->floor = rd_map_int(&tallies->cases.items[tallies->cases_max - 1], "weight", 0);
}

static struct rd_value case_shown(const struct rd_tallies *tallies, struct rd_arena *arena,
                                  uint64_t seq, const struct rd_command_entry *entry,
                                  const struct rd_redone *again,
                                  const struct rd_difference *difference)
{
    struct rd_value shown = rd_map(), is;
    struct rd_arena scratch;
    rd_arena_init(&scratch);
    const char *number = case_number(tallies, entry, &scratch);
    rd_map_add(arena, &shown, "id",
               entry->record.value ? rd_show_id(entry->record, arena) : rd_null());
    rd_map_add(arena, &shown, "number",
               number ? rd_text_copy(arena, number, strlen(number)) : rd_null());
    rd_map_add(arena, &shown, "seq", rd_int((int64_t)seq));
    rd_map_add(arena, &shown, "at", rd_show_time(entry->at_ms, arena));
    rd_map_add(arena, &shown, "command",
               rd_text_copy(arena, entry->command, strlen(entry->command)));
    rd_map_add(arena, &shown, "way", rd_text(WAY_NAMES[difference->way]));
    rd_map_add(arena, &shown, "was", case_side(arena, entry, difference->was));
    is = case_side(arena, again->entry, difference->is);
    if (!again->entry && again->status != RD_OK) {
        rd_map_set(arena, &is, "refused", rd_text(rd_status_name(again->status)));
        rd_map_set(arena, &is, "reason",
                   rd_text_copy(arena, again->error.text, strlen(again->error.text)));
    }
    rd_map_add(arena, &shown, "is", is);
    rd_arena_fini(&scratch);
    return shown;
}

static void case_take(struct rd_tallies *tallies, uint64_t seq,
                      const struct rd_command_entry *entry, const struct rd_redone *again,
                      const struct rd_difference *difference)
{
    struct rd_arena *arena = &tallies->arena;
    int64_t weight = case_weight(tallies, entry, difference);
    if (tallies->cases_max == 0 || weight <= tallies->floor)
        return;
    struct rd_value shown = case_shown(tallies, arena, seq, entry, again, difference);
    rd_map_add(arena, &shown, "weight", rd_int(weight));
    rd_list_add(arena, &tallies->cases, shown);
    case_trim(tallies, 2 * tallies->cases_max);
}

/* In the place of the oldest of the ring. */
static void recent_take(struct rd_tallies *tallies, uint64_t seq,
                        const struct rd_command_entry *entry, const struct rd_redone *again,
                        const struct rd_difference *difference)
{
    if (tallies->recent_max == 0)
        return;
    struct rd_recent *at = &tallies->recent[tallies->recent_count++ % tallies->recent_max];
    rd_arena_reset(&at->arena);
    at->shown = case_shown(tallies, &at->arena, seq, entry, again, difference);
}

/* The newest first. */
static struct rd_value recent_list(const struct rd_tallies *tallies, struct rd_arena *arena)
{
    struct rd_value list = rd_list();
    uint64_t count = tallies->recent_count;
    for (uint64_t i = 0; i < count && i < tallies->recent_max; i++)
        rd_list_add(
            arena, &list,
            rd_value_copy(arena, &tallies->recent[(count - 1 - i) % tallies->recent_max].shown));
    return list;
}

void rd_tallies_take(struct rd_tallies *tallies, uint64_t seq, const struct rd_command_entry *entry,
                     const struct rd_redone *again, const struct rd_difference *difference)
{
    rd_tallies_money(tallies, entry, again->entry);
    rd_tallies_answered(tallies, seq, entry, again, difference);
}

void rd_tallies_answered(struct rd_tallies *tallies, uint64_t seq,
                         const struct rd_command_entry *entry, const struct rd_redone *again,
                         const struct rd_difference *difference)
{
    static const struct rd_value none = { .kind = RD_LIST };
    const struct rd_value *is = again->entry ? &again->entry->decisions : &none;
    struct rd_value *row =
        rd_tallies_row(tallies, &tallies->commands, entry->command, strlen(entry->command));
    tallies->asked++;
    tallies->decisions += entry->decisions.count;
    tallies->ways[difference->way]++;
    rd_tallies_add(tallies, row, "asked", 1);
    if (difference->way == RD_WAY_SAME)
        return;
    rd_tallies_add(tallies, row, WAY_NAMES[difference->way], 1);
    recent_take(tallies, seq, entry, again, difference);
    tally_rules(tallies, &entry->decisions, is, "was", "line_was");
    tally_rules(tallies, is, &entry->decisions, "is", "line_is");
    if (difference->way == RD_WAY_ANSWER)
        return;
    bool first = !entry->record.value || id_set_add(tallies->changed, entry->record.value);
    tallies->changed_count += first && entry->record.value;
    if (first) /* a case is shown where it first goes another way */
        case_take(tallies, seq, entry, again, difference);
}

/* ---- the result ---- */

/* { name: {...} } as [{ name, ... }]. */
static struct rd_value tally_rows(const struct rd_value *map, struct rd_arena *arena)
{
    struct rd_value list = rd_list();
    for (uint32_t i = 0; i < map->count; i++) {
        struct rd_value row = rd_map();
        const struct rd_value *from = &map->pairs[i].value;
        rd_map_add(arena, &row, "name",
                   rd_text_copy(arena, map->pairs[i].key, strlen(map->pairs[i].key)));
        for (uint32_t n = 0; n < from->count; n++)
            rd_map_add(arena, &row, from->pairs[n].key,
                       rd_value_copy(arena, &from->pairs[n].value));
        rd_list_add(arena, &list, row);
    }
    return list;
}

/* How much a row weighs: money that moves, or decisions that differ. */
static int64_t tally_weight(const struct rd_value *row)
{
    int64_t was = rd_map_int(row, "was", 0), is = rd_map_int(row, "is", 0), more;
    if (rd_map_get(row, "was_count") || rd_map_get(row, "is_count"))
        return __builtin_sub_overflow(is, was, &more) || more == INT64_MIN ? INT64_MAX
               : more < 0                                                  ? -more
                                                                           : more;
    if (rd_map_get(row, "count"))
        return rd_map_int(row, "count", 0);
    return __builtin_add_overflow(was, is, &more) ? INT64_MAX : more;
}

/* The heaviest first, then by name, so that the same history is the same page. */
static int tally_heavier(const void *a, const void *b)
{
    int64_t x = tally_weight(a), y = tally_weight(b);
    return x != y ? (x < y) - (x > y)
                  : strcmp(rd_map_text(a, "name", ""), rd_map_text(b, "name", ""));
}

struct rd_value rd_tallies_sorted(const struct rd_value *map, struct rd_arena *arena)
{
    struct rd_value list = tally_rows(map, arena);
    if (list.count > 1)
        qsort(list.items, list.count, sizeof *list.items, tally_heavier);
    return list;
}

static struct rd_value tally_clocks(const struct rd_clock_totals *clocks, struct rd_arena *arena)
{
    const struct {
        const char *name;
        uint64_t count;
    } totals[] = { { "later", clocks->later },   { "earlier", clocks->earlier },
                   { "gone", clocks->gone },     { "begun", clocks->begun },
                   { "broken", clocks->broken }, { "saved", clocks->saved },
                   { "open", clocks->open } };
    struct rd_value map = rd_map();
    for (size_t i = 0; i < sizeof totals / sizeof *totals; i++)
        rd_map_add(arena, &map, totals[i].name, rd_int((int64_t)totals[i].count));
    return map;
}

struct rd_value rd_tallies_result(struct rd_tallies *tallies, struct rd_arena *arena)
{
    struct rd_value map = rd_map();
    uint64_t differ = tallies->asked - tallies->ways[RD_WAY_SAME];
    rd_map_add(arena, &map, "entries", rd_int((int64_t)tallies->entries));
    rd_map_add(arena, &map, "asked", rd_int((int64_t)tallies->asked));
    rd_map_add(arena, &map, "decisions", rd_int((int64_t)tallies->decisions));
    rd_map_add(arena, &map, "engine", rd_int((int64_t)tallies->engine));
    rd_map_add(arena, &map, "kept", rd_int((int64_t)tallies->kept));
    rd_map_add(arena, &map, "differences", rd_int((int64_t)differ));
    for (size_t way = RD_WAY_ANSWER; way < RD_WAYS; way++)
        rd_map_add(arena, &map, WAY_NAMES[way], rd_int((int64_t)tallies->ways[way]));
    rd_map_add(arena, &map, "cases_changed", rd_int((int64_t)tallies->changed_count));
    rd_map_add(arena, &map, "apart", tally_rows(&tallies->apart, arena));
    rd_map_add(arena, &map, "wanted", tally_rows(&tallies->wanted, arena));
    rd_map_add(arena, &map, "rules", rd_tallies_sorted(&tallies->rules, arena));
    rd_map_add(arena, &map, "commands", tally_rows(&tallies->commands, arena));
    rd_map_add(arena, &map, "money", rd_tallies_money_rows(tallies, arena));
    rd_map_add(arena, &map, "deadlines", tally_clocks(&tallies->clocks, arena));
    case_trim(tallies, tallies->cases_max);
    if (tallies->cases.count > 1)
        qsort(tallies->cases.items, tallies->cases.count, sizeof *tallies->cases.items,
              case_heavier);
    rd_map_add(arena, &map, "cases", rd_value_copy(arena, &tallies->cases));
    if (tallies->recent_max)
        rd_map_add(arena, &map, "recent", recent_list(tallies, arena));
    return map;
}
