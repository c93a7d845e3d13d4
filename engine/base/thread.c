/* Threads. See thread.h. */
#include "base/thread.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/assert.h"

/* Of the niceness that a thread has besides: weight 110 of 1024 for a process that has none. */
#define THREAD_BACK_NICE 10

bool rd_thread_start(pthread_t *thread, const char *name, void *(*run)(void *context),
                     void *context)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(thread, NULL, run, context);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed == 0) {
        int unnamed = pthread_setname_np(*thread, name);
        RD_ASSERT(unnamed != ERANGE);
    }
    errno = failed;
    return failed == 0;
}

/* Where the system refuses one of them, the thread works as every other: nothing to tell. */
void rd_thread_stand_back(void)
{
    const struct sched_param none = { 0 };
    (void)sched_setscheduler(0, SCHED_BATCH, &none);
    int own = getpriority(PRIO_PROCESS, (id_t)gettid());
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), own + THREAD_BACK_NICE);
}

void rd_thread_give_way(void)
{
    (void)sched_yield();
}
