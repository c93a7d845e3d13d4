/* The play: a company's day on a daemon of its own, and what is remembered of it for the report. */
#ifndef RD_CLI_PLAY_H
#define RD_CLI_PLAY_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cli/cli.h"
#include "domain/model.h"
#include "policy/policy.h"

/* The daemon, a child process. It lives no longer than this one. */
struct rd_play_daemon {
    pid_t pid; /* 0: none */
    const char *data_dir, *policy_dir;
    const char *socket;  /* the path, as one may type it elsewhere */
    const char *address; /* unix:SOCKET */
    const char *log;     /* where its log goes */
    sigset_t before;     /* signals that were blocked before the play */
};

/* One thing that happened, in order: a call that was answered or refused, or a deadline that rang.
 */
struct rd_play_act {
    int64_t at_ms;
    const char *actor;
    const char *type;   /* the record's type; NULL: not known to the actor */
    const char *number; /* what people read; NULL: none */
    const char *event;
    const struct rd_value *reply; /* what was answered; or NULL */
    const struct rd_error *error; /* why it was refused; or NULL */
    const struct rd_value *entry; /* the feed's entry of what the clock did; or NULL */
    bool own;                     /* on a record of the play's, not one that a schedule opened */
    struct rd_play_act *next;
};

struct rd_play_name { /* a record by the name that the play gives it */
    const char *name, *id;
};

#define RD_PLAY_NAMES_MAX 64

struct rd_play {
    struct rd_cli *cli;
    struct rd_arena *arena;   /* the cli's */
    struct rd_client *client; /* an administrator, who acts for others */
    struct rd_policy
        *policy; /* for labels and the zone only: what is granted is the daemon's answer */
    const struct rd_model *model;
    struct rd_play_daemon daemon;
    int64_t now_ms; /* as the daemon last said */
    struct rd_play_act *first, *last;
    struct rd_play_name names[RD_PLAY_NAMES_MAX];
    size_t name_count;
    int64_t seq;                                   /* the feed is read up to here */
    int64_t entries, rung, rung_own, refused_kept; /* what was in it */
    size_t steps;                                  /* played so far */
};

/* ---- play_daemon.c ---- */

/* Makes the data directory (anew below ./var where `given` is NULL) and chooses the socket's path.
 * RD_IN_USE where a play goes on there, RD_BAD_CONFIG where a given one holds data already. */
enum rd_status rd_play_daemon_prepare(struct rd_play *play, const char *given,
                                      struct rd_error *error) RD_MUST_CHECK;
/* Starts it with a manual clock and connects. SIGINT, SIGTERM and SIGCHLD are blocked from here on.
 */
enum rd_status rd_play_daemon_start(struct rd_play *play, int64_t clock_start_ms,
                                    struct rd_error *error) RD_MUST_CHECK;
/* Whether somebody wants the play to end (Ctrl-C, SIGTERM). */
bool rd_play_daemon_interrupted(void);
/* Waits for that; RD_CHECK_FAILED where the daemon ends before. */
enum rd_status rd_play_daemon_wait(struct rd_play *play, struct rd_error *error) RD_MUST_CHECK;
/* SIGTERM; RD_CHECK_FAILED where it does not end well. Nothing to do where it does not run. */
enum rd_status rd_play_daemon_stop(struct rd_play *play, struct rd_error *error) RD_MUST_CHECK;

/* ---- play_stage.c ---- */

enum rd_play_kind {
    RD_PLAY_CREATE, /* a record without a workflow: `what` is its type */
    RD_PLAY_OPEN,   /* a case: `what` is its type */
    RD_PLAY_ACT,    /* `what` is the event */
    RD_PLAY_CLOCK,  /* the clock moves; `expect` says how many deadlines of the play's records must
                       ring  on the way */
    RD_PLAY_SEE,    /* look at the record; nobody acts */
    RD_PLAY_FIND,   /* the newest record of the type `what` gets the name */
};

struct rd_play_step {
    const char *at; /* "2026-03-06 09:05" in the company's zone; NULL: no time passes */
    enum rd_play_kind kind;
    const char *as, *name, *what;
    const char *form;   /* JSON in which ' stands for " and "@name" for the id of a record */
    const char *expect; /* the state, or "!not_allowed": refused with this name; NULL: just done */
    const char *holds;  /* what must be in the reply, as JSON like `form`; NULL: nothing more */
};

/* Plays one step and remembers it. RD_CHECK_FAILED says what came out instead of what was expected.
 */
enum rd_status rd_play_step(struct rd_play *play, const struct rd_play_step *step,
                            struct rd_error *error) RD_MUST_CHECK;
/* A method that is part of no step. */
enum rd_status rd_play_call(struct rd_play *play, const char *method, struct rd_value *params,
                            struct rd_value *result, struct rd_error *error) RD_MUST_CHECK;
/* Whether the record is one that the play's people made. */
bool rd_play_is_own(const struct rd_play *play, const char *id);
/* A time of the company's zone ("2026-03-06 09:05") as an instant. */
int64_t rd_play_time(const struct rd_play *play, const char *local);

/* ---- play_day.c ---- */

/* When the clock starts, in the company's zone. */
extern const char rd_play_day_start[];
/* All steps, in order; static. */
const struct rd_play_step *rd_play_day(size_t *count);

/* ---- play_label.c: how things are called in the company's first language ---- */

/* "已受理 received": the title in the company's language and the name that commands take. In the
 * arena. */
const char *rd_play_label(const struct rd_play *play, const struct rd_value *title,
                          const char *name);
const char *rd_play_state(const struct rd_play *play, const char *type, const char *state);
const char *rd_play_event(const struct rd_play *play, const char *type, const char *event);
const char *rd_play_account(const struct rd_play *play, const char *account);
/* "Fri 03-06 09:05", local. */
const char *rd_play_clock(const struct rd_play *play, int64_t at_ms);

/* ---- play_report.c: what happened, each line from a reply ---- */

/* Chapters 1 to 5, and what the feed held; into cli->out. */
enum rd_status rd_play_report(struct rd_play *play, struct rd_error *error) RD_MUST_CHECK;
/* Only the first, where the play broke off. */
void rd_play_report_timeline(struct rd_play *play);
/* Chapter 6: verifies the journal. RD_CHECK_FAILED where it does not hold what the daemon has said.
 */
enum rd_status rd_play_report_journal(struct rd_play *play, struct rd_error *error) RD_MUST_CHECK;

#endif
