/* The feed: in order, nothing missing, nothing twice, however often the subscriber comes and goes.
 */
#include "common/t.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "unit/unit.h"

static struct t_daemon *d;

static void setup(void)
{
    d = t_daemon_start(&(struct t_options){ .tcp = true });
}

static void teardown(void)
{
    t_daemon_free(d);
}

/* The sequence of one more record. */
static int64_t create(void)
{
    return t_int(t_call(d, "record.create", "{'type': 'customer', 'data': {'name': 'Li'}}"), "seq");
}

/* As many records, by pipelining; the sequences are noted. */
static void create_many(int count, int64_t *seqs)
{
    struct rd_arena arena;
    struct rd_error error = RD_ERROR_NONE;
    struct rd_value params = t_json(d, "{'type': 'customer', 'data': {'name': 'Li'}}"), result;
    int64_t id;
    rd_arena_init(&arena);
    for (int done = 0; done < count;) {
        int part = count - done < 500 ? count - done : 500;
        for (int i = 0; i < part; i++)
            rd_client_send(d->client, "record.create", &params);
        for (int i = 0; i < part; i++) {
            enum rd_status status = rd_client_receive(d->client, &arena, &id, &result, &error);
            ck_assert_msg(status == RD_OK, "%s", error.text);
            seqs[done++] = t_int(result, "seq");
        }
        rd_arena_reset(&arena);
    }
    rd_arena_fini(&arena);
}

/* Takes events up to the one with this sequence; each must be behind the one before. Returns how
 * many of `seqs` (sorted) were among them. */
static size_t follow(struct rd_client *client, int64_t *last, int64_t until, const int64_t *seqs,
                     size_t count)
{
    size_t found = 0;
    while (*last < until) {
        struct rd_arena arena;
        struct rd_value event;
        struct rd_error error = RD_ERROR_NONE;
        rd_arena_init(&arena);
        enum rd_status status = rd_client_event(client, &arena, "feed.event", &event, &error);
        ck_assert_msg(status == RD_OK, "waiting for an event behind %lld: %s", (long long)*last,
                      error.text);
        int64_t seq = t_int(event, "seq");
        ck_assert_int_gt(seq, *last);
        *last = seq;
        if (found < count && seqs[found] == seq)
            found++;
        rd_arena_fini(&arena);
    }
    ck_assert_int_eq(*last, until);
    return found;
}

START_TEST(test_shows_what_happens_next)
{
    struct rd_client *client = t_connect(d, NULL);
    int64_t before = create();
    struct rd_value reply = t_call_on(d, client, "feed.subscribe", "{}");
    ck_assert_int_ge(t_int(reply, "since"), before);
    int64_t last = t_int(reply, "since");
    for (int i = 0; i < 3; i++) {
        int64_t seq = create();
        ck_assert_uint_eq(follow(client, &last, seq, &seq, 1), 1);
    }
    rd_client_close(client);
}
END_TEST

START_TEST(test_resumes_without_gap_or_repeat)
{
    enum { ALL = 3000 };
    int64_t *seqs = calloc(ALL, sizeof(seqs[0]));
    ck_assert_ptr_nonnull(seqs);
    create_many(ALL / 3, seqs);
    struct rd_client *client = t_connect(d, NULL);
    int64_t last = 0;
    t_call_on(d, client, "feed.subscribe", "{'since': 0}");
    size_t found =
        follow(client, &last, seqs[ALL / 6], seqs, ALL); /* leaves in the middle of a page */
    rd_client_close(client);
    create_many(ALL / 3, seqs + ALL / 3); /* while nobody listens */
    client = t_connect(d, NULL);
    t_call_on(d, client, "feed.subscribe", "{'since': %lld}", (long long)last);
    create_many(ALL / 3, seqs + 2 * ALL / 3); /* while it catches up */
    found += follow(client, &last, seqs[ALL - 1], seqs + found, ALL - found);
    ck_assert_uint_eq(found, ALL);
    rd_client_close(client);
    free(seqs);
}
END_TEST

START_TEST(test_survives_a_restart)
{
    int64_t seqs[20];
    int64_t last = 0;
    create_many(10, seqs);
    struct rd_client *client = t_connect(d, NULL);
    t_call_on(d, client, "feed.subscribe", "{'since': 0}");
    ck_assert_uint_eq(follow(client, &last, seqs[9], seqs, 10), 10);
    rd_client_close(client);
    t_daemon_kill(d);
    t_daemon_again(d);
    create_many(10, seqs + 10);
    client = t_connect(d, NULL);
    t_call_on(d, client, "feed.subscribe", "{'since': %lld}", (long long)last);
    ck_assert_uint_eq(follow(client, &last, seqs[19], seqs + 10, 10), 10);
    rd_client_close(client);
}
END_TEST

START_TEST(test_a_slow_subscriber_lags_and_loses_nothing)
{
    enum { ALL = 20000 };
    int64_t *seqs = calloc(ALL, sizeof(seqs[0]));
    ck_assert_ptr_nonnull(seqs);
    struct rd_client *client = t_connect(d, NULL);
    int64_t last = 0;
    t_call_on(d, client, "feed.subscribe", "{'since': 0}");
    create_many(ALL, seqs); /* it does not read meanwhile */
    ck_assert_ptr_null(strstr(t_daemon_log(d), "does not take its replies"));
    ck_assert_uint_eq(follow(client, &last, seqs[ALL - 1], seqs, ALL), ALL);
    rd_client_close(client);
    free(seqs);
}
END_TEST

START_TEST(test_unsubscribe_ends_it)
{
    struct rd_client *client = t_connect(d, NULL);
    struct rd_value event;
    struct rd_error error = RD_ERROR_NONE;
    t_call_on(d, client, "feed.subscribe", "{'since': 0}");
    int64_t last = 0, seq = create();
    follow(client, &last, seq, NULL, 0);
    t_refused_on(d, client, "invalid_params", "feed.unsubscribe", "{'since': 1}");
    t_call_on(d, client, "feed.unsubscribe", "{}");
    create();
    t_call_on(d, client, "server.info", "{}"); /* an event would have come before this reply */
    rd_client_set_timeout(client, 200);
    ck_assert_int_eq(rd_client_event(client, &d->arena, NULL, &event, &error), RD_IN_PROGRESS);
    /* and may begin again, from anywhere */
    rd_client_set_timeout(client, 60000);
    t_call_on(d, client, "feed.subscribe", "{'since': %lld}", (long long)last - 1);
    last--;
    follow(client, &last, seq, NULL, 0);
    rd_client_close(client);
}
END_TEST

/* Gone, or subscribed anew, while a page is being read for it. */
START_TEST(test_subscribers_that_vanish_leave_nothing)
{
    int64_t seqs[500];
    create_many(500, seqs);
    for (int i = 0; i < 50; i++) {
        struct rd_client *client = t_connect(d, NULL);
        struct rd_value params = t_json(d, "{'since': %d}", i);
        struct rd_error error = RD_ERROR_NONE;
        for (int n = 0; n <= i % 3; n++)
            rd_client_send(client, "feed.subscribe", &params);
        ck_assert_int_eq(rd_client_flush(client, &error), RD_OK);
        if (i % 2 == 0)
            t_call(d, "server.info", "{}");
        rd_client_close(client);
    }
    t_call(d, "server.info", "{}");
}
END_TEST

START_TEST(test_needs_a_login_over_tcp)
{
    struct rd_client *client = t_connect(d, t_daemon_tcp(d));
    t_refused_on(d, client, "not_logged_in", "feed.subscribe", "{'since': 0}");
    rd_client_close(client);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("feed");
    TCase *tcase = tcase_create("feed");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_shows_what_happens_next);
    tcase_add_test(tcase, test_resumes_without_gap_or_repeat);
    tcase_add_test(tcase, test_survives_a_restart);
    tcase_add_test(tcase, test_a_slow_subscriber_lags_and_loses_nothing);
    tcase_add_test(tcase, test_unsubscribe_ends_it);
    tcase_add_test(tcase, test_subscribers_that_vanish_leave_nothing);
    tcase_add_test(tcase, test_needs_a_login_over_tcp);
    suite_add_tcase(suite, tcase);
    return suite;
}

int main(void)
{
    return unit_run(suite());
}
