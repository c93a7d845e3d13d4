/* JSON: which bytes may stand in a text as they are. What reading and writing share. */
#ifndef RD_BASE_JSON_PLAIN_H
#define RD_BASE_JSON_PLAIN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Whether none of eight bytes ends a text, begins an escape or is a control letter; all of them are
 * looked at at once (vectors of GNU C). */
static inline bool rd_json_is_plain8(const char *at)
{
    typedef unsigned char letters __attribute__((vector_size(8)));
    letters eight;
    memcpy(&eight, at, sizeof(eight));
    const uint64_t bad = (uint64_t)((eight == '"') | (eight == '\\') | (eight < 0x20));
    return bad == 0;
}

/* The same of two times eight. */
static inline bool rd_json_are_plain(uint64_t left, uint64_t right)
{
    typedef unsigned char letters __attribute__((vector_size(16)));
    typedef uint64_t halves __attribute__((vector_size(16)));
    const letters both = (letters)(halves){ left, right };
    const halves bad = (halves)((both == '"') | (both == '\\') | (both < 0x20));
    return (bad[0] | bad[1]) == 0;
}

static inline bool rd_json_is_plain(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\';
}

#endif
