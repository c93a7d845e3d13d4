/* Small things done to text. */
#ifndef RD_BASE_TEXT_H
#define RD_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The program's read-only memory, in which its literals lie; the linker's and the C library's names
 * for its ends. */
extern const char __executable_start[], __data_start[];

/* Whether the text is one of the program's own: it never changes and lives for ever. */
static inline bool rd_text_is_literal(const char *text)
{
    return text >= __executable_start && text < __data_start;
}

/* Whether they are spelled alike: names are mostly one text at one place, or differ at once. */
static inline bool rd_text_same(const char *a, const char *b)
{
    return a == b || (a[0] == b[0] && strcmp(a, b) == 0);
}

/* Whether all bytes are ASCII, as most stored texts are: eight at a time, the last eight (or four)
 * once more in part rather than one by one. */
static inline bool rd_text_is_ascii(const char *bytes, size_t len)
{
    uint64_t all = 0, eight;
    uint32_t head, tail;
    if (len >= sizeof eight) {
        for (size_t at = 0; at + sizeof eight <= len; at += sizeof eight) {
            memcpy(&eight, bytes + at, sizeof eight);
            all |= eight;
        }
        memcpy(&eight, bytes + len - sizeof eight, sizeof eight);
        all |= eight;
    } else if (len >= sizeof head) {
        memcpy(&head, bytes, sizeof head);
        memcpy(&tail, bytes + len - sizeof tail, sizeof tail);
        all = head | tail;
    } else {
        for (size_t at = 0; at < len; at++)
            all |= (unsigned char)bytes[at];
    }
    return (all & 0x8080808080808080u) == 0;
}

/* Whether the bytes are UTF-8 as RFC 3629 has it (no surrogates, no overlong forms). */
bool rd_text_is_utf8(const char *bytes, size_t len);
/* How many of the bytes are UTF-8 before the first letter that is not; `len` where all are. */
size_t rd_text_utf8_bytes(const char *bytes, size_t len);
/* The number of code points of a UTF-8 text. */
size_t rd_text_length(const char *bytes, size_t len);
/* How many single letters must be changed to make `a` into `b`; texts over 64 bytes count as unlike
 * (returns 64). */
unsigned rd_text_distance(const char *a, const char *b);
/* The one of `names` that is nearest to `word` and near enough to be meant (a third of its letters
 * at most); or NULL. */
const char *rd_text_nearest(const char *word, const char *const *names, size_t count);
/* A whole decimal number, nothing before or behind it; false where it is none or does not fit. */
bool rd_text_int(const char *text, int64_t *out);
/* Writes the number in decimal at `at`, without a NUL, and returns the place behind it: in its
 * shortest spelling (at most RD_UINT_TEXT_MAX - 1 bytes), or as its last `width` digits. Numbers
 * are written several times a command, where printf would be seen in a profile. */
#define RD_UINT_TEXT_MAX 21
char *rd_text_put_uint(char *at, uint64_t number);
char *rd_text_put_digits(char *at, uint64_t number, int width);
/* A 64-bit hash, the same in every process and for ever (SipHash-2-4 with a fixed key): index keys
 * are made of it. */
uint64_t rd_text_hash(const void *bytes, size_t len);
/* The same for chains in memory, of short names that those who run the house gave: quick, kept
 * nowhere, and no help against somebody who chooses names that collide (FNV-1a). */
static inline uint64_t rd_text_spread(const char *name)
{
    uint64_t hash = 0xCBF29CE484222325u;
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 0x100000001B3u;
    return hash ^ hash >> 32;
}

/* RFC 3339 in UTC with milliseconds only where there are any: "2026-03-06T08:00:00Z". Years 0001 to
 * 9999. */
#define RD_TIME_TEXT_MAX 32
void rd_time_write(int64_t time_ms, char out[RD_TIME_TEXT_MAX]);
/* Any RFC 3339 time with an offset or Z; false where it is none. Fractions finer than milliseconds
 * are cut off. */
bool rd_time_read(const char *text, int64_t *time_ms);
/* Days since 1970-01-01 of a civil date of the Gregorian calendar, and back. */
int64_t rd_date_days(int year, int month, int day);
void rd_date_civil(int64_t days, int *year, int *month, int *day);
/* "2026-03-06" of such a day; years 0001 to 9999, what lies beyond becomes the nearest date. */
#define RD_DATE_TEXT_MAX 11
void rd_date_write(int64_t days, char out[RD_DATE_TEXT_MAX]);
/* "2026-03-06"; false where it is no such date. */
bool rd_date_read(const char *text, int64_t *days);

#endif
