/* Filters: what a list, a view or a report asks of a record. Values are inside values. */
#ifndef RD_DOMAIN_FILTER_H
#define RD_DOMAIN_FILTER_H

#include "domain/record.h"

struct rd_record_type;

/* What is asked about: a field, or what every record has. */
enum rd_subject_kind {
    RD_SUBJECT_FIELD,
    RD_SUBJECT_STATE,
    RD_SUBJECT_OPENED_AT,
    RD_SUBJECT_UPDATED_AT,
};

struct rd_subject {
    enum rd_subject_kind kind;
    int field;                  /* its index in the record type; -1 where it is no field */
    const char *name;           /* as the type has it; static for what is no field */
    const struct rd_type *type; /* of its values; borrowed from the model, or static */
};

enum rd_filter_kind {
    RD_FILTER_ANY_OF,   /* equal to one of the values; a null among them is an empty field */
    RD_FILTER_NONE_OF,  /* given or not, but none of the values */
    RD_FILTER_RANGE,    /* given, from <= value < to; a null bound is open */
    RD_FILTER_CONTAINS, /* a text that holds this one (ASCII letters alike in both cases), or a list
                           with this item */
    RD_FILTER_GIVEN,    /* not empty */
};

struct rd_filter {
    struct rd_subject subject;
    enum rd_filter_kind kind;
    struct rd_value *values; /* ANY_OF, NONE_OF, and the one of CONTAINS */
    struct rd_value *forms;  /* their normal forms, made once; NULL: values are compared */
    size_t count;
    struct rd_value from, to; /* RANGE */
};

/* The subject of this name; false where the type has none. */
bool rd_subject_find(const struct rd_record_type *type, const char *name, struct rd_subject *out);
/* All names that a subject may have, for guesses; in the arena. */
const char **rd_subject_names(const struct rd_record_type *type, struct rd_arena *arena,
                              size_t *count);
/* Its value in a record; a null where it is empty. `room` holds what is no field's. */
const struct rd_value *rd_subject_value(const struct rd_subject *subject,
                                        const struct rd_record *record, struct rd_value *room);

/* Reads one member of a `where` from outside: a value, a list of values (any of them), or
 * {from, to}, {contains}, {except}. RD_INVALID_PARAMS with a sentence that begins with the name;
 * where is not set. Values live in the arena. */
enum rd_status rd_filter_read(const struct rd_record_type *type, const char *name,
                              const struct rd_value *outside, struct rd_arena *arena,
                              struct rd_filter *out, struct rd_error *error) RD_MUST_CHECK;
/* Makes what the filter's values are compared by, when they all stand: not for every record anew.
 */
void rd_filter_ready(struct rd_filter *filter, struct rd_arena *arena);
/* Whether the record has all that the filters ask for. */
bool rd_filters_match(const struct rd_filter *filters, size_t count,
                      const struct rd_record *record);
/* Whether an index over this subject keeps the order of its values, so that a range is one stretch
 * of it. */
bool rd_subject_is_ordered(const struct rd_subject *subject);

#endif
