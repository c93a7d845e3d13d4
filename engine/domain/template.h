/* Templates: the texts that are sent to customers and staff, in the company's languages, with
 * placeholders that are resolved once, when the policy is loaded. */
#ifndef RD_DOMAIN_TEMPLATE_H
#define RD_DOMAIN_TEMPLATE_H

#include "domain/type.h"

struct rd_model;
struct rd_record_type;

enum rd_part_kind {
    RD_PART_TEXT,   /* as it stands */
    RD_PART_NUMBER, /* {number} of the record */
    RD_PART_STATE,  /* {state}: the label of the state it is in */
    RD_PART_TODAY,  /* {today} */
    RD_PART_ACTOR,  /* {actor.name}: who acts */
    RD_PART_FIELD,  /* {summary} */
    RD_PART_LINKED, /* {customer.name}: a field of the record that a reference leads to */
    RD_PART_DUE,    /* {due.within}: when a limit is due */
    RD_PART_FORM,   /* {form.question}: what was filled in for the event */
    RD_PART_UNKNOWN /* braces that mean nothing: an error in a template, as it stands elsewhere */
};

struct rd_part {
    enum rd_part_kind kind;
    const char *text; /* TEXT, UNKNOWN: as written; DUE: the deadline's name; FORM: the field's */
    int field;        /* FIELD, LINKED: of the record */
    int linked;       /* LINKED: of the other record */
};

struct rd_parts {
    struct rd_part *items;
    size_t count;
};

struct rd_template_text {
    const char *language;
    struct rd_parts parts;
};

struct rd_template {
    const char *name, *file;
    int line;
    struct rd_value title;
    const struct rd_record_type *of;
    struct rd_template_text *texts; /* the company's languages first to last, then others */
    size_t text_count;
};

/* Cuts a text about a record of `type` into its parts. Never fails: what means nothing becomes
 * RD_PART_UNKNOWN. */
void rd_parts_read(const struct rd_model *model, struct rd_arena *arena,
                   const struct rd_record_type *type, const char *text, struct rd_parts *out);
/* Compiles the normal form's templates, and resolves those that limits name; after the charts.
 * Findings: unknown records and placeholders (with a guess), secret fields, a language of the
 * company without a text, languages whose placeholders differ, limits that name a template which is
 * not there, is another record's or needs a form. */
void rd_templates_build(struct rd_model *model, const struct rd_value *normal,
                        struct rd_findings *findings);
const struct rd_template *rd_template_find(const struct rd_model *model, const char *name);
/* "; did you mean 'x'?" or "", for a template that is not there. */
const char *rd_template_guess(const struct rd_model *model, struct rd_arena *arena,
                              const char *name);
/* The text in `language`, else in the first. Never NULL. */
const struct rd_template_text *rd_template_text(const struct rd_template *template,
                                                const char *language);
/* The part's name as it is written, without braces: "customer.name"; for FORM "form.question". */
const char *rd_part_name(const struct rd_record_type *type, const struct rd_model *model,
                         const struct rd_part *part, struct rd_arena *arena);

#endif
