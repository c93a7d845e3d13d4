-- Plans for one complaint (处理方案, rule book 3): every one is kept, the superior chooses one in writing, and all hear at once which.
return {
  record "plan" {
    title = { en = "Plan", zh = "处理方案" }, number = "PL-{year}-{000000}", owner = "proposer", unit = "unit",
    fields = {
      complaint = reference "complaint" { required = true, indexed = true, en = "Complaint", zh = "投诉" },
      proposer  = account { required = true, indexed = true, en = "Proposed by", zh = "方案提出人" },
      unit      = unit { en = "Unit", zh = "机构" },
      remedy    = remedies { required = true, en = "Remedy", zh = "补救方式" },
      amount    = money { required = true, min = "0.00", en = "Amount", zh = "金额" },
      plan      = text { required = true, max = 4000, en = "Plan", zh = "处理方案" },
      selected  = reference "plan" { en = "Chosen of them", zh = "中选方案" },
      instructions = text { max = 4000, en = "Written instructions", zh = "书面指示" },
    },
  },
  form "plan" { of = "plan", title = { en = "Plan", zh = "处理方案表" },
    fields = { "complaint", "proposer", "unit", "remedy", "amount", "plan" } },

  workflow "plan" {
    version = 1, title = { en = "Plan", zh = "处理方案" }, initial = "proposed", clock = "service_hours",
    open = { event = "file", internal = true, form = "plan", run = { "tell_complaint" } },
    states = {
      proposed = {
        title = { en = "Proposed", zh = "待审定" },
        on = { settle = { internal = true, title = { en = "Settle", zh = "审定" }, { go = "chosen", when = "is_selected" }, { go = "not_chosen" } } },
        after = { "60 days", go = "not_chosen" },     -- its complaint has ended in another way
      },
      chosen     = { title = { en = "Chosen", zh = "中选" }, final = true },
      not_chosen = { title = { en = "Not chosen", zh = "未中选" }, final = true },
    },
    guards  = { is_selected = function(f) return f.selected ~= nil and f.selected == f.id end },
    actions = {
      tell_complaint = function(f) return send "plan_filed" { to = f.complaint, form = { latest_plan = f.id } } end,
    },
  },
}
