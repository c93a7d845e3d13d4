/* The service manager's ear: datagrams to the socket that NOTIFY_SOCKET names.
 *
 * Written out instead of linking libsystemd: it is one socket and one send. A manager that does not
 * listen is no reason to stop serving, so nothing here can fail and nothing waits.
 */
#include "server/notify.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

static int notify_connect(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    size_t len = strlen(path);
    if ((path[0] != '/' && path[0] != '@') || len < 2 || len >= sizeof(address.sun_path))
        return -1;
    memcpy(address.sun_path, path, len);
    if (path[0] == '@')
        address.sun_path[0] = '\0'; /* a name that is in no directory */
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (path[0] == '/'));
    if (connect(fd, (struct sockaddr *)&address, size) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static int64_t notify_watchdog_ms(void)
{
    const char *usec = getenv("WATCHDOG_USEC");
    const char *pid = getenv("WATCHDOG_PID");
    int64_t us, whose;
    if (!usec || !rd_text_int(usec, &us) || us <= 0)
        return 0;
    if (pid && (!rd_text_int(pid, &whose) || whose != getpid()))
        return 0;
    return us >= 1000 ? us / 1000 : 1;
}

void rd_notify_init(struct rd_notify *notify)
{
    const char *path = getenv("NOTIFY_SOCKET");
    *notify = (struct rd_notify){ .fd = path ? notify_connect(path) : -1 };
    if (notify->fd >= 0)
        notify->watchdog_ms = notify_watchdog_ms();
}

void rd_notify_fini(struct rd_notify *notify)
{
    if (notify->fd >= 0)
        close(notify->fd);
    *notify = (struct rd_notify){ .fd = -1 };
}

void rd_notify_send(const struct rd_notify *notify, const char *text)
{
    if (notify->fd >= 0)
        (void)!send(notify->fd, text, strlen(text), MSG_NOSIGNAL);
}

void rd_notify_reloading(const struct rd_notify *notify)
{
    char text[64];
    snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRId64, rd_clock_mono_ns() / 1000);
    rd_notify_send(notify, text);
}
