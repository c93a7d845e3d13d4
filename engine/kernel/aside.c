/* Work beside the kernel. See aside.h. */
#include "kernel/aside.h"

#include <signal.h>
#include <stddef.h>

#include "base/assert.h"

static void *aside_main(void *context)
{
    struct rd_aside *aside = context;
    aside->work(aside->context);
    atomic_store(&aside->done, true);
    return NULL;
}

void rd_aside_begin(struct rd_aside *aside, void (*work)(void *context), void *context)
{
    sigset_t all, before;
    aside->work = work;
    aside->context = context;
    atomic_store(&aside->done, false);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    aside->threaded = pthread_create(&aside->thread, NULL, aside_main, aside) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!aside->threaded)
        aside_main(aside);
}

bool rd_aside_is_done(struct rd_aside *aside)
{
    return atomic_load(&aside->done);
}

void rd_aside_join(struct rd_aside *aside)
{
    if (!aside->threaded)
        return;
    int failed = pthread_join(aside->thread, NULL);
    RD_ASSERT(failed == 0);
    aside->threaded = false;
}
