/* The judgement of a finished chart. */
#ifndef RD_DOMAIN_CHART_CHECK_H
#define RD_DOMAIN_CHART_CHECK_H

#include "domain/chart.h"

/* Findings: states that nothing enters, states that are entered and never left, guarded rows that
 * don't end open or have rows behind the open one, waiting states without a limit and without a
 * whole-case limit (warning). */
void rd_chart_check(struct rd_arena *arena, const struct rd_chart *chart,
                    struct rd_findings *findings);

#endif
