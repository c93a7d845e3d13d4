/* The language's reference page: chapters by the role of a word, each word with its form, its keys
 * and their meaning in English and Chinese, in the schema's own order. What it prints depends on
 * the program alone, so that a test can compare it with the page in docs/.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/policy_print.h"
#include "policy/policy.h"

/* A role of the schema and the chapter of its words. */
struct reference_chapter {
    const char *role, *title, *text;
    const char *behind; /* prose that belongs to it; or NULL */
};

static const struct reference_chapter chapters[] = {
    { "declaration", "Declarations 声明", "What a file returns: one of these, or a list of them.",
      rd_policy_prose_tables },
    { "part", "Parts of declarations 声明的组成部分",
      "What stands inside of declarations. In a file they are known by their place, not by these "
      "names.",
      rd_policy_prose_limits },
    { "fact", "Facts 事实",
      "What guards, actions and decisions read: gathered before any of them runs, and journalled.",
      NULL },
    { "type", "Types 类型", "What a field may hold.", rd_policy_prose_types },
    { "effect", "Effects 动作的结果", "What an action returns: one of these, or a list of them.",
      rd_policy_prose_functions },
    { "test", "Words of tests 测试用词", "What stands in a test.", NULL },
    { "expectation", "Expectations 期望",
      "What stands behind `expect`: one of these, or a list of them.", rd_policy_prose_tests },
};

#define CHAPTER_COUNT (sizeof(chapters) / sizeof(*chapters))

/* A cell of a table: "|" would end it. */
static void reference_cell(struct rd_buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '|')
            rd_buf_char(out, '\\');
        rd_buf_char(out, *text);
    }
}

/* The kind's name as a link to its explanation. */
static enum rd_status reference_kind(struct rd_buf *out, const char *name, struct rd_error *error)
{
    const struct rd_policy_kind *kind;
    enum rd_status status = rd_policy_kind_find(name, &kind, error);
    if (status == RD_OK)
        rd_buf_printf(out, "[%s](#kinds-of-values)", kind->name);
    return status;
}

static enum rd_status reference_key(struct rd_buf *out, const struct rd_value *key,
                                    struct rd_error *error)
{
    const struct rd_value *of = rd_map_list(key, "of");
    const char *otherwise = rd_map_text(key, "default", NULL);
    rd_buf_printf(out, "| `%s`%s | ", rd_map_text(key, "name", ""),
                  rd_map_bool(key, "required", false) ? " *" : "");
    enum rd_status status = reference_kind(out, rd_map_text(key, "kind", ""), error);
    rd_buf_text(out, " | ");
    reference_cell(out, rd_map_text(key, "en", ""));
    for (uint32_t i = 0; i < of->count; i++)
        rd_buf_printf(out, "%s`%s`", i ? ", " : ": ", of->items[i].text);
    if (otherwise)
        rd_buf_printf(out, "; `%s` where not said", otherwise);
    rd_buf_text(out, " | ");
    reference_cell(out, rd_map_text(key, "zh", ""));
    rd_buf_text(out, " |\n");
    return status;
}

/* What may stand between the braces: items in order, keys, and any other key. */
static enum rd_status reference_keys(struct rd_buf *out, const struct rd_value *word,
                                     struct rd_error *error)
{
    const struct rd_value *keys = rd_map_list(word, "keys");
    const char *items = rd_map_text(word, "items", NULL);
    const char *rest = rd_map_text(word, "rest", NULL);
    enum rd_status status = RD_OK;
    if (keys->count > 0 || items || rest)
        rd_buf_text(out, "\n| key | kind | meaning | 含义 |\n| --- | --- | --- | --- |\n");
    if (items) {
        rd_buf_text(out, "| (without a key) | ");
        status = reference_kind(out, items, error);
        rd_buf_text(out, " | What stands in order | 按序列出 |\n");
    }
    for (uint32_t i = 0; status == RD_OK && i < keys->count; i++)
        status = reference_key(out, &keys->items[i], error);
    if (rest && status == RD_OK) {
        rd_buf_text(out, "| (any other) | ");
        status = reference_kind(out, rest, error);
        rd_buf_text(out, " | A field by its name | 以字段名为键 |\n");
    }
    return status;
}

static enum rd_status reference_word(struct rd_buf *out, const struct rd_value *word,
                                     struct rd_error *error)
{
    rd_buf_printf(out, "\n### %s\n\n%s. %s。\n\n```lua\n%s\n```\n", rd_map_text(word, "word", ""),
                  rd_map_text(word, "en", ""), rd_map_text(word, "zh", ""),
                  rd_map_text(word, "form", ""));
    return reference_keys(out, word, error);
}

static enum rd_status reference_chapter(struct rd_buf *out, const struct reference_chapter *chapter,
                                        const struct rd_value *words, struct rd_error *error)
{
    rd_buf_printf(out, "\n## %s\n\n%s\n", chapter->title, chapter->text);
    for (uint32_t i = 0; i < words->count; i++) {
        if (strcmp(rd_map_text(&words->items[i], "role", ""), chapter->role) != 0)
            continue;
        enum rd_status status = reference_word(out, &words->items[i], error);
        if (status != RD_OK)
            return status;
    }
    if (chapter->behind)
        rd_buf_text(out, chapter->behind);
    return RD_OK;
}

static void reference_kinds(struct rd_buf *out)
{
    size_t count;
    const struct rd_policy_kind *kinds = rd_policy_kinds(&count);
    rd_buf_text(out, "\n## Kinds of values\n\n取值种类。 A star (*) behind a key means that it "
                     "must be given.\n\n"
                     "| kind | meaning | 含义 | example |\n| --- | --- | --- | --- |\n");
    for (size_t i = 0; i < count; i++)
        rd_buf_printf(out, "| %s | %s | %s | `%s` |\n", kinds[i].name, kinds[i].en, kinds[i].zh,
                      kinds[i].example);
}

/* A role that has no chapter would be a word that the page keeps to itself. */
static enum rd_status reference_check_roles(const struct rd_value *words, struct rd_error *error)
{
    for (uint32_t i = 0; i < words->count; i++) {
        const char *role = rd_map_text(&words->items[i], "role", "");
        size_t c = 0;
        while (c < CHAPTER_COUNT && strcmp(chapters[c].role, role) != 0)
            c++;
        if (c == CHAPTER_COUNT)
            return rd_error_set(error, RD_CHECK_FAILED, "no chapter for the role '%s' of '%s'",
                                role, rd_map_text(&words->items[i], "word", ""));
    }
    return RD_OK;
}

enum rd_status rd_run_policy_reference(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value schema;
    enum rd_status status = rd_policy_schema(&cli->arena, &schema, error);
    const struct rd_value *words = status == RD_OK ? rd_map_list(&schema, "words") : NULL;
    if (status == RD_OK)
        status = reference_check_roles(words, error);
    if (status != RD_OK)
        return status;
    rd_buf_text(&cli->out, rd_policy_prose_begin);
    for (size_t i = 0; status == RD_OK && i < CHAPTER_COUNT; i++)
        status = reference_chapter(&cli->out, &chapters[i], words, error);
    if (status == RD_OK)
        reference_kinds(&cli->out);
    else
        rd_buf_clear(&cli->out); /* half a page helps nobody */
    return status;
}
