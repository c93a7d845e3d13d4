/* Signing keys. See sign.h.
 *
 * Both files are a fixed head, which says "Ed25519" in DER, and 32 bytes: the seed or the public
 * key. Nothing else is read as a key, however well it is armoured.
 */
#include "store/sign.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIGN_FILE_MAX 4096
#define SIGN_HEAD_MAX 16
#define SIGN_BASE64 sodium_base64_VARIANT_ORIGINAL

_Static_assert(crypto_sign_PUBLICKEYBYTES == RD_SIGN_PUBLIC_BYTES, "Ed25519");
_Static_assert(crypto_sign_SECRETKEYBYTES == RD_SIGN_SECRET_BYTES, "Ed25519");
_Static_assert(crypto_sign_BYTES == RD_SIGN_BYTES, "Ed25519");

/* One of the two kinds of file. */
struct sign_form {
    const char *word; /* in its armour */
    unsigned char head[SIGN_HEAD_MAX];
    size_t head_len;
};

static const struct sign_form sign_secret = { "PRIVATE KEY",
                                              { 0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
                                                0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20 },
                                              16 };
static const struct sign_form sign_public = {
    "PUBLIC KEY", { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 }, 12
};

static void sign_name(struct rd_sign_key *key)
{
    unsigned char hash[32];
    crypto_generichash(hash, sizeof(hash), key->open, sizeof(key->open), NULL, 0);
    sodium_bin2hex(key->name, sizeof(key->name), hash, (RD_SIGN_NAME_MAX - 1) / 2);
}

/* ---- writing ---- */

static enum rd_status sign_write(const char *path, const struct sign_form *form,
                                 const unsigned char bytes[32], mode_t mode, struct rd_error *error)
{
    unsigned char der[SIGN_HEAD_MAX + 32];
    char base64[128], text[256];
    memcpy(der, form->head, form->head_len);
    memcpy(der + form->head_len, bytes, 32);
    sodium_bin2base64(base64, sizeof(base64), der, form->head_len + 32, SIGN_BASE64);
    int len = snprintf(text, sizeof(text), "-----BEGIN %s-----\n%s\n-----END %s-----\n", form->word,
                       base64, form->word);
    sodium_memzero(der, sizeof(der));
    sodium_memzero(base64, sizeof(base64));
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return rd_error_errno(error, errno == EEXIST ? RD_BAD_DIRECTORY : RD_IO, errno,
                              "can't make the key %s", path);
    bool good = write(fd, text, (size_t)len) == len && fsync(fd) == 0;
    int errnum = errno;
    sodium_memzero(text, sizeof(text));
    close(fd);
    if (good)
        return RD_OK;
    unlink(path);
    return rd_error_errno(error, RD_IO, errnum, "can't write the key %s", path);
}

enum rd_status rd_sign_key_create(const char *path, struct rd_sign_key *key, struct rd_error *error)
{
    unsigned char seed[crypto_sign_SEEDBYTES];
    char public_path[4096];
    RD_ASSERT(sodium_init() >= 0);
    if (snprintf(public_path, sizeof(public_path), "%s.pub", path) >= (int)sizeof(public_path))
        return rd_error_set(error, RD_USAGE, "the key's path is too long");
    if (access(public_path, F_OK) == 0)
        return rd_error_set(error, RD_BAD_DIRECTORY, "%s is there already; name another file",
                            public_path);
    *key = (struct rd_sign_key){ .signs = true };
    randombytes_buf(seed, sizeof(seed));
    crypto_sign_seed_keypair(key->open, key->secret, seed);
    sign_name(key);
    enum rd_status status = sign_write(path, &sign_secret, seed, 0600, error);
    sodium_memzero(seed, sizeof(seed));
    if (status == RD_OK)
        status = sign_write(public_path, &sign_public, key->open, 0644, error);
    return status;
}

/* ---- reading ---- */

/* The 32 bytes of a file of this form; false where it is none. */
static bool sign_parse(const char *text, const struct sign_form *form, unsigned char out[32])
{
    unsigned char der[SIGN_HEAD_MAX + 32 + 1];
    char begin[64], end[64];
    size_t len = 0;
    snprintf(begin, sizeof(begin), "-----BEGIN %s-----", form->word);
    snprintf(end, sizeof(end), "-----END %s-----", form->word);
    const char *from = strstr(text, begin), *to = strstr(text, end);
    if (!from || !to || to < from)
        return false;
    from += strlen(begin);
    bool good = sodium_base642bin(der, sizeof(der), from, (size_t)(to - from), " \r\n\t", &len,
                                  NULL, SIGN_BASE64) == 0 &&
                len == form->head_len + 32 && memcmp(der, form->head, form->head_len) == 0;
    if (good)
        memcpy(out, der + form->head_len, 32);
    sodium_memzero(der, sizeof(der));
    return good;
}

static enum rd_status sign_load(const char *path, char text[SIGN_FILE_MAX], bool *shared,
                                struct rd_error *error)
{
    struct stat stat;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return rd_error_errno(error, errno == ENOENT ? RD_NOT_FOUND : RD_IO, errno,
                              "can't open the key %s", path);
    ssize_t len = read(fd, text, SIGN_FILE_MAX - 1);
    int errnum = errno;
    *shared = fstat(fd, &stat) != 0 || (stat.st_mode & 077) != 0;
    close(fd);
    if (len < 0)
        return rd_error_errno(error, RD_IO, errnum, "can't read the key %s", path);
    text[len] = 0;
    return RD_OK;
}

enum rd_status rd_sign_key_read(const char *path, struct rd_sign_key *key, struct rd_error *error)
{
    char text[SIGN_FILE_MAX];
    unsigned char seed[32];
    bool shared = true;
    RD_ASSERT(sodium_init() >= 0);
    *key = (struct rd_sign_key){ .signs = false };
    enum rd_status status = sign_load(path, text, &shared, error);
    if (status != RD_OK)
        return status;
    if (sign_parse(text, &sign_secret, seed)) {
        crypto_sign_seed_keypair(key->open, key->secret, seed);
        key->signs = true;
    } else if (!sign_parse(text, &sign_public, key->open)) {
        status = rd_error_set(error, RD_BAD_CONFIG,
                              "%s is no Ed25519 key; `redress audit key` makes one", path);
    }
    sodium_memzero(text, sizeof(text));
    sodium_memzero(seed, sizeof(seed));
    if (key->signs && shared) {
        rd_sign_key_wipe(key);
        status = rd_error_set(error, RD_BAD_CONFIG,
                              "others may read the key %s; `chmod 600` it, and make another if "
                              "somebody has",
                              path);
    }
    sign_name(key);
    return status;
}

void rd_sign_key_wipe(struct rd_sign_key *key)
{
    sodium_memzero(key->secret, sizeof(key->secret));
    key->signs = false;
}

/* ---- signing ---- */

void rd_sign_text(const struct rd_sign_key *key, const void *bytes, size_t len,
                  char out[RD_SIGN_TEXT_MAX])
{
    unsigned char signature[RD_SIGN_BYTES];
    RD_ASSERT(key->signs);
    crypto_sign_detached(signature, NULL, bytes, len, key->secret);
    sodium_bin2base64(out, RD_SIGN_TEXT_MAX, signature, sizeof(signature), SIGN_BASE64);
}

bool rd_sign_check(const struct rd_sign_key *key, const void *bytes, size_t len, const char *text)
{
    unsigned char signature[RD_SIGN_BYTES];
    size_t signature_len = 0;
    return sodium_base642bin(signature, sizeof(signature), text, strlen(text), NULL, &signature_len,
                             NULL, SIGN_BASE64) == 0 &&
           signature_len == sizeof(signature) &&
           crypto_sign_verify_detached(signature, bytes, len, key->open) == 0;
}
