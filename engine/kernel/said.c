/* What a run says of why: the rules that were asked, in the order in which they were, and the facts
 * that they read. Both stand in the entry; docs/performance.md says what that takes.
 */
#include "kernel/inside.h"

#include <string.h>

#include "domain/zone.h"

static bool run_same_text(const struct rd_value *a, const struct rd_value *b)
{
    return a->count == b->count && (a->text == b->text || memcmp(a->text, b->text, a->count) == 0);
}

void rd_run_says(struct rd_run *run, const char *rule, const char *place, const char *outcome,
                 const char *reason)
{
    struct rd_value says[4] = { rd_text(rule), rd_text(place), rd_text(outcome),
                                reason ? rd_text(reason) : rd_null() };
    for (uint32_t i = 0; !reason && i < run->decisions.count; i++) {
        const struct rd_value *at = run->decisions.items[i].items;
        if (at[3].kind == RD_NULL && run_same_text(&at[0], &says[0]) &&
            run_same_text(&at[2], &says[2]))
            return; /* asked again with the same answer: once is enough */
    }
    struct rd_value item = { .kind = RD_LIST, .count = 4, .cap = 4 };
    item.items = rd_arena_alloc(run->arena, sizeof says);
    memcpy(item.items, says, sizeof says);
    rd_list_add(run->arena, &run->decisions, item);
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
        return;
    }
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
