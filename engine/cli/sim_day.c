/* Days: the clock goes on in quarters of an hour; cases arrive by the hour of the day and the day
 * of the week, people act on what is due, and at night everything that was touched is checked.
 */
#include "base/text.h"
#include "cli/sim.h"
#include "domain/zone.h"

#define DAY_MS 86400000ll
#define DAY_STEP_MS 900000ll
#define DAY_STEPS (DAY_MS / DAY_STEP_MS)

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

/* Such files are what others refer to: a number of each before the first day. */
static enum rd_status day_population(struct rd_sim *sim, struct rd_error *error)
{
    uint64_t wanted = 20 + sim->cases / 10;
    enum rd_status status = RD_OK;
    for (size_t t = 0; t < sim->model->type_count && status == RD_OK; t++) {
        const struct rd_record_type *type = &sim->model->types[t];
        if (!day_is_a_file(type))
            continue;
        uint64_t made_of_it = 0;
        for (uint64_t i = 0; i < 5 * wanted && made_of_it < wanted && status == RD_OK; i++) {
            const struct rd_account *by = rd_sim_people_pick(sim, type->create, NULL, NULL);
            struct rd_value params = rd_map(), fields, ignored;
            rd_arena_reset(&sim->arena);
            if (!by || !rd_sim_fields(sim, type, &fields))
                break;
            rd_map_add(&sim->arena, &params, "type", rd_text(type->name));
            rd_map_add(&sim->arena, &params, "data", fields);
            rd_map_add(&sim->arena, &params, "as", rd_text(by->name));
            enum rd_status made = rd_sim_call(sim, "record.create", &params, &ignored, error);
            made_of_it += made == RD_OK;
            if (made == RD_OK)
                rd_sim_count(&sim->opened_types, type->name, 1);
            else
                rd_sim_count(&sim->refusals, rd_status_name(made), 1);
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
        rd_sim_people_day(sim);
        for (int64_t step = 0; step < DAY_STEPS && status == RD_OK; step++) {
            so_far += day_weight(sim, sim->now_ms);
            uint64_t until = (uint64_t)((double)sim->cases * (double)so_far / (double)all);
            status = day_step(sim, until - given, error);
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
