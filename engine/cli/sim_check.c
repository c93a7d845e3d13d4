/* What must hold whatever people do. Each check counts how often it was made, so that one that
 * found nothing to look at is seen.
 *
 * Here: the clocks of a record fit its state. Four eyes and "rings once" are judged where they
 * happen (sim_act.c); what a company holds for certain about its own records it says itself, as
 * `invariants` of its workflows: those are asked by the kernel after every command.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/sim.h"
#include "domain/ledger.h"

#define CHECK_BATCH 256

static const struct rd_value *check_find(const struct rd_value *deadlines, const char *name)
{
    for (uint32_t i = 0; i < deadlines->count; i++)
        if (strcmp(rd_map_text(&deadlines->items[i], "name", ""), name) == 0)
            return &deadlines->items[i];
    return NULL;
}

/* Every limit of the state is either counting or has rung. */
static void check_limits(struct rd_sim *sim, const struct rd_sim_case *item, const char *number,
                         const struct rd_value *deadlines)
{
    const struct rd_state *state = &item->type->chart->states[item->state];
    for (size_t i = 0; i < state->after_count && i < 64; i++) {
        bool rang = item->rung >> i & 1;
        bool armed = check_find(deadlines, state->after[i].name) != NULL;
        rd_sim_count(&sim->checks, "limits armed", 1);
        if (rang && armed)
            rd_sim_breach(sim, "%s: the limit '%s' rang and is armed still", number,
                          state->after[i].name);
        else if (!rang && !armed)
            rd_sim_breach(sim, "%s is in '%s', but its limit '%s' is not armed", number,
                          state->name, state->after[i].name);
    }
}

static void check_deadline(struct rd_sim *sim, const struct rd_state *state, const char *number,
                           const struct rd_value *deadline)
{
    const char *name = rd_map_text(deadline, "name", "?");
    bool running = rd_map_bool(deadline, "running", false);
    rd_sim_count(&sim->checks, "clocks running", 1);
    if (running && !rd_map_text(deadline, "due", NULL))
        rd_sim_breach(sim, "%s: the deadline '%s' runs and is never due", number, name);
    if (!running && rd_map_list(deadline, "pauses")->count == 0)
        rd_sim_breach(sim, "%s: the deadline '%s' stands still and nobody paused it", number, name);
    if (strcmp(name, "within") == 0 && running == state->pause)
        rd_sim_breach(sim, "%s: the clock of the whole case %s in '%s'", number,
                      running ? "runs" : "stands still", state->name);
}

static void check_record(struct rd_sim *sim, const struct rd_sim_case *item,
                         const struct rd_value *record)
{
    const struct rd_value *deadlines = rd_map_list(record, "deadlines");
    const char *number = rd_map_text(record, "number", item->type->name);
    if (!item->type->chart || item->state < 0)
        return;
    const struct rd_state *state = &item->type->chart->states[item->state];
    const char *now = rd_map_text(record, "state", "");
    rd_sim_count(&sim->checks, "states followed", 1);
    if (strcmp(now, state->name) != 0) {
        rd_sim_breach(sim, "%s is in '%s', but the journal led to '%s'", number, now, state->name);
        return;
    }
    if (state->final) {
        rd_sim_count(&sim->checks, "nothing rings at the end", 1);
        if (deadlines->count > 0)
            rd_sim_breach(sim, "%s is over, but '%s' is armed", number,
                          rd_map_text(&deadlines->items[0], "name", "?"));
        return;
    }
    check_limits(sim, item, number, deadlines);
    for (uint32_t i = 0; i < deadlines->count; i++)
        check_deadline(sim, state, number, &deadlines->items[i]);
}

/* The next touched records, read in one batch. */
static enum rd_status check_batch(struct rd_sim *sim, size_t from, size_t count,
                                  struct rd_error *error)
{
    struct rd_request *requests = calloc(count, sizeof *requests);
    struct rd_request *all[CHECK_BATCH];
    enum rd_status status = RD_OK;
    RD_ASSERT(requests);
    for (size_t i = 0; i < count; i++) {
        char id[RD_ID_TEXT_MAX];
        struct rd_value *params = rd_arena_alloc(&sim->arena, sizeof *params);
        *params = rd_map();
        rd_id_write(sim->book.cases[sim->book.dirty[from + i]].id, id);
        rd_map_add(&sim->arena, params, "id", rd_text_copy(&sim->arena, id, strlen(id)));
        requests[i] = (struct rd_request){ .arena = &sim->arena,
                                           .method = "case.get",
                                           .params = params,
                                           .peer = { .door = RD_DOOR_INSIDE } };
        all[i] = &requests[i];
    }
    rd_kernel_run(sim->kernel, all, count);
    for (size_t i = 0; i < count && status == RD_OK; i++) {
        status = requests[i].status;
        if (status == RD_OK)
            check_record(sim, &sim->book.cases[sim->book.dirty[from + i]], &requests[i].result);
        else
            status = rd_error_set(error, status, "a record that the journal names can't be read");
    }
    free(requests);
    return status;
}

enum rd_status rd_sim_check_day(struct rd_sim *sim, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    for (size_t from = 0; from < sim->book.dirty_count && status == RD_OK; from += CHECK_BATCH) {
        size_t left = sim->book.dirty_count - from;
        rd_arena_reset(&sim->arena);
        status = check_batch(sim, from, left < CHECK_BATCH ? left : CHECK_BATCH, error);
    }
    for (size_t i = 0; i < sim->book.dirty_count; i++)
        sim->book.cases[sim->book.dirty[i]].dirty = false;
    sim->book.dirty_count = 0;
    return status;
}

/* Every balance that a ledger keeps is the sum of its entries. */
static enum rd_status check_ledger(struct rd_sim *sim, const struct rd_ledger *ledger,
                                   struct rd_error *error)
{
    const char *cursor = NULL;
    do {
        struct rd_value params = rd_map(), result;
        rd_map_add(&sim->arena, &params, "ledger", rd_text(ledger->name));
        if (cursor)
            rd_map_add(&sim->arena, &params, "cursor", rd_text(cursor));
        enum rd_status status = rd_sim_call(sim, "ledger.verify", &params, &result, error);
        if (status != RD_OK)
            return status;
        const struct rd_value *wrong = rd_map_list(&result, "faults");
        rd_sim_count(&sim->checks, "ledgers", (uint64_t)rd_map_int(&result, "accounts", 0));
        for (uint32_t i = 0; i < wrong->count; i++)
            rd_sim_breach(sim, "ledger %s, account %s: %s", ledger->name,
                          rd_map_text(&wrong->items[i], "account", "?"),
                          rd_map_text(&wrong->items[i], "fault", "?"));
        cursor = rd_map_text(&result, "cursor", NULL);
    } while (cursor);
    return RD_OK;
}

enum rd_status rd_sim_check_end(struct rd_sim *sim, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    rd_arena_reset(&sim->arena);
    for (size_t i = 0; i < sim->model->ledger_count && status == RD_OK; i++)
        status = check_ledger(sim, &sim->model->ledgers[i], error);
    return status;
}
