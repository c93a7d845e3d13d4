/* The arena: memory that is given out piece by piece and taken back all at once.
 *
 * A list of chunks, the newest first; pieces are cut from the newest one, a new chunk is twice as
 * large as the one before (up to a limit), and a piece too large for that gets a chunk of its own
 * size. A reset keeps the oldest chunk, so that an ordinary command takes no memory from the system
 * at all.
 *
 *   head ─▶ [ 32 K: used ▓▓▓░░░░ ] ─▶ [ 16 K: full, kept by a reset ]
 *
 * Under the address sanitizer what is not handed out is poisoned: reading a piece after the reset
 * is then reported. It must never return NULL and never move a piece.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISON 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISON 1
#endif
#ifdef ARENA_POISON
#include <sanitizer/asan_interface.h>
#define arena_poison(at, len) ASAN_POISON_MEMORY_REGION((at), (len))
#define arena_unpoison(at, len) ASAN_UNPOISON_MEMORY_REGION((at), (len))
#else
#define arena_poison(at, len) ((void)(at), (void)(len))
#define arena_unpoison(at, len) ((void)(at), (void)(len))
#endif

#define ARENA_ALIGN alignof(max_align_t)
#define ARENA_GROWN_BYTES_MAX (1024u * 1024)
/* A first chunk that one large piece made larger than this is not worth keeping. */
#define ARENA_KEPT_BYTES_MAX (4 * RD_ARENA_CHUNK_BYTES)

struct rd_arena_chunk {
    struct rd_arena_chunk *older;
    size_t size;
    alignas(max_align_t) char bytes[];
};

static void arena_chunk_free(struct rd_arena_chunk *chunk)
{
    arena_unpoison(chunk->bytes, chunk->size);
    free(chunk);
}

void rd_arena_init(struct rd_arena *arena)
{
    *arena = (struct rd_arena){ 0 };
}

void rd_arena_fini(struct rd_arena *arena)
{
    struct rd_arena_chunk *chunk = arena->head;
    while (chunk) {
        struct rd_arena_chunk *older = chunk->older;
        arena_chunk_free(chunk);
        chunk = older;
    }
    rd_arena_init(arena);
}

void rd_arena_reset(struct rd_arena *arena)
{
    struct rd_arena_chunk *chunk = arena->head;
    if (!chunk)
        return;
    while (chunk->older) {
        struct rd_arena_chunk *older = chunk->older;
        arena_chunk_free(chunk);
        chunk = older;
    }
    if (chunk->size > ARENA_KEPT_BYTES_MAX) {
        arena_chunk_free(chunk);
        chunk = NULL;
    } else {
        arena_poison(chunk->bytes, chunk->size);
    }
    *arena = (struct rd_arena){ .head = chunk };
}

static void arena_grow(struct rd_arena *arena, size_t size)
{
    size_t bytes = RD_ARENA_CHUNK_BYTES;
    if (arena->head)
        bytes = arena->head->size * 2;
    if (bytes > ARENA_GROWN_BYTES_MAX)
        bytes = ARENA_GROWN_BYTES_MAX;
    if (bytes < size)
        bytes = size;
    struct rd_arena_chunk *chunk = malloc(sizeof(*chunk) + bytes);
    RD_ASSERT(chunk != NULL);
    chunk->older = arena->head;
    chunk->size = bytes;
    arena_poison(chunk->bytes, bytes);
    arena->head = chunk;
    arena->used = 0;
}

void *rd_arena_alloc(struct rd_arena *arena, size_t size)
{
    RD_ASSERT(size <= RD_ARENA_BYTES_MAX && arena->total + size <= RD_ARENA_BYTES_MAX);
    size_t rounded = (size + (ARENA_ALIGN - 1)) & ~(size_t)(ARENA_ALIGN - 1);
    if (!arena->head || arena->head->size - arena->used < rounded)
        arena_grow(arena, rounded);
    char *piece = arena->head->bytes + arena->used;
    arena->used += rounded;
    arena->total += rounded;
    arena_unpoison(piece, size);
    return piece;
}

void *rd_arena_zalloc(struct rd_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    bool overflow = __builtin_mul_overflow(count, size, &bytes);
    RD_ASSERT(!overflow);
    return memset(rd_arena_alloc(arena, bytes), 0, bytes);
}

char *rd_arena_copy(struct rd_arena *arena, const void *bytes, size_t len)
{
    RD_ASSERT(len < RD_ARENA_BYTES_MAX);
    char *copy = rd_arena_alloc(arena, len + 1);
    if (len > 0)
        memcpy(copy, bytes, len);
    copy[len] = '\0';
    return copy;
}

char *rd_arena_join_all(struct rd_arena *arena, const char *const *texts, size_t count)
{
    size_t lens[RD_JOIN_MAX], len = 0;
    RD_ASSERT(count <= RD_JOIN_MAX);
    for (size_t i = 0; i < count; i++)
        len += lens[i] = strlen(texts[i]);
    char *joined = rd_arena_alloc(arena, len + 1), *at = joined;
    for (size_t i = 0; i < count; at += lens[i++])
        memcpy(at, texts[i], lens[i]);
    *at = '\0';
    return joined;
}

char *rd_arena_place(struct rd_arena *arena, const char *file, int line)
{
    size_t len = strlen(file);
    char *place = rd_arena_alloc(arena, len + 2 + RD_UINT_TEXT_MAX), *at = place + len;
    memcpy(place, file, len);
    *at++ = ':';
    if (line < 0) /* Lua's word for a line that it does not know */
        *at++ = '-';
    *rd_text_put_uint(at, line < 0 ? -(uint64_t)line : (uint64_t)line) = '\0';
    return place;
}

char *rd_arena_printf(struct rd_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = rd_arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}

char *rd_arena_vprintf(struct rd_arena *arena, const char *format, va_list args)
{
    char small[256];
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(small, sizeof(small), format, args);
    RD_ASSERT(len >= 0);
    char *text;
    if ((size_t)len < sizeof(small)) {
        text = rd_arena_copy(arena, small, (size_t)len);
    } else {
        text = rd_arena_alloc(arena, (size_t)len + 1);
        int second = vsnprintf(text, (size_t)len + 1, format, again);
        RD_ASSERT(second == len);
    }
    va_end(again);
    return text;
}
