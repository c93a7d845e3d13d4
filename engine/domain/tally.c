/* The book of tallies: rules and numbers, in the table TALLY and in memory.
 *
 *   key: type, then zeros ─▶ the type's rule      key: type, hash of an owner ─▶ number, owner
 *
 * An owner who has nothing open has no row. Numbers in rows are absolute: applying an entry twice
 * from the same place of the store gives the same.
 */
#include "domain/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/pack.h"
#include "base/text.h"
#include "store/tables.h"

struct rd_tally_owner {
    struct rd_tally_owner *next;
    int64_t count;
    uint16_t type;
    struct rd_tally_key key;
    char name[];
};

/* ---- in memory ---- */

void rd_tally_init(struct rd_tally_book *book)
{
    *book = (struct rd_tally_book){ .known = false };
    rd_arena_init(&book->arena);
    rd_buf_init(&book->row);
}

static void tally_clear(struct rd_tally_book *book)
{
    for (size_t i = 0; i < book->bucket_count; i++)
        for (struct rd_tally_owner *owner = book->owners[i], *next; owner; owner = next) {
            next = owner->next;
            free(owner);
        }
    free(book->owners);
    free(book->rules);
    book->owners = NULL;
    book->rules = NULL;
    book->owner_count = book->bucket_count = book->rule_count = book->rule_cap = 0;
    rd_arena_reset(&book->arena);
}

void rd_tally_fini(struct rd_tally_book *book)
{
    tally_clear(book);
    rd_arena_fini(&book->arena);
    rd_buf_fini(&book->row);
}

static struct rd_tally_owner **tally_bucket(const struct rd_tally_book *book, const char *name)
{
    return &book->owners[rd_text_spread(name) & (book->bucket_count - 1)];
}

/* Where the owner hangs, or would. */
static struct rd_tally_owner **tally_place(const struct rd_tally_book *book, uint16_t type,
                                           const char *name)
{
    struct rd_tally_owner **at = tally_bucket(book, name);
    while (*at && ((*at)->type != type || strcmp((*at)->name, name) != 0))
        at = &(*at)->next;
    return at;
}

static void tally_grow(struct rd_tally_book *book)
{
    struct rd_tally_book more = *book;
    if (book->owner_count < book->bucket_count)
        return;
    more.bucket_count = book->bucket_count ? 2 * book->bucket_count : 64;
    more.owners = calloc(more.bucket_count, sizeof(struct rd_tally_owner *));
    RD_ASSERT(more.owners);
    for (size_t i = 0; i < book->bucket_count; i++)
        for (struct rd_tally_owner *owner = book->owners[i], *next; owner; owner = next) {
            struct rd_tally_owner **bucket = tally_bucket(&more, owner->name);
            next = owner->next;
            owner->next = *bucket;
            *bucket = owner;
        }
    free(book->owners);
    *book = more;
}

static struct rd_tally_owner *tally_owner(struct rd_tally_book *book, uint16_t type,
                                          const char *name, size_t len)
{
    tally_grow(book);
    struct rd_tally_owner **at = tally_place(book, type, name);
    if (*at)
        return *at;
    struct rd_tally_owner *owner = calloc(1, sizeof *owner + len + 1);
    RD_ASSERT(owner);
    memcpy(owner->name, name, len);
    owner->type = type;
    owner->key = rd_tally_key(type, name, len);
    book->owner_count++;
    return *at = owner;
}

int64_t rd_tally_of(const struct rd_tally_book *book, uint16_t type, const char *owner)
{
    const struct rd_tally_owner *found =
        book->bucket_count ? *tally_place(book, type, owner) : NULL;
    return found ? found->count : 0;
}

const struct rd_tally_rule *rd_tally_rule(const struct rd_tally_book *book, uint16_t type)
{
    for (size_t i = 0; i < book->rule_count; i++)
        if (book->rules[i].type == type)
            return &book->rules[i];
    return NULL;
}

static bool tally_is_open(const struct rd_tally_rule *rule, const char *state)
{
    for (size_t i = 0; i < rule->open_count; i++)
        if (rd_text_same(rule->open[i], state))
            return true;
    return false;
}

/* A name of the policy, as records have it. */
static const char *tally_name(struct rd_tally_book *book, const struct rd_names *names,
                              const struct rd_value *text)
{
    const char *copy = rd_arena_copy(&book->arena, text->text, text->count);
    return names ? rd_symbol_or(names->symbols, copy) : copy;
}

/* Takes the rule in, or away where it names no field. `row` is [field, [open state...]]. */
static void tally_enter_rule(struct rd_tally_book *book, uint16_t type, const struct rd_value *row,
                             const struct rd_names *names)
{
    size_t at = 0;
    while (at < book->rule_count && book->rules[at].type != type)
        at++;
    if (row->items[0].kind != RD_TEXT) {
        if (at < book->rule_count)
            book->rules[at] = book->rules[--book->rule_count];
        return;
    }
    if (at == book->rule_cap) {
        book->rule_cap = book->rule_cap ? 2 * book->rule_cap : 8;
        book->rules = realloc(book->rules, book->rule_cap * sizeof *book->rules);
        RD_ASSERT(book->rules);
    }
    const struct rd_value *field = &row->items[0], *states = &row->items[1];
    const char **open = rd_arena_zalloc(&book->arena, states->count + 1, sizeof *open);
    for (uint32_t i = 0; i < states->count; i++)
        open[i] = tally_name(book, names, &states->items[i]);
    book->rules[at] = (struct rd_tally_rule){ .type = type,
                                              .owner = tally_name(book, names, field),
                                              .open = open,
                                              .open_count = states->count };
    book->rule_count += at == book->rule_count;
}

/* ---- the table ---- */

static enum rd_status tally_enter(struct rd_tally_book *book, const struct rd_walk *walk,
                                  const struct rd_names *names, struct rd_arena *arena,
                                  struct rd_error *error)
{
    const struct rd_tally_key none = { { 0 } };
    const unsigned char *bytes = walk->bytes;
    uint16_t type = rd_tally_key_type(walk->key);
    if (memcmp((const unsigned char *)walk->key + 2, none.bytes + 2, sizeof none - 2) == 0) {
        struct rd_value row;
        enum rd_status status = rd_pack_read(arena, bytes, walk->len, &row, error);
        if (status == RD_OK)
            tally_enter_rule(book, type, &row, names);
        return status;
    }
    if (walk->len <= 8)
        return rd_error_set(error, RD_CORRUPT,
                            "a tally in the store has no owner; run `redress store rebuild`");
    char *name = rd_arena_copy(arena, (const char *)bytes + 8, walk->len - 8);
    tally_owner(book, type, name, walk->len - 8)->count = rd_key_i64(bytes);
    return RD_OK;
}

enum rd_status rd_tally_know(struct rd_tally_book *book, struct rd_store *store,
                             struct rd_error *error)
{
    const struct rd_tally_key first = { { 0 } };
    struct rd_arena arena;
    struct rd_walk walk;
    if (book->known)
        return RD_OK;
    tally_clear(book);
    rd_arena_init(&arena);
    enum rd_status status = rd_walk_start(&walk, store, RD_TABLE_TALLY, first.bytes, false, error);
    while (status == RD_OK) {
        rd_arena_reset(&arena);
        status = tally_enter(book, &walk, rd_store_names(store), &arena, error);
        if (status == RD_OK)
            status = rd_walk_next(&walk, error);
    }
    rd_walk_end(&walk);
    rd_arena_fini(&arena);
    book->known = status == RD_END;
    return status == RD_END ? RD_OK : status;
}

/* The owner's row as his number is now; where that is none, both go. */
static enum rd_status tally_store(struct rd_tally_book *book, struct rd_store *store,
                                  struct rd_tally_owner *owner, struct rd_error *error)
{
    unsigned char count[8];
    if (owner->count < 0)
        return rd_error_set(error, RD_CORRUPT,
                            "the open records of '%.64s' come to less than none; run `redress "
                            "store rebuild`",
                            owner->name);
    if (owner->count > 0) {
        rd_key_put_i64(count, owner->count);
        rd_buf_clear(&book->row);
        rd_buf_append(&book->row, count, sizeof count);
        rd_buf_append(&book->row, owner->name, strlen(owner->name));
        return rd_store_put(store, RD_TABLE_TALLY, owner->key.bytes, book->row.data, book->row.len,
                            error);
    }
    enum rd_status status = rd_store_del(store, RD_TABLE_TALLY, owner->key.bytes, error);
    *tally_place(book, owner->type, owner->name) = owner->next;
    book->owner_count--;
    free(owner);
    return status;
}

/* ---- what entries do ---- */

/* Whose the record is while it is open; NULL: it is closed, nobody's, or was not there. */
static const struct rd_value *tally_whose(const struct rd_tally_rule *rule,
                                          const struct rd_record *record)
{
    if (!record->state || !tally_is_open(rule, record->state))
        return NULL;
    const struct rd_value *owner = rd_map_get(&record->data, rule->owner);
    return rd_value_is(owner, RD_TEXT) && owner->count ? owner : NULL;
}

static enum rd_status tally_add(struct rd_tally_book *book, struct rd_store *store, uint16_t type,
                                const struct rd_value *name, int64_t by, struct rd_error *error)
{
    struct rd_tally_owner *owner = tally_owner(book, type, name->text, name->count);
    owner->count += by;
    return tally_store(book, store, owner, error);
}

enum rd_status rd_tally_follow(struct rd_tally_book *book, struct rd_store *store,
                               const struct rd_record *before, const struct rd_record *after,
                               struct rd_error *error)
{
    uint16_t type = rd_id_type(after->id);
    const struct rd_tally_rule *rule = rd_tally_rule(book, type);
    enum rd_status status = RD_OK;
    if (!rule)
        return RD_OK;
    const struct rd_value *was = before->version ? tally_whose(rule, before) : NULL,
                          *is = tally_whose(rule, after);
    if (was && is && strcmp(was->text, is->text) == 0)
        return RD_OK;
    if (was)
        status = tally_add(book, store, type, was, -1, error);
    if (status == RD_OK && is)
        status = tally_add(book, store, type, is, 1, error);
    return status;
}

/* ---- another rule ---- */

struct tally_count {
    struct rd_tally_book *book;
    struct rd_store *store;
    const struct rd_tally_rule *rule;
    uint32_t index; /* of the type's states */
    struct rd_arena arena;
    struct rd_buf *scratch;
    struct rd_error *error;
};

static enum rd_status tally_record(struct tally_count *count, struct rd_id id, int64_t by)
{
    struct rd_record record;
    rd_arena_reset(&count->arena);
    enum rd_status status = rd_record_load(count->store, id, &count->arena, &record, count->error);
    if (status != RD_OK)
        return status;
    const struct rd_value *owner = rd_map_get(&record.data, count->rule->owner);
    if (rd_value_is(owner, RD_TEXT) && owner->count)
        tally_owner(count->book, count->rule->type, owner->text, owner->count)->count += by;
    return RD_OK;
}

/* All records in the state, for or off; rows are written when all is counted, for a walk ends with
 * a write. */
static enum rd_status tally_state(struct tally_count *count, const char *state, int64_t by)
{
    const struct rd_value value = rd_text(state), *values[] = { &value };
    unsigned char slot[RD_INDEX_VALUE_BYTES];
    struct rd_walk walk;
    if (!count->index || !rd_index_slot(values, 1, count->scratch, slot))
        return RD_OK;
    struct rd_index_key from = rd_index_key(count->index, slot, INT64_MIN, 0);
    enum rd_status status =
        rd_walk_start(&walk, count->store, RD_TABLE_INDEX, from.bytes, false, count->error);
    while (status == RD_OK && memcmp(walk.key, from.bytes, 4 + RD_INDEX_VALUE_BYTES) == 0) {
        status = tally_record(count, (struct rd_id){ rd_index_key_record(walk.key) }, by);
        if (status == RD_OK)
            status = rd_walk_next(&walk, count->error);
    }
    rd_walk_end(&walk);
    return status == RD_END ? RD_OK : status;
}

/* Those of `rule`'s open states that `other` (NULL: none) does not have. */
static enum rd_status tally_states(struct tally_count *count, const struct rd_tally_rule *rule,
                                   const struct rd_tally_rule *other, int64_t by)
{
    enum rd_status status = RD_OK;
    for (size_t i = 0; rule && status == RD_OK && i < rule->open_count; i++)
        if (!other || !tally_is_open(other, rule->open[i]))
            status = tally_state(count, rule->open[i], by);
    return status;
}

/* Every owner of the type: his number becomes 0. */
static void tally_forget_type(struct rd_tally_book *book, uint16_t type)
{
    for (size_t i = 0; i < book->bucket_count; i++)
        for (struct rd_tally_owner *owner = book->owners[i]; owner; owner = owner->next)
            if (owner->type == type)
                owner->count = 0;
}

static enum rd_status tally_store_type(struct rd_tally_book *book, struct rd_store *store,
                                       uint16_t type, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    for (size_t i = 0; i < book->bucket_count; i++)
        for (struct rd_tally_owner *owner = book->owners[i], *next; status == RD_OK && owner;
             owner = next) {
            next = owner->next;
            if (owner->type == type)
                status = tally_store(book, store, owner, error);
        }
    return status;
}

static uint32_t tally_index(const struct rd_catalogue *catalogue, uint16_t type)
{
    const struct rd_catalogue_index *index = rd_catalogue_first(catalogue, type);
    while (index && index->field_count > 0)
        index = rd_catalogue_next(catalogue, index);
    return index ? index->number : 0;
}

static enum rd_status tally_store_rule(struct rd_tally_book *book, struct rd_store *store,
                                       uint16_t type, const struct rd_value *row,
                                       struct rd_error *error)
{
    struct rd_tally_key key = rd_tally_key(type, NULL, 0);
    if (row->items[0].kind != RD_TEXT)
        return rd_store_del(store, RD_TABLE_TALLY, key.bytes, error);
    rd_buf_clear(&book->row);
    rd_pack_write(&book->row, row);
    return rd_store_put(store, RD_TABLE_TALLY, key.bytes, book->row.data, book->row.len, error);
}

enum rd_status rd_tally_apply(struct rd_tally_book *book, const struct rd_catalogue *catalogue,
                              struct rd_store *store, const struct rd_value *effect,
                              struct rd_buf *scratch, struct rd_error *error)
{
    uint16_t type = rd_catalogue_type(catalogue, effect->items[1].text);
    struct tally_count count = { .book = book,
                                 .store = store,
                                 .index = tally_index(catalogue, type),
                                 .scratch = scratch,
                                 .error = error };
    struct rd_value row = rd_list();
    rd_arena_init(&count.arena);
    const struct rd_tally_rule *old = rd_tally_rule(book, type);
    struct rd_tally_rule was = old ? *old : (struct rd_tally_rule){ .type = type };
    rd_list_add(&book->arena, &row, effect->items[2]);
    rd_list_add(&book->arena, &row, effect->items[3]);
    tally_enter_rule(book, type, &row, &catalogue->names);
    const struct rd_tally_rule *now = count.rule = rd_tally_rule(book, type);
    bool same = old && now && strcmp(was.owner, now->owner) == 0;
    if (!same)
        tally_forget_type(book, type);
    enum rd_status status = tally_states(&count, now, same ? &was : NULL, 1);
    if (status == RD_OK && same)
        status = tally_states(&count, &was, now, -1);
    if (status == RD_OK)
        status = tally_store_type(book, store, type, error);
    if (status == RD_OK)
        status = tally_store_rule(book, store, type, &row, error);
    rd_arena_fini(&count.arena);
    return status;
}
