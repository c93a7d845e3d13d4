/* Tokens: how an account logs in where no uid tells who it is.
 *
 *   account.token ─▶ 32 random bytes, shown once ─▶ hash ─▶ row { account, until, scopes, used }
 *   session.login ─▶ hash ─▶ row ─▶ the session keeps the key ─▶ looked at with each request
 *   account.revoke ─▶ the row goes, and with the next request whoever came by it
 *   the account is closed, or opened again ─▶ all its rows go
 *
 * The token itself is nowhere: not in the journal, not in the store, not in the log. What has so
 * much chance in it need not be hashed slowly. A log-in is journalled when it is the token's first
 * in an hour, a failed one as far as a bounded number an hour goes: nobody can fill the journal
 * from outside.
 */
#include "kernel/inside.h"

#include <sodium.h>
#include <string.h>

#include "base/log.h"
#include "base/pack.h"
#include "base/text.h"
#include "store/tables.h"

#define TOKEN_BYTES 32
#define TOKEN_ID_DIGITS 16
#define TOKEN_PREFIX "redress_" /* so that who finds one in a file knows what it is */
#define TOKEN_DAY_MS 86400000ll

void rd_token_key(const char *token, char out[RD_TOKEN_KEY_TEXT])
{
    unsigned char hash[(RD_TOKEN_KEY_TEXT - 1) / 2];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)token, strlen(token), NULL, 0);
    sodium_bin2hex(out, RD_TOKEN_KEY_TEXT, hash, sizeof hash);
}

/* ---- rows ---- */

static const char *token_text(const struct rd_value *row, uint32_t at)
{
    return at < row->count && row->items[at].kind == RD_TEXT ? row->items[at].text : NULL;
}

static int64_t token_int(const struct rd_value *row, uint32_t at)
{
    return at < row->count && row->items[at].kind == RD_INT ? row->items[at].integer : 0;
}

static enum rd_status token_unpack(struct rd_arena *arena, const void *bytes, size_t len,
                                   struct rd_token *out, struct rd_error *error)
{
    struct rd_value *row = rd_arena_zalloc(arena, 1, sizeof *row);
    enum rd_status status = rd_pack_read(arena, bytes, len, row, error);
    if (status != RD_OK)
        return status;
    const char *hash = token_text(row, 1);
    if (!hash || strlen(hash) != RD_TOKEN_KEY_TEXT - 1 || !token_text(row, 2))
        return rd_error_set(error, RD_CORRUPT, "a token's row is none");
    *out = (struct rd_token){ .account = token_text(row, 2),
                              .made_ms = token_int(row, 3),
                              .made_by = token_text(row, 4),
                              .expires_ms = token_int(row, 5),
                              .label = token_text(row, 7),
                              .used_ms = token_int(row, RD_TOKEN_MADE) };
    memcpy(out->hash, hash, RD_TOKEN_KEY_TEXT);
    if (row->count > 6 && row->items[6].kind == RD_LIST)
        out->scopes = &row->items[6];
    return RD_OK;
}

enum rd_status rd_token_find(struct rd_kernel *kernel, const char *hash, struct rd_arena *arena,
                             struct rd_token *out, struct rd_error *error)
{
    const void *bytes;
    size_t len;
    enum rd_status status =
        rd_store_get(kernel->store, RD_TABLE_ACCOUNT, hash, &bytes, &len, error);
    return status == RD_OK ? token_unpack(arena, bytes, len, out, error) : status;
}

enum rd_status rd_token_expired(const struct rd_kernel *kernel, const struct rd_token *token,
                                struct rd_error *error)
{
    if (token->expires_ms == 0 || rd_kernel_now_ms(kernel) < token->expires_ms)
        return RD_OK;
    char until[RD_TIME_TEXT_MAX];
    rd_time_write(token->expires_ms, until);
    return rd_error_set(error, RD_NOT_LOGGED_IN, "the token was good until %s: ask for a new one",
                        until);
}

/* ---- entries ---- */

static struct rd_command_entry token_entry(const struct rd_kernel *kernel,
                                           const struct rd_actor *actor, const char *command,
                                           struct rd_value effects)
{
    return (struct rd_command_entry){
        .at_ms = rd_kernel_now_ms(kernel),
        .actor = actor->name,
        .behind = actor->behind,
        .command = command,
        .form = rd_null(),
        .facts = rd_null(),
        .decisions = rd_null(),
        .effects = effects,
        .generation = kernel->generation,
    };
}

/* [kind, hash] */
static struct rd_value token_effect(struct rd_arena *arena, enum rd_effect_kind kind,
                                    const char *hash)
{
    struct rd_value effect = rd_list();
    rd_list_add(arena, &effect, rd_int(kind));
    rd_list_add(arena, &effect, rd_text_copy(arena, hash, RD_TOKEN_KEY_TEXT - 1));
    return effect;
}

/* ---- logging in ---- */

/* That it was used, to the hour. Where it can't be written (a full disk), he is let in all the
 * same: reads go on. */
static void token_used(struct rd_kernel *kernel, struct rd_arena *arena,
                       const struct rd_token *token)
{
    const struct rd_actor actor = { .name = token->account };
    int64_t now_ms = rd_kernel_now_ms(kernel);
    struct rd_error error = RD_ERROR_NONE;
    uint64_t seq;
    if (token->used_ms && now_ms - token->used_ms < RD_TOKEN_USED_MS && now_ms >= token->used_ms)
        return;
    struct rd_value effect = token_effect(arena, RD_EFFECT_TOKEN_USED, token->hash),
                    effects = rd_list();
    rd_list_add(arena, &effect, rd_int(now_ms));
    rd_list_add(arena, &effects, effect);
    struct rd_command_entry entry = token_entry(kernel, &actor, "session.login", effects);
    if (rd_entry_write(kernel, &entry, &seq, &error) != RD_OK)
        rd_log(RD_LOG_WARN, "kernel", "a log-in could not be journalled: %s", error.text);
}

/* A failed log-in, and how many before it nobody wrote down. */
static void token_failed(struct rd_kernel *kernel, const struct rd_request *request)
{
    struct rd_error error = RD_ERROR_NONE;
    const char *from = request->peer.address ? request->peer.address : "this machine";
    static const struct rd_meter_rule RULE = { RD_LOGIN_FAILURES_TOLD, RD_LOGIN_FAILURE_TOLD_MS };
    uint64_t seq, untold;
    if (rd_meter_take(&kernel->told, "", RULE, 1, rd_kernel_now_ms(kernel), &untold) > 0)
        return;
    const struct rd_actor nobody = { .name = NULL };
    struct rd_value facts = rd_map();
    rd_map_add(request->arena, &facts, "address", rd_text(from));
    rd_map_add(request->arena, &facts, "untold", rd_int((int64_t)untold));
    struct rd_command_entry entry = token_entry(kernel, &nobody, "session.login", rd_list());
    entry.facts = facts;
    entry.refused = rd_status_name(request->error.status);
    entry.reason = request->error.text;
    if (rd_entry_write(kernel, &entry, &seq, &error) != RD_OK)
        rd_log(RD_LOG_WARN, "kernel", "a failed log-in could not be journalled: %s", error.text);
}

static enum rd_status token_log_in(struct rd_kernel *kernel, struct rd_request *request,
                                   struct rd_token *token)
{
    char hash[RD_TOKEN_KEY_TEXT];
    rd_token_key(rd_map_text(request->params, "token", ""), hash);
    enum rd_status status = rd_token_find(kernel, hash, request->arena, token, &request->error);
    if (status == RD_NOT_FOUND || (status == RD_OK && !rd_staff_acting(kernel, token->account)))
        return rd_error_set(&request->error, RD_NOT_LOGGED_IN, "the token is not valid");
    return status == RD_OK ? rd_token_expired(kernel, token, &request->error) : status;
}

static struct rd_value token_until(const struct rd_token *token, struct rd_arena *arena)
{
    return token->expires_ms ? rd_show_time(token->expires_ms, arena) : rd_null();
}

enum rd_status rd_method_login(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    struct rd_token token;
    enum rd_status status = token_log_in(kernel, request, &token);
    if (status == RD_NOT_LOGGED_IN)
        token_failed(kernel, request);
    if (status != RD_OK)
        return status;
    token_used(kernel, arena, &token);
    request->result = rd_map();
    rd_map_add(arena, &request->result, "account", rd_text(token.account));
    rd_map_add(arena, &request->result, "expires_at", token_until(&token, arena));
    rd_map_add(arena, &request->result, "scopes", token.scopes ? *token.scopes : rd_null());
    return RD_OK;
}

/* ---- making one ---- */

static enum rd_status token_expiry(const struct rd_kernel *kernel, struct rd_request *request,
                                   int64_t *expires_ms)
{
    const struct rd_value *days = rd_map_get(request->params, "days");
    const char *expires = rd_map_text(request->params, "expires", NULL);
    int64_t now_ms = rd_kernel_now_ms(kernel),
            count = rd_map_int(request->params, "days", RD_TOKEN_DAYS_DEFAULT);
    if (rd_value_is(days, RD_INT) && expires)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/expires",
                           "give either days or expires");
    if (count < 0 || count > RD_TOKEN_DAYS_MAX)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/days",
                           "a token is good for 1 to %d days, or 0: for ever", RD_TOKEN_DAYS_MAX);
    *expires_ms = count ? now_ms + count * TOKEN_DAY_MS : 0;
    if (expires && !rd_time_read(expires, expires_ms))
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/expires",
                           "expires is a time such as 2026-12-31T18:00:00+08:00");
    if (*expires_ms && *expires_ms <= now_ms)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/expires",
                           "a token that is over already is of no use");
    return RD_OK;
}

static enum rd_status token_check(const struct rd_kernel *kernel, struct rd_request *request)
{
    const char *account = rd_map_text(request->params, "account", ""),
               *label = rd_map_text(request->params, "label", "");
    const struct rd_value *scopes = rd_map_get(request->params, "scopes");
    if (!rd_staff_acting(kernel, account))
        return rd_error_at(&request->error, RD_NOT_FOUND, "/account", "there is no account '%s'",
                           account);
    if (strlen(label) > RD_TOKEN_LABEL_BYTES_MAX)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/label",
                           "a label has at most %d bytes", RD_TOKEN_LABEL_BYTES_MAX);
    return rd_value_is(scopes, RD_LIST)
               ? rd_scope_check(kernel, scopes, request->arena, &request->error)
               : RD_OK;
}

static struct rd_value token_made(const struct rd_request *request, const struct rd_actor *actor,
                                  const char *hash, int64_t now_ms, int64_t expires_ms)
{
    struct rd_arena *arena = request->arena;
    const struct rd_value *scopes = rd_map_get(request->params, "scopes"),
                          *label = rd_map_get(request->params, "label");
    struct rd_value effect = token_effect(arena, RD_EFFECT_TOKEN, hash), effects = rd_list();
    rd_list_add(arena, &effect, rd_text(rd_map_text(request->params, "account", "")));
    rd_list_add(arena, &effect, rd_int(now_ms));
    rd_list_add(arena, &effect, rd_text(actor->name));
    rd_list_add(arena, &effect, rd_int(expires_ms));
    rd_list_add(arena, &effect, rd_value_is(scopes, RD_LIST) ? *scopes : rd_null());
    rd_list_add(arena, &effect, rd_value_is(label, RD_TEXT) ? *label : rd_null());
    RD_ASSERT(effect.count == RD_TOKEN_MADE);
    rd_list_add(arena, &effects, effect);
    return effects;
}

static const char *token_new(struct rd_arena *arena)
{
    unsigned char random[TOKEN_BYTES];
    char text[sodium_base64_ENCODED_LEN(TOKEN_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
    randombytes_buf(random, sizeof random);
    sodium_bin2base64(text, sizeof text, random, sizeof random,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    const char *token = rd_arena_join(arena, TOKEN_PREFIX, text);
    sodium_memzero(random, sizeof random);
    sodium_memzero(text, sizeof text);
    return token;
}

enum rd_status rd_method_account_token(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    struct rd_actor actor;
    int64_t expires_ms;
    uint64_t seq;
    enum rd_status status = rd_actor_of(kernel, request, &actor, &request->error);
    if (status == RD_OK)
        status = token_check(kernel, request);
    if (status == RD_OK)
        status = token_expiry(kernel, request, &expires_ms);
    if (status != RD_OK)
        return status;
    char hash[RD_TOKEN_KEY_TEXT];
    const char *token = token_new(arena);
    rd_token_key(token, hash);
    struct rd_command_entry entry =
        token_entry(kernel, &actor, "account.token",
                    token_made(request, &actor, hash, rd_kernel_now_ms(kernel), expires_ms));
    if ((status = rd_entry_write(kernel, &entry, &seq, &request->error)) != RD_OK)
        return status;
    struct rd_token made = { .expires_ms = expires_ms };
    request->result = rd_map();
    rd_map_add(arena, &request->result, "account", *rd_map_get(request->params, "account"));
    rd_map_add(arena, &request->result, "token", rd_text(token));
    rd_map_add(arena, &request->result, "id", rd_text_copy(arena, hash, TOKEN_ID_DIGITS));
    rd_map_add(arena, &request->result, "expires_at", token_until(&made, arena));
    rd_map_add(arena, &request->result, "seq", rd_int((int64_t)seq));
    return RD_OK;
}

/* ---- which there are ---- */

static const char *token_state(struct rd_kernel *kernel, const struct rd_token *token)
{
    if (token->expires_ms && token->expires_ms <= rd_kernel_now_ms(kernel))
        return "expired";
    return rd_staff_acting(kernel, token->account) ? "good" : "closed";
}

static struct rd_value token_show(struct rd_kernel *kernel, const struct rd_token *token,
                                  struct rd_arena *arena)
{
    struct rd_value shown = rd_map();
    rd_map_add(arena, &shown, "id", rd_text_copy(arena, token->hash, TOKEN_ID_DIGITS));
    rd_map_add(arena, &shown, "account", rd_text(token->account));
    rd_map_add(arena, &shown, "state", rd_text(token_state(kernel, token)));
    rd_map_add(arena, &shown, "expires_at", token_until(token, arena));
    rd_map_add(arena, &shown, "used_at",
               token->used_ms ? rd_show_time(token->used_ms, arena) : rd_null());
    rd_map_add(arena, &shown, "scopes", token->scopes ? *token->scopes : rd_null());
    rd_map_add(arena, &shown, "label", token->label ? rd_text(token->label) : rd_null());
    rd_map_add(arena, &shown, "made_at",
               token->made_ms ? rd_show_time(token->made_ms, arena) : rd_null());
    rd_map_add(arena, &shown, "made_by", token->made_by ? rd_text(token->made_by) : rd_null());
    return shown;
}

/* A key of digits and zeros behind them: where the walk begins. False: these are no such digits. */
static bool token_from(const char *digits, char out[RD_TOKEN_KEY_TEXT])
{
    size_t len = strlen(digits);
    if (len >= RD_TOKEN_KEY_TEXT || strspn(digits, "0123456789abcdef") != len)
        return false;
    memset(out, '0', RD_TOKEN_KEY_TEXT - 1);
    out[RD_TOKEN_KEY_TEXT - 1] = '\0';
    memcpy(out, digits, len);
    return true;
}

enum rd_status rd_method_account_tokens(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    struct rd_value tokens = rd_list(), cursor = rd_null();
    const char *account = rd_map_text(request->params, "account", NULL);
    int64_t limit = rd_map_int(request->params, "limit", RD_LIST_LIMIT_DEFAULT);
    char from[RD_TOKEN_KEY_TEXT];
    struct rd_walk walk;
    if (limit < 1 || limit > RD_LIST_LIMIT_MAX)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/limit",
                           "limit lies between 1 and %d", RD_LIST_LIMIT_MAX);
    if (!token_from(rd_map_text(request->params, "cursor", ""), from))
        return rd_error_at(&request->error, RD_BAD_CURSOR, "/cursor",
                           "the cursor is not one of this list");
    enum rd_status status =
        rd_walk_start(&walk, kernel->store, RD_TABLE_ACCOUNT, from, false, &request->error);
    for (int looked = 0; status == RD_OK; looked++) {
        struct rd_token token;
        if (looked == RD_LIST_SCAN_MAX || tokens.count == (uint32_t)limit) {
            cursor = rd_text_copy(arena, walk.key, RD_TOKEN_KEY_TEXT - 1);
            break;
        }
        status = token_unpack(arena, walk.bytes, walk.len, &token, &request->error);
        if (status == RD_OK && (!account || strcmp(token.account, account) == 0))
            rd_list_add(arena, &tokens, token_show(kernel, &token, arena));
        if (status == RD_OK)
            status = rd_walk_next(&walk, &request->error);
    }
    rd_walk_end(&walk);
    if (status != RD_OK && status != RD_END)
        return status;
    request->result = rd_map();
    rd_map_add(arena, &request->result, "tokens", tokens);
    rd_map_add(arena, &request->result, "cursor", cursor);
    return RD_OK;
}

/* ---- ending them ---- */

/* Which tokens are meant, and how many at most are ended at once (0: all). */
struct token_pick {
    const char *digits; /* with which they begin */
    bool (*is_meant)(const struct rd_kernel *kernel, const void *context, const char *account);
    const void *context;
    uint32_t max;
};

static bool token_is_of(const struct rd_kernel *kernel, const void *context, const char *account)
{
    (void)kernel;
    return !context || strcmp(account, context) == 0;
}

/* Adds the end of each token that is meant; *more: the most was reached. */
static enum rd_status token_ends(struct rd_kernel *kernel, const struct token_pick *pick,
                                 struct rd_arena *arena, struct rd_value *effects, bool *more,
                                 struct rd_error *error)
{
    char from[RD_TOKEN_KEY_TEXT];
    struct rd_walk walk;
    size_t len = strlen(pick->digits);
    uint32_t before = effects->count;
    *more = false;
    if (!token_from(pick->digits, from))
        return RD_OK;
    enum rd_status status =
        rd_walk_start(&walk, kernel->store, RD_TABLE_ACCOUNT, from, false, error);
    while (status == RD_OK && memcmp(walk.key, from, len) == 0 && !*more) {
        struct rd_token token;
        struct rd_arena aside; /* there may be many that are not meant */
        rd_arena_init(&aside);
        status = token_unpack(&aside, walk.bytes, walk.len, &token, error);
        if (status == RD_OK && pick->is_meant(kernel, pick->context, token.account))
            rd_list_add(arena, effects, token_effect(arena, RD_EFFECT_TOKEN_END, token.hash));
        rd_arena_fini(&aside);
        *more = pick->max && effects->count - before == pick->max;
        if (status == RD_OK)
            status = rd_walk_next(&walk, error);
    }
    rd_walk_end(&walk);
    return status == RD_END ? RD_OK : status;
}

/* Whether somebody comes or goes by this change of his staff record. A record that is new had no
 * token yet: a login is never given twice. */
static bool token_draft_turns(const struct rd_staff *staff, const struct rd_draft *draft)
{
    return staff->type && draft->type == staff->type && draft->changed && !draft->fresh &&
           rd_staff_is_working(staff, draft->stored.state) !=
               rd_staff_is_working(staff, draft->record.state);
}

enum rd_status rd_tokens_of_leavers(struct rd_run *run, struct rd_value *effects)
{
    const struct rd_staff *staff = &run->model->staff;
    enum rd_status status = RD_OK;
    for (size_t i = 0; !run->kernel->redo && status == RD_OK && i < run->draft_count; i++) {
        const struct rd_draft *draft = run->drafts[i];
        bool more;
        if (!token_draft_turns(staff, draft))
            continue;
        const struct rd_value *login =
            rd_draft_get(draft, rd_staff_field_name(staff, RD_STAFF_ACCOUNT));
        if (!rd_value_is(login, RD_TEXT))
            continue;
        status = token_ends(run->kernel, &(struct token_pick){ "", token_is_of, login->text, 0 },
                            run->arena, effects, &more, run->error);
    }
    return status;
}

/* Whether nobody may act by this name under one of the two: the rules in force, and `context`. */
static bool token_is_turned(const struct rd_kernel *kernel, const void *context,
                            const char *account)
{
    const struct rd_model *next = context;
    const struct rd_account *now = rd_staff_acting(kernel, account);
    bool stays = now && now->record && next->staff.type;
    return !now || !(stays || rd_account_find(&next->organisation, account));
}

enum rd_status rd_tokens_of_generation(struct rd_kernel *kernel, const struct rd_model *next,
                                       struct rd_arena *arena, struct rd_value *effects,
                                       struct rd_error *error)
{
    bool more;
    return kernel->model ? token_ends(kernel, &(struct token_pick){ "", token_is_turned, next, 0 },
                                      arena, effects, &more, error)
                         : RD_OK;
}

enum rd_status rd_method_account_revoke(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    struct rd_actor actor;
    struct rd_value effects = rd_list();
    const char *id = rd_map_text(request->params, "id", NULL),
               *account = rd_map_text(request->params, "account", NULL);
    bool more;
    uint64_t seq = 0;
    if (!id == !account)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/id",
                           "give either the id of a token or an account");
    if (id && strlen(id) != TOKEN_ID_DIGITS)
        return rd_error_at(&request->error, RD_NOT_FOUND, "/id", "there is no token '%.40s'", id);
    enum rd_status status = rd_actor_of(kernel, request, &actor, &request->error);
    if (status == RD_OK)
        status = token_ends(
            kernel, &(struct token_pick){ id ? id : "", token_is_of, account, RD_LIST_LIMIT_MAX },
            arena, &effects, &more, &request->error);
    if (status == RD_OK && id && effects.count == 0)
        return rd_error_at(&request->error, RD_NOT_FOUND, "/id", "there is no token '%s'", id);
    struct rd_command_entry entry = token_entry(kernel, &actor, "account.revoke", effects);
    entry.form = *request->params;
    if (status == RD_OK && effects.count > 0)
        status = rd_entry_write(kernel, &entry, &seq, &request->error);
    if (status != RD_OK)
        return status;
    request->result = rd_map();
    rd_map_add(arena, &request->result, "revoked", rd_int(effects.count));
    rd_map_add(arena, &request->result, "more", rd_bool(more));
    rd_map_add(arena, &request->result, "seq", rd_int((int64_t)seq));
    return RD_OK;
}
