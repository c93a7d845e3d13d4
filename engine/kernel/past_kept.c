/* Earlier generations that stay loaded. Whoever looks through a dispute asks of one case after the
 * other what was so then, mostly under the same few rules; loading them takes as long as a start.
 */
#include "kernel/past.h"

#include <stdlib.h>
#include <string.h>

struct rd_past_kept {
    struct rd_past_one {
        struct rd_policy *policy; /* NULL: a free place */
        char hash[RD_POLICY_HASH_TEXT];
        uint64_t used; /* the look that asked for it last */
    } one[RD_PAST_POLICIES_MAX];
    uint64_t looks;
};

struct rd_policy *rd_past_kept(struct rd_kernel *kernel, const char *hash)
{
    struct rd_past_kept *kept = kernel->past_kept;
    for (size_t i = 0; kept && i < RD_PAST_POLICIES_MAX; i++)
        if (kept->one[i].policy && strcmp(kept->one[i].hash, hash) == 0) {
            kept->one[i].used = ++kept->looks;
            return kept->one[i].policy;
        }
    return NULL;
}

void rd_past_keep(struct rd_kernel *kernel, const char *hash, struct rd_policy **policy)
{
    if (rd_past_kept(kernel, hash)) { /* two asked for it at once */
        rd_policy_free(*policy);
        *policy = NULL;
        return;
    }
    if (!kernel->past_kept)
        kernel->past_kept = calloc(1, sizeof *kernel->past_kept);
    RD_ASSERT(kernel->past_kept);
    struct rd_past_one *oldest = kernel->past_kept->one;
    for (size_t i = 1; i < RD_PAST_POLICIES_MAX; i++)
        if (kernel->past_kept->one[i].used < oldest->used)
            oldest = &kernel->past_kept->one[i];
    rd_policy_free(oldest->policy);
    *oldest = (struct rd_past_one){ .policy = *policy, .used = ++kernel->past_kept->looks };
    strncpy(oldest->hash, hash, sizeof oldest->hash - 1);
    *policy = NULL;
}

size_t rd_past_count(const struct rd_kernel *kernel, size_t *bytes)
{
    const struct rd_past_kept *kept = kernel->past_kept;
    size_t count = 0;
    *bytes = 0;
    for (size_t i = 0; kept && i < RD_PAST_POLICIES_MAX; i++)
        if (kept->one[i].policy) {
            count++;
            *bytes += rd_policy_heap_bytes(kept->one[i].policy);
        }
    return count;
}

void rd_past_kept_fini(struct rd_kernel *kernel)
{
    for (size_t i = 0; kernel->past_kept && i < RD_PAST_POLICIES_MAX; i++)
        rd_policy_free(kernel->past_kept->one[i].policy);
    free(kernel->past_kept);
    kernel->past_kept = NULL;
}
