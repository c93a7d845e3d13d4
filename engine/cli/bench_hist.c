/* Times in buckets whose width grows with the value, as HdrHistogram has them: below 128 each value
 * has a bucket of its own; above, each power of two is cut into 64 equal ones. A quantile is the
 * upper end of its bucket: at most 1.6 % too high.
 *
 *   value   0 1 2 … 127 | 128 130 132 … 254 | 256 260 … 508 | …
 *   bucket  0 1 2 … 127 | 128 129 130 … 191 | 192 193 … 255 | …
 */
#include "cli/bench.h"

#include <math.h>
#include <string.h>

void rd_hist_init(struct rd_hist *hist)
{
    memset(hist, 0, sizeof(*hist));
}

static size_t hist_bucket(uint64_t value)
{
    if (value < 2 * RD_HIST_STEPS)
        return (size_t)value;
    int shift = 63 - __builtin_clzll(value) - 6;
    size_t bucket = (size_t)shift * RD_HIST_STEPS + (size_t)(value >> shift);
    return bucket < RD_HIST_BUCKETS ? bucket : RD_HIST_BUCKETS - 1;
}

/* The largest value of a bucket. */
static uint64_t hist_upper(size_t bucket)
{
    if (bucket < 2 * RD_HIST_STEPS)
        return bucket;
    size_t shift = bucket / RD_HIST_STEPS - 1;
    return ((uint64_t)(bucket - shift * RD_HIST_STEPS) + 1) * (1ull << shift) - 1;
}

void rd_hist_add(struct rd_hist *hist, uint64_t value)
{
    hist->buckets[hist_bucket(value)]++;
    hist->count++;
    if (value > hist->max)
        hist->max = value;
}

void rd_hist_merge(struct rd_hist *hist, const struct rd_hist *from)
{
    for (size_t i = 0; i < RD_HIST_BUCKETS; i++)
        hist->buckets[i] += from->buckets[i];
    hist->count += from->count;
    if (from->max > hist->max)
        hist->max = from->max;
}

uint64_t rd_hist_quantile(const struct rd_hist *hist, double share)
{
    uint64_t wanted = (uint64_t)ceil(share * (double)hist->count), seen = 0;
    if (hist->count == 0)
        return 0;
    for (size_t i = 0; i < RD_HIST_BUCKETS; i++) {
        seen += hist->buckets[i];
        if (seen >= wanted && seen > 0)
            return hist_upper(i) < hist->max ? hist_upper(i) : hist->max;
    }
    return hist->max;
}
