/* Segments: one file of the journal, its header, its frames. Inside the journal's room only.
 *
 *   0        4096                                                          bytes
 *   ├─header──┼─frame─┼─frame─┼─ ... ─┼─frame─┼─64 zeros─┼─ zeros or old bytes ─┤
 *
 * All numbers are little-endian. See segment.c for the two layouts.
 */
#ifndef RD_STORE_SEGMENT_H
#define RD_STORE_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/journal.h"

#define RD_SEGMENT_HEADER_BYTES 4096u
#define RD_SEGMENT_KEY_BYTES 16
#define RD_FRAME_HEADER_BYTES 64u
#define RD_FRAME_ALIGN 8u
/* Zeros behind the last frame: a whole header's worth, so that none can be read there. */
#define RD_SEGMENT_END_BYTES RD_FRAME_HEADER_BYTES
#define RD_SEGMENT_NAME_MAX 32

struct rd_segment_header {
    uint32_t number;    /* from 1 */
    uint32_t bytes;     /* of the whole file */
    uint32_t prev_end;  /* offset behind the last frame of the segment before; 0 in the first */
    uint64_t first_seq; /* of its first entry */
    unsigned char key[RD_SEGMENT_KEY_BYTES]; /* of its checksums; random, so that a recycled file's
                                                old frames fail */
    unsigned char
        prev_hash[RD_HASH_BYTES]; /* of the last entry of the segment before; zeros in the first */
};

/* A frame whose checksum fits. Pointers go into the bytes that were checked. */
struct rd_frame {
    uint64_t seq;
    uint64_t flushed_seq; /* everything up to it was flushed when this frame was written */
    uint32_t len;         /* of the payload */
    uint32_t bytes;       /* of the frame, padding included */
    const unsigned char *hash;
    const unsigned char *payload;
};

/* Spells a header, with its checksum. */
void rd_segment_header_write(const struct rd_segment_header *header,
                             unsigned char out[RD_SEGMENT_HEADER_BYTES]);
/* False where the bytes are no intact header. */
bool rd_segment_header_read(const unsigned char bytes[RD_SEGMENT_HEADER_BYTES],
                            struct rd_segment_header *out);

/* Bytes of the frame of a payload. */
uint32_t rd_frame_bytes(uint32_t len);
/* Writes a frame of rd_frame_bytes(len) bytes, all but what is only known when it is flushed. */
void rd_frame_begin(unsigned char *at, uint64_t seq, const void *payload, uint32_t len);
/* Writes the rest, and chains `hash` on (in: of the entry before, out: of this one): now it may go
 * to disk. Its bytes. */
uint32_t rd_frame_finish(unsigned char *at, const unsigned char key[RD_SEGMENT_KEY_BYTES],
                         uint64_t flushed_seq, unsigned char hash[RD_HASH_BYTES]);
/* Of a frame that is begun, perhaps being finished by another thread: what does not change any
 * more. No hash (zeros), no flushed_seq. */
void rd_frame_peek(const unsigned char *at, struct rd_frame *out);
/* The fields of a frame that is known to be one. */
void rd_frame_parse(const unsigned char *at, struct rd_frame *out);
/* Whether a frame with a fitting checksum lies at `at`, within `room` bytes. Does not look at the
 * chain. */
bool rd_frame_check(const unsigned char *at, size_t room,
                    const unsigned char key[RD_SEGMENT_KEY_BYTES], struct rd_frame *out);
/* How many bytes a frame at `at` claims to have, within `room`; 0 where its magic is not the
 * segment's or it claims more. */
uint32_t rd_frame_claim(const unsigned char *at, size_t room,
                        const unsigned char key[RD_SEGMENT_KEY_BYTES]);
/* Chains `hash` on by a frame that is known to be intact, and takes out of it what follows from the
 * rest: hash and checksum. False, and nothing is taken out, where its hash does not follow. */
bool rd_frame_strip(unsigned char *at, unsigned char hash[RD_HASH_BYTES]);
/* Puts back what was taken out, and chains `hash` on. The frame's bytes; 0: none lies there. */
uint32_t rd_frame_restore(unsigned char *at, size_t room,
                          const unsigned char key[RD_SEGMENT_KEY_BYTES],
                          unsigned char hash[RD_HASH_BYTES]);
/* The offset of the first place that has the magic of a frame's header and a sequence of at least
 * `seq_min`, whatever follows; `len` where there is none, or less than a header is left. */
size_t rd_frame_trace(const unsigned char *bytes, size_t len,
                      const unsigned char key[RD_SEGMENT_KEY_BYTES], uint64_t seq_min);
/* The offset of the first intact frame at or behind `from` whose sequence is at least `seq_min` and
 * whose flushed_seq is at least `flushed_min`; `len` where there is none. */
size_t rd_frame_search(const unsigned char *bytes, size_t from, size_t len,
                       const unsigned char key[RD_SEGMENT_KEY_BYTES], uint64_t seq_min,
                       uint64_t flushed_min);

/* "0000002a.seg", or "0000002a.zst" for the packed form. */
void rd_segment_name(char out[RD_SEGMENT_NAME_MAX], uint32_t number, bool packed);

/* The number and form that such a name says; false: it is none. */
bool rd_segment_name_parse(const char *name, uint32_t *number, bool *packed);
/* The highest number that a segment of this directory has, in either form; 0: there is none, or it
 * can't be read. */
uint32_t rd_segment_newest(int dir_fd);

/* Reads or writes all of it; false with errno set. Reading beyond the end of a file is false with
 * errno EIO. */
bool rd_segment_pread(int fd, void *bytes, size_t len, uint64_t at);
bool rd_segment_pwrite(int fd, const void *bytes, size_t len, uint64_t at);
/* fdatasync of a file, fsync of a directory, that must not fail: aborts. */
void rd_segment_sync(int fd, const char *what);
void rd_segment_sync_dir(int dir_fd);

/* Makes a file of `bytes` zeros that are really on disk. On failure nothing stays behind. */
enum rd_status rd_segment_allocate(int dir_fd, const char *name, uint32_t bytes,
                                   struct rd_error *error) RD_MUST_CHECK;
/* Turns an allocated file into the segment of that header and opens it for writing. All of it is
 * durable afterwards. */
enum rd_status rd_segment_activate(int dir_fd, const char *spare,
                                   const struct rd_segment_header *header, int *fd,
                                   struct rd_error *error) RD_MUST_CHECK;
/* Opens a plain segment and reads its header. RD_NOT_FOUND; RD_CORRUPT where the header is damaged
 * or another's. */
enum rd_status rd_segment_open(int dir_fd, uint32_t number, bool writable, int *fd,
                               struct rd_segment_header *header,
                               struct rd_error *error) RD_MUST_CHECK;

static inline void rd_le32_put(unsigned char *at, uint32_t v)
{
    for (int i = 0; i < 4; i++) {
        at[i] = (unsigned char)(v >> (8 * i));
    }
}

static inline void rd_le64_put(unsigned char *at, uint64_t v)
{
    for (int i = 0; i < 8; i++) {
        at[i] = (unsigned char)(v >> (8 * i));
    }
}

static inline uint32_t rd_le32_get(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static inline uint64_t rd_le64_get(const unsigned char *at)
{
    return (uint64_t)rd_le32_get(at) | (uint64_t)rd_le32_get(at + 4) << 32;
}

#endif
