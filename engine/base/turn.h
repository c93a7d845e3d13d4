/* A turn: what the one thread that does the work was busy with between two looks at its queue. A
 * request waits for one turn at the worst, so a long one is told, with what it did.
 *
 * Parts may lie in one another (a commit in the flush, a spare in the commands): each is counted
 * whole.
 */
#ifndef RD_BASE_TURN_H
#define RD_BASE_TURN_H

#include <stdbool.h>
#include <stdint.h>

#define RD_TURN_PART_MAP(X)                                                                        \
    X(COMMANDS, "commands")                                                                        \
    X(RINGS, "rings")                                                                              \
    X(REPLAN, "replan")                                                                            \
    X(JOBS, "jobs")                                                                                \
    X(LOADING, "activation")                                                                       \
    X(FLUSH, "flush")                                                                              \
    X(SPARE, "spare")                                                                              \
    X(PACK, "pack")                                                                                \
    X(COMMIT, "commit")                                                                            \
    X(COLLECT, "collect")

enum rd_turn_part {
#define RD_TURN_PART_NAME(name, text) RD_TURN_##name,
    RD_TURN_PART_MAP(RD_TURN_PART_NAME)
#undef RD_TURN_PART_NAME
        RD_TURN_PARTS
};

struct rd_turn {
    int64_t began_ns;
    int64_t spent_ns[RD_TURN_PARTS];
    uint64_t commands;    /* that were run in it */
    int64_t began_cpu_us; /* processor time of the thread at its begin, */
    int64_t began_taken;  /* and how often the processor had been taken from it */
    int64_t told_ns;      /* when a long one was last told; not before the first: 0 */
    int64_t told_took_ns; /* how long that one was */
    uint64_t untold;      /* long ones since */
    int64_t untold_ns;    /* the longest of these */
    bool quiet;           /* nobody waits for it: long ones are not told */
};

/* Begins a turn: what the one before spent is forgotten. */
void rd_turn_begin(struct rd_turn *turn);
/* Adds the time since `since_ns` (of rd_clock_mono_ns) to a part. A NULL turn is fine. */
void rd_turn_add(struct rd_turn *turn, enum rd_turn_part part, int64_t since_ns);
/* Ends it. A turn of RD_TURN_LONG_MS or more is logged with its parts, at most one in
 * RD_TURN_TELL_MS unless it is twice as long as the last; the next line says how many were not
 * told. */
void rd_turn_end(struct rd_turn *turn);

#endif
