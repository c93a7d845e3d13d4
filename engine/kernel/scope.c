/* What a token is for: less than its account may, never more. Scopes narrow by the method, and by
 * the command for the four methods that carry commands; rows of authority and reach are asked as
 * ever. An empty list is no scope at all: such a token may do nothing, and none is made.
 */
#include "kernel/inside.h"

#include <string.h>

static bool scope_is_read(const struct rd_method *method)
{
    return !method->writes;
}

static const struct rd_method *scope_method(const char *name)
{
    size_t count;
    const struct rd_method *methods = rd_kernel_methods(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(methods[i].name, name) == 0)
            return &methods[i];
    return NULL;
}

/* "case.*" for case.list; never across the point. */
static bool scope_matches(const char *scope, const char *name)
{
    size_t len = strlen(scope);
    if (len < 3 || strcmp(scope + len - 2, ".*") != 0)
        return strcmp(scope, name) == 0;
    return strncmp(scope, name, len - 1) == 0;
}

bool rd_scope_has_method(const struct rd_value *scopes, const char *method)
{
    const struct rd_method *row = scope_method(method);
    for (uint32_t i = 0; row && i < scopes->count; i++) {
        const char *scope = scopes->items[i].text;
        if ((strcmp(scope, "read") == 0 && scope_is_read(row)) || scope_matches(scope, method) ||
            scope_matches(scope, rd_kernel_method_operation(row)))
            return true;
    }
    return false;
}

/* Whether it speaks of commands of a record type. */
static bool scope_is_command(const char *scope)
{
    const char *point = strchr(scope, '.');
    return point && !scope_method(scope) && strncmp(scope, "case.", 5) != 0 &&
           strncmp(scope, "record.", 7) != 0;
}

bool rd_scope_may_have_command(const struct rd_value *scopes, const char *method)
{
    static const char *const CARRIERS[] = { "case.act", "case.open", "record.create",
                                            "record.update" };
    bool carries = false, commands = false;
    for (size_t i = 0; i < sizeof CARRIERS / sizeof *CARRIERS; i++)
        carries |= strcmp(CARRIERS[i], method) == 0;
    for (uint32_t i = 0; carries && i < scopes->count; i++)
        commands |= scope_is_command(scopes->items[i].text);
    return commands;
}

enum rd_status rd_scope_command(const struct rd_actor *actor, const char *command,
                                struct rd_error *error)
{
    if (!actor->scopes)
        return RD_OK;
    for (uint32_t i = 0; i < actor->scopes->count; i++)
        if (scope_matches(actor->scopes->items[i].text, command))
            return RD_OK;
    return rd_error_set(error, RD_OUT_OF_SCOPE, "the token was not made for %s", command);
}

/* Whether there is anything that the scope could be for. */
static bool scope_is_known(const struct rd_kernel *kernel, const char *scope)
{
    size_t count, len = strlen(scope);
    const struct rd_method *methods = rd_kernel_methods(&count);
    if (strcmp(scope, "read") == 0)
        return true;
    for (size_t i = 0; i < count; i++)
        if (scope_matches(scope, methods[i].name) ||
            scope_matches(scope, rd_kernel_method_operation(&methods[i])))
            return true;
    for (size_t t = 0; t < kernel->model->type_count; t++) {
        const char *type = kernel->model->types[t].name;
        if (len > 2 && strlen(type) == len - 2 && strncmp(scope, type, len - 2) == 0 &&
            strcmp(scope + len - 2, ".*") == 0)
            return true;
    }
    return rd_permission_of(kernel->model, scope)->command[0] != '\0';
}

enum rd_status rd_scope_check(const struct rd_kernel *kernel, const struct rd_value *scopes,
                              struct rd_arena *arena, struct rd_error *error)
{
    if (scopes->count == 0 || scopes->count > RD_TOKEN_SCOPES_MAX)
        return rd_error_at(error, RD_INVALID_PARAMS, "/scopes", "between 1 and %d scopes, please",
                           RD_TOKEN_SCOPES_MAX);
    for (uint32_t i = 0; i < scopes->count; i++) {
        const struct rd_value *scope = &scopes->items[i];
        const char *where = rd_arena_printf(arena, "/scopes/%u", i);
        if (scope->kind != RD_TEXT)
            return rd_error_at(error, RD_INVALID_PARAMS, where, "a scope is a text, not %s",
                               rd_kind_name(scope->kind));
        if (!scope_is_known(kernel, scope->text))
            return rd_error_at(error, RD_INVALID_PARAMS, where,
                               "'%.80s' is no method, no operation, no command and no record type; "
                               "there are also \"read\", \"case.*\" and \"TYPE.*\"",
                               scope->text);
    }
    return RD_OK;
}
