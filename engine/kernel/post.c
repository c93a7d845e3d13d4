/* Posting: what the effects post and reverse do to a ledger.
 *
 *   post    { to, amount, key, kind } ─▶ key unknown:        an entry, a fresh draft like any other
 *                                     ─▶ the same is there:  nothing; the decisions say so
 *                                     ─▶ another is there:   the command is refused
 *   reverse { key }                   ─▶ the entry's exact negative, once, with a key of its own
 *
 * Entries are drafts, so that they are indexed, journalled and read like records; the plan's effect
 * 13 beside each says what the account has with it, and applying it proves that. Never does:
 * changing an entry. What is wrong with the rules' own words is a policy fault with file and line;
 * what is wrong with the money is a refusal of the command.
 */
#include <string.h>

#include "domain/ledger.h"
#include "kernel/inside.h"
#include "store/tables.h"

/* One effect on its way. */
struct posting {
    struct rd_run *run;
    struct rd_draft *draft; /* whose rule posts */
    const struct rd_function *action;
    const char *word; /* "post" or "reverse" */
    const struct rd_ledger *ledger;
    struct rd_value fields[RD_LEDGER_FIELDS]; /* inside values; null: none */
};

static enum rd_status post_fault(const struct posting *p, const char *why, const char *what)
{
    return rd_error_set(p->run->error, RD_POLICY_FAULT, "%s:%d: action '%s': %s: %s%s",
                        p->draft->chart->file, p->action->line, p->action->name, p->word, why,
                        what ? what : "");
}

static const char *post_place(const struct posting *p)
{
    return rd_arena_place(p->run->arena, p->draft->chart->file, p->action->line);
}

static void post_decided(const struct posting *p, const char *outcome, const char *reason)
{
    rd_run_decided(p->run, p->ledger->name, p->draft->chart->file, p->action->line, outcome,
                   reason);
}

static const char *post_money(const struct posting *p, int64_t minor)
{
    char text[RD_MONEY_TEXT_MAX];
    rd_money_write(minor, text);
    return rd_arena_copy(p->run->arena, text, strlen(text));
}

static const char *post_id(const struct posting *p, struct rd_id id)
{
    char text[RD_ID_TEXT_MAX];
    rd_id_write(id, text);
    return rd_arena_copy(p->run->arena, text, strlen(text));
}

/* A member of the effect as the entry's field wants it; empty ones stay null. */
static enum rd_status post_field(struct posting *p, enum rd_ledger_field which,
                                 const struct rd_value *value)
{
    const struct rd_field *field = &p->ledger->type->fields[which];
    p->fields[which] = rd_null();
    if (!value || value->kind == RD_NULL)
        return RD_OK;
    if (rd_type_accept(&field->type, value, p->run->arena, &p->fields[which], p->run->error) ==
        RD_OK)
        return RD_OK;
    return post_fault(p, rd_arena_printf(p->run->arena, "%s ", field->name),
                      rd_arena_printf(p->run->arena, "%s", p->run->error->text));
}

/* The key must leave room for the one of its counter-entry, and not look like one. */
static enum rd_status post_key(struct posting *p, const struct rd_value *key)
{
    if (!rd_value_is(key, RD_TEXT) || key->count == 0)
        return post_fault(p, "`key` must be a text that tells this posting from all others", NULL);
    if (strncmp(key->text, RD_LEDGER_REVERSAL, strlen(RD_LEDGER_REVERSAL)) == 0)
        return post_fault(p, "a key that begins with " RD_LEDGER_REVERSAL " is a counter-entry's",
                          NULL);
    struct rd_value longest =
        rd_text(rd_arena_printf(p->run->arena, RD_LEDGER_REVERSAL "%s", key->text));
    enum rd_status status = post_field(p, RD_LEDGER_KEY, &longest);
    p->fields[RD_LEDGER_KEY] = *key;
    return status;
}

static enum rd_status post_begin(struct posting *p, struct rd_run *run, struct rd_draft *draft,
                                 const struct rd_function *action, const struct rd_value *effect)
{
    const char *name = rd_map_text(effect, "ledger", "?");
    *p = (struct posting){ .run = run, .draft = draft, .action = action };
    p->word = rd_map_text(effect, "effect", "post");
    p->ledger = rd_ledger_find(run->model, name);
    for (size_t i = 0; i < RD_LEDGER_FIELDS; i++)
        p->fields[i] = rd_null();
    if (!p->ledger)
        return post_fault(p, "there is no ledger ", name);
    enum rd_status status = post_key(p, rd_map_get(effect, "key"));
    return status == RD_OK ? post_field(p, RD_LEDGER_NOTE, rd_map_get(effect, "note")) : status;
}

/* The entry whose field has this value: of the plan in hand, or a stored one. RD_NOT_FOUND without
 * filling an error. */
static enum rd_status post_find(struct rd_run *run, const struct rd_ledger *ledger,
                                enum rd_ledger_field which, int index, const struct rd_value *value,
                                struct rd_record *out)
{
    struct rd_kernel *kernel = run->kernel;
    const char *name = RD_LEDGER_NAMES[which];
    unsigned char slot[RD_INDEX_VALUE_BYTES];
    for (size_t i = 0; i < run->draft_count; i++) {
        const struct rd_draft *draft = run->drafts[i];
        const struct rd_value *has = draft->posted ? rd_map_get(&draft->set, name) : NULL;
        if (draft->type != ledger->type || !has || !rd_value_equal(has, value))
            continue;
        *out = draft->record;
        out->data = draft->set;
        return RD_OK;
    }
    if (!rd_index_slot(&value, 1, &kernel->scratch, slot))
        return RD_NOT_FOUND;
    struct rd_index_key from = rd_index_key(
        kernel->bindings[ledger->type - run->model->types].indexes[index], slot, INT64_MIN, 0);
    struct rd_walk walk;
    bool found = false;
    enum rd_status status =
        rd_walk_start(&walk, kernel->store, RD_TABLE_INDEX, from.bytes, false, run->error);
    while (status == RD_OK && !found &&
           memcmp(walk.key, from.bytes, 4 + RD_INDEX_VALUE_BYTES) == 0) {
        struct rd_id id = { rd_index_key_record(walk.key) };
        status = rd_record_load(kernel->store, id, run->arena, out, run->error);
        const struct rd_value *has = status == RD_OK ? rd_map_get(&out->data, name) : NULL;
        found = has && rd_value_equal(has, value); /* two texts may share a slot */
        if (status == RD_OK && !found)
            status = rd_walk_next(&walk, run->error);
    }
    rd_walk_end(&walk);
    return status == RD_OK && found              ? RD_OK
           : status == RD_OK || status == RD_END ? RD_NOT_FOUND
                                                 : status;
}

static int64_t post_amount(const struct rd_record *entry)
{
    return rd_map_int(&entry->data, RD_LEDGER_NAMES[RD_LEDGER_AMOUNT], 0);
}

/* What the account has when the drafts before `upto` are in. False where it does not fit. */
static bool post_add(const struct rd_run *run, const struct rd_ledger *ledger, struct rd_id account,
                     size_t upto, struct rd_balance *balance)
{
    for (size_t i = 0; i < upto; i++) {
        const struct rd_value *set = &run->drafts[i]->set;
        if (!run->drafts[i]->posted || run->drafts[i]->type != ledger->type ||
            (uint64_t)rd_map_int(set, RD_LEDGER_NAMES[RD_LEDGER_ACCOUNT], 0) != account.value)
            continue;
        balance->entries++;
        if (__builtin_add_overflow(balance->minor,
                                   rd_map_int(set, RD_LEDGER_NAMES[RD_LEDGER_AMOUNT], 0),
                                   &balance->minor))
            return false;
    }
    /* the greatest amount means "unlimited", and the smallest has no negative */
    return balance->minor < INT64_MAX && balance->minor > INT64_MIN;
}

static enum rd_status post_balance(struct rd_run *run, const struct rd_ledger *ledger,
                                   struct rd_id account, size_t upto, struct rd_balance *out)
{
    enum rd_status status = rd_balance_read(
        run->kernel->store, rd_type_number(run->kernel, ledger->type), account, out, run->error);
    if (status == RD_OK && !post_add(run, ledger, account, upto, out))
        return rd_error_set(run->error, RD_LIMIT_EXCEEDED,
                            "the balance of %s would not fit an amount", ledger->name);
    return status;
}

/* Makes the entry's draft. */
static enum rd_status post_write(struct posting *p)
{
    struct rd_run *run = p->run;
    struct rd_id account = { (uint64_t)p->fields[RD_LEDGER_ACCOUNT].integer };
    struct rd_draft *entry;
    struct rd_balance balance;
    char source[RD_ID_TEXT_MAX];
    rd_id_write(p->draft->record.id, source);
    p->fields[RD_LEDGER_SOURCE] = rd_text_copy(run->arena, source, strlen(source));
    enum rd_status status = rd_draft_new(run, p->ledger->type, &entry);
    for (size_t i = 0; status == RD_OK && i < RD_LEDGER_FIELDS; i++)
        if (p->fields[i].kind != RD_NULL)
            rd_draft_set(run, entry, RD_LEDGER_NAMES[i], p->fields[i]);
    if (status != RD_OK)
        return status;
    entry->posted = true;
    status = post_balance(run, p->ledger, account, run->draft_count, &balance);
    if (status != RD_OK)
        return status;
    post_decided(
        p,
        rd_arena_printf(run->arena, "%s %s",
                        p->fields[RD_LEDGER_REVERSES].kind == RD_NULL ? "posted" : "reversed",
                        post_money(p, p->fields[RD_LEDGER_AMOUNT].integer)),
        p->fields[RD_LEDGER_KEY].text);
    return RD_OK;
}

/* The counter-entry of an entry, if there is one. */
static enum rd_status post_reversal_of(struct posting *p, struct rd_id entry, struct rd_record *out)
{
    struct rd_value id = rd_int((int64_t)entry.value);
    return post_find(p->run, p->ledger, RD_LEDGER_REVERSES, p->ledger->by_reverses, &id, out);
}

/* What the entry says, to those who may read it: decisions and refusals are read by others, too. */
static const char *post_shown(struct posting *p, const struct rd_record *there)
{
    if (!rd_query_may_read(p->run->kernel, &p->run->actor, p->ledger->type, there, p->run->arena))
        return "another posting";
    return rd_arena_printf(p->run->arena, "%s in entry %s", post_money(p, post_amount(there)),
                           post_id(p, there->id));
}

/* An entry with this key is there: the same, or another. */
static enum rd_status post_again(struct posting *p, const struct rd_record *there)
{
    static const enum rd_ledger_field SAME[] = { RD_LEDGER_ACCOUNT, RD_LEDGER_AMOUNT,
                                                 RD_LEDGER_KIND };
    const char *key = p->fields[RD_LEDGER_KEY].text;
    struct rd_record reversal;
    char source[RD_ID_TEXT_MAX];
    rd_id_write(p->draft->record.id, source);
    bool same =
        strcmp(rd_map_text(&there->data, RD_LEDGER_NAMES[RD_LEDGER_SOURCE], ""), source) == 0;
    for (size_t i = 0; i < sizeof SAME / sizeof *SAME; i++) {
        const struct rd_value *has = rd_map_get(&there->data, RD_LEDGER_NAMES[SAME[i]]);
        same &= has && rd_value_equal(has, &p->fields[SAME[i]]);
    }
    if (!same)
        return rd_error_at(p->run->error, RD_ALREADY_POSTED, post_place(p),
                           "key '%s' of ledger %s stands for %s already; post something else under "
                           "a key of its own",
                           key, p->ledger->name, post_shown(p, there));
    enum rd_status status = post_reversal_of(p, there->id, &reversal);
    if (status == RD_OK)
        return rd_error_at(p->run->error, RD_ALREADY_POSTED, post_place(p),
                           "key '%s' of ledger %s was posted and reversed (entry %s); post anew "
                           "under another key",
                           key, p->ledger->name, post_id(p, reversal.id));
    if (status != RD_NOT_FOUND)
        return status;
    post_decided(p,
                 rd_arena_printf(p->run->arena, "nothing posted: it is entry %s already",
                                 post_id(p, there->id)),
                 key);
    return RD_OK;
}

/* Whose account it is, and how much. */
static enum rd_status post_read(struct posting *p, const struct rd_value *effect)
{
    const struct rd_value *to = rd_map_get(effect, "to");
    struct rd_draft *account;
    if (!rd_value_is(to, RD_INT))
        return post_fault(p, "`to` must be the id of a record of ", p->ledger->of->name);
    enum rd_status status = rd_draft_of(p->run, (struct rd_id){ (uint64_t)to->integer }, &account);
    if (status == RD_NOT_FOUND || (status == RD_OK && account->type != p->ledger->of))
        return post_fault(p, "`to` leads to no record of ", p->ledger->of->name);
    if (status == RD_OK)
        status = post_field(p, RD_LEDGER_AMOUNT, rd_map_get(effect, "amount"));
    if (status == RD_OK)
        status = post_field(p, RD_LEDGER_KIND, rd_map_get(effect, "kind"));
    if (status != RD_OK)
        return status;
    const struct rd_value *amount = &p->fields[RD_LEDGER_AMOUNT];
    if (amount->kind != RD_INT || amount->integer == 0 || amount->integer == RD_MONEY_UNLIMITED ||
        amount->integer <= -RD_MONEY_UNLIMITED)
        return post_fault(p, "`amount` must be an amount that is not nothing and not unlimited",
                          NULL);
    if (p->fields[RD_LEDGER_KIND].kind == RD_NULL)
        return post_fault(p, "`kind` says what it is for; it is missing", NULL);
    p->fields[RD_LEDGER_ACCOUNT] = *to;
    return RD_OK;
}

enum rd_status rd_post_effect(struct rd_run *run, struct rd_draft *draft,
                              const struct rd_function *action, const struct rd_value *effect)
{
    struct posting p;
    struct rd_record there;
    enum rd_status status = post_begin(&p, run, draft, action, effect);
    if (status == RD_OK)
        status = post_read(&p, effect);
    if (status != RD_OK)
        return status;
    status =
        post_find(run, p.ledger, RD_LEDGER_KEY, p.ledger->by_key, &p.fields[RD_LEDGER_KEY], &there);
    if (status == RD_OK)
        return post_again(&p, &there);
    return status == RD_NOT_FOUND ? post_write(&p) : status;
}

enum rd_status rd_post_reverse(struct rd_run *run, struct rd_draft *draft,
                               const struct rd_function *action, const struct rd_value *effect)
{
    struct posting p;
    struct rd_record there, before;
    enum rd_status status = post_begin(&p, run, draft, action, effect);
    if (status != RD_OK)
        return status;
    const char *key = p.fields[RD_LEDGER_KEY].text;
    status =
        post_find(run, p.ledger, RD_LEDGER_KEY, p.ledger->by_key, &p.fields[RD_LEDGER_KEY], &there);
    if (status == RD_NOT_FOUND)
        return rd_error_at(run->error, RD_NOT_POSTED, post_place(&p),
                           "ledger %s has nothing under key '%s' that could be reversed",
                           p.ledger->name, key);
    if (status == RD_OK)
        status = post_reversal_of(&p, there.id, &before);
    if (status == RD_OK)
        return rd_error_at(run->error, RD_NOT_POSTED, post_place(&p),
                           "key '%s' of ledger %s was reversed before, by entry %s", key,
                           p.ledger->name, post_id(&p, before.id));
    if (status != RD_NOT_FOUND)
        return status;
    p.fields[RD_LEDGER_ACCOUNT] = *rd_map_get(&there.data, RD_LEDGER_NAMES[RD_LEDGER_ACCOUNT]);
    p.fields[RD_LEDGER_KIND] = *rd_map_get(&there.data, RD_LEDGER_NAMES[RD_LEDGER_KIND]);
    p.fields[RD_LEDGER_AMOUNT] = rd_int(-post_amount(&there));
    p.fields[RD_LEDGER_REVERSES] = rd_int((int64_t)there.id.value);
    p.fields[RD_LEDGER_KEY] = rd_text(rd_arena_printf(run->arena, RD_LEDGER_REVERSAL "%s", key));
    return post_write(&p);
}

enum rd_status rd_post_fact(struct rd_run *run, const struct rd_draft *draft,
                            const struct rd_fact *fact, struct rd_value *out)
{
    struct rd_id account = draft->record.id;
    struct rd_balance balance;
    *out = rd_null();
    if (fact->of >= 0) {
        const struct rd_value *to = rd_draft_get(draft, draft->type->fields[fact->of].name);
        if (!rd_value_is(to, RD_INT))
            return RD_OK;
        account.value = (uint64_t)to->integer;
    }
    enum rd_status status =
        post_balance(run, fact->type->ledger, account, run->draft_count, &balance);
    *out = rd_int(balance.minor);
    return status;
}

enum rd_status rd_post_check(struct rd_run *run)
{
    for (size_t i = 0; i < run->draft_count; i++) {
        const struct rd_draft *draft = run->drafts[i];
        if (draft->type->ledger && draft->changed && !(draft->fresh && draft->posted))
            return rd_error_set(run->error, RD_NOT_ALLOWED,
                                "entries of ledger %s are posted by rules; nobody makes or changes "
                                "one",
                                draft->type->name);
    }
    return RD_OK;
}

/* [13, type, account, amount, balance, entries] */
enum rd_status rd_post_commit(struct rd_run *run, struct rd_value *effects)
{
    for (size_t i = 0; i < run->draft_count; i++) {
        const struct rd_draft *draft = run->drafts[i];
        if (!draft->posted)
            continue;
        const struct rd_value *account =
            rd_map_get(&draft->set, RD_LEDGER_NAMES[RD_LEDGER_ACCOUNT]);
        struct rd_balance balance;
        struct rd_value effect = rd_list();
        enum rd_status status =
            post_balance(run, draft->type->ledger, (struct rd_id){ (uint64_t)account->integer },
                         i + 1, &balance);
        if (status != RD_OK)
            return status;
        rd_list_add(run->arena, &effect, rd_int(RD_EFFECT_POST));
        rd_list_add(run->arena, &effect, rd_int(rd_type_number(run->kernel, draft->type)));
        rd_list_add(run->arena, &effect, *account);
        rd_list_add(run->arena, &effect,
                    *rd_map_get(&draft->set, RD_LEDGER_NAMES[RD_LEDGER_AMOUNT]));
        rd_list_add(run->arena, &effect, rd_int(balance.minor));
        rd_list_add(run->arena, &effect, rd_int(balance.entries));
        rd_list_add(run->arena, effects, effect);
    }
    return RD_OK;
}
