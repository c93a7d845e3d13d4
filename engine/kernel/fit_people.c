/* Whether an open case still has somebody who may go on with it under another policy.
 *
 *   case in its new state ─▶ its events ─▶ rows of authority ─▶ anybody of the staff, by role,
 *   reach and, where the row says `other_than`, as another person?
 *
 * Two things are asked: that a case whose state has events for people has one that somebody may
 * take, and that each approval of it (an event with `other_than`) has somebody. Amounts and guards
 * are not: they are asked when it is done. Most cases of one state and unit have the same answer
 * without a look at their own fields; that is found once and kept.
 *
 * Staff who are records belong to both policies: their roles and units are carried over by name.
 */
#include "kernel/era.h"
#include "kernel/fit.h"

#include <stdlib.h>
#include <string.h>

#include "store/tables.h"

enum fit_answer { FIT_UNKNOWN, FIT_SURE, FIT_LOOK };

struct rd_fit_people {
    struct rd_kernel *kernel;
    struct rd_arena arena;
    uint64_t *roles;         /* of the generation in force, as sets of the candidate's; by role */
    int *units;              /* likewise, by unit; -1: it is gone */
    struct rd_arena scratch; /* of one record */
    uint64_t next;           /* record */
    unsigned char *known;    /* fit_answer by state and unit, of the type in hand */
    const struct rd_record_type *known_of;
    struct rd_fit was;    /* the generation in force, asked the same where nobody is found */
    struct rd_value told; /* what was said already: {"job.approve": true} */
};

/* ---- who there is ---- */

/* How roles and units of the generation in force are called in the candidate. */
static void people_match(struct rd_kernel *kernel, const struct rd_fit *fit)
{
    struct rd_fit_people *people = fit->people;
    const struct rd_organisation *was = &kernel->model->organisation,
                                 *now = &fit->model->organisation;
    people->roles = rd_arena_zalloc(&people->arena, was->role_count + 1, sizeof *people->roles);
    people->units = rd_arena_zalloc(&people->arena, was->unit_count + 1, sizeof *people->units);
    for (size_t r = 0; r < was->role_count; r++) {
        int role = rd_role_find(now, was->roles[r].name);
        people->roles[r] = role >= 0 ? now->roles[role].includes : 0;
    }
    for (size_t u = 0; u < was->unit_count; u++)
        people->units[u] = rd_unit_find(now, was->units[u].name);
}

/* A staff record's account as the candidate would have it. */
static struct rd_account people_carried(const struct rd_fit_people *people,
                                        const struct rd_account *account)
{
    const struct rd_organisation *was = &people->kernel->model->organisation;
    struct rd_account carried = *account;
    carried.roles = 0;
    for (size_t r = 0; r < was->role_count; r++)
        if (account->named & (1ull << r))
            carried.roles |= people->roles[r];
    carried.unit = account->unit >= 0 ? people->units[account->unit] : -1;
    return carried;
}

static bool people_find(const struct rd_fit *fit, const char *name, struct rd_account *out)
{
    const struct rd_account *account = rd_account_find(&fit->model->organisation, name);
    if (account) {
        *out = *account;
        return true;
    }
    account = rd_staff_find(fit->people->kernel, name);
    if (!account || !account->record)
        return false;
    *out = people_carried(fit->people, account);
    return true;
}

static bool people_is(const struct rd_fit *fit, const struct rd_account *account,
                      const struct rd_value *name)
{
    struct rd_account other;
    if (!rd_value_is(name, RD_TEXT))
        return false;
    const char *person =
        people_find(fit, name->text, &other) && other.person ? other.person : name->text;
    return strcmp(account->person ? account->person : account->name, person) == 0;
}

/* ---- one event of one case ---- */

/* Somebody is looked for whom a row lets. */
struct people_ask {
    const struct rd_fit *fit;
    const struct rd_record_type *type;
    const struct rd_authority_row *row;
    const struct rd_record *record; /* NULL: whatever it holds, in this unit */
    const struct rd_belonging *belonging;
    bool found;
};

/* Whether a field that the row names holds this person, or had a hand of his in it. */
static bool people_barred(const struct people_ask *ask, const struct rd_account *account)
{
    const struct rd_value *data = &ask->record->data;
    for (size_t i = 0; i < ask->row->other_than_count; i++) {
        int field = rd_type_field(ask->type, ask->row->other_than[i]);
        const char *with = field >= 0 ? ask->type->fields[field].with : NULL;
        const struct rd_value *beside = with ? rd_map_get(data, with) : NULL;
        if (people_is(ask->fit, account, rd_map_get(data, ask->row->other_than[i])))
            return true;
        for (uint32_t w = 0; rd_value_is(beside, RD_LIST) && w < beside->count; w++)
            if (people_is(ask->fit, account, &beside->items[w]))
                return true;
    }
    return false;
}

static bool people_fits(struct people_ask *ask, const struct rd_account *account)
{
    ask->found = (ask->row->from & account->roles) &&
                 rd_authority_reaches(&ask->fit->model->organisation, ask->row, account->name,
                                      account, ask->belonging) &&
                 !(ask->record && people_barred(ask, account));
    return ask->found;
}

static bool people_take(void *context, const struct rd_account *account)
{
    struct people_ask *ask = context;
    struct rd_account carried;
    if (!account->record)
        return false; /* the candidate has its own */
    carried = people_carried(ask->fit->people, account);
    return people_fits(ask, &carried);
}

static bool people_somebody(struct people_ask *ask)
{
    const struct rd_organisation *organisation = &ask->fit->model->organisation;
    for (size_t i = 0; i < organisation->account_count; i++)
        if (people_fits(ask, &organisation->accounts[i]))
            return true;
    rd_staff_each(ask->fit->people->kernel, people_take, ask);
    return ask->found;
}

static bool people_may(const struct rd_fit *fit, const struct rd_record_type *type,
                       const struct rd_event *event, const struct rd_record *record,
                       const struct rd_belonging *belonging)
{
    for (size_t r = 0; event->permission && r < event->permission->row_count; r++) {
        const struct rd_authority_row *row = event->permission->rows[r];
        bool own = row->reach == RD_REACH_OWN || row->reach == RD_REACH_GROUP ||
                   row->reach == RD_REACH_UNOWNED;
        struct people_ask ask = { fit, type, row, record, belonging, false };
        if (!record && (own || row->other_than_count))
            continue;
        if (people_somebody(&ask))
            return true;
    }
    return false;
}

static bool people_is_approval(const struct rd_event *event)
{
    for (size_t r = 0; event->permission && r < event->permission->row_count; r++)
        if (event->permission->rows[r]->other_than_count)
            return true;
    return false;
}

/* ---- one case ---- */

/* Each event for people that the state accepts, one after the other; NULL: no more. */
static const struct rd_event *people_event(const struct rd_chart *chart, int state, size_t *at)
{
    const struct rd_state *of = &chart->states[state];
    while (*at < of->event_count + chart->always_count) {
        size_t i = (*at)++;
        const struct rd_event *event =
            i < of->event_count ? &of->events[i] : &chart->always[i - of->event_count];
        if (!event->internal && rd_event_find(chart, state, event->name) == event)
            return event;
    }
    return NULL;
}

/* Said once an event, with the first case that there is. */
static void people_stuck(struct rd_fit *fit, const struct rd_chart *chart, int state,
                         const struct rd_event *event, const struct rd_record *record)
{
    struct rd_fit_people *people = fit->people;
    struct rd_arena *arena = fit->findings->arena;
    const char *key = rd_arena_join(&people->arena, chart->name, "/", chart->states[state].name,
                                    "/", event ? event->name : "*");
    char id[RD_ID_TEXT_MAX];
    if (rd_map_get(&people->told, key))
        return;
    rd_map_add(&people->arena, &people->told, key, rd_bool(true));
    rd_id_write(record->id, id);
    const char *name = record->number ? record->number : rd_arena_copy(arena, id, strlen(id));
    if (event)
        rd_finding_error(fit->findings, chart->file, event->line,
                         "nobody of the organisation may '%s' in state '%s' of '%s', where %s "
                         "waits: it needs another person than those it names",
                         event->command, chart->states[state].name, chart->name, name);
    else
        rd_finding_error(fit->findings, chart->file, chart->states[state].line,
                         "nobody of the organisation may take any event in state '%s' of '%s', "
                         "where %s waits",
                         chart->states[state].name, chart->name, name);
}

/* Whether there was somebody under the rules in force: what they have left to nobody already is no
 * fault of the candidate. `name` NULL: for any event. */
static bool people_was(const struct rd_fit *fit, const struct rd_record_type *type,
                       const char *name, const struct rd_record *record)
{
    const struct rd_fit *was = &fit->people->was;
    const struct rd_record_type *old = rd_model_type(was->model, type->name);
    const struct rd_chart *chart =
        old && old->chart ? rd_chart_of(fit->people->kernel, old, record) : NULL;
    int state = chart && record->state ? rd_state_find(chart, record->state) : -1;
    const struct rd_event *event;
    struct rd_account owner;
    size_t at = 0;
    if (state < 0)
        return true; /* it is being moved: nothing to compare with */
    struct rd_belonging belonging = rd_belonging_of(was->model, old, record);
    const char *whose = belonging.owner ? belonging.owner : belonging.opened_by;
    if (whose && people_find(was, whose, &owner))
        belonging.account = &owner;
    while ((event = people_event(chart, state, &at)))
        if ((!name || strcmp(event->name, name) == 0) &&
            people_may(was, old, event, record, &belonging))
            return true;
    return false;
}

static void people_look(struct rd_fit *fit, const struct rd_record_type *type,
                        const struct rd_chart *chart, int state, const struct rd_record *record,
                        const struct rd_belonging *belonging)
{
    const struct rd_event *event;
    bool any = false, may = false;
    size_t at = 0;
    while ((event = people_event(chart, state, &at))) {
        bool approval = people_is_approval(event);
        bool somebody = (approval || !may) && people_may(fit, type, event, record, belonging);
        any = true;
        may |= somebody;
        if (approval && !somebody && people_was(fit, type, event->name, record))
            people_stuck(fit, chart, state, event, record);
    }
    if (any && !may && people_was(fit, type, NULL, record))
        people_stuck(fit, chart, state, NULL, record);
}

/* Whether no case of this state and unit need be looked at. */
static bool people_sure(const struct rd_fit *fit, const struct rd_record_type *type, int state,
                        const struct rd_belonging *belonging)
{
    const struct rd_event *event;
    struct rd_belonging just_unit = { .unit = belonging->unit };
    bool any = false, may = false;
    size_t at = 0;
    while ((event = people_event(type->chart, state, &at))) {
        if (people_is_approval(event))
            return false;
        any = true;
        may = may || people_may(fit, type, event, NULL, &just_unit);
    }
    return may || !any;
}

static void people_case(struct rd_fit *fit, const struct rd_record_type *type,
                        const struct rd_record *record)
{
    struct rd_fit_people *people = fit->people;
    const struct rd_organisation *organisation = &fit->model->organisation;
    const struct rd_chart *chart = rd_eras_chart(fit->eras, type, record);
    int state = record->state ? rd_state_find(chart, record->state) : chart->initial;
    if (state < 0)
        state = rd_fit_target(chart, fit->moved, record->state);
    if (state < 0 || chart->states[state].final)
        return;
    struct rd_era *era = rd_eras_of(fit->eras, type, record);
    if (era)
        era->used = true;
    struct rd_belonging belonging = rd_belonging_of(fit->model, type, record);
    struct rd_account owner;
    const char *whose = belonging.owner ? belonging.owner : belonging.opened_by;
    if (whose && people_find(fit, whose, &owner))
        belonging.account = &owner;
    if (people->known_of != type) {
        people->known_of = type;
        people->known = rd_arena_zalloc(&people->arena,
                                        type->chart->state_count * (organisation->unit_count + 1),
                                        sizeof *people->known);
    }
    if (belonging.unit >= 0 && !chart->pinned) { /* otherwise the owner's unit counts: look at it */
        unsigned char *known =
            &people->known[(size_t)state * (organisation->unit_count + 1) + (size_t)belonging.unit];
        if (*known == FIT_UNKNOWN)
            *known = people_sure(fit, type, state, &belonging) ? FIT_SURE : FIT_LOOK;
        if (*known == FIT_SURE)
            return;
    }
    people_look(fit, type, chart, state, record, &belonging);
}

/* ---- all of them ---- */

/* The record at or behind people->next. Types without a workflow there are leapt over. */
static enum rd_status people_step(struct rd_kernel *kernel, struct rd_fit *fit,
                                  struct rd_error *error)
{
    struct rd_fit_people *people = fit->people;
    struct rd_key8 key = rd_key8(people->next);
    struct rd_id id = { 0 };
    struct rd_record record;
    struct rd_walk walk;
    enum rd_status status =
        rd_walk_start(&walk, kernel->store, RD_TABLE_RECORD, key.bytes, false, error);
    if (status == RD_OK)
        id.value = rd_key_u64(walk.key);
    rd_walk_end(&walk);
    if (status != RD_OK)
        return status;
    const char *name = rd_catalogue_type_name(&kernel->catalogue, rd_id_type(id));
    const struct rd_record_type *type = name ? rd_model_type(fit->model, name) : NULL;
    people->next = id.value + 1;
    if (!type || !type->chart) {
        people->next = (uint64_t)(rd_id_type(id) + 1) << 48;
        return RD_OK;
    }
    rd_arena_reset(&people->scratch);
    status = rd_record_load(kernel->store, id, &people->scratch, &record, error);
    if (status == RD_OK)
        people_case(fit, type, &record);
    return status;
}

static struct rd_fit_people *people_new(struct rd_kernel *kernel, struct rd_fit *fit)
{
    fit->people = calloc(1, sizeof *fit->people);
    RD_ASSERT(fit->people);
    fit->people->kernel = kernel;
    rd_arena_init(&fit->people->arena);
    rd_arena_init(&fit->people->scratch);
    fit->people->told = rd_map();
    people_match(kernel, fit);
    return fit->people;
}

enum rd_status rd_fit_people(struct rd_kernel *kernel, struct rd_fit *fit, size_t records,
                             bool *more, struct rd_error *error)
{
    if (!fit->people) {
        struct rd_fit_people *people = people_new(kernel, fit);
        people->was = (struct rd_fit){ .model = kernel->model };
        (void)people_new(kernel, &people->was);
    }
    *more = true;
    for (size_t i = 0; i < records; i++) {
        enum rd_status status = people_step(kernel, fit, error);
        *more = status == RD_OK;
        if (status != RD_OK)
            return status == RD_END ? RD_OK : status;
    }
    return RD_OK;
}

void rd_fit_end(struct rd_fit *fit)
{
    if (!fit->people)
        return;
    rd_fit_end(&fit->people->was);
    rd_arena_fini(&fit->people->arena);
    rd_arena_fini(&fit->people->scratch);
    free(fit->people);
    fit->people = NULL;
}
