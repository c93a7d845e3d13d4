/* The power goes, and comes again: whatever the disk kept of what was not flushed, the vault opens,
 * what was acknowledged is there, the store is what the journal says, and work goes on.
 *
 * A ledger is written as the daemon writes one: flushes behind the writer, commits of the store on
 * their thread, segments that roll over, are packed and used again, stops and starts, rebuilds.
 * Then the power is cut at random moments of that, and again in the recovery from it.
 *
 * 120 cuts; 4,000 with REDRESS_LONG=1. REDRESS_SEED repeats a run.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "power/disk.h"
#include "store/vault.h"
#include "unit/unit.h"

#define SEGMENT (64u * 1024)
#define CUTS 120
#define CUTS_LONG 4000
#define CUTS_OF_ONE_RECORD 40
#define STEPS 260 /* of one record */

static char place[UNIT_DIR_MAX], dir[UNIT_DIR_MAX + 16], cut[UNIT_DIR_MAX + 16],
    again[UNIT_DIR_MAX + 16];
static uint64_t random_state;

static uint32_t below(uint32_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)((random_state * 0x2545f4914f6cdd1dull >> 32) % limit);
}

static void setup(void)
{
    const char *seed = getenv("REDRESS_SEED");
    random_state = seed ? strtoull(seed, NULL, 0) : (uint64_t)time(NULL) * 1000003u + getpid();
    random_state |= 1;
    printf("REDRESS_SEED=%" PRIu64 "\n", random_state);
    if (access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 0);
    unit_dir_make(place);
    snprintf(dir, sizeof dir, "%s/first", place);
    snprintf(cut, sizeof cut, "%s/cut", place);
    snprintf(again, sizeof again, "%s/again", place);
}

static void teardown(void)
{
    p_record_fini();
    unit_dir_remove(place);
}

/* ---- a ledger: entries of many sizes, a row for each, their sum, an index ---- */

static size_t payload_make(uint64_t seq, char out[2048])
{
    uint64_t mixed = seq * 0x9e3779b97f4a7c15ull;
    size_t len = 16 + (mixed >> 40) % (seq % 16 == 0 ? 1900 : 400);
    for (size_t i = 0; i < len; i++)
        out[i] = (char)('a' + (mixed >> (i % 56)) % 26);
    return len;
}

static enum rd_status ledger_apply(void *context, struct rd_store *store,
                                   const struct rd_entry *entry, struct rd_error *error)
{
    static const unsigned char sum_key[16] = "sum";
    unsigned char key[8], agenda[20] = { 0 };
    const void *bytes;
    size_t len;
    uint64_t sum = 0;
    (void)context;
    for (int i = 0; i < 8; i++)
        key[i] = (unsigned char)(entry->seq >> (56 - 8 * i));
    enum rd_status status = rd_store_get(store, RD_TABLE_COUNTER, sum_key, &bytes, &len, error);
    if (status == RD_OK)
        memcpy(&sum, bytes, sizeof sum);
    if (status == RD_OK || status == RD_NOT_FOUND) {
        sum += entry->len * entry->seq;
        status = rd_store_put(store, RD_TABLE_COUNTER, sum_key, &sum, sizeof sum, error);
    }
    if (status == RD_OK)
        status = rd_store_put(store, RD_TABLE_RECORD, key, entry->payload, entry->len, error);
    ck_assert_uint_le(rd_table_key_bytes(RD_TABLE_OUTBOX), sizeof agenda);
    memcpy(agenda, key, sizeof key);
    if (status == RD_OK) /* a row that comes, and goes with a later entry */
        status = rd_store_add(store, RD_TABLE_OUTBOX, agenda, "x", 1, error);
    for (int i = 0; i < 8; i++)
        agenda[i] = (unsigned char)((entry->seq - entry->seq / 3) >> (56 - 8 * i));
    if (status == RD_OK && entry->seq % 3 == 0)
        status = rd_store_del(store, RD_TABLE_OUTBOX, agenda, error);
    return status;
}

static enum rd_status open_at(const char *where, bool fresh, struct rd_vault **vault,
                              struct rd_error *error)
{
    struct rd_vault_options options = {
        .dir = where, .segment_bytes = SEGMENT, .fresh_store = fresh, .apply = ledger_apply
    };
    *error = RD_ERROR_NONE;
    return rd_vault_open(&options, vault, NULL, error);
}

static void on_flushed(void *context, uint64_t seq, bool failed)
{
    (void)context;
    (void)failed;
    p_record_promise(seq);
}

static void on_tidied(void *context)
{
    (void)context;
}

static const struct rd_journal_server server = { .flushed = on_flushed, .tidied = on_tidied };

static struct rd_vault *start(const char *where, bool fresh)
{
    struct rd_error error;
    struct rd_vault *vault = NULL;
    ck_assert_msg(open_at(where, fresh, &vault, &error) == RD_OK, "opening: %s", error.text);
    if (below(4))
        ck_assert_int_eq(rd_journal_serve(rd_vault_journal(vault), &server, &error), RD_OK);
    return vault;
}

static void write_some(struct rd_vault *vault, uint32_t count)
{
    struct rd_error error = RD_ERROR_NONE;
    char payload[2048];
    for (uint32_t i = 0; i < count; i++) {
        uint64_t seq = rd_journal_last_seq(rd_vault_journal(vault)) + 1, got;
        size_t len = payload_make(seq, payload);
        ck_assert_int_eq(rd_vault_write(vault, payload, len, &got, &error), RD_OK);
        ck_assert_uint_eq(got, seq);
    }
}

static void flush(struct rd_vault *vault)
{
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status =
        below(3) ? rd_vault_flush_begin(vault, &error) : rd_vault_flush(vault, &error);
    ck_assert_msg(status == RD_OK, "flush: %s", error.text);
    p_record_promise(rd_journal_flushed_seq(rd_vault_journal(vault)));
}

static void live(const char *where, int steps)
{
    struct rd_vault *vault = start(where, false);
    for (int i = 0; i < steps; i++) {
        uint32_t what = below(40);
        if (what == 0) {
            rd_vault_close(vault);
            vault = start(where, below(4) == 0);
        } else if (what < 6) {
            for (uint32_t n = below(12); n > 0 && rd_vault_idle(vault); n--)
                continue;
        } else {
            write_some(vault, 1 + below(what == 7 ? 60 : 8));
            flush(vault);
        }
    }
    rd_vault_close(vault);
}

/* ---- what must be so ---- */

struct crash {
    size_t at;
    enum p_mercy mercy;
    uint64_t seed, promised;
};

#define MUST(crash, what, ...)                                                                     \
    ck_assert_msg(what, "cut behind %zu, mercy %d, seed %" PRIu64 ", promised %" PRIu64 ": %s",    \
                  (crash)->at, (int)(crash)->mercy, (crash)->seed, (crash)->promised, __VA_ARGS__)

static void check_entries(const struct crash *crash, struct rd_vault *vault)
{
    struct rd_error error = RD_ERROR_NONE;
    struct rd_arena arena;
    struct rd_entry entry;
    char payload[2048], why[64];
    uint64_t last = rd_journal_last_seq(rd_vault_journal(vault)), rows = 0, sum = 0, expected = 0;
    static const unsigned char lowest[16], sum_key[16] = "sum";
    struct rd_walk walk;
    snprintf(why, sizeof why, "the journal ends at %" PRIu64, last);
    MUST(crash, last >= crash->promised, why);
    rd_arena_init(&arena);
    for (uint64_t seq = 1; seq <= last; seq++) {
        size_t len = payload_make(seq, payload);
        rd_arena_reset(&arena);
        MUST(crash, rd_vault_find(vault, seq, &arena, &entry, &error) == RD_OK, error.text);
        MUST(crash, entry.len == len && memcmp(entry.payload, payload, len) == 0, "another entry");
        expected += len * seq;
    }
    rd_arena_fini(&arena);
    enum rd_status status =
        rd_walk_start(&walk, rd_vault_store(vault), RD_TABLE_RECORD, lowest, false, &error);
    for (; status == RD_OK; status = rd_walk_next(&walk, &error))
        rows++;
    rd_walk_end(&walk);
    const void *bytes;
    size_t len;
    if (rd_store_get(rd_vault_store(vault), RD_TABLE_COUNTER, sum_key, &bytes, &len, &error) ==
        RD_OK)
        memcpy(&sum, bytes, sizeof sum);
    MUST(crash, rows == last && sum == expected, "the store is not what the journal says");
}

static void check_opens(const struct crash *crash, const char *where)
{
    unsigned char before[32], after[32];
    struct rd_error error;
    struct rd_vault *vault = NULL;
    struct rd_journal_verdict verdict;
    char journal[UNIT_DIR_MAX + 64];
    MUST(crash, open_at(where, false, &vault, &error) == RD_OK, error.text);
    check_entries(crash, vault);
    write_some(vault, 5);
    MUST(crash, rd_vault_flush(vault, &error) == RD_OK, error.text);
    MUST(crash, rd_vault_digest(vault, before, &error) == RD_OK, error.text);
    rd_vault_close(vault);
    snprintf(journal, sizeof journal, "%s/journal", where);
    MUST(crash, rd_journal_verify(journal, NULL, NULL, &verdict, &error) == RD_OK, error.text);
    MUST(crash, open_at(where, true, &vault, &error) == RD_OK, error.text);
    MUST(crash, rd_vault_digest(vault, after, &error) == RD_OK, error.text);
    MUST(crash, memcmp(before, after, sizeof before) == 0, "a rebuilt store is another one");
    check_entries(crash, vault);
    rd_vault_close(vault);
}

/* One in five while the directory is made: there is much that comes for the first time. */
static struct crash crash_any(void)
{
    uint32_t count = (uint32_t)p_record_count() + 1;
    struct crash crash = { .at = below(below(5) == 0 && count > 80 ? 80 : count),
                           .mercy = (enum p_mercy)below(P_MERCY_COUNT),
                           .seed = (uint64_t)below(UINT32_MAX) };
    crash.promised = p_record_promised(crash.at);
    return crash;
}

static void lay_out(const struct crash *crash, const char *out)
{
    ck_assert_int_eq(mkdir(out, 0700), 0);
    p_record_lay_out(crash->at, crash->mercy, crash->seed, out);
}

static int cuts(void)
{
    return unit_is_long() ? CUTS_LONG : CUTS;
}

START_TEST(test_a_power_cut_loses_nothing_acknowledged)
{
    for (int done = 0; done < cuts();) {
        ck_assert_int_eq(mkdir(dir, 0700), 0);
        p_record_begin(dir);
        live(dir, STEPS);
        p_record_end();
        for (int i = 0; i < CUTS_OF_ONE_RECORD && done < cuts(); i++, done++) {
            struct crash crash = crash_any();
            lay_out(&crash, cut);
            check_opens(&crash, cut);
            unit_dir_remove(cut);
        }
        unit_dir_remove(dir);
    }
}
END_TEST

/* The power goes a second time while what the first cut left is made good. */
START_TEST(test_a_power_cut_in_the_recovery_loses_nothing)
{
    for (int done = 0; done < cuts() / 4;) {
        struct crash first;
        ck_assert_int_eq(mkdir(dir, 0700), 0);
        p_record_begin(dir);
        live(dir, STEPS / 2);
        p_record_end();
        first = crash_any();
        lay_out(&first, cut);
        p_record_begin(cut);
        p_record_promise(first.promised);
        live(cut, 6);
        p_record_end();
        for (int i = 0; i < 10; i++, done++) {
            struct crash second = crash_any();
            second.promised = second.promised > first.promised ? second.promised : first.promised;
            lay_out(&second, again);
            check_opens(&second, again);
            unit_dir_remove(again);
        }
        unit_dir_remove(cut);
        unit_dir_remove(dir);
    }
}
END_TEST

/* The record itself: a disk that kept nothing fails the check, so the check can fail. */
START_TEST(test_a_disk_that_lies_is_seen)
{
    ck_assert_int_eq(mkdir(dir, 0700), 0);
    p_record_begin(dir);
    live(dir, STEPS / 4);
    p_record_end();
    struct crash crash = { .at = p_record_count(), .mercy = P_KEEPS_NOTHING, .seed = 1 };
    crash.promised = p_record_promised(crash.at);
    ck_assert_uint_gt(crash.promised, 100);
    lay_out(&crash, cut);
    char journal[UNIT_DIR_MAX + 64];
    snprintf(journal, sizeof journal, "%s/journal", cut);
    unit_dir_remove(journal); /* as if no directory had been flushed */
    struct rd_error error;
    struct rd_vault *vault = NULL;
    ck_assert_int_eq(open_at(cut, false, &vault, &error), RD_CORRUPT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("power");
    TCase *tcase = tcase_create("power");
    tcase_set_timeout(tcase, unit_is_long() ? 3600 : 280);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_a_power_cut_loses_nothing_acknowledged);
    tcase_add_test(tcase, test_a_power_cut_in_the_recovery_loses_nothing);
    tcase_add_test(tcase, test_a_disk_that_lies_is_seen);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
