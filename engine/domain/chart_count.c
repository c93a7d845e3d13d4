/* Counts and sums, compiled: which records are meant, and which declared index finds them.
 *
 * `same` and `where` both say that a field has a certain value. The index must be over just the
 * fields of `same` (some of `where` may be in it as well); whatever it does not hold is looked up
 * in each record that it finds.
 */
#include <string.h>

#include "domain/chart_inside.h"
#include "domain/model.h"
#include "domain/normal.h"

/* The field that `equal` speaks of; false and a finding where there is none. */
static bool count_field(struct chart_build *b, const struct rd_fact *fact, const char *key,
                        struct rd_equal *equal)
{
    const struct rd_record_type *type = fact->type;
    equal->field = rd_type_field(type, equal->name);
    if (equal->field >= 0 || (!equal->path && strcmp(equal->name, "state") == 0))
        return true;
    rd_finding_error(
        b->findings, b->chart->file, fact->line, "fact '%s': %s: record '%s' has no field '%s'%s",
        fact->name, key, type->name, equal->name,
        rd_chart_guess(b, equal->name, type->fields, sizeof *type->fields, type->field_count));
    return false;
}

static void count_same(struct chart_build *b, const struct rd_value *list, struct rd_fact *out)
{
    for (uint32_t i = 0; i < list->count; i++) {
        struct rd_equal *equal = &out->equal[out->equal_count];
        *equal = (struct rd_equal){ .name = rd_map_text(&list->items[i], "name", "?"),
                                    .path = rd_map_text(&list->items[i], "path", "?") };
        out->equal_count += count_field(b, out, "same", equal);
    }
}

/* The constants of one field, as the store has them. */
static void count_values(struct chart_build *b, const struct rd_fact *fact,
                         const struct rd_value *values, struct rd_equal *equal)
{
    static const struct rd_type text = { .kind = RD_TYPE_TEXT };
    const struct rd_type *type = equal->field >= 0 ? &fact->type->fields[equal->field].type : &text;
    equal->values = rd_arena_zalloc(b->arena, values->count + 1, sizeof *equal->values);
    for (uint32_t i = 0; i < values->count; i++) {
        struct rd_value *value = &equal->values[equal->value_count];
        struct rd_error error = RD_ERROR_NONE;
        bool twice = false;
        if (rd_type_read(type, &values->items[i], b->arena, value, &error) == RD_OK) {
            for (size_t v = 0; v < equal->value_count; v++)
                twice = twice || rd_normal_equal(type, value, &equal->values[v]);
            equal->value_count += !twice; /* each value is one slot of the index */
        } else {
            rd_finding_error(b->findings, b->chart->file, fact->line, "fact '%s': where: '%s' %s",
                             fact->name, equal->name, error.text);
        }
    }
}

static void count_where(struct chart_build *b, const struct rd_value *list, struct rd_fact *out)
{
    for (uint32_t i = 0; i < list->count; i++) {
        struct rd_equal *equal = &out->equal[out->equal_count];
        const struct rd_value *values = rd_map_list(&list->items[i], "values");
        *equal = (struct rd_equal){ .name = rd_map_text(&list->items[i], "name", "?") };
        if (!count_field(b, out, "where", equal))
            continue;
        for (size_t e = 0; e < out->equal_count; e++)
            if (strcmp(out->equal[e].name, equal->name) == 0)
                rd_finding_error(b->findings, b->chart->file, out->line,
                                 "fact '%s': '%s' stands in same and in where", out->name,
                                 equal->name);
        count_values(b, out, values, equal);
        out->equal_count++;
    }
}

static const struct rd_equal *count_equal(const struct rd_fact *fact, int field)
{
    for (size_t i = 0; i < fact->equal_count; i++)
        if (fact->equal[i].field == field)
            return &fact->equal[i];
    return NULL;
}

/* How many fields of `fact` the index holds; 0 where it cannot serve it: it lacks a field of
 * `same`, has one that is not asked for, or more than one with several values. */
static size_t count_fits(const struct rd_fact *fact, const struct rd_type_index *index)
{
    size_t held = index->field_count ? index->field_count : 1, same = 0, several = 0;
    for (size_t i = 0; i < held; i++) {
        int field = index->field_count ? index->fields[i] : -1;
        const struct rd_equal *equal = count_equal(fact, field);
        if (!equal)
            return 0;
        same += equal->path != NULL;
        several += equal->value_count > 1;
    }
    for (size_t i = 0; i < fact->equal_count; i++)
        same -= fact->equal[i].path != NULL;
    return same == 0 && several <= 1 ? held : 0;
}

static void count_index(struct chart_build *b, struct rd_fact *out)
{
    size_t best = 0, same = 0;
    const char *names = "";
    for (size_t i = 0; i < out->type->index_count; i++) {
        size_t fits = count_fits(out, &out->type->indexes[i]);
        if (fits > best) {
            best = fits;
            out->index = (int)i;
        }
    }
    for (size_t i = 0; i < out->equal_count; i++)
        if (out->equal[i].path)
            names = rd_arena_printf(b->arena, "%s%s'%s'", names, same++ ? ", " : "",
                                    out->equal[i].name);
    if (best == 0)
        rd_finding_error(b->findings, b->chart->file, out->line,
                         "fact '%s': record '%s' has no index over just the fields of %s; %s",
                         out->name, out->type->name, same ? "`same`" : "`where`",
                         same == 0 ? "make one of them indexed"
                         : same == 1
                             ? rd_arena_printf(b->arena, "make %s indexed", names)
                             : rd_arena_printf(b->arena, "add { %s } to its indexes", names));
}

/* The stretch of time that is looked at. */
static void count_time(struct chart_build *b, const struct rd_value *spec, struct rd_fact *out)
{
    static const char *const periods[] = { "", "day", "month", "quarter", "year" };
    const char *in_last = rd_map_text(spec, "in_last", NULL);
    const char *in_this = rd_map_text(spec, "in_this", "");
    struct rd_duration duration;
    struct rd_error error = RD_ERROR_NONE;
    for (size_t i = 0; i < sizeof periods / sizeof *periods; i++)
        if (strcmp(periods[i], in_this) == 0)
            out->in_this = (enum rd_count_period)i;
    if (in_last && rd_duration_parse(in_last, false, &duration, &error) != RD_OK)
        rd_finding_error(b->findings, b->chart->file, out->line, "fact '%s': in_last: %s",
                         out->name, error.text);
    else if (in_last && duration.kind == RD_DURATION_ELAPSED)
        out->in_last_ms = duration.n;
    else if (in_last && duration.kind == RD_DURATION_CALENDAR && duration.months == 0)
        out->in_last_ms = duration.n * 86400000;
    else if (in_last)
        rd_finding_error(b->findings, b->chart->file, out->line,
                         "fact '%s': in_last is hours, days or weeks", out->name);
}

/* What is added up. */
static void count_sum_field(struct chart_build *b, const struct rd_value *spec, struct rd_fact *out)
{
    const char *field = rd_map_text(spec, "field", "?");
    out->field = rd_type_field(out->type, field);
    if (out->field < 0) {
        rd_finding_error(b->findings, b->chart->file, out->line,
                         "fact '%s': record '%s' has no field '%s'", out->name, out->type->name,
                         field);
        return;
    }
    out->gives = &out->type->fields[out->field].type;
    if (out->gives->kind != RD_TYPE_INTEGER && out->gives->kind != RD_TYPE_MONEY)
        rd_finding_error(b->findings, b->chart->file, out->line,
                         "fact '%s': field: '%s' is neither a whole number nor an amount",
                         out->name, field);
}

void rd_chart_count_build(struct chart_build *b, const struct rd_value *spec, struct rd_fact *out)
{
    static const struct rd_type integer = { .kind = RD_TYPE_INTEGER };
    const char *file = b->chart->file, *type = rd_map_text(spec, "type", "?");
    const struct rd_value *same = rd_map_list(spec, "same"), *where = rd_map_list(spec, "where");
    size_t errors = b->findings->errors;
    out->gives = &integer;
    out->type = rd_model_type(b->model, type);
    if (!out->type) {
        rd_finding_error(b->findings, file, out->line, "fact '%s': no record '%s'%s", out->name,
                         type,
                         rd_chart_guess(b, type, b->model->types, sizeof *b->model->types,
                                        b->model->type_count));
        return;
    }
    out->equal = rd_arena_zalloc(b->arena, same->count + where->count + 1, sizeof *out->equal);
    count_same(b, same, out);
    count_where(b, where, out);
    if (b->findings->errors == errors)
        count_index(b, out);
    out->at_most = rd_map_int(spec, "at_most", RD_COUNT_AT_MOST);
    if (out->at_most < 1 || out->at_most > RD_FACT_ROWS_MAX)
        rd_finding_error(b->findings, file, out->line, "fact '%s': at_most lies between 1 and %d",
                         out->name, RD_FACT_ROWS_MAX);
    count_time(b, spec, out);
    if (out->kind == RD_FACT_SUM)
        count_sum_field(b, spec, out);
}

/* Whether values of the two types can be the same value. Names of people, units and choices are
 * texts. */
static bool count_alike(const struct rd_type *a, const struct rd_type *b)
{
    const uint32_t texts = 1u << RD_TYPE_TEXT | 1u << RD_TYPE_CHOICE | 1u << RD_TYPE_ACCOUNT |
                           1u << RD_TYPE_UNIT | 1u << RD_TYPE_DURATION;
    if (a->kind == RD_TYPE_REFERENCE && b->kind == RD_TYPE_REFERENCE)
        return strcmp(a->of, b->of) == 0;
    return a->kind == b->kind || ((texts >> a->kind & 1) && (texts >> b->kind & 1));
}

void rd_chart_count_follow(struct chart_build *b, struct rd_fact *fact)
{
    for (size_t i = 0; i < fact->equal_count; i++) {
        const struct rd_equal *equal = &fact->equal[i];
        if (!equal->path)
            continue;
        const struct rd_type *to = &fact->type->fields[equal->field].type;
        const struct rd_type *from = rd_chart_fact_path(
            b, fact, rd_arena_printf(b->arena, "same: '%s'", equal->name), equal->path);
        if (from && !count_alike(to, from))
            rd_finding_error(b->findings, b->chart->file, fact->line,
                             "fact '%s': same: '%s' of record '%s' is of type %s, but '%s' is of "
                             "type %s",
                             fact->name, equal->name, fact->type->name, rd_type_name(to->kind),
                             equal->path, rd_type_name(from->kind));
    }
}

void rd_chart_counts_check(const struct rd_model *model, struct rd_findings *findings)
{
    for (size_t c = 0; c < model->chart_count; c++)
        for (size_t f = 0; f < model->charts[c].fact_count; f++) {
            const struct rd_fact *fact = &model->charts[c].facts[f];
            const struct rd_chart *of = NULL;
            for (size_t i = 0; i < model->chart_count; i++)
                of = model->charts[i].type == fact->type ? &model->charts[i] : of;
            for (size_t e = 0; e < fact->equal_count; e++)
                for (size_t v = 0; fact->equal[e].field < 0 && v < fact->equal[e].value_count; v++)
                    if (!of || rd_state_find(of, fact->equal[e].values[v].text) < 0)
                        rd_finding_error(findings, model->charts[c].file, fact->line,
                                         "fact '%s': where: '%s' has no state '%s'", fact->name,
                                         fact->type->name, fact->equal[e].values[v].text);
        }
}
