/* The bench against itself: each line as ratios of what this machine can do, beside the ratios of a
 * committed baseline. */
#ifndef RD_CLI_BENCH_RATIO_H
#define RD_CLI_BENCH_RATIO_H

#include "base/error.h"
#include "cli/cli.h"

/* A ratio that is worse than the baseline's by more than this share is marked. */
#define RD_BENCH_WORSE 0.15

/* `result` (as -o json shows it) as a list of lines {line, measured, unit, better ("more" or
 * "less"), of_ceiling, of_flush}, in the arena. For events a second: those of the ceiling, and
 * those in the time of one flush. For times: the events that the ceiling does meanwhile, and the
 * flushes. */
struct rd_value rd_bench_ratios(struct rd_arena *arena, const struct rd_value *result);
/* How much better (above 0) or worse a ratio is than the baseline's of the same line, as a share;
 * NAN where the baseline has none. */
double rd_bench_change(const struct rd_value *line, const struct rd_value *baseline,
                       const char *ratio);
/* Reads the lines of a baseline file. */
enum rd_status rd_bench_ratio_read(struct rd_arena *arena, const char *path, struct rd_value *lines,
                                   struct rd_error *error) RD_MUST_CHECK;
/* Writes one: the lines of this result, with the machine that it was measured on. */
enum rd_status rd_bench_ratio_save(const char *path, struct rd_arena *arena,
                                   const struct rd_value *result,
                                   struct rd_error *error) RD_MUST_CHECK;
/* One table; `baseline`: its lines, an empty list where there is none. */
void rd_bench_ratio_print(struct rd_cli *cli, const struct rd_value *result,
                          const struct rd_value *baseline);

#endif
