/* Backups: proven copies of the journal, from which everything else can be made.
 *
 *   DIR/backup.json          the manifest: what is here, with its hashes; written last
 *   DIR/journal/0000002a.zst full segments as the journal packed them; never copied twice
 *   DIR/journal/0000002b.seg the newest, up to its last entry
 *   DIR/keys/00005           keys of persons (keys.h), as they were when it was made
 *
 * A backup holds no store: the store is a projection, and a restore makes it anew. So a backup
 * needs no snapshot and keeps no page of a running store from being used again. Nothing is copied
 * that was not proven first (checksums, sequences, hash chain), and each file is read back before
 * the manifest names it.
 */
#ifndef RD_STORE_BACKUP_H
#define RD_STORE_BACKUP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "store/journal.h"

#define RD_BACKUP_MANIFEST "backup.json"
#define RD_BACKUP_FORMAT 1

struct rd_backup_options {
    const char *from;     /* create: a directory with journal segments; restore: a backup */
    const char *to;       /* create: the backup; restore: where the segments go. Made if missing */
    uint64_t until_seq;   /* the last entry that is taken; 0: all that there are */
    uint64_t bytes_per_s; /* as fast as this at most; 0: as fast as it goes */
    int64_t now_ms;       /* create: what the manifest says about when */
    const atomic_bool *stop; /* looked at between two pieces; NULL */
    /* Grows with what others have done meanwhile on this machine: while it does, a backup rests
     * three times as long as it works. NULL: nobody is to be spared. */
    const _Atomic uint64_t *beside;
    /* restore: whether to end before this entry; NULL */
    bool (*ends_before)(void *context, uint64_t seq, const void *payload, size_t len);
    void (*progress)(void *context, uint64_t done, uint64_t all); /* bytes; NULL */
    void *context;
};

struct rd_backup_summary {
    uint64_t entries; /* in the backup, or restored */
    uint64_t bytes;   /* of all its segments' files */
    uint64_t copied_bytes;
    uint32_t segments, copied;
    int64_t made_at_ms;                /* of the manifest */
    unsigned char hash[RD_HASH_BYTES]; /* of the last entry */
};

/* Makes a backup, or brings the one in `to` up to date: full segments that it has are left alone.
 * May run beside the journal's writer, on another thread. RD_CHECK_FAILED: the journal is damaged
 * (the error says where). RD_BAD_DIRECTORY: `to` holds something else, or the backup of another
 * journal. RD_IN_USE: another one is being made there. RD_SHUTTING_DOWN: it was stopped. Whatever
 * happens, the backup that was there before stays usable. */
enum rd_status rd_backup_create(const struct rd_backup_options *options,
                                struct rd_backup_summary *summary,
                                struct rd_error *error) RD_MUST_CHECK;
/* Reads all of it: every file's hash, then the chain from the first entry to the last.
 * RD_NOT_FOUND: `dir` holds no backup; RD_CHECK_FAILED: what does not fit and where. */
enum rd_status rd_backup_verify(const char *dir,
                                void (*progress)(void *context, uint64_t done, uint64_t all),
                                void *context, struct rd_backup_summary *summary,
                                struct rd_error *error) RD_MUST_CHECK;
/* Puts the backup's journal into the empty directory `to`, proving it on the way, up to
 * `until_seq` or `ends_before`. RD_BAD_DIRECTORY where the directory holds anything; RD_NOT_FOUND
 * where the backup ends before `until_seq`. */
enum rd_status rd_backup_restore(const struct rd_backup_options *options,
                                 struct rd_backup_summary *summary,
                                 struct rd_error *error) RD_MUST_CHECK;

#endif
