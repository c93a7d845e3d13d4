/* Errors and the table of status codes. */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "unit/unit.h"

START_TEST(test_set_fills_and_returns)
{
    struct rd_error error = RD_ERROR_NONE;
    ck_assert_int_eq(rd_error_set(&error, RD_BAD_FORM, "field %s: %d", "amount", 3), RD_BAD_FORM);
    ck_assert_int_eq(error.status, RD_BAD_FORM);
    ck_assert_str_eq(error.text, "field amount: 3");
    ck_assert_str_eq(error.where, "");
    ck_assert_ptr_null(error.detail);
}
END_TEST

START_TEST(test_null_error_is_fine)
{
    ck_assert_int_eq(rd_error_set(NULL, RD_BUSY, "x"), RD_BUSY);
    ck_assert_int_eq(rd_error_at(NULL, RD_BUSY, "/a", "x"), RD_BUSY);
    ck_assert_int_eq(rd_error_errno(NULL, RD_IO, ENOSPC, "x"), RD_STORAGE_FULL);
}
END_TEST

START_TEST(test_at_keeps_the_place)
{
    struct rd_error error = RD_ERROR_NONE;
    rd_error_at(&error, RD_INVALID_PARAMS, "/form/amount", "not a number");
    ck_assert_str_eq(error.where, "/form/amount");
    rd_error_at(&error, RD_INVALID_PARAMS, NULL, "not a number");
    ck_assert_str_eq(error.where, "");
}
END_TEST

START_TEST(test_errno_text_and_full_disks)
{
    struct rd_error error = RD_ERROR_NONE;
    ck_assert_int_eq(rd_error_errno(&error, RD_IO, ENOENT, "opening %s", "x"), RD_IO);
    ck_assert_str_eq(error.text, "opening x: No such file or directory");
    ck_assert_int_eq(rd_error_errno(&error, RD_IO, EDQUOT, "writing"), RD_STORAGE_FULL);
    ck_assert_int_eq(rd_error_errno(&error, RD_IO, EFBIG, "writing"), RD_STORAGE_FULL);
    ck_assert_int_eq(error.status, RD_STORAGE_FULL);
    ck_assert_int_eq(rd_error_errno(&error, RD_IO, ENOSPC, "writing"), RD_STORAGE_FULL);
    ck_assert_str_eq(error.text, "writing: No space left on device");
}
END_TEST

START_TEST(test_an_error_may_be_wrapped_in_itself)
{
    struct rd_error error = RD_ERROR_NONE;
    rd_error_at(&error, RD_IO, "a:1", "inner");
    rd_error_at(&error, RD_CORRUPT, error.where, "outer: %s", error.text);
    ck_assert_str_eq(error.text, "outer: inner");
    ck_assert_str_eq(error.where, "a:1");
}
END_TEST

START_TEST(test_long_text_is_cut_between_letters)
{
    char text[RD_ERROR_TEXT_MAX + 64];
    for (size_t lead = 0; lead < 4; lead++) {
        memset(text, 'a', lead);
        for (size_t i = lead; i + 4 < sizeof(text); i += 4)
            memcpy(text + i, "\xF0\x9F\x90\x88", 5);
        struct rd_error error = RD_ERROR_NONE;
        rd_error_at(&error, RD_IO, text, "%s", text);
        size_t len = strlen(error.text);
        ck_assert_uint_gt(len, RD_ERROR_TEXT_MAX - 6);
        ck_assert(rd_text_is_utf8(error.text, len));
        ck_assert(rd_text_is_utf8(error.where, strlen(error.where)));
        rd_error_errno(&error, RD_IO, ENOENT, "%s", text);
        ck_assert(rd_text_is_utf8(error.text, strlen(error.text)));
    }
}
END_TEST

/* "%.4s" of a text of others may end inside of a letter: the reply is JSON all the same. */
START_TEST(test_what_is_cut_inside_of_a_letter_is_shown_as_such)
{
    struct rd_error error = RD_ERROR_NONE;
    rd_error_set(&error, RD_BAD_FORM, "'%.4s' is no unit, '%s' either", "\xe6\x8a\x95\xe8\xaf\x89",
                 "\xff\xfe");
    ck_assert_str_eq(error.text, "'\xe6\x8a\x95?' is no unit, '\?\?' either");
    rd_error_at(&error, RD_BAD_FORM, "/a\xc3", "x");
    ck_assert_str_eq(error.where, "/a?");
}
END_TEST

START_TEST(test_exact_fit_is_not_cut)
{
    char text[RD_ERROR_TEXT_MAX];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    struct rd_error error = RD_ERROR_NONE;
    rd_error_set(&error, RD_IO, "%s", text);
    ck_assert_str_eq(error.text, text);
}
END_TEST

/* Clients switch on these: a changed one is a broken promise. */
START_TEST(test_wire_codes_and_exit_codes)
{
    ck_assert_int_eq(rd_status_code(RD_PARSE_ERROR), -32700);
    ck_assert_int_eq(rd_status_code(RD_INVALID_PARAMS), -32602);
    ck_assert_int_eq(rd_status_code(RD_NOT_FOUND), 1001);
    ck_assert_int_eq(rd_status_code(RD_STALE_VERSION), 1002);
    ck_assert_int_eq(rd_status_code(RD_IN_PROGRESS), 1022);
    ck_assert_str_eq(rd_status_name(RD_STALE_VERSION), "stale_version");
    ck_assert_int_eq(rd_status_exit(RD_OK), 0);
    ck_assert_int_eq(rd_status_exit(RD_NO_SERVER), 3);
    ck_assert_int_eq(rd_status_exit(RD_NOT_ALLOWED), 4);
    ck_assert_int_eq(rd_status_exit(RD_NOT_FOUND), 5);
    ck_assert_int_eq(rd_status_exit(RD_STALE_VERSION), 6);
}
END_TEST

START_TEST(test_inside_statuses_are_internal_errors_on_the_wire)
{
    ck_assert_int_eq(rd_status_code(RD_CORRUPT), rd_status_code(RD_INTERNAL_ERROR));
    ck_assert_int_eq(rd_status_code(RD_IO), -32603);
}
END_TEST

START_TEST(test_names_and_codes_are_unique)
{
    for (int a = 0; a < RD_STATUS_COUNT; a++) {
        ck_assert_uint_gt(strlen(rd_status_text((enum rd_status)a)), 0);
        for (int b = 0; b < a; b++) {
            ck_assert_str_ne(rd_status_name((enum rd_status)a), rd_status_name((enum rd_status)b));
            int code = rd_status_code((enum rd_status)a);
            if (code != -32603)
                ck_assert_int_ne(code, rd_status_code((enum rd_status)b));
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("error");
    TCase *tests = tcase_create("error");
    tcase_add_test(tests, test_set_fills_and_returns);
    tcase_add_test(tests, test_null_error_is_fine);
    tcase_add_test(tests, test_at_keeps_the_place);
    tcase_add_test(tests, test_errno_text_and_full_disks);
    tcase_add_test(tests, test_an_error_may_be_wrapped_in_itself);
    tcase_add_test(tests, test_long_text_is_cut_between_letters);
    tcase_add_test(tests, test_what_is_cut_inside_of_a_letter_is_shown_as_such);
    tcase_add_test(tests, test_exact_fit_is_not_cut);
    tcase_add_test(tests, test_wire_codes_and_exit_codes);
    tcase_add_test(tests, test_inside_statuses_are_internal_errors_on_the_wire);
    tcase_add_test(tests, test_names_and_codes_are_unique);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
