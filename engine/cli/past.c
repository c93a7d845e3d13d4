/* Reading the past, entry by entry, as the journal has them. Nothing is decided again and no store
 * is made: what an entry's effects say of states and time limits is enough.
 *
 * A step is what somebody did to a case by a command on that case. Between two steps the case
 * waited. Where its state changed otherwise (a limit rang, another record sent it an event), the
 * wait ends with a step without an event: somebody might have come later, and nobody knows when.
 */
#include "cli/past.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/limits.h"
#include "domain/entry.h"
#include "store/journal.h"

#define PAST_SLOTS_FIRST 4096

struct past_read {
    const struct rd_past_options *options;
    struct rd_past *past;
    struct rd_arena scratch; /* of an entry */
    struct rd_error *error;
};

static void *past_grow(void *items, size_t *cap, size_t count, size_t size)
{
    if (count < *cap)
        return items;
    *cap = *cap ? *cap * 2 : 1024;
    items = realloc(items, *cap * size);
    RD_ASSERT(items);
    return items;
}

/* The name of a state or an event, at the place where it stays. */
static const char *past_name(struct rd_past *past, const char *text)
{
    if (rd_symbol_is(past->names.symbols, text))
        return text;
    const char *symbol = rd_symbol(past->names.symbols, text, strlen(text));
    return symbol ? symbol : rd_arena_copy(&past->arena, text, strlen(text));
}

static const char *past_state(struct rd_past *past, const struct rd_value *effect)
{
    return effect->items[3].kind == RD_TEXT ? past_name(past, effect->items[3].text) : NULL;
}

/* ---- cases ---- */

static size_t past_slot(const struct rd_past *past, uint64_t id)
{
    size_t at = (size_t)((id * 0x9e3779b97f4a7c15ull) >> 20) & (past->slot_count - 1);
    while (past->slots[at] && past->cases[past->slots[at] - 1].id != id)
        at = (at + 1) & (past->slot_count - 1);
    return at;
}

struct rd_past_case *rd_past_find(const struct rd_past *past, uint64_t id)
{
    uint32_t at = past->slot_count ? past->slots[past_slot(past, id)] : 0;
    return at ? &past->cases[at - 1] : NULL;
}

static struct rd_past_case *past_add(struct rd_past *past, uint64_t id)
{
    if (2 * (past->case_count + 1) > past->slot_count) {
        free(past->slots);
        past->slot_count = past->slot_count ? past->slot_count * 2 : PAST_SLOTS_FIRST;
        past->slots = calloc(past->slot_count, sizeof *past->slots);
        RD_ASSERT(past->slots);
        for (size_t i = 0; i < past->case_count; i++)
            past->slots[past_slot(past, past->cases[i].id)] = (uint32_t)i + 1;
    }
    past->cases = past_grow(past->cases, &past->case_cap, past->case_count, sizeof *past->cases);
    struct rd_past_case *item = &past->cases[past->case_count++];
    *item = (struct rd_past_case){ .id = id, .form = rd_null() };
    past->slots[past_slot(past, id)] = (uint32_t)past->case_count;
    return item;
}

/* ---- people ---- */

static uint16_t past_role(struct rd_past *past, const char *name)
{
    size_t i = 0;
    while (i < past->role_count && strcmp(past->roles[i], name) != 0)
        i++;
    if (i == past->role_count)
        past->roles[past->role_count++] = rd_arena_copy(&past->arena, name, strlen(name));
    return (uint16_t)i;
}

/* Of several roles that somebody has, the narrowest one that the policy names. */
static uint16_t past_role_of(struct rd_past *past, const struct rd_model *model, const char *name)
{
    const struct rd_account *account = rd_account_find(&model->organisation, name);
    for (size_t i = 0; account && i < model->organisation.role_count; i++)
        if (account->named >> i & 1)
            return past_role(past, model->organisation.roles[i].name);
    return 0;
}

static struct rd_past_actor *past_actor(struct rd_past *past, const struct rd_model *model,
                                        const char *name)
{
    for (size_t i = 0; i < past->actor_count; i++)
        if (past->actors[i].name == name || strcmp(past->actors[i].name, name) == 0)
            return &past->actors[i];
    if (past->actor_count == UINT16_MAX)
        return &past->actors[0];
    past->actors =
        past_grow(past->actors, &past->actor_cap, past->actor_count, sizeof *past->actors);
    struct rd_past_actor *actor = &past->actors[past->actor_count++];
    *actor = (struct rd_past_actor){ .name = rd_arena_copy(&past->arena, name, strlen(name)) };
    actor->role = past_role_of(past, model, name);
    return actor;
}

/* People may be records: the first of the roles that theirs lists is what they act as. */
static void past_staff(struct past_read *read, const struct rd_value *fields)
{
    const struct rd_model *model = read->options->model;
    const char *login = rd_staff_field_name(&model->staff, RD_STAFF_ACCOUNT);
    const char *roles = rd_staff_field_name(&model->staff, RD_STAFF_ROLES);
    const char *name = login ? rd_map_text(fields, login, NULL) : NULL;
    const struct rd_value *list = roles ? rd_map_get(fields, roles) : NULL;
    if (!name || !rd_value_is(list, RD_LIST) || list->count == 0 || list->items[0].kind != RD_TEXT)
        return;
    if (rd_role_find(&model->organisation, list->items[0].text) >= 0)
        past_actor(read->past, model, name)->role = past_role(read->past, list->items[0].text);
}

/* ---- forms ---- */

/* Words of the policy, numbers, and lists of them: false for anything else. */
static bool past_is_plain(const struct rd_past *past, const struct rd_value *value)
{
    if (value->kind == RD_TEXT)
        return rd_symbol_is(past->names.symbols, value->text);
    if (value->kind != RD_LIST)
        return value->kind == RD_BOOL || value->kind == RD_INT || value->kind == RD_REAL;
    for (uint32_t i = 0; i < value->count; i++)
        if (!past_is_plain(past, &value->items[i]))
            return false;
    return value->count > 0;
}

static void past_keep(struct rd_past *past, const struct rd_value *from, struct rd_value *form)
{
    for (uint32_t i = 0; rd_value_is(from, RD_MAP) && i < from->count; i++) {
        const struct rd_pair *pair = &from->pairs[i];
        if (!past_is_plain(past, &pair->value) || !rd_symbol_is(past->names.symbols, pair->key))
            continue;
        struct rd_value kept = pair->value;
        if (kept.kind == RD_LIST) {
            kept = rd_list_room(&past->arena, pair->value.count);
            for (uint32_t n = 0; n < pair->value.count; n++)
                rd_list_add(&past->arena, &kept, pair->value.items[n]);
        }
        if (form->kind == RD_NULL)
            *form = rd_map_room(&past->arena, from->count - i);
        rd_map_set(&past->arena, form, pair->key, kept);
    }
}

/* ---- steps ---- */

static void past_act(struct past_read *read, const struct rd_command_entry *entry)
{
    struct rd_past *past = read->past;
    past->first_ms = entry->at_ms < past->first_ms ? entry->at_ms : past->first_ms;
    past->last_ms = entry->at_ms > past->last_ms ? entry->at_ms : past->last_ms;
}

static struct rd_past_step *past_step(struct past_read *read, struct rd_past_case *item,
                                      int64_t at_ms)
{
    struct rd_past *past = read->past;
    past->steps = past_grow(past->steps, &past->step_cap, past->step_count, sizeof *past->steps);
    struct rd_past_step *step = &past->steps[past->step_count++];
    *step = (struct rd_past_step){
        .state = item->state, .from_ms = item->since_ms, .at_ms = at_ms, .form = rd_null()
    };
    if (item->last)
        past->steps[item->last - 1].next = (uint32_t)past->step_count;
    else
        item->first = (uint32_t)past->step_count;
    item->last = (uint32_t)past->step_count;
    item->since_ms = at_ms;
    return step;
}

static bool past_is_person(const struct rd_command_entry *entry)
{
    return entry->actor && strcmp(entry->actor, "system") != 0;
}

static bool past_is_quiet(const struct rd_command_entry *entry)
{
    return entry->flags & RD_ENTRY_QUIET;
}

/* Somebody's own command on the case: "complaint.verify" is the event `verify`. */
static void past_done(struct past_read *read, const struct rd_command_entry *entry,
                      struct rd_past_case *item)
{
    struct rd_past *past = read->past;
    const char *dot = strrchr(entry->command, '.');
    if (!dot || !item->state)
        return;
    struct rd_past_step *step = past_step(read, item, entry->at_ms);
    step->event = past_name(past, dot + 1);
    past_keep(past, &entry->form, &step->form);
    past->imported_steps += past_is_quiet(entry);
    if (!past_is_quiet(entry)) {
        const struct rd_past_actor *actor = past_actor(past, read->options->model, entry->actor);
        step->role = actor->role;
        step->who = (uint16_t)(actor - past->actors);
    }
    past_act(read, entry);
}

static void past_child(struct rd_past *past, uint64_t parent_id, uint32_t child)
{
    struct rd_past_case *parent = rd_past_find(past, parent_id);
    if (!parent)
        return;
    if (parent->last_child)
        past->cases[parent->last_child - 1].sibling = child;
    else
        parent->child = child;
    parent->last_child = child;
}

static void past_opened(struct past_read *read, const struct rd_command_entry *entry, uint64_t id,
                        const char *type, const struct rd_value *effect)
{
    struct rd_past *past = read->past;
    if (entry->at_ms < read->options->since_ms)
        return;
    struct rd_past_case *item = past_add(past, id);
    item->type = type;
    item->opened_ms = item->since_ms = entry->at_ms;
    item->imported = past_is_quiet(entry);
    item->by_people = past_is_person(entry) && entry->record.value == id;
    item->state = past_state(past, effect);
    if (!item->by_people) {
        past_child(past, entry->record.value, (uint32_t)(item - past->cases) + 1);
        return;
    }
    past_keep(past, &effect->items[5], &item->form);
    past_keep(past, &entry->form, &item->form);
    if (!item->imported)
        item->role = past_actor(past, read->options->model, entry->actor)->role;
    if (item->state) {
        past->people_opened++;
        past->sharp_opened += entry->at_ms % RD_PAST_HOUR_MS == 0;
        past_act(read, entry);
    }
}

static void past_record(struct past_read *read, const struct rd_command_entry *entry,
                        const struct rd_value *effect)
{
    struct rd_past *past = read->past;
    uint64_t id = (uint64_t)effect->items[1].integer;
    uint16_t number = rd_id_type((struct rd_id){ id });
    const char *type = number < past->type_cap ? past->types[number] : NULL;
    const struct rd_record_type *staff = read->options->model->staff.type;
    struct rd_past_case *item = rd_past_find(past, id);
    if (!type)
        return;
    if (staff && strcmp(type, staff->name) == 0)
        past_staff(read, &effect->items[5]);
    if (!item && effect->items[2].integer == 1)
        past_opened(read, entry, id, type, effect);
    else if (item) {
        const char *state = past_state(past, effect);
        bool mine = entry->record.value == id && past_is_person(entry);
        bool moved = state && (!item->state || strcmp(state, item->state) != 0);
        if (mine)
            past_done(read, entry, item);
        else if (moved && item->state)
            (void)past_step(read, item, entry->at_ms);
        item->state = state;
    }
}

/* ---- time limits ---- */

static uint32_t past_limit(struct rd_past *past, const char *type, const char *name)
{
    for (size_t i = 0; i < past->limit_count; i++)
        if (past->limits[i].type == type && strcmp(past->limits[i].name, name) == 0)
            return (uint32_t)i;
    past->limits =
        past_grow(past->limits, &past->limit_cap, past->limit_count, sizeof *past->limits);
    past->limits[past->limit_count] =
        (struct rd_past_limit){ .type = type,
                                .name = rd_arena_copy(&past->arena, name, strlen(name)) };
    return (uint32_t)past->limit_count++;
}

/* It was stopped: by its own ring, or because what it waited for was done. */
static void past_stopped(struct past_read *read, const struct rd_command_entry *entry,
                         uint64_t record, const char *name)
{
    struct rd_past *past = read->past;
    const struct rd_past_case *item = rd_past_find(past, record);
    if (!item)
        return;
    bool rang = strcmp(entry->command, "ring") == 0 && entry->record.value == record &&
                entry->decisions.count &&
                strcmp(entry->decisions.items[0].items[0].text, name) == 0;
    past->outcomes =
        past_grow(past->outcomes, &past->outcome_cap, past->outcome_count, sizeof *past->outcomes);
    past->outcomes[past->outcome_count++] = (struct rd_past_outcome){
        .limit = past_limit(past, item->type, name), .rang = rang, .at_ms = entry->at_ms
    };
}

struct rd_past_rate *rd_past_rates(const struct rd_past *past, int64_t from_ms, int64_t until_ms,
                                   struct rd_arena *arena)
{
    struct rd_past_rate *rates = rd_arena_zalloc(arena, past->limit_count + 1, sizeof *rates);
    for (size_t i = 0; i < past->outcome_count; i++) {
        const struct rd_past_outcome *outcome = &past->outcomes[i];
        if (outcome->at_ms < from_ms || outcome->at_ms >= until_ms)
            continue;
        rates[outcome->limit].ended++;
        rates[outcome->limit].rang += outcome->rang;
    }
    return rates;
}

/* ---- rules ---- */

static void past_rules_free(struct rd_past_rules *rules)
{
    rd_arena_fini(&rules->arena);
    free(rules);
}

static void past_activated(struct past_read *read, const struct rd_command_entry *entry,
                           const struct rd_value *effect)
{
    struct rd_past *past = read->past;
    if (!rd_value_is(&effect->items[3], RD_MAP) || effect->items[3].count == 0)
        return;
    if (past->rules_count == RD_PAST_RULES_MAX) {
        past_rules_free(past->rules[0]);
        memmove(past->rules, past->rules + 1, (--past->rules_count) * sizeof *past->rules);
    }
    struct rd_past_rules *rules = calloc(1, sizeof *rules);
    RD_ASSERT(rules);
    rd_arena_init(&rules->arena);
    rules->since_ms = entry->at_ms;
    rules->files = rd_value_copy(&rules->arena, &effect->items[3]);
    past->rules[past->rules_count++] = rules;
}

const struct rd_past_rules *rd_past_rules_at(const struct rd_past *past, int64_t at_ms)
{
    const struct rd_past_rules *found = past->rules_count ? past->rules[0] : NULL;
    for (size_t i = 0; i < past->rules_count; i++)
        if (past->rules[i]->since_ms <= at_ms)
            found = past->rules[i];
    return found;
}

/* ---- the journal ---- */

static void past_type(struct rd_past *past, const struct rd_value *effect)
{
    size_t number = (size_t)effect->items[1].integer;
    while (number >= past->type_cap) {
        size_t cap = past->type_cap ? 2 * past->type_cap : 64;
        past->types = realloc(past->types, cap * sizeof *past->types);
        RD_ASSERT(past->types);
        memset(past->types + past->type_cap, 0, (cap - past->type_cap) * sizeof *past->types);
        past->type_cap = cap;
    }
    past->types[number] =
        rd_arena_copy(&past->arena, effect->items[2].text, strlen(effect->items[2].text));
}

static void past_effect(struct past_read *read, const struct rd_command_entry *entry,
                        const struct rd_value *effect)
{
    bool meant = entry->at_ms < read->options->until_ms;
    switch (effect->items[0].integer) {
    case RD_EFFECT_TYPE: /* an import's cases are older than the rules */
        past_type(read->past, effect);
        break;
    case RD_EFFECT_POLICY:
        past_activated(read, entry, effect);
        break;
    case RD_EFFECT_RECORD:
        if (meant)
            past_record(read, entry, effect);
        break;
    case RD_EFFECT_RING_OFF:
        if (meant)
            past_stopped(read, entry, (uint64_t)effect->items[1].integer, effect->items[2].text);
        break;
    default: /* nothing of people's work */
        break;
    }
}

static enum rd_status past_entry(void *context, const struct rd_entry *raw, struct rd_error *error)
{
    struct past_read *read = context;
    struct rd_command_entry entry;
    rd_arena_reset(&read->scratch);
    enum rd_status status =
        rd_entry_unpack(raw->payload, raw->len, &read->past->names, &read->scratch, &entry, error);
    if (status != RD_OK)
        return status;
    read->past->entries++;
    if (entry.refused)
        return RD_OK;
    for (uint32_t i = 0; i < entry.effects.count; i++)
        past_effect(read, &entry, &entry.effects.items[i]);
    if (read->past->step_count > RD_PAST_STEPS_MAX)
        return rd_error_set(error, RD_LIMIT_EXCEEDED,
                            "the history has more than %d acts; take less of it with --since",
                            RD_PAST_STEPS_MAX);
    return RD_OK;
}

enum rd_status rd_past_read(const struct rd_past_options *options, struct rd_past *past,
                            struct rd_error *error)
{
    struct past_read read = { .options = options, .past = past, .error = error };
    struct rd_journal_verdict verdict;
    struct rd_journal_proof proof = { .dir = options->journal_dir,
                                      .entry = past_entry,
                                      .context = &read };
    *past = (struct rd_past){ .first_ms = INT64_MAX, .last_ms = INT64_MIN };
    rd_names_init(&past->names, NULL);
    rd_arena_init(&past->arena);
    rd_arena_init(&read.scratch);
    past->roles[past->role_count++] = "";
    (void)past_actor(past, options->model, "");
    enum rd_status status = rd_journal_prove(&proof, &verdict, error);
    rd_arena_fini(&read.scratch);
    return status;
}

void rd_past_fini(struct rd_past *past)
{
    for (size_t i = 0; i < past->rules_count; i++)
        past_rules_free(past->rules[i]);
    free(past->cases);
    free(past->slots);
    free(past->steps);
    free(past->limits);
    free(past->outcomes);
    free(past->actors);
    free(past->types);
    rd_names_fini(&past->names);
    rd_arena_fini(&past->arena);
    *past = (struct rd_past){ 0 };
}
