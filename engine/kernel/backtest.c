/* The walk of a back-test: a kernel without a vault, whose store is made from somebody else's
 * journal, entry by entry, and which wears one generation or another.
 *
 *   entry ─▶ the candidate is asked ─┬─ the same ─────────────────────▶ added up
 *                                    └─ differs ─▶ the rules of its day are asked
 *                                                    ├─ they give it again ──▶ a difference
 *                                                    └─ they do not ─────────▶ counted apart
 *         ─▶ applied to the store
 *
 * The store is as it was only if the names that the candidate has beyond the journal's (types,
 * indexes) get numbers which no activation of the journal will give: they begin at high ones.
 */
#include "kernel/backtest_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "domain/zone.h"

#define BACKTEST_TYPE_FROM 3000 /* of RD_CATALOGUE_TYPES_MAX */
#define BACKTEST_INDEX_FROM 0x40000000u
#define BACKTEST_COMMIT_BYTES (64u << 20) /* of what is written and not on disk yet */
#define BACKTEST_PROGRESS_EVERY 256
#define BACKTEST_AGAIN_MAX 20      /* times that a growing journal is opened anew, */
#define BACKTEST_AGAIN_NS 50000000 /* with a pause */

/* A generation that the kernel may wear. */
struct backtest_rules {
    struct rd_policy *policy; /* NULL: none, or it could not be loaded */
    struct rd_type_binding *bindings;
    struct rd_staff_book *staff;
    char hash[RD_POLICY_HASH_TEXT];
};

struct rd_backtest {
    const struct rd_backtest_options *options;
    struct rd_kernel *kernel;
    struct rd_journal *journal;
    struct backtest_rules candidate, recorded;
    int64_t since_ms, until_ms;
    bool at_socket; /* rd_redo_entry */
    bool ready;     /* a generation is in force, so that there is something to be asked */
    struct rd_arena entry_arena, again_arena, control_arena;
    struct rd_tallies tallies;
    struct rd_clocks *clocks;
    int64_t last_ms;         /* of the newest live entry */
    uint64_t upto;           /* following: entries that are known to be flushed */
    struct rd_position last; /* of the newest entry that was read */
    struct rd_error *error;
};

/* ---- a kernel that wears generations ---- */

static struct rd_kernel *backtest_kernel_new(void)
{
    struct rd_kernel *kernel = calloc(1, sizeof *kernel);
    RD_ASSERT(kernel);
    rd_catalogue_init(&kernel->catalogue, NULL);
    rd_apply_init(&kernel->apply, &kernel->catalogue);
    rd_buf_init(&kernel->entry_buf);
    rd_buf_init(&kernel->scratch);
    rd_arena_init(&kernel->ring_arena);
    kernel->clock_manual = true;
    kernel->turn.quiet = true;
    return kernel;
}

static void backtest_kernel_free(struct rd_kernel *kernel)
{
    rd_store_close(kernel->store);
    rd_apply_fini(&kernel->apply);
    rd_catalogue_fini(&kernel->catalogue);
    rd_buf_fini(&kernel->entry_buf);
    rd_buf_fini(&kernel->scratch);
    rd_arena_fini(&kernel->ring_arena);
    free(kernel);
}

static void backtest_wear(struct rd_kernel *kernel, const struct backtest_rules *rules)
{
    kernel->policy = rules->policy;
    kernel->model = rules->policy ? rd_policy_model(rules->policy) : NULL;
    kernel->bindings = rules->bindings;
    kernel->staff = rules->staff;
}

static void backtest_rules_free(struct backtest_rules *rules)
{
    rd_bindings_free(rules->bindings);
    rd_staff_free(rules->staff);
    rd_policy_free(rules->policy);
    *rules = (struct backtest_rules){ .policy = NULL };
}

/* Numbers and people, as they are in the store now. */
static enum rd_status backtest_bind(struct rd_backtest *test, struct backtest_rules *rules)
{
    struct rd_kernel *kernel = test->kernel;
    rd_bindings_free(rules->bindings);
    rules->bindings = rd_bindings_new(&kernel->catalogue, rd_policy_model(rules->policy));
    backtest_wear(kernel, rules);
    enum rd_status status = rd_staff_bind(kernel, test->error);
    rules->staff = kernel->staff;
    return status;
}

/* ---- generations of the journal ---- */

static const struct rd_value *backtest_policy(const struct rd_command_entry *entry)
{
    for (uint32_t i = 0; i < entry->effects.count; i++)
        if (entry->effects.items[i].items[0].integer == RD_EFFECT_POLICY)
            return &entry->effects.items[i];
    return NULL;
}

static bool backtest_has_index(const struct rd_catalogue *catalogue, const struct rd_value *effect)
{
    const struct rd_value *at = effect->items;
    return at[0].integer == RD_EFFECT_INDEX &&
           rd_catalogue_index(catalogue, (uint16_t)at[2].integer, at[3].text);
}

/* The entry's effects without the indexes that are there already under the candidate's number. */
static struct rd_value backtest_effects(struct rd_backtest *test,
                                        const struct rd_command_entry *entry)
{
    struct rd_value effects = rd_list();
    for (uint32_t i = 0; i < entry->effects.count; i++)
        if (!backtest_has_index(&test->kernel->catalogue, &entry->effects.items[i]))
            rd_list_add(&test->entry_arena, &effects, entry->effects.items[i]);
    return effects;
}

/* What the candidate has beyond the journal so far: applied as an activation would. */
static enum rd_status backtest_names(struct rd_backtest *test, const struct rd_entry *raw)
{
    struct rd_kernel *kernel = test->kernel;
    struct rd_value effects = rd_list();
    enum rd_status status = rd_activate_names(
        &kernel->catalogue, rd_policy_model(test->candidate.policy), BACKTEST_TYPE_FROM,
        BACKTEST_INDEX_FROM, &test->entry_arena, &effects, test->error);
    struct rd_command_entry entry = { .command = "policy.activate",
                                      .actor = "system",
                                      .effects = effects };
    if (status != RD_OK || effects.count == 0)
        return status;
    kernel->apply.tallies.seq = raw->seq - 1; /* the same entry goes on */
    kernel->apply.live = &entry;
    kernel->apply.live_seq = raw->seq;
    status = rd_apply_entry(&kernel->apply, kernel->store, raw, test->error);
    kernel->apply.live = NULL;
    return status;
}

/* The rules of the day, from the sources in their activation's entry. Where they can't be loaded
 * (none were stored; another program's language) nothing can be held against them. */
static void backtest_load(struct rd_backtest *test, const struct rd_value *effect)
{
    struct rd_arena *arena = &test->entry_arena;
    const struct rd_value *texts = &effect->items[3];
    struct rd_policy_source *sources;
    struct rd_findings findings;
    struct rd_error ignored = RD_ERROR_NONE;
    if (!rd_value_is(texts, RD_MAP) || texts->count == 0)
        return;
    sources = rd_arena_zalloc(arena, texts->count, sizeof *sources);
    for (uint32_t i = 0; i < texts->count; i++)
        sources[i] = (struct rd_policy_source){ .path = texts->pairs[i].key,
                                                .text = texts->pairs[i].value.text,
                                                .len = texts->pairs[i].value.count };
    rd_findings_init(&findings, arena);
    if (rd_policy_load(sources, texts->count, test->kernel->catalogue.names.symbols, &findings,
                       &test->recorded.policy, &ignored) != RD_OK)
        test->recorded.policy = NULL;
}

static enum rd_status backtest_activated(struct rd_backtest *test, const struct rd_entry *raw,
                                         const struct rd_command_entry *entry)
{
    const struct rd_value *effect = backtest_policy(entry);
    enum rd_status status = backtest_names(test, raw);
    backtest_rules_free(&test->recorded);
    strncpy(test->recorded.hash, effect->items[2].text, sizeof test->recorded.hash - 1);
    if (strcmp(test->recorded.hash, test->candidate.hash) != 0)
        backtest_load(test, effect);
    if (status == RD_OK && test->recorded.policy)
        status = backtest_bind(test, &test->recorded);
    if (status == RD_OK)
        status = backtest_bind(test, &test->candidate);
    rd_draw_bind(test->kernel);
    test->ready = true;
    return status;
}

/* ---- one entry ---- */

static bool backtest_is_meant(const struct rd_backtest *test, uint64_t seq,
                              const struct rd_command_entry *entry)
{
    const struct rd_backtest_options *options = test->options;
    if (!test->ready || seq < options->from_seq || entry->at_ms < test->since_ms ||
        entry->at_ms >= test->until_ms)
        return false;
    if (!options->type)
        return true;
    const char *name = rd_catalogue_type_name(&test->kernel->catalogue, rd_id_type(entry->record));
    if (name && entry->record.value)
        return strcmp(name, options->type) == 0;
    size_t len = strlen(options->type);
    return strncmp(entry->command, options->type, len) == 0 && entry->command[len] == '.';
}

/* A field that the candidate's type or form has and the rules of the day had not. */
static bool backtest_is_new_field(const struct rd_model *recorded,
                                  const struct rd_record_type *type, const char *name)
{
    const struct rd_record_type *then = rd_model_type(recorded, type->name);
    return rd_type_field(type, name) >= 0 && (!then || rd_type_field(then, name) < 0);
}

/* The name of a fact that `again` read as empty because nobody could have recorded it; NULL: none.
 */
static const char *backtest_wanted(const struct rd_backtest *test, const struct rd_redone *again)
{
    const struct rd_model *now = rd_policy_model(test->candidate.policy), *then;
    const struct rd_value *facts = again->entry ? &again->entry->facts : NULL;
    if (!test->recorded.policy)
        return NULL;
    then = rd_policy_model(test->recorded.policy);
    for (uint32_t i = 0; rd_value_is(facts, RD_MAP) && i < facts->count; i++) {
        if (facts->pairs[i].value.kind != RD_NULL)
            continue;
        for (size_t t = 0; t < now->type_count; t++)
            if (backtest_is_new_field(then, &now->types[t], facts->pairs[i].key))
                return facts->pairs[i].key;
    }
    return NULL;
}

/* The first form field of the command that the rules of the day did not ask for; NULL: none. */
static const char *backtest_wanted_form(const struct rd_backtest *test,
                                        const struct rd_command_entry *entry)
{
    const char *dot = strrchr(entry->command, '.');
    const struct rd_model *models[2] = { rd_policy_model(test->candidate.policy),
                                         test->recorded.policy
                                             ? rd_policy_model(test->recorded.policy)
                                             : NULL };
    const struct rd_form *forms[2] = { NULL, NULL };
    for (size_t m = 0; dot && models[1] && m < 2; m++)
        for (size_t c = 0; c < models[m]->chart_count && !forms[m]; c++) {
            const struct rd_chart *chart = &models[m]->charts[c];
            if (strcmp(chart->open.command, entry->command) == 0)
                forms[m] = chart->open.form;
            for (int s = 0; s < (int)chart->state_count && !forms[m]; s++) {
                const struct rd_event *event = rd_event_find(chart, s, dot + 1);
                if (event && strcmp(event->command, entry->command) == 0)
                    forms[m] = event->form;
            }
        }
    for (size_t i = 0; forms[0] && i < forms[0]->count; i++) {
        bool known = false;
        for (size_t e = 0; forms[1] && !known && e < forms[1]->count; e++)
            known = strcmp(forms[1]->entries[e].field.name, forms[0]->entries[i].field.name) == 0;
        if (!known)
            return forms[0]->entries[i].field.name;
    }
    return NULL;
}

/* Whether the rules that the kernel wears give the entry again. */
static bool backtest_gives(struct rd_backtest *test, const struct rd_command_entry *entry,
                           bool at_socket)
{
    struct rd_redone control;
    struct rd_difference difference;
    rd_arena_reset(&test->control_arena);
    if (rd_redo_entry(test->kernel, entry, at_socket, &test->control_arena, &control) !=
        RD_REDO_ASKED)
        return false;
    rd_difference_of(entry, &control, &difference);
    return difference.way == RD_WAY_SAME;
}

/* Whether the rules of the day give the entry again: otherwise the difference is not the
 * candidate's, and it is said why. */
static const char *backtest_control(struct rd_backtest *test, const struct rd_command_entry *entry)
{
    bool same = strcmp(test->recorded.hash, test->candidate.hash) == 0, gives;
    if (!same && !test->recorded.policy)
        return "the rules of the day are not stored, or this program does not read them";
    if (!same)
        backtest_wear(test->kernel, &test->recorded);
    gives = !same && backtest_gives(test, entry, test->at_socket);
    if (!gives && entry->behind && backtest_gives(test, entry, !test->at_socket)) {
        test->at_socket = !test->at_socket; /* whoever did this one did the next ones */
        gives = true;
    }
    backtest_wear(test->kernel, &test->candidate);
    if (gives)
        return NULL;
    return same ? "the same rules give something else now than what is recorded"
                : "the rules of the day give something else now than what is recorded";
}

/* What speaks against calling it a difference; NULL: nothing. */
static const char *backtest_doubt(struct rd_backtest *test, const struct rd_command_entry *entry,
                                  const struct rd_redone *again)
{
    const char *fact = backtest_wanted(test, again);
    if (!fact)
        fact = backtest_wanted_form(test, entry);
    if (fact) {
        rd_tallies_wanted(&test->tallies, fact);
        return "the candidate asks for facts that nobody recorded";
    }
    return again->status == RD_BAD_FORM
               ? "the candidate would not take the form as it was filled in"
               : NULL;
}

static void backtest_compare(struct rd_backtest *test, uint64_t seq,
                             const struct rd_command_entry *entry, struct rd_redone *again)
{
    struct rd_difference difference;
    rd_difference_of(entry, again, &difference);
    if (difference.way != RD_WAY_SAME) {
        const char *why = backtest_doubt(test, entry, again);
        if (!why && (why = backtest_control(test, entry)) == NULL) {
            /* the ring_arena has been used by the control: the candidate is asked once more */
            rd_arena_reset(&test->again_arena);
            (void)rd_redo_entry(test->kernel, entry, test->at_socket, &test->again_arena, again);
            rd_difference_of(entry, again, &difference);
        }
        if (why) {
            rd_tallies_apart(&test->tallies, seq, why);
            return;
        }
    }
    rd_tallies_take(&test->tallies, seq, entry, again, &difference);
    if (!entry->refused && again->entry && !again->entry->refused && difference.way != RD_WAY_SAME)
        rd_clocks_planned(test->clocks, seq, entry, again->entry);
}

static void backtest_ask(struct rd_backtest *test, uint64_t seq,
                         const struct rd_command_entry *entry)
{
    struct rd_redone again;
    rd_arena_reset(&test->again_arena);
    switch (rd_redo_entry(test->kernel, entry, test->at_socket, &test->again_arena, &again)) {
    case RD_REDO_ASKED:
        backtest_compare(test, seq, entry, &again);
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

static enum rd_status backtest_apply(struct rd_backtest *test, const struct rd_entry *raw,
                                     struct rd_command_entry *entry)
{
    struct rd_kernel *kernel = test->kernel;
    struct rd_command_entry applied = *entry;
    bool activates = backtest_policy(entry) != NULL;
    if (activates)
        applied.effects = backtest_effects(test, entry);
    kernel->apply.live = &applied;
    kernel->apply.live_seq = raw->seq;
    enum rd_status status = rd_apply_entry(&kernel->apply, kernel->store, raw, test->error);
    kernel->apply.live = NULL;
    if (status != RD_OK)
        return status;
    if (activates)
        return backtest_activated(test, raw, entry);
    struct backtest_rules *each[2] = { &test->recorded, &test->candidate };
    for (size_t i = 0; i < 2; i++) {
        if (!each[i]->staff)
            continue;
        backtest_wear(kernel, each[i]);
        rd_staff_changed(kernel, entry);
        rd_staff_settle(kernel);
        rd_staff_flushed(kernel);
    }
    return RD_OK;
}

static enum rd_status backtest_entry(struct rd_backtest *test, const struct rd_entry *raw)
{
    struct rd_command_entry entry;
    struct rd_kernel *kernel = test->kernel;
    enum rd_status status = rd_entry_unpack(raw->payload, raw->len, &kernel->catalogue.names,
                                            &test->entry_arena, &entry, test->error);
    if (status != RD_OK)
        return status;
    test->tallies.entries++;
    if (backtest_is_meant(test, raw->seq, &entry))
        backtest_ask(test, raw->seq, &entry);
    rd_clocks_happened(test->clocks, raw->seq, &entry);
    if (!(entry.flags & (RD_ENTRY_QUIET | RD_ENTRY_PAST)) || entry.at_ms > test->last_ms)
        test->last_ms = entry.at_ms;
    status = backtest_apply(test, raw, &entry);
    if (status == RD_OK && rd_store_layer_bytes(kernel->store) > BACKTEST_COMMIT_BYTES)
        status = rd_store_commit(kernel->store, test->error);
    return status;
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
    rd_clocks_end(test->clocks, test->last_ms);
    return status == RD_END ? RD_OK : status;
}

/* ---- opening and closing ---- */

static enum rd_status backtest_time(struct rd_backtest *test, const char *name, const char *text,
                                    int64_t *out)
{
    int year, month, day, used = 0;
    if (!text || rd_time_read(text, out))
        return RD_OK;
    if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &used) != 3 || text[used] || year < 1 ||
        month < 1 || month > 12 || day < 1 || day > 31)
        return rd_error_set(test->error, RD_INVALID_PARAMS,
                            "`%s` is a day such as 2026-03-01 or a time such as "
                            "2026-03-01T08:00:00Z, not '%s'",
                            name, text);
    const struct rd_zone *zone = rd_policy_model(test->candidate.policy)->local;
    *out = rd_zone_utc_ms(zone, rd_date_days(year, month, day) * 86400000);
    return RD_OK;
}

static enum rd_status backtest_open(struct rd_backtest *test, struct rd_findings *findings)
{
    const struct rd_backtest_options *options = test->options;
    struct rd_kernel *kernel = test->kernel;
    enum rd_status status = backtest_open_journal(test);
    if (status == RD_OK)
        status = rd_store_open(options->scratch_dir, NULL, &kernel->store, test->error);
    if (status == RD_OK)
        status =
            rd_policy_load(options->sources, options->source_count, kernel->catalogue.names.symbols,
                           findings, &test->candidate.policy, test->error);
    if (status != RD_OK)
        return status;
    rd_store_use_names(kernel->store, &kernel->catalogue.names);
    rd_policy_hash(options->sources, options->source_count, test->candidate.hash);
    const struct rd_model *model = rd_policy_model(test->candidate.policy);
    if (options->type && !rd_model_type(model, options->type))
        return rd_error_set(test->error, RD_INVALID_PARAMS, "the rules have no record '%s'",
                            options->type);
    test->tallies.model = model;
    backtest_wear(kernel, &test->candidate);
    test->since_ms = INT64_MIN;
    test->until_ms = INT64_MAX;
    status = backtest_time(test, "since", options->since, &test->since_ms);
    return status == RD_OK ? backtest_time(test, "until", options->until, &test->until_ms) : status;
}

static void backtest_close(struct rd_backtest *test)
{
    rd_clocks_free(test->clocks);
    rd_tallies_fini(&test->tallies);
    rd_journal_close(test->journal);
    backtest_rules_free(&test->recorded);
    backtest_rules_free(&test->candidate);
    backtest_kernel_free(test->kernel);
    rd_arena_fini(&test->entry_arena);
    rd_arena_fini(&test->again_arena);
    rd_arena_fini(&test->control_arena);
}

static struct rd_value backtest_result(struct rd_backtest *test, struct rd_arena *arena)
{
    struct rd_value result = rd_tallies_result(&test->tallies, arena);
    rd_map_set(arena, &result, "policy",
               rd_text_copy(arena, test->candidate.hash, strlen(test->candidate.hash)));
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

enum rd_status rd_backtest_quick(const struct rd_backtest_options *options, struct rd_arena *arena,
                                 struct rd_value *result, struct rd_findings *findings,
                                 struct rd_error *error)
{
    struct rd_backtest test = { .options = options, .error = error, .last_ms = INT64_MIN };
    test.kernel = backtest_kernel_new();
    rd_arena_init(&test.entry_arena);
    rd_arena_init(&test.again_arena);
    rd_arena_init(&test.control_arena);
    rd_tallies_init(&test.tallies, test.kernel,
                    options->cases_max < RD_BACKTEST_CASES_MAX ? options->cases_max
                                                               : RD_BACKTEST_CASES_MAX,
                    options->recent_max);
    test.clocks = rd_clocks_new(test.kernel, &test.tallies.clocks);
    enum rd_status status = backtest_open(&test, findings);
    if (status == RD_OK)
        status = backtest_walk(&test);
    if (status == RD_OK)
        *result = backtest_result(&test, arena);
    backtest_close(&test);
    return status;
}
