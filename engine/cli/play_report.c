/* The report: six chapters, each line from what the daemon has answered. Nothing here knows the
 * play; whatever happened on the stage is what is told.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "cli/output.h"
#include "cli/play.h"
#include "store/journal.h"

#define CELLS(grid, ...) rd_grid_add((grid), (const char *const[]){ __VA_ARGS__ })
#define COLUMNS(grid, play, ...)                                                                   \
    rd_grid_init((grid), (play)->arena, (const struct rd_column[]){ __VA_ARGS__ },                 \
                 sizeof((const struct rd_column[]){ __VA_ARGS__ }) / sizeof(struct rd_column))

static void report_chapter(struct rd_play *play, const char *title)
{
    rd_buf_char(&play->cli->out, '\n');
    rd_output_tint(&play->cli->out, play->cli->colour, RD_TINT_BOLD, title);
    rd_buf_char(&play->cli->out, '\n');
}

static void report_write(struct rd_play *play, struct rd_grid *grid)
{
    if (grid->row_count == 0)
        rd_buf_text(&play->cli->out, "  (nothing)\n");
    rd_grid_write(grid, &play->cli->out, play->cli->colour);
}

/* ---- 1: what happened ---- */

static const struct rd_value *report_entry_record(const struct rd_value *entry)
{
    const struct rd_value *records = rd_map_list(entry, "records");
    return records->count ? &records->items[0] : NULL;
}

/* The state that the act left its record in; NULL: none. */
static const char *report_state(const struct rd_play_act *act)
{
    if (act->reply)
        return rd_map_text(act->reply, "state", NULL);
    return act->entry ? rd_map_text(report_entry_record(act->entry), "state", NULL) : NULL;
}

/* The state in which the act found its record; NULL: it had none. */
static const char *report_state_before(const struct rd_play *play, const struct rd_play_act *act)
{
    const char *state = NULL;
    for (const struct rd_play_act *a = play->first; a && a != act; a = a->next)
        if (a->number && act->number && !a->error && strcmp(a->number, act->number) == 0)
            state = report_state(a);
    return state;
}

static const struct rd_value *report_rang(const struct rd_play_act *act)
{
    const struct rd_value *decisions = rd_map_list(act->entry, "decisions");
    return decisions->count ? &decisions->items[0] : NULL;
}

static const char *report_outcome(const struct rd_play *play, const struct rd_play_act *act)
{
    if (act->error)
        return rd_arena_printf(play->arena, "refused %s: %s", rd_status_name(act->error->status),
                               act->error->text);
    const char *state = report_state(act);
    if (!state)
        return "done";
    const char *before = report_state_before(play, act);
    const char *arrow = before && strcmp(before, state) == 0 ? "=" : "→";
    return rd_arena_printf(play->arena, "%s %s", arrow, rd_play_state(play, act->type, state));
}

static const char *report_event(const struct rd_play *play, const struct rd_play_act *act)
{
    if (!act->entry || strcmp(act->event, "ring") != 0)
        return rd_play_event(play, act->type, act->event);
    return rd_arena_printf(play->arena, "deadline %s rang",
                           rd_map_text(report_rang(act), "rule", "?"));
}

/* What the clock did to records that nobody of the play has made is told in sums: how often, since
 * when, until when. */
static void report_besides(struct rd_play *play, bool rings_only)
{
    struct rd_grid grid;
    COLUMNS(&grid, play, { "times", true }, { "first", false }, { "last", false },
            { "what", false });
    for (const struct rd_play_act *act = play->first; act; act = act->next) {
        const struct rd_play_act *last = act;
        const char *event = report_event(play, act);
        int64_t count = 0;
        bool told = act->own || (rings_only && strcmp(act->event, "ring") != 0);
        for (const struct rd_play_act *a = play->first; a && !told; a = a->next) {
            if (a->own || strcmp(report_event(play, a), event) != 0 ||
                strcmp(a->type ? a->type : "", act->type ? act->type : "") != 0)
                continue;
            told = count++ == 0 && a != act;
            last = a;
        }
        if (!told)
            CELLS(&grid, rd_arena_printf(play->arena, "  %" PRId64 " ×", count),
                  rd_play_clock(play, act->at_ms), rd_play_clock(play, last->at_ms),
                  rd_arena_printf(play->arena, "%s%s%s", act->type ? act->type : "",
                                  act->type ? " " : "", event));
    }
    if (grid.row_count > 0)
        rd_buf_text(&play->cli->out, "\nand by the clock alone, on records of its own:\n");
    grid.headed = true;
    rd_grid_write(&grid, &play->cli->out, play->cli->colour);
}

void rd_play_report_timeline(struct rd_play *play)
{
    struct rd_grid grid;
    const char *day = "";
    COLUMNS(&grid, play, { "when 时间", false }, { "who 谁", false }, { "case 编号", false },
            { "what 事项", false }, { "→ state 状态", false });
    report_chapter(play, "1  What happened 经过");
    for (const struct rd_play_act *act = play->first; act; act = act->next) {
        const char *clock = rd_play_clock(play, act->at_ms);
        if (!act->own)
            continue;
        if (day[0] && strncmp(day, clock, 9) != 0)
            CELLS(&grid, "", "", "", "", "");
        day = clock;
        CELLS(&grid, clock, rd_play_account(play, act->actor), act->number ? act->number : "",
              report_event(play, act), report_outcome(play, act));
    }
    report_write(play, &grid);
    report_besides(play, false);
}

/* ---- 2: who received what ---- */

static enum rd_status report_read_notices(struct rd_play *play, struct rd_value *all,
                                          struct rd_error *error)
{
    int64_t since = 0;
    struct rd_value page;
    *all = rd_list();
    do {
        struct rd_value params = rd_map();
        rd_map_set(play->arena, &params, "since", rd_int(since));
        rd_map_set(play->arena, &params, "limit", rd_int(RD_LIST_LIMIT_MAX));
        enum rd_status status = rd_play_call(play, "notice.list", &params, &page, error);
        if (status != RD_OK)
            return status;
        const struct rd_value *notices = rd_map_list(&page, "notices");
        for (uint32_t i = 0; i < notices->count; i++)
            rd_list_add(play->arena, all, notices->items[i]);
        since = rd_map_int(&page, "next", since);
    } while (rd_map_bool(&page, "more", false));
    return RD_OK;
}

static bool report_is_to(const struct rd_value *notice, const char *account)
{
    const struct rd_value *to = rd_map_list(notice, "to");
    for (uint32_t i = 0; i < to->count; i++)
        if (to->items[i].kind == RD_TEXT && strcmp(to->items[i].text, account) == 0)
            return true;
    return false;
}

/* The widest of the roles that the policy names for the account. */
static const char *report_role(const struct rd_play *play, const struct rd_account *account)
{
    const struct rd_organisation *organisation = &play->model->organisation;
    for (size_t i = organisation->role_count; i-- > 0;)
        if (account->named & (1ull << i))
            return rd_play_label(play, &organisation->roles[i].title, organisation->roles[i].name);
    return "";
}

static const char *report_time(const struct rd_play *play, const struct rd_value *map)
{
    int64_t at_ms;
    const char *text = rd_map_text(map, "at", "");
    return rd_time_read(text, &at_ms) ? rd_play_clock(play, at_ms) : text;
}

static void report_notices_of(struct rd_play *play, const struct rd_value *notices,
                              const struct rd_account *account)
{
    struct rd_grid grid;
    COLUMNS(&grid, play, { "  when 时间", false }, { "text 内容", false }, { "rule 依据", false });
    for (uint32_t i = 0; i < notices->count; i++)
        if (report_is_to(&notices->items[i], account->name) &&
            rd_play_is_own(play, rd_map_text(&notices->items[i], "id", "")))
            CELLS(&grid,
                  rd_arena_printf(play->arena, "  %s", report_time(play, &notices->items[i])),
                  rd_map_text(&notices->items[i], "text", ""),
                  rd_map_text(&notices->items[i], "rule", ""));
    if (grid.row_count == 0)
        return;
    rd_buf_printf(&play->cli->out, "%s, %s, %s: %zu\n", account->title, report_role(play, account),
                  account->name, grid.row_count);
    grid.headed =
        true; /* the same columns for everybody: one heading is enough, and it is the line above */
    rd_grid_write(&grid, &play->cli->out, play->cli->colour);
}

static void report_notices(struct rd_play *play, const struct rd_value *notices)
{
    const struct rd_organisation *organisation = &play->model->organisation;
    uint32_t others = 0;
    report_chapter(play, "2  Who received what 通知");
    for (size_t i = 0; i < organisation->account_count; i++)
        report_notices_of(play, notices, &organisation->accounts[i]);
    for (uint32_t i = 0; i < notices->count; i++)
        others += !rd_play_is_own(play, rd_map_text(&notices->items[i], "id", ""));
    if (others > 0)
        rd_buf_printf(&play->cli->out, "and %" PRIu32 " notices about what the clock began\n",
                      others);
}

/* ---- 3: granted and refused ---- */

/* Lines of one refusal: where it says so itself, or the rows that would have been needed. */
static void report_refusal(struct rd_play *play, struct rd_grid *grid,
                           const struct rd_play_act *act)
{
    const struct rd_value *rows = rd_map_list(act->error->detail, "rows");
    const char *what =
        rd_arena_printf(play->arena, "refused %s", rd_status_name(act->error->status));
    CELLS(grid, rd_play_clock(play, act->at_ms), rd_play_account(play, act->actor),
          act->number ? act->number : "", act->event, what, "", act->error->where,
          act->error->text);
    for (uint32_t i = 0; i < rows->count; i++)
        CELLS(grid, "", "", "", "", "", rd_map_text(&rows->items[i], "rule", ""),
              rd_map_text(&rows->items[i], "line", ""), rd_map_text(&rows->items[i], "reason", ""));
    const struct rd_value *faults = rd_map_list(act->error->detail, "faults");
    for (uint32_t i = 1; i < faults->count; i++)
        CELLS(grid, "", "", "", "", "", "", rd_map_text(&faults->items[i], "where", ""),
              rd_map_text(&faults->items[i], "text", ""));
}

/* An answer that some rule gave a reason for: the authority row first, then what weighed. */
static void report_grant(struct rd_play *play, struct rd_grid *grid, const struct rd_play_act *act)
{
    const struct rd_value *decisions = rd_map_list(act->reply, "decisions");
    bool first = true;
    for (uint32_t i = 0; i < decisions->count; i++) {
        const struct rd_value *decision = &decisions->items[i];
        const char *reason = rd_map_text(decision, "reason", NULL);
        if (!reason)
            continue;
        if (first)
            CELLS(grid, rd_play_clock(play, act->at_ms), rd_play_account(play, act->actor),
                  act->number, act->event, report_outcome(play, act),
                  rd_map_text(&decisions->items[0], "rule", ""),
                  rd_map_text(&decisions->items[0], "line", ""),
                  rd_map_text(&decisions->items[0], "outcome", ""));
        first = false;
        CELLS(grid, "", "", "", "", "", rd_map_text(decision, "rule", ""),
              rd_map_text(decision, "line", ""),
              rd_arena_printf(play->arena, "%s: %s", rd_map_text(decision, "outcome", ""), reason));
    }
}

static void report_decisions(struct rd_play *play)
{
    struct rd_grid grid;
    COLUMNS(&grid, play, { "when 时间", false }, { "who 谁", false }, { "case 编号", false },
            { "asked 请求", false }, { "outcome 结果", false }, { "rule 规则", false },
            { "line 出处", false }, { "why 理由", false });
    report_chapter(play, "3  What was granted and what refused, and by which rule 授权与拒绝");
    for (const struct rd_play_act *act = play->first; act; act = act->next) {
        if (act->error)
            report_refusal(play, &grid, act);
        else if (act->reply)
            report_grant(play, &grid, act);
    }
    report_write(play, &grid);
}

/* ---- 4: deadlines ---- */

/* What a deadline did: whom it told, and where the case went. */
static const char *report_effect(struct rd_play *play, const struct rd_play_act *act,
                                 const struct rd_value *notices)
{
    struct rd_buf text;
    const char *state = report_state(act);
    const char *before = report_state_before(play, act);
    rd_buf_init(&text);
    if (state && (!before || strcmp(before, state) != 0))
        rd_buf_printf(&text, "→ %s", rd_play_state(play, act->type, state));
    for (uint32_t i = 0; i < notices->count; i++) {
        const struct rd_value *to = rd_map_list(&notices->items[i], "to");
        if (rd_map_int(&notices->items[i], "seq", -1) != rd_map_int(act->entry, "seq", 0))
            continue;
        for (uint32_t k = 0; k < to->count; k++)
            rd_buf_printf(&text, "%s%s",
                          k          ? ", "
                          : text.len ? "; told "
                                     : "told ",
                          rd_play_account(play, to->items[k].text));
    }
    const char *kept = rd_arena_copy(play->arena, text.len ? text.data : "", text.len);
    rd_buf_fini(&text);
    return kept;
}

static void report_deadlines(struct rd_play *play, const struct rd_value *notices)
{
    struct rd_grid grid;
    COLUMNS(&grid, play, { "due 到期", false }, { "case 编号", false }, { "deadline 时限", false },
            { "limit 时长", false }, { "outcome 结果", false }, { "rule 依据", false },
            { "what it did 处理", false });
    report_chapter(play, "4  Which deadlines rang 到时");
    for (const struct rd_play_act *act = play->first; act; act = act->next)
        if (act->entry && act->own && strcmp(act->event, "ring") == 0)
            CELLS(&grid, rd_play_clock(play, act->at_ms), act->number ? act->number : "",
                  rd_map_text(report_rang(act), "rule", ""),
                  rd_map_text(report_rang(act), "reason", ""),
                  rd_map_text(report_rang(act), "outcome", ""),
                  rd_map_text(report_rang(act), "line", ""), report_effect(play, act, notices));
    report_write(play, &grid);
    report_besides(play, true);
}

/* ---- 5: the cases at the end ---- */

static enum rd_status report_read_cases(struct rd_play *play, const char *type,
                                        struct rd_value *all, struct rd_error *error)
{
    const char *cursor = NULL;
    *all = rd_list();
    do {
        struct rd_value params = rd_map();
        struct rd_value page;
        rd_map_set(play->arena, &params, "type", rd_text(type));
        rd_map_set(play->arena, &params, "limit", rd_int(RD_LIST_LIMIT_MAX));
        if (cursor)
            rd_map_set(play->arena, &params, "cursor", rd_text(cursor));
        enum rd_status status = rd_play_call(play, "case.list", &params, &page, error);
        if (status != RD_OK)
            return status;
        const struct rd_value *cases = rd_map_list(&page, "cases");
        for (uint32_t i = 0; i < cases->count; i++)
            rd_list_add(play->arena, all, cases->items[i]);
        cursor = rd_map_text(&page, "cursor", NULL);
    } while (cursor);
    return RD_OK;
}

#define NUMBERS_MAX 13 /* of one state that are listed */

static void report_state_cases(struct rd_play *play, struct rd_grid *grid,
                               const struct rd_record_type *type, const struct rd_state *state,
                               const struct rd_value *cases)
{
    struct rd_buf numbers;
    uint32_t count = 0;
    rd_buf_init(&numbers);
    for (uint32_t i = 0; i < cases->count; i++) {
        if (strcmp(rd_map_text(&cases->items[i], "state", ""), state->name) != 0)
            continue;
        if (count++ < NUMBERS_MAX)
            rd_buf_printf(&numbers, "%s%s", count > 1 ? " " : "",
                          rd_map_text(&cases->items[i], "number", "?"));
    }
    if (count > NUMBERS_MAX)
        rd_buf_text(&numbers, " …");
    if (count > 0)
        CELLS(grid, rd_play_label(play, &type->title, type->name),
              rd_play_label(play, &state->title, state->name),
              rd_arena_printf(play->arena, "%" PRIu32, count),
              rd_arena_copy(play->arena, numbers.data, numbers.len));
    rd_buf_fini(&numbers);
}

static enum rd_status report_cases(struct rd_play *play, struct rd_error *error)
{
    struct rd_grid grid;
    COLUMNS(&grid, play, { "type 类型", false }, { "state 状态", false }, { "cases 件数", true },
            { "numbers 编号", false });
    report_chapter(play, "5  The cases at the end 结果");
    for (size_t i = 0; i < play->model->type_count; i++) {
        const struct rd_record_type *type = &play->model->types[i];
        struct rd_value cases;
        if (!type->chart)
            continue;
        enum rd_status status = report_read_cases(play, type->name, &cases, error);
        if (status != RD_OK)
            return status;
        for (size_t s = 0; s < type->chart->state_count; s++)
            report_state_cases(play, &grid, type, &type->chart->states[s], &cases);
    }
    report_write(play, &grid);
    return RD_OK;
}

enum rd_status rd_play_report(struct rd_play *play, struct rd_error *error)
{
    struct rd_value notices;
    rd_play_report_timeline(play);
    enum rd_status status = report_read_notices(play, &notices, error);
    if (status != RD_OK)
        return status;
    report_notices(play, &notices);
    report_decisions(play);
    report_deadlines(play, &notices);
    return report_cases(play, error);
}

/* ---- 6: the journal ---- */

enum rd_status rd_play_report_journal(struct rd_play *play, struct rd_error *error)
{
    struct rd_buf *out = &play->cli->out;
    struct rd_journal_verdict verdict = { .entries = 0 };
    char hash[2 * RD_HASH_BYTES + 1];
    report_chapter(play, "6  What the journal proves 日志");
    enum rd_status status =
        rd_journal_verify(rd_arena_printf(play->arena, "%s/journal", play->daemon.data_dir), NULL,
                          NULL, &verdict, error);
    if (status == RD_CHECK_FAILED)
        return rd_error_set(error, status, "entry %" PRIu64 " of the journal does not fit: %s",
                            verdict.bad_seq, verdict.bad_place);
    if (status != RD_OK)
        return status;
    if (verdict.entries != (uint64_t)play->entries)
        return rd_error_set(error, RD_CHECK_FAILED,
                            "the journal proves %" PRIu64 " entries; the feed told of %" PRId64,
                            verdict.entries, play->entries);
    for (size_t i = 0; i < RD_HASH_BYTES; i++)
        snprintf(hash + 2 * i, 3, "%02x", verdict.hash[i]);
    rd_buf_printf(out,
                  "entries  %" PRIu64 ", as many as the feed has told of: %" PRId64
                  " deadlines, %" PRId64 " refusals for want of authority among them\n"
                  "bytes    %" PRIu64
                  "\nhash     %s\nthe chain holds from the first entry to the last\n",
                  verdict.entries, play->rung, play->refused_kept, verdict.bytes, hash);
    return RD_OK;
}
