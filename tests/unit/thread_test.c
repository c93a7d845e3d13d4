/* Threads: their names, their deafness, and that one which stands back does so alone. */
#include "base/thread.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "unit/unit.h"

struct seen {
    bool stands_back;
    sigset_t blocked;
    int policy, nice;
};

static int own_nice(void)
{
    errno = 0;
    int nice = getpriority(PRIO_PROCESS, (id_t)gettid());
    ck_assert_int_eq(errno, 0);
    return nice;
}

static void *look(void *context)
{
    struct seen *seen = context;
    if (seen->stands_back)
        rd_thread_stand_back();
    rd_thread_give_way();
    pthread_sigmask(SIG_SETMASK, NULL, &seen->blocked);
    seen->policy = sched_getscheduler(0);
    seen->nice = own_nice();
    return NULL;
}

START_TEST(signals_are_for_others)
{
    struct seen seen = { .stands_back = false };
    pthread_t thread;
    sigset_t before, after;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    ck_assert(rd_thread_start(&thread, "rd-test", look, &seen));
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_int_eq(sigismember(&seen.blocked, SIGTERM), 1);
    ck_assert_int_eq(sigismember(&seen.blocked, SIGHUP), 1);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    ck_assert_int_eq(sigismember(&after, SIGTERM), sigismember(&before, SIGTERM));
}
END_TEST

/* Waits until the test has read its name. */
static void *wait_for_it(void *context)
{
    pthread_mutex_t *until = context;
    pthread_mutex_lock(until);
    pthread_mutex_unlock(until);
    return NULL;
}

START_TEST(it_bears_its_name)
{
    pthread_mutex_t until = PTHREAD_MUTEX_INITIALIZER;
    pthread_t thread;
    char name[16];
    pthread_mutex_lock(&until);
    ck_assert(rd_thread_start(&thread, "fifteen-letters", wait_for_it, &until));
    ck_assert_int_eq(pthread_getname_np(thread, name, sizeof(name)), 0);
    ck_assert_str_eq(name, "fifteen-letters");
    pthread_mutex_unlock(&until);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

START_TEST(who_stands_back_does_so_alone)
{
    struct seen serves = { .stands_back = false }, behind = { .stands_back = true };
    pthread_t thread;
    int nice = own_nice(), policy = sched_getscheduler(0);
    ck_assert(rd_thread_start(&thread, "rd-test", look, &behind));
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_int_eq(behind.policy, SCHED_BATCH);
    ck_assert_int_eq(behind.nice, nice + 10 < 19 ? nice + 10 : 19);
    ck_assert(rd_thread_start(&thread, "rd-test", look, &serves));
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_int_eq(serves.policy, policy);
    ck_assert_int_eq(serves.nice, nice);
    ck_assert_int_eq(own_nice(), nice);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("thread");
    TCase *tcase = tcase_create("thread");
    tcase_add_test(tcase, signals_are_for_others);
    tcase_add_test(tcase, it_bears_its_name);
    tcase_add_test(tcase, who_stands_back_does_so_alone);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
