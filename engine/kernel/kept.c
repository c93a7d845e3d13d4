/* The file DIR/policy.kept.
 *
 * It is written aside and renamed, without a flush: after a loss of power it may hold anything, and
 * the hash in it tells. It is only ever believed for the very sources that the store holds, and by
 * the program that wrote it (policy.h).
 */
#include "kernel/kept.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "store/disk.h"

static const char *kept_path(struct rd_kernel *kernel, struct rd_arena *arena)
{
    return rd_arena_join(arena, kernel->data_dir, "/policy.kept");
}

static void kept_write(struct rd_kernel *kernel, struct rd_arena *arena,
                       const struct rd_policy *policy)
{
    const char *path = kept_path(kernel, arena);
    struct rd_buf bytes;
    rd_buf_init(&bytes);
    if (rd_policy_keep(policy, &bytes) && bytes.len <= RD_POLICY_KEPT_BYTES_MAX &&
        !rd_disk_replace(path, bytes.data, bytes.len, false))
        rd_log(RD_LOG_WARN, "policy", "cannot write %s (%s): the next start takes longer", path,
               strerror(errno));
    rd_buf_fini(&bytes);
}

enum rd_status rd_kept_load(struct rd_kernel *kernel, const struct rd_policy_source *sources,
                            size_t count, struct rd_findings *findings, struct rd_policy **out,
                            struct rd_error *error)
{
    struct rd_arena arena;
    struct rd_buf bytes;
    struct rd_error unusable = RD_ERROR_NONE;
    rd_arena_init(&arena);
    rd_buf_init(&bytes);
    enum rd_status status = RD_NOT_FOUND;
    if (rd_disk_read_own(kept_path(kernel, &arena), RD_POLICY_KEPT_BYTES_MAX, &bytes))
        status = rd_policy_load_kept(sources, count, bytes.data, bytes.len,
                                     kernel->catalogue.names.symbols, findings, out, &unusable);
    rd_buf_fini(&bytes);
    if (status != RD_OK) {
        status =
            rd_policy_load(sources, count, kernel->catalogue.names.symbols, findings, out, error);
        if (status == RD_OK)
            kept_write(kernel, &arena, *out);
    }
    rd_arena_fini(&arena);
    return status;
}
