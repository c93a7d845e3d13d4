/* Writing promises: the normal form of a test (policy/prelude/tests.lua) becomes Lua again.
 *
 * Nothing is looked up: names stay as the admin wrote them. A name that is no word of Lua stands in
 * brackets; one that is a word of its grammar makes a text that does not load, which who writes
 * promises finds by loading them.
 */
#include "kernel/promise_text.h"

#include <ctype.h>
#include <string.h>

void rd_promise_quote(struct rd_buf *out, const char *text, size_t len)
{
    rd_buf_char(out, '"');
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\')
            rd_buf_char(out, '\\');
        if (c < 0x20 || c == 0x7f)
            rd_buf_printf(out, "\\%03u", c);
        else
            rd_buf_char(out, (char)c);
    }
    rd_buf_char(out, '"');
}

static void put_text(struct rd_buf *out, const char *text)
{
    rd_promise_quote(out, text, strlen(text));
}

static bool is_plain_name(const char *name)
{
    bool plain = *name && !isdigit((unsigned char)*name);
    for (; *name; name++)
        plain &= isalnum((unsigned char)*name) || *name == '_';
    return plain;
}

/* NAME = VALUE, ..., with what separates them before each but the first. */
static void put_pairs(struct rd_buf *out, const struct rd_value *map, bool first)
{
    for (uint32_t i = 0; rd_value_is(map, RD_MAP) && i < map->count; i++) {
        rd_buf_text(out, first && i == 0 ? "" : ", ");
        if (is_plain_name(map->pairs[i].key)) {
            rd_buf_text(out, map->pairs[i].key);
        } else {
            rd_buf_char(out, '[');
            put_text(out, map->pairs[i].key);
            rd_buf_char(out, ']');
        }
        rd_buf_text(out, " = ");
        rd_promise_put(out, &map->pairs[i].value);
    }
}

void rd_promise_put(struct rd_buf *out, const struct rd_value *value)
{
    switch (value->kind) {
    case RD_NULL:
        rd_buf_text(out, "nil");
        break;
    case RD_BOOL:
        rd_buf_text(out, value->boolean ? "true" : "false");
        break;
    case RD_INT:
        rd_buf_printf(out, "%lld", (long long)value->integer);
        break;
    case RD_REAL:
        rd_buf_printf(out, "%.17g", value->real);
        break;
    case RD_TEXT:
        put_text(out, value->text);
        break;
    case RD_LIST:
        rd_buf_text(out, "{ ");
        for (uint32_t i = 0; i < value->count; i++) {
            rd_buf_text(out, i ? ", " : "");
            rd_promise_put(out, &value->items[i]);
        }
        rd_buf_text(out, " }");
        break;
    case RD_MAP:
        rd_buf_text(out, "{ ");
        put_pairs(out, value, true);
        rd_buf_text(out, " }");
        break;
    }
}

/* WORD "NAME" { on = ..., by = ..., data }: what a record, an act and a question look like. */
static void put_called(struct rd_buf *out, const char *word, const char *name, const char *on,
                       const struct rd_value *of)
{
    const char *by = rd_map_text(of, "by", NULL);
    rd_buf_printf(out, "%s ", word);
    if (name) {
        put_text(out, name);
        rd_buf_char(out, ' ');
    }
    rd_buf_text(out, "{ ");
    if (on) {
        rd_buf_text(out, "on = ");
        put_text(out, on);
    }
    if (by) {
        rd_buf_text(out, on ? ", by = " : "by = ");
        put_text(out, by);
    }
    put_pairs(out, rd_map_get(of, "data"), !on && !by);
    rd_buf_text(out, " }");
}

static void put_verb(struct rd_buf *out, const char *kind, const struct rd_value *step)
{
    const char *on = rd_map_text(step, "on", NULL);
    if (strcmp(kind, "open") == 0)
        put_called(out, rd_map_text(step, "type", ""), rd_map_text(step, "ref", NULL), NULL, step);
    else if (strcmp(kind, "act") == 0)
        put_called(out, kind, rd_map_text(step, "event", ""), on, step);
    else if (strcmp(kind, "ask") == 0 || strcmp(kind, "decide") == 0)
        put_called(out, kind, rd_map_text(step, "name", ""), NULL, step);
    else
        put_called(out, kind, on, NULL, step); /* see, update */
}

static bool is_refused(const struct rd_value *step)
{
    const struct rd_value *expects = rd_map_list(step, "expect");
    for (uint32_t i = 0; i < expects->count; i++) {
        const char *what = rd_map_text(&expects->items[i], "what", "");
        if (strcmp(what, "error") == 0 || strcmp(what, "needs") == 0)
            return true;
    }
    return false;
}

void rd_promise_put_step(struct rd_buf *out, const struct rd_value *step, const char *expect)
{
    static const char *const CLOCK[] = { "at", "after" };
    const char *kind = rd_map_text(step, "kind", "check"), *separator = "";
    bool check = strcmp(kind, "check") == 0;
    rd_buf_text(out, "    { ");
    for (size_t i = 0; i < sizeof CLOCK / sizeof *CLOCK; i++) {
        const char *time = rd_map_text(step, CLOCK[i], NULL);
        if (!time)
            continue;
        rd_buf_printf(out, "%s%s = ", separator, CLOCK[i]);
        put_text(out, time);
        separator = ", ";
    }
    const char *on = check ? rd_map_text(step, "on", NULL) : NULL;
    if (on || !check)
        rd_buf_text(out, separator);
    if (on) {
        rd_buf_text(out, "on = ");
        put_text(out, on);
    } else if (!check) {
        put_verb(out, kind, step);
    }
    rd_buf_printf(out, "%s%s },\n", expect ? ", expect = " : "", expect ? expect : "");
}

static void put_given(struct rd_buf *out, const struct rd_value *given, uint32_t count)
{
    if (count == 0)
        return;
    rd_buf_text(out, "  given = {\n");
    for (uint32_t i = 0; i < count; i++) {
        rd_buf_text(out, "    ");
        put_verb(out, "open", &given->items[i]);
        rd_buf_text(out, ",\n");
    }
    rd_buf_text(out, "  },\n");
}

void rd_promise_put_way(struct rd_buf *out, const struct rd_value *test, int32_t last)
{
    const struct rd_value *given = rd_map_list(test, "given"), *steps = rd_map_list(test, "steps");
    const char *at = rd_map_text(test, "at", NULL);
    rd_buf_printf(out, "{ -- its way is that of %s:%lld\n", rd_map_text(test, "file", ""),
                  (long long)rd_map_int(test, "line", 0));
    if (at) {
        rd_buf_text(out, "  at = ");
        put_text(out, at);
        rd_buf_text(out, ",\n");
    }
    put_given(out, given, last < 0 ? (uint32_t)-last : given->count);
    rd_buf_text(out, "  steps = {\n");
    for (int32_t i = 0; i <= last; i++)
        rd_promise_put_step(out, &steps->items[i], is_refused(&steps->items[i]) ? "refused" : NULL);
}
