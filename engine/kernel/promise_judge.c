/* Judging a step of a promise: the reply, and the record as it is now, against what the admin
 * wrote.
 *
 * A step that expects nothing must still succeed: a promise that passes because its first step was
 * refused would be worthless.
 */
#include "kernel/promise_run.h"
#include "kernel/staff.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "domain/zone.h"

static const char *judge_json(struct rd_promise_run *run, const struct rd_value *value)
{
    struct rd_buf buf;
    rd_buf_init(&buf);
    if (value)
        rd_json_write(&buf, value);
    else
        rd_buf_text(&buf, "nothing");
    const char *text = rd_arena_copy(run->arena, buf.data, buf.len);
    rd_buf_fini(&buf);
    return text;
}

/* Numbers are equal by value: a policy writes 3 where the record has 3.0. */
static bool judge_equal(const struct rd_value *wanted, const struct rd_value *got)
{
    if (!got || got->kind == RD_NULL)
        return wanted->kind == RD_NULL;
    if (wanted->kind == RD_INT && got->kind == RD_REAL)
        return (double)wanted->integer == got->real;
    if (wanted->kind == RD_REAL && got->kind == RD_INT)
        return wanted->real == (double)got->integer;
    return rd_value_equal(wanted, got);
}

/* A name of the test stands for its record's id. */
static bool judge_refers(const struct rd_promise_run *run, const struct rd_value *wanted,
                         const struct rd_value *got)
{
    const char *id = wanted->kind == RD_TEXT && rd_value_is(got, RD_TEXT)
                         ? rd_promise_id(run, wanted->text)
                         : NULL;
    return id && strcmp(id, got->text) == 0;
}

static const char *judge_map(struct rd_promise_run *run, const struct rd_value *wanted,
                             const struct rd_value *got, const char *what)
{
    for (uint32_t i = 0; rd_value_is(wanted, RD_MAP) && i < wanted->count; i++) {
        const struct rd_value *value = rd_map_get(got, wanted->pairs[i].key);
        if (!judge_equal(&wanted->pairs[i].value, value) &&
            !judge_refers(run, &wanted->pairs[i].value, value))
            return rd_arena_printf(run->arena, "expected %s %s = %s, got %s", what,
                                   wanted->pairs[i].key, judge_json(run, &wanted->pairs[i].value),
                                   judge_json(run, value));
    }
    return NULL;
}

static struct rd_value judge_record(struct rd_promise_run *run)
{
    struct rd_promise_run other = *run;
    struct rd_value params = rd_map();
    if (!run->subject)
        return rd_null();
    rd_map_add(run->arena, &params, "id", rd_text(run->subject));
    rd_promise_call(&other, "case.get", params, NULL);
    return other.status == RD_OK ? other.result : rd_null();
}

static const struct rd_value *judge_decisions(struct rd_promise_run *run)
{
    const struct rd_value *list =
        run->status == RD_OK ? rd_map_get(&run->result, "decisions") : NULL;
    if (!list && run->status == RD_OK)
        list = rd_map_get(&run->result, "rules");
    return list ? list : rd_map_list(run->error.detail, "decisions");
}

/* "key_by_revenue" or "customer.tier/key_by_revenue". */
static bool judge_rule(struct rd_promise_run *run, const char *wanted)
{
    const struct rd_value *list = judge_decisions(run);
    size_t len = strlen(wanted);
    for (uint32_t i = 0; i < list->count; i++) {
        const char *rule = rd_map_text(&list->items[i], "rule", "");
        size_t rule_len = strlen(rule);
        if (strcmp(rule, wanted) == 0 || (rule_len > len && rule[rule_len - len - 1] == '/' &&
                                          strcmp(rule + rule_len - len, wanted) == 0))
            return true;
    }
    return false;
}

/* The names in a list of things: who may do what is told by the names of the events. */
static struct rd_value judge_names(struct rd_promise_run *run, const struct rd_value *list)
{
    struct rd_value names = rd_list();
    for (uint32_t i = 0; i < list->count; i++) {
        const struct rd_value *item = &list->items[i];
        const char *name = item->kind == RD_MAP ? rd_map_text(item, "event", NULL) : NULL;
        rd_list_add(run->arena, &names, name ? rd_text(name) : *item);
    }
    return names;
}

/* What a decision or a method answered; a number is how many a list has, a list are the names. */
static const char *judge_answer(struct rd_promise_run *run, const struct rd_value *wanted)
{
    const struct rd_value *output = rd_map_get(&run->result, "output");
    struct rd_value got = rd_map();
    for (uint32_t i = 0; rd_value_is(wanted, RD_MAP) && i < wanted->count; i++) {
        const struct rd_value *one =
            rd_map_get(output ? output : &run->result, wanted->pairs[i].key);
        bool count = rd_value_is(one, RD_LIST) && wanted->pairs[i].value.kind == RD_INT;
        if (one)
            rd_map_add(run->arena, &got, wanted->pairs[i].key,
                       count                       ? rd_int(one->count)
                       : rd_value_is(one, RD_LIST) ? judge_names(run, one)
                                                   : *one);
    }
    return judge_map(run, wanted, &got,
                     run->asker ? rd_arena_join(run->arena, "the answer to ", run->asker)
                                : "the answer");
}

static const char *judge_needs(struct rd_promise_run *run, const char *role)
{
    const struct rd_value *list = judge_decisions(run);
    const char *needs = rd_map_text(run->error.detail, "needs", NULL);
    const char *wanted = rd_arena_printf(run->arena, "needs %s", role);
    for (uint32_t i = 0; !needs && i < list->count; i++) {
        const char *reason = rd_map_text(&list->items[i], "reason", NULL);
        if (reason && strstr(reason, wanted))
            needs = role;
    }
    return needs && strcmp(needs, role) == 0
               ? NULL
               : rd_arena_printf(run->arena, "expected that it needs %s, got %s", role,
                                 needs ? needs : "no such answer");
}

/* An account is told by its own name, as one who has a role by name, or as the record's owner; who
 * is no account, by the type of his record. */
static bool judge_is(struct rd_promise_run *run, const struct rd_value *record, const char *account,
                     const char *who)
{
    const struct rd_record_type *type = rd_model_type(run->model, rd_map_text(record, "type", ""));
    const char *owner = rd_map_text(record, "opened_by", "");
    size_t len = strlen(who);
    if (strncmp(account, who, len) == 0 && account[len] == ':')
        return true; /* "customer" of "customer:1-5" */
    if (type && type->owner >= 0)
        owner = rd_map_text(rd_map_get(record, "data"), type->fields[type->owner].name, owner);
    if (strcmp(who, "owner") == 0)
        return strcmp(account, owner) == 0;
    int role = rd_role_find(&run->model->organisation, who);
    const struct rd_account *found = rd_staff_find(run->kernel, account);
    return strcmp(account, who) == 0 || (role >= 0 && found && (found->named & (1ull << role)));
}

static const char *judge_told(struct rd_promise_run *run, const struct rd_value *record,
                              const char *who)
{
    struct rd_promise_run other = *run;
    struct rd_value params = rd_map();
    rd_map_add(run->arena, &params, "since", rd_int(run->notices_before));
    rd_map_add(run->arena, &params, "limit", rd_int(RD_LIST_LIMIT_MAX));
    rd_promise_call(&other, "notice.list", params, NULL);
    const struct rd_value *notices = rd_map_list(&other.result, "notices");
    for (uint32_t i = 0; i < notices->count; i++) {
        const struct rd_value *to = rd_map_list(&notices->items[i], "to");
        for (uint32_t k = 0; k < to->count; k++)
            if (judge_is(run, record, to->items[k].text, who))
                return NULL;
    }
    return rd_arena_printf(run->arena, "expected that %s is told; %u notices went to others", who,
                           notices->count);
}

const struct rd_value *rd_promise_deadline(const struct rd_value *record, const char *name)
{
    const struct rd_value *list = rd_map_list(record, "deadlines");
    for (uint32_t i = 0; i < list->count; i++)
        if (strcmp(rd_map_text(&list->items[i], "name", ""), name) == 0)
            return &list->items[i];
    return NULL;
}

static const char *judge_deadline(struct rd_promise_run *run, const struct rd_value *record,
                                  const struct rd_value *wanted)
{
    const char *name = rd_map_text(wanted, "name", "within"),
               *due = rd_map_text(wanted, "due", NULL);
    const struct rd_value *deadline = rd_promise_deadline(record, name);
    char local[RD_TIME_TEXT_MAX];
    int64_t at;
    if (!deadline)
        return rd_arena_printf(run->arena, "expected a deadline '%s'; there is none", name);
    if (!due)
        return NULL;
    if (!rd_time_read(rd_map_text(deadline, "due", ""), &at))
        return rd_arena_printf(run->arena, "expected '%s' to be due %s; it is paused", name, due);
    rd_time_write(rd_zone_local_ms(run->model->local, at), local);
    local[10] = ' ';
    local[16] = 0;
    return strncmp(local, due, 16) == 0
               ? NULL
               : rd_arena_printf(run->arena, "expected '%s' to be due %s, got %s", name, due,
                                 local);
}

/* { LEDGER = { REF = "100.00" } }: what the accounts of the test's records have. */
static const char *judge_account(struct rd_promise_run *run, const char *ledger, const char *ref,
                                 const char *wanted)
{
    struct rd_promise_run other = *run;
    struct rd_value params = rd_map();
    const char *id = rd_promise_id(run, ref);
    if (!id)
        return rd_arena_printf(run->arena, "balance: the test opened no record '%s'", ref);
    rd_map_add(run->arena, &params, "ledger", rd_text(ledger));
    rd_map_add(run->arena, &params, "account", rd_text(id));
    rd_promise_call(&other, "ledger.get", params, NULL);
    if (other.status != RD_OK)
        return rd_arena_printf(run->arena, "balance: %s", other.error.text);
    const char *got = rd_map_text(&other.result, "balance", "");
    return strcmp(got, wanted) == 0
               ? NULL
               : rd_arena_printf(run->arena, "expected that %s has %s in %s, got %s", ref, wanted,
                                 ledger, got);
}

static const char *judge_balance(struct rd_promise_run *run, const struct rd_value *wanted)
{
    const char *why = NULL;
    for (uint32_t i = 0; !why && rd_value_is(wanted, RD_MAP) && i < wanted->count; i++) {
        const struct rd_value *accounts = &wanted->pairs[i].value;
        if (accounts->kind != RD_MAP || accounts->count == 0)
            return "balance is { LEDGER = { REF = \"100.00\" } }";
        for (uint32_t k = 0; !why && k < accounts->count; k++)
            why = judge_account(
                run, wanted->pairs[i].key, accounts->pairs[k].key,
                accounts->pairs[k].value.kind == RD_TEXT ? accounts->pairs[k].value.text : "");
    }
    return rd_value_is(wanted, RD_MAP) && wanted->count
               ? why
               : "balance is { LEDGER = { REF = \"100.00\" } }";
}

static const char *judge_paused(const struct rd_value *record)
{
    const struct rd_value *list = rd_map_list(record, "deadlines");
    for (uint32_t i = 0; i < list->count; i++)
        if (!rd_map_bool(&list->items[i], "running", true))
            return NULL;
    return "expected a paused clock; all of them run";
}

static const char *judge_error(struct rd_promise_run *run, const char *wanted)
{
    if (run->status == RD_OK)
        return rd_arena_printf(run->arena, "expected a refusal%s%s; it went through",
                               wanted ? " " : "", wanted ? wanted : "");
    if (wanted && strcmp(rd_status_name(run->status), wanted) != 0)
        return rd_arena_printf(run->arena, "expected %s, got %s: %s", wanted,
                               rd_status_name(run->status), run->error.text);
    return NULL;
}

static const char *judge_one(struct rd_promise_run *run, const struct rd_value *expected,
                             const struct rd_value *record)
{
    const char *what = rd_map_text(expected, "what", ""),
               *text = rd_map_text(expected, "value", NULL);
    const struct rd_value *value = rd_map_get(expected, "value");
    int64_t escalation = rd_map_int(record, "escalation", 0);
    if (strcmp(what, "error") == 0)
        return judge_error(run, text);
    if (strcmp(what, "needs") == 0)
        return judge_needs(run, text ? text : "");
    if (strcmp(what, "rule") == 0)
        return judge_rule(run, text ? text : "")
                   ? NULL
                   : rd_arena_printf(run->arena, "expected that rule %s decides; it did not", text);
    if (strcmp(what, "output") == 0)
        return judge_answer(run, value);
    if (strcmp(what, "state") == 0) {
        const char *state = rd_map_text(record, "state", "(none)");
        return text && strcmp(state, text) == 0
                   ? NULL
                   : rd_arena_printf(run->arena, "expected state '%s', got '%s'", text ? text : "",
                                     state);
    }
    if (strcmp(what, "data") == 0)
        return judge_map(run, value, rd_map_get(record, "data"), "the field");
    if (strcmp(what, "told") == 0)
        return judge_told(run, record, text ? text : "");
    if (strcmp(what, "paused") == 0)
        return judge_paused(record);
    if (strcmp(what, "balance") == 0)
        return judge_balance(run, value);
    if (strcmp(what, "deadline") == 0)
        return judge_deadline(run, record, value);
    if (strcmp(what, "escalated") == 0)
        return escalation > 0 ? NULL : "expected it to be escalated; it is not";
    if (strcmp(what, "not_escalated") == 0)
        return escalation == 0 ? NULL : "expected it not to be escalated; it is";
    if (strcmp(what, "escalation") == 0)
        return value && value->integer == escalation
                   ? NULL
                   : rd_arena_printf(run->arena, "expected escalation %s, got %lld",
                                     judge_json(run, value), (long long)escalation);
    if (strcmp(what, "watched") == 0)
        return rd_promise_watched(run, record);
    if (strcmp(what, "way_out") == 0)
        return rd_promise_way_out(run, record);
    if (strcmp(what, "reachable") == 0)
        return rd_promise_reachable(run, record, text ? text : "");
    if (strcmp(what, "can_come") == 0)
        return rd_promise_can_come(run, record, text ? text : "");
    if (strcmp(what, "limits_in_order") == 0)
        return rd_promise_in_order(run, record);
    if (strcmp(what, "allowed") == 0)
        return NULL;
    return rd_arena_printf(run->arena, "the test runner does not know the expectation '%s'", what);
}

static void judge_stood(struct rd_promise_run *run, const struct rd_value *record)
{
    const char *type = rd_map_text(record, "type", NULL),
               *state = rd_map_text(record, "state", NULL);
    if (!type || !state)
        return;
    const char *where = rd_arena_join(run->arena, type, ".", state);
    if (!rd_map_get(&run->stood, where))
        rd_map_set(run->arena, &run->stood, where, rd_int(run->step));
}

void rd_promise_note(struct rd_promise_run *run)
{
    struct rd_value record = judge_record(run);
    judge_stood(run, &record);
}

const char *rd_promise_judge(struct rd_promise_run *run, const struct rd_value *step)
{
    const struct rd_value *expects = rd_map_list(step, "expect");
    struct rd_value record = judge_record(run);
    bool refusal = false;
    judge_stood(run, &record);
    for (uint32_t i = 0; i < expects->count; i++) {
        const char *what = rd_map_text(&expects->items[i], "what", "");
        refusal |=
            strcmp(what, "error") == 0 || (strcmp(what, "needs") == 0 && run->status != RD_OK);
    }
    if (run->status != RD_OK && !refusal)
        return rd_arena_printf(run->arena, "it was refused: %s: %s", rd_status_name(run->status),
                               run->error.text);
    for (uint32_t i = 0; i < expects->count; i++) {
        const char *why = judge_one(run, &expects->items[i], &record);
        if (why)
            return why;
    }
    return NULL;
}
