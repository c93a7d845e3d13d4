/* The Lua host: memory, budgets, and the door.
 *
 * Company code may be wrong or hostile; whatever it does, the host comes back in bounded time and
 * memory, with a sentence. instructions  a count hook every HOOK_STEP of them; once used up it
 * re-arms itself at every single one, so nothing that catches the error can go on time looked at in
 * the same hook; the clock is first read there, so a short call never reads it C-side work charged
 * by the functions of the sandbox before they do it memory        the allocator counts the heap
 * (hard cap: Lua's own memory error) and what a run takes in total, freed or not; beyond that it
 * arms the hook, which raises at the next instruction with a line to show It must never call into
 * Lua outside rd_lua_host_run, except for what cannot raise. The collector stands still while
 * functions are called; rd_lua_host_collect steps it between batches, and a run that finds much
 * garbage collects first.
 *
 * One instruction may take as long as the text or table that it is about is large: comparing texts
 * full of NULs takes nanoseconds a byte, and looking for the next key of an emptied table goes
 * through all its places. So no text and no table may become so large that a few such instructions
 * matter, and where they turn out slow the hook comes more often.
 */
#include "policy/lua_host.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/text.h"

#define HOOK_STEP 200
/* Where a step of the hook took this long, the next ones are shorter. */
#define HOOK_SLOW_NS 1000000
#define HOOK_SHORTER 16
/* Functions that charge may be called by C without an instruction between: every so many of them
 * look at the clock. */
#define CHARGES_A_LOOK 16
/* What the compiler is handed between two looks at the clock. */
#define COMPILE_PIECE ((size_t)1024)
/* Garbage that is collected at once instead of waiting for the next measured step. */
#define GARBAGE_BYTES_MAX (RD_LUA_HEAP_BYTES_MAX / 8)
/* A cycle of the collector begins with so much garbage: at work, and where nothing else is done. */
#define BEGIN_BYTES (512u * 1024)
#define BEGIN_IDLE_BYTES (64u * 1024)
/* While it goes on, one step (2 to the power of STEP_SIZE, a few thousand objects) is made for so
 * much that was taken: the heap grows by less than what it holds until the cycle ends. */
#define STEP_BYTES (16u * 1024)
#define STEP_SIZE 10
#define NS_PER_MS 1000000

struct rd_lua_host {
    lua_State *L;
    struct rd_trace *trace;
    uint64_t serial;
    size_t bytes;      /* of the heap now */
    size_t collected;  /* of the heap after the last step */
    size_t peak_bytes; /* the most that a step has met since the last whole cycle */
    size_t settled;    /* after the last whole cycle; 0: the next one begins at once */
    size_t credit;     /* taken while a cycle goes on, and no step made for it yet */
    bool cycling;
    size_t churn_left;
    int64_t instructions_left;
    int64_t work_left;
    int64_t deadline_ns; /* 0: the clock has not been read yet */
    int64_t late_cpu_ns; /* the thread's processor time when the deadline was first met; 0: never */
    int64_t hooked_ns;   /* when the hook came last; 0: not in this run */
    int step;            /* instructions until it comes again */
    unsigned charges;
    size_t text_max, block_max; /* of one text and of any piece of memory */
    bool compiling;             /* a text that is too long is told, but raises nothing */
    bool long_text;
    struct rd_lua_budget budget;
    const char *expired; /* why, once a budget is used up */
    bool running;
    bool armed; /* the hook comes at every instruction */
};

const struct rd_lua_budget rd_lua_budget_call = {
    .instructions = RD_LUA_INSTRUCTIONS_MAX,
    .time_ms = RD_LUA_TIME_MS_MAX,
    .work = RD_LUA_TEXT_WORK_MAX,
    .churn_bytes = RD_LUA_CHURN_BYTES_MAX,
    .text_bytes = RD_LUA_TEXT_BYTES_MAX,
};

const struct rd_lua_budget rd_lua_budget_load = {
    .instructions = RD_LUA_LOAD_INSTRUCTIONS_MAX,
    .time_ms = RD_LUA_LOAD_TIME_MS_MAX,
    .work = RD_LUA_LOAD_TEXT_WORK_MAX,
    .churn_bytes = SIZE_MAX,
    .text_bytes = SIZE_MAX,
    .collects = true,
};

static void l_host_hook(lua_State *L, lua_Debug *ar);

struct rd_lua_host *rd_lua_host_of(lua_State *L)
{
    return *(struct rd_lua_host **)lua_getextraspace(L);
}

/* May be called from the allocator: lua_sethook only writes fields. */
static void host_arm(struct rd_lua_host *host, const char *why)
{
    if (!host->expired)
        host->expired = why;
    if (!host->armed) {
        host->armed = true;
        lua_sethook(host->L, l_host_hook, LUA_MASKCOUNT, 1);
    }
}

static bool host_spend(struct rd_lua_host *host, size_t bytes)
{
    if (bytes <= host->churn_left) {
        host->churn_left -= bytes;
        return true;
    }
    /* the rest and as much again is there for getting to the next instruction, then it is over */
    bool first = !host->expired;
    host->churn_left = first ? host->budget.churn_bytes : 0;
    host_arm(host, "uses more memory than one call may take");
    return first && bytes <= host->budget.churn_bytes;
}

/* A text or a piece that is too large is still made, so that the fault gets its line; but it is
 * the last thing that the script does. */
static void host_measure(struct rd_lua_host *host, size_t bytes, bool text)
{
    bool too_long = text && bytes > host->text_max;
    host->long_text |= too_long;
    if (too_long && !host->compiling)
        host_arm(host, "makes a text that is longer than any may be");
    else if (bytes > host->block_max)
        host_arm(host, "makes a table that is larger than any may be");
}

static void *host_alloc(void *user, void *block, size_t old_size, size_t new_size)
{
    struct rd_lua_host *host = user;
    size_t old_bytes = block ? old_size : 0; /* without a block, Lua passes a type tag */
    RD_ASSERT(host->bytes >= old_bytes);
    if (new_size == 0) {
        free(block);
        host->bytes -= old_bytes;
        return NULL;
    }
    if (new_size > old_bytes) {
        size_t more = new_size - old_bytes;
        if (more > RD_LUA_HEAP_BYTES_MAX || host->bytes + more > RD_LUA_HEAP_BYTES_MAX)
            return NULL;
        if (host->running && !host_spend(host, more))
            return NULL;
        if (host->running && new_size > RD_LUA_TEXT_BYTES_MAX)
            host_measure(host, new_size, !block && old_size == LUA_TSTRING);
    }
    void *moved = realloc(block, new_size);
    if (!moved)
        return new_size <= old_bytes ? block : NULL;
    host->bytes = host->bytes - old_bytes + new_size;
    return moved;
}

static int host_panic(lua_State *L)
{
    (void)L;
    rd_assert_failed("a Lua error outside the door", __FILE__, __LINE__, __func__);
}

enum rd_status rd_lua_host_new(struct rd_lua_host **out, struct rd_error *error)
{
    struct rd_lua_host *host = calloc(1, sizeof(*host));
    RD_ASSERT(host != NULL);
    host->L = lua_newstate(host_alloc, host);
    if (!host->L) {
        free(host);
        return rd_error_set(error, RD_LIMIT_EXCEEDED, "no memory for a Lua state");
    }
    *(struct rd_lua_host **)lua_getextraspace(host->L) = host;
    lua_atpanic(host->L, host_panic);
    lua_gc(host->L, LUA_GCINC, 0, 0, STEP_SIZE);
    lua_gc(host->L, LUA_GCSTOP);
    host->step = HOOK_STEP;
    lua_sethook(host->L, l_host_hook, LUA_MASKCOUNT, HOOK_STEP);
    *out = host;
    return RD_OK;
}

void rd_lua_host_free(struct rd_lua_host *host)
{
    if (!host)
        return;
    RD_ASSERT(!host->running);
    lua_close(host->L);
    RD_ASSERT(host->bytes == 0);
    free(host);
}

/* Who is late by the clock may have waited for a processor: from then on his processor time counts,
 * and that may be as long again. */
static bool host_time_is_up(struct rd_lua_host *host, int64_t now)
{
    int64_t budget_ns = host->budget.time_ms * NS_PER_MS, used_ns = 0;
    if (host->deadline_ns != 0 && now <= host->deadline_ns)
        return false;
    if (host->deadline_ns != 0) {
        int64_t cpu_ns = rd_clock_thread_ns();
        if (host->late_cpu_ns == 0)
            host->late_cpu_ns = cpu_ns;
        used_ns = cpu_ns - host->late_cpu_ns;
    }
    host->deadline_ns = now + budget_ns - used_ns;
    return used_ns >= budget_ns;
}

/* Goes by how long the last instructions took. */
static void host_pace(struct rd_lua_host *host, int64_t now)
{
    int64_t took = host->hooked_ns == 0 ? 0 : now - host->hooked_ns;
    int step = took > HOOK_SLOW_NS ? host->step / HOOK_SHORTER : 2 * host->step;
    host->hooked_ns = now;
    if (step < 1)
        step = 1;
    else if (step > HOOK_STEP)
        step = HOOK_STEP;
    if (step != host->step)
        lua_sethook(host->L, l_host_hook, LUA_MASKCOUNT, step);
    host->step = step;
}

static void l_host_hook(lua_State *L, lua_Debug *ar)
{
    (void)ar;
    struct rd_lua_host *host = rd_lua_host_of(L);
    if (!host->expired) {
        int64_t now = rd_clock_mono_ns();
        host->instructions_left -= host->step;
        if (host->instructions_left < 0)
            host_arm(host, "takes more instructions than it may (an endless loop?)");
        else if (host_time_is_up(host, now))
            host_arm(host, "takes longer than it may");
        else
            host_pace(host, now);
    }
    if (host->expired)
        luaL_error(L, "%s", host->expired);
}

void l_host_charge(lua_State *L, const char *what, uint64_t bytes)
{
    struct rd_lua_host *host = rd_lua_host_of(L);
    if (++host->charges % CHARGES_A_LOOK == 0 && host_time_is_up(host, rd_clock_mono_ns())) {
        host_arm(host, "takes longer than it may");
        luaL_error(L, "%s", host->expired);
    }
    if (host->work_left >= 0 && bytes <= (uint64_t)host->work_left) {
        host->work_left -= (int64_t)bytes;
        return;
    }
    host_arm(host, "does more work on texts and tables than it may");
    luaL_error(L, "%s: more work on texts and tables than one call may do", what);
}

int64_t rd_lua_host_work(const struct rd_lua_host *host)
{
    return host->work_left;
}

void rd_lua_host_set_work(struct rd_lua_host *host, int64_t left)
{
    host->work_left = left;
}

/* The innermost frame that belongs to a policy file (their sources begin with '@', the prelude's
 * with '='). */
static bool host_policy_frame(lua_State *L, lua_Debug *ar)
{
    for (int level = 0; lua_getstack(L, level, ar); level++) {
        lua_getinfo(L, "Sl", ar);
        if (ar->source[0] == '@' && ar->currentline > 0)
            return true;
    }
    return false;
}

static bool message_is_plain(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            return false;
    return rd_text_is_utf8(text, len);
}

/* Pushes the message at 1 as it may be shown: it goes into replies, which are JSON, and onto
 * terminals. */
static void l_host_plain(lua_State *L)
{
    size_t len;
    const char *text = lua_tolstring(L, 1, &len);
    if (message_is_plain(text, len)) {
        lua_pushvalue(L, 1);
        return;
    }
    bool utf8 = rd_text_is_utf8(text, len);
    luaL_Buffer b;
    luaL_buffinit(L, &b);
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        luaL_addchar(&b, c < ' ' || c == 0x7f ? ' ' : c >= 0x80 && !utf8 ? '?' : (char)c);
    }
    luaL_pushresult(&b);
}

/* The message handler: a message that does not begin with its place gets one. Stack: message. */
static int l_host_message(lua_State *L)
{
    if (lua_type(L, 1) != LUA_TSTRING)
        lua_pushfstring(L, "raised an error that is no text (%s)", luaL_typename(L, 1));
    else
        l_host_plain(L);
    lua_Debug ar;
    if (!host_policy_frame(L, &ar))
        return 1;
    const char *text = lua_tostring(L, -1);
    size_t len = strlen(ar.short_src);
    if (strncmp(text, ar.short_src, len) == 0 && text[len] == ':')
        return 1;
    lua_pushfstring(L, "%s:%d: %s", ar.short_src, ar.currentline, text);
    return 1;
}

static void host_begin(struct rd_lua_host *host, const struct rd_lua_budget *budget)
{
    RD_ASSERT(!host->running && lua_gettop(host->L) == 0);
    if (host->bytes > host->collected + GARBAGE_BYTES_MAX)
        rd_lua_host_collect(host);
    if (host->armed || host->step != HOOK_STEP)
        lua_sethook(host->L, l_host_hook, LUA_MASKCOUNT, HOOK_STEP);
    host->armed = false;
    host->step = HOOK_STEP;
    host->hooked_ns = 0;
    host->charges = 0;
    host->text_max = budget->text_bytes;
    host->block_max = SIZE_MAX; /* the budget of what is taken is smaller, or it is the prelude */
    host->serial++;
    host->expired = NULL;
    host->deadline_ns = 0;
    host->late_cpu_ns = 0;
    host->budget = *budget;
    host->instructions_left = budget->instructions;
    host->work_left = budget->work;
    host->churn_left = budget->churn_bytes;
    host->running = true;
    if (budget->collects)
        lua_gc(host->L, LUA_GCRESTART);
}

/* Reads the message without an allocation: only texts are looked at. */
static enum rd_status host_fault(struct rd_lua_host *host, int outcome, struct rd_error *error)
{
    const char *text = "raised an error";
    if (outcome == LUA_ERRMEM)
        text = host->expired ? host->expired : "uses more memory than the whole policy may take";
    else if (lua_type(host->L, -1) == LUA_TSTRING)
        text = lua_tostring(host->L, -1);
    return rd_error_set(error, RD_POLICY_FAULT, "%s", text);
}

enum rd_status rd_lua_host_run(struct rd_lua_host *host, lua_CFunction l_body, void *context,
                               const struct rd_lua_budget *budget, struct rd_error *error)
{
    lua_State *L = host->L;
    host_begin(host, budget);
    /* light C functions and light userdata: pushing them takes no memory and cannot raise */
    lua_pushcfunction(L, l_host_message);
    lua_pushcfunction(L, l_body);
    lua_pushlightuserdata(L, context);
    int outcome = lua_pcall(L, 1, 0, 1);
    host->running = false;
    if (budget->collects)
        lua_gc(L, LUA_GCSTOP);
    enum rd_status status = RD_OK;
    if (outcome != LUA_OK)
        status = host_fault(host, outcome, error);
    lua_settop(L, 0);
    return status;
}

/* What company code makes is measured, what the prelude makes is not. */
static void host_bound(struct rd_lua_host *host, bool company)
{
    host->text_max = company ? RD_LUA_TEXT_BYTES_MAX : host->budget.text_bytes;
    host->block_max = company ? RD_LUA_BLOCK_BYTES_MAX : SIZE_MAX;
}

struct host_source {
    const char *text;
    size_t left;
};

/* Hands the compiler one piece after the other, and looks at the clock before each: it runs without
 * an instruction of Lua, and what it does is not linear (it goes through all the jumps of `a and a
 * and a ...` at each `and`, through all the locals of nested functions at each name). */
static const char *l_host_read(lua_State *L, void *context, size_t *len)
{
    struct rd_lua_host *host = rd_lua_host_of(L);
    struct host_source *source = context;
    if (host_time_is_up(host, rd_clock_mono_ns())) {
        host_arm(host, "takes longer than it may");
        luaL_error(L, "%s", host->expired);
    }
    const char *piece = source->text;
    *len = source->left < COMPILE_PIECE ? source->left : COMPILE_PIECE;
    source->text += *len;
    source->left -= *len;
    return piece;
}

int rd_lua_host_compile(lua_State *L, const char *text, size_t len, const char *name)
{
    struct host_source source = { text, len };
    struct rd_lua_host *host = rd_lua_host_of(L);
    size_t before = host->text_max;
    host->text_max = RD_LUA_TEXT_BYTES_MAX;
    host->compiling = true;
    host->long_text = false;
    int outcome = lua_load(L, l_host_read, &source, name, "t");
    host->compiling = false;
    host->text_max = before;
    if (outcome != LUA_OK || !host->long_text)
        return outcome;
    lua_pushfstring(L, "%s:0: holds a text that is longer than any may be", name + 1);
    return LUA_ERRSYNTAX;
}

int l_host_pcall(lua_State *L)
{
    struct rd_lua_host *host = rd_lua_host_of(L);
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_pushcfunction(L, l_host_message);
    lua_insert(L, 1);
    host_bound(host, true);
    int outcome = lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 1);
    host_bound(host, false);
    if (host->expired || outcome == LUA_ERRMEM)
        return lua_error(L);
    lua_pushboolean(L, outcome == LUA_OK);
    lua_replace(L, 1);
    return lua_gettop(L);
}

uint64_t rd_lua_host_serial(const struct rd_lua_host *host)
{
    return host->serial;
}

void rd_lua_host_set_trace(struct rd_lua_host *host, struct rd_trace *trace)
{
    host->trace = trace;
}

struct rd_trace *rd_lua_host_trace(const struct rd_lua_host *host)
{
    return host->trace;
}

size_t rd_lua_host_bytes(const struct rd_lua_host *host)
{
    return host->bytes;
}

/* After a whole cycle. Stack and string table shrink by half a cycle: where much was freed, another
 * one is worth it. */
static void host_settle(struct rd_lua_host *host)
{
    bool shrinks = host->bytes + BEGIN_IDLE_BYTES < host->peak_bytes;
    host->peak_bytes = host->bytes;
    host->settled = shrinks ? 0 : host->bytes;
    host->cycling = false;
    host->credit = 0;
}

/* Steps for what was taken; one where nothing was. */
static void host_step(struct rd_lua_host *host, size_t grown)
{
    host->credit += grown > 0 ? grown : STEP_BYTES;
    for (; host->cycling && host->credit >= STEP_BYTES; host->credit -= STEP_BYTES)
        if (lua_gc(host->L, LUA_GCSTEP, 0) != 0) {
            host_settle(host);
            return;
        }
}

void rd_lua_host_collect(struct rd_lua_host *host)
{
    RD_ASSERT(!host->running);
    size_t grown = host->bytes > host->collected ? host->bytes - host->collected : 0;
    size_t begin = grown > 0 ? BEGIN_BYTES : BEGIN_IDLE_BYTES;
    if (host->peak_bytes < host->bytes)
        host->peak_bytes = host->bytes;
    if (grown > GARBAGE_BYTES_MAX) {
        rd_lua_host_collect_all(host);
        return;
    }
    if (host->settled == 0 || host->bytes > host->settled + begin)
        host->cycling = true;
    if (host->cycling)
        host_step(host, grown);
    host->collected = host->bytes;
}

void rd_lua_host_collect_all(struct rd_lua_host *host)
{
    RD_ASSERT(!host->running);
    lua_gc(host->L, LUA_GCCOLLECT);
    host->collected = host->bytes;
    host_settle(host);
}
