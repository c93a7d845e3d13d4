/* A generation from inside: what generation.c (loading), keep.c and call.c share. */
#ifndef RD_POLICY_GENERATION_H
#define RD_POLICY_GENERATION_H

#include <stdatomic.h>

#include <lua.h>

#include "base/limits.h"

#include "policy/memo.h"
#include "policy/policy.h"

struct rd_lua_host;
struct rd_zone;

/* Their addresses are keys of the registry: the list of functions, and of their cells. */
extern const char rd_functions_key, rd_cells_key;

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
    struct rd_value described, texts, findings; /* of loading: what rd_policy_keep writes */
    struct rd_model *model;
    struct rd_zone *zone; /* of an import */
    struct policy_function *functions;
    int function_count;
    bool is_import;
    atomic_uint refs;           /* its own, and those whose workflows older cases keep */
    struct rd_policy_pin *pins; /* as they were given; in the arena */
    size_t pin_count;
    struct rd_policy *pinned[RD_PINNED_POLICIES_MAX]; /* pin.c: their functions; references */
    size_t pinned_count;
    char hash[RD_POLICY_HASH_TEXT];
};

/* What a loading hands to its body and gets back from it. */
struct policy_loading {
    struct rd_policy *policy;
    const struct rd_policy_source *sources;
    size_t count;
    struct rd_findings *findings;
};

/* An empty generation for these sources: no state, no model. */
struct rd_policy *rd_policy_new(const struct rd_policy_source *sources, size_t count);
/* Reads the member `name` of the table at the top into the policy's arena. */
void l_policy_member(lua_State *L, struct rd_policy *policy, const char *name,
                     struct rd_value *out);
/* Keeps the members `functions` and `cells` of the table at the top, and what `described` says. */
void l_policy_functions(lua_State *L, struct rd_policy *policy);
/* Tells the findings that the policy holds. */
void rd_policy_findings(const struct rd_policy *policy, struct rd_findings *findings);

#endif
