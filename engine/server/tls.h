/* TLS for the doors and for the client, by OpenSSL on memory: bytes from the wire in, plain bytes
 * out, and the other way round. Knows no socket, no loop and no file descriptor, so that libuv and
 * the blocking client use the same. TLS 1.2 and 1.3; what else may be agreed on is the library's
 * and the system's choice. */
#ifndef RD_SERVER_TLS_H
#define RD_SERVER_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

#define RD_TLS_UNTIL_MAX 64

/* A server's certificate (with its chain) and key. */
struct rd_tls_keys;

/* Both files are in PEM. RD_BAD_CONFIG: can't be read, do not fit each other, the key may be read
 * by everybody. */
enum rd_status rd_tls_keys_open(const char *cert_file, const char *key_file,
                                struct rd_tls_keys **out, struct rd_error *error) RD_MUST_CHECK;
/* Reads the files anew, for connections that begin from here on; those that there are keep theirs.
 * Where it fails, the old ones stay. */
enum rd_status rd_tls_keys_reload(struct rd_tls_keys *keys, struct rd_error *error) RD_MUST_CHECK;
/* Until when the certificate is good, as OpenSSL writes it; and whether that is over. */
bool rd_tls_keys_until(const struct rd_tls_keys *keys, char out[RD_TLS_UNTIL_MAX]);
/* NULL is fine. Connections that there are go on. */
void rd_tls_keys_close(struct rd_tls_keys *keys);

/* One end of a connection. */
struct rd_tls;

/* The server's end. */
struct rd_tls *rd_tls_accept(const struct rd_tls_keys *keys);
/* The client's: the other end must have a certificate for `name` (a host's name, or an address)
 * from an authority of `ca_file` (PEM; NULL: of the system's). What it says first is put into
 * `wire`. */
enum rd_status rd_tls_connect(const char *ca_file, const char *name, struct rd_tls **out,
                              struct rd_buf *wire, struct rd_error *error) RD_MUST_CHECK;
/* NULL is fine. */
void rd_tls_free(struct rd_tls *tls);
/* Whether both ends know each other: plain bytes may be given from here on. */
bool rd_tls_is_open(const struct rd_tls *tls);
/* Takes bytes of the wire, adds what they mean to `plain` and what there is to answer to `wire`
 * (also where it fails: the other end is told why). RD_END: the other end has said that it is the
 * end. RD_IO: it does not speak TLS as it must, or has not proven who it is. */
enum rd_status rd_tls_take(struct rd_tls *tls, const void *bytes, size_t len, struct rd_buf *plain,
                           struct rd_buf *wire, struct rd_error *error) RD_MUST_CHECK;
/* Adds plain bytes to `wire`, sealed. Only where it is open. */
enum rd_status rd_tls_give(struct rd_tls *tls, const void *bytes, size_t len, struct rd_buf *wire,
                           struct rd_error *error) RD_MUST_CHECK;
/* Says once that nothing more comes; false where that was said, or nothing was ever said. */
bool rd_tls_end(struct rd_tls *tls, struct rd_buf *wire);

#endif
