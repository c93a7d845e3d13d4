/* From a plan that stands to one entry: every changed record, every clock, every notice as an
 * effect; then the vault.
 *
 * The order of effects is the order in which records were touched, so that the same command on the
 * same store gives the same bytes.
 */
#include "kernel/inside.h"

#include <string.h>

#include "base/log.h"
#include "base/pack.h"

static struct rd_value commit_text(const char *text)
{
    return text ? rd_text(text) : rd_null();
}

/* [1, id, version, state|null, escalation, {field: value}, lane, opened?] */
static void commit_record(struct rd_run *run, struct rd_draft *draft, struct rd_value *effects)
{
    struct rd_arena *arena = run->arena;
    struct rd_value effect = rd_list();
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
        struct rd_value opened = rd_list();
        rd_list_add(arena, &opened, commit_text(draft->record.number));
        rd_list_add(arena, &opened, commit_text(draft->record.opened_by));
        rd_list_add(arena, &opened, rd_int(draft->opened_year));
        rd_list_add(arena, &opened, rd_int(draft->opened_serial));
        rd_list_add(arena, &effect, opened);
    }
    rd_list_add(arena, effects, effect);
    for (uint32_t i = 0; i < draft->set.count; i++) /* what replies show is what will be stored */
        if (draft->set.pairs[i].value.kind == RD_NULL)
            rd_map_remove(&draft->record.data, draft->set.pairs[i].key);
        else
            rd_map_set(arena, &draft->record.data, draft->set.pairs[i].key,
                       draft->set.pairs[i].value);
}

static void commit_deadlines(struct rd_run *run, struct rd_draft *draft, struct rd_value *effects)
{
    struct rd_arena *arena = run->arena;
    for (size_t i = 0; i < draft->deadline_count; i++) {
        struct rd_draft_deadline *deadline = &draft->deadlines[i];
        struct rd_value effect = rd_list();
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
    struct rd_journal *journal = rd_vault_journal(kernel->vault);
    kernel->ring_next_known = false;
    rd_entry_pack(entry, &kernel->catalogue.names, &kernel->entry_buf);
    kernel->apply.live = entry;
    kernel->apply.live_seq = rd_journal_last_seq(journal) + 1;
    enum rd_status status =
        rd_vault_write(kernel->vault, kernel->entry_buf.data, kernel->entry_buf.len, seq, error);
    kernel->apply.live = NULL;
    if (status != RD_OK) {
        rd_names_cut(&kernel->catalogue.names, entry->names_from - 1);
        rd_staff_taken_back(kernel);
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

enum rd_status rd_run_commit(struct rd_run *run, struct rd_draft *main_draft, uint64_t *seq)
{
    struct rd_value effects = rd_list();
    *seq = 0;
    enum rd_status derived = run->plain ? RD_OK : rd_derive(run);
    if (derived != RD_OK)
        return derived;
    enum rd_status letters = rd_template_finish(run);
    if (letters != RD_OK)
        return letters;
    for (size_t i = 0; i < run->draft_count; i++) {
        struct rd_draft *draft = run->drafts[i];
        enum rd_status unique = draft->changed ? rd_form_unique(run, draft) : RD_OK;
        if (unique == RD_OK && draft->fresh)
            unique = rd_form_complete(run, draft, draft == main_draft);
        if (unique == RD_OK && draft->changed)
            unique = rd_staff_check(run, draft);
        if (unique != RD_OK)
            return unique;
    }
    enum rd_status invariants = rd_invariants_hold(run);
    if (invariants != RD_OK)
        return invariants;
    enum rd_status posts = rd_post_check(run);
    if (posts != RD_OK)
        return posts;
    uint64_t before_position = main_draft->record.last_position,
             before_seq = main_draft->record.last_seq;
    for (size_t i = 0; i < run->draft_count; i++) {
        struct rd_draft *draft = run->drafts[i];
        if (!draft->changed)
            continue;
        commit_record(run, draft, &effects);
        commit_deadlines(run, draft, &effects);
    }
    if ((posts = rd_post_commit(run, &effects)) != RD_OK)
        return posts;
    for (uint32_t i = 0; i < run->extra.count; i++)
        rd_list_add(run->arena, &effects, run->extra.items[i]);
    if (run->dry)
        return RD_OK;
    struct rd_command_entry entry = commit_entry(run, effects);
    entry.record = main_draft->record.id;
    entry.version = main_draft->record.version;
    entry.prev_position = before_position;
    entry.prev_seq = before_seq;
    enum rd_status written = rd_entry_write(run->kernel, &entry, seq, run->error);
    return written == RD_OK && run->replans ? rd_replan_resume(run->kernel, run->error) : written;
}

void rd_run_refused(struct rd_run *run, struct rd_id record, enum rd_status status)
{
    struct rd_command_entry entry = commit_entry(run, rd_list());
    struct rd_error ignored = RD_ERROR_NONE;
    uint64_t seq;
    if (run->dry ||
        (status != RD_NOT_ALLOWED && status != RD_ABOVE_AUTHORITY && status != RD_POLICY_FAULT &&
         status != RD_FOUR_EYES && status != RD_ALREADY_POSTED))
        return;
    if (status == RD_POLICY_FAULT) {
        run->kernel->faults++;
        rd_log(RD_LOG_ERROR, "kernel", "policy fault in %s by %s: %s", run->command,
               run->actor.name, run->error->text);
    }
    entry.record = record;
    entry.key = NULL; /* a refusal may be tried again */
    entry.refused = rd_status_name(status);
    entry.reason = run->error->text;
    if (rd_entry_write(run->kernel, &entry, &seq, &ignored) != RD_OK)
        rd_log(RD_LOG_WARN, "kernel", "a refusal could not be journalled: %s", ignored.text);
}
