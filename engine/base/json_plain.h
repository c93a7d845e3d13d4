/* JSON: which bytes may stand in a text as they are. What reading and writing share. */
#ifndef RD_BASE_JSON_PLAIN_H
#define RD_BASE_JSON_PLAIN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Whether none of eight bytes ends a text, begins an escape or is a control letter ("has a zero
 * byte" and "has a byte below n" of Bit Twiddling Hacks). */
static inline bool rd_json_is_plain8(const char *at)
{
    const uint64_t ones = 0x0101010101010101u;
    uint64_t eight, quote, slash;
    memcpy(&eight, at, sizeof(eight));
    quote = eight ^ (ones * '"');
    slash = eight ^ (ones * '\\');
    return ((((quote - ones) & ~quote) | ((slash - ones) & ~slash) |
             ((eight - ones * 0x20) & ~eight)) &
            (ones * 0x80)) == 0;
}

static inline bool rd_json_is_plain(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\';
}

#endif
