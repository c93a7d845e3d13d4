/* A proof reasons about roles and forms of which it knows no values; a promise has accounts and
 * filled forms. So what a proof writes is a guess until it was played: all plays of one proof are
 * put into one file of promises, and run through the same kernel as the admins' own.
 *
 *   broken before the last step   the guess was wrong (a guard, a form): no promise
 *   kept                          the policy refuses it after all, for four eyes: no promise
 *   broken at the last step       it went through, or only an invariant (which production does not
 *                                 ask) stood in its way: that is the case, and it is shown
 */
#include "kernel/prove_replay.h"

#include <string.h>

#include "base/buf.h"

#define REPLAY_PATH "scripts/prove_replay_test.lua"

static bool is_promise(const char *path)
{
    static const char END[] = "_test.lua";
    size_t len = strlen(path);
    return len >= sizeof END - 1 && strcmp(path + len - (sizeof END - 1), END) == 0;
}

/* The policy with these plays for its only promises; `*made` sources. */
static struct rd_policy_source *replay_sources(const struct rd_policy_source *sources, size_t count,
                                               const struct rd_proof *proof, struct rd_arena *arena,
                                               size_t *made)
{
    struct rd_policy_source *out = rd_arena_zalloc(arena, count + 1, sizeof *out);
    struct rd_buf buf;
    *made = 0;
    for (size_t i = 0; i < count; i++)
        if (!is_promise(sources[i].path))
            out[(*made)++] = sources[i];
    rd_buf_init(&buf);
    rd_buf_text(&buf, "return {\n");
    for (size_t i = 0; i < proof->play_count; i++)
        rd_buf_printf(&buf, "test \"%s (%zu)\" %s,\n", proof->plays[i].title, i,
                      proof->plays[i].text); /* a title is given once */
    rd_buf_text(&buf, "}\n");
    out[(*made)++] = (struct rd_policy_source){ .path = REPLAY_PATH,
                                                .text = rd_arena_copy(arena, buf.data, buf.len),
                                                .len = buf.len };
    rd_buf_fini(&buf);
    return out;
}

static bool replay_shows(const struct rd_play *play, const struct rd_promise *promise)
{
    if (promise->kept || promise->broken_line != promise->line + play->last_line)
        return false;
    return promise->status == RD_OK ||
           (promise->status == RD_POLICY_FAULT && strstr(promise->why, "the invariant '"));
}

static enum rd_status replay_one(const struct rd_policy_source *sources, size_t count,
                                 struct rd_arena *arena, struct rd_proof *proof,
                                 struct rd_error *error)
{
    struct rd_promise_report report;
    size_t made;
    struct rd_policy_source *played = replay_sources(sources, count, proof, arena, &made);
    enum rd_status status = rd_promises_run(played, made, NULL, NULL, NULL, arena, &report, error);
    if (status == RD_CHECK_FAILED) /* a name that no promise can spell */
        return RD_OK;
    for (size_t i = 0; status == RD_OK && !proof->test && i < report.run; i++)
        if (replay_shows(&proof->plays[i], &report.promises[i]))
            proof->test = rd_arena_join(arena, "return test \"", proof->plays[i].title, "\" ",
                                        proof->plays[i].text, "\n");
    return status;
}

enum rd_status rd_proofs_replay(const struct rd_policy_source *sources, size_t count,
                                struct rd_arena *arena, struct rd_proofs *proofs,
                                struct rd_error *error)
{
    enum rd_status status = RD_OK;
    for (struct rd_proof *proof = proofs->first; status == RD_OK && proof; proof = proof->next)
        if (proof->play_count > 0 && !proof->test)
            status = replay_one(sources, count, arena, proof, error);
    return status;
}
