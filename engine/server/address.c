/* Addresses: how the doors are spelled, and how a place for a Unix socket is claimed.
 *
 * A socket file outlives a daemon that was killed. Whether it is stale is found out by knocking:
 * only where nobody answers is it removed. (Two daemons that start in the same instant are kept
 * apart by the lock of the data directory, not by this.) A door's name is never looked up: what
 * a name means may change, and a door must not move by itself. "localhost" is 127.0.0.1.
 */
#include "server/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"

static enum rd_status address_parse_unix(const char *path, struct rd_address *out,
                                         struct rd_error *error)
{
    struct sockaddr_un *un = (struct sockaddr_un *)&out->socket;
    size_t len = strlen(path);
    if (len == 0)
        return rd_error_set(error, RD_BAD_CONFIG, "unix: needs a path behind it");
    if (len >= sizeof(un->sun_path))
        return rd_error_set(
            error, RD_BAD_CONFIG,
            "the socket path '%s' is longer than the %zu bytes that the system allows", path,
            sizeof(un->sun_path) - 1);
    un->sun_family = AF_UNIX;
    memcpy(un->sun_path, path, len + 1);
    out->len = sizeof(*un);
    return RD_OK;
}

static bool address_parse_host(const char *host, uint16_t port, struct rd_address *out)
{
    struct sockaddr_in *in4 = (struct sockaddr_in *)&out->socket;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&out->socket;
    if (strcmp(host, "localhost") == 0)
        host = "127.0.0.1";
    if (inet_pton(AF_INET, host, &in4->sin_addr) == 1) {
        in4->sin_family = AF_INET;
        in4->sin_port = htons(port);
        out->len = sizeof(*in4);
        return true;
    }
    if (inet_pton(AF_INET6, host, &in6->sin6_addr) == 1) {
        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons(port);
        out->len = sizeof(*in6);
        return true;
    }
    return false;
}

/* Takes "HOST:PORT" behind the scheme apart; the brackets of [::1] are none of the host's. */
static enum rd_status address_split(const char *text, char host[RD_ADDRESS_TEXT_MAX],
                                    uint16_t *port, struct rd_error *error)
{
    const char *colon = strrchr(text, ':'), *from = text + 4;
    int64_t number;
    if (!colon || colon < from || !rd_text_int(colon + 1, &number) || number < 0 || number > 65535)
        return rd_error_set(error, RD_BAD_CONFIG, "%s: expected %.4sADDRESS:PORT", text, text);
    size_t len = (size_t)(colon - from);
    if (len >= 2 && from[0] == '[' && from[len - 1] == ']') {
        from++;
        len -= 2;
    }
    if (len == 0 || len >= RD_ADDRESS_TEXT_MAX)
        return rd_error_set(error, RD_BAD_CONFIG, "%.80s: expected %.4sADDRESS:PORT", text, text);
    memcpy(host, from, len);
    host[len] = '\0';
    *port = (uint16_t)number;
    return RD_OK;
}

static enum rd_status address_parse_tcp(const char *text, struct rd_address *out,
                                        struct rd_error *error)
{
    char host[RD_ADDRESS_TEXT_MAX];
    uint16_t port;
    enum rd_status status = address_split(text, host, &port, error);
    if (status != RD_OK || address_parse_host(host, port, out))
        return status;
    return rd_error_set(error, RD_BAD_CONFIG,
                        "%s: '%s' is no address (a number such as 127.0.0.1 or [::1])", text, host);
}

enum rd_status rd_address_parse(const char *text, struct rd_address *out, struct rd_error *error)
{
    *out = (struct rd_address){ 0 };
    if (strncmp(text, "unix:", 5) == 0)
        return address_parse_unix(text + 5, out, error);
    out->tls = strncmp(text, "tls:", 4) == 0;
    if (out->tls || strncmp(text, "tcp:", 4) == 0)
        return address_parse_tcp(text, out, error);
    return rd_error_set(error, RD_BAD_CONFIG,
                        "'%s' is no address: expected unix:PATH, tcp:ADDRESS:PORT or "
                        "tls:ADDRESS:PORT",
                        text);
}

enum rd_status rd_address_find(const char *text, struct rd_address *out,
                               char name[RD_ADDRESS_TEXT_MAX], struct rd_error *error)
{
    uint16_t port;
    name[0] = '\0';
    if (strncmp(text, "tls:", 4) != 0)
        return rd_address_parse(text, out, error);
    enum rd_status status = address_split(text, name, &port, error);
    *out = (struct rd_address){ .tls = true };
    if (status != RD_OK || (strcmp(name, "localhost") != 0 && address_parse_host(name, port, out)))
        return status;
    struct addrinfo *found = NULL, wanted = { .ai_socktype = SOCK_STREAM };
    int failed = getaddrinfo(name, NULL, &wanted, &found);
    if (failed)
        return rd_error_set(error, RD_NO_SERVER, "there is no '%s': %s", name,
                            gai_strerror(failed));
    memcpy(&out->socket, found->ai_addr, found->ai_addrlen);
    out->len = found->ai_addrlen;
    freeaddrinfo(found);
    /* the port lies at the same place in both families (RFC 2553, 3.3; POSIX) */
    ((struct sockaddr_in *)&out->socket)->sin_port = htons(port);
    return RD_OK;
}

bool rd_address_is_unix(const struct rd_address *address)
{
    return address->socket.ss_family == AF_UNIX;
}

const char *rd_address_path(const struct rd_address *address)
{
    RD_ASSERT(rd_address_is_unix(address));
    return ((const struct sockaddr_un *)&address->socket)->sun_path;
}

bool rd_address_is_local(const struct rd_address *address)
{
    if (address->socket.ss_family == AF_INET) {
        const struct sockaddr_in *in4 = (const struct sockaddr_in *)&address->socket;
        return ntohl(in4->sin_addr.s_addr) >> 24 == 127;
    }
    if (address->socket.ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&address->socket;
        return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
    }
    return rd_address_is_unix(address);
}

void rd_address_write(const struct rd_address *address, char out[RD_ADDRESS_TEXT_MAX])
{
    char host[INET6_ADDRSTRLEN] = "";
    const char *scheme = address->tls ? "tls" : "tcp";
    if (address->socket.ss_family == AF_INET) {
        const struct sockaddr_in *in4 = (const struct sockaddr_in *)&address->socket;
        inet_ntop(AF_INET, &in4->sin_addr, host, sizeof(host));
        snprintf(out, RD_ADDRESS_TEXT_MAX, "%s:%s:%d", scheme, host, ntohs(in4->sin_port));
    } else if (address->socket.ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&address->socket;
        inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
        snprintf(out, RD_ADDRESS_TEXT_MAX, "%s:[%s]:%d", scheme, host, ntohs(in6->sin6_port));
    } else {
        snprintf(out, RD_ADDRESS_TEXT_MAX, "unix:%s", rd_address_path(address));
    }
}

/* 0: somebody answers; otherwise the errno of the attempt. A full waiting line (EAGAIN) is an
 * answer, too. */
static int address_knock(const struct rd_address *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return errno;
    int failed = connect(fd, (const struct sockaddr *)&address->socket, address->len) ? errno : 0;
    close(fd);
    return failed == EAGAIN ? 0 : failed;
}

enum rd_status rd_address_claim(const struct rd_address *address, struct rd_error *error)
{
    if (!rd_address_is_unix(address))
        return RD_OK;
    const char *path = rd_address_path(address);
    struct stat there;
    if (lstat(path, &there) != 0) {
        if (errno == ENOENT)
            return RD_OK;
        return rd_error_errno(error, RD_BAD_CONFIG, errno, "looking at the socket path %s", path);
    }
    if (!S_ISSOCK(there.st_mode))
        return rd_error_set(error, RD_BAD_CONFIG, "%s is there already and is no socket", path);
    int failed = address_knock(address);
    if (failed == 0)
        return rd_error_set(error, RD_IN_USE, "another server answers on %s", path);
    if (failed != ECONNREFUSED)
        return rd_error_errno(error, RD_BAD_CONFIG, failed, "trying the old socket %s", path);
    if (unlink(path) != 0 && errno != ENOENT)
        return rd_error_errno(error, RD_IO, errno, "removing the old socket %s", path);
    return RD_OK;
}
