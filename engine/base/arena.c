/* The arena: memory that is given out piece by piece and taken back all at once.
 *
 * A list of chunks, the newest first; pieces are cut from the newest one, a new chunk is twice as
 * large as the one before (up to a limit), and a piece too large for that gets a chunk of its own
 * size. A reset keeps the newest chunk that is not larger than a few commands need, so that after
 * the first command of its kind another takes no memory from the system at all.
 *
 *   head ─▶ [ 32 K: used ▓▓▓░░░░, kept by a reset ] ─▶ [ 16 K: full, given back ]
 *
 * Pieces are aligned; letters stand close together. Under the address sanitizer what is
 * not handed out is poisoned: reading a piece after the reset is then reported. It must never
 * return NULL and never move a piece.
 */
#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

#ifdef RD_ARENA_POISON
#include <sanitizer/asan_interface.h>
#define arena_poison(at, len) ASAN_POISON_MEMORY_REGION((at), (len))
#define arena_unpoison(at, len) ASAN_UNPOISON_MEMORY_REGION((at), (len))
#else
#define arena_poison(at, len) ((void)(at), (void)(len))
#define arena_unpoison(at, len) ((void)(at), (void)(len))
#endif

#define ARENA_GROWN_BYTES_MAX (1024u * 1024)
/* A chunk that is larger than this is not worth keeping. */
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
    struct rd_arena_chunk *kept = NULL, *chunk = arena->head;
    while (chunk) {
        struct rd_arena_chunk *older = chunk->older;
        if (!kept && chunk->size <= ARENA_KEPT_BYTES_MAX)
            kept = chunk;
        else
            arena_chunk_free(chunk);
        chunk = older;
    }
    *arena = (struct rd_arena){ .head = kept };
    if (kept) {
        kept->older = NULL;
        arena->at = kept->bytes;
        arena->left = kept->size;
        arena_poison(kept->bytes, kept->size);
    }
}

static void arena_grow(struct rd_arena *arena, size_t size)
{
    size_t bytes = RD_ARENA_CHUNK_BYTES;
    if (arena->head)
        bytes = arena->head->size * 2;
    if (bytes > ARENA_GROWN_BYTES_MAX)
        bytes = ARENA_GROWN_BYTES_MAX;
    if (bytes <= size)
        bytes = size + 1;
    struct rd_arena_chunk *chunk = malloc(sizeof(*chunk) + bytes);
    RD_ASSERT(chunk != NULL);
    chunk->older = arena->head;
    chunk->size = bytes;
    arena_poison(chunk->bytes, bytes);
    arena->head = chunk;
    arena->at = chunk->bytes;
    arena->left = bytes;
}

/* `size` bytes that begin `pad` bytes further on; there is room for them and a byte more. */
static char *arena_take(struct rd_arena *arena, size_t pad, size_t size)
{
    char *piece = arena->at + pad;
    arena->at = piece + size;
    arena->left -= pad + size;
    arena->total += size;
    arena_unpoison(piece, size);
    return piece;
}

static void arena_check(const struct rd_arena *arena, size_t size)
{
    RD_ASSERT(size <= RD_ARENA_BYTES_MAX && arena->total + size <= RD_ARENA_BYTES_MAX);
}

void *rd_arena_more(struct rd_arena *arena, size_t size)
{
    arena_check(arena, size);
    size_t pad = -(uintptr_t)arena->at & (RD_ARENA_ALIGN - 1);
    if (arena->left <= pad + size) {
        arena_grow(arena, size);
        pad = 0;
    }
    return arena_take(arena, pad, size);
}

bool rd_arena_extend(struct rd_arena *arena, void *piece, size_t size, size_t larger)
{
    RD_ASSERT(size <= larger);
    if (!arena->at || (char *)piece + size != arena->at || arena->left <= larger - size)
        return false;
    arena_check(arena, larger - size);
    (void)arena_take(arena, 0, larger - size);
    return true;
}

bool rd_arena_holds(const struct rd_arena *arena, const void *at)
{
    for (const struct rd_arena_chunk *chunk = arena->head; chunk; chunk = chunk->older)
        if ((uintptr_t)at - (uintptr_t)chunk->bytes < chunk->size)
            return true;
    return false;
}

size_t rd_arena_newest(const struct rd_arena *arena, uintptr_t *from)
{
    *from = arena->head ? (uintptr_t)arena->head->bytes : 0;
    return arena->head ? arena->head->size : 0;
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

char *rd_arena_letters(struct rd_arena *arena, const char *bytes, size_t len)
{
    RD_ASSERT(len < RD_ARENA_BYTES_MAX);
    if (arena->left <= len + 1) {
        arena_check(arena, len + 1);
        arena_grow(arena, len + 1);
    }
    char *copy = arena_take(arena, 0, len + 1);
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
