/* Days: the clock goes on in quarters of an hour; cases arrive by the hour of the day and the day
 * of the week, people act on what is due, and at night everything that was touched is checked.
 */
#include "base/text.h"
#include "cli/course.h"
#include "domain/zone.h"
#include "policy/policy.h"

#define DAY_MS 86400000ll
#define DAY_STEP_MS 900000ll
#define DAY_STEPS (DAY_MS / DAY_STEP_MS)
#define DAY_FILES_MIN 20   /* of each kind, where the past has fewer */
#define DAY_FILES_MAX 5000 /* where it has more: the oldest ones */

/* ---- beginning and ending ---- */

void rd_sim_init(struct rd_sim *sim, uint64_t seed)
{
    *sim = (struct rd_sim){ .kernel = NULL };
    rd_arena_init(&sim->kept);
    rd_arena_init(&sim->arena);
    rd_sim_random_init(&sim->random, seed);
}

void rd_sim_fini(struct rd_sim *sim)
{
    rd_kernel_close(sim->kernel);
    rd_sim_book_fini(&sim->book);
    rd_arena_fini(&sim->arena);
    rd_arena_fini(&sim->kept);
}

enum rd_status rd_sim_begin(struct rd_sim *sim, const char *dir, struct rd_policy *policy,
                            const struct rd_policy_source *sources, size_t count,
                            struct rd_findings *findings, struct rd_error *error)
{
    struct rd_kernel_start start;
    struct rd_kernel_options options = {
        .data_dir = dir,
        .policy = policy,
        .policy_sources = sources,
        .policy_source_count = count,
        .clock_manual = true,
        .clock_start_ms = sim->start_ms,
        .invariants = true,
        .draw_seed = "simulation",
    };
    sim->model = rd_policy_model(policy);
    return rd_kernel_open(&options, findings, &sim->kernel, &start, error);
}

static int64_t day_months(const struct rd_zone *zone, int year, int month, int day, int64_t months)
{
    months += year * 12 + month - 1;
    return rd_zone_utc_ms(zone,
                          rd_date_days((int)(months / 12), (int)(months % 12) + 1, day) * DAY_MS);
}

bool rd_sim_day_ms(const struct rd_zone *zone, const char *text, int64_t months, int64_t *out)
{
    int64_t days;
    int year, month, day;
    if (!rd_date_read(text, &days))
        return false;
    rd_date_civil(days, &year, &month, &day);
    if (year < 1970 || year > 2150)
        return false;
    *out = day_months(zone, year, month, day, months);
    return true;
}

int64_t rd_sim_months_ms(const struct rd_zone *zone, int64_t at_ms, int64_t months)
{
    int year, month, day;
    rd_date_civil(rd_zone_local_ms(zone, at_ms) / DAY_MS, &year, &month, &day);
    return day_months(zone, year, month, day, months);
}

/* ---- arrivals ---- */

/* Arrivals by the local hour, in parts of a working day's; a night has few, a weekend a third. */
static const unsigned day_curve[24] = { 2,  1,  1,  1,  1,  2,  5,  15, 60, 95, 100, 80,
                                        45, 60, 85, 90, 80, 60, 35, 25, 20, 15, 8,   4 };

static unsigned day_weight(const struct rd_sim *sim, int64_t at_ms)
{
    int64_t local = rd_zone_local_ms(sim->model->local, at_ms);
    int64_t weekday = (local / DAY_MS + 3) % 7; /* 1970-01-01 was a Thursday; Monday is 0 */
    unsigned weight = day_curve[local % DAY_MS / 3600000] * 3;
    return weekday >= 5 ? weight / 3 : weight;
}

/* A file that people keep, such as the customers: without a chart, or opened with its own fields.
 */
static bool day_is_a_file(const struct rd_record_type *type)
{
    return type->create && type->create->row_count > 0 &&
           (!type->chart || (type->chart->open.form && type->chart->open.form->whole));
}

/* One such file; like one of the past, where it is known. `status` of what failed for good. */
static bool day_file(struct rd_sim *sim, const struct rd_record_type *type, size_t n,
                     enum rd_status *status, struct rd_error *error)
{
    const struct rd_account *by = rd_sim_people_pick(sim, type->create, NULL, NULL);
    bool known = sim->course && n < rd_course_files(sim, type);
    uint32_t twin = known ? rd_course_file(sim, type, n) : RD_COURSE_NONE;
    struct rd_value params = rd_map(), fields, made;
    struct rd_id id;
    rd_arena_reset(&sim->arena);
    if (!by || !rd_sim_fields(sim, type, &fields))
        return false;
    if (known)
        rd_course_fields(sim, type, &sim->course->fit->past->cases[twin], &fields);
    rd_map_add(&sim->arena, &params, "type", rd_text(type->name));
    rd_map_add(&sim->arena, &params, "data", fields);
    rd_map_add(&sim->arena, &params, "as", rd_text(by->name));
    *status = rd_sim_call(sim, "record.create", &params, &made, error);
    rd_sim_count(*status == RD_OK ? &sim->opened_types : &sim->refusals,
                 *status == RD_OK ? type->name : rd_status_name(*status), 1);
    if (known && *status == RD_OK && rd_id_read(rd_map_text(&made, "id", ""), &id)) {
        rd_course_born(sim, rd_sim_book_add(&sim->book, id, type), NULL, twin);
        rd_sim_count(&sim->started_types, type->name, 1);
    }
    return true;
}

/* How many of them there are before the first day. */
static uint64_t day_files(const struct rd_sim *sim, const struct rd_record_type *type)
{
    if (!sim->course)
        return 20 + sim->cases / 10;
    uint64_t known = rd_course_files(sim, type);
    return known < DAY_FILES_MIN ? DAY_FILES_MIN : known < DAY_FILES_MAX ? known : DAY_FILES_MAX;
}

/* Such files are what others refer to: a number of each before the first day. */
static enum rd_status day_population(struct rd_sim *sim, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    for (size_t t = 0; t < sim->model->type_count && status == RD_OK; t++) {
        const struct rd_record_type *type = &sim->model->types[t];
        if (!day_is_a_file(type))
            continue;
        uint64_t wanted = day_files(sim, type), made_of_it = 0;
        for (uint64_t i = 0; i < 5 * wanted && made_of_it < wanted && status == RD_OK; i++) {
            enum rd_status made;
            if (!day_file(sim, type, i, &made, error))
                break;
            made_of_it += made == RD_OK;
            if (made == RD_IO || made == RD_STORAGE_FULL)
                status = made;
        }
        if (status == RD_OK)
            status = rd_sim_follow(sim, error);
    }
    return status;
}

/* The clock goes to `to_ms`; what is due rings on the way. More may be due than one call rings. */
static enum rd_status day_advance(struct rd_sim *sim, int64_t to_ms, struct rd_error *error)
{
    enum rd_status status = RD_LIMIT_EXCEEDED;
    int year, month, day;
    rd_date_civil(to_ms / DAY_MS, &year, &month, &day);
    int64_t second = to_ms % DAY_MS / 1000;
    while (status == RD_LIMIT_EXCEEDED) {
        struct rd_value params = rd_map(), ignored;
        rd_arena_reset(&sim->arena);
        rd_map_add(&sim->arena, &params, "to",
                   rd_text(rd_arena_printf(&sim->arena, "%04d-%02d-%02dT%02d:%02d:%02dZ", year,
                                           month, day, (int)(second / 3600),
                                           (int)(second / 60 % 60), (int)(second % 60))));
        status = rd_sim_call(sim, "clock.advance", &params, &ignored, error);
    }
    /* what goes on by itself between commands: jobs, plans made anew */
    while (status == RD_OK && rd_kernel_wake_at(sim->kernel) <= to_ms)
        rd_kernel_run(sim->kernel, NULL, 0);
    sim->now_ms = to_ms;
    return status;
}

static enum rd_status day_step(struct rd_sim *sim, uint64_t arrivals, struct rd_error *error)
{
    enum rd_status status = day_advance(sim, sim->now_ms + DAY_STEP_MS, error);
    if (status == RD_OK)
        status = rd_sim_follow(sim, error);
    if (status == RD_OK && sim->course)
        status = rd_sim_open_twins(sim, error);
    while (status == RD_OK && arrivals > 0 && sim->opened < sim->cases) {
        uint64_t before = sim->opened;
        rd_arena_reset(&sim->arena);
        status = rd_sim_open(sim, arrivals, error);
        arrivals -= sim->opened - before;
    }
    while (status == RD_OK && rd_sim_book_next(&sim->book) <= sim->now_ms) {
        rd_arena_reset(&sim->arena);
        status = rd_sim_act(sim, error);
    }
    rd_kernel_tidy(sim->kernel);
    return status;
}

enum rd_status rd_sim_run(struct rd_sim *sim,
                          void (*progress)(void *context, int64_t done_ms, int64_t all_ms),
                          void *context, struct rd_error *error)
{
    uint64_t all = 0, so_far = 0, given = 0;
    for (int64_t at = sim->start_ms; at < sim->end_ms; at += DAY_STEP_MS)
        all += day_weight(sim, at);
    sim->now_ms = sim->start_ms;
    rd_sim_people_init(sim);
    enum rd_status status = day_population(sim, error);
    while (status == RD_OK && sim->now_ms < sim->end_ms) {
        if (sim->course) /* who was away is in the paces */
            rd_course_day(sim);
        else
            rd_sim_people_day(sim);
        for (int64_t step = 0; step < DAY_STEPS && status == RD_OK; step++) {
            so_far += day_weight(sim, sim->now_ms);
            uint64_t until = (uint64_t)((double)sim->cases * (double)so_far / (double)all);
            status = day_step(sim, sim->course ? 0 : until - given, error);
            given = until;
        }
        if (status == RD_OK)
            status = rd_sim_check_day(sim, error);
        rd_kernel_idle(sim->kernel);
        if (progress)
            progress(context, sim->now_ms - sim->start_ms, sim->end_ms - sim->start_ms);
    }
    return status == RD_OK ? rd_sim_check_end(sim, error) : status;
}
