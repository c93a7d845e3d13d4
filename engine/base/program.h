/* The running program: which one it is, for what one build wrote and another must not believe; and
 * who may look into its memory. */
#ifndef RD_BASE_PROGRAM_H
#define RD_BASE_PROGRAM_H

#include <stdbool.h>

#define RD_PROGRAM_TEXT 65

/* The build id that the linker wrote into the running program (ELF note NT_GNU_BUILD_ID), in hex:
 * two programs that differ in anything have different ones. False where it has none. Any thread. */
bool rd_program_id(char out[RD_PROGRAM_TEXT]);

/* From here on nothing of this process' memory is written when it dies, wherever the system sends
 * core dumps, and only who has the machine can look into it while it lives (decision 61). Undone by
 * exec, which comes back here. At the beginning of main. */
void rd_program_keep_memory(void);

#endif
