/* What an import holds between reading and applying: order, keys, limits, times; and its errors
 * file. */
#include "cli/import.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "domain/zone.h"
#include "unit/unit.h"

static struct rd_arena arena;
static struct rd_import_items items;
static char dir[UNIT_DIR_MAX];

static void setup(void)
{
    struct rd_error error = RD_ERROR_NONE;
    rd_arena_init(&arena);
    unit_dir_make(dir);
    ck_assert_int_eq(rd_import_items_init(&items, &error), RD_OK);
}

static void teardown(void)
{
    rd_import_items_fini(&items);
    unit_dir_remove(dir);
    rd_arena_fini(&arena);
}

static enum rd_status add(int64_t at_ms, int64_t rank, uint64_t line, uint32_t order,
                          const char *key, bool open)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_import_item place = { .at_ms = at_ms, .rank = rank, .line = line, .order = order };
    struct rd_value value = rd_map();
    rd_map_set(&arena, &value, "key", rd_text(key));
    rd_map_set(&arena, &value, open ? "open" : "form", rd_map());
    return rd_import_items_add(&items, &place, &value, &error);
}

static void sort(void)
{
    struct rd_error error = RD_ERROR_NONE;
    ck_assert_int_eq(rd_import_items_sort(&items, &error), RD_OK);
}

static const char *key_of(size_t index)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_value value;
    ck_assert_int_eq(rd_import_items_get(&items, index, &arena, &value, &error), RD_OK);
    return rd_map_text(&value, "key", "");
}

START_TEST(test_order_is_time_rank_line_order)
{
    ck_assert_int_eq(add(50, 0, 1, 1, "f", true), RD_OK);
    ck_assert_int_eq(add(-10, 0, 9, 1, "a", true), RD_OK);
    ck_assert_int_eq(add(20, 1, 2, 1, "e", true), RD_OK);
    ck_assert_int_eq(add(20, 0, 4, 2, "d", true), RD_OK);
    ck_assert_int_eq(add(20, 0, 4, 1, "c", true), RD_OK);
    ck_assert_int_eq(add(20, 0, 3, 9, "b", true), RD_OK);
    sort();
    for (size_t i = 0; i < 6; i++)
        ck_assert_int_eq(key_of(i)[0], "abcdef"[i]);
}
END_TEST

START_TEST(test_keys_are_known_once_noted)
{
    for (uint32_t i = 0; i < 300; i++) /* three opens of each of a hundred keys */
        ck_assert_int_eq(add(i, 0, i, 1, rd_arena_printf(&arena, "K%u", i % 100), true), RD_OK);
    ck_assert_int_eq(add(999, 0, 300, 1, "K5", false), RD_OK);
    sort();
    for (size_t i = 0; i < 50; i++) {
        ck_assert(!rd_import_items_is_known(&items, i));
        rd_import_items_note(&items, i);
        rd_import_items_note(&items, i);
        ck_assert(rd_import_items_is_known(&items, i));
        ck_assert(rd_import_items_is_known(&items, i + 100));
        ck_assert(rd_import_items_is_known(&items, i + 200));
    }
    for (size_t i = 50; i < 100; i++)
        ck_assert(!rd_import_items_is_known(&items, i + 100));
    ck_assert(rd_import_items_is_known(&items, 300));
    ck_assert_uint_eq(items.known_count, 50);
}
END_TEST

START_TEST(test_none_at_all)
{
    sort();
    ck_assert_uint_eq(items.count, 0);
}
END_TEST

START_TEST(test_items_have_their_limits)
{
    char *key = malloc(RD_IMPORT_ITEM_BYTES_MAX + 1);
    ck_assert_ptr_nonnull(key);
    memset(key, 'k', RD_IMPORT_ITEM_BYTES_MAX);
    key[RD_IMPORT_ITEM_BYTES_MAX] = '\0';
    ck_assert_int_eq(add(0, 0, 1, 1, key, true), RD_MESSAGE_TOO_LARGE);
    ck_assert_uint_eq(items.count, 0);
    free(key);
    items.max = 2;
    ck_assert_int_eq(add(0, 0, 1, 1, "a", true), RD_OK);
    ck_assert_int_eq(add(0, 0, 2, 1, "b", true), RD_OK);
    ck_assert_int_eq(add(0, 0, 3, 1, "c", true), RD_LIMIT_EXCEEDED);
    ck_assert_uint_eq(items.count, 2);
}
END_TEST

START_TEST(test_times)
{
    struct rd_zone *zone;
    struct rd_error error = RD_ERROR_NONE;
    int64_t at_ms;
    ck_assert_int_eq(rd_zone_open("Asia/Shanghai", &zone, &error), RD_OK);
    ck_assert(rd_import_time(zone, "1970-01-02", &at_ms));
    ck_assert_int_eq(at_ms, 16 * 3600000ll);
    ck_assert(rd_import_time(zone, "1970-01-01 08:30", &at_ms));
    ck_assert_int_eq(at_ms, 30 * 60000ll);
    ck_assert(rd_import_time(zone, "1970-01-01 08:00:05", &at_ms));
    ck_assert_int_eq(at_ms, 5000);
    ck_assert(rd_import_time(zone, "1970-01-01T00:00:01Z", &at_ms));
    ck_assert_int_eq(at_ms, 1000);
    static const char *const bad[] = { "",
                                       "1970",
                                       "1970-02-30",
                                       "1970-01-01 8:00",
                                       "1970-01-01 24:00",
                                       "1970-01-01 08:60",
                                       "1970-01-01 08",
                                       "1970-01-01 08:00:60",
                                       "1970-01-01 08:00:00x",
                                       "1970-01-01 08:00 ",
                                       "1/1/1970" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        ck_assert_msg(!rd_import_time(zone, bad[i], &at_ms), "%s is a time", bad[i]);
    rd_zone_close(zone);
}
END_TEST

static const char *in_dir(const char *name)
{
    return rd_arena_printf(&arena, "%s/%s", dir, name);
}

START_TEST(test_errors_are_a_file_where_there_are_any)
{
    struct rd_import_errors errors;
    struct rd_error error = RD_ERROR_NONE;
    char text[256] = "";
    const char *path = in_dir("errors.csv");
    ck_assert_int_eq(rd_import_errors_open(&errors, path, in_dir("none"), &error), RD_OK);
    ck_assert_int_eq(access(path, F_OK), 0);
    ck_assert_int_eq(rd_import_errors_close(&errors, &error), RD_OK);
    ck_assert_int_ne(access(path, F_OK), 0);

    ck_assert_int_eq(rd_import_errors_open(&errors, path, in_dir("none"), &error), RD_OK);
    rd_import_errors_add(&errors, 12, "K,1", "rejected", "a \"reason\"");
    ck_assert_int_eq(rd_import_errors_close(&errors, &error), RD_OK);
    ck_assert_int_eq(rd_import_errors_close(&errors, &error), RD_OK);
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_gt(fread(text, 1, sizeof(text) - 1, file), 0);
    fclose(file);
    ck_assert_str_eq(text, "line,key,name,reason\n12,\"K,1\",rejected,\"a \"\"reason\"\"\"\n");

    ck_assert_int_eq(rd_import_errors_open(&errors, path, path, &error), RD_USAGE);
    ck_assert_int_eq(rd_import_errors_open(&errors, in_dir("no/such"), path, &error), RD_IO);
    ck_assert_int_eq(rd_import_errors_close(&errors, &error), RD_OK);
}
END_TEST

START_TEST(test_a_full_disk_is_told)
{
    struct rd_import_errors errors;
    struct rd_error error = RD_ERROR_NONE;
    ck_assert_int_eq(rd_import_errors_open(&errors, "/dev/full", in_dir("none"), &error), RD_OK);
    rd_import_errors_add(&errors, 1, "K", "rejected", "reason");
    ck_assert_int_eq(rd_import_errors_close(&errors, &error), RD_STORAGE_FULL);
    ck_assert_int_eq(symlink("/dev/null", in_dir("link")), 0);
    ck_assert_int_eq(rd_import_errors_open(&errors, in_dir("link"), in_dir("none"), &error), RD_OK);
    ck_assert_int_eq(rd_import_errors_close(&errors, &error), RD_OK);
    ck_assert_int_eq(access(in_dir("link"), F_OK), 0); /* only plain files are removed */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("import_items");
    TCase *tcase = tcase_create("import_items");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_order_is_time_rank_line_order);
    tcase_add_test(tcase, test_keys_are_known_once_noted);
    tcase_add_test(tcase, test_none_at_all);
    tcase_add_test(tcase, test_items_have_their_limits);
    tcase_add_test(tcase, test_times);
    tcase_add_test(tcase, test_errors_are_a_file_where_there_are_any);
    tcase_add_test(tcase, test_a_full_disk_is_told);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
