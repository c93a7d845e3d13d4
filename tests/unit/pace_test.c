/* The pace: what it learns from, how much room that leaves, and who is let in when there is none.
 */
#include "base/limits.h"
#include "server/pace.h"
#include "unit/unit.h"

#define MS 1000000ll

static struct rd_pace pace;
static int64_t now_ns;

static void setup(void)
{
    rd_pace_init(&pace);
    now_ns = 1000 * MS;
}

/* So many requests come back within the time, a fiftieth of them at a time, and `left` remain. */
static void run(size_t count, int64_t took_ns, size_t left)
{
    for (int i = 0; i < 50; i++) {
        now_ns += took_ns / 50;
        rd_pace_note(&pace, count / 50, left, now_ns);
    }
}

START_TEST(test_knows_nothing_at_first)
{
    ck_assert(rd_pace_admits(&pace, 1, RD_KERNEL_QUEUE_MAX - 1, 5000, 2));
    ck_assert(!rd_pace_admits(&pace, 1, RD_KERNEL_QUEUE_MAX, 0, 1));
}
END_TEST

START_TEST(test_room_is_what_is_done_in_time)
{
    run(50000, 1000 * MS, 500); /* 20 us each */
    size_t expected = RD_QUEUE_WAIT_MS * MS / (20 * 1000);
    ck_assert_uint_ge(pace.room_max, expected * 9 / 10);
    ck_assert_uint_le(pace.room_max, expected * 11 / 10);
    run(250000, 1000 * MS, 500); /* five times as fast: follows within the second */
    ck_assert_uint_ge(pace.room_max, 5 * expected * 9 / 10);
    ck_assert_uint_le(pace.room_max, 5 * expected * 11 / 10);
}
END_TEST

START_TEST(test_idle_time_is_no_slowness)
{
    run(100, 1000 * MS, 3); /* 10 ms each, but there was nothing more to do */
    ck_assert_uint_eq(pace.room_max, RD_KERNEL_QUEUE_MAX);
    run(50000, 1000 * MS, 500);
    size_t room = pace.room_max;
    run(100, 1000 * MS, 3);
    ck_assert_uint_eq(pace.room_max, room);
    now_ns += 5000 * MS; /* a pause, then work again: it is not counted with the first stretch */
    run(50000, 1000 * MS, 500);
    ck_assert_uint_ge(pace.room_max, room * 9 / 10);
}
END_TEST

START_TEST(test_a_stall_is_not_the_end)
{
    run(50000, 1000 * MS, 500);
    size_t room = pace.room_max;
    now_ns += 3000 * MS; /* with hundreds waiting */
    rd_pace_note(&pace, 1, 500, now_ns);
    ck_assert_uint_eq(pace.room_max, RD_QUEUE_REQUESTS_MIN);
    run(50000, 1000 * MS, RD_QUEUE_REQUESTS_MIN / 2); /* and the way back from there */
    run(50000, 1000 * MS, RD_QUEUE_REQUESTS_MIN / 2);
    ck_assert_uint_ge(pace.room_max, room * 8 / 10);
}
END_TEST

START_TEST(test_shares)
{
    run(50000, 1000 * MS, 500);
    size_t room = pace.room_max;
    ck_assert(rd_pace_admits(&pace, 1, room - 1, room - 1, 2));
    /* alone: as many as it likes */
    ck_assert(rd_pace_admits(&pace, 256, 5 * room, 5 * room, 1));
    /* with another: that one comes in, the large one does not get more */
    ck_assert(rd_pace_admits(&pace, 1, 5 * room, 0, 2));
    ck_assert(rd_pace_admits(&pace, 1, 5 * room, room / 2 - 1, 2));
    ck_assert(!rd_pace_admits(&pace, 1, 5 * room, room / 2, 2));
    ck_assert(!rd_pace_admits(&pace, 1, 5 * room, 5 * room, 2));
    /* very many sessions with one each: the bound holds */
    ck_assert(!rd_pace_admits(&pace, 1, 2 * room, 0, 2 * room + 1));
    ck_assert(!rd_pace_admits(&pace, 1, RD_KERNEL_QUEUE_MAX, 0, 1));
}
END_TEST

START_TEST(test_a_stroke_is_half_of_what_is_under_way)
{
    ck_assert_uint_eq(rd_pace_stroke(0), RD_BATCH_SERVED_MIN);
    ck_assert_uint_eq(rd_pace_stroke(2 * RD_BATCH_SERVED_MIN), RD_BATCH_SERVED_MIN);
    ck_assert_uint_eq(rd_pace_stroke(3 * RD_BATCH_SERVED_MIN), 3 * RD_BATCH_SERVED_MIN / 2);
    ck_assert_uint_eq(rd_pace_stroke(4 * RD_BATCH_SERVED_MIN), 2 * RD_BATCH_SERVED_MIN);
    ck_assert_uint_eq(rd_pace_stroke(UINT64_MAX), 2 * RD_BATCH_SERVED_MIN);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pace");
    TCase *tests = tcase_create("pace");
    tcase_add_checked_fixture(tests, setup, NULL);
    tcase_add_test(tests, test_knows_nothing_at_first);
    tcase_add_test(tests, test_room_is_what_is_done_in_time);
    tcase_add_test(tests, test_idle_time_is_no_slowness);
    tcase_add_test(tests, test_a_stall_is_not_the_end);
    tcase_add_test(tests, test_shares);
    tcase_add_test(tests, test_a_stroke_is_half_of_what_is_under_way);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
