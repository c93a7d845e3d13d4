/* Backups: made by the daemon (or in process, where none runs), verified and restored without one.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/names.h"
#include "base/symbol.h"
#include "base/text.h"
#include "cli/caller.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/dirs.h"
#include "cli/keys_look.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/remake.h"
#include "domain/entry.h"
#include "kernel/kernel.h"
#include "server/client.h"
#include "store/backup.h"
#include "store/disk.h"

#define BACKUP_LOOK_MS 250

static void backup_progress(void *context, uint64_t done, uint64_t all)
{
    rd_progress_set(context, done, all);
}

/* ---- create ---- */

/* The whole path of a directory that may not be there yet; its parent must be. */
static enum rd_status backup_path(struct rd_cli *cli, const char *given, const char **out,
                                  struct rd_error *error)
{
    char real[PATH_MAX];
    given = rd_dirs_trim(&cli->arena, given);
    const char *slash = strrchr(given, '/');
    if (realpath(given, real)) {
        *out = rd_arena_copy(&cli->arena, real, strlen(real));
        return RD_OK;
    }
    const char *parent =
        slash ? rd_arena_copy(&cli->arena, given, (size_t)(slash - given) + 1) : ".";
    if (errno != ENOENT || !realpath(parent, real))
        return rd_error_errno(error, RD_USAGE, errno, "%s", parent);
    *out = rd_arena_printf(&cli->arena, "%s/%s", strcmp(real, "/") == 0 ? "" : real,
                           slash ? slash + 1 : given);
    return RD_OK;
}

/* What the other connection is told, while the first one waits. */
static void backup_look(struct rd_client *client, struct rd_cli *cli, struct rd_progress *progress)
{
    struct rd_value params = rd_map(), result;
    struct rd_error ignored = RD_ERROR_NONE;
    if (client &&
        rd_client_call(client, &cli->arena, "backup.status", &params, &result, &ignored) == RD_OK)
        rd_progress_set(progress, (uint64_t)rd_map_int(&result, "done_bytes", 0),
                        (uint64_t)rd_map_int(&result, "all_bytes", 0));
}

static enum rd_status backup_by_daemon(struct rd_cli *cli, const char *address,
                                       struct rd_value *params, struct rd_value *result,
                                       struct rd_error *error)
{
    struct rd_client *client, *watcher = NULL;
    struct rd_progress progress;
    struct rd_error ignored = RD_ERROR_NONE;
    int64_t id;
    enum rd_status status = rd_client_open(address, &client, error);
    if (status != RD_OK)
        return status;
    if (rd_client_open(address, &watcher, &ignored) != RD_OK)
        watcher = NULL; /* then without a bar */
    rd_progress_start(&progress, stderr, "backing up", "bytes");
    rd_client_send(client, "backup.create", params);
    rd_client_set_timeout(client, BACKUP_LOOK_MS);
    while ((status = rd_client_receive(client, &cli->arena, &id, result, error)) ==
               RD_IN_PROGRESS &&
           id < 0) {
        *error = RD_ERROR_NONE;
        backup_look(watcher, cli, &progress);
    }
    rd_progress_end(&progress);
    rd_client_close(watcher);
    rd_client_close(client);
    return status;
}

static enum rd_status backup_here(struct rd_cli *cli, const char *dir, struct rd_value *params,
                                  struct rd_value *result, struct rd_error *error)
{
    struct rd_caller caller;
    enum rd_status status = rd_caller_open(&caller, cli, dir, NULL, error);
    if (status == RD_OK)
        status = rd_caller_call(&caller, &cli->arena, "backup.create", params, result, error);
    rd_caller_close(&caller);
    return status;
}

enum rd_status rd_run_backup_create(struct rd_cli *cli, struct rd_error *error)
{
    const char *dir = rd_args_text(&cli->args, "data"), *to;
    struct rd_value params = rd_map(), result = rd_map();
    int64_t rate = rd_args_number(&cli->args, "rate", 0);
    enum rd_status status = backup_path(cli, cli->args.operands[0], &to, error);
    if (status == RD_OK)
        status = rd_dirs_check_data(dir, error);
    if (status != RD_OK)
        return status;
    rd_map_add(&cli->arena, &params, "to", rd_text(to));
    rd_map_add(&cli->arena, &params, "bytes_per_s", rd_int(rate * 1024 * 1024));
    status = backup_here(cli, dir, &params, &result, error);
    if (status == RD_IN_USE) {
        *error = RD_ERROR_NONE;
        status = backup_by_daemon(cli, rd_arena_printf(&cli->arena, "unix:%s/redress.sock", dir),
                                  &params, &result, error);
    }
    if (status != RD_OK)
        return status;
    if (cli->json) {
        rd_cli_print_json(cli, &result);
        return RD_OK;
    }
    rd_buf_printf(&cli->out,
                  "%s: %" PRId64 " entries in %" PRId64 " segments, %.1f MiB; copied %" PRId64
                  " of them, %.1f MiB, in %" PRId64 " ms; read back and proven\n",
                  to, rd_map_int(&result, "entries", 0), rd_map_int(&result, "segments", 0),
                  (double)rd_map_int(&result, "bytes", 0) / 1048576,
                  rd_map_int(&result, "copied_segments", 0),
                  (double)rd_map_int(&result, "copied_bytes", 0) / 1048576,
                  rd_map_int(&result, "took_ms", 0));
    return RD_OK;
}

/* ---- verify, restore ---- */

/* `digest`: of the store that was restored; `keys`: what a verification saw of them. One of both.
 */
static void backup_print(struct rd_cli *cli, const struct rd_backup_summary *summary,
                         const char *digest, const struct rd_value *keys, const char *text)
{
    const char *hash = rd_output_hex(&cli->arena, summary->hash, RD_HASH_BYTES);
    char made[RD_TIME_TEXT_MAX];
    rd_time_write(summary->made_at_ms, made);
    if (cli->json) {
        struct rd_value out = rd_map();
        rd_map_add(&cli->arena, &out, "ok", rd_bool(!keys || rd_map_bool(keys, "ok", false)));
        rd_map_add(&cli->arena, &out, "entries", rd_int((int64_t)summary->entries));
        rd_map_add(&cli->arena, &out, "hash", rd_text(hash));
        rd_map_add(&cli->arena, &out, "segments", rd_int(summary->segments));
        rd_map_add(&cli->arena, &out, "bytes", rd_int((int64_t)summary->bytes));
        if (digest)
            rd_map_add(&cli->arena, &out, "store", rd_text(digest));
        else
            rd_map_add(&cli->arena, &out, "made_at", rd_text(made));
        if (keys)
            rd_map_add(&cli->arena, &out, "keys", *keys);
        rd_cli_print_json(cli, &out);
        return;
    }
    rd_buf_printf(&cli->out, "entries  %" PRIu64 "\nhash     %s\n", summary->entries, hash);
    if (digest)
        rd_buf_printf(&cli->out, "store    %s\n", digest);
    else
        rd_buf_printf(&cli->out, "made     %s\n", made);
    if (keys)
        rd_keys_look_print(keys, &cli->out);
    rd_buf_printf(&cli->out, "%s\n", text);
}

/* The journal first; then whether what is personal in it can be read with the backup's keys. */
static enum rd_status backup_verify(struct rd_cli *cli, const char *dir,
                                    struct rd_backup_summary *summary, struct rd_keys_look *keys,
                                    struct rd_error *error)
{
    struct rd_progress progress;
    struct rd_keys_options options = { .data = dir, .progress = backup_progress };
    rd_progress_start(&progress, stderr, "verifying", "bytes");
    enum rd_status status = rd_backup_verify(dir, backup_progress, &progress, summary, error);
    rd_progress_end(&progress);
    if (status != RD_OK)
        return status;
    options.until_seq = summary->entries;
    options.context = &progress;
    rd_progress_start(&progress, stderr, "trying keys", "bytes");
    status = rd_keys_look(&options, &cli->arena, keys, error);
    rd_progress_end(&progress);
    return status;
}

enum rd_status rd_run_backup_verify(struct rd_cli *cli, struct rd_error *error)
{
    const char *dir = cli->args.operands[0];
    struct rd_backup_summary summary;
    struct rd_keys_look keys;
    if (access(dir, R_OK | X_OK) != 0 && errno == EACCES) /* it may be whole */
        return rd_error_errno(error, RD_NOT_ALLOWED, errno,
                              "can't look into %s (run it as its owner)", dir);
    enum rd_status status = backup_verify(cli, dir, &summary, &keys, error);
    if (status != RD_OK)
        return status;
    struct rd_value shown = rd_keys_look_value(&keys, &cli->arena);
    status = rd_keys_look_verdict(&keys,
                                  "where `redress store verify` finds none missing in the data "
                                  "directory, `redress backup create` into it copies them anew",
                                  error);
    backup_print(cli, &summary, NULL, &shown,
                 status == RD_OK ? "every file, the whole chain and the keys hold"
                                 : "every file and the whole chain hold");
    return status;
}

struct restore {
    struct rd_progress progress;
    int64_t until_ms; /* INT64_MAX: all */
    struct rd_symbols *symbols;
    struct rd_names names; /* that the entries so far have given */
    struct rd_arena arena; /* of one entry */
};

static void restore_init(struct restore *restore, int64_t until_ms)
{
    *restore = (struct restore){ .until_ms = until_ms, .symbols = rd_symbols_new() };
    rd_names_init(&restore->names, restore->symbols);
    rd_arena_init(&restore->arena);
}

static void restore_fini(struct restore *restore)
{
    rd_arena_fini(&restore->arena);
    rd_names_fini(&restore->names);
    rd_symbols_unref(restore->symbols);
}

static bool restore_ends(void *context, uint64_t seq, const void *payload, size_t len)
{
    struct restore *restore = context;
    struct rd_command_entry entry;
    (void)seq;
    rd_arena_reset(&restore->arena);
    return rd_entry_unpack(payload, len, &restore->names, &restore->arena, &entry, NULL) == RD_OK &&
           entry.at_ms > restore->until_ms;
}

static void restore_progress(void *context, uint64_t done, uint64_t all)
{
    struct restore *restore = context;
    rd_progress_set(&restore->progress, done, all);
}

/* The journal first, under another name, then the store; the directory has its name only when both
 * are there. */
static enum rd_status restore_into(struct rd_cli *cli, const char *from, const char *partial,
                                   struct restore *restore, struct rd_backup_summary *summary,
                                   char digest[65], struct rd_error *error)
{
    struct rd_kernel_start start;
    struct rd_backup_options options = {
        .from = from,
        .to = rd_arena_printf(&cli->arena, "%s/journal", partial),
        .until_seq = (uint64_t)rd_args_number(&cli->args, "to-entry", 0),
        .ends_before = restore->until_ms < INT64_MAX ? restore_ends : NULL,
        .progress = restore_progress,
        .context = restore,
    };
    rd_progress_start(&restore->progress, stderr, "restoring", "bytes");
    enum rd_status status = rd_backup_restore(&options, summary, error);
    rd_progress_end(&restore->progress);
    if (status == RD_OK && summary->entries == 0)
        return rd_error_set(error, RD_NOT_FOUND,
                            "the backup has no entry that early: nothing was restored");
    return status == RD_OK ? rd_remake_store(cli, partial, RD_REMAKE_STORE, digest, &start, error)
                           : status;
}

/* The name is free: nothing has it, or an empty directory that goes. */
static enum rd_status restore_place(const char *to, struct rd_error *error)
{
    if (rmdir(to) == 0 || errno == ENOENT)
        return RD_OK;
    if (errno == EBUSY)
        return rd_error_set(
            error, RD_BAD_DIRECTORY,
            "%s is a mount point, and a restore makes its directory beside the name "
            "first; name a new directory inside it",
            to);
    if (errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR)
        return rd_error_set(error, RD_BAD_DIRECTORY, "%s is %s; name a new directory", to,
                            errno == ENOTDIR ? "no directory" : "not empty");
    return rd_error_errno(error, RD_IO, errno, "can't take the name %s", to);
}

enum rd_status rd_run_backup_restore(struct rd_cli *cli, struct rd_error *error)
{
    const char *from = cli->args.operands[0];
    const char *to = rd_dirs_trim(&cli->arena, cli->args.operands[1]);
    const char *until = rd_args_text(&cli->args, "to");
    const char *partial = rd_arena_printf(&cli->arena, "%s.partial", to);
    struct restore restore;
    int64_t until_ms = INT64_MAX;
    struct rd_backup_summary summary;
    char digest[65];
    if (until && !rd_time_read(until, &until_ms))
        return rd_error_set(error, RD_USAGE,
                            "'%s' is no RFC 3339 time; write it as 2026-03-06T16:00:00+08:00",
                            until);
    enum rd_status status = restore_place(to, error);
    if (status != RD_OK)
        return status;
    if (mkdir(partial, 0700) != 0)
        return errno == EEXIST
                   ? rd_error_set(
                         error, RD_BAD_DIRECTORY,
                         "%s is there, from a restore that was broken off; remove it first",
                         partial)
                   : rd_error_errno(error, RD_IO, errno, "can't make %s", partial);
    restore_init(&restore, until_ms);
    status = restore_into(cli, from, partial, &restore, &summary, digest, error);
    restore_fini(&restore);
    if (status == RD_OK && rename(partial, to) != 0)
        status = rd_error_errno(error, RD_IO, errno, "can't rename %s to %s", partial, to);
    if (status != RD_OK) {
        rd_dirs_remove(partial);
        return status;
    }
    status = rd_disk_flush_name(to, error);
    if (status != RD_OK)
        return status;
    backup_print(cli, &summary, digest, NULL,
                 "restored; start it with `redress serve --data` and this directory");
    return RD_OK;
}
