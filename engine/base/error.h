/* Errors are values: a status, a sentence that says what to do, and where. Passed last, filled by
 * whoever first knows. */
#ifndef RD_BASE_ERROR_H
#define RD_BASE_ERROR_H

#include <stdarg.h>
#include <stddef.h>

#include "base/assert.h"
#include "redress/status.h"

struct rd_value;

#define RD_ERROR_TEXT_MAX 1024

struct rd_error {
    enum rd_status status;
    char text[RD_ERROR_TEXT_MAX]; /* a sentence, no full stop; cut where too long */
    char where[128];              /* a JSON pointer, a file:line, or empty */
    /* further members of `error.data`, borrowed from the command's arena; or NULL */
    const struct rd_value *detail;
};

/* An error without a cause yet. */
#define RD_ERROR_NONE ((struct rd_error){ .status = RD_OK })

/* The same for one that lies where a command passes often: its letters are not all wiped. */
static inline void rd_error_clear(struct rd_error *error)
{
    error->status = RD_OK;
    error->text[0] = error->where[0] = 0;
    error->detail = NULL;
}

/* Fills `error` (which may be NULL) and returns `status`, so that one may write `return
 * rd_error_set(...)`. */
enum rd_status rd_error_set(struct rd_error *error, enum rd_status status, const char *format, ...)
    RD_PRINTF(3, 4);
/* As set, with a place. */
enum rd_status rd_error_at(struct rd_error *error, enum rd_status status, const char *where,
                           const char *format, ...) RD_PRINTF(4, 5);
/* As set, with errno's text behind the sentence: "FORMAT: No space left on device". ENOSPC,
 * EDQUOT (the quota) and EFBIG (the largest file that may be) become RD_STORAGE_FULL whatever
 * `status` says. */
enum rd_status rd_error_errno(struct rd_error *error, enum rd_status status, int errnum,
                              const char *format, ...) RD_PRINTF(4, 5);

#endif
