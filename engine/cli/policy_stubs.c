/* Stubs for editors: the language as LuaLS (lua-language-server) annotations, so that a key's
 * meaning shows while it is typed and a misspelled one is underlined. They are never run.
 *
 * How a word is declared follows from its form: `company { ... }` is a function of a table,
 * `decision "NAME" { ... }` one that gives such a function, `allowed` a value, `text` a value that
 * may be called with options.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/policy_print.h"
#include "policy/policy.h"

static const char stubs_begin[] =
    "---@meta redress\n"
    "-- The words of the policy language, for editors (lua-language-server). Made by `redress "
    "policy stubs`; do not edit.\n"
    "-- Names of a company's own records and choices (customer, tiers, ...) are words as well: "
    "`redress policy stubs DIR` adds\n"
    "-- them.\n"
    "\n"
    "---@class redress.declaration\n"
    "---@class redress.fact\n"
    "---@class redress.effect\n"
    "---@class redress.expectation\n"
    "---@class redress.opened\n"
    "---@class redress.verb\n"
    "---@class redress.type\n"
    "---@operator call(redress.options): redress.type\n"
    "\n"
    "---What a guard or action sees: fields and facts by their names, and these.\n"
    "---@class redress.facts\n"
    "---@field form table<string, any> What was filled in for this event. 本次表单\n"
    "---@field actor redress.actor Who acts. 经办人\n"
    "---@field state? string\n"
    "---@field number? string\n"
    "---@field id integer\n"
    "---@field escalation integer\n"
    "---@field now integer Milliseconds since 1970, UTC.\n"
    "---@field today integer Days since 1970, in the company's zone. 当天\n"
    "---@field [string] any\n"
    "\n"
    "---@class redress.actor\n"
    "---@field account string\n"
    "---@field name string\n"
    "---@field unit? string\n"
    "---@field group? string\n"
    "---@field roles table<string, boolean>\n"
    "\n"
    "---@alias redress.guard fun(f: redress.facts): boolean?, string?\n"
    "---@alias redress.action fun(f: redress.facts): redress.effect|redress.effect[]|nil\n"
    "\n"
    "---Clears a field: set { proposer = empty }.\n"
    "---@type nil\n"
    "empty = nil\n";

/* What a word of this role gives. */
static const char *stubs_gives(const char *role)
{
    static const char *const table[][2] = {
        { "declaration", "redress.declaration" },
        { "fact", "redress.fact" },
        { "type", "redress.type" },
        { "test", "redress.verb" },
        { "expectation", "redress.expectation" },
        { "effect", "redress.effect" },
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
        if (strcmp(table[i][0], role) == 0)
            return table[i][1];
    return "any";
}

static enum rd_status stubs_field(struct rd_buf *out, const struct rd_value *key,
                                  struct rd_error *error)
{
    const struct rd_policy_kind *kind;
    const struct rd_value *of = rd_map_list(key, "of");
    enum rd_status status = rd_policy_kind_find(rd_map_text(key, "kind", ""), &kind, error);
    if (status != RD_OK)
        return status;
    rd_buf_printf(out, "---@field %s%s ", rd_map_text(key, "name", ""),
                  rd_map_bool(key, "required", false) ? "" : "?");
    for (uint32_t i = 0; i < of->count; i++)
        rd_buf_printf(out, "%s\"%s\"", i ? "|" : "", of->items[i].text);
    rd_buf_printf(out, "%s %s. %s\n", of->count ? "" : kind->type, rd_map_text(key, "en", ""),
                  rd_map_text(key, "zh", ""));
    return RD_OK;
}

/* The class of what stands between a word's braces. */
static enum rd_status stubs_class(struct rd_buf *out, const struct rd_value *word,
                                  struct rd_error *error)
{
    const struct rd_value *keys = rd_map_list(word, "keys");
    const char *items = rd_map_text(word, "items", NULL);
    const struct rd_policy_kind *kind;
    enum rd_status status = RD_OK;
    rd_buf_printf(out, "\n---%s. %s\n---@class redress.%s\n", rd_map_text(word, "en", ""),
                  rd_map_text(word, "zh", ""), rd_map_text(word, "word", ""));
    if (items) {
        status = rd_policy_kind_find(items, &kind, error);
        if (status == RD_OK)
            rd_buf_printf(out, "---@field [integer] %s\n", kind->type);
    }
    for (uint32_t i = 0; status == RD_OK && i < keys->count; i++)
        status = stubs_field(out, &keys->items[i], error);
    if (rd_map_text(word, "rest", NULL))
        rd_buf_text(out, "---@field [string] any\n");
    return status;
}

/* The body's class; tests use `decide` for questions, with the inputs as keys. */
static const char *stubs_body(struct rd_arena *arena, const struct rd_value *word)
{
    const char *name = rd_map_text(word, "word", "");
    return rd_arena_printf(arena, "redress.%s%s", name,
                           strcmp(name, "decide") == 0 ? "|table<string, any>" : "");
}

static void stubs_function(struct rd_buf *out, struct rd_arena *arena, const struct rd_value *word)
{
    const char *called = rd_policy_word_called(arena, word);
    const char *form = rd_map_text(word, "form", "");
    const char *behind = form + strlen(called);
    const char *gives = stubs_gives(rd_map_text(word, "role", ""));
    bool named = strncmp(behind, " \"", 2) == 0;
    bool braces = strchr(behind, '{') != NULL;
    bool either = strstr(behind, " or ") != NULL; /* NAME "x" or NAME { ... } */
    rd_buf_printf(out, "\n---%s. %s\n---\n---    %s\n", rd_map_text(word, "en", ""),
                  rd_map_text(word, "zh", ""), form);
    if (behind[0] == '\0') {
        rd_buf_printf(out, "---@type %s\n%s = nil\n", gives, called);
        return;
    }
    rd_buf_printf(out, "---@param %s %s\n", named ? "name" : "body",
                  either  ? rd_arena_join(arena, "string|", stubs_body(arena, word))
                  : named ? "string"
                  : strcmp(called, "list_of") == 0 ? "redress.type"
                  : strcmp(called, "one_of") == 0  ? "string[]"
                                                   : stubs_body(arena, word));
    if (named && braces && !either)
        rd_buf_printf(out, "---@return fun(body: %s): %s\n", stubs_body(arena, word), gives);
    else
        rd_buf_printf(out, "---@return %s\n", gives);
    rd_buf_printf(out, "function %s(%s) end\n", called, named ? "name" : "body");
}

/* Whether an earlier word is called the same (tell, decide): editors want one declaration. */
static bool stubs_is_repeated(struct rd_arena *arena, const struct rd_value *words, uint32_t at)
{
    const char *called = rd_policy_word_called(arena, &words->items[at]);
    for (uint32_t i = 0; i < at; i++)
        if (strcmp(rd_map_text(&words->items[i], "role", ""), "part") != 0 &&
            strcmp(rd_policy_word_called(arena, &words->items[i]), called) == 0)
            return true;
    return false;
}

/* Whether a word stands by itself: parts are known by their place, and forms in capitals are
 * patterns. */
static bool stubs_is_word(const struct rd_value *word)
{
    const char *form = rd_map_text(word, "form", "");
    return strcmp(rd_map_text(word, "role", ""), "part") != 0 && form[0] >= 'a' && form[0] <= 'z' &&
           strcmp(rd_map_text(word, "word", ""), "expect") != 0;
}

/* ---- the words of one company ---- */

static bool stubs_is_taken(struct rd_arena *arena, const struct rd_value *words, const char *name)
{
    for (uint32_t i = 0; i < words->count; i++)
        if (stubs_is_word(&words->items[i]) &&
            strcmp(rd_policy_word_called(arena, &words->items[i]), name) == 0)
            return true;
    return false;
}

static void stubs_title(struct rd_buf *out, const struct rd_value *title)
{
    if (rd_value_is(title, RD_TEXT))
        rd_buf_printf(out, "---%s\n", title->text);
    for (uint32_t i = 0; rd_value_is(title, RD_MAP) && i < title->count; i++)
        rd_buf_printf(out, "%s%s%s", i ? " " : "---",
                      title->pairs[i].value.kind == RD_TEXT ? title->pairs[i].value.text : "",
                      i + 1 == title->count ? "\n" : "");
}

/* Records open records of tests, choices are types. */
static void stubs_own(struct rd_cli *cli, const struct rd_value *words,
                      const struct rd_value *normal, const char *list, const char *type)
{
    const struct rd_value *own = rd_map_list(normal, list);
    for (uint32_t i = 0; i < own->count; i++) {
        const char *name = rd_map_text(&own->items[i], "name", "");
        if (stubs_is_taken(&cli->arena, words, name))
            continue;
        rd_buf_char(&cli->out, '\n');
        stubs_title(&cli->out, rd_map_get(&own->items[i], "title"));
        rd_buf_printf(&cli->out, "---@type %s\n%s = nil\n", type, name);
    }
}

static enum rd_status stubs_company(struct rd_cli *cli, const struct rd_value *words,
                                    const char *dir, struct rd_error *error)
{
    struct rd_policy_source *sources;
    struct rd_policy *policy;
    size_t count;
    enum rd_status status = rd_policy_open_dir(&cli->arena, dir, &sources, &count, &policy, error);
    if (status != RD_OK)
        return status;
    stubs_own(cli, words, rd_policy_normal(policy), "records", "any");
    stubs_own(cli, words, rd_policy_normal(policy), "choices", "redress.type");
    rd_policy_free(policy);
    return RD_OK;
}

enum rd_status rd_run_policy_stubs(struct rd_cli *cli, struct rd_error *error)
{
    const char *dir = rd_args_operand(&cli->args, 0);
    struct rd_value schema;
    enum rd_status status = rd_policy_schema(&cli->arena, &schema, error);
    if (status != RD_OK)
        return status;
    const struct rd_value *words = rd_map_list(&schema, "words");
    rd_buf_text(&cli->out, stubs_begin);
    for (uint32_t i = 0; status == RD_OK && i < words->count; i++) {
        const struct rd_value *word = &words->items[i];
        bool braces = rd_map_list(word, "keys")->count > 0 || rd_map_text(word, "items", NULL) ||
                      rd_map_text(word, "rest", NULL);
        if (braces || strchr(rd_map_text(word, "form", ""), '{'))
            status = stubs_class(&cli->out, word, error);
    }
    for (uint32_t i = 0; status == RD_OK && i < words->count; i++)
        if (stubs_is_word(&words->items[i]) && !stubs_is_repeated(&cli->arena, words, i))
            stubs_function(&cli->out, &cli->arena, &words->items[i]);
    if (status == RD_OK && dir)
        status = stubs_company(cli, words, dir, error);
    if (status != RD_OK)
        rd_buf_clear(&cli->out);
    return status;
}
