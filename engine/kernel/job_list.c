/* `job.list`: which jobs there were and are, the newest first, and how far each is. */
#include "kernel/inside.h"

#include <string.h>

#include "domain/job.h"
#include "store/tables.h"

static struct rd_value job_where(const struct rd_record_type *type, const struct rd_value *where,
                                 struct rd_arena *arena)
{
    struct rd_value shown = rd_map();
    for (uint32_t i = 0; i < where->count; i++) {
        const struct rd_value *at = where->items[i].items;
        int field = type ? rd_type_field(type, at[0].text) : -1;
        struct rd_value values = rd_list();
        for (uint32_t v = 0; v < at[1].count; v++)
            if (field < 0 || !type->fields[field].secrecy)
                rd_list_add(arena, &values,
                            field < 0
                                ? at[1].items[v]
                                : rd_type_show(&type->fields[field].type, &at[1].items[v], arena));
        rd_map_set(arena, &shown, at[0].text, values);
    }
    return shown;
}

static enum rd_status job_show(struct rd_kernel *kernel, const struct rd_job_row *row,
                               size_t *budget, struct rd_arena *arena, struct rd_value *out,
                               struct rd_error *error)
{
    const struct rd_value *spec = &row->spec;
    const char *type_name = rd_map_text(spec, "type", "");
    const struct rd_record_type *type = rd_model_type(kernel->model, type_name);
    const char *send = rd_map_text(spec, "send", NULL), *start = rd_map_text(spec, "start", NULL);
    bool more = false;
    int64_t left = 0;
    enum rd_status status = RD_OK;
    if (row->ended_ms == 0)
        status = rd_job_left(kernel, row, budget, &left, &more, error);
    *out = rd_map();
    rd_map_add(arena, out, "job", rd_int((int64_t)row->number));
    rd_map_add(arena, out, "each", rd_text(type_name));
    rd_map_add(arena, out, "where", job_where(type, rd_map_list(spec, "where"), arena));
    rd_map_add(arena, out, "does",
               rd_text(send    ? rd_arena_printf(arena, "send %s", send)
                       : start ? rd_arena_printf(arena, "start %s", start)
                               : "derive"));
    rd_map_add(arena, out, "rule", rd_text(rd_map_text(spec, "rule", "")));
    rd_map_add(arena, out, "began", rd_show_time(row->began_ms, arena));
    rd_map_add(arena, out, "began_seq", rd_int((int64_t)row->began_seq));
    rd_map_add(arena, out, "ended", row->ended_ms ? rd_show_time(row->ended_ms, arena) : rd_null());
    rd_map_add(arena, out, "done", rd_int(row->done));
    rd_map_add(arena, out, "failed", rd_int(row->failed));
    rd_map_add(arena, out, "left", rd_int(left));
    rd_map_add(arena, out, "more", rd_bool(more)); /* `left` is only what was counted */
    return status;
}

enum rd_status rd_method_job_list(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    struct rd_value jobs = rd_list(), cursor = rd_null();
    int64_t limit = rd_map_int(request->params, "limit", RD_LIST_LIMIT_DEFAULT);
    int64_t before = rd_map_int(request->params, "before", INT64_MAX);
    bool running = rd_map_bool(request->params, "running", false);
    size_t budget = RD_LIST_SCAN_MAX, begun = arena->total;
    struct rd_walk walk;
    if (limit < 1 || limit > RD_LIST_LIMIT_MAX)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/limit",
                           "limit lies between 1 and %d", RD_LIST_LIMIT_MAX);
    if (before < 1)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/before",
                           "before is the number of a job");
    struct rd_key8 from = rd_key8((uint64_t)before - 1);
    enum rd_status status =
        rd_walk_start(&walk, kernel->store, RD_TABLE_JOB, from.bytes, true, &request->error);
    while (status == RD_OK) {
        struct rd_job_row row;
        struct rd_value shown;
        status = rd_job_unpack(walk.bytes, walk.len, arena, &row, &request->error);
        if (status != RD_OK)
            break;
        if (running && row.ended_ms != 0)
            break; /* they end in the order of their numbers: so have all before it */
        if (jobs.count == (uint32_t)limit || arena->total - begun > RD_REPLY_ARENA_BYTES) {
            cursor = rd_int((int64_t)row.number + 1);
            break;
        }
        status = job_show(kernel, &row, &budget, arena, &shown, &request->error);
        rd_list_add(arena, &jobs, shown);
        if (status == RD_OK)
            status = rd_walk_next(&walk, &request->error);
    }
    rd_walk_end(&walk);
    if (status != RD_OK && status != RD_END)
        return status;
    request->result = rd_map();
    rd_map_add(arena, &request->result, "jobs", jobs);
    rd_map_add(arena, &request->result, "before", cursor);
    return RD_OK;
}
