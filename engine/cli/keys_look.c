/* Keys of persons held against the journal. See keys_look.h.
 *
 *   entry ─▶ unpacked with the keys ─▶ texts that stay closed ─▶ one row for each person
 *         └▶ [30, person, [id...]] ─▶ whose key is gone on purpose
 *   and where there is another directory, for the persons of these rows:
 *   entry ─▶ unpacked with its keys ─▶ one text that stays closed ─▶ not his key
 *
 * A key has no checksum: that it is the right one is shown by the texts, each of which is
 * authenticated with it. So a look is as long as reading the journal, and holds in memory only the
 * persons of whom something can't be read, or who were erased.
 */
#include "cli/keys_look.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/names.h"
#include "base/sealed.h"
#include "domain/entry.h"
#include "kernel/show.h"
#include "store/journal.h"
#include "store/keys.h"

static const char *const LOOK_WORDS[RD_KEYS_WORDS] = { "missing", "another",   "mended",
                                                       "renewed", "destroyed", "erased" };

/* A person of whom a text stays closed, or who was erased. */
struct look_row {
    uint64_t person, seq; /* of his first closed text; 0: there was none */
    enum rd_keys_word word;
    bool others; /* a text of his stays closed with the other directory's key as well */
};

struct look {
    const struct rd_keys_options *options;
    struct rd_arena *arena, scratch; /* of what is told; of one entry */
    struct rd_names names;
    struct rd_keys *keys, *theirs; /* theirs: NULL while it is read with the directory's own */
    struct look_row *rows;         /* an open hash table, at most half full; person 0: free */
    size_t count, cap;
    uint64_t seq;
    struct rd_keys_look *out;
};

/* ---- rows ---- */

static struct look_row *look_slot(struct look_row *rows, size_t cap, uint64_t person)
{
    size_t at = (size_t)((person * 0x9e3779b97f4a7c15ull) >> 20) & (cap - 1);
    while (rows[at].person && rows[at].person != person)
        at = (at + 1) & (cap - 1);
    return &rows[at];
}

static void look_grow(struct look *look)
{
    size_t cap = look->cap ? 2 * look->cap : 64;
    struct look_row *rows = calloc(cap, sizeof *rows);
    RD_ASSERT(rows);
    for (size_t i = 0; i < look->cap; i++)
        if (look->rows[i].person)
            *look_slot(rows, cap, look->rows[i].person) = look->rows[i];
    free(look->rows);
    look->rows = rows;
    look->cap = cap;
}

/* The person's row, as `word` where there was none. */
static struct look_row *look_row(struct look *look, uint64_t person, enum rd_keys_word word)
{
    if (2 * (look->count + 1) > look->cap)
        look_grow(look);
    struct look_row *row = look_slot(look->rows, look->cap, person);
    if (!row->person) {
        *row = (struct look_row){ .person = person, .word = word };
        look->count++;
    }
    return row;
}

/* Whether it is a row of somebody whose key could be put right. */
static bool look_wants(const struct look_row *row)
{
    return row->person && (row->word == RD_KEYS_MISSING || row->word == RD_KEYS_UNFIT);
}

/* ---- entries ---- */

static enum rd_keys_word look_word(const struct rd_value *text)
{
    return strcmp(text->text, RD_SEALED_AWAY) == 0      ? RD_KEYS_MISSING
           : strcmp(text->text, RD_SEALED_DAMAGED) == 0 ? RD_KEYS_UNFIT
                                                        : RD_KEYS_DESTROYED;
}

/* A sealed text, as the keys at hand show it. */
static void look_text(struct look *look, const struct rd_value *text)
{
    uint64_t person = rd_sealed_person(text);
    if (!look->theirs)
        look->out->texts++;
    if (!rd_text_is_lost(text) || person == 0)
        return;
    if (look->theirs) {
        struct look_row *row = look_slot(look->rows, look->cap, person);
        row->others = row->person != 0;
        return;
    }
    struct look_row *row = look_row(look, person, look_word(text));
    row->seq = row->seq ? row->seq : look->seq;
}

/* Values of an entry are at most RD_JSON_DEPTH_MAX deep: unpacking has seen to that. */
static void look_value(struct look *look, const struct rd_value *value)
{
    if (rd_text_is_sealed(value))
        look_text(look, value);
    for (uint32_t i = 0; value->kind == RD_LIST && i < value->count; i++)
        look_value(look, &value->items[i]);
    for (uint32_t i = 0; value->kind == RD_MAP && i < value->count; i++)
        look_value(look, &value->pairs[i].value);
}

static void look_erased(struct look *look, const struct rd_value *effects)
{
    for (uint32_t i = 0; effects->kind == RD_LIST && i < effects->count; i++) {
        const struct rd_value *effect = &effects->items[i];
        if (effect->kind != RD_LIST || effect->count < 3 || effect->items[0].kind != RD_INT ||
            effect->items[0].integer != RD_EFFECT_ERASE || effect->items[2].kind != RD_LIST)
            continue;
        const struct rd_value *ids = &effect->items[2];
        for (uint32_t k = 0; k < ids->count; k++)
            if (ids->items[k].kind == RD_INT && ids->items[k].integer > 0)
                look_row(look, (uint64_t)ids->items[k].integer, RD_KEYS_ERASED)->word =
                    RD_KEYS_ERASED;
    }
}

static enum rd_status look_entry(void *context, const struct rd_entry *raw, struct rd_error *error)
{
    struct look *look = context;
    struct rd_command_entry entry;
    rd_arena_reset(&look->scratch);
    enum rd_status status =
        rd_entry_unpack(raw->payload, raw->len, &look->names, &look->scratch, &entry, error);
    if (status != RD_OK)
        return status;
    look->seq = raw->seq;
    look_value(look, &entry.form);
    look_value(look, &entry.facts);
    look_value(look, &entry.decisions);
    look_value(look, &entry.effects);
    look_value(look, &entry.reason_sealed);
    if (!look->theirs)
        look_erased(look, &entry.effects);
    return RD_OK;
}

static void look_progress(void *context, uint64_t done, uint64_t all)
{
    const struct look *look = context;
    look->options->progress(look->options->context, done, all);
}

static enum rd_status look_read(struct look *look, struct rd_error *error)
{
    struct rd_journal_verdict verdict;
    const char *dir = rd_arena_printf(look->arena, "%s/journal", look->options->data);
    const struct rd_keys_options *options = look->options;
    struct rd_journal_proof proof = { .dir = dir,
                                      .until_seq = options->until_seq,
                                      .entry = look_entry,
                                      .progress = options->progress ? look_progress : NULL,
                                      .context = look };
    return rd_journal_prove(&proof, &verdict, error);
}

/* ---- putting right ---- */

/* The other directory's keys, of those who want one. */
static enum rd_seal_key look_their_key(void *context, uint64_t person,
                                       unsigned char key[RD_SEAL_KEY_BYTES])
{
    struct look *look = context;
    const struct look_row *row = look_slot(look->rows, look->cap, person);
    return look_wants(row) ? rd_keys_find(look->theirs, person, key) : RD_SEAL_KEY_NONE;
}

static bool look_wanted(const struct look *look)
{
    size_t i = 0;
    while (i < look->cap && !look_wants(&look->rows[i]))
        i++;
    return i < look->cap;
}

/* Takes from the other directory what all texts open with. */
static enum rd_status look_mend(struct look *look, struct rd_error *error)
{
    look->theirs = rd_keys_new(look->options->from);
    look->names.sealer = (struct rd_sealer){ .find = look_their_key, .context = look };
    enum rd_status status = look_read(look, error);
    for (size_t i = 0; status == RD_OK && i < look->cap; i++) {
        struct look_row *row = &look->rows[i];
        unsigned char key[RD_SEAL_KEY_BYTES];
        if (!look_wants(row) || row->others ||
            rd_keys_find(look->theirs, row->person, key) != RD_SEAL_KEY_FOUND)
            continue;
        if (look->options->change)
            status = rd_keys_mend(look->keys, row->person, key, error);
        sodium_memzero(key, sizeof key);
        row->word = RD_KEYS_MENDED;
    }
    rd_keys_free(look->theirs);
    look->theirs = NULL;
    return status;
}

static enum rd_status look_renew(struct look *look, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    for (size_t i = 0; status == RD_OK && i < look->cap; i++) {
        struct look_row *row = &look->rows[i];
        unsigned char key[RD_SEAL_KEY_BYTES];
        if (!row->person || row->word != RD_KEYS_MISSING)
            continue;
        if (look->options->change)
            status = rd_keys_give(look->keys, row->person, key, error);
        sodium_memzero(key, sizeof key);
        row->word = RD_KEYS_RENEWED;
    }
    return status;
}

/* ---- what is told ---- */

static int look_by_entry(const void *a, const void *b)
{
    const struct look_row *left = a, *right = b;
    return left->seq != right->seq
               ? (left->seq < right->seq ? -1 : 1)
               : (left->person > right->person) - (left->person < right->person);
}

static void look_tell(struct look *look)
{
    struct rd_keys_look *out = look->out;
    if (look->cap > 0)
        qsort(look->rows, look->cap, sizeof *look->rows, look_by_entry);
    for (size_t i = 0; i < look->cap; i++) {
        const struct look_row *row = &look->rows[i];
        unsigned char key[RD_SEAL_KEY_BYTES];
        if (!row->person)
            continue;
        out->count[row->word]++;
        if (row->word == RD_KEYS_ERASED)
            out->owed += rd_keys_find(look->keys, row->person, key) == RD_SEAL_KEY_FOUND;
        sodium_memzero(key, sizeof key);
        if (!look_wants(row) || out->persons.count == RD_KEYS_TOLD_MAX)
            continue;
        struct rd_value told = rd_map();
        rd_map_add(look->arena, &told, "id",
                   rd_show_id((struct rd_id){ row->person }, look->arena));
        rd_map_add(look->arena, &told, "key", rd_text(LOOK_WORDS[row->word]));
        rd_map_add(look->arena, &told, "entry", rd_int((int64_t)row->seq));
        rd_list_add(look->arena, &out->persons, told);
    }
}

enum rd_status rd_keys_look(const struct rd_keys_options *options, struct rd_arena *arena,
                            struct rd_keys_look *out, struct rd_error *error)
{
    struct rd_symbols *symbols = rd_symbols_new();
    struct look look = {
        .options = options, .arena = arena, .keys = rd_keys_new(options->data), .out = out
    };
    *out = (struct rd_keys_look){ .persons = rd_list() };
    rd_arena_init(&look.scratch);
    rd_names_init(&look.names, symbols);
    rd_symbols_unref(symbols);
    look.names.sealer = rd_keys_sealer(look.keys);
    enum rd_status status = look_read(&look, error);
    if (status == RD_OK && options->from && look_wanted(&look))
        status = look_mend(&look, error);
    if (status == RD_OK && options->renew)
        status = look_renew(&look, error);
    if (status == RD_OK)
        look_tell(&look);
    free(look.rows);
    rd_names_fini(&look.names);
    rd_arena_fini(&look.scratch);
    rd_keys_free(look.keys);
    return status;
}

struct rd_value rd_keys_look_value(const struct rd_keys_look *look, struct rd_arena *arena)
{
    struct rd_value shown = rd_map();
    bool whole = look->count[RD_KEYS_MISSING] + look->count[RD_KEYS_UNFIT] == 0;
    rd_map_add(arena, &shown, "ok", rd_bool(whole));
    rd_map_add(arena, &shown, "texts", rd_int((int64_t)look->texts));
    for (int i = 0; i < RD_KEYS_WORDS; i++)
        rd_map_add(arena, &shown, LOOK_WORDS[i], rd_int((int64_t)look->count[i]));
    rd_map_add(arena, &shown, "owed", rd_int((int64_t)look->owed));
    rd_map_add(arena, &shown, "persons", look->persons);
    return shown;
}

void rd_keys_look_print(const struct rd_value *shown, struct rd_buf *out)
{
    const struct rd_value *persons = rd_map_list(shown, "persons");
    rd_buf_printf(out, "sealed   %" PRId64 " texts; persons whose key is",
                  rd_map_int(shown, "texts", 0));
    for (int i = 0; i < RD_KEYS_WORDS; i++)
        rd_buf_printf(out, "%s %s: %" PRId64, i ? "," : "", LOOK_WORDS[i],
                      rd_map_int(shown, LOOK_WORDS[i], 0));
    rd_buf_char(out, '\n');
    if (rd_map_int(shown, "owed", 0) > 0)
        rd_buf_printf(out,
                      "         %" PRId64 " of the erased are still to be destroyed: the next "
                      "start does it\n",
                      rd_map_int(shown, "owed", 0));
    for (uint32_t i = 0; i < persons->count; i++)
        rd_buf_printf(out, "         %s: %s, from entry %" PRId64 " on\n",
                      rd_map_text(&persons->items[i], "id", ""),
                      rd_map_text(&persons->items[i], "key", ""),
                      rd_map_int(&persons->items[i], "entry", 0));
}

enum rd_status rd_keys_look_verdict(const struct rd_keys_look *look, const char *advice,
                                    struct rd_error *error)
{
    uint64_t missing = look->count[RD_KEYS_MISSING], unfit = look->count[RD_KEYS_UNFIT];
    if (missing + unfit == 0)
        return RD_OK;
    return rd_error_set(error, RD_CHECK_FAILED,
                        "personal texts can't be read: the keys of %" PRIu64
                        " persons are missing, of %" PRIu64 " another one; %s",
                        missing, unfit, advice);
}
