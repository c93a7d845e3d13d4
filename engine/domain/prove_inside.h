/* What the files that prove share. Nobody else includes it. */
#ifndef RD_DOMAIN_PROVE_INSIDE_H
#define RD_DOMAIN_PROVE_INSIDE_H

#include "domain/prove.h"

/* A way out of a state, or into it. */
struct prove_edge {
    int from, to;
    const char *soft; /* what it hangs on, "guard 'x' (file:line)"; NULL: it needs no luck */
    const char *by;   /* "verify", "limit 'received'" */
    int line;
};

/* Somebody sends an event: an action of `from` (NULL: a schedule or the engine), in `deed` (NULL:
 * any event, since `action` is opaque). */
struct prove_sending {
    const struct rd_chart *from;
    const struct rd_function *action;
    const struct rd_deed *deed;
    const char *why; /* of an opaque one */
    int line;
};

struct prove {
    const struct rd_proving *p;
    const struct rd_model *model;
    struct rd_arena *arena;
    struct rd_proofs *out;
    struct prove_sending *sendings; /* of all charts */
    size_t sending_count;
};

struct rd_proof *prove_add(struct prove *prove, enum rd_claim claim, enum rd_verdict verdict,
                           const char *subject, const char *file, int line, const char *text,
                           const char *test);
/* A refuted claim about whatever is in the state can be shown by a record that stands there; the
 * claim is the word that promises have for it. */
void prove_standing(struct prove *prove, struct rd_proof *proof, const struct rd_chart *chart,
                    const struct rd_state *state, const char *title);
/* The same, with what is expected there written out: can_come "take". */
void prove_standing_as(struct prove *prove, struct rd_proof *proof, const struct rd_chart *chart,
                       const struct rd_state *state, const char *title, const char *expect);
const struct rd_deeds *prove_deeds(const struct prove *prove, const struct rd_function *action);
/* Whether the sending may bring this event to a record of the chart; `internal` sendings of the
 * engine count as well. */
bool prove_reaches(const struct prove *prove, const struct prove_sending *sending,
                   const struct rd_chart *chart, const char *event);
/* The first sending that does; NULL. */
const struct prove_sending *prove_sent(const struct prove *prove, const struct rd_chart *chart,
                                       const struct rd_event *event);
/* "guard 'x' (scripts/a.lua:7)". */
const char *prove_guard(const struct prove *prove, const struct rd_chart *chart,
                        const struct rd_row *row);
/* Whether the row can be the one that allows somebody; *role: the narrowest single role of an
 * account for which it is. */
bool prove_row_used(const struct prove *prove, const struct rd_permission *permission, size_t row,
                    int *role);
/* Whether row `i` is taken for some form (asked); false in *known: it hangs on guards. */
bool prove_row_taken(const struct prove *prove, const struct rd_chart *chart,
                     const struct rd_event *event, size_t i, bool *known);

/* Whether what a transition of the chart sends at once can come round to where this is sent, before
 * that transition is over. */
bool prove_comes_round(struct prove *prove, const struct rd_chart *chart,
                       const struct prove_sending *sending);

/* ---- ways that can be played ---- */

#define PROVE_P 1 /* among those who act, or stand in a field: the person whom the way is about */

/* A step of a way: an event that somebody sends. */
struct prove_step {
    const char *text;             /* "review by one person, as handler (rules/authority.lua:73)" */
    const struct rd_event *event; /* NULL: a limit rings, or a rule sends it */
    int actor, role;              /* who acts: bits; as what: index */
    int said[2];                  /* whom the form writes into the two fields: bits */
};

struct prove_way {
    const char *title;
    const struct rd_chart *chart;
    const int *fields; /* the two */
    const struct prove_step **steps;
    size_t count;
};

/* Fills the proof's plays with promises that end in a refusal for four eyes: none where a step is
 * nobody's, or no account has all roles of the person. */
void prove_plays(struct prove *prove, const struct prove_way *way, struct rd_proof *proof);

void prove_charts(struct prove *prove);
void prove_cascades(struct prove *prove);
void prove_apart(struct prove *prove);
void prove_authority(struct prove *prove);
void prove_tables(struct prove *prove);
void prove_limits(struct prove *prove);

/* ---- inputs of tables ---- */

/* An input, and values of it that stand for all: one of each stretch that some cell tells apart,
 * and nothing where it may be empty. */
struct prove_axis {
    const struct rd_field *field;
    struct rd_value *values; /* inside */
    size_t count;
};

/* The axes of a table's inputs, `input_count` of them. */
struct prove_axis *prove_axes(struct prove *prove, const struct rd_decision *decision);
/* Calls `each` with one value an axis, for all combinations, until it gives false. False where
 * there are more than RD_PROVE_INPUTS_MAX; nothing is called then. */
typedef bool prove_each(void *context, const struct rd_value *values);
bool prove_combine(const struct prove_axis *axes, size_t count, prove_each *each, void *context);
/* "tier = key, amount = 100.00", leaving out what is the same for all: axes with one value. */
const char *prove_example(struct prove *prove, const struct prove_axis *axes, size_t count,
                          const struct rd_value *values);
/* The same as a promise writes it: tier = "key", amount = "100.00". */
const char *prove_input(struct prove *prove, const struct prove_axis *axes, size_t count,
                        const struct rd_value *values);

#endif
