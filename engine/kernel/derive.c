/* Derived fields: decided at the end of every command that changed their record, in the same plan
 * and the same entry, with the rule and its line.
 *
 *   drafts that changed ─▶ their derived fields, in the order in which they feed each other
 *     ─▶ another value: set; `changed = EVENT` sent ─▶ again, until nothing changes
 *     ─▶ open cases whose limits go by what changed are planned anew
 *
 * A decision reads the record as it will be: a form in hand says nothing beside it. Where the rules
 * themselves change, a job goes over all records (job.c).
 */
#include "kernel/inside.h"

#include <string.h>

#include "domain/job.h"
#include "store/tables.h"

static enum rd_status derive_fault(struct rd_run *run, const struct rd_draft *draft,
                                   const struct rd_field *field, enum rd_status status)
{
    if (status != RD_POLICY_FAULT && status != RD_BAD_FORM)
        return status;
    return rd_error_set(run->error, RD_POLICY_FAULT, "%s:%d: field '%s', derived by '%s': %s",
                        draft->type->file, field->line, field->name, field->derived,
                        rd_arena_printf(run->arena, "%s", run->error->text));
}

/* One field. *moved: it has another value now; *tells: and what was sent then may be sent. */
static enum rd_status derive_field(struct rd_run *run, struct rd_draft *draft,
                                   const struct rd_field *field, bool *moved, bool *tells)
{
    struct rd_answer answer;
    struct rd_value value;
    *moved = *tells = false;
    enum rd_status status = rd_gather_decide(run, draft, field->decision, NULL, NULL, &answer);
    if (status == RD_OK)
        status = rd_type_accept(&field->type, &answer.outputs[field->output], run->arena, &value,
                                run->error);
    if (status != RD_OK)
        return derive_fault(run, draft, field, status);
    int at = (int)(field - draft->type->fields);
    struct rd_value before = draft->values[at];
    if (rd_value_equal(&before, &value))
        return RD_OK;
    *moved = true;
    *tells = field->changed && !draft->fresh && before.kind != RD_NULL;
    rd_draft_put(run, draft, at, value);
    return RD_OK;
}

static enum rd_status derive_tell(struct rd_run *run, struct rd_draft *draft,
                                  const struct rd_field *field)
{
    const struct rd_event *event = draft->chart && draft->state >= 0
                                       ? rd_event_find(draft->chart, draft->state, field->changed)
                                       : NULL;
    if (event)
        return rd_take_event(run, draft, event);
    rd_run_decided(run, field->changed, draft->type->file, field->line, "not accepted",
                   draft->record.state);
    return RD_OK;
}

enum rd_status rd_derive_draft(struct rd_run *run, struct rd_draft *draft, bool *moved)
{
    const struct rd_record_type *type = draft->type;
    const struct rd_value *form = draft->form;
    const struct rd_form *form_type = draft->form_type;
    bool tells[RD_FIELDS_MAX] = { false };
    enum rd_status status = RD_OK;
    *moved = false;
    draft->form = NULL;
    draft->form_type = NULL;
    draft->facts_known = 0;
    for (size_t i = 0; status == RD_OK && i < type->derived_count; i++) {
        bool another;
        status = derive_field(run, draft, &type->fields[type->derived[i]], &another, &tells[i]);
        *moved |= another;
    }
    draft->facts_known = 0;
    for (size_t i = 0; status == RD_OK && i < type->derived_count; i++)
        if (tells[i])
            status = derive_tell(run, draft, &type->fields[type->derived[i]]);
    draft->form = form;
    draft->form_type = form_type;
    draft->facts_known = 0;
    return status;
}

enum rd_status rd_derive(struct rd_run *run)
{
    size_t pass = 0, count;
    bool again = true;
    enum rd_status status = RD_OK;
    for (; status == RD_OK && again && pass < RD_CASCADE_DEPTH_MAX; pass++) {
        again = false;
        for (size_t i = 0; status == RD_OK && i < run->draft_count; i++) {
            bool moved = false;
            if (run->drafts[i]->changed && run->drafts[i]->type->derived_count)
                status = rd_derive_draft(run, run->drafts[i], &moved);
            again |= moved;
        }
    }
    if (status == RD_OK && again)
        return rd_error_set(run->error, RD_POLICY_FAULT,
                            "derived fields go on changing each other (%d times)",
                            RD_CASCADE_DEPTH_MAX);
    count = run->draft_count;
    for (size_t i = 0; status == RD_OK && i < count; i++)
        if (run->drafts[i]->set.count)
            status = rd_replan_dependents(run, run->drafts[i]);
    return status;
}

/* ---- when the rules change ---- */

static enum rd_status derive_any(struct rd_kernel *kernel, uint16_t type, bool *any,
                                 struct rd_error *error)
{
    struct rd_key8 key = rd_key8((uint64_t)type << 48);
    struct rd_walk walk;
    enum rd_status status =
        rd_walk_start(&walk, kernel->store, RD_TABLE_RECORD, key.bytes, false, error);
    *any = status == RD_OK && rd_key_u64(walk.key) >> 48 == type;
    rd_walk_end(&walk);
    return status == RD_END ? RD_OK : status;
}

enum rd_status rd_derive_begin(struct rd_kernel *kernel, const struct rd_model *model,
                               struct rd_arena *arena, struct rd_value *effects,
                               struct rd_error *error)
{
    for (size_t t = 0; t < model->type_count; t++) {
        const struct rd_record_type *type = &model->types[t];
        const struct rd_record_type *before =
            kernel->model ? rd_model_type(kernel->model, type->name) : NULL;
        uint16_t number = rd_catalogue_type(&kernel->catalogue, type->name);
        bool any;
        if (!type->derived_count || !number ||
            (before && before->derived_hash == type->derived_hash))
            continue;
        struct rd_value spec = rd_map();
        enum rd_status status = derive_any(kernel, number, &any, error);
        rd_map_add(arena, &spec, "type", rd_text(type->name));
        rd_map_add(arena, &spec, "where", rd_list());
        rd_map_add(arena, &spec, "derive", rd_bool(true));
        if (status == RD_OK && any)
            status =
                rd_job_begin(kernel, model, spec, rd_arena_place(arena, type->file, type->line),
                             arena, effects, error);
        if (status != RD_OK)
            return status;
    }
    return RD_OK;
}
