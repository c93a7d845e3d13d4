/* Staff as records, compiled: the fields that mean something to the engine, by index.
 *
 * Never does: looking anybody up. That needs the store (kernel/staff.c).
 */
#include "domain/staff.h"

#include <string.h>

#include "domain/model.h"

static const struct staff_key {
    const char *key;
    enum rd_type_kind kind;
    bool must;
} STAFF_KEYS[RD_STAFF_FIELDS] = {
#define RD_STAFF_FIELD_KEY(name, key, kind, must) { key, kind, must },
    RD_STAFF_FIELD_MAP(RD_STAFF_FIELD_KEY)
#undef RD_STAFF_FIELD_KEY
};

const char *rd_staff_field_name(const struct rd_staff *staff, enum rd_staff_field field)
{
    int at = staff->fields[field];
    return staff->type && at >= 0 ? staff->type->fields[at].name : NULL;
}

bool rd_staff_is_working(const struct rd_staff *staff, const char *state)
{
    for (size_t i = 0; i < staff->working_count; i++)
        if (state && strcmp(staff->working[i], state) == 0)
            return true;
    return staff->working_count == 0;
}

static void staff_field_build(struct rd_model *model, const struct rd_value *spec, size_t at,
                              struct rd_findings *findings)
{
    struct rd_staff *staff = &model->staff;
    const struct staff_key *key = &STAFF_KEYS[at];
    const char *name = rd_map_text(spec, key->key, NULL);
    staff->fields[at] = name ? rd_type_field(staff->type, name) : -1;
    if (!name)
        return;
    if (staff->fields[at] < 0) {
        const char *names[RD_FIELDS_MAX];
        for (size_t i = 0; i < staff->type->field_count; i++)
            names[i] = staff->type->fields[i].name;
        rd_finding_error(findings, staff->file, staff->line,
                         "staff: %s: record '%s' has no field '%s'%s", key->key, staff->type->name,
                         name,
                         rd_model_guess(&model->arena, name, names, staff->type->field_count));
        return;
    }
    const struct rd_type *type = &staff->type->fields[staff->fields[at]].type;
    bool fits = type->kind == key->kind;
    if (at == RD_STAFF_ROLES) /* one role, or several */
        fits = type->kind == RD_TYPE_CHOICE ||
               (fits && type->element && type->element->kind == RD_TYPE_CHOICE);
    if (!fits)
        rd_finding_error(
            findings, staff->file, staff->line, "staff: %s: '%s' must be %s field", key->key, name,
            at == RD_STAFF_ROLES
                ? "a list_of(roles)"
                : rd_arena_printf(&model->arena, "%s %s",
                                  strchr("aeiou", rd_type_name(key->kind)[0]) ? "an" : "a",
                                  rd_type_name(key->kind)));
}

static void staff_working_build(struct rd_model *model, const struct rd_value *list,
                                struct rd_findings *findings)
{
    struct rd_staff *staff = &model->staff;
    const struct rd_chart *chart = NULL;
    for (size_t i = 0; i < model->chart_count; i++)
        if (model->charts[i].type == staff->type)
            chart = &model->charts[i];
    staff->working = rd_arena_zalloc(&model->arena, list->count + 1, sizeof *staff->working);
    for (uint32_t i = 0; i < list->count; i++) {
        const char *name = list->items[i].kind == RD_TEXT ? list->items[i].text : "?";
        staff->working[staff->working_count++] = name;
        if (chart && rd_state_find(chart, name) >= 0)
            continue;
        const char *names[RD_STATES_MAX];
        size_t count = chart ? chart->state_count : 0;
        for (size_t s = 0; s < count; s++)
            names[s] = chart->states[s].name;
        rd_finding_error(findings, staff->file, staff->line,
                         "staff: working: '%s' has no state '%s'%s", staff->type->name, name,
                         rd_model_guess(&model->arena, name, names, count));
    }
}

void rd_staff_build(struct rd_model *model, const struct rd_value *normal,
                    struct rd_findings *findings)
{
    const struct rd_value *spec = rd_map_get(normal, "staff");
    struct rd_staff *staff = &model->staff;
    *staff = (struct rd_staff){ .file = rd_map_text(spec, "file", "rules"),
                                .line = (int)rd_map_int(spec, "line", 0) };
    if (!rd_value_is(spec, RD_MAP))
        return;
    const char *record = rd_map_text(spec, "record", "?");
    staff->type = rd_model_type(model, record);
    if (!staff->type) {
        const char **names = rd_arena_alloc(&model->arena, (model->type_count + 1) * sizeof *names);
        for (size_t i = 0; i < model->type_count; i++)
            names[i] = model->types[i].name;
        rd_finding_error(findings, staff->file, staff->line, "staff: no record '%s'%s", record,
                         rd_model_guess(&model->arena, record, names, model->type_count));
        return;
    }
    for (size_t i = 0; i < RD_STAFF_FIELDS; i++)
        staff_field_build(model, spec, i, findings);
    staff_working_build(model, rd_map_list(spec, "working"), findings);
    int account = staff->fields[RD_STAFF_ACCOUNT];
    if (account >= 0 && !staff->type->fields[account].unique)
        rd_finding_error(findings, staff->file, staff->line,
                         "staff: account: '%s' must be unique: text { unique = true }",
                         staff->type->fields[account].name);
    if ((staff->fields[RD_STAFF_DEPUTY] < 0) != (staff->fields[RD_STAFF_DEPUTY_UNTIL] < 0))
        rd_finding_error(findings, staff->file, staff->line,
                         "staff: deputy and deputy_until go together: a delegation has an end");
}
