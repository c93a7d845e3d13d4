/* Two entries of the same command, held against each other: what the rules said, and what came of
 * it. Where a rule is written (its line, the row that gave a limit) is no difference: adding a line
 * above changes nothing that anybody would notice.
 */
#include "kernel/backtest_inside.h"

#include <string.h>

size_t rd_rule_len(const struct rd_value *decision)
{
    const char *rule = decision->items[0].text;
    size_t len = decision->items[0].count, digits = 0;
    while (digits < len && rule[len - 1 - digits] >= '0' && rule[len - 1 - digits] <= '9')
        digits++;
    return digits && digits + 1 < len && rule[len - 1 - digits] == ':' ? len - 1 - digits : len;
}

static bool compare_text(const struct rd_value *a, const struct rd_value *b)
{
    return a->kind == b->kind &&
           (a->kind != RD_TEXT || (a->count == b->count && strcmp(a->text, b->text) == 0));
}

/* "@3": the table of generation 3, where another one has its name by now. It is another name in
 * front of other rules, and the same table. */
static size_t compare_kept(const char *text, const char *end)
{
    size_t len = 1;
    while (text < end && *text == '@' && text + len < end && text[len] >= '0' && text[len] <= '9')
        len++;
    return len > 1 && (text + len == end || text[len] == '/') ? len : 0;
}

bool rd_decision_same(const struct rd_value *a, const struct rd_value *b)
{
    const char *x = a->items[0].text, *y = b->items[0].text, *x_end = x + rd_rule_len(a),
               *y_end = y + rd_rule_len(b);
    for (;; x++, y++) {
        x += compare_kept(x, x_end);
        y += compare_kept(y, y_end);
        if (x == x_end || y == y_end || *x != *y)
            break;
    }
    return x == x_end && y == y_end && compare_text(&a->items[2], &b->items[2]);
}

const struct rd_value *rd_effect_record(const struct rd_value *effects, uint64_t record)
{
    for (uint32_t i = 0; i < effects->count; i++) {
        const struct rd_value *at = effects->items[i].items;
        if (at[0].integer == RD_EFFECT_RECORD && (uint64_t)at[1].integer == record)
            return &effects->items[i];
    }
    return NULL;
}

const struct rd_value *rd_effect_deadline(const struct rd_value *effects, uint64_t record,
                                          const char *name)
{
    for (uint32_t i = 0; i < effects->count; i++) {
        const struct rd_value *at = effects->items[i].items;
        if (at[0].integer == RD_EFFECT_DEADLINE && (uint64_t)at[1].integer == record &&
            strcmp(at[2].items[1].text, name) == 0)
            return &at[2];
    }
    return NULL;
}

/* ---- effects ---- */

/* Places of a packed deadline (domain/deadline.c) that are not where its rule stands, how its limit
 * is written, or which zone data it was planned with. */
bool rd_deadline_same(const struct rd_value *a, const struct rd_value *b)
{
    static const uint8_t places[] = { 1, 2, 3, 4, 6, 10, 11, 12, 13, 14, 15 };
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < sizeof places; i++)
        if (places[i] >= a->count || !rd_value_equal(&a->items[places[i]], &b->items[places[i]]))
            return false;
    return true;
}

/* Equal but for one place: the line of the rules; the number of a version or a notice, which only
 * counts those before it. */
static bool compare_but(const struct rd_value *a, const struct rd_value *b, uint32_t place)
{
    for (uint32_t i = 0; i < a->count; i++)
        if (i != place && !rd_value_equal(&a->items[i], &b->items[i]))
            return false;
    return true;
}

static bool compare_job(const struct rd_value *a, const struct rd_value *b)
{
    if (strcmp(a->items[2].text, "begin") != 0 || a->count < 4)
        return rd_value_equal(a, b);
    const struct rd_value *x = &a->items[3], *y = &b->items[3];
    bool same = compare_but(a, b, 3) && x->count == y->count;
    for (uint32_t i = 0; same && i < x->count; i++) {
        const struct rd_value *other = rd_map_get(y, x->pairs[i].key);
        same = strcmp(x->pairs[i].key, "rule") == 0 ||
               (other && rd_value_equal(&x->pairs[i].value, other));
    }
    return same;
}

static bool compare_notice(const struct rd_value *a, const struct rd_value *b)
{
    for (uint32_t i = 0; i < a->count; i++)
        if (i != 1 && i != 5 && !rd_value_equal(&a->items[i], &b->items[i]))
            return false;
    return true;
}

/* Which fields are set to what. Which generation a case follows to is a number of the journal: the
 * candidate has none. */
static bool compare_set(const struct rd_value *a, const struct rd_value *b)
{
    bool same = a->count == b->count;
    for (uint32_t i = 0; same && i < a->count; i++) {
        const struct rd_value *other = rd_map_get(b, a->pairs[i].key);
        same = other && (strcmp(a->pairs[i].key, RD_RECORD_FOLLOWS) == 0 ||
                         rd_value_equal(other, &a->pairs[i].value));
    }
    return same;
}

static bool compare_record(const struct rd_value *a, const struct rd_value *b)
{
    for (uint32_t i = 0; i < a->count; i++)
        if (i != 2 && i != 5 && !rd_value_equal(&a->items[i], &b->items[i]))
            return false;
    return a->items[5].kind == RD_MAP && b->items[5].kind == RD_MAP
               ? compare_set(&a->items[5], &b->items[5])
               : rd_value_equal(&a->items[5], &b->items[5]);
}

static bool compare_effect(const struct rd_value *a, const struct rd_value *b)
{
    if (a->count != b->count || a->items[0].integer != b->items[0].integer)
        return false;
    switch ((enum rd_effect_kind)a->items[0].integer) {
    case RD_EFFECT_DEADLINE:
        return a->items[1].integer == b->items[1].integer &&
               rd_deadline_same(&a->items[2], &b->items[2]);
    case RD_EFFECT_RECORD:
        return compare_record(a, b);
    case RD_EFFECT_NOTICE:
        return compare_notice(a, b);
    case RD_EFFECT_JOB:
        return compare_job(a, b);
    default:
        return rd_value_equal(a, b);
    }
}

/* How many effects there are without the ends of tokens behind them, which no rule asks for. */
static uint32_t compare_count(const struct rd_value *effects)
{
    uint32_t count = effects->count;
    while (count && effects->items[count - 1].items[0].integer == RD_EFFECT_TOKEN_END)
        count--;
    return count;
}

static bool compare_effects(const struct rd_value *a, const struct rd_value *b)
{
    uint32_t count = compare_count(a);
    if (count != compare_count(b))
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!compare_effect(&a->items[i], &b->items[i]))
            return false;
    return true;
}

static const struct rd_value *compare_state(const struct rd_command_entry *entry)
{
    const struct rd_value *effect = rd_effect_record(&entry->effects, entry->record.value);
    return effect ? &effect->items[3] : NULL;
}

/* ---- decisions ---- */

/* What was kept of too much stands among what there was, in its order; nothing else is known. */
static void compare_kept_rows(const struct rd_value *kept, const struct rd_value *all, bool was,
                              struct rd_difference *out)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i + 1 < kept->count; i++) { /* the last says how much was not kept */
        while (at < all->count && !rd_decision_same(&kept->items[i], &all->items[at]))
            at++;
        if (at++ < all->count)
            continue;
        *out = (struct rd_difference){ .way = RD_WAY_ANSWER };
        *(was ? &out->was : &out->is) = &kept->items[i];
        return;
    }
}

static void compare_decisions(const struct rd_value *was, const struct rd_value *is,
                              struct rd_difference *out)
{
    uint32_t count = was->count > is->count ? was->count : is->count;
    bool was_cut = rd_said_cut(was), is_cut = rd_said_cut(is);
    if (was_cut || is_cut) {
        if (!(was_cut && is_cut))
            compare_kept_rows(was_cut ? was : is, was_cut ? is : was, was_cut, out);
        return; /* of both: effects tell */
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct rd_value *a = i < was->count ? &was->items[i] : NULL;
        const struct rd_value *b = i < is->count ? &is->items[i] : NULL;
        if (a && b && rd_decision_same(a, b))
            continue;
        *out = (struct rd_difference){ .way = RD_WAY_ANSWER, .was = a, .is = b };
        return;
    }
}

/* What an action did differently, no decision tells: the last one that was made led to it. */
static void compare_led(const struct rd_value *was, const struct rd_value *is,
                        struct rd_difference *out)
{
    if (out->was || out->is)
        return;
    uint32_t was_count = was->count - rd_said_cut(was), is_count = is->count - rd_said_cut(is);
    out->was = was_count ? &was->items[was_count - 1] : NULL;
    out->is = is_count ? &is->items[is_count - 1] : NULL;
}

void rd_difference_of(const struct rd_command_entry *entry, const struct rd_redone *again,
                      struct rd_difference *out)
{
    const struct rd_value none = rd_list(), *is = &none;
    *out = (struct rd_difference){ .way = RD_WAY_SAME };
    if (again->entry)
        is = &again->entry->decisions;
    compare_decisions(&entry->decisions, is, out);
    bool was_refused = entry->refused, is_refused = !again->entry || again->entry->refused;
    enum rd_way way = RD_WAY_SAME;
    if (was_refused || is_refused) {
        way = was_refused == is_refused ? RD_WAY_SAME
              : was_refused             ? RD_WAY_ALLOWED
                                        : RD_WAY_REFUSED;
    } else if (!compare_effects(&entry->effects, &again->entry->effects)) {
        const struct rd_value *a = compare_state(entry), *b = compare_state(again->entry);
        way = a && b && !compare_text(a, b) ? RD_WAY_PATH : RD_WAY_EFFECT;
    }
    if (way == RD_WAY_SAME)
        return;
    compare_led(&entry->decisions, is, out);
    out->way = way;
}
