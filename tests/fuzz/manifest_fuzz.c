/* Manifests of backups: any bytes as backup.json. It is refused with a sentence, or its segments
 * are in order and it is written as a text that reads back the same.
 */
#include "fuzz/fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/backup_manifest.h"

static char dir[FUZZ_DIR_MAX];
static int dir_fd = -1;

static void dir_remove(void)
{
    (void)unlinkat(dir_fd, RD_BACKUP_MANIFEST, 0);
    close(dir_fd);
    (void)rmdir(dir);
}

static void dir_make(void)
{
    fuzz_dir_make(dir, dir_remove);
    dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    RD_ASSERT(dir_fd >= 0);
}

static enum rd_status read_it(struct rd_backup_manifest *manifest)
{
    struct rd_error error = RD_ERROR_NONE;
    rd_backup_manifest_init(manifest);
    enum rd_status status = rd_backup_manifest_read(dir_fd, dir, manifest, &error);
    RD_ASSERT(status == RD_OK || status == RD_CORRUPT || status == RD_BAD_CONFIG);
    RD_ASSERT(status == RD_OK || error.text[0] != '\0');
    return status;
}

static void expect_in_order(const struct rd_backup_manifest *manifest)
{
    RD_ASSERT(manifest->count > 0);
    for (uint32_t i = 0; i < manifest->count; i++) {
        const struct rd_backup_segment *segment = &manifest->segments[i];
        RD_ASSERT(segment->number == i + 1 && segment->bytes > 0);
        RD_ASSERT(i == 0 || segment->last_seq >= segment[-1].last_seq);
    }
}

static void expect_same(const struct rd_backup_segment *a, const struct rd_backup_segment *b)
{
    RD_ASSERT(a->number == b->number && a->packed == b->packed && a->end == b->end);
    RD_ASSERT(a->bytes == b->bytes && a->last_seq == b->last_seq);
    RD_ASSERT(memcmp(a->file_hash, b->file_hash, RD_HASH_BYTES) == 0);
    RD_ASSERT(memcmp(a->hash, b->hash, RD_HASH_BYTES) == 0);
}

static void reads_back(const struct rd_backup_manifest *manifest)
{
    struct rd_backup_manifest again;
    struct rd_backup_summary sums[2];
    struct rd_error error = RD_ERROR_NONE;
    enum rd_status status = rd_backup_manifest_write(dir_fd, manifest, &error);
    RD_ASSERT(status == RD_OK);
    status = read_it(&again);
    RD_ASSERT(status == RD_OK && again.count == manifest->count);
    RD_ASSERT(again.made_at_ms == manifest->made_at_ms);
    for (uint32_t i = 0; i < again.count; i++)
        expect_same(&again.segments[i], &manifest->segments[i]);
    rd_backup_summary_of(manifest, &sums[0]);
    rd_backup_summary_of(&again, &sums[1]);
    RD_ASSERT(sums[0].bytes == sums[1].bytes && sums[0].entries == sums[1].entries);
    rd_backup_manifest_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct rd_backup_manifest manifest;
    if (dir_fd < 0)
        dir_make();
    int fd = openat(dir_fd, RD_BACKUP_MANIFEST, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    RD_ASSERT(fd >= 0 && rd_segment_pwrite(fd, bytes, len, 0));
    close(fd);
    if (read_it(&manifest) == RD_OK) {
        expect_in_order(&manifest);
        reads_back(&manifest);
    }
    rd_backup_manifest_fini(&manifest);
    return 0;
}
