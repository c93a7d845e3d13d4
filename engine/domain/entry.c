/* Entries, packed and unpacked. Format 2 is two packed values, one behind the other:
 *
 *   2                                      the format, or, where the entry gives numbers to names:
 *   [ 2, 17, "verified", "fallen" ]        17 is `verified` from now on, 18 is `fallen`
 *   [ time, actor, ... ]                   the places, those at the end that are null left off
 *
 * Any MessagePack tool reads an entry; what its numbers mean is said by the entries before it.
 * Format 1 was one list with the format in front, and every name spelled out: it is read, and no
 * longer written.
 */
#include "domain/entry.h"

#include <string.h>

#include "base/pack.h"
#include "store/tables.h"

#define ENTRY_FORMAT 2
#define ENTRY_FORMAT_SPELLED 1

enum entry_place {
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
    ENTRY_AT_BEHALF, /* the earliest entries of format 1 end before it */
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

/* Numbers of the places at the end, which are 0 mostly. */
static struct rd_value entry_number(uint64_t number)
{
    return number ? rd_int((int64_t)number) : rd_null();
}

static uint64_t entry_number_of(const struct rd_value *value)
{
    return value->kind == RD_INT ? (uint64_t)value->integer : 0;
}

/* ---- packing ---- */

/* The format, and the names that have got a number since `from`. */
static void entry_pack_head(const struct rd_names *names, uint32_t from, struct rd_buf *out)
{
    struct rd_value head = rd_int(ENTRY_FORMAT);
    struct rd_arena arena;
    if (names->count < from) {
        rd_pack_write(out, &head);
        return;
    }
    rd_arena_init(&arena);
    head = rd_list_room(&arena, names->count - from + 3);
    rd_list_add(&arena, &head, rd_int(ENTRY_FORMAT));
    rd_list_add(&arena, &head, rd_int(from));
    for (uint32_t number = from; number <= names->count; number++)
        rd_list_add(&arena, &head, rd_text(rd_names_text(names, number)));
    rd_pack_write(out, &head);
    rd_arena_fini(&arena);
}

void rd_entry_pack(struct rd_command_entry *entry, struct rd_names *names, struct rd_buf *out)
{
    struct rd_value places[ENTRY_PLACES] = {
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
        [ENTRY_AT_HASH] = entry_number(entry->request_hash),
        [ENTRY_AT_FLAGS] = entry_number(entry->flags),
        [ENTRY_AT_REFUSED] = entry_text(entry->refused),
        [ENTRY_AT_REASON] =
            entry->reason_sealed.kind == RD_TEXT ? entry->reason_sealed : entry_text(entry->reason),
        [ENTRY_AT_BEHALF] = entry_text(entry->behalf),
    };
    struct rd_value list = {
        .kind = RD_LIST, .count = ENTRY_PLACES, .cap = ENTRY_PLACES, .items = places
    };
    uint32_t from = names->count + 1;
    while (places[list.count - 1].kind == RD_NULL)
        list.count--;
    rd_buf_clear(out);
    entry_pack_head(names, from, out);
    rd_pack_write_naming(out, &list, names);
    entry->names_from = from;
    entry->names_count = names->count + 1 - from;
    if (entry->names_count == 0)
        return;
    rd_buf_clear(out); /* what is new is known now, and goes in front: rare */
    entry_pack_head(names, from, out);
    rd_pack_write_naming(out, &list, names);
}

/* ---- unpacking ---- */

static enum rd_status entry_unknown(struct rd_error *error)
{
    return rd_error_set(error, RD_CORRUPT,
                        "a journal entry has an unknown format: it was written by another version");
}

/* [2, first, name...]: what the entry gives numbers to. */
static enum rd_status entry_enter(const struct rd_value *head, struct rd_names *names,
                                  struct rd_command_entry *out, struct rd_error *error)
{
    const struct rd_value *at = head->items;
    if (head->count < 3 || at[1].kind != RD_INT || at[1].integer < 1 ||
        at[1].integer > RD_SYMBOLS_MAX)
        return entry_unknown(error);
    out->names_from = (uint32_t)at[1].integer;
    out->names_count = head->count - 2;
    for (uint32_t i = 2; i < head->count; i++)
        if (at[i].kind != RD_TEXT ||
            !rd_names_enter(names, out->names_from + i - 2, at[i].text, at[i].count))
            return rd_error_set(error, RD_CORRUPT,
                                "a journal entry gives the number %u to a name, which is another's",
                                (unsigned)(out->names_from + i - 2));
    return RD_OK;
}

/* `list` holds the places from `skip` on. */
static enum rd_status entry_fill(const struct rd_value *list, uint32_t skip,
                                 struct rd_command_entry *out, struct rd_error *error)
{
    struct rd_value at[ENTRY_PLACES];
    uint32_t count = list->count - skip;
    if (count > ENTRY_PLACES || count <= ENTRY_AT_PREV_SEQ)
        return entry_unknown(error);
    for (uint32_t i = 0; i < ENTRY_PLACES; i++)
        at[i] = i < count ? list->items[skip + i] : rd_null();
    out->at_ms = at[ENTRY_AT_TIME].integer;
    out->actor = entry_text_of(&at[ENTRY_AT_ACTOR]);
    out->behind = entry_text_of(&at[ENTRY_AT_BEHIND]);
    out->command = entry_text_of(&at[ENTRY_AT_COMMAND]);
    out->record.value = entry_number_of(&at[ENTRY_AT_RECORD]);
    out->version = (uint32_t)entry_number_of(&at[ENTRY_AT_VERSION]);
    out->form = at[ENTRY_AT_FORM];
    out->facts = at[ENTRY_AT_FACTS];
    out->decisions = at[ENTRY_AT_DECISIONS];
    out->effects = at[ENTRY_AT_EFFECTS];
    out->generation = (uint32_t)entry_number_of(&at[ENTRY_AT_GENERATION]);
    out->prev_position = entry_number_of(&at[ENTRY_AT_PREV_POSITION]);
    out->prev_seq = entry_number_of(&at[ENTRY_AT_PREV_SEQ]);
    out->key = entry_text_of(&at[ENTRY_AT_KEY]);
    out->request_hash = entry_number_of(&at[ENTRY_AT_HASH]);
    out->flags = (uint32_t)entry_number_of(&at[ENTRY_AT_FLAGS]);
    out->refused = entry_text_of(&at[ENTRY_AT_REFUSED]);
    out->reason = entry_text_of(&at[ENTRY_AT_REASON]);
    out->behalf = entry_text_of(&at[ENTRY_AT_BEHALF]);
    return RD_OK;
}

enum rd_status rd_entry_unpack(const void *payload, size_t len, struct rd_names *names,
                               struct rd_arena *arena, struct rd_command_entry *out,
                               struct rd_error *error)
{
    struct rd_value head = rd_int(ENTRY_FORMAT), body;
    size_t used = 1;
    enum rd_status status = RD_OK;
    *out = (struct rd_command_entry){ .record = { 0 } };
    if (len == 0 || *(const unsigned char *)payload != ENTRY_FORMAT)
        status = rd_pack_read_first(arena, payload, len, &head, &used, error);
    if (status != RD_OK)
        return status;
    bool list = head.kind == RD_LIST && head.count > 0;
    const struct rd_value *format = list ? &head.items[0] : &head;
    if (list && format->kind == RD_INT && format->integer == ENTRY_FORMAT_SPELLED && used == len)
        return entry_fill(&head, 1, out, error);
    if (format->kind != RD_INT || format->integer != ENTRY_FORMAT)
        return entry_unknown(error);
    if (list && (status = entry_enter(&head, names, out, error)) != RD_OK)
        return status;
    status =
        rd_pack_read_named(arena, (const char *)payload + used, len - used, names, &body, error);
    if (status != RD_OK)
        return status;
    return body.kind == RD_LIST ? entry_fill(&body, 0, out, error) : entry_unknown(error);
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
