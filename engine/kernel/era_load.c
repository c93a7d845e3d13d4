/* Eras at a start: the generations whose workflows open cases keep are loaded from the store.
 *
 * One that is damaged there, or that this program does not take, ends the start where an open case
 * goes by it: no other rules may decide for those. Where none does, the start goes on and says so,
 * as the next activation would have forgotten that generation.
 */
#include "kernel/era.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "kernel/generation.h"
#include "store/tables.h"

/* Other rules than those that were activated must not decide: the hash says whether they are. */
static enum rd_status era_sound(const struct rd_value *row, int64_t generation,
                                struct rd_arena *arena, struct rd_error *error)
{
    struct rd_policy_source *sources;
    size_t count;
    char hash[RD_POLICY_HASH_TEXT];
    rd_generation_sources(row, true, arena, &sources, &count);
    rd_policy_hash(sources, count, hash);
    return strcmp(hash, row->items[2].text) == 0
               ? RD_OK
               : rd_error_set(error, RD_CORRUPT,
                              "the rules of generation %lld, whose workflow open cases keep, are "
                              "damaged in the store: `redress store rebuild` makes it anew from "
                              "the journal",
                              (long long)generation);
}

/* Rules that were in force and are not taken any more: by another program, perhaps. */
static enum rd_status era_refused(enum rd_status status, int64_t generation,
                                  const struct rd_findings *findings, struct rd_error *error)
{
    const struct rd_finding *first = findings->first;
    const char *text = first ? first->text : error->text;
    char why[RD_ERROR_TEXT_MAX];
    snprintf(why, sizeof why, "%s", text);
    *error = RD_ERROR_NONE;
    return rd_error_set(error, status,
                        "the rules of generation %lld, whose workflow open cases keep, can't be "
                        "loaded: %s%s%s",
                        (long long)generation, first ? first->file : "", first ? ": " : "", why);
}

/* The policy of a stored generation, a reference; from the one in force where it is that. */
static enum rd_status era_policy(struct rd_kernel *kernel, int64_t generation,
                                 struct rd_findings *findings, struct rd_policy **out,
                                 struct rd_error *error)
{
    struct rd_arena arena;
    struct rd_value row;
    rd_arena_init(&arena);
    enum rd_status status = rd_generation_row(kernel, generation, &arena, &row, error);
    if (status == RD_OK)
        status = era_sound(&row, generation, &arena, error);
    if (status == RD_OK && kernel->policy && !kernel->policy_borrowed &&
        strcmp(row.items[2].text, rd_policy_hash_text(kernel->policy)) == 0) {
        *out = rd_policy_ref(kernel->policy);
    } else if (status == RD_OK) {
        struct rd_policy_source *sources;
        size_t count;
        rd_generation_sources(&row, false, &arena, &sources, &count);
        status =
            rd_policy_load(sources, count, kernel->catalogue.names.symbols, findings, out, error);
        if (status != RD_OK)
            status = era_refused(status, generation, findings, error);
    }
    rd_arena_fini(&arena);
    return status;
}

/* The policies of a row's eras, each loaded once. */
struct era_loading {
    struct rd_policy_pin pins[RD_PINNED_POLICIES_MAX * RD_PINNED_POLICIES_MAX];
    size_t count;
};

static enum rd_status era_load(struct rd_kernel *kernel, struct era_loading *loading,
                               const char *type, const struct rd_value *pair,
                               struct rd_findings *findings, struct rd_error *error)
{
    struct rd_policy_pin *pin = &loading->pins[loading->count];
    enum rd_status status = RD_OK;
    if (loading->count == sizeof loading->pins / sizeof *loading->pins)
        return rd_error_set(error, RD_LIMIT_EXCEEDED, "too many workflows are kept");
    *pin = (struct rd_policy_pin){ .type = type, .generation = (uint32_t)pair->items[0].integer };
    for (size_t i = 0; !pin->from && i < loading->count; i++)
        if (loading->pins[i].generation == pin->generation)
            pin->from = rd_policy_ref(loading->pins[i].from);
    if (!pin->from && kernel->policy)
        pin->from = rd_policy_ref(rd_policy_pinned(kernel->policy, type, pin->generation));
    if (!pin->from)
        status = era_policy(kernel, pin->generation, findings, &pin->from, error);
    loading->count += status == RD_OK;
    return status;
}

/* ---- whether it can be done without ---- */

static bool era_is_lost(enum rd_status status)
{
    return status == RD_CORRUPT || status == RD_NOT_FOUND || status == RD_CHECK_FAILED ||
           status == RD_BAD_CONFIG;
}

/* Whether nothing is to come of the record any more. What the lost workflow would say of its state
 * nobody knows; but what it waits for stands in the store. */
static enum rd_status era_rests(struct rd_kernel *kernel, const struct rd_record_type *type,
                                const struct rd_record *record, struct rd_arena *arena, bool *rests,
                                struct rd_error *error)
{
    struct rd_deadline *deadlines;
    size_t count;
    int state = record->state ? rd_state_find(type->chart, record->state) : -1;
    enum rd_status status =
        rd_deadlines_load(kernel->store, record->id, arena, &deadlines, &count, error);
    *rests = state >= 0 && type->chart->states[state].final && count == 0;
    return status;
}

/* The first record that goes by this era and has not come to rest; 0: there is none. */
static enum rd_status era_open(struct rd_kernel *kernel, const struct rd_record_type *type,
                               const struct rd_value *list, uint32_t which, uint64_t *found,
                               struct rd_error *error)
{
    struct rd_era eras[RD_ERAS_MAX + 1];
    uint64_t first = (uint64_t)rd_catalogue_type(&kernel->catalogue, type->name) << 48;
    struct rd_key8 key = rd_key8(first);
    struct rd_arena arena;
    struct rd_walk walk;
    *found = 0;
    for (uint32_t i = 0; i < list->count; i++)
        eras[i] = (struct rd_era){ .generation = (uint32_t)list->items[i].items[0].integer,
                                   .first = (uint64_t)list->items[i].items[1].integer };
    rd_arena_init(&arena);
    enum rd_status status =
        rd_walk_start(&walk, kernel->store, RD_TABLE_RECORD, key.bytes, false, error);
    while (status == RD_OK && rd_key_u64(walk.key) >> 48 == first >> 48 && !*found) {
        struct rd_record record;
        bool rests = true;
        rd_arena_reset(&arena);
        status = rd_record_load(kernel->store, (struct rd_id){ rd_key_u64(walk.key) }, &arena,
                                &record, error);
        if (status == RD_OK && rd_era_find(eras, list->count, &record) == which)
            status = era_rests(kernel, type, &record, &arena, &rests, error);
        if (status == RD_OK && !rests)
            *found = record.id.value;
        else if (status == RD_OK)
            status = rd_walk_next(&walk, error);
    }
    rd_walk_end(&walk);
    rd_arena_fini(&arena);
    return status == RD_END ? RD_OK : status;
}

/* The era could not be loaded, for the reason in `error`: RD_OK where nothing needs it. */
static enum rd_status era_without(struct rd_kernel *kernel, const struct rd_policy *policy,
                                  const struct rd_pair *row, uint32_t which, enum rd_status why,
                                  struct rd_error *error)
{
    const struct rd_record_type *type = rd_model_type(rd_policy_model(policy), row->key);
    struct rd_error ignored = RD_ERROR_NONE;
    uint64_t found = 1;
    if (!era_is_lost(why) || !type || !type->chart || row->value.count > RD_ERAS_MAX + 1 ||
        era_open(kernel, type, &row->value, which, &found, &ignored) != RD_OK || found)
        return why;
    kernel->eras_lost++;
    rd_log(RD_LOG_ERROR, "policy",
           "%s. No open '%s' goes by them: the start goes on without. Those that are closed are "
           "shown by the rules in force",
           error->text, type->name);
    *error = RD_ERROR_NONE;
    return RD_OK;
}

static enum rd_status era_load_all(struct rd_kernel *kernel, const struct rd_pair *row,
                                   const struct rd_policy *policy, struct era_loading *loading,
                                   struct rd_findings *findings, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    for (uint32_t i = 0; status == RD_OK && i + 1 < row->value.count; i++) { /* the last: its own */
        status = era_load(kernel, loading, row->key, &row->value.items[i], findings, error);
        if (status != RD_OK)
            status = era_without(kernel, policy, row, i, status, error);
    }
    return status;
}

enum rd_status rd_eras_load(struct rd_kernel *kernel, const struct rd_value *eras,
                            struct rd_policy *policy, struct rd_findings *findings,
                            struct rd_error *error)
{
    struct era_loading loading = { .count = 0 };
    struct rd_findings own; /* what was once to be said of rules in force before, was said then */
    struct rd_arena arena;
    enum rd_status status = RD_OK;
    rd_arena_init(&arena);
    kernel->eras_lost = 0;
    for (uint32_t t = 0; status == RD_OK && eras && t < eras->count; t++) {
        rd_findings_init(&own, &arena);
        status = era_load_all(kernel, &eras->pairs[t], policy, &loading, &own, error);
    }
    if (status == RD_OK && loading.count)
        status = rd_policy_pin(policy, loading.pins, loading.count, findings, error);
    for (size_t i = 0; i < loading.count; i++)
        rd_policy_free(loading.pins[i].from);
    rd_arena_fini(&arena);
    return status;
}
