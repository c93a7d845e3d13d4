/* Errors and status codes: sentences for people, names and numbers for programs.
 *
 * The sentence is made before the error is touched, so that an error may be wrapped in itself:
 * `rd_error_set(error, status, "reading the lock: %s", error->text)`. What is too long is cut
 * between two letters, never inside one, because errors travel as JSON.
 */
#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

struct status_row {
    const char *name;
    const char *text;
    int code;
    int exit_code;
};

#define STATUS_ROW(name, code, wire, exit_code, text) { wire, text, code, exit_code },
static const struct status_row status_rows[RD_STATUS_COUNT] = { RD_STATUS_MAP(STATUS_ROW) };
#undef STATUS_ROW

static const struct status_row *status_row(enum rd_status status)
{
    RD_ASSERT((unsigned)status < RD_STATUS_COUNT);
    return &status_rows[status];
}

const char *rd_status_name(enum rd_status status)
{
    return status_row(status)->name;
}

const char *rd_status_text(enum rd_status status)
{
    return status_row(status)->text;
}

int rd_status_code(enum rd_status status)
{
    int code = status_row(status)->code;
    return code != 0 ? code : status_row(RD_INTERNAL_ERROR)->code;
}

int rd_status_exit(enum rd_status status)
{
    return status_row(status)->exit_code;
}

/* Takes back the first bytes of a letter whose last ones did not fit. */
static void error_trim(char *text, size_t cap)
{
    size_t len = strlen(text);
    if (len + 1 < cap)
        return;
    size_t start = len;
    while (start > 0 && len - start < 4) {
        start--;
        if (((unsigned char)text[start] & 0xC0) != 0x80)
            break;
    }
    if (!rd_text_is_utf8(text + start, len - start))
        text[start] = '\0';
}

/* What was cut inside of a letter ("%.80s" of somebody's text), and what never was one: errors go
 * into replies, which are JSON. */
static void error_clean(char *text)
{
    size_t len = strlen(text), good;
    while ((good = rd_text_utf8_bytes(text, len)) < len) {
        text[good] = '?';
        text += good + 1;
        len -= good + 1;
    }
}

RD_PRINTF(4, 0)
static void error_fill(struct rd_error *error, enum rd_status status, const char *where,
                       const char *format, va_list args)
{
    if (!error)
        return;
    struct rd_error made = { .status = status };
    vsnprintf(made.text, sizeof(made.text), format, args);
    error_trim(made.text, sizeof(made.text));
    error_clean(made.text);
    snprintf(made.where, sizeof(made.where), "%s", where ? where : "");
    error_trim(made.where, sizeof(made.where));
    error_clean(made.where);
    *error = made;
}

enum rd_status rd_error_set(struct rd_error *error, enum rd_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_fill(error, status, "", format, args);
    va_end(args);
    return status;
}

enum rd_status rd_error_at(struct rd_error *error, enum rd_status status, const char *where,
                           const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_fill(error, status, where, format, args);
    va_end(args);
    return status;
}

enum rd_status rd_error_errno(struct rd_error *error, enum rd_status status, int errnum,
                              const char *format, ...)
{
    if (errnum == ENOSPC || errnum == EDQUOT || errnum == EFBIG)
        status = RD_STORAGE_FULL;
    va_list args;
    va_start(args, format);
    error_fill(error, status, "", format, args);
    va_end(args);
    if (error) {
        char reason[128];
        /* the GNU form: the result may be a static text instead of `reason` */
        const char *text = strerror_r(errnum, reason, sizeof(reason));
        size_t len = strlen(error->text);
        snprintf(error->text + len, sizeof(error->text) - len, ": %s", text);
        error_trim(error->text, sizeof(error->text));
    }
    return status;
}
