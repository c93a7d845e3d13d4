/* A company as small as can be, for tests that need their own rules: tickets that wait, ring, and
 * whose rules misbehave when they are asked to. */
#ifndef RD_TESTS_FAULT_SHOP_H
#define RD_TESTS_FAULT_SHOP_H

/* Writes its rules into the directory. A ticket of kind "a", "b" or "c" waits so long, then is
 * late; `late` after that it is done. As durations: "2 seconds". */
void f_shop_write(const char *dir, const char *a, const char *b, const char *c, const char *late);

#endif
