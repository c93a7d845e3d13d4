/* Who does it: the policy's accounts, some of them away for a few days.
 *
 * People try what their role lets them try; whether it is within their reach, amount and conscience
 * is the engine's answer. That is the point: the simulation must not know the rules.
 */
#include "cli/sim.h"

#define PEOPLE_DAY_MS 86400000ll

void rd_sim_people_init(struct rd_sim *sim)
{
    const struct rd_organisation *organisation = &sim->model->organisation;
    for (size_t i = 0; i < organisation->account_count && i < RD_SIM_PEOPLE_MAX; i++)
        sim->people[sim->people_count++].account = &organisation->accounts[i];
}

void rd_sim_people_day(struct rd_sim *sim)
{
    for (size_t i = 0; i < sim->people_count; i++) {
        struct rd_sim_person *person = &sim->people[i];
        if (person->away_until_ms <= sim->now_ms && rd_sim_chance(&sim->random, 40))
            person->away_until_ms =
                sim->now_ms + (int64_t)(1 + rd_sim_draw(&sim->random, 5)) * PEOPLE_DAY_MS;
    }
}

bool rd_sim_people_can(const struct rd_permission *permission, const struct rd_account *account)
{
    struct rd_actor actor = { .account = account, .roles = account->roles };
    for (size_t i = 0; i < permission->row_count; i++)
        if (rd_authority_has_role(permission->rows[i], &actor))
            return true;
    return false;
}

/* The narrowest of the roles that the policy names for the account is this one. */
static bool people_is(const struct rd_account *account, int role)
{
    return role >= 0 && (account->named & ((2ull << role) - 1)) == 1ull << role;
}

const struct rd_account *rd_sim_people_pick_role(struct rd_sim *sim,
                                                 const struct rd_permission *permission,
                                                 const char *owner, const char *unit, int role)
{
    const struct rd_account *able[RD_SIM_PEOPLE_MAX], *near[RD_SIM_PEOPLE_MAX];
    int home = unit ? rd_unit_find(&sim->model->organisation, unit) : -1;
    const struct rd_account *asked =
        owner ? rd_account_find(&sim->model->organisation, owner) : NULL;
    size_t count = 0, near_count = 0, of_role = 0;
    for (size_t i = 0; role >= 0 && i < sim->people_count; i++)
        of_role += people_is(sim->people[i].account, role) &&
                   rd_sim_people_can(permission, sim->people[i].account);
    for (size_t i = 0; i < sim->people_count; i++) {
        const struct rd_sim_person *person = &sim->people[i];
        if (person->away_until_ms > sim->now_ms ||
            !rd_sim_people_can(permission, person->account) ||
            (of_role > 0 && !people_is(person->account, role)))
            continue;
        if (person->account == asked && rd_sim_chance(&sim->random, 700))
            return asked;
        able[count++] = person->account;
        if (home >= 0 && person->account->unit == home)
            near[near_count++] = person->account;
    }
    if (near_count > 0 && rd_sim_chance(&sim->random, 800))
        return near[rd_sim_draw(&sim->random, near_count)];
    return count ? able[rd_sim_draw(&sim->random, count)] : NULL;
}

const struct rd_account *rd_sim_people_pick(struct rd_sim *sim,
                                            const struct rd_permission *permission,
                                            const char *owner, const char *unit)
{
    return rd_sim_people_pick_role(sim, permission, owner, unit, -1);
}

const struct rd_account *rd_sim_people_any(struct rd_sim *sim)
{
    return sim->people_count ? sim->people[rd_sim_draw(&sim->random, sim->people_count)].account
                             : NULL;
}
