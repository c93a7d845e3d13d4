/* The version of the zone data: where it stands, and what is no version. */
#include "domain/zone.h"
#include "domain/zone_version.h"
#include "unit.h"

static struct rd_arena arena;
static char dir[UNIT_DIR_MAX];

static void setup(void)
{
    rd_arena_init(&arena);
    unit_dir_make(dir);
}

static void teardown(void)
{
    unit_dir_remove(dir);
    rd_arena_fini(&arena);
}

static void put(const char *name, const char *text)
{
    FILE *file = fopen(rd_arena_printf(&arena, "%s/%s", dir, name), "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static const struct {
    const char *list;  /* tzdata.zi; NULL: none */
    const char *plain; /* +VERSION */
    const char *version;
} rows[] = {
    { "# version 2025b\nR d 1916 o - Jun 14 23s 1 S\n", "2020a\n", "2025b" },
    { "# version 2025b-0+deb12u1\n", NULL, "2025b-0+deb12u1" },
    { NULL, "2024a\r\n", "2024a" },
    { "# something else\n", "2024a", "2024a" },
    { "# version \n", "2024a\n", "2024a" },
    { "# version 2025b\x1b[31m\n", NULL, "unknown" },
    { "", "", "unknown" },
    { NULL, NULL, "unknown" },
    { "# version 0123456789012345678901234567890123456789012345678901234567890123456789\n", NULL,
      "01234567890123456789012345678901234567890123456789012" },
};

START_TEST(is_read)
{
    if (rows[_i].list)
        put("tzdata.zi", rows[_i].list);
    if (rows[_i].plain)
        put("+VERSION", rows[_i].plain);
    ck_assert_str_eq(rd_zone_version_of(dir, &arena), rows[_i].version);
}
END_TEST

START_TEST(a_zone_knows_it)
{
    struct rd_zone *zone = NULL;

    ck_assert_int_eq(rd_zone_open("Asia/Shanghai", &zone, NULL), RD_OK);
    ck_assert_str_ne(rd_zone_version(zone), "");
    rd_zone_close(zone);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("zone_version");
    TCase *tcase = tcase_create("all");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, is_read, 0, (int)(sizeof(rows) / sizeof(rows[0])));
    tcase_add_test(tcase, a_zone_knows_it);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
