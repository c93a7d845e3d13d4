/* Packed segments: full segments as zstd files that can be read from the middle. Inside the
 * journal's room only. */
#ifndef RD_STORE_PACKED_H
#define RD_STORE_PACKED_H

#include "store/segment.h"

struct rd_packed_block {
    uint32_t from; /* logical offset in the segment of its first byte */
    uint64_t at;   /* offset in the packed file */
    uint64_t checksum;
    unsigned char hash[RD_HASH_BYTES]; /* of its last entry; of block 0: of the one before */
};

/* An open packed segment. Its content is the plain segment's, up to behind the last frame. */
struct rd_packed {
    int fd;
    char name[RD_SEGMENT_NAME_MAX];
    struct rd_segment_header header;
    uint32_t end;      /* logical offset behind the last frame */
    uint64_t bytes;    /* of the file */
    uint64_t index_at; /* where the blocks end */
    bool whole;        /* of the first form: hashes and checksums are not left out */
    uint32_t count;
    struct rd_packed_block *blocks;
};

/* RD_NOT_FOUND; RD_CORRUPT where the file's index or header does not check. */
enum rd_status rd_packed_open(int dir_fd, uint32_t number, struct rd_packed **out,
                              struct rd_error *error) RD_MUST_CHECK;
void rd_packed_close(struct rd_packed *packed); /* NULL is fine */
/* Which block holds the logical offset (< end). */
uint32_t rd_packed_find(const struct rd_packed *packed, uint32_t offset);
/* Appends the block's plain bytes to `out`. RD_CORRUPT where the block is damaged, or its entries
 * do not lead from the hash before it to its own. */
enum rd_status rd_packed_read(struct rd_packed *packed, uint32_t block, struct rd_buf *out,
                              struct rd_error *error) RD_MUST_CHECK;

/* The work of packing one segment, done in steps. */
struct rd_packer;

/* Begins to pack the plain segment `number`, whose last frame ends at `end`, into a temporary file.
 */
enum rd_status rd_packer_new(int dir_fd, uint32_t number, uint32_t end, struct rd_packer **out,
                             struct rd_error *error) RD_MUST_CHECK;
/* Gives it up and removes the temporary file where it was not finished. NULL is fine. */
void rd_packer_free(struct rd_packer *packer);
/* Packs about `budget` plain bytes. RD_END: the packed file is durable and has its name.
 * RD_CORRUPT: the plain segment is damaged; it must not be packed. */
enum rd_status rd_packer_step(struct rd_packer *packer, uint32_t budget,
                              struct rd_error *error) RD_MUST_CHECK;

/* The whole content of segment `number` into `out` (emptied first), from the packed file where
 * there is an intact one, else from the plain one: up to its end, or to the end of the file where
 * it is plain (which may be shorter than its header says). */
enum rd_status rd_segment_load(int dir_fd, uint32_t number, struct rd_buf *out, bool *packed,
                               struct rd_error *error) RD_MUST_CHECK;

#endif
