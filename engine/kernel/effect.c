/* Effects: what actions return, carried out on the drafts: set, start, send, link, tell, deadline,
 * stop. Nothing is written here: effects change working copies and add to the plan's list; a fault
 * names the action, its file and its line.
 */
#include "kernel/eyes.h"

#include <string.h>

static enum rd_status effect_fault(struct rd_run *run, struct rd_draft *draft,
                                   const struct rd_function *action, const char *why,
                                   const char *what)
{
    return rd_error_set(run->error, RD_POLICY_FAULT, "%s:%d: action '%s': %s%s", draft->chart->file,
                        action->line, action->name, why, what ? what : "");
}

static enum rd_status effect_fields(struct rd_run *run, struct rd_draft *on,
                                    const struct rd_value *fields, struct rd_draft *draft,
                                    const struct rd_function *action)
{
    for (uint32_t i = 0; i < fields->count; i++) {
        const struct rd_pair *pair = &fields->pairs[i];
        int field = rd_type_field(on->type, pair->key);
        struct rd_value inside;
        if (field < 0)
            return effect_fault(run, draft, action, "there is no such field: ", pair->key);
        const struct rd_field *to = &on->type->fields[field];
        if (to->derived)
            return effect_fault(run, draft, action,
                                "no rule sets a field that is derived: ", to->name);
        if (rd_type_accept(&to->type, &pair->value, run->arena, &inside, run->error) != RD_OK)
            return effect_fault(run, draft, action,
                                rd_arena_printf(run->arena, "field '%s' ", to->name),
                                rd_arena_printf(run->arena, "%s", run->error->text));
        rd_draft_put(run, on, field, inside);
    }
    return RD_OK;
}

static void effect_link(struct rd_run *run, struct rd_id from, const char *name, struct rd_id to)
{
    struct rd_value link = rd_list();
    rd_list_add(run->arena, &link, rd_int(RD_EFFECT_LINK));
    rd_list_add(run->arena, &link, rd_int((int64_t)from.value));
    rd_list_add(run->arena, &link, rd_text(name));
    rd_list_add(run->arena, &link, rd_int((int64_t)to.value));
    rd_list_add(run->arena, &run->extra, link);
}

static enum rd_status effect_start(struct rd_run *run, struct rd_draft *draft,
                                   const struct rd_function *action, const struct rd_value *effect)
{
    const char *name = rd_map_text(effect, "type", "?"), *link = rd_map_text(effect, "link", NULL);
    const struct rd_record_type *type = rd_model_type(run->model, name);
    const struct rd_value *data = rd_map_get(effect, "data");
    struct rd_draft *started;
    if (!type)
        return effect_fault(run, draft, action, "start: there is no record ", name);
    if (type->ledger)
        return effect_fault(run, draft, action, "start: entries of a ledger are posted: post ",
                            name);
    enum rd_status status = rd_draft_new(run, type, &started);
    if (status == RD_OK && rd_value_is(data, RD_MAP))
        status = effect_fields(run, started, data, draft, action);
    if (status == RD_OK)
        rd_draft_presets(run, started);
    if (status == RD_OK && link)
        effect_link(run, draft->record.id, link, started->record.id);
    if (status == RD_OK && type->chart)
        status = rd_take_open(run, started);
    return status;
}

static enum rd_status effect_send(struct rd_run *run, struct rd_draft *draft,
                                  const struct rd_function *action, const struct rd_value *effect)
{
    const char *name = rd_map_text(effect, "event", "?");
    const struct rd_value *to = rd_map_get(effect, "to"), *form = rd_map_get(effect, "form");
    struct rd_draft *target;
    if (!rd_value_is(to, RD_INT))
        return effect_fault(run, draft, action, "send: `to` must be the id of a record: ", name);
    enum rd_status status = rd_draft_of(run, (struct rd_id){ (uint64_t)to->integer }, &target);
    if (status == RD_NOT_FOUND)
        return effect_fault(run, draft, action, "send: `to` leads to no record: ", name);
    if (status != RD_OK)
        return status;
    if (!target->chart || !(rd_event_exists(target->chart, name) ||
                            rd_event_exists(target->type->chart, name))) /* it keeps an older one */
        return effect_fault(run, draft, action, "send: no state of that record knows the event ",
                            name);
    const struct rd_event *event =
        target->state >= 0 ? rd_event_find(target->chart, target->state, name) : NULL;
    if (!event) {
        rd_run_says(run, name, target->chart->place, "not accepted",
                    target->record.state ? target->record.state : "");
        return RD_OK;
    }
    if (rd_value_is(form, RD_MAP) &&
        (status = effect_fields(run, target, form, draft, action)) != RD_OK)
        return status;
    status = rd_grant_unasked(run, target, event);
    return status == RD_OK ? rd_take_event(run, target, event) : status;
}

static enum rd_status effect_tell(struct rd_run *run, struct rd_draft *draft,
                                  const struct rd_function *action, const struct rd_value *effect)
{
    const struct rd_value *to = rd_map_list(effect, "to");
    const char *names[16];
    size_t count = 0;
    for (uint32_t i = 0; i < to->count; i++) {
        if (to->items[i].kind != RD_TEXT || count == 16)
            return effect_fault(run, draft, action,
                                "tell: at most 16 addressees, each a role, an account, ",
                                "\"owner\" or a field");
        names[count++] = to->items[i].text;
    }
    const char *template = rd_map_text(effect, "template", NULL);
    struct rd_telling telling = {
        .to = names,
        .count = count,
        .text = rd_map_text(effect, "text", NULL),
        .template = template ? rd_template_find(run->model, template) : NULL,
        .at_once = rd_map_bool(effect, "at_once", false),
        .rule = action->place,
    };
    if (template && !telling.template)
        return effect_fault(
            run, draft, action,
            rd_arena_printf(run->arena, "tell: there is no template '%s'", template),
            rd_template_guess(run->model, run->arena, template));
    return rd_effect_tell(run, draft, &telling);
}

static enum rd_status effect_each(struct rd_run *run, struct rd_draft *draft,
                                  const struct rd_function *action, const struct rd_value *effect)
{
    enum rd_status status = rd_job_each(run, effect, action->place);
    return status == RD_POLICY_FAULT
               ? effect_fault(run, draft, action,
                              rd_arena_printf(run->arena, "%s", run->error->text), NULL)
               : status;
}

static enum rd_status effect_one(struct rd_run *run, struct rd_draft *draft,
                                 const struct rd_function *action, const struct rd_value *effect)
{
    const char *kind = rd_map_text(effect, "effect", "");
    if (++run->effect_count > RD_PLAN_EFFECTS_MAX)
        return rd_error_set(run->error, RD_LIMIT_EXCEEDED, "the command has more than %d effects",
                            RD_PLAN_EFFECTS_MAX);
    if (strcmp(kind, "set") == 0) {
        const struct rd_value *fields = rd_map_get(effect, "data");
        return rd_value_is(fields, RD_MAP) ? effect_fields(run, draft, fields, draft, action)
                                           : RD_OK;
    }
    if (strcmp(kind, "start") == 0)
        return effect_start(run, draft, action, effect);
    if (strcmp(kind, "send") == 0)
        return effect_send(run, draft, action, effect);
    if (strcmp(kind, "each") == 0)
        return effect_each(run, draft, action, effect);
    if (strcmp(kind, "tell") == 0)
        return effect_tell(run, draft, action, effect);
    if (strcmp(kind, "post") == 0)
        return rd_post_effect(run, draft, action, effect);
    if (strcmp(kind, "reverse") == 0)
        return rd_post_reverse(run, draft, action, effect);
    const char *name = rd_map_text(effect, "name", "?");
    const struct rd_value *to = rd_map_get(effect, "to");
    if (strcmp(kind, "link") == 0 && rd_value_is(to, RD_INT)) {
        effect_link(run, draft->record.id, name, (struct rd_id){ (uint64_t)to->integer });
        return RD_OK;
    }
    if (strcmp(kind, "deadline") == 0)
        return rd_clock_start(run, draft, name, rd_map_text(effect, "limit", ""),
                              rd_map_text(effect, "event", NULL),
                              rd_map_text(effect, "clock", NULL), action->place);
    if (strcmp(kind, "stop") == 0) {
        enum rd_status status = rd_draft_deadlines(run, draft);
        if (status == RD_OK)
            rd_clock_stop(draft, name);
        return status;
    }
    return effect_fault(run, draft, action, "returned something that is no effect: ", kind);
}

enum rd_status rd_effects_run(struct rd_run *run, struct rd_draft *draft, const uint16_t *actions,
                              size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct rd_function *action = &draft->chart->actions[actions[i]];
        struct rd_value result;
        enum rd_status status = rd_gather_call(run, draft, action, &result);
        if (status != RD_OK)
            return status;
        rd_visit(run->kernel, action->spot);
        rd_run_says(run, action->name, action->place, "acted", NULL);
        for (uint32_t e = 0; result.kind == RD_LIST && e < result.count; e++)
            if ((status = effect_one(run, draft, action, &result.items[e])) != RD_OK)
                return rd_gather_failed(run, action, status);
    }
    return RD_OK;
}
