/* Stored bytes: values as MessagePack, in its subset nil, bool, int, float64, str, array, map with
 * text keys.
 *
 * Writing is msgpack-c's packer, which always takes the shortest form: the same value gives the
 * same bytes. Reading is done here because msgpack-c stops at 32 levels of nesting, which an entry
 * around a form of 32 levels exceeds, and builds a second tree on the way. It reads from bytes that
 * a checksum has already vouched for, yet trusts none of them: every length is held against what is
 * left before anything is taken.
 */
#include "base/pack.h"

#include <msgpack.h>
#include <string.h>

#include "base/text.h"

/* ---- writing ---- */

static int pack_append(void *context, const char *bytes, size_t len)
{
    rd_buf_append(context, bytes, len);
    return 0;
}

static void pack_text(msgpack_packer *packer, const char *text, size_t len)
{
    msgpack_pack_str(packer, len);
    msgpack_pack_str_body(packer, text, len);
}

static void pack_any(msgpack_packer *packer, const struct rd_value *value, int depth)
{
    RD_ASSERT(depth < RD_PACK_DEPTH_MAX || value->kind < RD_LIST);
    switch (value->kind) {
    case RD_NULL:
        msgpack_pack_nil(packer);
        break;
    case RD_BOOL:
        if (value->boolean)
            msgpack_pack_true(packer);
        else
            msgpack_pack_false(packer);
        break;
    case RD_INT:
        msgpack_pack_int64(packer, value->integer);
        break;
    case RD_REAL:
        msgpack_pack_double(packer, value->real);
        break;
    case RD_TEXT:
        pack_text(packer, value->text, value->count);
        break;
    case RD_LIST:
        msgpack_pack_array(packer, value->count);
        for (uint32_t i = 0; i < value->count; i++)
            pack_any(packer, &value->items[i], depth + 1);
        break;
    case RD_MAP:
        msgpack_pack_map(packer, value->count);
        for (uint32_t i = 0; i < value->count; i++) {
            pack_text(packer, value->pairs[i].key, strlen(value->pairs[i].key));
            pack_any(packer, &value->pairs[i].value, depth + 1);
        }
        break;
    }
}

void rd_pack_write(struct rd_buf *buf, const struct rd_value *value)
{
    msgpack_packer packer;
    msgpack_packer_init(&packer, buf, pack_append);
    pack_any(&packer, value, 0);
}

/* ---- reading ---- */

struct pack_reader {
    const unsigned char *start;
    const unsigned char *at;
    const unsigned char *end;
    size_t members_max; /* of lists and maps not yet met: each takes a byte at least */
    struct rd_arena *arena;
    struct rd_error *error;
};

static enum rd_status pack_corrupt(struct pack_reader *reader, const char *what)
{
    return rd_error_set(reader->error, RD_CORRUPT, "stored bytes are damaged: %s at byte %zu", what,
                        (size_t)(reader->at - reader->start));
}

/* A big-endian number of `width` bytes. */
static enum rd_status pack_read_number(struct pack_reader *reader, unsigned width, uint64_t *out)
{
    if ((size_t)(reader->end - reader->at) < width)
        return pack_corrupt(reader, "they end too early");
    uint64_t number = 0;
    for (unsigned i = 0; i < width; i++)
        number = number << 8 | *reader->at++;
    *out = number;
    return RD_OK;
}

static enum rd_status pack_read_text(struct pack_reader *reader, uint64_t len, struct rd_value *out)
{
    if ((uint64_t)(reader->end - reader->at) < len)
        return pack_corrupt(reader, "a text ends too early");
    const char *bytes = (const char *)reader->at;
    if (!rd_text_is_utf8(bytes, len))
        return pack_corrupt(reader, "a text is not UTF-8");
    *out = rd_text_copy(reader->arena, bytes, len);
    reader->at += len;
    return RD_OK;
}

/* Takes `count` members off what the bytes may hold altogether. A count beyond that is a lie and
 * would take memory. */
static bool pack_members(struct pack_reader *reader, uint64_t count)
{
    if (reader->members_max < count)
        return false;
    reader->members_max -= count;
    return true;
}

static enum rd_status pack_read_any(struct pack_reader *reader, int depth, struct rd_value *out);

static enum rd_status pack_read_list(struct pack_reader *reader, uint64_t count, int depth,
                                     struct rd_value *out)
{
    if (!pack_members(reader, count))
        return pack_corrupt(reader, "a list ends too early");
    struct rd_value list = { .kind = RD_LIST, .count = (uint32_t)count, .cap = (uint32_t)count };
    if (count > 0)
        list.items = rd_arena_alloc(reader->arena, count * sizeof(list.items[0]));
    for (uint32_t i = 0; i < list.count; i++) {
        enum rd_status status = pack_read_any(reader, depth + 1, &list.items[i]);
        if (status != RD_OK)
            return status;
    }
    *out = list;
    return RD_OK;
}

static enum rd_status pack_read_pair(struct pack_reader *reader, int depth, struct rd_pair *out)
{
    struct rd_value key;
    enum rd_status status = pack_read_any(reader, RD_PACK_DEPTH_MAX, &key);
    if (status != RD_OK)
        return status;
    if (key.kind != RD_TEXT || memchr(key.text, '\0', key.count))
        return pack_corrupt(reader, "a key is not a text");
    out->key = key.text;
    return pack_read_any(reader, depth + 1, &out->value);
}

static enum rd_status pack_read_map(struct pack_reader *reader, uint64_t count, int depth,
                                    struct rd_value *out)
{
    if (!pack_members(reader, count * 2))
        return pack_corrupt(reader, "a map ends too early");
    struct rd_value map = { .kind = RD_MAP, .count = (uint32_t)count, .cap = (uint32_t)count };
    if (count > 0)
        map.pairs = rd_arena_alloc(reader->arena, count * sizeof(map.pairs[0]));
    for (uint32_t i = 0; i < map.count; i++) {
        enum rd_status status = pack_read_pair(reader, depth, &map.pairs[i]);
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

static enum rd_status pack_read_any(struct pack_reader *reader, int depth, struct rd_value *out)
{
    if (reader->at == reader->end)
        return pack_corrupt(reader, "they end too early");
    unsigned tag = *reader->at++;
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
    if (tag >= 0xCB && tag <= 0xD3)
        return pack_read_scalar(reader, tag, out);
    if (tag >= 0xD9)
        return pack_read_sized(reader, tag, depth, out);
    reader->at--;
    return pack_corrupt(reader, "an unknown kind");
}

enum rd_status rd_pack_read(struct rd_arena *arena, const void *bytes, size_t len,
                            struct rd_value *out, struct rd_error *error)
{
    struct pack_reader reader = {
        .start = bytes,
        .at = bytes,
        .end = (const unsigned char *)bytes + len,
        .members_max = len,
        .arena = arena,
        .error = error,
    };
    struct rd_value value;
    enum rd_status status = pack_read_any(&reader, 0, &value);
    if (status != RD_OK)
        return status;
    if (reader.at != reader.end)
        return pack_corrupt(&reader, "something follows the value");
    *out = value;
    return RD_OK;
}
