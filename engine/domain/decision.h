/* Decision tables, with the hit policies of the DMN standard (OMG DMN 1.3, section 8.2.8). Compiled
 * once, immutable, run without Lua. Inputs and outputs are inside values (see type.h). */
#ifndef RD_DOMAIN_DECISION_H
#define RD_DOMAIN_DECISION_H

#include "base/buf.h"
#include "domain/type.h"

enum rd_hit {
    RD_HIT_UNIQUE,
    RD_HIT_FIRST,
    RD_HIT_ANY,
    RD_HIT_PRIORITY, /* the matching row whose outputs come first in the order of the (first)
                        output's choices */
    RD_HIT_COLLECT,
    RD_HIT_RULE_ORDER,
    RD_HIT_OUTPUT_ORDER,
};
enum rd_aggregate {
    RD_AGGREGATE_LIST,
    RD_AGGREGATE_SUM,
    RD_AGGREGATE_MIN,
    RD_AGGREGATE_MAX,
    RD_AGGREGATE_COUNT
};

struct rd_cell; /* private to the decision room, as is the plan */
struct rd_decision_plan;

struct rd_decision_row {
    const char *id;
    int line;
    struct rd_value title;
    const struct rd_cell *cells; /* one an input */
    struct rd_value *outputs;    /* one an output, inside form */
    uint32_t spot;               /* number for coverage, given by the model */
    /* What entries say where this row alone answers: "decision/row", "file:line", "output = value"
     * (link.h). */
    const char *rule, *place, *outcome;
};

struct rd_decision {
    const char *name, *file;
    int line;
    struct rd_value title;
    const char *owner;
    enum rd_hit hit;
    enum rd_aggregate aggregate;
    struct rd_field *inputs, *outputs;
    size_t input_count, output_count;
    struct rd_decision_row *rows;
    size_t row_count;
    struct rd_value *otherwise;          /* outputs where no row matches, or NULL */
    const struct rd_decision_plan *plan; /* how rows are found, made by the build */
    uint32_t number;                     /* among the model's decisions */
    const char *place, *rule_otherwise, *outcome_otherwise; /* where no row answers (link.h) */
};

/* Builds a decision from its normal form in the arena. Findings (all of them): cells that do not
 * fit their input's type (with the nearest choice), outputs missing, overlapping rows of a `unique`
 * table ("rows 3 and 7 overlap: remedy = refund, role = handler, tier = key": an example input; 100
 * pairs at most are told), rows of `any` that overlap and differ, rows that can never be reached
 * (warning; `first`: hidden by one earlier row that is at least as wide), inputs that no row takes
 * where a single answer is wanted and there is no `otherwise` (warning, with an example), too many
 * rows. False where there was an error; the decision must not be evaluated then.
 *
 * The checks count inputs within their min and max only, and inputs without a value unless they are
 * `required`. They are bounded (RD_DECISION_PAIRS_MAX, RD_DECISION_GAP_TESTS_MAX): a warning says
 * where a table could not be checked in full.
 *
 * A cell: a value or a list of values of the input's type; for integers, numbers, money, dates and
 * instants also "a..b",
 * "[a..b)", "(a..b]", "< a", "<= a", "> a", ">= a"; for all "not V", for those also "not a..b". Any
 * other text is a value. */
bool rd_decision_build(struct rd_arena *arena, const struct rd_value *spec,
                       struct rd_findings *findings, struct rd_decision *out);

/* Whether it may be answered by several rows, so that what is answered is not one row's. */
bool rd_decision_is_several(const struct rd_decision *decision);

struct rd_answer {
    /* one an output; with the several-hit policies each is a list (or the aggregate). Lent from the
     * decision where one row answers; else in the arena, with texts and lists within borrowed */
    const struct rd_value *outputs;
    const uint32_t *rows; /* indexes of the rows that made the answer, lent or in the arena */
    size_t row_count;     /* 0: `otherwise`, or no match */
    bool matched; /* false: no row, no otherwise: outputs are null (lists: empty; count: 0) */
};

/* Evaluates. `inputs` has input_count inside values; a null input matches only cells that are empty
 * (any) or `not`. RD_POLICY_FAULT where the table itself is at fault: two rows of a `unique` table,
 * or differing rows of an `any` table, match; a sum that does not fit; an input that is not of its
 * type's kind. */
enum rd_status rd_decision_evaluate(const struct rd_decision *decision,
                                    const struct rd_value *inputs, struct rd_arena *arena,
                                    struct rd_answer *out, struct rd_error *error) RD_MUST_CHECK;
/* "output = value, output = value" behind what is in `out`: what entries say of an answer. */
void rd_decision_outcome(const struct rd_decision *decision, const struct rd_value *outputs,
                         struct rd_arena *arena, struct rd_buf *out);

#endif
