/* Recovery, with the kernel in the process: the store is a projection of the journal, whatever it
 * is made from; and deadlines that fell due while nobody was there.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/text.h"
#include "fault/load.h"
#include "fault/shop.h"
#include "kernel/kernel.h"
#include "store/faults.h"
#include "unit/unit.h"

#define DIGEST_BYTES 32

static char dir[UNIT_DIR_MAX], data[UNIT_DIR_MAX + 8], shop[UNIT_DIR_MAX];
static struct rd_arena arena;
static struct rd_kernel *kernel;
static struct rd_kernel_start start;

static void setup(void)
{
    rd_arena_init(&arena);
    unit_dir_make(dir);
    unit_dir_make(shop);
    snprintf(data, sizeof data, "%s/data", dir);
    kernel = NULL;
}

static void teardown(void)
{
    rd_kernel_close(kernel);
    rd_arena_fini(&arena);
    unit_dir_remove(dir);
    unit_dir_remove(shop);
}

static enum rd_status open_with(const struct rd_kernel_options *options, struct rd_error *error)
{
    struct rd_findings findings;
    rd_findings_init(&findings, &arena);
    *error = RD_ERROR_NONE;
    enum rd_status status = rd_kernel_open(options, &findings, &kernel, &start, error);
    return status;
}

/* On the manual clock from Monday, 2 March 2026, 09:00. */
static void open_kernel(const char *policy, bool fresh)
{
    struct rd_error error;
    struct rd_kernel_options options = { .data_dir = data,
                                         .policy_dir = policy,
                                         .clock_manual = true,
                                         .clock_start_ms = 1772413200000,
                                         .fresh_store = fresh };
    enum rd_status status = open_with(&options, &error);
    ck_assert_msg(status == RD_OK, "opening: %s", error.text);
}

static void close_kernel(void)
{
    rd_kernel_close(kernel);
    kernel = NULL;
}

static enum rd_status ask(const char *method, const char *params, struct rd_value *result)
{
    struct rd_value value = f_parse(&arena, params);
    struct rd_request request = {
        .arena = &arena, .method = method, .params = &value, .peer = { .door = RD_DOOR_INSIDE }
    };
    struct rd_request *const batch[] = { &request };
    rd_kernel_run(kernel, batch, 1);
    *result = request.result;
    if (request.status != RD_OK)
        *result = rd_text_copy(&arena, request.error.text, strlen(request.error.text));
    return request.status;
}

static struct rd_value call(const char *method, const char *params)
{
    struct rd_value result;
    enum rd_status status = ask(method, params, &result);
    ck_assert_msg(status == RD_OK, "%s %s: %s", method, params, f_json(&arena, &result));
    return result;
}

static int64_t info(const char *member)
{
    struct rd_value result = call("server.info", "{}");
    return rd_map_int(&result, member, -1);
}

static void digest(unsigned char out[DIGEST_BYTES])
{
    struct rd_error error = RD_ERROR_NONE;
    ck_assert_msg(rd_kernel_digest(kernel, out, &error) == RD_OK, "digest: %s", error.text);
}

static void assert_digest(const unsigned char expected[DIGEST_BYTES])
{
    unsigned char now[DIGEST_BYTES];
    digest(now);
    ck_assert_mem_eq(now, expected, DIGEST_BYTES);
}

/* A few weeks in which everything happens that changes the store. */
static void mixed_history(void)
{
    static const char *const departments[] = { "finance", "logistics" };
    struct rd_value li = call(
        "record.create", "{'type': 'customer', 'as': 'ben', 'idempotency_key': 'li', 'data': "
                         "{'name': 'Li Wei', 'phone': '139', 'handler': 'ben', 'unit': 'gz'}}");
    const char *customer = rd_map_text(&li, "id", "");
    const char *forms[] = { "verify",   "'ground': 'sufficient', 'demand': 'reasonable'",
                            "transfer", "'department': '%s'",
                            "ask",      "'question': 'Which?'",
                            "answered", "'answer': 'This'",
                            "grant",    "'remedy': 'refund', 'amount': '100.01'" };
    for (int i = 0; i < 24; i++) {
        struct rd_value opened = call(
            "case.open", rd_arena_printf(&arena,
                                         "{'type': 'complaint', 'as': 'ben', 'idempotency_key': "
                                         "'%d', 'data': {'customer': '%s', 'channel': 'phone', "
                                         "'problem': 'delivery', 'summary': 'No. %d'}}",
                                         i, customer, i));
        for (int step = 0; step < i % 6; step++) {
            const char *form = rd_arena_printf(&arena, forms[2 * step + 1], departments[i % 2]);
            struct rd_value result;
            ask("case.act",
                rd_arena_printf(&arena,
                                "{'id': '%s', 'as': '%s', 'event': '%s', 'idempotency_key': "
                                "'%d-%d', 'form': {%s}}",
                                rd_map_text(&opened, "id", ""), i % 7 ? "ben" : "kf1",
                                forms[2 * step], i, step, form),
                &result); /* some are refused */
        }
        if (i % 5 == 0)
            call("clock.advance", "{'by': '13 hours'}");
        if (i % 8 == 3)
            call("record.update",
                 rd_arena_printf(&arena,
                                 "{'id': '%s', 'as': 'ben', 'set': {'phone': '%d', 'company': %s}}",
                                 customer, i, i % 16 == 3 ? "'Li & Co'" : "null"));
    }
    call("account.token", "{'account': 'ben'}");
    call("clock.advance", "{'by': '9 days'}"); /* the keys expire, and much rings */
    call("record.create", "{'type': 'customer', 'as': 'ben', 'idempotency_key': 'li 2', 'data': "
                          "{'name': 'Another Li'}}");
    call("clock.advance", "{'by': '60 days'}");
}

START_TEST(test_a_rebuilt_store_is_equal)
{
    unsigned char before[DIGEST_BYTES];
    open_kernel(".", false);
    mixed_history();
    int64_t seq = info("seq");
    digest(before);
    close_kernel();
    open_kernel(".", false);
    ck_assert_uint_eq(start.replayed, 0);
    assert_digest(before);
    close_kernel();
    open_kernel(".", true);
    ck_assert_uint_eq(start.replayed, (uint64_t)seq);
    assert_digest(before);
    ck_assert_int_eq(info("seq"), seq);
}
END_TEST

START_TEST(test_a_store_that_is_gone_is_made_anew)
{
    unsigned char before[DIGEST_BYTES];
    open_kernel(".", false);
    mixed_history();
    int64_t seq = info("seq");
    digest(before);
    close_kernel();
    char store[UNIT_DIR_MAX + 16];
    snprintf(store, sizeof store, "%s/store", data);
    unit_dir_remove(store);
    open_kernel(".", false);
    ck_assert_uint_eq(start.replayed, (uint64_t)seq);
    assert_digest(before);
    close_kernel();
    open_kernel(NULL, false); /* without the directory of rules as well: they are in the journal */
    assert_digest(before);
}
END_TEST

/* A process of its own works until it is told to die at a named place; what is found then. */
static void die_at(const char *fault)
{
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        setenv("RD_FAULT", fault, 1);
        open_kernel(".", false);
        mixed_history();
        close_kernel(); /* commits */
        _exit(0);
    }
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 137, "%s: %x", fault, status);
}

START_TEST(test_a_torn_tail_is_cut_and_told)
{
    static const char *const places[] = { "journal_write_torn", "journal_before_flush",
                                          "journal_after_flush", "store_before_commit" };
    if (!rd_faults_on() || !unit_forks()) {
        printf("SKIPPED: needs the named faults (REDRESS_FAULTS) and processes (CK_FORK)\n");
        return;
    }
    int cut = 0; /* half of a batch may end where an entry ends: then there is nothing to cut */
    for (int count = 1; count < 60; count += 13) {
        const char *name = places[_i];
        die_at(rd_arena_printf(&arena, "%s:%d", name, _i == 3 ? count / 40 : count));
        open_kernel(".", false);
        cut += start.cut_bytes > 0;
        if (start.cut_bytes > 0)
            ck_assert_uint_eq(start.cut_after_seq, start.last_seq);
        unsigned char before[DIGEST_BYTES];
        call("record.create", "{'type': 'customer', 'as': 'ben', 'data': {'name': 'Wu'}}");
        digest(before);
        close_kernel();
        open_kernel(".", true);
        ck_assert_uint_eq(start.cut_bytes, 0);
        assert_digest(before);
        close_kernel();
        unit_dir_remove(data);
    }
    ck_assert(_i == 0 ? cut >= 3 : cut == 0);
}
END_TEST

/* Changes one byte of the journal: in the first entry of a customer, or in the last batch. */
static void damage(bool early)
{
    char path[UNIT_DIR_MAX + 64];
    snprintf(path, sizeof path, "%s/journal/00000001.seg", data);
    int fd = open(path, O_RDWR);
    ck_assert_int_ge(fd, 0);
    off_t end = lseek(fd, 0, SEEK_END);
    char *bytes = malloc((size_t)end);
    ck_assert_int_eq(pread(fd, bytes, (size_t)end, 0), end);
    while (end > 0 && bytes[end - 1] == 0) /* the segment is allocated to its full size */
        end--;
    char *found = early ? memmem(bytes, (size_t)end, "Li Wei", 6) : bytes + end - 100;
    ck_assert_ptr_nonnull(found);
    while (memchr(found - 8, 0, 16)) /* between two entries there may be a few bytes of nothing */
        found++;
    *found = (char)(*found ^ 0x40);
    ck_assert_int_eq(pwrite(fd, found, 1, found - bytes), 1);
    free(bytes);
    close(fd);
}

/* What was flushed and is damaged is not guessed, nor cut off: _i 0: known by the entries behind
 * it, also when the store is thrown away; 1: in the last batch, known by the store; 2: also by the
 * store that is to be thrown away. */
START_TEST(test_damage_is_refused)
{
    struct rd_error error;
    open_kernel(".", false);
    mixed_history();
    close_kernel();
    damage(_i == 0);
    struct rd_kernel_options options = { .data_dir = data,
                                         .clock_manual = true,
                                         .fresh_store = _i != 1 };
    enum rd_status status = open_with(&options, &error);
    ck_assert_msg(status == RD_CORRUPT, "%s: %s", rd_status_name(status), error.text);
    ck_assert_msg(strstr(error.text, "00000001.seg") != NULL, "%s", error.text);
    kernel = NULL;
}
END_TEST

START_TEST(test_a_second_opener_is_told_who_holds_it)
{
    struct rd_error error;
    open_kernel(".", false);
    struct rd_kernel *first = kernel;
    struct rd_kernel_options options = { .data_dir = data, .clock_manual = true };
    ck_assert_int_eq(open_with(&options, &error), RD_IN_USE);
    ck_assert_msg(strstr(error.text, rd_arena_printf(&arena, "%d", (int)getpid())) != NULL, "%s",
                  error.text);
    kernel = first;
    call("server.info", "{}");
    close_kernel();
    open_kernel(".", false);
}
END_TEST

START_TEST(test_a_manual_clock_does_not_fall_back)
{
    open_kernel(".", false);
    struct rd_value li =
        call("record.create", "{'type': 'customer', 'as': 'ben', 'data': {'name': 'Li Wei'}}");
    call("case.open", rd_arena_printf(&arena,
                                      "{'type': 'complaint', 'as': 'ben', 'at': "
                                      "'2026-02-20T09:00:00+08:00', 'data': {'customer': '%s', "
                                      "'channel': 'phone', 'problem': 'quality', 'summary': 'x'}}",
                                      rd_map_text(&li, "id", "")));
    int64_t now_ms = rd_kernel_now_ms(kernel);
    close_kernel();
    open_kernel(".", false);
    ck_assert_int_eq(rd_kernel_now_ms(kernel), now_ms);
}
END_TEST

/* ---- after a long stop ---- */

#define OVERDUE 2000

static int64_t due_ms[OVERDUE + 1]; /* by serial */

#define AT_ONCE 10 /* opened in one batch, at one time */

/* Tickets of three kinds, opened over a day: the order of their deadlines is not that of their ids.
 */
static void open_overdue(void)
{
    static const char *const params[] = {
        "{'type': 'ticket', 'as': 'ann', 'data': {'kind': 'a'}}",
        "{'type': 'ticket', 'as': 'ann', 'data': {'kind': 'b'}}",
        "{'type': 'ticket', 'as': 'ann', 'data': {'kind': 'c'}}",
    };
    for (int i = 0; i < OVERDUE; i += AT_ONCE) {
        struct rd_value values[AT_ONCE];
        struct rd_request requests[AT_ONCE], *batch[AT_ONCE];
        for (int k = 0; k < AT_ONCE; k++) {
            values[k] = f_parse(&arena, params[(i + k) * 7 % 3]);
            requests[k] = (struct rd_request){ .arena = &arena,
                                               .method = "case.open",
                                               .params = &values[k],
                                               .peer = { .door = RD_DOOR_INSIDE } };
            batch[k] = &requests[k];
        }
        rd_kernel_run(kernel, batch, AT_ONCE);
        for (int k = 0; k < AT_ONCE; k++) {
            ck_assert_msg(requests[k].status == RD_OK, "%s", requests[k].error.text);
            const struct rd_value *deadlines = rd_map_list(&requests[k].result, "deadlines");
            ck_assert(
                rd_time_read(rd_map_text(&deadlines->items[0], "due", ""), &due_ms[i + k + 1]));
        }
        call("clock.advance", "{'by': '7 minutes'}");
        rd_arena_reset(&arena);
    }
}

/* The rings of the feed behind `since`: in order of due (of the first deadline of each ticket), and
 * each ticket once a state. Returns how many. */
static int assert_rung_in_order(int64_t since, bool at_due)
{
    static int late[OVERDUE + 1], done[OVERDUE + 1];
    int64_t last_due = 0, last_at = 0;
    int rings = 0;
    memset(late, 0, sizeof late);
    memset(done, 0, sizeof done);
    for (int64_t durable = since + 1; since < durable;) {
        struct rd_value page =
            call("feed.read", rd_arena_printf(&arena, "{'since': %lld}", (long long)since));
        const struct rd_value *events = rd_map_list(&page, "events");
        for (uint32_t i = 0; i < events->count; i++) {
            const struct rd_value *event = &events->items[i];
            const struct rd_value *records = rd_map_list(event, "records");
            int serial = atoi(strchr(rd_map_text(event, "id", "?-0"), '-') + 1);
            int64_t at_ms;
            ck_assert_str_eq(rd_map_text(event, "command", ""), "ring");
            ck_assert(rd_time_read(rd_map_text(event, "at", ""), &at_ms));
            ck_assert_int_ge(at_ms, last_at);
            last_at = at_ms;
            rings++;
            if (strcmp(rd_map_text(&records->items[0], "state", ""), "late") != 0) {
                ck_assert_int_eq(++done[serial], 1);
                continue;
            }
            ck_assert_int_eq(++late[serial], 1);
            ck_assert_int_ge(due_ms[serial], last_due);
            last_due = due_ms[serial];
            ck_assert_int_eq(at_due ? at_ms - due_ms[serial] : 0, 0);
        }
        since = rd_map_int(&page, "next", 0);
        durable = rd_map_int(&page, "durable", 0);
        rd_arena_reset(&arena);
    }
    for (int i = 1; i <= OVERDUE; i++)
        ck_assert_int_eq(late[i], 1);
    return rings;
}

START_TEST(test_all_that_is_overdue_rings_by_the_manual_clock)
{
    f_shop_write(shop, "9 days", "8 days", "7 days", "3 days");
    open_kernel(shop, false);
    open_overdue();
    int64_t since = info("seq");
    close_kernel();
    open_kernel(shop, false);
    struct rd_value moved = call("clock.advance", "{'by': '30 days'}");
    ck_assert_int_eq(rd_map_int(&moved, "rung", 0), 2 * OVERDUE);
    ck_assert_int_eq(assert_rung_in_order(since, true), 2 * OVERDUE);
    ck_assert_int_eq(info("seq"), since + 2 * OVERDUE);
}
END_TEST

/* Years later by the machine's clock: in slices, with others' requests answered in between. */
START_TEST(test_all_that_is_overdue_rings_by_the_machines_clock)
{
    struct rd_error error;
    f_shop_write(shop, "9 days", "8 days", "7 days", "3000 days");
    struct rd_kernel_options then = {
        .data_dir = data, .policy_dir = shop, .clock_manual = true, .clock_start_ms = 1578272400000
    }; /* January 2020 */
    ck_assert_int_eq(open_with(&then, &error), RD_OK);
    open_overdue();
    int64_t since = info("seq");
    close_kernel();
    struct rd_kernel_options now = { .data_dir = data, .policy_dir = shop };
    ck_assert_int_eq(open_with(&now, &error), RD_OK);
    int64_t before = info("deadlines_rung"); /* the first run has rung a slice already */
    int runs = 0;
    for (; rd_kernel_wake_at(kernel) <= rd_clock_wall_ms(); runs++) {
        int64_t rung = info("deadlines_rung"); /* answered before the slice of its own run */
        ck_assert_int_le(rung - before, 2 * RD_RING_SLICE_MAX); /* one more where it took long */
        before = rung;
        ck_assert_int_lt(runs, OVERDUE); /* slow machines ring few in a slice */
    }
    ck_assert_int_ge(runs, OVERDUE / (2 * RD_RING_SLICE_MAX) - 1);
    ck_assert_int_eq(info("deadlines_rung"), OVERDUE);
    ck_assert_int_eq(assert_rung_in_order(since, false), OVERDUE);
    int64_t seq = info("seq");
    close_kernel();
    ck_assert_int_eq(open_with(&now, &error), RD_OK);
    ck_assert_int_eq(info("seq"), seq); /* once */
    rd_kernel_run(kernel, NULL, 0);
    ck_assert_int_eq(info("seq"), seq);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("recovery");
    TCase *tcase = tcase_create("recovery");
    tcase_set_timeout(tcase, T_TIMEOUT_S);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_a_rebuilt_store_is_equal);
    tcase_add_test(tcase, test_a_store_that_is_gone_is_made_anew);
    tcase_add_loop_test(tcase, test_a_torn_tail_is_cut_and_told, 0, 4);
    tcase_add_loop_test(tcase, test_damage_is_refused, 0, 3);
    tcase_add_test(tcase, test_a_second_opener_is_told_who_holds_it);
    tcase_add_test(tcase, test_a_manual_clock_does_not_fall_back);
    tcase_add_test(tcase, test_all_that_is_overdue_rings_by_the_manual_clock);
    tcase_add_test(tcase, test_all_that_is_overdue_rings_by_the_machines_clock);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
