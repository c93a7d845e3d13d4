/* Ledgers, compiled: from `ledger "NAME" { of, kinds, number }` to a record type with fixed fields,
 * and the rows in which balances are kept.
 *
 *   ledger ─▶ spec of a record (account, amount, kind, key, source, reverses, note) ─▶ model.c
 *
 * The entry's type is built like every other, so that indexes, labels, reading and history are the
 * same code. Never does: posting (kernel/post.c) or deciding who may read.
 */
#include "domain/ledger.h"

#include <string.h>

const char *const RD_LEDGER_NAMES[RD_LEDGER_FIELDS] = { "account", "amount",   "kind", "key",
                                                        "source",  "reverses", "note" };

static struct rd_value ledger_labels(struct rd_arena *arena, const char *en, const char *zh)
{
    struct rd_value labels = rd_map();
    rd_map_add(arena, &labels, "en", rd_text(en));
    rd_map_add(arena, &labels, "zh", rd_text(zh));
    return labels;
}

/* What every field has; options are added behind. */
static struct rd_value ledger_field(struct rd_arena *arena, enum rd_ledger_field which,
                                    const char *kind, int64_t line, const char *en, const char *zh)
{
    struct rd_value field = rd_map();
    rd_map_add(arena, &field, "name", rd_text(RD_LEDGER_NAMES[which]));
    rd_map_add(arena, &field, "kind", rd_text(kind));
    rd_map_add(arena, &field, "line", rd_int(line));
    rd_map_add(arena, &field, "title", ledger_labels(arena, en, zh));
    return field;
}

static void ledger_yes(struct rd_arena *arena, struct rd_value *field, const char *option)
{
    rd_map_add(arena, field, option, rd_bool(true));
}

static struct rd_value ledger_fields(struct rd_arena *arena, const struct rd_value *spec)
{
    int64_t line = rd_map_int(spec, "line", 0);
    struct rd_value fields = rd_list();
    struct rd_value account =
        ledger_field(arena, RD_LEDGER_ACCOUNT, "reference", line, "Account", "账户");
    rd_map_add(arena, &account, "of", rd_text(rd_map_text(spec, "of", "?")));
    ledger_yes(arena, &account, "required");
    ledger_yes(arena, &account, "indexed");
    struct rd_value amount = ledger_field(arena, RD_LEDGER_AMOUNT, "money", line, "Amount", "金额");
    ledger_yes(arena, &amount, "required");
    struct rd_value kind = ledger_field(arena, RD_LEDGER_KIND, "choice", line, "Kind", "类别");
    rd_map_add(arena, &kind, "items", *rd_map_list(spec, "items"));
    ledger_yes(arena, &kind, "required");
    ledger_yes(arena, &kind, "indexed");
    struct rd_value key = ledger_field(arena, RD_LEDGER_KEY, "text", line, "Key", "记账键");
    rd_map_add(arena, &key, "max", rd_int(RD_LEDGER_KEY_MAX));
    ledger_yes(arena, &key, "required");
    ledger_yes(arena, &key, "unique");
    struct rd_value source =
        ledger_field(arena, RD_LEDGER_SOURCE, "text", line, "Posted by record", "来源记录");
    ledger_yes(arena, &source, "indexed");
    struct rd_value reverses =
        ledger_field(arena, RD_LEDGER_REVERSES, "reference", line, "Reverses", "冲销");
    rd_map_add(arena, &reverses, "of", rd_text(rd_map_text(spec, "name", "?")));
    ledger_yes(arena, &reverses, "unique");
    struct rd_value note = ledger_field(arena, RD_LEDGER_NOTE, "text", line, "Note", "备注");
    const struct rd_value all[RD_LEDGER_FIELDS] = { account, amount,   kind, key,
                                                    source,  reverses, note };
    for (size_t i = 0; i < RD_LEDGER_FIELDS; i++)
        rd_list_add(arena, &fields, all[i]);
    return fields;
}

static struct rd_value ledger_record(struct rd_arena *arena, const struct rd_value *spec)
{
    static const char *const SAME[] = { "name", "title", "number", "file", "line" };
    struct rd_value record = rd_map();
    for (size_t i = 0; i < sizeof SAME / sizeof *SAME; i++) {
        const struct rd_value *value = rd_map_get(spec, SAME[i]);
        if (value)
            rd_map_add(arena, &record, SAME[i], *value);
    }
    rd_map_add(arena, &record, "fields", ledger_fields(arena, spec));
    return record;
}

struct rd_value rd_ledgers_records(struct rd_model *model, const struct rd_value *normal)
{
    const struct rd_value *records = rd_map_list(normal, "records");
    const struct rd_value *ledgers = rd_map_list(normal, "ledgers");
    struct rd_value all = rd_list();
    for (uint32_t i = 0; i < records->count; i++)
        rd_list_add(&model->arena, &all, records->items[i]);
    for (uint32_t i = 0; i < ledgers->count; i++)
        rd_list_add(&model->arena, &all, ledger_record(&model->arena, &ledgers->items[i]));
    return all;
}

static int ledger_index(const struct rd_record_type *type, enum rd_ledger_field field)
{
    for (size_t i = 0; i < type->index_count; i++)
        if (strcmp(type->indexes[i].name, RD_LEDGER_NAMES[field]) == 0)
            return (int)i;
    bool indexed = false; /* a ledger's own field has no index */
    RD_ASSERT(indexed);
    return -1;
}

static void ledger_build(struct rd_model *model, const struct rd_value *spec,
                         struct rd_findings *findings, struct rd_ledger *out)
{
    const char *of = rd_map_text(spec, "of", "?");
    *out = (struct rd_ledger){ .name = rd_map_text(spec, "name", "?"),
                               .file = rd_map_text(spec, "file", "rules"),
                               .line = (int)rd_map_int(spec, "line", 0),
                               .of = rd_model_type(model, of) };
    struct rd_record_type *type =
        (struct rd_record_type *)(uintptr_t)rd_model_type(model, out->name);
    out->type = type;
    if (!type || type->field_count != RD_LEDGER_FIELDS)
        return; /* its fields were refused: the finding is there */
    out->by_account = ledger_index(type, RD_LEDGER_ACCOUNT);
    out->by_key = ledger_index(type, RD_LEDGER_KEY);
    out->by_reverses = ledger_index(type, RD_LEDGER_REVERSES);
    type->ledger = out;
    if (out->of && out->of->ledger)
        rd_finding_error(findings, out->file, out->line,
                         "ledger '%s': of: '%s' is a ledger itself; name the record whose accounts "
                         "are kept",
                         out->name, of);
}

void rd_ledgers_build(struct rd_model *model, const struct rd_value *normal,
                      struct rd_findings *findings)
{
    const struct rd_value *list = rd_map_list(normal, "ledgers");
    model->ledgers = rd_arena_zalloc(&model->arena, list->count + 1, sizeof *model->ledgers);
    for (uint32_t i = 0; i < list->count; i++)
        ledger_build(model, &list->items[i], findings, &model->ledgers[model->ledger_count++]);
}

const struct rd_ledger *rd_ledger_find(const struct rd_model *model, const char *name)
{
    for (size_t i = 0; i < model->ledger_count; i++)
        if (strcmp(model->ledgers[i].name, name) == 0)
            return &model->ledgers[i];
    return NULL;
}

struct rd_key16 rd_balance_key(uint16_t type, struct rd_id account)
{
    return rd_key16(type, account.value);
}

enum rd_status rd_balance_read(struct rd_store *store, uint16_t type, struct rd_id account,
                               struct rd_balance *out, struct rd_error *error)
{
    struct rd_key16 key = rd_balance_key(type, account);
    const void *bytes;
    size_t len;
    *out = (struct rd_balance){ 0 };
    enum rd_status status = rd_store_get(store, RD_TABLE_LEDGER, key.bytes, &bytes, &len, error);
    if (status == RD_NOT_FOUND)
        return RD_OK;
    if (status != RD_OK)
        return status;
    RD_ASSERT(len == 16);
    out->minor = rd_key_i64(bytes);
    out->entries = rd_key_i64((const unsigned char *)bytes + 8);
    return RD_OK;
}

enum rd_status rd_balance_write(struct rd_store *store, uint16_t type, struct rd_id account,
                                const struct rd_balance *balance, struct rd_error *error)
{
    struct rd_key16 key = rd_balance_key(type, account);
    unsigned char bytes[16];
    RD_ASSERT(balance->entries > 0);
    rd_key_put_i64(bytes, balance->minor);
    rd_key_put_i64(bytes + 8, balance->entries);
    return rd_store_put(store, RD_TABLE_LEDGER, key.bytes, bytes, sizeof bytes, error);
}
