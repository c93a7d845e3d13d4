/* Journal segments: any bytes as a segment's header and frames, and a journal of one segment that
 * is made from the input (entries, then damage behind them), opened, verified and read.
 *
 * Input of the second: lengths of payloads (a byte each, 0 ends them), a place (2 bytes), and the
 * bytes that are written there.
 */
#include "fuzz/fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "store/journal.h"
#include "store/segment.h"

#define SEGMENT_BYTES (64u * 1024)
#define ENTRY_BYTES 4096u
#define ENTRIES_MAX 40

static char dir[FUZZ_DIR_MAX];

static void dir_empty(void)
{
    char name[RD_SEGMENT_NAME_MAX], path[128];
    static const char *const others[] = { "spare.seg", "spare", "lock" };
    for (uint32_t number = 1; number < 4; number++)
        for (int packed = 0; packed < 2; packed++) {
            rd_segment_name(name, number, packed);
            snprintf(path, sizeof(path), "%s/%s", dir, name);
            (void)unlink(path);
        }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, others[i]);
        (void)unlink(path);
    }
}

static void dir_remove(void)
{
    dir_empty();
    (void)rmdir(dir);
}

/* ---- the parts, on the bytes themselves ---- */

static void read_frames(const uint8_t *bytes, size_t len)
{
    struct rd_segment_header header;
    struct rd_frame frame;
    unsigned char key[RD_SEGMENT_KEY_BYTES] = { 0 };
    if (len >= RD_SEGMENT_HEADER_BYTES)
        (void)rd_segment_header_read(bytes, &header);
    if (len >= sizeof(key))
        memcpy(key, bytes, sizeof(key));
    for (size_t at = 0; at + RD_FRAME_ALIGN <= len && at < 512; at += RD_FRAME_ALIGN) {
        RD_ASSERT(rd_frame_claim(bytes + at, len - at, key) <= len - at);
        if (rd_frame_check(bytes + at, len - at, key, &frame))
            RD_ASSERT(frame.bytes <= len - at && frame.len <= frame.bytes);
    }
    RD_ASSERT(rd_frame_search(bytes, 0, len, key, 0, 0) <= len);
    RD_ASSERT(rd_frame_trace(bytes, len, key, 0) <= len);
}

/* ---- a journal ---- */

static struct rd_journal *open_journal(bool read_only, enum rd_status *status)
{
    struct rd_journal_options options = { .segment_bytes = SEGMENT_BYTES,
                                          .entry_bytes_max = ENTRY_BYTES,
                                          .read_only = read_only };
    struct rd_journal *journal = NULL;
    struct rd_journal_recovery recovery;
    struct rd_error error = RD_ERROR_NONE;
    *status = rd_journal_open(dir, &options, &journal, &recovery, &error);
    RD_ASSERT(*status == RD_OK || *status == RD_CORRUPT || *status == RD_BAD_CONFIG);
    RD_ASSERT(*status == RD_OK || error.text[0] != '\0');
    return journal;
}

static size_t make_journal(const uint8_t *bytes, size_t len, size_t *count)
{
    unsigned char payload[256];
    enum rd_status status;
    struct rd_error error = RD_ERROR_NONE;
    struct rd_position position;
    uint64_t seq;
    size_t at = 0;
    struct rd_journal *journal = open_journal(false, &status);
    RD_ASSERT(status == RD_OK);
    memset(payload, 'p', sizeof(payload));
    for (*count = 0; at < len && bytes[at] && *count < ENTRIES_MAX; at++, ++*count) {
        status = rd_journal_append(journal, payload, bytes[at], &seq, &position, &error);
        RD_ASSERT(status == RD_OK);
    }
    RD_ASSERT(rd_journal_flush(journal, &error) == RD_OK);
    rd_journal_close(journal);
    return at < len ? at + 1 : len;
}

/* False where the input damages nothing. */
static bool damage(const uint8_t *bytes, size_t len)
{
    char path[128], name[RD_SEGMENT_NAME_MAX];
    if (len < 3)
        return false;
    rd_segment_name(name, 1, false);
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    RD_ASSERT(fd >= 0);
    size_t at = ((size_t)bytes[0] | (size_t)bytes[1] << 8) % (SEGMENT_BYTES - 512);
    bool wrote = rd_segment_pwrite(fd, bytes + 2, len - 2 < 512 ? len - 2 : 512, at);
    RD_ASSERT(wrote);
    close(fd);
    return true;
}

static void read_journal(struct rd_journal *journal, size_t count)
{
    struct rd_arena arena;
    struct rd_entry entry;
    struct rd_error error = RD_ERROR_NONE;
    struct rd_position at = rd_journal_start(journal);
    rd_arena_init(&arena);
    for (size_t i = 0; i < count + 1; i++) {
        enum rd_status status = rd_journal_read(journal, at, &arena, &entry, &error);
        if (status != RD_OK)
            break;
        RD_ASSERT(entry.seq == i + 1 && i < count);
        at = entry.next;
    }
    rd_arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    enum rd_status status;
    size_t count;
    read_frames(bytes, len);
    if (!dir[0])
        fuzz_dir_make(dir, dir_remove);
    dir_empty();
    size_t used = make_journal(bytes, len, &count);
    bool damaged = damage(bytes + used, len - used);
    struct rd_journal *journal = open_journal(true, &status);
    RD_ASSERT(damaged || status == RD_OK);
    if (journal)
        read_journal(journal, count);
    rd_journal_close(journal);
    return 0;
}
