/* Doing once more what was done: for back-tests (backtest.h), which compare and write nothing.
 *
 * While a kernel's `redo` is set, what would go into the journal goes there. The rest of the kernel
 * need not know: a command, a ring, a step runs as it always does.
 */
#ifndef RD_KERNEL_REDO_H
#define RD_KERNEL_REDO_H

#include "kernel/inside.h"

/* The entries that would have been written, borrowed from the arenas of the runs that made them. */
struct rd_redo {
    struct rd_command_entry first, last;
    uint32_t count;
    /* The effects of what is done once more: records that are opened get the ids and numbers that
     * they got then; those that were not opened then get others, which no history gives. NULL: all
     * get the next ones. */
    const struct rd_value *opened;
};

/* A record of this type is opened, behind `before` others of this plan: its serial. */
void rd_redo_serial(const struct rd_redo *redo, uint16_t type, size_t before, int64_t *serial);
/* The serial of its number. */
void rd_redo_number(const struct rd_redo *redo, struct rd_id id, int64_t *serial);

/* The record's deadline of this name rings; `lane`: in which it was. */
enum rd_status rd_ring_redo(struct rd_kernel *kernel, uint8_t lane, struct rd_id record,
                            const char *name, int64_t now_ms, struct rd_error *error) RD_MUST_CHECK;
/* The record's deadlines are planned anew from their ledgers. */
enum rd_status rd_replan_redo(struct rd_kernel *kernel, struct rd_id record,
                              struct rd_error *error) RD_MUST_CHECK;
/* The schedule's occurrence starts its record, or begins its job. `filed`: the fields of the report
 * that it filed then; NULL: none, or it is made. RD_NOT_FOUND where the model has no such schedule.
 */
enum rd_status rd_schedule_redo(struct rd_kernel *kernel, const char *name, int64_t at_ms,
                                const struct rd_value *filed, struct rd_error *error) RD_MUST_CHECK;
/* The job's step at this record. What it would write borrows from the arena, too. */
enum rd_status rd_job_redo(struct rd_kernel *kernel, uint64_t number, int64_t opened_ms,
                           struct rd_id record, struct rd_arena *arena,
                           struct rd_error *error) RD_MUST_CHECK;
/* Whether what the job is about is true of this record, as it is in this store or another. */
bool rd_job_matches(const struct rd_kernel *kernel, const struct rd_job_row *row,
                    const struct rd_record *record);
/* The ids of all records that it is true of now, those opened since it began included, behind each
 * other in `ids` (8 bytes each). */
enum rd_status rd_job_records(struct rd_kernel *kernel, const struct rd_job_row *row,
                              struct rd_buf *ids, struct rd_error *error) RD_MUST_CHECK;
/* A record without a chart is made (a fresh draft) or changed: what is authorised is set on the
 * draft. `outside`: as requests have values. */
enum rd_status rd_case_write(struct rd_run *run, struct rd_draft *draft,
                             const struct rd_value *outside, const char *base) RD_MUST_CHECK;
/* Adds the effects that give numbers to the model's types and indexes which have none yet, from
 * these numbers on at the least. */
enum rd_status rd_activate_names(const struct rd_catalogue *catalogue, const struct rd_model *model,
                                 uint16_t next_type, uint32_t next_index, struct rd_arena *arena,
                                 struct rd_value *effects, struct rd_error *error) RD_MUST_CHECK;

#endif
