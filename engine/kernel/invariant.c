/* Invariants: what a workflow holds for certain about its records, whoever did whatever. They are
 * asked where rules are tried out (policy test, sim run), after a plan stands and before it is
 * written: a plan that breaks one is refused as a policy fault, so the step that broke it is seen.
 *
 * A daemon does not ask them: its rules have passed. What they read is not part of the entry, so
 * that a journal is the same with them and without.
 */
#include "kernel/inside.h"

#include <string.h>

static enum rd_status invariant_draft(struct rd_run *run, struct rd_draft *draft)
{
    const struct rd_chart *chart = draft->chart;
    for (size_t i = 0; i < chart->invariant_count; i++) {
        const struct rd_function *guard = &chart->guards[chart->invariants[i]];
        const char *reason = NULL;
        bool holds = false;
        enum rd_status status = rd_gather_guard(run, draft, guard, &holds, &reason);
        if (status != RD_OK)
            return status;
        if (!holds)
            return rd_error_set(run->error, RD_POLICY_FAULT,
                                "%s:%d: the invariant '%s' does not hold for %s in '%s' after "
                                "%s%s%s",
                                chart->file, guard->line, guard->name,
                                draft->record.number ? draft->record.number : draft->type->name,
                                draft->record.state ? draft->record.state : "?",
                                run->command ? run->command : "?", reason ? ": " : "",
                                reason ? reason : "");
    }
    return RD_OK;
}

enum rd_status rd_invariants_hold(struct rd_run *run)
{
    struct rd_value facts = run->facts, decisions = run->decisions;
    uint16_t *fact_at = run->fact_at;
    enum rd_status status = RD_OK;
    if (!run->kernel->invariants)
        return RD_OK;
    run->facts = rd_map();
    run->fact_at = NULL;
    run->decisions = rd_list();
    for (size_t i = 0; status == RD_OK && i < run->draft_count; i++) {
        struct rd_draft *draft = run->drafts[i];
        if (!draft->changed || !draft->chart || draft->state < 0)
            continue;
        draft->facts_known = 0; /* the plan may have gone on since they were asked */
        status = invariant_draft(run, draft);
        draft->facts_known = 0;
    }
    run->facts = facts;
    run->fact_at = fact_at;
    run->decisions = decisions;
    return status;
}
