/* Activation: one generation in force, swapped whole, between two commands.
 *
 *   sources ─▶ loaded and checked (policy floor) ─▶ fits the open cases?
 *           ─▶ one entry: the sources, numbers for new names ─▶ in force
 *
 * The entry holds the sources themselves, so that a daemon can start without the directory, and any
 * old decision can be asked again under the rules of its day.
 */
#include "kernel/inside.h"
#include "kernel/kept.h"
#include "kernel/loading.h"
#include "kernel/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/pack.h"
#include "domain/normal.h"
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
    for (size_t i = 0; bindings && bindings[i].indexes; i++)
        free(bindings[i].indexes);
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

/* Effects that give numbers to the types and indexes that have none yet. */
static enum rd_status activate_names(struct rd_kernel *kernel, const struct rd_model *model,
                                     struct rd_arena *arena, struct rd_value *effects,
                                     struct rd_error *error)
{
    const struct rd_catalogue *catalogue = &kernel->catalogue;
    uint16_t next_type = (uint16_t)(catalogue->type_count ? catalogue->type_count : 1);
    uint32_t next_index = 1;
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

static enum rd_status activate_count(struct rd_kernel *kernel, uint32_t index, const char *state,
                                     int64_t *count, struct rd_error *error)
{
    struct rd_value text = rd_text(state);
    const struct rd_value *value = &text;
    unsigned char slot[RD_INDEX_VALUE_BYTES];
    struct rd_walk walk;
    *count = 0;
    if (!rd_index_slot(&value, 1, &kernel->scratch, slot))
        return RD_OK;
    struct rd_index_key from = rd_index_key(index, slot, INT64_MIN, 0);
    enum rd_status status =
        rd_walk_start(&walk, kernel->store, RD_TABLE_INDEX, from.bytes, false, error);
    while (status == RD_OK && memcmp(walk.key, from.bytes, 4 + RD_INDEX_VALUE_BYTES) == 0) {
        ++*count;
        status = rd_walk_next(&walk, error);
    }
    rd_walk_end(&walk);
    return status == RD_END ? RD_OK : status;
}

/* Cases in states that the new policy no longer has would be stranded: that refuses it. */
static enum rd_status activate_fits(struct rd_kernel *kernel, const struct rd_model *model,
                                    struct rd_findings *findings, struct rd_error *error)
{
    for (size_t t = 0; kernel->model && t < kernel->model->type_count; t++) {
        const struct rd_record_type *old = &kernel->model->types[t];
        const struct rd_record_type *now = rd_model_type(model, old->name);
        for (size_t s = 0; old->chart && s < old->chart->state_count; s++) {
            const struct rd_state *state = &old->chart->states[s];
            int64_t count;
            if (now && now->chart && rd_state_find(now->chart, state->name) >= 0)
                continue;
            enum rd_status status =
                activate_count(kernel, kernel->bindings[t].indexes[0], state->name, &count, error);
            if (status != RD_OK)
                return status;
            if (count > 0)
                rd_finding_error(findings, now ? now->file : old->file, now ? now->line : 0,
                                 "the new policy has no state '%s' of '%s', where %lld records "
                                 "are; keep the state until "
                                 "they have left it",
                                 state->name, old->name, (long long)count);
        }
    }
    for (size_t i = 0; kernel->model && model->staff.type && i < model->organisation.account_count;
         i++) {
        const struct rd_account *account = &model->organisation.accounts[i];
        const struct rd_account *now = rd_staff_find(kernel, account->name);
        if (now && now->record)
            rd_finding_error(findings, model->staff.file, account->line,
                             "account '%s' is a staff record already: it cannot be both",
                             account->name);
    }
    return findings->errors
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

static enum rd_status activate_journal(struct rd_kernel *kernel, const struct rd_policy *policy,
                                       const struct rd_policy_source *sources, size_t count,
                                       const char *actor, struct rd_error *error)
{
    struct rd_arena arena;
    struct rd_value effects = rd_list(), effect = rd_list(), texts = rd_map();
    int64_t last;
    uint64_t seq;
    rd_arena_init(&arena);
    enum rd_status status = rd_counter_read(kernel->store, "generation", &last, error);
    if (status == RD_OK)
        status = activate_names(kernel, rd_policy_model(policy), &arena, &effects, error);
    if (status == RD_OK)
        status = rd_schedules_begin(kernel, rd_policy_model(policy), &arena, &effects, error);
    if (status == RD_OK)
        status = rd_derive_begin(kernel, rd_policy_model(policy), &arena, &effects, error);
    if (status == RD_OK)
        status = rd_pick_begin(kernel, rd_policy_model(policy), &arena, &effects, error);
    if (status == RD_OK)
        status = rd_replan_effect(kernel, rd_policy_model(policy), &arena, &effects, error);
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
    rd_list_add(&arena, &effects, effect);
    struct rd_command_entry entry = {
        .at_ms = rd_kernel_now_ms(kernel),
        .actor = actor,
        .command = "policy.activate",
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

static void activate_swap(struct rd_kernel *kernel, struct rd_policy **policy, const char *hash)
{
    struct rd_policy *old = kernel->policy;
    memcpy(kernel->hash, hash, sizeof kernel->hash);
    rd_policy_free(kernel->preview);
    kernel->preview = NULL;
    kernel->policy = *policy;
    kernel->model = rd_policy_model(*policy);
    *policy = NULL;
    activate_bind(kernel);
    struct rd_error error = RD_ERROR_NONE;
    if (rd_staff_bind(kernel, &error) != RD_OK)
        rd_log(RD_LOG_ERROR, "staff", "the staff records could not be read: %s", error.text);
    rd_draw_bind(kernel);
    rd_schedules_bind(kernel);
    rd_reports_rebind(kernel);
    if (!kernel->policy_borrowed)
        rd_policy_free(old);
    kernel->policy_borrowed = false;
}

enum rd_status rd_activate(struct rd_kernel *kernel, struct rd_policy **policy,
                           const struct rd_policy_source *sources, size_t count, const char *actor,
                           struct rd_findings *findings, struct rd_error *error)
{
    enum rd_status status = activate_fits(kernel, rd_policy_model(*policy), findings, error);
    if (status == RD_OK)
        status = activate_journal(kernel, *policy, sources, count, actor, error);
    if (status == RD_OK)
        activate_swap(kernel, policy, rd_policy_hash_text(*policy));
    if (status == RD_OK)
        status = rd_replan_resume(kernel, error);
    rd_job_resume(kernel);
    return status;
}

/* The row of the active generation: [8, generation, hash, {path: text}]. */
static enum rd_status activate_row(struct rd_kernel *kernel, struct rd_arena *arena,
                                   struct rd_value *row, struct rd_error *error)
{
    unsigned char key[4];
    const void *bytes;
    size_t len;
    int64_t generation;
    enum rd_status status = rd_counter_read(kernel->store, "generation", &generation, error);
    if (status != RD_OK)
        return status;
    rd_key_put_u32(key, (uint32_t)generation);
    status = rd_store_get(kernel->store, RD_TABLE_POLICY, key, &bytes, &len, error);
    return status == RD_OK ? rd_pack_read(arena, bytes, len, row, error) : status;
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
    if (same) {
        kernel->generation = (uint32_t)row.items[1].integer;
        activate_swap(kernel, &policy, hash);
    } else if (status == RD_OK || status == RD_NOT_FOUND) {
        status = rd_activate(kernel, &policy, options->policy_sources, options->policy_source_count,
                             "system", findings, error);
    }
    rd_arena_fini(&arena);
    kernel->policy_borrowed = status == RD_OK;
    return status;
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

/* Promises were read when the generation was activated; a start need not read them again. */
static bool activate_is_test(const char *path)
{
    size_t len = strlen(path), tail = strlen("_test.lua");
    return len > tail && strcmp(path + len - tail, "_test.lua") == 0;
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
        const struct rd_value *texts = &row.items[3];
        struct rd_policy_source *sources =
            rd_arena_zalloc(&arena, texts->count + 1, sizeof *sources);
        size_t count = 0;
        for (uint32_t i = 0; i < texts->count; i++)
            if (!activate_is_test(texts->pairs[i].key))
                sources[count++] =
                    (struct rd_policy_source){ texts->pairs[i].key, texts->pairs[i].value.text,
                                               texts->pairs[i].value.count };
        status = rd_kept_load(kernel, sources, count, findings, &policy, error);
    }
    if (status == RD_OK) {
        kernel->generation = (uint32_t)row.items[1].integer;
        activate_swap(kernel, &policy, row.items[2].text);
    }
    rd_arena_fini(&arena);
    return status;
}

static struct rd_value activate_findings(const struct rd_findings *findings, struct rd_arena *arena)
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
    rd_map_add(arena, detail, "findings", activate_findings(findings, arena));
    if (first)
        (void)rd_error_set(&request->error, RD_POLICY_REFUSED, "%s:%d: %s (generation %u goes on)",
                           first->file, first->line, first->text, kernel->generation);
    request->error.detail = detail;
    request->error.status = RD_POLICY_REFUSED;
    return RD_POLICY_REFUSED;
}

static const char *activate_have(const struct rd_kernel *kernel)
{
    return kernel->hash;
}

static enum rd_status activate_loaded(struct rd_kernel *kernel, struct rd_request *request,
                                      const struct rd_actor *actor, struct rd_loaded *loaded)
{
    struct rd_arena *arena = request->arena;
    enum rd_status status = loaded->status;
    bool changed = loaded->policy != NULL;
    request->error = loaded->error;
    if (status == RD_OK && changed)
        status = rd_activate(kernel, &loaded->policy, loaded->sources, loaded->count, actor->name,
                             &loaded->findings, &request->error);
    if (status == RD_CHECK_FAILED || status == RD_POLICY_REFUSED || status == RD_BAD_CONFIG)
        return rd_activate_refusal(kernel, request, &loaded->findings);
    if (status != RD_OK)
        return status;
    if (changed)
        rd_log(RD_LOG_INFO, "policy", "generation %u is in force (%.12s), activated by %s",
               kernel->generation, kernel->hash, actor->name);
    request->result = rd_map();
    rd_map_add(arena, &request->result, "generation", rd_int(kernel->generation));
    rd_map_add(arena, &request->result, "hash",
               rd_text_copy(arena, kernel->hash, RD_POLICY_HASH_TEXT - 1));
    rd_map_add(arena, &request->result, "changed", rd_bool(changed));
    rd_map_add(arena, &request->result, "warnings", activate_findings(&loaded->findings, arena));
    return RD_OK;
}

enum rd_status rd_method_policy_reload(struct rd_kernel *kernel, struct rd_request *request)
{
    static const struct rd_loading_use use = { activate_have, activate_loaded };
    return rd_loading_ask(kernel, request, &use);
}

enum rd_status rd_method_policy_info(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    const struct rd_model *model = kernel->model;
    struct rd_value types = rd_list(), decisions = rd_list();
    for (size_t i = 0; i < model->type_count; i++) {
        struct rd_value item = rd_map(), states = rd_list();
        const struct rd_record_type *type = &model->types[i];
        for (size_t s = 0; type->chart && s < type->chart->state_count; s++)
            rd_list_add(arena, &states, rd_text(type->chart->states[s].name));
        rd_map_add(arena, &item, "name", rd_text(type->name));
        rd_map_add(arena, &item, "title", type->title);
        rd_map_add(arena, &item, "workflow", rd_bool(type->chart != NULL));
        if (type->chart) {
            rd_map_add(arena, &item, "open", rd_text(type->chart->open.name));
            rd_map_add(arena, &item, "form",
                       type->chart->open.form ? rd_form_show(type->chart->open.form, arena)
                                              : rd_null());
            rd_map_add(arena, &item, "states", states);
        }
        rd_list_add(arena, &types, item);
    }
    for (size_t i = 0; i < model->decision_count; i++) {
        struct rd_value item = rd_map();
        rd_map_add(arena, &item, "name", rd_text(model->decisions[i].name));
        rd_map_add(arena, &item, "title", model->decisions[i].title);
        rd_map_add(arena, &item, "rows", rd_int((int64_t)model->decisions[i].row_count));
        rd_list_add(arena, &decisions, item);
    }
    request->result = rd_map();
    rd_map_add(arena, &request->result, "generation", rd_int(kernel->generation));
    rd_map_add(arena, &request->result, "hash",
               rd_text_copy(arena, kernel->hash, RD_POLICY_HASH_TEXT - 1));
    rd_map_add(arena, &request->result, "company", rd_text(model->company));
    rd_map_add(arena, &request->result, "records", types);
    rd_map_add(arena, &request->result, "decisions", decisions);
    return RD_OK;
}
