/* What the files of the type room share; of no use to other rooms. */
#ifndef RD_DOMAIN_TYPE_INNER_H
#define RD_DOMAIN_TYPE_INNER_H

#include "domain/type.h"

/* Whether a date or an instant can be spelled: years 0001 to 9999. */
bool rd_type_date_spelled(int64_t days);
bool rd_type_instant_spelled(int64_t time_ms);
/* The place of a text among the type's choices, or choice_count. */
size_t rd_type_choice_at(const struct rd_type *type, const struct rd_value *value);

#endif
