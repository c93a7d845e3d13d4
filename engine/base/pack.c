/* Stored bytes: values as MessagePack, in its subset nil, bool, int, float64, str, array, map with
 * text keys.
 *
 * Writing always takes the shortest form, so that the same value gives the same bytes. It is done
 * here because the library's packer calls back for every few bytes, and a third of an entry's cost
 * was that. Reading is done here because the library stops at 32 levels of nesting, which an entry
 * around a form of 32 levels exceeds, and builds a second tree on the way. It reads from bytes that
 * a checksum has already vouched for, yet trusts none of them: every length is held against what is
 * left before anything is taken.
 *
 * Names are written by number where the caller has numbers: as a key the number itself (no other
 * key is an integer), as a text an extension of one byte whose type is the number's upper half:
 *
 *   { "state": "verified" }   81 05 D4 01 2C      5 is `state`, 0x012C is `verified`
 *
 * A sealed text (base/sealed.h) is an extension of type 1 in what is written with names, which is
 * what is kept; written without, for a hash or a comparison, it is its letters.
 */
#include "base/pack.h"

#include <string.h>

#include "base/text.h"

/* ---- writing ---- */

#define PACK_HEAD_BYTES 9 /* the longest number or length with its tag */

/* Writes straight into the buffer's memory; the buffer learns of it when more room is needed, and
 * at the end. */
struct pack_writer {
    char *at, *end;
    struct rd_buf *buf;
    const struct rd_names *names; /* NULL: names are spelled out */
    struct rd_names *gives;       /* the same, where those that have no number get one; NULL */
    /* of the names, at hand: where symbols lie (0 bytes: none do), and their numbers */
    uintptr_t from;
    size_t bytes;
    const _Atomic(uint32_t) *seat;
    const uint16_t *numbers;
};

static void pack_settle(struct pack_writer *writer)
{
    if (writer->at)
        writer->buf->len = (size_t)(writer->at - writer->buf->data);
}

static void pack_more(struct pack_writer *writer, size_t bytes)
{
    pack_settle(writer);
    writer->at = rd_buf_reserve(writer->buf, bytes);
    writer->end = writer->buf->data + writer->buf->cap;
}

static inline void pack_room(struct pack_writer *writer, size_t bytes)
{
    if ((size_t)(writer->end - writer->at) < bytes)
        pack_more(writer, bytes);
}

/* A tag and `width` bytes, the highest first; there is room for both. */
static inline void pack_number(struct pack_writer *writer, unsigned tag, uint64_t number,
                               unsigned width)
{
    uint64_t high_first = __builtin_bswap64(number << (64 - 8 * width));
    writer->at[0] = (char)tag;
    memcpy(writer->at + 1, &high_first, sizeof high_first);
    writer->at += 1 + width;
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are turned round");

/* There is room for PACK_HEAD_BYTES. */
static RD_ALWAYS_INLINE void pack_int(struct pack_writer *writer, int64_t integer)
{
    uint64_t bits = (uint64_t)integer;
    if (integer >= -32 && integer <= 127)
        *writer->at++ = (char)integer;
    else if (integer > UINT32_MAX)
        pack_number(writer, 0xCF, bits, 8);
    else if (integer > UINT16_MAX)
        pack_number(writer, 0xCE, bits, 4);
    else if (integer > UINT8_MAX)
        pack_number(writer, 0xCD, bits, 2);
    else if (integer >= 0)
        pack_number(writer, 0xCC, bits, 1);
    else if (integer >= INT8_MIN)
        pack_number(writer, 0xD0, bits, 1);
    else if (integer >= INT16_MIN)
        pack_number(writer, 0xD1, bits, 2);
    else if (integer >= INT32_MIN)
        pack_number(writer, 0xD2, bits, 4);
    else
        pack_number(writer, 0xD3, bits, 8);
}

static void pack_real(struct pack_writer *writer, double real)
{
    uint64_t bits;
    memcpy(&bits, &real, sizeof bits);
    pack_number(writer, 0xCB, bits, 8);
}

static void pack_text(struct pack_writer *writer, const char *text, size_t len)
{
    pack_room(writer, PACK_HEAD_BYTES + len);
    if (len < 32)
        *writer->at++ = (char)(0xA0 | len);
    else if (len <= UINT8_MAX)
        pack_number(writer, 0xD9, len, 1);
    else if (len <= UINT16_MAX)
        pack_number(writer, 0xDA, len, 2);
    else
        pack_number(writer, 0xDB, len, 4);
    memcpy(writer->at, text, len);
    writer->at += len;
}

/* The head of a list (small 0x90, large 0xDC) or of a map (0x80, 0xDE). There is room for it. */
static inline void pack_count(struct pack_writer *writer, unsigned small, unsigned large,
                              uint32_t count)
{
    if (count < 16)
        *writer->at++ = (char)(small | count);
    else if (count <= UINT16_MAX)
        pack_number(writer, large, count, 2);
    else
        pack_number(writer, large + 1, count, 4);
}

/* The same of the program's own names, and of those that have no number yet. */
static uint32_t pack_name_met(const struct pack_writer *writer, const char *text)
{
    uint32_t number = rd_names_number(writer->names, text);
    return number || !writer->gives ? number : rd_names_give(writer->gives, text);
}

/* The number of a symbol (rd_symbol_is) that has one, or 0. */
static RD_ALWAYS_INLINE uint32_t pack_symbol(const struct pack_writer *writer, const char *text)
{
    size_t at = (uintptr_t)text - writer->from;
    if (at >= writer->bytes || at % sizeof(struct rd_symbol_head) != 0 || at == 0)
        return 0;
    uint32_t index = rd_symbol_head(text)->index;
    bool is = index < 2 * RD_SYMBOLS_MAX &&
              atomic_load_explicit(&writer->seat[index], memory_order_relaxed) == at;
    return is ? writer->numbers[index] : 0;
}

/* The number that stands for this text; 0: it is spelled out. */
static RD_ALWAYS_INLINE uint32_t pack_name(const struct pack_writer *writer, const char *text)
{
    uint32_t number = pack_symbol(writer, text);
    return number || !writer->names ? number : pack_name_met(writer, text);
}

/* There is room for two heads, and one is left behind it. */
static inline void pack_key(struct pack_writer *writer, const char *key)
{
    uint32_t number = pack_name(writer, key);
    if (number) {
        pack_int(writer, number);
        return;
    }
    pack_text(writer, key, strlen(key));
    pack_room(writer, PACK_HEAD_BYTES);
}

/* Extensions of any length: C7 to C9. */
static void pack_sealed(struct pack_writer *writer, const struct rd_value *value)
{
    size_t len;
    const char *bytes = rd_sealed_bytes(value, &len);
    unsigned width = len <= UINT8_MAX ? 0 : len <= UINT16_MAX ? 1 : 2;
    pack_room(writer, PACK_HEAD_BYTES + 1 + len);
    pack_number(writer, 0xC7 + width, len, 1u << width);
    *writer->at++ = RD_SEAL_PACKED_TYPE;
    memcpy(writer->at, bytes, len);
    writer->at += len;
}

/* A value may show the begin of a symbol only: then it is another text. */
static RD_ALWAYS_INLINE void pack_text_value(struct pack_writer *writer,
                                             const struct rd_value *value)
{
    if (writer->names && rd_text_is_sealed(value)) {
        pack_sealed(writer, value);
        return;
    }
    uint32_t number = value->count <= RD_SYMBOL_BYTES_MAX && value->text[value->count] == 0
                          ? pack_name(writer, value->text)
                          : 0;
    if (number)
        pack_number(writer, 0xD4, number, 2);
    else
        pack_text(writer, value->text, value->count);
}

/* Anything but a list or map, which are left to the caller: false. There is room for
 * PACK_HEAD_BYTES. */
static RD_ALWAYS_INLINE bool pack_plain(struct pack_writer *writer, const struct rd_value *value)
{
    switch (value->kind) {
    case RD_NULL:
        *writer->at++ = (char)0xC0;
        return true;
    case RD_BOOL:
        *writer->at++ = (char)(value->boolean ? 0xC3 : 0xC2);
        return true;
    case RD_INT:
        pack_int(writer, value->integer);
        return true;
    case RD_REAL:
        pack_real(writer, value->real);
        return true;
    case RD_TEXT:
        pack_text_value(writer, value);
        return true;
    case RD_LIST:
    case RD_MAP:
        return false;
    }
    return false;
}

/* A short list of names, small numbers and nothing, such as what a rule said: written without a
 * call, or not at all. There is room for two heads. */
#define PACK_ROW_MAX 4

_Static_assert(1 + 3 * PACK_ROW_MAX <= 2 * PACK_HEAD_BYTES, "a row fits where two heads do");

static RD_ALWAYS_INLINE bool pack_row(struct pack_writer *writer, const struct rd_value *list)
{
    unsigned char *at = (unsigned char *)writer->at;
    if (list->kind != RD_LIST || list->count > PACK_ROW_MAX)
        return false;
    *at++ = (unsigned char)(0x90 | list->count);
    for (uint32_t i = 0; i < list->count; i++) { /* by number: an empty list has no first member */
        const struct rd_value *item = &list->items[i];
        if (item->kind == RD_TEXT) {
            uint32_t number = pack_symbol(writer, item->text);
            if (!number || item->cap || rd_symbol_head(item->text)->len != item->count)
                return false;
            at[0] = 0xD4;
            at[1] = (unsigned char)(number >> 8);
            at[2] = (unsigned char)number;
            at += 3;
        } else if (item->kind == RD_NULL) {
            *at++ = 0xC0;
        } else if (item->kind == RD_INT && item->integer >= -32 && item->integer <= 127) {
            *at++ = (unsigned char)item->integer;
        } else {
            return false;
        }
    }
    writer->at = (char *)at;
    return true;
}

/* A list or map; most of its members are neither, and are written without a call. Room for the head
 * is there. */
static void pack_members(struct pack_writer *writer, const struct rd_value *of, int depth)
{
    RD_ASSERT(depth < RD_PACK_DEPTH_MAX);
    bool is_map = of->kind == RD_MAP;
    if (is_map)
        pack_count(writer, 0x80, 0xDE, of->count);
    else
        pack_count(writer, 0x90, 0xDC, of->count);
    for (uint32_t i = 0; i < of->count; i++) {
        const struct rd_value *member = is_map ? &of->pairs[i].value : &of->items[i];
        pack_room(writer, 2 * PACK_HEAD_BYTES);
        if (is_map)
            pack_key(writer, of->pairs[i].key);
        if (!pack_plain(writer, member) &&
            !(depth + 1 < RD_PACK_DEPTH_MAX && pack_row(writer, member)))
            pack_members(writer, member, depth + 1);
    }
}

static void pack_whole(struct rd_buf *buf, const struct rd_value *value,
                       const struct rd_names *names, struct rd_names *gives)
{
    struct pack_writer writer = { .buf = buf, .names = names, .gives = gives };
    if (names) {
        writer.from = (uintptr_t)names->symbols->from;
        writer.bytes = names->symbols->bytes;
        writer.seat = names->symbols->seat;
        writer.numbers = names->numbers;
    }
    pack_room(&writer, PACK_HEAD_BYTES);
    if (!pack_plain(&writer, value))
        pack_members(&writer, value, 0);
    pack_settle(&writer);
}

void rd_pack_write(struct rd_buf *buf, const struct rd_value *value)
{
    pack_whole(buf, value, NULL, NULL);
}

void rd_pack_write_named(struct rd_buf *buf, const struct rd_value *value,
                         const struct rd_names *names)
{
    pack_whole(buf, value, names, NULL);
}

void rd_pack_write_naming(struct rd_buf *buf, const struct rd_value *value, struct rd_names *names)
{
    pack_whole(buf, value, names, names);
}

/* ---- reading ---- */

/* Reads from a copy of the bytes that lies in the arena, so that texts need not be copied one by
 * one: each stays where it is and gets its NUL when the tag behind it has been read. */
struct pack_reader {
    const char *start;
    char *at, *end;
    char *open;         /* where the NUL of the last text belongs; NULL: there is none to put */
    size_t members_max; /* of lists and maps not yet met: each takes a byte at least */
    struct rd_arena *arena;
    const struct rd_names *names; /* NULL: nothing is named by number */
    struct rd_error *error;
};

static enum rd_status pack_corrupt(struct pack_reader *reader, const char *what)
{
    return rd_error_set(reader->error, RD_CORRUPT, "stored bytes are damaged: %s at byte %zu", what,
                        (size_t)(reader->at - reader->start));
}

/* The next byte. */
static enum rd_status pack_read_tag(struct pack_reader *reader, unsigned *tag)
{
    if (reader->at == reader->end)
        return pack_corrupt(reader, "they end too early");
    *tag = (unsigned char)*reader->at;
    if (reader->open)
        *reader->open = 0;
    reader->open = NULL;
    reader->at++;
    return RD_OK;
}

/* A big-endian number of `width` bytes. */
static enum rd_status pack_read_number(struct pack_reader *reader, unsigned width, uint64_t *out)
{
    if ((size_t)(reader->end - reader->at) < width)
        return pack_corrupt(reader, "they end too early");
    uint64_t number = 0;
    for (unsigned i = 0; i < width; i++)
        number = number << 8 | (unsigned char)*reader->at++;
    *out = number;
    return RD_OK;
}

static enum rd_status pack_read_text(struct pack_reader *reader, uint64_t len, struct rd_value *out)
{
    if ((uint64_t)(reader->end - reader->at) < len)
        return pack_corrupt(reader, "a text ends too early");
    if (!rd_text_is_utf8(reader->at, len))
        return pack_corrupt(reader, "a text is not UTF-8");
    *out = rd_text_of(reader->at, len);
    reader->at += len;
    reader->open = reader->at;
    return RD_OK;
}

static enum rd_status pack_read_name(struct pack_reader *reader, uint64_t number,
                                     struct rd_value *out)
{
    const char *name = reader->names ? rd_names_text(reader->names, number) : NULL;
    if (!name)
        return pack_corrupt(reader, "a name has a number that no entry gave");
    *out = rd_text_of(name, rd_symbol_head(name)->len);
    return RD_OK;
}

/* Takes `count` members off what the bytes may hold altogether. A count beyond that is a lie and
 * would take memory. */
static bool pack_read_members(struct pack_reader *reader, uint64_t count)
{
    if (reader->members_max < count)
        return false;
    reader->members_max -= count;
    return true;
}

static enum rd_status pack_read_any(struct pack_reader *reader, int depth, struct rd_value *out);

/* What most members are: a small number, a name, nothing, a time, a short text. False where it is
 * something else, or the bytes end: nothing was read then. */
static RD_ALWAYS_INLINE bool pack_read_quick(struct pack_reader *reader, struct rd_value *out)
{
    const unsigned char *at = (const unsigned char *)reader->at;
    size_t left = (size_t)(reader->end - reader->at);
    uint64_t number;
    if (left < 1 + sizeof number) /* the slow way looks closer */
        return false;
    const char *name;
    char *open = NULL;
    switch (at[0]) {
    case 0xC0:
        *out = rd_null();
        reader->at += 1;
        break;
    case 0xC2:
    case 0xC3:
        *out = rd_bool(at[0] == 0xC3);
        reader->at += 1;
        break;
    case 0xCC:
        *out = rd_int(at[1]);
        reader->at += 2;
        break;
    case 0xCD:
        *out = rd_int(at[1] << 8 | at[2]);
        reader->at += 3;
        break;
    case 0xCF:
        memcpy(&number, at + 1, sizeof number);
        number = __builtin_bswap64(number);
        if (number > INT64_MAX)
            return false;
        *out = rd_int((int64_t)number);
        reader->at += 9;
        break;
    case 0xD4:
        name = reader->names ? rd_names_text(reader->names, (uint64_t)at[1] << 8 | at[2]) : NULL;
        if (!name)
            return false;
        *out = rd_text_of(name, rd_symbol_head(name)->len);
        reader->at += 3;
        break;
    default:
        if (at[0] >= 0xA0 && at[0] <= 0xBF) {
            size_t len = at[0] & 0x1F;
            if (left <= len || !rd_text_is_ascii(reader->at + 1, len))
                return false;
            *out = rd_text_of(reader->at + 1, len);
            reader->at += 1 + len;
            open = reader->at;
            break;
        }
        if (at[0] > 0x7F)
            return false;
        *out = rd_int(at[0]);
        reader->at += 1;
        break;
    }
    if (reader->open)
        *reader->open = 0;
    reader->open = open;
    return true;
}

static RD_ALWAYS_INLINE enum rd_status pack_read_member(struct pack_reader *reader, int depth,
                                                        struct rd_value *out)
{
    return pack_read_quick(reader, out) ? RD_OK : pack_read_any(reader, depth, out);
}

static enum rd_status pack_read_list(struct pack_reader *reader, uint64_t count, int depth,
                                     struct rd_value *out)
{
    if (!pack_read_members(reader, count))
        return pack_corrupt(reader, "a list ends too early");
    struct rd_value list = { .kind = RD_LIST, .count = (uint32_t)count, .cap = (uint32_t)count };
    if (count > 0)
        list.items = rd_arena_alloc(reader->arena, count * sizeof(list.items[0]));
    for (uint32_t i = 0; i < list.count; i++) {
        enum rd_status status = pack_read_member(reader, depth + 1, &list.items[i]);
        if (status != RD_OK)
            return status;
    }
    *out = list;
    return RD_OK;
}

/* What most keys are: the number of a name, of three bytes at the most. NULL where it is something
 * else, or the bytes end: nothing was read then. */
static RD_ALWAYS_INLINE const char *pack_quick_key(struct pack_reader *reader)
{
    const unsigned char *at = (const unsigned char *)reader->at;
    if (!reader->names || reader->end - reader->at < 4)
        return NULL;
    unsigned number = at[0], bytes = 1;
    if (number == 0xCC)
        number = at[1], bytes = 2;
    else if (number == 0xCD)
        number = (unsigned)at[1] << 8 | at[2], bytes = 3;
    else if (number > 0x7F)
        return NULL;
    const char *name = rd_names_text(reader->names, number);
    if (!name)
        return NULL;
    if (reader->open)
        *reader->open = 0;
    reader->open = NULL;
    reader->at += bytes;
    return name;
}

/* A text, or the number of a name. */
static enum rd_status pack_read_key(struct pack_reader *reader, const char **out)
{
    struct rd_value key;
    enum rd_status status = pack_read_any(reader, RD_PACK_DEPTH_MAX, &key);
    if (status == RD_OK && key.kind == RD_INT && reader->names)
        status = pack_read_name(reader, (uint64_t)key.integer, &key);
    if (status != RD_OK)
        return status;
    if (key.kind != RD_TEXT || rd_text_is_sealed(&key))
        return pack_corrupt(reader, "a key is not a text");
    if (reader->open && memchr(key.text, '\0', key.count)) /* names hold none */
        return pack_corrupt(reader, "a key is not a text");
    *out = key.text;
    return RD_OK;
}

static enum rd_status pack_read_map(struct pack_reader *reader, uint64_t count, int depth,
                                    struct rd_value *out)
{
    if (!pack_read_members(reader, count * 2))
        return pack_corrupt(reader, "a map ends too early");
    struct rd_value map = { .kind = RD_MAP, .count = (uint32_t)count, .cap = (uint32_t)count };
    if (count > 0)
        map.pairs = rd_arena_alloc(reader->arena, count * sizeof(map.pairs[0]));
    for (uint32_t i = 0; i < map.count; i++) {
        struct rd_pair *pair = &map.pairs[i];
        pair->key = pack_quick_key(reader);
        enum rd_status status = pair->key ? RD_OK : pack_read_key(reader, &pair->key);
        if (status == RD_OK)
            status = pack_read_member(reader, depth + 1, &pair->value);
        if (status != RD_OK)
            return status;
    }
    *out = map;
    return RD_OK;
}

/* Numbers of 1 to 8 bytes behind the tag: CC..CF unsigned, D0..D3 signed, CB a float64. */
static enum rd_status pack_read_scalar(struct pack_reader *reader, unsigned tag,
                                       struct rd_value *out)
{
    unsigned width = tag == 0xCB ? 8 : 1u << (tag & 3);
    uint64_t number = 0;
    enum rd_status status = pack_read_number(reader, width, &number);
    if (status != RD_OK)
        return status;
    if (tag == 0xCB) {
        double real;
        memcpy(&real, &number, sizeof(real));
        *out = rd_real(real);
    } else if (tag >= 0xD0) {
        unsigned unused_bits = 64 - 8 * width;
        *out = rd_int((int64_t)(number << unused_bits) >> unused_bits);
    } else if (number > INT64_MAX) {
        return pack_corrupt(reader, "an integer is too large");
    } else {
        *out = rd_int((int64_t)number);
    }
    return RD_OK;
}

/* What has its length behind the tag: D9..DB texts, DC DD lists, DE DF maps. */
static enum rd_status pack_read_sized(struct pack_reader *reader, unsigned tag, int depth,
                                      struct rd_value *out)
{
    unsigned width = tag <= 0xDB ? 1u << (tag - 0xD9) : 2u << (tag & 1);
    uint64_t count = 0;
    enum rd_status status = pack_read_number(reader, width, &count);
    if (status != RD_OK)
        return status;
    if (tag <= 0xDB)
        return pack_read_text(reader, count, out);
    if (depth >= RD_PACK_DEPTH_MAX)
        return pack_corrupt(reader, "nesting is too deep");
    if (tag <= 0xDD)
        return pack_read_list(reader, count, depth, out);
    return pack_read_map(reader, count, depth, out);
}

/* C7..C9: a sealed text. */
static enum rd_status pack_read_sealed(struct pack_reader *reader, unsigned tag,
                                       struct rd_value *out)
{
    const struct rd_sealer *sealer =
        reader->names && reader->names->sealer.find ? &reader->names->sealer : NULL;
    uint64_t len = 0;
    enum rd_status status = pack_read_number(reader, 1u << (tag - 0xC7), &len);
    if (status != RD_OK)
        return status;
    if ((uint64_t)(reader->end - reader->at) < len + 1)
        return pack_corrupt(reader, "a sealed text ends too early");
    if (*reader->at != RD_SEAL_PACKED_TYPE ||
        !rd_sealed_open(reader->arena, reader->at + 1, len, sealer, out))
        return pack_corrupt(reader, "an unknown kind");
    reader->at += len + 1;
    return rd_text_is_utf8(out->text, out->count) ? RD_OK
                                                  : pack_corrupt(reader, "a text is not UTF-8");
}

static enum rd_status pack_read_any(struct pack_reader *reader, int depth, struct rd_value *out)
{
    unsigned tag = 0;
    enum rd_status status = pack_read_tag(reader, &tag);
    if (status != RD_OK)
        return status;
    if (tag <= 0x7F || tag >= 0xE0) {
        *out = rd_int((int8_t)tag);
        return RD_OK;
    }
    if (tag >= 0xA0 && tag <= 0xBF)
        return pack_read_text(reader, tag & 0x1F, out);
    if (tag <= 0x9F && depth >= RD_PACK_DEPTH_MAX)
        return pack_corrupt(reader, "nesting is too deep");
    if (tag <= 0x8F)
        return pack_read_map(reader, tag & 0x0F, depth, out);
    if (tag <= 0x9F)
        return pack_read_list(reader, tag & 0x0F, depth, out);
    if (tag == 0xC0 || tag == 0xC2 || tag == 0xC3) {
        *out = tag == 0xC0 ? rd_null() : rd_bool(tag == 0xC3);
        return RD_OK;
    }
    if (tag >= 0xC7 && tag <= 0xC9)
        return pack_read_sealed(reader, tag, out);
    if (tag >= 0xCB && tag <= 0xD3)
        return pack_read_scalar(reader, tag, out);
    if (tag == 0xD4) {
        uint64_t number = 0;
        status = pack_read_number(reader, 2, &number);
        return status == RD_OK ? pack_read_name(reader, number, out) : status;
    }
    if (tag >= 0xD9)
        return pack_read_sized(reader, tag, depth, out);
    reader->at--;
    return pack_corrupt(reader, "an unknown kind");
}

static struct pack_reader pack_open(struct rd_arena *arena, const void *bytes, size_t len,
                                    const struct rd_names *names, struct rd_error *error)
{
    char *copy = rd_arena_letters(arena, bytes, len);
    return (struct pack_reader){
        .start = copy,
        .at = copy,
        .end = copy + len,
        .members_max = len,
        .arena = arena,
        .names = names,
        .error = error,
    };
}

enum rd_status rd_pack_read(struct rd_arena *arena, const void *bytes, size_t len,
                            struct rd_value *out, struct rd_error *error)
{
    return rd_pack_read_named(arena, bytes, len, NULL, out, error);
}

enum rd_status rd_pack_read_named(struct rd_arena *arena, const void *bytes, size_t len,
                                  const struct rd_names *names, struct rd_value *out,
                                  struct rd_error *error)
{
    struct pack_reader reader = pack_open(arena, bytes, len, names, error);
    struct rd_value value;
    enum rd_status status = pack_read_any(&reader, 0, &value);
    if (status != RD_OK)
        return status;
    if (reader.at != reader.end)
        return pack_corrupt(&reader, "something follows the value");
    *out = value;
    return RD_OK;
}

/* A number of `width` bytes behind a tag, the highest first; false where they are not all there. */
static RD_ALWAYS_INLINE bool pack_row_number(const unsigned char **at, const unsigned char *end,
                                             unsigned width, uint64_t *out)
{
    if ((size_t)(end - *at) < 1 + (size_t)width)
        return false;
    *out = 0;
    for (unsigned i = 1; i <= width; i++)
        *out = *out << 8 | (*at)[i];
    *at += 1 + width;
    return true;
}

/* One member of such a row. */
static RD_ALWAYS_INLINE bool pack_row_item(const unsigned char **at, const unsigned char *end,
                                           const struct rd_names *names, struct rd_value *out)
{
    uint64_t number = 0;
    const char *name;
    bool whole = true;
    if (*at == end)
        return false;
    switch (**at) {
    case 0xC0:
        *out = rd_null();
        ++*at;
        return true;
    case 0xC2:
    case 0xC3:
        *out = rd_bool(*(*at)++ == 0xC3);
        return true;
    case 0xCC:
        whole = pack_row_number(at, end, 1, &number);
        break;
    case 0xCD:
        whole = pack_row_number(at, end, 2, &number);
        break;
    case 0xCE:
        whole = pack_row_number(at, end, 4, &number);
        break;
    case 0xCF:
        whole = pack_row_number(at, end, 8, &number);
        break;
    case 0xD4:
        name = pack_row_number(at, end, 2, &number) ? rd_names_text(names, number) : NULL;
        if (name)
            *out = rd_text_of(name, rd_symbol_head(name)->len);
        return name != NULL;
    default:
        number = *(*at)++;
        whole = number <= 0x7F;
        break;
    }
    *out = rd_int((int64_t)number);
    return whole && number <= INT64_MAX;
}

bool rd_pack_read_row(const void *bytes, size_t len, const struct rd_names *names,
                      struct rd_value *items, uint32_t count)
{
    const unsigned char *at = bytes, *end = at + len;
    RD_ASSERT(count < 16);
    if (len == 0 || *at++ != (0x90 | count))
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!pack_row_item(&at, end, names, &items[i]))
            return false;
    return at == end;
}

enum rd_status rd_pack_read_first(struct rd_arena *arena, const void *bytes, size_t len,
                                  struct rd_value *out, size_t *used, struct rd_error *error)
{
    struct pack_reader reader = pack_open(arena, bytes, len, NULL, error);
    enum rd_status status = pack_read_any(&reader, 0, out);
    if (reader.open)
        *reader.open = 0;
    *used = (size_t)(reader.at - reader.start);
    return status;
}
