/* Facts: gathered here, in C, before Lua or a table is asked; what was used is written into the
 * entry.
 *
 * A function is handed the fields and facts that its body mentions and nothing else, so that the
 * journal holds just what a decision rested on, and a command pays only for what its rules read.
 */
#include "kernel/inside.h"

#include <string.h>

#include "base/text.h"
#include "domain/zone.h"

#define GATHER_ALWAYS_MAX 9 /* form, given, actor, now, today, state, number, id, escalation */

static struct rd_value gather_or_null(const struct rd_value *value)
{
    return value ? *value : rd_null();
}

static struct rd_value gather_of_form(const struct rd_draft *draft, const char *name)
{
    bool may = draft->form && (draft->form_bits & rd_form_bit(name));
    return gather_or_null(may ? rd_map_get(draft->form, name) : NULL);
}

/* A field of the record that a reference field leads to. */
static enum rd_status gather_linked(struct rd_run *run, struct rd_draft *draft,
                                    const struct rd_path *path, struct rd_value *out)
{
    const struct rd_value *to = &draft->values[path->field];
    struct rd_draft *linked;
    *out = rd_null();
    if (to->kind != RD_INT)
        return RD_OK;
    enum rd_status status = rd_draft_of(run, (struct rd_id){ (uint64_t)to->integer }, &linked);
    if (status == RD_NOT_FOUND)
        return RD_OK;
    if (status == RD_OK && linked->type == path->of && path->there >= 0)
        *out = linked->values[path->there];
    else if (status == RD_OK) /* what another policy let it refer to */
        *out = gather_or_null(rd_draft_get(linked, path->name));
    return status;
}

static struct rd_value gather_of_actor(struct rd_run *run, enum rd_path_kind kind)
{
    const struct rd_account *account = run->actor.account;
    if (kind == RD_PATH_ACCOUNT)
        return rd_text(run->actor.name);
    if (kind == RD_PATH_RIGHT)
        return rd_text(rd_actor_right(run));
    if (kind == RD_PATH_UNIT && account && account->unit >= 0)
        return rd_text(run->model->organisation.units[account->unit].name);
    if (kind == RD_PATH_GROUP && account && account->group)
        return rd_text(account->group);
    return rd_null();
}

enum rd_status rd_gather_path(struct rd_run *run, struct rd_draft *draft,
                              const struct rd_path *path, struct rd_value *out)
{
    switch (path->kind) {
    case RD_PATH_FIELD:
    case RD_PATH_FACT:
    case RD_PATH_ID: /* what the form in hand says comes first */
        *out = gather_of_form(draft, path->name);
        if (out->kind != RD_NULL)
            return RD_OK;
        if (path->kind == RD_PATH_FACT)
            return rd_gather_fact(run, draft, (size_t)path->fact, out);
        if (path->kind == RD_PATH_ID)
            *out = rd_int((int64_t)draft->record.id.value);
        else if (path->field >= 0)
            *out = draft->values[path->field];
        return RD_OK;
    case RD_PATH_FORM:
        *out = gather_of_form(draft, path->name);
        return RD_OK;
    case RD_PATH_LINKED:
        return gather_linked(run, draft, path, out);
    case RD_PATH_ACCOUNT:
    case RD_PATH_RIGHT:
    case RD_PATH_UNIT:
    case RD_PATH_GROUP:
        *out = gather_of_actor(run, path->kind);
        return RD_OK;
    case RD_PATH_NOTHING:
        *out = rd_null();
        return RD_OK;
    }
    return RD_OK;
}

/* Where one row alone answers, what is said of it was written down when the model was built. */
static void gather_decided(struct rd_run *run, const struct rd_decision *decision,
                           const struct rd_answer *answer)
{
    const struct rd_decision_row *row = answer->row_count ? &decision->rows[answer->rows[0]] : NULL;
    const char *outcome = row ? row->outcome : decision->outcome_otherwise;
    if (rd_decision_is_several(decision)) {
        struct rd_buf text;
        rd_buf_init(&text);
        rd_decision_outcome(decision, answer->outputs, run->arena, &text);
        outcome = rd_arena_copy(run->arena, text.data ? text.data : "", text.len);
        rd_buf_fini(&text);
    }
    rd_run_says(run, row ? row->rule : decision->rule_otherwise, row ? row->place : decision->place,
                outcome, NULL);
    for (size_t i = 0; i < answer->row_count; i++)
        rd_visit(run->kernel, decision->rows[answer->rows[i]].spot);
}

/* Where the decision's inputs come from: the fact says, or the record's type does. */
static const struct rd_input *gather_inputs(struct rd_run *run, const struct rd_draft *draft,
                                            const struct rd_decision *decision,
                                            const struct rd_fact *fact)
{
    const struct rd_input *inputs = fact ? fact->inputs : draft->type->asks[decision->number];
    return inputs ? inputs : rd_inputs_of(run->model, draft->type, decision, fact, run->arena);
}

enum rd_status rd_gather_decide(struct rd_run *run, struct rd_draft *draft,
                                const struct rd_decision *decision, const struct rd_fact *fact,
                                const char *role, struct rd_answer *out)
{
    struct rd_value values[RD_DECISION_INPUTS_MAX];
    const struct rd_input *inputs = gather_inputs(run, draft, decision, fact);
    enum rd_status status = RD_OK;
    for (size_t i = 0; status == RD_OK && i < decision->input_count; i++) {
        if (role && rd_text_same(inputs[i].name, "role"))
            values[i] = rd_text(role);
        else if (inputs[i].constant)
            values[i] = inputs[i].value;
        else
            status = rd_gather_path(run, draft, &inputs[i].path, &values[i]);
    }
    if (status == RD_OK)
        status = rd_decision_evaluate(decision, values, run->arena, out, run->error);
    if (status != RD_OK)
        return status;
    for (size_t i = 0; i < decision->input_count; i++)
        if (!(role && rd_text_same(inputs[i].name, "role")))
            rd_run_read(run, inputs[i].number, inputs[i].name, values[i]);
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
        enum rd_status status = rd_gather_path(run, draft, &fact->at_from, &at);
        *out = rd_null();
        if (status != RD_OK || at.kind != RD_INT)
            return status;
    }
    if (!calendar) {
        enum rd_status status = rd_gather_path(run, draft, &fact->from, &name);
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
        rd_run_read(run, fact->from.number, fact->path, name);
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
        status = rd_gather_path(run, draft, &fact->from, out);
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
    rd_run_read(run, fact->number, fact->name, *out);
    return RD_OK;
}

/* A map with room for what comes into it. */
static struct rd_value gather_map(struct rd_arena *arena, size_t room)
{
    struct rd_value map = rd_map();
    if (room) {
        map.pairs = rd_arena_alloc(arena, room * sizeof *map.pairs);
        map.cap = (uint32_t)room;
    }
    return map;
}

static struct rd_value gather_actor(struct rd_run *run)
{
    const struct rd_organisation *organisation = &run->model->organisation;
    const struct rd_account *account = run->actor.account;
    struct rd_value actor = gather_map(run->arena, 7),
                    roles = gather_map(run->arena, organisation->role_count);
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
    struct rd_value form = gather_map(run->arena, draft->form_type ? draft->form_type->count : 0);
    for (size_t i = 0; draft->form_type && i < draft->form_type->count; i++) {
        const char *name = draft->form_type->entries[i].field.name;
        const struct rd_value *value =
            draft->form ? rd_form_at(draft->form_type, draft->form, i) : NULL;
        rd_map_add(run->arena, &form, name, gather_or_null(value));
    }
    return form;
}

/* Which of the form's fields were filled in, also where that empties them. */
static struct rd_value gather_given(struct rd_run *run, const struct rd_draft *draft)
{
    struct rd_value given = gather_map(run->arena, draft->form_type ? draft->form_type->count : 0);
    for (size_t i = 0; draft->form_type && i < draft->form_type->count; i++) {
        const char *name = draft->form_type->entries[i].field.name;
        rd_map_add(run->arena, &given, name,
                   rd_bool(draft->form && rd_form_at(draft->form_type, draft->form, i) != NULL));
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
    rd_run_read(run, rd_lookup_find(&run->model->lookup, "today"), "today", today);
    return today;
}

/* The table that Lua sees as `f`. */
static enum rd_status gather_all(struct rd_run *run, struct rd_draft *draft,
                                 const struct rd_function *function, struct rd_value *f)
{
    struct rd_arena *arena = run->arena;
    *f = gather_map(arena, function->needs.field_count + GATHER_ALWAYS_MAX +
                               (size_t)__builtin_popcountll(function->needs.facts));
    for (size_t i = 0; i < function->needs.field_count; i++) {
        int at = function->needs.fields[i];
        const struct rd_field *field = &draft->type->fields[at];
        rd_map_add(arena, f, field->name, draft->values[at]);
        rd_run_read(run, field->number, field->name, draft->values[at]);
    }
    for (uint64_t left = function->needs.facts; left; left &= left - 1) {
        size_t fact = (size_t)__builtin_ctzll(left);
        struct rd_value value;
        enum rd_status status = rd_gather_fact(run, draft, fact, &value);
        if (status != RD_OK)
            return status;
        rd_map_add(arena, f, draft->chart->facts[fact].name, value);
    }
    if (function->needs.form)
        rd_map_add(arena, f, "form", gather_form(run, draft));
    if (function->needs.given)
        rd_map_add(arena, f, "given", gather_given(run, draft));
    if (function->needs.actor)
        rd_map_add(arena, f, "actor", gather_actor(run));
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
    if (status == RD_OK)
        status =
            rd_policy_call(run->kernel->policy, function->fn, &f, run->arena, result, run->error);
    return rd_gather_failed(run, function, status);
}

enum rd_status rd_gather_failed(struct rd_run *run, const struct rd_function *function,
                                enum rd_status status)
{
    if (status == RD_OK || !function->secret)
        return status;
    run->error->detail = NULL;
    return rd_error_set(run->error, status,
                        "%s: '%s' failed; it reads what is secret, so why is withheld",
                        function->place, function->name);
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
    if (guard->secret && *reason)
        *reason = "why is withheld: it reads what is secret";
    rd_visit(run->kernel, *holds ? guard->spot : guard->spot_false);
    rd_run_says(run, guard->name, guard->place, *holds ? "true" : "false", *reason);
    return RD_OK;
}

enum rd_status rd_gather_guards(struct rd_run *run, struct rd_draft *draft,
                                const struct rd_row *row, bool *holds)
{
    *holds = true;
    for (size_t i = 0; *holds && i < row->when_count; i++) {
        const char *reason;
        bool is = false;
        enum rd_status status =
            rd_gather_guard(run, draft, &draft->chart->guards[row->when[i].guard], &is, &reason);
        if (status != RD_OK)
            return status;
        *holds = is != row->when[i].negate;
    }
    return RD_OK;
}
