/* The daemon under measurement: a child process of this very program, which dies with it. Ready is
 * when it has answered a question, not when its socket is there. What it logs goes to DIR/log and
 * is shown where it fails to start.
 */
#include "cli/bench.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "server/client.h"
#include "server/worker.h"

#define DAEMON_START_NS (120 * 1000000000ll)
#define DAEMON_LOOK_NS 200000 /* between two attempts to connect */
#define DAEMON_LOG_BYTES_MAX 65536

static void daemon_child(const struct rd_bench_daemon *daemon, pid_t parent)
{
    char data[4096], log[4096];
    snprintf(data, sizeof(data), "%s/data", daemon->dir);
    snprintf(log, sizeof(log), "%s/log", daemon->dir);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(125);
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || nothing < 0 || dup2(nothing, 0) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
        _exit(126);
    execl("/proc/self/exe", "redress", "serve", "--data", data, "--policy", daemon->policy,
          (char *)NULL);
    _exit(127);
}

/* The log of the newest start, or as much of it as there is room for. */
static void daemon_log(const struct rd_bench_daemon *daemon, char *out, size_t size)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/log", daemon->dir);
    FILE *file = fopen(path, "r");
    size_t len = file ? fread(out, 1, size - 1, file) : 0;
    out[len] = '\0';
    if (file)
        fclose(file);
}

/* "opened DIR: 1234 journal entries, 56 of them replayed" */
static void daemon_read_log(struct rd_bench_daemon *daemon)
{
    char *log = malloc(DAEMON_LOG_BYTES_MAX);
    RD_ASSERT(log);
    daemon_log(daemon, log, DAEMON_LOG_BYTES_MAX);
    const char *end = strstr(log, " journal entries, ");
    daemon->entries = daemon->replayed = -1;
    if (end) {
        const char *begin = end;
        while (begin > log && begin[-1] >= '0' && begin[-1] <= '9')
            begin--;
        daemon->entries = strtoll(begin, NULL, 10);
        daemon->replayed = strtoll(end + strlen(" journal entries, "), NULL, 10);
    }
    free(log);
}

static bool daemon_has_ended(struct rd_bench_daemon *daemon)
{
    int status;
    if (waitpid(daemon->pid, &status, WNOHANG) != daemon->pid)
        return false;
    daemon->pid = 0;
    return true;
}

static enum rd_status daemon_failed(const struct rd_bench_daemon *daemon, struct rd_error *error)
{
    char log[600];
    daemon_log(daemon, log, sizeof(log));
    return rd_error_set(error, RD_CHECK_FAILED, "the daemon did not start; its log begins: %s",
                        log);
}

/* One attempt to have server.info answered. */
static enum rd_status daemon_ask(const struct rd_bench_daemon *daemon, struct rd_error *error)
{
    struct rd_client *client;
    enum rd_status status = rd_client_open(daemon->address, &client, error);
    if (status != RD_OK)
        return status;
    struct rd_arena arena;
    struct rd_value result;
    rd_arena_init(&arena);
    status = rd_client_call(client, &arena, "server.info", NULL, &result, error);
    rd_arena_fini(&arena);
    rd_client_close(client);
    return status;
}

enum rd_status rd_bench_daemon_start(struct rd_bench_daemon *daemon, const char *dir,
                                     const char *policy, struct rd_error *error)
{
    *daemon = (struct rd_bench_daemon){ .dir = dir, .policy = policy };
    int len = snprintf(daemon->address, sizeof(daemon->address), "unix:%s/data/redress.sock", dir);
    if (len < 0 || (size_t)len >= sizeof(daemon->address))
        return rd_error_set(error, RD_USAGE, "--dir is too long for the name of a socket");
    pid_t parent = getpid();
    daemon->started_ns = rd_clock_mono_ns();
    daemon->pid = fork();
    if (daemon->pid < 0)
        return rd_error_errno(error, RD_IO, errno, "can't start the daemon");
    if (daemon->pid == 0)
        daemon_child(daemon, parent);
    while (daemon_ask(daemon, error) != RD_OK) {
        if (daemon_has_ended(daemon))
            return daemon_failed(daemon, error);
        if (rd_clock_mono_ns() - daemon->started_ns > DAEMON_START_NS) {
            rd_bench_daemon_kill(daemon);
            return daemon_failed(daemon, error);
        }
        nanosleep(&(struct timespec){ .tv_nsec = DAEMON_LOOK_NS }, NULL);
    }
    daemon->ready_ns = rd_clock_mono_ns();
    daemon->ready_cpu_ns = rd_clock_process_ns(daemon->pid);
    *error = RD_ERROR_NONE;
    daemon_read_log(daemon);
    return RD_OK;
}

static int daemon_wait(struct rd_bench_daemon *daemon)
{
    int status = 0;
    while (waitpid(daemon->pid, &status, 0) < 0 && errno == EINTR)
        ;
    daemon->pid = 0;
    return status;
}

enum rd_status rd_bench_daemon_stop(struct rd_bench_daemon *daemon, struct rd_error *error)
{
    if (daemon->pid == 0)
        return RD_OK;
    kill(daemon->pid, SIGTERM);
    int status = daemon_wait(daemon);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return rd_error_set(error, RD_CHECK_FAILED,
                            "the daemon did not end as it should: see %s/log", daemon->dir);
    return RD_OK;
}

void rd_bench_daemon_kill(struct rd_bench_daemon *daemon)
{
    if (daemon->pid == 0)
        return;
    kill(daemon->pid, SIGKILL);
    daemon_wait(daemon);
}

/* "NAME:   123 kB" of /proc/PID/status, in bytes. */
static uint64_t daemon_status_bytes(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    return at ? strtoull(at + strlen(name), NULL, 10) * 1024 : 0;
}

static size_t daemon_proc(const struct rd_bench_daemon *daemon, const char *name, char *out,
                          size_t size)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/%.40s", (int)daemon->pid, name);
    FILE *file = fopen(path, "r");
    size_t len = file ? fread(out, 1, size - 1, file) : 0;
    out[len] = '\0';
    if (file)
        fclose(file);
    return len;
}

/* Nanoseconds that one thread has run. */
static double daemon_thread_s(const struct rd_bench_daemon *daemon, const char *thread)
{
    char name[64], text[256];
    snprintf(name, sizeof(name), "task/%s/schedstat", thread);
    daemon_proc(daemon, name, text, sizeof(text));
    return (double)strtoull(text, NULL, 10) / 1e9;
}

/* The thread whose number is the process's is the loop; the kernel's is known by its name. What it
 * starts itself bears the same one, but comes later. */
static void daemon_threads(const struct rd_bench_daemon *daemon, struct rd_bench_usage *usage)
{
    char path[64], name[64], text[64];
    snprintf(path, sizeof(path), "/proc/%d/task", (int)daemon->pid);
    DIR *tasks = opendir(path);
    struct dirent *task;
    while (tasks && (task = readdir(tasks)) != NULL) {
        if (task->d_name[0] == '.' || strlen(task->d_name) > 20)
            continue;
        snprintf(name, sizeof(name), "task/%.20s/comm", task->d_name);
        daemon_proc(daemon, name, text, sizeof(text));
        if (atol(task->d_name) == daemon->pid)
            usage->loop_s = daemon_thread_s(daemon, task->d_name);
        else if (usage->kernel_s == 0 && strcmp(text, RD_WORKER_THREAD "\n") == 0)
            usage->kernel_s = daemon_thread_s(daemon, task->d_name);
    }
    if (tasks)
        closedir(tasks);
}

void rd_bench_daemon_usage(const struct rd_bench_daemon *daemon, struct rd_bench_usage *usage)
{
    char text[4096];
    *usage = (struct rd_bench_usage){ .cpu_s = 0 };
    daemon_proc(daemon, "status", text, sizeof(text));
    usage->rss_bytes = daemon_status_bytes(text, "VmRSS:");
    usage->anon_bytes = daemon_status_bytes(text, "RssAnon:");
    /* "PID (NAME) STATE ..." with utime and stime as fields 14 and 15; NAME may hold anything */
    unsigned long user = 0, system = 0;
    daemon_proc(daemon, "stat", text, sizeof(text));
    const char *at = strrchr(text, ')');
    if (at &&
        sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) == 2)
        usage->cpu_s = (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
    daemon_threads(daemon, usage);
}
