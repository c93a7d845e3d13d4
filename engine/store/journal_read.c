/* The journal: reading entries by position, from the batch, a plain segment or a packed one.
 *
 * A position behind the last entry of a segment means the first of the next one: where the next
 * entry will lie is not known when a position is given out. Bytes read ahead are kept, but of
 * flushed entries only, for these never change. Every entry is checked again when it is read; the
 * chain is verify's business.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "store/journal_inner.h"

#define JOURNAL_READ_JUMP 4096u          /* bytes read for one entry */
#define JOURNAL_READ_ORDER (128u * 1024) /* ... where entries are read one behind the other */

void journal_read_close(struct rd_journal *journal)
{
    if (journal->read_fd >= 0) {
        close(journal->read_fd);
    }
    rd_packed_close(journal->read_packed);
    journal->read_fd = -1;
    journal->read_packed = NULL;
    journal->read_number = 0;
}

/* Opens a segment that is not the newest: packed where there is a packed one. */
static enum rd_status journal_read_open(struct rd_journal *journal, uint32_t number,
                                        struct rd_error *error)
{
    if (journal->read_number == number) {
        return RD_OK;
    }
    journal_read_close(journal);
    enum rd_status status =
        journal_segment(journal, number)->packed
            ? rd_packed_open(journal->dir_fd, number, &journal->read_packed, error)
            : rd_segment_open(journal->dir_fd, number, false, &journal->read_fd,
                              &journal->read_header, error);
    if (status == RD_OK) {
        journal->read_number = number;
        journal->read_header =
            journal->read_packed ? journal->read_packed->header : journal->read_header;
    }
    return status;
}

enum rd_status journal_segment_end(struct rd_journal *journal, uint32_t number, uint32_t *end,
                                   struct rd_error *error)
{
    struct journal_segment *segment = journal_segment(journal, number);
    enum rd_status status = RD_OK;
    if (segment->end == 0 && number + 1 == journal->tail.header.number) {
        segment->end = journal->tail.header.prev_end;
    } else if (segment->end == 0) {
        status = journal_read_open(journal, number + 1, error);
        segment->end = status == RD_OK ? journal->read_header.prev_end : 0;
    }
    *end = segment->end;
    return status;
}

/* The batch's part in segment `number`; NULL where it has none. */
static const struct journal_part *journal_part_in(const struct journal_batch *batch,
                                                  uint32_t number)
{
    for (uint32_t i = 0; i < batch->part_count; i++) {
        if (batch->parts[i].header.number == number) {
            return &batch->parts[i];
        }
    }
    return NULL;
}

/* Where segment `number` ends so far, with what is not flushed. */
static enum rd_status journal_known_end(struct rd_journal *journal, uint32_t number, uint32_t *end,
                                        struct rd_error *error)
{
    const struct journal_part *part = journal_part_in(&journal->batch, number);
    part = part ? part : journal_part_in(&journal->flight, number);
    if (part) {
        *end = part->at + (uint32_t)part->len;
        return RD_OK;
    }
    if (number < journal->tail.header.number) {
        return journal_segment_end(journal, number, end, error);
    }
    *end = journal->tail.end;
    return RD_OK;
}

/* Splits a position, moving from the end of a segment to the beginning of the next. RD_END behind
 * the last entry. */
static enum rd_status journal_locate(struct rd_journal *journal, uint64_t at, uint32_t *number,
                                     uint32_t *offset, struct rd_error *error)
{
    uint64_t last = rd_journal_end(journal).at;
    for (;;) {
        *number = (uint32_t)(at >> 32);
        *offset = (uint32_t)at;
        if (at >= last) {
            return RD_END;
        }
        if (*number == 0 || *offset < RD_SEGMENT_HEADER_BYTES || *offset % RD_FRAME_ALIGN != 0) {
            return rd_error_set(error, RD_NOT_FOUND, "%016llx is no place in the journal",
                                (unsigned long long)at);
        }
        uint32_t end = 0;
        enum rd_status status = journal_known_end(journal, *number, &end, error);
        if (status != RD_OK) {
            return status;
        }
        if (*offset < end) {
            return RD_OK;
        }
        at = (uint64_t)(*number + 1) << 32 | RD_SEGMENT_HEADER_BYTES;
    }
}

/* The frame in the batch at that place; NULL where it is elsewhere. */
static const unsigned char *journal_in_batch(const struct journal_batch *batch, uint32_t number,
                                             uint32_t offset)
{
    const struct journal_part *part = journal_part_in(batch, number);
    return part && offset >= part->at && offset < part->at + part->len
               ? (const unsigned char *)batch->bytes.data + part->from + (offset - part->at)
               : NULL;
}

static enum rd_status journal_damaged(struct rd_journal *journal, uint32_t number, uint32_t offset,
                                      struct rd_error *error)
{
    char name[RD_SEGMENT_NAME_MAX];
    rd_segment_name(name, number, journal_segment(journal, number)->packed);
    return rd_error_set(
        error, RD_CORRUPT,
        "%s/%s: offset %u: the entry's checksum does not fit: the file is damaged; restore it "
        "from a backup (`redress audit verify` shows how far the journal is intact)",
        journal->dir, name, offset);
}

static bool window_holds(const struct journal_window *window, uint32_t number, uint32_t offset)
{
    return window->number == number && offset >= window->at &&
           offset - window->at < window->bytes.len;
}

/* Fills the window from a plain file with the whole frame at `offset`, and more where reading goes
 * in order. */
static enum rd_status journal_fill_plain(struct rd_journal *journal, int fd, uint32_t number,
                                         uint32_t offset, uint32_t end,
                                         const struct rd_segment_header *header,
                                         struct rd_error *error)
{
    struct journal_window *window = &journal->window;
    bool in_order = journal->read_next == journal_position(number, offset).at;
    uint32_t want = in_order ? JOURNAL_READ_ORDER : JOURNAL_READ_JUMP;
    for (;;) {
        want = want < end - offset ? want : end - offset;
        rd_buf_clear(&window->bytes);
        window->number = 0;
        if (!rd_segment_pread(fd, rd_buf_reserve(&window->bytes, want), want, offset)) {
            return rd_error_errno(error, RD_IO, errno, "%s/%08x.seg: offset %u: cannot be read",
                                  journal->dir, number, offset);
        }
        window->bytes.len = want;
        window->number = number;
        window->at = offset;
        uint32_t bytes =
            rd_frame_claim((const unsigned char *)window->bytes.data, end - offset, header->key);
        if (bytes <= want) {
            return RD_OK;
        }
        want = bytes;
    }
}

/* The packed block that holds the offset, into the window. */
static enum rd_status journal_fill_packed(struct rd_journal *journal, uint32_t number,
                                          uint32_t offset, struct rd_error *error)
{
    struct journal_window *window = &journal->window;
    struct rd_packed *packed = journal->read_packed;
    if (offset >= packed->end) {
        return journal_damaged(journal, number, offset, error);
    }
    uint32_t block = rd_packed_find(packed, offset);
    rd_buf_clear(&window->bytes);
    window->number = 0;
    enum rd_status status = rd_packed_read(packed, block, &window->bytes, error);
    window->number = status == RD_OK ? number : 0;
    window->at = packed->blocks[block].from;
    return status;
}

/* Makes the window hold the flushed frame at that place, and says whose key its checksum has. */
static enum rd_status journal_fill(struct rd_journal *journal, uint32_t number, uint32_t offset,
                                   const struct rd_segment_header **header, struct rd_error *error)
{
    const struct journal_window *window = &journal->window;
    bool newest = number == journal->tail.header.number;
    uint32_t end = journal->tail.end;
    enum rd_status status = RD_OK;
    if (!newest) {
        status = journal_segment_end(journal, number, &end, error);
        if (status == RD_OK) {
            status = journal_read_open(journal, number, error);
        }
    }
    if (status != RD_OK) {
        return status;
    }
    *header = newest ? &journal->tail.header : &journal->read_header;
    if (window_holds(window, number, offset)) {
        uint32_t skip = offset - window->at;
        if (rd_frame_claim((const unsigned char *)window->bytes.data + skip,
                           window->bytes.len - skip, (*header)->key) > 0) {
            return RD_OK;
        }
    }
    if (!newest && journal->read_packed) {
        return journal_fill_packed(journal, number, offset, error);
    }
    return journal_fill_plain(journal, newest ? journal->tail.fd : journal->read_fd, number, offset,
                              end, *header, error);
}

enum rd_status rd_journal_read(struct rd_journal *journal, struct rd_position position,
                               struct rd_arena *arena, struct rd_entry *out, struct rd_error *error)
{
    uint32_t number, offset;
    struct rd_frame frame;
    enum rd_status status = journal_locate(journal, position.at, &number, &offset, error);
    if (status != RD_OK) {
        return status;
    }
    const unsigned char *at = journal_in_batch(&journal->batch, number, offset);
    at = at ? at : journal_in_batch(&journal->flight, number, offset);
    if (at) {
        rd_frame_peek(at, &frame);
        RD_ASSERT(frame.seq > journal->tail.flushed_seq && frame.seq <= journal->last_seq);
    } else {
        const struct rd_segment_header *header = NULL;
        status = journal_fill(journal, number, offset, &header, error);
        if (status != RD_OK) {
            return status;
        }
        uint32_t skip = offset - journal->window.at;
        at = (const unsigned char *)journal->window.bytes.data + skip;
        if (!rd_frame_check(at, journal->window.bytes.len - skip, header->key, &frame)) {
            return journal_damaged(journal, number, offset, error);
        }
    }
    out->seq = frame.seq;
    out->position = journal_position(number, offset);
    out->next = journal_position(number, offset + frame.bytes);
    out->payload = rd_arena_copy(arena, frame.payload, frame.len);
    out->len = frame.len;
    memcpy(out->hash, frame.hash, RD_HASH_BYTES);
    journal->read_next = out->next.at;
    return RD_OK;
}
