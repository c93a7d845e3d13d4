/* Whether a difference may be called one: only where the record holds all that the candidate asks
 * for, and the rules of that day give the entry again to the letter. Everything else is counted
 * apart, with the reason.
 */
#include "kernel/backtest_inside.h"

#include <string.h>

/* A field that the candidate's type or form has and the rules of the day had not. */
static bool judge_is_new_field(const struct rd_model *recorded, const struct rd_record_type *type,
                               const char *name)
{
    const struct rd_record_type *then = rd_model_type(recorded, type->name);
    return rd_type_field(type, name) >= 0 && (!then || rd_type_field(then, name) < 0);
}

/* The name of a fact that `again` read as empty because nobody could have recorded it; NULL: none.
 */
static const char *judge_wanted(const struct rd_judge *judge, const struct rd_redone *again)
{
    const struct rd_model *now = rd_policy_model(judge->candidate->policy), *then;
    const struct rd_value *facts = again->entry ? &again->entry->facts : NULL;
    if (!judge->then->recorded.policy)
        return NULL;
    then = rd_policy_model(judge->then->recorded.policy);
    for (uint32_t i = 0; rd_value_is(facts, RD_MAP) && i < facts->count; i++) {
        if (facts->pairs[i].value.kind != RD_NULL)
            continue;
        for (size_t t = 0; t < now->type_count; t++)
            if (judge_is_new_field(then, &now->types[t], facts->pairs[i].key))
                return facts->pairs[i].key;
    }
    return NULL;
}

/* The first form field of the command that the rules of the day did not ask for; NULL: none. */
static const char *judge_wanted_form(const struct rd_judge *judge,
                                     const struct rd_command_entry *entry)
{
    const char *dot = strrchr(entry->command, '.');
    const struct rd_model *models[2] = { rd_policy_model(judge->candidate->policy),
                                         judge->then->recorded.policy
                                             ? rd_policy_model(judge->then->recorded.policy)
                                             : NULL };
    const struct rd_form *forms[2] = { NULL, NULL };
    for (size_t m = 0; dot && models[1] && m < 2; m++)
        for (size_t c = 0; c < models[m]->chart_count && !forms[m]; c++) {
            const struct rd_chart *chart = &models[m]->charts[c];
            if (strcmp(chart->open.command, entry->command) == 0)
                forms[m] = chart->open.form;
            for (int s = 0; s < (int)chart->state_count && !forms[m]; s++) {
                const struct rd_event *event = rd_event_find(chart, s, dot + 1);
                if (event && strcmp(event->command, entry->command) == 0)
                    forms[m] = event->form;
            }
        }
    for (size_t i = 0; forms[0] && i < forms[0]->count; i++) {
        bool known = false;
        for (size_t e = 0; forms[1] && !known && e < forms[1]->count; e++)
            known = strcmp(forms[1]->entries[e].field.name, forms[0]->entries[i].field.name) == 0;
        if (!known)
            return forms[0]->entries[i].field.name;
    }
    return NULL;
}

/* Whether the rules that the kernel wears give the entry again. */
static bool judge_gives(struct rd_judge *judge, const struct rd_command_entry *entry,
                        bool at_socket)
{
    struct rd_redone control;
    struct rd_difference difference;
    const struct rd_redo_way way = { .at_socket = at_socket };
    rd_arena_reset(&judge->arena);
    if (rd_redo_entry(judge->then->kernel, entry, &way, &judge->arena, &control) != RD_REDO_ASKED)
        return false;
    rd_difference_of(entry, &control, &difference);
    return difference.way == RD_WAY_SAME;
}

/* Whether the rules of the day give the entry again: otherwise the difference is not the
 * candidate's, and it is said why. */
static const char *judge_control(struct rd_judge *judge, const struct rd_command_entry *entry)
{
    const char *spared = judge->then->spares;
    bool same = spared && strcmp(judge->then->recorded.hash, spared) == 0, gives;
    if (!same && !judge->then->recorded.policy)
        return "the rules of the day are not stored, or this program does not read them";
    if (!same)
        rd_world_wear(judge->then, &judge->then->recorded);
    gives = !same && judge_gives(judge, entry, judge->way.at_socket);
    if (!gives && entry->behind && judge_gives(judge, entry, !judge->way.at_socket)) {
        judge->way.at_socket = !judge->way.at_socket; /* whoever did this one did the next ones */
        gives = true;
    }
    rd_world_wear(judge->then, &judge->then->candidate);
    if (gives)
        return NULL;
    return same ? "the same rules give something else now than what is recorded"
                : "the rules of the day give something else now than what is recorded";
}

/* What speaks against calling it a difference; NULL: nothing. */
static const char *judge_doubt(struct rd_judge *judge, const struct rd_command_entry *entry,
                               const struct rd_redone *again)
{
    const char *fact = judge_wanted(judge, again);
    if (!fact)
        fact = judge_wanted_form(judge, entry);
    if (fact) {
        rd_tallies_wanted(judge->tallies, fact);
        return "the candidate asks for facts that nobody recorded";
    }
    return again->status == RD_BAD_FORM
               ? "the candidate would not take the form as it was filled in"
               : NULL;
}

const char *rd_judge_doubts(struct rd_judge *judge, const struct rd_command_entry *entry,
                            const struct rd_redone *again)
{
    const char *why = judge_doubt(judge, entry, again);
    return why ? why : judge_control(judge, entry);
}
