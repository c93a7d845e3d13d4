/* Records in the store: one packed list of fixed places, the format version first, the fields' map
 * last.
 *
 * Never does: deciding what may be in a record (kernel), keeping indexes (apply.c).
 */
#include "domain/record.h"

#include "base/pack.h"
#include "store/tables.h"

#define RECORD_FORMAT 2 /* 1 spelled its names out */

enum record_place {
    RECORD_AT_FORMAT,
    RECORD_AT_VERSION,
    RECORD_AT_STATE,
    RECORD_AT_ESCALATION,
    RECORD_AT_OPENED,
    RECORD_AT_UPDATED,
    RECORD_AT_NUMBER,
    RECORD_AT_OPENED_BY,
    RECORD_AT_POSITION,
    RECORD_AT_SEQ,
    RECORD_AT_LANE,
    RECORD_AT_DATA,
    RECORD_PLACES
};

static const char *record_text(const struct rd_value *value)
{
    return value->kind == RD_TEXT ? value->text : NULL;
}

static struct rd_value record_value(const char *text)
{
    return text ? rd_text(text) : rd_null();
}

enum rd_status rd_record_load(struct rd_store *store, struct rd_id id, struct rd_arena *arena,
                              struct rd_record *out, struct rd_error *error)
{
    struct rd_key8 key = rd_key8(id.value);
    const void *bytes;
    size_t len;
    struct rd_value list;
    enum rd_status status = rd_store_get(store, RD_TABLE_RECORD, key.bytes, &bytes, &len, error);
    if (status != RD_OK)
        return status;
    if ((status = rd_pack_read_named(arena, bytes, len, rd_store_names(store), &list, error)) !=
        RD_OK)
        return status;
    if (list.kind != RD_LIST || list.count != RECORD_PLACES ||
        list.items[RECORD_AT_FORMAT].integer != RECORD_FORMAT)
        return rd_error_set(
            error, RD_CORRUPT,
            "record %llu is stored in an unknown format; run `redress store rebuild`",
            (unsigned long long)id.value);
    *out = (struct rd_record){
        .id = id,
        .version = (uint32_t)list.items[RECORD_AT_VERSION].integer,
        .state = record_text(&list.items[RECORD_AT_STATE]),
        .escalation = list.items[RECORD_AT_ESCALATION].integer,
        .opened_at_ms = list.items[RECORD_AT_OPENED].integer,
        .updated_at_ms = list.items[RECORD_AT_UPDATED].integer,
        .number = record_text(&list.items[RECORD_AT_NUMBER]),
        .opened_by = record_text(&list.items[RECORD_AT_OPENED_BY]),
        .last_position = (uint64_t)list.items[RECORD_AT_POSITION].integer,
        .last_seq = (uint64_t)list.items[RECORD_AT_SEQ].integer,
        .lane = (uint8_t)list.items[RECORD_AT_LANE].integer,
        .data = list.items[RECORD_AT_DATA],
    };
    return RD_OK;
}

enum rd_status rd_record_store(struct rd_store *store, const struct rd_record *record,
                               struct rd_buf *scratch, struct rd_error *error)
{
    struct rd_value places[RECORD_PLACES] = {
        [RECORD_AT_FORMAT] = rd_int(RECORD_FORMAT),
        [RECORD_AT_VERSION] = rd_int(record->version),
        [RECORD_AT_STATE] = record_value(record->state),
        [RECORD_AT_ESCALATION] = rd_int(record->escalation),
        [RECORD_AT_OPENED] = rd_int(record->opened_at_ms),
        [RECORD_AT_UPDATED] = rd_int(record->updated_at_ms),
        [RECORD_AT_NUMBER] = record_value(record->number),
        [RECORD_AT_OPENED_BY] = record_value(record->opened_by),
        [RECORD_AT_POSITION] = rd_int((int64_t)record->last_position),
        [RECORD_AT_SEQ] = rd_int((int64_t)record->last_seq),
        [RECORD_AT_LANE] = rd_int(record->lane),
        [RECORD_AT_DATA] = record->data,
    };
    struct rd_value list = {
        .kind = RD_LIST, .count = RECORD_PLACES, .cap = RECORD_PLACES, .items = places
    };
    struct rd_key8 key = rd_key8(record->id.value);
    rd_buf_clear(scratch);
    rd_pack_write_named(scratch, &list, rd_store_names(store));
    return rd_store_put(store, RD_TABLE_RECORD, key.bytes, scratch->data, scratch->len, error);
}
