/* Spelling of money and record ids: exact text to integer and back.
 *
 * Money is never a floating-point number on its way: digits are shifted in one at a time, with
 * overflow looked for at each. The largest integer is taken (RD_MONEY_UNLIMITED), so the amount
 * that would spell it does not fit.
 */
#include <string.h>

#include "base/text.h"
#include "domain/type.h"

#define ID_SERIAL_BITS 48
#define ID_SERIAL_MAX ((UINT64_C(1) << ID_SERIAL_BITS) - 1)
#define ID_TYPE_MAX UINT16_MAX

static bool money_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* number * 10 - digit: counted downwards, since there is one more negative number than positive
 * ones. */
static bool money_shift(int64_t *number, int digit)
{
    return !__builtin_mul_overflow(*number, 10, number) &&
           !__builtin_sub_overflow(*number, digit, number);
}

bool rd_money_read(const char *text, int64_t *minor)
{
    bool negative = *text == '-';
    const char *at = text + negative;
    if (!money_digit(*at))
        return false;
    int64_t number = 0;
    for (; money_digit(*at); at++)
        if (!money_shift(&number, *at - '0'))
            return false;
    int cents = 0;
    if (*at == '.') {
        at++;
        if (!money_digit(*at))
            return false;
        cents = (*at++ - '0') * 10;
        if (money_digit(*at))
            cents += *at++ - '0';
    }
    if (*at != '\0' || !money_shift(&number, cents / 10) || !money_shift(&number, cents % 10))
        return false;
    if (!negative && number <= -RD_MONEY_UNLIMITED)
        return false;
    *minor = negative ? number : -number;
    return true;
}

void rd_money_write(int64_t minor, char out[RD_MONEY_TEXT_MAX])
{
    if (minor == RD_MONEY_UNLIMITED) {
        memcpy(out, "unlimited", sizeof("unlimited"));
        return;
    }
    /* in unsigned numbers: the smallest amount has no positive twin */
    uint64_t size = minor < 0 ? -(uint64_t)minor : (uint64_t)minor;
    char *at = out;
    _Static_assert(RD_MONEY_TEXT_MAX > 1 + RD_UINT_TEXT_MAX + 3, "every amount fits");
    if (minor < 0)
        *at++ = '-';
    at = rd_text_put_uint(at, size / 100);
    *at++ = '.';
    *rd_text_put_digits(at, size % 100, 2) = '\0';
}

/* A decimal number up to `max` in its shortest spelling, so that an id has one text only; moves
 * `at` behind it. */
static bool id_number(const char **at, uint64_t max, uint64_t *out)
{
    const char *first = *at;
    uint64_t number = 0;
    for (; **at >= '0' && **at <= '9'; ++*at) {
        number = number * 10 + (uint64_t)(**at - '0');
        if (number > max)
            return false;
    }
    *out = number;
    return *at > first && (*first != '0' || *at == first + 1);
}

bool rd_id_read(const char *text, struct rd_id *out)
{
    uint64_t type, serial;
    if (!id_number(&text, ID_TYPE_MAX, &type) || *text++ != '-' ||
        !id_number(&text, ID_SERIAL_MAX, &serial) || *text != '\0')
        return false;
    out->value = type << ID_SERIAL_BITS | serial;
    return true;
}

void rd_id_write(struct rd_id id, char out[RD_ID_TEXT_MAX])
{
    _Static_assert(RD_ID_TEXT_MAX > 5 + 1 + RD_UINT_TEXT_MAX, "every id fits");
    char *at = rd_text_put_uint(out, rd_id_type(id));
    *at++ = '-';
    *rd_text_put_uint(at, id.value & ID_SERIAL_MAX) = '\0';
}
