/* What the journal's own files share: journal.c (append), journal_flush.c, journal_open.c
 * (recovery), journal_read.c, journal_idle.c (spares, packing). Nobody else includes it. */
#ifndef RD_STORE_JOURNAL_INNER_H
#define RD_STORE_JOURNAL_INNER_H

#include <pthread.h>

#include "base/buf.h"
#include "store/packed.h"
#include "store/segment.h"

/* One segment on disk; segments[i] has number i + 1. */
struct journal_segment {
    bool plain, packed;
    bool keep_plain; /* packing failed for good: damaged */
    uint32_t end;    /* behind its last frame; 0: not looked up yet */
    uint64_t bytes;  /* on disk */
};

/* The frames of the batch that go into one segment. The first part goes to the newest segment, each
 * further one to a segment that will only be there when the batch is flushed; for each of these a
 * spare is held ready. */
struct journal_part {
    struct rd_segment_header header;
    uint32_t at; /* where in the file its first frame goes */
    size_t from; /* where in the batch it begins */
    size_t len;
};

/* Frames in memory, in the order in which they will lie on disk. */
struct journal_batch {
    struct rd_buf bytes;
    struct journal_part *parts;
    uint32_t part_count, part_cap;
};

/* The newest segment, open, and what is flushed. */
struct journal_tail {
    struct rd_segment_header header;
    int fd;
    uint32_t end;       /* behind its last flushed frame */
    uint32_t dirty_end; /* how far a write that failed may have gone; 0: none did */
    uint64_t flushed_seq;
    unsigned char hash[RD_HASH_BYTES]; /* of that entry */
};

struct journal_flusher;
struct journal_chore;

/* The last bytes that were read, of flushed entries only: they never change. */
struct journal_window {
    uint32_t number, at; /* number 0: nothing */
    struct rd_buf bytes;
};

struct rd_journal {
    char *dir;
    int dir_fd;
    bool read_only, full;
    uint32_t segment_bytes, entry_bytes_max;
    struct rd_turn *turn;

    struct journal_segment *segments;
    uint32_t segment_count;

    struct journal_tail tail;
    struct journal_batch batch;  /* gathers */
    struct journal_batch flight; /* before it: on its way to disk, or left by a flush that failed */
    uint64_t last_seq;
    const struct rd_journal_server *server; /* NULL: everything is done in the call */
    struct journal_flusher *flusher;

    /* spare files, and the work of making one and of packing, done in steps */
    uint32_t spares;
    int spare_fd; /* being filled; -1: none */
    uint32_t spare_done;
    struct rd_packer *packer;
    uint32_t packing;            /* its segment's number */
    uint32_t pack_from;          /* no plain segment lies below this number */
    int64_t tidy_after_ns;       /* housekeeping failed: not before this time again */
    struct journal_chore *chore; /* one of these two done behind; NULL */

    /* reading */
    int read_fd; /* a plain segment other than the newest; -1: none */
    uint32_t read_number;
    struct rd_segment_header read_header;
    struct rd_packed *read_packed;
    struct journal_window window;
    uint64_t read_next; /* position behind the last read one: tells reading in order from jumping */
};

#define JOURNAL_SPARES_MAX 2u /* more are removed, which takes longer than making them a spare */
#define JOURNAL_SPARE_TEMP "spare.tmp"

/* Spare files are a stack: "spare.seg", "spare-1.seg", ... */
void journal_spare_name(char out[RD_SEGMENT_NAME_MAX], uint32_t index);
/* Makes one more spare at once. */
enum rd_status journal_spare_make(struct rd_journal *journal, struct rd_error *error) RD_MUST_CHECK;
/* The plain file of a packed segment becomes a spare, or goes. */
enum rd_status journal_retire_plain(struct rd_journal *journal, uint32_t number,
                                    struct rd_error *error) RD_MUST_CHECK;
/* Behind a flush, where no idle moment may come: a step of the next spare where it lags behind the
 * newest segment, and a step of packing where too many full segments wait for it. */
void journal_keep_up(struct rd_journal *journal);

/* Breaks off the housekeeping that is done behind. */
void journal_chore_stop(struct rd_journal *journal);
/* Ends the flusher's thread; what it is about is done first. */
void journal_flusher_stop(struct rd_journal *journal);
void journal_batch_fini(struct journal_batch *batch);

/* Takes a further segment into the list. */
void journal_segment_add(struct rd_journal *journal, struct journal_segment segment);
/* Where segment `number` ends, for all but the newest. */
enum rd_status journal_segment_end(struct rd_journal *journal, uint32_t number, uint32_t *end,
                                   struct rd_error *error) RD_MUST_CHECK;
/* Closes what is open for reading, so that the file may change its role. */
void journal_read_close(struct rd_journal *journal);

static inline struct journal_segment *journal_segment(struct rd_journal *journal, uint32_t number)
{
    RD_ASSERT(number >= 1 && number <= journal->segment_count);
    return &journal->segments[number - 1];
}

static inline struct rd_position journal_position(uint32_t number, uint32_t offset)
{
    return (struct rd_position){ (uint64_t)number << 32 | offset };
}

#endif
