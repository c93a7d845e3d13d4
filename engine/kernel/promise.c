/* Promises: each test gets a kernel of its own on an empty store and a manual clock, and is played
 * through the same methods that front ends use: what holds here holds at the door.
 */
#include "kernel/promise.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "domain/zone.h"
#include "kernel/inside.h"
#include "kernel/promise_run.h"

#define PROMISE_START "2026-03-02 09:00" /* a Monday, when service begins */
#define PROMISE_SLICES_MAX 1000

static void promise_request(struct rd_promise_run *run, struct rd_request *request)
{
    rd_kernel_run(run->kernel, &request, 1);
    while (request->waits) /* a long read is made in slices; it ends */
        rd_kernel_run(run->kernel, NULL, 0);
    for (int i = 0; i < PROMISE_SLICES_MAX && rd_kernel_wake_at(run->kernel) == 0; i++)
        rd_kernel_run(run->kernel, NULL, 0); /* jobs, and deadlines that are planned anew */
    run->status = request->status;
    run->result = request->result;
    run->error = request->error;
}

void rd_promise_call(struct rd_promise_run *run, const char *method, struct rd_value params,
                     const char *by)
{
    struct rd_value *kept = rd_arena_zalloc(run->arena, 1, sizeof *kept);
    if (by)
        rd_map_set(run->arena, &params, "as", rd_text(by));
    *kept = params;
    struct rd_request request = {
        .arena = run->arena, .method = method, .params = kept, .peer = { .door = RD_DOOR_INSIDE }
    };
    promise_request(run, &request);
}

/* A record that the chart started by itself has no name in the test: "plan" is the newest of its
 * type, "plan_2" the second that was opened. */
static const char *promise_started(const struct rd_promise_run *run, const char *name)
{
    char counter[64], id[RD_ID_TEXT_MAX], *end = NULL;
    const struct rd_record_type *type = rd_model_type(run->model, name);
    const char *dash = type ? NULL : strrchr(name, '_');
    int64_t serial = 0;
    if (dash && dash[1] >= '1' && dash[1] <= '9') {
        serial = strtoll(dash + 1, &end, 10);
        type = *end ? NULL
                    : rd_model_type(run->model,
                                    rd_arena_copy(run->arena, name, (size_t)(dash - name)));
    }
    if (!type)
        return NULL;
    uint16_t number = rd_type_number(run->kernel, type);
    struct rd_error error = RD_ERROR_NONE;
    snprintf(counter, sizeof counter, "serial:%u", number);
    if (serial == 0 &&
        (rd_counter_read(run->kernel->store, counter, &serial, &error) != RD_OK || serial == 0))
        return NULL;
    rd_id_write((struct rd_id){ (uint64_t)number << 48 | (uint64_t)serial }, id);
    return rd_arena_copy(run->arena, id, strlen(id));
}

const char *rd_promise_id(const struct rd_promise_run *run, const char *name)
{
    for (size_t i = run->ref_count; i-- > 0;)
        if (run->refs[i].name && strcmp(run->refs[i].name, name) == 0)
            return run->refs[i].id;
    return promise_started(run, name);
}

static bool promise_is_reference(const struct rd_promise_run *run,
                                 const struct rd_record_type *type, const char *field)
{
    int at = type ? rd_type_field(type, field) : -1;
    if (at >= 0)
        return type->fields[at].type.kind == RD_TYPE_REFERENCE;
    for (size_t f = 0; f < run->model->form_count; f++)
        for (size_t i = 0; i < run->model->forms[f].count; i++) {
            const struct rd_field *entry = &run->model->forms[f].entries[i].field;
            if (run->model->forms[f].of == type && strcmp(entry->name, field) == 0)
                return entry->type.kind == RD_TYPE_REFERENCE;
        }
    return false;
}

/* The fields, with names of the test's records in reference fields replaced by their ids. */
static struct rd_value promise_data(struct rd_promise_run *run, const struct rd_record_type *type,
                                    const struct rd_value *data)
{
    struct rd_value out = rd_map();
    for (uint32_t i = 0; rd_value_is(data, RD_MAP) && i < data->count; i++) {
        const struct rd_pair *pair = &data->pairs[i];
        const char *id = pair->value.kind == RD_TEXT && promise_is_reference(run, type, pair->key)
                             ? rd_promise_id(run, pair->value.text)
                             : NULL;
        rd_map_add(run->arena, &out, pair->key, id ? rd_text(id) : pair->value);
    }
    return out;
}

static void promise_open(struct rd_promise_run *run, const struct rd_value *spec)
{
    const char *name = rd_map_text(spec, "type", ""), *ref = rd_map_text(spec, "ref", NULL);
    const struct rd_record_type *type = rd_model_type(run->model, name);
    struct rd_value params = rd_map();
    rd_map_add(run->arena, &params, "type", rd_text(name));
    rd_map_add(run->arena, &params, "data", promise_data(run, type, rd_map_get(spec, "data")));
    rd_promise_call(run, type && type->chart ? "case.open" : "record.create", params,
                    rd_map_text(spec, "by", NULL));
    if (run->status != RD_OK || run->ref_count == RD_PROMISE_REFS_MAX)
        return;
    const char *id = rd_map_text(&run->result, "id", "");
    run->refs[run->ref_count++] = (struct rd_promise_ref){ ref, id };
    if ((type && type->chart) || !run->subject)
        run->subject = id;
}

static bool promise_local(const struct rd_promise_run *run, const char *text, int64_t *out)
{
    char full[RD_TIME_TEXT_MAX];
    int64_t local;
    if (strlen(text) != 16 || text[10] != ' ')
        return rd_time_read(text, out);
    snprintf(full, sizeof full, "%.10sT%.5s:00Z", text, text + 11);
    if (!rd_time_read(full, &local))
        return false;
    *out = rd_zone_utc_ms(run->model->local, local);
    return true;
}

/* Moves the clock as the step says; false where that could not be done (the run's error says why).
 */
static bool promise_move(struct rd_promise_run *run, const struct rd_value *step)
{
    const char *at = rd_map_text(step, "at", NULL), *after = rd_map_text(step, "after", NULL);
    struct rd_value params = rd_map();
    char text[RD_TIME_TEXT_MAX];
    int64_t to;
    run->status = RD_OK;
    if (!at && !after)
        return true;
    if (after)
        rd_map_add(run->arena, &params, "by", rd_text(after));
    if (at) {
        if (!promise_local(run, at, &to)) {
            run->status = rd_error_set(&run->error, RD_INVALID_PARAMS,
                                       "at: '%s' is no time such as 2026-03-06 16:00", at);
            return false;
        }
        rd_time_write(to, text);
        rd_map_add(run->arena, &params, "to", rd_text_copy(run->arena, text, strlen(text)));
    }
    rd_promise_call(run, "clock.advance", params, NULL);
    return run->status == RD_OK;
}

static void promise_act(struct rd_promise_run *run, const struct rd_value *step)
{
    const char *on = rd_map_text(step, "on", NULL);
    const char *id = on ? rd_promise_id(run, on) : run->subject;
    struct rd_id raw;
    struct rd_value params = rd_map();
    const struct rd_record_type *type = NULL;
    if (!id) {
        run->status =
            rd_error_set(&run->error, RD_NOT_FOUND, "the test opened no record '%s'", on ? on : "");
        return;
    }
    struct rd_promise_run other = *run;
    struct rd_value get = rd_map();
    rd_map_add(run->arena, &get, "id", rd_text(id));
    rd_promise_call(&other, "case.get", get, NULL);
    if (other.status == RD_OK && rd_id_read(id, &raw))
        type = rd_model_type(run->model, rd_map_text(&other.result, "type", ""));
    rd_map_add(run->arena, &params, "id", rd_text(id));
    if (strcmp(rd_map_text(step, "kind", ""), "update") == 0) {
        rd_map_add(run->arena, &params, "set", promise_data(run, type, rd_map_get(step, "data")));
        rd_promise_call(run, "record.update", params, rd_map_text(step, "by", NULL));
        return;
    }
    rd_map_add(run->arena, &params, "event", rd_text(rd_map_text(step, "event", "")));
    rd_map_add(run->arena, &params, "form", promise_data(run, type, rd_map_get(step, "data")));
    rd_promise_call(run, "case.act", params, rd_map_text(step, "by", NULL));
    run->subject = id;
}

static void promise_decide(struct rd_promise_run *run, const struct rd_value *step)
{
    const struct rd_value *data = rd_map_get(step, "data");
    struct rd_value params = rd_map();
    rd_map_add(run->arena, &params, "name", rd_text(rd_map_text(step, "name", "")));
    rd_map_add(run->arena, &params, "input", data ? *data : rd_map());
    rd_promise_call(run, "decision.evaluate", params, NULL);
}

static void promise_see(struct rd_promise_run *run, const struct rd_value *step)
{
    const char *on = rd_map_text(step, "on", NULL);
    const char *id = on ? rd_promise_id(run, on) : run->subject;
    struct rd_value params = rd_map();
    if (!id) {
        run->status =
            rd_error_set(&run->error, RD_NOT_FOUND, "the test opened no record '%s'", on ? on : "");
        return;
    }
    rd_map_add(run->arena, &params, "id", rd_text(id));
    rd_promise_call(run, "case.get", params, rd_map_text(step, "by", NULL));
    run->subject = id;
}

/* Asked as by somebody who has logged in: `as` is not for all methods, and it is the
 * administrator's doing. */
static void promise_ask(struct rd_promise_run *run, const struct rd_value *step)
{
    static const char *const IDS[] = { "id", "account" };
    const struct rd_value *data = rd_map_get(step, "data");
    struct rd_value params = rd_value_is(data, RD_MAP) ? *data : rd_map();
    const char *by = rd_map_text(step, "by", NULL);
    for (size_t i = 0; i < sizeof IDS / sizeof *IDS; i++) {
        const char *name = rd_map_text(&params, IDS[i], NULL);
        const char *id = name ? rd_promise_id(run, name) : NULL;
        if (id)
            rd_map_set(run->arena, &params, IDS[i], rd_text(id));
    }
    struct rd_request request = { .arena = run->arena,
                                  .method = rd_map_text(step, "name", ""),
                                  .params = &params,
                                  .peer = { .door = by ? RD_DOOR_TCP : RD_DOOR_INSIDE,
                                            .account = by } };
    promise_request(run, &request);
}

/* What is told from here on belongs to the next step. */
static void promise_heard(struct rd_promise_run *run)
{
    struct rd_promise_run notices = *run;
    struct rd_value params = rd_map();
    rd_map_add(run->arena, &params, "since", rd_int(run->notices_before));
    rd_map_add(run->arena, &params, "limit", rd_int(RD_LIST_LIMIT_MAX));
    rd_promise_call(&notices, "notice.list", params, NULL);
    run->notices_before = rd_map_int(&notices.result, "next", run->notices_before);
}

static const char *promise_step(struct rd_promise_run *run, const struct rd_value *step)
{
    const char *kind = rd_map_text(step, "kind", "check"), *on = rd_map_text(step, "on", NULL);
    if (!promise_move(run, step))
        return run->error.text;
    if (on && strcmp(kind, "check") == 0 && !(run->subject = rd_promise_id(run, on)))
        return rd_arena_printf(run->arena, "there is no record '%s'", on);
    run->result = rd_null();
    run->error = RD_ERROR_NONE;
    run->asker = strcmp(kind, "ask") == 0 ? rd_map_text(step, "by", NULL) : NULL;
    if (strcmp(kind, "act") == 0 || strcmp(kind, "update") == 0)
        promise_act(run, step);
    else if (strcmp(kind, "open") == 0)
        promise_open(run, step);
    else if (strcmp(kind, "decide") == 0)
        promise_decide(run, step);
    else if (strcmp(kind, "see") == 0)
        promise_see(run, step);
    else if (strcmp(kind, "ask") == 0)
        promise_ask(run, step);
    return rd_promise_judge(run, step);
}

/* Why a step, or what is given, breaks the promise. */
static const char *promise_broken(const struct rd_promise_run *run, const struct rd_value *step,
                                  const char *before, const char *why, struct rd_promise *out)
{
    out->broken_line = (int)rd_map_int(step, "line", 0);
    out->status = run->status;
    out->broken_step = run->step;
    return rd_arena_printf(run->arena, "%s:%d: %s%s", run->file, out->broken_line, before, why);
}

static const char *promise_play(struct rd_promise_run *run, const struct rd_value *test,
                                struct rd_promise *out)
{
    const struct rd_value *given = rd_map_list(test, "given"), *steps = rd_map_list(test, "steps");
    for (uint32_t i = 0; i < given->count; i++) {
        run->step = -1 - (int32_t)i;
        promise_open(run, &given->items[i]);
        if (run->status != RD_OK)
            return promise_broken(
                run, &given->items[i], "given: ",
                rd_arena_join(run->arena, rd_status_name(run->status), ": ", run->error.text), out);
        rd_promise_note(run);
    }
    for (uint32_t i = 0; i < steps->count; i++) {
        run->step = (int32_t)i;
        const char *why = promise_step(run, &steps->items[i]);
        if (why)
            return promise_broken(run, &steps->items[i], "", why, out);
        promise_heard(run);
    }
    return NULL;
}

static void promise_remove(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    char below[4096];
    while (dir && (entry = readdir(dir))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        if (unlink(below) != 0)
            promise_remove(below);
    }
    if (dir)
        closedir(dir);
    (void)rmdir(path);
}

static bool promise_dir(char *out, size_t size)
{
    const char *bases[] = { getenv("TMPDIR"), "/dev/shm", "/tmp" };
    for (size_t i = 0; i < 3; i++) {
        if (!bases[i])
            continue;
        snprintf(out, size, "%s/redress-promise-XXXXXX", bases[i]);
        if (mkdtemp(out))
            return true;
    }
    return false;
}

/* Where this promise's records were found, for itself and, where no promise before it says so
 * already, for all. */
static void promise_stood(const struct rd_promise_run *run, struct rd_promise *promise,
                          struct rd_value *stood, struct rd_arena *arena)
{
    promise->stood = rd_map();
    for (uint32_t i = 0; i < run->stood.count; i++) {
        const char *key = run->stood.pairs[i].key, *where = rd_arena_copy(arena, key, strlen(key));
        rd_map_set(arena, &promise->stood, where, run->stood.pairs[i].value);
        if (!rd_map_get(stood, where))
            rd_map_set(arena, stood, where,
                       rd_text(rd_arena_printf(arena, "%s:%d", promise->file, promise->line)));
    }
}

/* One test, from an empty store to the last step. */
static enum rd_status promise_one(struct rd_promise_set *set, const struct rd_value *test,
                                  uint32_t *coverage, struct rd_value *stood,
                                  struct rd_arena *arena, struct rd_promise *out,
                                  struct rd_error *error)
{
    char dir[256];
    struct rd_findings findings;
    struct rd_kernel_start start;
    struct rd_arena scratch;
    struct rd_promise_run *run = rd_arena_zalloc(arena, 1, sizeof *run);
    *out = (struct rd_promise){
        .title = rd_map_text(test, "title", ""),
        .file = rd_map_text(test, "file", ""),
        .line = (int)rd_map_int(test, "line", 0),
    };
    rd_arena_init(&scratch);
    rd_findings_init(&findings, &scratch);
    run->set = set;
    run->model = rd_policy_model(set->policy);
    run->arena = &scratch;
    run->file = out->file;
    run->stood = rd_map();
    struct rd_kernel_options options = { .data_dir = dir,
                                         .policy = set->policy,
                                         .clock_manual = true,
                                         .draw_seed = "promises",
                                         .coverage = coverage,
                                         .invariants = true,
                                         .segment_bytes = 1024 * 1024 };
    const char *at = rd_map_text(test, "at", PROMISE_START);
    enum rd_status status = RD_OK;
    if (!promise_local(run, at, &options.clock_start_ms))
        out->why = rd_arena_printf(arena, "%s:%d: at: '%s' is no time such as 2026-03-06 16:00",
                                   out->file, out->line, at);
    else if (!promise_dir(dir, sizeof dir))
        status = rd_error_set(error, RD_IO,
                              "no temporary directory can be made in $TMPDIR, /dev/shm or /tmp");
    else {
        status = rd_kernel_open(&options, &findings, &run->kernel, &start, error);
        if (status == RD_OK) {
            const char *why = promise_play(run, test, out);
            out->why = why ? rd_arena_copy(arena, why, strlen(why)) : NULL;
            promise_stood(run, out, stood, arena);
            rd_kernel_close(run->kernel);
        }
        promise_remove(dir);
    }
    out->kept = out->why == NULL;
    rd_arena_fini(&scratch);
    return status;
}

static void promise_coverage(const struct rd_model *model, const uint32_t *coverage,
                             struct rd_arena *arena, struct rd_promise_report *report)
{
    size_t missed = 0;
    report->spots = model->spot_count;
    for (size_t i = 0; i < model->spot_count; i++)
        missed += coverage[i] == 0;
    report->visited = report->spots - missed;
    report->missed = rd_arena_zalloc(arena, missed + 1, sizeof *report->missed);
    missed = 0;
    for (size_t i = 0; i < model->spot_count; i++)
        if (coverage[i] == 0) {
            const struct rd_spot *spot = &model->spots[i];
            report->missed[missed].file = rd_arena_copy(arena, spot->file, strlen(spot->file));
            report->missed[missed].line = spot->line;
            report->missed[missed++].text = rd_arena_copy(arena, spot->text, strlen(spot->text));
        }
}

enum rd_status rd_promises_run(const struct rd_policy_source *sources, size_t count,
                               const char *only,
                               void (*progress)(void *context, const struct rd_promise *promise),
                               void *context, struct rd_arena *arena,
                               struct rd_promise_report *report, struct rd_error *error)
{
    struct rd_findings findings;
    struct rd_promise_set set = { .sources = sources, .source_count = count, .arena = arena };
    rd_findings_init(&findings, arena);
    *report = (struct rd_promise_report){ .stood = rd_map() };
    enum rd_status status = rd_policy_load(sources, count, NULL, &findings, &set.policy, error);
    if (status != RD_OK)
        return status;
    const struct rd_value *tests = rd_map_list(rd_policy_normal(set.policy), "tests");
    const struct rd_model *model = rd_policy_model(set.policy);
    uint32_t *coverage = rd_arena_zalloc(arena, model->spot_count + 1, sizeof *coverage);
    report->promises = rd_arena_zalloc(arena, tests->count + 1, sizeof *report->promises);
    for (uint32_t i = 0; status == RD_OK && i < tests->count; i++) {
        struct rd_promise *promise = &report->promises[report->run];
        if (only && !strstr(rd_map_text(&tests->items[i], "title", ""), only))
            continue;
        status =
            promise_one(&set, &tests->items[i], coverage, &report->stood, arena, promise, error);
        promise->title = rd_arena_copy(arena, promise->title, strlen(promise->title));
        promise->file = rd_arena_copy(arena, promise->file, strlen(promise->file));
        report->run += status == RD_OK;
        report->kept += status == RD_OK && promise->kept;
        if (status == RD_OK && progress)
            progress(context, promise);
    }
    promise_coverage(model, coverage, arena, report);
    rd_policy_free(set.policy);
    return status;
}
