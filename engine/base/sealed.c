/* Sealed texts. See sealed.h. Knows no file and no record: keys are found by whoever reads. It must
 * never fail where a key is missing, or a store could not be made anew behind an erasure.
 */
#include "base/sealed.h"

#include <sodium.h>
#include <string.h>

#define SEAL_PERSON_BYTES 8
#define SEAL_NONCE_BYTES crypto_aead_chacha20poly1305_ietf_NPUBBYTES
#define SEAL_HEAD_BYTES (SEAL_PERSON_BYTES + SEAL_NONCE_BYTES)
#define SEAL_TAG_BYTES crypto_aead_chacha20poly1305_ietf_ABYTES

_Static_assert(SEAL_HEAD_BYTES + SEAL_TAG_BYTES == RD_SEAL_MORE_BYTES, "what sealing adds");
_Static_assert(crypto_aead_chacha20poly1305_ietf_KEYBYTES == RD_SEAL_KEY_BYTES, "a key's bytes");

static void seal_put_person(unsigned char *at, uint64_t person)
{
    for (int i = SEAL_PERSON_BYTES - 1; i >= 0; i--, person >>= 8)
        at[i] = (unsigned char)person;
}

static uint64_t seal_person(const unsigned char *at)
{
    uint64_t person = 0;
    for (int i = 0; i < SEAL_PERSON_BYTES; i++)
        person = person << 8 | at[i];
    return person;
}

/* The letters behind their stored form. */
static struct rd_value sealed_value(char *bytes, size_t sealed, size_t len, bool lost)
{
    struct rd_value value = rd_text_of(bytes + sealed, len);
    RD_ASSERT(sealed < RD_SEALED_LOST);
    bytes[sealed + len] = 0;
    value.cap = (uint32_t)sealed | (lost ? RD_SEALED_LOST : 0);
    return value;
}

struct rd_value rd_seal(struct rd_arena *arena, const struct rd_value *text, uint64_t person,
                        const unsigned char key[RD_SEAL_KEY_BYTES])
{
    size_t sealed = RD_SEAL_MORE_BYTES + text->count;
    char *bytes = rd_arena_alloc(arena, sealed + text->count + 1);
    unsigned char *at = (unsigned char *)bytes, nonce[32];
    _Static_assert(sizeof nonce >= SEAL_NONCE_BYTES, "a hash gives a nonce");
    RD_ASSERT(crypto_generichash(nonce, sizeof nonce, (const unsigned char *)text->text,
                                 text->count, key, RD_SEAL_KEY_BYTES) == 0);
    seal_put_person(at, person);
    memcpy(at + SEAL_PERSON_BYTES, nonce, SEAL_NONCE_BYTES);
    crypto_aead_chacha20poly1305_ietf_encrypt(at + SEAL_HEAD_BYTES, NULL,
                                              (const unsigned char *)text->text, text->count, at,
                                              SEAL_PERSON_BYTES, NULL, nonce, key);
    memcpy(bytes + sealed, text->text, text->count);
    return sealed_value(bytes, sealed, text->count, false);
}

bool rd_sealed_open(struct rd_arena *arena, const void *bytes, size_t len,
                    const struct rd_sealer *sealer, struct rd_value *out)
{
    if (len < RD_SEAL_MORE_BYTES || len >= RD_SEALED_LOST)
        return false;
    unsigned char key[RD_SEAL_KEY_BYTES];
    size_t count = len - RD_SEAL_MORE_BYTES, room = count + sizeof RD_SEALED_DAMAGED;
    char *copy = rd_arena_alloc(arena, len + room);
    unsigned char *at = (unsigned char *)memcpy(copy, bytes, len);
    enum rd_seal_key known =
        sealer ? sealer->find(sealer->context, seal_person(at), key) : RD_SEAL_KEY_NONE;
    if (known == RD_SEAL_KEY_FOUND &&
        crypto_aead_chacha20poly1305_ietf_decrypt(
            (unsigned char *)copy + len, NULL, NULL, at + SEAL_HEAD_BYTES, len - SEAL_HEAD_BYTES,
            at, SEAL_PERSON_BYTES, at + SEAL_PERSON_BYTES, key) == 0) {
        *out = sealed_value(copy, len, count, false);
        return true;
    }
    const char *instead = known == RD_SEAL_KEY_FOUND    ? RD_SEALED_DAMAGED
                          : known == RD_SEAL_KEY_ERASED ? RD_SEALED_ERASED
                                                        : RD_SEALED_AWAY;
    memcpy(copy + len, instead, strlen(instead));
    *out = sealed_value(copy, len, strlen(instead), true);
    return true;
}

uint64_t rd_sealed_person(const struct rd_value *value)
{
    size_t len;
    RD_ASSERT(rd_text_is_sealed(value));
    return seal_person((const unsigned char *)rd_sealed_bytes(value, &len));
}

struct rd_value rd_sealed_copy(struct rd_arena *arena, const struct rd_value *value)
{
    size_t len;
    const char *sealed = rd_sealed_bytes(value, &len);
    char *bytes = rd_arena_alloc(arena, len + value->count + 1);
    memcpy(bytes, sealed, len + value->count);
    return sealed_value(bytes, len, value->count, rd_text_is_lost(value));
}
