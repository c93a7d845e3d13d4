-- Rule book 6 (问责): every broken promise has a name on it, and a next step. A rule proposes a finding for each person (scripts/finding.lua):
-- once for one case and person, in the same way each time. A person confirms it, and whoever is found may appeal.
-- answers: directly responsible. leads: leadership responsibility (领导责任). A consequence may be a field of the case.
return {
  choices "finding_kinds" {
    { "direct", en = "Direct responsibility", zh = "直接责任" }, { "leadership", en = "Leadership responsibility", zh = "领导责任" },
  },

  accountability {
    -- a department's fault or neglect let a complaint grow, or caused many
    { id = "careless_handling", title = { en = "Handling that made a complaint grow", zh = "处理不当致投诉升级" }, owner = "quality office",
      on = "complaint.escalated", when = "second_escalation", answers = { "handler", "head_of_department" },
      consequence = "written_review", confirm_by = "branch_manager", appeal_within = "5 business days" },
    { id = "mass_complaint", title = { en = "A cause of mass complaints", zh = "引发批量投诉" }, owner = "quality office",
      on = "mass_alarm.raise", answers = "head_of_department", leads = "branch_manager",
      consequence = "reprimand", confirm_by = "headquarters_centre", appeal_within = "5 business days" },
    { id = "alarm_left_alone", title = { en = "An alarm that nobody took up", zh = "批量预警无人处置" }, owner = "quality office",
      on = "mass_alarm.escalated", answers = "head_of_department",
      consequence = "reminder", confirm_by = "branch_manager", appeal_within = "5 business days" },

    -- what was promised to a customer and not kept
    { id = "missed_promise", title = { en = "A promised call that was not made", zh = "约定回访未履行" }, owner = "callback centre",
      on = "callback.promise_missed", answers = "agent", leads = "supervisor",
      consequence = "reminder", confirm_by = "head_of_department", appeal_within = "3 business days" },
    { id = "missed_answer", title = { en = "A staged answer that was not given", zh = "阶段性答复逾期" }, owner = "customer service management",
      on = "complaint.stage_missed", answers = "handler",
      consequence = "reminder", confirm_by = "head_of_department", appeal_within = "3 business days" },

    -- the cause is verified: the person, and the head in charge (rules/penalties.lua proposes how hard)
    { id = "fault_of_person", title = { en = "The cause of a complaint", zh = "投诉直接责任" }, owner = "quality office",
      on = "complaint.investigate", when = "penalty_is_due", answers = "responsible",
      consequence = "penalty_direct", confirm_by = "branch_manager", appeal_within = "5 business days" },
    { id = "fault_of_head", title = { en = "In charge where a complaint was caused", zh = "投诉管理责任" }, owner = "quality office",
      on = "complaint.investigate", when = "penalty_of_head_is_due", leads = "head_of_department",
      consequence = "penalty_head", confirm_by = "branch_manager", appeal_within = "5 business days" },
    { id = "disclosure", title = { en = "Disclosure of a customer's data", zh = "泄露客户信息" }, owner = "quality office",
      on = "complaint.investigate", when = "data_was_disclosed", answers = "responsible", leads = "supervisor",
      consequence = "transfer_post", confirm_by = "headquarters_centre", appeal_within = "10 business days" },
  },

  -- the file of a person, and of a department, over time
  view "findings_of_person" {
    title = { en = "File of a person", zh = "个人问责档案" }, of = "finding", params = { person = account { required = true } },
    where = { person = "$person" }, columns = { "number", "rule", "ground", "kind", "consequence", "source", "unit", "confirmer" },
  },
  view "findings_of_unit" {
    title = { en = "File of a unit", zh = "机构问责档案" }, of = "finding", params = { unit = unit { required = true } },
    where = { unit = "$unit" }, columns = { "number", "rule", "person", "kind", "consequence", "source", "confirmer" },
  },
}
