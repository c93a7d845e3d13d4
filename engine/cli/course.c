/* Whose twin a case is, and when somebody gets to it.
 *
 *   a wait in the past ─▶ so many acts of that role ─▶ the same number of acts from now on ─▶ due
 *
 * A wait that ended without an act (a limit rang first) says only that nobody came so soon: when
 * the same case still waits behind that point, the rest is drawn from those who waited longer.
 */
#include "cli/course.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "domain/zone.h"

#define COURSE_TRIES 40   /* draws from a pool for one who waited longer */
#define COURSE_INSIST 4   /* refusals in a row: somebody else does the same, */
#define COURSE_GIVE_UP 12 /* something else is done; nothing, until the case is moved */

/* ---- the pace ---- */

/* How much of the pace of a day of the kind `*like` the role has on one of this kind. Who comes
 * where nobody was before works as one does on a Monday. */
static double course_part(const struct rd_course *course, size_t role, int kind, int *like)
{
    const struct rd_fit_role *past = &course->fit->roles[role];
    const char *name = course->fit->past->roles[role];
    double part = rd_what_if_people(course->ifs, name, kind, past->people[*like]);
    if (role == 0)
        return 1.0;
    if (past->people[*like] >= RD_FIT_NOBODY)
        return part;
    *like = part > 0 ? 0 : *like;
    return part > 0 && past->people[0] > 0 ? part / past->people[0] : 1.0;
}

static void course_pace(struct rd_course *course, size_t role)
{
    const struct rd_fit *fit = course->fit;
    const struct rd_fit_role *past = &fit->roles[role];
    double *done = calloc(course->days * 24 + 1, sizeof *done);
    RD_ASSERT(done);
    for (size_t day = 0; day < course->days; day++) {
        int kind = rd_fit_kind(fit, course->first_day + (int64_t)day), like = kind;
        if (fit->kind_days[kind] == 0 && kind == RD_FIT_HOLIDAY)
            like = 6;
        double part = course_part(course, role, kind, &like);
        for (size_t hour = 0; hour < 24; hour++) {
            size_t at = day * 24 + hour;
            done[at + 1] = done[at] + part * past->acts[like][hour];
        }
    }
    course->done[role] = done;
}

static size_t course_hour(const struct rd_sim *sim, int64_t at_ms, double *part)
{
    const struct rd_course *course = sim->course;
    int64_t local = rd_zone_local_ms(sim->model->local, at_ms) - course->first_day * RD_PAST_DAY_MS;
    local = local < 0 ? 0 : local;
    *part = (double)(local % RD_PAST_HOUR_MS) / (double)RD_PAST_HOUR_MS;
    return (size_t)(local / RD_PAST_HOUR_MS);
}

static double course_done(const struct rd_sim *sim, unsigned role, int64_t at_ms)
{
    double part;
    size_t hour = course_hour(sim, at_ms, &part), all = sim->course->days * 24;
    const double *done = sim->course->done[role];
    return hour >= all ? done[all] : done[hour] + part * (done[hour + 1] - done[hour]);
}

/* When the role will have done so much from now on; RD_SIM_NEVER: not before the end. */
static int64_t course_when(const struct rd_sim *sim, unsigned role, double work)
{
    const struct rd_course *course = sim->course;
    const double *done = course->done[role];
    double part, target = course_done(sim, role, sim->now_ms) + work;
    size_t low = course_hour(sim, sim->now_ms, &part), high = course->days * 24;
    if (work <= 0)
        return sim->now_ms;
    if (low >= high || done[high] < target)
        return RD_SIM_NEVER;
    while (low + 1 < high) { /* done[low] < target <= done[high] */
        size_t middle = low + (high - low) / 2;
        if (done[middle] < target)
            low = middle;
        else
            high = middle;
    }
    double step = done[high] - done[low];
    part = step > 0 ? (target - done[low]) / step : 1.0;
    int64_t local = course->first_day * RD_PAST_DAY_MS + (int64_t)low * RD_PAST_HOUR_MS +
                    (int64_t)(part * (double)RD_PAST_HOUR_MS);
    int64_t at_ms = rd_zone_utc_ms(sim->model->local, local);
    return at_ms < sim->now_ms ? sim->now_ms : at_ms;
}

static double course_work(const struct rd_course *course, const struct rd_past_step *step)
{
    return rd_fit_work(course->fit, step->role, step->from_ms, step->at_ms);
}

int rd_course_role(const struct rd_sim *sim, unsigned role)
{
    return role ? rd_role_find(&sim->model->organisation, sim->course->fit->past->roles[role]) : -1;
}

/* ---- planning ---- */

static void course_plan(struct rd_sim *sim, struct rd_sim_case *item, uint32_t step, double work)
{
    const struct rd_past_step *as = &sim->course->fit->past->steps[step];
    item->plan = step + 1;
    rd_sim_book_move(&sim->book, item, course_when(sim, as->role, work));
}

/* Somebody else's wait in the same state that was longer than this one so far; and than `least`
 * already, of one of whom only that is known. */
static bool course_pool(struct rd_sim *sim, struct rd_sim_case *item, double least)
{
    struct rd_course *course = sim->course;
    const struct rd_fit_pool *pool = rd_fit_pool(course->fit, item->type->chart, item->state);
    if (pool->count == 0)
        return false;
    for (int tries = 0; tries < COURSE_TRIES; tries++) {
        uint32_t step = pool->steps[rd_sim_draw(&sim->random, pool->count)];
        const struct rd_past_step *as = &course->fit->past->steps[step];
        double work = course_work(course, as);
        double waited =
            course_done(sim, as->role, sim->now_ms) - course_done(sim, as->role, item->since_ms);
        if (work <= waited || (least > 0 && work <= least))
            continue;
        course_plan(sim, item, step, work - waited);
        return true;
    }
    uint32_t step = pool->steps[rd_sim_draw(&sim->random, pool->count)];
    course_plan(sim, item, step, course_work(course, &course->fit->past->steps[step]));
    return true;
}

/* The twin's next step in this state, of those that are known; NULL: none. */
static const struct rd_past_step *course_twin_step(const struct rd_sim *sim,
                                                   const struct rd_sim_case *item)
{
    const struct rd_past *past = sim->course->fit->past;
    const char *state = item->type->chart->states[item->state].name;
    for (uint32_t s = item->step; s; s = past->steps[s - 1].next) {
        const struct rd_past_step *step = &past->steps[s - 1];
        if (step->at_ms >= sim->course->fit->until_ms)
            return NULL;
        if (strcmp(step->state, state) == 0)
            return step;
    }
    return NULL;
}

static void course_next(struct rd_sim *sim, struct rd_sim_case *item)
{
    struct rd_course *course = sim->course;
    const struct rd_past *past = course->fit->past;
    const struct rd_chart *chart = item->type->chart;
    item->plan = 0;
    item->since_ms = sim->now_ms;
    if (!chart || item->state < 0 || chart->states[item->state].final)
        return;
    const struct rd_past_step *step = item->twin ? course_twin_step(sim, item) : NULL;
    const struct rd_past_case *twin = item->twin ? &past->cases[item->twin - 1] : NULL;
    if (step) {
        item->step = step->next;
        course_plan(sim, item, (uint32_t)(step - past->steps), course_work(course, step));
        return;
    }
    double least = 0; /* the twin waits here still: longer than until now */
    if (twin && twin->state && strcmp(twin->state, chart->states[item->state].name) == 0 &&
        twin->since_ms < course->fit->until_ms)
        least = rd_fit_work(course->fit, 0, twin->since_ms, course->fit->until_ms);
    if (course_pool(sim, item, least))
        return;
    rd_sim_count(
        &course->unknown,
        rd_arena_printf(&sim->arena, "%s.%s", item->type->name, chart->states[item->state].name),
        1);
}

void rd_course_entered(struct rd_sim *sim, struct rd_sim_case *item)
{
    course_next(sim, item);
}

/* A role does no more in an hour than it ever did, in proportion to its people. */
static bool course_has_time(struct rd_sim *sim, const struct rd_past_step *step)
{
    struct rd_course *course = sim->course;
    const struct rd_fit *fit = course->fit;
    int64_t local = rd_zone_local_ms(sim->model->local, sim->now_ms);
    if (local / RD_PAST_HOUR_MS != course->hour) {
        course->hour = local / RD_PAST_HOUR_MS;
        memset(course->used, 0, fit->past->role_count * sizeof *course->used);
    }
    if (!step->role)
        return true;
    int kind = rd_fit_kind(fit, local / RD_PAST_DAY_MS);
    double people = fit->roles[step->role].people[kind];
    double part = people < RD_FIT_NOBODY
                      ? 1.0
                      : rd_what_if_people(course->ifs, fit->past->roles[step->role], kind, people);
    if ((double)course->used[step->role] + 1 > (double)fit->roles[step->role].busiest * part + 0.5)
        return false;
    course->used[step->role]++;
    return true;
}

const struct rd_past_step *rd_course_due(struct rd_sim *sim, struct rd_sim_case *item)
{
    struct rd_course *course = sim->course;
    const struct rd_chart *chart = item->type->chart;
    const struct rd_past_step *step = item->plan ? &course->fit->past->steps[item->plan - 1] : NULL;
    if (!step || !chart || item->state < 0 || chart->states[item->state].final)
        return NULL;
    if (!step->event) { /* until here nobody had come; now it is known that nobody moved it */
        if (!course_pool(sim, item, 0))
            item->plan = 0;
        return NULL;
    }
    if (!rd_event_find(chart, item->state, step->event)) { /* the new rules know no such thing */
        if (!course_pool(sim, item, 0))
            rd_sim_count(&course->unknown,
                         rd_arena_printf(&sim->arena, "%s.%s", item->type->name,
                                         chart->states[item->state].name),
                         1);
        return NULL;
    }
    if (!course_has_time(sim, step)) {
        course->waited++;
        rd_sim_book_move(&sim->book, item,
                         sim->now_ms - sim->now_ms % RD_PAST_HOUR_MS + RD_PAST_HOUR_MS);
        return NULL;
    }
    return step;
}

void rd_course_acted(struct rd_sim *sim, struct rd_sim_case *item, bool done)
{
    struct rd_course *course = sim->course;
    const struct rd_past_step *steps = course->fit->past->steps;
    bool twin = item->twin && item->plan && item->step == steps[item->plan - 1].next;
    course->twins += done && twin;
    course->pooled += done && !twin;
    course->refused += !done;
    uint16_t role = item->plan ? steps[item->plan - 1].role : 0;
    if (!done && role && course->used[role]) /* the hour is not spent on it */
        course->used[role]--;
    if (item->next_ms != RD_SIM_NEVER) /* its new state has planned it */
        return;
    if (done) {
        course_next(sim, item);
        return;
    }
    if (item->attempts >= COURSE_GIVE_UP || item->state < 0)
        return;
    if (item->attempts < COURSE_INSIST || course_pool(sim, item, 0))
        rd_sim_book_move(&sim->book, item, sim->now_ms + 1);
}

/* ---- twins ---- */

/* One that the parent's twin had, in their order: the first that is not taken by a sibling. */
static uint32_t course_child(const struct rd_sim *sim, const struct rd_sim_case *parent,
                             const struct rd_record_type *type)
{
    const struct rd_past *past = sim->course->fit->past;
    uint32_t at = parent && parent->twin ? past->cases[parent->twin - 1].child : 0;
    for (; at; at = past->cases[at - 1].sibling) {
        bool taken = strcmp(past->cases[at - 1].type, type->name) != 0 ||
                     past->cases[at - 1].opened_ms >= sim->course->fit->until_ms;
        for (uint32_t s = parent->child; s && !taken; s = sim->book.cases[s - 1].sibling)
            taken = sim->book.cases[s - 1].twin == at;
        if (!taken)
            return at - 1;
    }
    return RD_COURSE_NONE;
}

void rd_course_born(struct rd_sim *sim, struct rd_sim_case *item, const struct rd_sim_case *parent,
                    uint32_t twin)
{
    struct rd_course *course = sim->course;
    const struct rd_fit *fit = course->fit;
    size_t type = (size_t)(item->type - sim->model->types);
    uint32_t from = fit->by_type_from[type], count = fit->by_type_from[type + 1] - from;
    if (twin == RD_COURSE_NONE)
        twin = course_child(sim, parent, item->type);
    if (twin == RD_COURSE_NONE && count > 0)
        twin = fit->by_type[from + rd_sim_draw(&sim->random, count)];
    if (twin == RD_COURSE_NONE)
        return;
    item->twin = twin + 1;
    item->step = fit->past->cases[twin].first;
    course->ids[twin] = item->id.value;
}

size_t rd_course_files(const struct rd_sim *sim, const struct rd_record_type *type)
{
    const uint32_t *from = sim->course->fit->by_type_from + (type - sim->model->types);
    return from[1] - from[0];
}

uint32_t rd_course_file(const struct rd_sim *sim, const struct rd_record_type *type, size_t n)
{
    const struct rd_fit *fit = sim->course->fit;
    return fit->by_type[fit->by_type_from[type - sim->model->types] + n];
}

/* ---- arrivals ---- */

/* A past day of that kind. Where there was none: of a holiday a Sunday, else any. */
static size_t course_like(struct rd_sim *sim, int kind)
{
    const struct rd_course *course = sim->course;
    const size_t *from = course->kind_from;
    if (from[kind] == from[kind + 1] && kind == RD_FIT_HOLIDAY)
        kind = 6;
    if (from[kind] == from[kind + 1])
        return course->kind_of[rd_sim_draw(&sim->random, course->fit->days)];
    return course->kind_of[from[kind] + rd_sim_draw(&sim->random, from[kind + 1] - from[kind])];
}

static void course_arrive(struct rd_course *course, uint32_t twin, int64_t at_ms)
{
    if (course->arrival_count == course->arrival_cap) {
        course->arrival_cap = course->arrival_cap ? 2 * course->arrival_cap : 256;
        course->arrivals =
            realloc(course->arrivals, course->arrival_cap * sizeof *course->arrivals);
        RD_ASSERT(course->arrivals);
    }
    size_t at = course->arrival_count++;
    for (; at > 0 && course->arrivals[at - 1].at_ms > at_ms; at--)
        course->arrivals[at] = course->arrivals[at - 1];
    course->arrivals[at] = (struct rd_course_arrival){ .at_ms = at_ms, .twin = twin };
}

void rd_course_day(struct rd_sim *sim)
{
    struct rd_course *course = sim->course;
    const struct rd_fit *fit = course->fit;
    int64_t noon = rd_zone_local_ms(sim->model->local, sim->now_ms + RD_PAST_DAY_MS / 2);
    int kind = rd_fit_kind(fit, noon / RD_PAST_DAY_MS);
    size_t like = course_like(sim, kind);
    course->arrival_count = course->arrival_at = 0;
    for (uint32_t i = fit->opened_from[like]; i < fit->opened_from[like + 1]; i++) {
        const struct rd_past_case *twin = &fit->past->cases[fit->opened[i]];
        int64_t of_day = rd_zone_local_ms(sim->model->local, twin->opened_ms) % RD_PAST_DAY_MS;
        unsigned copies = rd_what_if_arrivals(course->ifs, twin->type, kind);
        unsigned whole = copies / 1000 + rd_sim_chance(&sim->random, copies % 1000);
        for (unsigned copy = 0; copy < whole; copy++)
            course_arrive(course, fit->opened[i], sim->now_ms + of_day);
    }
}

size_t rd_course_arrivals(struct rd_sim *sim, uint32_t *twins, size_t max)
{
    struct rd_course *course = sim->course;
    size_t count = 0;
    while (count < max && course->arrival_at < course->arrival_count &&
           course->arrivals[course->arrival_at].at_ms < sim->now_ms)
        twins[count++] = course->arrivals[course->arrival_at++].twin;
    return count;
}

/* ---- opening and closing ---- */

void rd_course_init(struct rd_course *course, const struct rd_fit *fit,
                    const struct rd_what_ifs *ifs, const struct rd_sim *sim)
{
    *course = (struct rd_course){ .fit = fit, .ifs = ifs, .hour = -1 };
    course->first_day = rd_zone_local_ms(sim->model->local, sim->start_ms) / RD_PAST_DAY_MS;
    course->days = (size_t)((sim->end_ms - sim->start_ms) / RD_PAST_DAY_MS) + 2;
    course->done = calloc(fit->past->role_count, sizeof *course->done);
    course->used = calloc(fit->past->role_count, sizeof *course->used);
    course->ids = calloc(fit->past->case_count + 1, sizeof *course->ids);
    course->kind_of = calloc(fit->days, sizeof *course->kind_of);
    RD_ASSERT(course->done && course->used && course->ids && course->kind_of);
    for (size_t role = 0; role < fit->past->role_count; role++)
        course_pace(course, role);
    size_t at = 0;
    for (int kind = 0; kind < RD_FIT_KINDS; kind++) {
        course->kind_from[kind] = at;
        for (size_t day = 0; day < fit->days; day++)
            if (rd_fit_kind(fit, fit->first_day + (int64_t)day) == kind)
                course->kind_of[at++] = (uint32_t)day;
    }
    course->kind_from[RD_FIT_KINDS] = at;
}

void rd_course_fini(struct rd_course *course)
{
    for (size_t role = 0; course->done && role < course->fit->past->role_count; role++)
        free(course->done[role]);
    free(course->done);
    free(course->used);
    free(course->ids);
    free(course->kind_of);
    free(course->arrivals);
    *course = (struct rd_course){ 0 };
}
