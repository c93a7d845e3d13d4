/* What a record looks like outside: the one place where inside values become a reply, and where
 * what is secret stays behind. Nobody is exempt: who may know a secret field asks for it by
 * case.disclose (disclose.c), which leaves an entry. */
#include "kernel/inside.h"

#include <string.h>

#include "base/text.h"

/* Pairs that a record and a deadline are shown with at most, what callers add included; more would
 * only make the map grow. */
#define SHOW_RECORD_ROOM 17
#define SHOW_DEADLINE_ROOM 12

struct rd_value rd_show_time(int64_t time_ms, struct rd_arena *arena)
{
    char text[RD_TIME_TEXT_MAX];
    rd_time_write(time_ms, text);
    return rd_text_copy(arena, text, strlen(text));
}

struct rd_value rd_show_id(struct rd_id id, struct rd_arena *arena)
{
    char text[RD_ID_TEXT_MAX];
    rd_id_write(id, text);
    return rd_text_copy(arena, text, strlen(text));
}

const struct rd_record_type *rd_type_of(const struct rd_kernel *kernel, struct rd_id id)
{
    for (size_t i = 0; i < kernel->model->type_count; i++)
        if (kernel->bindings[i].number == rd_id_type(id))
            return &kernel->model->types[i];
    return NULL;
}

uint16_t rd_type_number(const struct rd_kernel *kernel, const struct rd_record_type *type)
{
    return kernel->bindings[type - kernel->model->types].number;
}

/* Fields of the type by their own level; what only a form or the facts have by its name. */
static bool show_hides(const struct rd_model *model, const struct rd_record_type *type, int field,
                       const char *name)
{
    return field >= 0 ? type->fields[field].secrecy != NULL
                      : model->hidden_count > 0 && rd_secrecy_hides(model, name);
}

struct rd_value rd_show_fields(const struct rd_model *model, const struct rd_record_type *type,
                               const struct rd_value *inside, struct rd_arena *arena)
{
    uint32_t count = rd_value_is(inside, RD_MAP) ? inside->count : 0;
    struct rd_value shown = rd_map_room(arena, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct rd_pair *pair = &inside->pairs[i];
        int field = type ? rd_field_of(type, pair->key) : -1;
        if ((field < 0 && strchr(pair->key, ':')) || show_hides(model, type, field, pair->key))
            continue;
        bool plain = field < 0 || (pair->value.kind != RD_INT && pair->value.kind != RD_LIST);
        rd_map_add(arena, &shown, pair->key,
                   plain ? pair->value
                         : rd_type_show(&type->fields[field].type, &pair->value, arena));
    }
    return shown;
}

/* Facts may have been read from any record: what is secret under this name anywhere is not shown.
 */
struct rd_value rd_show_facts(const struct rd_model *model, const struct rd_record_type *type,
                              const struct rd_value *inside, struct rd_arena *arena)
{
    struct rd_value shown = rd_show_fields(model, type, inside, arena);
    for (uint32_t i = shown.count; i-- > 0;)
        if (rd_secrecy_hides(model, shown.pairs[i].key))
            rd_map_remove(&shown, shown.pairs[i].key);
    return shown;
}

/* All of the type's secret fields with their levels, filled or not: that one is empty is not told
 * either. */
static struct rd_value show_withheld(const struct rd_record_type *type, struct rd_arena *arena)
{
    struct rd_value withheld = rd_map_room(arena, (uint32_t)type->secrets);
    for (size_t i = 0; i < type->field_count; i++)
        if (type->fields[i].secrecy)
            rd_map_add(arena, &withheld, type->fields[i].name, rd_text(type->fields[i].secrecy));
    return withheld;
}

/* Used and left are of the moment, so they are shown only where one is asked for. */
static void show_ledger(struct rd_kernel *kernel, const struct rd_deadline *deadline, int64_t at_ms,
                        struct rd_arena *arena, struct rd_value *shown)
{
    const struct rd_calendar *clock =
        deadline->clock ? rd_model_calendar(kernel->model, deadline->clock) : NULL;
    bool provisional;
    if (!clock)
        clock = kernel->model->elapsed;
    rd_map_add(arena, shown, "used_ms", rd_int(rd_deadline_used_ms(deadline, clock, at_ms)));
    rd_map_set(arena, shown, "left_ms",
               rd_int(deadline->running
                          ? rd_calendar_between_ms(clock, at_ms, deadline->due_ms, &provisional)
                          : deadline->left_ms));
}

struct rd_value rd_show_deadline(const struct rd_deadline *deadline, struct rd_arena *arena)
{
    struct rd_value shown = rd_map_room(arena, SHOW_DEADLINE_ROOM), pauses = rd_list();
    rd_map_add(arena, &shown, "name", rd_text(deadline->name));
    rd_map_add(arena, &shown, "due",
               deadline->running ? rd_show_time(deadline->due_ms, arena) : rd_null());
    rd_map_add(arena, &shown, "running", rd_bool(deadline->running));
    rd_map_add(arena, &shown, "limit", rd_text(deadline->limit));
    rd_map_add(arena, &shown, "clock", rd_text(deadline->clock ? deadline->clock : "elapsed"));
    rd_map_add(arena, &shown, "rule", rd_text(deadline->rule ? deadline->rule : ""));
    if (deadline->decided)
        rd_map_add(arena, &shown, "decided", rd_text(deadline->decided));
    if (deadline->zone_version)
        rd_map_add(arena, &shown, "zone_version", rd_text(deadline->zone_version));
    rd_map_add(arena, &shown, "started", rd_show_time(deadline->started_ms, arena));
    if (!deadline->running)
        rd_map_add(arena, &shown, "left_ms", rd_int(deadline->left_ms));
    for (size_t i = 0; i < deadline->pause_count; i++) {
        struct rd_value pause = rd_map();
        rd_map_add(arena, &pause, "from", rd_show_time(deadline->pauses[i].from_ms, arena));
        rd_map_add(arena, &pause, "to",
                   deadline->pauses[i].to_ms == INT64_MAX
                       ? rd_null()
                       : rd_show_time(deadline->pauses[i].to_ms, arena));
        rd_map_add(arena, &pause, "by",
                   rd_text(deadline->pauses[i].by ? deadline->pauses[i].by : ""));
        rd_list_add(arena, &pauses, pause);
    }
    if (deadline->pause_count)
        rd_map_add(arena, &shown, "pauses", pauses);
    if (deadline->provisional)
        rd_map_add(arena, &shown, "provisional", rd_bool(true));
    return shown;
}

struct rd_value rd_show_record(struct rd_kernel *kernel, const struct rd_record *record,
                               const struct rd_deadline *deadlines, size_t count, int64_t at_ms,
                               struct rd_arena *arena)
{
    const struct rd_record_type *type = rd_type_of(kernel, record->id);
    const char *type_name =
        type ? type->name : rd_catalogue_type_name(&kernel->catalogue, rd_id_type(record->id));
    struct rd_value shown = rd_map_room(arena, SHOW_RECORD_ROOM);
    struct rd_value due = rd_list_room(arena, (uint32_t)count);
    rd_map_add(arena, &shown, "id", rd_show_id(record->id, arena));
    rd_map_add(arena, &shown, "number", record->number ? rd_text(record->number) : rd_null());
    rd_map_add(arena, &shown, "type", rd_text(type_name ? type_name : ""));
    rd_map_add(arena, &shown, "state", record->state ? rd_text(record->state) : rd_null());
    rd_map_add(arena, &shown, "version", rd_int(record->version));
    rd_map_add(arena, &shown, "data", rd_show_fields(kernel->model, type, &record->data, arena));
    if (type && type->secrets)
        rd_map_add(arena, &shown, "withheld", show_withheld(type, arena));
    for (size_t i = 0; i < count; i++) {
        struct rd_value *row = rd_list_add(arena, &due, rd_show_deadline(&deadlines[i], arena));
        if (at_ms != RD_NO_LEDGER)
            show_ledger(kernel, &deadlines[i], at_ms, arena, row);
    }
    rd_map_add(arena, &shown, "deadlines", due);
    rd_map_add(arena, &shown, "escalation", rd_int(record->escalation));
    rd_map_add(arena, &shown, "opened_at", rd_show_time(record->opened_at_ms, arena));
    rd_map_add(arena, &shown, "opened_by",
               record->opened_by ? rd_text(record->opened_by) : rd_null());
    rd_map_add(arena, &shown, "updated_at", rd_show_time(record->updated_at_ms, arena));
    return shown;
}

/* Decisions as the entry has them: [rule, line, outcome, reason]. */
#define SHOW_DECISION_PLACES 4

struct rd_value rd_show_decisions(const struct rd_value *decisions, struct rd_arena *arena)
{
    static const char *const NAMES[SHOW_DECISION_PLACES] = { "rule", "line", "outcome", "reason" };
    uint32_t count = rd_value_is(decisions, RD_LIST) ? decisions->count : 0;
    struct rd_value shown = rd_list_room(arena, count);
    struct rd_pair *pair =
        rd_arena_alloc(arena, (size_t)count * SHOW_DECISION_PLACES * sizeof *pair);
    for (uint32_t i = 0; i < count; i++) {
        const struct rd_value *from = &decisions->items[i];
        if (from->kind != RD_LIST || from->count < SHOW_DECISION_PLACES)
            continue;
        rd_list_add(arena, &shown,
                    (struct rd_value){ .kind = RD_MAP,
                                       .count = SHOW_DECISION_PLACES,
                                       .cap = SHOW_DECISION_PLACES,
                                       .pairs = pair });
        for (int place = 0; place < SHOW_DECISION_PLACES; place++)
            *pair++ = (struct rd_pair){ NAMES[place], from->items[place] };
    }
    return shown;
}
