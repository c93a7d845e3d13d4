/* Figures: what a report has counted so far, and what it looks like in the end. */
#ifndef RD_KERNEL_FIGURES_H
#define RD_KERNEL_FIGURES_H

#include "domain/report.h"
#include "kernel/inside.h"

struct rd_figures;

/* Nothing counted yet, of a report's period; all of it lives in the arena. The kernel is asked for
 * its model and for people only. */
struct rd_figures *rd_figures_new(const struct rd_kernel *kernel, const struct rd_report *report,
                                  const struct rd_report_days *days, struct rd_arena *arena);
/* Counts a record in those sections that are about its type. RD_LIMIT_EXCEEDED where a section has
 * more different lines than RD_REPORT_GROUPS_MAX, or a sum does not fit. */
enum rd_status rd_figures_add(struct rd_figures *figures, const struct rd_record_type *type,
                              const struct rd_record *record, struct rd_error *error) RD_MUST_CHECK;
/* The sections as a list, labels in a language; at most `lines_max` lines of each, the others are
 * told as left_off. */
struct rd_value rd_figures_show(struct rd_figures *figures, const char *language, size_t lines_max,
                                struct rd_arena *arena);

#endif
