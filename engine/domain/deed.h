/* Deeds: what an action may do, as far as it can be read from its text without running it. An
 * action is an opaque function: what is here is never less than what it can do, and may be more. */
#ifndef RD_DOMAIN_DEED_H
#define RD_DOMAIN_DEED_H

#include <stdbool.h>
#include <stddef.h>

enum rd_deed_kind {
    RD_DEED_SET,        /* fields of the record itself */
    RD_DEED_SEND,       /* `name` to the record that `to` leads to, with `fields` */
    RD_DEED_START,      /* a record of type `name`, with `fields` */
    RD_DEED_EACH_SEND,  /* `name` to records of `type`, in jobs of their own */
    RD_DEED_EACH_START, /* a record of type `name` for records of `type`, likewise */
    RD_DEED_DEADLINE,   /* `name` is sent to the record itself, later */
    RD_DEED_STOP,       /* the record's deadline `name` */
};

enum rd_deed_value {
    RD_DEED_ANY,   /* whatever the function computes */
    RD_DEED_ACTOR, /* who acts: f.actor.account */
    RD_DEED_EMPTY,
};

struct rd_deed_field {
    const char *name;
    enum rd_deed_value value;
};

struct rd_deed {
    enum rd_deed_kind kind;
    const char *name; /* NULL: any */
    const char *type; /* EACH: NULL: any */
    const char *to;   /* SEND: "id" (itself) or the field that refers to it; NULL: anywhere */
    struct rd_deed_field *fields;
    size_t field_count;
    bool any_field; /* and any other field besides */
    bool surely;    /* it is done whenever the action runs; false: perhaps */
    int line;
};

struct rd_deeds {
    struct rd_deed *list;
    size_t count;
    const char *opaque; /* why anything at all must be reckoned with; NULL: the list is all */
    int line;           /* of what makes it opaque */
    const char **reads; /* of a guard: the names of all members that its text mentions */
    size_t read_count;
};

#endif
