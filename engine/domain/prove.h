/* Proofs about a whole policy: what holds in every case, whatever people do and whenever timers
 * ring. docs/reference/prove.md says what each claim means and what it takes for granted.
 *
 * Three answers. `proved`: no case is otherwise. `refuted`: here is one. `unknown`: it hangs on an
 * opaque function, which is named. Guards and actions are Lua functions, so nothing is proved that
 * would need to know what one of them answers; what an action may do at the most is read from its
 * text (deed.h), and what rows a form's values alone decide is asked of the guards themselves.
 */
#ifndef RD_DOMAIN_PROVE_H
#define RD_DOMAIN_PROVE_H

#include "base/arena.h"
#include "domain/deed.h"
#include "domain/model.h"

enum rd_verdict { RD_PROVED, RD_REFUTED, RD_UNKNOWN, RD_VERDICTS };

/* X(NAME, word): what is claimed. */
#define RD_CLAIM_MAP(X)                                                                            \
    X(REACHABLE, "reachable")   /* a state can be entered */                                       \
    X(WAY_OUT, "way_out")       /* from a state there is a way to an end that needs no luck */     \
    X(WATCHED, "watched")       /* a state that waits is watched by a limit that does something */ \
    X(SENT, "sent")             /* an internal event is sent by somebody */                        \
    X(CASCADES, "cascades_end") /* events that send events come to an end */                       \
    X(JOBS, "jobs_end")         /* jobs that begin jobs do */                                      \
    X(APART, "apart")           /* two fields never hold one person */                             \
    X(ROWS_USED, "row_used")    /* an authority row can be the one that allows */                  \
    X(SAME_EYES, "same_eyes")   /* rows of one command hold the same fields apart */               \
    X(MAY, "somebody_may")      /* an event has somebody who may send it */                        \
    X(COMPLETE, "no_gap")       /* a table answers every input */                                  \
    X(SINGLE, "no_overlap")     /* no input is taken by rows that contradict each other */         \
    X(ALIVE, "no_dead_row")     /* every row answers some input */                                 \
    X(MONOTONE, "monotone")     /* who stands higher may not do less */                            \
    X(IN_ORDER, "limits_in_order") /* of a state's limits the later one rings later */

enum rd_claim {
#define RD_CLAIM_ENUM(name, word) RD_CLAIM_##name,
    RD_CLAIM_MAP(RD_CLAIM_ENUM)
#undef RD_CLAIM_ENUM
        RD_CLAIMS
};

/* A refuted case as a promise, with accounts and forms that may fit: whether it goes as far as its
 * last step is to be tried (kernel/prove_replay.h). */
struct rd_play {
    const char *title;
    const char *text; /* what stands behind `test "TITLE" `: "{ ... }" */
    int last_line;    /* of its last step, counted from the promise's own: 0 is the title's */
};

/* What a refuted case needs to become a promise where some promise has gone its way already
 * (kernel/prove_replay.h). */
struct rd_shown {
    const char *title;  /* of the promise; NULL: it does not become one like this */
    const char *where;  /* "complaint.received": there a record must be found; NULL: it must come to
                           grief as `fault` says */
    const char *expect; /* the claim as a word of promises: what is then not so */
    const char *fault;  /* the beginning of what the engine says, "scripts/a.lua:" included */
    const char *event;  /* instead of all these: whoever stands in the account field `field` sends
                           it to the record, and is not refused for four eyes */
    const char *field;
};

struct rd_proof {
    enum rd_claim claim;
    enum rd_verdict verdict;
    const char *subject; /* "complaint", "complaint.received", "remedy.limit" */
    const char *file;
    int line;
    const char *text; /* PROVED: NULL, or the promise that shows it; else the case, or what it hangs
                         on */
    const char *test; /* REFUTED: the case as a promise that is broken; NULL: it is no play, or its
                         plays were not tried, or none of them goes through */
    struct rd_play *plays;
    size_t play_count;
    struct rd_shown shown; /* REFUTED */
    struct rd_proof *next;
};

struct rd_proofs {
    struct rd_arena *arena;
    struct rd_proof *first, *last;
    size_t counts[RD_VERDICTS];
};

/* "reachable", "apart"; "proved", "refuted", "unknown": the words of reports. Static. */
const char *rd_claim_word(enum rd_claim claim);
/* The same of an answer. */
const char *rd_verdict_word(enum rd_verdict verdict);

/* Which rows of an event are taken for some form that fits it: a bit a row, set in *rows. False
 * where more than the form decides, or too many forms would have to be tried. */
typedef bool rd_ask_rows(void *context, const struct rd_chart *chart, const struct rd_event *event,
                         uint64_t *rows);

struct rd_proving {
    const struct rd_model *model;
    const struct rd_deeds *deeds; /* by rd_function.fn; `deed_count` of them */
    size_t deed_count;
    rd_ask_rows *ask; /* NULL: guards are not asked */
    void *context;
    /* The states in which a record was found when the promises were tried, with the promise that
     * shows it: { "complaint.received" = "scripts/complaint_test.lua:7" }. NULL: none was tried. */
    const struct rd_value *stood;
};

/* Proves all claims; the proofs live in the arena, in the order of the claims' subjects. */
void rd_prove(const struct rd_proving *proving, struct rd_arena *arena, struct rd_proofs *out);

/* What actions, timers and rules may send, by the same reading of their texts. */
struct rd_sendings;

/* In the arena; the model and the deeds must live as long. `ask` is not used. */
struct rd_sendings *rd_prove_sendings(const struct rd_proving *proving, struct rd_arena *arena);
/* Whether any of them may send the event to a record of this chart, which is one of the model. */
bool rd_prove_sends(const struct rd_sendings *sendings, const struct rd_chart *chart,
                    const struct rd_event *event);

#endif
