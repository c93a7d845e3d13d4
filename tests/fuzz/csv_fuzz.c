/* CSV: rows within their bounds, and a row that is written reads back as it was, but for line ends
 * in a field, which become \n whatever they were. */
#include "fuzz/fuzz.h"

#include <stdio.h>
#include <string.h>

#include "cli/csv.h"

static void reads_back(const struct rd_csv_row *row)
{
    struct rd_buf text;
    struct rd_csv csv;
    struct rd_csv_row again;
    struct rd_error error = RD_ERROR_NONE;
    rd_buf_init(&text);
    rd_buf_text(&text, "heading\r\n"); /* a byte order mark is one at the beginning only */
    for (size_t i = 0; i < row->count; i++) {
        rd_buf_text(&text, i ? "," : "");
        rd_csv_write(&text, row->fields[i]);
    }
    rd_buf_text(&text, "\r\n");
    FILE *from = fmemopen(text.data, text.len, "r");
    RD_ASSERT(from != NULL);
    rd_csv_init(&csv, from);
    enum rd_status status = rd_csv_next(&csv, &again, &error);
    RD_ASSERT(status == RD_OK);
    status = rd_csv_next(&csv, &again, &error);
    bool one_empty = row->count == 1 && row->fields[0][0] == '\0'; /* is an empty line */
    if (!one_empty) {
        RD_ASSERT(status == RD_OK && !again.bad && again.count == row->count);
        for (size_t i = 0; i < row->count; i++)
            RD_ASSERT(strstr(row->fields[i], "\r\n") ||
                      strcmp(again.fields[i], row->fields[i]) == 0);
    }
    rd_csv_fini(&csv);
    fclose(from);
    rd_buf_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct rd_csv csv;
    struct rd_csv_row row;
    struct rd_arena arena;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status;
    if (len == 0)
        return 0;
    FILE *from = fmemopen((void *)(uintptr_t)bytes, len, "r");
    RD_ASSERT(from != NULL);
    rd_csv_init(&csv, from);
    rd_arena_init(&arena);
    while ((status = rd_csv_next(&csv, &row, &error)) == RD_OK) {
        RD_ASSERT(row.bad || (row.count > 0 && row.count <= RD_CSV_COLUMNS_MAX));
        if (row.bad)
            continue;
        reads_back(&row);
        RD_ASSERT(rd_csv_name(&arena, row.fields[0]) != NULL);
    }
    RD_ASSERT(status == RD_END);
    rd_arena_fini(&arena);
    rd_csv_fini(&csv);
    fclose(from);
    return 0;
}
