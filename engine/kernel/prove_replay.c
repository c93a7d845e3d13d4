/* A proof reasons about roles and forms of which it knows no values; a promise has accounts and
 * filled forms. So what a proof writes is a guess until it was played: all plays of one proof are
 * put into one file of promises, and run through the same kernel as the admins' own.
 *
 *   broken before the last step   the guess was wrong (a guard, a form): no promise
 *   kept                          the policy refuses it after all, for four eyes: no promise
 *   broken at the last step       it went through, or only an invariant (which production does not
 *                                 ask) stood in its way: that is the case, and it is shown
 *
 * How a record comes into a state from which there is no way out, or that nobody watches, the
 * admins' own promises know: each that has found one there is cut off behind that step, and the
 * claim is put there as a word. The same judge says that it is not so.
 *
 * Who may do what he must not, because one row of authority says less than another, they know as
 * well: whoever they name does it, where the record says that he is the one who must not.
 */
#include "kernel/prove_replay.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "kernel/promise_text.h"

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

static bool replay_shows(const struct rd_proof *proof, const struct rd_play *play,
                         const struct rd_promise *promise)
{
    if (promise->kept || promise->broken_line != promise->line + play->last_line)
        return false;
    if (proof->shown.fault)
        return promise->status == RD_POLICY_FAULT && strstr(promise->why, proof->shown.fault);
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
        if (replay_shows(proof, &proof->plays[i], &report.promises[i]))
            proof->test = rd_arena_join(arena, "return test \"", proof->plays[i].title, "\" ",
                                        proof->plays[i].text, "\n");
    return status;
}

/* ---- ways that promises have gone ---- */

/* The admins' own promises as they went, and how they are written. */
struct known {
    const struct rd_policy_source *sources;
    size_t count;
    struct rd_arena *arena;
    struct rd_promise_report report;
    const struct rd_value *tests; /* by the same number */
    struct rd_policy *policy;     /* whose the tests are; NULL: they were not run yet */
};

static enum rd_status known_run(struct known *known, struct rd_error *error)
{
    struct rd_findings findings;
    if (known->policy)
        return RD_OK;
    rd_findings_init(&findings, known->arena);
    enum rd_status status =
        rd_policy_load(known->sources, known->count, NULL, &findings, &known->policy, error);
    if (status == RD_OK)
        status = rd_promises_run(known->sources, known->count, NULL, NULL, NULL, known->arena,
                                 &known->report, error);
    if (status == RD_OK)
        known->tests = rd_map_list(rd_policy_normal(known->policy), "tests");
    RD_ASSERT(status != RD_OK || known->tests->count == known->report.run);
    return status;
}

/* Behind which step the promise shows the case: in *last. */
static bool known_shows(const struct rd_promise *promise, const struct rd_shown *shown,
                        int32_t *last)
{
    if (!shown->where) {
        *last = promise->broken_step;
        return !promise->kept && promise->status == RD_POLICY_FAULT &&
               strstr(promise->why, shown->fault);
    }
    const struct rd_value *step = rd_map_get(&promise->stood, shown->where);
    *last = step ? (int32_t)step->integer : 0;
    return step != NULL;
}

/* Where the clock has moved to find it there, what ran there may have rung: such a way is longer
 * than all others. */
static int32_t way_length(const struct rd_value *test, int32_t last)
{
    const struct rd_value *step = last < 0 ? NULL : &rd_map_list(test, "steps")->items[last];
    bool moved = step && (rd_map_get(step, "at") || rd_map_get(step, "after"));
    return moved ? INT32_MAX / 2 + last : last;
}

/* The steps are written: what is expected of the last one is not so. Takes the buffer. */
static struct rd_play known_end(struct known *known, struct rd_buf *out, const char *title)
{
    int lines = -1;
    for (size_t i = 0; i < out->len; i++)
        lines += out->data[i] == '\n';
    rd_buf_text(out, "  },\n}");
    struct rd_play play = { title, rd_arena_copy(known->arena, out->data, out->len), lines };
    rd_buf_fini(out);
    return play;
}

static struct rd_play known_play(struct known *known, size_t at, int32_t last,
                                 const struct rd_shown *shown)
{
    struct rd_buf out;
    rd_buf_init(&out);
    rd_promise_put_way(&out, &known->tests->items[at], last);
    if (shown->where)
        rd_buf_printf(&out, "    { expect = %s },\n", shown->expect);
    return known_end(known, &out, shown->title);
}

/* ---- who must not, and may ---- */

/* The names of those who do anything in the promise up to this step, each once. */
static struct rd_value known_actors(struct known *known, const struct rd_value *test, uint32_t last)
{
    const struct rd_value *parts[] = { rd_map_list(test, "given"), rd_map_list(test, "steps") };
    struct rd_value names = rd_map();
    for (size_t p = 0; p < 2; p++)
        for (uint32_t i = 0; i < parts[p]->count && (p == 0 || i <= last); i++) {
            const char *by = rd_map_text(&parts[p]->items[i], "by", NULL);
            if (by)
                rd_map_set(known->arena, &names, by, rd_null());
        }
    return names;
}

/* As the promise goes up to the step, where `who` stands in the field and does what the step does.
 */
static struct rd_play known_eyes(struct known *known, const struct rd_value *test, uint32_t at,
                                 const char *who, const struct rd_shown *shown)
{
    const struct rd_value *step = &rd_map_list(test, "steps")->items[at];
    const char *on = rd_map_text(step, "on", NULL);
    uint32_t given = rd_map_list(test, "given")->count;
    struct rd_value act = rd_value_copy(known->arena, step);
    struct rd_buf out;
    rd_map_set(known->arena, &act, "by", rd_text(who));
    rd_buf_init(&out);
    rd_promise_put_way(&out, test, at > 0 ? (int32_t)at - 1 : -(int32_t)given);
    rd_buf_text(&out, "    { ");
    if (on) {
        rd_buf_text(&out, "on = ");
        rd_promise_quote(&out, on, strlen(on));
        rd_buf_text(&out, ", ");
    }
    rd_buf_printf(&out, "expect = { data = { %s = ", shown->field);
    rd_promise_quote(&out, who, strlen(who));
    rd_buf_text(&out, " } } },\n");
    rd_promise_put_step(&out, &act, "refused \"four_eyes\"");
    return known_end(known, &out, shown->title);
}

/* Steps at which the event is sent, the earliest ones of all promises first. */
static void eyes_plays(struct known *known, struct rd_proof *proof)
{
    const struct rd_shown *shown = &proof->shown;
    bool more = true;
    for (uint32_t at = 0; more && proof->play_count < RD_PROVE_PLAYS_MAX; at++) {
        more = false;
        for (uint32_t i = 0; i < known->tests->count; i++) {
            const struct rd_value *test = &known->tests->items[i];
            const struct rd_value *steps = rd_map_list(test, "steps");
            more |= at < steps->count;
            if (at >= steps->count ||
                strcmp(rd_map_text(&steps->items[at], "event", ""), shown->event) != 0 ||
                (at == 0 && rd_map_list(test, "given")->count == 0))
                continue;
            struct rd_value names = known_actors(known, test, at);
            for (uint32_t n = 0; n < names.count && proof->play_count < RD_PROVE_PLAYS_MAX; n++)
                proof->plays[proof->play_count++] =
                    known_eyes(known, test, at, names.pairs[n].key, shown);
        }
    }
}

/* ---- all of them ---- */

/* The shortest ways first, as many as are tried. */
static void known_plays(struct known *known, struct rd_proof *proof)
{
    int32_t lengths[RD_PROVE_PLAYS_MAX], last;
    proof->play_count = 0;
    proof->plays = rd_arena_zalloc(known->arena, RD_PROVE_PLAYS_MAX, sizeof *proof->plays);
    if (proof->shown.event)
        eyes_plays(known, proof);
    for (size_t i = 0; !proof->shown.event && i < known->report.run; i++) {
        if (!known_shows(&known->report.promises[i], &proof->shown, &last))
            continue;
        int32_t length = way_length(&known->tests->items[i], last);
        size_t at = proof->play_count;
        while (at > 0 && lengths[at - 1] > length)
            at--;
        if (at == RD_PROVE_PLAYS_MAX)
            continue;
        size_t behind = proof->play_count - at - (proof->play_count == RD_PROVE_PLAYS_MAX);
        memmove(&lengths[at + 1], &lengths[at], behind * sizeof *lengths);
        memmove(&proof->plays[at + 1], &proof->plays[at], behind * sizeof *proof->plays);
        lengths[at] = length;
        proof->plays[at] = known_play(known, i, last, &proof->shown);
        proof->play_count += proof->play_count < RD_PROVE_PLAYS_MAX;
    }
}

enum rd_status rd_proofs_replay(const struct rd_policy_source *sources, size_t count,
                                struct rd_arena *arena, struct rd_proofs *proofs,
                                struct rd_error *error)
{
    enum rd_status status = RD_OK;
    struct known known = { .sources = sources, .count = count, .arena = arena };
    for (struct rd_proof *proof = proofs->first; status == RD_OK && proof; proof = proof->next) {
        if (proof->play_count > 0 && !proof->test)
            status = replay_one(sources, count, arena, proof, error);
        if (status != RD_OK || proof->test || !proof->shown.title)
            continue;
        status = known_run(&known, error);
        if (status == RD_OK)
            known_plays(&known, proof);
        if (status == RD_OK && proof->play_count > 0)
            status = replay_one(sources, count, arena, proof, error);
    }
    rd_policy_free(known.policy);
    return status;
}
