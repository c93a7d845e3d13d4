/* Paths of facts, resolved: "amount", "id", "actor.unit", "form.x", "customer.tier" become a place
 * that is read without looking for a name. Made by link.c when the model is built. */
#ifndef RD_DOMAIN_PATH_H
#define RD_DOMAIN_PATH_H

#include "domain/type.h"

struct rd_model;
struct rd_record_type;
struct rd_decision;
struct rd_fact;

enum rd_path_kind {
    RD_PATH_FIELD,  /* of the record, or of the form in hand */
    RD_PATH_FACT,   /* the form's field of that name, else the fact */
    RD_PATH_ID,     /* likewise, else the record's id */
    RD_PATH_FORM,   /* form.NAME */
    RD_PATH_LINKED, /* REFERENCE.FIELD */
    RD_PATH_ACCOUNT,
    RD_PATH_RIGHT,
    RD_PATH_UNIT,
    RD_PATH_GROUP,
    RD_PATH_NOTHING, /* leads nowhere: always empty */
};

struct rd_path {
    enum rd_path_kind kind;
    uint16_t number;  /* the whole text's, among the model's names */
    int16_t field;    /* FIELD: its index, -1: only forms have one; LINKED: the reference's */
    int16_t fact;     /* FACT */
    int16_t there;    /* LINKED: the field of `of`, -1: it has none of that name */
    const char *text; /* as written */
    const char *name; /* behind the dot; without one the whole */
    const struct rd_record_type *of; /* LINKED: what the reference leads to */
};

/* Where an input of a decision comes from. */
struct rd_input {
    const char *name;
    uint16_t number; /* the name's */
    bool constant;
    struct rd_value value; /* constant */
    struct rd_path path;
};

/* The path as records of this type have it; NULL stays nothing. */
struct rd_path rd_path_of(const struct rd_model *model, const struct rd_record_type *type,
                          struct rd_arena *arena, const char *text);
/* One an input of the decision, asked about a record of this type; by a fact (may be NULL) that
 * says where some come from. In the arena. */
struct rd_input *rd_inputs_of(const struct rd_model *model, const struct rd_record_type *type,
                              const struct rd_decision *decision, const struct rd_fact *fact,
                              struct rd_arena *arena);

#endif
