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

#include "domain/chart_check.h"
#include "domain/model.h"

/* What every step of one chart's building needs. */
struct chart_build {
    struct rd_model *model;
    struct rd_arena *arena;
    struct rd_findings *findings;
    struct rd_chart *chart;
    const char *file; /* of what is being built: the chart's, or that of a ladder it climbs */
};

int rd_state_find(const struct rd_chart *chart, const char *name)
{
    for (size_t i = 0; i < chart->state_count; i++)
        if (strcmp(chart->states[i].name, name) == 0)
            return (int)i;
    return -1;
}

int rd_fact_find(const struct rd_chart *chart, const char *name)
{
    for (size_t i = 0; i < chart->fact_count; i++)
        if (strcmp(chart->facts[i].name, name) == 0)
            return (int)i;
    return -1;
}

const struct rd_event *rd_event_find(const struct rd_chart *chart, int state, const char *name)
{
    const struct rd_state *at = &chart->states[state];
    for (size_t i = 0; i < at->event_count; i++)
        if (strcmp(at->events[i].name, name) == 0)
            return &at->events[i];
    if (at->final)
        return NULL;
    for (size_t i = 0; i < chart->always_count; i++) {
        const struct rd_event *event = &chart->always[i];
        if (strcmp(event->name, name) == 0 && !(event->except[state / 64] & (1ull << (state % 64))))
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

/* The nearest of the names that a table has at its head (every struct here begins with its name).
 */
static const char *chart_guess(struct chart_build *b, const char *word, const void *table,
                               size_t size, size_t count)
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
                         chart_guess(b, name, b->chart->states, sizeof *b->chart->states,
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
                     chart_guess(b, name, table, sizeof *table, count));
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
        rd_finding_error(
            b->findings, b->chart->file, line, "no form '%s'%s", name,
            chart_guess(b, name, b->model->forms, sizeof *b->model->forms, b->model->form_count));
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
        .line = line,
        .by = -1,
    };
    out->form = chart_form(b, rd_map_text(spec, "form", NULL), line);
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
        .text = rd_map_text(spec, "limit", ""),
        .clock = clock ? chart_clock(b, clock, line) : b->chart->clock,
        .message = rd_map_text(spec, "text", NULL),
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
            .line = (int)rd_map_int(spec, "line", 0),
        };
    }
}

static void functions_name(struct chart_build *b, const struct rd_value *list, bool guard,
                           struct rd_function **out, size_t *count)
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
        if (guard) {
            function->spot =
                rd_model_spot(b->model, b->chart->file, function->line, "%s: guard '%s' is true",
                              b->chart->name, function->name);
            function->spot_false =
                rd_model_spot(b->model, b->chart->file, function->line, "%s: guard '%s' is false",
                              b->chart->name, function->name);
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
    }
}

/* The index of `type` over just these fields (in any order), or -1. */
static int fact_index(const struct rd_record_type *type, const char **same, size_t count)
{
    for (size_t i = 0; i < type->index_count; i++) {
        const struct rd_type_index *index = &type->indexes[i];
        size_t found = 0;
        for (size_t s = 0; s < count; s++)
            for (size_t f = 0; f < index->field_count; f++)
                found += strcmp(type->fields[index->fields[f]].name, same[s]) == 0;
        if (index->field_count == count && found == count)
            return (int)i;
    }
    return -1;
}

static void fact_count_build(struct chart_build *b, const struct rd_value *spec,
                             struct rd_fact *out)
{
    const char *file = b->chart->file, *type = rd_map_text(spec, "type", "?");
    out->type = rd_model_type(b->model, type);
    if (!out->type) {
        rd_finding_error(
            b->findings, file, out->line, "fact '%s': no record '%s'%s", out->name, type,
            chart_guess(b, type, b->model->types, sizeof *b->model->types, b->model->type_count));
        return;
    }
    const struct rd_value *same = rd_map_list(spec, "same");
    out->same = rd_arena_zalloc(b->arena, same->count + 1, sizeof *out->same);
    for (uint32_t i = 0; i < same->count; i++) {
        const char *name = same->items[i].kind == RD_TEXT ? same->items[i].text : "?";
        out->same[out->same_count++] = name;
        if (rd_type_field(out->type, name) < 0 || rd_type_field(b->chart->type, name) < 0)
            rd_finding_error(b->findings, file, out->line,
                             "fact '%s': same: '%s' and '%s' don't both have a field '%s'",
                             out->name, type, b->chart->name, name);
    }
    out->index = fact_index(out->type, out->same, out->same_count);
    if (out->index < 0)
        rd_finding_error(b->findings, file, out->line,
                         "fact '%s': record '%s' has no index over just the fields of `same`; add "
                         "it to its indexes",
                         out->name, type);
    out->at_most = rd_map_int(spec, "at_most", RD_COUNT_AT_MOST);
    if (out->at_most < 1 || out->at_most > RD_FACT_ROWS_MAX)
        rd_finding_error(b->findings, file, out->line, "fact '%s': at_most lies between 1 and %d",
                         out->name, RD_FACT_ROWS_MAX);
    const char *in_last = rd_map_text(spec, "in_last", NULL);
    struct rd_duration duration;
    struct rd_error error = RD_ERROR_NONE;
    if (in_last && rd_duration_parse(in_last, false, &duration, &error) != RD_OK)
        rd_finding_error(b->findings, file, out->line, "fact '%s': in_last: %s", out->name,
                         error.text);
    else if (in_last && duration.kind == RD_DURATION_ELAPSED)
        out->in_last_ms = duration.n;
    else if (in_last && duration.kind == RD_DURATION_CALENDAR && duration.months == 0)
        out->in_last_ms = duration.n * 86400000;
    else if (in_last)
        rd_finding_error(b->findings, file, out->line, "fact '%s': in_last is hours, days or weeks",
                         out->name);
    if (out->kind == RD_FACT_SUM) {
        const char *field = rd_map_text(spec, "field", "?");
        out->field = rd_type_field(out->type, field);
        if (out->field < 0)
            rd_finding_error(b->findings, file, out->line,
                             "fact '%s': record '%s' has no field '%s'", out->name, type, field);
    }
}

static void fact_decide_build(struct chart_build *b, const struct rd_value *spec,
                              struct rd_fact *out)
{
    const char *file = b->chart->file, *name = rd_map_text(spec, "decision", "?");
    const char *of = rd_map_text(spec, "of", NULL), *output = rd_map_text(spec, "output", NULL);
    out->decision = rd_model_decision(b->model, name);
    if (!out->decision) {
        rd_finding_error(b->findings, file, out->line, "fact '%s': no decision '%s'%s", out->name,
                         name,
                         chart_guess(b, name, b->model->decisions, sizeof *b->model->decisions,
                                     b->model->decision_count));
        return;
    }
    out->of = of ? rd_type_field(b->chart->type, of) : -1;
    if (of && (out->of < 0 || b->chart->type->fields[out->of].type.kind != RD_TYPE_REFERENCE))
        rd_finding_error(b->findings, file, out->line,
                         "fact '%s': of: '%s' is no reference field of '%s'", out->name, of,
                         b->chart->name);
    const struct rd_value *with = rd_map_get(spec, "with");
    if (rd_value_is(with, RD_MAP)) {
        out->with = rd_arena_zalloc(b->arena, with->count + 1, sizeof *out->with);
        for (uint32_t i = 0; i < with->count; i++)
            out->with[out->with_count++] = (struct rd_source){
                .name = with->pairs[i].key,
                .path = with->pairs[i].value.kind == RD_TEXT ? with->pairs[i].value.text : "?",
            };
    }
    for (size_t i = 0; output && i < out->decision->output_count; i++)
        if (strcmp(out->decision->outputs[i].name, output) == 0) {
            out->output = (int)i;
            return;
        }
    if (output)
        rd_finding_error(b->findings, file, out->line,
                         "fact '%s': decision '%s' has no output '%s'", out->name, name, output);
}

static void facts_name(struct chart_build *b, const struct rd_value *list)
{
    struct rd_chart *chart = b->chart;
    chart->facts = rd_arena_zalloc(b->arena, list->count + 1, sizeof *chart->facts);
    chart->fact_count = list->count <= RD_FACTS_MAX ? list->count : RD_FACTS_MAX;
    if (list->count > RD_FACTS_MAX)
        rd_finding_error(b->findings, chart->file, chart->line,
                         "workflow '%s': %u facts; %d is the limit", chart->name, list->count,
                         RD_FACTS_MAX);
    for (size_t i = 0; i < chart->fact_count; i++) {
        struct rd_fact *fact = &chart->facts[i];
        fact->name = rd_map_text(&list->items[i], "name", "?");
        fact->line = (int)rd_map_int(&list->items[i], "line", chart->line);
        fact->of = fact->index = fact->field = -1;
        if (rd_type_field(chart->type, fact->name) >= 0)
            rd_finding_error(b->findings, chart->file, fact->line,
                             "fact '%s': record '%s' has a field of that name; choose another",
                             fact->name, chart->name);
    }
}

static void fact_build(struct chart_build *b, const struct rd_value *spec, struct rd_fact *out)
{
    const char *kind = rd_map_text(spec, "kind", "field");
    if (strcmp(kind, "decide") == 0) {
        out->kind = RD_FACT_DECIDE;
        fact_decide_build(b, spec, out);
    } else if (strcmp(kind, "count") == 0 || strcmp(kind, "sum") == 0) {
        out->kind = strcmp(kind, "sum") == 0 ? RD_FACT_SUM : RD_FACT_COUNT;
        fact_count_build(b, spec, out);
    } else {
        out->kind = RD_FACT_FIELD;
        out->path = rd_map_text(spec, "path", "");
        const char *dot = strchr(out->path, '.');
        char head[RD_NAME_BYTES_MAX + 1] = "";
        if (dot && (size_t)(dot - out->path) < sizeof head)
            memcpy(head, out->path, (size_t)(dot - out->path));
        int field = rd_type_field(b->chart->type, head);
        const struct rd_record_type *of =
            field >= 0 && b->chart->type->fields[field].type.kind == RD_TYPE_REFERENCE
                ? rd_model_type(b->model, b->chart->type->fields[field].type.of)
                : NULL;
        if (!of || rd_type_field(of, dot + 1) < 0)
            rd_finding_error(b->findings, b->chart->file, out->line,
                             "fact '%s': '%s' is not REFERENCE.FIELD of record '%s'", out->name,
                             out->path, b->chart->name);
    }
}

static void chart_contents(struct chart_build *b, const struct rd_value *spec)
{
    struct rd_chart *chart = b->chart;
    const struct rd_value *states = rd_map_list(spec, "states"),
                          *facts = rd_map_list(spec, "facts");
    const struct rd_value *guards = rd_map_list(spec, "guards"),
                          *actions = rd_map_list(spec, "actions");
    const struct rd_value *always = rd_map_list(spec, "always"),
                          *within = rd_map_get(spec, "within");
    for (size_t i = 0; i < chart->fact_count; i++)
        fact_build(b, &facts->items[i], &chart->facts[i]);
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
        .title = title ? *title : rd_null(),
        .type = rd_model_type(model, name),
    };
    struct chart_build b = {
        .model = model, .arena = arena, .findings = findings, .chart = out, .file = out->file
    };
    if (!out->type) {
        rd_finding_error(
            findings, out->file, out->line, "workflow '%s': no record '%s'%s", name, name,
            chart_guess(&b, name, model->types, sizeof *model->types, model->type_count));
        return false;
    }
    out->clock = chart_clock(&b, clock, out->line);
    states_name(&b, rd_map_list(spec, "states"));
    facts_name(&b, rd_map_list(spec, "facts"));
    functions_name(&b, rd_map_list(spec, "guards"), true, &out->guards, &out->guard_count);
    functions_name(&b, rd_map_list(spec, "actions"), false, &out->actions, &out->action_count);
    out->initial = chart_state(&b, rd_map_text(spec, "initial", "?"), out->line, "initial");
    chart_contents(&b, spec);
    open_build(&b, rd_map_get(spec, "open"));
    if (findings->errors == errors_before)
        rd_chart_check(arena, out, findings);
    return findings->errors == errors_before;
}
