/* Facts: gathered here, in C, before Lua or a table is asked; what was used is written into the
 * entry.
 *
 * A function is handed the fields and facts that its body mentions and nothing else, so that the
 * journal holds just what a decision rested on, and a command pays only for what its rules read.
 */
#include "kernel/inside.h"

#include <string.h>

#include "base/json.h"
#include "store/tables.h"

static void gather_record(struct rd_run *run, const char *name, struct rd_value value)
{
    rd_map_set(run->arena, &run->facts, name, value);
}

static struct rd_value gather_or_null(const struct rd_value *value)
{
    return value ? *value : rd_null();
}

/* A field of the record that a reference field leads to. */
static enum rd_status gather_linked(struct rd_run *run, struct rd_draft *draft,
                                    const char *reference, const char *field, struct rd_value *out)
{
    const struct rd_value *to = rd_draft_get(draft, reference);
    struct rd_draft *linked;
    *out = rd_null();
    if (!rd_value_is(to, RD_INT))
        return RD_OK;
    enum rd_status status = rd_draft_of(run, (struct rd_id){ (uint64_t)to->integer }, &linked);
    if (status == RD_NOT_FOUND)
        return RD_OK;
    if (status == RD_OK)
        *out = gather_or_null(rd_draft_get(linked, field));
    return status;
}

/* "customer.name", "form.amount" is read as "amount" of the form, "actor.unit"; or a plain name. */
static enum rd_status gather_path(struct rd_run *run, struct rd_draft *draft, const char *path,
                                  struct rd_value *out)
{
    const char *dot = strchr(path, '.');
    if (!dot) {
        const struct rd_value *form = draft->form ? rd_map_get(draft->form, path) : NULL;
        int fact = draft->chart ? rd_fact_find(draft->chart, path) : -1;
        if (form && form->kind != RD_NULL)
            *out = *form;
        else if (fact >= 0)
            return rd_gather_fact(run, draft, (size_t)fact, out);
        else
            *out = gather_or_null(rd_draft_get(draft, path));
        return RD_OK;
    }
    const char *head = rd_arena_copy(run->arena, path, (size_t)(dot - path));
    if (strcmp(head, "form") == 0) {
        *out = gather_or_null(draft->form ? rd_map_get(draft->form, dot + 1) : NULL);
        return RD_OK;
    }
    if (strcmp(head, "actor") == 0) {
        const struct rd_account *account = run->actor.account;
        *out = rd_null();
        if (strcmp(dot + 1, "account") == 0)
            *out = rd_text(run->actor.name);
        else if (strcmp(dot + 1, "unit") == 0 && account && account->unit >= 0)
            *out = rd_text(run->model->organisation.units[account->unit].name);
        return RD_OK;
    }
    return gather_linked(run, draft, head, dot + 1, out);
}

static enum rd_status gather_input(struct rd_run *run, struct rd_draft *draft,
                                   const struct rd_fact *fact, const char *name,
                                   struct rd_value *out)
{
    for (size_t i = 0; fact && i < fact->with_count; i++)
        if (strcmp(fact->with[i].name, name) == 0)
            return gather_path(run, draft, fact->with[i].path, out);
    if (fact && fact->of >= 0) {
        const struct rd_field *reference = &draft->type->fields[fact->of];
        const struct rd_record_type *of = rd_model_type(run->model, reference->type.of);
        if (of && rd_type_field(of, name) >= 0)
            return gather_linked(run, draft, reference->name, name, out);
    }
    return gather_path(run, draft, name, out);
}

static void gather_decided(struct rd_run *run, const struct rd_decision *decision,
                           const struct rd_answer *answer)
{
    struct rd_arena *arena = run->arena;
    const struct rd_decision_row *row = answer->row_count ? &decision->rows[answer->rows[0]] : NULL;
    struct rd_buf text;
    rd_buf_init(&text);
    for (size_t i = 0; i < decision->output_count; i++) {
        struct rd_value shown =
            rd_type_show(&decision->outputs[i].type, &answer->outputs[i], arena);
        rd_buf_printf(&text, "%s%s = ", i ? ", " : "", decision->outputs[i].name);
        if (shown.kind == RD_TEXT)
            rd_buf_text(&text, shown.text);
        else
            rd_json_write(&text, &shown);
    }
    rd_run_decided(run,
                   rd_arena_printf(arena, "%s/%s", decision->name, row ? row->id : "otherwise"),
                   decision->file, row ? row->line : decision->line,
                   rd_arena_copy(arena, text.data ? text.data : "", text.len), NULL);
    for (size_t i = 0; i < answer->row_count; i++)
        rd_visit(run->kernel, decision->rows[answer->rows[i]].spot);
    rd_buf_fini(&text);
}

enum rd_status rd_gather_decide(struct rd_run *run, struct rd_draft *draft,
                                const struct rd_decision *decision, const struct rd_fact *fact,
                                const char *role, struct rd_answer *out)
{
    struct rd_value inputs[RD_DECISION_INPUTS_MAX];
    enum rd_status status = RD_OK;
    for (size_t i = 0; status == RD_OK && i < decision->input_count; i++) {
        const char *name = decision->inputs[i].name;
        if (role && strcmp(name, "role") == 0)
            inputs[i] = rd_text(role);
        else
            status = gather_input(run, draft, fact, name, &inputs[i]);
    }
    if (status == RD_OK)
        status = rd_decision_evaluate(decision, inputs, run->arena, out, run->error);
    if (status != RD_OK)
        return status;
    for (size_t i = 0; i < decision->input_count; i++)
        if (!(role && strcmp(decision->inputs[i].name, "role") == 0))
            gather_record(run, decision->inputs[i].name, inputs[i]);
    if (!role)
        gather_decided(run, decision, out);
    return RD_OK;
}

static enum rd_status gather_fact_decide(struct rd_run *run, struct rd_draft *draft,
                                         const struct rd_fact *fact, struct rd_value *out)
{
    struct rd_answer answer;
    enum rd_status status = rd_gather_decide(run, draft, fact->decision, fact, NULL, &answer);
    if (status == RD_OK)
        *out = answer.outputs[fact->output];
    return status;
}

/* Adds one counted record; a draft in hand speaks for itself, since its row is older than it is. */
static enum rd_status gather_count_one(struct rd_run *run, const struct rd_fact *fact,
                                       struct rd_id id, int64_t *sum)
{
    struct rd_record record;
    struct rd_arena scratch;
    if (fact->kind == RD_FACT_COUNT) {
        *sum += 1;
        return RD_OK;
    }
    rd_arena_init(&scratch); /* there may be very many: none of them stays */
    enum rd_status status = rd_record_load(run->kernel->store, id, &scratch, &record, run->error);
    const struct rd_value *value =
        status == RD_OK ? rd_map_get(&record.data, fact->type->fields[fact->field].name) : NULL;
    if (rd_value_is(value, RD_INT) && __builtin_add_overflow(*sum, value->integer, sum))
        status = rd_error_set(run->error, RD_POLICY_FAULT, "fact '%s': the sum does not fit",
                              fact->name);
    rd_arena_fini(&scratch);
    return status == RD_NOT_FOUND ? RD_OK : status;
}

static enum rd_status gather_fact_count(struct rd_run *run, struct rd_draft *draft,
                                        const struct rd_fact *fact, struct rd_value *out)
{
    struct rd_kernel *kernel = run->kernel;
    const struct rd_type_index *index = &fact->type->indexes[fact->index];
    const struct rd_value *values[RD_CATALOGUE_INDEX_FIELDS_MAX];
    unsigned char slot[RD_INDEX_VALUE_BYTES];
    int64_t sum = 0, looked = 0;
    for (size_t i = 0; i < index->field_count; i++)
        values[i] = rd_draft_get(draft, fact->type->fields[index->fields[i]].name);
    /* the draft itself may stand in the index under what it was before: it is counted by what it is
     * now */
    bool mine =
        draft->type == fact->type && draft->record.opened_at_ms >= run->now_ms - fact->in_last_ms;
    uint32_t number = kernel->bindings[fact->type - run->model->types].indexes[fact->index];
    if (!rd_index_slot(values, index->field_count, &kernel->scratch, slot)) {
        *out = rd_int(0);
        return RD_OK;
    }
    int64_t since = fact->in_last_ms ? run->now_ms - fact->in_last_ms : INT64_MIN;
    struct rd_index_key from = rd_index_key(number, slot, since, 0);
    struct rd_walk walk;
    enum rd_status status =
        rd_walk_start(&walk, kernel->store, RD_TABLE_INDEX, from.bytes, false, run->error);
    while (status == RD_OK && memcmp(walk.key, from.bytes, 4 + RD_INDEX_VALUE_BYTES) == 0) {
        if (fact->kind == RD_FACT_COUNT && sum >= fact->at_most)
            break;
        if (++looked > RD_FACT_ROWS_MAX) {
            status = rd_error_set(run->error, RD_LIMIT_EXCEEDED,
                                  "fact '%s' adds up more than %d records; shorten in_last",
                                  fact->name, RD_FACT_ROWS_MAX);
            break;
        }
        uint64_t id = rd_index_key_record(walk.key);
        if (rd_index_key_opened_at(walk.key) <= run->now_ms && id != draft->record.id.value)
            status = gather_count_one(run, fact, (struct rd_id){ id }, &sum);
        if (status == RD_OK)
            status = rd_walk_next(&walk, run->error);
    }
    rd_walk_end(&walk);
    if (status != RD_END && status != RD_OK)
        return status;
    const struct rd_value *own = fact->kind == RD_FACT_SUM
                                     ? rd_draft_get(draft, fact->type->fields[fact->field].name)
                                     : NULL;
    if ((mine || (draft->type == fact->type && fact->in_last_ms == 0)) &&
        __builtin_add_overflow(sum,
                               fact->kind == RD_FACT_COUNT ? 1
                               : rd_value_is(own, RD_INT)  ? own->integer
                                                           : 0,
                               &sum))
        return rd_error_set(run->error, RD_POLICY_FAULT, "fact '%s': the sum does not fit",
                            fact->name);
    *out = rd_int(sum);
    return RD_OK;
}

enum rd_status rd_gather_fact(struct rd_run *run, struct rd_draft *draft, size_t fact_at,
                              struct rd_value *out)
{
    const struct rd_fact *fact = &draft->chart->facts[fact_at];
    enum rd_status status = RD_OK;
    if (draft->facts_known & (1ull << fact_at)) {
        *out = draft->facts[fact_at];
        return RD_OK;
    }
    if (++run->depth > 4 * RD_CASCADE_DEPTH_MAX)
        return rd_error_set(run->error, RD_POLICY_FAULT, "%s:%d: fact '%s' depends on itself",
                            draft->chart->file, fact->line, fact->name);
    switch (fact->kind) {
    case RD_FACT_DECIDE:
        status = gather_fact_decide(run, draft, fact, out);
        break;
    case RD_FACT_COUNT:
    case RD_FACT_SUM:
        status = gather_fact_count(run, draft, fact, out);
        break;
    case RD_FACT_FIELD:
        status = gather_path(run, draft, fact->path, out);
        break;
    }
    run->depth--;
    if (status != RD_OK)
        return status;
    draft->facts[fact_at] = *out;
    draft->facts_known |= 1ull << fact_at;
    gather_record(run, fact->name, *out);
    return RD_OK;
}

static struct rd_value gather_actor(struct rd_run *run)
{
    const struct rd_organisation *organisation = &run->model->organisation;
    const struct rd_account *account = run->actor.account;
    struct rd_value actor = rd_map(), roles = rd_map();
    for (size_t i = 0; i < organisation->role_count; i++)
        if (run->actor.roles & (1ull << i))
            rd_map_add(run->arena, &roles, organisation->roles[i].name, rd_bool(true));
        else
            rd_map_add(run->arena, &roles, organisation->roles[i].name, rd_null());
    rd_map_add(run->arena, &actor, "account", rd_text(run->actor.name));
    rd_map_add(run->arena, &actor, "name", rd_text(account ? account->title : run->actor.name));
    rd_map_add(run->arena, &actor, "unit",
               account && account->unit >= 0 ? rd_text(organisation->units[account->unit].name)
                                             : rd_null());
    rd_map_add(run->arena, &actor, "group",
               account && account->group ? rd_text(account->group) : rd_null());
    rd_map_add(run->arena, &actor, "roles", roles);
    return actor;
}

static struct rd_value gather_form(struct rd_run *run, const struct rd_draft *draft)
{
    struct rd_value form = rd_map();
    for (size_t i = 0; draft->form_type && i < draft->form_type->count; i++) {
        const char *name = draft->form_type->entries[i].field.name;
        const struct rd_value *value = draft->form ? rd_map_get(draft->form, name) : NULL;
        rd_map_add(run->arena, &form, name, gather_or_null(value));
    }
    return form;
}

/* The table that Lua sees as `f`. */
static enum rd_status gather_all(struct rd_run *run, struct rd_draft *draft,
                                 const struct rd_function *function, struct rd_value *f)
{
    struct rd_arena *arena = run->arena;
    char id[RD_ID_TEXT_MAX];
    *f = rd_map();
    for (size_t i = 0; i < function->needs.field_count; i++) {
        const char *name = draft->type->fields[function->needs.fields[i]].name;
        struct rd_value value = gather_or_null(rd_draft_get(draft, name));
        rd_map_add(arena, f, name, value);
        gather_record(run, name, value);
    }
    for (size_t i = 0; i < draft->chart->fact_count; i++) {
        struct rd_value value;
        if (!(function->needs.facts & (1ull << i)))
            continue;
        enum rd_status status = rd_gather_fact(run, draft, i, &value);
        if (status != RD_OK)
            return status;
        rd_map_add(arena, f, draft->chart->facts[i].name, value);
    }
    if (function->needs.form)
        rd_map_add(arena, f, "form", gather_form(run, draft));
    if (function->needs.actor)
        rd_map_add(arena, f, "actor", gather_actor(run));
    rd_id_write(draft->record.id, id);
    rd_map_add(arena, f, "now", rd_int(run->now_ms));
    rd_map_add(arena, f, "state", draft->record.state ? rd_text(draft->record.state) : rd_null());
    rd_map_add(arena, f, "number",
               draft->record.number ? rd_text(draft->record.number) : rd_null());
    rd_map_add(arena, f, "id", rd_int((int64_t)draft->record.id.value));
    rd_map_add(arena, f, "escalation", rd_int(draft->record.escalation));
    return RD_OK;
}

enum rd_status rd_gather_call(struct rd_run *run, struct rd_draft *draft,
                              const struct rd_function *function, struct rd_value *result)
{
    struct rd_value f;
    enum rd_status status = gather_all(run, draft, function, &f);
    return status == RD_OK ? rd_policy_call(run->kernel->policy, function->fn, &f, run->arena,
                                            result, run->error)
                           : status;
}

enum rd_status rd_gather_guard(struct rd_run *run, struct rd_draft *draft,
                               const struct rd_function *guard, bool *holds, const char **reason)
{
    struct rd_value result;
    enum rd_status status = rd_gather_call(run, draft, guard, &result);
    if (status != RD_OK)
        return status;
    if (result.kind != RD_LIST || result.count < 1 || result.items[0].kind != RD_BOOL)
        return rd_error_set(run->error, RD_POLICY_FAULT,
                            "%s:%d: guard '%s' must return true or false", draft->chart->file,
                            guard->line, guard->name);
    *holds = result.items[0].boolean;
    /* `return cond, "why not"`: the reason speaks of the refusal */
    *reason = !*holds && result.count > 1 && result.items[1].kind == RD_TEXT ? result.items[1].text
                                                                             : NULL;
    rd_visit(run->kernel, *holds ? guard->spot : guard->spot_false);
    rd_run_decided(run, guard->name, draft->chart->file, guard->line, *holds ? "true" : "false",
                   *reason);
    return RD_OK;
}

enum rd_status rd_gather_guards(struct rd_run *run, struct rd_draft *draft,
                                const struct rd_row *row, bool *holds)
{
    *holds = true;
    for (size_t i = 0; *holds && i < row->when_count; i++) {
        const char *reason;
        bool is;
        enum rd_status status =
            rd_gather_guard(run, draft, &draft->chart->guards[row->when[i].guard], &is, &reason);
        if (status != RD_OK)
            return status;
        *holds = is != row->when[i].negate;
    }
    return RD_OK;
}
