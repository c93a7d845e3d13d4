/* What rings next: the live agenda in the order of due, as far as the caller may read the records.
 * The cursor is the last key looked at, in hex.
 */
#include "kernel/inside.h"

#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "store/tables.h"

#define AGENDA_KEY_BYTES sizeof(((struct rd_agenda_key *)0)->bytes)

static enum rd_status agenda_from(struct rd_request *request, struct rd_agenda_key *from)
{
    const char *cursor = rd_map_text(request->params, "cursor", NULL);
    size_t got;
    *from = rd_agenda_key(RD_LANE_LIVE, INT64_MIN, 0, 0);
    if (!cursor)
        return RD_OK;
    if (sodium_hex2bin(from->bytes, AGENDA_KEY_BYTES, cursor, strlen(cursor), NULL, &got, NULL) !=
            0 ||
        got != AGENDA_KEY_BYTES || from->bytes[0] != RD_LANE_LIVE)
        return rd_error_at(&request->error, RD_BAD_CURSOR, "/cursor",
                           "the cursor does not belong to this list");
    for (size_t i = AGENDA_KEY_BYTES; i-- > 0;) /* the key behind it */
        if (++from->bytes[i] != 0)
            break;
    return RD_OK;
}

static enum rd_status agenda_until(struct rd_request *request, int64_t *until)
{
    const char *text = rd_map_text(request->params, "until", NULL);
    *until = INT64_MAX;
    if (text && !rd_time_read(text, until))
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/until",
                           "until must be a time such as 2026-03-06T08:00:00Z");
    return RD_OK;
}

static struct rd_value agenda_show(struct rd_kernel *kernel, const struct rd_record *record,
                                   const struct rd_record_type *type,
                                   const struct rd_deadline *deadline, struct rd_arena *arena)
{
    struct rd_value shown = rd_map();
    rd_map_add(arena, &shown, "due", rd_show_time(deadline->due_ms, arena));
    rd_map_add(arena, &shown, "name", rd_text(deadline->name));
    rd_map_add(arena, &shown, "id", rd_show_id(record->id, arena));
    rd_map_add(arena, &shown, "number", record->number ? rd_text(record->number) : rd_null());
    rd_map_add(arena, &shown, "type", rd_text(type->name));
    rd_map_add(arena, &shown, "state", record->state ? rd_text(record->state) : rd_null());
    rd_map_add(arena, &shown, "limit", rd_text(deadline->limit));
    rd_map_add(arena, &shown, "clock", rd_text(deadline->clock ? deadline->clock : "elapsed"));
    rd_map_add(arena, &shown, "rule", rd_text(deadline->rule ? deadline->rule : ""));
    rd_map_add(arena, &shown, "provisional", rd_bool(deadline->provisional));
    rd_map_add(arena, &shown, "overdue", rd_bool(deadline->due_ms <= rd_kernel_now_ms(kernel)));
    return shown;
}

/* Adds the deadline behind an agenda key, where the caller may read its record. */
static enum rd_status agenda_add(struct rd_kernel *kernel, struct rd_request *request,
                                 const struct rd_actor *actor, const struct rd_agenda_key *key,
                                 struct rd_value *items)
{
    struct rd_arena *arena = request->arena;
    struct rd_id id = { rd_agenda_key_record(key->bytes) };
    const struct rd_record_type *type = rd_type_of(kernel, id);
    struct rd_record record;
    struct rd_deadline *rows;
    size_t count;
    enum rd_status status =
        type ? rd_record_load(kernel->store, id, arena, &record, &request->error) : RD_NOT_FOUND;
    if (status == RD_NOT_FOUND ||
        (status == RD_OK && !rd_query_may_read(kernel, actor, type, &record, arena)))
        return RD_OK;
    if (status == RD_OK)
        status = rd_deadlines_load(kernel->store, id, arena, &rows, &count, &request->error);
    for (size_t i = 0; status == RD_OK && i < count; i++)
        if (rd_deadline_numbered(&rows[i]) == rd_agenda_key_deadline(key->bytes))
            rd_list_add(arena, items, agenda_show(kernel, &record, type, &rows[i], arena));
    return status;
}

enum rd_status rd_method_agenda_list(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    struct rd_value items = rd_list(), cursor = rd_null();
    struct rd_agenda_key key;
    struct rd_actor actor;
    struct rd_walk walk;
    int64_t until, limit = rd_map_int(request->params, "limit", RD_LIST_LIMIT_DEFAULT);
    enum rd_status status = rd_actor_of(kernel, request, &actor, &request->error);
    if (status == RD_OK && (limit < 1 || limit > RD_LIST_LIMIT_MAX))
        status = rd_error_at(&request->error, RD_INVALID_PARAMS, "/limit",
                             "limit lies between 1 and %d", RD_LIST_LIMIT_MAX);
    if (status == RD_OK)
        status = agenda_until(request, &until);
    if (status == RD_OK)
        status = agenda_from(request, &key);
    if (status != RD_OK)
        return status;
    status =
        rd_walk_start(&walk, kernel->store, RD_TABLE_AGENDA, key.bytes, false, &request->error);
    for (int looked = 0; status == RD_OK && ((const unsigned char *)walk.key)[0] == RD_LANE_LIVE &&
                         rd_agenda_key_due(walk.key) <= until;
         looked++) {
        if (items.count >= (uint32_t)limit || looked >= RD_LIST_SCAN_MAX ||
            arena->total > RD_REPLY_ARENA_BYTES) {
            char *hex = rd_arena_alloc(arena, 2 * AGENDA_KEY_BYTES + 1);
            sodium_bin2hex(hex, 2 * AGENDA_KEY_BYTES + 1, key.bytes, AGENDA_KEY_BYTES);
            cursor = rd_text(hex);
            break;
        }
        memcpy(key.bytes, walk.key, AGENDA_KEY_BYTES);
        status = agenda_add(kernel, request, &actor, &key, &items);
        if (status == RD_OK)
            status = rd_walk_next(&walk, &request->error);
    }
    rd_walk_end(&walk);
    if (status != RD_OK && status != RD_END)
        return status;
    request->result = rd_map();
    rd_map_add(arena, &request->result, "deadlines", items);
    rd_map_add(arena, &request->result, "cursor", cursor);
    return RD_OK;
}
