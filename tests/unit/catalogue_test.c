/* The catalogue and what index keys are made of. */
#include "base/json.h"
#include "domain/catalogue.h"
#include "unit/unit.h"

static struct rd_arena arena;
static struct rd_store *store;
static struct rd_catalogue catalogue;
static struct rd_buf scratch;
static struct rd_error error;
static char dir[UNIT_DIR_MAX];

static void setup(void)
{
    struct rd_store_options options = { 0 };
    error = RD_ERROR_NONE;
    rd_arena_init(&arena);
    rd_buf_init(&scratch);
    unit_dir_make(dir);
    ck_assert_int_eq(rd_store_open(dir, &options, &store, &error), RD_OK);
    rd_catalogue_init(&catalogue, NULL);
}

static void teardown(void)
{
    rd_catalogue_fini(&catalogue);
    rd_store_close(store);
    rd_buf_fini(&scratch);
    rd_arena_fini(&arena);
    unit_dir_remove(dir);
}

static struct rd_value json(const char *text)
{
    struct rd_value value;
    ck_assert_int_eq(rd_json_parse(&arena, text, strlen(text), 8, &value, &error), RD_OK);
    return value;
}

static void add_some(void)
{
    struct rd_value none = rd_list(), two = json("[\"a\",\"b\"]");
    ck_assert_int_eq(rd_catalogue_add_type(&catalogue, store, 1, "job", &error), RD_OK);
    ck_assert_int_eq(rd_catalogue_add_type(&catalogue, store, 40, "far", &error), RD_OK);
    ck_assert_int_eq(rd_catalogue_add_index(&catalogue, store, 1, 1, "state", &none, &error),
                     RD_OK);
    ck_assert_int_eq(rd_catalogue_add_index(&catalogue, store, 2, 40, "state", &none, &error),
                     RD_OK);
    ck_assert_int_eq(rd_catalogue_add_index(&catalogue, store, 3, 1, "a+b", &two, &error), RD_OK);
}

static void expect_some(void)
{
    ck_assert_int_eq(rd_catalogue_type(&catalogue, "job"), 1);
    ck_assert_int_eq(rd_catalogue_type(&catalogue, "far"), 40);
    ck_assert_int_eq(rd_catalogue_type(&catalogue, "none"), 0);
    ck_assert_str_eq(rd_catalogue_type_name(&catalogue, 40), "far");
    ck_assert_ptr_null(rd_catalogue_type_name(&catalogue, 7));
    ck_assert_ptr_null(rd_catalogue_type_name(&catalogue, 4000));
    const struct rd_catalogue_index *index = rd_catalogue_index(&catalogue, 1, "a+b");
    ck_assert_uint_eq(index->number, 3);
    ck_assert_uint_eq(index->field_count, 2);
    ck_assert_str_eq(index->fields[1], "b");
    ck_assert_uint_eq(rd_catalogue_index(&catalogue, 40, "state")->number, 2);
    ck_assert_ptr_null(rd_catalogue_index(&catalogue, 40, "a+b"));
    ck_assert_uint_eq(catalogue.index_count, 3);
    index = rd_catalogue_first(&catalogue, 1);
    ck_assert_uint_eq(index->number, 1);
    index = rd_catalogue_next(&catalogue, index);
    ck_assert_uint_eq(index->number, 3);
    ck_assert_ptr_null(rd_catalogue_next(&catalogue, index));
    ck_assert_uint_eq(rd_catalogue_first(&catalogue, 40)->number, 2);
    ck_assert_ptr_null(rd_catalogue_first(&catalogue, 2));
    ck_assert_ptr_null(rd_catalogue_first(&catalogue, 4000));
}

START_TEST(names_keep_their_numbers)
{
    add_some();
    expect_some();
    add_some(); /* the same again is no change */
    expect_some();
    rd_catalogue_fini(&catalogue);
    rd_catalogue_init(&catalogue, NULL);
    ck_assert_int_eq(rd_catalogue_load(&catalogue, store, &error), RD_OK);
    expect_some();
}
END_TEST

START_TEST(many_indexes)
{
    struct rd_value fields = json("[\"a\"]");
    for (uint32_t i = 1; i <= 200; i++)
        ck_assert_int_eq(rd_catalogue_add_index(&catalogue, store, i, 1,
                                                rd_arena_printf(&arena, "i%u", i), &fields, &error),
                         RD_OK);
    for (uint32_t i = 1; i <= 200; i++)
        ck_assert_uint_eq(
            rd_catalogue_index(&catalogue, 1, rd_arena_printf(&arena, "i%u", i))->number, i);
}
END_TEST

/* memcmp of the slots of two lists of values; -2 where one has none. */
static int slots(const char *a, const char *b)
{
    struct rd_value lists[] = { json(a), json(b) };
    unsigned char slot[2][RD_INDEX_VALUE_BYTES];
    for (int i = 0; i < 2; i++) {
        const struct rd_value *values[8];
        for (uint32_t k = 0; k < lists[i].count; k++)
            values[k] = &lists[i].items[k];
        if (!rd_index_slot(values, lists[i].count, &scratch, slot[i]))
            return -2;
    }
    int order = memcmp(slot[0], slot[1], RD_INDEX_VALUE_BYTES);
    return (order > 0) - (order < 0);
}

START_TEST(slots_keep_order_and_tell_apart)
{
    ck_assert_int_eq(slots("[-5]", "[3]"), -1);
    ck_assert_int_eq(slots("[-9223372036854775808]", "[9223372036854775807]"), -1);
    ck_assert_int_eq(slots("[-1.5]", "[-1.25]"), -1);
    ck_assert_int_eq(slots("[-0.5]", "[1e-300]"), -1);
    ck_assert_int_eq(slots("[1e308]", "[1.5]"), 1);
    ck_assert_int_eq(slots("[-0.0]", "[0.0]"), 0);
    ck_assert_int_eq(slots("[false]", "[true]"), -1);
    ck_assert_int_eq(slots("[\"abc\"]", "[\"abd\"]"), -1);
    ck_assert_int_eq(slots("[\"abc\"]", "[\"abc\"]"), 0);
    ck_assert_int_ne(slots("[\"the same eight letters a\"]", "[\"the same eight letters b\"]"), 0);
    ck_assert_int_ne(slots("[\"a\",\"b\"]", "[\"b\",\"a\"]"), 0);
    ck_assert_int_ne(slots("[\"ab\",\"c\"]", "[\"a\",\"bc\"]"), 0);
    ck_assert_int_ne(slots("[1,2]", "[\"1\",\"2\"]"), 0);
    ck_assert_int_eq(slots("[1,\"x\",true]", "[1,\"x\",true]"), 0);
    ck_assert_int_eq(slots("[null]", "[1]"), -2);
    ck_assert_int_eq(slots("[1,null]", "[1,1]"), -2);
    ck_assert_int_ne(slots("[[\"a\"]]", "[[\"b\"]]"), 0);
    const struct rd_value *missing = NULL;
    unsigned char slot[RD_INDEX_VALUE_BYTES];
    ck_assert(!rd_index_slot(&missing, 1, &scratch, slot));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("catalogue");
    TCase *tcase = tcase_create("catalogue");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, names_keep_their_numbers);
    tcase_add_test(tcase, many_indexes);
    tcase_add_test(tcase, slots_keep_order_and_tell_apart);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
