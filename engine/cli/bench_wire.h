/* The bench's end of the wire: connections, each with places that work on one complaint after the
 * other. When a request leaves, and what follows a reply, is the caller's business. */
#ifndef RD_CLI_BENCH_WIRE_H
#define RD_CLI_BENCH_WIRE_H

#include "base/buf.h"
#include "cli/bench.h"

#define RD_WIRE_ID_MAX 64
#define RD_WIRE_READ_BYTES 65536

struct rd_wire_text {
    const char *text;
    size_t len;
};

struct rd_wire_line;

struct rd_wire_place {
    int step; /* of rd_bench_steps: the request that is under way, or the next one */
    int64_t sent_ns;
    struct rd_wire_line *line;
    size_t n; /* its number on the line, and the id of its requests */
    char record[RD_WIRE_ID_MAX];
    size_t record_len;
    struct rd_wire_text open;   /* the whole first request */
    struct rd_wire_text act;    /* what every later one begins with: up to the record's id */
    struct rd_wire_place *next; /* the caller's */
    int64_t rests_until_ns;     /* the caller's */
};

struct rd_wire_line {
    int fd;
    bool waits;    /* for room to write */
    bool is_ready; /* in the list of lines with something to send */
    struct rd_wire_line *next_ready;
    struct rd_buf in, out; /* in: the beginning of a reply whose end has not come */
    struct rd_wire_place *places;
    size_t *stamps; /* places whose requests lie in `out` and have no time yet */
    size_t unstamped;
};

struct rd_wire {
    size_t connections, depth;
    /* A whole reply to the place's request; `fits`: it is the result that the place's step waits
     * for (the id of an opened case has been noted). */
    void (*reply)(void *context, struct rd_wire_place *place, bool fits, const char *text,
                  size_t len, int64_t now_ns);
    void *context;
    struct rd_arena arena;
    struct rd_wire_line *lines;
    struct rd_wire_text acts[RD_BENCH_STEPS];   /* what stands behind the record's id */
    struct rd_wire_text states[RD_BENCH_STEPS]; /* of the reply */
    struct rd_wire_line *ready;
    int epoll;
    size_t under_way;
    char read_buffer[RD_WIRE_READ_BYTES];
};

/* Connects, and makes a customer for each place (of `customers`; places share them where these are
 * fewer). connections, depth, reply and context are set, the rest zero. Close it in any case. */
enum rd_status rd_wire_open(struct rd_wire *wire, const char *address, size_t customers,
                            struct rd_error *error) RD_MUST_CHECK;
void rd_wire_close(struct rd_wire *wire);
/* Puts the place's next request behind what its connection is to send. */
void rd_wire_send(struct rd_wire *wire, struct rd_wire_place *place);
/* Sends, each connection with one write. */
enum rd_status rd_wire_flush(struct rd_wire *wire, struct rd_error *error) RD_MUST_CHECK;
/* Waits so long at most, reads what has come, tells the replies, sends what followed. `*came`
 * (NULL is fine): whether anything did. */
enum rd_status rd_wire_wait(struct rd_wire *wire, int timeout_ms, bool *came,
                            struct rd_error *error) RD_MUST_CHECK;

#endif
