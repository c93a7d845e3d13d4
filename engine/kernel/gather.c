/* Facts: gathered here, in C, before Lua or a table is asked; what was used is written into the
 * entry.
 *
 * A function is handed the fields and facts that its body mentions and nothing else, so that the
 * journal holds just what a decision rested on, and a command pays only for what its rules read.
 */
#include "kernel/inside.h"

#include <string.h>

#include "base/json.h"
#include "domain/zone.h"
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

enum rd_status rd_gather_path(struct rd_run *run, struct rd_draft *draft, const char *path,
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
        else if (strcmp(path, "id") == 0 && rd_type_field(draft->type, path) < 0)
            *out = rd_int((int64_t)draft->record.id.value);
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
        else if (strcmp(dot + 1, "right") == 0)
            *out = rd_text(rd_actor_right(run));
        else if (strcmp(dot + 1, "unit") == 0 && account && account->unit >= 0)
            *out = rd_text(run->model->organisation.units[account->unit].name);
        else if (strcmp(dot + 1, "group") == 0 && account && account->group)
            *out = rd_text(account->group);
        return RD_OK;
    }
    return gather_linked(run, draft, head, dot + 1, out);
}

static enum rd_status gather_input(struct rd_run *run, struct rd_draft *draft,
                                   const struct rd_fact *fact, const char *name,
                                   struct rd_value *out)
{
    for (size_t i = 0; fact && i < fact->with_count; i++)
        if (strcmp(fact->with[i].name, name) == 0) {
            *out = fact->with[i].value;
            return fact->with[i].path ? rd_gather_path(run, draft, fact->with[i].path, out) : RD_OK;
        }
    if (fact && fact->of >= 0) {
        const struct rd_field *reference = &draft->type->fields[fact->of];
        const struct rd_record_type *of = rd_model_type(run->model, reference->type.of);
        if (of && rd_type_field(of, name) >= 0)
            return gather_linked(run, draft, reference->name, name, out);
    }
    return rd_gather_path(run, draft, name, out);
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
        if (i > 0)
            rd_buf_text(&text, ", ");
        rd_buf_text(&text, decision->outputs[i].name);
        rd_buf_text(&text, " = ");
        if (shown.kind == RD_TEXT)
            rd_buf_text(&text, shown.text);
        else
            rd_json_write(&text, &shown);
    }
    rd_run_decided(run, rd_arena_join(arena, decision->name, "/", row ? row->id : "otherwise"),
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

static enum rd_status gather_fact_in_hours(struct rd_run *run, struct rd_draft *draft,
                                           const struct rd_fact *fact, struct rd_value *out)
{
    const struct rd_calendar *calendar = fact->calendar;
    struct rd_value name, at = rd_int(run->now_ms);
    if (fact->at) {
        enum rd_status status = rd_gather_path(run, draft, fact->at, &at);
        *out = rd_null();
        if (status != RD_OK || at.kind != RD_INT)
            return status;
    }
    if (!calendar) {
        enum rd_status status = rd_gather_path(run, draft, fact->path, &name);
        if (status != RD_OK)
            return status;
        if (name.kind != RD_TEXT)
            return rd_error_set(run->error, RD_POLICY_FAULT,
                                "%s:%d: fact '%s': '%s' is empty where a calendar's name must be",
                                draft->chart->file, fact->line, fact->name, fact->path);
        calendar = rd_model_calendar(run->model, name.text);
        if (!calendar)
            return rd_error_set(run->error, RD_POLICY_FAULT, "%s:%d: fact '%s': no calendar '%s'%s",
                                draft->chart->file, fact->line, fact->name, name.text,
                                rd_chart_calendar_guess(run->model, run->arena, name.text));
        gather_record(run, fact->path, name);
    }
    rd_run_zoned(run, rd_calendar_zone(calendar));
    *out = rd_bool(rd_calendar_is_open(calendar, at.integer));
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
        status = rd_gather_count(run, draft, fact, out);
        break;
    case RD_FACT_PICK:
        status = rd_gather_pick(run, draft, fact, out);
        break;
    case RD_FACT_FIELD:
        status = rd_gather_path(run, draft, fact->path, out);
        break;
    case RD_FACT_DRAW:
        status = rd_draw(run, draft, fact, out);
        break;
    case RD_FACT_IN_HOURS:
        status = gather_fact_in_hours(run, draft, fact, out);
        break;
    case RD_FACT_BALANCE:
        status = rd_post_fact(run, draft, fact, out);
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
    rd_map_add(run->arena, &actor, "behalf",
               run->actor.behalf ? rd_text(run->actor.behalf->name) : rd_null());
    rd_map_add(run->arena, &actor, "right", rd_text(rd_actor_right(run)));
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

/* Which of the form's fields were filled in, also where that empties them. */
static struct rd_value gather_given(struct rd_run *run, const struct rd_draft *draft)
{
    struct rd_value given = rd_map();
    for (size_t i = 0; draft->form_type && i < draft->form_type->count; i++) {
        const char *name = draft->form_type->entries[i].field.name;
        rd_map_add(run->arena, &given, name,
                   rd_bool(draft->form && rd_map_get(draft->form, name) != NULL));
    }
    return given;
}

/* The company's date, in days since 1970: where a day begins is the zone's affair, not a script's.
 */
static struct rd_value gather_today(struct rd_run *run)
{
    const int64_t day_ms = 86400000;
    int64_t local_ms = rd_zone_local_ms(run->model->local, run->now_ms);
    struct rd_value today = rd_int((local_ms - (local_ms < 0 ? day_ms - 1 : 0)) / day_ms);
    rd_run_zoned(run, run->model->local);
    gather_record(run, "today", today);
    return today;
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
    if (function->needs.given)
        rd_map_add(arena, f, "given", gather_given(run, draft));
    if (function->needs.actor)
        rd_map_add(arena, f, "actor", gather_actor(run));
    rd_id_write(draft->record.id, id);
    rd_map_add(arena, f, "now", rd_int(run->now_ms));
    if (function->needs.today)
        rd_map_add(arena, f, "today", gather_today(run));
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
    /* `return cond, "why not", "why"`: rows refuse by the one, `unless` by the other */
    uint32_t told = *holds ? 2 : 1;
    *reason =
        result.count > told && result.items[told].kind == RD_TEXT ? result.items[told].text : NULL;
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
