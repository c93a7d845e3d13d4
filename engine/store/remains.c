/* What is left of a segment. See remains.h.
 *
 * Each entry has a checksum of its own, made with the segment's key, and each block of a packed
 * file one of its own as well: so damage costs the entries (or the block) that it lies in and no
 * others, as long as the header, which has the key, is there.
 */
#include "store/remains.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/packed.h"

/* `most`: so many entries the segment can hold. */
static void remains_keep(struct rd_remains *remains, const struct rd_frame *frame,
                         const unsigned char *at, size_t most)
{
    if (frame->seq < remains->first_seq || frame->seq - remains->first_seq >= most)
        return;
    size_t place = (size_t)(frame->seq - remains->first_seq);
    if (place >= remains->count) {
        size_t count = place + 1 + remains->count;
        remains->frames = realloc(remains->frames, count * sizeof *remains->frames);
        RD_ASSERT(remains->frames);
        for (size_t i = remains->count; i < count; i++)
            remains->frames[i] = NULL;
        remains->count = count;
    }
    if (!remains->frames[place])
        remains->frames[place] = at;
    remains->last_seq = frame->seq > remains->last_seq ? frame->seq : remains->last_seq;
    remains->flushed =
        frame->flushed_seq > remains->flushed ? frame->flushed_seq : remains->flushed;
}

static void remains_scan(struct rd_remains *remains, const struct rd_buf *content,
                         const unsigned char key[RD_SEGMENT_KEY_BYTES])
{
    const unsigned char *bytes = (const unsigned char *)content->data;
    struct rd_frame frame;
    size_t at = rd_frame_search(bytes, 0, content->len, key, 0, 0);
    while (at < content->len) {
        rd_frame_parse(bytes + at, &frame);
        remains_keep(remains, &frame, bytes + at, content->len / RD_FRAME_HEADER_BYTES);
        at = rd_frame_search(bytes, at + frame.bytes, content->len, key, 0, 0);
    }
}

static void remains_of_packed(struct rd_remains *remains, int dir_fd, uint32_t number)
{
    struct rd_packed *packed;
    if (rd_packed_open(dir_fd, number, &packed, NULL) != RD_OK)
        return;
    for (uint32_t i = 0; i < packed->count; i++) {
        size_t had = remains->packed.len;
        if (rd_packed_read(packed, i, &remains->packed, NULL) != RD_OK)
            remains->packed.len = had;
    }
    remains->header = packed->header;
    remains->has_header = true;
    rd_packed_close(packed);
    remains_scan(remains, &remains->packed, remains->header.key);
}

static bool remains_plain_read(int dir_fd, uint32_t number, size_t most, struct rd_buf *out)
{
    char name[RD_SEGMENT_NAME_MAX];
    struct stat stat;
    rd_segment_name(name, number, false);
    int fd = openat(dir_fd, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    bool good = fd >= 0 && fstat(fd, &stat) == 0 && stat.st_size > 0 &&
                (uint64_t)stat.st_size <= UINT32_MAX;
    size_t len = good && (size_t)stat.st_size < most ? (size_t)stat.st_size : most;
    if (good)
        good = rd_segment_pread(fd, rd_buf_reserve(out, len), len, 0);
    if (good)
        out->len += len;
    if (fd >= 0)
        close(fd);
    return good;
}

static bool remains_header_of(const struct rd_buf *content, uint32_t number,
                              struct rd_segment_header *out)
{
    return content->len >= RD_SEGMENT_HEADER_BYTES &&
           rd_segment_header_read((const unsigned char *)content->data, out) &&
           out->number == number;
}

static void remains_of_plain(struct rd_remains *remains, int dir_fd, uint32_t number)
{
    struct rd_segment_header header;
    if (!remains_plain_read(dir_fd, number, UINT32_MAX, &remains->plain) ||
        !remains_header_of(&remains->plain, number, &header))
        return;
    if (!remains->has_header)
        remains->header = header;
    remains->has_header = true;
    remains_scan(remains, &remains->plain, header.key);
}

void rd_remains_read(int dir_fd, uint32_t number, uint64_t first_seq, struct rd_remains *out)
{
    *out = (struct rd_remains){ .first_seq = first_seq };
    rd_buf_init(&out->plain);
    rd_buf_init(&out->packed);
    if (dir_fd < 0)
        return;
    remains_of_packed(out, dir_fd, number);
    remains_of_plain(out, dir_fd, number);
}

void rd_remains_fini(struct rd_remains *remains)
{
    rd_buf_fini(&remains->plain);
    rd_buf_fini(&remains->packed);
    free(remains->frames);
    *remains = (struct rd_remains){ .frames = NULL };
}

bool rd_remains_find(const struct rd_remains *remains, uint64_t seq, struct rd_frame *out)
{
    if (seq < remains->first_seq || seq - remains->first_seq >= remains->count ||
        !remains->frames[seq - remains->first_seq])
        return false;
    rd_frame_parse(remains->frames[seq - remains->first_seq], out);
    return true;
}

bool rd_remains_header(int dir_fd, uint32_t number, struct rd_segment_header *out)
{
    struct rd_packed *packed;
    struct rd_buf content;
    if (dir_fd < 0)
        return false;
    if (rd_packed_open(dir_fd, number, &packed, NULL) == RD_OK) {
        *out = packed->header;
        rd_packed_close(packed);
        return true;
    }
    rd_buf_init(&content);
    bool has = remains_plain_read(dir_fd, number, RD_SEGMENT_HEADER_BYTES, &content) &&
               remains_header_of(&content, number, out);
    rd_buf_fini(&content);
    return has;
}
