/* A generation comes into force because somebody asks for it: from the policy directory
 * (policy.activate, policy.reload), or one that was in force before (policy.rollback).
 * Where the rules ask for a second person, all of that ends in a proposal (proposal.c), and what
 * comes into force is what policy.confirm finds there.
 *
 *   asked ─▶ beside: read, check, promises ─▶ batch by batch: has every open case a place and
 *   somebody? ─▶ between two batches: one entry, swapped
 *
 * A dry run ends before the entry. A rollback is an activation of old sources under a new number:
 * nothing in the journal is ever taken back, and deadlines are planned anew from their ledgers.
 */
#include "kernel/generation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "kernel/era.h"
#include "kernel/fit.h"
#include "kernel/loading.h"
#include "kernel/proposal.h"

int rd_generation_move(const struct rd_kernel *kernel, const struct rd_chart *chart,
                       const char *state)
{
    return rd_fit_target(chart, kernel->moved.kind == RD_MAP ? &kernel->moved : NULL, state);
}

void rd_generation_moved(const struct rd_kernel *kernel, const struct rd_record_type *type,
                         struct rd_record *record)
{
    const struct rd_chart *chart =
        kernel->replanning && type->chart ? rd_chart_of(kernel, type, record) : NULL;
    if (!chart || !record->state || rd_state_find(chart, record->state) >= 0)
        return;
    int to = rd_generation_move(kernel, chart, record->state);
    if (to >= 0)
        record->state = chart->states[to].name;
}

/* ---- what was asked for ---- */

static enum rd_status generation_moved(const struct rd_model *model, struct rd_request *request,
                                       const struct rd_value *moved)
{
    for (uint32_t t = 0; moved && t < moved->count; t++) {
        const char *name = moved->pairs[t].key;
        const struct rd_value *states = &moved->pairs[t].value;
        const struct rd_record_type *type = rd_model_type(model, name);
        const char *where = rd_arena_join(request->arena, "/moved/", name);
        if (!type || !type->chart)
            return rd_error_at(&request->error, RD_INVALID_PARAMS, where,
                               "there is no workflow '%s'", name);
        if (states->kind != RD_MAP)
            return rd_error_at(&request->error, RD_INVALID_PARAMS, where,
                               "moved must be { WORKFLOW: { OLD: NEW } }");
        for (uint32_t i = 0; i < states->count; i++) {
            const struct rd_value *to = &states->pairs[i].value;
            if (to->kind != RD_TEXT || rd_state_find(type->chart, to->text) < 0)
                return rd_error_at(&request->error, RD_INVALID_PARAMS,
                                   rd_arena_join(request->arena, where, "/", states->pairs[i].key),
                                   "'%s' has no state '%s'", name,
                                   to->kind == RD_TEXT ? to->text : "?");
            if (rd_state_find(type->chart, states->pairs[i].key) >= 0)
                return rd_error_at(&request->error, RD_INVALID_PARAMS,
                                   rd_arena_join(request->arena, where, "/", states->pairs[i].key),
                                   "'%s' has a state '%s' still: nothing moves its cases", name,
                                   states->pairs[i].key);
        }
    }
    return RD_OK;
}

static enum rd_status generation_why(struct rd_request *request)
{
    const struct rd_value *why = rd_map_get(request->params, "why");
    if (rd_value_is(why, RD_TEXT) && why->count > RD_POLICY_WHY_BYTES_MAX)
        return rd_error_at(&request->error, RD_INVALID_PARAMS, "/why",
                           "why must have at most %d bytes", RD_POLICY_WHY_BYTES_MAX);
    return RD_OK;
}

/* ---- the loaded policy: fit, then swapped ---- */

/* What is between two slices of one activation. */
struct generation_work {
    struct rd_fit fit;
    int64_t back_to;
    const char *why;              /* NULL */
    const struct rd_value *moved; /* NULL */
    struct rd_value proposal;     /* that is confirmed; null: none */
    bool begun;
};

static struct generation_work *generation_work(struct rd_loaded *loaded)
{
    if (!loaded->work) {
        loaded->work = calloc(1, sizeof(struct generation_work));
        RD_ASSERT(loaded->work);
    }
    return loaded->work;
}

static void generation_forget(struct rd_loaded *loaded)
{
    struct generation_work *work = loaded->work;
    if (work)
        rd_fit_end(&work->fit);
    free(work);
    loaded->work = NULL;
}

static const char *generation_have(const struct rd_kernel *kernel)
{
    return kernel->hash;
}

/* One slice of the question whether it fits; `goes_on` until it is answered. */
static enum rd_status generation_fits(struct rd_kernel *kernel, struct rd_request *request,
                                      struct rd_loaded *loaded, struct generation_work *work)
{
    enum rd_status status = RD_OK;
    if (!work->begun) {
        work->begun = true;
        work->fit = (struct rd_fit){ .model = rd_policy_model(loaded->policy),
                                     .moved = work->moved,
                                     .eras = &loaded->eras,
                                     .findings = &loaded->findings };
        status = generation_moved(work->fit.model, request, work->fit.moved);
        if (status == RD_OK)
            status = rd_activate_fits(kernel, &work->fit, &request->error);
    }
    if (status == RD_OK)
        status =
            rd_fit_people(kernel, &work->fit, RD_FIT_SLICE_MAX, &loaded->goes_on, &request->error);
    if (status == RD_OK && !loaded->goes_on)
        rd_eras_retire(&loaded->eras);
    if (status == RD_OK && loaded->findings.errors && !loaded->goes_on)
        status = rd_error_set(&request->error, RD_POLICY_REFUSED,
                              "open cases would have nobody who may go on with them");
    return status;
}

static void generation_result(struct rd_kernel *kernel, struct rd_request *request,
                              const struct rd_loaded *loaded, const struct generation_work *work,
                              bool changed, bool dry)
{
    struct rd_arena *arena = request->arena;
    struct rd_value *out = &request->result;
    *out = rd_map();
    rd_map_add(arena, out, "generation", rd_int((int64_t)kernel->generation + (changed && dry)));
    rd_map_add(arena, out, "hash",
               rd_text_copy(arena, dry ? loaded->hash : kernel->hash, RD_POLICY_HASH_TEXT - 1));
    rd_map_add(arena, out, "changed", rd_bool(changed));
    rd_map_add(arena, out, "dry_run", rd_bool(dry));
    rd_map_add(arena, out, "moves",
               work->fit.moves.kind == RD_LIST ? rd_value_copy(arena, &work->fit.moves)
                                               : rd_list());
    rd_map_add(arena, out, "warnings", rd_activate_findings(&loaded->findings, arena));
}

static enum rd_status generation_loaded(struct rd_kernel *kernel, struct rd_request *request,
                                        const struct rd_actor *actor, struct rd_loaded *loaded)
{
    struct generation_work *work = generation_work(loaded);
    bool dry = rd_map_bool(request->params, "dry_run", false), changed = loaded->policy != NULL;
    bool confirms = work->proposal.kind == RD_LIST;
    enum rd_status status = loaded->status;
    if (!work->begun)
        request->error = loaded->error;
    if (!work->begun && !confirms) {
        work->why = rd_map_text(request->params, "why", NULL);
        work->moved = rd_map_get(request->params, "moved");
    }
    if (status == RD_OK && changed)
        status = generation_fits(kernel, request, loaded, work);
    if (status == RD_OK && loaded->goes_on)
        return RD_OK;
    loaded->goes_on = false;
    struct rd_activation how = { .actor = actor->name,
                                 .behind = actor->behind,
                                 .why = work->why,
                                 .back_to = work->back_to,
                                 .moved = work->moved,
                                 .proposal = confirms ? &work->proposal : NULL,
                                 .signature = loaded->signature,
                                 .eras = &loaded->eras };
    bool proposes = changed && !dry && !confirms && rd_proposal_asked(kernel->model);
    if (status == RD_OK && confirms) /* it may have been withdrawn meanwhile */
        status = rd_proposal_confirmable(kernel, actor, how.proposal->items[1].integer,
                                         request->arena, NULL, &request->error);
    if (status == RD_OK && proposes)
        status = rd_proposal_make(kernel, request, actor, loaded, &how);
    if (status == RD_OK && changed && !dry && !proposes)
        status = rd_activate(kernel, &loaded->policy, loaded->sources, loaded->count, &how,
                             &loaded->findings, &request->error);
    if (status == RD_CHECK_FAILED || status == RD_POLICY_REFUSED || status == RD_BAD_CONFIG)
        return rd_activate_refusal(kernel, request, &loaded->findings);
    if (status != RD_OK)
        return status;
    if (changed && !dry && !proposes)
        rd_log(RD_LOG_INFO, "policy", "generation %u is in force (%.12s), activated by %s",
               kernel->generation, kernel->hash, actor->name);
    generation_result(kernel, request, loaded, work, changed && !proposes, dry);
    rd_map_add(request->arena, &request->result, "proposed",
               proposes ? rd_proposal_show(kernel, request->arena) : rd_null());
    return RD_OK;
}

enum rd_status rd_method_policy_reload(struct rd_kernel *kernel, struct rd_request *request)
{
    static const struct rd_loading_use use = { .have = generation_have,
                                               .joins = true,
                                               .forget = generation_forget,
                                               .then = generation_loaded };
    return rd_loading_ask(kernel, request, &use);
}

enum rd_status rd_method_policy_activate(struct rd_kernel *kernel, struct rd_request *request)
{
    static const struct rd_loading_use use = { .have = generation_have,
                                               .joins = true,
                                               .tests = true,
                                               .forget = generation_forget,
                                               .then = generation_loaded };
    enum rd_status status = generation_why(request);
    return status == RD_OK ? rd_loading_ask(kernel, request, &use) : status;
}

/* ---- back to an earlier one ---- */

/* The one before that is not the same: where `to` does not say. 0: there is none. */
static enum rd_status generation_before(struct rd_kernel *kernel, int64_t *out,
                                        struct rd_error *error)
{
    enum rd_status status = RD_OK;
    *out = 0;
    for (int64_t at = (int64_t)kernel->generation - 1; status == RD_OK && at > 0 && !*out; at--) {
        struct rd_arena scratch;
        struct rd_value row;
        rd_arena_init(&scratch);
        status = rd_generation_row(kernel, at, &scratch, &row, error);
        if (status == RD_OK && strcmp(row.items[2].text, kernel->hash) != 0)
            *out = at;
        rd_arena_fini(&scratch);
    }
    return status;
}

/* What was signed then. */
static void generation_signature(struct rd_loaded *loaded, const struct rd_value *about)
{
    const char *text = about ? rd_map_text(about, "signature", "") : "";
    snprintf(loaded->signature, sizeof loaded->signature, "%s", text);
}

static enum rd_status generation_sources(struct rd_kernel *kernel, struct rd_request *request,
                                         struct rd_loaded *loaded)
{
    struct rd_value row;
    int64_t to = rd_map_int(request->params, "to", 0);
    enum rd_status status = RD_OK;
    if (!rd_map_get(request->params, "to"))
        status = generation_before(kernel, &to, &request->error);
    if (status == RD_OK && to == 0 && !rd_map_get(request->params, "to"))
        return rd_error_set(&request->error, RD_NOT_FOUND,
                            "there was no other generation before this one");
    if (status == RD_OK)
        status = rd_generation_row(kernel, to, &loaded->arena, &row, &request->error);
    if (status == RD_NOT_FOUND)
        return rd_error_at(&request->error, RD_NOT_FOUND, "/to", "there is no generation %lld",
                           (long long)to);
    if (status != RD_OK)
        return status;
    rd_generation_sources(&row, true, &loaded->arena, &loaded->sources, &loaded->count);
    generation_signature(loaded, row.count > 5 ? &row.items[5] : NULL);
    loaded->back_to = generation_work(loaded)->back_to = to;
    return RD_OK;
}

enum rd_status rd_method_policy_rollback(struct rd_kernel *kernel, struct rd_request *request)
{
    static const struct rd_loading_use use = { .have = generation_have,
                                               .joins = true,
                                               .sources = generation_sources,
                                               .earlier = true,
                                               .forget = generation_forget,
                                               .then = generation_loaded };
    enum rd_status status = generation_why(request);
    return status == RD_OK ? rd_loading_ask(kernel, request, &use) : status;
}

/* ---- a second person ---- */

static enum rd_status generation_proposed(struct rd_kernel *kernel, struct rd_request *request,
                                          struct rd_loaded *loaded)
{
    struct rd_actor actor;
    struct rd_value row;
    enum rd_status status = rd_actor_of(kernel, request, &actor, &request->error);
    if (status == RD_OK)
        status = rd_proposal_confirmable(kernel, &actor, rd_map_int(request->params, "proposal", 0),
                                         &loaded->arena, &row, &request->error);
    if (status != RD_OK)
        return status;
    struct generation_work *work = generation_work(loaded);
    const struct rd_value *about = rd_proposal_about(&row);
    work->proposal = row;
    generation_signature(loaded, about);
    loaded->back_to = work->back_to = rd_map_int(about, "back_to", 0);
    work->why = rd_map_text(about, "why", NULL);
    work->moved = rd_map_get(about, "moved");
    rd_proposal_sources(&row, &loaded->arena, &loaded->sources, &loaded->count);
    return RD_OK;
}

enum rd_status rd_method_policy_confirm(struct rd_kernel *kernel, struct rd_request *request)
{
    static const struct rd_loading_use use = { .have = generation_have,
                                               .joins = true,
                                               .sources = generation_proposed,
                                               .tests = true,
                                               .operation = "policy.confirm",
                                               .forget = generation_forget,
                                               .then = generation_loaded };
    return rd_loading_ask(kernel, request, &use);
}
