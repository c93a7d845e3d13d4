/* People at work, and their diaries. See load.h.
 *
 * Only a worker's own thread touches it between start and join, and nothing in there asserts: what
 * goes wrong is written down and told by the thread that runs the test.
 */
#include "fault/load.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"

void f_random_init(struct f_random *random)
{
    const char *seed = getenv("REDRESS_SEED");
    random->state = seed && *seed ? strtoull(seed, NULL, 10) : (uint64_t)rd_clock_mono_ns();
    printf("REDRESS_SEED=%llu\n", (unsigned long long)random->state);
    fflush(stdout);
    random->state = random->state * 2 + 1;
}

uint32_t f_below(struct f_random *random, uint32_t limit)
{
    random->state = random->state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(random->state >> 33) % limit;
}

void f_sleep_ms(int ms)
{
    poll(NULL, 0, ms);
}

const char *f_json(struct rd_arena *arena, const struct rd_value *value)
{
    struct rd_buf buf;
    rd_buf_init(&buf);
    rd_json_write(&buf, value);
    const char *text = rd_arena_copy(arena, buf.data, buf.len);
    rd_buf_fini(&buf);
    return text;
}

struct rd_value f_parse(struct rd_arena *arena, const char *text)
{
    struct rd_value value;
    struct rd_error error = RD_ERROR_NONE;
    char *copy = rd_arena_copy(arena, text, strlen(text));
    for (char *at = copy; *at; at++)
        *at = *at == '\'' ? '"' : *at;
    if (rd_json_parse(arena, copy, strlen(copy), 32, &value, &error) != RD_OK)
        abort(); /* the test's own text */
    return value;
}

enum rd_status f_try(struct rd_client *client, struct rd_arena *arena, const char *method,
                     const char *params, struct rd_value *result, struct rd_error *error)
{
    struct rd_value value = f_parse(arena, params);
    *error = RD_ERROR_NONE;
    return rd_client_call(client, arena, method, &value, result, error);
}

/* ---- what a worker does next ---- */

struct f_step {
    const char *state, *event, *as, *form;
};

static const struct f_step STEPS[] = {
    { "received", "verify", "ben", "'ground': 'sufficient', 'demand': 'reasonable'" },
    { "received", "verify", "zhao", "'ground': 'sufficient', 'demand': 'reasonable'" },
    { "received", "verify", "mei", "'ground': 'insufficient', 'demand': 'reasonable'" },
    { "received", "withdraw", "kf1", "'remark': 'My mistake'" },
    { "verified", "transfer", "ben", "'department': 'finance'" },
    { "verified", "transfer", "mei", "'department': 'logistics', 'handler': 'ben'" },
    { "with_department", "transfer", "ben", "'department': 'technical'" },
    { "with_department", "ask", "ben", "'question': 'Which account?'" },
    { "with_department", "grant", "ben", "'remedy': 'apology', 'amount': '0.00'" },
    { "with_department", "grant", "ben", "'remedy': 'refund', 'amount': '2500.00'" },
    { "with_customer", "answered", "ben", "'answer': 'The second one'" },
    { "passed_up", "grant", "chen", "'remedy': 'refund', 'amount': '2500.00'" },
    { "processing", "close", "ben", "'result': 'Letter sent'" },
    { "processing", "feed_back", "ben", "'result': 'Letter sent'" },
    { "fed_back", "follow_up", "hf1", "'satisfied': true" },
    { "fed_back", "follow_up", "hf1", "'satisfied': false" },
    { "followed_up", "summarise", "ben", "'assessment': 'Good'" },
    { "summarised", "archive", "dang", "'remark': 'Complete'" },
    { "closed", "reopen", "kf1", "'remark': 'No letter came'" },
    { "closed", "follow_up", "hf1", "'satisfied': true" },
    { "explained", "reopen", "kf1", "'remark': 'Brought the receipt'" },
};
#define STEP_COUNT (sizeof STEPS / sizeof *STEPS)

static const struct f_step *load_step(struct f_worker *worker, const char *state)
{
    const struct f_step *fitting[STEP_COUNT];
    uint32_t count = 0;
    for (size_t i = 0; i < STEP_COUNT; i++)
        if (strcmp(STEPS[i].state, state) == 0)
            fitting[count++] = &STEPS[i];
    return count ? fitting[f_below(&worker->random, count)] : NULL;
}

static struct f_op *load_op(struct f_worker *worker, const char *customer)
{
    static const char *const problems[] = { "billing", "delivery", "technical" };
    struct f_op *op = rd_arena_zalloc(&worker->arena, 1, sizeof *op);
    int at = (int)f_below(&worker->random, F_CASES_MAX);
    struct f_case *one = &worker->cases[at];
    const struct f_step *step = one->busy || !*one->state ? NULL : load_step(worker, one->state);
    unsigned key = worker->serial++;
    op->at = -1;
    if (step) {
        op->method = "case.act";
        op->params =
            rd_arena_printf(&worker->arena,
                            "{'id': '%s', 'event': '%s', 'as': '%s', 'idempotency_key': "
                            "'%d-%u', 'form': {%s}}",
                            one->id, step->event, step->as, worker->number, key, step->form);
    } else if (!one->busy) { /* none, or one that has come to its end */
        *one = (struct f_case){ .id = "" };
        op->method = "case.open";
        op->params =
            rd_arena_printf(&worker->arena,
                            "{'type': 'complaint', 'as': 'ben', 'idempotency_key': "
                            "'%d-%u', 'data': {'customer': '%s', 'channel': 'phone', "
                            "'problem': '%s', 'summary': 'No. %u', 'press': %s}}",
                            worker->number, key, customer, problems[f_below(&worker->random, 3)],
                            key, f_below(&worker->random, 8) ? "false" : "true");
    } else {
        op->method = "record.create";
        op->params = rd_arena_printf(&worker->arena,
                                     "{'type': 'customer', 'as': 'ben', 'idempotency_key': "
                                     "'%d-%u', 'data': {'name': 'N %u', 'phone': '%d-%u'}}",
                                     worker->number, key, key, worker->number, key);
        return op;
    }
    one->busy = true;
    op->at = at;
    return op;
}

static void load_answered(struct f_worker *worker, struct f_op *op, const struct rd_value *result)
{
    op->reply = f_json(&worker->arena, result);
    if (op->at < 0)
        return;
    struct f_case *one = &worker->cases[op->at];
    snprintf(one->id, sizeof one->id, "%s", rd_map_text(result, "id", ""));
    snprintf(one->state, sizeof one->state, "%s", rd_map_text(result, "state", ""));
    one->busy = false;
}

/* Sends a few requests at once, then takes the replies in order. False: the connection ended. */
static bool load_window(struct f_worker *worker, struct rd_client *client, const char *customer)
{
    struct f_op *ops[F_WINDOW_MAX];
    uint32_t count = 1 + f_below(&worker->random, F_WINDOW_MAX);
    for (uint32_t i = 0; i < count; i++) {
        ops[i] = load_op(worker, customer);
        *(worker->last ? &worker->last->next : &worker->first) = ops[i];
        worker->last = ops[i];
        worker->op_count++;
        struct rd_value params = f_parse(&worker->arena, ops[i]->params);
        rd_client_send(client, ops[i]->method, &params);
    }
    for (uint32_t i = 0; i < count; i++) {
        struct rd_value result;
        struct rd_error error = RD_ERROR_NONE;
        int64_t id;
        enum rd_status status = rd_client_receive(client, &worker->arena, &id, &result, &error);
        if (status == RD_NO_SERVER)
            return false;
        if (status == RD_OK)
            load_answered(worker, ops[i], &result);
        else if (status != RD_STORAGE_FULL) /* that one is asked for again, as if unanswered */
            ops[i]->refused = rd_arena_printf(&worker->arena, "%s %s: %s: %s", ops[i]->method,
                                              ops[i]->params, rd_status_name(status), error.text);
        if (ops[i]->refused && !worker->failure)
            worker->failure = ops[i]->refused;
    }
    return true;
}

static void *load_work(void *context)
{
    struct f_worker *worker = context;
    struct rd_client *client;
    struct rd_error error = RD_ERROR_NONE;
    const char *customer = worker->address; /* the address, a zero, the customer */
    customer += strlen(customer) + 1;
    if (rd_client_open(worker->address, &client, &error) != RD_OK)
        return NULL; /* killed before we came */
    rd_client_set_timeout(client, 60000);
    /* at least one window, however late this thread got a processor */
    while (load_window(worker, client, customer) && !worker->failure &&
           !__atomic_load_n(&worker->stop, __ATOMIC_RELAXED))
        ;
    rd_client_close(client);
    return NULL;
}

/* ---- a load ---- */

/* The entries that are not the engine's own: many cases of one kind raise an alarm, whose job goes
 * over them all. */
static int64_t settle_entries(struct f_load *load)
{
    int64_t since = 0, next = 0, count = 0;
    struct rd_arena arena;
    rd_arena_init(&arena);
    do {
        struct rd_value page;
        struct rd_error error;
        since = next;
        rd_arena_reset(&arena);
        const char *params = rd_arena_printf(&arena, "{'since': %lld}", (long long)since);
        enum rd_status status = f_try(load->d->client, &arena, "feed.read", params, &page, &error);
        ck_assert_msg(status == RD_OK, "%s", error.text);
        const struct rd_value *events = rd_map_list(&page, "events");
        for (uint32_t i = 0; i < events->count; i++)
            count += strcmp(rd_map_text(&events->items[i], "actor", ""), "system") != 0;
        next = rd_map_int(&page, "next", 0);
    } while (next > since);
    rd_arena_fini(&arena);
    return count;
}

void f_load_init(struct f_load *load, struct f_random random, const struct t_options *options)
{
    memset(load, 0, sizeof *load);
    load->random = random;
    load->d = t_daemon_start(options);
    struct rd_value li = t_call(load->d, "record.create",
                                "{'type': 'customer', 'as': 'ben', 'data': {'name': 'Li Wei', "
                                "'handler': 'ben', 'unit': 'gz'}}");
    snprintf(load->customer, sizeof load->customer, "%s", t_text(li, "id"));
    load->entries = settle_entries(load);
    for (int i = 0; i < F_WORKERS; i++) {
        struct f_worker *worker = &load->workers[i];
        rd_arena_init(&worker->arena);
        worker->number = i;
        f_below(&load->random, 1);
        worker->random.state = load->random.state ^ ((uint64_t)i << 32);
    }
}

void f_load_free(struct f_load *load)
{
    for (int i = 0; i < F_WORKERS; i++)
        rd_arena_fini(&load->workers[i].arena);
    t_daemon_free(load->d);
}

void f_load_start(struct f_load *load)
{
    for (int i = 0; i < F_WORKERS; i++) {
        struct f_worker *worker = &load->workers[i];
        worker->stop = false;
        worker->failure = NULL;
        worker->address =
            rd_arena_printf(&worker->arena, "%s%c%s", load->d->address, '\1', load->customer);
        *strchr((char *)(uintptr_t)worker->address, '\1') = '\0';
        ck_assert_int_eq(pthread_create(&worker->thread, NULL, load_work, worker), 0);
    }
}

void f_load_join(struct f_load *load, bool stop)
{
    for (int i = 0; i < F_WORKERS && stop; i++)
        __atomic_store_n(&load->workers[i].stop, true, __ATOMIC_RELAXED);
    for (int i = 0; i < F_WORKERS; i++)
        pthread_join(load->workers[i].thread, NULL);
}

/* The request once more: its reply. */
static const char *settle_again(struct f_load *load, struct f_worker *worker, const struct f_op *op,
                                struct rd_value *result)
{
    struct rd_error error;
    enum rd_status status = RD_STORAGE_FULL;
    for (int i = 0; i < 1200 && status == RD_STORAGE_FULL;
         i++) { /* it looks for room every second */
        if (i > 0)
            f_sleep_ms(50);
        status = f_try(load->d->client, &worker->arena, op->method, op->params, result, &error);
    }
    ck_assert_msg(status == RD_OK, "%s %s: %s: %s (%s)", op->method, op->params,
                  rd_status_name(status), error.text,
                  op->reply ? "it was answered before the crash" : "it was not answered");
    return f_json(&worker->arena, result);
}

static void settle_op(struct f_load *load, struct f_worker *worker, struct f_op *op)
{
    struct rd_value result;
    bool answered = op->reply != NULL;
    const char *reply = settle_again(load, worker, op, &result);
    load->ops++;
    load->entries++;
    if (!answered) {
        load_answered(worker, op, &result);
        reply = settle_again(load, worker, op, &result);
    }
    load->answered += answered;
    ck_assert_msg(strcmp(reply, op->reply) == 0, "%s %s\nwas answered: %s\nand now is: %s",
                  op->method, op->params, op->reply, reply);
}

void f_load_settle(struct f_load *load)
{
    for (int i = 0; i < F_WORKERS; i++) {
        struct f_worker *worker = &load->workers[i];
        ck_assert_msg(!worker->failure, "worker %d was refused: %s", i, worker->failure);
        for (struct f_op *op = worker->first; op; op = op->next)
            settle_op(load, worker, op);
    }
    /* each request, answered or not, sent once or more often: one entry */
    ck_assert_int_eq(settle_entries(load), load->entries);
    for (int i = 0; i < F_WORKERS; i++) {
        struct f_worker *worker = &load->workers[i];
        worker->first = worker->last = NULL;
        worker->op_count = 0;
        rd_arena_reset(&worker->arena);
    }
}
