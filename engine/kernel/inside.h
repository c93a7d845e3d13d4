/* What the kernel's own files share; nobody else includes it.
 *
 *   request ─▶ method.c ─▶ case.c: identify ─▶ grant.c: may he? ─▶ gather.c: facts
 *                      │      ─▶ plan.c, effect.c: drafts ─▶ commit.c: entry ─▶ vault
 *                      └▶ query.c, list.c, history.c, feed.c ...: read through the same transaction
 */
#ifndef RD_KERNEL_INSIDE_H
#define RD_KERNEL_INSIDE_H

#include <stdatomic.h>

#include "base/meter.h"
#include "domain/apply.h"
#include "domain/job.h"
#include "domain/model.h"
#include "kernel/kernel.h"
#include "kernel/known.h"
#include "kernel/metrics.h"
#include "kernel/share.h"
#include "kernel/show.h"
#include "kernel/standing.h"
#include "kernel/staff.h"
#include "kernel/token.h"
#include "kernel/watch.h"
#include "policy/policy.h"
#include "store/vault.h"

#define RD_DRAW_KEY_BYTES 64 /* 32 bytes in hexadecimal: what is journalled as a text is UTF-8 */

/* A record's generation-bound numbers, looked up once an activation. */
struct rd_type_binding {
    uint16_t number;
    uint32_t *indexes;   /* catalogue number of each of the type's indexes */
    struct rd_era *eras; /* era.h; NULL: all its cases go by the workflow in force */
    size_t era_count;
};

struct rd_kernel {
    struct rd_redo *redo; /* redo.h: takes what would be written; NULL: it is written */
    struct rd_vault *vault;
    struct rd_store *store;
    struct rd_keys *keys;  /* of persons; NULL: what is sealed stays closed (redo.h) */
    uint64_t keys_missing; /* of the records that the start looked at: rd_person_look */
    struct rd_catalogue catalogue;
    struct rd_apply apply;
    struct rd_policy *policy;
    bool policy_borrowed; /* the generation in force is the caller's */
    const struct rd_model *model;
    struct rd_type_binding *bindings; /* one a type of the model */
    uint32_t generation;
    const char *policy_dir;         /* owned; NULL */
    struct rd_sign_key *policy_key; /* owned; NULL: signatures are not asked for */
    const char *data_dir;           /* owned */
    struct rd_buf entry_buf, scratch;
    struct rd_known known;
    struct rd_arena ring_arena;
    struct rd_turn turn;
    bool clock_manual, rehearsal;
    int64_t manual_ms;
    int64_t last_ms; /* the newest entry's time: the system's clock never goes back behind it */
    struct rd_clock_watch clock_watch;
    bool wrote;      /* something waits for the flush */
    bool erase_owed; /* an entry erased somebody whose key is not destroyed yet: person.h */
    bool flush_failed;
    bool flush_owed;                       /* it was put off until the one under way is over */
    struct rd_error flush_error;           /* why */
    const struct rd_kernel_server *server; /* NULL: runs wait for their flush */
    struct rd_journal_server behind;       /* its part for the journal */
    bool ring_failed;                      /* the last time that deadlines were due; told once */
    struct rd_metrics metrics;
    uint32_t *coverage;
    bool invariants;               /* are asked after each command */
    struct rd_meter told;          /* refusals that are journalled, by caller; "": log-ins */
    uint64_t rung, faults;         /* since the start */
    uint64_t flushes;              /* of the journal, since the start */
    uint64_t fired;                /* schedules, since the start */
    struct rd_report_run *reports; /* under way, the one in hand first: report.h */
    struct rd_share share;         /* of these */
    struct rd_staff_book *staff;   /* every account: staff.h */
    bool books_dirty;              /* that took over what is not flushed yet */
    struct rd_arena moved_arena;   /* of `moved` */
    struct rd_value moved;         /* of the generation in force: struct rd_activation; or null */
    struct rd_policy *preview;     /* a candidate that policy.preview looks at; NULL */
    uint32_t eras_lost; /* workflows that are kept and could not be loaded: rd_eras_load */
    struct rd_past_kept *past_kept;   /* earlier generations that are loaded: past.h; NULL: none */
    struct rd_loading *loadings;      /* asked for, the one in hand first: loading.h */
    struct rd_backtest_job *backtest; /* the last one: backtest_job.h; NULL */
    struct rd_shadow *shadow;         /* the last one: shadow.h; NULL */
    struct rd_backing *backing;       /* the backup that is being made: backup.h; NULL */
    atomic_bool ending;               /* set by another thread: the backup is broken off */
    bool replanning;                  /* deadlines are being planned anew, in slices */
    bool replan_gained;               /* cases may have limits to begin that they do not have */
    uint64_t rearm_read;              /* versions of cases that were read for that */
    uint64_t replan_from;             /* the record that comes next */
    uint64_t replan_moved;            /* deadlines that moved so far */
    bool jobs_running;                /* perhaps: a look into the store says whether it is so */
    uint64_t job_first;               /* jobs before this number have ended */
    struct rd_job_look job_look;
    int64_t *schedule_nexts;  /* the next occurrence of each of the model's schedules */
    int64_t schedule_next_ms; /* the earliest of these; INT64_MAX: none */
    size_t schedule_first;    /* whose it is */
    int64_t started_ms;
    struct rd_standing standing;
    char hash[RD_POLICY_HASH_TEXT];            /* of the generation in force, tests included */
    unsigned char draw_key[RD_DRAW_KEY_BYTES]; /* the store's, of draws */
    bool draw_known;
    const char *draw_seed; /* makes the key of an empty store; NULL: chance. Borrowed. */
};

/* One deadline of a draft, as it is and as it will be. */
struct rd_draft_deadline {
    struct rd_deadline row;
    bool changed, removed, fresh;
};

/* A record that a command touches: a working copy. Nothing is written before the whole plan stands.
 */
struct rd_draft {
    struct rd_record record;
    const struct rd_record_type *type;
    const struct rd_chart *chart;
    struct rd_record stored; /* as it is in the store; version 0: not there */
    int state;               /* index; -1: no chart, or a state that the policy no longer has */
    bool fresh, changed;
    bool posted;         /* an entry of a ledger that post.c has made: no other may be written */
    struct rd_value set; /* the changed fields: name -> value, null where emptied */
    struct rd_fields is_set;
    struct rd_value *values; /* every field of the type as it is now; null: empty */
    uint16_t *stored_at;     /* by field: its place in the stored data, and 1; 0: it is not there */
    int64_t opened_year, opened_serial;
    struct rd_draft_deadline *deadlines;
    size_t deadline_count, deadline_cap;
    bool deadlines_loaded;
    struct rd_value facts[RD_FACTS_MAX]; /* the chart's, as far as they are known */
    uint64_t facts_known, form_bits;     /* of the keys of the form in hand */
    struct rd_counted *counted;          /* by fact; NULL: none yet */
    const struct rd_value *form;         /* inside values of the form in hand; NULL: none */
    const struct rd_form *form_type;
};

/* What fills in placeholders: the record, whose language, and the form in hand. */
struct rd_filling {
    const struct rd_template *template; /* NULL: a plain text */
    struct rd_draft *draft;
    const char *language;
    const struct rd_value *form; /* inside values; NULL: none */
    const struct rd_form *form_type;
};

/* A notice whose text is filled in when the plan stands. */
struct rd_letter {
    struct rd_filling filling;
    uint32_t notice; /* its place among the run's extra effects */
    struct rd_letter *next;
};

/* Who is told what: by a template, or by a text (both NULL: number and state). */
struct rd_telling {
    const char *const *to; /* roles, accounts, fields, "owner" */
    size_t count;
    const char *text;
    const struct rd_template *template;
    bool at_once; /* whatever the hour */
    const char *rule;
};

/* One command on its way: everything it gathers, decides and plans. Lives in the request's arena.
 */
struct rd_run {
    struct rd_kernel *kernel;
    const struct rd_model *model;
    struct rd_arena *arena;
    struct rd_error *error;
    struct rd_actor actor;
    int64_t now_ms;
    bool dry, quiet, past; /* past: at an earlier time that an administrator named */
    bool anonymous;        /* who asked is not written down, whatever becomes of it */
    bool plain;            /* nothing is derived: the rules that would have failed already */
    int64_t job_depth;     /* 0: no job's; 1: of a job that a command began */
    bool replans;          /* its entry begins to plan all deadlines anew */
    uint8_t lane;
    struct rd_draft *drafts[RD_CASCADE_RECORDS_MAX];
    size_t draft_count, depth, effect_count;
    struct rd_record referred; /* what a form referred to last, as it is stored; id 0: nothing */
    struct rd_value facts, decisions, extra; /* extra: links, notices */
    size_t said_bytes;                       /* of decisions in an entry, at the most: said.c */
    uint64_t said_bits;                      /* what may have been said already */
    uint16_t *fact_at;                       /* place in `facts` + 1, by a name's number; NULL */
    int64_t notice_last;
    bool notice_read;
    struct rd_letter *letters; /* newest first */
    uint64_t shown; /* whose personal field the text that was filled in last shows; 0: nobody's */
    struct rd_seal_spans tells; /* what of that text tells of a person */
    /* of the entry */
    const char *command;
    const char *key;
    uint64_t request_hash;
    struct rd_value form_shown; /* inside values, for the entry */
    /* of the reply alone */
    const char *receipt; /* NULL: none */
};

/* kernel.c */
/* The request is answered: keeps what it borrowed, and says why where it was refused. */
void rd_request_finish(const struct rd_kernel *kernel, struct rd_request *request);
void rd_visit(struct rd_kernel *kernel, uint32_t spot);

/* How a policy comes into force. Everything is borrowed. */
struct rd_activation {
    const char *actor, *behind;      /* behind: NULL, or the administrator who acts as `actor` */
    const char *why;                 /* NULL: it was not said */
    int64_t back_to;                 /* the generation that is come back to; 0: it is a new one */
    const struct rd_value *moved;    /* {type: {old state: new state}} beside what the charts say */
    const struct rd_value *proposal; /* the row that `actor` confirms: proposal.h; NULL: none */
    const struct rd_era_plan *eras;  /* era.h, joined already; NULL: it is planned now */
    const char *signature;           /* signed.h; NULL or "": none */
    bool borrowed;                   /* the policy is lent: its model must not be made anew */
};
/* activate.c: makes `policy` the generation in force (journalled); takes it over on success only.
 * RD_POLICY_REFUSED where records would be stranded; findings name them. */
enum rd_status rd_activate(struct rd_kernel *kernel, struct rd_policy **policy,
                           const struct rd_policy_source *sources, size_t count,
                           const struct rd_activation *how, struct rd_findings *findings,
                           struct rd_error *error) RD_MUST_CHECK;
/* The policy of these options, which is the caller's own and outlives the kernel: takes effect
 * without an entry where it is the one in force. */
enum rd_status rd_activate_borrowed(struct rd_kernel *kernel,
                                    const struct rd_kernel_options *options,
                                    struct rd_findings *findings,
                                    struct rd_error *error) RD_MUST_CHECK;
/* Numbers for a model's types and indexes, as far as the catalogue has them (0: not yet); freed
 * with rd_bindings_free. */
struct rd_type_binding *rd_bindings_new(const struct rd_catalogue *catalogue,
                                        const struct rd_model *model);
void rd_bindings_free(struct rd_type_binding *bindings);
/* The refusal of a policy: its first error as the sentence, all findings as the detail. */
enum rd_status rd_activate_refusal(struct rd_kernel *kernel, struct rd_request *request,
                                   const struct rd_findings *findings);
/* Loads the stored active generation; RD_NOT_FOUND where there is none. */
enum rd_status rd_activate_stored(struct rd_kernel *kernel, struct rd_findings *findings,
                                  struct rd_error *error) RD_MUST_CHECK;
/* Whether a rollback took the policy of this hash out of force: a start does not bring it back. */
bool rd_activate_taken_back(struct rd_kernel *kernel, const char *hash);
/* Whether the stored active generation lets nothing into force without a second person: a start
 * does not bring the policy of this hash, another one, in. */
bool rd_activate_needs_second(struct rd_kernel *kernel, const char *hash);
/* The hash of the stored active generation. */
enum rd_status rd_activate_hash(struct rd_kernel *kernel, char out[RD_POLICY_HASH_TEXT],
                                struct rd_error *error) RD_MUST_CHECK;
/* Findings as the wire has them. */
struct rd_value rd_activate_findings(const struct rd_findings *findings, struct rd_arena *arena);

/* actor.c */
/* The row by which the actor may, himself or (then `behalf` is set) standing in for somebody; else
 * as rd_actor_row. */
const struct rd_authority_row *
rd_actor_grant(struct rd_kernel *kernel, const struct rd_actor *actor,
               const struct rd_permission *permission, const struct rd_belonging *record,
               struct rd_arena *arena, const struct rd_account **behalf, struct rd_error *error);
/* The same by the right of this account alone; NULL where it has none. */
const struct rd_authority_row *rd_actor_row_of(struct rd_kernel *kernel,
                                               const struct rd_account *account,
                                               const struct rd_permission *permission,
                                               const struct rd_belonging *record);
/* The actor goes on by the right of `behalf` (NULL: his own): what facts know of it is gathered
 * anew. */
void rd_actor_stand_in(struct rd_run *run, const struct rd_account *behalf);
/* The account by whose right the command is done: the actor himself, or whom he stands in for. */
const char *rd_actor_right(const struct rd_run *run);
/* Who asks, from the door and `as`; RD_NOT_LOGGED_IN, RD_NOT_ALLOWED. */
enum rd_status rd_actor_of(struct rd_kernel *kernel, const struct rd_request *request,
                           struct rd_actor *out, struct rd_error *error) RD_MUST_CHECK;
/* Refuses an operation that no row allows. */
enum rd_status rd_actor_may(struct rd_kernel *kernel, const struct rd_actor *actor,
                            const char *operation, struct rd_error *error) RD_MUST_CHECK;
struct rd_belonging rd_belonging_of(const struct rd_model *model, const struct rd_record_type *type,
                                    const struct rd_record *record);
/* The first row of the permission that the actor has by role and reach; NULL: refused, with the
 * reason in `error`. */
const struct rd_authority_row *rd_actor_row(struct rd_kernel *kernel, const struct rd_actor *actor,
                                            const struct rd_permission *permission,
                                            const struct rd_belonging *record,
                                            struct rd_arena *arena, struct rd_error *error);

/* gather.c */
/* Calls a guard or action on the draft. */
enum rd_status rd_gather_call(struct rd_run *run, struct rd_draft *draft,
                              const struct rd_function *function,
                              struct rd_value *result) RD_MUST_CHECK;
/* What is said of a function that failed (RD_OK: it did not): nothing that could repeat a secret
 * which it was handed. Gives the status back. */
enum rd_status rd_gather_failed(struct rd_run *run, const struct rd_function *function,
                                enum rd_status status);
/* Value of a declared fact (inside form). */
enum rd_status rd_gather_fact(struct rd_run *run, struct rd_draft *draft, size_t fact,
                              struct rd_value *out) RD_MUST_CHECK;
/* The value of a path: "amount" (form, fact or field), "id", "actor.unit", "form.x",
 * "customer.name"; null where it is empty. */
enum rd_status rd_gather_path(struct rd_run *run, struct rd_draft *draft,
                              const struct rd_path *path, struct rd_value *out) RD_MUST_CHECK;
/* Asks a decision with inputs from form, record and facts; `role` (may be NULL) is bound to inputs
 * named "role". */
enum rd_status rd_gather_decide(struct rd_run *run, struct rd_draft *draft,
                                const struct rd_decision *decision, const struct rd_fact *fact,
                                const char *role, struct rd_answer *out) RD_MUST_CHECK;
/* Whether all guards of `when` hold; a false one's reason in `why`. */
enum rd_status rd_gather_guards(struct rd_run *run, struct rd_draft *draft,
                                const struct rd_row *row, bool *holds) RD_MUST_CHECK;
enum rd_status rd_gather_guard(struct rd_run *run, struct rd_draft *draft,
                               const struct rd_function *guard, bool *holds,
                               const char **reason) RD_MUST_CHECK;

/* gather_count.c: the value of a count or a sum. */
enum rd_status rd_gather_count(struct rd_run *run, struct rd_draft *draft,
                               const struct rd_fact *fact, struct rd_value *out) RD_MUST_CHECK;

/* draw.c */
/* The key that a new generation takes along: the store's, or a new one where there is none. */
enum rd_status rd_draw_key(struct rd_kernel *kernel, struct rd_arena *arena, struct rd_value *key,
                           struct rd_error *error) RD_MUST_CHECK;
/* `len` bytes, 16 to 64, that nobody can guess; where draws are seeded (simulations, promises, a
 * manual clock) the same each time, from the seed and how far the journal is. */
void rd_draw_bytes(const struct rd_kernel *kernel, unsigned char *bytes, size_t len);
/* Reads the key of the generation in force. */
void rd_draw_bind(struct rd_kernel *kernel);
/* The record's number, 0 to 9999, under the fact's name. */
enum rd_status rd_draw(struct rd_run *run, const struct rd_draft *draft, const struct rd_fact *fact,
                       struct rd_value *out) RD_MUST_CHECK;

/* said.c */
/* Adds [rule, place, outcome, reason] to the run's decisions, once where it is said again without a
 * reason. Texts that are neither names nor the run's own are copied. */
void rd_run_says(struct rd_run *run, const char *rule, const char *place, const char *outcome,
                 const char *reason);
/* The same for a place that nobody has written down: "FILE:LINE". */
void rd_run_decided(struct rd_run *run, const char *rule, const char *file, int line,
                    const char *outcome, const char *reason);
/* "limit = 100.00", to be said: the row's own words where it gives just that (entries have a number
 * for them), or the arena's. `by` may be NULL. */
const char *rd_run_limit(const struct rd_run *run, const struct rd_decision_row *by,
                         const char *amount);
/* What was read first under this name (`number`: of the model's) goes into the entry's facts. */
void rd_run_read_first(struct rd_run *run, uint16_t number, const char *name,
                       struct rd_value value);
/* The same, however often: what was read last. */
static inline void rd_run_read(struct rd_run *run, uint16_t number, const char *name,
                               struct rd_value value)
{
    if (run->fact_at && number != RD_LOOKUP_NONE && run->fact_at[number])
        run->facts.pairs[run->fact_at[number] - 1].value = value;
    else
        rd_run_read_first(run, number, name, value);
}
/* What was decided depends on this zone: the version of its data is a fact, "zone_version". */
void rd_run_zoned(struct rd_run *run, const struct rd_zone *zone);
/* The plan stands, and is sealed: what is kept of why is kept within RD_EXPLANATION_BYTES_MAX for
 * each of the `records` that change (0: as for one). Of what is longer the least important makes
 * room for one row that says how much it was, what decided goes last: decisions/0042. Not where the
 * plan is made again: what is compared then is all that was said. */
void rd_run_says_no_more(struct rd_run *run, size_t records);
/* The rule of that row: ["more", "", "12 more rows, 1 more facts", null]. */
#define RD_SAID_MORE "more"
#define RD_SAID_MORE_BYTES 54 /* what it takes in an entry, at the most */
/* Whether decisions, as an entry has them, are not all that there were. */
bool rd_said_cut(const struct rd_value *decisions);
/* Whether the sentence has the reason of a decision in it, which may have been shortened there. */
bool rd_said_repeats(const char *sentence, const struct rd_value *reason, struct rd_arena *arena);

/* plan.c */
/* What was counted or decided may be another now, also for those that look at this record. */
void rd_facts_forget(struct rd_run *run);
void rd_run_init(struct rd_run *run, struct rd_kernel *kernel, struct rd_arena *arena,
                 struct rd_error *error);
/* The draft of a record: one that is already being changed, or loaded from the store. */
enum rd_status rd_draft_of(struct rd_run *run, struct rd_id id,
                           struct rd_draft **out) RD_MUST_CHECK;
/* The draft of a record as it was, for a dry look: in the state where today's rules have it (-1:
 * they have no such state), with these deadlines. Nothing of it is written. */
enum rd_status rd_draft_as_it_was(struct rd_run *run, const struct rd_record_type *type,
                                  const struct rd_record *record,
                                  const struct rd_deadline *deadlines, size_t count,
                                  struct rd_draft **out) RD_MUST_CHECK;
/* Whether its state is no more in this policy, and it is in another now. */
bool rd_draft_is_moved(const struct rd_draft *draft);
/* A new record of a type. */
enum rd_status rd_draft_new(struct rd_run *run, const struct rd_record_type *type,
                            struct rd_draft **out) RD_MUST_CHECK;
/* Sets a field (inside value; null empties it). */
void rd_draft_set(struct rd_run *run, struct rd_draft *draft, const char *field,
                  struct rd_value value);
/* Fills the fields that have a default and were not given. */
void rd_draft_presets(struct rd_run *run, struct rd_draft *draft);
const struct rd_value *rd_draft_get(const struct rd_draft *draft, const char *field);
/* The same by the field's index in the type: no name is looked for. */
void rd_draft_put(struct rd_run *run, struct rd_draft *draft, int field, struct rd_value value);
const struct rd_value *rd_draft_at(const struct rd_draft *draft, int field);
/* Takes a row of an event: form into fields, exit, actions, the new state with its clocks, entry.
 */
enum rd_status rd_take_row(struct rd_run *run, struct rd_draft *draft, const struct rd_event *event,
                           const struct rd_row *row) RD_MUST_CHECK;
/* Chooses the row of the event whose guards hold, and takes it. */
enum rd_status rd_take_event(struct rd_run *run, struct rd_draft *draft,
                             const struct rd_event *event) RD_MUST_CHECK;
/* Opens a fresh draft through its chart: initial state, clocks, actions. */
enum rd_status rd_take_open(struct rd_run *run, struct rd_draft *draft) RD_MUST_CHECK;
/* A deadline of the draft rings. */
enum rd_status rd_take_ring(struct rd_run *run, struct rd_draft *draft,
                            struct rd_draft_deadline *deadline) RD_MUST_CHECK;
enum rd_status rd_draft_deadlines(struct rd_run *run, struct rd_draft *draft) RD_MUST_CHECK;
/* The limit that a deadline came from, in the policy as it is now; NULL where it is gone. */
const struct rd_limit *rd_plan_limit(const struct rd_draft *draft, const struct rd_deadline *row);
enum rd_status rd_effects_run(struct rd_run *run, struct rd_draft *draft, const uint16_t *actions,
                              size_t count) RD_MUST_CHECK;
/* tell.c */
/* A notice to all who are named; several where they read different languages. */
enum rd_status rd_effect_tell(struct rd_run *run, struct rd_draft *draft,
                              const struct rd_telling *telling) RD_MUST_CHECK;
/* Whom a name stands for, as a list of texts: an account, "owner", a field (an account, or a
 * reference: "customer:1-5"), or a role: those in the record's unit who have it, else in the
 * nearest unit above. */
struct rd_value rd_tell_addressees(struct rd_run *run, const struct rd_draft *draft,
                                   const char *name);

/* template.c */
/* Fills the parts in. RD_POLICY_FAULT where a template asks for a form that is not there. */
enum rd_status rd_template_fill(struct rd_run *run, const struct rd_filling *filling,
                                const struct rd_parts *parts, const char **out) RD_MUST_CHECK;
/* The same for a text of a rule, in the company's first language; unknown braces stay. */
enum rd_status rd_template_plain(struct rd_run *run, struct rd_draft *draft, const char *text,
                                 const char **out) RD_MUST_CHECK;
/* The notice at this place among the run's extra effects gets its text when the plan stands. */
void rd_template_later(struct rd_run *run, const struct rd_filling *filling, uint32_t notice);
/* The plan stands: writes what was told by templates. */
enum rd_status rd_template_finish(struct rd_run *run) RD_MUST_CHECK;
/* An inside value as people read it: rd_label_show, with the names of staff who are records. */
const char *rd_words_show(const struct rd_kernel *kernel, const struct rd_type *type,
                          const struct rd_value *inside, const char *language,
                          struct rd_arena *arena);
/* The language that params.language asks for, or the company's first; RD_INVALID_PARAMS. */
enum rd_status rd_words_language(struct rd_kernel *kernel, struct rd_request *request,
                                 const char **language) RD_MUST_CHECK;
enum rd_status rd_method_template_render(struct rd_kernel *kernel, struct rd_request *request);

/* progress.c, guidance.c */
enum rd_status rd_method_case_progress(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_case_guidance(struct rd_kernel *kernel, struct rd_request *request);

/* accountability.c: the rules that watch this occasion of the record; what they start joins the
 * plan. `event`: of RD_OCCASION_EVENT. */
enum rd_status rd_account_event(struct rd_run *run, struct rd_draft *draft,
                                const struct rd_event *event) RD_MUST_CHECK;
enum rd_status rd_account_limit(struct rd_run *run, struct rd_draft *draft,
                                const struct rd_limit *limit) RD_MUST_CHECK;

/* post.c */
/* The effect `post`: an entry of a ledger, once and only once by its key. The same again is nothing
 * new; RD_ALREADY_POSTED where the key stands for something else or was taken back,
 * RD_LIMIT_EXCEEDED where the balance would not fit. */
enum rd_status rd_post_effect(struct rd_run *run, struct rd_draft *draft,
                              const struct rd_function *action,
                              const struct rd_value *effect) RD_MUST_CHECK;
/* The effect `reverse`: the exact negative of the entry with this key, once; RD_NOT_POSTED. */
enum rd_status rd_post_reverse(struct rd_run *run, struct rd_draft *draft,
                               const struct rd_function *action,
                               const struct rd_value *effect) RD_MUST_CHECK;
/* The value of a balance fact: as the plan in hand leaves it. */
enum rd_status rd_post_fact(struct rd_run *run, const struct rd_draft *draft,
                            const struct rd_fact *fact, struct rd_value *out) RD_MUST_CHECK;
/* Refuses a plan in which anything but post and reverse writes an entry. */
enum rd_status rd_post_check(struct rd_run *run) RD_MUST_CHECK;
/* Adds what the plan posts to the entry's effects, in order. */
enum rd_status rd_post_commit(struct rd_run *run, struct rd_value *effects) RD_MUST_CHECK;

/* ledger_method.c */
enum rd_status rd_method_ledger_get(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_ledger_verify(struct rd_kernel *kernel, struct rd_request *request);

/* clockwork.c: deadlines of drafts */
enum rd_status rd_clock_enter(struct rd_run *run, struct rd_draft *draft, int from,
                              int to) RD_MUST_CHECK;
/* The draft's state is no more in this policy, and `moved` has sent it to another: that one's
 * limits begin, the old one's end. Nothing of it is written unless the draft is. */
enum rd_status rd_clock_move(struct rd_run *run, struct rd_draft *draft) RD_MUST_CHECK;
enum rd_status rd_clock_within(struct rd_run *run, struct rd_draft *draft) RD_MUST_CHECK;
enum rd_status rd_clock_start(struct rd_run *run, struct rd_draft *draft, const char *name,
                              const char *limit, const char *event, const char *clock,
                              const char *rule) RD_MUST_CHECK;
/* Starts a limit of the rules; `as` gives its kind, state, place, start and pauses. */
enum rd_status rd_clock_arm(struct rd_run *run, struct rd_draft *draft,
                            const struct rd_limit *limit,
                            const struct rd_deadline *as) RD_MUST_CHECK;
void rd_clock_stop(struct rd_draft *draft, const char *name);
/* Plans every deadline of the draft anew from its ledger: with the limit that the rules give now,
 * on the calendar as it is now. */
enum rd_status rd_clock_replan(struct rd_run *run, struct rd_draft *draft,
                               size_t *moved) RD_MUST_CHECK;

/* replan.c */
/* Goes on with a re-planning that was begun and not ended (the store remembers it). */
enum rd_status rd_replan_resume(struct rd_kernel *kernel, struct rd_error *error) RD_MUST_CHECK;
/* Adds the effect that begins one, where there is any deadline, `model` has limits that the
 * generation in force has not, or (`moves`) cases go to other states; for an activation's entry. */
enum rd_status rd_replan_effect(struct rd_kernel *kernel, const struct rd_model *model, bool moves,
                                struct rd_arena *arena, struct rd_value *effects,
                                struct rd_error *error) RD_MUST_CHECK;
/* The first record at or behind `from` that has a deadline, or (`gained`) that has a workflow;
 * RD_END: none. */
enum rd_status rd_replan_next(struct rd_kernel *kernel, uint64_t from, bool gained,
                              struct rd_id *out, struct rd_error *error) RD_MUST_CHECK;
/* One slice: so many records at the most, fewer where their histories have to be read. */
enum rd_status rd_replan_slice(struct rd_kernel *kernel, size_t records,
                               struct rd_error *error) RD_MUST_CHECK;
/* The open cases whose decisions take inputs from this record are planned anew in the same plan;
 * where there are too many of them, all deadlines are, in slices. */
enum rd_status rd_replan_dependents(struct rd_run *run, const struct rd_draft *draft) RD_MUST_CHECK;

/* job.c */
/* Adds the effect that begins a job to `effects`, over the records of a type that are there now.
 * `spec` as rd_each_build makes it, or { type, where, derive }; `rule`: where it is written.
 * `model` is the one in force, or the one that is being activated. */
enum rd_status rd_job_begin(struct rd_kernel *kernel, const struct rd_model *model,
                            struct rd_value spec, const char *rule, struct rd_arena *arena,
                            struct rd_value *effects, struct rd_error *error) RD_MUST_CHECK;
/* The effect `each` of an action: RD_POLICY_FAULT where what it returned can't be meant. */
enum rd_status rd_job_each(struct rd_run *run, const struct rd_value *given,
                           const char *rule) RD_MUST_CHECK;
/* Looks for jobs under way from the beginning: at a start, and where a flush has failed. */
void rd_job_resume(struct rd_kernel *kernel);
/* One slice: so many records at the most, each its own entry. */
enum rd_status rd_job_slice(struct rd_kernel *kernel, size_t records,
                            struct rd_error *error) RD_MUST_CHECK;
/* All jobs, to their ends, each slice durable before the next: before a manual clock goes on. */
enum rd_status rd_job_drain(struct rd_kernel *kernel, struct rd_error *error) RD_MUST_CHECK;
struct rd_job_row;
/* How many records a job has before it; `more`: at least so many. Looks at `budget` records at the
 * most, and takes from it how many it looked at. */
enum rd_status rd_job_left(struct rd_kernel *kernel, const struct rd_job_row *row, size_t *budget,
                           int64_t *left, bool *more, struct rd_error *error) RD_MUST_CHECK;

/* job_list.c */
enum rd_status rd_method_job_list(struct rd_kernel *kernel, struct rd_request *request);

/* derive.c */
/* Decides the derived fields of every record that the plan changes, and sends what is to be sent
 * where one changed, until nothing changes any more; plans open cases anew that depend on what
 * changed. RD_POLICY_FAULT where a decision fails, or they go on changing each other. */
enum rd_status rd_derive(struct rd_run *run) RD_MUST_CHECK;
/* The same for one record, changed or not. *moved: a derived field has another value now. */
enum rd_status rd_derive_draft(struct rd_run *run, struct rd_draft *draft,
                               bool *moved) RD_MUST_CHECK;
/* Adds the jobs that derive the fields of those types anew whose rules are others in `model` than
 * in the generation in force; for an activation's entry. */
enum rd_status rd_derive_begin(struct rd_kernel *kernel, const struct rd_model *model,
                               struct rd_arena *arena, struct rd_value *effects,
                               struct rd_error *error) RD_MUST_CHECK;

/* rearm.c */
/* Whether some state, or some whole case, has more limits in `after` than in `before` (NULL: it
 * can't be told, false). */
bool rd_rearm_gains(const struct rd_model *before, const struct rd_model *after);
/* Ends what the rules no longer limit; with `gained` also begins what they limit now and the case
 * does not have, counted from when it would have begun. Counts both. */
enum rd_status rd_rearm(struct rd_run *run, struct rd_draft *draft, bool gained, size_t *begun,
                        size_t *ended) RD_MUST_CHECK;

/* form.c */
/* Reads outside values into `out` (a map of inside values) by the form; RD_BAD_FORM lists every
 * fault with its JSON pointer below `base`. Accounts and units must exist, references must lead to
 * a record that the actor may read. */
enum rd_status rd_form_read(struct rd_run *run, const struct rd_form *form,
                            const struct rd_value *outside, const char *base,
                            struct rd_value *out) RD_MUST_CHECK;
/* The same for the fields of a record type (`fresh`: required ones must be there, defaults are
 * filled in). */
enum rd_status rd_fields_read(struct rd_run *run, const struct rd_record_type *type,
                              const struct rd_value *outside, const char *base, bool fresh,
                              struct rd_value *out) RD_MUST_CHECK;
/* Every unique value of the draft is nobody else's. */
enum rd_status rd_form_unique(struct rd_run *run, const struct rd_draft *draft) RD_MUST_CHECK;
/* A new record has every field that its type requires, whoever filled it in. What is missing is
 * RD_BAD_FORM for the one who asked for the record, RD_POLICY_FAULT where a rule started it. */
enum rd_status rd_form_complete(struct rd_run *run, const struct rd_draft *draft,
                                bool asked) RD_MUST_CHECK;
/* A form as front ends want it: its fields with labels, schema, required. */
struct rd_value rd_form_show(const struct rd_form *form, struct rd_arena *arena);

/* invariant.c */
/* Where the kernel asks them: every invariant of every changed record holds; RD_POLICY_FAULT names
 * the one that does not. */
enum rd_status rd_invariants_hold(struct rd_run *run) RD_MUST_CHECK;

/* commit.c */
/* Turns the drafts into one entry and writes it, unless the run is dry. */
enum rd_status rd_run_commit(struct rd_run *run, struct rd_draft *main_draft,
                             uint64_t *seq) RD_MUST_CHECK;
/* Journals a refusal that matters (authority, policy fault). */
void rd_run_refused(struct rd_run *run, struct rd_id record, enum rd_status status);
/* Writes one entry through the vault. */
enum rd_status rd_entry_write(struct rd_kernel *kernel, struct rd_command_entry *entry,
                              uint64_t *seq, struct rd_error *error) RD_MUST_CHECK;

/* grant.c */
/* The row that lets the actor send this event to this record; NULL (and RD_OK) where none is
 * needed: timers, the chart itself, and imports. RD_NOT_ALLOWED. */
enum rd_status rd_grant_row(struct rd_run *run, const struct rd_draft *draft,
                            const struct rd_event *event,
                            const struct rd_authority_row **row) RD_MUST_CHECK;
/* Refuses where one of the row's `unless` guards holds. */
enum rd_status rd_grant_unless(struct rd_run *run, struct rd_draft *draft,
                               const struct rd_authority_row *row) RD_MUST_CHECK;
/* Whether the amount is within what the row allows; `above` is set where it is not and the chart
 * has a way up, RD_ABOVE_AUTHORITY where it has none. Where somebody whom the actor stands in
 * for may grant it, that one's row takes its place. */
enum rd_status rd_grant_up_to(struct rd_run *run, struct rd_draft *draft,
                              const struct rd_authority_row **row, const struct rd_event *event,
                              bool *above) RD_MUST_CHECK;

/* absence.c */
/* Adds those who are told where `role` is, seen from the unit (-1: none). */
void rd_absence_role(struct rd_run *run, int role, int unit, struct rd_value *to);

/* eyes.c */
/* Refuses (RD_FOUR_EYES) where a field that the row names in `other_than` holds the person of the
 * actor, of whom he stands in for, or of the administrator who acts as him. */
enum rd_status rd_grant_other_than(struct rd_run *run, const struct rd_draft *draft,
                                   const struct rd_authority_row *row) RD_MUST_CHECK;
/* Before an account field is set: beside it, in the same draft, who else did it where the actor
 * sets it to himself (on whose behalf, who is behind him), or what the plan knows of a name that
 * is copied. */
void rd_eyes_remember(struct rd_run *run, struct rd_draft *draft, const struct rd_field *field,
                      const struct rd_value *done_by);
/* The same for what the form has set: by whose right it is done was found after that. */
void rd_eyes_remember_form(struct rd_run *run, struct rd_draft *draft);
/* Whether a changed staff record may stand: its login is a name, nobody else's and not another one
 * than before; its deputy is somebody else and stands in for few enough. */
enum rd_status rd_staff_check(struct rd_run *run, const struct rd_draft *draft) RD_MUST_CHECK;

/* pick.c */
enum rd_status rd_gather_pick(struct rd_run *run, struct rd_draft *draft,
                              const struct rd_fact *fact, struct rd_value *out) RD_MUST_CHECK;

/* staff_method.c */
enum rd_status rd_method_staff_list(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_staff_show(struct rd_kernel *kernel, struct rd_request *request);

/* ceiling.c */
/* What was given already and the amount, against each ceiling of the row: `above` and
 * RD_ABOVE_AUTHORITY as for rd_grant_up_to, after which it is asked. */
enum rd_status rd_grant_ceilings(struct rd_run *run, struct rd_draft *draft,
                                 const struct rd_authority_row *row, const struct rd_event *event,
                                 bool *above) RD_MUST_CHECK;

/* case.c */
enum rd_status rd_method_case_open(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_case_act(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_record_create(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_record_update(struct rd_kernel *kernel, struct rd_request *request);
/* Adds the events of its state that the actor may take, and those that he may not, with why. */
void rd_case_actions(struct rd_run *run, struct rd_draft *draft, struct rd_value *may,
                     struct rd_value *may_not);
enum rd_status rd_method_case_actions(struct rd_kernel *kernel, struct rd_request *request);
/* What case.act would do, for params id, event, form; nothing is written, and no refusal is
 * journalled. *draft: NULL where the record is not there for the actor; then nothing else is set.
 */
enum rd_status rd_case_try(struct rd_kernel *kernel, struct rd_request *request, struct rd_run *run,
                           struct rd_draft **draft) RD_MUST_CHECK;
/* capture.c */
enum rd_status rd_method_case_capture(struct rd_kernel *kernel, struct rd_request *request);
/* why.c */
enum rd_status rd_method_case_why(struct rd_kernel *kernel, struct rd_request *request);
/* Authorises an event, then takes it; shared with imports. The form holds outside values. */
enum rd_status rd_case_do(struct rd_run *run, struct rd_draft *draft, const char *event_name,
                          const struct rd_value *form, const char *base) RD_MUST_CHECK;
enum rd_status rd_case_begin(struct rd_run *run, const struct rd_record_type *type,
                             const struct rd_value *data, const char *base,
                             struct rd_draft **out) RD_MUST_CHECK;
/* Whether the key was used before: RD_OK with *seq 0 where not. */
enum rd_status rd_key_find(struct rd_run *run, uint64_t *seq, struct rd_id *record) RD_MUST_CHECK;

/* anonymous.c */
/* Before anything is planned: where the data ask to open the case as nobody, asks whether the actor
 * may and puts RD_ANONYMOUS in his place; otherwise does nothing. RD_NOT_ALLOWED; RD_INVALID_PARAMS
 * for what would tie the entry to him (a key, another time, an import). */
enum rd_status rd_anonymous_door(struct rd_run *run, const struct rd_record_type *type,
                                 const struct rd_value *data) RD_MUST_CHECK;
/* The draft keeps the hash of a new code, the run the code. */
void rd_anonymous_receipt(struct rd_run *run, struct rd_draft *draft);
/* A new record says that it is anonymous only where it is. */
enum rd_status rd_anonymous_check(struct rd_run *run, const struct rd_draft *draft) RD_MUST_CHECK;
/* What a record keeps of this code, however it is written. In the arena. */
const char *rd_anonymous_hash(const char *code, struct rd_arena *arena);

/* disclose.c */
enum rd_status rd_method_case_disclose(struct rd_kernel *kernel, struct rd_request *request);

/* query.c, list.c, history.c, feed.c */
enum rd_status rd_method_case_get(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_case_list(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_case_history(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_case_explain(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_decision_evaluate(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_feed_subscribe(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_feed_unsubscribe(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_feed_read(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_notice_list(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_report_cases(struct rd_kernel *kernel, struct rd_request *request);
/* report.c */
enum rd_status rd_method_report_list(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_report_run(struct rd_kernel *kernel, struct rd_request *request);
/* view.c */
enum rd_status rd_method_view_list(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_view_run(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_server_info(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_store_stat(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_discover(struct rd_kernel *kernel, struct rd_request *request);
/* "; did you mean 'complaint'?" behind the name of a record type that there is not, or "". */
const char *rd_query_guess_type(const struct rd_kernel *kernel, const char *name,
                                struct rd_arena *arena);
/* The record of the type (an index into the model's) that has this number; 0 where none has. */
enum rd_status rd_query_number(struct rd_kernel *kernel, size_t type, const char *number,
                               struct rd_arena *arena, struct rd_id *out,
                               struct rd_error *error) RD_MUST_CHECK;
/* Reads "5-1", or the number that people know the record by, such as CP-2026-000001. RD_NOT_FOUND
 * (without a sentence) where it is neither; an id that is none's is found out by loading it. Where
 * records of two types share the number, it is refused, naming `where`. */
enum rd_status rd_query_id(struct rd_kernel *kernel, const char *text, const char *where,
                           struct rd_arena *arena, struct rd_id *out,
                           struct rd_error *error) RD_MUST_CHECK;
/* Loads the record behind params.id and checks that the actor may read it (otherwise it is not
 * found, for him). */
enum rd_status rd_query_record(struct rd_kernel *kernel, struct rd_request *request,
                               struct rd_actor *actor, struct rd_record *record,
                               const struct rd_record_type **type) RD_MUST_CHECK;
bool rd_query_may_read(struct rd_kernel *kernel, const struct rd_actor *actor,
                       const struct rd_record_type *type, const struct rd_record *record,
                       struct rd_arena *arena);
/* Whether the actor may read the entries of an account: a row of the ledger that reaches the
 * account's record, since entries belong to whom their account belongs. */
bool rd_query_may_read_account(struct rd_kernel *kernel, const struct rd_actor *actor,
                               const struct rd_ledger *ledger, const struct rd_record *account,
                               struct rd_arena *arena);
/* Whether he may name it in a form: who may read it, and whom a row TYPE.refer lets. */
bool rd_query_may_refer(struct rd_kernel *kernel, const struct rd_actor *actor,
                        const struct rd_record_type *type, const struct rd_record *record,
                        struct rd_arena *arena);
/* The record as it was at `version` (0: the last one not after `at_ms`), rebuilt from the journal,
 * with its deadlines. */
enum rd_status rd_history_rebuild(struct rd_kernel *kernel, struct rd_id id, uint32_t version,
                                  int64_t at_ms, struct rd_arena *arena, struct rd_record *out,
                                  struct rd_deadline **deadlines, size_t *count,
                                  struct rd_error *error) RD_MUST_CHECK;
/* The entry at a journal position, unpacked. */
enum rd_status rd_history_entry(struct rd_kernel *kernel, uint64_t position, struct rd_arena *arena,
                                struct rd_entry *raw, struct rd_command_entry *out,
                                struct rd_error *error) RD_MUST_CHECK;

/* preview.c */
enum rd_status rd_method_policy_preview(struct rd_kernel *kernel, struct rd_request *request);

/* agenda_list.c */
enum rd_status rd_method_agenda_list(struct rd_kernel *kernel, struct rd_request *request);

/* calendar_method.c */
enum rd_status rd_method_calendar_add(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_calendar_between(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_calendar_show(struct rd_kernel *kernel, struct rd_request *request);

/* ring.c */
/* Rings at most `max` deadlines of the lane that are due by `until_ms`; `at_due`: the command's
 * time is the deadline's due (the history's clock), otherwise now, for RD_RING_SLICE_NS. */
enum rd_status rd_ring_due(struct rd_kernel *kernel, uint8_t lane, int64_t until_ms, bool at_due,
                           size_t max, size_t *rung, struct rd_error *error) RD_MUST_CHECK;
/* The earliest due time of the live lane, or one before it that is not yet here; INT64_MAX: none.
 */
int64_t rd_ring_next(struct rd_kernel *kernel);
/* What was written is perhaps taken back: the next one is looked for again. */
void rd_ring_forget(struct rd_kernel *kernel);
enum rd_status rd_method_clock_advance(struct rd_kernel *kernel, struct rd_request *request);

/* What the world fails for is tried again; everything else is the rules' own failure. */
bool rd_ring_waits(enum rd_status status);

/* schedule.c */
/* Computes the next occurrences of the generation in force. */
void rd_schedules_bind(struct rd_kernel *kernel);
/* Effects that let the schedules begin now which `model` has anew, or at other times than the
 * generation in force: what lies before is not made up for. */
enum rd_status rd_schedules_begin(struct rd_kernel *kernel, const struct rd_model *model,
                                  struct rd_arena *arena, struct rd_value *effects,
                                  struct rd_error *error) RD_MUST_CHECK;
/* Fires the schedule that comes first, which is due by `until_ms`: one entry. */
enum rd_status rd_schedule_fire(struct rd_kernel *kernel, int64_t until_ms,
                                struct rd_error *error) RD_MUST_CHECK;
enum rd_status rd_method_schedule_list(struct rd_kernel *kernel, struct rd_request *request);

/* import.c */
enum rd_status rd_method_import_apply(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_import_finish(struct rd_kernel *kernel, struct rd_request *request);

#endif
