---@meta redress
-- The words of the policy language, for editors (lua-language-server). Made by `redress policy stubs`; do not edit.
-- Names of a company's own records and choices (customer, tiers, ...) are words as well: `redress policy stubs DIR` adds
-- them.

---@class redress.declaration
---@class redress.fact
---@class redress.effect
---@class redress.expectation
---@class redress.opened
---@class redress.verb
---@class redress.type
---@operator call(redress.options): redress.type

---What a guard or action sees: fields and facts by their names, and these.
---@class redress.facts
---@field form table<string, any> What was filled in for this event. 本次表单
---@field actor redress.actor Who acts. 经办人
---@field state? string
---@field number? string
---@field id integer
---@field escalation integer
---@field now integer Milliseconds since 1970, UTC.
---@field today integer Days since 1970, in the company's zone. 当天
---@field [string] any

---@class redress.actor
---@field account string
---@field name string
---@field unit? string
---@field group? string
---@field roles table<string, boolean>

---@alias redress.guard fun(f: redress.facts): boolean?, string?
---@alias redress.action fun(f: redress.facts): redress.effect|redress.effect[]|nil

---Clears a field: set { proposer = empty }.
---@type nil
empty = nil

---The company; declared once. 公司(只声明一次)
---@class redress.company
---@field name string Short name. 简称
---@field title? string|table<string, string> How people see it, in one or several languages. 显示名称(可多语言)
---@field zone string Time zone, by its IANA name. 时区(IANA 名称)
---@field currency? string Currency of all amounts (ISO 4217). 金额币种(ISO 4217)
---@field clock? string Calendar of every limit that names no other. 默认时钟(日历名)
---@field contact? string Calendar of the hours in which people are told; none: at any time. 可通知时段(日历名),缺省随时
---@field languages? string|string[] Languages of the interface, the main one first. 界面语言,首选在前

---A vocabulary; its name is a type. 词表,其名即类型
---@class redress.choices
---@field [integer] string|redress.item

---When a clock runs. 日历:时钟何时走
---@class redress.calendar
---@field title? string|table<string, string> How people see it, in one or several languages. 显示名称(可多语言)
---@field zone? string Time zone; the company's, if none is given. 时区,默认公司时区
---@field extends? string The calendar that this one takes everything from that it does not say itself. 以此日历为基础,只写不同之处
---@field week? redress.week[] Working hours of the week. 一周的工作时间
---@field seasons? redress.season[] Parts of the year with a week of their own. 季节作息:某段日期另用一周时间
---@field holidays? string|string[] Which sets of holidays are kept; a later one counts more than an earlier one. 采用哪些节假日,后者优先
---@field days? (string|redress.day)[] Single days that differ. 个别日期的例外
---@field always? boolean Runs day and night. 昼夜不停

---Days off and make-up working days of one year. 一年的节假日与调休
---@class redress.holidays
---@field year integer The year. 年份
---@field source? string Where it is published. 出处
---@field off (string|table)[] Days off: { first, last, title } or a date. 放假日期
---@field work? string|string[] Weekend days that are worked: Saturdays like a Friday, Sundays like a Monday. 调休上班日:周六按周五,周日按周一

---Roles, units and accounts. 组织:角色、机构、账号
---@class redress.organisation
---@field roles? (string|redress.role)[] Roles, from narrow to wide. 角色,权限由小到大
---@field units? (string|redress.unit)[] Units, each under another. 机构层级
---@field accounts? redress.account[] Accounts of people. 人员账号
---@field staff? redress.staff A record type whose records are accounts too: { record = ..., account = ..., ... }. 人员档案:每份档案即一个账号

---A kind of record and its fields. 记录类型及其字段
---@class redress.record
---@field title? string|table<string, string> How people see it, in one or several languages. 显示名称(可多语言)
---@field number? string Number format, such as "CP-{year}-{000000}". 编号格式
---@field owner? string The account field that owns the record. 归属人字段
---@field unit? string The unit field that the record belongs to. 所属机构字段
---@field person? string The reference to whom its personal texts tell of, indexed; without it, or where it is empty, the record is a person of its own. 个人信息所属人(引用字段,须 indexed);未填则以本记录为准
---@field fields table<string, redress.type> Fields: name = type. 字段:名称 = 类型
---@field indexes? string[][] Indexes over several fields. 多字段索引

---Amounts on accounts, posted by rules and never changed. 台账:由规则记账,不可修改
---@class redress.ledger
---@field title? string|table<string, string> How people see it, in one or several languages. 显示名称(可多语言)
---@field of string The record whose accounts it keeps. 账户所属记录类型
---@field kinds string What an entry may be for: the name of choices. 记账类别(词表名)
---@field number? string Number format of entries, such as "LE-{year}-{000000}". 记录编号格式

---What is filled in for an event. 事件表单
---@class redress.form
---@field title? string|table<string, string> How people see it, in one or several languages. 显示名称(可多语言)
---@field of? string The record that it belongs to. 所属记录类型
---@field fields (string|table)[] Names of the record's fields, or { name, type } for the journal only. 记录字段名,或仅入日志的 { 名称, 类型 }
---@field required? string|string[] Fields that must be filled in. 必填字段

---A decision table. 决策表
---@class redress.decision
---@field title? string|table<string, string> What it decides. 决策内容
---@field owner? string Who answers for it. 负责部门
---@field input table<string, redress.type> Inputs: name = type. 输入:名称 = 类型
---@field output table<string, redress.type> Outputs: name = type. 输出:名称 = 类型
---@field hit? "unique"|"first"|"any"|"priority"|"collect"|"rule order"|"output order" What happens where several rows match (DMN). 命中策略(DMN)
---@field aggregate? "list"|"sum"|"min"|"max"|"count" What collect makes of the rows. collect 的汇总方式
---@field rows table The rows: inputs as cells, outputs as values. 规则行
---@field otherwise? table Outputs where no row matches. 无行命中时的输出

---Who may do what; anything not listed is refused. 权限:未列出的一律拒绝
---@class redress.authority
---@field [integer] redress.authority_row

---Days on which a record is started by itself. 定期任务:到期自动立单
---@class redress.schedule
---@field title? string|table<string, string> How people see it, in one or several languages. 显示名称(可多语言)
---@field rule string When: an RFC 5545 rule such as "FREQ=MONTHLY;BYDAY=1MO". 重复规则(RFC 5545)
---@field at string The local time, "09:00". 当地时刻
---@field zone? string Time zone; the company's, if none is given. 时区,默认公司时区
---@field from? string The first possible day; INTERVAL and COUNT are counted from it. 起始日期(间隔与次数由此算起)
---@field on? string A calendar: a day off moves it to the next working day. 日历:逢休息日顺延至下一工作日
---@field start? string The record that it starts; with each: one for each record found. 启动的记录类型;有 each 时为找到的每条记录各启动一条
---@field data? any Its fields. 记录字段
---@field each? string Something is done for each record of this type: send, or start. 对该类型的每条记录执行:send 或 start
---@field same? any With each: fields that must have this value, or one of these; state is the state. each:字段须等于的值
---@field where? any The same as same. 同 same
---@field send? string With each: the event that is sent to each. each:向每条记录发送的事件
---@field form? any With send: fields that are set. send:同时写入的字段
---@field link? string With each and start: the field of the new record that leads to the found one. each 与 start:新记录中引用所找到记录的字段
---@field report? string The report of the period before is filed in the record: in its fields report, period, content. 存档的报表:将上期报表写入记录的 report、period、content 字段
---@field missed? "once"|"each"|"skip" What is made up for after a stop: one for all, each one, or none. 停机漏掉的:合并补一次、逐次补、不补
---@field owner? string Who answers for it. 负责部门

---A list that people open by name, with parameters. 视图:按名打开、可带参数的列表
---@class redress.view
---@field title? string|table<string, string> How people see it, in one or several languages. 显示名称(可多语言)
---@field of string The record that it lists. 所列记录类型
---@field params? table<string, redress.type> Parameters: name = type; a default makes one optional. 参数:名称 = 类型
---@field where? table<string, any> FIELD = value, list, { from, to }, { contains }, { except } or { given = true }; $me, $my_unit, $my_group, $today, $week, $month, $year (+3, -{param}), $PARAM, $PARAM?, $none. 条件:字段 = 值、列表、{ from, to }、{ contains }、{ except };$me、$today 等为查询时的值
---@field order? string An indexed field, "id" or "opened_at"; "-" before it for backwards. 排序字段,前加 - 为倒序
---@field columns? string|string[] Fields, also of linked records (customer.name); number, state, opened_at, opened_by, updated_at. 显示的列,可含关联记录的字段
---@field limit? integer Rows of a page (50 where not said). 每页行数(默认50)
---@field scan? boolean It may read every record of the type: no index serves it. 允许全表查找(无可用索引)

---What is counted of a period. 报表:按期统计
---@class redress.report
---@field title? string|table<string, string> How people see it, in one or several languages. 显示名称(可多语言)
---@field owner? string Who answers for it. 负责部门
---@field of string The record that is counted. 统计的记录类型
---@field at? string By which date or moment a record belongs to a period; opened_at where not said. 归期字段(默认立案时间)
---@field period? "month"|"quarter"|"year" How long a period is. 统计周期
---@field where? table<string, any> Which records are counted at all. 统计范围
---@field sections redress.section[] Tables of the report. 各统计表

---Limits that climb, for any number of states. 升级阶梯:可供多个状态共用的逐级时限
---@class redress.ladder
---@field [integer] redress.limit

---The state chart of a record. 记录的状态图(流程)
---@class redress.workflow
---@field version integer Version of the chart. 版本
---@field title? string|table<string, string> How people see it, in one or several languages. 显示名称(可多语言)
---@field initial string The first state. 初始状态
---@field clock? string Calendar of its limits. 时限所用日历
---@field open redress.open The event that opens a case. 立案事件
---@field within? redress.limit Limit of the whole case. 全案时限
---@field facts? table<string, redress.fact> What guards and actions read: name = decide, count, sum or field. 守卫与动作读取的事实
---@field states table<string, redress.state> States: name = { ... }. 状态
---@field always? table<string, string|redress.event> Events that every state accepts which is not final. 任何未终结状态都接受的事件
---@field apart? string[][] Account fields of which no two ever hold one person: `policy prove` proves it. 不得为同一人的账号字段(由 policy prove 证明)
---@field invariants? string|string[] Guards that hold after every command: asked by policy test and sim run, which fail where one does not. 不变式:任何命令之后都须成立的守卫(由 policy test 与 sim run 检验)
---@field moved? table<string, string> Where cases go whose state this version no longer has: OLD = "NEW". 本版取消的状态中的案件去往何处:旧状态 = 新状态
---@field open_cases? "follow"|"next_state"|"pin" When this workflow changes, cases that are open: follow at once, follow when they next change their state, or keep (pin) the workflow that they began under. 流程改版时在办案件:立即适用新版(follow)、下次转换状态时适用(next_state)、始终沿用立案时版本(pin)
---@field public? redress.public What a customer may be shown of his case. 客户可见内容
---@field discloses? redress.discloses Its records disclose what is secret, for a limited time. 本流程的记录为限时披露密级资料的凭据
---@field guidance? string The decision that advises staff: symptom, cause, advice. 指导处理的知识库决策
---@field guards? table<string, redress.guard> Guards: name = function(f) return true or false, reason end. 守卫函数
---@field actions? table<string, redress.action> Actions: name = function(f) return effects end. 动作函数

---A text that is sent, in the company's languages; {...} is filled in. 文书模板(各语言一份),{...} 处自动填入
---@class redress.template
---@field of string The record that it speaks of. 所涉记录类型
---@field title? string|table<string, string> How people see it, in one or several languages. 显示名称(可多语言)
---@field en? string English text: {number}, {state}, {today}, {actor.name}, {FIELD}, {REFERENCE.FIELD}, {due.LIMIT}, {form.FIELD}. 英文文本
---@field zh? string Chinese text, with the same placeholders. 中文文本,占位符须与英文一致

---Who answers for what went wrong, and with which consequence. 问责规则:出了问题由谁负责、何种处理
---@class redress.accountability
---@field [integer] redress.accountability_rule

---A promise that the rules make. 规则的承诺(测试)
---@class redress.test
---@field at? string The time when it starts, company zone. 起始时间(公司时区)
---@field given? redress.opened[] Records made beforehand, in order. 事先建立的记录
---@field before? any[] Steps before the cases. 各用例之前的步骤
---@field steps? any[] What happens, and what is expected. 步骤与期望
---@field cases? table[] Rows that are merged into `when`, each a test of its own. 数据用例,逐行并入 when
---@field when? any What the cases are tried with. 用例所试的动作

---How lines of a file become commands. 导入:文件行如何成为命令
---@class redress.import
---@field type string The record type. 记录类型
---@field zone string Time zone of the file's times. 文件时间所用时区
---@field columns string|string[] Columns that the header must have. 表头必须有的列
---@field row function function(r) return a list of items, reject or skip end. 逐行函数
---@field order? function Order of the items. 排序函数

---A word of a vocabulary. 词条
---@class redress.item
---@field [integer] string
---@field title? string|table<string, string> How people see it, in one or several languages. 显示名称(可多语言)
---@field en? string English label. 英文名称
---@field zh? string Chinese label. 中文名称

---A role. 角色
---@class redress.role
---@field [integer] string
---@field title? string|table<string, string> How people see it, in one or several languages. 显示名称(可多语言)
---@field en? string English label. 英文名称
---@field zh? string Chinese label. 中文名称
---@field is? string|string[] Roles that it includes. 包含的角色

---A unit of the organisation. 机构
---@class redress.unit
---@field [integer] string
---@field title? string|table<string, string> How people see it, in one or several languages. 显示名称(可多语言)
---@field en? string English label. 英文名称
---@field zh? string Chinese label. 中文名称
---@field under? string The unit above it. 上级机构

---An account. 账号
---@class redress.account
---@field [integer] string
---@field name? string The person's name. 姓名
---@field unit? string The unit. 机构
---@field group? string The group. 小组
---@field roles? string|string[] The roles. 角色
---@field uid? integer User id on the local socket. 本机用户号
---@field person? string Whose account it is, where somebody has several. 本人标识(一人多账号时)

---Which record type holds the staff, and what its fields mean. 人员档案的记录类型及各字段含义
---@class redress.staff
---@field record string The record type. 记录类型
---@field account string The login: a unique text. 登录名字段(唯一)
---@field name? string The person's name. 姓名字段
---@field unit? string The unit. 机构字段
---@field group? string The group. 小组字段
---@field roles string The roles: list_of(roles). 角色字段
---@field person? string A text that is the same in all accounts of one person. 本人标识字段:同一人的各账号相同
---@field working? string|string[] States in which one is an account; none: in any. 在职状态:仅此时账号有效
---@field away_until? string The instant until which the person is away. 缺勤截止时刻字段
---@field deputy? string The account that stands in. 代理人字段
---@field deputy_until? string The instant at which that ends. 代理截止时刻字段

---Hours of some days of the week. 一周中若干天的时段
---@class redress.week
---@field days string|string[] "Monday..Friday" or a list. 星期
---@field hours string|string[] "09:00-12:00" or a list. 时段

---A part of every year with a week of its own. 每年某段日期的作息
---@class redress.season
---@field from string Its first day, such as "06-01". 首日
---@field to string Its last day; where that is before the first one: over New Year. 末日;早于首日即跨年
---@field week redress.week[] Working hours of the week; { } is closed. 一周的工作时间;{ } 为停业

---A day that differs, or several in a row. 例外日(或连续数日)
---@class redress.day
---@field [integer] string
---@field title? string Why. 原因
---@field off? boolean Not worked. 放假
---@field hours? string|string[] Its hours. 当日时段
---@field like? integer Worked like this day of the week (1 = Monday). 按星期几上班

---What a type may be given. 类型选项
---@class redress.options
---@field required? boolean Must not be empty. 必填
---@field unique? boolean No two records share a value. 唯一
---@field indexed? boolean Can be searched and ordered by. 可检索
---@field secrecy? "secret"|"confidential"|"top_secret" Who may see it. 密级
---@field personal? boolean A text that tells of a person: sealed with his key in journal, store and backups, until he is erased. 个人信息:以本人密钥加密保存,删除个人信息后不可恢复
---@field min? number|string Smallest value, or shortest text. 最小值/最短
---@field max? number|string Greatest value, or longest text. 最大值/最长
---@field normal? "phone"|"name"|"code" The form in which a text is compared and searched: a telephone number, a name, a code. 比较与检索时的规范形式:电话、姓名、代码
---@field derived? string Never typed in: this decision gives it, whenever the record changes. 由此决策推导,不可手填
---@field output? string With derived: which of the decision's outputs. derived:取哪个输出
---@field changed? string With derived: the event that is sent to the record when it has another value. derived:值变化时向本记录发送的事件
---@field default? any Value of a new record. 默认值
---@field title? string|table<string, string> How people see it, in one or several languages. 显示名称(可多语言)
---@field en? string English label. 英文名称
---@field zh? string Chinese label. 中文名称

---A row of the authority table. 权限行
---@class redress.authority_row
---@field [integer] string|string[]
---@field from string|string[] The roles that may. 可执行的角色
---@field reach? "own"|"group"|"unit"|"branch"|"all"|"unowned" Which records; unowned: those whose owner is empty. 范围;unowned 为无归属人的记录
---@field up_to? string The decision that gives the highest amount. 金额上限的决策
---@field amount? string The field that is compared with it. 比较的金额字段
---@field ceilings? table<string, string> What was given already and the amount together: FACT = "DECISION", or a fact that gives the limit. 累计上限:事实 = 决策(或给出上限的事实)
---@field unless? string|string[] Guards of the workflow that forbid it. 禁止的守卫
---@field other_than? string|string[] Account fields of the record: the actor must be another person than they hold. 须为不同的人(四眼原则):这些账号字段中的人不得办理
---@field id? string Its name in explanations. 规则编号

---A rule of accountability. 问责规则
---@class redress.accountability_rule
---@field id string Its name; it stands once in all files. 规则编号
---@field title string|table<string, string> On what ground. 问责事由
---@field owner? string Who answers for the rule. 规则负责部门
---@field on string What happens: "TYPE.EVENT", "TYPE.escalated" (a limit that escalates rang) or "TYPE.late" (any limit rang). 触发:事件、升级或超时
---@field when? string|string[] Guards of that workflow. 守卫
---@field answers? string|string[] Who answers directly: account fields of the record, or roles of its unit or the nearest above. 直接责任人:账号字段或角色
---@field leads? string|string[] Who carries leadership responsibility. 领导责任人
---@field consequence string What follows; a name of a field of the record: what that says. 处理方式,或取自记录的字段
---@field confirm_by string The role that confirms it. 确认人角色
---@field appeal_within string How long one may appeal. 申诉期限
---@field start? string The record that is started for each person. 为每人启动的记录类型

---What a customer may be shown of his case. 客户可见内容
---@class redress.public
---@field proof string The field that a customer must know, such as "customer.phone". 客户须提供的凭据字段
---@field fields? string|string[] Fields that he is shown. 可见字段

---Which of a workflow's records disclose secret fields: to whom, of what, until when. 披露凭据:向谁、披露何记录、至何时
---@class redress.discloses
---@field what string|string[] Its reference fields, each `indexed`: what they lead to is disclosed. 被披露记录的引用字段(须 indexed)
---@field to string The account field: to whom. 披露对象(账号字段)
---@field level string The field of the level, one_of { "secret", "confidential", "top_secret" }: fields of it and of lower ones. 密级字段
---@field ends string The instant field: until when; empty: not at all. 截止时间字段
---@field state string The state in which it is in force. 生效状态

---The event that opens a case. 立案事件
---@class redress.open
---@field event string Its name. 事件名
---@field form? string Its form. 表单
---@field run? string|string[] Actions. 动作
---@field internal? boolean Only timers and other records open it: nobody may, and no authority row names it. 仅由时限与其他记录立案,不得列入权限表
---@field fields? boolean Instead of a form: the record's own fields; record.create opens it, too. 不用表单,直接填写记录字段(record.create 亦可立案)
---@field anonymous? string A required boolean of the form: where it is true, who opens the case is written nowhere. 表单必填布尔字段:为真时匿名立案,不留立案人痕迹
---@field receipt? string With anonymous: a secret text that keeps the hash of the code which its author asks with (public: proof). 匿名回执字段(保密文本,仅存回执码摘要)

---A state of a workflow. 状态
---@class redress.state
---@field title? string|table<string, string> How people see it, in one or several languages. 显示名称(可多语言)
---@field form? string The form that shows it. 展示表单
---@field entry? string|string[] Actions when it is entered. 进入动作
---@field exit? string|string[] Actions when it is left. 离开动作
---@field public? string|table<string, string> What a customer is shown meanwhile; without it, what was shown before stays. 客户所见进度,缺省沿用前一状态
---@field pause? boolean|string The clock of the whole case stands still. 全案时钟暂停
---@field final? boolean The case is over. 终结
---@field rests? string Why no limit need watch it: nobody waits for anything here. 无需时限的理由
---@field on? table<string, string|redress.event> Events that it accepts. 接受的事件
---@field after? redress.limit|redress.limit[] What happens when time is up: limits, ladder = NAME, or both. 到时处理:时限、阶梯或两者

---An event. 事件
---@class redress.event
---@field [integer] any
---@field title? string|table<string, string> How people see it, in one or several languages. 显示名称(可多语言)
---@field form? string What is filled in. 表单
---@field internal? boolean Only timers and other records send it: nobody may, and no authority row names it. 内部事件:仅由时限与其他记录发出,不得列入权限表
---@field fields? boolean Instead of a form: the record's own fields, those that are given; under the name update, record.update sends it. 不用表单,直接修改记录字段(名为 update 时 record.update 亦可)
---@field go? string The state that follows; none: stays. 去往状态,缺省为原状态
---@field when? string|string[] Guards: "g", "not g" or a list of them. 守卫
---@field run? string|string[] Actions. 动作
---@field by? string The account field that is set to the actor. 记为经办人的字段
---@field above? string|redress.row Taken where the amount is above the actor's authority. 超权限时
---@field except? string|string[] States that do not accept it (always only). 除外的状态(仅 always)

---One way that an event may go. 事件的一个分支
---@class redress.row
---@field go? string The state that follows; none: stays. 去往状态
---@field when? string|string[] Guards. 守卫
---@field run? string|string[] Actions. 动作

---A time limit; a duration or a decision that gives one. 时限:时长或给出时长的决策
---@class redress.limit
---@field [integer] string
---@field go? string The state that follows. 去往状态
---@field tell? string|redress.tell Who is told: { roles, text = ... }. 通知谁
---@field text? string What they are told. 通知内容
---@field escalate? boolean The case climbs one step. 升级
---@field run? string|string[] Actions. 动作
---@field clock? string Calendar that it is counted on. 所用日历
---@field at_once? boolean Urgent: people are told also outside the company's contact hours. 紧急:不受可通知时段限制

---Who is told what. 通知
---@class redress.tell
---@field [integer] string
---@field template? string The template of what they are told. 通知所用模板
---@field text? string What they are told. 通知内容
---@field at_once? boolean Urgent: also outside the company's contact hours. 紧急:不受可通知时段限制

---The outcome of a decision. 决策结果
---@class redress.decide
---@field of? string The reference field whose record gives the inputs. 提供输入的引用字段
---@field with? table<string, string> Inputs from other fields or facts. 输入来源
---@field given? table<string, any> Inputs that are always the same. 固定输入
---@field output? string Which output. 取哪个输出

---How many records are alike; the records of this very command count as they will be. 同类记录数(本次操作涉及的记录按操作后的样子计)
---@class redress.count
---@field same? string|table Fields that are equal: names, or name = PATH (a field, id, actor.account, actor.right, actor.unit, form.x, customer.name, a fact). 相等的字段:字段名,或 字段名 = 取值路径
---@field where? table<string, any> Values that fields must have; state is the state. 字段必须等于的值;state 为状态
---@field in_last? string In the time before now, by when the record was opened. 最近多久(按立案时间)
---@field in_this? "day"|"month"|"quarter"|"year" In this calendar period of the company's zone, by when the record was opened. 本期内(公司时区,按立案时间)
---@field at_most? integer Counting stops here (1000 where not said). 数到此为止(默认1000)

---The sum of a field over records that are alike. Each of them is read (a thousand take half a millisecond), 100,000 at the most: a total without end belongs in a ledger, whose `balance` is kept. 同类记录合计。逐条读取(每千条约半毫秒),至多十万条;无期限的累计请用台账余额
---@class redress.sum
---@field same? string|table Fields that are equal: names, or name = PATH (a field, id, actor.account, actor.right, actor.unit, form.x, customer.name, a fact). 相等的字段:字段名,或 字段名 = 取值路径
---@field where? table<string, any> Values that fields must have; state is the state. 字段必须等于的值;state 为状态
---@field in_last? string In the time before now, by when the record was opened. 最近多久(按立案时间)
---@field in_this? "day"|"month"|"quarter"|"year" In this calendar period of the company's zone, by when the record was opened. 本期内(公司时区,按立案时间)
---@field field string The field that is added up: a whole number or an amount. 合计字段:整数或金额

---Whether that calendar's clock runs, now or at a given moment. 此刻(或某时刻)是否在该日历的工作时间内
---@class redress.in_hours
---@field calendar? string Where the calendar's name is found: a field or a fact. 日历名取自何处:字段或事实
---@field at? string Where the moment is found; now, if none is named; nothing where it is empty. 判断的时刻取自何处,缺省为此刻

---What an account of a ledger has. 台账余额
---@class redress.balance
---@field of string The reference field that leads to the account's record; "id": this record. 账户引用字段;id 为本记录

---The present colleague with the fewest open records. 选出在岗且在办最少的人
---@class redress.pick
---@field role? string A role, or a path to one. 角色或其路径
---@field unit? string A path to a unit; nearest unit above that has anybody. 机构路径,本级无人则上级
---@field group? string A path to a group. 小组路径
---@field least? string The record type whose open records are counted by owner. 按归属人计在办数的记录类型

---A table of a report. 报表中的一张表
---@class redress.section
---@field title? string|table<string, string> How people see it, in one or several languages. 显示名称(可多语言)
---@field of? string The record, where it is another than the report's. 记录类型(与报表不同时)
---@field at? string By which date or moment a record belongs to a period. 归期字段
---@field by? string|string[] Fields, state, branch; none: one line for all. 分组字段、state、branch;缺省合计一行
---@field where? table<string, any> Which records are counted here. 本表统计范围
---@field measures table<string, any> Columns: NAME = count or { ... }. 统计列
---@field top? integer Only so many lines, the greatest first. 只列前几名
---@field order? "value"|"change" By what the greatest are found: the first measure's value, or its change. 排名依据:数值或变化
---@field against? "previous" Compared with the period before. 与上期比较

---A column of a report. 报表的统计列
---@class redress.measure
---@field title? string|table<string, string> How people see it, in one or several languages. 显示名称(可多语言)
---@field en? string English label. 英文名称
---@field zh? string Chinese label. 中文名称
---@field count? boolean How many. 个数
---@field share? boolean How many of all, and per mille. 占比(千分比)
---@field sum? string Field that is added up: a whole number or an amount. 合计字段
---@field average? string Field whose average is taken: a whole number or an amount. 平均字段
---@field where? table<string, any> Which of them. 统计条件

---One of a few words. 若干词之一
---@class redress.one_of

---A step of a test. 测试步骤
---@class redress.step
---@field [integer] any
---@field at? string The clock is set to this time. 时钟拨到
---@field after? string The clock moves on by this. 时钟前进
---@field on? string Whom a step is about that does nothing: a record of the test, or a type for its newest, plan_2 for its second. 不办理的步骤所看的记录;写类型名指最新一条,plan_2 指第二条
---@field expect? any What is expected. 期望
---@field open? any A record is opened: open = TYPE "ref" { ... }. 立案或新建记录
---@field update? any Fields are changed: update = TYPE "ref" { ... }. 修改记录字段

---An event of a case. 办理事件
---@class redress.act
---@field on? string The record, or a type for its newest; the one that the last step was about, if none is given. 记录,或类型名(最新一条);默认上一步的记录
---@field by? string Who acts. 经办人
---@field [string] any

---A record is opened. 立案或新建
---@class redress.open_case
---@field by? string Who opens it. 经办人
---@field [string] any

---Fields of a record are changed. 修改字段
---@class redress.update
---@field by? string Who changes them. 经办人
---@field [string] any

---A decision is asked. 询问决策
---@class redress.decide_step
---@field [string] any

---A record is read. 查看记录
---@class redress.see
---@field by? string Who reads it. 查看人

---Any method is called, with its parameters, as by somebody who has logged in; id and account may name a record of the test. 调用任一方法(如同已登录者);id 与 account 可写测试中的记录名
---@class redress.ask
---@field by? string Who asks; the machine's administrator, if none is given. 提问人,缺省为系统管理员
---@field [string] any

---What is expected of a step. 期望
---@class redress.expect
---@field [integer] any
---@field state? string The record is in this state. 所处状态
---@field error? string It is refused with this error. 拒绝的错误
---@field needs? string It is refused; this role may. 需要的角色
---@field escalation? integer How far it has climbed. 升级层级
---@field data? any Fields of the record. 字段值
---@field told? string|string[] Who has been told. 通知了谁
---@field rule? string The row that decided. 依据的规则行
---@field deadline? any { name = ..., due = ... }. 时限
---@field balance? any What accounts have: { LEDGER = { REF = "100.00" } }. 台账余额

---Sets fields; nil or empty clears one. 写字段,nil 或 empty 为清空
---@class redress.set
---@field [string] any

---Opens another record. 新建记录
---@class redress.start
---@field [string] any

---Sends an event to a record. 向记录发事件
---@class redress.send

---Does something for each record of a type, one after the other: sends an event, or start = TYPE, data = { ... }, link = FIELD. 逐条处理:对符合条件的每条记录发事件,或各启动一条记录
---@class redress.each

---Links a record. 关联记录
---@class redress.link

---Tells people; template = "NAME" instead of a text. 通知,可用模板代替文本
---@class redress.tell_effect

---Starts a deadline that sends an event to this record; clock: the calendar that it is counted on, the workflow's where not said. 设时限,到时向本记录发事件;clock 为所用日历,缺省用流程的时钟
---@class redress.deadline

---Posts an amount to an account of a ledger, once and only once by its key. 记账:同一键只记一次
---@class redress.post

---Takes a posting back by a counter-entry. 冲销:按键作反向记账
---@class redress.reverse

---The company; declared once. 公司(只声明一次)
---
---    company { ... }
---@param body redress.company
---@return redress.declaration
function company(body) end

---A vocabulary; its name is a type. 词表,其名即类型
---
---    choices "NAME" { ... }
---@param name string
---@return fun(body: redress.choices): redress.declaration
function choices(name) end

---When a clock runs. 日历:时钟何时走
---
---    calendar "NAME" { ... }
---@param name string
---@return fun(body: redress.calendar): redress.declaration
function calendar(name) end

---Days off and make-up working days of one year. 一年的节假日与调休
---
---    holidays "NAME" { ... }
---@param name string
---@return fun(body: redress.holidays): redress.declaration
function holidays(name) end

---Roles, units and accounts. 组织:角色、机构、账号
---
---    organisation { ... }
---@param body redress.organisation
---@return redress.declaration
function organisation(body) end

---A kind of record and its fields. 记录类型及其字段
---
---    record "NAME" { ... }
---@param name string
---@return fun(body: redress.record): redress.declaration
function record(name) end

---Amounts on accounts, posted by rules and never changed. 台账:由规则记账,不可修改
---
---    ledger "NAME" { ... }
---@param name string
---@return fun(body: redress.ledger): redress.declaration
function ledger(name) end

---What is filled in for an event. 事件表单
---
---    form "NAME" { ... }
---@param name string
---@return fun(body: redress.form): redress.declaration
function form(name) end

---A decision table. 决策表
---
---    decision "NAME" { ... }
---@param name string
---@return fun(body: redress.decision): redress.declaration
function decision(name) end

---Who may do what; anything not listed is refused. 权限:未列出的一律拒绝
---
---    authority { ... }
---@param body redress.authority
---@return redress.declaration
function authority(body) end

---Days on which a record is started by itself. 定期任务:到期自动立单
---
---    schedule "NAME" { ... }
---@param name string
---@return fun(body: redress.schedule): redress.declaration
function schedule(name) end

---A list that people open by name, with parameters. 视图:按名打开、可带参数的列表
---
---    view "NAME" { ... }
---@param name string
---@return fun(body: redress.view): redress.declaration
function view(name) end

---What is counted of a period. 报表:按期统计
---
---    report "NAME" { ... }
---@param name string
---@return fun(body: redress.report): redress.declaration
function report(name) end

---Limits that climb, for any number of states. 升级阶梯:可供多个状态共用的逐级时限
---
---    ladder "NAME" { { "4 hours", ... }, ... }
---@param name string
---@return fun(body: redress.ladder): redress.declaration
function ladder(name) end

---The state chart of a record. 记录的状态图(流程)
---
---    workflow "NAME" { ... }
---@param name string
---@return fun(body: redress.workflow): redress.declaration
function workflow(name) end

---A text that is sent, in the company's languages; {...} is filled in. 文书模板(各语言一份),{...} 处自动填入
---
---    template "NAME" { ... }
---@param name string
---@return fun(body: redress.template): redress.declaration
function template(name) end

---Who answers for what went wrong, and with which consequence. 问责规则:出了问题由谁负责、何种处理
---
---    accountability { { id = ... }, ... }
---@param body redress.accountability
---@return redress.declaration
function accountability(body) end

---A promise that the rules make. 规则的承诺(测试)
---
---    test "TITLE" { ... }
---@param name string
---@return fun(body: redress.test): redress.declaration
function test(name) end

---How lines of a file become commands. 导入:文件行如何成为命令
---
---    import "NAME" { ... }
---@param name string
---@return fun(body: redress.import): redress.declaration
function import(name) end

---The outcome of a decision. 决策结果
---
---    decide "DECISION" { ... }
---@param name string
---@return fun(body: redress.decide|table<string, any>): redress.fact
function decide(name) end

---How many records are alike; the records of this very command count as they will be. 同类记录数(本次操作涉及的记录按操作后的样子计)
---
---    count "RECORD" { ... }
---@param name string
---@return fun(body: redress.count): redress.fact
function count(name) end

---The sum of a field over records that are alike. Each of them is read (a thousand take half a millisecond), 100,000 at the most: a total without end belongs in a ledger, whose `balance` is kept. 同类记录合计。逐条读取(每千条约半毫秒),至多十万条;无期限的累计请用台账余额
---
---    sum "RECORD" { ... }
---@param name string
---@return fun(body: redress.sum): redress.fact
function sum(name) end

---A number from 0 to 9999, drawn for this record under this name once and for all. 抽签:0至9999,同一记录同一名称永远相同
---
---    draw "NAME"
---@param name string
---@return redress.fact
function draw(name) end

---Whether that calendar's clock runs, now or at a given moment. 此刻(或某时刻)是否在该日历的工作时间内
---
---    in_hours "CALENDAR" or in_hours { calendar = "PATH" }
---@param name string|redress.in_hours
---@return redress.fact
function in_hours(name) end

---What an account of a ledger has. 台账余额
---
---    balance "LEDGER" { of = "FIELD" }
---@param name string
---@return fun(body: redress.balance): redress.fact
function balance(name) end

---The present colleague with the fewest open records. 选出在岗且在办最少的人
---
---    pick { role = ..., unit = ... }
---@param body redress.pick
---@return redress.fact
function pick(body) end

---A field of a linked record. 关联记录的字段
---
---    field "customer.name"
---@param name string
---@return redress.fact
function field(name) end

---Text. 文本
---
---    text
---@type redress.type
text = nil

---A whole number. 整数
---
---    integer
---@type redress.type
integer = nil

---A number. 数
---
---    number
---@type redress.type
number = nil

---An amount, such as "100.00". 金额
---
---    money
---@type redress.type
money = nil

---True or false. 是否
---
---    boolean
---@type redress.type
boolean = nil

---A day. 日期
---
---    date
---@type redress.type
date = nil

---A moment. 时刻
---
---    instant
---@type redress.type
instant = nil

---A length of time, such as "2 business days". 时长
---
---    duration
---@type redress.type
duration = nil

---A list. 列表
---
---    list_of(TYPE)
---@param body redress.type
---@return redress.type
function list_of(body) end

---One of a few words. 若干词之一
---
---    one_of { "a", "b" }
---@param body string[]
---@return redress.type
function one_of(body) end

---Somebody's account. 人员账号
---
---    account
---@type redress.type
account = nil

---A unit of the organisation. 机构
---
---    unit
---@type redress.type
unit = nil

---Another record. 引用其他记录
---
---    reference "RECORD"
---@param name string
---@return redress.type
function reference(name) end

---An event of a case. 办理事件
---
---    act "EVENT" { by = ..., ... }
---@param name string
---@return fun(body: redress.act): redress.verb
function act(name) end

---Fields of a record are changed. 修改字段
---
---    update "REF" { by = ..., ... }
---@param name string
---@return fun(body: redress.update): redress.verb
function update(name) end

---A record is read. 查看记录
---
---    see "REF" { by = ... }
---@param name string
---@return fun(body: redress.see): redress.verb
function see(name) end

---Any method is called, with its parameters, as by somebody who has logged in; id and account may name a record of the test. 调用任一方法(如同已登录者);id 与 account 可写测试中的记录名
---
---    ask "METHOD" { by = ..., ... }
---@param name string
---@return fun(body: redress.ask): redress.verb
function ask(name) end

---It is done. 允许
---
---    allowed
---@type redress.expectation
allowed = nil

---It is refused. 拒绝
---
---    refused "ERROR"
---@param name string
---@return redress.expectation
function refused(name) end

---It is refused; this role may. 需上级角色
---
---    needs "ROLE"
---@param name string
---@return redress.expectation
function needs(name) end

---The record is in this state. 处于状态
---
---    in_state "STATE"
---@param name string
---@return redress.expectation
function in_state(name) end

---It has climbed. 已升级
---
---    escalated
---@type redress.expectation
escalated = nil

---It has not climbed. 未升级
---
---    not_escalated
---@type redress.expectation
not_escalated = nil

---The clock of the whole case stands still. 已暂停
---
---    paused
---@type redress.expectation
paused = nil

---A limit that does something runs, or nothing need watch where it stands. 有会起作用的时限在走,或该状态无需看守
---
---    watched
---@type redress.expectation
watched = nil

---Events for which there is an authority row, events that rules send, and limits lead from here to an end. 从此处有路可到结束:有人有权的事件、规则所发事件或时限
---
---    way_out
---@type redress.expectation
way_out = nil

---Events for which there is an authority row, events that rules send, and limits lead from here to that state, or it is there. 从此处有路可到该状态(或已处于该状态)
---
---    reachable "STATE"
---@param name string
---@return redress.expectation
function reachable(name) end

---Where it stands the event is taken, and authority has a row for it or rules send it. 所处状态接受该事件,且有人有权办理或由规则发出
---
---    can_come "EVENT"
---@param name string
---@return redress.expectation
function can_come(name) end

---No limit of its state is due before the one above it. 所处状态的各时限依次到期
---
---    limits_in_order
---@type redress.expectation
limits_in_order = nil

---Somebody has been told. 已通知
---
---    told "ROLE"
---@param name string
---@return redress.expectation
function told(name) end

---Sets fields; nil or empty clears one. 写字段,nil 或 empty 为清空
---
---    set { FIELD = value }
---@param body redress.set
---@return redress.effect
function set(body) end

---Opens another record. 新建记录
---
---    start "TYPE" { FIELD = value, link = "NAME" }
---@param name string
---@return fun(body: redress.start): redress.effect
function start(name) end

---Sends an event to a record. 向记录发事件
---
---    send "EVENT" { to = id, form = { ... } }
---@param name string
---@return fun(body: redress.send): redress.effect
function send(name) end

---Does something for each record of a type, one after the other: sends an event, or start = TYPE, data = { ... }, link = FIELD. 逐条处理:对符合条件的每条记录发事件,或各启动一条记录
---
---    each "TYPE" { same = { FIELD = value }, where = { ... }, send = "EVENT", form = { ... } }
---@param name string
---@return fun(body: redress.each): redress.effect
function each(name) end

---Links a record. 关联记录
---
---    link "NAME" { to = id }
---@param name string
---@return fun(body: redress.link): redress.effect
function link(name) end

---Tells people; template = "NAME" instead of a text. 通知,可用模板代替文本
---
---    tell { "ROLE", text = "...", at_once = true }
---@param body redress.tell_effect
---@return redress.effect
function tell(body) end

---Starts a deadline that sends an event to this record; clock: the calendar that it is counted on, the workflow's where not said. 设时限,到时向本记录发事件;clock 为所用日历,缺省用流程的时钟
---
---    deadline "NAME" { "2 days", event = "EVENT", clock = "CALENDAR" }
---@param name string
---@return fun(body: redress.deadline): redress.effect
function deadline(name) end

---Posts an amount to an account of a ledger, once and only once by its key. 记账:同一键只记一次
---
---    post "LEDGER" { to = id, amount = amount, key = "KEY", kind = "KIND", note = "..." }
---@param name string
---@return fun(body: redress.post): redress.effect
function post(name) end

---Takes a posting back by a counter-entry. 冲销:按键作反向记账
---
---    reverse "LEDGER" { key = "KEY", note = "..." }
---@param name string
---@return fun(body: redress.reverse): redress.effect
function reverse(name) end

---Stops a deadline. 取消时限
---
---    stop "NAME"
---@param name string
---@return redress.effect
function stop(name) end
