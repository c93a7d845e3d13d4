/* State charts, compiled from their normal form: names become indexes, limits become durations, and
 * what a function mentions becomes the set of facts and fields to gather for it.
 *
 * Building goes in two steps, since everything may refer to everything: first the names (states,
 * facts, guards, actions), then their contents. What is wrong is collected as findings, all of it,
 * each with its line. The judgement of the finished graph (reachable, leavable, watched) is in
 * chart_check.c.
 */
#include "domain/chart.h"

#include <string.h>

#include "base/text.h"
#include "domain/chart_check.h"
#include "domain/chart_inside.h"
#include "domain/derived.h"
#include "domain/model.h"
#include "domain/record.h"

int rd_state_find(const struct rd_chart *chart, const char *name)
{
    for (size_t i = 0; i < chart->state_count; i++)
        if (rd_text_same(chart->states[i].name, name))
            return (int)i;
    return -1;
}

const struct rd_move *rd_move_find(const struct rd_chart *chart, const char *name)
{
    for (size_t i = 0; i < chart->move_count; i++)
        if (strcmp(chart->moves[i].from, name) == 0)
            return &chart->moves[i];
    return NULL;
}

int rd_fact_find(const struct rd_chart *chart, const char *name)
{
    if (chart->lookup) {
        uint16_t number = rd_lookup_find(chart->lookup, name);
        return number == RD_LOOKUP_NONE ? -1 : chart->fact_of[number];
    }
    for (size_t i = 0; i < chart->fact_count; i++)
        if (strcmp(chart->facts[i].name, name) == 0)
            return (int)i;
    return -1;
}

int rd_guard_find(const struct rd_chart *chart, const char *name)
{
    uint16_t number = rd_lookup_find(chart->lookup, name);
    return number == RD_LOOKUP_NONE ? -1 : chart->guard_of[number];
}

bool rd_limit_does(const struct rd_limit *limit)
{
    return limit->tell_count || limit->escalate || limit->go >= 0 || limit->action_count;
}

const struct rd_event *rd_event_find(const struct rd_chart *chart, int state, const char *name)
{
    const struct rd_state *at = &chart->states[state];
    for (size_t i = 0; i < at->event_count; i++)
        if (rd_text_same(at->events[i].name, name))
            return &at->events[i];
    if (at->final)
        return NULL;
    for (size_t i = 0; i < chart->always_count; i++) {
        const struct rd_event *event = &chart->always[i];
        if (rd_text_same(event->name, name) &&
            !(event->except[state / 64] & (1ull << (state % 64))))
            return event;
    }
    return NULL;
}

bool rd_event_exists(const struct rd_chart *chart, const char *name)
{
    if (strcmp(chart->open.name, name) == 0)
        return true;
    for (size_t s = 0; s < chart->state_count; s++)
        for (size_t i = 0; i < chart->states[s].event_count; i++)
            if (strcmp(chart->states[s].events[i].name, name) == 0)
                return true;
    for (size_t i = 0; i < chart->always_count; i++)
        if (strcmp(chart->always[i].name, name) == 0)
            return true;
    return false;
}

const char *rd_chart_guess(struct chart_build *b, const char *word, const void *table, size_t size,
                           size_t count)
{
    const char **names = rd_arena_alloc(b->arena, (count + 1) * sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = *(const char *const *)((const char *)table + i * size);
    return rd_model_guess(b->arena, word, names, count);
}

static int chart_state(struct chart_build *b, const char *name, int line, const char *whose)
{
    if (!name)
        return -1;
    int state = rd_state_find(b->chart, name);
    if (state < 0)
        rd_finding_error(b->findings, b->file, line, "%s: no state '%s'%s", whose, name,
                         rd_chart_guess(b, name, b->chart->states, sizeof *b->chart->states,
                                        b->chart->state_count));
    return state;
}

static int chart_function(struct chart_build *b, const struct rd_function *table, size_t count,
                          const char *kind, const char *name, int line)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(table[i].name, name) == 0)
            return (int)i;
    rd_finding_error(b->findings, b->file, line, "no %s '%s'%s", kind, name,
                     rd_chart_guess(b, name, table, sizeof *table, count));
    return -1;
}

static uint16_t *chart_actions(struct chart_build *b, const struct rd_value *list, int line,
                               size_t *count)
{
    uint16_t *actions = rd_arena_zalloc(b->arena, list->count + 1, sizeof *actions);
    *count = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        int action =
            chart_function(b, b->chart->actions, b->chart->action_count, "action",
                           list->items[i].kind == RD_TEXT ? list->items[i].text : "?", line);
        if (action >= 0)
            actions[(*count)++] = (uint16_t)action;
    }
    return actions;
}

static void chart_row(struct chart_build *b, const struct rd_value *spec, const char *event,
                      int event_line, struct rd_row *out)
{
    int line = (int)rd_map_int(spec, "line", event_line);
    const char *go = rd_map_text(spec, "go", NULL);
    *out = (struct rd_row){ .line = line, .go = chart_state(b, go, line, event) };
    const struct rd_value *when = rd_map_list(spec, "when");
    out->when = rd_arena_zalloc(b->arena, when->count + 1, sizeof *out->when);
    for (uint32_t i = 0; i < when->count; i++) {
        const char *name = rd_map_text(&when->items[i], "guard", "?");
        int guard = chart_function(b, b->chart->guards, b->chart->guard_count, "guard", name, line);
        if (guard >= 0)
            out->when[out->when_count++] =
                (struct rd_when){ .guard = (uint16_t)guard,
                                  .negate = rd_map_bool(&when->items[i], "negate", false) };
    }
    out->actions = chart_actions(b, rd_map_list(spec, "do"), line, &out->action_count);
    out->spot = rd_model_spot(b->model, b->chart->file, line, "%s: %s -> %s", b->chart->name, event,
                              go ? go : "(stays)");
}

static const struct rd_form *chart_form(struct chart_build *b, const char *name, int line)
{
    if (!name)
        return NULL;
    const struct rd_form *form = rd_model_form(b->model, name);
    if (!form)
        rd_finding_error(b->findings, b->chart->file, line, "no form '%s'%s", name,
                         rd_chart_guess(b, name, b->model->forms, sizeof *b->model->forms,
                                        b->model->form_count));
    else if (form->of && form->of != b->chart->type)
        rd_finding_error(b->findings, b->chart->file, line, "form '%s' is a form of '%s'", name,
                         form->of->name);
    return form;
}

static void event_build(struct chart_build *b, const struct rd_value *spec, struct rd_event *out)
{
    int line = (int)rd_map_int(spec, "line", 0);
    const char *name = rd_map_text(spec, "name", "?");
    const struct rd_value *title = rd_map_get(spec, "title");
    *out = (struct rd_event){
        .name = name,
        .command = rd_arena_printf(b->arena, "%s.%s", b->chart->name, name),
        .title = title ? *title : rd_null(),
        .internal = rd_map_bool(spec, "internal", false),
        .line = line,
        .by = -1,
    };
    out->form = chart_form(b, rd_map_text(spec, "form", NULL), line);
    if (rd_map_bool(spec, "fields", false))
        out->form = rd_derived_form(b->model, b->chart->type);
    const char *by = rd_map_text(spec, "by", NULL);
    if (by) {
        out->by = rd_type_field(b->chart->type, by);
        if (out->by < 0 || b->chart->type->fields[out->by].type.kind != RD_TYPE_ACCOUNT)
            rd_finding_error(b->findings, b->chart->file, line,
                             "%s: by: '%s' is no account field of '%s'", name, by, b->chart->name);
    }
    const struct rd_value *rows = rd_map_list(spec, "rows");
    out->rows = rd_arena_zalloc(b->arena, rows->count + 1, sizeof *out->rows);
    out->row_count = rows->count;
    for (uint32_t i = 0; i < rows->count; i++)
        chart_row(b, &rows->items[i], name, line, &out->rows[i]);
    const struct rd_value *above = rd_map_get(spec, "above");
    if (rd_value_is(above, RD_MAP)) {
        out->above = rd_arena_zalloc(b->arena, 1, sizeof *out->above);
        chart_row(b, above, name, line, out->above);
    }
    const struct rd_value *except = rd_map_list(spec, "except");
    for (uint32_t i = 0; i < except->count; i++) {
        int state = chart_state(b, except->items[i].kind == RD_TEXT ? except->items[i].text : "?",
                                line, name);
        if (state >= 0)
            out->except[state / 64] |= 1ull << (state % 64);
    }
}

/* The limit's text is a duration, or the name of a decision that gives one. */
static void limit_duration(struct chart_build *b, const char *whose, struct rd_limit *out)
{
    out->decision = rd_model_decision(b->model, out->text);
    if (out->decision) {
        if (out->decision->outputs[0].type.kind != RD_TYPE_DURATION)
            rd_finding_error(b->findings, out->file, out->line,
                             "%s: the first output of decision '%s' must be a duration", whose,
                             out->text);
        return;
    }
    struct rd_error error = RD_ERROR_NONE;
    if (rd_duration_parse(out->text, out->clock != NULL, &out->duration, &error) != RD_OK)
        rd_finding_error(
            b->findings, out->file, out->line, "%s: %s", whose,
            strpbrk(out->text, " ")
                ? error.text
                : rd_arena_printf(b->arena, "no decision '%s', and no duration", out->text));
}

static const struct rd_calendar *chart_clock(struct chart_build *b, const char *name, int line)
{
    if (!name)
        return NULL;
    const struct rd_calendar *calendar = rd_model_calendar(b->model, name);
    if (!calendar)
        rd_finding_error(b->findings, b->file, line, "clock: no calendar '%s'", name);
    return calendar;
}

static void limit_build(struct chart_build *b, const struct rd_value *spec, const char *name,
                        struct rd_limit *out)
{
    int line = (int)rd_map_int(spec, "line", 0);
    const char *clock = rd_map_text(spec, "clock", NULL);
    b->file = rd_map_text(spec, "file", b->chart->file);
    *out = (struct rd_limit){
        .name = name,
        .number = rd_deadline_number(name),
        .text = rd_map_text(spec, "limit", ""),
        .clock = clock ? chart_clock(b, clock, line) : b->chart->clock,
        .message = rd_map_text(spec, "text", NULL),
        .template_name = rd_map_text(spec, "template", NULL),
        .escalate = rd_map_bool(spec, "escalate", false),
        .at_once = rd_map_bool(spec, "at_once", false),
        .file = b->file,
        .line = line,
    };
    limit_duration(b, name, out);
    out->go = chart_state(b, rd_map_text(spec, "go", NULL), line, "after");
    const struct rd_value *tell = rd_map_list(spec, "tell");
    out->tell = rd_arena_zalloc(b->arena, tell->count + 1, sizeof *out->tell);
    for (uint32_t i = 0; i < tell->count; i++)
        if (tell->items[i].kind == RD_TEXT)
            out->tell[out->tell_count++] = tell->items[i].text;
    out->actions = chart_actions(b, rd_map_list(spec, "do"), line, &out->action_count);
    out->spot =
        rd_model_spot(b->model, b->file, line, "%s: limit '%s' rings", b->chart->name, name);
    b->file = b->chart->file;
}

static void state_build(struct chart_build *b, const struct rd_value *spec, struct rd_state *out)
{
    const struct rd_value *events = rd_map_list(spec, "on");
    out->entry = chart_actions(b, rd_map_list(spec, "entry"), out->line, &out->entry_count);
    out->exit = chart_actions(b, rd_map_list(spec, "exit"), out->line, &out->exit_count);
    out->events = rd_arena_zalloc(b->arena, events->count + 1, sizeof *out->events);
    out->event_count = events->count;
    for (uint32_t i = 0; i < events->count; i++)
        event_build(b, &events->items[i], &out->events[i]);
    const struct rd_value *after = rd_map_list(spec, "after");
    out->after = rd_arena_zalloc(b->arena, after->count + 1, sizeof *out->after);
    out->after_count = after->count;
    for (uint32_t i = 0; i < after->count; i++)
        limit_build(b, &after->items[i],
                    i == 0 ? out->name : rd_arena_printf(b->arena, "%s.%u", out->name, i + 1),
                    &out->after[i]);
}

static void states_name(struct chart_build *b, const struct rd_value *list)
{
    struct rd_chart *chart = b->chart;
    if (list->count > RD_STATES_MAX) {
        rd_finding_error(b->findings, chart->file, chart->line,
                         "workflow '%s': %u states; %d is the limit", chart->name, list->count,
                         RD_STATES_MAX);
        return;
    }
    chart->states = rd_arena_zalloc(b->arena, list->count + 1, sizeof *chart->states);
    chart->state_count = list->count;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct rd_value *spec = &list->items[i];
        const struct rd_value *title = rd_map_get(spec, "title");
        chart->states[i] = (struct rd_state){
            .name = rd_map_text(spec, "name", "?"),
            .title = title ? *title : rd_null(),
            .pause = rd_map_bool(spec, "pause", false),
            .final = rd_map_bool(spec, "final", false),
            .rests = rd_map_text(spec, "rests", NULL),
            .line = (int)rd_map_int(spec, "line", 0),
        };
    }
}

/* What must hold can't be seen to fail: a promise in which it is false is broken. */
static bool is_certain(const struct rd_value *invariants, const char *name)
{
    for (uint32_t i = 0; i < invariants->count; i++)
        if (invariants->items[i].kind == RD_TEXT && strcmp(invariants->items[i].text, name) == 0)
            return true;
    return false;
}

/* `invariants`: names of guards among them; NULL where these are actions. */
static void functions_name(struct chart_build *b, const struct rd_value *list,
                           const struct rd_value *invariants, struct rd_function **out,
                           size_t *count)
{
    *out = rd_arena_zalloc(b->arena, list->count + 1, sizeof **out);
    *count = list->count;
    for (uint32_t i = 0; i < list->count; i++) {
        struct rd_function *function = &(*out)[i];
        *function = (struct rd_function){
            .name = rd_map_text(&list->items[i], "name", "?"),
            .fn = (int)rd_map_int(&list->items[i], "fn", -1),
            .line = (int)rd_map_int(&list->items[i], "line", 0),
        };
        if (invariants) {
            function->spot =
                rd_model_spot(b->model, b->chart->file, function->line, "%s: guard '%s' is true",
                              b->chart->name, function->name);
            function->spot_false =
                is_certain(invariants, function->name)
                    ? function->spot
                    : rd_model_spot(b->model, b->chart->file, function->line,
                                    "%s: guard '%s' is false", b->chart->name, function->name);
        } else {
            function->spot = rd_model_spot(b->model, b->chart->file, function->line,
                                           "%s: action '%s'", b->chart->name, function->name);
        }
    }
}

static void function_needs(struct chart_build *b, const struct rd_value *spec,
                           struct rd_function *out)
{
    const struct rd_record_type *type = b->chart->type;
    const struct rd_value *needs = rd_map_list(spec, "needs");
    out->needs.fields = rd_arena_zalloc(b->arena, type->field_count + 1, sizeof *out->needs.fields);
    for (uint32_t i = 0; i < needs->count; i++) {
        if (needs->items[i].kind != RD_TEXT)
            continue;
        const char *word = needs->items[i].text;
        int fact = rd_fact_find(b->chart, word), field = rd_type_field(type, word);
        if (fact >= 0)
            out->needs.facts |= 1ull << fact;
        else if (field >= 0)
            out->needs.fields[out->needs.field_count++] = (uint16_t)field;
        out->needs.form |= strcmp(word, "form") == 0;
        out->needs.actor |= strcmp(word, "actor") == 0;
        out->needs.given |= strcmp(word, "given") == 0;
        out->needs.today |= strcmp(word, "today") == 0 && fact < 0 && field < 0;
    }
}

static void chart_invariants(struct chart_build *b, const struct rd_value *list)
{
    struct rd_chart *chart = b->chart;
    chart->invariants = rd_arena_zalloc(b->arena, list->count + 1, sizeof *chart->invariants);
    for (uint32_t i = 0; i < list->count; i++) {
        int guard =
            chart_function(b, chart->guards, chart->guard_count, "guard",
                           list->items[i].kind == RD_TEXT ? list->items[i].text : "?", chart->line);
        if (guard >= 0)
            chart->invariants[chart->invariant_count++] = (uint16_t)guard;
    }
}

/* A state that there still is needs no way out of it, and one can't be sent in two directions. */
static void chart_moves(struct chart_build *b, const struct rd_value *list)
{
    struct rd_chart *chart = b->chart;
    chart->moves = rd_arena_zalloc(b->arena, list->count + 1, sizeof *chart->moves);
    for (uint32_t i = 0; i < list->count; i++) {
        const struct rd_value *spec = &list->items[i];
        struct rd_move move = { .from = rd_map_text(spec, "from", "?"),
                                .line = (int)rd_map_int(spec, "line", chart->line) };
        move.to = chart_state(b, rd_map_text(spec, "to", "?"), move.line, "moved");
        if (rd_state_find(chart, move.from) >= 0)
            rd_finding_error(b->findings, chart->file, move.line,
                             "moved: there still is a state '%s': nothing moves its cases",
                             move.from);
        else if (move.to >= 0)
            chart->moves[chart->move_count++] = move;
    }
}

/* The account field of the name, with a finding where there is none; -1. */
static int chart_account(struct chart_build *b, const char *name)
{
    const struct rd_record_type *type = b->chart->type;
    int field = rd_type_field(type, name);
    if (field >= 0 && type->fields[field].type.kind == RD_TYPE_ACCOUNT)
        return field;
    rd_finding_error(
        b->findings, b->chart->file, b->chart->apart_line,
        "apart: '%s' is no account field of '%s'%s", name, b->chart->name,
        rd_chart_guess(b, name, type->fields, sizeof *type->fields, type->field_count));
    return -1;
}

/* `apart`: each list holds each field apart from each other one. */
static void chart_apart(struct chart_build *b, const struct rd_value *lists)
{
    size_t room = 0;
    for (uint32_t l = 0; l < lists->count; l++)
        room += (size_t)lists->items[l].count * lists->items[l].count;
    b->chart->apart = rd_arena_zalloc(b->arena, room + 1, sizeof *b->chart->apart);
    for (uint32_t l = 0; l < lists->count; l++) {
        const struct rd_value *list = &lists->items[l];
        if (list->count < 2)
            rd_finding_error(b->findings, b->chart->file, b->chart->apart_line,
                             "apart: one field alone is apart from nothing");
        for (uint32_t i = 0; i < list->count; i++)
            for (uint32_t j = i + 1; j < list->count; j++) {
                struct rd_apart pair = { { chart_account(b, list->items[i].text),
                                           chart_account(b, list->items[j].text) } };
                if (pair.fields[0] >= 0 && pair.fields[1] >= 0)
                    b->chart->apart[b->chart->apart_count++] = pair;
            }
    }
}

static void chart_contents(struct chart_build *b, const struct rd_value *spec)
{
    struct rd_chart *chart = b->chart;
    const struct rd_value *states = rd_map_list(spec, "states");
    const struct rd_value *guards = rd_map_list(spec, "guards"),
                          *actions = rd_map_list(spec, "actions");
    const struct rd_value *always = rd_map_list(spec, "always"),
                          *within = rd_map_get(spec, "within");
    rd_chart_facts_build(b, rd_map_list(spec, "facts"));
    chart_invariants(b, rd_map_list(spec, "invariants"));
    chart_moves(b, rd_map_list(spec, "moved"));
    chart->apart_line = (int)rd_map_int(spec, "apart_line", chart->line);
    chart_apart(b, rd_map_list(spec, "apart"));
    for (size_t i = 0; i < chart->guard_count; i++)
        function_needs(b, &guards->items[i], &chart->guards[i]);
    for (size_t i = 0; i < chart->action_count; i++)
        function_needs(b, &actions->items[i], &chart->actions[i]);
    for (size_t i = 0; i < chart->state_count; i++)
        state_build(b, &states->items[i], &chart->states[i]);
    chart->always = rd_arena_zalloc(b->arena, always->count + 1, sizeof *chart->always);
    chart->always_count = always->count;
    for (uint32_t i = 0; i < always->count; i++)
        event_build(b, &always->items[i], &chart->always[i]);
    if (rd_value_is(within, RD_MAP)) {
        chart->within = rd_arena_zalloc(b->arena, 1, sizeof *chart->within);
        limit_build(b, within, "within", chart->within);
    }
}

/* Opening is an event like others: `open = { event, form, do }`, whose one row goes to the initial
 * state. */
static void open_build(struct chart_build *b, const struct rd_value *spec)
{
    struct rd_chart *chart = b->chart;
    struct rd_event *open = &chart->open;
    const char *event = rd_map_text(spec, "event", "open");
    int line = (int)rd_map_int(spec, "line", chart->line);
    struct rd_value plain = rd_map();
    rd_map_set(b->arena, &plain, "name", rd_text(event));
    rd_map_set(b->arena, &plain, "line", rd_int(line));
    const struct rd_value *form = rd_map_get(spec, "form"), *by = rd_map_get(spec, "by");
    rd_map_set(b->arena, &plain, "fields", rd_bool(rd_map_bool(spec, "fields", false)));
    rd_map_set(b->arena, &plain, "internal", rd_bool(rd_map_bool(spec, "internal", false)));
    if (form)
        rd_map_set(b->arena, &plain, "form", *form);
    if (by)
        rd_map_set(b->arena, &plain, "by", *by);
    event_build(b, &plain, open);
    open->row_count = 1;
    open->rows = rd_arena_zalloc(b->arena, 1, sizeof *open->rows);
    open->rows[0] = (struct rd_row){ .go = chart->initial, .line = line };
    open->rows[0].actions =
        chart_actions(b, rd_map_list(spec, "do"), line, &open->rows[0].action_count);
    open->rows[0].spot =
        rd_model_spot(b->model, chart->file, line, "%s: %s (opens)", chart->name, event);
}

static enum rd_open_cases chart_open_cases(const char *word)
{
    if (strcmp(word, "pin") == 0)
        return RD_OPEN_CASES_PIN;
    return strcmp(word, "next_state") == 0 ? RD_OPEN_CASES_NEXT_STATE : RD_OPEN_CASES_FOLLOW;
}

bool rd_chart_build(struct rd_arena *arena, const struct rd_value *spec, struct rd_model *model,
                    struct rd_findings *findings, struct rd_chart *out)
{
    size_t errors_before = findings->errors;
    const char *name = rd_map_text(spec, "name", "?"), *clock = rd_map_text(spec, "clock", NULL);
    const struct rd_value *title = rd_map_get(spec, "title");
    *out = (struct rd_chart){
        .name = name,
        .file = rd_map_text(spec, "file", "scripts"),
        .line = (int)rd_map_int(spec, "line", 0),
        .version = rd_map_int(spec, "version", 1),
        .pinned = (uint32_t)rd_map_int(spec, "pinned", 0),
        .open_cases = chart_open_cases(rd_map_text(spec, "open_cases", "follow")),
        .title = title ? *title : rd_null(),
        .type = rd_model_type(model, name),
    };
    struct chart_build b = {
        .model = model, .arena = arena, .findings = findings, .chart = out, .file = out->file
    };
    if (!out->type) {
        rd_finding_error(
            findings, out->file, out->line, "workflow '%s': no record '%s'%s", name, name,
            rd_chart_guess(&b, name, model->types, sizeof *model->types, model->type_count));
        return false;
    }
    out->clock = chart_clock(&b, clock, out->line);
    states_name(&b, rd_map_list(spec, "states"));
    rd_chart_facts_name(&b, rd_map_list(spec, "facts"));
    functions_name(&b, rd_map_list(spec, "guards"), rd_map_list(spec, "invariants"), &out->guards,
                   &out->guard_count);
    functions_name(&b, rd_map_list(spec, "actions"), NULL, &out->actions, &out->action_count);
    out->initial = chart_state(&b, rd_map_text(spec, "initial", "?"), out->line, "initial");
    chart_contents(&b, spec);
    open_build(&b, rd_map_get(spec, "open"));
    if (findings->errors == errors_before)
        rd_chart_check(arena, out, findings);
    return findings->errors == errors_before;
}
