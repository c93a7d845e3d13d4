/* Deadlines ring: the earliest rows of the agenda become commands of the actor `system`, one entry
 * each, which takes the row away in the same stroke: so a deadline acts once, whatever crashes.
 *
 * A rule that fails when its deadline rings must not ring for ever: the failure is journalled, and
 * the deadline is taken away without its effects.
 */
#include "kernel/inside.h"
#include "kernel/redo.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "domain/zone.h"
#include "store/tables.h"

/* The first of the lane; RD_END where it has none. */
static enum rd_status ring_find(struct rd_kernel *kernel, uint8_t lane, struct rd_agenda_key *out,
                                struct rd_error *error)
{
    struct rd_agenda_key from = rd_agenda_key(lane, INT64_MIN, 0, 0);
    struct rd_walk walk;
    enum rd_status status =
        rd_walk_start(&walk, kernel->store, RD_TABLE_AGENDA, from.bytes, false, error);
    if (status == RD_OK)
        memcpy(out->bytes, walk.key, sizeof out->bytes);
    if (status == RD_OK && out->bytes[0] != lane)
        status = RD_END;
    rd_walk_end(&walk);
    if (lane == RD_LANE_LIVE && (status == RD_OK || status == RD_END))
        kernel->apply.live_due_ms = status == RD_OK ? rd_agenda_key_due(out->bytes) : INT64_MAX;
    return status;
}

/* Asked before and behind every batch: the agenda is looked at only where something may be due. */
int64_t rd_ring_next(struct rd_kernel *kernel)
{
    struct rd_agenda_key key;
    struct rd_error error = RD_ERROR_NONE;
    if (kernel->apply.live_due_ms > rd_kernel_now_ms(kernel))
        return kernel->apply.live_due_ms;
    return ring_find(kernel, RD_LANE_LIVE, &key, &error) == RD_OK ? rd_agenda_key_due(key.bytes)
                                                                  : INT64_MAX;
}

void rd_ring_forget(struct rd_kernel *kernel)
{
    kernel->apply.live_due_ms = INT64_MIN;
}

static struct rd_draft_deadline *ring_deadline(struct rd_draft *draft, uint64_t number)
{
    for (size_t i = 0; i < draft->deadline_count; i++)
        if (rd_deadline_numbered(&draft->deadlines[i].row) == number)
            return &draft->deadlines[i];
    return NULL;
}

static void ring_begin(struct rd_run *run, struct rd_kernel *kernel, uint8_t lane, int64_t now_ms,
                       struct rd_error *error)
{
    rd_run_init(run, kernel, &kernel->ring_arena, error);
    run->actor = (struct rd_actor){ .name = "system", .system = true };
    run->now_ms = now_ms;
    run->lane = lane;
    run->quiet = lane == RD_LANE_IMPORT;
    run->command = "ring";
}

/* What the world fails for is tried again; everything else is the record's or its rules' own
 * failure and must not keep the deadlines behind it waiting. */
bool rd_ring_waits(enum rd_status status)
{
    return status == RD_STORAGE_FULL || status == RD_BUSY || status == RD_IO ||
           status == RD_CORRUPT || status == RD_MAP_FULL;
}

/* The deadline of a record that the policy no longer speaks of: it is taken away, and that is all.
 */
static enum rd_status ring_orphan(struct rd_kernel *kernel, const struct rd_agenda_key *key,
                                  int64_t now_ms, struct rd_error *error)
{
    struct rd_arena *arena = &kernel->ring_arena;
    struct rd_id record = { rd_agenda_key_record(key->bytes) };
    struct rd_deadline *rows;
    struct rd_run run;
    size_t count, i = 0;
    uint64_t seq;
    rd_arena_reset(arena);
    enum rd_status status = rd_deadlines_load(kernel->store, record, arena, &rows, &count, error);
    if (status != RD_OK)
        return status;
    while (i < count && rd_deadline_numbered(&rows[i]) != rd_agenda_key_deadline(key->bytes))
        i++;
    RD_ASSERT(i < count); /* the agenda and its rows change together */
    ring_begin(&run, kernel, RD_LANE_LIVE, now_ms, error);
    rd_run_decided(&run, rows[i].name, rows[i].rule ? rows[i].rule : "", 0,
                   "rang, but no rule speaks of the record", NULL);
    struct rd_value effect = rd_list(), effects = rd_list();
    rd_list_add(arena, &effect, rd_int(RD_EFFECT_RING_OFF));
    rd_list_add(arena, &effect, rd_int((int64_t)record.value));
    rd_list_add(arena, &effect, rd_text(rows[i].name));
    rd_list_add(arena, &effects, effect);
    struct rd_command_entry entry = {
        .at_ms = now_ms,
        .actor = run.actor.name,
        .command = "ring",
        .record = record,
        .form = rd_null(),
        .facts = rd_null(),
        .decisions = run.decisions,
        .effects = effects,
        .generation = kernel->generation,
        .flags = RD_ENTRY_QUIET,
    };
    return rd_entry_write(kernel, &entry, &seq, error);
}

static enum rd_status ring_one(struct rd_kernel *kernel, uint8_t lane,
                               const struct rd_agenda_key *key, int64_t now_ms, bool effects,
                               struct rd_error *error)
{
    struct rd_run run;
    struct rd_draft *draft;
    uint64_t seq;
    rd_arena_reset(&kernel->ring_arena);
    ring_begin(&run, kernel, lane, now_ms, error);
    enum rd_status status =
        rd_draft_of(&run, (struct rd_id){ rd_agenda_key_record(key->bytes) }, &draft);
    if (status == RD_OK)
        status = rd_draft_deadlines(&run, draft);
    struct rd_draft_deadline *deadline =
        status == RD_OK ? ring_deadline(draft, rd_agenda_key_deadline(key->bytes)) : NULL;
    if (status != RD_OK)
        return status;
    RD_ASSERT(deadline && deadline->row.running); /* the agenda and its rows change together */
    if (effects) {
        status = rd_take_ring(&run, draft, deadline);
        if (status != RD_OK)
            return status;
        return rd_run_commit(&run, draft, &seq);
    }
    run.plain = true;
    deadline->removed = draft->changed = true;
    rd_run_decided(&run, deadline->row.name, "policy", 0, "rang, but its rule failed",
                   rd_arena_printf(run.arena, "%s", error->text));
    rd_run_refused(&run, draft->record.id, RD_POLICY_FAULT);
    *error = RD_ERROR_NONE;
    return rd_run_commit(&run, draft, &seq);
}

enum rd_status rd_ring_redo(struct rd_kernel *kernel, uint8_t lane, struct rd_id record,
                            const char *name, int64_t now_ms, struct rd_error *error)
{
    struct rd_agenda_key key = rd_agenda_key(lane, now_ms, record.value, rd_deadline_number(name));
    enum rd_status status = ring_one(kernel, lane, &key, now_ms, true, error);
    if (status == RD_OK || status == RD_NOT_FOUND || rd_ring_waits(status))
        return status;
    return ring_one(kernel, lane, &key, now_ms, false, error);
}

/* Schedules come in their turn among the deadlines. */
static enum rd_status ring_schedule(struct rd_kernel *kernel, int64_t until_ms, bool at_due,
                                    struct rd_error *error)
{
    int64_t due = kernel->schedule_next_ms;
    if (at_due && kernel->clock_manual && due > kernel->manual_ms)
        kernel->manual_ms = due;
    return rd_schedule_fire(kernel, at_due ? due : until_ms, error);
}

enum rd_status rd_ring_due(struct rd_kernel *kernel, uint8_t lane, int64_t until_ms, bool at_due,
                           size_t max, size_t *rung, struct rd_error *error)
{
    int64_t began_ns = rd_clock_mono_ns();
    for (*rung = 0; *rung < max; ++*rung) {
        struct rd_agenda_key key;
        if (!at_due && *rung > 0 && rd_clock_mono_ns() - began_ns >= RD_RING_SLICE_NS)
            return RD_OK; /* of the machine's clock, where others wait */
        struct rd_error why = RD_ERROR_NONE;
        if (at_due && kernel->jobs_running && lane == RD_LANE_LIVE &&
            rd_job_drain(kernel, error) != RD_OK) /* in the time in which they belong */
            return error->status;
        enum rd_status status = ring_find(kernel, lane, &key, error);
        if (status != RD_OK && status != RD_END)
            return status;
        int64_t due = status == RD_OK ? rd_agenda_key_due(key.bytes) : INT64_MAX;
        if (lane == RD_LANE_LIVE && kernel->schedule_next_ms <= due &&
            kernel->schedule_next_ms <= until_ms) {
            if ((status = ring_schedule(kernel, until_ms, at_due, error)) != RD_OK)
                return status;
            continue;
        }
        if (status == RD_END || due > until_ms)
            return RD_OK;
        if (at_due && kernel->clock_manual && lane == RD_LANE_LIVE && due > kernel->manual_ms)
            kernel->manual_ms = due;
        /* an import's clock is the deadline's own; the live one never goes back */
        int64_t now = at_due && lane == RD_LANE_IMPORT ? due : rd_kernel_now_ms(kernel);
        status = ring_one(kernel, lane, &key, now, true, &why);
        if (status == RD_NOT_FOUND)
            status = ring_orphan(kernel, &key, now, &why);
        else if (status != RD_OK && !rd_ring_waits(status))
            status = ring_one(kernel, lane, &key, now, false, &why);
        if (status != RD_OK) {
            *error = why;
            return status;
        }
        kernel->rung++;
    }
    return RD_OK;
}

static enum rd_status advance_target(struct rd_kernel *kernel, struct rd_request *request,
                                     int64_t *target)
{
    const char *by = rd_map_text(request->params, "by", NULL),
               *to = rd_map_text(request->params, "to", NULL);
    struct rd_duration duration;
    if (!by == !to)
        return rd_error_set(&request->error, RD_INVALID_PARAMS,
                            "give either `by` (\"2 hours\") or `to` (a time)");
    if (to) {
        if (!rd_time_read(to, target))
            return rd_error_at(&request->error, RD_INVALID_PARAMS, "/to",
                               "to must be a time such as 2026-03-06T08:00:00Z");
        return RD_OK;
    }
    if (rd_duration_parse(by, false, &duration, &request->error) != RD_OK)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/by", "%s",
                           rd_arena_printf(request->arena, "%s", request->error.text));
    *target = rd_calendar_add(kernel->model->elapsed, kernel->manual_ms, &duration, NULL);
    return RD_OK;
}

/* Plays the way to the new time: each deadline at the time at which it is due. */
enum rd_status rd_method_clock_advance(struct rd_kernel *kernel, struct rd_request *request)
{
    int64_t target;
    size_t total = 0, rung;
    uint64_t rung_before = kernel->rung, fired_before = kernel->fired;
    if (!kernel->clock_manual)
        return rd_error_set(&request->error, RD_CLOCK_NOT_MANUAL,
                            "the clock moves by itself; start with --clock manual to move it");
    enum rd_status status = advance_target(kernel, request, &target);
    if (status != RD_OK)
        return status;
    if (target < kernel->manual_ms)
        return rd_error_set(&request->error, RD_OUT_OF_ORDER, "the clock does not go back");
    do {
        if (total >= RD_ADVANCE_RINGS_MAX)
            return rd_error_set(
                &request->error, RD_LIMIT_EXCEEDED,
                "more than %d deadlines rang on the way: the clock stands where the "
                "last one was due; go on from there",
                RD_ADVANCE_RINGS_MAX);
        status = rd_ring_due(kernel, RD_LANE_LIVE, target, true, RD_RING_SLICE_MAX, &rung,
                             &request->error);
        total += rung;
        if (status == RD_OK &&
            rung == RD_RING_SLICE_MAX) /* bounded steps, each durable before the next */
            status = rd_vault_flush(kernel->vault, &request->error);
    } while (status == RD_OK && rung == RD_RING_SLICE_MAX);
    if (status != RD_OK)
        return status;
    kernel->manual_ms = target;
    request->result = rd_map();
    rd_map_add(request->arena, &request->result, "now", rd_show_time(target, request->arena));
    rd_map_add(request->arena, &request->result, "rung",
               rd_int((int64_t)(kernel->rung - rung_before)));
    rd_map_add(request->arena, &request->result, "started",
               rd_int((int64_t)(kernel->fired - fired_before)));
    return RD_OK;
}
