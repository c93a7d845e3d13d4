/* A reader of comma-separated files that stops at nothing: a row that is broken is given out with
 * the reason, and reading goes on behind it, so that one bad line of a million is one line in the
 * error file.
 *
 *   START ── " ──▶ QUOTED ── " ──▶ CLOSED ── , ──▶ START
 *                      └──── "" (doubled) ────┘
 *     └─ other ──▶ PLAIN ── , ──▶ START
 *
 * A line end ends the row anywhere but in QUOTED.
 *
 * RFC 4180, with LF as well as CRLF, and a UTF-8 byte order mark before the first row. What the RFC
 * forbids (a quote inside of a plain field, letters behind a closing one) is not guessed at. A
 * quote that is never closed would swallow the file: at the row's limit the reader gives up on it
 * and starts anew with the next line.
 */
#include "cli/csv.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

enum csv_state { CSV_START, CSV_PLAIN, CSV_QUOTED, CSV_CLOSED };

void rd_csv_init(struct rd_csv *csv, FILE *from)
{
    *csv = (struct rd_csv){ .from = from, .line = 1 };
    rd_buf_init(&csv->text);
}

void rd_csv_fini(struct rd_csv *csv)
{
    rd_buf_fini(&csv->text);
}

static int csv_get(struct rd_csv *csv)
{
    int c = getc_unlocked(csv->from);
    csv->bytes += c != EOF;
    csv->line += c == '\n';
    return c;
}

/* The next letter with CRLF read as LF. */
static int csv_get_letter(struct rd_csv *csv)
{
    int c = csv_get(csv);
    if (c != '\r')
        return c;
    int next = csv_get(csv);
    if (next == '\n')
        return next;
    if (next != EOF) {
        ungetc(next, csv->from);
        csv->bytes--;
    }
    return c;
}

static void csv_skip_mark(struct rd_csv *csv)
{
    static const unsigned char mark[] = { 0xEF, 0xBB, 0xBF };
    int c = getc_unlocked(csv->from);
    if (c != mark[0]) {
        if (c != EOF)
            ungetc(c, csv->from);
        return;
    }
    if (getc_unlocked(csv->from) != mark[1] || getc_unlocked(csv->from) != mark[2])
        csv->bad = "the file begins with bytes that are not UTF-8";
    csv->bytes += sizeof(mark);
}

static void csv_set_bad(struct rd_csv *csv, const char *why)
{
    if (!csv->bad)
        csv->bad = why;
}

static void csv_put(struct rd_csv *csv, int c)
{
    if (csv->bad)
        return;
    if (c == '\0')
        csv_set_bad(csv, "a NUL byte");
    else if (csv->text.len - csv->starts[csv->count] >= RD_CSV_FIELD_BYTES_MAX)
        csv_set_bad(csv, "a field is longer than 64 KiB");
    else
        rd_buf_char(&csv->text, (char)c);
}

static void csv_begin_field(struct rd_csv *csv)
{
    csv->starts[csv->count] = csv->text.len;
}

static void csv_end_field(struct rd_csv *csv)
{
    size_t start = csv->starts[csv->count];
    if (csv->bad)
        return;
    if (csv->text.len > start && !rd_text_is_utf8(csv->text.data + start, csv->text.len - start))
        csv_set_bad(csv, "a field is not UTF-8");
    rd_buf_char(&csv->text, '\0');
    if (csv->count + 1 == RD_CSV_COLUMNS_MAX)
        csv_set_bad(csv, "more than 1023 columns");
    else
        csv->count++;
    csv_begin_field(csv);
}

static enum csv_state csv_step(struct rd_csv *csv, enum csv_state state, int c)
{
    switch (state) {
    case CSV_START:
        if (c == '"')
            return CSV_QUOTED;
        /* fall through */
    case CSV_PLAIN:
        if (c == ',') {
            csv_end_field(csv);
            return CSV_START;
        }
        if (c == '"')
            csv_set_bad(csv, "a quote inside of a field that is not quoted");
        csv_put(csv, c);
        return CSV_PLAIN;
    case CSV_QUOTED:
        if (c == '"')
            return CSV_CLOSED;
        csv_put(csv, c);
        return CSV_QUOTED;
    case CSV_CLOSED:
        if (c == '"') {
            csv_put(csv, c);
            return CSV_QUOTED;
        }
        if (c == ',') {
            csv_end_field(csv);
            return CSV_START;
        }
        csv_set_bad(csv, "letters behind a closing quote");
        return CSV_PLAIN;
    }
    return state;
}

/* One row up to its line end; false at the end of the file with nothing read. */
static bool csv_read_row(struct rd_csv *csv)
{
    enum csv_state state = CSV_START;
    uint64_t from_bytes = csv->bytes;
    csv_begin_field(csv);
    for (;;) {
        int c = csv_get_letter(csv);
        if (c == EOF || (c == '\n' && state != CSV_QUOTED)) {
            if (c == EOF && csv->bytes == from_bytes)
                return false;
            break;
        }
        state = csv_step(csv, state, c);
        if (csv->bytes - from_bytes > RD_CSV_ROW_BYTES_MAX) {
            csv_set_bad(csv, "a row is longer than 1 MiB (is a quote not closed?)");
            state = CSV_PLAIN;
        }
    }
    if (state == CSV_QUOTED)
        csv_set_bad(csv, "a quoted field is never closed");
    csv_end_field(csv);
    return true;
}

enum rd_status rd_csv_next(struct rd_csv *csv, struct rd_csv_row *row, struct rd_error *error)
{
    for (;;) {
        csv->count = 0;
        csv->bad = NULL;
        rd_buf_clear(&csv->text);
        if (csv->bytes == 0)
            csv_skip_mark(csv);
        *row = (struct rd_csv_row){ .line = csv->line };
        uint64_t from_bytes = csv->bytes;
        bool any = csv_read_row(csv);
        if (ferror(csv->from))
            return rd_error_errno(error, RD_IO, errno, "can't read line %llu",
                                  (unsigned long long)csv->line);
        if (!any)
            return RD_END;
        /* nothing but a line end, LF or CRLF; `""` is a row of one empty field */
        uint64_t bytes = csv->bytes - from_bytes;
        bool end_only = bytes <= 1 || (bytes == 2 && csv->line > row->line);
        bool empty = csv->count == 1 && csv->text.data[0] == '\0' && end_only;
        if (!empty || csv->bad)
            break;
    }
    for (size_t i = 0; i < csv->count; i++)
        csv->fields[i] = csv->text.data + csv->starts[i];
    row->fields = csv->fields;
    row->count = csv->count;
    row->bad = csv->bad;
    return RD_OK;
}

const char *rd_csv_name(struct rd_arena *arena, const char *heading)
{
    char *name = rd_arena_copy(arena, heading, strlen(heading));
    for (char *at = name; *at; at++) {
        unsigned char c = (unsigned char)*at;
        if (c >= 'A' && c <= 'Z')
            *at = (char)(c - 'A' + 'a');
        else if (c < 0x80 && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
            *at = '_';
    }
    return name;
}

void rd_csv_write(struct rd_buf *out, const char *field)
{
    if (!field[strcspn(field, ",\"\r\n")]) {
        rd_buf_text(out, field);
        return;
    }
    rd_buf_char(out, '"');
    for (; *field; field++) {
        if (*field == '"')
            rd_buf_char(out, '"');
        rd_buf_char(out, *field);
    }
    rd_buf_char(out, '"');
}
