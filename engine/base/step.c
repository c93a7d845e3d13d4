/* Steps. See step.h. What is read comes from bytes that nothing has vouched for: a number that does
 * not end is refused, and one that is too long keeps its low bits. */
#include "base/step.h"

size_t rd_step_put(unsigned char at[RD_STEP_BYTES_MAX], uint64_t n)
{
    size_t bytes = 0;
    for (; n >= 0x80; n >>= 7)
        at[bytes++] = (unsigned char)(n | 0x80);
    at[bytes++] = (unsigned char)n;
    return bytes;
}

bool rd_step_take(const unsigned char **at, const unsigned char *end, uint64_t *out)
{
    unsigned shift = 0;
    bool more = true;
    *out = 0;
    for (; more && *at < end && shift < 64; shift += 7) {
        more = **at & 0x80;
        *out |= (uint64_t)(*(*at)++ & 0x7f) << shift;
    }
    return !more;
}
