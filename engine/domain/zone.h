/* Time zones, read straight from the system's TZif files (RFC 9636) with their footer rule. */
#ifndef RD_DOMAIN_ZONE_H
#define RD_DOMAIN_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* A zone never changes after it was opened: any number of threads may ask it at once. */
struct rd_zone;

/* Reads a zone by its IANA name ("Asia/Shanghai") from /usr/share/zoneinfo (or the directory in the
 * environment variable TZDIR). RD_NOT_FOUND for an unknown name, with the nearest one (names with
 * dots, a leading slash or odd letters are unknown), RD_CORRUPT for a damaged file, RD_IO for one
 * that cannot be read. "UTC" is always known. */
enum rd_status rd_zone_open(const char *name, struct rd_zone **out,
                            struct rd_error *error) RD_MUST_CHECK;
/* NULL is none. */
void rd_zone_close(struct rd_zone *zone);
const char *rd_zone_name(const struct rd_zone *zone);
/* The version of the zone data that it was read from ("2026a"; "unknown" where the directory does
 * not say): part of the record of whatever is decided by it. */
const char *rd_zone_version(const struct rd_zone *zone);

/* Seconds east of UTC at an instant. */
int32_t rd_zone_offset_s(const struct rd_zone *zone, int64_t utc_ms);
/* Local milliseconds (as if local were UTC) of an instant. */
int64_t rd_zone_local_ms(const struct rd_zone *zone, int64_t utc_ms);
/* The instant of a local time. One that does not exist (summer time begins) is moved forward by the
 * gap; of one that exists twice (it ends) the first is meant. */
int64_t rd_zone_utc_ms(const struct rd_zone *zone, int64_t local_ms);
/* The first instant at which the local clock has reached `local_ms`. As utc_ms, but of a time that
 * does not exist it is the moment of the jump, so that it never runs backwards: openings and
 * closings are meant this way. */
int64_t rd_zone_reach_ms(const struct rd_zone *zone, int64_t local_ms);
/* The first change of the offset after an instant; false where there is none any more. */
bool rd_zone_next_ms(const struct rd_zone *zone, int64_t after_ms, int64_t *change_ms);

#endif
