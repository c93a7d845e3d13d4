/* Stored bytes: there and back, the same bytes always, and damage of every kind found. */
#include <math.h>
#include <msgpack.h>
#include <signal.h>
#include <string.h>

#include "base/pack.h"
#include "unit/unit.h"

static struct rd_arena arena;
static struct rd_buf buf;

static void setup(void)
{
    rd_arena_init(&arena);
    rd_buf_init(&buf);
}

static void teardown(void)
{
    rd_arena_fini(&arena);
    rd_buf_fini(&buf);
}

/* The library's packer, as the oracle of ours. */
static void pack_as_others_do(msgpack_packer *packer, const struct rd_value *value)
{
    switch (value->kind) {
    case RD_NULL:
        msgpack_pack_nil(packer);
        break;
    case RD_BOOL:
        if (value->boolean)
            msgpack_pack_true(packer);
        else
            msgpack_pack_false(packer);
        break;
    case RD_INT:
        msgpack_pack_int64(packer, value->integer);
        break;
    case RD_REAL:
        msgpack_pack_double(packer, value->real);
        break;
    case RD_TEXT:
        msgpack_pack_str(packer, value->count);
        msgpack_pack_str_body(packer, value->text, value->count);
        break;
    case RD_LIST:
        msgpack_pack_array(packer, value->count);
        for (uint32_t i = 0; i < value->count; i++)
            pack_as_others_do(packer, &value->items[i]);
        break;
    case RD_MAP:
        msgpack_pack_map(packer, value->count);
        for (uint32_t i = 0; i < value->count; i++) {
            size_t len = strlen(value->pairs[i].key);
            msgpack_pack_str(packer, len);
            msgpack_pack_str_body(packer, value->pairs[i].key, len);
            pack_as_others_do(packer, &value->pairs[i].value);
        }
        break;
    }
}

static void same_bytes_as_others(const struct rd_value *value)
{
    msgpack_sbuffer theirs;
    msgpack_packer packer;
    msgpack_sbuffer_init(&theirs);
    msgpack_packer_init(&packer, &theirs, msgpack_sbuffer_write);
    pack_as_others_do(&packer, value);
    ck_assert_uint_eq(theirs.size, buf.len);
    ck_assert(memcmp(theirs.data, buf.data, buf.len) == 0);
    msgpack_sbuffer_destroy(&theirs);
}

static void round_trip(const struct rd_value *value)
{
    rd_buf_clear(&buf);
    rd_pack_write(&buf, value);
    same_bytes_as_others(value);
    struct rd_value back;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_pack_read(&arena, buf.data, buf.len, &back, &error);
    ck_assert_msg(status == RD_OK, "%s", error.text);
    ck_assert(rd_value_equal(value, &back));
}

static void damaged(const char *bytes, size_t len)
{
    struct rd_value value;
    struct rd_error error = RD_ERROR_NONE;
    ck_assert_int_eq(rd_pack_read(&arena, bytes, len, &value, &error), RD_CORRUPT);
    ck_assert_int_eq(error.status, RD_CORRUPT);
}

START_TEST(test_integers)
{
    const int64_t edges[] = { 0, 127, 128, 255, 256, 32767, 65535, 65536, INT32_MAX, UINT32_MAX };
    for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
        for (int64_t step = -2; step <= 2; step++) {
            struct rd_value up = rd_int(edges[i] + step);
            struct rd_value down = rd_int(-edges[i] + step);
            round_trip(&up);
            round_trip(&down);
        }
    }
    struct rd_value most = rd_int(INT64_MAX), least = rd_int(INT64_MIN);
    round_trip(&most);
    ck_assert_uint_eq(buf.len, 9);
    round_trip(&least);
    struct rd_value small = rd_int(-32);
    round_trip(&small);
    ck_assert_uint_eq(buf.len, 1);
}
END_TEST

START_TEST(test_reals_bools_null)
{
    struct rd_value values[] = { rd_real(0.1),   rd_real(-1e300), rd_real(INFINITY), rd_bool(true),
                                 rd_bool(false), rd_null(),       rd_real(1.0 / 3.0) };
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        round_trip(&values[i]);
    struct rd_value nan = rd_real(NAN), back;
    rd_buf_clear(&buf);
    rd_pack_write(&buf, &nan);
    ck_assert_int_eq(rd_pack_read(&arena, buf.data, buf.len, &back, NULL), RD_OK);
    ck_assert(isnan(back.real));
}
END_TEST

START_TEST(test_texts_of_every_length_class)
{
    static char text[70000];
    memset(text, 'x', sizeof(text));
    const size_t lens[] = { 0, 1, 31, 32, 255, 256, 65535, 65536, 70000 };
    for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
        struct rd_value value = rd_text_copy(&arena, text, lens[i]);
        round_trip(&value);
    }
    struct rd_value nul = rd_text_copy(&arena, "a\0猫", 5);
    round_trip(&nul);
}
END_TEST

/* Texts side by side, as keys and as values: each ends where it ends, ASCII or not. */
START_TEST(test_neighbours_end_where_they_end)
{
    char text[44];
    struct rd_value map = rd_map(), back;
    struct rd_error error;
    for (size_t len = 0; len < 40; len++) {
        memset(text, 'a', len);
        memcpy(text + len, len % 3 == 0 ? "\xE7\x8C\xAB" : "", len % 3 == 0 ? 3 : 0);
        size_t bytes = len + (len % 3 == 0 ? 3 : 0);
        const char *kept = rd_arena_copy(&arena, text, bytes);
        rd_map_add(&arena, &map, kept, rd_text(kept));
    }
    rd_pack_write(&buf, &map);
    ck_assert_int_eq(rd_pack_read(&arena, buf.data, buf.len, &back, &error), RD_OK);
    ck_assert(rd_value_equal(&map, &back));
    for (uint32_t i = 0; i < back.count; i++) {
        ck_assert_str_eq(back.pairs[i].key, map.pairs[i].key);
        ck_assert_str_eq(back.pairs[i].value.text, map.pairs[i].key);
    }
}
END_TEST

START_TEST(test_lists_and_maps_of_every_length_class)
{
    const int counts[] = { 0, 1, 15, 16, 300, 65535, 65536 };
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        struct rd_value list = rd_list();
        struct rd_value map = rd_map();
        for (int n = 0; n < counts[i]; n++) {
            rd_list_add(&arena, &list, rd_int(n));
            rd_map_add(&arena, &map, rd_arena_printf(&arena, "k%d", n), rd_int(n));
        }
        round_trip(&list);
        round_trip(&map);
        ck_assert_uint_gt(buf.len, 0);
    }
}
END_TEST

/* Something of everything, small enough to be tried at every byte. */
static struct rd_value sample(void)
{
    struct rd_value map = rd_map();
    rd_map_add(&arena, &map, "id", rd_int(123456789012));
    rd_map_add(&arena, &map, "neg", rd_int(-70000));
    rd_map_add(&arena, &map, "real", rd_real(2.5));
    rd_map_add(&arena, &map, "title", rd_text("客户投诉 about a very late refund of her money"));
    rd_map_add(&arena, &map, "open", rd_bool(true));
    rd_map_add(&arena, &map, "none", rd_null());
    struct rd_value list = rd_list();
    for (int i = 0; i < 20; i++)
        rd_list_add(&arena, &list, rd_int(i * 50));
    rd_map_add(&arena, &map, "list", list);
    return map;
}

START_TEST(test_truncated_at_every_byte)
{
    struct rd_value value = sample();
    rd_pack_write(&buf, &value);
    for (size_t len = 0; len < buf.len; len++) {
        /* a copy of just that size, so that the sanitizer sees every byte read too many */
        char *cut = malloc(len + 1);
        memcpy(cut, buf.data, len);
        damaged(cut, len);
        free(cut);
    }
}
END_TEST

START_TEST(test_any_byte_changed_is_read_or_refused)
{
    struct rd_value value = sample(), back;
    rd_pack_write(&buf, &value);
    for (size_t at = 0; at < buf.len; at++) {
        char kept = buf.data[at];
        for (int c = 0; c < 256; c++) {
            buf.data[at] = (char)c;
            enum rd_status status = rd_pack_read(&arena, buf.data, buf.len, &back, NULL);
            ck_assert(status == RD_OK || status == RD_CORRUPT);
        }
        buf.data[at] = kept;
        rd_arena_reset(&arena);
        value = sample();
    }
}
END_TEST

START_TEST(test_the_same_value_gives_the_same_bytes)
{
    struct rd_value value = sample();
    rd_pack_write(&buf, &value);
    size_t len = buf.len;
    struct rd_value back;
    ck_assert_int_eq(rd_pack_read(&arena, buf.data, len, &back, NULL), RD_OK);
    rd_pack_write(&buf, &back);
    ck_assert_uint_eq(buf.len, 2 * len);
    ck_assert_mem_eq(buf.data, buf.data + len, len);
}
END_TEST

START_TEST(test_bytes_that_are_anything_else)
{
    damaged("", 0);
    damaged("\xC0\xC0", 2);                             /* two values */
    damaged("\xC1", 1);                                 /* never used */
    damaged("\xC4\x01x", 3);                            /* bin */
    damaged("\xD4\x01x", 3);                            /* ext */
    damaged("\xC7\x01\x01x", 4);                        /* ext 8 */
    damaged("\xCA\x3F\x80\x00\x00", 5);                 /* float32 */
    damaged("\xCF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 9); /* beyond int64 */
    damaged("\x81\x01\x01", 3);                         /* key is a number */
    damaged("\x81\x90\x01", 3);                         /* key is a list */
    damaged("\x81\xA1\x00\x01", 4);                     /* NUL in a key */
    damaged("\xA2\xC3\x28", 3);                         /* not UTF-8 */
    damaged("\xDD\xFF\xFF\xFF\xFF", 5);                 /* a list that takes all memory */
    damaged("\xDF\xFF\xFF\xFF\xFF\xA0\xC0", 7);         /* a map that does */
    damaged("\xDB\xFF\xFF\xFF\xFFx", 6);                /* a text that does */
    damaged("\x93\x93\x93\xC0\xC0\xC0\xC0\xC0", 8);     /* too few items, nested */
}
END_TEST

START_TEST(test_lies_about_counts_take_no_memory)
{
    enum { LEN = 1024 * 1024 };
    char *bytes = malloc(LEN);
    /* lists in lists, each claiming nearly all that is left */
    memset(bytes, 0xC0, LEN);
    for (size_t i = 0; i < 100; i++)
        memcpy(bytes + i * 5, "\xDD\x00\x0F\x00\x00", 5);
    damaged(bytes, LEN);
    ck_assert_uint_lt(arena.total, 64u * 1024 * 1024);
    free(bytes);
}
END_TEST

static struct rd_value nested(int depth)
{
    struct rd_value value = rd_list();
    for (int i = 1; i < depth; i++) {
        struct rd_value outer = rd_list();
        if (i % 2) {
            outer = rd_map();
            rd_map_add(&arena, &outer, "k", value);
        } else {
            rd_list_add(&arena, &outer, value);
        }
        value = outer;
    }
    return value;
}

START_TEST(test_depth)
{
    struct rd_value value = nested(RD_PACK_DEPTH_MAX);
    round_trip(&value);
    char deeper[RD_PACK_DEPTH_MAX + 1];
    memset(deeper, '\x91', sizeof(deeper));
    deeper[RD_PACK_DEPTH_MAX] = '\x90';
    damaged(deeper, sizeof(deeper));
    char *deep = malloc(300000);
    for (size_t i = 0; i < 100000; i++)
        memcpy(deep + i * 3, "\xDC\x00\x01", 3);
    damaged(deep, 300000);
    free(deep);
}
END_TEST

START_TEST(test_writing_too_deep_aborts)
{
    struct rd_value value = nested(RD_PACK_DEPTH_MAX + 1);
    rd_pack_write(&buf, &value);
}
END_TEST

/* ---- names by number ---- */

/* Under each of these numbers a key and a text, of which the reader sees the letters only. */
START_TEST(test_names_are_written_by_number)
{
    struct rd_names names;
    rd_names_init(&names, NULL);
    const char *state = rd_symbol_or(names.symbols, "state");
    const char *verified = rd_symbol_or(names.symbols, "verified");
    const char *late = rd_symbol_or(names.symbols, "late");
    ck_assert_uint_eq(rd_names_give(&names, state), 1);
    ck_assert_uint_eq(rd_names_give(&names, verified), 2);
    struct rd_value map = rd_map(), back;
    rd_map_add(&arena, &map, state, rd_text(verified));
    rd_map_add(&arena, &map, rd_arena_copy(&arena, "note", 4),
               rd_text(late));   /* no number, and none is given */
    char spelled[] = "verified"; /* the letters alone are no name */
    rd_map_add(&arena, &map, spelled, rd_text(spelled));
    struct rd_error error = RD_ERROR_NONE;
    rd_pack_write_named(&buf, &map, &names);
    ck_assert_mem_eq(buf.data, "\x83\x01\xD4\x00\x02\xA4note\xA4late\xA8verified\xA8verified", 33);
    ck_assert_uint_eq(buf.len, 33);
    ck_assert_int_eq(rd_pack_read_named(&arena, buf.data, buf.len, &names, &back, &error), RD_OK);
    ck_assert(rd_value_equal(&map, &back));
    ck_assert_ptr_eq(back.pairs[0].key, state);
    ck_assert_ptr_eq(back.pairs[0].value.text, verified);
    ck_assert_ptr_ne(back.pairs[1].value.text, late);
    ck_assert_uint_eq(names.count, 2);
    rd_buf_clear(&buf);
    rd_pack_write_naming(&buf, &map, &names);
    ck_assert_uint_eq(rd_names_number(&names, late), 3);
    ck_assert_uint_eq(buf.len, 33 - 5 + 3);
    /* who has no numbers, or fewer, is told so */
    ck_assert_int_eq(rd_pack_read(&arena, buf.data, buf.len, &back, &error), RD_CORRUPT);
    rd_names_cut(&names, 2);
    ck_assert_int_eq(rd_pack_read_named(&arena, buf.data, buf.len, &names, &back, &error),
                     RD_CORRUPT);
    ck_assert_str_eq(error.text, "stored bytes are damaged: a name has a number that no entry gave "
                                 "at byte 13");
    for (size_t len = 0; len < buf.len; len++)
        ck_assert_int_eq(rd_pack_read_named(&arena, buf.data, len, &names, &back, &error),
                         RD_CORRUPT);
    rd_names_fini(&names);
}
END_TEST

START_TEST(test_the_begin_or_end_of_a_name_is_none)
{
    struct rd_names names;
    rd_names_init(&names, NULL);
    const char *name = rd_symbol_or(names.symbols, "scripts/complaint.lua:18");
    struct rd_value list = rd_list(), back;
    rd_list_add(&arena, &list, rd_text_of(name, 7));
    for (size_t i = 1; i < strlen(name); i++)
        rd_list_add(&arena, &list, rd_text(name + i));
    rd_list_add(&arena, &list, rd_text(name));
    rd_pack_write_naming(&buf, &list, &names);
    ck_assert_uint_eq(names.count, 1);
    ck_assert_int_eq(rd_pack_read_named(&arena, buf.data, buf.len, &names, &back, NULL), RD_OK);
    ck_assert(rd_value_equal(&list, &back));
    rd_names_fini(&names);
}
END_TEST

START_TEST(test_numbers_of_every_width)
{
    struct rd_names names;
    rd_names_init(&names, NULL);
    for (int i = 1; i <= RD_SYMBOLS_MAX; i++)
        rd_names_give(&names, rd_symbol_or(names.symbols, rd_arena_printf(&arena, "n%d", i)));
    ck_assert_uint_eq(names.count, RD_SYMBOLS_MAX);
    const int numbers[] = { 1, 127, 128, 255, 256, 257, RD_SYMBOLS_MAX };
    struct rd_value map = rd_map(), back;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        rd_map_add(&arena, &map, rd_names_text(&names, (uint64_t)numbers[i]),
                   rd_text(rd_names_text(&names, (uint64_t)numbers[i])));
    rd_pack_write_naming(&buf, &map, &names);
    ck_assert_uint_eq(buf.len, 1 + 7 * 3 + 2 * 1 + 2 * 2 + 3 * 3);
    ck_assert_int_eq(rd_pack_read_named(&arena, buf.data, buf.len, &names, &back, NULL), RD_OK);
    ck_assert(rd_value_equal(&map, &back));
    for (size_t len = 0; len < buf.len; len++)
        ck_assert_int_eq(rd_pack_read_named(&arena, buf.data, len, &names, &back, NULL),
                         RD_CORRUPT);
    rd_names_fini(&names);
}
END_TEST

/* Room is asked for once a member: wherever the buffer's end happens to lie between them. */
START_TEST(test_members_at_the_end_of_the_room)
{
    struct rd_names names;
    rd_names_init(&names, NULL);
    for (size_t pad = 0; pad < 300; pad++) {
        struct rd_value map = rd_map(), list = rd_list(), back;
        char *letters = rd_arena_zalloc(&arena, pad + 1, 1);
        memset(letters, 'x', pad);
        rd_map_add(&arena, &map, "pad", rd_text_of(letters, pad));
        for (int i = 0; i < 200; i++) {
            const char *name = rd_symbol_or(names.symbols, rd_arena_printf(&arena, "n%d", i));
            rd_list_add(&arena, &list, rd_int(INT64_MIN + i));
            rd_map_add(&arena, &map, name,
                       i % 5 == 0   ? rd_real(i + 0.5)
                       : i % 5 == 1 ? rd_int(INT64_MAX - i)
                       : i % 5 == 2 ? rd_text(name)
                       : i % 5 == 3 ? list
                                    : rd_bool(i % 2));
        }
        rd_buf_fini(&buf);
        rd_buf_init(&buf);
        rd_pack_write_naming(&buf, &map, &names);
        ck_assert_int_eq(rd_pack_read_named(&arena, buf.data, buf.len, &names, &back, NULL), RD_OK);
        ck_assert(rd_value_equal(&map, &back));
        rd_arena_reset(&arena);
    }
    rd_names_fini(&names);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pack");
    TCase *tests = tcase_create("pack");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_names_are_written_by_number);
    tcase_add_test(tests, test_the_begin_or_end_of_a_name_is_none);
    tcase_add_test(tests, test_numbers_of_every_width);
    tcase_add_test(tests, test_members_at_the_end_of_the_room);
    tcase_add_test(tests, test_integers);
    tcase_add_test(tests, test_reals_bools_null);
    tcase_add_test(tests, test_texts_of_every_length_class);
    tcase_add_test(tests, test_neighbours_end_where_they_end);
    tcase_add_test(tests, test_lists_and_maps_of_every_length_class);
    tcase_add_test(tests, test_truncated_at_every_byte);
    tcase_add_test(tests, test_any_byte_changed_is_read_or_refused);
    tcase_add_test(tests, test_the_same_value_gives_the_same_bytes);
    tcase_add_test(tests, test_bytes_that_are_anything_else);
    tcase_add_test(tests, test_lies_about_counts_take_no_memory);
    tcase_add_test(tests, test_depth);
    if (unit_forks())
        tcase_add_test_raise_signal(tests, test_writing_too_deep_aborts, SIGABRT);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
