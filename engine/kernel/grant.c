/* Grants: whether the actor may do this to this record: the row by role and reach, the guards that
 * its `unless` names, and up to which amount. What is above goes up where the chart knows a way;
 * otherwise the refusal says what it would take.
 */
#include "kernel/inside.h"

#include <string.h>

/* The row by which it is allowed; and for whom, where that is somebody else's right. */
static void grant_allowed(struct rd_run *run, const struct rd_authority_row *row)
{
    const struct rd_account *behalf = run->actor.behalf;
    rd_run_says(run, row->id, row->place, "allowed",
                behalf ? rd_arena_join(run->arena, "for ", behalf->name) : NULL);
}

/* The row that lets the actor send this event to this record. Timers and the chart itself need
 * none. */
enum rd_status rd_grant_row(struct rd_run *run, const struct rd_draft *draft,
                            const struct rd_event *event, const struct rd_authority_row **row)
{
    struct rd_belonging belonging = rd_belonging_of(run->model, draft->type, &draft->record);
    const struct rd_account *behalf;
    *row = NULL;
    if (run->actor.system || run->anonymous || run->lane == RD_LANE_IMPORT)
        return RD_OK; /* who is anonymous was asked at the door */
    enum rd_status status = rd_scope_command(&run->actor, event->permission->command, run->error);
    if (status != RD_OK)
        return status;
    *row = rd_actor_grant(run->kernel, &run->actor, event->permission,
                          draft->fresh ? NULL : &belonging, run->arena, &behalf, run->error);
    if (!*row)
        return RD_NOT_ALLOWED;
    rd_actor_stand_in(run, behalf);
    grant_allowed(run, *row);
    return RD_OK;
}

/* `unless` guards of the row: one that holds refuses. */
enum rd_status rd_grant_unless(struct rd_run *run, struct rd_draft *draft,
                               const struct rd_authority_row *row)
{
    for (size_t i = 0; draft->chart && i < row->unless_count; i++) {
        int at = rd_guard_find(draft->chart, row->unless[i]);
        const char *reason;
        bool holds;
        if (at < 0)
            continue;
        const struct rd_function *guard = &draft->chart->guards[at];
        enum rd_status status = rd_gather_guard(run, draft, guard, &holds, &reason);
        if (status != RD_OK)
            return status;
        if (holds)
            return rd_error_at(run->error, RD_NOT_ALLOWED, row->place, "%s may not: %s%s%s",
                               run->actor.name, guard->name, reason ? ": " : "",
                               reason ? reason : "");
    }
    return RD_OK;
}

/* What a role may grant, by the row's decision; 0 where the table lists nothing for it. */
static enum rd_status grant_limit_of(struct rd_run *run, struct rd_draft *draft,
                                     const struct rd_authority_row *row, const char *role,
                                     int64_t *limit, const struct rd_decision_row **by)
{
    struct rd_answer answer;
    enum rd_status status = rd_gather_decide(run, draft, row->up_to, NULL, role, &answer);
    *limit = 0;
    *by = NULL;
    if (status == RD_OK && answer.outputs[0].kind == RD_INT) {
        *limit = answer.outputs[0].integer;
        *by = answer.row_count ? &row->up_to->rows[answer.rows[0]] : NULL;
    }
    return status;
}

/* The most that any of the roles may grant; and, where that is not enough, the narrowest role for
 * which the amount is within. */
static enum rd_status grant_limits(struct rd_run *run, struct rd_draft *draft,
                                   const struct rd_authority_row *row, uint64_t roles,
                                   int64_t amount, int64_t *most, const struct rd_decision_row **by,
                                   const char **needs)
{
    const struct rd_organisation *organisation = &run->model->organisation;
    *most = 0;
    *by = NULL;
    *needs = NULL;
    enum rd_status status = RD_OK;
    const struct rd_decision_row *found;
    int64_t limit;
    for (size_t r = 0; status == RD_OK && r < organisation->role_count; r++) {
        if (!(roles & (1ull << r)))
            continue;
        status = grant_limit_of(run, draft, row, organisation->roles[r].name, &limit, &found);
        if (status == RD_OK && found && (limit > *most || !*by)) {
            *most = limit;
            *by = found;
        }
    }
    if (*by && amount <= *most)
        return status;
    for (size_t r = 0; status == RD_OK && !*needs && r < organisation->role_count; r++) {
        if (roles & (1ull << r))
            continue;
        status = grant_limit_of(run, draft, row, organisation->roles[r].name, &limit, &found);
        if (status == RD_OK && limit >= amount && found)
            *needs = organisation->roles[r].name;
    }
    return status;
}

static enum rd_status grant_above(struct rd_run *run, const struct rd_authority_row *row,
                                  const char *most, const char *amount, const char *needs)
{
    struct rd_arena *arena = run->arena;
    struct rd_value *detail = rd_arena_zalloc(arena, 1, sizeof *detail);
    *detail = rd_map();
    rd_map_add(arena, detail, "amount", rd_text_copy(arena, amount, strlen(amount)));
    rd_map_add(arena, detail, "limit", rd_text_copy(arena, most, strlen(most)));
    rd_map_add(arena, detail, "needs", needs ? rd_text(needs) : rd_null());
    rd_map_add(arena, detail, "decisions", rd_show_decisions(&run->decisions, arena));
    run->error->detail = detail;
    enum rd_status status =
        rd_error_at(run->error, RD_ABOVE_AUTHORITY, row->place,
                    "%s is above the limit of %s for %s%s%s", amount, most, run->actor.name,
                    needs ? "; it needs " : "; nobody may grant it", needs ? needs : "");
    run->error->detail = detail;
    return status;
}

/* Whether the amount is within what this account may grant by its own row, and nothing else forbids
 * that the actor does it for him. */
static enum rd_status grant_for_one(struct rd_run *run, struct rd_draft *draft,
                                    const struct rd_event *event, const struct rd_account *for_whom,
                                    const struct rd_authority_row **by_row, bool *may)
{
    struct rd_belonging belonging = rd_belonging_of(run->model, draft->type, &draft->record);
    const struct rd_authority_row *row =
        rd_actor_row_of(run->kernel, for_whom, event->permission, draft->fresh ? NULL : &belonging);
    const struct rd_decision_row *by = NULL;
    const char *needs;
    int64_t most;
    *may = false;
    if (!row)
        return RD_OK;
    const struct rd_value *amount = draft->form ? rd_map_get(draft->form, row->amount) : NULL;
    if (!amount)
        amount = rd_draft_get(draft, row->amount);
    int64_t minor = rd_value_is(amount, RD_INT) ? amount->integer : 0;
    if (row->up_to) {
        enum rd_status status =
            grant_limits(run, draft, row, for_whom->roles, minor, &most, &by, &needs);
        if (status != RD_OK || !by || minor > most)
            return status;
    }
    struct rd_actor own = run->actor;
    rd_actor_stand_in(run, for_whom);
    enum rd_status status = rd_grant_unless(run, draft, row);
    if (status == RD_OK)
        status = rd_grant_other_than(run, draft, row);
    *may = status == RD_OK;
    if (*may) {
        grant_allowed(run, row);
        rd_eyes_remember_form(run, draft);
        *by_row = row;
    } else {
        rd_actor_stand_in(run, own.behalf);
        run->actor = own;
    }
    if (by)
        rd_visit(run->kernel, by->spot);
    return status == RD_NOT_ALLOWED || status == RD_FOUR_EYES ? RD_OK : status;
}

/* What is above one's own limit may be within the limit of somebody whom one stands in for. */
static enum rd_status grant_for_others(struct rd_run *run, struct rd_draft *draft,
                                       const struct rd_event *event,
                                       const struct rd_authority_row **by_row, bool *may)
{
    enum rd_status status = RD_OK;
    *may = false;
    for (size_t i = 0; status == RD_OK && !*may && i < run->actor.delegator_count; i++)
        if (run->actor.delegators[i] != run->actor.behalf)
            status = grant_for_one(run, draft, event, run->actor.delegators[i], by_row, may);
    if (*may)
        run->error->detail = NULL;
    return status;
}

/* Within the row's limit? `above` is set where the chart has a row for what is above; otherwise
 * that is a refusal. */
enum rd_status rd_grant_up_to(struct rd_run *run, struct rd_draft *draft,
                              const struct rd_authority_row **by_row, const struct rd_event *event,
                              bool *above)
{
    const struct rd_authority_row *row = *by_row;
    const struct rd_value *amount = draft->form ? rd_map_get(draft->form, row->amount) : NULL;
    const struct rd_decision_row *by;
    const char *needs;
    char most_text[RD_MONEY_TEXT_MAX], amount_text[RD_MONEY_TEXT_MAX];
    int64_t most;
    *above = false;
    if (!row->up_to)
        return RD_OK;
    if (!amount)
        amount = rd_draft_get(draft, row->amount);
    int64_t minor = rd_value_is(amount, RD_INT) ? amount->integer : 0;
    /* the limit is of whose right it is: a deputy's own roles have no row that reaches this record
     */
    uint64_t roles = run->actor.behalf ? run->actor.behalf->roles : run->actor.roles;
    enum rd_status status = grant_limits(run, draft, row, roles, minor, &most, &by, &needs);
    if (status != RD_OK)
        return status;
    bool within = by && minor <= most;
    rd_money_write(most, most_text);
    rd_money_write(minor, amount_text);
    if (by)
        rd_visit(run->kernel, by->spot);
    rd_run_says(run, by ? by->rule : rd_arena_join(run->arena, row->up_to->name, "/no row"),
                by ? by->place : row->up_to->place,
                rd_run_limit(run, by, most == RD_MONEY_UNLIMITED ? "unlimited" : most_text),
                rd_arena_join(run->arena, amount_text, within ? " is within" : " is above",
                              !within && needs ? ", needs " : "", !within && needs ? needs : ""));
    if (within)
        return RD_OK;
    bool stands_in;
    status = grant_for_others(run, draft, event, by_row, &stands_in);
    if (status != RD_OK || stands_in)
        return status;
    if (event->above) {
        *above = true;
        return RD_OK;
    }
    return grant_above(run, row, most_text, amount_text, needs);
}
