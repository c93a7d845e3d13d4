/* The company's procedures as a page: each workflow with its states, events, forms, limits, and who
 * may do what, as the rules of a directory have it now. Made of the compiled model, so it can't say
 * anything that the engine does not do; what it prints depends on the rules alone.
 */
#include <string.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/policy_print.h"
#include "domain/ceiling.h"
#include "domain/model.h"
#include "domain/report.h"
#include "domain/schedule.h"
#include "domain/template.h"
#include "domain/view.h"
#include "policy/policy.h"

struct page {
    struct rd_buf *out;
    const struct rd_model *model;
};

static void page_cell(struct page *page, const char *text)
{
    for (; *text; text++)
        if (*text == '|')
            rd_buf_text(page->out, "\\|");
        else
            rd_buf_char(page->out, *text == '\n' ? ' ' : *text);
}

/* "`verify` 核实 Verify": the name, and what people call it in the company's languages. */
static void page_name(struct page *page, const char *name, const struct rd_value *title)
{
    rd_buf_printf(page->out, "`%s`", name);
    const char *before = NULL;
    for (size_t i = 0; i < page->model->language_count; i++) {
        const char *text = rd_map_text(title, page->model->languages[i], NULL);
        if (!text || (before && strcmp(text, before) == 0))
            continue;
        rd_buf_text(page->out, i ? " · " : " ");
        page_cell(page, text);
        before = text;
    }
}

static void page_roles(struct page *page, uint64_t roles)
{
    const struct rd_organisation *organisation = &page->model->organisation;
    bool first = true;
    for (size_t i = 0; i < organisation->role_count; i++)
        if (roles & (1ull << i)) {
            rd_buf_printf(page->out, "%s%s", first ? "" : ", ", organisation->roles[i].name);
            first = false;
        }
}

static void page_names(struct page *page, const char *before, const char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        rd_buf_printf(page->out, "%s`%s`", i ? ", " : before, names[i]);
}

/* "supervisor (unit), up to `remedy.limit`, not `actor_is_proposer`; ..." */
static void page_permission(struct page *page, const struct rd_permission *permission)
{
    if (permission->internal)
        rd_buf_text(page->out, "(by itself 自动)");
    else if (permission->row_count == 0)
        rd_buf_text(page->out, "nobody 无");
    for (size_t i = 0; i < permission->row_count; i++) {
        const struct rd_authority_row *row = permission->rows[i];
        rd_buf_text(page->out, i ? "<br>" : "");
        page_roles(page, row->from);
        if (row->reach != RD_REACH_ALL)
            rd_buf_printf(page->out, " (%s)", rd_reach_name(row->reach));
        if (row->up_to)
            rd_buf_printf(page->out, ", up to `%s`", row->up_to->name);
        page_names(page, ", another person than ", row->other_than, row->other_than_count);
        page_names(page, ", not where ", row->unless, row->unless_count);
    }
}

/* The states that an event may lead to, each once. */
static void page_targets(struct page *page, const struct rd_chart *chart,
                         const struct rd_event *event)
{
    for (size_t r = 0; r < event->row_count; r++) {
        size_t before = 0;
        while (before < r && event->rows[before].go != event->rows[r].go)
            before++;
        int go = event->rows[r].go;
        if (before == r)
            rd_buf_printf(page->out, "%s%s", r ? ", " : "",
                          go < 0 ? "(stays)" : chart->states[go].name);
    }
    if (event->above)
        rd_buf_printf(page->out, "; above the power: %s",
                      event->above->go < 0 ? "(stays)" : chart->states[event->above->go].name);
}

static void page_event(struct page *page, const struct rd_chart *chart,
                       const struct rd_event *event, const char *between)
{
    page_name(page, event->name, &event->title);
    rd_buf_text(page->out, " → ");
    page_targets(page, chart, event);
    rd_buf_text(page->out, between);
    if (event->form && !event->form->whole)
        page_name(page, event->form->name, &event->form->title);
    else if (event->form)
        rd_buf_text(page->out, "the record's own fields 记录字段");
    rd_buf_text(page->out, between);
    page_permission(page, event->permission);
}

static void page_limit(struct page *page, const struct rd_chart *chart,
                       const struct rd_limit *limit)
{
    rd_buf_printf(page->out, limit->decision ? "`%s`" : "%s", limit->text);
    if (limit->clock && limit->clock != chart->clock)
        rd_buf_printf(page->out, " (%s)", rd_calendar_name(limit->clock));
    if (limit->go >= 0)
        rd_buf_printf(page->out, " → %s", chart->states[limit->go].name);
    if (limit->tell_count)
        rd_buf_text(page->out, ": ");
    for (size_t i = 0; i < limit->tell_count; i++)
        rd_buf_printf(page->out, "%s%s", i ? ", " : "", limit->tell[i]);
    rd_buf_text(page->out, limit->escalate ? " ↑" : "");
}

/* What a state is beside its events, in the first of its lines. */
static void page_state_limits(struct page *page, const struct rd_chart *chart,
                              const struct rd_state *state)
{
    for (size_t i = 0; i < state->after_count; i++) {
        rd_buf_text(page->out, i ? "<br>" : "");
        page_limit(page, chart, &state->after[i]);
    }
    const char *between = state->after_count ? "; " : "";
    if (state->pause)
        rd_buf_printf(page->out, "%swhole case's clock stands 全案时钟暂停", between);
    if (state->final)
        rd_buf_text(page->out, "the end 终结");
    if (state->rests) {
        rd_buf_text(page->out, state->pause || *between ? "; " : "");
        page_cell(page, state->rests);
    }
}

static void page_chart_state(struct page *page, const struct rd_chart *chart,
                             const struct rd_state *state)
{
    for (size_t i = 0; i == 0 || i < state->event_count; i++) {
        rd_buf_text(page->out, "| ");
        if (i == 0)
            page_name(page, state->name, &state->title);
        rd_buf_text(page->out, " | ");
        if (i < state->event_count)
            page_event(page, chart, &state->events[i], " | ");
        else
            rd_buf_text(page->out, " |  | ");
        rd_buf_text(page->out, " | ");
        if (i == 0)
            page_state_limits(page, chart, state);
        rd_buf_text(page->out, " |\n");
    }
}

static void page_chart_always(struct page *page, const struct rd_chart *chart,
                              const struct rd_event *event)
{
    bool first = true;
    rd_buf_text(page->out, "| (any 任意)");
    for (size_t s = 0; s < chart->state_count; s++)
        if (event->except[s / 64] & (1ull << (s % 64))) {
            rd_buf_printf(page->out, "%s`%s`", first ? " but " : ", ", chart->states[s].name);
            first = false;
        }
    rd_buf_text(page->out, " | ");
    page_event(page, chart, event, " | ");
    rd_buf_text(page->out, " |  |\n");
}

/* Views, reports and schedules that are about the record. */
static void page_lists(struct page *page, const struct rd_record_type *type)
{
    const struct rd_model *model = page->model;
    bool first = true;
    for (size_t i = 0; i < model->view_count; i++)
        if (model->views[i].type == type) {
            rd_buf_text(page->out, first ? "- Views 视图: " : "; ");
            page_name(page, model->views[i].name, &model->views[i].title);
            first = false;
        }
    rd_buf_text(page->out, first ? "" : "\n");
    first = true;
    for (size_t i = 0; i < model->report_count; i++)
        for (size_t s = 0; s < model->reports[i].section_count; s++)
            if (model->reports[i].sections[s].type == type) {
                rd_buf_text(page->out, first ? "- Reports 报表: " : "; ");
                page_name(page, model->reports[i].name, &model->reports[i].title);
                first = false;
                break;
            }
    rd_buf_text(page->out, first ? "" : "\n");
    first = true;
    for (size_t i = 0; i < model->schedule_count; i++)
        if (model->schedules[i].type == type) {
            rd_buf_text(page->out, first ? "- Schedules 定期任务: " : "; ");
            page_name(page, model->schedules[i].name, &model->schedules[i].title);
            first = false;
        }
    rd_buf_text(page->out, first ? "" : "\n");
}

/* Whether the chart asks a decision: in facts, limits, authority rows, derived fields, guidance. */
static bool asks_limits(const struct rd_limit *limits, size_t count,
                        const struct rd_decision *decision)
{
    for (size_t i = 0; i < count; i++)
        if (limits[i].decision == decision)
            return true;
    return false;
}

static bool asks_rows(const struct rd_event *event, const struct rd_decision *decision)
{
    for (size_t r = 0; r < event->permission->row_count; r++) {
        const struct rd_authority_row *row = event->permission->rows[r];
        if (row->up_to == decision)
            return true;
        for (size_t i = 0; i < row->ceiling_count; i++)
            if (row->ceilings[i].asked == decision)
                return true;
    }
    return false;
}

static bool chart_asks(const struct rd_chart *chart, const struct rd_decision *decision)
{
    bool asks = chart->guidance == decision || asks_rows(&chart->open, decision) ||
                (chart->within && asks_limits(chart->within, 1, decision));
    for (size_t i = 0; !asks && i < chart->fact_count; i++)
        asks = chart->facts[i].decision == decision;
    for (size_t s = 0; !asks && s < chart->state_count; s++) {
        const struct rd_state *state = &chart->states[s];
        asks = asks_limits(state->after, state->after_count, decision);
        for (size_t i = 0; !asks && i < state->event_count; i++)
            asks = asks_rows(&state->events[i], decision);
    }
    for (size_t i = 0; !asks && i < chart->always_count; i++)
        asks = asks_rows(&chart->always[i], decision);
    for (size_t i = 0; !asks && i < chart->type->field_count; i++) {
        const char *derived = chart->type->fields[i].derived;
        asks = derived && strcmp(derived, decision->name) == 0;
    }
    return asks;
}

/* What an administrator edits to change how it goes: the decision tables that the chart asks, and
 * the templates of what is written. */
static void page_tables(struct page *page, const struct rd_chart *chart)
{
    const struct rd_model *model = page->model;
    const char *file = NULL;
    bool any = false;
    for (size_t i = 0; i < model->decision_count; i++) {
        const struct rd_decision *decision = &model->decisions[i];
        if (!chart_asks(chart, decision))
            continue;
        bool same = file && strcmp(file, decision->file) == 0;
        rd_buf_text(page->out, !any ? "- Tables 规则表: " : same ? ", " : "; ");
        if (!same)
            rd_buf_printf(page->out, "`%s`: ", decision->file);
        rd_buf_printf(page->out, "`%s`", decision->name);
        file = decision->file;
        any = true;
    }
    rd_buf_text(page->out, any ? "\n" : "");
    any = false;
    for (size_t i = 0; i < model->template_count; i++)
        if (model->templates[i].of == chart->type) {
            rd_buf_text(page->out, any ? "; " : "- Templates 文书模板: ");
            page_name(page, model->templates[i].name, &model->templates[i].title);
            any = true;
        }
    rd_buf_text(page->out, any ? "\n" : "");
}

static void page_readers(struct page *page, const struct rd_record_type *type)
{
    rd_buf_text(page->out, "- Read by 可查看: ");
    page_permission(page, type->read);
    rd_buf_text(page->out, "\n");
}

static void page_chart(struct page *page, const struct rd_chart *chart)
{
    rd_buf_text(page->out, "\n## ");
    page_name(page, chart->name, &chart->title);
    rd_buf_printf(page->out, "\n\nDeclared in `%s`.\n\n- Opened by 立案: ", chart->file);
    page_event(page, chart, &chart->open, "; ");
    rd_buf_text(page->out, "\n");
    if (chart->within) {
        rd_buf_text(page->out, "- Whole case 全案时限: ");
        page_limit(page, chart, chart->within);
        rd_buf_text(page->out, "\n");
    }
    if (chart->clock)
        rd_buf_printf(page->out, "- Clock 时钟: `%s`\n", rd_calendar_name(chart->clock));
    page_readers(page, chart->type);
    page_tables(page, chart);
    page_lists(page, chart->type);
    rd_buf_text(page->out,
                "\n| state 状态 | event 事件 → state | form 表单 | who 权限 | limit 时限, "
                "then |\n| --- | --- | --- | --- | --- |\n");
    for (size_t s = 0; s < chart->state_count; s++)
        page_chart_state(page, chart, &chart->states[s]);
    for (size_t i = 0; i < chart->always_count; i++)
        page_chart_always(page, chart, &chart->always[i]);
}

static void page_plain(struct page *page, const struct rd_record_type *type)
{
    rd_buf_text(page->out, "\n### ");
    page_name(page, type->name, &type->title);
    rd_buf_text(page->out, "\n\n");
    if (!type->ledger) {
        rd_buf_text(page->out, "- Created by 新建: ");
        page_permission(page, type->create);
        rd_buf_text(page->out, "\n- Changed by 修改: ");
        page_permission(page, type->update);
        rd_buf_text(page->out, "\n");
    }
    page_readers(page, type);
    page_lists(page, type);
}

static void page_whole(struct page *page)
{
    const struct rd_model *model = page->model;
    rd_buf_text(
        page->out,
        "# Workflows 流程一览\n\n"
        "Made by `redress policy workflows` from the rules of a directory; do not edit. "
        "[procedures.md](procedures.md) says what\n"
        "they are for and which file an administrator edits.\n\n"
        "In the last column a name in quotes is a decision table that gives the time; what follows "
        "is who is told; ↑ means that the case\n"
        "climbs. In brackets behind a role: how far it reaches (own, group, unit, branch; all "
        "where "
        "nothing is said). Each later line of a\n"
        "cell is another row that may allow it.\n");
    for (size_t c = 0; c < model->chart_count; c++)
        page_chart(page, &model->charts[c]);
    rd_buf_text(page->out, "\n## Records without a workflow 无流程的记录\n");
    for (size_t t = 0; t < model->type_count; t++)
        if (!model->types[t].chart)
            page_plain(page, &model->types[t]);
}

enum rd_status rd_run_policy_workflows(struct rd_cli *cli, struct rd_error *error)
{
    const char *dir = rd_args_operand(&cli->args, 0);
    struct rd_policy_source *sources;
    struct rd_policy *policy;
    size_t count;
    enum rd_status status =
        rd_policy_open_dir(&cli->arena, dir ? dir : ".", &sources, &count, &policy, error);
    if (status != RD_OK)
        return status;
    struct page page = { .out = &cli->out, .model = rd_policy_model(policy) };
    page_whole(&page);
    rd_policy_free(policy);
    return RD_OK;
}
