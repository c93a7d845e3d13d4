/* Doors: binding, listening, and who may be heard.
 *
 * Plain TCP is for this machine only: a token that crosses a network in the clear is no secret. Any
 * other address is refused at start instead of being trusted to a firewall, unless it is sealed
 * (tls:). A Unix socket is made with the mode 0660 between binding and listening, so that there
 * is no moment at which somebody else could have come in.
 */
#include "server/listener.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <uv.h>

#include "base/log.h"
#include "server/server.h"
#include "server/session.h"

#define LISTENER_BACKLOG 511
#define LISTENER_UNIX_MODE 0660
#define LISTENER_OWN_MAX 4200 /* a path and what stands around it */

struct rd_listener {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_pipe_t pipe;
        uv_tcp_t tcp;
    } uv;
    struct rd_server *server;
    struct rd_listener *next;
    struct rd_address address;
    char text[RD_ADDRESS_TEXT_MAX];
};

struct rd_listener *rd_listener_next(struct rd_listener *listener)
{
    return listener->next;
}

const char *rd_listener_text(const struct rd_listener *listener)
{
    return listener->text;
}

static void listener_on_close(uv_handle_t *handle)
{
    free(handle->data);
}

void rd_listeners_close(struct rd_server *server)
{
    while (server->listeners) {
        struct rd_listener *listener = server->listeners;
        server->listeners = listener->next;
        uv_close(&listener->uv.handle, listener_on_close);
    }
}

static void listener_on_connection(uv_stream_t *stream, int status)
{
    struct rd_listener *listener = stream->data;
    if (status < 0) {
        rd_log(RD_LOG_WARN, "listener", "a connection at %s failed: %s", listener->text,
               uv_strerror(status));
        return;
    }
    rd_session_accept(listener->server, stream,
                      rd_address_is_unix(&listener->address) ? RD_DOOR_UNIX : RD_DOOR_TCP,
                      listener->address.tls);
}

/* The status for an error of libuv while a door is being opened. */
static enum rd_status listener_fail(const struct rd_listener *listener, int failed,
                                    struct rd_error *error)
{
    return rd_error_set(error, failed == UV_EADDRINUSE ? RD_IN_USE : RD_BAD_CONFIG,
                        "cannot listen at %s: %s", listener->text, uv_strerror(failed));
}

static enum rd_status listener_bind_unix(struct rd_listener *listener, struct rd_error *error)
{
    const char *path = rd_address_path(&listener->address);
    enum rd_status status = rd_address_claim(&listener->address, error);
    if (status != RD_OK)
        return status;
    int failed = uv_pipe_bind(&listener->uv.pipe, path);
    if (failed)
        return listener_fail(listener, failed, error);
    if (chmod(path, LISTENER_UNIX_MODE) != 0)
        return listener_fail(listener, uv_translate_sys_error(errno), error);
    return RD_OK;
}

static enum rd_status listener_bind_tcp(struct rd_listener *listener, struct rd_error *error)
{
    struct sockaddr *name = (struct sockaddr *)&listener->address.socket;
    int size = (int)sizeof(listener->address.socket);
    int failed = uv_tcp_bind(&listener->uv.tcp, name, 0);
    if (failed == 0)
        failed = uv_tcp_getsockname(&listener->uv.tcp, name, &size);
    if (failed)
        return listener_fail(listener, failed, error);
    rd_address_write(&listener->address, listener->text);
    return RD_OK;
}

enum rd_status rd_listener_open(struct rd_server *server, const char *text, struct rd_error *error)
{
    struct rd_address address;
    enum rd_status status = rd_address_parse(text, &address, error);
    if (status != RD_OK)
        return status;
    if (address.tls && !server->tls_keys)
        return rd_error_set(error, RD_BAD_CONFIG, "%s needs --tls-cert and --tls-key", text);
    if (!address.tls && !rd_address_is_local(&address))
        return rd_error_set(error, RD_BAD_CONFIG,
                            "%s is not an address of this machine alone: without encryption only "
                            "127.0.0.1, other 127.* addresses and [::1] are served; for others "
                            "there is tls:ADDRESS:PORT",
                            text);
    struct rd_listener *listener = calloc(1, sizeof(*listener));
    RD_ASSERT(listener != NULL);
    listener->server = server;
    listener->address = address;
    rd_address_write(&address, listener->text);
    bool is_unix = rd_address_is_unix(&address);
    int failed = is_unix ? uv_pipe_init(&server->loop, &listener->uv.pipe, 0)
                         : uv_tcp_init(&server->loop, &listener->uv.tcp);
    RD_ASSERT(failed == 0);
    listener->uv.handle.data = listener;
    struct rd_listener **last = &server->listeners;
    while (*last)
        last = &(*last)->next;
    *last = listener;
    return is_unix ? listener_bind_unix(listener, error) : listener_bind_tcp(listener, error);
}

/* Whether one of the doors is this file: the same path may be spelled in several ways. */
static bool listener_is_at(const struct rd_server *server, const char *path)
{
    struct stat own, other;
    if (lstat(path, &own) != 0)
        return false;
    for (const struct rd_listener *listener = server->listeners; listener;
         listener = listener->next)
        if (rd_address_is_unix(&listener->address) &&
            lstat(rd_address_path(&listener->address), &other) == 0 && other.st_dev == own.st_dev &&
            other.st_ino == own.st_ino)
            return true;
    return false;
}

static void listener_drop_last(struct rd_server *server)
{
    struct rd_listener **last = &server->listeners;
    while (*last && (*last)->next)
        last = &(*last)->next;
    uv_close(&(*last)->uv.handle, listener_on_close);
    *last = NULL;
}

void rd_listener_open_own(struct rd_server *server, const char *data_dir)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_address address;
    char text[LISTENER_OWN_MAX];
    snprintf(text, sizeof(text), "unix:%s/redress.sock", data_dir);
    enum rd_status status = rd_address_parse(text, &address, &error);
    if (status == RD_OK && listener_is_at(server, rd_address_path(&address)))
        return;
    if (status == RD_OK) {
        status = rd_listener_open(server, text, &error);
        if (status != RD_OK)
            listener_drop_last(server);
    }
    if (status != RD_OK)
        rd_log(
            RD_LOG_WARN, "listener",
            "no door in the data directory, by which `backup create`, `store stat`, `doctor` and "
            "a standby's --follow DIR would find this server: %s",
            error.text);
}

enum rd_status rd_listener_start(struct rd_listener *listener, struct rd_error *error)
{
    int failed = uv_listen(&listener->uv.stream, LISTENER_BACKLOG, listener_on_connection);
    return failed ? listener_fail(listener, failed, error) : RD_OK;
}
