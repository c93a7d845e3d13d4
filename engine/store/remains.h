/* What is left of a segment: every entry of it that is still intact, whatever has happened to its
 * files. Inside the journal's room and the repair's only. */
#ifndef RD_STORE_REMAINS_H
#define RD_STORE_REMAINS_H

#include "store/segment.h"

struct rd_remains {
    bool has_header; /* one of its files has an intact header */
    struct rd_segment_header header;
    uint64_t last_seq;            /* the highest of its intact entries; 0: none */
    uint64_t flushed;             /* they prove that everything up to here was flushed */
    uint64_t first_seq;           /* of the list below */
    const unsigned char **frames; /* by sequence, NULL where it is gone; into the buffers */
    size_t count;
    struct rd_buf plain, packed; /* what the two files held */
};

/* Reads what the segment's files in this directory still hold, entries from `first_seq` on. No
 * files, or nothing but damage, is fine: there are no entries then. */
void rd_remains_read(int dir_fd, uint32_t number, uint64_t first_seq, struct rd_remains *out);
void rd_remains_fini(struct rd_remains *remains);
/* Its entry; false where it is gone, or never was here. */
bool rd_remains_find(const struct rd_remains *remains, uint64_t seq, struct rd_frame *out);
/* The header of a segment, from whichever of its files has it intact. */
bool rd_remains_header(int dir_fd, uint32_t number, struct rd_segment_header *out);

#endif
