/* The walk of a back-test along somebody else's journal, entry by entry.
 *
 *   entry ─▶ the candidate is asked ─┬─ the same ─────────────────────▶ added up
 *                                    └─ differs ─▶ the rules of its day are asked
 *                                                    ├─ they give it again ──▶ a difference
 *                                                    └─ they do not ─────────▶ counted apart
 *         ─▶ applied to the store
 */
#include "kernel/backtest_full.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/text.h"
#include "domain/zone.h"

#define BACKTEST_PROGRESS_EVERY 256
#define BACKTEST_AGAIN_MAX 20      /* times that a growing journal is opened anew, */
#define BACKTEST_AGAIN_NS 50000000 /* with a pause */

struct rd_backtest {
    const struct rd_backtest_options *options;
    struct rd_world world; /* full: of what happened */
    struct rd_full full;
    struct rd_judge judge;
    struct rd_journal *journal;
    int64_t since_ms, until_ms;
    struct rd_arena entry_arena, again_arena;
    struct rd_tallies tallies;
    struct rd_clocks *clocks;
    int64_t last_ms;         /* of the newest live entry */
    uint64_t upto;           /* following: entries that are known to be flushed */
    struct rd_position last; /* of the newest entry that was read */
    struct rd_error *error;
};

/* ---- one entry ---- */

static bool backtest_is_meant(const struct rd_backtest *test, uint64_t seq,
                              const struct rd_command_entry *entry)
{
    const struct rd_backtest_options *options = test->options;
    if (!test->world.ready || seq < options->from_seq || entry->at_ms < test->since_ms ||
        entry->at_ms >= test->until_ms)
        return false;
    if (!options->type)
        return true;
    const char *name =
        rd_catalogue_type_name(&test->world.kernel->catalogue, rd_id_type(entry->record));
    if (name && entry->record.value)
        return strcmp(name, options->type) == 0;
    size_t len = strlen(options->type);
    return entry->command && strncmp(entry->command, options->type, len) == 0 &&
           entry->command[len] == '.';
}

static void backtest_compare(struct rd_backtest *test, uint64_t seq,
                             const struct rd_command_entry *entry, bool keeps,
                             struct rd_redone *again)
{
    struct rd_difference difference;
    rd_difference_of(entry, again, &difference);
    if (difference.way != RD_WAY_SAME) {
        const char *why = rd_judge_doubts(&test->judge, entry, again);
        if (!why) {
            /* the ring_arena has been used by the control: the candidate is asked once more */
            rd_arena_reset(&test->again_arena);
            (void)rd_redo_entry(test->world.kernel, entry, &test->judge.way, &test->again_arena,
                                again);
            rd_difference_of(entry, again, &difference);
        }
        if (why) {
            rd_tallies_apart(&test->tallies, seq, why);
            return;
        }
    }
    test->tallies.kept += keeps;
    rd_tallies_take(&test->tallies, seq, entry, again, &difference);
    if (!entry->refused && again->entry && !again->entry->refused && difference.way != RD_WAY_SAME)
        rd_clocks_planned(test->clocks, seq, entry, again->entry);
}

static void backtest_ask(struct rd_backtest *test, uint64_t seq,
                         const struct rd_command_entry *entry)
{
    struct rd_redone again;
    rd_arena_reset(&test->again_arena);
    bool keeps = rd_world_keeps(&test->world, entry, &test->again_arena);
    if (keeps && test->world.candidate.unfit) {
        rd_tallies_apart(&test->tallies, seq,
                         "the case keeps an earlier workflow, which needs what the candidate has "
                         "not");
        return;
    }
    switch (
        rd_redo_entry(test->world.kernel, entry, &test->judge.way, &test->again_arena, &again)) {
    case RD_REDO_ASKED:
        backtest_compare(test, seq, entry, keeps, &again);
        break;
    case RD_REDO_ENGINE:
        test->tallies.engine++;
        break;
    case RD_REDO_UNRECORDED:
        rd_tallies_apart(&test->tallies, seq,
                         "it was refused before its form was read, and would not be now");
        break;
    }
}

/* ---- the walk ---- */

/* Where the candidate is to be asked as if it had come into force at the beginning, it does so
 * before the first entry of that time. From the journal's own beginning on nobody kept anything. */
static enum rd_status backtest_begin(struct rd_backtest *test, uint64_t seq,
                                     const struct rd_command_entry *entry)
{
    const struct rd_backtest_options *options = test->options;
    struct rd_world *world = options->full ? &test->full.is : &test->world;
    bool whole = test->since_ms == INT64_MIN && options->from_seq == 0;
    if (world->begun || whole || !(options->full || options->activated) || !test->world.ready ||
        seq < options->from_seq || entry->at_ms < test->since_ms ||
        entry->flags & (RD_ENTRY_QUIET | RD_ENTRY_PAST))
        return RD_OK;
    return rd_world_begin(world, &test->world, test->error);
}

static enum rd_status backtest_entry(struct rd_backtest *test, const struct rd_entry *raw)
{
    struct rd_command_entry entry;
    struct rd_kernel *kernel = test->world.kernel;
    enum rd_status status = rd_entry_unpack(raw->payload, raw->len, &kernel->catalogue.names,
                                            &test->entry_arena, &entry, test->error);
    if (status != RD_OK)
        return status;
    test->tallies.entries++;
    if (!(entry.flags & (RD_ENTRY_QUIET | RD_ENTRY_PAST)) || entry.at_ms > test->last_ms)
        test->last_ms = entry.at_ms;
    status = backtest_begin(test, raw->seq, &entry);
    if (status != RD_OK)
        return status;
    if (test->options->full)
        return rd_full_entry(&test->full, raw, &entry);
    if (backtest_is_meant(test, raw->seq, &entry))
        backtest_ask(test, raw->seq, &entry);
    rd_clocks_happened(test->clocks, raw->seq, &entry);
    return rd_world_apply(&test->world, raw, &entry, &test->entry_arena, test->error);
}

static enum rd_status backtest_open_journal(struct rd_backtest *test)
{
    struct rd_journal_options options = { .read_only = true, .known_good = test->last };
    return rd_journal_open(test->options->journal_dir, &options, &test->journal, NULL, test->error);
}

/* The journal as it is now. Its newest entries may be on their way to the disk just then: what
 * looks like damage is looked at again where it is a journal that grows. */
static enum rd_status backtest_open_again(struct rd_backtest *test)
{
    const struct timespec pause = { .tv_nsec = BACKTEST_AGAIN_NS };
    enum rd_status status = RD_OK;
    for (int tries = 0; tries < BACKTEST_AGAIN_MAX; tries++) {
        rd_journal_close(test->journal);
        test->journal = NULL;
        *test->error = RD_ERROR_NONE;
        status = backtest_open_journal(test);
        if (status != RD_CORRUPT || !test->options->follow)
            break;
        nanosleep(&pause, NULL);
    }
    return status;
}

/* Who holds the directory packs segments meanwhile: the plain file that was there at the opening
 * has gone, and a packed one with the same entries is there. So what can't be read is looked for
 * once more, in the journal as it is now. */
static enum rd_status backtest_read(struct rd_backtest *test, struct rd_position at,
                                    struct rd_entry *raw)
{
    enum rd_status status =
        rd_journal_read(test->journal, at, &test->entry_arena, raw, test->error);
    if (status == RD_OK || status == RD_END)
        return status;
    status = backtest_open_again(test);
    return status == RD_OK
               ? rd_journal_read(test->journal, at, &test->entry_arena, raw, test->error)
               : status;
}

/* The same where the end is not the end: entries up to test->upto are there to be read, and behind
 * them is waited for more. */
static enum rd_status backtest_next(struct rd_backtest *test, struct rd_position at,
                                    struct rd_entry *raw)
{
    const struct rd_backtest_options *options = test->options;
    if (!options->follow)
        return backtest_read(test, at, raw);
    uint64_t done = test->tallies.entries;
    while (done >= test->upto)
        if ((test->upto = options->follow(options->context, test, done)) == 0)
            return RD_END;
    enum rd_status status =
        rd_journal_last_seq(test->journal) > done ? RD_OK : backtest_open_again(test);
    return status == RD_OK ? backtest_read(test, at, raw) : status;
}

static enum rd_status backtest_walk(struct rd_backtest *test)
{
    const struct rd_backtest_options *options = test->options;
    struct rd_position at = rd_journal_start(test->journal);
    enum rd_status status = RD_OK;
    while (status == RD_OK) {
        struct rd_entry raw;
        rd_arena_reset(&test->entry_arena);
        status = backtest_next(test, at, &raw);
        if (status == RD_OK && options->progress && raw.seq % BACKTEST_PROGRESS_EVERY == 0 &&
            !options->progress(options->context, raw.seq, rd_journal_last_seq(test->journal)))
            status = rd_error_set(test->error, RD_CANCELLED, "the back-test was cancelled");
        if (status == RD_OK)
            status = backtest_entry(test, &raw);
        if (status == RD_OK)
            test->last = raw.position;
        at = raw.next;
    }
    if (status == RD_END && options->full)
        return rd_full_end(&test->full, test->last_ms);
    rd_clocks_end(test->clocks, test->last_ms);
    return status == RD_END ? RD_OK : status;
}

/* ---- opening and closing ---- */

static enum rd_status backtest_time(struct rd_backtest *test, const char *name, const char *text,
                                    int64_t *out)
{
    int64_t days;
    if (!text || rd_time_read(text, out))
        return RD_OK;
    if (!rd_date_read(text, &days))
        return rd_error_set(test->error, RD_INVALID_PARAMS,
                            "`%s` is a day such as 2026-03-01 or a time such as "
                            "2026-03-01T08:00:00Z, not '%s'",
                            name, text);
    const struct rd_zone *zone = rd_policy_model(test->world.candidate.policy)->local;
    *out = rd_zone_utc_ms(zone, days * 86400000);
    return RD_OK;
}

static enum rd_status backtest_open(struct rd_backtest *test, struct rd_findings *findings)
{
    const struct rd_backtest_options *options = test->options;
    struct rd_kernel *kernel = test->world.kernel;
    enum rd_status status = backtest_open_journal(test);
    if (status == RD_OK)
        status = rd_world_open(&test->world, options->scratch_dir, test->error);
    if (status == RD_OK)
        status =
            rd_policy_load(options->sources, options->source_count, kernel->catalogue.names.symbols,
                           findings, &test->world.candidate.policy, test->error);
    if (status != RD_OK)
        return status;
    rd_policy_hash(options->sources, options->source_count, test->world.candidate.hash);
    const struct rd_model *model = rd_policy_model(test->world.candidate.policy);
    if (options->type && !rd_model_type(model, options->type))
        return rd_error_set(test->error, RD_INVALID_PARAMS, "the rules have no record '%s'",
                            options->type);
    test->tallies.candidate = test->judge.candidate = &test->world.candidate;
    test->world.spares = test->world.candidate.hash;
    rd_world_wear(&test->world, &test->world.candidate);
    if (options->activated && !options->since && !options->from_seq)
        return rd_error_set(test->error, RD_INVALID_PARAMS,
                            "`activated` needs `since`: when would they have come into force?");
    test->since_ms = INT64_MIN;
    test->until_ms = INT64_MAX;
    status = backtest_time(test, "since", options->since, &test->since_ms);
    if (status == RD_OK)
        status = backtest_time(test, "until", options->until, &test->until_ms);
    if (status == RD_OK && test->until_ms <= test->since_ms)
        status = rd_error_set(test->error, RD_INVALID_PARAMS,
                              "`until` lies behind `since`: nothing is between %s and %s",
                              options->since, options->until);
    return status;
}

/* The candidate goes into a world of its own, and what happened is asked by the rules of its day
 * alone. */
static enum rd_status backtest_open_full(struct rd_backtest *test)
{
    struct rd_full *full = &test->full;
    struct rd_world *was = &test->world;
    const char *dir = rd_arena_join(&test->entry_arena, test->options->scratch_dir, "/full");
    if (mkdir(dir, 0700) != 0)
        return rd_error_errno(test->error, RD_IO, errno, "cannot make the directory %s", dir);
    full->options = test->options;
    full->since_ms = test->since_ms;
    full->until_ms = test->until_ms;
    full->tallies = &test->tallies;
    full->judge = &test->judge;
    full->tracks = rd_tracks_new(&test->tallies.clocks);
    full->error = test->error;
    full->is.kernel->catalogue.names.sealer = was->kernel->catalogue.names.sealer;
    full->is.candidate = was->candidate;
    test->tallies.candidate = test->judge.candidate = &full->is.candidate;
    was->candidate = (struct rd_rules){ .policy = NULL };
    was->spares = NULL;
    rd_world_wear(was, &was->candidate);
    rd_world_wear(&full->is, &full->is.candidate);
    return rd_world_open(&full->is, dir, test->error);
}

static void backtest_close(struct rd_backtest *test)
{
    rd_clocks_free(test->clocks);
    rd_tallies_fini(&test->tallies);
    rd_journal_close(test->journal);
    rd_full_fini(&test->full);
    rd_world_fini(&test->world);
    rd_arena_fini(&test->entry_arena);
    rd_arena_fini(&test->again_arena);
    rd_arena_fini(&test->judge.arena);
}

static struct rd_value backtest_result(struct rd_backtest *test, struct rd_arena *arena)
{
    const struct rd_rules *rules =
        test->options->full ? &test->full.is.candidate : &test->world.candidate;
    struct rd_value result = rd_tallies_result(&test->tallies, arena);
    rd_map_set(arena, &result, "policy", rd_text_copy(arena, rules->hash, strlen(rules->hash)));
    return result;
}

/* With deadlines as they would be told if this were the end. */
struct rd_value rd_backtest_so_far(struct rd_backtest *test, struct rd_arena *arena)
{
    struct rd_clock_totals totals = test->tallies.clocks;
    rd_clocks_end(test->clocks, test->last_ms);
    struct rd_value result = backtest_result(test, arena);
    test->tallies.clocks = totals;
    return result;
}

enum rd_status rd_backtest_run(const struct rd_backtest_options *options, struct rd_arena *arena,
                               struct rd_value *result, struct rd_findings *findings,
                               struct rd_error *error)
{
    struct rd_backtest test = { .options = options, .error = error, .last_ms = INT64_MIN };
    rd_world_init(&test.world, NULL);
    rd_world_keys(&test.world, options->journal_dir);
    test.world.remembers = true;
    test.judge = (struct rd_judge){ .then = &test.world, .tallies = &test.tallies };
    rd_arena_init(&test.entry_arena);
    rd_arena_init(&test.again_arena);
    rd_arena_init(&test.judge.arena);
    rd_tallies_init(&test.tallies, test.world.kernel,
                    options->cases_max < RD_BACKTEST_CASES_MAX ? options->cases_max
                                                               : RD_BACKTEST_CASES_MAX,
                    options->recent_max);
    test.clocks = rd_clocks_new(test.world.kernel, &test.tallies.clocks);
    rd_full_init(&test.full, &test.world);
    enum rd_status status = backtest_open(&test, findings);
    if (status == RD_OK && options->full)
        status = backtest_open_full(&test);
    if (status == RD_OK)
        status = backtest_walk(&test);
    if (status == RD_OK)
        *result = backtest_result(&test, arena);
    if (status == RD_OK && options->full)
        status = rd_full_result(&test.full, arena, result);
    backtest_close(&test);
    return status;
}
