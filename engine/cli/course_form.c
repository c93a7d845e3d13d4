/* Forms as they were filled in: the words of the policy, numbers, dates moved along with the
 * calendar, and references to the record that plays the part of the one that was meant then. What
 * people wrote in words of their own is made up, as in any simulation.
 */
#include "cli/course.h"

#include <string.h>

/* The record that now stands for one of the past: of several of a case the one that has it for a
 * twin, else the case's newest of that type, else whoever has it for a twin. */
static bool form_reference(const struct rd_sim *sim, const struct rd_sim_case *item,
                           const struct rd_type *type, uint64_t past_id, struct rd_value *out)
{
    const struct rd_course *course = sim->course;
    const struct rd_past_case *meant = rd_past_find(course->fit->past, past_id);
    uint32_t twin = meant ? (uint32_t)(meant - course->fit->past->cases) : RD_COURSE_NONE;
    uint64_t id = 0;
    for (uint32_t s = item ? item->child : 0; s; s = sim->book.cases[s - 1].sibling) {
        const struct rd_sim_case *child = &sim->book.cases[s - 1];
        if (strcmp(child->type->name, type->of) != 0)
            continue;
        if (id == 0 || child->twin == twin + 1)
            id = child->id.value;
    }
    if (id == 0 && meant)
        id = course->ids[twin];
    *out = rd_int((int64_t)id);
    return id != 0;
}

static bool form_value(const struct rd_sim *sim, const struct rd_sim_case *item,
                       const struct rd_type *type, const struct rd_value *past, int64_t moved_ms,
                       struct rd_value *out)
{
    *out = *past;
    switch (type->kind) {
    case RD_TYPE_CHOICE:
    case RD_TYPE_UNIT:
        return past->kind == RD_TEXT;
    case RD_TYPE_INTEGER:
    case RD_TYPE_MONEY:
        return past->kind == RD_INT;
    case RD_TYPE_NUMBER:
        return past->kind == RD_INT || past->kind == RD_REAL;
    case RD_TYPE_BOOLEAN:
        return past->kind == RD_BOOL;
    case RD_TYPE_DATE:
        if (past->kind == RD_INT)
            out->integer += moved_ms / RD_PAST_DAY_MS;
        return past->kind == RD_INT;
    case RD_TYPE_INSTANT:
        if (past->kind == RD_INT)
            out->integer += moved_ms;
        return past->kind == RD_INT;
    case RD_TYPE_REFERENCE:
        return past->kind == RD_INT &&
               form_reference(sim, item, type, (uint64_t)past->integer, out);
    case RD_TYPE_LIST:
        return past->kind == RD_LIST && type->element->kind == RD_TYPE_CHOICE;
    case RD_TYPE_TEXT:
    case RD_TYPE_DURATION:
    case RD_TYPE_ACCOUNT:
        return false;
    }
    return false;
}

/* Whether what was left empty in the past would have been kept if it had not been. */
static bool form_says(const struct rd_type *type)
{
    return type->kind != RD_TYPE_TEXT && type->kind != RD_TYPE_DURATION &&
           type->kind != RD_TYPE_ACCOUNT;
}

static void form_field(struct rd_sim *sim, const struct rd_sim_case *item,
                       const struct rd_field *field, const struct rd_value *past, int64_t moved_ms,
                       struct rd_value *out)
{
    struct rd_value inside, shown, ignored;
    struct rd_error error = RD_ERROR_NONE;
    const struct rd_value *was = past ? rd_map_get(past, field->name) : NULL;
    if (!was) {
        if (!field->required && form_says(&field->type))
            rd_map_remove(out, field->name);
        return;
    }
    if (!form_value(sim, item, &field->type, was, moved_ms, &inside))
        return;
    shown = rd_type_show(&field->type, &inside, &sim->arena);
    if (rd_type_read(&field->type, &shown, &sim->arena, &ignored, &error) == RD_OK)
        rd_map_set(&sim->arena, out, field->name, shown);
}

/* Whole days: a working day's form is filled in at the same hour. */
static int64_t form_moved(const struct rd_sim *sim, int64_t then_ms)
{
    int64_t moved = sim->now_ms - then_ms;
    return moved - moved % RD_PAST_DAY_MS;
}

void rd_course_form(struct rd_sim *sim, const struct rd_sim_case *item, const struct rd_form *form,
                    const struct rd_value *past, int64_t then_ms, struct rd_value *out)
{
    for (size_t i = 0; form && i < form->count; i++)
        form_field(sim, item, &form->entries[i].field, past, form_moved(sim, then_ms), out);
}

void rd_course_fields(struct rd_sim *sim, const struct rd_record_type *type,
                      const struct rd_past_case *twin, struct rd_value *out)
{
    for (size_t i = 0; i < type->field_count; i++)
        if (!type->fields[i].derived && !type->fields[i].unique)
            form_field(sim, NULL, &type->fields[i], &twin->form, form_moved(sim, twin->opened_ms),
                       out);
}
