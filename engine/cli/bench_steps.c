/* The lifecycle that is measured: the short way of the example company's complaint, as
 * docs/reference/procedure-complaint.md draws it: receive, verify, transfer, grant, close. Every
 * event is one that the real rules judge: forms, authority, the tier and urgency tables, the
 * granting limit, the early warning's counts, and the deadlines of each state.
 */
#include "cli/bench.h"

const struct rd_bench_step rd_bench_steps[RD_BENCH_STEPS] = {
    { "open", NULL, NULL, "received" },
    { "verify", "verify",
      "{\"ground\":\"sufficient\",\"demand\":\"reasonable\",\"findings\":\"Charged twice, as the "
      "account shows\"}",
      "verified" },
    { "transfer", "transfer",
      "{\"department\":\"finance\",\"instructions\":\"Correct what was charged in excess\"}",
      "with_department" },
    { "grant", "grant", "{\"remedy\":\"apology\",\"amount\":\"0.00\",\"note\":\"In writing\"}",
      "processing" },
    { "close", "close",
      "{\"result\":\"Apologised in writing; the customer was told by telephone\"}", "closed" },
};

const char *rd_bench_customer(struct rd_arena *arena, size_t n)
{
    return rd_arena_printf(arena,
                           "{\"name\":\"Customer %zu\",\"handler\":\"" RD_BENCH_ACTOR
                           "\",\"unit\":\"gz\",\"years\":%zu,\"revenue_year\":\"%zu.00\"}",
                           n, n % 9, n % 7 * 100);
}

const char *rd_bench_complaint(struct rd_arena *arena, const char *customer, size_t n)
{
    static const char *const channels[] = { "hotline", "counter", "email", "website", "phone" };
    static const char *const problems[] = { "billing", "quality", "delivery", "service",
                                            "contract" };
    return rd_arena_printf(arena,
                           "{\"customer\":\"%s\",\"channel\":\"%s\",\"problem\":\"%s\","
                           "\"summary\":\"The order of last week was charged twice, no. %zu\","
                           "\"wish\":\"Pay back the second charge\"}",
                           customer, channels[n % 5], problems[n / 5 % 5], n);
}
