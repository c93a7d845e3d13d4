/* Erasing a person: his key is destroyed, so that what is sealed with it is gone from the journal,
 * the store and every copy of either, while every hash of the journal still fits.
 *
 *   person.erase ─▶ (person.confirm, where rules ask for a second person)
 *     ─▶ one entry: his own record loses its personal fields (and so the indexes their rows), and
 *        [30, person, [id...]] says whose keys go
 *     ─▶ flushed, the store committed behind it ─▶ the slots of the keys are written over
 *
 * The order matters: as long as the store may have to take the entry over again (after kill -9) it
 * must find the letters that its indexes are made of. A process that ends in between leaves the
 * rows "erased:" in the store, and the next start destroys the keys.
 */
#include "kernel/person.h"

#include <sodium.h>
#include <string.h>

#include "base/log.h"
#include "base/pack.h"
#include "base/sealed.h"
#include "kernel/proposal.h"
#include "store/faults.h"
#include "store/keys.h"
#include "store/tables.h"

#define PERSON_TOLD_MAX 20

/* ---- the keys of this kernel ---- */

static void person_draw(void *context, void *bytes, size_t len)
{
    unsigned char seed[randombytes_SEEDBYTES];
    rd_draw_bytes(context, seed, sizeof seed);
    randombytes_buf_deterministic(bytes, len, seed);
}

void rd_person_open(struct rd_kernel *kernel, const char *data_dir)
{
    kernel->keys = rd_keys_new(data_dir);
    rd_keys_draw_by(kernel->keys, person_draw, kernel);
    kernel->catalogue.names.sealer = rd_keys_sealer(kernel->keys);
}

void rd_person_close(struct rd_kernel *kernel)
{
    rd_keys_free(kernel->keys);
    kernel->keys = NULL;
}

/* ---- rows "erased:" and "erasing:" ---- */

/* Calls `take` for each row with this head, in the order of ids. */
static enum rd_status person_rows(struct rd_kernel *kernel, const char *head,
                                  void (*take)(void *context, uint64_t person, const void *bytes,
                                               size_t len),
                                  void *context, struct rd_error *error)
{
    struct rd_key16 from = rd_person_key(head, 0);
    struct rd_walk walk;
    enum rd_status status =
        rd_walk_start(&walk, kernel->store, RD_TABLE_COUNTER, from.bytes, false, error);
    while (status == RD_OK && memcmp(walk.key, head, strlen(head)) == 0) {
        take(context, rd_key_u64((const unsigned char *)walk.key + strlen(head)), walk.bytes,
             walk.len);
        status = rd_walk_next(&walk, error);
    }
    rd_walk_end(&walk);
    return status == RD_END ? RD_OK : status;
}

/* When he was erased; 0: he was not. */
static enum rd_status person_erased_at(struct rd_kernel *kernel, uint64_t person, int64_t *at,
                                       struct rd_error *error)
{
    struct rd_key16 key = rd_person_key(RD_COUNTER_ERASED, person);
    const void *bytes;
    size_t len;
    *at = 0;
    enum rd_status status =
        rd_store_get(kernel->store, RD_TABLE_COUNTER, key.bytes, &bytes, &len, error);
    if (status == RD_OK)
        *at = rd_key_i64(bytes);
    return status == RD_NOT_FOUND ? RD_OK : status;
}

/* What waits for a second person; null: nothing, or it has waited too long. */
static enum rd_status person_waiting(struct rd_kernel *kernel, uint64_t person,
                                     struct rd_arena *arena, struct rd_value *about,
                                     struct rd_error *error)
{
    struct rd_key16 key = rd_person_key(RD_COUNTER_ERASING, person);
    const void *bytes;
    size_t len;
    *about = rd_null();
    enum rd_status status =
        rd_store_get(kernel->store, RD_TABLE_COUNTER, key.bytes, &bytes, &len, error);
    if (status == RD_OK)
        status = rd_pack_read(arena, bytes, len, about, error);
    if (status == RD_OK && rd_map_int(about, "expires", 0) <= rd_kernel_now_ms(kernel))
        *about = rd_null();
    return status == RD_NOT_FOUND ? RD_OK : status;
}

/* ---- keys that are still to be destroyed ---- */

struct person_owed {
    struct rd_keys *keys;
    struct rd_arena arena;
    uint64_t *persons;
    size_t count, cap;
};

static void person_owe(void *context, uint64_t person, const void *bytes, size_t len)
{
    struct person_owed *owed = context;
    unsigned char key[RD_SEAL_KEY_BYTES];
    (void)bytes;
    (void)len;
    if (rd_keys_find(owed->keys, person, key) == RD_SEAL_KEY_ERASED)
        return;
    sodium_memzero(key, sizeof key);
    if (owed->count == owed->cap) {
        size_t cap = owed->cap ? 2 * owed->cap : 64;
        uint64_t *more = rd_arena_alloc(&owed->arena, cap * sizeof *more);
        if (owed->count)
            memcpy(more, owed->persons, owed->count * sizeof *more);
        owed->persons = more;
        owed->cap = cap;
    }
    owed->persons[owed->count++] = person;
}

enum rd_status rd_person_finish(struct rd_kernel *kernel, struct rd_error *error)
{
    struct person_owed owed = { .keys = kernel->keys };
    rd_arena_init(&owed.arena);
    enum rd_status status = person_rows(kernel, RD_COUNTER_ERASED, person_owe, &owed, error);
    if (status == RD_OK && owed.count > 0) {
        status = rd_vault_flush(kernel->vault, error);
        if (status == RD_OK)
            status = rd_vault_commit(kernel->vault, error);
        if (status == RD_OK && rd_store_is_dirty(kernel->store))
            status = rd_error_set(error, RD_BUSY, "the store is not committed yet");
        rd_fault_exit("exit_before_erase");
        if (status == RD_OK)
            status = rd_keys_destroy(kernel->keys, owed.persons, owed.count, error);
        if (status == RD_OK && !kernel->turn.quiet)
            rd_log(RD_LOG_INFO, "person", "the keys of %zu erased records are destroyed",
                   owed.count);
    }
    kernel->erase_owed = status != RD_OK;
    rd_arena_fini(&owed.arena);
    return status;
}

/* ---- whose erasure is asked for, and what tells of him ---- */

struct person_work {
    struct rd_run run;
    struct rd_draft *draft;
    struct rd_value ids, open; /* keys that go; numbers of cases that are not closed */
    int64_t records;           /* that tell of him, his own not counted */
};

/* By the workflow that the case goes by, which may be an earlier generation's. */
static bool person_is_open(const struct person_work *work, const struct rd_record_type *type,
                           const struct rd_record *record)
{
    const struct rd_chart *chart = type->chart ? rd_chart_of(work->run.kernel, type, record) : NULL;
    int state = chart && record->state ? rd_state_find(chart, record->state) : -1;
    return state >= 0 && !chart->states[state].final;
}

static void person_notes_open(struct person_work *work, const struct rd_record_type *type,
                              const struct rd_record *record)
{
    struct rd_arena *arena = work->run.arena;
    if (work->open.count == PERSON_TOLD_MAX || !person_is_open(work, type, record))
        return;
    struct rd_value which = record->number
                                ? rd_text_copy(arena, record->number, strlen(record->number))
                                : rd_show_id(record->id, arena);
    for (uint32_t i = 0; i < work->open.count; i++)
        if (rd_value_equal(&work->open.items[i], &which))
            return; /* it refers to him twice */
    rd_list_add(arena, &work->open, which);
}

/* A record that tells of him may have a key of its own, from before it was known of whom. */
static void person_joins(struct person_work *work, const struct rd_record_type *type,
                         const struct rd_record *record)
{
    struct rd_arena *arena = work->run.arena;
    unsigned char key[RD_SEAL_KEY_BYTES];
    work->records++;
    if (rd_keys_find(work->run.kernel->keys, record->id.value, key) == RD_SEAL_KEY_FOUND)
        rd_list_add(arena, &work->ids, rd_int((int64_t)record->id.value));
    sodium_memzero(key, sizeof key);
    person_notes_open(work, type, record);
}

/* The index of this field alone; -1: none, but for `person` there is one (rd_secrecy_persons). */
static int person_index(const struct rd_record_type *type, size_t field)
{
    for (size_t i = 0; i < type->index_count; i++)
        if (type->indexes[i].field_count == 1 && (size_t)type->indexes[i].fields[0] == field)
            return (int)i;
    return -1;
}

/* Records of the type in which this reference leads to him: their texts are his where it is their
 * `person`; of others it only counts whether they are open. */
static enum rd_status person_walk(struct person_work *work, const struct rd_record_type *type,
                                  int field, int index)
{
    struct rd_kernel *kernel = work->run.kernel;
    struct rd_value id = rd_int((int64_t)work->draft->record.id.value);
    const struct rd_value *value = &id;
    unsigned char slot[RD_INDEX_VALUE_BYTES];
    struct rd_walk walk;
    struct rd_arena scratch;
    bool has = rd_index_slot(&value, 1, &kernel->scratch, slot);
    RD_ASSERT(has);
    uint32_t number = kernel->bindings[type - kernel->model->types].indexes[index];
    struct rd_index_key from = rd_index_key(number, slot, INT64_MIN, 0);
    rd_arena_init(&scratch);
    enum rd_status status =
        rd_walk_start(&walk, kernel->store, RD_TABLE_INDEX, from.bytes, false, work->run.error);
    while (status == RD_OK && memcmp(walk.key, from.bytes, 4 + RD_INDEX_VALUE_BYTES) == 0) {
        struct rd_record record;
        rd_arena_reset(&scratch);
        status = rd_record_load(kernel->store, (struct rd_id){ rd_index_key_record(walk.key) },
                                &scratch, &record, work->run.error);
        if (status == RD_OK && field == type->person)
            person_joins(work, type, &record);
        else if (status == RD_OK)
            person_notes_open(work, type, &record);
        if (status == RD_OK)
            status = rd_walk_next(&walk, work->run.error);
    }
    rd_walk_end(&walk);
    rd_arena_fini(&scratch);
    return status == RD_END ? RD_OK : status;
}

/* Each reference of the type that may lead to him and can be searched by. A record without a
 * workflow is never open, and one of his own kind is somebody else. */
static enum rd_status person_refers(struct person_work *work, const struct rd_record_type *type)
{
    enum rd_status status = RD_OK;
    for (size_t f = 0; status == RD_OK && f < type->field_count; f++) {
        const struct rd_type *field = &type->fields[f].type;
        int index = person_index(type, f);
        if (field->kind == RD_TYPE_REFERENCE && index >= 0 &&
            strcmp(field->of, work->draft->type->name) == 0 &&
            ((type->chart && type != work->draft->type) || (int)f == type->person))
            status = person_walk(work, type, (int)f, index);
    }
    return status;
}

static enum rd_status person_tells(struct person_work *work)
{
    const struct rd_model *model = work->run.model;
    const struct rd_draft *draft = work->draft;
    enum rd_status status = RD_OK;
    bool any = draft->type->personals > 0;
    rd_list_add(work->run.arena, &work->ids, rd_int((int64_t)draft->record.id.value));
    for (size_t t = 0; status == RD_OK && t < model->type_count; t++) {
        const struct rd_record_type *type = &model->types[t];
        any = any || (type->person >= 0 &&
                      strcmp(type->fields[type->person].type.of, draft->type->name) == 0);
        status = person_refers(work, type);
    }
    if (status == RD_OK && !any)
        return rd_error_at(work->run.error, RD_INVALID_PARAMS, "/id",
                           "nothing of a %s is personal: the rules mark such fields with personal "
                           "= true",
                           draft->type->name);
    return status;
}

/* Whether he may be erased: known, a person of his own, not erased yet, nothing open about him. */
static enum rd_status person_look(struct rd_kernel *kernel, struct rd_request *request,
                                  struct person_work *work)
{
    struct rd_record record;
    const struct rd_record_type *type;
    struct rd_arena *arena = request->arena;
    int64_t at;
    rd_run_init(&work->run, kernel, arena, &request->error);
    work->run.dry = rd_map_bool(request->params, "dry_run", false);
    work->ids = rd_list();
    work->open = rd_list();
    enum rd_status status = rd_query_record(kernel, request, &work->run.actor, &record, &type);
    if (status == RD_OK)
        status = rd_draft_of(&work->run, record.id, &work->draft);
    if (status == RD_OK)
        status = person_erased_at(kernel, record.id.value, &at, &request->error);
    if (status != RD_OK)
        return status;
    char time[RD_TIME_TEXT_MAX];
    rd_time_write(at, time);
    if (at)
        return rd_error_at(&request->error, RD_ERASED, "/id", "this person was erased at %s", time);
    const struct rd_value *of = type->person >= 0 ? rd_draft_at(work->draft, type->person) : NULL;
    if (rd_value_is(of, RD_INT))
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/id",
                           "this %s tells of %s %s: name that one", type->name,
                           type->fields[type->person].type.of,
                           rd_show_id((struct rd_id){ (uint64_t)of->integer }, arena).text);
    status = person_tells(work);
    if (status != RD_OK || work->open.count == 0)
        return status;
    struct rd_value *detail = rd_arena_zalloc(arena, 1, sizeof *detail);
    *detail = rd_map();
    rd_map_add(arena, detail, "open", work->open);
    status = rd_error_at(&request->error, RD_PERSON_IN_USE, "/id",
                         "cases about this %s are not closed yet, %s among them; close them first",
                         type->name, work->open.items[0].text);
    request->error.detail = detail;
    return status;
}

static const char *person_why(struct rd_request *request, enum rd_status *status)
{
    const char *why = rd_map_text(request->params, "why", NULL);
    *status = why && strlen(why) > RD_POLICY_WHY_BYTES_MAX
                  ? rd_error_at(&request->error, RD_INVALID_PARAMS, "/why",
                                "why must have at most %d bytes", RD_POLICY_WHY_BYTES_MAX)
                  : RD_OK;
    return why;
}

static void person_result(struct person_work *work, struct rd_request *request, const char *did,
                          uint64_t seq)
{
    struct rd_arena *arena = request->arena;
    struct rd_value *out = &request->result;
    *out = rd_map();
    rd_map_add(arena, out, "person", rd_show_id(work->draft->record.id, arena));
    rd_map_add(arena, out, "did", rd_text(did));
    rd_map_add(arena, out, "records", rd_int(work->records));
    rd_map_add(arena, out, "seq", seq ? rd_int((int64_t)seq) : rd_null());
    if (work->run.dry)
        rd_map_add(arena, out, "dry_run", rd_bool(true));
}

/* ---- carried out ---- */

/* Fields of his own record go by name: what stands there in the clear, because it was written
 * before the rules marked it, leaves the store with what is sealed. */
static enum rd_status person_write(struct person_work *work, const char *command, const char *why,
                                   uint64_t *seq)
{
    struct rd_run *run = &work->run;
    struct rd_arena *arena = run->arena;
    const struct rd_record_type *type = work->draft->type;
    struct rd_value effect = rd_list();
    for (size_t i = 0; i < type->field_count; i++)
        if (type->fields[i].personal && rd_draft_at(work->draft, (int)i))
            rd_draft_put(run, work->draft, (int)i, rd_null());
    work->draft->changed = true; /* its history says so, whatever it had */
    rd_list_add(arena, &effect, rd_int(RD_EFFECT_ERASE));
    rd_list_add(arena, &effect, rd_int((int64_t)work->draft->record.id.value));
    rd_list_add(arena, &effect, work->ids);
    rd_list_add(arena, &run->extra, effect);
    run->command = command;
    if (why) {
        run->form_shown = rd_map();
        rd_map_add(arena, &run->form_shown, "why", rd_text(why));
    }
    return rd_run_commit(run, work->draft, seq);
}

static enum rd_status person_erase(struct rd_kernel *kernel, struct rd_request *request,
                                   struct person_work *work, const char *command, const char *why)
{
    uint64_t seq;
    enum rd_status status = person_write(work, command, why, &seq);
    if (status == RD_OK && !work->run.dry) {
        status = rd_person_finish(kernel, &request->error);
        if (status != RD_OK)
            rd_log(RD_LOG_ERROR, "person",
                   "entry %llu erased a person, whose key is destroyed at the next start: %s",
                   (unsigned long long)seq, request->error.text);
    }
    if (status == RD_OK)
        person_result(work, request, "erased", seq);
    return status;
}

/* ---- a second person ---- */

static bool person_asks_second(const struct rd_kernel *kernel)
{
    return rd_permission_of(kernel->model, "person.confirm")->row_count > 0;
}

static enum rd_status person_propose(struct rd_kernel *kernel, struct rd_request *request,
                                     struct person_work *work, const char *why)
{
    struct rd_run *run = &work->run;
    struct rd_arena *arena = request->arena;
    struct rd_value about = rd_map(), effect = rd_list(), effects = rd_list();
    uint64_t seq = 0;
    enum rd_status status = RD_OK;
    rd_map_add(arena, &about, "at", rd_int(run->now_ms));
    rd_map_add(arena, &about, "expires", rd_int(run->now_ms + RD_PROPOSAL_KEEP_MS));
    rd_map_add(arena, &about, "by", rd_text(run->actor.name));
    rd_map_add(arena, &about, "persons",
               rd_proposal_persons(kernel, &run->actor, "person.erase", arena));
    if (why)
        rd_map_add(arena, &about, "why", rd_text(why));
    rd_list_add(arena, &effect, rd_int(RD_EFFECT_ERASING));
    rd_list_add(arena, &effect, rd_int((int64_t)work->draft->record.id.value));
    rd_list_add(arena, &effect, about);
    rd_list_add(arena, &effects, effect);
    struct rd_command_entry entry = {
        .at_ms = run->now_ms,
        .actor = run->actor.name,
        .behind = run->actor.behind,
        .command = "person.propose",
        .record = work->draft->record.id,
        .form = rd_null(),
        .facts = rd_null(),
        .decisions = rd_null(),
        .effects = effects,
        .generation = kernel->generation,
    };
    if (!run->dry)
        status = rd_entry_write(kernel, &entry, &seq, &request->error);
    if (status == RD_OK)
        person_result(work, request, "proposed", seq);
    return status;
}

enum rd_status rd_method_person_erase(struct rd_kernel *kernel, struct rd_request *request)
{
    struct person_work *work = rd_arena_zalloc(request->arena, 1, sizeof *work);
    struct rd_value about;
    enum rd_status status;
    const char *why = person_why(request, &status);
    if (status == RD_OK)
        status = person_look(kernel, request, work);
    if (status == RD_OK && person_asks_second(kernel)) {
        status = person_waiting(kernel, work->draft->record.id.value, request->arena, &about,
                                &request->error);
        if (status == RD_OK && about.kind == RD_MAP)
            return rd_error_at(&request->error, RD_IN_PROGRESS, "/id",
                               "%s has proposed this already; it waits for a second person",
                               rd_map_text(&about, "by", ""));
        return status == RD_OK ? person_propose(kernel, request, work, why) : status;
    }
    return status == RD_OK ? person_erase(kernel, request, work, "person.erase", why) : status;
}

enum rd_status rd_method_person_confirm(struct rd_kernel *kernel, struct rd_request *request)
{
    struct person_work *work = rd_arena_zalloc(request->arena, 1, sizeof *work);
    struct rd_value about = rd_null();
    enum rd_status status = person_look(kernel, request, work);
    if (status == RD_OK)
        status = person_waiting(kernel, work->draft->record.id.value, request->arena, &about,
                                &request->error);
    if (status == RD_OK && about.kind != RD_MAP)
        return rd_error_at(&request->error, RD_NOT_FOUND, "/id",
                           "no erasure of this person waits for a second one (any more)");
    if (status == RD_OK)
        status = rd_proposal_other_person(kernel, &work->run.actor, "person.confirm", &about,
                                          request->arena, &request->error);
    work->run.command = "person.confirm";
    if (status == RD_FOUR_EYES)
        rd_run_refused(&work->run, work->draft->record.id, status);
    return status == RD_OK ? person_erase(kernel, request, work, "person.confirm",
                                          rd_map_text(&about, "why", NULL))
                           : status;
}

/* ---- shown ---- */

struct person_listing {
    struct rd_arena *arena;
    struct rd_value *list;
};

static void person_list_erased(void *context, uint64_t person, const void *bytes, size_t len)
{
    struct person_listing *listing = context;
    struct rd_value item = rd_map();
    RD_ASSERT(len == 8);
    rd_map_add(listing->arena, &item, "person",
               rd_show_id((struct rd_id){ person }, listing->arena));
    rd_map_add(listing->arena, &item, "at", rd_show_time(rd_key_i64(bytes), listing->arena));
    rd_list_add(listing->arena, listing->list, item);
}

static void person_list_waiting(void *context, uint64_t person, const void *bytes, size_t len)
{
    struct person_listing *listing = context;
    struct rd_arena *arena = listing->arena;
    struct rd_error ignored = RD_ERROR_NONE;
    struct rd_value item = rd_map(), about;
    if (rd_pack_read(arena, bytes, len, &about, &ignored) != RD_OK)
        return;
    const char *why = rd_map_text(&about, "why", NULL);
    rd_map_add(arena, &item, "person", rd_show_id((struct rd_id){ person }, arena));
    rd_map_add(arena, &item, "by", rd_text(rd_map_text(&about, "by", "")));
    rd_map_add(arena, &item, "at", rd_show_time(rd_map_int(&about, "at", 0), arena));
    rd_map_add(arena, &item, "expires", rd_show_time(rd_map_int(&about, "expires", 0), arena));
    rd_map_add(arena, &item, "why", why ? rd_text(why) : rd_null());
    rd_list_add(arena, listing->list, item);
}

enum rd_status rd_method_person_list(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_value erased = rd_list(), waiting = rd_list();
    struct person_listing listing = { request->arena, &erased };
    enum rd_status status =
        person_rows(kernel, RD_COUNTER_ERASED, person_list_erased, &listing, &request->error);
    listing.list = &waiting;
    if (status == RD_OK)
        status =
            person_rows(kernel, RD_COUNTER_ERASING, person_list_waiting, &listing, &request->error);
    request->result = rd_map();
    rd_map_add(request->arena, &request->result, "erased", erased);
    rd_map_add(request->arena, &request->result, "waiting", waiting);
    return status;
}
