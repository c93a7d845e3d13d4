/* Asking the functions of a generation.
 *
 * Purity: an outer local that a function changed would carry state from one call into the next.
 * What the check does not see in the source is seen here: each outer local of a function (its
 * cells) is compared after the call, put back, and reported as a fault. So what a function gives
 * follows from what it reads, and is remembered (memo.h).
 */
#include "domain/pin.h"
#include "domain/model.h"
#include "policy/generation.h"

#include <string.h>

#include <lauxlib.h>

#include "base/limits.h"
#include "base/text.h"
#include "policy/lua_host.h"
#include "policy/lua_value.h"

struct call {
    const struct policy_function *function;
    bool lenient;
    int fn;
    const struct rd_value *facts;
    struct rd_arena *arena;
    struct rd_value *result;
    const char *changed; /* an outer local that was not as before */
};

/* Results of a guard at `base` + 1 and on: a boolean (nil counts as false) and perhaps why it is
 * false, and why it is true. */
static void l_take_guard(lua_State *L, const struct call *call, int base)
{
    int given = lua_gettop(L) - base;
    if (given == 0)
        luaL_error(L, "%s returned nothing; it must return true or false", call->function->what);
    int type = lua_type(L, base + 1);
    if (type != LUA_TBOOLEAN && type != LUA_TNIL)
        luaL_error(L, "%s returned a %s; it must return true or false", call->function->what,
                   luaL_typename(L, base + 1));
    int reasons = given > 2 ? 2 : 1;
    lua_settop(L, base + 1 + reasons);
    *call->result = rd_list();
    rd_list_add(call->arena, call->result, rd_bool(lua_toboolean(L, base + 1)));
    for (int at = base + 2; at <= base + 1 + reasons; at++) {
        struct rd_lua_limits limits = { 1, 2, RD_TEXT_FIELD_BYTES_MAX };
        struct rd_value reason;
        l_value_read(L, at, "the reason", &limits, call->arena, &reason);
        if (reason.kind != RD_NULL && reason.kind != RD_TEXT)
            luaL_error(L, "%s returned a reason that is no text", call->function->what);
        rd_list_add(call->arena, call->result, reason);
    }
}

static int l_call(lua_State *L)
{
    struct call *call = lua_touserdata(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &rd_functions_key);
    lua_rawgeti(L, -1, call->fn);
    int base = lua_gettop(L) - 1;
    l_value_push(L, call->facts, call->lenient);
    lua_call(L, 1, LUA_MULTRET);
    if (call->function->kind == FUNCTION_GUARD) {
        l_take_guard(L, call, base);
        return 0;
    }
    lua_settop(L, base + 1);
    struct rd_lua_limits limits = {
        .depth = RD_MESSAGE_DEPTH_MAX,
        .nodes = RD_LUA_RESULT_NODES_MAX,
        .bytes = RD_MESSAGE_BYTES_MAX,
    };
    l_value_read(L, base + 1, call->function->result, &limits, call->arena, call->result);
    return 0;
}

/* Compares the function's cells (a flat list: owner, number, value, ...) and puts back what was
 * changed. */
static int l_check_cells(lua_State *L)
{
    struct call *call = lua_touserdata(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &rd_cells_key);
    lua_rawgeti(L, -1, call->fn);
    int cells = lua_gettop(L);
    lua_getfield(L, cells, "length");
    lua_Integer count = lua_tointeger(L, -1);
    for (lua_Integer i = 1; i + 2 <= count; i += 3) {
        lua_settop(L, cells);
        lua_rawgeti(L, cells, i);
        lua_rawgeti(L, cells, i + 1);
        int n = (int)lua_tointeger(L, -1);
        lua_rawgeti(L, cells, i + 2);
        const char *name = lua_getupvalue(L, cells + 1, n);
        if (lua_rawequal(L, -1, -2))
            continue;
        call->changed = rd_arena_copy(call->arena, name, strlen(name));
        lua_pop(L, 1);
        lua_setupvalue(L, cells + 1, n);
    }
    return 0;
}

/* Lua cuts long paths to "...the/end.lua:12: why": behind the cut path, or NULL. */
static const char *call_fault_cut(const char *file, const char *text)
{
    const char *colon = strncmp(text, "...", 3) == 0 ? strchr(text, ':') : NULL;
    if (!colon)
        return NULL;
    size_t len = (size_t)(colon - text) - 3, file_len = strlen(file);
    if (len > file_len || strncmp(file + file_len - len, text + 3, len) != 0)
        return NULL;
    return colon;
}

/* Puts the function's place before a sentence that has none. */
static enum rd_status call_fault(const struct policy_function *function, const char *text,
                                 struct rd_error *error)
{
    const char *behind = call_fault_cut(function->file, text);
    if (behind)
        return rd_error_set(error, RD_POLICY_FAULT, "%s%s", function->file, behind);
    size_t len = strlen(function->file);
    if (strncmp(text, function->file, len) == 0 && text[len] == ':')
        return rd_error_set(error, RD_POLICY_FAULT, "%s", text);
    return rd_error_set(error, RD_POLICY_FAULT, "%s:%d: %s", function->file, function->line, text);
}

/* One effect or a list of them becomes a list; each must be what an effect word made. */
static const char *effects_take(struct rd_arena *arena, struct rd_value *result)
{
    static const char *const words[] = { "set",      "start", "send", "link", "tell",
                                         "deadline", "stop",  "each", "post", "reverse" };
    if (result->kind == RD_NULL)
        *result = rd_list();
    if (result->kind == RD_MAP) {
        struct rd_value list = rd_list();
        rd_list_add(arena, &list, *result);
        *result = list;
    }
    if (result->kind != RD_LIST)
        return "returned something that is no effect";
    for (uint32_t i = 0; i < result->count; i++) {
        const char *effect = rd_map_text(&result->items[i], "effect", "");
        bool known = false;
        for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++)
            known |= rd_text_same(effect, words[w]);
        if (!known)
            return "returned something that is no effect (set, start, send, link, tell, deadline, "
                   "stop)";
    }
    if (result->count > RD_PLAN_EFFECTS_MAX)
        return "returned too many effects";
    return NULL;
}

/* What is learnt has the members of its effects under the program's own words, so that whoever
 * carries them out again finds them by where these lie. Names of fields stay as they are. */
static void effects_name(struct rd_value *effects)
{
    static const char *const MEMBERS[] = {
        "effect", "data", "type",  "link",     "event", "form",
        "to",     "text", "limit", "template", "name",  "clock"
    };
    for (uint32_t i = 0; effects->kind == RD_LIST && i < effects->count; i++) {
        struct rd_value *effect = &effects->items[i];
        for (uint32_t k = 0; effect->kind == RD_MAP && k < effect->count; k++)
            for (size_t m = 0; m < sizeof MEMBERS / sizeof *MEMBERS; m++)
                if (strcmp(effect->pairs[k].key, MEMBERS[m]) == 0)
                    effect->pairs[k].key = MEMBERS[m];
    }
}

/* Enters the function and judges what it did to its outer locals. */
static enum rd_status call_enter(struct rd_policy *policy, struct call *call,
                                 struct rd_error *error)
{
    const struct policy_function *function = call->function;
    struct rd_error fault;
    enum rd_status status =
        rd_lua_host_run(policy->host, l_call, call, &rd_lua_budget_call, &fault);
    if (function->has_cells) {
        struct rd_error broken = RD_ERROR_NONE;
        enum rd_status checked =
            rd_lua_host_run(policy->host, l_check_cells, call, &rd_lua_budget_call, &broken);
        RD_ASSERT(checked == RD_OK);
    }
    if (status != RD_OK)
        return call_fault(function, fault.text, error);
    if (call->changed)
        return rd_error_set(
            error, RD_POLICY_FAULT,
            "%s:%d: %s changed '%s', which outlives the call: functions must be pure",
            function->file, function->line, function->what, call->changed);
    const char *why =
        function->kind == FUNCTION_ACTION ? effects_take(call->arena, call->result) : NULL;
    if (why)
        return rd_error_set(error, RD_POLICY_FAULT, "%s:%d: %s %s", function->file, function->line,
                            function->what, why);
    return RD_OK;
}

/* The same, watched, so that the next call that reads the same needs not be made. */
static enum rd_status call_learn(struct rd_policy *policy, struct call *call, struct rd_memo *memo,
                                 struct rd_error *error)
{
    struct rd_trace trace;
    rd_trace_begin(&trace, call->facts);
    rd_lua_host_set_trace(policy->host, &trace);
    enum rd_status status = call_enter(policy, call, error);
    rd_lua_host_set_trace(policy->host, NULL);
    if (status == RD_OK && call->function->kind == FUNCTION_ACTION)
        effects_name(call->result);
    if (status == RD_OK)
        rd_memo_learn(memo, &policy->memory, policy->model ? policy->model->symbols : NULL, &trace,
                      call->result);
    return status;
}

enum rd_status rd_policy_call(struct rd_policy *policy, int fn, const struct rd_value *facts,
                              struct rd_arena *arena, struct rd_value *result,
                              struct rd_error *error)
{
    if (fn > RD_PIN_FN_STEP) { /* of a workflow that older cases keep */
        RD_ASSERT((size_t)(fn / RD_PIN_FN_STEP) <= policy->pinned_count);
        policy = policy->pinned[fn / RD_PIN_FN_STEP - 1];
        fn %= RD_PIN_FN_STEP;
    }
    RD_ASSERT(fn >= 1 && fn <= policy->function_count);
    struct policy_function *function = &policy->functions[fn - 1];
    struct call call = {
        .function = function,
        .lenient = policy->is_import,
        .fn = fn,
        .facts = facts,
        .arena = arena,
        .result = result,
    };
    if (!policy->is_import && rd_memo_recall(&function->memo, facts, result))
        return RD_OK;
    *result = rd_null();
    if (!policy->is_import && rd_memo_learns(&function->memo, &policy->memory))
        return call_learn(policy, &call, &function->memo, error);
    return call_enter(policy, &call, error);
}
