/* Generations as they are stored: every policy that ever was in force, with its sources. Inside the
 * kernel only. */
#ifndef RD_KERNEL_GENERATION_H
#define RD_KERNEL_GENERATION_H

#include "kernel/inside.h"

/* The row of a generation: [8, generation, hash, {path: text}, draw key, about]; about = { at, by,
 * behind, why, back_to, moved, proposed_by, proposed_behind, proposed_at, second_person, eras,
 * signature, signed_by }, and not there in rows of older programs. Made in the arena. RD_NOT_FOUND
 * where there never was such a generation. */
enum rd_status rd_generation_row(struct rd_kernel *kernel, int64_t generation,
                                 struct rd_arena *arena, struct rd_value *row,
                                 struct rd_error *error) RD_MUST_CHECK;
/* The row's sources, `tests` with the promises beside the rules. They borrow the row's texts. */
void rd_generation_sources(const struct rd_value *row, bool tests, struct rd_arena *arena,
                           struct rd_policy_source **sources, size_t *count);

/* The same of a map of texts by path. */
void rd_generation_texts(const struct rd_value *texts, bool tests, struct rd_arena *arena,
                         struct rd_policy_source **sources, size_t *count);

/* The state that cases of this one go to in the generation in force: -1 where none. `chart` is of
 * the kernel's model. */
int rd_generation_move(const struct rd_kernel *kernel, const struct rd_chart *chart,
                       const char *state);
/* Shows a record where it goes, while planning anew has not come to it yet. */
void rd_generation_moved(const struct rd_kernel *kernel, const struct rd_record_type *type,
                         struct rd_record *record);
enum rd_status rd_method_policy_activate(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_policy_confirm(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_policy_info(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_policy_list(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_policy_reload(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_policy_rollback(struct rd_kernel *kernel, struct rd_request *request);

#endif
