/* Filling in: the one place where placeholders become words, for templates and for the plain texts
 * of limits and actions; and the method by which staff have a template filled in for a letter of
 * their own.
 *
 * What a command tells by a template is written when its whole plan stands: a letter that promises
 * an answer by {due.within} is told when the case is opened, and the clock of the whole case starts
 * behind that. Until then the notice has its place and its number, but no text.
 */
#include "kernel/person.h"

#include <string.h>

#include "domain/secrecy.h"

/* The field of the form behind {form.NAME}; NULL: that form has none. */
static const struct rd_field *fill_form_field(const struct rd_form *form, const char *name)
{
    for (size_t i = 0; form && i < form->count; i++)
        if (strcmp(form->entries[i].field.name, name) == 0)
            return &form->entries[i].field;
    return NULL;
}

static enum rd_status fill_form(struct rd_run *run, const struct rd_filling *filling,
                                const struct rd_part *part, const char **out)
{
    const struct rd_field *field = fill_form_field(filling->form_type, part->text);
    const struct rd_value *value = filling->form ? rd_map_get(filling->form, part->text) : NULL;
    if (field) {
        *out = rd_words_show(run->kernel, &field->type, value, filling->language, run->arena);
        return RD_OK;
    }
    *out = rd_arena_printf(run->arena, "{form.%s}", part->text);
    if (!filling->template)
        return RD_OK; /* a plain text says what it can */
    return rd_error_at(run->error, RD_POLICY_FAULT,
                       rd_arena_place(run->arena, filling->template->file, filling->template->line),
                       "template '%s' needs form.%s, which the form of this event does not have",
                       filling->template->name, part->text);
}

const char *rd_words_show(const struct rd_kernel *kernel, const struct rd_type *type,
                          const struct rd_value *inside, const char *language,
                          struct rd_arena *arena)
{
    const struct rd_account *account = type->kind == RD_TYPE_ACCOUNT && rd_value_is(inside, RD_TEXT)
                                           ? rd_staff_find(kernel, inside->text)
                                           : NULL;
    return account ? account->title : rd_label_show(kernel->model, type, inside, language, arena);
}

/* The field of the other record. */
static const struct rd_field *fill_linked_field(const struct rd_model *model,
                                                const struct rd_record_type *type,
                                                const struct rd_part *part)
{
    return &rd_model_type(model, type->fields[part->field].type.of)->fields[part->linked];
}

/* A reference is shown by the number of what it leads to. */
static enum rd_status fill_value(struct rd_run *run, const struct rd_type *type,
                                 const struct rd_value *inside, const char *language,
                                 const char **out)
{
    struct rd_draft *other;
    *out = rd_words_show(run->kernel, type, inside, language, run->arena);
    if (type->kind != RD_TYPE_REFERENCE || !rd_value_is(inside, RD_INT))
        return RD_OK;
    enum rd_status status = rd_draft_of(run, (struct rd_id){ (uint64_t)inside->integer }, &other);
    if (status == RD_OK && other->record.number)
        *out = other->record.number;
    return status == RD_NOT_FOUND ? RD_OK : status;
}

static enum rd_status fill_linked(struct rd_run *run, const struct rd_filling *filling,
                                  const struct rd_part *part, const char **out)
{
    const struct rd_value *to =
        rd_draft_get(filling->draft, filling->draft->type->fields[part->field].name);
    struct rd_draft *other;
    *out = "";
    if (!rd_value_is(to, RD_INT))
        return RD_OK;
    enum rd_status status = rd_draft_of(run, (struct rd_id){ (uint64_t)to->integer }, &other);
    if (status != RD_OK)
        return status == RD_NOT_FOUND ? RD_OK : status;
    const struct rd_field *field = &other->type->fields[part->linked];
    const struct rd_value *value = rd_draft_get(other, field->name);
    if (field->personal && rd_value_is(value, RD_TEXT) && value->count > 0 &&
        !rd_text_is_lost(value))
        run->shown = rd_person_of(other);
    return fill_value(run, &field->type, value, filling->language, out);
}

/* A clock that stands still, or is not there any more, promises nothing. */
static enum rd_status fill_due(struct rd_run *run, const struct rd_filling *filling,
                               const char *name, const char **out)
{
    struct rd_draft *draft = filling->draft;
    enum rd_status status = rd_draft_deadlines(run, draft);
    *out = "—";
    for (size_t i = 0; status == RD_OK && i < draft->deadline_count; i++) {
        const struct rd_draft_deadline *deadline = &draft->deadlines[i];
        if (!deadline->removed && deadline->row.running && strcmp(deadline->row.name, name) == 0)
            *out = rd_label_time(run->model, deadline->row.due_ms, run->arena);
    }
    return status;
}

static const char *fill_state(struct rd_run *run, const struct rd_filling *filling)
{
    const struct rd_draft *draft = filling->draft;
    const char *name = draft->record.state ? draft->record.state : "";
    return draft->chart && draft->state >= 0
               ? rd_label_of(run->model, &draft->chart->states[draft->state].title,
                             filling->language, name)
               : name;
}

/* Timers write in the company's name. */
static const char *fill_actor(struct rd_run *run)
{
    if (run->actor.system)
        return run->model->company;
    return run->actor.account ? run->actor.account->title : run->actor.name;
}

static enum rd_status fill_part(struct rd_run *run, const struct rd_filling *filling,
                                const struct rd_part *part, const char **out)
{
    const struct rd_draft *draft = filling->draft;
    const struct rd_field *field;
    switch (part->kind) {
    case RD_PART_TEXT:
        *out = part->text;
        return RD_OK;
    case RD_PART_UNKNOWN:
        *out = rd_arena_printf(run->arena, "{%s}", part->text);
        return RD_OK;
    case RD_PART_NUMBER:
        *out = draft->record.number ? draft->record.number : "";
        return RD_OK;
    case RD_PART_STATE:
        *out = fill_state(run, filling);
        return RD_OK;
    case RD_PART_TODAY:
        *out = rd_label_day(run->model, run->now_ms, run->arena);
        return RD_OK;
    case RD_PART_ACTOR:
        *out = fill_actor(run);
        return RD_OK;
    case RD_PART_FIELD:
        field = &draft->type->fields[part->field];
        return fill_value(run, &field->type, rd_draft_get(draft, field->name), filling->language,
                          out);
    case RD_PART_LINKED:
        return fill_linked(run, filling, part, out);
    case RD_PART_DUE:
        return fill_due(run, filling, part->text, out);
    case RD_PART_FORM:
        return fill_form(run, filling, part, out);
    }
    return RD_OK;
}

/* Whether what stands in the part's place tells of a person: what would be sealed as a field of the
 * record or of the form as well, and the names of staff. */
static bool fill_tells(const struct rd_run *run, const struct rd_filling *filling,
                       const struct rd_part *part)
{
    const struct rd_record_type *type = filling->draft->type;
    const struct rd_field *field = NULL;
    switch (part->kind) {
    case RD_PART_TEXT:
    case RD_PART_UNKNOWN:
    case RD_PART_NUMBER:
    case RD_PART_STATE:
    case RD_PART_TODAY:
    case RD_PART_DUE:
        return false;
    case RD_PART_ACTOR:
        return true;
    case RD_PART_FIELD:
        field = &type->fields[part->field];
        break;
    case RD_PART_LINKED:
        field = fill_linked_field(run->model, type, part);
        break;
    case RD_PART_FORM:
        field = fill_form_field(filling->form_type, part->text);
        break;
    }
    return !field || field->personal || field->type.kind == RD_TYPE_ACCOUNT ||
           rd_secrecy_personal(run->model, field->name);
}

enum rd_status rd_template_fill(struct rd_run *run, const struct rd_filling *filling,
                                const struct rd_parts *parts, const char **out)
{
    struct rd_buf text;
    enum rd_status status = RD_OK;
    run->shown = 0;
    run->tells.items = rd_arena_zalloc(run->arena, parts->count + 1, sizeof *run->tells.items);
    run->tells.count = 0;
    rd_buf_init(&text);
    for (size_t i = 0; status == RD_OK && i < parts->count; i++) {
        const char *words = "";
        status = fill_part(run, filling, &parts->items[i], &words);
        if (*words && fill_tells(run, filling, &parts->items[i]))
            run->tells.items[run->tells.count++] =
                (struct rd_seal_span){ (uint32_t)text.len, (uint32_t)strlen(words) };
        if (text.len + strlen(words) > RD_TEXT_FIELD_BYTES_MAX)
            status = rd_error_set(run->error, RD_LIMIT_EXCEEDED,
                                  "a text that is sent would be longer than %u bytes",
                                  RD_TEXT_FIELD_BYTES_MAX);
        else
            rd_buf_text(&text, words);
    }
    *out = rd_arena_copy(run->arena, text.data ? text.data : "", text.len);
    rd_buf_fini(&text);
    return status;
}

/* A plain text may be made of what somebody typed in: no placeholder in it brings out a field that
 * the rules keep secret. (A template that has one is refused when the policy is checked.) */
static void plain_guard(const struct rd_run *run, const struct rd_record_type *type,
                        struct rd_parts *parts)
{
    for (size_t i = 0; i < parts->count; i++) {
        struct rd_part *part = &parts->items[i];
        const struct rd_field *field = NULL;
        if (part->kind == RD_PART_FIELD)
            field = &type->fields[part->field];
        if (part->kind == RD_PART_LINKED)
            field = fill_linked_field(run->model, type, part);
        if (field && field->secrecy)
            *part = (struct rd_part){ .kind = RD_PART_UNKNOWN,
                                      .text = rd_part_name(type, run->model, part, run->arena) };
    }
}

enum rd_status rd_template_plain(struct rd_run *run, struct rd_draft *draft, const char *text,
                                 const char **out)
{
    struct rd_parts parts;
    struct rd_filling filling = { .draft = draft,
                                  .language = run->model->language,
                                  .form = draft->form,
                                  .form_type = draft->form_type };
    rd_parts_read(run->model, run->arena, draft->type, text, &parts);
    plain_guard(run, draft->type, &parts);
    return rd_template_fill(run, &filling, &parts, out);
}

void rd_template_later(struct rd_run *run, const struct rd_filling *filling, uint32_t notice)
{
    struct rd_letter *letter = rd_arena_zalloc(run->arena, 1, sizeof *letter);
    *letter = (struct rd_letter){ .filling = *filling, .notice = notice, .next = run->letters };
    run->letters = letter;
}

#define LETTER_TEXT_PLACE 4 /* of a notice's effect */

enum rd_status rd_template_finish(struct rd_run *run)
{
    enum rd_status status = RD_OK;
    for (; status == RD_OK && run->letters; run->letters = run->letters->next) {
        const struct rd_filling *filling = &run->letters->filling;
        struct rd_value *place = &run->extra.items[run->letters->notice].items[LETTER_TEXT_PLACE];
        const char *text;
        status = rd_template_fill(
            run, filling, &rd_template_text(filling->template, filling->language)->parts, &text);
        if (status == RD_OK) {
            *place = rd_text(text);
            status = rd_person_seal_letter(run, filling->draft, place);
        }
    }
    return status;
}

/* ---- template.render ---- */

/* The form's values that the caller gives, each as its field wants it. */
static enum rd_status render_form(struct rd_run *run, const struct rd_template *template,
                                  const struct rd_value *given, struct rd_form *form,
                                  struct rd_value *inside)
{
    const struct rd_parts *parts = &template->texts[0].parts;
    *inside = rd_map();
    form->entries = rd_arena_zalloc(run->arena, parts->count + 1, sizeof *form->entries);
    for (size_t p = 0; p < parts->count; p++) {
        const char *name = parts->items[p].text;
        const struct rd_field *field = NULL;
        struct rd_value value;
        if (parts->items[p].kind != RD_PART_FORM || rd_map_get(inside, name))
            continue;
        for (size_t f = 0; !field && f < run->model->form_count; f++)
            if (run->model->forms[f].of == template->of)
                field = fill_form_field(&run->model->forms[f], name);
        const char *where = rd_arena_printf(run->arena, "/form/%s", name);
        const struct rd_value *outside = rd_map_get(given, name);
        if (!outside || outside->kind == RD_NULL)
            return rd_error_at(run->error, RD_BAD_FORM, where,
                               "template '%s' needs the form's '%s'", template->name, name);
        if (rd_type_read(&field->type, outside, run->arena, &value, run->error) != RD_OK)
            return rd_error_at(run->error, RD_BAD_FORM, where, "%s %s", name,
                               rd_arena_printf(run->arena, "%s", run->error->text));
        form->entries[form->count++].field = *field;
        rd_map_add(run->arena, inside, name, value);
    }
    for (uint32_t i = 0; rd_value_is(given, RD_MAP) && i < given->count; i++)
        if (!rd_map_get(inside, given->pairs[i].key))
            return rd_error_at(run->error, RD_BAD_FORM,
                               rd_arena_printf(run->arena, "/form/%s", given->pairs[i].key),
                               "template '%s' asks for no '%s'", template->name,
                               given->pairs[i].key);
    return RD_OK;
}

/* What stands in a letter must be the actor's to read, in the linked records as well. */
static enum rd_status render_may(struct rd_run *run, struct rd_draft *draft,
                                 const struct rd_template *template)
{
    const struct rd_parts *parts = &template->texts[0].parts;
    for (size_t i = 0; i < parts->count; i++) {
        const struct rd_part *part = &parts->items[i];
        const struct rd_value *to = part->kind == RD_PART_LINKED
                                        ? rd_draft_get(draft, draft->type->fields[part->field].name)
                                        : NULL;
        struct rd_draft *other;
        if (!rd_value_is(to, RD_INT))
            continue;
        enum rd_status status = rd_draft_of(run, (struct rd_id){ (uint64_t)to->integer }, &other);
        if (status == RD_NOT_FOUND)
            continue;
        if (status != RD_OK)
            return status;
        if (!rd_query_may_read(run->kernel, &run->actor, other->type, &other->record, run->arena))
            return rd_error_set(run->error, RD_NOT_ALLOWED,
                                "template '%s' tells '%s', which %s may not read", template->name,
                                rd_part_name(draft->type, run->model, part, run->arena),
                                run->actor.name);
    }
    return RD_OK;
}

enum rd_status rd_words_language(struct rd_kernel *kernel, struct rd_request *request,
                                 const char **language)
{
    const char *given = rd_map_text(request->params, "language", NULL);
    *language = given ? given : kernel->model->language;
    for (size_t i = 0; given && i < kernel->model->language_count; i++)
        if (strcmp(kernel->model->languages[i], given) == 0)
            return RD_OK;
    if (!given)
        return RD_OK;
    return rd_error_at(&request->error, RD_INVALID_PARAMS, "/language",
                       "'%s' is no language of the company%s", given,
                       rd_model_guess(request->arena, given, kernel->model->languages,
                                      kernel->model->language_count));
}

enum rd_status rd_method_template_render(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    const char *name = rd_map_text(request->params, "template", ""), *text;
    const struct rd_template *template = rd_template_find(kernel->model, name);
    const struct rd_record_type *type;
    struct rd_record record;
    struct rd_run run;
    struct rd_draft *draft;
    struct rd_form form = { .name = "" };
    struct rd_value inside;
    struct rd_filling filling = { .template = template, .form = &inside, .form_type = &form };
    rd_run_init(&run, kernel, arena, &request->error);
    run.dry = true;
    enum rd_status status = rd_query_record(kernel, request, &run.actor, &record, &type);
    if (status == RD_OK && !template)
        status =
            rd_error_at(&request->error, RD_NOT_FOUND, "/template", "there is no template '%s'%s",
                        name, rd_template_guess(kernel->model, arena, name));
    if (status == RD_OK && template->of != type)
        status = rd_error_at(&request->error, RD_INVALID_PARAMS, "/template",
                             "template '%s' speaks of a %s, and this is a %s", name,
                             template->of->name, type->name);
    if (status == RD_OK)
        status = rd_words_language(kernel, request, &filling.language);
    if (status == RD_OK)
        status = rd_draft_of(&run, record.id, &draft);
    if (status == RD_OK)
        status = render_may(&run, draft, template);
    if (status == RD_OK)
        status = render_form(&run, template, rd_map_get(request->params, "form"), &form, &inside);
    if (status != RD_OK)
        return status;
    filling.draft = draft;
    const struct rd_template_text *words = rd_template_text(template, filling.language);
    if ((status = rd_template_fill(&run, &filling, &words->parts, &text)) != RD_OK)
        return status;
    request->result = rd_map();
    rd_map_add(arena, &request->result, "template", rd_text(name));
    rd_map_add(arena, &request->result, "title",
               rd_text(rd_label_of(kernel->model, &template->title, words->language, name)));
    rd_map_add(arena, &request->result, "language", rd_text(words->language));
    rd_map_add(arena, &request->result, "text", rd_text(text));
    return RD_OK;
}
