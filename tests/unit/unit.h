/* What the suites share: running one and giving its result as exit code; a directory for files. */
#ifndef RD_TESTS_UNIT_H
#define RD_TESTS_UNIT_H

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Runs a suite (CK_FORK and CK_VERBOSITY as Check reads them) and returns what main returns. */
static inline int unit_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Whether tests run in processes of their own: those that end by a signal need that. */
static inline int unit_forks(void)
{
    const char *set = getenv("CK_FORK");
    return !set || strcmp(set, "no") != 0;
}

/* Whether this run is asked to take its time (make test-long). */
static inline int unit_is_long(void)
{
    const char *set = getenv("REDRESS_LONG");
    return set && *set && *set != '0';
}

#define UNIT_DIR_MAX 512

/* Makes an empty directory under $TMPDIR or /tmp. Made in a checked fixture, removed in its
 * teardown. */
static inline void unit_dir_make(char dir[UNIT_DIR_MAX])
{
    const char *parent = getenv("TMPDIR");
    int len =
        snprintf(dir, UNIT_DIR_MAX, "%s/redress-test-XXXXXX", parent && *parent ? parent : "/tmp");
    ck_assert_int_lt(len, UNIT_DIR_MAX);
    ck_assert_msg(mkdtemp(dir) != NULL, "cannot make %s", dir);
}

static inline int unit_dir_remove_one(const char *path, const struct stat *info, int kind,
                                      struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

/* Removes the directory and all in it; links are removed, not followed. */
static inline void unit_dir_remove(const char *dir)
{
    nftw(dir, unit_dir_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
