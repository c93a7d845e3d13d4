/* The journal: opening, and what a crash leaves behind.
 *
 * Only the newest segment is read, and only from the last place known to be flushed. At the first
 * frame that does not fit:
 *
 *   - a later frame was written when this one was already flushed: damage; stop, say where
 *   - the owner knows of flushed entries from here on: damage as well
 *   - else these bytes were on their way when the machine stopped: a torn tail; nobody was told of
 *     them; cut
 *
 * The cut zeroes the rest of the segment, so that no frame of the torn batch can ever fit behind a
 * new one. A segment that is there both plain and packed was being packed: the packed one counts
 * if it is intact.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "store/disk.h"
#include "store/journal_inner.h"

/* Bytes of the newest segment that are read at once, and how many of them again with the next: a
 * frame's header may lie across. */
#define SCAN_WINDOW (256u * 1024)
#define SCAN_OVERLAP RD_FRAME_HEADER_BYTES
_Static_assert(SCAN_OVERLAP % RD_FRAME_ALIGN == 0 && SCAN_WINDOW % RD_FRAME_ALIGN == 0,
               "windows begin where frames may");

/* A segment's file as found in the directory. */
struct found {
    uint32_t number;
    bool packed;
    uint64_t bytes;
};

struct found_list {
    struct found *items;
    size_t count, cap;
    unsigned spares; /* a bit for each by its index */
};

void journal_segment_add(struct rd_journal *journal, struct journal_segment segment)
{
    uint32_t count = journal->segment_count;
    if ((count & (count - 1)) == 0) { /* at each power of two */
        size_t cap = count ? 2 * (size_t)count : 1;
        journal->segments = realloc(journal->segments, cap * sizeof(*journal->segments));
        RD_ASSERT(journal->segments);
    }
    journal->segments[journal->segment_count++] = segment;
}

static void found_add(struct found_list *list, struct found item)
{
    if (list->count == list->cap) {
        list->cap = list->cap ? 2 * list->cap : 64;
        list->items = realloc(list->items, list->cap * sizeof(*list->items));
        RD_ASSERT(list->items);
    }
    list->items[list->count++] = item;
}

static int found_compare(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    return x->number != y->number ? (x->number > y->number) - (x->number < y->number)
                                  : (int)x->packed - (int)y->packed;
}

/* The spare's index, or -1. */
static int journal_spare_index(const struct rd_journal *journal, const char *name, uint64_t bytes)
{
    char spare[RD_SEGMENT_NAME_MAX];
    for (uint32_t i = 0; i < JOURNAL_SPARES_MAX; i++) {
        journal_spare_name(spare, i);
        if (strcmp(name, spare) == 0 && bytes == journal->segment_bytes) {
            return (int)i;
        }
    }
    return -1;
}

/* A file of the directory: a segment goes on the list, what a crash left half made goes away, a
 * spare is noted. The spare that was being made stays until the next one is: removing a large file
 * takes its time. */
static void journal_look_at(struct rd_journal *journal, const char *name, struct found_list *list)
{
    struct found item = { 0 };
    struct stat stat;
    size_t len = strlen(name);
    if (name[0] == '.' || fstatat(journal->dir_fd, name, &stat, 0) != 0) {
        return;
    }
    bool temp =
        len > 4 && strcmp(name + len - 4, ".tmp") == 0 && strcmp(name, JOURNAL_SPARE_TEMP) != 0;
    bool spare = strncmp(name, "spare", 5) == 0 && strcmp(name, JOURNAL_SPARE_TEMP) != 0;
    int index = journal_spare_index(journal, name, (uint64_t)stat.st_size);
    if (rd_segment_name_parse(name, &item.number, &item.packed)) {
        item.bytes = (uint64_t)stat.st_size;
        found_add(list, item);
    } else if (index >= 0) {
        list->spares |= 1u << index;
    } else if ((temp || spare) && !journal->read_only) {
        unlinkat(journal->dir_fd, name, 0);
    }
}

static enum rd_status journal_list(struct rd_journal *journal, struct found_list *list,
                                   struct rd_error *error)
{
    DIR *dir = opendir(journal->dir);
    if (!dir) {
        return rd_error_errno(error, RD_IO, errno, "cannot list %s", journal->dir);
    }
    const struct dirent *entry;
    while ((entry = readdir(dir))) {
        journal_look_at(journal, entry->d_name, list);
    }
    closedir(dir);
    while (list->spares >> journal->spares & 1) { /* they are taken from the last one on */
        journal->spares++;
    }
    if (list->count > 0) {
        qsort(list->items, list->count, sizeof(*list->items), found_compare);
    }
    return RD_OK;
}

static enum rd_status journal_take(struct rd_journal *journal, const struct found_list *list,
                                   struct rd_error *error)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct found *item = &list->items[i];
        if (item->number == journal->segment_count) { /* the packed form of the one before */
            journal->segments[item->number - 1].packed = true;
            journal->segments[item->number - 1].bytes += item->bytes;
        } else if (item->number == journal->segment_count + 1) {
            journal_segment_add(journal, (struct journal_segment){ .plain = !item->packed,
                                                                   .packed = item->packed,
                                                                   .bytes = item->bytes });
        } else {
            return rd_error_set(
                error, RD_CORRUPT,
                "%s: segment %08x is missing (the next one there is %08x); repair it "
                "with `redress store repair`",
                journal->dir, journal->segment_count + 1, item->number);
        }
    }
    if (journal->segment_count > 0 && journal->segments[journal->segment_count - 1].packed) {
        return rd_error_set(
            error, RD_CORRUPT,
            "%s: segment %08x is missing (the newest one there is packed, so there was a later "
            "one); repair it with `redress store repair`",
            journal->dir, journal->segment_count + 1);
    }
    return RD_OK;
}

/* Where a segment is there twice, one of the two goes. */
static enum rd_status journal_settle(struct rd_journal *journal, uint32_t number,
                                     struct rd_error *error)
{
    struct journal_segment *segment = journal_segment(journal, number);
    struct rd_buf content;
    char name[RD_SEGMENT_NAME_MAX];
    if (!segment->plain || !segment->packed) {
        return RD_OK;
    }
    rd_buf_init(&content);
    enum rd_status status =
        rd_segment_load(journal->dir_fd, number, &content, &segment->packed, error);
    struct rd_segment_header header;
    if (status == RD_OK && !segment->packed &&
        (!rd_segment_header_read((const unsigned char *)content.data, &header) ||
         content.len < header.bytes))
        status = rd_error_set(error, RD_CORRUPT,
                              "%s: segment %08x is damaged in both its forms; repair it with "
                              "`redress store repair`",
                              journal->dir, number);
    rd_buf_fini(&content);
    if (status != RD_OK) {
        return status;
    }
    if (segment->packed) {
        return journal->read_only ? RD_OK : journal_retire_plain(journal, number, error);
    }
    rd_segment_name(name, number, true);
    rd_log(RD_LOG_WARN, "journal", "%s/%s is damaged; the plain segment is intact and stays",
           journal->dir, name);
    if (!journal->read_only) {
        unlinkat(journal->dir_fd, name, 0);
    }
    return RD_OK;
}

static enum rd_status journal_create(struct rd_journal *journal, struct rd_error *error)
{
    struct rd_segment_header header = { .number = 1,
                                        .bytes = journal->segment_bytes,
                                        .first_seq = 1 };
    char spare[RD_SEGMENT_NAME_MAX];
    if (journal->read_only) {
        return rd_error_set(error, RD_NOT_FOUND, "%s holds no journal", journal->dir);
    }
    enum rd_status status = journal->spares > 0 ? RD_OK : journal_spare_make(journal, error);
    if (status != RD_OK) {
        return status;
    }
    randombytes_buf(header.key, sizeof(header.key));
    journal_spare_name(spare, --journal->spares);
    int fd;
    status = rd_segment_activate(journal->dir_fd, spare, &header, &fd, error);
    if (status == RD_OK) {
        close(fd);
        journal_segment_add(journal,
                            (struct journal_segment){ .plain = true, .bytes = header.bytes });
    }
    return status;
}

static bool is_zero(const unsigned char *bytes, size_t len)
{
    unsigned char any = 0;
    for (size_t i = 0; i < len; i++) {
        any |= bytes[i];
    }
    return any == 0;
}

/* Opens the newest segment. One whose header never came to be, with no entry behind it, goes;
 * `*dropped` says so. */
static enum rd_status journal_open_newest(struct rd_journal *journal, bool *dropped,
                                          struct rd_error *error)
{
    unsigned char behind[RD_SEGMENT_END_BYTES];
    char name[RD_SEGMENT_NAME_MAX];
    uint32_t number = journal->segment_count;
    *dropped = false;
    enum rd_status status = rd_segment_open(journal->dir_fd, number, !journal->read_only,
                                            &journal->tail.fd, &journal->tail.header, error);
    if (status != RD_CORRUPT || journal->read_only) {
        return status;
    }
    rd_segment_name(name, number, false);
    int fd = openat(journal->dir_fd, name, O_RDONLY | O_CLOEXEC);
    bool empty = fd >= 0 && rd_segment_pread(fd, behind, sizeof(behind), RD_SEGMENT_HEADER_BYTES) &&
                 is_zero(behind, sizeof(behind));
    if (fd >= 0) {
        close(fd);
    }
    if (!empty || (number > 1 && journal_segment(journal, number - 1)->packed)) {
        return status; /* it held entries, or the one before was packed because this one was good */
    }
    rd_log(RD_LOG_WARN, "journal", "%s/%s has no header and no entries: removed", journal->dir,
           name);
    unlinkat(journal->dir_fd, name, 0);
    rd_segment_sync_dir(journal->dir_fd);
    journal->segment_count--;
    *dropped = true;
    return RD_OK;
}

/* The newest segment's bytes from `from` on, while they are being looked through. As a rule only
 * those are held that frames were found in. */
struct scan {
    unsigned char *bytes;
    uint32_t from, len;
    uint32_t room;       /* from `from` to the segment's end; len of them are in memory */
    uint32_t at;         /* in bytes: behind the last frame that fits */
    uint32_t torn_end;   /* in bytes: how far the torn tail goes; == at: there is none */
    uint64_t damaged_by; /* sequence of a later entry that proves damage; 0: none */
};

static enum rd_status scan_read(struct rd_journal *journal, unsigned char *bytes, uint32_t len,
                                uint32_t at, struct rd_error *error)
{
    if (rd_segment_pread(journal->tail.fd, bytes, len, at)) {
        return RD_OK;
    }
    return rd_error_errno(error, RD_IO, errno, "%s/%08x.seg: cannot be read whole", journal->dir,
                          journal->tail.header.number);
}

/* Takes the bytes up to `upto` into memory, or to the segment's end. */
static enum rd_status scan_extend(struct rd_journal *journal, struct scan *scan, uint32_t upto,
                                  struct rd_error *error)
{
    uint32_t len = scan->len;
    upto = upto < scan->room ? upto : scan->room;
    if (upto <= len) {
        return RD_OK;
    }
    scan->bytes = realloc(scan->bytes, upto);
    RD_ASSERT(scan->bytes);
    scan->len = upto;
    return scan_read(journal, scan->bytes + len, upto - len, scan->from + len, error);
}

/* Looks at the frame at `at`, whose bytes it reads as far as there are; *fits: it is one. */
static enum rd_status scan_frame(struct rd_journal *journal, struct scan *scan,
                                 struct rd_frame *frame, bool *fits, struct rd_error *error)
{
    const unsigned char *key = journal->tail.header.key;
    uint32_t header = scan->at + RD_FRAME_HEADER_BYTES;
    enum rd_status status =
        header <= scan->len ? RD_OK : scan_extend(journal, scan, header + SCAN_WINDOW, error);
    if (status == RD_OK && header <= scan->len) {
        uint32_t end =
            scan->at + rd_frame_claim(scan->bytes + scan->at, scan->room - scan->at, key);
        status = end <= scan->len ? RD_OK : scan_extend(journal, scan, end + SCAN_WINDOW, error);
    }
    *fits =
        status == RD_OK && rd_frame_check(scan->bytes + scan->at, scan->len - scan->at, key, frame);
    return status;
}

static enum rd_status scan_frames(struct rd_journal *journal, struct scan *scan,
                                  struct rd_error *error)
{
    struct rd_frame frame;
    bool fits = true;
    enum rd_status status = RD_OK;
    while (status == RD_OK && fits) {
        status = scan_frame(journal, scan, &frame, &fits, error);
        fits = fits && frame.seq == journal->last_seq + 1;
        if (fits) {
            scan->at += frame.bytes;
            journal->last_seq = frame.seq;
            memcpy(journal->tail.hash, frame.hash, RD_HASH_BYTES);
        }
    }
    return status;
}

/* Whether nothing lies behind the last frame that fits: the mark of the end, and up to the end of
 * the segment (which may be a recycled one, full of old frames) no place that could be the
 * beginning of a later frame. Read through a window; the usual case, and nothing of it needs to be
 * kept. */
static enum rd_status scan_is_quiet(struct rd_journal *journal, const struct scan *scan,
                                    bool *quiet, struct rd_error *error)
{
    unsigned char *window = malloc(SCAN_WINDOW);
    uint32_t left = scan->room - scan->at;
    enum rd_status status = RD_OK;
    RD_ASSERT(window);
    *quiet = true;
    for (uint32_t at = scan->at; status == RD_OK && *quiet && at < scan->room;
         at += SCAN_WINDOW - SCAN_OVERLAP) {
        uint32_t len = scan->room - at < SCAN_WINDOW ? scan->room - at : SCAN_WINDOW;
        status = scan_read(journal, window, len, scan->from + at, error);
        if (status == RD_OK && at == scan->at) {
            *quiet = is_zero(window, left < RD_SEGMENT_END_BYTES ? left : RD_SEGMENT_END_BYTES);
        }
        *quiet =
            status == RD_OK && *quiet &&
            rd_frame_trace(window, len, journal->tail.header.key, journal->last_seq + 1) == len;
    }
    free(window);
    return status;
}

/* What lies behind the last frame that fits: nothing, a torn tail, or proof of damage. */
static void scan_rest(const struct rd_journal *journal, struct scan *scan)
{
    const unsigned char *key = journal->tail.header.key;
    struct rd_frame frame;
    scan->torn_end = scan->at;
    size_t at = rd_frame_search(scan->bytes, scan->at, scan->len, key, journal->last_seq + 1, 0);
    while (at < scan->len) {
        rd_frame_parse(scan->bytes + at, &frame);
        if (frame.flushed_seq > journal->last_seq) {
            scan->damaged_by = frame.seq;
            return;
        }
        at += frame.bytes;
        scan->torn_end = (uint32_t)at;
        at = rd_frame_search(scan->bytes, at, scan->len, key, journal->last_seq + 1, 0);
    }
    uint32_t room = scan->len - scan->at; /* all is in memory by now */
    room = room < RD_SEGMENT_END_BYTES ? room : RD_SEGMENT_END_BYTES;
    if (scan->torn_end > scan->at || is_zero(scan->bytes + scan->at, room)) {
        return;
    }
    scan->torn_end = scan->at + rd_frame_claim(scan->bytes + scan->at, scan->len - scan->at, key);
    while (scan->torn_end < scan->len &&
           !is_zero(scan->bytes + scan->torn_end, scan->len - scan->torn_end < RD_SEGMENT_END_BYTES
                                                      ? scan->len - scan->torn_end
                                                      : RD_SEGMENT_END_BYTES)) {
        scan->torn_end += RD_FRAME_ALIGN;
    }
}

/* Where to begin: at the known good entry, where it lies in this segment and is intact; else at the
 * first. */
static enum rd_status scan_load(struct rd_journal *journal, uint64_t known_good, struct scan *scan,
                                struct rd_error *error)
{
    uint32_t bytes = journal->tail.header.bytes;
    uint32_t offset = (uint32_t)known_good;
    bool hinted = known_good >> 32 == journal->tail.header.number &&
                  offset >= RD_SEGMENT_HEADER_BYTES && offset < bytes;
    struct rd_frame frame;
    bool fits;
    *scan = (struct scan){ .bytes = scan->bytes,
                           .from = hinted ? offset : RD_SEGMENT_HEADER_BYTES,
                           .room = bytes - (hinted ? offset : RD_SEGMENT_HEADER_BYTES) };
    enum rd_status status = scan_frame(journal, scan, &frame, &fits, error);
    if (status != RD_OK) {
        return status;
    }
    if (hinted) {
        if (!fits) {
            return scan_load(journal, 0, scan, error);
        }
        journal->last_seq = frame.seq - 1;
        return RD_OK;
    }
    journal->last_seq = journal->tail.header.first_seq - 1;
    memcpy(journal->tail.hash, journal->tail.header.prev_hash, RD_HASH_BYTES);
    unsigned char hash[RD_HASH_BYTES];
    memcpy(hash, journal->tail.hash, RD_HASH_BYTES);
    if (fits) {
        rd_frame_chain(hash, frame.seq, frame.payload, frame.len);
        if (memcmp(hash, frame.hash, RD_HASH_BYTES) != 0) {
            return rd_error_set(
                error, RD_CORRUPT,
                "%s/%08x.seg: offset %u: entry %llu does not chain onto the segment before; "
                "repair it with `redress store repair`",
                journal->dir, journal->tail.header.number, scan->from,
                (unsigned long long)frame.seq);
        }
    }
    return RD_OK;
}

static enum rd_status journal_cut(struct rd_journal *journal, const struct scan *scan,
                                  struct rd_error *error)
{
    uint32_t len = scan->room - scan->at;
    void *zeros = calloc(1, len);
    RD_ASSERT(zeros);
    bool good = rd_segment_pwrite(journal->tail.fd, zeros, len, scan->from + scan->at);
    int errnum = errno;
    free(zeros);
    return good ? RD_OK
                : rd_error_errno(error, RD_IO, errnum, "cannot cut the torn tail of %s/%08x.seg",
                                 journal->dir, journal->tail.header.number);
}

static enum rd_status scan_judge(struct rd_journal *journal, const struct scan *scan,
                                 uint64_t known_good, bool must_be_clean, struct rd_error *error)
{
    uint32_t offset = scan->from + scan->at;
    bool torn = scan->torn_end > scan->at;
    bool short_of = known_good >= journal_position(journal->tail.header.number, offset).at;
    if (scan->damaged_by == 0 && !short_of && !(torn && must_be_clean)) {
        return RD_OK;
    }
    char why[96] = "entries that were flushed are missing from here on";
    if (scan->damaged_by > 0) {
        snprintf(why, sizeof(why), "it was flushed before entry %llu was written",
                 (unsigned long long)scan->damaged_by);
    }
    return rd_error_set(error, RD_CORRUPT,
                        "%s/%08x.seg: offset %u: entry %llu is damaged (%s); repair it with "
                        "`redress store repair`: "
                        "to go on without it would lose acknowledged work",
                        journal->dir, journal->tail.header.number, offset,
                        (unsigned long long)(journal->last_seq + 1), why);
}

static enum rd_status journal_scan(struct rd_journal *journal, uint64_t known_good,
                                   bool must_be_clean, struct rd_journal_recovery *recovery,
                                   struct rd_error *error)
{
    struct scan scan = { 0 };
    bool quiet = false;
    enum rd_status status = scan_load(journal, known_good, &scan, error);
    if (status == RD_OK) {
        status = scan_frames(journal, &scan, error);
    }
    scan.torn_end = scan.at;
    if (status == RD_OK) {
        status = scan_is_quiet(journal, &scan, &quiet, error);
    }
    if (status == RD_OK && !quiet) {
        status = scan_extend(journal, &scan, scan.room, error);
    }
    if (status == RD_OK && !quiet) {
        scan_rest(journal, &scan);
    }
    if (status == RD_OK) {
        status = scan_judge(journal, &scan, known_good, must_be_clean, error);
    }
    if (status == RD_OK && scan.torn_end > scan.at) {
        recovery->cut_bytes = scan.torn_end - scan.at;
        recovery->cut_after_seq = journal->last_seq;
        if (!journal->read_only)
            rd_log(RD_LOG_WARN, "journal",
                   "%s/%08x.seg: a torn tail of %llu bytes behind entry %llu is cut off",
                   journal->dir, journal->tail.header.number,
                   (unsigned long long)recovery->cut_bytes, (unsigned long long)journal->last_seq);
        status = journal->read_only ? RD_OK : journal_cut(journal, &scan, error);
    }
    free(scan.bytes);
    if (status == RD_OK && !journal->read_only) {
        /* What was written but not flushed when a process died is in the page cache only: make it
         * true now. */
        rd_segment_sync(journal->tail.fd, "the journal's newest segment");
    }
    journal->tail.end = scan.from + scan.at;
    journal->tail.flushed_seq = journal->last_seq;
    return status;
}

static enum rd_status journal_recover(struct rd_journal *journal, uint64_t known_good,
                                      struct rd_journal_recovery *recovery, struct rd_error *error)
{
    struct found_list list = { 0 };
    bool dropped = false, must_be_clean = false;
    enum rd_status status = journal_list(journal, &list, error);
    if (status == RD_OK) {
        status = journal_take(journal, &list, error);
    }
    free(list.items);
    for (uint32_t n = 1; status == RD_OK && n <= journal->segment_count; n++) {
        status = journal_settle(journal, n, error);
        if (!journal->segments[n - 1].packed && journal->pack_from == 0) {
            journal->pack_from = n;
        }
    }
    do {
        if (status == RD_OK && journal->segment_count == 0) {
            status = journal_create(journal, error);
        }
        if (status == RD_OK) {
            status = journal_open_newest(journal, &dropped, error);
        }
        must_be_clean = must_be_clean || dropped;
    } while (status == RD_OK && dropped);
    if (status == RD_OK) {
        status = journal_scan(journal, known_good, must_be_clean, recovery, error);
    }
    journal->pack_from = journal->pack_from ? journal->pack_from : 1;
    recovery->last_seq = journal->last_seq;
    recovery->segments = journal->segment_count;
    return status;
}

static enum rd_status journal_configure(struct rd_journal *journal,
                                        const struct rd_journal_options *options,
                                        struct rd_error *error)
{
    bool given = options && options->segment_bytes;
    journal->segment_bytes =
        (given ? options->segment_bytes : RD_SEGMENT_BYTES) & ~(RD_FRAME_ALIGN - 1);
    given = options && options->entry_bytes_max;
    journal->entry_bytes_max = given ? options->entry_bytes_max : RD_ENTRY_BYTES_MAX;
    journal->read_only = options && options->read_only;
    if (journal->entry_bytes_max > RD_ENTRY_BYTES_MAX ||
        journal->segment_bytes <
            RD_SEGMENT_HEADER_BYTES + rd_frame_bytes(journal->entry_bytes_max)) {
        return rd_error_set(
            error, RD_BAD_CONFIG,
            "journal segments of %u bytes do not hold an entry of %u bytes: make them larger",
            journal->segment_bytes, journal->entry_bytes_max);
    }
    if (!journal->read_only) {
        enum rd_status status = rd_disk_make_dir(journal->dir, error);
        if (status != RD_OK) {
            return status;
        }
    }
    journal->dir_fd = open(journal->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (journal->dir_fd < 0) {
        return rd_error_errno(error, errno == ENOENT ? RD_NOT_FOUND : RD_IO, errno,
                              "cannot open %s", journal->dir);
    }
    return RD_OK;
}

enum rd_status rd_journal_open(const char *dir, const struct rd_journal_options *options,
                               struct rd_journal **out, struct rd_journal_recovery *recovery,
                               struct rd_error *error)
{
    struct rd_journal_recovery unwanted;
    struct rd_journal *journal = calloc(1, sizeof(*journal));
    recovery = recovery ? recovery : &unwanted;
    memset(recovery, 0, sizeof(*recovery));
    RD_ASSERT(journal && sodium_init() >= 0);
    journal->dir = strdup(dir);
    RD_ASSERT(journal->dir);
    journal->dir_fd = journal->tail.fd = journal->spare_fd = journal->read_fd = -1;
    enum rd_status status = journal_configure(journal, options, error);
    if (status == RD_OK) {
        status = journal_recover(journal, options ? options->known_good.at : 0, recovery, error);
    }
    if (status != RD_OK) {
        rd_journal_close(journal);
        return status;
    }
    *out = journal;
    return RD_OK;
}

void rd_journal_close(struct rd_journal *journal)
{
    if (!journal) {
        return;
    }
    journal_flusher_stop(journal);
    journal_chore_stop(journal);
    journal_read_close(journal);
    rd_packer_free(journal->packer);
    int fds[3] = { journal->tail.fd, journal->spare_fd, journal->dir_fd };
    for (int i = 0; i < 3; i++) {
        if (fds[i] >= 0) {
            close(fds[i]);
        }
    }
    rd_buf_fini(&journal->window.bytes);
    journal_batch_fini(&journal->batch);
    journal_batch_fini(&journal->flight);
    free(journal->segments);
    free(journal->dir);
    free(journal);
}
