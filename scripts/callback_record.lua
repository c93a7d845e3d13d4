-- What is kept of a callback, and the forms of its steps (《回访记录表》). How it goes is in callback.lua.
return {
  record "callback" {
    title = { en = "Callback", zh = "回访" }, number = "CB-{year}-{000000}", owner = "agent", unit = "unit",
    fields = {
      -- what it follows
      source        = callback_sources { required = true, indexed = true, en = "Follows", zh = "回访来源" },
      source_number = text { max = 64, en = "Number of the case", zh = "来源编号" },
      complaint     = reference "complaint" { indexed = true, en = "Complaint", zh = "投诉" },
      customer      = reference "customer" { required = true, indexed = true, en = "Customer", zh = "客户" },
      tier          = tiers { indexed = true, en = "Customer tier", zh = "客户层级" },
      problem       = problems { indexed = true, en = "Problem", zh = "问题类型" },
      case_outcome  = case_outcomes { indexed = true, en = "Outcome of the case", zh = "来源结论" },
      case_archived = boolean { default = false, en = "The case is archived", zh = "来源已归档" },
      -- the plan
      channel  = callback_channels { indexed = true, en = "Channel", zh = "回访方式" },
      measure  = text { max = 400, en = "What to do", zh = "回访要点" },
      seat     = callback_seats { indexed = true, en = "Seat", zh = "坐席" },
      agent    = account { indexed = true, en = "Agent", zh = "回访员" },
      unit     = unit { indexed = true, en = "Unit", zh = "机构" },
      days     = integer { min = 1, max = 90, en = "Days until it is due", zh = "应回访天数" },
      due_on   = date { indexed = true, en = "Due on", zh = "应回访日期" },
      overdue  = boolean { default = false, indexed = true, en = "Overdue", zh = "已逾期" },
      -- attempts and promises
      attempts        = integer { default = 0, min = 0, indexed = true, en = "Attempts", zh = "联系次数" },
      promised_at     = instant { en = "Promised for", zh = "约定时间" },
      promises_missed = integer { default = 0, min = 0, indexed = true, en = "Promises missed", zh = "失约次数" },
      -- the record
      reached     = boolean { indexed = true, en = "Reached", zh = "是否联系上" },
      done_on     = date { indexed = true, en = "Done on", zh = "完成日期" },
      outcome     = callback_outcomes { indexed = true, en = "Outcome", zh = "回访结果" },
      satisfied   = boolean { indexed = true, en = "Satisfied", zh = "是否满意" },
      ease        = integer { min = 1, max = 5, en = "Ease of the channel", zh = "渠道便捷性" },
      attitude    = integer { min = 1, max = 5, en = "Staff's attitude and skill", zh = "服务态度与技能" },
      speed       = integer { min = 1, max = 5, en = "Handling time", zh = "处理时效" },
      result      = integer { min = 1, max = 5, en = "Handling result", zh = "处理结果" },
      suggestions = text { max = 2000, en = "Suggestions (\"none\" where there are none)", zh = "意见建议(没有则填“无”)" },
      remark      = text { max = 2000, en = "Remark: why a score is low", zh = "备注:低分原因" },
    },
  },
  form "callback_plan" {
    of = "callback", title = { en = "Plan of a callback", zh = "回访计划" },
    fields = { "source", "source_number", "complaint", "customer", "tier", "problem", "case_outcome", "channel", "days" },
    required = { "source", "customer" },
  },
  form "callback_attempt" {
    of = "callback", title = { en = "Attempt", zh = "联系记录" },
    fields = { { "answer", callback_answers { en = "How it went", zh = "联系情况" } }, "promised_at",
               { "note", text { max = 1000, en = "Note", zh = "说明" } } },
    required = { "answer" },                   -- promised_at as well, where the customer wants a call later
  },
  form "callback_record" {
    of = "callback", title = { en = "Callback record", zh = "回访记录表" },
    fields = { "ease", "attitude", "speed", "result", "suggestions", "satisfied", "remark" },
    required = { "ease", "attitude", "speed", "result", "suggestions", "satisfied" },
  },
  form "callback_note" {
    of = "callback", title = { en = "Note", zh = "说明" },
    fields = { { "note", text { max = 1000, en = "Note", zh = "说明" } } },
  },
}
