/* Symbols: one stretch of addresses, filled from its begin, and a hash table beside it.
 *
 *   from ─▶ [hash len index│received\0··][hash len index│verified\0··] ... not yet touched
 *
 * The stretch is reserved once, as large as it can ever become, so that no symbol moves and "is it
 * one" is one comparison; the system gives it memory page by page as it is written. Texts come in
 * under a lock (a policy is read on a thread of its own); what has come in never changes.
 */
#include "base/symbol.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/assert.h"
#include "base/text.h"

#define SYMBOL_HEAD_BYTES sizeof(struct rd_symbol_head)
#define SYMBOL_SEATS (2 * RD_SYMBOLS_MAX)
/* head, letters and NUL, rounded up to where the next head may stand */
#define SYMBOL_ROOM_BYTES(len) ((2 * SYMBOL_HEAD_BYTES + (len)) & ~(SYMBOL_HEAD_BYTES - 1))
#define SYMBOL_SLOTS_FIRST 1024u

_Static_assert(sizeof(struct rd_symbol_head) == 16, "letters stand at multiples of the head");

struct symbols_inner {
    pthread_mutex_t lock;
    atomic_uint refs;
    size_t used;
    uint32_t count;
    uint32_t *slots; /* of the hash table: 1 + index, 0: free */
    uint32_t slot_count;
};

struct rd_symbols *rd_symbols_new(void)
{
    struct rd_symbols *symbols = calloc(1, sizeof *symbols);
    struct symbols_inner *inner = calloc(1, sizeof *inner);
    RD_ASSERT(symbols && inner);
    symbols->bytes = SYMBOL_SEATS * SYMBOL_ROOM_BYTES(RD_SYMBOL_BYTES_MAX);
    symbols->from = mmap(NULL, symbols->bytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    RD_ASSERT(symbols->from != MAP_FAILED);
    symbols->seat = calloc(SYMBOL_SEATS, sizeof *symbols->seat);
    symbols->inner = inner;
    inner->slot_count = SYMBOL_SLOTS_FIRST;
    inner->slots = calloc(inner->slot_count, sizeof *inner->slots);
    RD_ASSERT(symbols->seat && inner->slots);
    int failed = pthread_mutex_init(&inner->lock, NULL);
    RD_ASSERT(failed == 0);
    atomic_init(&inner->refs, 1);
    return symbols;
}

struct rd_symbols *rd_symbols_ref(struct rd_symbols *symbols)
{
    atomic_fetch_add(&symbols->inner->refs, 1);
    return symbols;
}

void rd_symbols_unref(struct rd_symbols *symbols)
{
    if (!symbols || atomic_fetch_sub(&symbols->inner->refs, 1) > 1)
        return;
    (void)munmap(symbols->from, symbols->bytes);
    (void)pthread_mutex_destroy(&symbols->inner->lock);
    free(symbols->inner->slots);
    free(symbols->inner);
    free(symbols->seat);
    free(symbols);
}

static const char *symbol_at(const struct rd_symbols *symbols, uint32_t index)
{
    return symbols->from + atomic_load_explicit(&symbols->seat[index], memory_order_relaxed);
}

/* The slot of this text, or the free one where it belongs. */
static uint32_t *symbol_slot(const struct rd_symbols *symbols, const char *text, size_t len,
                             uint64_t hash)
{
    const struct symbols_inner *inner = symbols->inner;
    uint32_t mask = inner->slot_count - 1;
    for (uint32_t i = (uint32_t)hash & mask;; i = (i + 1) & mask) {
        uint32_t *slot = &inner->slots[i];
        if (*slot == 0)
            return slot;
        const char *other = symbol_at(symbols, *slot - 1);
        const struct rd_symbol_head *head = rd_symbol_head(other);
        if (head->hash == hash && head->len == len && memcmp(other, text, len) == 0)
            return slot;
    }
}

static void symbol_slots_grow(struct rd_symbols *symbols)
{
    struct symbols_inner *inner = symbols->inner;
    inner->slot_count *= 2;
    free(inner->slots);
    inner->slots = calloc(inner->slot_count, sizeof *inner->slots);
    RD_ASSERT(inner->slots);
    for (uint32_t i = 0; i < inner->count; i++) {
        const char *symbol = symbol_at(symbols, i);
        const struct rd_symbol_head *head = rd_symbol_head(symbol);
        *symbol_slot(symbols, symbol, head->len, head->hash) = i + 1;
    }
}

static const char *symbol_put(struct rd_symbols *symbols, const char *text, size_t len,
                              uint64_t hash)
{
    struct symbols_inner *inner = symbols->inner;
    struct rd_symbol_head head = { .hash = hash, .len = (uint32_t)len, .index = inner->count };
    char *at = symbols->from + inner->used;
    RD_ASSERT(inner->count < SYMBOL_SEATS);
    inner->used += SYMBOL_ROOM_BYTES(len);
    RD_ASSERT(inner->used <= symbols->bytes);
    memcpy(at, &head, sizeof head);
    at += sizeof head;
    memcpy(at, text, len); /* the NUL is there: nothing was written here before */
    atomic_store_explicit(&symbols->seat[inner->count++], (uint32_t)(at - symbols->from),
                          memory_order_relaxed);
    return at;
}

static const char *symbol_find(struct rd_symbols *symbols, const char *text, size_t len,
                               uint32_t count_max)
{
    struct symbols_inner *inner = symbols->inner;
    uint64_t hash = rd_text_hash(text, len);
    const char *symbol = NULL;
    pthread_mutex_lock(&inner->lock);
    if (inner->count * 2 >= inner->slot_count)
        symbol_slots_grow(symbols);
    uint32_t *slot = symbol_slot(symbols, text, len, hash);
    if (*slot > 0) {
        symbol = symbol_at(symbols, *slot - 1);
    } else if (inner->count < count_max) {
        symbol = symbol_put(symbols, text, len, hash);
        *slot = inner->count;
    }
    pthread_mutex_unlock(&inner->lock);
    return symbol;
}

const char *rd_symbol(struct rd_symbols *symbols, const char *text, size_t len)
{
    return len > RD_SYMBOL_BYTES_MAX ? NULL : symbol_find(symbols, text, len, RD_SYMBOLS_MAX);
}

const char *rd_symbol_or(struct rd_symbols *symbols, const char *text)
{
    const char *symbol = rd_symbol(symbols, text, strlen(text));
    return symbol ? symbol : text;
}

const char *rd_symbol_kept(struct rd_symbols *symbols, const char *text, size_t len)
{
    RD_ASSERT(len <= RD_SYMBOL_BYTES_MAX);
    return symbol_find(symbols, text, len, SYMBOL_SEATS);
}

uint32_t rd_symbols_count(struct rd_symbols *symbols)
{
    pthread_mutex_lock(&symbols->inner->lock);
    uint32_t count = symbols->inner->count;
    pthread_mutex_unlock(&symbols->inner->lock);
    return count;
}
