/* Time zones, held against the C library: it serves one zone a process, so each zone gets a child
 * of its own. The child walks the years 1970 to 2100, finds every change by itself and compares
 * what is said at and around it. */
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "domain/zone.h"
#include "unit.h"

#define DAY_S 86400LL
#define STEP_S (6 * 3600LL)
#define CHILDREN_AT_ONCE 2

static const char *const zones[] = {
    "UTC",
    "Africa/Abidjan",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Africa/El_Aaiun",
    "Africa/Monrovia",
    "America/Argentina/Buenos_Aires",
    "America/Asuncion",
    "America/Caracas",
    "America/Chicago",
    "America/Havana",
    "America/Los_Angeles",
    "America/Mexico_City",
    "America/New_York",
    "America/Nuuk",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/Scoresbysund",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Almaty",
    "Asia/Dhaka",
    "Asia/Gaza",
    "Asia/Hong_Kong",
    "Asia/Jerusalem",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Manila",
    "Asia/Pyongyang",
    "Asia/Seoul",
    "Asia/Shanghai",
    "Asia/Taipei",
    "Asia/Tehran",
    "Asia/Tokyo",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Europe/Berlin",
    "Europe/Chisinau",
    "Europe/Dublin",
    "Europe/Istanbul",
    "Europe/Lisbon",
    "Europe/London",
    "Europe/Moscow",
    "Pacific/Apia",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Easter",
    "Pacific/Kiritimati",
    "Pacific/Kwajalein",
};

/* ---- the C library's view, in a child ---- */

static int64_t libc_offset_s(int64_t utc_s)
{
    time_t at = (time_t)utc_s;
    struct tm local;

    localtime_r(&at, &local);
    return local.tm_gmtoff;
}

static int complain(const char *what, int64_t at, int64_t ours, int64_t theirs)
{
    fprintf(stderr, "%s: %s at %lld: ours %lld, the C library's %lld\n", getenv("TZ"), what,
            (long long)at, (long long)ours, (long long)theirs);
    return 1;
}

static int check_instant(const struct rd_zone *zone, int64_t utc_s)
{
    int64_t theirs = libc_offset_s(utc_s);
    int64_t ours = rd_zone_offset_s(zone, utc_s * 1000);

    return ours == theirs ? 0 : complain("offset", utc_s, ours, theirs);
}

/* A local time near a change at which the offset goes from a to b: what the contract says, told by
 * the C library alone. */
static int check_local(const struct rd_zone *zone, int64_t change_s, int64_t a, int64_t b,
                       int64_t local_s)
{
    int64_t first = local_s - (a > b ? a : b);
    int64_t second = local_s - (a > b ? b : a);
    int64_t expected = local_s - a;
    int64_t reached = change_s;

    if (libc_offset_s(first) == local_s - first)
        expected = reached = first;
    else if (libc_offset_s(second) == local_s - second)
        expected = reached = second;
    if (rd_zone_utc_ms(zone, local_s * 1000) != expected * 1000)
        return complain("instant of local", local_s, rd_zone_utc_ms(zone, local_s * 1000) / 1000,
                        expected);
    if (rd_zone_reach_ms(zone, local_s * 1000) != reached * 1000)
        return complain("reaching local", local_s, rd_zone_reach_ms(zone, local_s * 1000) / 1000,
                        reached);
    return 0;
}

/* mktime may take either of a doubled time; ours is the first. */
static int check_mktime(const struct rd_zone *zone, int64_t local_s)
{
    time_t as_utc = (time_t)local_s;
    struct tm local;

    gmtime_r(&as_utc, &local);
    local.tm_isdst = -1;

    struct tm asked = local;
    int64_t theirs = mktime(&local);
    int64_t ours = rd_zone_utc_ms(zone, local_s * 1000) / 1000;
    int64_t shown = rd_zone_local_ms(zone, ours * 1000) / 1000;

    if (local.tm_mday != asked.tm_mday || local.tm_hour != asked.tm_hour ||
        local.tm_min != asked.tm_min)
        return 0; /* the time does not exist; check_local looks at those */
    if (shown != local_s || ours > theirs)
        return complain("mktime", local_s, ours, theirs);
    return ours == theirs || theirs - ours <= 7200 ? 0 : complain("mktime", local_s, ours, theirs);
}

static int64_t libc_change_s(int64_t low, int64_t high)
{
    int64_t before = libc_offset_s(low);

    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;

        if (libc_offset_s(middle) == before)
            low = middle;
        else
            high = middle;
    }
    return high;
}

static int check_change(const struct rd_zone *zone, int64_t change_s)
{
    static const int64_t around[] = { -86400, -3601, -1800, -1, 0, 1, 1799, 1800, 3600, 86399 };
    int64_t a = libc_offset_s(change_s - 1);
    int64_t b = libc_offset_s(change_s);
    int failed = 0;

    for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++) {
        failed += check_instant(zone, change_s + around[i]);
        failed += check_local(zone, change_s, a, b, change_s + a + around[i]);
        failed += check_local(zone, change_s, a, b, change_s + b + around[i]);
    }
    return failed;
}

static int compare(const struct rd_zone *zone)
{
    int64_t from_s = 0;
    int64_t to_s = rd_date_days(2101, 1, 1) * DAY_S;
    int64_t next_ms = 0;
    bool has_next = rd_zone_next_ms(zone, 0, &next_ms);
    int failed = 0;

    for (int64_t s = from_s; s < to_s && failed < 10; s += STEP_S) {
        failed += check_instant(zone, s);
        if (s % (97 * STEP_S) == 0)
            failed += check_mktime(zone, s + 1234);
        if (libc_offset_s(s) == libc_offset_s(s + STEP_S))
            continue;
        int64_t change_s = libc_change_s(s, s + STEP_S);

        failed += check_change(zone, change_s);
        if (!has_next || next_ms != change_s * 1000)
            failed += complain("next change", s, has_next ? next_ms / 1000 : -1, change_s);
        has_next = rd_zone_next_ms(zone, change_s * 1000, &next_ms);
    }
    if (has_next && next_ms < to_s * 1000)
        failed += complain("a change too many", to_s, next_ms / 1000, -1);
    /* Far beyond the table, every 400 years the same. */
    for (int64_t s = to_s; s < to_s + 700 * 366 * DAY_S && failed < 10; s += 1234567)
        failed += check_instant(zone, s);
    /* The C library lets a bare rule begin in 1970. */
    int64_t first_s = getenv("TZ")[0] == ':' ? -70 * 365 * DAY_S : 0;

    for (int64_t s = first_s; s < 0 && failed < 10; s += 123456)
        failed += check_instant(zone, s);
    return failed;
}

static pid_t compare_start(const char *name, const char *tz)
{
    pid_t child = fork();

    if (child != 0)
        return child;
    struct rd_zone *zone = NULL;

    setenv("TZ", tz, 1);
    tzset();
    if (rd_zone_open(name, &zone, NULL) != RD_OK) {
        fprintf(stderr, "%s does not open\n", name);
        _exit(2);
    }
    int failed = compare(zone);

    rd_zone_close(zone);
    _exit(failed > 0);
}

static void compare_wait(int *running)
{
    int status = 0;

    ck_assert_int_gt(wait(&status), 0);
    (*running)--;
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "a zone differs, see above");
}

START_TEST(agrees_with_the_c_library)
{
    size_t count = sizeof(zones) / sizeof(zones[0]);
    int running = 0;

    for (size_t i = 0; i < count; i++) {
        char tz[80];

        snprintf(tz, sizeof(tz), ":%s", zones[i]);
        ck_assert_int_gt(compare_start(zones[i], tz), 0);
        if (++running == CHILDREN_AT_ONCE)
            compare_wait(&running);
    }
    while (running > 0)
        compare_wait(&running);
}
END_TEST

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

static const char *const rules[] = {
    "UTC0",
    "XXX+4:30:15",
    "<+03>-3",
    "<+03>-3<+04>,M3.5.0/2,M10.5.0/3",
    "AAA3BBB,J60/0,J300/0",
    "AAA3BBB,J59,J90",
    "AAA-5:45BBB-6:45,59/2,299",
    "EET-2EEST,M3.4.4/50,M10.4.4/50",
    "IST-2IDT,M3.4.4/26,M10.5.0",
    "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
    "IST-1GMT0,M10.5.0,M3.5.0/1",
    "AEST-10AEDT,M10.1.0,M4.1.0/3",
    "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
    "AAA8BBB,M2.1.6/-25:30,M11.5.3/+167:59:59",
};

START_TEST(rules_agree_with_the_c_library)
{
    char bytes[512];
    int running = 1;

    file_write("Rule", bytes, rule_file(bytes, rules[_i]));
    ck_assert_int_gt(compare_start("Rule", rules[_i]), 0);
    compare_wait(&running);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("zone");
    TCase *libc = tcase_create("the C library");
    TCase *bare = tcase_create("bare rules");

    tcase_set_timeout(libc, 120);
    tcase_add_test(libc, agrees_with_the_c_library);
    suite_add_tcase(suite, libc);

    tcase_set_timeout(bare, 60);
    tcase_add_checked_fixture(bare, dir_make, dir_remove);
    tcase_add_loop_test(bare, rules_agree_with_the_c_library, 0,
                        (int)(sizeof(rules) / sizeof(rules[0])));
    suite_add_tcase(suite, bare);
    return unit_run(suite);
}
