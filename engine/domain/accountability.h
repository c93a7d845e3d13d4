/* Accountability: rules on what happens to records, that say who answers for it, on what ground and
 * with which consequence. Each makes a record (a finding) that a person confirms or drops. */
#ifndef RD_DOMAIN_ACCOUNTABILITY_H
#define RD_DOMAIN_ACCOUNTABILITY_H

#include "domain/chart.h"

enum rd_occasion {
    RD_OCCASION_EVENT,     /* "complaint.reopen": the event was taken */
    RD_OCCASION_ESCALATED, /* "complaint.escalated": a limit rang that escalates */
    RD_OCCASION_LATE,      /* "complaint.late": any limit rang */
};

struct rd_answerer {
    const char *name; /* an account field of the record, or a role */
    int field;        /* -1: a role */
    bool leads;       /* leadership responsibility: his own fault or not */
};

/* Fields of the record that a rule starts, as indexes of its type. */
enum rd_finding_field {
    RD_FINDING_RULE,
    RD_FINDING_GROUND,
    RD_FINDING_CONSEQUENCE,
    RD_FINDING_PERSON,
    RD_FINDING_KIND,
    RD_FINDING_SOURCE,
    RD_FINDING_UNIT,
    RD_FINDING_CONFIRM_BY,
    RD_FINDING_APPEAL,
    RD_FINDING_FIELDS
};

struct rd_accountability {
    const char *id, *file, *owner;
    int line;
    struct rd_value title;
    const struct rd_chart *chart; /* of the record that it watches */
    enum rd_occasion occasion;
    const char *event; /* of EVENT */
    struct rd_when *when;
    size_t when_count;
    struct rd_answerer *answers; /* the directly responsible first, then those who lead */
    size_t answer_count;
    const char *consequence, *confirm_by, *appeal_within;
    int consequence_field; /* of the watched record, whose value it is; -1: `consequence` itself */
    const struct rd_record_type *start;
    int fields[RD_FINDING_FIELDS]; /* of `start` */
    int index;                     /* of `start`, over rule, source and person */
    uint32_t spot;
};

/* Compiles the normal form's rules; after the charts. Findings: unknown records, events, guards,
 * roles and fields, each with a guess; a record to start that lacks one of the fields or the index
 * by which a finding is made once only. */
void rd_accountability_build(struct rd_model *model, const struct rd_value *list,
                             struct rd_findings *findings);
/* "rule", "ground", ...: the field's name. */
const char *rd_finding_field_name(enum rd_finding_field field);

#endif
