/* What a run says of why: the rules that were asked, in the order in which they were, and the facts
 * that they read. Both stand in the entry; docs/performance.md says what that takes.
 */
#include "kernel/inside.h"

#include <string.h>

#include "domain/zone.h"

/* What most commands have enough with. */
#define SAID_RULES_ROOM 16
#define SAID_FACTS_ROOM 32

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
    item.items[3] = reason ? rd_text(reason) : rd_null();
    if (run->decisions.cap == 0)
        run->decisions = rd_list_room(run->arena, SAID_RULES_ROOM);
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
