/* Forms: outside values into inside ones, with every fault told at once, each by its JSON pointer.
 *
 * A form may hold only what it declares: an unknown member is a fault (with the nearest guess), not
 * something to be ignored.
 */
#include "kernel/inside.h"

#include <string.h>

#include "base/text.h"
#include "domain/normal.h"
#include "store/tables.h"

/* Faults found so far; the first one becomes the sentence, all of them the detail. */
struct form_faults {
    struct rd_run *run;
    const char *base;
    struct rd_value list;
};

static void form_fault(struct form_faults *faults, const char *field, const char *text)
{
    struct rd_arena *arena = faults->run->arena;
    struct rd_value item = rd_map();
    rd_map_add(arena, &item, "where",
               rd_text(rd_arena_printf(arena, "%s/%s", faults->base, field)));
    rd_map_add(arena, &item, "text", rd_text(rd_arena_copy(arena, text, strlen(text))));
    rd_list_add(arena, &faults->list, item);
}

static enum rd_status form_verdict(struct form_faults *faults)
{
    struct rd_arena *arena = faults->run->arena;
    struct rd_error *error = faults->run->error;
    if (faults->list.count == 0)
        return RD_OK;
    const struct rd_value *first = &faults->list.items[0];
    const char *where = rd_map_text(first, "where", "");
    (void)rd_error_at(error, RD_BAD_FORM, where, "%s %s", where, rd_map_text(first, "text", ""));
    struct rd_value *detail = rd_arena_zalloc(arena, 1, sizeof *detail);
    *detail = rd_map();
    rd_map_add(arena, detail, "faults", faults->list);
    error->detail = detail;
    return RD_BAD_FORM;
}

/* Files of earlier years name people who have left; a form of today may not. */
static const char *form_account(const struct rd_run *run, const char *name)
{
    const struct rd_account *account = rd_staff_find(run->kernel, name);
    if (!account)
        return "is no account of the organisation";
    return account->left && run->lane == RD_LANE_LIVE ? "has left: the account is closed" : NULL;
}

/* What the type alone cannot know: whether what a value names is there. Ids of records that one may
 * not read are told like ids that don't exist. */
static const char *form_resolve(struct rd_run *run, const struct rd_type *of,
                                const struct rd_value *inside)
{
    const struct rd_organisation *organisation = &run->model->organisation;
    struct rd_record record;
    const char *why = NULL;
    if (inside->kind == RD_NULL)
        return NULL;
    if (of->kind == RD_TYPE_ACCOUNT)
        return form_account(run, inside->text);
    if (of->kind == RD_TYPE_UNIT && rd_unit_find(organisation, inside->text) < 0)
        return "is no unit of the organisation";
    for (uint32_t i = 0; of->kind == RD_TYPE_LIST && !why && i < inside->count; i++)
        why = form_resolve(run, of->element, &inside->items[i]);
    if (of->kind != RD_TYPE_REFERENCE)
        return why;
    struct rd_id id = { (uint64_t)inside->integer };
    const struct rd_record_type *type = rd_type_of(run->kernel, id);
    if (!type || strcmp(type->name, of->of) != 0)
        return rd_arena_printf(run->arena, "is not the id of a %s", of->of);
    struct rd_error ignored = RD_ERROR_NONE;
    if (rd_record_load(run->kernel->store, id, run->arena, &record, &ignored) != RD_OK ||
        (!run->actor.system && run->lane == RD_LANE_LIVE &&
         !rd_query_may_refer(run->kernel, &run->actor, type, &record, run->arena)))
        return rd_arena_printf(run->arena, "there is no such %s", of->of);
    run->referred = record; /* rules mostly look at it next */
    return NULL;
}

static void form_field(struct form_faults *faults, const struct rd_field *field,
                       const struct rd_value *value, struct rd_value *out)
{
    struct rd_run *run = faults->run;
    struct rd_value inside;
    struct rd_error error;
    rd_error_clear(&error);
    if (rd_type_read(&field->type, value, run->arena, &inside, &error) != RD_OK) {
        form_fault(faults, field->name, error.text);
        return;
    }
    const char *why = form_resolve(run, &field->type, &inside);
    if (field->type.kind == RD_TYPE_MONEY && inside.kind == RD_INT &&
        inside.integer == RD_MONEY_UNLIMITED)
        why = "must be an amount; \"unlimited\" is for rules";
    if (why)
        form_fault(faults, field->name, why);
    else
        rd_map_set(run->arena, out, field->name, inside);
}

static void form_unknown(struct form_faults *faults, const char *name, const char *const *names,
                         size_t count)
{
    if (faults->list.count >= RD_FIELDS_MAX)
        return; /* enough is said: a form has no more, and a message a hundred thousand members */
    form_fault(faults, name,
               rd_arena_printf(faults->run->arena, "is no field of this form%s",
                               rd_model_guess(faults->run->arena, name, names, count)));
}

static bool form_is_empty(const struct rd_value *value)
{
    return !value || value->kind == RD_NULL || (value->kind == RD_TEXT && value->count == 0);
}

enum rd_status rd_form_read(struct rd_run *run, const struct rd_form *form,
                            const struct rd_value *outside, const char *base, struct rd_value *out)
{
    struct form_faults faults = { .run = run, .base = base, .list = rd_list() };
    const char *names[RD_FIELDS_MAX];
    size_t count = form ? form->count : 0;
    *out = rd_map();
    if (outside && outside->kind != RD_MAP && outside->kind != RD_NULL)
        return rd_error_at(run->error, RD_BAD_FORM, base, "%s must be an object", base);
    for (size_t i = 0; i < count; i++)
        names[i] = form->entries[i].field.name;
    for (uint32_t i = 0; rd_value_is(outside, RD_MAP) && i < outside->count; i++) {
        const struct rd_pair *pair = &outside->pairs[i];
        size_t e = 0;
        while (e < count && !rd_text_same(names[e], pair->key))
            e++;
        if (e == count)
            form_unknown(&faults, pair->key, names, count);
        else
            form_field(&faults, &form->entries[e].field, &pair->value, out);
    }
    for (size_t i = 0; i < count; i++)
        if (form->entries[i].field.required && form_is_empty(rd_map_get(outside, names[i])))
            form_fault(&faults, names[i], "is required");
    return form_verdict(&faults);
}

enum rd_status rd_fields_read(struct rd_run *run, const struct rd_record_type *type,
                              const struct rd_value *outside, const char *base, bool fresh,
                              struct rd_value *out)
{
    struct form_faults faults = { .run = run, .base = base, .list = rd_list() };
    const char *names[RD_FIELDS_MAX];
    *out = rd_map();
    if (outside && outside->kind != RD_MAP && outside->kind != RD_NULL)
        return rd_error_at(run->error, RD_BAD_FORM, base, "%s must be an object", base);
    for (size_t i = 0; i < type->field_count; i++)
        names[i] = type->fields[i].name;
    for (uint32_t i = 0; rd_value_is(outside, RD_MAP) && i < outside->count; i++) {
        const struct rd_pair *pair = &outside->pairs[i];
        int field = rd_type_field(type, pair->key);
        if (field < 0)
            form_unknown(&faults, pair->key, names, type->field_count);
        else if (type->fields[field].derived)
            form_fault(&faults, pair->key,
                       rd_arena_printf(run->arena, "is derived by '%s': it is never typed in",
                                       type->fields[field].derived));
        else
            form_field(&faults, &type->fields[field], &pair->value, out);
    }
    for (size_t i = 0; i < type->field_count; i++) {
        const struct rd_field *field = &type->fields[i];
        const struct rd_value *given = rd_map_get(outside, field->name);
        if (fresh && !given && field->preset.kind != RD_NULL)
            rd_map_set(run->arena, out, field->name, field->preset);
        else if (field->required && (fresh || given) && form_is_empty(given))
            form_fault(&faults, field->name, "is required");
    }
    return form_verdict(&faults);
}

/* Says which record has the value, to those who may read that one. */
static enum rd_status form_taken(struct rd_run *run, const struct rd_draft *draft,
                                 const struct rd_field *field, struct rd_id by)
{
    struct rd_arena *arena = run->arena;
    struct rd_record record;
    struct rd_error ignored = RD_ERROR_NONE;
    enum rd_status status =
        rd_error_at(run->error, RD_ALREADY_EXISTS, rd_arena_printf(arena, "/data/%s", field->name),
                    "another %s has this %s already", draft->type->name, field->name);
    if (rd_record_load(run->kernel->store, by, arena, &record, &ignored) != RD_OK ||
        (!run->actor.system &&
         !rd_query_may_read(run->kernel, &run->actor, draft->type, &record, arena)))
        return status;
    struct rd_value *detail = rd_arena_zalloc(arena, 1, sizeof *detail), shown = rd_map();
    rd_map_add(arena, &shown, "id", rd_show_id(by, arena));
    rd_map_add(arena, &shown, "number", record.number ? rd_text(record.number) : rd_null());
    rd_map_add(arena, &shown, "state", record.state ? rd_text(record.state) : rd_null());
    rd_map_add(arena, &shown, "field", rd_text(field->name));
    *detail = rd_map();
    rd_map_add(arena, detail, "duplicate", shown);
    status =
        rd_error_at(run->error, RD_ALREADY_EXISTS, rd_arena_printf(arena, "/data/%s", field->name),
                    "another %s has this %s already: %s", draft->type->name, field->name,
                    record.number ? record.number : rd_map_text(&shown, "id", ""));
    run->error->detail = detail;
    return status;
}

static enum rd_status form_unique_one(struct rd_run *run, const struct rd_draft *draft, size_t at)
{
    struct rd_kernel *kernel = run->kernel;
    const struct rd_type_index *index = &draft->type->indexes[at];
    const struct rd_field *field = &draft->type->fields[index->fields[0]];
    const struct rd_value *value = rd_draft_get(draft, field->name);
    unsigned char slot[RD_INDEX_VALUE_BYTES];
    if (!rd_normal_slot(draft->type, index, &value, run->arena, &kernel->scratch, slot))
        return RD_OK;
    uint32_t number = kernel->bindings[draft->type - run->model->types].indexes[at];
    struct rd_index_key from = rd_index_key(number, slot, INT64_MIN, 0);
    struct rd_walk walk;
    bool taken = false;
    struct rd_id by = { 0 };
    enum rd_status status =
        rd_walk_start(&walk, kernel->store, RD_TABLE_INDEX, from.bytes, false, run->error);
    while (!taken && status == RD_OK &&
           memcmp(walk.key, from.bytes, 4 + RD_INDEX_VALUE_BYTES) == 0) {
        by.value = rd_index_key_record(walk.key);
        taken |= by.value != draft->record.id.value;
        status = rd_walk_next(&walk, run->error);
    }
    rd_walk_end(&walk);
    /* two records of one plan are not in the index yet */
    for (size_t i = 0; !taken && i < run->draft_count; i++) {
        const struct rd_draft *other = run->drafts[i];
        const struct rd_value *same = rd_map_get(&other->set, field->name);
        taken = other != draft && other->type == draft->type && same &&
                rd_normal_equal(&field->type, same, value);
        by = other->record.id;
    }
    if (taken)
        return form_taken(run, draft, field, by);
    return status == RD_END ? RD_OK : status;
}

enum rd_status rd_form_unique(struct rd_run *run, const struct rd_draft *draft)
{
    enum rd_status status = RD_OK;
    for (size_t i = 0; status == RD_OK && i < draft->type->index_count; i++) {
        const struct rd_type_index *index = &draft->type->indexes[i];
        if (index->unique && rd_map_get(&draft->set, draft->type->fields[index->fields[0]].name))
            status = form_unique_one(run, draft, i);
    }
    return status;
}

enum rd_status rd_form_complete(struct rd_run *run, const struct rd_draft *draft, bool asked)
{
    for (size_t i = 0; i < draft->type->field_count; i++) {
        const struct rd_field *field = &draft->type->fields[i];
        const struct rd_value *value = field->required ? rd_draft_get(draft, field->name) : NULL;
        if (!field->required || !form_is_empty(value))
            continue;
        if (asked)
            return rd_error_at(run->error, RD_BAD_FORM,
                               rd_arena_printf(run->arena, "/data/%s", field->name),
                               "a new %s needs the field '%s', which its opening form does not ask "
                               "for: the rules must",
                               draft->type->name, field->name);
        return rd_error_set(run->error, RD_POLICY_FAULT,
                            "%s:%d: a %s was started without the field '%s', which is required",
                            draft->type->file, draft->type->line, draft->type->name, field->name);
    }
    return RD_OK;
}

struct rd_value rd_form_show(const struct rd_form *form, struct rd_arena *arena)
{
    struct rd_value shown = rd_map(), fields = rd_list();
    rd_map_add(arena, &shown, "name", rd_text(form->name));
    rd_map_add(arena, &shown, "title", form->title);
    for (size_t i = 0; i < form->count; i++) {
        const struct rd_field *field = &form->entries[i].field;
        struct rd_value item = rd_map();
        rd_map_add(arena, &item, "name", rd_text(field->name));
        rd_map_add(arena, &item, "title", field->title);
        rd_map_add(arena, &item, "type", rd_text(rd_type_name(field->type.kind)));
        rd_map_add(arena, &item, "schema", rd_type_schema(&field->type, arena));
        rd_map_add(arena, &item, "required", rd_bool(field->required));
        if (field->secrecy)
            rd_map_add(arena, &item, "secrecy", rd_text(field->secrecy));
        rd_list_add(arena, &fields, item);
    }
    rd_map_add(arena, &shown, "fields", fields);
    return shown;
}
