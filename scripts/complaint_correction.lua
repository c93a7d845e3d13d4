-- Whose cause it was corrects at once (rule book 3): one person corrects and reports; a team corrects, and its head explains to the customer.
return {
  record "correction" {
    title = { en = "Correction", zh = "整改单" }, number = "CO-{year}-{000000}", owner = "responsible", unit = "unit",
    fields = {
      complaint   = reference "complaint" { required = true, indexed = true, en = "Complaint", zh = "投诉" },
      cause_kind  = cause_kinds { required = true, en = "Whose cause", zh = "原因归属" },
      severity    = severities { en = "How grave", zh = "严重程度" },
      responsible = account { indexed = true, en = "Who corrects", zh = "整改责任人" },
      unit        = unit { indexed = true, en = "Unit", zh = "机构" },
      department  = departments { indexed = true, en = "Department", zh = "责任部门" },
      correction  = text { max = 4000, en = "What was corrected", zh = "整改情况" },
      reporter    = account { en = "Reported by", zh = "整改报告人" },
      explanation = text { max = 4000, en = "What the customer was told", zh = "向客户说明的内容" },
      explained_by = account { en = "Explained by", zh = "说明人" },
    },
  },
  form "correction" { of = "correction", title = { en = "Correction", zh = "整改通知单" },
    fields = { "complaint", "cause_kind", "severity", "responsible", "unit", "department" } },
  form "correction_report" { of = "correction", title = { en = "Report of the correction", zh = "整改报告" },
    fields = { "correction" }, required = { "correction" } },
  form "head_explanation" { of = "correction", title = { en = "Explanation to the customer", zh = "负责人说明记录" },
    fields = { "explanation" }, required = { "explanation" } },

  workflow "correction" {
    version = 1, title = { en = "Correction", zh = "整改" }, initial = "open", clock = "service_hours",
    facts = { head_explains = decide "correction.explained" {} },                    -- rules/responsibility.lua
    open = { event = "demand", internal = true, form = "correction", run = { "tell_who_corrects", "attach_to_complaint" } },
    states = {
      open = {
        title = { en = "To be corrected", zh = "待整改" },
        on = { report = { form = "correction_report", by = "reporter",
                          { go = "done", when = "is_personal", run = { "tell_complaint" } },
                          { go = "to_explain" } } },
        after = { { "correction.limit", escalate = true, tell = { "head_of_department", text = "Correction {number} is late. 整改{number}超时。" } },
                  { "correction.second_limit", escalate = true, tell = { "branch_manager", text = "Correction {number} is still late. 整改{number}仍未完成。" } } },
      },
      to_explain = {
        title = { en = "The head explains", zh = "待负责人说明" },
        on = { explain = { form = "head_explanation", go = "done", by = "explained_by", run = { "tell_complaint" } } },
        after = { { "correction.explain_limit", escalate = true, tell = { "head_of_department", text = "The head explains to the customer: {number}. 请负责人向客户说明:{number}。" } },
                  { "correction.second_limit", escalate = true, tell = { "branch_manager", text = "No explanation to the customer yet: {number}. 负责人仍未说明:{number}。" } } },
      },
      done = { title = { en = "Corrected", zh = "已整改" }, final = true },
    },
    guards  = { is_personal = function(f) return not f.head_explains end },
    actions = {
      tell_who_corrects = function(f)
        if f.responsible then
          return tell { "responsible", "head_of_department", text = "Correct at once, and report: {number}. 请立即整改并报告:{number}。" }
        end
        return tell { "head_of_department", text = "Correct at once, and report: {number}. 请立即整改并报告:{number}。" }
      end,
      attach_to_complaint = function(f) return send "attach" { to = f.complaint, form = { correction = f.id, corrected = empty } } end,
      tell_complaint = function(f) return send "corrected" { to = f.complaint, form = { corrected = true } } end,
    },
  },
}
