/* Reading one thing: a record, a decision, what the server is. Everything is read through the
 * kernel's own open transaction, so that a reader sees what was acknowledged before.
 */
#include "domain/number.h"
#include "kernel/generation.h"
#include "kernel/inside.h"
#include "kernel/past.h"

#include <string.h>

#include "base/text.h"
#include "domain/ledger.h"

bool rd_query_may_read_account(struct rd_kernel *kernel, const struct rd_actor *actor,
                               const struct rd_ledger *ledger, const struct rd_record *account,
                               struct rd_arena *arena)
{
    struct rd_belonging belonging = rd_belonging_of(kernel->model, ledger->of, account);
    if (actor->system || (actor->administrator && !actor->behind))
        return true;
    return rd_actor_row(kernel, actor, ledger->type->read, &belonging, arena, NULL) != NULL;
}

/* An entry of a ledger is read by those who may read its account's entries. */
static bool query_may_read_entry(struct rd_kernel *kernel, const struct rd_actor *actor,
                                 const struct rd_ledger *ledger, const struct rd_record *entry,
                                 struct rd_arena *arena)
{
    const struct rd_value *to = rd_map_get(&entry->data, RD_LEDGER_NAMES[RD_LEDGER_ACCOUNT]);
    struct rd_record account;
    struct rd_error ignored = RD_ERROR_NONE;
    return rd_value_is(to, RD_INT) &&
           rd_record_load(kernel->store, (struct rd_id){ (uint64_t)to->integer }, arena, &account,
                          &ignored) == RD_OK &&
           rd_query_may_read_account(kernel, actor, ledger, &account, arena);
}

bool rd_query_may_read(struct rd_kernel *kernel, const struct rd_actor *actor,
                       const struct rd_record_type *type, const struct rd_record *record,
                       struct rd_arena *arena)
{
    if (type->ledger)
        return query_may_read_entry(kernel, actor, type->ledger, record, arena);
    struct rd_belonging belonging = rd_belonging_of(kernel->model, type, record);
    if (actor->system || (actor->administrator && !actor->behind))
        return true;
    return rd_actor_row(kernel, actor, type->read, &belonging, arena, NULL) != NULL;
}

bool rd_query_may_refer(struct rd_kernel *kernel, const struct rd_actor *actor,
                        const struct rd_record_type *type, const struct rd_record *record,
                        struct rd_arena *arena)
{
    struct rd_belonging belonging = rd_belonging_of(kernel->model, type, record);
    return rd_query_may_read(kernel, actor, type, record, arena) ||
           (type->refer && rd_actor_row(kernel, actor, type->refer, &belonging, arena, NULL));
}

const char *rd_query_guess_type(const struct rd_kernel *kernel, const char *name,
                                struct rd_arena *arena)
{
    const struct rd_model *model = kernel->model;
    const char **names = rd_arena_alloc(arena, (model->type_count + 1) * sizeof *names);
    for (size_t t = 0; t < model->type_count; t++)
        names[t] = model->types[t].name;
    return rd_model_guess(arena, name, names, model->type_count);
}

enum rd_status rd_query_number(struct rd_kernel *kernel, size_t type, const char *number,
                               struct rd_arena *arena, struct rd_id *out, struct rd_error *error)
{
    enum rd_status status =
        rd_number_find(kernel->store, kernel->bindings[type].number, number, arena, out, error);
    out->value = status == RD_OK ? out->value : 0;
    return status == RD_NOT_FOUND ? RD_OK : status;
}

enum rd_status rd_query_id(struct rd_kernel *kernel, const char *text, const char *where,
                           struct rd_arena *arena, struct rd_id *out, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    struct rd_id found;
    if (rd_id_read(text, out))
        return RD_OK;
    out->value = 0;
    for (size_t t = 0; status == RD_OK && t < kernel->model->type_count; t++) {
        status = rd_query_number(kernel, t, text, arena, &found, error);
        if (status == RD_OK && found.value && out->value)
            return rd_error_at(error, RD_INVALID_PARAMS, where,
                               "more than one record has the number '%s': give its id", text);
        if (found.value)
            *out = found;
    }
    return status != RD_OK ? status : out->value ? RD_OK : RD_NOT_FOUND;
}

enum rd_status rd_query_record(struct rd_kernel *kernel, struct rd_request *request,
                               struct rd_actor *actor, struct rd_record *record,
                               const struct rd_record_type **type)
{
    const char *text = rd_map_text(request->params, "id", "");
    struct rd_id id;
    enum rd_status status = rd_actor_of(kernel, request, actor, &request->error);
    if (status != RD_OK)
        return status;
    status = rd_query_id(kernel, text, "/id", request->arena, &id, &request->error);
    if (status != RD_OK && status != RD_NOT_FOUND)
        return status;
    *type = status == RD_OK ? rd_type_of(kernel, id) : NULL;
    status = *type ? rd_record_load(kernel->store, id, request->arena, record, &request->error)
                   : RD_NOT_FOUND;
    if (status == RD_OK && !rd_query_may_read(kernel, actor, *type, record, request->arena))
        status = RD_NOT_FOUND; /* what one may not read is not there */
    if (status == RD_NOT_FOUND)
        return rd_error_at(&request->error, RD_NOT_FOUND, "/id", "there is no record '%s'", text);
    return status;
}

enum rd_status rd_method_case_get(struct rd_kernel *kernel, struct rd_request *request)
{
    return rd_case_get(kernel, request, NULL);
}

enum rd_status rd_case_get(struct rd_kernel *kernel, struct rd_request *request,
                           const struct rd_past_rules *rules)
{
    struct rd_arena *arena = request->arena;
    struct rd_actor actor;
    struct rd_record record;
    const struct rd_record_type *type;
    struct rd_deadline *deadlines;
    size_t count;
    bool then = rd_map_bool(request->params, "then", false);
    const char *as_of = rd_map_text(request->params, "as_of", NULL);
    int64_t at;
    enum rd_status status = rd_query_record(kernel, request, &actor, &record, &type);
    if (status != RD_OK)
        return status;
    if (as_of && !rd_time_read(as_of, &at))
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/as_of",
                           "as_of must be a time such as 2026-03-06T08:00:00Z");
    if (then && !as_of)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/then",
                           "then needs as_of: of when?");
    status = as_of ? rd_history_rebuild(kernel, record.id, 0, at, arena, &record, &deadlines,
                                        &count, &request->error)
                   : rd_deadlines_load(kernel->store, record.id, arena, &deadlines, &count,
                                       &request->error);
    if (status != RD_OK)
        return status;
    if (!as_of)
        rd_generation_moved(kernel, type, &record);
    request->result = rd_show_record(kernel, &record, deadlines, count,
                                     as_of ? RD_NO_LEDGER : rd_kernel_now_ms(kernel), arena);
    if (!then)
        return RD_OK;
    struct rd_past past = { type, &record, deadlines, count, at, { NULL, NULL } };
    if (!rules && rd_past_waits(kernel, &actor, &past))
        return rd_past_load(kernel, request);
    if (rules)
        past.rules = *rules;
    return rd_past_look(kernel, request, &actor, &past);
}

/* A plain decision: inputs as the caller gives them, each of its type. */
enum rd_status rd_method_decision_evaluate(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    const char *name = rd_map_text(request->params, "name", "");
    const struct rd_value *given = rd_map_get(request->params, "input");
    const struct rd_decision *decision = rd_model_decision(kernel->model, name);
    struct rd_value inputs[RD_DECISION_INPUTS_MAX], outputs = rd_map(), rows = rd_list();
    struct rd_answer answer;
    if (!decision) {
        const char **names =
            rd_arena_alloc(arena, (kernel->model->decision_count + 1) * sizeof *names);
        for (size_t i = 0; i < kernel->model->decision_count; i++)
            names[i] = kernel->model->decisions[i].name;
        return rd_error_at(&request->error, RD_NOT_FOUND, "/name", "there is no decision '%s'%s",
                           name, rd_model_guess(arena, name, names, kernel->model->decision_count));
    }
    for (size_t i = 0; i < decision->input_count; i++) {
        const struct rd_value *value = rd_map_get(given, decision->inputs[i].name);
        struct rd_value empty = rd_null();
        enum rd_status status = rd_type_read(&decision->inputs[i].type, value ? value : &empty,
                                             arena, &inputs[i], &request->error);
        if (status != RD_OK)
            return rd_error_at(&request->error, RD_BAD_FORM,
                               rd_arena_printf(arena, "/input/%s", decision->inputs[i].name),
                               "%s %s", decision->inputs[i].name,
                               rd_arena_printf(arena, "%s", request->error.text));
    }
    for (uint32_t i = 0; rd_value_is(given, RD_MAP) && i < given->count; i++)
        if (!rd_field_find(decision->inputs, decision->input_count, given->pairs[i].key))
            return rd_error_at(&request->error, RD_BAD_FORM,
                               rd_arena_printf(arena, "/input/%s", given->pairs[i].key),
                               "decision '%s' has no input '%s'", name, given->pairs[i].key);
    enum rd_status status = rd_decision_evaluate(decision, inputs, arena, &answer, &request->error);
    if (status != RD_OK)
        return status;
    for (size_t i = 0; i < decision->output_count; i++)
        rd_map_add(arena, &outputs, decision->outputs[i].name,
                   rd_type_show(&decision->outputs[i].type, &answer.outputs[i], arena));
    for (size_t i = 0; i < answer.row_count; i++) {
        const struct rd_decision_row *row = &decision->rows[answer.rows[i]];
        struct rd_value item = rd_map();
        rd_visit(kernel, row->spot);
        rd_map_add(arena, &item, "rule",
                   rd_text(rd_arena_printf(arena, "%s/%s", decision->name, row->id)));
        rd_map_add(arena, &item, "line", rd_text(rd_arena_place(arena, decision->file, row->line)));
        rd_map_add(arena, &item, "title", row->title);
        rd_list_add(arena, &rows, item);
    }
    request->result = rd_map();
    rd_map_add(arena, &request->result, "name", rd_text(decision->name));
    rd_map_add(arena, &request->result, "output", outputs);
    rd_map_add(arena, &request->result, "matched", rd_bool(answer.matched));
    rd_map_add(arena, &request->result, "rules", rows);
    return RD_OK;
}

enum rd_status rd_method_server_info(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    struct rd_value *info = &request->result, clock = rd_map();
    *info = rd_map();
    rd_map_add(arena, info, "name", rd_text("redress"));
    rd_map_add(arena, info, "version", rd_text(RD_VERSION));
    rd_map_add(arena, info, "company", rd_text(kernel->model->company));
    rd_map_add(arena, &clock, "manual", rd_bool(kernel->clock_manual));
    rd_map_add(arena, &clock, "now", rd_show_time(rd_kernel_now_ms(kernel), arena));
    rd_map_add(arena, &clock, "zone", rd_text(kernel->model->zone));
    rd_map_add(arena, info, "clock", clock);
    rd_map_add(arena, info, "policy", rd_int(kernel->generation));
    rd_map_add(arena, info, "seq",
               rd_int((int64_t)rd_journal_last_seq(rd_vault_journal(kernel->vault))));
    rd_map_add(arena, info, "flushes", rd_int((int64_t)kernel->flushes));
    rd_map_add(arena, info, "accepts_writes", rd_bool(!rd_vault_is_full(kernel->vault)));
    rd_map_add(arena, info, "started_at", rd_show_time(kernel->started_ms, arena));
    rd_map_add(arena, info, "deadlines_rung", rd_int((int64_t)kernel->rung));
    rd_map_add(arena, info, "policy_faults", rd_int((int64_t)kernel->faults));
    return RD_OK;
}

enum rd_status rd_method_store_stat(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    struct rd_value *out = &request->result, tables = rd_map();
    struct rd_store_stat stat;
    struct rd_journal *journal = rd_vault_journal(kernel->vault);
    rd_store_stat(kernel->store, &stat);
    *out = rd_map();
    for (int i = 0; i < RD_TABLE_COUNT; i++) {
        struct rd_value row = rd_map();
        rd_map_add(arena, &row, "rows", rd_int((int64_t)stat.tables[i].rows));
        rd_map_add(arena, &row, "bytes", rd_int((int64_t)stat.tables[i].bytes));
        rd_map_add(arena, &tables, rd_table_name((enum rd_table)i), row);
    }
    rd_map_add(arena, out, "map_bytes", rd_int((int64_t)stat.map_bytes));
    rd_map_add(arena, out, "used_bytes", rd_int((int64_t)stat.used_bytes));
    rd_map_add(arena, out, "file_bytes", rd_int((int64_t)stat.file_bytes));
    rd_map_add(arena, out, "free_bytes", rd_int((int64_t)stat.free_bytes));
    rd_map_add(arena, out, "oldest_reader_lag", rd_int((int64_t)stat.oldest_reader_lag));
    rd_map_add(arena, out, "journal_bytes", rd_int((int64_t)rd_journal_disk_bytes(journal)));
    rd_map_add(arena, out, "journal_last_seq", rd_int((int64_t)rd_journal_last_seq(journal)));
    rd_map_add(arena, out, "lua_heap_bytes", rd_int((int64_t)rd_policy_heap_bytes(kernel->policy)));
    rd_map_add(arena, out, "tables", tables);
    return RD_OK;
}
