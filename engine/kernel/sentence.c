/* What was decided, told in sentences.
 *
 *   who did what ─▶ on which facts ─▶ rule by rule, with its line ─▶ what came of it
 *   refused: why ─▶ the nearest yes
 *
 * Sentences are made of what the reader is shown, never of the entry: there is one place that
 * hides, and this is not it. A rule's own words (reasons, titles) stand as the rules have them.
 */
#include "kernel/sentence.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "domain/label.h"

struct sentences {
    const struct rd_kernel *kernel;
    const struct rd_record_type *type;
    const struct rd_value *shown;
    const char *language;
    bool zh;
    struct rd_arena *arena;
    struct rd_value list;
};

static void sentence_add(struct sentences *s, const char *text)
{
    rd_list_add(s->arena, &s->list, rd_text(text));
}

/* The one of the two that is the reader's language. */
static const char *say(const struct sentences *s, const char *en, const char *zh)
{
    return s->zh ? zh : en;
}

/* ---- names as people read them ---- */

static const char *sentence_role(const struct sentences *s, const char *name)
{
    const struct rd_organisation *organisation = &s->kernel->model->organisation;
    int role = rd_role_find(organisation, name);
    return role < 0
               ? name
               : rd_label_of(s->kernel->model, &organisation->roles[role].title, s->language, name);
}

static const char *sentence_state(const struct sentences *s, const char *name)
{
    const struct rd_state *state = s->type ? rd_type_state(s->type, name) : NULL;
    return state ? rd_label_of(s->kernel->model, &state->title, s->language, name)
                 : (name ? name : "");
}

static const struct rd_event *sentence_event(const struct rd_chart *chart, const char *command)
{
    if (strcmp(chart->open.command, command) == 0)
        return &chart->open;
    for (size_t i = 0; i < chart->state_count; i++)
        for (size_t e = 0; e < chart->states[i].event_count; e++)
            if (strcmp(chart->states[i].events[e].command, command) == 0)
                return &chart->states[i].events[e];
    for (size_t e = 0; e < chart->always_count; e++)
        if (strcmp(chart->always[e].command, command) == 0)
            return &chart->always[e];
    return NULL;
}

static const char *sentence_command(const struct sentences *s, const char *command)
{
    static const char *const own[][3] = {
        { "ring", "a deadline rang", "时限到期" },
        { "replan", "deadlines were planned anew", "重新规划时限" },
    };
    const struct rd_event *event =
        s->type && s->type->chart ? sentence_event(s->type->chart, command) : NULL;
    for (size_t i = 0; !event && s->type && i < s->type->pinned_count; i++)
        event = sentence_event(&s->type->pinned[i], command);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcmp(own[i][0], command) == 0)
            return say(s, own[i][1], own[i][2]);
    return event ? rd_label_of(s->kernel->model, &event->title, s->language, command) : command;
}

/* ---- who did what ---- */

static void sentence_head(struct sentences *s)
{
    const char *actor = rd_map_text(s->shown, "actor", "?"),
               *behalf = rd_map_text(s->shown, "for", NULL),
               *behind = rd_map_text(s->shown, "behind", NULL),
               *command = sentence_command(s, rd_map_text(s->shown, "command", "?"));
    const char *at_text = rd_map_text(s->shown, "at", NULL), *when = "";
    int64_t at;
    if (at_text && rd_time_read(at_text, &at))
        when = rd_label_time(s->kernel->model, at, s->arena);
    const char *who = rd_arena_join(s->arena, actor, behalf ? say(s, " for ", "(代") : "",
                                    behalf ? behalf : "", behalf ? say(s, "", ")") : "");
    if (behind)
        who = rd_arena_join(s->arena, who, say(s, " (in fact ", "(实为"), behind, say(s, ")", ")"));
    const char *refused = rd_map_text(s->shown, "refused", NULL);
    if (s->zh)
        sentence_add(s, rd_arena_join(s->arena, when, *when ? "," : "", who,
                                      refused ? "申请“" : "办理“", command,
                                      refused ? "”,被拒绝。" : "”。"));
    else
        sentence_add(s, rd_arena_join(s->arena, *when ? when : "", *when ? ": " : "", who,
                                      refused ? " was refused: " : ": ", command, "."));
}

/* ---- facts ---- */

static const char *sentence_field(const struct sentences *s, const char *name)
{
    int field = s->type ? rd_type_field(s->type, name) : -1;
    return field < 0
               ? name
               : rd_label_of(s->kernel->model, &s->type->fields[field].title, s->language, name);
}

static const char *sentence_value(const struct sentences *s, const char *name,
                                  const struct rd_value *value)
{
    int field = s->type ? rd_type_field(s->type, name) : -1;
    switch (value->kind) {
    case RD_TEXT:
        return field < 0 ? value->text
                         : rd_label_choice(s->kernel->model, &s->type->fields[field].type,
                                           value->text, s->language);
    case RD_INT:
        return rd_arena_printf(s->arena, "%lld", (long long)value->integer);
    case RD_BOOL:
        return value->boolean ? say(s, "yes", "是") : say(s, "no", "否");
    case RD_REAL:
        return rd_arena_printf(s->arena, "%g", value->real);
    case RD_NULL:
        return say(s, "nothing", "空");
    default:
        return "...";
    }
}

static void sentence_facts(struct sentences *s)
{
    const struct rd_value *facts = rd_map_get(s->shown, "facts");
    const char *text = "";
    for (uint32_t i = 0; rd_value_is(facts, RD_MAP) && i < facts->count; i++)
        if (facts->pairs[i].value.kind != RD_NULL) /* what is empty decided little, and is many */
            text = rd_arena_join(s->arena, text, *text ? say(s, ", ", ",") : "",
                                 sentence_field(s, facts->pairs[i].key), " = ",
                                 sentence_value(s, facts->pairs[i].key, &facts->pairs[i].value));
    if (!*text)
        return;
    sentence_add(
        s, rd_arena_join(s->arena, say(s, "Facts read: ", "依据的事实:"), text, say(s, ".", "。")));
}

/* ---- rules ---- */

/* "180.00 is above, needs boss", as grant.c says it. */
static const char *sentence_amount(const struct sentences *s, const char *reason)
{
    const char *within = strstr(reason, " is within"), *above = strstr(reason, " is above"),
               *needs = strstr(reason, ", needs ");
    if (!within && !above)
        return reason;
    const char *amount =
        rd_arena_copy(s->arena, reason, (size_t)((within ? within : above) - reason));
    if (within)
        return rd_arena_join(s->arena, amount, say(s, " is within", " 在限额内"));
    if (!needs)
        return rd_arena_join(s->arena, amount, say(s, " is above", " 超出限额"));
    return rd_arena_join(s->arena, amount,
                         say(s, " is above, it needs the role ", " 超出限额,须由 "),
                         sentence_role(s, needs + strlen(", needs ")), say(s, "", " 办理"));
}

/* Outcomes that are the engine's own words. */
static const char *const OUTCOMES[][3] = {
    { "allowed", "allows it", "允许" },
    { "true", "holds", "成立" },
    { "false", "does not hold", "不成立" },
    { "acted", "was carried out", "已执行" },
    { "not accepted", "was sent, and not accepted in this state", "已发出,当前状态不接受" },
    { "rang", "rang", "到期" },
    { "rang, but the rule is gone", "rang, but its rule is gone", "到期,但规则已取消" },
    { "other than", "is kept: another person", "四眼原则成立:另一人" },
    { "planned again", "was planned anew", "重新规划" },
    { "begun late", "was begun late", "补起算" },
    { "taken away", "was taken away", "已取消" },
    { "moved", "sent the case to another state", "将案件移至另一状态" },
    { "follows", "is the workflow that the case goes by from here on", "自此起适用于本案" },
};

static const char *sentence_outcome(const struct sentences *s, const char *outcome)
{
    for (size_t i = 0; i < sizeof OUTCOMES / sizeof *OUTCOMES; i++)
        if (strcmp(OUTCOMES[i][0], outcome) == 0)
            return say(s, OUTCOMES[i][1], OUTCOMES[i][2]);
    if (s->type && rd_type_state(s->type, outcome))
        return rd_arena_join(s->arena, say(s, "leads to \"", "转入“"), sentence_state(s, outcome),
                             say(s, "\"", "”"));
    if (strncmp(outcome, "limit = ", 8) == 0)
        return rd_arena_join(s->arena, say(s, "gives the limit ", "给出限额 "), outcome + 8);
    return rd_arena_join(s->arena, say(s, "says ", "得出 "), outcome);
}

static const char *sentence_digits(struct sentences *s, const char *text)
{
    return rd_arena_copy(s->arena, text, strspn(text, "0123456789"));
}

/* "12 more rows, 3 more facts", or one of them: they were too many to be kept. */
static void sentence_more(struct sentences *s, const char *outcome)
{
    const char *comma = strstr(outcome, ", "), *facts = comma ? comma + 2 : outcome;
    if (strstr(outcome, " more rows")) {
        const char *count = sentence_digits(s, outcome);
        sentence_add(s, say(s,
                            rd_arena_join(s->arena, count,
                                          " more rules had their say; which ones was not kept."),
                            rd_arena_join(s->arena, "另有 ", count, " 条规则参与判定,未予保存。")));
    }
    if (strstr(facts, " more facts")) {
        const char *count = sentence_digits(s, facts);
        sentence_add(s, say(s,
                            rd_arena_join(s->arena, count,
                                          " more facts were read; which ones was not kept."),
                            rd_arena_join(s->arena, "另读取了 ", count, " 项事实,未予保存。")));
    }
}

static void sentence_rule(struct sentences *s, const struct rd_value *decision)
{
    const char *rule = rd_map_text(decision, "rule", "?"),
               *line = rd_map_text(decision, "line", ""),
               *outcome = rd_map_text(decision, "outcome", ""),
               *reason = rd_map_text(decision, "reason", NULL);
    if (strcmp(rule, RD_SAID_MORE) == 0 && !*line) {
        sentence_more(s, outcome);
        return;
    }
    if (reason && strncmp(outcome, "limit = ", 8) == 0)
        reason = sentence_amount(s, reason);
    sentence_add(s, rd_arena_join(s->arena, rule, say(s, " ", ""), sentence_outcome(s, outcome),
                                  reason ? say(s, ": ", ":") : "", reason ? reason : "",
                                  *line ? say(s, " (", "(") : "", line,
                                  *line ? say(s, ").", ")。") : say(s, ".", "。")));
}

/* ---- what came of it ---- */

static const char *const REFUSALS[][3] = {
    { "not_allowed", "it is not allowed", "无权办理" },
    { "above_authority", "the amount is above the authority", "金额超出权限" },
    { "four_eyes", "two steps need two persons", "须由不同的人办理(四眼原则)" },
    { "wrong_state", "the case is not in a state that accepts it", "当前状态不接受此操作" },
    { "bad_form", "the form is not complete or not right", "表单不完整或有误" },
    { "policy_fault", "the rules themselves failed", "规则自身出错" },
    { "already_posted", "it was posted already", "已入账" },
    { "already_exists", "there is one already", "已存在" },
};

static void sentence_end(struct sentences *s)
{
    const char *refused = rd_map_text(s->shown, "refused", NULL),
               *reason = rd_map_text(s->shown, "reason", NULL),
               *state = rd_map_text(s->shown, "state", NULL), *what = refused;
    if (!refused && state)
        sentence_add(s, rd_arena_join(s->arena, say(s, "The case is in \"", "案件状态:“"),
                                      sentence_state(s, state), say(s, "\".", "”。")));
    if (!refused)
        return;
    for (size_t i = 0; i < sizeof REFUSALS / sizeof *REFUSALS; i++)
        if (strcmp(REFUSALS[i][0], refused) == 0)
            what = say(s, REFUSALS[i][1], REFUSALS[i][2]);
    sentence_add(s, rd_arena_join(s->arena, say(s, "Refused: ", "拒绝原因:"), what,
                                  reason ? say(s, " (", "(") : "", reason ? reason : "",
                                  reason ? say(s, ").", ")。") : say(s, ".", "。")));
}

static const char *sentence_names(const struct sentences *s, const struct rd_value *list,
                                  const char *(*name)(const struct sentences *s, const char *text))
{
    const char *text = "";
    for (uint32_t i = 0; i < list->count; i++)
        text = rd_arena_join(s->arena, text, i ? say(s, " or ", " 或 ") : "",
                             name(s, list->items[i].text));
    return text;
}

static const char *sentence_nearest(const struct sentences *s, const struct rd_value *yes)
{
    const char *kind = rd_map_text(yes, "kind", "");
    const struct rd_value *list;
    if (strcmp(kind, "amount") == 0)
        return rd_arena_join(s->arena, rd_map_text(yes, "amount", ""),
                             say(s, " may be granted at once", " 可即时办理"));
    if (strcmp(kind, "role") == 0) {
        list = rd_map_list(yes, "roles");
        return rd_arena_join(s->arena, sentence_names(s, list, sentence_role),
                             say(s, " may do it", " 可以办理"));
    }
    if (strcmp(kind, "state") == 0) {
        list = rd_map_list(yes, "states");
        return rd_arena_join(s->arena, say(s, "it can be done in ", "可在下列状态办理:"),
                             sentence_names(s, list, sentence_state));
    }
    list = rd_map_list(yes, "fields");
    return rd_arena_join(s->arena, say(s, "fill in or put right: ", "表单须填写或更正:"),
                         sentence_names(s, list, sentence_field));
}

static void sentence_nearests(struct sentences *s)
{
    const struct rd_value *nearest = rd_map_get(s->shown, "nearest");
    const char *text = "";
    bool refused = rd_map_get(s->shown, "refused") != NULL;
    if (!rd_value_is(nearest, RD_LIST) || (!refused && nearest->count == 0))
        return;
    for (uint32_t i = 0; i < nearest->count; i++)
        text = rd_arena_join(s->arena, text, i ? say(s, ", or ", ",或 ") : "",
                             sentence_nearest(s, &nearest->items[i]));
    sentence_add(s, nearest->count == 0
                        ? say(s, "Nobody may do it as things stand.", "目前无人可以办理。")
                        : rd_arena_join(s->arena, say(s, "The nearest yes: ", "最近的可行办法:"),
                                        text, say(s, ".", "。")));
}

struct rd_value rd_sentences(const struct rd_kernel *kernel, const struct rd_record_type *type,
                             const struct rd_value *shown, const char *language,
                             struct rd_arena *arena)
{
    struct sentences s = { .kernel = kernel,
                           .type = type,
                           .shown = shown,
                           .language = language,
                           .zh = language && strncmp(language, "zh", 2) == 0,
                           .arena = arena,
                           .list = rd_list() };
    const struct rd_value *decisions = rd_map_list(shown, "decisions");
    sentence_head(&s);
    sentence_facts(&s);
    for (uint32_t i = 0; i < decisions->count; i++)
        sentence_rule(&s, &decisions->items[i]);
    sentence_end(&s);
    sentence_nearests(&s);
    return s.list;
}
