/* Tallies: what the book says is what the records say, whatever entries do to records and rules,
 * and whatever is given up on the way. */
#include "base/json.h"
#include "domain/apply.h"
#include "store/tables.h"
#include "unit/unit.h"

#define JOBS 12
#define TYPE 1u
#define STEPS 3000

static struct rd_arena arena;
static struct rd_store *store;
static struct rd_catalogue catalogue;
static struct rd_apply apply;
static struct rd_buf packed;
static struct rd_error error;
static char dir[UNIT_DIR_MAX];

/* What the entries have made, kept beside. Texts are constants; NULL: none. */
struct world {
    struct {
        uint32_t version;
        const char *state, *who, *by;
    } jobs[JOBS];
    const char *field;
    bool open[3];
    uint64_t seq;
};
static struct world now;

static const char *const STATES[] = { "new", "busy", "done" };
static const char *const PEOPLE[] = { "ann", "ben", "eva", NULL };
static uint64_t seed;

static unsigned pick(unsigned below)
{
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return (unsigned)(seed >> 33) % below;
}

static void apply_text(const char *effects)
{
    struct rd_command_entry entry = { .at_ms = 1000,
                                      .actor = "ben",
                                      .command = "job",
                                      .form = rd_null(),
                                      .facts = rd_null(),
                                      .decisions = rd_null() };
    ck_assert_msg(rd_json_parse(&arena, effects, strlen(effects), 16, &entry.effects, &error) ==
                      RD_OK,
                  "%s: %s", error.text, effects);
    rd_entry_pack(&entry, &catalogue.names, &packed);
    struct rd_entry raw = {
        .seq = ++now.seq, .position = { 4096 + now.seq }, .payload = packed.data, .len = packed.len
    };
    ck_assert_msg(rd_apply_entry(&apply, store, &raw, &error) == RD_OK, "%s", error.text);
}

static void setup(void)
{
    error = RD_ERROR_NONE;
    now = (struct world){ .seq = 0 };
    rd_arena_init(&arena);
    rd_buf_init(&packed);
    unit_dir_make(dir);
    ck_assert_int_eq(rd_store_open(dir, NULL, &store, &error), RD_OK);
    rd_catalogue_init(&catalogue, NULL);
    rd_apply_init(&apply, &catalogue);
    apply_text("[[6,1,\"job\"],[7,1,1,\"state\",[]]]");
}

static void teardown(void)
{
    rd_apply_fini(&apply);
    rd_catalogue_fini(&catalogue);
    rd_store_close(store);
    rd_buf_fini(&packed);
    rd_arena_fini(&arena);
    unit_dir_remove(dir);
}

static const char *quoted(const char *text)
{
    return text ? rd_arena_printf(&arena, "\"%s\"", text) : "null";
}

/* A job is opened, or handed on, or goes from state to state, or loses its state. */
static void step_job(void)
{
    unsigned n = pick(JOBS);
    now.jobs[n].state = pick(9) ? STATES[pick(3)] : NULL;
    now.jobs[n].who = PEOPLE[pick(4)];
    now.jobs[n].by = PEOPLE[pick(4)];
    bool fresh = now.jobs[n].version++ == 0;
    apply_text(rd_arena_printf(&arena, "[[1,%llu,%u,%s,0,{\"who\":%s,\"by\":%s},0%s]]",
                               (unsigned long long)((uint64_t)TYPE << 48 | (n + 1)),
                               now.jobs[n].version, quoted(now.jobs[n].state),
                               quoted(now.jobs[n].who), quoted(now.jobs[n].by),
                               fresh ? ",[null,\"ben\",2026,1]" : ""));
}

static void step_rule(void)
{
    struct rd_buf states;
    rd_buf_init(&states);
    now.field = pick(4) == 0 ? NULL : pick(2) ? "who" : "by";
    for (size_t s = 0; s < 3; s++) {
        now.open[s] = now.field && pick(2);
        if (now.open[s])
            rd_buf_printf(&states, "%s\"%s\"", states.len ? "," : "", STATES[s]);
    }
    rd_buf_char(&states, 0);
    apply_text(rd_arena_printf(&arena, "[[15,\"job\",%s,[%s]]]", quoted(now.field), states.data));
    rd_buf_fini(&states);
}

static int64_t counted(const char *name)
{
    int64_t count = 0;
    for (size_t n = 0; n < JOBS && now.field; n++) {
        const char *owner = strcmp(now.field, "who") == 0 ? now.jobs[n].who : now.jobs[n].by;
        for (size_t s = 0; s < 3; s++)
            count += now.open[s] && now.jobs[n].state && owner &&
                     strcmp(now.jobs[n].state, STATES[s]) == 0 && strcmp(owner, name) == 0;
    }
    return count;
}

static size_t rows(void)
{
    const struct rd_tally_key from = { { 0 } };
    struct rd_walk walk;
    size_t count = 0;
    enum rd_status status = rd_walk_start(&walk, store, RD_TABLE_TALLY, from.bytes, false, &error);
    for (; status == RD_OK; status = rd_walk_next(&walk, &error))
        count++;
    rd_walk_end(&walk);
    return count;
}

static void expect_counted(struct rd_tally_book *book)
{
    size_t owners = 0;
    ck_assert_msg(rd_tally_know(book, store, &error) == RD_OK, "%s", error.text);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(rd_tally_of(book, TYPE, PEOPLE[i]), counted(PEOPLE[i]));
        owners += counted(PEOPLE[i]) > 0;
    }
    ck_assert_uint_eq(book->owner_count, owners);
    ck_assert_uint_eq(rows(), owners + (now.field != NULL)); /* who has nothing has no row */
    ck_assert_uint_eq(rd_tally_rule(book, TYPE) != NULL, now.field != NULL);
}

START_TEST(the_book_is_what_the_records_say)
{
    struct world committed = now;
    seed = 77 + (uint64_t)_i;
    ck_assert_int_eq(rd_store_commit(store, &error), RD_OK);
    for (int i = 0; i < STEPS; i++) {
        unsigned dice = pick(100);
        if (dice < 80)
            step_job();
        else if (dice < 84)
            step_rule();
        else if (dice < 90)
            ck_assert_int_eq(rd_store_commit(store, &error), RD_OK);
        else if (dice < 94)
            rd_store_abort(store); /* what follows is of the committed place */
        if (dice >= 84 && dice < 90)
            committed = now;
        else if (dice >= 90 && dice < 94) {
            now = committed;
            apply.tallies.known &= pick(2); /* a reader is told; an entry sees it by its number */
            step_job();
        }
        expect_counted(&apply.tallies);
        if (i % 50 == 0) {
            struct rd_tally_book other; /* as a start reads it */
            rd_tally_init(&other);
            expect_counted(&other);
            rd_tally_fini(&other);
            rd_arena_reset(&arena);
        }
    }
}
END_TEST

START_TEST(a_row_without_an_owner_is_damage)
{
    struct rd_tally_key key = rd_tally_key(TYPE, "ann", 3);
    unsigned char count[8] = { 0x80, 0, 0, 0, 0, 0, 0, 1 };
    struct rd_tally_book book;
    rd_tally_init(&book);
    ck_assert_int_eq(rd_store_put(store, RD_TABLE_TALLY, key.bytes, count, 8, &error), RD_OK);
    ck_assert_int_eq(rd_tally_know(&book, store, &error), RD_CORRUPT);
    ck_assert(!book.known && strstr(error.text, "redress store rebuild"));
    rd_tally_fini(&book);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tally");
    TCase *tests = tcase_create("tally");
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, the_book_is_what_the_records_say, 0, 4);
    tcase_add_test(tests, a_row_without_an_owner_is_damage);
    suite_add_tcase(suite, tests);
    return unit_run(suite);
}
