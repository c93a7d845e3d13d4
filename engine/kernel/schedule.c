/* Schedules fire: an occurrence that has come becomes one entry of the actor `system`, which holds
 * the started record and how far the schedule has got, both or neither: so an occurrence starts one
 * record, whatever crashes.
 *
 * How far a schedule has got is a counter of the store (apply.c). Here is only the earliest next
 * instant of them all, so that a batch in which none is due costs one comparison.
 *
 * An occurrence is missed where it comes to be looked at RD_SCHEDULE_LATE_MS or more after its
 * time, since nothing ran. A manual clock plays each at its time: it misses none.
 */
#include "kernel/inside.h"
#include "kernel/report.h"
#include "kernel/redo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "domain/zone.h"

#define SCHEDULE_KEY_BYTES (RD_NAME_BYTES_MAX + 32)

/* Up to when the schedule's occurrences are dealt with; 0: never looked at. */
static enum rd_status schedule_reached(struct rd_kernel *kernel, const struct rd_schedule *schedule,
                                       int64_t *at_ms, struct rd_error *error)
{
    char key[SCHEDULE_KEY_BYTES];
    snprintf(key, sizeof key, RD_COUNTER_SCHEDULE "%s", schedule->name);
    return rd_counter_read(kernel->store, key, at_ms, error);
}

static void schedule_earliest(struct rd_kernel *kernel)
{
    kernel->schedule_next_ms = INT64_MAX;
    kernel->schedule_first = 0;
    for (size_t i = 0; i < kernel->model->schedule_count; i++)
        if (kernel->schedule_nexts[i] < kernel->schedule_next_ms) {
            kernel->schedule_next_ms = kernel->schedule_nexts[i];
            kernel->schedule_first = i;
        }
}

void rd_schedules_bind(struct rd_kernel *kernel)
{
    struct rd_error error = RD_ERROR_NONE;
    size_t count = kernel->model->schedule_count;
    free(kernel->schedule_nexts);
    kernel->schedule_nexts = calloc(count + 1, sizeof *kernel->schedule_nexts);
    RD_ASSERT(kernel->schedule_nexts);
    for (size_t i = 0; i < count; i++) {
        const struct rd_schedule *schedule = &kernel->model->schedules[i];
        int64_t reached = 0;
        enum rd_status status = schedule_reached(kernel, schedule, &reached, &error);
        if (status != RD_OK) /* firing reads it anew */
            rd_log(RD_LOG_ERROR, "kernel", "schedule '%s': %s", schedule->name, error.text);
        kernel->schedule_nexts[i] =
            status == RD_OK ? rd_schedule_next(schedule, reached) : INT64_MIN;
    }
    schedule_earliest(kernel);
}

/* [11, name, at, record]; record 0: nothing was started. */
static struct rd_value schedule_effect(struct rd_arena *arena, const struct rd_schedule *schedule,
                                       int64_t at_ms, struct rd_id record)
{
    struct rd_value effect = rd_list();
    rd_list_add(arena, &effect, rd_int(RD_EFFECT_SCHEDULE));
    rd_list_add(arena, &effect, rd_text(schedule->name));
    rd_list_add(arena, &effect, rd_int(at_ms));
    rd_list_add(arena, &effect, rd_int((int64_t)record.value));
    return effect;
}

static const struct rd_schedule *schedule_named(const struct rd_model *model, const char *name)
{
    for (size_t i = 0; model && i < model->schedule_count; i++)
        if (strcmp(model->schedules[i].name, name) == 0)
            return &model->schedules[i];
    return NULL;
}

enum rd_status rd_schedules_begin(struct rd_kernel *kernel, const struct rd_model *model,
                                  struct rd_arena *arena, struct rd_value *effects,
                                  struct rd_error *error)
{
    for (size_t i = 0; i < model->schedule_count; i++) {
        const struct rd_schedule *schedule = &model->schedules[i];
        const struct rd_schedule *before = schedule_named(kernel->model, schedule->name);
        int64_t reached;
        enum rd_status status = schedule_reached(kernel, schedule, &reached, error);
        if (status != RD_OK)
            return status;
        bool goes_on =
            reached > 0 && (!kernel->model || (before && rd_schedule_same_times(before, schedule)));
        if (!goes_on)
            rd_list_add(
                arena, effects,
                schedule_effect(arena, schedule, rd_kernel_now_ms(kernel), (struct rd_id){ 0 }));
    }
    return RD_OK;
}

/* ---- firing ---- */

/* What is to be done about a schedule that has come. */
struct schedule_turn {
    const struct rd_schedule *schedule;
    int64_t at_ms; /* the occurrence; those up to it are dealt with then */
    size_t missed; /* that it stands for, or that are passed over */
    bool starts;
    const struct rd_value *filed; /* what a report comes to; NULL: there is none, or not yet */
};

static void schedule_choose(const struct rd_schedule *schedule, int64_t reached, int64_t now_ms,
                            struct schedule_turn *turn)
{
    int64_t first = rd_schedule_next(schedule, reached), late_ms = now_ms - RD_SCHEDULE_LATE_MS;
    *turn = (struct schedule_turn){ .schedule = schedule, .at_ms = first, .starts = true };
    if (first > late_ms || schedule->missed == RD_MISSED_EACH)
        return;
    if (schedule->missed == RD_MISSED_SKIP) {
        turn->missed = rd_schedule_count(schedule, reached, late_ms, SIZE_MAX, &turn->at_ms);
        turn->starts = false;
        return;
    }
    turn->missed = rd_schedule_count(schedule, reached, now_ms, SIZE_MAX, &turn->at_ms) - 1;
}

static const char *schedule_reason(const struct schedule_turn *turn, struct rd_arena *arena)
{
    char at[RD_TIME_TEXT_MAX];
    rd_time_write(turn->at_ms, at);
    if (!turn->starts)
        return rd_arena_printf(arena, "%zu missed, up to %s", turn->missed, at);
    return turn->missed ? rd_arena_printf(arena, "of %s; it stands for %zu missed before it", at,
                                          turn->missed)
                        : rd_arena_printf(arena, "of %s", at);
}

static void schedule_run(struct rd_kernel *kernel, const struct schedule_turn *turn,
                         const char *outcome, const char *reason, struct rd_run *run,
                         struct rd_error *error)
{
    const struct rd_schedule *schedule = turn->schedule;
    rd_run_init(run, kernel, &kernel->ring_arena, error);
    run->actor = (struct rd_actor){ .name = "system", .system = true };
    run->lane = RD_LANE_LIVE;
    run->command = rd_arena_join(run->arena, "schedule.", schedule->name);
    rd_run_decided(run, run->command, schedule->file, schedule->line, outcome, reason);
    rd_run_zoned(run, schedule->zone);
}

/* The report goes into the record that is started. */
static enum rd_status schedule_file(struct rd_run *run, const struct schedule_turn *turn,
                                    struct rd_draft *draft)
{
    struct rd_value made;
    enum rd_status status = RD_OK;
    if (turn->filed)
        made = *turn->filed;
    else
        status =
            rd_report_make(run->kernel, turn->schedule, turn->at_ms, run->arena, &made, run->error);
    for (uint32_t i = 0; status == RD_OK && i < made.count; i++)
        rd_draft_set(run, draft, made.pairs[i].key, made.pairs[i].value);
    return status;
}

static enum rd_status schedule_start(struct rd_kernel *kernel, const struct schedule_turn *turn,
                                     struct rd_error *error)
{
    const struct rd_schedule *schedule = turn->schedule;
    struct rd_draft *draft;
    struct rd_run run;
    uint64_t seq;
    rd_arena_reset(&kernel->ring_arena);
    schedule_run(kernel, turn, "started", schedule_reason(turn, &kernel->ring_arena), &run, error);
    enum rd_status status = rd_draft_new(&run, schedule->type, &draft);
    if (status != RD_OK)
        return status;
    for (uint32_t i = 0; i < schedule->data.count; i++)
        rd_draft_set(&run, draft, schedule->data.pairs[i].key, schedule->data.pairs[i].value);
    if (schedule->report && (status = schedule_file(&run, turn, draft)) != RD_OK)
        return status;
    rd_draft_presets(&run, draft);
    if (schedule->type->chart)
        status = rd_take_open(&run, draft);
    if (status != RD_OK)
        return status;
    rd_list_add(run.arena, &run.extra,
                schedule_effect(run.arena, schedule, turn->at_ms, draft->record.id));
    status = rd_run_commit(&run, draft, &seq);
    if (status == RD_OK)
        rd_visit(kernel, schedule->spot);
    return status;
}

/* The occurrence begins a job: its entry holds both. */
static enum rd_status schedule_each(struct rd_kernel *kernel, const struct schedule_turn *turn,
                                    struct rd_error *error)
{
    const struct rd_schedule *schedule = turn->schedule;
    struct rd_value effects = rd_list();
    struct rd_run run;
    uint64_t seq;
    rd_arena_reset(&kernel->ring_arena);
    schedule_run(kernel, turn, "begins", schedule_reason(turn, &kernel->ring_arena), &run, error);
    rd_list_add(run.arena, &effects,
                schedule_effect(run.arena, schedule, turn->at_ms, (struct rd_id){ 0 }));
    enum rd_status status = rd_job_begin(kernel, kernel->model, schedule->each,
                                         rd_arena_place(run.arena, schedule->file, schedule->line),
                                         run.arena, &effects, error);
    rd_run_says_no_more(&run, 0);
    struct rd_command_entry entry = {
        .at_ms = run.now_ms,
        .actor = run.actor.name,
        .command = run.command,
        .form = rd_null(),
        .facts = rd_null(),
        .decisions = run.decisions,
        .effects = effects,
        .generation = kernel->generation,
    };
    if (status == RD_OK)
        status = rd_entry_write(kernel, &entry, &seq, error);
    if (status == RD_OK)
        rd_visit(kernel, schedule->spot);
    return status;
}

/* Nothing is started: passed over, or its rules failed, which must not fail again for ever. */
static enum rd_status schedule_pass(struct rd_kernel *kernel, const struct schedule_turn *turn,
                                    const char *outcome, const char *reason, bool failed,
                                    struct rd_error *error)
{
    struct rd_run run;
    struct rd_value effects = rd_list();
    uint64_t seq;
    schedule_run(kernel, turn, outcome, reason, &run, error);
    if (failed) {
        rd_run_refused(&run, (struct rd_id){ 0 }, RD_POLICY_FAULT);
        *error = RD_ERROR_NONE;
    }
    rd_list_add(run.arena, &effects,
                schedule_effect(run.arena, turn->schedule, turn->at_ms, (struct rd_id){ 0 }));
    rd_run_says_no_more(&run, 0);
    struct rd_command_entry entry = {
        .at_ms = run.now_ms,
        .actor = run.actor.name,
        .command = run.command,
        .form = rd_null(),
        .facts = run.facts,
        .decisions = run.decisions,
        .effects = effects,
        .generation = kernel->generation,
    };
    return rd_entry_write(kernel, &entry, &seq, error);
}

static enum rd_status schedule_turn(struct rd_kernel *kernel, const struct schedule_turn *turn,
                                    struct rd_error *error)
{
    struct rd_error why = RD_ERROR_NONE;
    if (!turn->starts) {
        rd_arena_reset(&kernel->ring_arena);
        return schedule_pass(kernel, turn, "passed over",
                             schedule_reason(turn, &kernel->ring_arena), false, error);
    }
    bool each = turn->schedule->each.kind == RD_MAP;
    enum rd_status status =
        each ? schedule_each(kernel, turn, &why) : schedule_start(kernel, turn, &why);
    if (status == RD_OK)
        kernel->fired++;
    if (status != RD_OK && !rd_ring_waits(status)) {
        const char *reason = rd_arena_printf(&kernel->ring_arena, "%s", why.text);
        return schedule_pass(kernel, turn, "its rules failed", reason, true, &why);
    }
    if (status != RD_OK)
        *error = why;
    return status;
}

enum rd_status rd_schedule_fire(struct rd_kernel *kernel, int64_t until_ms, struct rd_error *error)
{
    size_t at = kernel->schedule_first;
    const struct rd_schedule *schedule = &kernel->model->schedules[at];
    struct schedule_turn turn;
    int64_t reached;
    RD_ASSERT(at < kernel->model->schedule_count && kernel->schedule_next_ms <= until_ms);
    enum rd_status status = schedule_reached(kernel, schedule, &reached, error);
    if (status != RD_OK)
        return status;
    if (rd_schedule_next(schedule, reached) <= until_ms) {
        schedule_choose(schedule, reached, rd_kernel_now_ms(kernel), &turn);
        if (turn.starts && schedule->report && !kernel->clock_manual) {
            kernel->schedule_nexts[at] = INT64_MAX; /* rd_schedule_filed goes on with it */
            schedule_earliest(kernel);
            rd_report_file(kernel, at, turn.at_ms, turn.missed);
            return RD_OK;
        }
        status = schedule_turn(kernel, &turn, error);
        if (status != RD_OK)
            return status;
        reached = turn.at_ms;
    }
    kernel->schedule_nexts[at] = rd_schedule_next(schedule, reached);
    schedule_earliest(kernel);
    return RD_OK;
}

enum rd_status rd_schedule_redo(struct rd_kernel *kernel, const char *name, int64_t at_ms,
                                const struct rd_value *filed, struct rd_error *error)
{
    struct schedule_turn turn = { .schedule = schedule_named(kernel->model, name),
                                  .at_ms = at_ms,
                                  .starts = true,
                                  .filed = filed };
    return turn.schedule ? schedule_turn(kernel, &turn, error) : RD_NOT_FOUND;
}

void rd_schedule_filed(struct rd_kernel *kernel, size_t at, int64_t at_ms, size_t missed,
                       const struct rd_value *filed, const struct rd_error *error)
{
    const struct rd_schedule *schedule = &kernel->model->schedules[at];
    struct schedule_turn turn = {
        .schedule = schedule, .at_ms = at_ms, .missed = missed, .starts = true, .filed = filed
    };
    struct rd_error why = RD_ERROR_NONE;
    int64_t reached = 0;
    enum rd_status status;
    rd_arena_reset(&kernel->ring_arena);
    if (filed)
        status = schedule_turn(kernel, &turn, &why);
    else
        status = schedule_pass(kernel, &turn, "the report could not be made",
                               rd_arena_printf(&kernel->ring_arena, "%s", error->text), true, &why);
    if (status != RD_OK) /* the world: it is due again */
        rd_log(RD_LOG_ERROR, "kernel", "schedule '%s': %s", schedule->name, why.text);
    status = schedule_reached(kernel, schedule, &reached, &why);
    kernel->schedule_nexts[at] = status == RD_OK ? rd_schedule_next(schedule, reached) : INT64_MIN;
    schedule_earliest(kernel);
}

/* ---- showing ---- */

static struct rd_value schedule_time(int64_t at_ms, struct rd_arena *arena)
{
    return at_ms > 0 && at_ms < INT64_MAX ? rd_show_time(at_ms, arena) : rd_null();
}

static enum rd_status schedule_show(struct rd_kernel *kernel, const struct rd_schedule *schedule,
                                    struct rd_arena *arena, struct rd_value *out,
                                    struct rd_error *error)
{
    char key[SCHEDULE_KEY_BYTES], date[16], time[8];
    int64_t reached, last;
    int year, month, day;
    snprintf(key, sizeof key, RD_COUNTER_SCHEDULE_LAST "%s", schedule->name);
    enum rd_status status = schedule_reached(kernel, schedule, &reached, error);
    if (status == RD_OK)
        status = rd_counter_read(kernel->store, key, &last, error);
    if (status != RD_OK)
        return status;
    rd_date_civil(schedule->from_day, &year, &month, &day);
    snprintf(date, sizeof date, "%04d-%02d-%02d", year % 10000, month % 100, day % 100);
    snprintf(time, sizeof time, "%02d:%02d", schedule->at_minute / 60 % 100,
             schedule->at_minute % 60);
    *out = rd_map();
    rd_map_add(arena, out, "name", rd_text(schedule->name));
    rd_map_add(arena, out, "title", schedule->title);
    rd_map_add(arena, out, "rule", rd_text(schedule->rule));
    rd_map_add(arena, out, "from",
               schedule->from_given ? rd_text_copy(arena, date, strlen(date)) : rd_null());
    rd_map_add(arena, out, "at", rd_text_copy(arena, time, strlen(time)));
    rd_map_add(arena, out, "zone", rd_text(rd_zone_name(schedule->zone)));
    rd_map_add(arena, out, "on",
               schedule->on ? rd_text(rd_calendar_name(schedule->on)) : rd_null());
    bool each = schedule->each.kind == RD_MAP;
    rd_map_add(arena, out, "start",
               rd_text(each ? rd_map_text(&schedule->each, "start", "") : schedule->type->name));
    rd_map_add(arena, out, "each", each ? rd_text(schedule->type->name) : rd_null());
    rd_map_add(arena, out, "send",
               each ? rd_text(rd_map_text(&schedule->each, "send", "")) : rd_null());
    rd_map_add(arena, out, "report",
               schedule->report ? rd_text(schedule->report->name) : rd_null());
    rd_map_add(arena, out, "missed", rd_text(rd_missed_name(schedule->missed)));
    rd_map_add(arena, out, "owner", schedule->owner ? rd_text(schedule->owner) : rd_null());
    rd_map_add(arena, out, "last", schedule_time(last, arena));
    rd_map_add(arena, out, "next", schedule_time(rd_schedule_next(schedule, reached), arena));
    rd_map_add(arena, out, "place", rd_text(rd_arena_place(arena, schedule->file, schedule->line)));
    return RD_OK;
}

enum rd_status rd_method_schedule_list(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_value list = rd_list();
    for (size_t i = 0; i < kernel->model->schedule_count; i++) {
        struct rd_value item;
        enum rd_status status = schedule_show(kernel, &kernel->model->schedules[i], request->arena,
                                              &item, &request->error);
        if (status != RD_OK)
            return status;
        rd_list_add(request->arena, &list, item);
    }
    request->result = rd_map();
    rd_map_add(request->arena, &request->result, "schedules", list);
    return RD_OK;
}
