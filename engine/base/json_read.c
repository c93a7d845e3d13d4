/* JSON read: the bytes of the world become values (RFC 8259, strictly).
 *
 *   bytes ─▶ one copy in the arena ─▶ texts are cut out of the copy where they lie
 *                                  ─▶ members wait on a stack until their list or map is closed
 *
 * Written out instead of taken from a library, because it was measured to be 5 % of what the daemon
 * does: a library makes its own tree first, with a piece of memory a value. Here a text costs one
 * NUL behind it (the closing quote's place), an escape makes it shorter where it stands, and a list
 * or map is made once, in its final size. That all of it is UTF-8 is
 * checked first, eight bytes at a time.
 *
 * It must never read behind the NUL that ends the copy, nor need more C stack than the depth that
 * was asked for. Where something is wrong is counted out only then: nobody else pays for lines and
 * columns.
 */
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_plain.h"
#include "base/text.h"

#define JSON_STACK_FIRST 32    /* members that wait without memory from the system */
#define JSON_KEYS_LOOKED_AT 16 /* beyond them, doubled keys are found by sorting */

struct json_reader {
    struct rd_arena *arena;
    const char *bytes;     /* as they came */
    char *text, *at, *end; /* the copy; *end is NUL */
    int depth, depth_max;
    struct rd_pair *stack; /* members of lists and maps that are still open, the innermost last */
    size_t count, cap;
    struct rd_error *error;
    enum rd_status status;
};

/* ---- what is wrong, and where ---- */

/* `at` says where in the copy. False, so that it can be returned. */
static bool json_fail(struct json_reader *reader, const char *at, const char *what)
{
    size_t line = 1, column = 1, offset = (size_t)(at - reader->text);
    for (size_t i = 0; i < offset; i++) {
        unsigned char c = (unsigned char)reader->bytes[i];
        line += c == '\n';
        column = c == '\n' ? 1 : column + ((c & 0xC0) != 0x80);
    }
    reader->status =
        rd_error_set(reader->error, RD_PARSE_ERROR, "%s (line %zu, column %zu, byte %zu)", what,
                     line, column, offset);
    return false;
}

/* Something else stands where `expected` must. */
static bool json_fail_expected(struct json_reader *reader, const char *expected)
{
    char what[80];
    unsigned char c = (unsigned char)*reader->at;
    if (reader->at == reader->end)
        snprintf(what, sizeof(what), "%s expected, but the text ends", expected);
    else if (c > 0x20 && c < 0x7F)
        snprintf(what, sizeof(what), "%s expected, not '%c'", expected, c);
    else
        snprintf(what, sizeof(what), "%s expected, not the byte 0x%02X", expected, c);
    return json_fail(reader, reader->at, what);
}

/* ---- texts ---- */

/* Four hexadecimal digits as a number, or -1; stops at the NUL behind everything. */
static int json_hex4(const char *at)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        char c = at[i];
        if (c >= '0' && c <= '9')
            value = value << 4 | (c - '0');
        else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
            value = value << 4 | ((c & ~0x20) - 'A' + 10);
        else
            return -1;
    }
    return value;
}

static char *json_put_utf8(char *to, uint32_t letter)
{
    if (letter < 0x80) {
        *to++ = (char)letter;
    } else if (letter < 0x800) {
        *to++ = (char)(0xC0 | letter >> 6);
        *to++ = (char)(0x80 | (letter & 0x3F));
    } else if (letter < 0x10000) {
        *to++ = (char)(0xE0 | letter >> 12);
        *to++ = (char)(0x80 | (letter >> 6 & 0x3F));
        *to++ = (char)(0x80 | (letter & 0x3F));
    } else {
        *to++ = (char)(0xF0 | letter >> 18);
        *to++ = (char)(0x80 | (letter >> 12 & 0x3F));
        *to++ = (char)(0x80 | (letter >> 6 & 0x3F));
        *to++ = (char)(0x80 | (letter & 0x3F));
    }
    return to;
}

/* The letter that \uXXXX at `at` stands for, two of them where the first is half of a pair; `*len`
 * bytes of text. 0: what is wrong has been told. */
static uint32_t json_read_unicode(struct json_reader *reader, const char *at, size_t *len)
{
    int first = json_hex4(at + 2);
    *len = 6;
    if (first <= 0) {
        json_fail(reader, at,
                  first == 0 ? "a NUL in a text" : "\\u without four hexadecimal digits");
        return 0;
    }
    if (first < 0xD800 || first > 0xDFFF)
        return (uint32_t)first;
    int second = first < 0xDC00 && at[6] == '\\' && at[7] == 'u' ? json_hex4(at + 8) : -1;
    *len = 12;
    if (second >= 0xDC00 && second <= 0xDFFF)
        return 0x10000 + (((uint32_t)first & 0x3FF) << 10 | ((uint32_t)second & 0x3FF));
    json_fail(reader, at, "half of a surrogate pair");
    return 0;
}

/* What the escape at `*at` stands for goes to `to`, which lies before it or there; the place behind
 * it, or NULL. */
static char *json_read_escape(struct json_reader *reader, char **at, char *to)
{
    static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
    char c = (*at)[1];
    const char *found = c ? strchr(from, c) : NULL;
    size_t len = 2;
    uint32_t letter = found ? (uint32_t)into[found - from] : 0;
    if (c == 'u')
        letter = json_read_unicode(reader, *at, &len);
    else if (!found)
        json_fail(reader, *at, "no such escape in a text");
    *at += len;
    return letter > 0 ? json_put_utf8(to, letter) : NULL;
}

/* At the opening quote. The text stays where it is, made shorter by its escapes, a NUL behind it.
 */
static bool json_read_text(struct json_reader *reader, const char **text, size_t *len)
{
    char *begin = reader->at + 1, *at = begin;
    while (reader->end - at >= 8 && rd_json_is_plain8(at))
        at += 8;
    char *to = at;
    while (*at != '"') {
        if (rd_json_is_plain((unsigned char)*at))
            *to++ = *at++;
        else if (*at != '\\')
            return json_fail(reader, at,
                             at == reader->end ? "a text without its end"
                                               : "a control letter in a text");
        else if (!(to = json_read_escape(reader, &at, to)))
            return false;
    }
    *to = '\0';
    reader->at = at + 1;
    *text = begin;
    *len = (size_t)(to - begin);
    return true;
}

/* ---- numbers ---- */

static inline bool json_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Behind the digits of an integer without a sign; NULL where they are too many. */
static const char *json_read_digits(const char *at, uint64_t *value)
{
    *value = 0;
    for (; json_is_digit(*at); at++)
        if (__builtin_mul_overflow(*value, 10u, value) ||
            __builtin_add_overflow(*value, (uint64_t)(*at - '0'), value))
            return NULL;
    return at;
}

/* What follows the integer part of a real. */
static bool json_read_real(struct json_reader *reader, char *begin, struct rd_value *out)
{
    if (*reader->at == '.') {
        reader->at++;
        if (!json_is_digit(*reader->at))
            return json_fail_expected(reader, "a digit");
        while (json_is_digit(*reader->at))
            reader->at++;
    }
    if (*reader->at == 'e' || *reader->at == 'E') {
        reader->at++;
        if (*reader->at == '+' || *reader->at == '-')
            reader->at++;
        if (!json_is_digit(*reader->at))
            return json_fail_expected(reader, "a digit");
        while (json_is_digit(*reader->at))
            reader->at++;
    }
    *out = rd_real(strtod(begin, NULL)); /* the program never calls setlocale */
    return isfinite(out->real) || json_fail(reader, begin, "a number that is too large");
}

static bool json_read_number(struct json_reader *reader, struct rd_value *out)
{
    char *begin = reader->at;
    bool negative = *begin == '-';
    uint64_t value;
    reader->at += negative;
    if (!json_is_digit(*reader->at))
        return json_fail_expected(reader, "a digit");
    char *first = reader->at;
    if (*first == '0')
        reader->at++;
    while (*first != '0' && json_is_digit(*reader->at))
        reader->at++;
    if (json_is_digit(*reader->at))
        return json_fail(reader, first, "a number with zeros before it");
    if (*reader->at == '.' || *reader->at == 'e' || *reader->at == 'E')
        return json_read_real(reader, begin, out);
    if (!json_read_digits(first, &value) || value > (uint64_t)INT64_MAX + negative)
        return json_fail(reader, begin, "an integer beyond 64 bits");
    *out = rd_int(negative ? (int64_t)(0 - value) : (int64_t)value);
    return true;
}

/* ---- lists and maps ---- */

static void json_skip_space(struct json_reader *reader)
{
    char *at = reader->at;
    while (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r')
        at++;
    reader->at = at;
}

/* A place on the stack for one more member. */
static struct rd_pair *json_push(struct json_reader *reader)
{
    if (reader->count == reader->cap) {
        size_t cap = reader->cap * 2;
        struct rd_pair *stack = malloc(cap * sizeof(*stack));
        RD_ASSERT(stack != NULL);
        memcpy(stack, reader->stack, reader->count * sizeof(*stack));
        if (reader->cap > JSON_STACK_FIRST)
            free(reader->stack);
        reader->stack = stack;
        reader->cap = cap;
    }
    return &reader->stack[reader->count++];
}

static int json_compare_keys(const void *a, const void *b)
{
    const struct rd_pair *const *one = a, *const *other = b;
    return strcmp((*one)->key, (*other)->key);
}

/* A key that many pairs hold twice, or NULL. Sorting, since there is no input that makes it slow,
 * as there would be for a table of hashes. */
static const char *json_doubled_of(const struct rd_pair *pairs, size_t count)
{
    const char *doubled = NULL;
    const struct rd_pair **sorted = malloc(count * sizeof(const struct rd_pair *));
    RD_ASSERT(sorted != NULL);
    for (size_t i = 0; i < count; i++)
        sorted[i] = &pairs[i];
    qsort(sorted, count, sizeof(*sorted), json_compare_keys);
    for (size_t i = 1; i < count && !doubled; i++)
        if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0)
            doubled = sorted[i]->key;
    free(sorted);
    return doubled;
}

/* The same, of however many. */
static const char *json_doubled(const struct rd_pair *pairs, size_t count)
{
    if (count > JSON_KEYS_LOOKED_AT)
        return json_doubled_of(pairs, count);
    for (size_t i = 1; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (pairs[k].key[0] == pairs[i].key[0] && strcmp(pairs[k].key, pairs[i].key) == 0)
                return pairs[i].key;
    return NULL;
}

static bool json_read_any(struct json_reader *reader, struct rd_value *out);

/* Steps into a list or map; `close` at once: it is empty. */
static bool json_enter(struct json_reader *reader, char close, bool *empty)
{
    if (++reader->depth > reader->depth_max) {
        reader->status = rd_error_set(reader->error, RD_TOO_DEEP, "nested deeper than %d levels",
                                      reader->depth_max);
        return false;
    }
    reader->at++;
    json_skip_space(reader);
    *empty = *reader->at == close;
    return true;
}

/* Behind a member: a comma and another one (`more`), or the end. */
static bool json_follow(struct json_reader *reader, char close, bool *more)
{
    json_skip_space(reader);
    *more = *reader->at == ',';
    if (*more)
        reader->at++;
    else if (*reader->at != close)
        return json_fail_expected(reader, close == '}' ? "',' or '}'" : "',' or ']'");
    json_skip_space(reader);
    return true;
}

static bool json_read_list(struct json_reader *reader, struct rd_value *out)
{
    size_t first = reader->count;
    bool empty, more;
    if (!json_enter(reader, ']', &empty))
        return false;
    for (more = !empty; more;) {
        struct rd_value item;
        if (!json_read_any(reader, &item))
            return false;
        json_push(reader)->value = item;
        if (!json_follow(reader, ']', &more))
            return false;
    }
    uint32_t count = (uint32_t)(reader->count - first);
    *out = (struct rd_value){ .kind = RD_LIST, .count = count, .cap = count };
    if (count > 0)
        out->items = rd_arena_alloc(reader->arena, count * sizeof(out->items[0]));
    for (uint32_t i = 0; i < count; i++)
        out->items[i] = reader->stack[first + i].value;
    reader->count = first;
    reader->depth--;
    reader->at++;
    return true;
}

static bool json_read_pair(struct json_reader *reader)
{
    struct rd_pair pair;
    size_t len;
    if (*reader->at != '"')
        return json_fail_expected(reader, "a key in quotes");
    if (!json_read_text(reader, &pair.key, &len))
        return false;
    json_skip_space(reader);
    if (*reader->at != ':')
        return json_fail_expected(reader, "':'");
    reader->at++;
    json_skip_space(reader);
    if (!json_read_any(reader, &pair.value))
        return false;
    *json_push(reader) = pair;
    return true;
}

static bool json_read_map(struct json_reader *reader, struct rd_value *out)
{
    size_t first = reader->count;
    bool empty, more;
    if (!json_enter(reader, '}', &empty))
        return false;
    for (more = !empty; more;)
        if (!json_read_pair(reader) || !json_follow(reader, '}', &more))
            return false;
    uint32_t count = (uint32_t)(reader->count - first);
    const char *doubled = json_doubled(reader->stack + first, count);
    if (doubled)
        return json_fail(reader, doubled, "a key for the second time");
    *out = (struct rd_value){ .kind = RD_MAP, .count = count, .cap = count };
    if (count > 0) {
        out->pairs = rd_arena_alloc(reader->arena, count * sizeof(out->pairs[0]));
        memcpy(out->pairs, reader->stack + first, count * sizeof(out->pairs[0]));
    }
    reader->count = first;
    reader->depth--;
    reader->at++;
    return true;
}

/* ---- values ---- */

static bool json_read_word(struct json_reader *reader, const char *word, struct rd_value value,
                           struct rd_value *out)
{
    size_t len = strlen(word);
    if (strncmp(reader->at, word, len) != 0)
        return json_fail_expected(reader, "a value");
    reader->at += len;
    *out = value;
    return true;
}

static bool json_read_text_value(struct json_reader *reader, struct rd_value *out)
{
    size_t len;
    *out = (struct rd_value){ .kind = RD_TEXT };
    if (!json_read_text(reader, &out->text, &len))
        return false;
    out->count = (uint32_t)len;
    return true;
}

/* At its first letter; afterwards behind its last. */
static bool json_read_any(struct json_reader *reader, struct rd_value *out)
{
    switch (*reader->at) {
    case '"':
        return json_read_text_value(reader, out);
    case '{':
        return json_read_map(reader, out);
    case '[':
        return json_read_list(reader, out);
    case 't':
        return json_read_word(reader, "true", rd_bool(true), out);
    case 'f':
        return json_read_word(reader, "false", rd_bool(false), out);
    case 'n':
        return json_read_word(reader, "null", rd_null(), out);
    default:
        if (*reader->at == '-' || json_is_digit(*reader->at))
            return json_read_number(reader, out);
        return json_fail_expected(reader, "a value");
    }
}

static bool json_read_all(struct json_reader *reader, struct rd_value *out)
{
    size_t good = rd_text_utf8_bytes(reader->bytes, (size_t)(reader->end - reader->text));
    if (reader->text + good != reader->end)
        return json_fail(reader, reader->text + good, "not UTF-8");
    json_skip_space(reader);
    if (!json_read_any(reader, out))
        return false;
    json_skip_space(reader);
    return reader->at == reader->end || json_fail_expected(reader, "the end of the text");
}

enum rd_status rd_json_parse(struct rd_arena *arena, const char *bytes, size_t len, int depth_max,
                             struct rd_value *out, struct rd_error *error)
{
    struct rd_pair first[JSON_STACK_FIRST];
    char *text = rd_arena_copy(arena, bytes, len);
    struct json_reader reader = {
        .arena = arena,
        .bytes = bytes,
        .text = text,
        .at = text,
        .end = text + len,
        .depth_max = depth_max,
        .stack = first,
        .cap = JSON_STACK_FIRST,
        .error = error,
        .status = RD_OK,
    };
    bool good = json_read_all(&reader, out);
    if (reader.cap > JSON_STACK_FIRST)
        free(reader.stack);
    RD_ASSERT(good == (reader.status == RD_OK));
    return reader.status;
}
