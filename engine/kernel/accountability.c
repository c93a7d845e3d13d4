/* Accountability: when something happens to a record that a rule watches, each person who answers
 * for it gets a finding: a record of its own, which a person confirms or drops later. It joins the
 * plan that it came from, so that the event and what follows from it are one entry.
 *
 * Once per rule, source and person: the index over these three is asked, and the plan in hand. A
 * rule is applied in the same way each time; mercy is a matter of whoever confirms.
 *
 * Never of the imported past: nobody is called to account by an import.
 */
#include "kernel/inside.h"

#include <string.h>

#include "base/text.h"
#include "store/tables.h"

struct account {
    struct rd_run *run;
    struct rd_draft *draft; /* what happened to it */
    const struct rd_accountability *rule;
    struct rd_value source; /* its id, as text */
};

static void account_said(const struct account *a, const char *outcome, const char *reason)
{
    rd_run_decided(a->run, rd_arena_join(a->run->arena, "accountability/", a->rule->id),
                   a->rule->file, a->rule->line, outcome, reason);
}

static const char *account_field(const struct rd_accountability *rule, enum rd_finding_field field)
{
    return rule->start->fields[rule->fields[field]].name;
}

static bool account_is(const struct rd_draft *draft, const char *field, const char *text)
{
    const struct rd_value *value = rd_draft_get(draft, field);
    return rd_value_is(value, RD_TEXT) && strcmp(value->text, text) == 0;
}

static bool account_planned(const struct account *a, const char *person)
{
    const struct rd_accountability *rule = a->rule;
    for (size_t i = 0; i < a->run->draft_count; i++) {
        const struct rd_draft *draft = a->run->drafts[i];
        if (draft->type == rule->start &&
            account_is(draft, account_field(rule, RD_FINDING_RULE), rule->id) &&
            account_is(draft, account_field(rule, RD_FINDING_SOURCE), a->source.text) &&
            account_is(draft, account_field(rule, RD_FINDING_PERSON), person))
            return true;
    }
    return false;
}

static enum rd_status account_stored(const struct account *a, const char *person, bool *found)
{
    struct rd_kernel *kernel = a->run->kernel;
    struct rd_value rule = rd_text(a->rule->id), who = rd_text(person);
    const struct rd_value *values[3] = { &rule, &a->source, &who };
    unsigned char slot[RD_INDEX_VALUE_BYTES];
    size_t type = (size_t)(a->rule->start - a->run->model->types);
    struct rd_walk walk;
    *found = false;
    if (!rd_index_slot(values, 3, &kernel->scratch, slot))
        return RD_OK;
    struct rd_index_key from =
        rd_index_key(kernel->bindings[type].indexes[a->rule->index], slot, INT64_MIN, 0);
    enum rd_status status =
        rd_walk_start(&walk, kernel->store, RD_TABLE_INDEX, from.bytes, false, a->run->error);
    *found = status == RD_OK && memcmp(walk.key, from.bytes, 4 + RD_INDEX_VALUE_BYTES) == 0;
    rd_walk_end(&walk);
    return status == RD_END ? RD_OK : status;
}

static enum rd_status account_set(const struct account *a, struct rd_draft *finding,
                                  enum rd_finding_field which, const char *text)
{
    const struct rd_field *field = &a->rule->start->fields[a->rule->fields[which]];
    struct rd_value value = rd_text(text), inside;
    if (rd_type_accept(&field->type, &value, a->run->arena, &inside, a->run->error) != RD_OK)
        return rd_error_set(a->run->error, RD_POLICY_FAULT,
                            "%s:%d: accountability '%s': field '%s' of %s %s", a->rule->file,
                            a->rule->line, a->rule->id, field->name, a->rule->start->name,
                            rd_arena_printf(a->run->arena, "%s", a->run->error->text));
    rd_draft_set(a->run, finding, field->name, inside);
    return RD_OK;
}

/* The unit that it happened in, else the person's own: whose file it goes to. */
static const char *account_unit(const struct account *a, const char *person)
{
    const struct rd_organisation *organisation = &a->run->model->organisation;
    const struct rd_record_type *type = a->draft->type;
    const struct rd_value *unit =
        type->unit >= 0 ? rd_draft_get(a->draft, type->fields[type->unit].name) : NULL;
    const struct rd_account *account = rd_staff_find(a->run->kernel, person);
    if (rd_value_is(unit, RD_TEXT))
        return unit->text;
    return account && account->unit >= 0 ? organisation->units[account->unit].name : NULL;
}

/* The rule's own, or what the record has been judged to deserve; NULL: nothing. */
static const char *account_consequence(const struct account *a)
{
    if (a->rule->consequence_field < 0)
        return a->rule->consequence;
    const struct rd_value *value = rd_draft_get(a->draft, a->rule->consequence);
    return rd_value_is(value, RD_TEXT) ? value->text : NULL;
}

static enum rd_status account_fill(const struct account *a, struct rd_draft *finding,
                                   const char *person, bool leads)
{
    const struct rd_accountability *rule = a->rule;
    const char *texts[RD_FINDING_FIELDS] = {
        [RD_FINDING_RULE] = rule->id,
        [RD_FINDING_GROUND] = rd_label_of(a->run->model, &rule->title, NULL, rule->id),
        [RD_FINDING_CONSEQUENCE] = account_consequence(a),
        [RD_FINDING_PERSON] = person,
        [RD_FINDING_KIND] = leads ? "leadership" : "direct",
        [RD_FINDING_SOURCE] = a->source.text,
        [RD_FINDING_UNIT] = account_unit(a, person),
        [RD_FINDING_CONFIRM_BY] = rule->confirm_by,
        [RD_FINDING_APPEAL] = rule->appeal_within,
    };
    enum rd_status status = RD_OK;
    for (int i = 0; status == RD_OK && i < RD_FINDING_FIELDS; i++)
        if (texts[i])
            status = account_set(a, finding, (enum rd_finding_field)i, texts[i]);
    return status;
}

static void account_link(const struct account *a, const struct rd_draft *finding)
{
    struct rd_arena *arena = a->run->arena;
    struct rd_value link = rd_list();
    rd_list_add(arena, &link, rd_int(RD_EFFECT_LINK));
    rd_list_add(arena, &link, rd_int((int64_t)a->draft->record.id.value));
    rd_list_add(arena, &link, rd_text("accountability"));
    rd_list_add(arena, &link, rd_int((int64_t)finding->record.id.value));
    rd_list_add(arena, &a->run->extra, link);
}

static enum rd_status account_person(const struct account *a, const char *person, bool leads)
{
    struct rd_arena *arena = a->run->arena;
    struct rd_draft *finding;
    bool found = account_planned(a, person);
    enum rd_status status = found ? RD_OK : account_stored(a, person, &found);
    if (status != RD_OK)
        return status;
    if (found) {
        account_said(a, rd_arena_printf(arena, "%s answers already", person), NULL);
        return RD_OK;
    }
    status = rd_draft_new(a->run, a->rule->start, &finding);
    if (status == RD_OK)
        status = account_fill(a, finding, person, leads);
    if (status != RD_OK)
        return status;
    rd_draft_presets(a->run, finding);
    account_link(a, finding);
    /* whoever has left stays answerable: his file is the company's */
    account_said(a, rd_arena_printf(arena, "%s answers", person),
                 !rd_staff_acting(a->run->kernel, person) ? "has left"
                 : leads                                  ? "leadership"
                                                          : "direct");
    return finding->chart ? rd_take_open(a->run, finding) : RD_OK;
}

/* Where it happened: the record's unit, else that of its owner or of whoever opened it. */
static int account_place(const struct account *a)
{
    const struct rd_record_type *type = a->draft->type;
    const struct rd_value *unit =
        type->unit >= 0 ? rd_draft_get(a->draft, type->fields[type->unit].name) : NULL;
    const struct rd_value *owner =
        type->owner >= 0 ? rd_draft_get(a->draft, type->fields[type->owner].name) : NULL;
    const char *name = rd_value_is(owner, RD_TEXT) ? owner->text : a->draft->record.opened_by;
    const struct rd_account *account = name ? rd_staff_find(a->run->kernel, name) : NULL;
    if (rd_value_is(unit, RD_TEXT))
        return rd_unit_find(&a->run->model->organisation, unit->text);
    return account ? account->unit : -1;
}

/* Those who have the role in the unit, else in the nearest unit above. Who is away answers all the
 * same: duties can be passed to a deputy, blame can not. */
static struct rd_value account_role(const struct account *a, const char *name)
{
    const struct rd_organisation *organisation = &a->run->model->organisation;
    int role = rd_role_find(organisation, name), unit = account_place(a);
    struct rd_value people = rd_list();
    for (; people.count == 0 && unit >= 0; unit = organisation->units[unit].under) {
        struct rd_people found =
            rd_staff_with_role(a->run->kernel, role, unit, RD_CASCADE_RECORDS_MAX, a->run->arena);
        for (size_t i = 0; i < found.count; i++)
            rd_list_add(a->run->arena, &people, rd_text(found.at[i]->name));
    }
    return people;
}

static enum rd_status account_answerer(const struct account *a, const struct rd_answerer *answerer)
{
    struct rd_value people = rd_list();
    if (answerer->field < 0) {
        people = account_role(a, answerer->name);
    } else {
        const struct rd_value *value = rd_draft_get(a->draft, answerer->name);
        if (rd_value_is(value, RD_TEXT))
            rd_list_add(a->run->arena, &people, *value);
    }
    if (people.count == 0)
        account_said(a, rd_arena_printf(a->run->arena, "nobody answers as %s", answerer->name),
                     answerer->field < 0 ? "nobody has the role" : "the field is empty");
    enum rd_status status = RD_OK;
    for (uint32_t i = 0; status == RD_OK && i < people.count; i++)
        status = account_person(a, people.items[i].text, answerer->leads);
    return status;
}

static enum rd_status account_apply(struct rd_run *run, struct rd_draft *draft,
                                    const struct rd_accountability *rule)
{
    struct rd_row row = { .when = rule->when, .when_count = rule->when_count };
    struct account a = {
        .run = run, .draft = draft, .rule = rule, .source = rd_show_id(draft->record.id, run->arena)
    };
    bool holds;
    enum rd_status status = rd_gather_guards(run, draft, &row, &holds);
    if (status != RD_OK || !holds)
        return status;
    rd_visit(run->kernel, rule->spot);
    if (!account_consequence(&a)) {
        account_said(&a, "nobody answers",
                     rd_arena_printf(run->arena, "%s is empty", rule->consequence));
        return RD_OK;
    }
    for (size_t i = 0; status == RD_OK && i < rule->answer_count; i++)
        status = account_answerer(&a, &rule->answers[i]);
    return status;
}

static bool account_watches(const struct rd_run *run, const struct rd_draft *draft,
                            const struct rd_accountability *rule)
{
    return rule->chart->type == draft->type && run->lane == RD_LANE_LIVE;
}

enum rd_status rd_account_event(struct rd_run *run, struct rd_draft *draft,
                                const struct rd_event *event)
{
    enum rd_status status = RD_OK;
    for (size_t i = 0; status == RD_OK && i < run->model->accountability_count; i++) {
        const struct rd_accountability *rule = &run->model->accountability[i];
        if (account_watches(run, draft, rule) && rule->occasion == RD_OCCASION_EVENT &&
            rd_text_same(rule->event, event->name))
            status = account_apply(run, draft, rule);
    }
    return status;
}

enum rd_status rd_account_limit(struct rd_run *run, struct rd_draft *draft,
                                const struct rd_limit *limit)
{
    enum rd_status status = RD_OK;
    for (size_t i = 0; status == RD_OK && i < run->model->accountability_count; i++) {
        const struct rd_accountability *rule = &run->model->accountability[i];
        if (account_watches(run, draft, rule) &&
            (rule->occasion == RD_OCCASION_LATE ||
             (rule->occasion == RD_OCCASION_ESCALATED && limit->escalate)))
            status = account_apply(run, draft, rule);
    }
    return status;
}
