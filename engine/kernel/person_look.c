/* Whether the keys of persons are there, as a start sees it: a folder that was lost, or put back
 * from an old copy, is noticed before anything is written under other keys. It reads a few records
 * of each type, not all: `redress store verify` reads every text of the journal.
 */
#include "kernel/person.h"

#include <sodium.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/sealed.h"
#include "store/keys.h"
#include "store/tables.h"

/* Whether a text of the record is sealed with a key that is not here. */
static bool look_misses(const struct rd_kernel *kernel, const struct rd_record *record)
{
    const struct rd_value *data = &record->data;
    unsigned char key[RD_SEAL_KEY_BYTES];
    bool misses = false;
    for (uint32_t i = 0; !misses && data->kind == RD_MAP && i < data->count; i++)
        misses = rd_text_is_lost(&data->pairs[i].value) &&
                 rd_keys_find(kernel->keys, rd_sealed_person(&data->pairs[i].value), key) ==
                     RD_SEAL_KEY_NONE;
    sodium_memzero(key, sizeof key);
    return misses;
}

/* The first records of a type (`seen`: the last of them), or the last ones, down to `seen`. */
static enum rd_status look_at_end(struct rd_kernel *kernel, uint16_t type, bool last,
                                  uint64_t *seen, struct rd_arena *arena, struct rd_error *error)
{
    struct rd_key8 from = rd_key8(((uint64_t)type << 48) + (last ? (1ull << 48) - 1 : 0));
    struct rd_walk walk;
    enum rd_status status =
        rd_walk_start(&walk, kernel->store, RD_TABLE_RECORD, from.bytes, last, error);
    for (int i = 0; status == RD_OK && i < RD_KEYS_LOOKED_AT; i++) {
        struct rd_id id = { rd_key_u64(walk.key) };
        struct rd_record record;
        if (id.value >> 48 != type || (last && id.value <= *seen))
            break;
        status = rd_record_load(kernel->store, id, arena, &record, error);
        kernel->keys_missing += status == RD_OK && look_misses(kernel, &record);
        rd_arena_reset(arena);
        *seen = last ? *seen : id.value;
        if (status == RD_OK)
            status = rd_walk_next(&walk, error);
    }
    rd_walk_end(&walk);
    return status == RD_END ? RD_OK : status;
}

enum rd_status rd_person_look(struct rd_kernel *kernel, struct rd_error *error)
{
    const struct rd_model *model = kernel->model;
    enum rd_status status = RD_OK;
    struct rd_arena arena;
    rd_arena_init(&arena);
    kernel->keys_missing = 0;
    for (size_t t = 0; status == RD_OK && model && t < model->type_count; t++) {
        const struct rd_record_type *type = &model->types[t];
        uint16_t number = rd_catalogue_type(&kernel->catalogue, type->name);
        if (!number || (type->personals == 0 && type->person < 0))
            continue;
        uint64_t seen = 0;
        status = look_at_end(kernel, number, false, &seen, &arena, error);
        if (status == RD_OK)
            status = look_at_end(kernel, number, true, &seen, &arena, error);
    }
    rd_arena_fini(&arena);
    if (kernel->keys_missing == 0)
        return status;
    rd_keys_spare(kernel->keys);
    if (!kernel->turn.quiet)
        rd_log(
            RD_LOG_ERROR, "person",
            "keys of persons are missing (of %llu records that were looked at): their texts can't "
            "be read; stop, and `redress store repair --from BACKUP`",
            (unsigned long long)kernel->keys_missing);
    return status;
}
