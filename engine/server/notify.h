/* Telling the service manager how we are (the protocol of systemd's sd_notify(3)). */
#ifndef RD_SERVER_NOTIFY_H
#define RD_SERVER_NOTIFY_H

#include <stdint.h>

struct rd_notify {
    int fd;              /* -1: nobody wants to know */
    int64_t watchdog_ms; /* 0: no watchdog; otherwise it must be fed at least this often */
};

/* Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID. Never fails: without a manager nothing is
 * told. */
void rd_notify_init(struct rd_notify *notify);
void rd_notify_fini(struct rd_notify *notify);
/* Assignments, one a line: "READY=1\nSTATUS=serving". Does not wait. */
void rd_notify_send(const struct rd_notify *notify, const char *text);
/* RELOADING=1 with the time that the protocol wants beside it. */
void rd_notify_reloading(const struct rd_notify *notify);

#endif
