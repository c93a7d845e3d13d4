/* Repair of the journal. See repair.h.
 *
 * Two passes over the same steps: the first only looks, so that nothing is changed where a later
 * segment turns out to be beyond help; the second writes. Killed in between, it is begun anew: a
 * segment has its name only when it is whole, and where the damaged one was packed, both forms are
 * there for a moment, of which the journal takes the one that is intact.
 */
#include "store/repair.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/disk.h"
#include "store/faults.h"
#include "store/remains.h"
#include "store/vault_inner.h"

#define REPAIR_TEMP "repair.tmp" /* what a crash leaves of it, the journal's opening removes */
#define REPAIR_PATH_MAX 4096
#define REPAIR_ASIDES_MAX 1000

/* A place between two segments: how many there are before it, and how the last of them ended. */
struct repair_place {
    uint32_t segments, end;
    uint64_t seq;
    unsigned char hash[RD_HASH_BYTES];
    bool packed; /* the last of them */
};

struct repair {
    const struct rd_repair_options *options;
    struct rd_repair_summary *summary;
    bool look;
    char journal[REPAIR_PATH_MAX];
    int fd, from_fd;                /* from_fd -1: there is nothing but what is here */
    struct repair_place at, before; /* proven up to here; before the last of these segments */
    char why[512];                  /* what did not fit */
    struct rd_buf content;          /* of the segment that is being made */
};

/* ---- what a segment must be ---- */

/* What the segment behind it says of a segment. */
struct repair_end {
    bool known;
    uint64_t seq;
    uint32_t end;
    unsigned char hash[RD_HASH_BYTES];
};

struct mend {
    struct repair *repair;
    uint32_t number;
    uint64_t first_seq;
    struct repair_end end;
    struct rd_segment_header header;
    struct rd_remains here, there;
    uint64_t seq, taken; /* the last one that is in; how many are from the other */
    bool other;          /* the store knows another entry than that which is in */
    uint32_t at;
    unsigned char hash[RD_HASH_BYTES];
};

/* `there` goes on with it where there is another directory, whose name stands behind. */
static enum rd_status mend_refuse(const struct mend *mend, const char *why, const char *there,
                                  struct rd_error *error)
{
    const struct repair *repair = mend->repair;
    return rd_error_set(error, RD_CHECK_FAILED,
                        "segment %08x (%s) can't be made anew: entry %llu %s%s%s; nothing was "
                        "changed",
                        mend->number, repair->why, (unsigned long long)(mend->seq + 1), why,
                        repair->from_fd >= 0 ? there : "; name a backup or a standby with --from",
                        repair->from_fd >= 0 ? repair->options->from : "");
}

static void mend_learn_end(struct mend *mend)
{
    struct rd_segment_header next;
    struct repair *repair = mend->repair;
    bool known = rd_remains_header(repair->fd, mend->number + 1, &next) ||
                 rd_remains_header(repair->from_fd, mend->number + 1, &next);
    if (!known)
        return;
    mend->end =
        (struct repair_end){ .known = true, .seq = next.first_seq - 1, .end = next.prev_end };
    memcpy(mend->end.hash, next.prev_hash, RD_HASH_BYTES);
}

/* The header that it had, with a key of its own: frames of an earlier life of the file never fit.
 */
static bool mend_make_header(struct mend *mend)
{
    const struct repair_place *at = &mend->repair->at;
    struct rd_segment_header next;
    uint32_t bytes = mend->here.has_header    ? mend->here.header.bytes
                     : mend->there.has_header ? mend->there.header.bytes
                                              : 0;
    if (!bytes && rd_remains_header(mend->repair->fd, mend->number + 1, &next))
        bytes = next.bytes;
    mend->header = (struct rd_segment_header){
        .number = mend->number, .bytes = bytes, .prev_end = at->end, .first_seq = mend->first_seq
    };
    memcpy(mend->header.prev_hash, at->hash, RD_HASH_BYTES);
    randombytes_buf(mend->header.key, sizeof mend->header.key);
    return bytes > RD_SEGMENT_HEADER_BYTES;
}

/* ---- its entries ---- */

/* Whether the next entry is among these remains, and its hash follows from the one before. */
static bool mend_find(const struct mend *mend, const struct rd_remains *remains,
                      struct rd_frame *frame)
{
    unsigned char hash[RD_HASH_BYTES];
    if (!rd_remains_find(remains, mend->seq + 1, frame))
        return false;
    memcpy(hash, mend->hash, RD_HASH_BYTES);
    rd_frame_chain(hash, frame->seq, frame->payload, frame->len);
    return memcmp(hash, frame->hash, RD_HASH_BYTES) == 0;
}

static void mend_add(struct mend *mend, const struct rd_frame *frame)
{
    struct rd_buf *content = &mend->repair->content;
    unsigned char *at = (unsigned char *)rd_buf_reserve(content, frame->bytes);
    rd_frame_begin(at, frame->seq, frame->payload, frame->len);
    mend->at += rd_frame_finish(at, mend->header.key, frame->flushed_seq, mend->hash);
    content->len += frame->bytes;
    mend->seq = frame->seq;
    const struct rd_journal_known *known = &mend->repair->options->known;
    mend->other |= known->seq == mend->seq && memcmp(known->hash, mend->hash, RD_HASH_BYTES) != 0;
}

/* All that there are, the other's first: where an entry was changed here and its checksum made to
 * fit, the next one shows it, and the other's is the one to take. */
static void mend_collect(struct mend *mend)
{
    struct rd_frame frame, own;
    while (!mend->end.known || mend->seq < mend->end.seq) {
        bool there = mend_find(mend, &mend->there, &frame);
        bool here = mend_find(mend, &mend->here, &own);
        here = here && (!there || memcmp(own.hash, frame.hash, RD_HASH_BYTES) == 0);
        if ((!there && !here) || mend->at + (there ? frame : own).bytes > mend->header.bytes)
            return;
        mend_add(mend, there ? &frame : &own);
        mend->taken += !here;
    }
}

/* The newest segment has no next one to say where it ends: it must reach what is known to have been
 * flushed. */
static enum rd_status mend_check_newest(const struct mend *mend, struct rd_error *error)
{
    const struct rd_journal_known *known = &mend->repair->options->known;
    uint64_t must = known->seq > mend->here.flushed ? known->seq : mend->here.flushed;
    return mend->seq < must ? mend_refuse(mend, "is gone here", ", and is not in ", error) : RD_OK;
}

static enum rd_status mend_check(const struct mend *mend, struct rd_error *error)
{
    const struct repair_end *end = &mend->end;
    if (mend->other)
        return mend_refuse(mend, "is behind one that the store knows otherwise", ", as it is in ",
                           error);
    if (!end->known)
        return mend_check_newest(mend, error);
    if (mend->seq < end->seq)
        return mend_refuse(mend, "is gone here", ", and is not in ", error);
    if (mend->seq != end->seq || mend->at != end->end ||
        memcmp(mend->hash, end->hash, RD_HASH_BYTES) != 0)
        return mend_refuse(mend, "of the next segment does not follow from what is here",
                           ", nor in ", error);
    return RD_OK;
}

/* ---- its file ---- */

/* Gives the damaged file a second name in DIR/damaged, so that its first may be taken. */
static enum rd_status repair_keep_aside(const struct repair *repair, const char *name,
                                        struct rd_error *error)
{
    char dir[REPAIR_PATH_MAX], to[REPAIR_PATH_MAX + 64];
    snprintf(dir, sizeof dir, "%.4000s/" RD_REPAIR_ASIDE, repair->options->dir);
    enum rd_status status = rd_disk_make_dir(dir, error);
    for (int i = 0; status == RD_OK && i < REPAIR_ASIDES_MAX; i++) {
        snprintf(to, sizeof to, i ? "%s/%s.%d" : "%s/%s", dir, name, i);
        if (linkat(repair->fd, name, AT_FDCWD, to, 0) == 0)
            return rd_disk_flush_dir(dir, error);
        if (errno == ENOENT)
            return RD_OK;
        if (errno != EEXIST)
            break;
    }
    return status == RD_OK
               ? rd_error_errno(error, RD_IO, errno, "can't keep %s aside in %s", name, dir)
               : status;
}

static enum rd_status repair_write_temp(const struct repair *repair, uint32_t bytes,
                                        struct rd_error *error)
{
    const struct rd_buf *content = &repair->content;
    unlinkat(repair->fd, REPAIR_TEMP, 0);
    enum rd_status status = rd_segment_allocate(repair->fd, REPAIR_TEMP, bytes, error);
    if (status != RD_OK)
        return status;
    int fd = openat(repair->fd, REPAIR_TEMP, O_RDWR | O_CLOEXEC);
    if (fd < 0 || !rd_segment_pwrite(fd, content->data, content->len, 0))
        status =
            rd_error_errno(error, RD_IO, errno, "can't write a segment in %s", repair->journal);
    if (status == RD_OK)
        rd_segment_sync(fd, REPAIR_TEMP);
    if (fd >= 0)
        close(fd);
    return status;
}

static enum rd_status repair_put(struct repair *repair, const struct rd_segment_header *header,
                                 struct rd_error *error)
{
    char plain[RD_SEGMENT_NAME_MAX], packed[RD_SEGMENT_NAME_MAX];
    rd_segment_name(plain, header->number, false);
    rd_segment_name(packed, header->number, true);
    enum rd_status status = repair_write_temp(repair, header->bytes, error);
    if (status == RD_OK)
        status = repair_keep_aside(repair, plain, error);
    if (status == RD_OK)
        status = repair_keep_aside(repair, packed, error);
    rd_fault_exit("repair_before_rename");
    if (status == RD_OK && renameat(repair->fd, REPAIR_TEMP, repair->fd, plain) != 0)
        status = rd_error_errno(error, RD_IO, errno, "can't name the segment %s", plain);
    if (status != RD_OK) {
        unlinkat(repair->fd, REPAIR_TEMP, 0);
        return status;
    }
    rd_segment_sync_dir(repair->fd);
    rd_fault_exit("repair_after_rename");
    unlinkat(repair->fd, packed, 0);
    rd_segment_sync_dir(repair->fd);
    return RD_OK;
}

/* ---- one segment ---- */

static void mend_begin(struct repair *repair, struct mend *mend)
{
    *mend = (struct mend){ .repair = repair,
                           .number = repair->at.segments + 1,
                           .first_seq = repair->at.seq + 1,
                           .seq = repair->at.seq,
                           .at = RD_SEGMENT_HEADER_BYTES };
    memcpy(mend->hash, repair->at.hash, RD_HASH_BYTES);
    rd_remains_read(repair->fd, mend->number, mend->first_seq, &mend->here);
    rd_remains_read(repair->from_fd, mend->number, mend->first_seq, &mend->there);
    mend_learn_end(mend);
}

static enum rd_status mend_make(struct mend *mend, struct rd_error *error)
{
    struct rd_buf *content = &mend->repair->content;
    rd_buf_clear(content);
    if (!mend_make_header(mend))
        return mend_refuse(mend, "and its segment's header are gone here", ", and are not in ",
                           error);
    rd_segment_header_write(&mend->header,
                            (unsigned char *)rd_buf_reserve(content, RD_SEGMENT_HEADER_BYTES));
    content->len += RD_SEGMENT_HEADER_BYTES;
    mend_collect(mend);
    return mend_check(mend, error);
}

/* What is said of it, and where the proof goes on. */
static void mend_tell(const struct mend *mend)
{
    struct repair *repair = mend->repair;
    const struct rd_repair_segment told = { .number = mend->number,
                                            .why = repair->why,
                                            .first_seq = mend->first_seq,
                                            .last_seq = mend->seq,
                                            .taken = mend->taken };
    if (repair->look && repair->options->mended) /* once, though there may be two passes */
        repair->options->mended(repair->options->context, &told);
    repair->summary->segments++;
    repair->before = repair->at;
    repair->at =
        (struct repair_place){ .segments = mend->number, .end = mend->at, .seq = mend->seq };
    memcpy(repair->at.hash, mend->hash, RD_HASH_BYTES);
}

/* Makes the segment behind the proven ones anew. */
static enum rd_status repair_mend(struct repair *repair, struct rd_error *error)
{
    struct mend mend;
    mend_begin(repair, &mend);
    enum rd_status status = mend_make(&mend, error);
    if (status == RD_OK && !repair->look)
        status = repair_put(repair, &mend.header, error);
    if (status == RD_OK)
        mend_tell(&mend);
    rd_remains_fini(&mend.here);
    rd_remains_fini(&mend.there);
    return status;
}

/* ---- the journal ---- */

static enum rd_status repair_remember(void *context, const struct rd_journal_proven *proven,
                                      struct rd_error *error)
{
    struct repair *repair = context;
    (void)error;
    repair->before = repair->at;
    repair->at = (struct repair_place){ .segments = proven->number,
                                        .end = (uint32_t)proven->len,
                                        .seq = proven->last_seq,
                                        .packed = proven->packed };
    memcpy(repair->at.hash, proven->hash, RD_HASH_BYTES);
    return RD_OK;
}

static void repair_progress(void *context, uint64_t done, uint64_t all)
{
    const struct repair *repair = context;
    repair->options->progress(repair->options->context, done, all);
}

/* The proof of all that lies behind `at`, which moves on with it. */
static enum rd_status repair_prove(struct repair *repair, struct rd_journal_verdict *verdict,
                                   struct rd_error *error)
{
    const struct rd_repair_options *options = repair->options;
    struct rd_journal_proof proof = { .dir = repair->journal,
                                      .still = true,
                                      .known = &options->known,
                                      .known_count = options->known.seq > repair->at.seq,
                                      .from_segments = repair->at.segments,
                                      .from_end = repair->at.end,
                                      .from_seq = repair->at.seq,
                                      .segment = repair_remember,
                                      .progress = options->progress ? repair_progress : NULL,
                                      .context = repair };
    memcpy(proof.from_hash, repair->at.hash, RD_HASH_BYTES);
    return rd_journal_prove(&proof, verdict, error);
}

/* Whether the other has a segment that goes on where the last one here ends. */
static bool repair_follows(const struct repair *repair)
{
    struct rd_segment_header next;
    return rd_remains_header(repair->from_fd, repair->at.segments + 1, &next) &&
           next.first_seq == repair->at.seq + 1 && next.prev_end == repair->at.end;
}

/* What has to be made anew: the segment behind `at`, where this says RD_CHECK_FAILED. RD_OK:
 * nothing more. */
static enum rd_status repair_next(struct repair *repair, uint32_t mended, struct rd_error *error)
{
    struct rd_journal_verdict verdict;
    struct rd_error why = RD_ERROR_NONE;
    enum rd_status status = repair_prove(repair, &verdict, &why);
    uint32_t newest = repair->at.segments;
    if (status == RD_CHECK_FAILED && verdict.bad_seq) {
        snprintf(repair->why, sizeof repair->why, "%.250s", verdict.bad_place);
        if (rd_segment_newest(repair->fd) <= newest && newest > mended && !repair_follows(repair))
            repair->at = repair->before; /* it is intact, but ends too early */
        return status;
    }
    if (status != RD_OK) {
        *error = why;
        return status == RD_CHECK_FAILED ? RD_CORRUPT : status;
    }
    bool packed = repair->at.packed; /* a later one there was, or it would not be */
    if (!packed && (newest != mended || !repair_follows(repair)))
        return RD_OK;
    snprintf(repair->why, sizeof repair->why, "%08x.seg: missing", newest + 1);
    return RD_CHECK_FAILED;
}

static enum rd_status repair_pass(struct repair *repair, bool look, struct rd_error *error)
{
    uint32_t mended = 0; /* the last one that was */
    enum rd_status status;
    repair->look = look;
    repair->at = repair->before = (struct repair_place){ .segments = 0 };
    repair->summary->segments = 0;
    do {
        status = repair_next(repair, mended, error);
        if (status != RD_CHECK_FAILED)
            break;
        mended = repair->at.segments + 1;
        status = repair_mend(repair, error);
    } while (status == RD_OK);
    repair->summary->entries = repair->at.seq;
    memcpy(repair->summary->hash, repair->at.hash, RD_HASH_BYTES);
    return status;
}

/* All of it once more, from the files as they are now. */
static enum rd_status repair_prove_all(struct repair *repair, struct rd_error *error)
{
    struct rd_journal_verdict verdict;
    repair->at = repair->before = (struct repair_place){ .segments = 0 };
    return repair_prove(repair, &verdict, error);
}

static enum rd_status repair_open(struct repair *repair, struct rd_vault *vault,
                                  struct rd_error *error)
{
    const struct rd_repair_options *options = repair->options;
    enum rd_status status = vault_lock(vault, error);
    if (status != RD_OK)
        return status;
    if (snprintf(repair->journal, sizeof repair->journal, "%s/journal", options->dir) >=
        (int)sizeof repair->journal)
        return rd_error_set(error, RD_BAD_CONFIG, "the data directory's path is too long");
    repair->fd = open(repair->journal, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (repair->fd < 0)
        return rd_error_errno(error, RD_NOT_FOUND, errno, "can't open %s", repair->journal);
    if (!options->from)
        return RD_OK;
    repair->from_fd = open(options->from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return repair->from_fd >= 0
               ? RD_OK
               : rd_error_errno(error, RD_NOT_FOUND, errno, "can't open %s", options->from);
}

enum rd_status rd_repair_journal(const struct rd_repair_options *options,
                                 struct rd_repair_summary *summary, struct rd_error *error)
{
    struct rd_vault vault = { .lock_fd = -1, .dir = (char *)(uintptr_t)options->dir };
    struct repair repair = { .options = options, .summary = summary, .fd = -1, .from_fd = -1 };
    RD_ASSERT(sodium_init() >= 0);
    memset(summary, 0, sizeof *summary);
    rd_buf_init(&repair.content);
    enum rd_status status = repair_open(&repair, &vault, error);
    if (status == RD_OK)
        status = repair_pass(&repair, true, error);
    if (status == RD_OK && summary->segments > 0 && !options->look) {
        status = repair_pass(&repair, false, error);
        if (status == RD_OK)
            status = repair_prove_all(&repair, error);
    }
    int fds[] = { repair.fd, repair.from_fd, vault.lock_fd };
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    rd_buf_fini(&repair.content);
    return status;
}
