/* Work beside the kernel: one piece of work on a thread of its own, that touches nothing of the
 * kernel. */
#ifndef RD_KERNEL_ASIDE_H
#define RD_KERNEL_ASIDE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct rd_aside {
    void (*work)(void *context);
    void *context;
    pthread_t thread;
    bool threaded; /* and not joined */
    atomic_bool done;
};

/* Begins the work; `aside` must stay where it is until it is joined. Signals are for the threads
 * that expect them. Without a thread to be had the work is done at once: late for others, but not
 * never. */
void rd_aside_begin(struct rd_aside *aside, void (*work)(void *context), void *context);
/* Whether the work is done (or was never begun as a thread). */
bool rd_aside_is_done(struct rd_aside *aside);
/* Waits until it is; everything that it wrote may be read afterwards. Safe more than once. */
void rd_aside_join(struct rd_aside *aside);

#endif
