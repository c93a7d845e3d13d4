/* The rule in the last line of a TZif file: from when to when a year's clocks stand differently
 * (POSIX TZ with the extensions of RFC 9636). Inside the room of zones only. */
#ifndef RD_DOMAIN_ZONE_RULE_H
#define RD_DOMAIN_ZONE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rd_zone_turn_kind {
    RD_ZONE_TURN_JULIAN, /* "J60": day 1..365, the 29th of February is never counted */
    RD_ZONE_TURN_DAY,    /* "59": day 0..365, the 29th of February is counted */
    RD_ZONE_TURN_MONTH,  /* "M3.5.0": week 5 = the last; day 0 = Sunday */
};

/* A moment of the year, on the clock that stands before it. */
struct rd_zone_turn {
    enum rd_zone_turn_kind kind;
    int32_t month;
    int32_t week;
    int32_t day;
    int32_t time_s; /* -167 h to 167 h after the day's midnight */
};

/* "Summer" is the second name of the rule; it may well be the earlier clock, as in Dublin's winter.
 * Seconds east of UTC. */
struct rd_zone_rule {
    int32_t standard_s;
    int32_t summer_s;
    bool has_summer;
    struct rd_zone_turn begins;
    struct rd_zone_turn ends;
};

/* Parses `len` bytes; false where they are no such rule, also where a summer time comes without its
 * two turns. */
bool rd_zone_rule_parse(const char *text, size_t len, struct rd_zone_rule *out);
/* UTC seconds at which the year's summer time begins and ends; only where there is one. */
int64_t rd_zone_rule_begins_s(const struct rd_zone_rule *rule, int year);
int64_t rd_zone_rule_ends_s(const struct rd_zone_rule *rule, int year);

#endif
