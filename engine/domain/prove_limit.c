/* Claims about a state's limits: the rungs of a ladder ring one after the other. Where tables give
 * the times, both are asked for every input that either tells apart. Times of different kinds (so
 * many hours, so many business days) are not compared: that is a question to a calendar.
 */
#include <string.h>

#include "domain/prove_inside.h"

struct rungs {
    struct prove *prove;
    const struct rd_limit *rung[2]; /* the earlier, the later */
    struct prove_axis *axes;        /* of the inputs of both, by name */
    size_t count;
    size_t inputs[2][RD_DECISION_INPUTS_MAX]; /* axis by input */
    struct rd_arena scratch;
    struct rd_value *found;
    const char *found_text[2];
    bool differ; /* in kind */
};

static void axes_join(struct rungs *r, int which)
{
    const struct rd_decision *decision = r->rung[which]->decision;
    struct prove_axis *axes = decision ? prove_axes(r->prove, decision) : NULL;
    for (size_t i = 0; decision && i < decision->input_count; i++) {
        size_t at = 0;
        while (at < r->count && strcmp(r->axes[at].field->name, decision->inputs[i].name) != 0)
            at++;
        r->inputs[which][i] = at;
        if (at == r->count) {
            r->axes[r->count++] = axes[i];
            continue;
        }
        struct prove_axis *axis = &r->axes[at];
        struct rd_value *values =
            rd_arena_zalloc(r->prove->arena, axis->count + axes[i].count, sizeof *values);
        memcpy(values, axis->values, axis->count * sizeof *values);
        for (size_t v = 0; v < axes[i].count; v++) {
            size_t known = 0;
            while (known < axis->count && !rd_value_equal(&values[known], &axes[i].values[v]))
                known++;
            if (known == axis->count)
                values[axis->count++] = axes[i].values[v];
        }
        axis->values = values;
    }
}

/* The duration that a rung has for these values of the axes; false where its table has none. */
static bool rung_time(struct rungs *r, int which, const struct rd_value *values,
                      struct rd_duration *out, const char **text)
{
    const struct rd_limit *limit = r->rung[which];
    struct rd_error error = RD_ERROR_NONE;
    *out = limit->duration;
    *text = limit->text;
    if (!limit->decision)
        return true;
    struct rd_value asked[RD_DECISION_INPUTS_MAX];
    struct rd_answer answer;
    for (size_t i = 0; i < limit->decision->input_count; i++)
        asked[i] = values[r->inputs[which][i]];
    if (rd_decision_evaluate(limit->decision, asked, &r->scratch, &answer, &error) != RD_OK ||
        answer.outputs[0].kind != RD_TEXT)
        return false;
    *text = answer.outputs[0].text;
    return rd_duration_parse(*text, limit->clock != NULL, out, &error) == RD_OK;
}

static bool rungs_try(void *context, const struct rd_value *values)
{
    struct rungs *r = context;
    struct rd_duration a, b;
    const char *text[2];
    rd_arena_reset(&r->scratch);
    if (!rung_time(r, 0, values, &a, &text[0]) || !rung_time(r, 1, values, &b, &text[1]))
        return true;
    if (a.kind != b.kind || a.months || b.months || a.from_next_day != b.from_next_day ||
        r->rung[0]->clock != r->rung[1]->clock) {
        r->differ = true;
        return true;
    }
    if (b.n >= a.n)
        return true;
    r->found = rd_arena_zalloc(r->prove->arena, r->count + 1, sizeof *r->found);
    if (r->count)
        memcpy(r->found, values, r->count * sizeof *r->found);
    for (int i = 0; i < 2; i++)
        r->found_text[i] = rd_arena_copy(r->prove->arena, text[i], strlen(text[i]));
    return false;
}

static void rungs_prove(struct prove *prove, const struct rd_chart *chart,
                        const struct rd_state *state, size_t later)
{
    struct rungs r = { .prove = prove, .rung = { &state->after[later - 1], &state->after[later] } };
    const struct rd_limit *limit = r.rung[1];
    r.axes = rd_arena_zalloc(prove->arena, 2 * RD_DECISION_INPUTS_MAX, sizeof *r.axes);
    rd_arena_init(&r.scratch);
    axes_join(&r, 0);
    axes_join(&r, 1);
    bool all = prove_combine(r.axes, r.count, rungs_try, &r);
    const char *subject = rd_arena_join(prove->arena, chart->name, ".", limit->name);
    if (r.found)
        prove_standing(
            prove,
            prove_add(prove, RD_CLAIM_IN_ORDER, RD_REFUTED, subject, limit->file, limit->line,
                      rd_arena_join(prove->arena, prove_example(prove, r.axes, r.count, r.found),
                                    ": ", r.found_text[1],
                                    ", which is before the limit above it: ", r.found_text[0]),
                      NULL),
            chart, state,
            rd_arena_join(prove->arena, "the limits of '", state->name, "' ring in order"));
    else if (r.differ || !all)
        prove_add(prove, RD_CLAIM_IN_ORDER, RD_UNKNOWN, subject, limit->file, limit->line,
                  all ? "the limits are counted in different ways: it hangs on the calendar"
                      : "the tables have too many kinds of input",
                  NULL);
    else
        prove_add(prove, RD_CLAIM_IN_ORDER, RD_PROVED, subject, limit->file, limit->line, NULL,
                  NULL);
    rd_arena_fini(&r.scratch);
}

void prove_limits(struct prove *prove)
{
    for (size_t c = 0; c < prove->model->chart_count; c++) {
        const struct rd_chart *chart = &prove->model->charts[c];
        for (size_t s = 0; s < chart->state_count; s++)
            for (size_t i = 1; i < chart->states[s].after_count; i++)
                rungs_prove(prove, chart, &chart->states[s], i);
    }
}
