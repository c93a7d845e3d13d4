/* The arena: what is made while serving one command lives here and dies with it, in one go. */
#ifndef RD_BASE_ARENA_H
#define RD_BASE_ARENA_H

#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/assert.h"

/* With the address sanitizer each piece is made readable as it is given out: not here, but behind
 * a call. */
#if defined(__SANITIZE_ADDRESS__)
#define RD_ARENA_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RD_ARENA_POISON 1
#endif
#endif

#define RD_ARENA_ALIGN alignof(max_align_t)

struct rd_arena_chunk;

struct rd_arena {
    struct rd_arena_chunk *head; /* newest first */
    char *at;                    /* where the newest chunk is free, */
    size_t left;                 /* and how much of it; pieces leave one byte at the least */
    size_t total;                /* bytes handed out since init or the last reset */
};

/* An arena in the caller's storage; takes no memory before the first allocation. */
void rd_arena_init(struct rd_arena *arena);
/* Gives everything back. The arena may be used again afterwards. */
void rd_arena_fini(struct rd_arena *arena);
/* Forgets everything that was allocated but keeps one chunk for the next command. */
void rd_arena_reset(struct rd_arena *arena);

/* `size` bytes, aligned for any type, not zeroed; valid until reset or fini. Never NULL: no memory
 * left is an abort, as is a request beyond RD_ARENA_BYTES_MAX, which no checked input can reach. */
static inline void *rd_arena_alloc(struct rd_arena *arena, size_t size);
/* Whether a pointer points into the arena: to what lives exactly as long. Looks at each chunk;
 * there is one, or a few. */
bool rd_arena_holds(const struct rd_arena *arena, const void *at);
/* The newest chunk: where it begins and how long it is; 0 where there is none. What points into it
 * is held, and need not be looked for in the others. */
size_t rd_arena_newest(const struct rd_arena *arena, uintptr_t *from);
/* The last piece, made larger where it lies: true where there was room for that. A list that grows
 * need not move then. */
bool rd_arena_extend(struct rd_arena *arena, void *piece, size_t size, size_t larger);
/* As alloc, for `count` items of `size` bytes, zeroed; overflow of the product aborts. */
void *rd_arena_zalloc(struct rd_arena *arena, size_t count, size_t size);
/* A copy of `len` bytes with a NUL behind it (the bytes may hold NULs themselves). */
char *rd_arena_copy(struct rd_arena *arena, const void *bytes, size_t len);
/* The same of letters, which need no alignment and get none. */
char *rd_arena_letters(struct rd_arena *arena, const char *bytes, size_t len);
/* The texts one behind the other: rd_arena_join(arena, "for ", name). At most RD_JOIN_MAX of them,
 * each evaluated once. What printf costs is seen in a profile, so commands join their texts. */
#define RD_JOIN_MAX 8
#define rd_arena_join(arena, ...)                                                                  \
    rd_arena_join_all((arena), (const char *const[]){ __VA_ARGS__ },                               \
                      sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))
char *rd_arena_join_all(struct rd_arena *arena, const char *const *texts, size_t count);
/* Where a rule stands: "complaint.lua:12". */
char *rd_arena_place(struct rd_arena *arena, const char *file, int line);
/* printf into the arena. */
char *rd_arena_printf(struct rd_arena *arena, const char *format, ...) RD_PRINTF(2, 3);
char *rd_arena_vprintf(struct rd_arena *arena, const char *format, va_list args) RD_PRINTF(2, 0);

/* Where the newest chunk has no room. */
void *rd_arena_more(struct rd_arena *arena, size_t size);

static inline void *rd_arena_alloc(struct rd_arena *arena, size_t size)
{
#ifndef RD_ARENA_POISON
    size_t pad = -(uintptr_t)arena->at & (RD_ARENA_ALIGN - 1);
    if (size < arena->left && pad < arena->left - size) {
        char *piece = arena->at + pad;
        arena->at = piece + size;
        arena->left -= pad + size;
        arena->total += size;
        return piece;
    }
#endif
    return rd_arena_more(arena, size);
}

#endif
