/* Addresses of doors: "unix:PATH", "tcp:ADDRESS:PORT" and, sealed, "tls:ADDRESS:PORT". */
#ifndef RD_SERVER_ADDRESS_H
#define RD_SERVER_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/error.h"

#define RD_ADDRESS_TEXT_MAX 160

struct rd_address {
    struct sockaddr_storage socket; /* what bind and connect take */
    socklen_t len;                  /* of it */
    bool tls;
};

/* "unix:/run/redress.sock", "tcp:127.0.0.1:7070", "tcp:[::1]:7070", "tcp:localhost:0",
 * "tls:0.0.0.0:7443". RD_BAD_CONFIG says what is wrong. */
enum rd_status rd_address_parse(const char *text, struct rd_address *out,
                                struct rd_error *error) RD_MUST_CHECK;
/* The same for one who calls: "tls:HOST:PORT" may also have a name, which is looked up (the server
 * proves that it is the one of that name). `name`: what its certificate must be for; empty where it
 * is not asked for one. RD_NO_SERVER: there is no such name. */
enum rd_status rd_address_find(const char *text, struct rd_address *out,
                               char name[RD_ADDRESS_TEXT_MAX],
                               struct rd_error *error) RD_MUST_CHECK;
bool rd_address_is_unix(const struct rd_address *address);
/* The path of a Unix address; borrowed from it. */
const char *rd_address_path(const struct rd_address *address);
/* Unix sockets, 127.0.0.0/8 and ::1. */
bool rd_address_is_local(const struct rd_address *address);
/* As parse reads it. */
void rd_address_write(const struct rd_address *address, char out[RD_ADDRESS_TEXT_MAX]);
/* Makes room for a Unix socket: a socket file that nobody answers on is removed. RD_IN_USE where
 * somebody does answer, RD_BAD_CONFIG where the path is something else than a socket. Nothing to do
 * for TCP. */
enum rd_status rd_address_claim(const struct rd_address *address,
                                struct rd_error *error) RD_MUST_CHECK;

#endif
