/* A long history by chance, from a seed: whatever came in whatever order, a store made anew from
 * the journal is the store that grew. */
#include "unit/kernel_rig.h"

#define RANDOM_COMMANDS 2000

static struct kernel_rig rig;
static uint64_t seed;

static void setup(void)
{
    rig_open(&rig);
}

static void teardown(void)
{
    rig_close(&rig);
}

static unsigned pick(unsigned n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)((seed >> 33) % n);
}

static const char *one_of(const char *const *texts, unsigned count)
{
    return texts[pick(count)];
}

struct tally {
    unsigned ok, refused;
};

static void try(struct tally *tally, const char *method, struct rd_value params)
{
    rig_call(&rig, method, params);
    tally->ok += rig.status == RD_OK;
    tally->refused += rig.status != RD_OK;
    ck_assert_msg(rig.status == RD_OK ||
                      rd_status_code(rig.status) != rd_status_code(RD_INTERNAL_ERROR),
                  "%s: %s: %s", method, rd_status_name(rig.status), rig.error.text);
}

static void step_act(struct tally *tally)
{
    static const char *const events[] = { "work",   "wait",  "resume", "done",   "grant",
                                          "poke",   "split", "remind", "forget", "broken",
                                          "reopen", "twins", "judge",  "drop",   "works" };
    static const char *const who[] = { "ben", "ben", "ben", "sun", "max", "ann", "non" };
    bool task = pick(5) == 0;
    const char *event = task ? "finish" : one_of(events, 15);
    const char *form = strcmp(event, "grant") == 0 ? ", 'form': {'amount': '150.00'}" : "";
    const char *key =
        pick(4) ? "" : rd_arena_printf(&rig.arena, ", 'idempotency_key': 'k%u'", pick(50));
    rig.as = one_of(who, 7);
    try(tally, "case.act",
        rig_json(&rig, "{'id': '%d-%u', 'event': '%s'%s%s}", task ? 3 : 2, 1 + pick(60), event,
                 form, key));
    rig.as = NULL;
}

static void step_open(struct tally *tally)
{
    static const char *const who[] = { "ben", "sun", "max", "ann", "non" };
    const char *peer = pick(2) ? "" : rd_arena_printf(&rig.arena, ", 'peer': '2-%u'", 1 + pick(60));
    const char *at = pick(8) ? "" : ", 'at': '2026-02-27T09:00:00+08:00'";
    rig.as = one_of(who, 5);
    try(tally, "case.open",
        rig_json(&rig, "{'type': 'job', 'data': {'subject': 's%u', 'amount': '%u.00'%s}%s}",
                 pick(5), pick(300), peer, at));
    rig.as = NULL;
}

static void step_person(struct tally *tally)
{
    rig.as = "adm";
    if (pick(2))
        try(tally, "record.create",
            rig_json(&rig,
                     "{'type': 'person', 'data': {'name': 'n%u', 'phone': '%u', 'score': %u}}",
                     pick(9), pick(30), pick(100)));
    else
        try(tally, "record.update",
            rig_json(&rig, "{'id': '1-%u', 'set': {'phone': %s, 'worth': '%u.50', 'unit': %s}}",
                     1 + pick(20), pick(2) ? "null" : "'7'", pick(500), pick(2) ? "null" : "'gz'"));
    rig.as = NULL;
}

static void step_import(struct tally *tally)
{
    unsigned key = pick(30), day = 1 + pick(27);
    if (pick(6) == 0) {
        try(tally, "import.finish", rig_json(&rig, "{'session': 's'}"));
        return;
    }
    try(tally, "import.apply",
        rig_json(&rig,
                 "{'session': 's', 'rows': [{'key': '%u', 'at': '2026-02-%02uT01:00:00Z', 'type': "
                 "'job', 'open': {'subject': 'i%u'}}, {'key': '%u', 'id': '%u', 'at': "
                 "'2026-02-%02uT05:00:00Z', 'event': 'work'}]}",
                 key, day, key, key, pick(3), day));
}

static void step_policy(struct tally *tally, int *version)
{
    char from[64], to[64];
    snprintf(from, sizeof from, "version = %d, initial = 'new'", *version);
    snprintf(to, sizeof to, "version = %d, initial = 'new'", ++*version);
    rig_edit(&rig, from, to);
    if (*version == 3)
        rig_edit(&rig, "tasks = integer,", "tasks = integer { indexed = true },");
    try(tally, "policy.reload", rd_map());
}

static void random_history(uint64_t from)
{
    static const char *const moves[] = { "20 minutes", "1 hours", "5 hours", "1 days" };
    struct tally tally = { 0 };
    int version = 1;
    seed = from;
    for (int i = 0; i < RANDOM_COMMANDS; i++) {
        unsigned dice = pick(100);
        struct rd_arena kept = rig.arena; /* what a step leaves is not needed */
        rd_arena_init(&rig.arena);
        if (dice < 50)
            step_act(&tally);
        else if (dice < 68)
            step_open(&tally);
        else if (dice < 78)
            step_person(&tally);
        else if (dice < 88)
            step_import(&tally);
        else if (dice < 99)
            try(&tally, "clock.advance", rig_json(&rig, "{'by': '%s'}", one_of(moves, 4)));
        else if (version < 4)
            step_policy(&tally, &version);
        rd_arena_fini(&rig.arena);
        rig.arena = kept;
        if (i % 500 == 250)
            rd_kernel_idle(rig.kernel);
    }
    ck_assert_uint_gt(tally.ok, RANDOM_COMMANDS / 3);
    ck_assert_uint_gt(tally.refused, RANDOM_COMMANDS / 20);
    ck_assert_int_gt(t_int(rig_ok(&rig, "server.info", "{}"), "deadlines_rung"), 50);
}

START_TEST(a_rebuild_is_what_grew)
{
    random_history(0x9e3779b97f4a7c15ull + (uint64_t)_i);
    rig_expect_rebuild_equal(&rig);
    /* each job, rebuilt from its own entries, is the job as it stands */
    struct rd_value page = rig_ok(&rig, "case.list", "{'type': 'job', 'limit': 200}");
    for (size_t i = 0; i < t_count(page, "cases"); i++) {
        struct rd_value now = t_at(page, rd_arena_printf(&rig.arena, "cases.%zu", i));
        struct rd_value then = rig_ok(
            &rig, "case.get", "{'id': '%s', 'as_of': '9000-01-01T00:00:00Z'}", t_text(now, "id"));
        ck_assert_msg(rd_value_equal(&now, &then), "%s\n%s", rig_show(&rig, now),
                      rig_show(&rig, then));
        /* and so it is with all that is not shown */
        then =
            rig_ok(&rig, "case.get", "{'id': '%s', 'as_of': '9000-01-01T00:00:00Z', 'then': true}",
                   t_text(now, "id"));
        ck_assert_msg(t_bool(then, "then.proof.equal"), "%s", rig_show(&rig, then));
        ck_assert_str_eq(t_text(then, "then.proof.hash"), t_text(then, "then.proof.recorded"));
    }
}
END_TEST

START_TEST(a_restart_changes_nothing)
{
    unsigned char before[32], after[32];
    random_history(42);
    rig_digest(&rig, before);
    int64_t now = rd_kernel_now_ms(rig.kernel);
    rig_stop(&rig);
    ck_assert_int_eq(rig_start(&rig, false), RD_OK);
    rig_digest(&rig, after);
    ck_assert_mem_eq(before, after, sizeof before);
    ck_assert_int_le(rd_kernel_now_ms(rig.kernel), now);
    rig_advance(&rig, "1 days");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_random");
    TCase *tcase = tcase_create("random");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, a_rebuild_is_what_grew, 0, 3);
    tcase_add_test(tcase, a_restart_changes_nothing);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
