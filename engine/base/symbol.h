/* Symbols: the texts that a policy is made of (names of types, fields, states, events, rules and
 * places; constants of its tables), each kept once, at one place, for as long as the table lives.
 *
 * Two symbols of one table are the same text exactly where they are the same pointer. Whether a
 * pointer is a symbol at all is told by where it points: all of them lie in one stretch of
 * addresses, each behind a head with its length, its place in the table and its hash. A symbol is a
 * NUL-terminated text like any other: nobody needs to know that it is one.
 *
 * Never does: taking in what users write. The table is bounded and forgets nothing.
 */
#ifndef RD_BASE_SYMBOL_H
#define RD_BASE_SYMBOL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"

/* What stands before a symbol's letters. */
struct rd_symbol_head {
    uint64_t hash; /* rd_text_hash of the text */
    uint32_t len;
    uint32_t index; /* 0, 1, ... in the order of their coming */
};

/* One table: shared by the policies that are loaded into it and the kernels that run them.
 * rd_symbol locks; all other functions read what never changes, on any thread that has the pointer
 * from whoever put it there. */
struct rd_symbols {
    char *from;              /* the stretch of addresses */
    size_t bytes;            /* its size; only what is used takes memory */
    _Atomic(uint32_t) *seat; /* by index: how far into the stretch the letters are */
    struct symbols_inner *inner;
};

/* A table with nothing in it, and its first reference. Threads may share references. */
struct rd_symbols *rd_symbols_new(void);
struct rd_symbols *rd_symbols_ref(struct rd_symbols *symbols);
/* The last one frees the table, and all symbols with it. NULL is fine. */
void rd_symbols_unref(struct rd_symbols *symbols);

/* The symbol of this text (`len` bytes, none of them NUL), which becomes one where it was none.
 * NULL where it may not: longer than RD_SYMBOL_BYTES_MAX, or the table has RD_SYMBOLS_MAX. */
const char *rd_symbol(struct rd_symbols *symbols, const char *text, size_t len);
/* The same of a NUL-terminated text that lives long enough itself: the text where it may not become
 * a symbol. */
const char *rd_symbol_or(struct rd_symbols *symbols, const char *text);
/* The same for a text that was a symbol elsewhere and has its number in a store: it has room always
 * (there are no more than RD_SYMBOLS_MAX numbers). */
const char *rd_symbol_kept(struct rd_symbols *symbols, const char *text, size_t len);
/* How many there are. */
uint32_t rd_symbols_count(struct rd_symbols *symbols);

static inline const struct rd_symbol_head *rd_symbol_head(const char *symbol)
{
    return (const struct rd_symbol_head *)((uintptr_t)symbol - sizeof(struct rd_symbol_head));
}

/* One of 64 marks, which the symbol shares with others: what a set of symbols is known by at a
 * glance. */
static inline uint64_t rd_symbol_mark(const char *symbol)
{
    return 1ull << rd_symbol_head(symbol)->index % 64;
}

/* Whether the pointer is a symbol of the table. A pointer into the middle of one is none. */
static inline bool rd_symbol_is(const struct rd_symbols *symbols, const char *text)
{
    size_t at = (uintptr_t)text - (uintptr_t)symbols->from;
    if (at >= symbols->bytes || at % sizeof(struct rd_symbol_head) != 0 || at == 0)
        return false;
    uint32_t index =
        rd_symbol_head(text)->index; /* letters perhaps: then it is no seat of theirs */
    return index < 2 * RD_SYMBOLS_MAX &&
           atomic_load_explicit(&symbols->seat[index], memory_order_relaxed) == at;
}

#endif
