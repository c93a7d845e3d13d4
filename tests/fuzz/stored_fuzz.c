/* Stored records: packed values, entries, rows of jobs and deadlines. What is read as a value is
 * written as bytes that read back as the same; anything else is RD_CORRUPT.
 */
#include "fuzz/fuzz.h"

#include <math.h>
#include <string.h>

#include "base/pack.h"
#include "domain/entry.h"
#include "domain/job.h"
#include "domain/record.h"

/* NaN is like nothing, itself included; nobody writes one, but damaged bytes may hold it. */
static bool holds_nan(const struct rd_value *value)
{
    bool found = value->kind == RD_REAL && isnan(value->real);
    for (uint32_t i = 0; value->kind == RD_LIST && i < value->count; i++)
        found |= holds_nan(&value->items[i]);
    for (uint32_t i = 0; value->kind == RD_MAP && i < value->count; i++)
        found |= holds_nan(&value->pairs[i].value);
    return found;
}

static void reads_back(struct rd_arena *arena, const struct rd_value *value)
{
    struct rd_buf packed;
    struct rd_value again;
    struct rd_error error = RD_ERROR_NONE;
    rd_buf_init(&packed);
    rd_pack_write(&packed, value);
    enum rd_status status = rd_pack_read(arena, packed.data, packed.len, &again, &error);
    RD_ASSERT(status == RD_OK);
    RD_ASSERT(holds_nan(value) || rd_value_equal(value, &again));
    rd_buf_fini(&packed);
}

static void is_told(enum rd_status status)
{
    RD_ASSERT(status == RD_OK || status == RD_CORRUPT);
}

static void read_value(struct rd_arena *arena, const uint8_t *bytes, size_t len)
{
    struct rd_value value;
    struct rd_deadline deadline;
    struct rd_error error = RD_ERROR_NONE;
    size_t used;
    enum rd_status status = rd_pack_read(arena, bytes, len, &value, &error);
    is_told(status);
    if (status == RD_OK) {
        reads_back(arena, &value);
        is_told(rd_deadline_unpack(&value, (struct rd_id){ 1 }, arena, &deadline, &error));
    }
    status = rd_pack_read_first(arena, bytes, len, &value, &used, &error);
    is_told(status);
    RD_ASSERT(status != RD_OK || used <= len);
}

/* What is read as a row straight from the bytes is what the other reader makes of them. */
static void read_row(struct rd_arena *arena, const uint8_t *bytes, size_t len,
                     const struct rd_names *names)
{
    struct rd_value items[15], value;
    struct rd_error error = RD_ERROR_NONE;
    uint32_t count = len > 0 ? bytes[0] & 0x0F : 0;
    if (!rd_pack_read_row(bytes, len, names, items, count))
        return;
    RD_ASSERT(rd_pack_read_named(arena, bytes, len, names, &value, &error) == RD_OK);
    RD_ASSERT(value.kind == RD_LIST && value.count == count);
    for (uint32_t i = 0; i < count; i++)
        RD_ASSERT(rd_value_equal(&items[i], &value.items[i]));
}

static void read_entry(struct rd_arena *arena, const uint8_t *bytes, size_t len)
{
    static const char *const known[] = { "complaint", "state", "handler" };
    struct rd_command_entry entry;
    struct rd_job_row job;
    struct rd_value value;
    struct rd_names names;
    struct rd_error error = RD_ERROR_NONE;
    rd_names_init(&names, NULL);
    for (uint32_t i = 0; i < 3; i++)
        RD_ASSERT(rd_names_enter(&names, i + 1, known[i], strlen(known[i])));
    is_told(rd_pack_read_named(arena, bytes, len, &names, &value, &error));
    read_row(arena, bytes, len, &names);
    is_told(rd_entry_unpack(bytes, len, &names, arena, &entry, &error));
    is_told(rd_job_unpack(bytes, len, arena, &job, &error));
    rd_names_fini(&names);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct rd_arena arena;
    rd_arena_init(&arena);
    read_value(&arena, bytes, len);
    read_entry(&arena, bytes, len);
    rd_arena_fini(&arena);
    return 0;
}
