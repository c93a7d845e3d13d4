/* The corpus of hostile policies: tests/policy/hostile/NAME.lua, one attack each. Used by the suite
 * that runs them one by one and by the one that sends them at a daemon.
 *
 *   -- source: where it was published, or "found here: ..."
 *   -- place: guard | action (the body of one) | function (locals, "--", the body of a guard) |
 * file (a whole policy file) | bytecode (the same, made to begin as bytecode does)
 *   -- outcome: fault TEXT (several with '|' between: a slow machine may meet another budget first)
 * | refused (a fault or a finding, whatever its text) | finding TEXT | answer JSON
 */
#ifndef RD_TESTS_COMMON_CORPUS_H
#define RD_TESTS_COMMON_CORPUS_H

#include <stdbool.h>
#include <stddef.h>

#define CORPUS_DIR "tests/policy/hostile"
#define CORPUS_MAX 512

struct attack_file {
    char name[64];
    char source[256], place[16], outcome[256];
    char *text; /* behind the header; for `function` what stands before "--" is cut off */
    char *before;
};

/* Reads all of them, sorted by name; ends the process where one cannot be read or has no header. */
size_t corpus_read(struct attack_file attacks[CORPUS_MAX]);
void corpus_free(struct attack_file *attacks, size_t count);
/* Whether it is a body of a function, so that it can be put into a policy that loads. */
bool corpus_is_body(const struct attack_file *attack);

#endif
