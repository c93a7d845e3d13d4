/* Subscribers.
 *
 *   feed.subscribe ─▶ reply ─▶ page ─▶ page ... up to date ─▶ (something happens) ─▶ page ...
 *
 * A subscription is a position and nothing else. Events are never gathered for a subscriber: the
 * next page is read from the journal when the last one has left. So one who reads slowly lags,
 * costs nothing, misses nothing and sees nothing twice; and one who comes back names the last
 * sequence that it saw. Pages are read by the kernel like any request, as the session's peer, so
 * that what may not be seen is filtered in the one place where that is decided.
 */
#include "server/feed.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "server/server.h"
#include "server/session.h"

static void feed_link(struct rd_session *session)
{
    struct rd_server *server = rd_session_server(session);
    struct rd_feed *feed = rd_session_feed(session);
    feed->next = server->followers;
    feed->prev = NULL;
    if (feed->next)
        rd_session_feed(feed->next)->prev = session;
    server->followers = session;
    feed->on = true;
}

/* A page that is with the kernel comes back to nobody. */
static void feed_let_go(struct rd_feed *feed)
{
    if (feed->page)
        feed->page->session = NULL;
    feed->page = NULL;
}

void rd_feed_end(struct rd_session *session)
{
    struct rd_feed *feed = rd_session_feed(session);
    if (!feed->on)
        return;
    feed_let_go(feed);
    if (feed->prev)
        rd_session_feed(feed->prev)->next = feed->next;
    else
        rd_session_server(session)->followers = feed->next;
    if (feed->next)
        rd_session_feed(feed->next)->prev = feed->prev;
    feed->on = false;
}

static void feed_begin(struct rd_session *session, const struct rd_request *request)
{
    struct rd_feed *feed = rd_session_feed(session);
    int64_t since = rd_map_int(&request->result, "since", 0);
    if (!feed->on)
        feed_link(session);
    feed_let_go(feed);
    feed->since = since > 0 ? (uint64_t)since : 0;
    feed->empty_at = 0;
    /* an account of the company, as the reply shows: so it is no longer than a name */
    snprintf(feed->as, sizeof(feed->as), "%s", rd_map_text(request->params, "as", ""));
}

static void feed_answer_unsubscribe(struct rd_request *request)
{
    request->result = rd_map();
    if (request->params && request->params->count > 0)
        request->status =
            rd_error_set(&request->error, RD_INVALID_PARAMS,
                         "feed.unsubscribe has no parameter '%s'", request->params->pairs[0].key);
}

void rd_feed_answer(struct rd_message *message)
{
    for (uint32_t i = 0; i < message->count; i++) {
        struct rd_call *call = &message->calls[i];
        if (!call->runs || strcmp(call->request.method, "feed.unsubscribe") != 0)
            continue;
        call->runs = false;
        message->runs--;
        feed_answer_unsubscribe(&call->request);
    }
}

void rd_feed_notice(struct rd_session *session, const struct rd_call *call)
{
    if (call->request.status != RD_OK)
        return;
    if (strcmp(call->request.method, "feed.subscribe") == 0)
        feed_begin(session, &call->request);
    else if (strcmp(call->request.method, "feed.unsubscribe") == 0)
        rd_feed_end(session);
}

void rd_feed_pull(struct rd_session *session)
{
    struct rd_server *server = rd_session_server(session);
    struct rd_feed *feed = rd_session_feed(session);
    uint64_t durable = server->durable_seq;
    if (!feed->on || feed->page || server->draining || feed->since >= durable ||
        feed->empty_at >= durable || !rd_session_has_room(session))
        return;
    struct rd_job *job = rd_job_get(&server->pool, RD_JOB_FEED);
    struct rd_value *params = rd_arena_alloc(&job->arena, sizeof(*params));
    struct rd_peer peer = rd_session_peer(session, &job->arena);
    *params = rd_map();
    rd_map_add(&job->arena, params, "since", rd_int((int64_t)feed->since));
    rd_map_add(&job->arena, params, "limit", rd_int(RD_FEED_PAGE_MAX));
    if (feed->as[0])
        rd_map_add(&job->arena, params, "as",
                   rd_text_copy(&job->arena, feed->as, strlen(feed->as)));
    rd_rpc_make(&job->arena, "feed.read", params, &peer, &job->message);
    job->session = session;
    job->lane = rd_session_lane(session);
    feed->page = job;
    feed->empty_at = durable; /* until the page shows otherwise */
    rd_server_submit(server, job);
}

void rd_feed_pull_all(struct rd_server *server)
{
    for (struct rd_session *session = server->followers; session;
         session = rd_session_feed(session)->next)
        rd_feed_pull(session);
}

/* The subscription cannot go on: the peer is told, so that it does not wait for ever. */
static void feed_fail(struct rd_session *session, const struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    struct rd_value params = rd_map();
    rd_log(RD_LOG_WARN, "feed", "a subscription ended: %s: %s", rd_status_name(request->status),
           request->error.text);
    rd_map_add(arena, &params, "name", rd_text(rd_status_name(request->status)));
    rd_map_add(arena, &params, "message", rd_text(rd_status_text(request->status)));
    rd_map_add(arena, &params, "since", rd_int((int64_t)rd_session_feed(session)->since));
    rd_feed_end(session);
    rd_rpc_write_event(rd_session_out(session), "feed.ended", &params);
}

static void feed_send(struct rd_session *session, const struct rd_value *page)
{
    struct rd_feed *feed = rd_session_feed(session);
    const struct rd_value *events = rd_map_list(page, "events");
    for (uint32_t i = 0; i < events->count; i++) {
        RD_ASSERT(rd_map_int(&events->items[i], "seq", 0) > (int64_t)feed->since);
        rd_rpc_write_event(rd_session_out(session), "feed.event", &events->items[i]);
    }
    int64_t next = rd_map_int(page, "next", (int64_t)feed->since);
    if (next <= (int64_t)feed->since)
        return; /* nothing there: pulled again when the sequence has moved */
    feed->since = (uint64_t)next;
    feed->empty_at = 0;
}

void rd_feed_answered(struct rd_session *session, struct rd_job *job)
{
    struct rd_feed *feed = rd_session_feed(session);
    RD_ASSERT(feed->on && feed->page == job);
    const struct rd_request *request = &job->message.calls[0].request;
    feed->page = NULL;
    if (request->status == RD_OK)
        feed_send(session, &request->result);
    else
        feed_fail(session, request);
    rd_feed_pull(session);
}
