/* Tables for people. A column is as wide as its widest cell, counted in columns of a terminal, not
 * in bytes: Chinese letters take two. Nothing that a record holds may reach the terminal as a
 * control letter: a customer's name must not be able to repaint the screen of whoever lists it.
 *
 * The widths are those of Unicode's East Asian Width (UAX #11) W and F, by blocks; narrow enough
 * for a command line.
 */
#include "cli/output.h"

#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

struct output_range {
    uint32_t from, to;
};

static const struct output_range output_wide[] = {
    { 0x1100, 0x115F },   { 0x231A, 0x231B },   { 0x23E9, 0x23EC },   { 0x25FD, 0x25FE },
    { 0x2614, 0x2615 },   { 0x2E80, 0x303E },   { 0x3041, 0x33FF },   { 0x3400, 0x4DBF },
    { 0x4E00, 0x9FFF },   { 0xA000, 0xA4CF },   { 0xA960, 0xA97F },   { 0xAC00, 0xD7A3 },
    { 0xF900, 0xFAFF },   { 0xFE10, 0xFE19 },   { 0xFE30, 0xFE6F },   { 0xFF00, 0xFF60 },
    { 0xFFE0, 0xFFE6 },   { 0x1F300, 0x1F64F }, { 0x1F680, 0x1F6FF }, { 0x1F900, 0x1F9FF },
    { 0x20000, 0x3FFFD },
};

static const struct output_range output_joining[] = {
    { 0x0300, 0x036F }, { 0x0483, 0x0489 }, { 0x0591, 0x05BD }, { 0x064B, 0x065F },
    { 0x200B, 0x200F }, { 0x202A, 0x202E }, { 0x2060, 0x2064 }, { 0x20D0, 0x20FF },
    { 0x302A, 0x302D }, { 0xFE00, 0xFE0F }, { 0xFE20, 0xFE2F }, { 0xFEFF, 0xFEFF },
};

static bool output_in(const struct output_range *ranges, size_t count, uint32_t letter)
{
    for (size_t i = 0; i < count; i++)
        if (letter >= ranges[i].from && letter <= ranges[i].to)
            return true;
    return false;
}

/* The letter at `at` and its bytes; a byte that is none counts as U+FFFD. */
static uint32_t output_letter(const unsigned char *at, size_t left, size_t *bytes)
{
    size_t len = at[0] < 0x80 ? 1 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    *bytes = 1;
    if (len > left || !rd_text_is_utf8((const char *)at, len))
        return 0xFFFD;
    *bytes = len;
    static const unsigned char masks[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
    uint32_t letter = at[0] & masks[len];
    for (size_t i = 1; i < len; i++)
        letter = letter << 6 | (at[i] & 0x3F);
    return letter;
}

static size_t output_letter_width(uint32_t letter)
{
    if (output_in(output_joining, sizeof(output_joining) / sizeof(*output_joining), letter))
        return 0;
    return output_in(output_wide, sizeof(output_wide) / sizeof(*output_wide), letter) ? 2 : 1;
}

size_t rd_output_width(const char *text, size_t len)
{
    size_t width = 0;
    for (size_t i = 0, bytes; i < len; i += bytes)
        width +=
            output_letter_width(output_letter((const unsigned char *)text + i, len - i, &bytes));
    return width;
}

void rd_output_plain(struct rd_buf *out, const char *text, size_t len)
{
    for (size_t i = 0, bytes; i < len; i += bytes) {
        uint32_t letter = output_letter((const unsigned char *)text + i, len - i, &bytes);
        /* also those that turn the direction of writing, which could make a text read as another */
        bool control = letter < 0x20 || (letter >= 0x7F && letter < 0xA0) ||
                       (letter >= 0x202A && letter <= 0x202E) ||
                       (letter >= 0x2066 && letter <= 0x2069);
        if (control)
            rd_buf_char(out, ' ');
        else if (letter == 0xFFFD && bytes == 1)
            rd_buf_char(out, '?');
        else
            rd_buf_append(out, text + i, bytes);
    }
}

/* Names, ids, numbers: "staff, handler". A list that holds lists or maps stays JSON. */
static bool output_list(struct rd_buf *out, const struct rd_value *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (list->items[i].kind == RD_LIST || list->items[i].kind == RD_MAP)
            return false;
    for (uint32_t i = 0; i < list->count; i++) {
        rd_buf_text(out, i ? ", " : "");
        if (list->items[i].kind == RD_TEXT)
            rd_buf_append(out, list->items[i].text, list->items[i].count);
        else
            rd_json_write(out, &list->items[i]);
    }
    return true;
}

const char *rd_output_cell(struct rd_arena *arena, const struct rd_value *value)
{
    if (!value || value->kind == RD_NULL)
        return "";
    if (value->kind == RD_TEXT)
        return value->text;
    struct rd_buf buf;
    rd_buf_init(&buf);
    if (value->kind != RD_LIST || !output_list(&buf, value))
        rd_json_write(&buf, value);
    const char *text = buf.len ? rd_arena_copy(arena, buf.data, buf.len) : "";
    rd_buf_fini(&buf);
    return text;
}

const char *rd_output_actor(struct rd_arena *arena, const struct rd_value *map)
{
    const char *actor = rd_output_cell(arena, rd_map_get(map, "actor"));
    const char *behind = rd_map_text(map, "behind", NULL);
    return behind ? rd_arena_printf(arena, "%s (%s)", actor, behind) : actor;
}

void rd_output_tint(struct rd_buf *out, bool on, enum rd_tint tint, const char *text)
{
    static const char *const codes[] = { "1", "2", "32", "31", "33" };
    if (on)
        rd_buf_printf(out, "\033[%sm", codes[tint]);
    rd_output_plain(out, text, strlen(text));
    if (on)
        rd_buf_text(out, "\033[0m");
}

void rd_grid_init(struct rd_grid *grid, struct rd_arena *arena, const struct rd_column *columns,
                  size_t column_count)
{
    RD_ASSERT(column_count > 0 && column_count <= RD_GRID_COLUMNS_MAX);
    *grid = (struct rd_grid){ .arena = arena, .columns = columns, .column_count = column_count };
    for (size_t i = 0; i < column_count; i++)
        grid->widths[i] = rd_output_width(columns[i].heading, strlen(columns[i].heading));
}

void rd_grid_add(struct rd_grid *grid, const char *const *cells)
{
    if (grid->row_count == grid->row_cap) {
        size_t cap = grid->row_cap ? grid->row_cap * 2 : 32;
        const char **more = rd_arena_zalloc(grid->arena, cap * grid->column_count, sizeof(*more));
        if (grid->row_count > 0)
            memcpy(more, grid->cells, grid->row_count * grid->column_count * sizeof(*more));
        grid->cells = more;
        grid->row_cap = cap;
    }
    struct rd_buf plain;
    rd_buf_init(&plain);
    const char **row = grid->cells + grid->row_count++ * grid->column_count;
    for (size_t i = 0; i < grid->column_count; i++) {
        rd_buf_clear(&plain);
        if (cells[i])
            rd_output_plain(&plain, cells[i], strlen(cells[i]));
        size_t width = plain.len ? rd_output_width(plain.data, plain.len) : 0;
        if (width > grid->widths[i])
            grid->widths[i] = width;
        row[i] = plain.len ? rd_arena_copy(grid->arena, plain.data, plain.len) : "";
    }
    rd_buf_fini(&plain);
}

static void grid_pad(struct rd_buf *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        rd_buf_char(out, ' ');
}

static void grid_write_row(const struct rd_grid *grid, struct rd_buf *out, const char *const *cells)
{
    for (size_t i = 0; i < grid->column_count; i++) {
        size_t width = rd_output_width(cells[i], strlen(cells[i]));
        size_t pad = grid->widths[i] - width;
        if (i > 0)
            rd_buf_text(out, "  ");
        if (grid->columns[i].right)
            grid_pad(out, pad);
        rd_buf_text(out, cells[i]);
        if (!grid->columns[i].right && i + 1 < grid->column_count)
            grid_pad(out, pad);
    }
    while (out->len > 0 && out->data[out->len - 1] == ' ')
        out->len--;
    rd_buf_char(out, '\n');
}

void rd_grid_write(struct rd_grid *grid, struct rd_buf *out, bool colour)
{
    if (grid->row_count == 0)
        return;
    if (!grid->headed) {
        const char *headings[RD_GRID_COLUMNS_MAX];
        for (size_t i = 0; i < grid->column_count; i++)
            headings[i] = grid->columns[i].heading;
        if (colour)
            rd_buf_text(out, "\033[1m");
        grid_write_row(grid, out, headings);
        if (colour)
            rd_buf_text(out, "\033[0m");
        grid->headed = true;
    }
    for (size_t i = 0; i < grid->row_count; i++)
        grid_write_row(grid, out, grid->cells + i * grid->column_count);
    grid->row_count = 0;
}

const char *rd_output_hex(struct rd_arena *arena, const unsigned char *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    char *out = rd_arena_alloc(arena, 2 * len + 1);
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * len] = '\0';
    return out;
}

double rd_output_number(const struct rd_value *map, const char *key, double otherwise)
{
    const struct rd_value *value = rd_map_get(map, key);
    if (rd_value_is(value, RD_INT))
        return (double)value->integer;
    return rd_value_is(value, RD_REAL) ? value->real : otherwise;
}
