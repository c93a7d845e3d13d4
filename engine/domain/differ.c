/* Comparing two policies: what all parts share, and the parts that are told by name only.
 *
 * Nothing may differ in silence: a thing that no sentence tells of more closely is said to be
 * "written differently".
 */
#include "domain/differ_inside.h"

#include <string.h>

#include "base/buf.h"

const char *rd_difference_word(enum rd_difference_kind kind)
{
    static const char *const words[] = { "power", "table",  "procedure", "time",
                                         "form",  "people", "other" };
    return words[kind];
}

/* ---- texts ---- */

static const char *fill(struct differ *d, const char *format, const struct said *texts,
                        size_t count, int language)
{
    struct rd_buf out;
    rd_buf_init(&out);
    for (const char *at = format; *at; at++) {
        size_t which = at[0] == '{' && at[1] >= '1' && at[1] <= '9' && at[2] == '}'
                           ? (size_t)(at[1] - '1')
                           : count;
        if (which < count) {
            rd_buf_text(&out, texts[which].in[language]);
            at += 2;
        } else {
            rd_buf_char(&out, *at);
        }
    }
    const char *text = rd_arena_copy(d->arena, out.len ? out.data : "", out.len);
    rd_buf_fini(&out);
    return text;
}

void differ_say(struct differ *d, enum rd_difference_kind kind, int line, const char *en,
                const char *zh, const struct said *texts, size_t count)
{
    struct rd_difference *difference = rd_arena_zalloc(d->arena, 1, sizeof *difference);
    *difference = (struct rd_difference){
        kind, fill(d, en, texts, count, 0), fill(d, zh, texts, count, 1), d->file, line, NULL
    };
    if (d->last[kind])
        d->last[kind]->next = difference;
    else
        d->first[kind] = difference;
    d->last[kind] = difference;
    d->count++;
}

struct said differ_same(const char *text)
{
    return (struct said){ { text, text } };
}

struct said differ_title(const struct rd_value *thing)
{
    const struct rd_value *title = thing ? rd_map_get(thing, "title") : NULL;
    const char *name = thing ? rd_map_text(thing, "name", rd_map_text(thing, "id", "?")) : "?";
    if (rd_value_is(title, RD_TEXT))
        return differ_same(title->text);
    const char *en = title ? rd_map_text(title, "en", name) : name;
    return (struct said){ { en, title ? rd_map_text(title, "zh", en) : name } };
}

struct said differ_join(struct differ *d, struct said a, const char *en, const char *zh,
                        struct said b)
{
    return (struct said){ { rd_arena_join(d->arena, a.in[0], en, b.in[0]),
                            rd_arena_join(d->arena, a.in[1], zh, b.in[1]) } };
}

/* ---- values ---- */

const struct rd_value *differ_find(const struct rd_value *list, const char *key, const char *name)
{
    for (uint32_t i = 0; rd_value_is(list, RD_LIST) && i < list->count; i++)
        if (strcmp(rd_map_text(&list->items[i], key, ""), name) == 0)
            return &list->items[i];
    return NULL;
}

static bool is_place(const char *key)
{
    static const char *const places[] = { "line",  "file",  "fn",   "needs",
                                          "lines", "items", "span", "apart_line" };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strcmp(key, places[i]) == 0)
            return true;
    return false;
}

static size_t told_members(const struct rd_value *map)
{
    size_t count = 0;
    for (uint32_t i = 0; i < map->count; i++)
        count += !is_place(map->pairs[i].key) || strcmp(map->pairs[i].key, "items") == 0;
    return count;
}

bool differ_equal(const struct rd_value *a, const struct rd_value *b)
{
    if (!a || !b)
        return a == b;
    if (a->kind != b->kind)
        return false;
    if (a->kind == RD_LIST) {
        bool same = a->count == b->count;
        for (uint32_t i = 0; same && i < a->count; i++)
            same = differ_equal(&a->items[i], &b->items[i]);
        return same;
    }
    if (a->kind != RD_MAP)
        return rd_value_equal(a, b);
    bool same = told_members(a) == told_members(b);
    for (uint32_t i = 0; same && i < a->count; i++) {
        const char *key = a->pairs[i].key;
        if (!is_place(key) || strcmp(key, "items") == 0)
            same = differ_equal(&a->pairs[i].value, rd_map_get(b, key));
    }
    return same;
}

/* The label of a word, as the new policy has it, else the old one. */
static struct said word_of(struct differ *d, const char *vocabulary, const char *word)
{
    const struct rd_differing *sides[] = { d->now, d->before };
    for (size_t i = 0; vocabulary && i < 2; i++) {
        const struct rd_value *normal = sides[i]->normal;
        const struct rd_value *found = strcmp(vocabulary, "roles") == 0
                                           ? differ_find(rd_map_get(normal, "roles"), "name", word)
                                           : NULL;
        const struct rd_value *choices =
            differ_find(rd_map_get(normal, "choices"), "name", vocabulary);
        if (!found && choices)
            found = differ_find(rd_map_get(choices, "items"), "name", word);
        if (found)
            return differ_title(found);
    }
    return differ_same(word);
}

struct said differ_value(struct differ *d, const char *vocabulary, const struct rd_value *value)
{
    if (!value || value->kind == RD_NULL)
        return (struct said){ { "nothing", "空" } };
    switch (value->kind) {
    case RD_TEXT:
        if (strncmp(value->text, "not ", 4) == 0) {
            struct said rest = word_of(d, vocabulary, value->text + 4);
            return differ_join(d, (struct said){ { "not", "非" } }, " ", "", rest);
        }
        if (strcmp(value->text, "unlimited") == 0)
            return (struct said){ { "unlimited", "不限" } };
        return word_of(d, vocabulary, value->text);
    case RD_INT:
        return differ_same(rd_arena_printf(d->arena, "%lld", (long long)value->integer));
    case RD_REAL:
        return differ_same(rd_arena_printf(d->arena, "%.15g", value->real));
    case RD_BOOL:
        return value->boolean ? (struct said){ { "yes", "是" } } : (struct said){ { "no", "否" } };
    case RD_LIST: {
        struct said all = { { "", "" } };
        for (uint32_t i = 0; i < value->count; i++)
            all = i == 0 ? differ_value(d, vocabulary, &value->items[i])
                         : differ_join(d, all, ", ", "、",
                                       differ_value(d, vocabulary, &value->items[i]));
        return value->count ? all : (struct said){ { "nothing", "空" } };
    }
    case RD_NULL:
    case RD_MAP:
        break;
    }
    return (struct said){ { "other things", "其他内容" } };
}

struct said differ_field(struct differ *d, const char *type, const char *name)
{
    const struct rd_differing *sides[] = { d->now, d->before };
    for (size_t i = 0; i < 2; i++) {
        const struct rd_value *record =
            differ_find(rd_map_get(sides[i]->normal, "records"), "name", type);
        const struct rd_value *field =
            record ? differ_find(rd_map_get(record, "fields"), "name", name) : NULL;
        if (field)
            return differ_title(field);
    }
    return differ_same(name);
}

/* ---- parts that are told by name ---- */

struct part {
    const char *list, *key;
    enum rd_difference_kind kind;
    const char *en, *zh; /* what such a thing is called */
};

static const struct part PARTS[] = {
    { "roles", "name", RD_DIFFERENCE_PEOPLE, "role", "角色" },
    { "units", "name", RD_DIFFERENCE_PEOPLE, "unit", "机构" },
    { "accounts", "name", RD_DIFFERENCE_PEOPLE, "account", "账号" },
    { "calendars", "name", RD_DIFFERENCE_TIME, "calendar", "日历" },
    { "schedules", "name", RD_DIFFERENCE_TIME, "schedule", "定期任务" },
    { "forms", "name", RD_DIFFERENCE_FORM, "form", "表单" },
    { "records", "name", RD_DIFFERENCE_FORM, "record", "记录" },
    { "choices", "name", RD_DIFFERENCE_FORM, "vocabulary", "词表" },
    { "accountability", "id", RD_DIFFERENCE_PROCEDURE, "rule of accountability", "问责规则" },
    { "templates", "name", RD_DIFFERENCE_OTHER, "template", "模板" },
    { "views", "name", RD_DIFFERENCE_OTHER, "view", "视图" },
    { "reports", "name", RD_DIFFERENCE_OTHER, "report", "报表" },
    { "ledgers", "name", RD_DIFFERENCE_OTHER, "ledger", "台账" },
};

static void part_say(struct differ *d, const struct part *part, const struct rd_value *thing,
                     const char *en, const char *zh)
{
    struct said texts[] = { differ_title(thing), { { part->en, part->zh } } };
    d->file = rd_map_text(thing, "file", "rules");
    differ_say(d, part->kind, (int)rd_map_int(thing, "line", 0), en, zh, texts, 2);
}

/* A field of a record or form that is there, or must be given, on one side only. */
static bool fields_say(struct differ *d, const struct part *part, const struct rd_value *was,
                       const struct rd_value *is)
{
    const struct rd_value *old = rd_map_list(was, "fields"), *new = rd_map_list(is, "fields");
    const char *type = rd_map_text(is, "of", rd_map_text(is, "name", "?"));
    size_t before = d->count;
    for (int side = 0; side < 2; side++) {
        const struct rd_value *from = side ? old : new, *other = side ? new : old;
        for (uint32_t i = 0; i < from->count; i++) {
            const char *name = rd_map_text(&from->items[i], "name", "?");
            struct said texts[] = { differ_title(is),
                                    differ_field(d, type, name),
                                    { { part->en, part->zh } } };
            if (!differ_find(other, "name", name))
                differ_say(d, part->kind, (int)rd_map_int(&from->items[i], "line", 0),
                           side ? "{3} '{1}' has no field '{2}' any more"
                                : "{3} '{1}' has a new field '{2}'",
                           side ? "{3}“{1}”不再有字段“{2}”" : "{3}“{1}”新增字段“{2}”", texts, 3);
        }
    }
    for (uint32_t i = 0; i < new->count; i++) {
        const char *name = rd_map_text(&new->items[i], "name", "?");
        const struct rd_value *had = differ_find(old, "name", name);
        struct said texts[] = { differ_title(is),
                                differ_field(d, type, name),
                                { { part->en, part->zh } } };
        if (had && !differ_equal(had, &new->items[i]))
            differ_say(d, part->kind, (int)rd_map_int(&new->items[i], "line", 0),
                       "{3} '{1}': field '{2}' is another", "{3}“{1}”:字段“{2}”有变更", texts, 3);
    }
    return d->count > before;
}

static void parts_compare(struct differ *d, const struct part *part)
{
    const struct rd_value *old = rd_map_list(d->before->normal, part->list),
                          *new = rd_map_list(d->now->normal, part->list);
    for (uint32_t i = 0; i < new->count; i++) {
        const struct rd_value *is = &new->items[i];
        const struct rd_value *was = differ_find(old, part->key, rd_map_text(is, part->key, ""));
        if (!was)
            part_say(d, part, is, "there is a new {2}: '{1}'", "新增{2}:“{1}”");
        else if (!differ_equal(was, is)) {
            d->file = rd_map_text(is, "file", "rules");
            if (!rd_map_get(is, "fields") || !fields_say(d, part, was, is))
                part_say(d, part, is, "{2} '{1}' is written differently", "{2}“{1}”有变更");
        }
    }
    for (uint32_t i = 0; i < old->count; i++)
        if (!differ_find(new, part->key, rd_map_text(&old->items[i], part->key, "")))
            part_say(d, part, &old->items[i], "the {2} '{1}' is gone", "删除{2}:“{1}”");
}

static void singles_compare(struct differ *d)
{
    static const char *const singles[] = { "company", "organisation", "staff" };
    for (size_t i = 0; i < sizeof singles / sizeof *singles; i++) {
        struct said text = differ_same(singles[i]);
        d->file = "rules";
        if (!differ_equal(rd_map_get(d->before->normal, singles[i]),
                          rd_map_get(d->now->normal, singles[i])))
            differ_say(d, RD_DIFFERENCE_OTHER, 0, "'{1}' is written differently", "“{1}”有变更",
                       &text, 1);
    }
}

static void tests_compare(struct differ *d)
{
    const struct rd_value *old = rd_map_list(d->before->normal, "tests"),
                          *new = rd_map_list(d->now->normal, "tests");
    size_t added = 0, gone = 0;
    for (uint32_t i = 0; i < new->count; i++)
        added += !differ_find(old, "title", rd_map_text(&new->items[i], "title", ""));
    for (uint32_t i = 0; i < old->count; i++)
        gone += !differ_find(new, "title", rd_map_text(&old->items[i], "title", ""));
    struct said texts[] = { differ_same(rd_arena_printf(d->arena, "%zu", added)),
                            differ_same(rd_arena_printf(d->arena, "%zu", gone)) };
    d->file = "rules";
    if (added || gone)
        differ_say(d, RD_DIFFERENCE_OTHER, 0, "{1} promises are new, {2} are gone",
                   "新增{1}项承诺测试,删除{2}项", texts, 2);
}

struct rd_difference *rd_differ(const struct rd_differing *before, const struct rd_differing *now,
                                struct rd_arena *arena)
{
    struct differ d = { .before = before, .now = now, .arena = arena };
    differ_decisions(&d);
    differ_authority(&d);
    differ_workflows(&d);
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++)
        parts_compare(&d, &PARTS[i]);
    singles_compare(&d);
    tests_compare(&d);
    struct rd_difference *first = NULL;
    for (size_t kind = RD_DIFFERENCE_KINDS; kind-- > 0;) {
        if (!d.first[kind])
            continue;
        d.last[kind]->next = first;
        first = d.first[kind];
    }
    return first;
}
