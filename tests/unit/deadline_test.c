/* Deadlines: the ledger against a count minute by minute, rows and agenda in the store. */
#include "base/json.h"
#include "base/names.h"
#include "domain/record.h"
#include "store/tables.h"
#include "unit/unit.h"

#define MINUTE_MS 60000ll
#define MONDAY_MS 1772380800000ll /* 2026-03-02 in Shanghai, midnight */

static struct rd_arena arena;
static struct rd_calendar *office, *always;
static struct rd_store *store;
static struct rd_buf scratch;
static char dir[UNIT_DIR_MAX];
static struct rd_error error;
static struct rd_names names; /* none of them has a number, but for name_of */
static bool numbered;

static struct rd_calendar *calendar_of(const char *json)
{
    struct rd_value spec;
    struct rd_calendar *calendar;
    ck_assert_int_eq(rd_json_parse(&arena, json, strlen(json), 16, &spec, &error), RD_OK);
    ck_assert_msg(rd_calendar_new(&spec, &calendar, &error) == RD_OK, "%s", error.text);
    return calendar;
}

static void setup(void)
{
    error = RD_ERROR_NONE;
    rd_arena_init(&arena);
    rd_buf_init(&scratch);
    unit_dir_make(dir);
    struct rd_store_options options = { 0 };
    ck_assert_int_eq(rd_store_open(dir, &options, &store, &error), RD_OK);
    rd_names_init(&names, NULL);
    numbered = false;
    office = calendar_of("{\"name\":\"office\",\"zone\":\"Asia/Shanghai\",\"week\":["
                         "{\"days\":[1,2,3,4,5],\"from\":540,\"to\":720},"
                         "{\"days\":[1,2,3,4,5],\"from\":780,\"to\":1080}]}");
    always = calendar_of("{\"name\":\"always\",\"zone\":\"Asia/Shanghai\",\"always\":true}");
}

static void teardown(void)
{
    rd_calendar_free(office);
    rd_calendar_free(always);
    rd_store_close(store);
    rd_names_fini(&names);
    rd_buf_fini(&scratch);
    rd_arena_fini(&arena);
    unit_dir_remove(dir);
}

/* Names have numbers, as those of a policy do. */
static void number_names(bool yes)
{
    numbered = yes;
    if (yes)
        rd_store_use_names(store, &names);
}

static const char *name_of(const char *text)
{
    if (!numbered)
        return text;
    const char *symbol = rd_symbol_kept(names.symbols, text, strlen(text));
    ck_assert_uint_ne(rd_names_give(&names, symbol), 0);
    return symbol;
}

static uint64_t seed = 88172645463325252ull;

static int64_t pick(int64_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (int64_t)((seed >> 33) % (uint64_t)n);
}

static bool is_paused(const struct rd_deadline *d, int64_t at)
{
    for (size_t i = 0; i < d->pause_count; i++)
        if (at >= d->pauses[i].from_ms && at < d->pauses[i].to_ms)
            return true;
    return false;
}

/* The end of the n-th minute in which the clock ran and was not paused; minutes left in *left where
 * the last pause is still open. */
static int64_t count_minutes(const struct rd_deadline *d, const struct rd_calendar *clock,
                             int64_t minutes, int64_t *left)
{
    int64_t at = d->started_ms;
    for (*left = minutes; *left > 0; at += MINUTE_MS) {
        if (d->pause_count && d->pauses[d->pause_count - 1].to_ms == INT64_MAX &&
            at >= d->pauses[d->pause_count - 1].from_ms)
            return at;
        *left -= rd_calendar_is_open(clock, at) && !is_paused(d, at);
    }
    return at;
}

START_TEST(pauses_agree_with_a_count_of_minutes)
{
    for (int round = 0; round < 1500; round++) {
        const struct rd_calendar *clock = round % 3 ? office : always;
        struct rd_pause pauses[4];
        struct rd_deadline d = { .name = "x", .limit = "", .pauses = pauses };
        int64_t minutes = 1 + pick(1200), left;
        struct rd_duration duration = { .kind = RD_DURATION_BUSINESS_TIME,
                                        .n = minutes * MINUTE_MS };
        d.started_ms = MONDAY_MS + pick(7 * 24 * 60) * MINUTE_MS;
        rd_deadline_plan(&d, &duration, clock);
        int64_t at = d.started_ms;
        for (int i = 0; i < (int)pick(5); i++) {
            int64_t room = (d.due_ms - at) / MINUTE_MS;
            if (room < 2)
                break;
            pauses[d.pause_count] =
                (struct rd_pause){ at + (1 + pick(room - 1)) * MINUTE_MS, INT64_MAX, NULL };
            d.pause_count++;
            rd_deadline_plan(&d, &duration, clock);
            count_minutes(&d, clock, minutes, &left);
            ck_assert(!d.running);
            ck_assert_int_eq(d.left_ms, left * MINUTE_MS);
            at = pauses[d.pause_count - 1].from_ms + (1 + pick(4000)) * MINUTE_MS;
            pauses[d.pause_count - 1].to_ms = at;
            rd_deadline_plan(&d, &duration, clock);
        }
        ck_assert(d.running);
        ck_assert_int_eq(d.left_ms, 0);
        int64_t due = count_minutes(&d, clock, minutes, &left);
        ck_assert_msg(d.due_ms == due, "round %d: %lld, counted %lld", round, (long long)d.due_ms,
                      (long long)due);
    }
}
END_TEST

/* A limit in days: what was left of it when the clock stopped is what is left when it goes on. */
START_TEST(days_keep_what_was_left)
{
    struct rd_pause pause = { MONDAY_MS + 34 * 60 * MINUTE_MS, INT64_MAX,
                              "waiting" }; /* Tue 10:00 */
    struct rd_deadline d = { .name = "x",
                             .limit = "",
                             .started_ms = MONDAY_MS + 9 * 60 * MINUTE_MS };
    struct rd_duration duration = { .kind = RD_DURATION_BUSINESS_DAYS, .n = 3 };
    rd_deadline_plan(&d, &duration, office);
    ck_assert_int_eq(d.due_ms, d.started_ms + 3 * 24 * 60 * MINUTE_MS); /* Thursday 9:00 */
    d.pauses = &pause;
    d.pause_count = 1;
    rd_deadline_plan(&d, &duration, office);
    ck_assert_int_eq(d.left_ms, 15 * 60 * MINUTE_MS);
    pause.to_ms = MONDAY_MS + 58 * 60 * MINUTE_MS; /* Wednesday 10:00: a day later */
    rd_deadline_plan(&d, &duration, office);
    ck_assert_int_eq(d.due_ms, d.started_ms + 4 * 24 * 60 * MINUTE_MS); /* Friday 9:00, not 18:00 */
    /* paused when it was over already: it rings as it goes on */
    pause = (struct rd_pause){ MONDAY_MS + 24 * 5 * 60 * MINUTE_MS, INT64_MAX, NULL };
    rd_deadline_plan(&d, &duration, office);
    ck_assert_int_eq(d.left_ms, 0);
}
END_TEST

static struct rd_deadline sample(void)
{
    static struct rd_pause pauses[] = { { 10, 20, "waiting" }, { 30, INT64_MAX, NULL } };
    return (struct rd_deadline){ .record = { 7 },
                                 .name = "received",
                                 .kind = RD_DEADLINE_EVENT,
                                 .ref = "rang",
                                 .which = 3,
                                 .limit = "4 hours",
                                 .clock = "office",
                                 .rule = "a.lua:1",
                                 .started_ms = -5,
                                 .due_ms = 99,
                                 .running = true,
                                 .provisional = true,
                                 .left_ms = 6,
                                 .pauses = pauses,
                                 .pause_count = 2,
                                 .lane = 1 };
}

START_TEST(a_row_reads_back)
{
    struct rd_deadline d = sample(), back;
    struct rd_value row = rd_deadline_pack(&d, &arena), again;
    ck_assert_int_eq(rd_deadline_unpack(&row, d.record, &arena, &back, &error), RD_OK);
    again = rd_deadline_pack(&back, &arena);
    ck_assert(rd_value_equal(&row, &again));
    ck_assert_str_eq(back.pauses[0].by, "waiting");
    ck_assert_ptr_null(back.pauses[1].by);
    row.items[0] = rd_int(99);
    ck_assert_int_eq(rd_deadline_unpack(&row, d.record, &arena, &back, &error), RD_CORRUPT);
    row = rd_list();
    ck_assert_int_eq(rd_deadline_unpack(&row, d.record, &arena, &back, &error), RD_CORRUPT);
    row = rd_null();
    ck_assert_int_eq(rd_deadline_unpack(&row, d.record, &arena, &back, &error), RD_CORRUPT);
}
END_TEST

static size_t agenda_rows(void)
{
    struct rd_agenda_key from = rd_agenda_key(0, INT64_MIN, 0, 0);
    struct rd_walk walk;
    size_t rows = 0;
    enum rd_status status = rd_walk_start(&walk, store, RD_TABLE_AGENDA, from.bytes, false, &error);
    for (; status == RD_OK; status = rd_walk_next(&walk, &error))
        rows++;
    rd_walk_end(&walk);
    ck_assert_int_eq(status, RD_END);
    return rows;
}

static void change_all(struct rd_id record, struct rd_deadline_change *changes, size_t count)
{
    ck_assert_int_eq(rd_deadlines_change(store, record, changes, count, &arena, &scratch, &error),
                     RD_OK);
}

static void take(struct rd_id record, const char *name)
{
    struct rd_deadline_change change = { .number = rd_deadline_number(name) };
    change_all(record, &change, 1);
}

static void put(const struct rd_deadline *d)
{
    struct rd_value packed = rd_deadline_pack(d, &arena);
    struct rd_deadline_change change;
    ck_assert_int_eq(rd_deadline_change(&packed, NULL, &change, &error), RD_OK);
    change_all(d->record, &change, 1);
}

START_TEST(the_agenda_has_what_runs)
{
    struct rd_deadline d = sample(), moved, *rows;
    size_t count;
    put(&d);
    ck_assert_uint_eq(agenda_rows(), 1);
    moved = d;
    moved.due_ms = 500;
    put(&moved);
    ck_assert_uint_eq(agenda_rows(), 1);
    d = moved;
    moved.running = false;
    put(&moved);
    ck_assert_uint_eq(agenda_rows(), 0);
    d = moved;
    moved.running = true;
    moved.lane = 0;
    put(&moved);
    ck_assert_uint_eq(agenda_rows(), 1);
    /* others of the record, and one of its neighbours */
    for (int i = 0; i < 9; i++) {
        d = sample();
        d.name = rd_arena_printf(&arena, "d%d", i);
        put(&d);
        d.record.value = 8;
        put(&d);
    }
    ck_assert_int_eq(rd_deadlines_load(store, (struct rd_id){ 7 }, &arena, &rows, &count, &error),
                     RD_OK);
    ck_assert_uint_eq(count, 10);
    for (size_t i = 0; i + 1 < count; i++)
        ck_assert_uint_lt(rd_deadline_number(rows[i].name), rd_deadline_number(rows[i + 1].name));
    struct rd_deadline first = rows[0];
    rows[0] = rows[9];
    rows[9] = rows[4];
    rows[4] = first;
    rd_deadlines_sort(rows, count);
    for (size_t i = 0; i + 1 < count; i++)
        ck_assert_uint_lt(rd_deadline_number(rows[i].name), rd_deadline_number(rows[i + 1].name));
    for (size_t i = 0; i < count; i++)
        take(rows[i].record, rows[i].name);
    ck_assert_uint_eq(agenda_rows(), 9);
    ck_assert_int_eq(rd_deadlines_load(store, (struct rd_id){ 7 }, &arena, &rows, &count, &error),
                     RD_OK);
    ck_assert_uint_eq(count, 0);
}
END_TEST

/* What two records have: their deadlines' rows to the byte, and the agenda's rows. */
static void same_deadlines(struct rd_id left, struct rd_id right)
{
    struct rd_key8 keys[2] = { rd_key8(left.value), rd_key8(right.value) };
    const void *bytes[2] = { "", "" };
    size_t lens[2] = { 0, 0 }, rows[2] = { 0, 0 };
    for (int i = 0; i < 2; i++) {
        enum rd_status status =
            rd_store_get(store, RD_TABLE_DEADLINE, keys[i].bytes, &bytes[i], &lens[i], &error);
        ck_assert(status == RD_OK || status == RD_NOT_FOUND);
        ck_assert_int_eq(status == RD_OK, lens[i] > 0);
    }
    ck_assert_uint_eq(lens[0], lens[1]);
    ck_assert(memcmp(bytes[0], bytes[1], lens[0]) == 0);
    struct rd_agenda_key from = rd_agenda_key(0, INT64_MIN, 0, 0);
    struct rd_walk walk;
    int64_t sums[2] = { 0, 0 };
    enum rd_status status = rd_walk_start(&walk, store, RD_TABLE_AGENDA, from.bytes, false, &error);
    for (; status == RD_OK; status = rd_walk_next(&walk, &error)) {
        int whose = rd_agenda_key_record(walk.key) == right.value;
        rows[whose]++;
        sums[whose] += rd_agenda_key_due(walk.key) ^
                       (int64_t)(rd_agenda_key_deadline(walk.key) >> 8) ^
                       *(const unsigned char *)walk.key;
    }
    rd_walk_end(&walk);
    ck_assert_uint_eq(rows[0], rows[1]);
    ck_assert_int_eq(sums[0], sums[1]);
}

/* One change: of a few names, so that they meet; a third of them go. */
static struct rd_deadline_change any_change(void)
{
    struct rd_deadline d = sample();
    struct rd_deadline_change change;
    d.name = name_of(rd_arena_printf(&arena, "d%d", (int)pick(6)));
    d.due_ms = pick(5) * MINUTE_MS;
    d.running = pick(3) > 0;
    d.lane = (uint8_t)pick(2);
    struct rd_value *packed = rd_arena_alloc(&arena, sizeof *packed);
    *packed = rd_deadline_pack(&d, &arena);
    ck_assert_int_eq(rd_deadline_change(packed, NULL, &change, &error), RD_OK);
    if (pick(3) == 0)
        change = (struct rd_deadline_change){ .number = change.number };
    return change;
}

/* Several changes in one go do what they do one after the other, whatever order they come in, where
 * one deadline is changed twice, and where none is left. */
START_TEST(changes_together_are_as_one_after_the_other)
{
    const struct rd_id one = { 21 }, all = { 22 };
    number_names(_i);
    for (int round = 0; round < 400; round++) {
        struct rd_deadline_change changes[9];
        size_t count = (size_t)pick(10);
        for (size_t i = 0; i < count; i++) {
            changes[i] = any_change();
            struct rd_deadline_change alone = changes[i];
            change_all(one, &alone, 1);
        }
        change_all(all, changes, count);
        same_deadlines(one, all);
    }
}
END_TEST

/* Rows leave out what they say twice, and lengths take a byte, two or three: all of it comes back.
 */
START_TEST(what_is_stored_reads_back)
{
    static struct rd_pause pauses[700];
    static const size_t often[] = { 0, 1, 2, 3, 4, 5, 6, 40, 700 };
    static const char *const zones[] = { "2026a", "0000z", NULL, "2026B",
                                         "20261", "9999z", "",   "unknown" };
    struct rd_deadline d = sample(), *rows;
    size_t count;
    for (size_t i = 0; i < sizeof pauses / sizeof *pauses; i++)
        pauses[i] = (struct rd_pause){ (int64_t)i << 40, ((int64_t)i << 40) + 7, "waiting" };
    d.pauses = pauses;
    number_names(_i);
    for (size_t i = 0; i < sizeof often / sizeof *often; i++) {
        d.name = name_of(rd_arena_printf(&arena, "d%zu", i));
        d.pause_count = often[i];
        d.zone_version = zones[i % (sizeof zones / sizeof *zones)];
        d.left_ms = i % 3;
        d.started_ms = i == 3 ? INT64_MIN : MONDAY_MS;
        d.due_ms = i == 4 ? INT64_MAX : MONDAY_MS + (int64_t)i * 3600000;
        d.running = i % 2;
        d.lane = (uint8_t)(i % 2);
        put(&d);
        ck_assert_int_eq(rd_deadlines_load(store, d.record, &arena, &rows, &count, &error), RD_OK);
        ck_assert_uint_eq(count, i + 1);
        size_t at = 0;
        while (strcmp(rows[at].name, d.name) != 0)
            at++;
        struct rd_value one = rd_deadline_pack(&d, &arena),
                        other = rd_deadline_pack(&rows[at], &arena);
        ck_assert(rd_value_equal(&one, &other));
        ck_assert_uint_eq(rows[at].number, rd_deadline_number(d.name));
    }
}
END_TEST

/* A text that is a name, with a number or without, or one that is spelled out. */
static const char *any_text(void)
{
    const char *text = rd_arena_printf(&arena, "n%d", (int)pick(8));
    const char *symbol = rd_symbol(names.symbols, text, strlen(text));
    if (pick(4) > 0)
        (void)rd_names_give(&names, symbol);
    return pick(4) > 0 ? symbol : text;
}

/* Rows of names and numbers are read straight from their bytes, all others as values: what a
 * deadline says comes back whatever of it has a number, and however large it is. */
START_TEST(what_is_stored_with_names_reads_back)
{
    static const char *const zones[] = { "2026a", "2026a", "2027b", "unknown", NULL };
    struct rd_pause pause = { 10, 20, "waiting" };
    struct rd_deadline *rows;
    size_t count;
    rd_store_use_names(store, &names);
    for (uint64_t i = 1; i <= 3000; i++) {
        struct rd_deadline d = sample();
        d.record.value = i / 3 + 1; /* some behind others in one row */
        d.name = any_text();
        d.kind = (enum rd_deadline_kind)pick(3);
        d.ref = pick(3) ? any_text() : NULL;
        d.which = (uint32_t)(pick(3) ? pick(8) : pick(100000));
        d.limit = any_text();
        d.clock = pick(3) ? any_text() : NULL;
        d.rule = any_text();
        d.decided = pick(3) ? any_text() : NULL;
        d.zone_version = zones[pick(5)];
        d.due_ms = MONDAY_MS + (pick(8) << pick(50));
        d.started_ms = d.due_ms - (pick(8) << pick(50)) + (pick(9) == 0 ? 1000 : 0);
        d.pauses = &pause;
        d.pause_count = pick(6) == 0;
        d.left_ms = pick(6) == 0;
        put(&d);
        ck_assert_int_eq(rd_deadlines_load(store, d.record, &arena, &rows, &count, &error), RD_OK);
        size_t at = 0;
        while (at < count && strcmp(rows[at].name, d.name) != 0)
            at++;
        ck_assert_uint_lt(at, count);
        struct rd_value one = rd_deadline_pack(&d, &arena),
                        other = rd_deadline_pack(&rows[at], &arena);
        ck_assert(rd_value_equal(&one, &other));
        ck_assert_uint_eq(rows[at].number, rd_deadline_number(d.name));
        ck_assert_uint_eq(rows[at].record.value, d.record.value);
    }
}
END_TEST

/* A row that was cut or overwritten is told, or says something else; no byte behind it is read. */
START_TEST(damaged_rows_are_told)
{
    const struct rd_id id = { 31 };
    struct rd_key8 key = rd_key8(id.value);
    struct rd_deadline d = sample(), *rows;
    unsigned char row[512];
    const void *bytes;
    size_t len, count, told = 0, letters = 0;
    number_names(_i);
    d.record = id;
    d.name = name_of(d.name);
    put(&d);
    ck_assert_int_eq(rd_store_get(store, RD_TABLE_DEADLINE, key.bytes, &bytes, &len, &error),
                     RD_OK);
    ck_assert_uint_lt(len, sizeof row);
    memcpy(row, bytes, len);
    for (size_t i = 0; i < 2 * len; i++) {
        bool cut = i < len;
        row[i % len] ^= cut ? 0 : 0x5b;
        ck_assert_int_eq(
            rd_store_put(store, RD_TABLE_DEADLINE, key.bytes, row, cut ? i + !i : len, &error),
            RD_OK);
        enum rd_status status = rd_deadlines_load(store, id, &arena, &rows, &count, &error);
        ck_assert(status == RD_OK || status == RD_CORRUPT);
        ck_assert(!cut || status == RD_CORRUPT);
        for (size_t k = 0; k < count; k++)
            letters += strlen(rows[k].name) + strlen(rows[k].limit);
        struct rd_deadline_change other = { .number = 7 }; /* nor is what is left of it kept */
        status = rd_deadlines_change(store, id, &other, 1, &arena, &scratch, &error);
        ck_assert(!cut || status == RD_CORRUPT);
        told += status == RD_CORRUPT;
        row[i % len] ^= cut ? 0 : 0x5b;
    }
    ck_assert_uint_gt(told, len);
    ck_assert_uint_gt(letters, 0);
}
END_TEST

START_TEST(what_is_no_deadline_is_not_entered)
{
    struct rd_deadline d = sample();
    struct rd_value packed = rd_deadline_pack(&d, &arena), other = rd_int(3);
    struct rd_deadline_change change;
    ck_assert_int_eq(rd_deadline_change(&other, NULL, &change, &error), RD_CORRUPT);
    packed.count--;
    ck_assert_int_eq(rd_deadline_change(&packed, NULL, &change, &error), RD_CORRUPT);
    packed.count++;
    packed.items[14] = rd_int(128); /* the lane */
    ck_assert_int_eq(rd_deadline_change(&packed, NULL, &change, &error), RD_CORRUPT);
    packed.items[14] = rd_int(0);
    packed.items[0] = rd_int(99);
    ck_assert_int_eq(rd_deadline_change(&packed, NULL, &change, &error), RD_CORRUPT);
    ck_assert_ptr_nonnull(strstr(error.text, "unknown format"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("deadline");
    TCase *tcase = tcase_create("deadline");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, pauses_agree_with_a_count_of_minutes);
    tcase_add_test(tcase, days_keep_what_was_left);
    tcase_add_test(tcase, a_row_reads_back);
    tcase_add_test(tcase, the_agenda_has_what_runs);
    tcase_add_loop_test(tcase, changes_together_are_as_one_after_the_other, 0, 2);
    tcase_add_loop_test(tcase, what_is_stored_reads_back, 0, 2);
    tcase_add_loop_test(tcase, damaged_rows_are_told, 0, 2);
    tcase_add_test(tcase, what_is_stored_with_names_reads_back);
    tcase_add_test(tcase, what_is_no_deadline_is_not_entered);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
