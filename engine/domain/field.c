/* Fields: from the normal form that the policy's prelude hands over to a typed field.
 *
 * The prelude has judged the words already; whatever is wrong with the values is found here, each
 * with its line, and all of it: a field with one bad option is still looked at to the end.
 * Everything is copied into the arena, so that the normal form may go.
 */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "domain/normal.h"
#include "domain/type.h"

#define KIND_COUNT ((size_t)RD_TYPE_LIST + 1)

/* One field under way. */
struct field_build {
    struct rd_arena *arena;
    const struct rd_value *spec;
    const char *file;
    struct rd_findings *findings;
    struct rd_field *field;
};

static void field_refuse(const struct field_build *build, const char *text)
{
    rd_finding_error(build->findings, build->file, build->field->line, "field '%s': %s",
                     build->field->name, text);
}

static bool field_kind(const struct field_build *build, const struct rd_value *spec,
                       enum rd_type_kind *kind)
{
    const char *name = rd_map_text(spec, "kind", "");
    const char *names[KIND_COUNT];
    for (size_t i = 0; i < KIND_COUNT; i++) {
        names[i] = rd_type_name((enum rd_type_kind)i);
        if (strcmp(names[i], name) == 0) {
            *kind = (enum rd_type_kind)i;
            return true;
        }
    }
    const char *nearest = rd_text_nearest(name, names, KIND_COUNT);
    field_refuse(build, nearest ? rd_arena_printf(build->arena, "no type '%s'; did you mean '%s'?",
                                                  name, nearest)
                                : rd_arena_printf(build->arena, "no type '%s'", name));
    return false;
}

static int field_by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void field_choices_twice(const struct field_build *build, const struct rd_type *type)
{
    const char **sorted = rd_arena_zalloc(build->arena, type->choice_count, sizeof(*sorted));
    memcpy(sorted, type->choices, type->choice_count * sizeof(*sorted));
    qsort(sorted, type->choice_count, sizeof(*sorted), field_by_text);
    for (size_t i = 1; i < type->choice_count; i++)
        if (strcmp(sorted[i - 1], sorted[i]) == 0)
            field_refuse(build,
                         rd_arena_printf(build->arena, "the choice '%s' occurs twice", sorted[i]));
}

/* Items are names, or { name, title } as a vocabulary has them. */
static void field_choices(const struct field_build *build, const struct rd_value *spec,
                          struct rd_type *type)
{
    const struct rd_value *items = rd_map_list(spec, "items");
    if (items->count == 0) {
        field_refuse(build, "a choice needs at least one item");
        return;
    }
    type->choices = rd_arena_zalloc(build->arena, items->count, sizeof(*type->choices));
    if (rd_map_text(spec, "choices", NULL))
        type->of = rd_map_text(spec, "choices", "");
    for (uint32_t i = 0; i < items->count; i++) {
        const struct rd_value *item = &items->items[i];
        const char *name = item->kind == RD_TEXT ? item->text : rd_map_text(item, "name", "");
        if (*name == '\0' || strlen(name) > RD_NAME_BYTES_MAX)
            field_refuse(build, rd_arena_printf(build->arena, "item %u is no name", i + 1));
        else
            type->choices[type->choice_count++] = name;
    }
    field_choices_twice(build, type);
}

static bool field_has_limits(enum rd_type_kind kind)
{
    switch (kind) {
    case RD_TYPE_TEXT:
    case RD_TYPE_INTEGER:
    case RD_TYPE_NUMBER:
    case RD_TYPE_MONEY:
    case RD_TYPE_DATE:
    case RD_TYPE_INSTANT:
    case RD_TYPE_LIST:
        return true;
    case RD_TYPE_BOOLEAN:
    case RD_TYPE_DURATION:
    case RD_TYPE_CHOICE:
    case RD_TYPE_REFERENCE:
    case RD_TYPE_ACCOUNT:
    case RD_TYPE_UNIT:
        break;
    }
    return false;
}

/* One of "min" and "max": spelled as the type is, but whole where it counts letters, items, or real
 * numbers. */
static bool field_limit(const struct field_build *build, const struct rd_value *spec,
                        const struct rd_type *type, const char *key, int64_t *out)
{
    const struct rd_value *value = rd_map_get(spec, key);
    if (!value || value->kind == RD_NULL)
        return false;
    if (!field_has_limits(type->kind)) {
        field_refuse(
            build, rd_arena_printf(build->arena, "a %s has no %s", rd_type_name(type->kind), key));
        return false;
    }
    bool counts = type->kind == RD_TYPE_TEXT || type->kind == RD_TYPE_LIST;
    struct rd_type plain = { .kind = type->kind };
    if (counts || type->kind == RD_TYPE_NUMBER)
        plain.kind = RD_TYPE_INTEGER;
    plain.has_min = counts;
    struct rd_value limit;
    struct rd_error error = RD_ERROR_NONE;
    if (rd_type_read(&plain, value, build->arena, &limit, &error) != RD_OK) {
        field_refuse(build, rd_arena_printf(build->arena, "%s %s", key, error.text));
        return false;
    }
    *out = limit.integer;
    return true;
}

static void field_limits(const struct field_build *build, const struct rd_value *spec,
                         struct rd_type *type)
{
    type->has_min = field_limit(build, spec, type, "min", &type->min);
    type->has_max = field_limit(build, spec, type, "max", &type->max);
    if (type->has_min && type->has_max && type->min > type->max)
        field_refuse(build, "min is greater than max");
}

static void field_normal(const struct field_build *build, const struct rd_value *spec,
                         struct rd_type *type)
{
    const char *name = rd_map_text(spec, "normal", NULL);
    if (!name)
        return;
    if (type->kind != RD_TYPE_TEXT)
        field_refuse(build, "only a text has a normal form");
    else if (!rd_normal_find(name, &type->normal))
        field_refuse(build, "normal must be phone, name or code");
}

/* The type in `spec`: the field's own, or its element's where it is a list. */
static bool field_type(const struct field_build *build, const struct rd_value *spec,
                       struct rd_type *type)
{
    if (!field_kind(build, spec, &type->kind))
        return false;
    if (type->kind == RD_TYPE_CHOICE)
        field_choices(build, spec, type);
    if (type->kind == RD_TYPE_REFERENCE) {
        type->of = rd_map_text(spec, "of", "");
        if (*type->of == '\0')
            field_refuse(build, "a reference needs the name of a record");
    }
    field_normal(build, spec, type);
    field_limits(build, spec, type);
    if (type->kind != RD_TYPE_LIST)
        return true;
    const struct rd_value *element = rd_map_get(spec, "of");
    if (!rd_value_is(element, RD_MAP)) {
        field_refuse(build, "a list needs the type of its items");
        return false;
    }
    if (strcmp(rd_map_text(element, "kind", ""), "list") == 0) {
        field_refuse(build, "a list of lists is not possible");
        return false;
    }
    type->element = rd_arena_zalloc(build->arena, 1, sizeof(*type->element));
    return field_type(build, element, type->element);
}

static void field_secrecy(const struct field_build *build)
{
    static const char *const levels[] = { "secret", "confidential", "top_secret" };
    const struct rd_value *value = rd_map_get(build->spec, "secrecy");
    if (!value || value->kind == RD_NULL)
        return;
    const char *name = rd_map_text(build->spec, "secrecy", "");
    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
        if (strcmp(name, levels[i]) == 0)
            build->field->secrecy = levels[i];
    if (!build->field->secrecy)
        field_refuse(build, "secrecy must be secret, confidential or top_secret");
}

/* derived, output, changed: what they name is judged when it is all there (derived.c). */
static void field_derived(const struct field_build *build)
{
    struct rd_field *field = build->field;
    const char *derived = rd_map_text(build->spec, "derived", NULL),
               *output = rd_map_text(build->spec, "output", NULL),
               *changed = rd_map_text(build->spec, "changed", NULL);
    if (!derived && (output || changed))
        field_refuse(build, "output and changed need derived");
    field->derived = derived;
    field->derived_output = output;
    field->changed = changed;
}

static void field_preset(const struct field_build *build)
{
    const struct rd_value *value = rd_map_get(build->spec, "default");
    struct rd_error error = RD_ERROR_NONE;
    if (value && rd_type_read(&build->field->type, value, build->arena, &build->field->preset,
                              &error) != RD_OK)
        field_refuse(build, rd_arena_printf(build->arena, "default %s", error.text));
}

static bool field_name(const struct field_build *build)
{
    const char *name = rd_map_text(build->spec, "name", "");
    build->field->name = name;
    if (*name != '\0' && strlen(name) <= RD_NAME_BYTES_MAX)
        return true;
    rd_finding_error(build->findings, build->file, build->field->line,
                     *name ? "a field's name has at most %d bytes" : "a field needs a name",
                     RD_NAME_BYTES_MAX);
    return false;
}

bool rd_field_build(struct rd_arena *arena, const struct rd_value *spec, const char *file,
                    struct rd_findings *findings, struct rd_field *out)
{
    size_t errors_before = findings->errors;
    struct field_build build = { arena, spec, file, findings, out };
    *out = (struct rd_field){
        .line = (int)rd_map_int(spec, "line", 0),
        .required = rd_map_bool(spec, "required", false),
        .unique = rd_map_bool(spec, "unique", false),
        .indexed = rd_map_bool(spec, "indexed", false),
        .personal = rd_map_bool(spec, "personal", false),
    };
    const struct rd_value *title = rd_map_get(spec, "title");
    out->title = title ? *title : rd_null();
    if (field_name(&build) && field_type(&build, spec, &out->type) &&
        findings->errors == errors_before)
        field_preset(&build);
    if (out->personal && out->type.kind != RD_TYPE_TEXT)
        field_refuse(&build, "only a text is personal");
    field_derived(&build);
    field_secrecy(&build);
    return findings->errors == errors_before;
}

const struct rd_field *rd_field_find(const struct rd_field *fields, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
    return NULL;
}
