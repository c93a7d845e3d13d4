/* Imports: at true times, on a lane of their own, again without harm, and joined to the live clock.
 */
#include "unit/kernel_rig.h"

static struct kernel_rig rig;

static void setup(void)
{
    rig_open(&rig);
}

static void teardown(void)
{
    rig_close(&rig);
}

/* Applies rows (JSON without the brackets) as the importer; the results. */
static struct rd_value import_rows(const char *rows)
{
    rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP, .account = "imp" };
    struct rd_value reply = rig_ok(&rig, "import.apply", "{'session': 's', 'rows': [%s]}", rows);
    rig.peer = (struct rd_peer){ .door = RD_DOOR_INSIDE };
    return t_at(reply, "results");
}

static const char *import_id(const char *subject)
{
    struct rd_value page =
        rig_ok(&rig, "case.list", "{'type': 'job', 'where': {'subject': '%s'}}", subject);
    return t_text(page, "cases.0.id");
}

#define OPENED "{'key': 'a', 'at': '2026-02-02T01:00:00Z', 'type': 'job', 'open': {'subject': 'a'}}"

START_TEST(happens_at_its_time_and_tells_nobody)
{
    struct rd_value results = import_rows(
        OPENED ",{'key': 'a', 'id': '1', 'at': '2026-02-03T01:00:00Z', 'event': 'work'}");
    ck_assert_str_eq(t_text(results, "0.status"), "done");
    ck_assert_str_eq(t_text(results, "1.status"), "done");
    struct rd_value job = rig_ok(&rig, "case.get", "{'id': '%s'}", import_id("a"));
    ck_assert_str_eq(t_text(job, "opened_at"), "2026-02-02T01:00:00Z");
    ck_assert_str_eq(t_text(job, "updated_at"), "2026-02-03T01:00:00Z");
    ck_assert_int_eq(t_int(job, "escalation"), 1); /* new for more than 4 hours: it rang then */
    struct rd_value history = rig_ok(&rig, "case.history", "{'id': '%s'}", t_text(job, "id"));
    ck_assert_str_eq(t_text(history, "entries.1.command"), "ring");
    ck_assert_str_eq(t_text(history, "entries.1.at"), "2026-02-02T06:00:00Z");
    ck_assert_uint_eq(t_count(rig_ok(&rig, "notice.list", "{}"), "notices"), 0);
    ck_assert_int_eq(rd_kernel_now_ms(rig.kernel), RIG_START_MS);
    rig_expect_rebuild_equal(&rig);
    ck_assert_int_eq(rd_kernel_now_ms(rig.kernel), RIG_START_MS);
}
END_TEST

START_TEST(again_is_no_change)
{
    const char *rows =
        OPENED ",{'key': 'a', 'id': '1', 'at': '2026-02-02T02:00:00Z', 'event': 'work'}";
    unsigned char before[32], after[32];
    import_rows(rows);
    rig_digest(&rig, before);
    struct rd_value results = import_rows(rows);
    ck_assert_str_eq(t_text(results, "0.status"), "again");
    ck_assert_str_eq(t_text(results, "1.status"), "again");
    rig_digest(&rig, after);
    ck_assert_mem_eq(before, after, sizeof before);
    /* natural keys are not forgotten with the others */
    rig_advance(&rig, "30 days");
    for (int i = 0; i < 3; i++) {
        rig.as = "ben";
        rig_ok(&rig, "case.open",
               "{'type': 'job', 'data': {'subject': 'x'}, 'idempotency_key': '%d'}", i);
        rig.as = NULL;
    }
    ck_assert_str_eq(t_text(import_rows(rows), "0.status"), "again");
}
END_TEST

START_TEST(a_bad_row_stops_nothing)
{
    static const struct {
        const char *row, *name;
    } rows[] = {
        { "{'at': '2026-02-02T01:00:00Z', 'type': 'job', 'open': {'subject': 'b'}}",
          "invalid_params" },
        { "{'key': 'b', 'type': 'job', 'open': {'subject': 'b'}}", "invalid_params" },
        { "{'key': 'b', 'at': 'then', 'type': 'job', 'open': {'subject': 'b'}}", "invalid_params" },
        { "{'key': 'b', 'at': -9223372036854775808, 'type': 'job', 'open': {'subject': 'b'}}",
          "invalid_params" },
        { "{'key': 'b', 'at': 9223372036854775807, 'type': 'job', 'open': {'subject': 'b'}}",
          "out_of_order" },
        { "{'key': 'b', 'at': '2027-02-02T01:00:00Z', 'type': 'job', 'open': {'subject': 'b'}}",
          "out_of_order" },
        { "{'key': 'b', 'at': '2026-02-02T01:00:00Z', 'type': 'jab', 'open': {'subject': 'b'}}",
          "invalid_params" },
        { "{'key': 'b', 'at': '2026-02-02T01:00:00Z', 'type': 'job', 'open': {'subjekt': 'b'}}",
          "bad_form" },
        { "{'key': 'b', 'at': '2026-02-02T01:00:00Z', 'type': 'job', 'open': 'b'}", "bad_form" },
        { "{'key': 'c', 'id': '1', 'at': '2026-02-02T01:00:00Z', 'event': 'work'}", "not_found" },
        { "{'key': 'a', 'at': '2026-02-02T01:00:00Z', 'event': 'work'}", "invalid_params" },
        { "{'key': 'a', 'id': '1', 'at': '2026-02-01T01:00:00Z', 'event': 'work'}",
          "out_of_order" },
        { "{'key': 'a', 'id': '2', 'at': '2026-02-02T01:00:01Z', 'event': 'resume'}",
          "wrong_state" },
        { "{'key': 'a', 'id': '3', 'at': '2026-02-02T01:00:01Z', 'event': 'works'}",
          "invalid_params" },
        { "{'key': 'a', 'id': '4', 'at': '2026-02-02T01:00:01Z', 'event': 'work', 'form': [1]}",
          "bad_form" },
        { "'what'", "invalid_params" },
    };
    import_rows(OPENED);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rd_value results = import_rows(rows[i].row);
        ck_assert_msg(strcmp(t_text(results, "0.status"), "failed") == 0, "%s", rows[i].row);
        ck_assert_msg(strcmp(t_text(results, "0.error.name"), rows[i].name) == 0, "%s: %s: %s",
                      rows[i].row, t_text(results, "0.error.name"),
                      t_text(results, "0.error.message"));
    }
    ck_assert_str_eq(
        t_text(
            import_rows("{'key': 'a', 'id': '9', 'at': '2026-02-02T01:00:01Z', 'event': 'work'}"),
            "0.status"),
        "done");
    rig_no(&rig, "invalid_params", NULL, "import.apply", "{'session': '', 'rows': []}");
    rig_no(&rig, "invalid_params", NULL, "import.apply", "{'session': 'a\\nb', 'rows': []}");
    struct rd_value params = rd_map(), list = rd_list();
    for (int i = 0; i < 1001; i++)
        rd_list_add(&rig.arena, &list, rd_null());
    rd_map_add(&rig.arena, &params, "session", rd_text("s"));
    rd_map_add(&rig.arena, &params, "rows", list);
    rig_call(&rig, "import.apply", params);
    ck_assert_int_eq(rig.status, RD_INVALID_PARAMS);
    rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP, .account = "ben" };
    rig_no(&rig, "not_allowed", NULL, "import.apply", "{'session': 's', 'rows': []}");
    rig_no(&rig, "not_allowed", NULL, "import.finish", "{'session': 's'}");
}
END_TEST

START_TEST(the_live_clock_waits_until_they_join)
{
    import_rows(OPENED);
    rig_advance(&rig, "30 days");
    const char *id = import_id("a");
    ck_assert_str_eq(t_text(rig_ok(&rig, "case.get", "{'id': '%s'}", id), "state"), "new");
    struct rd_value done;
    do {
        done = rig_ok(&rig, "import.finish", "{'session': 's'}");
    } while (!t_bool(done, "done"));
    struct rd_value job = rig_ok(&rig, "case.get", "{'id': '%s'}", id);
    ck_assert_str_eq(t_text(job, "state"), "late");
    ck_assert_int_eq(t_int(job, "escalation"), 3); /* new, late, and the whole case */
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(joined_deadlines_ring_live)
{
    import_rows(
        "{'key': 'a', 'at': '2026-03-02T00:59:00Z', 'type': 'job', 'open': {'subject': 'a'}}");
    struct rd_value done = rig_ok(&rig, "import.finish", "{'session': 's'}");
    ck_assert_int_eq(t_int(done, "joined"), 1);
    rig_advance(&rig, "6 hours");
    struct rd_value job = rig_ok(&rig, "case.get", "{'id': '%s'}", import_id("a"));
    ck_assert_str_eq(t_text(job, "state"), "late");
    ck_assert_uint_eq(t_count(rig_ok(&rig, "notice.list", "{}"), "notices"), 1);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

/* Whoever touches an imported record, be it through another one, makes its clocks live. */
START_TEST(a_live_event_takes_it_over)
{
    import_rows(
        "{'key': 'a', 'at': '2026-03-02T00:59:00Z', 'type': 'job', 'open': {'subject': "
        "'a'}},{'key': 'a', 'id': '1', 'at': '2026-03-02T00:59:01Z', 'event': 'work'},"
        "{'key': 'b', 'at': '2026-03-02T00:59:00Z', 'type': 'job', 'open': {'subject': 'b'}},"
        "{'key': 'b', 'id': '1', 'at': '2026-03-02T00:59:01Z', 'event': 'work'}");
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'remind', 'as': 'max'}", import_id("a"));
    rig.as = NULL;
    /* b by a cascade: a job that pokes it, without a peer of its own that fails; so by a task */
    rig_advance(&rig, "3 hours");
    struct rd_value job = rig_ok(&rig, "case.get", "{'id': '%s'}", import_id("a"));
    ck_assert_int_gt(t_int(job, "data.n"), 0);
    rig_advance(&rig, "6 hours");
    job = rig_ok(&rig, "case.get", "{'id': '%s'}", import_id("a"));
    ck_assert_int_eq(t_int(job, "escalation"), 1); /* its own limits ring live as well */
    job = rig_ok(&rig, "case.get", "{'id': '%s'}", import_id("b"));
    ck_assert_int_eq(t_int(job, "escalation"), 0); /* this one still waits */
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(a_cascade_takes_it_over)
{
    import_rows("{'key': 'a', 'at': '2026-03-02T00:59:00Z', 'type': 'job', 'open': {'subject': "
                "'a'}},{'key': 'a', 'id': '1', 'at': '2026-03-02T00:59:01Z', 'event': 'work'},"
                "{'key': 'a', 'id': '2', 'at': '2026-03-02T00:59:02Z', 'event': 'split'}");
    struct rd_value tasks = rig_ok(&rig, "case.list", "{'type': 'task'}");
    rig.as = "max";
    rig_ok(&rig, "case.act", "{'id': '%s', 'event': 'finish'}", t_text(tasks, "cases.0.id"));
    rig.as = NULL;
    rig_advance(&rig, "9 hours");
    struct rd_value job = rig_ok(&rig, "case.get", "{'id': '%s'}", import_id("a"));
    ck_assert_int_eq(t_int(job, "data.tasks"), 1);
    ck_assert_int_eq(t_int(job, "escalation"), 1);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_import");
    TCase *tcase = tcase_create("import");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, happens_at_its_time_and_tells_nobody);
    tcase_add_test(tcase, again_is_no_change);
    tcase_add_test(tcase, a_bad_row_stops_nothing);
    tcase_add_test(tcase, the_live_clock_waits_until_they_join);
    tcase_add_test(tcase, joined_deadlines_ring_live);
    tcase_add_test(tcase, a_live_event_takes_it_over);
    tcase_add_test(tcase, a_cascade_takes_it_over);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
