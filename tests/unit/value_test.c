/* Values: lists, maps, look-ups of every kind, equality, copies. */
#include <signal.h>
#include <string.h>

#include "base/limits.h"
#include "base/symbol.h"
#include "base/value.h"
#include "unit/unit.h"

static struct rd_arena arena;

static void setup(void)
{
    rd_arena_init(&arena);
}

static void teardown(void)
{
    rd_arena_fini(&arena);
}

START_TEST(test_texts)
{
    struct rd_value text = rd_text("猫");
    ck_assert_uint_eq(text.count, 3);
    struct rd_value copy = rd_text_copy(&arena, "abcdef", 3);
    ck_assert_str_eq(copy.text, "abc");
    struct rd_value empty = rd_text_copy(&arena, NULL, 0);
    ck_assert_str_eq(empty.text, "");
    ck_assert_uint_eq(empty.count, 0);
}
END_TEST

START_TEST(test_list_grows_in_order)
{
    struct rd_value list = rd_list();
    for (int i = 0; i < 1000; i++) {
        struct rd_value *place = rd_list_add(&arena, &list, rd_int(i));
        ck_assert_int_eq(place->integer, i);
    }
    ck_assert_uint_eq(list.count, 1000);
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(list.items[i].integer, i);
}
END_TEST

START_TEST(test_map_keeps_order_and_replaces_in_place)
{
    struct rd_value map = rd_map();
    rd_map_set(&arena, &map, "b", rd_int(1));
    rd_map_set(&arena, &map, "a", rd_int(2));
    rd_map_set(&arena, &map, "b", rd_int(3));
    ck_assert_uint_eq(map.count, 2);
    ck_assert_str_eq(map.pairs[0].key, "b");
    ck_assert_int_eq(map.pairs[0].value.integer, 3);
    ck_assert_str_eq(map.pairs[1].key, "a");
}
END_TEST

START_TEST(test_map_remove_closes_the_gap)
{
    struct rd_value map = rd_map();
    const char *keys[] = { "a", "b", "c", "d", "e" };
    for (int i = 0; i < 5; i++)
        rd_map_add(&arena, &map, keys[i], rd_int(i));
    ck_assert(rd_map_remove(&map, "b"));
    ck_assert(rd_map_remove(&map, "e"));
    ck_assert(!rd_map_remove(&map, "b"));
    ck_assert_uint_eq(map.count, 3);
    ck_assert_int_eq(rd_map_int(&map, "a", -1), 0);
    ck_assert_int_eq(rd_map_int(&map, "c", -1), 2);
    ck_assert_int_eq(rd_map_int(&map, "d", -1), 3);
    ck_assert(rd_map_remove(&map, "a"));
    ck_assert(rd_map_remove(&map, "c"));
    ck_assert(rd_map_remove(&map, "d"));
    ck_assert(!rd_map_remove(&map, "d"));
}
END_TEST

START_TEST(test_look_ups)
{
    struct rd_value map = rd_map();
    rd_map_add(&arena, &map, "text", rd_text("x"));
    rd_map_add(&arena, &map, "int", rd_int(-5));
    rd_map_add(&arena, &map, "yes", rd_bool(true));
    struct rd_value list = rd_list();
    rd_list_add(&arena, &list, rd_null());
    rd_map_add(&arena, &map, "list", list);
    char key[] = "text"; /* another place than the literal: found by its letters */
    ck_assert_str_eq(rd_map_text(&map, key, "none"), "x");
    ck_assert_str_eq(rd_map_text(&map, "int", "none"), "none");
    ck_assert_str_eq(rd_map_text(&map, "tex", "none"), "none");
    ck_assert_int_eq(rd_map_int(&map, "int", 7), -5);
    ck_assert_int_eq(rd_map_int(&map, "text", 7), 7);
    ck_assert(rd_map_bool(&map, "yes", false));
    ck_assert(rd_map_bool(&map, "int", true));
    ck_assert_uint_eq(rd_map_list(&map, "list")->count, 1);
    ck_assert_uint_eq(rd_map_list(&map, "text")->count, 0);
    ck_assert_uint_eq(rd_map_list(NULL, "text")->count, 0);
    ck_assert_ptr_null(rd_map_get(NULL, "a"));
    ck_assert_ptr_null(rd_map_get(&list, "a"));
}
END_TEST

static struct rd_value sample(bool turned)
{
    struct rd_value list = rd_list();
    rd_list_add(&arena, &list, rd_int(1));
    rd_list_add(&arena, &list, rd_real(0.5));
    struct rd_value map = rd_map();
    for (int i = 0; i < 3; i++) {
        int which = turned ? 2 - i : i;
        if (which == 0)
            rd_map_add(&arena, &map, "list", list);
        else if (which == 1)
            rd_map_add(&arena, &map, "text", rd_text("t"));
        else
            rd_map_add(&arena, &map, "null", rd_null());
    }
    return map;
}

START_TEST(test_equality)
{
    struct rd_value a = sample(false);
    struct rd_value b = sample(true);
    ck_assert(rd_value_equal(&a, &b));
    rd_map_set(&arena, &b, "text", rd_text("u"));
    ck_assert(!rd_value_equal(&a, &b));
    rd_map_set(&arena, &b, "text", rd_text("t"));
    rd_map_remove(&b, "null");
    ck_assert(!rd_value_equal(&a, &b));
    rd_map_add(&arena, &b, "other", rd_null());
    ck_assert(!rd_value_equal(&a, &b));
    struct rd_value one = rd_int(1), one_real = rd_real(1.0), yes = rd_bool(true);
    ck_assert(!rd_value_equal(&one, &one_real));
    ck_assert(!rd_value_equal(&one, &yes));
    struct rd_value short_text = rd_text_copy(&arena, "a\0b", 3), other = rd_text("a");
    ck_assert(!rd_value_equal(&short_text, &other));
    struct rd_value list = rd_list(), longer = rd_list();
    ck_assert(rd_value_equal(&list, &longer));
    rd_list_add(&arena, &longer, rd_null());
    ck_assert(!rd_value_equal(&list, &longer));
}
END_TEST

START_TEST(test_copy_stands_alone)
{
    struct rd_arena other;
    rd_arena_init(&other);
    struct rd_value original = sample(false);
    struct rd_value copy = rd_value_copy(&other, &original);
    rd_arena_fini(&arena);
    rd_arena_init(&arena);
    struct rd_value again = sample(true);
    ck_assert(rd_value_equal(&copy, &again));
    /* the copy may go on growing */
    rd_map_add(&other, &copy, "more", rd_int(1));
    rd_list_add(&other, (struct rd_value *)rd_map_get(&copy, "list"), rd_int(2));
    ck_assert_uint_eq(copy.count, 4);
    ck_assert_uint_eq(rd_map_list(&copy, "list")->count, 3);
    rd_arena_fini(&other);
}
END_TEST

/* What was borrowed from elsewhere may go afterwards; what lay in the arena has not moved. */
START_TEST(test_kept_stands_alone)
{
    struct rd_arena other;
    char outside[] = "outside", key[] = "key";
    rd_arena_init(&other);
    struct rd_value list = rd_list(), shared = rd_map(), value = rd_map();
    rd_list_add(&other, &list, rd_text_copy(&other, "in the other", 12));
    rd_list_add(&other, &list, rd_int(7));
    rd_map_add(&other, &shared, "literal", rd_text(outside));
    const char *mine = rd_arena_copy(&arena, "mine", 4);
    rd_map_add(&arena, &value, key, rd_text(mine));
    rd_map_add(&arena, &value, "list", list);
    rd_map_add(&arena, &value, "shared", shared);
    rd_map_add(&arena, &value, "again", shared);
    rd_map_add(&arena, &value, "empty", rd_list_room(&other, 4));
    struct rd_value before = rd_value_copy(&arena, &value);
    const struct rd_pair *pairs = value.pairs;
    rd_value_keep(&arena, NULL, &value);
    ck_assert_ptr_eq(value.pairs, pairs);
    ck_assert_ptr_eq(value.pairs[0].value.text, mine);
    list.items[1] = rd_int(8); /* nobody else's value has changed, nor hears of a change */
    rd_arena_fini(&other);
    memset(outside, 'x', sizeof(outside) - 1);
    memset(key, 'x', sizeof(key) - 1);
    ck_assert(rd_value_equal(&before, &value));
    rd_list_add(&arena, &value.pairs[4].value, rd_int(1)); /* its room has gone as well */
    ck_assert_uint_eq(value.pairs[4].value.count, 1);
}
END_TEST

/* Names stay where they are, as long as their table is kept; without it they are copied. */
START_TEST(test_kept_borrows_symbols)
{
    struct rd_symbols *symbols = rd_symbols_new();
    const char *name = rd_symbol(symbols, "received", 8);
    struct rd_value value = rd_map(), other = rd_map();
    rd_map_add(&arena, &value, name, rd_text(name));
    rd_map_add(&arena, &other, name, rd_text(name));
    rd_value_keep(&arena, symbols, &value);
    ck_assert_ptr_eq(value.pairs[0].key, name);
    ck_assert_ptr_eq(value.pairs[0].value.text, name);
    rd_value_keep(&arena, NULL, &other);
    ck_assert_ptr_ne(other.pairs[0].key, name);
    rd_symbols_unref(symbols);
    ck_assert_str_eq(other.pairs[0].key, "received");
    ck_assert_str_eq(other.pairs[0].value.text, "received");
}
END_TEST

/* What lies in an older chunk of the arena stays there, too. */
START_TEST(test_kept_knows_older_chunks)
{
    struct rd_value value = rd_map(), list = rd_list();
    const char *old = rd_arena_copy(&arena, "old", 3);
    rd_list_add(&arena, &list, rd_text(old));
    rd_map_add(&arena, &value, old, list);
    const struct rd_value *items = value.pairs[0].value.items;
    memset(rd_arena_alloc(&arena, RD_ARENA_CHUNK_BYTES), 'x', RD_ARENA_CHUNK_BYTES);
    rd_value_keep(&arena, NULL, &value);
    ck_assert_ptr_eq(value.pairs[0].key, old);
    ck_assert_ptr_eq(value.pairs[0].value.items, items);
    ck_assert_ptr_eq(items[0].text, old);
}
END_TEST

START_TEST(test_kind_names)
{
    ck_assert_str_eq(rd_kind_name(RD_TEXT), "text");
    ck_assert_str_eq(rd_kind_name(RD_BOOL), "boolean");
    ck_assert(rd_value_is(&(struct rd_value){ .kind = RD_INT }, RD_INT));
    ck_assert(!rd_value_is(NULL, RD_NULL));
}
END_TEST

START_TEST(test_adding_to_a_scalar_aborts)
{
    struct rd_value text = rd_text("x");
    rd_list_add(&arena, &text, rd_null());
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("value");
    TCase *tests = tcase_create("value");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_texts);
    tcase_add_test(tests, test_list_grows_in_order);
    tcase_add_test(tests, test_map_keeps_order_and_replaces_in_place);
    tcase_add_test(tests, test_map_remove_closes_the_gap);
    tcase_add_test(tests, test_look_ups);
    tcase_add_test(tests, test_equality);
    tcase_add_test(tests, test_copy_stands_alone);
    tcase_add_test(tests, test_kept_stands_alone);
    tcase_add_test(tests, test_kept_borrows_symbols);
    tcase_add_test(tests, test_kept_knows_older_chunks);
    tcase_add_test(tests, test_kind_names);
    if (unit_forks())
        tcase_add_test_raise_signal(tests, test_adding_to_a_scalar_aborts, SIGABRT);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
