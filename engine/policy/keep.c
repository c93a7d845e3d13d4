/* What judging a policy found out, as bytes, so that the next start need not judge it again.
 *
 *   hash of the rest │ [ layout, program, hash of the sources, normal form, described functions,
 *                        texts of the files with functions, findings ]
 *
 * The same program finds the same in the same sources, so the normal form is believed; it is no
 * truth of its own, and whoever has it still has the sources. Functions can't be written down:
 * their files are run again, without any check of words, by kept.lua; no bytecode is kept, texts
 * only.
 */
#include "policy/generation.h"

#include <sodium.h>
#include <string.h>

#include "base/limits.h"
#include "base/pack.h"
#include "base/program.h"
#include "domain/model.h"
#include "policy/lua_host.h"
#include "policy/lua_value.h"
#include "policy/prelude_host.h"
#include "policy/sandbox.h"

#define LAYOUT 1
#define HASH_BYTES 32

enum {
    KEPT_LAYOUT,
    KEPT_PROGRAM,
    KEPT_HASH,
    KEPT_NORMAL,
    KEPT_DESCRIBED,
    KEPT_TEXTS,
    KEPT_FINDINGS,
    KEPT_COUNT
};

static void keep_hash(const void *bytes, size_t len, unsigned char out[HASH_BYTES])
{
    int ready = sodium_init();
    RD_ASSERT(ready >= 0);
    crypto_generichash(out, HASH_BYTES, bytes, len, NULL, 0);
}

bool rd_policy_keep(const struct rd_policy *policy, struct rd_buf *out)
{
    char program[RD_PROGRAM_TEXT];
    RD_ASSERT(!policy->is_import);
    if (!rd_program_id(program))
        return false;
    struct rd_value items[KEPT_COUNT] = {
        [KEPT_LAYOUT] = rd_int(LAYOUT),       [KEPT_PROGRAM] = rd_text(program),
        [KEPT_HASH] = rd_text(policy->hash),  [KEPT_NORMAL] = policy->normal,
        [KEPT_DESCRIBED] = policy->described, [KEPT_TEXTS] = policy->texts,
        [KEPT_FINDINGS] = policy->findings,
    };
    struct rd_value all = {
        .kind = RD_LIST, .count = KEPT_COUNT, .cap = KEPT_COUNT, .items = items
    };
    unsigned char hash[HASH_BYTES] = { 0 };
    size_t at = out->len;
    rd_buf_append(out, hash, sizeof(hash));
    rd_pack_write(out, &all);
    keep_hash(out->data + at + HASH_BYTES, out->len - at - HASH_BYTES, hash);
    memcpy(out->data + at, hash, sizeof(hash));
    return true;
}

static bool kept_is(const struct rd_value *items, int at, const char *text)
{
    return items[at].kind == RD_TEXT && strcmp(items[at].text, text) == 0;
}

/* Whether the bytes are whole, and of this program and these sources; fills in the policy then. */
static bool kept_read(struct rd_policy *policy, const void *bytes, size_t len)
{
    unsigned char hash[HASH_BYTES];
    char program[RD_PROGRAM_TEXT];
    struct rd_value all;
    struct rd_error damaged = RD_ERROR_NONE;
    if (len <= HASH_BYTES || !rd_program_id(program))
        return false;
    const char *rest = (const char *)bytes + HASH_BYTES;
    keep_hash(rest, len - HASH_BYTES, hash);
    if (memcmp(hash, bytes, HASH_BYTES) != 0 ||
        rd_pack_read(&policy->arena, rest, len - HASH_BYTES, &all, &damaged) != RD_OK ||
        all.kind != RD_LIST || all.count != KEPT_COUNT)
        return false;
    const struct rd_value *items = all.items;
    if (items[KEPT_LAYOUT].kind != RD_INT || items[KEPT_LAYOUT].integer != LAYOUT ||
        !kept_is(items, KEPT_PROGRAM, program) || !kept_is(items, KEPT_HASH, policy->hash))
        return false;
    policy->normal = items[KEPT_NORMAL];
    policy->described = items[KEPT_DESCRIBED];
    policy->texts = items[KEPT_TEXTS];
    policy->findings = items[KEPT_FINDINGS];
    return policy->normal.kind == RD_MAP && policy->texts.kind == RD_MAP;
}

/* kept.load(texts, workflows, described) gives { functions, cells }. */
static int l_load_kept(lua_State *L)
{
    struct rd_policy *policy = lua_touserdata(L, 1);
    l_value_open(L);
    l_sandbox_open(L);
    l_prelude_use(L, "kept", &policy->zone);
    lua_getfield(L, -1, "load");
    l_value_push(L, &policy->texts, false);
    l_value_push(L, rd_map_list(&policy->normal, "workflows"), false);
    l_value_push(L, &policy->described, false);
    lua_call(L, 3, 1);
    l_policy_functions(L, policy);
    l_prelude_forget(L);
    return 0;
}

static enum rd_status kept_load(struct rd_policy *policy, const void *bytes, size_t len,
                                struct rd_error *error)
{
    if (!kept_read(policy, bytes, len))
        return rd_error_set(error, RD_NOT_FOUND, "nothing is kept of this policy");
    enum rd_status status = rd_lua_host_new(&policy->host, error);
    if (status != RD_OK)
        return status;
    struct rd_error fault = RD_ERROR_NONE;
    if (rd_lua_host_run(policy->host, l_load_kept, policy, &rd_lua_budget_load, &fault) != RD_OK)
        return rd_error_set(error, RD_NOT_FOUND, "what is kept of this policy does not fit: %s",
                            fault.text);
    rd_lua_host_collect_all(policy->host);
    return RD_OK;
}

enum rd_status rd_policy_load_kept(const struct rd_policy_source *sources, size_t count,
                                   const void *bytes, size_t len, struct rd_symbols *symbols,
                                   struct rd_findings *findings, struct rd_policy **out,
                                   struct rd_error *error)
{
    struct rd_policy *policy = rd_policy_new(sources, count);
    enum rd_status status = kept_load(policy, bytes, len, error);
    if (status == RD_OK) {
        rd_policy_findings(policy, findings);
        status = rd_model_build(&policy->normal, symbols, findings, &policy->model, error);
    }
    if (status == RD_OK)
        *out = policy;
    else
        rd_policy_free(policy);
    return status;
}
