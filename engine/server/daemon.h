/* The daemon: one loop thread (sockets, signals, alarm clock) and one kernel thread, joined by two
 * bounded queues. */
#ifndef RD_SERVER_DAEMON_H
#define RD_SERVER_DAEMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct rd_daemon_options {
    const char *data_dir;
    const char *policy_dir; /* NULL: the stored generation */
    const char *policy_key; /* only what this public key signs comes into force; NULL */
    /* "unix:PATH", "tcp:ADDRESS:PORT" (loopback addresses only) or "tls:ADDRESS:PORT"; port 0 picks
     * one */
    const char *const *listen;
    size_t listen_count;
    /* The server to be a standby of: its address or data directory; NULL. `follow_token` logs in
     * there; NULL. `follow_ca` (a file): who vouches for its host behind "tls:"; NULL: the system's
     * authorities. */
    const char *follow, *follow_token, *follow_ca;
    bool clock_manual;              /* for tests and plays: draws are the same each time, too */
    int64_t clock_start_ms;         /* with clock_manual; 0: now, or where the journal ended */
    const char *tls_cert, *tls_key; /* files, for "tls:" doors; both or neither */
    uint32_t account_rate, address_rate; /* requests a second; 0: no limit */
    uint32_t login_within_s;             /* how long a TCP peer may be nobody; 0: for ever */
    uint32_t in_flight_max;              /* 0: the limits' own */
    uint32_t message_bytes_max;
    /* Told once, from the loop thread, when the doors are open (for tests, play and bench in one
     * process); may be NULL. */
    void (*ready)(void *context, const char *const *addresses, size_t count);
    void *context;
};

/* Opens the engine and serves until SIGTERM or SIGINT, then stops accepting, drains what has
 * arrived, flushes, commits and returns RD_OK. SIGHUP is policy.reload. Tells systemd when it is
 * ready, reloading and stopping (NOTIFY_SOCKET), and feeds its watchdog. */
enum rd_status rd_daemon_run(const struct rd_daemon_options *options,
                             struct rd_error *error) RD_MUST_CHECK;

#endif
