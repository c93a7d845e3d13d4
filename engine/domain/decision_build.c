/* Decision tables: from the normal form to typed cells, with everything that is wrong said at once.
 *
 * Each column is read twice where its inputs are texts (see decision_column.c). The checks that
 * need the whole table run only where all its parts are sound: an overlap of rows that were misread
 * would only confuse. What was built stays in the arena and is never changed again.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "domain/decision_cell.h"

static const char *const hit_names[] = {
    [RD_HIT_UNIQUE] = "unique",
    [RD_HIT_FIRST] = "first",
    [RD_HIT_ANY] = "any",
    [RD_HIT_PRIORITY] = "priority",
    [RD_HIT_COLLECT] = "collect",
    [RD_HIT_RULE_ORDER] = "rule order",
    [RD_HIT_OUTPUT_ORDER] = "output order",
};
#define HIT_COUNT (sizeof(hit_names) / sizeof(hit_names[0]))

static const char *const aggregate_names[] = {
    [RD_AGGREGATE_LIST] = "list", [RD_AGGREGATE_SUM] = "sum",     [RD_AGGREGATE_MIN] = "min",
    [RD_AGGREGATE_MAX] = "max",   [RD_AGGREGATE_COUNT] = "count",
};
#define AGGREGATE_COUNT (sizeof(aggregate_names) / sizeof(aggregate_names[0]))

/* Findings beyond this are only counted: no use in reading on. */
#define BUILD_ERRORS_MAX 1000

static bool build_is_hopeless(const struct rd_decision_build *build)
{
    return build->findings->errors >= BUILD_ERRORS_MAX;
}

static void build_refuse(const struct rd_decision_build *build, int line, const char *text)
{
    rd_finding_error(build->findings, build->decision->file, line, "%s", text);
}

/* "; did you mean 'tier'?", or nothing. */
static const char *build_guess(const struct rd_decision_build *build, const char *word,
                               const char *const *names, size_t count)
{
    const char *nearest = rd_text_nearest(word, names, count);
    return nearest ? rd_arena_printf(build->arena, "; did you mean '%s'?", nearest) : "";
}

/* ---- the head ---- */

/* The place of the word under `key` among `names`; 0 where it is missing or unknown (which is
 * found). */
static size_t build_word(const struct rd_decision_build *build, const char *key,
                         const char *const *names, size_t count)
{
    const char *word = rd_map_text(build->spec, key, names[0]);
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], word) == 0)
            return i;
    build_refuse(build, build->decision->line,
                 rd_arena_printf(build->arena, "no %s '%s'%s", key, word,
                                 build_guess(build, word, names, count)));
    return 0;
}

static void build_head(const struct rd_decision_build *build)
{
    const struct rd_value *spec = build->spec;
    struct rd_decision *decision = build->decision;
    const char *owner = rd_map_text(spec, "owner", NULL);
    const struct rd_value *title = rd_map_get(spec, "title");
    decision->file = rd_map_text(spec, "file", "");
    decision->line = (int)rd_map_int(spec, "line", 0);
    decision->name = rd_map_text(spec, "name", "");
    decision->title = title ? *title : rd_null();
    decision->owner = owner;
    decision->hit = (enum rd_hit)build_word(build, "hit", hit_names, HIT_COUNT);
    decision->aggregate =
        (enum rd_aggregate)build_word(build, "aggregate", aggregate_names, AGGREGATE_COUNT);
    if (*decision->name == '\0')
        build_refuse(build, decision->line, "a decision needs a name");
    if (decision->aggregate != RD_AGGREGATE_LIST && decision->hit != RD_HIT_COLLECT)
        build_refuse(build, decision->line, "aggregate goes with hit = \"collect\" only");
}

/* ---- inputs and outputs ---- */

static struct rd_field *build_fields(const struct rd_decision_build *build, const char *key,
                                     size_t *count)
{
    const struct rd_value *specs = rd_map_list(build->spec, key);
    struct rd_decision *decision = build->decision;
    size_t built = 0;
    *count = 0;
    if (specs->count > RD_DECISION_INPUTS_MAX) {
        build_refuse(build, decision->line,
                     rd_arena_printf(build->arena, "%" PRIu32 " %s: %d are the most", specs->count,
                                     key, RD_DECISION_INPUTS_MAX));
        return NULL;
    }
    struct rd_field *fields = rd_arena_zalloc(build->arena, specs->count + 1, sizeof(*fields));
    for (uint32_t i = 0; i < specs->count; i++) {
        struct rd_field *field = &fields[built];
        if (!rd_field_build(build->arena, &specs->items[i], decision->file, build->findings, field))
            continue;
        if (rd_field_find(fields, built, field->name) ||
            rd_field_find(decision->inputs, decision->input_count, field->name))
            build_refuse(build, field->line,
                         rd_arena_printf(build->arena, "'%s' occurs twice among inputs and outputs",
                                         field->name));
        built++;
    }
    *count = built;
    return fields;
}

static bool build_is_number(enum rd_type_kind kind)
{
    return kind == RD_TYPE_INTEGER || kind == RD_TYPE_NUMBER || kind == RD_TYPE_MONEY;
}

static void build_check_inputs(const struct rd_decision_build *build)
{
    const struct rd_decision *decision = build->decision;
    for (size_t i = 0; i < decision->input_count; i++)
        if (decision->inputs[i].type.kind == RD_TYPE_LIST)
            build_refuse(build, decision->inputs[i].line,
                         rd_arena_printf(build->arena, "input '%s': a list can be no input",
                                         decision->inputs[i].name));
}

/* What the hit policy and the aggregate ask of outputs. */
static void build_check_outputs(const struct rd_decision_build *build)
{
    const struct rd_decision *decision = build->decision;
    bool ranks = decision->hit == RD_HIT_PRIORITY || decision->hit == RD_HIT_OUTPUT_ORDER;
    bool counts = decision->aggregate == RD_AGGREGATE_SUM ||
                  decision->aggregate == RD_AGGREGATE_MIN ||
                  decision->aggregate == RD_AGGREGATE_MAX;
    if (decision->output_count == 0)
        build_refuse(build, decision->line, "a decision needs at least one output");
    else if (ranks && decision->outputs[0].type.kind != RD_TYPE_CHOICE)
        build_refuse(build, decision->outputs[0].line,
                     rd_arena_printf(build->arena,
                                     "hit = \"%s\" goes by the first output's choices, but '%s' "
                                     "is of type %s",
                                     hit_names[decision->hit], decision->outputs[0].name,
                                     rd_type_name(decision->outputs[0].type.kind)));
    for (size_t i = 0; counts && i < decision->output_count; i++) {
        const struct rd_field *output = &decision->outputs[i];
        if (!build_is_number(output->type.kind))
            build_refuse(
                build, output->line,
                rd_arena_printf(build->arena,
                                "%s needs integers, numbers or money, but '%s' is of type %s",
                                aggregate_names[decision->aggregate], output->name,
                                rd_type_name(output->type.kind)));
    }
}

static void build_sides(const struct rd_decision_build *build)
{
    struct rd_decision *decision = build->decision;
    decision->inputs = build_fields(build, "inputs", &decision->input_count);
    decision->outputs = build_fields(build, "outputs", &decision->output_count);
    build_check_inputs(build);
    build_check_outputs(build);
}

/* ---- rows ---- */

/* "row 3" or "row 'small refund'": ids that the policy did not give are "row N" already. */
static const char *build_row_name(const struct rd_decision_build *build,
                                  const struct rd_decision_row *row)
{
    return strncmp(row->id, "row ", 4) == 0 ? row->id
                                            : rd_arena_printf(build->arena, "row '%s'", row->id);
}

/* Keys of `map` that are no field. */
static void build_unknown(const struct rd_decision_build *build, const struct rd_value *map,
                          const char *side, const struct rd_field *fields, size_t count,
                          const char *place, int line)
{
    const char *names[RD_DECISION_INPUTS_MAX];
    for (size_t i = 0; i < count; i++)
        names[i] = fields[i].name;
    for (uint32_t i = 0; rd_value_is(map, RD_MAP) && i < map->count && !build_is_hopeless(build);
         i++) {
        const char *key = map->pairs[i].key;
        if (!rd_field_find(fields, count, key))
            build_refuse(build, line,
                         rd_arena_printf(build->arena, "%s: no %s '%s'%s", place, side, key,
                                         build_guess(build, key, names, count)));
    }
}

static struct rd_value *build_outputs(const struct rd_decision_build *build,
                                      const struct rd_value *give, const char *place, int line)
{
    const struct rd_decision *decision = build->decision;
    struct rd_value *outputs =
        rd_arena_zalloc(build->arena, decision->output_count, sizeof(*outputs));
    build_unknown(build, give, "output", decision->outputs, decision->output_count, place, line);
    for (size_t i = 0; i < decision->output_count; i++) {
        const struct rd_field *output = &decision->outputs[i];
        const struct rd_value *written = rd_map_get(give, output->name);
        struct rd_error error = RD_ERROR_NONE;
        if (!written || written->kind == RD_NULL)
            build_refuse(build, line,
                         rd_arena_printf(build->arena, "%s gives no %s", place, output->name));
        else if (rd_type_read(&output->type, written, build->arena, &outputs[i], &error) != RD_OK)
            build_refuse(
                build, line,
                rd_arena_printf(build->arena, "%s: %s %s", place, output->name, error.text));
    }
    return outputs;
}

static void build_row(const struct rd_decision_build *build, uint32_t at)
{
    const struct rd_decision *decision = build->decision;
    const struct rd_value *spec = &rd_map_list(build->spec, "rows")->items[at];
    struct rd_decision_row *row = &decision->rows[at];
    const char *id = rd_map_text(spec, "id", NULL);
    const struct rd_value *title = rd_map_get(spec, "title");
    row->id = id ? id : rd_arena_printf(build->arena, "row %" PRIu32, at + 1);
    row->line = (int)rd_map_int(spec, "line", decision->line);
    row->title = title ? *title : rd_null();
    const char *place = build_row_name(build, row);
    build_unknown(build, rd_map_get(spec, "when"), "input", decision->inputs, decision->input_count,
                  place, row->line);
    row->outputs = build_outputs(build, rd_map_get(spec, "give"), place, row->line);
}

/* One cell a row of column `at`; told of words only, nothing is said about errors: the second
 * reading will. */
static void build_column(const struct rd_decision_build *build, size_t at, struct rd_cell *cells)
{
    const struct rd_decision *decision = build->decision;
    const struct rd_value *rows = rd_map_list(build->spec, "rows");
    struct rd_column *column = &build->plan->columns[at];
    bool collecting = column->collecting;
    for (size_t i = 0; i < decision->row_count && !build_is_hopeless(build); i++) {
        const struct rd_decision_row *row = &decision->rows[i];
        const struct rd_value *when = rd_map_get(&rows->items[i], "when");
        struct rd_error error = RD_ERROR_NONE;
        enum rd_status status =
            rd_cell_read(build->arena, column, rd_map_get(when, column->field->name),
                         &cells[i * decision->input_count + at], &error);
        if (status != RD_OK && !collecting)
            build_refuse(build, row->line,
                         rd_arena_printf(build->arena, "%s: %s %s", build_row_name(build, row),
                                         column->field->name, error.text));
    }
}

static void build_cells(const struct rd_decision_build *build)
{
    struct rd_decision *decision = build->decision;
    struct rd_cell *cells = rd_arena_zalloc(
        build->arena, decision->row_count * decision->input_count + 1, sizeof(*cells));
    build->plan->columns =
        rd_arena_zalloc(build->arena, decision->input_count + 1, sizeof(struct rd_column));
    for (size_t i = 0; i < decision->input_count; i++) {
        struct rd_column *column = &build->plan->columns[i];
        rd_column_init(build->arena, &decision->inputs[i], column);
        if (rd_column_needs_words(column)) {
            build_column(build, i, cells);
            rd_column_words_done(column);
        }
        build_column(build, i, cells);
    }
    for (size_t i = 0; i < decision->row_count; i++)
        decision->rows[i].cells = &cells[i * decision->input_count];
}

static int build_by_id(const void *a, const void *b)
{
    const struct rd_decision_row *x = *(const struct rd_decision_row *const *)a;
    const struct rd_decision_row *y = *(const struct rd_decision_row *const *)b;
    int order = strcmp(x->id, y->id);
    return order != 0 ? order : (x > y) - (x < y);
}

/* Explanations and coverage go by the id. */
static void build_ids_twice(const struct rd_decision_build *build)
{
    const struct rd_decision *decision = build->decision;
    const struct rd_decision_row **sorted =
        rd_arena_zalloc(build->arena, decision->row_count, sizeof(*sorted));
    for (size_t i = 0; i < decision->row_count; i++)
        sorted[i] = &decision->rows[i];
    qsort(sorted, decision->row_count, sizeof(*sorted), build_by_id);
    for (size_t i = 1; i < decision->row_count; i++)
        if (strcmp(sorted[i - 1]->id, sorted[i]->id) == 0)
            build_refuse(build, sorted[i]->line,
                         rd_arena_printf(build->arena, "two rows have the id '%s'", sorted[i]->id));
}

static void build_rows(const struct rd_decision_build *build)
{
    struct rd_decision *decision = build->decision;
    const struct rd_value *rows = rd_map_list(build->spec, "rows");
    if (rows->count > RD_DECISION_ROWS_MAX) {
        build_refuse(build, decision->line,
                     rd_arena_printf(build->arena, "%" PRIu32 " rows: %d are the most", rows->count,
                                     RD_DECISION_ROWS_MAX));
        return;
    }
    decision->row_count = rows->count;
    decision->rows = rd_arena_zalloc(build->arena, rows->count + 1, sizeof(*decision->rows));
    for (uint32_t i = 0; i < rows->count && !build_is_hopeless(build); i++)
        build_row(build, i);
    build_cells(build);
    if (rows->count > 0 && !build_is_hopeless(build))
        build_ids_twice(build);
}

static void build_otherwise(const struct rd_decision_build *build)
{
    struct rd_decision *decision = build->decision;
    const struct rd_value *otherwise = rd_map_get(build->spec, "otherwise");
    if (rd_value_is(otherwise, RD_MAP)) {
        decision->otherwise = build_outputs(build, otherwise, "otherwise", decision->line);
        if (decision->aggregate == RD_AGGREGATE_COUNT)
            build_refuse(build, decision->line,
                         "otherwise has no use with count: no matching row is 0");
    } else if (rd_map_list(build->spec, "rows")->count == 0) {
        build_refuse(build, decision->line, "a decision needs rows");
    }
}

bool rd_decision_build(struct rd_arena *arena, const struct rd_value *spec,
                       struct rd_findings *findings, struct rd_decision *out)
{
    size_t errors_before = findings->errors;
    struct rd_decision_plan *plan = rd_arena_zalloc(arena, 1, sizeof(*plan));
    struct rd_decision_build build = { arena, spec, findings, out, plan };
    *out = (struct rd_decision){ .plan = plan };
    build_head(&build);
    build_sides(&build);
    if (findings->errors > errors_before)
        return false; /* without all fields no row can be judged */
    build_otherwise(&build);
    build_rows(&build);
    if (findings->errors > errors_before)
        return false;
    rd_decision_plan_rows(arena, out, plan);
    rd_decision_check(&build);
    return findings->errors == errors_before;
}
