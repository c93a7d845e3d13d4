/* The fact `pick`: whose turn it is. Of those who have the role, in the unit (or the nearest above
 * that has anybody) and the group, and who are there: the one with the fewest open records; among
 * these the first by name. Nobody: null. What was asked for and who it came down to is written into
 * the entry like every fact.
 */
#include "kernel/inside.h"
#include "kernel/tally.h"

#include <string.h>

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

/* What the store has, with the drafts of this plan as they will be. */
static int64_t pick_open(const struct pick *pick, const char *name)
{
    const struct rd_record_type *type = pick->fact->type;
    int64_t count = type ? rd_tally_of(pick->run->kernel, type, name) : 0;
    for (size_t i = 0; type && i < pick->run->draft_count; i++) {
        const struct rd_draft *draft = pick->run->drafts[i];
        if (draft->type != type)
            continue;
        const char *now =
            draft == pick->draft ? NULL : rd_tally_owner(type, &draft->record, &draft->set);
        const char *before = rd_tally_noted(pick->run->kernel, type, draft->record.id);
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
        status = rd_gather_path(pick->run, draft, pick->fact->pick[which], &value);
    if (status != RD_OK || value.kind != RD_TEXT)
        return status;
    *out = value.text;
    rd_map_set(pick->run->arena, &pick->run->facts, pick->fact->pick[which], value);
    return RD_OK;
}

enum rd_status rd_gather_pick(struct rd_run *run, struct rd_draft *draft,
                              const struct rd_fact *fact, struct rd_value *out)
{
    const struct rd_organisation *organisation = &run->model->organisation;
    struct pick pick = { .run = run, .fact = fact, .draft = draft, .role = fact->pick_role };
    const char *role, *unit, *group;
    *out = rd_null();
    enum rd_status status = pick_path(&pick, draft, RD_PICK_ROLE, &role);
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
