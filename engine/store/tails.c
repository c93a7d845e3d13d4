/* Tails: see tails.h. Never does: reading beyond a row, whatever its bytes say. */
#include "store/tails.h"

#include <string.h>

#include "base/assert.h"
#include "store/tables.h"

static uint64_t tails_number(const unsigned char *at, uint32_t width)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < width; i++)
        n = n << 8 | at[i];
    return n;
}

static unsigned char *tails_put(unsigned char *at, uint64_t n, uint32_t width)
{
    for (uint32_t i = width; i-- > 0; n >>= 8)
        at[i] = (unsigned char)n;
    return at + width;
}

static uint32_t tails_width(uint64_t n)
{
    uint32_t width = 0;
    for (; n > 0; n >>= 8)
        width++;
    return width;
}

bool rd_tails_open(struct rd_tails *tails, unsigned columns, const unsigned char *first,
                   const void *row, size_t len)
{
    const unsigned char *at = row;
    tails->columns = columns;
    tails->count = 1;
    tails->each = 0;
    for (unsigned i = 0; i < columns; i++)
        tails->first[i] = rd_key_u64(first + 8 * i);
    if (len == 0)
        return true;
    if (len < columns)
        return false;
    for (unsigned i = 0; i < columns; i++) {
        if (at[i] > 8)
            return false;
        tails->each += tails->widths[i] = at[i];
    }
    at += columns;
    len -= columns;
    tails->least[0] = tails->first[0]; /* they are in order */
    size_t head = tails->each - tails->widths[0];
    if (tails->each == 0 || len < head || (len - head) % tails->each != 0)
        return false;
    for (unsigned i = 1; i < columns; at += tails->widths[i++])
        tails->least[i] = tails->first[i] - tails_number(at, tails->widths[i]);
    tails->others = at;
    tails->count += (uint32_t)((len - head) / tails->each);
    return tails->count <= RD_TAILS_MAX;
}

void rd_tails_get(const struct rd_tails *tails, uint32_t at, unsigned char *out)
{
    RD_ASSERT(at < tails->count);
    for (uint32_t i = 0; at == 0 && i < tails->columns; i++)
        rd_key_put_u64(out + 8 * (size_t)i, tails->first[i]);
    if (at == 0)
        return;
    const unsigned char *from = tails->others + (size_t)(at - 1) * tails->each;
    for (uint32_t i = 0; i < tails->columns; from += tails->widths[i++])
        rd_key_put_u64(out + 8 * (size_t)i, tails->least[i] + tails_number(from, tails->widths[i]));
}

/* As memcmp, of a tail of the row and another one. */
static int tails_order(const struct rd_tails *tails, uint32_t at, const uint64_t *other)
{
    const unsigned char *from = tails->others + (size_t)(at - 1) * tails->each;
    for (uint32_t i = 0; i < tails->columns; from += tails->widths[i++]) {
        uint64_t n = tails->least[i] + tails_number(from, tails->widths[i]);
        if (n != other[i])
            return n < other[i] ? -1 : 1;
    }
    return 0;
}

static int tails_order_first(const struct rd_tails *tails, const uint64_t *other)
{
    for (uint32_t i = 0; i < tails->columns; i++)
        if (tails->first[i] != other[i])
            return tails->first[i] < other[i] ? -1 : 1;
    return 0;
}

uint32_t rd_tails_below(const struct rd_tails *tails, const unsigned char *tail, bool *same)
{
    uint64_t other[RD_TAILS_COLUMNS_MAX];
    for (uint32_t i = 0; i < tails->columns; i++)
        other[i] = rd_key_u64(tail + 8 * (size_t)i);
    int order = tails_order_first(tails, other);
    uint32_t low = 1, high = tails->count;
    *same = order == 0;
    if (order >= 0)
        return 0;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        order = tails_order(tails, middle, other);
        if (order == 0) {
            *same = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t rd_tails_pack(const unsigned char *tails, uint32_t count, unsigned columns,
                     unsigned char out[RD_TAILS_BYTES_MAX])
{
    uint64_t least[RD_TAILS_COLUMNS_MAX], most[RD_TAILS_COLUMNS_MAX];
    uint32_t widths[RD_TAILS_COLUMNS_MAX];
    size_t bytes = 8 * (size_t)columns;
    unsigned char *at = out;
    RD_ASSERT(count > 0 && count <= RD_TAILS_MAX && columns <= RD_TAILS_COLUMNS_MAX);
    if (count == 1)
        return 0;
    for (unsigned i = 0; i < columns; i++) {
        least[i] = most[i] = rd_key_u64(tails + 8 * (size_t)i);
        for (uint32_t k = 1; k < count; k++) {
            uint64_t n = rd_key_u64(tails + k * bytes + 8 * (size_t)i);
            least[i] = n < least[i] ? n : least[i];
            most[i] = n > most[i] ? n : most[i];
        }
        widths[i] = tails_width(most[i] - least[i]);
        *at++ = (unsigned char)widths[i];
    }
    for (uint32_t k = 0; k < count; k++)
        for (unsigned i = k == 0; i < columns; i++)
            at = tails_put(at, rd_key_u64(tails + k * bytes + 8 * (size_t)i) - least[i], widths[i]);
    return (size_t)(at - out);
}
