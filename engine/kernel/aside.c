/* Work beside the kernel. See aside.h. */
#include "kernel/aside.h"

#include <stddef.h>

#include "base/assert.h"
#include "base/thread.h"

static void *aside_main(void *context)
{
    struct rd_aside *aside = context;
    rd_thread_stand_back();
    aside->work(aside->context);
    atomic_store(&aside->done, true);
    return NULL;
}

void rd_aside_begin(struct rd_aside *aside, void (*work)(void *context), void *context)
{
    aside->work = work;
    aside->context = context;
    atomic_store(&aside->done, false);
    aside->threaded = rd_thread_start(&aside->thread, "rd-aside", aside_main, aside);
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
