/* Eras: planned beside the work, written with the activation, asked when a record is loaded.
 *
 * What a type's list is after an activation:
 *   open_cases = "follow"          no list: everything goes by what is in force
 *   the workflow is the same       the list as it was
 *   it is another                  the list, and a new era from the next serial on
 *   a rollback to B                without the eras that began after B: their cases go by what
 *                                  comes back, for what was taken back is not to act any more
 */
#include "kernel/era.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/generation.h"

#define ERA_SERIAL(id) ((id).value & 0xffffffffffffull)
#define ERA_NEXT UINT64_MAX /* from the next serial on, which is known at the activation */

/* ---- which one ---- */

size_t rd_era_find(const struct rd_era *eras, size_t count, const struct rd_record *record)
{
    const struct rd_value *follows = rd_map_get(&record->data, RD_RECORD_FOLLOWS);
    int64_t generation = rd_value_is(follows, RD_INT) ? follows->integer : 0;
    size_t at = 0;
    for (size_t i = 1; i < count; i++)
        if (eras[i].first <= ERA_SERIAL(record->id) ||
            (eras[i].generation && eras[i].generation <= generation))
            at = i;
    return at;
}

const struct rd_chart *rd_era_chart(const struct rd_type_binding *binding,
                                    const struct rd_record *record)
{
    return binding->eras[rd_era_find(binding->eras, binding->era_count, record)].chart;
}

bool rd_era_keeps(const struct rd_type_binding *binding, const struct rd_record *record)
{
    return binding->era_count &&
           rd_era_find(binding->eras, binding->era_count, record) + 1 < binding->era_count;
}

struct rd_era *rd_eras_of(const struct rd_era_plan *plan, const struct rd_record_type *type,
                          const struct rd_record *record)
{
    for (size_t i = 0; plan && i < plan->count; i++) {
        struct rd_era_row *row = &plan->rows[i];
        if (strcmp(row->type, type->name) == 0)
            return &row->eras[rd_era_find(row->eras, row->count, record)];
    }
    return NULL;
}

const struct rd_chart *rd_eras_chart(const struct rd_era_plan *plan,
                                     const struct rd_record_type *type,
                                     const struct rd_record *record)
{
    const struct rd_era *era = rd_eras_of(plan, type, record);
    const struct rd_chart *pinned = era ? rd_type_pinned(type, era->generation) : NULL;
    return era && era->from && pinned ? pinned : type->chart;
}

/* ---- planning ---- */

struct rd_era_base rd_era_base(const struct rd_kernel *kernel)
{
    return (struct rd_era_base){ kernel->policy, kernel->model, kernel->bindings,
                                 kernel->generation };
}

/* The list in force, each with its policy. */
static void era_list(const struct rd_era_base *base, const struct rd_record_type *type,
                     struct rd_era_row *row)
{
    const struct rd_type_binding *binding = &base->bindings[type - base->model->types];
    row->count = binding->era_count ? binding->era_count : 1;
    row->eras[0] = (struct rd_era){ .generation = base->generation };
    for (size_t i = 0; i < binding->era_count; i++)
        row->eras[i] = binding->eras[i];
    for (size_t i = 0; i < row->count; i++) {
        struct rd_era *era = &row->eras[i];
        era->from = rd_policy_pinned(base->policy, type->name, era->generation);
        if (!era->from)
            era->from = base->policy;
        era->used = false;
    }
}

/* Takes the eras behind `back_to` away: where the first of them began; ERA_NEXT: there was none. */
static uint64_t era_take_back(struct rd_era_row *row, int64_t back_to)
{
    uint64_t from = ERA_NEXT;
    while (back_to && row->count && row->eras[row->count - 1].generation > back_to)
        from = row->eras[--row->count].first;
    return from;
}

static enum rd_status era_row(const struct rd_era_base *base, const struct rd_policy *candidate,
                              const struct rd_record_type *old, int64_t back_to,
                              struct rd_era_row *row, struct rd_error *error)
{
    era_list(base, old, row);
    uint64_t from = era_take_back(row, back_to);
    struct rd_era *last = row->count ? &row->eras[row->count - 1] : NULL;
    if (last && rd_policy_same(last->from, candidate, old->name))
        last->from = NULL;
    else if (last)
        row->eras[row->count++] = (struct rd_era){ .first = from };
    return row->count <= RD_ERAS_MAX
               ? RD_OK
               : rd_error_set(error, RD_LIMIT_EXCEEDED,
                              "open cases of '%s' keep the workflows of %d generations already: "
                              "let them follow (open_cases = \"follow\")",
                              old->name, RD_ERAS_MAX - 1);
}

enum rd_status rd_eras_plan(const struct rd_era_base *base, const struct rd_policy *candidate,
                            int64_t back_to, struct rd_arena *arena, struct rd_era_plan *out,
                            struct rd_error *error)
{
    const struct rd_model *model = rd_policy_model(candidate);
    enum rd_status status = RD_OK;
    *out = (struct rd_era_plan){ 0 };
    if (!base->policy)
        return RD_OK;
    out->rows = rd_arena_zalloc(arena, model->type_count + 1, sizeof *out->rows);
    for (size_t t = 0; status == RD_OK && t < model->type_count; t++) {
        const struct rd_record_type *type = &model->types[t],
                                    *old = rd_model_type(base->model, type->name);
        struct rd_era_row *row = &out->rows[out->count];
        if (!type->chart || type->chart->open_cases == RD_OPEN_CASES_FOLLOW || !old || !old->chart)
            continue;
        row->type = rd_arena_copy(arena, type->name, strlen(type->name));
        status = era_row(base, candidate, old, back_to, row, error);
        out->count += row->count > 1;
    }
    return status;
}

bool rd_eras_keep(const struct rd_era_plan *plan)
{
    return plan->count > 0;
}

void rd_eras_retire(struct rd_era_plan *plan)
{
    size_t kept = 0;
    for (size_t i = 0; i < plan->count; i++) {
        struct rd_era_row *row = &plan->rows[i];
        size_t gone = 0;
        while (gone + 1 < row->count && !row->eras[gone].used)
            gone++;
        row->count -= gone;
        memmove(row->eras, row->eras + gone, row->count * sizeof *row->eras);
        row->eras[0].first = 0;
        if (row->count > 1)
            plan->rows[kept++] = *row;
    }
    plan->count = kept;
}

/* ---- joining ---- */

static bool era_joined(const struct rd_policy *candidate, const struct rd_policy_pin *pins,
                       size_t count)
{
    bool all = true;
    for (size_t i = 0; all && i < count; i++)
        all = rd_policy_pinned(candidate, pins[i].type, pins[i].generation) == pins[i].from;
    return all;
}

enum rd_status rd_eras_join(const struct rd_era_plan *plan, struct rd_policy *candidate,
                            struct rd_findings *findings, struct rd_error *error)
{
    struct rd_arena arena;
    size_t count = 0;
    rd_arena_init(&arena);
    struct rd_policy_pin *pins =
        rd_arena_zalloc(&arena, plan->count * RD_ERAS_MAX + 1, sizeof *pins);
    for (size_t i = 0; i < plan->count; i++)
        for (size_t e = 0; e < plan->rows[i].count; e++)
            if (plan->rows[i].eras[e].from)
                pins[count++] =
                    (struct rd_policy_pin){ plan->rows[i].type, plan->rows[i].eras[e].generation,
                                            plan->rows[i].eras[e].from };
    enum rd_status status = era_joined(candidate, pins, count)
                                ? RD_OK
                                : rd_policy_pin(candidate, pins, count, findings, error);
    rd_arena_fini(&arena);
    return status;
}

/* ---- the row ---- */

static struct rd_value era_pair(const struct rd_era *era, uint32_t generation, uint64_t next,
                                struct rd_arena *arena)
{
    struct rd_value pair = rd_list();
    rd_list_add(arena, &pair, rd_int(era->generation ? era->generation : generation));
    rd_list_add(arena, &pair, rd_int((int64_t)(era->first == ERA_NEXT ? next : era->first)));
    return pair;
}

enum rd_status rd_eras_value(struct rd_kernel *kernel, const struct rd_era_plan *plan,
                             uint32_t generation, struct rd_arena *arena, struct rd_value *out,
                             struct rd_error *error)
{
    enum rd_status status = RD_OK;
    *out = plan->count ? rd_map() : rd_null();
    for (size_t i = 0; status == RD_OK && i < plan->count; i++) {
        const struct rd_era_row *row = &plan->rows[i];
        struct rd_value list = rd_list();
        char counter[64];
        int64_t serial;
        snprintf(counter, sizeof counter, "serial:%u",
                 rd_catalogue_type(&kernel->catalogue, row->type));
        status = rd_counter_read(kernel->store, counter, &serial, error);
        for (size_t e = 0; status == RD_OK && e < row->count; e++)
            rd_list_add(arena, &list,
                        era_pair(&row->eras[e], generation, (uint64_t)serial + 1, arena));
        rd_map_add(arena, out, row->type, list);
    }
    return status;
}

static void era_bind(struct rd_kernel *kernel, const struct rd_value *eras, bool all)
{
    for (uint32_t i = 0; eras && i < eras->count; i++) {
        const struct rd_record_type *type = rd_model_type(kernel->model, eras->pairs[i].key);
        const struct rd_value *list = &eras->pairs[i].value;
        RD_ASSERT(type && list->count <= RD_ERAS_MAX);
        struct rd_type_binding *binding = &kernel->bindings[type - kernel->model->types];
        binding->eras = calloc(list->count, sizeof *binding->eras);
        RD_ASSERT(binding->eras);
        binding->era_count = list->count;
        for (uint32_t e = 0; e < list->count; e++) {
            uint32_t generation = (uint32_t)list->items[e].items[0].integer;
            const struct rd_chart *pinned = rd_type_pinned(type, generation);
            RD_ASSERT(pinned || !all || e + 1 == list->count);
            binding->eras[e] = (struct rd_era){
                .first = (uint64_t)list->items[e].items[1].integer,
                .generation = generation,
                .chart = pinned && e + 1 < list->count ? pinned : type->chart,
            };
        }
    }
}

void rd_eras_bind(struct rd_kernel *kernel, const struct rd_value *eras)
{
    era_bind(kernel, eras, true);
}

void rd_eras_bind_found(struct rd_kernel *kernel, const struct rd_value *eras)
{
    era_bind(kernel, eras, false);
}

/* ---- following ---- */

int rd_era_follow(struct rd_run *run, struct rd_draft *draft, const char *state)
{
    const struct rd_chart *chart = draft->type->chart;
    if (!draft->chart->pinned || chart->open_cases != RD_OPEN_CASES_NEXT_STATE)
        return -1;
    int to = rd_state_find(chart, state);
    if (to < 0)
        to = rd_generation_move(run->kernel, chart, state);
    if (to < 0)
        return -1;
    rd_run_decided(run, chart->name, chart->file, chart->line, "follows",
                   rd_arena_printf(run->arena, "from generation %u to %u at its next state",
                                   draft->chart->pinned, run->kernel->generation));
    draft->chart = chart;
    rd_map_set(run->arena, &draft->set, RD_RECORD_FOLLOWS, rd_int(run->kernel->generation));
    draft->changed = true;
    return to;
}
