/* The wire: bytes in pieces become lines, lines become calls, and every call gets a reply that is
 * JSON on one line. The lines are the same however the bytes are cut: the first byte says how.
 */
#include "fuzz/fuzz.h"

#include <string.h>

#include "base/json.h"
#include "base/limits.h"
#include "server/frame.h"
#include "server/rpc.h"

#define LINE_MAX 4096

static void reply_is_json(struct rd_arena *arena, const struct rd_buf *reply)
{
    struct rd_value value;
    struct rd_error error = RD_ERROR_NONE;
    if (reply->len == 0)
        return;
    RD_ASSERT(reply->data[reply->len - 1] == '\n');
    RD_ASSERT(!memchr(reply->data, '\n', reply->len - 1));
    enum rd_status status =
        rd_json_parse(arena, reply->data, reply->len - 1, RD_MESSAGE_DEPTH_MAX + 4, &value, &error);
    RD_ASSERT(status == RD_OK);
}

static void answer(const char *line, size_t len)
{
    static const struct rd_peer peer = { .door = RD_DOOR_TCP };
    struct rd_arena arena;
    struct rd_message message;
    struct rd_buf reply;
    rd_arena_init(&arena);
    rd_buf_init(&reply);
    rd_rpc_read(&arena, line, len, &peer, &message);
    RD_ASSERT(message.runs <= message.count);
    rd_rpc_refuse_busy(&arena, RD_BUSY_RETRY_MS, NULL, &message);
    RD_ASSERT(message.runs == 0);
    rd_rpc_write(&reply, &message);
    reply_is_json(&arena, &reply);
    rd_buf_fini(&reply);
    rd_arena_fini(&arena);
}

/* Feeds pieces of `step` bytes; how many lines came, and how many were too long. */
static void feed(const char *bytes, size_t len, size_t step, size_t *lines, size_t *large,
                 bool answers)
{
    struct rd_frame frame;
    rd_frame_init(&frame, LINE_MAX);
    *lines = *large = 0;
    for (size_t at = 0; at < len; at += step) {
        const char *line;
        size_t line_len;
        enum rd_frame_event event;
        rd_frame_feed(&frame, bytes + at, len - at < step ? len - at : step);
        while ((event = rd_frame_next(&frame, &line, &line_len)) != RD_FRAME_MORE) {
            RD_ASSERT(event == RD_FRAME_LARGE || line_len <= LINE_MAX);
            *(event == RD_FRAME_LINE ? lines : large) += 1;
            if (event == RD_FRAME_LINE && answers)
                answer(line, line_len);
        }
    }
    rd_frame_fini(&frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    size_t lines, large, whole_lines, whole_large;
    if (len == 0)
        return 0;
    const char *text = (const char *)bytes + 1;
    feed(text, len - 1, bytes[0] + 1u, &lines, &large, true);
    feed(text, len - 1, len, &whole_lines, &whole_large, false);
    RD_ASSERT(lines == whole_lines && large == whole_large);
    return 0;
}
