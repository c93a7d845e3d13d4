/* Absence: who is told in place of somebody who is away.
 *
 *   a role in a unit ─▶ those who have it and are there
 *                    ─▶ else: who stands in for those who are away
 *                    ─▶ else: the same in the unit above ... and at last anywhere
 *                    ─▶ else: the nearest of those who are away, so that nothing is lost
 */
#include "kernel/inside.h"

#include <string.h>

static void absence_add(struct rd_run *run, const struct rd_account *account, struct rd_value *to)
{
    for (uint32_t i = 0; i < to->count; i++)
        if (strcmp(to->items[i].text, account->name) == 0)
            return;
    rd_list_add(run->arena, to, rd_text(account->name));
}

static void absence_present(struct rd_run *run, const struct rd_people *holders,
                            struct rd_value *to)
{
    for (size_t i = 0; i < holders->count; i++)
        if (!rd_staff_is_away(holders->at[i], run->now_ms))
            absence_add(run, holders->at[i], to);
}

static void absence_deputies(struct rd_run *run, const struct rd_people *holders,
                             struct rd_value *to)
{
    for (size_t i = 0; i < holders->count; i++) {
        const struct rd_account *deputy = rd_staff_deputy(run->kernel, holders->at[i], run->now_ms);
        if (deputy && !rd_staff_is_away(deputy, run->now_ms))
            absence_add(run, deputy, to);
    }
}

void rd_absence_role(struct rd_run *run, int role, int unit, struct rd_value *to)
{
    const struct rd_organisation *organisation = &run->model->organisation;
    struct rd_people nearest = { NULL, 0 };
    for (;; unit = organisation->units[unit].under) {
        struct rd_people holders =
            rd_staff_with_role(run->kernel, role, unit, RD_ADDRESSEES_MAX, run->arena);
        absence_present(run, &holders, to);
        if (to->count == 0)
            absence_deputies(run, &holders, to);
        if (to->count)
            return;
        if (nearest.count == 0)
            nearest = holders;
        if (unit < 0)
            break;
    }
    for (size_t i = 0; i < nearest.count; i++)
        absence_add(run, nearest.at[i], to);
}
