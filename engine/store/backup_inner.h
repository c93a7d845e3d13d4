/* What the backup's own files share: backup.c (create, verify, restore), backup_copy.c (files).
 * Nobody else includes it. */
#ifndef RD_STORE_BACKUP_INNER_H
#define RD_STORE_BACKUP_INNER_H

#include "store/backup_manifest.h"

#define BACKUP_PIECE (1024u * 1024)

struct backup {
    const struct rd_backup_options *options;
    struct rd_backup_manifest manifest;
    struct rd_backup_summary *summary;
    const char *from; /* the directory of the segments that are read */
    int from_fd, to_fd;
    bool restoring;
    uint64_t until_seq; /* 0: all */
    int64_t began_ns;
    int64_t worked_ns; /* processor time of this thread when it rested last, or might have */
    uint64_t beside;   /* what others had done then */
    char *piece;
};

/* Called every tenth of a millisecond or so: rests where others are at work. */
void backup_spare(struct backup *backup);

/* Copies a proven segment, reads it back, names it, and puts it into the manifest. `packed`: as the
 * file of the directory that is read, else as the bytes that were proven. */
enum rd_status backup_copy(struct backup *backup, const struct rd_journal_proven *proven,
                           bool packed, struct rd_error *error) RD_MUST_CHECK;
/* Reads a file and holds it against the manifest. */
enum rd_status backup_check_file(struct backup *backup, int dir_fd, const char *name,
                                 const struct rd_backup_segment *segment,
                                 struct rd_error *error) RD_MUST_CHECK;
/* The newest segment of a restored journal becomes a plain one: it goes on being written. */
enum rd_status backup_unpack_last(struct backup *backup, struct rd_error *error) RD_MUST_CHECK;

#endif
