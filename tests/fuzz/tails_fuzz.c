/* Rows of tails (store/tails.h): columns │ the first tail │ the row. What opens as a row is read
 * within its bytes, and where its tails are in order each is found at its place and all of them
 * written make a row that says the same. The same bytes taken as tails make such a row.
 */
#include "fuzz/fuzz.h"

#include <string.h>

#include "store/tails.h"

/* Whose tails are all there: one behind the other, without room between. */
struct listed {
    unsigned char tails[RD_TAILS_MAX * RD_TAIL_BYTES_MAX];
    uint32_t count;
    unsigned columns;
};

static unsigned char *tail_at(struct listed *listed, uint32_t at)
{
    return listed->tails + (size_t)at * 8 * listed->columns;
}

static bool is_in_order(struct listed *listed)
{
    for (uint32_t k = 1; k < listed->count; k++)
        if (memcmp(tail_at(listed, k - 1), tail_at(listed, k), 8 * (size_t)listed->columns) >= 0)
            return false;
    return true;
}

/* Written and read again, from bytes behind which there are none. */
static void reads_back(struct listed *listed)
{
    unsigned char row[RD_TAILS_BYTES_MAX], got[RD_TAIL_BYTES_MAX];
    struct rd_tails read;
    size_t len = rd_tails_pack(listed->tails, listed->count, listed->columns, row);
    unsigned char *exact = malloc(len + !len);
    RD_ASSERT(exact != NULL && len <= sizeof row);
    memcpy(exact, row, len);
    RD_ASSERT(rd_tails_open(&read, listed->columns, listed->tails, exact, len));
    RD_ASSERT(read.count == listed->count);
    for (uint32_t k = 0; k < listed->count; k++) {
        bool same;
        rd_tails_get(&read, k, got);
        RD_ASSERT(memcmp(got, tail_at(listed, k), 8 * (size_t)listed->columns) == 0);
        RD_ASSERT(rd_tails_below(&read, got, &same) == k && same);
    }
    free(exact);
}

static void read_row(unsigned columns, const uint8_t *first, const uint8_t *row, size_t len)
{
    struct listed listed = { .columns = columns };
    struct rd_tails read;
    bool same;
    if (!rd_tails_open(&read, columns, first, row, len))
        return;
    RD_ASSERT(read.count > 0 && read.count <= RD_TAILS_MAX);
    RD_ASSERT(rd_tails_below(&read, first, &same) == 0 && same);
    for (listed.count = 0; listed.count < read.count; listed.count++) {
        unsigned char *tail = tail_at(&listed, listed.count);
        rd_tails_get(&read, listed.count, tail);
        RD_ASSERT(rd_tails_below(&read, tail, &same) <= read.count);
    }
    if (is_in_order(&listed))
        reads_back(&listed);
}

static size_t tail_bytes; /* what order_tails has to go by */

static int order_tails(const void *a, const void *b)
{
    return memcmp(a, b, tail_bytes);
}

static void write_row(unsigned columns, const uint8_t *bytes, size_t len)
{
    struct listed listed = { .columns = columns };
    size_t each = tail_bytes = 8 * (size_t)columns, given = len / each;
    if (given > RD_TAILS_MAX)
        given = RD_TAILS_MAX;
    memcpy(listed.tails, bytes, given * each);
    qsort(listed.tails, given, each, order_tails);
    for (uint32_t k = 0; k < given; k++) /* each once */
        if (k == 0 || memcmp(tail_at(&listed, listed.count - 1), tail_at(&listed, k), each) != 0)
            memmove(tail_at(&listed, listed.count++), tail_at(&listed, k), each);
    if (listed.count > 0)
        reads_back(&listed);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    if (len == 0)
        return 0;
    unsigned columns = 1 + bytes[0] % RD_TAILS_COLUMNS_MAX;
    size_t first = 8 * (size_t)columns;
    write_row(columns, bytes + 1, len - 1);
    if (len - 1 >= first)
        read_row(columns, bytes + 1, bytes + 1 + first, len - 1 - first);
    return 0;
}
