/* The kernel's own share of the lifecycle: the five events of `redress bench`, in process, with no
 * socket, no JSON of replies and no second thread; the journal is flushed once for each batch.
 * Usage: kernel_bench DIR POLICY [cases]. DIR must exist and be empty; it is left for looking at.
 *
 * For a profile that does not depend on what else the machine does:
 *   valgrind --tool=callgrind --toggle-collect=rd_kernel_run bench_kernel_bench DIR . 1000
 * counts instructions of the commands alone; divided by five times the cases it is an event's.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "cli/bench.h"

int main(int argc, char **argv)
{
    struct rd_error error = RD_ERROR_NONE;
    if (argc < 3) {
        fprintf(stderr, "usage: kernel_bench DIR POLICY [cases]\n");
        return 2;
    }
    uint64_t cases = argc > 3 ? strtoull(argv[3], NULL, 10) : 10000;
    int64_t from_ns = rd_clock_mono_ns();
    if (rd_bench_fill(argv[1], argv[2], cases, RD_BENCH_STEPS, &error) != RD_OK) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    double seconds = (double)(rd_clock_mono_ns() - from_ns) / 1e9;
    printf("%llu cases of five events: %.2f s with start and end, %.1f us an event\n",
           (unsigned long long)cases, seconds, seconds * 1e6 / (double)(cases * RD_BENCH_STEPS));
    return 0;
}
