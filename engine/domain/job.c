/* The rows of jobs: how far each has got is kept here and nowhere else, so that a job goes on after
 * a crash with the record behind the last one whose entry is durable, and no record is taken twice.
 */
#include "domain/job.h"

#include <string.h>

#include "base/pack.h"
#include "store/tables.h"

#define JOB_ITEMS 9

enum rd_status rd_job_unpack(const void *bytes, size_t len, struct rd_arena *arena,
                             struct rd_job_row *out, struct rd_error *error)
{
    struct rd_value row;
    enum rd_status status = rd_pack_read(arena, bytes, len, &row, error);
    if (status != RD_OK)
        return status;
    if (row.kind != RD_LIST || row.count < JOB_ITEMS)
        return rd_error_set(error, RD_CORRUPT, "a job's row is too short");
    const struct rd_value *at = row.items;
    *out = (struct rd_job_row){
        .number = (uint64_t)at[0].integer,
        .spec = at[1],
        .began_ms = at[2].integer,
        .ended_ms = at[3].integer,
        .began_seq = (uint64_t)at[4].integer,
        .at_opened_ms = at[5].integer,
        .at_record = at[6].integer,
        .done = at[7].integer,
        .failed = at[8].integer,
    };
    return RD_OK;
}

enum rd_status rd_job_load(struct rd_store *store, uint64_t number, struct rd_arena *arena,
                           struct rd_job_row *out, struct rd_error *error)
{
    struct rd_key8 key = rd_key8(number);
    const void *bytes;
    size_t len;
    enum rd_status status = rd_store_get(store, RD_TABLE_JOB, key.bytes, &bytes, &len, error);
    return status == RD_OK ? rd_job_unpack(bytes, len, arena, out, error) : status;
}

static enum rd_status job_store(struct rd_store *store, const struct rd_job_row *row,
                                struct rd_arena *arena, struct rd_buf *scratch,
                                struct rd_error *error)
{
    const int64_t numbers[] = { row->began_ms,     row->ended_ms,  (int64_t)row->began_seq,
                                row->at_opened_ms, row->at_record, row->done,
                                row->failed };
    struct rd_key8 key = rd_key8(row->number);
    struct rd_value list = rd_list();
    rd_list_add(arena, &list, rd_int((int64_t)row->number));
    rd_list_add(arena, &list, row->spec);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        rd_list_add(arena, &list, rd_int(numbers[i]));
    rd_buf_clear(scratch);
    rd_pack_write(scratch, &list);
    return rd_store_put(store, RD_TABLE_JOB, key.bytes, scratch->data, scratch->len, error);
}

enum rd_status rd_job_apply(struct rd_store *store, const struct rd_value *effect, int64_t at_ms,
                            uint64_t seq, struct rd_arena *arena, struct rd_buf *scratch,
                            struct rd_error *error)
{
    const struct rd_value *at = effect->items;
    const char *what = at[2].text;
    struct rd_job_row row = { .number = (uint64_t)at[1].integer,
                              .began_ms = at_ms,
                              .began_seq = seq,
                              .at_opened_ms = INT64_MIN };
    enum rd_status status = RD_OK;
    if (strcmp(what, "begin") == 0)
        row.spec = at[3];
    else
        status = rd_job_load(store, row.number, arena, &row, error);
    if (status == RD_NOT_FOUND)
        return rd_error_set(error, RD_CORRUPT,
                            "entry %llu goes on with job %llu, which never began",
                            (unsigned long long)seq, (unsigned long long)row.number);
    if (status != RD_OK)
        return status;
    if (strcmp(what, "step") == 0) {
        row.at_opened_ms = at[3].integer;
        row.at_record = at[4].integer;
        row.done += at[5].boolean;
        row.failed += !at[5].boolean;
    } else if (strcmp(what, "end") == 0) {
        row.ended_ms = at_ms;
    }
    return job_store(store, &row, arena, scratch, error);
}
