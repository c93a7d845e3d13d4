/* Look-ups: every name has one number, however it is asked for. */
#include "unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "domain/lookup.h"

static struct rd_arena arena;
static struct rd_lookup lookup;

static void setup(void)
{
    rd_arena_init(&arena);
    memset(&lookup, 0, sizeof lookup);
}

static void teardown(void)
{
    rd_arena_fini(&arena);
}

static const char *name(unsigned i)
{
    return rd_arena_printf(&arena, "field_%u", i);
}

START_TEST(an_empty_one_knows_nothing)
{
    ck_assert_uint_eq(rd_lookup_find(&lookup, "amount"), RD_LOOKUP_NONE);
    ck_assert_uint_eq(rd_lookup_find(&lookup, ""), RD_LOOKUP_NONE);
}
END_TEST

START_TEST(a_name_keeps_its_number_while_others_come)
{
    for (unsigned i = 0; i < 5000; i++) {
        ck_assert_uint_eq(rd_lookup_add(&lookup, &arena, name(i)), i);
        ck_assert_uint_eq(rd_lookup_add(&lookup, &arena, name(i / 2)), i / 2);
    }
    for (unsigned i = 0; i < 5000; i++)
        ck_assert_uint_eq(rd_lookup_find(&lookup, name(i)), i);
    ck_assert_uint_eq(rd_lookup_find(&lookup, "field_5000"), RD_LOOKUP_NONE);
    ck_assert_uint_eq(rd_lookup_find(&lookup, "field_"), RD_LOOKUP_NONE);
}
END_TEST

START_TEST(what_finds_no_room_has_no_number)
{
    for (unsigned i = 0; i < RD_LOOKUP_NONE - 1u; i++)
        ck_assert_uint_eq(rd_lookup_add(&lookup, &arena, name(i)), i);
    ck_assert_uint_eq(rd_lookup_add(&lookup, &arena, "one more"), RD_LOOKUP_NONE);
    ck_assert_uint_eq(rd_lookup_find(&lookup, "one more"), RD_LOOKUP_NONE);
    ck_assert_uint_eq(rd_lookup_find(&lookup, name(65533)), 65533);
}
END_TEST

START_TEST(a_symbol_is_found_as_one_and_by_its_letters)
{
    struct rd_symbols *symbols = rd_symbols_new(), *others = rd_symbols_new();
    const char *amount = rd_symbol_or(symbols, "amount"), *late = rd_symbol_or(symbols, "late");
    char spelled[] = "amount";
    ck_assert_uint_eq(rd_lookup_add(&lookup, &arena, "first"), 0);
    ck_assert_uint_eq(rd_lookup_add(&lookup, &arena, amount), 1);
    rd_lookup_close(&lookup, symbols, &arena);
    ck_assert_uint_eq(rd_lookup_find(&lookup, amount), 1);
    ck_assert_uint_eq(rd_lookup_find(&lookup, spelled), 1);
    ck_assert_uint_eq(rd_lookup_find(&lookup, rd_symbol_or(others, "amount")), 1);
    ck_assert_uint_eq(rd_lookup_find(&lookup, late), RD_LOOKUP_NONE);
    /* a name that became a symbol later, elsewhere */
    ck_assert_uint_eq(rd_lookup_find(&lookup, rd_symbol_or(symbols, "first")), 0);
    rd_symbols_unref(others);
    rd_symbols_unref(symbols);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lookup");
    TCase *tcase = tcase_create("lookup");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, an_empty_one_knows_nothing);
    tcase_add_test(tcase, a_name_keeps_its_number_while_others_come);
    tcase_add_test(tcase, what_finds_no_room_has_no_number);
    tcase_add_test(tcase, a_symbol_is_found_as_one_and_by_its_letters);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
