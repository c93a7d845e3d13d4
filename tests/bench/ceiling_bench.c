/* The ceiling by itself: what journal and store do with everything above taken away, one flush for
 * 64 events, and what one flush of the disk takes. The same code as in `redress bench`.
 * Usage: ceiling_bench DIR [seconds]. DIR must exist and be empty.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cli/bench.h"

int main(int argc, char **argv)
{
    struct rd_error error = RD_ERROR_NONE;
    double flush_us, events_per_s;
    if (argc < 2) {
        fprintf(stderr, "usage: ceiling_bench DIR [seconds]\n");
        return 2;
    }
    double seconds = argc > 2 ? strtod(argv[2], NULL) : 3;
    if (rd_bench_flush_us(argv[1], &flush_us, &error) != RD_OK ||
        rd_bench_ceiling(argv[1], seconds, &events_per_s, &error) != RD_OK) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    printf("flush %.0f us; %.0f events/s, %d a flush: %.1f events in the time of a flush\n",
           flush_us, events_per_s, RD_BENCH_CEILING_BATCH, events_per_s * flush_us / 1e6);
    return 0;
}
