/* From rows to items: the source is read row by row, and each row is shown to the mapping, a Lua
 * function that may compute and nothing else. What it gives is checked here member by member: an
 * admin's slip of the pen must be told by its name, not by what the engine makes of it later.
 *
 * A row that can't be used is one line in the errors file and stops nothing. A header that lacks a
 * column stops everything: then every row would be wrong for the same reason.
 */
#include "cli/import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/csv.h"
#include "cli/policy_print.h"
#include "cli/progress.h"
#include "domain/zone.h"
#include "policy/policy.h"

#define IMPORT_COLLECT_ROWS 256 /* the mapping's heap is tidied up after so many rows */

/* ---- the mapping ---- */

enum rd_status rd_mapping_open(struct rd_mapping *mapping, struct rd_arena *arena, const char *path,
                               struct rd_error *error)
{
    *mapping = (struct rd_mapping){ .path = path };
    struct rd_policy_source source = { .path = path };
    enum rd_status status =
        rd_cli_read_file(arena, path, RD_POLICY_FILE_BYTES_MAX, &source.text, &source.len, error);
    if (status != RD_OK)
        return status;
    struct rd_findings findings;
    rd_findings_init(&findings, arena);
    status = rd_policy_load_import(&source, &findings, &mapping->policy, error);
    rd_policy_print_findings(stderr, &findings);
    if (status != RD_OK)
        return status;
    const struct rd_value *normal = rd_policy_normal(mapping->policy);
    mapping->name = rd_map_text(normal, "name", "");
    mapping->type = rd_map_text(normal, "type", "");
    mapping->columns = rd_map_list(normal, "columns");
    mapping->line = (int)rd_map_int(normal, "line", 0);
    mapping->row_fn = (int)rd_map_int(normal, "fn", 0);
    mapping->order_fn = (int)rd_map_int(normal, "order", 0);
    return rd_zone_open(rd_map_text(normal, "zone", "UTC"), &mapping->zone, error);
}

void rd_mapping_close(struct rd_mapping *mapping)
{
    rd_zone_close(mapping->zone);
    rd_policy_free(mapping->policy);
    *mapping = (struct rd_mapping){ .path = NULL };
}

/* ---- times ---- */

static bool import_two_digits(const char **at, char before, int max, int64_t *out)
{
    const char *text = *at;
    if (text[0] != before || text[1] < '0' || text[1] > '9' || text[2] < '0' || text[2] > '9')
        return false;
    *out = (text[1] - '0') * 10 + (text[2] - '0');
    *at += 3;
    return *out <= max;
}

bool rd_import_time(const struct rd_zone *zone, const char *text, int64_t *at_ms)
{
    char date[11];
    int64_t days;
    int64_t hours = 0, minutes = 0, seconds = 0;
    if (rd_time_read(text, at_ms))
        return true;
    if (strlen(text) < 10)
        return false;
    memcpy(date, text, 10);
    date[10] = '\0';
    if (!rd_date_read(date, &days))
        return false;
    const char *at = text + 10;
    if (*at &&
        (!import_two_digits(&at, ' ', 23, &hours) || !import_two_digits(&at, ':', 59, &minutes)))
        return false;
    if (*at && !import_two_digits(&at, ':', 59, &seconds))
        return false;
    if (*at)
        return false;
    int64_t local_s = ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
    *at_ms = rd_zone_utc_ms(zone, local_s * 1000);
    return true;
}

/* ---- one item ---- */

struct import_reader {
    const struct rd_mapping *mapping;
    struct rd_import_items *items;
    struct rd_import_errors *errors;
    struct rd_import_counts *counts;
    struct rd_arena names; /* the header's */
    struct rd_arena arena; /* of the row */
    const char *columns[RD_CSV_COLUMNS_MAX];
    size_t column_count;
};

static enum rd_status import_check_members(const struct rd_value *item, struct rd_error *error)
{
    static const char *const members[] = { "key", "at", "open", "event", "form", "id", "type" };
    const size_t count = sizeof(members) / sizeof(*members);
    for (uint32_t i = 0; i < item->count; i++) {
        const char *name = item->pairs[i].key;
        bool known = false;
        for (size_t j = 0; j < count; j++)
            known |= strcmp(name, members[j]) == 0;
        if (known)
            continue;
        const char *guess = rd_text_nearest(name, members, count);
        return rd_error_set(error, RD_INVALID_PARAMS, "an item has no '%s'%s%s%s", name,
                            guess ? "; did you mean '" : "", guess ? guess : "", guess ? "'?" : "");
    }
    return RD_OK;
}

static bool import_is_map(const struct rd_value *value)
{
    return !value || value->kind == RD_MAP || (value->kind == RD_LIST && value->count == 0);
}

static enum rd_status import_check_item(const struct rd_value *item, struct rd_error *error)
{
    if (item->kind != RD_MAP)
        return rd_error_set(error, RD_INVALID_PARAMS,
                            "an item is a %s, not a table of named values",
                            rd_kind_name(item->kind));
    enum rd_status status = import_check_members(item, error);
    if (status != RD_OK)
        return status;
    const char *key = rd_map_text(item, "key", "");
    if (!*key || strchr(key, '\n'))
        return rd_error_set(error, RD_INVALID_PARAMS, "an item needs its key, a text on one line");
    if (!rd_map_get(item, "open") == !rd_map_text(item, "event", NULL))
        return rd_error_set(error, RD_INVALID_PARAMS,
                            "an item has either 'open' or 'event', and one of them only");
    if (!import_is_map(rd_map_get(item, "open")) || !import_is_map(rd_map_get(item, "form")))
        return rd_error_set(error, RD_INVALID_PARAMS,
                            "an item's 'open' and 'form' are tables of named values");
    const struct rd_value *id = rd_map_get(item, "id");
    if (id && id->kind != RD_TEXT && id->kind != RD_INT)
        return rd_error_set(error, RD_INVALID_PARAMS, "an item's 'id' is a text or a whole number");
    return RD_OK;
}

static enum rd_status import_item_at(const struct import_reader *reader,
                                     const struct rd_value *item, int64_t *at_ms,
                                     struct rd_error *error)
{
    const struct rd_value *at = rd_map_get(item, "at");
    if (rd_value_is(at, RD_INT)) {
        *at_ms = at->integer;
        return RD_OK;
    }
    if (rd_value_is(at, RD_TEXT) && rd_import_time(reader->mapping->zone, at->text, at_ms))
        return RD_OK;
    return rd_error_set(error, RD_INVALID_PARAMS,
                        "an item's 'at' is neither a time nor milliseconds since 1970");
}

/* An empty table of Lua may be either: here only named values make sense. */
static void import_put_map(struct rd_arena *arena, struct rd_value *to, const char *name,
                           const struct rd_value *from)
{
    const struct rd_value *given = rd_map_get(from, name);
    if (given)
        rd_map_add(arena, to, name, given->count == 0 ? rd_map() : *given);
}

/* The item as import.apply takes it. */
static struct rd_value import_item_value(struct import_reader *reader, const struct rd_value *item,
                                         const struct rd_import_item *place)
{
    struct rd_arena *arena = &reader->arena;
    struct rd_value value = rd_map();
    rd_map_add(arena, &value, "key", rd_text(rd_map_text(item, "key", "")));
    rd_map_add(arena, &value, "at", rd_int(place->at_ms));
    rd_map_add(arena, &value, "type", rd_text(rd_map_text(item, "type", reader->mapping->type)));
    import_put_map(arena, &value, "open", item);
    if (rd_map_get(item, "open"))
        return value;
    const struct rd_value *id = rd_map_get(item, "id");
    const char *own =
        rd_arena_printf(arena, "%llu.%u", (unsigned long long)place->line, place->order);
    if (rd_value_is(id, RD_INT))
        own = rd_arena_printf(arena, "%lld", (long long)id->integer);
    rd_map_add(arena, &value, "event", rd_text(rd_map_text(item, "event", "")));
    rd_map_add(arena, &value, "id", rd_text(rd_map_text(item, "id", own)));
    import_put_map(arena, &value, "form", item);
    return value;
}

static enum rd_status import_item_rank(struct import_reader *reader, const struct rd_value *value,
                                       int64_t *rank, struct rd_error *error)
{
    struct rd_value result;
    if (!reader->mapping->order_fn)
        return RD_OK;
    enum rd_status status = rd_policy_call(reader->mapping->policy, reader->mapping->order_fn,
                                           value, &reader->arena, &result, error);
    if (status != RD_OK)
        return status;
    if (result.kind != RD_INT)
        return rd_error_set(error, RD_POLICY_FAULT, "order returned a %s, not a whole number",
                            rd_kind_name(result.kind));
    *rank = result.integer;
    return RD_OK;
}

static enum rd_status import_take_item(struct import_reader *reader, const struct rd_value *item,
                                       uint64_t line, uint32_t order, struct rd_error *error)
{
    struct rd_import_item place = { .line = line, .order = order };
    enum rd_status status = import_check_item(item, error);
    if (status == RD_OK)
        status = import_item_at(reader, item, &place.at_ms, error);
    if (status != RD_OK)
        return status;
    struct rd_value value = import_item_value(reader, item, &place);
    status = import_item_rank(reader, &value, &place.rank, error);
    return status == RD_OK ? rd_import_items_add(reader->items, &place, &value, error) : status;
}

/* ---- one row ---- */

/* Where a row's items name a key, the errors file names it too. */
static const char *import_result_key(const struct rd_value *result)
{
    return result->kind == RD_LIST && result->count > 0 ? rd_map_text(&result->items[0], "key", "")
                                                        : "";
}

static void import_reject(struct import_reader *reader, uint64_t line, const char *key,
                          const char *name, const char *reason)
{
    reader->counts->rejected++;
    rd_import_errors_add(reader->errors, line, key, name, reason);
}

/* RD_OK also for a row that can't be used; anything else ends the reading. */
static enum rd_status import_take_result(struct import_reader *reader,
                                         const struct rd_value *result, uint64_t line,
                                         struct rd_error *error)
{
    const char *reason = rd_map_text(result, "reject", NULL);
    struct rd_error why = RD_ERROR_NONE;
    if (reason) {
        import_reject(reader, line, rd_map_text(result, "key", ""), "rejected", reason);
        return RD_OK;
    }
    if (rd_map_get(result, "skip") ||
        ((result->kind == RD_LIST || result->kind == RD_MAP) && result->count == 0)) {
        reader->counts->skipped++;
        return RD_OK;
    }
    if (result->kind != RD_LIST) {
        import_reject(reader, line, "", rd_status_name(RD_POLICY_FAULT),
                      "the row function gave neither a list of items nor reject or skip");
        return RD_OK;
    }
    size_t count = reader->items->count;
    for (uint32_t i = 0; i < result->count; i++) {
        enum rd_status status = import_take_item(reader, &result->items[i], line, i + 1, &why);
        if (status == RD_OK)
            continue;
        if (status == RD_IO || status == RD_STORAGE_FULL || status == RD_LIMIT_EXCEEDED) {
            *error = why;
            return status;
        }
        reader->items->count = count; /* a row comes in whole or not at all */
        import_reject(reader, line, import_result_key(result), rd_status_name(status), why.text);
        return RD_OK;
    }
    return RD_OK;
}

static enum rd_status import_take_row(struct import_reader *reader, const struct rd_csv_row *row,
                                      struct rd_error *error)
{
    reader->counts->rows++;
    if (row->bad) {
        import_reject(reader, row->line, "", "bad_csv", row->bad);
        return RD_OK;
    }
    if (row->count != reader->column_count) {
        import_reject(reader, row->line, "", "bad_csv",
                      rd_arena_printf(&reader->arena, "the row has %zu fields, the header %zu",
                                      row->count, reader->column_count));
        return RD_OK;
    }
    struct rd_value facts = rd_map();
    struct rd_value result;
    struct rd_error why = RD_ERROR_NONE;
    for (size_t i = 0; i < row->count; i++)
        rd_map_add(&reader->arena, &facts, reader->columns[i], rd_text(row->fields[i]));
    if (rd_policy_call(reader->mapping->policy, reader->mapping->row_fn, &facts, &reader->arena,
                       &result, &why) != RD_OK) {
        import_reject(reader, row->line, "", rd_status_name(RD_POLICY_FAULT), why.text);
        return RD_OK;
    }
    return import_take_result(reader, &result, row->line, error);
}

/* ---- the header ---- */

static bool import_has_column(const struct import_reader *reader, const char *name)
{
    for (size_t i = 0; i < reader->column_count; i++)
        if (strcmp(reader->columns[i], name) == 0)
            return true;
    return false;
}

/* All missing columns in one sentence. */
static enum rd_status import_check_columns(struct import_reader *reader, const char *source,
                                           struct rd_error *error)
{
    const struct rd_value *wanted = reader->mapping->columns;
    struct rd_buf missing;
    rd_buf_init(&missing);
    for (uint32_t i = 0; i < wanted->count; i++) {
        const char *name = wanted->items[i].text;
        if (import_has_column(reader, name))
            continue;
        const char *guess = rd_text_nearest(name, reader->columns, reader->column_count);
        rd_buf_printf(&missing, "%s'%s'", missing.len ? ", " : "", name);
        if (guess)
            rd_buf_printf(&missing, " (is '%s' meant?)", guess);
    }
    enum rd_status status = RD_OK;
    if (missing.len > 0)
        status = rd_error_set(error, RD_CHECK_FAILED, "%s has no column %.*s, which %s:%d asks for",
                              source, (int)missing.len, missing.data, reader->mapping->path,
                              reader->mapping->line);
    rd_buf_fini(&missing);
    return status;
}

static enum rd_status import_read_header(struct import_reader *reader, struct rd_csv *csv,
                                         const char *source, struct rd_error *error)
{
    struct rd_csv_row row;
    enum rd_status status = rd_csv_next(csv, &row, error);
    if (status == RD_END)
        return rd_error_set(error, RD_CHECK_FAILED, "%s is empty: not even a header", source);
    if (status != RD_OK)
        return status;
    if (row.bad)
        return rd_error_set(error, RD_CHECK_FAILED, "%s: the header can't be read: %s", source,
                            row.bad);
    for (size_t i = 0; i < row.count; i++) {
        const char *name = rd_csv_name(&reader->names, row.fields[i]);
        if (import_has_column(reader, name))
            return rd_error_set(error, RD_CHECK_FAILED, "%s has two columns with the name '%s'",
                                source, name);
        reader->columns[reader->column_count++] = name;
    }
    return import_check_columns(reader, source, error);
}

/* ---- the file ---- */

static enum rd_status import_read_rows(struct import_reader *reader, struct rd_csv *csv,
                                       uint64_t bytes, struct rd_error *error)
{
    struct rd_progress progress;
    struct rd_csv_row row;
    enum rd_status status;
    rd_progress_start(&progress, stderr, "reading", "bytes");
    while ((status = rd_csv_next(csv, &row, error)) == RD_OK) {
        status = import_take_row(reader, &row, error);
        rd_arena_reset(&reader->arena);
        if (status != RD_OK)
            break;
        if (reader->counts->rows % IMPORT_COLLECT_ROWS == 0)
            rd_policy_collect(reader->mapping->policy);
        rd_progress_set(&progress, csv->bytes, bytes);
    }
    rd_progress_end(&progress);
    return status == RD_END ? RD_OK : status;
}

enum rd_status rd_import_read(const struct rd_mapping *mapping, const char *source,
                              struct rd_import_items *items, struct rd_import_errors *errors,
                              struct rd_import_counts *counts, struct rd_error *error)
{
    FILE *from = fopen(source, "rb");
    if (!from)
        return rd_error_errno(error, errno == ENOENT ? RD_NOT_FOUND : RD_IO, errno, "can't open %s",
                              source);
    struct stat info;
    uint64_t bytes = fstat(fileno(from), &info) == 0 ? (uint64_t)info.st_size : 0;
    struct import_reader *reader = calloc(1, sizeof(*reader));
    struct rd_csv *csv = calloc(1, sizeof(*csv));
    RD_ASSERT(reader && csv);
    reader->mapping = mapping;
    reader->items = items;
    reader->errors = errors;
    reader->counts = counts;
    rd_arena_init(&reader->names);
    rd_arena_init(&reader->arena);
    rd_csv_init(csv, from);
    enum rd_status status = import_read_header(reader, csv, source, error);
    if (status == RD_OK)
        status = import_read_rows(reader, csv, bytes, error);
    rd_csv_fini(csv);
    rd_arena_fini(&reader->arena);
    rd_arena_fini(&reader->names);
    free(csv);
    free(reader);
    fclose(from);
    return status;
}
