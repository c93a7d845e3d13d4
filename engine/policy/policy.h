/* A policy generation: all of a company's rules and scripts, loaded, checked and immutable.
 *
 * Loading: sources ─▶ sandboxed Lua state ─▶ nodes ─▶ (prelude: schema, names) ─▶ normal form ─▶
 * (domain: rd_model_build) ─▶ model. A generation owns one Lua state. It is used by one thread at a
 * time. Lua decides, C writes: nothing here can change a record.
 */
#ifndef RD_POLICY_POLICY_H
#define RD_POLICY_POLICY_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"
#include "domain/finding.h"

struct rd_model;
struct rd_policy;
struct rd_symbols;

/* One source file; text is borrowed for the call. */
struct rd_policy_source {
    const char *path; /* "rules/tiers.lua": relative, with forward slashes */
    const char *text;
    size_t len;
};

/* Reads every *.lua below DIR/rules and DIR/scripts (without scripts/import) in the order of their
 * paths into the arena. RD_BAD_CONFIG where there are none, or more or larger ones than limits.h
 * allows. Symbolic links out of DIR are refused. */
enum rd_status rd_policy_read_dir(struct rd_arena *arena, const char *dir,
                                  struct rd_policy_source **sources, size_t *count,
                                  struct rd_error *error) RD_MUST_CHECK;
/* A warning for each file below DIR/rules and DIR/scripts that looks as if it were meant and is not
 * read, since its name goes on behind ".lua" or spells it otherwise ("refunds.lua.txt", as a
 * program that hides endings saves it; "refunds.LUA"). Not what editors keep beside a file
 * ("refunds.lua~"). What can't be looked at is left to rd_policy_read_dir. */
void rd_policy_look_beside(struct rd_arena *arena, const char *dir, struct rd_findings *findings);
/* The hash that names a generation (BLAKE2b-256 over the paths and texts of all sources, which are
 * in path order), in hex. */
#define RD_POLICY_HASH_TEXT 65
void rd_policy_hash(const struct rd_policy_source *sources, size_t count,
                    char out[RD_POLICY_HASH_TEXT]);

/* Loads and checks. The model's texts become symbols of the table, to which it takes a reference;
 * NULL: makes one. Findings are added to `findings` (all of them, not only the first);
 * RD_CHECK_FAILED where one of them is an error. */
enum rd_status rd_policy_load(const struct rd_policy_source *sources, size_t count,
                              struct rd_symbols *symbols, struct rd_findings *findings,
                              struct rd_policy **out, struct rd_error *error) RD_MUST_CHECK;
/* As rd_policy_load, for rules that are to come into force: refuses as well what rules that are in
 * force already may do, since a new version of this program must be able to start with them
 * (flows.h; rd_permissions_apart). */
enum rd_status rd_policy_load_new(const struct rd_policy_source *sources, size_t count,
                                  struct rd_symbols *symbols, struct rd_findings *findings,
                                  struct rd_policy **out, struct rd_error *error) RD_MUST_CHECK;
/* Appends what judging the policy found out, for rd_policy_load_kept. False, and nothing, where the
 * running program can't be told from another one. Not for an import. */
bool rd_policy_keep(const struct rd_policy *policy, struct rd_buf *out);
/* As rd_policy_load, for sources that were loaded before: the `len` bytes are what rd_policy_keep
 * gave then, and only the functions are made again. The policy is the same. RD_NOT_FOUND where the
 * bytes are of other sources, of another program or damaged: they are to be loaded as usual. */
enum rd_status rd_policy_load_kept(const struct rd_policy_source *sources, size_t count,
                                   const void *bytes, size_t len, struct rd_symbols *symbols,
                                   struct rd_findings *findings, struct rd_policy **out,
                                   struct rd_error *error) RD_MUST_CHECK;
/* One reference more, for rd_policy_free. NULL is fine. */
struct rd_policy *rd_policy_ref(struct rd_policy *policy);
/* Frees the generation with its Lua state and model, unless another one refers to it still. NULL is
 * fine. */
void rd_policy_free(struct rd_policy *policy);

/* A workflow that cases of an earlier generation keep. */
struct rd_policy_pin {
    const char *type;
    uint32_t generation;
    struct rd_policy *from; /* that generation, or another one with the same workflow */
};
/* Whether the workflow of this type is one and the same in both, functions included. */
bool rd_policy_same(const struct rd_policy *a, const struct rd_policy *b, const char *type);
/* Builds the model anew, with these workflows beside its own (rd_type_pinned), in the order of
 * their types; what was pinned before is not any more. References to the other policies are taken:
 * their functions are called through this one. RD_CHECK_FAILED where one of them no longer fits the
 * records, calendars and powers of this policy; RD_LIMIT_EXCEEDED. The model is as before then. */
enum rd_status rd_policy_pin(struct rd_policy *policy, const struct rd_policy_pin *pins,
                             size_t count, struct rd_findings *findings,
                             struct rd_error *error) RD_MUST_CHECK;
/* The policy whose workflow the cases of this generation keep in `policy`; NULL: none. */
struct rd_policy *rd_policy_pinned(const struct rd_policy *policy, const char *type,
                                   uint32_t generation);
/* Nobody asks its model any more: frees that, and refers to no other one. Functions stay. */
void rd_policy_retire(struct rd_policy *policy);

/* The compiled model; lives as long as the policy. NULL for an import. */
const struct rd_model *rd_policy_model(const struct rd_policy *policy);
/* The normal form that the model was built from; lives as long as the policy. Tests are its member
 * `tests`. */
const struct rd_value *rd_policy_normal(const struct rd_policy *policy);
const char *rd_policy_hash_text(const struct rd_policy *policy);

/* Calls function `fn` (the normal form's index of a guard or action) with the facts (a map), under
 * the budgets of limits.h. Facts are read in place, not copied. A fact that is null is nil to the
 * function; one that is not in the map is a fault. `result` is made in the arena, or lent by the
 * policy for as long as that lives: it is not to be changed. A guard gives
 * [boolean, reason or null] as a list (nil counts as false); an action a list of effects, perhaps
 * empty, each a map with the member `effect` and set       data { field = value, null clears }
 * start     type, data, link (or absent) send      event, to, form                            link
 * name, to tell      to [names], text (or absent)               stop      name deadline  name,
 * limit (text), event and clock (or absent) An import's row function gets the row as a map of texts
 * (columns that it does not have are nil) and gives its value as it is: a list of maps, or { reject
 * = reason }, or { skip = reason }. A Lua error, a budget that is used up, a value that is no plain
 * data, or a changed outer local is RD_POLICY_FAULT: "FILE:LINE: why". */
enum rd_status rd_policy_call(struct rd_policy *policy, int fn, const struct rd_value *facts,
                              struct rd_arena *arena, struct rd_value *result,
                              struct rd_error *error) RD_MUST_CHECK;
/* One measured step of the collector; between batches. */
void rd_policy_collect(struct rd_policy *policy);
/* Bytes of the Lua heap now. */
size_t rd_policy_heap_bytes(const struct rd_policy *policy);

/* A single file outside the generation that returns one `import` declaration. Its normal form is {
 * name, type, zone, columns = [...], fn = index of the row function, order = index or absent, file,
 * line }; it has no model. */
enum rd_status rd_policy_load_import(const struct rd_policy_source *source,
                                     struct rd_findings *findings, struct rd_policy **out,
                                     struct rd_error *error) RD_MUST_CHECK;

/* The schema of the language as a value: reference page and editor stubs are written from it. Made
 * in the arena. { words = [ { word, role ("declaration", "part", "fact", "type", "test",
 * "expectation", "effect"), form (how it is written), en, zh, items (kind of what stands without a
 * key), rest (kind of any other key), keys = [ { name, kind, en, zh, required, of = [values],
 * default } ] } ] } */
enum rd_status rd_policy_schema(struct rd_arena *arena, struct rd_value *out,
                                struct rd_error *error) RD_MUST_CHECK;

#endif
