/* What the files of back-tests share; nobody else includes it.
 *
 *   backtest.c          the journal's walk
 *   backtest_world.c    the store made anew, the generations that are asked
 *   backtest_eras.c     cases that keep the workflow of an earlier one
 *   backtest_redo.c     one entry, asked again
 *   backtest_compare.c  two entries, held against each other
 *   backtest_judge.c    whether a difference is the candidate's
 *   backtest_clocks.c   deadlines that would have been due at another time
 *   backtest_tally.c    what is added up, and the result
 *   backtest_money.c    the same of money
 */
#ifndef RD_KERNEL_BACKTEST_INSIDE_H
#define RD_KERNEL_BACKTEST_INSIDE_H

#include "kernel/backtest.h"
#include "kernel/inside.h"
#include "kernel/redo.h"

#define RD_KEPT_RULES_MAX (RD_PINNED_POLICIES_MAX * RD_PINNED_POLICIES_MAX)

/* ---- the store made anew ---- */

/* A generation that may be asked. */
struct rd_rules {
    struct rd_policy *policy; /* owned; NULL: none, or it could not be loaded */
    struct rd_type_binding *bindings;
    struct rd_staff_book *staff;
    char hash[RD_POLICY_HASH_TEXT];
    struct rd_value eras; /* which cases keep which workflow (rd_eras_value), in the world's arena;
                             null: all go by these rules */
    bool unfit;           /* they lack what one of those workflows needs, or it can't be loaded */
};

/* An earlier generation whose workflow is kept. */
struct rd_kept_rules {
    uint32_t generation;
    struct rd_policy *policy; /* a reference; NULL: it could not be loaded */
};

/* A kernel whose store is made from entries. It wears the candidate, but while somebody asks the
 * rules of the day. */
struct rd_world {
    struct rd_kernel *kernel;
    struct rd_keys *keys;                /* reads what is sealed; the kernel seals nothing */
    struct rd_rules candidate, recorded; /* recorded: of the day */
    bool remembers;        /* the rules of the day are loaded from their activations */
    const char *spares;    /* ... but those with this hash: the candidate's own; borrowed, NULL */
    struct rd_arena arena; /* of its eras */
    struct rd_kept_rules
        kept[RD_KEPT_RULES_MAX]; /* those that the journal's last activation kept */
    size_t kept_count;
    bool begun; /* the candidate keeps what an activation would keep: rd_world_begin */
    bool ready; /* a generation is in force, so that there is something to be asked */
};

/* An empty one, with symbols of its own (NULL) or a reference to these. */
void rd_world_init(struct rd_world *world, struct rd_symbols *symbols);
/* What is sealed in this journal (DIR/journal) is read with the keys beside it. */
void rd_world_keys(struct rd_world *world, const char *journal_dir);
/* Its store is made in the directory, which is there and empty. */
enum rd_status rd_world_open(struct rd_world *world, const char *dir,
                             struct rd_error *error) RD_MUST_CHECK;
void rd_world_fini(struct rd_world *world);
/* Cases go by workflows as these eras of a generation's row (NULL: none) say, `rules` being in
 * force in its place: where the candidate's workflow says that cases follow, they do. Before these
 * rules are bound. */
enum rd_status rd_world_keep(struct rd_world *world, struct rd_rules *rules,
                             const struct rd_value *eras, struct rd_error *error) RD_MUST_CHECK;
/* From here on the candidate is asked as if it had come into force now, in the place of the rules
 * of `then`, which may be the same world: cases that are open keep what its workflows let them
 * keep. RD_LIMIT_EXCEEDED where it could not be activated for that. */
enum rd_status rd_world_begin(struct rd_world *world, const struct rd_world *then,
                              struct rd_error *error) RD_MUST_CHECK;
/* Whether the record of this entry goes by an earlier workflow under the rules that are worn. */
bool rd_world_keeps(const struct rd_world *world, const struct rd_command_entry *entry,
                    struct rd_arena *arena);
/* Forgets the kept generations that these eras (NULL: none) do not name. */
void rd_world_kept_only(struct rd_world *world, const struct rd_value *eras);
/* Numbers and people of these rules, as they are in the store now; the kernel wears them. */
enum rd_status rd_world_bind(struct rd_world *world, struct rd_rules *rules,
                             struct rd_error *error) RD_MUST_CHECK;
/* The kernel asks these rules from now on. */
void rd_world_wear(struct rd_world *world, const struct rd_rules *rules);
/* Makes the store as it is with this entry; `raw` gives its place. An activation binds, and loads,
 * the rules. */
enum rd_status rd_world_apply(struct rd_world *world, const struct rd_entry *raw,
                              const struct rd_command_entry *entry, struct rd_arena *arena,
                              struct rd_error *error) RD_MUST_CHECK;

/* ---- one entry, asked again ---- */

enum rd_redo_kind {
    RD_REDO_ASKED,      /* `redo` holds what came of it, or `status` why nothing came of it */
    RD_REDO_ENGINE,     /* no rule decides it: an activation, a token, what a job ends with */
    RD_REDO_UNRECORDED, /* a refusal of which the form was never written down */
};

struct rd_redone {
    struct rd_redo redo;
    enum rd_status status; /* of the command */
    struct rd_error error;
    const struct rd_command_entry *entry; /* what it would leave in the journal; NULL: nothing */
};

/* How it is asked. */
struct rd_redo_way {
    /* An administrator without an account who acted `as` somebody did so at the daemon's socket,
     * where he counts as a person of his own; entries do not tell that from one who did it in the
     * process itself. */
    bool at_socket;
    bool whole; /* of cases that are run again as a whole: rd_redo.opened, and plans made anew */
};

/* Asks the generation that the kernel wears. What is made lives in the arena and in the kernel's
 * ring_arena, until the next call. */
enum rd_redo_kind rd_redo_entry(struct rd_kernel *kernel, const struct rd_command_entry *entry,
                                const struct rd_redo_way *way, struct rd_arena *arena,
                                struct rd_redone *out);
/* A deadline that rings in this world only: it is on its agenda. */
void rd_redo_ring(struct rd_kernel *kernel, uint8_t lane, struct rd_id record, const char *name,
                  int64_t now_ms, struct rd_redone *out);
/* A schedule's occurrence in this world only. */
void rd_redo_fire(struct rd_kernel *kernel, const char *schedule, int64_t at_ms, int64_t now_ms,
                  struct rd_redone *out);
/* What a job of this world does to a record; the arena's, too. */
void rd_redo_step(struct rd_kernel *kernel, uint64_t number, const struct rd_record *record,
                  int64_t now_ms, struct rd_arena *arena, struct rd_redone *out);

/* ---- two entries ---- */

enum rd_way {
    RD_WAY_SAME,
    RD_WAY_ANSWER,  /* a rule answers otherwise, and nothing comes of it */
    RD_WAY_EFFECT,  /* other fields, clocks, notices, records */
    RD_WAY_PATH,    /* another state */
    RD_WAY_ALLOWED, /* was refused, would be carried out */
    RD_WAY_REFUSED, /* was carried out, would be refused */
    RD_WAYS
};

struct rd_difference {
    enum rd_way way;
    const struct rd_value *was, *is; /* the first decisions that differ, as entries have them; NULL:
                                        there is none on this side */
};

/* `again`: what the other rules leave, or why nothing (`entry` NULL). */
void rd_difference_of(const struct rd_command_entry *entry, const struct rd_redone *again,
                      struct rd_difference *out);
/* Whether both say the same of a rule; where a rule stands in its file does not matter. */
bool rd_decision_same(const struct rd_value *a, const struct rd_value *b);
/* Whether two packed rows of deadlines are the same but for where their rules stand. */
bool rd_deadline_same(const struct rd_value *a, const struct rd_value *b);
/* The name of a rule without the line that stands in for an id: "claim" for "claim:37". */
size_t rd_rule_len(const struct rd_value *decision);
/* The effect on the record; NULL: none. */
const struct rd_value *rd_effect_record(const struct rd_value *effects, uint64_t record);
/* The packed row of the record's deadline that the effects start or change; NULL: none. */
const struct rd_value *rd_effect_deadline(const struct rd_value *effects, uint64_t record,
                                          const char *name);

/* ---- whether a difference is the candidate's ---- */

struct rd_judge {
    struct rd_world *then; /* as it was before the entry; remembers the rules of the day */
    const struct rd_rules *candidate;
    struct rd_tallies *tallies; /* where wanted facts are counted */
    struct rd_arena arena;
    struct rd_redo_way way; /* at_socket: as the last ones that were asked for it */
};

/* What speaks against calling it a difference, to be counted apart; NULL: nothing. What is borrowed
 * from the kernel of `then` is no more afterwards. */
const char *rd_judge_doubts(struct rd_judge *judge, const struct rd_command_entry *entry,
                            const struct rd_redone *again);

/* ---- deadlines ---- */

struct rd_clocks; /* those that the candidate would have made due at another time */

struct rd_clock_totals {
    uint64_t later, earlier, gone, begun; /* planned otherwise than they were */
    uint64_t broken; /* were kept, and would have rung before they were stopped */
    uint64_t saved;  /* rang, and what they waited for came before they would have rung */
    uint64_t open;   /* how it would have ended is not known: still running, or the ring itself
                        went on with the case */
};

/* Both are borrowed; the kernel wears the candidate. */
struct rd_clocks *rd_clocks_new(const struct rd_kernel *kernel, struct rd_clock_totals *totals);
void rd_clocks_free(struct rd_clocks *clocks);
/* Holds the deadlines that both entries plan against each other. */
void rd_clocks_planned(struct rd_clocks *clocks, uint64_t seq, const struct rd_command_entry *entry,
                       const struct rd_command_entry *again);
/* Counts those that are planned otherwise, and watches none. */
void rd_clocks_count(struct rd_clock_totals *totals, const struct rd_command_entry *entry,
                     const struct rd_command_entry *again);
/* What happened then: deadlines that stopped, rang, or were planned anew; states that were left. */
void rd_clocks_happened(struct rd_clocks *clocks, uint64_t seq,
                        const struct rd_command_entry *entry);
/* The history has ended, at this time: what still runs is told as it stands. */
void rd_clocks_end(struct rd_clocks *clocks, int64_t now_ms);

/* ---- what is added up ---- */

struct rd_tallies {
    struct rd_arena arena; /* its own texts */
    struct rd_kernel *kernel;
    const struct rd_rules *candidate; /* borrowed */
    uint32_t cases_max;
    uint64_t kept; /* of those asked: by the workflow of an earlier generation */
    uint64_t entries, asked, engine, decisions, ways[RD_WAYS], answers;
    struct rd_value rules, commands, money, apart, wanted; /* maps: name -> map of numbers */
    struct rd_clock_totals clocks;
    struct rd_value cases;    /* the weightiest so far, at most twice cases_max */
    int64_t floor;            /* what is not heavier need not come in */
    struct rd_recent *recent; /* the newest differences, in a ring; NULL: they are not kept */
    uint32_t recent_max;
    uint64_t recent_count; /* all that there were */
    struct rd_id_set *changed;
    uint64_t changed_count;
};

/* In the caller's storage; the kernel is borrowed. */
void rd_tallies_init(struct rd_tallies *tallies, struct rd_kernel *kernel, uint32_t cases_max,
                     uint32_t recent_max);
/* Frees what it has added up. */
void rd_tallies_fini(struct rd_tallies *tallies);
/* An entry was asked again, and this is how it differs. */
void rd_tallies_take(struct rd_tallies *tallies, uint64_t seq, const struct rd_command_entry *entry,
                     const struct rd_redone *again, const struct rd_difference *difference);
/* The same without its money, of which is not known what would have become of it. */
void rd_tallies_answered(struct rd_tallies *tallies, uint64_t seq,
                         const struct rd_command_entry *entry, const struct rd_redone *again,
                         const struct rd_difference *difference);
/* What was granted and posted, and what would be (`again`: NULL: nothing). */
void rd_tallies_money(struct rd_tallies *tallies, const struct rd_command_entry *entry,
                      const struct rd_command_entry *again);
/* What was granted and posted where it is not known what would have been. */
void rd_tallies_money_open(struct rd_tallies *tallies, const struct rd_command_entry *entry);
/* The amount of a command that grants one; NULL. */
const struct rd_value *rd_tallies_amount(const struct rd_tallies *tallies,
                                         const struct rd_command_entry *entry);
/* Counters by name: the map of this name in `map`, made where it is missing; and more in it. */
struct rd_value *rd_tallies_row(struct rd_tallies *tallies, struct rd_value *map, const char *name,
                                size_t len);
void rd_tallies_add(struct rd_tallies *tallies, struct rd_value *row, const char *key, int64_t n);
/* Them as a list, the heaviest first; money with amounts as texts. */
struct rd_value rd_tallies_sorted(const struct rd_value *map, struct rd_arena *arena);
struct rd_value rd_tallies_money_rows(struct rd_tallies *tallies, struct rd_arena *arena);
/* What could not be told of this entry, and why: it is in no other sum. */
void rd_tallies_apart(struct rd_tallies *tallies, uint64_t seq, const char *why);
/* A fact that the candidate asks for and nobody recorded. */
void rd_tallies_wanted(struct rd_tallies *tallies, const char *fact);
/* All of it as a map in the arena. */
struct rd_value rd_tallies_result(struct rd_tallies *tallies, struct rd_arena *arena);

#endif
