-- What is kept of a complaint; how it moves is in complaint.lua, what each step asks for in complaint_forms.lua.
return record "complaint" {
  title = { en = "Complaint", zh = "投诉" }, number = "CP-{year}-{000000}", owner = "handler", unit = "unit",
  fields = {
    -- registration (受理)
    customer    = reference "customer" { required = true, indexed = true, en = "Customer", zh = "客户" },
    channel     = channels { required = true, indexed = true, en = "Channel", zh = "渠道" },
    problem     = problems { required = true, indexed = true, en = "Problem", zh = "问题类型" },
    symptom     = symptoms { indexed = true, en = "Symptom", zh = "现象" },            -- rules/guidance.lua
    product     = text { max = 200, indexed = true, en = "Product", zh = "产品" },
    summary     = text { required = true, max = 4000, en = "What happened", zh = "投诉内容" },
    wish        = text { max = 2000, en = "What the customer asks for", zh = "客户诉求" },
    occurred_on = date { en = "Occurred on", zh = "发生日期" },
    injury      = boolean { default = false, en = "Somebody was hurt", zh = "有人受伤" },
    press       = boolean { default = false, en = "In the press", zh = "媒体关注" },
    -- judged at receipt by rules/tiers.lua and rules/urgency.lua; urgency again when the file is amended
    customer_tier = tiers { indexed = true, en = "Customer tier at receipt", zh = "受理时客户层级" },
    priority    = urgencies { indexed = true, en = "Urgency", zh = "紧急程度" },
    track       = tracks { default = "normal", indexed = true, en = "Track", zh = "通道" },
    repeats     = integer { min = 0, en = "The same before, in 90 days", zh = "九十天内同类投诉次数" },
    repeated    = boolean { en = "Repeated complaint", zh = "重复投诉" },
    -- who answers for it
    first_responder = account { en = "First responder", zh = "首问责任人" },
    seat        = seats { en = "Seat", zh = "专席" },
    handler     = account { indexed = true, en = "Handler", zh = "处理人" },
    unit        = unit { indexed = true, en = "Unit", zh = "机构" },
    department  = departments { indexed = true, en = "Responsible department", zh = "责任部门" },
    -- verification (核实) and investigation (调查)
    ground      = grounds { en = "Ground", zh = "理由" },
    demand      = demands { en = "Demand", zh = "要求" },
    cause       = text { max = 4000, en = "Cause", zh = "原因" },
    cause_kind  = cause_kinds { en = "Whose cause", zh = "原因归属" },
    severity    = severities { en = "How grave", zh = "严重程度" },
    responsible = account { indexed = true, en = "Directly responsible", zh = "直接责任人" },
    correction  = reference "correction" { en = "Correction", zh = "整改单" },
    corrected   = boolean { en = "Corrected", zh = "已整改" },
    penalty_direct = penalties { en = "Proposed penalty, directly responsible", zh = "直接责任人处罚建议" },
    penalty_head   = penalties { en = "Proposed penalty, head", zh = "负责人处罚建议" },
    -- help from others: a joint consultation (联合会诊), an engineer on site, the alarm that it belongs to
    consultation = reference "consultation" { en = "Joint consultation", zh = "联合会诊" },
    consultation_result = consultation_results { en = "Result of the consultation", zh = "会诊结论" },
    site_visit  = reference "site_visit" { en = "Engineer on site", zh = "现场处理单" },
    site_findings = text { max = 4000, en = "Found on site", zh = "现场情况" },
    alarm       = reference "mass_alarm" { indexed = true, en = "Mass complaint alarm", zh = "批量投诉预警" },
    -- proposal and authorisation (处理方案、授权)
    latest_plan = reference "plan" { en = "Latest plan", zh = "最新方案" },
    plans       = list_of(reference "plan") { max = 8, en = "Plans to choose from", zh = "待选方案" },
    proposers   = list_of(account) { en = "Proposers of these plans", zh = "方案提出人名单" },
    chosen_plan = reference "plan" { en = "Chosen plan", zh = "审定方案" },
    remedy      = remedies { indexed = true, en = "Remedy", zh = "补救方式" },
    amount      = money { min = "0.00", en = "Amount", zh = "金额" },
    proposer    = account { en = "Proposed by", zh = "方案提出人" },
    chooser     = account { en = "Chosen by", zh = "方案审定人" },
    granter     = account { en = "Granted by", zh = "授权人" },
    campaign    = reference "campaign" { en = "Out of the campaign", zh = "所属活动" },
    paid_key    = text { max = 100, en = "Posted under", zh = "记账键" },   -- the payment that may be taken back
    paid_campaign = reference "campaign" { en = "Posted against the campaign", zh = "记账活动" },
    -- answers and callback (答复、反馈、回访)
    interim_answer = text { max = 4000, en = "Staged answer", zh = "阶段性答复" },
    stage_answers  = integer { min = 0, en = "Staged answers given", zh = "阶段性答复次数" },
    stages_missed  = integer { min = 0, en = "Staged answers missed", zh = "阶段性答复逾期次数" },
    result      = text { max = 4000, en = "Result", zh = "处理结果" },
    satisfied   = boolean { en = "Satisfied", zh = "是否满意" },
    callback    = reference "callback" { indexed = true, en = "Callback", zh = "回访" },
    reopened    = integer { default = 0, en = "Times reopened", zh = "重开次数" },
    assessment  = text { max = 4000, en = "Assessment of the handling", zh = "总结评价" },
    letters     = integer { min = 0, en = "Letters and recordings in the file", zh = "往来函件与录音份数" },
    file_missing = text { max = 1000, en = "Missing in the file", zh = "归档缺失项" },
    -- in time, for the reports
    answered_in_time = boolean { default = true, en = "Verified in time", zh = "按时核实" },
    closed_in_time   = boolean { default = true, en = "Within the whole time", zh = "全案未超时" },
    answered_at = instant { indexed = true, en = "Answered at", zh = "答复时间" },
  },
  indexes = { { "department", "problem" },            -- for the mass complaint warning
              { "customer", "problem" } },            -- for repeats
}
