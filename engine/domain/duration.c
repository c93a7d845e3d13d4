/* Durations as people write them, parsed once and kept exact.
 *
 *   [by close of] N UNIT [N UNIT ...] [from the next day]
 *
 * Five kinds come out, and a text that would mix two of them is refused: nobody can say how long "1
 * month 4 hours" is on a calendar with holidays. Minutes without "business" are read on the clock
 * that the rule stands on, which the caller knows. Whole numbers only, none negative; "1.5 hours"
 * is "1 hour 30 minutes".
 */
#include "domain/calendar.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"

#define DURATION_WORD_MAX 32
#define DURATION_DAYS_MAX (366 * RD_DURATION_YEARS_MAX)
#define DURATION_MONTHS_MAX (12 * RD_DURATION_YEARS_MAX)
#define DURATION_MS_MAX (DURATION_DAYS_MAX * 86400000LL)

enum duration_measure { DURATION_TIME, DURATION_DAYS, DURATION_MONTHS };

struct duration_unit {
    const char *one;
    const char *many;
    enum duration_measure measure;
    int64_t size; /* ms, days or months */
};

static const struct duration_unit duration_units[] = {
    { "second", "seconds", DURATION_TIME, 1000 }, { "minute", "minutes", DURATION_TIME, 60000 },
    { "hour", "hours", DURATION_TIME, 3600000 },  { "day", "days", DURATION_DAYS, 1 },
    { "week", "weeks", DURATION_DAYS, 7 },        { "month", "months", DURATION_MONTHS, 1 },
    { "year", "years", DURATION_MONTHS, 12 },
};

#define DURATION_UNIT_COUNT (sizeof(duration_units) / sizeof(duration_units[0]))

/* The text on its way: `word` is the next word, empty at the end. */
struct duration_text {
    const char *whole;
    const char *rest;
    char word[DURATION_WORD_MAX];
    struct rd_error *error;
};

static void duration_next(struct duration_text *text)
{
    size_t len = 0;

    while (*text->rest == ' ')
        text->rest++;
    while (text->rest[len] != '\0' && text->rest[len] != ' ')
        len++;
    /* A word that is too long is no unit and no number: its beginning is enough to say so. */
    size_t kept = len < sizeof(text->word) ? len : sizeof(text->word) - 1;

    memcpy(text->word, text->rest, kept);
    text->word[kept] = '\0';
    text->rest += len;
}

/* Most words differ in their first letter already. */
static bool duration_is(const struct duration_text *text, const char *word)
{
    return text->word[0] == word[0] && strcmp(text->word, word) == 0;
}

static bool duration_skip(struct duration_text *text, const char *word)
{
    if (!duration_is(text, word))
        return false;
    duration_next(text);
    return true;
}

static enum rd_status duration_refuse(const struct duration_text *text, const char *why)
{
    return rd_error_set(text->error, RD_POLICY_FAULT, "the duration '%.80s' %s", text->whole, why);
}

static enum rd_status duration_too_long(const struct duration_text *text)
{
    return rd_error_set(text->error, RD_POLICY_FAULT,
                        "the duration '%.80s' is longer than %d years", text->whole,
                        RD_DURATION_YEARS_MAX);
}

static enum rd_status duration_number(struct duration_text *text, int64_t *out)
{
    if (text->word[0] >= '0' && text->word[0] <= '9' && rd_text_int(text->word, out)) {
        duration_next(text);
        return RD_OK;
    }

    size_t len = strlen(text->word);

    if (len == 0)
        return duration_refuse(text, "ends before it says how long");
    if (text->word[0] == '-')
        return duration_refuse(text, "is negative");
    if (strspn(text->word, "0123456789.") == len && strchr(text->word, '.'))
        return duration_refuse(text, "is no whole number; write '1 hour 30 minutes'");
    if (strspn(text->word, "0123456789") != len)
        return rd_error_set(text->error, RD_POLICY_FAULT,
                            "the duration '%.80s' has '%s' where a number is expected, as in "
                            "'4 hours' or '2 business days'",
                            text->whole, text->word);
    return duration_too_long(text);
}

static enum rd_status duration_unit_unknown(struct duration_text *text)
{
    const char *names[DURATION_UNIT_COUNT + 1];

    if (text->word[0] == '\0')
        return duration_refuse(text, "has a number without a unit, such as 'hours' or 'days'");
    for (size_t i = 0; i < DURATION_UNIT_COUNT; i++)
        names[i] = duration_units[i].many;
    names[DURATION_UNIT_COUNT] = "business";

    const char *near = rd_text_nearest(text->word, names, DURATION_UNIT_COUNT + 1);

    if (near)
        return rd_error_set(text->error, RD_POLICY_FAULT,
                            "the duration '%.80s' has no unit '%s'; did you mean '%s'?",
                            text->whole, text->word, near);
    return rd_error_set(text->error, RD_POLICY_FAULT,
                        "the duration '%.80s' has no unit '%s'; there are seconds, minutes, hours, "
                        "days, weeks, months, years, business minutes, hours and days",
                        text->whole, text->word);
}

static enum rd_status duration_unit(struct duration_text *text, const struct duration_unit **out)
{
    for (size_t i = 0; i < DURATION_UNIT_COUNT; i++) {
        const struct duration_unit *unit = &duration_units[i];

        if (duration_is(text, unit->one) || duration_is(text, unit->many)) {
            *out = unit;
            duration_next(text);
            return RD_OK;
        }
    }
    return duration_unit_unknown(text);
}

static enum rd_duration_kind duration_kind(const struct duration_unit *unit, bool business,
                                           bool on_business_clock)
{
    if (unit->measure == DURATION_TIME)
        return business || on_business_clock ? RD_DURATION_BUSINESS_TIME : RD_DURATION_ELAPSED;
    return business ? RD_DURATION_BUSINESS_DAYS : RD_DURATION_CALENDAR;
}

/* Adds N units to the sum; the bounds keep every later sum of times far from overflow. */
static enum rd_status duration_sum(struct duration_text *text, const struct duration_unit *unit,
                                   int64_t n, struct rd_duration *sum)
{
    int64_t max = unit->measure == DURATION_TIME     ? DURATION_MS_MAX
                  : unit->measure == DURATION_MONTHS ? DURATION_MONTHS_MAX
                                                     : DURATION_DAYS_MAX;
    int64_t so_far = unit->measure == DURATION_MONTHS ? sum->months : sum->n;

    if (n > (max - so_far) / unit->size)
        return duration_too_long(text);
    if (unit->measure == DURATION_MONTHS)
        sum->months += (int32_t)(n * unit->size);
    else
        sum->n += n * unit->size;
    return RD_OK;
}

/* One "N UNIT", added to what came before. */
static enum rd_status duration_part(struct duration_text *text, bool on_business_clock, bool first,
                                    struct rd_duration *sum)
{
    const struct duration_unit *unit = NULL;
    int64_t n = 0;
    enum rd_status status = duration_number(text, &n);

    if (status != RD_OK)
        return status;
    bool business = duration_skip(text, "business");

    status = duration_unit(text, &unit);
    if (status != RD_OK)
        return status;
    if (business && (unit->measure == DURATION_MONTHS || unit->size == 7))
        return duration_refuse(text, "counts in business weeks, months or years; there are none");

    enum rd_duration_kind kind = duration_kind(unit, business, on_business_clock);

    if (!first && kind != sum->kind)
        return duration_refuse(text, "mixes units that do not add up: running time, business time, "
                                     "business days and calendar days are kept apart");
    sum->kind = kind;
    return duration_sum(text, unit, n, sum);
}

static bool duration_skip_next_day(struct duration_text *text)
{
    return duration_skip(text, "from") && duration_skip(text, "the") &&
           duration_skip(text, "next") && duration_skip(text, "day");
}

enum rd_status rd_duration_parse(const char *text, bool on_business_clock, struct rd_duration *out,
                                 struct rd_error *error)
{
    struct duration_text rest = { .whole = text, .rest = text, .error = error };
    struct rd_duration sum = { .kind = RD_DURATION_ELAPSED };
    bool close = false;
    bool first = true;

    *out = sum;
    duration_next(&rest);
    if (duration_skip(&rest, "by")) {
        if (!duration_skip(&rest, "close") || !duration_skip(&rest, "of"))
            return duration_refuse(&rest, "begins with 'by' but not with 'by close of'");
        close = true;
    }
    do {
        enum rd_status status = duration_part(&rest, on_business_clock, first, &sum);

        if (status != RD_OK)
            return status;
        first = false;
    } while (rest.word[0] != '\0' && strcmp(rest.word, "from") != 0);

    if (rest.word[0] != '\0') {
        if (!duration_skip_next_day(&rest) || rest.word[0] != '\0')
            return duration_refuse(&rest, "may only end with 'from the next day'");
        sum.from_next_day = true;
    }
    if (close && sum.kind != RD_DURATION_BUSINESS_DAYS)
        return duration_refuse(&rest, "closes with something else than business days");
    if (close)
        sum.kind = RD_DURATION_CLOSE_OF_DAY;
    *out = sum;
    return RD_OK;
}
