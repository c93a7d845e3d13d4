/* Access over real doors: tokens on connections that live, guessers who are slowed, callers who
 * come too often. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "common/cert.h"
#include "common/t.h"
#include "unit/unit.h"

static struct t_daemon *d;

static void setup(void)
{
    d = t_daemon_start(&(struct t_options){ .tcp = true });
}

static void setup_rates(void)
{
    d = t_daemon_start(&(struct t_options){
        .tcp = true, .extra = { "--rate-account", "5", "--rate-address", "50" } });
}

static void setup_hurry(void)
{
    d = t_daemon_start(&(struct t_options){ .tcp = true, .extra = { "--login-within", "1" } });
}

static void teardown(void)
{
    t_daemon_free(d);
}

static const char *make_token(const char *more)
{
    return t_text(t_call(d, "account.token", "{'account': 'ben'%s}", more), "token");
}

static struct rd_client *log_in(const char *token)
{
    struct rd_client *client = t_connect(d, t_daemon_tcp(d));
    t_call_on(d, client, "session.login", "{'token': '%s'}", token);
    return client;
}

/* ---- sealed ---- */

static char certs[UNIT_DIR_MAX];

static const char *cert_file(const char *name)
{
    return rd_arena_printf(&d->arena, "%s/%s", certs, name);
}

static void setup_tls(void)
{
    static char cert[UNIT_DIR_MAX + 16], key[UNIT_DIR_MAX + 16];
    unit_dir_make(certs);
    t_cert_authority(certs, "ca");
    t_cert(certs, "srv", "ca", "DNS:localhost,IP:127.0.0.1", 30);
    snprintf(cert, sizeof cert, "%s/srv.pem", certs);
    snprintf(key, sizeof key, "%s/srv.key", certs);
    d = t_daemon_start(&(struct t_options){
        .tcp = true,
        .extra = { "--listen", "tls:127.0.0.1:0", "--tls-cert", cert, "--tls-key", key } });
}

static void teardown_tls(void)
{
    t_daemon_free(d);
    unit_dir_remove(certs);
}

static struct rd_client *connect_sealed(const char *ca)
{
    struct rd_client *client;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status =
        rd_client_open_trusting(t_daemon_tls(d), cert_file(ca), &client, &error);
    ck_assert_msg(status == RD_OK, "%s", error.text);
    rd_client_set_timeout(client, 60000);
    return client;
}

START_TEST(test_a_sealed_connection_works_as_any_other)
{
    struct rd_client *ben = connect_sealed("ca.pem");
    t_refused_on(d, ben, "not_logged_in", "case.list", "{'type': 'customer'}");
    t_call_on(d, ben, "session.login", "{'token': '%s'}", make_token(""));
    t_call_on(d, ben, "case.list", "{'type': 'customer'}");
    t_call_on(d, ben, "feed.subscribe", "{'since': 0}");
    /* large in both directions, more at once than sockets hold */
    struct rd_value params = rd_map(), result;
    struct rd_error error = RD_ERROR_NONE;
    char *text = rd_arena_alloc(&d->arena, 40001);
    memset(text, 'x', 40000);
    text[40000] = '\0';
    rd_map_add(&d->arena, &params, "no_such", rd_text(text));
    for (int i = 0; i < 200; i++) {
        rd_client_send(ben, "rpc.discover", NULL);
        rd_client_send(ben, "server.info", &params);
    }
    int64_t id, first = 0;
    for (int i = 0; i < 400; i++) {
        enum rd_status status = rd_client_receive(ben, &d->arena, &id, &result, &error);
        ck_assert_msg(status == (i % 2 ? RD_INVALID_PARAMS : RD_OK), "%d: %s", i, error.text);
        ck_assert(first == 0 || id == first + i);
        first = first ? first : id;
        if (i % 20 == 19)
            rd_arena_reset(&d->arena);
    }
    rd_client_close(ben);
}
END_TEST

START_TEST(test_the_end_of_one_half_still_brings_the_replies)
{
    struct rd_client *peer = connect_sealed("ca.pem");
    struct rd_value result;
    struct rd_error error = RD_ERROR_NONE;
    int64_t id;
    for (int i = 0; i < 100; i++)
        rd_client_send(peer, "server.info", NULL);
    ck_assert_int_eq(rd_client_finish(peer, &error), RD_OK);
    for (int i = 0; i < 100; i++)
        ck_assert_msg(rd_client_receive(peer, &d->arena, &id, &result, &error) == RD_OK, "%d: %s",
                      i, error.text);
    ck_assert_int_eq(rd_client_receive(peer, &d->arena, &id, &result, &error), RD_NO_SERVER);
    rd_client_close(peer);
}
END_TEST

START_TEST(test_nobody_is_trusted_without_proof)
{
    struct rd_client *client;
    struct rd_error error = RD_ERROR_NONE;
    const char *tls = t_daemon_tls(d);
    t_cert_authority(certs, "stranger");
    ck_assert_int_eq(rd_client_open(tls, &client, &error), RD_NO_SERVER);
    ck_assert_int_eq(rd_client_open_trusting(tls, cert_file("stranger.pem"), &client, &error),
                     RD_NO_SERVER);
    ck_assert_int_eq(rd_client_open_trusting(tls, cert_file("none.pem"), &client, &error),
                     RD_BAD_CONFIG);
    /* and who speaks plainly to a sealed door, or sealed to a plain one, is not understood */
    struct rd_client *plain = t_connect(d, rd_arena_join(&d->arena, "tcp", strchr(tls, ':')));
    struct rd_value params = rd_map(), result;
    ck_assert_int_eq(rd_client_call(plain, &d->arena, "server.info", &params, &result, &error),
                     RD_NO_SERVER);
    rd_client_close(plain);
    ck_assert_int_eq(
        rd_client_open_trusting(rd_arena_join(&d->arena, "tls", strchr(t_daemon_tcp(d), ':')),
                                cert_file("ca.pem"), &client, &error),
        RD_NO_SERVER);
    t_call(d, "server.info", "{}");
}
END_TEST

START_TEST(test_sighup_brings_the_new_certificate_or_keeps_the_old)
{
    struct rd_client *before = connect_sealed("ca.pem");
    ck_assert_int_eq(truncate(cert_file("srv.pem"), 100), 0);
    kill(d->pid, SIGHUP);
    t_daemon_await_log(d, "the certificate was not reloaded, the old one goes on");
    t_daemon_await_log(d, "the policy was reloaded");
    struct rd_client *between = connect_sealed("ca.pem");
    t_cert_authority(certs, "ca2");
    t_cert(certs, "srv", "ca2", "DNS:localhost,IP:127.0.0.1", -2);
    kill(d->pid, SIGHUP);
    t_daemon_await_log(d, "THE CERTIFICATE IS OVER since");
    t_cert(certs, "srv", "ca2", "DNS:localhost,IP:127.0.0.1", 20);
    struct rd_error error = RD_ERROR_NONE;
    struct rd_client *after = NULL;
    for (int i = 0; i < 1000 && !after; i++) { /* a reload of the policy may be under way */
        kill(d->pid, SIGHUP);
        if (rd_client_open_trusting(t_daemon_tls(d), cert_file("ca2.pem"), &after, &error) != RD_OK)
            after = NULL;
    }
    ck_assert_ptr_nonnull(after);
    ck_assert_int_eq(rd_client_open_trusting(t_daemon_tls(d), cert_file("ca.pem"),
                                             &(struct rd_client *){ 0 }, &error),
                     RD_NO_SERVER);
    t_call_on(d, before, "server.info", "{}");
    t_call_on(d, between, "server.info", "{}");
    t_call_on(d, after, "server.info", "{}");
    rd_client_close(before);
    rd_client_close(between);
    rd_client_close(after);
}
END_TEST

START_TEST(test_the_command_line_speaks_tls)
{
    const char *output, *ca = cert_file("ca.pem"), *token = make_token(", 'scopes': ['read']");
    const char *by_name =
        rd_arena_printf(&d->arena, "tls:localhost%s", strrchr(t_daemon_tls(d), ':'));
    ck_assert_int_eq(t_program(d,
                               (const char *const[]){ "case", "list", "customer", "--connect",
                                                      by_name, "--ca", ca, "--token", token, NULL },
                               &output),
                     0);
    ck_assert_int_eq(
        t_program(d,
                  (const char *const[]){ "clock", "advance", "--by", "1 hour", "--connect", by_name,
                                         "--ca", ca, "--token", token, NULL },
                  &output),
        4);
    ck_assert_ptr_nonnull(strstr(output, "the token was not made for clock.advance"));
    ck_assert_int_eq(
        t_program(d, (const char *const[]){ "server", "info", "--connect", by_name, NULL },
                  &output),
        3);
    ck_assert_ptr_nonnull(strstr(output, "has not proven who it is"));
}
END_TEST

/* Only what is sealed leaves the machine. */
START_TEST(test_plain_doors_stay_on_this_machine)
{
    static const char *const NO[] = { "tcp:0.0.0.0:0", "tcp:[::]:0", "tls:0.0.0.0:0" };
    const char *output, *data = cert_file("data");
    for (size_t i = 0; i < sizeof NO / sizeof *NO; i++)
        ck_assert_int_eq(
            t_program(d, (const char *const[]){ "serve", "--data", data, "--listen", NO[i], NULL },
                      &output),
            2);
    ck_assert_int_eq(t_program(d,
                               (const char *const[]){ "serve", "--data", data, "--tls-cert",
                                                      cert_file("srv.pem"), NULL },
                               &output),
                     2);
}
END_TEST

START_TEST(test_a_daemon_stops_with_sealed_connections_open)
{
    struct rd_client *open = connect_sealed("ca.pem");
    struct rd_client *half =
        t_connect(d, rd_arena_join(&d->arena, "tcp", strchr(t_daemon_tls(d), ':')));
    struct rd_value params = rd_map(), result;
    struct rd_error error = RD_ERROR_NONE;
    t_daemon_stop(d);
    ck_assert_int_eq(rd_client_call(open, &d->arena, "server.info", &params, &result, &error),
                     RD_NO_SERVER);
    rd_client_close(open);
    rd_client_close(half);
}
END_TEST

/* ---- tokens ---- */

START_TEST(test_a_revoked_token_ends_on_an_open_connection)
{
    struct rd_value made = t_call(d, "account.token", "{'account': 'ben'}");
    struct rd_client *ben = log_in(t_text(made, "token"));
    t_call_on(d, ben, "case.list", "{'type': 'customer'}");
    t_call_on(d, ben, "feed.subscribe", "{}");
    t_call(d, "account.revoke", "{'id': '%s'}", t_text(made, "id"));
    t_refused_on(d, ben, "not_logged_in", "case.list", "{'type': 'customer'}");
    /* what he followed ends as well: nothing of what happens from here on reaches him */
    t_call(d, "account.token", "{'account': 'mei'}");
    struct rd_value event;
    struct rd_error error = RD_ERROR_NONE;
    rd_client_set_timeout(ben, 60000);
    enum rd_status status;
    do /* what came before he was thrown out */
        status = rd_client_event(ben, &d->arena, NULL, &event, &error);
    while (status == RD_OK && !rd_map_get(&event, "name"));
    ck_assert_msg(status == RD_OK, "%s", error.text);
    ck_assert_str_eq(t_text(event, "name"), "not_logged_in");
    rd_client_close(ben);
}
END_TEST

START_TEST(test_tokens_and_their_end_outlive_a_kill)
{
    const char *kept = make_token(", 'scopes': ['read']");
    struct rd_value gone = t_call(d, "account.token", "{'account': 'ben'}");
    t_call(d, "account.revoke", "{'id': '%s'}", t_text(gone, "id"));
    t_daemon_kill(d);
    t_daemon_again(d);
    struct rd_client *ben = log_in(kept);
    t_call_on(d, ben, "case.list", "{'type': 'customer'}");
    t_refused_on(d, ben, "out_of_scope", "record.create", "{'type': 'customer', 'data': {}}");
    t_refused_on(d, ben, "not_logged_in", "session.login", "{'token': '%s'}",
                 t_text(gone, "token"));
    rd_client_close(ben);
}
END_TEST

/* ---- guessers ---- */

/* How long the answer to a wrong log-in takes, at least. */
static int64_t guess_ns(void)
{
    struct rd_client *client = t_connect(d, t_daemon_tcp(d));
    int64_t began_ns = rd_clock_mono_ns();
    t_refused_on(d, client, "not_logged_in", "session.login", "{'token': 'guess'}");
    int64_t took_ns = rd_clock_mono_ns() - began_ns;
    rd_client_close(client);
    return took_ns;
}

START_TEST(test_guessers_are_slowed_and_their_neighbours_are_not)
{
    const char *good = make_token("");
    for (int i = 0; i < RD_GUESSES_FREE; i++)
        guess_ns();
    /* one behind the other, so that time pays some of it back; each waits all the same */
    struct rd_client *guesser = t_connect(d, t_daemon_tcp(d));
    struct rd_value wrong = t_json(d, "{'token': 'guess'}"), empty = rd_map(), result;
    struct rd_error error = RD_ERROR_NONE;
    int64_t id, began_ns = rd_clock_mono_ns();
    for (int i = 0; i < 2; i++)
        rd_client_send(guesser, "session.login", &wrong);
    rd_client_send(guesser, "server.info", &empty);
    ck_assert_int_eq(rd_client_flush(guesser, &error), RD_OK);
    struct rd_client *ben = log_in(good); /* the same address: he is let in at once */
    t_call_on(d, ben, "case.list", "{'type': 'customer'}");
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(rd_client_receive(guesser, &d->arena, &id, &result, &error),
                         RD_NOT_LOGGED_IN);
    ck_assert_int_ge(rd_clock_mono_ns() - began_ns, RD_GUESS_STEP_MS * 1000000ll / 2);
    /* the requests behind it waited as well, and are answered in their order */
    ck_assert_int_eq(rd_client_receive(guesser, &d->arena, &id, &result, &error), RD_OK);
    ck_assert_int_eq(id, 3);
    rd_client_close(guesser);
    rd_client_close(ben);
}
END_TEST

START_TEST(test_a_held_answer_does_not_keep_the_daemon_from_stopping)
{
    struct rd_client *guessers[12];
    struct rd_value wrong = t_json(d, "{'token': 'guess'}");
    struct rd_error error = RD_ERROR_NONE;
    for (size_t i = 0; i < sizeof guessers / sizeof *guessers; i++) {
        guessers[i] = t_connect(d, t_daemon_tcp(d));
        rd_client_send(guessers[i], "session.login", &wrong);
        ck_assert_int_eq(rd_client_flush(guessers[i], &error), RD_OK);
    }
    t_call(d, "server.info", "{}");
    rd_client_close(guessers[11]); /* one does not even wait for it */
    t_daemon_stop(d);
    for (size_t i = 0; i < 11; i++)
        rd_client_close(guessers[i]);
}
END_TEST

/* A case whose customer has the phone +86 138 0013 8000; its number. */
static const char *make_case(void)
{
    struct rd_value wu = t_call(d, "record.create",
                                "{'type': 'customer', 'data': {'name': 'Wu', 'phone': '%s'}}",
                                "13800138000"),
                    opened = t_call(d, "case.open",
                                    "{'type': 'complaint', 'as': 'kf1', 'data': {'customer': '%s', "
                                    "'channel': 'phone', 'problem': 'quality', 'summary': 'x'}}",
                                    t_text(wu, "id"));
    return t_text(opened, "number");
}

/* One who may not read it. */
static struct rd_client *log_in_from_elsewhere(void)
{
    struct rd_value made = t_call(d, "account.token", "{'account': 'sun'}");
    return log_in(t_text(made, "token"));
}

/* Five wrong proofs are answered, whatever was sent in one breath, and whether or not he has closed
 * his half of the connection: the right one behind them is not. */
START_TEST(test_proofs_are_guessed_one_by_one)
{
    const char *number = make_case();
    struct rd_client *guesser = log_in_from_elsewhere();
    struct rd_error error = RD_ERROR_NONE;
    const char *line = "";
    size_t len;
    int64_t began_ns = rd_clock_mono_ns();
    struct rd_buf bytes;
    rd_buf_init(&bytes);
    for (int i = 0; i < 40; i++)
        rd_buf_printf(&bytes,
                      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"case.progress\",\"params\":{"
                      "\"number\":\"%s\",\"proof\":\"138001380%02d\"}}\n",
                      number, 39 - i);
    /* of what his address has free */
    for (int i = 0; i < 2; i++)
        guess_ns();
    ck_assert_int_eq(rd_client_send_raw(guesser, bytes.data, bytes.len, &error), RD_OK);
    ck_assert_int_eq(shutdown(rd_client_fd(guesser), SHUT_WR), 0);
    for (int i = 0; i < RD_LOGIN_FAILURES_MAX; i++) {
        ck_assert_int_eq(rd_client_read_line(guesser, &d->arena, &line, &len, &error), RD_OK);
        ck_assert_msg(memmem(line, len, "\"not_found\"", 11), "%s", line);
    }
    ck_assert_int_ge(rd_clock_mono_ns() - began_ns, RD_GUESS_STEP_MS * 1000000ll);
    ck_assert_int_eq(rd_client_read_line(guesser, &d->arena, &line, &len, &error), RD_OK);
    ck_assert_msg(memmem(line, len, "too many failed", 15), "%s", line);
    ck_assert_int_eq(rd_client_read_line(guesser, &d->arena, &line, &len, &error), RD_END);
    rd_buf_fini(&bytes);
    rd_client_close(guesser);
}
END_TEST

/* What stands behind an answer that is held back is answered, and waits: that is memory as well. */
START_TEST(test_what_waits_behind_a_held_answer_is_counted)
{
    enum { OTHERS = 4, GUESSERS = 4, BEHIND = RD_SESSION_IN_FLIGHT_MAX - 1 };
    struct rd_client *others[OTHERS], *guessers[GUESSERS];
    struct rd_value wrong = t_json(d, "{'token': 'guess'}");
    struct rd_error error = RD_ERROR_NONE;
    const char *number = make_case();
    struct rd_buf bytes;
    for (int i = 0; i < RD_GUESSES_FREE; i++)
        guess_ns();
    for (int i = 0; i < GUESSERS; i++)
        guessers[i] = log_in_from_elsewhere();
    for (int i = 0; i < OTHERS; i++) { /* so that the next ones wait long */
        others[i] = t_connect(d, t_daemon_tcp(d));
        rd_client_send(others[i], "session.login", &wrong);
        ck_assert_int_eq(rd_client_flush(others[i], &error), RD_OK);
    }
    rd_buf_init(&bytes);
    rd_buf_printf(&bytes,
                  "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"case.progress\",\"params\":{"
                  "\"number\":\"%s\",\"proof\":\"13800138001\"}}\n",
                  number);
    for (int i = 0; i < BEHIND; i++)
        rd_buf_text(&bytes, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"rpc.discover\"}\n");
    for (int i = 0; i < GUESSERS; i++)
        ck_assert_int_eq(rd_client_send_raw(guessers[i], bytes.data, bytes.len, &error), RD_OK);
    t_daemon_await_log(d, "no other holds as much memory");
    t_call(d, "server.info", "{}");
    for (int i = 0; i < OTHERS; i++)
        rd_client_close(others[i]);
    for (int i = 0; i < GUESSERS; i++)
        rd_client_close(guessers[i]);
    rd_buf_fini(&bytes);
}
END_TEST

START_TEST(test_proofs_are_not_guessed_in_batches)
{
    const char *number = make_case();
    struct rd_client *guesser = log_in_from_elsewhere();
    struct rd_error error = RD_ERROR_NONE;
    const char *line = "";
    size_t len;
    struct rd_buf batch;
    rd_buf_init(&batch);
    for (int i = 0; i < 20; i++)
        rd_buf_printf(&batch,
                      "%c{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"case.progress\",\"params\":{"
                      "\"number\":\"%s\",\"proof\":\"138001380%02d\"}}",
                      i ? ',' : '[', number, i);
    rd_buf_text(&batch, "]\n");
    ck_assert_int_eq(rd_client_send_raw(guesser, batch.data, batch.len, &error), RD_OK);
    ck_assert_int_eq(rd_client_read_line(guesser, &d->arena, &line, &len, &error), RD_OK);
    ck_assert_msg(!memmem(line, len, "\"result\"", 8), "a batch of proofs was answered");
    ck_assert_msg(memmem(line, len, "case.progress with a proof stands alone", 39), "%s", line);
    struct rd_value shown =
        t_call_on(d, guesser, "case.progress", "{'number': '%s', 'proof': '13800138000'}", number);
    ck_assert_str_eq(t_text(shown, "number"), number);
    rd_buf_fini(&batch);
    rd_client_close(guesser);
}
END_TEST

START_TEST(test_failed_log_ins_are_in_the_journal_with_their_address)
{
    guess_ns();
    struct rd_value page = t_call(d, "feed.read", "{'since': 0}");
    struct rd_value event = t_find(t_at(page, "events"), "command", "session.login");
    ck_assert_str_eq(t_text(event, "refused"), "not_logged_in");
}
END_TEST

/* ---- rates ---- */

/* On a busy machine a second may be over before he has said who he is: then once more. */
static struct rd_client *log_in_in_time(void)
{
    const char *token = make_token("");
    for (int i = 0; i < 100; i++) {
        struct rd_client *client = t_connect(d, t_daemon_tcp(d));
        struct rd_value params = t_json(d, "{'token': '%s'}", token), result;
        struct rd_error error = RD_ERROR_NONE;
        if (rd_client_call(client, &d->arena, "session.login", &params, &result, &error) == RD_OK)
            return client;
        ck_assert_msg(strstr(error.text, "nobody logged in") || strstr(error.text, "server"), "%s",
                      error.text);
        rd_client_close(client);
    }
    ck_abort_msg("nobody came in");
    return NULL;
}

/* Who does not say who he is does not keep his place; he is told. */
START_TEST(test_who_does_not_log_in_is_told_and_closed)
{
    struct rd_client *ben = log_in_in_time(), *nobody = t_connect(d, t_daemon_tcp(d));
    struct rd_error error = RD_ERROR_NONE;
    const char *line = "";
    size_t len;
    ck_assert_int_eq(rd_client_read_line(nobody, &d->arena, &line, &len, &error), RD_OK);
    ck_assert_msg(strstr(line, "\"id\":null") && strstr(line, "\"not_logged_in\"") &&
                      strstr(line, "nobody logged in in time"),
                  "%s", line);
    ck_assert_int_eq(rd_client_read_line(nobody, &d->arena, &line, &len, &error), RD_END);
    t_daemon_await_log(d, "is dismissed: nobody logged in in time");
    rd_client_close(nobody);
    t_call_on(d, ben, "case.list", "{'type': 'customer'}"); /* he has come before, and stays */
    t_call(d, "server.info", "{}");                         /* and so does who is at the machine */
    rd_client_close(ben);
}
END_TEST

START_TEST(test_who_comes_too_often_is_busy_and_told_when_to_come_again)
{
    struct rd_client *ben = log_in(make_token(""));
    struct rd_value params = t_json(d, "{'type': 'customer', 'limit': 1}"), result;
    struct rd_error error = RD_ERROR_NONE;
    int64_t id;
    int done = 0, busy = 0;
    for (int i = 0; i < 200; i++)
        rd_client_send(ben, "case.list", &params);
    for (int i = 0; i < 200; i++) {
        enum rd_status status = rd_client_receive(ben, &d->arena, &id, &result, &error);
        done += status == RD_OK;
        busy += status == RD_BUSY;
        if (status == RD_BUSY) {
            ck_assert_int_gt(rd_map_int(error.detail, "retry_after_ms", 0), 0);
            ck_assert_str_eq(error.text, done + busy <= 200 && strstr(error.text, "account")
                                             ? "more than 5 requests a second of one account"
                                             : "more than 50 requests a second of one address");
        }
    }
    ck_assert_int_eq(done + busy, 200);
    ck_assert_int_ge(done, 10);
    ck_assert_int_gt(busy, 0);
    /* whoever has the machine works on */
    for (int i = 0; i < 200; i++)
        t_call(d, "server.info", "{}");
    rd_client_close(ben);
}
END_TEST

START_TEST(test_a_batch_costs_what_it_holds)
{
    struct rd_client *tcp = log_in(make_token(""));
    struct rd_error error = RD_ERROR_NONE;
    const char *line;
    size_t len;
    struct rd_buf batch;
    rd_buf_init(&batch);
    for (int i = 0; i < 240; i++) /* in one write, of an account that may 10 at once */
        rd_buf_printf(&batch, "%c{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"server.info\"}%s",
                      i % 60 ? ',' : '[', i, i % 60 == 59 ? "]\n" : "");
    int busy = 0;
    ck_assert_int_eq(rd_client_send_raw(tcp, batch.data, batch.len, &error), RD_OK);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(rd_client_read_line(tcp, &d->arena, &line, &len, &error), RD_OK);
        busy += memmem(line, len, "\"busy\"", 6) != NULL;
    }
    ck_assert_int_gt(busy, 0);
    ck_assert_int_lt(busy, 4);
    rd_buf_fini(&batch);
    rd_client_close(tcp);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("access");
    TCase *access = tcase_create("access");
    tcase_set_timeout(access, T_TIMEOUT_S);
    tcase_add_checked_fixture(access, setup, teardown);
    tcase_add_test(access, test_a_revoked_token_ends_on_an_open_connection);
    tcase_add_test(access, test_tokens_and_their_end_outlive_a_kill);
    tcase_add_test(access, test_guessers_are_slowed_and_their_neighbours_are_not);
    tcase_add_test(access, test_a_held_answer_does_not_keep_the_daemon_from_stopping);
    tcase_add_test(access, test_proofs_are_guessed_one_by_one);
    tcase_add_test(access, test_what_waits_behind_a_held_answer_is_counted);
    tcase_add_test(access, test_proofs_are_not_guessed_in_batches);
    tcase_add_test(access, test_failed_log_ins_are_in_the_journal_with_their_address);
    suite_add_tcase(suite, access);
    TCase *tls = tcase_create("tls");
    tcase_set_timeout(tls, T_TIMEOUT_S);
    tcase_add_checked_fixture(tls, setup_tls, teardown_tls);
    tcase_add_test(tls, test_a_sealed_connection_works_as_any_other);
    tcase_add_test(tls, test_the_end_of_one_half_still_brings_the_replies);
    tcase_add_test(tls, test_nobody_is_trusted_without_proof);
    tcase_add_test(tls, test_sighup_brings_the_new_certificate_or_keeps_the_old);
    tcase_add_test(tls, test_the_command_line_speaks_tls);
    tcase_add_test(tls, test_plain_doors_stay_on_this_machine);
    tcase_add_test(tls, test_a_daemon_stops_with_sealed_connections_open);
    suite_add_tcase(suite, tls);
    TCase *hurry = tcase_create("hurry");
    tcase_set_timeout(hurry, T_TIMEOUT_S);
    tcase_add_checked_fixture(hurry, setup_hurry, teardown);
    tcase_add_test(hurry, test_who_does_not_log_in_is_told_and_closed);
    suite_add_tcase(suite, hurry);

    TCase *rates = tcase_create("rates");
    tcase_set_timeout(rates, T_TIMEOUT_S);
    tcase_add_checked_fixture(rates, setup_rates, teardown);
    tcase_add_test(rates, test_who_comes_too_often_is_busy_and_told_when_to_come_again);
    tcase_add_test(rates, test_a_batch_costs_what_it_holds);
    suite_add_tcase(suite, rates);
    return unit_run(suite);
}
