/* Joining the workflows that older cases keep with a policy's normal form.
 *
 * What one name means is settled by spelling, not by order: a decision or form that is another one
 * now stands under NAME@GENERATION. Facts are put in the places where the workflow of now has them
 * (its own definition where the older one has none), so that a path which was resolved once, in a
 * template or a power, leads to the fact of that name in every chart of the type.
 */
#include "domain/pin.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"

struct pin_join {
    struct rd_arena *arena;
    const struct rd_value *now; /* normal form */
    const struct rd_pin *pin;
};

static const struct rd_value *pin_find(const struct rd_value *list, const char *name)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (strcmp(rd_map_text(&list->items[i], "name", ""), name) == 0)
            return &list->items[i];
    return NULL;
}

const struct rd_value *rd_pin_workflow(const struct rd_value *normal, const char *type)
{
    return pin_find(rd_map_list(normal, "workflows"), type);
}

/* ---- the same? ---- */

static bool pin_passed_over(const char *key)
{
    return strcmp(key, "line") == 0 || strcmp(key, "fn") == 0 || strcmp(key, "apart_line") == 0 ||
           strcmp(key, "open_cases") == 0 || strcmp(key, "moved") == 0 ||
           strcmp(key, "version") == 0;
}

static bool pin_equal(const struct rd_value *a, const struct rd_value *b);

static bool pin_members_in(const struct rd_value *a, const struct rd_value *b)
{
    for (uint32_t i = 0; i < a->count; i++) {
        const char *key = a->pairs[i].key;
        const struct rd_value *other = pin_passed_over(key) ? NULL : rd_map_get(b, key);
        if (!pin_passed_over(key) && (!other || !pin_equal(&a->pairs[i].value, other)))
            return false;
    }
    return true;
}

static bool pin_equal(const struct rd_value *a, const struct rd_value *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind == RD_MAP)
        return pin_members_in(a, b) && pin_members_in(b, a);
    if (a->kind != RD_LIST)
        return rd_value_equal(a, b);
    bool equal = a->count == b->count;
    for (uint32_t i = 0; equal && i < a->count; i++)
        equal = pin_equal(&a->items[i], &b->items[i]);
    return equal;
}

/* Where a name that stands under this key is declared; NULL: it is no such name. */
static const char *pin_list_of(const char *key)
{
    if (strcmp(key, "decision") == 0 || strcmp(key, "limit") == 0 || strcmp(key, "up_to") == 0)
        return "decisions";
    return strcmp(key, "form") == 0 ? "forms" : NULL;
}

/* Whether what the name stands for is the same in both. */
static bool pin_means_same(const struct rd_value *a, const struct rd_value *b, const char *list,
                           const char *name)
{
    const struct rd_value *one = pin_find(rd_map_list(a, list), name),
                          *other = pin_find(rd_map_list(b, list), name);
    return one && other ? pin_equal(one, other) : one == other;
}

static bool pin_names_mean_same(const struct rd_value *a, const struct rd_value *b,
                                const struct rd_value *value)
{
    bool same = true;
    for (uint32_t i = 0; same && value->kind == RD_LIST && i < value->count; i++)
        same = pin_names_mean_same(a, b, &value->items[i]);
    for (uint32_t i = 0; same && value->kind == RD_MAP && i < value->count; i++) {
        const struct rd_value *item = &value->pairs[i].value;
        const char *list = item->kind == RD_TEXT ? pin_list_of(value->pairs[i].key) : NULL;
        same = list ? pin_means_same(a, b, list, item->text) : pin_names_mean_same(a, b, item);
    }
    return same;
}

bool rd_pin_same(const struct rd_value *a, const struct rd_value *b, const char *type)
{
    const struct rd_value *one = rd_pin_workflow(a, type), *other = rd_pin_workflow(b, type);
    return one && other && pin_equal(one, other) && pin_names_mean_same(a, b, one);
}

/* ---- joining ---- */

static struct rd_value pin_suffixed(const struct pin_join *join, const char *name)
{
    return rd_text(rd_arena_printf(join->arena, "%s@%u", name, join->pin->generation));
}

static struct rd_value pin_copy(const struct pin_join *join, const char *key,
                                const struct rd_value *value);

static struct rd_value pin_text(const struct pin_join *join, const char *key,
                                const struct rd_value *text)
{
    const char *list = key ? pin_list_of(key) : NULL;
    if (key && strcmp(key, "file") == 0)
        return pin_suffixed(join, text->text);
    if (!list || !pin_find(rd_map_list(join->pin->normal, list), text->text) ||
        pin_means_same(join->now, join->pin->normal, list, text->text))
        return *text;
    return pin_suffixed(join, text->text);
}

static struct rd_value pin_members(const struct pin_join *join, const struct rd_value *map)
{
    struct rd_value copy = rd_map_room(join->arena, map->count);
    for (uint32_t i = 0; i < map->count; i++)
        rd_map_add(join->arena, &copy, map->pairs[i].key,
                   pin_copy(join, map->pairs[i].key, &map->pairs[i].value));
    return copy;
}

static struct rd_value pin_copy(const struct pin_join *join, const char *key,
                                const struct rd_value *value)
{
    if (value->kind == RD_TEXT)
        return pin_text(join, key, value);
    if (value->kind == RD_INT && key && strcmp(key, "fn") == 0)
        return rd_int(value->integer + (int64_t)join->pin->slot * RD_PIN_FN_STEP);
    if (value->kind == RD_MAP)
        return pin_members(join, value);
    if (value->kind != RD_LIST)
        return *value;
    struct rd_value copy = rd_list_room(join->arena, value->count);
    for (uint32_t i = 0; i < value->count; i++)
        rd_list_add(join->arena, &copy, pin_copy(join, NULL, &value->items[i]));
    return copy;
}

/* Facts or guards: those of now first, each as the older workflow has it where it has one; then
 * what only that has. */
static struct rd_value pin_named(const struct pin_join *join, const struct rd_value *then,
                                 const struct rd_value *now)
{
    struct rd_value list = rd_list();
    for (uint32_t i = 0; i < now->count; i++) {
        const struct rd_value *own = pin_find(then, rd_map_text(&now->items[i], "name", ""));
        rd_list_add(join->arena, &list, own ? pin_copy(join, NULL, own) : now->items[i]);
    }
    for (uint32_t i = 0; i < then->count; i++)
        if (!pin_find(now, rd_map_text(&then->items[i], "name", "")))
            rd_list_add(join->arena, &list, pin_copy(join, NULL, &then->items[i]));
    return list;
}

static struct rd_value pin_workflow(const struct pin_join *join, const struct rd_value *then,
                                    const struct rd_value *now)
{
    struct rd_value out = rd_map();
    for (uint32_t i = 0; i < then->count; i++) {
        const char *key = then->pairs[i].key;
        const struct rd_value *value = &then->pairs[i].value;
        if (strcmp(key, "name") == 0)
            rd_map_add(join->arena, &out, key, *value);
        else if (strcmp(key, "facts") == 0 || strcmp(key, "guards") == 0)
            rd_map_add(join->arena, &out, key, pin_named(join, value, rd_map_list(now, key)));
        else if (strcmp(key, "moved") != 0) /* where cases came from is past */
            rd_map_add(join->arena, &out, key, pin_copy(join, key, value));
    }
    rd_map_add(join->arena, &out, "pinned", rd_int(join->pin->generation));
    return out;
}

/* What the older workflow means by a name, where it is another thing now, under its own name. */
static void pin_declare(const struct pin_join *join, const char *key, struct rd_value *list)
{
    const struct rd_value *then = rd_map_list(join->pin->normal, key);
    for (uint32_t i = 0; i < then->count; i++) {
        const char *name = rd_map_text(&then->items[i], "name", "");
        struct rd_value own = pin_suffixed(join, name);
        if (pin_means_same(join->now, join->pin->normal, key, name) || pin_find(list, own.text))
            continue;
        struct rd_value copy = pin_copy(join, NULL, &then->items[i]);
        rd_map_set(join->arena, &copy, "name", own);
        rd_list_add(join->arena, list, copy);
    }
}

/* ---- powers over events that only the older workflow has ---- */

static bool pin_knows_event(const struct rd_value *workflow, const char *name)
{
    const struct rd_value *states = rd_map_list(workflow, "states");
    bool knows = NULL != pin_find(rd_map_list(workflow, "always"), name) ||
                 strcmp(rd_map_text(rd_map_get(workflow, "open"), "event", "open"), name) == 0;
    for (uint32_t i = 0; !knows && i < states->count; i++)
        knows = NULL != pin_find(rd_map_list(&states->items[i], "on"), name);
    return knows;
}

/* "TYPE.EVENT" of an event that the workflow of now no longer has. */
static bool pin_is_lost(const struct pin_join *join, const struct rd_value *then,
                        const struct rd_value *now, const char *command)
{
    size_t len = strlen(join->pin->type);
    return strncmp(command, join->pin->type, len) == 0 && command[len] == '.' &&
           pin_knows_event(then, command + len + 1) && !pin_knows_event(now, command + len + 1);
}

static void pin_powers(const struct pin_join *join, const struct rd_value *then,
                       const struct rd_value *now, struct rd_value *authority)
{
    const struct rd_value *rows = rd_map_list(join->pin->normal, "authority");
    for (uint32_t r = 0; r < rows->count; r++) {
        const struct rd_value *commands = rd_map_list(&rows->items[r], "commands");
        struct rd_value lost = rd_list();
        for (uint32_t i = 0; i < commands->count; i++)
            if (commands->items[i].kind == RD_TEXT &&
                pin_is_lost(join, then, now, commands->items[i].text))
                rd_list_add(join->arena, &lost, commands->items[i]);
        if (!lost.count)
            continue;
        struct rd_value row = pin_copy(join, NULL, &rows->items[r]);
        rd_map_set(join->arena, &row, "commands", lost);
        rd_list_add(join->arena, authority, row);
    }
}

static struct rd_value pin_list(struct rd_arena *arena, const struct rd_value *normal,
                                const char *key)
{
    const struct rd_value *list = rd_map_list(normal, key);
    struct rd_value copy = rd_list_room(arena, list->count);
    for (uint32_t i = 0; i < list->count; i++)
        rd_list_add(arena, &copy, list->items[i]);
    return copy;
}

struct rd_value rd_pin_join(struct rd_arena *arena, const struct rd_value *normal,
                            const struct rd_pin *pins, size_t count)
{
    struct rd_value out = rd_map_room(arena, normal->count + 1), pinned = rd_list();
    struct rd_value decisions = pin_list(arena, normal, "decisions"),
                    forms = pin_list(arena, normal, "forms"),
                    authority = pin_list(arena, normal, "authority");
    for (size_t i = 0; i < count; i++) {
        struct pin_join join = { arena, normal, &pins[i] };
        const struct rd_value *then = rd_pin_workflow(pins[i].normal, pins[i].type),
                              *now = rd_pin_workflow(normal, pins[i].type);
        if (!then || !now)
            continue;
        rd_list_add(arena, &pinned, pin_workflow(&join, then, now));
        pin_declare(&join, "decisions", &decisions);
        pin_declare(&join, "forms", &forms);
        pin_powers(&join, then, now, &authority);
    }
    for (uint32_t i = 0; i < normal->count; i++)
        rd_map_add(arena, &out, normal->pairs[i].key, normal->pairs[i].value);
    rd_map_set(arena, &out, "decisions", decisions);
    rd_map_set(arena, &out, "forms", forms);
    rd_map_set(arena, &out, "authority", authority);
    rd_map_add(arena, &out, "pinned", pinned);
    return out;
}
