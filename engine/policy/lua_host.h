/* The host of a Lua state: its memory, its budgets, and the one protected door into it. */
#ifndef RD_POLICY_LUA_HOST_H
#define RD_POLICY_LUA_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lua.h>

#include "base/error.h"

struct rd_lua_host;
struct rd_trace;

/* What one run may use up. */
struct rd_lua_budget {
    int64_t instructions;
    int64_t time_ms;
    int64_t work;       /* bytes that C functions may touch on the script's behalf */
    size_t churn_bytes; /* bytes taken from the allocator, freed or not */
    size_t text_bytes;  /* of the longest text */
    bool collects;      /* the collector runs along: for what takes long */
};

/* The budgets of one guard or action, and of loading a whole policy (limits.h). */
extern const struct rd_lua_budget rd_lua_budget_call;
extern const struct rd_lua_budget rd_lua_budget_load;

/* A bare state with a capped allocator: no library is open in it. RD_LIMIT_EXCEEDED where it can't
 * be had. */
enum rd_status rd_lua_host_new(struct rd_lua_host **out, struct rd_error *error) RD_MUST_CHECK;
void rd_lua_host_free(struct rd_lua_host *host);

/* The one door: runs `l_body` protected, under the budget; it finds `context` as the light userdata
 * at index 1. What the body returns is dropped: it hands over its results through the context.
 * RD_POLICY_FAULT, "FILE:LINE: why" (FILE:LINE of the innermost frame of a policy file, none where
 * the fault has no such frame). Not to be entered twice. */
enum rd_status rd_lua_host_run(struct rd_lua_host *host, lua_CFunction l_body, void *context,
                               const struct rd_lua_budget *budget,
                               struct rd_error *error) RD_MUST_CHECK;

/* The host of a running state. */
struct rd_lua_host *rd_lua_host_of(lua_State *L);
/* The number of the run that is under way: facts of an earlier one are refused. */
uint64_t rd_lua_host_serial(const struct rd_lua_host *host);
/* Who is told what the run reads of its facts (memo.h); NULL: nobody. Stays until it is set anew.
 */
void rd_lua_host_set_trace(struct rd_lua_host *host, struct rd_trace *trace);
struct rd_trace *rd_lua_host_trace(const struct rd_lua_host *host);
/* Bytes of the heap now; and one collector step in proportion to what was taken since the last. */
size_t rd_lua_host_bytes(const struct rd_lua_host *host);
void rd_lua_host_collect(struct rd_lua_host *host);
/* A whole cycle: after loading. */
void rd_lua_host_collect_all(struct rd_lua_host *host);

/* Charges C-side work before it is done; raises where the budget does not reach. `what` names the
 * function. */
void l_host_charge(lua_State *L, const char *what, uint64_t bytes);
/* Work left, for a matcher that counts its own steps and hands back what is left. */
int64_t rd_lua_host_work(const struct rd_lua_host *host);
void rd_lua_host_set_work(struct rd_lua_host *host, int64_t left);
/* Compiles a text, never bytecode, as a chunk with this name ("@FILE"): LUA_OK and the function, or
 * the message, at the top. A text in it that is longer than any may be is an error. */
int rd_lua_host_compile(lua_State *L, const char *text, size_t len, const char *name);
/* pcall for the prelude: (function, arguments ...) -> true, results ... | false, message. A budget
 * that is used up is not swallowed: it is raised again. Company code can't reach it. */
int l_host_pcall(lua_State *L);

#endif
