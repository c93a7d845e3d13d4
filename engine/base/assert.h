/* Asserts that stay on in release: a broken assumption logs its place and aborts; the service
 * manager restarts the daemon and the last flush stands. For bugs of ours only, never for what the
 * world or a policy may do. */
#ifndef RD_BASE_ASSERT_H
#define RD_BASE_ASSERT_H

#include <stdnoreturn.h>

#define RD_ASSERT(condition)                                                                       \
    ((condition) ? (void)0 : rd_assert_failed(#condition, __FILE__, __LINE__, __func__))

/* What the compiler is told about functions: the result must be looked at; the format is printf's.
 */
#define RD_MUST_CHECK __attribute__((warn_unused_result))
/* What a profile has shown to cost more by its call than by what it does. */
#define RD_ALWAYS_INLINE inline __attribute__((always_inline))
#define RD_PRINTF(format_at, args_at) __attribute__((format(printf, format_at, args_at)))

/* What RD_ASSERT calls: logs and aborts. */
noreturn void rd_assert_failed(const char *condition, const char *file, int line, const char *func);

#endif
