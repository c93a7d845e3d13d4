/* Exports. See audit_export.h.
 *
 * Writing and checking share what a line says (export_entry_line): the checker spells each line
 * anew from its payload and compares, so nothing readable can differ from what was journalled.
 */
#include "cli/audit_export.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/names.h"
#include "base/text.h"
#include "domain/entry.h"

#define EXPORT_BASE64 sodium_base64_VARIANT_ORIGINAL
#define EXPORT_DEPTH_MAX 64

/* What writing and checking have in common: the names so far, and the content's hash. */
struct export
{
    struct rd_names names;
    struct rd_arena arena; /* of one line */
    struct rd_buf text;    /* the line */
    crypto_generichash_state content;
    unsigned char before[RD_HASH_BYTES]; /* of the range */
    struct rd_export_summary *summary;
};

static void export_init(struct export *export, struct rd_export_summary *summary)
{
    struct rd_symbols *symbols = rd_symbols_new();
    RD_ASSERT(sodium_init() >= 0);
    *summary = (struct rd_export_summary){ .from = 0 };
    *export = (struct export){ .summary = summary };
    rd_names_init(&export->names, symbols);
    rd_symbols_unref(symbols);
    rd_arena_init(&export->arena);
    rd_buf_init(&export->text);
    crypto_generichash_init(&export->content, NULL, 0, RD_HASH_BYTES);
}

static void export_fini(struct export *export)
{
    rd_buf_fini(&export->text);
    rd_arena_fini(&export->arena);
    rd_names_fini(&export->names);
}

static struct rd_value export_hex(struct rd_arena *arena, const unsigned char hash[RD_HASH_BYTES])
{
    char text[2 * RD_HASH_BYTES + 1];
    sodium_bin2hex(text, sizeof(text), hash, RD_HASH_BYTES);
    return rd_text_copy(arena, text, 2 * RD_HASH_BYTES);
}

static void export_put(struct rd_arena *arena, struct rd_value *map, const char *key,
                       const char *text)
{
    if (text)
        rd_map_add(arena, map, key, rd_text(text));
}

/* What an entry says, for people and their tools. */
static struct rd_value export_readable(const struct rd_command_entry *entry, struct rd_arena *arena)
{
    struct rd_value map = rd_map();
    char at[RD_TIME_TEXT_MAX];
    rd_time_write(entry->at_ms, at);
    rd_map_add(arena, &map, "at", rd_text_copy(arena, at, strlen(at)));
    export_put(arena, &map, "actor", entry->actor);
    export_put(arena, &map, "behind", entry->behind);
    export_put(arena, &map, "behalf", entry->behalf);
    export_put(arena, &map, "command", entry->command);
    rd_map_add(arena, &map, "record", rd_int((int64_t)entry->record.value));
    rd_map_add(arena, &map, "version", rd_int(entry->version));
    rd_map_add(arena, &map, "form", entry->form);
    rd_map_add(arena, &map, "facts", entry->facts);
    rd_map_add(arena, &map, "decisions", entry->decisions);
    rd_map_add(arena, &map, "effects", entry->effects);
    rd_map_add(arena, &map, "generation", rd_int(entry->generation));
    export_put(arena, &map, "key", entry->key);
    rd_map_add(arena, &map, "flags", rd_int(entry->flags));
    export_put(arena, &map, "refused", entry->refused);
    export_put(arena, &map, "reason", entry->reason);
    return map;
}

/* The line of an entry, into the buffer. Enters the names that it gives. */
static enum rd_status export_entry_line(struct export *export, const struct rd_entry *entry,
                                        struct rd_error *error)
{
    struct rd_command_entry command;
    struct rd_arena *arena = &export->arena;
    enum rd_status status =
        rd_entry_unpack(entry->payload, entry->len, &export->names, arena, &command, error);
    if (status != RD_OK)
        return status;
    size_t room = sodium_base64_encoded_len(entry->len, EXPORT_BASE64);
    char *payload = rd_arena_alloc(arena, room);
    sodium_bin2base64(payload, room, entry->payload, entry->len, EXPORT_BASE64);
    struct rd_value map = rd_map();
    rd_map_add(arena, &map, "seq", rd_int((int64_t)entry->seq));
    rd_map_add(arena, &map, "hash", export_hex(arena, entry->hash));
    rd_map_add(arena, &map, "payload", rd_text(payload));
    rd_map_add(arena, &map, "entry", export_readable(&command, arena));
    rd_json_write(&export->text, &map);
    rd_buf_char(&export->text, '\n');
    return RD_OK;
}

/* What the signature is over. */
static char *export_statement(struct rd_arena *arena, const struct rd_value *last)
{
    return rd_arena_printf(arena, "redress-export-v1 %" PRId64 " %" PRId64 " %s %s %s %s %s",
                           rd_map_int(last, "from", 0), rd_map_int(last, "to", 0),
                           rd_map_text(last, "before", ""), rd_map_text(last, "hash", ""),
                           rd_map_text(last, "content", ""), rd_map_text(last, "made_at", ""),
                           rd_map_text(last, "key", ""));
}

/* ---- writing ---- */

struct export_write {
    struct export export;
    const struct rd_export_options *options;
    int fd;
    size_t checkpoint_next;
    char made_at[RD_TIME_TEXT_MAX];
};

static enum rd_status export_flush(struct export_write *write_to, struct rd_error *error)
{
    struct rd_buf *text = &write_to->export.text;
    crypto_generichash_update(&write_to->export.content, (const unsigned char *)text->data,
                              text->len);
    for (size_t at = 0; at < text->len;) {
        ssize_t n = write(write_to->fd, text->data + at, text->len - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return rd_error_errno(error, RD_IO, errno, "can't write %s", write_to->options->path);
        at += (size_t)n;
    }
    rd_buf_clear(text);
    return RD_OK;
}

static void export_head(struct export_write *write_to)
{
    struct export *export = &write_to->export;
    struct rd_arena *arena = &export->arena;
    struct rd_value map = rd_map(), names = rd_list();
    for (uint32_t i = 1; i <= export->names.count; i++)
        rd_list_add(arena, &names, rd_text(export->names.texts[i]));
    rd_map_add(arena, &map, "redress_export", rd_int(RD_EXPORT_FORMAT));
    rd_map_add(arena, &map, "from", rd_int((int64_t)write_to->options->from));
    rd_map_add(arena, &map, "before", export_hex(arena, export->before));
    rd_map_add(arena, &map, "made_at", rd_text(write_to->made_at));
    rd_map_add(arena, &map, "names", names);
    rd_json_write(&export->text, &map);
    rd_buf_char(&export->text, '\n');
}

/* The checkpoints that end with this entry. */
static void export_checkpoints(struct export_write *write_to, uint64_t seq)
{
    const struct rd_checkpoints *have = write_to->options->checkpoints;
    struct export *export = &write_to->export;
    for (; write_to->checkpoint_next < have->count &&
           have->items[write_to->checkpoint_next].entries <= seq;
         write_to->checkpoint_next++) {
        const struct rd_checkpoint *item = &have->items[write_to->checkpoint_next];
        struct rd_value map = rd_map();
        if (item->entries < seq)
            continue;
        rd_map_add(&export->arena, &map, "checkpoint", rd_text(item->line));
        rd_json_write(&export->text, &map);
        rd_buf_char(&export->text, '\n');
        export->summary->checkpoints++;
    }
}

static enum rd_status export_take(void *context, const struct rd_entry *entry,
                                  struct rd_error *error)
{
    struct export_write *write_to = context;
    struct export *export = &write_to->export;
    rd_arena_reset(&export->arena);
    if (entry->seq < write_to->options->from) {
        struct rd_command_entry command; /* for its names */
        memcpy(export->before, entry->hash, RD_HASH_BYTES);
        return rd_entry_unpack(entry->payload, entry->len, &export->names, &export->arena, &command,
                               error);
    }
    if (entry->seq == write_to->options->from)
        export_head(write_to);
    enum rd_status status = export_entry_line(export, entry, error);
    export_checkpoints(write_to, entry->seq);
    export->summary->to = entry->seq;
    memcpy(export->summary->hash, entry->hash, RD_HASH_BYTES);
    return status == RD_OK ? export_flush(write_to, error) : status;
}

static enum rd_status export_end(struct export_write *write_to, struct rd_error *error)
{
    struct export *export = &write_to->export;
    struct rd_arena *arena = &export->arena;
    const struct rd_sign_key *key = write_to->options->key;
    unsigned char content[RD_HASH_BYTES];
    char signature[RD_SIGN_TEXT_MAX];
    struct rd_value map = rd_map();
    rd_arena_reset(arena);
    crypto_generichash_final(&export->content, content, sizeof(content));
    rd_map_add(arena, &map, "from", rd_int((int64_t)write_to->options->from));
    rd_map_add(arena, &map, "to", rd_int((int64_t) export->summary->to));
    rd_map_add(arena, &map, "before", export_hex(arena, export->before));
    rd_map_add(arena, &map, "hash", export_hex(arena, export->summary->hash));
    rd_map_add(arena, &map, "content", export_hex(arena, content));
    rd_map_add(arena, &map, "made_at", rd_text(write_to->made_at));
    if (key) {
        rd_map_add(arena, &map, "key", rd_text(key->name));
        const char *statement = export_statement(arena, &map);
        rd_sign_text(key, statement, strlen(statement), signature);
        rd_map_add(arena, &map, "signature", rd_text(signature));
    }
    export->summary->is_signed = key != NULL;
    rd_json_write(&export->text, &map);
    rd_buf_char(&export->text, '\n');
    enum rd_status status = export_flush(write_to, error);
    if (status == RD_OK && fsync(write_to->fd) != 0)
        status = rd_error_errno(error, RD_IO, errno, "can't flush %s", write_to->options->path);
    return status;
}

enum rd_status rd_export_write(const struct rd_export_options *options,
                               struct rd_export_summary *summary, struct rd_error *error)
{
    struct export_write write_to = { .options = options };
    struct rd_journal_verdict verdict;
    struct rd_journal_proof proof = { .dir = options->journal,
                                      .until_seq = options->to,
                                      .entry = export_take,
                                      .context = &write_to };
    if (options->from == 0 || (options->to && options->to < options->from))
        return rd_error_set(error, RD_USAGE,
                            "entries are numbered from 1, and the last is not before the first");
    write_to.fd = open(options->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (write_to.fd < 0)
        return rd_error_errno(error, errno == EEXIST ? RD_BAD_DIRECTORY : RD_IO, errno,
                              "can't make %s", options->path);
    export_init(&write_to.export, summary);
    rd_time_write(options->now_ms, write_to.made_at);
    summary->from = options->from;
    enum rd_status status = rd_journal_prove(&proof, &verdict, error);
    if (status == RD_OK && summary->to == 0)
        status = rd_error_set(error, RD_NOT_FOUND, "the journal ends with entry %" PRIu64,
                              verdict.entries);
    if (status == RD_OK)
        status = export_end(&write_to, error);
    close(write_to.fd);
    if (status != RD_OK)
        unlink(options->path);
    export_fini(&write_to.export);
    return status;
}

/* ---- checking ---- */

struct export_check {
    struct export export;
    const struct rd_sign_key *key;
    unsigned char hash[RD_HASH_BYTES]; /* of the entry before */
    bool headed, ended;
    const char *why; /* what does not fit; NULL */
};

static bool export_hash_of(const struct rd_value *map, const char *key,
                           unsigned char out[RD_HASH_BYTES])
{
    const char *text = rd_map_text(map, key, "");
    size_t len;
    return strlen(text) == 2 * RD_HASH_BYTES &&
           sodium_hex2bin(out, RD_HASH_BYTES, text, 2 * RD_HASH_BYTES, NULL, &len, NULL) == 0 &&
           len == RD_HASH_BYTES;
}

static const char *export_check_head(struct export_check *check, const struct rd_value *map)
{
    struct export *export = &check->export;
    const struct rd_value *names = rd_map_get(map, "names");
    int64_t from = rd_map_int(map, "from", 0);
    if (rd_map_int(map, "redress_export", 0) != RD_EXPORT_FORMAT)
        return "it is no export of this format";
    if (from < 1 || !export_hash_of(map, "before", export->before) || !rd_value_is(names, RD_LIST))
        return "its head is damaged";
    for (uint32_t i = 0; i < names->count; i++)
        if (names->items[i].kind != RD_TEXT ||
            !rd_names_enter(&export->names, i + 1, names->items[i].text,
                            strlen(names->items[i].text)))
            return "its names are damaged";
    export->summary->from = (uint64_t)from;
    export->summary->to = (uint64_t)from - 1;
    memcpy(check->hash, export->before, RD_HASH_BYTES);
    check->headed = true;
    return NULL;
}

static const char *export_check_entry(struct export_check *check, const struct rd_value *map,
                                      const char *line, size_t len)
{
    struct export *export = &check->export;
    struct rd_error error = RD_ERROR_NONE;
    const char *payload = rd_map_text(map, "payload", "");
    size_t room = strlen(payload), payload_len = 0;
    unsigned char *bytes = rd_arena_alloc(&export->arena, room + 1), said[RD_HASH_BYTES];
    struct rd_entry entry = { .seq = (uint64_t)rd_map_int(map, "seq", 0), .payload = bytes };
    if (entry.seq != export->summary->to + 1)
        return "it is not the next entry: one is missing, repeated or out of place";
    if (sodium_base642bin(bytes, room + 1, payload, room, NULL, &payload_len, NULL,
                          EXPORT_BASE64) != 0)
        return "its payload is damaged";
    rd_frame_chain(check->hash, entry.seq, bytes, payload_len);
    if (!export_hash_of(map, "hash", said) || memcmp(said, check->hash, RD_HASH_BYTES) != 0)
        return "its hash does not fit: it or an entry before it was changed";
    entry.len = payload_len;
    memcpy(entry.hash, said, RD_HASH_BYTES);
    rd_buf_clear(&export->text);
    if (export_entry_line(export, &entry, &error) != RD_OK)
        return "its payload is no entry";
    if (export->text.len != len || memcmp(export->text.data, line, len) != 0)
        return "what it says is not what its payload says";
    export->summary->to = entry.seq;
    memcpy(export->summary->hash, said, RD_HASH_BYTES);
    return NULL;
}

static const char *export_check_checkpoint(struct export_check *check, const char *line)
{
    struct rd_checkpoint item;
    struct rd_error error = RD_ERROR_NONE;
    if (rd_checkpoint_parse(line, check->key, &check->export.arena, &item, &error) != RD_OK)
        return rd_arena_printf(&check->export.arena, "a checkpoint: %s", error.text);
    if (item.entries != check->export.summary->to ||
        memcmp(item.hash, check->hash, RD_HASH_BYTES) != 0)
        return "a checkpoint knows another entry: the chain was made anew";
    check->export.summary->checkpoints++;
    return NULL;
}

static const char *export_check_end(struct export_check *check, const struct rd_value *map)
{
    struct export *export = &check->export;
    unsigned char content[RD_HASH_BYTES], said[RD_HASH_BYTES], before[RD_HASH_BYTES];
    crypto_generichash_final(&export->content, content, sizeof(content));
    check->ended = true;
    if (!export_hash_of(map, "content", said) || memcmp(said, content, sizeof(said)) != 0)
        return "the lines before are not those that were written";
    if ((uint64_t)rd_map_int(map, "from", 0) != export->summary->from ||
        (uint64_t)rd_map_int(map, "to", 0) != export->summary->to ||
        !export_hash_of(map, "hash", said) || memcmp(said, check->hash, sizeof(said)) != 0 ||
        !export_hash_of(map, "before", before) ||
        memcmp(before, export->before, sizeof(before)) != 0)
        return "the end speaks of other entries";
    const char *signature = rd_map_text(map, "signature", "");
    if (!check->key)
        return NULL;
    if (!*signature)
        return "it is not signed";
    if (strcmp(rd_map_text(map, "key", ""), check->key->name) != 0)
        return "it is signed by another key";
    const char *statement = export_statement(&export->arena, map);
    export->summary->is_signed = true;
    return rd_sign_check(check->key, statement, strlen(statement), signature)
               ? NULL
               : "its signature does not fit";
}

/* NULL, or what does not fit. */
static const char *export_check_line(struct export_check *check, const char *line, size_t len)
{
    struct rd_value map;
    struct rd_error error = RD_ERROR_NONE;
    const char *why = NULL;
    rd_arena_reset(&check->export.arena);
    if (check->ended)
        return "something stands behind the end";
    if (len == 0 || line[len - 1] != '\n' ||
        rd_json_parse(&check->export.arena, line, len - 1, EXPORT_DEPTH_MAX, &map, &error) !=
            RD_OK ||
        map.kind != RD_MAP)
        return "it is no line of an export";
    if (!check->headed)
        why = export_check_head(check, &map);
    else if (rd_map_get(&map, "payload"))
        why = export_check_entry(check, &map, line, len);
    else if (rd_map_get(&map, "checkpoint"))
        why = export_check_checkpoint(check, rd_map_text(&map, "checkpoint", ""));
    else
        why = export_check_end(check, &map);
    if (!check->ended)
        crypto_generichash_update(&check->export.content, (const unsigned char *)line, len);
    return why;
}

enum rd_status rd_export_check(const char *path, const struct rd_sign_key *key,
                               struct rd_export_summary *summary, struct rd_error *error)
{
    struct export_check check = { .key = key };
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t room = 0, count = 0;
    ssize_t len;
    enum rd_status status = RD_OK;
    if (!file)
        return rd_error_errno(error, errno == ENOENT ? RD_NOT_FOUND : RD_IO, errno, "can't open %s",
                              path);
    export_init(&check.export, summary);
    while (status == RD_OK && (len = getline(&line, &room, file)) > 0) {
        const char *why = export_check_line(&check, line, (size_t)len);
        count++;
        if (why)
            status = rd_error_set(error, RD_CHECK_FAILED, "%s: line %zu: %s", path, count, why);
    }
    if (status == RD_OK && ferror(file))
        status = rd_error_errno(error, RD_IO, errno, "can't read %s", path);
    else if (status == RD_OK && !check.ended)
        status = rd_error_set(error, RD_CHECK_FAILED, "%s: line %zu: the end is missing", path,
                              count + 1);
    free(line);
    fclose(file);
    export_fini(&check.export);
    return status;
}
