/* Normal forms: what is spelled differently and is the same, and what is not. */
#include "domain/normal.h"

#include <string.h>

#include "base/arena.h"
#include "domain/model.h"
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

static void expect(enum rd_normal normal, const char *text, const char *form)
{
    struct rd_value value = rd_text(text), made = rd_normal_value(normal, &value, &arena);
    ck_assert_msg(strcmp(made.text, form) == 0, "'%s' gives '%s', not '%s'", text, made.text, form);
    struct rd_value again = rd_normal_value(normal, &made, &arena);
    ck_assert_msg(strcmp(again.text, form) == 0, "'%s' gives '%s' when it is done twice", form,
                  again.text);
}

START_TEST(telephone_numbers)
{
    static const char *const MOBILE[] = { "13800000001",         "138 0000 0001",
                                          "138-0000-0001",       "+86 13800000001",
                                          "+86 (138) 0000-0001", "0086 138 0000 0001",
                                          "1３８0000000１",      "＋86－138－0000－0001",
                                          " 13800000001 " };
    for (size_t i = 0; i < sizeof MOBILE / sizeof *MOBILE; i++)
        expect(RD_NORMAL_PHONE, MOBILE[i], "13800000001");
    static const char *const DESK[] = { "020-88887777", "(020) 8888 7777", "+86 20 8888 7777",
                                        "0086-20-88887777" };
    for (size_t i = 0; i < sizeof DESK / sizeof *DESK; i++)
        expect(RD_NORMAL_PHONE, DESK[i], "02088887777");
    static const char *const EXTENSION[] = { "020-88887777-801",      "020-88887777转801",
                                             "02088887777 ext. 801",  "020 88887777 x801",
                                             "020-88887777 分机 801", "+86 20 88887777#801" };
    for (size_t i = 0; i < sizeof EXTENSION / sizeof *EXTENSION; i++)
        expect(RD_NORMAL_PHONE, EXTENSION[i], "02088887777;801");
    expect(RD_NORMAL_PHONE, "+86 400 123 4567", "4001234567");
    expect(RD_NORMAL_PHONE, "400-123-4567", "4001234567");
    expect(RD_NORMAL_PHONE, "+1 650 253 0000", "+16502530000");
    expect(RD_NORMAL_PHONE, "001 650 253 0000", "+16502530000");
    expect(RD_NORMAL_PHONE, "12345", "12345");
    expect(RD_NORMAL_PHONE, "+86", "+86");
}
END_TEST

START_TEST(names)
{
    expect(RD_NORMAL_NAME, "Li  Wei", "li wei");
    expect(RD_NORMAL_NAME, "  LI WEI ", "li wei");
    expect(RD_NORMAL_NAME, "李 伟", "李伟");
    expect(RD_NORMAL_NAME, "李　伟", "李伟");
    expect(RD_NORMAL_NAME, "ＡＣＭＥ　Ltd", "acme ltd");
    expect(RD_NORMAL_NAME, "ACME 中国 Ltd", "acme中国ltd");
    expect(RD_NORMAL_NAME, "ÅSA ÖBERG", "åsa öberg");
    expect(RD_NORMAL_NAME, "ŁUKASZ ŻAK", "łukasz żak");
    expect(RD_NORMAL_NAME, "ΣΟΦΟΣ", "σοφοσ");
    expect(RD_NORMAL_NAME, "σοφος", "σοφοσ"); /* a final sigma is a sigma */
    expect(RD_NORMAL_NAME, "ИВАН ЁЛКИН", "иван ёлкин");
    expect(RD_NORMAL_NAME, "阿凡提 • 买买提", "阿凡提·买买提");
    expect(RD_NORMAL_NAME, "Ÿ", "ÿ");
}
END_TEST

START_TEST(codes)
{
    expect(RD_NORMAL_CODE, "ab-12 34", "AB1234");
    expect(RD_NORMAL_CODE, "ＡＢ－１２—34", "AB1234");
    expect(RD_NORMAL_CODE, "91440101MA5xxxxx1x", "91440101MA5XXXXX1X");
}
END_TEST

START_TEST(of_what_nothing_is_left_stays_as_it_is)
{
    expect(RD_NORMAL_PHONE, "unknown", "unknown");
    expect(RD_NORMAL_NAME, "   ", "   ");
    expect(RD_NORMAL_CODE, "--", "--");
    expect(RD_NORMAL_PHONE, "", "");
    struct rd_value number = rd_int(5);
    ck_assert_int_eq(rd_normal_value(RD_NORMAL_PHONE, &number, &arena).integer, 5);
}
END_TEST

START_TEST(long_and_broken_texts_do_no_harm)
{
    char digits[4096];
    memset(digits, '7', sizeof digits - 1);
    digits[sizeof digits - 1] = 0;
    struct rd_value value = rd_text(digits);
    struct rd_value made = rd_normal_value(RD_NORMAL_PHONE, &value, &arena);
    ck_assert_uint_eq(made.count, 64);
    memcpy(digits, "+86", 3);
    made = rd_normal_value(RD_NORMAL_PHONE, &value, &arena);
    ck_assert_uint_le(made.count, 64);
    static const char CUT[] = "Li \xE6\x9D";
    struct rd_value cut = { .kind = RD_TEXT, .count = sizeof CUT - 1, .text = CUT };
    (void)rd_normal_value(RD_NORMAL_NAME, &cut, &arena); /* a sanitizer says whether it overreads */
}
END_TEST

START_TEST(equality_goes_by_the_type)
{
    struct rd_type phone = { .kind = RD_TYPE_TEXT, .normal = RD_NORMAL_PHONE },
                   plain = { .kind = RD_TYPE_TEXT };
    struct rd_value a = rd_text("138 0000 0001"), b = rd_text("13800000001"), none = rd_null();
    ck_assert(rd_normal_equal(&phone, &a, &b));
    ck_assert(!rd_normal_equal(&plain, &a, &b));
    ck_assert(!rd_normal_equal(NULL, &a, &b));
    ck_assert(!rd_normal_equal(&phone, &a, &none));
}
END_TEST

START_TEST(their_words)
{
    enum rd_normal normal;
    for (int i = RD_NORMAL_PHONE; i <= RD_NORMAL_CODE; i++) {
        ck_assert(rd_normal_find(rd_normal_name((enum rd_normal)i), &normal));
        ck_assert_int_eq((int)normal, i);
    }
    ck_assert(!rd_normal_find("fax", &normal));
    ck_assert(!rd_normal_find("", &normal));
    struct rd_field field = { .name = "phone", .type = { .normal = RD_NORMAL_PHONE } };
    ck_assert_str_eq(rd_normal_field(&arena, &field), "phone~phone");
    field.type.normal = RD_NORMAL_NONE;
    ck_assert_str_eq(rd_normal_field(&arena, &field), "phone");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("normal");
    TCase *tcase = tcase_create("normal");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, telephone_numbers);
    tcase_add_test(tcase, names);
    tcase_add_test(tcase, codes);
    tcase_add_test(tcase, of_what_nothing_is_left_stays_as_it_is);
    tcase_add_test(tcase, long_and_broken_texts_do_no_harm);
    tcase_add_test(tcase, equality_goes_by_the_type);
    tcase_add_test(tcase, their_words);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
