/* Templates, compiled: a text becomes a list of parts, so that filling one in looks nothing up by
 * name, and so that a placeholder which means nothing is found when the policy is checked and not
 * when a customer reads it.
 *
 *   "尊敬的{customer.name}:" ─▶ [TEXT "尊敬的"] [LINKED customer, name] [TEXT ":"]
 *
 * Never does: reading records. Filling in is the kernel's (kernel/template.c).
 */
#include "domain/template.h"

#include <string.h>

#include "domain/model.h"

static const struct rd_chart *template_chart(const struct rd_model *model,
                                             const struct rd_record_type *type)
{
    for (size_t i = 0; type && i < model->chart_count; i++)
        if (model->charts[i].type == type)
            return &model->charts[i];
    return NULL;
}

static bool parts_due(const struct rd_model *model, const struct rd_record_type *type,
                      const char *name)
{
    const struct rd_chart *chart = template_chart(model, type);
    if (!chart)
        return false;
    if (strcmp(name, "within") == 0)
        return chart->within != NULL;
    for (size_t s = 0; s < chart->state_count; s++)
        for (size_t i = 0; i < chart->states[s].after_count; i++)
            if (strcmp(chart->states[s].after[i].name, name) == 0)
                return true;
    return false;
}

static bool parts_form(const struct rd_model *model, const struct rd_record_type *type,
                       const char *name)
{
    for (size_t f = 0; f < model->form_count; f++)
        for (size_t i = 0; model->forms[f].of == type && i < model->forms[f].count; i++)
            if (strcmp(model->forms[f].entries[i].field.name, name) == 0)
                return true;
    return false;
}

/* REFERENCE.FIELD */
static bool parts_linked(const struct rd_model *model, const struct rd_record_type *type,
                         const char *name, struct rd_part *out)
{
    const char *dot = strchr(name, '.');
    char head[RD_NAME_BYTES_MAX + 1] = "";
    if (!dot || (size_t)(dot - name) >= sizeof head)
        return false;
    memcpy(head, name, (size_t)(dot - name));
    out->field = rd_type_field(type, head);
    if (out->field < 0 || type->fields[out->field].type.kind != RD_TYPE_REFERENCE)
        return false;
    const struct rd_record_type *other = rd_model_type(model, type->fields[out->field].type.of);
    out->linked = other ? rd_type_field(other, dot + 1) : -1;
    out->kind = RD_PART_LINKED;
    return out->linked >= 0;
}

/* What stands between braces. `name` is the part's own copy. */
static bool parts_name(const struct rd_model *model, const struct rd_record_type *type,
                       const char *name, struct rd_part *out)
{
    static const struct {
        const char *name;
        enum rd_part_kind kind;
    } WORDS[] = { { "number", RD_PART_NUMBER },
                  { "state", RD_PART_STATE },
                  { "today", RD_PART_TODAY },
                  { "actor.name", RD_PART_ACTOR } };
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (strcmp(name, WORDS[i].name) == 0) {
            out->kind = WORDS[i].kind;
            return true;
        }
    out->field = rd_type_field(type, name);
    if (out->field >= 0) {
        out->kind = RD_PART_FIELD;
        return true;
    }
    if (strncmp(name, "due.", 4) == 0) {
        *out = (struct rd_part){ .kind = RD_PART_DUE, .text = name + 4 };
        return parts_due(model, type, name + 4);
    }
    if (strncmp(name, "form.", 5) == 0) {
        *out = (struct rd_part){ .kind = RD_PART_FORM, .text = name + 5 };
        return parts_form(model, type, name + 5);
    }
    return parts_linked(model, type, name, out);
}

static size_t parts_most(const char *text)
{
    size_t braces = 0;
    for (; *text; text++)
        braces += *text == '{';
    return 2 * braces + 1;
}

void rd_parts_read(const struct rd_model *model, struct rd_arena *arena,
                   const struct rd_record_type *type, const char *text, struct rd_parts *out)
{
    out->items = rd_arena_zalloc(arena, parts_most(text), sizeof *out->items);
    out->count = 0;
    while (*text) {
        size_t plain = strcspn(text, "{");
        const char *end = text[plain] ? strchr(text + plain, '}') : NULL;
        if (!end)
            plain = strlen(text);
        if (plain > 0)
            out->items[out->count++] =
                (struct rd_part){ .kind = RD_PART_TEXT, .text = rd_arena_copy(arena, text, plain) };
        if (!end)
            return;
        struct rd_part part = { .kind = RD_PART_UNKNOWN };
        const char *name = rd_arena_copy(arena, text + plain + 1, (size_t)(end - text) - plain - 1);
        if (!parts_name(model, type, name, &part))
            part = (struct rd_part){ .kind = RD_PART_UNKNOWN, .text = name };
        out->items[out->count++] = part;
        text = end + 1;
    }
}

const char *rd_part_name(const struct rd_record_type *type, const struct rd_model *model,
                         const struct rd_part *part, struct rd_arena *arena)
{
    switch (part->kind) {
    case RD_PART_TEXT:
    case RD_PART_UNKNOWN:
        return part->text;
    case RD_PART_NUMBER:
        return "number";
    case RD_PART_STATE:
        return "state";
    case RD_PART_TODAY:
        return "today";
    case RD_PART_ACTOR:
        return "actor.name";
    case RD_PART_FIELD:
        return type->fields[part->field].name;
    case RD_PART_LINKED: {
        const struct rd_field *field = &type->fields[part->field];
        const struct rd_record_type *other = rd_model_type(model, field->type.of);
        return rd_arena_printf(arena, "%s.%s", field->name, other->fields[part->linked].name);
    }
    case RD_PART_DUE:
        return rd_arena_printf(arena, "due.%s", part->text);
    case RD_PART_FORM:
        return rd_arena_printf(arena, "form.%s", part->text);
    }
    return "";
}

const struct rd_template *rd_template_find(const struct rd_model *model, const char *name)
{
    for (size_t i = 0; i < model->template_count; i++)
        if (strcmp(model->templates[i].name, name) == 0)
            return &model->templates[i];
    return NULL;
}

const char *rd_template_guess(const struct rd_model *model, struct rd_arena *arena,
                              const char *name)
{
    const char **names = rd_arena_alloc(arena, (model->template_count + 1) * sizeof *names);
    for (size_t i = 0; i < model->template_count; i++)
        names[i] = model->templates[i].name;
    return rd_model_guess(arena, name, names, model->template_count);
}

const struct rd_template_text *rd_template_text(const struct rd_template *template,
                                                const char *language)
{
    for (size_t i = 0; language && i < template->text_count; i++)
        if (strcmp(template->texts[i].language, language) == 0)
            return &template->texts[i];
    return &template->texts[0];
}

/* ---- building ---- */

/* Every name that a placeholder could have been, for a guess. */
static const char *template_near(struct rd_model *model, const struct rd_record_type *type,
                                 const char *name)
{
    struct rd_arena *arena = &model->arena;
    size_t count = 4, at = 4;
    for (size_t i = 0; i < type->field_count; i++) {
        const struct rd_record_type *other = type->fields[i].type.kind == RD_TYPE_REFERENCE
                                                 ? rd_model_type(model, type->fields[i].type.of)
                                                 : NULL;
        count += 1 + (other ? other->field_count : 0);
    }
    const char **names = rd_arena_zalloc(arena, count, sizeof *names);
    memcpy(names, (const char *const[]){ "number", "state", "today", "actor.name" },
           4 * sizeof *names);
    for (size_t i = 0; i < type->field_count; i++) {
        const struct rd_record_type *other = type->fields[i].type.kind == RD_TYPE_REFERENCE
                                                 ? rd_model_type(model, type->fields[i].type.of)
                                                 : NULL;
        names[at++] = type->fields[i].name;
        for (size_t k = 0; other && k < other->field_count; k++)
            names[at++] =
                rd_arena_printf(arena, "%s.%s", type->fields[i].name, other->fields[k].name);
    }
    return rd_model_guess(arena, name, names, at);
}

static void template_part_check(struct rd_model *model, const struct rd_template *template,
                                const char *language, const struct rd_part *part,
                                struct rd_findings *findings)
{
    const struct rd_record_type *type = template->of;
    const struct rd_field *field = NULL;
    if (part->kind == RD_PART_UNKNOWN)
        rd_finding_error(findings, template->file, template->line,
                         "template '%s': the text '%s' has an unknown placeholder '%s'%s",
                         template->name, language, part->text,
                         template_near(model, type, part->text));
    if (part->kind == RD_PART_FIELD)
        field = &type->fields[part->field];
    if (part->kind == RD_PART_LINKED)
        field = &rd_model_type(model, type->fields[part->field].type.of)->fields[part->linked];
    if (field && field->secrecy)
        rd_finding_error(findings, template->file, template->line,
                         "template '%s': '%s' is %s: it must not stand in a text that is sent",
                         template->name, rd_part_name(type, model, part, &model->arena),
                         field->secrecy);
}

static bool template_has(struct rd_model *model, const struct rd_template *template,
                         const struct rd_parts *parts, const char *name)
{
    for (size_t i = 0; i < parts->count; i++)
        if (parts->items[i].kind != RD_PART_TEXT &&
            strcmp(rd_part_name(template->of, model, &parts->items[i], &model->arena), name) == 0)
            return true;
    return false;
}

/* What one language tells, the other tells too: placeholders of `a` that `b` lacks. */
static void template_compare(struct rd_model *model, const struct rd_template *template,
                             const struct rd_template_text *a, const struct rd_template_text *b,
                             struct rd_findings *findings)
{
    for (size_t i = 0; i < a->parts.count; i++) {
        const struct rd_part *part = &a->parts.items[i];
        if (part->kind == RD_PART_TEXT || part->kind == RD_PART_UNKNOWN)
            continue;
        const char *name = rd_part_name(template->of, model, part, &model->arena);
        if (!template_has(model, template, &b->parts, name))
            rd_finding_error(findings, template->file, template->line,
                             "template '%s': '%s' stands in the text '%s' but not in '%s'",
                             template->name, name, a->language, b->language);
    }
}

static void template_language(struct rd_model *model, struct rd_template *template,
                              const struct rd_value *texts, const char *language,
                              struct rd_findings *findings)
{
    const char *text = rd_map_text(texts, language, NULL);
    for (size_t i = 0; i < template->text_count; i++)
        if (strcmp(template->texts[i].language, language) == 0)
            return;
    if (!text) {
        rd_finding_error(findings, template->file, template->line,
                         "template '%s': no text in '%s', a language of the company",
                         template->name, language);
        return;
    }
    struct rd_template_text *out = &template->texts[template->text_count++];
    out->language = language;
    rd_parts_read(model, &model->arena, template->of, text, &out->parts);
    for (size_t i = 0; i < out->parts.count; i++)
        template_part_check(model, template, language, &out->parts.items[i], findings);
}

static bool template_build(struct rd_model *model, const struct rd_value *spec,
                           const struct rd_value *languages, struct rd_findings *findings,
                           struct rd_template *out)
{
    const struct rd_value *title = rd_map_get(spec, "title"), *texts = rd_map_get(spec, "texts");
    const char *of = rd_map_text(spec, "of", "?");
    *out = (struct rd_template){
        .name = rd_map_text(spec, "name", "?"),
        .file = rd_map_text(spec, "file", "rules"),
        .line = (int)rd_map_int(spec, "line", 0),
        .title = title ? *title : rd_null(),
        .of = rd_model_type(model, of),
    };
    if (!out->of) {
        const char **names = rd_arena_alloc(&model->arena, (model->type_count + 1) * sizeof *names);
        for (size_t i = 0; i < model->type_count; i++)
            names[i] = model->types[i].name;
        rd_finding_error(findings, out->file, out->line, "template '%s': of: no record '%s'%s",
                         out->name, of,
                         rd_model_guess(&model->arena, of, names, model->type_count));
        return false;
    }
    uint32_t given = rd_value_is(texts, RD_MAP) ? texts->count : 0;
    out->texts = rd_arena_zalloc(&model->arena, languages->count + given + 1, sizeof *out->texts);
    for (uint32_t i = 0; i < languages->count; i++)
        if (languages->items[i].kind == RD_TEXT)
            template_language(model, out, texts, languages->items[i].text, findings);
    for (uint32_t i = 0; i < given; i++)
        template_language(model, out, texts, texts->pairs[i].key, findings);
    for (size_t i = 1; i < out->text_count; i++) {
        template_compare(model, out, &out->texts[0], &out->texts[i], findings);
        template_compare(model, out, &out->texts[i], &out->texts[0], findings);
    }
    return out->text_count > 0;
}

/* A limit rings by itself: nobody has filled in a form then. */
static void template_limit(struct rd_model *model, const struct rd_chart *chart,
                           struct rd_limit *limit, struct rd_findings *findings)
{
    if (!limit->template_name)
        return;
    limit->template = rd_template_find(model, limit->template_name);
    if (!limit->template) {
        rd_finding_error(findings, limit->file, limit->line, "%s: tell: no template '%s'%s",
                         limit->name, limit->template_name,
                         rd_template_guess(model, &model->arena, limit->template_name));
        return;
    }
    if (limit->template->of != chart->type)
        rd_finding_error(findings, limit->file, limit->line,
                         "%s: tell: template '%s' speaks of '%s', not of '%s'", limit->name,
                         limit->template_name, limit->template->of->name, chart->name);
    const struct rd_parts *parts = &limit->template->texts[0].parts;
    for (size_t i = 0; i < parts->count; i++)
        if (parts->items[i].kind == RD_PART_FORM)
            rd_finding_error(findings, limit->file, limit->line,
                             "%s: tell: template '%s' needs form.%s, but a limit has no form",
                             limit->name, limit->template_name, parts->items[i].text);
}

void rd_templates_build(struct rd_model *model, const struct rd_value *normal,
                        struct rd_findings *findings)
{
    const struct rd_value *list = rd_map_list(normal, "templates");
    const struct rd_value *languages = rd_map_list(rd_map_get(normal, "company"), "languages");
    model->templates = rd_arena_zalloc(&model->arena, list->count + 1, sizeof *model->templates);
    for (uint32_t i = 0; i < list->count; i++)
        if (template_build(model, &list->items[i], languages, findings,
                           &model->templates[model->template_count]))
            model->template_count++;
    for (size_t c = 0; c < model->chart_count + model->pinned_count; c++) {
        const struct rd_chart *chart = &model->charts[c];
        if (chart->within)
            template_limit(model, chart, chart->within, findings);
        for (size_t s = 0; s < chart->state_count; s++)
            for (size_t i = 0; i < chart->states[s].after_count; i++)
                template_limit(model, chart, &chart->states[s].after[i], findings);
    }
}
