/* Telling people: roles and owners become accounts here, a text gets its case's words, and what is
 * not urgent waits for the contact hours. Telling is planned like everything else; the outbox row
 * is an effect of the entry.
 */
#include "kernel/inside.h"

#include <string.h>

#include "base/json.h"

/* Accounts that an addressee stands for: an account, "owner", a field that holds an account, or a
 * role: then those in the record's unit who have it by name, else those of the nearest unit above
 * that has any. */
static void tell_role(struct rd_run *run, int role, int unit, struct rd_value *to)
{
    const struct rd_organisation *organisation = &run->model->organisation;
    for (; to->count == 0; unit = unit < 0 ? -2 : organisation->units[unit].under) {
        for (size_t i = 0; i < organisation->account_count; i++) {
            const struct rd_account *account = &organisation->accounts[i];
            if ((account->named & (1ull << role)) && (unit < 0 || account->unit == unit))
                rd_list_add(run->arena, to, rd_text(account->name));
        }
        if (unit < 0)
            return;
    }
}

static struct rd_value tell_addressees(struct rd_run *run, const struct rd_draft *draft,
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
            owner_name ? rd_account_find(organisation, owner_name) : NULL;
        int unit = rd_value_is(unit_field, RD_TEXT) ? rd_unit_find(organisation, unit_field->text)
                   : account                        ? account->unit
                                                    : -1;
        tell_role(run, role, unit, &to);
    } else {
        const struct rd_value *field = rd_draft_get(draft, name);
        rd_list_add(run->arena, &to, rd_value_is(field, RD_TEXT) ? *field : rd_text(name));
    }
    return to;
}

/* "{number}" and "{field}" in a notice's text. */
static const char *tell_text(struct rd_run *run, const struct rd_draft *draft, const char *text)
{
    struct rd_buf out;
    rd_buf_init(&out);
    for (const char *at = text; *at; at++) {
        const char *end = *at == '{' ? strchr(at, '}') : NULL;
        if (!end) {
            rd_buf_char(&out, *at);
            continue;
        }
        const char *name = rd_arena_copy(run->arena, at + 1, (size_t)(end - at - 1));
        int field = rd_type_field(draft->type, name);
        if (strcmp(name, "number") == 0) {
            rd_buf_text(&out, draft->record.number ? draft->record.number : "");
        } else if (strcmp(name, "state") == 0) {
            rd_buf_text(&out, draft->record.state ? draft->record.state : "");
        } else if (field >= 0) {
            const struct rd_value *inside = rd_draft_get(draft, name);
            struct rd_value shown =
                inside ? rd_type_show(&draft->type->fields[field].type, inside, run->arena)
                       : rd_text("");
            if (shown.kind == RD_TEXT)
                rd_buf_append(&out, shown.text, shown.count);
            else
                rd_json_write(&out, &shown);
        } else {
            rd_buf_append(&out, at, (size_t)(end - at + 1));
        }
        at = end;
    }
    const char *kept = rd_arena_copy(run->arena, out.data ? out.data : "", out.len);
    rd_buf_fini(&out);
    return kept;
}

/* Deadlines ring when they ring; people are told in contact hours. */
static void tell_later(struct rd_run *run, struct rd_value *notice)
{
    const struct rd_calendar *contact = run->model->contact;
    int64_t opens_ms = contact ? rd_calendar_opens_ms(contact, run->now_ms) : run->now_ms;
    if (opens_ms == run->now_ms)
        return;
    rd_list_add(run->arena, notice, rd_int(opens_ms));
    rd_list_add(run->arena, notice, rd_text(rd_calendar_name(contact)));
}

enum rd_status rd_effect_tell(struct rd_run *run, struct rd_draft *draft, const char *const *to,
                              size_t count, const char *text, bool at_once, const char *rule)
{
    if (run->quiet || count == 0)
        return RD_OK;
    if (!run->notice_read) {
        enum rd_status status =
            rd_counter_read(run->kernel->store, "notice", &run->notice_last, run->error);
        if (status != RD_OK)
            return status;
        run->notice_read = true;
    }
    struct rd_value all = rd_list(), notice = rd_list();
    for (size_t i = 0; i < count; i++) {
        struct rd_value some = tell_addressees(run, draft, to[i]);
        for (uint32_t a = 0; a < some.count; a++) {
            uint32_t k = 0;
            while (k < all.count && strcmp(all.items[k].text, some.items[a].text) != 0)
                k++;
            if (k == all.count)
                rd_list_add(run->arena, &all, some.items[a]);
        }
    }
    rd_list_add(run->arena, &notice, rd_int(RD_EFFECT_NOTICE));
    rd_list_add(run->arena, &notice, rd_int(++run->notice_last));
    rd_list_add(run->arena, &notice, rd_int((int64_t)draft->record.id.value));
    rd_list_add(run->arena, &notice, all);
    rd_list_add(run->arena, &notice,
                rd_text(tell_text(run, draft, text ? text : "{number}: {state}")));
    rd_list_add(run->arena, &notice, rd_text(rule));
    if (!at_once)
        tell_later(run, &notice);
    rd_list_add(run->arena, &run->extra, notice);
    return RD_OK;
}
