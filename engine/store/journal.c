/* The journal: an append-only log of entries, chained by hash, in segments. This file: the batch
 * and its flush.
 *
 *   append ─▶ [ part: newest segment | part: next one, a spare held ready | ... ]   in memory
 *   flush  ─▶ pwrite + 64 zeros behind ─▶ fdatasync
 *             ─▶ next part: header into the spare, rename, pwrite, fdatasync ─▶ ...
 *
 * An entry has its allocated place on disk from the moment it is appended, so a flush does not run
 * out of room. A segment gets its name only when the one before it is flushed to its end: so the
 * existence of segment N+1 proves N complete, and only the newest can have a torn tail. Each frame
 * says up to where all was flushed when it was written: by that, recovery tells a torn tail (cut
 * it) from damage (stop). It must never acknowledge what is not flushed, nor go on after a failed
 * fdatasync.
 */
#include "store/journal.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/log.h"
#include "store/faults.h"
#include "store/journal_inner.h"

uint64_t rd_journal_last_seq(const struct rd_journal *journal)
{
    return journal->last_seq;
}

uint64_t rd_journal_flushed_seq(const struct rd_journal *journal)
{
    return journal->flushed_seq;
}

struct rd_position rd_journal_end(const struct rd_journal *journal)
{
    if (journal->part_count == 0) {
        return journal_position(journal->header.number, journal->end);
    }
    const struct journal_part *part = &journal->parts[journal->part_count - 1];
    return journal_position(part->header.number, part->at + (uint32_t)part->len);
}

struct rd_position rd_journal_start(const struct rd_journal *journal)
{
    (void)journal;
    return journal_position(1, RD_SEGMENT_HEADER_BYTES);
}

bool rd_journal_is_full(const struct rd_journal *journal)
{
    return journal->full;
}

uint64_t rd_journal_disk_bytes(const struct rd_journal *journal)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < journal->segment_count; i++) {
        bytes += journal->segments[i].bytes;
    }
    return bytes;
}

void rd_journal_watch(struct rd_journal *journal, struct rd_turn *turn)
{
    journal->turn = turn;
}

static struct journal_part *journal_part_push(struct rd_journal *journal)
{
    if (journal->part_count == journal->part_cap) {
        journal->part_cap = journal->part_cap ? 2 * journal->part_cap : 4;
        journal->parts = realloc(journal->parts, journal->part_cap * sizeof(*journal->parts));
        RD_ASSERT(journal->parts);
    }
    struct journal_part *part = &journal->parts[journal->part_count++];
    memset(part, 0, sizeof(*part));
    part->from = journal->batch.len;
    return part;
}

/* The part that the next frame of `bytes` goes to; a new one with a spare behind it where the last
 * one has no room. */
static enum rd_status journal_part_for(struct rd_journal *journal, uint32_t bytes,
                                       struct journal_part **out, struct rd_error *error)
{
    if (journal->part_count == 0) {
        struct journal_part *first = journal_part_push(journal);
        first->header = journal->header;
        first->at = journal->end;
    }
    struct journal_part *last = &journal->parts[journal->part_count - 1];
    uint32_t end = last->at + (uint32_t)last->len;
    if (bytes <= last->header.bytes - end) {
        *out = last;
        return RD_OK;
    }
    if (journal->spares < last->header.number + 1 - journal->header.number) {
        enum rd_status status = journal_spare_make(journal, error);
        if (status != RD_OK) {
            return status;
        }
    }
    struct rd_segment_header header = {
        .number = last->header.number + 1,
        .bytes = journal->segment_bytes,
        .prev_end = end,
        .first_seq = journal->last_seq + 1,
    };
    randombytes_buf(header.key, sizeof(header.key));
    memcpy(header.prev_hash, journal->last_hash, RD_HASH_BYTES);
    *out = journal_part_push(journal);
    (*out)->header = header;
    (*out)->at = RD_SEGMENT_HEADER_BYTES;
    return RD_OK;
}

enum rd_status rd_journal_append(struct rd_journal *journal, const void *payload, size_t len,
                                 uint64_t *seq, struct rd_position *position,
                                 struct rd_error *error)
{
    struct journal_part *part = NULL;
    RD_ASSERT(!journal->read_only);
    if (len > journal->entry_bytes_max) {
        return rd_error_set(error, RD_LIMIT_EXCEEDED,
                            "a journal entry of %zu bytes is larger than the limit of %u", len,
                            journal->entry_bytes_max);
    }
    uint32_t bytes = rd_frame_bytes((uint32_t)len);
    if (journal->batch.len > 0 && journal->batch.len + bytes > RD_JOURNAL_BATCH_BYTES_MAX) {
        return rd_error_set(error, RD_BUSY,
                            "the journal's batch holds %zu bytes and must be flushed",
                            journal->batch.len);
    }
    enum rd_status status =
        rd_fault_hit("journal_enospc")
            ? rd_error_errno(error, RD_IO, ENOSPC, "cannot make room for a segment")
            : journal_part_for(journal, bytes, &part, error);
    journal->full = status == RD_STORAGE_FULL;
    if (status != RD_OK) {
        return status;
    }
    unsigned char *at = (unsigned char *)rd_buf_reserve(&journal->batch, bytes);
    memset(at, 0, bytes);
    rd_frame_begin(at, ++journal->last_seq, payload, (uint32_t)len, journal->last_hash);
    *position = journal_position(part->header.number, part->at + (uint32_t)part->len);
    *seq = journal->last_seq;
    part->len += bytes;
    journal->batch.len += bytes;
    return RD_OK;
}

void rd_journal_unappend(struct rd_journal *journal, uint64_t seq)
{
    RD_ASSERT(seq >= journal->flushed_seq);
    if (seq >= journal->last_seq) {
        return;
    }
    journal->last_seq = journal->flushed_seq;
    memcpy(journal->last_hash, journal->flushed_hash, RD_HASH_BYTES);
    size_t kept = 0;
    while (journal->last_seq < seq) {
        struct rd_frame frame;
        rd_frame_parse((const unsigned char *)journal->batch.data + kept, &frame);
        kept += frame.bytes;
        journal->last_seq = frame.seq;
        memcpy(journal->last_hash, frame.hash, RD_HASH_BYTES);
    }
    RD_ASSERT(journal->last_seq == seq && kept < journal->batch.len);
    while (journal->part_count > 0 && journal->parts[journal->part_count - 1].from >= kept) {
        journal->part_count--;
    }
    if (journal->part_count > 0) {
        struct journal_part *last = &journal->parts[journal->part_count - 1];
        last->len = kept - last->from;
    }
    journal->batch.len = kept;
}

/* The newest segment from now on is the part's: the spare gets its header and its name. */
static enum rd_status journal_roll_over(struct rd_journal *journal, const struct journal_part *part,
                                        struct rd_error *error)
{
    char spare[RD_SEGMENT_NAME_MAX];
    int fd;
    RD_ASSERT(part->header.number == journal->header.number + 1);
    RD_ASSERT(part->header.first_seq == journal->flushed_seq + 1);
    RD_ASSERT(part->header.prev_end == journal->end && journal->spares > 0);
    rd_fault_exit("journal_roll_over");
    journal_spare_name(spare, journal->spares - 1);
    enum rd_status status = rd_segment_activate(journal->dir_fd, spare, &part->header, &fd, error);
    if (status != RD_OK) {
        return status;
    }
    journal_segment(journal, journal->header.number)->end = journal->end;
    journal_segment_add(journal,
                        (struct journal_segment){ .plain = true, .bytes = part->header.bytes });
    close(journal->fd);
    journal->fd = fd;
    journal->spares--;
    journal->header = part->header;
    journal->end = RD_SEGMENT_HEADER_BYTES;
    journal->dirty_end = 0;
    return RD_OK;
}

/* The frames, and zeros behind them so that nothing old can be read there. */
static enum rd_status journal_write(struct rd_journal *journal, const struct journal_part *part,
                                    struct rd_error *error)
{
    const char *bytes = journal->batch.data + part->from;
    uint32_t end = part->at + (uint32_t)part->len;
    uint32_t clear = journal->dirty_end > end + RD_SEGMENT_END_BYTES ? journal->dirty_end - end
                                                                     : RD_SEGMENT_END_BYTES;
    clear = clear < journal->header.bytes - end ? clear : journal->header.bytes - end;
    if (rd_fault_hit("journal_write_torn")) {
        bool torn = rd_segment_pwrite(journal->fd, bytes, part->len / 2, part->at);
        _exit(torn ? 137 : 1);
    }
    unsigned char small[RD_SEGMENT_END_BYTES] = { 0 };
    void *zeros = clear > sizeof(small) ? calloc(1, clear) : small;
    RD_ASSERT(zeros);
    struct iovec parts[2] = { { (void *)(uintptr_t)bytes, part->len }, { zeros, clear } };
    ssize_t n = pwritev(journal->fd, parts, clear ? 2 : 1, part->at);
    size_t done = n < 0 ? 0 : (size_t)n;
    bool good = true;
    if (done < part->len) { /* interrupted or short: the plain way says why */
        good = rd_segment_pwrite(journal->fd, bytes + done, part->len - done, part->at + done);
        done = part->len;
    }
    if (good && done < part->len + clear) {
        good = rd_segment_pwrite(journal->fd, zeros, part->len + clear - done, part->at + done);
    }
    int errnum = errno;
    if (zeros != small) {
        free(zeros);
    }
    if (!good) {
        journal->dirty_end = end > journal->dirty_end ? end : journal->dirty_end;
        return rd_error_errno(error, RD_IO, errnum, "cannot write to segment %08x.seg",
                              journal->header.number);
    }
    return RD_OK;
}

static enum rd_status journal_flush_part(struct rd_journal *journal, struct journal_part *part,
                                         struct rd_error *error)
{
    struct rd_frame frame = { .seq = journal->flushed_seq };
    unsigned char *bytes = (unsigned char *)journal->batch.data + part->from;
    for (size_t at = 0; at < part->len; at += frame.bytes) {
        rd_frame_finish(bytes + at, part->header.key, journal->flushed_seq);
        rd_frame_parse(bytes + at, &frame);
    }
    RD_ASSERT(part->header.number == journal->header.number && part->at == journal->end);
    enum rd_status status = journal_write(journal, part, error);
    if (status != RD_OK) {
        return status;
    }
    rd_fault_exit("journal_before_flush");
    rd_segment_sync(journal->fd, "the journal's newest segment");
    journal->end += (uint32_t)part->len;
    journal->dirty_end = 0;
    journal->flushed_seq = frame.seq;
    memcpy(journal->flushed_hash, frame.hash, RD_HASH_BYTES);
    rd_fault_exit("journal_after_flush");
    return RD_OK;
}

/* Forgets the first `count` parts, which are on disk. */
static void journal_batch_drop(struct rd_journal *journal, uint32_t count)
{
    size_t dropped = count < journal->part_count ? journal->parts[count].from : journal->batch.len;
    rd_buf_drop(&journal->batch, dropped);
    journal->part_count -= count;
    memmove(journal->parts, journal->parts + count, journal->part_count * sizeof(*journal->parts));
    for (uint32_t i = 0; i < journal->part_count; i++) {
        journal->parts[i].from -= dropped;
    }
}

enum rd_status rd_journal_flush(struct rd_journal *journal, struct rd_error *error)
{
    RD_ASSERT(!journal->read_only);
    if (journal->batch.len == 0) {
        journal->part_count = 0;
        return RD_OK;
    }
    enum rd_status status = RD_OK;
    uint32_t done = 0;
    for (; done < journal->part_count && status == RD_OK; done++) {
        struct journal_part *part = &journal->parts[done];
        if (part->header.number != journal->header.number) {
            status = journal_roll_over(journal, part, error);
        }
        if (status == RD_OK && part->len > 0) {
            status = journal_flush_part(journal, part, error);
        }
    }
    if (status != RD_OK) {
        done--; /* the one that failed stays */
    }
    journal_batch_drop(journal, done);
    RD_ASSERT(status != RD_OK || journal->flushed_seq == journal->last_seq);
    journal_keep_up(journal);
    return status;
}
