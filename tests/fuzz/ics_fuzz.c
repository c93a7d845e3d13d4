/* iCalendar: days come in order, each once, or the file is refused with a sentence. */
#include "fuzz/fuzz.h"

#include "cli/ics.h"

static void read_year(const uint8_t *bytes, size_t len, int year)
{
    struct rd_arena arena;
    struct rd_ics ics;
    struct rd_error error = RD_ERROR_NONE;
    rd_arena_init(&arena);
    enum rd_status status = rd_ics_read(&arena, (const char *)bytes, len, year, &ics, &error);
    RD_ASSERT(status == RD_OK || status == RD_BAD_FORM || status == RD_LIMIT_EXCEEDED);
    RD_ASSERT(status == RD_OK || error.text[0] != '\0');
    for (size_t i = 1; status == RD_OK && i < ics.count; i++)
        RD_ASSERT(ics.days[i - 1].day < ics.days[i].day);
    rd_arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    read_year(bytes, len, 2026);
    read_year(bytes, len, 0);
    return 0;
}
