/* A disk that forgets: what a process does to the files below one directory is written down (every
 * write with its bytes, every new name, every flush), and any state that a loss of power could have
 * left can be laid out from that record.
 *
 * What is taken as lawful:
 *
 *   - what was written before a flush (fdatasync, fsync, O_DSYNC) that has returned is there
 *   - of what was written later, any part may be there, in sectors of 512 bytes, in any order; a
 *     sector is whole, old or new
 *   - a file's new length is there, or not, or some of it; what lies between is zeros
 *   - a name that came, went or changed is durable when its directory was flushed; of later changes
 *     in one directory the first so many are there, each directory for itself
 *
 * Nothing is preloaded: this file's functions take the place of the C library's in the test's own
 * program, for LMDB as well, because the program's symbols come first.
 */
#ifndef RD_TESTS_POWER_DISK_H
#define RD_TESTS_POWER_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How much of what was not flushed is there. */
enum p_mercy {
    P_KEEPS_NOTHING, /* nothing */
    P_KEEPS_ALL,     /* all of it: as after kill -9 */
    P_KEEPS_WRITES,  /* some writes, whole */
    P_KEEPS_SECTORS, /* some sectors of some writes */
    P_KEEPS_LATER,   /* the later writes, not the earlier ones */
    P_MERCY_COUNT
};

/* Begins the record of what happens below `root` (an existing directory); what is there counts as
 * flushed. One at a time. */
void p_record_begin(const char *root);
/* Writes down that everybody may rely on `promise` from now on; any thread. */
void p_record_promise(uint64_t promise);
/* Ends it. The record stays until the next begin. */
void p_record_end(void);
/* How many things happened: crashes are between 0 and this. */
size_t p_record_count(void);
/* The highest promise made among the first `at` things. */
uint64_t p_record_promised(size_t at);
/* Lays out, in the empty directory `out`, what may be there when the power goes behind the first
 * `at` things. The same numbers give the same state. */
void p_record_lay_out(size_t at, enum p_mercy mercy, uint64_t seed, const char *out);
/* Frees the record. */
void p_record_fini(void);

/* ---- errors instead ---- */

enum p_call { P_OPEN, P_READ, P_WRITE, P_FLUSH, P_MMAP, P_CALL_COUNT };

/* From now on these calls fail with `errnum` on files whose path ends so ("": all; of P_MMAP all in
 * any case). `half`: every other write is done by half instead. */
void p_fail(enum p_call call, const char *ending, int errnum, bool half);
/* Writes fail only where the file would become longer, and allocating does. */
void p_fail_only_growth(bool only);
void p_fail_never(void);

#endif
