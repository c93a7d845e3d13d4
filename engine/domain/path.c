/* Paths of facts, resolved once. What a name means is settled here, in the order in which the
 * kernel has always looked: the form in hand, a fact, the record's id where no field is called so,
 * a field.
 */
#include "domain/path.h"

#include <string.h>

#include "domain/model.h"

static struct rd_path path_plain(const struct rd_record_type *type, const char *text)
{
    int fact = type->chart ? rd_fact_find(type->chart, text) : -1,
        field = rd_type_field(type, text);
    struct rd_path path = { .kind = RD_PATH_FIELD, .field = (int16_t)field };
    if (fact >= 0)
        path.kind = RD_PATH_FACT;
    else if (field < 0 && strcmp(text, "id") == 0)
        path.kind = RD_PATH_ID;
    path.fact = (int16_t)fact;
    return path;
}

static enum rd_path_kind path_of_actor(const char *what)
{
    static const struct {
        const char *name;
        enum rd_path_kind kind;
    } WORDS[] = { { "account", RD_PATH_ACCOUNT },
                  { "right", RD_PATH_RIGHT },
                  { "unit", RD_PATH_UNIT },
                  { "group", RD_PATH_GROUP } };
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (strcmp(WORDS[i].name, what) == 0)
            return WORDS[i].kind;
    return RD_PATH_NOTHING;
}

static struct rd_path path_linked(const struct rd_model *model, const struct rd_record_type *type,
                                  int field, const char *name)
{
    struct rd_path path = { .kind = field < 0 ? RD_PATH_NOTHING : RD_PATH_LINKED,
                            .field = (int16_t)field,
                            .there = -1 };
    if (field >= 0 && type->fields[field].type.kind == RD_TYPE_REFERENCE)
        path.of = rd_model_type(model, type->fields[field].type.of);
    if (path.of)
        path.there = (int16_t)rd_type_field(path.of, name);
    return path;
}

struct rd_path rd_path_of(const struct rd_model *model, const struct rd_record_type *type,
                          struct rd_arena *arena, const char *text)
{
    struct rd_path path = { .kind = RD_PATH_NOTHING };
    const char *dot = text ? strchr(text, '.') : NULL;
    const char *head = dot ? rd_arena_copy(arena, text, (size_t)(dot - text)) : text;
    if (!text)
        return path;
    if (!dot)
        path = path_plain(type, text);
    else if (strcmp(head, "form") == 0)
        path.kind = RD_PATH_FORM;
    else if (strcmp(head, "actor") == 0)
        path.kind = path_of_actor(dot + 1);
    else
        path = path_linked(model, type, rd_type_field(type, head), dot + 1);
    path.number = rd_lookup_find(&model->lookup, text);
    path.text = text;
    path.name = dot ? dot + 1 : text;
    return path;
}

static struct rd_input input_of(const struct rd_model *model, const struct rd_record_type *type,
                                const char *name, const struct rd_fact *fact,
                                struct rd_arena *arena)
{
    struct rd_input input = { .name = name, .number = rd_lookup_find(&model->lookup, name) };
    for (size_t i = 0; fact && i < fact->with_count; i++)
        if (strcmp(fact->with[i].name, name) == 0) {
            input.constant = !fact->with[i].path;
            input.value = fact->with[i].value;
            input.path = rd_path_of(model, type, arena, fact->with[i].path);
            return input;
        }
    input.path = rd_path_of(model, type, arena, name);
    if (fact && fact->of >= 0) {
        struct rd_path linked = path_linked(model, type, fact->of, name);
        linked.number = input.number;
        linked.text = linked.name = name;
        if (linked.there >= 0)
            input.path = linked;
    }
    return input;
}

struct rd_input *rd_inputs_of(const struct rd_model *model, const struct rd_record_type *type,
                              const struct rd_decision *decision, const struct rd_fact *fact,
                              struct rd_arena *arena)
{
    struct rd_input *inputs = rd_arena_zalloc(arena, decision->input_count + 1, sizeof *inputs);
    for (size_t i = 0; i < decision->input_count; i++)
        inputs[i] = input_of(model, type, decision->inputs[i].name, fact, arena);
    return inputs;
}
