-- The one schema of the policy language. The validator, the reference pages and the editor's stubs are made of it: what is not
-- listed here does not exist. Plain data only: this table is handed to C as it is.
--
-- A word: { word, form, role, en, zh, items = kind of positional items, rest = kind of any other key, keys = { key, ... } }
-- A key:  { name, kind, en, zh, required, of = the values it may have, default }

local function key(name, kind, en, zh, more)
  local entry = { name = name, kind = kind, en = en, zh = zh }
  for k, v in pairs(more or {}) do entry[k] = v end
  return entry
end

local required = { required = true }
local function title() return key("title", "labels", "How people see it, in one or several languages", "显示名称(可多语言)") end

-- The keys that count and sum share, and the word's own.
local function counted(own)
  local keys = {
    key("same", "same", "Fields that are equal: names, or name = PATH (a field, id, actor.account, actor.right, actor.unit, form.x, customer.name, a fact)",
        "相等的字段:字段名,或 字段名 = 取值路径"),
    key("where", "where", "Values that fields must have; state is the state", "字段必须等于的值;state 为状态"),
    key("in_last", "text", "In the time before now, by when the record was opened", "最近多久(按立案时间)"),
    key("in_this", "one_of", "In this calendar period of the company's zone, by when the record was opened", "本期内(公司时区,按立案时间)",
        { of = { "day", "month", "quarter", "year" } }),
  }
  for _, one in ipairs(own) do keys[#keys + 1] = one end
  return keys
end

local words = {
  -- ---- declarations ----
  { word = "company", role = "declaration", form = "company { ... }", en = "The company; declared once", zh = "公司(只声明一次)", keys = {
    key("name", "name", "Short name", "简称", required), title(),
    key("zone", "text", "Time zone, by its IANA name", "时区(IANA 名称)", required),
    key("currency", "text", "Currency of all amounts (ISO 4217)", "金额币种(ISO 4217)"),
    key("clock", "name", "Calendar of every limit that names no other", "默认时钟(日历名)"),
    key("contact", "name", "Calendar of the hours in which people are told; none: at any time", "可通知时段(日历名),缺省随时"),
    key("languages", "names", "Languages of the interface, the main one first", "界面语言,首选在前"),
  } },
  { word = "choices", role = "declaration", form = 'choices "NAME" { ... }', en = "A vocabulary; its name is a type", zh = "词表,其名即类型",
    items = "item", keys = {} },
  { word = "calendar", role = "declaration", form = 'calendar "NAME" { ... }', en = "When a clock runs", zh = "日历:时钟何时走", keys = {
    title(), key("zone", "text", "Time zone; the company's, if none is given", "时区,默认公司时区"),
    key("extends", "name", "The calendar that this one takes everything from that it does not say itself", "以此日历为基础,只写不同之处"),
    key("week", "week", "Working hours of the week", "一周的工作时间"),
    key("seasons", "seasons", "Parts of the year with a week of their own", "季节作息:某段日期另用一周时间"),
    key("holidays", "names", "Which sets of holidays are kept; a later one counts more than an earlier one", "采用哪些节假日,后者优先"),
    key("days", "days", "Single days that differ", "个别日期的例外"),
    key("always", "boolean", "Runs day and night", "昼夜不停"),
  } },
  { word = "holidays", role = "declaration", form = 'holidays "NAME" { ... }', en = "Days off and make-up working days of one year", zh = "一年的节假日与调休", keys = {
    key("year", "integer", "The year", "年份", required), key("source", "text", "Where it is published", "出处"),
    key("off", "off_days", "Days off: { first, last, title } or a date", "放假日期", required),
    key("work", "dates", "Weekend days that are worked: Saturdays like a Friday, Sundays like a Monday", "调休上班日:周六按周五,周日按周一"),
  } },
  { word = "organisation", role = "declaration", form = "organisation { ... }", en = "Roles, units and accounts", zh = "组织:角色、机构、账号", keys = {
    key("roles", "roles", "Roles, from narrow to wide", "角色,权限由小到大"),
    key("units", "units", "Units, each under another", "机构层级"),
    key("accounts", "accounts", "Accounts of people", "人员账号"),
    key("staff", "staff", "A record type whose records are accounts too: { record = ..., account = ..., ... }", "人员档案:每份档案即一个账号"),
  } },
  { word = "record", role = "declaration", form = 'record "NAME" { ... }', en = "A kind of record and its fields", zh = "记录类型及其字段", keys = {
    title(), key("number", "text", 'Number format, such as "CP-{year}-{000000}"', "编号格式"),
    key("owner", "name", "The account field that owns the record", "归属人字段"),
    key("unit", "name", "The unit field that the record belongs to", "所属机构字段"),
    key("person", "name", "The reference to whom its personal texts tell of, indexed; without it, or where it is empty, the record is a person of its own", "个人信息所属人(引用字段,须 indexed);未填则以本记录为准"),
    key("fields", "fields", "Fields: name = type", "字段:名称 = 类型", required),
    key("indexes", "indexes", "Indexes over several fields", "多字段索引"),
  } },
  { word = "ledger", role = "declaration", form = 'ledger "NAME" { ... }', en = "Amounts on accounts, posted by rules and never changed", zh = "台账:由规则记账,不可修改", keys = {
    title(), key("of", "name", "The record whose accounts it keeps", "账户所属记录类型", required),
    key("kinds", "vocabulary", "What an entry may be for: the name of choices", "记账类别(词表名)", required),
    key("number", "text", 'Number format of entries, such as "LE-{year}-{000000}"', "记录编号格式"),
  } },
  { word = "form", role = "declaration", form = 'form "NAME" { ... }', en = "What is filled in for an event", zh = "事件表单", keys = {
    title(), key("of", "name", "The record that it belongs to", "所属记录类型"),
    key("fields", "form_fields", "Names of the record's fields, or { name, type } for the journal only", "记录字段名,或仅入日志的 { 名称, 类型 }", required),
    key("required", "names", "Fields that must be filled in", "必填字段"),
  } },
  { word = "decision", role = "declaration", form = 'decision "NAME" { ... }', en = "A decision table", zh = "决策表", keys = {
    key("title", "labels", "What it decides", "决策内容"), key("owner", "text", "Who answers for it", "负责部门"),
    key("input", "inputs", "Inputs: name = type", "输入:名称 = 类型", required),
    key("output", "inputs", "Outputs: name = type", "输出:名称 = 类型", required),
    key("hit", "one_of", "What happens where several rows match (DMN)", "命中策略(DMN)",
        { of = { "unique", "first", "any", "priority", "collect", "rule order", "output order" }, default = "unique" }),
    key("aggregate", "one_of", "What collect makes of the rows", "collect 的汇总方式", { of = { "list", "sum", "min", "max", "count" } }),
    key("rows", "table", "The rows: inputs as cells, outputs as values", "规则行", required),
    key("otherwise", "table", "Outputs where no row matches", "无行命中时的输出"),
  } },
  { word = "authority", role = "declaration", form = "authority { ... }", en = "Who may do what; anything not listed is refused", zh = "权限:未列出的一律拒绝",
    items = "authority_row", keys = {} },
  { word = "schedule", role = "declaration", form = 'schedule "NAME" { ... }', en = "Days on which a record is started by itself", zh = "定期任务:到期自动立单", keys = {
    title(), key("rule", "text", 'When: an RFC 5545 rule such as "FREQ=MONTHLY;BYDAY=1MO"', "重复规则(RFC 5545)", required),
    key("at", "time_of_day", 'The local time, "09:00"', "当地时刻", required),
    key("zone", "text", "Time zone; the company's, if none is given", "时区,默认公司时区"),
    key("from", "date", "The first possible day; INTERVAL and COUNT are counted from it", "起始日期(间隔与次数由此算起)"),
    key("on", "name", "A calendar: a day off moves it to the next working day", "日历:逢休息日顺延至下一工作日"),
    key("start", "name", "The record that it starts; with each: one for each record found", "启动的记录类型;有 each 时为找到的每条记录各启动一条"),
    key("data", "plain", "Its fields", "记录字段"),
    key("each", "name", "Something is done for each record of this type: send, or start", "对该类型的每条记录执行:send 或 start"),
    key("same", "plain", "With each: fields that must have this value, or one of these; state is the state", "each:字段须等于的值"),
    key("where", "plain", "The same as same", "同 same"),
    key("send", "name", "With each: the event that is sent to each", "each:向每条记录发送的事件"),
    key("form", "plain", "With send: fields that are set", "send:同时写入的字段"),
    key("link", "name", "With each and start: the field of the new record that leads to the found one", "each 与 start:新记录中引用所找到记录的字段"),
    key("report", "name", "The report of the period before is filed in the record: in its fields report, period, content", "存档的报表:将上期报表写入记录的 report、period、content 字段"),
    key("missed", "one_of", "What is made up for after a stop: one for all, each one, or none", "停机漏掉的:合并补一次、逐次补、不补",
        { of = { "once", "each", "skip" }, default = "once" }),
    key("owner", "text", "Who answers for it", "负责部门"),
  } },
  { word = "view", role = "declaration", form = 'view "NAME" { ... }', en = "A list that people open by name, with parameters", zh = "视图:按名打开、可带参数的列表", keys = {
    title(), key("of", "name", "The record that it lists", "所列记录类型", required),
    key("params", "inputs", "Parameters: name = type; a default makes one optional", "参数:名称 = 类型"),
    key("where", "conditions", 'FIELD = value, list, { from, to }, { contains }, { except } or { given = true }; $me, $my_unit, $my_group, $today, $week, $month, $year (+3, -{param}), $PARAM, $PARAM?, $none',
        "条件:字段 = 值、列表、{ from, to }、{ contains }、{ except };$me、$today 等为查询时的值"),
    key("order", "text", 'An indexed field, "id" or "opened_at"; "-" before it for backwards', "排序字段,前加 - 为倒序"),
    key("columns", "texts", "Fields, also of linked records (customer.name); number, state, opened_at, opened_by, updated_at", "显示的列,可含关联记录的字段"),
    key("limit", "integer", "Rows of a page (50 where not said)", "每页行数(默认50)"),
    key("scan", "boolean", "It may read every record of the type: no index serves it", "允许全表查找(无可用索引)"),
  } },
  { word = "report", role = "declaration", form = 'report "NAME" { ... }', en = "What is counted of a period", zh = "报表:按期统计", keys = {
    title(), key("owner", "text", "Who answers for it", "负责部门"),
    key("of", "name", "The record that is counted", "统计的记录类型", required),
    key("at", "name", "By which date or moment a record belongs to a period; opened_at where not said", "归期字段(默认立案时间)"),
    key("period", "one_of", "How long a period is", "统计周期", { of = { "month", "quarter", "year" }, default = "month" }),
    key("where", "conditions", "Which records are counted at all", "统计范围"),
    key("sections", "sections", "Tables of the report", "各统计表", required),
  } },
  { word = "ladder", role = "declaration", form = 'ladder "NAME" { { "4 hours", ... }, ... }', en = "Limits that climb, for any number of states", zh = "升级阶梯:可供多个状态共用的逐级时限",
    items = "limit", keys = {} },
  { word = "workflow", role = "declaration", form = 'workflow "NAME" { ... }', en = "The state chart of a record", zh = "记录的状态图(流程)", keys = {
    key("version", "integer", "Version of the chart", "版本", required), title(),
    key("initial", "name", "The first state", "初始状态", required),
    key("clock", "name", "Calendar of its limits", "时限所用日历"),
    key("open", "open", "The event that opens a case", "立案事件", required),
    key("within", "limit", "Limit of the whole case", "全案时限"),
    key("facts", "facts", "What guards and actions read: name = decide, count, sum or field", "守卫与动作读取的事实"),
    key("states", "states", "States: name = { ... }", "状态", required),
    key("always", "always_events", "Events that every state accepts which is not final", "任何未终结状态都接受的事件"),
    key("apart", "indexes", "Account fields of which no two ever hold one person: `policy prove` proves it", "不得为同一人的账号字段(由 policy prove 证明)"),
    key("invariants", "names", "Guards that hold after every command: asked by policy test and sim run, which fail where one does not",
        "不变式:任何命令之后都须成立的守卫(由 policy test 与 sim run 检验)"),
    key("moved", "moves", "Where cases go whose state this version no longer has: OLD = \"NEW\"", "本版取消的状态中的案件去往何处:旧状态 = 新状态"),
    key("open_cases", "one_of", "When this workflow changes, cases that are open: follow at once, follow when they next change their state, or keep (pin) the workflow that they began under",
        "流程改版时在办案件:立即适用新版(follow)、下次转换状态时适用(next_state)、始终沿用立案时版本(pin)", { of = { "follow", "next_state", "pin" }, default = "follow" }),
    key("public", "public", "What a customer may be shown of his case", "客户可见内容"),
    key("discloses", "discloses", "Its records disclose what is secret, for a limited time", "本流程的记录为限时披露密级资料的凭据"),
    key("guidance", "dotted", "The decision that advises staff: symptom, cause, advice", "指导处理的知识库决策"),
    key("guards", "guards", "Guards: name = function(f) return true or false, reason end", "守卫函数"),
    key("actions", "actions", "Actions: name = function(f) return effects end", "动作函数"),
  } },
  { word = "template", role = "declaration", form = 'template "NAME" { ... }', en = "A text that is sent, in the company's languages; {...} is filled in", zh = "文书模板(各语言一份),{...} 处自动填入", keys = {
    key("of", "name", "The record that it speaks of", "所涉记录类型", required), title(),
    key("en", "text", "English text: {number}, {state}, {today}, {actor.name}, {FIELD}, {REFERENCE.FIELD}, {due.LIMIT}, {form.FIELD}", "英文文本"),
    key("zh", "text", "Chinese text, with the same placeholders", "中文文本,占位符须与英文一致"),
  } },
  { word = "accountability", role = "declaration", form = "accountability { { id = ... }, ... }", en = "Who answers for what went wrong, and with which consequence", zh = "问责规则:出了问题由谁负责、何种处理",
    items = "accountability_rule", keys = {} },
  { word = "test", role = "declaration", form = 'test "TITLE" { ... }', en = "A promise that the rules make", zh = "规则的承诺(测试)", keys = {
    key("at", "text", "The time when it starts, company zone", "起始时间(公司时区)"),
    key("given", "given", "Records made beforehand, in order", "事先建立的记录"),
    key("before", "steps", "Steps before the cases", "各用例之前的步骤"),
    key("steps", "steps", "What happens, and what is expected", "步骤与期望"),
    key("cases", "cases", "Rows that are merged into `when`, each a test of its own", "数据用例,逐行并入 when"),
    key("when", "raw", "What the cases are tried with", "用例所试的动作"),
  } },
  { word = "import", role = "declaration", form = 'import "NAME" { ... }', en = "How lines of a file become commands", zh = "导入:文件行如何成为命令", keys = {
    key("type", "name", "The record type", "记录类型", required),
    key("zone", "text", "Time zone of the file's times", "文件时间所用时区", required),
    key("columns", "texts", "Columns that the header must have", "表头必须有的列", required),
    key("row", "function", "function(r) return a list of items, reject or skip end", "逐行函数", required),
    key("order", "function", "Order of the items", "排序函数"),
  } },

  -- ---- parts of declarations ----
  { word = "item", role = "part", form = '"NAME" or { "NAME", ... }', en = "A word of a vocabulary", zh = "词条", items = "name",
    keys = { title(), key("en", "text", "English label", "英文名称"), key("zh", "text", "Chinese label", "中文名称") } },
  { word = "role", role = "part", form = '{ "NAME", ... }', en = "A role", zh = "角色", items = "name", keys = {
    title(), key("en", "text", "English label", "英文名称"), key("zh", "text", "Chinese label", "中文名称"),
    key("is", "names", "Roles that it includes", "包含的角色"),
  } },
  { word = "unit", role = "part", form = '{ "NAME", ... }', en = "A unit of the organisation", zh = "机构", items = "name", keys = {
    title(), key("en", "text", "English label", "英文名称"), key("zh", "text", "Chinese label", "中文名称"),
    key("under", "name", "The unit above it", "上级机构"),
  } },
  { word = "account", role = "part", form = '{ "NAME", ... }', en = "An account", zh = "账号", items = "name", keys = {
    key("name", "text", "The person's name", "姓名"), key("unit", "name", "The unit", "机构"), key("group", "name", "The group", "小组"),
    key("roles", "names", "The roles", "角色"), key("uid", "integer", "User id on the local socket", "本机用户号"),
    key("person", "text", "Whose account it is, where somebody has several", "本人标识(一人多账号时)"),
  } },
  { word = "staff", role = "part", form = "staff = { record = ..., account = ... }", en = "Which record type holds the staff, and what its fields mean", zh = "人员档案的记录类型及各字段含义", keys = {
    key("record", "name", "The record type", "记录类型", required),
    key("account", "name", "The login: a unique text", "登录名字段(唯一)", required), key("name", "name", "The person's name", "姓名字段"),
    key("unit", "name", "The unit", "机构字段"), key("group", "name", "The group", "小组字段"),
    key("roles", "name", "The roles: list_of(roles)", "角色字段", required),
    key("person", "name", "A text that is the same in all accounts of one person", "本人标识字段:同一人的各账号相同"),
    key("working", "names", "States in which one is an account; none: in any", "在职状态:仅此时账号有效"),
    key("away_until", "name", "The instant until which the person is away", "缺勤截止时刻字段"),
    key("deputy", "name", "The account that stands in", "代理人字段"), key("deputy_until", "name", "The instant at which that ends", "代理截止时刻字段"),
  } },
  { word = "week", role = "part", form = "{ days = ..., hours = ... }", en = "Hours of some days of the week", zh = "一周中若干天的时段", keys = {
    key("days", "weekdays", '"Monday..Friday" or a list', "星期", required),
    key("hours", "hours", '"09:00-12:00" or a list', "时段", required),
  } },
  { word = "season", role = "part", form = "{ from = ..., to = ..., week = ... }", en = "A part of every year with a week of its own", zh = "每年某段日期的作息", keys = {
    key("from", "month_day", 'Its first day, such as "06-01"', "首日", required),
    key("to", "month_day", "Its last day; where that is before the first one: over New Year", "末日;早于首日即跨年", required),
    key("week", "week", "Working hours of the week; { } is closed", "一周的工作时间;{ } 为停业", required),
  } },
  { word = "day", role = "part", form = '{ "2026-12-24", ... } or { "FIRST", "LAST", ... }', en = "A day that differs, or several in a row", zh = "例外日(或连续数日)", items = "date", keys = {
    key("title", "text", "Why", "原因"), key("off", "boolean", "Not worked", "放假"), key("hours", "hours", "Its hours", "当日时段"),
    key("like", "integer", "Worked like this day of the week (1 = Monday)", "按星期几上班"),
  } },
  { word = "options", role = "part", form = "TYPE { ... }", en = "What a type may be given", zh = "类型选项", keys = {
    key("required", "boolean", "Must not be empty", "必填"), key("unique", "boolean", "No two records share a value", "唯一"),
    key("indexed", "boolean", "Can be searched and ordered by", "可检索"),
    key("secrecy", "one_of", "Who may see it", "密级", { of = { "secret", "confidential", "top_secret" } }),
    key("personal", "boolean", "A text that tells of a person: sealed with his key in journal, store and backups, until he is erased", "个人信息:以本人密钥加密保存,删除个人信息后不可恢复"),
    key("min", "scalar", "Smallest value, or shortest text", "最小值/最短"), key("max", "scalar", "Greatest value, or longest text", "最大值/最长"),
    key("normal", "one_of", "The form in which a text is compared and searched: a telephone number, a name, a code", "比较与检索时的规范形式:电话、姓名、代码",
        { of = { "phone", "name", "code" } }),
    key("derived", "dotted", "Never typed in: this decision gives it, whenever the record changes", "由此决策推导,不可手填"),
    key("output", "name", "With derived: which of the decision's outputs", "derived:取哪个输出"),
    key("changed", "name", "With derived: the event that is sent to the record when it has another value", "derived:值变化时向本记录发送的事件"),
    key("default", "plain", "Value of a new record", "默认值"), title(),
    key("en", "text", "English label", "英文名称"), key("zh", "text", "Chinese label", "中文名称"),
  } },
  { word = "authority_row", role = "part", form = '{ "COMMAND", from = "ROLE", ... }', en = "A row of the authority table", zh = "权限行", items = "commands", keys = {
    key("from", "names", "The roles that may", "可执行的角色", required),
    key("reach", "one_of", "Which records; unowned: those whose owner is empty", "范围;unowned 为无归属人的记录", { of = { "own", "group", "unit", "branch", "all", "unowned" }, default = "all" }),
    key("up_to", "dotted", "The decision that gives the highest amount", "金额上限的决策"),
    key("amount", "name", "The field that is compared with it", "比较的金额字段"),
    key("ceilings", "paths", "What was given already and the amount together: FACT = \"DECISION\", or a fact that gives the limit", "累计上限:事实 = 决策(或给出上限的事实)"),
    key("unless", "names", "Guards of the workflow that forbid it", "禁止的守卫"),
    key("other_than", "names", "Account fields of the record: the actor must be another person than they hold", "须为不同的人(四眼原则):这些账号字段中的人不得办理"),
    key("id", "text", "Its name in explanations", "规则编号"),
  } },
  { word = "accountability_rule", role = "part", form = "{ id = ..., on = ..., answers = ... }", en = "A rule of accountability", zh = "问责规则", keys = {
    key("id", "name", "Its name; it stands once in all files", "规则编号", required), key("title", "labels", "On what ground", "问责事由", required),
    key("owner", "text", "Who answers for the rule", "规则负责部门"),
    key("on", "dotted", 'What happens: "TYPE.EVENT", "TYPE.escalated" (a limit that escalates rang) or "TYPE.late" (any limit rang)', "触发:事件、升级或超时", required),
    key("when", "when", "Guards of that workflow", "守卫"),
    key("answers", "names", "Who answers directly: account fields of the record, or roles of its unit or the nearest above", "直接责任人:账号字段或角色"),
    key("leads", "names", "Who carries leadership responsibility", "领导责任人"),
    key("consequence", "name", "What follows; a name of a field of the record: what that says", "处理方式,或取自记录的字段", required), key("confirm_by", "name", "The role that confirms it", "确认人角色", required),
    key("appeal_within", "text", "How long one may appeal", "申诉期限", required),
    key("start", "name", "The record that is started for each person", "为每人启动的记录类型", { default = "finding" }),
  } },
  { word = "public", role = "part", form = "public = { proof = ..., fields = ... }", en = "What a customer may be shown of his case", zh = "客户可见内容", keys = {
    key("proof", "dotted", 'The field that a customer must know, such as "customer.phone"', "客户须提供的凭据字段", required),
    key("fields", "names", "Fields that he is shown", "可见字段"),
  } },
  { word = "discloses", role = "part", form = "discloses = { what = ..., to = ..., ... }", en = "Which of a workflow's records disclose secret fields: to whom, of what, until when", zh = "披露凭据:向谁、披露何记录、至何时", keys = {
    key("what", "names", "Its reference fields, each `indexed`: what they lead to is disclosed", "被披露记录的引用字段(须 indexed)", required),
    key("to", "name", "The account field: to whom", "披露对象(账号字段)", required),
    key("level", "name", "The field of the level, one_of { \"secret\", \"confidential\", \"top_secret\" }: fields of it and of lower ones", "密级字段", required),
    key("ends", "name", "The instant field: until when; empty: not at all", "截止时间字段", required),
    key("state", "name", "The state in which it is in force", "生效状态", required),
  } },
  { word = "open", role = "part", form = "open = { event = ..., form = ... }", en = "The event that opens a case", zh = "立案事件", keys = {
    key("event", "name", "Its name", "事件名", required), key("form", "name", "Its form", "表单"), key("run", "names", "Actions", "动作"),
    key("internal", "boolean", "Only timers and other records open it: nobody may, and no authority row names it", "仅由时限与其他记录立案,不得列入权限表"),
    key("fields", "boolean", "Instead of a form: the record's own fields; record.create opens it, too", "不用表单,直接填写记录字段(record.create 亦可立案)"),
    key("anonymous", "name", "A required boolean of the form: where it is true, who opens the case is written nowhere", "表单必填布尔字段:为真时匿名立案,不留立案人痕迹"),
    key("receipt", "name", "With anonymous: a secret text that keeps the hash of the code which its author asks with (public: proof)", "匿名回执字段(保密文本,仅存回执码摘要)"),
  } },
  { word = "state", role = "part", form = "NAME = { ... }", en = "A state of a workflow", zh = "状态", keys = {
    title(), key("form", "name", "The form that shows it", "展示表单"),
    key("entry", "names", "Actions when it is entered", "进入动作"), key("exit", "names", "Actions when it is left", "离开动作"),
    key("public", "labels", "What a customer is shown meanwhile; without it, what was shown before stays", "客户所见进度,缺省沿用前一状态"),
    key("pause", "pause", "The clock of the whole case stands still", "全案时钟暂停"), key("final", "boolean", "The case is over", "终结"),
    key("rests", "text", "Why no limit need watch it: nobody waits for anything here", "无需时限的理由"),
    key("on", "events", "Events that it accepts", "接受的事件"), key("after", "limits", "What happens when time is up: limits, ladder = NAME, or both", "到时处理:时限、阶梯或两者"),
  } },
  { word = "event", role = "part", form = 'NAME = "STATE" or { ... }', en = "An event", zh = "事件", items = "raw", keys = {
    title(), key("form", "name", "What is filled in", "表单"),
    key("internal", "boolean", "Only timers and other records send it: nobody may, and no authority row names it", "内部事件:仅由时限与其他记录发出,不得列入权限表"),
    key("fields", "boolean", "Instead of a form: the record's own fields, those that are given; under the name update, record.update sends it", "不用表单,直接修改记录字段(名为 update 时 record.update 亦可)"),
    key("go", "name", "The state that follows; none: stays", "去往状态,缺省为原状态"),
    key("when", "when", 'Guards: "g", "not g" or a list of them', "守卫"), key("run", "names", "Actions", "动作"),
    key("by", "name", "The account field that is set to the actor", "记为经办人的字段"),
    key("above", "row", "Taken where the amount is above the actor's authority", "超权限时"),
    key("except", "names", "States that do not accept it (always only)", "除外的状态(仅 always)"),
  } },
  { word = "row", role = "part", form = "{ go = ..., when = ..., run = ... }", en = "One way that an event may go", zh = "事件的一个分支", keys = {
    key("go", "name", "The state that follows; none: stays", "去往状态"), key("when", "when", "Guards", "守卫"), key("run", "names", "Actions", "动作"),
  } },
  { word = "limit", role = "part", form = '{ "4 hours", ... }', en = "A time limit; a duration or a decision that gives one", zh = "时限:时长或给出时长的决策", items = "text", keys = {
    key("go", "name", "The state that follows", "去往状态"), key("tell", "tell", "Who is told: { roles, text = ... }", "通知谁"),
    key("text", "text", "What they are told", "通知内容"),
    key("escalate", "boolean", "The case climbs one step", "升级"), key("run", "names", "Actions", "动作"),
    key("clock", "name", "Calendar that it is counted on", "所用日历"),
    key("at_once", "boolean", "Urgent: people are told also outside the company's contact hours", "紧急:不受可通知时段限制"),
  } },
  { word = "tell", role = "part", form = '{ "ROLE", text = "..." }', en = "Who is told what", zh = "通知", items = "name",
    keys = { key("template", "dotted", "The template of what they are told", "通知所用模板"),
             key("text", "text", "What they are told", "通知内容"),
             key("at_once", "boolean", "Urgent: also outside the company's contact hours", "紧急:不受可通知时段限制") } },
  { word = "decide", role = "fact", form = 'decide "DECISION" { ... }', en = "The outcome of a decision", zh = "决策结果", keys = {
    key("of", "name", "The reference field whose record gives the inputs", "提供输入的引用字段"),
    key("with", "paths", "Inputs from other fields or facts", "输入来源"),
    key("given", "constants", "Inputs that are always the same", "固定输入"), key("output", "name", "Which output", "取哪个输出"),
  } },
  { word = "count", role = "fact", form = 'count "RECORD" { ... }', en = "How many records are alike; the records of this very command count as they will be", zh = "同类记录数(本次操作涉及的记录按操作后的样子计)",
    keys = counted {
      key("at_most", "integer", "Counting stops here (1000 where not said)", "数到此为止(默认1000)"),
  } },
  { word = "sum", role = "fact", form = 'sum "RECORD" { ... }', en = "The sum of a field over records that are alike. Each of them is read (a thousand take half a millisecond), 100,000 at the most: a total without end belongs in a ledger, whose `balance` is kept", zh = "同类记录合计。逐条读取(每千条约半毫秒),至多十万条;无期限的累计请用台账余额", keys = counted {
    key("field", "name", "The field that is added up: a whole number or an amount", "合计字段:整数或金额", required),
  } },
  { word = "draw", role = "fact", form = 'draw "NAME"', en = "A number from 0 to 9999, drawn for this record under this name once and for all", zh = "抽签:0至9999,同一记录同一名称永远相同", keys = {} },
  { word = "in_hours", role = "fact", form = 'in_hours "CALENDAR" or in_hours { calendar = "PATH" }', en = "Whether that calendar's clock runs, now or at a given moment", zh = "此刻(或某时刻)是否在该日历的工作时间内", keys = {
    key("calendar", "dotted", "Where the calendar's name is found: a field or a fact", "日历名取自何处:字段或事实"),
    key("at", "dotted", "Where the moment is found; now, if none is named; nothing where it is empty", "判断的时刻取自何处,缺省为此刻"),
  } },
  { word = "balance", role = "fact", form = 'balance "LEDGER" { of = "FIELD" }', en = "What an account of a ledger has", zh = "台账余额", keys = {
    key("of", "name", 'The reference field that leads to the account\'s record; "id": this record', "账户引用字段;id 为本记录", required),
  } },
  { word = "pick", role = "fact", form = 'pick { role = ..., unit = ... }', en = "The present colleague with the fewest open records", zh = "选出在岗且在办最少的人", keys = {
    key("role", "dotted", "A role, or a path to one", "角色或其路径"), key("unit", "dotted", "A path to a unit; nearest unit above that has anybody", "机构路径,本级无人则上级"),
    key("group", "dotted", "A path to a group", "小组路径"),
    key("least", "name", "The record type whose open records are counted by owner", "按归属人计在办数的记录类型"),
  } },
  { word = "field", role = "fact", form = 'field "customer.name"', en = "A field of a linked record", zh = "关联记录的字段", keys = {} },

  { word = "section", role = "part", form = "{ by = ..., measures = { ... } }", en = "A table of a report", zh = "报表中的一张表", keys = {
    title(), key("of", "name", "The record, where it is another than the report's", "记录类型(与报表不同时)"),
    key("at", "name", "By which date or moment a record belongs to a period", "归期字段"),
    key("by", "names", "Fields, state, branch; none: one line for all", "分组字段、state、branch;缺省合计一行"),
    key("where", "conditions", "Which records are counted here", "本表统计范围"),
    key("measures", "measures", "Columns: NAME = count or { ... }", "统计列", required),
    key("top", "integer", "Only so many lines, the greatest first", "只列前几名"),
    key("order", "one_of", "By what the greatest are found: the first measure's value, or its change", "排名依据:数值或变化", { of = { "value", "change" }, default = "value" }),
    key("against", "one_of", "Compared with the period before", "与上期比较", { of = { "previous" } }),
  } },
  { word = "measure", role = "part", form = "NAME = { count = true, where = ... }", en = "A column of a report", zh = "报表的统计列", keys = {
    title(), key("en", "text", "English label", "英文名称"), key("zh", "text", "Chinese label", "中文名称"),
    key("count", "boolean", "How many", "个数"), key("share", "boolean", "How many of all, and per mille", "占比(千分比)"),
    key("sum", "name", "Field that is added up: a whole number or an amount", "合计字段"),
    key("average", "name", "Field whose average is taken: a whole number or an amount", "平均字段"),
    key("where", "conditions", "Which of them", "统计条件"),
  } },

  -- ---- types ----
  { word = "text", role = "type", form = "text", en = "Text", zh = "文本", keys = {} },
  { word = "integer", role = "type", form = "integer", en = "A whole number", zh = "整数", keys = {} },
  { word = "number", role = "type", form = "number", en = "A number", zh = "数", keys = {} },
  { word = "money", role = "type", form = "money", en = 'An amount, such as "100.00"', zh = "金额", keys = {} },
  { word = "boolean", role = "type", form = "boolean", en = "True or false", zh = "是否", keys = {} },
  { word = "date", role = "type", form = "date", en = "A day", zh = "日期", keys = {} },
  { word = "instant", role = "type", form = "instant", en = "A moment", zh = "时刻", keys = {} },
  { word = "duration", role = "type", form = "duration", en = 'A length of time, such as "2 business days"', zh = "时长", keys = {} },
  { word = "list_of", role = "type", form = "list_of(TYPE)", en = "A list", zh = "列表", keys = {} },
  { word = "one_of", role = "type", form = 'one_of { "a", "b" }', en = "One of a few words", zh = "若干词之一", keys = {} },
  { word = "account", role = "type", form = "account", en = "Somebody's account", zh = "人员账号", keys = {} },
  { word = "unit", role = "type", form = "unit", en = "A unit of the organisation", zh = "机构", keys = {} },
  { word = "reference", role = "type", form = 'reference "RECORD"', en = "Another record", zh = "引用其他记录", keys = {} },

  -- ---- tests ----
  { word = "step", role = "test", form = "{ act ..., expect = ... }", en = "A step of a test", zh = "测试步骤", items = "raw", keys = {
    key("at", "text", "The clock is set to this time", "时钟拨到"), key("after", "text", "The clock moves on by this", "时钟前进"),
    key("on", "name", "Whom a step is about that does nothing: a record of the test, or a type for its newest, plan_2 for its second", "不办理的步骤所看的记录;写类型名指最新一条,plan_2 指第二条"),
    key("expect", "raw", "What is expected", "期望"),
    key("open", "raw", 'A record is opened: open = TYPE "ref" { ... }', "立案或新建记录"),
    key("update", "raw", 'Fields are changed: update = TYPE "ref" { ... }', "修改记录字段"),
  } },
  { word = "act", role = "test", form = 'act "EVENT" { by = ..., ... }', en = "An event of a case", zh = "办理事件", rest = "plain", keys = {
    key("on", "name", "The record, or a type for its newest; the one that the last step was about, if none is given", "记录,或类型名(最新一条);默认上一步的记录"), key("by", "name", "Who acts", "经办人"),
  } },
  { word = "open_case", role = "test", form = 'TYPE "REF" { by = ..., ... }', en = "A record is opened", zh = "立案或新建", rest = "plain", keys = {
    key("by", "name", "Who opens it", "经办人"),
  } },
  { word = "update", role = "test", form = 'update "REF" { by = ..., ... }', en = "Fields of a record are changed", zh = "修改字段", rest = "plain", keys = {
    key("by", "name", "Who changes them", "经办人"),
  } },
  { word = "decide_step", role = "test", form = 'decide "DECISION" { ... }', en = "A decision is asked", zh = "询问决策", rest = "plain", keys = {} },
  { word = "see", role = "test", form = 'see "REF" { by = ... }', en = "A record is read", zh = "查看记录", keys = {
    key("by", "name", "Who reads it", "查看人"),
  } },
  { word = "ask", role = "test", form = 'ask "METHOD" { by = ..., ... }', en = "Any method is called, with its parameters, as by somebody who has logged in; id and account may name a record of the test", zh = "调用任一方法(如同已登录者);id 与 account 可写测试中的记录名", rest = "plain", keys = {
    key("by", "name", "Who asks; the machine's administrator, if none is given", "提问人,缺省为系统管理员"),
  } },
  { word = "expect", role = "test", form = "expect = ...", en = "What is expected of a step", zh = "期望", items = "raw", keys = {
    key("state", "name", "The record is in this state", "所处状态"), key("error", "name", "It is refused with this error", "拒绝的错误"),
    key("needs", "name", "It is refused; this role may", "需要的角色"), key("escalation", "integer", "How far it has climbed", "升级层级"),
    key("data", "plain", "Fields of the record", "字段值"), key("told", "texts", "Who has been told", "通知了谁"),
    key("rule", "text", "The row that decided", "依据的规则行"), key("deadline", "plain", "{ name = ..., due = ... }", "时限"),
    key("balance", "plain", 'What accounts have: { LEDGER = { REF = "100.00" } }', "台账余额"),
  } },
  { word = "allowed", role = "expectation", form = "allowed", en = "It is done", zh = "允许", keys = {} },
  { word = "refused", role = "expectation", form = 'refused "ERROR"', en = "It is refused", zh = "拒绝", keys = {} },
  { word = "needs", role = "expectation", form = 'needs "ROLE"', en = "It is refused; this role may", zh = "需上级角色", keys = {} },
  { word = "in_state", role = "expectation", form = 'in_state "STATE"', en = "The record is in this state", zh = "处于状态", keys = {} },
  { word = "escalated", role = "expectation", form = "escalated", en = "It has climbed", zh = "已升级", keys = {} },
  { word = "not_escalated", role = "expectation", form = "not_escalated", en = "It has not climbed", zh = "未升级", keys = {} },
  { word = "paused", role = "expectation", form = "paused", en = "The clock of the whole case stands still", zh = "已暂停", keys = {} },
  { word = "watched", role = "expectation", form = "watched", en = "A limit that does something runs, or nothing need watch where it stands", zh = "有会起作用的时限在走,或该状态无需看守", keys = {} },
  { word = "way_out", role = "expectation", form = "way_out", en = "Events for which there is an authority row, events that rules send, and limits lead from here to an end", zh = "从此处有路可到结束:有人有权的事件、规则所发事件或时限", keys = {} },
  { word = "reachable", role = "expectation", form = 'reachable "STATE"', en = "Events for which there is an authority row, events that rules send, and limits lead from here to that state, or it is there", zh = "从此处有路可到该状态(或已处于该状态)", keys = {} },
  { word = "can_come", role = "expectation", form = 'can_come "EVENT"', en = "Where it stands the event is taken, and authority has a row for it or rules send it", zh = "所处状态接受该事件,且有人有权办理或由规则发出", keys = {} },
  { word = "limits_in_order", role = "expectation", form = "limits_in_order", en = "No limit of its state is due before the one above it", zh = "所处状态的各时限依次到期", keys = {} },
  { word = "told", role = "expectation", form = 'told "ROLE"', en = "Somebody has been told", zh = "已通知", keys = {} },

  -- ---- inside functions ----
  { word = "set", role = "effect", form = "set { FIELD = value }", en = "Sets fields; nil or empty clears one", zh = "写字段,nil 或 empty 为清空", rest = "plain", keys = {} },
  { word = "start", role = "effect", form = 'start "TYPE" { FIELD = value, link = "NAME" }', en = "Opens another record", zh = "新建记录", rest = "plain", keys = {} },
  { word = "send", role = "effect", form = 'send "EVENT" { to = id, form = { ... } }', en = "Sends an event to a record", zh = "向记录发事件", keys = {} },
  { word = "each", role = "effect", form = 'each "TYPE" { same = { FIELD = value }, where = { ... }, send = "EVENT", form = { ... } }', en = "Does something for each record of a type, one after the other: sends an event, or start = TYPE, data = { ... }, link = FIELD", zh = "逐条处理:对符合条件的每条记录发事件,或各启动一条记录", keys = {} },
  { word = "link", role = "effect", form = 'link "NAME" { to = id }', en = "Links a record", zh = "关联记录", keys = {} },
  { word = "tell_effect", role = "effect", form = 'tell { "ROLE", text = "...", at_once = true }', en = "Tells people; template = \"NAME\" instead of a text", zh = "通知,可用模板代替文本", keys = {} },
  { word = "deadline", role = "effect", form = 'deadline "NAME" { "2 days", event = "EVENT", clock = "CALENDAR" }', en = "Starts a deadline that sends an event to this record; clock: the calendar that it is counted on, the workflow's where not said", zh = "设时限,到时向本记录发事件;clock 为所用日历,缺省用流程的时钟", keys = {} },
  { word = "post", role = "effect", form = 'post "LEDGER" { to = id, amount = amount, key = "KEY", kind = "KIND", note = "..." }',
    en = "Posts an amount to an account of a ledger, once and only once by its key", zh = "记账:同一键只记一次", keys = {} },
  { word = "reverse", role = "effect", form = 'reverse "LEDGER" { key = "KEY", note = "..." }', en = "Takes a posting back by a counter-entry", zh = "冲销:按键作反向记账", keys = {} },
  { word = "stop", role = "effect", form = 'stop "NAME"', en = "Stops a deadline", zh = "取消时限", keys = {} },
}

return { words = words }
