/* State charts: what a workflow is once it is compiled. Names are resolved to indexes; nothing is
 * looked up by text later. */
#ifndef RD_DOMAIN_CHART_H
#define RD_DOMAIN_CHART_H

#include "domain/calendar.h"
#include "domain/decision.h"
#include "domain/type.h"

#define RD_COUNT_AT_MOST 1000 /* where a count does not say */
#define RD_FACTS_MAX 64       /* declared facts of one workflow: a set of them is one word */

struct rd_model;
struct rd_record_type;
struct rd_permission;

/* Names of facts and fields that the body of a guard or action mentions: only these are gathered
 * for it. */
struct rd_needs {
    uint64_t facts;   /* bits of the chart's declared facts */
    uint16_t *fields; /* indexes of the record's fields */
    size_t field_count;
    bool form, actor;
};

struct rd_function { /* a named guard or action */
    const char *name;
    int fn; /* the policy floor's index */
    int line;
    struct rd_needs needs;
    uint32_t spot; /* visited: an action ran; a guard was true */
    uint32_t spot_false;
};

enum rd_fact_kind { RD_FACT_DECIDE, RD_FACT_COUNT, RD_FACT_SUM, RD_FACT_FIELD };

/* Where a decision's input or an index's value comes from. */
struct rd_source {
    const char *name; /* an input's name */
    const char *path; /* "customer.revenue_year", "amount", or NULL: by its own name */
};

struct rd_fact {
    const char *name;
    enum rd_fact_kind kind;
    int line;
    const struct rd_decision *decision; /* DECIDE */
    int of; /* DECIDE: the reference field that the inputs come from, -1: this record */
    struct rd_source *with; /* DECIDE */
    size_t with_count;
    int output;                        /* DECIDE: index of the output taken */
    const struct rd_record_type *type; /* COUNT, SUM: what is counted */
    const char **same;                 /* fields that are equal in both */
    size_t same_count;
    int index;          /* of the counted type's indexes, that serves it */
    int64_t in_last_ms; /* 0: ever */
    int64_t at_most;    /* COUNT: stops there */
    int field;          /* SUM: the field of the counted type */
    const char *path;   /* FIELD: "customer.name" */
};

struct rd_when {
    uint16_t guard;
    bool negate;
};

struct rd_row { /* one way that an event may go */
    int go;     /* state index; -1: stays */
    struct rd_when *when;
    size_t when_count;
    uint16_t *actions;
    size_t action_count;
    int line;
    uint32_t spot;
};

struct rd_event {
    const char *name;
    const char *command; /* "complaint.verify" */
    struct rd_value title;
    const struct rd_form *form; /* NULL: none */
    struct rd_row *rows;
    size_t row_count;
    struct rd_row *above; /* taken where the amount is above the actor's authority; NULL: refused */
    int by;               /* field that is set to the actor; -1 */
    uint64_t except[4];   /* `always` events: states that don't accept it */
    const struct rd_permission *permission;
    int line;
};

struct rd_limit {                       /* a time limit: of a state, or of the whole case */
    const char *name;                   /* "received", "received.2", "within" */
    const char *text;                   /* the duration as written, or the decision's name */
    const struct rd_decision *decision; /* gives the duration; NULL: `duration` holds it */
    struct rd_duration duration;
    const struct rd_calendar *clock; /* NULL: elapsed time */
    int go;
    const char **tell;
    size_t tell_count;
    const char *message; /* NULL: none */
    bool escalate;
    bool at_once; /* people are told also outside of contact hours */
    uint16_t *actions;
    size_t action_count;
    const char *file; /* the chart's, or the ladder's */
    int line;
    uint32_t spot;
};

struct rd_state {
    const char *name;
    struct rd_value title;
    bool pause, final;
    uint16_t *entry, *exit;
    size_t entry_count, exit_count;
    struct rd_event *events;
    size_t event_count;
    struct rd_limit *after;
    size_t after_count;
    int line;
    uint32_t spot;
};

struct rd_chart {
    const char *name, *file;
    int64_t version;
    int line;
    struct rd_value title;
    const struct rd_record_type *type;
    int initial;
    const struct rd_calendar *clock;
    struct rd_event open; /* its rows: one, that goes to the initial state */
    struct rd_limit *within;
    struct rd_fact *facts;
    size_t fact_count;
    struct rd_state *states;
    size_t state_count;
    struct rd_event *always;
    size_t always_count;
    struct rd_function *guards, *actions;
    size_t guard_count, action_count;
};

/* The index of a state by name, -1 where there is none. */
int rd_state_find(const struct rd_chart *chart, const char *name);
/* The event that `state` accepts under this name: the state's own, else one of `always`; NULL:
 * none. */
const struct rd_event *rd_event_find(const struct rd_chart *chart, int state, const char *name);
/* Whether any state of the chart knows the event. */
bool rd_event_exists(const struct rd_chart *chart, const char *name);
/* The index of a fact, guard or action by name; -1. */
int rd_fact_find(const struct rd_chart *chart, const char *name);

/* Builds the chart of `type` from its normal form. Findings, each with line and nearest guess:
 * names of states, forms, guards, actions, decisions, calendars, fields and roles that don't exist;
 * guarded rows that don't end open; states that can't be reached, or entered but never left;
 * waiting states without a limit. */
bool rd_chart_build(struct rd_arena *arena, const struct rd_value *spec, struct rd_model *model,
                    struct rd_findings *findings, struct rd_chart *out);

#endif
