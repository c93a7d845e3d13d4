/* What a customer may be shown of his case, and what staff are advised: the workflow's keys
 * `public` and `guidance`, and the states' `public` labels, compiled. */
#ifndef RD_DOMAIN_PROGRESS_H
#define RD_DOMAIN_PROGRESS_H

#include <stddef.h>

#include "domain/finding.h"
#include "base/value.h"

struct rd_model;

/* public = { proof = "customer.phone", fields = { "number", "result" } } of a workflow. */
struct rd_public {
    const char *proof; /* as written */
    int proof_field;   /* of the record: the proof itself, or the reference that leads to it */
    int proof_linked;  /* of the other record, -1: the proof is the record's own field */
    int *fields;       /* of the record, -1: its number */
    size_t field_count;
};

/* Joins them to the model's charts, by the normal form's workflows. Findings: labels of states in a
 * workflow that shows nothing, or none where it does; a proof that is no text; fields that are not
 * there or secret; a guidance that is no decision, or whose inputs the record does not have. */
void rd_progress_build(struct rd_model *model, const struct rd_value *workflows,
                       struct rd_findings *findings);

#endif
