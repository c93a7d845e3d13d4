/* Loading a policy beside the work. Reading and checking takes many times as long as a batch may,
 * and needs nothing of the kernel: it happens on a thread of its own.
 *
 *   kernel thread   ask ──▶ batch, batch, batch ... ──▶ done? ──▶ activate (or preview), answer
 *   its own thread    └──▶ read, hash, load, check ───────┘
 *
 * The thread must not touch the kernel: it knows the directory's name, the hash that needs no
 * loading, and the table of symbols, which has a lock; and makes a policy that nobody else has
 * seen. The join hands that over. What follows is decided when it is over, by what is in
 * force then: an activation may be between, and the asker may have lost his right.
 */
#include "kernel/loading.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/aside.h"
#include "kernel/promise.h"
#include "kernel/signed.h"

struct rd_loading {
    struct rd_request *request;
    const struct rd_loading_use *use;
    struct rd_loaded loaded;    /* the thread's, until it is done */
    const char *dir;            /* the kernel's, which waits for the thread before it forgets it */
    struct rd_symbols *symbols; /* likewise; shared by threads */
    const struct rd_sign_key *key; /* likewise; NULL */
    bool tests;
    struct rd_era_base base; /* stays as it is meanwhile: one load at a time */
    char have[RD_POLICY_HASH_TEXT];
    struct rd_aside aside;
    struct rd_loading *next;
};

/* ---- on its own thread ---- */

/* A broken promise is a finding. */
static void loading_test(struct rd_loaded *loaded)
{
    struct rd_promise_report report = { 0 };
    loaded->status = rd_promises_run(loaded->sources, loaded->count, NULL, NULL, NULL,
                                     &loaded->arena, &report, &loaded->error);
    for (size_t i = 0; loaded->status == RD_OK && i < report.run; i++) {
        const struct rd_promise *promise = &report.promises[i];
        if (!promise->kept)
            rd_finding_error(&loaded->findings, promise->file, promise->line,
                             "a promise is broken: %s: %s", promise->title,
                             promise->why ? promise->why : "");
    }
    if (loaded->status == RD_OK && report.kept < report.run)
        loaded->status =
            rd_error_set(&loaded->error, RD_CHECK_FAILED, "the policy breaks %zu of its promises",
                         report.run - report.kept);
}

/* Which cases would keep which workflow, and those workflows beside the policy's own. */
static void loading_join(struct rd_loading *loading)
{
    struct rd_loaded *loaded = &loading->loaded;
    loaded->status = rd_eras_plan(&loading->base, loaded->policy, loaded->back_to, &loaded->arena,
                                  &loaded->eras, &loaded->error);
    if (loaded->status == RD_OK)
        loaded->status =
            rd_eras_join(&loaded->eras, loaded->policy, &loaded->findings, &loaded->error);
}

static void loading_make(void *context)
{
    struct rd_loading *loading = context;
    struct rd_loaded *loaded = &loading->loaded;
    if (!loading->use->sources)
        loaded->status = rd_policy_read_dir(&loaded->arena, loading->dir, &loaded->sources,
                                            &loaded->count, &loaded->error);
    if (loaded->status != RD_OK)
        return;
    rd_policy_hash(loaded->sources, loaded->count, loaded->hash);
    if (strcmp(loaded->hash, loading->have) == 0)
        return;
    if (loading->key && loading->use->joins) { /* only what may come into force */
        if (!loading->use->sources)
            rd_signed_read(loading->dir, loaded->signature);
        loaded->status = rd_signed_check(
            loading->key, loaded->hash, loaded->signature,
            loading->use->sources ? "this generation" : "the policy directory", &loaded->error);
        if (loaded->status != RD_OK)
            return;
    }
    enum rd_status (*load)(const struct rd_policy_source *sources, size_t count,
                           struct rd_symbols *symbols, struct rd_findings *findings,
                           struct rd_policy **out, struct rd_error *error) =
        loading->use->earlier ? rd_policy_load : rd_policy_load_new;
    loaded->status = load(loaded->sources, loaded->count, loading->symbols, &loaded->findings,
                          &loaded->policy, &loaded->error);
    if (loaded->status == RD_OK && loading->tests)
        loading_test(loaded);
    if (loaded->status == RD_OK && loading->use->joins)
        loading_join(loading);
}

/* ---- on the kernel's ---- */

static void loading_begin(struct rd_kernel *kernel, struct rd_loading *loading)
{
    const char *have = loading->use->have(kernel);
    memcpy(loading->have, have, strlen(have) + 1);
    loading->base = rd_era_base(kernel);
    rd_aside_begin(&loading->aside, loading_make, loading);
}

static void loading_forget(struct rd_loading *loading)
{
    if (loading->use->forget)
        loading->use->forget(&loading->loaded);
}

static void loading_free(struct rd_loading *loading)
{
    rd_policy_free(loading->loaded.policy);
    rd_arena_fini(&loading->loaded.arena);
    free(loading);
}

enum rd_status rd_loading_ask(struct rd_kernel *kernel, struct rd_request *request,
                              const struct rd_loading_use *use)
{
    struct rd_loading **at = &kernel->loadings;
    size_t waiting = 0;
    if (!kernel->policy_dir && !use->sources)
        return rd_error_set(&request->error, RD_POLICY_REFUSED,
                            "the server was started without a policy directory");
    for (; *at; at = &(*at)->next)
        waiting++;
    if (waiting == RD_LOADINGS_MAX)
        return rd_error_set(&request->error, RD_BUSY,
                            "%d requests wait for the policy directory to be read already; try "
                            "again later",
                            RD_LOADINGS_MAX);
    struct rd_loading *loading = calloc(1, sizeof *loading);
    RD_ASSERT(loading);
    loading->request = request;
    loading->use = use;
    loading->dir = kernel->policy_dir;
    loading->symbols = kernel->catalogue.names.symbols;
    loading->key = kernel->policy_key;
    loading->loaded.error = RD_ERROR_NONE;
    rd_arena_init(&loading->loaded.arena);
    rd_findings_init(&loading->loaded.findings, &loading->loaded.arena);
    loading->tests = use->tests && rd_map_bool(request->params, "tests", true);
    if (use->sources) {
        enum rd_status status = use->sources(kernel, request, &loading->loaded);
        if (status != RD_OK) {
            loading_free(loading);
            return status;
        }
    }
    *at = loading;
    request->waits = true;
    if (waiting == 0)
        loading_begin(kernel, loading);
    return RD_OK;
}

/* False: it goes on, a batch later. */
static bool loading_answer(struct rd_kernel *kernel, struct rd_loading *loading)
{
    struct rd_request *request = loading->request;
    struct rd_actor actor;
    loading->loaded.goes_on = false;
    enum rd_status status = rd_actor_of(kernel, request, &actor, &request->error);
    if (status == RD_OK && !loading->use->anyone)
        status = rd_actor_may(kernel, &actor,
                              loading->use->operation ? loading->use->operation : "policy.reload",
                              &request->error);
    if (status == RD_OK) {
        /* an account's name is its generation's */
        actor.name = rd_arena_copy(&loading->loaded.arena, actor.name, strlen(actor.name));
        status = loading->use->then(kernel, request, &actor, &loading->loaded);
        if (loading->loaded.goes_on)
            return false;
    }
    loading_forget(loading);
    request->status = status;
    request->waits = false;
    rd_request_finish(kernel, request);
    return true;
}

struct rd_request *rd_loading_slice(struct rd_kernel *kernel)
{
    struct rd_loading *loading = kernel->loadings;
    if (!loading || !rd_aside_is_done(&loading->aside))
        return NULL;
    rd_aside_join(&loading->aside);
    if (!loading_answer(kernel, loading))
        return NULL;
    struct rd_request *answered = loading->request;
    kernel->loadings = loading->next;
    loading_free(loading);
    if (kernel->loadings)
        loading_begin(kernel, kernel->loadings);
    return answered;
}

int64_t rd_loading_wake_at(const struct rd_kernel *kernel)
{
    if (!kernel->loadings)
        return INT64_MAX;
    return rd_aside_is_done(&kernel->loadings->aside)
               ? 0
               : rd_kernel_now_ms(kernel) + RD_LOADING_LOOK_MS;
}

void rd_loading_wait(struct rd_kernel *kernel)
{
    if (kernel->loadings)
        rd_aside_join(&kernel->loadings->aside);
}

void rd_loading_fini(struct rd_kernel *kernel)
{
    rd_loading_wait(kernel);
    while (kernel->loadings) {
        struct rd_loading *loading = kernel->loadings;
        struct rd_request *request = loading->request;
        kernel->loadings = loading->next;
        loading_forget(loading);
        loading_free(loading);
        request->waits = false;
        request->status = rd_error_set(&request->error, RD_SHUTTING_DOWN,
                                       "the server stops before the policy was loaded");
        rd_request_finish(kernel, request);
    }
}
