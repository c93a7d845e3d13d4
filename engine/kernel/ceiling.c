/* Ceilings: after the amount alone is within what a role may grant, what was given already and the
 * amount together are held against each ceiling of the row. What is above goes the same way as what
 * is above the role's power, and the rule that drew the line is named.
 */
#include <string.h>

#include "domain/ceiling.h"
#include "kernel/inside.h"

/* One ceiling on its way. */
struct ceiling {
    const struct rd_authority_row *row;
    const struct rd_ceiling *is;
    int64_t given, limit;
    const struct rd_decision_row *by; /* the row of the table; NULL: none matched, or a fact */
};

/* The most that the table gives any of the roles; nothing where it lists none of them. */
static enum rd_status ceiling_asked(struct rd_run *run, struct rd_draft *draft,
                                    struct ceiling *ceiling)
{
    const struct rd_organisation *organisation = &run->model->organisation;
    const struct rd_decision *decision = ceiling->is->asked;
    uint64_t roles = run->actor.behalf ? run->actor.behalf->roles : run->actor.roles;
    ceiling->limit = 0;
    for (size_t r = 0; r < organisation->role_count; r++) {
        struct rd_answer answer;
        if (!(roles & (1ull << r)))
            continue;
        enum rd_status status =
            rd_gather_decide(run, draft, decision, NULL, organisation->roles[r].name, &answer);
        if (status != RD_OK)
            return status;
        if (answer.outputs[0].kind != RD_INT || answer.outputs[0].integer < ceiling->limit)
            continue;
        if (answer.outputs[0].integer > ceiling->limit || !ceiling->by)
            ceiling->by = answer.row_count ? &decision->rows[answer.rows[0]] : NULL;
        ceiling->limit = answer.outputs[0].integer;
    }
    return RD_OK;
}

static enum rd_status ceiling_fact(struct rd_run *run, struct rd_draft *draft, const char *name,
                                   int64_t otherwise, int64_t *out)
{
    struct rd_value value = rd_null();
    int at = rd_fact_find(draft->chart, name);
    RD_ASSERT(at >= 0); /* the check has seen to it */
    enum rd_status status = rd_gather_fact(run, draft, (size_t)at, &value);
    *out = value.kind == RD_INT ? value.integer : otherwise;
    return status;
}

static const char *ceiling_money(struct rd_run *run, int64_t minor)
{
    char text[RD_MONEY_TEXT_MAX];
    rd_money_write(minor, text);
    return minor == RD_MONEY_UNLIMITED ? "unlimited"
                                       : rd_arena_copy(run->arena, text, strlen(text));
}

/* The line for the entry: which rule, how much there was, how much it may be. */
static void ceiling_decided(struct rd_run *run, const struct ceiling *ceiling, int64_t amount,
                            bool within)
{
    const struct rd_decision *asked = ceiling->is->asked;
    if (ceiling->by)
        rd_visit(run->kernel, ceiling->by->spot);
    const struct rd_decision_row *by = ceiling->by;
    rd_run_says(run,
                by      ? by->rule
                : asked ? asked->rule_otherwise
                        : ceiling->is->limit,
                by      ? by->place
                : asked ? asked->place
                        : ceiling->row->place,
                rd_run_limit(run, by, ceiling_money(run, ceiling->limit)),
                rd_arena_join(run->arena, ceiling->is->fact, " ",
                              ceiling_money(run, ceiling->given), " and ",
                              ceiling_money(run, amount), within ? " are within" : " are above"));
}

static enum rd_status ceiling_one(struct rd_run *run, struct rd_draft *draft,
                                  struct ceiling *ceiling, int64_t amount, bool *within)
{
    int64_t all;
    enum rd_status status = ceiling_fact(run, draft, ceiling->is->fact, 0, &ceiling->given);
    if (status == RD_OK)
        status = ceiling->is->asked ? ceiling_asked(run, draft, ceiling)
                                    : ceiling_fact(run, draft, ceiling->is->limit,
                                                   RD_MONEY_UNLIMITED, &ceiling->limit);
    if (status != RD_OK)
        return status;
    /* what adds nothing breaks no ceiling, also where it was broken before */
    *within = amount == 0 || ceiling->limit == RD_MONEY_UNLIMITED ||
              (!__builtin_add_overflow(ceiling->given, amount, &all) && all <= ceiling->limit);
    ceiling_decided(run, ceiling, amount, *within);
    return RD_OK;
}

static enum rd_status ceiling_refuse(struct rd_run *run, const struct ceiling *ceiling,
                                     int64_t amount)
{
    struct rd_value *detail = rd_arena_zalloc(run->arena, 1, sizeof *detail);
    *detail = rd_map();
    rd_map_add(run->arena, detail, "amount", rd_text(ceiling_money(run, amount)));
    rd_map_add(run->arena, detail, "given", rd_text(ceiling_money(run, ceiling->given)));
    rd_map_add(run->arena, detail, "limit", rd_text(ceiling_money(run, ceiling->limit)));
    rd_map_add(run->arena, detail, "needs", rd_null());
    rd_map_add(run->arena, detail, "decisions", rd_show_decisions(&run->decisions, run->arena));
    enum rd_status status =
        rd_error_at(run->error, RD_ABOVE_AUTHORITY, ceiling->row->place,
                    "%s and %s (%s) are above the ceiling of %s (%s)",
                    ceiling_money(run, ceiling->given), ceiling_money(run, amount),
                    ceiling->is->fact, ceiling_money(run, ceiling->limit), ceiling->is->limit);
    run->error->detail = detail;
    return status;
}

enum rd_status rd_grant_ceilings(struct rd_run *run, struct rd_draft *draft,
                                 const struct rd_authority_row *row, const struct rd_event *event,
                                 bool *above)
{
    const struct rd_value *value = draft->form ? rd_map_get(draft->form, row->amount) : NULL;
    if (!value)
        value = rd_draft_get(draft, row->amount);
    int64_t amount = rd_value_is(value, RD_INT) ? value->integer : 0;
    for (size_t i = 0; i < row->ceiling_count && !*above; i++) {
        struct ceiling ceiling = { .row = row, .is = &row->ceilings[i] };
        bool within;
        enum rd_status status = ceiling_one(run, draft, &ceiling, amount, &within);
        if (status != RD_OK)
            return status;
        if (within)
            continue;
        if (!event->above)
            return ceiling_refuse(run, &ceiling, amount);
        *above = true;
    }
    return RD_OK;
}
