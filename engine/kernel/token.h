/* Tokens, and what each is for (token.c, scope.c). */
#ifndef RD_KERNEL_TOKEN_H
#define RD_KERNEL_TOKEN_H

#include "domain/authority.h"
#include "kernel/kernel.h"

struct rd_model;
struct rd_run;

/* A token as the store knows it. */
struct rd_token {
    char hash[RD_TOKEN_KEY_TEXT];
    const char *account, *made_by, *label; /* the last two: NULL where nobody said */
    int64_t made_ms, expires_ms, used_ms;  /* 0: not known; never; not yet */
    const struct rd_value *scopes;         /* a list of texts; NULL: whatever the account may */
};
/* The token of this hash, in the arena; RD_NOT_FOUND (without a sentence): there is none, or no
 * longer. */
enum rd_status rd_token_find(struct rd_kernel *kernel, const char *hash, struct rd_arena *arena,
                             struct rd_token *out, struct rd_error *error) RD_MUST_CHECK;
/* RD_NOT_LOGGED_IN where its time is over. */
enum rd_status rd_token_expired(const struct rd_kernel *kernel, const struct rd_token *token,
                                struct rd_error *error) RD_MUST_CHECK;
/* Adds to a plan's effects the end of every token of whoever leaves by it, or comes back: what was
 * given before he left is no good afterwards. Nothing under redo. */
enum rd_status rd_tokens_of_leavers(struct rd_run *run, struct rd_value *effects) RD_MUST_CHECK;
/* The same for accounts that the rules of `next` have no longer, or that nobody had under those in
 * force. */
enum rd_status rd_tokens_of_generation(struct rd_kernel *kernel, const struct rd_model *next,
                                       struct rd_arena *arena, struct rd_value *effects,
                                       struct rd_error *error) RD_MUST_CHECK;
enum rd_status rd_method_login(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_account_token(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_account_tokens(struct rd_kernel *kernel, struct rd_request *request);
enum rd_status rd_method_account_revoke(struct rd_kernel *kernel, struct rd_request *request);

/* What a token is for; its scopes are a list of texts:
 *   "read"           methods that write nothing
 *   "case.list"      this method, or the methods of this operation ("feed.subscribe")
 *   "case.*"         the methods of this noun
 *   "complaint.open" this command, and "complaint.*" those of a record type, by case.open,
 * case.act, record.create and record.update
 */
/* Whether one of them names the method. */
bool rd_scope_has_method(const struct rd_value *scopes, const char *method);
/* Whether the method is one of the four that carry commands, and a scope speaks of commands. */
bool rd_scope_may_have_command(const struct rd_value *scopes, const char *method);
/* RD_OUT_OF_SCOPE where the actor came by a token whose scopes do not have the command. */
enum rd_status rd_scope_command(const struct rd_actor *actor, const char *command,
                                struct rd_error *error) RD_MUST_CHECK;
/* RD_INVALID_PARAMS, at /scopes/N: no such method, operation or record type. */
enum rd_status rd_scope_check(const struct rd_kernel *kernel, const struct rd_value *scopes,
                              struct rd_arena *arena, struct rd_error *error) RD_MUST_CHECK;

#endif
