/* The model: a policy generation compiled to C. Immutable after it is built; read by any number of
 * threads. */
#ifndef RD_DOMAIN_MODEL_H
#define RD_DOMAIN_MODEL_H

#include "base/symbol.h"
#include "domain/accountability.h"
#include "domain/authority.h"
#include "domain/chart.h"
#include "domain/label.h"
#include "domain/progress.h"
#include "domain/schedule.h"
#include "domain/secrecy.h"
#include "domain/report.h"
#include "domain/view.h"
#include "domain/template.h"
#include "domain/staff.h"

struct rd_form_entry {
    struct rd_field
        field;        /* for a field of the record: the record's own, with the form's `required` */
    int record_field; /* index in the record type, -1: kept in the journal only */
};

struct rd_form {
    const char *name, *file;
    int line;
    struct rd_value title;
    const struct rd_record_type *of; /* NULL: belongs to no record */
    bool whole; /* made of the record itself: all its fields that are not derived */
    struct rd_form_entry *entries;
    size_t count;
};

/* An index that a record type declares: over one or more fields. The type's own "state" index has
 * no fields. */
struct rd_type_index {
    const char *name; /* "state", "phone", "department+problem" */
    uint16_t *fields;
    size_t field_count;
    bool unique;
};

struct rd_record_type {
    const char *name, *file;
    int line;
    struct rd_value title;
    const char *number; /* format, "CP-{year}-{000000}"; NULL: none */
    int owner, unit;    /* fields, -1: none */
    int person; /* the reference to whom its personal fields tell of; -1: to the record itself */
    size_t personals; /* how many of its fields are personal */
    struct rd_field *fields;
    size_t field_count;
    size_t secrets; /* how many of them have a level of secrecy */
    struct rd_type_index *indexes;
    size_t index_count;
    const struct rd_chart *chart; /* NULL: a record without a chart */
    const struct rd_chart
        *pinned; /* of earlier generations, whose cases keep theirs; the model's */
    size_t pinned_count;
    uint16_t *derived; /* its derived fields, in the order in which they feed each other */
    size_t derived_count;
    uint64_t derived_hash;          /* of the rules that derive them */
    const struct rd_ledger *ledger; /* it is an entry of this ledger; NULL: it is none */
    const struct rd_permission *read, *create, *update;
    const struct rd_permission *refer; /* may name one in a form, without reading it */
    const struct rd_permission
        *disclose[RD_SECRECY_LEVELS]; /* TYPE.secret ...: may see its fields of this level; NULL */
    /* link.h */
    const struct rd_lookup *lookup; /* NULL: not linked yet */
    const int16_t *field_of;        /* by a name's number; -1: none */
    struct rd_input **asks;         /* inputs of what is asked of it without a fact; by decision */
    struct rd_reader *readers;      /* facts of workflows that go by fields of a record that is
                                       referred to: of this type; in their order */
    struct rd_fields read_by;       /* what any of them reads */
};

/* A fact of `chart` reads these fields of the record to which its field `field` refers. */
struct rd_reader {
    const struct rd_chart *chart;
    int field;
    struct rd_fields reads;
    struct rd_reader *next;
};

/* One thing that a promise can visit: a row, a guard's answer, a transition. */
struct rd_spot {
    const char *file;
    int line;
    const char *text;
};

struct rd_model {
    struct rd_arena arena;      /* everything below lives here, */
    struct rd_symbols *symbols; /* or is one of these: a reference */
    struct rd_lookup lookup;    /* of fields, facts, guards and inputs */
    const char *company, *zone, *currency, *language;
    const char **languages; /* of the interface; `language` is the first one */
    size_t language_count;
    struct rd_zone *local; /* the company's zone */
    struct rd_calendar
        *elapsed; /* runs day and night in the company's zone: for limits without a clock */
    struct rd_calendar **calendars;
    size_t calendar_count;
    struct rd_organisation organisation;
    struct rd_staff staff; /* people as records; its type is NULL where there are none */
    struct rd_record_type *types;
    size_t type_count;
    struct rd_form *forms;
    size_t form_count;
    struct rd_decision *decisions;
    size_t decision_count;
    struct rd_chart *charts; /* one a workflow, and behind them those that older cases keep, */
    size_t chart_count, pinned_count; /* which are not among the first `chart_count`; by type */
    struct rd_schedule *schedules;
    size_t schedule_count;
    struct rd_view *views;
    size_t view_count;
    struct rd_report *reports;
    size_t report_count;
    struct rd_ledger *ledgers;
    size_t ledger_count;
    const struct rd_calendar *contact; /* when people may be told; NULL: at any time */
    struct rd_authority_row *authority;
    size_t authority_count;
    struct rd_permission
        *permissions; /* of the engine's methods and every record command, sorted by name */
    size_t permission_count;
    struct rd_vocabulary *vocabularies; /* what choices are called, for labels */
    size_t vocabulary_count;
    struct rd_template *templates;
    size_t template_count;
    struct rd_accountability *accountability;
    size_t accountability_count;
    const char **hidden; /* names under which entries may hold something secret (secrecy.h) */
    size_t hidden_count, hidden_cap;
    const char **personal; /* names under which entries may hold something personal (secrecy.h) */
    size_t personal_count, personal_cap;
    struct rd_spot *spots;
    size_t spot_count, spot_cap;
};

/* Compiles the normal form. Its short texts and all keys become symbols of the table, to which the
 * model takes a reference (NULL: makes one). All findings are reported; RD_CHECK_FAILED where one
 * is an error. */
enum rd_status rd_model_build(const struct rd_value *normal, struct rd_symbols *symbols,
                              struct rd_findings *findings, struct rd_model **out,
                              struct rd_error *error) RD_MUST_CHECK;
void rd_model_free(struct rd_model *model);

/* By name; NULL where there is none. */
const struct rd_record_type *rd_model_type(const struct rd_model *model, const char *name);
const struct rd_form *rd_model_form(const struct rd_model *model, const char *name);
const struct rd_decision *rd_model_decision(const struct rd_model *model, const char *name);
const struct rd_calendar *rd_model_calendar(const struct rd_model *model, const char *name);
/* The chart that the type's cases of this generation keep; NULL: the workflow itself. */
const struct rd_chart *rd_type_pinned(const struct rd_record_type *type, uint32_t generation);
/* A state by name: of the workflow, else of one that older cases keep; NULL: none has it. */
const struct rd_state *rd_type_state(const struct rd_record_type *type, const char *name);
/* The index of a field by name, -1. */
int rd_type_field(const struct rd_record_type *type, const char *name);

/* For builders: a text kept in the model, as a symbol where it is short enough to be a name, so
 * that entries call it by its number (not for what users write); a new spot's number; "did you
 * mean" behind a finding's sentence. */
const char *rd_model_keep(struct rd_model *model, const char *text);
uint32_t rd_model_spot(struct rd_model *model, const char *file, int line, const char *format, ...)
    RD_PRINTF(4, 5);
/* "; did you mean 'x'?" or "". In the arena. */
const char *rd_model_guess(struct rd_arena *arena, const char *word, const char *const *names,
                           size_t count);

#endif
