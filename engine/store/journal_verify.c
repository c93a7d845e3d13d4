/* The journal: the proof. Reads every segment from its bytes and trusts nothing that the running
 * journal believes.
 *
 * For each entry: checksum, sequence one more than the last, hash over the hash before. For each
 * segment: number, first sequence, hash and end of the one before as its header says. It may run
 * beside the writer, which appends to the newest segment, packs full ones and uses their files
 * again: so what does not fit is read anew a few times before it is believed.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/packed.h"
#include "store/segment.h"

#define VERIFY_ATTEMPTS 3
#define VERIFY_PAUSE_NS 10000000
#define VERIFY_PROGRESS_BYTES (64u * 1024 * 1024)

struct verify {
    const struct rd_journal_proof *proof;
    int dir_fd;
    uint32_t newest; /* number of the last segment when we began */
    uint64_t bytes_all, told;
    struct rd_buf content;
    uint32_t prev_end; /* of the last proven segment */
    bool ended;        /* where the proof was to end */
    size_t known_next; /* of what is known, what comes next */
    struct rd_journal_verdict *verdict;
};

/* Remembers what does not fit, and where. */
static enum rd_status verify_bad(struct verify *verify, uint32_t number, bool packed, size_t offset,
                                 const char *why)
{
    char name[RD_SEGMENT_NAME_MAX];
    rd_segment_name(name, number, packed);
    verify->verdict->bad_seq = verify->verdict->entries + 1;
    snprintf(verify->verdict->bad_place, sizeof(verify->verdict->bad_place), "%s: offset %zu: %s",
             name, offset, why);
    return RD_CHECK_FAILED;
}

/* The header against what the segments before have proven. */
static const char *verify_header(const struct verify *verify, uint32_t number,
                                 struct rd_segment_header *header)
{
    if (verify->content.len < RD_SEGMENT_HEADER_BYTES ||
        !rd_segment_header_read((const unsigned char *)verify->content.data, header) ||
        header->number != number) {
        return "the segment's header is damaged";
    }
    if (header->first_seq != verify->verdict->entries + 1) {
        return "the segment does not begin with the next entry";
    }
    if (header->prev_end != verify->prev_end) {
        return "the segment before ends elsewhere";
    }
    return memcmp(header->prev_hash, verify->verdict->hash, RD_HASH_BYTES) == 0
               ? NULL
               : "the segment's header has another hash of the entry before";
}

/* Whether a full segment or the newest one may end at `at`: zeros, and no entry behind them. */
static bool verify_is_end(const unsigned char *bytes, size_t at, size_t len,
                          const struct rd_segment_header *header, uint64_t seq)
{
    size_t room = len - at < RD_SEGMENT_END_BYTES ? len - at : RD_SEGMENT_END_BYTES;
    for (size_t i = 0; i < room; i++) {
        if (bytes[at + i]) {
            return false;
        }
    }
    return rd_frame_search(bytes, at, len, header->key, seq, 0) == len;
}

/* Whether the proof ends before this frame. */
static bool verify_stops(const struct verify *verify, const struct rd_frame *frame)
{
    const struct rd_journal_proof *proof = verify->proof;
    return (proof->until_seq && frame->seq > proof->until_seq) ||
           (proof->ends_before &&
            proof->ends_before(proof->context, frame->seq, frame->payload, frame->len));
}

/* Holds the next entry, which fits the chain, against what is known of it. */
static enum rd_status verify_known(struct verify *verify, const unsigned char hash[RD_HASH_BYTES],
                                   uint32_t number, bool packed, size_t at)
{
    const struct rd_journal_proof *proof = verify->proof;
    uint64_t seq = verify->verdict->entries + 1;
    while (verify->known_next < proof->known_count && proof->known[verify->known_next].seq <= seq) {
        const struct rd_journal_known *known = &proof->known[verify->known_next++];
        if (known->seq < seq || memcmp(known->hash, hash, RD_HASH_BYTES) == 0)
            continue;
        char why[128];
        snprintf(why, sizeof(why), "%.60s knows another entry here: the chain was made anew",
                 known->who);
        return verify_bad(verify, number, packed, at, why);
    }
    return RD_OK;
}

/* Proves the frames of the segment in content, going on with the verdict's last hash. */
static enum rd_status verify_frames(struct verify *verify, const struct rd_segment_header *header,
                                    bool packed)
{
    struct rd_journal_verdict *verdict = verify->verdict;
    const unsigned char *bytes = (const unsigned char *)verify->content.data;
    size_t at = RD_SEGMENT_HEADER_BYTES, len = verify->content.len;
    struct rd_frame frame;
    while (rd_frame_check(bytes + at, len - at, header->key, &frame)) {
        unsigned char hash[RD_HASH_BYTES];
        memcpy(hash, verdict->hash, RD_HASH_BYTES);
        rd_frame_chain(hash, frame.seq, frame.payload, frame.len);
        if (frame.seq != verdict->entries + 1) {
            return verify_bad(verify, header->number, packed, at, "the sequence has a gap");
        }
        if (memcmp(hash, frame.hash, RD_HASH_BYTES) != 0) {
            return verify_bad(verify, header->number, packed, at,
                              "the hash does not fit: the entry or one before it was changed");
        }
        if (verify_stops(verify, &frame)) {
            verify->ended = true;
            break;
        }
        if (verify_known(verify, hash, header->number, packed, at) != RD_OK)
            return RD_CHECK_FAILED;
        memcpy(verdict->hash, hash, RD_HASH_BYTES);
        verdict->entries++;
        at += frame.bytes;
    }
    if (!verify->ended &&
        (packed ? at != len : !verify_is_end(bytes, at, len, header, verdict->entries + 1))) {
        return verify_bad(verify, header->number, packed, at,
                          "the checksum does not fit: damaged, or never finished");
    }
    if (!packed && len < header->bytes)
        return verify_bad(verify, header->number, packed, len,
                          "the file is shorter than its header says");
    verify->prev_end = (uint32_t)at;
    verdict->bytes += at;
    return RD_OK;
}

/* The entries of a segment that is proven, one by one. */
static enum rd_status verify_hand_out(struct verify *verify, const struct rd_segment_header *header,
                                      struct rd_error *error)
{
    const struct rd_journal_proof *proof = verify->proof;
    const unsigned char *bytes = (const unsigned char *)verify->content.data;
    enum rd_status status = RD_OK;
    struct rd_frame frame;
    for (size_t at = RD_SEGMENT_HEADER_BYTES; at < verify->prev_end && status == RD_OK;
         at += frame.bytes) {
        rd_frame_parse(bytes + at, &frame);
        struct rd_entry entry = { .seq = frame.seq,
                                  .position.at = (uint64_t)header->number << 32 | at,
                                  .payload = frame.payload,
                                  .len = frame.len };
        entry.next.at = entry.position.at + frame.bytes;
        memcpy(entry.hash, frame.hash, RD_HASH_BYTES);
        status = proof->entry(proof->context, &entry, error);
    }
    return status;
}

/* A segment that is proven, for whoever wants it. */
static enum rd_status verify_hand_over(struct verify *verify,
                                       const struct rd_segment_header *header, bool packed,
                                       struct rd_error *error)
{
    const struct rd_journal_proof *proof = verify->proof;
    struct rd_journal_proven proven = { .number = header->number,
                                        .packed = packed && !verify->ended,
                                        .bytes = verify->content.data,
                                        .len = verify->prev_end,
                                        .file_bytes = header->bytes,
                                        .last_seq = verify->verdict->entries };
    memcpy(proven.hash, verify->verdict->hash, RD_HASH_BYTES);
    enum rd_status status = proof->entry ? verify_hand_out(verify, header, error) : RD_OK;
    return status == RD_OK && proof->segment ? proof->segment(proof->context, &proven, error)
                                             : status;
}

/* A packed segment with a damaged block is proven up to there: the first entry that does not fit is
 * told, not the first of the segment. */
static void verify_front(struct verify *verify, uint32_t number)
{
    struct rd_packed *packed;
    struct rd_segment_header header;
    struct rd_error error = RD_ERROR_NONE;
    rd_buf_clear(&verify->content);
    if (rd_packed_open(verify->dir_fd, number, &packed, &error) != RD_OK)
        return;
    for (uint32_t i = 0; i < packed->count; i++)
        if (rd_packed_read(packed, i, &verify->content, &error) != RD_OK)
            break;
    rd_packed_close(packed);
    if (!verify_header(verify, number, &header))
        (void)verify_frames(verify, &header, true);
}

static enum rd_status verify_segment_once(struct verify *verify, uint32_t number,
                                          struct rd_segment_header *header, bool *is_packed,
                                          struct rd_error *error)
{
    bool packed = false;
    enum rd_status status =
        rd_segment_load(verify->dir_fd, number, &verify->content, &packed, error);
    if (status == RD_CORRUPT || status == RD_NOT_FOUND) {
        verify_front(verify, number);
        verify_bad(verify, number, false, 0, "");
        if (status == RD_NOT_FOUND)
            rd_error_set(error, status, "%08x: this segment is missing", number);
        snprintf(verify->verdict->bad_place, sizeof(verify->verdict->bad_place), "%.250s",
                 error->text);
        return RD_CHECK_FAILED;
    }
    if (status != RD_OK) {
        return status;
    }
    *is_packed = packed;
    const char *why = verify_header(verify, number, header);
    return why ? verify_bad(verify, number, packed, 0, why) : verify_frames(verify, header, packed);
}

static enum rd_status verify_segment(struct verify *verify, uint32_t number, struct rd_error *error)
{
    struct rd_journal_verdict before = *verify->verdict;
    size_t known = verify->known_next;
    struct rd_segment_header header;
    bool packed = false;
    enum rd_status status = RD_OK;
    for (int i = 0; i < VERIFY_ATTEMPTS; i++) {
        *verify->verdict = before;
        verify->ended = false;
        verify->known_next = known;
        status = verify_segment_once(verify, number, &header, &packed, error);
        if (status == RD_OK || verify->proof->still || i + 1 == VERIFY_ATTEMPTS) {
            break;
        }
        struct timespec pause = { .tv_nsec = VERIFY_PAUSE_NS };
        nanosleep(&pause, NULL);
    }
    return status == RD_OK ? verify_hand_over(verify, &header, packed, error) : status;
}

/* A journal that ends where nothing is left of what is known: its last entries were taken away, at
 * the end of one, where no chain can tell. */
static enum rd_status verify_reaches(struct verify *verify)
{
    const struct rd_journal_proof *proof = verify->proof;
    struct rd_journal_verdict *verdict = verify->verdict;
    while (verify->known_next < proof->known_count &&
           proof->known[verify->known_next].seq <= verdict->entries)
        verify->known_next++;
    if (verify->ended || verify->known_next == proof->known_count)
        return RD_OK;
    const struct rd_journal_known *known = &proof->known[proof->known_count - 1];
    if (proof->until_seq && proof->until_seq <= verdict->entries)
        return RD_OK;
    char why[160];
    snprintf(why, sizeof(why), "the journal ends here; %.60s knows entry %llu", known->who,
             (unsigned long long)known->seq);
    return verify_bad(verify, verify->newest, false, verify->prev_end, why);
}

/* Which segments there are. */
static enum rd_status verify_list(struct verify *verify, struct rd_error *error)
{
    DIR *dir = opendir(verify->proof->dir);
    if (!dir) {
        return rd_error_errno(error, errno == ENOENT ? RD_NOT_FOUND : RD_IO, errno,
                              "cannot list %s", verify->proof->dir);
    }
    const struct dirent *entry;
    while ((entry = readdir(dir))) {
        struct stat stat;
        uint32_t number;
        bool packed;
        if (rd_segment_name_parse(entry->d_name, &number, &packed) &&
            fstatat(verify->dir_fd, entry->d_name, &stat, 0) == 0) {
            verify->newest = number > verify->newest ? number : verify->newest;
            verify->bytes_all += (uint64_t)stat.st_size;
        }
    }
    closedir(dir);
    return verify->newest
               ? RD_OK
               : rd_error_set(error, RD_NOT_FOUND, "%s holds no journal", verify->proof->dir);
}

static void verify_tell(struct verify *verify, uint64_t done)
{
    const struct rd_journal_proof *proof = verify->proof;
    if (proof->progress &&
        (done - verify->told >= VERIFY_PROGRESS_BYTES || done == verify->bytes_all)) {
        verify->told = done;
        proof->progress(proof->context, done, verify->bytes_all);
    }
}

static uint64_t verify_file_bytes(const struct verify *verify, uint32_t number)
{
    struct stat stat;
    char name[RD_SEGMENT_NAME_MAX];
    for (int form = 0; form < 2; form++) {
        rd_segment_name(name, number, form == 0);
        if (fstatat(verify->dir_fd, name, &stat, 0) == 0) {
            return (uint64_t)stat.st_size;
        }
    }
    return 0;
}

enum rd_status rd_journal_prove(const struct rd_journal_proof *proof,
                                struct rd_journal_verdict *verdict, struct rd_error *error)
{
    struct rd_error local = RD_ERROR_NONE;
    struct verify verify = { .proof = proof, .verdict = verdict, .prev_end = proof->from_end };
    RD_ASSERT(sodium_init() >= 0);
    memset(verdict, 0, sizeof(*verdict));
    verdict->entries = proof->from_seq;
    memcpy(verdict->hash, proof->from_hash, RD_HASH_BYTES);
    rd_buf_init(&verify.content);
    error = error ? error : &local;
    verify.dir_fd = open(proof->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum rd_status status = verify.dir_fd < 0
                                ? rd_error_errno(error, errno == ENOENT ? RD_NOT_FOUND : RD_IO,
                                                 errno, "cannot open %s", proof->dir)
                                : verify_list(&verify, error);
    uint64_t done = 0;
    for (uint32_t n = 1; status == RD_OK && n <= verify.newest && !verify.ended; n++) {
        if (proof->until_seq && verdict->entries >= proof->until_seq)
            break;
        if (n > proof->from_segments)
            status = verify_segment(&verify, n, error);
        done += verify_file_bytes(&verify, n);
        verify_tell(&verify, n == verify.newest ? verify.bytes_all : done);
    }
    if (status == RD_OK)
        status = verify_reaches(&verify);
    if (status == RD_CHECK_FAILED && verdict->bad_seq) {
        rd_error_set(error, RD_CHECK_FAILED, "%s/%s (entry %llu)", proof->dir, verdict->bad_place,
                     (unsigned long long)verdict->bad_seq);
    }
    if (verify.dir_fd >= 0) {
        close(verify.dir_fd);
    }
    rd_buf_fini(&verify.content);
    return status;
}

enum rd_status rd_journal_verify(const char *dir,
                                 void (*progress)(void *context, uint64_t done, uint64_t all),
                                 void *context, struct rd_journal_verdict *verdict,
                                 struct rd_error *error)
{
    struct rd_journal_proof proof = { .dir = dir, .progress = progress, .context = context };
    return rd_journal_prove(&proof, verdict, error);
}
