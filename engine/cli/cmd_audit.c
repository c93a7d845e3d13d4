/* The audit: the journal's chain proved. Reads files only; a daemon may run on them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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

static void audit_print(struct rd_cli *cli, const struct rd_journal_verdict *verdict, bool holds)
{
    const char *hash = rd_output_hex(&cli->arena, verdict->hash, RD_HASH_BYTES);
    if (cli->json) {
        struct rd_value result = rd_map();
        rd_map_set(&cli->arena, &result, "ok", rd_bool(holds));
        rd_map_set(&cli->arena, &result, "entries", rd_int((int64_t)verdict->entries));
        rd_map_set(&cli->arena, &result, "bytes", rd_int((int64_t)verdict->bytes));
        rd_map_set(&cli->arena, &result, "hash", rd_text(hash));
        if (!holds) {
            rd_map_set(&cli->arena, &result, "bad_seq", rd_int((int64_t)verdict->bad_seq));
            rd_map_set(&cli->arena, &result, "bad_place", rd_text(verdict->bad_place));
        }
        rd_cli_print_json(cli, &result);
        return;
    }
    rd_buf_printf(&cli->out, "entries  %" PRIu64 "\nbytes    %" PRIu64 "\nhash     %s\n",
                  verdict->entries, verdict->bytes, hash);
    if (holds)
        rd_buf_text(&cli->out, "the chain holds\n");
    else
        rd_buf_printf(&cli->out, "entry %" PRIu64 " does not fit: %s\n", verdict->bad_seq,
                      verdict->bad_place);
}

enum rd_status rd_run_audit_verify(struct rd_cli *cli, struct rd_error *error)
{
    const char *data = rd_args_text(&cli->args, "data");
    struct rd_progress progress;
    struct rd_journal_known known;
    struct rd_journal_verdict verdict = { .entries = 0 };
    struct rd_journal_proof proof = { .dir = rd_arena_printf(&cli->arena, "%s/journal", data),
                                      .known = &known,
                                      .progress = audit_progress,
                                      .context = &progress };
    enum rd_status status = rd_dirs_check_data(data, error);
    if (status == RD_OK)
        status = audit_store(data, &known, &proof.still, error);
    if (status != RD_OK)
        return status;
    proof.known_count = known.seq > 0;
    rd_progress_start(&progress, stderr, "verifying", "bytes");
    status = rd_journal_prove(&proof, &verdict, error);
    rd_progress_end(&progress);
    if (status == RD_OK || status == RD_CHECK_FAILED)
        audit_print(cli, &verdict, status == RD_OK);
    return status;
}
