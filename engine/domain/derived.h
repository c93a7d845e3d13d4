/* Derived fields: `tier = tiers { derived = "customer.tier", changed = "tier_changed" }`. Never
 * typed in: a decision over the record's own fields and its workflow's facts gives them. */
#ifndef RD_DOMAIN_DERIVED_H
#define RD_DOMAIN_DERIVED_H

#include "domain/model.h"

/* Joins the derived fields of every record with their decisions, in the order in which they feed
 * each other, and gives each type the hash of the rules that derive it. Findings: decisions,
 * outputs, events and inputs that don't exist, circles, forms and indexes that can't be. To be
 * called when charts are built; `normal` is the policy's normal form. */
void rd_derived_build(struct rd_model *model, const struct rd_value *normal,
                      struct rd_findings *findings);
/* The form of a record's own fields, for events that take them as they are (`fields = true`): those
 * that are given are set, but for derived ones. In the model's arena. */
const struct rd_form *rd_derived_form(struct rd_model *model, const struct rd_record_type *type);

#endif
