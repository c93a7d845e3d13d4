/* Bulk. See bulk.h. */
#include "fault/bulk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault/load.h"

void f_bulk_init(struct f_bulk *bulk, struct t_daemon *d)
{
    struct rd_value ticket =
        t_call(d, "case.open", "{'type': 'ticket', 'as': 'ann', 'data': {'kind': 'a'}}");
    snprintf(bulk->id, sizeof bulk->id, "%s", t_text(ticket, "id"));
    bulk->version = t_int(ticket, "version");
    bulk->note = 0;
}

/* "17 kqzx...": hard to compress, the same for the same number. */
static const char *bulk_text(struct rd_arena *arena, int note)
{
    char *text = rd_arena_alloc(arena, F_BULK_BYTES + 1);
    struct f_random random = { .state = (uint64_t)note * 2 + 1 };
    int len = snprintf(text, 32, "%d ", note);
    for (; len < F_BULK_BYTES; len++)
        text[len] = (char)('a' + f_below(&random, 26));
    text[len] = '\0';
    return text;
}

enum rd_status f_bulk_write(struct f_bulk *bulk, struct t_daemon *d)
{
    struct rd_arena arena;
    struct rd_value result;
    struct rd_error error;
    rd_arena_init(&arena);
    int note = bulk->note + 1;
    const char *params = rd_arena_printf(&arena,
                                         "{'id': '%s', 'as': 'ann', 'event': 'note', "
                                         "'idempotency_key': '%d', 'form': {'note': '%s'}}",
                                         bulk->id, note, bulk_text(&arena, note));
    enum rd_status status = f_try(d->client, &arena, "case.act", params, &result, &error);
    if (status == RD_OK) {
        bulk->note = note;
        bulk->version = rd_map_int(&result, "version", 0);
    }
    rd_arena_fini(&arena);
    return status;
}

void f_bulk_check(struct f_bulk *bulk, struct t_daemon *d, bool again)
{
    struct rd_arena arena;
    struct rd_value ticket;
    struct rd_error error;
    if (again)
        ck_assert_int_eq(f_bulk_write(bulk, d), RD_OK);
    rd_arena_init(&arena);
    const char *params = rd_arena_printf(&arena, "{'id': '%s'}", bulk->id);
    enum rd_status status = f_try(d->client, &arena, "case.get", params, &ticket, &error);
    ck_assert_msg(status == RD_OK, "reading: %s: %s", rd_status_name(status), error.text);
    ck_assert_int_eq(rd_map_int(&ticket, "version", 0), bulk->version);
    ck_assert_int_eq(bulk->version, bulk->note + 1); /* opened, and each note once */
    if (bulk->note > 0)
        ck_assert_str_eq(rd_map_text(rd_map_get(&ticket, "data"), "note", ""),
                         bulk_text(&arena, bulk->note));
    rd_arena_fini(&arena);
}
