/* Sealed texts. See sealed.h. Knows no file and no record: keys are found by whoever reads. It must
 * never fail where a key is missing, or a store could not be made anew behind an erasure.
 */
#include "base/sealed.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/step.h"

#define SEAL_PERSON_BYTES 8
#define SEAL_NONCE_BYTES crypto_aead_chacha20poly1305_ietf_NPUBBYTES
#define SEAL_TAG_BYTES crypto_aead_chacha20poly1305_ietf_ABYTES
/* In the place of the person: only stretches are sealed. No id is as high. */
#define SEAL_IN_PARTS (1ull << 63)

/* Hashes of different lengths have nothing in common: what is sealed as a whole never shares a
 * nonce with what is sealed in parts, whatever its letters are. */
#define SEAL_HASH_WHOLE 32
#define SEAL_HASH_PARTS 24

_Static_assert(SEAL_PERSON_BYTES + SEAL_NONCE_BYTES + SEAL_TAG_BYTES == RD_SEAL_MORE_BYTES,
               "what sealing adds");
_Static_assert(SEAL_HASH_PARTS >= SEAL_NONCE_BYTES, "a hash gives a nonce");
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

/* Behind the open part: nonce, the letters encrypted, tag. */
static void seal_box(unsigned char *form, size_t open, const char *letters, size_t len,
                     size_t hash_bytes, const unsigned char key[RD_SEAL_KEY_BYTES])
{
    crypto_generichash_state state;
    unsigned char hash[SEAL_HASH_WHOLE], *nonce = form + open;
    crypto_generichash_init(&state, key, RD_SEAL_KEY_BYTES, hash_bytes);
    crypto_generichash_update(&state, form + SEAL_PERSON_BYTES, open - SEAL_PERSON_BYTES);
    crypto_generichash_update(&state, (const unsigned char *)letters, len);
    RD_ASSERT(crypto_generichash_final(&state, hash, hash_bytes) == 0);
    memcpy(nonce, hash, SEAL_NONCE_BYTES);
    crypto_aead_chacha20poly1305_ietf_encrypt(nonce + SEAL_NONCE_BYTES, NULL,
                                              (const unsigned char *)letters, len, form, open, NULL,
                                              nonce, key);
}

struct rd_value rd_seal(struct rd_arena *arena, const struct rd_value *text, uint64_t person,
                        const unsigned char key[RD_SEAL_KEY_BYTES])
{
    size_t sealed = RD_SEAL_MORE_BYTES + text->count;
    char *bytes = rd_arena_alloc(arena, sealed + text->count + 1);
    seal_put_person((unsigned char *)bytes, person);
    seal_box((unsigned char *)bytes, SEAL_PERSON_BYTES, text->text, text->count, SEAL_HASH_WHOLE,
             key);
    memcpy(bytes + sealed, text->text, text->count);
    return sealed_value(bytes, sealed, text->count, false);
}

/* ---- in parts ---- */

/* What is sealed, one behind the other; what is said twice (a letter in two languages says the same
 * name) stands there once. Where it stands. */
static size_t seal_gather(char *letters, size_t *len, const char *text, size_t count)
{
    const char *there = memmem(letters, *len, text, count);
    if (there)
        return (size_t)(there - letters);
    memcpy(letters + *len, text, count);
    *len += count;
    return *len - count;
}

/* The frame, into `out`: how many bytes; `letters`: what is sealed. */
static size_t seal_frame(const struct rd_value *text, const struct rd_seal_spans *spans,
                         unsigned char *out, char *letters, size_t *len)
{
    unsigned char *at = out;
    size_t from = 0;
    for (size_t i = 0; i <= spans->count; i++) {
        const struct rd_seal_span *span = i < spans->count ? &spans->items[i] : NULL;
        size_t to = span ? span->from : text->count;
        RD_ASSERT(from <= to && to <= text->count);
        at += rd_step_put(at, to - from);
        memcpy(at, text->text + from, to - from);
        at += to - from;
        if (!span)
            break;
        at += rd_step_put(at, seal_gather(letters, len, text->text + to, span->len));
        at += rd_step_put(at, span->len);
        from = to + span->len;
    }
    return (size_t)(at - out);
}

struct rd_value rd_seal_parts(struct rd_arena *arena, const struct rd_value *text,
                              const struct rd_seal_spans *spans, uint64_t person,
                              const unsigned char key[RD_SEAL_KEY_BYTES])
{
    size_t len = 0, steps = (3 * spans->count + 2) * RD_STEP_BYTES_MAX;
    unsigned char *frame = rd_arena_alloc(arena, text->count + steps);
    char *letters = rd_arena_alloc(arena, text->count + 1);
    size_t frame_bytes = seal_frame(text, spans, frame, letters, &len);
    unsigned char head[RD_STEP_BYTES_MAX];
    size_t head_bytes = rd_step_put(head, frame_bytes);
    size_t open = SEAL_PERSON_BYTES + head_bytes + frame_bytes;
    size_t sealed = open + SEAL_NONCE_BYTES + len + SEAL_TAG_BYTES;
    char *bytes = rd_arena_alloc(arena, sealed + text->count + 1);
    seal_put_person((unsigned char *)bytes, person | SEAL_IN_PARTS);
    memcpy(bytes + SEAL_PERSON_BYTES, head, head_bytes);
    memcpy(bytes + SEAL_PERSON_BYTES + head_bytes, frame, frame_bytes);
    seal_box((unsigned char *)bytes, open, letters, len, SEAL_HASH_PARTS, key);
    memcpy(bytes + sealed, text->text, text->count);
    return sealed_value(bytes, sealed, text->count, false);
}

/* The letters of a frame and of what was sealed, into `out` (NULL: they are counted); false where
 * they don't fit together, or would be more than any text has. */
static bool sealed_join(const unsigned char *at, const unsigned char *end, const char *letters,
                        size_t len, char *out, size_t *count)
{
    uint64_t open, from, bytes;
    *count = 0;
    for (;;) {
        if (!rd_step_take(&at, end, &open) || open > (size_t)(end - at))
            return false;
        if (out)
            memcpy(out + *count, at, open);
        *count += open;
        at += open;
        if (at == end)
            return *count <= RD_TEXT_FIELD_BYTES_MAX;
        if (!rd_step_take(&at, end, &from) || !rd_step_take(&at, end, &bytes) || from > len ||
            bytes > len - from || *count + bytes > RD_TEXT_FIELD_BYTES_MAX)
            return false;
        if (out)
            memcpy(out + *count, letters + from, bytes);
        *count += bytes;
    }
}

/* ---- reading ---- */

/* A stored form, taken apart. */
struct sealed_form {
    uint64_t person;
    const unsigned char *frame, *frame_end; /* NULL: it is sealed as a whole */
    size_t open;                            /* bytes before the nonce */
    size_t sealed;                          /* letters that are sealed */
    size_t count;                           /* letters of the text */
};

static bool sealed_form(const unsigned char *bytes, size_t len, struct sealed_form *out)
{
    uint64_t frame_bytes;
    if (len < RD_SEAL_MORE_BYTES || len >= RD_SEALED_LOST)
        return false;
    uint64_t person = seal_person(bytes);
    *out = (struct sealed_form){ .person = person & ~SEAL_IN_PARTS, .open = SEAL_PERSON_BYTES };
    if (person & SEAL_IN_PARTS) {
        const unsigned char *at = bytes + SEAL_PERSON_BYTES, *end = bytes + len;
        if (!rd_step_take(&at, end, &frame_bytes) || frame_bytes > (size_t)(end - at))
            return false;
        out->frame = at;
        out->frame_end = at + frame_bytes;
        out->open = (size_t)(out->frame_end - bytes);
    }
    if (len - out->open < SEAL_NONCE_BYTES + SEAL_TAG_BYTES)
        return false;
    out->sealed = out->count = len - out->open - SEAL_NONCE_BYTES - SEAL_TAG_BYTES;
    return !out->frame ||
           sealed_join(out->frame, out->frame_end, NULL, out->sealed, NULL, &out->count);
}

/* ---- what was opened lately ---- */

#define MEMORY_SLOTS 2048u
#define MEMORY_SLOT_BYTES 252u

/* A text has one slot; who comes later takes it over. */
struct seal_slot {
    uint32_t len; /* of the stored form, which stands before the letters; 0: free */
    unsigned char bytes[MEMORY_SLOT_BYTES];
};

struct rd_seal_memory {
    bool used;
    struct seal_slot slots[MEMORY_SLOTS];
};

struct rd_seal_memory *rd_seal_memory_new(void)
{
    struct rd_seal_memory *memory = calloc(1, sizeof *memory);
    RD_ASSERT(memory);
    return memory;
}

void rd_seal_memory_wipe(struct rd_seal_memory *memory)
{
    if (memory && memory->used)
        sodium_memzero(memory, sizeof *memory);
}

void rd_seal_memory_free(struct rd_seal_memory *memory)
{
    rd_seal_memory_wipe(memory);
    free(memory);
}

/* The slot of a text that is sealed as a whole, whose nonce is a hash; NULL: none is large enough.
 */
static struct seal_slot *memory_slot(struct rd_seal_memory *memory, const unsigned char *bytes,
                                     size_t len)
{
    uint32_t hash;
    if (!memory || 2 * len - RD_SEAL_MORE_BYTES > MEMORY_SLOT_BYTES)
        return NULL;
    memcpy(&hash, bytes + SEAL_PERSON_BYTES, sizeof hash);
    return &memory->slots[hash % MEMORY_SLOTS];
}

/* The letters of a stored form, put behind it. */
static bool memory_recall(const struct seal_slot *slot, unsigned char *bytes, size_t len)
{
    if (!slot || slot->len != len || memcmp(slot->bytes, bytes, len) != 0)
        return false;
    memcpy(bytes + len, slot->bytes + len, len - RD_SEAL_MORE_BYTES);
    return true;
}

static void memory_learn(struct rd_seal_memory *memory, struct seal_slot *slot,
                         const unsigned char *bytes, size_t len)
{
    if (!slot)
        return;
    slot->len = (uint32_t)len;
    memcpy(slot->bytes, bytes, 2 * len - RD_SEAL_MORE_BYTES);
    memory->used = true;
}

/* Opens it into `out`, which has room for its letters; false where key and text don't fit. */
static bool sealed_letters(struct rd_arena *arena, const unsigned char *bytes,
                           const struct sealed_form *form,
                           const unsigned char key[RD_SEAL_KEY_BYTES], char *out)
{
    const unsigned char *nonce = bytes + form->open;
    char *letters = form->frame ? rd_arena_alloc(arena, form->sealed + 1) : out;
    size_t count;
    if (crypto_aead_chacha20poly1305_ietf_decrypt(
            (unsigned char *)letters, NULL, NULL, nonce + SEAL_NONCE_BYTES,
            form->sealed + SEAL_TAG_BYTES, bytes, form->open, nonce, key) != 0)
        return false;
    return !form->frame ||
           sealed_join(form->frame, form->frame_end, letters, form->sealed, out, &count);
}

/* Opens a copy of the stored form behind it, unless that was done lately. Letters in parts, which
 * are not short, are opened each time. */
static bool sealed_opened(struct rd_arena *arena, unsigned char *copy, size_t len,
                          const struct sealed_form *form,
                          const unsigned char key[RD_SEAL_KEY_BYTES], struct rd_seal_memory *memory,
                          const unsigned char *bytes)
{
    struct seal_slot *slot = form->frame ? NULL : memory_slot(memory, copy, len);
    if (memory_recall(slot, copy, len))
        return true;
    if (!sealed_letters(arena, bytes, form, key, (char *)copy + len))
        return false;
    memory_learn(memory, slot, copy, len);
    return true;
}

bool rd_sealed_open(struct rd_arena *arena, const void *bytes, size_t len,
                    const struct rd_sealer *sealer, struct rd_value *out)
{
    struct sealed_form form;
    unsigned char key[RD_SEAL_KEY_BYTES];
    if (!sealed_form(bytes, len, &form))
        return false;
    char *copy = rd_arena_alloc(arena, len + form.count + sizeof RD_SEALED_DAMAGED);
    memcpy(copy, bytes, len);
    enum rd_seal_key known =
        sealer ? sealer->find(sealer->context, form.person, key) : RD_SEAL_KEY_NONE;
    if (known == RD_SEAL_KEY_FOUND &&
        sealed_opened(arena, (unsigned char *)copy, len, &form, key, sealer->memory, bytes)) {
        *out = sealed_value(copy, len, form.count, false);
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
    return seal_person((const unsigned char *)rd_sealed_bytes(value, &len)) & ~SEAL_IN_PARTS;
}

struct rd_value rd_sealed_copy(struct rd_arena *arena, const struct rd_value *value)
{
    size_t len;
    const char *sealed = rd_sealed_bytes(value, &len);
    char *bytes = rd_arena_alloc(arena, len + value->count + 1);
    memcpy(bytes, sealed, len + value->count);
    return sealed_value(bytes, len, value->count, rd_text_is_lost(value));
}
