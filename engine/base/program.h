/* Which program this is: for what one build wrote and another must not believe. */
#ifndef RD_BASE_PROGRAM_H
#define RD_BASE_PROGRAM_H

#include <stdbool.h>

#define RD_PROGRAM_TEXT 65

/* The build id that the linker wrote into the running program (ELF note NT_GNU_BUILD_ID), in hex:
 * two programs that differ in anything have different ones. False where it has none. Any thread. */
bool rd_program_id(char out[RD_PROGRAM_TEXT]);

#endif
