/* The audit: the journal's chain proved, signed, and handed to outsiders. Reads files only; a
 * daemon may run on them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/audit_export.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/dirs.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "store/vault.h"

static void audit_progress(void *context, uint64_t done, uint64_t all)
{
    rd_progress_set(context, done, all);
}

/* What the store knows of the journal's end; nothing where a daemon holds it, which looks itself.
 */
static enum rd_status audit_store(const char *dir, struct rd_journal_known *known, bool *still,
                                  struct rd_error *error)
{
    struct rd_error why = RD_ERROR_NONE;
    *known = (struct rd_journal_known){ .who = "the store" };
    enum rd_status status = rd_vault_reached(dir, &known->seq, known->hash, &why);
    *still = status == RD_OK;
    if (status == RD_IN_USE)
        return RD_OK;
    if (status != RD_OK && error)
        *error = why;
    return status;
}

/* All that is known of the journal from elsewhere, by sequence: the checkpoints and the store. */
static const struct rd_journal_known *audit_known(struct rd_cli *cli,
                                                  const struct rd_checkpoints *checkpoints,
                                                  const struct rd_journal_known *store,
                                                  size_t *count)
{
    struct rd_journal_known *known = rd_checkpoints_known(checkpoints, &cli->arena);
    size_t at = checkpoints->count;
    *count = at + (store->seq > 0);
    for (; store->seq > 0 && at > 0 && known[at - 1].seq > store->seq; at--)
        known[at] = known[at - 1];
    if (store->seq > 0)
        known[at] = *store;
    return known;
}

/* The key of an option; `*key` NULL where none is given. */
static enum rd_status audit_key(struct rd_cli *cli, const char *option,
                                const struct rd_sign_key **key, struct rd_error *error)
{
    const char *path = rd_args_text(&cli->args, option);
    struct rd_sign_key *out = rd_arena_alloc(&cli->arena, sizeof *out);
    *key = NULL;
    if (!path)
        return RD_OK;
    enum rd_status status = rd_sign_key_read(path, out, error);
    *key = status == RD_OK ? out : NULL;
    return status;
}

/* Proves the journal of --data against the store and the checkpoints. */
static enum rd_status audit_prove(struct rd_cli *cli, const struct rd_checkpoints *checkpoints,
                                  struct rd_journal_verdict *verdict, struct rd_error *error)
{
    const char *data = rd_args_text(&cli->args, "data");
    struct rd_progress progress;
    struct rd_journal_known store;
    struct rd_journal_proof proof = { .dir = rd_arena_printf(&cli->arena, "%s/journal", data),
                                      .progress = audit_progress,
                                      .context = &progress };
    enum rd_status status = audit_store(data, &store, &proof.still, error);
    if (status != RD_OK)
        return status;
    proof.known = audit_known(cli, checkpoints, &store, &proof.known_count);
    rd_progress_start(&progress, stderr, "verifying", "bytes");
    status = rd_journal_prove(&proof, verdict, error);
    rd_progress_end(&progress);
    return status;
}

static void audit_print(struct rd_cli *cli, const struct rd_journal_verdict *verdict,
                        const struct rd_checkpoints *checkpoints, bool is_signed, bool holds)
{
    const char *hash = rd_output_hex(&cli->arena, verdict->hash, RD_HASH_BYTES);
    if (cli->json) {
        struct rd_value result = rd_map();
        rd_map_set(&cli->arena, &result, "ok", rd_bool(holds));
        rd_map_set(&cli->arena, &result, "entries", rd_int((int64_t)verdict->entries));
        rd_map_set(&cli->arena, &result, "bytes", rd_int((int64_t)verdict->bytes));
        rd_map_set(&cli->arena, &result, "hash", rd_text(hash));
        rd_map_set(&cli->arena, &result, "checkpoints", rd_int((int64_t)checkpoints->count));
        rd_map_set(&cli->arena, &result, "signatures_checked", rd_bool(is_signed));
        if (!holds) {
            rd_map_set(&cli->arena, &result, "bad_seq", rd_int((int64_t)verdict->bad_seq));
            rd_map_set(&cli->arena, &result, "bad_place", rd_text(verdict->bad_place));
        }
        rd_cli_print_json(cli, &result);
        return;
    }
    rd_buf_printf(&cli->out, "entries  %" PRIu64 "\nbytes    %" PRIu64 "\nhash     %s\n",
                  verdict->entries, verdict->bytes, hash);
    if (checkpoints->count > 0)
        rd_buf_printf(&cli->out, "checkpoints  %zu, %s\n", checkpoints->count,
                      is_signed ? "their signatures hold"
                                : "their signatures not looked at (--public-key)");
    if (holds)
        rd_buf_text(&cli->out, "the chain holds\n");
    else
        rd_buf_printf(&cli->out, "entry %" PRIu64 " does not fit: %s\n", verdict->bad_seq,
                      verdict->bad_place);
}

enum rd_status rd_run_audit_verify(struct rd_cli *cli, struct rd_error *error)
{
    const char *data = rd_args_text(&cli->args, "data");
    const char *path = rd_args_text(&cli->args, "checkpoints");
    const struct rd_sign_key *key;
    struct rd_checkpoints checkpoints = { .count = 0 };
    struct rd_journal_verdict verdict = { .entries = 0 };
    enum rd_status status = rd_dirs_check_data(data, error);
    if (status == RD_OK)
        status = audit_key(cli, "public-key", &key, error);
    if (status == RD_OK)
        status = rd_checkpoints_read(path ? path : rd_checkpoints_path(&cli->arena, data), key,
                                     &cli->arena, &checkpoints, error);
    if (status == RD_OK && path && checkpoints.count == 0)
        status = rd_error_set(error, RD_NOT_FOUND, "%s holds no checkpoints", path);
    if (status != RD_OK)
        return status;
    status = audit_prove(cli, &checkpoints, &verdict, error);
    if (status == RD_OK || status == RD_CHECK_FAILED)
        audit_print(cli, &verdict, &checkpoints, key != NULL, status == RD_OK);
    return status;
}

/* ---- keys, checkpoints, exports ---- */

enum rd_status rd_run_audit_key(struct rd_cli *cli, struct rd_error *error)
{
    const char *path = cli->args.operands[0];
    struct rd_sign_key key;
    enum rd_status status = rd_sign_key_create(path, &key, error);
    rd_sign_key_wipe(&key);
    if (status != RD_OK)
        return status;
    if (cli->json) {
        struct rd_value result = rd_map();
        rd_map_set(&cli->arena, &result, "key", rd_text(key.name));
        rd_map_set(&cli->arena, &result, "secret", rd_text(path));
        rd_map_set(&cli->arena, &result, "public",
                   rd_text(rd_arena_printf(&cli->arena, "%s.pub", path)));
        rd_cli_print_json(cli, &result);
        return RD_OK;
    }
    rd_buf_printf(&cli->out,
                  "key     %s\nsecret  %s: keep it off this machine where you can\npublic  %s.pub: "
                  "give it to whoever is to verify\n",
                  key.name, path, path);
    return RD_OK;
}

/* The checkpoints of --data, with the key that signs the next one. */
static enum rd_status audit_own(struct rd_cli *cli, const struct rd_sign_key *key,
                                struct rd_checkpoints *checkpoints, struct rd_error *error)
{
    const char *data = rd_args_text(&cli->args, "data");
    enum rd_status status = rd_dirs_check_data(data, error);
    return status == RD_OK ? rd_checkpoints_read(rd_checkpoints_path(&cli->arena, data), key,
                                                 &cli->arena, checkpoints, error)
                           : status;
}

enum rd_status rd_run_audit_checkpoint(struct rd_cli *cli, struct rd_error *error)
{
    const struct rd_sign_key *key;
    struct rd_checkpoints have = { .count = 0 };
    struct rd_checkpoint next;
    struct rd_journal_verdict verdict;
    enum rd_status status = audit_key(cli, "key", &key, error);
    if (status == RD_OK && !key)
        status = rd_error_set(error, RD_USAGE, "name the key that signs: --key FILE");
    if (status == RD_OK)
        status = audit_own(cli, key, &have, error);
    if (status == RD_OK)
        status = audit_prove(cli, &have, &verdict, error);
    if (status == RD_OK)
        status =
            rd_checkpoint_add(rd_checkpoints_path(&cli->arena, rd_args_text(&cli->args, "data")),
                              &have, &verdict, rd_clock_wall_ms(), key, &cli->arena, &next, error);
    if (status != RD_OK)
        return status;
    if (cli->json) {
        struct rd_value result = rd_map();
        rd_map_set(&cli->arena, &result, "number", rd_int(next.number));
        rd_map_set(&cli->arena, &result, "entries", rd_int((int64_t)next.entries));
        rd_map_set(&cli->arena, &result, "line", rd_text(next.line));
        rd_cli_print_json(cli, &result);
    } else {
        rd_buf_printf(&cli->out, "%s\n", next.line);
    }
    return RD_OK;
}

/* A file that proves itself: what is in it. */
static void audit_print_export(struct rd_cli *cli, const struct rd_export_summary *summary,
                               const char *text)
{
    const char *hash = rd_output_hex(&cli->arena, summary->hash, RD_HASH_BYTES);
    if (cli->json) {
        struct rd_value result = rd_map();
        rd_map_set(&cli->arena, &result, "ok", rd_bool(true));
        rd_map_set(&cli->arena, &result, "from", rd_int((int64_t)summary->from));
        rd_map_set(&cli->arena, &result, "to", rd_int((int64_t)summary->to));
        rd_map_set(&cli->arena, &result, "hash", rd_text(hash));
        rd_map_set(&cli->arena, &result, "checkpoints", rd_int((int64_t)summary->checkpoints));
        rd_map_set(&cli->arena, &result, "signed", rd_bool(summary->is_signed));
        rd_cli_print_json(cli, &result);
        return;
    }
    rd_buf_printf(&cli->out, "entries  %" PRIu64 " to %" PRIu64 "\nhash     %s\n%s\n",
                  summary->from, summary->to, hash, text);
}

enum rd_status rd_run_audit_export(struct rd_cli *cli, struct rd_error *error)
{
    const struct rd_sign_key *key = NULL;
    struct rd_checkpoints have = { .count = 0 };
    struct rd_export_summary summary;
    struct rd_export_options options = {
        .path = cli->args.operands[0],
        .journal = rd_arena_printf(&cli->arena, "%s/journal", rd_args_text(&cli->args, "data")),
        .from = (uint64_t)rd_args_number(&cli->args, "from-entry", 1),
        .to = (uint64_t)rd_args_number(&cli->args, "to-entry", 0),
        .now_ms = rd_clock_wall_ms(),
        .checkpoints = &have,
    };
    enum rd_status status = audit_key(cli, "key", &key, error);
    if (status == RD_OK && key && !key->signs)
        status = rd_error_set(error, RD_USAGE, "a public key can't sign; name the secret one");
    if (status == RD_OK)
        status = audit_own(cli, key, &have, error);
    options.key = key;
    if (status == RD_OK)
        status = rd_export_write(&options, &summary, error);
    if (status == RD_OK)
        audit_print_export(cli, &summary, key ? "signed" : "not signed (--key)");
    return status;
}

/* Whether the file is a list of checkpoints rather than an export. */
static bool audit_is_checkpoints(const char *path)
{
    char head[sizeof "redress-checkpoint" - 1] = "";
    FILE *file = fopen(path, "re");
    bool is = file && fread(head, 1, sizeof head, file) == sizeof head &&
              memcmp(head, "redress-checkpoint", sizeof head) == 0;
    if (file)
        fclose(file);
    return is;
}

static enum rd_status audit_check_checkpoints(struct rd_cli *cli, const char *path,
                                              const struct rd_sign_key *key, struct rd_error *error)
{
    struct rd_checkpoints have;
    enum rd_status status = rd_checkpoints_read(path, key, &cli->arena, &have, error);
    if (status != RD_OK)
        return status;
    const struct rd_checkpoint *last = &have.items[have.count - 1];
    struct rd_export_summary summary = { .from = 1, .to = last->entries, .is_signed = key != NULL };
    memcpy(summary.hash, last->hash, RD_HASH_BYTES);
    summary.checkpoints = have.count;
    audit_print_export(cli, &summary,
                       key ? "the checkpoints and their signatures hold"
                           : "the checkpoints hold; signatures not looked at (--public-key)");
    return RD_OK;
}

enum rd_status rd_run_audit_check(struct rd_cli *cli, struct rd_error *error)
{
    const char *path = cli->args.operands[0];
    const struct rd_sign_key *key;
    struct rd_export_summary summary;
    enum rd_status status = audit_key(cli, "public-key", &key, error);
    if (status != RD_OK)
        return status;
    if (audit_is_checkpoints(path))
        return audit_check_checkpoints(cli, path, key, error);
    status = rd_export_check(path, key, &summary, error);
    if (status == RD_OK)
        audit_print_export(cli, &summary,
                           key ? "the export and its signature hold"
                               : "the export holds; a signature was not looked at (--public-key)");
    return status;
}
