/* Keys that sign what an outsider is to believe: Ed25519, in the files that everybody's tools read
 * (PKCS #8 and SubjectPublicKeyInfo as PEM, RFC 8410), so that neither making a key nor checking a
 * signature needs this program.
 */
#ifndef RD_STORE_SIGN_H
#define RD_STORE_SIGN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define RD_SIGN_PUBLIC_BYTES 32
#define RD_SIGN_SECRET_BYTES 64
#define RD_SIGN_BYTES 64
#define RD_SIGN_TEXT_MAX 89 /* a signature in base64 (RFC 4648, padded), with its end */
#define RD_SIGN_NAME_MAX 17 /* a key's name, with its end */

struct rd_sign_key {
    unsigned char open[RD_SIGN_PUBLIC_BYTES];
    unsigned char secret[RD_SIGN_SECRET_BYTES]; /* libsodium's form; only where `signs` */
    bool signs;
    char name[RD_SIGN_NAME_MAX]; /* 16 hexadecimal digits of BLAKE2b-256 over the public key: to
                                    tell keys apart, not to prove anything */
};

/* Makes a key: `path` gets the secret (mode 0600), `path`.pub the public part. RD_BAD_DIRECTORY
 * where one of the files is there already: a key is never written over. */
enum rd_status rd_sign_key_create(const char *path, struct rd_sign_key *key,
                                  struct rd_error *error) RD_MUST_CHECK;
/* Reads a secret or a public key. RD_NOT_FOUND; RD_BAD_CONFIG where the file is no Ed25519 key, or
 * is a secret that others may read. */
enum rd_status rd_sign_key_read(const char *path, struct rd_sign_key *key,
                                struct rd_error *error) RD_MUST_CHECK;
/* The key's public part alone. */
void rd_sign_key_wipe(struct rd_sign_key *key);

/* The signature of these bytes, as text. The key must sign. */
void rd_sign_text(const struct rd_sign_key *key, const void *bytes, size_t len,
                  char out[RD_SIGN_TEXT_MAX]);
/* Whether the text is this key's signature of these bytes. */
bool rd_sign_check(const struct rd_sign_key *key, const void *bytes, size_t len, const char *text);

#endif
