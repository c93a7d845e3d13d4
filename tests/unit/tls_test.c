/* TLS on memory: two ends that know each other, and those that must not. */
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cert.h"
#include "server/tls.h"
#include "unit/unit.h"

static char dir[UNIT_DIR_MAX];
static struct rd_tls_keys *keys;
static struct rd_tls *server, *client;
static struct rd_buf to_server, to_client, at_server, at_client;
static struct rd_error error;

static const char *file(const char *name)
{
    static char paths[4][UNIT_DIR_MAX + 64];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", dir, name);
    return path;
}

static void setup(void)
{
    unit_dir_make(dir);
    t_cert_authority(dir, "ca");
    t_cert_authority(dir, "stranger");
    t_cert(dir, "srv", "ca", "DNS:desk.example,IP:127.0.0.1", 30);
    t_cert(dir, "over", "ca", "DNS:desk.example", -1);
    t_cert(dir, "false", "stranger", "DNS:desk.example", 30);
    struct rd_buf *all[] = { &to_server, &to_client, &at_server, &at_client };
    for (size_t i = 0; i < 4; i++)
        rd_buf_init(all[i]);
}

static void hang_up(void)
{
    rd_tls_free(server);
    rd_tls_free(client);
    rd_tls_keys_close(keys);
    server = client = NULL;
    keys = NULL;
    struct rd_buf *all[] = { &to_server, &to_client, &at_server, &at_client };
    for (size_t i = 0; i < 4; i++)
        rd_buf_clear(all[i]);
}

static void teardown(void)
{
    hang_up();
    struct rd_buf *all[] = { &to_server, &to_client, &at_server, &at_client };
    for (size_t i = 0; i < 4; i++)
        rd_buf_fini(all[i]);
    unit_dir_remove(dir);
}

static enum rd_status load(const char *name)
{
    char key[64], pem[64];
    snprintf(pem, sizeof pem, "%s.pem", name);
    snprintf(key, sizeof key, "%s.key", name);
    return rd_tls_keys_open(file(pem), file(key), &keys, &error);
}

/* Carries bytes to and fro, `step` at a time, until nobody says anything more. */
static enum rd_status carry(size_t step)
{
    enum rd_status status = RD_OK;
    while (status == RD_OK && (to_server.len || to_client.len)) {
        size_t len = to_server.len < step ? to_server.len : step;
        if (len)
            status = rd_tls_take(server, to_server.data, len, &at_server, &to_client, &error);
        rd_buf_drop(&to_server, len);
        len = to_client.len < step ? to_client.len : step;
        if (status == RD_OK && len)
            status = rd_tls_take(client, to_client.data, len, &at_client, &to_server, &error);
        rd_buf_drop(&to_client, len);
    }
    return status;
}

/* A server of these keys, a client that looks for the name. */
static enum rd_status meet(const char *with, const char *name, const char *ca, size_t step)
{
    hang_up();
    ck_assert_msg(load(with) == RD_OK, "%s", error.text);
    server = rd_tls_accept(keys);
    ck_assert_int_eq(rd_tls_connect(file(ca), name, &client, &to_server, &error), RD_OK);
    return carry(step);
}

START_TEST(two_ends_talk)
{
    static const size_t STEPS[] = { 1, 7, 1000, SIZE_MAX };
    for (size_t i = 0; i < sizeof STEPS / sizeof *STEPS; i++) {
        ck_assert_msg(meet("srv", "desk.example", "ca.pem", STEPS[i]) == RD_OK, "%s", error.text);
        ck_assert(rd_tls_is_open(server) && rd_tls_is_open(client));
        struct rd_buf large;
        rd_buf_init(&large);
        for (int n = 0, count = STEPS[i] < 1000 ? 2000 : 60000; n < count; n++)
            rd_buf_printf(&large, "%d,", n);
        ck_assert_int_eq(rd_tls_give(client, "hello\n", 6, &to_server, &error), RD_OK);
        ck_assert_int_eq(rd_tls_give(server, large.data, large.len, &to_client, &error), RD_OK);
        ck_assert(memmem(to_client.data, to_client.len, "1234,", 5) == NULL);
        ck_assert_int_eq(carry(STEPS[i]), RD_OK);
        ck_assert_uint_eq(at_server.len, 6);
        ck_assert_uint_eq(at_client.len, large.len);
        ck_assert_mem_eq(at_client.data, large.data, large.len);
        rd_buf_fini(&large);
        ck_assert(rd_tls_end(client, &to_server));
        ck_assert(!rd_tls_end(client, &to_server));
        ck_assert_int_eq(carry(STEPS[i]), RD_END);
    }
}
END_TEST

/* Whether a client of TLS 1.2 that knows these ciphers only comes to terms with the server. */
static bool comes_to_terms(const char *ciphers)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    ck_assert_int_eq(SSL_CTX_set_cipher_list(context, ciphers), 1);
    SSL *ssl = SSL_new(context);
    BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl, in, out);
    SSL_set_connect_state(ssl);
    hang_up();
    ck_assert_int_eq(load("srv"), RD_OK);
    server = rd_tls_accept(keys);
    bool goes_on = true;
    for (int turn = 0; turn < 8 && goes_on; turn++) {
        char *bytes;
        (void)SSL_do_handshake(ssl);
        long len = BIO_get_mem_data(out, &bytes);
        goes_on = rd_tls_take(server, bytes, (size_t)len, &at_server, &to_client, &error) == RD_OK;
        (void)BIO_reset(out);
        if (to_client.len > 0)
            BIO_write(in, to_client.data, (int)to_client.len);
        rd_buf_clear(&to_client);
    }
    bool open = SSL_is_init_finished(ssl) && rd_tls_is_open(server);
    SSL_free(ssl);
    SSL_CTX_free(context);
    return open;
}

START_TEST(what_is_weak_of_old_is_left_out)
{
    ck_assert(comes_to_terms("ECDHE-ECDSA-AES128-GCM-SHA256"));
    ck_assert(comes_to_terms("ECDHE-ECDSA-CHACHA20-POLY1305"));
    ck_assert(!comes_to_terms("ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"));
    ck_assert(!comes_to_terms("ECDHE-ECDSA-AES256-SHA384:@SECLEVEL=0"));
}
END_TEST

START_TEST(an_address_is_a_name_as_well)
{
    ck_assert_int_eq(meet("srv", "127.0.0.1", "ca.pem", SIZE_MAX), RD_OK);
    ck_assert(rd_tls_is_open(client));
}
END_TEST

START_TEST(who_is_not_proven_is_not_talked_to)
{
    static const struct {
        const char *with, *name, *ca, *why;
    } BAD[] = {
        { "srv", "till.example", "ca.pem", "ostname mismatch" },
        { "srv", "127.0.0.2", "ca.pem", "IP address mismatch" },
        { "srv", "example", "ca.pem", "ostname mismatch" },
        { "srv", "desk.example", "stranger.pem", "unable to get local issuer" },
        { "false", "desk.example", "ca.pem", "unable to get local issuer" },
        { "over", "desk.example", "ca.pem", "expired" },
        { "stranger", "desk.example", "ca.pem", "self-signed" },
    };
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        ck_assert_msg(meet(BAD[i].with, BAD[i].name, BAD[i].ca, SIZE_MAX) == RD_IO, "%s as %s",
                      BAD[i].with, BAD[i].name);
        ck_assert_msg(strstr(error.text, BAD[i].why) != NULL, "%s as %s: %s", BAD[i].with,
                      BAD[i].name, error.text);
        ck_assert(!rd_tls_is_open(client));
    }
}
END_TEST

START_TEST(what_is_no_tls_is_refused)
{
    static const char *const NO[] = { "GET / HTTP/1.1\r\n\r\n", "{\"jsonrpc\":\"2.0\"}\n",
                                      "\x16\x03\x01\xff\xff\x01\xff\xff\xff\x03\x03" };
    for (size_t i = 0; i < sizeof NO / sizeof *NO; i++) {
        hang_up();
        ck_assert_int_eq(load("srv"), RD_OK);
        server = rd_tls_accept(keys);
        ck_assert_int_eq(rd_tls_take(server, NO[i], strlen(NO[i]), &at_server, &to_client, &error),
                         RD_IO);
        ck_assert_uint_eq(at_server.len, 0);
        ck_assert(!rd_tls_end(server, &to_client));
    }
    /* a byte on its way is another one: nothing of it is taken for real */
    ck_assert_int_eq(meet("srv", "desk.example", "ca.pem", SIZE_MAX), RD_OK);
    ck_assert_int_eq(rd_tls_give(client, "pay 10", 6, &to_server, &error), RD_OK);
    to_server.data[to_server.len / 2] ^= 1;
    ck_assert_int_eq(carry(SIZE_MAX), RD_IO);
    ck_assert_uint_eq(at_server.len, 0);
}
END_TEST

START_TEST(keys_that_cannot_be_used)
{
    ck_assert_int_eq(rd_tls_keys_open(file("none.pem"), file("srv.key"), &keys, &error),
                     RD_BAD_CONFIG);
    ck_assert_msg(strstr(error.text, "No such file or directory") != NULL, "%s", error.text);
    ck_assert_int_eq(rd_tls_keys_open(file("srv.pem"), file("none.key"), &keys, &error),
                     RD_BAD_CONFIG);
    ck_assert_int_eq(rd_tls_keys_open(file("srv.pem"), file("ca.key"), &keys, &error),
                     RD_BAD_CONFIG);
    ck_assert_int_eq(rd_tls_keys_open(file("srv.key"), file("srv.key"), &keys, &error),
                     RD_BAD_CONFIG);
    ck_assert_int_eq(chmod(file("srv.key"), 0644), 0);
    ck_assert_int_eq(load("srv"), RD_BAD_CONFIG);
    ck_assert_ptr_nonnull(strstr(error.text, "may be read by everybody"));
    ck_assert_int_eq(chmod(file("srv.key"), 0640), 0);
    ck_assert_int_eq(load("srv"), RD_OK);
    struct rd_buf wire;
    rd_buf_init(&wire);
    ck_assert_int_eq(rd_tls_connect(file("none.pem"), "desk.example", &client, &wire, &error),
                     RD_BAD_CONFIG);
    ck_assert_int_eq(rd_tls_connect(file("ca.pem"), "", &client, &wire, &error), RD_BAD_CONFIG);
    rd_buf_fini(&wire);
}
END_TEST

START_TEST(new_keys_are_for_new_connections_and_bad_ones_for_none)
{
    char until[RD_TLS_UNTIL_MAX];
    ck_assert_int_eq(meet("srv", "desk.example", "ca.pem", SIZE_MAX), RD_OK);
    ck_assert(rd_tls_keys_until(keys, until));
    ck_assert_ptr_nonnull(strstr(until, "GMT"));
    ck_assert_int_eq(unlink(file("srv.key")), 0);
    ck_assert_int_eq(rd_tls_keys_reload(keys, &error), RD_BAD_CONFIG);
    t_cert(dir, "srv", "ca", "DNS:new.example", 30);
    struct rd_tls *old = client;
    client = NULL;
    ck_assert_int_eq(rd_tls_connect(file("ca.pem"), "desk.example", &client, &to_server, &error),
                     RD_OK);
    struct rd_tls *old_server = server;
    server = rd_tls_accept(keys); /* still the old certificate */
    ck_assert_int_eq(carry(SIZE_MAX), RD_OK);
    ck_assert_int_eq(rd_tls_keys_reload(keys, &error), RD_OK);
    rd_tls_free(client);
    rd_tls_free(server);
    server = rd_tls_accept(keys);
    ck_assert_int_eq(rd_tls_connect(file("ca.pem"), "new.example", &client, &to_server, &error),
                     RD_OK);
    ck_assert_msg(carry(SIZE_MAX) == RD_OK, "%s", error.text);
    rd_tls_free(client);
    rd_tls_free(server);
    client = old; /* who was there goes on */
    server = old_server;
    ck_assert_int_eq(rd_tls_give(client, "hello", 5, &to_server, &error), RD_OK);
    ck_assert_int_eq(carry(SIZE_MAX), RD_OK);
    ck_assert_uint_eq(at_server.len, 5);
    hang_up();
    ck_assert_int_eq(load("over"), RD_OK);
    ck_assert(!rd_tls_keys_until(keys, until));
}
END_TEST

/* Nobody is asked for the word of a locked key, at the terminal or at standard input. */
START_TEST(a_locked_key_is_refused_and_nobody_is_asked)
{
    static char word[] = "word";
    int ends[2];
    FILE *from = fopen(file("srv.key"), "r"), *to = fopen(file("locked.key"), "w");
    EVP_PKEY *key = PEM_read_PrivateKey(from, NULL, NULL, NULL);
    ck_assert_int_eq(PEM_write_PKCS8PrivateKey(to, key, EVP_aes_256_cbc(), NULL, 0, NULL, word), 1);
    EVP_PKEY_free(key);
    fclose(from);
    fclose(to);
    ck_assert_int_eq(chmod(file("locked.key"), 0600), 0);
    (void)setsid(); /* no terminal: the library would read the next best thing */
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(write(ends[1], "word\n", 5), 5);
    ck_assert_int_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    ck_assert_int_eq(rd_tls_keys_open(file("srv.pem"), file("locked.key"), &keys, &error),
                     RD_BAD_CONFIG);
    ck_assert_ptr_nonnull(strstr(error.text, "locked.key"));
    ck_assert(load("srv") == RD_OK);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tls");
    TCase *tcase = tcase_create("tls");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, two_ends_talk);
    tcase_add_test(tcase, an_address_is_a_name_as_well);
    tcase_add_test(tcase, who_is_not_proven_is_not_talked_to);
    tcase_add_test(tcase, what_is_weak_of_old_is_left_out);
    tcase_add_test(tcase, what_is_no_tls_is_refused);
    tcase_add_test(tcase, keys_that_cannot_be_used);
    tcase_add_test(tcase, new_keys_are_for_new_connections_and_bad_ones_for_none);
    tcase_add_test(tcase, a_locked_key_is_refused_and_nobody_is_asked);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
