/* `redress policy prove`: the claims of domain/prove.h about a directory, in this process.
 *
 * What is not proved is a result and goes to standard output as FILE:LINE: sentence, as findings
 * do;
 * --tests prints only the refuted cases that are promises, so that they can be put into a file.
 */
#include <string.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/policy_print.h"
#include "kernel/promise.h"
#include "kernel/prove_replay.h"
#include "policy/policy.h"
#include "policy/prove.h"

static void proof_put(struct rd_buf *out, const struct rd_proof *proof)
{
    if (proof->line > 0)
        rd_buf_printf(out, "%s:%d: ", proof->file, proof->line);
    rd_buf_printf(out, "%s: %s %s", rd_verdict_word(proof->verdict), proof->subject,
                  rd_claim_word(proof->claim));
    if (proof->text) {
        rd_buf_text(out, ": ");
        rd_output_plain(out, proof->text, strlen(proof->text));
    }
    rd_buf_char(out, '\n');
}

/* Several promises stand in one file only without `return`, which is for what stands alone. */
static const char *promise_text(const char *test)
{
    static const char RETURN[] = "return ";
    return strncmp(test, RETURN, sizeof RETURN - 1) == 0 ? test + sizeof RETURN - 1 : test;
}

static void proofs_print(struct rd_cli *cli, const struct rd_proofs *proofs)
{
    bool all = rd_args_flag(&cli->args, "all"), tests = rd_args_flag(&cli->args, "tests");
    for (const struct rd_proof *proof = proofs->first; proof; proof = proof->next) {
        if (tests && proof->test)
            rd_buf_printf(&cli->out, "-- %s:%d: %s\n%s", proof->file, proof->line, proof->text,
                          promise_text(proof->test));
        if (!tests && (all || proof->verdict != RD_PROVED))
            proof_put(&cli->out, proof);
    }
    if (!tests)
        rd_buf_printf(&cli->out, "%zu proved, %zu refuted, %zu unknown\n",
                      proofs->counts[RD_PROVED], proofs->counts[RD_REFUTED],
                      proofs->counts[RD_UNKNOWN]);
}

static struct rd_value proof_value(struct rd_arena *arena, const struct rd_proof *proof)
{
    struct rd_value item = rd_map();
    rd_map_set(arena, &item, "claim", rd_text(rd_claim_word(proof->claim)));
    rd_map_set(arena, &item, "answer", rd_text(rd_verdict_word(proof->verdict)));
    rd_map_set(arena, &item, "subject", rd_text(proof->subject));
    rd_map_set(arena, &item, "file", rd_text(proof->file));
    rd_map_set(arena, &item, "line", rd_int(proof->line));
    rd_map_set(arena, &item, "text", proof->text ? rd_text(proof->text) : rd_null());
    rd_map_set(arena, &item, "test", proof->test ? rd_text(proof->test) : rd_null());
    return item;
}

static void proofs_print_json(struct rd_cli *cli, const struct rd_proofs *proofs, const char *hash)
{
    struct rd_value result = rd_map(), list = rd_list();
    rd_map_set(&cli->arena, &result, "generation", rd_text(hash));
    for (int v = 0; v < RD_VERDICTS; v++)
        rd_map_set(&cli->arena, &result, rd_verdict_word((enum rd_verdict)v),
                   rd_int((int64_t)proofs->counts[v]));
    for (const struct rd_proof *proof = proofs->first; proof; proof = proof->next)
        rd_list_add(&cli->arena, &list, proof_value(&cli->arena, proof));
    rd_map_set(&cli->arena, &result, "proofs", list);
    rd_cli_print_json(cli, &result);
}

enum rd_status rd_run_policy_prove(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_policy_source *sources;
    size_t count;
    struct rd_findings findings;
    struct rd_policy *policy = NULL;
    struct rd_proofs proofs;
    struct rd_promise_report report = { .stood = rd_map() };
    const char *dir = rd_args_operand(&cli->args, 0);
    enum rd_status status =
        rd_policy_read_dir(&cli->arena, dir ? dir : ".", &sources, &count, error);
    if (status != RD_OK)
        return status;
    rd_findings_init(&findings, &cli->arena);
    status = rd_policy_load(sources, count, NULL, &findings, &policy, error);
    if (status != RD_OK) {
        rd_policy_put_findings(&cli->out, &findings);
        return status;
    }
    if (rd_args_flag(&cli->args, "promises"))
        status = rd_promises_run(sources, count, NULL, NULL, NULL, &cli->arena, &report, error);
    if (status != RD_OK) {
        rd_policy_free(policy);
        return status;
    }
    rd_policy_prove(policy, sources, count, &report.stood, &cli->arena, &proofs);
    if (cli->json || rd_args_flag(&cli->args, "tests"))
        status = rd_proofs_replay(sources, count, &cli->arena, &proofs, error);
    if (status != RD_OK) {
        rd_policy_free(policy);
        return status;
    }
    if (cli->json)
        proofs_print_json(cli, &proofs, rd_policy_hash_text(policy));
    else
        proofs_print(cli, &proofs);
    rd_policy_free(policy);
    bool fails = proofs.counts[RD_REFUTED] > 0 ||
                 (rd_args_flag(&cli->args, "strict") && proofs.counts[RD_UNKNOWN] > 0);
    return fails ? RD_CHECK_FAILED : RD_OK;
}
