/* The stage: one step after the other through the daemon's socket, each by the account that the
 * step names. What comes back is kept as it came; the report is written from it. A step that does
 * not come out as it should ends the play: what is shown must be what the rules do, not what
 * somebody once believed of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/play.h"
#include "domain/zone.h"
#include "server/client.h"

int64_t rd_play_time(const struct rd_play *play, const char *local)
{
    int64_t local_ms = 0;
    bool read =
        rd_time_read(rd_arena_printf(play->arena, "%.10sT%s:00Z", local, local + 11), &local_ms);
    RD_ASSERT(read);
    return rd_zone_utc_ms(play->model->local, local_ms);
}

enum rd_status rd_play_call(struct rd_play *play, const char *method, struct rd_value *params,
                            struct rd_value *result, struct rd_error *error)
{
    if (rd_play_daemon_interrupted())
        return rd_error_set(error, RD_CHECK_FAILED, "interrupted");
    return rd_client_call(play->client, play->arena, method, params, result, error);
}

/* ---- names and forms ---- */

static const char *stage_id(const struct rd_play *play, const char *name)
{
    for (size_t i = 0; i < play->name_count; i++)
        if (strcmp(play->names[i].name, name) == 0)
            return play->names[i].id;
    return NULL;
}

bool rd_play_is_own(const struct rd_play *play, const char *id)
{
    for (size_t i = 0; i < play->name_count; i++)
        if (strcmp(play->names[i].id, id) == 0)
            return true;
    return false;
}

static void stage_name(struct rd_play *play, const char *name, const char *id)
{
    RD_ASSERT(play->name_count < RD_PLAY_NAMES_MAX && !stage_id(play, name));
    play->names[play->name_count++] = (struct rd_play_name){ .name = name, .id = id };
}

/* "@name" becomes the record's id. */
static void stage_resolve(const struct rd_play *play, struct rd_value *value)
{
    if (value->kind == RD_TEXT && value->text[0] == '@') {
        const char *id = stage_id(play, value->text + 1);
        RD_ASSERT(id);
        *value = rd_text_copy(play->arena, id, strlen(id));
    }
    for (uint32_t i = 0; value->kind == RD_MAP && i < value->count; i++)
        stage_resolve(play, &value->pairs[i].value);
}

static struct rd_value stage_json(const struct rd_play *play, const char *text)
{
    struct rd_value value = rd_map();
    struct rd_error error = RD_ERROR_NONE;
    if (!text)
        return value;
    char *json = rd_arena_copy(play->arena, text, strlen(text));
    for (char *at = json; *at; at++)
        if (*at == '\'')
            *at = '"';
    enum rd_status status =
        rd_json_parse(play->arena, json, strlen(json), RD_MESSAGE_DEPTH_MAX, &value, &error);
    RD_ASSERT(status == RD_OK);
    stage_resolve(play, &value);
    return value;
}

/* Whether all of `part` is in `whole`: members of maps by their keys, items of lists wherever they
 * stand. */
static bool stage_holds(const struct rd_value *whole, const struct rd_value *part)
{
    if (!whole || whole->kind != part->kind)
        return false;
    if (part->kind == RD_MAP) {
        for (uint32_t i = 0; i < part->count; i++)
            if (!stage_holds(rd_map_get(whole, part->pairs[i].key), &part->pairs[i].value))
                return false;
        return true;
    }
    if (part->kind != RD_LIST)
        return rd_value_equal(whole, part);
    for (uint32_t i = 0; i < part->count; i++) {
        uint32_t k = 0;
        while (k < whole->count && !stage_holds(&whole->items[k], &part->items[i]))
            k++;
        if (k == whole->count)
            return false;
    }
    return true;
}

/* ---- what is remembered ---- */

static struct rd_play_act *stage_remember(struct rd_play *play, int64_t at_ms, const char *actor,
                                          const char *event)
{
    struct rd_play_act *act = rd_arena_zalloc(play->arena, 1, sizeof(*act));
    *act = (struct rd_play_act){ .at_ms = at_ms, .actor = actor, .event = event, .own = true };
    if (play->last)
        play->last->next = act;
    else
        play->first = act;
    play->last = act;
    return act;
}

static const struct rd_value *stage_keep(struct rd_play *play, const struct rd_value *value)
{
    struct rd_value *kept = rd_arena_alloc(play->arena, sizeof(*kept));
    *kept = *value;
    return kept;
}

/* An entry names its record by the id only. */
static enum rd_status stage_lookup(struct rd_play *play, struct rd_play_act *act, const char *id,
                                   struct rd_error *error)
{
    struct rd_value params = rd_map();
    struct rd_value record;
    rd_map_set(play->arena, &params, "id", rd_text(id));
    enum rd_status status = rd_play_call(play, "case.get", &params, &record, error);
    if (status == RD_OK) {
        act->type = rd_map_text(&record, "type", NULL);
        act->number = rd_map_text(&record, "number", NULL);
    }
    return status;
}

/* What the clock did: a deadline rang, a schedule came round. */
static enum rd_status stage_remember_clock(struct rd_play *play, const struct rd_value *entry,
                                           struct rd_error *error)
{
    const char *id = rd_map_text(entry, "id", NULL);
    int64_t at_ms = play->now_ms;
    (void)rd_time_read(rd_map_text(entry, "at", ""), &at_ms);
    struct rd_play_act *act = stage_remember(play, at_ms, rd_map_text(entry, "actor", "?"),
                                             rd_map_text(entry, "command", "?"));
    act->entry = entry;
    act->own = id && rd_play_is_own(play, id);
    if (strcmp(act->event, "ring") == 0) {
        play->rung++;
        play->rung_own += act->own;
    }
    return id ? stage_lookup(play, act, id, error) : RD_OK;
}

/* Records that a command of somebody's has made besides its own: the reply did not tell of them. */
static enum rd_status stage_remember_started(struct rd_play *play, const struct rd_value *entry,
                                             struct rd_error *error)
{
    const struct rd_value *records = rd_map_list(entry, "records");
    const char *own = rd_map_text(entry, "id", "");
    enum rd_status status = RD_OK;
    for (uint32_t i = 0; status == RD_OK && i < records->count; i++) {
        const struct rd_value *record = &records->items[i];
        const char *id = rd_map_text(record, "id", "");
        if (strcmp(id, own) == 0 || rd_map_int(record, "version", 0) != 1)
            continue;
        int64_t at_ms = play->now_ms;
        (void)rd_time_read(rd_map_text(entry, "at", ""), &at_ms);
        struct rd_play_act *act = stage_remember(
            play, at_ms, rd_map_text(entry, "actor", "?"),
            rd_arena_printf(play->arena, "started by %s", rd_map_text(entry, "command", "?")));
        act->reply = record;
        if (!rd_play_is_own(play, id))
            stage_name(play, id, id);
        status = stage_lookup(play, act, id, error);
    }
    return status;
}

/* Reads on in the feed. What people did is known from the replies; what the clock did is not. */
static enum rd_status stage_follow(struct rd_play *play, struct rd_error *error)
{
    for (;;) {
        struct rd_value params = rd_map();
        struct rd_value page;
        rd_map_set(play->arena, &params, "since", rd_int(play->seq));
        enum rd_status status = rd_play_call(play, "feed.read", &params, &page, error);
        const struct rd_value *events = rd_map_list(&page, "events");
        for (uint32_t i = 0; status == RD_OK && i < events->count; i++) {
            const struct rd_value *entry = &events->items[i];
            play->entries++;
            if (rd_map_get(entry, "refused"))
                play->refused_kept++;
            if (strcmp(rd_map_text(entry, "actor", ""), "system") == 0)
                status = stage_remember_clock(play, entry, error);
            else
                status = stage_remember_started(play, entry, error);
        }
        if (status != RD_OK)
            return status;
        play->seq = rd_map_int(&page, "next", play->seq);
        if (play->seq >= rd_map_int(&page, "durable", 0))
            return RD_OK;
    }
}

/* ---- steps ---- */

static enum rd_status stage_surprise(const struct rd_play *play, const struct rd_play_step *step,
                                     const char *got, struct rd_error *error)
{
    return rd_error_set(
        error, RD_CHECK_FAILED, "step %zu (%s %s%s%s): expected %s%s%s, but %s", play->steps,
        step->as ? step->as : "the clock", step->what ? step->what : "", step->name ? " on " : "",
        step->name ? step->name : "", step->expect ? step->expect : "that it is done",
        step->holds ? " with " : "", step->holds ? step->holds : "", got);
}

static enum rd_status stage_advance(struct rd_play *play, const struct rd_play_step *step,
                                    struct rd_error *error)
{
    char to[RD_TIME_TEXT_MAX];
    struct rd_value params = rd_map();
    struct rd_value result;
    int64_t at_ms = rd_play_time(play, step->at);
    int64_t before = play->rung_own;
    if (at_ms == play->now_ms)
        return RD_OK;
    rd_time_write(at_ms, to);
    rd_map_set(play->arena, &params, "to", rd_text_copy(play->arena, to, strlen(to)));
    enum rd_status status = rd_play_call(play, "clock.advance", &params, &result, error);
    if (status != RD_OK)
        return status;
    (void)rd_time_read(rd_map_text(&result, "now", ""), &play->now_ms);
    status = stage_follow(play, error);
    if (status != RD_OK || step->kind != RD_PLAY_CLOCK)
        return status;
    int64_t rung = play->rung_own - before;
    if (rung == strtoll(step->expect, NULL, 10))
        return RD_OK;
    return stage_surprise(play, step, rd_arena_printf(play->arena, "%lld rang", (long long)rung),
                          error);
}

/* The method of a step and its parameters. */
static const char *stage_params(struct rd_play *play, const struct rd_play_step *step,
                                struct rd_value *params)
{
    struct rd_arena *arena = play->arena;
    const char *id =
        step->kind == RD_PLAY_ACT || step->kind == RD_PLAY_SEE ? stage_id(play, step->name) : NULL;
    *params = rd_map();
    if (id)
        rd_map_set(arena, params, "id", rd_text(id));
    if (step->as)
        rd_map_set(arena, params, "as", rd_text(step->as));
    if (step->kind == RD_PLAY_SEE)
        return "case.get";
    if (step->kind == RD_PLAY_FIND) {
        rd_map_set(arena, params, "type", rd_text(step->what));
        rd_map_set(arena, params, "order", rd_text("-id"));
        return "case.list";
    }
    rd_map_set(arena, params, step->kind == RD_PLAY_ACT ? "event" : "type", rd_text(step->what));
    rd_map_set(arena, params, step->kind == RD_PLAY_ACT ? "form" : "data",
               stage_json(play, step->form));
    if (step->kind == RD_PLAY_ACT)
        return "case.act";
    return step->kind == RD_PLAY_OPEN ? "case.open" : "record.create";
}

/* What an opening is called in the chart. */
static const char *stage_event(const struct rd_play *play, const struct rd_play_step *step)
{
    const struct rd_record_type *type = rd_model_type(play->model, step->what);
    if (step->kind == RD_PLAY_OPEN && type && type->chart)
        return type->chart->open.name;
    if (step->kind == RD_PLAY_CREATE)
        return rd_arena_printf(play->arena, "%s.create", step->what);
    return step->kind == RD_PLAY_SEE ? "case.get" : step->what;
}

/* A refused actor need not be told which record it was; the play knows it from before. */
static void stage_remember_number(struct rd_play *play, struct rd_play_act *act, const char *id)
{
    for (const struct rd_play_act *before = play->first; id && before; before = before->next)
        if (before->reply && strcmp(rd_map_text(before->reply, "id", ""), id) == 0) {
            act->type = before->type;
            act->number = before->number;
            return;
        }
}

static enum rd_status stage_refused(struct rd_play *play, const struct rd_play_step *step,
                                    enum rd_status status, const struct rd_error *why,
                                    struct rd_error *error)
{
    struct rd_error *kept = rd_arena_alloc(play->arena, sizeof(*kept));
    *kept = *why;
    kept->status = status;
    struct rd_play_act *act = stage_remember(play, play->now_ms, step->as, stage_event(play, step));
    act->error = kept;
    stage_remember_number(play, act, step->name ? stage_id(play, step->name) : NULL);
    if (step->expect && step->expect[0] == '!' &&
        strcmp(step->expect + 1, rd_status_name(status)) == 0)
        return RD_OK;
    return stage_surprise(play, step,
                          rd_arena_printf(play->arena, "refused with %s: %s%s%s",
                                          rd_status_name(status), why->where,
                                          why->where[0] ? ": " : "", why->text),
                          error);
}

static enum rd_status stage_done(struct rd_play *play, const struct rd_play_step *step,
                                 const struct rd_value *reply, struct rd_error *error)
{
    const char *state = rd_map_text(reply, "state", NULL);
    if (step->kind != RD_PLAY_SEE && step->kind != RD_PLAY_FIND) {
        struct rd_play_act *act =
            stage_remember(play, play->now_ms, step->as, stage_event(play, step));
        act->reply = reply;
        act->type = rd_map_text(reply, "type", NULL);
        act->number = rd_map_text(reply, "number", NULL);
    }
    if (step->kind != RD_PLAY_ACT && step->kind != RD_PLAY_SEE)
        stage_name(play, step->name, rd_map_text(reply, "id", ""));
    if (step->expect && (!state || strcmp(step->expect, state) != 0))
        return stage_surprise(
            play, step, rd_arena_printf(play->arena, "it is %s", state ? state : "without a state"),
            error);
    struct rd_value holds = stage_json(play, step->holds);
    if (stage_holds(reply, &holds))
        return RD_OK;
    struct rd_buf text;
    rd_buf_init(&text);
    rd_json_write(&text, reply);
    enum rd_status status = stage_surprise(
        play, step, rd_arena_printf(play->arena, "it is %.*s", (int)text.len, text.data), error);
    rd_buf_fini(&text);
    return status;
}

enum rd_status rd_play_step(struct rd_play *play, const struct rd_play_step *step,
                            struct rd_error *error)
{
    struct rd_value params;
    struct rd_value result;
    struct rd_error why = RD_ERROR_NONE;
    play->steps++;
    enum rd_status status = step->at ? stage_advance(play, step, error) : RD_OK;
    if (status != RD_OK || step->kind == RD_PLAY_CLOCK)
        return status;
    const char *method = stage_params(play, step, &params);
    status = rd_play_call(play, method, &params, &result, &why);
    if (status == RD_NO_SERVER || status == RD_IO || status == RD_CHECK_FAILED) {
        *error = why; /* the world failed, not the rules */
        return status;
    }
    if (status != RD_OK)
        return stage_refused(play, step, status, &why, error);
    if (step->kind == RD_PLAY_FIND) {
        const struct rd_value *cases = rd_map_list(&result, "cases");
        if (cases->count == 0)
            return stage_surprise(play, step, "there is none", error);
        result = cases->items[0];
    }
    return stage_done(play, step, stage_keep(play, &result), error);
}
