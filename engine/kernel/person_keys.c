/* Keys of persons on their way to a standby, which needs them to search for what is sealed, and to
 * serve it when it is promoted.
 *
 *   one that serves: journal.read ─ entries, and the keys of whom they tell ─▶ standby.take
 *
 * Only keys of whom an entry of the page tells go along, so what was erased before stays erased.
 */
#include "kernel/person.h"

#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "store/keys.h"

#define PERSON_BASE64 sodium_base64_VARIANT_ORIGINAL
#define PERSON_KEY_TEXT sodium_base64_ENCODED_LEN(RD_SEAL_KEY_BYTES, PERSON_BASE64)

static void person_met(struct rd_person_met *met, uint64_t person,
                       const unsigned char key[RD_SEAL_KEY_BYTES])
{
    for (size_t i = met->count; i-- > 0;)
        if (met->persons[i] == person)
            return;
    if (met->count == met->cap) {
        size_t cap = met->cap ? 2 * met->cap : 16;
        uint64_t *persons = rd_arena_alloc(met->arena, cap * sizeof *persons);
        unsigned char(*of)[32] = rd_arena_alloc(met->arena, cap * sizeof *of);
        if (met->count) {
            memcpy(persons, met->persons, met->count * sizeof *persons);
            memcpy(of, met->of, met->count * sizeof *of);
        }
        met->persons = persons;
        met->of = of;
        met->cap = cap;
    }
    met->persons[met->count] = person;
    memcpy(met->of[met->count++], key, RD_SEAL_KEY_BYTES);
}

static enum rd_seal_key person_find(void *context, uint64_t person,
                                    unsigned char key[RD_SEAL_KEY_BYTES])
{
    struct rd_person_met *met = context;
    enum rd_seal_key known = rd_keys_find(met->keys, person, key);
    static const unsigned char none[RD_SEAL_KEY_BYTES];
    if (known == RD_SEAL_KEY_FOUND && !met->missing)
        person_met(met, person, key);
    if (known == RD_SEAL_KEY_NONE && met->missing)
        person_met(met, person, none);
    return known;
}

enum rd_status rd_person_meet(struct rd_kernel *kernel, const void *payload, size_t len,
                              struct rd_person_met *met, struct rd_error *error)
{
    struct rd_names *names = &kernel->catalogue.names;
    struct rd_sealer sealer = names->sealer;
    struct rd_command_entry entry;
    struct rd_arena scratch;
    uint32_t count = names->count;
    rd_arena_init(&scratch);
    names->sealer = (struct rd_sealer){ .find = person_find, .context = met };
    enum rd_status status = rd_entry_unpack(payload, len, names, &scratch, &entry, error);
    names->sealer = sealer;
    rd_names_cut(names, count); /* what it gives numbers to, applying it enters */
    rd_arena_fini(&scratch);
    return status;
}

struct rd_value rd_person_keys_shown(const struct rd_person_met *met, struct rd_arena *arena)
{
    struct rd_value out = rd_map();
    for (size_t i = 0; i < met->count; i++) {
        char *name = rd_arena_alloc(arena, RD_UINT_TEXT_MAX), key[PERSON_KEY_TEXT];
        *rd_text_put_uint(name, met->persons[i]) = 0;
        sodium_bin2base64(key, sizeof key, met->of[i], RD_SEAL_KEY_BYTES, PERSON_BASE64);
        rd_map_add(arena, &out, name, rd_text_copy(arena, key, strlen(key)));
    }
    return out;
}

static bool person_came(const struct rd_value *came, uint64_t person,
                        unsigned char key[RD_SEAL_KEY_BYTES])
{
    char name[RD_UINT_TEXT_MAX];
    size_t len = 0;
    *rd_text_put_uint(name, person) = 0;
    const char *text = rd_map_text(came, name, "");
    return sodium_base642bin(key, RD_SEAL_KEY_BYTES, text, strlen(text), NULL, &len, NULL,
                             PERSON_BASE64) == 0 &&
           len == RD_SEAL_KEY_BYTES;
}

enum rd_status rd_person_keys_take(struct rd_kernel *kernel, const void *payload, size_t len,
                                   const struct rd_value *came, const char *from_dir,
                                   struct rd_arena *arena, struct rd_error *error)
{
    struct rd_person_met met = { .keys = kernel->keys, .arena = arena, .missing = true };
    enum rd_status status = rd_person_meet(kernel, payload, len, &met, error);
    if (status != RD_OK || met.count == 0)
        return status;
    struct rd_keys *theirs = from_dir ? rd_keys_new(from_dir) : NULL;
    size_t found = 0;
    for (size_t i = 0; i < met.count; i++) {
        unsigned char key[RD_SEAL_KEY_BYTES];
        if (theirs ? rd_keys_find(theirs, met.persons[i], key) != RD_SEAL_KEY_FOUND
                   : !person_came(came, met.persons[i], key))
            continue;
        met.persons[found] = met.persons[i];
        memcpy(met.of[found++], key, sizeof key);
        sodium_memzero(key, sizeof key);
    }
    rd_keys_free(theirs);
    return rd_keys_take(kernel->keys, met.persons, met.of, found, error);
}
