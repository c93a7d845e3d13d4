-- A finding (问责单): proposed by a rule (rules/accountability.lua) or by hand, confirmed or dropped by a person of the role that the rule names,
-- open to an appeal for as long as the rule says; then it stands, in the file of the person and of the unit. Nobody judges his own.
return {
  record "finding" {
    title = { en = "Finding", zh = "问责单" }, number = "AC-{year}-{0000}", owner = "person", unit = "unit",
    fields = {
      rule        = text { required = true, max = 64, indexed = true, en = "Rule", zh = "依据规则" },
      ground      = text { max = 400, en = "Ground", zh = "事由" },
      consequence = penalties { required = true, indexed = true, en = "Consequence", zh = "处理方式" },
      person      = account { required = true, indexed = true, en = "Person", zh = "责任人" },
      kind        = finding_kinds { default = "direct", indexed = true, en = "Kind of responsibility", zh = "责任类型" },
      source      = text { required = true, max = 64, indexed = true, en = "Record that it is about", zh = "来源记录" },
      unit        = unit { indexed = true, en = "Unit", zh = "机构" },
      confirm_by  = roles { default = "branch_manager", en = "To be confirmed by", zh = "确认人角色" },
      appeal_within = duration { default = "5 business days", en = "Appeal within", zh = "申诉期限" },
      -- what people make of it
      confirmer   = account { indexed = true, en = "Confirmed by", zh = "确认人" },
      verified    = text { max = 4000, en = "What was verified", zh = "核实情况" },
      appeal      = text { max = 4000, en = "Appeal", zh = "申诉理由" },
      decider     = account { en = "Appeal decided by", zh = "申诉裁定人" },
      decision    = text { max = 4000, en = "Reason of the decision", zh = "裁定理由" },
    },
    indexes = { { "rule", "source", "person" } },     -- once for each rule, case and person
  },
  form "finding_proposal" { of = "finding", title = { en = "Finding", zh = "问责单" },
    fields = { "rule", "ground", "consequence", "person", "kind", "source", "unit", "confirm_by", "appeal_within" },
    required = { "rule", "ground", "consequence", "person", "source" } },
  form "finding_confirmation" { of = "finding", title = { en = "Confirmation", zh = "核实确认" },
    fields = { "verified", "consequence" }, required = { "verified" } },
  form "finding_appeal" { of = "finding", title = { en = "Appeal", zh = "申诉书" }, fields = { "appeal" }, required = { "appeal" } },
  form "finding_decision" { of = "finding", title = { en = "Decision", zh = "裁定书" }, fields = { "decision" }, required = { "decision" } },

  workflow "finding" {
    version = 1, title = { en = "Finding", zh = "问责" }, initial = "proposed", clock = "service_hours",
    invariants = { "nobody_judges_himself" }, apart = { { "person", "confirmer", "decider" } },
    open = { event = "propose", form = "finding_proposal", run = { "tell_proposed" } },
    states = {
      proposed = {
        title = { en = "Proposed", zh = "拟处理" },
        on = { confirm = { form = "finding_confirmation", go = "confirmed", by = "confirmer", run = { "open_appeal" }, title = { en = "Confirm", zh = "确认" } },
               drop    = { form = "finding_decision", go = "dropped", by = "confirmer", title = { en = "Drop", zh = "不予问责" } } },
        after = { ladder = "finding.confirmation" },                -- rules/ladders.lua
      },
      confirmed = {                                   -- may be appealed against, for so long as the rule says
        title = { en = "Confirmed", zh = "已确认" },
        on = { appeal = { form = "finding_appeal", go = "appealed", run = { "stop_appeal" }, title = { en = "Appeal", zh = "申诉" } },
               appeal_over = { internal = true, go = "standing", title = { en = "Time of appeal is over", zh = "申诉期满" } } },
        after = { "60 days", go = "standing" },
      },
      appealed = {
        title = { en = "Appealed against", zh = "申诉中" },
        on = { uphold   = { form = "finding_decision", go = "upheld", by = "decider", title = { en = "Uphold", zh = "维持" } },
               withdraw = { form = "finding_decision", go = "withdrawn", by = "decider", title = { en = "Take back", zh = "撤销" } } },
        after = { "10 business days", escalate = true, tell = { "headquarters_centre", text = "The appeal in {number} is not decided. {number}的申诉未裁定。" } },
      },
      standing  = { title = { en = "Stands", zh = "生效" }, final = true },
      upheld    = { title = { en = "Upheld on appeal", zh = "申诉维持" }, final = true, entry = { "tell_decided" } },
      withdrawn = { title = { en = "Taken back on appeal", zh = "申诉撤销" }, final = true, entry = { "tell_decided" } },
      dropped   = { title = { en = "Dropped", zh = "不予问责" }, final = true },
    },
    guards = {                                        -- what refuses (rules/authority.lua: unless), and why
      is_not_the_one_to_confirm = function(f) return not f.actor.roles[f.confirm_by], nil, "the rule names the role " .. f.confirm_by end,
      nobody_judges_himself = function(f)              -- for certain (docs/reference/sim.md)
        if f.person == nil then return true end
        return f.person ~= f.confirmer and f.person ~= f.decider, "the person of the finding has judged it"
      end,
      is_about_the_actor = function(f) return f.person == f.actor.account end,
      actor_has_confirmed = function(f) return f.confirmer == f.actor.account end,
    },
    actions = {
      tell_proposed = function(f) return tell { "person", f.confirm_by, template = "finding.proposed" } end,
      open_appeal   = function(f) return { deadline "appeal" { f.appeal_within, event = "appeal_over" }, tell { "person", template = "finding.confirmed" } } end,
      stop_appeal   = function(f) return stop "appeal" end,
      remind_confirmer = function(f) return tell { f.confirm_by, text = "Finding {number} awaits you. 问责单{number}待您确认。" } end,
      tell_decided  = function(f) return tell { "person", template = "finding.decided" } end,
    },
  },
}
