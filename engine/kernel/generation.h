/* Generations as they are stored: every policy that ever was in force, with its sources. Inside the
 * kernel only. */
#ifndef RD_KERNEL_GENERATION_H
#define RD_KERNEL_GENERATION_H

#include "kernel/inside.h"

/* The row of a generation: [8, generation, hash, {path: text}, draw key, about]; about = { at, by,
 * behind, why, back_to, moved }, and not there in rows of older programs. Made in the arena.
 * RD_NOT_FOUND where there never was such a generation. */
enum rd_status rd_generation_row(struct rd_kernel *kernel, int64_t generation,
                                 struct rd_arena *arena, struct rd_value *row,
                                 struct rd_error *error) RD_MUST_CHECK;
/* The row's sources, `tests` with the promises beside the rules. They borrow the row's texts. */
void rd_generation_sources(const struct rd_value *row, bool tests, struct rd_arena *arena,
                           struct rd_policy_source **sources, size_t *count);

#endif
