/* Memory: what a burst leaves between pieces that stay is given back. */
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "unit/unit.h"

#define PIECES 4096
#define PIECE_BYTES (16u * 1024)
#define PIN_BYTES 512u

static char *burst[PIECES], *pins[PIECES];

/* Pieces that go between pieces that stay. */
static void make_a_burst(void)
{
    for (int i = 0; i < PIECES; i++) {
        burst[i] = malloc(PIECE_BYTES);
        pins[i] = malloc(PIN_BYTES);
        ck_assert(burst[i] && pins[i]);
        memset(burst[i], i, PIECE_BYTES);
        memset(pins[i], i, PIN_BYTES);
    }
}

static void end_the_burst(void)
{
    for (int i = 0; i < PIECES; i++)
        free(burst[i]);
}

/* A sanitizer has an allocator of its own, of which the C library knows nothing. */
static bool library_knows(void)
{
    struct rd_memory before, after;
    ck_assert(rd_memory_look(&before));
    char *piece = malloc(8 * PIECE_BYTES);
    ck_assert_ptr_nonnull(piece);
    ck_assert(rd_memory_look(&after));
    free(piece);
    return after.used_bytes >= before.used_bytes + 8 * PIECE_BYTES;
}

START_TEST(test_what_a_burst_leaves_is_given_back)
{
    struct rd_memory_keeper keeper = { 0 };
    struct rd_memory before, most, after;
    if (!library_knows())
        return;
    (void)rd_memory_keep(&keeper); /* what the tests before this one left */
    ck_assert(rd_memory_look(&before));
    make_a_burst();
    ck_assert(rd_memory_look(&most));
    ck_assert_uint_ge(most.used_bytes, before.used_bytes + PIECES * PIECE_BYTES);
    ck_assert(!rd_memory_keep(&keeper)); /* all of it is used */
    end_the_burst();
    uint64_t given = keeper.given;
    ck_assert(rd_memory_keep(&keeper));
    ck_assert_uint_eq(keeper.given, given + 1);
    ck_assert(rd_memory_look(&after));
    /* each pin holds the page or two that it lies in, three of four are free */
    ck_assert_uint_le(after.resident_bytes, most.resident_bytes - PIECES / 2 * PIECE_BYTES);
    ck_assert(!rd_memory_keep(&keeper)); /* and is not tried again for what stays */
    for (int i = 0; i < PIECES; i++) {
        ck_assert_int_eq(pins[i][PIN_BYTES - 1], (char)i);
        free(pins[i]);
    }
}
END_TEST

START_TEST(test_it_happens_again_after_another_burst)
{
    struct rd_memory_keeper keeper = { 0 };
    if (!library_knows())
        return;
    (void)rd_memory_keep(&keeper);
    for (int round = 0; round < 3; round++) {
        uint64_t given = keeper.given;
        make_a_burst();
        end_the_burst();
        ck_assert(rd_memory_keep(&keeper));
        ck_assert_uint_eq(keeper.given, given + 1);
        for (int i = 0; i < PIECES; i++)
            free(pins[i]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory");
    TCase *tcase = tcase_create("memory");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_what_a_burst_leaves_is_given_back);
    tcase_add_test(tcase, test_it_happens_again_after_another_burst);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
