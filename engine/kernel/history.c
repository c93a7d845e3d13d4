/* History: readings of the journal. A record's past is found by its positions (one a version), and
 * rebuilt by playing the effects of its entries over nothing: the same effects from which the store
 * was made.
 */
#include "domain/position.h"
#include "kernel/inside.h"
#include "kernel/sentence.h"

#include <string.h>

#include "base/text.h"
#include "store/tables.h"

enum rd_status rd_history_entry(struct rd_kernel *kernel, uint64_t position, struct rd_arena *arena,
                                struct rd_entry *raw, struct rd_command_entry *out,
                                struct rd_error *error)
{
    enum rd_status status = rd_journal_read(rd_vault_journal(kernel->vault),
                                            (struct rd_position){ position }, arena, raw, error);
    if (status == RD_END)
        return rd_error_set(error, RD_CORRUPT,
                            "the journal lacks an entry that the store refers to");
    return status == RD_OK ? rd_entry_unpack(raw->payload, raw->len, &kernel->catalogue.names,
                                             arena, out, error)
                           : status;
}

/* What earlier versions left behind is cleared away beyond this. */
#define HISTORY_ARENA_BYTES (16u * 1024 * 1024)

/* What a rebuild has so far; entries are read into another arena and forgotten one by one. */
struct history_state {
    struct rd_arena *arena;
    struct rd_record record;
    struct rd_deadline *deadlines;
    size_t count, cap;
};

static const char *history_text(struct rd_arena *arena, const char *text)
{
    return text ? rd_arena_copy(arena, text, strlen(text)) : NULL;
}

static void history_record(struct history_state *state, const struct rd_value *effect,
                           const struct rd_command_entry *entry)
{
    const struct rd_value *at = effect->items;
    struct rd_record *record = &state->record;
    record->version = (uint32_t)at[2].integer;
    record->state = history_text(state->arena, at[3].kind == RD_TEXT ? at[3].text : NULL);
    record->escalation = at[4].integer;
    record->lane = (uint8_t)at[6].integer;
    record->updated_at_ms = entry->at_ms;
    for (uint32_t i = 0; i < at[5].count; i++) {
        const struct rd_pair *pair = &at[5].pairs[i];
        if (pair->value.kind == RD_NULL)
            rd_map_remove(&record->data, pair->key);
        else
            rd_map_set(state->arena, &record->data, history_text(state->arena, pair->key),
                       rd_value_copy(state->arena, &pair->value));
    }
    if (effect->count > 7) {
        const struct rd_value *opened = at[7].items;
        record->opened_at_ms = entry->at_ms;
        record->number =
            history_text(state->arena, opened[0].kind == RD_TEXT ? opened[0].text : NULL);
        record->opened_by =
            history_text(state->arena, opened[1].kind == RD_TEXT ? opened[1].text : NULL);
    }
}

static void history_ring_off(struct history_state *state, const char *name)
{
    for (size_t i = 0; i < state->count; i++)
        if (strcmp(state->deadlines[i].name, name) == 0) {
            state->deadlines[i] = state->deadlines[--state->count];
            return;
        }
}

static enum rd_status history_deadline(struct history_state *state, const struct rd_value *row,
                                       struct rd_error *error)
{
    struct rd_deadline deadline;
    struct rd_value kept = rd_value_copy(state->arena, row);
    enum rd_status status =
        rd_deadline_unpack(&kept, state->record.id, state->arena, &deadline, error);
    if (status != RD_OK)
        return status;
    history_ring_off(state, deadline.name);
    if (state->count == state->cap) {
        size_t cap = state->cap ? state->cap * 2 : 4;
        struct rd_deadline *more = rd_arena_zalloc(state->arena, cap, sizeof *more);
        if (state->count)
            memcpy(more, state->deadlines, state->count * sizeof *more);
        state->deadlines = more;
        state->cap = cap;
    }
    state->deadlines[state->count++] = deadline;
    return RD_OK;
}

static enum rd_status history_play(struct history_state *state,
                                   const struct rd_command_entry *entry, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    for (uint32_t i = 0; status == RD_OK && i < entry->effects.count; i++) {
        const struct rd_value *effect = &entry->effects.items[i], *at = effect->items;
        if (at[1].kind != RD_INT || (uint64_t)at[1].integer != state->record.id.value)
            continue;
        if (at[0].integer == RD_EFFECT_RECORD)
            history_record(state, effect, entry);
        else if (at[0].integer == RD_EFFECT_DEADLINE)
            status = history_deadline(state, &at[2], error);
        else if (at[0].integer == RD_EFFECT_RING_OFF)
            history_ring_off(state, at[2].text);
    }
    return status;
}

/* Moves what there is, and nothing else, to another arena. */
static enum rd_status history_move(struct history_state *state, struct rd_arena *to,
                                   struct rd_error *error)
{
    struct history_state moved = { .arena = to, .record = state->record };
    struct rd_record *record = &moved.record;
    enum rd_status status = RD_OK;
    record->data = rd_value_copy(to, &record->data);
    record->state = history_text(to, record->state);
    record->number = history_text(to, record->number);
    record->opened_by = history_text(to, record->opened_by);
    for (size_t i = 0; status == RD_OK && i < state->count; i++) {
        struct rd_value row = rd_deadline_pack(&state->deadlines[i], to);
        status = history_deadline(&moved, &row, error);
    }
    *state = moved;
    return status;
}

/* Plays version after version until the one that is asked for, or the last one that is not too
 * late. */
static enum rd_status history_versions(struct rd_kernel *kernel, struct history_state *state,
                                       struct rd_arena spaces[2], uint32_t version, int64_t at_ms,
                                       struct rd_arena *scratch, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    for (uint32_t v = 1; status == RD_OK && (version == 0 || v <= version); v++) {
        struct rd_position place;
        struct rd_entry raw;
        struct rd_command_entry entry;
        rd_arena_reset(scratch);
        status = rd_position_find(kernel->store, state->record.id, v, &place, error);
        if (status == RD_NOT_FOUND)
            return RD_OK;
        if (status == RD_OK)
            status = rd_history_entry(kernel, place.at, scratch, &raw, &entry, error);
        if (status == RD_OK && version == 0 && entry.at_ms > at_ms)
            return RD_OK;
        if (status == RD_OK)
            status = history_play(state, &entry, error);
        if (status == RD_OK && state->arena->total > HISTORY_ARENA_BYTES) {
            struct rd_arena *full = state->arena;
            status = history_move(state, full == &spaces[0] ? &spaces[1] : &spaces[0], error);
            rd_arena_reset(full);
        }
    }
    return status;
}

enum rd_status rd_history_rebuild(struct rd_kernel *kernel, struct rd_id id, uint32_t version,
                                  int64_t at_ms, struct rd_arena *arena, struct rd_record *out,
                                  struct rd_deadline **deadlines, size_t *count,
                                  struct rd_error *error)
{
    struct rd_arena spaces[2], scratch;
    struct history_state state = { .arena = &spaces[0], .record = { .id = id, .data = rd_map() } };
    rd_arena_init(&spaces[0]);
    rd_arena_init(&spaces[1]);
    rd_arena_init(&scratch);
    enum rd_status status =
        history_versions(kernel, &state, spaces, version, at_ms, &scratch, error);
    if (status == RD_OK && state.record.version == 0)
        status = rd_error_set(error, RD_NOT_FOUND, "the record was not there yet");
    if (status == RD_OK)
        status = history_move(&state, arena, error);
    if (status == RD_OK) {
        rd_deadlines_sort(state.deadlines,
                          state.count); /* so that a rebuilt reply equals the first one */
        *out = state.record;
        *deadlines = state.deadlines;
        *count = state.count;
    }
    rd_arena_fini(&spaces[0]);
    rd_arena_fini(&spaces[1]);
    rd_arena_fini(&scratch);
    return status;
}

/* Whether the actor may see what the entry says beside its effect on `id`: the form, the facts and
 * the decisions are those of the record that was asked for, which may be another one, out of his
 * reach. */
static bool history_is_whole(struct rd_kernel *kernel, const struct rd_actor *actor,
                             const struct rd_command_entry *entry, struct rd_id id,
                             struct rd_arena *arena)
{
    struct rd_record record;
    struct rd_error ignored = RD_ERROR_NONE;
    if (entry->record.value == id.value)
        return true;
    const struct rd_record_type *type = rd_type_of(kernel, entry->record);
    return type &&
           rd_record_load(kernel->store, entry->record, arena, &record, &ignored) == RD_OK &&
           rd_query_may_read(kernel, actor, type, &record, arena);
}

/* One entry as people and front ends read it. */
static struct rd_value history_show(struct rd_kernel *kernel, const struct rd_entry *raw,
                                    const struct rd_command_entry *entry, bool whole,
                                    struct rd_arena *arena)
{
    struct rd_value hidden = rd_null();
    const struct rd_record_type *type = rd_type_of(kernel, entry->record);
    struct rd_value shown = rd_map();
    rd_map_add(arena, &shown, "seq", rd_int((int64_t)raw->seq));
    rd_map_add(arena, &shown, "at", rd_show_time(entry->at_ms, arena));
    rd_map_add(arena, &shown, "actor", entry->actor ? rd_text(entry->actor) : rd_null());
    if (entry->behind)
        rd_map_add(arena, &shown, "behind", rd_text(entry->behind));
    if (entry->behalf)
        rd_map_add(arena, &shown, "for", rd_text(entry->behalf));
    rd_map_add(arena, &shown, "command", entry->command ? rd_text(entry->command) : rd_null());
    rd_map_add(arena, &shown, "version", rd_int(entry->version));
    rd_map_add(arena, &shown, "form",
               rd_show_fields(kernel->model, type, whole ? &entry->form : &hidden, arena));
    rd_map_add(arena, &shown, "facts",
               rd_show_facts(kernel->model, type, whole ? &entry->facts : &hidden, arena));
    rd_map_add(arena, &shown, "decisions",
               rd_show_decisions(whole ? &entry->decisions : &hidden, arena));
    rd_map_add(arena, &shown, "policy", rd_int(entry->generation));
    return shown;
}

/* The clocks of the record that the entry started or changed, and those that it stopped. */
static enum rd_status history_clocks(const struct rd_command_entry *entry, struct rd_id id,
                                     struct rd_arena *arena, struct rd_value *shown,
                                     struct rd_error *error)
{
    struct rd_value planned = rd_list(), stopped = rd_list();
    for (uint32_t i = 0; i < entry->effects.count; i++) {
        const struct rd_value *at = entry->effects.items[i].items;
        struct rd_deadline deadline;
        if (at[0].integer == RD_EFFECT_RING_OFF && (uint64_t)at[1].integer == id.value)
            rd_list_add(arena, &stopped, at[2]);
        if (at[0].integer != RD_EFFECT_DEADLINE || (uint64_t)at[1].integer != id.value)
            continue;
        enum rd_status status = rd_deadline_unpack(&at[2], id, arena, &deadline, error);
        if (status != RD_OK)
            return status;
        rd_list_add(arena, &planned, rd_show_deadline(&deadline, arena));
    }
    rd_map_add(arena, shown, "deadlines", planned);
    rd_map_add(arena, shown, "stopped", stopped);
    return RD_OK;
}

/* What the entry made of the record: its state and the fields that changed. */
static void history_outcome(struct rd_kernel *kernel, const struct rd_command_entry *entry,
                            struct rd_id id, struct rd_arena *arena, struct rd_value *shown)
{
    for (uint32_t i = 0; i < entry->effects.count; i++) {
        const struct rd_value *at = entry->effects.items[i].items;
        if (at[0].integer != RD_EFFECT_RECORD || (uint64_t)at[1].integer != id.value)
            continue;
        rd_map_set(arena, shown, "version", at[2]);
        rd_map_add(arena, shown, "state", at[3]);
        rd_map_add(arena, shown, "changed",
                   rd_show_fields(kernel->model, rd_type_of(kernel, id), &at[5], arena));
        return;
    }
}

enum rd_status rd_method_case_history(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    struct rd_actor actor;
    struct rd_record record;
    const struct rd_record_type *type;
    struct rd_value entries = rd_list();
    enum rd_status status = rd_query_record(kernel, request, &actor, &record, &type);
    if (status != RD_OK)
        return status;
    int64_t since = rd_map_int(request->params, "since_version", 0);
    uint32_t v = since <= 0 ? 1 : (uint32_t)(since < record.version ? since : record.version) + 1;
    size_t begun = arena->total;
    for (; v <= record.version && entries.count < RD_HISTORY_MAX &&
           arena->total - begun < RD_REPLY_ARENA_BYTES;
         v++) {
        struct rd_position place;
        struct rd_entry raw;
        struct rd_command_entry entry;
        status = rd_position_find(kernel->store, record.id, v, &place, &request->error);
        if (status == RD_OK)
            status = rd_history_entry(kernel, place.at, arena, &raw, &entry, &request->error);
        if (status != RD_OK)
            return status;
        bool whole = history_is_whole(kernel, &actor, &entry, record.id, arena);
        struct rd_value shown = history_show(kernel, &raw, &entry, whole, arena);
        history_outcome(kernel, &entry, record.id, arena, &shown);
        rd_list_add(arena, &entries, shown);
    }
    request->result = rd_map();
    rd_map_add(arena, &request->result, "id", rd_show_id(record.id, arena));
    rd_map_add(arena, &request->result, "entries", entries);
    rd_map_add(arena, &request->result, "more", rd_bool(v <= record.version));
    return RD_OK;
}

enum rd_status rd_method_case_explain(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    struct rd_actor actor;
    struct rd_record record;
    const struct rd_record_type *type;
    struct rd_entry raw;
    struct rd_command_entry entry;
    const char *language;
    enum rd_status status = rd_words_language(kernel, request, &language);
    if (status == RD_OK)
        status = rd_query_record(kernel, request, &actor, &record, &type);
    if (status != RD_OK)
        return status;
    int64_t seq = rd_map_int(request->params, "seq", (int64_t)record.last_seq);
    status = seq > 0 ? rd_vault_find(kernel->vault, (uint64_t)seq, arena, &raw, &request->error)
                     : RD_NOT_FOUND;
    if (status == RD_OK)
        status = rd_entry_unpack(raw.payload, raw.len, &kernel->catalogue.names, arena, &entry,
                                 &request->error);
    bool touches = status == RD_OK && entry.record.value == record.id.value;
    for (uint32_t i = 0; status == RD_OK && i < entry.effects.count; i++)
        touches |= entry.effects.items[i].items[0].integer == RD_EFFECT_RECORD &&
                   (uint64_t)entry.effects.items[i].items[1].integer == record.id.value;
    if (status == RD_END || status == RD_NOT_FOUND || (status == RD_OK && !touches))
        return rd_error_at(&request->error, RD_NOT_FOUND, "/seq",
                           "entry %lld is not one of this record's", (long long)seq);
    if (status != RD_OK)
        return status;
    bool whole = history_is_whole(kernel, &actor, &entry, record.id, arena);
    request->result = history_show(kernel, &raw, &entry, whole, arena);
    rd_map_set(arena, &request->result, "id", rd_show_id(record.id, arena));
    history_outcome(kernel, &entry, record.id, arena, &request->result);
    status = history_clocks(&entry, record.id, arena, &request->result, &request->error);
    if (status != RD_OK)
        return status;
    if (entry.refused) {
        rd_map_add(arena, &request->result, "refused", rd_text(entry.refused));
        rd_map_add(arena, &request->result, "reason",
                   entry.reason ? rd_text(entry.reason) : rd_null());
    }
    rd_map_add(
        arena, &request->result, "sentences",
        rd_sentences(kernel, rd_type_of(kernel, entry.record), &request->result, language, arena));
    return RD_OK;
}
