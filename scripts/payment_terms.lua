-- Special terms of payment (rule book 5): asked for by whoever serves the customer, granted by the marketing director or a vice president.
return {
  record "payment_terms" {
    title = { en = "Special payment terms", zh = "特殊付款条件" }, number = "PT-{year}-{0000}", owner = "applicant", unit = "unit",
    fields = {
      customer  = reference "customer" { required = true, indexed = true, en = "Customer", zh = "客户" },
      terms     = text { required = true, max = 2000, en = "Terms", zh = "付款条件" },
      days      = integer { min = 0, max = 365, en = "Days of credit", zh = "账期天数" },
      amount    = money { min = "0.00", en = "Up to", zh = "金额上限" },
      reason    = text { required = true, max = 2000, en = "Reason", zh = "理由" },
      applicant = account { indexed = true, en = "Asked for by", zh = "申请人" },
      unit      = unit { indexed = true, en = "Unit", zh = "机构" },
      decider   = account { en = "Decided by", zh = "审批人" },
      opinion   = text { max = 2000, en = "Opinion", zh = "审批意见" },
    },
  },
  form "payment_terms_application" {
    of = "payment_terms", title = { en = "Application for special payment terms", zh = "特殊付款条件申请表" },
    fields = { "customer", "terms", "days", "amount", "reason" }, required = { "customer", "terms", "reason" },
  },
  form "payment_terms_opinion" {
    of = "payment_terms", title = { en = "Opinion", zh = "审批意见" }, fields = { "opinion" }, required = { "opinion" },
  },
  workflow "payment_terms" {
    version = 1, title = { en = "Special payment terms", zh = "特殊付款条件审批" }, initial = "asked_for", clock = "service_hours",
    invariants = { "decided_by_another" }, apart = { { "applicant", "decider" } },
    open = { event = "ask", form = "payment_terms_application", run = { "note_applicant" } },
    states = {
      asked_for = {
        title = { en = "Asked for", zh = "待审批" },
        on = {
          grant    = { form = "payment_terms_opinion", go = "granted", by = "decider", title = { en = "Grant", zh = "同意" } },
          refuse   = { form = "payment_terms_opinion", go = "refused", by = "decider", title = { en = "Refuse", zh = "不同意" } },
          withdraw = { go = "withdrawn", title = { en = "Withdraw", zh = "撤回" } },
        },
        after = { ladder = "payment_terms.decision" },              -- rules/ladders.lua
      },
      granted   = { title = { en = "Granted", zh = "已同意" }, final = true, entry = { "tell_applicant" } },
      refused   = { title = { en = "Refused", zh = "未同意" }, final = true, entry = { "tell_applicant" } },
      withdrawn = { title = { en = "Withdrawn", zh = "已撤回" }, final = true },
    },
    guards = {
      is_not_applicant = function(f) return f.applicant ~= f.actor.account, "somebody else asked for it" end,
      decided_by_another = function(f) return f.decider == nil or f.decider ~= f.applicant, "who asked has decided" end,
    },
    actions = {
      note_applicant = function(f)
        return { set { applicant = f.actor.account, unit = f.actor.unit },
                 tell { "marketing_director", text = "{number}: special payment terms are asked for. {number}:特殊付款条件申请。" } }
      end,
      tell_applicant = function(f) return tell { "owner", text = "{number} is decided ({state}). {number}已审批({state})。" } end,
    },
  },
}
