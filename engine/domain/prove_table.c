/* Claims about decision tables: no gap, no contradiction, no dead row, and limits that grow with
 * the role.
 *
 * Each input falls into stretches between which no cell makes a difference, so one value of each
 * stands for all of them, and the table itself is asked for every combination: what is proved is
 * proved of the code that decides. Where there are too many combinations the answer is "unknown".
 * Inputs without a value are tried as well, where the input may be empty; they are no gap (a table
 * of what is said says nothing of what is not).
 */
#include <string.h>

#include "base/limits.h"
#include "domain/ceiling.h"
#include "domain/decision_cell.h"
#include "domain/prove_inside.h"

/* ---- inputs ---- */

struct prove_axis *prove_axes(struct prove *prove, const struct rd_decision *decision)
{
    struct prove_axis *axes =
        rd_arena_zalloc(prove->arena, decision->input_count + 1, sizeof *axes);
    for (size_t i = 0; i < decision->input_count; i++) {
        const struct rd_column *column = &decision->plan->columns[i];
        int64_t *keys;
        size_t count = rd_decision_stretches(decision, decision->plan, i, prove->arena, &keys);
        axes[i].field = &decision->inputs[i];
        axes[i].values = rd_arena_zalloc(prove->arena, count + 1, sizeof *axes[i].values);
        for (size_t k = 0; k < count; k++)
            axes[i].values[axes[i].count++] = rd_column_value(column, keys[k], prove->arena);
        if (!decision->inputs[i].required)
            axes[i].values[axes[i].count++] = rd_null();
    }
    return axes;
}

bool prove_combine(const struct prove_axis *axes, size_t count, prove_each *each, void *context)
{
    struct rd_value values[2 * RD_DECISION_INPUTS_MAX];
    size_t at[2 * RD_DECISION_INPUTS_MAX] = { 0 };
    uint64_t all = 1;
    RD_ASSERT(count <= 2 * RD_DECISION_INPUTS_MAX);
    for (size_t i = 0; i < count; i++) {
        all *= axes[i].count;
        if (all > RD_PROVE_INPUTS_MAX)
            return false;
    }
    for (uint64_t n = 0; n < all; n++) {
        for (size_t i = 0; i < count; i++)
            values[i] = axes[i].values[at[i]];
        if (!each(context, values))
            return true;
        for (size_t i = count; i-- > 0;) {
            if (++at[i] < axes[i].count)
                break;
            at[i] = 0;
        }
    }
    return true;
}

static const char *show_plain(struct prove *prove, const struct prove_axis *axis,
                              const struct rd_value *value)
{
    struct rd_value shown = rd_type_show(&axis->field->type, value, prove->arena);
    switch (shown.kind) {
    case RD_TEXT:
        return shown.text[0] == '~' ? "anything else" : shown.text;
    case RD_INT:
        return rd_arena_printf(prove->arena, "%lld", (long long)shown.integer);
    case RD_REAL:
        return rd_arena_printf(prove->arena, "%.15g", shown.real);
    case RD_BOOL:
        return shown.boolean ? "true" : "false";
    case RD_NULL:
    case RD_LIST:
    case RD_MAP:
        break;
    }
    return "nothing";
}

const char *prove_example(struct prove *prove, const struct prove_axis *axes, size_t count,
                          const struct rd_value *values)
{
    const char *all = "";
    for (size_t i = 0; i < count; i++)
        if (axes[i].count > 1)
            all = rd_arena_join(prove->arena, all, *all ? ", " : "", axes[i].field->name, " = ",
                                show_plain(prove, &axes[i], &values[i]));
    return *all ? all : "any input";
}

const char *prove_input(struct prove *prove, const struct prove_axis *axes, size_t count,
                        const struct rd_value *values)
{
    const char *all = "";
    for (size_t i = 0; i < count; i++) {
        struct rd_value shown = rd_type_show(&axes[i].field->type, &values[i], prove->arena);
        if (values[i].kind == RD_NULL)
            continue;
        const char *quote = shown.kind == RD_TEXT ? "\"" : "";
        const char *text =
            shown.kind == RD_TEXT ? shown.text : show_plain(prove, &axes[i], &values[i]);
        all = rd_arena_join(prove->arena, all, *all ? ", " : "", axes[i].field->name, " = ", quote,
                            text, quote);
    }
    return all;
}

/* ---- one table ---- */

struct table {
    struct prove *prove;
    const struct rd_decision *decision;
    struct prove_axis *axes;
    struct rd_arena scratch;
    bool *alive; /* by row */
    struct rd_value *gap, *clash;
    const char *clash_text;
};

static struct rd_value *table_keep(struct table *t, const struct rd_value *values)
{
    size_t count = t->decision->input_count;
    struct rd_value *kept = rd_arena_zalloc(t->prove->arena, count + 1, sizeof *kept);
    if (count)
        memcpy(kept, values, count * sizeof *kept);
    return kept;
}

static bool table_try(void *context, const struct rd_value *values)
{
    struct table *t = context;
    struct rd_answer answer;
    struct rd_error error = RD_ERROR_NONE;
    bool whole = true;
    rd_arena_reset(&t->scratch);
    for (size_t i = 0; i < t->decision->input_count; i++)
        whole &= values[i].kind != RD_NULL;
    if (rd_decision_evaluate(t->decision, values, &t->scratch, &answer, &error) != RD_OK) {
        if (!t->clash) {
            t->clash = table_keep(t, values);
            t->clash_text = rd_arena_printf(t->prove->arena, "%s", error.text);
        }
        return true;
    }
    for (size_t i = 0; i < answer.row_count; i++)
        t->alive[answer.rows[i]] = true;
    if (!answer.matched && whole && !t->gap)
        t->gap = table_keep(t, values);
    return true;
}

static const char *output_text(struct table *t, const struct rd_value *inside)
{
    struct prove_axis axis = { .field = &t->decision->outputs[0] };
    struct rd_value shown = rd_type_show(&axis.field->type, inside, t->prove->arena);
    const char *quote = shown.kind == RD_TEXT ? "\"" : "";
    return rd_arena_join(t->prove->arena, t->decision->outputs[0].name, " = ", quote,
                         shown.kind == RD_TEXT ? shown.text : show_plain(t->prove, &axis, inside),
                         quote);
}

/* A promise that asks the table for this input. */
static const char *table_test(struct table *t, const char *title, const struct rd_value *values,
                              const char *expect)
{
    return rd_arena_printf(
        t->prove->arena,
        "return test \"%s: %s\" {\n  steps = { { decide \"%s\" { %s }, expect = { %s } } },\n}\n",
        t->decision->name, title, t->decision->name,
        prove_input(t->prove, t->axes, t->decision->input_count, values), expect);
}

static void table_gap(struct table *t)
{
    const struct rd_decision *d = t->decision;
    if (!t->gap) {
        prove_add(t->prove, RD_CLAIM_COMPLETE, RD_PROVED, d->name, d->file, d->line, NULL, NULL);
        return;
    }
    const char *text = rd_arena_join(t->prove->arena, "no row answers ",
                                     prove_example(t->prove, t->axes, d->input_count, t->gap),
                                     ", and there is no otherwise");
    prove_add(t->prove, RD_CLAIM_COMPLETE, RD_REFUTED, d->name, d->file, d->line, text,
              table_test(t, "an input that no row answers", t->gap,
                         output_text(t, &d->rows[0].outputs[0])));
}

static void table_clash(struct table *t)
{
    const struct rd_decision *d = t->decision;
    if (!t->clash) {
        prove_add(t->prove, RD_CLAIM_SINGLE, RD_PROVED, d->name, d->file, d->line, NULL, NULL);
        return;
    }
    prove_add(t->prove, RD_CLAIM_SINGLE, RD_REFUTED, d->name, d->file, d->line,
              rd_arena_join(t->prove->arena,
                            prove_example(t->prove, t->axes, d->input_count, t->clash), ": ",
                            t->clash_text),
              table_test(t, "an input that rows contradict each other on", t->clash,
                         output_text(t, &d->rows[0].outputs[0])));
}

/* ---- dead rows ---- */

/* What a dead row takes, and who answers it: the input that fewest others want, so that it is the
 * row's own where what hides it is put right. */
struct hidden {
    struct table *table;
    size_t row, rivals;
    struct rd_value *input; /* NULL: no input fits its cells at all */
    uint32_t answered_by;
};

static bool row_takes(const struct rd_decision *d, size_t row, const struct rd_value *values)
{
    for (size_t i = 0; i < d->input_count; i++) {
        const struct rd_cell *cell = &d->rows[row].cells[i];
        int64_t key;
        if (values[i].kind == RD_NULL ? !rd_cell_takes_null(cell)
                                      : !rd_column_key(&d->plan->columns[i], &values[i], &key) ||
                                            !rd_cell_takes(cell, key))
            return false;
    }
    return true;
}

static bool hidden_try(void *context, const struct rd_value *values)
{
    struct hidden *h = context;
    const struct rd_decision *d = h->table->decision;
    struct rd_answer answer;
    struct rd_error error = RD_ERROR_NONE;
    size_t rivals = 0;
    if (!row_takes(d, h->row, values))
        return true;
    for (size_t i = 0; i < d->row_count; i++)
        rivals += row_takes(d, i, values);
    for (size_t i = 0; i < d->input_count; i++) /* what is there is plainer than what is not */
        rivals += values[i].kind == RD_NULL ? d->row_count : 0;
    rd_arena_reset(&h->table->scratch);
    if ((h->input && rivals >= h->rivals) ||
        rd_decision_evaluate(d, values, &h->table->scratch, &answer, &error) != RD_OK ||
        answer.row_count == 0)
        return true;
    h->input = table_keep(h->table, values);
    h->rivals = rivals;
    h->answered_by = answer.rows[0];
    return true;
}

/* What the row would answer: itself by name, or its answer where it has no name of its own and the
 * answer is another one than what is answered now. NULL: neither. */
static const char *hidden_expect(struct table *t, const struct hidden *h)
{
    const struct rd_decision *d = t->decision;
    const struct rd_decision_row *row = &d->rows[h->row], *by = &d->rows[h->answered_by];
    if (strncmp(row->id, "row ", 4) != 0)
        return rd_arena_join(t->prove->arena, "rule = \"", row->id, "\"");
    return rd_value_equal(&row->outputs[0], &by->outputs[0]) ? NULL
                                                             : output_text(t, &row->outputs[0]);
}

static void table_dead(struct table *t, size_t row, bool looked_for)
{
    const struct rd_decision *d = t->decision;
    struct hidden h = { .table = t, .row = row };
    if (looked_for)
        prove_combine(t->axes, d->input_count, hidden_try, &h);
    const char *text = rd_arena_printf(
        t->prove->arena, "row %zu ('%s') answers no input: other rows take all that it takes",
        row + 1, d->rows[row].id);
    if (h.input)
        text = rd_arena_join(t->prove->arena, text, ", such as ",
                             prove_example(t->prove, t->axes, d->input_count, h.input),
                             rd_arena_printf(t->prove->arena, ": row %u ('%s')", h.answered_by + 1,
                                             d->rows[h.answered_by].id));
    const char *expect = h.input ? hidden_expect(t, &h) : NULL;
    prove_add(t->prove, RD_CLAIM_ALIVE, RD_REFUTED, d->name, d->file, d->rows[row].line, text,
              expect ? table_test(t, rd_arena_printf(t->prove->arena, "row %zu answers", row + 1),
                                  h.input, expect)
                     : NULL);
}

static void table_rows(struct table *t)
{
    const struct rd_decision *d = t->decision;
    size_t dead = 0;
    for (size_t i = 0; i < d->row_count; i++)
        if (!t->alive[i])
            table_dead(t, i, dead++ < RD_PROVE_DEAD_MAX);
    if (dead == 0)
        prove_add(t->prove, RD_CLAIM_ALIVE, RD_PROVED, d->name, d->file, d->line, NULL, NULL);
}

static void table_unknown(struct table *t, enum rd_claim claim)
{
    const struct rd_decision *d = t->decision;
    prove_add(t->prove, claim, RD_UNKNOWN, d->name, d->file, d->line,
              rd_arena_printf(t->prove->arena, "the table has more than %d kinds of input",
                              RD_PROVE_INPUTS_MAX),
              NULL);
}

/* A row that is not `alive` may still be where a contradiction hid it: then it is not judged. */
static void table_prove(struct table *t)
{
    enum rd_hit hit = t->decision->hit;
    bool single =
        hit == RD_HIT_UNIQUE || hit == RD_HIT_ANY || hit == RD_HIT_FIRST || hit == RD_HIT_PRIORITY;
    bool contradicts = hit == RD_HIT_UNIQUE || hit == RD_HIT_ANY;
    bool all = prove_combine(t->axes, t->decision->input_count, table_try, t);
    if (single && all)
        table_gap(t);
    else if (single)
        table_unknown(t, RD_CLAIM_COMPLETE);
    if (contradicts && all)
        table_clash(t);
    else if (contradicts)
        table_unknown(t, RD_CLAIM_SINGLE);
    if (all && !t->clash)
        table_rows(t);
    else if (!all)
        table_unknown(t, RD_CLAIM_ALIVE);
}

/* ---- limits by role ---- */

/* Whether authority rows ask the table what a role may do. */
static bool table_is_power(const struct prove *prove, const struct rd_decision *decision)
{
    for (size_t i = 0; i < prove->model->authority_count; i++) {
        const struct rd_authority_row *row = &prove->model->authority[i];
        if (row->up_to == decision)
            return true;
        for (size_t c = 0; c < row->ceiling_count; c++)
            if (row->ceilings[c].asked == decision)
                return true;
    }
    return false;
}

struct ladder {
    struct table *table;
    size_t role_at; /* the input */
    const struct rd_role *narrow, *wide;
    struct rd_value *found;
    int64_t less, more;
};

static bool ladder_limit(struct ladder *l, const struct rd_value *values, const char *role,
                         int64_t *limit)
{
    struct rd_value asked[RD_DECISION_INPUTS_MAX];
    struct rd_answer answer;
    struct rd_error error = RD_ERROR_NONE;
    memcpy(asked, values, l->table->decision->input_count * sizeof *asked);
    asked[l->role_at] = rd_text(role);
    rd_arena_reset(&l->table->scratch);
    if (rd_decision_evaluate(l->table->decision, asked, &l->table->scratch, &answer, &error) !=
        RD_OK)
        return false; /* the clash is told where it belongs */
    *limit = answer.outputs[0].kind == RD_INT ? answer.outputs[0].integer : 0;
    return true;
}

static bool ladder_try(void *context, const struct rd_value *values)
{
    struct ladder *l = context;
    int64_t narrow, wide;
    if (l->found || !ladder_limit(l, values, l->narrow->name, &narrow) ||
        !ladder_limit(l, values, l->wide->name, &wide) || wide >= narrow)
        return !l->found;
    l->found = table_keep(l->table, values);
    l->found[l->role_at] = rd_text(l->wide->name);
    l->less = wide;
    l->more = narrow;
    return false;
}

static const char *table_money(struct table *t, int64_t minor)
{
    char text[RD_MONEY_TEXT_MAX];
    rd_money_write(minor, text);
    return minor == RD_MONEY_UNLIMITED ? "unlimited"
                                       : rd_arena_copy(t->prove->arena, text, strlen(text));
}

static void ladder_refute(struct ladder *l)
{
    struct table *t = l->table;
    const struct rd_decision *d = t->decision;
    const char *more = table_money(t, l->more);
    const char *text =
        rd_arena_join(t->prove->arena, prove_example(t->prove, t->axes, d->input_count, l->found),
                      ": ", table_money(t, l->less),
                      rd_arena_join(t->prove->arena, ", though '", l->narrow->name,
                                    "', which is less, has ", more));
    prove_add(t->prove, RD_CLAIM_MONOTONE, RD_REFUTED, d->name, d->file, d->line, text,
              table_test(t, "who stands higher may not do less", l->found,
                         rd_arena_join(t->prove->arena, d->outputs[0].name, " = \"", more, "\"")));
}

/* Every two roles of which one is the other: the wider one's limit is not below. */
static void table_monotone(struct table *t)
{
    const struct rd_decision *d = t->decision;
    const struct rd_organisation *organisation = &t->prove->model->organisation;
    struct ladder ladder = { .table = t };
    bool cut = false;
    while (ladder.role_at < d->input_count && strcmp(d->inputs[ladder.role_at].name, "role") != 0)
        ladder.role_at++;
    if (ladder.role_at == d->input_count || d->outputs[0].type.kind != RD_TYPE_MONEY ||
        rd_decision_is_several(d))
        return;
    struct prove_axis *axes = rd_arena_zalloc(t->prove->arena, d->input_count, sizeof *axes);
    memcpy(axes, t->axes, d->input_count * sizeof *axes);
    axes[ladder.role_at].count = 1;
    for (size_t w = 0; w < organisation->role_count; w++)
        for (size_t n = 0; n < organisation->role_count && !ladder.found; n++) {
            if (n == w || !(organisation->roles[w].includes & (1ull << n)))
                continue;
            ladder.wide = &organisation->roles[w];
            ladder.narrow = &organisation->roles[n];
            cut |= !prove_combine(axes, d->input_count, ladder_try, &ladder);
        }
    if (ladder.found)
        ladder_refute(&ladder);
    else if (cut)
        table_unknown(t, RD_CLAIM_MONOTONE);
    else
        prove_add(t->prove, RD_CLAIM_MONOTONE, RD_PROVED, d->name, d->file, d->line, NULL, NULL);
}

void prove_tables(struct prove *prove)
{
    for (size_t i = 0; i < prove->model->decision_count; i++) {
        const struct rd_decision *decision = &prove->model->decisions[i];
        struct table t = { .prove = prove, .decision = decision };
        t.axes = prove_axes(prove, decision);
        t.alive = rd_arena_zalloc(prove->arena, decision->row_count + 1, sizeof *t.alive);
        rd_arena_init(&t.scratch);
        table_prove(&t);
        if (table_is_power(prove, decision))
            table_monotone(&t);
        rd_arena_fini(&t.scratch);
    }
}
