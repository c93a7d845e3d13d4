/* A shadow: a back-test that never ends, of a candidate, on what comes into the journal.
 *
 *   policy.shadow ─▶ DATA/shadow.json ─▶ a thread: the journal so far makes its store
 *                                          ─▶ each further entry, when it is flushed: the candidate
 *                                             is asked, then it is applied (backtest.h)
 *   policy.shadow_status ◀── the newest result that the thread has laid out
 *
 * Nothing of it is in the way of a command: the thread reads the journal's files behind the flush,
 * with a store and a kernel of its own, and gives way to everything else that wants the processor.
 * So under load it falls behind and catches up later; nothing is left out, and `behind` says how
 * far it is. What it finds is a function of the journal, the candidate and the entry that it began
 * with, so a restart needs to keep these three only.
 */
#include "kernel/shadow.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "kernel/aside.h"
#include "kernel/backtest.h"
#include "kernel/inside.h"
#include "store/disk.h"

#define SHADOW_LOOK_NS 50000000     /* how often it looks whether there is more */
#define SHADOW_LAY_OUT_NS 500000000 /* results are laid out no more often than this */
#define SHADOW_NICE 10
#define SHADOW_RECENT 50
#define SHADOW_FORMAT 1

struct rd_shadow {
    struct rd_aside aside;
    pthread_t kernel_thread;
    atomic_bool stop, caught_up;
    _Atomic uint64_t flushed, done;
    struct rd_arena arena; /* what stays: options, who */
    const char *data_dir, *path, *by, *hash;
    int64_t began_ms;
    struct rd_backtest_options options;
    struct rd_findings findings;
    struct rd_value result; /* the last one, when the thread has ended */
    enum rd_status status;
    struct rd_error error;
    /* The newest result. `lock` is for `shown` and the arena that it is in. */
    pthread_mutex_t lock;
    struct rd_arena laid[2];
    int shown_in;
    struct rd_value shown; /* null: none yet */
    uint64_t shown_upto;
    int64_t shown_ns;
};

/* ---- on its thread ---- */

/* What rd_store_open makes, and nothing else. */
static void shadow_scratch_remove(struct rd_shadow *shadow)
{
    const char *dir = shadow->options.scratch_dir;
    unlink(rd_arena_join(&shadow->arena, dir, "/data.mdb"));
    unlink(rd_arena_join(&shadow->arena, dir, "/lock.mdb"));
    rmdir(dir);
}

/* The daemon's own writes must not fail for want of room that a shadow took. */
static bool shadow_has_room(const char *data_dir)
{
    struct statvfs disk;
    return statvfs(data_dir, &disk) != 0 ||
           (uint64_t)disk.f_bavail * disk.f_frsize >= 2ull * RD_HEALTH_DISK_BYTES;
}

static bool shadow_progress(void *context, uint64_t done, uint64_t all)
{
    struct rd_shadow *shadow = context;
    (void)all;
    atomic_store(&shadow->done, done);
    return !atomic_load(&shadow->stop) && shadow_has_room(shadow->data_dir);
}

static void shadow_lay_out(struct rd_shadow *shadow, struct rd_backtest *test, uint64_t done)
{
    int to = 1 - shadow->shown_in;
    int64_t now_ns = rd_clock_mono_ns();
    if (shadow->shown_upto == done ||
        (shadow->shown_upto && now_ns - shadow->shown_ns < SHADOW_LAY_OUT_NS))
        return;
    rd_arena_reset(&shadow->laid[to]); /* nobody else looks into this one */
    struct rd_value result = rd_backtest_so_far(test, &shadow->laid[to]);
    pthread_mutex_lock(&shadow->lock);
    shadow->shown = result;
    shadow->shown_in = to;
    shadow->shown_upto = done;
    pthread_mutex_unlock(&shadow->lock);
    shadow->shown_ns = now_ns;
}

static uint64_t shadow_follow(void *context, struct rd_backtest *test, uint64_t done)
{
    static const struct timespec pause = { .tv_nsec = SHADOW_LOOK_NS };
    struct rd_shadow *shadow = context;
    atomic_store(&shadow->done, done);
    atomic_store(&shadow->caught_up, true);
    for (;;) {
        shadow_lay_out(shadow, test, done);
        if (atomic_load(&shadow->stop))
            return 0;
        uint64_t flushed = atomic_load(&shadow->flushed);
        if (flushed > done)
            return flushed;
        nanosleep(&pause, NULL);
    }
}

static void shadow_work(void *context)
{
    struct rd_shadow *shadow = context;
    if (pthread_equal(pthread_self(), shadow->kernel_thread)) {
        shadow->status = rd_error_set(&shadow->error, RD_BUSY, "no thread was to be had for it");
        return;
    }
    (void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), SHADOW_NICE);
    shadow_scratch_remove(shadow); /* of one that was cut off */
    shadow->status = rd_disk_make_dir(shadow->options.scratch_dir, &shadow->error);
    if (shadow->status == RD_OK)
        shadow->status = rd_backtest_run(&shadow->options, &shadow->arena, &shadow->result,
                                         &shadow->findings, &shadow->error);
    if (shadow->status == RD_CANCELLED && !atomic_load(&shadow->stop)) {
        shadow->error = RD_ERROR_NONE;
        shadow->status = rd_error_set(&shadow->error, RD_STORAGE_FULL,
                                      "the shadow has ended: the disk has less than %u MiB left",
                                      2 * RD_HEALTH_DISK_BYTES >> 20);
    }
    if (shadow->status != RD_OK && !atomic_load(&shadow->stop)) {
        rd_log(RD_LOG_WARN, "shadow", "it has ended: %s", shadow->error.text);
        (void)unlink(shadow->path); /* it would not fare better after a restart */
    }
    shadow_scratch_remove(shadow);
}

/* ---- beginning and ending ---- */

static struct rd_shadow *shadow_new(struct rd_kernel *kernel)
{
    struct rd_shadow *shadow = calloc(1, sizeof *shadow);
    RD_ASSERT(shadow);
    const char *journal = rd_journal_dir(rd_vault_journal(kernel->vault));
    rd_arena_init(&shadow->arena);
    rd_arena_init(&shadow->laid[0]);
    rd_arena_init(&shadow->laid[1]);
    rd_findings_init(&shadow->findings, &shadow->arena);
    int failed = pthread_mutex_init(&shadow->lock, NULL);
    RD_ASSERT(failed == 0);
    shadow->kernel_thread = pthread_self();
    shadow->error = RD_ERROR_NONE;
    shadow->data_dir = kernel->data_dir; /* outlives the thread */
    shadow->path = rd_arena_join(&shadow->arena, kernel->data_dir, "/shadow.json");
    shadow->options = (struct rd_backtest_options){
        .journal_dir = rd_arena_copy(&shadow->arena, journal, strlen(journal)),
        .scratch_dir = rd_arena_join(&shadow->arena, kernel->data_dir, "/shadow"),
        .cases_max = 20,
        .recent_max = SHADOW_RECENT,
        .activated = true,
        .progress = shadow_progress,
        .follow = shadow_follow,
        .context = shadow,
    };
    return shadow;
}

static void shadow_free(struct rd_shadow *shadow)
{
    atomic_store(&shadow->stop, true);
    rd_aside_join(&shadow->aside);
    pthread_mutex_destroy(&shadow->lock);
    rd_arena_fini(&shadow->laid[0]);
    rd_arena_fini(&shadow->laid[1]);
    rd_arena_fini(&shadow->arena);
    free(shadow);
}

static void shadow_begin(struct rd_kernel *kernel, struct rd_shadow *shadow)
{
    char hash[RD_POLICY_HASH_TEXT];
    rd_policy_hash(shadow->options.sources, shadow->options.source_count, hash);
    shadow->hash = rd_arena_copy(&shadow->arena, hash, strlen(hash));
    if (kernel->shadow)
        shadow_free(kernel->shadow);
    kernel->shadow = shadow;
    rd_shadow_tell(kernel);
    rd_aside_begin(&shadow->aside, shadow_work, shadow);
}

void rd_shadow_tell(struct rd_kernel *kernel)
{
    if (kernel->shadow)
        atomic_store(&kernel->shadow->flushed, rd_kernel_durable_seq(kernel));
}

void rd_shadow_fini(struct rd_kernel *kernel)
{
    if (kernel->shadow)
        shadow_free(kernel->shadow);
    kernel->shadow = NULL;
}

/* ---- its sources ---- */

static int shadow_by_path(const void *a, const void *b)
{
    const struct rd_policy_source *x = a, *y = b;
    return strcmp(x->path, y->path);
}

/* "rules/limits.lua", "scripts/complaint.lua": names as a directory would give them. */
static bool shadow_is_path(const char *path)
{
    size_t len = strlen(path);
    return (strncmp(path, "rules/", 6) == 0 || strncmp(path, "scripts/", 8) == 0) && len > 4 &&
           len < 256 && strcmp(path + len - 4, ".lua") == 0 && !strstr(path, "..");
}

/* { path: text } as sources in the shadow's arena, in the order of their paths. */
static enum rd_status shadow_sources(struct rd_shadow *shadow, const struct rd_value *map,
                                     struct rd_error *error)
{
    if (!rd_value_is(map, RD_MAP) || map->count == 0 || map->count > RD_POLICY_FILES_MAX)
        return rd_error_at(error, RD_INVALID_PARAMS, "/sources", "1 to %d files, by their paths",
                           RD_POLICY_FILES_MAX);
    struct rd_policy_source *sources = rd_arena_zalloc(&shadow->arena, map->count, sizeof *sources);
    for (uint32_t i = 0; i < map->count; i++) {
        const char *path = map->pairs[i].key;
        const struct rd_value *text = &map->pairs[i].value;
        if (!shadow_is_path(path) || text->kind != RD_TEXT || strlen(text->text) != text->count)
            return rd_error_at(error, RD_INVALID_PARAMS, "/sources",
                               "'%.80s' is not a file such as rules/limits.lua with its text",
                               path);
        sources[i] = (struct rd_policy_source){
            .path = rd_arena_copy(&shadow->arena, path, strlen(path)),
            .text = rd_arena_copy(&shadow->arena, text->text, text->count),
            .len = text->count,
        };
    }
    qsort(sources, map->count, sizeof *sources, shadow_by_path);
    shadow->options.sources = sources;
    shadow->options.source_count = map->count;
    return RD_OK;
}

static enum rd_status shadow_directory(struct rd_kernel *kernel, struct rd_shadow *shadow,
                                       struct rd_error *error)
{
    struct rd_policy_source *sources;
    if (!kernel->policy_dir)
        return rd_error_set(error, RD_NOT_FOUND,
                            "the server was started without a policy directory");
    enum rd_status status = rd_policy_read_dir(&shadow->arena, kernel->policy_dir, &sources,
                                               &shadow->options.source_count, error);
    shadow->options.sources = sources;
    return status;
}

/* ---- across restarts ---- */

static enum rd_status shadow_keep(struct rd_shadow *shadow, struct rd_error *error)
{
    struct rd_arena arena;
    struct rd_buf text;
    struct rd_value map = rd_map(), sources = rd_map();
    const struct rd_backtest_options *options = &shadow->options;
    rd_arena_init(&arena);
    rd_buf_init(&text);
    for (size_t i = 0; i < options->source_count; i++)
        rd_map_add(&arena, &sources, options->sources[i].path,
                   rd_text_copy(&arena, options->sources[i].text, options->sources[i].len));
    rd_map_add(&arena, &map, "format", rd_int(SHADOW_FORMAT));
    rd_map_add(&arena, &map, "from", rd_int((int64_t)options->from_seq));
    rd_map_add(&arena, &map, "began_ms", rd_int(shadow->began_ms));
    rd_map_add(&arena, &map, "by", rd_text(shadow->by));
    rd_map_add(&arena, &map, "sources", sources);
    rd_json_write(&text, &map);
    bool kept = rd_disk_replace(shadow->path, text.data, text.len, true);
    rd_buf_fini(&text);
    rd_arena_fini(&arena);
    return kept ? RD_OK : rd_error_set(error, RD_STORAGE_FULL, "cannot write %s", shadow->path);
}

static bool shadow_read(struct rd_shadow *shadow, const struct rd_value *map)
{
    struct rd_error error = RD_ERROR_NONE;
    const struct rd_value *sources = rd_map_get(map, "sources");
    const char *by = rd_map_text(map, "by", NULL);
    int64_t from = rd_map_int(map, "from", 0);
    if (rd_map_int(map, "format", 0) != SHADOW_FORMAT || !by || from < 1 || !sources ||
        shadow_sources(shadow, sources, &error) != RD_OK)
        return false;
    shadow->by = rd_arena_copy(&shadow->arena, by, strlen(by));
    shadow->began_ms = rd_map_int(map, "began_ms", 0);
    shadow->options.from_seq = (uint64_t)from;
    return true;
}

void rd_shadow_resume(struct rd_kernel *kernel)
{
    struct rd_shadow *shadow = shadow_new(kernel);
    struct rd_arena arena;
    struct rd_buf text;
    struct rd_value map = rd_null();
    struct rd_error error = RD_ERROR_NONE;
    rd_arena_init(&arena);
    rd_buf_init(&text);
    bool good = access(shadow->path, F_OK) == 0;
    if (good) {
        good = rd_disk_read_own(shadow->path, 2 * RD_POLICY_BYTES_MAX, &text) &&
               rd_json_parse(&arena, text.data, text.len, RD_MESSAGE_DEPTH_MAX, &map, &error) ==
                   RD_OK &&
               rd_value_is(&map, RD_MAP) && shadow_read(shadow, &map);
        if (!good)
            rd_log(RD_LOG_WARN, "shadow", "%s is not one of ours: no shadow runs", shadow->path);
    }
    rd_buf_fini(&text);
    rd_arena_fini(&arena);
    if (good)
        shadow_begin(kernel, shadow);
    else
        shadow_free(shadow);
}

/* ---- the methods ---- */

enum rd_status rd_method_policy_shadow(struct rd_kernel *kernel, struct rd_request *request)
{
    const struct rd_value *sources = rd_map_get(request->params, "sources");
    struct rd_actor actor;
    enum rd_status status = rd_actor_of(kernel, request, &actor, &request->error);
    if (status != RD_OK)
        return status;
    if (kernel->shadow && !rd_aside_is_done(&kernel->shadow->aside))
        return rd_error_set(&request->error, RD_IN_PROGRESS,
                            "a shadow runs already; end it with policy.shadow_stop");
    if (!shadow_has_room(kernel->data_dir))
        return rd_error_set(&request->error, RD_STORAGE_FULL,
                            "the disk has less than %u MiB left; a shadow needs about as much as "
                            "the store",
                            2 * RD_HEALTH_DISK_BYTES >> 20);
    struct rd_shadow *shadow = shadow_new(kernel);
    shadow->by = rd_arena_copy(&shadow->arena, actor.name, strlen(actor.name));
    shadow->began_ms = rd_kernel_now_ms(kernel);
    shadow->options.from_seq = rd_kernel_seen_seq(kernel) + 1;
    status = sources ? shadow_sources(shadow, sources, &request->error)
                     : shadow_directory(kernel, shadow, &request->error);
    if (status == RD_OK)
        status = shadow_keep(shadow, &request->error);
    if (status != RD_OK) {
        shadow_free(shadow);
        return status;
    }
    shadow_begin(kernel, shadow);
    rd_log(RD_LOG_INFO, "shadow", "%s began one of %.12s with entry %llu", shadow->by, shadow->hash,
           (unsigned long long)shadow->options.from_seq);
    return rd_method_policy_shadow_status(kernel, request);
}

static const char *shadow_state(struct rd_shadow *shadow)
{
    if (!rd_aside_is_done(&shadow->aside))
        return atomic_load(&shadow->caught_up) ? "running" : "starting";
    return shadow->status == RD_OK || shadow->status == RD_CANCELLED ? "stopped" : "failed";
}

/* Why it failed, with all that is wrong with the candidate. */
static struct rd_value shadow_error(const struct rd_shadow *shadow, struct rd_arena *arena)
{
    struct rd_value out = rd_map(), findings = rd_list();
    const char *text = shadow->error.text[0] ? shadow->error.text : rd_status_text(shadow->status);
    rd_map_add(arena, &out, "name", rd_text(rd_status_name(shadow->status)));
    rd_map_add(arena, &out, "message", rd_text_copy(arena, text, strlen(text)));
    for (const struct rd_finding *f = shadow->findings.first; f; f = f->next)
        rd_list_add(
            arena, &findings,
            rd_text(rd_arena_printf(arena, "%s:%d: %s", f->file ? f->file : "", f->line, f->text)));
    rd_map_add(arena, &out, "findings", findings);
    return out;
}

static void shadow_put_result(struct rd_shadow *shadow, struct rd_arena *arena,
                              struct rd_value *out)
{
    if (rd_aside_is_done(&shadow->aside)) {
        rd_aside_join(&shadow->aside);
        if (shadow->status == RD_OK)
            rd_map_add(arena, out, "result", rd_value_copy(arena, &shadow->result));
        else if (shadow->status != RD_CANCELLED)
            rd_map_add(arena, out, "error", shadow_error(shadow, arena));
        return;
    }
    pthread_mutex_lock(&shadow->lock);
    if (shadow->shown.kind == RD_MAP)
        rd_map_add(arena, out, "result", rd_value_copy(arena, &shadow->shown));
    pthread_mutex_unlock(&shadow->lock);
}

enum rd_status rd_method_policy_shadow_status(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_shadow *shadow = kernel->shadow;
    struct rd_arena *arena = request->arena;
    struct rd_value *out = &request->result;
    *out = rd_map();
    if (!shadow) {
        rd_map_add(arena, out, "state", rd_text("none"));
        return RD_OK;
    }
    rd_shadow_tell(kernel);
    uint64_t done = atomic_load(&shadow->done), flushed = atomic_load(&shadow->flushed);
    const char *state = shadow_state(shadow);
    rd_map_add(arena, out, "state", rd_text(state));
    rd_map_add(arena, out, "policy", rd_text_copy(arena, shadow->hash, strlen(shadow->hash)));
    rd_map_add(arena, out, "by", rd_text_copy(arena, shadow->by, strlen(shadow->by)));
    rd_map_add(arena, out, "began", rd_show_time(shadow->began_ms, arena));
    rd_map_add(arena, out, "from", rd_int((int64_t)shadow->options.from_seq));
    rd_map_add(arena, out, "done", rd_int((int64_t)done));
    rd_map_add(arena, out, "behind", rd_int(flushed > done ? (int64_t)(flushed - done) : 0));
    shadow_put_result(shadow, arena, out);
    return RD_OK;
}

enum rd_status rd_method_policy_shadow_stop(struct rd_kernel *kernel, struct rd_request *request)
{
    if (kernel->shadow) {
        (void)unlink(kernel->shadow->path);
        atomic_store(&kernel->shadow->stop, true);
    }
    return rd_method_policy_shadow_status(kernel, request);
}
