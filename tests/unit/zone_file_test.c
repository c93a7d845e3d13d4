/* Zone files that are damaged, names that are no zones, and a few local times known by heart. */
#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "domain/zone.h"
#include "unit.h"

#define DAY_S 86400LL

/* ---- files of our own ---- */

static char dir[UNIT_DIR_MAX];

static void dir_make(void)
{
    unit_dir_make(dir);
    setenv("TZDIR", dir, 1);
}

static void dir_remove(void)
{
    unit_dir_remove(dir);
    unsetenv("TZDIR");
}

static void file_write(const char *name, const void *bytes, size_t len)
{
    char path[UNIT_DIR_MAX + 64];

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *file = fopen(path, "wb");

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, len, file), len);
    ck_assert_int_eq(fclose(file), 0);
}

/* A file without a change: two blocks of one type each (UTC), and the rule. */
static size_t rule_file(char out[512], const char *rule)
{
    static const char block[] =
        "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
        "\1\0\0\0\4\0\0\0\0\0\0UTC";
    size_t len = sizeof(block); /* the NUL behind UTC belongs to it */

    ck_assert_uint_eq(len, 44 + 6 + 4);
    memcpy(out, block, len);
    memcpy(out + len, block, len);
    return 2 * len + (size_t)snprintf(out + 2 * len, 512 - 2 * len, "\n%s\n", rule);
}

static enum rd_status rule_open(const char *rule, struct rd_zone **out)
{
    char bytes[512];

    file_write("Rule", bytes, rule_file(bytes, rule));
    return rd_zone_open("Rule", out, NULL);
}

START_TEST(summer_all_year)
{
    struct rd_zone *zone = NULL;
    int64_t change_ms = 0;

    ck_assert_int_eq(rule_open("EST5EDT4,0/0,J365/25", &zone), RD_OK);
    for (int64_t s = 0; s < 200 * 366 * DAY_S; s += 43200)
        ck_assert_int_eq(rd_zone_offset_s(zone, s * 1000), -4 * 3600);
    ck_assert(!rd_zone_next_ms(zone, 0, &change_ms) || change_ms > 0);
    rd_zone_close(zone);
}
END_TEST

START_TEST(no_rule_is_the_last_offset)
{
    struct rd_zone *zone = NULL;
    int64_t change_ms = 0;

    ck_assert_int_eq(rule_open("", &zone), RD_OK);
    ck_assert_int_eq(rd_zone_offset_s(zone, 4102444800000), 0);
    ck_assert(!rd_zone_next_ms(zone, 0, &change_ms));
    rd_zone_close(zone);
}
END_TEST

static const char *const bad_rules[] = {
    "AA3",
    "AAA",
    "3",
    "AAA25",
    "AAA3:60",
    "AAA3:00:60",
    "AAA3:",
    "AAA3 ",
    "<+3-3",
    "<>-3",
    "<+ 3>-3",
    "AAA3BB,M3.1.0,M10.1.0",
    "AAA3BBB",
    "AAA3BBB25,M3.1.0,M10.1.0",
    "AAA3BBB,M3.1.0",
    "AAA3BBB,M3.1.0,",
    "AAA3BBB,M13.1.0,M3.1.0",
    "AAA3BBB,M0.1.0,M3.1.0",
    "AAA3BBB,M1.6.0,M3.1.0",
    "AAA3BBB,M1.1.7,M3.1.0",
    "AAA3BBB,M1.1,M3.1.0",
    "AAA3BBB,M1,M3.1.0",
    "AAA3BBB,J0,J2",
    "AAA3BBB,J366,J2",
    "AAA3BBB,366,1",
    "AAA3BBB,M3.1.0/168,M10.1.0",
    "AAA3BBB,M3.1.0/,M10.1.0",
    "AAA3BBB,M3.1.0,M10.1.0x",
    "AAA99999999999999999999",
};

START_TEST(bad_rules_are_damage)
{
    struct rd_zone *zone = NULL;

    ck_assert_int_eq(rule_open(bad_rules[_i], &zone), RD_CORRUPT);
    ck_assert_ptr_null(zone);
}
END_TEST

/* ---- damage ---- */

static size_t real_file(unsigned char *out, size_t size)
{
    FILE *file = fopen("/usr/share/zoneinfo/America/New_York", "rb");

    ck_assert_ptr_nonnull(file);
    size_t len = fread(out, 1, size, file);

    fclose(file);
    ck_assert_uint_gt(len, 100);
    ck_assert_uint_lt(len, size);
    return len;
}

START_TEST(cut_files_are_damage)
{
    unsigned char bytes[8192];
    size_t len = real_file(bytes, sizeof(bytes));
    struct rd_zone *zone = NULL;

    for (size_t cut = 0; cut < len; cut++) {
        file_write("Cut", bytes, cut);
        ck_assert_msg(rd_zone_open("Cut", &zone, NULL) == RD_CORRUPT, "cut at %zu", cut);
    }
    file_write("Cut", bytes, len);
    ck_assert_int_eq(rd_zone_open("Cut", &zone, NULL), RD_OK);
    rd_zone_close(zone);
}
END_TEST

/* Whatever one wrong byte makes of a file: it is refused or answers, in bounds. */
START_TEST(wrong_bytes_do_no_harm)
{
    unsigned char bytes[8192];
    size_t len = real_file(bytes, sizeof(bytes));
    unsigned seed = 7;
    int refused = 0;

    for (int i = 0; i < 3000; i++) {
        struct rd_zone *zone = NULL;
        size_t at = (size_t)rand_r(&seed) % len;
        unsigned char kept = bytes[at];

        bytes[at] = (unsigned char)rand_r(&seed);
        file_write("Wrong", bytes, len);
        bytes[at] = kept;
        if (rd_zone_open("Wrong", &zone, NULL) != RD_OK) {
            refused++;
            continue;
        }
        int64_t change_ms = INT64_C(-2208988800000);

        for (int n = 0; n < 50 && rd_zone_next_ms(zone, change_ms, &change_ms); n++) {
            int64_t reach_ms = rd_zone_reach_ms(zone, rd_zone_local_ms(zone, change_ms));

            ck_assert_int_lt(reach_ms, INT64_C(1) << 60);
            ck_assert_int_lt(rd_zone_utc_ms(zone, change_ms), INT64_C(1) << 60);
        }
        rd_zone_close(zone);
    }
    ck_assert_int_gt(refused, 30);
}
END_TEST

START_TEST(headers_are_checked)
{
    static const struct {
        int at;
        unsigned char byte;
    } wrong[] = {
        { 0, 'X' }, /* no TZif */
        { 4, 0 },   /* version 1: no 64-bit block */
        { 54, 'X' },
        { 54 + 28 + 3, 1 }, /* leap seconds */
        { 54 + 36 + 3, 0 }, /* no type */
        { 54 + 36 + 0, 1 }, /* more types than bytes */
        { 54 + 32 + 0, 255 },
        { 54 + 44, 127 }, /* an offset of years */
    };
    struct rd_zone *zone = NULL;
    struct rd_error error = RD_ERROR_NONE;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char bytes[512];
        size_t len = rule_file(bytes, "UTC0");

        bytes[wrong[i].at] = (char)wrong[i].byte;
        file_write("Header", bytes, len);
        ck_assert_msg(rd_zone_open("Header", &zone, &error) == RD_CORRUPT, "wrong %zu", i);
        ck_assert_ptr_nonnull(strstr(error.text, "damaged"));
    }
}
END_TEST

static void put_u32(unsigned char *at, uint32_t n)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(n >> (24 - 8 * i));
}

/* A file with so many changes, one a day from 1970 on, all to its one type. */
static size_t changes_file(unsigned char *out, uint32_t count)
{
    char plain[512];
    size_t len = rule_file(plain, "UTC0");
    size_t times_at = 54 + 44;
    size_t rest_at = times_at + (size_t)count * 9;

    memset(out, 0, rest_at);
    memcpy(out, plain, times_at);
    put_u32(out + 54 + 32, count);
    for (uint32_t i = 0; i < count; i++)
        put_u32(out + times_at + (size_t)i * 8 + 4, i * 86400);
    memcpy(out + rest_at, plain + times_at, len - times_at);
    return rest_at + len - times_at;
}

START_TEST(too_many_changes)
{
    unsigned char *bytes = malloc(100000);
    struct rd_zone *zone = NULL;

    ck_assert_ptr_nonnull(bytes);
    file_write("Many", bytes, changes_file(bytes, RD_ZONE_CHANGES_MAX));
    ck_assert_int_eq(rd_zone_open("Many", &zone, NULL), RD_OK);
    rd_zone_close(zone);
    file_write("Many", bytes, changes_file(bytes, RD_ZONE_CHANGES_MAX + 1));
    ck_assert_int_eq(rd_zone_open("Many", &zone, NULL), RD_CORRUPT);
    /* not in order */
    size_t len = changes_file(bytes, 3);

    put_u32(bytes + 54 + 44 + 8 + 4, 0);
    file_write("Many", bytes, len);
    ck_assert_int_eq(rd_zone_open("Many", &zone, NULL), RD_CORRUPT);
    free(bytes);
}
END_TEST

START_TEST(too_large_is_damage)
{
    size_t len = RD_ZONE_FILE_BYTES_MAX + 1;
    char *bytes = calloc(1, len);
    struct rd_zone *zone = NULL;

    file_write("Large", bytes, len);
    ck_assert_int_eq(rd_zone_open("Large", &zone, NULL), RD_CORRUPT);
    free(bytes);
}
END_TEST

/* ---- names ---- */

START_TEST(unknown_names)
{
    static const char *const names[] = {
        "",
        "/etc/passwd",
        "../zoneinfo/UTC",
        "Asia/../UTC",
        "Asia/",
        "Asia",
        "Asia/Shanghai.x",
        "Asia/Shang hai",
        "Asia/\xc3\xa4",
        "Nowhere/Town",
        "UTC/Paris",
        "A_very_long_name_that_no_zone_of_this_world_has_or_will_ever_have_at_all",
    };
    struct rd_error error = RD_ERROR_NONE;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct rd_zone *zone = (struct rd_zone *)&error;

        ck_assert_msg(rd_zone_open(names[i], &zone, &error) == RD_NOT_FOUND, "%s", names[i]);
        ck_assert_ptr_null(zone);
        ck_assert_int_eq(error.status, RD_NOT_FOUND);
    }
}
END_TEST

START_TEST(a_guess_is_offered)
{
    struct rd_zone *zone = NULL;
    struct rd_error error = RD_ERROR_NONE;

    ck_assert_int_eq(rd_zone_open("Asia/Shangai", &zone, &error), RD_NOT_FOUND);
    ck_assert_str_eq(error.text, "no time zone 'Asia/Shangai'; did you mean 'Asia/Shanghai'?");
    ck_assert_int_eq(rd_zone_open("Asia/Qqqqqq", &zone, &error), RD_NOT_FOUND);
    ck_assert_str_eq(error.text, "no time zone 'Asia/Qqqqqq'");
}
END_TEST

/* ---- a few known by heart ---- */

static int64_t time_ms(const char *text)
{
    int64_t at_ms = 0;

    ck_assert_msg(rd_time_read(text, &at_ms), "%s", text);
    return at_ms;
}

static void check_text(const char *name, const char *local, const char *utc, const char *reach)
{
    struct rd_zone *zone = NULL;

    ck_assert_int_eq(rd_zone_open(name, &zone, NULL), RD_OK);
    ck_assert_str_eq(rd_zone_name(zone), name);
    ck_assert_msg(rd_zone_utc_ms(zone, time_ms(local)) == time_ms(utc), "%s %s", name, local);
    ck_assert_msg(rd_zone_reach_ms(zone, time_ms(local)) == time_ms(reach), "%s %s", name, local);
    rd_zone_close(zone);
}

START_TEST(gaps_and_overlaps)
{
    check_text("Asia/Shanghai", "2026-03-06T16:00:00Z", "2026-03-06T08:00:00Z",
               "2026-03-06T08:00:00Z");
    /* does not exist: moved forward by the gap to 03:30; reached at the jump */
    check_text("America/New_York", "2026-03-08T02:30:00.250Z", "2026-03-08T07:30:00.250Z",
               "2026-03-08T07:00:00Z");
    /* exists twice: the first */
    check_text("America/New_York", "2026-11-01T01:30:00Z", "2026-11-01T05:30:00Z",
               "2026-11-01T05:30:00Z");
    check_text("America/New_York", "2026-11-01T02:00:00Z", "2026-11-01T07:00:00Z",
               "2026-11-01T07:00:00Z");
    /* half an hour */
    check_text("Australia/Lord_Howe", "2026-10-04T02:15:00Z", "2026-10-03T15:45:00Z",
               "2026-10-03T15:30:00Z");
    /* a whole day that never was */
    check_text("Pacific/Apia", "2011-12-30T12:00:00Z", "2011-12-30T22:00:00Z",
               "2011-12-30T10:00:00Z");
    /* the same, centuries later: 2826 is as 2026 and 2426 */
    check_text("America/New_York", "2826-03-08T02:30:00Z", "2826-03-08T07:30:00Z",
               "2826-03-08T07:00:00Z");
}
END_TEST

START_TEST(before_1970)
{
    struct rd_zone *zone = NULL;

    ck_assert_int_eq(rd_zone_open("Asia/Shanghai", &zone, NULL), RD_OK);
    ck_assert_int_eq(rd_zone_offset_s(zone, time_ms("1900-06-01T00:00:00Z")), 29143);
    ck_assert_int_eq(rd_zone_offset_s(zone, time_ms("1969-12-31T23:59:59.999Z")), 28800);
    ck_assert_int_eq(rd_zone_local_ms(zone, -1), 28799999);
    ck_assert_int_eq(rd_zone_utc_ms(zone, 28799999), -1);
    ck_assert_int_eq(rd_zone_offset_s(zone, time_ms("1988-07-01T00:00:00Z")), 32400);
    rd_zone_close(zone);
    rd_zone_close(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("zone_file");
    TCase *files = tcase_create("files");
    TCase *names = tcase_create("names");

    tcase_set_timeout(files, 60);
    tcase_add_checked_fixture(files, dir_make, dir_remove);
    tcase_add_loop_test(files, bad_rules_are_damage, 0,
                        (int)(sizeof(bad_rules) / sizeof(bad_rules[0])));
    tcase_add_test(files, summer_all_year);
    tcase_add_test(files, no_rule_is_the_last_offset);
    tcase_add_test(files, cut_files_are_damage);
    tcase_add_test(files, wrong_bytes_do_no_harm);
    tcase_add_test(files, headers_are_checked);
    tcase_add_test(files, too_many_changes);
    tcase_add_test(files, too_large_is_damage);
    suite_add_tcase(suite, files);

    tcase_add_test(names, unknown_names);
    tcase_add_test(names, a_guess_is_offered);
    tcase_add_test(names, gaps_and_overlaps);
    tcase_add_test(names, before_1970);
    suite_add_tcase(suite, names);
    return unit_run(suite);
}
