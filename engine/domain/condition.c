/* Conditions: the `where` of views and reports, compiled.
 *
 *   { handler = "$me", next_visit = { from = "$today", to = "$today+{days}" }, tier = "$tier?" }
 *     └─ subject ─ terms ─ (asking) ─▶ filters
 *
 * A text that begins with $ is a term; "$$x" is the text "$x". What a term is for is checked here,
 * so that a condition never quietly fails to match: an account is compared with an account, a day
 * with a date or a moment.
 */
#include "domain/condition.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "domain/model.h"
#include "domain/zone.h"

#define DAY_MS (24 * 3600 * 1000ll)

/* The words that a term may begin with, by kind. */
static const struct {
    const char *name;
    enum rd_term_kind kind;
} TERMS[] = {
    { "me", RD_TERM_ME },       { "my_group", RD_TERM_MY_GROUP }, { "my_unit", RD_TERM_MY_UNIT },
    { "none", RD_TERM_EMPTY },  { "today", RD_TERM_TODAY },       { "week", RD_TERM_WEEK },
    { "month", RD_TERM_MONTH }, { "year", RD_TERM_YEAR },
};
#define TERM_COUNT (sizeof TERMS / sizeof *TERMS)

/* One condition in the making. */
struct condition_build {
    const struct rd_condition_build *with;
    struct rd_condition *condition;
    const char *name;
    int line;
    bool bad;
};

static void condition_error(struct condition_build *b, const char *format, ...) RD_PRINTF(2, 3);
static void condition_error(struct condition_build *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = rd_arena_vprintf(&b->with->model->arena, format, args);
    va_end(args);
    rd_finding_error(b->with->findings, b->with->file, b->line, "%s: where: %s: %s", b->with->what,
                     b->name, text);
    b->bad = true;
}

/* ---- terms ---- */

static int term_param(struct condition_build *b, const char *name)
{
    for (size_t i = 0; i < b->with->param_count; i++)
        if (strcmp(b->with->params[i].name, name) == 0) {
            if (b->with->params_used)
                *b->with->params_used |= 1ull << i;
            return (int)i;
        }
    struct rd_arena *arena = &b->with->model->arena;
    const char **names = rd_arena_alloc(arena, (b->with->param_count + TERM_COUNT) * sizeof *names);
    size_t count = 0;
    for (size_t i = 0; i < b->with->param_count; i++)
        names[count++] = b->with->params[i].name;
    for (size_t i = 0; i < TERM_COUNT; i++)
        names[count++] = TERMS[i].name;
    condition_error(b, "there is no '$%s'%s", name, rd_model_guess(arena, name, names, count));
    return -1;
}

/* "+3", "-{days}", or nothing behind the name of a day. */
static void term_shift(struct condition_build *b, const char *text, struct rd_term *term)
{
    struct rd_arena *arena = &b->with->model->arena;
    size_t len = strlen(text);
    int64_t sign = *text == '-' ? -1 : 1;
    if (len == 0)
        return;
    if (text[1] == '{' && text[len - 1] == '}') {
        const char *name = rd_arena_copy(arena, text + 2, len - 3);
        term->param = term_param(b, name);
        term->add = sign;
        if (term->param >= 0 && b->with->params[term->param].type.kind != RD_TYPE_INTEGER)
            condition_error(b, "'%s' is no integer: it can't be added to a day", name);
        return;
    }
    if (strspn(text + 1, "0123456789") != len - 1 || len < 2 || len > 5)
        condition_error(b, "'%s' behind a day is +3, -3 or +{param}", text);
    else
        term->add = sign * strtoll(text + 1, NULL, 10);
}

static bool term_suits_kind(const struct condition_build *b, enum rd_type_kind kind)
{
    const struct rd_type *type = b->condition->subject.type;
    if (b->condition->kind == RD_FILTER_CONTAINS)
        return kind == RD_TYPE_TEXT || (type->kind == RD_TYPE_LIST && type->element->kind == kind);
    return type->kind == kind || (type->kind == RD_TYPE_NUMBER && kind == RD_TYPE_INTEGER);
}

/* A parameter's values must be such as the field has; a list of them asks for any. */
static void term_check_param(struct condition_build *b, const struct rd_term *term)
{
    const struct rd_type *type = &b->with->params[term->param].type;
    bool several = type->kind == RD_TYPE_LIST && b->condition->subject.type->kind != RD_TYPE_LIST;
    bool any_of = b->condition->kind == RD_FILTER_ANY_OF || b->condition->kind == RD_FILTER_NONE_OF;
    bool state = b->condition->subject.kind == RD_SUBJECT_STATE;
    enum rd_type_kind kind = several ? type->element->kind : type->kind;
    if (several && !any_of)
        condition_error(b, "a list of values has no place in a range");
    else if (!term_suits_kind(b, kind) && !(state && kind == RD_TYPE_CHOICE))
        condition_error(b, "it is %s, and the parameter '%s' %s",
                        rd_type_name(b->condition->subject.type->kind),
                        b->with->params[term->param].name, rd_type_name(kind));
}

static void term_check(struct condition_build *b, const struct rd_term *term)
{
    enum rd_type_kind kind = b->condition->subject.type->kind;
    const char *wants = NULL;
    switch (term->kind) {
    case RD_TERM_CONSTANT:
    case RD_TERM_EMPTY:
        break;
    case RD_TERM_ME:
        wants = kind == RD_TYPE_ACCOUNT || kind == RD_TYPE_TEXT ? NULL : "an account";
        break;
    case RD_TERM_MY_UNIT:
        wants = kind == RD_TYPE_UNIT || kind == RD_TYPE_TEXT ? NULL : "a unit";
        break;
    case RD_TERM_MY_GROUP:
        wants = kind == RD_TYPE_TEXT ? NULL : "a text";
        break;
    case RD_TERM_TODAY:
    case RD_TERM_WEEK:
    case RD_TERM_MONTH:
    case RD_TERM_YEAR:
        wants = kind == RD_TYPE_DATE || kind == RD_TYPE_INSTANT ? NULL : "a date or an instant";
        break;
    case RD_TERM_PARAM:
        if (term->param >= 0)
            term_check_param(b, term);
        break;
    }
    if (wants)
        condition_error(b, "it is %s, not %s", rd_type_name(kind), wants);
}

/* "$today+{days}", "$tier?" */
static void term_read_word(struct condition_build *b, const char *text, struct rd_term *term)
{
    struct rd_arena *arena = &b->with->model->arena;
    size_t len = strcspn(text, "+-?");
    const char *name = rd_arena_copy(arena, text, len), *rest = text + len;
    size_t t = 0;
    while (t < TERM_COUNT && strcmp(TERMS[t].name, name) != 0)
        t++;
    bool day = false;
    if (t < TERM_COUNT) {
        term->kind = TERMS[t].kind;
        day = term->kind >= RD_TERM_TODAY && term->kind <= RD_TERM_YEAR;
    } else {
        term->kind = RD_TERM_PARAM;
        term->param = term_param(b, name);
        term->optional = strcmp(rest, "?") == 0;
    }
    if (term->optional)
        rest++;
    if (*rest && !day)
        condition_error(b, "'%s' behind '$%s' means nothing%s", rest, name,
                        *rest == '?' ? ": it is always known" : "");
    else
        term_shift(b, rest, term);
    bool asker = term->kind >= RD_TERM_ME;
    if (asker && !b->with->params && !b->bad)
        condition_error(b, "'$%s' has no place in a report: it counts the same for everybody",
                        name);
}

static void term_read(struct condition_build *b, const struct rd_value *value, struct rd_term *term)
{
    struct rd_arena *arena = &b->with->model->arena;
    const struct rd_type *type = b->condition->subject.type;
    static const struct rd_type text = { .kind = RD_TYPE_TEXT };
    struct rd_error why = RD_ERROR_NONE;
    *term = (struct rd_term){ .value = rd_null(), .param = -1 };
    struct rd_value given = *value;
    if (given.kind == RD_TEXT && given.text[0] == '$' && given.text[1] != '$') {
        term_read_word(b, given.text + 1, term);
        if (!b->bad)
            term_check(b, term);
        return;
    }
    if (given.kind == RD_TEXT && given.text[0] == '$')
        given = rd_text(given.text + 1);
    if (b->condition->kind == RD_FILTER_CONTAINS)
        type = type->kind == RD_TYPE_LIST ? type->element : &text;
    if (rd_type_read(type, &given, arena, &term->value, &why) != RD_OK)
        condition_error(b, "%s", why.text);
    else if (b->condition->subject.kind == RD_SUBJECT_STATE && term->value.kind == RD_TEXT &&
             b->condition->kind != RD_FILTER_CONTAINS &&
             !rd_type_state(b->with->type, term->value.text))
        condition_error(b, "workflow '%s' has no state '%s'", b->with->type->name,
                        term->value.text);
}

/* ---- conditions ---- */

static void condition_terms(struct condition_build *b, const struct rd_value *value)
{
    struct rd_condition *condition = b->condition;
    bool several = value->kind == RD_LIST && condition->subject.type->kind != RD_TYPE_LIST &&
                   condition->kind != RD_FILTER_CONTAINS;
    size_t count = several ? value->count : 1;
    if (count == 0 || count > RD_FILTER_VALUES_MAX) {
        condition_error(b, "it asks for %zu values; 1 to %d are possible", count,
                        RD_FILTER_VALUES_MAX);
        return;
    }
    condition->terms = rd_arena_zalloc(&b->with->model->arena, count, sizeof *condition->terms);
    for (size_t i = 0; i < count; i++)
        term_read(b, several ? &value->items[i] : value,
                  &condition->terms[condition->term_count++]);
}

static void condition_range(struct condition_build *b, const struct rd_value *value)
{
    struct rd_condition *condition = b->condition;
    const struct rd_value *from = rd_map_get(value, "from"), *to = rd_map_get(value, "to");
    condition->kind = RD_FILTER_RANGE;
    condition->terms = rd_arena_zalloc(&b->with->model->arena, 2, sizeof *condition->terms);
    condition->term_count = 2;
    condition->terms[0] = condition->terms[1] =
        (struct rd_term){ .value = rd_null(), .param = -1, .optional = true };
    condition->has_from = from != NULL;
    condition->has_to = to != NULL;
    if (!from && !to)
        condition_error(b, "a range has `from`, `to` (not included) or both");
    if (from)
        term_read(b, from, &condition->terms[0]);
    if (to)
        term_read(b, to, &condition->terms[1]);
}

static void condition_map(struct condition_build *b, const struct rd_value *value)
{
    static const char *const KEYS[] = { "contains", "except", "from", "given", "to" };
    const char *key = value->pairs[0].key;
    for (uint32_t i = 0; i < value->count; i++) {
        size_t k = 0;
        while (k < 5 && strcmp(KEYS[k], value->pairs[i].key) != 0)
            k++;
        if (k == 5)
            condition_error(b, "unknown key '%s'%s", value->pairs[i].key,
                            rd_model_guess(&b->with->model->arena, value->pairs[i].key, KEYS, 5));
    }
    if (b->bad)
        return;
    bool alone = value->count == 1;
    if (alone && strcmp(key, "contains") == 0) {
        enum rd_type_kind kind = b->condition->subject.type->kind;
        b->condition->kind = RD_FILTER_CONTAINS;
        if (kind != RD_TYPE_TEXT && kind != RD_TYPE_LIST)
            condition_error(b, "a %s contains nothing", rd_type_name(kind));
        else
            condition_terms(b, &value->pairs[0].value);
    } else if (alone && strcmp(key, "except") == 0) {
        b->condition->kind = RD_FILTER_NONE_OF;
        condition_terms(b, &value->pairs[0].value);
    } else if (alone && strcmp(key, "given") == 0) {
        b->condition->kind = RD_FILTER_GIVEN;
        if (value->pairs[0].value.kind != RD_BOOL || !value->pairs[0].value.boolean)
            condition_error(b, "given = true, or \"$none\" for an empty field");
    } else if (rd_map_get(value, "from") || rd_map_get(value, "to")) {
        if (rd_map_get(value, "contains") || rd_map_get(value, "except") ||
            rd_map_get(value, "given"))
            condition_error(b, "it is a range, or something else, not both");
        else
            condition_range(b, value);
    } else {
        condition_error(b, "one thing at a time: contains, except, given, or from and to");
    }
}

static bool condition_build(const struct rd_condition_build *with, const struct rd_value *spec,
                            struct rd_condition *out)
{
    struct rd_arena *arena = &with->model->arena;
    const struct rd_value *value = rd_map_get(spec, "value");
    struct condition_build b = { with, out, rd_map_text(spec, "name", "?"),
                                 (int)rd_map_int(spec, "line", 0), false };
    static const struct rd_value nothing = { .kind = RD_NULL };
    *out = (struct rd_condition){ .kind = RD_FILTER_ANY_OF, .line = b.line };
    value = value ? value : &nothing;
    if (!rd_subject_find(with->type, b.name, &out->subject)) {
        size_t count;
        const char **names = rd_subject_names(with->type, arena, &count);
        condition_error(&b, "record '%s' has no such field%s", with->type->name,
                        rd_model_guess(arena, b.name, names, count));
        return false;
    }
    if (out->subject.field >= 0 && with->type->fields[out->subject.field].secrecy)
        condition_error(&b, "it is %s: nothing is searched by it",
                        with->type->fields[out->subject.field].secrecy);
    else if (value->kind == RD_MAP && value->count > 0)
        condition_map(&b, value);
    else
        condition_terms(&b, value);
    return !b.bad;
}

void rd_conditions_build(const struct rd_condition_build *build, const struct rd_value *list,
                         struct rd_condition **out, size_t *count)
{
    *count = 0;
    *out = rd_arena_zalloc(&build->model->arena, list->count + 1, sizeof **out);
    for (uint32_t i = 0; i < list->count; i++)
        if (condition_build(build, &list->items[i], &(*out)[*count]))
            ++*count;
}

bool rd_condition_is_firm(const struct rd_condition *condition)
{
    if (condition->kind == RD_FILTER_RANGE)
        return !condition->terms[0].optional || !condition->terms[1].optional;
    for (size_t i = 0; i < condition->term_count; i++)
        if (condition->terms[i].optional)
            return false;
    return true;
}

bool rd_condition_needs(const struct rd_condition *condition, int param)
{
    for (size_t i = 0; i < condition->term_count; i++)
        if (condition->terms[i].param == param && !condition->terms[i].optional)
            return true;
    return false;
}

/* ---- resolving ---- */

/* The first day of a month, so many months on; no further than a calendar goes. */
static int64_t month_days(int year, int month, int64_t months)
{
    months = months > 12000 ? 12000 : months < -12000 ? -12000 : months;
    months += (int64_t)year * 12 + (month - 1);
    return rd_date_days((int)(months / 12), (int)(months % 12) + 1, 1);
}

/* The first local day that the term means. */
static int64_t term_day(const struct rd_term *term, const struct rd_asking *asking)
{
    int64_t local = rd_zone_local_ms(asking->zone, asking->now_ms);
    int64_t today = (local - (local < 0 ? DAY_MS - 1 : 0)) / DAY_MS, add = term->add;
    int year, month, day;
    if (term->param >= 0)
        add *= asking->params[term->param].integer;
    add = add > 40000 ? 40000 : add < -40000 ? -40000 : add;
    rd_date_civil(today, &year, &month, &day);
    switch (term->kind) {
    case RD_TERM_WEEK: /* 1970-01-01 was a Thursday */
        return today - (today + 3) % 7 + 7 * add;
    case RD_TERM_MONTH:
        return month_days(year, month, add);
    case RD_TERM_YEAR:
        return month_days(year, 1, add * 12);
    default:
        return today + add;
    }
}

static enum rd_status term_asker(const struct rd_term *term, const struct rd_asking *asking,
                                 struct rd_value *out, struct rd_error *error)
{
    const struct rd_account *account = asking->actor->account;
    const char *what = term->kind == RD_TERM_ME        ? "account"
                       : term->kind == RD_TERM_MY_UNIT ? "unit"
                                                       : "group";
    const char *name = NULL;
    if (account && term->kind == RD_TERM_ME)
        name = account->name;
    else if (account && term->kind == RD_TERM_MY_UNIT && account->unit >= 0)
        name = asking->organisation->units[account->unit].name;
    else if (account && term->kind == RD_TERM_MY_GROUP)
        name = account->group;
    if (!name)
        return rd_error_set(error, RD_INVALID_PARAMS, "it asks for your %s, and you have none%s",
                            what, account ? "" : ": act as an account");
    *out = rd_text(name);
    return RD_OK;
}

/* The term's value; `*there` false where it is left out. */
static enum rd_status term_resolve(const struct rd_term *term, const struct rd_subject *subject,
                                   const struct rd_asking *asking, struct rd_value *out,
                                   bool *there, struct rd_error *error)
{
    int64_t day;
    *there = true;
    switch (term->kind) {
    case RD_TERM_CONSTANT:
        *out = term->value;
        return RD_OK;
    case RD_TERM_EMPTY:
        *out = rd_null();
        return RD_OK;
    case RD_TERM_ME:
    case RD_TERM_MY_UNIT:
    case RD_TERM_MY_GROUP:
        return term_asker(term, asking, out, error);
    case RD_TERM_TODAY:
    case RD_TERM_WEEK:
    case RD_TERM_MONTH:
    case RD_TERM_YEAR:
        day = term_day(term, asking);
        *out = rd_int(
            subject->type->kind == RD_TYPE_DATE ? day : rd_zone_utc_ms(asking->zone, day * DAY_MS));
        return RD_OK;
    case RD_TERM_PARAM:
        *out = asking->params[term->param];
        *there = out->kind != RD_NULL;
        return RD_OK;
    }
    return RD_INTERNAL_ERROR;
}

/* *asks: something was given, if only an empty list: of which no record is one. */
static enum rd_status condition_values(const struct rd_condition *condition,
                                       const struct rd_asking *asking, struct rd_arena *arena,
                                       struct rd_filter *out, bool *asks, struct rd_error *error)
{
    size_t cap = RD_FILTER_VALUES_MAX;
    out->values = rd_arena_zalloc(arena, cap, sizeof *out->values);
    for (size_t i = 0; i < condition->term_count; i++) {
        struct rd_value value;
        bool there;
        enum rd_status status =
            term_resolve(&condition->terms[i], &condition->subject, asking, &value, &there, error);
        if (status != RD_OK)
            return status;
        bool several =
            there && value.kind == RD_LIST && condition->subject.type->kind != RD_TYPE_LIST;
        *asks |= there;
        if (there && (several ? value.count : 1) > cap - out->count)
            return rd_error_set(error, RD_INVALID_PARAMS,
                                "%s is asked for more than %d values, which is the limit",
                                condition->subject.name, RD_FILTER_VALUES_MAX);
        for (uint32_t v = 0; several && v < value.count; v++)
            out->values[out->count++] = value.items[v];
        if (there && !several)
            out->values[out->count++] = value;
    }
    return RD_OK;
}

static enum rd_status condition_bounds(const struct rd_condition *condition,
                                       const struct rd_asking *asking, struct rd_filter *out,
                                       bool *asks, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    bool from = false, to = false;
    if (condition->has_from)
        status = term_resolve(&condition->terms[0], &condition->subject, asking, &out->from, &from,
                              error);
    if (condition->has_to && status == RD_OK)
        status =
            term_resolve(&condition->terms[1], &condition->subject, asking, &out->to, &to, error);
    *asks = from || to;
    return status;
}

enum rd_status rd_conditions_resolve(const struct rd_condition *conditions, size_t count,
                                     const struct rd_asking *asking, struct rd_arena *arena,
                                     struct rd_filter *out, size_t *out_count,
                                     struct rd_error *error)
{
    *out_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct rd_condition *condition = &conditions[i];
        struct rd_filter *filter = &out[*out_count];
        enum rd_status status = RD_OK;
        bool asks = condition->kind == RD_FILTER_GIVEN;
        *filter = (struct rd_filter){ .subject = condition->subject,
                                      .kind = condition->kind,
                                      .from = rd_null(),
                                      .to = rd_null() };
        if (condition->kind == RD_FILTER_RANGE) {
            status = condition_bounds(condition, asking, filter, &asks, error);
        } else if (condition->kind != RD_FILTER_GIVEN) {
            status = condition_values(condition, asking, arena, filter, &asks, error);
        }
        if (status != RD_OK)
            return status;
        rd_filter_ready(filter, arena);
        *out_count += asks;
    }
    return RD_OK;
}
