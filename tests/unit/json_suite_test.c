/* What must be read and what must be refused, case by case, in the manner of the well-known JSON
 * parsing suite (names as there: y_ must be read, n_ must not; of what it leaves open, i_, ours is
 * said by the kind). All of its texts have their verdict here, but for four that it wants read and
 * that are refused on purpose: object_duplicated_key and object_duplicated_key_and_value (two
 * answers to one question are none), object_escaped_null_in_key and string_null_escape (a text
 * ends where C thinks that it does). Then texts that were read are damaged at random: nothing may
 * be read beyond their end, what is read must be written and read again as the same, and all of it
 * must end. */
#include <string.h>

#include "base/json.h"
#include "unit/unit.h"

#define DEPTH 16

struct json_case {
    const char *name, *bytes;
    size_t len;
    const char *written; /* what it is read as; NULL: refused */
};
#define Y(name, text, written)                                                                     \
    {                                                                                              \
        "y_" name, text, sizeof(text) - 1, written                                                 \
    }
#define N(name, text)                                                                              \
    {                                                                                              \
        "n_" name, text, sizeof(text) - 1, NULL                                                    \
    }

static const struct json_case json_cases[] = {
    /* lists */
    Y("array_arraysWithSpaces", "[[]   ]", "[[]]"),
    Y("array_empty-string", "[\"\"]", "[\"\"]"),
    Y("array_empty", "[]", "[]"),
    Y("array_ending_with_newline", "[\"a\"]\n", "[\"a\"]"),
    Y("array_false", "[false]", "[false]"),
    Y("array_heterogeneous", "[null, 1, \"1\", {}]", "[null,1,\"1\",{}]"),
    Y("array_null", "[null]", "[null]"),
    Y("array_with_1_and_newline", "[1\n]", "[1]"),
    Y("array_with_leading_space", " [1]", "[1]"),
    Y("array_with_several_null", "[1,null,null,null,2]", "[1,null,null,null,2]"),
    Y("array_with_trailing_space", "[2] ", "[2]"),
    Y("array_nested", "[[[[[[]]]]]]", "[[[[[[]]]]]]"),
    Y("array_of_more_than_the_first_stack",
      "[0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9]",
      "[0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9]"),
    N("array_1_true_without_comma", "[1 true]"),
    N("array_a_invalid_utf8", "[a\xe5]"),
    N("array_colon_instead_of_comma", "[\"\": 1]"),
    N("array_comma_after_close", "[\"\"],"),
    N("array_comma_and_number", "[,1]"),
    N("array_double_comma", "[1,,2]"),
    N("array_double_extra_comma", "[\"x\",,]"),
    N("array_extra_close", "[\"x\"]]"),
    N("array_extra_comma", "[\"\",]"),
    N("array_incomplete", "[\"x\""),
    N("array_incomplete_invalid_value", "[x"),
    N("array_inner_array_no_comma", "[3[4]]"),
    N("array_invalid_utf8", "[\xff]"),
    N("array_items_separated_by_semicolon", "[1;2]"),
    N("array_just_comma", "[,]"),
    N("array_just_minus", "[-]"),
    N("array_missing_value", "[   , \"\"]"),
    N("array_newlines_unclosed", "[\"a\",\n4\n,1,"),
    N("array_number_and_comma", "[1,]"),
    N("array_number_and_several_commas", "[1,,]"),
    N("array_spaces_vertical_tab_formfeed", "[\"\va\"\\f]"),
    N("array_star_inside", "[*]"),
    N("array_unclosed", "[\"\""),
    N("array_unclosed_trailing_comma", "[1,"),
    N("array_unclosed_with_new_lines", "[1,\n1\n,1"),
    N("array_unclosed_with_object_inside", "[{}"),
    N("array_closed_as_map", "[1}"),
    N("array_round", "(1)"),

    /* words */
    Y("structure_lonely_true", "true", "true"),
    Y("structure_lonely_false", "false", "false"),
    Y("structure_lonely_null", "null", "null"),
    Y("structure_true_in_array", "[true]", "[true]"),
    N("incomplete_false", "[fals]"),
    N("incomplete_null", "[nul]"),
    N("incomplete_true", "[tru]"),
    N("incomplete_true_at_the_end", "tru"),
    N("structure_capitalized_True", "[True]"),
    N("structure_uppercase_null", "NULL"),
    N("word_and_more", "truex"),
    N("word_undefined", "undefined"),

    /* numbers */
    Y("number", "[123e65]", "[1.23e+67]"),
    Y("number_0e+1", "[0e+1]", "[0.0]"),
    Y("number_0e1", "[0e1]", "[0.0]"),
    Y("number_after_space", "[ 4]", "[4]"),
    Y("number_double_close_to_zero",
      "[-0.0000000000000000000000000000000000000000000000000000000001]", "[-1e-58]"),
    Y("number_int_with_exp", "[20e1]", "[200.0]"),
    Y("number_minus_zero", "[-0]", "[0]"),
    Y("number_negative_int", "[-123]", "[-123]"),
    Y("number_negative_one", "[-1]", "[-1]"),
    Y("number_negative_zero", "[-0.0]", "[-0.0]"),
    Y("number_real_capital_e", "[1E22]", "[1e+22]"),
    Y("number_real_capital_e_neg_exp", "[1E-2]", "[0.01]"),
    Y("number_real_capital_e_pos_exp", "[1E+2]", "[100.0]"),
    Y("number_real_exponent", "[123e45]", "[1.23e+47]"),
    Y("number_real_fraction_exponent", "[123.456e78]", "[1.23456e+80]"),
    Y("number_real_neg_exp", "[1e-2]", "[0.01]"),
    Y("number_real_pos_exponent", "[1e+2]", "[100.0]"),
    Y("number_simple_int", "[123]", "[123]"),
    Y("number_simple_real", "[123.456789]", "[123.456789]"),
    Y("structure_lonely_int", "42", "42"),
    Y("structure_lonely_negative_real", "-0.1", "-0.1"),
    Y("number_int64_max", "9223372036854775807", "9223372036854775807"),
    Y("number_int64_min", "-9223372036854775808", "-9223372036854775808"),
    Y("number_real_underflow", "[123e-10000000]", "[0.0]"),
    Y("number_double_huge_neg_exp", "[123.456e-789]", "[0.0]"),
    Y("number_real_of_many_digits", "[0.10000000000000000000000000000000000000000001]", "[0.1]"),
    Y("number_leading_zero_of_a_fraction", "[0.5]", "[0.5]"),
    N("number_huge_exp", "[0.4e00669999999999999999999999999999999999999999999999999999999999e9]"),
    N("number_real_pos_overflow", "[123123e100000]"),
    N("number_real_neg_overflow", "[-123123e100000]"),
    N("number_neg_int_huge_exp", "[-1e+9999]"),
    N("number_pos_double_huge_exp", "[1.5e+9999]"),
    N("number_too_big_pos_int", "[9223372036854775808]"),
    N("number_too_big_neg_int", "[-9223372036854775809]"),
    N("number_beyond_unsigned", "[18446744073709551616]"),
    N("number_very_big_negative_int", "[-237462374673276894279832749832423479823246327846]"),
    N("number_++", "[++1234]"),
    N("number_+1", "[+1]"),
    N("number_+Inf", "[+Inf]"),
    N("number_-01", "[-01]"),
    N("number_-1.0.", "[-1.0.]"),
    N("number_-2.", "[-2.]"),
    N("number_-NaN", "[-NaN]"),
    N("number_-foo", "[-foo]"),
    N("number_.-1", "[.-1]"),
    N("number_.2e-3", "[.2e-3]"),
    N("number_0.1.2", "[0.1.2]"),
    N("number_0.3e", "[0.3e]"),
    N("number_0.3e+", "[0.3e+]"),
    N("number_0.e1", "[0.e1]"),
    N("number_0_capital_E", "[0E]"),
    N("number_0_capital_E+", "[0E+]"),
    N("number_0e", "[0e]"),
    N("number_0e+", "[0e+]"),
    N("number_1.0e", "[1.0e]"),
    N("number_1.0e+", "[1.0e+]"),
    N("number_1.0e-", "[1.0e-]"),
    N("number_1_000", "[1 000.0]"),
    N("number_1eE2", "[1eE2]"),
    N("number_2.e+3", "[2.e+3]"),
    N("number_2.e-3", "[2.e-3]"),
    N("number_2.e3", "[2.e3]"),
    N("number_9.e+", "[9.e+]"),
    N("number_Inf", "[Inf]"),
    N("number_infinity", "[Infinity]"),
    N("number_minus_infinity", "[-Infinity]"),
    N("number_NaN", "[NaN]"),
    N("number_U+FF11_fullwidth_digit_one", "[\xef\xbc\x91]"),
    N("number_expression", "[1+2]"),
    N("number_hex_1_digit", "[0x1]"),
    N("number_hex_2_digits", "[0x42]"),
    N("number_invalid+-", "[0e+-1]"),
    N("number_invalid-negative-real", "[-123.123foo]"),
    N("number_invalid-utf-8-in-bigger-int", "[123\xe5]"),
    N("number_invalid-utf-8-in-exponent", "[1e1\xe5]"),
    N("number_invalid-utf-8-in-int", "[0\xe5]"),
    N("number_minus_sign_with_trailing_garbage", "[-foo]"),
    N("number_minus_space_1", "[- 1]"),
    N("number_neg_int_starting_with_zero", "[-012]"),
    N("number_neg_real_without_int_part", "[-.123]"),
    N("number_neg_with_garbage_at_end", "[-1x]"),
    N("number_real_garbage_after_e", "[1ea]"),
    N("number_real_with_invalid_utf8_after_e", "[1e\xe5]"),
    N("number_real_without_fractional_part", "[1.]"),
    N("number_starting_with_dot", "[.123]"),
    N("number_with_alpha", "[1.2a-3]"),
    N("number_with_alpha_char", "[1.8011670033376514H-308]"),
    N("number_with_leading_zero", "[012]"),
    N("number_two_zeros", "00"),
    N("multidigit_number_then_00", "123\0"),
    N("number_-00.0", "[-00.0]"),
    N("number_-00e0", "[-00e0]"),
    N("number_00.0", "[00.0]"),
    N("number_00e0", "[00e0]"),
    N("number_at_the_end", "-"),
    N("number_point_at_the_end", "1."),

    /* maps */
    Y("object", "{\"asd\":\"sdf\", \"dfg\":\"fgh\"}", "{\"asd\":\"sdf\",\"dfg\":\"fgh\"}"),
    Y("object_basic", "{\"asd\":\"sdf\"}", "{\"asd\":\"sdf\"}"),
    Y("object_empty", "{}", "{}"),
    Y("object_empty_key", "{\"\":0}", "{\"\":0}"),
    Y("object_extreme_numbers", "{ \"min\": -1.0e+28, \"max\": 1.0e+28 }",
      "{\"min\":-1e+28,\"max\":1e+28}"),
    Y("object_long_strings",
      "{\"x\":[{\"id\": \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}], "
      "\"id\": \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}",
      "{\"x\":[{\"id\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}],"
      "\"id\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}"),
    Y("object_simple", "{\"a\":[]}", "{\"a\":[]}"),
    Y("object_string_unicode", "{\"title\":\"\\u041f\\u043e\\u043b\" }", "{\"title\":\"Пол\"}"),
    Y("object_with_newlines", "{\n\"a\": \"b\"\n}", "{\"a\":\"b\"}"),
    Y("object_keys_alike", "{\"a\":1,\"ab\":2,\"A\":3,\"aa\":4}",
      "{\"a\":1,\"ab\":2,\"A\":3,\"aa\":4}"),
    Y("object_of_seventeen_keys",
      "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"k\":1,"
      "\"l\":1,\"m\":1,\"n\":1,\"o\":1,\"p\":1,\"q\":1}",
      "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"k\":1,"
      "\"l\":1,\"m\":1,\"n\":1,\"o\":1,\"p\":1,\"q\":1}"),
    N("object_duplicated_key", "{\"a\":\"b\",\"a\":\"c\"}"),
    N("object_duplicated_key_and_value", "{\"a\":\"b\",\"a\":\"b\"}"),
    N("object_duplicated_empty_key", "{\"\":1,\"\":2}"),
    N("object_duplicated_by_an_escape", "{\"ab\":1,\"\\u0061b\":2}"),
    N("object_duplicated_among_seventeen",
      "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"k\":1,"
      "\"l\":1,\"m\":1,\"n\":1,\"o\":1,\"p\":1,\"c\":1}"),
    N("object_escaped_null_in_key", "{\"foo\\u0000bar\": 42}"),
    N("object_key_lone_2nd_surrogate", "{\"\\uDFAA\":0}"),
    N("object_bad_value", "[\"x\", truth]"),
    N("object_bracket_key", "{[: \"x\"}\n"),
    N("object_comma_instead_of_colon", "{\"x\", null}"),
    N("object_double_colon", "{\"x\"::\"b\"}"),
    N("object_emoji", "{\xf0\x9f\x87\xa8\xf0\x9f\x87\xad}"),
    N("object_garbage_at_end", "{\"a\":\"a\" 123}"),
    N("object_key_with_single_quotes", "{key: 'value'}"),
    N("object_lone_continuation_byte_in_key_and_trailing_comma", "{\"\xb9\":\"0\",}"),
    N("object_missing_colon", "{\"a\" b}"),
    N("object_missing_key", "{:\"b\"}"),
    N("object_missing_semicolon", "{\"a\" \"b\"}"),
    N("object_missing_value", "{\"a\":"),
    N("object_no-colon", "{\"a\""),
    N("object_non_string_key", "{1:1}"),
    N("object_non_string_key_but_huge_number_instead", "{9999E9999:1}"),
    N("object_repeated_null_null", "{null:null,null:null}"),
    N("object_several_trailing_commas", "{\"id\":0,,,,,}"),
    N("object_single_quote", "{'a':0}"),
    N("object_trailing_comma", "{\"id\":0,}"),
    N("object_trailing_comment", "{\"a\":\"b\"}/**/"),
    N("object_trailing_comment_open", "{\"a\":\"b\"}/**//"),
    N("object_trailing_comment_slash_open", "{\"a\":\"b\"}//"),
    N("object_trailing_comment_slash_open_incomplete", "{\"a\":\"b\"}/"),
    N("object_two_commas_in_a_row", "{\"a\":\"b\",,\"c\":\"d\"}"),
    N("object_unquoted_key", "{a: \"b\"}"),
    N("object_unterminated-value", "{\"a\":\"a"),
    N("object_with_single_string", "{ \"foo\" : \"bar\", \"a\" }"),
    N("object_with_trailing_garbage", "{\"a\":\"b\"}#"),
    N("object_closed_as_list", "{\"a\":1]"),

    /* texts */
    Y("string_1_2_3_bytes_UTF-8_sequences", "[\"\\u0060\\u012a\\u12AB\"]", "[\"`Īካ\"]"),
    Y("string_accepted_surrogate_pair", "[\"\\uD801\\udc37\"]", "[\"𐐷\"]"),
    Y("string_accepted_surrogate_pairs", "[\"\\ud83d\\ude39\\ud83d\\udc8d\"]", "[\"😹💍\"]"),
    Y("string_allowed_escapes", "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]",
      "[\"\\\"\\\\/\\b\\f\\n\\r\\t\"]"),
    Y("string_backslash_and_u_escaped_zero", "[\"\\\\u0000\"]", "[\"\\\\u0000\"]"),
    Y("string_backslash_doublequotes", "[\"\\\"\"]", "[\"\\\"\"]"),
    Y("string_comments", "[\"a/*b*/c/*d//e\"]", "[\"a/*b*/c/*d//e\"]"),
    Y("string_double_escape_a", "[\"\\\\a\"]", "[\"\\\\a\"]"),
    Y("string_double_escape_n", "[\"\\\\n\"]", "[\"\\\\n\"]"),
    Y("string_escaped_control_character", "[\"\\u0012\"]", "[\"\\u0012\"]"),
    Y("string_escaped_noncharacter", "[\"\\uFFFF\"]", "[\"\xef\xbf\xbf\"]"),
    Y("string_in_array_with_leading_space", "[ \"asd\"]", "[\"asd\"]"),
    Y("string_in_array", "[\"asd\"]", "[\"asd\"]"),
    Y("string_last_surrogates_1_and_2", "[\"\\uDBFF\\uDFFF\"]", "[\"\xf4\x8f\xbf\xbf\"]"),
    Y("string_nbsp_uescaped", "[\"new\\u00A0line\"]", "[\"new\xc2\xa0line\"]"),
    Y("string_nonCharacterInUTF-8_U+10FFFF", "[\"\xf4\x8f\xbf\xbf\"]", "[\"\xf4\x8f\xbf\xbf\"]"),
    Y("string_nonCharacterInUTF-8_U+FFFF", "[\"\xef\xbf\xbf\"]", "[\"\xef\xbf\xbf\"]"),
    Y("string_surrogates_U+1D11E_MUSICAL_SYMBOL_G_CLEF", "[\"\\uD834\\uDd1e\"]", "[\"𝄞\"]"),
    Y("string_u+2029_par_sep", "[\"\xe2\x80\xa9\"]", "[\"\xe2\x80\xa9\"]"),
    Y("string_uescaped_newline", "[\"new\\u000Aline\"]", "[\"new\\nline\"]"),
    Y("string_unicode", "[\"\\uA66D\"]", "[\"\xea\x99\xad\"]"),
    Y("string_unicodeEscapedBackslash", "[\"\\u005C\"]", "[\"\\\\\"]"),
    Y("string_unicode_2", "[\"⍂㈴⍂\"]", "[\"⍂㈴⍂\"]"),
    Y("string_unicode_U+10FFFE_nonchar", "[\"\\uDBFF\\uDFFE\"]", "[\"\xf4\x8f\xbf\xbe\"]"),
    Y("string_unicode_U+1FFFE_nonchar", "[\"\\uD83F\\uDFFE\"]", "[\"\xf0\x9f\xbf\xbe\"]"),
    Y("string_unicode_U+200B_ZERO_WIDTH_SPACE", "[\"\\u200B\"]", "[\"\xe2\x80\x8b\"]"),
    Y("string_unicode_U+2064_invisible_plus", "[\"\\u2064\"]", "[\"\xe2\x81\xa4\"]"),
    Y("string_unicode_U+FDD0_nonchar", "[\"\\uFDD0\"]", "[\"\xef\xb7\x90\"]"),
    Y("string_unicode_U+FFFE_nonchar", "[\"\\uFFFE\"]", "[\"\xef\xbf\xbe\"]"),
    Y("string_unicode_escaped_double_quote", "[\"\\u0022\"]", "[\"\\\"\"]"),
    Y("string_utf8", "[\"€𝄞\"]", "[\"€𝄞\"]"),
    Y("string_one-byte-utf-8", "[\"\\u002c\"]", "[\",\"]"),
    Y("string_pi", "[\"π\"]", "[\"π\"]"),
    Y("string_reservedCharacterInUTF-8_U+1BFFF", "[\"\xf0\x9b\xbf\xbf\"]",
      "[\"\xf0\x9b\xbf\xbf\"]"),
    Y("string_simple_ascii", "[\"asd \"]", "[\"asd \"]"),
    Y("string_space", "\" \"", "\" \""),
    Y("string_three-byte-utf-8", "[\"\\u0821\"]", "[\"ࠡ\"]"),
    Y("string_two-byte-utf-8", "[\"\\u0123\"]", "[\"ģ\"]"),
    Y("string_u+2028_line_sep", "[\"\xe2\x80\xa8\"]", "[\"\xe2\x80\xa8\"]"),
    Y("string_uEscape", "[\"\\u0061\\u30af\\u30EA\\u30b9\"]", "[\"aクリス\"]"),
    Y("string_unescaped_char_delete", "[\"\x7f\"]", "[\"\x7f\"]"),
    Y("string_with_del_character",
      "[\"a\x7f"
      "a\"]",
      "[\"a\x7f"
      "a\"]"),
    Y("string_eight_plain_then_an_escape", "\"01234567\\n01234567\"", "\"01234567\\n01234567\""),
    Y("string_escape_at_the_seventh", "\"0123456\\\"01234567890\"", "\"0123456\\\"01234567890\""),
    Y("string_escapes_only", "\"\\n\\n\\n\\n\\n\\n\\n\\n\\n\"", "\"\\n\\n\\n\\n\\n\\n\\n\\n\\n\""),
    Y("string_chinese", "\"投诉已经转给客服部门处理，请耐心等待\"",
      "\"投诉已经转给客服部门处理，请耐心等待\""),
    N("string_null_escape", "[\"\\u0000\"]"),
    N("string_1_surrogate_then_escape", "[\"\\uD800\\\"]"),
    N("string_1_surrogate_then_escape_u", "[\"\\uD800\\u\"]"),
    N("string_1_surrogate_then_escape_u1", "[\"\\uD800\\u1\"]"),
    N("string_1_surrogate_then_escape_u1x", "[\"\\uD800\\u1x\"]"),
    N("string_1st_surrogate_but_2nd_missing", "[\"\\uDADA\"]"),
    N("string_1st_valid_surrogate_2nd_invalid", "[\"\\uD888\\u1234\"]"),
    N("string_incomplete_surrogate_pair", "[\"\\uDd1ea\"]"),
    N("string_inverted_surrogates_U+1D11E", "[\"\\uDd1e\\uD834\"]"),
    N("string_lone_second_surrogate", "[\"\\uDFAA\"]"),
    N("string_incomplete_surrogate_and_escape_valid", "[\"\\uD800\\n\"]"),
    N("string_incomplete_surrogates_escape_valid", "[\"\\uD800\\uD800\\n\"]"),
    N("string_invalid_lonely_surrogate", "[\"\\ud800\"]"),
    N("string_invalid_surrogate", "[\"\\ud800abc\"]"),
    N("string_octal_escape", "[\"\\012\"]"),
    N("string_accentuated_char_no_quotes", "[\xc3\xa9]"),
    N("string_backslash_00", "[\"\\\0\"]"),
    N("string_escape_x", "[\"\\x00\"]"),
    N("string_escaped_backslash_bad", "[\"\\\\\\\"]"),
    N("string_escaped_ctrl_char_tab", "[\"\\\t\"]"),
    N("string_escaped_emoji", "[\"\\\xf0\x9f\x8c\x80\"]"),
    N("string_incomplete_escape", "[\"\\\"]"),
    N("string_incomplete_escaped_character", "[\"\\u00A\"]"),
    N("string_incomplete_surrogate", "[\"\\uD834\\uDd\"]"),
    N("string_incomplete_surrogate_escape_invalid", "[\"\\uD800\\uD800\\x\"]"),
    N("string_invalid-utf-8-in-escape", "[\"\\u\xe5\"]"),
    N("string_invalid_backslash_esc", "[\"\\a\"]"),
    N("string_invalid_unicode_escape", "[\"\\uqqqq\"]"),
    N("string_invalid_utf8_after_escape", "[\"\\\xe5\"]"),
    N("string_leading_uescaped_thinspace", "[\\u0020\"asd\"]"),
    N("string_no_quotes_with_bad_escape", "[\\n]"),
    N("string_single_doublequote", "\""),
    N("string_single_quote", "['single quote']"),
    N("string_single_string_no_double_quotes", "abc"),
    N("string_start_escape_unclosed", "[\"\\"),
    N("string_unescaped_ctrl_char", "[\"a\0a\"]"),
    N("string_unescaped_newline", "[\"new\nline\"]"),
    N("string_unescaped_tab", "[\"\t\"]"),
    N("string_unescaped_newline_behind_eight", "\"0123456789\n01234567\""),
    N("string_unescaped_0x1f_behind_eight", "\"01234567\x1f\""),
    N("string_unicode_CapitalU", "\"\\UA66D\""),
    N("string_with_trailing_garbage", "\"\"x"),
    N("string_invalid_utf-8", "[\"\xff\"]"),
    N("string_iso_latin_1", "[\"\xe9\"]"),
    N("string_lone_utf8_continuation_byte", "[\"\x81\"]"),
    N("string_not_in_unicode_range", "[\"\xf4\xbf\xbf\xbf\"]"),
    N("string_overlong_sequence_2_bytes", "[\"\xc0\xaf\"]"),
    N("string_overlong_sequence_6_bytes", "[\"\xfc\x83\xbf\xbf\xbf\xbf\"]"),
    N("string_overlong_sequence_6_bytes_null", "[\"\xfc\x80\x80\x80\x80\x80\"]"),
    N("string_truncated-utf-8", "[\"\xe0\xff\"]"),
    N("string_UTF8_surrogate_U+D800", "[\"\xed\xa0\x80\"]"),
    N("string_utf16LE_no_BOM", "[\0\"\0\xe9\0\"\0]\0"),
    N("string_utf16BE_no_BOM", "\0[\0\"\0\xe9\0\"\0]"),
    N("string_UTF-16LE_with_BOM", "\xff\xfe[\0\"\0\xe9\0\"\0]\0"),
    N("string_UTF-8_invalid_sequence", "[\"日ш\xfa\"]"),

    /* the whole */
    Y("structure_lonely_string", "\"asd\"", "\"asd\""),
    Y("structure_string_empty", "\"\"", "\"\""),
    Y("structure_trailing_newline", "[\"a\"]\r\n", "[\"a\"]"),
    Y("structure_whitespace_array", " \t\r\n[] \t\r\n", "[]"),
    N("structure_no_data", ""),
    N("single_space", " "),
    N("structure_100000_opening_arrays_short", "[[[[[[[["),
    N("structure_angle_bracket_.", "[<.>]"),
    N("structure_<null>", "[<null>]"),
    N("structure_UTF8_BOM_no_data", "\xef\xbb\xbf"),
    N("structure_UTF-8_BOM_empty_object", "\xef\xbb\xbf{}"),
    N("structure_angle_bracket_null", "<null>"),
    N("structure_array_trailing_garbage", "[1]x"),
    N("structure_array_with_extra_array_close", "[1]]"),
    N("structure_array_with_unclosed_string", "[\"asd]"),
    N("structure_ascii-unicode-identifier", "a\xc3\xa5"),
    N("structure_close_unopened_array", "1]"),
    N("structure_comma_instead_of_closing_brace", "{\"x\": true,"),
    N("structure_double_array", "[][]"),
    N("structure_end_array", "]"),
    N("structure_incomplete_UTF8_BOM", "\xef\xbb{}"),
    N("structure_lone-invalid-utf-8", "\xe5"),
    N("structure_lone-open-bracket", "["),
    N("structure_null-byte-outside-string", "[\0]"),
    N("structure_null-byte-behind", "[]\0"),
    N("structure_number_with_trailing_garbage", "2@"),
    N("structure_object_followed_by_closing_object", "{}}"),
    N("structure_object_unclosed_no_value", "{\"\":"),
    N("structure_object_with_comment", "{\"a\":/*comment*/\"b\"}"),
    N("structure_object_with_trailing_garbage", "{\"a\": true} \"x\""),
    N("structure_open_array_apostrophe", "['"),
    N("structure_open_array_comma", "[,"),
    N("structure_open_array_open_object", "[{"),
    N("structure_open_array_open_string", "[\"a"),
    N("structure_open_array_string", "[\"a\""),
    N("structure_open_object", "{"),
    N("structure_open_object_close_array", "{]"),
    N("structure_open_object_comma", "{,"),
    N("structure_open_object_open_array", "{["),
    N("structure_open_object_open_string", "{\"a"),
    N("structure_open_object_string_with_apostrophes", "{'a'"),
    N("structure_open_open", "[\"\\{[\"\\{[\"\\{[\"\\{"),
    N("structure_single_eacute", "\xe9"),
    N("structure_single_star", "*"),
    N("structure_trailing_#", "{\"a\":\"b\"}#{}"),
    N("structure_U+2060_word_joined", "[\xe2\x81\xa0]"),
    N("structure_uescaped_LF_before_string", "[\\u000A\"\"]"),
    N("structure_unclosed_array", "[1"),
    N("structure_unclosed_array_partial_null", "[ false, nul"),
    N("structure_unclosed_array_unfinished_false", "[ true, fals"),
    N("structure_unclosed_array_unfinished_true", "[ false, tru"),
    N("structure_unclosed_object", "{\"asd\":\"asd\""),
    N("structure_unicode-identifier", "\xc3\xa5"),
    N("structure_whitespace_U+2060_word_joiner", "\xe2\x81\xa0"),
    N("structure_whitespace_formfeed", "[\f]"),
    N("structure_whitespace_vertical_tab", "[\v]"),
    N("structure_whitespace_nbsp", "\xc2\xa0[]"),
};

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

/* From memory of exactly this size, so that a sanitizer sees who reads on. */
static enum rd_status read_exactly(const char *bytes, size_t len, struct rd_value *value,
                                   struct rd_error *error)
{
    char *exact = malloc(len > 0 ? len : 1);
    ck_assert_ptr_nonnull(exact);
    memcpy(exact, bytes, len);
    enum rd_status status = rd_json_parse(&arena, exact, len, DEPTH, value, error);
    free(exact); /* nothing of what was read may lie in it */
    return status;
}

static const char *written(const struct rd_value *value)
{
    rd_buf_clear(&buf);
    rd_json_write(&buf, value);
    rd_buf_char(&buf, '\0');
    return buf.data;
}

START_TEST(test_case)
{
    const struct json_case *one = &json_cases[_i];
    struct rd_value value;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = read_exactly(one->bytes, one->len, &value, &error);
    if (!one->written) {
        ck_assert_msg(status == RD_PARSE_ERROR, "%s was read", one->name);
        ck_assert_msg(strstr(error.text, "line 1") || strchr(one->bytes, '\n'), "%s: %s", one->name,
                      error.text);
        return;
    }
    ck_assert_msg(status == RD_OK, "%s was refused: %s", one->name, error.text);
    ck_assert_msg(strcmp(written(&value), one->written) == 0, "%s was read as %s", one->name,
                  buf.data);
}
END_TEST

static void assert_told(const char *text, const char *expected)
{
    struct rd_value value;
    struct rd_error error = RD_ERROR_NONE;
    ck_assert_int_ne(read_exactly(text, strlen(text), &value, &error), RD_OK);
    ck_assert_str_eq(error.text, expected);
}

START_TEST(test_what_is_told)
{
    assert_told("{\"a\":\n x}", "a value expected, not 'x' (line 2, column 2, byte 7)");
    assert_told("[1, 2", "',' or ']' expected, but the text ends (line 1, column 6, byte 5)");
    assert_told("{\"猫\": tru}", "a value expected, not 't' (line 1, column 7, byte 8)");
    assert_told("{\"a\\n\":1,\n \"b\":2,\n \"a\\n\":3}",
                "a key for the second time (line 3, column 3, byte 20)");
    assert_told("[\"a\\\"\\\"\",\"\\ud83d\"]",
                "half of a surrogate pair (line 1, column 11, byte 10)");
    assert_told("[\"a\", \"\xff\"]", "not UTF-8 (line 1, column 8, byte 7)");
    assert_told("[1] 2", "the end of the text expected, not '2' (line 1, column 5, byte 4)");
    assert_told("[99999999999999999999]", "an integer beyond 64 bits (line 1, column 2, byte 1)");
    assert_told("[\v]", "a value expected, not the byte 0x0B (line 1, column 2, byte 1)");
    assert_told("[[[[[[[[[[[[[[[[[", "nested deeper than 16 levels");
}
END_TEST

/* Whatever the depth that was meant: it ends, and with what it should. */
static void expect_nested(const char *open, const char *close, int times, int depth,
                          enum rd_status expected)
{
    struct rd_buf text;
    struct rd_value value;
    struct rd_error error = RD_ERROR_NONE;
    rd_buf_init(&text);
    for (int i = 0; i < times; i++)
        rd_buf_text(&text, open);
    for (int i = 0; i < times && close; i++)
        rd_buf_text(&text, close);
    enum rd_status status = rd_json_parse(&arena, text.data, text.len, depth, &value, &error);
    ck_assert_msg(status == expected, "%d times %s, %d deep: %d, %s", times, open, depth, status,
                  error.text);
    rd_buf_fini(&text);
}

/* n_structure_100000_opening_arrays, n_structure_open_array_object; i_structure_500_nested_arrays
 * is read where one lets it be that deep. */
START_TEST(test_nested)
{
    expect_nested("[", NULL, 100000, DEPTH, RD_TOO_DEEP);
    expect_nested("[{\"\":", NULL, 50000, DEPTH, RD_TOO_DEEP);
    expect_nested("[", "]", 500, DEPTH, RD_TOO_DEEP);
    expect_nested("[", "]", 500, 500, RD_OK);
    expect_nested("[", NULL, 500, 500, RD_PARSE_ERROR);
    expect_nested("[", "]", 501, 500, RD_TOO_DEEP);
}
END_TEST

/* A map of very many keys is no way to keep the loop busy, doubled ones are found all the same. */
START_TEST(test_many_keys)
{
    struct rd_buf text;
    struct rd_value value;
    struct rd_error error = RD_ERROR_NONE;
    rd_buf_init(&text);
    for (int i = 0; i < 100000; i++)
        rd_buf_printf(&text, "%s\"k%d\":%d", i ? "," : "{", i, i);
    rd_buf_char(&text, '}');
    ck_assert_int_eq(read_exactly(text.data, text.len, &value, &error), RD_OK);
    ck_assert_uint_eq(value.count, 100000);
    ck_assert_int_eq(value.pairs[77777].value.integer, 77777);
    text.len--;
    rd_buf_text(&text, ",\"k31415\":1}");
    ck_assert_int_eq(read_exactly(text.data, text.len, &value, &error), RD_PARSE_ERROR);
    ck_assert_ptr_nonnull(strstr(error.text, "second time"));
    rd_buf_fini(&text);
}
END_TEST

/* ---- damage ---- */

static uint64_t seed = 88172645463325252u;

static size_t chance(size_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (size_t)(seed % below);
}

/* Changes, takes out, doubles or swaps a few bytes; favours those that mean something. */
static size_t damage(char *text, size_t len, size_t room)
{
    static const char telling[] = "\"\\{}[],:0123456789-+.eEu \n\0\x1f\x7f\x80\xc2\xe4\xed\xf0tfn/";
    for (size_t times = 1 + chance(4); times > 0 && len > 1; times--) {
        size_t at = chance(len), some = 1 + chance(len - at < 8 ? len - at : 8);
        switch (chance(4)) {
        case 0:
            text[at] = telling[chance(sizeof(telling) - 1)];
            break;
        case 1:
            text[at] = (char)chance(256);
            break;
        case 2:
            memmove(text + at, text + at + some, len - at - some);
            len -= some;
            break;
        default:
            if (len + some > room)
                break;
            memmove(text + at + some, text + at, len - at);
            len += some;
        }
    }
    return len;
}

START_TEST(test_damaged_texts)
{
    static const char long_one[] =
        "{\"jsonrpc\":\"2.0\",\"id\":17,\"method\":\"case.act\",\"params\":{\"id\":\"17-99\","
        "\"as\":"
        "\"ben\",\"event\":\"grant\",\"form\":{\"note\":\"eine \\u00fcble \\\"Sache\\\"\\n\","
        "\"amount\":{\"amount\":\"12.50\",\"currency\":\"CNY\"},\"list\":[1,-2.5e3,true,null,"
        "[\"投诉\",\"\\ud83d\\udc08\"]]}}}";
    size_t cases = sizeof(json_cases) / sizeof(json_cases[0]), read = 0;
    char text[1024];
    for (int i = 0; i < 60000; i++) {
        const struct json_case *one = &json_cases[chance(cases)];
        bool whole = chance(3) == 0;
        size_t len = whole ? sizeof(long_one) - 1 : one->len;
        memcpy(text, whole ? long_one : one->bytes, len);
        len = damage(text, len, sizeof(text));
        struct rd_value value, again;
        struct rd_error error = RD_ERROR_NONE;
        rd_arena_reset(&arena);
        if (read_exactly(text, len, &value, &error) != RD_OK) {
            ck_assert_uint_gt(strlen(error.text), 0);
            continue;
        }
        read++;
        const char *first = written(&value);
        enum rd_status status = rd_json_parse(&arena, first, strlen(first), DEPTH, &again, &error);
        ck_assert_msg(status == RD_OK, "%s: %s", error.text, first);
        ck_assert_msg(rd_value_equal(&value, &again), "%s", first);
    }
    ck_assert_uint_gt(read, 1000); /* else only refusals were tried */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("json_suite");
    TCase *tests = tcase_create("json_suite");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, test_case, 0, (int)(sizeof(json_cases) / sizeof(json_cases[0])));
    tcase_add_test(tests, test_what_is_told);
    tcase_add_test(tests, test_nested);
    tcase_add_test(tests, test_many_keys);
    tcase_add_test(tests, test_damaged_texts);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
