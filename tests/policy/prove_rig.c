/* Refuted cases as promises: proves a policy with all plays tried, and asks whether another one
 * keeps what was shown. */
#include "policy/prove_rig.h"

#include "kernel/prove_replay.h"
#include "policy/prove.h"
#include "policy/rig.h"

const struct rd_proof *prove_rig_proof(struct rd_arena *arena,
                                       const struct rd_policy_source *sources, size_t count,
                                       enum rd_claim claim, const char *subject)
{
    struct rd_findings findings;
    struct rd_policy *policy = NULL;
    struct rd_proofs proofs;
    struct rd_error error = RD_ERROR_NONE;
    rd_findings_init(&findings, arena);
    enum rd_status status = rd_policy_load(sources, count, NULL, &findings, &policy, &error);
    ck_assert_msg(status == RD_OK, "%s: %s", error.text,
                  findings.first ? findings.first->text : "");
    rd_policy_prove(policy, sources, count, NULL, arena, &proofs);
    status = rd_proofs_replay(sources, count, arena, &proofs, &error);
    ck_assert_msg(status == RD_OK, "%s", error.text);
    const struct rd_proof *found = NULL;
    for (const struct rd_proof *proof = proofs.first; proof; proof = proof->next)
        if (proof->claim == claim && strcmp(proof->subject, subject) == 0)
            found = proof;
    ck_assert_msg(found, "nothing is said of %s", subject);
    struct rd_proof *kept = rd_arena_zalloc(arena, 1, sizeof *kept);
    *kept = *found;
    rd_policy_free(policy);
    return kept;
}

bool prove_rig_keeps(struct rd_arena *arena, const struct rd_policy_source *sources, size_t count,
                     const char *promise, const char **why)
{
    struct rd_policy_source *all = rd_arena_zalloc(arena, count + 1, sizeof *all);
    struct rd_promise_report report;
    struct rd_error error = RD_ERROR_NONE;
    size_t made = 0;
    for (size_t i = 0; i < count; i++)
        if (!strstr(sources[i].path, "_test.lua"))
            all[made++] = sources[i];
    all[made++] = rig_source("scripts/only_test.lua", promise);
    enum rd_status status = rd_promises_run(all, made, NULL, NULL, NULL, arena, &report, &error);
    ck_assert_msg(status == RD_OK, "%s\n%s", error.text, promise);
    ck_assert_uint_eq(report.run, 1);
    if (why)
        *why = report.promises[0].why;
    return report.kept == 1;
}

struct rd_policy_source *prove_rig_shipped(struct rd_arena *arena, size_t *count)
{
    struct rd_policy_source *sources;
    struct rd_error error = RD_ERROR_NONE;
    ck_assert_int_eq(rd_policy_read_dir(arena, ".", &sources, count, &error), RD_OK);
    return sources;
}

struct rd_policy_source *prove_rig_edit(struct rd_arena *arena,
                                        const struct rd_policy_source *sources, size_t count,
                                        const char *path, const char *behind, const char *from,
                                        const char *to)
{
    struct rd_policy_source *out = rd_arena_zalloc(arena, count, sizeof *out);
    memcpy(out, sources, count * sizeof *out);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(sources[i].path, path) != 0)
            continue;
        const char *text = sources[i].text, *row = strstr(text, behind);
        const char *at = row ? strstr(row, from) : NULL;
        ck_assert_msg(at, "%s: no '%s' behind '%s'", path, from, behind);
        out[i] =
            rig_source(path, rd_arena_join(arena, rd_arena_copy(arena, text, (size_t)(at - text)),
                                           to, at + strlen(from)));
        return out;
    }
    ck_abort_msg("no %s", path);
    return NULL;
}
