/* A company of a test's own: rules/ and scripts/ in a directory, copied from the repository or
 * written by the test, and edited between reloads. What does not work fails the test. */
#ifndef RD_TESTS_COMMON_COMPANY_H
#define RD_TESTS_COMMON_COMPANY_H

/* Copies the repository's rules/ and scripts/ (without their tests) into the directory. */
void t_company_copy(const char *dir);
/* Writes DIR/PATH, making the folders on the way. */
void t_company_write(const char *dir, const char *path, const char *text);
/* Replaces the one place in DIR/PATH where `from` stands. */
void t_company_edit(const char *dir, const char *path, const char *from, const char *to);

#endif
