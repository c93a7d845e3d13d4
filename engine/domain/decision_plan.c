/* How a decision finds its rows quickly: ranks for the policies that order, and an index for large
 * tables.
 *
 * The index is for columns where nearly every row has one exact value. Rows that have one in all
 * these columns are chained by the hash of their keys; the few others are loose and looked at each
 * time. Chains and the loose list are in row order, so that the evaluation can merge them and still
 * meet rows as they are written. A row that a chain yields is tested cell by cell like any other:
 * two keys with one hash cost time and nothing else.
 */
#include <string.h>

#include "domain/decision_cell.h"
#include "domain/type_inner.h"

#define INDEX_ROWS_MIN 32

/* A column is part of the index where at least nine rows in ten are exact. */
static bool plan_is_key_column(const struct rd_decision *decision, size_t at)
{
    size_t exact = 0;
    for (size_t i = 0; i < decision->row_count; i++)
        exact += rd_cell_is_exact(&decision->rows[i].cells[at]);
    return exact * 10 >= decision->row_count * 9;
}

static bool plan_is_chained(const struct rd_decision_plan *plan, const struct rd_decision_row *row)
{
    for (uint32_t i = 0; i < plan->key_count; i++)
        if (!rd_cell_is_exact(&row->cells[plan->key_columns[i]]))
            return false;
    return true;
}

uint32_t rd_decision_slot(const struct rd_decision_plan *plan, const int64_t *keys)
{
    uint64_t hash = 0;
    for (uint32_t i = 0; i < plan->key_count; i++) {
        hash = (hash ^ (uint64_t)keys[plan->key_columns[i]]) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 29;
    }
    return (uint32_t)(hash >> 7) & plan->mask;
}

/* Backwards, so that each chain begins with its first row. */
static void plan_chain(const struct rd_decision *decision, struct rd_decision_plan *plan)
{
    for (uint32_t i = (uint32_t)decision->row_count; i-- > 0;) {
        const struct rd_cell *cells = decision->rows[i].cells;
        if (!plan_is_chained(plan, &decision->rows[i]))
            continue;
        int64_t keys[RD_DECISION_INPUTS_MAX];
        for (size_t at = 0; at < decision->input_count; at++)
            keys[at] = cells[at].low;
        uint32_t slot = rd_decision_slot(plan, keys);
        plan->next[i] = plan->heads[slot];
        plan->heads[slot] = i;
    }
}

static void plan_index(struct rd_arena *arena, const struct rd_decision *decision,
                       struct rd_decision_plan *plan)
{
    if (decision->row_count < INDEX_ROWS_MIN)
        return;
    for (uint32_t at = 0; at < decision->input_count; at++)
        if (plan_is_key_column(decision, at))
            plan->key_columns[plan->key_count++] = at;
    if (plan->key_count == 0)
        return;
    uint32_t slots = INDEX_ROWS_MIN;
    while (slots < decision->row_count * 2)
        slots *= 2;
    plan->mask = slots - 1;
    plan->heads = rd_arena_alloc(arena, slots * sizeof(*plan->heads));
    memset(plan->heads, 0xFF, slots * sizeof(*plan->heads));
    plan->next = rd_arena_zalloc(arena, decision->row_count, sizeof(*plan->next));
    plan->loose = rd_arena_zalloc(arena, decision->row_count, sizeof(*plan->loose));
    for (uint32_t i = 0; i < decision->row_count; i++)
        if (!plan_is_chained(plan, &decision->rows[i]))
            plan->loose[plan->loose_count++] = i;
    plan_chain(decision, plan);
}

_Static_assert(RD_DECISION_INPUTS_MAX <= 32, "a bit an input");

static void plan_marks(struct rd_arena *arena, const struct rd_decision *decision,
                       struct rd_decision_plan *plan)
{
    size_t rows = decision->row_count + 1;
    plan->marks = rd_arena_zalloc(arena, rows, sizeof(*plan->marks));
    plan->numbers = rd_arena_zalloc(arena, rows, sizeof(*plan->numbers));
    for (uint32_t i = 0; i < decision->row_count; i++) {
        plan->numbers[i] = i;
        for (size_t at = 0; at < decision->input_count; at++) {
            const struct rd_cell *cell = &decision->rows[i].cells[at];
            plan->marks[i].asked |= (uint32_t)(cell->kind != RD_CELL_ANY) << at;
            plan->marks[i].given |= (uint32_t)!rd_cell_takes_null(cell) << at;
        }
    }
}

void rd_decision_plan_rows(struct rd_arena *arena, const struct rd_decision *decision,
                           struct rd_decision_plan *plan)
{
    plan_marks(arena, decision, plan);
    if (decision->hit == RD_HIT_PRIORITY || decision->hit == RD_HIT_OUTPUT_ORDER) {
        plan->ranks = rd_arena_zalloc(arena, decision->row_count + 1, sizeof(*plan->ranks));
        for (size_t i = 0; i < decision->row_count; i++)
            plan->ranks[i] = (uint32_t)rd_type_choice_at(&decision->outputs[0].type,
                                                         &decision->rows[i].outputs[0]);
    }
    plan_index(arena, decision, plan);
}
