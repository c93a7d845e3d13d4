/* The pace of the kernel thread, as the loop thread sees it: how many requests may be under way so
 * that none waits too long. */
#ifndef RD_SERVER_PACE_H
#define RD_SERVER_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rd_pace {
    int64_t each_ns; /* what a request takes when there are many; 0: not known yet */
    int64_t from_ns; /* the stretch that is looked at: its begin, */
    size_t done;     /* and what has come back in it */
    size_t room_max; /* requests under way, as each_ns has it */
};

/* Knows nothing: there is room for RD_KERNEL_QUEUE_MAX. */
void rd_pace_init(struct rd_pace *pace);
/* `count` requests have come back, `left` are still under way. A stretch in which the kernel ran
 * short of work says nothing about how fast it is and is not counted. */
void rd_pace_note(struct rd_pace *pace, size_t count, size_t left, int64_t now_ns);
/* Whether `more` requests of one session may come in.
 * under_way: those of all; own: those of this session; sessions: how many have any, this one
 * included. A session alone may queue as it likes: only it waits. Where there are others, who
 * already has its share of a full queue is refused, and nobody else is. */
bool rd_pace_admits(const struct rd_pace *pace, size_t more, size_t under_way, size_t own,
                    size_t sessions);

/* How many commands are run at one stroke at least, where so many have come, with `under_way`
 * requests not answered yet: half of them, so that the loop has the other half to send and to read
 * and as many as that allows share a flush; between RD_BATCH_SERVED_MIN and twice as many. Any
 * thread. */
size_t rd_pace_stroke(uint64_t under_way);

#endif
