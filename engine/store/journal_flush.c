/* The journal: bringing what was appended to disk.
 *
 *   who appends   ... append append ──begin──▶ append append append ──begin──▶ ...
 *                                     │ flight                        ▲ landed (waited for)
 *   the flusher                       └─▶ chain, write, fdatasync ────┘─▶ told: durable up to N
 *
 * One flight is under way at a time, so on disk a torn tail is one flight at the most, and what is
 * durable is a number. Its thread owns the frames' headers and a copy of the tail; everybody else
 * may read what does not change any more (length, sequence, payload). Segments roll over on the
 * thread that appends and nowhere else, so files and spares have one master. What a flush could not
 * write stays where it is, before the batch, and goes with the next flush.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/thread.h"
#include "store/faults.h"
#include "store/journal_inner.h"

struct journal_flusher {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    enum { FLIGHT_NONE, FLIGHT_GIVEN, FLIGHT_DOWN } state;
    bool ending;
    struct journal_tail tail; /* the thread's while a flight is given */
    enum rd_status status;    /* what it came to */
    const struct rd_journal_server *server;
};

void journal_batch_fini(struct journal_batch *batch)
{
    rd_buf_fini(&batch->bytes);
    free(batch->parts);
}

/* ---- one part, on any thread ---- */

/* The frames, and zeros behind them so that nothing old can be read there. */
static enum rd_status journal_write(struct journal_tail *tail, const struct journal_part *part,
                                    const char *bytes, struct rd_error *error)
{
    uint32_t end = part->at + (uint32_t)part->len;
    uint32_t clear =
        tail->dirty_end > end + RD_SEGMENT_END_BYTES ? tail->dirty_end - end : RD_SEGMENT_END_BYTES;
    clear = clear < tail->header.bytes - end ? clear : tail->header.bytes - end;
    if (rd_fault_hit("journal_write_torn")) {
        bool torn = rd_segment_pwrite(tail->fd, bytes, part->len / 2, part->at);
        _exit(torn ? 137 : 1);
    }
    unsigned char small[RD_SEGMENT_END_BYTES] = { 0 };
    void *zeros = clear > sizeof(small) ? calloc(1, clear) : small;
    RD_ASSERT(zeros);
    struct iovec parts[2] = { { (void *)(uintptr_t)bytes, part->len }, { zeros, clear } };
    bool good = !rd_fault_hit("journal_write_enospc");
    ssize_t n = good ? pwritev(tail->fd, parts, clear ? 2 : 1, part->at) : -1;
    size_t done = n < 0 ? 0 : (size_t)n;
    errno = good ? errno : ENOSPC;
    if (good && done < part->len) { /* interrupted or short: the plain way says why */
        good = rd_segment_pwrite(tail->fd, bytes + done, part->len - done, part->at + done);
        done = part->len;
    }
    if (good && done < part->len + clear) {
        good = rd_segment_pwrite(tail->fd, zeros, part->len + clear - done, part->at + done);
    }
    int errnum = errno;
    if (zeros != small) {
        free(zeros);
    }
    if (!good) {
        tail->dirty_end = end > tail->dirty_end ? end : tail->dirty_end;
        return rd_error_errno(error, RD_IO, errnum, "cannot write to segment %08x.seg",
                              tail->header.number);
    }
    return RD_OK;
}

static enum rd_status journal_flush_part(struct journal_tail *tail, struct journal_batch *batch,
                                         const struct journal_part *part, struct rd_error *error)
{
    unsigned char *bytes = (unsigned char *)batch->bytes.data + part->from;
    unsigned char hash[RD_HASH_BYTES];
    struct rd_frame last = { .seq = tail->flushed_seq };
    memcpy(hash, tail->hash, RD_HASH_BYTES);
    for (size_t at = 0; at < part->len; at += last.bytes) {
        rd_frame_peek(bytes + at, &last);
        rd_frame_finish(bytes + at, part->header.key, tail->flushed_seq, hash);
    }
    RD_ASSERT(part->header.number == tail->header.number && part->at == tail->end);
    enum rd_status status = journal_write(tail, part, (const char *)bytes, error);
    if (status != RD_OK) {
        return status;
    }
    rd_fault_exit("journal_before_flush");
    if (rd_fault_hit("journal_flush_slow")) {
        nanosleep(&(struct timespec){ .tv_nsec = 200000000 }, NULL);
    }
    rd_segment_sync(tail->fd, "the journal's newest segment");
    tail->end += (uint32_t)part->len;
    tail->dirty_end = 0;
    tail->flushed_seq = last.seq;
    memcpy(tail->hash, hash, RD_HASH_BYTES);
    rd_fault_exit("journal_after_flush");
    return RD_OK;
}

/* ---- all of them, on the thread that appends ---- */

/* The newest segment from now on is the part's: the spare gets its header and its name. */
static enum rd_status journal_roll_over(struct rd_journal *journal, struct journal_part *part,
                                        struct rd_error *error)
{
    struct journal_tail *tail = &journal->tail;
    char spare[RD_SEGMENT_NAME_MAX];
    int fd;
    RD_ASSERT(part->header.number == tail->header.number + 1);
    RD_ASSERT(part->header.first_seq == tail->flushed_seq + 1);
    RD_ASSERT(part->header.prev_end == tail->end && journal->spares > 0);
    rd_fault_exit("journal_roll_over");
    memcpy(part->header.prev_hash, tail->hash, RD_HASH_BYTES);
    journal_spare_name(spare, journal->spares - 1);
    enum rd_status status = rd_segment_activate(journal->dir_fd, spare, &part->header, &fd, error);
    if (status != RD_OK) {
        return status;
    }
    journal_segment(journal, tail->header.number)->end = tail->end;
    journal_segment_add(journal,
                        (struct journal_segment){ .plain = true, .bytes = part->header.bytes });
    close(tail->fd);
    tail->fd = fd;
    journal->spares--;
    tail->header = part->header;
    tail->end = RD_SEGMENT_HEADER_BYTES;
    tail->dirty_end = 0;
    return RD_OK;
}

/* Forgets the first `count` parts, which are on disk. */
static void journal_batch_drop(struct journal_batch *batch, uint32_t count)
{
    size_t dropped = count < batch->part_count ? batch->parts[count].from : batch->bytes.len;
    rd_buf_drop(&batch->bytes, dropped);
    batch->part_count -= count;
    if (batch->part_count > 0) /* a batch without any has no array either */
        memmove(batch->parts, batch->parts + count, batch->part_count * sizeof(*batch->parts));
    for (uint32_t i = 0; i < batch->part_count; i++) {
        batch->parts[i].from -= dropped;
    }
}

static enum rd_status journal_flush_batch(struct rd_journal *journal, struct journal_batch *batch,
                                          struct rd_error *error)
{
    enum rd_status status = RD_OK;
    uint32_t done = 0;
    if (batch->part_count == 0) {
        return RD_OK;
    }
    for (; done < batch->part_count && status == RD_OK; done++) {
        struct journal_part *part = &batch->parts[done];
        if (part->len == 0 && batch->bytes.len == 0) {
            continue; /* made room for something that then did not come */
        }
        if (part->header.number != journal->tail.header.number) {
            status = journal_roll_over(journal, part, error);
        }
        if (status == RD_OK && part->len > 0) {
            status = journal_flush_part(&journal->tail, batch, part, error);
        }
    }
    if (status != RD_OK) {
        done--; /* the one that failed stays */
    }
    journal_batch_drop(batch, done);
    return status;
}

enum rd_status rd_journal_flush(struct rd_journal *journal, struct rd_error *error)
{
    RD_ASSERT(!journal->read_only);
    rd_journal_flush_wait(journal);
    enum rd_status status = journal_flush_batch(journal, &journal->flight, error);
    if (status == RD_OK) {
        status = journal_flush_batch(journal, &journal->batch, error);
    }
    RD_ASSERT(status != RD_OK || journal->tail.flushed_seq == journal->last_seq);
    journal_keep_up(journal);
    return status;
}

/* ---- the flusher ---- */

static void *journal_flusher_main(void *context)
{
    struct rd_journal *journal = context;
    struct journal_flusher *flusher = journal->flusher;
    pthread_mutex_lock(&flusher->lock);
    while (flusher->state == FLIGHT_GIVEN || !flusher->ending) {
        if (flusher->state != FLIGHT_GIVEN) {
            pthread_cond_wait(&flusher->changed, &flusher->lock);
            continue;
        }
        pthread_mutex_unlock(&flusher->lock);
        enum rd_status status =
            journal_flush_part(&flusher->tail, &journal->flight, &journal->flight.parts[0], NULL);
        uint64_t seq = flusher->tail.flushed_seq;
        pthread_mutex_lock(&flusher->lock);
        flusher->status = status;
        flusher->state = FLIGHT_DOWN;
        pthread_mutex_unlock(&flusher->lock);
        pthread_cond_broadcast(&flusher->changed);
        flusher->server->flushed(flusher->server->context, seq, status != RD_OK);
        pthread_mutex_lock(&flusher->lock);
    }
    pthread_mutex_unlock(&flusher->lock);
    return NULL;
}

enum rd_status rd_journal_serve(struct rd_journal *journal, const struct rd_journal_server *server,
                                struct rd_error *error)
{
    struct journal_flusher *flusher = calloc(1, sizeof(*flusher));
    RD_ASSERT(flusher && !journal->flusher && !journal->read_only);
    flusher->server = server;
    int failed = pthread_mutex_init(&flusher->lock, NULL);
    failed |= pthread_cond_init(&flusher->changed, NULL);
    RD_ASSERT(!failed);
    journal->flusher = flusher;
    if (rd_thread_start(&flusher->thread, "rd-flush", journal_flusher_main, journal)) {
        journal->server = server;
        return RD_OK;
    }
    journal->flusher = NULL;
    free(flusher);
    return rd_error_errno(error, RD_IO, errno, "starting the journal's thread");
}

void journal_flusher_stop(struct rd_journal *journal)
{
    struct journal_flusher *flusher = journal->flusher;
    if (!flusher) {
        return;
    }
    pthread_mutex_lock(&flusher->lock);
    flusher->ending = true;
    pthread_cond_broadcast(&flusher->changed);
    pthread_mutex_unlock(&flusher->lock);
    pthread_join(flusher->thread, NULL);
    pthread_cond_destroy(&flusher->changed);
    pthread_mutex_destroy(&flusher->lock);
    journal->flusher = NULL;
    free(flusher);
}

/* Takes over what a flight has come to; `wait`: also one that is still under way. Whether none is.
 */
static bool journal_land(struct rd_journal *journal, bool wait)
{
    struct journal_flusher *flusher = journal->flusher;
    if (!flusher) {
        return true;
    }
    pthread_mutex_lock(&flusher->lock);
    while (wait && flusher->state == FLIGHT_GIVEN) {
        pthread_cond_wait(&flusher->changed, &flusher->lock);
    }
    bool down = flusher->state == FLIGHT_DOWN;
    if (down) {
        flusher->state = FLIGHT_NONE;
        journal->tail = flusher->tail;
    }
    bool none = flusher->state == FLIGHT_NONE;
    pthread_mutex_unlock(&flusher->lock);
    if (down && flusher->status == RD_OK) {
        journal_batch_drop(&journal->flight, journal->flight.part_count);
    }
    return none;
}

void rd_journal_flush_wait(struct rd_journal *journal)
{
    (void)journal_land(journal, true);
}

bool rd_journal_flush_look(struct rd_journal *journal)
{
    return journal_land(journal, false);
}

bool rd_journal_flush_later(struct rd_journal *journal)
{
    return journal->batch.bytes.len < RD_FLUSH_LATER_BYTES && !rd_journal_flush_look(journal);
}

enum rd_status rd_journal_flush_begin(struct rd_journal *journal, struct rd_error *error)
{
    struct journal_flusher *flusher = journal->flusher;
    struct journal_batch *batch = &journal->batch;
    rd_journal_flush_wait(journal);
    if (!flusher || journal->flight.part_count > 0 || batch->part_count != 1 ||
        batch->parts[0].header.number != journal->tail.header.number || batch->bytes.len == 0) {
        return rd_journal_flush(journal, error);
    }
    struct journal_batch empty = journal->flight;
    journal->flight = journal->batch;
    journal->batch = empty;
    flusher->tail = journal->tail;
    pthread_mutex_lock(&flusher->lock);
    flusher->state = FLIGHT_GIVEN;
    pthread_mutex_unlock(&flusher->lock);
    pthread_cond_broadcast(&flusher->changed);
    journal_keep_up(journal);
    return RD_OK;
}
