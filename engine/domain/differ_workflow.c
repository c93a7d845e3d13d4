/* Differences of procedures: states, events, ways, limits, and functions that are written
 * differently. */
#include <string.h>

#include "domain/differ_inside.h"

struct place {
    const struct rd_value *was, *is; /* the workflows */
    struct said title;               /* of the workflow */
    struct said where;               /* "Complaint, Received" */
};

static struct said quoted_names(struct differ *d, const struct rd_value *list)
{
    return differ_value(d, NULL, list);
}

/* ---- ways ---- */

static struct said state_title(const struct place *place, const char *name)
{
    const struct rd_value *state = differ_find(rd_map_get(place->is, "states"), "name", name);
    if (!state)
        state = differ_find(rd_map_get(place->was, "states"), "name", name);
    return state ? differ_title(state) : differ_same(name);
}

static struct said guards_of(struct differ *d, const struct rd_value *row)
{
    const struct rd_value *when = rd_map_list(row, "when");
    struct said all = { { "", "" } };
    for (uint32_t i = 0; i < when->count; i++) {
        bool negate = rd_map_bool(&when->items[i], "negate", false);
        struct said one = differ_same(rd_arena_join(d->arena, negate ? "not " : "",
                                                    rd_map_text(&when->items[i], "guard", "?")));
        all = i == 0 ? one : differ_join(d, all, " and ", "且", one);
    }
    return all;
}

/* "to Upheld if is_upheld, else to Explained". */
static struct said ways_of(struct differ *d, const struct place *place,
                           const struct rd_value *event)
{
    const struct rd_value *rows = rd_map_list(event, "rows");
    struct said all = { { "", "" } };
    for (uint32_t i = 0; i < rows->count; i++) {
        const char *go = rd_map_text(&rows->items[i], "go", NULL);
        struct said to =
            go ? differ_join(d, (struct said){ { "to", "转" } }, " ", "", state_title(place, go))
               : (struct said){ { "stays", "保持" } };
        if (rd_map_list(&rows->items[i], "when")->count)
            to = differ_join(d, to, " if ", ",条件", guards_of(d, &rows->items[i]));
        all = i == 0 ? to : differ_join(d, all, "; else ", ";否则", to);
    }
    return all;
}

static struct said actions_of(struct differ *d, const struct rd_value *event)
{
    const struct rd_value *rows = rd_map_list(event, "rows");
    struct said all = { { "", "" } };
    for (uint32_t i = 0; i < rows->count; i++) {
        struct said one = quoted_names(d, rd_map_list(&rows->items[i], "do"));
        all = i == 0 ? one : differ_join(d, all, "; else ", ";否则", one);
    }
    return all;
}

static void event_differs(struct differ *d, const struct place *place, const struct rd_value *was,
                          const struct rd_value *is)
{
    size_t before = d->count;
    int line = (int)rd_map_int(is, "line", 0);
    struct said texts[] = { place->where,           differ_title(is),  ways_of(d, place, is),
                            ways_of(d, place, was), actions_of(d, is), actions_of(d, was) };
    if (strcmp(texts[2].in[0], texts[3].in[0]) != 0)
        differ_say(d, RD_DIFFERENCE_PROCEDURE, line, "{1}: '{2}' now leads {3}; before: {4}",
                   "{1}:“{2}”现{3};原{4}", texts, 6);
    if (strcmp(texts[4].in[0], texts[5].in[0]) != 0)
        differ_say(d, RD_DIFFERENCE_PROCEDURE, line, "{1}: '{2}' now does: {5}; before: {6}",
                   "{1}:“{2}”现执行:{5};原执行:{6}", texts, 6);
    if (d->count == before)
        differ_say(d, RD_DIFFERENCE_PROCEDURE, line, "{1}: '{2}' is written differently",
                   "{1}:“{2}”有变更", texts, 2);
}

static void events_compare(struct differ *d, const struct place *place, const struct rd_value *old,
                           const struct rd_value *new)
{
    for (uint32_t i = 0; i < new->count; i++) {
        const struct rd_value *is = &new->items[i],
                              *was = differ_find(old, "name", rd_map_text(is, "name", ""));
        struct said texts[] = { place->where, differ_title(is), ways_of(d, place, is) };
        if (!was)
            differ_say(d, RD_DIFFERENCE_PROCEDURE, (int)rd_map_int(is, "line", 0),
                       "{1}: '{2}' is new, and leads {3}", "{1}:新增“{2}”,{3}", texts, 3);
        else if (!differ_equal(was, is))
            event_differs(d, place, was, is);
    }
    for (uint32_t i = 0; i < old->count; i++) {
        struct said texts[] = { place->where, differ_title(&old->items[i]) };
        if (!differ_find(new, "name", rd_map_text(&old->items[i], "name", "")))
            differ_say(d, RD_DIFFERENCE_PROCEDURE, (int)rd_map_int(place->is, "line", 0),
                       "{1}: '{2}' is gone", "{1}:删除“{2}”", texts, 2);
    }
}

/* ---- limits ---- */

static struct said time_of(struct differ *d, const struct rd_value *limit)
{
    const char *text = rd_map_text(limit, "limit", "?");
    const struct rd_value *table =
        differ_find(rd_map_get(d->now->normal, "decisions"), "name", text);
    return table ? differ_title(table) : differ_same(text);
}

static void limit_compare(struct differ *d, const struct place *place, struct said where,
                          uint32_t number, const struct rd_value *was, const struct rd_value *is)
{
    const struct rd_value *at = is ? is : was;
    struct said nothing = { { "", "" } };
    struct said texts[] = { where,
                            differ_same(rd_arena_printf(d->arena, "%u", number + 1)),
                            is ? time_of(d, is) : nothing,
                            was ? time_of(d, was) : nothing,
                            is ? differ_value(d, "roles", rd_map_list(is, "tell")) : nothing,
                            was ? differ_value(d, "roles", rd_map_list(was, "tell")) : nothing };
    size_t before = d->count;
    int line = (int)rd_map_int(at, "line", 0);
    d->file =
        rd_map_text(at, "file", rd_map_text(place->is, "file", "")); /* a ladder's, or its own */
    if (!was)
        differ_say(d, RD_DIFFERENCE_TIME, line, "{1}: there is a new limit: {3}, told: {5}",
                   "{1}:新增时限:{3},通知:{5}", texts, 6);
    else if (!is)
        differ_say(d, RD_DIFFERENCE_TIME, line, "{1}: limit {2} ({4}, told: {6}) is gone",
                   "{1}:删除第{2}个时限({4},通知:{6})", texts, 6);
    if (!was || !is)
        return;
    if (strcmp(rd_map_text(was, "limit", ""), rd_map_text(is, "limit", "")) != 0)
        differ_say(d, RD_DIFFERENCE_TIME, line, "{1}: limit {2} is now {3} instead of {4}",
                   "{1}:第{2}个时限由{4}改为{3}", texts, 6);
    if (!differ_equal(rd_map_get(was, "tell"), rd_map_get(is, "tell")))
        differ_say(d, RD_DIFFERENCE_TIME, line, "{1}: limit {2} now tells {5} instead of {6}",
                   "{1}:第{2}个时限改为通知{5},原通知{6}", texts, 6);
    if (d->count == before)
        differ_say(d, RD_DIFFERENCE_TIME, line, "{1}: limit {2} ({3}) is written differently",
                   "{1}:第{2}个时限({3})有变更", texts, 6);
}

static void limits_compare(struct differ *d, const struct place *place, const struct rd_value *old,
                           const struct rd_value *new)
{
    for (uint32_t i = 0; i < old->count || i < new->count; i++) {
        const struct rd_value *was = i < old->count ? &old->items[i] : NULL,
                              *is = i < new->count ? &new->items[i] : NULL;
        if (!was || !is || !differ_equal(was, is))
            limit_compare(d, place, place->where, i, was, is);
    }
    d->file = rd_map_text(place->is, "file", "");
}

/* ---- states ---- */

static void state_compare(struct differ *d, struct place *place, const struct rd_value *was,
                          const struct rd_value *is)
{
    static const char *const told[] = { "pause", "final",  "rests", "entry",
                                        "exit",  "public", "title" };
    struct said texts[] = { differ_join(d, place->title, ", ", ",", differ_title(is)),
                            { { "", "" } } };
    struct said outer = place->where;
    place->where = texts[0];
    events_compare(d, place, rd_map_list(was, "on"), rd_map_list(is, "on"));
    limits_compare(d, place, rd_map_list(was, "after"), rd_map_list(is, "after"));
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        texts[1] = differ_same(told[i]);
        if (!differ_equal(rd_map_get(was, told[i]), rd_map_get(is, told[i])))
            differ_say(d, RD_DIFFERENCE_PROCEDURE, (int)rd_map_int(is, "line", 0),
                       "{1}: '{2}' is another", "{1}:“{2}”有变更", texts, 2);
    }
    place->where = outer;
}

static void states_compare(struct differ *d, struct place *place)
{
    const struct rd_value *old = rd_map_list(place->was, "states"),
                          *new = rd_map_list(place->is, "states");
    for (uint32_t i = 0; i < new->count; i++) {
        const struct rd_value *was =
            differ_find(old, "name", rd_map_text(&new->items[i], "name", ""));
        struct said texts[] = { place->title, differ_title(&new->items[i]) };
        if (!was)
            differ_say(d, RD_DIFFERENCE_PROCEDURE, (int)rd_map_int(&new->items[i], "line", 0),
                       "{1}: there is a new state '{2}'", "{1}:新增状态“{2}”", texts, 2);
        else if (!differ_equal(was, &new->items[i]))
            state_compare(d, place, was, &new->items[i]);
    }
    for (uint32_t i = 0; i < old->count; i++) {
        struct said texts[] = { place->title, differ_title(&old->items[i]) };
        if (!differ_find(new, "name", rd_map_text(&old->items[i], "name", "")))
            differ_say(d, RD_DIFFERENCE_PROCEDURE, (int)rd_map_int(place->is, "line", 0),
                       "{1}: the state '{2}' is gone", "{1}:删除状态“{2}”", texts, 2);
    }
}

/* ---- functions ---- */

static const char *function_text(const struct rd_differing *side, const struct rd_value *workflow,
                                 const struct rd_value *function)
{
    return side->function ? side->function(side->context, rd_map_text(workflow, "file", ""),
                                           rd_map_text(function, "name", ""),
                                           (int)rd_map_int(function, "line", 0))
                          : NULL;
}

static void functions_compare(struct differ *d, const struct place *place, const char *list)
{
    const struct rd_value *old = rd_map_list(place->was, list), *new = rd_map_list(place->is, list);
    for (uint32_t i = 0; i < new->count; i++) {
        const struct rd_value *is = &new->items[i],
                              *was = differ_find(old, "name", rd_map_text(is, "name", ""));
        struct said texts[] = { place->title, differ_title(is) };
        const char *a = was ? function_text(d->before, place->was, was) : NULL,
                   *b = function_text(d->now, place->is, is);
        bool same = was && ((!a && !b) || (a && b && strcmp(a, b) == 0));
        if (!was)
            differ_say(d, RD_DIFFERENCE_PROCEDURE, (int)rd_map_int(is, "line", 0),
                       "{1}: there is a new function '{2}'", "{1}:新增函数“{2}”", texts, 2);
        else if (!same)
            differ_say(d, RD_DIFFERENCE_PROCEDURE, (int)rd_map_int(is, "line", 0),
                       "{1}: the function '{2}' decides or acts differently", "{1}:函数“{2}”有变更",
                       texts, 2);
    }
    for (uint32_t i = 0; i < old->count; i++) {
        struct said texts[] = { place->title, differ_title(&old->items[i]) };
        if (!differ_find(new, "name", rd_map_text(&old->items[i], "name", "")))
            differ_say(d, RD_DIFFERENCE_PROCEDURE, (int)rd_map_int(place->is, "line", 0),
                       "{1}: the function '{2}' is gone", "{1}:删除函数“{2}”", texts, 2);
    }
}

/* ---- workflows ---- */

static void workflow_compare(struct differ *d, const struct rd_value *was,
                             const struct rd_value *is)
{
    static const char *const told[] = { "initial", "clock",    "open",       "facts",
                                        "public",  "guidance", "invariants", "apart",
                                        "moved",   "title",    "version" };
    struct place place = { was, is, differ_title(is), differ_title(is) };
    const struct rd_value *old = rd_map_get(was, "within"), *new = rd_map_get(is, "within");
    states_compare(d, &place);
    events_compare(d, &place, rd_map_list(was, "always"), rd_map_list(is, "always"));
    struct said whole =
        differ_join(d, place.title, ", ", ",", (struct said){ { "the whole case", "全案" } });
    if (!differ_equal(old, new))
        limit_compare(d, &place, whole, 0, old, new);
    functions_compare(d, &place, "guards");
    functions_compare(d, &place, "actions");
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        struct said texts[] = { place.title, differ_same(told[i]) };
        if (!differ_equal(rd_map_get(was, told[i]), rd_map_get(is, told[i])))
            differ_say(d, RD_DIFFERENCE_PROCEDURE, (int)rd_map_int(is, "line", 0),
                       "{1}: '{2}' is another", "{1}:“{2}”有变更", texts, 2);
    }
}

void differ_workflows(struct differ *d)
{
    const struct rd_value *old = rd_map_list(d->before->normal, "workflows"),
                          *new = rd_map_list(d->now->normal, "workflows");
    for (uint32_t i = 0; i < new->count; i++) {
        const struct rd_value *is = &new->items[i],
                              *was = differ_find(old, "name", rd_map_text(is, "name", ""));
        struct said title = differ_title(is);
        d->file = rd_map_text(is, "file", "");
        if (was)
            workflow_compare(d, was, is);
        else
            differ_say(d, RD_DIFFERENCE_PROCEDURE, (int)rd_map_int(is, "line", 0),
                       "there is a new procedure: {1}", "新增流程:{1}", &title, 1);
    }
    for (uint32_t i = 0; i < old->count; i++) {
        struct said title = differ_title(&old->items[i]);
        d->file = rd_map_text(&old->items[i], "file", "");
        if (!differ_find(new, "name", rd_map_text(&old->items[i], "name", "")))
            differ_say(d, RD_DIFFERENCE_PROCEDURE, (int)rd_map_int(&old->items[i], "line", 0),
                       "the procedure {1} is gone", "删除流程:{1}", &title, 1);
    }
}
