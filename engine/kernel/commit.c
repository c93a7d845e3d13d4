/* From a plan that stands to one entry: every changed record, every clock, every notice as an
 * effect; then the vault.
 *
 * The order of effects is the order in which records were touched, so that the same command on the
 * same store gives the same bytes.
 */
#include "kernel/inside.h"
#include "kernel/redo.h"

#include <string.h>

#include "base/log.h"
#include "base/pack.h"
#include "kernel/person.h"
#include "kernel/standby.h"

static struct rd_value commit_text(const char *text)
{
    return text ? rd_text(text) : rd_null();
}

/* A field, to its place or behind the others; a name that is no field's is looked for. */
static void commit_set(struct rd_run *run, const struct rd_draft *draft, struct rd_value *data,
                       const struct rd_pair *set)
{
    int field = draft->fresh ? -1 : rd_field_of(draft->type, set->key);
    uint16_t place = field >= 0 ? draft->stored_at[field] : 0;
    if (place)
        data->pairs[place - 1].value = set->value;
    else if (draft->fresh || field >= 0)
        rd_map_add(run->arena, data, set->key, set->value);
    else
        rd_map_set(run->arena, data, set->key, set->value);
}

/* What replies show is what is stored then, sealed as it is there. What was stored stays as it is:
 * it is still asked for. */
static void commit_data(struct rd_run *run, struct rd_draft *draft)
{
    struct rd_value *data = &draft->record.data;
    const struct rd_pair *stored = data->pairs;
    uint32_t count = data->count;
    if (draft->set.count == 0)
        return;
    *data = rd_map_room(run->arena, count + draft->set.count);
    data->count = count;
    if (count)
        memcpy(data->pairs, stored, count * sizeof *stored);
    for (uint32_t i = 0; i < draft->set.count; i++)
        if (draft->set.pairs[i].value.kind != RD_NULL)
            commit_set(run, draft, data, &draft->set.pairs[i]);
    for (uint32_t i = 0; i < draft->set.count; i++) /* last, since it moves the others */
        if (draft->set.pairs[i].value.kind == RD_NULL)
            rd_map_remove(data, draft->set.pairs[i].key);
}

/* [1, id, version, state|null, escalation, {field: value}, lane, opened?] */
static void commit_record(struct rd_run *run, struct rd_draft *draft, struct rd_value *effects)
{
    struct rd_arena *arena = run->arena;
    struct rd_value effect = rd_list_room(arena, 8);
    draft->record.version++;
    draft->record.updated_at_ms = run->now_ms;
    rd_list_add(arena, &effect, rd_int(RD_EFFECT_RECORD));
    rd_list_add(arena, &effect, rd_int((int64_t)draft->record.id.value));
    rd_list_add(arena, &effect, rd_int(draft->record.version));
    rd_list_add(arena, &effect, commit_text(draft->record.state));
    rd_list_add(arena, &effect, rd_int(draft->record.escalation));
    rd_list_add(arena, &effect, draft->set);
    rd_list_add(arena, &effect, rd_int(draft->record.lane));
    if (draft->fresh) {
        struct rd_value opened = rd_list_room(arena, 4);
        rd_list_add(arena, &opened, commit_text(draft->record.number));
        rd_list_add(arena, &opened, commit_text(draft->record.opened_by));
        rd_list_add(arena, &opened, rd_int(draft->opened_year));
        rd_list_add(arena, &opened, rd_int(draft->opened_serial));
        rd_list_add(arena, &effect, opened);
    }
    rd_list_add(arena, effects, effect);
}

static void commit_deadlines(struct rd_run *run, struct rd_draft *draft, struct rd_value *effects)
{
    struct rd_arena *arena = run->arena;
    for (size_t i = 0; i < draft->deadline_count; i++) {
        struct rd_draft_deadline *deadline = &draft->deadlines[i];
        struct rd_value effect = rd_list_room(arena, 3);
        if (deadline->removed && !deadline->fresh) {
            rd_list_add(arena, &effect, rd_int(RD_EFFECT_RING_OFF));
            rd_list_add(arena, &effect, rd_int((int64_t)draft->record.id.value));
            rd_list_add(arena, &effect, rd_text(deadline->row.name));
        } else if (deadline->changed && !deadline->removed) {
            rd_list_add(arena, &effect, rd_int(RD_EFFECT_DEADLINE));
            rd_list_add(arena, &effect, rd_int((int64_t)draft->record.id.value));
            rd_list_add(arena, &effect, rd_deadline_pack(&deadline->row, arena));
        } else {
            continue;
        }
        rd_list_add(arena, effects, effect);
    }
}

enum rd_status rd_entry_write(struct rd_kernel *kernel, struct rd_command_entry *entry,
                              uint64_t *seq, struct rd_error *error)
{
    if (kernel->redo) {
        struct rd_redo *redo = kernel->redo;
        redo->last = *entry;
        if (redo->count++ == 0)
            redo->first = *entry;
        *seq = 0;
        return RD_OK;
    }
    struct rd_journal *journal = rd_vault_journal(kernel->vault);
    enum rd_status status = rd_standby_check(kernel, error);
    if (status != RD_OK)
        return status;
    rd_entry_pack(entry, &kernel->catalogue.names, &kernel->entry_buf);
    kernel->apply.live = entry;
    kernel->apply.live_seq = rd_journal_last_seq(journal) + 1;
    status =
        rd_vault_write(kernel->vault, kernel->entry_buf.data, kernel->entry_buf.len, seq, error);
    kernel->apply.live = NULL;
    if (status != RD_OK) {
        rd_names_cut(&kernel->catalogue.names, entry->names_from - 1);
        rd_staff_taken_back(kernel);
        rd_ring_forget(kernel);
        return status;
    }
    kernel->wrote = true;
    rd_staff_changed(kernel, entry);
    if (!(entry->flags & RD_ENTRY_QUIET) && entry->at_ms > kernel->last_ms)
        kernel->last_ms = entry->at_ms;
    return RD_OK;
}

static struct rd_command_entry commit_entry(struct rd_run *run, struct rd_value effects)
{
    return (struct rd_command_entry){
        .at_ms = run->now_ms,
        .actor = run->actor.name,
        .behind = run->actor.behind,
        .behalf = run->actor.behalf ? run->actor.behalf->name : NULL,
        .command = run->command,
        .form = run->form_shown,
        .facts = run->facts.count ? run->facts : rd_null(),
        .decisions = run->decisions,
        .effects = effects,
        .generation = run->kernel->generation,
        .key = run->key,
        .request_hash = run->request_hash,
        .flags = (run->quiet ? RD_ENTRY_QUIET : 0) | (run->past ? RD_ENTRY_PAST : 0),
    };
}

/* ---- what a plan must pass ---- */

static enum rd_status commit_derive(struct rd_run *run, const struct rd_draft *asked)
{
    (void)asked;
    return run->plain ? RD_OK : rd_derive(run);
}

static enum rd_status commit_letters(struct rd_run *run, const struct rd_draft *asked)
{
    (void)asked;
    return rd_template_finish(run);
}

/* Each record that changes: unique, complete, and a fit account where it is one. */
static enum rd_status commit_drafts(struct rd_run *run, const struct rd_draft *asked)
{
    enum rd_status status = RD_OK;
    for (size_t i = 0; status == RD_OK && i < run->draft_count; i++) {
        const struct rd_draft *draft = run->drafts[i];
        if (draft->changed)
            status = rd_form_unique(run, draft);
        if (status == RD_OK && draft->fresh)
            status = rd_form_complete(run, draft, draft == asked);
        if (status == RD_OK && draft->fresh && draft->chart && draft->chart->anonymous)
            status = rd_anonymous_check(run, draft);
        if (status == RD_OK && draft->changed)
            status = rd_staff_check(run, draft);
    }
    return status;
}

static enum rd_status commit_invariants(struct rd_run *run, const struct rd_draft *asked)
{
    (void)asked;
    return rd_invariants_hold(run);
}

static enum rd_status commit_posts(struct rd_run *run, const struct rd_draft *asked)
{
    (void)asked;
    return rd_post_check(run);
}

/* In this order; the first refusal is the command's. `asked`: the record of the command. */
static enum rd_status (*const COMMIT_STEPS[])(struct rd_run *run, const struct rd_draft *asked) = {
    commit_derive,     /* what follows from what changed, */
    commit_letters,    /* and who is written to about it */
    commit_drafts,     /* each record for itself */
    commit_invariants, /* and all of them together, where rules are tried out */
    commit_posts,      /* nothing but `post` writes into a ledger */
};

/* The plan as effects, in the order in which its records were touched. */
static enum rd_status commit_effects(struct rd_run *run, struct rd_value *effects)
{
    *effects = rd_list_room(run->arena, 2 * (uint32_t)run->draft_count + run->extra.count + 2);
    for (size_t i = 0; i < run->draft_count; i++) {
        if (!run->drafts[i]->changed)
            continue;
        commit_record(run, run->drafts[i], effects);
        commit_deadlines(run, run->drafts[i], effects);
    }
    enum rd_status status = rd_post_commit(run, effects);
    for (uint32_t i = 0; status == RD_OK && i < run->extra.count; i++)
        rd_list_add(run->arena, effects, run->extra.items[i]);
    return status == RD_OK ? rd_tokens_of_leavers(run, effects) : status;
}

/* What is applied need not be read again, nor put together: the drafts know what it was and what it
 * will be. */
static enum rd_status commit_write(struct rd_run *run, struct rd_command_entry *entry,
                                   uint64_t *seq)
{
    struct rd_apply *apply = &run->kernel->apply;
    struct rd_live_record records[RD_CASCADE_RECORDS_MAX];
    for (size_t i = 0; i < run->draft_count; i++)
        records[i] =
            (struct rd_live_record){ &run->drafts[i]->stored, &run->drafts[i]->record.data };
    apply->live_records = records;
    apply->live_record_count = run->draft_count;
    enum rd_status status = rd_entry_write(run->kernel, entry, seq, run->error);
    apply->live_records = NULL;
    apply->live_record_count = 0;
    return status;
}

static size_t commit_changed(const struct rd_run *run)
{
    size_t records = 0;
    for (size_t i = 0; i < run->draft_count; i++)
        records += run->drafts[i]->changed;
    return records;
}

enum rd_status rd_run_commit(struct rd_run *run, struct rd_draft *main_draft, uint64_t *seq)
{
    struct rd_value effects;
    enum rd_status status = RD_OK;
    *seq = 0;
    for (size_t i = 0; status == RD_OK && i < sizeof COMMIT_STEPS / sizeof *COMMIT_STEPS; i++)
        status = COMMIT_STEPS[i](run, main_draft);
    if (status == RD_OK)
        status = commit_effects(run, &effects);
    if (status == RD_OK)
        status = rd_person_seal(run, main_draft, &effects);
    for (size_t i = 0; status == RD_OK && i < run->draft_count; i++)
        if (run->drafts[i]->changed)
            commit_data(run, run->drafts[i]);
    if (status != RD_OK || run->dry)
        return status;
    rd_run_says_no_more(run, commit_changed(run));
    struct rd_command_entry entry = commit_entry(run, effects);
    entry.record = main_draft->record.id;
    entry.version = main_draft->record.version;
    entry.prev_position = main_draft->record.last_position;
    entry.prev_seq = main_draft->record.last_seq;
    status = commit_write(run, &entry, seq);
    return status == RD_OK && run->replans && !run->kernel->redo
               ? rd_replan_resume(run->kernel, run->error)
               : status;
}

/* So much of each caller's refusals that it is seen what he tries, and no more: he must not be able
 * to fill the journal. What was left out is counted in the next one that is not. */
static bool commit_tells(struct rd_run *run, const char **reason)
{
    static const struct rd_meter_rule RULE = { RD_REFUSALS_TOLD, RD_REFUSAL_TOLD_MS };
    uint64_t held = 0;
    *reason = run->error->text;
    if (!run->actor.system && rd_meter_take(&run->kernel->told, run->actor.name, RULE, 1,
                                            rd_kernel_now_ms(run->kernel), &held) > 0)
        return false;
    if (held)
        *reason = rd_arena_printf(
            run->arena, "%s (and %llu refusals of %s before it that were not written down)",
            run->error->text, (unsigned long long)held, run->actor.name);
    return true;
}

void rd_run_refused(struct rd_run *run, struct rd_id record, enum rd_status status)
{
    struct rd_command_entry entry = commit_entry(run, rd_list());
    struct rd_error ignored = RD_ERROR_NONE;
    uint64_t seq;
    bool unnamed = run->anonymous && status != RD_POLICY_FAULT; /* the sentence names him */
    if (run->dry || unnamed ||
        (status != RD_NOT_ALLOWED && status != RD_ABOVE_AUTHORITY && status != RD_POLICY_FAULT &&
         status != RD_FOUR_EYES && status != RD_ALREADY_POSTED && status != RD_OUT_OF_SCOPE &&
         status != RD_SECRET))
        return;
    if (status == RD_POLICY_FAULT && !run->kernel->redo) {
        run->kernel->faults++;
        rd_log(RD_LOG_ERROR, "kernel", "policy fault in %s by %s: %s", run->command,
               run->actor.name, run->error->text);
    }
    if (run->kernel->redo) /* which is looked at when this run, and its error, are over */
        entry.reason = rd_arena_printf(run->arena, "%s", run->error->text);
    else if (!commit_tells(run, &entry.reason))
        return;
    entry.record = record;
    rd_person_seal_refusal(run, status, &entry);
    rd_run_says_no_more(run, 0);
    entry.facts = run->facts.count ? run->facts : rd_null();
    entry.decisions = run->decisions;
    entry.key = NULL; /* a refusal may be tried again */
    entry.refused = rd_status_name(status);
    if (rd_entry_write(run->kernel, &entry, &seq, &ignored) != RD_OK)
        rd_log(RD_LOG_WARN, "kernel", "a refusal could not be journalled: %s", ignored.text);
}
