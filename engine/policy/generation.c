/* Generations: loading a policy and keeping it (asking its functions: call.c).
 *
 *   sources ─▶ prelude (Lua, behind the door) ─▶ findings
 *                                             └▶ normal form (C values) ─▶ rd_model_build ─▶ model
 *                                             └▶ functions: a list in the registry, called by index
 *
 * After loading, the prelude is forgotten: the state holds the company's functions and what they
 * refer to, nothing else.
 */
#include "policy/generation.h"

#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "base/limits.h"
#include "domain/model.h"
#include "domain/zone.h"
#include "policy/lua_host.h"
#include "policy/lua_value.h"
#include "policy/prelude_host.h"
#include "policy/sandbox.h"

const char rd_functions_key, rd_cells_key;

/* ---- loading ---- */

static void l_push_sources(lua_State *L, const struct policy_loading *loading)
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

void l_policy_member(lua_State *L, struct rd_policy *policy, const char *name, struct rd_value *out)
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

void rd_policy_findings(const struct rd_policy *policy, struct rd_findings *findings)
{
    const struct rd_value *list = &policy->findings;
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
static void functions_take(struct rd_policy *policy)
{
    const struct rd_value *list = &policy->described;
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

void l_policy_functions(lua_State *L, struct rd_policy *policy)
{
    functions_take(policy);
    l_keep(L, "functions", &rd_functions_key);
    l_keep(L, "cells", &rd_cells_key);
}

/* main.load(sources) gives { findings, normal, described, functions, cells, texts }; without normal
 * where there were errors. */
static int l_load(lua_State *L)
{
    struct policy_loading *loading = lua_touserdata(L, 1);
    struct rd_policy *policy = loading->policy;
    l_value_open(L);
    l_sandbox_open(L);
    l_prelude_use(L, "main", &policy->zone);
    lua_getfield(L, -1, policy->is_import ? "load_import" : "load");
    l_push_sources(L, loading);
    lua_call(L, 1, 1);
    l_policy_member(L, policy, "findings", &policy->findings);
    rd_policy_findings(policy, loading->findings);
    l_policy_member(L, policy, "normal", &policy->normal);
    l_policy_member(L, policy, "described", &policy->described);
    l_policy_member(L, policy, "texts", &policy->texts);
    l_policy_functions(L, policy);
    l_prelude_forget(L);
    return 0;
}

/* A file that used up the budget or broke the prelude: "FILE:LINE: why" becomes a finding like any
 * other. */
static void loading_fault(const struct policy_loading *loading, const char *text)
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

static enum rd_status policy_check_failed(const struct policy_loading *loading,
                                          struct rd_error *error)
{
    size_t errors = loading->findings->errors;
    return rd_error_set(error, RD_CHECK_FAILED, "the policy has %zu error%s", errors,
                        errors == 1 ? "" : "s");
}

static enum rd_status policy_load_state(struct policy_loading *loading, struct rd_error *error)
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

struct rd_policy *rd_policy_new(const struct rd_policy_source *sources, size_t count)
{
    struct rd_policy *policy = calloc(1, sizeof(*policy));
    RD_ASSERT(policy != NULL);
    rd_arena_init(&policy->arena);
    rd_arena_init(&policy->memory);
    rd_policy_hash(sources, count, policy->hash);
    atomic_init(&policy->refs, 1);
    return policy;
}

enum rd_status rd_policy_load(const struct rd_policy_source *sources, size_t count,
                              struct rd_symbols *symbols, struct rd_findings *findings,
                              struct rd_policy **out, struct rd_error *error)
{
    struct rd_policy *policy = rd_policy_new(sources, count);
    struct policy_loading loading = { policy, sources, count, findings };
    enum rd_status status = policy_load_state(&loading, error);
    if (status == RD_OK)
        status = rd_model_build(&policy->normal, symbols, findings, &policy->model, error);
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
    struct rd_policy *policy = rd_policy_new(source, 1);
    policy->is_import = true;
    struct policy_loading loading = { policy, source, 1, findings };
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
    if (!policy || atomic_fetch_sub(&policy->refs, 1) > 1)
        return;
    rd_policy_retire(policy);
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
    for (size_t i = 0; i < policy->pinned_count; i++)
        rd_lua_host_collect(policy->pinned[i]->host);
}

size_t rd_policy_heap_bytes(const struct rd_policy *policy)
{
    size_t bytes = rd_lua_host_bytes(policy->host);
    for (size_t i = 0; i < policy->pinned_count; i++)
        bytes += rd_lua_host_bytes(policy->pinned[i]->host);
    return bytes;
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
