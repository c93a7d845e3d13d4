/* Generations: loading a policy, keeping it, asking its functions.
 *
 *   sources ─▶ prelude (Lua, behind the door) ─▶ findings
 *                                             └▶ normal form (C values) ─▶ rd_model_build ─▶ model
 *                                             └▶ functions: a list in the registry, called by index
 *
 * After loading, the prelude is forgotten: the state holds the company's functions and what they
 * refer to, nothing else. Purity: an outer local that a function changed would carry state from one
 * call into the next. What the check does not see in the source is seen here: each outer local of a
 * function (its cells) is compared after the call, put back, and reported as a fault.
 */
#include "policy/policy.h"

#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "base/limits.h"
#include "domain/model.h"
#include "domain/zone.h"
#include "policy/lua_host.h"
#include "policy/lua_value.h"
#include "policy/memo.h"
#include "policy/prelude_host.h"
#include "policy/sandbox.h"

static const char functions_key, cells_key;

enum function_kind { FUNCTION_GUARD, FUNCTION_ACTION, FUNCTION_IMPORT };

struct policy_function {
    enum function_kind kind;
    const char *what;   /* "guard 'is_upheld'" */
    const char *result; /* "the result of guard 'is_upheld'" */
    const char *file;
    int line;
    bool has_cells; /* refers to outer locals */
    struct rd_memo memo;
};

struct rd_policy {
    struct rd_lua_host *host;
    struct rd_arena arena;
    struct rd_arena memory; /* of the functions' memos */
    struct rd_value normal;
    struct rd_model *model;
    struct rd_zone *zone; /* of an import */
    struct policy_function *functions;
    int function_count;
    bool is_import;
    char hash[RD_POLICY_HASH_TEXT];
};

/* What a loading hands to its body and gets back from it. */
struct loading {
    struct rd_policy *policy;
    const struct rd_policy_source *sources;
    size_t count;
    struct rd_findings *findings;
};

/* ---- loading ---- */

static void l_push_sources(lua_State *L, const struct loading *loading)
{
    lua_createtable(L, (int)loading->count, 0);
    for (size_t i = 0; i < loading->count; i++) {
        lua_createtable(L, 0, 2);
        lua_pushstring(L, loading->sources[i].path);
        lua_setfield(L, -2, "path");
        lua_pushlstring(L, loading->sources[i].text, loading->sources[i].len);
        lua_setfield(L, -2, "text");
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

static void l_read_member(lua_State *L, struct rd_policy *policy, const char *name,
                          struct rd_value *out)
{
    struct rd_lua_limits limits = {
        .depth = RD_MESSAGE_DEPTH_MAX,
        .nodes = RD_LUA_NORMAL_NODES_MAX,
        .bytes = RD_LUA_NORMAL_BYTES_MAX,
    };
    lua_getfield(L, -1, name);
    l_value_read(L, -1, "the policy", &limits, &policy->arena, out);
    lua_pop(L, 1);
}

static void findings_take(struct rd_findings *findings, const struct rd_value *list)
{
    for (uint32_t i = 0; list->kind == RD_LIST && i < list->count; i++) {
        const struct rd_value *item = &list->items[i];
        const char *file = rd_map_text(item, "file", ""), *text = rd_map_text(item, "text", "");
        int line = (int)rd_map_int(item, "line", 0);
        if (rd_map_bool(item, "warning", false))
            rd_finding_warning(findings, file, line, "%s", text);
        else
            rd_finding_error(findings, file, line, "%s", text);
    }
}

static enum function_kind function_kind(const char *name)
{
    if (strcmp(name, "guard") == 0)
        return FUNCTION_GUARD;
    return strcmp(name, "action") == 0 ? FUNCTION_ACTION : FUNCTION_IMPORT;
}

/* The prelude's list of { kind, what, file, line, has_cells } beside the lists of functions and
 * cells themselves. */
static void functions_take(struct rd_policy *policy, const struct rd_value *list)
{
    policy->function_count = (int)list->count;
    policy->functions =
        rd_arena_zalloc(&policy->arena, list->count + 1, sizeof(*policy->functions));
    for (uint32_t i = 0; i < list->count; i++) {
        const struct rd_value *item = &list->items[i];
        const char *what = rd_map_text(item, "what", "function");
        policy->functions[i] = (struct policy_function){
            .kind = function_kind(rd_map_text(item, "kind", "")),
            .what = what,
            .result = rd_arena_printf(&policy->arena, "the result of %s", what),
            .file = rd_map_text(item, "file", ""),
            .line = (int)rd_map_int(item, "line", 0),
            .has_cells = rd_map_bool(item, "has_cells", false),
        };
    }
}

/* Keeps the member `name` of the table at the top in the registry. */
static void l_keep(lua_State *L, const char *name, const void *key)
{
    lua_getfield(L, -1, name);
    luaL_checktype(L, -1, LUA_TTABLE);
    lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

/* main.load(sources) gives { findings, normal, described, functions, cells }; without normal where
 * there were errors. */
static int l_load(lua_State *L)
{
    struct loading *loading = lua_touserdata(L, 1);
    struct rd_policy *policy = loading->policy;
    l_value_open(L);
    l_sandbox_open(L);
    l_prelude_use(L, "main", &policy->zone);
    lua_getfield(L, -1, policy->is_import ? "load_import" : "load");
    l_push_sources(L, loading);
    lua_call(L, 1, 1);
    struct rd_value list;
    l_read_member(L, policy, "findings", &list);
    findings_take(loading->findings, &list);
    l_read_member(L, policy, "normal", &policy->normal);
    l_read_member(L, policy, "described", &list);
    functions_take(policy, &list);
    l_keep(L, "functions", &functions_key);
    l_keep(L, "cells", &cells_key);
    l_prelude_forget(L);
    return 0;
}

/* A file that used up the budget or broke the prelude: "FILE:LINE: why" becomes a finding like any
 * other. */
static void loading_fault(const struct loading *loading, const char *text)
{
    for (size_t i = 0; i < loading->count; i++) {
        const char *path = loading->sources[i].path;
        size_t len = strlen(path);
        if (strncmp(text, path, len) != 0 || text[len] != ':')
            continue;
        char *end;
        long line = strtol(text + len + 1, &end, 10);
        if (strncmp(end, ": ", 2) == 0) {
            rd_finding_error(loading->findings, path, (int)line, "%s", end + 2);
            return;
        }
    }
    rd_finding_error(loading->findings, loading->count == 1 ? loading->sources[0].path : "rules", 0,
                     "the check could not be finished: %s", text);
}

static enum rd_status policy_check_failed(const struct loading *loading, struct rd_error *error)
{
    size_t errors = loading->findings->errors;
    return rd_error_set(error, RD_CHECK_FAILED, "the policy has %zu error%s", errors,
                        errors == 1 ? "" : "s");
}

static enum rd_status policy_load_state(struct loading *loading, struct rd_error *error)
{
    struct rd_policy *policy = loading->policy;
    size_t errors_before = loading->findings->errors;
    enum rd_status status = rd_lua_host_new(&policy->host, error);
    if (status != RD_OK)
        return status;
    struct rd_error fault = RD_ERROR_NONE;
    if (rd_lua_host_run(policy->host, l_load, loading, &rd_lua_budget_load, &fault) != RD_OK)
        loading_fault(loading, fault.text);
    if (loading->findings->errors > errors_before)
        return policy_check_failed(loading, error);
    RD_ASSERT(policy->normal.kind == RD_MAP);
    rd_lua_host_collect_all(policy->host);
    return RD_OK;
}

static struct rd_policy *policy_new(void)
{
    struct rd_policy *policy = calloc(1, sizeof(*policy));
    RD_ASSERT(policy != NULL);
    rd_arena_init(&policy->arena);
    rd_arena_init(&policy->memory);
    return policy;
}

enum rd_status rd_policy_load(const struct rd_policy_source *sources, size_t count,
                              struct rd_findings *findings, struct rd_policy **out,
                              struct rd_error *error)
{
    struct rd_policy *policy = policy_new();
    rd_policy_hash(sources, count, policy->hash);
    struct loading loading = { policy, sources, count, findings };
    enum rd_status status = policy_load_state(&loading, error);
    if (status == RD_OK)
        status = rd_model_build(&policy->normal, findings, &policy->model, error);
    if (status == RD_OK)
        *out = policy;
    else
        rd_policy_free(policy);
    return status;
}

enum rd_status rd_policy_load_import(const struct rd_policy_source *source,
                                     struct rd_findings *findings, struct rd_policy **out,
                                     struct rd_error *error)
{
    struct rd_policy *policy = policy_new();
    policy->is_import = true;
    rd_policy_hash(source, 1, policy->hash);
    struct loading loading = { policy, source, 1, findings };
    enum rd_status status = policy_load_state(&loading, error);
    if (status == RD_OK) {
        struct rd_error unknown = RD_ERROR_NONE;
        if (rd_zone_open(rd_map_text(&policy->normal, "zone", "UTC"), &policy->zone, &unknown) !=
            RD_OK) {
            rd_finding_error(findings, source->path, (int)rd_map_int(&policy->normal, "line", 0),
                             "zone: %s", unknown.text);
            status = policy_check_failed(&loading, error);
        }
    }
    if (status == RD_OK)
        *out = policy;
    else
        rd_policy_free(policy);
    return status;
}

void rd_policy_free(struct rd_policy *policy)
{
    if (!policy)
        return;
    if (policy->model)
        rd_model_free(policy->model);
    rd_lua_host_free(policy->host);
    if (policy->zone)
        rd_zone_close(policy->zone);
    rd_arena_fini(&policy->memory);
    rd_arena_fini(&policy->arena);
    free(policy);
}

/* ---- reading ---- */

const struct rd_model *rd_policy_model(const struct rd_policy *policy)
{
    return policy->model;
}

const struct rd_value *rd_policy_normal(const struct rd_policy *policy)
{
    return &policy->normal;
}

const char *rd_policy_hash_text(const struct rd_policy *policy)
{
    return policy->hash;
}

void rd_policy_collect(struct rd_policy *policy)
{
    rd_lua_host_collect(policy->host);
}

size_t rd_policy_heap_bytes(const struct rd_policy *policy)
{
    return rd_lua_host_bytes(policy->host);
}

/* ---- calling ---- */

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
    lua_rawgetp(L, LUA_REGISTRYINDEX, &functions_key);
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
    lua_rawgetp(L, LUA_REGISTRYINDEX, &cells_key);
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
            known |= strcmp(effect, words[w]) == 0;
        if (!known)
            return "returned something that is no effect (set, start, send, link, tell, deadline, "
                   "stop)";
    }
    if (result->count > RD_PLAN_EFFECTS_MAX)
        return "returned too many effects";
    return NULL;
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
    if (status == RD_OK)
        rd_memo_learn(memo, &policy->memory, &trace, call->result);
    return status;
}

enum rd_status rd_policy_call(struct rd_policy *policy, int fn, const struct rd_value *facts,
                              struct rd_arena *arena, struct rd_value *result,
                              struct rd_error *error)
{
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
    if (!policy->is_import && rd_memo_recall(&function->memo, facts, arena, result))
        return RD_OK;
    *result = rd_null();
    if (!policy->is_import && rd_memo_learns(&function->memo, &policy->memory))
        return call_learn(policy, &call, &function->memo, error);
    return call_enter(policy, &call, error);
}

/* ---- the schema ---- */

struct schema {
    struct rd_arena *arena;
    struct rd_value *out;
    struct rd_zone *zone; /* none */
};

static int l_schema(lua_State *L)
{
    struct schema *schema = lua_touserdata(L, 1);
    l_value_open(L);
    l_sandbox_open(L);
    l_prelude_use(L, "schema", &schema->zone);
    struct rd_lua_limits limits = {
        .depth = RD_MESSAGE_DEPTH_MAX,
        .nodes = RD_LUA_NORMAL_NODES_MAX,
        .bytes = RD_LUA_NORMAL_BYTES_MAX,
    };
    l_value_read(L, -1, "the schema", &limits, schema->arena, schema->out);
    return 0;
}

enum rd_status rd_policy_schema(struct rd_arena *arena, struct rd_value *out,
                                struct rd_error *error)
{
    struct rd_lua_host *host;
    enum rd_status status = rd_lua_host_new(&host, error);
    if (status != RD_OK)
        return status;
    struct schema schema = { arena, out, NULL };
    status = rd_lua_host_run(host, l_schema, &schema, &rd_lua_budget_load, error);
    rd_lua_host_free(host);
    return status;
}
