/* The gate: two tables of meters, and what they are asked. */
#include "server/gate.h"

#include <sodium.h>

#include "base/limits.h"

#define GATE_SECOND_NS 1000000000ll
#define GATE_MS_NS 1000000ll

void rd_gate_init(struct rd_gate *gate, uint32_t account_rate, uint32_t address_rate)
{
    uint64_t seed;
    randombytes_buf(&seed, sizeof seed);
    *gate = (struct rd_gate){ .account_rate = account_rate, .address_rate = address_rate };
    rd_meter_init(&gate->callers, RD_GATE_CALLERS_MAX, seed | 1);
    rd_meter_init(&gate->guessers, RD_GATE_CALLERS_MAX, seed | 1);
    rd_meter_init(&gate->told, RD_GATE_CALLERS_MAX, seed | 1);
}

void rd_gate_fini(struct rd_gate *gate)
{
    rd_meter_fini(&gate->callers);
    rd_meter_fini(&gate->guessers);
    rd_meter_fini(&gate->told);
}

static int64_t gate_take(struct rd_gate *gate, const char *who, uint32_t rate, uint32_t requests,
                         int64_t now_ns)
{
    if (!who || rate == 0)
        return 0;
    struct rd_meter_rule rule = { .burst = 2 * (int64_t)rate, .step = GATE_SECOND_NS / rate };
    if (rule.step < 1)
        rule.step = 1;
    return rd_meter_take(&gate->callers, who, rule, requests, now_ns, NULL);
}

uint32_t rd_gate_wait_ms(struct rd_gate *gate, const struct rd_gate_caller *caller,
                         uint32_t requests, int64_t now_ns, const char **what)
{
    *what = "account";
    int64_t wait_ns = gate_take(gate, caller->account, gate->account_rate, requests, now_ns);
    if (wait_ns == 0) {
        *what = "address";
        wait_ns = gate_take(gate, caller->address, gate->address_rate, requests, now_ns);
    }
    return (uint32_t)((wait_ns + GATE_MS_NS - 1) / GATE_MS_NS);
}

int64_t rd_gate_guess_hold_ns(struct rd_gate *gate, const struct rd_gate_caller *caller,
                              int64_t now_ns)
{
    static const struct rd_meter_rule RULE = { RD_GUESSES_FREE, RD_GUESS_STEP_MS * GATE_MS_NS };
    const char *who = caller->address ? caller->address : caller->account;
    return who ? rd_meter_charge(&gate->guessers, who, RULE, 1, now_ns,
                                 RD_GUESS_HOLD_MS_MAX * GATE_MS_NS)
               : 0;
}

bool rd_gate_tells(struct rd_gate *gate, const char *address, int64_t now_ns, uint64_t *untold)
{
    static const struct rd_meter_rule RULE = { RD_WARNINGS_TOLD, RD_WARNING_TOLD_MS * GATE_MS_NS };
    return rd_meter_take(&gate->told, address, RULE, 1, now_ns, untold) == 0;
}
