/* Signals that say something about the machine and not about a wish of somebody's. */
#ifndef RD_SERVER_FATAL_H
#define RD_SERVER_FATAL_H

/* For the whole process: a write beyond the largest file that may be, or to a peer that is gone, is
 * an error of that write and no end of the process; a page of the store that the disk can't give
 * ends it, with a line on stderr that says what to do. */
void rd_fatal_prepare(void);

#endif
