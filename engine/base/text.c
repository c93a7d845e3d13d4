/* Small things done to text: UTF-8, likeness of words, whole numbers, hashes, dates and times.
 *
 * Dates are those of the proleptic Gregorian calendar, and only arithmetic: no time zones, no
 * locale, no clock. Days and dates are turned into each other by counting from 1 March, so that the
 * leap day is the last one of its year (Howard Hinnant's "days from civil"). Times outside of the
 * years 0001 to 9999 can't be spelled and become the nearest that can.
 */
#include "base/text.h"

#include <sodium.h>
#include <string.h>

#include "base/assert.h"

#define DISTANCE_BYTES_MAX 64
#define DAY_MS (24 * 3600 * 1000ll)

/* ---- letters ---- */

/* Bytes of the letter at `at`, 0 where it is not UTF-8 (RFC 3629, section 4). */
static size_t text_letter(const unsigned char *at, size_t left)
{
    unsigned char lead = at[0];
    if (lead < 0x80)
        return 1;
    if (lead < 0xC2 || lead > 0xF4)
        return 0;
    size_t len = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (left < len)
        return 0;
    /* the second byte has narrower bounds behind four leads: no overlong forms, surrogates, or
     * beyond U+10FFFF */
    unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (at[1] < low || at[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++)
        if ((at[i] & 0xC0) != 0x80)
            return 0;
    return len;
}

/* Whether four bytes begin with a letter of three, as most beyond ASCII are: 1110xxxx 10xxxxxx
 * 10xxxxxx, neither overlong nor a surrogate. */
static inline bool text_is_three(uint32_t four)
{
    uint32_t second = four & 0x0000200Fu; /* what of lead and second byte the bounds depend on */
    return (four & 0x00C0C0F0u) == 0x008080E0u && second != 0 && second != 0x0000200Du;
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first byte is the lowest");

size_t rd_text_utf8_bytes(const char *bytes, size_t len)
{
    const unsigned char *begin = (const unsigned char *)bytes, *at = begin;
    while (len > 0) {
        uint64_t eight;
        if (len >= sizeof(eight)) {
            memcpy(&eight, at, sizeof(eight));
            if ((eight & 0x8080808080808080u) == 0) {
                at += sizeof(eight);
                len -= sizeof(eight);
                continue;
            }
            if (text_is_three((uint32_t)eight)) {
                at += 3;
                len -= 3;
                continue;
            }
        }
        size_t letter = text_letter(at, len);
        if (letter == 0)
            break;
        at += letter;
        len -= letter;
    }
    return (size_t)(at - begin);
}

bool rd_text_is_utf8(const char *bytes, size_t len)
{
    return rd_text_is_ascii(bytes, len) || rd_text_utf8_bytes(bytes, len) == len;
}

size_t rd_text_length(const char *bytes, size_t len)
{
    size_t letters = 0;
    for (size_t i = 0; i < len; i++)
        letters += ((unsigned char)bytes[i] & 0xC0) != 0x80;
    return letters;
}

/* ---- likeness ---- */

/* The letters of a short text, each as the number that its bytes spell: enough to tell them apart.
 */
static size_t text_letters(const char *text, size_t len, uint32_t letters[DISTANCE_BYTES_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if ((c & 0xC0) == 0x80 && count > 0)
            letters[count - 1] = letters[count - 1] << 8 | c;
        else
            letters[count++] = c;
    }
    return count;
}

static unsigned text_min(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Levenshtein's distance, one row at a time. */
unsigned rd_text_distance(const char *a, const char *b)
{
    size_t a_len = strlen(a);
    size_t b_len = strlen(b);
    if (a_len > DISTANCE_BYTES_MAX || b_len > DISTANCE_BYTES_MAX)
        return DISTANCE_BYTES_MAX;
    uint32_t a_letters[DISTANCE_BYTES_MAX];
    uint32_t b_letters[DISTANCE_BYTES_MAX];
    size_t a_count = text_letters(a, a_len, a_letters);
    size_t b_count = text_letters(b, b_len, b_letters);
    unsigned row[DISTANCE_BYTES_MAX + 1];
    for (size_t j = 0; j <= b_count; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; i <= a_count; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_count; j++) {
            unsigned changed = diagonal + (a_letters[i - 1] != b_letters[j - 1]);
            diagonal = row[j];
            row[j] = text_min(changed, text_min(row[j], row[j - 1]) + 1);
        }
    }
    return row[b_count];
}

const char *rd_text_nearest(const char *word, const char *const *names, size_t count)
{
    size_t letters = rd_text_length(word, strlen(word));
    unsigned best = (unsigned)text_min(DISTANCE_BYTES_MAX - 1, (unsigned)(letters / 3)) + 1;
    const char *nearest = NULL;
    for (size_t i = 0; i < count; i++) {
        unsigned distance = rd_text_distance(word, names[i]);
        if (distance < best) {
            best = distance;
            nearest = names[i];
        }
    }
    return nearest;
}

/* ---- numbers and hashes ---- */

bool rd_text_int(const char *text, int64_t *out)
{
    bool negative = *text == '-';
    const char *at = text + negative;
    if (*at == '\0')
        return false;
    int64_t number = 0;
    for (; *at; at++) {
        if (*at < '0' || *at > '9')
            return false;
        /* counted downwards: there is one more negative number than positive ones */
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_sub_overflow(number, *at - '0', &number))
            return false;
    }
    if (!negative && number == INT64_MIN)
        return false;
    *out = negative ? number : -number;
    return true;
}

/* Two digits at a time, and 32 bits wherever that is enough: divisions are what costs here. */
static const char text_pairs[] = "00010203040506070809101112131415161718192021222324"
                                 "25262728293031323334353637383940414243444546474849"
                                 "50515253545556575859606162636465666768697071727374"
                                 "75767778798081828384858687888990919293949596979899";

static inline char *text_put_two(char *at, uint32_t number)
{
    memcpy(at, text_pairs + (size_t)2 * number, 2);
    return at + 2;
}

/* The digits end at `end`; returns where they begin. */
static char *text_put_before(char *end, uint64_t number)
{
    while (number > UINT32_MAX) {
        end -= 2;
        text_put_two(end, (uint32_t)(number % 100));
        number /= 100;
    }
    uint32_t small = (uint32_t)number;
    for (; small >= 100; small /= 100) {
        end -= 2;
        text_put_two(end, small % 100);
    }
    if (small < 10) {
        *--end = (char)('0' + small);
        return end;
    }
    end -= 2;
    text_put_two(end, small);
    return end;
}

char *rd_text_put_uint(char *at, uint64_t number)
{
    if (number < 10) {
        *at = (char)('0' + number);
        return at + 1;
    }
    char digits[RD_UINT_TEXT_MAX];
    char *end = digits + sizeof(digits), *first = text_put_before(end, number);
    size_t len = (size_t)(end - first);
    memcpy(at, first, len);
    return at + len;
}

char *rd_text_put_digits(char *at, uint64_t number, int width)
{
    for (int i = width - 1; i >= 0; i--) {
        at[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return at + width;
}

uint64_t rd_text_hash(const void *bytes, size_t len)
{
    /* Never to be changed: keys in every store are made with it. */
    static const unsigned char key[crypto_shorthash_KEYBYTES] = "redress.hash.v1";
    unsigned char out[crypto_shorthash_BYTES];
    crypto_shorthash(out, bytes, len, key);
    uint64_t hash = 0;
    for (size_t i = sizeof(out); i-- > 0;)
        hash = hash << 8 | out[i];
    return hash;
}

/* ---- dates ---- */

int64_t rd_date_days(int year, int month, int day)
{
    RD_ASSERT(month >= 1 && month <= 12);
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

/* Years and months by a product and a shift instead of divisions (Cassio Neri and Lorenz Schneider,
 * "Euclidean affine functions and their application to calendar algorithms", 2022). */
void rd_date_civil(int64_t days, int *year, int *month, int *day)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    /* within an era everything fits in 32 bits */
    uint32_t quarters = 4 * (uint32_t)(z - era * 146097) + 3;
    uint32_t century = quarters / 146097;
    uint64_t years = 2939745ull * (quarters % 146097 | 3); /* of the century, in parts of 2^32 */
    uint32_t day_of_year = (uint32_t)years / 2939745 / 4;  /* from 1 March */
    uint32_t months = 2141 * day_of_year + 197913;         /* in parts of 2^16 */
    bool next = day_of_year >= 306;                        /* January and February */
    *day = (int)((months & 0xFFFF) / 2141 + 1);
    *month = (int)(months >> 16) - (next ? 12 : 0);
    *year = (int)((int64_t)(100 * century + (uint32_t)(years >> 32)) + era * 400 + next);
}

/* Exactly `width` digits; moves `at` behind them. */
static bool text_digits(const char **at, int width, int *out)
{
    int number = 0;
    for (int i = 0; i < width; i++) {
        char c = (*at)[i];
        if (c < '0' || c > '9')
            return false;
        number = number * 10 + (c - '0');
    }
    *at += width;
    *out = number;
    return true;
}

static bool text_char(const char **at, const char *one_of)
{
    if (**at == '\0' || !strchr(one_of, **at))
        return false;
    ++*at;
    return true;
}

static bool date_parse(const char **at, int64_t *days)
{
    int year, month, day;
    if (!text_digits(at, 4, &year) || !text_char(at, "-") || !text_digits(at, 2, &month) ||
        !text_char(at, "-") || !text_digits(at, 2, &day))
        return false;
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    *days = rd_date_days(year, month, day);
    /* 30 February becomes a day of March: not the date that was written */
    int back_year, back_month, back_day;
    rd_date_civil(*days, &back_year, &back_month, &back_day);
    return back_day == day;
}

bool rd_date_read(const char *text, int64_t *days)
{
    int64_t found;
    if (!date_parse(&text, &found) || *text != '\0')
        return false;
    *days = found;
    return true;
}

/* ---- times ---- */

/* 0001-01-01, and the last millisecond before the year 10000 */
#define TIME_MIN_MS (-719162ll * DAY_MS)
#define TIME_MAX_MS (2932897ll * DAY_MS - 1)

static int64_t time_clamp_ms(int64_t time_ms)
{
    if (time_ms < TIME_MIN_MS)
        return TIME_MIN_MS;
    return time_ms > TIME_MAX_MS ? TIME_MAX_MS : time_ms;
}

/* "2026-03-06", without a NUL; a day that has one. */
static char *date_put(char *at, int64_t days)
{
    int year, month, day;
    rd_date_civil(days, &year, &month, &day);
    at = text_put_two(at, (uint32_t)year / 100);
    at = text_put_two(at, (uint32_t)year % 100);
    *at++ = '-';
    at = text_put_two(at, (uint32_t)month);
    *at++ = '-';
    return text_put_two(at, (uint32_t)day);
}

void rd_date_write(int64_t days, char out[RD_DATE_TEXT_MAX])
{
    if (days < TIME_MIN_MS / DAY_MS)
        days = TIME_MIN_MS / DAY_MS;
    if (days > TIME_MAX_MS / DAY_MS)
        days = TIME_MAX_MS / DAY_MS;
    *date_put(out, days) = '\0';
}

void rd_time_write(int64_t time_ms, char out[RD_TIME_TEXT_MAX])
{
    int64_t time = time_clamp_ms(time_ms);
    int64_t days = time / DAY_MS - (time % DAY_MS < 0);
    uint32_t in_day_ms = (uint32_t)(time - days * DAY_MS);
    uint32_t ms = in_day_ms % 1000, s = in_day_ms / 1000;
    char *at = date_put(out, days);
    *at++ = 'T';
    at = text_put_two(at, s / 3600);
    *at++ = ':';
    at = text_put_two(at, s / 60 % 60);
    *at++ = ':';
    at = text_put_two(at, s % 60);
    if (ms != 0) {
        *at++ = '.';
        *at++ = (char)('0' + ms / 100);
        at = text_put_two(at, ms % 100);
    }
    *at++ = 'Z';
    *at = '\0';
}

/* ".123456": milliseconds, the rest cut off. No fraction at all is fine, a lone point is not. */
static bool time_fraction(const char **at, int *ms)
{
    *ms = 0;
    if (**at != '.')
        return true;
    ++*at;
    int weight = 100;
    const char *first = *at;
    for (; **at >= '0' && **at <= '9'; ++*at) {
        *ms += (**at - '0') * weight;
        weight /= 10;
    }
    return *at > first;
}

/* "Z", "+08:00", "-00:00": milliseconds east of UTC. */
static bool time_offset(const char **at, int64_t *offset_ms)
{
    *offset_ms = 0;
    if (text_char(at, "Zz"))
        return true;
    bool west = **at == '-';
    int hours, minutes;
    if (!text_char(at, "+-") || !text_digits(at, 2, &hours) || !text_char(at, ":") ||
        !text_digits(at, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *offset_ms = (west ? -1 : 1) * (hours * 60 + minutes) * 60000ll;
    return true;
}

bool rd_time_read(const char *text, int64_t *time_ms)
{
    int64_t days, offset_ms;
    int hours, minutes, seconds, ms;
    if (!date_parse(&text, &days) || !text_char(&text, "Tt ") || !text_digits(&text, 2, &hours) ||
        !text_char(&text, ":") || !text_digits(&text, 2, &minutes) || !text_char(&text, ":") ||
        !text_digits(&text, 2, &seconds) || !time_fraction(&text, &ms) ||
        !time_offset(&text, &offset_ms) || *text != '\0')
        return false;
    if (hours > 23 || minutes > 59 || seconds > 60)
        return false;
    int64_t at_ms =
        days * DAY_MS + (hours * 3600 + minutes * 60 + seconds) * 1000ll + ms - offset_ms;
    /* a leap second is the last one of a UTC day; like the system's clock, we take it for the first
     * of the next day */
    if (seconds == 60 && (at_ms - ms) % DAY_MS != 0)
        return false;
    if (at_ms != time_clamp_ms(at_ms))
        return false;
    *time_ms = at_ms;
    return true;
}
