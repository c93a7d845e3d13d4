/* Reading the rule line of a TZif file, and working it out for a year.
 *
 *   IST-1GMT0,M10.5.0,M3.5.0/1      standard name and offset, second name and offset, begin, end
 *   <+01>-1                         names with other signs than letters stand in angle brackets
 *   EET-2EEST,M3.4.4/50,M10.4.4/50  times of day run from -167 to 167 hours
 *
 * The offsets of the text count westward, as POSIX has it; ours count eastward. The begin is told
 * on the standard clock, the end on the summer clock. Source: POSIX.1-2017, chapter 8.3, TZ; RFC
 * 9636, section 3.3.1.
 */
#include "domain/zone_rule.h"

#include "base/text.h"

#define RULE_DAY_S 86400
#define RULE_TURN_DEFAULT_S (2 * 3600)

/* What is left of the text. */
struct rule_text {
    const char *at;
    const char *end;
};

static bool rule_is(struct rule_text *text, char c)
{
    return text->at < text->end && *text->at == c;
}

static bool rule_skip(struct rule_text *text, char c)
{
    if (!rule_is(text, c))
        return false;
    text->at++;
    return true;
}

static bool rule_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool rule_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A name is passed over: nobody here prints it. Three letters at least, or anything of letters,
 * digits and signs in <>. */
static bool rule_name(struct rule_text *text)
{
    const char *from = text->at;

    if (!rule_skip(text, '<')) {
        while (text->at < text->end && rule_letter(*text->at))
            text->at++;
        return text->at - from >= 3;
    }
    from = text->at;
    while (text->at < text->end && (rule_letter(*text->at) || rule_digit(*text->at) ||
                                    *text->at == '+' || *text->at == '-'))
        text->at++;
    return text->at - from >= 1 && rule_skip(text, '>');
}

static bool rule_number(struct rule_text *text, int32_t min, int32_t max, int32_t *out)
{
    int32_t n = 0;
    const char *from = text->at;

    while (text->at < text->end && rule_digit(*text->at) && n <= max)
        n = n * 10 + (*text->at++ - '0');
    *out = n;
    return text->at > from && n >= min && n <= max;
}

/* [+-]hh[:mm[:ss]] */
static bool rule_time(struct rule_text *text, int32_t hours_max, int32_t *out_s)
{
    int32_t hours = 0;
    int32_t minutes = 0;
    int32_t seconds = 0;
    bool negative = rule_skip(text, '-');

    if (!negative)
        rule_skip(text, '+');
    if (!rule_number(text, 0, hours_max, &hours))
        return false;
    if (rule_skip(text, ':')) {
        if (!rule_number(text, 0, 59, &minutes))
            return false;
        if (rule_skip(text, ':') && !rule_number(text, 0, 59, &seconds))
            return false;
    }
    *out_s = hours * 3600 + minutes * 60 + seconds;
    if (negative)
        *out_s = -*out_s;
    return true;
}

static bool rule_turn_day(struct rule_text *text, struct rd_zone_turn *out)
{
    if (rule_skip(text, 'M')) {
        out->kind = RD_ZONE_TURN_MONTH;
        return rule_number(text, 1, 12, &out->month) && rule_skip(text, '.') &&
               rule_number(text, 1, 5, &out->week) && rule_skip(text, '.') &&
               rule_number(text, 0, 6, &out->day);
    }
    if (rule_skip(text, 'J')) {
        out->kind = RD_ZONE_TURN_JULIAN;
        return rule_number(text, 1, 365, &out->day);
    }
    out->kind = RD_ZONE_TURN_DAY;
    return rule_number(text, 0, 365, &out->day);
}

static bool rule_turn(struct rule_text *text, struct rd_zone_turn *out)
{
    if (!rule_skip(text, ',') || !rule_turn_day(text, out))
        return false;
    out->time_s = RULE_TURN_DEFAULT_S;
    return !rule_skip(text, '/') || rule_time(text, 167, &out->time_s);
}

bool rd_zone_rule_parse(const char *text, size_t len, struct rd_zone_rule *out)
{
    struct rule_text rest = { .at = text, .end = text + len };
    int32_t west_s = 0;

    *out = (struct rd_zone_rule){ 0 };
    if (!rule_name(&rest) || !rule_time(&rest, 24, &west_s))
        return false;
    out->standard_s = -west_s;
    out->summer_s = out->standard_s;
    if (rest.at == rest.end)
        return true;

    out->has_summer = true;
    if (!rule_name(&rest))
        return false;
    out->summer_s = out->standard_s + 3600;
    if (!rule_is(&rest, ',')) {
        if (!rule_time(&rest, 24, &west_s))
            return false;
        out->summer_s = -west_s;
    }
    return rule_turn(&rest, &out->begins) && rule_turn(&rest, &out->ends) && rest.at == rest.end;
}

static bool rule_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* The day of the week w of a month, w = 5 being the last one. */
static int64_t rule_month_day(const struct rd_zone_turn *turn, int year)
{
    int64_t first = rd_date_days(year, turn->month, 1);
    int64_t next =
        turn->month == 12 ? rd_date_days(year + 1, 1, 1) : rd_date_days(year, turn->month + 1, 1);
    int64_t weekday = (((first + 4) % 7) + 7) % 7; /* 1970-01-01 was a Thursday, Sunday is 0 */
    int64_t day = first + (turn->day - weekday + 7) % 7 + 7 * ((int64_t)turn->week - 1);

    return day < next ? day : day - 7;
}

/* Seconds from 1970 to the turn, on the clock before it. */
static int64_t rule_turn_s(const struct rd_zone_turn *turn, int year)
{
    int64_t day = 0;

    switch (turn->kind) {
    case RD_ZONE_TURN_JULIAN:
        day = rd_date_days(year, 1, 1) + turn->day - 1;
        if (rule_leap(year) && turn->day >= 60)
            day++;
        break;
    case RD_ZONE_TURN_DAY:
        day = rd_date_days(year, 1, 1) + turn->day;
        break;
    case RD_ZONE_TURN_MONTH:
        day = rule_month_day(turn, year);
        break;
    }
    return day * RULE_DAY_S + turn->time_s;
}

int64_t rd_zone_rule_begins_s(const struct rd_zone_rule *rule, int year)
{
    return rule_turn_s(&rule->begins, year) - rule->standard_s;
}

int64_t rd_zone_rule_ends_s(const struct rd_zone_rule *rule, int year)
{
    return rule_turn_s(&rule->ends, year) - rule->summer_s;
}
