/* JSON: what is read is written so that it reads back as the same, in both forms. */
#include "fuzz/fuzz.h"

#include "base/json.h"
#include "base/limits.h"

static void reads_back(struct rd_arena *arena, const struct rd_value *value, bool pretty)
{
    struct rd_buf text;
    struct rd_value again;
    struct rd_error error = RD_ERROR_NONE;
    rd_buf_init(&text);
    if (pretty)
        rd_json_write_pretty(&text, value);
    else
        rd_json_write(&text, value);
    enum rd_status status =
        rd_json_parse(arena, text.data, text.len, RD_MESSAGE_DEPTH_MAX, &again, &error);
    RD_ASSERT(status == RD_OK);
    RD_ASSERT(rd_value_equal(value, &again));
    rd_buf_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct rd_arena arena;
    struct rd_value value;
    struct rd_error error = RD_ERROR_NONE;
    rd_arena_init(&arena);
    enum rd_status status =
        rd_json_parse(&arena, (const char *)bytes, len, RD_MESSAGE_DEPTH_MAX, &value, &error);
    RD_ASSERT(status == RD_OK || status == RD_PARSE_ERROR || status == RD_TOO_DEEP);
    if (status == RD_OK) {
        reads_back(&arena, &value, false);
        reads_back(&arena, &value, true);
    }
    rd_arena_fini(&arena);
    return 0;
}
