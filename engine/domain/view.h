/* Views: the lists that people use all day, named, with parameters.
 *
 *   view "customers_to_visit" { of = "customer", params = { days = integer { default = 7 } },
 *     where = { handler = "$me", next_visit = { from = "$today", to = "$today+{days}" } },
 *     columns = { "number", "name", "handler" }, order = "next_visit" }
 */
#ifndef RD_DOMAIN_VIEW_H
#define RD_DOMAIN_VIEW_H

#include "domain/condition.h"

struct rd_view_column {
    const char *name; /* "customer.name" */
    /* The fields on the way, each a reference but the last; no field: the record's own name for it
     * (number, id, state, opened_at, opened_by, updated_at). */
    const struct rd_record_type *types[3]; /* whose record the step is read in */
    int fields[3];                         /* -1: `own` */
    size_t steps;
    const char *own;       /* NULL: the last step is a field */
    struct rd_value title; /* labels, or null */
    struct rd_type shown;  /* of the values */
};

struct rd_view {
    const char *name, *file;
    int line;
    struct rd_value title;
    const struct rd_record_type *type;
    struct rd_field *params;
    size_t param_count;
    struct rd_condition *where;
    size_t where_count;
    const char *order; /* NULL: as the index has it */
    struct rd_view_column *columns;
    size_t column_count;
    size_t limit; /* of a page */
    bool scan;
};

/* Builds the model's views from their normal form; records, charts and authority are built before.
 * Findings: unknown names, values that do not fit, parameters that nothing asks for, and a view
 * that no index serves and that does not say so. */
void rd_views_build(struct rd_model *model, const struct rd_value *list,
                    struct rd_findings *findings);
/* By name; NULL where there is none. */
const struct rd_view *rd_view_find(const struct rd_model *model, const char *name);
/* Whether the parameter must be given. */
bool rd_view_requires(const struct rd_view *view, size_t param);

#endif
