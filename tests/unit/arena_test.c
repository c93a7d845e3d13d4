/* The arena: alignment, growth, resets, and the two limits that abort. */
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "unit/unit.h"

static struct rd_arena arena;

static void setup(void)
{
    rd_arena_init(&arena);
}

static void teardown(void)
{
    rd_arena_fini(&arena);
    ck_assert_ptr_null(arena.head);
    ck_assert_uint_eq(arena.total, 0);
}

START_TEST(test_takes_nothing_before_the_first_piece)
{
    ck_assert_ptr_null(arena.head);
    rd_arena_reset(&arena);
    ck_assert_ptr_null(arena.head);
}
END_TEST

START_TEST(test_pieces_are_aligned_and_apart)
{
    unsigned char *pieces[200];
    for (size_t i = 0; i < 200; i++) {
        pieces[i] = rd_arena_alloc(&arena, i);
        ck_assert_uint_eq((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
        memset(pieces[i], (int)i, i);
    }
    for (size_t i = 0; i < 200; i++)
        for (size_t j = 0; j < i; j++)
            ck_assert_uint_eq(pieces[i][j], i);
}
END_TEST

START_TEST(test_reset_gives_the_same_memory_again)
{
    rd_arena_alloc(&arena, 100);
    char *second = rd_arena_alloc(&arena, 3 * RD_ARENA_CHUNK_BYTES);
    ck_assert_uint_ge(arena.total, 100 + 3 * RD_ARENA_CHUNK_BYTES);
    rd_arena_reset(&arena);
    ck_assert_uint_eq(arena.total, 0);
    /* the newest chunk holds what a command takes: the next one needs no other */
    ck_assert_ptr_eq(rd_arena_alloc(&arena, 100), second);
    ck_assert_ptr_eq(rd_arena_alloc(&arena, 2 * RD_ARENA_CHUNK_BYTES), second + 112);
}
END_TEST

START_TEST(test_reset_keeps_the_chunk_before_a_huge_one)
{
    char *first = rd_arena_alloc(&arena, 100);
    rd_arena_alloc(&arena, 8u * 1024 * 1024);
    rd_arena_reset(&arena);
    ck_assert_ptr_eq(rd_arena_alloc(&arena, 100), first);
}
END_TEST

START_TEST(test_the_last_piece_grows_where_it_lies)
{
    char *piece = rd_arena_alloc(&arena, 64);
    memset(piece, 'x', 64);
    ck_assert(rd_arena_extend(&arena, piece, 64, 128));
    memset(piece + 64, 'y', 64);
    char *behind = rd_arena_alloc(&arena, 16);
    ck_assert_ptr_eq(behind, piece + 128);
    ck_assert(!rd_arena_extend(&arena, piece, 128, 256));                      /* not the last */
    ck_assert(!rd_arena_extend(&arena, behind, 16, 2 * RD_ARENA_CHUNK_BYTES)); /* no room */
    ck_assert_uint_eq(arena.total, 64 + 64 + 16);
}
END_TEST

START_TEST(test_nothing_is_a_piece_too)
{
    ck_assert_ptr_nonnull(rd_arena_alloc(&arena, 0));
    rd_arena_alloc(&arena, RD_ARENA_CHUNK_BYTES - 1); /* to the chunk's last byte but one */
    ck_assert_ptr_nonnull(rd_arena_alloc(&arena, 0));
}
END_TEST

START_TEST(test_reset_does_not_keep_a_huge_first_chunk)
{
    rd_arena_alloc(&arena, 8u * 1024 * 1024);
    rd_arena_reset(&arena);
    ck_assert_ptr_null(arena.head);
}
END_TEST

START_TEST(test_zalloc_is_zero_after_use)
{
    memset(rd_arena_alloc(&arena, 4096), 0xFF, 4096);
    rd_arena_reset(&arena);
    const char *zeroed = rd_arena_zalloc(&arena, 64, 64);
    for (size_t i = 0; i < 4096; i++)
        ck_assert_int_eq(zeroed[i], 0);
}
END_TEST

START_TEST(test_copy_keeps_nuls_and_ends_with_one)
{
    const char *copy = rd_arena_copy(&arena, "a\0b", 3);
    ck_assert_mem_eq(copy, "a\0b\0", 4);
    ck_assert_str_eq(rd_arena_copy(&arena, NULL, 0), "");
}
END_TEST

START_TEST(test_copies_are_aligned_and_letters_are_close)
{
    const char *a = rd_arena_letters(&arena, "abc", 3), *b = rd_arena_letters(&arena, "", 0);
    ck_assert_ptr_eq(b, a + 4);
    ck_assert_str_eq(a, "abc");
    ck_assert_str_eq(b, "");
    ck_assert_uint_eq((uintptr_t)rd_arena_copy(&arena, "abc", 3) % RD_ARENA_ALIGN, 0);
    char *letters = rd_arena_alloc(&arena, 2 * RD_ARENA_CHUNK_BYTES);
    memset(letters, 'x', 2 * RD_ARENA_CHUNK_BYTES);
    ck_assert_mem_eq(rd_arena_letters(&arena, letters, 2 * RD_ARENA_CHUNK_BYTES), letters,
                     2 * RD_ARENA_CHUNK_BYTES);
}
END_TEST

START_TEST(test_printf_short_and_long)
{
    ck_assert_str_eq(rd_arena_printf(&arena, "%s-%06d", "CP", 123), "CP-000123");
    for (int len = 250; len < 260; len++) {
        const char *text = rd_arena_printf(&arena, "%*d", len, 7);
        ck_assert_uint_eq(strlen(text), (size_t)len);
        ck_assert_int_eq(text[len - 1], '7');
    }
}
END_TEST

START_TEST(test_joins_texts)
{
    ck_assert_str_eq(rd_arena_join(&arena, "limit = ", "200.00"), "limit = 200.00");
    ck_assert_str_eq(rd_arena_join(&arena, "", "", ""), "");
    ck_assert_str_eq(rd_arena_join(&arena, "1", "2", "3", "4", "5", "6", "7", "8"), "12345678");
    int asked = 0;
    const char *texts[] = { "once", "twice" };
    ck_assert_str_eq(rd_arena_join(&arena, texts[asked++]), "once");
    ck_assert_int_eq(asked, 1);
}
END_TEST

START_TEST(test_places)
{
    static const int lines[] = { 0, 7, 10, 99, 100, 12345, INT_MAX, -1, INT_MIN };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        ck_assert_str_eq(rd_arena_place(&arena, "rules/complaint.lua", lines[i]),
                         rd_arena_printf(&arena, "%s:%d", "rules/complaint.lua", lines[i]));
}
END_TEST

START_TEST(test_one_piece_beyond_the_limit_aborts)
{
    rd_arena_alloc(&arena, (size_t)RD_ARENA_BYTES_MAX + 1);
}
END_TEST

START_TEST(test_many_pieces_beyond_the_limit_abort)
{
    for (size_t i = 0; i <= 256; i++)
        rd_arena_alloc(&arena, 1024 * 1024);
}
END_TEST

START_TEST(test_zalloc_overflow_aborts)
{
    rd_arena_zalloc(&arena, SIZE_MAX / 2, 3);
}
END_TEST

START_TEST(test_holds)
{
    char outside = 0;
    ck_assert(!rd_arena_holds(&arena, &outside));
    char *first = rd_arena_alloc(&arena, 8);
    char *large = rd_arena_alloc(&arena, 4 * RD_ARENA_CHUNK_BYTES);
    char *last = rd_arena_alloc(&arena, 8);
    ck_assert(rd_arena_holds(&arena, first));
    ck_assert(rd_arena_holds(&arena, large + 4 * RD_ARENA_CHUNK_BYTES - 1));
    ck_assert(rd_arena_holds(&arena, last + 7));
    ck_assert(!rd_arena_holds(&arena, &outside));
    ck_assert(!rd_arena_holds(&arena, NULL));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("arena");
    TCase *tests = tcase_create("arena");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_holds);
    tcase_add_test(tests, test_takes_nothing_before_the_first_piece);
    tcase_add_test(tests, test_pieces_are_aligned_and_apart);
    tcase_add_test(tests, test_reset_gives_the_same_memory_again);
    tcase_add_test(tests, test_reset_keeps_the_chunk_before_a_huge_one);
    tcase_add_test(tests, test_the_last_piece_grows_where_it_lies);
    tcase_add_test(tests, test_nothing_is_a_piece_too);
    tcase_add_test(tests, test_reset_does_not_keep_a_huge_first_chunk);
    tcase_add_test(tests, test_zalloc_is_zero_after_use);
    tcase_add_test(tests, test_copy_keeps_nuls_and_ends_with_one);
    tcase_add_test(tests, test_copies_are_aligned_and_letters_are_close);
    tcase_add_test(tests, test_printf_short_and_long);
    tcase_add_test(tests, test_joins_texts);
    tcase_add_test(tests, test_places);
    if (unit_forks()) {
        tcase_add_test_raise_signal(tests, test_one_piece_beyond_the_limit_aborts, SIGABRT);
        tcase_add_test_raise_signal(tests, test_many_pieces_beyond_the_limit_abort, SIGABRT);
        tcase_add_test_raise_signal(tests, test_zalloc_overflow_aborts, SIGABRT);
    }
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
