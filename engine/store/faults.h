/* Named faults for tests: with RD_FAULTS compiled in, the environment says
 * RD_FAULT=NAME:COUNT:TIMES, and the fault NAME strikes from its COUNTth hit (counted from 0) on,
 * TIMES times (left out: until the variable changes). Without RD_FAULTS all of it is a constant
 * false.
 *
 *   journal_write_torn    half of the batch is written, then the process ends
 *   journal_before_flush  the process ends behind the write, before the fdatasync
 *   journal_after_flush   ... right behind the fdatasync
 *   journal_roll_over     ... when the old segment is flushed and the new one is not yet there
 *   store_before_commit   ... before the store's commit
 *   store_after_commit    ... right behind it
 *   seal_before_rename    ... when a packed segment is written but has not its name yet
 *   seal_after_rename     ... when it has, and the plain one is still there
 *   repair_before_rename  ... when a segment is made anew but has not its name yet
 *   repair_after_rename   ... when it has, and the damaged packed one is still there
 *   vault_swap            ... between the two renames that put a rebuilt store in its place
 *   journal_flush_slow    the fdatasync takes a fifth of a second longer
 *   journal_write_enospc  a flush finds no room: what it was to write is kept
 *   journal_enospc        no segment can be had: an append is refused
 *   store_enospc          a commit of the store finds no room
 *   store_put_enospc      a row that it writes finds no room (LMDB spilling pages)
 *   store_map_full        a row that it writes finds the map full
 *   store_commit_slow     it takes 300 ms
 *   snapshot_old          a snapshot is taken for too old
 */
#ifndef RD_STORE_FAULTS_H
#define RD_STORE_FAULTS_H

#include <stdbool.h>

/* Whether faults were compiled in: tests that need them skip themselves otherwise. */
bool rd_faults_on(void);

#ifdef RD_FAULTS
/* Whether the named fault strikes at this hit (RD_FAULT=NAME:COUNT:TIMES). */
bool rd_fault_hit(const char *name);
/* Ends the process at once, as a kill would, where the fault strikes. */
void rd_fault_exit(const char *name);
#else
static inline bool rd_fault_hit(const char *name)
{
    (void)name;
    return false;
}
static inline void rd_fault_exit(const char *name)
{
    (void)name;
}
#endif

#endif
