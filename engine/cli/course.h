/* The course of a simulation that is fitted to the past: who comes when, whose twin each case is,
 * and when somebody gets to it. See fit.h for what is taken from the past. */
#ifndef RD_CLI_COURSE_H
#define RD_CLI_COURSE_H

#include "cli/fit.h"
#include "cli/sim.h"

struct rd_course_arrival {
    int64_t at_ms;
    uint32_t twin; /* of past->cases */
};

struct rd_course {
    const struct rd_fit *fit;
    const struct rd_what_ifs *ifs;
    int64_t first_day;
    size_t days;
    double **done;     /* by role: acts that it can have done by the beginning of each hour */
    uint32_t *used;    /* by role: acts in this hour */
    int64_t hour;      /* local, since 1970 */
    uint64_t *ids;     /* by past case: the id of the newest record that has it for a twin; 0 */
    uint32_t *kind_of; /* the fit's days by their kind, */
    size_t kind_from[RD_FIT_KINDS + 1]; /* and where each kind's begin */
    struct rd_course_arrival *arrivals; /* of this day, in order */
    size_t arrival_count, arrival_cap, arrival_at;
    /* what came of it */
    uint64_t twins, pooled, refused, waited; /* acts as the twin's, as somebody else's; refused by
                                                the rules; that had to wait for the next hour */
    struct rd_sim_counts unknown;            /* states of which the past says nothing */
};

/* For the days of `sim`; all are borrowed. */
void rd_course_init(struct rd_course *course, const struct rd_fit *fit,
                    const struct rd_what_ifs *ifs, const struct rd_sim *sim);
/* Frees what it holds. */
void rd_course_fini(struct rd_course *course);

/* Draws the arrivals of the day that begins now. */
void rd_course_day(struct rd_sim *sim);
/* The next twins that arrive until now, at most `max`. */
size_t rd_course_arrivals(struct rd_sim *sim, uint32_t *twins, size_t max);
/* How many records of a file (customers) the past has, and the n-th of them. */
size_t rd_course_files(const struct rd_sim *sim, const struct rd_record_type *type);
uint32_t rd_course_file(const struct rd_sim *sim, const struct rd_record_type *type, size_t n);

/* A new record gets its twin: that one, or where it is a rule's work (RD_COURSE_NONE) one that the
 * twin of `parent` (NULL: none) had, or any of its type. */
#define RD_COURSE_NONE UINT32_MAX
void rd_course_born(struct rd_sim *sim, struct rd_sim_case *item, const struct rd_sim_case *parent,
                    uint32_t twin);
/* It has come into another state: when does somebody get to it? */
void rd_course_entered(struct rd_sim *sim, struct rd_sim_case *item);
/* It is due: what is done now; NULL: nothing yet, it was planned anew. */
const struct rd_past_step *rd_course_due(struct rd_sim *sim, struct rd_sim_case *item);
/* Somebody did it, or was refused. */
void rd_course_acted(struct rd_sim *sim, struct rd_sim_case *item, bool done);
/* Lays what a form held in the past (inside values, recorded at `then_ms`) over one that was filled
 * in without knowing anything; `item`: the record that it is about, or NULL. */
void rd_course_form(struct rd_sim *sim, const struct rd_sim_case *item, const struct rd_form *form,
                    const struct rd_value *past, int64_t then_ms, struct rd_value *out);
/* The same for a record without a form. */
void rd_course_fields(struct rd_sim *sim, const struct rd_record_type *type,
                      const struct rd_past_case *twin, struct rd_value *out);
/* The model's role that this one of the past is; -1: it has none. */
int rd_course_role(const struct rd_sim *sim, unsigned role);

#endif
