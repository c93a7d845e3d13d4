/* The journal: housekeeping, in steps of a few milliseconds for moments when nobody waits, or
 * behind the one who serves.
 *
 *   full segment ──pack──▶ NNNNNNNN.zst      its plain file ──▶ spare.seg ──▶ a later segment
 *
 * A spare that lies ready saves a roll-over the writing of a whole segment of zeros; packing hands
 * the plain file on, so in the long run the same few files go round. Where no idle moment comes,
 * flushes do a little of it each: the next spare grows twice as fast as the newest segment fills,
 * and packing begins once too many segments wait. Nothing here is needed for being right: what
 * fails is logged and tried again later.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "store/journal_inner.h"

#define JOURNAL_SPARE_STEP (512u * 1024) /* written and flushed: 1 to 3 ms */
#define JOURNAL_PACK_STEP (64u * 1024)   /* packed: some 0.5 ms */
#define JOURNAL_BACKLOG_STEP (64u * 1024)
#define JOURNAL_BACKLOG_MAX 8u /* full segments that may wait for an idle moment */
#define JOURNAL_TIDY_PAUSE_NS 10000000000ll

/* Waits for a spare that is being filled behind. */
static void journal_spare_wait(struct rd_journal *journal);

void journal_spare_name(char out[RD_SEGMENT_NAME_MAX], uint32_t index)
{
    if (index == 0) {
        snprintf(out, RD_SEGMENT_NAME_MAX, "spare.seg");
    } else {
        snprintf(out, RD_SEGMENT_NAME_MAX, "spare-%u.seg", index);
    }
}

/* Gives the file `from` the name of the next spare. */
static enum rd_status journal_spare_push(struct rd_journal *journal, const char *from,
                                         struct rd_error *error)
{
    char name[RD_SEGMENT_NAME_MAX];
    journal_spare_name(name, journal->spares);
    if (renameat(journal->dir_fd, from, journal->dir_fd, name) != 0) {
        return rd_error_errno(error, RD_IO, errno, "cannot rename %s/%s to %s", journal->dir, from,
                              name);
    }
    rd_segment_sync_dir(journal->dir_fd);
    journal->spares++;
    return RD_OK;
}

static void journal_spare_abandon(struct rd_journal *journal)
{
    if (journal->spare_fd >= 0) {
        close(journal->spare_fd);
        unlinkat(journal->dir_fd, JOURNAL_SPARE_TEMP, 0);
        journal->spare_fd = -1;
    }
}

/* Writes some more zeros into the coming spare; RD_END when it is full. */
static enum rd_status journal_spare_step(struct rd_journal *journal, struct rd_error *error)
{
    if (journal->spare_fd < 0) {
        journal->spare_done = 0;
        journal->spare_fd = openat(journal->dir_fd, JOURNAL_SPARE_TEMP,
                                   O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        int failed = journal->spare_fd < 0
                         ? errno
                         : posix_fallocate(journal->spare_fd, 0, journal->segment_bytes);
        if (failed) {
            journal_spare_abandon(journal);
            return rd_error_errno(error, RD_IO, failed, "cannot make a spare segment in %s",
                                  journal->dir);
        }
        return RD_OK; /* which is a step of its own */
    }
    uint32_t left = journal->segment_bytes - journal->spare_done;
    uint32_t step = left < JOURNAL_SPARE_STEP ? left : JOURNAL_SPARE_STEP;
    void *zeros = calloc(1, step);
    RD_ASSERT(zeros);
    bool good = rd_segment_pwrite(journal->spare_fd, zeros, step, journal->spare_done) &&
                fdatasync(journal->spare_fd) == 0;
    int errnum = errno;
    free(zeros);
    journal->spare_done += step;
    if (good && journal->spare_done < journal->segment_bytes) {
        return RD_OK;
    }
    if (!good) {
        journal_spare_abandon(journal);
        return rd_error_errno(error, RD_IO, errnum, "cannot fill a spare segment in %s",
                              journal->dir);
    }
    close(journal->spare_fd);
    journal->spare_fd = -1;
    return RD_END;
}

/* The filled file becomes a spare; RD_END. */
static enum rd_status journal_spare_done(struct rd_journal *journal, struct rd_error *error)
{
    enum rd_status status = journal_spare_push(journal, JOURNAL_SPARE_TEMP, error);
    return status == RD_OK ? RD_END : status;
}

enum rd_status journal_spare_make(struct rd_journal *journal, struct rd_error *error)
{
    static const char temp[] = "spare-new.tmp";
    int64_t began_ns = rd_clock_mono_ns();
    enum rd_status status = RD_OK;
    uint32_t before = journal->spares;
    journal_spare_wait(journal);
    if (journal->spares > before) {
        status = RD_OK;
    } else if (journal->spare_fd >= 0) { /* the rest of the one that is being made */
        while (status == RD_OK) {
            status = journal_spare_step(journal, error);
        }
        status = status == RD_END ? journal_spare_done(journal, error) : status;
        status = status == RD_END ? RD_OK : status;
    } else {
        status = rd_segment_allocate(journal->dir_fd, temp, journal->segment_bytes, error);
        status = status == RD_OK ? journal_spare_push(journal, temp, error) : status;
    }
    rd_turn_add(journal->turn, RD_TURN_SPARE, began_ns);
    return status;
}

enum rd_status journal_retire_plain(struct rd_journal *journal, uint32_t number,
                                    struct rd_error *error)
{
    struct journal_segment *segment = journal_segment(journal, number);
    struct rd_segment_header header;
    struct rd_packed *packed = NULL;
    char name[RD_SEGMENT_NAME_MAX];
    RD_ASSERT(number < journal->segment_count && segment->packed);
    enum rd_status status = rd_packed_open(journal->dir_fd, number, &packed, error);
    if (status != RD_OK) {
        return status;
    }
    header = packed->header;
    segment->bytes = packed->bytes;
    segment->end = packed->end;
    rd_packed_close(packed);
    if (journal->read_number == number) {
        journal_read_close(journal);
    }
    rd_segment_name(name, number, false);
    segment->plain = false;
    if (journal->spares < JOURNAL_SPARES_MAX && header.bytes == journal->segment_bytes) {
        journal_spare_abandon(journal);
        return journal_spare_push(journal, name, error);
    }
    if (unlinkat(journal->dir_fd, name, 0) != 0) {
        return rd_error_errno(error, RD_IO, errno, "cannot remove %s/%s", journal->dir, name);
    }
    return RD_OK;
}

/* The oldest full segment that is to be packed; 0: none. All but the newest are full and flushed.
 */
static uint32_t journal_pack_next(struct rd_journal *journal)
{
    uint32_t n = journal->pack_from;
    while (n < journal->tail.header.number &&
           (journal_segment(journal, n)->packed || journal_segment(journal, n)->keep_plain)) {
        n++;
    }
    journal->pack_from = n;
    return n < journal->tail.header.number ? n : 0;
}

/* What packing segment `number` has come to. */
static enum rd_status journal_pack_done(struct rd_journal *journal, uint32_t number,
                                        enum rd_status status, struct rd_error *error)
{
    if (status == RD_END) {
        journal_segment(journal, number)->packed = true;
        status = journal_retire_plain(journal, number, error);
        return status == RD_OK ? RD_END : status;
    }
    /* A damaged segment stays as it is, for verify and whoever restores it. */
    journal_segment(journal, number)->keep_plain = status == RD_CORRUPT;
    return status;
}

/* Packs some more of segment `number`; RD_END when it is done. */
static enum rd_status journal_pack_step(struct rd_journal *journal, uint32_t number,
                                        uint32_t budget, struct rd_error *error)
{
    enum rd_status status = RD_OK;
    if (!journal->packer) {
        uint32_t end;
        status = journal_segment_end(journal, number, &end, error);
        if (status == RD_OK) {
            status = rd_packer_new(journal->dir_fd, number, end, &journal->packer, error);
        }
        journal->packing = number;
    }
    if (status == RD_OK) {
        RD_ASSERT(journal->packing == number);
        status = rd_packer_step(journal->packer, budget, error);
    }
    if (status == RD_OK) {
        return RD_OK;
    }
    rd_packer_free(journal->packer);
    journal->packer = NULL;
    return journal_pack_done(journal, number, status, error);
}

/* Looks at what a step came to; false where housekeeping is to rest. */
static bool journal_tidied(struct rd_journal *journal, enum rd_status status,
                           const struct rd_error *error)
{
    if (status == RD_OK || status == RD_END) {
        return true;
    }
    rd_log(status == RD_CORRUPT ? RD_LOG_ERROR : RD_LOG_WARN, "journal", "housekeeping: %s",
           error->text);
    journal->tidy_after_ns = rd_clock_mono_ns() + JOURNAL_TIDY_PAUSE_NS;
    return false;
}

/* Whether the next spare is less than twice as far as the newest segment. */
static bool journal_spare_lags(const struct rd_journal *journal)
{
    uint64_t done = journal->spare_fd >= 0 ? journal->spare_done : 0;
    return journal->spares == 0 && done < 2 * (uint64_t)journal->tail.end &&
           journal->tail.end > journal->tail.header.bytes / 8;
}

/* ---- the same behind, on a thread of its own ---- */

/* One piece of work, from its begin to its end. While it goes on, its thread owns the coming spare
 * (spare_fd, spare_done), or the packer; nothing else of the journal. */
struct journal_chore {
    struct rd_journal *journal;
    struct rd_packer *packer; /* NULL: a spare is filled */
    uint32_t packing;
    pthread_t thread;
    atomic_bool done, ending;
    enum rd_status status;
    struct rd_error error;
};

static void *journal_chore_main(void *context)
{
    struct journal_chore *chore = context;
    const struct rd_journal_server *server = chore->journal->server;
    enum rd_status status = RD_OK;
    rd_thread_stand_back();
    while (status == RD_OK && !atomic_load(&chore->ending)) {
        rd_thread_give_way();
        status = chore->packer ? rd_packer_step(chore->packer, JOURNAL_PACK_STEP, &chore->error)
                               : journal_spare_step(chore->journal, &chore->error);
    }
    chore->status = status;
    atomic_store(&chore->done, true);
    server->tidied(server->context);
    return NULL;
}

/* Begins to pack segment `number`, or (0) to fill a spare. */
static enum rd_status journal_chore_begin(struct rd_journal *journal, uint32_t number,
                                          struct rd_error *error)
{
    struct journal_chore *chore = calloc(1, sizeof(*chore));
    enum rd_status status = RD_OK;
    uint32_t end;
    RD_ASSERT(chore && !journal->chore);
    *chore = (struct journal_chore){ .journal = journal, .packing = number };
    if (number > 0) {
        chore->packer = journal->packer; /* begun in steps */
        journal->packer = NULL;
        RD_ASSERT(!chore->packer || journal->packing == number);
        status = journal_segment_end(journal, number, &end, error);
        if (status == RD_OK && !chore->packer) {
            status = rd_packer_new(journal->dir_fd, number, end, &chore->packer, error);
        }
        if (status != RD_OK) {
            status = journal_pack_done(journal, number, status, error);
        }
    }
    if (status == RD_OK &&
        !rd_thread_start(&chore->thread, "rd-chore", journal_chore_main, chore)) {
        status = rd_error_errno(error, RD_IO, errno, "starting a thread of the journal");
    }
    if (status == RD_OK) {
        journal->chore = chore;
        return RD_OK;
    }
    rd_packer_free(chore->packer);
    free(chore);
    return status;
}

/* Takes over what was done behind; `wait`: also what still goes on. Whether nothing goes on. */
static bool journal_chore_wait(struct rd_journal *journal, bool wait)
{
    struct journal_chore *chore = journal->chore;
    if (!chore || (!wait && !atomic_load(&chore->done))) {
        return !chore;
    }
    pthread_join(chore->thread, NULL);
    journal->chore = NULL;
    enum rd_status status = chore->status;
    rd_packer_free(chore->packer);
    if (chore->packing > 0) {
        status = journal_pack_done(journal, chore->packing, status, &chore->error);
    } else if (status == RD_END) {
        status = journal_spare_done(journal, &chore->error);
    }
    journal_tidied(journal, status, &chore->error);
    free(chore);
    return true;
}

static void journal_spare_wait(struct rd_journal *journal)
{
    if (journal->chore && !journal->chore->packer) {
        journal_chore_wait(journal, true);
    }
}

void journal_chore_stop(struct rd_journal *journal)
{
    if (!journal->chore) {
        return;
    }
    atomic_store(&journal->chore->ending, true);
    pthread_join(journal->chore->thread, NULL);
    rd_packer_free(journal->chore->packer);
    free(journal->chore);
    journal->chore = NULL;
}

/* ---- when ---- */

static void journal_tidy_behind(struct rd_journal *journal, bool spare, uint32_t pack)
{
    struct rd_error error = RD_ERROR_NONE;
    if (spare || pack > 0) {
        journal_tidied(journal, journal_chore_begin(journal, spare ? 0 : pack, &error), &error);
    }
}

bool rd_journal_idle(struct rd_journal *journal)
{
    struct rd_error error = RD_ERROR_NONE;
    if (journal->read_only || !journal_chore_wait(journal, false) ||
        rd_clock_mono_ns() < journal->tidy_after_ns) {
        return false;
    }
    uint32_t next = journal_pack_next(journal);
    bool soon = journal->tail.end > journal->tail.header.bytes / 2; /* the next roll-over */
    bool spare = journal->spares == 0 && (next == 0 || soon);
    int64_t began_ns = rd_clock_mono_ns();
    enum rd_status status;
    if (journal->server) {
        journal_tidy_behind(journal, spare, next);
        return false;
    }
    if (spare) {
        status = journal_spare_step(journal, &error);
        status = status == RD_END ? journal_spare_done(journal, &error) : status;
        rd_turn_add(journal->turn, RD_TURN_SPARE, began_ns);
    } else if (next > 0) {
        status = journal_pack_step(journal, next, JOURNAL_PACK_STEP, &error);
        rd_turn_add(journal->turn, RD_TURN_PACK, began_ns);
    } else {
        return false;
    }
    return journal_tidied(journal, status, &error) &&
           (status == RD_OK || journal->spares == 0 || journal_pack_next(journal) > 0);
}

void journal_keep_up(struct rd_journal *journal)
{
    struct rd_error error = RD_ERROR_NONE;
    int64_t began_ns = rd_clock_mono_ns();
    if (!journal_chore_wait(journal, false) || began_ns < journal->tidy_after_ns) {
        return;
    }
    uint32_t next = journal_pack_next(journal);
    bool spare = journal_spare_lags(journal);
    next = next > 0 && journal->tail.header.number - next > JOURNAL_BACKLOG_MAX ? next : 0;
    if (journal->server) {
        journal_tidy_behind(journal, spare, next);
    } else if (spare) {
        enum rd_status status = journal_spare_step(journal, &error);
        status = status == RD_END ? journal_spare_done(journal, &error) : status;
        journal_tidied(journal, status, &error);
        rd_turn_add(journal->turn, RD_TURN_SPARE, began_ns);
    } else if (next > 0) {
        journal_tidied(journal, journal_pack_step(journal, next, JOURNAL_BACKLOG_STEP, &error),
                       &error);
        rd_turn_add(journal->turn, RD_TURN_PACK, began_ns);
    }
}
