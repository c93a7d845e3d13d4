/* JSON: bytes of the world to values, and back.
 *
 * Reading is jansson's work (it refuses doubled keys, NULs, broken UTF-8 and numbers that do not
 * fit); what it made is then copied into the arena and given up at once. Nesting is counted on the
 * bytes first, so that a hostile text costs nothing.
 *
 * Writing is done here, straight into the buffer: every reply, every feed entry and every
 * explanation passes through, and building a second tree for the library only to print it would
 * cost more than the printing. Reals take the shortest of 15, 16 or 17 digits that reads back as
 * the same number, and keep a point so that they come back as reals. JSON has no word for NaN and
 * the infinities: they are written as null.
 */
#include "base/json.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- reading ---- */

/* Whether brackets nest deeper than `depth_max` anywhere; of texts only the ends are looked for. */
static bool json_is_deeper(const char *bytes, size_t len, int depth_max)
{
    int depth = 0;
    bool in_text = false;
    for (size_t i = 0; i < len; i++) {
        char c = bytes[i];
        if (in_text) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_text = false;
        } else if (c == '"') {
            in_text = true;
        } else if (c == '[' || c == '{') {
            if (++depth > depth_max)
                return true;
        } else if (c == ']' || c == '}') {
            depth--;
        }
    }
    return false;
}

static struct rd_value json_convert(struct rd_arena *arena, const json_t *json);

static struct rd_value json_convert_list(struct rd_arena *arena, const json_t *json)
{
    size_t count = json_array_size(json);
    struct rd_value list = { .kind = RD_LIST, .count = (uint32_t)count, .cap = (uint32_t)count };
    if (count > 0)
        list.items = rd_arena_alloc(arena, count * sizeof(list.items[0]));
    for (size_t i = 0; i < count; i++)
        list.items[i] = json_convert(arena, json_array_get(json, i));
    return list;
}

static struct rd_value json_convert_map(struct rd_arena *arena, json_t *json)
{
    size_t count = json_object_size(json);
    struct rd_value map = { .kind = RD_MAP, .cap = (uint32_t)count };
    if (count > 0)
        map.pairs = rd_arena_alloc(arena, count * sizeof(map.pairs[0]));
    for (void *at = json_object_iter(json); at; at = json_object_iter_next(json, at)) {
        const char *key = json_object_iter_key(at);
        struct rd_pair *pair = &map.pairs[map.count++];
        pair->key = rd_arena_copy(arena, key, strlen(key));
        pair->value = json_convert(arena, json_object_iter_value(at));
    }
    RD_ASSERT(map.count == count);
    return map;
}

static struct rd_value json_convert(struct rd_arena *arena, const json_t *json)
{
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        return json_convert_map(arena, (json_t *)(uintptr_t)json);
    case JSON_ARRAY:
        return json_convert_list(arena, json);
    case JSON_STRING:
        return rd_text_copy(arena, json_string_value(json), json_string_length(json));
    case JSON_INTEGER:
        return rd_int(json_integer_value(json));
    case JSON_REAL:
        return rd_real(json_real_value(json));
    case JSON_TRUE:
        return rd_bool(true);
    case JSON_FALSE:
        return rd_bool(false);
    case JSON_NULL:
        break;
    }
    return rd_null();
}

enum rd_status rd_json_parse(struct rd_arena *arena, const char *bytes, size_t len, int depth_max,
                             struct rd_value *out, struct rd_error *error)
{
    if (json_is_deeper(bytes, len, depth_max))
        return rd_error_set(error, RD_TOO_DEEP, "nested deeper than %d levels", depth_max);
    /* the library takes a raw NUL for the end of the text and would not see what follows */
    const char *nul = len > 0 ? memchr(bytes, 0, len) : NULL;
    if (nul)
        return rd_error_set(error, RD_PARSE_ERROR, "a NUL byte (byte %zu)", (size_t)(nul - bytes));
    json_error_t why;
    json_t *json = json_loadb(bytes, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
    if (!json)
        return rd_error_set(error, RD_PARSE_ERROR, "%s (line %d, column %d, byte %d)", why.text,
                            why.line, why.column, why.position);
    *out = json_convert(arena, json);
    json_decref(json);
    return RD_OK;
}

/* ---- writing ---- */

/* Bytes that may not stand in a text as they are. */
static bool json_is_plain(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\';
}

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

static void json_write_text(struct rd_buf *buf, const char *text, size_t len)
{
    rd_buf_reserve(buf, len + 2);
    rd_buf_char(buf, '"');
    size_t start = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (json_is_plain(c))
            continue;
        rd_buf_append(buf, text + start, i - start);
        json_write_escape(buf, c);
        start = i + 1;
    }
    rd_buf_append(buf, text + start, len - start);
    rd_buf_char(buf, '"');
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
        json_write_break(buf, inner);
        json_write_text(buf, pair->key, strlen(pair->key));
        rd_buf_append(buf, ": ", level < 0 ? 1 : 2);
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
