/* Sealed texts: what is personal stands in journal and store under its person's key, so that it is
 * gone wherever it stands, copies included, when the key is destroyed.
 *
 * A sealed text is a value of the kind text like any other: rules, replies and indexes see letters.
 * What it is stored as lies in front of its letters in the arena and goes where the value goes;
 * whoever packs it for the store (base/pack.h) writes that, and never the letters.
 *
 *   [ person, 8 bytes | nonce, 12 | letters, encrypted | tag, 16 ] letters NUL
 *                                                                  ^ value.text
 *
 * Of a letter that a template gave only what is personal in it is sealed, all of it as one, and the
 * template's own words stand open, where they pack well (the same letter goes to many). It is one
 * text all the same: without the key none of it is read.
 *
 *   [ person and the highest bit, 8 | steps: bytes of the frame | frame | nonce | ... | tag ]
 * letters frame: steps and letters, turn by turn: [ open bytes, the bytes | sealed from, bytes ]...
 *
 * ChaCha20-Poly1305 (RFC 8439), what stands before the nonce authenticated with it. The nonce is a
 * keyed hash of the letters (and of the frame): the same text of the same person is the same bytes,
 * so that an entry that says it twice packs well and a command gives the same entry each time. That
 * two texts of one person are the same is what an onlooker learns, and how long they are.
 */
#ifndef RD_BASE_SEALED_H
#define RD_BASE_SEALED_H

#include "base/value.h"

#define RD_SEAL_KEY_BYTES 32
/* What sealing adds to a text of any length that is sealed as a whole. */
#define RD_SEAL_MORE_BYTES 36
/* The type of the extension under which packed bytes have a sealed text. */
#define RD_SEAL_PACKED_TYPE 1

/* What is known of a person's key. */
enum rd_seal_key {
    RD_SEAL_KEY_NONE,   /* there is none here: it was never made, or kept elsewhere */
    RD_SEAL_KEY_FOUND,  /* */
    RD_SEAL_KEY_ERASED, /* it was destroyed */
};

struct rd_seal_memory;

/* Where keys are found. */
struct rd_sealer {
    enum rd_seal_key (*find)(void *context, uint64_t person, unsigned char key[RD_SEAL_KEY_BYTES]);
    void *context;
    struct rd_seal_memory *memory; /* NULL: nothing that was opened is kept */
};

/* What is read in place of letters that can't be read: since the person was erased; since the key
 * is not here (an audit without keys, a copy of the journal alone); since key and text don't fit.
 */
#define RD_SEALED_ERASED "[erased]"
#define RD_SEALED_AWAY "[sealed]"
#define RD_SEALED_DAMAGED "[unreadable]"

/* In `cap` of a text: its stored form has so many bytes (0: it is not sealed), and, in the upmost
 * bit, its letters are not the person's. */
#define RD_SEALED_LOST 0x80000000u

static inline bool rd_text_is_sealed(const struct rd_value *value)
{
    return value->kind == RD_TEXT && value->cap != 0;
}
/* Sealed, and its letters stand for what can't be read. */
static inline bool rd_text_is_lost(const struct rd_value *value)
{
    return value->kind == RD_TEXT && (value->cap & RD_SEALED_LOST);
}
/* The stored form of a sealed text: borrowed from the value. */
static inline const char *rd_sealed_bytes(const struct rd_value *value, size_t *len)
{
    *len = value->cap & ~RD_SEALED_LOST;
    return value->text - *len;
}

/* Seals the letters of a text for a person. Both are made in the arena. */
struct rd_value rd_seal(struct rd_arena *arena, const struct rd_value *text, uint64_t person,
                        const unsigned char key[RD_SEAL_KEY_BYTES]);
/* Stretches of a text: in order, none reaching into the next. */
struct rd_seal_span {
    uint32_t from, len;
};
struct rd_seal_spans {
    struct rd_seal_span *items;
    size_t count;
};
/* The same, but only these stretches of it are sealed; the rest stands open. */
struct rd_value rd_seal_parts(struct rd_arena *arena, const struct rd_value *text,
                              const struct rd_seal_spans *spans, uint64_t person,
                              const unsigned char key[RD_SEAL_KEY_BYTES]);
/* The text of a stored form; `sealer` may be NULL: no key is known. False where the bytes are none.
 */
bool rd_sealed_open(struct rd_arena *arena, const void *bytes, size_t len,
                    const struct rd_sealer *sealer, struct rd_value *out);

/* Short texts that were opened lately: a customer is read with each event of each of his cases, and
 * deciphering his name each time was a fiftieth of a command. Who looks has found the key again
 * each time, so what can't be opened is not found here either. The letters are wiped when it is
 * freed, and by whoever writes keys. One thread's; the caller frees it. */
struct rd_seal_memory *rd_seal_memory_new(void);
/* NULL is fine. */
void rd_seal_memory_free(struct rd_seal_memory *memory);
void rd_seal_memory_wipe(struct rd_seal_memory *memory);

/* Whose it is. */
uint64_t rd_sealed_person(const struct rd_value *value);
/* The same text and its stored form, in another arena. */
struct rd_value rd_sealed_copy(struct rd_arena *arena, const struct rd_value *value);

#endif
