/* Steps: numbers that are small mostly, as they stand in rows and in what is sealed. */
#ifndef RD_BASE_STEP_H
#define RD_BASE_STEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Seven bits a byte, the low ones first, the last byte below 128. Put: how many bytes it took.
 * Take: moves *at behind it; false where it does not end before `end`. */
#define RD_STEP_BYTES_MAX 10
size_t rd_step_put(unsigned char at[RD_STEP_BYTES_MAX], uint64_t n);
bool rd_step_take(const unsigned char **at, const unsigned char *end, uint64_t *out);

#endif
