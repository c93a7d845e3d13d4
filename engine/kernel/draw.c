/* Draws: who is called back, sampled, audited. Not by chance and not by choice.
 *
 * A record's draw under a name is a number that follows from the record alone: the same whenever it
 * is asked and in every replay, even over all records, and nobody can know it without the store,
 * since a secret key goes into the hash. The key is made once, with the first generation, and every
 * later one takes it over in its row of the store; it is in the journal with the activation.
 */
#include "kernel/inside.h"

#include <sodium.h>
#include <string.h>

#include "base/pack.h"
#include "base/text.h"
#include "store/tables.h"

#define DRAW_KEY_BYTES RD_DRAW_KEY_BYTES
#define DRAW_NUMBERS 10000 /* per ten thousand */

/* The key in the active generation's row ([8, generation, hash, sources, key]); null: none. */
static enum rd_status draw_stored(struct rd_kernel *kernel, struct rd_arena *arena,
                                  struct rd_value *key, struct rd_error *error)
{
    unsigned char at[4];
    const void *bytes;
    size_t len;
    int64_t generation;
    struct rd_value row;
    *key = rd_null();
    enum rd_status status = rd_counter_read(kernel->store, "generation", &generation, error);
    if (status != RD_OK)
        return status;
    rd_key_put_u32(at, (uint32_t)generation);
    status = rd_store_get(kernel->store, RD_TABLE_POLICY, at, &bytes, &len, error);
    if (status != RD_OK)
        return status == RD_NOT_FOUND ? RD_OK : status;
    status = rd_pack_read(arena, bytes, len, &row, error);
    if (status == RD_OK && row.count > 4 && row.items[4].kind == RD_TEXT &&
        row.items[4].count == DRAW_KEY_BYTES)
        *key = row.items[4];
    return status;
}

enum rd_status rd_draw_key(struct rd_kernel *kernel, struct rd_arena *arena, struct rd_value *key,
                           struct rd_error *error)
{
    unsigned char fresh[DRAW_KEY_BYTES / 2];
    char text[DRAW_KEY_BYTES + 1];
    enum rd_status status = draw_stored(kernel, arena, key, error);
    if (status != RD_OK || key->kind == RD_TEXT)
        return status;
    if (kernel->draw_seed) /* tests and simulations: the same draws each time */
        crypto_generichash(fresh, sizeof fresh, (const unsigned char *)kernel->draw_seed,
                           strlen(kernel->draw_seed), NULL, 0);
    else
        randombytes_buf(fresh, sizeof fresh);
    sodium_bin2hex(text, sizeof text, fresh, sizeof fresh);
    *key = rd_text_copy(arena, text, DRAW_KEY_BYTES);
    return RD_OK;
}

void rd_draw_bytes(const struct rd_kernel *kernel, unsigned char *bytes, size_t len)
{
    if (!kernel->draw_seed) {
        randombytes_buf(bytes, len);
        return;
    }
    unsigned char seq[8];
    crypto_generichash_state state;
    rd_key_put_u64(seq, rd_journal_last_seq(rd_vault_journal(kernel->vault)));
    crypto_generichash_init(&state, NULL, 0, len);
    crypto_generichash_update(&state, (const unsigned char *)kernel->draw_seed,
                              strlen(kernel->draw_seed));
    crypto_generichash_update(&state, seq, sizeof seq);
    crypto_generichash_final(&state, bytes, len);
}

void rd_draw_bind(struct rd_kernel *kernel)
{
    struct rd_arena arena;
    struct rd_value key;
    struct rd_error error = RD_ERROR_NONE;
    rd_arena_init(&arena);
    enum rd_status status = draw_stored(kernel, &arena, &key, &error);
    kernel->draw_known = status == RD_OK && key.kind == RD_TEXT;
    if (kernel->draw_known)
        memcpy(kernel->draw_key, key.text, sizeof kernel->draw_key);
    rd_arena_fini(&arena);
}

enum rd_status rd_draw(struct rd_run *run, const struct rd_draft *draft, const struct rd_fact *fact,
                       struct rd_value *out)
{
    const struct rd_kernel *kernel = run->kernel;
    unsigned char hash[crypto_generichash_BYTES];
    if (!kernel->draw_known)
        return rd_error_set(run->error, RD_POLICY_FAULT,
                            "%s:%d: fact '%s': this store has no key for draws yet; activate the "
                            "policy anew",
                            draft->chart->file, fact->line, fact->name);
    /* the type's name and not its number: the same whatever other types a policy has */
    char serial[RD_UINT_TEXT_MAX];
    *rd_text_put_uint(serial, draft->record.id.value & ((1ull << 48) - 1)) = '\0';
    const char *text = rd_arena_join(run->arena, draft->type->name, " ", serial, " ", fact->path);
    crypto_generichash(hash, sizeof hash, (const unsigned char *)text, strlen(text),
                       kernel->draw_key, sizeof kernel->draw_key);
    *out = rd_int((int64_t)(rd_key_u64(hash) % DRAW_NUMBERS));
    return RD_OK;
}
