/* The commands on records: open, act, create, update, and what one may do now.
 *
 *   identify (key, version) ─▶ authorise (grant.c) ─▶ form ─▶ unless, up_to (grant.c)
 *                           ─▶ the chart (plan.c) ─▶ one entry (commit.c)
 */
#include "kernel/eyes.h"
#include "kernel/inside.h"
#include "kernel/redo.h"

#include <string.h>

#include "base/pack.h"
#include "base/text.h"
#include "store/tables.h"

enum rd_status rd_key_find(struct rd_run *run, uint64_t *seq, struct rd_id *record)
{
    struct rd_kernel *kernel = run->kernel;
    const void *bytes;
    size_t len;
    struct rd_value row;
    *seq = 0;
    if (!run->key)
        return RD_OK;
    struct rd_key16 key = rd_idempotency_key(run->actor.name, run->key, &kernel->scratch);
    enum rd_status status =
        rd_store_get(kernel->store, RD_TABLE_IDEMPOTENCY, key.bytes, &bytes, &len, run->error);
    if (status == RD_NOT_FOUND)
        return RD_OK;
    if (status == RD_OK)
        status = rd_pack_read(run->arena, bytes, len, &row, run->error);
    if (status != RD_OK)
        return status;
    if (row.items[4].integer <= rd_kernel_now_ms(kernel))
        return RD_OK; /* expired: as if it were new */
    if ((uint64_t)row.items[2].integer != run->request_hash)
        return rd_error_at(run->error, RD_IDEMPOTENCY_CONFLICT, "/idempotency_key",
                           "the key was used for a different request; choose a new one");
    *seq = (uint64_t)row.items[1].integer;
    record->value = (uint64_t)row.items[3].integer;
    return RD_OK;
}

static enum rd_status case_key(struct rd_run *run, const struct rd_request *request)
{
    const char *key = rd_map_text(request->params, "idempotency_key", NULL);
    if (!key)
        return RD_OK;
    if (strncmp(key, RD_KEY_NATURAL, strlen(RD_KEY_NATURAL)) == 0)
        return rd_error_at(run->error, RD_INVALID_PARAMS, "/idempotency_key",
                           "keys that begin with \"%s\" are the importer's", RD_KEY_NATURAL);
    rd_buf_clear(&run->kernel->scratch);
    rd_buf_text(&run->kernel->scratch, request->method);
    rd_pack_write(&run->kernel->scratch, request->params);
    run->request_hash = rd_text_hash(run->kernel->scratch.data, run->kernel->scratch.len) >> 1;
    run->key = key;
    return RD_OK;
}

/* What every command begins with. */
static enum rd_status case_start(struct rd_kernel *kernel, struct rd_request *request,
                                 struct rd_run *run)
{
    rd_run_init(run, kernel, request->arena, &request->error);
    enum rd_status status = rd_actor_of(kernel, request, &run->actor, run->error);
    run->dry = rd_map_bool(request->params, "dry_run", false);
    return status == RD_OK ? case_key(run, request) : status;
}

static enum rd_status case_reply(struct rd_run *run, struct rd_request *request,
                                 struct rd_draft *draft, uint64_t seq)
{
    struct rd_arena *arena = run->arena;
    enum rd_status status = rd_draft_deadlines(run, draft);
    if (status != RD_OK)
        return status;
    struct rd_deadline *rows = rd_arena_zalloc(arena, draft->deadline_count + 1, sizeof *rows);
    size_t count = 0;
    for (size_t i = 0; i < draft->deadline_count; i++)
        if (!draft->deadlines[i].removed)
            rows[count++] = draft->deadlines[i].row;
    rd_deadlines_sort(rows, count);
    request->result = rd_show_record(run->kernel, &draft->record, rows, count, RD_NO_LEDGER, arena);
    rd_map_add(arena, &request->result, "seq", seq ? rd_int((int64_t)seq) : rd_null());
    rd_map_add(arena, &request->result, "decisions", rd_show_decisions(&run->decisions, arena));
    run->kernel->known.kept = request->result.count;
    if (run->receipt && !run->dry)
        rd_map_add(arena, &request->result, "receipt", rd_text(run->receipt));
    if (run->dry)
        rd_map_add(arena, &request->result, "dry_run", rd_bool(true));
    return RD_OK;
}

/* The reply that the key's first request got, made again from the journal. */
static enum rd_status case_repeat(struct rd_run *run, struct rd_request *request, uint64_t seq)
{
    struct rd_kernel *kernel = run->kernel;
    struct rd_arena *arena = run->arena;
    struct rd_entry raw;
    struct rd_command_entry entry;
    struct rd_record record;
    struct rd_deadline *deadlines;
    size_t count;
    enum rd_status status = rd_vault_find(kernel->vault, seq, arena, &raw, run->error);
    if (status == RD_OK)
        status = rd_entry_unpack(raw.payload, raw.len, &kernel->catalogue.names, arena, &entry,
                                 run->error);
    if (status == RD_OK)
        status = rd_history_rebuild(kernel, entry.record, entry.version, 0, arena, &record,
                                    &deadlines, &count, run->error);
    if (status != RD_OK)
        return status;
    request->result = rd_show_record(kernel, &record, deadlines, count, RD_NO_LEDGER, arena);
    rd_map_add(arena, &request->result, "seq", rd_int((int64_t)seq));
    rd_map_add(arena, &request->result, "decisions", rd_show_decisions(&entry.decisions, arena));
    return RD_OK;
}

static enum rd_status case_wrong_state(struct rd_run *run, const struct rd_draft *draft,
                                       const char *event)
{
    struct rd_arena *arena = run->arena;
    struct rd_value accepts = rd_list();
    const struct rd_chart *chart = draft->chart;
    if (draft->state < 0)
        return rd_error_set(run->error, RD_WRONG_STATE,
                            "the record is in state '%s', which the policy no longer has",
                            draft->record.state ? draft->record.state : "");
    const struct rd_state *state = &chart->states[draft->state];
    for (size_t i = 0; i < state->event_count; i++) /* what timers and records send is no choice */
        if (state->events[i].permission->row_count > 0)
            rd_list_add(arena, &accepts, rd_text(state->events[i].name));
    for (size_t i = 0; i < chart->always_count; i++)
        if (chart->always[i].permission->row_count > 0 &&
            rd_event_find(chart, draft->state, chart->always[i].name))
            rd_list_add(arena, &accepts, rd_text(chart->always[i].name));
    struct rd_value *detail = rd_arena_zalloc(arena, 1, sizeof *detail);
    *detail = rd_map();
    rd_map_add(arena, detail, "state", rd_text(state->name));
    rd_map_add(arena, detail, "accepts", accepts);
    enum rd_status status =
        rd_error_at(run->error, RD_WRONG_STATE, rd_arena_place(arena, chart->file, state->line),
                    "state '%s' does not accept '%s'%s", state->name, event,
                    state->final ? ": it is final" : "");
    run->error->detail = detail;
    return status;
}

/* Form into draft: what the record has too is set on it, the rest is in the journal only. */
static enum rd_status case_form(struct rd_run *run, struct rd_draft *draft,
                                const struct rd_form *form, const struct rd_value *outside,
                                const char *base)
{
    struct rd_value *inside = rd_arena_zalloc(run->arena, 1, sizeof *inside);
    enum rd_status status =
        form && form->whole ? rd_fields_read(run, draft->type, outside, base, draft->fresh, inside)
                            : rd_form_read(run, form, outside, base, inside);
    if (status != RD_OK)
        return status;
    for (uint32_t i = form && form->whole ? inside->count : 0; i-- > 0;) /* not the defaults */
        if (!rd_map_get(outside, inside->pairs[i].key))
            rd_map_remove(inside, inside->pairs[i].key);
    draft->form = inside;
    draft->form_bits = 0;
    draft->form_type = form;
    run->form_shown = inside->count ? *inside : rd_null();
    for (uint32_t i = 0; i < inside->count; i++)
        draft->form_bits |= rd_form_bit(inside->pairs[i].key);
    for (size_t i = 0; form && i < form->count; i++) {
        int field = form->entries[i].record_field;
        const struct rd_value *value = field >= 0 ? rd_form_at(form, inside, i) : NULL;
        if (value)
            rd_draft_put(run, draft, field, *value);
    }
    return RD_OK;
}

/* No state of the chart accepts it, under any name like it. */
static enum rd_status case_no_event(struct rd_run *run, const struct rd_draft *draft,
                                    const char *event_name)
{
    const char *names[RD_STATES_MAX];
    size_t count = 0;
    for (size_t i = 0; draft->chart && draft->state >= 0 &&
                       i < draft->chart->states[draft->state].event_count && count < RD_STATES_MAX;
         i++)
        names[count++] = draft->chart->states[draft->state].events[i].name;
    return rd_error_at(run->error, RD_INVALID_PARAMS, "/event", "'%s' is no event of %s%s",
                       event_name, draft->type->name,
                       rd_model_guess(run->arena, event_name, names, count));
}

/* What the row asks for beside role and reach; NULL asks for nothing. */
static enum rd_status case_granted(struct rd_run *run, struct rd_draft *draft,
                                   const struct rd_authority_row *row, const struct rd_event *event,
                                   bool *above)
{
    *above = false;
    if (!row)
        return RD_OK;
    enum rd_status status = rd_grant_unless(run, draft, row);
    if (status == RD_OK)
        status = rd_grant_other_than(run, draft, row);
    if (status == RD_OK)
        status = rd_grant_up_to(run, draft, &row, event, above);
    if (status == RD_OK)
        status = rd_grant_ceilings(run, draft, row, event, above);
    return status;
}

enum rd_status rd_case_do(struct rd_run *run, struct rd_draft *draft, const char *event_name,
                          const struct rd_value *form, const char *base)
{
    const struct rd_authority_row *row;
    bool above;
    const struct rd_event *event = draft->chart && draft->state >= 0
                                       ? rd_event_find(draft->chart, draft->state, event_name)
                                       : NULL;
    run->command =
        event ? event->command : rd_arena_join(run->arena, draft->type->name, ".", event_name);
    if (!event && (!draft->chart || !rd_event_exists(draft->chart, event_name)))
        return case_no_event(run, draft, event_name);
    if (!event)
        return case_wrong_state(run, draft, event_name);
    run->command = event->command; /* the same, as a name of the policy */
    enum rd_status status = rd_grant_row(run, draft, event, &row);
    if (status == RD_OK)
        status = case_form(run, draft, event->form, form, base);
    if (status == RD_OK)
        status = case_granted(run, draft, row, event, &above);
    if (status == RD_OK && !row && draft->record.lane == RD_LANE_LIVE)
        status = rd_grant_unasked(run, draft, event);
    if (status != RD_OK)
        return status;
    return above ? rd_take_row(run, draft, event, event->above) : rd_take_event(run, draft, event);
}

enum rd_status rd_case_begin(struct rd_run *run, const struct rd_record_type *type,
                             const struct rd_value *data, const char *base, struct rd_draft **out)
{
    const struct rd_authority_row *row;
    const struct rd_event *open = &type->chart->open;
    bool above; /* there is no way up from what is not open yet: it is refused */
    run->command = open->command;
    *out = NULL;
    enum rd_status status = rd_anonymous_door(run, type, data);
    if (status == RD_OK)
        status = rd_draft_new(run, type, out);
    if (status == RD_OK)
        status = rd_grant_row(run, *out, open, &row);
    if (status == RD_OK && open->form)
        status = case_form(run, *out, open->form, data, base);
    else if (status == RD_OK) {
        struct rd_value inside;
        status = rd_fields_read(run, type, data, base, false, &inside);
        for (uint32_t i = 0; status == RD_OK && i < inside.count; i++)
            rd_draft_set(run, *out, inside.pairs[i].key, inside.pairs[i].value);
    }
    if (status == RD_OK)
        rd_draft_presets(run, *out);
    if (status == RD_OK && run->anonymous)
        rd_anonymous_receipt(run, *out);
    if (status == RD_OK)
        status = case_granted(run, *out, row, open, &above);
    return status == RD_OK ? rd_take_open(run, *out) : status;
}

/* `at` lies in the past only for imports and manual clocks; a live case is opened now. */
static enum rd_status case_at(struct rd_run *run, const struct rd_request *request)
{
    const char *text = rd_map_text(request->params, "at", NULL);
    int64_t at;
    if (!text)
        return RD_OK;
    if (!rd_time_read(text, &at))
        return rd_error_at(run->error, RD_INVALID_PARAMS, "/at",
                           "at must be a time such as 2026-03-06T08:00:00Z");
    if (at > run->now_ms)
        return rd_error_at(run->error, RD_OUT_OF_ORDER, "/at", "at lies in the future");
    if (!run->actor.administrator && !run->actor.behind)
        return rd_error_at(run->error, RD_NOT_ALLOWED, "/at",
                           "only an administrator may open a case at an earlier time");
    run->past = at < run->now_ms;
    run->now_ms = at;
    return RD_OK;
}

/* The end of a command: committed, or its refusal journalled where that matters. */
static enum rd_status case_finish(struct rd_run *run, struct rd_request *request,
                                  struct rd_draft *draft, enum rd_status status)
{
    uint64_t seq;
    if (status == RD_OK)
        status = rd_run_commit(run, draft, &seq);
    if (status == RD_OK)
        return case_reply(run, request, draft, seq);
    rd_run_refused(run, draft && !draft->fresh ? draft->record.id : (struct rd_id){ 0 }, status);
    return status;
}

static enum rd_status case_open(struct rd_run *run, struct rd_request *request,
                                const struct rd_record_type *type)
{
    struct rd_draft *draft = NULL;
    enum rd_status status = case_at(run, request);
    if (status != RD_OK && type->chart->anonymous)
        return status; /* a refusal in the journal would name him */
    if (status == RD_OK)
        status = rd_case_begin(run, type, rd_map_get(request->params, "data"), "/data", &draft);
    return case_finish(run, request, draft, status);
}

/* `member`: where the form stands among the parameters. */
static enum rd_status case_act(struct rd_run *run, struct rd_request *request,
                               struct rd_draft *draft, const char *event, const char *member)
{
    enum rd_status status = rd_case_do(run, draft, event, rd_map_get(request->params, member),
                                       rd_arena_join(run->arena, "/", member));
    return case_finish(run, request, draft, status);
}

enum rd_status rd_method_case_open(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_run run;
    uint64_t seq;
    struct rd_id record;
    const char *name = rd_map_text(request->params, "type", "");
    enum rd_status status = case_start(kernel, request, &run);
    if (status == RD_OK)
        status = rd_key_find(&run, &seq, &record);
    if (status != RD_OK)
        return status;
    if (seq)
        return case_repeat(&run, request, seq);
    const struct rd_record_type *type = rd_model_type(kernel->model, name);
    if (!type || !type->chart)
        return rd_error_at(run.error, RD_INVALID_PARAMS, "/type",
                           type ? "'%s' has no workflow: use record.create"
                                : "there is no record type '%s'%s",
                           name, rd_query_guess_type(kernel, name, run.arena));
    return case_open(&run, request, type);
}

static enum rd_status case_find(struct rd_run *run, const struct rd_request *request,
                                struct rd_draft **out)
{
    const char *text = rd_map_text(request->params, "id", "");
    struct rd_id id;
    enum rd_status status = rd_query_id(run->kernel, text, "/id", run->arena, &id, run->error);
    if (status == RD_OK)
        status = rd_draft_of(run, id, out);
    if (status == RD_OK &&
        !rd_query_may_read(run->kernel, &run->actor, (*out)->type, &(*out)->record, run->arena))
        status = RD_NOT_FOUND; /* what one may not even read is not there, and looks the same */
    if (status == RD_NOT_FOUND)
        return rd_error_at(run->error, RD_NOT_FOUND, "/id", "there is no record '%s'", text);
    if (status != RD_OK)
        return status;
    const struct rd_value *expected = rd_map_get(request->params, "if_version");
    if (rd_value_is(expected, RD_INT) && expected->integer != (*out)->record.version) {
        struct rd_value *detail = rd_arena_zalloc(run->arena, 1, sizeof *detail);
        *detail = rd_map();
        rd_map_add(run->arena, detail, "version", rd_int((*out)->record.version));
        status = rd_error_at(run->error, RD_STALE_VERSION, "/if_version",
                             "the record is at version %u, not %lld; read it again",
                             (*out)->record.version, (long long)expected->integer);
        run->error->detail = detail;
        return status;
    }
    return RD_OK;
}

enum rd_status rd_method_case_act(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_run run;
    struct rd_draft *draft = NULL;
    struct rd_id record;
    uint64_t seq;
    enum rd_status status = case_start(kernel, request, &run);
    if (status == RD_OK)
        status = rd_key_find(&run, &seq, &record);
    if (status != RD_OK)
        return status;
    if (seq)
        return case_repeat(&run, request, seq);
    if ((status = case_find(&run, request, &draft)) != RD_OK)
        return status;
    return case_act(&run, request, draft, rd_map_text(request->params, "event", ""), "form");
}

enum rd_status rd_case_try(struct rd_kernel *kernel, struct rd_request *request, struct rd_run *run,
                           struct rd_draft **draft)
{
    uint64_t seq;
    *draft = NULL;
    enum rd_status status = case_start(kernel, request, run);
    run->dry = true;
    if (status == RD_OK)
        status = case_find(run, request, draft);
    if (status != RD_OK) {
        *draft = NULL;
        return status;
    }
    status = rd_case_do(run, *draft, rd_map_text(request->params, "event", ""),
                        rd_map_get(request->params, "form"), "/form");
    return status == RD_OK ? rd_run_commit(run, *draft, &seq) : status;
}

/* Records without a chart. */

enum rd_status rd_case_write(struct rd_run *run, struct rd_draft *draft,
                             const struct rd_value *outside, const char *base)
{
    struct rd_value inside;
    struct rd_belonging belonging = rd_belonging_of(run->model, draft->type, &draft->record);
    const struct rd_account *behalf;
    const struct rd_permission *permission =
        draft->fresh ? draft->type->create : draft->type->update;
    const struct rd_authority_row *row =
        rd_actor_grant(run->kernel, &run->actor, permission, draft->fresh ? NULL : &belonging,
                       run->arena, &behalf, run->error);
    run->command = permission->command;
    enum rd_status status = rd_scope_command(&run->actor, permission->command, run->error);
    if (status != RD_OK || !row)
        return status != RD_OK ? status : RD_NOT_ALLOWED;
    rd_actor_stand_in(run, behalf);
    rd_run_says(run, row->id, row->place, "allowed",
                behalf ? rd_arena_join(run->arena, "for ", behalf->name) : NULL);
    status = rd_fields_read(run, draft->type, outside, base, draft->fresh, &inside);
    for (uint32_t i = 0; status == RD_OK && i < inside.count; i++)
        rd_draft_set(run, draft, inside.pairs[i].key, inside.pairs[i].value);
    draft->changed = true;
    return status;
}

static enum rd_status record_write(struct rd_run *run, struct rd_request *request,
                                   struct rd_draft *draft, const char *member)
{
    if (draft->type->ledger)
        return rd_error_at(run->error, RD_NOT_ALLOWED, draft->fresh ? "/type" : "/id",
                           "entries of ledger '%s' are posted by rules; nobody makes or changes "
                           "one by hand",
                           draft->type->name);
    enum rd_status status = rd_case_write(run, draft, rd_map_get(request->params, member),
                                          rd_arena_join(run->arena, "/", member));
    return case_finish(run, request, draft, status);
}

/* A record whose workflow opens with its own fields is created like any other. */
static bool record_opens(const struct rd_record_type *type)
{
    return type->chart && type->chart->open.form && type->chart->open.form->whole;
}

/* And changed like any other, where its state accepts an event `update` that takes fields. */
static bool record_updates(const struct rd_draft *draft)
{
    const struct rd_chart *chart = draft->chart;
    for (size_t s = 0; s < chart->state_count; s++) {
        const struct rd_event *event = rd_event_find(chart, (int)s, "update");
        if (event && event->form && event->form->whole)
            return true;
    }
    return false;
}

enum rd_status rd_method_record_create(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_run run;
    struct rd_draft *draft;
    struct rd_id record;
    uint64_t seq;
    const char *name = rd_map_text(request->params, "type", "");
    enum rd_status status = case_start(kernel, request, &run);
    if (status == RD_OK)
        status = rd_key_find(&run, &seq, &record);
    if (status != RD_OK)
        return status;
    if (seq)
        return case_repeat(&run, request, seq);
    const struct rd_record_type *type = rd_model_type(kernel->model, name);
    if (!type || (type->chart && !record_opens(type)))
        return rd_error_at(run.error, RD_INVALID_PARAMS, "/type",
                           type ? "'%s' has a workflow: use case.open"
                                : "there is no record type '%s'%s",
                           name, rd_query_guess_type(kernel, name, run.arena));
    if (type->chart)
        return case_open(&run, request, type);
    if ((status = rd_draft_new(&run, type, &draft)) != RD_OK)
        return status;
    return record_write(&run, request, draft, "data");
}

enum rd_status rd_method_record_update(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_run run;
    struct rd_draft *draft;
    struct rd_id record;
    uint64_t seq;
    enum rd_status status = case_start(kernel, request, &run);
    if (status == RD_OK)
        status = rd_key_find(&run, &seq, &record);
    if (status != RD_OK)
        return status;
    if (seq)
        return case_repeat(&run, request, seq);
    if ((status = case_find(&run, request, &draft)) != RD_OK)
        return status;
    if (draft->chart && !record_updates(draft))
        return rd_error_at(run.error, RD_INVALID_PARAMS, "/id", "'%s' has a workflow: use case.act",
                           draft->type->name);
    if (draft->chart)
        return case_act(&run, request, draft, "update", "set");
    return record_write(&run, request, draft, "set");
}

/* What may I do now. */
static void actions_event(struct rd_run *run, struct rd_draft *draft, const struct rd_event *event,
                          struct rd_value *may, struct rd_value *may_not)
{
    if (event->internal)
        return; /* what timers and records send is nobody's choice */
    struct rd_belonging belonging = rd_belonging_of(run->model, draft->type, &draft->record);
    struct rd_error why = RD_ERROR_NONE;
    struct rd_value item = rd_map();
    rd_map_add(run->arena, &item, "event", rd_text(event->name));
    rd_map_add(run->arena, &item, "title", event->title);
    const struct rd_account *behalf;
    const struct rd_actor own = run->actor;
    const struct rd_authority_row *row = rd_actor_grant(run->kernel, &run->actor, event->permission,
                                                        &belonging, run->arena, &behalf, &why);
    struct rd_error *error = run->error;
    enum rd_status status = row ? RD_OK : RD_NOT_ALLOWED;
    run->error = &why;
    if (row)
        rd_actor_stand_in(run, behalf);
    if (row &&
        event->form == NULL) /* guards that read the form can't be asked before it is filled in */
        status = rd_grant_unless(run, draft, row);
    if (row && status == RD_OK)
        status = rd_grant_other_than(run, draft, row);
    rd_actor_stand_in(run, own.behalf);
    run->actor = own;
    run->error = error;
    if (status == RD_OK) {
        if (event->form)
            rd_map_add(run->arena, &item, "form", rd_form_show(event->form, run->arena));
        rd_list_add(run->arena, may, item);
        return;
    }
    rd_map_add(run->arena, &item, "reason",
               rd_text(rd_arena_copy(run->arena, why.text, strlen(why.text))));
    rd_map_add(run->arena, &item, "error", rd_text(rd_status_name(why.status)));
    rd_list_add(run->arena, may_not, item);
}

void rd_case_actions(struct rd_run *run, struct rd_draft *draft, struct rd_value *may,
                     struct rd_value *may_not)
{
    const struct rd_chart *chart = draft->chart;
    for (size_t i = 0; draft->state >= 0 && i < chart->states[draft->state].event_count; i++)
        actions_event(run, draft, &chart->states[draft->state].events[i], may, may_not);
    for (size_t i = 0; draft->state >= 0 && i < chart->always_count; i++)
        if (rd_event_find(chart, draft->state, chart->always[i].name) == &chart->always[i])
            actions_event(run, draft, &chart->always[i], may, may_not);
}

enum rd_status rd_method_case_actions(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_run run;
    struct rd_draft *draft;
    struct rd_value may = rd_list(), may_not = rd_list();
    enum rd_status status = case_start(kernel, request, &run);
    if (status == RD_OK)
        status = case_find(&run, request, &draft);
    if (status != RD_OK)
        return status;
    rd_case_actions(&run, draft, &may, &may_not);
    request->result = rd_map();
    rd_map_add(run.arena, &request->result, "id", rd_show_id(draft->record.id, run.arena));
    rd_map_add(run.arena, &request->result, "state",
               draft->record.state ? rd_text(draft->record.state) : rd_null());
    rd_map_add(run.arena, &request->result, "version", rd_int(draft->record.version));
    rd_map_add(run.arena, &request->result, "may", may);
    rd_map_add(run.arena, &request->result, "may_not", may_not);
    return RD_OK;
}
