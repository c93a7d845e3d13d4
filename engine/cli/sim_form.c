/* Forms filled in by somebody who knows the types of the fields and nothing else. Amounts lie
 * evenly over the orders of magnitude, so that every row of an authority table meets some; of a
 * choice the first word is taken more often, since that is where policies put the usual case.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/sim.h"
#include "domain/zone.h"

#define FORM_DAY_MS 86400000ll

static const char *const form_sentences[] = {
    "The invoice was sent twice",        "它每天晚上都出故障",
    "Nobody came on the day agreed",     "服务人员态度不好",
    "The meter shows too much",          "货物到达时已损坏",
    "Agreed with the customer by phone", "已与客户电话确认",
};

static struct rd_value form_text(struct rd_sim *sim, const struct rd_field *field)
{
    const struct rd_type *type = &field->type;
    const char *text =
        form_sentences[rd_sim_draw(&sim->random, sizeof form_sentences / sizeof *form_sentences)];
    sim->serial++;
    if (strstr(field->name, "phone")) /* looks like one: normal forms are made of it */
        text = rd_arena_printf(&sim->arena, "139%08llu",
                               (unsigned long long)(sim->serial % 100000000));
    else if (field->unique && type->has_max && type->max <= 64) /* a code or a name for machines */
        text = rd_arena_printf(&sim->arena, "n%llu", (unsigned long long)sim->serial);
    else if (field->unique || field->required)
        text = rd_arena_printf(&sim->arena, "%s %llu", text, (unsigned long long)sim->serial);
    if (type->has_max && (int64_t)strlen(text) > type->max)
        text = rd_arena_printf(&sim->arena, "%0*llu", (int)(type->max < 18 ? type->max : 18),
                               (unsigned long long)sim->serial);
    if (type->has_min && (int64_t)strlen(text) < type->min)
        text = rd_arena_printf(&sim->arena, "%-*s.", (int)type->min, text);
    return rd_text(text);
}

static int64_t form_between(struct rd_sim *sim, const struct rd_type *type, int64_t from,
                            int64_t to)
{
    if (type->has_min && from < type->min)
        from = type->min;
    if (type->has_max && to > type->max)
        to = type->max;
    return to <= from ? from : from + (int64_t)rd_sim_draw(&sim->random, (uint64_t)(to - from) + 1);
}

static struct rd_value form_money(struct rd_sim *sim, const struct rd_type *type)
{
    char text[RD_MONEY_TEXT_MAX];
    int64_t top = 100;
    for (uint64_t digits = rd_sim_draw(&sim->random, 7); digits > 0; digits--)
        top *= 10;
    rd_money_write(form_between(sim, type, 1, top), text);
    return rd_text_copy(&sim->arena, text, strlen(text));
}

static struct rd_value form_date(struct rd_sim *sim)
{
    int year, month, day;
    int64_t local = rd_zone_local_ms(sim->model->local, sim->now_ms);
    rd_date_civil(local / FORM_DAY_MS + (int64_t)rd_sim_draw(&sim->random, 31) - 15, &year, &month,
                  &day);
    return rd_text(rd_arena_printf(&sim->arena, "%04d-%02d-%02d", year, month, day));
}

static struct rd_value form_instant(struct rd_sim *sim)
{
    int year, month, day;
    int64_t at = sim->now_ms + (int64_t)rd_sim_draw(&sim->random, 7 * 24) * 3600000;
    rd_date_civil(at / FORM_DAY_MS, &year, &month, &day);
    int64_t minute = at % FORM_DAY_MS / 60000;
    return rd_text(rd_arena_printf(&sim->arena, "%04d-%02d-%02dT%02d:%02d:00Z", year, month, day,
                                   (int)(minute / 60), (int)(minute % 60)));
}

/* One of the newest records of that type, so that work gathers where it does in life. */
static bool form_reference(struct rd_sim *sim, const char *of, struct rd_value *out)
{
    char text[RD_ID_TEXT_MAX];
    const struct rd_record_type *type = rd_model_type(sim->model, of);
    for (int tries = 0; tries < 400 && sim->book.count > 0; tries++) {
        const struct rd_sim_case *item =
            &sim->book.cases[rd_sim_draw(&sim->random, sim->book.count)];
        if (item->type != type)
            continue;
        rd_id_write(item->id, text);
        *out = rd_text_copy(&sim->arena, text, strlen(text));
        return true;
    }
    for (size_t i = 0; i < sim->book.count; i++) /* rare ones */
        if (sim->book.cases[i].type == type) {
            rd_id_write(sim->book.cases[i].id, text);
            *out = rd_text_copy(&sim->arena, text, strlen(text));
            return true;
        }
    return false;
}

static bool form_value(struct rd_sim *sim, const struct rd_field *field, const struct rd_type *type,
                       struct rd_value *out)
{
    static const char *const durations[] = { "2 hours", "1 business day", "3 days" };
    const struct rd_organisation *organisation = &sim->model->organisation;
    switch (type->kind) {
    case RD_TYPE_TEXT:
        *out = form_text(sim, field);
        return true;
    case RD_TYPE_INTEGER:
        *out = rd_int(form_between(sim, type, type->has_min ? type->min : 0,
                                   (type->has_min ? type->min : 0) + 12));
        return true;
    case RD_TYPE_NUMBER:
        *out = rd_real((double)form_between(sim, type, 0, 100) / (type->has_max ? 1.0 : 100.0));
        return true;
    case RD_TYPE_MONEY:
        *out = form_money(sim, type);
        return true;
    case RD_TYPE_BOOLEAN:
        *out = rd_bool(rd_sim_chance(&sim->random, 850));
        return true;
    case RD_TYPE_DATE:
        *out = form_date(sim);
        return true;
    case RD_TYPE_INSTANT:
        *out = form_instant(sim);
        return true;
    case RD_TYPE_DURATION:
        *out = rd_text(durations[rd_sim_draw(&sim->random, 3)]);
        return true;
    case RD_TYPE_CHOICE:
        *out = rd_text(type->choices[rd_sim_chance(&sim->random, 500)
                                         ? 0
                                         : rd_sim_draw(&sim->random, type->choice_count)]);
        return true;
    case RD_TYPE_REFERENCE:
        return form_reference(sim, type->of, out);
    case RD_TYPE_ACCOUNT: {
        const struct rd_account *account = rd_sim_people_any(sim);
        *out = account ? rd_text(account->name) : rd_null();
        return account != NULL;
    }
    case RD_TYPE_UNIT:
        if (organisation->unit_count == 0)
            return false;
        *out =
            rd_text(organisation->units[rd_sim_draw(&sim->random, organisation->unit_count)].name);
        return true;
    case RD_TYPE_LIST: {
        int64_t count = form_between(sim, type, 1, 3);
        *out = rd_list();
        for (int64_t i = 0; i < count; i++) {
            struct rd_value item;
            if (!form_value(sim, field, type->element, &item))
                return false;
            if (type->element->kind == RD_TYPE_CHOICE) /* each once */
                item = rd_text(type->element->choices[(size_t)i % type->element->choice_count]);
            rd_list_add(&sim->arena, out, item);
        }
        return true;
    }
    }
    return false;
}

static bool form_field(struct rd_sim *sim, const struct rd_field *field, struct rd_value *out)
{
    struct rd_value value;
    if (!field->required &&
        (field->type.kind == RD_TYPE_ACCOUNT || rd_sim_chance(&sim->random, 500)))
        return true;
    if (!form_value(sim, field, &field->type, &value))
        return !field->required;
    rd_map_set(&sim->arena, out, field->name, value);
    return true;
}

/* References of one form belong together in life: where a chosen record refers to one of the same
 * type (a rating to its customer), that one is taken. */
static void form_agree(struct rd_sim *sim, const struct rd_form *form, struct rd_value *out)
{
    for (uint32_t i = 0; i < out->count; i++) {
        const struct rd_field *chosen = NULL;
        struct rd_value params = rd_map(), record;
        struct rd_error ignored = RD_ERROR_NONE;
        for (size_t e = 0; e < form->count; e++)
            if (strcmp(form->entries[e].field.name, out->pairs[i].key) == 0)
                chosen = &form->entries[e].field;
        if (!chosen || chosen->type.kind != RD_TYPE_REFERENCE)
            continue;
        rd_map_add(&sim->arena, &params, "id", out->pairs[i].value);
        if (rd_sim_call(sim, "case.get", &params, &record, &ignored) != RD_OK)
            continue;
        for (size_t e = 0; e < form->count; e++) {
            const struct rd_field *other = &form->entries[e].field;
            const char *same = rd_map_text(rd_map_get(&record, "data"), other->name, NULL);
            if (other != chosen && other->type.kind == RD_TYPE_REFERENCE && same)
                rd_map_set(&sim->arena, out, other->name, rd_text(same));
        }
    }
}

static size_t form_references(const struct rd_form *form)
{
    size_t count = 0;
    for (size_t i = 0; i < form->count; i++)
        count += form->entries[i].field.type.kind == RD_TYPE_REFERENCE;
    return count;
}

bool rd_sim_form(struct rd_sim *sim, const struct rd_form *form, struct rd_value *out)
{
    *out = rd_map();
    if (form && form->whole)
        return rd_sim_fields(sim, form->of, out);
    for (size_t i = 0; form && i < form->count; i++)
        if (!form_field(sim, &form->entries[i].field, out))
            return false;
    if (form && form_references(form) > 1)
        form_agree(sim, form, out);
    return true;
}

bool rd_sim_fields(struct rd_sim *sim, const struct rd_record_type *type, struct rd_value *out)
{
    *out = rd_map();
    for (size_t i = 0; i < type->field_count; i++)
        if (!type->fields[i].derived && !form_field(sim, &type->fields[i], out))
            return false;
    return true;
}

void rd_sim_form_spoil(struct rd_sim *sim, struct rd_value *form)
{
    struct rd_value strange = rd_map();
    uint64_t way = rd_sim_draw(&sim->random, form->count ? 3 : 1);
    uint64_t at = form->count ? rd_sim_draw(&sim->random, form->count) : 0;
    rd_map_set(&sim->arena, &strange, "no", rd_text("such thing"));
    if (way == 0)
        rd_map_set(&sim->arena, form, "no_such_field_anywhere", rd_int(1));
    else if (way == 1) /* no type is a map */
        form->pairs[at].value = strange;
    else {
        struct rd_value list = rd_list();
        rd_list_add(&sim->arena, &list, strange);
        form->pairs[at].value = list;
    }
}
