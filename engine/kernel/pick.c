/* The fact `pick`: whose turn it is. Of those who have the role, in the unit (or the nearest above
 * that has anybody) and the group, and who are there: the one with the fewest open records; among
 * these the first by name. Nobody: null. What was asked for and who it came down to is written into
 * the entry like every fact.
 */
#include "kernel/inside.h"
#include "kernel/pick.h"

#include <string.h>

#include "base/log.h"

struct pick {
    struct rd_run *run;
    const struct rd_fact *fact;
    const struct rd_draft *draft; /* it is handed on: it burdens nobody meanwhile */
    int role;                     /* -1: any */
    const char *best;
    int64_t fewest;
};

/* Whether the plan in hand lets the account go, or sends it away. */
static bool pick_leaves(const struct rd_run *run, const struct rd_account *account)
{
    const struct rd_staff *staff = &run->model->staff;
    const char *away = rd_staff_field_name(staff, RD_STAFF_AWAY_UNTIL);
    for (size_t i = 0; i < run->draft_count; i++) {
        const struct rd_draft *draft = run->drafts[i];
        if (draft->record.id.value != account->record)
            continue;
        const struct rd_value *until = away ? rd_draft_get(draft, away) : NULL;
        return !rd_staff_is_working(staff, draft->record.state) ||
               (rd_value_is(until, RD_INT) && run->now_ms < until->integer);
    }
    return rd_staff_is_away(account, run->now_ms);
}

/* Whose the record is in this state, with `changed` fields (NULL: none) counting more; NULL: it is
 * closed, or nobody's. */
static const char *pick_whose(const struct rd_draft *draft, const char *state,
                              const struct rd_value *changed)
{
    const struct rd_record_type *type = draft->type;
    const char *field = type->fields[type->owner].name;
    const struct rd_state *at = rd_type_state(type, state);
    const struct rd_value *owner = changed ? rd_map_get(changed, field) : NULL;
    if (!owner)
        owner = rd_map_get(&draft->record.data, field);
    return at && !at->final && rd_value_is(owner, RD_TEXT) ? owner->text : NULL;
}

/* What the store has, with the drafts of this plan as they will be. */
static int64_t pick_open(const struct pick *pick, const char *name)
{
    const struct rd_record_type *type = pick->fact->type;
    const struct rd_kernel *kernel = pick->run->kernel;
    int64_t count =
        type ? rd_tally_of(&kernel->apply.tallies, rd_type_number(kernel, type), name) : 0;
    for (size_t i = 0; type && i < pick->run->draft_count; i++) {
        const struct rd_draft *draft = pick->run->drafts[i];
        if (draft->type != type)
            continue;
        const char *now =
            draft == pick->draft ? NULL : pick_whose(draft, draft->record.state, &draft->set);
        const char *before = pick_whose(draft, draft->stored.state, NULL);
        count += (now && strcmp(now, name) == 0) - (before && strcmp(before, name) == 0);
    }
    return count;
}

static void pick_look(struct pick *pick, const struct rd_people *people)
{
    for (size_t i = 0; i < people->count; i++) {
        const struct rd_account *account = people->at[i];
        if ((pick->role >= 0 && !(account->named & (1ull << pick->role))) ||
            pick_leaves(pick->run, account))
            continue;
        int64_t open = pick_open(pick, account->name);
        if (!pick->best || open < pick->fewest) { /* people come in the order of their names */
            pick->best = account->name;
            pick->fewest = open;
        }
    }
}

static void pick_people(struct pick *pick, int unit, const char *group)
{
    struct rd_kernel *kernel = pick->run->kernel;
    struct rd_arena *arena = pick->run->arena;
    const struct rd_organisation *organisation = &kernel->model->organisation;
    struct rd_people people;
    if (group) {
        struct rd_people all = rd_staff_of_group(kernel, group, SIZE_MAX, arena);
        if (unit < 0)
            pick_look(pick, &all);
        for (; unit >= 0 && !pick->best; unit = organisation->units[unit].under) {
            people =
                (struct rd_people){ rd_arena_alloc(arena, (all.count + 1) * sizeof *all.at), 0 };
            for (size_t i = 0; i < all.count; i++)
                if (all.at[i]->unit == unit)
                    people.at[people.count++] = all.at[i];
            pick_look(pick, &people);
        }
        return;
    }
    if (unit < 0) {
        people = rd_staff_with_role(kernel, pick->role, -1, SIZE_MAX, arena);
        pick_look(pick, &people);
    }
    for (; unit >= 0 && !pick->best; unit = organisation->units[unit].under) {
        people = pick->role >= 0 ? rd_staff_with_role(kernel, pick->role, unit, SIZE_MAX, arena)
                                 : rd_staff_of_unit(kernel, unit, SIZE_MAX, arena);
        pick_look(pick, &people);
    }
}

/* The text behind one of the paths; NULL where it is empty. */
static enum rd_status pick_path(struct pick *pick, struct rd_draft *draft, enum rd_pick_path which,
                                const char **out)
{
    struct rd_value value = rd_null();
    enum rd_status status = RD_OK;
    *out = NULL;
    if (pick->fact->pick[which])
        status = rd_gather_path(pick->run, draft, &pick->fact->pick_from[which], &value);
    if (status != RD_OK || value.kind != RD_TEXT)
        return status;
    *out = value.text;
    rd_run_read(pick->run, pick->fact->pick_from[which].number, pick->fact->pick[which], value);
    return RD_OK;
}

enum rd_status rd_gather_pick(struct rd_run *run, struct rd_draft *draft,
                              const struct rd_fact *fact, struct rd_value *out)
{
    const struct rd_organisation *organisation = &run->model->organisation;
    struct pick pick = { .run = run, .fact = fact, .draft = draft, .role = fact->pick_role };
    const char *role, *unit, *group;
    *out = rd_null();
    enum rd_status status =
        rd_tally_know(&run->kernel->apply.tallies, run->kernel->store, run->error);
    if (status == RD_OK)
        status = pick_path(&pick, draft, RD_PICK_ROLE, &role);
    if (status == RD_OK)
        status = pick_path(&pick, draft, RD_PICK_UNIT, &unit);
    if (status == RD_OK)
        status = pick_path(&pick, draft, RD_PICK_GROUP, &group);
    if (status != RD_OK)
        return status;
    if ((fact->pick[RD_PICK_ROLE] && !role) || (fact->pick[RD_PICK_UNIT] && !unit) ||
        (fact->pick[RD_PICK_GROUP] && !group))
        return RD_OK; /* asked for, and empty: that is nobody's */
    if (role && (pick.role = rd_role_find(organisation, role)) < 0)
        return rd_error_set(run->error, RD_POLICY_FAULT, "%s:%d: fact '%s': no role '%s'",
                            draft->chart->file, fact->line, fact->name, role);
    int at = unit ? rd_unit_find(organisation, unit) : -1;
    if (unit && at < 0)
        return RD_OK;
    pick_people(&pick, at, group);
    if (pick.best)
        *out = rd_text(pick.best);
    return RD_OK;
}

/* ---- what is to be counted ---- */

static bool pick_counts(const struct rd_model *model, const struct rd_record_type *type)
{
    for (size_t c = 0; c < model->chart_count + model->pinned_count; c++)
        for (size_t i = 0; i < model->charts[c].fact_count; i++) {
            const struct rd_fact *fact = &model->charts[c].facts[i];
            if (fact->kind == RD_FACT_PICK && fact->type == type)
                return true;
        }
    return false;
}

/* The states in which records of the type are open, also those that only older cases come to. */
static struct rd_value pick_states(struct rd_arena *arena, const struct rd_record_type *type)
{
    struct rd_value open = rd_list();
    for (size_t s = 0; s < type->chart->state_count; s++)
        if (!type->chart->states[s].final)
            rd_list_add(arena, &open, rd_text(type->chart->states[s].name));
    for (size_t p = 0; p < type->pinned_count; p++)
        for (size_t s = 0; s < type->pinned[p].state_count; s++) {
            const struct rd_state *state = &type->pinned[p].states[s];
            bool first = rd_type_state(type, state->name) == state;
            if (first && !state->final)
                rd_list_add(arena, &open, rd_text(state->name));
        }
    return open;
}

static bool pick_same(const struct rd_tally_rule *rule, const struct rd_record_type *type,
                      struct rd_arena *arena)
{
    struct rd_value open = pick_states(arena, type);
    if (!rule || strcmp(rule->owner, type->fields[type->owner].name) != 0 ||
        rule->open_count != open.count)
        return false;
    for (uint32_t s = 0; s < open.count; s++) {
        bool has = false;
        for (size_t i = 0; !has && i < rule->open_count; i++)
            has = strcmp(rule->open[i], open.items[s].text) == 0;
        if (!has)
            return false;
    }
    return true;
}

/* `type` NULL: it is not counted any more. */
static struct rd_value pick_rule(struct rd_arena *arena, const char *name,
                                 const struct rd_record_type *type)
{
    struct rd_value effect = rd_list(), open = type ? pick_states(arena, type) : rd_list();
    rd_list_add(arena, &effect, rd_int(RD_EFFECT_TALLY));
    rd_list_add(arena, &effect, rd_text(name));
    rd_list_add(arena, &effect, type ? rd_text(type->fields[type->owner].name) : rd_null());
    rd_list_add(arena, &effect, open);
    return effect;
}

enum rd_status rd_pick_begin(struct rd_kernel *kernel, const struct rd_model *model,
                             struct rd_arena *arena, struct rd_value *effects,
                             struct rd_error *error)
{
    struct rd_tally_book *tallies = &kernel->apply.tallies;
    enum rd_status status = rd_tally_know(tallies, kernel->store, error);
    for (size_t i = 0; status == RD_OK && i < tallies->rule_count; i++) {
        const char *name = rd_catalogue_type_name(&kernel->catalogue, tallies->rules[i].type);
        const struct rd_record_type *type = name ? rd_model_type(model, name) : NULL;
        if (name && (!type || !pick_counts(model, type)))
            rd_list_add(arena, effects, pick_rule(arena, name, NULL));
    }
    for (size_t t = 0; status == RD_OK && t < model->type_count; t++) {
        const struct rd_record_type *type = &model->types[t];
        uint16_t number = rd_catalogue_type(&kernel->catalogue, type->name);
        if (pick_counts(model, type) &&
            !pick_same(number ? rd_tally_rule(tallies, number) : NULL, type, arena))
            rd_list_add(arena, effects, pick_rule(arena, type->name, type));
    }
    return status;
}

enum rd_status rd_pick_resume(struct rd_kernel *kernel, struct rd_error *error)
{
    struct rd_command_entry entry = {
        .at_ms = rd_kernel_now_ms(kernel),
        .actor = "system",
        .command = "tally.begin",
        .form = rd_null(),
        .facts = rd_null(),
        .decisions = rd_null(),
        .effects = rd_list(),
        .generation = kernel->generation,
    };
    struct rd_arena arena;
    uint64_t seq;
    rd_arena_init(&arena);
    enum rd_status status = rd_pick_begin(kernel, kernel->model, &arena, &entry.effects, error);
    if (status == RD_OK && entry.effects.count) {
        rd_log(RD_LOG_INFO, "kernel", "open records are counted by owner from here on");
        status = rd_entry_write(kernel, &entry, &seq, error);
    }
    rd_arena_fini(&arena);
    return status;
}
