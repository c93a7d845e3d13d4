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
#define SAID_PLACES 4 /* of a row: rule, place, outcome, reason */
#define SAID_FACTS_ROOM 32
#define SAID_FACT_LONG 64 /* bytes of a fact that makes room before what tables and roles said */
#define SAID_NAMED 3  /* bytes of a name that has a number; beside a text's letters, at the most */
#define SAID_NUMBER 9 /* bytes of a number, at the most */
#define SAID_HEADS 6  /* of the list of decisions, and of the map of facts */

static inline bool said_is(const struct rd_value *said, const struct rd_value *text)
{
    return said->text == text->text ||
           (said->count == text->count && memcmp(said->text, text->text, text->count) == 0);
}

/* What the same generation says is the same symbol, so that few letters are looked at. */
static bool said_before(const struct rd_run *run, const struct rd_value *rule,
                        const struct rd_value *outcome)
{
    const struct rd_value *rows = run->decisions.items;
    for (uint32_t i = 0; i < run->decisions.count; i++) {
        const struct rd_value *at = rows[i].items;
        if (at[3].kind == RD_NULL && said_is(&at[0], rule) && said_is(&at[2], outcome))
            return true;
    }
    return false;
}

/* Whether an entry has a number for the name. While this many are left, it gets one. */
#define SAID_NUMBERS_LEFT 4096

static inline bool said_numbered(const struct rd_names *names, const char *symbol)
{
    return names->count < RD_SYMBOLS_MAX - SAID_NUMBERS_LEFT ||
           names->numbers[rd_symbol_head(symbol)->index];
}

/* What a text takes that has no number. */
static inline size_t said_spelled(size_t len)
{
    return len + (len < 32 ? 1 : SAID_NAMED);
}

/* Replies repeat what is said when its generation may be gone: what is no name lies in the run's
 * arena. */
static const char *said_kept(const struct rd_run *run, const char *text, size_t len)
{
    bool stays = rd_symbol_is(run->kernel->catalogue.names.symbols, text) ||
                 rd_text_is_literal(text) || rd_arena_holds(run->arena, text);
    return stays ? text : rd_arena_copy(run->arena, text, len);
}

/* A name knows its length, and takes three bytes in an entry. What the program itself says is a
 * name as well. */
static RD_ALWAYS_INLINE struct rd_value said_text(const struct rd_run *run, const char *text,
                                                  size_t *bytes)
{
    const struct rd_names *names = &run->kernel->catalogue.names;
    const char *symbol = rd_names_symbol(names, text);
    size_t len = symbol ? rd_symbol_head(symbol)->len : strlen(text);
    *bytes += symbol && said_numbered(names, symbol) ? SAID_NAMED : said_spelled(len);
    return rd_text_of(symbol ? symbol : said_kept(run, text, len), len);
}

/* Two that are the same have the same bit; two others seldom have. */
static inline uint64_t said_bit(const struct rd_value *rule, const struct rd_value *outcome)
{
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
        return rd_text_of(said_kept(run, reason, text.count), text.count);
    size_t len = rd_text_utf8_bytes(reason, RD_EXPLANATION_REASON_BYTES_MAX);
    return rd_text(
        rd_arena_join(run->arena, rd_arena_copy(run->arena, reason, len), SAID_SHORTENED));
}

void rd_run_says(struct rd_run *run, const char *rule, const char *place, const char *outcome,
                 const char *reason)
{
    size_t bytes = 2; /* the list, and no reason */
    struct rd_value asked = said_text(run, rule, &bytes), said = said_text(run, outcome, &bytes);
    uint64_t bit = said_bit(&asked, &said);
    if (!reason && (run->said_bits & bit) && said_before(run, &asked, &said))
        return; /* asked again with the same answer: once is enough */
    if (run->decisions.cap == 0)
        run->decisions = rd_list_room(run->arena, SAID_RULES_ROOM);
    struct rd_value *row = rd_arena_alloc(run->arena, SAID_PLACES * sizeof *row);
    row[0] = asked;
    row[1] = said_text(run, place, &bytes);
    row[2] = said;
    row[3] = rd_null();
    if (reason) {
        row[3] = said_reason(run, reason);
        bytes += said_spelled(row[3].count);
    }
    rd_list_add(run->arena, &run->decisions,
                (struct rd_value){
                    .kind = RD_LIST, .count = SAID_PLACES, .cap = SAID_PLACES, .items = row });
    run->said_bits |= bit;
    run->said_bytes += bytes;
}

const char *rd_run_limit(const struct rd_run *run, const struct rd_decision_row *by,
                         const char *amount)
{
    static const char says[] = "limit = ";
    if (by && strncmp(by->outcome, says, sizeof says - 1) == 0 &&
        strcmp(by->outcome + sizeof says - 1, amount) == 0)
        return by->outcome;
    return strcmp(amount, "unlimited") == 0 ? "limit = unlimited"
                                            : rd_arena_join(run->arena, says, amount);
}

void rd_run_decided(struct rd_run *run, const char *rule, const char *file, int line,
                    const char *outcome, const char *reason)
{
    rd_run_says(run, rule, rd_arena_place(run->arena, file, line), outcome, reason);
}

void rd_run_read_first(struct rd_run *run, uint16_t number, const char *name, struct rd_value value)
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
    rd_map_add(run->arena, &run->facts, name, value);
    run->fact_at[number] = (uint16_t)run->facts.count;
}

void rd_run_zoned(struct rd_run *run, const struct rd_zone *zone)
{
    const struct rd_lookup *lookup = &run->model->lookup;
    uint16_t number = rd_lookup_find(lookup, "zone_version");
    rd_run_read(run, number, number == RD_LOOKUP_NONE ? "zone_version" : lookup->texts[number],
                rd_text(rd_zone_version(zone)));
}

/* ---- how much of it is kept ---- */

static inline bool said_is_name(const struct rd_names *names, const char *text)
{
    const char *symbol = rd_names_symbol(names, text);
    return symbol && said_numbered(names, symbol);
}

/* What a text takes in an entry: three bytes where it has a number, which rules and places mostly
 * have. A name that has none yet gets one. */
static size_t said_text_bytes(const struct rd_names *names, const struct rd_value *text)
{
    size_t len = text->count;
    if (rd_text_is_sealed(text))
        rd_sealed_bytes(text, &len);
    else if (said_is_name(names, text->text))
        return SAID_NAMED;
    return said_spelled(len) + 2 * rd_text_is_sealed(text);
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
    size_t key = number                           ? said_int_bytes(number)
                 : said_is_name(names, fact->key) ? SAID_NAMED
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

/* The same for facts: a key has no more than three bytes, or was counted when it was read. */
static size_t said_facts_at_most(const struct rd_run *run)
{
    const struct rd_names *names = &run->kernel->catalogue.names;
    size_t bytes = SAID_NAMED * run->facts.count;
    for (uint32_t i = 0; i < run->facts.count; i++) {
        const struct rd_value *value = &run->facts.pairs[i].value;
        if (value->kind <= RD_BOOL)
            bytes += 1;
        else if (value->kind <= RD_REAL)
            bytes += value->kind == RD_INT ? said_int_bytes(value->integer) : SAID_NUMBER;
        else if (value->kind >= RD_LIST || rd_text_is_sealed(value))
            bytes += said_bytes(names, value);
        else if (!rd_symbol_is(names->symbols, value->text) || !said_numbered(names, value->text))
            bytes += said_spelled(value->count);
        else
            bytes += SAID_NAMED;
    }
    return bytes;
}

/* What a row is to somebody who asks why, the least first. */
enum said_weight {
    SAID_ACTED,   /* what an action did, effects say as well */
    SAID_ASKED,   /* guards that failed, or held and led nowhere */
    SAID_TABLE,   /* what tables, roles and four eyes said */
    SAID_DECIDED, /* transitions and the guards that led to them; who was allowed, how much */
    SAID_ENDS,    /* what rang, or by which right it began; what a refusal ended with */
};

static bool said_is_word(const struct rd_value *row, const char *word)
{
    return strcmp(row->items[2].text, word) == 0;
}

/* ["complaint.grant", place, state]: no table's row, and nobody's name stands behind it. */
static bool said_moves(const struct rd_value *row)
{
    const char *rule = row->items[0].text;
    return row->items[3].kind == RD_NULL &&
           (strcmp(rule, "open") == 0 || (strchr(rule, '.') && !strchr(rule, '/')));
}

/* What an amount was held against: the reason says whether it was kept. */
static bool said_limits(const struct rd_value *row)
{
    return row->items[3].kind == RD_TEXT && strncmp(row->items[2].text, "limit = ", 8) == 0;
}

/* `moved`: a transition stands behind it, and no guard that led to it yet. */
static enum said_weight said_weight(const struct rd_value *row, bool *moved)
{
    bool held = said_is_word(row, "true");
    if (said_is_word(row, "acted"))
        return SAID_ACTED;
    if ((held || said_is_word(row, "false")) && !strchr(row->items[0].text, '/')) {
        bool led = held && *moved;
        *moved = *moved && !held;
        return led ? SAID_DECIDED : SAID_ASKED;
    }
    *moved = *moved || said_moves(row);
    return said_moves(row) || said_limits(row) || said_is_word(row, "allowed") ||
                   said_is_word(row, "disclosed")
               ? SAID_DECIDED
               : SAID_TABLE;
}

/* Of each row. */
static const uint8_t *said_weigh(const struct rd_run *run)
{
    const struct rd_value *rows = run->decisions.items;
    uint32_t count = run->decisions.count;
    uint8_t *weights = rd_arena_zalloc(run->arena, count + 1, sizeof *weights);
    bool moved = false;
    for (uint32_t i = count; i-- > 0;)
        weights[i] = (uint8_t)said_weight(&rows[i], &moved);
    weights[count ? count - 1 : 0] = SAID_ENDS;
    weights[0] = SAID_ENDS;
    return weights;
}

/* Takes rows of that weight away from the end on until `over` bytes are saved; those that are taken
 * are null. What is over then. */
static size_t said_take(struct rd_run *run, size_t over, const uint8_t *weights,
                        enum said_weight weight)
{
    struct rd_value *rows = run->decisions.items;
    for (uint32_t i = run->decisions.count; over && i-- > 0;) {
        if (weights[i] != weight)
            continue;
        size_t saved = said_bytes(&run->kernel->catalogue.names, &rows[i]);
        over = saved < over ? over - saved : 0;
        rows[i] = rd_null();
    }
    return over;
}

/* Takes the reasons of rows that stay, the earliest first, but for those of limits. */
static size_t said_take_reasons(struct rd_run *run, size_t over)
{
    for (uint32_t i = 0; over && i < run->decisions.count; i++) {
        const struct rd_value *row = &run->decisions.items[i];
        if (row->kind == RD_NULL || said_limits(row))
            continue;
        size_t saved = said_bytes(&run->kernel->catalogue.names, &row->items[3]) - 1;
        over = saved < over ? over - saved : 0;
        row->items[3] = rd_null();
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

/* What is over `room` goes, the least first. */
static void said_cut(struct rd_run *run, size_t over)
{
    const uint8_t *weights = said_weigh(run);
    uint32_t facts = 0;
    over = said_take(run, over, weights, SAID_ACTED);
    over = said_take(run, over, weights, SAID_ASKED);
    over = said_take_facts(run, over, SAID_FACT_LONG, &facts);
    over = said_take(run, over, weights, SAID_TABLE);
    over = said_take_facts(run, over, 0, &facts);
    over = said_take_reasons(run, over);
    over = said_take(run, over, weights, SAID_DECIDED);
    over = said_take(run, over, weights, SAID_ENDS);
    RD_ASSERT(over == 0);
    run->fact_at = NULL; /* facts have other places now; nothing more is read */
    said_close(run, facts);
}

void rd_run_says_no_more(struct rd_run *run, size_t records)
{
    const struct rd_names *names = &run->kernel->catalogue.names;
    size_t room = RD_EXPLANATION_BYTES_MAX * (records ? records : 1), rows, facts;
    if (run->kernel->redo)
        return; /* what is done again is kept nowhere */
    rows = said_rows_at_most(run);
    facts = said_facts_at_most(run);
    if (rows + facts <= room)
        return; /* mostly this */
    facts = said_bytes(names, &run->facts);
    if (rows + facts <= room)
        return;
    rows = said_bytes(names, &run->decisions);
    if (rows + facts > room)
        said_cut(run, rows + facts + RD_SAID_MORE_BYTES - room);
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
