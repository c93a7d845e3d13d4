/* Options and operands: GNU's way of writing them, read by tables.
 *
 *   --name VALUE   --name=VALUE   --flag   -o VALUE   -oVALUE   --   -
 *
 * Options and operands may be mixed; behind "--" all are operands, and "-" is one (standard input).
 * Every value is checked here by its kind, those of the environment too, so that commands only
 * read. Nothing is printed and nothing is global: help and reference pages are made from the same
 * tables elsewhere.
 */
#include "cli/args.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define ARGS_NAMES_MAX 64

static const struct rd_option *args_find(const struct rd_args *args, const char *name, size_t len)
{
    for (size_t i = 0; i < args->table_count; i++)
        for (const struct rd_option *option = args->tables[i]; option->name; option++)
            if (strlen(option->name) == len && memcmp(option->name, name, len) == 0)
                return option;
    return NULL;
}

static const struct rd_option *args_find_letter(const struct rd_args *args, char letter)
{
    for (size_t i = 0; i < args->table_count; i++)
        for (const struct rd_option *option = args->tables[i]; option->name; option++)
            if (option->letter && option->letter == letter)
                return option;
    return NULL;
}

static enum rd_status args_unknown(const struct rd_args *args, const char *name, size_t len,
                                   struct rd_error *error)
{
    const char *names[ARGS_NAMES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < args->table_count; i++)
        for (const struct rd_option *option = args->tables[i]; option->name; option++)
            if (count < ARGS_NAMES_MAX)
                names[count++] = option->name;
    char word[64];
    if (len >= sizeof(word))
        len = sizeof(word) - 1;
    memcpy(word, name, len);
    word[len] = '\0';
    const char *guess = rd_text_nearest(word, names, count);
    if (guess)
        return rd_error_set(error, RD_USAGE, "unknown option --%s; did you mean --%s?", word,
                            guess);
    return rd_error_set(error, RD_USAGE, "unknown option --%s", word);
}

/* Whether `word` is one of the words of "table|json". */
static bool args_is_choice(const char *choices, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = choices; *at;) {
        size_t n = strcspn(at, "|");
        if (n == len && memcmp(at, word, n) == 0)
            return true;
        at += n;
        at += *at == '|';
    }
    return false;
}

static enum rd_status args_check(const struct rd_option *option, const char *from, const char *text,
                                 struct rd_error *error)
{
    int64_t number;
    switch (option->kind) {
    case RD_OPTION_NUMBER:
        if (!rd_text_int(text, &number) || number < 0)
            return rd_error_set(error, RD_USAGE, "%s takes a whole number, not '%s'", from, text);
        return RD_OK;
    case RD_OPTION_CHOICE:
        if (!args_is_choice(option->value, text))
            return rd_error_set(error, RD_USAGE, "%s takes one of %s, not '%s'", from,
                                option->value, text);
        return RD_OK;
    case RD_OPTION_FLAG:
    case RD_OPTION_TEXT:
    case RD_OPTION_LIST:
        return RD_OK;
    }
    return RD_OK;
}

static enum rd_status args_put(struct rd_args *args, const struct rd_option *option,
                               const char *text, struct rd_error *error)
{
    char from[72] = "--";
    strncat(from, option->name, sizeof(from) - 3);
    if (option->kind != RD_OPTION_LIST && rd_args_given(args, option->name))
        return rd_error_set(error, RD_USAGE, "%s is given twice", from);
    if (args->value_count == RD_ARGS_VALUES_MAX)
        return rd_error_set(error, RD_USAGE, "more than %d options", RD_ARGS_VALUES_MAX);
    enum rd_status status = args_check(option, from, text, error);
    if (status != RD_OK)
        return status;
    args->values[args->value_count++] = (struct rd_arg){ .option = option, .text = text };
    return RD_OK;
}

/* One word that begins with "--"; `next` is the word behind it or NULL; *used is set where that was
 * taken as the value. */
static enum rd_status args_read_long(struct rd_args *args, const char *word, const char *next,
                                     bool *used, struct rd_error *error)
{
    const char *name = word + 2;
    size_t len = strcspn(name, "=");
    const char *value = name[len] == '=' ? name + len + 1 : NULL;
    const struct rd_option *option = args_find(args, name, len);
    if (!option && len == 4 && memcmp(name, "help", 4) == 0 && !value) {
        args->help = true;
        return RD_OK;
    }
    if (!option)
        return args_unknown(args, name, len, error);
    if (option->kind == RD_OPTION_FLAG) {
        if (value)
            return rd_error_set(error, RD_USAGE, "--%s takes no value", option->name);
        return args_put(args, option, "", error);
    }
    if (!value) {
        value = next;
        *used = true;
    }
    if (!value)
        return rd_error_set(error, RD_USAGE, "--%s needs a value (%s)", option->name,
                            option->value);
    return args_put(args, option, value, error);
}

static enum rd_status args_read_letter(struct rd_args *args, const char *word, const char *next,
                                       bool *used, struct rd_error *error)
{
    const struct rd_option *option = args_find_letter(args, word[1]);
    if (!option && strcmp(word, "-h") == 0) {
        args->help = true;
        return RD_OK;
    }
    if (!option)
        return rd_error_set(error, RD_USAGE, "unknown option %s", word);
    if (option->kind == RD_OPTION_FLAG) {
        if (word[2])
            return rd_error_set(error, RD_USAGE, "-%c takes no value", option->letter);
        return args_put(args, option, "", error);
    }
    const char *value = word[2] ? word + 2 : next;
    *used = !word[2];
    if (!value)
        return rd_error_set(error, RD_USAGE, "-%c needs a value (%s)", option->letter,
                            option->value);
    return args_put(args, option, value, error);
}

static enum rd_status args_check_environment(const struct rd_args *args, struct rd_error *error)
{
    for (size_t i = 0; i < args->table_count; i++) {
        for (const struct rd_option *option = args->tables[i]; option->name; option++) {
            const char *text = option->env ? getenv(option->env) : NULL;
            if (!text || !*text || rd_args_given(args, option->name))
                continue;
            enum rd_status status = args_check(option, option->env, text, error);
            if (status != RD_OK)
                return status;
        }
    }
    return RD_OK;
}

enum rd_status rd_args_read(struct rd_args *args, const struct rd_option *const *tables,
                            size_t table_count, int argc, char *const *argv, struct rd_error *error)
{
    *args = (struct rd_args){ .table_count = table_count };
    RD_ASSERT(table_count <= RD_ARGS_TABLES_MAX);
    memcpy(args->tables, tables, table_count * sizeof(*tables));
    bool only_operands = false;
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i];
        const char *next = i + 1 < argc ? argv[i + 1] : NULL;
        bool used = false;
        enum rd_status status = RD_OK;
        if (!only_operands && strcmp(word, "--") == 0)
            only_operands = true;
        else if (!only_operands && strncmp(word, "--", 2) == 0)
            status = args_read_long(args, word, next, &used, error);
        else if (!only_operands && word[0] == '-' && word[1])
            status = args_read_letter(args, word, next, &used, error);
        else if (args->operand_count == RD_ARGS_OPERANDS_MAX)
            status = rd_error_set(error, RD_USAGE, "more than %d operands", RD_ARGS_OPERANDS_MAX);
        else
            args->operands[args->operand_count++] = word;
        if (status != RD_OK)
            return status;
        i += used;
    }
    return args_check_environment(args, error);
}

/* The option, which must be in a table. */
static const struct rd_option *args_must_find(const struct rd_args *args, const char *name)
{
    const struct rd_option *option = args_find(args, name, strlen(name));
    RD_ASSERT(option != NULL);
    return option;
}

bool rd_args_given(const struct rd_args *args, const char *name)
{
    for (size_t i = 0; i < args->value_count; i++)
        if (strcmp(args->values[i].option->name, name) == 0)
            return true;
    return false;
}

bool rd_args_flag(const struct rd_args *args, const char *name)
{
    RD_ASSERT(args_must_find(args, name)->kind == RD_OPTION_FLAG);
    return rd_args_given(args, name);
}

const char *rd_args_text(const struct rd_args *args, const char *name)
{
    const struct rd_option *option = args_must_find(args, name);
    for (size_t i = args->value_count; i > 0; i--)
        if (args->values[i - 1].option == option)
            return args->values[i - 1].text;
    const char *env = option->env ? getenv(option->env) : NULL;
    if (env && *env)
        return env;
    return option->otherwise;
}

int64_t rd_args_number(const struct rd_args *args, const char *name, int64_t otherwise)
{
    const char *text = rd_args_text(args, name);
    int64_t number = otherwise;
    if (text)
        RD_ASSERT(rd_text_int(text, &number));
    return number;
}

size_t rd_args_list(const struct rd_args *args, const char *name, const char **out, size_t max)
{
    const struct rd_option *option = args_must_find(args, name);
    size_t count = 0;
    for (size_t i = 0; i < args->value_count; i++)
        if (args->values[i].option == option && count < max)
            out[count++] = args->values[i].text;
    const char *other = rd_args_text(args, name);
    if (count == 0 && other && max > 0)
        out[count++] = other;
    return count;
}

const char *rd_args_operand(const struct rd_args *args, size_t index)
{
    return index < args->operand_count ? args->operands[index] : NULL;
}
