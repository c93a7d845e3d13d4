/* The log: each line is one JSON object, whatever is said; levels; the assert's last words. */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "unit/unit.h"

static struct rd_arena arena;
static int pipe_read = -1;
static int kept_stderr = -1;

/* Standard error is a pipe while a test runs. */
static void setup(void)
{
    int ends[2];
    rd_arena_init(&arena);
    ck_assert_int_eq(pipe(ends), 0);
    kept_stderr = dup(STDERR_FILENO);
    ck_assert_int_ge(dup2(ends[1], STDERR_FILENO), 0);
    close(ends[1]);
    pipe_read = ends[0];
}

static void restore(void)
{
    if (kept_stderr >= 0) {
        dup2(kept_stderr, STDERR_FILENO);
        close(kept_stderr);
        kept_stderr = -1;
    }
}

static void teardown(void)
{
    restore();
    close(pipe_read);
    rd_log_set_level(RD_LOG_INFO);
    rd_arena_fini(&arena);
}

/* All that was said; ends the capture. */
static struct rd_buf captured(void)
{
    struct rd_buf said;
    rd_buf_init(&said);
    restore();
    ssize_t got;
    while ((got = read(pipe_read, rd_buf_reserve(&said, 65536), 65536)) > 0)
        said.len += (size_t)got;
    rd_buf_char(&said, '\0');
    return said;
}

static struct rd_value parse_line(const char *line, size_t len)
{
    struct rd_value value;
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_json_parse(&arena, line, len, 4, &value, &error);
    ck_assert_msg(status == RD_OK, "%s: %.*s", error.text, (int)len, line);
    return value;
}

START_TEST(test_a_line)
{
    int64_t before = rd_clock_wall_ms();
    errno = ENOENT;
    rd_log(RD_LOG_WARN, "journal", "cut %d bytes", 120);
    ck_assert_int_eq(errno, ENOENT);
    int64_t after = rd_clock_wall_ms();
    struct rd_buf said = captured();
    struct rd_value line = parse_line(said.data, said.len - 1);
    ck_assert_uint_eq(line.count, 4);
    ck_assert_str_eq(rd_map_text(&line, "level", ""), "warn");
    ck_assert_str_eq(rd_map_text(&line, "room", ""), "journal");
    ck_assert_str_eq(rd_map_text(&line, "msg", ""), "cut 120 bytes");
    int64_t ts;
    ck_assert_uint_eq(strlen(rd_map_text(&line, "ts", "")), 24);
    ck_assert(rd_time_read(rd_map_text(&line, "ts", ""), &ts));
    ck_assert(before <= ts && ts <= after);
    ck_assert_int_eq(said.data[said.len - 2], '\n');
    rd_buf_fini(&said);
}
END_TEST

START_TEST(test_hostile_text_is_one_object_on_one_line)
{
    rd_log(RD_LOG_ERROR, "a\"b", "x\"\\\n\t\x01\x7F%s\xFF\xC3", "猫🐈");
    struct rd_buf said = captured();
    ck_assert_ptr_eq(strchr(said.data, '\n'), said.data + said.len - 2);
    struct rd_value line = parse_line(said.data, said.len - 1);
    ck_assert_str_eq(rd_map_text(&line, "msg", ""), "x\"\\\n\t\x01\x7F猫🐈??");
    ck_assert_str_eq(rd_map_text(&line, "room", ""), "a\"b");
    rd_buf_fini(&said);
}
END_TEST

START_TEST(test_long_messages_are_cut)
{
    static char text[3 * PIPE_BUF];
    for (int kind = 0; kind < 2; kind++) {
        memset(text, kind == 0 ? '\x01' : 'a', sizeof(text) - 1);
        rd_log(RD_LOG_INFO, "test", "%s", text);
    }
    for (size_t i = 0; i + 3 < sizeof(text); i += 3)
        memcpy(text + i, "猫", 4);
    rd_log(RD_LOG_INFO, "test", "%s", text);
    struct rd_buf said = captured();
    const char *at = said.data;
    for (int i = 0; i < 3; i++) {
        const char *end = strchr(at, '\n');
        ck_assert_ptr_nonnull(end);
        ck_assert_int_le(end + 1 - at, PIPE_BUF);
        ck_assert_int_gt(end + 1 - at, PIPE_BUF - 32);
        parse_line(at, (size_t)(end - at));
        at = end + 1;
    }
    ck_assert_int_eq(*at, '\0');
    rd_buf_fini(&said);
}
END_TEST

START_TEST(test_levels)
{
    rd_log(RD_LOG_DEBUG, "test", "not said");
    rd_log_set_level(RD_LOG_ERROR);
    rd_log(RD_LOG_WARN, "test", "not said");
    rd_log(RD_LOG_ERROR, "test", "one");
    rd_log_set_level(RD_LOG_DEBUG);
    rd_log(RD_LOG_DEBUG, "test", "two");
    struct rd_buf said = captured();
    ck_assert_ptr_null(strstr(said.data, "not said"));
    ck_assert_ptr_nonnull(
        strstr(said.data, "\"level\":\"error\",\"room\":\"test\",\"msg\":\"one\""));
    ck_assert_ptr_nonnull(
        strstr(said.data, "\"level\":\"debug\",\"room\":\"test\",\"msg\":\"two\""));
    rd_buf_fini(&said);
}
END_TEST

static void *speak(void *name)
{
    for (int i = 0; i < 50; i++)
        rd_log(RD_LOG_INFO, name, "line %d of a thread", i);
    return NULL;
}

START_TEST(test_threads_do_not_mix)
{
    pthread_t threads[4];
    static char names[4][8] = { "a", "b", "c", "d" };
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, speak, names[i]), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    struct rd_buf said = captured();
    int lines = 0;
    for (const char *at = said.data; *at; lines++) {
        const char *end = strchr(at, '\n');
        parse_line(at, (size_t)(end - at));
        at = end + 1;
    }
    ck_assert_int_eq(lines, 200);
    rd_buf_fini(&said);
}
END_TEST

START_TEST(test_a_failed_assert_says_where_and_aborts)
{
    pid_t child = fork();
    if (child == 0) {
        int two = 2;
        RD_ASSERT(two == 3);
        _exit(0);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    struct rd_buf said = captured();
    ck_assert_ptr_nonnull(strstr(said.data, "log_test.c"));
    ck_assert_ptr_nonnull(strstr(said.data, "assertion failed: two == 3"));
    rd_buf_fini(&said);
}
END_TEST

START_TEST(test_clocks)
{
    int64_t mono = rd_clock_mono_ns();
    ck_assert_int_ge(rd_clock_mono_ns(), mono);
    ck_assert_int_gt(rd_clock_wall_ms(), 1700000000000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("log");
    TCase *tests = tcase_create("log");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_a_line);
    tcase_add_test(tests, test_hostile_text_is_one_object_on_one_line);
    tcase_add_test(tests, test_long_messages_are_cut);
    tcase_add_test(tests, test_levels);
    tcase_add_test(tests, test_threads_do_not_mix);
    tcase_add_test(tests, test_a_failed_assert_says_where_and_aborts);
    tcase_add_test(tests, test_clocks);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
