/* What the files that build a chart share: chart.c (states, events, limits, functions),
 * chart_fact.c (declared facts) and chart_count.c (what is counted). Nobody else includes it. */
#ifndef RD_DOMAIN_CHART_INSIDE_H
#define RD_DOMAIN_CHART_INSIDE_H

#include "domain/chart.h"

/* What every step of one chart's building needs. */
struct chart_build {
    struct rd_model *model;
    struct rd_arena *arena;
    struct rd_findings *findings;
    struct rd_chart *chart;
    const char *file; /* of what is being built: the chart's, or that of a ladder it climbs */
};

/* "; did you mean 'x'?" or "": the nearest of the names that a table has at its head (every struct
 * here begins with its name). */
const char *rd_chart_guess(struct chart_build *b, const char *word, const void *table, size_t size,
                           size_t count);

/* chart_fact.c: the names of the declared facts first, since functions refer to them; then what
 * they are. */
void rd_chart_facts_name(struct chart_build *b, const struct rd_value *list);
void rd_chart_facts_build(struct chart_build *b, const struct rd_value *list);
/* The type of what a path leads to ("amount", "id", "actor.unit", "form.x", "customer.name", a
 * fact's name); NULL where it is not known before it is asked. A path that leads nowhere is a
 * finding that begins with `whose`. A fact on the path is noted, so that circles are found. */
const struct rd_type *rd_chart_fact_path(struct chart_build *b, struct rd_fact *fact,
                                         const char *whose, const char *path);

/* chart_count.c: the counted type, what its records must be like, and the index that finds them. */
void rd_chart_count_build(struct chart_build *b, const struct rd_value *spec, struct rd_fact *out);
/* What `same` compares must be comparable: when all facts are built. */
void rd_chart_count_follow(struct chart_build *b, struct rd_fact *fact);

/* chart_balance.c: what an account of a ledger has. */
void rd_chart_balance_build(struct chart_build *b, const struct rd_value *spec,
                            struct rd_fact *out);

/* chart_pick.c */
void rd_chart_pick_build(struct chart_build *b, const struct rd_value *spec, struct rd_fact *out);
void rd_chart_pick_follow(struct chart_build *b, struct rd_fact *fact);

#endif
