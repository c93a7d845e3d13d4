/* Jobs: something that is done for each record of a type, one entry each, in slices between batches
 * (kernel/job.c). Here is its row in the store, made from effect 14 and nothing else:
 *
 *   [14, number, "begin", spec] ─▶ [14, number, "step", opened at, record, done?] ... ─▶
 *   [14, number, "end"]
 *
 * A spec is a map: type, where = [[field or "state", [value...]]...], until (the last id that it is
 * about), index and slot (where an index serves it), and what is done: send and form, or start,
 * data and link, or derive; and depth: 1 where a command began it, 2 where such a job did ... */
#ifndef RD_DOMAIN_JOB_H
#define RD_DOMAIN_JOB_H

#include "domain/record.h"

struct rd_model;

struct rd_job_row {
    uint64_t number;
    struct rd_value spec;
    int64_t began_ms, ended_ms;      /* ended_ms 0: under way */
    uint64_t began_seq;              /* of the entry that began it */
    int64_t at_opened_ms, at_record; /* the last record that was dealt with */
    int64_t done, failed;
};

/* The counter that holds the number of the newest job. */
#define RD_COUNTER_JOB "job"

/* The row of a job, in the arena; RD_NOT_FOUND without filling an error. */
enum rd_status rd_job_load(struct rd_store *store, uint64_t number, struct rd_arena *arena,
                           struct rd_job_row *out, struct rd_error *error) RD_MUST_CHECK;
/* The row behind a pair of the table JOB. */
enum rd_status rd_job_unpack(const void *bytes, size_t len, struct rd_arena *arena,
                             struct rd_job_row *out, struct rd_error *error) RD_MUST_CHECK;
/* Effect 14 into the table. */
enum rd_status rd_job_apply(struct rd_store *store, const struct rd_value *effect, int64_t at_ms,
                            uint64_t seq, struct rd_arena *arena, struct rd_buf *scratch,
                            struct rd_error *error) RD_MUST_CHECK;

/* Makes a spec of `each "TYPE" { same, where, send, form | start, data, link }`: every name must
 * exist and every value fit, else RD_POLICY_FAULT with a sentence (and the nearest guess).
 * `outside`: the values are as a policy file writes them, else as rules compute them. */
enum rd_status rd_each_build(const struct rd_model *model, const struct rd_value *given,
                             bool outside, struct rd_arena *arena, struct rd_value *spec,
                             struct rd_error *error) RD_MUST_CHECK;

/* How far the records of a job were looked at, found or not. */
struct rd_job_look {
    uint64_t number; /* the job's; 0: none */
    int64_t opened_ms;
    uint64_t record;
};

#endif
