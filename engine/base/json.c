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

static void json_write_escape(struct rd_buf *buf, unsigned char c)
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
        rd_buf_append(buf, (char[]){ '\\', short_form }, 2);
    else
        rd_buf_append(buf, (char[]){ '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] }, 6);
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

/* The same for a whole text, most of which are names of a few letters: the last eight bytes (of a
 * shorter one the last four) are looked at together with some that were looked at before. */
static inline size_t json_put_plain(char *to, const char *text, size_t len)
{
    size_t at = 0;
    char ends[8];
    if (len >= 8) {
        for (; len - at > 8 && rd_json_is_plain8(text + at); at += 8)
            memcpy(to + at, text + at, 8);
        if (len - at <= 8 && rd_json_is_plain8(text + len - 8)) {
            memcpy(to + len - 8, text + len - 8, 8);
            return len;
        }
    } else if (len >= 4) {
        memcpy(ends, text, 4);
        memcpy(ends + 4, text + len - 4, 4);
        if (rd_json_is_plain8(ends)) {
            memcpy(to, ends, 4);
            memcpy(to + len - 4, ends + 4, 4);
            return len;
        }
    }
    return at + json_put_bytes(to + at, text + at, len - at);
}

/* The rest of a text, which begins with a letter that needs an escape, and the end. */
static void json_write_rest(struct rd_buf *buf, const char *text, size_t len)
{
    while (len > 0) {
        json_write_escape(buf, (unsigned char)*text);
        text++;
        len--;
        size_t plain = json_put_bytes(rd_buf_reserve(buf, len), text, len);
        buf->len += plain;
        text += plain;
        len -= plain;
    }
    rd_buf_char(buf, '"');
}

static inline void json_write_text(struct rd_buf *buf, const char *text, size_t len)
{
    char *to = rd_buf_reserve(buf, len + 2);
    *to = '"';
    size_t plain = json_put_plain(to + 1, text, len);
    buf->len += 1 + plain;
    if (plain < len) {
        json_write_rest(buf, text + plain, len - plain);
        return;
    }
    to[1 + len] = '"';
    buf->len++;
}

static void json_write_int(struct rd_buf *buf, int64_t integer)
{
    char digits[24];
    size_t at = sizeof(digits);
    uint64_t rest = integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (integer < 0)
        digits[--at] = '-';
    rd_buf_append(buf, digits + at, sizeof(digits) - at);
}

/* The program never calls setlocale, so that printf's and strtod's point is a point. */
static void json_write_real(struct rd_buf *buf, double real)
{
    if (!isfinite(real)) {
        rd_buf_append(buf, "null", 4);
        return;
    }
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, real);
        double back = strtod(text, NULL);
        if (memcmp(&back, &real, sizeof(real)) == 0)
            break;
    }
    rd_buf_text(buf, text);
    if (!strpbrk(text, ".e"))
        rd_buf_append(buf, ".0", 2);
}

/* Starts a line of the form for people; `level` below 0 is the compact form, which has none. */
static void json_write_break(struct rd_buf *buf, int level)
{
    if (level < 0)
        return;
    size_t len = 1 + 2 * (size_t)level;
    char *at = rd_buf_reserve(buf, len);
    at[0] = '\n';
    memset(at + 1, ' ', len - 1);
    buf->len += len;
}

static void json_write_any(struct rd_buf *buf, const struct rd_value *value, int level);

static void json_write_list(struct rd_buf *buf, const struct rd_value *list, int level)
{
    int inner = level < 0 ? level : level + 1;
    rd_buf_char(buf, '[');
    for (uint32_t i = 0; i < list->count; i++) {
        if (i > 0)
            rd_buf_char(buf, ',');
        json_write_break(buf, inner);
        json_write_any(buf, &list->items[i], inner);
    }
    if (list->count > 0)
        json_write_break(buf, level);
    rd_buf_char(buf, ']');
}

static void json_write_map(struct rd_buf *buf, const struct rd_value *map, int level)
{
    int inner = level < 0 ? level : level + 1;
    rd_buf_char(buf, '{');
    for (uint32_t i = 0; i < map->count; i++) {
        const struct rd_pair *pair = &map->pairs[i];
        if (i > 0)
            rd_buf_char(buf, ',');
        if (level >= 0)
            json_write_break(buf, inner);
        json_write_text(buf, pair->key, strlen(pair->key));
        rd_buf_char(buf, ':');
        if (level >= 0)
            rd_buf_char(buf, ' ');
        json_write_any(buf, &pair->value, inner);
    }
    if (map->count > 0)
        json_write_break(buf, level);
    rd_buf_char(buf, '}');
}

static void json_write_any(struct rd_buf *buf, const struct rd_value *value, int level)
{
    switch (value->kind) {
    case RD_NULL:
        rd_buf_append(buf, "null", 4);
        break;
    case RD_BOOL:
        rd_buf_text(buf, value->boolean ? "true" : "false");
        break;
    case RD_INT:
        json_write_int(buf, value->integer);
        break;
    case RD_REAL:
        json_write_real(buf, value->real);
        break;
    case RD_TEXT:
        json_write_text(buf, value->text, value->count);
        break;
    case RD_LIST:
        json_write_list(buf, value, level);
        break;
    case RD_MAP:
        json_write_map(buf, value, level);
        break;
    }
}

void rd_json_write(struct rd_buf *buf, const struct rd_value *value)
{
    json_write_any(buf, value, -1);
}

void rd_json_write_pretty(struct rd_buf *buf, const struct rd_value *value)
{
    json_write_any(buf, value, 0);
}
