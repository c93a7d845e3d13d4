-- Important data of a key customer changes through an approval only (rule book 2): asked for, then approved by the marketing director or
-- a branch manager, never by who asked. And the monthly re-verification of dossiers.
return {
  record "customer_change" {
    title = { en = "Change of a key customer's important data", zh = "重点客户重要资料变更" }, number = "CC-{year}-{0000}",
    owner = "applicant", unit = "unit", person = "customer",
    fields = {
      customer    = reference "customer" { required = true, indexed = true, en = "Customer", zh = "客户" },
      new_name    = text { personal = true, max = 200, en = "Name", zh = "姓名" },
      new_company = text { max = 200, en = "Company", zh = "单位" },
      new_phone   = text { personal = true, max = 40, en = "Phone", zh = "电话" },
      new_address = text { personal = true, max = 500, en = "Address", zh = "地址" },
      new_key_persons = text { personal = true, max = 2000, secrecy = "confidential", en = "Organisation and key persons", zh = "组织与关键联系人" },
      new_terms   = text { max = 2000, secrecy = "top_secret", en = "Terms of trade", zh = "合作条件" },
      reason      = text { required = true, max = 2000, en = "Reason", zh = "变更原因" },
      applicant   = account { indexed = true, en = "Asked for by", zh = "申请人" },
      unit        = unit { indexed = true, en = "Unit", zh = "机构" },
      decider     = account { en = "Decided by", zh = "审批人" },
      opinion     = text { max = 2000, en = "Opinion", zh = "审批意见" },
    },
  },
  form "customer_change_application" {
    of = "customer_change", title = { en = "Application for a change", zh = "重要资料变更申请表" },
    fields = { "customer", "new_name", "new_company", "new_phone", "new_address", "new_key_persons", "new_terms", "reason" },
    required = { "customer", "reason" },
  },
  form "customer_change_opinion" {
    of = "customer_change", title = { en = "Opinion", zh = "审批意见" }, fields = { "opinion" }, required = { "opinion" },
  },
  workflow "customer_change" {
    version = 1, title = { en = "Change of important data", zh = "重要资料变更审批" }, initial = "asked_for", clock = "service_hours", apart = { { "applicant", "decider" } },
    open = { event = "ask", form = "customer_change_application", run = { "note_applicant" } },
    states = {
      asked_for = {
        title = { en = "Asked for", zh = "待审批" },
        on = {
          approve  = { form = "customer_change_opinion", go = "in_effect", by = "decider", title = { en = "Approve", zh = "批准" } },
          turn_down = { form = "customer_change_opinion", go = "turned_down", by = "decider", title = { en = "Turn down", zh = "不批准" } },
          withdraw = { go = "withdrawn", title = { en = "Withdraw", zh = "撤回" } },
        },
        after = { "2 business days", escalate = true, tell = { "marketing_director", text = "{number} waits for a decision. {number}待审批。" } },
      },
      in_effect   = { title = { en = "In effect", zh = "已生效" }, final = true, entry = { "change_the_file", "tell_applicant" } },
      turned_down = { title = { en = "Turned down", zh = "未批准" }, final = true, entry = { "tell_applicant" } },
      withdrawn   = { title = { en = "Withdrawn", zh = "已撤回" }, final = true },
    },
    guards = { is_not_applicant = function(f) return f.applicant ~= f.actor.account, "somebody else asked for it" end },
    actions = {
      note_applicant = function(f)
        return { set { applicant = f.actor.account, unit = f.actor.unit },
                 tell { "marketing_director", text = "{number}: a change of a key customer's data is asked for. {number}:重点客户重要资料变更申请。" } }
      end,
      change_the_file = function(f)                                  -- what was left empty stays as it is
        return send "apply_change" { to = f.customer, form = {
          name = f.new_name, company = f.new_company, phone = f.new_phone, address = f.new_address,
          key_persons = f.new_key_persons, terms = f.new_terms } }
      end,
      tell_applicant = function(f) return tell { "owner", text = "{number} is decided ({state}). {number}已审批({state})。" } end,
    },
  },

  record "customer_review" {
    title = { en = "Re-verification of a dossier", zh = "客户档案核实" }, number = "CV-{year}-{000000}",
    fields = {
      customer = reference "customer" { required = true, indexed = true, en = "Customer", zh = "客户" },
      correct  = boolean { en = "All of it is right", zh = "资料无误" },
      remark   = text { max = 2000, en = "What is not", zh = "差异说明" },
      verifier = account { indexed = true, en = "Verified by", zh = "核实人" },
    },
  },
  form "customer_review_opening" {
    of = "customer_review", title = { en = "Re-verification", zh = "档案核实" }, fields = { "customer" }, required = { "customer" },
  },
  form "customer_verification" {
    of = "customer_review", title = { en = "Re-verification", zh = "档案核实表" }, fields = { "correct", "remark" }, required = { "correct" },
  },
  workflow "customer_review" {
    version = 1, title = { en = "Re-verification", zh = "档案核实" }, initial = "due", clock = "service_hours",
    open = { event = "begin", form = "customer_review_opening", run = { "tell_the_manager" } },
    facts = { manager = field "customer.handler" },
    states = {
      due = {
        title = { en = "Due", zh = "待核实" },
        on = { verify = { form = "customer_verification", go = "verified", by = "verifier", run = { "note_in_the_file" }, title = { en = "Verify", zh = "核实" } } },
        after = {
          { "10 business days", escalate = true, tell = { "supervisor", text = "{number}: a dossier was not re-verified in time. {number}:客户档案未按时核实。" } },
          { "20 business days", go = "missed" },
        },
      },
      verified = { title = { en = "Verified", zh = "已核实" }, final = true },
      missed   = { title = { en = "Missed", zh = "未核实" }, final = true },
    },
    actions = {
      tell_the_manager = function(f)
        if f.manager then return tell { f.manager, text = "{number}: re-verify the dossier. {number}:请核实客户档案。" } end
      end,
      note_in_the_file = function(f) return send "verified" { to = f.customer } end,
    },
  },
}
