/* The manifest of a backup: one JSON object, for people and for programs. Inside the backup's room
 * only. */
#ifndef RD_STORE_BACKUP_MANIFEST_H
#define RD_STORE_BACKUP_MANIFEST_H

#include "store/backup.h"
#include "store/segment.h"

struct rd_backup_segment {
    uint32_t number;
    bool packed;
    uint32_t end; /* behind its last entry, as plain bytes */
    uint64_t bytes;
    uint64_t last_seq;
    unsigned char file_hash[RD_HASH_BYTES]; /* BLAKE2b-256 of the file */
    unsigned char hash[RD_HASH_BYTES];      /* of its last entry, in the chain */
};
struct rd_backup_manifest {
    int64_t made_at_ms;
    struct rd_backup_segment *segments; /* number i + 1 each */
    uint32_t count;
};

/* An empty one; fini is safe more than once. */
void rd_backup_manifest_init(struct rd_backup_manifest *manifest);
void rd_backup_manifest_fini(struct rd_backup_manifest *manifest);
/* Appends the next segment, whose number must be count + 1; copied. */
void rd_backup_manifest_add(struct rd_backup_manifest *manifest,
                            const struct rd_backup_segment *segment);
/* RD_NOT_FOUND where there is none; RD_CORRUPT, RD_BAD_CONFIG (another format) otherwise. */
enum rd_status rd_backup_manifest_read(int dir_fd, const char *dir,
                                       struct rd_backup_manifest *manifest,
                                       struct rd_error *error) RD_MUST_CHECK;
/* Whole or not at all, and durable. */
enum rd_status rd_backup_manifest_write(int dir_fd, const struct rd_backup_manifest *manifest,
                                        struct rd_error *error) RD_MUST_CHECK;
/* What the manifest says in all; nothing was copied yet. */
void rd_backup_summary_of(const struct rd_backup_manifest *manifest,
                          struct rd_backup_summary *summary);

#endif
