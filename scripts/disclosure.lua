-- Disclosure of what is secret (rule book 13, 保密与披露审批): asked for with a purpose, approved by another person of the role that the
-- level needs, in force for so many days, and no longer. While it is, `case.disclose` shows the fields to who asked, and each time is journalled.
return {
  record "disclosure" {
    title = { en = "Disclosure", zh = "密级资料披露" }, number = "DS-{year}-{0000}", owner = "asker", unit = "unit",
    fields = {
      customer = reference "customer" { indexed = true, en = "Customer", zh = "客户" },
      change   = reference "customer_change" { indexed = true, en = "Change of important data", zh = "重要资料变更" },
      employee = reference "employee" { indexed = true, en = "Employee", zh = "员工" },
      level    = secrecy_levels { required = true, indexed = true, en = "Level, with those below", zh = "密级(含以下)" },
      purpose  = text { required = true, max = 2000, en = "Purpose", zh = "用途" },
      asker    = account { indexed = true, en = "Asked for by", zh = "申请人" },
      unit     = unit { indexed = true, en = "Unit", zh = "机构" },
      decider  = account { indexed = true, en = "Decided by", zh = "审批人" },
      opinion  = text { max = 2000, en = "Opinion", zh = "审批意见" },
      until_at = instant { indexed = true, en = "In force until", zh = "有效期至" },
    },
  },
  form "disclosure_application" { of = "disclosure", title = { en = "Application for disclosure", zh = "披露申请表" },
    fields = { "customer", "change", "employee", "level", "purpose" }, required = { "level", "purpose" } },
  form "disclosure_opinion" { of = "disclosure", title = { en = "Opinion", zh = "审批意见" }, fields = { "opinion" } },

  workflow "disclosure" {
    version = 1, title = { en = "Disclosure", zh = "披露审批" }, initial = "asked_for", clock = "service_hours",
    discloses = { what = { "customer", "change", "employee" }, to = "asker", level = "level", ends = "until_at", state = "granted" },
    facts = {
      approver = decide "disclosure.rule" { output = "approver" },
      days     = decide "disclosure.rule" { output = "days" },
    },
    open = { event = "ask", form = "disclosure_application", run = { "note_asker" } },
    states = {
      asked_for = {
        title = { en = "Asked for", zh = "待审批" },
        on = {
          grant    = { form = "disclosure_opinion", go = "granted", by = "decider", title = { en = "Grant", zh = "批准" } },
          refuse   = { form = "disclosure_opinion", go = "refused", by = "decider", title = { en = "Refuse", zh = "不批准" } },
          withdraw = { go = "withdrawn", title = { en = "Withdraw", zh = "撤回" } },
        },
        after = { "5 business days", go = "withdrawn" },           -- what nobody decides is not disclosed
      },
      granted = {
        title = { en = "In force", zh = "有效" }, entry = { "open_the_term" },
        on = { term_over = { internal = true, go = "over", title = { en = "Its time is over", zh = "到期" } },
               revoke    = { go = "revoked", by = "decider", title = { en = "Revoke", zh = "收回" } } },
        rests = "its own term ends it (open_the_term)",
      },
      over      = { title = { en = "Over", zh = "已到期" }, final = true },
      refused   = { title = { en = "Refused", zh = "未批准" }, final = true, entry = { "tell_asker" } },
      revoked   = { title = { en = "Revoked", zh = "已收回" }, final = true, entry = { "tell_asker" } },
      withdrawn = { title = { en = "Withdrawn", zh = "已撤回" }, final = true },
    },
    guards = {
      nothing_is_named    = function(f) return not (f.form.customer or f.form.change or f.form.employee), nil, "say of what: a customer, a change, an employee" end,
      is_not_the_approver = function(f) return not f.actor.roles[f.approver], nil, "the level needs the role " .. f.approver end,
    },
    actions = {
      note_asker = function(f)
        return { set { asker = f.actor.account, unit = f.actor.unit }, tell { f.approver, text = "{number}: a disclosure is asked for. {number}:申请披露密级资料。" } }
      end,
      open_the_term = function(f)
        return { set { until_at = f.now + f.days * 86400000 }, deadline "term" { f.days .. " days", event = "term_over" },
                 tell { "owner", text = "{number} is granted. {number}已批准。" } }
      end,
      tell_asker = function(f) return tell { "owner", text = "{number} is decided ({state}). {number}已审批({state})。" } end,
    },
  },
}
