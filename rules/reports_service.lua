-- 《回访总结报告》 and the summary of credit (rule book 7 and 8).
local reached = { share = true, en = "Reached", zh = "联系成功率", where = { reached = true } }
local pleased = { share = true, en = "Satisfied", zh = "满意率", where = { satisfied = true } }
local overdue = { share = true, en = "Overdue", zh = "逾期率", where = { overdue = true } }
local scores = {
  asked    = { count = true, en = "Asked", zh = "回访件数" },
  pleased  = pleased,
  ease     = { average = "ease",     en = "Ease of the channel", zh = "渠道便捷性" },
  attitude = { average = "attitude", en = "Attitude and skill",  zh = "服务态度与技能" },
  speed    = { average = "speed",    en = "Handling time",       zh = "处理时效" },
  result   = { average = "result",   en = "Handling result",     zh = "处理结果" },
}

return {
  report "callback_summary" {
    title = { en = "Callback summary", zh = "回访总结报告" }, owner = "callback centre", of = "callback", at = "done_on",
    sections = {
      { title = { en = "By customer tier (key customers: all of them)", zh = "按客户层级(大客户须全部回访)" }, by = "tier", against = "previous",
        measures = { done = { count = true, en = "Called back", zh = "已回访" }, reached = reached, overdue = overdue, missed = { sum = "promises_missed", en = "Promises missed", zh = "失约次数" } } },
      { title = { en = "Planned", zh = "计划回访" }, at = "due_on", by = "tier", against = "previous",
        measures = { due = { count = true, en = "Planned", zh = "计划件数" }, reached = reached, overdue = overdue } },
      { title = { en = "By channel", zh = "按回访方式" }, by = "channel", measures = { done = { count = true, en = "Called back", zh = "已回访" }, reached = reached, attempts = { sum = "attempts", en = "Attempts", zh = "联系次数" } } },
      { title = { en = "What customers say, by problem", zh = "客户评价(按问题类型)" }, by = "problem", against = "previous", where = { satisfied = { given = true } }, measures = scores },
      { title = { en = "What customers say, by unit", zh = "客户评价(按机构)" }, by = "unit", where = { satisfied = { given = true } }, measures = scores },
    },
  },
  report "credit_summary" {
    title = { en = "Credit summary", zh = "信用与往来账汇总" }, owner = "headquarters centre", of = "credit_change",
    sections = {
      { title = { en = "Changes of grade, by where they stand", zh = "信用等级变更(按状态)" }, by = "state", against = "previous", measures = { changes = { count = true, en = "Changes", zh = "变更件数" } } },
      { title = { en = "Changes of grade, from and to", zh = "信用等级变更(原等级、申请等级)" }, by = { "from_grade", "to_grade" },
        measures = { changes = { count = true, en = "Changes", zh = "变更件数" }, agreed = { share = true, en = "Agreed", zh = "同意率", where = { agreed = true } } } },
      { title = { en = "Ratings", zh = "信用评级" }, of = "credit_rating", by = "grade", against = "previous",
        measures = { ratings = { count = true, en = "Ratings", zh = "评级件数" }, score = { average = "score", en = "Average score", zh = "平均得分" }, fulfilment = { average = "fulfilment", en = "Fulfilment", zh = "平均履约率" } } },
      { title = { en = "Posted to customers' accounts", zh = "客户往来账记账" }, of = "customer_credit", by = "kind", against = "previous",
        measures = { entries = { count = true, en = "Entries", zh = "笔数" }, amount = { sum = "amount", en = "Amount", zh = "金额" } } },
      { title = { en = "Taken back", zh = "冲销" }, of = "customer_credit", where = { reverses = { given = true } },
        measures = { entries = { count = true, en = "Entries", zh = "笔数" }, amount = { sum = "amount", en = "Amount", zh = "金额" } } },
    },
  },
}
