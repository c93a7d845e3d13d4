/* How findings of a policy check are printed. */
#ifndef RD_CLI_POLICY_PRINT_H
#define RD_CLI_POLICY_PRINT_H

#include <stdio.h>

#include "domain/finding.h"

/* Each as FILE:LINE: sentence; warnings say so. */
void rd_policy_print_findings(FILE *to, const struct rd_findings *findings);

#endif
