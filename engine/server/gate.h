/* The gate: how often one may come. Requests are metered for each account (or uid) and for each
 * address; who guesses tokens or proofs is answered ever later. Loop thread only.
 *
 *   message ─▶ account's bucket, address' bucket ─▶ to the kernel
 *                          └ empty ─▶ busy, with the time after which it is worth coming again
 *
 * What fails is slowed by holding its answer back, not by refusing what comes next: a stranger who
 * guesses can't lock out his neighbour behind the same address, whose token is good. */
#ifndef RD_SERVER_GATE_H
#define RD_SERVER_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/meter.h"

struct rd_gate {
    struct rd_meter callers, guessers, told;
    uint32_t account_rate, address_rate; /* requests a second; 0: as many as they like */
};

/* Who comes: a name for the account or uid, and one for the address; NULL: none. Borrowed. */
struct rd_gate_caller {
    const char *account, *address;
};

/* Requests a second of one account and of one address; 0: no limit. */
void rd_gate_init(struct rd_gate *gate, uint32_t account_rate, uint32_t address_rate);
/* Frees the tables. */
void rd_gate_fini(struct rd_gate *gate);
/* So many requests of his: 0, they may go on; else after how many milliseconds (at least 1), and
 * `*what` is what he has too much of: "account" or "address". At once there may be two seconds'
 * worth. */
uint32_t rd_gate_wait_ms(struct rd_gate *gate, const struct rd_gate_caller *caller,
                         uint32_t requests, int64_t now_ns, const char **what);
/* A log-in or proof of his was wrong: how long the answer is held back. Nothing for the first few,
 * at most RD_GUESS_HOLD_MS_MAX. */
int64_t rd_gate_guess_hold_ns(struct rd_gate *gate, const struct rd_gate_caller *caller,
                              int64_t now_ns);
/* Whether what went wrong with a connection of that address is told in the log: nobody can fill it
 * by connecting. `*untold`: how many of his were not told before this one. */
bool rd_gate_tells(struct rd_gate *gate, const char *address, int64_t now_ns, uint64_t *untold);

#endif
