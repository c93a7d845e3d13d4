/* What if: more or fewer people, more or fewer cases, on some days or on all.
 *
 *   "handler -2 sunday"       two handlers fewer on Sundays
 *   "all +1 monday,tuesday"   one person more in each role
 *   "complaint +20%"          a fifth more complaints
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/fit.h"

#define WHAT_IF_EVERY_DAY ((1u << RD_FIT_KINDS) - 1)
#define WHAT_IF_WORKDAYS 0x1fu
#define WHAT_IF_WEEKEND 0x60u
#define WHAT_IF_PEOPLE_MAX 10000
#define WHAT_IF_PERCENT_MAX 1000

/* "sunday", "sundays", "weekend": the bits; 0 where it is none. */
static unsigned what_if_kind(const char *word, size_t len)
{
    static const struct {
        const char *name;
        unsigned kinds;
    } groups[] = { { "weekday", WHAT_IF_WORKDAYS }, { "weekend", WHAT_IF_WEEKEND } };
    if (len > 3 && word[len - 1] == 's')
        len--;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (strlen(groups[i].name) == len && strncmp(groups[i].name, word, len) == 0)
            return groups[i].kinds;
    for (unsigned i = 0; i < RD_FIT_KINDS; i++)
        if (strlen(rd_fit_kind_names[i]) == len && strncmp(rd_fit_kind_names[i], word, len) == 0)
            return 1u << i;
    return 0;
}

static bool what_if_kinds(const char *words, unsigned *kinds)
{
    *kinds = *words ? 0 : WHAT_IF_EVERY_DAY;
    while (*words) {
        size_t len = strcspn(words, ", ");
        unsigned kind = what_if_kind(words, len);
        if (kind == 0)
            return false;
        *kinds |= kind;
        words += len;
        words += strspn(words, ", ");
    }
    return *kinds != 0;
}

/* "-2", "+20%": a sign, digits, and the mark where one is asked for. */
static bool what_if_amount(const char *word, size_t len, bool percent, int *out)
{
    int amount = 0, most = percent ? WHAT_IF_PERCENT_MAX : WHAT_IF_PEOPLE_MAX;
    if (len < 2 || (word[0] != '+' && word[0] != '-') || (percent && word[len - 1] != '%'))
        return false;
    size_t end = percent ? len - 1 : len;
    for (size_t i = 1; i < end; i++) {
        if (word[i] < '0' || word[i] > '9' || amount > most)
            return false;
        amount = 10 * amount + (word[i] - '0');
    }
    *out = word[0] == '-' ? -amount : amount;
    return end > 1 && amount <= most && (!percent || *out >= -100);
}

static enum rd_status what_if_name(const struct rd_model *model, const char *name, bool percent,
                                   struct rd_error *error)
{
    if (strcmp(name, "all") == 0)
        return RD_OK;
    if (percent) {
        const struct rd_record_type *type = rd_model_type(model, name);
        return type && type->chart
                   ? RD_OK
                   : rd_error_set(error, RD_USAGE, "--arrivals: there is no workflow '%s'", name);
    }
    return rd_role_find(&model->organisation, name) >= 0
               ? RD_OK
               : rd_error_set(error, RD_USAGE, "--staff: there is no role '%s'", name);
}

enum rd_status rd_what_if_read(struct rd_arena *arena, const struct rd_model *model,
                               const char *text, bool percent, struct rd_what_if *out,
                               struct rd_error *error)
{
    const char *at = text + strspn(text, " ");
    size_t len = strcspn(at, " ");
    const char *name = rd_arena_copy(arena, at, len);
    at += len + strspn(at + len, " ");
    len = strcspn(at, " ");
    const char *days = at + len + strspn(at + len, " ");
    if (!*name || !what_if_amount(at, len, percent, &out->amount) ||
        !what_if_kinds(days, &out->kinds))
        return rd_error_set(error, RD_USAGE, "%s, not '%s'",
                            percent ? "--arrivals takes a workflow, per cent and days such as "
                                      "\"complaint +20% monday\""
                                    : "--staff takes a role, a number and days such as "
                                      "\"handler -2 sunday\"",
                            text);
    out->what = strcmp(name, "all") == 0 ? NULL : name;
    return what_if_name(model, name, percent, error);
}

/* Where nobody was there before, each of those who come counts as one. */
double rd_what_if_people(const struct rd_what_ifs *ifs, const char *role, int kind, double people)
{
    double now = people;
    for (size_t i = 0; ifs && i < ifs->staff_count; i++) {
        const struct rd_what_if *staff = &ifs->staff[i];
        if ((staff->kinds >> kind & 1) && *role && (!staff->what || strcmp(staff->what, role) == 0))
            now += staff->amount;
    }
    if (now <= 0 && now < people)
        return 0;
    return people < RD_FIT_NOBODY ? now - people : now / people;
}

unsigned rd_what_if_arrivals(const struct rd_what_ifs *ifs, const char *type, int kind)
{
    int64_t mille = 1000;
    for (size_t i = 0; ifs && i < ifs->arrival_count; i++) {
        const struct rd_what_if *more = &ifs->arrivals[i];
        if ((more->kinds >> kind & 1) && (!more->what || strcmp(more->what, type) == 0))
            mille = mille * (100 + more->amount) / 100;
    }
    return (unsigned)mille;
}
