/* One batch of people's acts: what they look at, what they then try, and what the journal says came
 * of it.
 *
 *   due records ─▶ case.get (all in one batch) ─▶ somebody, an event, a form ─▶ case.act (one
 * batch)
 *
 * One act in sixteen is dishonest or careless: the proposer approves, a stranger acts, the form is
 * spoilt, the version is old, the request is sent twice. What must then be refused is checked here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/limits.h"
#include "cli/course.h"

#define ACT_BATCH 256
#define ACT_HOUR_MS 3600000ll
#define ACT_GIVE_UP 12 /* refusals in a row: from then on only the clock moves the case */

enum act_attack {
    ACT_HONEST,
    ACT_STRANGER, /* anybody, whatever his role */
    ACT_SELF,     /* one whom the record names already: the proposer approves */
    ACT_SPOILT,
    ACT_STALE,
    ACT_TWICE,
};
static const char *const act_attacks[] = {
    "honest", "stranger", "self", "spoilt", "stale", "twice"
};

struct act {
    uint32_t at; /* in the book */
    const struct rd_event *event;
    const struct rd_account *by;
    enum act_attack attack;
    const struct rd_past_step *like; /* what is done as it was in the past; NULL */
    const struct rd_value *before;   /* the record as it was read */
};

struct act_batch {
    struct act acts[ACT_BATCH];
    struct rd_request requests[2 * ACT_BATCH];
    struct rd_value params[2 * ACT_BATCH];
    size_t count, request_count;
};

static void act_run(struct rd_sim *sim, struct act_batch *batch)
{
    struct rd_request *all[2 * ACT_BATCH] = { NULL };
    for (size_t i = 0; i < batch->request_count; i++)
        all[i] = &batch->requests[i];
    rd_kernel_run(sim->kernel, all, batch->request_count);
    sim->batches++;
}

static struct rd_value *act_request(struct rd_sim *sim, struct act_batch *batch, const char *method)
{
    size_t at = batch->request_count++;
    batch->params[at] = rd_map();
    batch->requests[at] = (struct rd_request){ .arena = &sim->arena,
                                               .method = method,
                                               .params = &batch->params[at],
                                               .peer = { .door = RD_DOOR_INSIDE } };
    return &batch->params[at];
}

enum rd_status rd_sim_call(struct rd_sim *sim, const char *method, struct rd_value *params,
                           struct rd_value *result, struct rd_error *error)
{
    struct rd_request request = {
        .arena = &sim->arena, .method = method, .params = params, .peer = { .door = RD_DOOR_INSIDE }
    };
    struct rd_request *requests[] = { &request };
    rd_kernel_run(sim->kernel, requests, 1);
    *result = request.result;
    if (request.status != RD_OK) {
        *error = request.error;
        error->detail = NULL; /* lives in the batch's arena */
    }
    return request.status;
}

static struct rd_value act_id(struct rd_sim *sim, struct rd_id id)
{
    char text[RD_ID_TEXT_MAX];
    rd_id_write(id, text);
    return rd_text_copy(&sim->arena, text, strlen(text));
}

/* ---- choosing ---- */

/* Whether its form asks for something that the record does not have yet. */
static bool act_adds(const struct rd_event *event, const struct rd_value *data)
{
    for (size_t i = 0; event->form && i < event->form->count; i++) {
        const struct rd_value *value = rd_map_get(data, event->form->entries[i].field.name);
        if (event->form->entries[i].record_field >= 0 &&
            (!value || value->kind == RD_NULL || (value->kind == RD_BOOL && !value->boolean)))
            return true;
    }
    return false;
}

/* What leads on or adds something is done often, what ends the case there and then seldom. */
static unsigned act_weight(const struct rd_chart *chart, const struct rd_event *event,
                           const struct rd_value *data)
{
    int to = event->rows[0].go;
    if (to >= 0)
        return chart->states[to].final ? 4 : 12;
    return act_adds(event, data) ? 12 : 3;
}

/* Events that any state accepts are the exception. */
static const struct rd_event *act_event(struct rd_sim *sim, const struct rd_sim_case *item,
                                        const struct rd_value *data)
{
    const struct rd_chart *chart = item->type->chart;
    const struct rd_state *state = &chart->states[item->state];
    const struct rd_event *events[RD_STATES_MAX];
    unsigned weights[RD_STATES_MAX], all = 0;
    size_t count = 0;
    for (size_t i = 0; i < state->event_count && count < RD_STATES_MAX; i++) {
        events[count] = &state->events[i];
        weights[count++] = act_weight(chart, &state->events[i], data);
    }
    for (size_t i = 0; i < chart->always_count && count < RD_STATES_MAX; i++)
        if (rd_event_find(chart, item->state, chart->always[i].name) == &chart->always[i]) {
            events[count] = &chart->always[i];
            weights[count++] = 1;
        }
    for (size_t i = 0; i < count; i++)
        all += events[i]->permission->row_count ? weights[i] : (weights[i] = 0);
    if (all == 0)
        return NULL;
    uint64_t draw = rd_sim_draw(&sim->random, all);
    size_t at = 0;
    for (; draw >= weights[at]; at++)
        draw -= weights[at];
    return events[at];
}

/* Somebody whom one of the record's account fields names. */
static const struct rd_account *act_named(struct rd_sim *sim, const struct rd_record_type *type,
                                          const struct rd_value *data)
{
    const struct rd_account *named[RD_FIELDS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < type->field_count; i++) {
        if (type->fields[i].type.kind != RD_TYPE_ACCOUNT)
            continue;
        const char *name = rd_map_text(data, type->fields[i].name, NULL);
        named[count] = name ? rd_account_find(&sim->model->organisation, name) : NULL;
        count += named[count] != NULL;
    }
    return count ? named[rd_sim_draw(&sim->random, count)] : NULL;
}

static enum act_attack act_attack(struct rd_sim *sim)
{
    return rd_sim_draw(&sim->random, 16) ? ACT_HONEST
                                         : (enum act_attack)(1 + rd_sim_draw(&sim->random, 5));
}

/* As in the past: whose case it is, else who did it then, else somebody of his role. */
static const struct rd_account *act_like(struct rd_sim *sim, const struct rd_sim_case *item,
                                         const struct act *act, const char *owner, const char *unit)
{
    const struct rd_organisation *organisation = &sim->model->organisation;
    const struct rd_permission *permission = act->event->permission;
    int role = rd_course_role(sim, act->like->role);
    const struct rd_account *account = owner ? rd_account_find(organisation, owner) : NULL;
    if (item->attempts == 0 && account && rd_sim_people_can(permission, account) &&
        (role < 0 || account->roles >> role & 1))
        return account;
    account = rd_account_find(organisation, sim->course->fit->past->actors[act->like->who].name);
    if (item->attempts < 2 && account && rd_sim_people_can(permission, account))
        return account;
    return rd_sim_people_pick_role(sim, permission, owner, unit, role);
}

static const struct rd_account *act_who(struct rd_sim *sim, const struct rd_sim_case *item,
                                        const struct act *act)
{
    const struct rd_value *data = rd_map_get(act->before, "data");
    const char *owner = item->type->owner >= 0
                            ? rd_map_text(data, item->type->fields[item->type->owner].name, NULL)
                            : NULL;
    const struct rd_account *named = NULL;
    if (act->attack == ACT_STRANGER)
        return rd_sim_people_any(sim);
    if (act->attack == ACT_SELF)
        named = act_named(sim, item->type, data);
    const char *unit = item->type->unit >= 0
                           ? rd_map_text(data, item->type->fields[item->type->unit].name, NULL)
                           : NULL;
    if (named)
        return named;
    if (act->like)
        return act_like(sim, item, act, owner, unit);
    return rd_sim_people_pick(sim, act->event->permission, owner, unit);
}

/* What the record says already is mostly confirmed: the amount that was chosen is the one granted.
 */
static void act_confirm(struct rd_sim *sim, const struct act *act, struct rd_value *form)
{
    const struct rd_form *type = act->event->form;
    const struct rd_value *data = rd_map_get(act->before, "data");
    for (size_t i = 0; type && !type->whole && i < type->count; i++) {
        const char *name = type->entries[i].field.name;
        const struct rd_value *value = rd_map_get(data, name);
        if (value && value->kind != RD_NULL && rd_sim_chance(&sim->random, 600))
            rd_map_set(&sim->arena, form, name, *value);
    }
}

/* False where nobody can do anything about the record now. */
static bool act_plan(struct rd_sim *sim, struct act_batch *batch, struct act *act)
{
    const struct rd_sim_case *item = &sim->book.cases[act->at];
    struct rd_value form;
    if (act->like)
        act->event = rd_event_find(item->type->chart, item->state, act->like->event);
    else {
        act->event =
            item->state >= 0 ? act_event(sim, item, rd_map_get(act->before, "data")) : NULL;
        act->attack = act_attack(sim);
    }
    act->by = act->event ? act_who(sim, item, act) : NULL;
    if (!act->by || !rd_sim_form(sim, act->event->form, &form))
        return false;
    act_confirm(sim, act, &form);
    if (act->like)
        rd_course_form(sim, item, act->event->form, &act->like->form, act->like->at_ms, &form);
    if (act->attack == ACT_SPOILT)
        rd_sim_form_spoil(sim, &form);
    for (int copy = 0; copy < (act->attack == ACT_TWICE ? 2 : 1); copy++) {
        struct rd_value *params = act_request(sim, batch, "case.act");
        rd_map_add(&sim->arena, params, "id", act_id(sim, item->id));
        rd_map_add(&sim->arena, params, "event", rd_text(act->event->name));
        rd_map_add(&sim->arena, params, "as", rd_text(act->by->name));
        if (form.count)
            rd_map_add(&sim->arena, params, "form", form);
        if (act->attack == ACT_STALE)
            rd_map_add(&sim->arena, params, "if_version",
                       rd_int(rd_map_int(act->before, "version", 1) - 1));
        if (act->attack == ACT_TWICE)
            rd_map_add(
                &sim->arena, params, "idempotency_key",
                rd_text(rd_arena_printf(&sim->arena, "sim-%llu", (unsigned long long)sim->acts)));
    }
    sim->acts++;
    return true;
}

/* ---- judging ---- */

static bool act_is_four_eyes(const struct rd_authority_row *row, const char *field)
{
    char guard[RD_NAME_BYTES_MAX + 16];
    snprintf(guard, sizeof guard, "actor_is_%s", field);
    for (size_t i = 0; i < row->unless_count; i++)
        if (strcmp(row->unless[i], guard) == 0)
            return true;
    for (size_t i = 0; i < row->other_than_count; i++)
        if (strcmp(row->other_than[i], field) == 0)
            return true;
    return false;
}

/* Whoever does what every row keeps from the proposer is not the proposer. */
static void act_judge_four_eyes(struct rd_sim *sim, const struct rd_sim_case *item,
                                const struct act *act)
{
    const struct rd_permission *permission = act->event->permission;
    const struct rd_value *data = rd_map_get(act->before, "data");
    for (size_t f = 0; f < item->type->field_count; f++) {
        const struct rd_field *field = &item->type->fields[f];
        size_t kept_from = 0;
        if (field->type.kind != RD_TYPE_ACCOUNT)
            continue;
        for (size_t i = 0; i < permission->row_count; i++)
            kept_from += act_is_four_eyes(permission->rows[i], field->name);
        if (kept_from < permission->row_count || kept_from == 0)
            continue;
        rd_sim_count(&sim->checks, "four eyes", 1);
        if (strcmp(rd_map_text(data, field->name, ""), act->by->name) == 0)
            rd_sim_breach(sim, "%s did %s on %s, although he is its %s", act->by->name,
                          act->event->command, rd_map_text(act->before, "number", "?"),
                          field->name);
    }
}

static void act_judge(struct rd_sim *sim, struct rd_sim_case *item, const struct act *act,
                      const struct rd_request *first, const struct rd_request *again)
{
    bool done = first->status == RD_OK;
    rd_sim_count(&sim->events, act->event->command, done);
    rd_sim_count(&sim->attacks, act_attacks[act->attack], 1);
    if (!done)
        rd_sim_count(&sim->refusals, rd_status_name(first->status), 1);
    item->attempts = done ? 0 : item->attempts + 1;
    if (first->status == RD_POLICY_FAULT || first->status == RD_IO)
        rd_sim_breach(sim, "%s by %s: %s", act->event->command, act->by->name, first->error.text);
    if ((act->attack == ACT_SPOILT || act->attack == ACT_STALE) && done)
        rd_sim_breach(sim, "a request that is %s was accepted: %s on %s", act_attacks[act->attack],
                      act->event->command, rd_map_text(act->before, "number", "?"));
    if (again &&
        (again->status != first->status || (done && rd_map_int(&again->result, "version", 0) !=
                                                        rd_map_int(&first->result, "version", 0))))
        rd_sim_breach(sim, "the same request twice was answered differently: %s on %s",
                      act->event->command, rd_map_text(act->before, "number", "?"));
    if (done)
        act_judge_four_eyes(sim, item, act);
}

/* When somebody looks at the record again: mostly soon, sometimes late enough for its clocks. */
static int64_t act_later(struct rd_sim *sim)
{
    static const struct {
        unsigned chance;
        int64_t hours;
    } waits[] = { { 300, 1 }, { 550, 4 }, { 750, 20 }, { 900, 60 }, { 970, 150 }, { 1000, 400 } };
    uint64_t draw = rd_sim_draw(&sim->random, 1000);
    size_t i = 0;
    while (draw >= waits[i].chance)
        i++;
    return sim->now_ms +
           (int64_t)rd_sim_draw(&sim->random, (uint64_t)(waits[i].hours * ACT_HOUR_MS)) + 60000;
}

void rd_sim_again(struct rd_sim *sim, struct rd_sim_case *item)
{
    const struct rd_chart *chart = item->type->chart;
    if (chart && item->state >= 0 && !chart->states[item->state].final &&
        item->attempts < ACT_GIVE_UP)
        rd_sim_book_plan(&sim->book, item, act_later(sim));
}

static enum rd_status act_read(struct rd_sim *sim, struct act_batch *batch, struct rd_error *error)
{
    for (size_t i = 0; i < batch->count; i++)
        rd_map_add(&sim->arena, act_request(sim, batch, "case.get"), "id",
                   act_id(sim, sim->book.cases[batch->acts[i].at].id));
    act_run(sim, batch);
    for (size_t i = 0; i < batch->count; i++) {
        struct rd_value *before = rd_arena_zalloc(&sim->arena, 1, sizeof *before);
        if (batch->requests[i].status != RD_OK) {
            *error = batch->requests[i].error;
            error->detail = NULL;
            return batch->requests[i].status;
        }
        *before = batch->requests[i].result;
        batch->acts[i].before = before;
    }
    batch->request_count = 0;
    return RD_OK;
}

/* Who is due now; where the past is known, only those to whom somebody gets now. */
static void act_collect(struct rd_sim *sim, struct act_batch *batch)
{
    for (struct rd_sim_case *item;
         batch->count < ACT_BATCH && (item = rd_sim_book_due(&sim->book, sim->now_ms));) {
        struct act *act = &batch->acts[batch->count];
        if (sim->course && !(act->like = rd_course_due(sim, item)))
            continue;
        act->at = (uint32_t)(item - sim->book.cases);
        batch->count++;
    }
}

enum rd_status rd_sim_act(struct rd_sim *sim, struct rd_error *error)
{
    struct act_batch *batch = calloc(1, sizeof *batch);
    bool done[ACT_BATCH] = { false };
    RD_ASSERT(batch);
    act_collect(sim, batch);
    enum rd_status status = batch->count ? act_read(sim, batch, error) : RD_OK;
    size_t first[ACT_BATCH];
    for (size_t i = 0; status == RD_OK && i < batch->count; i++) {
        first[i] = batch->request_count;
        if (!act_plan(sim, batch, &batch->acts[i]))
            batch->acts[i].event = NULL;
    }
    if (status == RD_OK && batch->request_count)
        act_run(sim, batch);
    for (size_t i = 0; status == RD_OK && i < batch->count; i++) {
        struct rd_sim_case *item = &sim->book.cases[batch->acts[i].at];
        const struct act *act = &batch->acts[i];
        done[i] = act->event && batch->requests[first[i]].status == RD_OK;
        if (act->event)
            act_judge(sim, item, act, &batch->requests[first[i]],
                      act->attack == ACT_TWICE ? &batch->requests[first[i] + 1] : NULL);
        else
            item->attempts++;
    }
    if (status == RD_OK && batch->count)
        status = rd_sim_follow(sim, error);
    for (size_t i = 0; status == RD_OK && i < batch->count; i++) {
        struct rd_sim_case *item = &sim->book.cases[batch->acts[i].at];
        if (sim->course)
            rd_course_acted(sim, item, done[i]);
        else
            rd_sim_again(sim, item);
    }
    free(batch);
    return status;
}

/* ---- opening ---- */

/* The kinds of cases that people open; the one with the most states is the company's bread and
 * butter: four in five are of it. */
static const struct rd_chart *open_chart(struct rd_sim *sim)
{
    const struct rd_model *model = sim->model;
    const struct rd_chart *able[RD_STATES_MAX], *main = NULL;
    size_t count = 0;
    for (size_t i = 0; i < model->chart_count && count < RD_STATES_MAX; i++) {
        const struct rd_chart *chart = &model->charts[i];
        if (chart->open.permission->row_count == 0 ||
            (chart->open.form && chart->open.form->whole)) /* a file: there are enough of them */
            continue;
        able[count++] = chart;
        if (!main || chart->state_count > main->state_count)
            main = chart;
    }
    if (count < 2 || rd_sim_chance(&sim->random, 800))
        return main;
    return able[rd_sim_draw(&sim->random, count)];
}

/* What is to be opened in one batch. */
struct act_open {
    const struct rd_chart *chart;
    uint32_t twin; /* of the past; RD_COURSE_NONE */
};

/* False where nobody may, or the form can't be filled in. */
static bool open_plan(struct rd_sim *sim, struct act_batch *batch, const struct act_open *open)
{
    const struct rd_past_case *twin =
        open->twin == RD_COURSE_NONE ? NULL : &sim->course->fit->past->cases[open->twin];
    const struct rd_chart *chart = open->chart;
    const struct rd_account *by =
        chart ? rd_sim_people_pick_role(sim, chart->open.permission, NULL, NULL,
                                        twin ? rd_course_role(sim, twin->role) : -1)
              : NULL;
    struct rd_value form;
    sim->opened++; /* tried: what can't be opened is not tried for ever */
    if (!by || !rd_sim_form(sim, chart->open.form, &form))
        return false;
    if (twin)
        rd_course_form(sim, NULL, chart->open.form, &twin->form, twin->opened_ms, &form);
    struct rd_value *params = act_request(sim, batch, "case.open");
    rd_map_add(&sim->arena, params, "type", rd_text(chart->type->name));
    rd_map_add(&sim->arena, params, "data", form);
    rd_map_add(&sim->arena, params, "as", rd_text(by->name));
    return true;
}

/* The journal will say that it is there; whose twin it is must be known by then. */
static void open_enter(struct rd_sim *sim, const struct rd_request *request,
                       const struct act_open *open)
{
    struct rd_id id;
    if (open->twin == RD_COURSE_NONE || !rd_id_read(rd_map_text(&request->result, "id", ""), &id))
        return;
    rd_course_born(sim, rd_sim_book_add(&sim->book, id, open->chart->type), NULL, open->twin);
    rd_sim_count(&sim->started_types, open->chart->type->name, 1);
}

static enum rd_status open_batch(struct rd_sim *sim, const struct act_open *opens, size_t count,
                                 struct rd_error *error)
{
    struct act_batch *batch = calloc(1, sizeof *batch);
    const struct act_open *planned[ACT_BATCH];
    RD_ASSERT(batch && count <= ACT_BATCH);
    for (size_t i = 0; i < count; i++)
        if (open_plan(sim, batch, &opens[i]))
            planned[batch->request_count - 1] = &opens[i];
    if (batch->request_count)
        act_run(sim, batch);
    for (size_t i = 0; i < batch->request_count; i++) {
        const struct rd_request *request = &batch->requests[i];
        const char *type = planned[i]->chart->type->name;
        if (request->status == RD_OK) {
            rd_sim_count(&sim->opened_types, type, 1);
            open_enter(sim, request, planned[i]);
            continue;
        }
        rd_sim_count(&sim->refusals, rd_status_name(request->status), 1);
        if (request->status == RD_POLICY_FAULT || request->status == RD_IO)
            rd_sim_breach(sim, "opening a %s: %s", type, request->error.text);
    }
    free(batch);
    return rd_sim_follow(sim, error);
}

enum rd_status rd_sim_open(struct rd_sim *sim, size_t count, struct rd_error *error)
{
    struct act_open opens[ACT_BATCH];
    count = count < ACT_BATCH ? count : ACT_BATCH;
    for (size_t i = 0; i < count; i++)
        opens[i] = (struct act_open){ .chart = open_chart(sim), .twin = RD_COURSE_NONE };
    return open_batch(sim, opens, count, error);
}

enum rd_status rd_sim_open_twins(struct rd_sim *sim, struct rd_error *error)
{
    uint32_t twins[ACT_BATCH];
    struct act_open opens[ACT_BATCH];
    enum rd_status status = RD_OK;
    for (size_t count;
         status == RD_OK && (count = rd_course_arrivals(sim, twins, ACT_BATCH)) > 0;) {
        rd_arena_reset(&sim->arena);
        for (size_t i = 0; i < count; i++) {
            const char *name = sim->course->fit->past->cases[twins[i]].type;
            opens[i] = (struct act_open){ .chart = rd_model_type(sim->model, name)->chart,
                                          .twin = twins[i] };
        }
        status = open_batch(sim, opens, count, error);
    }
    return status;
}
