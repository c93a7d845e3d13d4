/* The machine's clock is set a day ahead, and a day back, and both: deadlines ring once, time never
 * goes back, nothing is lost, and it is told. The clock is this program's own `clock_gettime`.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "fault/shop.h"
#include "kernel/kernel.h"
#include "unit/unit.h"

#define HOUR_MS 3600000ll
#define DAY_MS (24 * HOUR_MS)
#define TICKETS 30

static int64_t ahead_ms; /* of the real wall clock */

int clock_gettime(clockid_t clock, struct timespec *out)
{
    if (syscall(SYS_clock_gettime, clock, out) != 0)
        return -1;
    if (clock == CLOCK_REALTIME) {
        out->tv_sec += ahead_ms / 1000;
        out->tv_nsec += ahead_ms % 1000 * 1000000;
        if (out->tv_nsec >= 1000000000) {
            out->tv_sec++;
            out->tv_nsec -= 1000000000;
        }
    }
    return 0;
}

static char dir[UNIT_DIR_MAX], data[UNIT_DIR_MAX + 8], shop[UNIT_DIR_MAX + 8];
static struct rd_kernel *kernel;
static struct rd_arena arena;
static char ids[TICKETS][32];

static void kernel_open(bool fresh)
{
    struct rd_kernel_options options = { .data_dir = data,
                                         .policy_dir = shop,
                                         .fresh_store = fresh };
    struct rd_kernel_start start;
    struct rd_findings findings;
    struct rd_error error = RD_ERROR_NONE;
    rd_findings_init(&findings, &arena);
    enum rd_status status = rd_kernel_open(&options, &findings, &kernel, &start, &error);
    ck_assert_msg(status == RD_OK, "%s", error.text);
}

static void kernel_again(bool fresh)
{
    rd_kernel_close(kernel);
    kernel_open(fresh);
}

static void setup(void)
{
    rd_arena_init(&arena);
    unit_dir_make(dir);
    snprintf(data, sizeof data, "%s/data", dir);
    snprintf(shop, sizeof shop, "%s/shop", dir);
    f_shop_write(shop, "3 hours", "3 hours", "3 hours", "1 day");
    kernel_open(false);
}

static void teardown(void)
{
    rd_kernel_close(kernel);
    rd_arena_fini(&arena);
    unit_dir_remove(dir);
}

static struct rd_value call(const char *method, struct rd_value params)
{
    struct rd_request request = {
        .arena = &arena, .method = method, .params = &params, .peer = { .door = RD_DOOR_INSIDE }
    };
    struct rd_request *const batch[] = { &request };
    rd_kernel_run(kernel, batch, 1);
    ck_assert_msg(request.status == RD_OK, "%s: %s", method, request.error.text);
    return request.result;
}

/* What is due rings, however many turns it takes. */
static void ring(void)
{
    for (int i = 0; i < 20; i++)
        rd_kernel_run(kernel, NULL, 0);
}

static void open_tickets(void)
{
    for (int i = 0; i < TICKETS; i++) {
        struct rd_value params = rd_map(), form = rd_map();
        rd_map_add(&arena, &form, "kind", rd_text("a"));
        rd_map_add(&arena, &params, "type", rd_text("ticket"));
        rd_map_add(&arena, &params, "as", rd_text("ann"));
        rd_map_add(&arena, &params, "data", form);
        struct rd_value ticket = call("case.open", params);
        snprintf(ids[i], sizeof ids[i], "%s", rd_map_text(&ticket, "id", ""));
    }
}

static void all_are(const char *state, int64_t version)
{
    for (int i = 0; i < TICKETS; i++) {
        struct rd_value params = rd_map();
        rd_map_add(&arena, &params, "id", rd_text(ids[i]));
        struct rd_value ticket = call("case.get", params);
        ck_assert_str_eq(rd_map_text(&ticket, "state", ""), state);
        ck_assert_int_eq(rd_map_int(&ticket, "version", 0), version);
    }
}

/* The times of the feed, which never go back; how many rings there were. */
static int64_t feed_rings(void)
{
    struct rd_value params = rd_map();
    int64_t last_ms = 0, rings = 0;
    rd_map_add(&arena, &params, "since", rd_int(0));
    rd_map_add(&arena, &params, "limit", rd_int(256));
    struct rd_value page = call("feed.read", params);
    const struct rd_value *events = rd_map_list(&page, "events");
    for (uint32_t i = 0; events && i < events->count; i++) {
        const char *at = rd_map_text(&events->items[i], "at", "");
        int64_t at_ms = 0;
        ck_assert_msg(rd_time_read(at, &at_ms), "%s",
                      at); /* as texts ":14Z" is behind ":14.001Z" */
        ck_assert_msg(at_ms >= last_ms, "%s is before its predecessor", at);
        last_ms = at_ms;
        rings += strcmp(rd_map_text(&events->items[i], "command", ""), "ring") == 0;
    }
    return rings;
}

/* A rebuilt store is the same, so nothing depends on what the clock says now. */
static void rebuilt_is_equal(void)
{
    unsigned char before[32], after[32];
    struct rd_error error = RD_ERROR_NONE;
    ck_assert_int_eq(rd_kernel_digest(kernel, before, &error), RD_OK);
    kernel_again(true);
    ck_assert_int_eq(rd_kernel_digest(kernel, after, &error), RD_OK);
    ck_assert_mem_eq(before, after, sizeof before);
}

START_TEST(test_a_day_ahead_rings_once)
{
    open_tickets(); /* due in 3 hours, late then, done a day later */
    all_are("waiting", 1);
    ahead_ms = DAY_MS;
    ring();
    all_are("late", 2);
    ck_assert_int_eq(feed_rings(), TICKETS);
    ahead_ms = 0; /* it was wrong, and is put right */
    ring();
    all_are("late", 2);
    ck_assert_int_eq(feed_rings(), TICKETS);
    kernel_again(false); /* a start does not forget how late it was */
    ring();
    all_are("late", 2);
    ahead_ms = 2 * DAY_MS + HOUR_MS;
    ring();
    all_are("done", 3);
    ck_assert_int_eq(feed_rings(), 2 * TICKETS);
    rebuilt_is_equal();
}
END_TEST

START_TEST(test_a_day_back_stops_time_and_loses_nothing)
{
    int64_t then_ms = rd_kernel_now_ms(kernel);
    open_tickets();
    ahead_ms = -DAY_MS;
    ck_assert_int_ge(rd_kernel_now_ms(kernel), then_ms);
    open_tickets(); /* others: work goes on, at the time that stands still */
    all_are("waiting", 1);
    ring();
    all_are("waiting", 1);
    ck_assert_int_eq(feed_rings(), 0);
    kernel_again(false);
    ck_assert_int_ge(rd_kernel_now_ms(kernel), then_ms);
    ring();
    ahead_ms = 4 * HOUR_MS;
    ring();
    all_are("late", 2);
    ck_assert_int_eq(feed_rings(), 2 * TICKETS);
    rebuilt_is_equal();
}
END_TEST

/* To and fro ten times, with work in between. */
START_TEST(test_to_and_fro)
{
    for (int i = 0; i < 10; i++) {
        ahead_ms = i % 2 ? DAY_MS : -DAY_MS;
        if (i == 4)
            open_tickets();
        ring();
    }
    all_are("late", 2);
    ck_assert_int_eq(feed_rings(), TICKETS);
    rebuilt_is_equal();
}
END_TEST

START_TEST(test_it_is_told)
{
    char path[UNIT_DIR_MAX + 16], text[8192];
    snprintf(path, sizeof path, "%s/log", dir);
    int keep = dup(STDERR_FILENO);
    ck_assert_ptr_nonnull(freopen(path, "w", stderr));
    open_tickets();
    ring();
    ahead_ms = -DAY_MS;
    ring();
    ahead_ms = 0;
    ring();
    fflush(stderr);
    ck_assert_int_ge(dup2(keep, STDERR_FILENO), 0);
    FILE *log = fopen(path, "r");
    ck_assert_ptr_nonnull(log);
    text[fread(text, 1, sizeof text - 1, log)] = 0;
    fclose(log);
    const char *set = strstr(text, "was set back by");
    const char *still = strstr(text, "time stands still");
    ck_assert_msg(set && still, "%s", text);
    ck_assert_msg(strstr(still, "was set ahead by") && strstr(still, "time goes on"), "%s", text);
    ck_assert_ptr_null(strstr(still + 1, "time stands still")); /* once */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("clock");
    TCase *tcase = tcase_create("clock");
    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_a_day_ahead_rings_once);
    tcase_add_test(tcase, test_a_day_back_stops_time_and_loses_nothing);
    tcase_add_test(tcase, test_to_and_fro);
    tcase_add_test(tcase, test_it_is_told);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
