/* `make demo-policy`: one limit is changed, and everything that a head of customer service would
 * ask before and after it acts is asked, by the commands that anybody would type: what differs, is
 * it sound, what would it have changed so far, in money and deadlines; activation while people
 * work; a case asked why; and back.
 *
 *   history (redress sim) ─▶ the change ─▶ diff, prove, backtest ─▶ daemon ─▶ why ─▶
 *        activate under load ─▶ why ─▶ roll back under load ─▶ why
 *
 * It is a test, too: each answer must hold what the demonstration is there to show, and no request
 * of the load may be refused; else the exit code is 1.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "cli/bench.h"
#include "cli/dirs.h"

#define LOAD_CONNECTIONS 8
#define LOAD_ROUND_S 0.5
#define START_MS 60000
#define PARTS_MAX 16

/* What the load's process tells; shared with it. */
struct demo_load {
    atomic_bool end;
    uint64_t count, errors, longest_ns, p99_ns;
    char first_error[1024];
};

struct demo {
    struct rd_arena arena;
    char program_dir[PATH_MAX];
    const char *dir;
    struct rd_bench_daemon daemon;
    pid_t load_pid;
    struct demo_load *load;
    struct {
        const char *name;
        int64_t began_ns;
    } parts[PARTS_MAX]; /* what took how long, without the preparation */
    size_t part_count;
};

static struct demo demo;

static void demo_end(void)
{
    if (demo.load_pid > 0)
        kill(demo.load_pid, SIGKILL);
    if (demo.daemon.pid > 0)
        kill(demo.daemon.pid, SIGKILL);
}

static _Noreturn void demo_fail(const char *format, ...) RD_PRINTF(1, 2);
static _Noreturn void demo_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("demo-policy: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    demo_end();
    exit(EXIT_FAILURE);
}

static void demo_check(enum rd_status status, const struct rd_error *error)
{
    if (status != RD_OK)
        demo_fail("%s", error->text);
}

/* ---- commands, as one would type them ---- */

/* At most `lines` of an answer up to a text (NULL: to its end), indented. */
static void demo_show(const char *output, const char *until, size_t lines)
{
    size_t shown = 0, left = 0;
    const char *end = until ? strstr(output, until) : NULL;
    for (const char *at = output; *at && (!end || at <= end);) {
        size_t len = strcspn(at, "\n");
        if (shown < lines && ++shown)
            printf("    %.*s\n", (int)len, at);
        else
            left++;
        at += len + (at[len] == '\n');
    }
    if (left > 0 && lines > 0)
        printf("    ... %zu more lines\n", left);
}

/* Runs it, shows so many lines of the answer (0: nothing of it), and wants an exit code and a text
 * in the answer. */
static const char *demo_run(size_t lines, int expected, const char *holds, const char *command)
{
    struct rd_buf buf;
    size_t len;
    if (lines > 0)
        printf("  $ %s\n", command);
    fflush(stdout);
    FILE *pipe = popen(rd_arena_printf(&demo.arena, "{ %s; } 2>&1", command), "r");
    if (!pipe)
        demo_fail("%s: %s", command, strerror(errno));
    rd_buf_init(&buf);
    while ((len = fread(rd_buf_reserve(&buf, 65536), 1, 65536, pipe)) > 0)
        buf.len += len;
    int status = pclose(pipe);
    const char *output = rd_arena_copy(&demo.arena, buf.data, buf.len);
    rd_buf_fini(&buf);
    demo_show(output, NULL, lines);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != expected)
        demo_fail("%s: ended otherwise than expected:\n%s", command, output);
    if (holds && !strstr(output, holds))
        demo_fail("%s: '%s' is missing in:\n%s", command, holds, output);
    return output;
}

/* From there on, where the answer has it. */
static const char *demo_from(const char *output, const char *heading)
{
    const char *at = strstr(output, heading);
    if (!at)
        demo_fail("'%s' is missing in:\n%s", heading, output);
    return at;
}

/* The word behind a text of the answer, or its first one. */
static const char *demo_word(const char *output, const char *behind)
{
    const char *at = behind ? demo_from(output, behind) + strlen(behind) : output;
    return rd_arena_copy(&demo.arena, at, strcspn(at, " \n"));
}

/* From here on time is counted as that of this part. */
static void demo_part(const char *name)
{
    if (demo.part_count == PARTS_MAX)
        demo_fail("more than %d parts", PARTS_MAX);
    demo.parts[demo.part_count].name = name;
    demo.parts[demo.part_count++].began_ns = rd_clock_mono_ns();
}

static void demo_chapter(const char *title, const char *part)
{
    printf("\n%s\n", title);
    fflush(stdout);
    demo_part(part);
}

/* Of the wall's clock, starts and waits included. */
static void demo_times(void)
{
    int64_t end_ns = rd_clock_mono_ns();
    printf("\nIt took, without making up the month:\n");
    for (size_t i = 0; i < demo.part_count; i++) {
        int64_t next_ns = i + 1 < demo.part_count ? demo.parts[i + 1].began_ns : end_ns;
        printf("  %5.1f s  %s\n", (double)(next_ns - demo.parts[i].began_ns) / 1e9,
               demo.parts[i].name);
    }
    printf("  %5.1f s  all of it. The files are in %s.\n",
           (double)(end_ns - demo.parts[0].began_ns) / 1e9, demo.dir);
}

/* ---- the stage ---- */

static void demo_edit(const char *path, const char *from, const char *to)
{
    demo_run(0, 0, NULL,
             rd_arena_printf(&demo.arena, "grep -cFx -e '%s' %s && sed -i 's/^%s$/%s/' %s", from,
                             path, from, to, path));
    printf("  %s\n  - %s\n  + %s\n", path, from + strspn(from, " "), to + strspn(to, " "));
}

static void demo_prepare(const char *root, const char *cases)
{
    struct rd_error error = RD_ERROR_NONE;
    const char *path = rd_arena_printf(&demo.arena, "%s:%s", demo.program_dir, getenv("PATH"));
    demo.dir = rd_arena_printf(&demo.arena, "%s/var/demo-policy", root);
    rd_dirs_remove(demo.dir);
    demo_check(rd_dirs_make(demo.dir, &error), &error);
    if (chdir(demo.dir) != 0 || setenv("PATH", path, 1) != 0 ||
        setenv("REDRESS_CONNECT", "unix:s", 1) != 0 || setenv("REDRESS_DATA", "data", 1) != 0)
        demo_fail("%s: %s", demo.dir, strerror(errno));
    demo_run(0, 0, NULL,
             rd_arena_printf(&demo.arena, "mkdir company && cp -r '%s/rules' '%s/scripts' company/",
                             root, root));
    demo_run(0, 0, NULL, "cp -r company before && cp -r company live");
    printf("A month of %s cases is made up first, by the simulation (this takes a while) ...\n",
           cases);
    demo_run(0, 0, NULL,
             rd_arena_printf(&demo.arena,
                             "redress sim run --months 1 --cases %s --policy before --data data",
                             cases));
}

/* Its clock stands where the history ended. */
static void demo_serve(void)
{
    demo.daemon = (struct rd_bench_daemon){ .dir = ".", .policy = "live", .address = "unix:s" };
    pid_t parent = getpid();
    demo.daemon.pid = fork();
    if (demo.daemon.pid < 0)
        demo_fail("can't start a process: %s", strerror(errno));
    if (demo.daemon.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        int log = open("log", O_WRONLY | O_CREAT | O_APPEND, 0600);
        if (getppid() != parent || log < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0)
            _exit(126);
        execlp("redress", "redress", "serve", "--data", "data", "--policy", "live", "--listen",
               "unix:s", "--clock", "manual", (char *)NULL);
        _exit(127);
    }
    for (int waited_ms = 0; system("redress server info >/dev/null 2>&1") != 0; waited_ms += 50) {
        if (waited_ms > START_MS || waitpid(demo.daemon.pid, NULL, WNOHANG) != 0)
            demo_fail("the daemon does not answer; its log is %s/log", demo.dir);
        nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
    }
}

/* ---- people at work meanwhile ---- */

static void load_add(const struct rd_bench_numbers *numbers)
{
    struct demo_load *load = demo.load;
    uint64_t p99_ns = rd_hist_quantile(&numbers->all, 0.99);
    load->count += numbers->all.count;
    load->longest_ns = numbers->all.max > load->longest_ns ? numbers->all.max : load->longest_ns;
    load->p99_ns = p99_ns > load->p99_ns ? p99_ns : load->p99_ns;
    if (numbers->errors > 0 && load->errors == 0)
        snprintf(load->first_error, sizeof load->first_error, "%s", numbers->first_error);
    load->errors += numbers->errors;
}

/* Rounds of half a second until it is told to end. Does not return. */
static _Noreturn void load_work(void)
{
    static struct rd_bench_numbers numbers;
    const struct rd_bench_load options = { .connections = LOAD_CONNECTIONS,
                                           .depth = 1,
                                           .seconds = LOAD_ROUND_S };
    struct rd_error error = RD_ERROR_NONE;
    do {
        if (rd_bench_load_run(&options, &demo.daemon, &numbers, &error) != RD_OK) {
            demo.load->errors++;
            snprintf(demo.load->first_error, sizeof demo.load->first_error, "%s", error.text);
            break;
        }
        load_add(&numbers);
    } while (!atomic_load(&demo.load->end));
    _exit(0);
}

static void load_begin(void)
{
    demo.load =
        mmap(NULL, sizeof *demo.load, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (demo.load == MAP_FAILED)
        demo_fail("no memory");
    pid_t parent = getpid();
    fflush(stdout);
    demo.load_pid = fork();
    if (demo.load_pid < 0)
        demo_fail("can't start a process: %s", strerror(errno));
    if (demo.load_pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(125);
        load_work();
    }
    nanosleep(&(struct timespec){ .tv_nsec = 300000000 }, NULL);
}

static void load_end(void)
{
    atomic_store(&demo.load->end, true);
    waitpid(demo.load_pid, NULL, 0);
    demo.load_pid = 0;
    const struct demo_load *load = demo.load;
    if (load->errors > 0 || load->count == 0)
        demo_fail("%llu requests of the load failed: %s", (unsigned long long)load->errors,
                  load->first_error);
    printf("    meanwhile %d people did %llu things; none was refused; the slowest took %.1f ms\n",
           LOAD_CONNECTIONS, (unsigned long long)load->count, (double)load->longest_ns / 1e6);
    munmap(demo.load, sizeof *load);
}

/* ---- the scenes ---- */

static void scene_change(void)
{
    demo_chapter("1  A supervisor shall refund 500.00 by herself, not 2000.00; two promises say so",
                 "the change");
    demo_edit(
        "company/rules/remedies.lua",
        "    { id = \"refund_supervisor\", remedy = \"refund\", role = \"supervisor\",          "
        "limit = \"2000.00\" },",
        "    { id = \"refund_supervisor\", remedy = \"refund\", role = \"supervisor\",          "
        "limit = \"500.00\" },");
    demo_run(0, 0, NULL,
             "sed -i '/role = \"supervisor\", tier = \"key\"/s/2000.00/500.00/' "
             "company/rules/remedies_test.lua");
    demo_run(0, 0, NULL,
             "sed -i '/li_na/s/2000.00/500.00/' company/scripts/complaint_remedy_test.lua");
    demo_part("diff");
    demo_run(9, 0, "500.00", "redress policy diff before company");
    demo_part("prove");
    demo_run(9, 0, "0 refuted", "redress policy prove company | tail -1");
}

static void scene_backtest(void)
{
    demo_chapter("2  What would it have changed in the month behind us?",
                 "back-test, money, deadlines");
    printf("  $ redress policy backtest company\n");
    const char *output = demo_run(0, 0, "differ:", "redress policy backtest company");
    demo_show(output, "\n\n", 3);
    /* in a small month it may be that nobody asked for an amount that lies between */
    static const char *const parts[] = { "Money granted", "Deadlines", "Cases to look at" };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strstr(output, parts[i]))
            demo_show(strstr(output, parts[i]), "\n\n", i == 2 ? 7 : 9);
}

static const char *scene_case(void)
{
    demo_chapter("3  The company at work, and a case: 1500.00 are asked for",
                 "the daemon starts, and a case comes as far as that");
    demo_serve();
    const char *customer = demo_word(
        demo_run(0, 0, NULL,
                 "redress record create customer name='Qiu Lan' handler=ben unit=gz --as ben"),
        "  id ");
    const char *number = demo_word(
        demo_run(0, 0, NULL,
                 rd_arena_printf(&demo.arena,
                                 "redress case open complaint customer=%s channel=hotline "
                                 "problem=billing summary='Charged twice' --as ben",
                                 customer)),
        NULL);
    demo_run(0, 0, "verified",
             rd_arena_printf(&demo.arena,
                             "redress case act %s verify ground=sufficient demand=reasonable "
                             "findings='Charged twice' --as ben",
                             number));
    demo_run(0, 0, "with_department",
             rd_arena_printf(&demo.arena,
                             "redress case act %s transfer department=finance --as ben", number));
    return number;
}

static void scene_why(const char *number, const char *holds)
{
    demo_part("why");
    demo_run(9, 0, holds,
             rd_arena_printf(&demo.arena,
                             "redress case why %s grant remedy=refund amount=1500.00 --as li_na "
                             "--language en | grep -e remedy.limit -e 'leads to'",
                             number));
}

static void scene_generation(const char *title, const char *part, const char *command)
{
    demo_chapter(title, part);
    load_begin();
    demo_run(9, 0, "in force", command);
    load_end();
}

int main(int argc, char **argv)
{
    const char *program = getenv("REDRESS_BIN");
    char root[PATH_MAX];
    if (argc != 2 || !program || !strchr(program, '/') || !getcwd(root, sizeof root)) {
        fputs("usage: REDRESS_BIN=PROGRAM policy_demo CASES, where rules/ and scripts/ are\n",
              stderr);
        return EXIT_FAILURE;
    }
    char *whole = realpath(program, demo.program_dir);
    if (!whole)
        demo_fail("%s: %s", program, strerror(errno));
    *strrchr(demo.program_dir, '/') = '\0';
    rd_arena_init(&demo.arena);
    demo_prepare(root, argv[1]);
    scene_change();
    scene_backtest();
    const char *number = scene_case();
    scene_why(number, "gives the limit 2000.00: 1500.00 is within");
    scene_generation(
        "4  The new rules come into force while people work", "activation under load",
        "cp -r company/. live && redress policy activate --why 'supervisors refund 500'");
    scene_why(number, "gives the limit 500.00: 1500.00 is above");
    scene_generation("5  And back", "rollback under load",
                     "redress policy rollback --why 'too narrow'");
    scene_why(number, "gives the limit 2000.00: 1500.00 is within");
    demo_part("which generations there were, and the daemon's end");
    demo_run(9, 0, "too narrow", "redress policy list");
    kill(demo.daemon.pid, SIGTERM);
    int status;
    if (waitpid(demo.daemon.pid, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        demo_fail("the daemon did not end well; its log is %s/log", demo.dir);
    demo_times();
    rd_arena_fini(&demo.arena);
    return EXIT_SUCCESS;
}
