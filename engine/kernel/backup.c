/* Backups of the running kernel's journal.
 *
 *   kernel thread   create ──▶ entry, batch, batch ... ──▶ done? ──▶ answer
 *   its own thread    └──▶ prove and copy what is flushed ──┘
 *
 * The thread reads files of the journal and writes files of the backup; of the kernel it knows
 * their names and how far the journal is flushed. No snapshot of the store is held: its file does
 * not grow by this.
 */
#include "kernel/backup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "kernel/aside.h"
#include "store/backup.h"

#define BACKING_LOOK_MS 5
#define BACKING_PATH_MAX 1024

struct rd_backing {
    struct rd_request *request;
    struct rd_aside aside;
    char to[BACKING_PATH_MAX];
    struct rd_backup_options options;
    atomic_bool stop;
    _Atomic uint64_t done_bytes, all_bytes;
    _Atomic uint64_t commands; /* that were run since it began */
    int64_t began_ns;
    struct rd_backup_summary summary; /* the thread's, until it is done */
    enum rd_status status;
    struct rd_error error;
};

static void backing_progress(void *context, uint64_t done, uint64_t all)
{
    struct rd_backing *backing = context;
    atomic_store(&backing->done_bytes, done);
    atomic_store(&backing->all_bytes, all);
}

static void backing_work(void *context)
{
    struct rd_backing *backing = context;
    backing->status = rd_backup_create(&backing->options, &backing->summary, &backing->error);
}

/* That it was made is part of what happened: a backup holds everything. */
static enum rd_status backing_enter(struct rd_kernel *kernel, struct rd_request *request,
                                    uint64_t *seq)
{
    struct rd_actor actor;
    enum rd_status status = rd_actor_of(kernel, request, &actor, &request->error);
    if (status != RD_OK)
        return status;
    struct rd_command_entry entry = {
        .at_ms = rd_kernel_now_ms(kernel),
        .actor = actor.name,
        .behind = actor.behind,
        .command = "backup.create",
        .form = *request->params,
        .facts = rd_null(),
        .decisions = rd_null(),
        .effects = rd_null(),
        .generation = kernel->generation,
    };
    return rd_entry_write(kernel, &entry, seq, &request->error);
}

static enum rd_status backing_check(struct rd_kernel *kernel, struct rd_request *request,
                                    const char *to)
{
    size_t len = strlen(to);
    if (kernel->backing)
        return rd_error_set(&request->error, RD_IN_PROGRESS,
                            "a backup to %s is being made; wait for it", kernel->backing->to);
    if (to[0] != '/' || len < 2)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/to",
                           "name the directory by its whole path, /...: it is one of the machine "
                           "that the server runs on");
    if (len >= BACKING_PATH_MAX)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/to",
                           "the path is longer than %d bytes", BACKING_PATH_MAX - 1);
    if (rd_map_int(request->params, "bytes_per_s", 0) < 0)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/bytes_per_s",
                           "give 0 (as fast as it goes) or more");
    return RD_OK;
}

enum rd_status rd_method_backup_create(struct rd_kernel *kernel, struct rd_request *request)
{
    const char *to = rd_map_text(request->params, "to", "");
    uint64_t seq;
    enum rd_status status = backing_check(kernel, request, to);
    if (status == RD_OK)
        status = backing_enter(kernel, request, &seq);
    if (status != RD_OK)
        return status;
    struct rd_backing *backing = calloc(1, sizeof *backing);
    RD_ASSERT(backing);
    int64_t rate = rd_map_int(request->params, "bytes_per_s", 0);
    memcpy(backing->to, to, strlen(to) + 1);
    backing->request = request;
    backing->began_ns = rd_clock_mono_ns();
    backing->error = RD_ERROR_NONE;
    backing->options = (struct rd_backup_options){
        .from = rd_journal_dir(rd_vault_journal(kernel->vault)), /* outlives the thread */
        .to = backing->to,
        .until_seq = seq, /* flushed before the thread is begun */
        .bytes_per_s = (uint64_t)rate,
        .now_ms = rd_kernel_now_ms(kernel),
        .stop = &backing->stop,
        .beside = rate > 0 ? &backing->commands : NULL,
        .progress = backing_progress,
        .context = backing,
    };
    kernel->backing = backing;
    request->waits = true;
    return RD_OK;
}

enum rd_status rd_method_backup_status(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    struct rd_backing *backing = kernel->backing;
    request->result = rd_map();
    rd_map_add(arena, &request->result, "running", rd_bool(backing != NULL));
    if (!backing)
        return RD_OK;
    rd_map_add(arena, &request->result, "to", rd_text(backing->to));
    rd_map_add(arena, &request->result, "until_seq", rd_int((int64_t)backing->options.until_seq));
    rd_map_add(arena, &request->result, "done_bytes",
               rd_int((int64_t)atomic_load(&backing->done_bytes)));
    rd_map_add(arena, &request->result, "all_bytes",
               rd_int((int64_t)atomic_load(&backing->all_bytes)));
    return RD_OK;
}

static struct rd_value backing_shown(const struct rd_backing *backing, struct rd_arena *arena)
{
    const struct rd_backup_summary *summary = &backing->summary;
    char hash[2 * RD_HASH_BYTES + 1];
    struct rd_value out = rd_map();
    for (int i = 0; i < RD_HASH_BYTES; i++)
        snprintf(hash + 2 * i, 3, "%02x", summary->hash[i]);
    rd_map_add(arena, &out, "to", rd_text(rd_arena_copy(arena, backing->to, strlen(backing->to))));
    rd_map_add(arena, &out, "entries", rd_int((int64_t)summary->entries));
    rd_map_add(arena, &out, "hash", rd_text_copy(arena, hash, sizeof hash - 1));
    rd_map_add(arena, &out, "segments", rd_int(summary->segments));
    rd_map_add(arena, &out, "bytes", rd_int((int64_t)summary->bytes));
    rd_map_add(arena, &out, "copied_segments", rd_int(summary->copied));
    rd_map_add(arena, &out, "copied_bytes", rd_int((int64_t)summary->copied_bytes));
    rd_map_add(arena, &out, "took_ms", rd_int((rd_clock_mono_ns() - backing->began_ns) / 1000000));
    return out;
}

/* What went wrong on the disk is said with a code that may leave the house. */
static void backing_answer(const struct rd_kernel *kernel, struct rd_backing *backing)
{
    struct rd_request *request = backing->request;
    request->status = backing->status;
    request->waits = false;
    if (backing->status == RD_OK) {
        request->result = backing_shown(backing, request->arena);
    } else {
        bool inside = rd_status_code(backing->status) == rd_status_code(RD_INTERNAL_ERROR);
        if (backing->status == RD_IN_USE)
            request->status = RD_IN_PROGRESS;
        else if (inside)
            request->status = RD_BACKUP_FAILED;
        request->error = backing->error;
        rd_log(RD_LOG_WARN, "backup", "to %s: %s", backing->to, backing->error.text);
    }
    rd_request_finish(kernel, request);
}

/* Begun here and not by the method: its own entry is flushed by now. */
struct rd_request *rd_backing_slice(struct rd_kernel *kernel)
{
    struct rd_backing *backing = kernel->backing;
    if (!backing)
        return NULL;
    if (atomic_load(&kernel->ending))
        atomic_store(&backing->stop, true);
    atomic_fetch_add(&backing->commands, kernel->turn.commands);
    if (!backing->aside.work) {
        if (rd_kernel_durable_seq(kernel) >= backing->options.until_seq)
            rd_aside_begin(&backing->aside, backing_work, backing);
        return NULL;
    }
    if (!rd_aside_is_done(&backing->aside))
        return NULL;
    rd_aside_join(&backing->aside);
    backing_answer(kernel, backing);
    struct rd_request *answered = backing->request;
    kernel->backing = NULL;
    free(backing);
    return answered;
}

int64_t rd_backing_wake_at(const struct rd_kernel *kernel)
{
    struct rd_backing *backing = kernel->backing;
    if (!backing)
        return INT64_MAX;
    bool breaks_off = atomic_load(&kernel->ending) && !atomic_load(&backing->stop);
    return !backing->aside.work || rd_aside_is_done(&backing->aside) || breaks_off
               ? 0
               : rd_kernel_now_ms(kernel) + BACKING_LOOK_MS;
}

void rd_backing_wait(struct rd_kernel *kernel)
{
    if (kernel->backing)
        rd_aside_join(&kernel->backing->aside);
}

void rd_backing_fini(struct rd_kernel *kernel)
{
    struct rd_backing *backing = kernel->backing;
    if (!backing)
        return;
    atomic_store(&backing->stop, true);
    rd_aside_join(&backing->aside);
    if (!backing->aside.work)
        backing->status = rd_error_set(&backing->error, RD_SHUTTING_DOWN, "the server stops");
    backing_answer(kernel, backing);
    kernel->backing = NULL;
    free(backing);
}
