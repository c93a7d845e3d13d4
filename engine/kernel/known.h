/* What is known already where it is asked for again: decisions/0049. */
#ifndef RD_KERNEL_KNOWN_H
#define RD_KERNEL_KNOWN_H

#include "domain/model.h"
#include "kernel/counted.h"

/* A duration that was parsed. */
struct rd_parsed {
    const char *text; /* a symbol; NULL: none yet */
    bool on_clock;
    struct rd_duration is;
};

#define RD_PARSED_SEATS 64 /* a power of two */

/* From one command to the next. */
struct rd_known {
    struct rd_parsed parsed[RD_PARSED_SEATS]; /* by where the text lies */
    uint32_t kept; /* the pair (from 1 on) of the result in hand that needs no look; 0: none */
};

/* As rd_type_field, without a call: for what goes through all of a record's fields. */
static inline int rd_field_of(const struct rd_record_type *type, const char *name)
{
    if (!type->lookup)
        return rd_type_field(type, name);
    uint16_t number = rd_lookup_find(type->lookup, name);
    return number == RD_LOOKUP_NONE ? -1 : type->field_of[number];
}

/* What was given of one of the form's own fields; NULL: nothing. Its name is the key itself, so no
 * letter is compared, but for a form that is the whole record, whose keys are the record's. */
static inline const struct rd_value *rd_form_at(const struct rd_form *form,
                                                const struct rd_value *given, size_t entry)
{
    const char *name = form->entries[entry].field.name;
    if (form->whole)
        return rd_map_get(given, name);
    for (uint32_t i = 0; i < given->count; i++)
        if (given->pairs[i].key == name)
            return &given->pairs[i].value;
    return NULL;
}

/* Names of other letters mostly have another bit: those of a form's keys tell what it has not. */
static inline uint64_t rd_form_bit(const char *name)
{
    unsigned first = (unsigned char)name[0], second = first ? (unsigned char)name[1] : 0;
    return UINT64_C(1) << ((first * 11 + second * 5) & 63);
}

#endif
