/* A dispute becomes a test: a case's own history, told as a promise.
 *
 *   versions of the case ─▶ given: the records that its forms refer to
 *                        ─▶ steps: at its time, who did what with which form ─▶ the state it led to
 *
 * Pseudonymised: free text becomes "text 1", "text 2", ... (the same text the same one, so that
 * what rules compare stays equal), digits of numbers that people go by become others of the same
 * length, secret fields are left out. Accounts that are records become accounts of the policy with
 * the same roles in the same unit, one for each person, so that four eyes stay four. Amounts,
 * choices, dates and times are what was decided on: they stay.
 *
 * What can't be told (jobs, imports, acts of other records that one may not read) stands as a
 * comment, and is counted: whoever runs the test sees whether it was needed.
 */
#include "kernel/era.h"
#include "kernel/inside.h"
#include "kernel/promise_text.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "domain/position.h"

#define CAPTURE_GIVEN_MAX 32
#define CAPTURE_DEPTH_MAX 4
#define CAPTURE_SHIFT_MS (364ll * 24 * 3600 * 1000) /* whole weeks: Mondays stay Mondays */
#define CAPTURE_START_MS 1772413200000ll /* promises begin on 2026-03-02T09:00:00+08:00 */

struct capture_ref {
    struct rd_id id;
    const char *name;
};

struct capture {
    struct rd_kernel *kernel;
    struct rd_arena *arena;
    struct rd_actor *actor;
    struct rd_error *error;
    struct rd_buf given, steps;
    struct capture_ref refs[CAPTURE_GIVEN_MAX];
    size_t ref_count;
    struct rd_value accounts, texts; /* as it was: as it is told */
    int64_t shift_ms, left_out, last_ms;
};

/* ---- pseudonyms ---- */

static bool capture_is_number(const char *text)
{
    bool digit = false;
    for (; *text; text++) {
        digit |= *text >= '0' && *text <= '9';
        if (!strchr("0123456789+-() ./", *text))
            return false;
    }
    return digit;
}

/* The n-th pseudonym in the form of the text: as many digits, or "text n". */
static const char *capture_mask(struct rd_arena *arena, const char *text, int64_t n)
{
    if (!capture_is_number(text))
        return rd_arena_printf(arena, "text %lld", (long long)n);
    char *masked = rd_arena_copy(arena, text, strlen(text));
    for (size_t i = strlen(masked); i-- > 0;)
        if (masked[i] >= '0' && masked[i] <= '9') {
            masked[i] = (char)('0' + n % 10);
            n /= 10;
        }
    return masked;
}

static const char *capture_text(struct capture *c, const char *text)
{
    const char *known = rd_map_text(&c->texts, text, NULL);
    if (known)
        return known;
    const char *masked = capture_mask(c->arena, text, (int64_t)c->texts.count + 1);
    rd_map_add(c->arena, &c->texts, rd_arena_copy(c->arena, text, strlen(text)), rd_text(masked));
    return masked;
}

static bool capture_taken(const struct capture *c, const char *name)
{
    for (uint32_t i = 0; i < c->accounts.count; i++)
        if (strcmp(c->accounts.pairs[i].value.text, name) == 0)
            return true;
    return false;
}

/* An account of the policy that is like this one and nobody's pseudonym yet; else itself. */
static const char *capture_like(const struct capture *c, const struct rd_account *account)
{
    const struct rd_organisation *organisation = &c->kernel->model->organisation;
    for (int same_unit = 1; same_unit >= 0; same_unit--)
        for (size_t i = 0; i < organisation->account_count; i++) {
            const struct rd_account *other = &organisation->accounts[i];
            if (other->named == account->named && (!same_unit || other->unit == account->unit) &&
                !capture_taken(c, other->name))
                return other->name;
        }
    return account->name;
}

static const char *capture_account(struct capture *c, const char *name)
{
    const char *known = rd_map_text(&c->accounts, name, NULL);
    const struct rd_account *account = rd_staff_find(c->kernel, name);
    if (known)
        return known;
    const char *told = account && account->record ? capture_like(c, account) : name;
    rd_map_add(c->arena, &c->accounts, rd_arena_copy(c->arena, name, strlen(name)),
               rd_text_copy(c->arena, told, strlen(told)));
    return rd_map_text(&c->accounts, name, name);
}

/* Who opens it in the test. Who opened it anonymously is nobody, so it is the first who may. */
static const char *capture_opener(struct capture *c, const struct rd_record_type *type,
                                  const char *name)
{
    const struct rd_organisation *organisation = &c->kernel->model->organisation;
    if (!name || strcmp(name, RD_ANONYMOUS) != 0 || !type->chart)
        return capture_account(c, name ? name : "administrator");
    for (size_t i = 0; i < organisation->account_count; i++)
        if (rd_actor_row_of(c->kernel, &organisation->accounts[i], type->chart->open.permission,
                            NULL))
            return organisation->accounts[i].name;
    return name;
}

/* ---- values ---- */

static const char *capture_ref(struct capture *c, struct rd_id id, int depth);

static void capture_value(struct capture *c, struct rd_buf *out, const struct rd_type *type,
                          const struct rd_value *inside, int depth)
{
    struct rd_value shown = rd_type_show(type, inside, c->arena);
    const char *text = shown.kind == RD_TEXT ? shown.text : "";
    if (type->kind == RD_TYPE_LIST && inside->kind == RD_LIST) {
        rd_buf_text(out, "{ ");
        for (uint32_t i = 0; i < inside->count; i++) {
            rd_buf_text(out, i ? ", " : "");
            capture_value(c, out, type->element, &inside->items[i], depth);
        }
        rd_buf_text(out, " }");
        return;
    }
    if (type->kind == RD_TYPE_REFERENCE && inside->kind == RD_INT)
        text = capture_ref(c, (struct rd_id){ (uint64_t)inside->integer }, depth);
    else if (type->kind == RD_TYPE_ACCOUNT)
        text = capture_account(c, text);
    else if (type->kind == RD_TYPE_TEXT)
        text = capture_text(c, text);
    else if (type->kind == RD_TYPE_INSTANT && inside->kind == RD_INT) {
        char time[RD_TIME_TEXT_MAX];
        rd_time_write(inside->integer + c->shift_ms, time);
        text = rd_arena_copy(c->arena, time, strlen(time));
    }
    if (shown.kind == RD_INT)
        rd_buf_printf(out, "%lld", (long long)shown.integer);
    else if (shown.kind == RD_REAL)
        rd_buf_printf(out, "%.17g", shown.real);
    else if (shown.kind == RD_BOOL)
        rd_buf_text(out, shown.boolean ? "true" : "false");
    else
        rd_promise_quote(out, text, strlen(text));
}

/* ", name = value" for what people type in. */
static void capture_field(struct capture *c, struct rd_buf *out, const struct rd_field *field,
                          const struct rd_value *inside, int depth)
{
    if (!inside || inside->kind == RD_NULL || field->derived || field->secrecy)
        return;
    struct rd_buf value; /* a reference may write to what is given meanwhile */
    rd_buf_init(&value);
    capture_value(c, &value, &field->type, inside, depth);
    rd_buf_printf(out, ", %s = %.*s", field->name, (int)value.len, (const char *)value.data);
    rd_buf_fini(&value);
}

static void capture_form(struct capture *c, struct rd_buf *out, const struct rd_record_type *type,
                         const struct rd_form *form, const struct rd_value *inside, int depth)
{
    if (form && !form->whole)
        for (size_t i = 0; i < form->count; i++)
            capture_field(c, out, &form->entries[i].field,
                          rd_map_get(inside, form->entries[i].field.name), depth);
    else
        for (size_t i = 0; i < type->field_count; i++)
            capture_field(c, out, &type->fields[i], rd_map_get(inside, type->fields[i].name),
                          depth);
}

/* ---- what is given ---- */

static enum rd_status capture_entry(struct capture *c, struct rd_id id, uint32_t version,
                                    struct rd_entry *raw, struct rd_command_entry *entry)
{
    struct rd_position place;
    enum rd_status status = rd_position_find(c->kernel->store, id, version, &place, c->error);
    return status == RD_OK ? rd_history_entry(c->kernel, place.at, c->arena, raw, entry, c->error)
                           : status;
}

/* The record as it was opened, before the case's first step. One that the actor may not read, or
 * that there is no room for, is left to whoever reads the test. */
static void capture_give(struct capture *c, struct rd_id id, const struct rd_record_type *type,
                         const char *name, int depth)
{
    struct rd_entry raw;
    struct rd_command_entry entry;
    struct rd_record now;
    struct rd_error ignored = RD_ERROR_NONE;
    struct rd_buf text;
    if (rd_record_load(c->kernel->store, id, c->arena, &now, &ignored) != RD_OK ||
        !rd_query_may_read(c->kernel, c->actor, type, &now, c->arena) ||
        capture_entry(c, id, 1, &raw, &entry) != RD_OK) {
        rd_buf_printf(&c->given, "  -- %s \"%s\" may not be read\n", type->name, name);
        c->left_out++;
        return;
    }
    rd_buf_init(&text);
    rd_buf_printf(&text, "      %s \"%s\" { by = ", type->name, name);
    const char *by = capture_opener(c, type, now.opened_by);
    rd_promise_quote(&text, by, strlen(by));
    if (type->chart && type->chart->open.form)
        capture_form(c, &text, type, type->chart->open.form, &entry.form, depth);
    else
        capture_form(c, &text, type, NULL, &now.data, depth);
    rd_buf_text(&text, " },\n");
    rd_buf_append(&c->given, text.data, text.len);
    rd_buf_fini(&text);
}

/* The name by which the test knows the record. */
static const char *capture_ref(struct capture *c, struct rd_id id, int depth)
{
    const struct rd_record_type *type = rd_type_of(c->kernel, id);
    for (size_t i = 0; i < c->ref_count; i++)
        if (c->refs[i].id.value == id.value)
            return c->refs[i].name;
    if (!type || c->ref_count == CAPTURE_GIVEN_MAX || depth == CAPTURE_DEPTH_MAX) {
        c->left_out++;
        return "left out";
    }
    const char *name = rd_arena_printf(c->arena, "%s_%zu", type->name, c->ref_count + 1);
    c->refs[c->ref_count++] = (struct capture_ref){ id, name };
    capture_give(c, id, type, name, depth + 1);
    return name;
}

/* ---- steps ---- */

static void capture_at(struct capture *c, int64_t at_ms)
{
    char time[RD_TIME_TEXT_MAX];
    at_ms += c->shift_ms;
    if (at_ms < c->last_ms)
        at_ms = c->last_ms;
    c->last_ms = at_ms;
    rd_time_write(at_ms, time);
    rd_buf_printf(&c->steps, "      { at = \"%s\", ", time);
}

static const char *capture_state(const struct rd_command_entry *entry, struct rd_id id)
{
    for (uint32_t i = 0; i < entry->effects.count; i++) {
        const struct rd_value *at = entry->effects.items[i].items;
        if (at[0].integer == RD_EFFECT_RECORD && (uint64_t)at[1].integer == id.value)
            return at[3].kind == RD_TEXT ? at[3].text : NULL;
    }
    return NULL;
}

static const struct rd_event *capture_find(const struct rd_chart *chart, const char *command)
{
    for (size_t s = 0; s < chart->state_count; s++)
        for (size_t i = 0; i < chart->states[s].event_count; i++)
            if (strcmp(chart->states[s].events[i].command, command) == 0)
                return &chart->states[s].events[i];
    for (size_t i = 0; i < chart->always_count; i++)
        if (strcmp(chart->always[i].command, command) == 0)
            return &chart->always[i];
    return NULL;
}

/* By the workflow that the record goes by; a case that has followed began by another one. */
static const struct rd_event *capture_event(const struct capture *c,
                                            const struct rd_record_type *type,
                                            const struct rd_record *record, const char *command)
{
    const struct rd_event *event = capture_find(rd_chart_of(c->kernel, type, record), command);
    if (!event)
        event = capture_find(type->chart, command);
    for (size_t i = 0; !event && i < type->pinned_count; i++)
        event = capture_find(&type->pinned[i], command);
    return event;
}

/* What the case is in now, seen where the step was about another record. */
static void capture_expect(struct capture *c, struct rd_id id, const char *state, bool about)
{
    if (about && state)
        rd_buf_printf(&c->steps, ", expect = in_state \"%s\"", state);
    rd_buf_text(&c->steps, " },\n");
    if (!about && state)
        rd_buf_printf(&c->steps, "      { on = \"%s\", expect = in_state \"%s\" },\n",
                      capture_ref(c, id, 0), state);
}

static void capture_skip(struct capture *c, const struct rd_command_entry *entry)
{
    rd_buf_printf(&c->steps, "      -- not replayed: %s\n", entry->command ? entry->command : "?");
    c->left_out++;
}

/* An act of somebody, on the case or on a record that changed it. */
static void capture_act(struct capture *c, struct rd_id id, const struct rd_command_entry *entry,
                        const struct rd_record_type *type, const struct rd_event *event)
{
    bool about = entry->record.value == id.value;
    const char *by = capture_account(c, entry->actor);
    capture_at(c, entry->at_ms);
    rd_buf_printf(&c->steps, "act \"%s\" { on = \"%s\", by = ", event->name,
                  about ? capture_ref(c, id, 0) : type->name);
    rd_promise_quote(&c->steps, by, strlen(by));
    capture_form(c, &c->steps, type, event->form, &entry->form, 0);
    rd_buf_text(&c->steps, " }");
    capture_expect(c, id, capture_state(entry, id), about);
}

static void capture_opening(struct capture *c, const struct rd_record *record,
                            const struct rd_record_type *type, const struct rd_command_entry *entry)
{
    struct rd_id id = record->id;
    const char *by = capture_opener(c, type, entry->actor), *state = capture_state(entry, id);
    struct rd_buf form;
    rd_buf_init(&form);
    capture_form(c, &form, type, rd_chart_of(c->kernel, type, record)->open.form, &entry->form, 0);
    capture_at(c, entry->at_ms);
    rd_buf_printf(&c->steps, "open = %s \"%s\" { by = ", type->name, capture_ref(c, id, 0));
    rd_promise_quote(&c->steps, by, strlen(by));
    rd_buf_append(&c->steps, form.data, form.len);
    rd_buf_text(&c->steps, " }");
    capture_expect(c, id, state, true);
    rd_buf_fini(&form);
}

static enum rd_status capture_step(struct capture *c, const struct rd_record *record,
                                   const struct rd_record_type *type, uint32_t version)
{
    struct rd_id id = record->id;
    struct rd_entry raw;
    struct rd_command_entry entry;
    struct rd_record other = *record;
    struct rd_error ignored = RD_ERROR_NONE;
    enum rd_status status = capture_entry(c, id, version, &raw, &entry);
    if (status != RD_OK)
        return status;
    const char *command = entry.command ? entry.command : "";
    const struct rd_record_type *of = rd_type_of(c->kernel, entry.record);
    bool whole =
        entry.record.value == id.value ||
        (of &&
         rd_record_load(c->kernel->store, entry.record, c->arena, &other, &ignored) == RD_OK &&
         rd_query_may_read(c->kernel, c->actor, of, &other, c->arena));
    const struct rd_event *event =
        whole && of && of->chart ? capture_event(c, of, &other, command) : NULL;
    if (version == 1 && entry.record.value == id.value) {
        capture_opening(c, record, type, &entry);
    } else if (strcmp(command, "ring") == 0) { /* the clock does it by itself */
        capture_at(c, entry.at_ms);
        rd_buf_printf(&c->steps, "on = \"%s\"", capture_ref(c, id, 0));
        capture_expect(c, id, capture_state(&entry, id), true);
    } else if (event && !event->internal && entry.actor) {
        capture_act(c, id, &entry, of, event);
    } else {
        capture_skip(c, &entry);
    }
    return RD_OK;
}

/* ---- case.capture ---- */

/* `kept`: the generation whose workflow the case keeps; 0: it goes by that in force. */
static void capture_result(struct capture *c, struct rd_request *request, const char *title,
                           const struct rd_record_type *type, uint32_t kept)
{
    struct rd_buf out;
    rd_buf_init(&out);
    rd_buf_printf(&out,
                  "-- %s: what happened, as a promise. Pseudonymised: texts, numbers and staff "
                  "records are others.\n",
                  title);
    if (c->shift_ms)
        rd_buf_printf(&out, "-- All times are %lld weeks later than they were.\n",
                      (long long)(c->shift_ms / (7ll * 24 * 3600 * 1000)));
    if (kept)
        rd_buf_printf(&out,
                      "-- The case keeps the workflow of generation %u: it is a promise of that "
                      "generation's rules.\n-- Under others it tells where a new case goes another "
                      "way.\n",
                      kept);
    rd_buf_printf(&out, "return test \"%s\" {\n", title);
    if (c->given.len)
        rd_buf_printf(&out, "    given = {\n%.*s    },\n", (int)c->given.len,
                      (const char *)c->given.data);
    rd_buf_printf(&out, "    steps = {\n%.*s    },\n}\n", (int)c->steps.len,
                  (const char *)c->steps.data);
    request->result = rd_map();
    rd_map_add(c->arena, &request->result, "type", rd_text(type->name));
    rd_map_add(c->arena, &request->result, "title", rd_text_copy(c->arena, title, strlen(title)));
    rd_map_add(c->arena, &request->result, "text",
               rd_text_copy(c->arena, (const char *)out.data, out.len));
    rd_map_add(c->arena, &request->result, "left_out", rd_int(c->left_out));
    if (kept)
        rd_map_add(c->arena, &request->result, "generation", rd_int(kept));
    rd_buf_fini(&out);
}

enum rd_status rd_method_case_capture(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_actor actor;
    struct rd_record record;
    const struct rd_record_type *type;
    enum rd_status status = rd_query_record(kernel, request, &actor, &record, &type);
    if (status != RD_OK)
        return status;
    if (!type->chart)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/id",
                           "'%s' has no workflow: nothing happens to it that could be promised",
                           type->name);
    if (record.version > RD_HISTORY_MAX)
        return rd_error_at(&request->error, RD_LIMIT_EXCEEDED, "/id",
                           "the case has %u versions; %d can be captured", record.version,
                           RD_HISTORY_MAX);
    struct capture c = { .kernel = kernel,
                         .arena = request->arena,
                         .actor = &actor,
                         .error = &request->error,
                         .accounts = rd_map(),
                         .texts = rd_map() };
    while (record.opened_at_ms + c.shift_ms < CAPTURE_START_MS)
        c.shift_ms += CAPTURE_SHIFT_MS;
    rd_buf_init(&c.given);
    rd_buf_init(&c.steps);
    c.refs[c.ref_count++] = (struct capture_ref){ record.id, "the_case" };
    for (uint32_t v = 1; status == RD_OK && v <= record.version; v++)
        status = capture_step(&c, &record, type, v);
    const char *title = rd_arena_join(c.arena, type->name, " as it was", record.number ? ": " : "",
                                      record.number ? record.number : "");
    if (status == RD_OK)
        capture_result(&c, request, title, type, rd_chart_of(kernel, type, &record)->pinned);
    rd_buf_fini(&c.given);
    rd_buf_fini(&c.steps);
    return status;
}
