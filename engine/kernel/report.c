/* Reports are long reads: they go over all records of a type, and nobody must wait for them.
 *
 *   report.run ─▶ waits ─▶ slice ─▶ slice ─▶ ... ─▶ answered       (requests in between as ever)
 *                          └── one snapshot of the store: the figures are of one moment
 *
 * The first report in line is worked on, a slice of at most a millisecond between two batches
 * (share.h). A snapshot that has become too old (or that the store gave up) is renewed where the
 * walk stands; the answer tells how often, since its figures are then not of one moment any more.
 * Who asks is looked up anew at each slice: accounts are borrowed, and people leave.
 *
 * A clock that is moved by hand has no between: there a scheduled report is made at once, through
 * the open transaction (rd_report_make).
 */
#include "kernel/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "domain/label.h"
#include "domain/zone.h"
#include "kernel/figures.h"
#include "kernel/scan.h"

#define REPORT_LOOKS 32 /* records between two looks at the watch */
#define DAY_MS (24 * 3600 * 1000ll)

struct rd_report_run {
    struct rd_report_run *next;
    struct rd_kernel *kernel;
    struct rd_request *request; /* NULL: a schedule's */
    size_t schedule, missed;    /* a schedule's: which, and for how many occurrences */
    int64_t at_ms;              /* when it was asked for, or the schedule's occurrence */
    const struct rd_report *report;
    struct rd_report_days days;
    const char *language;
    struct rd_actor actor;
    struct rd_arena arena; /* the figures */
    struct rd_figures *figures;
    struct rd_snapshot snapshot;
    bool read, direct; /* a snapshot was opened before; none is needed */
    int64_t as_of_ms, seq, renewed, looked;
    size_t section; /* whose type is walked */
    struct rd_scan scan;
    struct rd_filter span; /* the stretch of time that counts, where all sections share it */
    bool walking;
};

/* ---- one type after the other ---- */

/* Types are walked once each: at their first section. */
static bool report_is_first(const struct rd_report *report, size_t section)
{
    for (size_t i = 0; i < section; i++)
        if (report->sections[i].type == report->sections[section].type)
            return false;
    return true;
}

/* Where all sections about a type go by the same day, records of other times need not be looked at
 * any closer; an index over that field leads right to them. */
static bool report_span(struct rd_report_run *run, const struct rd_section *first)
{
    bool against = false, day = first->at.type->kind == RD_TYPE_DATE;
    for (size_t i = 0; i < run->report->section_count; i++) {
        const struct rd_section *section = &run->report->sections[i];
        if (section->type != first->type)
            continue;
        if (section->at.kind != first->at.kind || section->at.field != first->at.field)
            return false;
        against |= section->against;
    }
    int64_t from = against ? run->days.before_day : run->days.from_day, to = run->days.to_day;
    const struct rd_zone *zone = run->kernel->model->local;
    run->span = (struct rd_filter){
        .subject = first->at,
        .kind = RD_FILTER_RANGE,
        .from = rd_int(day ? from : rd_zone_utc_ms(zone, from * DAY_MS)),
        .to = rd_int(day ? to : rd_zone_utc_ms(zone, to * DAY_MS)),
    };
    return true;
}

static enum rd_status report_walk_begin(struct rd_report_run *run, struct rd_error *error)
{
    const struct rd_section *section = &run->report->sections[run->section];
    run->scan = (struct rd_scan){
        .kernel = run->kernel,
        .type = section->type,
        .actor = &run->actor,
        .permission = rd_permission_of(run->kernel->model, "report.run"),
        .snapshot = run->direct ? NULL : &run->snapshot,
        .filters = &run->span,
        .filter_count = report_span(run, section),
        .arena = &run->arena,
        .error = error,
    };
    run->walking = true;
    return rd_scan_plan(&run->scan, NULL);
}

struct report_take {
    struct rd_report_run *run;
    struct rd_error *error;
    enum rd_status status;
};

static bool report_take(void *context, struct rd_scan *scan, struct rd_record *record)
{
    struct report_take *take = context;
    take->run->looked++;
    take->status = rd_figures_add(take->run->figures, scan->type, record, take->error);
    return take->status == RD_OK;
}

/* A few records more; *done behind the last. */
static enum rd_status report_step(struct rd_report_run *run, bool *done, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    while (!run->walking && run->section < run->report->section_count &&
           !report_is_first(run->report, run->section))
        run->section++;
    *done = !run->walking && run->section == run->report->section_count;
    if (*done)
        return RD_OK;
    if (!run->walking)
        status = report_walk_begin(run, error);
    struct report_take take = { run, error, RD_OK };
    run->scan.error = error;
    if (status == RD_OK)
        status = rd_scan_walk(&run->scan, REPORT_LOOKS, report_take, &take);
    if (status == RD_OK && !run->scan.more && take.status == RD_OK) {
        run->walking = false;
        run->section++;
    }
    return status == RD_OK ? take.status : status;
}

/* ---- beginning ---- */

static int64_t report_day(const struct rd_report_run *run)
{
    int64_t local = rd_zone_local_ms(run->kernel->model->local, run->at_ms);
    return (local - (local < 0 ? DAY_MS - 1 : 0)) / DAY_MS;
}

/* Nothing counted yet. */
static void report_fresh(struct rd_report_run *run)
{
    rd_snapshot_close(&run->snapshot);
    rd_arena_reset(&run->arena);
    run->figures = rd_figures_new(run->kernel, run->report, &run->days, &run->arena);
    run->section = 0;
    run->walking = run->read = false;
    run->renewed = run->looked = 0;
}

/* "2026-10" */
static bool report_month(const char *text, int *year, int *month)
{
    if (strlen(text) != 7 || text[4] != '-' || strspn(text, "0123456789") != 4 ||
        strspn(text + 5, "0123456789") != 2)
        return false;
    *year = (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + text[3] - '0';
    *month = (text[5] - '0') * 10 + text[6] - '0';
    return *year >= RD_CALENDAR_YEAR_MIN && *year <= RD_CALENDAR_YEAR_MAX && *month >= 1 &&
           *month <= 12;
}

static enum rd_status report_find(struct rd_kernel *kernel, struct rd_request *request,
                                  const struct rd_report **out)
{
    const struct rd_model *model = kernel->model;
    const char *name = rd_map_text(request->params, "report", "");
    *out = rd_report_find(model, name);
    if (*out)
        return RD_OK;
    const char **names = rd_arena_alloc(request->arena, (model->report_count + 1) * sizeof *names);
    for (size_t i = 0; i < model->report_count; i++)
        names[i] = model->reports[i].name;
    return rd_error_at(&request->error, RD_NOT_FOUND, "/report", "there is no report '%s'%s", name,
                       rd_model_guess(request->arena, name, names, model->report_count));
}

static enum rd_status report_begin(struct rd_report_run *run)
{
    struct rd_request *request = run->request;
    const char *month = rd_map_text(request->params, "month", NULL);
    int year, number;
    enum rd_status status = report_find(run->kernel, request, &run->report);
    if (status == RD_OK)
        status = rd_words_language(run->kernel, request, &run->language);
    if (status != RD_OK)
        return status;
    if (month && !report_month(month, &year, &number))
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/month",
                           "month must be such as 2026-10");
    run->days = month ? rd_report_period_of(run->report, year, number)
                      : rd_report_period_before(run->report, report_day(run));
    report_fresh(run);
    return RD_OK;
}

static struct rd_report_run *report_new(struct rd_kernel *kernel)
{
    struct rd_report_run *run = calloc(1, sizeof *run);
    RD_ASSERT(run);
    run->kernel = kernel;
    run->at_ms = rd_kernel_now_ms(kernel);
    rd_arena_init(&run->arena);
    return run;
}

static void report_free(struct rd_report_run *run)
{
    rd_snapshot_close(&run->snapshot);
    rd_arena_fini(&run->arena);
    free(run);
}

static void report_queue(struct rd_kernel *kernel, struct rd_report_run *run)
{
    struct rd_report_run **end = &kernel->reports;
    while (*end)
        end = &(*end)->next;
    *end = run;
}

enum rd_status rd_method_report_run(struct rd_kernel *kernel, struct rd_request *request)
{
    size_t waiting = 0;
    for (const struct rd_report_run *run = kernel->reports; run; run = run->next)
        waiting += run->request != NULL;
    if (waiting >= RD_REPORTS_AT_ONCE_MAX)
        return rd_error_set(&request->error, RD_BUSY,
                            "%zu reports are being made; ask again in a moment", waiting);
    struct rd_report_run *run = report_new(kernel);
    run->request = request;
    enum rd_status status = report_begin(run);
    if (status != RD_OK) {
        report_free(run);
        return status;
    }
    report_queue(kernel, run);
    request->waits = true;
    return RD_OK;
}

/* ---- what comes of it ---- */

static struct rd_value report_show(struct rd_report_run *run, size_t lines_max,
                                   struct rd_arena *arena)
{
    const struct rd_report *report = run->report;
    struct rd_value shown = rd_map();
    int year, month, day;
    rd_date_civil(run->days.from_day, &year, &month, &day);
    rd_map_add(arena, &shown, "report", rd_text(report->name));
    rd_map_add(
        arena, &shown, "title",
        rd_text(rd_label_of(run->kernel->model, &report->title, run->language, report->name)));
    rd_map_add(arena, &shown, "period", rd_text(rd_report_period_text(report, &run->days, arena)));
    rd_map_add(arena, &shown, "from",
               rd_text(rd_arena_printf(arena, "%04d-%02d-%02d", year, month, day)));
    rd_date_civil(run->days.to_day - 1, &year, &month, &day);
    rd_map_add(arena, &shown, "to",
               rd_text(rd_arena_printf(arena, "%04d-%02d-%02d", year, month, day)));
    rd_map_add(arena, &shown, "as_of", rd_show_time(run->as_of_ms, arena));
    rd_map_add(arena, &shown, "seq", rd_int(run->seq));
    rd_map_add(arena, &shown, "renewed", rd_int(run->renewed));
    rd_map_add(arena, &shown, "sections",
               rd_figures_show(run->figures, run->language, lines_max, arena));
    return shown;
}

/* The report as one text that the field can hold: with fewer lines where it is too long, which its
 * left_off and `cut` tell. */
static const char *report_content(struct rd_report_run *run, const struct rd_type *type,
                                  struct rd_arena *arena)
{
    static const size_t LINES[] = { RD_REPORT_GROUPS_MAX, 200, 50, 20, 10, 5, 2, 1, 0 };
    size_t most = type->has_max && type->max < (int64_t)RD_TEXT_FIELD_BYTES_MAX
                      ? (size_t)type->max
                      : RD_TEXT_FIELD_BYTES_MAX;
    const char *text = NULL;
    for (size_t i = 0; i < sizeof LINES / sizeof *LINES && !text; i++) {
        struct rd_value shown = report_show(run, LINES[i], arena);
        struct rd_buf buf;
        rd_buf_init(&buf);
        if (i)
            rd_map_add(
                arena, &shown, "cut",
                rd_text(rd_arena_printf(arena, "only %zu lines of each section fit", LINES[i])));
        rd_json_write(&buf, &shown);
        if (buf.len <= RD_TEXT_FIELD_BYTES_MAX && rd_text_length(buf.data, buf.len) <= most)
            text = rd_arena_copy(arena, buf.data, buf.len);
        rd_buf_fini(&buf);
    }
    return text;
}

static enum rd_status report_filed(struct rd_report_run *run, const struct rd_schedule *schedule,
                                   struct rd_arena *arena, struct rd_value *filed,
                                   struct rd_error *error)
{
    const struct rd_record_type *type = schedule->type;
    const struct rd_type *field = &type->fields[rd_type_field(type, RD_FILED_CONTENT)].type;
    const char *content = report_content(run, field, arena);
    if (!content)
        return rd_error_set(error, RD_LIMIT_EXCEEDED,
                            "report '%s' does not fit into the field '%s' of '%s', not even "
                            "without lines",
                            run->report->name, RD_FILED_CONTENT, type->name);
    *filed = rd_map();
    rd_map_add(arena, filed, RD_FILED_REPORT, rd_text(run->report->name));
    rd_map_add(arena, filed, RD_FILED_PERIOD,
               rd_text(rd_report_period_text(run->report, &run->days, arena)));
    rd_map_add(arena, filed, RD_FILED_CONTENT, rd_text(content));
    return RD_OK;
}

/* ---- slices ---- */

/* Everything acknowledged is in the snapshot: what is not committed is so first. */
static enum rd_status report_snapshot(struct rd_report_run *run, struct rd_error *error)
{
    struct rd_kernel *kernel = run->kernel;
    if (rd_snapshot_is_good(&run->snapshot))
        return RD_OK;
    rd_snapshot_close(&run->snapshot);
    enum rd_status status = rd_vault_commit(kernel->vault, error);
    if (status != RD_OK)
        return status;
    run->renewed += run->read;
    run->read = true;
    run->as_of_ms = rd_kernel_now_ms(kernel);
    run->seq = (int64_t)rd_journal_flushed_seq(rd_vault_journal(kernel->vault));
    return rd_snapshot_open(&run->snapshot, kernel->store, error);
}

static enum rd_status report_asker(struct rd_report_run *run, struct rd_error *error)
{
    run->actor = (struct rd_actor){ .name = "system", .system = true };
    if (!run->request)
        return RD_OK;
    enum rd_status status = rd_actor_of(run->kernel, run->request, &run->actor, error);
    return status == RD_OK ? rd_actor_may(run->kernel, &run->actor, "report.run", error) : status;
}

static void report_answer(struct rd_report_run *run, enum rd_status status,
                          const struct rd_error *error)
{
    struct rd_request *request = run->request;
    struct rd_kernel *kernel = run->kernel;
    if (request) {
        request->status = status;
        if (status == RD_OK)
            request->result = report_show(run, RD_REPORT_GROUPS_MAX, request->arena);
        else if (error != &request->error)
            request->error = *error;
        request->waits = false;
        rd_request_finish(kernel, request);
        return;
    }
    struct rd_value filed = rd_null();
    struct rd_error why = *error;
    const struct rd_schedule *schedule = &kernel->model->schedules[run->schedule];
    if (status == RD_OK)
        status = report_filed(run, schedule, &run->arena, &filed, &why);
    why.status = status;
    rd_schedule_filed(kernel, run->schedule, run->at_ms, run->missed,
                      status == RD_OK ? &filed : NULL, &why);
}

void rd_reports_slice(struct rd_kernel *kernel)
{
    struct rd_report_run *run = kernel->reports;
    int64_t from_ns = rd_clock_mono_ns();
    struct rd_error error = RD_ERROR_NONE;
    bool done = false;
    int64_t granted_ns = run ? rd_share_grant(&kernel->share, kernel->turn.commands,
                                              from_ns - kernel->turn.began_ns, from_ns)
                             : 0;
    if (!run || (granted_ns == 0 && run->read)) /* its moment is when it was asked for */
        return;
    enum rd_status status = report_asker(run, &error);
    if (status == RD_OK)
        status = report_snapshot(run, &error);
    while (status == RD_OK && !done && rd_clock_mono_ns() < from_ns + granted_ns)
        status = report_step(run, &done, &error);
    if (kernel->turn.commands > 0)
        rd_share_spend(&kernel->share, rd_clock_mono_ns() - from_ns);
    if (status == RD_OK && !done)
        return;
    kernel->reports = run->next;
    rd_snapshot_close(&run->snapshot);
    report_answer(run, status, &error);
    report_free(run);
}

void rd_reports_rebind(struct rd_kernel *kernel)
{
    struct rd_report_run **at = &kernel->reports;
    while (*at) {
        struct rd_report_run *run = *at;
        enum rd_status status = run->request ? report_begin(run) : RD_END;
        if (status == RD_OK) {
            at = &run->next;
            continue;
        }
        *at = run->next;
        if (run->request)
            report_answer(run, status, &run->request->error);
        report_free(run);
    }
}

void rd_reports_fini(struct rd_kernel *kernel)
{
    struct rd_error error = RD_ERROR_NONE;
    (void)rd_error_set(&error, RD_SHUTTING_DOWN, "the server stops before the report was made");
    while (kernel->reports) {
        struct rd_report_run *run = kernel->reports;
        kernel->reports = run->next;
        if (run->request)
            report_answer(run, RD_SHUTTING_DOWN, &error);
        report_free(run);
    }
}

/* ---- schedules ---- */

static void report_scheduled(struct rd_report_run *run, const struct rd_schedule *schedule,
                             int64_t at_ms)
{
    run->at_ms = at_ms;
    run->report = schedule->report;
    run->language = run->kernel->model->language;
    run->days = rd_report_period_before(run->report, report_day(run));
    report_fresh(run);
}

void rd_report_file(struct rd_kernel *kernel, size_t schedule, int64_t at_ms, size_t missed)
{
    struct rd_report_run *run = report_new(kernel);
    run->schedule = schedule;
    run->missed = missed;
    report_scheduled(run, &kernel->model->schedules[schedule], at_ms);
    report_queue(kernel, run);
}

enum rd_status rd_report_make(struct rd_kernel *kernel, const struct rd_schedule *schedule,
                              int64_t at_ms, struct rd_arena *arena, struct rd_value *filed,
                              struct rd_error *error)
{
    struct rd_report_run *run = report_new(kernel);
    bool done = false;
    run->direct = true;
    run->as_of_ms = rd_kernel_now_ms(kernel);
    run->seq = /* the world of a back-test has no journal of its own */
        kernel->vault ? (int64_t)rd_journal_last_seq(rd_vault_journal(kernel->vault)) : 0;
    report_scheduled(run, schedule, at_ms);
    enum rd_status status = report_asker(run, error);
    while (status == RD_OK && !done)
        status = report_step(run, &done, error);
    struct rd_value made = rd_null();
    if (status == RD_OK)
        status = report_filed(run, schedule, &run->arena, &made, error);
    if (status == RD_OK)
        *filed = rd_value_copy(arena, &made);
    report_free(run);
    return status;
}

/* ---- what there is ---- */

enum rd_status rd_method_report_list(struct rd_kernel *kernel, struct rd_request *request)
{
    static const char *const PERIODS[] = { "month", "quarter", "year" };
    struct rd_arena *arena = request->arena;
    struct rd_value reports = rd_list();
    for (size_t i = 0; i < kernel->model->report_count; i++) {
        const struct rd_report *report = &kernel->model->reports[i];
        struct rd_value one = rd_map();
        rd_map_add(arena, &one, "name", rd_text(report->name));
        rd_map_add(arena, &one, "title", report->title);
        rd_map_add(arena, &one, "period", rd_text(PERIODS[report->period]));
        rd_map_add(arena, &one, "sections", rd_int((int64_t)report->section_count));
        rd_map_add(arena, &one, "owner", report->owner ? rd_text(report->owner) : rd_null());
        rd_map_add(arena, &one, "line", rd_text(rd_arena_place(arena, report->file, report->line)));
        rd_list_add(arena, &reports, one);
    }
    request->result = rd_map();
    rd_map_add(arena, &request->result, "reports", reports);
    return RD_OK;
}
