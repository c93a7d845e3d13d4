/* Asserts: the last words of a process that found a bug of ours.
 *
 * Nothing here may take memory, lock or format at length: whatever is broken may be just those. The
 * place is logged by one write and the process aborts, so that a core file shows the state as it
 * was found.
 */
#include "base/assert.h"

#include <stdlib.h>

#include "base/log.h"

noreturn void rd_assert_failed(const char *condition, const char *file, int line, const char *func)
{
    rd_log(RD_LOG_ERROR, "assert", "%s:%d: %s: assertion failed: %s", file, line, func, condition);
    abort();
}
