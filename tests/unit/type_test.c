/* Field types: every kind read, accepted, shown, ordered and described; fields from their normal
 * form; money and ids. */
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/limits.h"
#include "domain/type.h"
#include "unit/unit.h"

static struct rd_arena arena;
static struct rd_findings findings;

static void setup(void)
{
    rd_arena_init(&arena);
    rd_findings_init(&findings, &arena);
}

static void teardown(void)
{
    rd_arena_fini(&arena);
}

static struct rd_value parse(const char *json)
{
    struct rd_value value;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_json_parse(&arena, json, strlen(json), 16, &value, &error);
    ck_assert_msg(status == RD_OK, "%s: %s", json, error.text);
    return value;
}

static const char *write(const struct rd_value *value)
{
    struct rd_buf buf;
    rd_buf_init(&buf);
    rd_json_write(&buf, value);
    const char *json = rd_arena_copy(&arena, buf.data, buf.len);
    rd_buf_fini(&buf);
    return json;
}

static const struct rd_field *field(const char *json)
{
    struct rd_value spec = parse(json);
    struct rd_field *out = rd_arena_zalloc(&arena, 1, sizeof(*out));
    bool built = rd_field_build(&arena, &spec, "rules/a.lua", &findings, out);
    ck_assert_msg(built, "%s: %s", json, built ? "" : findings.last->text);
    return out;
}

static const struct rd_type *type(const char *json)
{
    return &field(json)->type;
}

/* Reads `outside` and shows it again: as "TEXT" the JSON of what came out, or the refusal. */
static const char *round_trip(const struct rd_type *of, const char *outside)
{
    struct rd_value value = parse(outside), inside;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_type_read(of, &value, &arena, &inside, &error);
    if (status != RD_OK) {
        ck_assert_int_eq(status, RD_BAD_FORM);
        ck_assert_str_eq(error.where, "");
        return rd_arena_copy(&arena, error.text, strlen(error.text));
    }
    struct rd_value shown = rd_type_show(of, &inside, &arena);
    return write(&shown);
}

static const char *accept(const struct rd_type *of, struct rd_value value)
{
    struct rd_value inside;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_type_accept(of, &value, &arena, &inside, &error);
    if (status != RD_OK) {
        ck_assert_int_eq(status, RD_BAD_FORM);
        return rd_arena_copy(&arena, error.text, strlen(error.text));
    }
    return write(&inside);
}

/* ---- kinds ---- */

START_TEST(test_names)
{
    static const char *const names[] = { "text",    "integer", "number",   "money",  "boolean",
                                         "date",    "instant", "duration", "choice", "reference",
                                         "account", "unit",    "list" };
    for (int kind = RD_TYPE_TEXT; kind <= RD_TYPE_LIST; kind++)
        ck_assert_str_eq(rd_type_name((enum rd_type_kind)kind), names[kind]);
}
END_TEST

#define DATE_WRONG "must be a date such as \"2026-03-06\""
#define TIME_WRONG "must be a time such as \"2026-03-06T08:00:00Z\""
#define MONEY_WRONG "must be an amount such as \"100.00\""
#define ID_WRONG "must be a record's id such as \"3-17\""

static const struct {
    const char *spec, *outside, *result;
} trips[] = {
    { "{\"name\":\"a\",\"kind\":\"text\"}", "\"猫\"", "\"猫\"" },
    { "{\"name\":\"a\",\"kind\":\"text\"}", "\"\"", "\"\"" },
    { "{\"name\":\"a\",\"kind\":\"text\"}", "null", "null" },
    { "{\"name\":\"a\",\"kind\":\"text\"}", "1", "must be a text" },
    { "{\"name\":\"a\",\"kind\":\"text\",\"max\":2}", "\"猫猫\"", "\"猫猫\"" },
    { "{\"name\":\"a\",\"kind\":\"text\",\"max\":2}", "\"abc\"", "must have at most 2 letters" },
    { "{\"name\":\"a\",\"kind\":\"text\",\"min\":2}", "\"a\"", "must have at least 2 letters" },
    { "{\"name\":\"a\",\"kind\":\"integer\"}", "-7", "-7" },
    { "{\"name\":\"a\",\"kind\":\"integer\"}", "7.0", "7" },
    { "{\"name\":\"a\",\"kind\":\"integer\"}", "7.5", "must be a whole number" },
    { "{\"name\":\"a\",\"kind\":\"integer\"}", "1e300", "must be a whole number" },
    { "{\"name\":\"a\",\"kind\":\"integer\"}", "\"7\"", "must be a whole number" },
    { "{\"name\":\"a\",\"kind\":\"integer\",\"min\":1,\"max\":5}", "0", "must be at least 1" },
    { "{\"name\":\"a\",\"kind\":\"integer\",\"min\":1,\"max\":5}", "6", "must be at most 5" },
    { "{\"name\":\"a\",\"kind\":\"integer\",\"min\":1,\"max\":5}", "5", "5" },
    { "{\"name\":\"a\",\"kind\":\"number\"}", "0.25", "0.25" },
    { "{\"name\":\"a\",\"kind\":\"number\"}", "true", "must be a number" },
    { "{\"name\":\"a\",\"kind\":\"number\",\"min\":1}", "0.99", "must be at least 1" },
    { "{\"name\":\"a\",\"kind\":\"number\",\"max\":1}", "1.01", "must be at most 1" },
    { "{\"name\":\"a\",\"kind\":\"money\"}", "\"100\"", "\"100.00\"" },
    { "{\"name\":\"a\",\"kind\":\"money\"}", "\"-0.5\"", "\"-0.50\"" },
    { "{\"name\":\"a\",\"kind\":\"money\"}", "\"unlimited\"", "\"unlimited\"" },
    { "{\"name\":\"a\",\"kind\":\"money\"}", "100", MONEY_WRONG },
    { "{\"name\":\"a\",\"kind\":\"money\"}", "\"1.234\"", MONEY_WRONG },
    { "{\"name\":\"a\",\"kind\":\"money\",\"min\":\"0.01\"}", "\"0\"", "must be at least 0.01" },
    { "{\"name\":\"a\",\"kind\":\"money\",\"max\":\"9\"}", "\"unlimited\"",
      "must be at most 9.00" },
    { "{\"name\":\"a\",\"kind\":\"boolean\"}", "false", "false" },
    { "{\"name\":\"a\",\"kind\":\"boolean\"}", "\"true\"", "must be true or false" },
    { "{\"name\":\"a\",\"kind\":\"date\"}", "\"2026-02-28\"", "\"2026-02-28\"" },
    { "{\"name\":\"a\",\"kind\":\"date\"}", "\"0001-01-01\"", "\"0001-01-01\"" },
    { "{\"name\":\"a\",\"kind\":\"date\"}", "\"9999-12-31\"", "\"9999-12-31\"" },
    { "{\"name\":\"a\",\"kind\":\"date\"}", "\"2026-02-29\"", DATE_WRONG },
    { "{\"name\":\"a\",\"kind\":\"date\"}", "20513", DATE_WRONG },
    { "{\"name\":\"a\",\"kind\":\"date\",\"min\":\"2026-01-01\"}", "\"2025-12-31\"",
      "must be at least 2026-01-01" },
    { "{\"name\":\"a\",\"kind\":\"instant\"}", "\"2026-03-06T16:00:00+08:00\"",
      "\"2026-03-06T08:00:00Z\"" },
    { "{\"name\":\"a\",\"kind\":\"instant\"}", "\"2026-03-06\"", TIME_WRONG },
    { "{\"name\":\"a\",\"kind\":\"instant\",\"max\":\"2026-01-01T00:00:00Z\"}",
      "\"2026-01-01T00:00:01Z\"", "must be at most 2026-01-01T00:00:00Z" },
    { "{\"name\":\"a\",\"kind\":\"duration\"}", "\"4 hours\"", "\"4 hours\"" },
    { "{\"name\":\"a\",\"kind\":\"duration\"}", "\"5 business days\"", "\"5 business days\"" },
    { "{\"name\":\"a\",\"kind\":\"duration\"}", "4", "must be a duration such as \"4 hours\"" },
    { "{\"name\":\"a\",\"kind\":\"choice\",\"items\":[\"key\",\"ordinary\"]}", "\"key\"",
      "\"key\"" },
    { "{\"name\":\"a\",\"kind\":\"choice\",\"items\":[\"key\",\"ordinary\"]}", "\"ordinery\"",
      "must be one of key, ordinary; did you mean 'ordinary'?" },
    { "{\"name\":\"a\",\"kind\":\"choice\",\"items\":[\"key\",\"ordinary\"]}", "\"ke\"",
      "must be one of key, ordinary" },
    { "{\"name\":\"a\",\"kind\":\"choice\",\"items\":[\"key\",\"ordinary\"]}", "\"keys\"",
      "must be one of key, ordinary; did you mean 'key'?" },
    { "{\"name\":\"a\",\"kind\":\"choice\",\"items\":[\"key\",\"ordinary\"]}", "1",
      "must be one of key, ordinary" },
    { "{\"name\":\"a\",\"kind\":\"reference\",\"of\":\"customer\"}", "\"3-17\"", "\"3-17\"" },
    { "{\"name\":\"a\",\"kind\":\"reference\",\"of\":\"customer\"}", "\"65535-281474976710655\"",
      "\"65535-281474976710655\"" },
    { "{\"name\":\"a\",\"kind\":\"reference\",\"of\":\"customer\"}", "\"3\"", ID_WRONG },
    { "{\"name\":\"a\",\"kind\":\"reference\",\"of\":\"customer\"}", "317", ID_WRONG },
    { "{\"name\":\"a\",\"kind\":\"account\"}", "\"ben\"", "\"ben\"" },
    { "{\"name\":\"a\",\"kind\":\"account\"}", "\"\"", "must be the name of an account" },
    { "{\"name\":\"a\",\"kind\":\"account\"}", "[]", "must be the name of an account" },
    { "{\"name\":\"a\",\"kind\":\"unit\"}", "\"gz\"", "\"gz\"" },
    { "{\"name\":\"a\",\"kind\":\"unit\"}", "\"\"", "must be the name of a unit" },
    { "{\"name\":\"a\",\"kind\":\"unit\"}", "0", "must be the name of a unit" },
    { "{\"name\":\"a\",\"kind\":\"list\",\"of\":{\"kind\":\"money\"}}", "[\"1\",\"2.5\"]",
      "[\"1.00\",\"2.50\"]" },
    { "{\"name\":\"a\",\"kind\":\"list\",\"of\":{\"kind\":\"money\"}}", "[]", "[]" },
    { "{\"name\":\"a\",\"kind\":\"list\",\"of\":{\"kind\":\"money\"}}", "[\"1\",2]",
      "item 2 " MONEY_WRONG },
    { "{\"name\":\"a\",\"kind\":\"list\",\"of\":{\"kind\":\"money\"}}", "[null]",
      "item 1 must not be empty" },
    { "{\"name\":\"a\",\"kind\":\"list\",\"of\":{\"kind\":\"money\"}}", "\"1\"", "must be a list" },
    { "{\"name\":\"a\",\"kind\":\"list\",\"of\":{\"kind\":\"text\"},\"min\":1,\"max\":2}", "[]",
      "must have at least 1 items" },
    { "{\"name\":\"a\",\"kind\":\"list\",\"of\":{\"kind\":\"text\"},\"min\":1,\"max\":2}",
      "[\"a\",\"b\",\"c\"]", "must have at most 2 items" },
};

START_TEST(test_read_and_show)
{
    ck_assert_str_eq(round_trip(type(trips[_i].spec), trips[_i].outside), trips[_i].result);
}
END_TEST

START_TEST(test_read_duration_says_why)
{
    const char *refused = round_trip(type("{\"name\":\"a\",\"kind\":\"duration\"}"), "\"4 huors\"");
    const char *begin = "must be a duration such as \"4 hours\" (";
    ck_assert_msg(strncmp(refused, begin, strlen(begin)) == 0, "%s", refused);
    ck_assert_uint_gt(strlen(refused), strlen(begin) + 1);
}
END_TEST

START_TEST(test_read_bounds_texts)
{
    const struct rd_type *text = type("{\"name\":\"a\",\"kind\":\"text\"}");
    char *bytes = rd_arena_alloc(&arena, RD_TEXT_FIELD_BYTES_MAX + 1);
    memset(bytes, 'a', RD_TEXT_FIELD_BYTES_MAX + 1);
    struct rd_value inside, most = rd_text_copy(&arena, bytes, RD_TEXT_FIELD_BYTES_MAX);
    struct rd_value more = rd_text_copy(&arena, bytes, RD_TEXT_FIELD_BYTES_MAX + 1);
    struct rd_error error = RD_ERROR_NONE;
    ck_assert_int_eq(rd_type_read(text, &most, &arena, &inside, &error), RD_OK);
    ck_assert_ptr_ne(inside.text, most.text); /* nothing is borrowed */
    ck_assert_int_eq(rd_type_read(text, &more, &arena, &inside, &error), RD_BAD_FORM);
    ck_assert_str_eq(error.text, "must not be longer than 65536 bytes");
    const struct rd_type *account = type("{\"name\":\"a\",\"kind\":\"account\"}");
    struct rd_value name = rd_text_copy(&arena, bytes, RD_NAME_BYTES_MAX);
    struct rd_value long_name = rd_text_copy(&arena, bytes, RD_NAME_BYTES_MAX + 1);
    ck_assert_int_eq(rd_type_read(account, &name, &arena, &inside, &error), RD_OK);
    ck_assert_int_eq(rd_type_read(account, &long_name, &arena, &inside, &error), RD_BAD_FORM);
}
END_TEST

START_TEST(test_read_refuses_nul)
{
    struct rd_value text = rd_text_copy(&arena, "a\0b", 3), money = rd_text_copy(&arena, "1\0", 2);
    ck_assert_str_eq(accept(type("{\"name\":\"a\",\"kind\":\"text\"}"), text),
                     "must not hold a NUL");
    struct rd_value inside;
    struct rd_error error = RD_ERROR_NONE;
    const struct rd_type *amount = type("{\"name\":\"a\",\"kind\":\"money\"}");
    ck_assert_int_eq(rd_type_read(amount, &money, &arena, &inside, &error), RD_BAD_FORM);
    ck_assert_str_eq(error.text, MONEY_WRONG);
}
END_TEST

START_TEST(test_choices_are_listed_up_to_twelve)
{
    const struct rd_type *many =
        type("{\"name\":\"a\",\"kind\":\"choice\",\"items\":[\"a1\",\"b2\",\"c3\",\"d4\",\"e5\","
             "\"f6\",\"g7\",\"h8\",\"i9\",\"j10\",\"k11\",\"l12\",\"m13\"]}");
    ck_assert_str_eq(round_trip(many, "\"zzzz\""),
                     "must be one of a1, b2, c3, d4, e5, f6, g7, h8, i9, j10, k11, l12, "
                     "... (13 in all)");
    ck_assert_str_eq(round_trip(many, "\"m13\""), "\"m13\"");
}
END_TEST

START_TEST(test_accept)
{
    const struct rd_type *money = type("{\"name\":\"a\",\"kind\":\"money\",\"max\":\"10\"}");
    ck_assert_str_eq(accept(money, rd_int(1000)), "1000");
    ck_assert_str_eq(accept(money, rd_real(1000.0)), "1000");
    ck_assert_str_eq(accept(money, rd_real(0.5)), MONEY_WRONG);
    ck_assert_str_eq(accept(money, rd_real(NAN)), MONEY_WRONG);
    ck_assert_str_eq(accept(money, rd_text("1.00")), MONEY_WRONG);
    ck_assert_str_eq(accept(money, rd_int(1001)), "must be at most 10.00");
    ck_assert_str_eq(accept(money, rd_null()), "null");
    const struct rd_type *number = type("{\"name\":\"a\",\"kind\":\"number\"}");
    ck_assert_str_eq(accept(number, rd_int(2)), "2.0");
    ck_assert_str_eq(accept(number, rd_real(INFINITY)), "must be a number");
    ck_assert_str_eq(accept(number, rd_real(NAN)), "must be a number");
    const struct rd_type *date = type("{\"name\":\"a\",\"kind\":\"date\"}");
    ck_assert_str_eq(accept(date, rd_int(0)), "0");
    ck_assert_str_eq(accept(date, rd_int(2932896)), "2932896");
    ck_assert_str_eq(accept(date, rd_int(2932897)), DATE_WRONG);
    ck_assert_str_eq(accept(date, rd_int(-719163)), DATE_WRONG);
    const struct rd_type *instant = type("{\"name\":\"a\",\"kind\":\"instant\"}");
    ck_assert_str_eq(accept(instant, rd_int(INT64_MAX)), TIME_WRONG);
    ck_assert_str_eq(accept(instant, rd_int(1)), "1");
    const struct rd_type *list =
        type("{\"name\":\"a\",\"kind\":\"list\",\"of\":{\"kind\":\"integer\",\"max\":3}}");
    ck_assert_str_eq(accept(list, parse("[1.0,3]")), "[1,3]");
    ck_assert_str_eq(accept(list, parse("[4]")), "item 1 must be at most 3");
    ck_assert_str_eq(accept(list, rd_int(1)), "must be a list");
    ck_assert_str_eq(accept(type("{\"name\":\"a\",\"kind\":\"boolean\"}"), rd_int(1)),
                     "must be true or false");
    ck_assert_str_eq(accept(type("{\"name\":\"a\",\"kind\":\"integer\"}"), rd_real(0x1p63)),
                     "must be a whole number");
    ck_assert_str_eq(accept(type("{\"name\":\"a\",\"kind\":\"integer\"}"), rd_real(-0x1p63)),
                     "-9223372036854775808");
}
END_TEST

START_TEST(test_show_what_no_longer_fits)
{
    const struct rd_type *date = type("{\"name\":\"a\",\"kind\":\"date\"}");
    const struct rd_type *list =
        type("{\"name\":\"a\",\"kind\":\"list\",\"of\":{\"kind\":\"text\"}}");
    const struct rd_type *choice = type("{\"name\":\"a\",\"kind\":\"choice\",\"items\":[\"a\"]}");
    struct rd_value far = rd_int(INT64_MAX), text = rd_text("old"), number = rd_real(0.5);
    struct rd_value items = parse("[\"x\"]");
    struct rd_value shown = rd_type_show(date, &far, &arena);
    ck_assert_str_eq(write(&shown), "9223372036854775807");
    shown = rd_type_show(date, &text, &arena);
    ck_assert_str_eq(write(&shown), "\"old\"");
    shown = rd_type_show(list, &text, &arena);
    ck_assert_str_eq(write(&shown), "\"old\"");
    shown = rd_type_show(choice, &text, &arena);
    ck_assert_str_eq(write(&shown), "\"old\"");
    shown = rd_type_show(choice, &number, &arena);
    ck_assert_str_eq(write(&shown), "0.5");
    shown = rd_type_show(date, &items, &arena);
    ck_assert_str_eq(write(&shown), "[\"x\"]");
    shown = rd_type_show(type("{\"name\":\"a\",\"kind\":\"instant\"}"), &far, &arena);
    ck_assert_str_eq(write(&shown), "9223372036854775807");
}
END_TEST

/* ---- order ---- */

static int order(const struct rd_type *of, const char *a, const char *b)
{
    struct rd_value x = parse(a), y = parse(b);
    int forth = rd_type_compare(of, &x, &y), back = rd_type_compare(of, &y, &x);
    ck_assert_int_eq((forth > 0) - (forth < 0), (back < 0) - (back > 0));
    return (forth > 0) - (forth < 0);
}

START_TEST(test_order)
{
    const struct rd_type *text = type("{\"name\":\"a\",\"kind\":\"text\"}");
    ck_assert_int_eq(order(text, "\"a\"", "\"ab\""), -1);
    ck_assert_int_eq(order(text, "\"b\"", "\"ab\""), 1);
    ck_assert_int_eq(order(text, "\"b\"", "\"b\""), 0);
    ck_assert_int_eq(order(text, "null", "\"\""), -1);
    ck_assert_int_eq(order(text, "null", "null"), 0);
    ck_assert_int_eq(order(text, "1", "\"a\""), -1);
    const struct rd_type *integer = type("{\"name\":\"a\",\"kind\":\"integer\"}");
    ck_assert_int_eq(order(integer, "9223372036854775806", "9223372036854775807"), -1);
    ck_assert_int_eq(order(integer, "-1", "1"), -1);
    ck_assert_int_eq(order(integer, "null", "-1"), -1);
    const struct rd_type *number = type("{\"name\":\"a\",\"kind\":\"number\"}");
    ck_assert_int_eq(order(number, "1.5", "1"), 1);
    ck_assert_int_eq(order(number, "2", "2.0"), 0);
    const struct rd_type *boolean = type("{\"name\":\"a\",\"kind\":\"boolean\"}");
    ck_assert_int_eq(order(boolean, "false", "true"), -1);
    ck_assert_int_eq(order(boolean, "true", "true"), 0);
    const struct rd_type *choice =
        type("{\"name\":\"a\",\"kind\":\"choice\",\"items\":[\"z\",\"a\"]}");
    ck_assert_int_eq(order(choice, "\"z\"", "\"a\""), -1);
    ck_assert_int_eq(order(choice, "\"a\"", "\"a\""), 0);
    ck_assert_int_eq(order(choice, "\"a\"", "\"old\""), -1);
    ck_assert_int_eq(order(choice, "\"older\"", "\"old\""), 1);
    const struct rd_type *list = type(
        "{\"name\":\"a\",\"kind\":\"list\",\"of\":{\"kind\":\"choice\",\"items\":[\"z\",\"a\"]}}");
    ck_assert_int_eq(order(list, "[\"z\"]", "[\"a\"]"), -1);
    ck_assert_int_eq(order(list, "[\"z\"]", "[\"z\",\"a\"]"), -1);
    ck_assert_int_eq(order(list, "[]", "[]"), 0);
    ck_assert_int_eq(order(text, "[\"b\"]", "[\"a\"]"), 1); /* a list that was once */
    ck_assert_int_eq(order(text, "{}", "{}"), 0);
}
END_TEST

/* ---- schema ---- */

static const struct {
    const char *spec, *schema;
} schemas[] = {
    { "{\"name\":\"a\",\"kind\":\"text\",\"min\":1,\"max\":9}",
      "{\"type\":\"string\",\"minLength\":1,\"maxLength\":9}" },
    { "{\"name\":\"a\",\"kind\":\"integer\",\"min\":1,\"max\":9}",
      "{\"type\":\"integer\",\"minimum\":1,\"maximum\":9}" },
    { "{\"name\":\"a\",\"kind\":\"number\",\"max\":9}", "{\"type\":\"number\",\"maximum\":9}" },
    { "{\"name\":\"a\",\"kind\":\"money\",\"min\":\"0.01\"}",
      "{\"type\":\"string\",\"pattern\":\"^(-?[0-9]+(\\\\.[0-9]{1,2})?|unlimited)$\","
      "\"x-minimum\":\"0.01\"}" },
    { "{\"name\":\"a\",\"kind\":\"boolean\"}", "{\"type\":\"boolean\"}" },
    { "{\"name\":\"a\",\"kind\":\"date\",\"max\":\"2026-01-01\"}",
      "{\"type\":\"string\",\"format\":\"date\",\"x-maximum\":\"2026-01-01\"}" },
    { "{\"name\":\"a\",\"kind\":\"instant\"}", "{\"type\":\"string\",\"format\":\"date-time\"}" },
    { "{\"name\":\"a\",\"kind\":\"duration\"}",
      "{\"type\":\"string\",\"description\":\"a duration such as \\\"4 hours\\\"\"}" },
    { "{\"name\":\"a\",\"kind\":\"choice\",\"items\":[\"b\",\"a\"]}",
      "{\"type\":\"string\",\"enum\":[\"b\",\"a\"]}" },
    { "{\"name\":\"a\",\"kind\":\"reference\",\"of\":\"customer\"}",
      "{\"type\":\"string\",\"pattern\":\"^[0-9]+-[0-9]+$\",\"x-record\":\"customer\"}" },
    { "{\"name\":\"a\",\"kind\":\"account\"}",
      "{\"type\":\"string\",\"description\":\"the name of an account\"}" },
    { "{\"name\":\"a\",\"kind\":\"unit\"}",
      "{\"type\":\"string\",\"description\":\"the name of a unit\"}" },
    { "{\"name\":\"a\",\"kind\":\"list\",\"of\":{\"kind\":\"boolean\"},\"min\":1,\"max\":2}",
      "{\"type\":\"array\",\"items\":{\"type\":\"boolean\"},\"minItems\":1,\"maxItems\":2}" },
};

START_TEST(test_schema)
{
    struct rd_value schema = rd_type_schema(type(schemas[_i].spec), &arena);
    ck_assert_str_eq(write(&schema), schemas[_i].schema);
}
END_TEST

/* ---- fields ---- */

START_TEST(test_field_takes_everything)
{
    const struct rd_field *tier = field(
        "{\"name\":\"tier\",\"line\":7,\"kind\":\"choice\",\"choices\":\"tiers\",\"items\":[{"
        "\"name\":\"key\",\"title\":{\"zh\":\"重点\"}},\"ordinary\"],\"title\":{\"en\":\"Tier\"},"
        "\"required\":true,\"unique\":true,\"indexed\":true,\"secrecy\":\"top_secret\","
        "\"default\":\"ordinary\"}");
    ck_assert_str_eq(tier->name, "tier");
    ck_assert_int_eq(tier->line, 7);
    ck_assert_str_eq(rd_map_text(&tier->title, "en", ""), "Tier");
    ck_assert(tier->required && tier->unique && tier->indexed);
    ck_assert_str_eq(tier->secrecy, "top_secret");
    ck_assert_str_eq(tier->preset.text, "ordinary");
    ck_assert_uint_eq(tier->type.choice_count, 2);
    ck_assert_str_eq(tier->type.choices[0], "key");
    const struct rd_field *plain = field("{\"name\":\"a\",\"kind\":\"money\",\"default\":\"1.5\"}");
    ck_assert(!plain->required && !plain->unique && !plain->indexed && !plain->secrecy);
    ck_assert_int_eq(plain->title.kind, RD_NULL);
    ck_assert_int_eq(plain->preset.integer, 150);
    const struct rd_field *customer =
        field("{\"name\":\"c\",\"kind\":\"reference\",\"of\":\"customer\"}");
    ck_assert_str_eq(customer->type.of, "customer");
    struct rd_field fields[] = { *tier, *plain };
    ck_assert_ptr_eq(rd_field_find(fields, 2, "a"), &fields[1]);
    ck_assert_ptr_null(rd_field_find(fields, 2, "b"));
}
END_TEST

static const struct {
    const char *spec, *text;
} bad_fields[] = {
    { "{\"kind\":\"text\"}", "a field needs a name" },
    { "{\"name\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"kind\":"
      "\"text\"}",
      "a field's name has at most 64 bytes" },
    { "{\"name\":\"a\",\"kind\":\"mony\"}", "field 'a': no type 'mony'; did you mean 'money'?" },
    { "{\"name\":\"a\",\"kind\":\"zzzzzz\"}", "field 'a': no type 'zzzzzz'" },
    { "{\"name\":\"a\"}", "field 'a': no type ''" },
    { "{\"name\":\"a\",\"kind\":\"choice\"}", "field 'a': a choice needs at least one item" },
    { "{\"name\":\"a\",\"kind\":\"choice\",\"items\":[\"x\",\"\"]}",
      "field 'a': item 2 is no name" },
    { "{\"name\":\"a\",\"kind\":\"choice\",\"items\":[\"x\",\"y\",\"x\"]}",
      "field 'a': the choice 'x' occurs twice" },
    { "{\"name\":\"a\",\"kind\":\"reference\"}",
      "field 'a': a reference needs the name of a record" },
    { "{\"name\":\"a\",\"kind\":\"list\"}", "field 'a': a list needs the type of its items" },
    { "{\"name\":\"a\",\"kind\":\"list\",\"of\":{\"kind\":\"list\"}}",
      "field 'a': a list of lists is not possible" },
    { "{\"name\":\"a\",\"kind\":\"list\",\"of\":{\"kind\":\"txt\"}}",
      "field 'a': no type 'txt'; did you mean 'text'?" },
    { "{\"name\":\"a\",\"kind\":\"boolean\",\"min\":1}", "field 'a': a boolean has no min" },
    { "{\"name\":\"a\",\"kind\":\"choice\",\"items\":[\"x\"],\"max\":1}",
      "field 'a': a choice has no max" },
    { "{\"name\":\"a\",\"kind\":\"money\",\"min\":1}",
      "field 'a': min must be an amount such as \"100.00\"" },
    { "{\"name\":\"a\",\"kind\":\"text\",\"max\":-1}", "field 'a': max must be at least 0" },
    { "{\"name\":\"a\",\"kind\":\"number\",\"max\":0.5}", "field 'a': max must be a whole number" },
    { "{\"name\":\"a\",\"kind\":\"integer\",\"min\":2,\"max\":1}",
      "field 'a': min is greater than max" },
    { "{\"name\":\"a\",\"kind\":\"text\",\"secrecy\":\"hush\"}",
      "field 'a': secrecy must be secret, confidential or top_secret" },
    { "{\"name\":\"a\",\"kind\":\"text\",\"secrecy\":3}",
      "field 'a': secrecy must be secret, confidential or top_secret" },
    { "{\"name\":\"a\",\"kind\":\"date\",\"default\":\"today\"}",
      "field 'a': default must be a date such as \"2026-03-06\"" },
    { "{\"name\":\"a\",\"kind\":\"integer\",\"max\":3,\"default\":4}",
      "field 'a': default must be at most 3" },
};

START_TEST(test_field_refused)
{
    struct rd_value spec = parse(bad_fields[_i].spec);
    rd_map_set(&arena, &spec, "line", rd_int(12));
    struct rd_field out;
    ck_assert(!rd_field_build(&arena, &spec, "rules/a.lua", &findings, &out));
    ck_assert_uint_eq(findings.errors, 1);
    ck_assert_str_eq(findings.first->text, bad_fields[_i].text);
    ck_assert_str_eq(findings.first->file, "rules/a.lua");
    ck_assert_int_eq(findings.first->line, 12);
    ck_assert(findings.first->error);
}
END_TEST

START_TEST(test_field_tells_all)
{
    struct rd_value spec = parse("{\"name\":\"a\",\"kind\":\"integer\",\"min\":\"x\",\"max\":\"y\","
                                 "\"secrecy\":\"z\"}");
    struct rd_field out;
    ck_assert(!rd_field_build(&arena, &spec, "rules/a.lua", &findings, &out));
    ck_assert_uint_eq(findings.errors, 3);
}
END_TEST

/* ---- money and ids ---- */

START_TEST(test_money)
{
    static const struct {
        const char *text;
        int64_t minor;
    } good[] = { { "0", 0 },
                 { "-0.00", 0 },
                 { "1", 100 },
                 { "1.5", 150 },
                 { "1.05", 105 },
                 { "007", 700 },
                 { "-1.05", -105 },
                 { "92233720368547758.06", INT64_MAX - 1 },
                 { "-92233720368547758.08", INT64_MIN } };
    static const char *const bad[] = { "",
                                       "-",
                                       ".5",
                                       "1.",
                                       "1.234",
                                       "+1",
                                       " 1",
                                       "1 ",
                                       "1,5",
                                       "--1",
                                       "1.5x",
                                       "1e2",
                                       "unlimited",
                                       "92233720368547758.07",
                                       "92233720368547758.08",
                                       "-92233720368547758.09",
                                       "99999999999999999999" };
    int64_t minor;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        ck_assert_msg(rd_money_read(good[i].text, &minor), "%s", good[i].text);
        ck_assert_int_eq(minor, good[i].minor);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!rd_money_read(bad[i], &minor), "%s", bad[i]);
    static const int64_t amounts[] = { 0, 5, -5, 99, 100, -12345, INT64_MIN, INT64_MAX - 1 };
    char text[RD_MONEY_TEXT_MAX];
    for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++) {
        rd_money_write(amounts[i], text);
        ck_assert(rd_money_read(text, &minor));
        ck_assert_int_eq(minor, amounts[i]);
    }
    rd_money_write(-5, text);
    ck_assert_str_eq(text, "-0.05");
    rd_money_write(RD_MONEY_UNLIMITED, text);
    ck_assert_str_eq(text, "unlimited");
}
END_TEST

START_TEST(test_ids)
{
    static const char *const good[] = { "0-0", "3-17", "65535-281474976710655" };
    static const char *const bad[] = { "",
                                       "3",
                                       "3-",
                                       "-17",
                                       "3-17x",
                                       "03-17",
                                       "3-017",
                                       "3--17",
                                       "3 - 17",
                                       "+3-1",
                                       "65536-1",
                                       "1-281474976710656",
                                       "1-99999999999999999999999" };
    struct rd_id id;
    char text[RD_ID_TEXT_MAX];
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        ck_assert_msg(rd_id_read(good[i], &id), "%s", good[i]);
        rd_id_write(id, text);
        ck_assert_str_eq(text, good[i]);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!rd_id_read(bad[i], &id), "%s", bad[i]);
    ck_assert(rd_id_read("3-17", &id));
    ck_assert_uint_eq(rd_id_type(id), 3);
    ck_assert_uint_eq(id.value, UINT64_C(3) << 48 | 17);
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

int main(void)
{
    Suite *suite = suite_create("type");
    TCase *tcase = tcase_create("type");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_names);
    tcase_add_loop_test(tcase, test_read_and_show, 0, COUNT(trips));
    tcase_add_test(tcase, test_read_duration_says_why);
    tcase_add_test(tcase, test_read_bounds_texts);
    tcase_add_test(tcase, test_read_refuses_nul);
    tcase_add_test(tcase, test_choices_are_listed_up_to_twelve);
    tcase_add_test(tcase, test_accept);
    tcase_add_test(tcase, test_show_what_no_longer_fits);
    tcase_add_test(tcase, test_order);
    tcase_add_loop_test(tcase, test_schema, 0, COUNT(schemas));
    tcase_add_test(tcase, test_field_takes_everything);
    tcase_add_loop_test(tcase, test_field_refused, 0, COUNT(bad_fields));
    tcase_add_test(tcase, test_field_tells_all);
    tcase_add_test(tcase, test_money);
    tcase_add_test(tcase, test_ids);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
