/* Threads: named, deaf to signals; and those that nobody waits for make room for the others. */
#ifndef RD_BASE_THREAD_H
#define RD_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* Starts `run(context)` on a thread that takes no signals (they are for the threads that expect
 * them) and bears `name`, of at most 15 bytes, in the system's lists. False with errno set where
 * the system has none. To be joined. */
bool rd_thread_start(pthread_t *thread, const char *name, void *(*run)(void *context),
                     void *context);

/* Called by a thread whose work no reply waits for: it gets a tenth of a processor where others
 * want the rest. It can't be taken back: nobody may come to wait for such a thread for long. */
void rd_thread_stand_back(void);

/* Called by it every few tenths of a millisecond: who waits for this processor is let in now
 * instead of at the end of the scheduler's slice (some 3 ms). Costs a system call. */
void rd_thread_give_way(void);

/* Between two looks at something that another thread is about to change: leaves what two threads
 * of one core share to the other. */
static inline void rd_thread_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#endif
