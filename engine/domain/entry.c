/* Entries, packed and unpacked. Names are spelled out: an auditor can read an entry with any
 * MessagePack tool, and no table of names can get lost.
 */
#include "domain/entry.h"

#include <string.h>

#include "base/pack.h"
#include "store/tables.h"

#define ENTRY_FORMAT 1

enum entry_place {
    ENTRY_AT_FORMAT,
    ENTRY_AT_TIME,
    ENTRY_AT_ACTOR,
    ENTRY_AT_BEHIND,
    ENTRY_AT_COMMAND,
    ENTRY_AT_RECORD,
    ENTRY_AT_VERSION,
    ENTRY_AT_FORM,
    ENTRY_AT_FACTS,
    ENTRY_AT_DECISIONS,
    ENTRY_AT_EFFECTS,
    ENTRY_AT_GENERATION,
    ENTRY_AT_PREV_POSITION,
    ENTRY_AT_PREV_SEQ,
    ENTRY_AT_KEY,
    ENTRY_AT_HASH,
    ENTRY_AT_FLAGS,
    ENTRY_AT_REFUSED,
    ENTRY_AT_REASON,
    ENTRY_AT_BEHALF, /* entries of earlier versions end before it */
    ENTRY_PLACES
};

static struct rd_value entry_text(const char *text)
{
    return text ? rd_text(text) : rd_null();
}

static const char *entry_text_of(const struct rd_value *value)
{
    return value->kind == RD_TEXT ? value->text : NULL;
}

void rd_entry_pack(const struct rd_command_entry *entry, struct rd_buf *out)
{
    struct rd_value places[ENTRY_PLACES] = {
        [ENTRY_AT_FORMAT] = rd_int(ENTRY_FORMAT),
        [ENTRY_AT_TIME] = rd_int(entry->at_ms),
        [ENTRY_AT_ACTOR] = entry_text(entry->actor),
        [ENTRY_AT_BEHIND] = entry_text(entry->behind),
        [ENTRY_AT_COMMAND] = entry_text(entry->command),
        [ENTRY_AT_RECORD] = rd_int((int64_t)entry->record.value),
        [ENTRY_AT_VERSION] = rd_int(entry->version),
        [ENTRY_AT_FORM] = entry->form,
        [ENTRY_AT_FACTS] = entry->facts,
        [ENTRY_AT_DECISIONS] = entry->decisions,
        [ENTRY_AT_EFFECTS] = entry->effects,
        [ENTRY_AT_GENERATION] = rd_int(entry->generation),
        [ENTRY_AT_PREV_POSITION] = rd_int((int64_t)entry->prev_position),
        [ENTRY_AT_PREV_SEQ] = rd_int((int64_t)entry->prev_seq),
        [ENTRY_AT_KEY] = entry_text(entry->key),
        [ENTRY_AT_HASH] = rd_int((int64_t)entry->request_hash),
        [ENTRY_AT_FLAGS] = rd_int(entry->flags),
        [ENTRY_AT_REFUSED] = entry_text(entry->refused),
        [ENTRY_AT_REASON] = entry_text(entry->reason),
        [ENTRY_AT_BEHALF] = entry_text(entry->behalf),
    };
    struct rd_value list = {
        .kind = RD_LIST, .count = ENTRY_PLACES, .cap = ENTRY_PLACES, .items = places
    };
    rd_buf_clear(out);
    rd_pack_write(out, &list);
}

enum rd_status rd_entry_unpack(const void *payload, size_t len, struct rd_arena *arena,
                               struct rd_command_entry *out, struct rd_error *error)
{
    struct rd_value list;
    enum rd_status status = rd_pack_read(arena, payload, len, &list, error);
    if (status != RD_OK)
        return status;
    if (list.kind != RD_LIST || (list.count != ENTRY_PLACES && list.count != ENTRY_AT_BEHALF) ||
        list.items[ENTRY_AT_FORMAT].integer != ENTRY_FORMAT)
        return rd_error_set(
            error, RD_CORRUPT,
            "a journal entry has an unknown format: it was written by another version");
    const struct rd_value *at = list.items;
    *out = (struct rd_command_entry){
        .at_ms = at[ENTRY_AT_TIME].integer,
        .actor = entry_text_of(&at[ENTRY_AT_ACTOR]),
        .behind = entry_text_of(&at[ENTRY_AT_BEHIND]),
        .command = entry_text_of(&at[ENTRY_AT_COMMAND]),
        .record = { (uint64_t)at[ENTRY_AT_RECORD].integer },
        .version = (uint32_t)at[ENTRY_AT_VERSION].integer,
        .form = at[ENTRY_AT_FORM],
        .facts = at[ENTRY_AT_FACTS],
        .decisions = at[ENTRY_AT_DECISIONS],
        .effects = at[ENTRY_AT_EFFECTS],
        .generation = (uint32_t)at[ENTRY_AT_GENERATION].integer,
        .prev_position = (uint64_t)at[ENTRY_AT_PREV_POSITION].integer,
        .prev_seq = (uint64_t)at[ENTRY_AT_PREV_SEQ].integer,
        .key = entry_text_of(&at[ENTRY_AT_KEY]),
        .request_hash = (uint64_t)at[ENTRY_AT_HASH].integer,
        .flags = (uint32_t)at[ENTRY_AT_FLAGS].integer,
        .refused = entry_text_of(&at[ENTRY_AT_REFUSED]),
        .reason = entry_text_of(&at[ENTRY_AT_REASON]),
        .behalf = list.count > ENTRY_AT_BEHALF ? entry_text_of(&at[ENTRY_AT_BEHALF]) : NULL,
    };
    return RD_OK;
}

struct rd_key16 rd_idempotency_key(const char *actor, const char *key, struct rd_buf *scratch)
{
    rd_buf_clear(scratch);
    if (strncmp(key, RD_KEY_NATURAL, strlen(RD_KEY_NATURAL)) !=
        0) { /* natural keys belong to no actor */
        rd_buf_text(scratch, actor);
        rd_buf_char(scratch, '\n');
    }
    rd_buf_text(scratch, key);
    return rd_key16_of_text(scratch->data, scratch->len);
}
