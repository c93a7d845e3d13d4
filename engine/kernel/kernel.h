/* The kernel: requests and a clock in, results out. Synchronous, no sockets, no globals, and no
 * thread of its own but those that load a policy (loading.c) and make a backup (backup.c), and what
 * the vault has below.
 *
 * One thread at a time uses a kernel (rd_kernel_adopt hands it over). A run takes whatever requests
 * have arrived, executes them in order, makes what they wrote durable with one flush, and only then
 * returns: so a result that one sees is kept.
 */
#ifndef RD_KERNEL_KERNEL_H
#define RD_KERNEL_KERNEL_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/value.h"
#include "domain/finding.h"

struct rd_kernel;
struct rd_policy;
struct rd_symbols;
struct rd_policy_source;

struct rd_kernel_options {
    const char *data_dir;
    const char
        *policy_dir; /* holds rules/ and scripts/; NULL: go on with the stored active generation */
    const char *policy_key; /* a public key's file: only what it signs comes into force; NULL.
                               Borrowed for the call */
    struct rd_policy
        *policy; /* instead of a directory; for tests: borrowed, must outlive the kernel */
    /* what that policy was loaded from; where it is missing, the data directory can't be opened
     * without the policy later on */
    const struct rd_policy_source *policy_sources;
    size_t policy_source_count;
    uint32_t segment_bytes; /* of the journal; 0: the default */
    bool clock_manual; /* moves by clock.advance only; begins at clock_start_ms or where the journal
                          ended */
    int64_t clock_start_ms;
    const char *follows; /* the kernel is a standby of the one at this address; NULL. Borrowed */
    bool fresh_store;    /* store rebuild */
    bool store_unread;   /* ... of a store that can't be looked into */
    void (*progress)(void *context, uint64_t done,
                     uint64_t all); /* of a long replay; may be NULL */
    void *progress_context;
    bool served;     /* others wait for it: turns that take long are told in the log */
    bool rehearsal;  /* an administrator without an account, who acts `as` several people, counts as
                        these and not as one person: for plays, never for service */
    bool invariants; /* after each command the workflows' invariants are asked; for policy test and
                        sim run */
    const char *draw_seed; /* tests and simulations: an empty store makes its key of draws from
                              this; NULL: from chance. Borrowed. */
    uint32_t
        *coverage; /* counts of visits a model spot (rd_model_spots), or NULL; for policy test */
};

struct rd_kernel_start {
    uint64_t replayed;
    uint64_t cut_bytes; /* of a torn tail */
    uint64_t cut_after_seq;
    uint64_t last_seq;
    bool policy_refused; /* the directory's policy has errors; the stored generation goes on */
};

/* Opens the data directory, recovers, and activates the policy of policy_dir where it differs from
 * the stored one. A policy with errors: RD_POLICY_REFUSED on an empty store (findings say why);
 * otherwise the stored generation goes on, `start->policy_refused` is set and the findings are
 * filled. */
enum rd_status rd_kernel_open(const struct rd_kernel_options *options, struct rd_findings *findings,
                              struct rd_kernel **out, struct rd_kernel_start *start,
                              struct rd_error *error) RD_MUST_CHECK;
/* The end is near: what goes on beside the work for long (a backup) is broken off, so that its
 * asker is answered. The only function that any thread may call. */
void rd_kernel_ending(struct rd_kernel *kernel);
/* RD_OK, or why the opened kernel writes nothing: RD_STANDBY, RD_FENCED (kernel/standby.c). */
enum rd_status rd_kernel_passive(const struct rd_kernel *kernel);
/* Flushes, commits, closes. NULL is fine. */
void rd_kernel_close(struct rd_kernel *kernel);
/* The calling thread uses the kernel from now on. */
void rd_kernel_adopt(struct rd_kernel *kernel);

enum rd_door { RD_DOOR_UNIX, RD_DOOR_TCP, RD_DOOR_INSIDE };

/* Who asks. Unix peers are known by their uid (mapped to an account by the policy; root and the
 * daemon's own uid are administrators); TCP peers by session.login; INSIDE is the process itself
 * (command line without a daemon, tests): administrator. */
struct rd_peer {
    enum rd_door door;
    uint32_t uid;        /* UNIX only */
    const char *account; /* what session.login gave; NULL: not logged in. Borrowed. */
    const char *token;   /* its key (rd_token_key), looked at with each request; NULL: none */
    const char *address; /* of the machine that asks, for the journal; NULL: this one */
};

/* How the store knows a token: 128 bits of its hash, in hexadecimal. */
#define RD_TOKEN_KEY_TEXT 33
void rd_token_key(const char *token, char out[RD_TOKEN_KEY_TEXT]);

struct rd_actor;

struct rd_request {
    struct rd_arena
        *arena; /* of this request: params live in it, result and error.detail are made in it */
    const char *method;
    const struct rd_value *params; /* a map; NULL is an empty one */
    struct rd_peer peer;
    /* filled by the run: */
    enum rd_status status;
    /* Where status is RD_OK. It may borrow symbols: who looks at it when the kernel is closed has
     * taken rd_kernel_symbols before that. */
    struct rd_value result;
    struct rd_error error;        /* otherwise; its detail is like the result */
    const struct rd_actor *actor; /* the kernel's own: who asks, as long as it runs the method */
    /* The answer comes with a later run (a long read, a policy that is loaded): request and arena
     * must stay as they are until this is false again. */
    bool waits;
};

/* Runs a batch (at most RD_BATCH_COMMANDS_MAX), then rings what is due (at most RD_RING_SLICE_MAX,
 * and as many each time that commands have run for RD_RING_WAIT_NS), flushes once. */
void rd_kernel_run(struct rd_kernel *kernel, struct rd_request *const *requests, size_t count);
/* Runs one request until it is answered, however long that takes. */
void rd_kernel_call(struct rd_kernel *kernel, struct rd_request *request);
/* Whether long reads are under way (reports; whether open cases fit a policy that is loaded): each
 * run does a slice of them, so that none is in vain. */
bool rd_kernel_reads(const struct rd_kernel *kernel);
/* When the kernel wants to be run even without requests (UTC ms; 0: at once; INT64_MAX: never as
 * far as it knows now). */
int64_t rd_kernel_wake_at(struct rd_kernel *kernel);
/* The replies of a run have left: a measured step of the collector, so that garbage is not taken
 * away in the middle of a command. */
void rd_kernel_tidy(struct rd_kernel *kernel);
/* Nothing has arrived: commits the store, collects a little, prepares segments. Call it whenever a
 * wait begins. True: there is more to do, a few milliseconds at a time, as long as nothing arrives.
 */
bool rd_kernel_idle(struct rd_kernel *kernel);
/* The newest sequence that is durable, as far as the last run or wait knows: subscribers may be
 * shown everything up to it. */
uint64_t rd_kernel_durable_seq(const struct rd_kernel *kernel);
/* Time as the kernel sees it. */
int64_t rd_kernel_now_ms(const struct rd_kernel *kernel);
/* How long until it is `at_ms` for the kernel, to the nanosecond, at most `most_ns`; 0 where it is
 * that late already. */
int64_t rd_kernel_until_ns(const struct rd_kernel *kernel, int64_t at_ms, int64_t most_ns);
/* The generation in force; borrowed until the next run. */
const struct rd_policy *rd_kernel_policy(const struct rd_kernel *kernel);
/* Commits and digests the store's contents. */
enum rd_status rd_kernel_digest(struct rd_kernel *kernel, unsigned char out[32],
                                struct rd_error *error) RD_MUST_CHECK;

/* What who serves knows beside the kernel, for metrics. */
struct rd_server_figures {
    uint64_t sessions, under_way, busy; /* now, now, so far */
    int64_t each_ns;                    /* what a request takes when there are many; 0: not known */
};

/* ---- serving: while one batch is on its way to disk the next is run ----
 *
 *   run_served ─▶ run_served ─▶ ...        results held back, each run's with its seen_seq
 *        └─ flush ─▶ flushed(seq) ─▶ those up to seq may leave, in order
 *
 * A kernel that nobody serves waits for its flush in each run; that is the default. */
struct rd_kernel_server {
    void *context;
    /* Asked when a run has been executed: whether others wait for the next already. Then its flush
     * goes on behind that; else the kernel waits for it, which costs one who is alone nothing. */
    bool (*others_wait)(void *context);
    /* A flush behind a run is over, and everything up to `seq` durable; `failed`: what was behind
     * that found no room, and run_served is wanted. Called on the journal's thread: must not call
     * the kernel. */
    void (*flushed)(void *context, uint64_t seq, bool failed);
    /* Something that was done behind is ready to be taken over in an idle moment. Not on the
     * kernel's thread, either. */
    void (*tidied)(void *context);
    /* Fills in the figures; on the kernel's thread. NULL: there are none. */
    void (*figures)(void *context, struct rd_server_figures *out);
};
/* From now on the kernel is run by rd_kernel_run_served. `server` is borrowed until the kernel is
 * closed. */
enum rd_status rd_kernel_serve(struct rd_kernel *kernel, const struct rd_kernel_server *server,
                               struct rd_error *error) RD_MUST_CHECK;
/* Runs as many of the requests as make replies of RD_BATCH_REPLY_BYTES (at least one): how many
 * that were. The rest is as it was, for the next run. The results may leave once
 * rd_kernel_durable_seq, or what `flushed` told, has come to rd_kernel_seen_seq of this moment; but
 * where rd_kernel_flush_failed, they and all that are held back must be failed by that
 * (rd_request_fail). */
size_t rd_kernel_run_served(struct rd_kernel *kernel, struct rd_request *const *requests,
                            size_t count) RD_MUST_CHECK;
/* How long the commands of the last run took, the flush not included. */
int64_t rd_kernel_commands_ns(const struct rd_kernel *kernel);

/* Whether what was run still waits for its flush because another was under way: that is so yet
 * (`flushed` tells when it is over), or it is to be begun now, by run_served. Ask before sleeping:
 * nobody else begins it. */
enum rd_kernel_owing { RD_OWES_NOTHING, RD_OWES_LATER, RD_OWES_NOW };
enum rd_kernel_owing rd_kernel_flush_owed(struct rd_kernel *kernel) RD_MUST_CHECK;
/* A reference to the table in which the names of all generations are; for rd_symbols_unref. */
struct rd_symbols *rd_kernel_symbols(struct rd_kernel *kernel);
/* The newest sequence that the results of the runs so far may have seen. */
uint64_t rd_kernel_seen_seq(const struct rd_kernel *kernel);
/* Why the last flush failed, where it did; else NULL. What it was to write is kept and goes with
 * the next. */
const struct rd_error *rd_kernel_flush_failed(const struct rd_kernel *kernel);
/* What looked well was not kept: its answer becomes the error. */
void rd_request_fail(struct rd_request *request, const struct rd_error *error);
/* Waits for the flush that is under way. */
void rd_kernel_flush_wait(struct rd_kernel *kernel);

/* What a method needs before its own checks are asked. A method without one does not compile. */
enum rd_method_authority {
    RD_METHOD_OPEN = 1, /* anyone, also before login: server.info, rpc.discover, session.login */
    RD_METHOD_ACTOR, /* an account; what it may see or do is decided record by record, by authority
                        rows */
    RD_METHOD_ROW, /* an account that an authority row with the method's name allows (administrators
                      by uid: always) */
};

/* One row of the table of methods: the single source of dispatch, parameter checks, rpc.discover
 * and the reference page. */
struct rd_method_param {
    const char *name;
    const char *schema; /* a JSON Schema, as text */
    bool required;
    const char *text; /* what it is, one sentence */
};
struct rd_method {
    const char *name;
    const char *text; /* one sentence */
    enum rd_method_authority authority;
    bool writes;
    const struct rd_method_param *params; /* ended by a row without a name */
    const char *result;                   /* a JSON Schema, as text */
};
const struct rd_method *rd_kernel_methods(size_t *count);
/* The name that authority rows must have for it: several methods may share one. */
const char *rd_kernel_method_operation(const struct rd_method *method);
/* The OpenRPC 1.3 document of the table, made in the arena. (The method rpc.discover answers it as
 * well.) */
struct rd_value rd_kernel_openrpc(struct rd_arena *arena);

#endif
