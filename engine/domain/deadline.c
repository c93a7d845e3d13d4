/* Deadlines: they hang on a record, and an agenda orders them by when they are due.
 *
 *   DEADLINE record -> its deadlines, by number: [name, due, lane and runs?, length, ledger]...
 *   AGENDA (lane, due, record, number) -> nothing, while it runs
 *
 * The ledger is the truth: start, limit, pauses. Due is computed from it each time anything
 * changes, so that nothing drifts. What stands before it in the row is what the agenda has, so that
 * one deadline is replaced without reading the others, or itself; the ledger behind it leaves that
 * out, and what a deadline that was never paused does not have. Times in it are distances from what
 * is due.
 */
#include "domain/record.h"

#include <string.h>

#include "base/pack.h"
#include "base/text.h"
#include "domain/zone.h"
#include "store/tables.h"

#define DEADLINE_FORMAT 1

enum deadline_place {
    DEADLINE_AT_FORMAT,
    DEADLINE_AT_NAME,
    DEADLINE_AT_KIND,
    DEADLINE_AT_REF,
    DEADLINE_AT_WHICH,
    DEADLINE_AT_LIMIT,
    DEADLINE_AT_CLOCK,
    DEADLINE_AT_RULE,
    DEADLINE_AT_DECIDED,
    DEADLINE_AT_ZONE_VERSION,
    DEADLINE_AT_STARTED,
    DEADLINE_AT_DUE,
    DEADLINE_AT_FLAGS,
    DEADLINE_AT_LEFT,
    DEADLINE_AT_LANE,
    DEADLINE_AT_PAUSES,
    DEADLINE_PLACES
};

/* The first entries say neither which row of a table gave the limit nor with which zone data it was
 * planned: two places less, behind the rule. */
#define DEADLINE_PLACES_FIRST (DEADLINE_PLACES - 2)

#define DEADLINE_FLAG_RUNNING 1
#define DEADLINE_FLAG_PROVISIONAL 2

uint64_t rd_deadline_number(const char *name)
{
    return rd_text_hash(name, strlen(name));
}

static enum rd_status deadline_damaged(struct rd_id record, struct rd_error *error)
{
    return rd_error_set(error, RD_CORRUPT,
                        "the deadlines of record %llu are damaged; run `redress store rebuild`",
                        (unsigned long long)record.value);
}

static const char *deadline_text(const struct rd_value *value)
{
    return value->kind == RD_TEXT ? value->text : NULL;
}

static struct rd_value deadline_value(const char *text)
{
    return text ? rd_text(text) : rd_null();
}

struct rd_value rd_deadline_pack(const struct rd_deadline *deadline, struct rd_arena *arena)
{
    struct rd_value list = rd_list_room(arena, DEADLINE_PLACES), pauses = rd_list();
    for (size_t i = 0; i < deadline->pause_count; i++) {
        const struct rd_pause *pause = &deadline->pauses[i];
        rd_list_add(arena, &pauses, rd_int(pause->from_ms));
        rd_list_add(arena, &pauses, rd_int(pause->to_ms));
        rd_list_add(arena, &pauses, deadline_value(pause->by));
    }
    const struct rd_value places[DEADLINE_PLACES] = {
        [DEADLINE_AT_FORMAT] = rd_int(DEADLINE_FORMAT),
        [DEADLINE_AT_NAME] = rd_text(deadline->name),
        [DEADLINE_AT_KIND] = rd_int(deadline->kind),
        [DEADLINE_AT_REF] = deadline_value(deadline->ref),
        [DEADLINE_AT_WHICH] = rd_int(deadline->which),
        [DEADLINE_AT_LIMIT] = rd_text(deadline->limit),
        [DEADLINE_AT_CLOCK] = deadline_value(deadline->clock),
        [DEADLINE_AT_RULE] = deadline_value(deadline->rule),
        [DEADLINE_AT_DECIDED] = deadline_value(deadline->decided),
        [DEADLINE_AT_ZONE_VERSION] = deadline_value(deadline->zone_version),
        [DEADLINE_AT_STARTED] = rd_int(deadline->started_ms),
        [DEADLINE_AT_DUE] = rd_int(deadline->due_ms),
        [DEADLINE_AT_FLAGS] = rd_int((deadline->running ? DEADLINE_FLAG_RUNNING : 0) |
                                     (deadline->provisional ? DEADLINE_FLAG_PROVISIONAL : 0)),
        [DEADLINE_AT_LEFT] = rd_int(deadline->left_ms),
        [DEADLINE_AT_LANE] = rd_int(deadline->lane),
        [DEADLINE_AT_PAUSES] = pauses,
    };
    for (size_t i = 0; i < DEADLINE_PLACES; i++)
        rd_list_add(arena, &list, places[i]);
    return list;
}

/* The places as they are now, in `room` where they were others; NULL: this is no deadline. */
static const struct rd_value *deadline_places(const struct rd_value *value,
                                              struct rd_value room[DEADLINE_PLACES])
{
    bool list = rd_value_is(value, RD_LIST), first = list && value->count == DEADLINE_PLACES_FIRST;
    if (!list || !(first || value->count == DEADLINE_PLACES) ||
        value->items[DEADLINE_AT_FORMAT].integer != DEADLINE_FORMAT)
        return NULL;
    if (!first)
        return value->items;
    for (uint32_t i = 0; i < DEADLINE_PLACES; i++)
        room[i] = i < DEADLINE_AT_DECIDED   ? value->items[i]
                  : i < DEADLINE_AT_STARTED ? rd_null()
                                            : value->items[i - 2];
    return room;
}

static enum rd_status deadline_unknown(struct rd_error *error)
{
    return rd_error_set(error, RD_CORRUPT,
                        "a deadline is stored in an unknown format; run `redress store rebuild`");
}

enum rd_status rd_deadline_unpack(const struct rd_value *value, struct rd_id record,
                                  struct rd_arena *arena, struct rd_deadline *out,
                                  struct rd_error *error)
{
    struct rd_value room[DEADLINE_PLACES];
    const struct rd_value *at = deadline_places(value, room);
    if (!at)
        return deadline_unknown(error);
    const struct rd_value *pauses = &at[DEADLINE_AT_PAUSES];
    *out = (struct rd_deadline){
        .record = record,
        .name = at[DEADLINE_AT_NAME].text,
        .kind = (enum rd_deadline_kind)at[DEADLINE_AT_KIND].integer,
        .ref = deadline_text(&at[DEADLINE_AT_REF]),
        .which = (uint32_t)at[DEADLINE_AT_WHICH].integer,
        .limit = at[DEADLINE_AT_LIMIT].text,
        .clock = deadline_text(&at[DEADLINE_AT_CLOCK]),
        .rule = deadline_text(&at[DEADLINE_AT_RULE]),
        .decided = deadline_text(&at[DEADLINE_AT_DECIDED]),
        .zone_version = deadline_text(&at[DEADLINE_AT_ZONE_VERSION]),
        .started_ms = at[DEADLINE_AT_STARTED].integer,
        .due_ms = at[DEADLINE_AT_DUE].integer,
        .running = at[DEADLINE_AT_FLAGS].integer & DEADLINE_FLAG_RUNNING,
        .provisional = at[DEADLINE_AT_FLAGS].integer & DEADLINE_FLAG_PROVISIONAL,
        .left_ms = at[DEADLINE_AT_LEFT].integer,
        .lane = (uint8_t)at[DEADLINE_AT_LANE].integer,
        .pauses = rd_arena_zalloc(arena, pauses->count / 3 + 2, sizeof *out->pauses),
        .pause_count = pauses->count / 3,
    };
    for (size_t i = 0; i < out->pause_count; i++)
        out->pauses[i] = (struct rd_pause){
            .from_ms = pauses->items[3 * i].integer,
            .to_ms = pauses->items[3 * i + 1].integer,
            .by = deadline_text(&pauses->items[3 * i + 2]),
        };
    return RD_OK;
}

/* ---- rows ---- */

/* What of a packed deadline stands in its row, in this order: the last ones only where they say
 * something. */
enum deadline_row_place {
    ROW_AT_KIND,
    ROW_AT_REF,
    ROW_AT_WHICH,
    ROW_AT_LIMIT,
    ROW_AT_CLOCK,
    ROW_AT_RULE,
    ROW_AT_DECIDED,
    ROW_AT_ZONE_VERSION,
    ROW_AT_STARTED,
    DEADLINE_ROW_PLAIN, /* never paused */
    ROW_AT_LEFT = DEADLINE_ROW_PLAIN,
    ROW_AT_PAUSES,
    DEADLINE_ROW_NAMED, /* the name stands before the ledger */
    ROW_AT_NAME = DEADLINE_ROW_NAMED,
    DEADLINE_ROW_PLACES
};

static const unsigned char DEADLINE_ROW[DEADLINE_ROW_PLACES] = {
    [ROW_AT_KIND] = DEADLINE_AT_KIND,       [ROW_AT_REF] = DEADLINE_AT_REF,
    [ROW_AT_WHICH] = DEADLINE_AT_WHICH,     [ROW_AT_LIMIT] = DEADLINE_AT_LIMIT,
    [ROW_AT_CLOCK] = DEADLINE_AT_CLOCK,     [ROW_AT_RULE] = DEADLINE_AT_RULE,
    [ROW_AT_DECIDED] = DEADLINE_AT_DECIDED, [ROW_AT_ZONE_VERSION] = DEADLINE_AT_ZONE_VERSION,
    [ROW_AT_STARTED] = DEADLINE_AT_STARTED, [ROW_AT_LEFT] = DEADLINE_AT_LEFT,
    [ROW_AT_PAUSES] = DEADLINE_AT_PAUSES,   [ROW_AT_NAME] = DEADLINE_AT_NAME,
};

/* How far one time lies before what is due, and back. */
static int64_t deadline_span(int64_t due_ms, int64_t other)
{
    return (int64_t)((uint64_t)due_ms - (uint64_t)other);
}

/* Numbers of both signs as ones that are small where they are near zero. */
static uint64_t deadline_zigzag(int64_t n)
{
    return (uint64_t)n << 1 ^ (n < 0 ? UINT64_MAX : 0);
}

static int64_t deadline_unzigzag(uint64_t n)
{
    return (int64_t)(n >> 1 ^ (n & 1 ? UINT64_MAX : 0));
}

/* Names of zone data are a year and a letter, mostly: "2026a" is a number then. */
#define DEADLINE_ZONE_LETTERS 26
#define DEADLINE_ZONE_BYTES 5
static struct rd_value deadline_zone(const struct rd_value *text)
{
    int year = 0, i = 0;
    if (text->kind != RD_TEXT || text->count != DEADLINE_ZONE_BYTES)
        return *text;
    const char *at = text->text;
    for (; i < DEADLINE_ZONE_BYTES - 1 && at[i] >= '0' && at[i] <= '9'; i++)
        year = year * 10 + (at[i] - '0');
    if (i < DEADLINE_ZONE_BYTES - 1 || at[i] < 'a' || at[i] > 'z')
        return *text;
    return rd_int(year * DEADLINE_ZONE_LETTERS + (at[i] - 'a'));
}

static struct rd_value deadline_zone_text(const struct rd_value *row, struct rd_arena *arena)
{
    if (row->kind != RD_INT || row->integer < 0 || row->integer >= 10000 * DEADLINE_ZONE_LETTERS)
        return *row;
    char *text = rd_arena_alloc(arena, DEADLINE_ZONE_BYTES + 1);
    int year = (int)row->integer / DEADLINE_ZONE_LETTERS;
    text[DEADLINE_ZONE_BYTES] = '\0';
    text[DEADLINE_ZONE_BYTES - 1] = (char)('a' + row->integer % DEADLINE_ZONE_LETTERS);
    for (int i = DEADLINE_ZONE_BYTES - 1; i-- > 0; year /= 10)
        text[i] = (char)('0' + year % 10);
    return rd_text_of(text, DEADLINE_ZONE_BYTES);
}

/* Pauses, [from, to, by]...: in a row `from` is as far as it lies before what is due, `to` as far
 * as it lies behind that, and null where there is no end. */
static struct rd_value deadline_pauses(const struct rd_value *pauses, int64_t due_ms,
                                       struct rd_arena *arena)
{
    struct rd_value row = rd_list_room(arena, pauses->count);
    for (uint32_t i = 0; i + 2 < pauses->count; i += 3) {
        const struct rd_value *at = &pauses->items[i];
        bool ends = at[1].integer != INT64_MAX;
        rd_list_add(arena, &row, rd_int(deadline_span(due_ms, at[0].integer)));
        rd_list_add(arena, &row,
                    ends ? rd_int(deadline_span(at[1].integer, at[0].integer)) : rd_null());
        rd_list_add(arena, &row, at[2]);
    }
    return row;
}

static void deadline_pauses_back(struct rd_value *row, int64_t due_ms)
{
    for (uint32_t i = 0; i + 2 < row->count; i += 3) {
        struct rd_value *at = &row->items[i];
        bool ends = at[1].kind != RD_NULL;
        at[0] = rd_int(deadline_span(due_ms, at[0].integer));
        at[1] =
            rd_int(ends ? (int64_t)((uint64_t)at[0].integer + (uint64_t)at[1].integer) : INT64_MAX);
    }
}

/* One deadline in its record's row. */
struct deadline_item {
    uint64_t number;
    const char *name; /* NULL: the ledger has it */
    int64_t due_ms;
    uint8_t lane;
    bool running, provisional;
    uint32_t len; /* of the ledger */
    const unsigned char *ledger;
    const unsigned char *from, *to; /* all of it */
};

/* As rd_step_take, which most numbers here need one byte of. */
static inline bool deadline_step(const unsigned char **at, const unsigned char *end, uint64_t *out)
{
    if (*at < end && **at < 0x80) {
        *out = *(*at)++;
        return true;
    }
    return rd_step_take(at, end, out);
}

/* The item at `at` of a row that ends at `end`; false at the end, or where no item fits. */
static bool deadline_item(const unsigned char *at, const unsigned char *end,
                          const struct rd_names *names, struct deadline_item *out)
{
    uint64_t name, due, lane, len;
    out->from = at;
    out->name = NULL;
    if (at >= end || !deadline_step(&at, end, &name))
        return false;
    if (name == 0) {
        if (end - at < 8)
            return false;
        out->number = rd_key_u64(at);
        at += 8;
    } else {
        out->name = names ? rd_names_text(names, name) : NULL;
        if (!out->name)
            return false;
        out->number = rd_symbol_head(out->name)->hash;
    }
    if (!rd_step_take(&at, end, &due) || !deadline_step(&at, end, &lane) || lane >> 2 > UINT8_MAX ||
        !deadline_step(&at, end, &len) || len > (size_t)(end - at))
        return false;
    out->due_ms = deadline_unzigzag(due);
    out->running = lane & 1;
    out->provisional = lane & 2;
    out->lane = (uint8_t)(lane >> 2);
    out->ledger = at;
    out->len = (uint32_t)len;
    out->to = at + len;
    return true;
}

/* What the row says of it, as rd_deadline_pack has it. */
static enum rd_status deadline_widen(const struct deadline_item *item, const struct rd_names *names,
                                     struct rd_arena *arena,
                                     struct rd_value places[DEADLINE_PLACES],
                                     struct rd_error *error)
{
    struct rd_value row;
    enum rd_status status = rd_pack_read_named(arena, item->ledger, item->len, names, &row, error);
    if (status != RD_OK)
        return status;
    bool sound = row.kind == RD_LIST && row.count >= DEADLINE_ROW_PLAIN &&
                 row.count == (!item->name                      ? DEADLINE_ROW_PLACES
                               : row.count > DEADLINE_ROW_PLAIN ? DEADLINE_ROW_NAMED
                                                                : DEADLINE_ROW_PLAIN);
    if (!sound)
        return deadline_unknown(error);
    places[DEADLINE_AT_LEFT] = rd_int(0);
    places[DEADLINE_AT_PAUSES] = rd_list();
    for (size_t i = 0; i < row.count; i++)
        places[DEADLINE_ROW[i]] = row.items[i];
    if (item->name)
        places[DEADLINE_AT_NAME] = rd_text(item->name);
    places[DEADLINE_AT_FORMAT] = rd_int(DEADLINE_FORMAT);
    places[DEADLINE_AT_DUE] = rd_int(item->due_ms);
    places[DEADLINE_AT_LANE] = rd_int(item->lane);
    places[DEADLINE_AT_FLAGS] = rd_int((item->running ? DEADLINE_FLAG_RUNNING : 0) |
                                       (item->provisional ? DEADLINE_FLAG_PROVISIONAL : 0));
    places[DEADLINE_AT_ZONE_VERSION] = deadline_zone_text(&places[DEADLINE_AT_ZONE_VERSION], arena);
    places[DEADLINE_AT_STARTED] =
        rd_int(deadline_span(item->due_ms, places[DEADLINE_AT_STARTED].integer));
    if (places[DEADLINE_AT_PAUSES].kind != RD_LIST || places[DEADLINE_AT_NAME].kind != RD_TEXT ||
        places[DEADLINE_AT_LIMIT].kind != RD_TEXT)
        return deadline_unknown(error);
    deadline_pauses_back(&places[DEADLINE_AT_PAUSES], item->due_ms);
    return RD_OK;
}

static enum rd_status deadline_whole(const struct deadline_item *item, struct rd_id record,
                                     const struct rd_names *names, struct rd_arena *arena,
                                     struct rd_deadline *out, struct rd_error *error)
{
    struct rd_value places[DEADLINE_PLACES];
    const struct rd_value value = { .kind = RD_LIST, .count = DEADLINE_PLACES, .items = places };
    enum rd_status status = deadline_widen(item, names, arena, places, error);
    if (status == RD_OK)
        status = rd_deadline_unpack(&value, record, arena, out, error);
    out->number = item->number;
    return status;
}

/* What most rows say: names, numbers and nothing, of a clock that was never paused. Straight from
 * the bytes; false where it is anything else. `zone`: what the row before says and means, mostly
 * the same. */
struct deadline_zoned {
    int64_t number;
    const char *text; /* NULL: there is none yet */
};

static const char *deadline_zone_again(const struct rd_value *row, struct rd_arena *arena,
                                       struct deadline_zoned *zone)
{
    struct rd_value text;
    if (row->kind == RD_INT && zone->text && zone->number == row->integer)
        return zone->text;
    text = deadline_zone_text(row, arena);
    if (row->kind == RD_INT && text.kind == RD_TEXT)
        *zone = (struct deadline_zoned){ row->integer, text.text };
    return deadline_text(&text);
}

static bool deadline_plain(const struct deadline_item *item, struct rd_id record,
                           const struct rd_names *names, struct rd_arena *arena,
                           struct deadline_zoned *zone, struct rd_deadline *out)
{
    struct rd_value at[DEADLINE_ROW_PLAIN];
    if (!item->name || !rd_pack_read_row(item->ledger, item->len, names, at, DEADLINE_ROW_PLAIN) ||
        at[ROW_AT_KIND].kind != RD_INT || at[ROW_AT_WHICH].kind != RD_INT ||
        at[ROW_AT_LIMIT].kind != RD_TEXT || at[ROW_AT_STARTED].kind != RD_INT)
        return false;
    *out = (struct rd_deadline){
        .record = record,
        .name = item->name,
        .number = item->number,
        .kind = (enum rd_deadline_kind)at[ROW_AT_KIND].integer,
        .ref = deadline_text(&at[ROW_AT_REF]),
        .which = (uint32_t)at[ROW_AT_WHICH].integer,
        .limit = at[ROW_AT_LIMIT].text,
        .clock = deadline_text(&at[ROW_AT_CLOCK]),
        .rule = deadline_text(&at[ROW_AT_RULE]),
        .decided = deadline_text(&at[ROW_AT_DECIDED]),
        .zone_version = deadline_zone_again(&at[ROW_AT_ZONE_VERSION], arena, zone),
        .started_ms = deadline_span(item->due_ms, at[ROW_AT_STARTED].integer),
        .due_ms = item->due_ms,
        .running = item->running,
        .provisional = item->provisional,
        .lane = item->lane,
    };
    return true;
}

enum rd_status rd_deadlines_load(struct rd_store *store, struct rd_id record,
                                 struct rd_arena *arena, struct rd_deadline **out, size_t *count,
                                 struct rd_error *error)
{
    struct rd_key8 key = rd_key8(record.value);
    const struct rd_names *names = rd_store_names(store);
    struct deadline_zoned zone = { 0 };
    struct deadline_item item;
    const void *bytes;
    size_t len = 0, items = 0;
    *out = NULL;
    *count = 0;
    enum rd_status status = rd_store_get(store, RD_TABLE_DEADLINE, key.bytes, &bytes, &len, error);
    if (status != RD_OK)
        return status == RD_NOT_FOUND ? RD_OK : status;
    const unsigned char *from = bytes, *end = from + len, *at;
    for (at = from; deadline_item(at, end, names, &item); at = item.to)
        items++;
    if (at != end)
        return deadline_damaged(record, error);
    *out = rd_arena_alloc(arena, items * sizeof **out);
    for (at = from; status == RD_OK && deadline_item(at, end, names, &item); at = item.to) {
        struct rd_deadline *deadline = &(*out)[*count];
        if (!deadline_plain(&item, record, names, arena, &zone, deadline))
            status = deadline_whole(&item, record, names, arena, deadline, error);
        *count += status == RD_OK;
    }
    return status;
}

void rd_deadlines_sort(struct rd_deadline *deadlines, size_t count)
{
    for (size_t i = 0; i < count; i++)
        deadlines[i].number = rd_deadline_numbered(&deadlines[i]);
    for (size_t i = 1; i < count; i++)
        for (size_t k = i; k > 0 && deadlines[k - 1].number > deadlines[k].number; k--) {
            struct rd_deadline other = deadlines[k];
            deadlines[k] = deadlines[k - 1];
            deadlines[k - 1] = other;
        }
}

/* What an entry or a row says must fit into the row. */
#define DEADLINE_LANE_MAX 127

enum rd_status rd_deadline_change(const struct rd_value *packed, const struct rd_names *names,
                                  struct rd_deadline_change *out, struct rd_error *error)
{
    struct rd_value room[DEADLINE_PLACES];
    const struct rd_value *at = deadline_places(packed, room);
    if (!at || at[DEADLINE_AT_LANE].integer < 0 || at[DEADLINE_AT_LANE].integer > DEADLINE_LANE_MAX)
        return deadline_unknown(error);
    *out = (struct rd_deadline_change){
        .number = rd_names_hash(names, at[DEADLINE_AT_NAME].text, at[DEADLINE_AT_NAME].count),
        .packed = packed,
        .due_ms = at[DEADLINE_AT_DUE].integer,
        .lane = (uint8_t)at[DEADLINE_AT_LANE].integer,
        .running = at[DEADLINE_AT_FLAGS].integer & DEADLINE_FLAG_RUNNING,
    };
    return RD_OK;
}

/* What a change finds in the row. */
struct deadline_found {
    bool had;
    struct deadline_item before; /* its number, due, lane and running */
};

/* By number; of two of one number the later one stays. How many there are then. */
static size_t deadline_order(struct rd_deadline_change *changes, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        struct rd_deadline_change change = changes[i];
        size_t at = kept;
        while (at > 0 && changes[at - 1].number > change.number)
            at--;
        if (at > 0 && changes[at - 1].number == change.number) {
            changes[at - 1] = change;
            continue;
        }
        memmove(&changes[at + 1], &changes[at], (kept - at) * sizeof change);
        changes[at] = change;
        kept++;
    }
    return kept;
}

/* The name's number and due, lane and running, and the length. */
#define DEADLINE_HEAD_BYTES_MAX (8 + 4 * RD_STEP_BYTES_MAX)

/* The ledger of a change as the row has it. */
static void deadline_ledger(const struct rd_deadline_change *change, bool named,
                            const struct rd_names *names, struct rd_arena *arena,
                            struct rd_buf *out)
{
    struct rd_value room[DEADLINE_PLACES], places[DEADLINE_ROW_PLACES];
    struct rd_value row = { .kind = RD_LIST, .count = DEADLINE_ROW_PLACES, .items = places };
    const struct rd_value *at = deadline_places(change->packed, room);
    const struct rd_value *pauses = &at[DEADLINE_AT_PAUSES];
    bool plain = at[DEADLINE_AT_LEFT].integer == 0 && pauses->count == 0;
    for (size_t i = 0; i < DEADLINE_ROW_PLACES; i++)
        switch (DEADLINE_ROW[i]) {
        case DEADLINE_AT_STARTED:
            places[i] = rd_int(deadline_span(change->due_ms, at[DEADLINE_AT_STARTED].integer));
            break;
        case DEADLINE_AT_ZONE_VERSION:
            places[i] = deadline_zone(&at[DEADLINE_AT_ZONE_VERSION]);
            break;
        case DEADLINE_AT_PAUSES:
            places[i] = plain ? *pauses : deadline_pauses(pauses, change->due_ms, arena);
            break;
        default:
            places[i] = at[DEADLINE_ROW[i]];
        }
    if (named)
        row.count = plain ? DEADLINE_ROW_PLAIN : DEADLINE_ROW_NAMED;
    rd_pack_write_named(out, &row, names);
}

static void deadline_write(const struct rd_deadline_change *change, const struct rd_names *names,
                           struct rd_arena *arena, struct rd_buf *out)
{
    static const unsigned char none[DEADLINE_HEAD_BYTES_MAX];
    unsigned char head[DEADLINE_HEAD_BYTES_MAX], *end = head;
    struct rd_value room[DEADLINE_PLACES];
    size_t from = out->len;
    if (!change->packed)
        return;
    const struct rd_value *at = deadline_places(change->packed, room);
    uint32_t name = names ? rd_names_number(names, at[DEADLINE_AT_NAME].text) : 0;
    bool provisional = at[DEADLINE_AT_FLAGS].integer & DEADLINE_FLAG_PROVISIONAL;
    rd_buf_append(out, none, sizeof none);
    deadline_ledger(change, name > 0, names, arena, out);
    size_t len = out->len - from - sizeof none;
    end += rd_step_put(end, name);
    if (name == 0) {
        rd_key_put_u64(end, change->number);
        end += 8;
    }
    end += rd_step_put(end, deadline_zigzag(change->due_ms));
    end += rd_step_put(end,
                       (uint64_t)change->lane << 2 | (uint64_t)provisional << 1 | change->running);
    end += rd_step_put(end, len);
    size_t bytes = (size_t)(end - head);
    memcpy(out->data + from, head, bytes);
    memmove(out->data + from + bytes, out->data + from + sizeof none, len);
    out->len = from + bytes + len;
}

/* The row with the changes, into `out`; `found`: what it had of each. False: it is damaged. */
static bool deadline_merge(const unsigned char *at, size_t len,
                           const struct rd_deadline_change *changes, size_t count,
                           struct deadline_found *found, const struct rd_names *names,
                           struct rd_arena *arena, struct rd_buf *out)
{
    const unsigned char *end = len ? at + len : at;
    struct deadline_item item;
    size_t next = 0;
    rd_buf_clear(out);
    for (; len && deadline_item(at, end, names, &item); at = item.to) {
        while (next < count && changes[next].number < item.number)
            deadline_write(&changes[next++], names, arena, out);
        if (next < count && changes[next].number == item.number) {
            found[next] = (struct deadline_found){ .had = true, .before = item };
            deadline_write(&changes[next++], names, arena, out);
        } else {
            rd_buf_append(out, item.from, (size_t)(item.to - item.from));
        }
    }
    while (next < count)
        deadline_write(&changes[next++], names, arena, out);
    return at == end;
}

static enum rd_status deadline_agenda(struct rd_store *store, struct rd_id record,
                                      const struct rd_deadline_change *now,
                                      const struct deadline_found *found, struct rd_error *error)
{
    const struct deadline_item *before = &found->before;
    bool was = found->had && before->running, is = now->packed && now->running;
    enum rd_status status = RD_OK;
    if (was && is && before->due_ms == now->due_ms && before->lane == now->lane)
        return RD_OK;
    if (was) {
        struct rd_agenda_key key =
            rd_agenda_key(before->lane, before->due_ms, record.value, now->number);
        status = rd_store_del(store, RD_TABLE_AGENDA, key.bytes, error);
    }
    if (status == RD_OK && is) {
        struct rd_agenda_key key = rd_agenda_key(now->lane, now->due_ms, record.value, now->number);
        status = rd_store_add(store, RD_TABLE_AGENDA, key.bytes, "", 0, error);
    }
    return status;
}

/* The row as it is now; `had`: there was one. */
static enum rd_status deadline_row(struct rd_store *store, struct rd_id record, bool had,
                                   const struct rd_buf *row, struct rd_error *error)
{
    struct rd_key8 key = rd_key8(record.value);
    if (row->len == 0)
        return had ? rd_store_del(store, RD_TABLE_DEADLINE, key.bytes, error) : RD_OK;
    return had ? rd_store_put(store, RD_TABLE_DEADLINE, key.bytes, row->data, row->len, error)
               : rd_store_add(store, RD_TABLE_DEADLINE, key.bytes, row->data, row->len, error);
}

enum rd_status rd_deadlines_change(struct rd_store *store, struct rd_id record,
                                   struct rd_deadline_change *changes, size_t count,
                                   struct rd_arena *arena, struct rd_buf *scratch,
                                   struct rd_error *error)
{
    struct rd_key8 key = rd_key8(record.value);
    const void *bytes = NULL;
    size_t len = 0, known = 0;
    count = deadline_order(changes, count);
    struct deadline_found *found = rd_arena_zalloc(arena, count, sizeof *found);
    enum rd_status status = rd_store_get(store, RD_TABLE_DEADLINE, key.bytes, &bytes, &len, error);
    if (status != RD_OK && status != RD_NOT_FOUND)
        return status;
    bool had = status == RD_OK;
    if (!deadline_merge(bytes, len, changes, count, found, rd_store_names(store), arena, scratch))
        return deadline_damaged(record, error);
    for (size_t i = 0; i < count; i++)
        known += found[i].had || changes[i].packed;
    status = known ? deadline_row(store, record, had, scratch, error) : RD_OK;
    for (size_t i = 0; status == RD_OK && i < count; i++)
        status = deadline_agenda(store, record, &changes[i], &found[i], error);
    return status;
}

int64_t rd_deadline_used_ms(const struct rd_deadline *deadline, const struct rd_calendar *clock,
                            int64_t at_ms)
{
    bool provisional;
    int64_t used = rd_calendar_between_ms(clock, deadline->started_ms, at_ms, &provisional);
    for (size_t i = 0; i < deadline->pause_count; i++) {
        const struct rd_pause *pause = &deadline->pauses[i];
        int64_t to = pause->to_ms < at_ms ? pause->to_ms : at_ms;
        used -= rd_calendar_between_ms(clock, pause->from_ms, to, &provisional);
    }
    return used;
}

void rd_deadline_plan(struct rd_deadline *deadline, const struct rd_duration *duration,
                      const struct rd_calendar *clock)
{
    bool provisional = false, once = false;
    int64_t due = rd_calendar_add(clock, deadline->started_ms, duration, &provisional);
    deadline->running = true;
    deadline->left_ms = 0;
    for (size_t i = 0; i < deadline->pause_count && deadline->running; i++) {
        const struct rd_pause *pause = &deadline->pauses[i];
        int64_t left = rd_calendar_between_ms(clock, pause->from_ms, due, &once);
        provisional |= once;
        if (pause->to_ms == INT64_MAX) {
            deadline->running = false;
            deadline->left_ms = left;
        } else {
            /* a limit in days that was due as the doors open is due as they open after the pause
             * too, not at the closing before, which is the same in working time */
            bool opens =
                duration->kind != RD_DURATION_BUSINESS_TIME && rd_calendar_is_open(clock, due);
            struct rd_duration rest = { .kind = RD_DURATION_BUSINESS_TIME, .n = left + opens };
            due = rd_calendar_add(clock, pause->to_ms, &rest, &once) - opens;
            provisional |= once;
        }
    }
    deadline->due_ms = due;
    deadline->provisional = provisional;
    deadline->zone_version = rd_zone_version(rd_calendar_zone(clock));
}
