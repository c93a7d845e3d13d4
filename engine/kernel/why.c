/* Why, why not, and the nearest yes: an event is tried by the rules of today, and nothing is kept.
 *
 *   as asked ─▶ refused ─▶ the same with the amount of one's own limit
 *                      ├─▶ the same by others, one of each set of roles that has a row
 *                      └─▶ the states that accept it, the fields that are wrong
 *
 * Nothing is guessed: an amount or a role is only named when the whole event, form and guards and
 * all, went through with it in a trial.
 */
#include "kernel/inside.h"
#include "kernel/sentence.h"

#include <string.h>

#include "domain/ceiling.h"

#define WHY_ACCOUNTS_MAX 2000 /* looked at */
#define WHY_TRIALS_MAX 12
#define WHY_ROLES_MAX 3 /* named */

struct why {
    struct rd_kernel *kernel;
    struct rd_request *request; /* what was asked */
    struct rd_id record;
    const struct rd_record_type *type;
    const struct rd_chart *chart;
    const struct rd_event *event; /* as the record's state has it; NULL: not accepted there */
    struct rd_value nearest;
    /* of the search for others */
    uint64_t tried[WHY_TRIALS_MAX];
    size_t trials, looked;
    uint64_t may; /* roles of others with which it went through */
    struct rd_belonging belonging;
};

/* ---- trials ---- */

/* By this account (NULL: who asks), with this form. Made and forgotten. */
static bool why_would(struct why *why, const char *account, const struct rd_value *form)
{
    struct rd_arena arena;
    struct rd_value params = rd_map();
    struct rd_run run;
    struct rd_draft *draft;
    rd_arena_init(&arena);
    struct rd_request trial = *why->request;
    trial.arena = &arena;
    trial.error = RD_ERROR_NONE;
    trial.actor = NULL; /* somebody else perhaps */
    for (uint32_t i = 0; i < why->request->params->count; i++) {
        const struct rd_pair *pair = &why->request->params->pairs[i];
        bool own = strcmp(pair->key, "form") == 0 || (account && strcmp(pair->key, "as") == 0);
        if (!own)
            rd_map_add(&arena, &params, pair->key, pair->value);
    }
    if (form)
        rd_map_add(&arena, &params, "form", *form);
    if (account)
        trial.peer = (struct rd_peer){ .door = RD_DOOR_TCP, .account = account };
    trial.params = &params;
    enum rd_status status = rd_case_try(why->kernel, &trial, &run, &draft);
    rd_arena_fini(&arena);
    return status == RD_OK;
}

/* ---- the nearest yes ---- */

static struct rd_value *why_add(struct why *why, const char *kind)
{
    struct rd_arena *arena = why->request->arena;
    struct rd_value item = rd_map();
    rd_map_add(arena, &item, "kind", rd_text(kind));
    rd_list_add(arena, &why->nearest, item);
    return &why->nearest.items[why->nearest.count - 1];
}

/* One's own limit, where the form has the amount. */
static void why_amount(struct why *why, const char *limit)
{
    struct rd_arena *arena = why->request->arena;
    const struct rd_value *form = rd_map_get(why->request->params, "form");
    const struct rd_permission *permission = why->event ? why->event->permission : NULL;
    for (size_t i = 0; limit && permission && i < permission->row_count; i++) {
        const char *amount = permission->rows[i]->amount;
        if (!amount || !rd_value_is(form, RD_MAP) || !rd_map_get(form, amount))
            continue;
        struct rd_value less = rd_value_copy(arena, form);
        rd_map_set(arena, &less, amount, rd_text(limit));
        if (strcmp(limit, "0.00") != 0 && why_would(why, NULL, &less))
            rd_map_add(arena, why_add(why, "amount"), "amount", rd_text(limit));
        return;
    }
}

/* The narrowest role that this account has and a row asks for; -1: none. */
static int why_role(const struct why *why, const struct rd_account *account)
{
    const struct rd_organisation *organisation = &why->kernel->model->organisation;
    uint64_t asked = 0;
    for (size_t i = 0; i < why->event->permission->row_count; i++)
        asked |= why->event->permission->rows[i]->from;
    for (size_t r = 0; r < organisation->role_count; r++)
        if ((account->named & (1ull << r)) && (organisation->roles[r].includes & asked))
            return (int)r;
    return -1;
}

static bool why_other(void *context, const struct rd_account *account)
{
    struct why *why = context;
    int role = why_role(why, account);
    if (++why->looked > WHY_ACCOUNTS_MAX || why->trials == WHY_TRIALS_MAX)
        return true;
    for (size_t i = 0; i < why->trials; i++)
        if (why->tried[i] == account->named)
            return false;
    if (role < 0 || !rd_actor_row_of(why->kernel, account, why->event->permission, &why->belonging))
        return false;
    why->tried[why->trials++] = account->named;
    if (why_would(why, account->name, rd_map_get(why->request->params, "form")))
        why->may |= 1ull << role;
    return false;
}

/* The narrowest of them first, in whatever order they were looked at. */
static void why_others(struct why *why)
{
    const struct rd_organisation *organisation = &why->kernel->model->organisation;
    struct rd_arena *arena = why->request->arena;
    struct rd_value roles = rd_list();
    rd_staff_each(why->kernel, why_other, why);
    for (size_t r = 0; r < organisation->role_count && roles.count < WHY_ROLES_MAX; r++)
        if (why->may & (1ull << r))
            rd_list_add(arena, &roles,
                        rd_text_copy(arena, organisation->roles[r].name,
                                     strlen(organisation->roles[r].name)));
    if (roles.count)
        rd_map_add(arena, why_add(why, "role"), "roles", roles);
}

static void why_states(struct why *why, const char *event)
{
    struct rd_arena *arena = why->request->arena;
    const struct rd_chart *chart = why->chart;
    struct rd_value states = rd_list();
    for (size_t s = 0; s < chart->state_count; s++) {
        const struct rd_event *at = rd_event_find(chart, (int)s, event);
        if (at && at->permission->row_count && !chart->states[s].final)
            rd_list_add(arena, &states, rd_text(chart->states[s].name));
    }
    if (states.count)
        rd_map_add(arena, why_add(why, "state"), "states", states);
}

static void why_fields(struct why *why, const struct rd_error *error)
{
    struct rd_arena *arena = why->request->arena;
    const struct rd_value *faults = error->detail ? rd_map_list(error->detail, "faults") : NULL;
    struct rd_value fields = rd_list();
    for (uint32_t i = 0; faults && i < faults->count; i++) {
        const char *where = rd_map_text(&faults->items[i], "where", "");
        const char *name = strrchr(where, '/');
        rd_list_add(arena, &fields, rd_text(name ? name + 1 : where));
    }
    if (fields.count)
        rd_map_add(arena, why_add(why, "form"), "fields", fields);
}

static void why_nearest(struct why *why, const struct rd_error *error)
{
    if (error->status == RD_WRONG_STATE)
        why_states(why, rd_map_text(why->request->params, "event", ""));
    if (error->status == RD_BAD_FORM)
        why_fields(why, error);
    if (error->status == RD_ABOVE_AUTHORITY)
        why_amount(why, error->detail ? rd_map_text(error->detail, "limit", NULL) : NULL);
    if (why->event && !why->event->internal &&
        (error->status == RD_ABOVE_AUTHORITY || error->status == RD_NOT_ALLOWED ||
         error->status == RD_FOUR_EYES))
        why_others(why);
}

/* It is accepted, but goes up, since the amount is above: one's own limit would be granted at once.
 * The limit is the one that said so. */
static void why_goes_up(struct why *why, const struct rd_run *run)
{
    for (uint32_t i = 0; i < run->decisions.count; i++) {
        const struct rd_value *at = run->decisions.items[i].items;
        bool limit = at[2].kind == RD_TEXT && strncmp(at[2].text, "limit = ", 8) == 0;
        if (limit && at[3].kind == RD_TEXT && strstr(at[3].text, " is above")) {
            why_amount(why, at[2].text + 8);
            return;
        }
    }
}

/* ---- case.why ---- */

static void why_show(struct why *why, const struct rd_run *run, const struct rd_draft *draft,
                     enum rd_status status, const struct rd_error *error)
{
    struct rd_arena *arena = why->request->arena;
    struct rd_value *out = &why->request->result;
    *out = rd_map();
    rd_map_add(arena, out, "id", rd_show_id(why->record, arena));
    rd_map_add(arena, out, "at", rd_show_time(run->now_ms, arena));
    rd_map_add(arena, out, "actor", rd_text_copy(arena, run->actor.name, strlen(run->actor.name)));
    if (run->actor.behind)
        rd_map_add(arena, out, "behind", rd_text(run->actor.behind));
    rd_map_add(arena, out, "command", rd_text(run->command ? run->command : ""));
    rd_map_add(arena, out, "allowed", rd_bool(status == RD_OK));
    rd_map_add(arena, out, "state", draft->record.state ? rd_text(draft->record.state) : rd_null());
    rd_map_add(arena, out, "facts", rd_show_facts(run->model, why->type, &run->facts, arena));
    rd_map_add(arena, out, "decisions", rd_show_decisions(&run->decisions, arena));
    rd_map_add(arena, out, "nearest", why->nearest);
    if (status == RD_OK)
        return;
    rd_map_add(arena, out, "refused", rd_text(rd_status_name(status)));
    rd_map_add(arena, out, "reason", rd_text_copy(arena, error->text, strlen(error->text)));
    if (error->where[0])
        rd_map_add(arena, out, "where", rd_text_copy(arena, error->where, strlen(error->where)));
    rd_map_add(arena, out, "detail", error->detail ? *error->detail : rd_null());
}

enum rd_status rd_method_case_why(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_run run;
    struct rd_draft *draft = NULL;
    const char *language;
    enum rd_status status = rd_words_language(kernel, request, &language);
    if (status != RD_OK)
        return status;
    status = rd_case_try(kernel, request, &run, &draft);
    if (!draft || (status != RD_OK && rd_ring_waits(status)))
        return status; /* it is not there for him, or it could not be tried */
    struct rd_error error = request->error;
    struct why why = { .kernel = kernel,
                       .request = request,
                       .record = draft->record.id,
                       .type = draft->type,
                       .chart = draft->chart,
                       .nearest = rd_list() };
    int state = draft->stored.state && draft->chart
                    ? rd_state_find(draft->chart, draft->stored.state)
                    : draft->state;
    if (draft->chart && state >= 0)
        why.event = rd_event_find(draft->chart, state, rd_map_text(request->params, "event", ""));
    why.belonging = rd_belonging_of(kernel->model, draft->type, &draft->stored);
    if (status != RD_OK)
        why_nearest(&why, &error);
    else
        why_goes_up(&why, &run);
    why_show(&why, &run, draft, status, &error);
    request->error = RD_ERROR_NONE;
    rd_map_add(request->arena, &request->result, "sentences",
               rd_sentences(kernel, draft->type, &request->result, language, request->arena));
    return RD_OK;
}
