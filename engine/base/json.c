/* JSON written: values to bytes (reading is json_read.c).
 *
 * Straight into the buffer: every reply, every feed entry and every explanation passes through. Of
 * texts, runs without anything to escape are copied whole. Reals take the shortest of 15, 16 or 17
 * digits that reads back as the same number, and keep a point so that they come back as reals. JSON
 * has no word for NaN and the infinities: they are written as null.
 */
#include "base/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_plain.h"
#include "base/text.h"

/* Writes straight into the buffer's memory, as pack.c does: the buffer learns of it when more room
 * is needed, and at the end. */
struct json_writer {
    char *at, *end;
    struct rd_buf *buf;
};

/* There is room for as much wherever a value begins: for any word or whole number, or what stands
 * around a text. Behind each there is room for JSON_AFTER. */
#define JSON_ROOM 32
#define JSON_AFTER 8

_Static_assert(JSON_ROOM >= RD_UINT_TEXT_MAX + 1 + JSON_AFTER, "a whole number has its room");

static void json_more(struct json_writer *writer, size_t bytes)
{
    writer->buf->len = (size_t)(writer->at - writer->buf->data);
    writer->at = rd_buf_reserve(writer->buf, bytes);
    writer->end = writer->buf->data + writer->buf->cap;
}

static inline void json_room(struct json_writer *writer, size_t bytes)
{
    if ((size_t)(writer->end - writer->at) < bytes)
        json_more(writer, bytes);
}

static inline void json_put(struct json_writer *writer, const char *bytes, size_t len)
{
    memcpy(writer->at, bytes, len);
    writer->at += len;
}

static void json_write_escape(struct json_writer *writer, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    char short_form = 0;
    switch (c) {
    case '"':
    case '\\':
        short_form = (char)c;
        break;
    case '\b':
        short_form = 'b';
        break;
    case '\f':
        short_form = 'f';
        break;
    case '\n':
        short_form = 'n';
        break;
    case '\r':
        short_form = 'r';
        break;
    case '\t':
        short_form = 't';
        break;
    default:
        break;
    }
    if (short_form)
        json_put(writer, (char[]){ '\\', short_form }, 2);
    else
        json_put(writer, (char[]){ '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] }, 6);
}

/* Copies what may stand in a text as it is, up to the first byte that may not; how many those are.
 */
static size_t json_put_bytes(char *to, const char *text, size_t len)
{
    size_t at = 0;
    for (; len - at >= 8 && rd_json_is_plain8(text + at); at += 8)
        memcpy(to + at, text + at, 8);
    for (; at < len && rd_json_is_plain((unsigned char)text[at]); at++)
        to[at] = text[at];
    return at;
}

/* Both ends of a text, of 8 to 16 or 4 to 8 bytes, which meet or overlap: looked at together, and
 * copied. */
static inline bool json_put_ends16(char *to, const char *text, size_t len)
{
    uint64_t head, tail;
    memcpy(&head, text, 8);
    memcpy(&tail, text + len - 8, 8);
    memcpy(to, &head, 8);
    memcpy(to + len - 8, &tail, 8);
    return rd_json_are_plain(head, tail);
}

static inline bool json_put_ends8(char *to, const char *text, size_t len)
{
    char ends[8];
    memcpy(ends, text, 4);
    memcpy(ends + 4, text + len - 4, 4);
    memcpy(to, ends, 4);
    memcpy(to + len - 4, ends + 4, 4);
    return rd_json_is_plain8(ends);
}

/* A whole text, most of which are names of a few letters: 16 bytes at a time, the last ones
 * together with some that were looked at before. How many bytes are copied up to the first that may
 * not. */
static RD_ALWAYS_INLINE size_t json_put_plain(char *to, const char *text, size_t len)
{
    size_t at = 0;
    for (; len - at > 16; at += 16)
        if (!json_put_ends16(to + at, text + at, 16))
            return at + json_put_bytes(to + at, text + at, len - at);
    size_t left = len - at;
    if (len >= 16   ? json_put_ends16(to + len - 16, text + len - 16, 16)
        : left >= 8 ? json_put_ends16(to, text, left)
                    : left >= 4 && json_put_ends8(to, text, left))
        return len;
    return at + json_put_bytes(to + at, text + at, left);
}

/* The rest of a text, which begins with a letter that needs an escape, and the end. */
static void json_write_rest(struct json_writer *writer, const char *text, size_t len)
{
    while (len > 0) {
        json_room(writer, JSON_ROOM + len);
        json_write_escape(writer, (unsigned char)*text);
        text++;
        len--;
        size_t plain = json_put_bytes(writer->at, text, len);
        writer->at += plain;
        text += plain;
        len -= plain;
    }
    json_room(writer, JSON_ROOM);
    *writer->at++ = '"';
}

/* `after`: how much room there is behind it. */
static RD_ALWAYS_INLINE void json_write_text(struct json_writer *writer, const char *text,
                                             size_t len, size_t after)
{
    json_room(writer, len + 2 + after);
    *writer->at = '"';
    size_t plain = json_put_plain(writer->at + 1, text, len);
    writer->at += 1 + plain;
    if (plain < len) {
        json_write_rest(writer, text + plain, len - plain);
        json_room(writer, after);
        return;
    }
    *writer->at++ = '"';
}

static void json_write_int(struct json_writer *writer, int64_t integer)
{
    if (integer < 0)
        *writer->at++ = '-';
    writer->at =
        rd_text_put_uint(writer->at, integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer);
}

/* The program never calls setlocale, so that printf's and strtod's point is a point. */
static void json_write_real(struct json_writer *writer, double real)
{
    char text[40];
    if (!isfinite(real)) {
        json_put(writer, "null", 4);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, real);
        double back = strtod(text, NULL);
        if (memcmp(&back, &real, sizeof(real)) == 0)
            break;
    }
    json_room(writer, sizeof(text) + JSON_ROOM);
    json_put(writer, text, strlen(text));
    if (!strpbrk(text, ".e"))
        json_put(writer, ".0", 2);
}

/* Starts a line of the form for people; `level` below 0 is the compact form, which has none. */
static void json_write_break(struct json_writer *writer, int level)
{
    if (level < 0)
        return;
    size_t len = 1 + 2 * (size_t)level;
    json_room(writer, len + JSON_ROOM);
    writer->at[0] = '\n';
    memset(writer->at + 1, ' ', len - 1);
    writer->at += len;
}

/* Keys are mostly the program's own words, which never change: how one is written, with its quotes
 * and the colon behind it, is remembered by its place, and copied in one go. */
#define JSON_WORDS 256u
#define JSON_WORD_BYTES 31

struct json_word {
    const char *key;
    char written[JSON_WORD_BYTES];
    unsigned char len; /* 0: it is not written like this */
};

static _Thread_local struct json_word json_words[JSON_WORDS];

/* A word that is met in this place for the first time. */
static void json_word_met(struct json_word *word, const char *key)
{
    size_t len = strlen(key);
    *word = (struct json_word){ .key = key };
    if (len > JSON_WORD_BYTES - 3 || json_put_bytes(word->written + 1, key, len) < len)
        return;
    word->written[0] = word->written[len + 1] = '"';
    word->written[len + 2] = ':';
    word->len = (unsigned char)(len + 3);
}

/* With its colon; there is room for a value behind it. */
static RD_ALWAYS_INLINE void json_write_key(struct json_writer *writer, const char *key)
{
    if (rd_text_is_literal(key)) {
        uint64_t spread = (uint64_t)(uintptr_t)key * 0x9E3779B97F4A7C15u;
        struct json_word *word = &json_words[spread >> 32 & (JSON_WORDS - 1)];
        if (word->key != key)
            json_word_met(word, key);
        if (word->len) {
            json_room(writer, JSON_WORD_BYTES + 1 + JSON_ROOM);
            memcpy(writer->at, word->written, JSON_WORD_BYTES);
            writer->at += word->len;
            return;
        }
    }
    json_write_text(writer, key, strlen(key), 2 + JSON_ROOM);
    *writer->at++ = ':';
}

static void json_write_list(struct json_writer *writer, const struct rd_value *list, int level);
static void json_write_map(struct json_writer *writer, const struct rd_value *map, int level);

static RD_ALWAYS_INLINE void json_write_any(struct json_writer *writer,
                                            const struct rd_value *value, int level)
{
    switch (value->kind) {
    case RD_NULL:
        json_put(writer, "null", 4);
        break;
    case RD_BOOL:
        if (value->boolean)
            json_put(writer, "true", 4);
        else
            json_put(writer, "false", 5);
        break;
    case RD_INT:
        json_write_int(writer, value->integer);
        break;
    case RD_REAL:
        json_write_real(writer, value->real);
        break;
    case RD_TEXT:
        json_write_text(writer, value->text, value->count, JSON_AFTER);
        break;
    case RD_LIST:
        json_write_list(writer, value, level);
        break;
    case RD_MAP:
        json_write_map(writer, value, level);
        break;
    }
}

static void json_write_list(struct json_writer *writer, const struct rd_value *list, int level)
{
    int inner = level < 0 ? level : level + 1;
    *writer->at++ = '[';
    for (uint32_t i = 0; i < list->count; i++) {
        if (i > 0)
            *writer->at++ = ',';
        json_write_break(writer, inner);
        json_room(writer, JSON_ROOM);
        json_write_any(writer, &list->items[i], inner);
    }
    if (list->count > 0)
        json_write_break(writer, level);
    *writer->at++ = ']';
    json_room(writer, JSON_AFTER);
}

static void json_write_map(struct json_writer *writer, const struct rd_value *map, int level)
{
    int inner = level < 0 ? level : level + 1;
    *writer->at++ = '{';
    for (uint32_t i = 0; i < map->count; i++) {
        const struct rd_pair *pair = &map->pairs[i];
        if (i > 0)
            *writer->at++ = ',';
        json_write_break(writer, inner);
        json_write_key(writer, pair->key);
        if (level >= 0)
            *writer->at++ = ' ';
        json_write_any(writer, &pair->value, inner);
    }
    if (map->count > 0)
        json_write_break(writer, level);
    *writer->at++ = '}';
    json_room(writer, JSON_AFTER);
}

static void json_write(struct rd_buf *buf, const struct rd_value *value, int level)
{
    struct json_writer writer = { .buf = buf };
    writer.at = rd_buf_reserve(buf, JSON_ROOM);
    writer.end = buf->data + buf->cap;
    json_write_any(&writer, value, level);
    buf->len = (size_t)(writer.at - buf->data);
}

void rd_json_write(struct rd_buf *buf, const struct rd_value *value)
{
    json_write(buf, value, -1);
}

void rd_json_write_pretty(struct rd_buf *buf, const struct rd_value *value)
{
    json_write(buf, value, 0);
}
