/* Daemons for tests. See t.h. */
#include "common/t.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "unit/unit.h"

#define T_ANSWER_MS 60000
#define T_START_MS 60000
#define T_ARGS_MAX 32
#define T_SHOW_BYTES_MAX 1500
#define T_LOG_BYTES_MAX 2500

static void t_sleep_ms(int ms)
{
    poll(NULL, 0, ms);
}

static const char *t_binary(void)
{
    const char *binary = getenv("REDRESS_BIN");
    ck_assert_msg(binary && *binary, "REDRESS_BIN must name the program to test");
    return binary;
}

/* ---- processes ---- */

static const char *t_read_file(struct rd_arena *arena, const char *path)
{
    struct rd_buf buf;
    rd_buf_init(&buf);
    FILE *file = fopen(path, "r");
    if (file) {
        size_t len;
        do {
            len = fread(rd_buf_reserve(&buf, 65536), 1, 65536, file);
            buf.len += len;
        } while (len > 0);
        fclose(file);
    }
    const char *text = rd_arena_copy(arena, buf.data, buf.len);
    rd_buf_fini(&buf);
    return text;
}

/* Both streams go to the end of the file. The child dies with its parent, however that ends. */
static pid_t t_spawn(const char *const *args, const char *output)
{
    pid_t parent = getpid();
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid > 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(125);
    int fd = open(output, O_WRONLY | O_CREAT | O_APPEND, 0600);
    int nothing = open("/dev/null", O_RDONLY);
    if (fd < 0 || nothing < 0 || dup2(nothing, 0) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
        _exit(126);
    execv(args[0], (char *const *)(uintptr_t)args);
    _exit(127);
}

int t_program(struct t_daemon *d, const char *const *args, const char **output)
{
    const char *all[T_ARGS_MAX + 2] = { t_binary() };
    for (size_t i = 0; args[i]; i++) {
        ck_assert_uint_lt(i, T_ARGS_MAX);
        all[i + 1] = args[i];
    }
    const char *path = rd_arena_printf(&d->arena, "%s/output", d->dir);
    unlink(path);
    pid_t pid = t_spawn(all, path);
    int status;
    while (waitpid(pid, &status, 0) < 0)
        ck_assert_int_eq(errno, EINTR);
    *output = t_read_file(&d->arena, path);
    ck_assert_msg(WIFEXITED(status), "%s %s ended by signal %d:\n%s", all[0], all[1],
                  WTERMSIG(status), *output);
    return WEXITSTATUS(status);
}

const char *t_daemon_log(struct t_daemon *d)
{
    return t_read_file(&d->arena, rd_arena_printf(&d->arena, "%s/log", d->dir));
}

/* The end of the log, for messages. */
static const char *t_log_tail(struct t_daemon *d)
{
    const char *log = t_daemon_log(d);
    size_t len = strlen(log);
    return len > T_LOG_BYTES_MAX ? log + len - T_LOG_BYTES_MAX : log;
}

void t_daemon_await_log(struct t_daemon *d, const char *text)
{
    for (int waited_ms = 0; waited_ms < T_START_MS; waited_ms += 20) {
        if (strstr(t_daemon_log(d), text))
            return;
        t_sleep_ms(20);
    }
    ck_abort_msg("the log does not say '%s':\n%s", text, t_log_tail(d));
}

/* Tries to connect until it answers or is gone. */
static void t_await_start(struct t_daemon *d)
{
    int64_t until_ns = rd_clock_mono_ns() + T_START_MS * 1000000ll;
    while (rd_clock_mono_ns() < until_ns) {
        struct rd_error error = RD_ERROR_NONE;
        if (rd_client_open(d->address, &d->client, &error) == RD_OK) {
            rd_client_set_timeout(d->client, T_ANSWER_MS);
            return;
        }
        int status;
        if (waitpid(d->pid, &status, WNOHANG) == d->pid) {
            d->pid = 0;
            ck_abort_msg("the daemon did not start:\n%s", t_log_tail(d));
        }
        t_sleep_ms(5);
    }
    ck_abort_msg("the daemon does not answer:\n%s", t_log_tail(d));
}

static void t_launch(struct t_daemon *d)
{
    const struct t_options *options = &d->options;
    const char *args[T_ARGS_MAX];
    size_t n = 0;
    args[n++] = t_binary();
    args[n++] = "serve";
    args[n++] = "--data";
    args[n++] = rd_arena_printf(&d->arena, "%s/data", d->dir);
    args[n++] = "--policy";
    args[n++] = options->policy ? options->policy : ".";
    args[n++] = "--listen";
    args[n++] = d->address;
    if (options->tcp) {
        args[n++] = "--listen";
        args[n++] = "tcp:127.0.0.1:0";
    }
    if (!options->clock_real) {
        args[n++] = "--clock";
        args[n++] = "manual";
    }
    if (!options->clock_real && d->starts == 0) {
        args[n++] = "--clock-start";
        args[n++] = options->clock_start ? options->clock_start : T_CLOCK_START;
    }
    for (size_t i = 0; i < 8 && options->extra[i]; i++)
        args[n++] = options->extra[i];
    args[n] = NULL;
    d->starts++;
    d->pid = t_spawn(args, rd_arena_printf(&d->arena, "%s/log", d->dir));
    t_await_start(d);
}

struct t_daemon *t_daemon_start(const struct t_options *options)
{
    struct t_daemon *d = calloc(1, sizeof(*d));
    ck_assert_ptr_nonnull(d);
    rd_arena_init(&d->arena);
    if (options)
        d->options = *options;
    unit_dir_make(d->dir);
    snprintf(d->address, sizeof(d->address), "unix:%s/s", d->dir);
    t_launch(d);
    return d;
}

/* Closes our connection, sends the signal (0: none) and sees the process end. */
static int t_end(struct t_daemon *d, int signal_number)
{
    int status;
    ck_assert_int_ne(d->pid, 0);
    rd_client_close(d->client);
    d->client = NULL;
    ck_assert_int_eq(kill(d->pid, signal_number), 0);
    while (waitpid(d->pid, &status, 0) < 0)
        ck_assert_int_eq(errno, EINTR);
    d->pid = 0;
    return status;
}

static void t_end_well(struct t_daemon *d, int signal_number)
{
    int status = t_end(d, signal_number);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the daemon ended with %s %d:\n%s",
                  WIFEXITED(status) ? "code" : "signal",
                  WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), t_log_tail(d));
}

void t_daemon_stop(struct t_daemon *d)
{
    t_end_well(d, SIGTERM);
}

void t_daemon_wait(struct t_daemon *d)
{
    t_end_well(d, 0);
}

void t_daemon_kill(struct t_daemon *d)
{
    (void)t_end(d, SIGKILL);
}

void t_daemon_again(struct t_daemon *d)
{
    ck_assert_int_eq(d->pid, 0);
    t_launch(d);
}

void t_daemon_free(struct t_daemon *d)
{
    if (d->pid != 0)
        t_daemon_stop(d);
    unit_dir_remove(d->dir);
    rd_arena_fini(&d->arena);
    free(d);
}

/* Where the last start listens, behind "listening at SCHEME:". */
static const char *t_listening(struct t_daemon *d, const char *said)
{
    t_daemon_await_log(d, said);
    const char *found = NULL;
    for (const char *at = t_daemon_log(d); (at = strstr(at, said)) != NULL; at++)
        found = at + strlen("listening at ");
    ck_assert_ptr_nonnull(found);
    return rd_arena_copy(&d->arena, found, strcspn(found, "\""));
}

const char *t_daemon_tcp(struct t_daemon *d)
{
    return t_listening(d, "listening at tcp:");
}

const char *t_daemon_tls(struct t_daemon *d)
{
    return t_listening(d, "listening at tls:");
}

long t_daemon_memory_kib(struct t_daemon *d)
{
    const char *path = rd_arena_printf(&d->arena, "/proc/%d/status", (int)d->pid);
    const char *line = strstr(t_read_file(&d->arena, path), "VmRSS:");
    ck_assert_ptr_nonnull(line);
    return strtol(line + strlen("VmRSS:"), NULL, 10);
}

struct rd_client *t_connect(struct t_daemon *d, const char *address)
{
    struct rd_client *client;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_client_open(address ? address : d->address, &client, &error);
    ck_assert_msg(status == RD_OK, "connecting: %s", error.text);
    rd_client_set_timeout(client, T_ANSWER_MS);
    return client;
}

size_t t_push(struct rd_client *client, const char *bytes, size_t len)
{
    size_t at = 0;
    while (at < len) {
        ssize_t sent =
            send(rd_client_fd(client), bytes + at, len - at, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0) {
            at += (size_t)sent;
            continue;
        }
        struct pollfd pollfd = { .fd = rd_client_fd(client), .events = POLLOUT };
        if (errno != EAGAIN || poll(&pollfd, 1, 1000) == 0)
            break;
    }
    return at;
}

/* ---- calls ---- */

static struct rd_value t_do_call(struct t_daemon *d, struct rd_client *client, const char *method,
                                 const char *format, va_list args) RD_PRINTF(4, 0);
static struct rd_error t_do_refused(struct t_daemon *d, struct rd_client *client, const char *name,
                                    const char *method, const char *format, va_list args)
    RD_PRINTF(5, 0);

/* ' becomes ", \' becomes '. */
struct rd_value t_json_args(struct rd_arena *arena, const char *format, va_list args)
{
    char *text = rd_arena_vprintf(arena, format, args);
    char *to = text;
    for (const char *from = text; *from; from++) {
        if (from[0] == '\\' && from[1] == '\'')
            *to++ = *++from;
        else
            *to++ = *from == '\'' ? '"' : *from;
    }
    *to = '\0';
    struct rd_value value;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_json_parse(arena, text, strlen(text), 64, &value, &error);
    ck_assert_msg(status == RD_OK, "the test's JSON: %s: %s", error.text, text);
    return value;
}

struct rd_value t_json_in(struct rd_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct rd_value value = t_json_args(arena, format, args);
    va_end(args);
    return value;
}

struct rd_value t_json(struct t_daemon *d, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct rd_value value = t_json_args(&d->arena, format, args);
    va_end(args);
    return value;
}

static struct rd_value t_do_call(struct t_daemon *d, struct rd_client *client, const char *method,
                                 const char *format, va_list args)
{
    struct rd_value params = t_json_args(&d->arena, format, args);
    struct rd_value result;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_client_call(client, &d->arena, method, &params, &result, &error);
    ck_assert_msg(status == RD_OK, "%s %s: %s: %s%s%s%s%s", method, t_show(params),
                  rd_status_name(status), error.text, *error.where ? " at " : "", error.where,
                  error.detail ? " " : "", error.detail ? t_show(*error.detail) : "");
    return result;
}

static struct rd_error t_do_refused(struct t_daemon *d, struct rd_client *client, const char *name,
                                    const char *method, const char *format, va_list args)
{
    struct rd_value params = t_json_args(&d->arena, format, args);
    struct rd_value result;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_client_call(client, &d->arena, method, &params, &result, &error);
    ck_assert_msg(status != RD_OK, "%s %s: expected %s, got %s", method, t_show(params), name,
                  t_show(result));
    ck_assert_msg(strcmp(rd_status_name(status), name) == 0, "%s %s: expected %s, got %s: %s",
                  method, t_show(params), name, rd_status_name(status), error.text);
    return error;
}

struct rd_value t_call(struct t_daemon *d, const char *method, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct rd_value result = t_do_call(d, d->client, method, format, args);
    va_end(args);
    return result;
}

struct rd_value t_call_on(struct t_daemon *d, struct rd_client *client, const char *method,
                          const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct rd_value result = t_do_call(d, client, method, format, args);
    va_end(args);
    return result;
}

struct rd_error t_refused(struct t_daemon *d, const char *name, const char *method,
                          const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct rd_error error = t_do_refused(d, d->client, name, method, format, args);
    va_end(args);
    return error;
}

struct rd_error t_refused_on(struct t_daemon *d, struct rd_client *client, const char *name,
                             const char *method, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct rd_error error = t_do_refused(d, client, name, method, format, args);
    va_end(args);
    return error;
}

void t_for_administrators(struct t_daemon *d, const char *const *methods, size_t count)
{
    struct rd_client *client = t_connect(d, t_daemon_tcp(d));
    for (size_t i = 0; i < count; i++)
        t_refused_on(d, client, "not_logged_in", methods[i], "{}");
    struct rd_value token = t_call(d, "account.token", "{'account': 'ben'}");
    t_call_on(d, client, "session.login", "{'token': '%s'}", t_text(token, "token"));
    for (size_t i = 0; i < count; i++)
        t_refused_on(d, client, "not_allowed", methods[i], "{}");
    rd_client_close(client);
}

void t_advance(struct t_daemon *d, const char *by)
{
    t_call(d, "clock.advance", "{'by': '%s'}", by);
}

/* ---- values ---- */

const char *t_show(struct rd_value value)
{
    /* for messages: the last few are kept, so that one message may show several */
    static char *kept[16];
    static size_t at;
    struct rd_buf buf;
    rd_buf_init(&buf);
    rd_json_write(&buf, &value);
    if (buf.len > T_SHOW_BYTES_MAX)
        buf.len = T_SHOW_BYTES_MAX; /* Check cannot carry more than 8 KiB to the parent */
    rd_buf_char(&buf, '\0');
    at = (at + 1) % (sizeof kept / sizeof *kept);
    free(kept[at]);
    kept[at] = buf.data;
    return buf.data;
}

/* One step down; NULL where there is no such step. */
static const struct rd_value *t_step(const struct rd_value *value, const char *name, size_t len)
{
    if (value->kind == RD_LIST) {
        char *end;
        unsigned long index = strtoul(name, &end, 10);
        return end == name + len && index < value->count ? &value->items[index] : NULL;
    }
    for (uint32_t i = 0; value->kind == RD_MAP && i < value->count; i++) {
        const struct rd_pair *pair = &value->pairs[i];
        if (strlen(pair->key) == len && memcmp(pair->key, name, len) == 0)
            return &pair->value;
    }
    return NULL;
}

static const struct rd_value *t_walk(const struct rd_value *value, const char *path)
{
    while (value && *path) {
        size_t len = strcspn(path, ".");
        value = t_step(value, path, len);
        path += len + (path[len] == '.');
    }
    return value;
}

struct rd_value t_at(struct rd_value value, const char *path)
{
    const struct rd_value *found = t_walk(&value, path);
    ck_assert_msg(found != NULL, "nothing at '%s' of %s", path, t_show(value));
    return *found;
}

static struct rd_value t_at_kind(struct rd_value value, const char *path, enum rd_kind kind)
{
    struct rd_value found = t_at(value, path);
    ck_assert_msg(found.kind == kind, "a %s, not a %s, is expected at '%s' of %s",
                  rd_kind_name(kind), rd_kind_name(found.kind), path, t_show(value));
    return found;
}

const char *t_text(struct rd_value value, const char *path)
{
    return t_at_kind(value, path, RD_TEXT).text;
}

int64_t t_int(struct rd_value value, const char *path)
{
    return t_at_kind(value, path, RD_INT).integer;
}

bool t_bool(struct rd_value value, const char *path)
{
    return t_at_kind(value, path, RD_BOOL).boolean;
}

size_t t_count(struct rd_value value, const char *path)
{
    struct rd_value found = t_at(value, path);
    ck_assert_msg(found.kind == RD_LIST || found.kind == RD_MAP, "no list at '%s' of %s", path,
                  t_show(value));
    return found.count;
}

bool t_has(struct rd_value value, const char *path)
{
    const struct rd_value *found = t_walk(&value, path);
    return found && found->kind != RD_NULL;
}

struct rd_value t_find(struct rd_value list, const char *key, const char *text)
{
    for (uint32_t i = 0; list.kind == RD_LIST && i < list.count; i++)
        if (strcmp(rd_map_text(&list.items[i], key, ""), text) == 0)
            return list.items[i];
    ck_abort_msg("no item with %s = '%s' in %s", key, text, t_show(list));
}
