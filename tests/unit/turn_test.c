/* Turns: what a long one is told as, and that a flood of long ones is not. */
#include "base/turn.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "unit/unit.h"

static int pipe_read = -1, kept_stderr = -1;

/* Standard error is a pipe while a test runs. */
static void setup(void)
{
    int ends[2];
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

static size_t lines(const struct rd_buf *said)
{
    size_t count = 0;
    for (const char *at = said->data; (at = strchr(at, '\n')); at++)
        count++;
    return count;
}

/* Turns are seconds long here, and lines hours apart: however long this test itself is kept from
 * the processor, it changes the last figures only. */
#define SECOND_MS 1000
#define HOUR_NS (3600 * 1000000000ll)

/* The number behind these words; -1: nobody said them. */
static double said_ms(const struct rd_buf *said, const char *words)
{
    const char *at = strstr(said->data, words);
    return at ? strtod(at + strlen(words), NULL) : -1;
}

/* A turn that began so long ago, all of it in that part. */
static void turn_of(struct rd_turn *turn, int64_t ms, enum rd_turn_part part)
{
    rd_turn_begin(turn);
    turn->began_ns -= ms * 1000000;
    turn->commands = 3;
    rd_turn_add(turn, part, turn->began_ns);
    rd_turn_end(turn);
}

START_TEST(a_long_turn_is_told_with_its_parts)
{
    struct rd_turn turn = { 0 };
    turn_of(&turn, 20 * SECOND_MS, RD_TURN_COMMIT);
    struct rd_buf said = captured();
    ck_assert_uint_eq(lines(&said), 1);
    ck_assert_ptr_nonnull(strstr(said.data, "\"level\":\"warn\""));
    ck_assert_double_ge(said_ms(&said, "a turn of 3 commands took "), 20 * SECOND_MS);
    ck_assert_double_ge(said_ms(&said, "(commit "), 20 * SECOND_MS);
    /* It was set back in time and not worked; what the system counts of a thread's work is in
     * steps of its own, so next to nothing and not nothing. */
    ck_assert_ptr_nonnull(strstr(said.data, " of them on the processor"));
    double worked = said_ms(&said, "), ");
    ck_assert_double_ge(worked, 0);
    ck_assert_double_lt(worked, SECOND_MS);
    ck_assert_ptr_null(strstr(said.data, "rings"));
    rd_buf_fini(&said);
}
END_TEST

START_TEST(a_short_one_is_not)
{
    struct rd_turn turn = { 0 };
    turn_of(&turn, RD_TURN_LONG_MS - 60 * SECOND_MS, RD_TURN_FLUSH);
    rd_turn_add(NULL, RD_TURN_FLUSH, 0); /* nobody watches */
    struct rd_buf said = captured();
    ck_assert_uint_eq(lines(&said), 0);
    rd_buf_fini(&said);
}
END_TEST

START_TEST(many_long_ones_are_counted_and_not_told)
{
    struct rd_turn turn = { 0 };
    turn_of(&turn, 20 * SECOND_MS, RD_TURN_SPARE);
    turn.told_ns += HOUR_NS;
    for (int i = 1; i < 5; i++)
        turn_of(&turn, (20 + i) * SECOND_MS, RD_TURN_SPARE);
    turn.told_ns -= HOUR_NS + RD_TURN_TELL_MS * 1000000ll; /* a second later */
    turn_of(&turn, 15 * SECOND_MS, RD_TURN_PACK);
    struct rd_buf said = captured();
    ck_assert_uint_eq(lines(&said), 2);
    double longest = said_ms(&said, "4 more since the last line, the longest ");
    ck_assert_double_ge(longest, 24 * SECOND_MS);
    ck_assert_double_lt(longest, 39 * SECOND_MS);
    ck_assert_ptr_null(strstr(said.data, "commit"));
    rd_buf_fini(&said);
}
END_TEST

START_TEST(one_twice_as_long_is_told_at_once)
{
    struct rd_turn turn = { 0 };
    turn_of(&turn, 200 * SECOND_MS, RD_TURN_SPARE);
    turn.told_ns += HOUR_NS;
    turn_of(&turn, 300 * SECOND_MS, RD_TURN_SPARE);
    turn_of(&turn, 450 * SECOND_MS, RD_TURN_COMMANDS);
    struct rd_buf said = captured();
    ck_assert_uint_eq(lines(&said), 2);
    ck_assert_double_ge(said_ms(&said, "(commands "), 450 * SECOND_MS);
    rd_buf_fini(&said);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("turn");
    TCase *tcase = tcase_create("turn");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_long_turn_is_told_with_its_parts);
    tcase_add_test(tcase, a_short_one_is_not);
    tcase_add_test(tcase, many_long_ones_are_counted_and_not_told);
    tcase_add_test(tcase, one_twice_as_long_is_told_at_once);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
