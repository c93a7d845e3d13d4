/* The book of staff, in memory: one entry an account, in chains by what one looks it up by.
 *
 *   record of the staff type ─▶ entry ─▶ by name, record, person (also who has left)
 *   accounts of the policy   ─▶   "   ─▶ by unit, group, deputy; lists by role (who has not)
 *
 * It is read once an activation and then follows the journal: an entry that changes a staff record
 * replaces that account and no other, so a look-up costs the same with ten people as with 50,000.
 * It holds nothing of its own: the records are the truth, and the book can be read again at any
 * time.
 *
 * Replaced entries are not freed at once: a command may still hold one (rd_staff_settle).
 */
#include "kernel/staff_inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "kernel/inside.h"
#include "store/tables.h"

static const char *staff_text(const struct staff_entry *entry, enum staff_chain chain)
{
    switch (chain) {
    case CHAIN_NAME:
        return entry->account.name;
    case CHAIN_PERSON:
        return entry->account.person;
    case CHAIN_GROUP:
        return entry->account.group;
    case CHAIN_DEPUTY:
        return entry->account.deputy;
    case CHAIN_RECORD:
    case CHAIN_UNIT:
    case CHAINS:
        break;
    }
    return NULL;
}

/* Whether the entry stands in the chain, and under which hash. */
static bool staff_key(const struct staff_entry *entry, enum staff_chain chain, uint64_t *hash)
{
    const char *text = staff_text(entry, chain);
    if (chain >= CHAIN_PRESENT && entry->account.left)
        return false;
    if (chain == CHAIN_RECORD)
        *hash = staff_mix(entry->account.record);
    else if (chain == CHAIN_UNIT)
        *hash = staff_mix((uint64_t)entry->account.unit);
    else if (text)
        *hash = rd_text_spread(text);
    return text || (chain == CHAIN_RECORD && entry->account.record) ||
           (chain == CHAIN_UNIT && entry->account.unit >= 0);
}

static void staff_link(struct rd_staff_book *book, struct staff_entry *entry)
{
    for (enum staff_chain chain = 0; chain < CHAINS; chain++) {
        uint64_t hash;
        if (!staff_key(entry, chain, &hash))
            continue;
        struct staff_entry **bucket = staff_bucket(book, chain, hash);
        entry->next[chain] = *bucket;
        *bucket = entry;
    }
}

static void staff_unlink(struct rd_staff_book *book, struct staff_entry *entry)
{
    for (enum staff_chain chain = 0; chain < CHAINS; chain++) {
        uint64_t hash;
        if (!staff_key(entry, chain, &hash))
            continue;
        struct staff_entry **at = staff_bucket(book, chain, hash);
        while (*at != entry)
            at = &(*at)->next[chain];
        *at = entry->next[chain];
    }
}

static void staff_roles_add(struct rd_staff_book *book, struct staff_entry *entry)
{
    for (size_t r = 0; r < RD_ROLES_MAX && !entry->account.left; r++) {
        struct staff_role *role = &book->roles[r];
        if (!(entry->account.named & (1ull << r)))
            continue;
        if (role->count == role->cap) {
            role->cap = role->cap ? role->cap * 2 : 16;
            role->at = realloc(role->at, role->cap * sizeof(struct staff_entry *));
            RD_ASSERT(role->at);
        }
        role->at[role->count++] = entry;
    }
}

static void staff_roles_remove(struct rd_staff_book *book, struct staff_entry *entry)
{
    for (size_t r = 0; r < RD_ROLES_MAX && !entry->account.left; r++) {
        struct staff_role *role = &book->roles[r];
        if (!(entry->account.named & (1ull << r)))
            continue;
        size_t i = 0;
        while (role->at[i] != entry)
            i++;
        role->at[i] = role->at[--role->count];
    }
}

static void staff_grow(struct rd_staff_book *book)
{
    size_t old_count = book->bucket_count;
    struct staff_entry **by_name = book->buckets[CHAIN_NAME];
    if (book->count < old_count)
        return;
    book->bucket_count = old_count ? old_count * 2 : 64;
    book->buckets[CHAIN_NAME] = NULL;
    for (enum staff_chain chain = 0; chain < CHAINS; chain++) {
        free(book->buckets[chain]);
        book->buckets[chain] = calloc(book->bucket_count, sizeof(struct staff_entry *));
        RD_ASSERT(book->buckets[chain]);
    }
    for (size_t i = 0; i < old_count; i++)
        for (struct staff_entry *entry = by_name[i], *next; entry; entry = next) {
            next = entry->next[CHAIN_NAME];
            staff_link(book, entry);
        }
    free(by_name);
}

static void staff_add(struct rd_staff_book *book, struct staff_entry *entry)
{
    staff_grow(book);
    staff_link(book, entry);
    staff_roles_add(book, entry);
    book->count++;
}

static void staff_drop(struct rd_staff_book *book, struct staff_entry *entry)
{
    staff_unlink(book, entry);
    staff_roles_remove(book, entry);
    entry->dropped = book->dropped;
    book->dropped = entry;
    book->count--;
}

static void staff_clear(struct rd_staff_book *book)
{
    for (size_t i = 0; i < book->bucket_count; i++)
        while (book->buckets[CHAIN_NAME][i])
            staff_drop(book, book->buckets[CHAIN_NAME][i]);
}

static void staff_free_dropped(struct rd_staff_book *book)
{
    while (book->dropped) {
        struct staff_entry *entry = book->dropped;
        book->dropped = entry->dropped;
        free(entry);
    }
}

void rd_staff_free(struct rd_staff_book *book)
{
    if (!book)
        return;
    staff_clear(book);
    staff_free_dropped(book);
    for (enum staff_chain chain = 0; chain < CHAINS; chain++)
        free(book->buckets[chain]);
    for (size_t r = 0; r < RD_ROLES_MAX; r++)
        free(book->roles[r].at);
    rd_arena_fini(&book->arena);
    free(book);
}

/* ---- from a record to an account ---- */

static const struct rd_value *staff_value(const struct rd_staff *staff,
                                          const struct rd_record *record, enum rd_staff_field field,
                                          enum rd_kind kind)
{
    const char *name = rd_staff_field_name(staff, field);
    const struct rd_value *value = name ? rd_map_get(&record->data, name) : NULL;
    return rd_value_is(value, kind) ? value : NULL;
}

static void staff_roles_of(const struct rd_organisation *organisation, const struct rd_value *value,
                           struct rd_account *out)
{
    const struct rd_value *items = value;
    uint32_t left = value ? 1 : 0;
    if (rd_value_is(value, RD_LIST)) {
        items = value->items;
        left = value->count;
    }
    for (; left; left--, items++) {
        int role = items->kind == RD_TEXT ? rd_role_find(organisation, items->text) : -1;
        if (role < 0) /* the policy has this role no longer */
            continue;
        out->named |= 1ull << role;
        out->roles |= organisation->roles[role].includes;
    }
}

/* A copy of the text behind the others in the entry's own memory. */
static const char *staff_keep(char **at, const struct rd_value *value)
{
    char *kept = *at;
    if (!value || value->count == 0)
        return NULL;
    memcpy(kept, value->text, value->count + 1);
    *at += value->count + 1;
    return kept;
}

/* NULL where the record has no login (yet). */
static struct staff_entry *staff_entry_new(const struct rd_model *model,
                                           const struct rd_record *record)
{
    static const enum rd_staff_field TEXTS[] = { RD_STAFF_ACCOUNT, RD_STAFF_NAME, RD_STAFF_GROUP,
                                                 RD_STAFF_PERSON, RD_STAFF_DEPUTY };
    const struct rd_staff *staff = &model->staff;
    const struct rd_value *texts[sizeof TEXTS / sizeof *TEXTS];
    size_t bytes = 0;
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        texts[i] = staff_value(staff, record, TEXTS[i], RD_TEXT);
        bytes += texts[i] ? texts[i]->count + 1 : 0;
    }
    if (!texts[0])
        return NULL;
    struct staff_entry *entry = calloc(1, sizeof *entry + bytes);
    RD_ASSERT(entry);
    char *at = entry->texts;
    const struct rd_value *unit = staff_value(staff, record, RD_STAFF_UNIT, RD_TEXT),
                          *away = staff_value(staff, record, RD_STAFF_AWAY_UNTIL, RD_INT),
                          *until = staff_value(staff, record, RD_STAFF_DEPUTY_UNTIL, RD_INT);
    struct rd_account *account = &entry->account;
    *account = (struct rd_account){
        .name = staff_keep(&at, texts[0]),
        .title = staff_keep(&at, texts[1]),
        .group = staff_keep(&at, texts[2]),
        .person = staff_keep(&at, texts[3]),
        .deputy = staff_keep(&at, texts[4]),
        .unit = unit ? rd_unit_find(&model->organisation, unit->text) : -1,
        .uid = -1,
        .record = record->id.value,
        .left = !rd_staff_is_working(staff, record->state),
        .away_until_ms = away ? away->integer : 0,
        .deputy_until_ms = until ? until->integer : 0,
    };
    if (!account->title)
        account->title = account->name;
    int roles = staff->fields[RD_STAFF_ROLES];
    if (roles >= 0)
        staff_roles_of(&model->organisation,
                       rd_map_get(&record->data, staff->type->fields[roles].name), account);
    return entry;
}

static enum rd_status staff_load(struct rd_kernel *kernel, struct rd_id id, struct rd_error *error)
{
    struct rd_staff_book *book = kernel->staff;
    struct rd_record record;
    rd_arena_reset(&book->arena);
    enum rd_status status = rd_record_load(kernel->store, id, &book->arena, &record, error);
    struct staff_entry *entry = status == RD_OK ? staff_entry_new(kernel->model, &record) : NULL;
    if (entry && rd_account_find(&kernel->model->organisation, entry->account.name)) {
        rd_log(RD_LOG_ERROR, "staff", "'%s' is an account of the policy: its staff record is none",
               entry->account.name);
        free(entry);
    } else if (entry) {
        staff_add(book, entry);
    }
    return status == RD_NOT_FOUND ? RD_OK : status;
}

/* An empty book with the accounts of the rules themselves. */
static void staff_begin(struct rd_kernel *kernel)
{
    const struct rd_organisation *organisation = &kernel->model->organisation;
    const struct rd_record_type *type = kernel->model->staff.type;
    if (!kernel->staff) {
        kernel->staff = calloc(1, sizeof *kernel->staff);
        RD_ASSERT(kernel->staff);
        rd_arena_init(&kernel->staff->arena);
    }
    staff_clear(kernel->staff);
    kernel->staff->type = type ? rd_type_number(kernel, type) : 0;
    for (size_t i = 0; i < organisation->account_count; i++) {
        struct staff_entry *entry = calloc(1, sizeof *entry);
        RD_ASSERT(entry);
        entry->account = organisation->accounts[i]; /* its texts are the generation's */
        staff_add(kernel->staff, entry);
    }
}

/* The record as it was; version 0: it was not there yet. */
static enum rd_status staff_record_then(struct rd_kernel *kernel, struct rd_id id, int64_t at_ms,
                                        size_t *rebuilt_left, struct rd_record *record,
                                        struct rd_staff_then *out, struct rd_error *error)
{
    struct rd_arena *arena = &kernel->staff->arena;
    struct rd_deadline *deadlines;
    size_t count;
    enum rd_status status = rd_record_load(kernel->store, id, arena, record, error);
    if (status != RD_OK || record->updated_at_ms <= at_ms)
        return status;
    if (record->opened_at_ms > at_ms) {
        record->version = 0;
        return RD_OK;
    }
    out->changed |= *rebuilt_left == 0;
    if (*rebuilt_left == 0)
        return RD_OK;
    --*rebuilt_left;
    return rd_history_rebuild(kernel, id, 0, at_ms, arena, record, &deadlines, &count, error);
}

static enum rd_status staff_load_then(struct rd_kernel *kernel, struct rd_id id, int64_t at_ms,
                                      size_t *rebuilt_left, struct rd_staff_then *out,
                                      struct rd_error *error)
{
    struct rd_staff_book *book = kernel->staff;
    struct rd_record record;
    rd_arena_reset(&book->arena);
    enum rd_status status = staff_record_then(kernel, id, at_ms, rebuilt_left, &record, out, error);
    struct staff_entry *entry =
        status == RD_OK && record.version ? staff_entry_new(kernel->model, &record) : NULL;
    if (entry && rd_account_find(&kernel->model->organisation, entry->account.name))
        free(entry); /* one account, one person */
    else if (entry)
        staff_add(book, entry);
    return status;
}

enum rd_status rd_staff_bind_then(struct rd_kernel *kernel, int64_t at_ms, size_t max,
                                  size_t rebuilt_max, struct rd_staff_then *out,
                                  struct rd_error *error)
{
    struct rd_walk walk;
    staff_begin(kernel);
    struct rd_key8 from = rd_key8((uint64_t)kernel->staff->type << 48);
    *out = (struct rd_staff_then){ .more = false };
    if (!kernel->staff->type)
        return RD_OK;
    enum rd_status status =
        rd_walk_start(&walk, kernel->store, RD_TABLE_RECORD, from.bytes, false, error);
    while (status == RD_OK && rd_key_u64(walk.key) >> 48 == kernel->staff->type) {
        out->more = max-- == 0;
        if (out->more)
            break;
        status = staff_load_then(kernel, (struct rd_id){ rd_key_u64(walk.key) }, at_ms,
                                 &rebuilt_max, out, error);
        if (status == RD_OK)
            status = rd_walk_next(&walk, error);
    }
    rd_walk_end(&walk);
    return status == RD_END ? RD_OK : status;
}

static enum rd_status staff_load_all(struct rd_kernel *kernel, struct rd_error *error)
{
    struct rd_key8 from = rd_key8((uint64_t)kernel->staff->type << 48);
    struct rd_walk walk;
    enum rd_status status =
        rd_walk_start(&walk, kernel->store, RD_TABLE_RECORD, from.bytes, false, error);
    while (status == RD_OK && rd_key_u64(walk.key) >> 48 == kernel->staff->type) {
        status = staff_load(kernel, (struct rd_id){ rd_key_u64(walk.key) }, error);
        if (status == RD_OK)
            status = rd_walk_next(&walk, error);
    }
    rd_walk_end(&walk);
    return status == RD_END ? RD_OK : status;
}

enum rd_status rd_staff_bind(struct rd_kernel *kernel, struct rd_error *error)
{
    staff_begin(kernel);
    return kernel->staff->type ? staff_load_all(kernel, error) : RD_OK;
}

/* ---- following the journal ---- */

static struct staff_entry *staff_of_record(const struct rd_staff_book *book, uint64_t record)
{
    struct staff_entry *entry =
        book->bucket_count ? *staff_bucket(book, CHAIN_RECORD, staff_mix(record)) : NULL;
    while (entry && entry->account.record != record)
        entry = entry->next[CHAIN_RECORD];
    return entry;
}

void rd_staff_changed(struct rd_kernel *kernel, const struct rd_command_entry *entry)
{
    struct rd_staff_book *book = kernel->staff;
    struct rd_error error;
    rd_error_clear(&error);
    for (uint32_t i = 0; book && book->type && i < entry->effects.count; i++) {
        const struct rd_value *at = entry->effects.items[i].items;
        struct rd_id id = { at[0].integer == RD_EFFECT_RECORD ? (uint64_t)at[1].integer : 0 };
        if (rd_id_type(id) != book->type)
            continue;
        struct staff_entry *old = staff_of_record(book, id.value);
        if (old)
            staff_drop(book, old);
        kernel->books_dirty = true;
        if (staff_load(kernel, id, &error) != RD_OK)
            rd_log(RD_LOG_ERROR, "staff", "a staff record could not be read: %s", error.text);
    }
}

void rd_staff_flushed(struct rd_kernel *kernel)
{
    kernel->books_dirty = false;
}

void rd_staff_taken_back(struct rd_kernel *kernel)
{
    struct rd_error error = RD_ERROR_NONE;
    kernel->apply.tallies.known = false;
    if (!kernel->staff || !kernel->books_dirty)
        return;
    kernel->books_dirty = false;
    if (rd_staff_bind(kernel, &error) != RD_OK)
        rd_log(RD_LOG_ERROR, "staff", "staff could not be read: %s", error.text);
}

void rd_staff_settle(struct rd_kernel *kernel)
{
    if (kernel->staff)
        staff_free_dropped(kernel->staff);
}
