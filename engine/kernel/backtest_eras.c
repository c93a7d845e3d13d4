/* Cases that keep the workflow of an earlier generation, in a back-test.
 *
 * The candidate is asked as it would be asked: in the place of the rules of the day (whose row says
 * which cases keep what), or as if it had come into force at one time (which is planned as an
 * activation plans it). Such a case is asked the workflow that it keeps, with the powers, people
 * and calendars of the rules that are in force or stand in their place.
 *
 *   eras of the row in force   generation 1 | 4 | 7 (in force)
 *   the candidate in its place generation 1 | 4 | candidate
 */
#include "kernel/backtest_inside.h"

#include <string.h>

#include "kernel/era.h"
#include "kernel/generation.h"

static struct rd_policy *eras_load(struct rd_kernel *kernel, uint32_t generation)
{
    struct rd_arena arena;
    struct rd_value row;
    struct rd_findings findings;
    struct rd_error ignored = RD_ERROR_NONE;
    struct rd_policy *policy = NULL;
    rd_arena_init(&arena);
    rd_findings_init(&findings, &arena);
    if (rd_generation_row(kernel, generation, &arena, &row, &ignored) == RD_OK) {
        struct rd_policy_source *sources;
        size_t count;
        rd_generation_sources(&row, false, &arena, &sources, &count);
        if (rd_policy_load(sources, count, kernel->catalogue.names.symbols, &findings, &policy,
                           &ignored) != RD_OK)
            policy = NULL;
    }
    rd_arena_fini(&arena);
    return policy;
}

/* The generation's policy, as it is stored; NULL where it can't be loaded. Borrowed. */
static struct rd_policy *eras_policy(struct rd_world *world, uint32_t generation)
{
    for (size_t i = 0; i < world->kept_count; i++)
        if (world->kept[i].generation == generation)
            return world->kept[i].policy;
    if (world->kept_count == RD_KEPT_RULES_MAX)
        return NULL;
    struct rd_kept_rules *kept = &world->kept[world->kept_count++];
    *kept = (struct rd_kept_rules){ generation, eras_load(world->kernel, generation) };
    return kept->policy;
}

static bool eras_name(const struct rd_value *eras, uint32_t generation)
{
    for (uint32_t t = 0; eras && t < eras->count; t++)
        for (uint32_t i = 0; i < eras->pairs[t].value.count; i++)
            if (eras->pairs[t].value.items[i].items[0].integer == generation)
                return true;
    return false;
}

void rd_world_kept_only(struct rd_world *world, const struct rd_value *eras)
{
    size_t left = 0;
    for (size_t i = 0; i < world->kept_count; i++)
        if (eras_name(eras, world->kept[i].generation))
            world->kept[left++] = world->kept[i];
        else
            rd_policy_free(world->kept[i].policy);
    world->kept_count = left;
}

/* ---- which ones ---- */

/* The list of one type; the last one is that of the rules themselves. */
static void eras_row(struct rd_world *world, struct rd_rules *rules, const struct rd_value *list,
                     struct rd_era_row *row)
{
    for (uint32_t i = 0; i < list->count && i <= RD_ERAS_MAX; i++) {
        const struct rd_value *pair = list->items[i].items;
        struct rd_era *era = &row->eras[row->count++];
        *era = (struct rd_era){ .generation = (uint32_t)pair[0].integer,
                                .first = (uint64_t)pair[1].integer };
        if (i + 1 == list->count)
            return;
        era->from = eras_policy(world, era->generation);
        rules->unfit |= !era->from;
    }
}

/* Gives the rules the workflows of the plan. */
static enum rd_status eras_join(struct rd_world *world, struct rd_rules *rules,
                                const struct rd_era_plan *plan, uint32_t generation,
                                struct rd_error *error)
{
    struct rd_error ignored = RD_ERROR_NONE;
    struct rd_findings findings;
    struct rd_arena arena;
    rd_arena_init(&arena);
    rd_findings_init(&findings, &arena);
    if (!rules->unfit)
        rules->unfit = rd_eras_join(plan, rules->policy, &findings, &ignored) != RD_OK;
    rd_arena_fini(&arena);
    return rd_eras_value(world->kernel, plan, generation, &world->arena, &rules->eras, error);
}

enum rd_status rd_world_keep(struct rd_world *world, struct rd_rules *rules,
                             const struct rd_value *eras, struct rd_error *error)
{
    struct rd_arena arena;
    struct rd_era_plan plan = { 0 };
    rules->eras = rd_null();
    rules->unfit = false;
    if (!eras || !rules->policy)
        return RD_OK;
    rd_arena_init(&arena);
    plan.rows = rd_arena_zalloc(&arena, eras->count + 1, sizeof *plan.rows);
    for (uint32_t t = 0; t < eras->count; t++) {
        const struct rd_record_type *type =
            rd_model_type(rd_policy_model(rules->policy), eras->pairs[t].key);
        if (!type || !type->chart || type->chart->open_cases == RD_OPEN_CASES_FOLLOW)
            continue;
        plan.rows[plan.count].type = eras->pairs[t].key;
        eras_row(world, rules, &eras->pairs[t].value, &plan.rows[plan.count++]);
    }
    enum rd_status status = eras_join(world, rules, &plan, world->kernel->generation, error);
    rd_arena_fini(&arena);
    return status;
}

enum rd_status rd_world_begin(struct rd_world *world, const struct rd_world *then,
                              struct rd_error *error)
{
    struct rd_rules *rules = &world->candidate;
    const struct rd_rules *before = &then->recorded;
    uint32_t generation = then->kernel->generation;
    struct rd_arena arena;
    struct rd_era_plan plan;
    world->begun = true;
    if (!before->policy) /* it is the candidate itself, which keeps what it keeps; or not known */
        return RD_OK;
    const struct rd_era_base base = { before->policy, rd_policy_model(before->policy),
                                      before->bindings, generation };
    rd_arena_init(&arena);
    enum rd_status status = rd_eras_plan(&base, rules->policy, 0, &arena, &plan, error);
    rules->unfit = before->unfit;
    if (status == RD_OK)
        status = eras_join(world, rules, &plan, generation + 1, error);
    if (status == RD_OK && !world->remembers)
        world->kernel->generation = generation + 1;
    if (status == RD_OK)
        status = rd_world_bind(world, rules, error);
    rd_arena_fini(&arena);
    return status;
}

bool rd_world_keeps(const struct rd_world *world, const struct rd_command_entry *entry,
                    struct rd_arena *arena)
{
    const struct rd_kernel *kernel = world->kernel;
    struct rd_error ignored = RD_ERROR_NONE;
    struct rd_record record;
    const struct rd_record_type *type =
        entry->record.value ? rd_type_of(kernel, entry->record) : NULL;
    if (!type || !kernel->bindings[type - kernel->model->types].era_count)
        return false;
    return rd_record_load(kernel->store, entry->record, arena, &record, &ignored) == RD_OK &&
           rd_era_keeps(&kernel->bindings[type - kernel->model->types], &record);
}
