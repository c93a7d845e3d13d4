/* Items on their way from a file's order to the order of time. A file may be larger than memory, so
 * the items themselves are spooled to a file without a name, and only their places are held and
 * sorted.
 *
 * The spool holds, for each item, its key and then its packed value; the key stands alone so that
 * two keys are compared without unpacking anything. A key is known once the engine has said that
 * its case is there: further rows of a log, which each open their case again, need not be sent.
 */
#include "cli/import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/pack.h"
#include "base/text.h"

enum rd_status rd_import_items_init(struct rd_import_items *items, struct rd_error *error)
{
    *items = (struct rd_import_items){ .spool = tmpfile(), .max = RD_IMPORT_ITEMS_MAX };
    if (!items->spool)
        return rd_error_errno(error, RD_IO, errno, "can't make a temporary file");
    return RD_OK;
}

void rd_import_items_fini(struct rd_import_items *items)
{
    if (items->spool)
        fclose(items->spool);
    free(items->items);
    free(items->known);
    *items = (struct rd_import_items){ .spool = NULL };
}

static struct rd_import_item *items_place(struct rd_import_items *items)
{
    if (items->count == items->cap) {
        items->cap = items->cap ? 2 * items->cap : 1024;
        items->items = realloc(items->items, items->cap * sizeof(*items->items));
        RD_ASSERT(items->items);
    }
    return &items->items[items->count++];
}

enum rd_status rd_import_items_add(struct rd_import_items *items,
                                   const struct rd_import_item *place, const struct rd_value *value,
                                   struct rd_error *error)
{
    const struct rd_value *key = rd_map_get(value, "key");
    RD_ASSERT(rd_value_is(key, RD_TEXT));
    if (items->count >= items->max)
        return rd_error_set(error, RD_LIMIT_EXCEEDED, "more than %zu items: split the file by time",
                            items->max);
    struct rd_buf packed;
    rd_buf_init(&packed);
    rd_buf_append(&packed, key->text, key->count);
    rd_pack_write(&packed, value);
    enum rd_status status = RD_OK;
    if (packed.len > RD_IMPORT_ITEM_BYTES_MAX)
        status = rd_error_set(error, RD_MESSAGE_TOO_LARGE, "an item is larger than %u KiB",
                              RD_IMPORT_ITEM_BYTES_MAX / 1024);
    else if (fwrite(packed.data, 1, packed.len, items->spool) != packed.len)
        status = rd_error_errno(error, RD_IO, errno, "can't write to the temporary file");
    if (status == RD_OK) {
        struct rd_import_item *item = items_place(items);
        *item = *place;
        item->offset = items->spooled;
        item->bytes = (uint32_t)packed.len;
        item->key_bytes = key->count;
        item->key_hash = rd_text_hash(key->text, key->count);
        item->open = rd_map_get(value, "open") != NULL;
        items->spooled += packed.len;
    }
    rd_buf_fini(&packed);
    return status;
}

#define ITEMS_COMPARE(member)                                                                      \
    if (left->member != right->member)                                                             \
    return left->member < right->member ? -1 : 1

static int items_compare(const void *a, const void *b)
{
    const struct rd_import_item *left = a;
    const struct rd_import_item *right = b;
    ITEMS_COMPARE(at_ms);
    ITEMS_COMPARE(rank);
    ITEMS_COMPARE(line);
    ITEMS_COMPARE(order);
    return 0;
}

enum rd_status rd_import_items_sort(struct rd_import_items *items, struct rd_error *error)
{
    RD_ASSERT(!items->known);
    if (fflush(items->spool) != 0)
        return rd_error_errno(error, RD_IO, errno, "can't write to the temporary file");
    size_t opens = 0;
    for (size_t i = 0; i < items->count; i++)
        opens += items->items[i].open;
    if (items->count > 1)
        qsort(items->items, items->count, sizeof(*items->items), items_compare);
    for (items->known_cap = 16; items->known_cap < 2 * opens;)
        items->known_cap *= 2;
    items->known = calloc(items->known_cap, sizeof(*items->known));
    RD_ASSERT(items->known);
    return RD_OK;
}

static enum rd_status items_read(struct rd_import_items *items, uint64_t offset, void *to,
                                 size_t len, struct rd_error *error)
{
    int fd = fileno(items->spool);
    for (size_t got = 0; got < len;) {
        ssize_t part = pread(fd, (char *)to + got, len - got, (off_t)(offset + got));
        if (part < 0 && errno == EINTR)
            continue;
        if (part < 0)
            return rd_error_errno(error, RD_IO, errno, "can't read the temporary file");
        if (part == 0)
            return rd_error_set(error, RD_IO, "the temporary file was cut");
        got += (size_t)part;
    }
    return RD_OK;
}

enum rd_status rd_import_items_get(struct rd_import_items *items, size_t index,
                                   struct rd_arena *arena, struct rd_value *value,
                                   struct rd_error *error)
{
    RD_ASSERT(index < items->count);
    const struct rd_import_item *item = &items->items[index];
    char *bytes = rd_arena_alloc(arena, item->bytes);
    enum rd_status status = items_read(items, item->offset, bytes, item->bytes, error);
    if (status != RD_OK)
        return status;
    return rd_pack_read(arena, bytes + item->key_bytes, item->bytes - item->key_bytes, value,
                        error);
}

/* Whether both have the same key; one that can't be read is like no other. */
static bool items_same_key(struct rd_import_items *items, const struct rd_import_item *a,
                           const struct rd_import_item *b)
{
    if (a->key_hash != b->key_hash || a->key_bytes != b->key_bytes)
        return false;
    char *keys = malloc(2 * (size_t)a->key_bytes + 1);
    struct rd_error ignored = RD_ERROR_NONE;
    RD_ASSERT(keys);
    bool same =
        items_read(items, a->offset, keys, a->key_bytes, &ignored) == RD_OK &&
        items_read(items, b->offset, keys + a->key_bytes, b->key_bytes, &ignored) == RD_OK &&
        memcmp(keys, keys + a->key_bytes, a->key_bytes) == 0;
    free(keys);
    return same;
}

/* The slot of the item's key, or the free one where it belongs. */
static uint32_t *items_slot(struct rd_import_items *items, size_t index)
{
    RD_ASSERT(items->known && index < items->count);
    const struct rd_import_item *item = &items->items[index];
    size_t at = item->key_hash & (items->known_cap - 1);
    while (items->known[at] && !items_same_key(items, &items->items[items->known[at] - 1], item))
        at = (at + 1) & (items->known_cap - 1);
    return &items->known[at];
}

bool rd_import_items_is_known(struct rd_import_items *items, size_t index)
{
    return *items_slot(items, index) != 0;
}

void rd_import_items_note(struct rd_import_items *items, size_t index)
{
    uint32_t *slot = items_slot(items, index);
    RD_ASSERT(items->items[index].open);
    if (*slot)
        return;
    RD_ASSERT(items->known_count < items->known_cap / 2 + 8);
    *slot = (uint32_t)index + 1;
    items->known_count++;
}
