/* The policy guide is tried step by step, in both languages: its blocks are carried out in order in
 * an empty directory, and what it prints beneath a command must be what the command prints.
 *
 *   ```console        $ COMMAND, by the shell; beneath it the answer, line by line. … stands for
 *   $ redress ...     anything within a line, and alone for any number of lines. Where nothing
 *   answer            stands beneath it, the command prints nothing and ends with 0.
 *   ```
 *   ```diff           a change of this file: the lines without + stand there once, together
 *   @@ PATH
 *   ```
 *
 * Other fences are refused, so that nothing in the guide goes untried.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <check.h>

#include "base/arena.h"
#include "base/buf.h"
#include "common/company.h"
#include "unit/unit.h"

#define GUIDE_TIMEOUT_S 300
#define GUIDE_START_MS 20000
#define GUIDE_STEPS_MAX 256
#define GUIDE_LINES_MAX 512
#define ANY "…"

enum step_kind { STEP_COMMAND, STEP_EDIT };

struct step {
    enum step_kind kind;
    int line;
    const char *text;                   /* the command, or the path */
    const char *lines[GUIDE_LINES_MAX]; /* the answer, or the change */
    size_t count;
};

struct guide {
    const char *path;
    struct step steps[GUIDE_STEPS_MAX];
    size_t count;
};

static struct rd_arena arena;
static char dir[UNIT_DIR_MAX], root[PATH_MAX];
static pid_t daemon_pid;

static const char *read_whole(const char *path)
{
    struct rd_buf buf;
    size_t len;
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s: %s", path, strerror(errno));
    rd_buf_init(&buf);
    while ((len = fread(rd_buf_reserve(&buf, 65536), 1, 65536, file)) > 0)
        buf.len += len;
    fclose(file);
    const char *text = rd_arena_copy(&arena, buf.data, buf.len);
    rd_buf_fini(&buf);
    return text;
}

/* The next line, without blanks at its end; NULL behind the last one. */
static const char *next_line(const char **at)
{
    if (**at == '\0')
        return NULL;
    size_t whole = strcspn(*at, "\n"), len = whole;
    const char *line = *at;
    *at += whole + (line[whole] == '\n');
    while (len > 0 && line[len - 1] == ' ')
        len--;
    return rd_arena_copy(&arena, line, len);
}

/* ---- reading the guide ---- */

static struct step *guide_step(struct guide *guide, enum step_kind kind, int line, const char *text)
{
    ck_assert_msg(guide->count < GUIDE_STEPS_MAX, "%s:%d: too many steps", guide->path, line);
    struct step *step = &guide->steps[guide->count++];
    *step = (struct step){ .kind = kind, .line = line, .text = text };
    return step;
}

static struct step *guide_line(struct guide *guide, struct step *step, bool console, int number,
                               const char *line)
{
    if (console && strncmp(line, "$ ", 2) == 0)
        return guide_step(guide, STEP_COMMAND, number, line + 2);
    if (!console && strncmp(line, "@@ ", 3) == 0)
        return guide_step(guide, STEP_EDIT, number, line + 3);
    ck_assert_msg(step != NULL, "%s:%d: a block begins with its command or file", guide->path,
                  number);
    ck_assert_uint_lt(step->count, GUIDE_LINES_MAX);
    step->lines[step->count++] = line;
    return step;
}

static struct guide *guide_read(const char *path)
{
    struct guide *guide = rd_arena_zalloc(&arena, 1, sizeof *guide);
    const char *at = read_whole(rd_arena_printf(&arena, "%s/%s", root, path)), *line;
    struct step *step = NULL;
    bool inside = false, console = false;
    guide->path = path;
    for (int number = 1; (line = next_line(&at)) != NULL; number++) {
        bool fence = strncmp(line, "```", 3) == 0;
        if (fence && !inside) {
            console = strcmp(line, "```console") == 0;
            ck_assert_msg(console || strcmp(line, "```diff") == 0,
                          "%s:%d: '%s' is neither ```console nor ```diff", path, number, line);
            step = NULL;
        } else if (inside && !fence) {
            step = guide_line(guide, step, console, number, line);
        }
        inside ^= fence;
    }
    ck_assert_msg(!inside, "%s: the last block has no end", path);
    return guide;
}

/* ---- answers ---- */

/* Whether the text is what the line says, … standing for anything. */
static bool line_fits(const char *line, const char *text)
{
    const char *any = strstr(line, ANY);
    size_t len = any ? (size_t)(any - line) : strlen(line);
    if (strncmp(line, text, len) != 0)
        return false;
    if (!any)
        return text[len] == '\0';
    for (const char *at = text + len;; at++) {
        if (line_fits(any + strlen(ANY), at))
            return true;
        if (*at == '\0')
            return false;
    }
}

static bool answer_fits(const char *const *lines, size_t count, const char *const *texts,
                        size_t text_count)
{
    if (count == 0)
        return text_count == 0;
    if (strcmp(lines[0], ANY) != 0)
        return text_count > 0 && line_fits(lines[0], texts[0]) &&
               answer_fits(lines + 1, count - 1, texts + 1, text_count - 1);
    for (size_t skipped = 0; skipped <= text_count; skipped++)
        if (answer_fits(lines + 1, count - 1, texts + skipped, text_count - skipped))
            return true;
    return false;
}

/* ---- carrying it out ---- */

static const char *output_path(void)
{
    return rd_arena_printf(&arena, "%s/.output", dir);
}

/* The command in the directory, as a process of its own that dies with this one; both streams go
 * into .output. */
static pid_t command_start(const char *command)
{
    pid_t parent = getpid(), pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid > 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(125);
    int out = open(output_path(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int in = open("/dev/null", O_RDONLY);
    if (out < 0 || in < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0 || chdir(dir))
        _exit(126);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

static int command_run(const char *command)
{
    int status;
    pid_t pid = command_start(command);
    while (waitpid(pid, &status, 0) < 0)
        ck_assert_int_eq(errno, EINTR);
    ck_assert_msg(WIFEXITED(status), "%s: ended by signal %d", command, WTERMSIG(status));
    return WEXITSTATUS(status);
}

static void daemon_start(const char *command)
{
    ck_assert_int_eq(daemon_pid, 0);
    daemon_pid = command_start(rd_arena_printf(&arena, "exec %s", command));
    for (int waited_ms = 0; waited_ms < GUIDE_START_MS; waited_ms += 50) {
        if (command_run("redress server info") == 0)
            return;
        ck_assert_msg(waitpid(daemon_pid, NULL, WNOHANG) == 0, "%s: has ended", command);
        usleep(50000);
    }
    ck_abort_msg("%s: does not answer: %s", command, read_whole(output_path()));
}

static void daemon_stop(void)
{
    int status = 0;
    if (daemon_pid == 0)
        return;
    kill(daemon_pid, SIGTERM);
    ck_assert_int_eq(waitpid(daemon_pid, &status, 0), daemon_pid);
    daemon_pid = 0;
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the daemon did not end well");
}

static void step_command(const struct guide *guide, const struct step *step)
{
    static const char *texts[GUIDE_LINES_MAX];
    size_t count = 0;
    if (strncmp(step->text, "redress serve ", strlen("redress serve ")) == 0) {
        daemon_start(step->text);
        return;
    }
    int code = command_run(step->text);
    const char *output = read_whole(output_path()), *at = output;
    for (const char *line; (line = next_line(&at)) != NULL; count++) {
        ck_assert_uint_lt(count, GUIDE_LINES_MAX);
        texts[count] = line;
    }
    ck_assert_msg(step->count > 0 || code == 0, "%s:%d: %s: exit code %d:\n%s", guide->path,
                  step->line, step->text, code, output);
    ck_assert_msg(answer_fits(step->lines, step->count, texts, count),
                  "%s:%d: %s: the answer is another:\n%s", guide->path, step->line, step->text,
                  output);
}

static void step_edit(const struct step *step)
{
    struct rd_buf from, to;
    rd_buf_init(&from);
    rd_buf_init(&to);
    for (size_t i = 0; i < step->count; i++) {
        const char *line = step->lines[i];
        ck_assert_msg(line[0] && strchr("-+ ", line[0]), "line %d: neither '-', '+' nor ' '",
                      step->line);
        if (line[0] != '+')
            rd_buf_printf(&from, "%s\n", line + 1);
        if (line[0] != '-')
            rd_buf_printf(&to, "%s\n", line + 1);
    }
    rd_buf_char(&from, '\0');
    rd_buf_char(&to, '\0');
    t_company_edit(dir, step->text, from.data, to.data);
    rd_buf_fini(&from);
    rd_buf_fini(&to);
}

static void guide_try(const char *path)
{
    const struct guide *guide = guide_read(path);
    ck_assert_uint_gt(guide->count, 50);
    for (size_t i = 0; i < guide->count; i++)
        if (guide->steps[i].kind == STEP_COMMAND)
            step_command(guide, &guide->steps[i]);
        else
            step_edit(&guide->steps[i]);
}

/* ---- the suite ---- */

static void setup(void)
{
    const char *binary = getenv("REDRESS_BIN");
    ck_assert_msg(binary && *binary, "REDRESS_BIN must name the program to test");
    rd_arena_init(&arena);
    ck_assert_ptr_nonnull(getcwd(root, sizeof root));
    unit_dir_make(dir);
    size_t len = (size_t)(strrchr(binary, '/') - binary);
    setenv("PATH", rd_arena_printf(&arena, "%.*s:%s", (int)len, binary, getenv("PATH")), 1);
}

static void teardown(void)
{
    daemon_stop();
    unit_dir_remove(dir);
    rd_arena_fini(&arena);
}

START_TEST(each_step_does_what_the_guide_says)
{
    static const char *const paths[] = { "docs/policy-guide.md", "docs/policy-guide.zh.md" };
    guide_try(paths[_i]);
}
END_TEST

/* The same steps: only the language of answers differs. */
START_TEST(both_languages_take_the_same_steps)
{
    const struct guide *en = guide_read("docs/policy-guide.md"),
                       *zh = guide_read("docs/policy-guide.zh.md");
    ck_assert_uint_eq(en->count, zh->count);
    for (size_t i = 0; i < en->count; i++) {
        const struct step *a = &en->steps[i], *b = &zh->steps[i];
        const char *language = strstr(a->text, "--language en");
        const char *text =
            language ? rd_arena_printf(&arena, "%.*s--language zh%s", (int)(language - a->text),
                                       a->text, language + strlen("--language en"))
                     : a->text;
        ck_assert_msg(strcmp(text, b->text) == 0, "%s:%d: %s, but %s:%d: %s", en->path, a->line,
                      a->text, zh->path, b->line, b->text);
        if (a->kind == STEP_COMMAND)
            continue;
        ck_assert_uint_eq(a->count, b->count);
        for (size_t k = 0; k < a->count; k++)
            ck_assert_str_eq(a->lines[k], b->lines[k]);
    }
}
END_TEST

START_TEST(an_answer_that_is_another_is_noticed)
{
    static const char *const told[] = { "a…c", ANY, "end" };
    static const char *const same[] = { "a b c", "x", "y", "end" };
    static const char *const other[] = { "a b d", "x", "end" };
    static const char *const longer[] = { "abc", "end", "more" };
    ck_assert(answer_fits(told, 3, same, 4));
    ck_assert(answer_fits(told, 2, longer, 3));
    ck_assert(!answer_fits(told, 3, other, 3));
    ck_assert(!answer_fits(told, 3, longer, 3));
    ck_assert(!answer_fits(told, 3, same, 1));
    ck_assert(!answer_fits(NULL, 0, same, 1));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("guide");
    TCase *tcase = tcase_create("guide");
    tcase_set_timeout(tcase, GUIDE_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, each_step_does_what_the_guide_says, 0, 2);
    tcase_add_test(tcase, both_languages_take_the_same_steps);
    tcase_add_test(tcase, an_answer_that_is_another_is_noticed);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
