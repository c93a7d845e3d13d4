/* Four eyes, and what a staff record may say.
 *
 * Two signatures are worth nothing if one person gives both: by standing in for the other, by a
 * second account, or as the administrator who acts `as` somebody. So it is persons that are
 * compared, not names.
 */
#include <string.h>

#include "kernel/eyes.h"

/* Which of the names that the actor goes by is the same person as `done_by`; NULL: none. */
static const char *eyes_same(const struct rd_run *run, const char *done_by)
{
    const struct rd_actor *actor = &run->actor;
    const char *names[] = { actor->name, actor->behalf ? actor->behalf->name : NULL,
                            actor->behind_person };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i] && rd_staff_same_person(run->kernel, names[i], done_by))
            return names[i];
    return NULL;
}

/* ---- who else did it ----
 *
 * A field holds one name: whoever did the step. On whose behalf he did it, and who was behind him,
 * stands beside it in the record's data under a name that no field can have, set like a field: it
 * is in the entry's effects, and a rebuild needs no policy to make it again.
 */

static void eyes_add(struct rd_arena *arena, struct rd_value *names, const char *name,
                     const struct rd_value *done_by)
{
    if (!name || strcmp(name, done_by->text) == 0)
        return;
    for (uint32_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i].text, name) == 0)
            return;
    rd_list_add(arena, names, rd_text(name));
}

/* Under whatever name he comes: the accounts that are one person's now are it for ever, also after
 * somebody has written another person beside one of them. */
static void eyes_add_person(const struct rd_run *run, struct rd_value *names, const char *name,
                            const struct rd_value *done_by)
{
    const struct rd_account *accounts[RD_PERSON_ACCOUNTS_MAX];
    eyes_add(run->arena, names, name, done_by);
    if (!name)
        return;
    size_t count = rd_staff_of_person(run->kernel, name, accounts);
    for (size_t i = 0; i < count; i++)
        eyes_add(run->arena, names, accounts[i]->name, done_by);
}

static void eyes_add_all(struct rd_arena *arena, struct rd_value *names,
                         const struct rd_value *more, const struct rd_value *done_by)
{
    for (uint32_t i = 0; rd_value_is(more, RD_LIST) && i < more->count; i++)
        eyes_add(arena, names, more->items[i].text, done_by);
}

/* What stands beside a field under such a name, which is no field's. */
static const struct rd_value *eyes_with(const struct rd_draft *draft, const char *key)
{
    const struct rd_value *value = rd_map_get(&draft->set, key);
    return value ? value : rd_map_get(&draft->record.data, key);
}

/* The name was read somewhere: in a record of this plan that knows more about it, perhaps. */
static void eyes_copied(const struct rd_run *run, const struct rd_value *done_by,
                        struct rd_value *names)
{
    for (size_t d = 0; d < run->draft_count; d++) {
        const struct rd_record_type *type = run->drafts[d]->type;
        for (size_t i = 0; i < type->field_count; i++) {
            const struct rd_field *field = &type->fields[i];
            const struct rd_value *holds = field->with ? rd_draft_at(run->drafts[d], (int)i) : NULL;
            if (holds && rd_value_equal(holds, done_by))
                eyes_add_all(run->arena, names, eyes_with(run->drafts[d], field->with), done_by);
        }
    }
}

void rd_eyes_remember(struct rd_run *run, struct rd_draft *draft, const struct rd_field *field,
                      const struct rd_value *done_by)
{
    const struct rd_actor *actor = &run->actor;
    const char *key = field->with;
    if (!key)
        return;
    const struct rd_value *now = rd_draft_at(draft, (int)(field - draft->type->fields)),
                          *had = eyes_with(draft, key);
    struct rd_value with = rd_list(), empty = rd_null();
    if (done_by->kind == RD_TEXT && now && rd_value_equal(now, done_by))
        eyes_add_all(run->arena, &with, had, done_by); /* who had a hand in it, had it */
    if (done_by->kind == RD_TEXT && strcmp(done_by->text, actor->name) == 0) {
        eyes_add_person(run, &with, actor->name, done_by);
        eyes_add_person(run, &with, actor->behalf ? actor->behalf->name : NULL, done_by);
        eyes_add_person(run, &with, actor->behind_person, done_by);
    }
    if (done_by->kind == RD_TEXT) /* his own name as well may be read from where it says more */
        eyes_copied(run, done_by, &with);
    const struct rd_value *will = with.count ? &with : &empty;
    if (rd_value_equal(had ? had : &empty, will))
        return;
    rd_map_set(run->arena, &draft->set, key, *will);
    draft->changed = true;
}

void rd_eyes_remember_form(struct rd_run *run, struct rd_draft *draft)
{
    for (uint32_t i = 0, count = draft->set.count; i < count; i++) {
        struct rd_value value = draft->set.pairs[i].value;
        int at = value.kind == RD_TEXT ? rd_type_field(draft->type, draft->set.pairs[i].key) : -1;
        if (at >= 0)
            rd_eyes_remember(run, draft, &draft->type->fields[at], &value);
    }
}

/* A field against the actor: who it says that it was, and who else that was. */
struct eyes {
    const struct rd_value *done_by; /* NULL: nobody, or the actor is none of them */
    const char *same, *who;         /* the actor under this name is this one of them */
};

static bool eyes_meet(const struct rd_run *run, const struct rd_value *done_by,
                      const struct rd_value *with, struct eyes *eyes)
{
    if (!rd_value_is(done_by, RD_TEXT))
        return false;
    *eyes = (struct eyes){ done_by, eyes_same(run, done_by->text), done_by->text };
    for (uint32_t i = 0; !eyes->same && rd_value_is(with, RD_LIST) && i < with->count; i++)
        *eyes = (struct eyes){ done_by, eyes_same(run, with->items[i].text), with->items[i].text };
    return eyes->same != NULL;
}

static const char *eyes_passed(const struct rd_run *run, const char *field,
                               const struct rd_value *done_by, const struct rd_value *with)
{
    if (!rd_value_is(done_by, RD_TEXT))
        return rd_arena_join(run->arena, field, " nobody");
    const char *text = rd_arena_join(run->arena, field, " ", done_by->text);
    for (uint32_t i = 0; rd_value_is(with, RD_LIST) && i < with->count; i++)
        text = rd_arena_join(run->arena, text, ", ", with->items[i].text);
    return text;
}

static enum rd_status eyes_refuse(struct rd_run *run, const struct rd_authority_row *row,
                                  const char *field, const struct eyes *eyes)
{
    const char *how = strcmp(eyes->same, run->actor.name) == 0
                          ? ""
                          : rd_arena_printf(run->arena, " (by %s)", eyes->same);
    const char *behind = eyes->who == eyes->done_by->text
                             ? ""
                             : rd_arena_printf(run->arena, ", behind whom stands %s", eyes->who);
    return rd_error_at(run->error, RD_FOUR_EYES, row->place,
                       "%s%s may not: the %s, %s%s, is the same person", run->actor.name, how,
                       field, eyes->done_by->text, behind);
}

enum rd_status rd_grant_other_than(struct rd_run *run, const struct rd_draft *draft,
                                   const struct rd_authority_row *row)
{
    for (size_t i = 0; i < row->other_than_count; i++) {
        const char *field = row->other_than[i];
        int at = rd_type_field(draft->type, field); /* an account's: the check has seen to it */
        const char *key = draft->type->fields[at].with;
        const struct rd_value *done_by = rd_draft_at(draft, at), *with = rd_draft_get(draft, key);
        struct eyes eyes;
        if (eyes_meet(run, done_by, with, &eyes) || /* the form may not write him out of it */
            eyes_meet(run, rd_map_get(&draft->record.data, field),
                      rd_map_get(&draft->record.data, key), &eyes))
            return eyes_refuse(run, row, field, &eyes);
        rd_run_says(run, row->id, row->place, "other than", eyes_passed(run, field, done_by, with));
    }
    return RD_OK;
}

/* What comes without a row of its own (from another record, or imported onto a case that is worked
 * on) is still done by somebody: by the row he would have, or, where he has none, by all of them.
 */
enum rd_status rd_grant_unasked(struct rd_run *run, const struct rd_draft *draft,
                                const struct rd_event *event)
{
    const struct rd_permission *permission = event->permission;
    if (run->actor.system || permission->internal)
        return RD_OK;
    struct rd_belonging belonging = rd_belonging_of(run->model, draft->type, &draft->record);
    const struct rd_account *behalf;
    const struct rd_authority_row *own =
        rd_actor_grant(run->kernel, &run->actor, permission, &belonging, run->arena, &behalf, NULL);
    enum rd_status status = RD_OK;
    if (own)
        return rd_grant_other_than(run, draft, own);
    for (size_t i = 0; status == RD_OK && i < permission->row_count; i++)
        status = rd_grant_other_than(run, draft, permission->rows[i]);
    return status;
}

/* ---- what a staff record may say ---- */

/* Logins are written into rules, addressees and file names: plain names only. */
static bool login_is_name(const char *login)
{
    size_t len = strlen(login);
    for (const char *at = login; *at; at++) {
        unsigned char c = (unsigned char)*at;
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
        if (!letter && !(at > login && c >= '0' && c <= '9'))
            return false;
    }
    return len > 0 && len <= RD_NAME_BYTES_MAX;
}

static const char *login_fault(const struct rd_run *run, const struct rd_draft *draft,
                               const char *login, const struct rd_value *before)
{
    static const char *const TAKEN[] = { "system", "administrator", "owner", "customer",
                                         RD_ANONYMOUS };
    const struct rd_organisation *organisation = &run->model->organisation;
    if (!login_is_name(login))
        return "is no name (letters, digits and _, 64 bytes at most)";
    for (size_t i = 0; i < sizeof TAKEN / sizeof *TAKEN; i++)
        if (strcmp(login, TAKEN[i]) == 0)
            return "is the engine's own; choose another";
    if (rd_role_find(organisation, login) >= 0)
        return "is the name of a role; choose another";
    if (rd_account_find(organisation, login))
        return "is an account of rules/organisation.lua already";
    if (!draft->fresh && rd_value_is(before, RD_TEXT) && strcmp(before->text, login) != 0)
        return "does not change: old entries name it";
    return NULL;
}

static const char *deputy_fault(const struct rd_run *run, const char *login, const char *deputy)
{
    const struct rd_account *others[RD_DELEGATORS_MAX];
    if (login && rd_staff_same_person(run->kernel, login, deputy))
        return "is the same person";
    size_t count = rd_staff_delegators(run->kernel, deputy, run->now_ms, others);
    for (size_t i = 0; login && i < count && i < RD_DELEGATORS_MAX; i++)
        if (strcmp(others[i]->name, login) == 0)
            return NULL; /* it is one of these already */
    return count < RD_DELEGATORS_MAX ? NULL : "stands in for too many already";
}

static enum rd_status staff_fault(struct rd_run *run, enum rd_status status, const char *field,
                                  const char *value, const char *why)
{
    return rd_error_at(run->error, status, rd_arena_printf(run->arena, "/data/%s", field),
                       "%s '%s' %s", field, value, why);
}

/* What was judged when it was said is not judged again with whatever else changes: a delegation
 * that is over must not keep anybody from leaving. */
static bool deputy_is_new(const struct rd_staff *staff, const struct rd_draft *draft)
{
    static const enum rd_staff_field SAY[] = { RD_STAFF_ACCOUNT, RD_STAFF_PERSON, RD_STAFF_DEPUTY,
                                               RD_STAFF_DEPUTY_UNTIL };
    bool said = draft->fresh;
    for (size_t i = 0; i < sizeof SAY / sizeof *SAY; i++) {
        const char *name = rd_staff_field_name(staff, SAY[i]);
        said |= name && rd_map_get(&draft->set, name);
    }
    return said;
}

enum rd_status rd_staff_check(struct rd_run *run, const struct rd_draft *draft)
{
    const struct rd_staff *staff = &run->model->staff;
    if (!staff->type || draft->type != staff->type)
        return RD_OK;
    const char *account_field = rd_staff_field_name(staff, RD_STAFF_ACCOUNT),
               *deputy_field = rd_staff_field_name(staff, RD_STAFF_DEPUTY);
    const struct rd_value *login = rd_draft_get(draft, account_field),
                          *changed = rd_map_get(&draft->set, account_field),
                          *deputy = deputy_field ? rd_draft_get(draft, deputy_field) : NULL;
    const char *why = NULL;
    if (rd_value_is(changed, RD_TEXT))
        why =
            login_fault(run, draft, changed->text, rd_map_get(&draft->record.data, account_field));
    if (changed && changed->kind == RD_NULL && !draft->fresh)
        why = "cannot be emptied: old entries name it";
    if (why)
        return staff_fault(run, RD_BAD_FORM, account_field,
                           rd_value_is(changed, RD_TEXT) ? changed->text : "", why);
    if (rd_value_is(deputy, RD_TEXT) && deputy_is_new(staff, draft))
        why = deputy_fault(run, rd_value_is(login, RD_TEXT) ? login->text : NULL, deputy->text);
    return why ? staff_fault(run, RD_BAD_FORM, deputy_field, deputy->text, why) : RD_OK;
}
