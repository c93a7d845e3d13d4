/* Decision tables: answering. The one hot path of the rules: no Lua, no parsing, and no memory but
 * the caller's arena.
 *
 * An evaluation turns its inputs into keys once (decision_cell.h), then asks a scan for matching
 * rows one after the other, in the order of the table; each hit policy takes as many as it needs.
 * What is answered borrows its texts from the decision, so it lives no longer than the policy it
 * came from.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "domain/decision_cell.h"

#define HITS_FIRST_CAP 8

/* The rows that match, one by one. */
struct decision_scan {
    const struct rd_decision *decision;
    int64_t keys[RD_DECISION_INPUTS_MAX];
    uint32_t empty;   /* a bit an input: it has no value */
    uint32_t row;     /* without an index: the next one to be tested */
    uint32_t chained; /* with an index: the next one of the chain, and the next loose one */
    uint32_t loose_at;
};
_Static_assert(RD_DECISION_INPUTS_MAX <= 32, "a bit an input");

/* ---- scanning ---- */

static enum rd_status decision_keys(const struct rd_decision *decision,
                                    const struct rd_value *inputs, struct decision_scan *scan,
                                    struct rd_error *error)
{
    for (size_t i = 0; i < decision->input_count; i++) {
        const struct rd_field *field = &decision->inputs[i];
        scan->keys[i] = 0;
        if (inputs[i].kind == RD_NULL)
            scan->empty |= UINT32_C(1) << i;
        else if (!rd_column_key(&decision->plan->columns[i], &inputs[i], &scan->keys[i]))
            return rd_error_set(error, RD_POLICY_FAULT, "decision '%s': input '%s' is no %s",
                                decision->name, field->name, rd_type_name(field->type.kind));
    }
    return RD_OK;
}

static enum rd_status scan_begin(const struct rd_decision *decision, const struct rd_value *inputs,
                                 struct decision_scan *scan, struct rd_error *error)
{
    const struct rd_decision_plan *plan = decision->plan;
    scan->decision = decision;
    scan->empty = scan->row = scan->loose_at = 0;
    scan->chained = RD_ROW_NONE;
    enum rd_status status = decision_keys(decision, inputs, scan, error);
    if (status != RD_OK || plan->key_count == 0)
        return status;
    bool keyed = true;
    for (uint32_t i = 0; i < plan->key_count; i++)
        keyed = keyed && !(scan->empty >> plan->key_columns[i] & 1);
    if (keyed)
        scan->chained = plan->heads[rd_decision_slot(plan, scan->keys)];
    return RD_OK;
}

/* The next row worth testing, in the order of the table. */
static uint32_t scan_candidate(struct decision_scan *scan)
{
    const struct rd_decision_plan *plan = scan->decision->plan;
    if (plan->key_count == 0)
        return scan->row < scan->decision->row_count ? scan->row++ : RD_ROW_NONE;
    uint32_t loose = scan->loose_at < plan->loose_count ? plan->loose[scan->loose_at] : RD_ROW_NONE;
    if (loose < scan->chained) {
        scan->loose_at++;
        return loose;
    }
    uint32_t chained = scan->chained;
    if (chained != RD_ROW_NONE)
        scan->chained = plan->next[chained];
    return chained;
}

/* Only cells that do not take everything are looked at, and these for inputs with a value. */
static inline bool scan_matches(const struct decision_scan *scan, uint32_t row)
{
    const struct rd_row_marks *marks = &scan->decision->plan->marks[row];
    const struct rd_cell *cells = scan->decision->rows[row].cells;
    if (marks->given & scan->empty)
        return false;
    for (uint32_t left = marks->asked & ~scan->empty; left; left &= left - 1) {
        unsigned at = (unsigned)__builtin_ctz(left);
        if (!rd_cell_takes(&cells[at], scan->keys[at]))
            return false;
    }
    return true;
}

/* The next row that matches, or RD_ROW_NONE. */
static uint32_t scan_next(struct decision_scan *scan)
{
    uint32_t row = scan_candidate(scan);
    while (row != RD_ROW_NONE && !scan_matches(scan, row))
        row = scan_candidate(scan);
    return row;
}

/* Several rows that answer together, in the arena. */
struct decision_hits {
    uint32_t *rows;
    size_t count, cap;
};

static void decision_hit(struct rd_arena *arena, struct decision_hits *hits, uint32_t row)
{
    if (hits->count == hits->cap) {
        hits->cap = hits->cap ? hits->cap * 2 : HITS_FIRST_CAP;
        uint32_t *rows = rd_arena_alloc(arena, hits->cap * sizeof(*rows));
        if (hits->count > 0)
            memcpy(rows, hits->rows, hits->count * sizeof(*rows));
        hits->rows = rows;
    }
    hits->rows[hits->count++] = row;
}

/* ---- one answer ---- */

static enum rd_status decision_clash(const struct rd_decision *decision, uint32_t a, uint32_t b,
                                     const char *how, struct rd_error *error)
{
    char where[sizeof(error->where)];
    snprintf(where, sizeof(where), "%s:%d", decision->file, decision->rows[b].line);
    return rd_error_at(error, RD_POLICY_FAULT, where,
                       "decision '%s': rows %" PRIu32 " and %" PRIu32 " both match%s",
                       decision->name, a + 1, b + 1, how);
}

static bool decision_same_outputs(const struct rd_decision *decision, uint32_t a, uint32_t b)
{
    for (size_t i = 0; i < decision->output_count; i++)
        if (!rd_value_equal(&decision->rows[a].outputs[i], &decision->rows[b].outputs[i]))
            return false;
    return true;
}

/* The policies that choose one row, which lends its outputs; RD_POLICY_FAULT where the table lets
 * them choose among several. */
static enum rd_status decision_choose(struct decision_scan *scan, struct rd_arena *arena,
                                      struct rd_answer *out, struct rd_error *error)
{
    const struct rd_decision *decision = scan->decision;
    const uint32_t *ranks = decision->plan->ranks;
    struct decision_hits hits = { NULL, 0, 0 };
    uint32_t chosen = scan_next(scan), row;
    if (chosen == RD_ROW_NONE)
        return RD_OK;
    while (decision->hit != RD_HIT_FIRST && (row = scan_next(scan)) != RD_ROW_NONE) {
        if (decision->hit == RD_HIT_UNIQUE)
            return decision_clash(decision, chosen, row, "", error);
        if (decision->hit == RD_HIT_PRIORITY) {
            chosen = ranks[row] < ranks[chosen] ? row : chosen;
            continue;
        }
        if (!decision_same_outputs(decision, chosen, row))
            return decision_clash(decision, chosen, row, " and differ", error);
        if (hits.count == 0)
            decision_hit(arena, &hits, chosen);
        decision_hit(arena, &hits, row);
    }
    out->outputs = decision->rows[chosen].outputs;
    out->rows = hits.count ? hits.rows : &decision->plan->numbers[chosen];
    out->row_count = hits.count ? hits.count : 1;
    return RD_OK;
}

/* ---- several answers ---- */

static int decision_by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* By rank; among equals in the order of the table. */
static void decision_sort(const struct rd_decision *decision, struct rd_arena *arena,
                          struct decision_hits *hits)
{
    uint64_t *order = rd_arena_alloc(arena, hits->count * sizeof(*order));
    for (size_t i = 0; i < hits->count; i++)
        order[i] = (uint64_t)decision->plan->ranks[hits->rows[i]] << 32 | hits->rows[i];
    qsort(order, hits->count, sizeof(*order), decision_by_number);
    for (size_t i = 0; i < hits->count; i++)
        hits->rows[i] = (uint32_t)order[i];
}

static struct rd_value decision_list(const struct rd_decision *decision, size_t output,
                                     struct rd_arena *arena, const struct rd_answer *out)
{
    struct rd_value list = rd_list();
    if (out->row_count == 0)
        return list;
    list.count = list.cap = (uint32_t)out->row_count;
    list.items = rd_arena_alloc(arena, out->row_count * sizeof(*list.items));
    for (size_t i = 0; i < out->row_count; i++)
        list.items[i] = decision->rows[out->rows[i]].outputs[output];
    return list;
}

static enum rd_status decision_unfit(const struct rd_decision *decision, size_t output,
                                     struct rd_error *error)
{
    return rd_error_set(error, RD_POLICY_FAULT, "decision '%s': the sum of '%s' does not fit",
                        decision->name, decision->outputs[output].name);
}

/* Whole numbers are summed in twice their width, so that only the end must fit; unlimited money
 * stays so. */
static enum rd_status decision_sum(const struct rd_decision *decision, size_t output,
                                   const struct rd_answer *out, struct rd_value *sum,
                                   struct rd_error *error)
{
    enum rd_type_kind kind = decision->outputs[output].type.kind;
    bool unlimited = false;
    __extension__ __int128 whole = 0;
    double real = 0;
    for (size_t i = 0; i < out->row_count; i++) {
        const struct rd_value *value = &decision->rows[out->rows[i]].outputs[output];
        if (kind == RD_TYPE_NUMBER)
            real += value->real;
        else if (kind == RD_TYPE_MONEY && value->integer == RD_MONEY_UNLIMITED)
            unlimited = true;
        else
            whole += value->integer;
    }
    /* a sum that happens to be the number for unlimited must not be read as that */
    int64_t max = kind == RD_TYPE_MONEY ? RD_MONEY_UNLIMITED - 1 : INT64_MAX;
    if (!isfinite(real) || (!unlimited && (whole < INT64_MIN || whole > max)))
        return decision_unfit(decision, output, error);
    if (kind == RD_TYPE_NUMBER)
        *sum = rd_real(real);
    else
        *sum = rd_int(unlimited ? RD_MONEY_UNLIMITED : (int64_t)whole);
    return RD_OK;
}

static struct rd_value decision_extreme(const struct rd_decision *decision, size_t output,
                                        const struct rd_answer *out)
{
    int sign = decision->aggregate == RD_AGGREGATE_MIN ? 1 : -1;
    struct rd_value best = decision->rows[out->rows[0]].outputs[output];
    for (size_t i = 1; i < out->row_count; i++) {
        const struct rd_value *value = &decision->rows[out->rows[i]].outputs[output];
        if (rd_type_compare(&decision->outputs[output].type, value, &best) * sign < 0)
            best = *value;
    }
    return best;
}

/* One output of the rows that match. */
static enum rd_status decision_gather(const struct rd_decision *decision, size_t output,
                                      struct rd_arena *arena, const struct rd_answer *out,
                                      struct rd_value *value, struct rd_error *error)
{
    switch (decision->aggregate) {
    case RD_AGGREGATE_LIST:
        *value = decision_list(decision, output, arena, out);
        return RD_OK;
    case RD_AGGREGATE_COUNT:
        *value = rd_int((int64_t)out->row_count);
        return RD_OK;
    case RD_AGGREGATE_SUM:
        if (out->row_count > 0)
            return decision_sum(decision, output, out, value, error);
        return RD_OK;
    case RD_AGGREGATE_MIN:
    case RD_AGGREGATE_MAX:
        if (out->row_count > 0)
            *value = decision_extreme(decision, output, out);
        return RD_OK;
    }
    return RD_OK;
}

static void decision_otherwise(const struct rd_decision *decision, bool lists,
                               struct rd_arena *arena, struct rd_answer *out)
{
    out->outputs = decision->otherwise;
    out->matched = true;
    if (!lists)
        return;
    struct rd_value *outputs =
        rd_arena_zalloc(arena, decision->output_count, sizeof(*out->outputs));
    for (size_t i = 0; i < decision->output_count; i++) {
        outputs[i] = rd_list();
        rd_list_add(arena, &outputs[i], decision->otherwise[i]);
    }
    out->outputs = outputs;
}

/* ---- evaluating ---- */

bool rd_decision_is_several(const struct rd_decision *decision)
{
    enum rd_hit hit = decision->hit;
    return hit == RD_HIT_COLLECT || hit == RD_HIT_RULE_ORDER || hit == RD_HIT_OUTPUT_ORDER;
}

static enum rd_status decision_collect(struct decision_scan *scan, struct rd_arena *arena,
                                       struct rd_answer *out, struct rd_error *error)
{
    const struct rd_decision *decision = scan->decision;
    struct rd_value *outputs =
        rd_arena_zalloc(arena, decision->output_count, sizeof(*out->outputs));
    struct decision_hits hits = { NULL, 0, 0 };
    enum rd_status status = RD_OK;
    for (uint32_t row = scan_next(scan); row != RD_ROW_NONE; row = scan_next(scan))
        decision_hit(arena, &hits, row);
    if (decision->hit == RD_HIT_OUTPUT_ORDER && hits.count > 1)
        decision_sort(decision, arena, &hits);
    out->outputs = outputs;
    out->rows = hits.rows;
    out->row_count = hits.count;
    for (size_t i = 0; i < decision->output_count && status == RD_OK; i++)
        status = decision_gather(decision, i, arena, out, &outputs[i], error);
    return status;
}

enum rd_status rd_decision_evaluate(const struct rd_decision *decision,
                                    const struct rd_value *inputs, struct rd_arena *arena,
                                    struct rd_answer *out, struct rd_error *error)
{
    bool several = rd_decision_is_several(decision);
    struct decision_scan scan;
    *out = (struct rd_answer){ 0 };
    enum rd_status status = scan_begin(decision, inputs, &scan, error);
    if (status == RD_OK)
        status = several ? decision_collect(&scan, arena, out, error)
                         : decision_choose(&scan, arena, out, error);
    if (status != RD_OK)
        return status;
    out->matched = out->row_count > 0;
    if (!out->matched && decision->otherwise)
        decision_otherwise(decision, several && decision->aggregate == RD_AGGREGATE_LIST, arena,
                           out);
    else if (!out->outputs)
        out->outputs = rd_arena_zalloc(arena, decision->output_count, sizeof(*out->outputs));
    return RD_OK;
}

/* ---- what entries say ---- */

void rd_decision_outcome(const struct rd_decision *decision, const struct rd_value *outputs,
                         struct rd_arena *arena, struct rd_buf *out)
{
    for (size_t i = 0; i < decision->output_count; i++) {
        struct rd_value shown = rd_type_show(&decision->outputs[i].type, &outputs[i], arena);
        if (i)
            rd_buf_text(out, ", ");
        rd_buf_text(out, decision->outputs[i].name);
        rd_buf_text(out, " = ");
        if (shown.kind == RD_TEXT)
            rd_buf_text(out, shown.text);
        else
            rd_json_write(out, &shown);
    }
}
