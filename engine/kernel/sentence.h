/* What was decided, told in sentences. Inside the kernel only. */
#ifndef RD_KERNEL_SENTENCE_H
#define RD_KERNEL_SENTENCE_H

#include "kernel/inside.h"

/* Sentences (a list of texts, in the arena) for an entry or a trial as the reader is shown it: from
 * `shown` alone, so that what was redacted there is in no sentence either. Members that it reads:
 * at, actor, behind, for, command, state, refused, reason, facts, decisions, nearest. `language`:
 * "zh" gives Chinese, anything else English. `type` (may be NULL) gives labels. */
struct rd_value rd_sentences(const struct rd_kernel *kernel, const struct rd_record_type *type,
                             const struct rd_value *shown, const char *language,
                             struct rd_arena *arena);

#endif
