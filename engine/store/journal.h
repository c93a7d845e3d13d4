/* The journal: the truth, an append-only log of entries in segments. See segment.c for the format.
 *
 * Threads: one thread uses a journal (reading sees what is appended and not yet flushed). Flushes
 * happen on it, or behind it on the journal's own thread (rd_journal_serve).
 */
#ifndef RD_STORE_JOURNAL_H
#define RD_STORE_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/turn.h"

struct rd_journal;

#define RD_HASH_BYTES 32

/* Where an entry lies: segment number in the high 32 bits, offset in its file in the low ones. 0 is
 * nowhere. */
struct rd_position {
    uint64_t at;
};

/* One entry as stored. Sequences start at 1 and have no gaps. */
struct rd_entry {
    uint64_t seq;
    struct rd_position position;
    struct rd_position next; /* where the entry behind it lies or will lie */
    const void *payload;     /* in the arena that was passed */
    size_t len;
    unsigned char hash[RD_HASH_BYTES]; /* BLAKE2b-256 over the previous entry's hash, the sequence
                                          and the payload; zeros while it is not flushed */
};

struct rd_journal_options {
    uint32_t segment_bytes; /* 0: RD_SEGMENT_BYTES; tests use small ones; at least one entry of the
                               maximum must fit */
    uint32_t entry_bytes_max; /* 0: RD_ENTRY_BYTES_MAX */
    bool read_only;           /* no cutting, no spare segment, no append */
    /* An entry up to which everything is known to be flushed (the store has committed it): opening
     * reads the last segment from there only, and a journal that ends before it is RD_CORRUPT. 0:
     * not known. */
    struct rd_position known_good;
};

/* What opening found; for the log and for `store stat`. */
struct rd_journal_recovery {
    uint64_t last_seq;  /* 0: empty */
    uint64_t cut_bytes; /* of a torn tail, 0 where there was none */
    uint64_t cut_after_seq;
    uint32_t segments;
};

/* Opens (and creates) the journal in `dir`. A torn tail (bytes that never were flushed) is cut off
 * and told in `recovery`; damage before the last flush is RD_CORRUPT with file, offset, sequence
 * and what to do. Only the last segment is read (others are checked on reading and by verify). */
enum rd_status rd_journal_open(const char *dir, const struct rd_journal_options *options,
                               struct rd_journal **out, struct rd_journal_recovery *recovery,
                               struct rd_error *error) RD_MUST_CHECK;
/* Closes without flushing what was not flushed. NULL is fine. */
void rd_journal_close(struct rd_journal *journal);

/* Spares and packing are added to this turn from now on; borrowed, may be NULL. */
void rd_journal_watch(struct rd_journal *journal, struct rd_turn *turn);

/* Puts an entry into the batch in memory: gives it the next sequence and its place. Fails with
 * RD_STORAGE_FULL where no segment for it can be had (nothing is appended then), RD_LIMIT_EXCEEDED
 * where it is too large, RD_BUSY where the batch already holds RD_JOURNAL_BATCH_BYTES_MAX: flush
 * first. */
enum rd_status rd_journal_append(struct rd_journal *journal, const void *payload, size_t len,
                                 uint64_t *seq, struct rd_position *position,
                                 struct rd_error *error) RD_MUST_CHECK;
/* Takes back every entry behind `seq` that is not flushed. For a command that failed while it was
 * applied. */
void rd_journal_unappend(struct rd_journal *journal, uint64_t seq);
/* One write and one fdatasync for the batch (for each segment, where it spans a roll-over): the
 * moment of durability. Nothing to do where nothing is waiting. A failed fdatasync aborts the
 * process: the pages may be lost silently, and a retry would lie. A write that found no room is
 * RD_STORAGE_FULL and leaves the batch as it was (behind a roll-over, what is left of it:
 * flushed_seq says). */
enum rd_status rd_journal_flush(struct rd_journal *journal, struct rd_error *error) RD_MUST_CHECK;

/* ---- for one who serves: what takes long happens behind the one who appends ---- */

/* Both are called on threads of the journal's own; they must not call back. */
struct rd_journal_server {
    void *context;
    /* Everything up to `seq` is durable; or what was to be flushed behind it could not be written
     * (`failed`): it is kept and goes with the next flush. */
    void (*flushed)(void *context, uint64_t seq, bool failed);
    /* A spare is filled or a segment packed: rd_journal_idle takes it over, when there is time. */
    void (*tidied)(void *context);
};
/* Starts the thread that flushes are begun on; spares are filled and segments packed on another
 * from now on. Closing ends both. `server` is borrowed until then. */
enum rd_status rd_journal_serve(struct rd_journal *journal, const struct rd_journal_server *server,
                                struct rd_error *error) RD_MUST_CHECK;
/* Begins to flush the batch and goes on; waits for the flush before it. Where there is no thread
 * for it, where the flush before it failed and where a segment rolls over it is rd_journal_flush,
 * of which nobody is told. */
enum rd_status rd_journal_flush_begin(struct rd_journal *journal,
                                      struct rd_error *error) RD_MUST_CHECK;
/* Waits until no flush is under way. What it came to is seen by rd_journal_flushed_seq. */
void rd_journal_flush_wait(struct rd_journal *journal);
/* The same without waiting: whether none is under way. */
bool rd_journal_flush_look(struct rd_journal *journal);
/* Whether a flush is under way behind which what was appended since may wait for its own: nothing
 * is gained by waiting for it, unless there is a lot (RD_FLUSH_LATER_BYTES). */
bool rd_journal_flush_later(struct rd_journal *journal);

/* Housekeeping for idle moments: prepares the spare segment, packs full ones; a few milliseconds at
 * a time, or behind the caller (rd_journal_serve). True: there is more to do, so call again when
 * there is nothing else. */
bool rd_journal_idle(struct rd_journal *journal);

uint64_t rd_journal_last_seq(const struct rd_journal *journal); /* appended */
uint64_t rd_journal_flushed_seq(
    const struct rd_journal *journal); /* durable, as far as was looked or waited for */
/* That entry's hash. */
const unsigned char *rd_journal_flushed_hash(const struct rd_journal *journal);
/* Where the next entry would go. */
struct rd_position rd_journal_end(const struct rd_journal *journal);
/* The very first entry's place. */
struct rd_position rd_journal_start(const struct rd_journal *journal);
/* Whether appends are being refused for want of room (checked anew at each append). */
bool rd_journal_is_full(const struct rd_journal *journal);
/* The directory of its segments; borrowed. */
const char *rd_journal_dir(const struct rd_journal *journal);
/* Bytes of all segments on disk. */
uint64_t rd_journal_disk_bytes(const struct rd_journal *journal);

/* The entry at `position`, its checksum checked; its payload is copied into the arena. RD_END
 * behind the last one. */
enum rd_status rd_journal_read(struct rd_journal *journal, struct rd_position position,
                               struct rd_arena *arena, struct rd_entry *out,
                               struct rd_error *error) RD_MUST_CHECK;

/* The chain: BLAKE2b-256 over the hash before, sequence and payload, into `hash`. */
void rd_frame_chain(unsigned char hash[RD_HASH_BYTES], uint64_t seq, const void *payload,
                    size_t len);

/* What verify found. */
struct rd_journal_verdict {
    uint64_t entries; /* whose hash fits the chain */
    uint64_t bytes;
    unsigned char hash[RD_HASH_BYTES]; /* of the last one */
    uint64_t bad_seq;                  /* the first that does not fit; 0: all do */
    char bad_place[256];               /* "FILE: offset N: why" */
};
/* Proves the chain from the first entry to the last, reading every segment. Read only; needs no
 * open journal, and may run beside one. `progress` (may be NULL) is called every 64 MiB or so with
 * the bytes done and in all. RD_CHECK_FAILED where something does not fit. */
enum rd_status rd_journal_verify(const char *dir,
                                 void (*progress)(void *context, uint64_t done, uint64_t all),
                                 void *context, struct rd_journal_verdict *verdict,
                                 struct rd_error *error) RD_MUST_CHECK;

/* A segment that was proven, as far as it was. Borrowed until the call is over. */
struct rd_journal_proven {
    uint32_t number;
    bool packed; /* all of it, and its file is the packed one, which never changes */
    const char *bytes;
    size_t len;          /* up to behind its last proven entry, header included */
    uint32_t file_bytes; /* of its file as long as it is plain */
    uint64_t last_seq;
    unsigned char hash[RD_HASH_BYTES]; /* of that entry */
};
/* An entry of which is known from elsewhere (a signed checkpoint, the store) that it is there. */
struct rd_journal_known {
    uint64_t seq;
    unsigned char hash[RD_HASH_BYTES];
    const char *who; /* says so, for the error: "checkpoint 3"; borrowed */
};

/* The same proof for those who do something with what is proven: backups, exports. */
struct rd_journal_proof {
    const char *dir;
    bool still; /* nobody writes: what does not fit is not read again before it is believed */
    /* Entries that must be there with these hashes, by sequence; borrowed. A chain that was made
     * anew, or ends too early, does not fit them. Those behind `until_seq` are not looked at. */
    const struct rd_journal_known *known;
    size_t known_count;
    /* Segments that were proven before, and how the last of them ended; 0: none. */
    uint32_t from_segments, from_end;
    uint64_t from_seq;
    unsigned char from_hash[RD_HASH_BYTES];
    uint64_t until_seq; /* ends behind this entry; 0: with the last one */
    /* Whether the proof ends before this entry (which is intact); may be NULL. */
    bool (*ends_before)(void *context, uint64_t seq, const void *payload, size_t len);
    /* Takes a proven segment; what it returns, but for RD_OK, ends the proof. May be NULL. */
    enum rd_status (*segment)(void *context, const struct rd_journal_proven *proven,
                              struct rd_error *error);
    /* Takes a proven entry, in order; as `segment`, which comes behind it. May be NULL. */
    enum rd_status (*entry)(void *context, const struct rd_entry *entry, struct rd_error *error);
    void (*progress)(void *context, uint64_t done, uint64_t all); /* as of verify */
    void *context;
};
/* `verdict` counts from the first entry of the journal, also where the proof begins later. */
enum rd_status rd_journal_prove(const struct rd_journal_proof *proof,
                                struct rd_journal_verdict *verdict,
                                struct rd_error *error) RD_MUST_CHECK;

#endif
