/* Sealing: personal texts of an entry get their person's key on their way into the journal, here
 * and nowhere else. What is read back from journal or store is sealed already and is written again
 * as it was.
 *
 *   field `name` of a customer ─▶ the customer's key
 *   field `summary` of a complaint (person = "customer") ─▶ that customer's key
 *   form and facts, by name; reasons that a rule composed; notices ─▶ the same
 *   letters by a template ─▶ the same, of what was filled in from such a field: kernel/template.c
 *
 * What is a name of the policy, or a literal of the program, tells of nobody and stays open among
 * facts and reasons; a personal field is sealed whatever it holds.
 */
#include "kernel/person.h"

#include <sodium.h>
#include <string.h>

#include "base/sealed.h"
#include "domain/secrecy.h"
#include "store/keys.h"

struct seal {
    struct rd_run *run;
    uint64_t person; /* whose key is in hand; 0: nobody's */
    uint64_t named;  /* seal_bit of all names under which something personal may stand */
    unsigned char key[RD_SEAL_KEY_BYTES];
    bool lenient; /* what has no key is left out */
};

static const char SEAL_LEFT_OUT[] = "[left out]";

uint64_t rd_person_of(const struct rd_draft *draft)
{
    const struct rd_value *of =
        draft->type->person >= 0 ? rd_draft_at(draft, draft->type->person) : NULL;
    return rd_value_is(of, RD_INT) ? (uint64_t)of->integer : draft->record.id.value;
}

static bool seal_concerns(const struct rd_draft *draft)
{
    return draft->type->personals > 0 || draft->type->person >= 0;
}

static struct rd_draft *seal_draft(const struct rd_run *run, uint64_t id)
{
    for (size_t i = 0; i < run->draft_count; i++)
        if (run->drafts[i]->record.id.value == id)
            return run->drafts[i];
    return NULL;
}

/* Whether he was there before, and his key may be one that is missing: rd_person_look. */
static bool seal_spares(const struct rd_run *run, uint64_t person)
{
    unsigned char key[RD_SEAL_KEY_BYTES];
    const struct rd_draft *draft = seal_draft(run, person);
    bool spares = !(draft && draft->fresh) &&
                  rd_keys_find(run->kernel->keys, person, key) == RD_SEAL_KEY_NONE;
    sodium_memzero(key, sizeof key);
    return spares;
}

static enum rd_status seal_key(struct seal *seal, uint64_t person)
{
    struct rd_run *run = seal->run;
    if (seal->person == person)
        return RD_OK;
    seal->person = 0;
    enum rd_status status = RD_OK;
    if (run->kernel->keys_missing > 0 && seal_spares(run, person))
        status = rd_error_set(run->error, RD_KEY_MISSING, "%s", rd_status_text(RD_KEY_MISSING));
    else if (!run->dry)
        status = rd_keys_give(run->kernel->keys, person, seal->key, run->error);
    else if (rd_keys_find(run->kernel->keys, person, seal->key) == RD_SEAL_KEY_ERASED)
        status = rd_error_set(run->error, RD_ERASED, "%s", rd_status_text(RD_ERASED));
    if (status == RD_OK)
        seal->person = person;
    return status;
}

/* Empty texts tell nothing. `spans`: what of the text is sealed; NULL: all of it. */
static enum rd_status seal_spans(struct seal *seal, uint64_t person, struct rd_value *text,
                                 const struct rd_seal_spans *spans)
{
    if (text->kind != RD_TEXT || text->count == 0 || rd_text_is_lost(text) ||
        (rd_text_is_sealed(text) && rd_sealed_person(text) == person))
        return RD_OK;
    struct rd_error ignored = RD_ERROR_NONE, *error = seal->run->error;
    if (seal->lenient)
        seal->run->error = &ignored;
    enum rd_status status = person ? seal_key(seal, person) : RD_ERASED;
    seal->run->error = error;
    if (status == RD_OK && !seal->run->dry)
        *text = spans ? rd_seal_parts(seal->run->arena, text, spans, person, seal->key)
                      : rd_seal(seal->run->arena, text, person, seal->key);
    else if (status != RD_OK && seal->lenient)
        *text = rd_text(SEAL_LEFT_OUT);
    return seal->lenient ? RD_OK : status;
}

static enum rd_status seal_text(struct seal *seal, uint64_t person, struct rd_value *text)
{
    return seal_spans(seal, person, text, NULL);
}

static inline uint64_t seal_bit(const char *name)
{
    return (uint64_t)1 << ((uintptr_t)name >> 3 & 63);
}

static uint64_t seal_bits(const struct rd_model *model)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < model->personal_count; i++)
        bits |= seal_bit(model->personal[i]);
    return bits;
}

/* Names of the model are symbols of its table: another symbol is another name. `bits`: of them all,
 * so that most others are not compared with each. */
static bool seal_named(const struct rd_model *model, uint64_t bits, const char *name)
{
    for (size_t i = 0; bits & seal_bit(name) && i < model->personal_count; i++)
        if (model->personal[i] == name)
            return true;
    return !rd_symbol_is(model->symbols, name) && rd_secrecy_personal(model, name);
}

/* Forms and facts: by name. */
static enum rd_status seal_named_texts(struct seal *seal, uint64_t person, struct rd_value *map)
{
    const struct rd_model *model = seal->run->model;
    enum rd_status status = RD_OK;
    for (uint32_t i = 0; status == RD_OK && map->kind == RD_MAP && i < map->count; i++)
        if (map->pairs[i].value.kind == RD_TEXT &&
            seal_named(model, seal->named, map->pairs[i].key))
            status = seal_text(seal, person, &map->pairs[i].value);
    return status;
}

/* [rule, place, outcome, reason|null]: one that was put together may repeat what it is about. */
static struct rd_value *seal_composed(const struct seal *seal, struct rd_value *decision)
{
    struct rd_value *reason = &decision->items[3];
    return reason->kind == RD_TEXT && !rd_text_is_literal(reason->text) &&
                   !rd_names_symbol(&seal->run->kernel->catalogue.names, reason->text)
               ? reason
               : NULL;
}

static enum rd_status seal_reasons(struct seal *seal, uint64_t person, struct rd_value *decisions)
{
    enum rd_status status = RD_OK;
    for (uint32_t i = 0; status == RD_OK && i < decisions->count; i++) {
        struct rd_value *reason = seal_composed(seal, &decisions->items[i]);
        if (reason)
            status = seal_text(seal, person, reason);
    }
    return status;
}

/* [1, id, version, state, escalation, {field: value}, ...] */
static enum rd_status seal_fields(struct seal *seal, const struct rd_draft *draft,
                                  struct rd_value *set)
{
    const struct rd_record_type *type = draft->type;
    enum rd_status status = RD_OK;
    for (uint32_t i = 0; status == RD_OK && type->personals > 0 && i < set->count; i++) {
        int field =
            set->pairs[i].value.kind == RD_TEXT ? rd_type_field(type, set->pairs[i].key) : -1;
        if (field >= 0 && type->fields[field].personal)
            status = seal_text(seal, rd_person_of(draft), &set->pairs[i].value);
    }
    return status;
}

static enum rd_status seal_effect(struct seal *seal, struct rd_value *effect)
{
    struct rd_value *at = effect->items;
    const struct rd_draft *draft;
    switch ((enum rd_effect_kind)at[0].integer) {
    case RD_EFFECT_RECORD:
        draft = seal_draft(seal->run, at[1].integer);
        return draft ? seal_fields(seal, draft, &at[5]) : RD_OK;
    case RD_EFFECT_NOTICE: /* [5, number, record, addressees, text, ...] */
        draft = seal_draft(seal->run, at[2].integer);
        return draft && seal_concerns(draft) ? seal_text(seal, rd_person_of(draft), &at[4]) : RD_OK;
    default:
        return RD_OK;
    }
}

enum rd_status rd_person_seal_shown(struct rd_run *run, struct rd_value *text)
{
    struct seal seal = { .run = run };
    return !run->shown || !run->kernel->keys || run->kernel->redo
               ? RD_OK
               : seal_text(&seal, run->shown, text);
}

enum rd_status rd_person_seal_letter(struct rd_run *run, const struct rd_draft *draft,
                                     struct rd_value *text)
{
    struct seal seal = { .run = run };
    if (!run->kernel->keys || run->kernel->redo || run->model->personal_count == 0)
        return RD_OK;
    uint64_t person = seal_concerns(draft) ? rd_person_of(draft) : run->shown;
    return person ? seal_spans(&seal, person, text, &run->tells) : RD_OK;
}

enum rd_status rd_person_seal(struct rd_run *run, struct rd_draft *draft, struct rd_value *effects)
{
    struct seal seal = { .run = run };
    enum rd_status status = RD_OK;
    if (!run->kernel->keys || run->kernel->redo || run->model->personal_count == 0)
        return RD_OK;
    for (uint32_t i = 0; status == RD_OK && i < effects->count; i++)
        status = seal_effect(&seal, &effects->items[i]);
    uint64_t person = rd_person_of(draft);
    seal.named = seal_bits(run->model);
    if (status == RD_OK)
        status = seal_named_texts(&seal, person, &run->form_shown);
    if (status == RD_OK)
        status = seal_named_texts(&seal, person, &run->facts);
    if (status == RD_OK && seal_concerns(draft))
        status = seal_reasons(&seal, person, &run->decisions);
    return status;
}

/* Whether the sentence repeats a reason that will be sealed. */
static bool seal_repeats(const struct seal *seal, const char *sentence)
{
    const struct rd_value *decisions = &seal->run->decisions;
    for (uint32_t i = 0; i < decisions->count; i++) {
        const struct rd_value *reason = seal_composed(seal, &decisions->items[i]);
        if (reason && rd_said_repeats(sentence, reason, seal->run->arena))
            return true;
    }
    return false;
}

void rd_person_seal_refusal(struct rd_run *run, enum rd_status status,
                            struct rd_command_entry *entry)
{
    struct seal seal = { .run = run, .lenient = true };
    const struct rd_draft *draft = seal_draft(run, entry->record.value);
    if (!draft && run->draft_count > 0)
        draft = run->drafts[0];
    if (!run->kernel->keys || run->kernel->redo || run->model->personal_count == 0)
        return;
    uint64_t person = draft ? rd_person_of(draft) : entry->record.value;
    if (draft && draft->fresh && person == draft->record.id.value)
        person = 0; /* the id will be another's */
    seal.named = seal_bits(run->model);
    enum rd_status sealed = seal_named_texts(&seal, person, &run->form_shown);
    if (sealed == RD_OK)
        sealed = seal_named_texts(&seal, person, &run->facts);
    bool concerns = draft && seal_concerns(draft),
         repeats = concerns && (status == RD_POLICY_FAULT || seal_repeats(&seal, entry->reason));
    if (sealed == RD_OK && concerns)
        sealed = seal_reasons(&seal, person, &run->decisions);
    if (sealed == RD_OK && repeats) {
        entry->reason_sealed = rd_text(entry->reason);
        sealed = seal_text(&seal, person, &entry->reason_sealed);
    }
    RD_ASSERT(sealed == RD_OK); /* a lenient seal refuses nothing */
}
