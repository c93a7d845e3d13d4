/* Killed at random moments under load: what was acknowledged is there, what was not is done exactly
 * once when it is asked for again, and nothing is half-done.
 *
 * 20 kills; 1,000 with REDRESS_LONG=1. REDRESS_SEED repeats a run's choices (not the kernel's
 * timing).
 */
#include "fault/load.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/unit.h"

#define KILLS 20
#define KILLS_LONG 1000
#define KILLS_OF_ONE_STORE 50 /* then a new one, so that looking at everything stays quick */

/* Starts the daemon as t_daemon_again would, and kills it at some moment of its start. */
static void kill_in_the_start(struct t_daemon *d, struct f_random *random)
{
    const char *data = rd_arena_printf(&d->arena, "%s/data", d->dir);
    const char *args[] = { getenv("REDRESS_BIN"),
                           "serve",
                           "--data",
                           data,
                           "--policy",
                           ".",
                           "--listen",
                           d->address,
                           "--clock",
                           "manual",
                           NULL };
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (!freopen("/dev/null", "w", stderr))
            _exit(126);
        execv(args[0], (char *const *)(uintptr_t)args);
        _exit(127);
    }
    f_sleep_ms((int)f_below(random, 120));
    ck_assert_int_eq(kill(pid, SIGKILL), 0);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

START_TEST(test_killed_under_load)
{
    static struct f_load load;
    struct f_random random;
    int kills = unit_is_long() ? KILLS_LONG : KILLS, done = 0;
    uint64_t ops = 0, answered = 0;
    f_random_init(&random);
    while (done < kills) {
        f_load_init(&load, random, NULL);
        for (int i = 0; i < KILLS_OF_ONE_STORE && done < kills; i++, done++) {
            f_load_start(&load);
            f_sleep_ms(1 + (int)f_below(&random, unit_is_long() ? 120 : 250));
            t_daemon_kill(load.d);
            f_load_join(&load, false);
            if (f_below(&random, 4) == 0)
                kill_in_the_start(load.d, &random);
            t_daemon_again(load.d);
            f_load_settle(&load);
        }
        f_load_prove(&load);
        ops += load.ops;
        answered += load.answered;
        f_load_end(&load);
        f_load_free(&load);
    }
    printf("%d kills, %llu requests, %llu of them answered before the crash\n", done,
           (unsigned long long)ops, (unsigned long long)answered);
    ck_assert_uint_gt(answered, 0);
    ck_assert_uint_gt(ops, answered); /* otherwise no kill came in the middle of anything */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kill");
    TCase *tcase = tcase_create("kill");
    tcase_set_timeout(tcase, unit_is_long() ? 3600 : 280);
    tcase_add_test(tcase, test_killed_under_load);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
