/* Loading a policy beside the work: what a request asked for is read and checked on another thread.
 */
#ifndef RD_KERNEL_LOADING_H
#define RD_KERNEL_LOADING_H

#include "kernel/era.h"
#include "kernel/inside.h"
#include "store/sign.h"

/* What the directory had. It dies when the request is answered; `policy` may be taken before. */
struct rd_loaded {
    struct rd_arena arena;
    struct rd_policy_source *sources;
    size_t count;
    char hash[RD_POLICY_HASH_TEXT];
    struct rd_findings findings;
    struct rd_policy *policy; /* NULL: refused, or nothing new */
    enum rd_status status;
    struct rd_error error;
    char signature[RD_SIGN_TEXT_MAX]; /* signed.h; "": none. `sources` sets what is stored */
    int64_t back_to;                  /* set by `sources`: an earlier generation that it is; or 0 */
    struct rd_era_plan eras;          /* where the use `joins` */
    bool goes_on;                     /* set by `then`: it is to be called again, a batch later */
    void *work;                       /* `then`'s own, of an earlier call; `then` frees it */
};

/* Who asks for a load, and how it goes on. Both run on the kernel's thread. */
struct rd_loading_use {
    /* The hash that needs no loading: `policy` is NULL with RD_OK where the directory has it. */
    const char *(*have)(const struct rd_kernel *kernel);
    /* Gives the sources instead of the kernel's directory, in `loaded`; called when it is asked
     * for. NULL: the directory. */
    enum rd_status (*sources)(struct rd_kernel *kernel, struct rd_request *request,
                              struct rd_loaded *loaded);
    /* Whether the promises beside the rules must be kept; a parameter `tests` may say no. */
    bool tests;
    /* Whether the policy gets the workflows that open cases keep: it may come into force. */
    bool joins;
    /* They were in force before: what was allowed then is no reason against them. */
    bool earlier;
    /* What the actor must still be allowed then; NULL: policy.reload. `anyone`: `then` itself looks
     * who asks, and what he may. */
    const char *operation;
    bool anyone;
    /* Before the request is given up unanswered; NULL: nothing is to be done. */
    void (*forget)(struct rd_loaded *loaded);
    /* Answers the request, whose actor may still do so; between two batches. */
    enum rd_status (*then)(struct rd_kernel *kernel, struct rd_request *request,
                           const struct rd_actor *actor, struct rd_loaded *loaded);
};

/* Reads and checks the kernel's policy directory for a request, which waits. One load at a time, in
 * the order of asking. RD_POLICY_REFUSED without a directory, RD_BUSY where RD_LOADINGS_MAX wait.
 */
enum rd_status rd_loading_ask(struct rd_kernel *kernel, struct rd_request *request,
                              const struct rd_loading_use *use) RD_MUST_CHECK;
/* Goes on with the load in hand if it is done; the request that was answered, or NULL. */
struct rd_request *rd_loading_slice(struct rd_kernel *kernel);
/* When it is worth a look: 0: at once; INT64_MAX: nothing is being loaded. */
int64_t rd_loading_wake_at(const struct rd_kernel *kernel);
/* Returns when the load in hand is done; at once where there is none. */
void rd_loading_wait(struct rd_kernel *kernel);
/* The end of the kernel: waits for the thread, forgets what it made, tells the requests that wait.
 */
void rd_loading_fini(struct rd_kernel *kernel);

#endif
