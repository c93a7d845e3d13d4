/* The power goes while a kernel with the company's own rules works: what it answered is there, the
 * store is what the journal makes, and the next start needs no help. As power_test.c, above the
 * vault: entries of all kinds, the policy and what is kept of it, commits in idle moments.
 *
 * 12 cuts; 300 with REDRESS_LONG=1. REDRESS_SEED repeats a run.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/json.h"
#include "kernel/kernel.h"
#include "power/disk.h"
#include "unit/unit.h"

#define CUTS 12
#define CUTS_LONG 300
#define CUTS_OF_ONE_RECORD 12

static char place[UNIT_DIR_MAX], dir[UNIT_DIR_MAX + 16], cut[UNIT_DIR_MAX + 16];
static struct rd_arena arena;
static uint64_t chance;

static uint32_t below(uint32_t limit)
{
    chance = chance * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(chance >> 33) % limit;
}

static void setup(void)
{
    const char *seed = getenv("REDRESS_SEED");
    chance = seed ? strtoull(seed, NULL, 0) : (uint64_t)time(NULL);
    printf("REDRESS_SEED=%" PRIu64 "\n", chance);
    unit_dir_make(place);
    snprintf(dir, sizeof dir, "%s/first", place);
    snprintf(cut, sizeof cut, "%s/cut", place);
    rd_arena_init(&arena);
}

static void teardown(void)
{
    p_record_fini();
    rd_arena_fini(&arena);
    unit_dir_remove(place);
}

/* On the manual clock from Monday, 2 March 2026, 09:00. */
static enum rd_status kernel_open(const char *data, const char *policy, bool fresh,
                                  struct rd_kernel **kernel, struct rd_error *error)
{
    struct rd_kernel_options options = { .data_dir = data,
                                         .policy_dir = policy,
                                         .clock_manual = true,
                                         .clock_start_ms = 1772413200000,
                                         .fresh_store = fresh };
    struct rd_kernel_start start;
    struct rd_findings findings;
    rd_findings_init(&findings, &arena);
    *error = RD_ERROR_NONE;
    return rd_kernel_open(&options, &findings, kernel, &start, error);
}

/* ' stands for ". What was answered is promised. */
static struct rd_value call(struct rd_kernel *kernel, const char *method, const char *text)
{
    struct rd_value params;
    struct rd_error error = RD_ERROR_NONE;
    char *copy = rd_arena_copy(&arena, text, strlen(text));
    for (char *at = copy; *at; at++)
        *at = *at == '\'' ? '"' : *at;
    ck_assert_int_eq(rd_json_parse(&arena, copy, strlen(copy), 32, &params, &error), RD_OK);
    struct rd_request request = {
        .arena = &arena, .method = method, .params = &params, .peer = { .door = RD_DOOR_INSIDE }
    };
    struct rd_request *const batch[] = { &request };
    rd_kernel_run(kernel, batch, 1);
    ck_assert_msg(request.status == RD_OK, "%s %s: %s", method, text, request.error.text);
    p_record_promise(rd_kernel_seen_seq(kernel));
    return request.result;
}

static void work(struct rd_kernel *kernel)
{
    struct rd_value li = call(kernel, "record.create",
                              "{'type': 'customer', 'as': 'ben', 'data': {'name': 'Li Wei', "
                              "'phone': '139', 'handler': 'ben', 'unit': 'gz'}}");
    const char *customer = rd_map_text(&li, "id", "");
    for (int i = 0; i < 12; i++) {
        call(kernel, "case.open",
             rd_arena_printf(&arena,
                             "{'type': 'complaint', 'as': 'ben', 'idempotency_key': '%d', 'data': "
                             "{'customer': '%s', 'channel': 'phone', 'problem': 'delivery', "
                             "'summary': 'No. %d'}}",
                             i, customer, i));
        if (below(3) == 0)
            call(kernel, "clock.advance", "{'by': '13 hours'}");
        if (below(3) == 0)
            call(kernel, "record.update",
                 rd_arena_printf(&arena, "{'id': '%s', 'as': 'ben', 'set': {'phone': '%d'}}",
                                 customer, i));
        if (below(3) == 0)
            (void)rd_kernel_idle(kernel);
    }
}

static void live(void)
{
    struct rd_kernel *kernel = NULL;
    struct rd_error error;
    ck_assert_msg(kernel_open(dir, ".", false, &kernel, &error) == RD_OK, "%s", error.text);
    work(kernel);
    rd_kernel_close(kernel);
    ck_assert_msg(kernel_open(dir, ".", false, &kernel, &error) == RD_OK, "%s", error.text);
    call(kernel, "clock.advance", "{'by': '9 days'}");
    rd_kernel_close(kernel);
}

/* Opens what is left twice: as it is, and with a store made anew. */
static void check_cut(size_t at, enum p_mercy mercy, uint64_t seed)
{
    unsigned char before[32], after[32];
    struct rd_kernel *kernel = NULL;
    struct rd_error error;
    uint64_t promised = p_record_promised(at), last;
    char where[128];
    snprintf(where, sizeof where, "cut behind %zu, mercy %d, seed %" PRIu64, at, (int)mercy, seed);
    ck_assert_int_eq(mkdir(cut, 0700), 0);
    p_record_lay_out(at, mercy, seed, cut);
    enum rd_status status = kernel_open(cut, ".", false, &kernel, &error);
    ck_assert_msg(status == RD_OK, "%s: %s", where, error.text);
    last = rd_kernel_seen_seq(kernel);
    ck_assert_msg(last >= promised, "%s: %" PRIu64 " of %" PRIu64, where, last, promised);
    call(kernel, "record.create", "{'type': 'customer', 'as': 'ben', 'data': {'name': 'Wu'}}");
    ck_assert_int_eq(rd_kernel_digest(kernel, before, &error), RD_OK);
    rd_kernel_close(kernel);
    status = kernel_open(cut, ".", true, &kernel, &error);
    ck_assert_msg(status == RD_OK, "%s: rebuilding: %s", where, error.text);
    ck_assert_int_eq(rd_kernel_digest(kernel, after, &error), RD_OK);
    rd_kernel_close(kernel);
    ck_assert_msg(memcmp(before, after, sizeof before) == 0, "%s: another store", where);
    unit_dir_remove(cut);
    rd_arena_reset(&arena);
}

START_TEST(test_a_power_cut_under_a_kernel)
{
    int cuts = unit_is_long() ? CUTS_LONG : CUTS;
    for (int done = 0; done < cuts;) {
        ck_assert_int_eq(mkdir(dir, 0700), 0);
        p_record_begin(dir);
        live();
        p_record_end();
        ck_assert_uint_gt(p_record_promised(p_record_count()), 20);
        for (int i = 0; i < CUTS_OF_ONE_RECORD && done < cuts; i++, done++) {
            size_t at = below((uint32_t)p_record_count() + 1);
            check_cut(at, (enum p_mercy)below(P_MERCY_COUNT), below(1u << 30));
        }
        unit_dir_remove(dir);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernel");
    TCase *tcase = tcase_create("kernel");
    tcase_set_timeout(tcase, unit_is_long() ? 3600 : 280);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_a_power_cut_under_a_kernel);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
