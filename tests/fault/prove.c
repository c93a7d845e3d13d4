/* Looking at everything that a daemon holds: whether the parts of it agree. See load.h. */
#include <string.h>

#include "fault/load.h"

struct f_clocks {
    const char *state;
    int limits;    /* deadlines of the state */
    bool standing; /* the whole case's clock stands still in it */
    bool final;
};

/* scripts/complaint.lua; nothing has rung yet. */
static const struct f_clocks CLOCKS[] = {
    { "received", 2, false, false },        { "verified", 2, false, false },
    { "with_department", 2, false, false }, { "with_customer", 1, true, false },
    { "passed_up", 2, false, false },       { "processing", 2, false, false },
    { "fed_back", 1, true, false },         { "followed_up", 1, true, false },
    { "summarised", 1, true, false },       { "explained", 1, true, false },
    { "closed", 1, true, false },           { "withdrawn", 0, false, true },
    { "archived", 0, false, true },
};

static void prove_deadlines(const struct rd_value *record)
{
    const char *state = rd_map_text(record, "state", "");
    const struct rd_value *deadlines = rd_map_list(record, "deadlines");
    const struct f_clocks *clocks = NULL;
    int limits = 0, whole = 0;
    for (size_t i = 0; i < sizeof CLOCKS / sizeof *CLOCKS; i++)
        if (strcmp(CLOCKS[i].state, state) == 0)
            clocks = &CLOCKS[i];
    ck_assert_msg(clocks != NULL, "a complaint in state '%s'", state);
    for (uint32_t i = 0; i < deadlines->count; i++) {
        const struct rd_value *deadline = &deadlines->items[i];
        const char *name = rd_map_text(deadline, "name", "");
        bool running = rd_map_bool(deadline, "running", false);
        bool within = strcmp(name, "within") == 0;
        whole += within;
        limits += !within && strncmp(name, state, strlen(state)) == 0;
        ck_assert_msg(running == !(within && clocks->standing), "'%s' %s in state %s", name,
                      running ? "runs" : "stands", state);
    }
    ck_assert_msg(
        limits == clocks->limits && whole == !clocks->final &&
            deadlines->count == (uint32_t)(limits + whole),
        "a complaint in state %s has these deadlines: %s", state,
        t_show(rd_map_get(record, "deadlines") ? *rd_map_get(record, "deadlines") : rd_null()));
}

/* Version = entries of its history, without a gap; the last one's state is the record's; and the
 * record rebuilt from the journal is the one in the store. */
static void prove_record(struct t_daemon *d, const struct rd_value *record, const char *now)
{
    struct rd_arena arena;
    struct rd_value history, rebuilt;
    struct rd_error error;
    const char *id = rd_map_text(record, "id", "");
    int64_t version = rd_map_int(record, "version", 0), last_seq = 0;
    rd_arena_init(&arena);
    const char *params = rd_arena_printf(&arena, "{'id': '%s'}", id);
    enum rd_status status = f_try(d->client, &arena, "case.history", params, &history, &error);
    ck_assert_msg(status == RD_OK, "%s: %s", id, error.text);
    const struct rd_value *entries = rd_map_list(&history, "entries");
    ck_assert_int_eq(entries->count, version);
    for (uint32_t i = 0; i < entries->count; i++) {
        ck_assert_int_eq(rd_map_int(&entries->items[i], "version", 0), i + 1);
        int64_t seq = rd_map_int(&entries->items[i], "seq", 0);
        ck_assert_int_gt(seq, last_seq);
        last_seq = seq;
    }
    const struct rd_value *last = &entries->items[entries->count - 1];
    ck_assert_str_eq(rd_map_text(last, "state", ""), rd_map_text(record, "state", ""));
    params = rd_arena_printf(&arena, "{'id': '%s', 'as_of': '%s'}", id, now);
    status = f_try(d->client, &arena, "case.get", params, &rebuilt, &error);
    ck_assert_msg(status == RD_OK, "%s: %s", id, error.text);
    ck_assert_str_eq(f_json(&arena, &rebuilt), f_json(&arena, record));
    rd_arena_fini(&arena);
}

static uint64_t prove_type(struct f_load *load, const char *type, const char *now)
{
    const char *cursor = "";
    uint64_t records = 0;
    for (bool more = true; more;) {
        struct rd_arena arena;
        struct rd_value page;
        struct rd_error error;
        rd_arena_init(&arena);
        const char *params =
            rd_arena_printf(&arena, "{'type': '%s', 'limit': 200%s%s%s}", type,
                            *cursor ? ", 'cursor': '" : "", cursor, *cursor ? "'" : "");
        enum rd_status status = f_try(load->d->client, &arena, "case.list", params, &page, &error);
        ck_assert_msg(status == RD_OK, "%s: %s", type, error.text);
        const struct rd_value *cases = rd_map_list(&page, "cases");
        for (uint32_t i = 0; i < cases->count; i++, records++) {
            prove_record(load->d, &cases->items[i], now);
            if (strcmp(type, "complaint") == 0)
                prove_deadlines(&cases->items[i]);
        }
        const char *next = rd_map_text(&page, "cursor", NULL);
        more = next != NULL;
        cursor = more ? rd_arena_copy(&load->d->arena, next, strlen(next)) : "";
        rd_arena_fini(&arena);
    }
    return records;
}

/* One alarm a department and problem at the most, though the clock stands still. */
static void prove_alarms(struct f_load *load)
{
    struct rd_value alarms = t_call(load->d, "case.list", "{'type': 'mass_alarm', 'limit': 1000}");
    const struct rd_value *cases = rd_map_list(&alarms, "cases");
    for (uint32_t i = 0; i < cases->count; i++)
        for (uint32_t k = 0; k < i; k++)
            ck_assert_msg(strcmp(t_text(cases->items[i], "data.department"),
                                 t_text(cases->items[k], "data.department")) != 0 ||
                              strcmp(t_text(cases->items[i], "data.problem"),
                                     t_text(cases->items[k], "data.problem")) != 0,
                          "two alarms of one kind: %s", t_show(alarms));
}

/* The feed from its beginning: every number once. */
static void prove_feed(struct f_load *load)
{
    int64_t seq = 0;
    while (seq < load->entries) {
        struct rd_arena arena;
        struct rd_value page;
        struct rd_error error;
        rd_arena_init(&arena);
        const char *params = rd_arena_printf(&arena, "{'since': %lld}", (long long)seq);
        enum rd_status status = f_try(load->d->client, &arena, "feed.read", params, &page, &error);
        ck_assert_msg(status == RD_OK, "feed.read: %s", error.text);
        const struct rd_value *events = rd_map_list(&page, "events");
        ck_assert_uint_gt(events->count, 0);
        for (uint32_t i = 0; i < events->count; i++)
            ck_assert_int_eq(rd_map_int(&events->items[i], "seq", 0), ++seq);
        rd_arena_fini(&arena);
    }
}

void f_load_prove(struct f_load *load)
{
    struct rd_value info = t_call(load->d, "server.info", "{}");
    const char *now = t_text(info, "clock.now");
    ck_assert_uint_gt(prove_type(load, "complaint", now), 0);
    ck_assert_uint_gt(prove_type(load, "customer", now), 0);
    prove_type(load, "mass_alarm", now);
    prove_alarms(load);
    prove_feed(load);
}

void f_load_end(struct f_load *load)
{
    const char *output;
    struct t_daemon *d = load->d;
    t_daemon_stop(d);
    const char *data = rd_arena_printf(&d->arena, "%s/data", d->dir);
    int code = t_program(d, (const char *[]){ "store", "rebuild", "--data", data, NULL }, &output);
    ck_assert_msg(code == 0, "store rebuild: code %d: %s", code, output);
    code = t_program(d, (const char *[]){ "audit", "verify", "--data", data, NULL }, &output);
    ck_assert_msg(code == 0, "audit verify: code %d: %s", code, output);
}
