/* Who asks, and whether he may: the one place below every door in which that is decided.
 *
 * A uid is mapped to an account by the policy; people log in by token. Whoever stands in for
 * somebody has the other's rights beside his own, row by row, and what he does by them names both.
 * Root and the daemon's own uid are administrators of the machine: they may use the operator's
 * methods and act `as` an account, but company commands still need a row that names a role.
 */
#include "kernel/inside.h"

#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "base/pack.h"
#include "store/tables.h"

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

static enum rd_status actor_from_peer(struct rd_kernel *kernel, const struct rd_peer *peer,
                                      struct rd_actor *out, struct rd_error *error)
{
    const struct rd_organisation *organisation = &kernel->model->organisation;
    const struct rd_account *account =
        peer->account ? rd_staff_acting(kernel, peer->account) : NULL;
    *out = (struct rd_actor){ .name = "administrator" };
    if (peer->account && !account)
        return actor_gone(kernel, peer->account, error);
    if (peer->door == RD_DOOR_TCP && !account)
        return rd_error_set(error, RD_NOT_LOGGED_IN, "log in first: session.login with a token");
    out->administrator = peer->door == RD_DOOR_INSIDE ||
                         (peer->door == RD_DOOR_UNIX && (peer->uid == 0 || peer->uid == geteuid()));
    if (!account && peer->door == RD_DOOR_UNIX)
        account = rd_account_by_uid(organisation, peer->uid);
    if (account) {
        actor_from_account(kernel, out, account);
        return RD_OK;
    }
    if (!out->administrator)
        return rd_error_set(error, RD_NOT_LOGGED_IN,
                            "no account has uid %u; log in with session.login, or have the "
                            "uid added to rules/organisation.lua",
                            peer->uid);
    int role = rd_role_find(organisation, "administrator");
    out->roles = role >= 0 ? organisation->roles[role].includes : 0;
    return RD_OK;
}

enum rd_status rd_actor_of(struct rd_kernel *kernel, const struct rd_request *request,
                           struct rd_actor *out, struct rd_error *error)
{
    enum rd_status status = actor_from_peer(kernel, &request->peer, out, error);
    const char *as = rd_map_text(request->params, "as", NULL);
    if (status != RD_OK || !as)
        return status;
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
    *out = (struct rd_actor){ .behind = behind.name, .behind_account = behind.account };
    actor_from_account(kernel, out, account);
    return RD_OK;
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

#define TOKEN_HASH_TEXT 33

/* Tokens are 32 random bytes, shown once in base64; the store knows their hash only (128 bits, in
 * hex: a table's key). */
static void token_hash(const char *token, char out[TOKEN_HASH_TEXT])
{
    unsigned char hash[16];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)token, strlen(token), NULL, 0);
    sodium_bin2hex(out, TOKEN_HASH_TEXT, hash, sizeof hash);
}

enum rd_status rd_method_login(struct rd_kernel *kernel, struct rd_request *request)
{
    char hash[TOKEN_HASH_TEXT];
    const void *bytes;
    size_t len;
    struct rd_value row;
    token_hash(rd_map_text(request->params, "token", ""), hash);
    enum rd_status status =
        rd_store_get(kernel->store, RD_TABLE_ACCOUNT, hash, &bytes, &len, &request->error);
    if (status == RD_OK)
        status = rd_pack_read(request->arena, bytes, len, &row, &request->error);
    if (status == RD_NOT_FOUND || (status == RD_OK && !rd_staff_acting(kernel, row.items[2].text)))
        return rd_error_set(&request->error, RD_NOT_LOGGED_IN, "the token is not valid");
    if (status != RD_OK)
        return status;
    request->result = rd_map();
    rd_map_add(request->arena, &request->result, "account", row.items[2]);
    return RD_OK;
}

enum rd_status rd_method_account_token(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    const char *account = rd_map_text(request->params, "account", "");
    struct rd_actor actor;
    enum rd_status status = rd_actor_of(kernel, request, &actor, &request->error);
    if (status != RD_OK)
        return status;
    if (!rd_staff_acting(kernel, account))
        return rd_error_at(&request->error, RD_NOT_FOUND, "/account", "there is no account '%s'",
                           account);
    unsigned char random[32];
    char hash[TOKEN_HASH_TEXT];
    char token[sodium_base64_ENCODED_LEN(sizeof random, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
    randombytes_buf(random, sizeof random);
    sodium_bin2base64(token, sizeof token, random, sizeof random,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    token_hash(token, hash);
    struct rd_value effect = rd_list(), effects = rd_list();
    rd_list_add(arena, &effect, rd_int(RD_EFFECT_TOKEN));
    rd_list_add(arena, &effect, rd_text_copy(arena, hash, sizeof hash - 1));
    rd_list_add(arena, &effect, rd_text(account));
    rd_list_add(arena, &effects, effect);
    struct rd_command_entry entry = {
        .at_ms = rd_kernel_now_ms(kernel),
        .actor = actor.name,
        .behind = actor.behind,
        .command = "account.token",
        .form = rd_null(),
        .facts = rd_null(),
        .decisions = rd_null(),
        .effects = effects,
        .generation = kernel->generation,
    };
    uint64_t seq;
    if ((status = rd_entry_write(kernel, &entry, &seq, &request->error)) != RD_OK)
        return status;
    request->result = rd_map();
    rd_map_add(arena, &request->result, "account", rd_text(account));
    rd_map_add(arena, &request->result, "token",
               rd_text(rd_arena_copy(arena, token, strlen(token))));
    rd_map_add(arena, &request->result, "seq", rd_int((int64_t)seq));
    return RD_OK;
}
