/* Parameters of a method: presence, kind and unknown names; what they mean is the method's own
 * business.
 *
 * Each request passes here, so what was given is gone through once: a pair finds its row, and the
 * rows are looked at in their own order then, so that of several mistakes the same one is told.
 */
#include "kernel/method.h"

#include <string.h>

#include "domain/model.h"

#define METHOD_PARAMS_MAX 16
#define METHOD_SCHEMA "{\"type\":\""

bool rd_method_params_fit(const struct rd_method *method)
{
    size_t count = 0;
    for (; method->params[count].name; count++)
        if (strncmp(method->params[count].schema, METHOD_SCHEMA, strlen(METHOD_SCHEMA)) != 0)
            return false;
    return count <= METHOD_PARAMS_MAX;
}

/* The kind of a schema, which begins with {"type":" in each row of the table. */
static enum rd_kind method_kind(const char *schema)
{
    switch (schema[strlen(METHOD_SCHEMA)]) {
    case 'i':
        return RD_INT;
    case 'b':
        return RD_BOOL;
    case 'o':
        return RD_MAP;
    case 'a':
        return RD_LIST;
    default:
        return RD_TEXT;
    }
}

/* Which of the method's parameters each is that was given: by place, NULL where it was not. The
 * first one that the method has not; NULL. */
static const char *method_given(const struct rd_method *method, const struct rd_value *params,
                                const struct rd_value *given[METHOD_PARAMS_MAX])
{
    const char *unknown = NULL;
    for (uint32_t i = 0; params && i < params->count; i++) {
        const struct rd_pair *pair = &params->pairs[i];
        const struct rd_method_param *param = method->params;
        while (param->name && (param->name[0] != pair->key[0] || strcmp(param->name, pair->key)))
            param++;
        if (!param->name)
            unknown = unknown ? unknown : pair->key;
        else if (pair->value.kind != RD_NULL)
            given[param - method->params] = &pair->value;
    }
    return unknown;
}

static enum rd_status method_unknown(const struct rd_method *method, struct rd_request *request,
                                     const char *name)
{
    const char *names[METHOD_PARAMS_MAX];
    size_t count = 0;
    for (const struct rd_method_param *param = method->params; param->name; param++)
        names[count++] = param->name;
    return rd_error_at(&request->error, RD_INVALID_PARAMS,
                       rd_arena_printf(request->arena, "/%s", name), "%s has no parameter '%s'%s",
                       method->name, name, rd_model_guess(request->arena, name, names, count));
}

static enum rd_status method_key(struct rd_request *request)
{
    const struct rd_value *key = rd_map_get(request->params, "idempotency_key");
    if (rd_value_is(key, RD_TEXT) && (key->count == 0 || key->count > RD_IDEMPOTENCY_KEY_BYTES_MAX))
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/idempotency_key",
                           "a key has 1 to %d bytes", RD_IDEMPOTENCY_KEY_BYTES_MAX);
    return RD_OK;
}

enum rd_status rd_method_params(const struct rd_method *method, struct rd_request *request)
{
    const struct rd_value *given[METHOD_PARAMS_MAX] = { NULL };
    const char *unknown = method_given(method, request->params, given);
    for (size_t i = 0; method->params[i].name; i++) {
        const struct rd_method_param *param = &method->params[i];
        if (!given[i] && param->required)
            return rd_error_at(&request->error, RD_INVALID_PARAMS,
                               rd_arena_printf(request->arena, "/%s", param->name),
                               "%s needs the parameter '%s'", method->name, param->name);
        if (given[i] && given[i]->kind != method_kind(param->schema))
            return rd_error_at(&request->error, RD_INVALID_PARAMS,
                               rd_arena_printf(request->arena, "/%s", param->name),
                               "'%s' must be %s, not %s", param->name,
                               rd_kind_name(method_kind(param->schema)),
                               rd_kind_name(given[i]->kind));
    }
    enum rd_status status = method_key(request);
    return status == RD_OK && unknown ? method_unknown(method, request, unknown) : status;
}
