/* Deadlines and kills: whatever crashes, each one that is due rings, and rings once. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "fault/load.h"
#include "fault/shop.h"
#include "unit/unit.h"

#define TICKETS 400

static char shop[UNIT_DIR_MAX];
static struct t_daemon *d;
static struct f_random dice;

static void setup(void)
{
    unit_dir_make(shop);
    f_random_init(&dice);
}

static void teardown(void)
{
    t_daemon_free(d);
    unit_dir_remove(shop);
}

/* Events of the feed from its beginning, read page by page; `take` sees each. */
static int64_t read_feed(void (*take)(const struct rd_value *event))
{
    int64_t seq = 0, durable;
    do {
        struct rd_arena arena;
        struct rd_value page;
        struct rd_error error;
        rd_arena_init(&arena);
        const char *params = rd_arena_printf(&arena, "{'since': %lld}", (long long)seq);
        enum rd_status status = f_try(d->client, &arena, "feed.read", params, &page, &error);
        ck_assert_msg(status == RD_OK, "feed.read: %s", error.text);
        const struct rd_value *events = rd_map_list(&page, "events");
        for (uint32_t i = 0; i < events->count; i++) {
            ck_assert_int_eq(rd_map_int(&events->items[i], "seq", 0), seq + 1 + i);
            take(&events->items[i]);
        }
        seq = rd_map_int(&page, "next", 0);
        durable = rd_map_int(&page, "durable", 0);
        rd_arena_fini(&arena);
    } while (seq < durable);
    return seq;
}

static int rung[2][TICKETS + 1]; /* into late, into done; by serial */
static int64_t last_ring_ms;

/* Rings come in order of time, and lead to late and then to done. */
static void count_rings(const struct rd_value *event)
{
    int64_t at_ms;
    if (strcmp(rd_map_text(event, "command", ""), "ring") != 0)
        return;
    ck_assert_str_eq(rd_map_text(event, "actor", ""), "system");
    ck_assert(rd_time_read(rd_map_text(event, "at", ""), &at_ms));
    ck_assert_int_ge(at_ms, last_ring_ms);
    last_ring_ms = at_ms;
    const char *id = rd_map_text(event, "id", "?-0");
    int serial = atoi(strchr(id, '-') + 1);
    ck_assert_int_ge(serial, 1);
    ck_assert_int_le(serial, TICKETS);
    const struct rd_value *records = rd_map_list(event, "records");
    ck_assert_uint_eq(records->count, 1);
    const char *state = rd_map_text(&records->items[0], "state", "");
    int which = strcmp(state, "done") == 0;
    ck_assert_msg(which || strcmp(state, "late") == 0, "%s rang into %s", id, state);
    ck_assert_int_eq(rd_map_int(&records->items[0], "version", 0), which + 2);
    rung[which][serial]++;
}

static void open_tickets(int count)
{
    static const char *const kinds[] = { "a", "b", "c" };
    for (int i = 0; i < count; i++)
        t_call(d, "case.open", "{'type': 'ticket', 'as': 'ann', 'data': {'kind': '%s'}}",
               kinds[f_below(&dice, 3)]);
}

static void assert_all_rang_once(int count)
{
    memset(rung, 0, sizeof rung);
    last_ring_ms = 0;
    int64_t entries = read_feed(count_rings);
    for (int i = 1; i <= count; i++)
        ck_assert_msg(rung[0][i] == 1 && rung[1][i] == 1, "ticket %d rang %d and %d times", i,
                      rung[0][i], rung[1][i]);
    ck_assert_int_eq(entries, 1 + 3 * (int64_t)count); /* the policy; opened, late, done */
    struct rd_value done = t_call(d, "report.cases", "{'type': 'ticket', 'by': 'state'}");
    const char *text = f_json(&d->arena, &done);
    ck_assert_msg(strstr(text, "done") != NULL && !strstr(text, "late"), "%s", text);
}

/* The clock is moved by weeks while the daemon is killed: what has rung has rung. */
START_TEST(test_the_manual_clock_is_killed_on_its_way)
{
    int kills = 0, wanted = unit_is_long() ? 60 : 8;
    f_shop_write(shop, "3 hours", "2 days", "40 minutes", "5 days");
    d = t_daemon_start(&(struct t_options){ .policy = shop });
    for (int i = 0; i < TICKETS / 50; i++) {
        open_tickets(50);
        t_advance(d, "1 second");
    }
    for (bool reached = false; !reached;) {
        struct rd_value params =
            t_json(d, "{'to': '2026-03-%02dT09:00:00+08:00'}", kills < wanted ? 5 : 30);
        struct rd_value result;
        struct rd_error error = RD_ERROR_NONE;
        int64_t id;
        rd_client_send(d->client, "clock.advance", &params);
        ck_assert_int_eq(rd_client_flush(d->client, &error), RD_OK);
        if (kills++ < wanted) {
            f_sleep_ms((int)f_below(&dice, 40));
            t_daemon_kill(d);
            t_daemon_again(d);
            continue;
        }
        reached = rd_client_receive(d->client, &d->arena, &id, &result, &error) == RD_OK;
        ck_assert_msg(reached, "%s", error.text);
    }
    assert_all_rang_once(TICKETS);
}
END_TEST

/* The machine's clock, limits of seconds, and kills: what was due while nobody was there rings at
 * the next start. */
START_TEST(test_the_machines_clock_goes_on_while_we_are_dead)
{
    int rounds = unit_is_long() ? 40 : 8, each = TICKETS / rounds;
    f_shop_write(shop, "1 second", "2 seconds", "3 seconds", "1 second");
    d = t_daemon_start(&(struct t_options){ .policy = shop, .clock_real = true });
    for (int i = 0; i < rounds; i++) {
        open_tickets(each);
        f_sleep_ms((int)f_below(&dice, 500));
        t_daemon_kill(d);
        t_daemon_again(d);
    }
    int64_t until_ns = rd_clock_mono_ns() + 30 * 1000000000ll;
    while (t_int(t_call(d, "server.info", "{}"), "seq") < 1 + 3 * each * rounds &&
           rd_clock_mono_ns() < until_ns)
        f_sleep_ms(50);
    assert_all_rang_once(each * rounds);
}
END_TEST

/* No ring comes before its time. */
START_TEST(test_never_early)
{
    f_shop_write(shop, "1 second", "2 seconds", "3 seconds", "1 second");
    d = t_daemon_start(&(struct t_options){ .policy = shop, .clock_real = true });
    struct rd_value ticket =
        t_call(d, "case.open", "{'type': 'ticket', 'as': 'ann', 'data': {'kind': 'b'}}");
    int64_t due_ms, at_ms;
    ck_assert(rd_time_read(t_text(ticket, "deadlines.0.due"), &due_ms));
    const char *id = t_text(ticket, "id");
    while (strcmp(t_text(t_call(d, "case.get", "{'id': '%s'}", id), "state"), "done") != 0)
        f_sleep_ms(20);
    struct rd_value history = t_call(d, "case.history", "{'id': '%s'}", id);
    ck_assert_uint_eq(t_count(history, "entries"), 3);
    ck_assert(rd_time_read(t_text(history, "entries.1.at"), &at_ms));
    ck_assert_int_ge(at_ms, due_ms);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ring");
    TCase *tcase = tcase_create("ring");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_the_manual_clock_is_killed_on_its_way);
    tcase_add_test(tcase, test_the_machines_clock_goes_on_while_we_are_dead);
    tcase_add_test(tcase, test_never_early);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
