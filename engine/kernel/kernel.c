/* The kernel: opens, recovers, and runs batches.
 *
 *   requests that have arrived ─▶ each executed in turn, due deadlines ring in between
 *     ─▶ due deadlines ring (a bounded slice) ─▶ one flush ─▶ results
 *
 * A result may show what another request of the batch wrote, or of the batch before, so nothing
 * leaves before all of that is flushed, reads included. Lua decides, C writes: a plan is complete
 * before its entry is written, so a command can't be half-done.
 */
#include "kernel/kernel.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "kernel/inside.h"
#include "kernel/backtest_job.h"
#include "kernel/backup.h"
#include "kernel/loading.h"
#include "kernel/method.h"
#include "kernel/past.h"
#include "kernel/person.h"
#include "kernel/report.h"
#include "kernel/pick.h"
#include "kernel/shadow.h"
#include "kernel/signed.h"
#include "kernel/standby.h"

void rd_visit(struct rd_kernel *kernel, uint32_t spot)
{
    if (kernel->coverage)
        kernel->coverage[spot]++;
}

int64_t rd_kernel_now_ms(const struct rd_kernel *kernel)
{
    if (kernel->clock_manual)
        return kernel->manual_ms;
    int64_t now = rd_clock_wall_ms();
    return now > kernel->last_ms ? now
                                 : kernel->last_ms; /* a clock set back does not turn time round */
}

int64_t rd_kernel_until_ns(const struct rd_kernel *kernel, int64_t at_ms, int64_t most_ns)
{
    /* the millisecond in hand has begun already: whoever slept whole ones would be late by that */
    int64_t now_ns = kernel->clock_manual ? kernel->manual_ms * 1000000 : rd_clock_wall_ns();
    int64_t last_ms = now_ns / 1000000 + most_ns / 1000000;
    if (at_ms <= rd_kernel_now_ms(kernel))
        return 0;
    if (at_ms > last_ms)
        return most_ns;
    return at_ms * 1000000 - now_ns < most_ns ? at_ms * 1000000 - now_ns : most_ns;
}

uint64_t rd_kernel_durable_seq(const struct rd_kernel *kernel)
{
    return rd_journal_flushed_seq(rd_vault_journal(kernel->vault));
}

const struct rd_policy *rd_kernel_policy(const struct rd_kernel *kernel)
{
    return kernel->policy;
}

enum rd_status rd_kernel_digest(struct rd_kernel *kernel, unsigned char out[32],
                                struct rd_error *error)
{
    return rd_vault_digest(kernel->vault, out, error);
}

void rd_kernel_adopt(struct rd_kernel *kernel)
{
    rd_vault_adopt(kernel->vault);
}

static enum rd_status kernel_open_vault(struct rd_kernel *kernel,
                                        const struct rd_kernel_options *options,
                                        struct rd_kernel_start *start, struct rd_error *error)
{
    struct rd_vault_recovery recovery;
    struct rd_vault_options vault = {
        .dir = options->data_dir,
        .fresh_store = options->fresh_store,
        .unread = options->store_unread,
        .segment_bytes = options->segment_bytes,
        .apply = rd_apply_entry,
        .context = &kernel->apply,
        .progress = options->progress,
        .progress_context = options->progress_context,
    };
    enum rd_status status = rd_vault_open(&vault, &kernel->vault, &recovery, error);
    if (status != RD_OK)
        return status;
    kernel->store = rd_vault_store(kernel->vault);
    rd_store_use_names(kernel->store, &kernel->catalogue.names);
    rd_vault_watch(kernel->vault, &kernel->turn);
    *start = (struct rd_kernel_start){
        .replayed = recovery.replayed,
        .cut_bytes = recovery.journal.cut_bytes,
        .cut_after_seq = recovery.journal.cut_after_seq,
        .last_seq = rd_journal_last_seq(rd_vault_journal(kernel->vault)),
    };
    if (kernel->apply.loaded)
        return RD_OK;
    kernel->apply.loaded = true;
    return rd_catalogue_load(&kernel->catalogue, kernel->store, error);
}

/* Where the journal ended in time: a manual clock goes on from there, the system's never falls
 * behind it. */
static enum rd_status kernel_open_clock(struct rd_kernel *kernel,
                                        const struct rd_kernel_options *options,
                                        const struct rd_kernel_start *start, struct rd_error *error)
{
    struct rd_arena arena;
    struct rd_entry raw;
    struct rd_command_entry entry;
    rd_arena_init(&arena);
    enum rd_status status = RD_OK;
    for (uint64_t seq = start->last_seq;
         seq > 0 && seq + 1000 > start->last_seq && kernel->last_ms == 0; seq--) {
        status = rd_vault_find(kernel->vault, seq, &arena, &raw, error);
        if (status == RD_OK)
            status = rd_entry_unpack(raw.payload, raw.len, &kernel->catalogue.names, &arena, &entry,
                                     error);
        if (status != RD_OK)
            break;
        if (!(entry.flags & (RD_ENTRY_QUIET | RD_ENTRY_PAST))) /* these tell of other times */
            kernel->last_ms = entry.at_ms;
        rd_arena_reset(&arena);
    }
    rd_arena_fini(&arena);
    kernel->clock_manual = options->clock_manual;
    kernel->rehearsal = options->rehearsal;
    kernel->draw_seed = options->draw_seed;
    kernel->manual_ms = kernel->last_ms           ? kernel->last_ms
                        : options->clock_start_ms ? options->clock_start_ms
                                                  : rd_clock_wall_ms();
    kernel->started_ms = rd_kernel_now_ms(kernel);
    return status;
}

static enum rd_status kernel_open_key(struct rd_kernel *kernel, const char *path,
                                      struct rd_error *error)
{
    struct rd_sign_key key;
    enum rd_status status = path ? rd_sign_key_read(path, &key, error) : RD_OK;
    if (!path || status != RD_OK)
        return status == RD_NOT_FOUND
                   ? rd_error_set(error, RD_BAD_CONFIG, "there is no key %s", path)
                   : status;
    rd_sign_key_wipe(&key); /* who only checks need not be able to sign */
    kernel->policy_key = malloc(sizeof key);
    RD_ASSERT(kernel->policy_key);
    *kernel->policy_key = key;
    return RD_OK;
}

static enum rd_status kernel_open_policy(struct rd_kernel *kernel,
                                         const struct rd_kernel_options *options,
                                         struct rd_findings *findings,
                                         struct rd_kernel_start *start, struct rd_error *error)
{
    struct rd_arena arena;
    struct rd_policy_source *sources;
    struct rd_policy *policy = NULL;
    char hash[RD_POLICY_HASH_TEXT], stored[RD_POLICY_HASH_TEXT], signature[RD_SIGN_TEXT_MAX] = "";
    size_t count = 0;
    if (options->policy)
        return rd_activate_borrowed(kernel, options, findings, error);
    if (!options->policy_dir || kernel->standing.passive != RD_OK)
        return rd_activate_stored(kernel, findings, error);
    rd_arena_init(&arena);
    enum rd_status status = rd_activate_hash(kernel, stored, error);
    bool any = status == RD_OK;
    status = any || status == RD_NOT_FOUND ? RD_OK : status;
    if (status == RD_OK)
        status = rd_policy_read_dir(&arena, options->policy_dir, &sources, &count, error);
    if (status == RD_OK) {
        rd_policy_hash(sources, count, hash);
        if (any && strcmp(hash, stored) != 0 && rd_activate_needs_second(kernel, hash)) {
            rd_arena_fini(&arena);
            return rd_activate_stored(kernel, findings, error);
        }
        if (any && (strcmp(hash, stored) == 0 || rd_activate_taken_back(kernel, hash))) {
            rd_arena_fini(&arena);
            return rd_activate_stored(kernel, findings, error);
        }
        if (kernel->policy_key) {
            rd_signed_read(options->policy_dir, signature);
            status =
                rd_signed_check(kernel->policy_key, hash, signature, "the policy directory", error);
        }
    }
    if (status == RD_OK)
        status = rd_policy_load_new(sources, count, kernel->catalogue.names.symbols, findings,
                                    &policy, error);
    if (status == RD_OK && any)
        status = rd_activate_stored(kernel, findings,
                                    error); /* first the old one: what would be stranded? */
    if (status == RD_OK)
        status = rd_activate(kernel, &policy, count ? sources : NULL, count,
                             &(struct rd_activation){ .actor = "system", .signature = signature },
                             findings, error);
    rd_policy_free(policy);
    rd_arena_fini(&arena);
    if (status == RD_POLICY_UNSIGNED)
        rd_log(RD_LOG_WARN, "policy", "%s", error->text);
    if ((status == RD_CHECK_FAILED || status == RD_POLICY_REFUSED || status == RD_BAD_CONFIG ||
         status == RD_POLICY_UNSIGNED) &&
        any) {
        start->policy_refused = true;
        return kernel->policy ? RD_OK : rd_activate_stored(kernel, findings, error);
    }
    return status == RD_CHECK_FAILED
               ? rd_error_set(error, RD_POLICY_REFUSED,
                              "the policy has errors, and the store has none to go on with")
               : status;
}

enum rd_status rd_kernel_open(const struct rd_kernel_options *options, struct rd_findings *findings,
                              struct rd_kernel **out, struct rd_kernel_start *start,
                              struct rd_error *error)
{
    rd_methods_check();
    struct rd_kernel *kernel = calloc(1, sizeof *kernel);
    RD_ASSERT(kernel);
    rd_catalogue_init(&kernel->catalogue,
                      options->policy ? rd_policy_model(options->policy)->symbols : NULL);
    rd_apply_init(&kernel->apply, &kernel->catalogue);
    rd_buf_init(&kernel->entry_buf);
    rd_buf_init(&kernel->scratch);
    rd_arena_init(&kernel->ring_arena);
    rd_meter_init(&kernel->told, RD_CALLERS_TOLD_MAX, 0);
    rd_arena_init(&kernel->moved_arena);
    kernel->coverage = options->coverage;
    kernel->invariants = options->invariants;
    kernel->turn.quiet = !options->served;

    rd_person_open(kernel, options->data_dir);
    kernel->policy_dir = options->policy_dir ? strdup(options->policy_dir) : NULL;
    kernel->data_dir = strdup(options->data_dir);
    rd_metrics_init(&kernel->metrics);
    enum rd_status status = kernel_open_key(kernel, options->policy_key, error);
    if (status == RD_OK)
        status = kernel_open_vault(kernel, options, start, error);
    if (status == RD_OK)
        status = kernel_open_clock(kernel, options, start, error);
    if (status == RD_OK)
        status = rd_person_finish(kernel, error);
    if (status == RD_OK)
        status = rd_standby_open(kernel, options->follows, error);
    if (status == RD_OK)
        status = kernel_open_policy(kernel, options, findings, start, error);
    if (status == RD_OK)
        status = rd_person_look(kernel, error);
    if (status == RD_OK && kernel->standing.passive == RD_OK)
        status = rd_pick_resume(kernel, error);
    if (status == RD_OK)
        status = rd_replan_resume(kernel, error);
    rd_job_resume(kernel);
    if (status == RD_OK)
        status = rd_vault_flush(kernel->vault, error);
    if (status != RD_OK) {
        rd_kernel_close(kernel);
        return status;
    }
    if (options->served)
        rd_shadow_resume(kernel);
    *out = kernel;
    return RD_OK;
}

enum rd_status rd_kernel_passive(const struct rd_kernel *kernel)
{
    return kernel->standing.passive;
}

void rd_kernel_ending(struct rd_kernel *kernel)
{
    atomic_store(&kernel->ending, true);
}

void rd_kernel_close(struct rd_kernel *kernel)
{
    if (!kernel)
        return;
    rd_loading_fini(kernel);
    rd_backing_fini(kernel);
    rd_backtest_job_fini(kernel);
    rd_shadow_fini(kernel);
    rd_reports_fini(kernel);
    rd_vault_close(kernel->vault);
    rd_bindings_free(kernel->bindings);
    rd_metrics_fini(&kernel->metrics);
    rd_policy_free(kernel->preview);
    rd_past_kept_fini(kernel);
    free(kernel->schedule_nexts);
    rd_staff_free(kernel->staff);
    if (!kernel->policy_borrowed)
        rd_policy_free(kernel->policy);
    rd_apply_fini(&kernel->apply);
    rd_catalogue_fini(&kernel->catalogue);
    rd_person_close(kernel);
    rd_buf_fini(&kernel->entry_buf);
    rd_buf_fini(&kernel->scratch);
    rd_arena_fini(&kernel->ring_arena);
    rd_arena_fini(&kernel->moved_arena);
    free((char *)(uintptr_t)kernel->policy_dir);
    free(kernel->policy_key);
    free((char *)(uintptr_t)kernel->data_dir);
    rd_meter_fini(&kernel->told);
    free(kernel);
}

/* What the run said is kept as it is said (said.c): the largest part of most replies. */
static void kernel_keep_result(const struct rd_kernel *kernel, struct rd_request *request)
{
    const struct rd_symbols *symbols = kernel->catalogue.names.symbols;
    struct rd_value *result = &request->result;
    if (!kernel->known.kept) {
        rd_value_keep(request->arena, symbols, result);
        return;
    }
    RD_ASSERT(result->kind == RD_MAP && kernel->known.kept <= result->count);
    struct rd_value said = result->pairs[kernel->known.kept - 1].value;
    result->pairs[kernel->known.kept - 1].value = rd_null();
    rd_value_keep(request->arena, symbols, result);
    result->pairs[kernel->known.kept - 1].value = said;
}

/* Replies leave when later commands have run, on another thread, perhaps when the kernel is closed:
 * they must not borrow from a generation that is gone by then. The table of symbols stays until the
 * last reply has left: kernel.h. */
static void kernel_keep(const struct rd_kernel *kernel, struct rd_request *request)
{
    const struct rd_symbols *kept = kernel->catalogue.names.symbols;
    if (request->status == RD_OK) {
        kernel_keep_result(kernel, request);
    } else if (request->error.detail) {
        struct rd_value *detail = rd_arena_alloc(request->arena, sizeof *detail);
        *detail = *request->error.detail;
        rd_value_keep(request->arena, kept, detail);
        request->error.detail = detail;
    }
}

void rd_request_finish(const struct rd_kernel *kernel, struct rd_request *request)
{
    kernel_keep(kernel, request);
    if (request->status == RD_OK)
        return;
    request->result = rd_null();        /* as far as it had come */
    if (request->error.status == RD_OK) /* nobody said more */
        (void)rd_error_set(&request->error, request->status, "%s", rd_status_text(request->status));
    request->error.status = request->status;
    if (rd_status_code(request->status) == rd_status_code(RD_INTERNAL_ERROR))
        rd_log(RD_LOG_ERROR, "kernel", "%s: %s: %s", request->method,
               rd_status_name(request->status), request->error.text);
}

static void kernel_execute(struct rd_kernel *kernel, struct rd_request *request)
{
    rd_error_clear(&request->error);
    request->result = rd_null();
    request->actor = NULL;
    request->waits = false;
    rd_staff_settle(kernel);
    request->status =
        request->arena->total < RD_BATCH_ARENA_BYTES
            ? rd_method_call(kernel, request)
            : rd_error_set(
                  &request->error, RD_LIMIT_EXCEEDED,
                  "the replies of this batch take too much memory; send fewer requests at once");
    if (!request->waits)
        rd_request_finish(kernel, request);
    kernel->known.kept = 0;
}

void rd_request_fail(struct rd_request *request, const struct rd_error *error)
{
    if (request->status != RD_OK || request->waits)
        return;
    request->status = error->status;
    request->error = *error;
    request->result = rd_null();
}

/* Tried again and again while the disk is full, so it is said once. */
static void kernel_ring(struct rd_kernel *kernel)
{
    struct rd_error error = RD_ERROR_NONE;
    size_t rung;
    int64_t began_ns = rd_clock_mono_ns(), now_ms = rd_kernel_now_ms(kernel);
    bool due = rd_ring_next(kernel) <= now_ms || kernel->schedule_next_ms <= now_ms;
    bool failed = due && rd_ring_due(kernel, RD_LANE_LIVE, now_ms, false, RD_RING_SLICE_MAX, &rung,
                                     &error) != RD_OK;
    if (failed && !kernel->ring_failed)
        rd_log(RD_LOG_ERROR, "kernel", "due deadlines could not ring: %s", error.text);
    kernel->ring_failed = failed;
    rd_turn_add(&kernel->turn, RD_TURN_RINGS, began_ns);
}

static void kernel_replan(struct rd_kernel *kernel)
{
    struct rd_error error = RD_ERROR_NONE;
    int64_t began_ns = rd_clock_mono_ns();
    if (!kernel->replanning || kernel->standing.passive != RD_OK || rd_vault_is_full(kernel->vault))
        return;
    if (rd_replan_slice(kernel, RD_REPLAN_SLICE_MAX, &error) != RD_OK)
        rd_log(RD_LOG_WARN, "kernel", "deadlines could not be planned anew now: %s", error.text);
    rd_turn_add(&kernel->turn, RD_TURN_REPLAN, began_ns);
}

static void kernel_jobs(struct rd_kernel *kernel)
{
    struct rd_error error = RD_ERROR_NONE;
    int64_t began_ns = rd_clock_mono_ns();
    if (!kernel->jobs_running || kernel->standing.passive != RD_OK ||
        rd_vault_is_full(kernel->vault))
        return;
    if (rd_job_slice(kernel, RD_JOB_SLICE_MAX, &error) != RD_OK)
        rd_log(RD_LOG_WARN, "kernel", "a job could not go on now: %s", error.text);
    rd_turn_add(&kernel->turn, RD_TURN_JOBS, began_ns);
}

/* Goes on with a load of the policy; the request that it was for. */
static struct rd_request *kernel_loading(struct rd_kernel *kernel)
{
    int64_t began_ns = rd_clock_mono_ns();
    struct rd_request *answered = rd_loading_slice(kernel);
    rd_turn_add(&kernel->turn, RD_TURN_LOADING, began_ns);
    return answered;
}

/* What was written is on disk, or is kept and goes with the next flush. */
static void kernel_flushed(struct rd_kernel *kernel, enum rd_status status, int64_t began_ns)
{
    kernel->flush_failed = status != RD_OK;
    if (status != RD_OK) {
        rd_job_resume(kernel);
        rd_staff_taken_back(kernel);
        rd_ring_forget(kernel);
    } else {
        kernel->wrote = false;
        kernel->flushes++;
        rd_staff_flushed(kernel);
    }
    rd_turn_add(&kernel->turn, RD_TURN_FLUSH, began_ns);
}

/* `loaded`: answered beside the batch; NULL. */
static void kernel_flush(struct rd_kernel *kernel, struct rd_request *const *requests, size_t count,
                         struct rd_request *loaded)
{
    int64_t began_ns = rd_clock_mono_ns();
    if (!kernel->wrote)
        return;
    kernel->flush_error = RD_ERROR_NONE;
    enum rd_status status = rd_vault_flush(kernel->vault, &kernel->flush_error);
    for (size_t i = 0; status != RD_OK && i < count; i++)
        rd_request_fail(requests[i], &kernel->flush_error);
    if (status != RD_OK && loaded)
        rd_request_fail(loaded, &kernel->flush_error);
    kernel_flushed(kernel, status, began_ns);
}

/* The same for one who holds the results back: behind a flush that is under way it is owed, and
 * where others wait, it goes on behind the next run. */
static void kernel_flush_served(struct rd_kernel *kernel)
{
    const struct rd_kernel_server *server = kernel->server;
    int64_t began_ns = rd_clock_mono_ns();
    kernel->flush_owed = kernel->wrote && rd_journal_flush_later(rd_vault_journal(kernel->vault));
    if (!kernel->wrote || kernel->flush_owed)
        return;
    kernel->flush_error = RD_ERROR_NONE;
    enum rd_status status = server->others_wait(server->context)
                                ? rd_vault_flush_begin(kernel->vault, &kernel->flush_error)
                                : rd_vault_flush(kernel->vault, &kernel->flush_error);
    kernel_flushed(kernel, status, began_ns);
}

/* What the flush behind this run has come to, where it is over: one that failed is tried again
 * behind the run. */
static void kernel_look_behind(struct rd_kernel *kernel)
{
    struct rd_journal *journal = rd_vault_journal(kernel->vault);
    if (rd_journal_flush_look(journal) &&
        rd_journal_flushed_seq(journal) < rd_journal_last_seq(journal))
        kernel->wrote = true;
    rd_shadow_tell(kernel);
}

/* A long batch does not make deadlines late: where commands have run for a while, what is due gets
 * its slice, and the commands go on. */
static void kernel_ring_between(struct rd_kernel *kernel, int64_t *since_ns)
{
    if (kernel->clock_manual || kernel->standing.passive != RD_OK ||
        rd_clock_mono_ns() - *since_ns < RD_RING_WAIT_NS)
        return;
    kernel_ring(kernel);
    *since_ns = rd_clock_mono_ns();
}

/* Stops where the replies have come to `bytes_max`; how many requests were run. */
static size_t kernel_batch(struct rd_kernel *kernel, struct rd_request *const *requests,
                           size_t count, size_t bytes_max)
{
    size_t bytes = 0, ran = 0;
    int64_t since_ns = kernel->turn.began_ns;
    while (ran < count && bytes < bytes_max) {
        struct rd_request *request = requests[ran++];
        size_t before = request->arena->total;
        kernel_execute(kernel, request);
        bytes += request->arena->total - before;
        kernel_ring_between(kernel, &since_ns);
    }
    return ran;
}

/* Executes, rings and goes on with what takes long. */
static size_t kernel_turn(struct rd_kernel *kernel, struct rd_request *const *requests,
                          size_t count, size_t bytes_max)
{
    RD_ASSERT(count <= RD_BATCH_COMMANDS_MAX);
    rd_turn_begin(&kernel->turn);
    rd_clock_watch(kernel);
    count = kernel_batch(kernel, requests, count, bytes_max);
    kernel->turn.commands = count;
    rd_turn_add(&kernel->turn, RD_TURN_COMMANDS, kernel->turn.began_ns);
    if (!kernel->clock_manual && kernel->standing.passive == RD_OK)
        kernel_ring(kernel);
    kernel_replan(kernel);
    kernel_jobs(kernel);
    (void)rd_backing_slice(kernel);
    return count;
}

void rd_kernel_run(struct rd_kernel *kernel, struct rd_request *const *requests, size_t count)
{
    (void)kernel_turn(kernel, requests, count, SIZE_MAX);
    kernel_flush(kernel, requests, count, kernel_loading(kernel));
    if (kernel->reports) {
        rd_reports_slice(kernel); /* what it reads is flushed, what it files is not yet */
        kernel_flush(kernel, NULL, 0, NULL);
    }
    rd_turn_end(&kernel->turn);
}

enum rd_status rd_kernel_serve(struct rd_kernel *kernel, const struct rd_kernel_server *server,
                               struct rd_error *error)
{
    kernel->server = server;
    kernel->behind = (struct rd_journal_server){ .context = server->context,
                                                 .flushed = server->flushed,
                                                 .tidied = server->tidied };
    return rd_journal_serve(rd_vault_journal(kernel->vault), &kernel->behind, error);
}

size_t rd_kernel_run_served(struct rd_kernel *kernel, struct rd_request *const *requests,
                            size_t count)
{
    kernel_look_behind(kernel);
    count = kernel_turn(kernel, requests, count, RD_BATCH_REPLY_BYTES);
    (void)kernel_loading(kernel);
    kernel_flush_served(kernel);
    if (kernel->reports) {
        rd_reports_slice(kernel);
        kernel_flush_served(kernel);
    }
    rd_turn_end(&kernel->turn);
    return count;
}

int64_t rd_kernel_commands_ns(const struct rd_kernel *kernel)
{
    return kernel->turn.spent_ns[RD_TURN_COMMANDS];
}

enum rd_kernel_owing rd_kernel_flush_owed(struct rd_kernel *kernel)
{
    if (!kernel->flush_owed)
        return RD_OWES_NOTHING;
    return rd_journal_flush_later(rd_vault_journal(kernel->vault)) ? RD_OWES_LATER : RD_OWES_NOW;
}

struct rd_symbols *rd_kernel_symbols(struct rd_kernel *kernel)
{
    return rd_symbols_ref(kernel->catalogue.names.symbols);
}

uint64_t rd_kernel_seen_seq(const struct rd_kernel *kernel)
{
    return rd_journal_last_seq(rd_vault_journal(kernel->vault));
}

const struct rd_error *rd_kernel_flush_failed(const struct rd_kernel *kernel)
{
    return kernel->flush_failed ? &kernel->flush_error : NULL;
}

void rd_kernel_flush_wait(struct rd_kernel *kernel)
{
    rd_journal_flush_wait(rd_vault_journal(kernel->vault));
}

void rd_kernel_call(struct rd_kernel *kernel, struct rd_request *request)
{
    rd_kernel_run(kernel, &request, 1);
    while (request->waits) {
        rd_loading_wait(kernel);
        rd_backing_wait(kernel);
        rd_kernel_run(kernel, NULL, 0);
    }
}

bool rd_kernel_reads(const struct rd_kernel *kernel)
{
    return kernel->reports || rd_loading_wake_at(kernel) == 0;
}

int64_t rd_kernel_wake_at(struct rd_kernel *kernel)
{
    int64_t loaded = rd_loading_wake_at(kernel), backed = rd_backing_wake_at(kernel);
    loaded = backed < loaded ? backed : loaded; /* what goes on beside */
    if (kernel->reports || loaded == 0)
        return 0;
    if (kernel->standing.passive != RD_OK)
        return loaded;
    if ((kernel->replanning || kernel->jobs_running) && !rd_vault_is_full(kernel->vault))
        return 0;
    if (kernel->clock_manual)
        return loaded;
    int64_t ring = rd_ring_next(kernel);
    int64_t due = kernel->schedule_next_ms < ring ? kernel->schedule_next_ms : ring;
    return due < loaded ? due : loaded;
}

void rd_kernel_tidy(struct rd_kernel *kernel)
{
    rd_turn_begin(&kernel->turn);
    rd_policy_collect(kernel->policy);
    rd_turn_add(&kernel->turn, RD_TURN_COLLECT, kernel->turn.began_ns);
    rd_turn_end(&kernel->turn);
}

bool rd_kernel_idle(struct rd_kernel *kernel)
{
    rd_turn_begin(&kernel->turn);
    bool more = rd_vault_idle(kernel->vault);
    rd_shadow_tell(kernel);
    int64_t began_ns = rd_clock_mono_ns();
    rd_policy_collect(kernel->policy);
    rd_turn_add(&kernel->turn, RD_TURN_COLLECT, began_ns);
    rd_turn_end(&kernel->turn);
    return more;
}
