/* A policy that waits for a second person.
 *
 *   activate, reload, rollback ─▶ loaded, tried ─▶ [entry] waits ──confirm, another person──▶
 * loaded, │  │          tried again, [entry] in force │  └─withdraw─▶ [entry] gone └─72 hours────▶
 * of no use; the next replaces it
 *
 * The proposal holds its sources: what is confirmed is what was proposed, whatever the directory
 * has by then. It is persons that are compared (eyes.c), under every name that the proposer had
 * when he proposed; who has the machine is one person, whomever he acts as. A rehearsal knows no
 * persons.
 */
#include "kernel/proposal.h"

#include <string.h>

#include "base/log.h"
#include "base/pack.h"
#include "kernel/generation.h"
#include "store/tables.h"

bool rd_proposal_asked(const struct rd_model *model)
{
    return model && rd_permission_of(model, "policy.confirm")->row_count > 0;
}

/* ---- the row ---- */

static enum rd_status proposal_row(struct rd_kernel *kernel, struct rd_arena *arena,
                                   struct rd_value *row, struct rd_error *error)
{
    unsigned char key[4];
    const void *bytes;
    size_t len;
    rd_key_put_u32(key, 0);
    enum rd_status status = rd_store_get(kernel->store, RD_TABLE_POLICY, key, &bytes, &len, error);
    return status == RD_OK ? rd_pack_read(arena, bytes, len, row, error) : status;
}

const struct rd_value *rd_proposal_about(const struct rd_value *row)
{
    return &row->items[2].items[2];
}

void rd_proposal_sources(const struct rd_value *row, struct rd_arena *arena,
                         struct rd_policy_source **sources, size_t *count)
{
    rd_generation_texts(&row->items[2].items[1], true, arena, sources, count);
}

static bool proposal_is_over(const struct rd_kernel *kernel, const struct rd_value *row)
{
    return rd_map_int(rd_proposal_about(row), "expires", 0) <= rd_kernel_now_ms(kernel);
}

void rd_proposal_told(const struct rd_value *row, struct rd_arena *arena, struct rd_value *about)
{
    const struct rd_value *from = rd_proposal_about(row);
    const struct rd_value *behind = rd_map_get(from, "behind");
    rd_map_add(arena, about, "proposed_by", *rd_map_get(from, "by"));
    if (behind)
        rd_map_add(arena, about, "proposed_behind", *behind);
    rd_map_add(arena, about, "proposed_at", *rd_map_get(from, "at"));
}

struct rd_value rd_proposal_end(const struct rd_value *row, const char *why, struct rd_arena *arena)
{
    struct rd_value effect = rd_list();
    rd_list_add(arena, &effect, rd_int(RD_EFFECT_PROPOSAL));
    rd_list_add(arena, &effect, row->items[1]);
    rd_list_add(arena, &effect, rd_null());
    rd_list_add(arena, &effect, why ? rd_text(why) : rd_null());
    return effect;
}

/* ---- who ---- */

static void proposal_add_person(struct rd_kernel *kernel, struct rd_arena *arena,
                                struct rd_value *names, const char *name)
{
    const struct rd_account *accounts[RD_PERSON_ACCOUNTS_MAX];
    if (!name)
        return;
    rd_list_add(arena, names, rd_text(name));
    size_t count = rd_staff_of_person(kernel, name, accounts);
    for (size_t i = 0; i < count; i++)
        if (strcmp(accounts[i]->name, name) != 0)
            rd_list_add(arena, names, rd_text(accounts[i]->name));
}

static uint64_t proposal_roles(const struct rd_model *model, const char *operation)
{
    const struct rd_permission *permission = rd_permission_of(model, operation);
    uint64_t roles = 0;
    for (size_t i = 0; i < permission->row_count; i++)
        roles |= permission->rows[i]->from;
    return roles;
}

struct rd_value rd_proposal_persons(struct rd_kernel *kernel, const struct rd_actor *actor,
                                    const char *operation, struct rd_arena *arena)
{
    struct rd_value names = rd_list();
    uint64_t roles = proposal_roles(kernel->model, operation);
    proposal_add_person(kernel, arena, &names, actor->name);
    if (!kernel->rehearsal)
        proposal_add_person(kernel, arena, &names, actor->behind);
    bool own = (actor->roles & roles) || (actor->administrator && !actor->behind);
    for (size_t i = 0; !own && i < actor->delegator_count; i++)
        if (actor->delegators[i]->roles & roles)
            proposal_add_person(kernel, arena, &names, actor->delegators[i]->name);
    return names;
}

enum rd_status rd_proposal_other_person(struct rd_kernel *kernel, const struct rd_actor *actor,
                                        const char *operation, const struct rd_value *about,
                                        struct rd_arena *arena, struct rd_error *error)
{
    const struct rd_value *made = rd_map_list(about, "persons");
    struct rd_value mine = rd_proposal_persons(kernel, actor, operation, arena);
    const char *by = rd_map_text(about, "by", "");
    for (uint32_t i = 0; i < mine.count; i++)
        for (uint32_t k = 0; k < made->count; k++)
            if (rd_staff_same_person(kernel, mine.items[i].text, made->items[k].text))
                return strcmp(actor->name, by) == 0
                           ? rd_error_set(error, RD_FOUR_EYES,
                                          "%s may not confirm: it was proposed by the same person",
                                          by)
                           : rd_error_set(error, RD_FOUR_EYES,
                                          "%s may not confirm: it was proposed by %s, and %s is "
                                          "the same person as %s",
                                          actor->name, by, mine.items[i].text, made->items[k].text);
    return RD_OK;
}

/* One whom a record makes an account, not the rules: he stays whatever these say. */
static bool proposal_has_record(struct rd_kernel *kernel, const char *role)
{
    const struct rd_organisation *now = &kernel->model->organisation;
    int at = rd_role_find(now, role);
    struct rd_arena arena;
    bool found = false;
    rd_arena_init(&arena);
    struct rd_people people = { 0 };
    if (at >= 0)
        people = rd_staff_with_role(kernel, at, -1, RD_ADDRESSEES_MAX, &arena);
    for (size_t i = 0; !found && i < people.count; i++)
        found = !rd_account_find(now, people.at[i]->name);
    rd_arena_fini(&arena);
    return found;
}

static bool proposal_has_somebody(struct rd_kernel *kernel, const struct rd_model *model,
                                  uint64_t roles)
{
    const struct rd_organisation *will = &model->organisation;
    bool found = false;
    for (size_t i = 0; !found && i < will->account_count; i++)
        found = will->accounts[i].roles & roles;
    for (size_t r = 0; !found && r < will->role_count; r++)
        found = (roles & (1ull << r)) && proposal_has_record(kernel, will->roles[r].name);
    return found;
}

void rd_proposal_fit(struct rd_kernel *kernel, const struct rd_model *model,
                     struct rd_findings *findings)
{
    const struct rd_permission *confirm = rd_permission_of(model, "policy.confirm");
    if (!rd_proposal_asked(model) ||
        proposal_has_somebody(kernel, model,
                              proposal_roles(model, "policy.confirm") |
                                  proposal_roles(model, "policy.reload")))
        return;
    rd_finding_error(findings, confirm->rows[0]->file, confirm->rows[0]->line,
                     "nobody but the machine's administrator could propose or confirm a policy: no "
                     "other one would ever come into force");
}

/* ---- made, looked at, ended ---- */

static enum rd_status proposal_write(struct rd_kernel *kernel, const struct rd_actor *actor,
                                     const char *command, struct rd_value effect,
                                     struct rd_arena *arena, struct rd_error *error)
{
    struct rd_value effects = rd_list();
    uint64_t seq;
    rd_list_add(arena, &effects, effect);
    struct rd_command_entry entry = {
        .at_ms = rd_kernel_now_ms(kernel),
        .actor = actor->name,
        .behind = actor->behind,
        .command = command,
        .form = rd_null(),
        .facts = rd_null(),
        .decisions = rd_null(),
        .effects = effects,
        .generation = kernel->generation,
    };
    return rd_entry_write(kernel, &entry, &seq, error);
}

static struct rd_value proposal_about(struct rd_kernel *kernel, const struct rd_actor *actor,
                                      const struct rd_activation *how, struct rd_arena *arena)
{
    int64_t now = rd_kernel_now_ms(kernel);
    struct rd_value about = rd_map();
    rd_map_add(arena, &about, "at", rd_int(now));
    rd_map_add(arena, &about, "expires", rd_int(now + RD_PROPOSAL_KEEP_MS));
    rd_map_add(arena, &about, "by", rd_text(actor->name));
    rd_map_add(arena, &about, "persons",
               rd_proposal_persons(kernel, actor, "policy.reload", arena));
    if (actor->behind)
        rd_map_add(arena, &about, "behind", rd_text(actor->behind));
    if (how->why)
        rd_map_add(arena, &about, "why", rd_text(how->why));
    if (how->back_to)
        rd_map_add(arena, &about, "back_to", rd_int(how->back_to));
    if (how->moved)
        rd_map_add(arena, &about, "moved", *how->moved);
    if (how->signature && *how->signature)
        rd_map_add(arena, &about, "signature", rd_text(how->signature));
    return about;
}

static struct rd_value proposal_effect(const struct rd_loaded *loaded, int64_t number,
                                       struct rd_value about, struct rd_arena *arena)
{
    struct rd_value effect = rd_list(), spec = rd_list(), texts = rd_map();
    for (size_t i = 0; i < loaded->count; i++)
        rd_map_add(arena, &texts, loaded->sources[i].path,
                   rd_text_copy(arena, loaded->sources[i].text, loaded->sources[i].len));
    rd_list_add(arena, &spec, rd_text(loaded->hash));
    rd_list_add(arena, &spec, texts);
    rd_list_add(arena, &spec, about);
    rd_list_add(arena, &effect, rd_int(RD_EFFECT_PROPOSAL));
    rd_list_add(arena, &effect, rd_int(number));
    rd_list_add(arena, &effect, spec);
    return effect;
}

enum rd_status rd_proposal_make(struct rd_kernel *kernel, struct rd_request *request,
                                const struct rd_actor *actor, const struct rd_loaded *loaded,
                                const struct rd_activation *how)
{
    struct rd_arena *arena = request->arena;
    struct rd_value row;
    int64_t last;
    enum rd_status status = proposal_row(kernel, arena, &row, &request->error);
    if (status == RD_OK && !proposal_is_over(kernel, &row))
        return rd_error_set(
            &request->error, RD_IN_PROGRESS,
            "proposal %lld by %s waits for a second person already; it is confirmed "
            "or withdrawn first",
            (long long)row.items[1].integer, rd_map_text(rd_proposal_about(&row), "by", ""));
    if (status != RD_OK && status != RD_NOT_FOUND)
        return status;
    status = rd_counter_read(kernel->store, RD_COUNTER_PROPOSAL, &last, &request->error);
    if (status == RD_OK)
        status = proposal_write(
            kernel, actor, "policy.propose",
            proposal_effect(loaded, last + 1, proposal_about(kernel, actor, how, arena), arena),
            arena, &request->error);
    if (status == RD_OK)
        rd_log(RD_LOG_INFO, "policy", "%s proposes %.12s: it waits for a second person (%lld)",
               actor->name, loaded->hash, (long long)last + 1);
    return status;
}

/* The one that waits, if it has this number. */
static enum rd_status proposal_waiting(struct rd_kernel *kernel, int64_t number,
                                       struct rd_arena *arena, struct rd_value *row,
                                       struct rd_error *error)
{
    enum rd_status status = proposal_row(kernel, arena, row, error);
    if (status == RD_NOT_FOUND || (status == RD_OK && row->items[1].integer != number))
        return rd_error_at(error, RD_NOT_FOUND, "/proposal", "no proposal %lld is waiting",
                           (long long)number);
    return status;
}

enum rd_status rd_proposal_confirmable(struct rd_kernel *kernel, const struct rd_actor *actor,
                                       int64_t number, struct rd_arena *arena, struct rd_value *row,
                                       struct rd_error *error)
{
    struct rd_value own;
    row = row ? row : &own;
    enum rd_status status = proposal_waiting(kernel, number, arena, row, error);
    if (status == RD_OK && proposal_is_over(kernel, row))
        return rd_error_at(error, RD_NOT_FOUND, "/proposal",
                           "proposal %lld has waited too long: it must be made again",
                           (long long)number);
    return status == RD_OK ? rd_proposal_other_person(kernel, actor, "policy.confirm",
                                                      rd_proposal_about(row), arena, error)
                           : status;
}

enum rd_status rd_method_policy_withdraw(struct rd_kernel *kernel, struct rd_request *request)
{
    struct rd_arena *arena = request->arena;
    const char *why = rd_map_text(request->params, "why", NULL);
    struct rd_error ignored = RD_ERROR_NONE;
    struct rd_actor actor;
    struct rd_value row;
    if (why && strlen(why) > RD_POLICY_WHY_BYTES_MAX)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/why",
                           "why must have at most %d bytes", RD_POLICY_WHY_BYTES_MAX);
    enum rd_status status = rd_actor_of(kernel, request, &actor, &request->error);
    if (status == RD_OK && rd_actor_may(kernel, &actor, "policy.confirm", &ignored) != RD_OK)
        status = rd_actor_may(kernel, &actor, "policy.reload", &request->error);
    if (status == RD_OK)
        status = proposal_waiting(kernel, rd_map_int(request->params, "proposal", 0), arena, &row,
                                  &request->error);
    if (status == RD_OK)
        status = proposal_write(kernel, &actor, "policy.withdraw",
                                rd_proposal_end(&row, why, arena), arena, &request->error);
    if (status != RD_OK)
        return status;
    request->result = rd_map();
    rd_map_add(arena, &request->result, "withdrawn", row.items[1]);
    return RD_OK;
}

/* ---- shown ---- */

static void proposal_file(struct rd_arena *arena, struct rd_value *list, const char *path,
                          const char *how)
{
    struct rd_value item = rd_map();
    rd_map_add(arena, &item, "path", rd_text_copy(arena, path, strlen(path)));
    rd_map_add(arena, &item, "change", rd_text(how));
    rd_list_add(arena, list, item);
}

static struct rd_value proposal_files(const struct rd_value *now, const struct rd_value *then,
                                      struct rd_arena *arena)
{
    struct rd_value list = rd_list();
    for (uint32_t i = 0; i < then->count; i++) {
        const struct rd_value *had = rd_map_get(now, then->pairs[i].key);
        if (!had || !rd_value_equal(had, &then->pairs[i].value))
            proposal_file(arena, &list, then->pairs[i].key, had ? "changed" : "added");
    }
    for (uint32_t i = 0; i < now->count; i++)
        if (!rd_map_get(then, now->pairs[i].key))
            proposal_file(arena, &list, now->pairs[i].key, "removed");
    return list;
}

static struct rd_value proposal_shown(struct rd_kernel *kernel, const struct rd_value *row,
                                      const struct rd_value *in_force, struct rd_arena *arena)
{
    static const char *const KEYS[] = { "by", "behind", "why", "back_to", "moved" };
    const struct rd_value *about = rd_proposal_about(row);
    struct rd_value item = rd_map();
    rd_map_add(arena, &item, "proposal", row->items[1]);
    rd_map_add(arena, &item, "hash", rd_value_copy(arena, &row->items[2].items[0]));
    rd_map_add(arena, &item, "at", rd_show_time(rd_map_int(about, "at", 0), arena));
    rd_map_add(arena, &item, "expires", rd_show_time(rd_map_int(about, "expires", 0), arena));
    rd_map_add(arena, &item, "over", rd_bool(proposal_is_over(kernel, row)));
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
        const struct rd_value *value = rd_map_get(about, KEYS[i]);
        rd_map_add(arena, &item, KEYS[i], value ? rd_value_copy(arena, value) : rd_null());
    }
    rd_map_add(arena, &item, "files",
               proposal_files(&in_force->items[3], &row->items[2].items[1], arena));
    return item;
}

struct rd_value rd_proposal_show(struct rd_kernel *kernel, struct rd_arena *arena)
{
    struct rd_error ignored = RD_ERROR_NONE;
    struct rd_arena scratch; /* rows hold all the texts */
    struct rd_value row, in_force, shown = rd_null();
    rd_arena_init(&scratch);
    if (proposal_row(kernel, &scratch, &row, &ignored) == RD_OK &&
        rd_generation_row(kernel, kernel->generation, &scratch, &in_force, &ignored) == RD_OK)
        shown = proposal_shown(kernel, &row, &in_force, arena);
    rd_arena_fini(&scratch);
    return shown;
}
