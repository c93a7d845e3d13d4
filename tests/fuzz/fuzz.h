/* What the fuzzing targets share. Each file NAME_fuzz.c is one target: it takes any bytes and must
 * come back, whatever they are, and what it says must hold holds (RD_ASSERT).
 *
 * Built two ways: with clang's libFuzzer (REDRESS_FUZZ=ON, `make fuzz`), and always with replay.c,
 * which gives a target its corpus and a fixed number of damaged copies of it: the short run of
 * `make test`.
 */
#ifndef RD_TESTS_FUZZ_H
#define RD_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/assert.h"

/* libFuzzer's own name. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* For targets that read files: makes a directory, in memory where that can be. `clean` removes it
 * at the end of the program. */
#define FUZZ_DIR_MAX 64
static inline void fuzz_dir_make(char dir[FUZZ_DIR_MAX], void (*clean)(void))
{
    snprintf(dir, FUZZ_DIR_MAX, "%s/rd-fuzz-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    RD_ASSERT(mkdtemp(dir) != NULL);
    atexit(clean);
}

#endif
