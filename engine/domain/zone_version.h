/* The version of the zone data; shared with zone.c only. */
#ifndef RD_DOMAIN_ZONE_VERSION_H
#define RD_DOMAIN_ZONE_VERSION_H

#include <stdbool.h>

#include "base/arena.h"

/* "2026a", or "unknown"; in the arena or static. */
const char *rd_zone_version_of(const char *directory, struct rd_arena *arena);

#endif
