/* The play's daemon: this same program as a child process, in a process group of its own so that
 * Ctrl-C reaches us alone and we stop it in order.
 *
 *   prepare ─▶ start (fork, exec /proc/self/exe serve ..., connect) ─▶ the play ─▶ wait for a
 * signal ─▶ SIGTERM, waitpid
 *
 * Signals are blocked and asked for (sigtimedwait): no handler, nothing that could come in between.
 * The child gets SIGTERM from the kernel when we die without a word. Its data directory is removed
 * only where we made it: the one below ./var.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/dirs.h"
#include "cli/play.h"
#include "server/client.h"

#define PLAY_DATA "./var/play"
#define PLAY_SOCKET_BYTES_MAX 100 /* of sun_path's 108 */
#define PLAY_START_NS 20000000000ll
#define PLAY_ANSWER_MS 30000

/* Somebody else's play must not have its directory pulled away from under it. */
static enum rd_status daemon_check_free(const char *dir, struct rd_arena *arena,
                                        struct rd_error *error)
{
    struct rd_client *client;
    struct rd_error nobody = RD_ERROR_NONE;
    const char *address = rd_arena_printf(arena, "unix:%s/redress.sock", dir);
    if (rd_client_open(address, &client, &nobody) != RD_OK)
        return RD_OK;
    rd_client_close(client);
    return rd_error_set(error, RD_IN_USE, "a play goes on in %s; end it first, or say --data DIR",
                        dir);
}

enum rd_status rd_play_daemon_prepare(struct rd_play *play, const char *given,
                                      struct rd_error *error)
{
    struct rd_play_daemon *daemon = &play->daemon;
    struct rd_error unused = RD_ERROR_NONE;
    const char *dir = given ? given : PLAY_DATA;
    if (given && rd_dirs_check_data(given, &unused) == RD_OK)
        return rd_error_set(error, RD_BAD_CONFIG,
                            "%s holds data already; a play needs a directory of its own", given);
    enum rd_status status = given ? RD_OK : daemon_check_free(dir, play->arena, error);
    if (status == RD_OK && !given)
        rd_dirs_remove(dir);
    if (status == RD_OK)
        status = rd_dirs_make(dir, error);
    if (status != RD_OK)
        return status;
    char *whole = realpath(dir, NULL);
    bool fits = whole && strlen(whole) + strlen("/redress.sock") <= PLAY_SOCKET_BYTES_MAX;
    daemon->data_dir = dir;
    daemon->socket = rd_arena_printf(play->arena, "%s/redress.sock", fits ? whole : dir);
    free(whole);
    daemon->address = rd_arena_printf(play->arena, "unix:%s", daemon->socket);
    daemon->log = rd_arena_printf(play->arena, "%s/daemon.log", dir);
    return RD_OK;
}

/* ---- start ---- */

static void daemon_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
    sigaddset(set, SIGCHLD);
}

/* The child's side of the fork; does not return. */
static void daemon_become(const struct rd_play_daemon *daemon, pid_t parent, char *const *args)
{
    (void)setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(125);
    sigprocmask(SIG_SETMASK, &daemon->before, NULL);
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int log = open(daemon->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (in < 0 || log < 0 || dup2(in, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0)
        _exit(126);
    execv("/proc/self/exe", args);
    _exit(127);
}

/* What it says last: the reason why it ended. */
static const char *daemon_last_words(struct rd_play *play)
{
    const char *text;
    size_t len;
    struct rd_error unused = RD_ERROR_NONE;
    if (rd_cli_read_file(play->arena, play->daemon.log, 16u << 20, &text, &len, &unused) != RD_OK)
        return "";
    while (len > 0 && text[len - 1] == '\n')
        len--;
    size_t from = len;
    while (from > 0 && text[from - 1] != '\n')
        from--;
    return rd_arena_printf(play->arena, ": %.*s", (int)(len - from > 600 ? 600 : len - from),
                           text + from);
}

/* Whether the child has ended; then it is none any more and *code its waitpid status. */
static bool daemon_has_ended(struct rd_play_daemon *daemon, int *code)
{
    if (waitpid(daemon->pid, code, WNOHANG) != daemon->pid)
        return false;
    daemon->pid = 0;
    return true;
}

static enum rd_status daemon_connect(struct rd_play *play, struct rd_error *error)
{
    int64_t until_ns = rd_clock_mono_ns() + PLAY_START_NS;
    while (rd_clock_mono_ns() < until_ns) {
        struct rd_error nobody = RD_ERROR_NONE;
        int code;
        if (rd_client_open(play->daemon.address, &play->client, &nobody) == RD_OK) {
            rd_client_set_timeout(play->client, PLAY_ANSWER_MS);
            return RD_OK;
        }
        if (daemon_has_ended(&play->daemon, &code))
            return rd_error_set(error, RD_CHECK_FAILED, "the daemon did not start%s",
                                daemon_last_words(play));
        if (rd_play_daemon_interrupted())
            return rd_error_set(error, RD_CHECK_FAILED, "interrupted");
        poll(NULL, 0, 5);
    }
    return rd_error_set(error, RD_NO_SERVER, "the daemon does not answer at %s; its log is %s",
                        play->daemon.address, play->daemon.log);
}

enum rd_status rd_play_daemon_start(struct rd_play *play, int64_t clock_start_ms,
                                    struct rd_error *error)
{
    struct rd_play_daemon *daemon = &play->daemon;
    char start[RD_TIME_TEXT_MAX];
    rd_time_write(clock_start_ms, start);
    const char *const args[] = { "redress",
                                 "serve",
                                 "--data",
                                 daemon->data_dir,
                                 "--policy",
                                 daemon->policy_dir,
                                 "--listen",
                                 daemon->address,
                                 "--clock",
                                 "manual",
                                 "--clock-start",
                                 start,
                                 NULL };
    sigset_t ours;
    daemon_signals(&ours);
    sigprocmask(SIG_BLOCK, &ours, &daemon->before);
    pid_t parent = getpid();
    daemon->pid = fork();
    if (daemon->pid < 0) {
        daemon->pid = 0;
        return rd_error_errno(error, RD_IO, errno, "can't start a process");
    }
    if (daemon->pid == 0)
        daemon_become(daemon, parent, (char *const *)(uintptr_t)args);
    return daemon_connect(play, error);
}

/* ---- the end ---- */

bool rd_play_daemon_interrupted(void)
{
    sigset_t pending;
    return sigpending(&pending) == 0 &&
           (sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM) ||
            sigismember(&pending, SIGHUP));
}

static enum rd_status daemon_judge(struct rd_play *play, int code, struct rd_error *error)
{
    if (WIFEXITED(code) && WEXITSTATUS(code) == 0)
        return RD_OK;
    return rd_error_set(error, RD_CHECK_FAILED, "the daemon ended with %s %d%s",
                        WIFEXITED(code) ? "code" : "signal",
                        WIFEXITED(code) ? WEXITSTATUS(code) : WTERMSIG(code),
                        daemon_last_words(play));
}

enum rd_status rd_play_daemon_wait(struct rd_play *play, struct rd_error *error)
{
    sigset_t ours;
    daemon_signals(&ours);
    for (;;) {
        int code;
        int got = sigwaitinfo(&ours, NULL);
        if (got == SIGINT || got == SIGTERM || got == SIGHUP)
            return RD_OK;
        if (got != SIGCHLD || !daemon_has_ended(&play->daemon, &code))
            continue;
        if (daemon_judge(play, code, error) != RD_OK)
            return RD_CHECK_FAILED;
        return rd_error_set(error, RD_CHECK_FAILED, "the daemon was stopped by somebody else");
    }
}

enum rd_status rd_play_daemon_stop(struct rd_play *play, struct rd_error *error)
{
    struct rd_play_daemon *daemon = &play->daemon;
    int code = 0;
    rd_client_close(play->client);
    play->client = NULL;
    if (daemon->pid == 0)
        return RD_OK;
    (void)kill(daemon->pid, SIGTERM);
    while (waitpid(daemon->pid, &code, 0) < 0)
        if (errno != EINTR)
            return rd_error_errno(error, RD_IO, errno, "can't wait for the daemon");
    daemon->pid = 0;
    return daemon_judge(play, code, error);
}
