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
#define SAID_ROW 13 /* bytes of a row beside texts that have no number, at the most */

/* What is said is mostly said from the same place: letters are looked at where it is not. */
static inline bool said_is(const struct rd_value *said, const char *text)
{
    return said->text == text || (said->text[0] == text[0] && strcmp(said->text, text) == 0);
}

static bool said_before(const struct rd_run *run, const char *rule, const char *outcome)
{
    for (uint32_t i = 0; i < run->decisions.count; i++) {
        const struct rd_value *at = run->decisions.items[i].items;
        if (at[3].kind == RD_NULL && said_is(&at[0], rule) && said_is(&at[2], outcome))
            return true;
    }
    return false;
}

/* Whether the text is neither the program's nor the policy's own. */
static inline bool said_is_free(const struct rd_run *run, const char *text)
{
    return !rd_symbol_is(run->kernel->catalogue.names.symbols, text) && !rd_text_is_literal(text);
}

/* A reason is a sentence. What is longer is shortened, between two letters. */
static struct rd_value said_reason(const struct rd_run *run, const char *reason)
{
    struct rd_value text = rd_text(reason);
    if (text.count <= RD_EXPLANATION_REASON_BYTES_MAX)
        return text;
    size_t len = rd_text_utf8_bytes(reason, RD_EXPLANATION_REASON_BYTES_MAX);
    return rd_text(rd_arena_join(run->arena, rd_arena_copy(run->arena, reason, len), "…"));
}

void rd_run_says(struct rd_run *run, const char *rule, const char *place, const char *outcome,
                 const char *reason)
{
    if (!reason && said_before(run, rule, outcome))
        return; /* asked again with the same answer: once is enough */
    struct rd_value item = rd_list_room(run->arena, 4);
    item.count = 4;
    item.items[0] = rd_text(rule);
    item.items[1] = rd_text(place);
    item.items[2] = rd_text(outcome);
    item.items[3] = reason ? said_reason(run, reason) : rd_null();
    if (run->decisions.cap == 0)
        run->decisions = rd_list_room(run->arena, SAID_RULES_ROOM);
    rd_list_add(run->arena, &run->decisions, item);
    run->said_free += said_is_free(run, outcome) ? item.items[2].count : 0;
}

void rd_run_decided(struct rd_run *run, const char *rule, const char *file, int line,
                    const char *outcome, const char *reason)
{
    const char *place = rd_arena_place(run->arena, file, line);
    run->said_free += strlen(rule) + strlen(place);
    rd_run_says(run, rule, place, outcome, reason);
}

void rd_run_read(struct rd_run *run, uint16_t number, const char *name, struct rd_value value)
{
    if (number == RD_LOOKUP_NONE) {
        rd_map_set(run->arena, &run->facts, name, value);
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
 * have. Counted as if every name had one already, so that it does not depend on what was said
 * before. */
static size_t said_text_bytes(const struct rd_names *names, const struct rd_value *text)
{
    size_t len = text->count;
    if (rd_text_is_sealed(text))
        rd_sealed_bytes(text, &len);
    else if (rd_names_symbol(names, text->text))
        return 3;
    return len + 3;
}

static size_t said_int_bytes(int64_t integer)
{
    if (integer >= -32 && integer <= 127)
        return 1;
    if (integer >= INT16_MIN && integer <= UINT16_MAX)
        return 3;
    return integer >= INT32_MIN && integer <= UINT32_MAX ? 5 : 9;
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
            bytes += 3 + said_bytes(names, &value->pairs[i].value);
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

static size_t said_fact_at_most(const struct rd_run *run, const struct rd_value *value)
{
    if (value->kind == RD_TEXT)
        return value->count < 4 || said_is_free(run, value->text) ? 6 + value->count : 6;
    return value->kind <= RD_BOOL ? 4 : 12;
}

/* Whether everything takes less for certain: seen at a glance, and mostly so. */
static bool said_is_little(const struct rd_run *run, size_t room)
{
    size_t bytes = SAID_ROW * run->decisions.count + run->said_free + SAID_ROW;
    for (uint32_t i = 0; i < run->facts.count; i++) {
        const struct rd_value *value = &run->facts.pairs[i].value;
        if (value->kind >= RD_LIST || rd_text_is_sealed(value))
            return false;
        bytes += said_fact_at_most(run, value);
    }
    for (uint32_t i = 0; i < run->decisions.count; i++) {
        const struct rd_value *reason = &run->decisions.items[i].items[3];
        if (rd_text_is_sealed(reason))
            return false;
        bytes += reason->count;
    }
    return bytes <= room;
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

/* Takes rows away from the end on until `over` bytes are saved; those that are taken are null. */
static size_t said_take(struct rd_run *run, size_t over, bool aside)
{
    struct rd_value *rows = run->decisions.items;
    for (uint32_t i = run->decisions.count; over && i-- > RD_EXPLANATION_ROWS_MIN;) {
        if (rows[i].kind == RD_NULL || said_counts(&rows[i]) || (aside && !said_aside(&rows[i])))
            continue;
        size_t saved = said_bytes(&run->kernel->catalogue.names, &rows[i]);
        over = saved < over ? over - saved : 0;
        rows[i] = rd_null();
    }
    return over;
}

/* Closes the gaps, and says how many there were. */
static void said_close(struct rd_run *run)
{
    struct rd_value *rows = run->decisions.items;
    uint32_t count = run->decisions.count, kept = 0;
    for (uint32_t i = 0; i < count; i++)
        if (rows[i].kind != RD_NULL)
            rows[kept++] = rows[i];
    run->decisions.count = kept;
    if (kept < count)
        rd_run_says(run, RD_SAID_MORE, "",
                    rd_arena_printf(run->arena, "%u more rows", (unsigned)(count - kept)), NULL);
}

void rd_run_says_no_more(struct rd_run *run)
{
    const struct rd_names *names = &run->kernel->catalogue.names;
    size_t room = said_room(run), used;
    if (said_is_little(run, room))
        return;
    used = said_bytes(names, &run->facts) + said_bytes(names, &run->decisions);
    if (used <= room)
        return;
    used = said_take(run, used + RD_SAID_MORE_BYTES - room, true);
    (void)said_take(run, used, false);
    said_close(run);
}

bool rd_said_cut(const struct rd_value *decisions)
{
    const struct rd_value *last = decisions->count ? &decisions->items[decisions->count - 1] : NULL;
    return last && strcmp(last->items[0].text, RD_SAID_MORE) == 0;
}
