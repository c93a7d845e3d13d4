/* Tallies of open records by owner. No index holds them (an index over the owner has also what is
 * long closed), so they are kept in memory: counted once by way of the states that are not final,
 * and then corrected by each entry. A generation that says the same of states and owner goes on
 * with the count of the one before: counting takes a millisecond or two for a thousand open
 * records, and everybody waits for it.
 *
 *   record ─▶ note { whose it is, while it is open } ─▶ owner { how many }
 */
#include "kernel/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "kernel/inside.h"
#include "store/tables.h"

struct tally_owner {
    struct tally_owner *next;
    int64_t count;
    char name[];
};

struct tally_note {
    struct tally_note *next;
    uint64_t record;
    struct tally_owner *owner;
};

struct rd_tally { /* one a type */
    struct rd_tally *next;
    const struct rd_record_type *type;
    uint16_t number;
    struct tally_owner **owners;
    struct tally_note **notes;
    size_t owner_count, owner_buckets, note_count, note_buckets;
    struct rd_arena arena;
};

static size_t tally_at(uint64_t record, size_t buckets)
{
    record *= 0x9e3779b97f4a7c15ull;
    return (record ^ record >> 32) & (buckets - 1);
}

static size_t tally_name_at(const char *name, size_t buckets)
{
    return rd_text_hash(name, strlen(name)) & (buckets - 1);
}

static void tally_grow_owners(struct rd_tally *tally)
{
    size_t more = tally->owner_buckets ? tally->owner_buckets * 2 : 64;
    struct tally_owner **owners = calloc(more, sizeof(struct tally_owner *));
    RD_ASSERT(owners);
    for (size_t i = 0; i < tally->owner_buckets; i++)
        for (struct tally_owner *owner = tally->owners[i], *next; owner; owner = next) {
            struct tally_owner **bucket = &owners[tally_name_at(owner->name, more)];
            next = owner->next;
            owner->next = *bucket;
            *bucket = owner;
        }
    free(tally->owners);
    tally->owners = owners;
    tally->owner_buckets = more;
}

static void tally_grow_notes(struct rd_tally *tally)
{
    size_t more = tally->note_buckets ? tally->note_buckets * 2 : 64;
    struct tally_note **notes = calloc(more, sizeof(struct tally_note *));
    RD_ASSERT(notes);
    for (size_t i = 0; i < tally->note_buckets; i++)
        for (struct tally_note *note = tally->notes[i], *next; note; note = next) {
            struct tally_note **bucket = &notes[tally_at(note->record, more)];
            next = note->next;
            note->next = *bucket;
            *bucket = note;
        }
    free(tally->notes);
    tally->notes = notes;
    tally->note_buckets = more;
}

static struct tally_owner *tally_owner(const struct rd_tally *tally, const char *name)
{
    struct tally_owner *owner =
        tally->owner_buckets ? tally->owners[tally_name_at(name, tally->owner_buckets)] : NULL;
    while (owner && strcmp(owner->name, name) != 0)
        owner = owner->next;
    return owner;
}

static struct tally_owner *tally_owner_new(struct rd_tally *tally, const char *name)
{
    size_t len = strlen(name);
    if (tally->owner_count >= tally->owner_buckets)
        tally_grow_owners(tally);
    struct tally_owner **bucket = &tally->owners[tally_name_at(name, tally->owner_buckets)];
    struct tally_owner *owner = calloc(1, sizeof *owner + len + 1);
    RD_ASSERT(owner);
    memcpy(owner->name, name, len + 1);
    owner->next = *bucket;
    *bucket = owner;
    tally->owner_count++;
    return owner;
}

/* The record is open and somebody's, or (NULL) it is not. */
static void tally_note(struct rd_tally *tally, uint64_t record, const char *name)
{
    if (tally->note_count >= tally->note_buckets)
        tally_grow_notes(tally);
    struct tally_note **at = &tally->notes[tally_at(record, tally->note_buckets)];
    while (*at && (*at)->record != record)
        at = &(*at)->next;
    struct tally_note *note = *at;
    if (note)
        note->owner->count--;
    if (!name && note) {
        *at = note->next;
        free(note);
        tally->note_count--;
    }
    if (!name)
        return;
    if (!note) {
        note = *at = calloc(1, sizeof *note);
        RD_ASSERT(note);
        note->record = record;
        tally->note_count++;
    }
    note->owner = tally_owner(tally, name);
    if (!note->owner)
        note->owner = tally_owner_new(tally, name);
    note->owner->count++;
}

const char *rd_tally_owner(const struct rd_record_type *type, const struct rd_record *record,
                           const struct rd_value *changed)
{
    const char *field = type->fields[type->owner].name;
    int state = record->state ? rd_state_find(type->chart, record->state) : -1;
    const struct rd_value *owner = changed ? rd_map_get(changed, field) : NULL;
    if (!owner)
        owner = rd_map_get(&record->data, field);
    return state >= 0 && !type->chart->states[state].final && rd_value_is(owner, RD_TEXT)
               ? owner->text
               : NULL;
}

static enum rd_status tally_read(struct rd_kernel *kernel, struct rd_tally *tally, struct rd_id id,
                                 struct rd_error *error)
{
    struct rd_record record;
    rd_arena_reset(&tally->arena);
    enum rd_status status = rd_record_load(kernel->store, id, &tally->arena, &record, error);
    if (status == RD_OK)
        tally_note(tally, id.value, rd_tally_owner(tally->type, &record, NULL));
    return status == RD_NOT_FOUND ? RD_OK : status;
}

static enum rd_status tally_state(struct rd_kernel *kernel, struct rd_tally *tally,
                                  const char *state, struct rd_error *error)
{
    const struct rd_value value = rd_text(state), *values[] = { &value };
    unsigned char slot[RD_INDEX_VALUE_BYTES];
    struct rd_walk walk;
    (void)rd_index_slot(values, 1, &kernel->scratch, slot);
    uint32_t number = kernel->bindings[tally->type - kernel->model->types].indexes[0];
    struct rd_index_key from = rd_index_key(number, slot, INT64_MIN, 0);
    enum rd_status status =
        rd_walk_start(&walk, kernel->store, RD_TABLE_INDEX, from.bytes, false, error);
    while (status == RD_OK && memcmp(walk.key, from.bytes, 4 + RD_INDEX_VALUE_BYTES) == 0) {
        status = tally_read(kernel, tally, (struct rd_id){ rd_index_key_record(walk.key) }, error);
        if (status == RD_OK)
            status = rd_walk_next(&walk, error);
    }
    rd_walk_end(&walk);
    return status == RD_END ? RD_OK : status;
}

static struct rd_tally *tally_of(const struct rd_kernel *kernel, const struct rd_record_type *type)
{
    struct rd_tally *tally = kernel->tallies;
    while (tally && tally->type != type)
        tally = tally->next;
    return tally;
}

static bool tally_take(struct rd_kernel *kernel, const struct rd_record_type *type,
                       struct rd_tally **kept)
{
    while (*kept && (*kept)->type != type)
        kept = &(*kept)->next;
    struct rd_tally *tally = *kept;
    if (!tally)
        return false;
    *kept = tally->next;
    tally->next = kernel->tallies;
    kernel->tallies = tally;
    return true;
}

static enum rd_status tally_add(struct rd_kernel *kernel, const struct rd_record_type *type,
                                struct rd_tally **kept, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    if (tally_of(kernel, type) || tally_take(kernel, type, kept))
        return RD_OK;
    struct rd_tally *tally = calloc(1, sizeof *tally);
    RD_ASSERT(tally);
    rd_arena_init(&tally->arena);
    tally->type = type;
    tally->number = rd_type_number(kernel, type);
    tally->next = kernel->tallies;
    kernel->tallies = tally;
    for (size_t s = 0; status == RD_OK && s < type->chart->state_count; s++)
        if (!type->chart->states[s].final)
            status = tally_state(kernel, tally, type->chart->states[s].name, error);
    return status;
}

/* Whether a record that was open, and whose it was, is so by the other type as well. States that
 * one of them does not have hold no record: no activation strands any. */
static bool tally_same(const struct rd_record_type *a, const struct rd_record_type *b)
{
    if (!b->chart || a->owner < 0 || b->owner < 0 ||
        strcmp(a->fields[a->owner].name, b->fields[b->owner].name) != 0)
        return false;
    for (size_t s = 0; s < a->chart->state_count; s++) {
        int other = rd_state_find(b->chart, a->chart->states[s].name);
        if (other >= 0 && a->chart->states[s].final != b->chart->states[other].final)
            return false;
    }
    return true;
}

/* Those of the generation before that hold for this one too, by its types. */
static struct rd_tally *tally_kept(struct rd_kernel *kernel)
{
    struct rd_tally *all = kernel->tallies, *kept = NULL;
    kernel->tallies = NULL;
    while (all) {
        struct rd_tally *tally = all;
        const struct rd_record_type *type = rd_model_type(kernel->model, tally->type->name);
        all = tally->next;
        tally->next = NULL;
        if (type && tally_same(tally->type, type)) {
            tally->type = type;
            tally->next = kept;
            kept = tally;
        } else {
            rd_tally_free(tally);
        }
    }
    return kept;
}

static enum rd_status tally_all(struct rd_kernel *kernel, struct rd_tally **kept,
                                struct rd_error *error)
{
    enum rd_status status = RD_OK;
    for (size_t c = 0; c < kernel->model->chart_count; c++) {
        const struct rd_chart *chart = &kernel->model->charts[c];
        for (size_t i = 0; status == RD_OK && i < chart->fact_count; i++)
            if (chart->facts[i].kind == RD_FACT_PICK && chart->facts[i].type)
                status = tally_add(kernel, chart->facts[i].type, kept, error);
    }
    rd_tally_free(*kept);
    return status;
}

enum rd_status rd_tally_bind(struct rd_kernel *kernel, struct rd_error *error)
{
    struct rd_tally *kept = tally_kept(kernel);
    return tally_all(kernel, &kept, error);
}

enum rd_status rd_tally_count(struct rd_kernel *kernel, struct rd_error *error)
{
    struct rd_tally *kept = NULL;
    rd_tally_free(kernel->tallies);
    kernel->tallies = NULL;
    return tally_all(kernel, &kept, error);
}

void rd_tally_changed(struct rd_kernel *kernel, const struct rd_command_entry *entry)
{
    struct rd_error error = RD_ERROR_NONE;
    for (uint32_t i = 0; kernel->tallies && i < entry->effects.count; i++) {
        const struct rd_value *at = entry->effects.items[i].items;
        struct rd_id id = { at[0].integer == RD_EFFECT_RECORD ? (uint64_t)at[1].integer : 0 };
        for (struct rd_tally *tally = kernel->tallies; tally; tally = tally->next)
            if (rd_id_type(id) == tally->number) {
                kernel->books_dirty = true;
                if (tally_read(kernel, tally, id, &error) != RD_OK)
                    rd_log(RD_LOG_ERROR, "tally", "a record could not be read: %s", error.text);
            }
    }
}

const char *rd_tally_noted(const struct rd_kernel *kernel, const struct rd_record_type *type,
                           struct rd_id id)
{
    const struct rd_tally *tally = tally_of(kernel, type);
    const struct tally_note *note =
        tally && tally->note_count ? tally->notes[tally_at(id.value, tally->note_buckets)] : NULL;
    while (note && note->record != id.value)
        note = note->next;
    return note ? note->owner->name : NULL;
}

int64_t rd_tally_of(const struct rd_kernel *kernel, const struct rd_record_type *type,
                    const char *owner)
{
    const struct rd_tally *tally = tally_of(kernel, type);
    const struct tally_owner *found = tally ? tally_owner(tally, owner) : NULL;
    return found ? found->count : 0;
}

void rd_tally_free(struct rd_tally *tallies)
{
    while (tallies) {
        struct rd_tally *tally = tallies;
        tallies = tally->next;
        for (size_t i = 0; i < tally->note_buckets; i++)
            for (struct tally_note *note = tally->notes[i], *next; note; note = next) {
                next = note->next;
                free(note);
            }
        for (size_t i = 0; i < tally->owner_buckets; i++)
            for (struct tally_owner *owner = tally->owners[i], *next; owner; owner = next) {
                next = owner->next;
                free(owner);
            }
        free(tally->notes);
        free(tally->owners);
        rd_arena_fini(&tally->arena);
        free(tally);
    }
}
