/* A real daemon for a test to talk to: started in a directory of its own, stopped, killed, started
 * again.
 *
 *   struct t_daemon *d = t_daemon_start(NULL);   // manual clock: T_CLOCK_START, a Monday
 *   struct rd_value li =
 *       t_call(d, "record.create", "{'type': 'customer', 'data': {'name': '%s'}}", "Li");
 *   ck_assert_str_eq(t_text(li, "data.name"), "Li");
 *   t_refused(d, "not_found", "case.get", "{'id': '%s'}", "no-such");
 *   t_advance(d, "2 hours");
 *   t_daemon_free(d);
 *
 * Params are JSON in which ' stands for " (\' for itself), formatted like printf. Everything
 * returned lives until the daemon is freed. What does not hold fails the test, with the server's
 * words in the message. A daemon dies with the process that started it. Starting takes a moment:
 * give test cases a timeout of T_TIMEOUT_S.
 */
#ifndef RD_TESTS_COMMON_T_H
#define RD_TESTS_COMMON_T_H

#include <check.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/value.h"
#include "server/client.h"

#define T_TIMEOUT_S 120
#define T_CLOCK_START "2026-03-02T09:00:00+08:00"

struct t_options {
    const char *policy;      /* NULL: the repository's own (".") */
    const char *clock_start; /* of the manual clock; NULL: T_CLOCK_START */
    bool clock_real;         /* the clock of the machine instead */
    bool tcp;                /* a TCP door as well, at a port that is free */
    const char *extra[8];    /* further arguments of `redress serve` */
};

struct t_daemon {
    struct rd_arena arena;
    struct t_options options;
    struct rd_client
        *client; /* over the Unix socket: an administrator, because the test has the daemon's uid */
    char dir[512];     /* DIR/data, DIR/log, DIR/s (the socket) */
    char address[600]; /* "unix:DIR/s" */
    pid_t pid;         /* 0: not running */
    int starts;
};

/* In a new directory; NULL: all defaults. */
struct t_daemon *t_daemon_start(const struct t_options *options);
/* SIGTERM, and an end with exit code 0 is expected. The directory stays. */
void t_daemon_stop(struct t_daemon *d);
/* The same for a daemon that has been told to stop already: no signal is sent. */
void t_daemon_wait(struct t_daemon *d);
/* kill -9. */
void t_daemon_kill(struct t_daemon *d);
/* Starts it again on the same directory (a manual clock goes on where the journal ended). */
void t_daemon_again(struct t_daemon *d);
/* Stops it where it runs, removes the directory. */
void t_daemon_free(struct t_daemon *d);
/* What it has logged since its first start. */
const char *t_daemon_log(struct t_daemon *d);
/* Waits until the log holds the text; fails the test after a while. */
void t_daemon_await_log(struct t_daemon *d, const char *text);
/* "tcp:127.0.0.1:PORT" of the last start. */
const char *t_daemon_tcp(struct t_daemon *d);
/* The same of "tls:127.0.0.1:PORT", where `extra` has such a door. */
const char *t_daemon_tls(struct t_daemon *d);
/* Resident memory in KiB. */
long t_daemon_memory_kib(struct t_daemon *d);
/* Runs the program to its end with these arguments (NULL-terminated, without its name); its exit
 * code; `*output` is what it wrote to both streams. */
int t_program(struct t_daemon *d, const char *const *args, const char **output);

/* Another connection, with a timeout on receives; close it with rd_client_close. NULL address: the
 * Unix socket. */
struct rd_client *t_connect(struct t_daemon *d, const char *address);

/* Sends without ever reading, until all is taken or nothing more is for a second; how many bytes
 * were. */
size_t t_push(struct rd_client *client, const char *bytes, size_t len);

/* A value from JSON text in which ' stands for ", \' for itself. */
struct rd_value t_json_in(struct rd_arena *arena, const char *format, ...) RD_PRINTF(2, 3);
struct rd_value t_json_args(struct rd_arena *arena, const char *format, va_list args)
    RD_PRINTF(2, 0);
struct rd_value t_json(struct t_daemon *d, const char *format, ...) RD_PRINTF(2, 3);

/* Calls, and expects a result. */
struct rd_value t_call(struct t_daemon *d, const char *method, const char *format, ...)
    RD_PRINTF(3, 4);
/* Calls, and expects a refusal of this name ("stale_version"); the error with its detail. */
struct rd_error t_refused(struct t_daemon *d, const char *name, const char *method,
                          const char *format, ...) RD_PRINTF(4, 5);
/* The same on a connection of one's own. */
struct rd_value t_call_on(struct t_daemon *d, struct rd_client *client, const char *method,
                          const char *format, ...) RD_PRINTF(4, 5);
struct rd_error t_refused_on(struct t_daemon *d, struct rd_client *client, const char *name,
                             const char *method, const char *format, ...) RD_PRINTF(5, 6);
/* Over TCP (options.tcp), nobody who is not logged in may, nor the account 'ben' of the shipped
 * company. */
void t_for_administrators(struct t_daemon *d, const char *const *methods, size_t count);
/* clock.advance {by}; "2 hours", "3 business days" as the policy reads durations. */
void t_advance(struct t_daemon *d, const char *by);

/* What is at a path of keys and indexes ("deadlines.0.name"); "" is the value itself. Missing or of
 * another kind fails the test and shows the value. */
struct rd_value t_at(struct rd_value value, const char *path);
const char *t_text(struct rd_value value, const char *path);
int64_t t_int(struct rd_value value, const char *path);
bool t_bool(struct rd_value value, const char *path);
/* Items of a list or pairs of a map. */
size_t t_count(struct rd_value value, const char *path);
/* Whether there is anything but null at the path. */
bool t_has(struct rd_value value, const char *path);
/* The item of a list of maps whose member `key` is this text; fails the test where there is none.
 */
struct rd_value t_find(struct rd_value list, const char *key, const char *text);
/* The value as JSON text, for messages. */
const char *t_show(struct rd_value value);

#endif
