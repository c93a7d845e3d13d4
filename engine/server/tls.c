/* TLS on memory.
 *
 *   socket ─▶ rd_tls_take ─▶ [in] ─▶ SSL ─▶ plain
 *   socket ◀─ wire ◀─ [out] ◀─ SSL ◀─ rd_tls_give ◀─ plain
 *
 * OpenSSL keeps its errors in a queue of the thread: it is emptied before each call, and what a
 * call left in it becomes our sentence. Nothing here is retried or waited for: what the library
 * wants to read it will get with the next bytes that come.
 */
#include "server/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define TLS_CHUNK 16384 /* the plain bytes of one record, at most */

struct rd_tls_keys {
    SSL_CTX *context;
    char *cert_file, *key_file;
};

struct rd_tls {
    SSL *ssl;
    BIO *in, *out; /* owned by ssl */
    bool ended;
};

/* The sentence, with what the library says behind it: of a file what it met first ("No such file or
 * directory"; the last is "system lib"), of a connection the last. */
static enum rd_status tls_fail(struct rd_error *error, enum rd_status status, const char *what,
                               const char *of)
{
    unsigned long code = status == RD_BAD_CONFIG ? ERR_peek_error() : ERR_peek_last_error();
    const char *reason = !code                    ? NULL
                         : ERR_SYSTEM_ERROR(code) ? strerror(ERR_GET_REASON(code))
                                                  : ERR_reason_error_string(code);
    return rd_error_set(error, status, "%s%s: %s", what, of, reason ? reason : "no reason given");
}

/* ---- certificates ---- */

/* A key that everybody may read is no secret. */
static enum rd_status tls_check_mode(const char *key_file, struct rd_error *error)
{
    struct stat there;
    if (stat(key_file, &there) != 0)
        return rd_error_errno(error, RD_BAD_CONFIG, errno, "the key %s", key_file);
    if (there.st_mode & S_IROTH)
        return rd_error_set(error, RD_BAD_CONFIG,
                            "the key %s may be read by everybody on this machine: chmod o-r it",
                            key_file);
    return RD_OK;
}

/* What 1.2 has of old is left out: keys that open what was recorded before, and sealing by two
 * steps (RFC 9325, 4.2). 1.3 has none of it. */
static void tls_demand(SSL_CTX *context)
{
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    int known = SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
    RD_ASSERT(known == 1);
}

/* A key that is locked with a word can't be used: the library would ask for it at the terminal, or
 * at standard input, and the daemon would stand still until somebody answers. */
static int tls_no_word(char *word, int size, int writes, void *context)
{
    (void)word, (void)size, (void)writes, (void)context;
    return -1;
}

static enum rd_status tls_load(const char *cert_file, const char *key_file, SSL_CTX **out,
                               struct rd_error *error)
{
    enum rd_status status = tls_check_mode(key_file, error);
    if (status != RD_OK)
        return status;
    ERR_clear_error();
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    RD_ASSERT(context);
    tls_demand(context);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_default_passwd_cb(context, tls_no_word);
    if (SSL_CTX_use_certificate_chain_file(context, cert_file) != 1)
        status = tls_fail(error, RD_BAD_CONFIG, "the certificate ", cert_file);
    else if (SSL_CTX_use_PrivateKey_file(context, key_file, SSL_FILETYPE_PEM) != 1)
        status = tls_fail(error, RD_BAD_CONFIG, "the key ", key_file);
    else if (SSL_CTX_check_private_key(context) != 1)
        status = tls_fail(error, RD_BAD_CONFIG, "the key is not the certificate's: ", key_file);
    if (status == RD_OK)
        *out = context;
    else
        SSL_CTX_free(context);
    return status;
}

enum rd_status rd_tls_keys_open(const char *cert_file, const char *key_file,
                                struct rd_tls_keys **out, struct rd_error *error)
{
    SSL_CTX *context;
    *out = NULL;
    enum rd_status status = tls_load(cert_file, key_file, &context, error);
    if (status != RD_OK)
        return status;
    struct rd_tls_keys *keys = calloc(1, sizeof *keys);
    RD_ASSERT(keys);
    *keys = (struct rd_tls_keys){ context, strdup(cert_file), strdup(key_file) };
    *out = keys;
    return RD_OK;
}

enum rd_status rd_tls_keys_reload(struct rd_tls_keys *keys, struct rd_error *error)
{
    SSL_CTX *context;
    enum rd_status status = tls_load(keys->cert_file, keys->key_file, &context, error);
    if (status != RD_OK)
        return status;
    SSL_CTX_free(keys->context); /* connections that began with it hold it */
    keys->context = context;
    return RD_OK;
}

bool rd_tls_keys_until(const struct rd_tls_keys *keys, char out[RD_TLS_UNTIL_MAX])
{
    const ASN1_TIME *until = X509_get0_notAfter(SSL_CTX_get0_certificate(keys->context));
    BIO *text = BIO_new(BIO_s_mem());
    RD_ASSERT(text);
    ASN1_TIME_print(text, until);
    int len = BIO_read(text, out, RD_TLS_UNTIL_MAX - 1);
    out[len > 0 ? len : 0] = '\0';
    BIO_free(text);
    return X509_cmp_current_time(until) > 0;
}

void rd_tls_keys_close(struct rd_tls_keys *keys)
{
    if (!keys)
        return;
    SSL_CTX_free(keys->context);
    free(keys->cert_file);
    free(keys->key_file);
    free(keys);
}

/* ---- one end ---- */

static struct rd_tls *tls_new(SSL_CTX *context)
{
    struct rd_tls *tls = calloc(1, sizeof *tls);
    RD_ASSERT(tls);
    *tls = (struct rd_tls){ SSL_new(context), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()), false };
    RD_ASSERT(tls->ssl && tls->in && tls->out);
    SSL_set_bio(tls->ssl, tls->in, tls->out);
    return tls;
}

struct rd_tls *rd_tls_accept(const struct rd_tls_keys *keys)
{
    struct rd_tls *tls = tls_new(keys->context);
    SSL_set_accept_state(tls->ssl);
    return tls;
}

/* Takes what the library has to say. */
static void tls_drain(struct rd_tls *tls, struct rd_buf *wire)
{
    for (size_t len; (len = BIO_ctrl_pending(tls->out)) > 0;) {
        int got = BIO_read(tls->out, rd_buf_reserve(wire, len), (int)len);
        RD_ASSERT(got > 0);
        wire->len += (size_t)got;
    }
}

/* An address must stand in the certificate as an address, a name as a name. */
static bool tls_expect(SSL *ssl, const char *name)
{
    unsigned char address[sizeof(struct in6_addr)];
    if (inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1)
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name) == 1;
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl, name) == 1 && SSL_set_tlsext_host_name(ssl, name) == 1;
}

enum rd_status rd_tls_connect(const char *ca_file, const char *name, struct rd_tls **out,
                              struct rd_buf *wire, struct rd_error *error)
{
    ERR_clear_error();
    *out = NULL;
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    RD_ASSERT(context);
    tls_demand(context);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    enum rd_status status = RD_OK;
    if (ca_file && SSL_CTX_load_verify_locations(context, ca_file, NULL) != 1)
        status = tls_fail(error, RD_BAD_CONFIG, "the authorities in ", ca_file);
    else if (!ca_file && SSL_CTX_set_default_verify_paths(context) != 1)
        status = tls_fail(error, RD_BAD_CONFIG, "the system's authorities", "");
    struct rd_tls *tls = status == RD_OK ? tls_new(context) : NULL;
    SSL_CTX_free(context);
    if (!tls)
        return status;
    SSL_set_connect_state(tls->ssl);
    if (!tls_expect(tls->ssl, name)) {
        rd_tls_free(tls);
        return rd_error_set(error, RD_BAD_CONFIG, "'%s' is no name that a certificate could have",
                            name);
    }
    (void)SSL_do_handshake(tls->ssl); /* says hello, and wants to read */
    tls_drain(tls, wire);
    *out = tls;
    return RD_OK;
}

void rd_tls_free(struct rd_tls *tls)
{
    if (!tls)
        return;
    SSL_free(tls->ssl);
    free(tls);
}

bool rd_tls_is_open(const struct rd_tls *tls)
{
    return SSL_is_init_finished(tls->ssl);
}

/* What a call that did not succeed means. RD_OK: it wants more bytes. */
static enum rd_status tls_judge(struct rd_tls *tls, int result, struct rd_error *error)
{
    int why = SSL_get_error(tls->ssl, result);
    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE)
        return RD_OK;
    if (why == SSL_ERROR_ZERO_RETURN)
        return RD_END;
    long verified = SSL_get_verify_result(tls->ssl);
    if (verified != X509_V_OK)
        return rd_error_set(error, RD_IO, "the other end has not proven who it is: %s",
                            X509_verify_cert_error_string(verified));
    return tls_fail(error, RD_IO, "the other end does not speak TLS as it must", "");
}

static enum rd_status tls_read(struct rd_tls *tls, struct rd_buf *plain, struct rd_error *error)
{
    int got;
    if (!SSL_is_init_finished(tls->ssl) && (got = SSL_do_handshake(tls->ssl)) != 1)
        return tls_judge(tls, got, error);
    while ((got = SSL_read(tls->ssl, rd_buf_reserve(plain, TLS_CHUNK), TLS_CHUNK)) > 0)
        plain->len += (size_t)got;
    return tls_judge(tls, got, error);
}

enum rd_status rd_tls_take(struct rd_tls *tls, const void *bytes, size_t len, struct rd_buf *plain,
                           struct rd_buf *wire, struct rd_error *error)
{
    ERR_clear_error();
    RD_ASSERT(len <= INT32_MAX);
    int kept = len ? BIO_write(tls->in, bytes, (int)len) : 0;
    RD_ASSERT(kept == (int)len);
    enum rd_status status = tls_read(tls, plain, error);
    tls_drain(tls, wire);
    return status;
}

enum rd_status rd_tls_give(struct rd_tls *tls, const void *bytes, size_t len, struct rd_buf *wire,
                           struct rd_error *error)
{
    const char *at = bytes;
    ERR_clear_error();
    RD_ASSERT(rd_tls_is_open(tls));
    while (len > 0) {
        int part = len > TLS_CHUNK ? TLS_CHUNK : (int)len;
        int done = SSL_write(tls->ssl, at, part);
        if (done <= 0)
            return tls_fail(error, RD_IO, "sealing what is sent", "");
        at += done;
        len -= (size_t)done;
        tls_drain(tls, wire);
    }
    return RD_OK;
}

bool rd_tls_end(struct rd_tls *tls, struct rd_buf *wire)
{
    ERR_clear_error();
    if (tls->ended || !rd_tls_is_open(tls))
        return false;
    tls->ended = true;
    (void)SSL_shutdown(tls->ssl);
    tls_drain(tls, wire);
    return true;
}
