/* Exports of the journal: a range of entries in a file that proves itself.
 *
 *   {"redress_export":1,"from":5,"before":"HASH OF ENTRY 4","made_at":"...","names":["case", ...]}
 *   {"seq":5,"hash":"...","payload":"BASE64","entry":{"at":"...","actor":"li_na", ...}}
 *   {"checkpoint":"redress-checkpoint-v1 ..."}                       those made in the range
 *   {"from":5,"to":90,"before":"...","hash":"...","content":"...","made_at":"...","key":"...",
 *    "signature":"..."}
 *
 * One JSON object a line. `payload` is the entry as it was journalled: hash = BLAKE2b-256(hash
 * before | sequence as u64, little-endian | payload). `entry` is what the payload says, for
 * reading; names are numbers in it, of which those given before the range are in `names`, from 1
 * on. `content` is BLAKE2b-256 over all lines before the last, their ends included. The signature,
 * where there is a key, is over
 *
 *   redress-export-v1 FROM TO BEFORE HASH CONTENT MADE_AT KEY
 */
#ifndef RD_CLI_AUDIT_EXPORT_H
#define RD_CLI_AUDIT_EXPORT_H

#include "store/checkpoint.h"

#define RD_EXPORT_FORMAT 1

struct rd_export_options {
    const char *journal; /* the directory of its segments */
    const char *path;    /* a file that is not there yet */
    uint64_t from, to;   /* entries; to 0: the last one */
    int64_t now_ms;
    const struct rd_sign_key *key;            /* NULL: unsigned */
    const struct rd_checkpoints *checkpoints; /* of this journal */
};

struct rd_export_summary {
    uint64_t from, to;
    unsigned char hash[RD_HASH_BYTES]; /* of the last entry */
    size_t checkpoints;                /* in it */
    bool is_signed;
};

/* Proves the journal from its first entry to the end of the range and writes the file. On failure
 * no file is left. RD_BAD_DIRECTORY: it is there already. RD_NOT_FOUND: the journal ends before
 * `from`. RD_CHECK_FAILED as of the proof. */
enum rd_status rd_export_write(const struct rd_export_options *options,
                               struct rd_export_summary *summary,
                               struct rd_error *error) RD_MUST_CHECK;
/* Proves such a file alone: the chain, that `entry` says what `payload` says, its checkpoints, and
 * with `key` (NULL: not) the signatures, of which there must be one then. RD_CHECK_FAILED with the
 * line. */
enum rd_status rd_export_check(const char *path, const struct rd_sign_key *key,
                               struct rd_export_summary *summary,
                               struct rd_error *error) RD_MUST_CHECK;

#endif
