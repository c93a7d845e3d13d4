/* Records: the current value of one case, customer or anything else that a policy declares; and
 * deadlines, which hang on it. */
#ifndef RD_DOMAIN_RECORD_H
#define RD_DOMAIN_RECORD_H

#include <stdbool.h>

#include "base/buf.h"
#include "domain/calendar.h"
#include "domain/type.h"
#include "store/store.h"

#define RD_LANE_LIVE 0
#define RD_LANE_IMPORT 1

/* What stands beside an account field in a record's data: RD_RECORD_WITH and its name is a list of
 * who else did what the field tells of (kernel/eyes.c). No field has such a name; nothing shows it.
 */
#define RD_RECORD_WITH "with:"

/* In a record's data: the generation whose workflow a case goes by since it changed its state (see
 * kernel/era.h). Names with a colon are nobody's fields, and not shown. */
#define RD_RECORD_FOLLOWS "follows:"

struct rd_record {
    struct rd_id id;
    uint32_t version;   /* 1 after it was opened; 0: there is none yet */
    const char *state;  /* NULL: no chart */
    int64_t escalation; /* how often a limit escalated it */
    int64_t opened_at_ms, updated_at_ms;
    const char *number;               /* "CP-2026-000123", or NULL */
    const char *opened_by;            /* account */
    uint64_t last_position, last_seq; /* of its newest journal entry */
    uint8_t lane;                     /* whose clock its deadlines follow: live, or an import's */
    struct rd_value data;             /* a map of inside values; empty fields are missing */
};

/* Reads the record into the arena; RD_NOT_FOUND without filling an error. */
enum rd_status rd_record_load(struct rd_store *store, struct rd_id id, struct rd_arena *arena,
                              struct rd_record *out, struct rd_error *error) RD_MUST_CHECK;
/* Writes it, replacing what was there. Indexes are not touched. */
enum rd_status rd_record_store(struct rd_store *store, const struct rd_record *record,
                               struct rd_buf *scratch, struct rd_error *error) RD_MUST_CHECK;

enum rd_deadline_kind {
    RD_DEADLINE_STATE,  /* `after` of a state: ref = the state, which = its place among the state's
                           limits */
    RD_DEADLINE_WITHIN, /* the whole case's */
    RD_DEADLINE_EVENT,  /* started by an action: ref = the event that is sent when it rings */
};

/* One stretch in which the clock stood still. */
struct rd_pause {
    int64_t from_ms, to_ms; /* to_ms INT64_MAX: still */
    const char *by;         /* the state that stopped it, and who entered that */
};

/* A deadline, with its ledger: due is always computed anew from start, limit and pauses, never by
 * adding up. */
struct rd_deadline {
    struct rd_id record;
    const char *name;
    uint64_t number; /* rd_deadline_number of the name; 0: not asked for yet */
    enum rd_deadline_kind kind;
    const char *ref;
    uint32_t which;
    const char *limit;        /* the duration's text */
    const char *clock;        /* the calendar's name, or NULL: elapsed time */
    const char *rule;         /* "scripts/complaint.lua:18", where the limit is written */
    const char *decided;      /* "complaint.step_limit/others", the row that gave it; NULL */
    const char *zone_version; /* of the zone data that it was planned with */
    int64_t started_ms;
    int64_t due_ms; /* where paused: as if it ran on from now is not known; left_ms counts */
    bool running;
    bool provisional; /* its way leads through a year whose holidays are not known */
    int64_t left_ms;  /* paused: working milliseconds left */
    struct rd_pause *pauses;
    size_t pause_count;
    uint8_t lane;
};

/* The number under which a deadline of this name is kept. */
uint64_t rd_deadline_number(const char *name);
/* The number of this one, which is hashed only where nobody has done so yet. */
static inline uint64_t rd_deadline_numbered(const struct rd_deadline *deadline)
{
    return deadline->number ? deadline->number : rd_deadline_number(deadline->name);
}
/* The row as a value and back; the record is not part of it. */
struct rd_value rd_deadline_pack(const struct rd_deadline *deadline, struct rd_arena *arena);
enum rd_status rd_deadline_unpack(const struct rd_value *value, struct rd_id record,
                                  struct rd_arena *arena, struct rd_deadline *out,
                                  struct rd_error *error) RD_MUST_CHECK;
/* All deadlines of a record, in the arena. */
enum rd_status rd_deadlines_load(struct rd_store *store, struct rd_id record,
                                 struct rd_arena *arena, struct rd_deadline **out, size_t *count,
                                 struct rd_error *error) RD_MUST_CHECK;
/* Into the order in which the store keeps them (by number). */
void rd_deadlines_sort(struct rd_deadline *deadlines, size_t count);
/* What becomes of one deadline of a record. */
struct rd_deadline_change {
    uint64_t number;
    const struct rd_value *packed; /* as it is from now on, by rd_deadline_pack; NULL: it goes */
    int64_t due_ms;                /* the same as in `packed` */
    uint8_t lane;
    bool running;
};

/* The change that enters a packed deadline; `packed` is borrowed, `names` (or NULL) know its name's
 * number, perhaps. RD_CORRUPT where it is none. */
enum rd_status rd_deadline_change(const struct rd_value *packed, const struct rd_names *names,
                                  struct rd_deadline_change *out,
                                  struct rd_error *error) RD_MUST_CHECK;
/* Carries out the changes of one record, as one after the other, and writes its row once: they are
 * entered in place of those of their numbers, and on the agenda, or go, if they are there. The
 * changes are put in order. */
enum rd_status rd_deadlines_change(struct rd_store *store, struct rd_id record,
                                   struct rd_deadline_change *changes, size_t count,
                                   struct rd_arena *arena, struct rd_buf *scratch,
                                   struct rd_error *error) RD_MUST_CHECK;

/* Working milliseconds that the deadline has used by `at_ms`: from its start, less its pauses. */
int64_t rd_deadline_used_ms(const struct rd_deadline *deadline, const struct rd_calendar *clock,
                            int64_t at_ms);
/* Plans a deadline from its ledger: due, running, left and provisional. What is left when the clock
 * stops is what is left when it goes on, counted in the working time of the rule's own calendar
 * (for elapsed time: the model's calendar that always runs). */
void rd_deadline_plan(struct rd_deadline *deadline, const struct rd_duration *duration,
                      const struct rd_calendar *clock);

#endif
