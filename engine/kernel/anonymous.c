/* Cases that nobody opened: suggestions whose author is not to be found (domain digest, section 14:
 * "truly: no trace of the author is stored").
 *
 *   who asks ─▶ may he? (the one place where he is known) ─▶ RD_ANONYMOUS in his place
 *            ─▶ form, guards, actions, entry: of nobody ─▶ a code, shown once; the record has its
 * hash
 *
 * He is forgotten before the draft is made, so that nothing behind it could write him down: not
 * opened_by, an action that asks for the actor, the row that let him (a role may be one person's),
 * a notice, an error. A refusal is not journalled. What would tie the entry to him is refused: an
 * idempotency key stands under his name, another time is an administrator's.
 */
#include "kernel/inside.h"

#include <sodium.h>
#include <string.h>

#include "domain/normal.h"
#include "domain/secrecy.h"

#define ANONYMOUS_CODE_BYTES 16
#define ANONYMOUS_CODE_TEXT (ANONYMOUS_CODE_BYTES * 2 + ANONYMOUS_CODE_BYTES / 2)

/* Everything but a plain `false`: in doubt he is not named. */
static bool anonymous_is_wanted(const struct rd_record_type *type, const struct rd_value *data)
{
    const struct rd_anonymity *how = type->chart->anonymous;
    const struct rd_value *wish = how ? rd_map_get(data, type->fields[how->when].name) : NULL;
    return how && !(wish && wish->kind == RD_BOOL && !wish->boolean);
}

static enum rd_status anonymous_unbound(const struct rd_run *run)
{
    if (run->lane == RD_LANE_IMPORT)
        return rd_error_set(run->error, RD_INVALID_PARAMS,
                            "an import names its importer: what is anonymous is not imported");
    if (run->key)
        return rd_error_at(run->error, RD_INVALID_PARAMS, "/idempotency_key",
                           "a key is kept under your name: leave it out to stay anonymous");
    if (run->past)
        return rd_error_at(run->error, RD_INVALID_PARAMS, "/at",
                           "another time would tell that an administrator wrote it");
    return RD_OK;
}

/* Rows that ask for more than role and reach ask who it is. */
static bool anonymous_may_by(const struct rd_authority_row *row)
{
    return row->unless_count == 0 && row->other_than_count == 0 && !row->up_to &&
           row->ceiling_count == 0;
}

static enum rd_status anonymous_granted(struct rd_run *run, const struct rd_event *open)
{
    const struct rd_account *behalf;
    enum rd_status status = rd_scope_command(&run->actor, open->permission->command, run->error);
    if (status != RD_OK)
        return status;
    const struct rd_authority_row *row = rd_actor_grant(run->kernel, &run->actor, open->permission,
                                                        NULL, run->arena, &behalf, run->error);
    if (!row)
        return RD_NOT_ALLOWED;
    if (!anonymous_may_by(row))
        return rd_error_at(run->error, RD_NOT_ALLOWED, row->place,
                           "the rule asks more than a role, so nobody may anonymously");
    return RD_OK;
}

enum rd_status rd_anonymous_door(struct rd_run *run, const struct rd_record_type *type,
                                 const struct rd_value *data)
{
    if (!type->chart->anonymous || (!run->anonymous && !anonymous_is_wanted(type, data)))
        return RD_OK;
    if (!run->anonymous) { /* otherwise a back-test, which knows no more than the entry */
        run->anonymous = true;
        enum rd_status status = anonymous_unbound(run);
        if (status == RD_OK)
            status = anonymous_granted(run, &type->chart->open);
        if (status != RD_OK)
            return status;
        run->actor = (struct rd_actor){ .name = RD_ANONYMOUS };
        rd_facts_forget(run);
    }
    rd_run_decided(run, RD_ANONYMOUS, type->chart->file, type->chart->open.line, "allowed",
                   "anonymously");
    return RD_OK;
}

const char *rd_anonymous_hash(const char *code, struct rd_arena *arena)
{
    char *hash = rd_arena_alloc(arena, RD_TOKEN_KEY_TEXT);
    struct rd_value given = rd_text(code);
    rd_token_key(rd_normal_value(RD_NORMAL_CODE, &given, arena).text, hash);
    return hash;
}

/* "5f2c-09ab-…": to be written down by hand. */
static const char *anonymous_code(const struct rd_kernel *kernel, struct rd_arena *arena)
{
    unsigned char bytes[ANONYMOUS_CODE_BYTES];
    char *code = rd_arena_alloc(arena, ANONYMOUS_CODE_TEXT + 1), *at = code;
    rd_draw_bytes(kernel, bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i += 2, at += 5) {
        sodium_bin2hex(at, 5, bytes + i, 2);
        at[4] = '-';
    }
    at[-1] = 0;
    return code;
}

void rd_anonymous_receipt(struct rd_run *run, struct rd_draft *draft)
{
    run->receipt = anonymous_code(run->kernel, run->arena);
    rd_draft_put(run, draft, draft->chart->anonymous->receipt,
                 rd_text(rd_anonymous_hash(run->receipt, run->arena)));
}

enum rd_status rd_anonymous_check(struct rd_run *run, const struct rd_draft *draft)
{
    const struct rd_value *when = rd_draft_at(draft, draft->chart->anonymous->when);
    if (run->anonymous || !when || when->kind != RD_BOOL || !when->boolean)
        return RD_OK;
    return rd_error_set(run->error, RD_POLICY_FAULT,
                        "the rules made a %s that says it is anonymous, and its entry names %s",
                        draft->type->name, run->actor.name);
}
