/* Field types: how a value looks outside (JSON, policy text) and inside (stored, compared, computed
 * with).
 *
 *   kind       outside                           inside
 *   text       text                              text
 *   integer    integer                           integer
 *   number     number                            real
 *   money      text "100.00" (or "unlimited")    integer of minor units (RD_MONEY_UNLIMITED)
 *   boolean    boolean                           boolean
 *   date       text "2026-03-06"                 integer, days since 1970
 *   instant    text, RFC 3339                    integer, UTC ms
 *   duration   text "4 hours"                    text (checked)
 *   choice     text                              text
 *   reference  text "3-17" (an id)               integer (struct rd_id's)
 *   account    text                              text
 *   unit       text                              text
 *   list       list of the element's             list of the element's
 */
#ifndef RD_DOMAIN_TYPE_H
#define RD_DOMAIN_TYPE_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/value.h"
#include "base/limits.h"
#include "domain/finding.h"

#define RD_MONEY_UNLIMITED INT64_MAX

enum rd_type_kind {
    RD_TYPE_TEXT,
    RD_TYPE_INTEGER,
    RD_TYPE_NUMBER,
    RD_TYPE_MONEY,
    RD_TYPE_BOOLEAN,
    RD_TYPE_DATE,
    RD_TYPE_INSTANT,
    RD_TYPE_DURATION,
    RD_TYPE_CHOICE,
    RD_TYPE_REFERENCE,
    RD_TYPE_ACCOUNT,
    RD_TYPE_UNIT,
    RD_TYPE_LIST,
};

/* Forms under which texts that are spelled differently are the same. */
enum rd_normal { RD_NORMAL_NONE, RD_NORMAL_PHONE, RD_NORMAL_NAME, RD_NORMAL_CODE };

struct rd_type {
    enum rd_type_kind kind;
    enum rd_normal normal; /* TEXT: what is compared and searched is this form of it (normal.h) */
    const char **
        choices; /* CHOICE: the items, in the policy's order (priority and output order go by it) */
    size_t choice_count;
    const char *of; /* REFERENCE: the record type's name; CHOICE: its vocabulary, or NULL */
    struct rd_type *element; /* LIST */
    bool has_min, has_max;
    int64_t min,
        max; /* of the value inside; for texts and lists of the length (code points, items) */
};

struct rd_decision;

struct rd_field {
    const char *name;
    struct rd_value title; /* labels by language, or null */
    struct rd_type type;
    bool required, unique, indexed;
    const char *secrecy;    /* NULL: none */
    bool personal;          /* a text that is sealed with its person's key (base/sealed.h) */
    struct rd_value preset; /* the default, inside form; null: none */
    /* Derived: never typed in, decided by this decision; NULL: it is not (derived.h). */
    const char *derived;
    const char *derived_output;         /* the output's name; NULL: the only one */
    const char *changed;                /* the event that is sent when it changes; NULL: none */
    const struct rd_decision *decision; /* joined when the decisions are there */
    int output;
    int line;
    /* Of a record's field (link.h): its name's number, and for an account the key in the record's
     * data under which stands who else that was. */
    uint16_t number;
    const char *with;
};

/* A set of a record's fields, by index. */
struct rd_fields {
    uint64_t words[RD_FIELDS_MAX / 64];
};
static inline void rd_fields_add(struct rd_fields *fields, int field)
{
    fields->words[field / 64] |= UINT64_C(1) << (field % 64);
}
static inline bool rd_fields_has(const struct rd_fields *fields, int field)
{
    return fields->words[field / 64] >> (field % 64) & 1;
}
static inline bool rd_fields_meet(const struct rd_fields *a, const struct rd_fields *b)
{
    uint64_t both = 0;
    for (size_t i = 0; i < sizeof a->words / sizeof *a->words; i++)
        both |= a->words[i] & b->words[i];
    return both != 0;
}

/* The name of a kind as the policy writes it ("money"). */
const char *rd_type_name(enum rd_type_kind kind);

/* Builds one field from its normal form ({ name, kind, items, of, required, ... }) in the arena;
 * its texts are those of the spec, which must live as long. Errors are findings in `file`; false
 * then. Min, max and default are read by the type itself. */
bool rd_field_build(struct rd_arena *arena, const struct rd_value *spec, const char *file,
                    struct rd_findings *findings, struct rd_field *out);
/* The field of that name, or NULL. */
const struct rd_field *rd_field_find(const struct rd_field *fields, size_t count, const char *name);

/* Outside to inside. RD_BAD_FORM with a sentence ("must be an amount such as \"100.00\"") in
 * error.text; where is not set. Null is accepted for every type (and stays null): whether a field
 * may be empty is the caller's question. Ids are parsed, not looked up; accounts and units
 * likewise. */
enum rd_status rd_type_read(const struct rd_type *type, const struct rd_value *outside,
                            struct rd_arena *arena, struct rd_value *inside,
                            struct rd_error *error) RD_MUST_CHECK;
/* Whether a value that a rule computed (inside form) fits the type, with the same limits. Reals
 * that are whole become integers where the type wants one. */
enum rd_status rd_type_accept(const struct rd_type *type, const struct rd_value *value,
                              struct rd_arena *arena, struct rd_value *inside,
                              struct rd_error *error) RD_MUST_CHECK;
/* Inside to outside. Never fails: stored values that no longer fit their type (the policy changed)
 * are shown as they are. */
struct rd_value rd_type_show(const struct rd_type *type, const struct rd_value *inside,
                             struct rd_arena *arena);
/* Order of two inside values of the type: <0, 0, >0; choices by the policy's order. Null is before
 * everything. */
int rd_type_compare(const struct rd_type *type, const struct rd_value *a, const struct rd_value *b);
/* The JSON Schema of the outside form, for forms and rpc.discover; made in the arena. */
struct rd_value rd_type_schema(const struct rd_type *type, struct rd_arena *arena);

/* Exact money text: optional minus, digits, optional '.' and one or two digits. False where it is
 * not, or does not fit. */
bool rd_money_read(const char *text, int64_t *minor);
#define RD_MONEY_TEXT_MAX 32
void rd_money_write(int64_t minor, char out[RD_MONEY_TEXT_MAX]);

/* Record ids: type number in the high 16 bits, serial in the low 48; as text "TYPE-SERIAL" in
 * decimal. */
struct rd_id {
    uint64_t value;
};
#define RD_ID_TEXT_MAX 32
bool rd_id_read(const char *text, struct rd_id *out);
void rd_id_write(struct rd_id id, char out[RD_ID_TEXT_MAX]);
static inline uint16_t rd_id_type(struct rd_id id)
{
    return (uint16_t)(id.value >> 48);
}

#endif
