/* The book: every record that the simulation has seen, found by id, and a heap of when somebody
 * looks at each next. A record is in the heap at most once: taking it out is what makes it due.
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "cli/sim.h"

static void *book_grow(void *items, size_t *cap, size_t count, size_t size)
{
    if (count < *cap)
        return items;
    *cap = *cap ? *cap * 2 : 1024;
    items = realloc(items, *cap * size);
    RD_ASSERT(items);
    return items;
}

void rd_sim_book_fini(struct rd_sim_book *book)
{
    free(book->cases);
    free(book->slots);
    free(book->heap);
    free(book->dirty);
    *book = (struct rd_sim_book){ 0 };
}

static size_t book_slot(const struct rd_sim_book *book, struct rd_id id)
{
    size_t at = (size_t)((id.value * 0x9e3779b97f4a7c15ull) >> 20) & (book->slot_count - 1);
    while (book->slots[at] && book->cases[book->slots[at] - 1].id.value != id.value)
        at = (at + 1) & (book->slot_count - 1);
    return at;
}

static void book_rehash(struct rd_sim_book *book)
{
    free(book->slots);
    book->slot_count = book->slot_count ? book->slot_count * 2 : 4096;
    book->slots = calloc(book->slot_count, sizeof *book->slots);
    RD_ASSERT(book->slots);
    for (size_t i = 0; i < book->count; i++)
        book->slots[book_slot(book, book->cases[i].id)] = (uint32_t)i + 1;
}

struct rd_sim_case *rd_sim_book_find(struct rd_sim_book *book, struct rd_id id)
{
    uint32_t at = book->slot_count ? book->slots[book_slot(book, id)] : 0;
    return at ? &book->cases[at - 1] : NULL;
}

struct rd_sim_case *rd_sim_book_add(struct rd_sim_book *book, struct rd_id id,
                                    const struct rd_record_type *type)
{
    if (2 * (book->count + 1) > book->slot_count)
        book_rehash(book);
    book->cases = book_grow(book->cases, &book->cap, book->count, sizeof *book->cases);
    struct rd_sim_case *item = &book->cases[book->count++];
    *item = (struct rd_sim_case){ .id = id, .type = type, .state = -1, .next_ms = RD_SIM_NEVER };
    book->slots[book_slot(book, id)] = (uint32_t)book->count;
    return item;
}

/* Equal times are taken in the order of the book, so that the heap's shape does not matter. */
static bool book_before(const struct rd_sim_book *book, uint32_t a, uint32_t b)
{
    int64_t at_a = book->cases[a].next_ms, at_b = book->cases[b].next_ms;
    return at_a != at_b ? at_a < at_b : a < b;
}

static void book_put(struct rd_sim_book *book, size_t at, uint32_t item)
{
    book->heap[at] = item;
    book->cases[item].heap_at = (uint32_t)at;
}

static void book_swap(struct rd_sim_book *book, size_t a, size_t b)
{
    uint32_t kept = book->heap[a];
    book_put(book, a, book->heap[b]);
    book_put(book, b, kept);
}

static void book_up(struct rd_sim_book *book, size_t at)
{
    for (; at > 0 && book_before(book, book->heap[at], book->heap[(at - 1) / 2]); at = (at - 1) / 2)
        book_swap(book, at, (at - 1) / 2);
}

static void book_down(struct rd_sim_book *book, size_t at)
{
    for (size_t least = at;; at = least) {
        for (size_t child = 2 * at + 1; child <= 2 * at + 2; child++)
            if (child < book->heap_count && book_before(book, book->heap[child], book->heap[least]))
                least = child;
        if (least == at)
            return;
        book_swap(book, at, least);
    }
}

void rd_sim_book_plan(struct rd_sim_book *book, struct rd_sim_case *item, int64_t at_ms)
{
    if (item->next_ms != RD_SIM_NEVER) /* it is in the heap, and stays where it is */
        return;
    item->next_ms = at_ms;
    book->heap = book_grow(book->heap, &book->heap_cap, book->heap_count, sizeof *book->heap);
    size_t at = book->heap_count++;
    book_put(book, at, (uint32_t)(item - book->cases));
    book_up(book, at);
}

static void book_take(struct rd_sim_book *book, struct rd_sim_case *item)
{
    size_t at = item->heap_at;
    uint32_t last = book->heap[--book->heap_count];
    item->next_ms = RD_SIM_NEVER;
    if (at == book->heap_count)
        return;
    book_put(book, at, last);
    book_up(book, at);
    book_down(book, book->cases[last].heap_at);
}

void rd_sim_book_move(struct rd_sim_book *book, struct rd_sim_case *item, int64_t at_ms)
{
    if (item->next_ms != RD_SIM_NEVER)
        book_take(book, item);
    if (at_ms != RD_SIM_NEVER)
        rd_sim_book_plan(book, item, at_ms);
}

struct rd_sim_case *rd_sim_book_due(struct rd_sim_book *book, int64_t until_ms)
{
    if (rd_sim_book_next(book) > until_ms)
        return NULL;
    struct rd_sim_case *item = &book->cases[book->heap[0]];
    book_take(book, item);
    return item;
}

int64_t rd_sim_book_next(const struct rd_sim_book *book)
{
    return book->heap_count ? book->cases[book->heap[0]].next_ms : RD_SIM_NEVER;
}

void rd_sim_book_touch(struct rd_sim_book *book, struct rd_sim_case *item)
{
    if (item->dirty)
        return;
    item->dirty = true;
    book->dirty = book_grow(book->dirty, &book->dirty_cap, book->dirty_count, sizeof *book->dirty);
    book->dirty[book->dirty_count++] = (uint32_t)(item - book->cases);
}
