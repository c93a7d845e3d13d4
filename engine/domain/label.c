/* Labels: what has a name in the rules has a label for people, in each of the company's languages;
 * this room finds it. What has none is shown by its name, so that a reader always sees something.
 *
 * Never does: choosing a language. Who writes to whom knows that.
 */
#include "domain/label.h"

#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "domain/model.h"
#include "domain/zone.h"

#define LABEL_DAY_MS 86400000ll

void rd_vocabularies_build(struct rd_model *model, const struct rd_value *list)
{
    struct rd_arena *arena = &model->arena;
    model->vocabularies = rd_arena_zalloc(arena, list->count + 1, sizeof *model->vocabularies);
    model->vocabulary_count = list->count;
    for (uint32_t i = 0; i < list->count; i++) {
        struct rd_vocabulary *out = &model->vocabularies[i];
        const struct rd_value *items = rd_map_list(&list->items[i], "items");
        out->name = rd_map_text(&list->items[i], "name", "?");
        out->items = rd_arena_zalloc(arena, items->count + 1, sizeof *out->items);
        out->titles = rd_arena_zalloc(arena, items->count + 1, sizeof *out->titles);
        for (uint32_t k = 0; k < items->count; k++, out->count++) {
            const struct rd_value *title = rd_map_get(&items->items[k], "title");
            out->items[k] = rd_map_text(&items->items[k], "name", "?");
            out->titles[k] = title ? *title : rd_null();
        }
    }
}

const char *rd_label_of(const struct rd_model *model, const struct rd_value *titles,
                        const char *language, const char *otherwise)
{
    const char *label = language ? rd_map_text(titles, language, NULL) : NULL;
    if (!label)
        label = rd_map_text(titles, model->language, NULL);
    if (!label && rd_value_is(titles, RD_MAP) && titles->count > 0 &&
        titles->pairs[0].value.kind == RD_TEXT)
        label = titles->pairs[0].value.text;
    return label ? label : otherwise;
}

const char *rd_label_choice(const struct rd_model *model, const struct rd_type *type,
                            const char *item, const char *language)
{
    for (size_t v = 0; type->of && v < model->vocabulary_count; v++) {
        const struct rd_vocabulary *words = &model->vocabularies[v];
        for (size_t i = 0; strcmp(words->name, type->of) == 0 && i < words->count; i++)
            if (strcmp(words->items[i], item) == 0)
                return rd_label_of(model, &words->titles[i], language, item);
    }
    int role = type->of && strcmp(type->of, "roles") == 0
                   ? rd_role_find(&model->organisation, item)
                   : -1; /* the organisation's roles are a vocabulary too */
    return role >= 0 ? rd_label_of(model, &model->organisation.roles[role].title, language, item)
                     : item;
}

const char *rd_label_day(const struct rd_model *model, int64_t time_ms, struct rd_arena *arena)
{
    int64_t local = rd_zone_local_ms(model->local, time_ms);
    char text[RD_DATE_TEXT_MAX];
    rd_date_write((local - (local < 0 ? LABEL_DAY_MS - 1 : 0)) / LABEL_DAY_MS, text);
    return rd_arena_copy(arena, text, sizeof text - 1);
}

const char *rd_label_time(const struct rd_model *model, int64_t time_ms, struct rd_arena *arena)
{
    int64_t local = rd_zone_local_ms(model->local, time_ms) % LABEL_DAY_MS;
    unsigned minutes = (unsigned)((local + (local < 0 ? LABEL_DAY_MS : 0)) / 60000);
    char clock[] = " hh:mm";
    rd_text_put_digits(clock + 1, minutes / 60, 2);
    rd_text_put_digits(clock + 4, minutes % 60, 2);
    return rd_arena_join(arena, rd_label_day(model, time_ms, arena), clock);
}

static const char *label_unit(const struct rd_model *model, const char *name, const char *language)
{
    int unit = rd_unit_find(&model->organisation, name);
    return unit >= 0 ? rd_label_of(model, &model->organisation.units[unit].title, language, name)
                     : name;
}

static const char *label_account(const struct rd_model *model, const char *name)
{
    const struct rd_account *account = rd_account_find(&model->organisation, name);
    return account ? account->title : name;
}

static const char *label_list(const struct rd_model *model, const struct rd_type *type,
                              const struct rd_value *list, const char *language,
                              struct rd_arena *arena)
{
    struct rd_buf all;
    rd_buf_init(&all);
    for (uint32_t i = 0; i < list->count; i++) {
        rd_buf_text(&all, i ? ", " : "");
        rd_buf_text(&all, rd_label_show(model, type, &list->items[i], language, arena));
    }
    const char *kept = rd_arena_copy(arena, all.data ? all.data : "", all.len);
    rd_buf_fini(&all);
    return kept;
}

/* Yes and no are words of the language itself, not of a company. */
static const char *label_boolean(bool yes, const char *language)
{
    bool chinese = language && strcmp(language, "zh") == 0;
    return yes ? (chinese ? "是" : "yes") : (chinese ? "否" : "no");
}

static const char *label_plain(const struct rd_type *type, const struct rd_value *inside,
                               struct rd_arena *arena)
{
    struct rd_value shown = rd_type_show(type, inside, arena);
    if (shown.kind == RD_TEXT)
        return shown.text;
    struct rd_buf text;
    rd_buf_init(&text);
    rd_json_write(&text, &shown);
    const char *kept = rd_arena_copy(arena, text.data ? text.data : "", text.len);
    rd_buf_fini(&text);
    return kept;
}

const char *rd_label_show(const struct rd_model *model, const struct rd_type *type,
                          const struct rd_value *inside, const char *language,
                          struct rd_arena *arena)
{
    if (!inside || inside->kind == RD_NULL)
        return "";
    if (type->kind == RD_TYPE_CHOICE && inside->kind == RD_TEXT)
        return rd_label_choice(model, type, inside->text, language);
    if (type->kind == RD_TYPE_ACCOUNT && inside->kind == RD_TEXT)
        return label_account(model, inside->text);
    if (type->kind == RD_TYPE_UNIT && inside->kind == RD_TEXT)
        return label_unit(model, inside->text, language);
    if (type->kind == RD_TYPE_INSTANT && inside->kind == RD_INT)
        return rd_label_time(model, inside->integer, arena);
    if (type->kind == RD_TYPE_BOOLEAN && inside->kind == RD_BOOL)
        return label_boolean(inside->boolean, language);
    if (type->kind == RD_TYPE_LIST && inside->kind == RD_LIST && type->element)
        return label_list(model, type->element, inside, language, arena);
    return label_plain(type, inside, arena);
}
