/* What the machine and the two lowest floors can do by themselves, measured in the same run, so
 * that results of different days and machines can be compared as ratios.
 *
 * The ceiling is no other engine's number: it is this engine's journal and store with everything
 * above taken away. Each event is an entry of 400 bytes, and the writes that an event cannot do
 * without: the record anew, its position, one deadline put and the one before taken out. A batch of
 * 64 events is flushed once; the store is committed as the vault does it.
 */
#include "cli/bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "cli/dirs.h"
#include "store/journal.h"
#include "store/store.h"
#include "store/tables.h"

#define FLUSH_TIMES 200
#define FLUSH_BYTES 4096
#define CEILING_CASES 4096
#define CEILING_RECORD_BYTES 350
#define CEILING_POSITION_BYTES 16

/* ---- the disk ---- */

static int flush_compare(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static enum rd_status flush_measure(int fd, int64_t *times_ns, struct rd_error *error)
{
    char page[FLUSH_BYTES];
    memset(page, 'r', sizeof(page));
    /* written once before: what is measured is data reaching the disk, not a file that grows */
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < FLUSH_TIMES; i++) {
            int64_t from_ns = rd_clock_mono_ns();
            if (pwrite(fd, page, sizeof(page), (off_t)i * FLUSH_BYTES) != FLUSH_BYTES)
                return rd_error_errno(error, RD_IO, errno, "can't write the file that is flushed");
            if ((round == 1 || i == FLUSH_TIMES - 1) && fdatasync(fd) != 0)
                return rd_error_errno(error, RD_IO, errno, "fdatasync");
            times_ns[i] = rd_clock_mono_ns() - from_ns;
        }
    }
    return RD_OK;
}

enum rd_status rd_bench_flush_us(const char *dir, double *us, struct rd_error *error)
{
    char path[4096];
    int64_t times_ns[FLUSH_TIMES];
    snprintf(path, sizeof(path), "%s/flush", dir);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return rd_error_errno(error, RD_IO, errno, "can't make %s", path);
    enum rd_status status = flush_measure(fd, times_ns, error);
    close(fd);
    unlink(path);
    if (status != RD_OK)
        return status;
    qsort(times_ns, FLUSH_TIMES, sizeof(*times_ns), flush_compare);
    *us = (double)times_ns[FLUSH_TIMES / 2] / 1e3;
    return RD_OK;
}

/* ---- the ceiling ---- */

struct ceiling {
    struct rd_journal *journal;
    struct rd_store *store;
    uint64_t events;
    int64_t committed_ns;
};

static uint64_t ceiling_mix(uint64_t n)
{
    n *= 0x9e3779b97f4a7c15u;
    n ^= n >> 31;
    return n * 0xbf58476d1ce4e5b9u;
}

/* Bytes that differ from event to event. */
static void ceiling_bytes(uint64_t seed, char *out, size_t len)
{
    for (size_t i = 0; i < len; i += sizeof(seed)) {
        seed = ceiling_mix(seed + i + 1);
        memcpy(out + i, &seed, len - i < sizeof(seed) ? len - i : sizeof(seed));
    }
}

static enum rd_status ceiling_store(struct ceiling *ceiling, uint64_t seq,
                                    struct rd_position position, struct rd_error *error)
{
    char record[CEILING_RECORD_BYTES], place[CEILING_POSITION_BYTES] = { 0 };
    uint64_t id = seq % CEILING_CASES, version = seq / CEILING_CASES;
    /* a deadline in the weeks ahead, as deadlines of cases are spread */
    int64_t due_ms = (int64_t)(ceiling_mix(seq) % (14ull * 24 * 3600 * 1000));
    struct rd_key8 key = rd_key8(id);
    struct rd_position_key position_key = rd_position_key(id, (uint32_t)version);
    struct rd_agenda_key due = rd_agenda_key(0, due_ms, id, 1);
    ceiling_bytes(seq, record, sizeof(record));
    memcpy(place, &position.at, sizeof(position.at));
    enum rd_status status =
        rd_store_put(ceiling->store, RD_TABLE_RECORD, key.bytes, record, sizeof(record), error);
    if (status == RD_OK)
        status = rd_store_put(ceiling->store, RD_TABLE_POSITION, position_key.bytes, place,
                              sizeof(place), error);
    if (status == RD_OK)
        status = rd_store_put(ceiling->store, RD_TABLE_AGENDA, due.bytes, NULL, 0, error);
    if (status == RD_OK && seq > CEILING_CASES) {
        uint64_t before = seq - CEILING_CASES;
        int64_t was_ms = (int64_t)(ceiling_mix(before) % (14ull * 24 * 3600 * 1000));
        due = rd_agenda_key(0, was_ms, id, 1);
        status = rd_store_del(ceiling->store, RD_TABLE_AGENDA, due.bytes, error);
    }
    return status;
}

static enum rd_status ceiling_batch(struct ceiling *ceiling, struct rd_error *error)
{
    char entry[RD_BENCH_CEILING_ENTRY_BYTES];
    enum rd_status status = RD_OK;
    for (int i = 0; i < RD_BENCH_CEILING_BATCH && status == RD_OK; i++) {
        uint64_t seq;
        struct rd_position position;
        ceiling_bytes(ceiling->events, entry, sizeof(entry));
        status = rd_journal_append(ceiling->journal, entry, sizeof(entry), &seq, &position, error);
        if (status == RD_OK)
            status = ceiling_store(ceiling, seq, position, error);
        ceiling->events++;
    }
    if (status == RD_OK)
        status = rd_journal_flush(ceiling->journal, error);
    int64_t now_ns = rd_clock_mono_ns();
    if (status == RD_OK && (now_ns - ceiling->committed_ns > RD_STORE_COMMIT_MS * 1000000ll ||
                            rd_store_writes(ceiling->store) > RD_STORE_WRITES_MAX)) {
        status = rd_store_commit(ceiling->store, error);
        ceiling->committed_ns = now_ns;
    }
    return status;
}

static enum rd_status ceiling_run(struct ceiling *ceiling, double seconds, double *events_per_s,
                                  struct rd_error *error)
{
    enum rd_status status = RD_OK;
    int64_t from_ns = rd_clock_mono_ns(), until_ns = from_ns + (int64_t)(seconds * 1e9);
    ceiling->committed_ns = from_ns;
    while (status == RD_OK && rd_clock_mono_ns() < until_ns)
        status = ceiling_batch(ceiling, error);
    if (status == RD_OK)
        status = rd_store_commit(ceiling->store, error);
    *events_per_s = (double)ceiling->events / ((double)(rd_clock_mono_ns() - from_ns) / 1e9);
    return status;
}

enum rd_status rd_bench_ceiling(const char *dir, double seconds, double *events_per_s,
                                struct rd_error *error)
{
    char journal[4096], store[4096];
    struct ceiling ceiling = { .journal = NULL };
    struct rd_store_options options = { .map_bytes = 4ull << 30 };
    struct rd_journal_recovery recovery;
    snprintf(journal, sizeof(journal), "%s/ceiling/journal", dir);
    snprintf(store, sizeof(store), "%s/ceiling/store", dir);
    enum rd_status status = rd_dirs_make(journal, error);
    if (status == RD_OK)
        status = rd_dirs_make(store, error);
    if (status == RD_OK)
        status = rd_journal_open(journal, NULL, &ceiling.journal, &recovery, error);
    if (status == RD_OK)
        status = rd_store_open(store, &options, &ceiling.store, error);
    if (status == RD_OK)
        status = ceiling_run(&ceiling, seconds, events_per_s, error);
    rd_store_close(ceiling.store);
    rd_journal_close(ceiling.journal);
    return status;
}

/* ---- what a data directory takes ---- */

static void disk_of_journal(struct rd_journal *journal, struct rd_bench_disk *disk)
{
    struct rd_position from = rd_journal_start(journal), end = rd_journal_end(journal);
    uint64_t full = (end.at >> 32) - (from.at >> 32);
    while (rd_journal_idle(journal)) /* packs the full ones */
        ;
    disk->entries = rd_journal_last_seq(journal);
    disk->packed_from = full * RD_SEGMENT_BYTES;
    uint64_t bytes = rd_journal_disk_bytes(journal);
    disk->packed_to = full > 0 && bytes > RD_SEGMENT_BYTES ? bytes - RD_SEGMENT_BYTES : 0;
    disk->plain_bytes = disk->packed_from + (uint32_t)end.at;
    disk->journal_bytes = disk->packed_to + (uint32_t)end.at;
}

enum rd_status rd_bench_disk_read(const char *dir, struct rd_bench_disk *disk,
                                  struct rd_error *error)
{
    char path[4096];
    struct rd_journal *journal;
    struct rd_journal_recovery recovery;
    struct rd_store *store;
    struct rd_store_stat stat;
    *disk = (struct rd_bench_disk){ .entries = 0 };
    snprintf(path, sizeof(path), "%s/data/journal", dir);
    enum rd_status status = rd_journal_open(path, NULL, &journal, &recovery, error);
    if (status != RD_OK)
        return status;
    disk_of_journal(journal, disk);
    rd_journal_close(journal);
    snprintf(path, sizeof(path), "%s/data/store", dir);
    status = rd_store_open(path, NULL, &store, error);
    if (status != RD_OK)
        return status;
    rd_store_stat(store, &stat);
    rd_store_close(store);
    disk->store_bytes = stat.used_bytes;
    disk->store_file_bytes = stat.file_bytes;
    snprintf(path, sizeof(path), "%s/data", dir);
    disk->disk_bytes = rd_dirs_disk_bytes(path);
    return RD_OK;
}
