/* Imports: what happened, at the times at which it happened.
 *
 *   items in order of time
 *     ─▶ deadlines of imported records that were due before ring, at their due ─▶ the item itself
 *
 * Imported records live on a lane of their own, whose clock is the import's: the live agenda
 * neither rings their deadlines early nor waits for them. import.finish rings what is left up to
 * now and moves the records to the live lane. Nobody is notified of the past. Natural keys
 * (session, key) make every item idempotent, so that an import may be cut off and run again.
 */
#include "kernel/inside.h"

#include <string.h>

#include "base/pack.h"
#include "base/text.h"
#include "store/tables.h"

#define IMPORT_ITEMS_MAX 1000
#define IMPORT_EARLIEST_MS (-62135596800000ll) /* the year 1, as in texts */

/* The record of a natural key; 0 where the key is new. */
static enum rd_status import_find(struct rd_run *run, const char *key, struct rd_id *out)
{
    struct rd_key16 at = rd_idempotency_key("", key, &run->kernel->scratch);
    const void *bytes;
    size_t len;
    struct rd_value row;
    out->value = 0;
    enum rd_status status =
        rd_store_get(run->kernel->store, RD_TABLE_IDEMPOTENCY, at.bytes, &bytes, &len, run->error);
    if (status == RD_NOT_FOUND)
        return RD_OK;
    if (status == RD_OK)
        status = rd_pack_read(run->arena, bytes, len, &row, run->error);
    if (status == RD_OK)
        out->value = (uint64_t)row.items[3].integer;
    return status;
}

static enum rd_status import_time(struct rd_run *run, const struct rd_value *item)
{
    const struct rd_value *at = rd_map_get(item, "at");
    if (rd_value_is(at, RD_INT) && at->integer >= IMPORT_EARLIEST_MS)
        run->now_ms = at->integer;
    else if (!rd_value_is(at, RD_TEXT) || !rd_time_read(at->text, &run->now_ms))
        return rd_error_at(run->error, RD_INVALID_PARAMS, "/at",
                           "at must be a time or milliseconds since 1970");
    if (run->now_ms > rd_kernel_now_ms(run->kernel))
        return rd_error_at(run->error, RD_OUT_OF_ORDER, "/at", "at lies in the future");
    return RD_OK;
}

static enum rd_status import_open(struct rd_run *run, const struct rd_value *item,
                                  const struct rd_value *open)
{
    const char *name = rd_map_text(item, "type", "");
    const struct rd_record_type *type = rd_model_type(run->model, name);
    struct rd_draft *draft;
    uint64_t seq;
    if (!type || !type->chart)
        return rd_error_at(run->error, RD_INVALID_PARAMS, "/type", "there is no workflow '%s'",
                           name);
    const struct rd_value *data = rd_map_get(open, "data");
    enum rd_status status = rd_case_begin(run, type, data ? data : open, "/open", &draft);
    return status == RD_OK ? rd_run_commit(run, draft, &seq) : status;
}

static enum rd_status import_event(struct rd_run *run, const struct rd_value *item,
                                   struct rd_id record)
{
    struct rd_draft *draft;
    uint64_t seq;
    enum rd_status status = rd_draft_of(run, record, &draft);
    if (status != RD_OK)
        return status;
    if (draft->record.updated_at_ms > run->now_ms)
        return rd_error_at(run->error, RD_OUT_OF_ORDER, "/at",
                           "the record has something later already");
    status =
        rd_case_do(run, draft, rd_map_text(item, "event", ""), rd_map_get(item, "form"), "/form");
    return status == RD_OK ? rd_run_commit(run, draft, &seq) : status;
}

/* One item; *again where it was done before. */
static enum rd_status import_item(struct rd_kernel *kernel, struct rd_arena *arena,
                                  const struct rd_actor *actor, const char *session,
                                  const struct rd_value *item, struct rd_error *error, bool *again,
                                  size_t *rung)
{
    struct rd_run run;
    struct rd_id record, done;
    const char *key = rd_map_text(item, "key", NULL), *id = rd_map_text(item, "id", "");
    const struct rd_value *open = rd_map_get(item, "open");
    *again = false;
    *rung = 0;
    rd_run_init(&run, kernel, arena, error);
    run.actor = *actor;
    run.quiet = true;
    run.lane = RD_LANE_IMPORT;
    if (!key || strchr(key, '\n'))
        return rd_error_at(error, RD_INVALID_PARAMS, "/key",
                           "an item needs its natural key, on one line");
    if (!open && !*id)
        return rd_error_at(
            error, RD_INVALID_PARAMS, "/id",
            "an event needs an id of its own: it tells a repetition from another one");
    const char *natural = rd_arena_printf(run.arena, RD_KEY_NATURAL "%s\n%s", session, key);
    run.key = open ? natural : rd_arena_printf(run.arena, "%s\n%s", natural, id);
    enum rd_status status = import_time(&run, item);
    if (status == RD_OK)
        status = import_find(&run, natural, &record);
    if (status == RD_OK)
        status = open ? RD_OK : import_find(&run, run.key, &done);
    if (status != RD_OK)
        return status;
    if (open ? record.value : done.value) {
        *again = true;
        return RD_OK;
    }
    if (!open && !record.value)
        return rd_error_at(error, RD_NOT_FOUND, "/key", "no imported record has the key '%s'", key);
    status = rd_ring_due(kernel, RD_LANE_IMPORT, run.now_ms - 1, true, SIZE_MAX, rung, error);
    if (status != RD_OK)
        return status;
    return open ? import_open(&run, item, open) : import_event(&run, item, record);
}

enum rd_status rd_method_import_apply(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    const struct rd_value *rows = rd_map_list(request->params, "rows");
    const char *session = rd_map_text(request->params, "session", "");
    struct rd_value results = rd_list();
    struct rd_arena scratch;
    struct rd_actor actor;
    int64_t total = 0;
    enum rd_status status = rd_actor_of(kernel, request, &actor, &request->error);
    if (status != RD_OK)
        return status;
    if (rows->count > IMPORT_ITEMS_MAX || !*session || strchr(session, '\n'))
        return rd_error_set(&request->error, RD_INVALID_PARAMS,
                            "an import has a session name and at most %d rows a call",
                            IMPORT_ITEMS_MAX);
    for (uint32_t i = 0; i < rows->count; i++) {
        struct rd_error error = RD_ERROR_NONE;
        struct rd_value result = rd_map(), why = rd_map();
        size_t rung;
        bool again;
        rd_arena_init(&scratch); /* a thousand items' drafts would be too much for one arena */
        status =
            import_item(kernel, &scratch, &actor, session, &rows->items[i], &error, &again, &rung);
        rd_arena_fini(&scratch);
        error.detail = NULL;
        total += (int64_t)rung;
        /* nothing of this item is there; the ones before are */
        if (status == RD_STORAGE_FULL || status == RD_BUSY) {
            request->error = error;
            return status;
        }
        rd_map_add(arena, &result, "status",
                   rd_text(status != RD_OK ? "failed"
                           : again         ? "again"
                                           : "done"));
        if (status != RD_OK) {
            rd_map_add(arena, &why, "name", rd_text(rd_status_name(status)));
            rd_map_add(arena, &why, "message",
                       rd_text(rd_arena_copy(arena, error.text, strlen(error.text))));
            rd_map_add(arena, &result, "error", why);
        }
        rd_list_add(arena, &results, result);
    }
    request->result = rd_map();
    rd_map_add(arena, &request->result, "results", results);
    rd_map_add(arena, &request->result, "rung", rd_int(total));
    return RD_OK;
}

/* The next record of the import's lane that has a running or paused deadline, or none at all: all
 * are moved. */
static enum rd_status import_join(struct rd_kernel *kernel, struct rd_request *request,
                                  const struct rd_actor *actor, size_t max, size_t *joined)
{
    struct rd_arena *arena = request->arena;
    for (*joined = 0; *joined < max; ++*joined) {
        struct rd_agenda_key from = rd_agenda_key(RD_LANE_IMPORT, INT64_MIN, 0, 0);
        struct rd_walk walk;
        uint64_t seq, record = 0;
        enum rd_status status = rd_walk_start(&walk, kernel->store, RD_TABLE_AGENDA, from.bytes,
                                              false, &request->error);
        if (status == RD_OK)
            record = rd_agenda_key_record(walk.key);
        rd_walk_end(&walk);
        if (status == RD_END)
            return RD_OK;
        if (status != RD_OK)
            return status;
        struct rd_value effect = rd_list(), effects = rd_list();
        rd_list_add(arena, &effect, rd_int(RD_EFFECT_LANE));
        rd_list_add(arena, &effect, rd_int((int64_t)record));
        rd_list_add(arena, &effects, effect);
        struct rd_command_entry entry = {
            .at_ms = rd_kernel_now_ms(kernel),
            .actor = actor->name,
            .behind = actor->behind,
            .command = "import.join",
            .form = rd_null(),
            .facts = rd_null(),
            .decisions = rd_null(),
            .effects = effects,
            .generation = kernel->generation,
        };
        if ((status = rd_entry_write(kernel, &entry, &seq, &request->error)) != RD_OK)
            return status;
    }
    return RD_OK;
}

enum rd_status rd_method_import_finish(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_actor actor;
    size_t rung = 0, joined = 0;
    enum rd_status status = rd_actor_of(kernel, request, &actor, &request->error);
    if (status == RD_OK)
        status = rd_ring_due(kernel, RD_LANE_IMPORT, rd_kernel_now_ms(kernel), true,
                             RD_RING_SLICE_MAX, &rung, &request->error);
    if (status == RD_OK && rung < RD_RING_SLICE_MAX)
        status = import_join(kernel, request, &actor, RD_RING_SLICE_MAX, &joined);
    if (status != RD_OK)
        return status;
    request->result = rd_map();
    rd_map_add(request->arena, &request->result, "rung", rd_int((int64_t)rung));
    rd_map_add(request->arena, &request->result, "joined", rd_int((int64_t)joined));
    rd_map_add(request->arena, &request->result, "done",
               rd_bool(rung < RD_RING_SLICE_MAX && joined < RD_RING_SLICE_MAX));
    return RD_OK;
}
