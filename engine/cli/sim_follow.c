/* Following: what the journal says happened, entry by entry, and the book kept by it. Everything
 * that the simulation knows of a record's state comes from here, not from what people were
 * answered: so what the clock, the rules and other records did counts as well.
 */
#include <stdio.h>
#include <string.h>

#include "cli/course.h"

void rd_sim_breach(struct rd_sim *sim, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (sim->breach_count++ < RD_SIM_BREACHES_KEPT)
        sim->breaches[sim->breach_count - 1] = rd_arena_copy(&sim->kept, text, strlen(text));
}

void rd_sim_count(struct rd_sim_counts *counts, const char *name, uint64_t by)
{
    size_t i = 0;
    while (i < counts->count && strcmp(counts->items[i].name, name) != 0)
        i++;
    if (i == counts->count) {
        if (i == RD_SIM_COUNTS_MAX)
            return;
        snprintf(counts->items[counts->count++].name, sizeof counts->items[i].name, "%s", name);
    }
    counts->items[i].count += by;
}

/* A deadline rang: a limit of a state rings once while the record is in it, that of the whole case
 * once while it is open. */
static void follow_ring(struct rd_sim *sim, struct rd_sim_case *item, const struct rd_value *event)
{
    const struct rd_value *decisions = rd_map_list(event, "decisions");
    const char *name = decisions->count ? rd_map_text(&decisions->items[0], "rule", "") : "";
    sim->rings++;
    if (!item->type->chart || item->state < 0)
        return;
    rd_sim_count(&sim->checks, "rings once", 1);
    if (strcmp(name, "within") == 0) {
        if (item->within_rang)
            rd_sim_breach(sim, "the limit of the whole case rang twice on one %s",
                          item->type->name);
        item->within_rang = true;
        return;
    }
    const struct rd_state *state = &item->type->chart->states[item->state];
    for (size_t i = 0; i < state->after_count && i < 64; i++) {
        if (strcmp(state->after[i].name, name) != 0)
            continue;
        if (item->rung >> i & 1)
            rd_sim_breach(sim, "the limit '%s' rang twice on one %s", name, item->type->name);
        item->rung |= 1ull << i;
    }
}

/* Whether one of the type's own events led to that state: it was entered, perhaps again
 * (transitions are the last that is left out where too much was decided: kernel/said.c). Other
 * records of the same entry may have states of that name as well. */
static bool follow_entered(const struct rd_value *event, const char *type, const char *state)
{
    const struct rd_value *decisions = rd_map_list(event, "decisions");
    size_t len = strlen(type);
    for (uint32_t i = 0; i < decisions->count; i++) {
        const char *rule = rd_map_text(&decisions->items[i], "rule", "");
        if (strncmp(rule, type, len) == 0 && rule[len] == '.' &&
            strcmp(rd_map_text(&decisions->items[i], "outcome", ""), state) == 0)
            return true;
    }
    return false;
}

/* A rule started it, or somebody did (sim_act.c has entered it then). `parent`: index + 1 of the
 * record that was asked for; 0: none. */
static struct rd_sim_case *follow_new(struct rd_sim *sim, struct rd_id id,
                                      const struct rd_record_type *type, uint32_t parent)
{
    struct rd_sim_case *item = rd_sim_book_add(&sim->book, id, type);
    rd_sim_count(&sim->started_types, type->name, 1);
    if (!sim->course)
        return item;
    struct rd_sim_case *from = parent ? &sim->book.cases[parent - 1] : NULL;
    rd_course_born(sim, item, from, RD_COURSE_NONE);
    if (from && from != item) {
        item->sibling = from->child;
        from->child = (uint32_t)(item - sim->book.cases) + 1;
    }
    return item;
}

static void follow_record(struct rd_sim *sim, const struct rd_value *event, uint32_t parent,
                          const struct rd_value *record)
{
    struct rd_id id;
    const struct rd_record_type *type = rd_model_type(sim->model, rd_map_text(record, "type", ""));
    if (!type || !rd_id_read(rd_map_text(record, "id", ""), &id))
        return;
    struct rd_sim_case *item = rd_sim_book_find(&sim->book, id);
    if (!item)
        item = follow_new(sim, id, type, parent);
    const char *name = rd_map_text(record, "state", NULL);
    int state = type->chart && name ? rd_state_find(type->chart, name) : -1;
    bool moved = state != item->state;
    if (state != item->state || (name && follow_entered(event, type->name, name))) {
        item->state = state;
        item->rung = 0;
        item->attempts = 0;
    }
    rd_sim_book_touch(&sim->book, item);
    if (!sim->course)
        rd_sim_again(sim, item);
    else if (moved)
        rd_course_entered(sim, item);
}

static void follow_event(struct rd_sim *sim, const struct rd_value *event)
{
    struct rd_id id;
    const struct rd_value *records = rd_map_list(event, "records");
    const char *command = rd_map_text(event, "command", "");
    sim->entries++;
    struct rd_sim_case *item =
        rd_id_read(rd_map_text(event, "id", ""), &id) ? rd_sim_book_find(&sim->book, id) : NULL;
    if (item && strcmp(command, "ring") == 0)
        follow_ring(sim, item, event);
    if (strcmp(rd_map_text(event, "refused", ""), "policy_fault") == 0 &&
        strcmp(rd_map_text(event, "actor", ""), "system") == 0)
        rd_sim_breach(sim, "the clock met a policy fault (journal entry %lld)",
                      (long long)rd_map_int(event, "seq", 0));
    uint32_t parent = item ? (uint32_t)(item - sim->book.cases) + 1 : 0;
    for (uint32_t i = 0; i < records->count; i++)
        follow_record(sim, event, parent, &records->items[i]);
}

enum rd_status rd_sim_follow(struct rd_sim *sim, struct rd_error *error)
{
    for (;;) {
        struct rd_value params = rd_map(), page;
        rd_map_add(&sim->arena, &params, "since", rd_int((int64_t)sim->seq));
        enum rd_status status = rd_sim_call(sim, "feed.read", &params, &page, error);
        if (status != RD_OK)
            return status;
        const struct rd_value *events = rd_map_list(&page, "events");
        for (uint32_t i = 0; i < events->count; i++)
            follow_event(sim, &events->items[i]);
        uint64_t next = (uint64_t)rd_map_int(&page, "next", (int64_t)sim->seq);
        if (next == sim->seq)
            return RD_OK;
        sim->seq = next;
    }
}
