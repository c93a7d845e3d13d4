/* Who asks, and whether he may: the one place below every door in which that is decided.
 *
 * A uid is mapped to an account by the policy; people log in by token. Whoever stands in for
 * somebody has the other's rights beside his own, row by row, and what he does by them names both.
 * Root and the daemon's own uid are administrators of the machine: they may use the operator's
 * methods and act `as` an account, but company commands still need a row that names a role.
 */
#include "kernel/inside.h"

#include <string.h>
#include <unistd.h>

static void actor_from_account(struct rd_kernel *kernel, struct rd_actor *actor,
                               const struct rd_account *account)
{
    actor->account = account;
    actor->name = account->name;
    actor->roles = account->roles;
    size_t count =
        rd_staff_delegators(kernel, account->name, rd_kernel_now_ms(kernel), actor->delegators);
    actor->delegator_count = count < RD_DELEGATORS_MAX ? count : RD_DELEGATORS_MAX;
}

/* Why there is no such account (any more). */
static enum rd_status actor_gone(const struct rd_kernel *kernel, const char *name,
                                 struct rd_error *error)
{
    return rd_staff_find(kernel, name)
               ? rd_error_set(error, RD_NOT_LOGGED_IN, "'%s' has left: the account is closed", name)
               : rd_error_set(error, RD_NOT_LOGGED_IN,
                              "account '%s' is no longer part of the organisation", name);
}

/* By a token: it must still be good, and what it is for goes along. */
static enum rd_status actor_from_token(struct rd_kernel *kernel, const struct rd_request *request,
                                       struct rd_actor *out, struct rd_error *error)
{
    struct rd_token token;
    enum rd_status status =
        rd_token_find(kernel, request->peer.token, request->arena, &token, error);
    if (status == RD_NOT_FOUND)
        return rd_error_set(error, RD_NOT_LOGGED_IN, "the token was revoked");
    if (status != RD_OK)
        return status;
    if ((status = rd_token_expired(kernel, &token, error)) != RD_OK)
        return status;
    if (!request->peer.account || strcmp(token.account, request->peer.account) != 0)
        return rd_error_set(error, RD_NOT_LOGGED_IN, "the token is another account's");
    if (token.scopes && !rd_scope_has_method(token.scopes, request->method))
        out->scopes = token.scopes;
    return RD_OK;
}

/* One who has the machine: in an account's name he is the one behind it, too. */
static bool actor_is_machine(const struct rd_peer *peer)
{
    return peer->door == RD_DOOR_INSIDE ||
           (peer->door == RD_DOOR_UNIX && (peer->uid == 0 || peer->uid == geteuid()));
}

static enum rd_status actor_from_peer(struct rd_kernel *kernel, const struct rd_request *request,
                                      struct rd_actor *out, struct rd_error *error)
{
    const struct rd_peer *peer = &request->peer;
    const struct rd_organisation *organisation = &kernel->model->organisation;
    const struct rd_account *account =
        peer->account ? rd_staff_acting(kernel, peer->account) : NULL;
    *out = (struct rd_actor){ .name = "administrator" };
    if (peer->account && !account)
        return actor_gone(kernel, peer->account, error);
    if (peer->door == RD_DOOR_TCP && !account)
        return rd_error_set(error, RD_NOT_LOGGED_IN, "log in first: session.login with a token");
    if (peer->token) {
        enum rd_status status = actor_from_token(kernel, request, out, error);
        if (status != RD_OK)
            return status;
    }
    out->administrator = actor_is_machine(peer);
    if (!account && peer->door == RD_DOOR_UNIX)
        account = rd_account_by_uid(organisation, peer->uid);
    if (account) {
        actor_from_account(kernel, out, account);
        /* whoever has the machine can make himself anybody's token */
        if (peer->account && peer->door == RD_DOOR_UNIX && out->administrator) {
            out->behind = "administrator";
            out->behind_person = kernel->rehearsal ? NULL : out->behind;
        }
        return RD_OK;
    }
    if (!out->administrator)
        return rd_error_set(error, RD_NOT_LOGGED_IN,
                            "no account has uid %u; log in with session.login, or have the "
                            "uid added to rules/organisation.lua",
                            peer->uid);
    out->roles = organisation->administrator;
    return RD_OK;
}

/* The program itself may be everybody in turn (a simulation, a test of rules), and so may whoever
 * rehearses at a daemon that is there for nothing else. At a door one administrator is one person,
 * with an account or without. */
static bool actor_plays(const struct rd_kernel *kernel, const struct rd_peer *peer,
                        const struct rd_actor *behind)
{
    return !behind->account && (peer->door == RD_DOOR_INSIDE || kernel->rehearsal);
}

/* Behind the account that he names: the administrator. */
static enum rd_status actor_as(struct rd_kernel *kernel, const struct rd_request *request,
                               const char *as, struct rd_actor *out, struct rd_error *error)
{
    if (!out->administrator)
        return rd_error_at(error, RD_NOT_ALLOWED, "/as",
                           "only an administrator on the Unix socket may act as another account");
    const struct rd_account *account = rd_staff_acting(kernel, as);
    if (!account)
        return rd_error_at(error, RD_INVALID_PARAMS, "/as",
                           rd_staff_find(kernel, as) ? "'%s' has left: the account is closed"
                                                     : "there is no account '%s'",
                           as);
    struct rd_actor behind = *out;
    const char *person = behind.behind_person ? behind.behind_person : behind.name;
    *out = (struct rd_actor){ .behind = behind.name, .scopes = behind.scopes };
    out->behind_person = actor_plays(kernel, &request->peer, &behind) ? NULL : person;
    actor_from_account(kernel, out, account);
    return RD_OK;
}

enum rd_status rd_actor_of(struct rd_kernel *kernel, const struct rd_request *request,
                           struct rd_actor *out, struct rd_error *error)
{
    if (request->actor) {
        *out = *request->actor;
        return RD_OK;
    }
    enum rd_status status = actor_from_peer(kernel, request, out, error);
    const char *as = rd_map_text(request->params, "as", NULL);
    return status == RD_OK && as ? actor_as(kernel, request, as, out, error) : status;
}

enum rd_status rd_actor_may(struct rd_kernel *kernel, const struct rd_actor *actor,
                            const char *operation, struct rd_error *error)
{
    const struct rd_permission *permission = rd_permission_of(kernel->model, operation);
    if (actor->administrator && !actor->behind)
        return RD_OK;
    uint64_t roles = actor->roles;
    for (size_t i = 0; i < actor->delegator_count; i++)
        roles |= actor->delegators[i]->roles;
    for (size_t i = 0; i < permission->row_count; i++)
        if (permission->rows[i]->from & roles) {
            rd_visit(kernel, permission->rows[i]->spot);
            return RD_OK;
        }
    return rd_error_set(error, RD_NOT_ALLOWED, "no authority row allows %s to %s", operation,
                        actor->name);
}

struct rd_belonging rd_belonging_of(const struct rd_model *model, const struct rd_record_type *type,
                                    const struct rd_record *record)
{
    struct rd_belonging belonging = { .opened_by = record->opened_by, .unit = -1 };
    const struct rd_value *owner =
        type->owner >= 0 ? rd_map_get(&record->data, type->fields[type->owner].name) : NULL;
    const struct rd_value *unit =
        type->unit >= 0 ? rd_map_get(&record->data, type->fields[type->unit].name) : NULL;
    if (rd_value_is(owner, RD_TEXT))
        belonging.owner = owner->text;
    if (rd_value_is(unit, RD_TEXT))
        belonging.unit = rd_unit_find(&model->organisation, unit->text);
    return belonging;
}

/* "needs role handler, reach own (rules/authority.lua:7)" for every row that there is, so that one
 * sees what it would take. */
static void actor_explain(struct rd_kernel *kernel, const struct rd_actor *actor,
                          const struct rd_permission *permission, struct rd_arena *arena,
                          struct rd_error *error)
{
    const struct rd_organisation *organisation = &kernel->model->organisation;
    struct rd_value rows = rd_list();
    for (size_t i = 0; i < permission->row_count; i++) {
        const struct rd_authority_row *row = permission->rows[i];
        struct rd_value item = rd_map(), from = rd_list();
        for (size_t r = 0; r < organisation->role_count; r++)
            if (row->from & (1ull << r))
                rd_list_add(arena, &from, rd_text(organisation->roles[r].name));
        rd_map_add(arena, &item, "rule", rd_text(row->id));
        rd_map_add(arena, &item, "line", rd_text(rd_arena_place(arena, row->file, row->line)));
        rd_map_add(arena, &item, "from", from);
        rd_map_add(arena, &item, "reach", rd_text(rd_reach_name(row->reach)));
        rd_map_add(arena, &item, "reason",
                   rd_text(rd_authority_has_role(row, actor) ? "the record is out of reach"
                                                             : "none of these roles"));
        rd_list_add(arena, &rows, item);
    }
    struct rd_value *detail = rd_arena_zalloc(arena, 1, sizeof *detail);
    *detail = rd_map();
    rd_map_add(arena, detail, "command", rd_text(permission->command));
    rd_map_add(arena, detail, "rows", rows);
    error->detail = detail;
}

/* The first row for these roles that reaches the record; `role` is set where one of them has any.
 */
static const struct rd_authority_row *
actor_row_find(struct rd_kernel *kernel, const struct rd_permission *permission,
               const struct rd_belonging *record, const char *name,
               const struct rd_account *account, uint64_t roles, bool *role)
{
    for (size_t i = 0; i < permission->row_count; i++) {
        const struct rd_authority_row *row = permission->rows[i];
        if (!(row->from & roles))
            continue;
        *role = true;
        if (record &&
            !rd_authority_reaches(&kernel->model->organisation, row, name, account, record))
            continue;
        rd_visit(kernel, row->spot);
        return row;
    }
    return NULL;
}

/* Whose the record is, with the owner's account: also of one who has left, so that his colleagues
 * still see what was his. */
static const struct rd_belonging *actor_belonging(struct rd_kernel *kernel,
                                                  const struct rd_belonging *record,
                                                  struct rd_belonging *out)
{
    if (!record)
        return NULL;
    const char *owner = record->owner ? record->owner : record->opened_by;
    *out = *record;
    if (!out->account && owner)
        out->account = rd_staff_find(kernel, owner);
    return out;
}

const struct rd_authority_row *rd_actor_row_of(struct rd_kernel *kernel,
                                               const struct rd_account *account,
                                               const struct rd_permission *permission,
                                               const struct rd_belonging *record)
{
    struct rd_belonging whose;
    bool role;
    return actor_row_find(kernel, permission, actor_belonging(kernel, record, &whose),
                          account->name, account, account->roles, &role);
}

void rd_actor_stand_in(struct rd_run *run, const struct rd_account *behalf)
{
    if (run->actor.behalf != behalf)
        rd_facts_forget(run);
    run->actor.behalf = behalf;
    if (behalf)
        run->actor.roles |= behalf->roles;
}

const char *rd_actor_right(const struct rd_run *run)
{
    return run->actor.behalf ? run->actor.behalf->name : run->actor.name;
}

const struct rd_authority_row *rd_actor_row(struct rd_kernel *kernel, const struct rd_actor *actor,
                                            const struct rd_permission *permission,
                                            const struct rd_belonging *record,
                                            struct rd_arena *arena, struct rd_error *error)
{
    const struct rd_account *behalf;
    return rd_actor_grant(kernel, actor, permission, record, arena, &behalf, error);
}

const struct rd_authority_row *
rd_actor_grant(struct rd_kernel *kernel, const struct rd_actor *actor,
               const struct rd_permission *permission, const struct rd_belonging *record,
               struct rd_arena *arena, const struct rd_account **behalf, struct rd_error *error)
{
    struct rd_belonging whose;
    bool role = false;
    record = actor_belonging(kernel, record, &whose);
    *behalf = NULL;
    const struct rd_authority_row *row = actor_row_find(kernel, permission, record, actor->name,
                                                        actor->account, actor->roles, &role);
    for (size_t i = 0; !row && i < actor->delegator_count; i++) {
        const struct rd_account *for_whom = actor->delegators[i];
        row = actor_row_find(kernel, permission, record, for_whom->name, for_whom, for_whom->roles,
                             &role);
        *behalf = row ? for_whom : NULL;
    }
    if (row || !error)
        return row;
    if (permission->internal)
        (void)rd_error_set(error, RD_NOT_ALLOWED,
                           "'%s' is internal: timers and other records send it, and nobody may",
                           permission->command);
    else if (permission->row_count == 0)
        (void)rd_error_set(error, RD_NOT_ALLOWED,
                           "no authority row speaks of this command: nobody may");
    else if (role)
        (void)rd_error_set(error, RD_NOT_ALLOWED,
                           "%s may %s, but not on this record: it is out of reach", actor->name,
                           permission->command);
    else
        (void)rd_error_set(error, RD_NOT_ALLOWED, "%s has none of the roles that may %s",
                           actor->name, permission->command);
    actor_explain(kernel, actor, permission, arena, error);
    return NULL;
}
