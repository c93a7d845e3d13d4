/* Reading ledgers: what an account has and how it came to it; and the proof that every balance kept
 * is the sum of its entries.
 *
 * The proof walks the index of entries by account and the rows of balances side by side, a bounded
 * number of entries a call. Its cursor carries the account in hand with what was added up so far;
 * an account that was posted to in between is begun anew, so that the two sides are of one moment.
 */
#include <sodium.h>
#include <string.h>

#include "domain/ledger.h"
#include "kernel/inside.h"
#include "store/tables.h"

static enum rd_status ledger_of(struct rd_kernel *kernel, struct rd_request *request,
                                const struct rd_ledger **out)
{
    const struct rd_model *model = kernel->model;
    const char *name = rd_map_text(request->params, "ledger", "");
    *out = rd_ledger_find(model, name);
    if (*out)
        return RD_OK;
    const char **names = rd_arena_alloc(request->arena, (model->ledger_count + 1) * sizeof *names);
    for (size_t i = 0; i < model->ledger_count; i++)
        names[i] = model->ledgers[i].name;
    return rd_error_at(&request->error, RD_INVALID_PARAMS, "/ledger", "there is no ledger '%s'%s",
                       name, rd_model_guess(request->arena, name, names, model->ledger_count));
}

static uint32_t ledger_index(const struct rd_kernel *kernel, const struct rd_ledger *ledger)
{
    return kernel->bindings[ledger->type - kernel->model->types].indexes[ledger->by_account];
}

/* ---- ledger.get ---- */

/* The account's record, if the actor may read entries of it. */
static enum rd_status get_account(struct rd_kernel *kernel, struct rd_request *request,
                                  const struct rd_ledger *ledger, struct rd_id *out)
{
    const char *text = rd_map_text(request->params, "account", "");
    struct rd_actor actor;
    struct rd_record account;
    enum rd_status status = rd_actor_of(kernel, request, &actor, &request->error);
    if (status != RD_OK)
        return status;
    status = rd_query_id(kernel, text, "/account", request->arena, out, &request->error);
    if (status == RD_OK)
        status =
            rd_type_of(kernel, *out) == ledger->of
                ? rd_record_load(kernel->store, *out, request->arena, &account, &request->error)
                : RD_NOT_FOUND;
    if (status == RD_OK &&
        !rd_query_may_read_account(kernel, &actor, ledger, &account, request->arena))
        status = RD_NOT_FOUND; /* what one may not read is not there */
    if (status == RD_NOT_FOUND)
        return rd_error_at(&request->error, RD_NOT_FOUND, "/account", "there is no %s '%s'",
                           ledger->of->name, text);
    return status;
}

static struct rd_value get_entry(const struct rd_model *model, const struct rd_ledger *ledger,
                                 const struct rd_record *entry, struct rd_arena *arena)
{
    struct rd_value shown = rd_map(),
                    fields = rd_show_fields(model, ledger->type, &entry->data, arena);
    rd_map_add(arena, &shown, "id", rd_show_id(entry->id, arena));
    rd_map_add(arena, &shown, "number", entry->number ? rd_text(entry->number) : rd_null());
    rd_map_add(arena, &shown, "at", rd_show_time(entry->opened_at_ms, arena));
    rd_map_add(arena, &shown, "by", entry->opened_by ? rd_text(entry->opened_by) : rd_null());
    for (size_t i = 0; i < RD_LEDGER_FIELDS; i++) {
        const struct rd_value *value = rd_map_get(&fields, RD_LEDGER_NAMES[i]);
        if (i != RD_LEDGER_ACCOUNT)
            rd_map_add(arena, &shown, RD_LEDGER_NAMES[i], value ? *value : rd_null());
    }
    return shown;
}

#define GET_KEY_BYTES sizeof((struct rd_index_key){ { 0 } }.bytes)

/* Where the page begins: at the account's first entry, or behind the cursor's. */
static enum rd_status get_from(struct rd_request *request, struct rd_index_key *from)
{
    const char *cursor = rd_map_text(request->params, "cursor", NULL);
    unsigned char key[GET_KEY_BYTES];
    size_t got;
    if (!cursor)
        return RD_OK;
    if (sodium_hex2bin(key, sizeof key, cursor, strlen(cursor), NULL, &got, NULL) != 0 ||
        got != sizeof key || memcmp(key, from->bytes, 4 + RD_INDEX_VALUE_BYTES) != 0)
        return rd_error_at(&request->error, RD_BAD_CURSOR, "/cursor",
                           "the cursor does not belong to this account");
    memcpy(from->bytes, key, sizeof key);
    for (size_t i = sizeof key; i-- > 0;)
        if (++from->bytes[i] != 0)
            break;
    return RD_OK;
}

static enum rd_status get_page(struct rd_kernel *kernel, struct rd_request *request,
                               const struct rd_ledger *ledger, struct rd_id account, size_t limit,
                               struct rd_value *cursor)
{
    struct rd_arena *arena = request->arena;
    struct rd_value id = rd_int((int64_t)account.value), entries = rd_list();
    const struct rd_value *value = &id;
    unsigned char slot[RD_INDEX_VALUE_BYTES];
    char hex[2 * GET_KEY_BYTES + 1];
    size_t begun = arena->total;
    bool has = rd_index_slot(&value, 1, &kernel->scratch, slot);
    RD_ASSERT(has);
    struct rd_index_key from = rd_index_key(ledger_index(kernel, ledger), slot, INT64_MIN, 0);
    enum rd_status status = get_from(request, &from);
    struct rd_walk walk;
    if (status != RD_OK)
        return status;
    status =
        rd_walk_start(&walk, kernel->store, RD_TABLE_INDEX, from.bytes, false, &request->error);
    while (status == RD_OK && memcmp(walk.key, from.bytes, 4 + RD_INDEX_VALUE_BYTES) == 0) {
        struct rd_record entry;
        if (entries.count == limit || arena->total - begun > RD_REPLY_ARENA_BYTES) {
            *cursor = rd_text_copy(arena, hex, sizeof hex - 1);
            break;
        }
        sodium_bin2hex(hex, sizeof hex, walk.key, GET_KEY_BYTES);
        status = rd_record_load(kernel->store, (struct rd_id){ rd_index_key_record(walk.key) },
                                arena, &entry, &request->error);
        if (status == RD_OK) {
            rd_list_add(arena, &entries, get_entry(kernel->model, ledger, &entry, arena));
            status = rd_walk_next(&walk, &request->error);
        }
    }
    rd_walk_end(&walk);
    rd_map_add(arena, &request->result, "entries", entries);
    return status == RD_END ? RD_OK : status;
}

enum rd_status rd_method_ledger_get(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    const struct rd_ledger *ledger;
    struct rd_id account = { 0 };
    struct rd_balance balance;
    struct rd_value cursor = rd_null();
    int64_t limit = rd_map_int(request->params, "limit", RD_LIST_LIMIT_DEFAULT);
    char text[RD_MONEY_TEXT_MAX];
    if (limit < 1 || limit > RD_LIST_LIMIT_MAX)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/limit",
                           "limit lies between 1 and %d", RD_LIST_LIMIT_MAX);
    enum rd_status status = ledger_of(kernel, request, &ledger);
    if (status == RD_OK)
        status = get_account(kernel, request, ledger, &account);
    if (status == RD_OK)
        status = rd_balance_read(kernel->store, rd_type_number(kernel, ledger->type), account,
                                 &balance, &request->error);
    if (status != RD_OK)
        return status;
    rd_money_write(balance.minor, text);
    request->result = rd_map();
    rd_map_add(arena, &request->result, "ledger", rd_text(ledger->name));
    rd_map_add(arena, &request->result, "title", ledger->type->title);
    rd_map_add(arena, &request->result, "account", rd_show_id(account, arena));
    rd_map_add(arena, &request->result, "balance", rd_text_copy(arena, text, strlen(text)));
    rd_map_add(arena, &request->result, "total", rd_int(balance.entries));
    status = get_page(kernel, request, ledger, account, (size_t)limit, &cursor);
    rd_map_add(arena, &request->result, "cursor", cursor);
    return status;
}

/* ---- ledger.verify ---- */

#define VERIFY_FAULTS_MAX 100 /* told of one slice; the first one is enough to look */

/* What is carried from slice to slice, as the cursor's bytes. */
struct verify_at {
    uint64_t account; /* in hand; 0: none yet */
    int64_t sum, entries;
    int64_t begun; /* entries that its row had when it was begun */
    struct rd_index_key last;
};
#define VERIFY_BYTES (32 + GET_KEY_BYTES)

struct verify {
    struct rd_kernel *kernel;
    struct rd_request *request;
    const struct rd_ledger *ledger;
    uint16_t type;
    struct verify_at at;
    int64_t looked, accounts;
    struct rd_value faults;
};

static void verify_fault(struct verify *v, uint64_t account, const char *what)
{
    struct rd_arena *arena = v->request->arena;
    struct rd_value fault = rd_map();
    if (v->faults.count == VERIFY_FAULTS_MAX)
        return;
    rd_map_add(arena, &fault, "account", rd_show_id((struct rd_id){ account }, arena));
    rd_map_add(arena, &fault, "fault", rd_text(what));
    rd_list_add(arena, &v->faults, fault);
}

static const char *verify_money(struct verify *v, int64_t minor)
{
    char text[RD_MONEY_TEXT_MAX];
    rd_money_write(minor, text);
    return rd_arena_copy(v->request->arena, text, strlen(text));
}

/* Balances of accounts behind `after` and before `next` have no entry at all. */
static enum rd_status verify_rows(struct verify *v, uint64_t after, uint64_t next)
{
    struct rd_key16 from = rd_balance_key(v->type, (struct rd_id){ after + 1 });
    struct rd_walk walk;
    enum rd_status status = rd_walk_start(&walk, v->kernel->store, RD_TABLE_LEDGER, from.bytes,
                                          false, &v->request->error);
    while (status == RD_OK && rd_key_u64(walk.key) == v->type &&
           rd_key_u64((const unsigned char *)walk.key + 8) < next) {
        verify_fault(v, rd_key_u64((const unsigned char *)walk.key + 8),
                     "a balance is kept, and there is no entry");
        status =
            v->faults.count < VERIFY_FAULTS_MAX ? rd_walk_next(&walk, &v->request->error) : RD_END;
    }
    rd_walk_end(&walk);
    return status == RD_END ? RD_OK : status;
}

/* The account in hand has no more entries: what is kept must be what was added up. */
static enum rd_status verify_end(struct verify *v)
{
    struct rd_balance kept;
    if (!v->at.account)
        return RD_OK;
    enum rd_status status = rd_balance_read(
        v->kernel->store, v->type, (struct rd_id){ v->at.account }, &kept, &v->request->error);
    v->accounts++;
    if (status == RD_OK && (kept.minor != v->at.sum || kept.entries != v->at.entries))
        verify_fault(v, v->at.account,
                     rd_arena_printf(v->request->arena,
                                     "kept: %s in %lld entries; the entries are %lld and make %s",
                                     verify_money(v, kept.minor), (long long)kept.entries,
                                     (long long)v->at.entries, verify_money(v, v->at.sum)));
    return status;
}

static enum rd_status verify_begin(struct verify *v, uint64_t account)
{
    struct rd_balance kept;
    enum rd_status status = verify_rows(v, v->at.account, account);
    if (status == RD_OK)
        status = rd_balance_read(v->kernel->store, v->type, (struct rd_id){ account }, &kept,
                                 &v->request->error);
    v->at.account = account;
    v->at.sum = v->at.entries = 0;
    v->at.begun = status == RD_OK ? kept.entries : 0;
    return status;
}

/* A counter-entry is the exact negative of the entry that it names, on the same account. */
static enum rd_status verify_reversal(struct verify *v, const struct rd_record *entry,
                                      struct rd_arena *scratch)
{
    const struct rd_value *to = rd_map_get(&entry->data, RD_LEDGER_NAMES[RD_LEDGER_REVERSES]);
    struct rd_record before;
    if (!rd_value_is(to, RD_INT))
        return RD_OK;
    enum rd_status status =
        rd_record_load(v->kernel->store, (struct rd_id){ (uint64_t)to->integer }, scratch, &before,
                       &v->request->error);
    if (status != RD_OK && status != RD_NOT_FOUND)
        return status;
    const char *amount = RD_LEDGER_NAMES[RD_LEDGER_AMOUNT];
    const char *account = RD_LEDGER_NAMES[RD_LEDGER_ACCOUNT];
    if (status == RD_NOT_FOUND ||
        rd_map_int(&before.data, amount, 0) != -rd_map_int(&entry->data, amount, 0) ||
        rd_map_int(&before.data, account, 0) != rd_map_int(&entry->data, account, 0)) {
        char id[RD_ID_TEXT_MAX];
        rd_id_write(entry->id, id);
        verify_fault(v, v->at.account,
                     rd_arena_printf(v->request->arena,
                                     "entry %s is not the negative of the entry it reverses", id));
    }
    return RD_OK;
}

static enum rd_status verify_entry(struct verify *v, struct rd_id id, struct rd_arena *scratch)
{
    struct rd_record entry;
    enum rd_status status =
        rd_record_load(v->kernel->store, id, scratch, &entry, &v->request->error);
    if (status != RD_OK)
        return status;
    uint64_t account = (uint64_t)rd_map_int(&entry.data, RD_LEDGER_NAMES[RD_LEDGER_ACCOUNT], 0);
    if (account != v->at.account) {
        status = verify_end(v);
        if (status == RD_OK)
            status = verify_begin(v, account);
        if (status != RD_OK)
            return status;
    }
    v->at.entries++;
    v->looked++;
    if (__builtin_add_overflow(
            v->at.sum, rd_map_int(&entry.data, RD_LEDGER_NAMES[RD_LEDGER_AMOUNT], 0), &v->at.sum))
        verify_fault(v, account, "the sum of the entries does not fit");
    return verify_reversal(v, &entry, scratch);
}

/* From the cursor; an account that was posted to since is begun anew. */
static enum rd_status verify_resume(struct verify *v)
{
    const char *cursor = rd_map_text(v->request->params, "cursor", NULL);
    unsigned char bytes[VERIFY_BYTES], slot[RD_INDEX_VALUE_BYTES] = { 0 };
    uint32_t index = ledger_index(v->kernel, v->ledger);
    size_t got;
    v->at.last = rd_index_key(index, slot, INT64_MIN, 0);
    if (!cursor)
        return RD_OK;
    if (sodium_hex2bin(bytes, sizeof bytes, cursor, strlen(cursor), NULL, &got, NULL) != 0 ||
        got != sizeof bytes || memcmp(bytes + 32, v->at.last.bytes, 4) != 0)
        return rd_error_at(&v->request->error, RD_BAD_CURSOR, "/cursor",
                           "the cursor does not belong to this ledger");
    v->at.account = rd_key_u64(bytes);
    v->at.sum = rd_key_i64(bytes + 8);
    v->at.entries = rd_key_i64(bytes + 16);
    v->at.begun = rd_key_i64(bytes + 24);
    memcpy(v->at.last.bytes, bytes + 32, GET_KEY_BYTES);
    struct rd_balance kept;
    enum rd_status status = rd_balance_read(
        v->kernel->store, v->type, (struct rd_id){ v->at.account }, &kept, &v->request->error);
    bool goes_on =
        kept.entries == v->at.begun && v->at.entries >= 0 && v->at.entries <= v->at.begun;
    if (status != RD_OK || goes_on) {
        for (size_t i = GET_KEY_BYTES; i-- > 0;)
            if (++v->at.last.bytes[i] != 0)
                break;
        return status;
    }
    memcpy(slot, v->at.last.bytes + 4, sizeof slot);
    v->at.last = rd_index_key(index, slot, INT64_MIN, 0);
    v->at.sum = v->at.entries = 0;
    v->at.begun = kept.entries;
    return RD_OK;
}

static struct rd_value verify_cursor(const struct verify *v)
{
    unsigned char bytes[VERIFY_BYTES];
    char hex[2 * VERIFY_BYTES + 1];
    rd_key_put_u64(bytes, v->at.account);
    rd_key_put_i64(bytes + 8, v->at.sum);
    rd_key_put_i64(bytes + 16, v->at.entries);
    rd_key_put_i64(bytes + 24, v->at.begun);
    memcpy(bytes + 32, v->at.last.bytes, GET_KEY_BYTES);
    sodium_bin2hex(hex, sizeof hex, bytes, sizeof bytes);
    return rd_text_copy(v->request->arena, hex, sizeof hex - 1);
}

static enum rd_status verify_walk(struct verify *v, bool *more)
{
    struct rd_walk walk;
    struct rd_arena scratch;
    struct rd_index_key from = v->at.last;
    rd_arena_init(&scratch);
    *more = false;
    enum rd_status status = rd_walk_start(&walk, v->kernel->store, RD_TABLE_INDEX, from.bytes,
                                          false, &v->request->error);
    while (status == RD_OK && memcmp(walk.key, from.bytes, 4) == 0) {
        if (v->looked == RD_LEDGER_VERIFY_SLICE) {
            *more = true;
            break;
        }
        memcpy(v->at.last.bytes, walk.key, GET_KEY_BYTES);
        rd_arena_reset(&scratch);
        status = verify_entry(v, (struct rd_id){ rd_index_key_record(walk.key) }, &scratch);
        if (status == RD_OK)
            status = rd_walk_next(&walk, &v->request->error);
    }
    rd_walk_end(&walk);
    rd_arena_fini(&scratch);
    return status == RD_END ? RD_OK : status;
}

enum rd_status rd_method_ledger_verify(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    struct verify v = { .kernel = kernel, .request = request, .faults = rd_list() };
    bool more = false;
    enum rd_status status = ledger_of(kernel, request, &v.ledger);
    if (status != RD_OK)
        return status;
    v.type = rd_type_number(kernel, v.ledger->type);
    status = verify_resume(&v);
    if (status == RD_OK)
        status = verify_walk(&v, &more);
    if (status == RD_OK && !more)
        status = verify_end(&v);
    if (status == RD_OK && !more)
        status = verify_rows(&v, v.at.account, UINT64_MAX);
    request->result = rd_map();
    rd_map_add(arena, &request->result, "ledger", rd_text(v.ledger->name));
    rd_map_add(arena, &request->result, "entries", rd_int(v.looked));
    rd_map_add(arena, &request->result, "accounts", rd_int(v.accounts));
    rd_map_add(arena, &request->result, "faults", v.faults);
    rd_map_add(arena, &request->result, "cursor", more ? verify_cursor(&v) : rd_null());
    return status;
}
