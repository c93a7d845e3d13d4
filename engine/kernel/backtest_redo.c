/* An entry, asked again: the command, the ring or the step that it tells of is put together from
 * what it says and handed to the very code that carried it out then. What that would write is kept
 * by the kernel's `redo` instead.
 *
 * The store must be as it was just before the entry.
 */
#include "kernel/backtest_inside.h"

#include <stdlib.h>
#include <string.h>

#include "domain/secrecy.h"

#define REDO_SERIAL_FROM (1ll << 40) /* of records that no history opened, */
#define REDO_NUMBER_FROM 900000000   /* and of their numbers */

/* ---- what is opened ---- */

/* The effect that opened the `before`th of a type, or this record; NULL: none. */
static const struct rd_value *redo_opened(const struct rd_value *effects, uint16_t type,
                                          size_t before, uint64_t id)
{
    for (uint32_t i = 0; i < effects->count; i++) {
        const struct rd_value *at = effects->items[i].items;
        if (at[0].integer != RD_EFFECT_RECORD || effects->items[i].count <= 7)
            continue;
        struct rd_id record = { (uint64_t)at[1].integer };
        if (id ? record.value == id : rd_id_type(record) == type && before-- == 0)
            return &effects->items[i];
    }
    return NULL;
}

void rd_redo_serial(const struct rd_redo *redo, uint16_t type, size_t before, int64_t *serial)
{
    if (!redo->opened)
        return;
    const struct rd_value *effect = redo_opened(redo->opened, type, before, 0);
    if (effect)
        *serial = effect->items[1].integer & ((1ll << 48) - 1);
    else if (*serial < REDO_SERIAL_FROM)
        *serial += REDO_SERIAL_FROM;
}

void rd_redo_number(const struct rd_redo *redo, struct rd_id id, int64_t *serial)
{
    if (!redo->opened)
        return;
    const struct rd_value *effect = redo_opened(redo->opened, 0, 0, id.value);
    if (effect)
        *serial = effect->items[7].items[3].integer;
    else if (*serial < REDO_NUMBER_FROM)
        *serial += REDO_NUMBER_FROM;
}

/* ---- who and what ---- */

static enum rd_status redo_actor(struct rd_run *run, const struct rd_command_entry *entry,
                                 bool at_socket)
{
    struct rd_value params = rd_map();
    if (strcmp(entry->actor, RD_ANONYMOUS) == 0) {
        run->anonymous = true; /* whether he might was asked then, and can't be asked again */
        run->actor = (struct rd_actor){ .name = RD_ANONYMOUS };
        return RD_OK;
    }
    struct rd_request request = { .arena = run->arena, .params = &params };
    request.peer.door = at_socket ? RD_DOOR_UNIX : RD_DOOR_INSIDE;
    if (entry->behind) {
        rd_map_add(run->arena, &params, "as", rd_text(entry->actor));
        if (rd_staff_acting(run->kernel, entry->behind))
            request.peer.account = entry->behind;
    } else if (strcmp(entry->actor, "administrator") != 0) {
        request.peer = (struct rd_peer){ .door = RD_DOOR_TCP, .account = entry->actor };
    }
    enum rd_status status = rd_actor_of(run->kernel, &request, &run->actor, run->error);
    if (status == RD_OK || run->lane == RD_LANE_LIVE)
        return status;
    run->actor = (struct rd_actor){ .name = entry->actor }; /* imports need no right */
    *run->error = RD_ERROR_NONE;
    return RD_OK;
}

static enum rd_status redo_begin(struct rd_run *run, struct rd_kernel *kernel,
                                 const struct rd_command_entry *entry, bool at_socket,
                                 struct rd_arena *arena, struct rd_error *error)
{
    rd_run_init(run, kernel, arena, error);
    run->now_ms = entry->at_ms;
    run->quiet = entry->flags & RD_ENTRY_QUIET;
    run->past = entry->flags & RD_ENTRY_PAST;
    run->lane = run->quiet ? RD_LANE_IMPORT : RD_LANE_LIVE;
    run->command = entry->command;
    return redo_actor(run, entry, at_socket);
}

/* As somebody would write it: inside values shown by the form's own fields. A field that the form
 * does not have is handed over as it is, and refused as it would be. */
static struct rd_value redo_form(const struct rd_form *form, const struct rd_value *inside,
                                 struct rd_arena *arena)
{
    struct rd_value outside = rd_map();
    for (uint32_t i = 0; rd_value_is(inside, RD_MAP) && i < inside->count; i++) {
        const struct rd_pair *pair = &inside->pairs[i];
        const struct rd_field *field = NULL;
        for (size_t e = 0; form && !field && e < form->count; e++)
            if (strcmp(form->entries[e].field.name, pair->key) == 0)
                field = &form->entries[e].field;
        rd_map_add(arena, &outside, pair->key,
                   field ? rd_type_show(&field->type, &pair->value, arena) : pair->value);
    }
    return outside;
}

/* What was given for a record without a form: the entry has what was set, of which rules derive
 * some again by themselves. */
static struct rd_value redo_data(const struct rd_record_type *type, const struct rd_value *set,
                                 struct rd_arena *arena)
{
    struct rd_value outside = rd_map();
    for (uint32_t i = 0; rd_value_is(set, RD_MAP) && i < set->count; i++) {
        int field = rd_type_field(type, set->pairs[i].key);
        if (strchr(set->pairs[i].key, ':') || (field >= 0 && type->fields[field].derived))
            continue;
        rd_map_add(arena, &outside, set->pairs[i].key,
                   field >= 0 ? rd_type_show(&type->fields[field].type, &set->pairs[i].value, arena)
                              : set->pairs[i].value);
    }
    return outside;
}

/* ---- commands of people, and imports ---- */

/* The code of an anonymous author was drawn by chance: it is the one that it was. */
static enum rd_status redo_begin_case(struct rd_run *run, const struct rd_record_type *type,
                                      const struct rd_value *data, const struct rd_value *set,
                                      struct rd_draft **draft)
{
    const struct rd_anonymity *how = type->chart->anonymous;
    const struct rd_value *was =
        how && set ? rd_map_get(set, type->fields[how->receipt].name) : NULL;
    enum rd_status status = rd_case_begin(run, type, data, "/data", draft);
    if (status == RD_OK && run->anonymous && was)
        rd_draft_put(run, *draft, how->receipt, *was);
    return status;
}

static enum rd_status redo_open(struct rd_run *run, const struct rd_record_type *type,
                                const struct rd_command_entry *entry, struct rd_draft **draft)
{
    const struct rd_value *effect = rd_effect_record(&entry->effects, entry->record.value);
    const struct rd_value *set = effect ? &effect->items[5] : NULL;
    const struct rd_form *form = type->chart ? type->chart->open.form : NULL;
    struct rd_value data =
        form ? redo_form(form, &entry->form, run->arena) : redo_data(type, set, run->arena);
    if (type->chart)
        return redo_begin_case(run, type, &data, set, draft);
    enum rd_status status = rd_draft_new(run, type, draft);
    return status == RD_OK ? rd_case_write(run, *draft, &data, "/data") : status;
}

static enum rd_status redo_act(struct rd_run *run, const char *event,
                               const struct rd_command_entry *entry, struct rd_draft **draft)
{
    enum rd_status status = rd_draft_of(run, entry->record, draft);
    if (status != RD_OK)
        return status;
    if (!(*draft)->chart) {
        const struct rd_value *effect = rd_effect_record(&entry->effects, entry->record.value);
        struct rd_value set =
            redo_data((*draft)->type, effect ? &effect->items[5] : NULL, run->arena);
        return rd_case_write(run, *draft, &set, "/set");
    }
    const struct rd_event *at =
        (*draft)->state >= 0 ? rd_event_find((*draft)->chart, (*draft)->state, event) : NULL;
    struct rd_value form = redo_form(at ? at->form : NULL, &entry->form, run->arena);
    return rd_case_do(run, *draft, event, &form, "/form");
}

static void redo_command(struct rd_kernel *kernel, const struct rd_record_type *type,
                         const char *event, const struct rd_command_entry *entry, bool at_socket,
                         struct rd_arena *arena, struct rd_redone *out)
{
    struct rd_run run;
    struct rd_draft *draft = NULL;
    uint64_t seq;
    bool opens = entry->version == 1 || !entry->record.value;
    enum rd_status status = redo_begin(&run, kernel, entry, at_socket, arena, &out->error);
    if (status == RD_OK)
        status =
            opens ? redo_open(&run, type, entry, &draft) : redo_act(&run, event, entry, &draft);
    if (status == RD_OK)
        status = rd_run_commit(&run, draft, &seq);
    if (status != RD_OK)
        rd_run_refused(&run, entry->record, status);
    out->status = status;
}

/* The refusal came before the form was read, so nobody wrote down what stood in it: if the form
 * could hold something, what the candidate would say of it is not known. */
static bool redo_is_unrecorded(const struct rd_command_entry *entry, const struct rd_redone *out)
{
    return entry->refused && entry->form.kind == RD_NULL && !(out->entry && out->entry->refused);
}

/* ---- what happens by itself ---- */

static enum rd_redo_kind redo_ring(struct rd_kernel *kernel, const struct rd_command_entry *entry,
                                   struct rd_redone *out)
{
    const struct rd_value *rang = entry->decisions.count ? &entry->decisions.items[0] : NULL;
    if (!rang || strncmp(rang->items[2].text, "rang, but no rule", 17) == 0)
        return RD_REDO_ENGINE;
    uint8_t lane = entry->flags & RD_ENTRY_QUIET ? RD_LANE_IMPORT : RD_LANE_LIVE;
    out->status =
        rd_ring_redo(kernel, lane, entry->record, rang->items[0].text, entry->at_ms, &out->error);
    return RD_REDO_ASKED;
}

static const struct rd_value *redo_effect(const struct rd_command_entry *entry,
                                          enum rd_effect_kind kind)
{
    for (uint32_t i = 0; i < entry->effects.count; i++)
        if (entry->effects.items[i].items[0].integer == kind)
            return &entry->effects.items[i];
    return NULL;
}

/* [11, name, at, record]: what started a record, or began a job; nothing else asked rules. */
static enum rd_redo_kind redo_schedule(struct rd_kernel *kernel,
                                       const struct rd_command_entry *entry, struct rd_redone *out)
{
    const struct rd_value *fired = redo_effect(entry, RD_EFFECT_SCHEDULE);
    const struct rd_value *started =
        fired && fired->items[3].integer
            ? rd_effect_record(&entry->effects, (uint64_t)fired->items[3].integer)
            : NULL;
    if (!fired || (!started && !redo_effect(entry, RD_EFFECT_JOB)))
        return RD_REDO_ENGINE;
    out->status = rd_schedule_redo(kernel, fired->items[1].text, fired->items[2].integer,
                                   started ? &started->items[5] : NULL, &out->error);
    return RD_REDO_ASKED;
}

/* [14, number, "step", opened at, record, done?] */
static enum rd_redo_kind redo_job(struct rd_kernel *kernel, const struct rd_command_entry *entry,
                                  struct rd_arena *arena, struct rd_redone *out)
{
    const struct rd_value *step = redo_effect(entry, RD_EFFECT_JOB);
    if (!step || strcmp(step->items[2].text, "step") != 0)
        return RD_REDO_ENGINE;
    out->status =
        rd_job_redo(kernel, (uint64_t)step->items[1].integer, step->items[3].integer,
                    (struct rd_id){ (uint64_t)step->items[4].integer }, arena, &out->error);
    return RD_REDO_ASKED;
}

/* Where whole cases are run again, the deadlines that they have now are planned anew; else it is
 * the activation's affair. */
static enum rd_redo_kind redo_replan(struct rd_kernel *kernel, const struct rd_command_entry *entry,
                                     struct rd_redone *out)
{
    if (!out->redo.opened)
        return RD_REDO_ENGINE;
    out->status = rd_replan_redo(kernel, entry->record, &out->error);
    return RD_REDO_ASKED;
}

/* ---- all of them ---- */

/* "complaint.grant": the type, and *event behind the dot; NULL where no record is meant. */
static const struct rd_record_type *redo_type(const struct rd_kernel *kernel,
                                              const struct rd_command_entry *entry,
                                              struct rd_arena *arena, const char **event)
{
    const char *dot = strrchr(entry->command, '.');
    if (!dot)
        return NULL;
    *event = dot + 1;
    return rd_model_type(kernel->model,
                         rd_arena_copy(arena, entry->command, (size_t)(dot - entry->command)));
}

/* Whether it is a record's command, whatever rules are asked. */
static bool redo_is_records(const struct rd_command_entry *entry)
{
    return entry->record.value || entry->refused;
}

static enum rd_redo_kind redo_any(struct rd_kernel *kernel, const struct rd_command_entry *entry,
                                  bool at_socket, struct rd_arena *arena, struct rd_redone *out)
{
    const char *event = NULL;
    const struct rd_record_type *type;
    if (!entry->command) /* refused before anybody looked at what was asked for */
        return RD_REDO_ENGINE;
    if (strcmp(entry->command, "ring") == 0)
        return redo_ring(kernel, entry, out);
    if (strncmp(entry->command, "schedule.", 9) == 0 && strcmp(entry->actor, "system") == 0)
        return redo_schedule(kernel, entry, out);
    if (strncmp(entry->command, "job.", 4) == 0 && strcmp(entry->actor, "system") == 0)
        return redo_job(kernel, entry, arena, out);
    if (strcmp(entry->command, "replan") == 0)
        return redo_replan(kernel, entry, out);
    if (!redo_is_records(entry) || strcmp(entry->command, "import.join") == 0)
        return RD_REDO_ENGINE;
    if (entry->refused && strcmp(entry->refused, rd_status_name(RD_OUT_OF_SCOPE)) == 0)
        return RD_REDO_ENGINE; /* the token's affair, and no rule's */
    type = redo_type(kernel, entry, arena, &event);
    if (!type && !entry->record.value)
        return RD_REDO_ENGINE;
    if (type)
        redo_command(kernel, type, event, entry, at_socket, arena, out);
    else
        out->status = rd_error_set(&out->error, RD_NOT_FOUND, "the rules have no record '%.*s'",
                                   (int)strcspn(entry->command, "."), entry->command);
    return RD_REDO_ASKED;
}

enum rd_redo_kind rd_redo_entry(struct rd_kernel *kernel, const struct rd_command_entry *entry,
                                const struct rd_redo_way *way, struct rd_arena *arena,
                                struct rd_redone *out)
{
    *out = (struct rd_redone){ .status = RD_OK, .error = RD_ERROR_NONE };
    out->redo.opened = way->whole ? &entry->effects : NULL;
    if (!(entry->flags & (RD_ENTRY_QUIET | RD_ENTRY_PAST)) || kernel->manual_ms < entry->at_ms)
        kernel->manual_ms = entry->at_ms;
    rd_staff_settle(kernel);
    kernel->redo = &out->redo;
    enum rd_redo_kind kind = redo_any(kernel, entry, way->at_socket, arena, out);
    kernel->redo = NULL;
    if (out->redo.count)
        out->entry = entry->refused ? &out->redo.first : &out->redo.last;
    return kind == RD_REDO_ASKED && redo_is_unrecorded(entry, out) ? RD_REDO_UNRECORDED : kind;
}

/* ---- what happens in this world only ---- */

static void redo_alone_begin(struct rd_kernel *kernel, uint8_t lane, int64_t now_ms,
                             struct rd_redone *out)
{
    static const struct rd_value none = { .kind = RD_LIST };
    *out = (struct rd_redone){ .error = RD_ERROR_NONE };
    out->redo.opened = &none;
    if (lane == RD_LANE_LIVE || kernel->manual_ms < now_ms)
        kernel->manual_ms = now_ms;
    rd_staff_settle(kernel);
    kernel->redo = &out->redo;
}

static void redo_alone_end(struct rd_kernel *kernel, struct rd_redone *out)
{
    kernel->redo = NULL;
    if (out->redo.count)
        out->entry = &out->redo.last;
}

void rd_redo_ring(struct rd_kernel *kernel, uint8_t lane, struct rd_id record, const char *name,
                  int64_t now_ms, struct rd_redone *out)
{
    redo_alone_begin(kernel, lane, now_ms, out);
    out->status = rd_ring_redo(kernel, lane, record, name, now_ms, &out->error);
    redo_alone_end(kernel, out);
}

void rd_redo_fire(struct rd_kernel *kernel, const char *schedule, int64_t at_ms, int64_t now_ms,
                  struct rd_redone *out)
{
    redo_alone_begin(kernel, RD_LANE_LIVE, now_ms, out);
    out->status = rd_schedule_redo(kernel, schedule, at_ms, NULL, &out->error);
    redo_alone_end(kernel, out);
}

void rd_redo_step(struct rd_kernel *kernel, uint64_t number, const struct rd_record *record,
                  int64_t now_ms, struct rd_arena *arena, struct rd_redone *out)
{
    redo_alone_begin(kernel, RD_LANE_LIVE, now_ms, out);
    out->status = rd_job_redo(kernel, number, record->opened_at_ms, record->id, arena, &out->error);
    redo_alone_end(kernel, out);
}
