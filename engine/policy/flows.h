/* Where the value of a secret field would go: actions that copy one into the open (decision 29). */
#ifndef RD_POLICY_FLOWS_H
#define RD_POLICY_FLOWS_H

#include "policy/deeds.h"
#include "policy/policy.h"

/* A finding for each place of an action's text in which something of a level would be handed to
 * what has a lower one or none: a field that it sets, here or in another record, an event's form,
 * a text that it tells, a ledger's entry. What a comparison makes of a secret is the rule's own
 * statement, and no finding. `texts` are those that the model was made of. */
void rd_policy_flows(struct rd_policy_texts *texts, const struct rd_model *model,
                     struct rd_findings *findings);

#endif
