/* Symbols: one place for one text, told apart from every other pointer; numbers that are given
 * once, taken back, and read in again. */
#include <pthread.h>
#include <string.h>

#include "base/arena.h"
#include "base/names.h"
#include "unit/unit.h"

static struct rd_symbols *symbols;
static struct rd_arena arena;

static void setup(void)
{
    symbols = rd_symbols_new();
    rd_arena_init(&arena);
}

static void teardown(void)
{
    rd_symbols_unref(symbols);
    rd_arena_fini(&arena);
}

START_TEST(test_one_text_is_one_symbol)
{
    char spelled[] = "verified";
    const char *a = rd_symbol(symbols, "verified", 8);
    const char *b = rd_symbol(symbols, spelled, 8);
    const char *c = rd_symbol(symbols, "verify", 6);
    ck_assert_ptr_eq(a, b);
    ck_assert_ptr_ne(a, c);
    ck_assert_str_eq(a, "verified");
    ck_assert_str_eq(c, "verify");
    ck_assert_str_eq(rd_symbol(symbols, "", 0), "");
    ck_assert_uint_eq(rd_symbol_head(a)->len, 8);
    ck_assert_uint_eq(rd_symbols_count(symbols), 3);
    ck_assert(rd_symbol_is(symbols, a) && rd_symbol_is(symbols, c));
}
END_TEST

START_TEST(test_no_other_pointer_is_one)
{
    const char *a = rd_symbol_or(symbols, "a name that is longer than one head of sixteen bytes");
    const char *b = rd_symbol_or(symbols, "b");
    struct rd_symbols *others = rd_symbols_new();
    for (size_t i = 1; i <= strlen(a); i++)
        ck_assert(!rd_symbol_is(symbols, a + i));
    ck_assert(!rd_symbol_is(symbols, "b"));
    ck_assert(!rd_symbol_is(symbols, NULL));
    ck_assert(!rd_symbol_is(symbols, symbols->from));
    ck_assert(!rd_symbol_is(symbols, symbols->from + symbols->bytes));
    ck_assert(!rd_symbol_is(symbols, b + 16)); /* where the next ones will stand */
    ck_assert(!rd_symbol_is(symbols, b + 32));
    ck_assert(!rd_symbol_is(others, b));
    ck_assert(!rd_symbol_is(symbols, rd_symbol_or(others, "b")));
    rd_symbols_unref(others);
}
END_TEST

START_TEST(test_long_texts_and_too_many_are_not_taken)
{
    char longest[RD_SYMBOL_BYTES_MAX + 2];
    memset(longest, 'x', sizeof longest);
    ck_assert_ptr_nonnull(rd_symbol(symbols, longest, RD_SYMBOL_BYTES_MAX));
    ck_assert_ptr_null(rd_symbol(symbols, longest, RD_SYMBOL_BYTES_MAX + 1));
    for (int i = 1; i < RD_SYMBOLS_MAX; i++) /* each as long as can be: the stretch has the room */
        ck_assert_ptr_nonnull(rd_symbol(
            symbols, rd_arena_printf(&arena, "%0*d", RD_SYMBOL_BYTES_MAX, i), RD_SYMBOL_BYTES_MAX));
    ck_assert_ptr_null(rd_symbol(symbols, "one more", 8));
    const char *plain = "one more";
    ck_assert_ptr_eq(rd_symbol_or(symbols, plain), plain);
    ck_assert_ptr_nonnull(rd_symbol(symbols, longest, RD_SYMBOL_BYTES_MAX)); /* it is there */
    /* what a store has numbers for finds room still */
    for (int i = 0; i < RD_SYMBOLS_MAX; i++)
        ck_assert(
            rd_symbol_is(symbols, rd_symbol_kept(symbols, rd_arena_printf(&arena, "kept%d", i),
                                                 strlen(rd_arena_printf(&arena, "kept%d", i)))));
}
END_TEST

static void *reads_in(void *context)
{
    char text[32];
    (void)context;
    for (int i = 0; i < 3000; i++) {
        int len = snprintf(text, sizeof text, "text-%d", i);
        const char *symbol = rd_symbol(symbols, text, (size_t)len);
        if (strcmp(symbol, text) != 0 || !rd_symbol_is(symbols, symbol))
            return symbols;
    }
    return NULL;
}

START_TEST(test_two_threads_read_in)
{
    pthread_t threads[3];
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, reads_in, NULL), 0);
    for (size_t i = 0; i < 3; i++) {
        void *failed;
        ck_assert_int_eq(pthread_join(threads[i], &failed), 0);
        ck_assert_ptr_null(failed);
    }
    ck_assert_uint_eq(rd_symbols_count(symbols), 3000);
}
END_TEST

START_TEST(test_numbers_are_given_and_taken_back)
{
    struct rd_names names;
    rd_names_init(&names, symbols);
    const char *a = rd_symbol_or(symbols, "a"), *b = rd_symbol_or(symbols, "b");
    ck_assert_uint_eq(rd_names_number(&names, a), 0);
    ck_assert_uint_eq(rd_names_give(&names, b), 1);
    ck_assert_uint_eq(rd_names_give(&names, a), 2);
    ck_assert_uint_eq(rd_names_give(&names, b), 1);
    char spelled[] = "a"; /* not the symbol */
    ck_assert_uint_eq(rd_names_give(&names, spelled), 0);
    ck_assert_ptr_eq(rd_names_text(&names, 2), a);
    ck_assert_ptr_null(rd_names_text(&names, 0));
    ck_assert_ptr_null(rd_names_text(&names, 3));
    ck_assert_ptr_null(rd_names_text(&names, UINT64_MAX));
    rd_names_cut(&names, 1);
    ck_assert_uint_eq(rd_names_number(&names, a), 0);
    ck_assert_ptr_null(rd_names_text(&names, 2));
    ck_assert_uint_eq(rd_names_give(&names, rd_symbol_or(symbols, "c")), 2);
    rd_names_fini(&names);
}
END_TEST

START_TEST(test_literals_are_names)
{
    struct rd_names names;
    static const char *const words[] = { "allowed", "acted", "true", "false", "(stays)" };
    char longest[RD_SYMBOL_BYTES_MAX + 2] = { 0 };
    rd_names_init(&names, symbols);
    ck_assert_uint_eq(rd_names_number(&names, "allowed"), 0);
    for (uint32_t i = 0; i < 5; i++)
        ck_assert_uint_eq(rd_names_give(&names, words[i]), i + 1);
    for (uint32_t i = 0; i < 5; i++)
        ck_assert_uint_eq(rd_names_number(&names, rd_symbol_or(symbols, words[i])), i + 1);
    ck_assert_uint_eq(rd_names_number(&names, words[2] + 4), 0); /* "": another name */
    memset(longest, 'x', RD_SYMBOL_BYTES_MAX + 1);
    ck_assert(!rd_text_is_literal(longest));
    ck_assert(!rd_text_is_literal(rd_arena_copy(&arena, "allowed", 7)));
    ck_assert(!rd_text_is_literal(NULL));
    ck_assert_uint_eq(rd_names_give(&names, longest), 0);
    rd_names_fini(&names);
}
END_TEST

START_TEST(test_numbers_are_entered_in_order_and_once)
{
    struct rd_names names;
    rd_names_init(&names, NULL);
    ck_assert(!rd_names_enter(&names, 2, "a", 1));
    ck_assert(!rd_names_enter(&names, 0, "a", 1));
    ck_assert(rd_names_enter(&names, 1, "a", 1));
    ck_assert(rd_names_enter(&names, 1, "a", 1)); /* again: nothing new */
    ck_assert(!rd_names_enter(&names, 1, "b", 1));
    ck_assert(!rd_names_enter(&names, 1, "ab", 2));
    ck_assert(!rd_names_enter(&names, 2, "a", 1)); /* has another already */
    char longest[RD_SYMBOL_BYTES_MAX + 1] = { 0 };
    ck_assert(!rd_names_enter(&names, 2, longest, sizeof longest));
    ck_assert_uint_eq(names.count, 1);
    ck_assert_str_eq(rd_names_text(&names, 1), "a");
    rd_names_fini(&names);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("symbol");
    TCase *tests = tcase_create("symbol");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_one_text_is_one_symbol);
    tcase_add_test(tests, test_no_other_pointer_is_one);
    tcase_add_test(tests, test_long_texts_and_too_many_are_not_taken);
    tcase_add_test(tests, test_two_threads_read_in);
    tcase_add_test(tests, test_numbers_are_given_and_taken_back);
    tcase_add_test(tests, test_literals_are_names);
    tcase_add_test(tests, test_numbers_are_entered_in_order_and_once);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
