/* Telling people: roles and owners become accounts here, a reference becomes the record behind it
 * ("customer:1-5"), and what is not urgent waits for the contact hours. The words are template.c's.
 * Telling is planned like everything else; the outbox row is an effect of the entry.
 */
#include "kernel/person.h"

#include <string.h>

/* Somebody who is no member of the staff: the record that stands for him. Nobody where the field is
 * empty. */
static void tell_reference(struct rd_run *run, const struct rd_type *type,
                           const struct rd_value *value, struct rd_value *to)
{
    char id[RD_ID_TEXT_MAX];
    if (!rd_value_is(value, RD_INT))
        return;
    rd_id_write((struct rd_id){ (uint64_t)value->integer }, id);
    rd_list_add(run->arena, to, rd_text(rd_arena_join(run->arena, type->of, ":", id)));
}

/* Accounts that an addressee stands for: an account, "owner", a field that holds an account, or a
 * role: then those in the record's unit who have it by name (absence.c: and are there), else those
 * of the nearest unit above that has any. */
struct rd_value rd_tell_addressees(struct rd_run *run, const struct rd_draft *draft,
                                   const char *name)
{
    const struct rd_organisation *organisation = &run->model->organisation;
    struct rd_record now = draft->record;
    struct rd_value to = rd_list();
    const struct rd_value *owner =
        draft->type->owner >= 0 ? rd_draft_get(draft, draft->type->fields[draft->type->owner].name)
                                : NULL;
    const struct rd_value *unit_field =
        draft->type->unit >= 0 ? rd_draft_get(draft, draft->type->fields[draft->type->unit].name)
                               : NULL;
    const char *owner_name = rd_value_is(owner, RD_TEXT) ? owner->text : now.opened_by;
    int role = rd_role_find(organisation, name);
    if (strcmp(name, "owner") == 0) {
        if (owner_name)
            rd_list_add(run->arena, &to, rd_text(owner_name));
    } else if (role >= 0) {
        const struct rd_account *account =
            owner_name ? rd_staff_find(run->kernel, owner_name) : NULL;
        int unit = rd_value_is(unit_field, RD_TEXT) ? rd_unit_find(organisation, unit_field->text)
                   : account                        ? account->unit
                                                    : -1;
        rd_absence_role(run, role, unit, &to);
    } else {
        const struct rd_value *field = rd_draft_get(draft, name);
        int at = rd_type_field(draft->type, name);
        if (at >= 0 && draft->type->fields[at].type.kind == RD_TYPE_REFERENCE)
            tell_reference(run, &draft->type->fields[at].type, field, &to);
        else
            rd_list_add(run->arena, &to, rd_value_is(field, RD_TEXT) ? *field : rd_text(name));
    }
    return to;
}

/* Deadlines ring when they ring; people are told in contact hours. */
static void tell_later(struct rd_run *run, struct rd_value *notice)
{
    const struct rd_calendar *contact = run->model->contact;
    int64_t opens_ms = contact ? rd_calendar_opens_ms(contact, run->now_ms) : run->now_ms;
    if (contact)
        rd_run_zoned(run, rd_calendar_zone(contact));
    if (opens_ms == run->now_ms)
        return;
    rd_list_add(run->arena, notice, rd_int(opens_ms));
    rd_list_add(run->arena, notice, rd_text(rd_calendar_name(contact)));
}

/* The language of what is told to somebody: his record's own where it has a field `language`, else
 * the company's first. */
static enum rd_status tell_language(struct rd_run *run, const char *addressee, const char **out)
{
    const char *colon = strchr(addressee, ':');
    struct rd_id id;
    struct rd_draft *other;
    *out = run->model->language;
    if (!colon || !rd_id_read(colon + 1, &id))
        return RD_OK;
    enum rd_status status = rd_draft_of(run, id, &other);
    if (status != RD_OK)
        return status == RD_NOT_FOUND ? RD_OK : status;
    const struct rd_value *language = rd_draft_get(other, "language");
    if (rd_value_is(language, RD_TEXT))
        *out = rd_arena_copy(run->arena, language->text, language->count);
    return RD_OK;
}

static void tell_add(struct rd_run *run, struct rd_value *all, const char *name)
{
    for (uint32_t k = 0; k < all->count; k++)
        if (strcmp(all->items[k].text, name) == 0)
            return;
    rd_list_add(run->arena, all, rd_text(name));
}

/* [kind, number, record, to, text, rule, from when on, whose hours] */
#define TELL_NOTICE_PLACES 8

/* One notice: to all of `to`, in one language. */
static enum rd_status tell_notice(struct rd_run *run, struct rd_draft *draft,
                                  const struct rd_telling *telling, struct rd_value to,
                                  const char *language)
{
    struct rd_value notice = rd_list_room(run->arena, TELL_NOTICE_PLACES);
    const char *text = "";
    enum rd_status status =
        telling->template
            ? RD_OK
            : rd_template_plain(run, draft, telling->text ? telling->text : "{number}: {state}",
                                &text);
    if (status != RD_OK)
        return status;
    rd_list_add(run->arena, &notice, rd_int(RD_EFFECT_NOTICE));
    rd_list_add(run->arena, &notice, rd_int(++run->notice_last));
    rd_list_add(run->arena, &notice, rd_int((int64_t)draft->record.id.value));
    rd_list_add(run->arena, &notice, to);
    struct rd_value said = rd_text(text);
    if (!telling->template)
        status = rd_person_seal_shown(run, &said);
    if (status != RD_OK)
        return status;
    rd_list_add(run->arena, &notice, said);
    rd_list_add(run->arena, &notice, rd_text(telling->rule));
    if (!telling->at_once)
        tell_later(run, &notice);
    rd_list_add(run->arena, &run->extra, notice);
    if (telling->template)
        rd_template_later(run,
                          &(struct rd_filling){ .template = telling->template,
                                                .draft = draft,
                                                .language = language,
                                                .form = draft->form,
                                                .form_type = draft->form_type },
                          run->extra.count - 1);
    return RD_OK;
}

/* Those who read the same language share a notice; a plain text has one language. */
static enum rd_status tell_all(struct rd_run *run, struct rd_draft *draft,
                               const struct rd_telling *telling, const struct rd_value *all)
{
    const char **languages = rd_arena_zalloc(run->arena, all->count + 1, sizeof *languages);
    enum rd_status status = RD_OK;
    size_t count = all->count;
    if (!telling->template)
        return tell_notice(run, draft, telling, *all, run->model->language);
    for (size_t i = 0; status == RD_OK && i < count; i++)
        status = tell_language(run, all->items[i].text, &languages[i]);
    for (size_t i = 0; status == RD_OK && i < count; i++) {
        struct rd_value some = rd_list();
        const char *language = languages[i];
        for (size_t k = i; language && k < count; k++)
            if (languages[k] && strcmp(languages[k], language) == 0) {
                rd_list_add(run->arena, &some, all->items[k]);
                languages[k] = NULL;
            }
        if (language)
            status = tell_notice(run, draft, telling, some, language);
    }
    return status;
}

enum rd_status rd_effect_tell(struct rd_run *run, struct rd_draft *draft,
                              const struct rd_telling *telling)
{
    if (run->quiet || telling->count == 0)
        return RD_OK;
    if (telling->template && telling->template->of != draft->type)
        return rd_error_set(
            run->error, RD_POLICY_FAULT, "%s: template '%s' speaks of '%s', not of '%s'",
            telling->rule, telling->template->name, telling->template->of->name, draft->type->name);
    if (!run->notice_read) {
        enum rd_status status =
            rd_counter_read(run->kernel->store, "notice", &run->notice_last, run->error);
        if (status != RD_OK)
            return status;
        run->notice_read = true;
    }
    struct rd_value all = rd_list();
    for (size_t i = 0; i < telling->count; i++) {
        struct rd_value some = rd_tell_addressees(run, draft, telling->to[i]);
        for (uint32_t a = 0; a < some.count; a++)
            tell_add(run, &all, some.items[a].text);
    }
    return tell_all(run, draft, telling, &all);
}
