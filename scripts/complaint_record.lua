-- What is kept of a complaint; how it moves is in complaint.lua, what each step asks for in complaint_forms.lua.
return record "complaint" {
  title = { en = "Complaint", zh = "投诉" }, number = "CP-{year}-{000000}", owner = "handler", unit = "unit",
  fields = {
    -- registration (受理)
    customer    = reference "customer" { required = true, indexed = true, en = "Customer", zh = "客户" },
    channel     = channels { required = true, indexed = true, en = "Channel", zh = "渠道" },
    problem     = problems { required = true, indexed = true, en = "Problem", zh = "问题类型" },
    product     = text { max = 200, indexed = true, en = "Product", zh = "产品" },
    summary     = text { required = true, max = 4000, en = "What happened", zh = "投诉内容" },
    wish        = text { max = 2000, en = "What the customer asks for", zh = "客户诉求" },
    occurred_on = date { en = "Occurred on", zh = "发生日期" },
    injury      = boolean { default = false, en = "Somebody was hurt", zh = "有人受伤" },
    press       = boolean { default = false, en = "In the press", zh = "媒体关注" },
    -- judged at receipt by rules/tiers.lua and rules/urgency.lua
    customer_tier = tiers { indexed = true, en = "Customer tier at receipt", zh = "受理时客户层级" },
    priority    = urgencies { indexed = true, en = "Urgency at receipt", zh = "受理时紧急程度" },
    track       = tracks { default = "normal", indexed = true, en = "Track", zh = "通道" },
    -- who answers for it
    handler     = account { indexed = true, en = "Handler", zh = "处理人" },
    unit        = unit { indexed = true, en = "Unit", zh = "机构" },
    department  = departments { indexed = true, en = "Responsible department", zh = "责任部门" },
    -- verification (核实) and investigation (调查)
    ground      = grounds { en = "Ground", zh = "理由" },
    demand      = demands { en = "Demand", zh = "要求" },
    cause       = text { max = 4000, en = "Cause", zh = "原因" },
    cause_kind  = cause_kinds { en = "Whose cause", zh = "原因归属" },
    responsible = text { max = 200, en = "Directly responsible", zh = "直接责任人" },
    -- proposal and authorisation (处理方案、授权)
    remedy      = remedies { indexed = true, en = "Remedy", zh = "补救方式" },
    amount      = money { min = "0.00", en = "Amount", zh = "金额" },
    proposer    = account { en = "Proposed by", zh = "方案提出人" },
    chooser     = account { en = "Chosen by", zh = "方案审定人" },
    granter     = account { en = "Granted by", zh = "授权人" },
    -- answer and callback (反馈、回访)
    result      = text { max = 4000, en = "Result", zh = "处理结果" },
    satisfied   = boolean { en = "Satisfied", zh = "是否满意" },
    reopened    = integer { default = 0, en = "Times reopened", zh = "重开次数" },
    assessment  = text { max = 4000, en = "Assessment of the handling", zh = "总结评价" },
  },
  indexes = { { "department", "problem" } },          -- for the mass complaint warning
}
