/* The last step of building a model: what its parts call by name is found once and kept as a
 * number, a pointer or a finished text, so that no command looks for a name or prints a place. */
#ifndef RD_DOMAIN_LINK_H
#define RD_DOMAIN_LINK_H

#include "domain/model.h"

/* For a model without errors; before anybody else reads it. */
void rd_model_link(struct rd_model *model);

#endif
