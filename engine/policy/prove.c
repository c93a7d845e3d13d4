/* What a proof asks of the policy's functions: which rows of an event some form takes.
 *
 * A guard is asked only where its answer follows from the form alone: it reads nothing but fields
 * of the event's form that must be given and have few values (choices, yes or no), each by its
 * name. All of these are tried, so what is answered is exact; anything else is left unknown.
 */
#include "policy/prove.h"

#include <string.h>

#include "base/limits.h"
#include "policy/deeds.h"

struct asking {
    struct rd_policy *policy;
    const struct rd_deeds *deeds;
    size_t deed_count;
};

/* One event's forms. */
struct forms {
    const struct asking *asking;
    const struct rd_chart *chart;
    const struct rd_event *event;
    const struct rd_form_entry *entries[RD_FIELDS_MAX];
    size_t count;
    struct rd_arena arena; /* of one form */
};

static size_t entry_values(const struct rd_form_entry *entry)
{
    if (!entry->field.required)
        return 0;
    if (entry->field.type.kind == RD_TYPE_BOOLEAN)
        return 2;
    return entry->field.type.kind == RD_TYPE_CHOICE ? entry->field.type.choice_count : 0;
}

static bool forms_take(struct forms *forms, const struct rd_form_entry *entry)
{
    for (size_t i = 0; i < forms->count; i++)
        if (forms->entries[i] == entry)
            return true;
    if (forms->count == RD_FIELDS_MAX || entry_values(entry) == 0)
        return false;
    forms->entries[forms->count++] = entry;
    return true;
}

static const struct rd_form_entry *form_entry(const struct rd_form *form, int field)
{
    for (size_t i = 0; form && i < form->count; i++)
        if (form->entries[i].record_field == field)
            return &form->entries[i];
    return NULL;
}

static bool guard_reads(const struct rd_deeds *deeds, const char *name)
{
    for (size_t i = 0; i < deeds->read_count; i++)
        if (strcmp(deeds->reads[i], name) == 0)
            return true;
    return false;
}

/* Takes what the guard reads; false where that is more than the form decides. */
static bool forms_read(struct forms *forms, const struct rd_function *guard)
{
    const struct rd_form *form = forms->event->form;
    const struct rd_needs *needs = &guard->needs;
    bool known = guard->fn >= 0 && (size_t)guard->fn < forms->asking->deed_count &&
                 !forms->asking->deeds[guard->fn].opaque;
    if (!known || needs->facts || needs->actor || needs->given || needs->today)
        return false;
    for (size_t i = 0; i < needs->field_count; i++) {
        const struct rd_form_entry *entry = form_entry(form, needs->fields[i]);
        if (!entry || !forms_take(forms, entry))
            return false;
    }
    for (size_t i = 0; needs->form && form && i < form->count; i++)
        if (form->entries[i].record_field < 0 &&
            guard_reads(&forms->asking->deeds[guard->fn], form->entries[i].field.name) &&
            !forms_take(forms, &form->entries[i]))
            return false;
    return true;
}

static struct rd_value entry_value(const struct rd_form_entry *entry, size_t at)
{
    return entry->field.type.kind == RD_TYPE_BOOLEAN ? rd_bool(at != 0)
                                                     : rd_text(entry->field.type.choices[at]);
}

/* What a guard is given of this form. */
static struct rd_value forms_facts(struct forms *forms, uint64_t number)
{
    struct rd_value facts = rd_map(), form = rd_map();
    for (size_t i = 0; i < forms->count; i++) {
        size_t values = entry_values(forms->entries[i]);
        struct rd_value value = entry_value(forms->entries[i], number % values);
        number /= values;
        rd_map_set(&forms->arena, &form, forms->entries[i]->field.name, value);
        if (forms->entries[i]->record_field >= 0)
            rd_map_set(&forms->arena, &facts, forms->entries[i]->field.name, value);
    }
    rd_map_set(&forms->arena, &facts, "form", form);
    return facts;
}

/* The row that this form takes: in *row. False where a guard fails. */
static bool forms_row(struct forms *forms, const struct rd_value *facts, size_t *row)
{
    for (*row = 0; *row < forms->event->row_count; ++*row) {
        const struct rd_row *is = &forms->event->rows[*row];
        bool holds = true;
        for (size_t w = 0; holds && w < is->when_count; w++) {
            struct rd_value result;
            struct rd_error error = RD_ERROR_NONE;
            const struct rd_function *guard = &forms->chart->guards[is->when[w].guard];
            if (rd_policy_call(forms->asking->policy, guard->fn, facts, &forms->arena, &result,
                               &error) != RD_OK)
                return false;
            holds = result.items[0].boolean != is->when[w].negate;
        }
        if (holds)
            return true;
    }
    return false;
}

static bool forms_try(struct forms *forms, uint64_t *rows)
{
    uint64_t all = 1;
    for (size_t i = 0; i < forms->count; i++)
        if ((all *= entry_values(forms->entries[i])) > RD_PROVE_FORMS_MAX)
            return false;
    for (uint64_t number = 0; number < all; number++) {
        size_t row;
        rd_arena_reset(&forms->arena);
        struct rd_value facts = forms_facts(forms, number);
        if (!forms_row(forms, &facts, &row))
            return false;
        *rows |= UINT64_C(1) << row;
    }
    return true;
}

static bool ask_rows(void *context, const struct rd_chart *chart, const struct rd_event *event,
                     uint64_t *rows)
{
    struct forms forms = { .asking = context, .chart = chart, .event = event };
    *rows = 0;
    for (size_t r = 0; r < event->row_count; r++)
        for (size_t w = 0; w < event->rows[r].when_count; w++)
            if (!forms_read(&forms, &chart->guards[event->rows[r].when[w].guard]))
                return false;
    rd_arena_init(&forms.arena);
    bool known = forms_try(&forms, rows);
    rd_arena_fini(&forms.arena);
    return known;
}

struct rd_sendings *rd_policy_sendings(struct rd_policy *policy,
                                       const struct rd_policy_source *sources, size_t count,
                                       struct rd_arena *arena)
{
    struct rd_deeds *deeds;
    struct rd_proving proving = { .model = rd_policy_model(policy) };
    rd_policy_deeds(sources, count, proving.model, arena, &deeds, &proving.deed_count);
    proving.deeds = deeds;
    return rd_prove_sendings(&proving, arena);
}

void rd_policy_prove(struct rd_policy *policy, const struct rd_policy_source *sources, size_t count,
                     const struct rd_value *stood, struct rd_arena *arena, struct rd_proofs *out)
{
    struct rd_deeds *deeds;
    struct asking asking = { .policy = policy };
    rd_policy_deeds(sources, count, rd_policy_model(policy), arena, &deeds, &asking.deed_count);
    asking.deeds = deeds;
    struct rd_proving proving = {
        .model = rd_policy_model(policy),
        .deeds = deeds,
        .deed_count = asking.deed_count,
        .ask = ask_rows,
        .context = &asking,
        .stood = stood,
    };
    rd_prove(&proving, arena, out);
}
