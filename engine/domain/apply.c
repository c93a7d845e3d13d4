/* Apply: entries into tables. It decides nothing and computes nothing that is not in the entry or
 * the store already: whatever a policy said is in the effects, so that a rebuild with another
 * policy, or none, arrives at the same bytes.
 */
#include "domain/apply.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/pack.h"
#include "base/sealed.h"
#include "base/text.h"
#include "domain/job.h"
#include "domain/ledger.h"
#include "domain/normal.h"
#include "domain/number.h"
#include "domain/outbox.h"
#include "domain/position.h"
#include "store/tables.h"

struct apply_run {
    struct rd_apply *apply;
    struct rd_store *store;
    const struct rd_entry *entry;
    const struct rd_command_entry *command;
    struct rd_arena *forms; /* of normal forms that indexes are made of */
    bool told;              /* the entry's first notice is entered */
    struct rd_error *error;
};

void rd_apply_init(struct rd_apply *apply, struct rd_catalogue *catalogue)
{
    *apply = (struct rd_apply){ .catalogue = catalogue, .live_due_ms = INT64_MIN };
    rd_arena_init(&apply->arena);
    rd_buf_init(&apply->buf);
    rd_tally_init(&apply->tallies);
}

void rd_apply_fini(struct rd_apply *apply)
{
    rd_arena_fini(&apply->arena);
    rd_buf_fini(&apply->buf);
    rd_tally_fini(&apply->tallies);
}

/* A short name is its own key, filled up with zeros; a longer one is known by its hash, which never
 * ends in a zero. */
static struct rd_key16 counter_key(const char *name)
{
    struct rd_key16 key = { { 0 } };
    size_t len = strlen(name);
    if (len < sizeof key.bytes) {
        memcpy(key.bytes, name, len);
    } else {
        key = rd_key16_of_text(name, len);
        key.bytes[sizeof key.bytes - 1] |= 1;
    }
    return key;
}

enum rd_status rd_counter_read(struct rd_store *store, const char *name, int64_t *out,
                               struct rd_error *error)
{
    struct rd_key16 key = counter_key(name);
    const void *bytes;
    size_t len;
    *out = 0;
    enum rd_status status = rd_store_get(store, RD_TABLE_COUNTER, key.bytes, &bytes, &len, error);
    if (status == RD_NOT_FOUND)
        return RD_OK;
    if (status == RD_OK)
        *out = rd_key_i64(bytes);
    return status;
}

/* `head` and the number; where the text ends. */
static char *counter_name(char *name, const char *head, uint64_t number)
{
    size_t len = strlen(head);
    memcpy(name, head, len);
    char *end = rd_text_put_uint(name + len, number);
    *end = 0;
    return end;
}

static enum rd_status apply_set(struct apply_run *run, const char *name, int64_t value)
{
    struct rd_key16 key = counter_key(name);
    unsigned char bytes[8];
    rd_key_put_i64(bytes, value);
    return rd_store_put(run->store, RD_TABLE_COUNTER, key.bytes, bytes, sizeof bytes, run->error);
}

/* A counter only goes up. */
static enum rd_status apply_counter(struct apply_run *run, const char *name, int64_t value)
{
    int64_t now;
    enum rd_status status = rd_counter_read(run->store, name, &now, run->error);
    return status == RD_OK && value > now ? apply_set(run, name, value) : status;
}

#define APPLY_MARKS_ALL UINT64_MAX /* nothing is known: every name may be there */

/* The marks of a map's names. */
static uint64_t apply_marks(const struct rd_names *names, const struct rd_value *map)
{
    uint64_t marks = 0;
    for (uint32_t i = 0; i < map->count; i++) {
        const char *symbol = rd_names_symbol(names, map->pairs[i].key);
        if (!symbol)
            return APPLY_MARKS_ALL;
        marks |= rd_symbol_mark(symbol);
    }
    return marks;
}

/* The record's slot in an index: of its state, or of the fields that the catalogue names. `marks`:
 * of its fields. */
static bool apply_slot(struct apply_run *run, const struct rd_catalogue_index *index,
                       const struct rd_record *record, uint64_t marks,
                       unsigned char slot[RD_INDEX_VALUE_BYTES])
{
    if (index->marks & ~marks) /* one of them is not there */
        return false;
    const struct rd_value *values[RD_CATALOGUE_INDEX_FIELDS_MAX];
    struct rd_value state = record->state ? rd_text(record->state) : rd_null();
    if (index->field_count == 0) {
        values[0] = &state;
        return rd_index_slot_named(values, 1, &run->apply->catalogue->names, &run->apply->buf,
                                   slot);
    }
    struct rd_value forms[RD_CATALOGUE_INDEX_FIELDS_MAX];
    for (size_t i = 0; i < index->field_count; i++) {
        values[i] = rd_map_get(&record->data, index->fields[i]);
        if (values[i] && rd_text_is_lost(values[i])) /* what he was found by is gone with him */
            return false;
        if (!values[i] || index->normals[i] == RD_NORMAL_NONE)
            continue;
        forms[i] = rd_normal_value(index->normals[i], values[i], run->forms);
        values[i] = &forms[i];
    }
    return rd_index_slot_named(values, index->field_count, &run->apply->catalogue->names,
                               &run->apply->buf, slot);
}

static enum rd_status apply_index(struct apply_run *run, const struct rd_catalogue_index *index,
                                  const struct rd_record *before, const struct rd_record *after,
                                  uint64_t marks)
{
    unsigned char old_slot[RD_INDEX_VALUE_BYTES], slot[RD_INDEX_VALUE_BYTES];
    bool had = before->version > 0 && apply_slot(run, index, before, APPLY_MARKS_ALL, old_slot);
    bool has = apply_slot(run, index, after, marks, slot);
    enum rd_status status = RD_OK;
    if (had && has && memcmp(old_slot, slot, sizeof slot) == 0)
        return RD_OK;
    if (had) {
        struct rd_index_key key =
            rd_index_key(index->number, old_slot, before->opened_at_ms, before->id.value);
        status = rd_store_del(run->store, RD_TABLE_INDEX, key.bytes, run->error);
    }
    if (status == RD_OK && has) {
        struct rd_index_key key =
            rd_index_key(index->number, slot, after->opened_at_ms, after->id.value);
        status = rd_store_add(run->store, RD_TABLE_INDEX, key.bytes, "", 0, run->error);
    }
    return status;
}

/* Whether the change may have moved the record in the index at all. */
static bool apply_touches(const struct rd_catalogue_index *index, const struct rd_record *before,
                          const struct rd_record *after, const struct rd_value *changed,
                          uint64_t marks)
{
    if (index->field_count == 0)
        return !before->state || !after->state || strcmp(before->state, after->state) != 0;
    if (index->marks && !(index->marks & marks))
        return false;
    for (size_t i = 0; i < index->field_count; i++)
        if (rd_map_get(changed, index->fields[i]))
            return true;
    return false;
}

static enum rd_status apply_indexes(struct apply_run *run, const struct rd_record *before,
                                    const struct rd_record *after, const struct rd_value *changed)
{
    const struct rd_catalogue *catalogue = run->apply->catalogue;
    enum rd_status status = RD_OK;
    const struct rd_catalogue_index *index = rd_catalogue_first(catalogue, rd_id_type(after->id));
    uint64_t marks = apply_marks(&catalogue->names, changed);
    uint64_t all = before->data.count ? APPLY_MARKS_ALL : marks; /* a new one has no others */
    for (; status == RD_OK && index; index = rd_catalogue_next(catalogue, index))
        if (before->version == 0 || apply_touches(index, before, after, changed, marks))
            status = apply_index(run, index, before, after, all);
    return status;
}

/* `opened` = [number|null, opened_by, year, serial of the year] */
static enum rd_status apply_opened(struct apply_run *run, const struct rd_value *opened,
                                   struct rd_record *record)
{
    char name[64];
    record->opened_at_ms = run->command->at_ms;
    record->number = opened->items[0].kind == RD_TEXT ? opened->items[0].text : NULL;
    record->opened_by = opened->items[1].kind == RD_TEXT ? opened->items[1].text : NULL;
    counter_name(name, RD_COUNTER_SERIAL, rd_id_type(record->id));
    enum rd_status status =
        apply_counter(run, name, (int64_t)(record->id.value & ((1ull << 48) - 1)));
    if (status != RD_OK || !record->number)
        return status;
    char *end = counter_name(name, RD_COUNTER_NUMBER, rd_id_type(record->id));
    *end++ = ':';
    *rd_text_put_uint(end, (uint64_t)opened->items[2].integer) = 0;
    status = apply_counter(run, name, opened->items[3].integer);
    if (status != RD_OK)
        return status;
    return rd_number_enter(run->store, record->id, record->number, &run->apply->buf, run->error);
}

/* What the command that is being applied knows of the record; NULL: nothing. */
static const struct rd_live_record *apply_live(const struct apply_run *run, struct rd_id id)
{
    const struct rd_apply *apply = run->apply;
    bool live = apply->live && apply->live_seq == run->entry->seq;
    for (size_t i = 0; live && i < apply->live_record_count; i++)
        if (apply->live_records[i].before->id.value == id.value)
            return &apply->live_records[i];
    return NULL;
}

/* The record as the store has it: known from the command that is being applied, or read. */
static enum rd_status apply_before(struct apply_run *run, struct rd_id id, bool opened,
                                   const struct rd_live_record *live, struct rd_record *before)
{
    *before = (struct rd_record){ .id = id, .data = rd_map() };
    if (opened)
        return RD_OK; /* by this very effect */
    if (live) {
        *before = *live->before;
        return RD_OK;
    }
    enum rd_status status = rd_record_load(run->store, id, &run->apply->arena, before, run->error);
    return status == RD_NOT_FOUND ? RD_OK : status;
}

/* What was there with what is set now; null takes a field away. A new record's map is the effect's
 * own, where that takes nothing away. */
static struct rd_value apply_data(const struct rd_value *before, const struct rd_value *set,
                                  struct rd_arena *arena)
{
    bool takes = false;
    for (uint32_t i = 0; i < set->count; i++)
        takes |= set->pairs[i].value.kind == RD_NULL;
    if (set->count == 0)
        return *before;
    if (before->count == 0 && !takes)
        return *set;
    struct rd_value after = rd_map_room(arena, before->count + set->count);
    after.count = before->count; /* whose own map is still needed for the indexes */
    if (before->count)
        memcpy(after.pairs, before->pairs, before->count * sizeof *after.pairs);
    for (uint32_t i = 0; i < set->count; i++) {
        const struct rd_pair *pair = &set->pairs[i];
        if (pair->value.kind == RD_NULL)
            rd_map_remove(&after, pair->key);
        else
            rd_map_set(arena, &after, pair->key, pair->value);
    }
    return after;
}

/* [1, id, version, state|null, escalation, {field: value}, lane, opened?] */
static enum rd_status apply_record(struct apply_run *run, const struct rd_value *effect)
{
    const struct rd_value *at = effect->items;
    struct rd_arena *arena = &run->apply->arena;
    struct rd_id id = { (uint64_t)at[1].integer };
    struct rd_record before;
    const struct rd_live_record *live = apply_live(run, id);
    enum rd_status status = apply_before(run, id, effect->count > 7, live, &before);
    if (status != RD_OK)
        return status;
    struct rd_record after = before;
    after.version = (uint32_t)at[2].integer;
    after.state = at[3].kind == RD_TEXT ? at[3].text : NULL;
    after.escalation = at[4].integer;
    after.lane = (uint8_t)at[6].integer;
    after.updated_at_ms = run->command->at_ms;
    after.last_position = run->entry->position.at;
    after.last_seq = run->entry->seq;
    after.data = live ? *live->data : apply_data(&before.data, &at[5], arena);
    status = effect->count > 7 ? apply_opened(run, &at[7], &after) : RD_OK;
    if (status == RD_OK)
        status = apply_indexes(run, &before, &after, &at[5]);
    if (status == RD_OK)
        status = rd_tally_follow(&run->apply->tallies, run->store, &before, &after, run->error);
    if (status == RD_OK)
        status = rd_position_add(run->store, after.id, after.version, run->entry->position,
                                 &run->apply->buf, run->error);
    return status == RD_OK ? rd_record_store(run->store, &after, &run->apply->buf, run->error)
                           : status;
}

/* Carries out the changes of one record's deadlines. */
static enum rd_status apply_changes(struct apply_run *run, struct rd_id record,
                                    struct rd_deadline_change *changes, size_t count)
{
    struct rd_apply *apply = run->apply;
    for (size_t i = 0; i < count; i++)
        if (changes[i].running && changes[i].lane == RD_LANE_LIVE &&
            changes[i].due_ms < apply->live_due_ms)
            apply->live_due_ms = changes[i].due_ms;
    return rd_deadlines_change(run->store, record, changes, count, &apply->arena, &apply->buf,
                               run->error);
}

static bool apply_is_deadline(const struct rd_value *effect, int64_t record)
{
    int64_t kind = effect->items[0].integer;
    return (kind == RD_EFFECT_DEADLINE || kind == RD_EFFECT_RING_OFF) &&
           effect->items[1].integer == record;
}

/* [2, record, deadline] and [3, record, name]: those of one record come one behind the other, and
 * are carried out together. `effects`: what is left of the entry's; *taken: how many of these. */
static enum rd_status apply_deadlines(struct apply_run *run, const struct rd_value *effects,
                                      uint32_t left, uint32_t *taken)
{
    const struct rd_names *names = &run->apply->catalogue->names;
    int64_t record = effects->items[1].integer;
    uint32_t count = 1;
    while (count < left && apply_is_deadline(&effects[count], record))
        count++;
    struct rd_deadline_change *changes =
        rd_arena_zalloc(&run->apply->arena, count, sizeof *changes);
    enum rd_status status = RD_OK;
    for (uint32_t i = 0; status == RD_OK && i < count; i++) {
        const struct rd_value *at = effects[i].items;
        if (at[0].integer == RD_EFFECT_DEADLINE)
            status = rd_deadline_change(&at[2], names, &changes[i], run->error);
        else
            changes[i].number = rd_names_hash(names, at[2].text, at[2].count);
    }
    *taken = count;
    return status == RD_OK ? apply_changes(run, (struct rd_id){ (uint64_t)record }, changes, count)
                           : status;
}

static enum rd_status apply_lane(struct apply_run *run, const struct rd_value *effect)
{
    struct rd_id id = { (uint64_t)effect->items[1].integer };
    struct rd_arena *arena = &run->apply->arena;
    struct rd_record record;
    struct rd_deadline *deadlines;
    size_t count;
    enum rd_status status = rd_record_load(run->store, id, arena, &record, run->error);
    if (status != RD_OK)
        return status == RD_NOT_FOUND ? RD_OK : status;
    record.lane = RD_LANE_LIVE;
    status = rd_record_store(run->store, &record, &run->apply->buf, run->error);
    if (status == RD_OK)
        status = rd_deadlines_load(run->store, id, arena, &deadlines, &count, run->error);
    if (status != RD_OK)
        return status;
    struct rd_deadline_change *changes = rd_arena_zalloc(arena, count, sizeof *changes);
    struct rd_value *packed = rd_arena_zalloc(arena, count, sizeof *packed);
    for (size_t i = 0; status == RD_OK && i < count; i++) {
        deadlines[i].lane = RD_LANE_LIVE;
        packed[i] = rd_deadline_pack(&deadlines[i], arena);
        status =
            rd_deadline_change(&packed[i], rd_store_names(run->store), &changes[i], run->error);
    }
    return status == RD_OK ? apply_changes(run, id, changes, count) : status;
}

/* A row of a table whose value is the effect itself, behind its kind and number. */
static enum rd_status apply_row(struct apply_run *run, enum rd_table table, const void *key,
                                const struct rd_value *value)
{
    rd_buf_clear(&run->apply->buf);
    rd_pack_write(&run->apply->buf, value);
    return rd_store_put(run->store, table, key, run->apply->buf.data, run->apply->buf.len,
                        run->error);
}

/* [11, name, at, record] */
static enum rd_status apply_schedule(struct apply_run *run, const struct rd_value *effect)
{
    char name[RD_NAME_BYTES_MAX + 32];
    snprintf(name, sizeof name, RD_COUNTER_SCHEDULE "%s", effect->items[1].text);
    enum rd_status status = apply_counter(run, name, effect->items[2].integer);
    if (status != RD_OK || effect->items[3].integer == 0)
        return status;
    snprintf(name, sizeof name, RD_COUNTER_SCHEDULE_LAST "%s", effect->items[1].text);
    return apply_counter(run, name, effect->items[2].integer);
}

/* What was told stands in the entry: the row says where that lies, by the number of its first
 * notice. */
static enum rd_status apply_notice(struct apply_run *run, const struct rd_value *effect)
{
    enum rd_status status = apply_counter(run, "notice", effect->items[1].integer);
    if (status != RD_OK || run->told)
        return status;
    run->told = true;
    return rd_outbox_add(run->store, (uint64_t)effect->items[1].integer, run->entry->position,
                         &run->apply->buf, run->error);
}

/* A new index is filled from the records that are already there. */
static enum rd_status apply_new_index(struct apply_run *run, const struct rd_value *effect)
{
    const struct rd_value *at = effect->items;
    uint16_t type = (uint16_t)at[2].integer;
    enum rd_status status =
        rd_catalogue_add_index(run->apply->catalogue, run->store, (uint32_t)at[1].integer, type,
                               at[3].text, &at[4], run->error);
    const struct rd_catalogue_index *index =
        rd_catalogue_index(run->apply->catalogue, type, at[3].text);
    uint64_t next = (uint64_t)type << 48;
    struct rd_arena arena;
    rd_arena_init(&arena);
    run->forms = &arena; /* there may be millions of records: none of theirs stays */
    while (status == RD_OK) {
        struct rd_walk walk;
        struct rd_key8 from = rd_key8(next);
        struct rd_record record, none = { .version = 0 };
        rd_arena_reset(&arena);
        status = rd_walk_start(&walk, run->store, RD_TABLE_RECORD, from.bytes, false, run->error);
        uint64_t id = status == RD_OK ? rd_key_u64(walk.key) : 0;
        rd_walk_end(&walk);
        if (status != RD_OK || id >> 48 != type)
            break;
        status = rd_record_load(run->store, (struct rd_id){ id }, &arena, &record, run->error);
        if (status == RD_OK)
            status = apply_index(run, index, &none, &record, APPLY_MARKS_ALL);
        next = id + 1;
    }
    run->forms = &run->apply->arena;
    rd_arena_fini(&arena);
    return status == RD_END ? RD_OK : status;
}

static enum rd_status apply_policy(struct apply_run *run, const struct rd_value *effect)
{
    unsigned char key[4];
    rd_key_put_u32(key, (uint32_t)effect->items[1].integer);
    enum rd_status status = apply_counter(run, "generation", effect->items[1].integer);
    return status == RD_OK ? apply_row(run, RD_TABLE_POLICY, key, effect) : status;
}

/* One at most: behind the key that no generation has. */
static enum rd_status apply_proposal(struct apply_run *run, const struct rd_value *effect)
{
    unsigned char key[4];
    rd_key_put_u32(key, 0);
    if (effect->items[2].kind == RD_NULL)
        return rd_store_del(run->store, RD_TABLE_POLICY, key, run->error);
    enum rd_status status = apply_counter(run, RD_COUNTER_PROPOSAL, effect->items[1].integer);
    return status == RD_OK ? apply_row(run, RD_TABLE_POLICY, key, effect) : status;
}

struct rd_key16 rd_person_key(const char *head, uint64_t person)
{
    struct rd_key16 key = { { 0 } };
    size_t len = strlen(head);
    RD_ASSERT(len + 8 <= sizeof key.bytes);
    memcpy(key.bytes, head, len);
    rd_key_put_u64(key.bytes + len, person);
    return key;
}

/* [31, person, about|null] */
static enum rd_status apply_erasing(struct apply_run *run, const struct rd_value *effect)
{
    struct rd_key16 key = rd_person_key(RD_COUNTER_ERASING, (uint64_t)effect->items[1].integer);
    return effect->items[2].kind == RD_NULL
               ? rd_store_del(run->store, RD_TABLE_COUNTER, key.bytes, run->error)
               : apply_row(run, RD_TABLE_COUNTER, key.bytes, &effect->items[2]);
}

/* [30, person, [id...]]: what is sealed stays in its rows, and is nobody's any more. */
static enum rd_status apply_erase(struct apply_run *run, const struct rd_value *effect)
{
    const struct rd_value *ids = &effect->items[2];
    struct rd_key16 key = rd_person_key(RD_COUNTER_ERASING, (uint64_t)effect->items[1].integer);
    unsigned char at[8];
    rd_key_put_i64(at, run->command->at_ms);
    enum rd_status status = rd_store_del(run->store, RD_TABLE_COUNTER, key.bytes, run->error);
    for (uint32_t i = 0; status == RD_OK && i < ids->count; i++) {
        key = rd_person_key(RD_COUNTER_ERASED, (uint64_t)ids->items[i].integer);
        status = rd_store_put(run->store, RD_TABLE_COUNTER, key.bytes, at, sizeof at, run->error);
    }
    return status;
}

static enum rd_status apply_token(struct apply_run *run, const struct rd_value *effect)
{
    const struct rd_value *hash = &effect->items[1];
    RD_ASSERT(hash->kind == RD_TEXT && hash->count == 32);
    return apply_row(run, RD_TABLE_ACCOUNT, hash->text, effect);
}

/* [16, hash, at] joins the token's row, behind what made it; of a token that has ended meanwhile
 * there is none. */
static enum rd_status apply_token_used(struct apply_run *run, const struct rd_value *effect)
{
    struct rd_arena *arena = &run->apply->arena;
    const char *hash = effect->items[1].text;
    const void *bytes;
    size_t len;
    struct rd_value row, with = rd_list();
    enum rd_status status =
        rd_store_get(run->store, RD_TABLE_ACCOUNT, hash, &bytes, &len, run->error);
    if (status != RD_OK)
        return status == RD_NOT_FOUND ? RD_OK : status;
    if ((status = rd_pack_read(arena, bytes, len, &row, run->error)) != RD_OK)
        return status;
    for (uint32_t i = 0; i < RD_TOKEN_MADE; i++)
        rd_list_add(arena, &with, i < row.count ? row.items[i] : rd_null());
    rd_list_add(arena, &with, effect->items[2]);
    return apply_row(run, RD_TABLE_ACCOUNT, hash, &with);
}

static enum rd_status apply_token_end(struct apply_run *run, const struct rd_value *effect)
{
    enum rd_status status =
        rd_store_del(run->store, RD_TABLE_ACCOUNT, effect->items[1].text, run->error);
    return status == RD_NOT_FOUND ? RD_OK : status;
}

/* [13, type, account, amount, balance, entries]: what the entry says the account has now must be
 * what it had and the amount, or the two are not of one history. */
static enum rd_status apply_post(struct apply_run *run, const struct rd_value *effect)
{
    const struct rd_value *at = effect->items;
    struct rd_id account = { (uint64_t)at[2].integer };
    struct rd_balance balance;
    enum rd_status status =
        rd_balance_read(run->store, (uint16_t)at[1].integer, account, &balance, run->error);
    if (status != RD_OK)
        return status;
    balance.entries++;
    if (__builtin_add_overflow(balance.minor, at[3].integer, &balance.minor) ||
        balance.minor != at[4].integer || balance.entries != at[5].integer)
        return rd_error_set(run->error, RD_CORRUPT,
                            "entry %llu posts to an account whose balance is another one than it "
                            "says; run `redress store rebuild`",
                            (unsigned long long)run->entry->seq);
    return rd_balance_write(run->store, (uint16_t)at[1].integer, account, &balance, run->error);
}

static enum rd_status apply_job(struct apply_run *run, const struct rd_value *effect)
{
    enum rd_status status = apply_counter(run, RD_COUNTER_JOB, effect->items[1].integer);
    return status == RD_OK ? rd_job_apply(run->store, effect, run->command->at_ms, run->entry->seq,
                                          &run->apply->arena, &run->apply->buf, run->error)
                           : status;
}

/* The first of the effects that are left; *taken: how many were carried out with it. */
static enum rd_status apply_effect(struct apply_run *run, const struct rd_value *effect,
                                   uint32_t left, uint32_t *taken)
{
    const struct rd_value *at = effect->items;
    *taken = 1;
    switch ((enum rd_effect_kind)at[0].integer) {
    case RD_EFFECT_RECORD:
        return apply_record(run, effect);
    case RD_EFFECT_DEADLINE:
    case RD_EFFECT_RING_OFF:
        return apply_deadlines(run, effect, left, taken);
    case RD_EFFECT_LINK:
        return RD_OK; /* for the history: the field on the other record is what is looked up */
    case RD_EFFECT_NOTICE:
        return apply_notice(run, effect);
    case RD_EFFECT_TYPE:
        return rd_catalogue_add_type(run->apply->catalogue, run->store, (uint16_t)at[1].integer,
                                     at[2].text, run->error);
    case RD_EFFECT_INDEX:
        return apply_new_index(run, effect);
    case RD_EFFECT_POLICY:
        return apply_policy(run, effect);
    case RD_EFFECT_PROPOSAL:
        return apply_proposal(run, effect);
    case RD_EFFECT_ERASE:
        return apply_erase(run, effect);
    case RD_EFFECT_ERASING:
        return apply_erasing(run, effect);
    case RD_EFFECT_TOKEN:
        return apply_token(run, effect);
    case RD_EFFECT_TOKEN_USED:
        return apply_token_used(run, effect);
    case RD_EFFECT_TOKEN_END:
        return apply_token_end(run, effect);
    case RD_EFFECT_LANE:
        return apply_lane(run, effect);
    case RD_EFFECT_REPLAN:
        return apply_set(run, RD_COUNTER_REPLAN, at[1].integer);
    case RD_EFFECT_EPOCH:
        return apply_set(run, RD_COUNTER_EPOCH, at[1].integer);
    case RD_EFFECT_SCHEDULE:
        return apply_schedule(run, effect);
    case RD_EFFECT_JOB:
        return apply_job(run, effect);
    case RD_EFFECT_POST:
        return apply_post(run, effect);
    case RD_EFFECT_TALLY:
        return rd_tally_apply(&run->apply->tallies, run->apply->catalogue, run->store, effect,
                              &run->apply->buf, run->error);
    }
    return rd_error_set(run->error, RD_CORRUPT,
                        "entry %llu holds an effect of an unknown kind %lld",
                        (unsigned long long)run->entry->seq, (long long)at[0].integer);
}

/* Expired keys go as new ones come, two for one: the table stays as large as its keep time makes
 * it. */
static enum rd_status apply_expire(struct apply_run *run)
{
    for (int i = 0; i < 2; i++) {
        struct rd_walk walk;
        struct rd_key24 first = { { 0 } };
        enum rd_status status =
            rd_walk_start(&walk, run->store, RD_TABLE_EXPIRY, first.bytes, false, run->error);
        if (status == RD_OK)
            memcpy(first.bytes, walk.key, sizeof first.bytes);
        rd_walk_end(&walk);
        if (status == RD_END || (status == RD_OK && rd_key_i64(first.bytes) > run->command->at_ms))
            return RD_OK;
        if (status == RD_OK)
            status = rd_store_del(run->store, RD_TABLE_IDEMPOTENCY, first.bytes + 8, run->error);
        if (status == RD_OK)
            status = rd_store_del(run->store, RD_TABLE_EXPIRY, first.bytes, run->error);
        if (status != RD_OK)
            return status;
    }
    return RD_OK;
}

/* The row that an expired key left must not take the new one away when its time comes. */
static enum rd_status apply_forget_expiry(struct apply_run *run, const struct rd_key16 *key)
{
    const void *bytes;
    size_t len;
    struct rd_value row;
    enum rd_status status =
        rd_store_get(run->store, RD_TABLE_IDEMPOTENCY, key->bytes, &bytes, &len, run->error);
    if (status != RD_OK)
        return status == RD_NOT_FOUND ? RD_OK : status;
    status = rd_pack_read(&run->apply->arena, bytes, len, &row, run->error);
    if (status != RD_OK)
        return status;
    struct rd_key24 expiry = rd_expiry_key(row.items[4].integer, key);
    return rd_store_del(run->store, RD_TABLE_EXPIRY, expiry.bytes, run->error);
}

static enum rd_status apply_key(struct apply_run *run)
{
    const struct rd_command_entry *command = run->command;
    struct rd_key16 key = rd_idempotency_key(command->actor, command->key, &run->apply->buf);
    bool natural = strncmp(command->key, RD_KEY_NATURAL, strlen(RD_KEY_NATURAL)) == 0;
    struct rd_value row = rd_list();
    struct rd_arena *arena = &run->apply->arena;
    rd_list_add(arena, &row, rd_int((int64_t)run->entry->position.at));
    rd_list_add(arena, &row, rd_int((int64_t)run->entry->seq));
    rd_list_add(arena, &row, rd_int((int64_t)command->request_hash));
    int64_t expires = natural ? INT64_MAX : command->at_ms + RD_IDEMPOTENCY_KEEP_MS;
    rd_list_add(arena, &row, rd_int((int64_t)command->record.value));
    rd_list_add(arena, &row, rd_int(expires));
    enum rd_status status = natural ? RD_OK : apply_forget_expiry(run, &key);
    if (status == RD_OK)
        status = apply_row(run, RD_TABLE_IDEMPOTENCY, key.bytes, &row);
    if (status != RD_OK || natural)
        return status;
    struct rd_key24 expiry = rd_expiry_key(expires, &key);
    status = rd_store_put(run->store, RD_TABLE_EXPIRY, expiry.bytes, "", 0, run->error);
    return status == RD_OK ? apply_expire(run) : status;
}

/* What is in memory must be of just before this entry: anything else was given up since. */
static enum rd_status apply_tallies(struct apply_run *run)
{
    struct rd_tally_book *tallies = &run->apply->tallies;
    tallies->known = tallies->known && tallies->seq + 1 == run->entry->seq;
    return rd_tally_know(tallies, run->store, run->error);
}

/* The names that have their numbers from this entry. */
static enum rd_status apply_names(struct apply_run *run)
{
    enum rd_status status = RD_OK;
    for (uint32_t i = 0; status == RD_OK && i < run->command->names_count; i++)
        status = rd_catalogue_add_name(run->apply->catalogue, run->store,
                                       run->command->names_from + i, run->error);
    return status;
}

enum rd_status rd_apply_entry(void *context, struct rd_store *store, const struct rd_entry *entry,
                              struct rd_error *error)
{
    struct rd_apply *apply = context;
    struct rd_command_entry unpacked;
    rd_arena_reset(&apply->arena);
    struct apply_run run = {
        .apply = apply, .store = store, .entry = entry, .forms = &apply->arena, .error = error
    };
    rd_store_use_names(store, &apply->catalogue->names);
    if (!apply->loaded) {
        enum rd_status loaded = rd_catalogue_load(apply->catalogue, store, error);
        if (loaded != RD_OK)
            return loaded;
        apply->loaded = true;
    }
    enum rd_status status = apply_tallies(&run);
    run.command = apply->live && apply->live_seq == entry->seq ? apply->live : &unpacked;
    if (status == RD_OK && run.command == &unpacked)
        status = rd_entry_unpack(entry->payload, entry->len, &apply->catalogue->names,
                                 &apply->arena, &unpacked, error);
    if (status == RD_OK)
        status = apply_names(&run);
    const struct rd_value *effects = &run.command->effects;
    for (uint32_t i = 0, taken; status == RD_OK && i < effects->count; i += taken)
        status = apply_effect(&run, &effects->items[i], effects->count - i, &taken);
    if (status == RD_OK && run.command->key && !run.command->refused)
        status = apply_key(&run);
    apply->tallies.known = status == RD_OK; /* or half of the entry may be in it */
    apply->tallies.seq = entry->seq;
    return status;
}
