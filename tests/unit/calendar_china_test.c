/* The days that were really worked in China, 2007 to 2026: from the State Council's days off and
 * make-up working days, as they lie in the shared data beside the project ($REDRESS_SHARED, else
 * ../shared). Skipped, and said, where that is missing. */
#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "domain/calendar.h"
#include "unit.h"

#define FIRST_YEAR 2007
#define LAST_YEAR 2026

/* As the shared data's own notes count them. */
static const int working_days[] = { 249, 251, 250, 250, 250, 249, 250, 250, 249, 250,
                                    249, 250, 250, 249, 250, 249, 249, 251, 248, 248 };

static struct rd_arena arena;

static const char *data_path(int year)
{
    const char *shared = getenv("REDRESS_SHARED");

    return rd_arena_printf(&arena, "%s/data/calendars/cn/%d.json",
                           shared && *shared ? shared : "../shared", year);
}

static bool data_read(int year, struct rd_value *out)
{
    char bytes[65536];
    struct rd_error error = RD_ERROR_NONE;
    FILE *file = fopen(data_path(year), "rb");

    if (!file)
        return false;
    size_t len = fread(bytes, 1, sizeof(bytes), file);

    fclose(file);
    ck_assert_uint_lt(len, sizeof(bytes));
    ck_assert_msg(rd_json_parse(&arena, bytes, len, 8, out, &error) == RD_OK, "%d: %s", year,
                  error.text);
    return true;
}

/* A make-up day works as a Friday does. */
static void add_days(struct rd_value *days, const struct rd_value *year)
{
    const struct rd_value *list = rd_map_list(year, "days");

    for (uint32_t i = 0; i < list->count; i++) {
        struct rd_value *day = rd_list_add(&arena, days, rd_map());

        rd_map_add(&arena, day, "date", rd_text(rd_map_text(&list->items[i], "date", "")));
        if (rd_map_bool(&list->items[i], "isOffDay", false))
            rd_map_add(&arena, day, "off", rd_bool(true));
        else
            rd_map_add(&arena, day, "like", rd_int(5));
    }
}

static bool china(struct rd_calendar **out)
{
    static const char office[] = "{\"name\":\"china\",\"zone\":\"Asia/Shanghai\","
                                 "\"week\":[{\"days\":[1,2,3,4,5],\"from\":540,\"to\":720},"
                                 "{\"days\":[1,2,3,4,5],\"from\":780,\"to\":1080}]}";
    struct rd_value spec;
    struct rd_value year;
    struct rd_value days = rd_list();
    struct rd_value years = rd_list();
    struct rd_error error = RD_ERROR_NONE;

    ck_assert_int_eq(rd_json_parse(&arena, office, sizeof(office) - 1, 8, &spec, &error), RD_OK);
    for (int y = FIRST_YEAR; y <= LAST_YEAR; y++) {
        if (!data_read(y, &year))
            return false;
        add_days(&days, &year);
        rd_list_add(&arena, &years, rd_int(y));
    }
    rd_map_set(&arena, &spec, "days", days);
    rd_map_set(&arena, &spec, "years", years);
    ck_assert_msg(rd_calendar_new(&spec, out, &error) == RD_OK, "%s", error.text);
    return true;
}

static int64_t local(int year, int month, int day, int hour)
{
    return (rd_date_days(year, month, day) * 24 + hour - 8) * 3600000;
}

static int64_t added(const struct rd_calendar *calendar, int64_t start_ms, const char *text,
                     bool *provisional)
{
    struct rd_duration duration;

    ck_assert_int_eq(rd_duration_parse(text, true, &duration, NULL), RD_OK);
    return rd_calendar_add(calendar, start_ms, &duration, provisional);
}

START_TEST(working_days_of_twenty_years)
{
    struct rd_calendar *calendar = NULL;
    bool provisional = false;

    rd_arena_init(&arena);
    if (!china(&calendar)) {
        printf("SKIPPED: no shared data: %s is not there\n", data_path(FIRST_YEAR));
        rd_arena_fini(&arena);
        return;
    }
    for (int year = FIRST_YEAR; year <= LAST_YEAR; year++) {
        int64_t eve_ms = local(year - 1, 12, 31, 23);
        int64_t end_ms = local(year, 12, 31, 12);
        int64_t days = rd_calendar_between_days(calendar, eve_ms, end_ms, NULL);

        ck_assert_msg(days == working_days[year - FIRST_YEAR], "%d: %lld", year, (long long)days);
        ck_assert_int_eq(rd_calendar_between_ms(calendar, eve_ms, local(year + 1, 1, 1, 0), NULL),
                         days * 8 * 3600000);
    }
    /* over the Spring Festival of 2026, 15 to 23 February, with the 28th made up */
    ck_assert_int_eq(added(calendar, local(2026, 2, 14, 17), "2 hours", &provisional),
                     local(2026, 2, 24, 10));
    ck_assert_int_eq(added(calendar, local(2026, 2, 13, 16), "6 business days", NULL),
                     local(2026, 2, 28, 16));
    ck_assert(!provisional);
    ck_assert_int_eq(added(calendar, local(2026, 12, 31, 16), "1 business day", &provisional),
                     local(2027, 1, 1, 16));
    ck_assert(provisional);
    rd_calendar_free(calendar);
    rd_arena_fini(&arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("calendar_china");
    TCase *years = tcase_create("years");

    tcase_add_test(years, working_days_of_twenty_years);
    suite_add_tcase(suite, years);
    return unit_run(suite);
}
