/* The log: one JSON object a line on standard error, for the service manager's journal.
 *
 *   {"ts":"2026-03-06T08:00:00.123Z","level":"warn","room":"journal","msg":"cut 120 bytes ..."}
 *
 * A line is made on the stack (no memory is taken: the assert handler speaks through here) and
 * handed over by one write. It is never longer than PIPE_BUF, so that lines of several threads or
 * processes on one pipe don't mix; a longer message is cut. It must never carry what the field
 * secrecy hides: callers log names and ids, not values.
 */
#include "base/log.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

#define LOG_LINE_BYTES_MAX PIPE_BUF
#define LOG_TAIL_BYTES 8 /* room kept for the end of the line */

/* The one process-wide setting: whoever speaks in a library has no engine at hand to ask. */
static atomic_int log_level = RD_LOG_INFO;

struct log_line {
    char bytes[LOG_LINE_BYTES_MAX];
    size_t len;
};

void rd_log_set_level(enum rd_log_level level)
{
    atomic_store_explicit(&log_level, (int)level, memory_order_relaxed);
}

static const char *log_level_name(enum rd_log_level level)
{
    switch (level) {
    case RD_LOG_DEBUG:
        return "debug";
    case RD_LOG_INFO:
        return "info";
    case RD_LOG_WARN:
        return "warn";
    case RD_LOG_ERROR:
        return "error";
    }
    return "unknown";
}

/* Puts bytes in whole or not at all; false once the line is full. */
static bool log_put(struct log_line *line, const char *bytes, size_t len)
{
    if (line->len + len > sizeof(line->bytes) - LOG_TAIL_BYTES)
        return false;
    memcpy(line->bytes + line->len, bytes, len);
    line->len += len;
    return true;
}

/* The bytes of the letter at `text`: 1 to 4, or 0 where it is not UTF-8. */
static size_t log_letter(const char *text, size_t left)
{
    for (size_t len = 1; len <= 4 && len <= left; len++)
        if (rd_text_is_utf8(text, len))
            return len;
    return 0;
}

/* Escapes `text` into the line; bytes that are no UTF-8 become "?". */
static void log_put_text(struct log_line *line, const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        unsigned char c = (unsigned char)*text;
        char escaped[8];
        size_t len = log_letter(text, left);
        bool fits;
        if (len == 0) {
            fits = log_put(line, "?", 1);
            len = 1;
        } else if (c == '"' || c == '\\') {
            fits = log_put(line, (char[]){ '\\', (char)c }, 2);
        } else if (c < 0x20 || c == 0x7F) {
            int n = snprintf(escaped, sizeof(escaped), "\\u%04x", c);
            fits = log_put(line, escaped, (size_t)n);
        } else {
            fits = log_put(line, text, len);
        }
        if (!fits)
            return;
        text += len;
        left -= len;
    }
}

static void log_put_head(struct log_line *line, enum rd_log_level level)
{
    int64_t now_ms = rd_clock_wall_ms();
    int64_t in_second_ms = ((now_ms % 1000) + 1000) % 1000;
    char whole[RD_TIME_TEXT_MAX];
    rd_time_write(now_ms - in_second_ms, whole);
    int n = snprintf(line->bytes, sizeof(line->bytes), "{\"ts\":\"%.19s.%03dZ\",\"level\":\"%s\"",
                     whole, (int)in_second_ms, log_level_name(level));
    line->len = (size_t)n;
}

void rd_log(enum rd_log_level level, const char *room, const char *format, ...)
{
    if ((int)level < atomic_load_explicit(&log_level, memory_order_relaxed))
        return;
    int saved_errno = errno;
    char message[LOG_LINE_BYTES_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);

    struct log_line line;
    log_put_head(&line, level);
    log_put(&line, ",\"room\":\"", 9);
    log_put_text(&line, room);
    log_put(&line, "\",\"msg\":\"", 9);
    log_put_text(&line, message);
    memcpy(line.bytes + line.len, "\"}\n", 3);
    line.len += 3;
    /* one try: a log that nobody takes must not stop the daemon */
    while (write(STDERR_FILENO, line.bytes, line.len) < 0 && errno == EINTR)
        continue;
    errno = saved_errno;
}
