/* The company's people at work. See procedure.h. */
#include "flow/procedure.h"

#include <string.h>

#include "base/buf.h"
#include "base/json.h"

const char *p_customer(struct t_daemon *d, const char *name)
{
    return t_text(t_call(d, "record.create",
                         "{'type': 'customer', 'as': 'ben', 'data': {'name': '%s', 'handler': "
                         "'ben', 'unit': 'gz'}}",
                         name),
                  "id");
}

struct rd_value p_open(struct t_daemon *d, const char *as, const char *customer)
{
    return t_call(d, "case.open",
                  "{'type': 'complaint', 'as': '%s', 'data': {'customer': '%s', 'channel': "
                  "'hotline', 'problem': 'billing', 'summary': 'Charged twice'}}",
                  as, customer);
}

struct rd_value p_act(struct t_daemon *d, const char *as, const char *id, const char *event,
                      const char *form)
{
    return t_call(d, "case.act", "{'id': '%s', 'as': '%s', 'event': '%s', 'form': %s}", id, as,
                  event, form);
}

struct rd_error p_refused(struct t_daemon *d, const char *name, const char *as, const char *id,
                          const char *event, const char *form)
{
    return t_refused(d, name, "case.act", "{'id': '%s', 'as': '%s', 'event': '%s', 'form': %s}", id,
                     as, event, form);
}

void p_step(struct t_daemon *d, const char *as, const char *id, const char *event, const char *form,
            const char *state)
{
    struct rd_value reply = p_act(d, as, id, event, form);
    ck_assert_msg(strcmp(t_text(reply, "state"), state) == 0, "%s leads to %s, not to %s", event,
                  t_text(reply, "state"), state);
}

const char *p_received(struct t_daemon *d)
{
    return t_text(p_open(d, "ben", p_customer(d, "Li Wei")), "id");
}

const char *p_with_department(struct t_daemon *d)
{
    const char *id = p_received(d);
    p_step(d, "ben", id, "verify", "{'ground': 'sufficient', 'demand': 'reasonable'}", "verified");
    p_step(d, "ben", id, "transfer", "{'department': 'finance'}", "with_department");
    return id;
}

struct rd_value p_get(struct t_daemon *d, const char *id)
{
    return t_call(d, "case.get", "{'id': '%s'}", id);
}

const char *p_state(struct t_daemon *d, const char *id)
{
    return t_text(p_get(d, id), "state");
}

const char *p_due(struct t_daemon *d, const char *id, const char *deadline)
{
    struct rd_value record = p_get(d, id);
    const struct rd_value *deadlines = rd_map_get(&record, "deadlines");
    for (uint32_t i = 0; i < deadlines->count; i++)
        if (strcmp(rd_map_text(&deadlines->items[i], "name", ""), deadline) == 0)
            return rd_map_bool(&deadlines->items[i], "running", false)
                       ? t_text(deadlines->items[i], "due")
                       : "paused";
    return "none";
}

int64_t p_seq(struct t_daemon *d)
{
    return t_int(t_call(d, "server.info", "{}"), "seq");
}

struct rd_value p_clock(struct t_daemon *d, const char *local)
{
    return t_call(d, "clock.advance", "{'to': '%.10sT%.5s:00+08:00'}", local, local + 11);
}

int p_told(struct t_daemon *d, const char *id, const char *account)
{
    int count = 0;
    int64_t since = 0;
    bool more = true;
    while (more) {
        struct rd_value page =
            t_call(d, "notice.list", "{'since': %lld, 'limit': 1000, 'account': '%s'}",
                   (long long)since, account);
        const struct rd_value *notices = rd_map_get(&page, "notices");
        for (uint32_t i = 0; i < notices->count; i++)
            count += strcmp(rd_map_text(&notices->items[i], "id", ""), id) == 0;
        since = t_int(page, "next");
        more = t_bool(page, "more");
    }
    return count;
}

const char *p_json(struct t_daemon *d, struct rd_value value)
{
    struct rd_buf buf;
    rd_buf_init(&buf);
    rd_json_write(&buf, &value);
    const char *text = rd_arena_copy(&d->arena, buf.data, buf.len);
    rd_buf_fini(&buf);
    return text;
}

const char *p_outcome(struct rd_value reply, const char *rule)
{
    const struct rd_value *decisions = rd_map_get(&reply, "decisions");
    for (uint32_t i = 0; decisions && i < decisions->count; i++)
        if (strcmp(rd_map_text(&decisions->items[i], "rule", ""), rule) == 0)
            return rd_map_text(&decisions->items[i], "outcome", "");
    return NULL;
}
