-- One form a step (rule book 3). A name alone is a field of the complaint; { name, type } is kept in the journal only.
return {
  form "registration" {
    of = "complaint", title = { en = "Registration", zh = "客户投诉登记表" },
    fields = { "customer", "channel", "problem", "symptom", "product", "summary", "wish", "occurred_on", "injury", "press" },
    required = { "customer", "channel", "problem", "summary" },
  },
  form "amendment" {
    of = "complaint", title = { en = "Amendment", zh = "投诉情况变更" },
    fields = { "problem", "product", "summary", "wish", "occurred_on", "injury", "press", { "reason", text { max = 2000, en = "Reason", zh = "原因" } } },
    required = { "reason" },
  },
  form "verification" {
    of = "complaint", title = { en = "Verification", zh = "客户投诉情况核实表" },
    fields = { "ground", "demand", "symptom", { "findings", text { max = 4000, en = "Findings", zh = "核实情况" } } },
    required = { "ground", "demand" },
  },
  form "transfer" {
    of = "complaint", title = { en = "Transfer", zh = "客户投诉转接表" },
    fields = { "department", "handler", { "instructions", text { max = 2000, en = "Instructions", zh = "办理要求" } } },
    required = { "department" },                      -- without a handler, the first responder goes on (首问负责)
  },
  form "hand_over" {
    of = "complaint", title = { en = "Handing over", zh = "首问移交单" },
    fields = { "handler", { "reason", text { max = 2000, en = "Reason", zh = "原因" } } }, required = { "handler" },
  },
  form "question" {
    of = "complaint", title = { en = "Question to the customer", zh = "补充材料通知" },
    fields = { { "question", text { max = 2000, en = "Question", zh = "需补充内容" } } }, required = { "question" },
  },
  form "customer_answer" {
    of = "complaint", title = { en = "The customer's answer", zh = "客户补充" },
    fields = { { "answer", text { max = 4000, en = "Answer", zh = "补充内容" } } }, required = { "answer" },
  },
  form "staged_answer" {
    of = "complaint", title = { en = "Staged answer to the customer", zh = "阶段性答复表" },
    fields = { "interim_answer" }, required = { "interim_answer" },
  },
  form "consultation_call" {
    of = "complaint", title = { en = "Call for a joint consultation", zh = "联合会诊申请表" },
    fields = { { "departments", list_of(departments) { min = 2, max = 12, en = "Departments", zh = "会诊部门" } },
               { "question", text { max = 4000, en = "Question", zh = "会诊问题" } } },
    required = { "departments", "question" },
  },
  form "engineer_call" {
    of = "complaint", title = { en = "Engineer to the customer", zh = "工程师派遣单" },
    fields = { { "engineer", account { en = "Engineer", zh = "工程师" } }, { "task", text { max = 2000, en = "What is to be done", zh = "任务" } } },
    required = { "engineer", "task" },
  },
  form "investigation" {
    of = "complaint", title = { en = "Investigation", zh = "投诉调查表" },
    fields = { "cause", "cause_kind", "responsible", "severity" }, required = { "cause", "cause_kind" },
  },
  form "proposal" {
    of = "complaint", title = { en = "Proposal", zh = "客户投诉处理表" },
    fields = { "remedy", "amount", { "plan", text { max = 4000, en = "Plan", zh = "处理方案" } } },
    required = { "remedy", "amount", "plan" },        -- amount "0.00" where the remedy is not money
  },
  form "choice" {
    of = "complaint", title = { en = "Choice of the plan", zh = "方案审定表" },
    fields = { "chosen_plan", { "instructions", text { max = 4000, en = "Written instructions", zh = "书面指示" } } },
    required = { "instructions" },                    -- of one plan alone it need not be said which
  },
  form "grant" {
    of = "complaint", title = { en = "Authorisation", zh = "授权审批表" },
    fields = { "remedy", "amount", "campaign", { "note", text { max = 2000, en = "Note", zh = "备注" } } }, required = { "remedy", "amount" },
  },
  form "refusal" {
    of = "complaint", title = { en = "Sent back", zh = "退回意见" },
    fields = { { "reason", text { max = 2000, en = "Reason", zh = "原因" } } }, required = { "reason" },
  },
  form "feedback" {
    of = "complaint", title = { en = "Feedback to the customer", zh = "客户反馈表" },
    fields = { "result" }, required = { "result" },
  },
  form "callback" {
    of = "complaint", title = { en = "Callback record", zh = "回访记录表" },
    fields = { "satisfied", { "suggestions", text { max = 2000, en = "Suggestions", zh = "客户建议" } } }, required = { "satisfied" },
  },
  form "assessment" {
    of = "complaint", title = { en = "Summary", zh = "投诉总结评价表" },
    fields = { "assessment", { "measures", text { max = 4000, en = "Counter-measures", zh = "纠改措施" } } }, required = { "assessment" },
  },
  form "archive_list" {
    of = "complaint", title = { en = "Archive list", zh = "归档清单" },
    fields = { "letters", { "remark", text { max = 2000, en = "Remark", zh = "说明" } } },
  },
  form "remark" {
    of = "complaint", title = { en = "Remark", zh = "说明" },
    fields = { { "remark", text { max = 2000, en = "Remark", zh = "说明" } } },
  },
}
