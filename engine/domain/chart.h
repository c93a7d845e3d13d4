/* State charts: what a workflow is once it is compiled. Names are resolved to indexes; nothing is
 * looked up by text later. */
#ifndef RD_DOMAIN_CHART_H
#define RD_DOMAIN_CHART_H

#include "domain/calendar.h"
#include "domain/decision.h"
#include "domain/lookup.h"
#include "domain/path.h"
#include "domain/type.h"

#define RD_COUNT_AT_MOST 1000 /* where a count does not say */
#define RD_FACTS_MAX 64       /* declared facts of one workflow: a set of them is one word */

struct rd_model;
struct rd_record_type;
struct rd_permission;
struct rd_public;
struct rd_template;
struct rd_discloses;
struct rd_anonymity;

/* Names of facts and fields that the body of a guard or action mentions: only these are gathered
 * for it. */
struct rd_needs {
    uint64_t facts;   /* bits of the chart's declared facts */
    uint16_t *fields; /* indexes of the record's fields */
    size_t field_count;
    bool form, actor, given, today;
};

struct rd_function { /* a named guard or action */
    const char *name;
    int fn; /* the policy floor's index */
    int line;
    struct rd_needs needs;
    uint32_t spot; /* visited: an action ran; a guard was true */
    uint32_t spot_false;
    const char *place; /* "file:line", as are all `place`s here (link.h) */
    bool secret;       /* is handed something secret: what it says is withheld (secrecy.h) */
};

enum rd_fact_kind {
    RD_FACT_DECIDE,
    RD_FACT_COUNT,
    RD_FACT_SUM,
    RD_FACT_FIELD,
    RD_FACT_DRAW,
    RD_FACT_IN_HOURS,
    RD_FACT_BALANCE,
    RD_FACT_PICK,
};

/* Where a decision's input or an index's value comes from. */
struct rd_source {
    const char *name; /* an input's name */
    const char *path; /* "customer.revenue_year", "amount"; NULL: `value` */
    struct rd_value value;
};

/* The calendar period, in the company's zone, that a count looks at. */
enum rd_count_period {
    RD_COUNT_EVER,
    RD_COUNT_DAY,
    RD_COUNT_MONTH,
    RD_COUNT_QUARTER,
    RD_COUNT_YEAR
};

/* What a counted record must be like in one field. */
struct rd_equal {
    const char *name;        /* of the counted type's field; "state" */
    int field;               /* its index; -1: the state */
    const char *path;        /* `same`: where the value comes from; NULL: constants */
    struct rd_path from;     /* the same, resolved */
    struct rd_value *values; /* `where`: inside values, one of which it must have */
    size_t value_count;
};

/* Paths of a pick: to a role, a unit, a group. */
enum rd_pick_path { RD_PICK_ROLE, RD_PICK_UNIT, RD_PICK_GROUP, RD_PICK_PATHS };

struct rd_fact {
    const char *name;
    enum rd_fact_kind kind;
    int line;
    const struct rd_decision *decision; /* DECIDE */
    int of; /* DECIDE, BALANCE: the reference field that leads to what is asked of; -1: this record
             */
    struct rd_source *with; /* DECIDE */
    size_t with_count;
    int output;                        /* DECIDE: index of the output taken */
    const struct rd_record_type *type; /* COUNT, SUM: what is counted; BALANCE: the entries;
                                           PICK: whose open ones are counted, NULL: nobody's */
    struct rd_equal *equal;            /* COUNT, SUM */
    size_t equal_count;
    int index;          /* of the counted type's indexes, that serves it */
    int64_t in_last_ms; /* 0: ever, or in_this */
    enum rd_count_period in_this;
    int64_t at_most;  /* COUNT: stops there */
    int field;        /* SUM: the field of the counted type */
    const char *path; /* FIELD: "customer.name"; DRAW: its name; IN_HOURS: where the calendar's
                         name is, NULL: `calendar` */
    const struct rd_calendar *calendar; /* IN_HOURS */
    const char *at;                     /* IN_HOURS: where the moment is; NULL: now */
    const struct rd_type *gives;        /* the type of its value; NULL: not known */
    const char *pick[RD_PICK_PATHS];    /* PICK: where each is found; NULL: not asked */
    int pick_role;                      /* PICK: the role itself; -1 */
    uint64_t needs;                     /* bits of the facts that it asks for */
    /* link.h: its name's number; what its paths and its decision's inputs lead to */
    uint16_t number;
    struct rd_path from, at_from, pick_from[RD_PICK_PATHS];
    struct rd_input *inputs;
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
    const char *place;
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
    bool internal; /* sent by timers and other records only: no authority row may name it */
    int line;
};

struct rd_limit {                       /* a time limit: of a state, or of the whole case */
    const char *name;                   /* "received", "received.2", "within" */
    uint64_t number;                    /* rd_deadline_number of it */
    const char *text;                   /* the duration as written, or the decision's name */
    const struct rd_decision *decision; /* gives the duration; NULL: `duration` holds it */
    struct rd_duration duration;
    const struct rd_calendar *clock; /* NULL: elapsed time */
    int go;
    const char **tell;
    size_t tell_count;
    const char *message;                /* NULL: none */
    const char *template_name;          /* what is told instead of a message; NULL: none */
    const struct rd_template *template; /* the same, found by template.c */
    bool escalate;
    bool at_once; /* people are told also outside of contact hours */
    uint16_t *actions;
    size_t action_count;
    const char *file; /* the chart's, or the ladder's */
    int line;
    uint32_t spot;
    const char *place;
};

struct rd_state {
    const char *name;
    const char *rests; /* why nothing need watch it; NULL */
    struct rd_value title;
    struct rd_value shown; /* what a customer is shown meanwhile: labels, or null */
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

/* Where the cases go that are in a state which this version no longer has. */
struct rd_move {
    const char *from;
    int to; /* state index */
    int line;
};

/* Two account fields that must never hold one person, by index: what `redress policy prove` proves.
 */
struct rd_apart {
    int fields[2];
};

/* What becomes of open cases when their workflow changes: as the workflow in force says. */
enum rd_open_cases { RD_OPEN_CASES_FOLLOW, RD_OPEN_CASES_NEXT_STATE, RD_OPEN_CASES_PIN };

struct rd_chart {
    const char *name, *file;
    int64_t version;
    uint32_t pinned; /* only cases of this earlier generation go by it (pin.h); 0: the workflow */
    enum rd_open_cases open_cases;
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
    struct rd_move *moves;
    size_t move_count;
    uint16_t *invariants; /* guards that hold after every command, whoever gave it */
    size_t invariant_count;
    struct rd_apart *apart;
    size_t apart_count;
    int apart_line;
    const struct rd_public *shown;      /* what customers may be shown; NULL: nothing */
    const struct rd_decision *guidance; /* what staff are advised; NULL: nothing */
    const struct rd_discloses
        *discloses; /* its records disclose what is secret; NULL: they don't */
    const struct rd_anonymity *anonymous; /* cases may be opened by nobody; NULL: they may not */
    const char *place;
    const struct rd_lookup *lookup;    /* NULL: not linked yet */
    const int16_t *fact_of, *guard_of; /* by a name's number; -1: none */
};

/* The index of a state by name, -1 where there is none. */
int rd_state_find(const struct rd_chart *chart, const char *name);
/* The move of cases that are in a state of this name; NULL: it is not moved. */
const struct rd_move *rd_move_find(const struct rd_chart *chart, const char *name);
/* Whether anything comes of the limit when it rings: somebody is told, it climbs, leads on or acts.
 */
bool rd_limit_does(const struct rd_limit *limit);
/* The event that `state` accepts under this name: the state's own, else one of `always`; NULL:
 * none. */
const struct rd_event *rd_event_find(const struct rd_chart *chart, int state, const char *name);
/* Whether any state of the chart knows the event. */
bool rd_event_exists(const struct rd_chart *chart, const char *name);
/* The index of a fact or guard by name; -1. */
int rd_fact_find(const struct rd_chart *chart, const char *name);
int rd_guard_find(const struct rd_chart *chart, const char *name);

/* Builds the chart of `type` from its normal form. Findings, each with line and nearest guess:
 * names of states, forms, guards, actions, decisions, calendars, fields and roles that don't exist;
 * guarded rows that don't end open; states that can't be reached, or entered but never left;
 * waiting states without a limit. */
bool rd_chart_build(struct rd_arena *arena, const struct rd_value *spec, struct rd_model *model,
                    struct rd_findings *findings, struct rd_chart *out);

/* When all charts are built: that the records whose open ones a pick counts have one. */
void rd_chart_picks_check(const struct rd_model *model, struct rd_findings *findings);
/* When all charts are built: that the states which counts ask for exist. */
void rd_chart_counts_check(const struct rd_model *model, struct rd_findings *findings);
/* "; did you mean 'x'?" or "": the nearest calendar. In the arena. */
const char *rd_chart_calendar_guess(const struct rd_model *model, struct rd_arena *arena,
                                    const char *name);

#endif
