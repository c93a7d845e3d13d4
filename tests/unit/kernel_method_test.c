/* The table of methods: in order, with an authority each; params of every shape; batches; tokens;
 * a full disk. */
#include "base/buf.h"
#include "base/limits.h"
#include "common/company.h"
#include "domain/authority.h"
#include "store/faults.h"
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

static const char *const OPERATIONS[] = {
#define NAME(name) name,
    RD_OPERATION_MAP(NAME)
#undef NAME
};

/* Whether authority rows may name it. */
static bool method_is_operation(const char *name)
{
    for (size_t i = 0; i < sizeof OPERATIONS / sizeof *OPERATIONS; i++)
        if (strcmp(OPERATIONS[i], name) == 0)
            return true;
    return false;
}

START_TEST(the_table_is_sorted_and_each_row_has_its_operation)
{
    /* methods that share an operation's name */
    static const char *const shared[][2] = {
        { "backup.status", "backup.create" },
        { "feed.read", "feed.subscribe" },
        { "feed.unsubscribe", "feed.subscribe" },
        { "import.apply", "import.run" },
        { "import.finish", "import.run" },
        { "policy.activate", "policy.reload" },
        { "policy.backtest", "policy.reload" },
        { "policy.backtest_cancel", "policy.reload" },
        { "policy.backtest_status", "policy.reload" },
        { "person.list", "person.erase" },
        { "policy.list", "policy.info" },
        { "policy.preview", "policy.reload" },
        { "policy.rollback", "policy.reload" },
        { "policy.shadow", "policy.reload" },
        { "policy.shadow_status", "policy.reload" },
        { "policy.shadow_stop", "policy.reload" },
        { "report.cases", "report.run" },
        { "report.list", "report.run" },
        { "staff.list", "staff.read" },
        { "journal.read", "backup.create" },
        { "standby.status", "backup.create" },
        { "standby.promote", "standby.fence" },
        { "standby.take", "standby.fence" },
        { "staff.show", "staff.read" },
    };
    size_t count;
    const struct rd_method *methods = rd_kernel_methods(&count);
    ck_assert_uint_gt(count, 20);
    for (size_t i = 0; i < count; i++) {
        const char *operation = methods[i].name;
        ck_assert(i == 0 || strcmp(methods[i - 1].name, methods[i].name) < 0);
        ck_assert_int_ge(methods[i].authority, RD_METHOD_OPEN);
        ck_assert_int_le(methods[i].authority, RD_METHOD_ROW);
        for (size_t k = 0; k < sizeof shared / sizeof *shared; k++)
            if (strcmp(shared[k][0], operation) == 0)
                operation = shared[k][1];
        if (methods[i].authority == RD_METHOD_ROW)
            ck_assert_msg(method_is_operation(operation), "%s", operation);
    }
}
END_TEST

START_TEST(rows_are_enforced_for_every_method)
{
    size_t count;
    const struct rd_method *methods = rd_kernel_methods(&count);
    for (size_t i = 0; i < count; i++) {
        /* nobody is logged in */
        rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP };
        struct rd_value params = rd_map();
        for (const struct rd_method_param *p = methods[i].params; p->name; p++) {
            if (!p->required)
                continue;
            const char *kind = strstr(p->schema, "integer")  ? "0"
                               : strstr(p->schema, "object") ? "{}"
                               : strstr(p->schema, "array")  ? "[]"
                                                             : "'x'";
            rd_map_add(&rig.arena, &params, p->name, rig_json(&rig, "%s", kind));
        }
        rig_call(&rig, methods[i].name, params);
        if (methods[i].authority == RD_METHOD_OPEN)
            continue;
        ck_assert_msg(rig.status == RD_NOT_LOGGED_IN, "%s: %s", methods[i].name,
                      rd_status_name(rig.status));
        /* an account that no row speaks of */
        rig.peer.account = "non";
        rig_call(&rig, methods[i].name, params);
        if (methods[i].authority == RD_METHOD_ROW)
            ck_assert_msg(rig.status == RD_NOT_ALLOWED, "%s: %s", methods[i].name,
                          rd_status_name(rig.status));
    }
}
END_TEST

/* Every param of every method with every kind of value: refused by name, never worse. */
START_TEST(params_of_every_shape)
{
    static const char *const shapes[] = {
        "null",
        "true",
        "-1",
        "0",
        "9223372036854775807",
        "1.5",
        "''",
        "'x'",
        "'2-1'",
        "[]",
        "{}",
        "[[null]]",
        "{'a': {'b': [1]}}",
        "{'state': {'from': null}}",
        "[{}, null, 1, 'x', {'key': 'k', 'at': 0, 'type': 'job', 'open': null}]",
    };
    size_t count;
    const struct rd_method *methods = rd_kernel_methods(&count);
    rig_job(&rig, "x");
    for (size_t i = 0; i < count; i++) {
        if (strcmp(methods[i].name, "clock.advance") == 0)
            continue;
        for (const struct rd_method_param *p = methods[i].params; p->name; p++)
            for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
                struct rd_value params = rd_map();
                for (const struct rd_method_param *q = methods[i].params; q->name; q++)
                    if (q->required && q != p)
                        rd_map_add(&rig.arena, &params, q->name,
                                   rig_json(&rig, "%s",
                                            strcmp(q->name, "type") == 0   ? "'job'"
                                            : strcmp(q->name, "id") == 0   ? "'2-1'"
                                            : strstr(q->schema, "integer") ? "0"
                                            : strstr(q->schema, "object")  ? "{}"
                                            : strstr(q->schema, "array")   ? "[]"
                                                                           : "'x'"));
                rd_map_add(&rig.arena, &params, p->name, rig_json(&rig, "%s", shapes[s]));
                rig_call(&rig, methods[i].name, params);
                ck_assert_msg(rig.status == RD_OK ||
                                  rd_status_code(rig.status) != rd_status_code(RD_INTERNAL_ERROR),
                              "%s %s: %s", methods[i].name, rig_show(&rig, params), rig.error.text);
            }
        struct rd_value params = rd_map();
        rd_map_add(&rig.arena, &params, "no such", rd_int(1));
        rig_call(&rig, methods[i].name, params);
        ck_assert_int_eq(rig.status, RD_INVALID_PARAMS);
        rig_call(&rig, methods[i].name, rd_list());
        ck_assert_int_eq(rig.status, RD_INVALID_PARAMS);
    }
    rig_no(&rig, "method_not_found", "", "case.opne", "{}");
    ck_assert_ptr_nonnull(strstr(rig.error.text, "did you mean 'case.open'"));
    rig_no(&rig, "method_not_found", "", "", "{}");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

START_TEST(discovery_tells_of_every_method)
{
    size_t count;
    rd_kernel_methods(&count);
    struct rd_value document = rig_ok(&rig, "rpc.discover", "{}");
    ck_assert_uint_eq(t_count(document, "methods"), count);
    ck_assert_str_eq(t_text(document, "openrpc"), "1.3.2");
}
END_TEST

START_TEST(tokens_log_in)
{
    rig_no(&rig, "not_found", "/account", "account.token", "{'account': 'gone'}");
    struct rd_value token = rig_ok(&rig, "account.token", "{'account': 'ben'}");
    rig.peer = (struct rd_peer){ .door = RD_DOOR_TCP };
    struct rd_value login =
        rig_ok(&rig, "session.login", "{'token': '%s'}", t_text(token, "token"));
    ck_assert_str_eq(t_text(login, "account"), "ben");
    rig_no(&rig, "not_logged_in", NULL, "session.login", "{'token': ''}");
    rig_no(&rig, "not_logged_in", NULL, "session.login", "{'token': 'x%s'}",
           t_text(token, "token"));
    rig.peer.account = "ben";
    rig_no(&rig, "not_allowed", NULL, "account.token", "{'account': 'adm'}");
    rig.peer = (struct rd_peer){ .door = RD_DOOR_INSIDE };
    rig_expect_rebuild_equal(&rig);
    rig_ok(&rig, "session.login", "{'token': '%s'}", t_text(token, "token"));
    rig_ok(&rig, "store.stat", "{}");
}
END_TEST

START_TEST(unix_peers_are_known_by_their_uid)
{
    rig.peer = (struct rd_peer){ .door = RD_DOOR_UNIX, .uid = 4001 };
    struct rd_value job = rig_ok(&rig, "case.open", "{'type': 'job', 'data': {'subject': 'x'}}");
    ck_assert_str_eq(t_text(job, "opened_by"), "ben");
    rig.peer.uid = 0;
    rig_ok(&rig, "case.get", "{'id': '%s'}", t_text(job, "id"));
    rig_ok(&rig, "store.stat", "{}");
    rig.peer.uid = 4002;
    rig_no(&rig, "not_allowed", NULL, "store.stat", "{}");
}
END_TEST

/* One arena serves a whole batch: its replies together must not exhaust it. */
START_TEST(a_batch_is_bounded_by_memory)
{
    struct rd_buf note;
    struct rd_arena arena;
    struct rd_request requests[256], *all[256];
    size_t done = 0, refused = 0;
    rd_buf_init(&note);
    for (int i = 0; i < 60000; i++)
        rd_buf_char(&note, 'n');
    rd_buf_char(&note, '\0');
    rig.as = "adm";
    for (int i = 0; i < 60; i++)
        rig_ok(&rig, "record.create", "{'type': 'person', 'data': {'name': 'P', 'note': '%s'}}",
               note.data);
    struct rd_value params = rig_json(&rig, "{'type': 'person'}");
    rd_arena_init(&arena);
    for (int i = 0; i < 256; i++) {
        requests[i] = (struct rd_request){
            .arena = &arena, .method = "case.list", .params = &params, .peer = rig.peer
        };
        all[i] = &requests[i];
    }
    rd_kernel_run(rig.kernel, all, 256);
    for (int i = 0; i < 256; i++) {
        done += requests[i].status == RD_OK;
        refused += requests[i].status == RD_LIMIT_EXCEEDED;
    }
    ck_assert_uint_ge(done, 4);
    ck_assert_uint_eq(done + refused, 256);
    ck_assert_uint_gt(refused, 0);
    rd_arena_fini(&arena);
    rd_buf_fini(&note);
}
END_TEST

/* The disk is full for one command: that one is refused, and the next is tried anew. */
START_TEST(a_full_disk_refuses_and_recovers)
{
    unsigned char before[32], after[32];
    if (!rd_faults_on())
        return;
    const char *id = rig_job(&rig, "x");
    rig_act(&rig, id, "work");
    rig_digest(&rig, before);
    static const char *const faults[] = { "journal_enospc:0:1", "journal_enospc:0" };
    for (size_t i = 0; i < 2; i++) {
        setenv("RD_FAULT", faults[i], 1);
        rig_no(&rig, "storage_full", NULL, "case.act",
               "{'id': '%s', 'event': 'split', 'as': 'ben'}", id);
        unsetenv("RD_FAULT");
        rig_digest(&rig, after);
        ck_assert_mem_eq(before, after, sizeof before);
    }
    rig_act(&rig, id, "split");
    ck_assert(t_bool(rig_ok(&rig, "server.info", "{}"), "accepts_writes"));
    rig_expect_rebuild_equal(&rig);
}
END_TEST

/* Of a batch during which the disk fills up, what was done stands and what was not is said. */
START_TEST(a_disk_that_fills_up_in_a_batch)
{
    struct rd_request requests[4], *all[4];
    size_t opened = 0;
    if (!rd_faults_on())
        return;
    struct rd_value params =
        rig_json(&rig, "{'type': 'job', 'as': 'ben', 'data': {'subject': 'x'}}");
    for (int i = 0; i < 4; i++) {
        requests[i] = (struct rd_request){
            .arena = &rig.arena, .method = "case.open", .params = &params, .peer = rig.peer
        };
        all[i] = &requests[i];
    }
    setenv("RD_FAULT", "journal_enospc:2:1", 1);
    rd_kernel_run(rig.kernel, all, 4);
    unsetenv("RD_FAULT");
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(requests[i].status, i == 2 ? RD_STORAGE_FULL : RD_OK);
        opened += requests[i].status == RD_OK;
    }
    ck_assert_uint_eq(t_count(rig_ok(&rig, "case.list", "{'type': 'job'}"), "cases"), opened);
    rig_expect_rebuild_equal(&rig);
}
END_TEST

/* Names that an activation was to enter are not remembered where it found no room. */
START_TEST(an_activation_without_room_leaves_nothing)
{
    if (!rd_faults_on())
        return;
    t_company_write(rig.policy, "rules/more.lua",
                    "return record 'thing' { fields = { name = text { indexed = true } } }\n");
    setenv("RD_FAULT", "journal_enospc:0:1", 1);
    rig_call(&rig, "policy.reload", rd_map());
    unsetenv("RD_FAULT");
    ck_assert_int_eq(rig.status, RD_STORAGE_FULL);
    ck_assert_int_eq(t_int(rig_ok(&rig, "policy.info", "{}"), "generation"), 1);
    rig_ok(&rig, "policy.reload", "{}");
    rig_ok(&rig, "case.list", "{'type': 'thing', 'where': {'name': 'x'}}");
    rig_expect_rebuild_equal(&rig);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel_method");
    TCase *tcase = tcase_create("method");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, the_table_is_sorted_and_each_row_has_its_operation);
    tcase_add_test(tcase, rows_are_enforced_for_every_method);
    tcase_add_test(tcase, params_of_every_shape);
    tcase_add_test(tcase, discovery_tells_of_every_method);
    tcase_add_test(tcase, tokens_log_in);
    tcase_add_test(tcase, unix_peers_are_known_by_their_uid);
    tcase_add_test(tcase, a_batch_is_bounded_by_memory);
    tcase_add_test(tcase, a_full_disk_refuses_and_recovers);
    tcase_add_test(tcase, a_disk_that_fills_up_in_a_batch);
    tcase_add_test(tcase, an_activation_without_room_leaves_nothing);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
