/* The arena: what is made while serving one command lives here and dies with it, in one go. */
#ifndef RD_BASE_ARENA_H
#define RD_BASE_ARENA_H

#include <stddef.h>
#include <stdarg.h>

#include "base/assert.h"

struct rd_arena_chunk;

struct rd_arena {
    struct rd_arena_chunk *head; /* newest first; the first chunk is kept by a reset */
    size_t used;                 /* bytes used of the newest chunk */
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
void *rd_arena_alloc(struct rd_arena *arena, size_t size);
/* As alloc, for `count` items of `size` bytes, zeroed; overflow of the product aborts. */
void *rd_arena_zalloc(struct rd_arena *arena, size_t count, size_t size);
/* A copy of `len` bytes with a NUL behind it (the bytes may hold NULs themselves). */
char *rd_arena_copy(struct rd_arena *arena, const void *bytes, size_t len);
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

#endif
