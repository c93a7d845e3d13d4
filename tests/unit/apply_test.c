/* Entries: packed, read back, applied to a store: once more makes no difference to what is there.
 */
#include "base/json.h"
#include "base/limits.h"
#include "base/pack.h"
#include "domain/apply.h"
#include "store/tables.h"
#include "unit/unit.h"

static struct rd_arena arena;
static struct rd_store *store;
static struct rd_catalogue catalogue;
static struct rd_apply apply;
static struct rd_buf packed;
static struct rd_error error;
static char dir[UNIT_DIR_MAX];
static uint64_t seq;

#define JOB (1ull << 48 | 1)

static void setup(void)
{
    struct rd_store_options options = { 0 };
    error = RD_ERROR_NONE;
    seq = 0;
    rd_arena_init(&arena);
    rd_buf_init(&packed);
    unit_dir_make(dir);
    ck_assert_int_eq(rd_store_open(dir, &options, &store, &error), RD_OK);
    rd_catalogue_init(&catalogue, NULL);
    rd_apply_init(&apply, &catalogue);
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

static struct rd_command_entry entry_of(const char *effects)
{
    struct rd_command_entry entry = { .at_ms = 1000,
                                      .actor = "ben",
                                      .command = "job.open",
                                      .record = { JOB },
                                      .version = 1,
                                      .form = rd_null(),
                                      .facts = rd_null(),
                                      .decisions = rd_null() };
    ck_assert_msg(rd_json_parse(&arena, effects, strlen(effects), 16, &entry.effects, &error) ==
                      RD_OK,
                  "%s: %s", error.text, effects);
    return entry;
}

/* Applies it as recovery does: from its bytes. */
static enum rd_status run(struct rd_command_entry *entry)
{
    rd_entry_pack(entry, &catalogue.names, &packed);
    seq++;
    struct rd_entry raw = {
        .seq = seq, .position = { 4096 + seq }, .payload = packed.data, .len = packed.len
    };
    return rd_apply_entry(&apply, store, &raw, &error);
}

static void does(const char *effects)
{
    struct rd_command_entry entry = entry_of(effects);
    ck_assert_msg(run(&entry) == RD_OK, "%s", error.text);
}

static size_t rows(enum rd_table table)
{
    unsigned char from[64] = { 0 };
    struct rd_walk walk;
    size_t count = 0;
    enum rd_status status = rd_walk_start(&walk, store, table, from, false, &error);
    for (; status == RD_OK; status = rd_walk_next(&walk, &error))
        count++;
    rd_walk_end(&walk);
    ck_assert_int_eq(status, RD_END);
    return count;
}

START_TEST(an_entry_reads_back)
{
    struct rd_command_entry entry = entry_of("[[1,2,3]]"), back;
    entry.behind = "root";
    entry.key = "k";
    entry.request_hash = 77;
    entry.flags = RD_ENTRY_QUIET | RD_ENTRY_PAST;
    entry.refused = "not_allowed";
    entry.reason = "why 不";
    entry.prev_position = 5;
    entry.prev_seq = 6;
    entry.generation = 9;
    rd_entry_pack(&entry, &catalogue.names, &packed);
    ck_assert_int_eq(
        rd_entry_unpack(packed.data, packed.len, &catalogue.names, &arena, &back, &error), RD_OK);
    ck_assert_str_eq(back.behind, "root");
    ck_assert_str_eq(back.reason, "why 不");
    ck_assert_uint_eq(back.record.value, JOB);
    ck_assert_uint_eq(back.flags, 3);
    ck_assert_uint_eq(back.request_hash, 77);
    ck_assert(rd_value_equal(&back.effects, &entry.effects));
    /* cut anywhere it is no entry */
    for (size_t len = 0; len < packed.len; len++)
        ck_assert_int_eq(rd_entry_unpack(packed.data, len, &catalogue.names, &arena, &back, &error),
                         RD_CORRUPT);
    struct rd_value other = rd_list();
    rd_buf_clear(&packed);
    rd_pack_write(&packed, &other);
    ck_assert_int_eq(
        rd_entry_unpack(packed.data, packed.len, &catalogue.names, &arena, &back, &error),
        RD_CORRUPT);
}
END_TEST

START_TEST(keys_are_an_actors_own)
{
    struct rd_key16 a = rd_idempotency_key("ben", "k", &packed);
    struct rd_key16 b = rd_idempotency_key("ann", "k", &packed);
    ck_assert_mem_ne(a.bytes, b.bytes, 16);
    a = rd_idempotency_key("ben", "import:s\nk", &packed);
    b = rd_idempotency_key("ann", "import:s\nk", &packed);
    ck_assert_mem_eq(a.bytes, b.bytes, 16);
}
END_TEST

#define OPENED                                                                                     \
    "[[6,1,\"job\"],[7,1,1,\"state\",[]],[7,2,1,\"n\",[\"n\"]],"                                   \
    "[1,281474976710657,1,\"new\",0,{\"n\":5,\"s\":\"x\"},0,[\"J-1\",\"ben\",2026,1]]]"

START_TEST(a_record_with_its_indexes_and_position)
{
    struct rd_record record;
    int64_t serial;
    does(OPENED);
    ck_assert_int_eq(rd_record_load(store, (struct rd_id){ JOB }, &arena, &record, &error), RD_OK);
    ck_assert_str_eq(record.state, "new");
    ck_assert_str_eq(record.number, "J-1");
    ck_assert_int_eq(record.opened_at_ms, 1000);
    ck_assert_uint_eq(record.last_seq, 1);
    ck_assert_uint_eq(rows(RD_TABLE_INDEX), 2);
    ck_assert_int_eq(rd_counter_read(store, "serial:1", &serial, &error), RD_OK);
    ck_assert_int_eq(serial, 1);
    ck_assert_int_eq(rd_counter_read(store, "number:1:2026", &serial, &error), RD_OK);
    ck_assert_int_eq(serial, 1);
    does("[[1,281474976710657,2,null,3,{\"n\":null,\"t\":1},0]]");
    ck_assert_int_eq(rd_record_load(store, (struct rd_id){ JOB }, &arena, &record, &error), RD_OK);
    ck_assert_ptr_null(record.state);
    ck_assert_ptr_null(rd_map_get(&record.data, "n"));
    ck_assert_int_eq(rd_map_int(&record.data, "t", 0), 1);
    ck_assert_uint_eq(rows(RD_TABLE_INDEX), 0);
    ck_assert_uint_eq(rows(RD_TABLE_POSITION), 1); /* two versions in it */
    ck_assert_int_eq(rd_record_load(store, (struct rd_id){ JOB + 1 }, &arena, &record, &error),
                     RD_NOT_FOUND);
}
END_TEST

START_TEST(a_new_index_is_filled)
{
    does(OPENED);
    does("[[1,281474976710658,1,\"new\",0,{\"s\":\"y\"},0,[null,null,0,0]]]");
    does("[[7,3,1,\"s\",[\"s\"]],[7,4,1,\"n+s\",[\"n\",\"s\"]]]");
    ck_assert_uint_eq(rows(RD_TABLE_INDEX), 2 + 1 + 2 + 1); /* states, n, s, both of one */
}
END_TEST

/* The change of a record's fields, whose names are symbols or are spelled out, and the rows of
 * indexes that there are then. */
static size_t rows_with(bool symbols, const char *effects)
{
    struct rd_command_entry entry = entry_of(effects);
    struct rd_value *fields = &entry.effects.items[0].items[5];
    for (uint32_t i = 0; symbols && i < fields->count; i++)
        fields->pairs[i].key = rd_symbol_or(catalogue.names.symbols, fields->pairs[i].key);
    ck_assert_msg(run(&entry) == RD_OK, "%s", error.text);
    return rows(RD_TABLE_INDEX);
}

START_TEST(fields_are_indexed_alike_whether_their_names_are_symbols)
{
    does(OPENED);
    does("[[7,3,1,\"s\",[\"s\"]],[7,4,1,\"n+s\",[\"n\",\"s\"]]]");
    size_t all = rows(RD_TABLE_INDEX);
    for (int symbols = 0; symbols < 2; symbols++) {
        char text[160];
        unsigned long long id = JOB + 1 + (unsigned)symbols;
        snprintf(text, sizeof text,
                 "[[1,%llu,1,\"new\",0,{\"s\":\"y\",\"t\":1},0,[null,null,0,0]]]", id);
        ck_assert_uint_eq(rows_with(symbols, text), all + 2); /* the state, s */
        snprintf(text, sizeof text, "[[1,%llu,2,\"new\",0,{\"n\":7},0]]", id);
        ck_assert_uint_eq(rows_with(symbols, text), all + 4); /* n, and both of one */
        snprintf(text, sizeof text, "[[1,%llu,3,\"new\",0,{\"t\":2},0]]", id);
        ck_assert_uint_eq(rows_with(symbols, text), all + 4);
        snprintf(text, sizeof text, "[[1,%llu,4,\"new\",0,{\"s\":null},0]]", id);
        ck_assert_uint_eq(rows_with(symbols, text), all + 2);
        snprintf(text, sizeof text, "[[1,%llu,5,null,0,{\"n\":null},0]]", id);
        ck_assert_uint_eq(rows_with(symbols, text), all);
    }
}
END_TEST

START_TEST(live_and_from_bytes_are_the_same)
{
    unsigned char live[32], replayed[32];
    struct rd_command_entry entry = entry_of(OPENED);
    rd_entry_pack(&entry, &catalogue.names, &packed);
    struct rd_entry raw = {
        .seq = 1, .position = { 4097 }, .payload = packed.data, .len = packed.len
    };
    apply.live = &entry;
    apply.live_seq = 1;
    ck_assert_int_eq(rd_apply_entry(&apply, store, &raw, &error), RD_OK);
    apply.live = NULL;
    ck_assert_int_eq(rd_store_commit(store, &error), RD_OK);
    ck_assert_int_eq(rd_store_digest(store, live, &error), RD_OK);
    teardown();
    setup();
    does(OPENED);
    ck_assert_int_eq(rd_store_commit(store, &error), RD_OK);
    ck_assert_int_eq(rd_store_digest(store, replayed, &error), RD_OK);
    ck_assert_mem_eq(live, replayed, sizeof live);
}
END_TEST

/* ---- names by number ---- */

/* The same value made of symbols, as rules make them. */
static struct rd_value named(const struct rd_value *value)
{
    struct rd_symbols *symbols = catalogue.names.symbols;
    struct rd_value out = *value;
    if (value->kind == RD_TEXT)
        return rd_text(rd_symbol_or(symbols, value->text));
    if (value->kind == RD_LIST)
        out = rd_list();
    if (value->kind == RD_MAP)
        out = rd_map();
    for (uint32_t i = 0; value->kind == RD_LIST && i < value->count; i++)
        rd_list_add(&arena, &out, named(&value->items[i]));
    for (uint32_t i = 0; value->kind == RD_MAP && i < value->count; i++)
        rd_map_add(&arena, &out, rd_symbol_or(symbols, value->pairs[i].key),
                   named(&value->pairs[i].value));
    return out;
}

/* Applies it as it is, and leaves its bytes in `packed`. */
static void does_live(struct rd_command_entry *entry)
{
    rd_entry_pack(entry, &catalogue.names, &packed);
    seq++;
    struct rd_entry raw = {
        .seq = seq, .position = { 4096 + seq }, .payload = packed.data, .len = packed.len
    };
    apply.live = entry;
    apply.live_seq = seq;
    ck_assert_int_eq(rd_apply_entry(&apply, store, &raw, &error), RD_OK);
    apply.live = NULL;
}

static void does_bytes(const struct rd_buf *bytes)
{
    seq++;
    struct rd_entry raw = {
        .seq = seq, .position = { 4096 + seq }, .payload = bytes->data, .len = bytes->len
    };
    ck_assert_msg(rd_apply_entry(&apply, store, &raw, &error) == RD_OK, "%s", error.text);
}

static void digest(unsigned char out[32])
{
    ck_assert_int_eq(rd_store_commit(store, &error), RD_OK);
    ck_assert_int_eq(rd_store_digest(store, out, &error), RD_OK);
}

#define CHANGED                                                                                    \
    "[[1,281474976710657,2,\"new\",0,{\"s\":\"x\"},0],"                                            \
    "[2,281474976710657,[1,\"new\",0,\"new\",0,\"2 hours\",null,null,null,null,5,9,1,0,0,[]]]]"

/* Live, from bytes on an empty store, and from bytes on a store that lost what was not committed
 * while the memory did not: three times the same rows and the same numbers. */
START_TEST(numbers_are_the_same_however_the_store_was_made)
{
    unsigned char live[32], replayed[32];
    struct rd_buf bytes[2];
    for (int i = 0; i < 2; i++) {
        struct rd_command_entry entry = entry_of(i == 0 ? OPENED : CHANGED);
        entry.effects = named(&entry.effects);
        entry.command = rd_symbol_or(catalogue.names.symbols, "job.open");
        does_live(&entry);
        rd_buf_init(&bytes[i]);
        rd_buf_append(&bytes[i], packed.data, packed.len);
    }
    uint32_t count = catalogue.names.count;
    ck_assert_uint_eq(count, 10); /* job.open job state n s new x J-1 ben, and 2 hours */
    digest(live);
    struct rd_record record;
    ck_assert_int_eq(rd_record_load(store, (struct rd_id){ JOB }, &arena, &record, &error), RD_OK);
    ck_assert(rd_names_number(&catalogue.names, record.state) > 0);
    ck_assert(rd_names_number(&catalogue.names, record.data.pairs[0].key) > 0);
    teardown();
    setup();
    for (int i = 0; i < 2; i++)
        does_bytes(&bytes[i]);
    ck_assert_uint_eq(catalogue.names.count, count);
    digest(replayed);
    ck_assert_mem_eq(live, replayed, sizeof live);
    teardown();
    setup();
    does_bytes(&bytes[0]);
    rd_store_abort(store);
    seq = 0;
    for (int i = 0; i < 2; i++)
        does_bytes(&bytes[i]);
    digest(replayed);
    ck_assert_mem_eq(live, replayed, sizeof live);
    rd_catalogue_forget(&catalogue);
    ck_assert_uint_eq(catalogue.names.count, 0);
    ck_assert_int_eq(rd_catalogue_load(&catalogue, store, &error), RD_OK);
    ck_assert_uint_eq(catalogue.names.count, count);
    for (int i = 0; i < 2; i++)
        rd_buf_fini(&bytes[i]);
}
END_TEST

START_TEST(a_name_is_told_once)
{
    struct rd_command_entry entry = entry_of(CHANGED), back;
    entry.effects = named(&entry.effects);
    rd_entry_pack(&entry, &catalogue.names, &packed);
    size_t first = packed.len;
    ck_assert_uint_eq(entry.names_from, 1);
    ck_assert_uint_eq(entry.names_count, 6); /* and who and what, which are words of the program */
    rd_entry_pack(&entry, &catalogue.names, &packed);
    ck_assert_uint_eq(entry.names_count, 0);
    ck_assert_uint_lt(packed.len + strlen("newsx2 hours"), first);
    /* an entry that did not come about leaves no number behind */
    rd_names_cut(&catalogue.names, 4);
    ck_assert_int_eq(
        rd_entry_unpack(packed.data, packed.len, &catalogue.names, &arena, &back, &error),
        RD_CORRUPT);
    ck_assert_ptr_nonnull(strstr(error.text, "a name has a number that no entry gave"));
    rd_entry_pack(&entry, &catalogue.names, &packed);
    ck_assert_uint_eq(entry.names_from, 5);
    ck_assert_uint_eq(entry.names_count, 2);
    ck_assert_int_eq(
        rd_entry_unpack(packed.data, packed.len, &catalogue.names, &arena, &back, &error), RD_OK);
    ck_assert(rd_value_equal(&back.effects, &entry.effects));
    /* the same number for another name: the journal is not the one that the store was made from */
    rd_names_cut(&catalogue.names, 4);
    ck_assert(rd_names_enter(&catalogue.names, 5, "another", 7));
    ck_assert_int_eq(
        rd_entry_unpack(packed.data, packed.len, &catalogue.names, &arena, &back, &error),
        RD_CORRUPT);
    ck_assert_str_eq(error.text,
                     "a journal entry gives the number 5 to a name, which is another's");
}
END_TEST

/* As the version before wrote it, byte for byte. */
static const char spelled[] =
    "\xDC\x00\x14\x01\xCF\x00\x00\x01\xA2\x05\x38\xC0\x51\xA6\x73\x79\x73\x74\x65\x6D\xC0\xA5\x6A"
    "\x6F"
    "\x62\x2E\x35\xCF\x00\x05\x00\x00\x00\x00\x00\xAC\x06\xC0\xC0\x92\x94\xA5\x6A\x6F\x62\x2E\x35"
    "\xB9"
    "\x73\x63\x72\x69\x70\x74\x73\x2F\x6D\x61\x73\x73\x5F\x61\x6C\x61\x72\x6D\x2E\x6C\x75\x61\x3A"
    "\x37"
    "\x35\xAA\x6A\x6F\x69\x6E\x5F\x61\x6C\x61\x72\x6D\xC0\x94\xB4\x63\x6F\x6D\x70\x6C\x61\x69\x6E"
    "\x74"
    "\x2E\x6A\x6F\x69\x6E\x5F\x61\x6C\x61\x72\x6D\xB9\x73\x63\x72\x69\x70\x74\x73\x2F\x63\x6F\x6D"
    "\x70"
    "\x6C\x61\x69\x6E\x74\x2E\x6C\x75\x61\x3A\x31\x39\x32\xA7\x28\x73\x74\x61\x79\x73\x29\xC0\x92"
    "\x97"
    "\x01\xCF\x00\x05\x00\x00\x00\x00\x00\xAC\x06\xA6\x63\x6C\x6F\x73\x65\x64\x00\x80\x00\x96\x0E"
    "\x05"
    "\xA4\x73\x74\x65\x70\xCF\x00\x00\x01\xA2\x05\x38\xC0\x17\xCF\x00\x05\x00\x00\x00\x00\x00\xAC"
    "\xC3"
    "\x01\xCF\x00\x00\x00\x01\x00\x2A\x07\xE0\xCD\x05\x50\xC0\x00\x00\xC0\xC0\xC0";

START_TEST(entries_that_spell_their_names_are_read)
{
    struct rd_command_entry back;
    size_t len = sizeof spelled - 1;
    ck_assert_int_eq(rd_entry_unpack(spelled, len, &catalogue.names, &arena, &back, &error), RD_OK);
    ck_assert_int_eq(back.at_ms, 1795383935057);
    ck_assert_str_eq(back.actor, "system");
    ck_assert_str_eq(back.command, "job.5");
    ck_assert_uint_eq(back.version, 6);
    ck_assert_uint_eq(back.decisions.count, 2);
    ck_assert_str_eq(back.decisions.items[1].items[2].text, "(stays)");
    ck_assert_uint_eq(back.effects.count, 2);
    ck_assert_uint_eq(back.prev_seq, 1360);
    ck_assert_ptr_null(back.behalf);
    ck_assert_uint_eq(back.names_count, 0);
    ck_assert_uint_eq(catalogue.names.count, 0);
    for (size_t cut = 0; cut < len; cut++)
        ck_assert_int_eq(rd_entry_unpack(spelled, cut, &catalogue.names, &arena, &back, &error),
                         RD_CORRUPT);
}
END_TEST

/* Every byte of a good entry changed: it is read or refused, never worse. */
START_TEST(rubbish_is_refused)
{
    struct rd_command_entry entry = entry_of(CHANGED), back;
    entry.effects = named(&entry.effects);
    rd_entry_pack(&entry, &catalogue.names, &packed);
    for (size_t at = 0; at < packed.len; at++) {
        char kept = packed.data[at];
        for (int c = 0; c < 256; c++) {
            packed.data[at] = (char)c;
            enum rd_status status =
                rd_entry_unpack(packed.data, packed.len, &catalogue.names, &arena, &back, &error);
            ck_assert(status == RD_OK || status == RD_CORRUPT);
        }
        packed.data[at] = kept;
    }
}
END_TEST

START_TEST(links_notices_tokens_and_policies)
{
    int64_t count;
    does(
        "[[4,281474976710657,\"part\",281474976710658],[5,2,281474976710657,[\"ann\"],\"s\",\"r\"],"
        "[5,3,281474976710657,[\"ben\"],\"t\",\"r\"],"
        "[9,\"0123456789abcdef0123456789abcdef\",\"ben\"],[8,2,\"hash\",{\"a.lua\":\"x\"}]]");
    ck_assert_uint_eq(rows(RD_TABLE_OUTBOX), 1); /* one an entry */
    ck_assert_uint_eq(rows(RD_TABLE_ACCOUNT), 1);
    ck_assert_uint_eq(rows(RD_TABLE_POLICY), 1);
    ck_assert_int_eq(rd_counter_read(store, "notice", &count, &error), RD_OK);
    ck_assert_int_eq(count, 3);
    ck_assert_int_eq(rd_counter_read(store, "generation", &count, &error), RD_OK);
    ck_assert_int_eq(count, 2);
    /* what is not there is not stopped, joined or counted back */
    does("[[3,281474976710657,\"none\"],[10,281474976710657],[8,1,\"old\",{}]]");
    ck_assert_int_eq(rd_counter_read(store, "generation", &count, &error), RD_OK);
    ck_assert_int_eq(count, 2);
}
END_TEST

START_TEST(a_proposal_waits_alone_and_goes)
{
    int64_t count;
    does("[[24,4,[\"hash\",{\"a.lua\":\"x\"},{\"by\":\"ann\"}]]]");
    ck_assert_uint_eq(rows(RD_TABLE_POLICY), 1);
    does("[[24,5,[\"other\",{\"a.lua\":\"y\"},{\"by\":\"ann\"}]]]");
    ck_assert_uint_eq(rows(RD_TABLE_POLICY), 1);
    does("[[24,5,null,\"why\"],[8,1,\"other\",{\"a.lua\":\"y\"}]]");
    ck_assert_uint_eq(rows(RD_TABLE_POLICY), 1); /* the generation */
    does("[[24,5,null]]");
    ck_assert_int_eq(rd_counter_read(store, RD_COUNTER_PROPOSAL, &count, &error), RD_OK);
    ck_assert_int_eq(count, 5);
}
END_TEST

/* A promotion: the store knows the epoch, and other counters are as they were. */
START_TEST(an_epoch_is_kept)
{
    int64_t epoch;
    ck_assert_int_eq(rd_counter_read(store, RD_COUNTER_EPOCH, &epoch, &error), RD_OK);
    ck_assert_int_eq(epoch, 0);
    does("[[22,1]]");
    does(OPENED);
    does("[[22,7]]");
    ck_assert_int_eq(rd_counter_read(store, RD_COUNTER_EPOCH, &epoch, &error), RD_OK);
    ck_assert_int_eq(epoch, 7);
    ck_assert_int_eq(rd_counter_read(store, RD_COUNTER_REPLAN, &epoch, &error), RD_OK);
    ck_assert_int_eq(epoch, 0);
}
END_TEST

START_TEST(unknown_effects_are_damage)
{
    struct rd_command_entry entry = entry_of("[[99,1]]");
    ck_assert_int_eq(run(&entry), RD_CORRUPT);
    ck_assert_ptr_nonnull(strstr(error.text, "unknown kind 99"));
}
END_TEST

START_TEST(keys_expire_two_for_one)
{
    for (int i = 0; i < 10; i++) {
        struct rd_command_entry entry = entry_of("[]");
        entry.key = rd_arena_printf(&arena, "k%d", i);
        ck_assert_int_eq(run(&entry), RD_OK);
    }
    ck_assert_uint_eq(rows(RD_TABLE_IDEMPOTENCY), 10);
    for (int i = 0; i < 6; i++) {
        struct rd_command_entry entry = entry_of("[]");
        entry.at_ms = 1000 + RD_IDEMPOTENCY_KEEP_MS;
        entry.key = rd_arena_printf(&arena, "n%d", i);
        ck_assert_int_eq(run(&entry), RD_OK);
    }
    ck_assert_uint_eq(rows(RD_TABLE_IDEMPOTENCY), 6);
    ck_assert_uint_eq(rows(RD_TABLE_EXPIRY), 6);
    /* natural keys stay, refusals leave none */
    struct rd_command_entry entry = entry_of("[]");
    entry.key = "import:s\nk";
    ck_assert_int_eq(run(&entry), RD_OK);
    entry.key = "refused";
    entry.refused = "not_allowed";
    ck_assert_int_eq(run(&entry), RD_OK);
    ck_assert_uint_eq(rows(RD_TABLE_IDEMPOTENCY), 7);
    ck_assert_uint_eq(rows(RD_TABLE_EXPIRY), 6);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("apply");
    TCase *tcase = tcase_create("apply");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, an_entry_reads_back);
    tcase_add_test(tcase, numbers_are_the_same_however_the_store_was_made);
    tcase_add_test(tcase, a_name_is_told_once);
    tcase_add_test(tcase, entries_that_spell_their_names_are_read);
    tcase_add_test(tcase, fields_are_indexed_alike_whether_their_names_are_symbols);
    tcase_add_test(tcase, rubbish_is_refused);
    tcase_add_test(tcase, keys_are_an_actors_own);
    tcase_add_test(tcase, a_record_with_its_indexes_and_position);
    tcase_add_test(tcase, a_new_index_is_filled);
    tcase_add_test(tcase, live_and_from_bytes_are_the_same);
    tcase_add_test(tcase, links_notices_tokens_and_policies);
    tcase_add_test(tcase, a_proposal_waits_alone_and_goes);
    tcase_add_test(tcase, an_epoch_is_kept);
    tcase_add_test(tcase, unknown_effects_are_damage);
    tcase_add_test(tcase, keys_expire_two_for_one);
    suite_add_tcase(suite, tcase);
    return unit_run(suite);
}
