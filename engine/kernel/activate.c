/* Activation: one generation in force, swapped whole, between two commands.
 *
 *   sources ─▶ loaded and checked (policy floor) ─▶ fits the open cases?
 *           ─▶ one entry: the sources, numbers for new names ─▶ in force
 *
 * The entry holds the sources themselves, so that a daemon can start without the directory, and any
 * old decision can be asked again under the rules of its day.
 */
#include "kernel/era.h"
#include "kernel/fit.h"
#include "kernel/generation.h"
#include "kernel/inside.h"
#include "kernel/kept.h"
#include "kernel/report.h"
#include "kernel/redo.h"
#include "kernel/pick.h"
#include "kernel/proposal.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/pack.h"
#include "domain/normal.h"
#include "store/sign.h"
#include "store/tables.h"

struct rd_type_binding *rd_bindings_new(const struct rd_catalogue *catalogue,
                                        const struct rd_model *model)
{
    struct rd_type_binding *bindings = calloc(model->type_count + 1, sizeof *bindings);
    RD_ASSERT(bindings);
    for (size_t t = 0; t < model->type_count; t++) {
        const struct rd_record_type *type = &model->types[t];
        bindings[t].number = rd_catalogue_type(catalogue, type->name);
        bindings[t].indexes = calloc(type->index_count + 1, sizeof *bindings[t].indexes);
        RD_ASSERT(bindings[t].indexes);
        for (size_t i = 0; i < type->index_count; i++) {
            const struct rd_catalogue_index *index =
                rd_catalogue_index(catalogue, bindings[t].number, type->indexes[i].name);
            bindings[t].indexes[i] = index ? index->number : 0;
        }
    }
    return bindings;
}

void rd_bindings_free(struct rd_type_binding *bindings)
{
    for (size_t i = 0; bindings && bindings[i].indexes; i++) {
        free(bindings[i].indexes);
        free(bindings[i].eras);
    }
    free(bindings);
}

static void activate_bind(struct rd_kernel *kernel)
{
    rd_bindings_free(kernel->bindings);
    kernel->bindings = rd_bindings_new(&kernel->catalogue, kernel->model);
    for (size_t t = 0; t < kernel->model->type_count; t++) { /* the activation has numbered them */
        RD_ASSERT(kernel->bindings[t].number);
        for (size_t i = 0; i < kernel->model->types[t].index_count; i++)
            RD_ASSERT(kernel->bindings[t].indexes[i]);
    }
}

enum rd_status rd_activate_names(const struct rd_catalogue *catalogue, const struct rd_model *model,
                                 uint16_t next_type, uint32_t next_index, struct rd_arena *arena,
                                 struct rd_value *effects, struct rd_error *error)
{
    if (catalogue->type_count > next_type)
        next_type = (uint16_t)catalogue->type_count;
    for (size_t i = 0; i < catalogue->index_count; i++)
        if (catalogue->indexes[i].number >= next_index)
            next_index = catalogue->indexes[i].number + 1;
    for (size_t t = 0; t < model->type_count; t++) {
        const struct rd_record_type *type = &model->types[t];
        uint16_t number = rd_catalogue_type(catalogue, type->name);
        if (!number) {
            struct rd_value effect = rd_list();
            number = next_type++;
            if (number >= RD_CATALOGUE_TYPES_MAX)
                return rd_error_set(error, RD_LIMIT_EXCEEDED, "more than %d record types",
                                    RD_CATALOGUE_TYPES_MAX);
            rd_list_add(arena, &effect, rd_int(RD_EFFECT_TYPE));
            rd_list_add(arena, &effect, rd_int(number));
            rd_list_add(arena, &effect, rd_text(type->name));
            rd_list_add(arena, effects, effect);
        }
        for (size_t i = 0; i < type->index_count; i++) {
            const struct rd_type_index *index = &type->indexes[i];
            struct rd_value effect = rd_list(), fields = rd_list();
            if (rd_catalogue_index(catalogue, number, index->name))
                continue;
            for (size_t f = 0; f < index->field_count; f++)
                rd_list_add(arena, &fields,
                            rd_text(rd_normal_field(arena, &type->fields[index->fields[f]])));
            rd_list_add(arena, &effect, rd_int(RD_EFFECT_INDEX));
            rd_list_add(arena, &effect, rd_int(next_index++));
            rd_list_add(arena, &effect, rd_int(number));
            rd_list_add(arena, &effect, rd_text(index->name));
            rd_list_add(arena, &effect, fields);
            rd_list_add(arena, effects, effect);
        }
    }
    return RD_OK;
}

/* An account of the policy that is a staff record as well would be two people with one name. */
static void activate_accounts(struct rd_kernel *kernel, const struct rd_model *model,
                              struct rd_findings *findings)
{
    for (size_t i = 0; kernel->model && model->staff.type && i < model->organisation.account_count;
         i++) {
        const struct rd_account *account = &model->organisation.accounts[i];
        const struct rd_account *now = rd_staff_find(kernel, account->name);
        if (now && now->record)
            rd_finding_error(findings, model->staff.file, account->line,
                             "account '%s' is a staff record already: it cannot be both",
                             account->name);
    }
}

enum rd_status rd_activate_fits(struct rd_kernel *kernel, struct rd_fit *fit,
                                struct rd_error *error)
{
    if (!kernel->model) /* the store is empty */
        return RD_OK;
    enum rd_status status = rd_fit_states(kernel, fit, error);
    if (status != RD_OK)
        return status;
    activate_accounts(kernel, fit->model, fit->findings);
    rd_proposal_fit(kernel, fit->model, fit->findings);
    return fit->findings->errors
               ? rd_error_set(error, RD_POLICY_REFUSED, "the policy would strand cases")
               : RD_OK;
}

/* An entry that found no room may have entered its names in memory before: they are not there. */
static void activate_forget_names(struct rd_kernel *kernel)
{
    struct rd_error error = RD_ERROR_NONE;
    rd_catalogue_forget(&kernel->catalogue);
    enum rd_status status = rd_catalogue_load(&kernel->catalogue, kernel->store, &error);
    RD_ASSERT(status == RD_OK);
}

static void activate_add(struct rd_arena *arena, struct rd_value *about, const char *key,
                         const char *text)
{
    if (text)
        rd_map_add(arena, about, key, rd_text(text));
}

/* Who, when, why, and what is not in the sources: the row itself tells it, so that a list of
 * generations need not look for their entries. */
static struct rd_value activate_about(struct rd_kernel *kernel, const struct rd_model *model,
                                      const struct rd_activation *how, const struct rd_value *eras,
                                      struct rd_arena *arena)
{
    struct rd_value about = rd_map();
    rd_map_add(arena, &about, "at", rd_int(rd_kernel_now_ms(kernel)));
    activate_add(arena, &about, "by", how->actor);
    activate_add(arena, &about, "behind", how->behind);
    activate_add(arena, &about, "why", how->why);
    if (how->back_to)
        rd_map_add(arena, &about, "back_to", rd_int(how->back_to));
    if (how->moved)
        rd_map_add(arena, &about, "moved", *how->moved);
    if (how->signature && *how->signature) {
        activate_add(arena, &about, "signature", how->signature);
        activate_add(arena, &about, "signed_by", kernel->policy_key->name);
    }
    if (eras->kind == RD_MAP)
        rd_map_add(arena, &about, "eras", *eras);
    if (rd_proposal_asked(model))
        rd_map_add(arena, &about, "second_person", rd_bool(true));
    if (how->proposal)
        rd_proposal_told(how->proposal, arena, &about);
    return about;
}

static enum rd_status activate_journal(struct rd_kernel *kernel, const struct rd_policy *policy,
                                       const struct rd_policy_source *sources, size_t count,
                                       const struct rd_activation *how, bool moves,
                                       const struct rd_era_plan *plan, struct rd_arena *keep,
                                       struct rd_value *eras, struct rd_error *error)
{
    struct rd_arena arena;
    struct rd_value effects = rd_list(), effect = rd_list(), texts = rd_map();
    int64_t last;
    uint64_t seq;
    rd_arena_init(&arena);
    enum rd_status status = rd_counter_read(kernel->store, "generation", &last, error);
    if (status == RD_OK)
        status = rd_eras_value(kernel, plan, (uint32_t)(last + 1), keep, eras, error);
    if (status == RD_OK)
        status = rd_activate_names(&kernel->catalogue, rd_policy_model(policy), 1, 1, &arena,
                                   &effects, error);
    if (status == RD_OK)
        status = rd_schedules_begin(kernel, rd_policy_model(policy), &arena, &effects, error);
    if (status == RD_OK)
        status = rd_derive_begin(kernel, rd_policy_model(policy), &arena, &effects, error);
    if (status == RD_OK)
        status = rd_pick_begin(kernel, rd_policy_model(policy), &arena, &effects, error);
    if (status == RD_OK)
        status = rd_replan_effect(kernel, rd_policy_model(policy), moves, &arena, &effects, error);
    if (status == RD_OK)
        status = rd_tokens_of_generation(kernel, rd_policy_model(policy), &arena, &effects, error);
    for (size_t i = 0; i < count; i++)
        rd_map_add(&arena, &texts, sources[i].path,
                   rd_text_copy(&arena, sources[i].text, sources[i].len));
    rd_list_add(&arena, &effect, rd_int(RD_EFFECT_POLICY));
    rd_list_add(&arena, &effect, rd_int(last + 1));
    rd_list_add(&arena, &effect, rd_text(rd_policy_hash_text(policy)));
    rd_list_add(&arena, &effect, texts);
    struct rd_value draw_key = rd_null();
    if (status == RD_OK)
        status = rd_draw_key(kernel, &arena, &draw_key, error);
    rd_list_add(&arena, &effect, draw_key);
    rd_list_add(&arena, &effect,
                activate_about(kernel, rd_policy_model(policy), how, eras, &arena));
    rd_list_add(&arena, &effects, effect);
    if (how->proposal)
        rd_list_add(&arena, &effects, rd_proposal_end(how->proposal, NULL, &arena));
    struct rd_command_entry entry = {
        .at_ms = rd_kernel_now_ms(kernel),
        .actor = how->actor,
        .behind = how->behind,
        .command = how->back_to ? "policy.rollback" : "policy.activate",
        .form = rd_null(),
        .facts = rd_null(),
        .decisions = rd_null(),
        .effects = effects,
        .generation = (uint32_t)(last + 1),
    };
    if (status == RD_OK)
        status = rd_entry_write(kernel, &entry, &seq, error);
    rd_arena_fini(&arena);
    if (status == RD_OK)
        kernel->generation = (uint32_t)(last + 1);
    else
        activate_forget_names(kernel);
    return status;
}

/* `moved`: what was said at the activation, or NULL; `eras`: of its row, or NULL. */
static void activate_swap(struct rd_kernel *kernel, struct rd_policy **policy, const char *hash,
                          const struct rd_value *moved, const struct rd_value *eras)
{
    struct rd_policy *old = kernel->policy;
    rd_arena_reset(&kernel->moved_arena);
    kernel->moved = moved ? rd_value_copy(&kernel->moved_arena, moved) : rd_null();
    memcpy(kernel->hash, hash, sizeof kernel->hash);
    rd_policy_free(kernel->preview);
    kernel->preview = NULL;
    kernel->policy = *policy;
    kernel->model = rd_policy_model(*policy);
    *policy = NULL;
    activate_bind(kernel);
    if (kernel->eras_lost)
        rd_eras_bind_found(kernel, eras);
    else
        rd_eras_bind(kernel, eras);
    struct rd_error error = RD_ERROR_NONE;
    if (rd_staff_bind(kernel, &error) != RD_OK)
        rd_log(RD_LOG_ERROR, "staff", "the staff records could not be read: %s", error.text);
    rd_draw_bind(kernel);
    rd_schedules_bind(kernel);
    rd_reports_rebind(kernel);
    if (!kernel->policy_borrowed && old) {
        rd_policy_retire(old); /* older cases may keep its workflow, not its model */
        rd_policy_free(old);
    }
    kernel->policy_borrowed = false;
}

/* Which cases keep which workflow; the policy has them beside its own then. */
static enum rd_status activate_eras(struct rd_kernel *kernel, struct rd_policy *policy,
                                    const struct rd_activation *how, struct rd_arena *arena,
                                    struct rd_era_plan *plan, struct rd_findings *findings,
                                    struct rd_error *error)
{
    struct rd_era_base base = rd_era_base(kernel);
    if (how->eras) {
        *plan = *how->eras;
        return RD_OK;
    }
    enum rd_status status = rd_eras_plan(&base, policy, how->back_to, arena, plan, error);
    if (status == RD_OK && how->borrowed && rd_eras_keep(plan))
        status = rd_error_set(error, RD_POLICY_REFUSED,
                              "open cases keep an older workflow: this policy can't be lent");
    return status == RD_OK ? rd_eras_join(plan, policy, findings, error) : status;
}

enum rd_status rd_activate(struct rd_kernel *kernel, struct rd_policy **policy,
                           const struct rd_policy_source *sources, size_t count,
                           const struct rd_activation *how, struct rd_findings *findings,
                           struct rd_error *error)
{
    struct rd_arena arena;
    struct rd_era_plan plan;
    struct rd_value eras = rd_null();
    rd_arena_init(&arena);
    enum rd_status status = activate_eras(kernel, *policy, how, &arena, &plan, findings, error);
    struct rd_fit fit = { .model = rd_policy_model(*policy),
                          .moved = how->moved,
                          .findings = findings };
    if (status == RD_OK)
        status = rd_activate_fits(kernel, &fit, error);
    if (status == RD_OK)
        status = activate_journal(kernel, *policy, sources, count, how, fit.moving > 0, &plan,
                                  &arena, &eras, error);
    if (status == RD_OK)
        activate_swap(kernel, policy, rd_policy_hash_text(*policy), how->moved, &eras);
    if (status == RD_OK)
        status = rd_replan_resume(kernel, error);
    rd_arena_fini(&arena);
    rd_job_resume(kernel);
    return status;
}

/* The row of the active generation. */
static enum rd_status activate_row(struct rd_kernel *kernel, struct rd_arena *arena,
                                   struct rd_value *row, struct rd_error *error)
{
    int64_t generation;
    enum rd_status status = rd_counter_read(kernel->store, "generation", &generation, error);
    return status == RD_OK ? rd_generation_row(kernel, generation, arena, row, error) : status;
}

/* What was said of moved states when it was activated; NULL: nothing. */
static const struct rd_value *activate_moved(const struct rd_value *row)
{
    return row->count > 5 ? rd_map_get(&row->items[5], "moved") : NULL;
}

/* Which cases keep which older workflow; NULL: none does. */
static const struct rd_value *activate_row_eras(const struct rd_value *row)
{
    return row->count > 5 ? rd_map_get(&row->items[5], "eras") : NULL;
}

/* Known from the row, so that it is known before anything is loaded. */
static bool activate_asks(const struct rd_value *row)
{
    return row->count > 5 && rd_map_bool(&row->items[5], "second_person", false);
}

enum rd_status rd_activate_borrowed(struct rd_kernel *kernel,
                                    const struct rd_kernel_options *options,
                                    struct rd_findings *findings, struct rd_error *error)
{
    struct rd_policy *policy = options->policy;
    struct rd_arena arena;
    struct rd_value row;
    const char *hash = rd_policy_hash_text(policy);
    rd_arena_init(&arena);
    enum rd_status status = activate_row(kernel, &arena, &row, error);
    bool same = status == RD_OK && strcmp(row.items[2].text, hash) == 0;
    if (same && activate_row_eras(&row)) {
        status = rd_error_set(error, RD_POLICY_REFUSED,
                              "open cases keep an older workflow: this policy can't be lent");
    } else if (same) {
        kernel->generation = (uint32_t)row.items[1].integer;
        activate_swap(kernel, &policy, hash, activate_moved(&row), NULL);
    } else if (status == RD_OK && activate_asks(&row)) {
        status = rd_error_set(error, RD_POLICY_REFUSED,
                              "the rules in force let others in with a second person only");
    } else if (status == RD_OK || status == RD_NOT_FOUND) {
        status = rd_activate(kernel, &policy, options->policy_sources, options->policy_source_count,
                             &(struct rd_activation){ .actor = "system", .borrowed = true },
                             findings, error);
    }
    rd_arena_fini(&arena);
    kernel->policy_borrowed = status == RD_OK;
    return status;
}

bool rd_activate_needs_second(struct rd_kernel *kernel, const char *hash)
{
    struct rd_error ignored = RD_ERROR_NONE;
    struct rd_arena arena;
    struct rd_value row;
    rd_arena_init(&arena);
    bool needs = activate_row(kernel, &arena, &row, &ignored) == RD_OK && activate_asks(&row);
    rd_arena_fini(&arena);
    if (needs)
        rd_log(
            RD_LOG_WARN, "policy",
            "the policy directory holds other rules (%.12s): they stay out of force until `redress "
            "policy activate` proposes them and a second person confirms",
            hash);
    return needs;
}

static bool activate_has_hash(struct rd_kernel *kernel, int64_t generation, const char *hash)
{
    struct rd_error ignored = RD_ERROR_NONE;
    struct rd_arena arena;
    struct rd_value row;
    rd_arena_init(&arena);
    bool has = rd_generation_row(kernel, generation, &arena, &row, &ignored) == RD_OK &&
               strcmp(row.items[2].text, hash) == 0;
    rd_arena_fini(&arena);
    return has;
}

bool rd_activate_taken_back(struct rd_kernel *kernel, const char *hash)
{
    struct rd_error ignored = RD_ERROR_NONE;
    struct rd_arena arena;
    struct rd_value row;
    bool taken = false;
    rd_arena_init(&arena);
    enum rd_status status = activate_row(kernel, &arena, &row, &ignored);
    const struct rd_value *about = status == RD_OK && row.count > 5 ? &row.items[5] : NULL;
    int64_t back_to = about ? rd_map_int(about, "back_to", 0) : 0;
    for (int64_t at = back_to + 1; back_to && !taken && at < row.items[1].integer; at++)
        taken = activate_has_hash(kernel, at, hash);
    rd_arena_fini(&arena);
    if (taken)
        rd_log(RD_LOG_WARN, "policy",
               "the policy directory holds rules that were rolled back (%.12s): they stay out of "
               "force until `redress policy activate`",
               hash);
    return taken;
}

enum rd_status rd_activate_hash(struct rd_kernel *kernel, char out[RD_POLICY_HASH_TEXT],
                                struct rd_error *error)
{
    struct rd_arena arena;
    struct rd_value row;
    rd_arena_init(&arena);
    out[0] = 0;
    enum rd_status status = activate_row(kernel, &arena, &row, error);
    if (status == RD_OK)
        memcpy(out, row.items[2].text, row.items[2].count + 1);
    rd_arena_fini(&arena);
    return status;
}

enum rd_status rd_activate_stored(struct rd_kernel *kernel, struct rd_findings *findings,
                                  struct rd_error *error)
{
    struct rd_arena arena;
    struct rd_value row;
    struct rd_policy *policy = NULL;
    struct rd_findings
        own; /* those of a directory's policy that was refused must not touch this one */
    rd_arena_init(&arena);
    rd_findings_init(&own, &arena);
    enum rd_status status = activate_row(kernel, &arena, &row, error);
    if (status == RD_OK) {
        struct rd_policy_source *sources;
        size_t count;
        rd_generation_sources(&row, false, &arena, &sources, &count);
        status = rd_kept_load(kernel, sources, count, findings, &policy, error);
    }
    if (status == RD_OK)
        status = rd_eras_load(kernel, activate_row_eras(&row), policy, findings, error);
    if (status == RD_OK) {
        kernel->generation = (uint32_t)row.items[1].integer;
        activate_swap(kernel, &policy, row.items[2].text, activate_moved(&row),
                      activate_row_eras(&row));
    }
    rd_policy_free(policy);
    rd_arena_fini(&arena);
    return status;
}

struct rd_value rd_activate_findings(const struct rd_findings *findings, struct rd_arena *arena)
{
    struct rd_value list = rd_list();
    for (const struct rd_finding *finding = findings->first; finding; finding = finding->next) {
        struct rd_value item = rd_map();
        rd_map_add(arena, &item, "file", rd_text(finding->file));
        rd_map_add(arena, &item, "line", rd_int(finding->line));
        rd_map_add(arena, &item, "severity", rd_text(finding->error ? "error" : "warning"));
        rd_map_add(arena, &item, "text", rd_text(finding->text));
        rd_list_add(arena, &list, item);
    }
    return list;
}

enum rd_status rd_activate_refusal(struct rd_kernel *kernel, struct rd_request *request,
                                   const struct rd_findings *findings)
{
    struct rd_arena *arena = request->arena;
    struct rd_value *detail = rd_arena_zalloc(arena, 1, sizeof *detail);
    const struct rd_finding *first = findings->first;
    while (first && !first->error)
        first = first->next;
    *detail = rd_map();
    rd_map_add(arena, detail, "findings", rd_activate_findings(findings, arena));
    if (first)
        (void)rd_error_set(&request->error, RD_POLICY_REFUSED, "%s:%d: %s (generation %u goes on)",
                           first->file, first->line, first->text, kernel->generation);
    request->error.detail = detail;
    request->error.status = RD_POLICY_REFUSED;
    return RD_POLICY_REFUSED;
}
