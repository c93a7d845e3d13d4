/* What a record, its deadlines and an entry's parts look like outside. Nothing secret is among what
 * is shown (domain/secrecy.h). */
#ifndef RD_KERNEL_SHOW_H
#define RD_KERNEL_SHOW_H

#include "domain/model.h"

struct rd_kernel;

/* `at_ms`: what the deadlines have used and left by then is shown too; RD_NO_LEDGER: not. */
#define RD_NO_LEDGER INT64_MIN
struct rd_value rd_show_record(struct rd_kernel *kernel, const struct rd_record *record,
                               const struct rd_deadline *deadlines, size_t count, int64_t at_ms,
                               struct rd_arena *arena);
struct rd_value rd_show_deadline(const struct rd_deadline *deadline, struct rd_arena *arena);
struct rd_value rd_show_decisions(const struct rd_value *decisions, struct rd_arena *arena);
/* Fields of a record or a form; `type` may be NULL. Nothing secret is among them. */
struct rd_value rd_show_fields(const struct rd_model *model, const struct rd_record_type *type,
                               const struct rd_value *inside, struct rd_arena *arena);
/* The same for an entry's facts, which may be of any record. */
struct rd_value rd_show_facts(const struct rd_model *model, const struct rd_record_type *type,
                              const struct rd_value *inside, struct rd_arena *arena);
struct rd_value rd_show_time(int64_t time_ms, struct rd_arena *arena);
struct rd_value rd_show_id(struct rd_id id, struct rd_arena *arena);
const struct rd_record_type *rd_type_of(const struct rd_kernel *kernel, struct rd_id id);
uint16_t rd_type_number(const struct rd_kernel *kernel, const struct rd_record_type *type);

#endif
