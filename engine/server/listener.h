/* A door: one address that connections come in at. Loop thread only. */
#ifndef RD_SERVER_LISTENER_H
#define RD_SERVER_LISTENER_H

#include "base/error.h"
#include "server/address.h"

struct rd_server;
struct rd_listener;

/* Binds; nobody can connect yet. A Unix socket gets the mode 0660; the old file of a dead server is
 * removed. Refused: RD_BAD_CONFIG for addresses that are not this machine's own, RD_IN_USE where
 * another one listens. */
enum rd_status rd_listener_open(struct rd_server *server, const char *text,
                                struct rd_error *error) RD_MUST_CHECK;
/* The door DATA/redress.sock, where none of those that are open is it: commands that are given the
 * data directory find the server there, wherever else it listens. The log says why where it can't
 * be opened; that is no reason not to serve. */
void rd_listener_open_own(struct rd_server *server, const char *data_dir);
/* Connections come in from now on. */
enum rd_status rd_listener_start(struct rd_listener *listener,
                                 struct rd_error *error) RD_MUST_CHECK;
/* Closes them all; a Unix socket's file goes with it. Each one frees itself in its close callback.
 */
void rd_listeners_close(struct rd_server *server);
struct rd_listener *rd_listener_next(struct rd_listener *listener);
/* The address as it came to be: with the port that was picked. */
const char *rd_listener_text(const struct rd_listener *listener);

#endif
