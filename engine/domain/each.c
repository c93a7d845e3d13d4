/* `each "TYPE" { ... }`: which records, and what is done for each. Judged here once, for actions
 * (when they return it) and for schedules (when they are loaded), so that a job that has begun
 * meets only what the records themselves bring.
 */
#include <string.h>

#include "domain/job.h"
#include "domain/model.h"

/* One `each` under way. */
struct each_build {
    const struct rd_model *model;
    struct rd_arena *arena;
    struct rd_error *error;
    bool outside;
};

static enum rd_status each_fault(const struct each_build *b, const char *format, ...)
    RD_PRINTF(2, 3);
static enum rd_status each_fault(const struct each_build *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = rd_arena_vprintf(b->arena, format, args);
    va_end(args);
    return rd_error_set(b->error, RD_POLICY_FAULT, "%s", text);
}

static const char *each_guess(const struct each_build *b, const char *word, const void *table,
                              size_t size, size_t count)
{
    const char **names = rd_arena_alloc(b->arena, (count + 1) * sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = *(const char *const *)((const char *)table + i * size);
    return rd_model_guess(b->arena, word, names, count);
}

static enum rd_status each_type(const struct each_build *b, const char *key, const char *name,
                                const struct rd_record_type **out)
{
    const struct rd_model *model = b->model;
    *out = rd_model_type(model, name);
    return *out ? RD_OK
                : each_fault(
                      b, "%s: no record '%s'%s", key, name,
                      each_guess(b, name, model->types, sizeof *model->types, model->type_count));
}

static const struct rd_chart *each_chart(const struct rd_model *model,
                                         const struct rd_record_type *type)
{
    for (size_t c = 0; c < model->chart_count; c++)
        if (model->charts[c].type == type)
            return &model->charts[c];
    return NULL;
}

static enum rd_status each_value(const struct each_build *b, const char *key,
                                 const struct rd_field *field, const struct rd_value *value,
                                 struct rd_value *out)
{
    struct rd_error why = RD_ERROR_NONE;
    enum rd_status status = b->outside ? rd_type_read(&field->type, value, b->arena, out, &why)
                                       : rd_type_accept(&field->type, value, b->arena, out, &why);
    return status == RD_OK ? RD_OK : each_fault(b, "%s: '%s' %s", key, field->name, why.text);
}

static enum rd_status each_field(const struct each_build *b, const char *key,
                                 const struct rd_record_type *type, const char *name,
                                 const struct rd_field **out)
{
    int at = rd_type_field(type, name);
    *out = at >= 0 ? &type->fields[at] : NULL;
    return at >= 0 ? RD_OK
                   : each_fault(b, "%s: record '%s' has no field '%s'%s", key, type->name, name,
                                each_guess(b, name, type->fields, sizeof *type->fields,
                                           type->field_count));
}

/* The values of one condition: one, or a list of which any will do. */
static enum rd_status each_values(const struct each_build *b, const char *key,
                                  const struct rd_record_type *type, const struct rd_pair *pair,
                                  struct rd_value *out)
{
    const struct rd_chart *chart = each_chart(b->model, type);
    const struct rd_field *field = NULL;
    bool state = strcmp(pair->key, "state") == 0 && chart, many = pair->value.kind == RD_LIST;
    enum rd_status status = state ? RD_OK : each_field(b, key, type, pair->key, &field);
    uint32_t count = many ? pair->value.count : 1;
    if (status == RD_OK && count == 0)
        return each_fault(b, "%s: '%s' has no value", key, pair->key);
    for (uint32_t i = 0; status == RD_OK && i < count; i++) {
        const struct rd_value *value = many ? &pair->value.items[i] : &pair->value;
        struct rd_value inside = *value;
        if (value->kind == RD_NULL)
            status = each_fault(b, "%s: '%s' has no value", key, pair->key);
        else if (!state)
            status = each_value(b, key, field, value, &inside);
        else if (value->kind != RD_TEXT || rd_state_find(chart, value->text) < 0)
            status = each_fault(b, "%s: '%s' has no state '%s'%s", key, type->name,
                                value->kind == RD_TEXT ? value->text : "?",
                                value->kind == RD_TEXT
                                    ? each_guess(b, value->text, chart->states,
                                                 sizeof *chart->states, chart->state_count)
                                    : "");
        if (status == RD_OK)
            rd_list_add(b->arena, out, inside);
    }
    return status;
}

/* `same` and `where` become one list of conditions. */
static enum rd_status each_conditions(const struct each_build *b, const struct rd_value *given,
                                      const struct rd_record_type *type, struct rd_value *where)
{
    static const char *const KEYS[] = { "same", "where" };
    for (size_t k = 0; k < 2; k++) {
        const struct rd_value *map = rd_map_get(given, KEYS[k]);
        for (uint32_t i = 0; rd_value_is(map, RD_MAP) && i < map->count; i++) {
            struct rd_value condition = rd_list(), values = rd_list();
            enum rd_status status = each_values(b, KEYS[k], type, &map->pairs[i], &values);
            if (status != RD_OK)
                return status;
            rd_list_add(b->arena, &condition, rd_text(map->pairs[i].key));
            rd_list_add(b->arena, &condition, values);
            rd_list_add(b->arena, where, condition);
        }
    }
    return RD_OK;
}

/* Fields that are set on a record: the found one (form) or the new one (data). */
static enum rd_status each_fields(const struct each_build *b, const char *key,
                                  const struct rd_record_type *type, const struct rd_value *given,
                                  struct rd_value *out)
{
    *out = rd_map();
    for (uint32_t i = 0; rd_value_is(given, RD_MAP) && i < given->count; i++) {
        const struct rd_field *field;
        struct rd_value inside;
        enum rd_status status = each_field(b, key, type, given->pairs[i].key, &field);
        if (status == RD_OK && field->derived)
            status = each_fault(b, "%s: '%s' is derived by '%s': no rule sets it", key, field->name,
                                field->derived);
        if (status == RD_OK)
            status = each_value(b, key, field, &given->pairs[i].value, &inside);
        if (status != RD_OK)
            return status;
        rd_map_set(b->arena, out, field->name, inside);
    }
    return RD_OK;
}

static enum rd_status each_send(const struct each_build *b, const struct rd_value *given,
                                const struct rd_record_type *type, struct rd_value *spec)
{
    const char *event = rd_map_text(given, "send", "?");
    const struct rd_chart *chart = each_chart(b->model, type);
    struct rd_value form;
    if (!chart || !rd_event_exists(chart, event))
        return each_fault(b, "send: no state of '%s' knows the event '%s'", type->name, event);
    enum rd_status status = each_fields(b, "form", type, rd_map_get(given, "form"), &form);
    rd_map_add(b->arena, spec, "send", rd_text(event));
    rd_map_add(b->arena, spec, "form", form);
    return status;
}

static enum rd_status each_start(const struct each_build *b, const struct rd_value *given,
                                 const struct rd_record_type *type, struct rd_value *spec)
{
    const char *link = rd_map_text(given, "link", NULL);
    const struct rd_record_type *started;
    const struct rd_field *field = NULL;
    struct rd_value data;
    enum rd_status status = each_type(b, "start", rd_map_text(given, "start", "?"), &started);
    if (status == RD_OK && started->ledger)
        return each_fault(b,
                          "start: entries of ledger '%s' are posted by rules; nothing starts one",
                          started->name);
    if (status == RD_OK && link)
        status = each_field(b, "link", started, link, &field);
    if (status == RD_OK && field &&
        (field->type.kind != RD_TYPE_REFERENCE || strcmp(field->type.of, type->name) != 0))
        status = each_fault(b, "link: '%s' of '%s' is no reference to '%s'", link, started->name,
                            type->name);
    if (status == RD_OK)
        status = each_fields(b, "data", started, rd_map_get(given, "data"), &data);
    if (status != RD_OK)
        return status;
    rd_map_add(b->arena, spec, "start", rd_text(started->name));
    rd_map_add(b->arena, spec, "data", data);
    if (link)
        rd_map_add(b->arena, spec, "link", rd_text(link));
    return RD_OK;
}

enum rd_status rd_each_build(const struct rd_model *model, const struct rd_value *given,
                             bool outside, struct rd_arena *arena, struct rd_value *spec,
                             struct rd_error *error)
{
    struct each_build b = { model, arena, error, outside };
    const struct rd_record_type *type;
    const struct rd_value *send = rd_map_get(given, "send"), *start = rd_map_get(given, "start");
    struct rd_value where = rd_list();
    enum rd_status status = each_type(&b, "each", rd_map_text(given, "type", "?"), &type);
    if (status == RD_OK && !send == !start)
        status = each_fault(&b, "each '%s': say either send = EVENT or start = RECORD", type->name);
    if (status == RD_OK)
        status = each_conditions(&b, given, type, &where);
    if (status != RD_OK)
        return status;
    *spec = rd_map();
    rd_map_add(arena, spec, "type", rd_text(type->name));
    rd_map_add(arena, spec, "where", where);
    return send ? each_send(&b, given, type, spec) : each_start(&b, given, type, spec);
}
