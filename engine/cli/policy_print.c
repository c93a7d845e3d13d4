/* What the reference page and the editor stubs have in common: the kinds of values. The checker
 * knows them as functions; here is what people and editors are told of them. A kind that the schema
 * has and this table has not is an error, so neither page can fall silent about something new.
 */
#include "cli/policy_print.h"

#include <string.h>

static const struct rd_policy_kind kinds[] = {
    { "accountability_rule", "a rule of accountability", "问责规则",
      "{ id = \"late\", on = \"complaint.late\", answers = \"handler\", ... }",
      "redress.accountability_rule" },
    { "accounts", "a list of accounts", "账号列表",
      "{ { \"ben\", unit = \"gz\", roles = { \"handler\" } } }", "redress.account[]" },
    { "actions", "functions by name", "动作函数",
      "judge = function(f) return set { priority = f.urgency } end",
      "table<string, redress.action>" },
    { "always_events", "events by name, as in `on`", "事件表(同 on)",
      "withdraw = { go = \"withdrawn\", except = { \"closed\" } }",
      "table<string, string|redress.event>" },
    { "authority_row", "a row of the authority table", "权限行",
      "{ \"complaint.grant\", from = \"handler\", reach = \"own\" }", "redress.authority_row" },
    { "boolean", "`true` or `false`", "是或否", "true", "boolean" },
    { "cases", "a list of rows", "用例行", "{ { amount = \"100.00\", expect = allowed } }",
      "table[]" },
    { "commands", "one command, or a list; `*` stands for all", "命令,或其列表",
      "{ \"complaint.verify\", \"complaint.transfer\" }", "string|string[]" },
    { "conditions", "fields and what is asked of them", "条件:字段 = 要求",
      "{ handler = \"$me\", next_visit = { from = \"$today\" } }", "table<string, any>" },
    { "constants", "inputs and their values", "输入 = 固定值", "{ source = \"complaint\" }",
      "table<string, any>" },
    { "date", "a day", "日期", "\"2026-12-24\"", "string" },
    { "dates", "a day, or a list of days", "日期,或其列表", "{ \"2026-02-14\", \"2026-02-28\" }",
      "string|string[]" },
    { "days", "a list of days that differ", "例外日列表",
      "{ { \"2026-12-24\", hours = \"09:00-12:00\" } }", "(string|redress.day)[]" },
    { "discloses", "which records disclose what is secret, to whom, until when", "披露凭据",
      "{ what = { \"customer\" }, to = \"asker\", level = \"level\", ends = \"until_at\", "
      "state = \"granted\" }",
      "redress.discloses" },
    { "dotted", "a name with dots", "带点的名称", "\"remedy.limit\"", "string" },
    { "events", "events by name", "事件表",
      "verify = { form = \"verification\", go = \"verified\" }",
      "table<string, string|redress.event>" },
    { "facts", "facts by name", "事实表", "tier = decide \"customer.tier\" { of = \"customer\" }",
      "table<string, redress.fact>" },
    { "fields", "types by name", "字段表", "name = text { required = true, max = 200 }",
      "table<string, redress.type>" },
    { "form_fields", "a list of field names, or of { name, type }", "字段名,或 { 名称, 类型 }",
      "{ \"ground\", { \"findings\", text } }", "(string|table)[]" },
    { "function", "a function", "函数", "function(r) return skip \"empty\" end", "function" },
    { "given", "a list of records", "记录列表",
      "{ customer \"li\" { by = \"ben\", name = \"Li\" } }", "redress.opened[]" },
    { "guards", "functions by name", "守卫函数",
      "is_satisfied = function(f) return f.form.satisfied end", "table<string, redress.guard>" },
    { "hours", "hours of a day, or a list", "时段,或其列表", "{ \"09:00-12:00\", \"13:00-18:00\" }",
      "string|string[]" },
    { "indexes", "a list of lists of field names", "字段名列表的列表",
      "{ { \"department\", \"problem\" } }", "string[][]" },
    { "inputs", "types by name", "名称 = 类型", "remedy = remedies, role = roles",
      "table<string, redress.type>" },
    { "integer", "a whole number", "整数", "20", "integer" },
    { "item", "a word, or a word with labels", "词条",
      "{ \"key\", en = \"Key customer\", zh = \"大客户\" }", "string|redress.item" },
    { "labels", "a text, or one for each language", "文本,或各语言文本",
      "{ en = \"Received\", zh = \"已受理\" }", "string|table<string, string>" },
    { "limit", "one time limit", "一个时限",
      "{ \"4 hours\", escalate = true, tell = \"supervisor\" }", "redress.limit" },
    { "limits", "one time limit, or a list; `ladder = NAME` beside or instead",
      "时限,或其列表;可用 ladder = 名称 引用阶梯",
      "{ { \"4 hours\", tell = \"supervisor\" }, { \"2 days\", go = \"closed\" } }",
      "redress.limit|redress.limit[]" },
    { "measures", "figures by name", "统计列",
      "{ cases = count, late = { share = true, where = { late = true } } }", "table<string, any>" },
    { "month_day", "a day of every year", "每年某日", "\"06-01\"", "string" },
    { "moves", "states that are no more, and where their cases go", "已取消的状态 = 去往的状态",
      "{ on_hold = \"waiting\" }", "table<string, string>" },
    { "name", "a name: letters, digits and `_`", "名称(字母、数字、下划线)", "\"service_hours\"",
      "string" },
    { "names", "a name, or a list of names", "名称,或其列表", "{ \"handler\", \"supervisor\" }",
      "string|string[]" },
    { "off_days", "a list of days or spans off", "放假日期列表",
      "{ { \"2026-02-15\", \"2026-02-23\", \"春节\" } }", "(string|table)[]" },
    { "one_of", "one of the words named", "所列词之一", "\"unit\"", "string" },
    { "open", "the opening event", "立案事件", "{ event = \"receive\", form = \"registration\" }",
      "redress.open" },
    { "paths", "names of inputs and where they come from", "输入 = 来源",
      "{ region = \"customer.region\" }", "table<string, string>" },
    { "pause", "`true`, or the name of a calendar", "是,或日历名", "true", "boolean|string" },
    { "plain", "plain data: texts, numbers, booleans, tables", "纯数据", "\"ordinary\"", "any" },
    { "public", "what a customer may be shown", "客户可见内容",
      "{ proof = \"customer.phone\", fields = { \"result\" } }", "redress.public" },
    { "raw", "what the word asks for", "依词而定", "act \"verify\" { by = \"ben\" }", "any" },
    { "roles", "a list of roles, from narrow to wide", "角色列表,由小到大",
      "{ \"staff\", { \"handler\", is = \"staff\" } }", "(string|redress.role)[]" },
    { "row", "a target state, or a row", "状态,或分支",
      "{ go = \"passed_up\", run = \"asker_is_proposer\" }", "string|redress.row" },
    { "same", "fields that are equal: names, `name = PATH`, or both",
      "相等的字段:字段名,或 字段 = 路径", "{ \"department\", parent = \"id\" }", "string|table" },
    { "scalar", "a number or a text", "数或文本", "200", "number|string" },
    { "seasons", "a list of seasons", "季节列表",
      "{ { from = \"06-01\", to = \"09-30\", week = { } } }", "redress.season[]" },
    { "sections", "a list of tables", "统计表列表",
      "{ { by = \"channel\", measures = { cases = count } } }", "redress.section[]" },
    { "staff", "the staff's record type and its fields", "人员档案的记录类型及字段",
      "{ record = \"employee\", account = \"login\", roles = \"roles\" }", "redress.staff" },
    { "states", "states by name", "状态表", "archived = { final = true }",
      "table<string, redress.state>" },
    { "steps", "a list of steps", "步骤列表",
      "{ { act \"verify\" { by = \"ben\" }, expect = allowed } }", "any[]" },
    { "table", "a table", "表", "{ { tier = \"key\", limit = \"500.00\" } }", "table" },
    { "tell", "who is told, and what", "通知谁、通知什么",
      "{ \"supervisor\", text = \"{number} is late\" }", "string|redress.tell" },
    { "text", "a text", "文本", "\"Asia/Shanghai\"", "string" },
    { "texts", "a text, or a list of texts", "文本,或其列表", "{ \"Complaint ID\", \"Product\" }",
      "string|string[]" },
    { "time_of_day", "a time of day", "时刻", "\"09:00\"", "string" },
    { "units", "a list of units", "机构列表", "{ \"hq\", { \"gz\", under = \"hq\" } }",
      "(string|redress.unit)[]" },
    { "vocabulary", "the name of choices", "词表名", "\"remedies\"", "string" },
    { "week", "a list of { days, hours }", "一周时段",
      "{ { days = \"Monday..Friday\", hours = \"09:00-18:00\" } }", "redress.week[]" },
    { "weekdays", "days of the week", "星期", "\"Monday..Friday\"", "string|string[]" },
    { "where", "fields and the values that they must have", "字段及其取值",
      "{ state = { \"given\", \"dissent\" }, urgent = true }", "table<string, any>" },
    { "when", "a guard, `not` a guard, or a list of which all must hold", "守卫,可加 not,可为列表",
      "{ \"is_upheld\", \"not is_urgent\" }", "string|string[]" },
};

const struct rd_policy_kind *rd_policy_kinds(size_t *count)
{
    *count = sizeof(kinds) / sizeof(*kinds);
    return kinds;
}

enum rd_status rd_policy_kind_find(const char *name, const struct rd_policy_kind **out,
                                   struct rd_error *error)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        *out = &kinds[i];
        if (strcmp(kinds[i].name, name) == 0)
            return RD_OK;
    }
    return rd_error_set(error, RD_CHECK_FAILED, "nothing is known of the schema's kind '%s'", name);
}

const char *rd_policy_word_called(struct rd_arena *arena, const struct rd_value *word)
{
    const char *form = rd_map_text(word, "form", "");
    size_t len = strspn(form, "abcdefghijklmnopqrstuvwxyz_");
    return len ? rd_arena_copy(arena, form, len) : rd_map_text(word, "word", "");
}
