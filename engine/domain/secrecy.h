/* Secrecy: what of a policy must not stand in a reply. Fields have levels (domain digest, section
 * 13: secret, confidential, top secret); facts, inputs and forms carry their values under other
 * names, which are found here when the model is built.
 *
 * The rule that follows from it is the kernel's (show.c): no reply but that of case.disclose holds
 * the value of a field with a level.
 */
#ifndef RD_DOMAIN_SECRECY_H
#define RD_DOMAIN_SECRECY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/value.h"
#include "domain/finding.h"

struct rd_model;
struct rd_record_type;

enum rd_secrecy_level {
    RD_SECRECY_NONE,
    RD_SECRECY_SECRET,
    RD_SECRECY_CONFIDENTIAL,
    RD_SECRECY_TOP_SECRET,
    RD_SECRECY_LEVELS
};

/* The level of this name; NULL, or a name that is none: NONE. */
enum rd_secrecy_level rd_secrecy_level(const char *name);
/* Whether a field of the record has this level. */
bool rd_secrecy_has_level(const struct rd_record_type *type, enum rd_secrecy_level level);
/* Its name ("top_secret"), static; "" of NONE. */
const char *rd_secrecy_name(enum rd_secrecy_level level);

/* discloses = { what = { "customer" }, to = "asker", level = "level", ends = "until_at",
 * state = "granted" } of a workflow, compiled: indexes of its record's fields, and of the state. */
struct rd_discloses {
    int *what; /* references, each with an index of its own */
    size_t what_count;
    int to, level, ends, state;
};

/* open = { anonymous = "FIELD", receipt = "FIELD" } of a workflow, compiled: indexes of its
 * record's fields. `when`: a required boolean of the opening form; true: who opens the case is
 * written nowhere. `receipt`: a secret text that no form has; keeps the hash of the code he is
 * given. */
struct rd_anonymity {
    int when, receipt;
};

/* Joins `discloses` and `anonymous` to the model's charts, by the normal form's workflows.
 * Findings: fields that are not there, of another type or without an index; a state that is not
 * there; an opening form that could name its author. */
void rd_secrecy_join(struct rd_model *model, const struct rd_value *workflows,
                     struct rd_findings *findings);
/* Finds every name under which the value of a secret field may stand in an entry, and every guard
 * and action that is handed one. After the paths are resolved (link.c). */
void rd_secrecy_build(struct rd_model *model);
/* Whether a form, or facts, may hold something secret under this name. Names are looked at across
 * the whole policy: a fact may have been read from another record than the entry's. */
bool rd_secrecy_hides(const struct rd_model *model, const char *name);
/* The same for something personal (`personal = true`): it is sealed there. */
bool rd_secrecy_personal(const struct rd_model *model, const char *name);
/* Findings: `person` of a record that is no indexed reference, or leads to a record that has a
 * person itself; personal fields that are searched by in a record that tells of another one (what
 * is erased is found by the person alone). */
void rd_secrecy_persons(struct rd_model *model, struct rd_findings *findings);

#endif
