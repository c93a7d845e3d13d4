/* Differences of tables and of authority: who may what, up to how much, and what follows from what.
 * Rows of tables are the same where their ids are; rows of authority where they speak of the same
 * command for the same roles. */
#include <string.h>

#include "domain/differ_inside.h"

/* ---- tables ---- */

/* Whether authority asks the table what a role may do. */
static bool is_power(const struct differ *d, const char *name)
{
    const struct rd_value *rows = rd_map_list(d->now->normal, "authority");
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct rd_value *ceilings = rd_map_get(&rows->items[i], "ceilings");
        if (strcmp(rd_map_text(&rows->items[i], "up_to", ""), name) == 0)
            return true;
        for (uint32_t c = 0; rd_value_is(ceilings, RD_MAP) && c < ceilings->count; c++)
            if (rd_value_is(&ceilings->pairs[c].value, RD_TEXT) &&
                strcmp(ceilings->pairs[c].value.text, name) == 0)
                return true;
    }
    return false;
}

static const char *vocabulary_of(const struct rd_value *fields, const char *name)
{
    const struct rd_value *field = differ_find(fields, "name", name);
    return field ? rd_map_text(field, "choices", NULL) : NULL;
}

/* "remedy: Refund, tier: Ordinary", without `leave`. */
static struct said conditions(struct differ *d, const struct rd_value *decision,
                              const struct rd_value *row, const char *leave)
{
    const struct rd_value *inputs = rd_map_list(decision, "inputs"),
                          *when = rd_map_get(row, "when");
    struct said all = { { "", "" } };
    for (uint32_t i = 0; i < inputs->count; i++) {
        const char *name = rd_map_text(&inputs->items[i], "name", "?");
        const struct rd_value *cell = rd_value_is(when, RD_MAP) ? rd_map_get(when, name) : NULL;
        if (!cell || (leave && strcmp(name, leave) == 0))
            continue;
        struct said value = differ_value(d, vocabulary_of(inputs, name), cell);
        struct said one = differ_join(d, differ_title(&inputs->items[i]), ": ", ":", value);
        all = *all.in[0] ? differ_join(d, all, ", ", ",", one) : one;
    }
    return *all.in[0] ? all : (struct said){ { "in any case", "任何情况" } };
}

static void output_say(struct differ *d, const struct rd_value *decision,
                       const struct rd_value *row, const char *output, const struct rd_value *was,
                       const struct rd_value *is)
{
    const char *name = rd_map_text(decision, "name", "?");
    const struct rd_value *when = rd_map_get(row, "when"),
                          *role = rd_value_is(when, RD_MAP) ? rd_map_get(when, "role") : NULL;
    const char *words = vocabulary_of(rd_map_list(decision, "outputs"), output);
    bool power = is_power(d, name) && role;
    struct said texts[] = {
        power ? differ_value(d, "roles", role) : differ_title(decision),
        differ_value(d, words, is),
        differ_value(d, words, was),
        conditions(d, decision, row, power ? "role" : NULL),
        differ_title(differ_find(rd_map_list(decision, "outputs"), "name", output)),
        differ_title(decision),
    };
    int line = (int)rd_map_int(row, "line", 0);
    if (power)
        differ_say(d, RD_DIFFERENCE_POWER, line, "{1} may now grant {2} instead of {3} ({4}; {6})",
                   "{1}现可授权{2},原为{3}({4};{6})", texts, 6);
    else
        differ_say(d, RD_DIFFERENCE_TABLE, line, "{1} ({4}): {5} is now {2} instead of {3}",
                   "《{1}》({4}):{5}由{3}改为{2}", texts, 6);
}

static void row_compare(struct differ *d, const struct rd_value *was, const struct rd_value *is,
                        const struct rd_value *old_row, const struct rd_value *row)
{
    const struct rd_value *give = rd_map_get(row, "give"), *gave = rd_map_get(old_row, "give");
    for (uint32_t i = 0; rd_value_is(give, RD_MAP) && i < give->count; i++) {
        const struct rd_value *before =
            rd_value_is(gave, RD_MAP) ? rd_map_get(gave, give->pairs[i].key) : NULL;
        if (!differ_equal(before, &give->pairs[i].value))
            output_say(d, is, row, give->pairs[i].key, before, &give->pairs[i].value);
    }
    struct said texts[] = { differ_title(is), conditions(d, is, row, NULL),
                            conditions(d, was, old_row, NULL),
                            differ_same(rd_map_text(row, "id", "?")) };
    if (!differ_equal(rd_map_get(old_row, "when"), rd_map_get(row, "when")))
        differ_say(d, RD_DIFFERENCE_TABLE, (int)rd_map_int(row, "line", 0),
                   "{1}: row '{4}' is now for {2} instead of {3}",
                   "《{1}》:规则“{4}”的条件由“{3}”改为“{2}”", texts, 4);
}

static struct said gives(struct differ *d, const struct rd_value *decision,
                         const struct rd_value *row)
{
    const struct rd_value *give = rd_map_get(row, "give"),
                          *outputs = rd_map_list(decision, "outputs");
    struct said all = { { "", "" } };
    for (uint32_t i = 0; rd_value_is(give, RD_MAP) && i < give->count; i++) {
        const char *key = give->pairs[i].key;
        struct said one =
            differ_join(d, differ_title(differ_find(outputs, "name", key)), ": ", ":",
                        differ_value(d, vocabulary_of(outputs, key), &give->pairs[i].value));
        all = *all.in[0] ? differ_join(d, all, ", ", ",", one) : one;
    }
    return all;
}

static void row_say(struct differ *d, const struct rd_value *decision, const struct rd_value *row,
                    bool new)
{
    struct said texts[] = { differ_title(decision), conditions(d, decision, row, NULL),
                            gives(d, decision, row) };
    differ_say(d, RD_DIFFERENCE_TABLE, (int)rd_map_int(row, "line", 0),
               new ? "{1} has a new row ({2}): {3}"
                   : "{1} has no row ({2}) any more, which gave {3}",
               new ? "《{1}》新增规则({2}):{3}" : "《{1}》删除规则({2}),原给出{3}", texts, 3);
}

/* Whether the rows that both have stand in another order. */
static bool order_differs(const struct rd_value *old, const struct rd_value *new)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < new->count; i++) {
        const struct rd_value *had = differ_find(old, "id", rd_map_text(&new->items[i], "id", ""));
        if (!had)
            continue;
        uint32_t place = (uint32_t)(had - old->items);
        if (place < at)
            return true;
        at = place;
    }
    return false;
}

static void decision_compare(struct differ *d, const struct rd_value *was,
                             const struct rd_value *is)
{
    const struct rd_value *old = rd_map_list(was, "rows"), *new = rd_map_list(is, "rows");
    size_t before = d->count;
    struct said title = differ_title(is);
    int line = (int)rd_map_int(is, "line", 0);
    for (uint32_t i = 0; i < new->count; i++) {
        const struct rd_value *had = differ_find(old, "id", rd_map_text(&new->items[i], "id", ""));
        if (had)
            row_compare(d, was, is, had, &new->items[i]);
        else
            row_say(d, is, &new->items[i], true);
    }
    for (uint32_t i = 0; i < old->count; i++)
        if (!differ_find(new, "id", rd_map_text(&old->items[i], "id", "")))
            row_say(d, was, &old->items[i], false);
    if (order_differs(old, new))
        differ_say(d, RD_DIFFERENCE_TABLE, line, "{1}: the rows are asked in another order",
                   "《{1}》:规则的先后顺序有变更", &title, 1);
    if (!differ_equal(rd_map_get(was, "otherwise"), rd_map_get(is, "otherwise")))
        differ_say(d, RD_DIFFERENCE_TABLE, line, "{1}: what holds where no row answers is another",
                   "《{1}》:无规则适用时的结果有变更", &title, 1);
    if (d->count == before)
        differ_say(d, RD_DIFFERENCE_TABLE, line, "{1} is written differently", "《{1}》有变更",
                   &title, 1);
}

void differ_decisions(struct differ *d)
{
    const struct rd_value *old = rd_map_list(d->before->normal, "decisions"),
                          *new = rd_map_list(d->now->normal, "decisions");
    for (uint32_t i = 0; i < new->count; i++) {
        const struct rd_value *is = &new->items[i],
                              *was = differ_find(old, "name", rd_map_text(is, "name", ""));
        struct said title = differ_title(is);
        d->file = rd_map_text(is, "file", "");
        if (!was)
            differ_say(d, RD_DIFFERENCE_TABLE, (int)rd_map_int(is, "line", 0),
                       "there is a new table: {1}", "新增决策表:《{1}》", &title, 1);
        else if (!differ_equal(was, is))
            decision_compare(d, was, is);
    }
    for (uint32_t i = 0; i < old->count; i++) {
        struct said title = differ_title(&old->items[i]);
        d->file = rd_map_text(&old->items[i], "file", "");
        if (!differ_find(new, "name", rd_map_text(&old->items[i], "name", "")))
            differ_say(d, RD_DIFFERENCE_TABLE, (int)rd_map_int(&old->items[i], "line", 0),
                       "the table {1} is gone", "删除决策表:《{1}》", &title, 1);
    }
}

/* ---- authority ---- */

/* What an authority row says beside its commands and roles. */
static const char *const TERMS[] = {
    "reach", "up_to", "amount", "ceilings", "unless", "other_than"
};
#define TERM_COUNT (sizeof TERMS / sizeof *TERMS)

static bool speaks_of(const struct rd_value *row, const char *command)
{
    const struct rd_value *commands = rd_map_list(row, "commands");
    for (uint32_t i = 0; i < commands->count; i++)
        if (rd_value_is(&commands->items[i], RD_TEXT) &&
            strcmp(commands->items[i].text, command) == 0)
            return true;
    return false;
}

static bool terms_equal(const struct rd_value *a, const struct rd_value *b)
{
    for (size_t i = 0; i < TERM_COUNT; i++)
        if (!differ_equal(rd_map_get(a, TERMS[i]), rd_map_get(b, TERMS[i])))
            return false;
    return true;
}

/* The row among `rows` that speaks of the command for the same roles: one with the same terms, else
 * the first. */
static const struct rd_value *counterpart(const struct rd_value *rows, const struct rd_value *row,
                                          const char *command)
{
    const struct rd_value *found = NULL;
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct rd_value *other = &rows->items[i];
        if (!speaks_of(other, command) ||
            !differ_equal(rd_map_get(other, "from"), rd_map_get(row, "from")))
            continue;
        if (terms_equal(other, row))
            return other;
        if (!found)
            found = other;
    }
    return found;
}

static const struct rd_value *event_of(const struct rd_value *normal, const char *type,
                                       const char *event)
{
    const struct rd_value *workflow = differ_find(rd_map_get(normal, "workflows"), "name", type);
    const struct rd_value *states = workflow ? rd_map_list(workflow, "states") : NULL;
    const struct rd_value *found =
        workflow ? differ_find(rd_map_get(workflow, "always"), "name", event) : NULL;
    for (uint32_t i = 0; states && !found && i < states->count; i++)
        found = differ_find(rd_map_get(&states->items[i], "on"), "name", event);
    return found;
}

/* "'Grant' (Complaint)". */
static struct said command_of(struct differ *d, const char *command)
{
    const char *dot = strchr(command, '.');
    if (!dot)
        return differ_same(command);
    const char *type = rd_arena_copy(d->arena, command, (size_t)(dot - command));
    const struct rd_value *event = event_of(d->now->normal, type, dot + 1),
                          *record =
                              differ_find(rd_map_get(d->now->normal, "records"), "name", type);
    if (!event)
        event = event_of(d->before->normal, type, dot + 1);
    struct said what = event ? differ_title(event) : differ_same(dot + 1);
    return record ? differ_join(d, what, " / ", "/", differ_title(record)) : what;
}

static struct said reach_of(const char *reach)
{
    static const struct {
        const char *word, *en, *zh;
    } words[] = { { "own", "one's own", "本人的" },
                  { "group", "the group's", "本组的" },
                  { "unit", "the unit's", "本机构的" },
                  { "branch", "the branch's", "本分公司的" },
                  { "all", "all", "全部" },
                  { "unowned", "nobody's", "无归属人的" } };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].word, reach) == 0)
            return (struct said){ { words[i].en, words[i].zh } };
    return differ_same(reach);
}

static struct said terms_of(struct differ *d, const struct rd_value *row)
{
    struct said all = differ_join(d, (struct said){ { "reach", "范围" } }, ": ", ":",
                                  reach_of(rd_map_text(row, "reach", "all")));
    const char *up_to = rd_map_text(row, "up_to", NULL);
    if (up_to)
        all = differ_join(d, all, ", up to ", ",上限按", differ_same(up_to));
    if (rd_map_list(row, "other_than")->count)
        all = differ_join(d, all, ", other than ", ",须非",
                          differ_value(d, NULL, rd_map_list(row, "other_than")));
    if (rd_map_list(row, "unless")->count)
        all = differ_join(d, all, ", unless ", ",除非",
                          differ_value(d, NULL, rd_map_list(row, "unless")));
    return all;
}

static void term_say(struct differ *d, const struct rd_value *was, const struct rd_value *is,
                     const char *term, struct said who, struct said what)
{
    const struct rd_value *old = rd_map_get(was, term), *new = rd_map_get(is, term);
    bool eyes = strcmp(term, "other_than") == 0;
    struct said texts[] = { who, what, differ_value(d, NULL, new), differ_value(d, NULL, old),
                            differ_same(term) };
    bool lost = !new || (new->kind == RD_LIST &&new->count == 0);
    if (differ_equal(old, new))
        return;
    if (strcmp(term, "reach") == 0) {
        texts[2] = reach_of(rd_map_text(is, "reach", "all"));
        texts[3] = reach_of(rd_map_text(was, "reach", "all"));
    }
    if (eyes && lost)
        differ_say(d, RD_DIFFERENCE_POWER, (int)rd_map_int(is, "line", 0),
                   "{1} may now do '{2}' without being another person than: {4}",
                   "{1}办理“{2}”不再要求非同一人:{4}", texts, 5);
    else
        differ_say(d, RD_DIFFERENCE_POWER, (int)rd_map_int(is, "line", 0),
                   "{1}: '{2}': {5} is now {3} instead of {4}", "{1}办理“{2}”:{5}由{4}改为{3}",
                   texts, 5);
}

static void authority_side(struct differ *d, const struct rd_value *rows,
                           const struct rd_value *others, bool new)
{
    for (uint32_t i = 0; i < rows->count; i++) {
        const struct rd_value *row = &rows->items[i], *commands = rd_map_list(row, "commands");
        for (uint32_t c = 0; c < commands->count; c++) {
            const char *command = commands->items[c].text;
            const struct rd_value *other = counterpart(others, row, command);
            struct said texts[] = { differ_value(d, "roles", rd_map_list(row, "from")),
                                    command_of(d, command), terms_of(d, row) };
            d->file = rd_map_text(row, "file", "");
            for (size_t t = 0; new &&other && !terms_equal(other, row) && t < TERM_COUNT; t++)
                term_say(d, other, row, TERMS[t], texts[0], texts[1]);
            if (!other)
                differ_say(d, RD_DIFFERENCE_POWER, (int)rd_map_int(row, "line", 0),
                           new ? "{1} may now do '{2}' ({3})" : "{1} may no longer do '{2}' ({3})",
                           new ? "{1}现可办理“{2}”({3})" : "{1}不再可办理“{2}”({3})", texts, 3);
        }
    }
}

void differ_authority(struct differ *d)
{
    const struct rd_value *old = rd_map_list(d->before->normal, "authority"),
                          *new = rd_map_list(d->now->normal, "authority");
    authority_side(d, new, old, true);
    authority_side(d, old, new, false);
}
