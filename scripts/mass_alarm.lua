-- Mass complaint early warning (批量投诉预警, rule book 4): raised by complaint.lua when many complaints of one kind come at once.
return {
  record "mass_alarm" {
    title = { en = "Mass complaint alarm", zh = "批量投诉预警" }, number = "MA-{year}-{0000}",
    fields = {
      department = departments { required = true, indexed = true, en = "Department", zh = "责任部门" },
      problem    = problems { required = true, indexed = true, en = "Problem", zh = "问题类型" },
      complaints = integer { min = 1, en = "Complaints when it was raised", zh = "预警时投诉件数" },
      measures   = text { max = 4000, en = "Measures", zh = "应对措施" },
    },
    indexes = { { "department", "problem" } },
  },
  form "alarm" { of = "mass_alarm", title = { en = "Alarm", zh = "预警单" },
    fields = { "department", "problem", "complaints" }, required = { "department", "problem" } },
  form "alarm_measures" { of = "mass_alarm", title = { en = "Measures", zh = "预警处理单" },
    fields = { "measures" }, required = { "measures" } },

  workflow "mass_alarm" {
    version = 1, title = { en = "Mass complaint alarm", zh = "批量投诉预警" }, initial = "open", clock = "service_hours",
    open = { event = "raise", form = "alarm", run = { "tell_heads" } },
    states = {
      open = {
        title = { en = "Open", zh = "未确认" },
        on = { acknowledge = { title = { en = "Acknowledge", zh = "确认" }, go = "acknowledged" } },
        after = { { "1 hour",  escalate = true, tell = { "branch_manager", text = "Nobody has taken up alarm {number}. 预警{number}无人确认。" } },
                  { "4 hours", escalate = true, tell = { "headquarters_centre", text = "Still nobody has taken up alarm {number}. 预警{number}仍无人确认。" } } },
      },
      acknowledged = {
        title = { en = "Acknowledged", zh = "处理中" },
        on = { close = { form = "alarm_measures", go = "closed" } },
        after = { "5 business days", escalate = true, tell = { "branch_manager", text = "Alarm {number} is still open. 预警{number}仍未关闭。" } },
      },
      closed = { title = { en = "Closed", zh = "已关闭" }, final = true },
    },
    actions = {
      tell_heads = function(f)
        return tell { "head_of_department", "branch_manager", text = "Mass complaint warning {number}. 批量投诉预警{number}。" }
      end,
    },
  },
}
