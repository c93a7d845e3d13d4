/* Checkpoints: signed lines that say what the journal was at a moment, so that an outsider who
 * keeps them notices when it was made anew, however well it was done.
 *
 *   redress-checkpoint-v1 3 2026-03-02T01:00:00.000Z 1200 HASH BEFORE KEY SIGNATURE
 *                         |  when made               |    |    |      |   Ed25519, in base64, over
 *                         the third                  |    |    |      |   all of the line before
 * the entries in the journal    |    |      |   space in front of it of entry 1200, as hex -+    |
 * the key's name BLAKE2b-256 over the line before, as hex --+ (without its end; zeros: the first)
 *
 * They lie one behind the other in DATA/audit/checkpoints.
 */
#ifndef RD_STORE_CHECKPOINT_H
#define RD_STORE_CHECKPOINT_H

#include <stdint.h>

#include "base/arena.h"
#include "store/journal.h"
#include "store/sign.h"

#define RD_CHECKPOINT_LINE_MAX 512

struct rd_checkpoint {
    uint32_t number; /* from 1 */
    int64_t made_at_ms;
    uint64_t entries; /* in the journal; of the last of them: */
    unsigned char hash[RD_HASH_BYTES];
    unsigned char before[RD_HASH_BYTES];
    const char *line; /* as it stands, without its end */
};

struct rd_checkpoints {
    struct rd_checkpoint *items;
    size_t count;
};

/* "DATA/audit/checkpoints", in the arena. */
const char *rd_checkpoints_path(struct rd_arena *arena, const char *data_dir);
/* Reads and proves a file of checkpoints into the arena: their order, how they follow each other,
 * and, where `key` is given, each signature. No file: none. RD_CHECK_FAILED with the line that does
 * not fit. */
enum rd_status rd_checkpoints_read(const char *path, const struct rd_sign_key *key,
                                   struct rd_arena *arena, struct rd_checkpoints *out,
                                   struct rd_error *error) RD_MUST_CHECK;
/* One line of such a file; RD_CHECK_FAILED where it is none, or not this key's (which may be NULL).
 * The line lies in the arena. */
enum rd_status rd_checkpoint_parse(const char *line, const struct rd_sign_key *key,
                                   struct rd_arena *arena, struct rd_checkpoint *out,
                                   struct rd_error *error) RD_MUST_CHECK;
/* Signs what was proven and writes it behind those that are there (`have`, of the same file), made
 * where it is missing; durable afterwards. `next`: what was written. */
enum rd_status rd_checkpoint_add(const char *path, const struct rd_checkpoints *have,
                                 const struct rd_journal_verdict *proven, int64_t now_ms,
                                 const struct rd_sign_key *key, struct rd_arena *arena,
                                 struct rd_checkpoint *next, struct rd_error *error) RD_MUST_CHECK;
/* What they know of the journal, for its proof: in the arena. */
struct rd_journal_known *rd_checkpoints_known(const struct rd_checkpoints *have,
                                              struct rd_arena *arena);

#endif
