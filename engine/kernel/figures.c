/* Figures: lines by what a section goes by, and in each line a cell for each measure, of the period
 * and of the one before. Whole numbers only: a share is two counts, an average a sum and a count,
 * and what is divided is divided once, at the end, halves upward.
 */
#include "kernel/figures.h"

#include <stdlib.h>
#include <string.h>

#include "base/pack.h"
#include "base/text.h"
#include "domain/label.h"
#include "domain/zone.h"

#define DAY_MS (24 * 3600 * 1000ll)
#define SLOTS_FIRST 64u

/* [0] of the period, [1] of the one before. */
struct figure {
    int64_t count[2], sum[2];
};

struct figures_line {
    struct rd_value keys[RD_REPORT_BY_MAX]; /* inside values */
    int64_t all[2];
    struct figure *cells; /* one a measure */
};

struct figures_section {
    const struct rd_section *section;
    int64_t from[2], to[2]; /* in the units of its `at` */
    struct figures_line *lines, total;
    size_t line_count, line_cap;
    uint32_t *slots; /* hash table: line + 1 */
    size_t slot_count;
};

struct rd_figures {
    const struct rd_kernel *kernel;
    const struct rd_model *model;
    const struct rd_report *report;
    struct rd_arena *arena;
    struct figures_section *sections;
};

/* ---- beginning ---- */

static int64_t figures_edge(const struct rd_model *model, const struct rd_section *section,
                            int64_t day)
{
    return section->at.type->kind == RD_TYPE_DATE ? day
                                                  : rd_zone_utc_ms(model->local, day * DAY_MS);
}

struct rd_figures *rd_figures_new(const struct rd_kernel *kernel, const struct rd_report *report,
                                  const struct rd_report_days *days, struct rd_arena *arena)
{
    const struct rd_model *model = kernel->model;
    struct rd_figures *figures = rd_arena_zalloc(arena, 1, sizeof *figures);
    *figures =
        (struct rd_figures){ .kernel = kernel, .model = model, .report = report, .arena = arena };
    figures->sections =
        rd_arena_zalloc(arena, report->section_count + 1, sizeof *figures->sections);
    for (size_t i = 0; i < report->section_count; i++) {
        struct figures_section *out = &figures->sections[i];
        const struct rd_section *section = out->section = &report->sections[i];
        out->from[0] = figures_edge(model, section, days->from_day);
        out->to[0] = figures_edge(model, section, days->to_day);
        out->from[1] = figures_edge(model, section, days->before_day);
        out->to[1] = out->from[0];
        out->total.cells =
            rd_arena_zalloc(arena, section->measure_count + 1, sizeof *out->total.cells);
    }
    return figures;
}

/* ---- counting ---- */

/* Where the record belongs, as its reach has it: in its unit, else in that of its owner or of
 * whoever opened it; -1: nowhere. */
static int figures_unit(const struct rd_figures *figures, const struct rd_record_type *type,
                        const struct rd_record *record)
{
    struct rd_belonging belonging = rd_belonging_of(figures->model, type, record);
    const char *owner = belonging.owner ? belonging.owner : belonging.opened_by;
    const struct rd_account *account = owner ? rd_staff_find(figures->kernel, owner) : NULL;
    return belonging.unit >= 0 ? belonging.unit : account ? account->unit : -1;
}

/* The unit right below the top in which that unit lies: its branch; headquarters is its own. */
static struct rd_value figures_branch(const struct rd_figures *figures,
                                      const struct rd_record_type *type,
                                      const struct rd_record *record)
{
    const struct rd_organisation *organisation = &figures->model->organisation;
    int unit = figures_unit(figures, type, record);
    if (unit < 0)
        return rd_null();
    while (organisation->units[unit].under >= 0 &&
           organisation->units[organisation->units[unit].under].under >= 0)
        unit = organisation->units[unit].under;
    return rd_text(organisation->units[unit].name);
}

static struct rd_value figures_key(const struct rd_figures *figures,
                                   const struct rd_record_type *type, const struct rd_by *by,
                                   const struct rd_record *record)
{
    const struct rd_value *value;
    switch (by->kind) {
    case RD_BY_FIELD:
        value = rd_map_get(&record->data, by->name);
        return value ? *value : rd_null();
    case RD_BY_STATE:
        return record->state ? rd_text(record->state) : rd_null();
    case RD_BY_BRANCH:
        return figures_branch(figures, type, record);
    }
    return rd_null();
}

static bool line_is(const struct figures_section *in, const struct figures_line *line,
                    const struct rd_value *keys)
{
    for (size_t i = 0; i < in->section->by_count; i++)
        if (!rd_value_equal(&line->keys[i], &keys[i]))
            return false;
    return true;
}

static uint64_t keys_hash(const struct figures_section *in, const struct rd_value *keys)
{
    struct rd_buf packed;
    rd_buf_init(&packed);
    for (size_t i = 0; i < in->section->by_count; i++)
        rd_pack_write(&packed, &keys[i]);
    uint64_t hash = rd_text_hash(packed.data ? packed.data : "", packed.len);
    rd_buf_fini(&packed);
    return hash;
}

/* The slot of these keys, or the empty one where they belong. */
static size_t line_slot(const struct figures_section *in, const struct rd_value *keys)
{
    size_t slot = keys_hash(in, keys) % in->slot_count;
    while (in->slots[slot] && !line_is(in, &in->lines[in->slots[slot] - 1], keys))
        slot = (slot + 1) % in->slot_count;
    return slot;
}

static void lines_grow(struct rd_figures *figures, struct figures_section *in)
{
    size_t cap = in->line_cap ? in->line_cap * 4 : SLOTS_FIRST;
    struct figures_line *lines = rd_arena_zalloc(figures->arena, cap, sizeof *lines);
    if (in->line_count)
        memcpy(lines, in->lines, in->line_count * sizeof *lines);
    in->lines = lines;
    in->line_cap = cap;
    in->slot_count = cap * 2;
    in->slots = rd_arena_zalloc(figures->arena, in->slot_count, sizeof *in->slots);
    for (size_t i = 0; i < in->line_count; i++)
        in->slots[line_slot(in, in->lines[i].keys)] = (uint32_t)i + 1;
}

static enum rd_status figures_line(struct rd_figures *figures, struct figures_section *in,
                                   const struct rd_value *keys, struct figures_line **out,
                                   struct rd_error *error)
{
    if (in->line_count == in->line_cap)
        lines_grow(figures, in);
    size_t slot = line_slot(in, keys);
    if (!in->slots[slot]) {
        if (figures->arena->total > RD_REPORT_FIGURES_BYTES)
            return rd_error_set(error, RD_LIMIT_EXCEEDED,
                                "%s:%d: report '%s': its lines take too much memory; let this "
                                "section go by something shorter",
                                figures->report->file, in->section->line, figures->report->name);
        if (in->line_count == RD_REPORT_GROUPS_MAX)
            return rd_error_set(error, RD_LIMIT_EXCEEDED,
                                "%s:%d: report '%s': this section has more than %d different "
                                "lines; let it go by something coarser",
                                figures->report->file, in->section->line, figures->report->name,
                                RD_REPORT_GROUPS_MAX);
        struct figures_line *line = &in->lines[in->line_count++];
        for (size_t i = 0; i < in->section->by_count; i++)
            line->keys[i] = rd_value_copy(figures->arena, &keys[i]);
        line->cells =
            rd_arena_zalloc(figures->arena, in->section->measure_count + 1, sizeof *line->cells);
        in->slots[slot] = (uint32_t)in->line_count;
    }
    *out = &in->lines[in->slots[slot] - 1];
    return RD_OK;
}

/* Whether what was added up can still be shown: an average of whole numbers, in hundredths. */
static bool figure_fits(const struct rd_measure *measure, int64_t sum)
{
    int64_t hundred;
    return measure->kind != RD_MEASURE_AVERAGE || measure->money ||
           !__builtin_mul_overflow(sum, 100, &hundred);
}

static bool line_add(struct figures_line *line, const struct figures_section *in,
                     const struct rd_record *record, int when)
{
    bool fits = true;
    line->all[when]++;
    for (size_t i = 0; i < in->section->measure_count; i++) {
        const struct rd_measure *measure = &in->section->measures[i];
        struct figure *cell = &line->cells[i];
        if (!rd_filters_match(measure->filters, measure->filter_count, record))
            continue;
        if (measure->field < 0) {
            cell->count[when]++;
            continue;
        }
        const struct rd_value *value =
            rd_map_get(&record->data, in->section->type->fields[measure->field].name);
        if (!rd_value_is(value, RD_INT) || (measure->money && value->integer == RD_MONEY_UNLIMITED))
            continue;
        cell->count[when]++;
        fits &= !__builtin_add_overflow(cell->sum[when], value->integer, &cell->sum[when]) &&
                figure_fits(measure, cell->sum[when]);
    }
    return fits;
}

static enum rd_status section_add(struct rd_figures *figures, struct figures_section *in,
                                  const struct rd_record *record, int when, struct rd_error *error)
{
    struct rd_value keys[RD_REPORT_BY_MAX];
    struct figures_line *line = NULL;
    for (size_t i = 0; i < in->section->by_count; i++)
        keys[i] = figures_key(figures, in->section->type, &in->section->by[i], record);
    bool fits = line_add(&in->total, in, record, when);
    if (in->section->by_count) {
        enum rd_status status = figures_line(figures, in, keys, &line, error);
        if (status != RD_OK)
            return status;
        fits &= line_add(line, in, record, when);
    }
    return fits ? RD_OK
                : rd_error_set(error, RD_LIMIT_EXCEEDED, "%s:%d: report '%s': a sum does not fit",
                               figures->report->file, in->section->line, figures->report->name);
}

enum rd_status rd_figures_add(struct rd_figures *figures, const struct rd_record_type *type,
                              const struct rd_record *record, struct rd_error *error)
{
    for (size_t i = 0; i < figures->report->section_count; i++) {
        struct figures_section *in = &figures->sections[i];
        const struct rd_section *section = in->section;
        struct rd_value room;
        if (section->type != type)
            continue;
        const struct rd_value *at = rd_subject_value(&section->at, record, &room);
        int when = -1;
        for (int w = 0; w < 1 + section->against && at->kind == RD_INT; w++)
            when = at->integer >= in->from[w] && at->integer < in->to[w] ? w : when;
        if (when < 0 || !rd_filters_match(section->filters, section->filter_count, record))
            continue;
        enum rd_status status = section_add(figures, in, record, when, error);
        if (status != RD_OK)
            return status;
    }
    return RD_OK;
}

/* ---- figures that are divided ---- */

/* a / b, halves upward in size; b > 0. */
static int64_t figure_divide(int64_t a, int64_t b)
{
    int64_t whole = a / b, rest = a % b;
    if (rest < 0)
        return whole - (-rest >= b - -rest);
    return whole + (rest >= b - rest);
}

static int64_t figure_per_mille(int64_t part, int64_t all)
{
    return figure_divide(part * 1000, all); /* counts of records: they fit */
}

/* The average in hundredths of a whole number, or in an amount's own minor units. */
static int64_t figure_average(const struct rd_measure *measure, int64_t sum, int64_t count)
{
    return figure_divide(measure->money ? sum : sum * 100, count); /* line_add: it fits */
}

/* What a line is ranked by, and what its change is reckoned from. */
static int64_t figure_value(const struct rd_measure *measure, const struct figures_line *line,
                            size_t at, int when)
{
    const struct figure *cell = &line->cells[at];
    switch (measure->kind) {
    case RD_MEASURE_COUNT:
        return cell->count[when];
    case RD_MEASURE_SHARE:
        return line->all[when] ? figure_per_mille(cell->count[when], line->all[when]) : 0;
    case RD_MEASURE_SUM:
        return cell->sum[when];
    case RD_MEASURE_AVERAGE:
        return cell->count[when] ? figure_average(measure, cell->sum[when], cell->count[when]) : 0;
    }
    return 0;
}

/* Whether there is anything to divide by in both periods. */
static bool figure_compares(const struct rd_measure *measure, const struct figures_line *line,
                            size_t at)
{
    const struct figure *cell = &line->cells[at];
    if (measure->kind == RD_MEASURE_SHARE)
        return line->all[0] && line->all[1];
    return measure->kind != RD_MEASURE_AVERAGE || (cell->count[0] && cell->count[1]);
}

/* ---- order ---- */

struct figures_order {
    const struct rd_figures *figures;
    const struct figures_section *in;
};

static int key_place(const struct figures_order *order, const struct rd_by *by,
                     const struct rd_value *value)
{
    const struct rd_chart *chart = order->in->section->type->chart;
    if (value->kind != RD_TEXT)
        return -1;
    if (by->kind == RD_BY_BRANCH)
        return rd_unit_find(&order->figures->model->organisation, value->text);
    for (size_t i = 0; chart && i < chart->state_count; i++)
        if (strcmp(chart->states[i].name, value->text) == 0)
            return (int)i;
    return -1;
}

/* As the policy has it: items of a vocabulary, states, units; what is empty comes last. */
static int line_compare_keys(const struct figures_order *order, const struct figures_line *a,
                             const struct figures_line *b)
{
    for (size_t i = 0; i < order->in->section->by_count; i++) {
        const struct rd_by *by = &order->in->section->by[i];
        const struct rd_value *x = &a->keys[i], *y = &b->keys[i];
        int way = (x->kind == RD_NULL) - (y->kind == RD_NULL);
        if (way == 0 && by->kind == RD_BY_FIELD)
            way = rd_type_compare(&order->in->section->type->fields[by->field].type, x, y);
        else if (way == 0)
            way = key_place(order, by, x) - key_place(order, by, y);
        if (way != 0)
            return way;
    }
    return 0;
}

static int64_t line_rank(const struct figures_section *in, const struct figures_line *line)
{
    const struct rd_measure *first = &in->section->measures[0];
    int64_t now = figure_value(first, line, 0, 0), change;
    if (!in->section->by_change)
        return now;
    if (__builtin_sub_overflow(now, figure_value(first, line, 0, 1), &change))
        return now;
    return change;
}

static int line_compare(const void *x, const void *y, void *context)
{
    const struct figures_order *order = context;
    const struct figures_line *a = x, *b = y;
    if (order->in->section->top || order->in->section->by_change) {
        int64_t left = line_rank(order->in, a), right = line_rank(order->in, b);
        if (left != right)
            return left < right ? 1 : -1;
    }
    return line_compare_keys(order, a, b);
}

/* ---- showing ---- */

static struct rd_value figure_text(int64_t minor, struct rd_arena *arena)
{
    char text[RD_MONEY_TEXT_MAX];
    rd_money_write(minor, text);
    return rd_text_copy(arena, text, strlen(text));
}

static struct rd_value figure_number(const struct rd_measure *measure, int64_t value,
                                     struct rd_arena *arena)
{
    bool text =
        measure->kind == RD_MEASURE_AVERAGE || (measure->kind == RD_MEASURE_SUM && measure->money);
    return text ? figure_text(value, arena) : rd_int(value);
}

/* { value, ...what it was made of }; a share and an average of nothing have no value. */
static struct rd_value figure_show(const struct rd_measure *measure,
                                   const struct figures_line *line, size_t at, int when,
                                   struct rd_arena *arena)
{
    const struct figure *cell = &line->cells[at];
    struct rd_value shown = rd_map();
    bool share = measure->kind == RD_MEASURE_SHARE, average = measure->kind == RD_MEASURE_AVERAGE;
    bool any = share ? line->all[when] > 0 : !average || cell->count[when] > 0;
    rd_map_add(arena, &shown, "value",
               any ? figure_number(measure, figure_value(measure, line, at, when), arena)
                   : rd_null());
    if (share) {
        rd_map_add(arena, &shown, "count", rd_int(cell->count[when]));
        rd_map_add(arena, &shown, "all", rd_int(line->all[when]));
    } else if (average) {
        rd_map_add(arena, &shown, "count", rd_int(cell->count[when]));
        rd_map_add(arena, &shown, "sum",
                   measure->money ? figure_text(cell->sum[when], arena) : rd_int(cell->sum[when]));
    }
    return shown;
}

static struct rd_value line_values(const struct figures_section *in,
                                   const struct figures_line *line, struct rd_arena *arena)
{
    struct rd_value values = rd_map();
    for (size_t i = 0; i < in->section->measure_count; i++) {
        const struct rd_measure *measure = &in->section->measures[i];
        struct rd_value shown = figure_show(measure, line, i, 0, arena);
        int64_t change;
        if (in->section->against) {
            bool both = figure_compares(measure, line, i) &&
                        !__builtin_sub_overflow(figure_value(measure, line, i, 0),
                                                figure_value(measure, line, i, 1), &change);
            rd_map_add(arena, &shown, "previous", figure_show(measure, line, i, 1, arena));
            rd_map_add(arena, &shown, "change",
                       both ? figure_number(measure, change, arena) : rd_null());
        }
        rd_map_add(arena, &values, measure->name, shown);
    }
    return values;
}

static const char *key_label(const struct rd_figures *figures, const struct rd_section *section,
                             const struct rd_by *by, const struct rd_value *key,
                             const char *language, struct rd_arena *arena)
{
    static const struct rd_type unit = { .kind = RD_TYPE_UNIT };
    const struct rd_chart *chart = section->type->chart;
    if (key->kind == RD_NULL)
        return strcmp(language, "zh") == 0 ? "(空)" : "(empty)";
    if (by->kind == RD_BY_FIELD)
        return rd_words_show(figures->kernel, &section->type->fields[by->field].type, key, language,
                             arena);
    if (by->kind == RD_BY_BRANCH)
        return rd_label_show(figures->model, &unit, key, language, arena);
    for (size_t i = 0; chart && i < chart->state_count; i++)
        if (strcmp(chart->states[i].name, key->text) == 0)
            return rd_label_of(figures->model, &chart->states[i].title, language, key->text);
    return key->text;
}

static struct rd_value line_show(const struct rd_figures *figures, const struct figures_section *in,
                                 const struct figures_line *line, const char *language,
                                 struct rd_arena *arena)
{
    const struct rd_section *section = in->section;
    struct rd_value shown = rd_map(), keys = rd_list(), labels = rd_list();
    for (size_t i = 0; i < section->by_count; i++) {
        const struct rd_by *by = &section->by[i];
        const struct rd_value *key = &line->keys[i];
        rd_list_add(arena, &keys,
                    by->kind == RD_BY_FIELD
                        ? rd_type_show(&section->type->fields[by->field].type, key, arena)
                        : *key);
        const char *label = key_label(figures, section, by, key, language, arena);
        rd_list_add(arena, &labels, rd_text_copy(arena, label, strlen(label))); /* it counts */
    }
    rd_map_add(arena, &shown, "key", rd_value_copy(arena, &keys));
    rd_map_add(arena, &shown, "label", labels);
    rd_map_add(arena, &shown, "records", rd_int(line->all[0]));
    rd_map_add(arena, &shown, "values", line_values(in, line, arena));
    return shown;
}

static const char *by_label(const struct rd_figures *figures, const struct rd_by *by,
                            const char *language)
{
    bool zh = strcmp(language, "zh") == 0;
    const char *otherwise = by->kind == RD_BY_STATE    ? (zh ? "状态" : "State")
                            : by->kind == RD_BY_BRANCH ? (zh ? "分公司" : "Branch")
                                                       : by->name;
    return rd_label_of(figures->model, &by->title, language, otherwise);
}

static void section_heads(const struct rd_figures *figures, const struct rd_section *section,
                          const char *language, struct rd_arena *arena, struct rd_value *shown)
{
    static const char *const KINDS[] = { "count", "share", "sum", "average" };
    struct rd_value by = rd_list(), measures = rd_list();
    for (size_t i = 0; i < section->by_count; i++) {
        struct rd_value one = rd_map();
        rd_map_add(arena, &one, "name", rd_text(section->by[i].name));
        rd_map_add(arena, &one, "label", rd_text(by_label(figures, &section->by[i], language)));
        rd_list_add(arena, &by, one);
    }
    for (size_t i = 0; i < section->measure_count; i++) {
        const struct rd_measure *measure = &section->measures[i];
        struct rd_value one = rd_map();
        rd_map_add(arena, &one, "name", rd_text(measure->name));
        rd_map_add(arena, &one, "label",
                   rd_text(rd_label_of(figures->model, &measure->title, language, measure->name)));
        rd_map_add(arena, &one, "kind", rd_text(KINDS[measure->kind]));
        rd_list_add(arena, &measures, one);
    }
    rd_map_add(arena, shown, "title",
               rd_text(rd_label_of(figures->model, &section->title, language, "")));
    rd_map_add(arena, shown, "of", rd_text(section->type->name));
    rd_map_add(arena, shown, "by", by);
    rd_map_add(arena, shown, "measures", measures);
    rd_map_add(arena, shown, "against", section->against ? rd_text("previous") : rd_null());
}

static struct rd_value section_show(struct rd_figures *figures, struct figures_section *in,
                                    const char *language, size_t lines_max, size_t bytes_max,
                                    struct rd_arena *arena)
{
    const struct rd_section *section = in->section;
    struct figures_order order = { figures, in };
    struct rd_value shown = rd_map(), rows = rd_list(), total = rd_map();
    size_t most = section->top && section->top < lines_max ? section->top : lines_max;
    if (in->line_count > 1)
        qsort_r(in->lines, in->line_count, sizeof *in->lines, line_compare, &order);
    section_heads(figures, section, language, arena, &shown);
    for (size_t i = 0; i < in->line_count && i < most && arena->total < bytes_max; i++)
        rd_list_add(arena, &rows, line_show(figures, in, &in->lines[i], language, arena));
    rd_map_add(arena, &total, "records", rd_int(in->total.all[0]));
    rd_map_add(arena, &total, "values", line_values(in, &in->total, arena));
    rd_map_add(arena, &shown, "rows", rows);
    rd_map_add(arena, &shown, "total", total);
    rd_map_add(arena, &shown, "left_off", rd_int((int64_t)(in->line_count - rows.count)));
    return shown;
}

struct rd_value rd_figures_show(struct rd_figures *figures, const char *language, size_t lines_max,
                                struct rd_arena *arena)
{
    struct rd_value list = rd_list();
    size_t bytes_max = arena->total + RD_REPORT_SHOWN_BYTES;
    for (size_t i = 0; i < figures->report->section_count; i++)
        rd_list_add(
            arena, &list,
            section_show(figures, &figures->sections[i], language, lines_max, bytes_max, arena));
    return list;
}
