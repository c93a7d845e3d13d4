/* The client: JSON-RPC over a Unix or TCP socket, blocking. For the command line, the bench and the
 * flow tests. */
#ifndef RD_SERVER_CLIENT_H
#define RD_SERVER_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/value.h"

struct rd_client;

/* `address`: "unix:PATH", "tcp:ADDRESS:PORT" or "tls:HOST:PORT". RD_NO_SERVER where nobody answers.
 */
enum rd_status rd_client_open(const char *address, struct rd_client **out,
                              struct rd_error *error) RD_MUST_CHECK;
/* The same; behind "tls:" the server must prove to be HOST to the authorities of `ca_file` (NULL:
 * of the system), or it is RD_NO_SERVER. */
enum rd_status rd_client_open_trusting(const char *address, const char *ca_file,
                                       struct rd_client **out,
                                       struct rd_error *error) RD_MUST_CHECK;
/* The same; connecting, shaking hands, and each receive from then on wait so long at most (0: for
 * ever, but for hands half a minute). Looking up a name is the resolver's time. */
enum rd_status rd_client_open_within(const char *address, const char *ca_file, int64_t timeout_ms,
                                     struct rd_client **out, struct rd_error *error) RD_MUST_CHECK;
/* NULL is fine. */
void rd_client_close(struct rd_client *client);
/* How long a receive waits at most; 0 (as opened): for ever. Then the receive is RD_IN_PROGRESS and
 * may be repeated. */
void rd_client_set_timeout(struct rd_client *client, int64_t timeout_ms);

/* One call and its reply. `params` is a map or NULL; result and error.detail (the whole
 * `error.data`) are made in the arena. What the server refuses comes back as its status (by the
 * name in `error.data`), sentence and place. RD_NO_SERVER: the connection ended. Replies to earlier
 * sends must have been received; notifications that come in between are kept for rd_client_event.
 */
enum rd_status rd_client_call(struct rd_client *client, struct rd_arena *arena, const char *method,
                              const struct rd_value *params, struct rd_value *result,
                              struct rd_error *error) RD_MUST_CHECK;

/* Pipelining: puts a request into the send buffer and returns its id (1, 2, 3, ...). Nothing leaves
 * before a flush; a receive flushes first. */
int64_t rd_client_send(struct rd_client *client, const char *method, const struct rd_value *params);
enum rd_status rd_client_flush(struct rd_client *client, struct rd_error *error) RD_MUST_CHECK;
/* The next reply in order of arrival: its id, and as call does its result or error (`*id` is set in
 * both cases; 0 where the reply's id is null, -1 where none arrived). */
enum rd_status rd_client_receive(struct rd_client *client, struct rd_arena *arena, int64_t *id,
                                 struct rd_value *result, struct rd_error *error) RD_MUST_CHECK;
/* The params of the next notification of that method ("feed.event"; NULL: any), waiting for it as
 * long as the timeout says. */
enum rd_status rd_client_event(struct rd_client *client, struct rd_arena *arena, const char *method,
                               struct rd_value *params, struct rd_error *error) RD_MUST_CHECK;

/* Below the protocol: sends bytes as they are (after what is in the send buffer), reads one line
 * into the arena (without its end), ends the sending half. RD_END from read_line: the server
 * closed. */
enum rd_status rd_client_send_raw(struct rd_client *client, const void *bytes, size_t len,
                                  struct rd_error *error) RD_MUST_CHECK;
enum rd_status rd_client_read_line(struct rd_client *client, struct rd_arena *arena,
                                   const char **line, size_t *len,
                                   struct rd_error *error) RD_MUST_CHECK;
enum rd_status rd_client_finish(struct rd_client *client, struct rd_error *error) RD_MUST_CHECK;
/* The socket, for poll. */
int rd_client_fd(const struct rd_client *client);

#endif
