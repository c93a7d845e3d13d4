/* The journal: an append-only log of entries, chained by hash, in segments. This file: the batch in
 * memory; journal_flush.c brings it to disk.
 *
 *   append ─▶ batch: [ part: newest segment | part: next one, a spare held ready | ... ]
 *   flush  ─▶ flight ─▶ chain, pwrite + 64 zeros behind ─▶ fdatasync
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

#include "store/faults.h"
#include "store/journal_inner.h"

uint64_t rd_journal_last_seq(const struct rd_journal *journal)
{
    return journal->last_seq;
}

uint64_t rd_journal_flushed_seq(const struct rd_journal *journal)
{
    return journal->tail.flushed_seq;
}

/* Where the frames in memory go on; NULL where there are none. */
static const struct journal_part *journal_last_part(const struct rd_journal *journal)
{
    const struct journal_batch *batch =
        journal->batch.part_count > 0 ? &journal->batch : &journal->flight;
    return batch->part_count > 0 ? &batch->parts[batch->part_count - 1] : NULL;
}

struct rd_position rd_journal_end(const struct rd_journal *journal)
{
    const struct journal_part *part = journal_last_part(journal);
    return part ? journal_position(part->header.number, part->at + (uint32_t)part->len)
                : journal_position(journal->tail.header.number, journal->tail.end);
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

const char *rd_journal_dir(const struct rd_journal *journal)
{
    return journal->dir;
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

const unsigned char *rd_journal_flushed_hash(const struct rd_journal *journal)
{
    return journal->tail.hash;
}

static struct journal_part *journal_part_push(struct journal_batch *batch)
{
    if (batch->part_count == batch->part_cap) {
        batch->part_cap = batch->part_cap ? 2 * batch->part_cap : 4;
        batch->parts = realloc(batch->parts, batch->part_cap * sizeof(*batch->parts));
        RD_ASSERT(batch->parts);
    }
    struct journal_part *part = &batch->parts[batch->part_count++];
    memset(part, 0, sizeof(*part));
    part->from = batch->bytes.len;
    return part;
}

/* The batch's first part, behind everything before it. */
static void journal_part_first(struct rd_journal *journal)
{
    struct rd_segment_header header = journal->tail.header;
    uint32_t at = journal->tail.end;
    const struct journal_part *before = journal_last_part(journal);
    if (before) {
        header = before->header;
        at = before->at + (uint32_t)before->len;
    }
    struct journal_part *first = journal_part_push(&journal->batch);
    first->header = header;
    first->at = at;
}

/* The part that the next frame of `bytes` goes to; a new one with a spare behind it where the last
 * one has no room. */
static enum rd_status journal_part_for(struct rd_journal *journal, uint32_t bytes,
                                       struct journal_part **out, struct rd_error *error)
{
    struct journal_batch *batch = &journal->batch;
    if (batch->part_count == 0) {
        journal_part_first(journal);
    }
    struct journal_part *last = &batch->parts[batch->part_count - 1];
    uint32_t end = last->at + (uint32_t)last->len;
    if (bytes <= last->header.bytes - end) {
        *out = last;
        return RD_OK;
    }
    if (journal->spares < last->header.number + 1 - journal->tail.header.number) {
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
    *out = journal_part_push(batch);
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
    struct rd_buf *batch = &journal->batch.bytes;
    if (batch->len > 0 && batch->len + bytes > RD_JOURNAL_BATCH_BYTES_MAX) {
        return rd_error_set(error, RD_BUSY,
                            "the journal's batch holds %zu bytes and must be flushed", batch->len);
    }
    enum rd_status status =
        rd_fault_hit("journal_enospc")
            ? rd_error_errno(error, RD_IO, ENOSPC, "cannot make room for a segment")
            : journal_part_for(journal, bytes, &part, error);
    journal->full = status == RD_STORAGE_FULL;
    if (status != RD_OK) {
        return status;
    }
    unsigned char *at = (unsigned char *)rd_buf_reserve(batch, bytes);
    rd_frame_begin(at, ++journal->last_seq, payload, (uint32_t)len);
    *position = journal_position(part->header.number, part->at + (uint32_t)part->len);
    *seq = journal->last_seq;
    part->len += bytes;
    batch->len += bytes;
    return RD_OK;
}

/* Keeps the frames up to `seq`. */
static void journal_batch_cut(struct journal_batch *batch, uint64_t seq)
{
    size_t kept = 0;
    while (kept < batch->bytes.len) {
        struct rd_frame frame;
        rd_frame_peek((const unsigned char *)batch->bytes.data + kept, &frame);
        if (frame.seq > seq) {
            break;
        }
        kept += frame.bytes;
    }
    while (batch->part_count > 0 && batch->parts[batch->part_count - 1].from >= kept) {
        batch->part_count--;
    }
    if (batch->part_count > 0) {
        struct journal_part *last = &batch->parts[batch->part_count - 1];
        last->len = kept - last->from;
    }
    batch->bytes.len = kept;
}

void rd_journal_unappend(struct rd_journal *journal, uint64_t seq)
{
    RD_ASSERT(seq >= journal->tail.flushed_seq);
    if (seq >= journal->last_seq) {
        return;
    }
    journal_batch_cut(&journal->batch, seq);
    if (journal->batch.part_count == 0) {
        rd_journal_flush_wait(journal);
        RD_ASSERT(seq >= journal->tail.flushed_seq);
        journal_batch_cut(&journal->flight, seq);
    }
    journal->last_seq = seq;
}
