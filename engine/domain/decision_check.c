/* What can be said of a whole decision table before it ever runs: overlaps, rows that never get a
 * turn, gaps.
 *
 * Pairs of rows: on one column the rows are sorted by the first key that they take, and each is
 * compared with those behind it until one begins beyond its last key. The column is the one that
 * leaves the fewest pairs, and how many these are is known before the first is compared. So a table
 * with one exact column is checked in no time, and one that would take too long
 * (RD_DECISION_PAIRS_MAX) is checked as far as that goes, with a warning that says so.
 *
 * Gaps: each column falls into stretches of keys between which no cell makes a difference; one key
 * of each stands for all. The search goes down column by column with the rows that still match;
 * where none is left, the keys on the way are the example. Inputs without a value are no gap. It,
 * too, is bounded and says where it gave up (RD_DECISION_GAP_TESTS_MAX).
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "domain/decision_cell.h"

/* A row's stretch on the sweep's column. */
struct check_hull {
    int64_t low, high;
    uint32_t row;
};

struct check_pair {
    uint32_t first, second;
};

/* A sweep under way. */
struct check_sweep {
    const struct rd_decision_build *build;
    struct rd_arena arena; /* scratch */
    struct check_hull *hulls;
    uint32_t *hidden_by;      /* FIRST: by row; RD_ROW_NONE */
    struct check_pair *found; /* UNIQUE, ANY */
    uint32_t found_count;
};

/* ---- examples ---- */

static const char *check_join(struct rd_arena *arena, const char *list, const char *item)
{
    return *list ? rd_arena_printf(arena, "%s, %s", list, item) : item;
}

/* An input that both rows take, of the columns that either cares for. */
static const char *check_example(struct check_sweep *sweep, const struct rd_decision_row *a,
                                 const struct rd_decision_row *b)
{
    const struct rd_decision *decision = sweep->build->decision;
    const char *example = "";
    for (size_t i = 0; i < decision->input_count; i++) {
        const struct rd_column *column = &sweep->build->plan->columns[i];
        int64_t key;
        if (a->cells[i].kind == RD_CELL_ANY && b->cells[i].kind == RD_CELL_ANY)
            continue;
        const char *item = rd_cells_meet(column, &a->cells[i], &b->cells[i], &key)
                               ? rd_column_show(column, key, &sweep->arena)
                               : rd_arena_printf(&sweep->arena, "%s is empty", column->field->name);
        example = check_join(&sweep->arena, example, item);
    }
    return *example ? example : "any input";
}

/* ---- pairs of rows ---- */

static bool check_overlap(const struct check_sweep *sweep, const struct rd_decision_row *a,
                          const struct rd_decision_row *b)
{
    for (size_t i = 0; i < sweep->build->decision->input_count; i++) {
        const struct rd_column *column = &sweep->build->plan->columns[i];
        const struct rd_cell *x = &a->cells[i], *y = &b->cells[i];
        int64_t key;
        if (x->kind == RD_CELL_ANY || y->kind == RD_CELL_ANY || rd_cells_meet(column, x, y, &key))
            continue;
        if (column->field->required || !rd_cell_takes_null(x) || !rd_cell_takes_null(y))
            return false;
    }
    return true;
}

static bool check_covers(const struct check_sweep *sweep, const struct rd_decision_row *wide,
                         const struct rd_decision_row *narrow)
{
    for (size_t i = 0; i < sweep->build->decision->input_count; i++)
        if (!rd_cell_covers(&sweep->build->plan->columns[i], &wide->cells[i], &narrow->cells[i]))
            return false;
    return true;
}

static bool check_same_outputs(const struct rd_decision *decision, const struct rd_decision_row *a,
                               const struct rd_decision_row *b)
{
    for (size_t i = 0; i < decision->output_count; i++)
        if (!rd_value_equal(&a->outputs[i], &b->outputs[i]))
            return false;
    return true;
}

/* One pair, the earlier row first; false where enough has been found. */
static bool check_pair(struct check_sweep *sweep, uint32_t first, uint32_t second)
{
    const struct rd_decision *decision = sweep->build->decision;
    const struct rd_decision_row *a = &decision->rows[first], *b = &decision->rows[second];
    if (decision->hit == RD_HIT_FIRST) {
        if (first < sweep->hidden_by[second] && check_covers(sweep, a, b))
            sweep->hidden_by[second] = first;
        return true;
    }
    if (decision->hit == RD_HIT_ANY && check_same_outputs(decision, a, b))
        return true;
    if (!check_overlap(sweep, a, b))
        return true;
    if (sweep->found_count == RD_DECISION_OVERLAPS_MAX)
        return false;
    sweep->found[sweep->found_count++] = (struct check_pair){ first, second };
    return true;
}

/* ---- the sweep ---- */

static int check_by_low(const void *a, const void *b)
{
    const struct check_hull *x = a, *y = b;
    if (x->low != y->low)
        return x->low < y->low ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

/* From the first key that a row takes on the column to the last; a column beyond the last one tells
 * no rows apart. Cells that take an empty input meet each other there, so they reach over
 * everything. */
static void check_hulls(const struct rd_decision *decision, size_t column, struct check_hull *hulls)
{
    for (uint32_t i = 0; i < decision->row_count; i++) {
        const struct rd_cell *cell =
            column < decision->input_count ? &decision->rows[i].cells[column] : NULL;
        bool wide = !cell || rd_cell_takes_null(cell);
        hulls[i] = (struct check_hull){
            .low = wide ? INT64_MIN : cell->low,
            .high = wide ? INT64_MAX : cell->high,
            .row = i,
        };
    }
    qsort(hulls, decision->row_count, sizeof(*hulls), check_by_low);
}

/* The place of the first hull that begins beyond `high`. */
static size_t check_beyond(const struct check_hull *hulls, size_t from, size_t count, int64_t high)
{
    while (from < count) {
        size_t middle = from + (count - from) / 2;
        if (hulls[middle].low <= high)
            from = middle + 1;
        else
            count = middle;
    }
    return from;
}

static uint64_t check_pairs(const struct check_hull *hulls, size_t count)
{
    uint64_t pairs = 0;
    for (size_t i = 0; i < count; i++)
        pairs += check_beyond(hulls, i + 1, count, hulls[i].high) - i - 1;
    return pairs;
}

/* Sorts the hulls on the column that leaves the fewest pairs, and gives their number. */
static uint64_t check_choose(struct check_sweep *sweep)
{
    const struct rd_decision *decision = sweep->build->decision;
    size_t best = decision->input_count;
    check_hulls(decision, best, sweep->hulls);
    uint64_t fewest = check_pairs(sweep->hulls, decision->row_count);
    for (size_t i = 0; i < decision->input_count; i++) {
        check_hulls(decision, i, sweep->hulls);
        uint64_t pairs = check_pairs(sweep->hulls, decision->row_count);
        if (pairs < fewest) {
            fewest = pairs;
            best = i;
        }
    }
    check_hulls(decision, best, sweep->hulls);
    return fewest;
}

static void check_run(struct check_sweep *sweep)
{
    size_t count = sweep->build->decision->row_count;
    const struct check_hull *hulls = sweep->hulls;
    uint32_t left = RD_DECISION_PAIRS_MAX;
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count && hulls[j].low <= hulls[i].high; j++) {
            uint32_t a = hulls[i].row, b = hulls[j].row;
            if (left-- == 0 || !check_pair(sweep, a < b ? a : b, a < b ? b : a))
                return;
        }
}

/* ---- what was found ---- */

static int check_by_rows(const void *a, const void *b)
{
    const struct check_pair *x = a, *y = b;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return (x->second > y->second) - (x->second < y->second);
}

static void check_tell_overlaps(struct check_sweep *sweep)
{
    const struct rd_decision *decision = sweep->build->decision;
    struct rd_findings *findings = sweep->build->findings;
    const char *differ = decision->hit == RD_HIT_ANY ? " and differ" : "";
    qsort(sweep->found, sweep->found_count, sizeof(*sweep->found), check_by_rows);
    for (uint32_t i = 0; i < sweep->found_count; i++) {
        struct check_pair pair = sweep->found[i];
        const struct rd_decision_row *a = &decision->rows[pair.first];
        const struct rd_decision_row *b = &decision->rows[pair.second];
        rd_finding_error(findings, decision->file, b->line,
                         "rows %" PRIu32 " and %" PRIu32 " overlap%s: %s", pair.first + 1,
                         pair.second + 1, differ, check_example(sweep, a, b));
    }
    if (sweep->found_count == RD_DECISION_OVERLAPS_MAX)
        rd_finding_warning(findings, decision->file, decision->line,
                           "%d pairs of rows overlap; further ones are not looked for",
                           RD_DECISION_OVERLAPS_MAX);
}

static void check_tell_hidden(const struct check_sweep *sweep)
{
    const struct rd_decision *decision = sweep->build->decision;
    for (uint32_t i = 0; i < decision->row_count; i++)
        if (sweep->hidden_by[i] != RD_ROW_NONE)
            rd_finding_warning(sweep->build->findings, decision->file, decision->rows[i].line,
                               "row %" PRIu32 " can never be reached: row %" PRIu32
                               " before it is at least as wide",
                               i + 1, sweep->hidden_by[i] + 1);
}

static void check_rows(const struct rd_decision_build *build)
{
    const struct rd_decision *decision = build->decision;
    struct check_sweep sweep = { .build = build };
    rd_arena_init(&sweep.arena);
    sweep.hulls = rd_arena_zalloc(&sweep.arena, decision->row_count, sizeof(*sweep.hulls));
    sweep.hidden_by = rd_arena_zalloc(&sweep.arena, decision->row_count, sizeof(uint32_t));
    memset(sweep.hidden_by, 0xFF, decision->row_count * sizeof(uint32_t));
    sweep.found = rd_arena_zalloc(&sweep.arena, RD_DECISION_OVERLAPS_MAX, sizeof(*sweep.found));
    uint64_t pairs = check_choose(&sweep);
    check_run(&sweep);
    check_tell_overlaps(&sweep);
    check_tell_hidden(&sweep);
    if (pairs > RD_DECISION_PAIRS_MAX)
        rd_finding_warning(build->findings, decision->file, decision->line,
                           "only %d of %" PRIu64
                           " pairs of rows were compared: an input with exact "
                           "values in most rows would make it fewer",
                           RD_DECISION_PAIRS_MAX, pairs);
    rd_arena_fini(&sweep.arena);
}

/* ---- gaps ---- */

struct check_stretches {
    int64_t *keys; /* one of each stretch */
    size_t count;
};

/* A search under way. */
struct check_gap {
    const struct rd_decision_build *build;
    struct rd_arena arena; /* scratch */
    struct check_stretches *columns;
    uint32_t **rows;   /* by depth: the rows that still match */
    size_t *free_from; /* by row: from this column on it takes anything */
    int64_t *keys;     /* the way down */
    size_t tests_left;
    bool cut;
};

static void check_stretches(struct check_gap *gap, size_t at)
{
    gap->columns[at].count = rd_decision_stretches(gap->build->decision, gap->build->plan, at,
                                                   &gap->arena, &gap->columns[at].keys);
}

/* The rows of `depth` that take `key` go one deeper. */
static size_t check_narrow(struct check_gap *gap, size_t depth, size_t count, int64_t key)
{
    const struct rd_decision_row *rows = gap->build->decision->rows;
    size_t left = 0;
    if (count > gap->tests_left) {
        gap->cut = true;
        return 0;
    }
    gap->tests_left -= count;
    for (size_t i = 0; i < count; i++)
        if (rd_cell_takes(&rows[gap->rows[depth][i]].cells[depth], key))
            gap->rows[depth + 1][left++] = gap->rows[depth][i];
    return left;
}

/* Whether some input below the way down is taken by none of the `count` rows of this depth; then
 * the way is complete. */
static bool check_find_gap(struct check_gap *gap, size_t depth, size_t count)
{
    size_t input_count = gap->build->decision->input_count;
    if (gap->cut || (count > 0 && depth == input_count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (gap->free_from[gap->rows[depth][i]] <= depth)
            return false;
    if (count == 0) {
        for (; depth < input_count; depth++)
            gap->keys[depth] = gap->columns[depth].keys[0];
        return true;
    }
    const struct check_stretches *stretches = &gap->columns[depth];
    /* of texts, the key of all that no row mentions is the last, and the likeliest gap */
    bool backwards = rd_column_needs_words(&gap->build->plan->columns[depth]);
    for (size_t i = 0; i < stretches->count && !gap->cut; i++) {
        gap->keys[depth] = stretches->keys[backwards ? stretches->count - 1 - i : i];
        size_t left = check_narrow(gap, depth, count, gap->keys[depth]);
        if (!gap->cut && check_find_gap(gap, depth + 1, left))
            return true;
    }
    return false;
}

static void check_tell_gap(struct check_gap *gap)
{
    const struct rd_decision *decision = gap->build->decision;
    const char *example = "";
    for (size_t i = 0; i < decision->input_count; i++)
        if (gap->columns[i].count > 1)
            example = check_join(
                &gap->arena, example,
                rd_column_show(&gap->build->plan->columns[i], gap->keys[i], &gap->arena));
    rd_finding_warning(gap->build->findings, decision->file, decision->line,
                       "no row matches %s, and there is no otherwise",
                       *example ? example : "any input");
}

static void check_gaps(const struct rd_decision_build *build)
{
    const struct rd_decision *decision = build->decision;
    struct check_gap gap = { .build = build, .tests_left = RD_DECISION_GAP_TESTS_MAX };
    rd_arena_init(&gap.arena);
    size_t depths = decision->input_count + 1;
    gap.columns = rd_arena_zalloc(&gap.arena, depths, sizeof(*gap.columns));
    gap.rows = rd_arena_zalloc(&gap.arena, depths, sizeof(*gap.rows));
    gap.keys = rd_arena_zalloc(&gap.arena, depths, sizeof(*gap.keys));
    gap.free_from = rd_arena_zalloc(&gap.arena, decision->row_count, sizeof(*gap.free_from));
    for (size_t i = 0; i < depths; i++)
        gap.rows[i] = rd_arena_zalloc(&gap.arena, decision->row_count, sizeof(**gap.rows));
    for (size_t i = 0; i < decision->input_count; i++)
        check_stretches(&gap, i);
    for (uint32_t i = 0; i < decision->row_count; i++) {
        gap.rows[0][i] = i;
        for (size_t at = 0; at < decision->input_count; at++)
            if (decision->rows[i].cells[at].kind != RD_CELL_ANY)
                gap.free_from[i] = at + 1;
    }
    if (check_find_gap(&gap, 0, decision->row_count))
        check_tell_gap(&gap);
    else if (gap.cut)
        rd_finding_warning(build->findings, decision->file, decision->line,
                           "too large to be searched for gaps; give it an otherwise");
    rd_arena_fini(&gap.arena);
}

void rd_decision_check(const struct rd_decision_build *build)
{
    const struct rd_decision *decision = build->decision;
    enum rd_hit hit = decision->hit;
    bool pairs = hit == RD_HIT_UNIQUE || hit == RD_HIT_ANY || hit == RD_HIT_FIRST;
    if (pairs && decision->row_count > 1)
        check_rows(build);
    if ((pairs || hit == RD_HIT_PRIORITY) && !decision->otherwise)
        check_gaps(build);
}
