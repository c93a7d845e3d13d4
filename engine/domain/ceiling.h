/* Ceilings of an authority row: what was given already, together with the amount in hand, stays
 * within a limit: by the month and person, by the unit, by a campaign's budget. */
#ifndef RD_DOMAIN_CEILING_H
#define RD_DOMAIN_CEILING_H

#include "domain/authority.h"
#include "domain/chart.h"

struct rd_ceiling {
    const char *fact;                /* of the workflow: what was given already, money */
    const char *limit;               /* a decision's name, or another fact's */
    const struct rd_decision *asked; /* the decision; NULL: the limit is a fact */
};

/* The row's `ceilings` (normal form: a map fact -> limit), in the arena. */
void rd_ceilings_build(struct rd_arena *arena, const struct rd_value *spec,
                       const struct rd_model *model, struct rd_findings *findings,
                       struct rd_authority_row *row);
/* That the workflow of an event which the row speaks of has the facts that its ceilings name. */
void rd_ceilings_check(struct rd_model *model, const struct rd_chart *chart,
                       const struct rd_authority_row *row, struct rd_findings *findings);

#endif
