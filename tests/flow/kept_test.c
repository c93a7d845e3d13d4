/* Cases that keep an earlier workflow, wherever the daemon goes on from: behind kill -9, from a
 * backup, as a standby that takes the place, from a store made anew. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/dirs.h"
#include "common/company.h"
#include "common/t.h"
#include "unit/unit.h"

/* `done` leads to a state of each generation's own. */
#define COMPANY                                                                                    \
    "return {\n"                                                                                   \
    "  company { name = 'c', zone = 'Asia/Shanghai', currency = 'CNY' },\n"                        \
    "  calendar 'office' { week = { { days = 'Monday..Friday', hours = { '09:00-18:00' } } } },\n" \
    "  organisation { roles = { 'handler', 'administrator' }, units = { 'hq' },\n"                 \
    "    accounts = { { 'ben', unit = 'hq', roles = { 'handler' } } } },\n"                        \
    "  record 'job' { fields = { subject = text } },\n"                                            \
    "  workflow 'job' { version = 1, initial = 'new', clock = 'office', open_cases = 'pin',\n"     \
    "    open = { event = 'open' },\n"                                                             \
    "    states = { new = { on = { done = 'end_%d' }, after = { '30 days', go = 'end_%d' } },\n"   \
    "      end_%d = { final = true } } },\n"                                                       \
    "  authority { { { 'job.open', 'job.done', 'job.read' }, from = 'handler' },\n"                \
    "    { 'job.read', from = 'administrator' } },\n"                                              \
    "}\n"

static struct t_daemon *one, *two;
static char policy[UNIT_DIR_MAX];
static int generation;

static void write_rules(void)
{
    char text[sizeof COMPANY + 32];
    snprintf(text, sizeof text, COMPANY, generation, generation, generation);
    t_company_write(policy, "rules/company.lua", text);
}

static void setup(void)
{
    generation = 1;
    unit_dir_make(policy);
    write_rules();
    one = t_daemon_start(&(struct t_options){ .policy = policy });
    two = NULL;
}

static void teardown(void)
{
    if (two)
        t_daemon_free(two);
    t_daemon_free(one);
    unit_dir_remove(policy);
}

static const char *open_job(struct t_daemon *d)
{
    return t_text(t_call(d, "case.open", "{'type': 'job', 'data': {}, 'as': 'ben'}"), "id");
}

/* Another generation, under which jobs end in a state of its own. */
static void change(void)
{
    generation++;
    write_rules();
    t_call(one, "policy.activate", "{}");
}

static void ends(struct t_daemon *d, const char *id, const char *state)
{
    t_call(d, "case.act", "{'id': '%s', 'event': 'done', 'as': 'ben'}", id);
    ck_assert_str_eq(t_text(t_call(d, "case.get", "{'id': '%s'}", id), "state"), state);
}

static void program(struct t_daemon *d, const char *const *args)
{
    const char *output;
    int code = t_program(d, args, &output);
    ck_assert_msg(code == 0, "exit code %d: %s", code, output);
}

static const char *in_dir(struct t_daemon *d, const char *name)
{
    return rd_arena_printf(&d->arena, "%s/%s", d->dir, name);
}

START_TEST(behind_kill_9_each_goes_its_own_way)
{
    const char *first = open_job(one), *other = open_job(one);
    change();
    const char *second = open_job(one);
    t_daemon_kill(one);
    t_daemon_again(one);
    ends(one, first, "end_1");
    ends(one, second, "end_2");
    change();
    t_daemon_kill(one);
    t_daemon_again(one);
    ends(one, other, "end_1");
    ends(one, open_job(one), "end_3");
}
END_TEST

START_TEST(a_store_made_anew_knows_who_keeps_what)
{
    const char *first = open_job(one);
    change();
    const char *second = open_job(one);
    t_daemon_stop(one);
    program(one, (const char *[]){ "store", "rebuild", "--data", in_dir(one, "data"), NULL });
    t_daemon_again(one);
    ends(one, first, "end_1");
    ends(one, second, "end_2");
}
END_TEST

static void await_seq(struct t_daemon *d, int64_t seq)
{
    static const struct timespec pause = { .tv_nsec = 20000000 };
    int64_t at = 0;
    for (int i = 0; i < 3000; i++) {
        at = t_int(t_call(d, "standby.status", "{}"), "seq");
        if (at >= seq)
            return;
        nanosleep(&pause, NULL);
    }
    ck_abort_msg("entry %lld, not %lld: %s", (long long)at, (long long)seq, t_daemon_log(d));
}

/* Restored from a backup, it follows; generations come while it does; then it takes the place. */
START_TEST(a_standby_from_a_backup_takes_over_what_is_kept)
{
    two = t_daemon_start(&(struct t_options){ .policy = policy });
    const char *first = open_job(one), *backup = in_dir(two, "backup");
    change();
    const char *second = open_job(one);
    t_daemon_stop(two);
    rd_dirs_remove(in_dir(two, "data"));
    t_call(one, "backup.create", "{'to': '%s'}", backup);
    program(two, (const char *[]){ "backup", "restore", backup, in_dir(two, "data"), NULL });
    two->options.extra[0] = "--follow";
    two->options.extra[1] = one->address;
    t_daemon_again(two);
    change(); /* while it follows */
    const char *third = open_job(one);
    await_seq(two, t_int(t_call(one, "standby.status", "{}"), "seq"));
    program(two, (const char *[]){ "standby", "promote", "--connect", two->address, NULL });
    ends(two, first, "end_1");
    ends(two, second, "end_2");
    ends(two, third, "end_3");
    ends(two, open_job(two), "end_3");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kept");
    TCase *tcase = tcase_create("kept");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_test(tcase, behind_kill_9_each_goes_its_own_way);
    tcase_add_test(tcase, a_store_made_anew_knows_who_keeps_what);
    tcase_add_test(tcase, a_standby_from_a_backup_takes_over_what_is_kept);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
