/* What a run says of why: the rules that were asked, in the order in which they were, and the facts
 * that they read. Both stand in the entry; docs/performance.md says what that takes.
 */
#include "kernel/inside.h"

#include <string.h>

#include "base/sealed.h"
#include "base/text.h"
#include "domain/zone.h"

/* What most commands have enough with. */
#define SAID_RULES_ROOM 16
#define SAID_FACTS_ROOM 32
#define SAID_FACT_LONG 64 /* bytes of a fact that makes room before what tables and roles said */
#define SAID_NAMED                                                                                 \
    3 /* bytes of a text that has a number, and beside one that has none, at the most */
#define SAID_HEADS 6 /* of the list of decisions, and of the map of facts */

static inline bool said_is(const struct rd_value *said, const struct rd_value *text)
{
    return said->text == text->text ||
           (said->count == text->count && memcmp(said->text, text->text, text->count) == 0);
}

/* Says from the same generation are the same symbol, so that few letters are looked at. */
static bool said_before(const struct rd_run *run, const struct rd_value *says)
{
    const struct rd_value *rows = run->decisions.items;
    for (uint32_t i = 0; i < run->decisions.count; i++) {
        const struct rd_value *at = rows[i].items;
        if (at[3].kind == RD_NULL && said_is(&at[0], &says[0]) && said_is(&at[2], &says[2]))
            return true;
    }
    return false;
}

/* A symbol knows its length, and takes three bytes in an entry, as do the program's own names. */
static RD_ALWAYS_INLINE struct rd_value said_text(const struct rd_run *run, const char *text,
                                                  size_t *bytes)
{
    const struct rd_names *names = &run->kernel->catalogue.names;
    *bytes += SAID_NAMED;
    if (rd_symbol_is(names->symbols, text))
        return rd_text_of(text, rd_symbol_head(text)->len);
    struct rd_value value = rd_text(text);
    if (!rd_names_symbol(names, text))
        *bytes += value.count;
    return value;
}

/* Two that are the same have the same bit; two others seldom have. */
static inline uint64_t said_bit(const struct rd_value *says)
{
    const struct rd_value *rule = &says[0], *outcome = &says[2];
    unsigned last = (unsigned char)rule->text[rule->count ? rule->count - 1 : 0],
             first = (unsigned char)outcome->text[0];
    return (uint64_t)1 << ((rule->count * 3 + last * 5 + outcome->count * 11 + first) & 63);
}

/* A reason is a sentence. What is longer is shortened, between two letters. */
#define SAID_SHORTENED "…"

static struct rd_value said_reason(const struct rd_run *run, const char *reason)
{
    struct rd_value text = rd_text(reason);
    if (text.count <= RD_EXPLANATION_REASON_BYTES_MAX)
        return text;
    size_t len = rd_text_utf8_bytes(reason, RD_EXPLANATION_REASON_BYTES_MAX);
    return rd_text(
        rd_arena_join(run->arena, rd_arena_copy(run->arena, reason, len), SAID_SHORTENED));
}

void rd_run_says(struct rd_run *run, const char *rule, const char *place, const char *outcome,
                 const char *reason)
{
    size_t bytes = 2; /* the list, and no reason */
    struct rd_value item = { .kind = RD_LIST, .count = 4, .cap = 4 };
    struct rd_value says[4] = { said_text(run, rule, &bytes), rd_null(),
                                said_text(run, outcome, &bytes), rd_null() };
    uint64_t bit = said_bit(says);
    if (!reason && (run->said_bits & bit) && said_before(run, says))
        return; /* asked again with the same answer: once is enough */
    says[1] = said_text(run, place, &bytes);
    if (reason) {
        says[3] = said_reason(run, reason);
        bytes += SAID_NAMED + says[3].count;
    }
    item.items = rd_arena_alloc(run->arena, sizeof says);
    memcpy(item.items, says, sizeof says);
    if (run->decisions.cap == 0)
        run->decisions = rd_list_room(run->arena, SAID_RULES_ROOM);
    rd_list_add(run->arena, &run->decisions, item);
    run->said_bits |= bit;
    run->said_bytes += bytes;
}

void rd_run_decided(struct rd_run *run, const char *rule, const char *file, int line,
                    const char *outcome, const char *reason)
{
    rd_run_says(run, rule, rd_arena_place(run->arena, file, line), outcome, reason);
}

void rd_run_read(struct rd_run *run, uint16_t number, const char *name, struct rd_value value)
{
    if (number == RD_LOOKUP_NONE) {
        rd_map_set(run->arena, &run->facts, name, value);
        run->said_bytes += strlen(name);
        return;
    }
    if (run->facts.cap == 0)
        run->facts = rd_map_room(run->arena, SAID_FACTS_ROOM);
    if (!run->fact_at)
        run->fact_at = rd_arena_zalloc(run->arena, run->model->lookup.count, sizeof *run->fact_at);
    uint16_t *at = &run->fact_at[number];
    if (*at) {
        run->facts.pairs[*at - 1].value = value;
        return;
    }
    rd_map_add(run->arena, &run->facts, name, value);
    *at = (uint16_t)run->facts.count;
}

void rd_run_zoned(struct rd_run *run, const struct rd_zone *zone)
{
    const struct rd_lookup *lookup = &run->model->lookup;
    uint16_t number = rd_lookup_find(lookup, "zone_version");
    rd_run_read(run, number, number == RD_LOOKUP_NONE ? "zone_version" : lookup->texts[number],
                rd_text(rd_zone_version(zone)));
}

/* ---- how much of it is kept ---- */

/* What a text takes in an entry: three bytes where it has a number, which rules and places mostly
 * have. A name that has none yet gets one. */
static size_t said_text_bytes(const struct rd_names *names, const struct rd_value *text)
{
    size_t len = text->count;
    if (rd_text_is_sealed(text))
        rd_sealed_bytes(text, &len);
    else if (rd_names_symbol(names, text->text))
        return SAID_NAMED;
    return len + (len < 32 ? 1 : SAID_NAMED) + 2 * rd_text_is_sealed(text);
}

static size_t said_int_bytes(int64_t integer)
{
    if (integer >= -32 && integer <= 127)
        return 1;
    if (integer >= INT8_MIN && integer <= UINT8_MAX)
        return 2;
    if (integer >= INT16_MIN && integer <= UINT16_MAX)
        return 3;
    return integer >= INT32_MIN && integer <= UINT32_MAX ? 5 : 9;
}

static size_t said_bytes(const struct rd_names *names, const struct rd_value *value);

static size_t said_fact_bytes(const struct rd_names *names, const struct rd_pair *fact)
{
    uint32_t number = rd_names_number(names, fact->key);
    size_t key = number                              ? said_int_bytes(number)
                 : rd_names_symbol(names, fact->key) ? SAID_NAMED
                                                     : SAID_NAMED + strlen(fact->key);
    return key + said_bytes(names, &fact->value);
}

static size_t said_bytes(const struct rd_names *names, const struct rd_value *value)
{
    size_t bytes = value->count < 16 ? 1 : 3;
    switch (value->kind) {
    case RD_NULL:
    case RD_BOOL:
        return 1;
    case RD_INT:
        return said_int_bytes(value->integer);
    case RD_REAL:
        return 9;
    case RD_TEXT:
        return said_text_bytes(names, value);
    case RD_LIST:
        for (uint32_t i = 0; i < value->count; i++)
            bytes += said_bytes(names, &value->items[i]);
        break;
    case RD_MAP:
        for (uint32_t i = 0; i < value->count; i++)
            bytes += said_fact_bytes(names, &value->pairs[i]);
        break;
    }
    return bytes;
}

static size_t said_room(const struct rd_run *run)
{
    size_t records = 0;
    for (size_t i = 0; i < run->draft_count; i++)
        records += run->drafts[i]->changed;
    return RD_EXPLANATION_BYTES_MAX * (records ? records : 1);
}

/* What decisions take at the most: what was counted when they were said, and what sealing put on
 * top of it. */
static size_t said_rows_at_most(const struct rd_run *run)
{
    size_t bytes = run->said_bytes + SAID_HEADS, len;
    for (uint32_t i = 0; i < run->decisions.count; i++) {
        const struct rd_value *reason = &run->decisions.items[i].items[3];
        if (!rd_text_is_sealed(reason))
            continue;
        rd_sealed_bytes(reason, &len);
        bytes += len + SAID_NAMED;
    }
    return bytes;
}

/* The same for facts, at a glance; lists and maps are too much. */
static size_t said_facts_at_most(const struct rd_run *run)
{
    static const uint8_t BESIDE[] = { 4, 4, 12, 12, 6, 0, 0 };
    size_t bytes = 0, len;
    for (uint32_t i = 0; i < run->facts.count; i++) {
        const struct rd_value *value = &run->facts.pairs[i].value;
        if (value->kind >= RD_LIST)
            return SIZE_MAX / 2;
        bytes += BESIDE[value->kind];
        if (value->kind != RD_TEXT)
            continue;
        len = value->count;
        if (rd_text_is_sealed(value))
            rd_sealed_bytes(value, &len);
        bytes += len;
    }
    return bytes;
}

/* Guards and actions: what comes of them, others say as well. */
static bool said_aside(const struct rd_value *row)
{
    static const char *const SAID[] = { "true", "false", "acted" };
    for (size_t i = 0; i < sizeof SAID / sizeof *SAID; i++)
        if (strcmp(row->items[2].text, SAID[i]) == 0)
            return true;
    return false;
}

/* What a reader can do least without: transitions ("complaint.grant", and no table's row), and by
 * what an amount was above. */
static bool said_counts(const struct rd_value *row)
{
    const char *rule = row->items[0].text;
    if (row->items[3].kind == RD_TEXT && !rd_text_is_sealed(&row->items[3]))
        return strstr(row->items[3].text, " is above") != NULL;
    return strchr(rule, '.') && !strchr(rule, '/');
}

enum said_rows { SAID_ASIDE, SAID_OTHERS, SAID_EARLY, SAID_ALL_BUT_FIRST, SAID_FIRST };

static bool said_may_go(const struct rd_value *row, uint32_t at, enum said_rows which)
{
    if (row->kind == RD_NULL)
        return false;
    switch (which) {
    case SAID_ASIDE:
        return at >= RD_EXPLANATION_ROWS_MIN && !said_counts(row) && said_aside(row);
    case SAID_OTHERS:
        return at >= RD_EXPLANATION_ROWS_MIN && !said_counts(row);
    case SAID_EARLY:
        return at > 0 && !said_counts(row);
    case SAID_ALL_BUT_FIRST: /* the first says what rang */
        return at > 0;
    case SAID_FIRST:
        return true;
    }
    return false;
}

/* Takes rows away from the end on until `over` bytes are saved; those that are taken are null. What
 * is over then. */
static size_t said_take(struct rd_run *run, size_t over, enum said_rows which)
{
    struct rd_value *rows = run->decisions.items;
    for (uint32_t i = run->decisions.count; over && i-- > 0;) {
        if (!said_may_go(&rows[i], i, which))
            continue;
        size_t saved = said_bytes(&run->kernel->catalogue.names, &rows[i]);
        over = saved < over ? over - saved : 0;
        rows[i] = rd_null();
    }
    return over;
}

/* Takes facts away, the longest first, none that is shorter than `from` bytes. */
static size_t said_take_facts(struct rd_run *run, size_t over, size_t from, uint32_t *taken)
{
    struct rd_value *facts = &run->facts;
    while (over && facts->count) {
        uint32_t longest = 0;
        size_t most = 0;
        for (uint32_t i = 0; i < facts->count; i++) {
            size_t bytes = said_fact_bytes(&run->kernel->catalogue.names, &facts->pairs[i]);
            if (bytes <= most)
                continue;
            most = bytes;
            longest = i;
        }
        if (most < from)
            break;
        over = most < over ? over - most : 0;
        memmove(&facts->pairs[longest], &facts->pairs[longest + 1],
                (facts->count - longest - 1) * sizeof *facts->pairs);
        facts->count--;
        ++*taken;
    }
    return over;
}

/* Closes the gaps, and says how many there were. */
static void said_close(struct rd_run *run, uint32_t facts)
{
    struct rd_value *rows = run->decisions.items;
    uint32_t count = run->decisions.count, kept = 0;
    for (uint32_t i = 0; i < count; i++)
        if (rows[i].kind != RD_NULL)
            rows[kept++] = rows[i];
    run->decisions.count = kept;
    const char *rows_gone = "", *facts_gone = "";
    if (kept < count)
        rows_gone = rd_arena_printf(run->arena, "%u more rows%s", (unsigned)(count - kept),
                                    facts ? ", " : "");
    if (facts)
        facts_gone = rd_arena_printf(run->arena, "%u more facts", (unsigned)facts);
    rd_run_says(run, RD_SAID_MORE, "", rd_arena_join(run->arena, rows_gone, facts_gone), NULL);
}

void rd_run_says_no_more(struct rd_run *run)
{
    const struct rd_names *names = &run->kernel->catalogue.names;
    size_t room = said_room(run), used;
    uint32_t facts = 0;
    size_t rows = said_rows_at_most(run);
    if (run->kernel->redo || rows + said_facts_at_most(run) <= room)
        return; /* what is done again is kept nowhere; else mostly this */
    used = said_bytes(names, &run->facts);
    if (used + rows <= room)
        return;
    used += said_bytes(names, &run->decisions);
    if (used <= room)
        return;
    used = said_take(run, used + RD_SAID_MORE_BYTES - room, SAID_ASIDE);
    used = said_take_facts(run, used, SAID_FACT_LONG, &facts);
    used = said_take(run, used, SAID_OTHERS);
    used = said_take_facts(run, used, 0, &facts);
    used = said_take(run, used, SAID_EARLY);
    used = said_take(run, used, SAID_ALL_BUT_FIRST);
    used = said_take(run, used, SAID_FIRST);
    RD_ASSERT(used == 0);
    said_close(run, facts);
}

bool rd_said_cut(const struct rd_value *decisions)
{
    const struct rd_value *last = decisions->count ? &decisions->items[decisions->count - 1] : NULL;
    return last && strcmp(last->items[0].text, RD_SAID_MORE) == 0 && !*last->items[1].text;
}

bool rd_said_repeats(const char *sentence, const struct rd_value *reason, struct rd_arena *arena)
{
    const size_t end = sizeof SAID_SHORTENED - 1;
    size_t len = reason->count;
    if (len > end && memcmp(reason->text + len - end, SAID_SHORTENED, end) == 0)
        len -= end;
    return strstr(sentence, rd_arena_copy(arena, reason->text, len));
}
